#' Best overall response of each patient
#'
#' Takes the overall responses of the visits (RECIST 1.1) and gives one row per patient, also for patients
#' who were never assessed: the best overall response without confirmation (`BOR`) and with it (`CBOR`),
#' their dates, the first response (`RSPDT`) and the first one that was confirmed (`CRSPDT`), and the reason
#' for each in words.
#'
#' Responses count from the start date to the first progression, the start of a new anticancer therapy and
#' the data cut; the [recist()] rule says the rest. Disease after a complete response (a CR followed by PR
#' or SD) contradicts RECIST: it is reported by a warning of class `tte_warning_response_after_cr` and never
#' repaired.
#'
#' @param x A study from [study_from_adam()], or a data frame of visit responses with the columns `USUBJID`,
#'   `ADT` (date), `AVALC` (`CR`, `PR`, `SD`, `NON-CR/NON-PD` or `NN`, `PD`, `NE`, `NED`); of an ADRS the
#'   rows with `PARAMCD` `OVR` are used. `ND`, `MISSING` and empty are visits without assessment, which is
#'   not the same as `NE`.
#' @param subjects A data frame with one row per patient: `USUBJID`, `STARTDT` (date of randomisation or
#'   first dose) and, where it applies, `NACTDT` (first new anticancer therapy). All its columns are carried
#'   along.
#' @param rule A [recist()] rule.
#' @param reader Whose assessment: a value of `PARCAT2` (or, without that column, of `RSEVAL`). Required
#'   where several readers are in the data.
#' @param data_cut Date after which nothing counts. A study brings its own.
#' @param population `"started"`: patients with a start date up to the cut; `"enrolled"`: all of them, those
#'   who never started as patients without assessment.
#' @param ... Passed on.
#' @return A data frame of class `tte_best_response`. `REASON` belongs to `BOR`, `CREASON` to `CBOR`;
#'   `CONFDT` is the date of the assessment that confirmed. The list-column `provenance` holds the rule and
#'   the design.
#' @seealso [response_rate()]
#' @examples
#' visits <- data.frame(
#'   USUBJID = c("1", "1", "1", "2"),
#'   ADT = as.Date("2024-01-01") + c(40, 82, 124, 30),
#'   AVALC = c("PR", "PR", "PD", "SD")
#' )
#' subjects <- data.frame(
#'   USUBJID = c("1", "2", "3"), STARTDT = as.Date("2024-01-01"), ARM = c("A", "B", "B")
#' )
#' bor <- best_response(visits, subjects)
#' bor
#' bor$CREASON
#' @export
best_response <- function(x, ...) {
  UseMethod("best_response")
}

#' @rdname best_response
#' @export
best_response.tte_study <- function(x, rule = recist(), reader = NULL, population = "started", ...) {
  subjects <- study_table(x, "subjects", "best_response()")
  if (is.null(subjects[["STARTDT"]])) {
    abort_input(fault(
      "x", "unknown_column", "the subjects have no start date, from which responses count",
      column = "STARTDT",
      remedy = "Give RANDDT in adsl, or design = \"single_arm\" and TRTSDT."
    ))
  }
  best <- best_response.data.frame(
    visit_responses(x, rule, reader, words = FALSE), subjects,
    rule = rule, reader = reader, data_cut = x$tte$data_cut, population = population
  )
  provenance <- c(best$provenance[[1]], x$tte[c("design", "arm", "hash")])
  best$provenance <- rep(list(provenance), nrow(best))
  best
}

#' @rdname best_response
#' @export
best_response.data.frame <- function(x, subjects, rule = recist(), reader = NULL, data_cut = NULL,
                                     population = "started", ...) {
  check_dots(...)
  abort_input(rbind(
    check_rule(rule), check_choice(population, "population", c("started", "enrolled")),
    visit_faults(x, subjects), subject_faults(subjects), reader_faults(x, reader)
  ))
  subjects <- response_population(subjects, population, data_cut)
  visits <- arrange_visits(x, subjects, reader)
  limits <- response_limits(subjects, rule, data_cut)
  found <- best_response_cpp(visits$offset, visits$day, visits$code, limits, engine_rule(rule))
  if (!is_derived(x)) warn_disease_after_cr(found$after_cr, visits, subjects)
  best <- best_response_rows(found, visits, subjects, rule)
  provenance <- list(
    method = "Best overall response by RECIST 1.1", conventions = best_conventions(x, rule), rule = rule,
    reader = reader,
    data_cut = data_cut, population = population
  )
  best$provenance <- rep(list(provenance), nrow(best))
  structure(best, class = c("tte_best_response", "data.frame"))
}

