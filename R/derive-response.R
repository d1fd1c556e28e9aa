#' Response at each timepoint
#'
#' From what was measured to the response by RECIST 1.1, and with an [irecist()] rule by iRECIST beside it:
#' the sum of the targets, its baseline and nadir, the responses of target and non-target lesions, new
#' lesions, and the overall response they make, with the reason for each in words. Each reader is kept apart.
#'
#' @section Timepoints: Rows belong to one timepoint if they have the same `AVISIT`; without it, or where it
#'   begins with `UNSCHED`, if they have the same date. The baseline is what `ABLFL` says, otherwise the last
#'   timepoint up to the first dose (`TRTSDT`), or up to `STARTDT` without a dose. A progression is dated at
#'   the first scan that shows it: a new lesion at its first appearance (also one that was equivocal then and
#'   became certain), a sum at the last scan of the targets of that timepoint. Everything else is dated at
#'   the last scan of the timepoint. A timepoint at which nothing was done has no response, not even `NE`.
#'
#' @section Sizes: A size is used if it is there. `ABSENT` is 0 mm, `TOO SMALL TO MEASURE` 5 mm; a lymph node
#'   is gone below 10 mm, and its short axis is part of the sum all the same. Parts of a split lesion have
#'   its name and a number, `T1.1` and `T1.2`, or its name on the same day; their sizes add up. Of lesions
#'   that merged one has the size, the others are `MERGED`. Sizes are compared in tenths of a millimetre.
#'
#' @section PET: A new lesion that only PET showed is `EQUIVOCAL` on the day of the PET and `UNEQUIVOCAL`
#'   once CT confirms it; the progression then has the date of the PET.
#'
#' @section Words for lesions: `TRSTRESC` says the state of a lesion where `AVAL` holds no size.
#'   - All lesions: `ABSENT`, `PRESENT`, `TOO SMALL TO MEASURE`, `NOT EVALUABLE`, `NOT DONE`; targets and
#'     non-target lesions also `MERGED` (or `COALESCED`).
#'   - Non-target lesions: `UNEQUIVOCAL PROGRESSION`, at every visit at which it holds; `MARKER RAISED` and
#'     `MARKER NORMAL`; and, since the lesion was last assessed, `INCREASED`, `DECREASED`, `UNCHANGED`. A
#'     lesion that is `UNCHANGED` has the state that it had; `INCREASED` and `DECREASED` are there,
#'     `INCREASED` after `UNEQUIVOCAL PROGRESSION` is that still. By RECIST 1.1 an increase alone is no
#'     progression.
#'   - New lesions: `UNEQUIVOCAL`, `EQUIVOCAL`, and for iRECIST `INCREASED`, `DECREASED`, `UNCHANGED` and
#'     `UNEQUIVOCAL PROGRESSION` (a new lesion that is not measured is unequivocally larger than it was).
#'
#' @section iRECIST: Where the rule is [irecist()], `AVALC` and `ADT` are the response by iRECIST and its
#'   date, and `RECIST`, `RECISTDT` and `RECREAS` response, date and reason by RECIST 1.1, as `rule =
#'   recist()` would give them. `IBLOCK` numbers the blocks of iUPD of a patient, `IBLOCKDT` is the date of
#'   the block's first iUPD, `IWINDOW` whether a later timepoint of it is `EARLY`, `WITHIN` or `LATE` for
#'   confirmation. `ICODE` says what the timepoint did: `RECIST` (no open block: the response of RECIST 1.1),
#'   `NE`, `OPENED`, `CONFIRMED`, `TOO EARLY` (it would confirm), `NO CHANGE`, `SUPERSEDED`, `AFTER ICPD` (no
#'   response). `ICONF` says what confirms: `a` the sum of the targets, `b` non-target lesions, `c1` the sum
#'   of new lesions, `c2` one that is not measured, `c3` another one, `d1`, `d2`, `d3` progression of targets,
#'   non-target or new lesions that had not progressed in the block; [irecist()] defines each. `NLSUM` is the
#'   sum of the measured new lesions in mm, which `SUM` never holds, `NLCOUNT` how many are known, `NLTHERE`
#'   whether any is there. Lesions may have `SYMPTOMS` (`Y`: the scan was made for new symptoms) and
#'   `CLINSTAB` (`N`: the patient was not clinically stable), which any row of a timepoint may say.
#'
#'   Sums may have `NLSUM`, `NLCOUNT`, `NLCHANGE` (of new lesions that are not measured: `INCREASED`,
#'   `DECREASED`, `UNCHANGED`, `UNEQUIVOCAL PROGRESSION`), `NTCHANGE` (of non-target lesions: the first
#'   three), `SYMPTOMS` and `CLINSTAB`; `NEWLESN` says whether new lesions are there, known ones or others,
#'   and is missing where they were not assessed. Supplied responses are in the words of iRECIST, `iCR`,
#'   `iPR`, `iSD`, `NON-iCR/NON-iUPD`, `iUPD`, `iCPD`, `NE`, `NED`; `CR`, `PR` and `SD` are read as `iCR`,
#'   `iPR` and `iSD`, a `PD` is an error, because it does not say whether it is confirmed. By RECIST 1.1 the
#'   first iUPD is the PD, after which it has no response, or a column `RECIST` (dated `RECISTDT`) says it.
#'   Of an ADRS that has both criteria, told apart as [study_from_adam()] says, records of one patient, reader
#'   and visit (or else day) make one row; `SRCSEQ` is the number of its record by iRECIST (`ASEQ`, `RSSEQ`,
#'   or its row), `RECISTSQ` of that by RECIST 1.1.
#'
#' @param x A study with `lesions`, or without them with `assessments`, whose responses are passed through.
#'   Or a data frame of lesions (`USUBJID`, `TRLNKID`, `ADT`, `TRGRPID`: `TARGET`, `NON-TARGET` or `NEW`;
#'   `AVAL` in mm, `TRSTRESC`, `NODAL`, `TRLOC`, `AVISIT`, `READER`, `ABLFL`), of sums (`USUBJID`, `ADT`,
#'   `SUM` in mm; `COMPLETE`, by default `TRUE`; `NODES_NORMAL`: what is left are nodes below 10 mm;
#'   `NTRGRESP`, `NEWLESN`, `AVISIT`, `READER`, `ABLFL`), or of responses (`USUBJID`, `ADT`, `AVALC`).
#' @param subjects A data frame with one row per patient: `USUBJID`, `STARTDT` and `TRTSDT`. It may be left
#'   out if `ABLFL` says what the baseline is.
#' @param rule A [recist()] rule, or an [irecist()] rule, which gives both criteria.
#' @param reader Whose assessment: a value of `READER` (or of `PARCAT2`, `RSEVAL`); `NULL` for all of them.
#' @param ... Nothing.
#' @return A data frame of class `tte_responses` with one row per patient, reader and timepoint: `AVALC` is
#'   the overall response, `ADT` its date, `ADTPD` the same where it is a progression; `SUM`, `BASE` and
#'   `NADIR` in mm; `REASON`. The row of the baseline (`ABLFL`) has no response. `BASECMP` says whether the
#'   baseline is complete, `MEASFL` whether there are target lesions, `SCANDT` is the last scan of the
#'   timepoint. [best_response()] takes it.
#' @section Errors: a condition of class `tte_error_input` lists all faults with their rows, also where
#'   supplied responses are by two criteria that nothing tells apart. Supplied words with an iCPD that no iUPD
#'   precedes are a warning, `tte_warning_icpd_without_iupd`.
#' @references Eisenhauer EA and others (2009). New response evaluation criteria in solid tumours: revised
#'   RECIST guideline (version 1.1). European Journal of Cancer 45, 228-247.
#'   \doi{10.1016/j.ejca.2008.10.026}
#'
#'   Seymour L and others (2017). iRECIST: guidelines for response criteria for use in trials testing
#'   immunotherapeutics. Lancet Oncology 18, e143-e152. \doi{10.1016/S1470-2045(17)30074-8}
#' @seealso [recist()], [irecist()], [best_response()], [pseudoprogression()]
#' @examples
#' lesions <- data.frame(
#'   USUBJID = "1", TRLNKID = "T1", TRGRPID = "TARGET", AVISIT = c("Baseline", "Week 6", "Week 12"),
#'   ADT = as.Date("2024-01-01") + c(0, 42, 84), AVAL = c(40, 24, 34), ABLFL = c("Y", NA, NA)
#' )
#' responses <- derive_response(lesions)
#' responses[c("AVISIT", "AVALC", "REASON")]
#' @export
derive_response <- function(x, ...) {
  UseMethod("derive_response")
}

