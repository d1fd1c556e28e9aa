#' Pseudo-values of survival and of the restricted mean
#'
#' For each person the pseudo-value \eqn{n \hat\theta - (n - 1) \hat\theta_{(-i)}} of S(t), or of the
#' restricted mean up to t: what stands in a regression for the outcome that censoring hides. `method = "ij"`
#' gives \eqn{\hat\theta} plus n times the person's infinitesimal influence, as `survival::pseudo()` does;
#' both take one pass over the data.
#'
#' @section Groups: With variables on the right of the formula the curves, and so the pseudo-values, are those
#'   of each group; `~ 1` pools all persons, which is what a regression on the groups needs.
#' @section Beyond the last time: The curve is carried on as it is.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param at Points in time: numbers on the scale of the data, or [in_months()] and its like.
#' @param type `"survival"` or `"rmst"`, the restricted mean up to `at`.
#' @param method `"jackknife"` or `"ij"`.
#' @return A matrix with a row for each row of the data used and a column for each time. Its attribute `tte`
#'   holds the method and its conventions, `na.action` the rows left out.
#' @references Andersen PK, Klein JP, Rosthoj S (2003). Generalised linear models for correlated
#'   pseudo-observations, with applications to multi-state models. *Biometrika* 90, 15-27.
#' @examples
#' head(pseudo_values(Surv(time, status) ~ 1, survival::lung, at = c(180, 365)))
#' @export
pseudo_values <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  at, type = "survival", method = "jackknife", timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    if (missing(at)) fault("at", "wrong_length", "must say at which times"),
    check_choice(type, "type", c("survival", "rmst")), check_choice(method, "method", c("jackknife", "ij")),
    check_flag(timefix, "timefix")
  ))
  call <- rlang::current_env()
  groups <- curve_codes(d, call)
  at <- resolve_horizon(at, d$scale, "at", call)
  abort_input(rbind(
    one_event_faults(d), person_row_faults(d),
    if (any(at$at < 0)) fault("at", "negative_time", "must be at least 0")
  ), call)
  refuse_mass(d, "Pseudo-values", call)
  d$columns$stratum <- groups$codes
  values <- pseudo_values_cpp(d$columns, at$at, method, type == "rmst", timefix)
  colnames(values) <- format(at$at, digits = 10, trim = TRUE)
  kind <- if (method == "ij") "infinitesimal jackknife" else "jackknife"
  of <- if (type == "rmst") "of the restricted mean" else "of S(t)"
  said <- sentences(
    kind = sprintf("Pseudo-values %s, %s.", of, kind),
    at = sprintf("Times: %s.", paste(at$text, collapse = "; ")),
    groups = if (!is.null(groups)) "Each group has its own curve."
  )
  structure(values, tte = provenance(d, "Pseudo-values", 0, said), na.action = d$na.action)
}
