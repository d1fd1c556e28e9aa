lung_curves <- function() {
  d <- time_to_event(Surv(time, status) ~ sex, survival::lung, unit = "days", report_in = "months")
  list(
    km = km(d), test = log_rank_test(d),
    cox = cox(time_to_event(Surv(time, status) ~ factor(sex), survival::lung))
  )
}

test_that("curves carry their unit, the test and the hazard ratio", {
  skip_if_not_installed("ggsurvfit")
  curves <- lung_curves()
  plot <- ggplot2::autoplot(curves$km, test = curves$test, hr = curves$cox)
  expect_s3_class(plot, "ggplot")
  expect_equal(plot$labels$x, "Time (months)")
  expect_match(plot$labels$subtitle, "Log-rank test: p = 0.001", fixed = TRUE)
  expect_match(plot$labels$subtitle, "Hazard ratio 2 v 1: 0.59 (0.42, 0.82)", fixed = TRUE)
})

test_that("a hazard ratio of a number is named by its column", {
  ratios <- hazard_ratios(cox(Surv(time, status) ~ age + factor(sex), survival::lung))
  expect_equal(ratios$comparison, c("age", "2 v 1"))
  expect_equal(
    ratios$estimate[1],
    exp(unname(coef(survival::coxph(Surv(time, status) ~ age + sex, survival::lung))[1]))
  )
})

test_that("a cumulative incidence draws one named cause", {
  skip_if_not_installed("ggsurvfit")
  fit <- cif(Surv(etime, event) ~ sex, transform(survival::mgus2,
    etime = ifelse(pstat == 1, ptime, futime),
    event = factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("none", "PCM", "death"))
  ))
  expect_s3_class(ggplot2::autoplot(fit), "ggplot")
  expect_error(ggplot2::autoplot(fit, cause = "relapse"), class = "tte_error_input")
})

test_that("axis breaks are round steps of the unit, nine at most", {
  expect_equal(axis_breaks(36, "months"), c(0, 6, 12, 18, 24, 30, 36))
  expect_equal(axis_breaks(110, "months"), seq(0, 108, by = 12))
  expect_equal(axis_breaks(8, "years"), 0:8)
  expect_true(length(axis_breaks(1e6, "days")) > 1)
})
