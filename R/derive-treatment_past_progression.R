#' Treatment past progression
#'
#' Lists every patient who was given a dose after the progression by RECIST 1.1, as iRECIST allows while a
#' patient is clinically stable: how many doses, for how long, the best response by iRECIST after it, and
#' whether the progression was confirmed.
#'
#' @param study A study with `exposure`, or whose subjects have `TRTEDT`, and lesions or assessments.
#' @param rule An [irecist()] rule.
#' @param reader Whose assessments. Required where several readers are in the data.
#' @return A data frame of class `tte_past_progression`, one row for each patient with a dose after the day
#'   of the first progression by RECIST 1.1: `USUBJID`, `PDDT`, `NDOSE` (records of exposure, doses or
#'   courses, that begin or go on after it; missing without exposure), `FIRSTDT` and `LASTDT` (first and last
#'   dose after it), `DAYS` from the progression to the last dose, `IBORAFT` and `IBORDT` (best response by
#'   iRECIST after that timepoint, up to a new anticancer therapy; missing without an assessment), `ICPDDT`
#'   (iCPD), and `PROGRESS`: `"confirmed"`, `"superseded"` or `"not confirmed"`. The attribute `counts` holds
#'   how many patients progressed.
#' @section Errors: `tte_error_input` where there are neither doses nor `TRTEDT`, or several readers.
#' @seealso [irecist()], [pseudoprogression()]
#' @examples
#' patients <- data.frame(
#'   USUBJID = c("1", "2"), TRTSDT = as.Date("2024-01-01"),
#'   TRTEDT = as.Date(c("2024-06-01", "2024-02-01"))
#' )
#' visits <- data.frame(
#'   USUBJID = c("1", "1", "2"), ADT = as.Date("2024-01-01") + 42 * c(1, 2, 1),
#'   AVALC = c("iUPD", "iPR", "iUPD")
#' )
#' x <- study(subjects = patients, assessments = visits, design = "single_arm", arm = NULL)
#' treatment_past_progression(x)
#' @export
treatment_past_progression <- function(study, rule = irecist(), reader = NULL) {
  if (!inherits(study, "tte_study")) {
    abort_input(fault("study", "wrong_type", "must be made by study()"))
  }
  abort_input(rbind(immune_rule_faults(rule), doses_needed(study), one_reader_needed(study, reader)))
  found <- irecist_records(study, NULL, rule, reader)
  listed <- doses_after(found, study_doses(study))
  attr(listed, "counts") <- c(progressed = sum(!is.na(first_pd(found))))
  structure(listed, class = c("tte_past_progression", "data.frame"))
}

doses_needed <- function(study) {
  if (is.null(study$exposure) && is.null(study$subjects[["TRTEDT"]])) {
    fault("study", "missing_table", "treatment past progression needs doses",
      column = "exposure",
      remedy = "Give study(exposure = ), or TRTEDT of the subjects."
    )
  }
}

one_reader_needed <- function(study, reader) {
  known <- response_readers(study)
  if (is.null(reader) && length(known) > 1) {
    return(fault("reader", "several_params", sprintf("several readers assessed: %s", toString(known)),
      remedy = "Say whose assessments count with reader = ."
    ))
  }
  if (!is.null(reader)) reader_list_faults(reader, known, study)
}

# One row per dose: from, to, and whether it is a record of exposure.
study_doses <- function(study) {
  doses <- study$exposure
  if (is.null(doses)) {
    last <- as.Date(study$subjects[["TRTEDT"]])
    return(data.frame(USUBJID = study$subjects$USUBJID, from = last, to = last, record = FALSE))
  }
  from <- as.Date(doses[["ASTDT"]])
  to <- if (is.null(doses[["AENDT"]])) from else pmax(from, as.Date(doses[["AENDT"]]), na.rm = TRUE)
  data.frame(USUBJID = doses$USUBJID, from = from, to = to, record = TRUE)
}

doses_after <- function(found, doses) {
  pd <- first_pd(found)
  n <- length(pd)
  patient <- match(doses$USUBJID, found$person)
  later <- which(doses$to > pd[patient])
  doses <- doses[later, ]
  patient <- patient[later]
  from <- as.numeric(pmax(doses$from, pd[patient] + 1))
  first <- rep(Inf, n)
  last <- rep(-Inf, n)
  down <- order(-from)
  first[patient[down]] <- from[down]
  up <- order(doses$to)
  last[patient[up]] <- as.numeric(doses$to)[up]
  number <- if (all(doses$record)) tabulate(patient, n) else rep(NA_integer_, n)
  who <- which(is.finite(last))
  after <- after_progression(found, who)
  data.frame(
    USUBJID = found$person[who], PDDT = pd[who], NDOSE = number[who], FIRSTDT = day_date(first[who]),
    LASTDT = day_date(last[who]), DAYS = as.integer(last[who] - as.numeric(pd[who])), IBORAFT = after$best,
    IBORDT = after$date, ICPDDT = after$icpd, PROGRESS = after$progress
  )
}

# After the timepoint of the first progression: the first block is the one that it opened.
after_progression <- function(found, who) {
  progressed <- found$x$RECIST[found$row] %in% "PD" & found$counts
  row <- rep(NA_integer_, length(found$person))
  rows <- rev(which(progressed))
  row[found$patient[rows]] <- rows
  blocks <- found$blocks
  first <- match(who, blocks$patient)
  confirmed <- match(who, ifelse(blocks$ended == 1L, blocks$patient, NA))
  best <- from_rows(found, row[who] + 1L, who)
  list(
    best = best$best, date = best$date, icpd = found$date[blocks$end[confirmed]],
    progress = c("not confirmed", "confirmed", "superseded")[blocks$ended[first] + 1L]
  )
}

#' @export
print.tte_past_progression <- function(x, n = 10, ...) {
  counts <- attr(x, "counts")
  if (is.null(counts) || !all(c("PDDT", "DAYS", "PROGRESS") %in% names(x))) {
    return(NextMethod())
  }
  cat(sprintf(
    "Treated past progression by RECIST 1.1: %d of %s who progressed%s\n", nrow(x),
    counted_patients(counts[["progressed"]]),
    if (nrow(x) == 0) "" else sprintf(", for a median of %s days", format_plain(stats::median(x$DAYS)))
  ))
  print_listing(x, n, c(
    "USUBJID", "PDDT", "NDOSE", "LASTDT", "DAYS", "IBORAFT", "IBORDT", "PROGRESS", "ICPDDT"
  ))
  invisible(x)
}
