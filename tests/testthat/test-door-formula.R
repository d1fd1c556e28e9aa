parts_of <- function(formula, columns = character()) read_formula(formula, columns, rlang::current_env())

test_that("addends are told apart, with or without the package's name", {
  parts <- parts_of(y ~ a + survival::strata(b, c) + cluster(d) + offset(log(e)) + a:b)
  expect_identical(parts$kinds, c("covariate", "strata", "cluster", "offset", "covariate"))
  expect_identical(parts$addends[[2]], quote(strata(b, c)))
  expect_identical(parts_of(survival::Surv(x, y) ~ 1)$left, quote(Surv(x, y)))
  expect_identical(parts_of(~1)$addends, list())
})

test_that("a dot is the columns that the left side does not use", {
  parts <- parts_of(Surv(t, s) ~ . + strata(g), c("t", "s", "a", "g"))
  expect_identical(parts$kinds, c("covariate", "covariate", "strata"))
  expect_identical(deparse1(sum_of(parts_of(Surv(t, s) ~ . - b, c("t", "s", "a", "b"))$addends)), "a + b - b")
})

test_that("terms that would be fitted wrongly are refused, wherever they stand", {
  for (formula in list(
    y ~ frailty(a), y ~ b * survival::pspline(a), y ~ log(ridge(a)), y ~ tt(a),
    y ~ a + tve(b)
  )) {
    expect_error(parts_of(formula), class = "tte_error_unsupported")
  }
  expect_snapshot(say_error(cox(Surv(time, status) ~ age + survival::frailty(inst), survival::lung)))
})

test_that("what is no formula is an error", {
  expect_fault(km(5, survival::lung), "wrong_type", "formula")
  expect_fault(km("y ~ x", survival::lung), "wrong_type", "formula")
})
