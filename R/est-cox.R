#' Cox regression
#'
#' The proportional hazards model, fitted by partial likelihood: right-censored or start-stop rows, strata,
#' offset, frequencies, weights, robust and clustered variance. Factors, interactions, `splines::ns()` and
#' other terms of a model formula work as in `survival::coxph()`.
#'
#' @section Defaults: Ties are Efron's, as in `coxph()`; SAS PROC PHREG and Stata use Breslow's. `freq` equals
#'   replicated rows, also in Efron's ties and in the robust variance (SAS FREQ); `weights` always give the
#'   robust variance, as `cluster` does. The robust variance has no small-sample factor, as in `coxph()` and
#'   SAS COVS. The iteration goes on until the step is below 1e-9 standard errors, further than `coxph()` and
#'   SAS go.
#' @section No finite estimate: When the likelihood keeps growing as coefficients go to infinity (no event in
#'   an arm), they are reported as `Inf` or `-Inf`, without standard error, with a warning of class
#'   `tte_warning_monotone_likelihood`; `coxph()` gives a large number. `$monotone` holds the direction.
#' @section Other packages: Fits that `survival`'s methods are right about have class `coxph`, so that
#'   `predict()`, `survfit()`, `residuals()`, `cox.zph()`, `anova()`, `emmeans` and
#'   `gtsummary::tbl_regression()` work. Fits with a `freq` other than 1 under Efron's ties or a robust
#'   variance, and fits with an infinite coefficient, are `tte_model` instead: they print, summarise and tidy,
#'   and refuse what `survival` would get wrong.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()].
#' @param strata Names of columns that stratify the model, beside any `strata()` in the formula.
#' @param conf.level Confidence level of the limits that print, `summary()`, `confint()` and `tidy()` give.
#' @param ties `"efron"` or `"breslow"`.
#' @param x,y Whether the model matrix and the response are kept in the fit; some packages (`riskRegression`)
#'   need both.
#' @return An object of class `tte_cox` and `coxph` (or `tte_model`, see below) with the components of a
#'   `coxph` object, and `tte`, which holds the method, its conventions and the unit.
#' @references Cox DR (1972). Regression models and life tables. *JRSS B* 34, 187-220. Efron B (1977). The
#'   efficiency of Cox's likelihood function for censored data. *JASA* 72, 557-565. Lin DY, Wei LJ (1989). The
#'   robust inference for the Cox proportional hazards model. *JASA* 84, 1074-1078. Therneau TM, Grambsch PM
#'   (2000). *Modeling Survival Data*.
#' @examples
#' cox(Surv(time, status) ~ age + factor(ph.ecog) + strata(sex), survival::lung, na.action = na.omit)
#' cox(Surv(start, stop, event) ~ year + age + surgery + transplant, survival::heart, id = id)
#' @export
cox <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  conf.level = 0.95, ties = "efron", timefix = TRUE, x = FALSE, y = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_choice(ties, "ties", c("efron", "breslow")),
    check_flag(timefix, "timefix"), check_flag(x, "x"), check_flag(y, "y")
  ))
  abort_input(rbind(
    one_event_faults(d), event_faults(d), merged_interval_faults(d, timefix), offset_faults(d), efron_faults(d, ties),
    person_freq_faults(d)
  ))
  design <- design_of(d, rlang::current_env())
  d$columns$stratum <- strata_codes(d)$codes
  fit <- cox_fit_cpp(
    d$columns, design$x, d$offset, NULL, ties, cox_options(d$columns), timefix, thread_count()
  )
  fit <- new_cox(fit, d, design, list(x = x, y = y), ties, conf.level, timefix)
  warn_cox(fit, rlang::current_env())
  fit
}

cox_options <- function(columns) {
  robust <- !is.null(columns$weight) || !is.null(columns$cluster)
  list(iter_max = 50L, tol = 1e-9, robust = robust, concordance = TRUE)
}

warn_cox <- function(fit, call) {
  infinite <- infinite_lines(fit$monotone)
  if (length(infinite) > 0) warn_tte(infinite, "monotone_likelihood", direction = fit$monotone, call = call)
  aliased <- names(fit$coefficients)[is.na(fit$coefficients)]
  if (length(aliased) > 0) {
    warn_tte(
      sprintf(
        "%s cannot be estimated: constant, or a combination of the other columns.", and_list(aliased)
      ),
      "aliased",
      coefficients = aliased, call = call
    )
  }
  if (!fit$converged && is.null(fit$monotone)) {
    warn_tte("The iteration did not converge: the coefficients are not estimates.", "not_converged",
      call = call
    )
  }
}
