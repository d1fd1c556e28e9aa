# What must not change a Cox model, and how its parts are tied to each other.

slopes <- function(fit) unname(stats::coef(fit))
errors <- function(fit) unname(sqrt(diag(stats::vcov(fit))))

# Coefficients within 1e-8 standard errors, standard errors within 1e-7 of themselves.
same_model <- function(a, b, tolerance = 1e-8) {
  expect_lt(max(abs(slopes(a) - slopes(b)) / errors(b)), tolerance)
  expect_lt(max(abs(errors(a) / errors(b) - 1)), tolerance * 10)
}

test_that("order of rows, unit of time and names of strata do not matter", {
  d <- trial_case()
  fit <- cox(Surv(time, status) ~ x + z, d, strata = "site")
  shuffled <- with_random_seed(2, sample(nrow(d)))
  other <- cox(Surv(time, status) ~ x + z, d[shuffled, ], strata = "site")
  same_model(fit, other)
  expect_equal(unname(other$residuals), unname(fit$residuals)[shuffled], tolerance = 1e-9)
  expect_equal(other$loglik, fit$loglik, tolerance = 1e-12)
  expect_equal(other$concordance, fit$concordance, tolerance = 1e-12)
  same_model(cox(Surv(time * 1e-6, status) ~ x + z, transform(d, site = LETTERS[site]), strata = "site"), fit)
})

test_that("a covariate shifted changes nothing, scaled changes its coefficient", {
  d <- trial_case()
  fit <- cox(Surv(time, status) ~ x + z, d)
  same_model(cox(Surv(time, status) ~ I(x + 1e4) + z, d), fit, tolerance = 1e-6)
  scaled <- cox(Surv(time, status) ~ I(x * 1000) + z, d)
  expect_equal(slopes(scaled) * c(1000, 1), slopes(fit), tolerance = 1e-8)
  expect_equal(errors(scaled) * c(1000, 1), errors(fit), tolerance = 1e-8)
  expect_equal(scaled$loglik, fit$loglik, tolerance = 1e-12)
})

test_that("a row k times is freq = k, in both ways to treat ties", {
  d <- trial_case()
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  for (ties in c("efron", "breslow")) {
    a <- cox(Surv(time, status) ~ x + z, d, freq = "fr", ties = ties, strata = "site")
    b <- cox(Surv(time, status) ~ x + z, copies, ties = ties, strata = "site")
    same_model(a, b)
    expect_equal(a$loglik, b$loglik, tolerance = 1e-12)
    expect_equal(a$concordance, b$concordance, tolerance = 1e-10)
  }
})

test_that("weights times a constant change no coefficient and no robust standard error", {
  d <- trial_case()
  d$wt <- with_random_seed(4, stats::runif(nrow(d), 0.2, 3))
  fit <- cox(Surv(time, status) ~ x + z, d, weights = "wt")
  for (c in c(1e-6, 1e6)) {
    d$other <- d$wt * c
    same_model(cox(Surv(time, status) ~ x + z, d, weights = "other"), fit)
  }
})

test_that("rows split anywhere are the same people", {
  d <- trial_case()
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  for (ties in c("efron", "breslow")) {
    a <- cox(Surv(time, status) ~ x + z, d, ties = ties)
    b <- cox(Surv(start, time, status) ~ x + z, cut, ties = ties, id = "id")
    same_model(a, b)
    expect_equal(a$loglik, b$loglik, tolerance = 1e-12)
    expect_equal(rowsum(unname(b$residuals), cut$id)[, 1], a$residuals, tolerance = 1e-9, ignore_attr = TRUE)
    expect_equal(a$concordance, b$concordance, tolerance = 1e-10)
  }
  a <- cox(Surv(time, status) ~ x + z, d, cluster = "site")
  same_model(cox(Surv(start, time, status) ~ x + z, cut, cluster = "site"), a)
})

test_that("a stratum without events adds nothing to the fit; one stratum is none", {
  d <- trial_case()
  fit <- cox(Surv(time, status) ~ x + z, d, strata = "site")
  quiet <- transform(d[1:15, ], site = 9, status = 0)
  same_model(cox(Surv(time, status) ~ x + z, rbind(d, quiet), strata = "site"), fit)
  d$all <- "all"
  same_model(cox(Surv(time, status) ~ x + z + strata(all), d), cox(Surv(time, status) ~ x + z, d))
})

test_that("swapped arms turn the sign", {
  d <- trial_case()
  fit <- cox(Surv(time, status) ~ arm, d)
  other <- cox(Surv(time, status) ~ factor(arm, c("B", "A")), d)
  expect_equal(slopes(other), -slopes(fit), tolerance = 1e-8)
  expect_equal(errors(other), errors(fit), tolerance = 1e-8)
})

test_that("martingale residuals add up to zero in every stratum, the score is zero at the estimate", {
  d <- trial_case()
  for (ties in c("efron", "breslow")) {
    fit <- cox(Surv(time, status) ~ x + z, d, strata = "site", ties = ties)
    expect_equal(unname(tapply(fit$residuals, d$site, sum)), rep(0, 4), tolerance = 1e-10, ignore_attr = TRUE)
    truth <- oracle_cox_at(
      slopes(fit), oracle_rows(list(stop = d$time, cause = d$status, stratum = d$site)),
      as.matrix(d[c("x", "z")]),
      numeric(nrow(d)), ties
    )
    expect_lt(max(abs(truth$score) * errors(fit)), 1e-8)
  }
})

test_that("an offset with the estimate in it leaves nothing to estimate", {
  d <- trial_case()
  fit <- cox(Surv(time, status) ~ x + z, d)
  d$known <- slopes(fit)[1] * d$x
  rest <- cox(Surv(time, status) ~ z + offset(known), d)
  expect_equal(slopes(rest), slopes(fit)[2], tolerance = 1e-6)
  expect_equal(rest$loglik[2], fit$loglik[2], tolerance = 1e-10)
})

test_that("one thread and two give the same bits", {
  d <- trial_case(600)
  fit <- lapply(1:2, function(n) {
    old <- options(tte.threads = n)
    on.exit(options(old))
    cox(Surv(time, status) ~ x + z, d, strata = "site", cluster = "id")
  })
  parts <- c("coefficients", "var", "loglik", "score", "residuals", "concordance")
  expect_identical(fit[[1]][parts], fit[[2]][parts])
})

test_that("the robust variance is the numerical derivative in the weights", {
  d <- trial_case(50)
  d$wt <- with_random_seed(4, stats::runif(nrow(d), 0.2, 3))
  h <- 1e-4
  for (ties in c("efron", "breslow")) {
    fit <- cox(Surv(time, status) ~ x + z, d, weights = "wt", cluster = "site", ties = ties)
    change <- vapply(1:4, function(s) {
      moved <- function(by) {
        other <- transform(d, wt = wt * (1 + by * (site == s)))
        slopes(cox(Surv(time, status) ~ x + z, other, weights = "wt", ties = ties))
      }
      (moved(h) - moved(-h)) / (2 * h)
    }, numeric(2))
    expect_equal(unname(stats::vcov(fit)), tcrossprod(change), tolerance = 1e-5)
  }
})

test_that("limits and Wald test agree on zero", {
  d <- trial_case()
  fit <- cox(Surv(time, status) ~ x, d)
  z <- slopes(fit) / errors(fit)
  expect_equal(unname(fit$wald.test), z^2, tolerance = 1e-8)
  limits <- stats::confint(fit, level = 1 - 2 * stats::pnorm(-abs(z)))
  expect_equal(min(abs(limits)), 0, tolerance = 1e-8)
})
