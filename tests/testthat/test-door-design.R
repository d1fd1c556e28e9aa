columns_of <- function(formula, data) {
  d <- time_to_event(formula, data)
  design <- design_of(d, rlang::current_env())
  x <- if (is.list(design$x)) do.call(cbind, design$x) else design$x
  list(x = unname(x), names = design$names, assign = design$assign)
}

expect_same_design <- function(formula, data) {
  mine <- columns_of(formula, data)
  peer <- survival::coxph(formula, data, x = TRUE)
  expect_identical(mine$names, names(coef(peer)))
  expect_equal(mine$x, unname(peer$x), ignore_attr = TRUE)
  expect_identical(lapply(mine$assign, as.integer), lapply(peer$assign, as.integer))
}

test_that("the columns of a model are those of coxph()", {
  lung <- transform(plain_lung(),
    ecog = factor(ph.ecog), old = age > 60,
    grade = factor(ph.ecog, ordered = TRUE)
  )
  expect_same_design(Surv(time, status) ~ age + arm, lung)
  expect_same_design(Surv(time, status) ~ ecog + old, lung)
  expect_same_design(Surv(time, status) ~ grade, lung)
  expect_same_design(Surv(time, status) ~ arm * age + log(age), lung)
  expect_same_design(Surv(time, status) ~ splines::ns(age, 3) + poly(ph.ecog, 2), lung)
  expect_same_design(Surv(time, status) ~ factor(ph.ecog) + strata(arm), lung)
  expect_same_design(Surv(time, status) ~ age * strata(arm), lung)
  expect_same_design(Surv(time, status) ~ age + ecog - 1, lung)
  expect_same_design(Surv(time, status) ~ cbind(age, ph.ecog), lung)
})

test_that("plain columns build no matrix", {
  lung <- plain_lung()
  d <- time_to_event(Surv(time, status) ~ age + ph.ecog, lung)
  design <- design_of(d, rlang::current_env())
  expect_type(design$x, "list")
  expect_identical(design$x[[1]], lung$age)
})

test_that("strata inside an interaction stratify the model", {
  lung <- plain_lung()
  fit <- cox(Surv(time, status) ~ age * strata(arm), lung)
  peer <- survival::coxph(Surv(time, status) ~ age * strata(arm), lung)
  expect_equal(fit$loglik, peer$loglik, tolerance = 1e-8)
  expect_equal(coef(fit), coef(peer), tolerance = 1e-6)
})

test_that("columns that cannot be in a model are faults", {
  lung <- plain_lung()
  lung$one <- "a"
  lung$age[c(2, 5)] <- Inf
  expect_fault(cox(Surv(time, status) ~ one, lung), "single_group", "formula", "one")
  expect_fault(cox(Surv(time, status) ~ factor(one), lung), "single_group", "formula")
  expect_fault(cox(Surv(time, status) ~ age, lung), "not_finite", "formula", "age", c(2L, 5L))
  expect_error(cox(Surv(time, status) ~ 1, lung), class = "tte_error_unsupported")
  expect_error(cox(Surv(time, status) ~ strata(arm), lung), class = "tte_error_unsupported")
})
