# Published Kaplan-Meier examples. [printed]: the digits stand in the source; [formula]: recomputed here in
# closed form.

at_events <- function(fit, column) fit[[column]][fit$n.event > 0]

test_that("6-MP arm of Freireich (Klein & Moeschberger 2003, Tables 4.1A, 4.1B, 4.2) [printed]", {
  d <- textbook("freireich")
  fit <- km(Surv(time, status) ~ 1, d[d$arm == "6-MP", ], conf.type = "plain")
  expect_equal(at_events(fit, "time"), c(6, 7, 10, 13, 16, 22, 23))
  expect_equal(at_events(fit, "n.risk"), c(21, 17, 15, 12, 11, 7, 6))
  expect_equal(at_events(fit, "n.event"), c(3, 1, 1, 1, 1, 1, 1))
  expect_equal(round(at_events(fit, "surv"), 3), c(0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448))
  se <- at_events(fit, "std.err") * at_events(fit, "surv")
  expect_equal(round(se, 4), c(0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346))
  expect_equal(round(at_events(fit, "cumhaz"), 4), c(0.1429, 0.2017, 0.2683, 0.3517, 0.4426, 0.5854, 0.7521))
  expect_equal(
    round(at_events(fit, "std.chaz")^2, 4),
    c(0.0068, 0.0103, 0.0147, 0.0217, 0.0299, 0.0503, 0.0781)
  )
})

test_that("medians of Freireich: 23 weeks under 6-MP, 8 on placebo [printed in K&M, Collett, Cox & Oakes]", {
  fit <- km(Surv(time, status) ~ arm, textbook("freireich"))
  expect_equal(unname(stats::quantile(fit, probs = 0.5)$quantile[, 1]), c(23, 8))
})

test_that("maintained arm of the AML trial (Miller 1981, Survival Analysis, section 3.2) [printed]", {
  fit <- km(Surv(time, status) ~ 1, survival::aml[survival::aml$x == "Maintained", ])
  expect_equal(at_events(fit, "time"), c(9, 13, 18, 23, 31, 34, 48))
  expect_equal(round(at_events(fit, "surv"), 2), c(0.91, 0.82, 0.72, 0.61, 0.49, 0.37, 0.18))
  se <- at_events(fit, "std.err") * at_events(fit, "surv")
  expect_equal(round(se, 3), c(0.087, 0.116, 0.140, 0.153, 0.164, 0.163, 0.153))
})

test_that("discontinuation of an IUD (Collett, Modelling Survival Data, Tables 2.2 and 2.4) [printed]", {
  fit <- km(Surv(time, status) ~ 1, textbook("collett_iud"), conf.type = "plain")
  expect_equal(at_events(fit, "time"), c(10, 19, 30, 36, 59, 75, 93, 97, 107))
  expect_equal(
    round(at_events(fit, "surv"), 4),
    c(0.9444, 0.8815, 0.8137, 0.7459, 0.6526, 0.5594, 0.4662, 0.3729, 0.2486)
  )
  se <- at_events(fit, "std.err") * at_events(fit, "surv")
  expect_equal(round(se, 4), c(0.0540, 0.0790, 0.0978, 0.1107, 0.1303, 0.1412, 0.1452, 0.1430, 0.1392))
  expect_equal(unname(c(stats::quantile(fit, probs = 0.5)$quantile)), 93)
})

test_that("medians of advanced lung cancer by sex, log limits (Loprinzi et al. 1994 data) [printed]", {
  fit <- km(Surv(time, status == 2) ~ sex, survival::lung, conf.type = "log")
  median <- stats::quantile(fit, probs = 0.5)
  expect_equal(unname(median$quantile[, 1]), c(270, 426))
  expect_equal(unname(median$lower[, 1]), c(212, 348))
  expect_equal(unname(median$upper[, 1]), c(310, 550))
  whole <- stats::quantile(km(Surv(time, status == 2) ~ 1, survival::lung, conf.type = "log"), probs = 0.5)
  expect_equal(unname(c(whole$quantile, whole$lower, whole$upper)), c(310, 285, 363))
})

test_that("a flat stretch at one half: the midpoint, 102.5 (CAMIS, R v SAS, 'special' data) [printed]", {
  d <- textbook("camis_special10")
  fit <- km(Surv(time, status) ~ 1, d)
  expect_equal(unname(c(stats::quantile(fit, probs = 0.5)$quantile)), 102.5)
  # S(118) = 0.5 (0.184, 0.753) with log-log limits, which SAS prints too
  expect_equal(fit$surv[10], 0.5)
  expect_equal(round(c(fit$lower[10], fit$upper[10]), 3), c(0.184, 0.753))
  # the last one an event: both programs give 0 from there on
  d$status[10] <- 1
  expect_identical(km(Surv(time, status) ~ 1, d)$surv[10], 0)
})

test_that("delayed entry: Channing House residents by sex (K&M section 4.6) [formula]", {
  d <- textbook("km_channing")
  d <- d[d$ageentry < d$age, ]
  # the male risk set is empty early, and the curve sticks at zero, as K&M warn
  expect_warning(fit <- km(Surv(ageentry, age, death) ~ gender, d), class = "tte_warning_risk_set_empty")
  for (sex in 1:2) {
    part <- d[d$gender == sex, ]
    mine <- curves_of(fit)[[sex]]
    deaths <- mine[mine$n.event > 0, ]
    expect_equal(deaths$n.risk, vapply(deaths$time, function(t) sum(part$ageentry < t & part$age >= t), 1L))
    expect_equal(mine$surv, cumprod(1 - mine$n.event / mine$n.risk))
  }
  males <- curves_of(fit)[[1]]
  expect_equal(sum(males$n.event), 46)
  expect_equal(sum(curves_of(fit)[[2]]$n.event), 130)
})