# How supplied responses came about is not ours to say.
best_conventions <- function(x, rule) {
  c(if (is_derived(x)) response_sentences(rule), best_sentences(rule))
}

is_derived <- function(x) inherits(x, "tte_responses") && !identical(x$provenance[[1]]$source, "supplied")

# ADaM's words and numbers for an overall response.
response_codes <- c(CR = 1L, PR = 2L, SD = 3L, "NON-CR/NON-PD" = 4L, PD = 5L, NE = 6L, MISSING = 7L, NED = 8L)
not_assessed <- c("ND", "MISSING", "", NA)

response_code <- function(words) {
  words <- toupper(trimws(as.character(words)))
  words[words %in% c("NN", "NON-CR/NON-PD")] <- "NON-CR/NON-PD"
  unname(response_codes[words])
}

response_word <- function(codes) names(response_codes)[match(codes, response_codes)]

is_overall_response <- function(x) {
  if (is.null(x$PARAMCD)) rep(TRUE, nrow(x)) else x$PARAMCD %in% "OVR"
}

check_rule <- function(rule) {
  if (!inherits(rule, "tte_recist")) fault("rule", "wrong_type", "must be made by recist()")
}

visit_faults <- function(x, subjects) {
  columns <- column_faults(x, "x", c("USUBJID", "ADT", "AVALC"))
  if (!is.null(columns)) {
    return(columns)
  }
  counts <- is_overall_response(x) & !toupper(trimws(x$AVALC)) %in% not_assessed
  rbind(
    if (!any(is_overall_response(x))) {
      fault("x", "unknown_param", "has no overall responses (PARAMCD OVR)", column = "PARAMCD")
    },
    row_fault(
      counts & is.na(response_code(x$AVALC)), "x", "unknown_level", "AVALC",
      "is no overall response"
    ),
    date_faults(x, "x", "ADT"),
    row_fault(counts & is.na(x[["ADT"]]), "x", "missing_value", "ADT", "is missing"),
    row_fault(is.na(x$USUBJID), "x", "missing_value", "USUBJID", "is missing"),
    row_fault(
      !is.na(x$USUBJID) & !x$USUBJID %in% subjects$USUBJID, "x", "unknown_level", "USUBJID",
      "is not among the subjects"
    )
  )
}

subject_faults <- function(subjects) {
  columns <- column_faults(subjects, "subjects", c("USUBJID", "STARTDT"))
  if (!is.null(columns)) {
    return(columns)
  }
  rbind(
    row_fault(is.na(subjects$USUBJID), "subjects", "missing_value", "USUBJID", "is missing"),
    row_fault(duplicated(subjects$USUBJID), "subjects", "person_twice", "USUBJID", "is there more than once"),
    date_faults(subjects, "subjects", c("STARTDT", "NACTDT"))
  )
}

reader_column <- function(x) intersect(c("READER", "PARCAT2", "RSEVAL"), names(x))[1]

reader_faults <- function(x, reader) {
  if (!is.data.frame(x)) {
    return(NULL)
  }
  column <- reader_column(x)
  if (is.na(column) && is.null(reader)) {
    return(NULL)
  }
  if (is.na(column)) {
    return(fault("reader", "unknown_column", "there is neither READER nor PARCAT2 nor RSEVAL"))
  }
  readers <- unique(stats::na.omit(as.character(x[[column]][is_overall_response(x)])))
  if (is.null(reader) && length(readers) > 1) {
    return(fault(
      "reader", "several_params", sprintf("several readers assessed: %s", toString(readers)),
      column = column,
      remedy = "Say whose assessment counts with reader ="
    ))
  }
  if (!is.null(reader) && !reader %in% readers) {
    fault("reader", "not_a_choice", sprintf("must be one of %s", toString(readers)), column = column)
  }
}

# Patients whose responses are asked for; the others are counted aloud.
response_population <- function(subjects, population, data_cut) {
  subjects <- as.data.frame(subjects)
  started <- !is.na(subjects[["STARTDT"]])
  if (!is.null(data_cut)) started <- started & as.Date(subjects[["STARTDT"]]) <= data_cut
  if (population == "enrolled" || all(started)) {
    return(subjects)
  }
  inform_tte(
    sprintf("%d of %d patients never started and are left out.", sum(!started), length(started)),
    "not_started"
  )
  subjects[started, , drop = FALSE]
}

