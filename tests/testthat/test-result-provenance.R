test_that("a result says its method, unit, endpoint and decisions", {
  fit <- km(~TRT01P, small_adtte(),
    param = "OS", report_in = "months", strata = "STRAT1",
    reference = "Placebo"
  )
  tte <- fit$tte
  expect_identical(tte$method, "Kaplan-Meier")
  expect_identical(tte[c("unit", "report_in", "param", "label", "strata")], list(
    unit = "months", report_in = "months", param = "OS", label = "Overall survival", strata = "STRAT1"
  ))
  expect_true(tte$day_one)
  expect_identical(tte$reference, c(TRT01P = "Placebo"))
  expect_identical(tte$arms, list(TRT01P = c("Placebo", "Drug X")))
  expect_equal(tte$n_persons, 20)
  expect_true(all(c("variance", "limits", "quantile", "unit") %in% names(conventions(fit))))
})

test_that("the door prints itself", {
  expect_snapshot(print(time_to_event(~ TRT01P + strata(STRAT1), small_adtte(),
    param = "PFS",
    competing = c(death = "Death")
  )))
})
