#' Compare the concordance of two models
#'
#' The difference of Harrell's C of two models of the same rows, with a standard error that knows that both
#' were measured on the same persons.
#'
#' @section Estimate: C counts the comparable pairs that the linear predictor orders rightly, pairs tied in
#'   it half, within strata; the standard error of each C and of their difference is from the infinitesimal
#'   jackknife over clusters, persons or rows, as in `survival::concordance(fit1, fit2)`. Coefficients are
#'   taken as given, so a model compared on the rows it was fitted to looks better than it is.
#'
#' @param fit1,fit2 [cox()] models of the same rows; `fit1` is the reference.
#' @param ... Nothing: all other arguments must be named.
#' @param conf.level Confidence level.
#' @return [Estimates][estimates]: C of each model, and their difference; Z > 0 favours `fit2`.
#' @section Errors: `tte_error_input` when the models differ in their rows or strata.
#' @references Harrell FE, Lee KL, Mark DB (1996). Multivariable prognostic models. *Statistics in
#'   Medicine* 15, 361-387. Newson R (2006). Confidence intervals for rank statistics. *Stata Journal* 6,
#'   309-334.
#' @examples
#' lung <- survival::lung
#' compare_concordance(cox(Surv(time, status) ~ age, lung), cox(Surv(time, status) ~ age + sex, lung))
#' @export
compare_concordance <- function(fit1, fit2, ..., conf.level = 0.95) {
  check_dots(...)
  call <- rlang::current_env()
  abort_input(rbind(
    if (!inherits(fit1, "tte_cox")) fault("fit1", "wrong_type", "must be a model of cox()"),
    if (!inherits(fit2, "tte_cox")) fault("fit2", "wrong_type", "must be a model of cox()"),
    check_level(conf.level)
  ), call)
  for (fit in list(fit1, fit2)) refuse_infinite_cox(fit, "The concordance", call)
  data <- fit_data(fit1)
  abort_input(same_rows_faults(data$columns, fit_data(fit2)$columns), call)
  found <- lapply(list(fit1, fit2), function(fit) {
    concordance_influence_cpp(data$columns, as.double(fit$linear.predictors), data$timefix)
  })
  concordance_estimates(found, list(fit1, fit2), conf.level)
}

same_rows_faults <- function(a, b) {
  same <- vapply(c("start", "stop", "cause", "stratum", "freq", "weight"), function(name) {
    isTRUE(all.equal(a[[name]], b[[name]]))
  }, logical(1))
  if (all(same)) {
    return(NULL)
  }
  what <- sprintf("the models differ in their %s", and_list(names(same)[!same]))
  fault("fit2", "models_differ", what, remedy = "Fit both to the rows that have all covariates.")
}

concordance_estimates <- function(found, fits, conf.level) {
  sums <- vapply(found, function(x) {
    sum_by_unit(x$influence, x$unit)
  }, numeric(length(unique(found[[1]]$unit))))
  cov <- crossprod(matrix(sums, ncol = 2))
  value <- vapply(found, `[[`, numeric(1), "concordance")
  rows <- rbind(
    wald_rows(value, sqrt(diag(cov)), "probability", conf.level, NA),
    wald_rows(
      diff(value), sqrt(cov[1, 1] + cov[2, 2] - 2 * cov[1, 2]), "difference", conf.level, "model 2 v model 1"
    )
  )
  rows[1:2, c("statistic", "p.value")] <- NA
  words <- vapply(fits, function(fit) deparse1(rlang::f_rhs(fit$formula)), character(1))
  provenance <- fits[[1]]$tte
  provenance$conventions <- sentences(
    models = sprintf("Model 1: %s. Model 2: %s.", words[1], words[2]),
    variance = "Standard errors are by the infinitesimal jackknife; coefficients are taken as given."
  )
  do.call(new_estimates, c(as.list(rows), list(
    group = c("model 1", "model 2", NA), term = "concordance", conf.level = conf.level,
    n = fits[[1]]$tte$n_persons, n.event = fits[[1]]$nevent, method = "Concordance (Harrell's C)",
    provenance = provenance
  )))
}

sum_by_unit <- function(influence, unit) if (is.null(unit)) influence else rowsum(influence, unit)[, 1]