# The assessments that can count, patient after patient in the order of `subjects`, as days since the start.
arrange_visits <- function(x, subjects, reader) {
  keep <- is_overall_response(x) & !toupper(trimws(x$AVALC)) %in% not_assessed &
    x$USUBJID %in% subjects$USUBJID
  if (!is.null(reader)) keep <- keep & x[[reader_column(x)]] %in% reader
  x <- x[keep, ]
  patient <- match(x$USUBJID, subjects$USUBJID)
  day <- floor(as.numeric(as.Date(x[["ADT"]]))) - floor(as.numeric(as.Date(subjects[["STARTDT"]])))[patient]
  started <- !is.na(day)
  order <- order(patient[started], day[started])
  patient <- patient[started][order]
  list(
    offset = c(0L, cumsum(tabulate(patient, nrow(subjects)))), day = day[started][order],
    code = response_code(x$AVALC)[started][order], date = as.Date(x[["ADT"]])[started][order]
  )
}

# Last day, since the start, on which an assessment counts.
response_limits <- function(subjects, rule, data_cut) {
  start <- as.numeric(as.Date(subjects[["STARTDT"]]))
  end <- rep(Inf, length(start))
  if (!is.null(subjects[["NACTDT"]])) {
    therapy <- floor(as.numeric(as.Date(subjects[["NACTDT"]]))) - (rule$nact_same_day == "after")
    end <- pmin(end, therapy, na.rm = TRUE)
  }
  if (!is.null(data_cut)) end <- pmin(end, as.numeric(as.Date(data_cut)))
  ifelse(is.na(start), Inf, end - floor(start))
}

engine_rule <- function(rule) {
  list(
    min_days = rule$min_sd_days - rule$sd_tol, confirm_days = rule$confirm_days, max_ne = rule$max_ne,
    accept_sd = rule$accept_sd
  )
}

warn_disease_after_cr <- function(row, visits, subjects) {
  who <- subjects$USUBJID[!is.na(row)]
  if (length(who) == 0) {
    return(invisible())
  }
  shown <- paste0(
    toString(utils::head(who, 5)),
    if (length(who) > 5) sprintf(" and %d more", length(who) - 5)
  )
  warn_tte(c(
    sprintf("PR, SD or non-CR/non-PD after a CR: %d of %d patients, %s.", length(who), nrow(subjects), shown),
    i = "Supplied responses are used as they are, not repaired."
  ), "response_after_cr")
}

best_response_rows <- function(found, visits, subjects, rule) {
  date <- function(row) visits$date[row]
  word <- function(best) {
    words <- response_word(best$response)
    replace(words, words == "MISSING", rule$no_assessment)
  }
  result <- data.frame(
    USUBJID = subjects$USUBJID, BOR = word(found$any), BORDT = date(found$any$row),
    CBOR = word(found$confirmed), CBORDT = date(found$confirmed$row),
    CONFDT = date(found$confirmed$confirmed_by),
    RSPDT = date(found$any$first_response), CRSPDT = date(found$confirmed$first_response),
    NVISIT = found$n_used, REASON = response_reason(found$any, visits, rule),
    CREASON = response_reason(found$confirmed, visits, rule)
  )
  cbind(result, subjects[setdiff(names(subjects), names(result))])
}

# Why a patient has her best response, in words; the sentences stand in the order of the engine's reasons.
response_reason <- function(best, visits, rule) {
  seen <- sprintf("%s on %s", response_word(visits$code[best$row]), format(visits$date[best$row]))
  day <- visits$day[best$row]
  later <- visits$day[best$confirmed_by] - day
  least <- rule$min_sd_days - rule$sd_tol
  sentences <- cbind(
    "no assessment that counts",
    seen,
    sprintf("%s, confirmed by %s %g days later", seen, response_word(visits$code[best$confirmed_by]), later),
    sprintf("%s, %g days after the start (at least %g)", seen, day, least),
    sprintf("%s not confirmed; %g days after the start it counts as SD", seen, day),
    sprintf("%s, nothing better counts before", seen),
    sprintf("%s is only %g days after the start (at least %g)", seen, day, least),
    sprintf("%s, nothing else counts", seen)
  )
  sentences[cbind(seq_along(best$reason), best$reason)]
}

#' @export
print.tte_best_response <- function(x, ...) {
  if (!all(c("BOR", "CBOR", "provenance") %in% names(x))) {
    return(NextMethod())
  }
  levels <- names(response_codes)[c(1:4, 8, 5:7)]
  counts <- vapply(
    x[c("BOR", "CBOR")], function(v) tabulate(match(v, levels), length(levels)),
    integer(length(levels))
  )
  rownames(counts) <- levels
  cat(sprintf("Best overall response of %d patients (BOR, and CBOR with confirmation)\n\n", nrow(x)))
  print(counts[rowSums(counts) > 0, , drop = FALSE])
  cat("\n")
  print_conventions(unique(unlist(lapply(unique(x$provenance), function(p) unname(p$conventions)))))
  invisible(x)
}
