#' Pseudoprogressions: unconfirmed progressions that went away
#'
#' Lists every iUPD that was later superseded by iSD, iPR, iCR or NON-iCR/NON-iUPD: when it was seen, when and
#' by what it was superseded, the sums, the best response after it, and the progression that RECIST 1.1 has
#' there. Assessments count from the start to a new anticancer therapy and the data cut, as in
#' [best_response()].
#'
#' @param x A study, what [derive_response()] gives with an [irecist()] rule, or a data frame that it takes.
#' @param subjects For a data frame: one row per patient with `USUBJID` and `STARTDT` and, where it applies,
#'   `NACTDT`. Where it is `NULL` every assessment counts, and there are no study days.
#' @param rule An [irecist()] rule.
#' @param reader Whose assessments; `NULL` for all of them, each apart.
#' @return A data frame of class `tte_pseudoprogression`, one row for each block of iUPD that was superseded:
#'   `USUBJID`, `READER`, `IUPDDT` (first iUPD) and `IUPDDY` (its study day, the start is 1), `NIUPD` (how
#'   many iUPD), `SUPDT` and `SUPRESP` (when and by what it was superseded), `DAYS` between the two dates,
#'   `BASE`, `SUMIUPD`, `SUMSUP` and `SUMMIN` (target sums in mm: at baseline, at the iUPD, when superseded,
#'   the least from there on), `NLIUPD` (sum of new lesions at the iUPD), `BESTAFT` and `BESTDT` (best
#'   response from there on, on any day), `PDDT` (first progression by RECIST 1.1), `ICPDDT` (a later iCPD)
#'   and `REASON` (of the iUPD). The attribute `counts` holds how many patients were assessed, and how many
#'   had an iUPD.
#' @section Errors: `tte_error_input` with all faults in `$faults`.
#' @seealso [irecist()], [treatment_past_progression()]
#' @examples
#' visits <- data.frame(
#'   USUBJID = "1", ADT = as.Date("2024-01-01") + 42 * 1:5,
#'   AVALC = c("iSD", "iUPD", "iPR", "iPR", "iUPD")
#' )
#' pseudoprogression(visits, data.frame(USUBJID = "1", STARTDT = as.Date("2024-01-01")))
#' @export
pseudoprogression <- function(x, subjects = NULL, rule = irecist(), reader = NULL) {
  found <- irecist_records(x, subjects, rule, reader)
  listed <- superseded_blocks(found)
  attr(listed, "counts") <- c(
    assessed = length(unique(found$x$USUBJID[found$row])),
    iupd = length(unique(found$person[found$blocks$patient]))
  )
  structure(listed, class = c("tte_pseudoprogression", "data.frame"))
}

# The responses and their blocks, a history for each patient and reader.
irecist_records <- function(x, subjects, rule, reader, call = rlang::caller_env()) {
  abort_input(immune_rule_faults(rule), call)
  study <- inherits(x, "tte_study")
  if (!study && !is.data.frame(x)) abort_input(wrong_source("x"), call)
  if (study) {
    subjects <- study_table(x, "subjects", "pseudoprogression()")
    if (is.null(subjects[["NACTDT"]])) subjects[["NACTDT"]] <- new_therapy_date(x, subjects, "SYSTEMIC")
    x <- visit_responses(x, rule, reader, words = FALSE, call = call)
  } else {
    abort_input(rbind(
      if (!is.null(subjects)) subject_faults(subjects),
      reader_choice_faults(x, reader, response_kind(x), rule)
    ), call)
    x <- immune_source(plain_table(x), plain_table(subjects), rule, call)
    x <- keep_reader(x, reader)
  }
  by_history(x, subjects, rule)
}

immune_rule_faults <- function(rule) {
  if (!is_irecist(rule)) fault("rule", "wrong_type", "must be made by irecist()")
}

by_history <- function(x, subjects, rule) {
  key <- paste(x$USUBJID, x$READER, sep = "\r")
  histories <- which(!duplicated(key))
  person <- x$USUBJID[histories]
  own <- data.frame(USUBJID = key[histories], STARTDT = day_date(rep(0, length(person))))
  if (!is.null(subjects)) {
    own$STARTDT <- as.Date(subjects[["STARTDT"]])[match(person, subjects$USUBJID)]
    own$NACTDT <- as.Date(subjects[["NACTDT"]])[match(person, subjects$USUBJID)]
  }
  x$USUBJID <- key
  records <- arrange_immune(x, own)
  limits <- response_limits(own, rule$recist, NULL)
  blocks <- irecist_best_cpp(
    records$offset, records$day, records$shown, records$code, limits, engine_rule(rule$recist)
  )$blocks
  x$USUBJID <- sub("\r.*", "", x$USUBJID)
  counts <- records$day >= 0 & records$shown <= limits[records$patient]
  c(records, list(
    x = x, person = person, start = if (is.null(subjects)) own$STARTDT[NA_integer_] else own$STARTDT,
    blocks = blocks, counts = counts
  ))
}