#' @rdname derive_response
#' @export
derive_response.tte_study <- function(x, rule = recist(), reader = NULL, ...) {
  check_dots(...)
  visit_responses(x, rule, reader)
}

#' @rdname derive_response
#' @export
derive_response.data.frame <- function(x, subjects = NULL, rule = recist(), reader = NULL, ...) {
  check_dots(...)
  responses_from(plain_table(x), plain_table(subjects), rule, reader)
}

#' @export
derive_response.default <- function(x, ...) abort_input(wrong_source("x"))

#' @export
derive_response.tte_responses <- function(x, reader = NULL, ...) {
  check_dots(...)
  abort_input(reader_choice_faults(x, reader, "lesions"))
  keep_reader(x, reader)
}

# The responses of a study by one reader or, apart, by each: from its lesions, otherwise as supplied.
# `words = FALSE` leaves out the reasons, which cost more than everything else.
visit_responses <- function(study, rule = recist(), reader = NULL, words = TRUE,
                            call = rlang::caller_env()) {
  subjects <- study_table(study, "subjects", "derive_response()")
  source <- study[["lesions"]]
  if (is.null(source)) source <- study_table(study, "assessments", "derive_response()")
  if (nrow(source) == 0) {
    return(no_responses(rule, reader, study$tte))
  }
  responses_from(source, subjects, rule, reader, study$tte, words, call)
}

