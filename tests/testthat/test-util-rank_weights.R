test_that("weight functions are data with a name and a sentence", {
  expect_s3_class(fleming_harrington(0, 1), "tte_rank_weight")
  expect_output(print(fleming_harrington(0, 0.5)), "Fleming-Harrington (0, 0.5) test", fixed = TRUE)
  expect_output(print(modestly_weighted(t_star = in_months(6))), "S(6 months)", fixed = TRUE)
  expect_output(print(modestly_weighted(s_star = 0.5)), "max(S(t-), 0.5)", fixed = TRUE)
})

test_that("wrong parameters are faults of their arguments", {
  expect_fault(fleming_harrington(-1, 0), "out_of_range", "rho")
  expect_fault(fleming_harrington(0, NA_real_), "not_finite", "gamma")
  expect_fault(fleming_harrington("1"), "wrong_type", "rho")
  expect_fault(fleming_harrington(c(0, 1)), "wrong_length", "rho")
  expect_fault(modestly_weighted(), "wrong_length", "t_star")
  expect_fault(modestly_weighted(t_star = 1, s_star = 0.5), "wrong_length", "t_star")
  expect_fault(modestly_weighted(s_star = 0), "out_of_range", "s_star")
  expect_fault(modestly_weighted(t_star = -1), "out_of_range", "t_star")
})

test_that("a name that is no weight says which are, and where the others come from", {
  d <- trial_case()
  error <- error_of(log_rank_test(Surv(time, status) ~ arm, d, weight = "fleming-harrington"))
  expect_equal(error$faults$fault, "not_a_choice")
  expect_match(error$faults$remedy, "fleming_harrington(rho, gamma)", fixed = TRUE)
  expect_fault(log_rank_test(Surv(time, status) ~ arm, d, weight = 2), "wrong_type", "weight")
  expect_fault(
    log_rank_test(Surv(time, status) ~ arm, d, weight = function(t) t[1]), "wrong_length", "weight"
  )
  expect_fault(
    log_rank_test(Surv(time, status) ~ arm, d, weight = function(t) t / 0), "not_finite", "weight"
  )
  expect_fault(
    log_rank_test(Surv(time, status) ~ arm, d, weight = modestly_weighted(t_star = in_months(3))),
    "unit_unknown"
  )
})
