test_that("rows that miss a covariate or a stratum are left out with one warning", {
  lung <- survival::lung
  expect_warning(fit <- cox(Surv(time, status) ~ ph.karno + meal.cal, lung, strata = "inst"),
    class = "tte_warning_missing_covariate"
  )
  peer <- survival::coxph(Surv(time, status) ~ ph.karno + meal.cal + strata(inst), lung)
  expect_equal(coef(fit), coef(peer), tolerance = 1e-6)
  expect_equal(unclass(fit$na.action), unclass(peer$na.action), ignore_attr = TRUE)
  warning <- tryCatch(cox(Surv(time, status) ~ ph.karno, lung), warning = identity)
  expect_identical(warning$rows, which(is.na(lung$ph.karno)))
  expect_snapshot(cat(conditionMessage(warning)))
})

test_that("a written na.omit makes it a message; na.fail an error; na.exclude pads", {
  lung <- survival::lung
  expect_message(cox(Surv(time, status) ~ ph.karno, lung, na.action = na.omit),
    class = "tte_message_missing_covariate"
  )
  expect_message(fit <- cox(Surv(time, status) ~ ph.karno, lung, na.action = "na.exclude"))
  expect_length(residuals(fit), nrow(lung))
  expect_fault(
    cox(Surv(time, status) ~ ph.karno, lung, na.action = na.fail), "missing_value", "data",
    "ph.karno", 206L
  )
  expect_fault(cox(Surv(time, status) ~ ph.karno, lung, na.action = na.pass), "not_a_choice", "na.action")
  expect_fault(cox(Surv(time, status) ~ age, lung, na.action = mean), "not_a_choice", "na.action")
})

test_that("with a subset, rows are named as in the data, and the fit can be evaluated again", {
  lung <- survival::lung
  suppressWarnings(fit <- cox(Surv(time, status) ~ ph.karno, lung, subset = sex == 1, weights = age))
  peer <- survival::coxph(Surv(time, status) ~ ph.karno, lung,
    subset = sex == 1, weights = age,
    robust = TRUE
  )
  expect_identical(names(fit$na.action), "206")
  expect_equal(nrow(model.frame(fit)), fit$n)
  expect_equal(survival::cox.zph(fit)$table, survival::cox.zph(peer)$table, tolerance = 1e-5)
})

test_that("no row with all its covariates is an error", {
  d <- data.frame(time = 1:3, status = 1, x = c(NA, 1, NA), z = c(1, NA, 2))
  expect_fault(cox(Surv(time, status) ~ x + z, d), "no_rows", "data")
})
