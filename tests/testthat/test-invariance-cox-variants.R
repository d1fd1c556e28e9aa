# What must not change a Cox model with exact ties, Firth's penalty or profile limits, nor its diagnostics.

variant_fits <- function(formula, data, ...) {
  list(
    discrete = cox(formula, data, ties = "exact-discrete", conf.type = "profile", ...),
    marginal = cox(formula, data, ties = "exact-marginal", conf.type = "profile", ...),
    firth = cox(formula, data, firth = TRUE, ...),
    firth_breslow = cox(formula, data, ties = "breslow", firth = TRUE, ...)
  )
}

#' Coefficients, standard errors, limits and log likelihoods of two lists of fits; `scale`: of the first.
same_variants <- function(a, b, scale = 1, tolerance = 1e-8) {
  for (name in names(a)) {
    se <- unname(sqrt(diag(stats::vcov(a[[name]])))) * scale
    near <- function(found, expected, what, tolerance) {
      expect_near(found, expected, tolerance, what = paste(name, what))
    }
    near(stats::coef(b[[name]]) / se, stats::coef(a[[name]]) * scale / se, "beta/SE", tolerance)
    near(sqrt(diag(stats::vcov(b[[name]]))) / se, rep(1, length(se)), "SE", 10 * tolerance)
    limits <- unname(stats::confint(a[[name]])) * scale
    near(unname(stats::confint(b[[name]])) / se, limits / se, "limits", tolerance)
    fall <- diff(a[[name]]$loglik)
    near(diff(b[[name]]$loglik) / fall, 1, "likelihood ratio", 1e-9)
  }
}

test_that("order of rows, unit of time and one stratum for all do not matter", {
  d <- trial_case(60)
  d$all <- "all"
  fits <- variant_fits(Surv(time, status) ~ x + z, d, strata = "site")
  shuffled <- d[with_random_seed(2, sample(nrow(d))), ]
  same_variants(fits, variant_fits(Surv(time / 30, status) ~ x + z, shuffled, strata = "site"))
  one <- variant_fits(Surv(time, status) ~ x + z, d)
  same_variants(one, variant_fits(Surv(time, status) ~ x + z, d, strata = "all"))
})

test_that("a covariate shifted changes nothing, scaled changes its coefficient and limits", {
  d <- trial_case(60)
  fits <- variant_fits(Surv(time, status) ~ x + z, d)
  same_variants(fits, variant_fits(Surv(time, status) ~ I(x + 100) + z, d), tolerance = 1e-7)
  scaled <- variant_fits(Surv(time, status) ~ I(x * 1000) + z, d)
  same_variants(fits, scaled, scale = c(1e-3, 1))
  mirrored <- variant_fits(Surv(time, status) ~ I(-x) + z, d)
  for (name in names(fits)) {
    limits <- unname(stats::confint(fits[[name]])[1, ])
    expect_equal(unname(stats::confint(mirrored[[name]])[1, ]), -rev(limits), tolerance = 1e-8)
  }
})

test_that("freq is replicated rows", {
  d <- trial_case(40)
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  same_variants(
    variant_fits(Surv(time, status) ~ x + z, d, freq = "fr", strata = "site"),
    variant_fits(Surv(time, status) ~ x + z, copies, strata = "site")
  )
})

test_that("rows split anywhere are the same people", {
  d <- trial_case(60)
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  same_variants(
    variant_fits(Surv(time, status) ~ x + z, d),
    variant_fits(Surv(start, time, status) ~ x + z, cut, id = "id")
  )
})

test_that("without ties all four tie rules are one", {
  d <- trial_case(60, ties = FALSE)
  fits <- lapply(c("efron", "breslow", "exact-discrete", "exact-marginal"), function(ties) {
    cox(Surv(time, status) ~ x + z, d, ties = ties, conf.type = "profile")
  })
  for (other in fits[-1]) same_variants(list(efron = fits[[1L]]), list(efron = other))
})

test_that("tied deaths with any order of names keep the exact likelihood: time rounded up or down", {
  # which value names a tie does not matter, only who is at risk with whom
  d <- trial_case(60)
  d$month <- ceiling(d$time / 3)
  same_variants(
    variant_fits(Surv(month, status) ~ x + z, d), variant_fits(Surv(sqrt(month) * 7, status) ~ x + z, d)
  )
})

test_that("diagnostics do not depend on order, splits, frequencies or scale", {
  d <- trial_case(60)
  fit <- cox(Surv(time, status) ~ x + z, d, strata = "site")
  table <- ph_test(fit, transform = "identity", terms = FALSE)$table
  shuffled <- with_random_seed(3, sample(nrow(d)))
  other <- cox(Surv(time, status) ~ x + z, d[shuffled, ], strata = "site")
  expect_equal(ph_test(other, transform = "identity", terms = FALSE)$table, table, tolerance = 1e-8)
  for (type in c("martingale", "deviance")) {
    expect_equal(unname(residuals(other, type)), unname(residuals(fit, type))[shuffled], tolerance = 1e-9)
  }
  dfbeta <- unname(residuals(fit, "dfbeta"))
  expect_equal(unname(residuals(other, "dfbeta")), dfbeta[shuffled, ], tolerance = 1e-9)
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  pieces <- cox(Surv(start, time, status) ~ x + z, cut, strata = "site", id = "id")
  for (transform in c("km", "identity", "rank", "log")) {
    expect_equal(
      ph_test(pieces, transform = transform, terms = FALSE)$table,
      ph_test(fit, transform = transform, terms = FALSE)$table,
      tolerance = 1e-7, label = transform
    )
  }
  # the same for the score of beta(t) under another unit: chi-squares do not have one
  scaled <- cox(Surv(time * 30, status) ~ I(x * 10) + z, d, strata = "site")
  again <- ph_test(scaled, "identity", terms = FALSE)$table
  expect_equal(unname(again[, 1]), unname(table[, 1]), tolerance = 1e-8)
  copies <- cox(Surv(time, status) ~ x + z, d[rep(seq_len(nrow(d)), d$fr), ], strata = "site")
  frequent <- cox(Surv(time, status) ~ x + z, d, freq = "fr", strata = "site")
  expect_equal(ph_test(frequent, "identity")$table, ph_test(copies, "identity")$table, tolerance = 1e-8)
  a <- baseline_hazard(frequent)
  b <- baseline_hazard(copies)
  expect_equal(a$hazard, b$hazard, tolerance = 1e-9)
  expect_equal(a$std.error, b$std.error, tolerance = 1e-8)
  # martingale residuals add up to nothing
  expect_lt(abs(sum(residuals(copies))), 1e-8)
})

test_that("profile limits at a level are a test at that level", {
  d <- trial_case(60)
  for (ties in c("efron", "exact-marginal")) {
    full <- cox(Surv(time, status) ~ x + z, d, ties = ties, conf.type = "profile", conf.level = 0.9)
    lower <- stats::confint(full)["x", 1]
    d$fixed <- lower * d$x
    held <- cox(Surv(time, status) ~ z + offset(fixed), d, ties = ties)
    expect_equal(2 * (full$loglik[2] - held$loglik[2]), stats::qchisq(0.9, 1), tolerance = 1e-7)
  }
})
