test_that("all faults of a table are in one error", {
  d <- data.frame(
    id = c(1:7, NA), time = c(5, NA, 3, -1, 8, Inf, 2, 4), status = c(1, 0, NA, 1, 0, 1, 1, 0),
    w = c(1, 0, 1, 1, NA, 1, 1, Inf), f = c(1, 2, 1.5, 1, 1, 1, -1, 1)
  )
  error <- error_of(km(Surv(time, status) ~ 1, d, id = id, weights = w, freq = f))
  expect_setequal(
    error$faults$fault,
    c("missing_value", "negative_time", "not_finite", "not_positive", "not_whole")
  )
  expect_snapshot(say_error(km(Surv(time, status) ~ 1, d, id = id, weights = w, freq = f)))
})

test_that("times that are no numbers say what to do", {
  d <- data.frame(time = as.Date("2024-01-01") + 1:4, status = 1)
  expect_snapshot({
    say_error(km(Surv(time, status) ~ 1, d))
    say_error(km(Surv(time - time[1], status) ~ 1, d))
    say_error(km(Surv(as.character(time), status) ~ 1, d))
  })
})

test_that("a time of 0 is kept and warned of", {
  d <- data.frame(time = c(0, 3, 5), status = c(1, 0, 1))
  expect_warning(fit <- km(Surv(time, status) ~ 1, d), class = "tte_warning_zero_time")
  expect_equal(fit$surv[1], 2 / 3)
})

test_that("rows of a person must not overlap, and a person without start has one row", {
  d <- data.frame(
    id = c("a", "a", "b", "b"), start = c(0, 4, 0, 3), stop = c(5, 9, 3, 8),
    event = c(0, 1, 0, 1)
  )
  expect_fault(cox(Surv(start, stop, event) ~ 1, d, id = id), "overlapping_rows", "id", "id", 1:2)
  expect_fault(km(Surv(stop, event) ~ 1, d, id = id), "person_twice", "id", "id", 1:4)
  expect_snapshot(say_error(km(Surv(stop, event) ~ 1, d, id = id)))
  rounded <- transform(d, start = c(0, 5 * (1 - 1e-12), 0, 3))
  expect_equal(km(Surv(start, stop, event) ~ 1, rounded, id = id)$n, 2)
})

test_that("a model may follow a person in several strata, a curve may not", {
  bladder <- survival::bladder
  fit <- cox(Surv(stop, event) ~ rx + size + strata(enum), bladder, id = id, cluster = id)
  peer <- survival::coxph(Surv(stop, event) ~ rx + size + strata(enum), bladder, cluster = id)
  expect_equal(coef(fit), coef(peer), tolerance = 1e-6)
  expect_equal(vcov(fit), vcov(peer), tolerance = 1e-5)
  expect_fault(
    km(Surv(stop, event) ~ rx + strata(enum), bladder, id = id), "person_in_two_strata", "id",
    "id"
  )
  expect_fault(
    log_rank_test(Surv(stop, event) ~ rx, bladder, id = id, strata = "enum"),
    "person_in_two_strata"
  )
})

test_that("a curve ends with a person's event", {
  d <- data.frame(id = c(1, 1, 2), start = c(0, 3, 0), stop = c(3, 6, 5), event = c(1, 0, 1))
  expect_fault(km(Surv(start, stop, event) ~ 1, d, id = id), "rows_after_event", "id", "id", 1L)
  fit <- suppressWarnings(cox(Surv(start, stop, event) ~ x, transform(d, x = 0:2), id = id))
  expect_s3_class(fit, "tte_cox")
})

test_that("a row between two times that are merged into one is a fault, unless they are kept apart", {
  d <- data.frame(start = c(0, 2, 0), stop = c(2, 2 * (1 + 1e-12), 5), event = c(0, 1, 1))
  expect_fault(km(Surv(start, stop, event) ~ 1, d), "start_not_before_stop", "formula", rows = 2L)
  expect_equal(km(Surv(start, stop, event) ~ 1, d, timefix = FALSE)$n.event, c(0, 1, 1))
})

test_that("near-equal times take the first of their run, by the relative rule alone", {
  expect_identical(snap_times(c(3, 1, 1 + 1e-12, 2, 1 - 1e-12)), c(3, 1 - 1e-12, 1 - 1e-12, 2, 1 - 1e-12))
  tiny <- c(1, 2, 3) * 1e-12
  expect_identical(snap_times(tiny), tiny)
})
