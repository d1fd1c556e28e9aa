#' Cumulative incidence at points in time, and its comparison
#'
#' The Aalen-Johansen estimate of each cause in each arm at fixed times with its limits, then difference and
#' ratio v the reference.
#'
#' @section Beyond the last time: After the last observed time of an arm its incidence is `NA`, unless nobody
#'   was left without an event.
#' @section Comparison: Arms are independent unless a cluster has members in several; then their covariance
#'   counts. Limits of a difference are normal, those of a ratio on the log scale, and `std.error` of a ratio
#'   is that of its logarithm. Z > 0: the other arm has the lower incidence. A test over all times is
#'   [gray_test()].
#'
#' @inheritParams cif
#' @inheritParams milestone
#' @inheritSection cif Causes
#' @inheritSection cif Variance
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]: the arms on the right, without strata.
#' @param strata Not supported: an error of class `tte_error_unsupported`.
#' @param cause Names of causes; all of them by default.
#' @param conf.type Scale of the limits of an incidence: `"log-log"`, `"plain"`, `"log"`, `"arcsin"`.
#' @return [Estimates][estimates]: for each time and cause a row for each arm, then the contrasts.
#' @references Zhang MJ, Fine J (2008). Summarizing differences in cumulative incidence functions. *Statistics
#'   in Medicine* 27, 4939-4949.
#' @examples
#' mgus <- survival::mgus2
#' mgus$months <- with(mgus, ifelse(pstat == 1, ptime, futime))
#' first <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
#' mgus$first <- factor(first, 0:2, c("censored", "PCM", "death"))
#' cif_difference(Surv(months, first) ~ sex, mgus, subset = months > 0, at = c(60, 120), cause = "PCM")
#' @export
cif_difference <- function(
  formula, data = NULL, ..., at, cause = NULL, censored = NULL, competing = NULL, param = NULL, strata = NULL,
  reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL,
  unit = NULL, report_in = NULL, day_one = NULL, contrasts = TRUE, variance = NULL, conf.level = 0.95,
  conf.type = "log-log", timefix = TRUE
) {
  check_dots(...)
  missing_at <- if (missing(at)) fault("at", "wrong_length", "must say at which times")
  d <- open_door(environment(), rbind(
    missing_at, check_level(conf.level), check_flag(contrasts, "contrasts"), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", c("log-log", "plain", "log", "arcsin")),
    incidence_variance_faults(variance)
  ))
  call <- rlang::current_env()
  at <- resolve_horizon(at, d$scale, "at", call)
  abort_input(if (any(at$at < 0)) fault("at", "negative_time", "must be at least 0"), call)
  variance <- incidence_variance(variance, d, call)
  arms <- incidence_arms(d, cause, variance, conf.level, timefix, call)
  contrasts <- contrasts && length(arms$names) > 1
  abort_input(if (contrasts) reference_needed(d), call)
  rows <- lapply(at$at, function(t) {
    found <- incidence_at_time(arms, t, variance, timefix)
    lapply(arms$causes, incidence_rows, found, arms, t, contrasts, conf.level, conf.type)
  })
  rows <- do.call(rbind, unlist(rows, recursive = FALSE))
  said <- sentences(
    causes = sprintf("Causes: %s.", and_list(d$causes)),
    at = sprintf("Times: %s.", paste(at$text, collapse = "; ")),
    beyond = "After the last observed time of an arm the estimate is NE, unless nobody was left.",
    variance = incidence_variance_sentence(variance, d),
    limits = sprintf(
      "Limits of an incidence are %s, %s scale.", format_percent(conf.level), limit_scales[[conf.type]]$words
    ),
    contrasts = if (contrasts) {
      "Limits of a difference are normal, those of a ratio on the log scale; Z > 0: the other arm has less."
    },
    timefix = merge_sentence(arms$fit$snapped, timefix)
  )
  method <- "Cumulative incidence (Aalen-Johansen)"
  estimates_of(
    rows[names(rows) != "time"], d, "incidence", rows$time, conf.level, method,
    provenance(d, method, arms$fit$snapped, said, n_persons = sum(arms$n))
  )
}

incidence_variance_sentence <- function(variance, d) {
  how <- c(aalen = "Aalen's", delta = "those of the delta method", ij = "robust")[[variance]]
  variance_sentence(variance == "ij", how, d)
}

# ---- the arms ----

