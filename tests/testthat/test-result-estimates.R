estimates <- function(param = "ORR") {
  new_estimates(
    param = param, group = c("A", "B"), estimate = c(0.25, 0.5), conf.low = c(0.1, 0.3),
    conf.high = c(0.4, NA), conf.level = 0.95,
    n = c(20, 40), n.event = c(5, 20), scale = "probability", method = "Response rate",
    p.value = c(0.04, 0.00001),
    provenance = list(method = "Response rate", conventions = c(limits = paste("Limits of", param)))
  )
}

test_that("estimates have their fixed columns, of fixed types", {
  x <- estimates()
  expect_identical(names(x), c(
    "param", "term", "group", "comparison", "cause", "time", "unit", "estimate", "std.error", "scale",
    "conf.low",
    "conf.high", "conf.level", "statistic", "p.value", "n", "n.event", "method", "provenance"
  ))
  expect_type(x$term, "character")
  expect_type(x$time, "double")
  expect_error(new_estimates(wrong = 1), "no such column")
  expect_identical(nrow(new_estimates(group = character(), estimate = numeric())), 0L)
})

test_that("rows bound together keep each its provenance", {
  both <- rbind(estimates("ORR"), estimates("DCR"))
  expect_s3_class(both, "tte_estimates")
  expect_identical(both$provenance[[1]]$conventions[["limits"]], "Limits of ORR")
  expect_identical(both$provenance[[4]]$conventions[["limits"]], "Limits of DCR")
  expect_identical(unname(conventions(both)), c("Limits of ORR", "Limits of DCR"))
  skip_if_not_installed("dplyr")
  expect_identical(dplyr::bind_rows(estimates("ORR"), estimates("DCR"))$provenance, both$provenance)
})

test_that("estimates print what is filled, with their conventions", {
  expect_snapshot(print(rbind(estimates("ORR"), estimates("DCR"))))
  expect_false("provenance" %in% names(tidy(estimates())))
  expect_s3_class(tidy(estimates()), "data.frame", exact = TRUE)
})