responses_from <- function(x, subjects, rule, reader, info = NULL, words = TRUE, call = rlang::caller_env()) {
  kind <- response_kind(x)
  abort_input(rbind(
    check_response_rule(rule), source_faults(x, subjects, kind, rule),
    reader_choice_faults(x, reader, kind, rule),
    subject_day_faults(x, subjects, kind)
  ), call)
  derive <- switch(kind,
    lesions = lesion_responses,
    sums = sum_responses,
    supplied = supplied_responses
  )
  found <- derive(x, as.data.frame(subjects), rule, reader, words, call)
  found$BASECMP[found$USUBJID %in% subjects$USUBJID[subjects[["BASEFL"]] %in% "N"]] <- "N"
  found$provenance <- rep(list(response_provenance(kind, rule, reader, info)), nrow(found))
  structure(found, class = c(if (is_irecist(rule)) "tte_irecist_responses", "tte_responses", "data.frame"))
}

# Before the first scan of a study, say at an early data cut.
no_responses <- function(rule, reader, info) {
  one <- data.frame(USUBJID = "", ADT = day_date(0), AVALC = "NE")
  responses_from(one, NULL, rule, NULL, info)[0, ]
}

# The reasons of some rows, made now if the responses were derived without words.
reasons_of <- function(x, row) {
  told <- attr(x, "told")
  if (is.null(told)) {
    return(x$REASON[row])
  }
  told$found <- lapply(told$found, `[`, row)
  told$until <- told$until[row]
  if (is.null(told$immune)) {
    return(recist_words(told))
  }
  told$immune <- lapply(told$immune, `[`, row)
  immune_words(told, recist_words(told))
}

recist_words <- function(told) timepoint_words(told$found, told$until, recist_of(told$rule))

# What a table of x holds, told by its columns.
response_kind <- function(x) {
  if (any(c("TRLNKID", "TRGRPID") %in% names(x))) {
    return("lesions")
  }
  if ("SUM" %in% names(x) && !"AVALC" %in% names(x)) "sums" else "supplied"
}

response_provenance <- function(kind, rule, reader, info) {
  derived <- c(if (is_irecist(rule)) immune_sentences(rule), response_sentences(recist_of(rule)))
  says <- switch(kind,
    lesions = derived,
    sums = c(derived, sums = "Only sums were given; they are complete unless COMPLETE says not."),
    supplied = c(supplied = "Responses were supplied and are used as they are.")
  )
  criteria <- if (is_irecist(rule)) "iRECIST, and by RECIST 1.1 beside it" else "RECIST 1.1"
  c(
    list(
      method = paste("Response at each timepoint by", criteria), conventions = says, source = kind,
      rule = rule, reader = reader
    ),
    info[intersect(c("design", "arm", "data_cut", "hash"), names(info))]
  )
}

# ---- checks ----