# list(d, groups, names, causes, codes, fit, steps, last, ended, n): the curve of each arm. `causes` are the
# codes of those asked for; `arm` and `stratum` are what restriction() reads.
incidence_arms <- function(d, cause, variance, conf.level, timefix, call) {
  refuse_curve_terms(d, call)
  refuse_incidence_strata(d, call)
  groups <- group_codes(d)
  abort_input(rbind(
    cause_name_faults(cause, d), person_faults_of_groups(d, groups, "arm"), after_event_faults(d),
    merged_interval_faults(d, timefix), person_freq_faults(d)
  ), call)
  d$columns$stratum <- groups$codes
  fit <- cif_cpp(d$columns, length(d$causes), variance, "none", conf.level, timefix)
  k <- length(fit$size)
  steps <- split(seq_along(fit$time), rep(factor(seq_len(k)), fit$size))
  list(
    d = d, groups = groups, names = arm_names(d, groups), fit = fit, steps = steps, n = fit$n,
    arm = seq_len(k), stratum = rep(1L, k), codes = if (is.null(groups)) rep(1L, d$n) else groups$codes,
    causes = if (is.null(cause)) seq_along(d$causes) else match(cause, d$causes),
    last = vapply(steps, function(at) max(fit$time[at]), numeric(1)),
    ended = vapply(steps, function(at) fit$pstate[at[length(at)], 1] == 0, logical(1))
  )
}

refuse_incidence_strata <- function(d, call) {
  if (length(d$strata_columns) == 0) {
    return(invisible(NULL))
  }
  abort_unsupported(
    "An incidence with strata", "Each stratum would need its own, and a mix to be standardised to.",
    "Estimate within the strata, or test with gray_test(strata = ).", call
  )
}

cause_name_faults <- function(cause, d) {
  if (is.null(cause)) {
    return(NULL)
  }
  if (!checkmate::test_character(cause, any.missing = FALSE, min.len = 1, unique = TRUE)) {
    return(fault("cause", "wrong_type", "must be names of causes"))
  }
  unknown <- setdiff(cause, d$causes)
  what <- sprintf("\"%s\" is none of the causes, %s", unknown, quoted_list(d$causes))
  if (length(unknown) > 0) fault("cause", "unknown_level", what)
}

# Events of a cause up to a time, by arm.
cases_until <- function(arms, cause, at) {
  columns <- arms$d$columns
  within <- columns$cause == cause & columns$stop <= at * (1 + sqrt(.Machine$double.eps))
  freq <- if (is.null(columns$freq)) rep(1, arms$d$n) else columns$freq
  vapply(arms$arm, function(k) sum(freq[within & arms$codes == k]), numeric(1))
}

# ---- one point in time ----

# By cause: list(estimate, cov) of the arms; NA where an arm is not known so far.
incidence_at_time <- function(arms, at, variance, timefix) {
  near <- at * (1 + sqrt(.Machine$double.eps))
  step <- vapply(arms$steps, function(rows) findInterval(near, arms$fit$time[rows]), integer(1))
  known <- arms$ended | at <= arms$last * (1 + sqrt(.Machine$double.eps))
  functional <- if (variance == "ij") {
    cif_functional_cpp(arms$d$columns, length(arms$d$causes), near, FALSE, timefix)
  }
  value <- function(x, cause) {
    read <- function(rows, s) if (s == 0) 0 else x[rows[s], cause + 1]
    ifelse(known, mapply(read, arms$steps, step), NA)
  }
  lapply(seq_along(arms$d$causes), function(cause) {
    estimate <- unname(value(arms$fit$pstate, cause))
    cov <- if (variance == "ij") {
      functional[[cause]]$cov
    } else {
      diag(unname(value(arms$fit$std_err, cause))^2, length(estimate))
    }
    cov[!known, ] <- cov[, !known] <- NA
    list(estimate = estimate, cov = cov)
  })
}

incidence_rows <- function(cause, found, arms, at, contrasts, conf.level, conf.type) {
  found <- found[[cause]]
  se <- sqrt(diag(found$cov))
  limits <- probability_limits(found$estimate, se, conf.type, conf.level)
  rows <- data.frame(
    comparison = NA, scale = "probability", estimate = found$estimate, std.error = se,
    conf.low = limits$lower, conf.high = limits$upper, statistic = NA, p.value = NA, group = arms$names,
    n = arms$n, n.event = cases_until(arms, cause, at), row.names = NULL
  )
  if (contrasts) {
    versus <- contrast_rows(found, arms$names, conf.level, better = -1)
    rows <- rbind(rows, cbind(versus, group = NA, n = NA, n.event = NA))
  }
  cbind(rows, time = at, cause = arms$d$causes[cause])
}
