#' Quantiles of survival time
#'
#' The median, or any other quantile, of each arm's Kaplan-Meier curve, with Brookmeyer and Crowley's limits:
#' the times where the limits of the curve cross the level, on the scale of `conf.type`.
#'
#' @section Flat stretches: Where the curve runs flat exactly at the level any time of the stretch is a
#'   quantile. `flat = "midpoint"` (default) takes its middle, as `survival` does; when the curve stays there
#'   to the end, the middle up to the last time. `"closed"` takes the middle too, but gives `NA` when the
#'   stretch never ends, as SAS PROC LIFETEST does. `"first"` takes its beginning, the textbook's
#'   \eqn{\inf\{t: S(t) \le 1 - p\}}. Limits follow the same rule. A quantile that the curve does not reach
#'   is `NA`, and so is a limit that its band does not reach.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, the result of [time_to_event()], or that of [km()] or [follow_up()], whose limits
#'   then decide.
#' @param probs Probabilities of an event, between 0 and 1.
#' @param flat The rule for flat stretches: `"midpoint"`, `"closed"` or `"first"`.
#' @return [Estimates][estimates], a row for each arm and probability.
#' @references Brookmeyer R, Crowley J (1982). A confidence interval for the median survival time.
#'   *Biometrics* 38, 29-41.
#' @examples
#' survival_quantiles(Surv(time, status) ~ sex, survival::lung, unit = "days", report_in = "months")
#' survival_quantiles(follow_up(Surv(time, status) ~ sex, survival::lung), probs = 0.5)
#' @export
survival_quantiles <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  probs = c(0.25, 0.5, 0.75), flat = "midpoint", conf.level = 0.95, conf.type = "log-log", timefix = TRUE
) {
  check_dots(...)
  faults <- rbind(
    check_numbers(probs, "probs", 0, 1), check_choice(flat, "flat", c("midpoint", "closed", "first"))
  )
  if (inherits(formula, "tte_km")) {
    abort_input(faults)
    return(quantile_rows(formula, probs, flat))
  }
  d <- open_door(environment(), rbind(faults, check_level(conf.level)))
  quantile_rows(
    km(d, conf.level = conf.level, conf.type = conf.type, timefix = timefix), probs, flat
  )
}

quantile_rows <- function(fit, probs, flat) {
  totals <- curve_totals(fit)
  curves <- split(seq_along(fit$time), rep(factor(seq_along(totals$n)), diff(c(0, totals$last))))
  rows <- do.call(rbind, Map(function(at, arm, n, events) {
    cross <- function(y) {
      if (is.null(y)) NA_real_ else vapply(probs, crossing, numeric(1), fit$time[at], y[at], flat)
    }
    data.frame(
      term = paste("quantile", probs), group = arm, estimate = cross(fit$surv),
      conf.low = cross(limit_curve(fit$lower, fit)), conf.high = cross(fit$upper), n = n, n.event = events
    )
  }, curves, sub("^[^=,]*=([^=]*)$", "\\1", totals$curve), totals$n, totals$events))
  tte <- fit$tte
  tte$conventions[["quantile"]] <- flat_sentence(flat)
  method <- paste0("Quantiles of time, ", tte$method)
  unit <- if (is.null(tte$unit)) NA else tte$unit
  do.call(new_estimates, c(as.list(rows), list(
    param = if (is.null(tte$param)) NA else tte$param, unit = unit, scale = "time", conf.level = fit$conf.int,
    method = method, provenance = tte
  )))
}

# Where the curve has come down to 0 its lower limit has too.
limit_curve <- function(lower, fit) {
  if (!is.null(lower)) lower[fit$surv == 0] <- 0
  lower
}

# The time at which a curve crosses 1 - p.
crossing <- function(p, time, curve, flat) {
  tolerance <- sqrt(.Machine$double.eps)
  if (length(time) == 0) {
    return(NA_real_)
  }
  if (p == 0) {
    return(0)
  }
  first <- which(curve <= 1 - p + tolerance)[1]
  if (is.na(first) || flat == "first" || curve[first] < 1 - p - tolerance || p == 1) {
    return(time[first])
  }
  below <- which(curve < 1 - p - tolerance)[1]
  end <- if (is.na(below)) length(time) else below
  if (is.na(below) && flat == "closed") NA_real_ else (time[first] + time[end]) / 2
}

flat_sentence <- function(flat) {
  rule <- switch(flat,
    midpoint = "the middle of a flat stretch at it",
    closed = "the middle of a flat stretch at it, NE when the stretch never ends",
    first = "the beginning of a flat stretch at it"
  )
  where <- "A quantile is where the curve crosses the level, or %s; its limits are where the limits cross."
  paste(sprintf(where, rule), "NE: not reached.")
}
