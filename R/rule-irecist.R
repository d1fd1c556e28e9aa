#' The iRECIST rule
#'
#' iRECIST is RECIST 1.1 for immunotherapy: a progression is unconfirmed (iUPD) until a later scan confirms it
#' (iCPD), and it is forgotten when the disease no longer meets it. The rule holds the [recist()] rule that is
#' used beside it, so one call of [derive_response()], [best_response()] or [derive_endpoint()] gives both
#' criteria from the same rows. RECIST 1.1 stays the primary analysis in most plans, iRECIST is exploratory.
#'
#' @section How a timepoint gets its response: `iCR`, `iPR`, `iSD` and `NON-iCR/NON-iUPD` are met as in RECIST
#'   1.1: iPR from 30 % below the baseline sum of the targets, progression from 20 % and 5 mm above its nadir,
#'   by unequivocal growth of non-target lesions, or by a new lesion. Baseline and nadir run on through an
#'   iUPD. The first progression is an `iUPD` and opens a block, which keeps the categories that progressed
#'   (target, non-target, new lesions) and what was measured. A later timepoint of the block makes it an
#'   `iCPD` if
#'   - targets progressed and their sum is 5 mm or more above its value at the block's first iUPD (smaller
#'     increases add up);
#'   - non-target lesions progressed and have grown since (it need not be unequivocal again);
#'   - new lesions were known and the sum of those measured is 5 mm or more above its value there, one that is
#'     not measured has grown, or there is another one;
#'   - or a category progresses that had not.
#'
#'   Otherwise the block is superseded if nothing that caused it meets progression any longer: the response is
#'   then iCR, iPR, iSD or NON-iCR/NON-iUPD, and the next progression must be confirmed again. A new lesion no
#'   longer does if it is gone or smaller, or if it is unchanged and the targets are in a better category than
#'   at the iUPD; a patient with a new lesion has no iCR. What neither confirms nor supersedes stays iUPD. A
#'   timepoint that cannot be evaluated is `NE` and changes nothing; after the iCPD there is no response.
#'
#'   A new lesion that is known already is progression again only if another one appears, if the sum of the
#'   measured ones is 20 % and 5 mm above its nadir, or if one that is not measured grows unequivocally.
#'
#' @section New lesions: are measured where they have 10 mm or more when they appear (a lymph node 15 mm), the
#'   largest first, up to `max_new` in all and `max_new_per_organ`; which ones are measured never changes.
#'   Their sum is never added to that of the targets. A new lesion that was not assessed counts as unchanged.
#'
#' @section Beside the guideline: The guideline (Seymour and others) asks for the next scan 4 to 8 weeks after
#'   an iUPD and for a clinically stable patient. Where it leaves a case open, a plan of analysis should say
#'   what holds; here it is this.
#'   - A scan after 8 weeks confirms too, and is flagged; one may be `tolerance_days` early, by default 2.
#'   - Whether the patient is clinically stable never changes a response; it decides whether an iUPD that was
#'     not confirmed is an event. The cases of `unconfirmed` are as the guideline is commonly read; `pending`
#'     is not in it, which knows no data cut.
#'   - A new lesion that is gone or smaller no longer keeps a block open, and an iCR needs all of them gone.
#'   - Growth that was seen too early to confirm does so at the next scan, unless the lesion has shrunk since.
#'   - Targets whose first sum of the block is incomplete are compared with its first complete one; an
#'     incomplete sum confirms if what was measured is 5 mm above already.
#'   - The nadir of the sum of new lesions begins anew with another one.
#'   - From RECIST 1.1: a partial response stays until progression (`pr_sticky`), and disease after an iCR is
#'     an iUPD of any size (`cr_reappearance`).
#'
#' @param recist The [recist()] rule used beside it; its parameters (`min_sd_days`, `confirm_days`, `max_ne`,
#'   `pr_sticky`, `cr_reappearance`, `nact_same_day`, `confirmed` and so on) hold for both criteria.
#' @param confirm_weeks When the scan that confirms is due: weeks after the first iUPD of the block, from and
#'   to (`Inf`: no scan is late). An earlier scan does not confirm; a later one does, and is flagged
#'   (`IWINDOW` `"LATE"`).
#' @param tolerance_days Days by which it may come earlier.
#' @param early_exception Does an earlier scan confirm that was made for new symptoms (`SYMPTOMS` `"Y"`) and
#'   shows another new lesion?
#' @param max_new,max_new_per_organ How many new lesions are measured, in all and in one organ (all lymph
#'   nodes are one organ; without `TRLOC` only the first limit holds).
#' @param unconfirmed In `IPFS` and `IDOR`, which iUPD without a later iCPD, iSD, iPR or iCR are events all
#'   the same, at the first iUPD of the block: `"unstable"`: the patient was not clinically stable
#'   (`CLINSTAB` `"N"` in the block, or a word of `unstable` in `DCTREAS`); `"cancer death"`: died from the
#'   cancer (`DTHCAUS`); `"no assessment"`: was not assessed again (an `NE` is no assessment); `"all iUPD"`:
#'   was, and it was always iUPD. Without these a death is an event on its own day, and a living patient is
#'   censored.
#' @param unstable Words of `DCTREAS` that mean that treatment was stopped because the patient was not
#'   clinically stable.
#' @param pending What an iUPD is whose scan for confirmation was not yet overdue at the data cut, in a
#'   patient alive then without a later assessment: an `"event"`, as in any patient who was not assessed
#'   again, or a reason to `"censor"`.
#' @return An object of class `tte_irecist`.
#' @references Seymour L and others (2017). iRECIST: guidelines for response criteria for use in trials
#'   testing immunotherapeutics. Lancet Oncology 18, e143-e152. \doi{10.1016/S1470-2045(17)30074-8}
#'
#'   Eisenhauer EA and others (2009). New response evaluation criteria in solid tumours: revised RECIST
#'   guideline (version 1.1). European Journal of Cancer 45, 228-247. \doi{10.1016/j.ejca.2008.10.026}
#' @section Errors: `tte_error_input` lists all arguments that are wrong in `$faults`.
#' @seealso [recist()], [derive_response()], [best_response()], [derive_endpoint()], [pseudoprogression()],
#'   [treatment_past_progression()], [derive_irecist_parameters()]
#' @examples
#' irecist()
#' irecist(recist(confirmed = FALSE, sd_tol = 7), tolerance_days = 0)
#' sums <- data.frame(
#'   USUBJID = "1", ADT = as.Date("2024-01-01") + 42 * 0:4, SUM = c(100, 90, 90, 65, 66),
#'   NEWLESN = c("N", "N", "Y", "Y", "Y"), NLSUM = c(NA, NA, 10, 10, 10),
#'   ABLFL = c("Y", NA, NA, NA, NA)
#' )
#' derive_response(sums, rule = irecist())[c("ADT", "AVALC", "RECIST", "REASON")]
#' @export
irecist <- function(recist = tte::recist(), confirm_weeks = c(4, 8), tolerance_days = 2,
                    early_exception = TRUE, max_new = 5, max_new_per_organ = 2,
                    unconfirmed = c("unstable", "cancer death", "no assessment", "all iUPD"),
                    unstable = c(
                      "CLINICAL PROGRESSION", "CLINICAL DETERIORATION", "SYMPTOMATIC DETERIORATION",
                      "NOT CLINICALLY STABLE"
                    ), pending = "event") {
  rule <- list(
    recist = recist, confirm_weeks = confirm_weeks, tolerance_days = tolerance_days,
    early_exception = early_exception, max_new = max_new, max_new_per_organ = max_new_per_organ,
    unconfirmed = unconfirmed, unstable = unstable, pending = pending
  )
  abort_input(irecist_faults(rule))
  structure(rule, class = c("tte_irecist", "tte_rule"))
}

