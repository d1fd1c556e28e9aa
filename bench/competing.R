# Competing risks: cumulative incidence with Gray's test, its jackknife errors, and Fine and Gray's model.

# Two arms, two causes, about 40 % of the first; whole days give some 3,000 distinct times.
competing_trial <- function(n, times, covariates = 0) {
  d <- trial(n, times, covariates)
  other <- stats::rexp(n, 0.0005)
  if (times == "days") other <- floor(other) + 1
  first <- other < d$time
  d$cause <- ifelse(first, 2L, d$status)
  d$time <- pmin(d$time, other)
  d$what <- factor(d$cause, 0:2, c("censored", "relapse", "death"))
  d
}

formula_of <- function(left, p) stats::reformulate(paste0("x", seq_len(p)), str2lang(left))

list(
  "curves and Gray's tests of both causes" = list(
    make = function(n, times) competing_trial(n, times),
    used = c("time", "what", "arm"),
    ours = function(d) {
      d <- tte::time_to_event(Surv(time, what) ~ arm, d)
      list(
        fit = tte::cif(d),
        tests = c(tte::gray_test(d)$statistic, tte::gray_test(d, cause = "death")$statistic)
      )
    },
    peer = function(d) cmprsk::cuminc(d$time, d$cause, d$arm),
    differ = function(ours, peer) max(abs(ours$tests - peer$Tests[, "stat"]))
  ),
  "jackknife errors" = list(
    make = function(n, times) competing_trial(n, times),
    used = c("time", "what"),
    ours = function(d) tte::cif(Surv(time, what) ~ 1, d, variance = "ij"),
    peer = function(d) Sys.sleep(0.2), # the goal; survfit() takes a minute
    differ = function(ours, peer) {
      delta <- tte::cif(eval(ours$call$formula), eval(ours$call$data), variance = "delta")
      max(abs(ours$std.err[, -1] - delta$std.err[, -1]))
    }
  ),
  "Fine-Gray, 10 covariates, as crr()" = list(
    make = function(n, times) competing_trial(n, times, covariates = 10),
    used = c("time", "what", paste0("x", 1:10)),
    ours = function(d) {
      tte::fine_gray(formula_of("Surv(time, what)", 10), d, convention = "cmprsk")
    },
    peer = function(d) cmprsk::crr(d$time, d$cause, as.matrix(d[paste0("x", 1:10)])),
    differ = function(ours, peer) max(abs(stats::coef(ours) - peer$coef) / sqrt(diag(peer$var)))
  ),
  "Fine-Gray, 10 covariates, as cox()" = list(
    make = function(n, times) competing_trial(n, times, covariates = 10),
    used = c("time", "what", paste0("x", 1:10)),
    ours = function(d) tte::fine_gray(formula_of("Surv(time, what)", 10), d),
    peer = function(d) tte::cox(formula_of("Surv(time, cause == 1)", 10), d),
    differ = function(ours, peer) NA
  )
)
