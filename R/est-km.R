#' Kaplan-Meier curves
#'
#' The Kaplan-Meier estimate \eqn{S(t) = \prod_{t_j \le t} (1 - d_j / n_j)} for each combination of the
#' variables on the right of the formula, with pointwise limits, for right-censored rows, rows with delayed
#' entry, and several rows of one person joined by `id`.
#'
#' @section Defaults: Limits are on the log-log scale, as in SAS PROC LIFETEST and Stata;
#'   `survival::survfit()` uses `"log"`. Quantiles (`quantile()`, print) are the midpoint of a flat stretch of
#'   the curve at the level, as in R and SAS; their limits are read off the limits of the curve. Variances are
#'   Greenwood's, and under `weights` or `cluster` the infinitesimal jackknife. Times that differ by less than
#'   `sqrt(eps)` times their mean are one time, in any unit; `survfit()` also merges times closer than 1.5e-8
#'   whatever the unit. Events come before censorings, and those before entries, at one time.
#' @section Counts: A table of counts, such as a database gives, is data with `freq`: one row for each time
#'   and status with the number of events or of censorings (`km(Surv(time, status) ~ 1, counts, freq = n)`).
#' @section Other packages: The result is a `survfit2` (`survfit`) object. `summary()`, `quantile()`,
#'   `plot()`, `broom::tidy()`, `ggsurvfit::ggsurvfit()` and `gtsummary::tbl_survfit()` take it as it is, also
#'   when it was made in a function or read from a file. `summary(fit, times = in_months(12))` knows the unit.
#'   A p value that another package computes from the fit (`ggsurvfit::add_pvalue()`) knows no `freq`,
#'   `weights` or `strata =`; [log_rank_test()] does.
#'
#' @inheritParams time_to_event
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @param formula A formula, or the result of [time_to_event()]. `strata()` in it makes curves; `strata =`
#'   does not, and is kept for the tests beside the curves.
#' @param conf.level Confidence level of the limits.
#' @param conf.type Scale of the limits: `"log-log"`, `"log"`, `"plain"`, `"logit"`, `"arcsin"`, or `"none"`.
#' @param conf.lower `"usual"`; `"peto"` or `"modified"` for a lower limit that is wider where few are at
#'   risk, as in `survival::survfit()`.
#' @param timefix Whether nearly equal times are taken for one time.
#' @return A `survfit2` object, of class `tte_km`: `n` (persons), `time`, `n.risk`, `n.event`, `n.censor`,
#'   `surv`, `std.err` (of \eqn{-\log S}), `cumhaz`, `std.chaz`, `lower`, `upper`, `strata`, and `tte`, which
#'   holds the method, its conventions and the unit. With weights `n.risk` and its like are weighted; `counts`
#'   holds the numbers of rows.
#' @section Errors: `tte_error_input` with all faults in `$faults`; `tte_error_unsupported` for terms without
#'   estimator.
#' @references Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete observations. *JASA* 53,
#'   457-481. Kalbfleisch JD, Prentice RL (2002). *The Statistical Analysis of Failure Time Data*, 2nd ed.,
#'   section 1.4.
#' @examples
#' fit <- km(Surv(time, status) ~ sex, survival::lung, unit = "days", report_in = "months")
#' fit
#' summary(fit, times = in_months(c(6, 12)))
#' quantile(fit, c(0.25, 0.5))
#' @export
km <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  conf.level = 0.95, conf.type = "log-log", conf.lower = "usual", timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", c("log-log", "log", "plain", "logit", "arcsin", "none")),
    check_choice(conf.lower, "conf.lower", lower_limit_kinds)
  ))
  groups <- curve_codes(d)
  abort_input(rbind(
    one_event_faults(d), person_faults_of_curves(d, groups), merged_interval_faults(d, timefix)
  ))
  d$columns$stratum <- groups$codes
  fit <- km_cpp(d$columns, conf.type, conf.level, timefix, thread_count())
  warn_empty_risk_set(fit, d, groups, rlang::current_env())
  with_lower_limit(new_km(fit, d, groups, conf.type, conf.level, timefix), conf.lower)
}

# With delayed entry the curve can reach 0 while others have yet to enter; it stays there.
warn_empty_risk_set <- function(fit, d, groups, call) {
  if (is.null(d$columns$start)) {
    return(invisible(NULL))
  }
  ends <- cumsum(fit$size)
  before <- c(1, fit$surv[-length(fit$surv)])
  before[ends[-length(ends)] + 1] <- 1
  early <- setdiff(which(fit$surv == 0 & before > 0), ends)
  if (length(early) == 0) {
    return(invisible(NULL))
  }
  curve <- findInterval(early, ends, left.open = TRUE) + 1L
  names <- if (is.null(groups)) rep("The curve", length(early)) else groups$levels[curve]
  words <- "%s falls to 0 at time %s, where nobody is left at risk; it stays there though others enter later."
  text <- sprintf(words, names, format(fit$time[early], trim = TRUE))
  warn_tte(text, "risk_set_empty", time = fit$time[early], call = call)
}