unconfirmed_cases <- c("unstable", "cancer death", "no assessment", "all iUPD")

irecist_faults <- function(rule) {
  rbind(
    if (!inherits(rule$recist, "tte_recist")) fault("recist", "wrong_type", "must be made by recist()"),
    confirm_window_faults(rule$confirm_weeks), tolerance_faults(rule),
    check_flag(rule$early_exception, "early_exception"), check_count(rule$max_new, "max_new"),
    check_count(rule$max_new_per_organ, "max_new_per_organ"), unconfirmed_faults(rule$unconfirmed),
    if (!checkmate::test_character(rule$unstable, any.missing = FALSE, min.chars = 1)) {
      fault("unstable", "wrong_type", "must be words of DCTREAS")
    },
    check_choice(rule$pending, "pending", c("event", "censor"))
  )
}

tolerance_faults <- function(rule) {
  least <- check_at_least(rule$tolerance_days, "tolerance_days", 0)
  weeks <- rule$confirm_weeks
  known <- is.null(least) && is.null(confirm_window_faults(weeks))
  if (known && weeks[1] > 0 && rule$tolerance_days > 7 * weeks[1]) {
    return(fault("tolerance_days", "out_of_range", sprintf(
      "is longer than the time before confirmation, %s days", format_plain(7 * weeks[1])
    )))
  }
  least
}

confirm_window_faults <- function(weeks) {
  if (!is.numeric(weeks)) {
    return(fault("confirm_weeks", "wrong_type", "must be two numbers of weeks, from and to"))
  }
  if (length(weeks) != 2) {
    return(fault("confirm_weeks", "wrong_length", "must be two numbers of weeks, from and to"))
  }
  if (anyNA(weeks) || weeks[1] < 0 || weeks[2] < weeks[1] || is.infinite(weeks[1])) {
    fault("confirm_weeks", "out_of_range", "must begin at 0 weeks or later and not end before that")
  }
}

check_count <- function(x, argument) {
  if (checkmate::test_int(x, lower = 0, upper = 1e6)) {
    return(NULL)
  }
  code <- if (length(x) != 1) "wrong_length" else "not_whole"
  if (checkmate::test_number(x) && x == round(x)) code <- "out_of_range"
  if (!is.numeric(x)) code <- "wrong_type"
  fault(argument, code, "must be one whole number from 0 to a million")
}

