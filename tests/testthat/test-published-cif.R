# Published cumulative incidences. [printed]: the digits stand in the source; [formula]: recomputed in closed
# form.

incidence_at <- function(fit, cause, at, what = "pstate") {
  step_value(fit$time, fit[[what]][, cause + 1L], at, 0)
}

test_that("cmprsk's own test: estimates and Aalen's variances at 1, ..., 5 [printed]", {
  d <- textbook("cmprsk_test")
  d$what <- factor(d$cause, 0:2, c("censored", "one", "two"))
  fit <- cif(Surv(ss, what) ~ 1, d)
  expect_equal(round(incidence_at(fit, 1, 1:5), 7), c(0.2352861, 0.3287068, 0.4247898, 0.4247898, 0.4247898))
  expect_equal(round(incidence_at(fit, 2, 1:5), 7), c(0.2567862, 0.3931580, 0.4631781, 0.4911861, 0.4911861))
  expect_equal(
    round(incidence_at(fit, 1, 1:5, "std.err")^2, 9),
    c(0.002062112, 0.002957844, 0.004170634, 0.004170634, 0.004170634)
  )
  expect_equal(
    round(incidence_at(fit, 2, 1:5, "std.err")^2, 9),
    c(0.002190305, 0.003273248, 0.004004514, 0.004369940, 0.004369940)
  )
  by_group <- state_curves_of(cif(Surv(ss, what) ~ group, d))
  at_one <- function(i, k) step_value(by_group[[i]]$time, by_group[[i]]$pstate[, k + 1L], 1, 0)
  expect_equal(round(c(at_one(1, 1), at_one(2, 1), at_one(3, 1)), 7), c(0.1311269, 0.2176471, 0.3816280))
  expect_equal(round(c(at_one(1, 2), at_one(2, 2), at_one(3, 2)), 7), c(0.2257601, 0.3117647, 0.2160508))
})

test_that("eight patients by hand (survival's tests/testci.R) [formula]", {
  d <- textbook("cr_tiny8")
  d$what <- factor(d$status, 0:2, c("censored", "one", "two"))
  fit <- cif(Surv(time, what) ~ 1, d)
  at <- c(1, 2, 3, 5, 6)
  expect_equal(step_value(fit$time, fit$pstate[, 1], at, 1), c(1, 6 / 7, 18 / 35, 18 / 35, 0),
    tolerance = 1e-15
  )
  expect_equal(incidence_at(fit, 1, at), c(0, 1, 1, 1, 1) / 7, tolerance = 1e-15)
  expect_equal(incidence_at(fit, 2, at), c(0, 0, 12 / 35, 12 / 35, 6 / 7), tolerance = 1e-15)
})

test_that("AIDS and SI switch: first jump 1/329, naive Kaplan-Meier exceeds (Putter et al. 2007) [formula]", {
  d <- textbook("aidssi")
  d$what <- factor(d$cause, c("event-free", "AIDS", "SI"))
  fit <- cif(Surv(time, what) ~ 1, d)
  expect_equal(fit$time[1], 0.112)
  expect_equal(unname(fit$pstate[1, ]), c(328, 0, 1) / 329, tolerance = 1e-15)
  naive <- km(Surv(time, cause == "AIDS") ~ 1, d)
  last <- length(fit$time)
  expect_gt(1 - naive$surv[last], fit$pstate[last, 2])
  together <- km(Surv(time, status > 0) ~ 1, d)
  expect_equal(fit$pstate[, 1], together$surv, tolerance = 1e-12)
  expect_equal(rowSums(fit$pstate), rep(1, last), tolerance = 1e-12)
})