source_faults <- function(x, subjects, kind, rule) {
  if (kind == "lesions") {
    return(lesion_faults(x, subjects))
  }
  if (kind == "supplied") {
    known <- if (is.null(subjects)) data.frame(USUBJID = unique(x[["USUBJID"]])) else subjects
    return(visit_faults(x, known, rule))
  }
  columns <- column_faults(x, "x", c("USUBJID", "ADT", "SUM"))
  if (!is.null(columns)) {
    return(columns)
  }
  rbind(
    whose_faults(x, subjects), number_faults(x, "SUM", 10000), date_faults(x, "x", "ADT"),
    row_fault(is.na(x[["ADT"]]), "x", "missing_value", "ADT", "is missing"),
    listed_faults(x, "ABLFL", c("Y", "N")), listed_faults(x, "NTRGRESP", names(non_target_codes)),
    listed_faults(x, "NEWLESN", c("Y", "N")), flag_faults(x, c("COMPLETE", "NODES_NORMAL")),
    followed_sum_faults(x)
  )
}

whose_faults <- function(x, subjects) {
  rbind(
    row_fault(is.na(x[["USUBJID"]]), "x", "missing_value", "USUBJID", "is missing"),
    if (!is.null(subjects)) {
      row_fault(
        !is.na(x[["USUBJID"]]) & !x[["USUBJID"]] %in% subjects[["USUBJID"]], "x", "unknown_level", "USUBJID",
        "is not among the subjects"
      )
    }
  )
}

number_faults <- function(x, column, most) {
  value <- x[[column]]
  if (is.null(value) || all(is.na(value))) {
    return(NULL)
  }
  if (!is.numeric(value)) {
    return(fault("x", "wrong_type", "must be numeric, in mm", column = column))
  }
  row_fault(
    value < 0 | value > most, "x", "out_of_range", column,
    sprintf("is not from 0 to %g mm", most)
  )
}

listed_faults <- function(x, column, words) {
  value <- x[[column]]
  if (is.null(value)) {
    return(NULL)
  }
  values <- unique(as.character(value))
  strange <- values[!is.na(values) & values != "" & !values %in% words]
  row_fault(
    value %in% strange, "x", "unknown_level", column,
    sprintf("must be one of %s", toString(words))
  )
}

flag_faults <- function(x, columns) {
  wrong <- Filter(function(column) !is.logical(x[[column]]), intersect(columns, names(x)))
  do.call(rbind, lapply(wrong, function(column) {
    fault("x", "wrong_type", "must be TRUE or FALSE", column = column)
  }))
}

reader_choice_faults <- function(x, reader, kind, rule = NULL) {
  if (is.null(reader) || !is.data.frame(x)) {
    return(NULL)
  }
  column <- reader_column(x)
  if (is.na(column)) {
    return(fault("reader", "unknown_column", "there is neither READER nor PARCAT2 nor RSEVAL"))
  }
  counts <- if (kind == "supplied") is_read(x, rule) else TRUE
  readers <- unique(stats::na.omit(as.character(x[[column]][counts])))
  if (!checkmate::test_string(reader) || !reader %in% readers) {
    fault("reader", "not_a_choice", sprintf("must be one of %s", toString(readers)), column = column)
  }
}

# Without a flagged baseline the first dose, or the start, must say what it is.
subject_day_faults <- function(x, subjects, kind) {
  if (kind == "supplied" || !is.data.frame(x)) {
    return(NULL)
  }
  if (is.null(subjects)) {
    return(if (!"ABLFL" %in% names(x)) {
      fault("subjects", "missing_table", "are needed, because no column ABLFL says what the baseline is")
    })
  }
  columns <- column_faults(subjects, "subjects", "USUBJID")
  if (!is.null(columns)) {
    return(columns)
  }
  rbind(
    if (!any(c("ABLFL", names(subjects)) %in% c(if (!is.null(x[["ABLFL"]])) "ABLFL", "TRTSDT", "STARTDT"))) {
      fault("subjects", "unknown_column", "have neither TRTSDT nor STARTDT, and no ABLFL says the baseline")
    },
    row_fault(is.na(subjects$USUBJID), "subjects", "missing_value", "USUBJID", "is missing"),
    row_fault(duplicated(subjects$USUBJID), "subjects", "person_twice", "USUBJID", "is there more than once"),
    date_faults(subjects, "subjects", c("STARTDT", "TRTSDT"))
  )
}

# ---- histories: one patient as seen by one reader ----

whole_day <- function(date) as.integer(floor(as.numeric(as.Date(date))))

