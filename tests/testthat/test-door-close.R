test_that("the data of a fit are the used columns alone, in an environment of their own", {
  lung <- plain_lung()
  make <- function(data) {
    big <- stats::rnorm(1e5)
    km(Surv(time, status) ~ arm, data, subset = age > 40 & mean(big) < 1)
  }
  fit <- make(lung)
  expect_identical(deparse1(fit$call$formula), "Surv(time, status) ~ arm")
  expect_s3_class(fit$call$formula, "formula")
  expect_identical(as.character(fit$call$data[[3]]), "data")
  expect_identical(names(eval(fit$call$data)), c("time", "status", "arm"))
  expect_lt(length(serialize(fit, NULL)), 1e5)
})

test_that("a fit reads back in another session, without the packages attached", {
  skip_on_cran()
  file <- tempfile(fileext = ".rds")
  lung <- plain_lung()
  saveRDS(
    list(km = km(Surv(time, status) ~ arm, lung), cox = cox(Surv(time, status) ~ arm + age, lung)),
    file
  )
  code <- sprintf(paste(
    ".libPaths(%s); f <- readRDS('%s');",
    "a <- survival::survdiff(f$km$call$formula, eval(f$km$call$data))$chisq;",
    "b <- survival::cox.zph(f$cox)$table[3, 1]; cat(format(c(a, b), digits = 8))"
  ), deparse1(.libPaths()), file)
  said <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE)
  a <- survival::survdiff(Surv(time, status) ~ arm, lung)$chisq
  b <- survival::cox.zph(survival::coxph(Surv(time, status) ~ arm + age, lung))$table[3, 1]
  expect_equal(scan(text = said, quiet = TRUE), c(a, b), tolerance = 1e-5)
  unlink(file)
})

test_that("nothing is copied or changed in the user's data", {
  lung <- plain_lung()
  before <- rlang::hash(lung)
  cox(Surv(time, status) ~ arm, lung, reference = "M", report_in = "months", unit = "days")
  expect_identical(rlang::hash(lung), before)
})