unconfirmed_faults <- function(cases) {
  if (checkmate::test_subset(cases, unconfirmed_cases) && !anyDuplicated(cases)) {
    return(NULL)
  }
  fault("unconfirmed", "not_a_choice", sprintf(
    "must be among %s, each once", paste(dQuote(unconfirmed_cases, FALSE), collapse = ", ")
  ))
}

is_irecist <- function(rule) inherits(rule, "tte_irecist")

# The RECIST 1.1 rule, alone or beside iRECIST.
recist_of <- function(rule) if (is_irecist(rule)) rule$recist else rule

check_response_rule <- function(rule) {
  if (!inherits(rule, c("tte_recist", "tte_irecist"))) {
    fault("rule", "wrong_type", "must be made by recist() or irecist()")
  }
}

# Both criteria, as the engine reads them.
engine_responses <- function(rule) {
  if (!is_irecist(rule)) {
    return(engine_recist(rule))
  }
  days <- 7 * rule$confirm_weeks
  c(engine_recist(rule$recist), list(
    earliest = max(0, days[1] - rule$tolerance_days), latest = min(days[2], .Machine$integer.max),
    early_exception = rule$early_exception, max_new = as.integer(rule$max_new),
    max_new_per_organ = as.integer(rule$max_new_per_organ)
  ))
}

#' @export
format.tte_irecist <- function(x, ...) {
  c(
    immune_sentences(x), immune_best_sentences(x), immune_event_sentences(x), response_sentences(x$recist),
    both_best_sentences(x$recist)
  )
}

# How the best response is found, where both criteria are used.
both_best_sentences <- function(recist) {
  said <- best_sentences(recist)
  said[["period"]] <- paste(
    "Assessments count until the first progression by RECIST 1.1, by iRECIST the first iCPD, and until the",
    "data cut or a new anticancer therapy."
  )
  said
}

# How a timepoint gets its response beside RECIST 1.1.
immune_sentences <- function(x) {
  weeks <- vapply(x$confirm_weeks, format_plain, "")
  sentences(
    immune = "iRECIST: a progression is iUPD until it is confirmed (iCPD) or no longer met (iCR, iPR, iSD).",
    confirmation_scan = sprintf(
      "A scan confirms from %s weeks%s after the first iUPD on%s%s.", weeks[1],
      if (x$tolerance_days > 0) sprintf(" less %s days", format_plain(x$tolerance_days)) else "",
      if (x$early_exception) ", earlier only if made for new symptoms and another new lesion is seen" else "",
      if (x$confirm_weeks[2] < Inf) sprintf("; after %s weeks it is flagged, and counts", weeks[2]) else ""
    ),
    confirms = paste(
      "It confirms by 5 mm or more in the sum of targets or of new lesions since the first iUPD, any growth",
      "of other lesions that progressed, another new lesion, or progression of another kind."
    ),
    new_lesions = sprintf(
      "At most %s new lesions are measured, %s in one organ, from 10 mm (nodes 15 mm); %s.",
      x$max_new, x$max_new_per_organ, "their sum stays apart, and one that was not assessed is unchanged"
    ),
    known = paste(
      "A known new lesion is progression again only by another one, by 20 % and 5 mm above the nadir of",
      "their sum, or by unequivocal growth; while it is there no response is complete."
    )
  )
}

immune_best_sentences <- function(x) {
  sentences(
    immune_best = paste(
      "Best response by iRECIST: iCR, iPR, iSD, NON-iCR/NON-iUPD, iCPD, iUPD, NE, in this order, up to the",
      "first iCPD; an iUPD never cancels a later response."
    ),
    immune_same_day = "Of several assessments of one day the worst counts, iCPD before iUPD."
  )
}

immune_event_sentences <- function(x) {
  words <- c(
    unstable = "the patient was not clinically stable", "cancer death" = "the patient died from the cancer",
    "no assessment" = "there was no further assessment", "all iUPD" = "all later assessments were iUPD"
  )[unconfirmed_cases[unconfirmed_cases %in% x$unconfirmed]]
  sentences(
    immune_progression = "Progression by iRECIST is dated at the first iUPD of the block that ends in iCPD.",
    unconfirmed = if (length(words) == 0) {
      "An iUPD that was never confirmed is no event."
    } else {
      sprintf("An iUPD that was neither confirmed nor superseded is an event if %s.", either(unname(words)))
    },
    pending = if ("no assessment" %in% x$unconfirmed) {
      sprintf(
        "An iUPD whose scan for confirmation was not overdue at the data cut %s.",
        if (x$pending == "event") "is an event too" else "is censored there"
      )
    }
  )
}

#' @export
print.tte_irecist <- function(x, ...) {
  cli::cli_text("iRECIST, and RECIST 1.1 beside it")
  cli::cli_ul(format(x))
  invisible(x)
}