day_date <- function(day) structure(as.numeric(day), class = "Date")

# Whole numbers for the values of a column, in the order of the values: a shuffled table gets the same.
value_code <- function(x) {
  if (is.factor(x)) x <- levels(x)[x]
  values <- unique(x)
  place <- match(x, values)
  order <- order(values, na.last = NA)
  rank <- rep(NA_integer_, length(values))
  rank[order] <- seq_along(order)
  list(code = rank[place], values = as.character(values[order]))
}

# Which history each row belongs to, and whose each history is; patients in the order of the subjects.
histories_of <- function(x, subjects) {
  persons <- if (nrow(subjects) > 0) subjects$USUBJID else sort(unique(x$USUBJID))
  column <- reader_column(x)
  readers <- if (is.na(column)) list(code = 1L, values = NA_character_) else value_code(x[[column]])
  several <- anyNA(readers$code)
  values <- c(readers$values, if (several) NA_character_)
  code <- readers$code
  code[is.na(code)] <- length(values)
  list(
    row = (match(x$USUBJID, persons) - 1L) * length(values) + code,
    person = rep(persons, each = length(values)),
    reader = rep(values, length(persons))
  )
}

# By history: the last day of a baseline scan, and the first of a response.
history_days <- function(histories, subjects) {
  person <- match(histories$person, subjects$USUBJID)
  day <- function(column) {
    if (is.null(subjects[[column]])) {
      return(rep(NA_integer_, length(person)))
    }
    whole_day(subjects[[column]])[person]
  }
  start <- day("STARTDT")
  dose <- day("TRTSDT")
  list(start = start, until = ifelse(is.na(dose), start, dose))
}

keep_reader <- function(x, reader) {
  if (is.null(reader)) x else x[x[[reader_column(x)]] %in% reader, , drop = FALSE]
}

engine_recist <- function(rule) {
  list(
    pr_sticky = rule$pr_sticky, nadir0_pd = rule$nadir0_pd,
    reappearance_if_confirmed = rule$cr_reappearance == "rules",
    new_lesions_for_cr = rule$unassessed_new == "NE", confirm_days = rule$confirm_days, max_ne = rule$max_ne
  )
}

# ---- from lesions ----

lesion_responses <- function(x, subjects, rule, reader, words, call) {
  x <- keep_reader(x, reader)
  histories <- histories_of(x, subjects)
  days <- history_days(histories, subjects)
  rows <- c(engine_lesions(x, histories), if (is_irecist(rule)) engine_followed(x))
  found <- recist_lesions_cpp(rows, days$until, days$start, engine_responses(rule))
  abort_input(repeated_faults(x, found$repeated), call)
  inform_baseline(x, rows, found, days, recist_of(rule))
  if (is_irecist(rule)) found$immune$stable <- stable_timepoints(x, found)
  visit <- if (is.null(x[["AVISIT"]])) NA_character_ else as.character(x[["AVISIT"]][found$first_row])
  timepoint_rows(found, histories, days, visit, rule, words)
}

# ---- from sums ----

sum_responses <- function(x, subjects, rule, reader, words, call) {
  x <- keep_reader(x, reader)
  histories <- histories_of(x, subjects)
  days <- history_days(histories, subjects)
  day <- whole_day(x[["ADT"]])
  order <- order(histories$row, day, visit_code(x), x[["SUM"]])
  x <- x[order, , drop = FALSE]
  history <- histories$row[order]
  rows <- engine_sums(x, history, day[order], days)
  if (is_irecist(rule)) rows <- c(rows, engine_followed_sums(x))
  offset <- c(0L, cumsum(tabulate(history, length(histories$person))))
  at <- rep(NA_integer_, length(histories$person))
  at[history[rows$role == 1]] <- which(rows$role == 1)
  zero <- !is.na(at) & (rows$sum[at] %in% 0L) & rows$complete[at] == 1L
  found <- recist_sums_cpp(rows, offset, as.integer(!zero), engine_responses(rule))
  if (is_irecist(rule)) found$immune$stable <- said_stable(x)
  found$offset <- offset
  found$has_targets <- as.integer(!zero)
  visit <- if (is.null(x[["AVISIT"]])) NA_character_ else as.character(x[["AVISIT"]])
  timepoint_rows(found, histories, days, visit, rule, words)
}

