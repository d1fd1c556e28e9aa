# Twelve events in 85.4 person-years.
twelve <- data.frame(time = rep(85.4 / 12, 12), status = 1)
rate <- function(...) incidence_rate(Surv(time, status) ~ 1, ..., unit = "years")[1, ]

test_that("rules page 5: 12 events in 85.4 years, exact, Byar and log", {
  expect_equal(round(rate(twelve)$estimate, 2), 14.05)
  limits <- function(method) round(unlist(rate(twelve, conf.method = method)[c("conf.low", "conf.high")]), 3)
  expect_equal(unname(limits("exact")), c(7.261, 24.545))
  expect_equal(unname(limits("byar")), c(7.673, 23.799))
  expect_equal(unname(limits("log")), c(7.980, 24.743))
})

test_that("rules page 5: 2 events in 200 years", {
  two <- data.frame(time = rep(100, 2), status = 1)
  x <- incidence_rate(Surv(time, status) ~ 1, two, unit = "years", per = 1)[1, ]
  expect_equal(round(c(x$conf.low, x$conf.high), 6), c(0.001211, 0.036123))
})

test_that("exact limits are poisson.test's, and the ratio's are too", {
  d <- data.frame(
    time = c(rep(10, 8), rep(25, 9)), status = c(1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0),
    arm = factor(rep(c("A", "B"), c(8, 9)))
  )
  x <- incidence_rate(Surv(time, status) ~ arm, d, unit = "years", per = 1)
  one <- stats::poisson.test(6, 80)
  expect_equal(c(x$conf.low[1], x$conf.high[1]), c(one$conf.int), tolerance = 1e-8)
  two <- stats::poisson.test(c(3, 6), c(225, 80))
  ratio <- x[x$scale == "ratio", ]
  expect_equal(ratio$estimate, unname(two$estimate))
  expect_equal(c(ratio$conf.low, ratio$conf.high), c(two$conf.int), tolerance = 1e-8)
  expect_equal(ratio$comparison, "B v A")
  expect_gt(ratio$statistic, 0)
  difference <- x[x$scale == "difference", ]
  expect_equal(difference$estimate, 3 / 225 - 6 / 80)
  expect_equal(difference$std.error, sqrt(3 / 225^2 + 6 / 80^2))
})

test_that("limits and p value of a ratio agree: at a limit p is 1 - conf.level", {
  for (method in c("exact", "mid-p")) {
    limits <- binomial_odds_limits(3, 9, method, 0.95)
    p <- vapply(limits / (1 + limits), function(p) binomial_p(3, 9, p, method == "mid-p"), numeric(1))
    expect_equal(p, c(0.05, 0.05), tolerance = 1e-8)
  }
})

test_that("mid-P limits halve the probability of the count", {
  x <- rate(twelve, conf.method = "mid-p")
  at <- c(x$conf.low, x$conf.high) * 85.4 / 100
  expect_equal(ppois(12, at[1], lower.tail = FALSE) + dpois(12, at[1]) / 2, 0.025, tolerance = 1e-8)
  expect_equal(ppois(11, at[2]) + dpois(12, at[2]) / 2, 0.025, tolerance = 1e-8)
})

test_that("exact limits keep their level, by enumeration", {
  for (mean in c(0.5, 3, 11)) {
    n <- 0:60
    limits <- poisson_limits(n, 0.95, "exact")
    inside <- limits$lower <= mean & mean <= limits$upper
    expect_gte(sum(dpois(n[inside], mean)), 0.95)
  }
})

test_that("no events: 0 with an upper limit, never an error", {
  none <- data.frame(time = c(4, 6), status = c(0, 0))
  x <- rate(none)
  expect_equal(c(x$estimate, x$conf.low), c(0, 0))
  expect_equal(x$conf.high, 100 * -log(0.025) / 10)
  expect_true(is.na(rate(none, conf.method = "log")$conf.high))
  arms <- data.frame(time = c(4, 6, 5, 5), status = c(0, 0, 1, 1), arm = factor(c("A", "A", "B", "B")))
  ratio <- incidence_rate(Surv(time, status) ~ arm, arms, unit = "years")
  ratio <- ratio[ratio$scale == "ratio", ]
  expect_equal(ratio$conf.high, Inf)
  expect_gt(ratio$conf.low, 0)
})

test_that("person-time is converted, split rows and frequencies change nothing", {
  days <- transform(twelve, time = time * 365.25)
  expect_equal(
    incidence_rate(Surv(time, status) ~ 1, days, unit = "days")$estimate, c(rate(twelve)$estimate, 0.854)
  )
  split <- data.frame(
    id = rep(1:12, 2), start = rep(c(0, 3), each = 12), stop = rep(c(3, 85.4 / 12), each = 12),
    status = rep(0:1, each = 12)
  )
  x <- incidence_rate(Surv(start, stop, status) ~ 1, split, id = id, unit = "years")
  expect_equal(x$estimate[1], rate(twelve)$estimate)
  expect_equal(x$n[1], 12)
  counted <- data.frame(time = 85.4 / 12, status = 1, k = 12L)
  expect_equal(rate(counted, freq = k)$conf.low, rate(twelve)$conf.low)
})

test_that("competing events end follow-up without counting", {
  d <- data.frame(
    time = c(1, 2, 3, 4),
    status = factor(c("irAE", "death", "none", "irAE"), c("none", "irAE", "death"))
  )
  x <- incidence_rate(Surv(time, status) ~ 1, d, unit = "years", per = 1)
  expect_equal(c(x$estimate[1], x$n.event[1]), c(2 / 10, 2))
  death <- incidence_rate(Surv(time, status) ~ 1, d, cause = "death", unit = "years", per = 1)
  expect_equal(death$estimate[1], 1 / 10)
})

test_that("wrong input is named", {
  expect_fault(rate(twelve, per = 0), "not_positive", "per")
  expect_fault(rate(twelve, per_unit = "hours"), "not_a_choice", "per_unit")
  expect_fault(rate(twelve, conf.method = "wald"), "not_a_choice", "conf.method")
  expect_fault(rate(twelve, cause = "death"), "not_a_choice", "cause")
  expect_error(rate(transform(twelve, w = 2), weights = w), class = "tte_error_unsupported")
})
