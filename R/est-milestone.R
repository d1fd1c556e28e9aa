#' Survival at points in time, and its comparison
#'
#' The Kaplan-Meier estimate S(t) of each arm at fixed times with its limits, and difference, ratio and
#' comparison on the scale of the limits v the reference; over strata; or conditional on having lived until
#' `given`.
#'
#' @section Beyond the last time: After the last observed time of a curve S(t) is `NA`, unless the curve has
#'   come down to 0; `summary(fit, extend = TRUE)` of `survival` carries it on.
#' @section Comparison: The row with scale `"difference"` tests S(t) itself. The row with scale `"log-log
#'   difference"` (or logit, arcsine) compares transformed probabilities, as Klein and others recommend for
#'   comparing curves at a fixed time: its estimate is the log ratio of the cumulative hazards. Z > 0 favours
#'   the other arm in every row. `std.error` of a ratio is that of its logarithm, otherwise that of the
#'   estimate.
#' @section Conditional: With `given` the estimate is S(t) / S(given), of those who lived so long; `n` counts
#'   those at risk after `given`.
#'
#' @inheritParams rmst
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @inheritSection rmst Strata
#' @param at Points in time: numbers on the scale of the data, or [in_months()] and its like.
#' @param given A point in time until which persons have lived.
#' @param conf.type Scale of the limits of S(t), and of the comparison: `"log-log"`, `"log"`, `"plain"`,
#'   `"logit"`, `"arcsin"`.
#' @return [Estimates][estimates]: for each time a row for each arm, then the contrasts.
#' @references Klein JP, Logan B, Harhoff M, Andersen PK (2007). Analyzing survival curves at a fixed point in
#'   time. *Statistics in Medicine* 26, 4505-4519.
#' @examples
#' lung <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
#' milestone(Surv(time, status) ~ sex, lung, unit = "days", at = in_months(c(6, 12)))
#' milestone(Surv(time, status) ~ 1, lung, at = 365, given = 180)
#' @export
milestone <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  at, given = NULL, contrasts = TRUE, conf.level = 0.95, conf.type = "log-log", timefix = TRUE
) {
  check_dots(...)
  missing_at <- if (missing(at)) fault("at", "wrong_length", "must say at which times")
  d <- open_door(environment(), rbind(
    missing_at, check_level(conf.level), check_flag(contrasts, "contrasts"), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", names(limit_scales))
  ))
  call <- rlang::current_env()
  refuse_curve_terms(d, call)
  at <- resolve_horizon(at, d$scale, "at", call)
  from <- if (is.null(given)) list(at = 0) else resolve_horizon(given, d$scale, "given", call)
  abort_input(point_faults(at$at, from$at), call)
  cells <- read_cells(d, conf.level, timefix, call)
  contrasts <- contrasts && length(cells$groups$levels) > 1
  abort_input(if (contrasts) reference_needed(d), call)
  rows <- lapply(at$at, milestone_rows, cells, from$at, contrasts, conf.level, conf.type)
  new_milestone(do.call(rbind, rows), d, cells, at, given, from, contrasts, conf.level, conf.type, timefix)
}

point_faults <- function(at, given) {
  if (length(given) != 1) {
    return(fault("given", "wrong_length", "must be one point in time"))
  }
  rbind(
    if (given < 0) fault("given", "negative_time", "must be at least 0"),
    if (any(at < 0)) fault("at", "negative_time", "must be at least 0"),
    if (any(at < given)) fault("at", "out_of_range", "must not lie before `given`")
  )
}

# ---- one point in time ----

