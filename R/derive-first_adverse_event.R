# Time from the first dose to the first treatment-emergent adverse event, as rows of an ADTTE. Follow-up
# ends `window` days after the last dose; a death until then competes, and on the same day the adverse event
# comes first.

first_adverse_event <- function(study, window = 30) {
  treated <- treated_subjects(study$subjects)
  events <- study$adverse_events
  emergent <- if (is.null(events[["TRTEMFL"]])) rep(TRUE, nrow(events)) else events[["TRTEMFL"]] %in% "Y"
  end <- safety_end(treated, window, study$tte$data_cut)
  onset <- first_onset(events[emergent, ], treated, end)
  death <- if (is.null(treated[["DTHDT"]])) NA else as.numeric(as.Date(treated[["DTHDT"]]))
  died <- is.na(onset) & !is.na(death) & death <= end
  day <- ifelse(!is.na(onset), onset, ifelse(died, death, end))
  rows <- data.frame(
    USUBJID = treated$USUBJID, PARAMCD = "TTAE", PARAM = "Time to first treatment-emergent adverse event",
    STARTDT = as.Date(treated[["TRTSDT"]]), ADT = as.Date(day, origin = "1970-01-01"),
    AVAL = day - as.numeric(as.Date(treated[["TRTSDT"]])) + 1, CNSR = ifelse(is.na(onset), 1, 0),
    EVNTDESC = ifelse(!is.na(onset), "Adverse event", ifelse(died, "Death", "End of follow-up"))
  )
  join_subjects(rows, treated)
}

can_follow_safety <- function(study) {
  !is.null(study$adverse_events) && !is.null(study$subjects[["TRTSDT"]]) &&
    any(c("TRTEDT", "LSTALVDT", "EOSDT") %in% names(study$subjects))
}

treated_subjects <- function(subjects) {
  subjects <- subjects[!is.na(subjects[["TRTSDT"]]), setdiff(names(subjects), "STARTDT"), drop = FALSE]
  rownames(subjects) <- NULL
  subjects
}

# The earliest of: last dose plus window, end of contact, data cut; never before the first dose.
safety_end <- function(subjects, window, data_cut) {
  day <- function(column) if (!is.null(subjects[[column]])) as.numeric(as.Date(subjects[[column]]))
  dose <- day("TRTEDT")
  contact <- do.call(
    pmax,
    c(Filter(Negate(is.null), list(day("LSTALVDT"), day("EOSDT"), day("DTHDT"))), na.rm = TRUE)
  )
  limits <- list(if (!is.null(dose)) dose + window, contact, if (!is.null(data_cut)) as.numeric(data_cut))
  pmax(do.call(pmin, c(Filter(Negate(is.null), limits), na.rm = TRUE)), day("TRTSDT"), na.rm = TRUE)
}

first_onset <- function(events, subjects, end) {
  person <- match(events$USUBJID, subjects$USUBJID)
  day <- as.numeric(as.Date(events$ASTDT))
  within <- !is.na(person) & day >= as.numeric(as.Date(subjects[["TRTSDT"]]))[person] & day <= end[person]
  onset <- tapply(day[within], factor(person[within], seq_len(nrow(subjects))), min)
  as.vector(onset)
}
