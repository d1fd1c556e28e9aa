# Therneau and Grambsch's first test data: one tie, one covariate.
tg <- data.frame(time = c(1, 1, 6, 6, 8, 9), status = c(1, 0, 1, 1, 0, 1), x = c(1, 1, 1, 0, 0, 0))

test_that("Breslow's estimate is the root of the score worked by hand", {
  fit <- cox(Surv(time, status) ~ x, tg, ties = "breslow")
  r <- (3 + sqrt(33)) / 2
  expect_equal(unname(coef(fit)), log(r), tolerance = 1e-8)
  expect_equal(unname(vcov(fit)[1, 1]), 1 / (r / (r + 1)^2 + 6 * r / (r + 3)^2), tolerance = 1e-8)
  expect_identical(fit$nevent, 4)
})

test_that("strata, offset, start-stop, id and cluster are coxph()'s at full convergence", {
  lung <- plain_lung()
  exact <- survival::coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
  compare <- function(mine, peer) {
    expect_equal(coef(mine), coef(peer), tolerance = 1e-7)
    expect_equal(vcov(mine), vcov(peer), tolerance = 1e-6)
    expect_equal(mine$loglik, peer$loglik, tolerance = 1e-10)
    expect_equal(mine$concordance, peer$concordance, tolerance = 1e-8)
  }
  compare(
    cox(Surv(time, status) ~ age + arm + offset(ph.ecog / 2), lung, strata = "ph.ecog"),
    survival::coxph(Surv(time, status) ~ age + arm + offset(ph.ecog / 2) + survival::strata(ph.ecog), lung,
      control = exact
    )
  )
  compare(
    cox(Surv(start, stop, event) ~ year + age, survival::heart, id = id, cluster = id),
    survival::coxph(Surv(start, stop, event) ~ year + age, survival::heart, cluster = id, control = exact)
  )
})

test_that("freq equals replicated rows, in Efron's ties too", {
  lung <- transform(plain_lung(), f = rep(c(0, 1, 2, 3), length.out = length(time)))
  copies <- lung[rep(seq_len(nrow(lung)), lung$f), ]
  for (ties in c("efron", "breslow")) {
    a <- cox(Surv(time, status) ~ age + arm, lung, freq = f, ties = ties)
    b <- cox(Surv(time, status) ~ age + arm, copies, ties = ties)
    expect_equal(coef(a), coef(b), tolerance = 1e-8)
    expect_equal(vcov(a), vcov(b), tolerance = 1e-8)
    expect_equal(a$concordance, b$concordance, tolerance = 1e-10)
    expect_equal(a$nevent, b$nevent)
  }
})

test_that("a likelihood without maximum is named with its direction", {
  d <- data.frame(
    time = 1:8, status = c(1, 1, 1, 1, 0, 0, 0, 0), arm = rep(c("B", "A"), each = 4),
    x = c(3, 1, 2, 4, 4, 1, 2, 3)
  )
  warning <- tryCatch(cox(Surv(time, status) ~ arm + x, d), warning = identity)
  expect_s3_class(warning, "tte_warning_monotone_likelihood")
  fit <- suppressWarnings(cox(Surv(time, status) ~ arm + x, d))
  expect_identical(coef(fit)[["armB"]], Inf)
  expect_true(all(is.na(vcov(fit)["armB", ])))
  expect_true(is.finite(coef(fit)[["x"]]) && vcov(fit)["x", "x"] > 0)
  expect_s3_class(fit, c("tte_cox", "tte_model"), exact = TRUE)
  expect_identical(fit$tte$monotone, fit$monotone)
  expect_snapshot(print(fit))
})

test_that("columns that say nothing new are named", {
  lung <- transform(plain_lung(), twice = 2 * age, one = 1)
  warning <- tryCatch(cox(Surv(time, status) ~ age + twice + one, lung), warning = identity)
  expect_s3_class(warning, "tte_warning_aliased")
  expect_identical(warning$coefficients, c("twice", "one"))
  fit <- suppressWarnings(cox(Surv(time, status) ~ age + twice + one, lung))
  expect_equal(fit$loglik, cox(Surv(time, status) ~ age, lung)$loglik)
})

test_that("print names the reference first; errors say what to do", {
  lung <- plain_lung()
  expect_snapshot({
    print(cox(Surv(time, status) ~ arm + age, lung, reference = "M", strata = "ph.ecog", unit = "days"))
    print(cox(~ TRT01P + AGE, small_adtte(),
      param = "OS", cluster = STRAT1, ties = "breslow",
      conf.level = 0.9
    ))
    say_error(cox(Surv(time, status) ~ 1, lung))
    say_error(cox(Surv(time, status) ~ age, lung, ties = "exact", conf.level = 0, x = 1))
    say_error(cox(Surv(time, status == 9) ~ age, lung))
    say_error(cox(Surv(time, status) ~ arm, lung, subset = arm == "M"))
  })
})
