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
  fault("study", "missing_table", sprintf("%s needs %s", e$name, what), column = table)
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
  if ("NEW THERAPY" %in% types && is.null(study$subjects[["NACTDT"]]) && is.null(study$therapies)) {
    table_needed(e, "therapies", "the table therapies, or NACTDT")
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
