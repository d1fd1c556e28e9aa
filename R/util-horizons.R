#' Points in time given in weeks, months or years
#'
#' A bare number is on the scale of the data. These functions say a point in time in a unit of its own, and
#' the estimator turns it into the scale of the data it is used on. For that it must know the unit of the data
#' (`unit =`, or `AVALU` of an ADTTE), and for an ADTTE whether the first day counts as day 1 (`day_one =`, or
#' `STARTDT` and `ADT`).
#'
#' A week is 7 days, a month 30.4375 days (365.25 / 12), a year 365.25 days. On data in which the first day is
#' day 1 (`AVAL = ADT - STARTDT + 1`), 48 elapsed weeks are the days up to `AVAL = 337`: `in_weeks(48)` cuts
#' there.
#'
#' @param x Numbers, the points in time; each at least 0.
#' @param on `"elapsed"` (default): time since the start. `"AVAL"`: the number as it stands on the scale of
#'   `AVAL`, so that day one is not added (`in_months(12, on = "AVAL")` cuts at `AVAL = 365.25`).
#' @return An object of class `tte_horizon`.
#' @section Errors: `tte_error_input` when `x` is not a finite number of at least 0, or `on` is not one of its
#'   choices.
#' @examples
#' in_weeks(48)
#' fit <- km(Surv(time, status) ~ sex, survival::lung, unit = "days")
#' summary(fit, times = in_months(c(6, 12)))
#' @name horizons
NULL

#' @rdname horizons
#' @export
in_weeks <- function(x, on = "elapsed") new_horizon(x, "weeks", on)

#' @rdname horizons
#' @export
in_months <- function(x, on = "elapsed") new_horizon(x, "months", on)

#' @rdname horizons
#' @export
in_years <- function(x, on = "elapsed") new_horizon(x, "years", on)

new_horizon <- function(x, unit, on, call = rlang::caller_env()) {
  good <- checkmate::test_numeric(x, lower = 0, finite = TRUE, any.missing = FALSE, min.len = 1)
  abort_input(rbind(
    if (!good) fault("x", if (is.numeric(x)) "out_of_range" else "wrong_type", "must be numbers, at least 0"),
    check_choice(on, "on", c("elapsed", "AVAL"))
  ), call)
  structure(list(value = as.double(x), unit = unit, on = on), class = "tte_horizon")
}

#' @export
format.tte_horizon <- function(x, ...) {
  paste0(format(x$value, trim = TRUE), " ", x$unit, if (x$on == "AVAL") " on AVAL")
}

#' @export
print.tte_horizon <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}

days_per <- c(days = 1, weeks = 7, months = 30.4375, years = 365.25)

time_units <- names(days_per)

# How the analysis counts time: the unit of its numbers (NULL: unknown), whether the first day is day 1 (NULL:
# unknown), and the name of the time variable as the user wrote it.
time_scale <- function(unit = NULL, day_one = FALSE, variable = "time") {
  list(unit = unit, day_one = day_one, variable = variable)
}

# A point in time on the scale of the data: list(at, text); `text` shows the cut that was used.
resolve_horizon <- function(at, scale, argument = "at", call = rlang::caller_env()) {
  value <- if (inherits(at, "tte_horizon")) horizon_on_scale(at, scale, argument, call) else at
  if (!checkmate::test_numeric(value, any.missing = FALSE, finite = TRUE, min.len = 1)) {
    what <- "must be finite numbers, or in_weeks(), in_months(), in_years()"
    abort_input(fault(argument, "wrong_type", what), call)
  }
  unit <- if (is.null(scale$unit)) "" else paste0(" ", scale$unit)
  list(
    at = as.double(value),
    text = paste0(scale$variable, " \u2264 ", format(value, digits = 10, trim = TRUE), unit)
  )
}

horizon_on_scale <- function(horizon, scale, argument, call) {
  elapsed <- horizon$on == "elapsed"
  shown <- format(horizon)[1]
  abort_input(rbind(
    if (is.null(scale$unit)) unit_needed(argument, shown),
    if (elapsed && is.null(scale$day_one)) day_one_needed(argument, shown)
  ), call)
  days <- horizon$value * days_per[[horizon$unit]]
  if (elapsed && scale$day_one) days <- days + 1
  days / days_per[[scale$unit]]
}

unit_needed <- function(argument, shown) {
  what <- sprintf("%s needs to know the unit of the data", shown)
  remedy <- "Give unit = \"days\" (or \"weeks\", \"months\", \"years\") to the estimator."
  fault(argument, "unit_unknown", what, remedy = remedy)
}

day_one_needed <- function(argument, shown) {
  what <- sprintf("%s needs to know whether the first day counts as day 1", shown)
  remedy <- "Give day_one = TRUE (AVAL = ADT - STARTDT + 1) or FALSE, or keep STARTDT and ADT in the data."
  fault(argument, "day_one_unknown", what, remedy = remedy)
}
