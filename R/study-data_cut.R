#' A study as it was known on a date
#'
#' Takes from a study what a data cut would not have seen. Patients randomised (or else enrolled) after the
#' cut leave it, and so do records dated after it: scans, visits, samples and doses by their date, adverse
#' events, therapies and procedures by their start; a record without a date stays. What ended after the cut is
#' ongoing at the cut: its end is missing, not late. Deaths, ends of treatment and ends of study after the cut
#' are cleared with what belongs to them, and time zero, the last date alive and the groups are made anew, so
#' that everything derived from the result is as it was known at the cut. Incomplete dates were completed by
#' [study()], so they are cut on the completed date.
#'
#' The cut can also be where the `events`-th event of an endpoint happens, all arms together: the endpoint is
#' derived without a cut by the rule and reader of the plan, and all events of that date are in.
#'
#' @param study A study from [study()] or [study_from_adam()].
#' @param date Date of the cut; what is dated on it is in.
#' @param events Instead of a date, the number of events that triggers the cut.
#' @param endpoint,rule,censoring,reader Of which endpoint, as [derive_endpoint()] takes them.
#' @param lastalive The last date alive at the cut. `"latest"`: the latest of the supplied `LSTALVDT` and all
#'   dated scans, doses, visits and adverse events, but not after the cut; a contact or death after the cut
#'   proves that a patient was alive at the cut. `"supplied"`: `LSTALVDT` alone, not after the cut.
#'   `"cut-observed"`: as `"latest"`, of contacts up to the cut only. State the choice in the analysis plan;
#'   all are in use.
#' @param ... Nothing.
#' @return The study at the cut. `tte$data_cut` is its date, `tte$cut` says how it was made, and
#'   `tte$uncut_hash` is the hash of the study it came from. An earlier cut of it is the same as that cut of
#'   the study itself. Supplied `endpoints` do not survive a cut: derive them anew.
#' @section Errors: `tte_error_input` for a date that is none or lies after an earlier cut of the study, for
#'   fewer events than asked for (the message says how many there are), or for a study without subjects.
#' @examples
#' patients <- data.frame(
#'   USUBJID = c("1", "2"), RANDDT = as.Date(c("2024-01-01", "2024-03-01")),
#'   DTHDT = as.Date(c("2024-06-01", NA)), LSTALVDT = as.Date(c("2024-06-01", "2024-08-01"))
#' )
#' trial <- study(patients, design = "randomised", arm = NULL)
#' data_cut(trial, as.Date("2024-04-30"))$subjects
#' data_cut(trial, events = 1, endpoint = "OS")$tte$data_cut
#' @export
data_cut <- function(study, date = NULL, ..., events = NULL, endpoint = NULL, rule = recist(),
                     censoring = NULL, reader = NULL, lastalive = "latest") {
  check_dots(...)
  abort_input(cut_faults(study, date, events, endpoint, lastalive))
  subjects <- study_table(study, "subjects", "data_cut()")
  abort_input(alive_column_faults(study, lastalive))
  how <- list(by = "date", lastalive = lastalive)
  if (is.null(date)) {
    how <- list(
      by = "events", lastalive = lastalive, events = events, endpoint = endpoint, reader = reader,
      censoring = censoring
    )
    date <- event_date(study, events, endpoint, rule, censoring, reader)
  }
  cut_study(study, floor_date(date), how, subjects)
}

floor_date <- function(date) structure(floor(as.numeric(as.Date(date))), class = "Date")

cut_faults <- function(study, date, events, endpoint, lastalive) {
  if (!inherits(study, "tte_study")) {
    return(fault("study", "wrong_type", "must be made by study() or study_from_adam()"))
  }
  rbind(
    if (is.null(date) == is.null(events)) {
      fault("date", "missing_value", "say either the date of the cut or the number of events")
    },
    if (!is.null(date)) cut_date_faults(date, study$tte$data_cut),
    if (!is.null(events)) cut_event_faults(events, endpoint, study$tte$data_cut),
    check_choice(lastalive, "lastalive", c("latest", "supplied", "cut-observed"))
  )
}

cut_date_faults <- function(date, earlier) {
  if (!inherits(date, c("Date", "POSIXt")) || length(date) != 1 || is.na(date)) {
    return(fault("date", "not_a_date", "must be one date", remedy = "Use as.Date()."))
  }
  if (!is.null(earlier) && floor_date(date) > earlier) {
    fault("date", "out_of_range", sprintf("the study is cut at %s already", format(earlier)),
      remedy = "Cut the study itself at the later date."
    )
  }
}

cut_event_faults <- function(events, endpoint, earlier) {
  rbind(
    if (!checkmate::test_int(events, lower = 1)) {
      fault("events", "not_whole", "must be one whole number, at least 1")
    },
    if (is.null(endpoint)) fault("endpoint", "missing_value", "must say of which endpoint the events are"),
    if (!is.null(earlier)) {
      fault("study", "out_of_range", sprintf("is cut at %s already", format(earlier)),
        remedy = "Events are counted in the study before any cut."
      )
    }
  )
}

alive_column_faults <- function(study, lastalive) {
  derived <- "LSTALVDT" %in% study$tte$derived
  if (lastalive == "supplied" && (derived || is.null(study$subjects[["LSTALVDT"]]))) {
    fault("lastalive", "unknown_column", "no last date alive was supplied", column = "LSTALVDT")
  }
}

