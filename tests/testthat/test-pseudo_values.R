test_that("jackknife is n theta - (n - 1) theta without the person", {
  d <- survival::aml
  at <- c(10, 23, 40)
  n <- nrow(d)
  s_at <- function(d) {
    fit <- km(Surv(time, status) ~ 1, d)
    step_value(fit$time, fit$surv, at, 1)
  }
  naive <- t(vapply(seq_len(n), function(i) n * s_at(d) - (n - 1) * s_at(d[-i, ]), numeric(3)))
  mine <- pseudo_values(Surv(time, status) ~ 1, d, at = at)
  expect_equal(unclass(mine), naive, tolerance = 1e-12, ignore_attr = TRUE)
  mean_of <- function(d) rmst(Surv(time, status) ~ 1, d, tau = 30)$estimate
  naive <- vapply(seq_len(n), function(i) n * mean_of(d) - (n - 1) * mean_of(d[-i, ]), numeric(1))
  mine <- pseudo_values(Surv(time, status) ~ 1, d, at = 30, type = "rmst")
  expect_equal(mine[, 1], naive, tolerance = 1e-10, ignore_attr = TRUE)
})

test_that("ij is survival::pseudo(), also by group", {
  d <- survival::lung
  peer <- survival::pseudo(
    survival::survfit(Surv(time, status) ~ sex, survival::lung),
    times = c(100, 300)
  )
  mine <- pseudo_values(Surv(time, status) ~ sex, d, at = c(100, 300), method = "ij")
  expect_equal(unclass(mine), unclass(peer), tolerance = 1e-10, ignore_attr = TRUE)
  fit <- survival::survfit(Surv(time, status) ~ 1, survival::lung)
  peer <- survival::pseudo(fit, times = 300, type = "RMST")
  mine <- pseudo_values(Surv(time, status) ~ 1, d, at = 300, type = "rmst", method = "ij")
  expect_equal(mine[, 1], as.vector(peer), tolerance = 1e-10, ignore_attr = TRUE)
})

test_that("without censoring they are the indicators and the times themselves", {
  d <- data.frame(time = c(3, 1, 2, 5), status = 1)
  values <- function(...) as.vector(pseudo_values(Surv(time, status) ~ 1, d, ...))
  expect_equal(values(at = 2), c(1, 0, 0, 1))
  expect_equal(values(at = 4, type = "rmst"), c(3, 1, 2, 4))
})

test_that("rows that are not persons are refused", {
  d <- transform(trial_case(), w = 2)
  expect_error(pseudo_values(Surv(time, status) ~ 1, d, at = 2, freq = "fr"), class = "tte_error_unsupported")
  expect_error(pseudo_values(Surv(time, status) ~ 1, d, at = 2, weights = w), class = "tte_error_unsupported")
  cut <- split_rows(d, 3)
  expect_fault(pseudo_values(Surv(start, time, status) ~ 1, cut, at = 2, id = "id"), "person_twice", "id")
  expect_fault(pseudo_values(Surv(time, status) ~ 1, d), "wrong_length", "at")
})
