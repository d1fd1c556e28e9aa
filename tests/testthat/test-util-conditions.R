test_that("an error holds every fault, with rows as a list-column", {
  faults <- rbind(
    fault("data", "missing_value", "has missing values", "AVAL", 1:7),
    fault("weights", "not_positive", "must be above 0", remedy = "Leave the row out.")
  )
  error <- error_of(abort_input(faults))
  expect_identical(class(error), c("tte_error_input", "tte_error", "rlang_error", "error", "condition"))
  expect_identical(error$faults$rows, list(1:7, integer()))
  expect_identical(names(error$faults), c("argument", "column", "fault", "rows", "message", "remedy"))
  expect_snapshot(say_error(abort_input(faults)))
})

test_that("without faults nothing happens", {
  expect_null(abort_input(NULL))
  expect_null(abort_input(faults = fault(character(), "x", "y")))
})

test_that("braces and percent signs in a message stay what they are", {
  expect_match(conditionMessage(error_of(abort_input(fault("x{1}", "wrong_type", "is 5 % {a}")))), "5 % {a}",
    fixed = TRUE
  )
})

test_that("warnings and messages carry the package's classes", {
  expect_warning(warn_tte("careful", "zero_time"), class = "tte_warning_zero_time")
  expect_warning(warn_tte("careful", "zero_time"), class = "tte_warning")
  expect_message(inform_tte("so it is", "missing_covariate"), class = "tte_message_missing_covariate")
  expect_s3_class(error_of(abort_unsupported("This", "it is not.")), c("tte_error_unsupported", "tte_error"))
})

test_that("rows are listed up to five", {
  expect_identical(format_rows(3), "row 3")
  expect_identical(format_rows(1:5), "rows 1, 2, 3, 4, 5")
  expect_identical(format_rows(1:7), "rows 1, 2, 3, 4, 5 and 2 more")
})
