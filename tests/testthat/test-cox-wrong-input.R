# Data that break a Cox model: what cannot be estimated is named, nothing is a number by accident.

test_that("a constant covariate and one that is the stratum are named", {
  d <- untied_trial()
  d$one <- 1
  d$same <- as.numeric(d$site == "s")
  warning <- tryCatch(cox(Surv(time, status) ~ x + one, d), warning = identity)
  expect_identical(warning$coefficients, "one")
  warning <- tryCatch(cox(Surv(time, status) ~ x + same + strata(site), d), warning = identity)
  expect_s3_class(warning, "tte_warning_aliased")
  expect_identical(warning$coefficients, "same")
  for (ties in c("exact-discrete", "exact-marginal")) {
    fit <- suppressWarnings(cox(Surv(time, status) ~ x + one, d, ties = ties))
    expect_true(is.na(coef(fit)[["one"]]))
    expect_equal(coef(fit)[["x"]], coef(cox(Surv(time, status) ~ x, d))[["x"]], tolerance = 1e-7)
  }
  aliased <- suppressWarnings(cox(Surv(time, status) ~ x + one, d))
  alone <- cox(Surv(time, status) ~ x, d)
  expect_equal(predict(aliased, d[1:3, ]), predict(alone, d[1:3, ]), tolerance = 1e-7, ignore_attr = TRUE)
  expect_equal(residuals(aliased, "dfbeta")[, 1], residuals(alone, "dfbeta"),
    tolerance = 1e-7,
    ignore_attr = TRUE
  )
  expect_equal(survival::survfit(aliased, d[1, ])$surv, survival::survfit(alone, d[1, ])$surv,
    tolerance = 1e-7
  )
  profile <- suppressWarnings(cox(Surv(time, status) ~ x + one, d, conf.type = "profile"))
  expect_true(all(is.na(confint(profile)["one", ])))
})

test_that("one event, and more covariates than events", {
  d <- data.frame(
    time = 1:6, status = c(0, 0, 1, 0, 0, 0), x = c(1, 2, 1.5, 3, 1, 2),
    z = c(0, 1, 1, 0, 1, 0)
  )
  fit <- suppressWarnings(cox(Surv(time, status) ~ x, d))
  expect_identical(fit$nevent, 1)
  expect_true(is.finite(coef(fit)) && is.null(fit$monotone))
  more <- suppressWarnings(cox(Surv(time, status) ~ x + z + I(x^2), d))
  expect_true(any(is.infinite(coef(more)) | is.na(coef(more))))
  firth <- suppressWarnings(cox(Surv(time, status) ~ x + z, d, firth = TRUE))
  expect_true(firth$converged || inherits(tryCatch(cox(Surv(time, status) ~ x + z, d, firth = TRUE),
    warning = identity
  ), "tte_warning"))
})

test_that("a huge offset is a fault, a missing cluster names its rows", {
  d <- untied_trial()
  d$huge <- ifelse(d$x > 1, 2000, 0)
  expect_fault(cox(Surv(time, status) ~ arm + offset(huge), d), "out_of_range", "formula", "offset")
  d$centre[3] <- NA
  expect_fault(cox(Surv(time, status) ~ arm, d, cluster = centre), "missing_value", "cluster", "centre", 3)
  large <- cox(Surv(time, status) ~ arm + offset(rep(300, 40)), untied_trial())
  expect_equal(coef(large), coef(cox(Surv(time, status) ~ arm, untied_trial())), tolerance = 1e-8)
  expect_equal(sum(residuals(large)), 0, tolerance = 1e-8)
})

test_that("months of ties neither overflow nor take long", {
  set.seed(3)
  n <- 2000
  d <- data.frame(
    t = ceiling(stats::rexp(n) * 4), s = stats::rbinom(n, 1, 0.8), x = stats::rnorm(n),
    z = stats::rnorm(n)
  )
  for (ties in c("exact-marginal", "exact-discrete")) {
    fit <- cox(Surv(t, s) ~ x + z, d, ties = ties)
    expect_true(fit$converged && all(is.finite(fit$loglik)))
    expect_true(all(is.finite(confint(fit))))
  }
})
