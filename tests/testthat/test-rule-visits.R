test_that("a schedule says what it is", {
  expect_snapshot(print(visits_every(weeks = 6, window_days = 7)))
  expect_snapshot(print(visits_every(weeks = c(6, 12), window_days = 7, until_weeks = c(48, Inf))))
  expect_snapshot(print(visits_at(days = c(42, 84, 126, 210), window_days = c(3, 7, 7, 14))))
})

test_that("visits_every() lists the visits up to the last change and one more", {
  expect_equal(visits_every(6, 7)$day, 42)
  changing <- visits_every(c(6, 12), 7, c(48, Inf))
  expect_equal(changing$day, c(seq(42, 336, 42), 420))
  expect_equal(changing$interval, 84)
  expect_equal(changing$window, rep(7, 9))
  # week 50 is no multiple of 6: the last visit before it is week 48
  expect_equal(visits_every(c(6, 12), 7, c(50, Inf))$day, changing$day)
  # an interval longer than its period has no visit in it
  expect_equal(visits_every(c(8, 4), 0, c(6, Inf))$day, 28)
  expect_equal(visits_every(c(6, 8, 12), 7, c(12, 28, Inf))$day, 7 * c(6, 12, 20, 28, 40))
})

test_that("visits_at() repeats the last interval", {
  at <- visits_at(c(42, 84, 168), 7)
  expect_equal(at$interval, 84)
  expect_equal(visits_at(42, 7)$interval, 42)
})

test_that("nothing of a schedule is assumed, and all faults come at once", {
  faults <- function(code) tryCatch(code, tte_error_input = function(e) e$faults)
  expect_equal(faults(visits_every())$argument, c("weeks", "window_days"))
  expect_equal(faults(visits_every())$fault, rep("missing_value", 2))
  expect_equal(faults(visits_at())$argument, c("days", "window_days"))
  expect_equal(faults(visits_every(-6, "a"))$fault, c("not_positive", "wrong_type"))
  expect_equal(faults(visits_every("6", -1))$fault, c("wrong_type", "out_of_range"))
  expect_equal(faults(visits_every(6, c(7, 7)))$fault, "wrong_length")
  expect_equal(faults(visits_every(c(6, 12), 7))$argument, "until_weeks")
  expect_equal(faults(visits_every(c(6, 12), 7, c(48, 96)))$fault, "out_of_range")
  expect_equal(faults(visits_every(c(6, 12), 7, c(Inf, 48)))$fault, "out_of_range")
  expect_equal(faults(visits_at(c(42, 42), 7))$fault, "out_of_range")
  expect_equal(faults(visits_at(c(0, 42), 7))$fault, "out_of_range")
  expect_equal(faults(visits_at(c(42, 84, 126), c(7, 7)))$fault, "wrong_length")
  expect_equal(faults(visits_at("42", 7))$fault, "wrong_type")
  expect_equal(faults(visits_at(c(42, NA), 7))$fault, "out_of_range")
})

test_that("every week is a week", {
  expect_match(format(visits_every(1, 2)), "Visits every week,")
  expect_match(format(visits_every(c(1, 3), 2, c(6, Inf))), "every week until week 6, then every 3 weeks")
})

test_that("3.3 a schedule without a visit after the start is a fault of the study's table", {
  faults <- tryCatch(
    visits_of_schedule(data.frame(AVISIT = "BL", TARGET_DAY = 0, WINDOW_DAYS = 0)),
    tte_error_input = function(e) e$faults
  )
  expect_equal(faults$argument, "study")
  expect_equal(faults$column, "TARGET_DAY")
})
