test_that("a package that is not there is named with its purpose", {
  expect_true(need("stats", "anything"))
  error <- error_of(need("no.such.package", "drawing curves"))
  expect_s3_class(error, c("tte_error_missing_package", "tte_error"))
  expect_snapshot(say_error(need("no.such.package", "drawing curves")))
})
