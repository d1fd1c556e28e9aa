#' Cox regression
#'
#' The proportional hazards model, fitted by partial likelihood: right-censored or start-stop rows, strata,
#' offset, frequencies, weights, robust, clustered and jackknife variance, Firth's penalty, profile
#' likelihood. Factors, interactions, `splines::ns()` and other terms of a model formula work as in
#' `survival::coxph()`.
#'
#' @section Ties: `"efron"` (default, as in `coxph()`); `"breslow"` (the default of SAS PROC PHREG and
#'   Stata); `"exact-discrete"`, the conditional logistic likelihood of truly discrete time, which
#'   `coxph()` calls `"exact"` and SAS `TIES=DISCRETE`; `"exact-marginal"`, Kalbfleisch and Prentice's
#'   likelihood of ties that are due to rounding, which SAS calls `TIES=EXACT`. Because the word means two
#'   things, `"exact"` alone is an error. Martingale residuals and baseline hazards of the exact ones are
#'   Breslow's. Neither has a robust variance.
#' @section Variance: `freq` equals replicated rows, also in Efron's ties and in the robust variance (SAS
#'   FREQ); `weights` always give the robust variance, as `cluster` does. It has no small-sample factor, as
#'   in `coxph()` and SAS COVS. `variance = "robust"` gives it without `cluster`, over persons or rows;
#'   `variance = "jackknife"` leaves out each cluster, person or row in turn and fits again: \eqn{(m - 1) /
#'   m \sum_i (\hat\beta_{(i)} - \bar\beta)(\hat\beta_{(i)} - \bar\beta)'}.
#' @section Limits: `conf.type = "profile"` gives the limits at which twice the log partial likelihood,
#'   maximised over the other coefficients, has fallen by the quantile of chi-squared (SAS `PLCONFLIMIT`);
#'   the p values are then those of the likelihood ratio. It is the default under `firth = TRUE`.
#' @section Firth: `firth = TRUE` adds half the logarithm of the determinant of the information to the log
#'   partial likelihood, which takes away its bias of first order and keeps every estimate finite. Limits
#'   and p values are by the penalised profile likelihood; `$loglik` is penalised, and standard errors are
#'   from the information without the penalty, as in SAS and `coxphf`.
#' @section No finite estimate: When the likelihood keeps growing as coefficients go to infinity (no event in
#'   an arm), they are reported as `Inf` or `-Inf`, without standard error, with a warning of class
#'   `tte_warning_monotone_likelihood`; `coxph()` gives a large number. Their limits and p values are those of
#'   the profile likelihood, of which one side is finite. `$monotone` holds the direction.
#' @section Convergence: The iteration goes on until the step is below 1e-9 standard errors, further than
#'   `coxph()` and SAS go.
#' @section Other packages: Fits that `survival`'s methods are right about have class `coxph`, so that
#'   `predict()`, `survfit()`, `residuals()`, `cox.zph()`, `anova()`, `emmeans` and
#'   `gtsummary::tbl_regression()` work. Other fits are `tte_model`: under exact marginal ties, Firth's
#'   penalty, a jackknife variance, an infinite coefficient, or a `freq` other than 1 under Efron's or
#'   exact ties or a robust variance. They have methods of their own under the same names, and refuse what
#'   is not defined; what `survival` asks of `coxph` objects without a generic (`cox.zph()`, `basehaz()`)
#'   is [ph_test()] and [baseline_hazard()] here, for every fit.
#'   `marginaleffects` takes a `tte_model` after `options(marginaleffects_model_classes = "tte_model")`.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()].
#' @param strata Names of columns that stratify the model, beside any `strata()` in the formula.
#' @param conf.level Confidence level of the limits that print, `summary()`, `confint()` and `tidy()` give.
#' @param ties `"efron"`, `"breslow"`, `"exact-discrete"` or `"exact-marginal"`.
#' @param firth Whether Firth's penalty is added.
#' @param variance `"model"`, `"robust"` or `"jackknife"`; by default `"robust"` under `weights` or `cluster`,
#'   else `"model"`.
#' @param conf.type `"wald"` or `"profile"`; by default `"profile"` under `firth = TRUE` (but not with a
#'   jackknife variance), else `"wald"`.
#' @param alternative `"two.sided"`; `"greater"` for one-sided p values in favour of a hazard ratio below 1
#'   (Z > 0 favours the other arm, as in [log_rank_test()]), `"less"` above 1. In print and `tidy()`.
#' @param x,y Whether the model matrix and the response are kept in the fit; some packages (`riskRegression`)
#'   need both.
#' @return An object of class `tte_cox` and `coxph` (or `tte_model`, see below) with the components of a
#'   `coxph` object, and `tte`, which holds the method, its conventions and the unit.
#' @references Cox DR (1972). Regression models and life tables. *JRSS B* 34, 187-220. Efron B (1977). The
#'   efficiency of Cox's likelihood function for censored data. *JASA* 72, 557-565. Kalbfleisch JD,
#'   Prentice RL (2002). *The Statistical Analysis of Failure Time Data*, section 4.2. Heinze G, Schemper M
#'   (2001). A solution to the problem of monotone likelihood in Cox regression. *Biometrics* 57, 114-119.
#'   Lin DY, Wei LJ (1989). The robust inference for the Cox proportional hazards model. *JASA* 84,
#'   1074-1078. Therneau TM, Grambsch PM (2000). *Modeling Survival Data*.
#' @examples
#' cox(Surv(time, status) ~ age + factor(ph.ecog) + strata(sex), survival::lung, na.action = na.omit)
#' cox(Surv(start, stop, event) ~ year + age + surgery + transplant, survival::heart, id = id)
#' cox(Surv(time, status) ~ age + sex, survival::lung, ties = "exact-marginal", conf.type = "profile")
#' @export
cox <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  conf.level = 0.95, ties = "efron", firth = FALSE, variance = NULL, conf.type = NULL,
  alternative = "two.sided", timefix = TRUE, x = FALSE, y = TRUE
) {
  check_dots(...)
  options <- list(
    ties = ties, firth = firth, variance = variance, conf.type = conf.type, alternative = alternative,
    conf.level = conf.level, timefix = timefix
  )
  d <- open_door(environment(), rbind(
    cox_option_faults(options), check_flag(x, "x"), check_flag(y, "y")
  ))
  abort_input(rbind(
    one_event_faults(d), event_faults(d), merged_interval_faults(d, timefix), offset_faults(d),
    efron_faults(d, ties),
    person_freq_faults(d)
  ))
  options <- settle_cox_options(options, d, rlang::current_env())
  design <- design_of(d, rlang::current_env())
  d$columns$stratum <- strata_codes(d)$codes
  fit <- cox_fit_cpp(
    d$columns, design$x, d$offset, NULL, ties, cox_options(options), timefix, thread_count()
  )
  fit <- new_cox(fit, d, design, list(x = x, y = y), options)
  fit <- settle_limits(settle_jackknife(fit))
  warn_cox(fit, rlang::current_env())
  fit
}