milestone_rows <- function(at, cells, given, contrasts, conf.level, conf.type) {
  found <- survival_of_arms(cells, at, given)
  arms <- arm_names(cells$d, cells$groups)
  se <- sqrt(diag(found$cov))
  limits <- probability_limits(found$estimate, se, conf.type, conf.level)
  rows <- data.frame(
    comparison = NA, scale = "probability", estimate = found$estimate, std.error = se,
    conf.low = limits$lower, conf.high = limits$upper, statistic = NA, p.value = NA, group = arms,
    n = if (given > 0) risk_after(cells, given) else cells$n, n.event = events_until(cells, at, given),
    time = at, row.names = NULL
  )
  if (!contrasts) {
    return(rows)
  }
  versus <- rbind(
    contrast_rows(found, arms, conf.level), transformed_rows(found, arms, conf.level, conf.type)
  )
  rbind(rows, cbind(versus, group = NA, n = NA, n.event = NA, time = at))
}

# S(at) / S(given) of the arms with their covariance.
survival_of_arms <- function(cells, at, given) {
  place <- Map(function(steps, last, ended) {
    upto <- findInterval(c(given, at), cells$fit$time[steps])
    known <- ended || at <= last * (1 + sqrt(.Machine$double.eps))
    list(from = upto[1], to = upto[2], steps = steps, known = known)
  }, cells$steps, cells$last, cells$ended)
  value <- function(x, step, p, before) if (step == 0) before else x[p$steps[step]]
  estimate <- vapply(place, function(p) {
    s <- value(cells$fit$surv, p$to, p, 1) / value(cells$fit$surv, p$from, p, 1)
    if (p$known && is.finite(s)) s else NA_real_
  }, numeric(1))
  log_variance <- vapply(place, function(p) {
    value(cells$fit$std_err, p$to, p, 0)^2 - value(cells$fit$std_err, p$from, p, 0)^2
  }, numeric(1))
  loading <- function(cell) {
    p <- place[[cell]]
    within <- seq_along(p$steps) > p$from & seq_along(p$steps) <= p$to
    ifelse(within & !is.na(estimate[cell]), estimate[cell], 0)
  }
  found <- standardise(cells, estimate, estimate^2 * log_variance, loading)
  unknown <- is.na(found$estimate) | found$estimate == 0
  found$cov[unknown, ] <- found$cov[, unknown] <- NA
  found
}

# ---- transforms ----

# Arms compared on the scale of the limits; differences of S and of log S are there already.
transformed_rows <- function(found, arms, conf.level, conf.type) {
  if (conf.type %in% c("plain", "log")) {
    return(NULL)
  }
  scale <- limit_scales[[conf.type]]
  slope <- scale$slope(found$estimate)
  slope[!is.finite(slope)] <- NA
  other <- seq_along(arms)[-1]
  value <- scale$to(found$estimate)
  cov <- found$cov * outer(slope, slope)
  se <- sqrt(diag(cov)[other] + cov[1, 1] - 2 * cov[1, other])
  wald_rows(
    value[other] - value[1], se, paste(scale$words, "difference"), conf.level,
    sprintf("%s v %s", arms[other], arms[1]), scale$sign
  )
}

# ---- the result ----

new_milestone <- function(rows, d, cells, at, given, from, contrasts, conf.level, conf.type, timefix) {
  conditional <- from$at > 0
  method <- if (conditional) "Conditional Kaplan-Meier survival" else "Kaplan-Meier survival"
  scale <- limit_scales[[conf.type]]$words
  said <- sentences(
    at = sprintf("Times: %s.", paste(at$text, collapse = "; ")),
    given = if (conditional) {
      sprintf("Given no event up to %s; n are those still at risk then.", format(from$at, digits = 10))
    },
    beyond = "After the last observed time of a curve the estimate is NE, unless the curve is at 0.",
    variance = variance_sentence(cells$fit$robust, "Greenwood's", d), strata = standard_sentence(d),
    limits = sprintf("Limits of S(t) are %s, %s scale.", format_percent(conf.level), scale),
    contrasts = if (contrasts) {
      "Limits of a difference are normal, those of a ratio on the log scale; Z > 0 favours the other arm."
    }, timefix = merge_sentence(cells$fit$snapped, timefix)
  )
  estimates_of(
    rows[names(rows) != "time"], d, "survival", rows$time, conf.level, method,
    provenance(d, method, cells$fit$snapped, said, n_persons = sum(cells$n))
  )
}
