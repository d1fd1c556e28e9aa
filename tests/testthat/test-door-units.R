pfs <- function(...) {
  adtte <- small_adtte()
  changes <- list(...)
  adtte[names(changes)] <- changes
  adtte[adtte$PARAMCD == "PFS", ]
}

test_that("the unit is read from AVALU, whatever its spelling", {
  for (word in c("DAYS", "Days", "day")) expect_identical(km(~1, pfs(AVALU = word))$tte$unit, "days")
  expect_identical(km(~1, pfs(AVALU = "MONTHS"))$tte$unit, "months")
  expect_null(km(~1, pfs(AVALU = NULL))$tte$unit)
  expect_identical(km(~1, pfs(AVALU = NULL), unit = "weeks")$tte$unit, "weeks")
})

test_that("times are converted at the door, and the stored formula agrees", {
  fit <- km(~1, pfs(), report_in = "months")
  expect_equal(fit$time, km(~1, pfs())$time / 30.4375)
  expect_equal(survival::survfit(fit$call$formula, eval(fit$call$data))$time, fit$time)
  years <- cox(Surv(time, status) ~ age, survival::lung, unit = "days", report_in = "years")
  expect_equal(max(years$y[, "time"]), max(survival::lung$time) / 365.25)
  expect_identical(deparse1(formula(years)[[2]]), "Surv(time/365.25, status)")
  weeks <- km(Surv(time, status) ~ 1, survival::lung, unit = "weeks", report_in = "months")
  expect_equal(weeks$time, km(Surv(time, status) ~ 1, survival::lung)$time / (30.4375 / 7))
  heart <- km(Surv(start, stop, event) ~ 1, survival::heart, id = id, unit = "days", report_in = "years")
  expect_equal(survival::survfit(heart$call$formula, eval(heart$call$data), id = id)$surv, heart$surv)
})

test_that("a ready-made Surv column is converted too", {
  lung <- survival::lung
  lung$y <- Surv(lung$time, lung$status)
  fit <- km(y ~ 1, lung, unit = "days", report_in = "months")
  expect_equal(fit$time, sort(unique(lung$time)) / 30.4375)
  expect_equal(survival::survfit(fit$call$formula, eval(fit$call$data))$time, fit$time)
})

test_that("the first day is read from the dates", {
  expect_true(km(~1, pfs())$tte$day_one)
  expect_false(km(~1, pfs(ADT = small_adtte()$ADT + 1))$tte$day_one)
  expect_null(km(~1, pfs(ADT = NULL))$tte$day_one)
  expect_true(km(~1, pfs(ADT = NULL), day_one = TRUE)$tte$day_one)
  expect_false(km(Surv(time, status) ~ 1, survival::lung)$tte$day_one)
  mixed <- pfs()
  mixed$ADT[1] <- mixed$ADT[1] + 5
  expect_null(km(~1, mixed)$tte$day_one)
})

test_that("units that contradict each other or are unknown are faults", {
  expect_snapshot({
    say_error(km(~1, pfs(), unit = "months"))
    say_error(km(~1, pfs(AVALU = rep(c("DAYS", "MONTHS"), 20))))
    say_error(km(~1, pfs(AVALU = "HOURS")))
    say_error(km(~1, pfs(AVALU = NULL), report_in = "months"))
    say_error(km(~1, pfs(), day_one = FALSE))
    say_error(km(~1, pfs(), unit = "fortnights"))
    say_error(summary(km(~1, pfs(ADT = NULL)), times = in_weeks(4)))
  })
})
