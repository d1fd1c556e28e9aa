test_that("quantiles and limits are survival's, for every scale", {
  for (type in c("log-log", "log", "plain", "logit", "arcsin")) {
    probs <- c(0.1, 0.5, 0.75)
    x <- survival_quantiles(Surv(time, status) ~ x, survival::aml, probs = probs, conf.type = type)
    fit <- survival::survfit(Surv(time, status) ~ x, survival::aml, conf.type = type)
    peer <- stats::quantile(fit, probs)
    expect_equal(x$estimate, as.vector(t(peer$quantile)))
    expect_equal(x$conf.low, as.vector(t(peer$lower)))
    expect_equal(x$conf.high, as.vector(t(peer$upper)))
  }
})

test_that("6-MP: medians 23 and 8 weeks (Freireich et al.; K&M) [printed]", {
  x <- survival_quantiles(Surv(time, status) ~ arm, textbook("freireich"), probs = 0.5)
  expect_equal(x$estimate[x$group == "6-MP"], 23)
  expect_equal(x$estimate[x$group == "placebo"], 8)
})

test_that("three rules for a flat stretch, and one that never ends", {
  d <- data.frame(time = 1:4, status = 1)
  median_of <- function(d, flat) {
    survival_quantiles(Surv(time, status) ~ 1, d, probs = 0.5, flat = flat)$estimate
  }
  expect_equal(median_of(d, "midpoint"), 2.5)
  expect_equal(median_of(d, "closed"), 2.5)
  expect_equal(median_of(d, "first"), 2)
  open <- transform(d, status = c(1, 1, 0, 0))
  expect_equal(median_of(open, "midpoint"), 3)
  expect_identical(median_of(open, "closed"), NA_real_)
  expect_equal(median_of(open, "first"), 2)
  expect_identical(median_of(transform(d, status = c(1, 0, 0, 0)), "midpoint"), NA_real_)
  for (flat in c("midpoint", "first")) {
    fit <- km(Surv(time, status) ~ 1, survival::lung)
    expect_equal(
      survival_quantiles(fit, probs = c(0.25, 0.5), flat = flat)$estimate,
      oracle_quantile(fit$time, fit$surv, c(0.25, 0.5), flat)
    )
  }
})

test_that("a curve that is there already is taken with its limits", {
  fit <- km(Surv(time, status) ~ sex, survival::lung, unit = "days", conf.type = "plain", conf.level = 0.9)
  x <- survival_quantiles(fit, probs = 0.5)
  expect_equal(x, survival_quantiles(Surv(time, status) ~ sex, survival::lung,
    unit = "days", probs = 0.5, conf.type = "plain", conf.level = 0.9
  ), ignore_attr = TRUE)
  expect_equal(x$unit, c("days", "days"))
  bare <- survival_quantiles(km(Surv(time, status) ~ 1, survival::lung, conf.type = "none"), probs = 0.5)
  expect_equal(bare$conf.low, NA_real_)
})

test_that("wrong probabilities are faults", {
  ask <- function(...) survival_quantiles(Surv(time, status) ~ 1, survival::aml, ...)
  expect_fault(ask(probs = 1.2), "out_of_range", "probs")
  expect_fault(ask(flat = "sas"), "not_a_choice", "flat")
})
