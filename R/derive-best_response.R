#' Best overall response of each patient
#'
#' Takes the overall responses of the visits (RECIST 1.1) and gives one row per patient, also for patients
#' who were never assessed: the best overall response without confirmation (`BOR`) and with it (`CBOR`),
#' their dates, the first response (`RSPDT`) and the first one that was confirmed (`CRSPDT`), and the reason
#' for each in words.
#'
#' Responses count from the start date to the first progression, the start of a new anticancer therapy and
#' the data cut; the [recist()] rule says the rest. The responses of a study with lesions are derived, by
#' [derive_response()]. Of supplied responses, disease after a complete response (a CR followed by PR or SD)
#' contradicts RECIST: it is reported by a warning of class `tte_warning_response_after_cr` and never
#' repaired.
#'
#' @param x A study, of which the lesions are read or, without them, the assessments; a [derive_response()]
#'   result; or a data frame of visit responses with the columns `USUBJID`, `ADT` (date), `AVALC` (`CR`,
#'   `PR`, `SD`, `NON-CR/NON-PD` or `NN`, `PD`, `NE`, `NED`); of an ADRS the rows with `PARAMCD` `OVR` (or
#'   `OVRLRESP`) are used, and where it has both criteria those by RECIST 1.1. `ND`, `MISSING` and empty are
#'   visits without assessment, which is not the same as `NE`.
#' @param subjects A data frame with one row per patient: `USUBJID`, `STARTDT` (date of randomisation or
#'   first dose) and, where it applies, `NACTDT` (first new anticancer therapy). All its columns are carried
#'   along.
#' @section iRECIST: With `rule = irecist()` the result has both criteria: the columns above by RECIST 1.1,
#'   and beside them `IBOR` and `ICBOR` (with confirmation) by iRECIST, with `IBORDT`, `ICBORDT`, `ICONFDT`,
#'   `IRSPDT`, `ICRSPDT`, `IREASON`, `ICREASON`, `IBORN` and `ICBORN` as their siblings. Responses up to the
#'   first iCPD count, and an iUPD never cancels a later response. The best response is, in this order, iCR,
#'   iPR, iSD (from `min_sd_days` on), NON-iCR/NON-iUPD, NED, iCPD, iUPD, NE; an iCPD is dated at the first
#'   iUPD of its block. The guideline's iBOR is that without confirmation, for randomised trials; `ICBOR`
#'   confirms an iCR or iPR as RECIST 1.1 does, and an iUPD between two of them breaks the confirmation, where
#'   the guideline says nothing. `IPDDT`
#'   is that date in every patient with an iCPD, `ICPDDT` the date of the iCPD, and `IUPDDT` the first iUPD of
#'   a last block that was neither confirmed nor superseded; `ICBDT` and `ICCBDT` are the first iCR, iPR, iSD
#'   or NON-iCR/NON-iUPD that counts (clinical benefit), without and with confirmation. `DIFFERS` says whether
#'   the two best responses do, without or with confirmation (an iUPD or iCPD is a PD). Supplied responses are
#'   words of iRECIST; see [derive_response()].
#'
#' @param rule A [recist()] or [irecist()] rule; the one that the responses were derived by.
#' @param reader Whose assessment: a value of `READER` (without that column, of `PARCAT2` or `RSEVAL`).
#'   Required where several readers are in the data.
#' @param data_cut Date after which nothing counts. A study brings its own.
#' @param population Whose response: `"started"`: patients with a start date up to the cut; `"enrolled"`: all
#'   of them, those who never started as patients without assessment; `"measurable"`: of those who started,
#'   the ones with target lesions (or `MDIS` records, or `MEASFL` of the subjects, that say so);
#'   `"evaluable"`: the ones with a baseline and at least one assessment that counts and is not `NE`.
#' @param therapies What is a new anticancer therapy where the subjects have no `NACTDT`: categories of
#'   `therapies` (`CMCAT`; a row without one is `"SYSTEMIC"`) and `procedures` (`PRCAT`), from the start on.
#' @param ... Nothing.
#' @return A data frame of class `tte_best_response`. `REASON` belongs to `BOR`, `CREASON` to `CBOR`;
#'   `BORN` and `CBORN` are the numbers of ADaM (CR 1, PR 2, SD 3, NON-CR/NON-PD 4, PD 5, NE 6, MISSING 7,
#'   NED 8); `CONFDT` is the date of the assessment that confirmed. The list-column `provenance` holds the
#'   rule and the design.
#' @section Errors: `tte_error_input` with all faults in `$faults`: words that are no response by the rule,
#'   assessments without a date, several readers and none chosen, two criteria that nothing tells apart.
#' @references Eisenhauer EA and others (2009). New response evaluation criteria in solid tumours: revised
#'   RECIST guideline (version 1.1). European Journal of Cancer 45, 228-247.
#'   \doi{10.1016/j.ejca.2008.10.026}
#'
#'   Seymour L and others (2017). iRECIST: guidelines for response criteria for use in trials testing
#'   immunotherapeutics. Lancet Oncology 18, e143-e152. \doi{10.1016/S1470-2045(17)30074-8}
#' @seealso [response_rate()], [irecist()]
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
best_response.tte_study <- function(x, rule = recist(), reader = NULL, population = "started",
                                    therapies = "SYSTEMIC", ...) {
  check_dots(...)
  subjects <- study_table(x, "subjects", "best_response()")
  abort_input(rbind(
    if (is.null(subjects[["STARTDT"]])) {
      fault("x", "unknown_column", "the subjects have no start date, from which responses count",
        column = "STARTDT", remedy = "Give RANDDT in adsl, or design = \"single_arm\" and TRTSDT."
      )
    },
    if (!checkmate::test_character(therapies, any.missing = FALSE)) {
      fault("therapies", "wrong_type", "must be names of categories")
    }
  ))
  if (is.null(subjects[["NACTDT"]])) subjects[["NACTDT"]] <- new_therapy_date(x, subjects, therapies)
  best <- best_response.data.frame(
    visit_responses(x, rule, reader, words = FALSE), subjects,
    rule = rule, reader = reader, data_cut = x$tte$data_cut, population = population
  )
  info <- x$tte[intersect(c("design", "arm", "hash"), names(x$tte))]
  best$provenance <- lapply(best$provenance, c, info)
  best
}