non_target_codes <- c(CR = 1L, "NON-CR/NON-PD" = 4L, NN = 4L, PD = 5L, NE = 6L, "NA" = 0L)

engine_sums <- function(x, history, day, days) {
  complete <- if (is.null(x[["COMPLETE"]])) TRUE else x[["COMPLETE"]] %in% c(TRUE, NA)
  normal <- if (is.null(x[["NODES_NORMAL"]])) FALSE else x[["NODES_NORMAL"]] %in% TRUE
  n <- nrow(x)
  non_target <- if (is.null(x[["NTRGRESP"]])) NA else unname(non_target_codes[as.character(x[["NTRGRESP"]])])
  new <- if (is.null(x[["NEWLESN"]])) 0L else match(x[["NEWLESN"]], c("N", "Y"), 3L) - 1L
  list(
    sum = as.integer(floor(10 * x[["SUM"]] + 0.5)), complete = rep_len(as.integer(complete), n),
    normal = rep_len(as.integer(normal), n), role = sum_roles(x, history, day, days),
    non_target = rep_len(replace(non_target, is.na(non_target), 0L), n), new_lesion = rep_len(new, n),
    day = day
  )
}

# 0 follow-up, 1 baseline, 2 before the baseline, 3 before the start; rows are in the order of their days.
sum_roles <- function(x, history, day, days) {
  flagged <- if (is.null(x[["ABLFL"]])) rep(FALSE, nrow(x)) else x[["ABLFL"]] %in% "Y"
  baseline <- rep(NA_integer_, length(days$start))
  before <- which(day <= days$until[history])
  baseline[history[before]] <- before
  baseline[history[flagged]] <- which(flagged)
  row <- seq_along(day)
  base <- baseline[history]
  role <- ifelse(day < days$start[history], 3L, 0L)
  role[is.na(role)] <- 0L
  role[row < base] <- 2L
  role[row == base] <- 1L
  role
}

# ---- as supplied ----

# Responses that somebody else derived; every record stays, in the words of this package.
supplied_responses <- function(x, subjects, rule, reader, words, call) {
  if (is_irecist(rule)) x <- join_criteria(x, reader)
  if (nrow(subjects) == 0) subjects <- data.frame(USUBJID = unique(x$USUBJID))
  rows <- which(is_overall_response(x) & !is.na(match(x$USUBJID, subjects$USUBJID)))
  if (!is.null(reader)) rows <- rows[x[[reader_column(x)]][rows] %in% reader]
  readers <- if (is.na(reader_column(x))) NA_character_ else as.character(x[[reader_column(x)]])[rows]
  readers <- rep_len(readers, length(rows))
  day <- whole_day(x[["ADT"]])[rows]
  order <- order(match(x$USUBJID[rows], subjects$USUBJID), readers, day)
  rows <- rows[order]
  code <- if (is_irecist(rule)) recist_codes(x, rows) else response_code(x$AVALC[rows])
  response <- response_word(code)
  response[response %in% "MISSING"] <- NA
  date <- day_date(day[order])
  person <- match(x$USUBJID[rows], subjects$USUBJID)
  found <- data.frame(
    USUBJID = x$USUBJID[rows], READER = readers[order],
    AVISIT = if (is.null(x[["AVISIT"]])) NA_character_ else as.character(x[["AVISIT"]][rows]), ADT = date,
    ADTPD = replace(date, !response %in% "PD", NA), SCANDT = date, PARAMCD = "OVR", AVALC = response,
    TRGRESP = part_response(x, rows, "TRGRESP"), NTRGRESP = part_response(x, rows, "NTRGRESP"),
    NEWLESN = part_response(x, rows, "NEWLESN"), SUM = NA_real_, BASE = NA_real_, NADIR = NA_real_,
    COMPLETE = NA, REASON = ifelse(is.na(response), "no assessment", "as supplied"), ABLFL = NA_character_,
    BASECMP = if (is.null(x[["BASECMP"]])) "Y" else ifelse(x[["BASECMP"]][rows] %in% "N", "N", "Y"),
    MEASFL = supplied_measurable(x, subjects)[person]
  )
  if (is_irecist(rule)) supplied_immune(found, x, rows, subjects) else found
}

supplied_measurable <- function(x, subjects) {
  known <- measurable_source(x[setdiff(names(x), "MEASFL")], subjects)
  if (is.null(known)) {
    return(rep(NA_character_, nrow(subjects)))
  }
  c("N", "Y")[(subjects$USUBJID %in% known$id[known$yes]) + 1L]
}