# ---- the options ----

cox_option_faults <- function(options) {
  choice <- function(name, choices) {
    if (!is.null(options[[name]])) check_choice(options[[name]], name, choices)
  }
  rbind(
    check_level(options$conf.level), ties_faults(options$ties), check_flag(options$firth, "firth"),
    choice("variance", c("model", "robust", "jackknife")), choice("conf.type", c("wald", "profile")),
    choice("alternative", c("two.sided", "greater", "less")), check_flag(options$timefix, "timefix")
  )
}

# "exact" is two likelihoods: survival's is the discrete one, SAS's the marginal one.
ties_faults <- function(ties) {
  if (!identical(ties, "exact")) {
    return(check_choice(ties, "ties", c("efron", "breslow", "exact-discrete", "exact-marginal")))
  }
  remedy <- paste(
    "Write \"exact-discrete\" for what survival calls \"exact\" and SAS DISCRETE, or \"exact-marginal\" for",
    "what SAS calls EXACT."
  )
  fault("ties", "not_a_choice", "\"exact\" is the name of two different likelihoods", remedy = remedy)
}

# What is left open follows from the rest; what cannot go together is refused by name.
settle_cox_options <- function(options, d, call) {
  needed <- Filter(Negate(is.null), d$columns[c("weight", "cluster")])
  if (is.null(options$variance)) options$variance <- if (length(needed) > 0) "robust" else "model"
  jackknife <- options$variance == "jackknife"
  if (is.null(options$conf.type)) options$conf.type <- if (options$firth && !jackknife) "profile" else "wald"
  given <- c(weight = "weights", cluster = "cluster")[names(needed)]
  if (options$variance == "model" && length(needed) > 0) {
    what <- sprintf("is contradicted by `%s`, which gives the robust variance", given[1])
    abort_input(fault("variance", "unknown_argument", what), call)
  }
  robust <- options$variance == "robust"
  refuse_robust_with(options, c(
    given[robust | names(given) == "weight"],
    if (robust) "variance = \"robust\""
  ), call)
  if (options$firth && startsWith(options$ties, "exact")) {
    abort_unsupported(
      sprintf("ties = \"%s\" with firth = TRUE", options$ties),
      "The penalty is defined for the ties of Breslow and Efron.",
      "Use ties = \"efron\" or \"breslow\".", call
    )
  }
  if (jackknife && options$conf.type == "profile") {
    what <- "is contradicted by variance = \"jackknife\", which gives Wald limits"
    abort_input(fault("conf.type", "unknown_argument", what), call)
  }
  options
}

refuse_robust_with <- function(options, given, call) {
  refuse <- function(when, what, why, remedy) {
    if (when) abort_unsupported(sprintf("%s with %s", what, given[1]), why, remedy, call)
  }
  robust <- length(given) > 0
  refuse(
    robust && startsWith(options$ties, "exact"), sprintf("ties = \"%s\"", options$ties),
    "The exact likelihoods have no weights and no robust variance.", "Use ties = \"efron\"."
  )
  refuse(
    robust && options$firth, "firth = TRUE", "The penalty has no weights and no robust variance.",
    "Use variance = \"jackknife\" on rows or clusters without weights."
  )
  refuse(
    robust && options$conf.type == "profile", "conf.type = \"profile\"",
    "The partial likelihood of weighted or clustered rows is no likelihood.", "Use conf.type = \"wald\"."
  )
}

cox_options <- function(options) {
  list(
    iter_max = 50L, tol = 1e-9, robust = options$variance == "robust", concordance = TRUE,
    firth = options$firth
  )
}

warn_cox <- function(fit, call) {
  infinite <- infinite_lines(fit$monotone)
  if (length(infinite) > 0) {
    offer <- c(i = "The limits below are by profile likelihood; firth = TRUE gives finite estimates.")
    if (is_robust(fit)) offer <- c(i = "There are no limits under a robust variance.")
    warn_tte(c(infinite, offer), "monotone_likelihood", direction = fit$monotone, call = call)
  }
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