superseded_blocks <- function(found) {
  blocks <- lapply(found$blocks, `[`, found$blocks$ended == 2L)
  at <- function(column, row) found$x[[column]][found$row[row]]
  after <- from_rows(found, blocks$end, blocks$patient)
  icpd <- day_date(rep(NA_real_, length(found$person)))
  confirmed <- found$blocks$ended == 1L
  icpd[found$blocks$patient[confirmed]] <- found$date[found$blocks$end[confirmed]]
  first <- found$date[blocks$first]
  start <- rep_len(found$start, length(found$person))[blocks$patient]
  data.frame(
    USUBJID = found$person[blocks$patient], READER = at("READER", blocks$first), IUPDDT = first,
    IUPDDY = as.integer(first - start + 1L), NIUPD = blocks$n_unconfirmed + 1L,
    SUPDT = found$date[blocks$end], SUPRESP = immune_word(found$code[blocks$end]),
    DAYS = as.integer(found$date[blocks$end] - first), BASE = at("BASE", blocks$first),
    SUMIUPD = at("SUM", blocks$first), SUMSUP = at("SUM", blocks$end), SUMMIN = after$least,
    NLIUPD = at("NLSUM", blocks$first), BESTAFT = after$best, BESTDT = after$date,
    PDDT = first_pd(found)[blocks$patient], ICPDDT = icpd[blocks$patient],
    REASON = reasons_of(found$x, found$row[blocks$first])
  )
}

# First progression by RECIST 1.1 of each history.
first_pd <- function(found) {
  pd <- found$x$RECIST[found$row] %in% "PD" & found$counts
  date <- day_date(rep(NA_real_, length(found$person)))
  rows <- rev(which(pd))
  date[found$patient[rows]] <- found$x$RECISTDT[found$row[rows]]
  date
}

# From a row of each of these patients to her last that counts, or the first iCPD: best response, its first
# date, the least complete sum.
from_rows <- function(found, row, patient) {
  n <- found$offset[patient + 1L] - row + 1L
  at <- sequence(n, row)
  whose <- rep(seq_along(row), n)
  icpd <- as.integer(found$code[at] == immune_codes[["iCPD"]])
  ended <- stats::ave(icpd, whose, FUN = cumsum) - icpd > 0
  keep <- found$counts[at] & !ended
  at <- at[keep]
  whose <- whose[keep]
  place <- order(whose, match(found$code[at], after_order), at)
  first <- place[!duplicated(whose[place])]
  best <- rep(NA_integer_, length(row))
  best[whose[first]] <- at[first]
  sum <- found$x$SUM[found$row[at]]
  sum[found$x$COMPLETE[found$row[at]] %in% FALSE] <- NA
  least <- rep(NA_real_, length(row))
  known <- which(!is.na(sum))
  known <- known[order(whose[known], sum[known])]
  known <- known[!duplicated(whose[known])]
  least[whose[known]] <- sum[known]
  list(best = immune_word(found$code[best]), date = found$date[best], least = least)
}

# iCR iPR iSD NON-iCR/NON-iUPD NED iCPD iUPD NE
after_order <- c(1L, 2L, 3L, 4L, 8L, 9L, 5L, 6L)

#' @export
print.tte_pseudoprogression <- function(x, n = 10, ...) {
  counts <- attr(x, "counts")
  if (is.null(counts) || !all(c("IUPDDT", "SUPRESP") %in% names(x))) {
    return(NextMethod())
  }
  persons <- length(unique(x$USUBJID))
  cat(sprintf(
    "Pseudoprogression (iUPD superseded later) in %d of the %s with an iUPD, of %s assessed\n",
    persons, counted_patients(counts[["iupd"]]), counted_patients(counts[["assessed"]])
  ))
  print_listing(x, n, c(
    "USUBJID", "READER", "IUPDDT", "SUPDT", "SUPRESP", "DAYS", "SUMIUPD", "SUMMIN", "BESTAFT", "PDDT",
    "ICPDDT"
  ))
  invisible(x)
}

# The first rows, without columns that say nothing.
print_listing <- function(x, n, columns) {
  if (nrow(x) == 0) {
    return(invisible())
  }
  shown <- as.data.frame(x)[columns[!vapply(x[columns], function(v) all(is.na(v)), TRUE)]]
  cat("\n")
  print(utils::head(shown, n), row.names = FALSE, right = FALSE)
  more <- nrow(x) - n
  if (more > 0) cat(sprintf("... and %d more row%s\n", more, if (more == 1) "" else "s"))
}
