# Cox regression with Efron's ties: whole user calls, and the bare fit of a prepared matrix.
formula_of <- function(left, p) stats::reformulate(paste0("x", seq_len(p)), str2lang(left))

coefficients_differ <- function(ours, peer) {
  max(abs(ours$coefficients - peer$coefficients) / sqrt(diag(peer$var)))
}

list(
  "10 covariates with concordance" = list(
    make = function(n, times) trial(n, times, covariates = 10),
    used = c("time", "status", paste0("x", 1:10)),
    ours = function(d) tte::cox(formula_of("Surv(time, status)", 10), d),
    peer = function(d) survival::coxph(formula_of("Surv(time, status)", 10), d),
    differ = coefficients_differ
  ),
  "fit alone with 50 covariates" = list(
    make = function(n, times) trial(n, times, covariates = 50),
    used = c("time", "status", paste0("x", 1:50)),
    prepare = function(d) {
      list(
        x = as.matrix(d[paste0("x", 1:50)]), y = survival::Surv(d$time, d$status),
        columns = list(stop = d$time, cause = as.integer(d$status))
      )
    },
    ours = function(p) {
      options <- list(iter_max = 20L, tol = 1e-9, robust = FALSE, concordance = FALSE)
      getNamespace("tte")$cox_fit_cpp(
        p$columns, p$x, NULL, NULL, "efron", options, TRUE, getOption("tte.threads")
      )
    },
    peer = function(p) {
      survival::coxph.fit(
        p$x, p$y,
        strata = NULL, offset = NULL, init = NULL, control = survival::coxph.control(), weights = NULL,
        method = "efron", rownames = NULL
      )
    },
    differ = coefficients_differ
  ),
  "start-stop with 10 covariates" = list(
    make = function(n, times) trial(n, times, covariates = 10, late = TRUE),
    used = c("start", "time", "status", paste0("x", 1:10)),
    ours = function(d) tte::cox(formula_of("Surv(start, time, status)", 10), d),
    peer = function(d) survival::coxph(formula_of("Surv(start, time, status)", 10), d),
    differ = coefficients_differ
  )
)
