lung_by_sex <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
arm_rows <- function(x) x[!is.na(x$group), ]
of_scale <- function(x, scale) x[x$scale == scale, ]

test_that("S(t), its error and limits are those of summary(survfit), for every scale", {
  for (type in c("log-log", "log", "plain", "logit", "arcsin")) {
    x <- milestone(Surv(time, status) ~ sex, lung_by_sex, at = c(1, 100, 365, 500), conf.type = type)
    peer <- summary(
      survival::survfit(Surv(time, status) ~ sex, lung_by_sex, conf.type = type), c(1, 100, 365, 500)
    )
    mine <- of_scale(x, "probability")
    mine <- mine[order(mine$group != "male", mine$time), ]
    expect_equal(mine$estimate, peer$surv)
    expect_equal(mine$std.error, peer$std.err)
    expect_equal(mine$conf.low, peer$lower)
    expect_equal(mine$conf.high, peer$upper)
  }
})

test_that("contrasts by hand: difference, ratio, log-log difference", {
  x <- milestone(Surv(time, status) ~ sex, lung_by_sex, at = 365)
  s <- arm_rows(x)$estimate
  se <- arm_rows(x)$std.error
  d <- of_scale(x, "difference")
  expect_equal(c(d$estimate, d$std.error), c(s[2] - s[1], sqrt(sum(se^2))))
  r <- of_scale(x, "ratio")
  expect_equal(c(r$estimate, r$std.error), c(s[2] / s[1], sqrt(sum((se / s)^2))))
  l <- of_scale(x, "log-log difference")
  expect_equal(l$estimate, log(-log(s[2])) - log(-log(s[1])))
  expect_equal(l$std.error, sqrt(sum((se / (s * log(s)))^2)))
  expect_true(all(c(d$statistic, r$statistic, l$statistic) > 0))
  expect_equal(d$comparison, "female v male")
})

test_that("after the last time it is NA, unless the curve is at 0; weeks and months know the unit", {
  arm <- factor(c("A", "A", "A", "B", "B"))
  d <- data.frame(time = c(1, 2, 3, 1, 2), status = c(1, 1, 0, 1, 1), arm = arm)
  x <- arm_rows(milestone(Surv(time, status) ~ arm, d, at = c(3, 4)))
  expect_equal(x$estimate, c(1 / 3, 0, NA, 0))
  expect_equal(is.na(x$std.error), c(FALSE, TRUE, TRUE, TRUE))
  months <- milestone(Surv(time, status) ~ sex, lung_by_sex, unit = "days", at = in_months(12))
  expect_equal(months$time[1], 365.25)
  weeks <- milestone(Surv(time, status) ~ sex, lung_by_sex,
    unit = "days", report_in = "weeks", at = in_weeks(48)
  )
  expect_equal(weeks$time[1], 48)
})

test_that("conditional survival is the curve of those who lived so long", {
  x <- milestone(Surv(time, status) ~ sex, lung_by_sex, at = 500, given = 200)
  late <- lung_by_sex[lung_by_sex$time > 200, ]
  alone <- milestone(Surv(time, status) ~ sex, late, at = 500)
  same <- c("estimate", "std.error", "conf.low", "conf.high", "statistic", "n", "n.event")
  expect_equal(tidy(x)[same], tidy(alone)[same])
  expect_fault(milestone(Surv(time, status) ~ 1, lung_by_sex, at = 100, given = 200), "out_of_range", "at")
})

test_that("weights and clusters give the curve's robust errors, and arms of one cluster covary", {
  d <- transform(lung_by_sex, w = rep(c(0.5, 1, 2), 76), cl = rep(1:57, 4))
  x <- milestone(Surv(time, status) ~ sex, d, at = c(200, 400), weights = w, cluster = cl)
  peer <- summary(survival::survfit(Surv(time, status) ~ sex, d, weights = w, cluster = cl), c(200, 400))
  mine <- of_scale(x, "probability")
  expect_equal(mine$std.error[order(mine$group != "male", mine$time)], peer$std.err)
  d0 <- of_scale(x, "difference")
  apart <- tapply(mine$std.error^2, mine$time, sum)
  expect_false(isTRUE(all.equal(d0$std.error^2, as.vector(apart))))
  conditional <- milestone(Surv(time, status) ~ 1, d, at = 400, given = 200, weights = w)
  late <- d[d$time > 200, ]
  alone <- milestone(Surv(time, status) ~ 1, late, at = 400, weights = w)
  expect_equal(conditional$std.error, alone$std.error)
  expect_equal(conditional$n, sum(d$time > 200))
})

test_that("freq is rows written out, also for persons of several rows under the robust variance", {
  d <- trial_case()
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  copies$id <- paste(copies$id, sequence(d$fr))
  copies$w <- copies$x^2 + 0.1
  d$w <- d$x^2 + 0.1
  rows <- split_rows(d, c(3, 7))
  a <- milestone(Surv(start, time, status) ~ arm, rows, at = 8, id = "id", freq = "fr", weights = "w")
  b <- milestone(Surv(time, status) ~ arm, copies, at = 8, id = "id", weights = "w")
  expect_equal(a$estimate, b$estimate, tolerance = 1e-12)
  expect_equal(a$std.error, b$std.error, tolerance = 1e-12)
})

test_that("what is missing is said", {
  expect_fault(milestone(Surv(time, status) ~ sex, lung_by_sex), "wrong_length", "at")
  expect_fault(milestone(Surv(time, status) ~ sex, lung_by_sex, at = -1), "negative_time", "at")
  expect_fault(milestone(Surv(time, status) ~ sex, lung_by_sex, at = 1, conf.type = "none"), "not_a_choice")
})

test_that("print says the times, the rule beyond and the scale", {
  expect_snapshot(milestone(Surv(time, status) ~ sex, lung_by_sex, unit = "days", at = in_months(12)))
})

test_that("late entry that empties the risk set is said, with the arm and the time", {
  d <- data.frame(start = c(0, 2, 3, 0, 0), stop = c(1, 5, 6, 4, 5), status = c(1, 1, 0, 1, 0))
  d$arm <- factor(c("A", "A", "A", "B", "B"))
  expect_warning(
    milestone(Surv(start, stop, status) ~ arm, d, at = 4), "arm=A falls to 0 at time 1",
    class = "tte_warning_risk_set_empty"
  )
  expect_warning(rmst(Surv(start, stop, status) ~ arm, d, tau = 4), class = "tte_warning_risk_set_empty")
})