#' @rdname best_response
#' @export
best_response.data.frame <- function(x, subjects, rule = recist(), reader = NULL, data_cut = NULL,
                                     population = "started", ...) {
  check_dots(...)
  x <- plain_table(x)
  subjects <- if (!missing(subjects)) plain_table(subjects)
  abort_input(rbind(
    check_response_rule(rule), check_choice(population, "population", names(population_words)),
    visit_faults(x, subjects, rule), subject_faults(subjects), reader_faults(x, reader, rule),
    measurable_faults(x, subjects, population), cut_day_faults(data_cut)
  ))
  if (is_irecist(rule)) {
    return(best_by_both(immune_source(x, subjects, rule), subjects, rule, reader, data_cut, population))
  }
  data_cut <- cut_day(data_cut)
  subjects <- response_population(x, subjects, population, data_cut)
  visits <- arrange_visits(x, subjects, reader)
  limits <- response_limits(subjects, rule, data_cut)
  if (population == "evaluable") {
    subjects <- evaluable_subjects(x, subjects, visits, limits)
    visits <- arrange_visits(x, subjects, reader)
    limits <- response_limits(subjects, rule, data_cut)
  }
  found <- best_response_cpp(visits$offset, visits$day, visits$code, limits, engine_rule(rule))
  if (!is_derived(x)) warn_disease_after_cr(found$after_cr, visits, subjects)
  best <- best_response_rows(found, visits, subjects, rule, x)
  provenance <- list(
    method = "Best overall response by RECIST 1.1", conventions = best_conventions(x, rule, population),
    rule = rule, reader = reader, data_cut = data_cut, population = population
  )
  best$provenance <- rep(list(provenance), nrow(best))
  structure(best, class = c("tte_best_response", "data.frame"))
}

#' @export
best_response.default <- function(x, ...) abort_input(wrong_source("x"))

population_words <- c(
  started = NA, enrolled = "Patients: all who were enrolled, also those who never started.",
  measurable = "Patients: those who started and had target lesions.",
  evaluable = "Patients: those who started and had a baseline and an assessment that counts and is not NE."
)

# How supplied responses came about is not ours to say.
best_conventions <- function(x, rule, population) {
  who <- population_words[[population]]
  c(if (is_derived(x)) response_sentences(rule), best_sentences(rule), if (!is.na(who)) c(population = who))
}

is_derived <- function(x) {
  inherits(x, "tte_responses") && nrow(x) > 0 && !identical(x$provenance[[1]]$source, "supplied")
}

# ADaM's words and numbers for an overall response.
response_codes <- c(CR = 1L, PR = 2L, SD = 3L, "NON-CR/NON-PD" = 4L, PD = 5L, NE = 6L, MISSING = 7L, NED = 8L)
not_assessed <- c("ND", "MISSING", "", NA)

