#' The RECIST 1.1 rule of best overall response
#'
#' A rule is data: a small checked object that says in sentences what it does. [best_response()] reads it
#' for the best response, [response_rate()] for whether responses must be confirmed.
#'
#' @param confirmed Must a response be confirmed to count in the response rate? `NULL` follows the design of
#'   the study: not in a randomised trial; otherwise [response_rate()] asks.
#' @param min_sd_days Days from the start on which stable disease (or any other result that is neither
#'   response nor progression) first counts. The protocol says which; RECIST leaves six to eight weeks.
#' @param sd_tol Days that an assessment may come earlier than `min_sd_days`, for example the visit window.
#' @param confirm_days Least number of days between a response and the assessment that confirms it.
#' @param max_ne Assessments that could not be evaluated allowed between the two.
#' @param accept_sd May one assessment with stable disease lie between two partial responses?
#' @param nact_same_day Does an assessment on the day a new anticancer therapy starts come `"before"` it,
#'   and so count, or `"after"` it?
#' @param no_assessment What a patient without any assessment is called: `"MISSING"` or `"NE"`.
#' @return An object of class `tte_recist`.
#' @references Eisenhauer EA and others (2009). New response evaluation criteria in solid tumours: revised
#'   RECIST guideline (version 1.1). European Journal of Cancer 45, 228-247.
#'   \doi{10.1016/j.ejca.2008.10.026}
#' @examples
#' recist()
#' recist(confirmed = TRUE, sd_tol = 6)
#' @export
recist <- function(confirmed = NULL, min_sd_days = 42, sd_tol = 0, confirm_days = 28, max_ne = 1,
                   accept_sd = FALSE, nact_same_day = "before", no_assessment = "MISSING") {
  rule <- list(
    confirmed = confirmed, min_sd_days = min_sd_days, sd_tol = sd_tol, confirm_days = confirm_days,
    max_ne = max_ne, accept_sd = accept_sd, nact_same_day = nact_same_day, no_assessment = no_assessment
  )
  abort_input(recist_faults(rule))
  structure(rule, class = c("tte_recist", "tte_rule"))
}

recist_faults <- function(rule) {
  rbind(
    check_flag(rule$confirmed, "confirmed", null.ok = TRUE),
    check_at_least(rule$min_sd_days, "min_sd_days", 0), check_at_least(rule$sd_tol, "sd_tol", 0),
    check_at_least(rule$confirm_days, "confirm_days", 1), check_at_least(rule$max_ne, "max_ne", 0),
    check_flag(rule$accept_sd, "accept_sd"),
    check_choice(rule$nact_same_day, "nact_same_day", c("before", "after")),
    check_choice(rule$no_assessment, "no_assessment", c("MISSING", "NE"))
  )
}

check_at_least <- function(x, argument, least) {
  if (checkmate::test_number(x, lower = least, finite = TRUE)) {
    return(NULL)
  }
  code <- if (!is.numeric(x)) "wrong_type" else if (length(x) != 1) "wrong_length" else "out_of_range"
  fault(argument, code, sprintf("must be one number, at least %g", least))
}

#' @export
format.tte_recist <- function(x, ...) {
  sentences(
    stable = sprintf(
      "Stable disease counts from %s days after the start on%s.", x$min_sd_days - x$sd_tol,
      if (x$sd_tol > 0) sprintf(" (%s less %s of tolerance)", x$min_sd_days, x$sd_tol) else ""
    ),
    confirmation = sprintf(
      "A CR is confirmed by a CR, a PR by a CR or PR, %s days later or more; between them at most %s NE%s.",
      x$confirm_days, x$max_ne, if (x$accept_sd) " and, between two PR, one SD" else ""
    ),
    confirmed = if (is.null(x$confirmed)) {
      "Responses need no confirmation in a randomised trial; elsewhere the analysis says."
    } else {
      sprintf("Responses %s confirmation.", if (x$confirmed) "need" else "need no")
    },
    period = "Assessments count until the first progression, the data cut or a new anticancer therapy.",
    therapy = sprintf(
      "An assessment on the day a new anticancer therapy starts comes %s it.",
      x$nact_same_day
    ),
    same_day = "Of several assessments of one day the worst counts.",
    missing = sprintf("A patient without an assessment is %s, and no responder.", x$no_assessment)
  )
}

#' @export
print.tte_recist <- function(x, ...) {
  cli::cli_text("RECIST 1.1, best overall response")
  cli::cli_ul(format(x))
  invisible(x)
}
