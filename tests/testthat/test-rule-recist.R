test_that("a rule prints what it does in sentences", {
  said <- format(recist(confirmed = TRUE, sd_tol = 6, accept_sd = TRUE, max_ne = 0))
  expect_match(said[["stable"]], "36 days after the start on (42 less 6 of tolerance)", fixed = TRUE)
  expect_match(said[["confirmation"]], "at most 0 NE and, between two PR, one SD",
    fixed = TRUE
  )
  expect_match(said[["confirmed"]], "Responses need confirmation", fixed = TRUE)
  expect_snapshot(print(recist()))
})

test_that("every parameter of the rule changes its sentences", {
  changed <- list(
    recist(confirmed = FALSE), recist(min_sd_days = 49), recist(sd_tol = 7), recist(confirm_days = 56),
    recist(max_ne = 2), recist(accept_sd = TRUE), recist(nact_same_day = "after"),
    recist(no_assessment = "NE"), recist(pr_sticky = FALSE), recist(cr_reappearance = "rules"),
    recist(nadir0_pd = TRUE), recist(unassessed_new = "CR"), recist(baseline_days = 35),
    recist(max_targets = 10), recist(max_per_organ = 5)
  )
  expect_setequal(names(formals(recist)), names(recist()))
  expect_length(changed, length(formals(recist)))
  for (rule in changed) expect_false(identical(format(rule), format(recist())))
})

test_that("all faults of a rule come at once", {
  error <- tryCatch(
    recist(
      confirmed = NA, min_sd_days = -1, sd_tol = "x", confirm_days = 0, max_ne = c(1, 2), accept_sd = 1,
      nact_same_day = "x", no_assessment = 3, pr_sticky = NULL, cr_reappearance = "PD", nadir0_pd = NA,
      unassessed_new = "PR", baseline_days = -1, max_targets = 0, max_per_organ = "two"
    ),
    tte_error_input = identity
  )
  expect_equal(
    error$faults$argument,
    c(
      "confirmed", "min_sd_days", "sd_tol", "confirm_days", "max_ne", "accept_sd", "nact_same_day",
      "no_assessment", "pr_sticky", "cr_reappearance", "nadir0_pd", "unassessed_new", "baseline_days",
      "max_targets", "max_per_organ"
    )
  )
  expect_equal(
    error$faults$fault,
    c(
      "wrong_type", "out_of_range", "wrong_type", "out_of_range", "wrong_length",
      "wrong_type", "not_a_choice", "not_a_choice", "wrong_type", "not_a_choice", "wrong_type",
      "not_a_choice", "out_of_range", "out_of_range", "wrong_type"
    )
  )
})
