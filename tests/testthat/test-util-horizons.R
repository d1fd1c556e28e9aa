days <- function(day_one) time_scale("days", day_one, "AVAL")

test_that("elapsed weeks and months are days; day one adds one", {
  expect_identical(resolve_horizon(in_weeks(48), days(FALSE))$at, 336)
  expect_identical(resolve_horizon(in_weeks(48), days(TRUE))$at, 337)
  expect_identical(resolve_horizon(in_months(12), days(TRUE))$at, 366.25)
  expect_identical(resolve_horizon(in_months(12, on = "AVAL"), days(TRUE))$at, 365.25)
  expect_identical(resolve_horizon(in_years(1), days(FALSE))$at, 365.25)
})

test_that("on data in months the same cut is in months", {
  months <- time_scale("months", TRUE, "AVAL")
  expect_equal(resolve_horizon(in_months(12), months)$at, 366.25 / 30.4375)
  expect_equal(resolve_horizon(in_months(12, on = "AVAL"), months)$at, 12)
})

test_that("an event on day 337 counts at week 48, one on day 338 does not", {
  adtte <- data.frame(USUBJID = 1:4, AVAL = c(337, 338, 400, 400), CNSR = c(0, 0, 1, 1))
  fit <- km(~1, adtte, unit = "days", day_one = TRUE)
  expect_equal(summary(fit, times = in_weeks(48))$surv, 0.75)
})

test_that("the cut is said as it is", {
  expect_identical(resolve_horizon(in_months(12), days(TRUE))$text, "AVAL \u2264 366.25 days")
  expect_identical(resolve_horizon(7, time_scale(NULL, FALSE, "time"))$text, "time \u2264 7")
})

test_that("a horizon that cannot be placed says what is missing", {
  expect_snapshot({
    say_error(resolve_horizon(in_weeks(48), time_scale(NULL, NULL, "AVAL")))
    say_error(resolve_horizon(in_weeks(48), days(NULL)))
    say_error(resolve_horizon("a year", days(TRUE)))
    say_error(in_weeks(-1))
    say_error(in_weeks(1, on = "ADT"))
  })
  expect_identical(resolve_horizon(in_weeks(48, on = "AVAL"), days(NULL))$at, 336)
})

test_that("a horizon prints as it was said", {
  expect_snapshot(print(in_months(c(6, 12))))
  expect_identical(format(in_weeks(48, on = "AVAL")), "48 weeks on AVAL")
})
