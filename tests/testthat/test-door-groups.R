test_that("curves are named and ordered as survfit() does", {
  lung <- transform(plain_lung(), fac = factor(sex, 1:3, c("M", "F", "none")), ecog = as.character(ph.ecog))
  for (formula in list(
    Surv(time, status) ~ sex, Surv(time, status) ~ fac, Surv(time, status) ~ fac + ecog,
    Surv(time, status) ~ strata(sex), Surv(time, status) ~ strata(fac, ecog),
    Surv(time, status) ~ fac + strata(ecog),
    Surv(time, status) ~ strata(ecog) + sex, Surv(time, status) ~ age > 60
  )) {
    expect_identical(names(km(formula, lung)$strata), names(survival::survfit(formula, lung)$strata))
  }
})

test_that("strata = makes no curves", {
  lung <- plain_lung()
  fit <- km(Surv(time, status) ~ arm, lung, strata = "ph.ecog")
  expect_identical(names(fit$strata), c("arm=F", "arm=M"))
  expect_identical(fit$tte$strata, "ph.ecog")
  expect_true("ph.ecog" %in% names(eval(fit$call$data)))
})

test_that("the reference comes first everywhere, also for those who read the fit", {
  lung <- plain_lung()
  fit <- cox(Surv(time, status) ~ arm + age, lung, reference = "M")
  expect_identical(names(coef(fit)), c("armF", "age"))
  expect_identical(fit$xlevels$arm, c("M", "F"))
  expect_identical(levels(model.frame(fit)$arm), c("M", "F"))
  expect_identical(names(km(Surv(time, status) ~ arm, lung, reference = "M")$strata), c("arm=M", "arm=F"))
  two <- transform(lung, ecog = factor(ph.ecog))
  named <- cox(Surv(time, status) ~ arm + ecog, two, reference = c(arm = "M", ecog = "2"))
  expect_identical(names(coef(named))[1:2], c("armF", "ecog0"))
  expect_identical(names(coef(cox(Surv(time, status) ~ arm + ecog, two, reference = "2")))[2], "ecog0")
})

test_that("a reference that fits nothing is a fault", {
  lung <- transform(plain_lung(), other = arm)
  expect_snapshot({
    say_error(cox(Surv(time, status) ~ arm + age, lung, reference = "Placebo"))
    say_error(cox(Surv(time, status) ~ arm + other, lung, reference = "M"))
    say_error(cox(Surv(time, status) ~ arm + age, lung, reference = c(age = "60")))
    say_error(cox(Surv(time, status) ~ arm + age, lung, reference = c(sex = "1")))
    say_error(cox(Surv(time, status) ~ arm + age, lung, reference = 1))
  })
})

test_that("groups are columns, not models", {
  lung <- plain_lung()
  expect_fault(km(Surv(time, status) ~ sex * age, lung), "unknown_term")
  expect_fault(km(Surv(time, status) ~ offset(age), lung), "unknown_term")
  expect_fault(km(Surv(time, status) ~ splines::ns(age, 3), lung), "unknown_term")
  expect_fault(log_rank_test(Surv(time, status) ~ sex:age, lung), "unknown_term")
})

test_that("a level that only rows of freq 0 have is no group", {
  d <- data.frame(time = 1:6, status = 1, g = rep(c("a", "b", "c"), 2), f = c(1, 0, 1, 1, 0, 1))
  expect_identical(names(km(Surv(time, status) ~ g, d, freq = f)$strata), c("g=a", "g=c"))
  expect_equal(unname(log_rank_test(Surv(time, status) ~ g, d, freq = f)$parameter), 1)
})

test_that("combinations of many levels are only those that occur", {
  groups <- combine_codes(list(a = 1:1000, b = 1000:1))
  expect_length(groups$levels, 1000)
  expect_identical(groups$levels[2], "a=2, b=999")
  expect_identical(groups$codes, 1:1000)
})