# The date of the k-th event, all arms together.
event_date <- function(study, events, endpoint, rule, censoring, reader) {
  rows <- derive_endpoint(study, endpoint, rule = rule, censoring = censoring, reader = reader)
  codes <- unique(rows$PARAMCD)
  if (length(codes) != 1) {
    abort_input(fault("endpoint", "several_params", sprintf(
      "events are counted of one endpoint under one rule, not of %s", and_list(codes)
    )), call = rlang::caller_env())
  }
  dates <- sort(rows$ADT[rows$CAUSE == 1])
  if (length(dates) < events) {
    abort_input(fault("events", "no_events", sprintf(
      "asks for %g events of %s, and there are %d", events, codes, length(dates)
    )), call = rlang::caller_env())
  }
  dates[events]
}

# ---- the cut ----

cut_study <- function(study, date, how, subjects) {
  tables <- unclass(study)[intersect(schema_tables, names(study))]
  info <- study$tte
  if (is.null(info$alive)) info$alive <- known_alive(tables, subjects, info)
  tables <- keep_persons(tables, subjects$USUBJID[enrolled_by(subjects, date, info$design)])
  tables <- Map(cut_table, tables, names(tables), list(date))
  tables$subjects <- cut_measured(tables$subjects, info$measured, date)
  if (!is.null(info$start)) tables$subjects <- clear_after(tables$subjects, info$start, date)
  tables <- set_alive(tables, info$alive, date, how$lastalive)
  if (!is.null(study$endpoints)) {
    inform_tte(
      "The endpoints that were supplied are those of the uncut data: derive them anew.", "endpoints_cut"
    )
  }
  new_study(tables, cut_info(info, tables, date, how))
}

cut_info <- function(info, tables, date, how) {
  if (is.null(info$uncut_hash)) info$uncut_hash <- info$hash
  info$hash <- rlang::hash(list(info$uncut_hash, as.numeric(date), how$lastalive))
  info$data_cut <- date
  info$cut <- how
  info$params <- info$unit <- NULL
  info$readers <- study_readers(tables)
  info
}

# What proves life, of every person before any cut: a later cut of a cut study must still know it.
known_alive <- function(tables, subjects, info) {
  date <- function(column) {
    if (is.null(subjects[[column]])) as.Date(rep(NA, nrow(subjects))) else as.Date(subjects[[column]])
  }
  supplied <- if ("LSTALVDT" %in% info$derived) date(".") else date("LSTALVDT")
  list(
    USUBJID = subjects$USUBJID, supplied = supplied, death = date("DTHDT"),
    latest = latest_contact(tables, subjects$USUBJID)
  )
}

# The date of randomisation, or else of enrolment; who has neither stays.
enrolled_by <- function(subjects, date, design) {
  entry <- rep(NA_real_, nrow(subjects))
  for (column in c("RANDDT", "ENRLDT", "STARTDT"[identical(design, "randomised")])) {
    if (!is.null(subjects[[column]])) {
      entry <- ifelse(is.na(entry), floor(as.numeric(as.Date(subjects[[column]]))), entry)
    }
  }
  is.na(entry) | entry <= as.numeric(date)
}

cut_table <- function(table, name, date) {
  lines <- schema_lines(name, names(table))
  for (column in lines$column[lines$after %in% "record"]) {
    late <- (floor(as.numeric(as.Date(table[[column]]))) > as.numeric(date)) %in% TRUE
    if (any(late)) {
      table <- table[!late, , drop = FALSE]
      rownames(table) <- NULL
    }
  }
  for (column in lines$column[lines$after %in% "clear"]) table <- clear_after(table, column, date)
  table
}

# What says more about a date and goes with it.
told_with <- list(
  DTHDT = c("DTHDTF", "DTHFL", "DTHCAUS"), EOSDT = c("EOSSTT", "DCSREAS"), TRTEDT = c("EOTSTT", "DCTREAS"),
  AENDT = "AENDTF", ASTDT = "ASTDTF"
)

clear_after <- function(table, column, date) {
  value <- table[[column]]
  late <- which(floor(as.numeric(as.Date(value))) > as.numeric(date))
  for (name in intersect(c(column, told_with[[column]]), names(table))[length(late) > 0]) {
    table[[name]][late] <- NA
  }
  table
}

# A variable is known at the cut if the date that made it known is not after it.
cut_measured <- function(subjects, measured, date) {
  for (variable in intersect(names(measured), names(subjects))) {
    known <- as.numeric(as.Date(subjects[[measured[[variable]]]]))
    subjects[[variable]][which(known > as.numeric(date))] <- NA
  }
  for (column in intersect(unique(measured), names(subjects))) subjects <- clear_after(subjects, column, date)
  subjects
}

# The last date alive of everybody at the cut.
set_alive <- function(tables, alive, date, lastalive) {
  persons <- tables$subjects$USUBJID
  row <- match(persons, alive$USUBJID)
  cut <- as.numeric(date)
  supplied <- as.numeric(alive$supplied)[row]
  later_death <- as.numeric(alive$death)[row]
  later_death[which(later_death <= cut)] <- NA
  last <- switch(lastalive,
    supplied = pmin(supplied, cut),
    latest = pmin(pmax(supplied, as.numeric(alive$latest)[row], later_death, na.rm = TRUE), cut),
    "cut-observed" = pmax(
      ifelse(supplied > cut, NA, supplied), as.numeric(latest_contact(tables, persons, date)),
      na.rm = TRUE
    )
  )
  last <- as.Date(last, origin = "1970-01-01")
  tables$subjects[["LSTALVDT"]] <- last
  if (!is.null(tables$vital_status[["LSTALVDT"]])) {
    tables$vital_status[["LSTALVDT"]] <- last[match(tables$vital_status$USUBJID, persons)]
  }
  tables
}
