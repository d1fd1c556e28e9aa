with_environment <- function(variables, code) {
  old <- Sys.getenv(names(variables), names = TRUE, unset = NA)
  on.exit({
    Sys.unsetenv(names(old)[is.na(old)])
    if (any(!is.na(old))) do.call(Sys.setenv, as.list(old[!is.na(old)]))
  })
  do.call(Sys.setenv, as.list(variables))
  force(code)
}

with_threads <- function(threads, code) {
  old <- options(tte.threads = threads)
  on.exit(options(old))
  force(code)
}

test_that("the option, the environment and CRAN's limit are honoured", {
  free <- c(OMP_THREAD_LIMIT = "", `_R_CHECK_LIMIT_CORES_` = "")
  expect_lte(with_environment(free, with_threads(NULL, thread_count())), 2)
  expect_identical(with_environment(free, with_threads(7, thread_count())), 7L)
  limited <- replace(free, "OMP_THREAD_LIMIT", "3")
  expect_identical(with_environment(limited, with_threads(7, thread_count())), 3L)
  checked <- replace(free, "_R_CHECK_LIMIT_CORES_", "TRUE")
  expect_identical(with_environment(checked, with_threads(7, thread_count())), 2L)
})

test_that("a senseless option is an error", {
  expect_fault(with_threads("many", thread_count()), "not_whole", "tte.threads")
  expect_fault(with_threads(0, thread_count()), "not_whole", "tte.threads")
})

test_that("any number of threads gives the same bits", {
  one <- with_threads(1, cox(Surv(time, status) ~ age + sex, survival::lung))
  four <- with_threads(4, cox(Surv(time, status) ~ age + sex, survival::lung))
  expect_identical(one$coefficients, four$coefficients)
  expect_identical(one$linear.predictors, four$linear.predictors)
})
