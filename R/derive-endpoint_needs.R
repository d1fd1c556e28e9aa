# What an endpoint needs of the study: each function looks at one thing and gives a fault, or NULL.

tables_needed <- function(study, endpoints) {
  do.call(rbind, lapply(endpoints, function(e) {
    types <- endpoint_types(e)$type
    rbind(
      assessments_needed(study, e), death_needed(study, e, types), contact_needed(study, e),
      discontinuation_needed(study, e, types), therapies_needed(study, e, types),
      records_needed(study, e, types)
    )
  }))
}

column_needed <- function(study, e, column, what, remedy) {
  if (is.null(study$subjects[[column]])) {
    fault("study", "unknown_column", sprintf("%s needs %s", e$name, what), column = column, remedy = remedy)
  }
}

table_needed <- function(e, table, what) {
  fault("study", "missing_table", sprintf("%s needs %s", e$name, what),
    column = table,
    remedy = sprintf("Give study(%s = ).", table)
  )
}

assessments_needed <- function(study, e) {
  by_records <- any(recurrences %in% e$events) && !is.null(event_records(study))
  if (needs_visits(e) && !has_responses(study) && !by_records && !no_assessment_yet(study)) {
    table_needed(e, "assessments", "lesions or assessments, which this study lacks")
  }
}

death_needed <- function(study, e, types) {
  rbind(
    if (any(c("DEATH", "CANCER DEATH", "OTHER DEATH") %in% types)) {
      column_needed(study, e, "DTHDT", "the dates of death", "Give DTHDT, all missing if nobody died.")
    },
    if ("CANCER DEATH" %in% types) {
      column_needed(study, e, "DTHCAUS", "the causes of death", "Give DTHCAUS, or take another endpoint.")
    }
  )
}

contact_needed <- function(study, e) {
  if (e$end == "contact" && !any(names(contact_domains)[-1] %in% names(study))) {
    column_needed(
      study, e, "LSTALVDT", "the date last known alive", "Give LSTALVDT, or tables of doses, visits or scans."
    )
  }
}

discontinuation_needed <- function(study, e, types) {
  if (!"DISCONTINUATION" %in% types) {
    return(NULL)
  }
  rbind(
    if (is.null(study$subjects[["DCTREAS"]])) {
      column_needed(
        study, e, "EOTSTT", "how treatment ended",
        "Give EOTSTT (COMPLETED, DISCONTINUED, ONGOING) or DCTREAS."
      )
    },
    column_needed(study, e, "TRTEDT", "the last dose", "Give TRTEDT.")
  )
}

therapies_needed <- function(study, e, types) {
  other <- !is.null(study$procedures) && any(event_type(e$therapies) != "SYSTEMIC")
  known <- !is.null(study$subjects[["NACTDT"]]) || !is.null(study$therapies) || other
  if ("NEW THERAPY" %in% types && !known) {
    table_needed(e, "therapies", "the table therapies, or NACTDT")
  }
}

# ---- what is there and not read ----

record_words <- c(
  "RECURRENCE-FREE", "CLINICAL PROGRESSION", "PROGRESSION ON NEXT LINE", "CONTRALATERAL INVASIVE"
)

# A word that nobody knows would otherwise be no event, in silence.
say_unread <- function(study, endpoints, rules) {
  types <- unique(unlist(lapply(endpoints, function(e) endpoint_types(e)$type)))
  say_unread_records(event_records(study), types[is_record_type(types)])
  asked <- c(
    if ("NEW THERAPY" %in% types) unlist(lapply(endpoints, `[[`, "therapies")),
    unlist(lapply(rules, function(rule) if (rule$new_therapy == "censor") rule$therapies))
  )
  if (length(asked) > 0 && is.null(study$subjects[["NACTDT"]])) say_unread_therapies(study$therapies, asked)
}

say_unread_records <- function(records, types) {
  if (is.null(records) || length(types) == 0) {
    return(invisible())
  }
  vocabulary <- c(recurrences, new_primaries, record_words)
  strange <- setdiff(records$type, c(vocabulary, types, NA, ""))
  if (length(strange) > 0) {
    warn_tte(c(
      sprintf("Records of events that no endpoint here knows, and none counts: %s.", toString(strange)),
      i = "?endpoint has the kinds of events; endpoint(events = ) takes others."
    ), "unknown_event")
  }
  never <- setdiff(types, c(vocabulary, records$type))
  if (length(never) > 0) inform_tte(sprintf("Nobody has a record of %s.", and_list(never)), "no_record")
}

say_unread_therapies <- function(table, asked) {
  category <- if (!is.null(table)) event_type(column_or_na(table, "CMCAT"))
  strange <- setdiff(category, c(event_type(asked), "SYSTEMIC", "RADIOTHERAPY", "SURGERY", NA, "NA", ""))
  if (length(strange) > 0) {
    inform_tte(c(
      sprintf("Therapies that are not taken for new anticancer therapy: CMCAT %s.", toString(strange)),
      i = "The argument therapies of censoring() and endpoint() says which are."
    ), "therapies_left_out")
  }
}

# Kinds of events that are only ever on record; recurrences may come from the responses.
records_needed <- function(study, e, types) {
  needed <- types[is_record_type(types) & !types %in% c(recurrences, new_primaries, "CONTRALATERAL INVASIVE")]
  if (length(needed) > 0 && is.null(event_records(study))) {
    table_needed(
      e, "assessments", sprintf("records of %s: rows of assessments with PARAMCD RECUR", toString(needed))
    )
  }
}
