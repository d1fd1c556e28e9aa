test_that("the hash is of the numbers, not of their labels or storage", {
  d <- data.frame(x = c(1, 2), g = c("a", "b"))
  same <- d
  attr(same$x, "label") <- "time"
  same$g <- factor(same$g, levels = c("b", "a"))
  same$x <- as.integer(same$x)
  rownames(same) <- c("r1", "r2")
  expect_identical(data_hash(d), data_hash(same))
  expect_false(identical(data_hash(d), data_hash(d[2:1, ])))
})

test_that("a fit's hash is that of its own rows, also after it was saved", {
  fit <- km(Surv(time, status) ~ sex, survival::lung)
  expect_identical(input_hash(fit), data_hash(survival::lung[c("time", "status", "sex")]))
  file <- tempfile(fileext = ".rds")
  saveRDS(fit, file)
  expect_identical(input_hash(readRDS(file)), input_hash(fit))
  unlink(file)
})
