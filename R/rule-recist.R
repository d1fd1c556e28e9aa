#' The RECIST 1.1 rule of best overall response
#'
#' A rule is data: a small checked object that says in sentences what it does. [derive_response()] reads it
#' for the response at each timepoint, [best_response()] for the best of them, [response_rate()] for whether
#' responses must be confirmed. The thresholds of RECIST 1.1 (30 % below the baseline; 20 % and 5 mm above the
#' nadir; nodes below 10 mm are normal) are no parameters.
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
#' @param pr_sticky Once the targets are in partial response, do they stay so until progression, although
#'   the sum is less than 30 % below the baseline again? Only for responses derived from lesions or sums.
#' @param cr_reappearance When is disease after a complete response progression, whatever its size? `"pd"`:
#'   always; `"rules"`: only if the complete response was confirmed before, otherwise the sum decides.
#' @param nadir0_pd Is any size after a nadir of 0 mm progression? Otherwise it is from 5 mm on.
#' @param unassessed_new What a complete response is where new lesions were not looked for: `"NE"` or `"CR"`.
#' @param baseline_days A baseline scan more days than this before the first dose is flagged, and used.
#' @param max_targets,max_per_organ How many targets a baseline may have, in all and in one organ (all lymph
#'   nodes are one organ). Where there are more they are flagged, and used.
#' @return An object of class `tte_recist`.
#' @references Eisenhauer EA and others (2009). New response evaluation criteria in solid tumours: revised
#'   RECIST guideline (version 1.1). European Journal of Cancer 45, 228-247.
#'   \doi{10.1016/j.ejca.2008.10.026}
#' @examples
#' recist()
#' recist(confirmed = TRUE, sd_tol = 6)
#' @export
recist <- function(confirmed = NULL, min_sd_days = 42, sd_tol = 0, confirm_days = 28, max_ne = 1,
                   accept_sd = FALSE, nact_same_day = "before", no_assessment = "MISSING",
                   pr_sticky = TRUE, cr_reappearance = "pd", nadir0_pd = FALSE, unassessed_new = "NE",
                   baseline_days = 28, max_targets = 5, max_per_organ = 2) {
  rule <- list(
    confirmed = confirmed, min_sd_days = min_sd_days, sd_tol = sd_tol, confirm_days = confirm_days,
    max_ne = max_ne, accept_sd = accept_sd, nact_same_day = nact_same_day, no_assessment = no_assessment,
    pr_sticky = pr_sticky, cr_reappearance = cr_reappearance, nadir0_pd = nadir0_pd,
    unassessed_new = unassessed_new, baseline_days = baseline_days, max_targets = max_targets,
    max_per_organ = max_per_organ
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
    check_choice(rule$no_assessment, "no_assessment", c("MISSING", "NE")),
    check_flag(rule$pr_sticky, "pr_sticky"),
    check_choice(rule$cr_reappearance, "cr_reappearance", c("pd", "rules")),
    check_flag(rule$nadir0_pd, "nadir0_pd"),
    check_choice(rule$unassessed_new, "unassessed_new", c("NE", "CR")),
    check_at_least(rule$baseline_days, "baseline_days", 0),
    check_at_least(rule$max_targets, "max_targets", 1),
    check_at_least(rule$max_per_organ, "max_per_organ", 1)
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
  c(response_sentences(x), best_sentences(x))
}

# How a timepoint derived from lesions or sums gets its response.
response_sentences <- function(x) {
  sentences(
    target = paste(
      "PR from 30 % below the baseline sum, PD from 20 % and 5 mm above the nadir, compared in tenths of a",
      "mm; nodes below 10 mm are normal."
    ),
    sticky = if (x$pr_sticky) {
      "A partial response of the targets stays until progression."
    } else {
      "Each timepoint is called from its own sum; a partial response can become stable disease."
    },
    reappearance = sprintf(
      "Disease after a %scomplete response is progression.",
      if (x$cr_reappearance == "rules") "confirmed " else ""
    ),
    nadir0 = if (x$nadir0_pd) {
      "After a nadir of 0 mm any size is progression."
    } else {
      "After a nadir of 0 mm progression begins at 5 mm."
    },
    new = sprintf(
      "A complete response whose new lesions were not assessed is %s.",
      if (x$unassessed_new == "NE") "NE" else "a CR"
    ),
    baseline = sprintf(
      "A baseline more than %s days before the first dose, or with more than %s targets or %s in one %s.",
      x$baseline_days, x$max_targets, x$max_per_organ, "organ, is flagged and used"
    )
  )
}

# How the best of them is found.
best_sentences <- function(x) {
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
  cli::cli_text("RECIST 1.1")
  cli::cli_ul(format(x))
  invisible(x)
}
