#' ADRS parameters of iRECIST
#'
#' The responses and best responses by iRECIST as rows of an ADRS: one per timepoint for the overall response,
#' one per patient for each other parameter, also for patients who were never assessed. [write_adam()] writes
#' them as they are.
#'
#' \tabular{ll}{
#'   `OVR` \tab overall response at each timepoint \cr
#'   `ICPD` \tab was a progression confirmed? The date is the first iUPD of its block \cr
#'   `IUPD` \tab was the last iUPD neither confirmed nor superseded? The date is the first of its block \cr
#'   `IRSP`, `ICRSP` \tab iCR or iPR, without and with confirmation; the date of the first \cr
#'   `ICB`, `ICCB` \tab iCR, iPR, or from `min_sd_days` on iSD or NON-iCR/NON-iUPD; the date of the first \cr
#'   `IBOR`, `ICBOR` \tab best overall response, without and with confirmation
#' }
#' `AVALC` is the response, or `Y` or `N`; `AVAL` is 1 or 0 for `Y` and `N`, and for responses iCR 1, iPR 2,
#' iSD 3, NON-iCR/NON-iUPD 4, iUPD 5, NE 6, MISSING 7, NED 8, iCPD 9. `ADT` is missing where the answer is `N`
#' or `MISSING`.
#'
#' @param best What [best_response()] gives with an [irecist()] rule.
#' @param responses What [derive_response()] gives with it, for the rows of `OVR`; `NULL` for none.
#' @param ovr `PARAMCD` of the overall response: another one, such as `"IOVR"`, where the data set holds that
#'   of RECIST 1.1 too. [study_from_adam()] reads `OVR` and `IOVR`.
#' @return A data frame with `USUBJID`, `PARAMCD`, `PARAM`, `PARCAT1`, `PARCAT2` (the reader), `PARCAT3`
#'   (`iRECIST`), `ADT`, `AVALC`, `AVAL`, `AVISIT`, `ANL01FL` and `REASON`.
#' @section Errors: `tte_error_input` where there is no iRECIST in `best` or `responses`.
#' @seealso [best_response()], [write_adam()]
#' @examples
#' visits <- data.frame(
#'   USUBJID = "1", ADT = as.Date("2024-01-01") + 42 * 1:4, AVALC = c("iSD", "iUPD", "iPR", "iPR")
#' )
#' subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = as.Date("2024-01-01"))
#' best <- best_response(visits, subjects, rule = irecist())
#' derive_irecist_parameters(best)[c("USUBJID", "PARAMCD", "ADT", "AVALC")]
#' @export
derive_irecist_parameters <- function(best, responses = NULL, ovr = "OVR") {
  abort_input(rbind(
    if (!inherits(best, "tte_irecist_best")) {
      fault("best", "wrong_type", "must be made by best_response(rule = irecist())")
    },
    if (!is.null(responses) && !(is.data.frame(responses) && is_irecist_responses(responses))) {
      fault("responses", "wrong_type", "must be made by derive_response(rule = irecist())")
    },
    if (!checkmate::test_string(ovr, pattern = "^[A-Z][A-Z0-9]{0,7}$")) {
      fault("ovr", "wrong_type", "must be 1 to 8 capital letters or digits, a letter first")
    }
  ))
  reader <- best$provenance[1][[1]]$reader
  rows <- do.call(rbind, c(
    if (!is.null(responses)) list(overall_parameter(responses, ovr, reader)),
    lapply(names(patient_parameters), patient_parameter, best = best, reader = reader)
  ))
  rows$AVAL <- ifelse(rows$AVALC %in% c("Y", "N"), rows$AVALC == "Y", immune_codes[rows$AVALC])
  rownames(rows) <- NULL
  rows
}

# Label, date and, where it is a response, the column of the word and of the reason.
patient_parameters <- list(
  ICPD = c("iRECIST Confirmed Disease Progression", "IPDDT"),
  IUPD = c("iRECIST Unconfirmed Disease Progression", "IUPDDT"),
  IRSP = c("iRECIST Response, Confirmation Not Required", "IRSPDT"),
  ICB = c("iRECIST Clinical Benefit, Confirmation of Response Not Required", "ICBDT"),
  IBOR = c("iRECIST Best Overall Response, Confirmation Not Required", "IBORDT", "IBOR", "IREASON"),
  ICRSP = c("iRECIST Confirmed Response", "ICRSPDT"),
  ICCB = c("iRECIST Clinical Benefit, Response Confirmed", "ICCBDT"),
  ICBOR = c("iRECIST Best Overall Response, Confirmed", "ICBORDT", "ICBOR", "ICREASON")
)

patient_parameter <- function(code, best, reader) {
  what <- patient_parameters[[code]]
  date <- best[[what[2]]]
  yes_no <- c("N", "Y")[(!is.na(date)) + 1L]
  parameter_rows(
    best$USUBJID, code, what[1], reader, date, if (is.na(what[3])) yes_no else best[[what[3]]],
    NA_character_, if (is.na(what[4])) NA_character_ else best[[what[4]]]
  )
}

overall_parameter <- function(responses, ovr, reader) {
  x <- responses[!is.na(responses$AVALC), , drop = FALSE]
  if (!is.null(reader)) x <- x[x$READER %in% reader, , drop = FALSE]
  parameter_rows(
    x$USUBJID, ovr, "iRECIST Overall Response by Visit", x$READER, x$ADT, x$AVALC, x$AVISIT, x$REASON
  )
}

parameter_rows <- function(person, code, label, reader, date, word, visit, reason) {
  n <- length(person)
  if (is.null(reader)) reader <- NA_character_
  data.frame(
    USUBJID = person, PARAMCD = rep(code, n), PARAM = rep(label, n), PARCAT1 = rep("Tumor Response", n),
    PARCAT2 = rep_len(as.character(reader), n), PARCAT3 = rep("iRECIST", n), ADT = date, AVALC = word,
    AVAL = rep(NA_real_, n), AVISIT = rep_len(visit, n), ANL01FL = rep("Y", n),
    REASON = within_text(rep_len(reason, n))
  )
}