# The record of another PARAMCD for the same patient, reader, date and visit, or its own column.
part_response <- function(x, rows, param) {
  if (!is.null(x[[param]])) {
    return(as.character(x[[param]][rows]))
  }
  other <- if (is.null(x[["PARAMCD"]])) integer() else which(x$PARAMCD %in% param)
  if (length(other) == 0) {
    return(NA_character_)
  }
  columns <- c("USUBJID", "ADT", intersect(c(stats::na.omit(reader_column(x)), "AVISIT"), names(x)))
  key <- function(at) do.call(paste, c(lapply(x[at, columns], as.character), sep = "\r"))
  as.character(x$AVALC[other][match(key(rows), key(other))])
}

# ---- the result ----

category_words <- c("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE")

timepoint_rows <- function(found, histories, days, visit, rule, words) {
  history <- rep.int(seq_along(histories$person), diff(found$offset))
  called <- found$role == 0L & found$override != 3L
  response <- response_word(found$overall)
  response[!called] <- NA
  date <- day_date(found$day)
  told <- list(found = found[worded], until = days$until[history], rule = rule)
  if (words) reason <- recist_words(told)
  rows <- list(
    USUBJID = histories$person[history], READER = histories$reader[history],
    AVISIT = rep_len(visit, length(history)),
    ADT = date, ADTPD = replace(date, !response %in% "PD", NA), SCANDT = day_date(found$scan_day),
    PARAMCD = rep("OVR", length(history)), AVALC = response,
    TRGRESP = category_words[replace(found$target, found$target == 0L, NA)],
    NTRGRESP = category_words[replace(found$non_target, found$non_target == 0L, NA)],
    NEWLESN = replace(c("N", "Y", NA)[found$new_lesion + 1L], !called, NA), SUM = found$sum / 10,
    BASE = found$base / 10, NADIR = found$nadir / 10,
    COMPLETE = replace(found$complete == 1L, found$has_targets[history] == 0L, NA),
    REASON = if (words) reason else rep(NA_character_, length(history)),
    ABLFL = c(NA, "Y")[(found$role == 1L) + 1L], BASECMP = baseline_complete(found, history),
    MEASFL = c("N", "Y")[found$has_targets[history] + 1L]
  )
  rows <- list2DF(rows)
  if (is_irecist(rule)) {
    return(immune_rows(rows, found, told, words))
  }
  if (!words) attr(rows, "told") <- told
  rows
}

# What the engine says of a timepoint that words need.
worded <- c(
  "reason", "role", "override", "sum", "base", "nadir", "complete", "non_target", "new_lesion", "new_day",
  "equivocal", "only_nodes", "day"
)

# A baseline is complete if it has every target; who has no lesion at all needs none.
baseline_complete <- function(found, history) {
  n <- length(found$has_targets)
  base <- found$role == 1L
  there <- tabulate(history[base], n) > 0
  whole <- tabulate(history[base & found$complete == 1L], n) > 0
  lesions <- tabulate(history[found$non_target != 0L], n) > 0
  complete <- ifelse(found$has_targets == 1L, whole, there | !lesions)
  c("N", "Y")[complete[history] + 1L]
}

#' @export
print.tte_responses <- function(x, ...) {
  if (!all(c("USUBJID", "AVALC", "REASON", "provenance") %in% names(x)) || nrow(x) == 0) {
    return(NextMethod())
  }
  readers <- stats::na.omit(unique(x$READER))
  n <- sum(!is.na(x$AVALC))
  cat(sprintf(
    "Responses of %s at %d %s%s\n\n", counted_patients(length(unique(x$USUBJID))), n,
    ngettext(n, "timepoint", "timepoints"),
    if (length(readers) > 0) paste(", by", and_list(readers)) else ""
  ))
  both <- if (is_irecist_responses(x)) "RECIST"
  shown <- c("USUBJID", if (length(readers) > 0) "READER", "ADT", "AVALC", both, "REASON")
  print(utils::head(as.data.frame(x)[shown], 10), row.names = FALSE, right = FALSE)
  if (nrow(x) > 10) cat(sprintf("... and %d more rows\n", nrow(x) - 10))
  cat("\n")
  print_conventions(unname(x$provenance[[1]]$conventions))
  invisible(x)
}