response_code <- function(words) {
  recode(words, function(words) {
    words <- toupper(trimws(as.character(words)))
    words[words %in% "NN"] <- "NON-CR/NON-PD"
    unname(response_codes[words])
  })
}

is_assessed <- function(words) {
  recode(words, function(words) !toupper(trimws(as.character(words))) %in% not_assessed)
}

response_word <- function(codes) names(response_codes)[match(codes, response_codes)]

check_rule <- function(rule) {
  if (!inherits(rule, "tte_recist")) fault("rule", "wrong_type", "must be made by recist()")
}

visit_faults <- function(x, subjects, rule = NULL) {
  if (inherits(x, "tte_responses") && nrow(x) == 0) {
    return(NULL)
  }
  columns <- column_faults(x, "x", c("USUBJID", "ADT", "AVALC"))
  if (!is.null(columns)) {
    return(columns)
  }
  overall <- is_read(x, rule)
  counts <- overall & is_assessed(x$AVALC)
  criteria <- criteria_faults(x)
  rbind(
    if (!any(overall)) {
      fault("x", "unknown_param", "has no overall responses (PARAMCD OVR)", column = "PARAMCD")
    },
    if (is.null(criteria)) overall_word_faults(x, counts, rule) else criteria,
    date_faults(x, "x", "ADT"),
    row_fault(counts & is.na(x[["ADT"]]), "x", "missing_value", "ADT", "is missing",
      remedy = "Dates of assessments are not imputed; without one AVALC is ND."
    ),
    row_fault(is.na(x$USUBJID), "x", "missing_value", "USUBJID", "is missing"),
    if (is.data.frame(subjects)) {
      row_fault(
        !is.na(x$USUBJID) & !x$USUBJID %in% subjects$USUBJID, "x", "unknown_level", "USUBJID",
        "is not among the subjects"
      )
    }
  )
}

# Words that are none of the criterion of their row.
overall_word_faults <- function(x, counts, rule) {
  unknown <- is.na(response_code(x$AVALC))
  if (is_irecist(rule)) {
    immune <- by_immune(x)
    if (length(immune) == 0) immune <- rep(TRUE, nrow(x))
    unknown[immune] <- is.na(immune_code(x$AVALC[immune]))
  }
  said <- x[["RECIST"]]
  rbind(
    row_fault(
      counts & unknown, "x", "unknown_level", "AVALC", "is no overall response",
      remedy = response_word_remedy(x$AVALC[counts & unknown], rule)
    ),
    if (is_irecist(rule) && !is.null(said)) {
      row_fault(
        counts & is_assessed(said) & is.na(response_code(said)), "x", "unknown_level", "RECIST",
        "is no overall response by RECIST 1.1"
      )
    },
    if (is_irecist(rule)) rbind(date_faults(x, "x", "RECISTDT"), listed_faults(x, "CLINSTAB", c("Y", "N")))
  )
}

response_word_remedy <- function(words, rule) {
  if (is_irecist(rule)) {
    return(paste0(
      sprintf("By iRECIST there are %s", toString(names(immune_codes))),
      "; a PD is an iUPD or an iCPD, and ND a visit without assessment."
    ))
  }
  if (any(!is.na(immune_code(words)))) {
    return("These are words of iRECIST: say rule = irecist().")
  }
  sprintf("There are %s; ND is a visit without assessment.", toString(names(response_codes)))
}

