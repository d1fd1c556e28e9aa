# A study's tables and what is said about it.

study_table <- function(study, name, what) {
  if (!is.null(study[[name]])) {
    return(study[[name]])
  }
  abort_input(fault(
    "study", "missing_table", sprintf("%s needs the table %s, which this study lacks", what, name),
    column = name
  ), call = rlang::caller_env())
}

# Tables of a simulated study say so by their STUDYID, also when they come back from files.
simulated_sentence <- function(study) {
  seed <- study$tte$simulated$seed
  if (is.null(seed) && !any(grepl("^SIMULATED", study$subjects[["STUDYID"]]))) {
    return(NULL)
  }
  whence <- if (!is.null(seed)) sprintf(" (seed %s)", format(seed, scientific = FALSE))
  paste0("Simulated data: no patient is real", whence, ".")
}

study_sentences <- function(study) {
  info <- study$tte
  c(
    simulated_sentence(study),
    if (!is.null(info$design)) {
      sprintf(
        "Design: %s.",
        c(randomised = "randomised", single_arm = "single arm", cohort = "cohort")[[info$design]]
      )
    } else {
      "The design was not stated."
    },
    arm_sentence(info),
    if (info$n_screen_failures > 0) {
      sprintf("%d of %d screened were screen failures: excluded.", info$n_screen_failures, info$n_screened)
    },
    start_sentence(info),
    if ("LSTALVDT" %in% info$derived) {
      "The last date alive was not supplied: it is that of the latest scan, dose, visit or adverse event."
    },
    if (!is.null(info$unit)) sprintf("Times are in %s.", info$unit),
    if (length(info$readers) > 1) sprintf("Readers, kept apart: %s.", toString(info$readers)),
    if (!is.null(info$entry_condition)) {
      sprintf("Everybody enters with %s: its onset has no incidence here.", info$entry_condition)
    },
    if (!is.null(info$measured)) {
      sprintf("Known since: %s.", toString(sprintf("%s since %s", names(info$measured), info$measured)))
    },
    cut_sentence(info)
  )
}

start_sentence <- function(info) {
  if (!is.null(info$start)) sprintf("Time zero is %s.", info$start)
}

arm_sentence <- function(info) {
  if (is.null(info$arm)) {
    return("No arms.")
  }
  named <- !is.null(info$reference)
  reference <- if (named) sprintf("%s is the reference", info$reference) else "no reference was named"
  sprintf("Arms (%s): %s; %s.", info$arm, toString(info$arms), reference)
}

cut_sentence <- function(info) {
  if (!is.null(info$data_cut)) {
    return(sprintf("Data cut: %s%s.", format(info$data_cut), cut_reason(info$cut)))
  }
  if (is.null(info$latest)) {
    return("Data cut: not stated; the data hold no dates.")
  }
  sprintf("Data cut: not stated; the latest date in the data is %s.", format(info$latest))
}

# Why the cut lies where it does, and which contacts count as proof of life at it.
cut_reason <- function(cut) {
  if (is.null(cut)) {
    return("")
  }
  words <- c(
    latest = "contacts after it prove life at it", supplied = "last date alive as supplied",
    "cut-observed" = "last date alive from contacts up to it"
  )
  event <- if (cut$by == "events") {
    name <- if (is.character(cut$endpoint)) cut$endpoint else cut$endpoint$name
    sprintf(", where event %g of %s happened", cut$events, name)
  } else {
    ""
  }
  paste0(event, "; ", words[[cut$lastalive]])
}

#' @export
print.tte_study <- function(x, ...) {
  cat(if (is.null(x$subjects)) "Study\n" else sprintf("Study of %d subjects\n", nrow(x$subjects)))
  print_conventions(study_sentences(x))
  cat("\n")
  print(table_counts(x), row.names = FALSE)
  if (!is.null(x$endpoints)) {
    cat("\n")
    print(endpoint_counts(x), row.names = FALSE)
  }
  invisible(x)
}

table_counts <- function(study) {
  tables <- study[intersect(c(schema_tables, "endpoints"), names(study))]
  data.frame(
    table = names(tables), rows = vapply(tables, nrow, integer(1)),
    persons = vapply(tables, function(table) length(unique(table[["USUBJID"]])), integer(1))
  )
}

endpoint_counts <- function(study) {
  params <- study$tte$params
  causes <- lapply(params, function(code) time_to_event(~1, study$endpoints, param = code)$columns$cause)
  data.frame(
    endpoint = names(params), PARAMCD = unname(params), n = lengths(causes),
    events = vapply(causes, function(cause) sum(cause > 0), integer(1)), row.names = NULL
  )
}
