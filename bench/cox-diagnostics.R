# What follows a Cox fit of ten covariates: whole user calls on a fit that is there already; and a thousand
# refits to rows drawn with replacement. The two draw other rows, so their standard errors differ by a few per
# cent, as those of two bootstraps do.
trial_of_ten <- function(n, times) trial(n, times, covariates = 10)
used <- c("time", "status", paste0("x", 1:10))

# The peer's methods look for `d` where the formula was written.
fit_both <- function(d) {
  formula <- stats::reformulate(paste0("x", 1:10), str2lang("Surv(time, status)"), env = rlang::current_env())
  list(ours = tte::cox(formula, d), peer = survival::coxph(formula, d))
}

draw_and_fit <- function(p) {
  control <- survival::coxph.control()
  t(vapply(1:1000, function(i) {
    rows <- sample.int(nrow(p$x), replace = TRUE)
    survival::coxph.fit(
      p$x[rows, ], p$y[rows, ],
      strata = NULL, offset = NULL, init = NULL, control = control, weights = NULL, method = "efron",
      rownames = NULL
    )$coefficients
  }, numeric(10)))
}

list(
  "ph_test" = list(
    make = trial_of_ten, used = used, prepare = fit_both,
    ours = function(p) tte::ph_test(p$ours),
    peer = function(p) survival::cox.zph(p$peer),
    differ = function(ours, peer) max(abs(ours$table[, "chisq"] / peer$table[, "chisq"] - 1))
  ),
  "dfbeta" = list(
    make = trial_of_ten, used = used, prepare = fit_both,
    ours = function(p) stats::residuals(p$ours, "dfbeta"),
    peer = function(p) stats::residuals(p$peer, "dfbeta"),
    differ = function(ours, peer) max(abs(ours - peer)) / max(abs(peer))
  ),
  "1000 bootstrap refits" = list(
    make = trial_of_ten, used = used,
    prepare = function(d) {
      list(
        x = as.matrix(d[paste0("x", 1:10)]), y = survival::Surv(d$time, d$status),
        columns = list(stop = d$time, cause = as.integer(d$status))
      )
    },
    ours = function(p) {
      getNamespace("tte")$cox_resample_cpp(
        p$columns, p$x, NULL, "efron", FALSE, "bootstrap", NULL, 1000, 20, TRUE, getOption("tte.threads")
      )$coefficients
    },
    peer = draw_and_fit,
    differ = function(ours, peer) max(abs(apply(ours, 2, stats::sd) / apply(peer, 2, stats::sd) - 1))
  )
)