subject_faults <- function(subjects) {
  if (is.null(subjects)) {
    return(fault("subjects", "missing_table", "are needed, also those who were never assessed",
      remedy = "Give a data frame with one row per patient: USUBJID and STARTDT."
    ))
  }
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

reader_faults <- function(x, reader, rule = NULL) {
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
  readers <- unique(stats::na.omit(as.character(x[[column]][is_read(x, rule)])))
  if (is.null(reader) && length(readers) > 1) {
    return(fault(
      "reader", "several_params", sprintf("several readers assessed: %s", toString(readers)),
      column = column,
      remedy = "Say whose assessment counts with reader ="
    ))
  }
  known <- length(reader) == 1 && (nrow(x) == 0 || reader %in% readers)
  if (!is.null(reader) && !known) {
    fault("reader", "not_a_choice", sprintf("must be one of %s", toString(readers)), column = column)
  }
}

# Patients whose responses are asked for; the others are counted aloud.
response_population <- function(x, subjects, population, data_cut) {
  subjects <- as.data.frame(subjects)
  if (population == "enrolled") {
    return(subjects)
  }
  started <- !is.na(subjects[["STARTDT"]])
  if (!is.null(data_cut)) started <- started & as.Date(subjects[["STARTDT"]]) <= data_cut
  subjects <- keep_subjects(subjects, started, "never started", "not_started")
  if (population != "measurable") {
    return(subjects)
  }
  keep_subjects(subjects, is_measurable(x, subjects), "had no target lesions", "not_measurable")
}

keep_subjects <- function(subjects, keep, what, class) {
  if (all(keep)) {
    return(subjects)
  }
  inform_tte(sprintf("%d of %d patients %s and are left out.", sum(!keep), length(keep), what), class)
  subjects[keep, , drop = FALSE]
}

# Who had measurable disease, where the data say: derived responses, the subjects, or records MDIS.
measurable_source <- function(x, subjects) {
  if (!is.null(x[["MEASFL"]]) && any(!is.na(x[["MEASFL"]]))) {
    return(list(id = x$USUBJID, yes = x[["MEASFL"]] %in% "Y"))
  }
  if (!is.null(subjects[["MEASFL"]])) {
    return(list(id = subjects$USUBJID, yes = subjects[["MEASFL"]] %in% "Y"))
  }
  records <- x[x[["PARAMCD"]] %in% "MDIS", , drop = FALSE]
  if (nrow(records) > 0) list(id = records$USUBJID, yes = records$AVALC %in% "Y")
}

is_measurable <- function(x, subjects) {
  known <- measurable_source(x, subjects)
  subjects$USUBJID %in% known$id[known$yes]
}

measurable_faults <- function(x, subjects, population) {
  if (!identical(population, "measurable") || !is.data.frame(x) || !is.data.frame(subjects)) {
    return(NULL)
  }
  if (is.null(measurable_source(x, subjects))) {
    fault("x", "unknown_column", "does not say who had measurable disease",
      column = "MEASFL",
      remedy = "Give lesions, records with PARAMCD MDIS, or MEASFL (Y or N) in the subjects."
    )
  }
}

# With a baseline, and with an assessment between start and limit that is not NE.
evaluable_subjects <- function(x, subjects, visits, limits) {
  patient <- rep.int(seq_len(nrow(subjects)), diff(visits$offset))
  counts <- visits$day >= 0 & visits$day <= limits[patient] & visits$code != 6L
  keep <- tabulate(patient[counts], nrow(subjects)) > 0
  if (!is.null(x[["BASECMP"]])) keep <- keep & !subjects$USUBJID %in% x$USUBJID[x[["BASECMP"]] %in% "N"]
  keep_subjects(subjects, keep, "were not evaluable", "not_evaluable")
}

# First new anticancer therapy of each subject from the start on, NA without one; NULL without any record.
new_therapy_date <- function(study, subjects, therapies) {
  records <- rbind(
    therapy_dates(study$therapies, "CMCAT", therapies, "SYSTEMIC"),
    therapy_dates(study$procedures, "PRCAT", therapies, NA)
  )
  if (is.null(records)) {
    return(NULL)
  }
  date <- as.Date(rep(NA, nrow(subjects)))
  person <- match(records$USUBJID, subjects$USUBJID)
  later <- which(records$ASTDT >= as.Date(subjects[["STARTDT"]])[person])
  later <- later[order(records$ASTDT[later], decreasing = TRUE)]
  date[person[later]] <- records$ASTDT[later]
  date
}

therapy_dates <- function(table, column, therapies, default) {
  if (is.null(table)) {
    return(NULL)
  }
  category <- if (is.null(table[[column]])) rep(NA, nrow(table)) else toupper(trimws(table[[column]]))
  category[category %in% c(NA, "")] <- default
  rows <- category %in% toupper(trimws(therapies))
  data.frame(USUBJID = table$USUBJID[rows], ASTDT = as.Date(table[["ASTDT"]][rows]))
}

# The assessments that can count, patient after patient in the order of `subjects`, as days since the start.
# They are in the order of the date `by`, and `code` reads their words: a progression by iRECIST may be dated
# (`shown`) before the last scan of its timepoint.
arrange_visits <- function(x, subjects, reader = NULL, by = "ADT", code = response_code) {
  keep <- is_overall_response(x) & is_assessed(x$AVALC)
  if (!is.null(reader)) keep <- keep & x[[reader_column(x)]] %in% reader
  row <- which(keep)
  patient <- match(x$USUBJID[row], subjects$USUBJID)
  start <- floor(as.numeric(as.Date(subjects[["STARTDT"]])))[patient]
  day <- floor(as.numeric(as.Date(x[[by]][row]))) - start
  counts <- which(!is.na(day))
  order <- counts[order(patient[counts], day[counts])]
  row <- row[order]
  date <- floor(as.numeric(as.Date(x[["ADT"]][row])))
  list(
    offset = c(0L, cumsum(tabulate(patient[order], nrow(subjects)))), day = day[order],
    code = code(x$AVALC[row]), date = day_date(date), row = row, patient = patient[order],
    shown = date - start[order]
  )
}

# By iRECIST.
arrange_immune <- function(x, subjects, reader = NULL) {
  arrange_visits(x, subjects, reader, by = "SCANDT", code = immune_code)
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

# Up to five of them by name.
some_of <- function(who) {
  paste0(toString(utils::head(who, 5)), if (length(who) > 5) sprintf(" and %d more", length(who) - 5))
}

warn_disease_after_cr <- function(row, visits, subjects) {
  who <- subjects$USUBJID[!is.na(row)]
  if (length(who) == 0) {
    return(invisible())
  }
  warn_tte(c(
    sprintf(
      "PR, SD or non-CR/non-PD after a CR: %d of %d patients, %s.", length(who), nrow(subjects), some_of(who)
    ),
    i = "Supplied responses are used as they are, not repaired."
  ), "response_after_cr")
}

best_response_rows <- function(found, visits, subjects, rule, x) {
  date <- function(row) visits$date[row]
  word <- function(best) {
    words <- response_word(best$response)
    replace(words, words == "MISSING", rule$no_assessment)
  }
  number <- function(best) {
    if (rule$no_assessment == "NE") replace(best$response, best$response == 7L, 6L) else best$response
  }
  result <- data.frame(
    USUBJID = subjects$USUBJID, BOR = word(found$any), BORDT = date(found$any$row),
    CBOR = word(found$confirmed), CBORDT = date(found$confirmed$row),
    CONFDT = date(found$confirmed$confirmed_by),
    RSPDT = date(found$any$first_response), CRSPDT = date(found$confirmed$first_response),
    NVISIT = found$n_used, REASON = response_reason(found$any, visits, rule, x),
    CREASON = response_reason(found$confirmed, visits, rule, x), BORN = number(found$any),
    CBORN = number(found$confirmed)
  )
  cbind(result, subjects[setdiff(names(subjects), names(result))])
}

# Why a patient has her best response, in words; `word` are those of the criteria.
response_reason <- function(best, visits, rule, x, word = response_word,
                            words = c(stable = "SD", last = ", nothing better counts before")) {
  seen <- seen_words(best$row, visits, x, word)
  day <- visits$day[best$row]
  least <- rule$min_sd_days - rule$sd_tol
  later <- visits$day[best$confirmed_by] - day
  by <- word(visits$code[best$confirmed_by])
  said <- rep("no assessment that counts", length(seen))
  of <- function(reason) which(best$reason == reason)
  said[of(2)] <- seen[of(2)]
  said[of(3)] <- sprintf("%s, confirmed by %s %g days later", seen[of(3)], by[of(3)], later[of(3)])
  said[of(4)] <- sprintf("%s, %g days after the start (at least %g)", seen[of(4)], day[of(4)], least)
  said[of(5)] <- sprintf(
    "%s not confirmed; %g days after the start it counts as %s", seen[of(5)], day[of(5)], words[["stable"]]
  )
  said[of(6)] <- paste0(seen[of(6)], words[["last"]])
  said[of(7)] <- sprintf("%s is only %g days after the start (at least %g)", seen[of(7)], day[of(7)], least)
  said[of(8)] <- paste0(seen[of(8)], ", nothing else counts")
  said
}

# "PR on 2024-02-20 (sum 65 mm is 35 % below baseline 100 mm)"; the part in brackets where it was derived.
seen_words <- function(row, visits, x, word) {
  seen <- sprintf("%s on %s", word(visits$code[row]), recode(visits$date[row], format))
  why <- derived_reason(x, visits$row[row])
  paste0(seen, ifelse(why == "", "", paste0(" (", why, ")")))
}

# Why a timepoint has its response, where it was derived.
derived_reason <- function(x, row) {
  said <- rep("", length(row))
  some <- which(!is.na(row))
  if (is_derived(x)) said[some] <- reasons_of(x, row[some])
  said
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
  who <- counted_patients(nrow(x))
  cat(sprintf("Best overall response of %s (BOR, and CBOR with confirmation)\n\n", who))
  print(counts[rowSums(counts) > 0, , drop = FALSE])
  cat("\n")
  print_conventions(unique(unlist(lapply(unique(x$provenance), function(p) unname(p$conventions)))))
  invisible(x)
}
