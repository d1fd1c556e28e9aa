# Odd data for every tie rule and for Firth's penalty: what cannot be estimated is named, what can is right.

degenerate_variants <- list(
  list(ties = "efron"), list(ties = "breslow"), list(ties = "exact-discrete"), list(ties = "exact-marginal"),
  list(ties = "efron", firth = TRUE), list(ties = "breslow", firth = TRUE)
)

variant_fit <- function(variant, formula, data, ...) do.call(cox, c(list(formula, data = data, ...), variant))

test_that("columns that cannot be estimated are named and leave the others alone", {
  d <- trial_case(40)
  d$one <- 1
  d$at_site <- as.numeric(d$site == 2)
  for (variant in degenerate_variants) {
    label <- paste(unlist(variant), collapse = " ")
    aliased <- function(code, column) {
      error <- NULL
      fit <- withCallingHandlers(code, tte_warning_aliased = function(w) {
        error <<- conditionMessage(w)
        invokeRestart("muffleWarning")
      })
      expect_match(error, column, fixed = TRUE, label = label)
      expect_identical(unname(is.na(stats::coef(fit))), c(FALSE, TRUE), label = label)
      unname(stats::coef(fit)[1])
    }
    alone <- unname(stats::coef(variant_fit(variant, Surv(time, status) ~ x, d)))
    stratified <- unname(stats::coef(variant_fit(variant, Surv(time, status) ~ x, d, strata = "site")))
    constant <- aliased(variant_fit(variant, Surv(time, status) ~ x + one, d), "one")
    expect_equal(constant, alone, tolerance = 1e-8)
    twice <- aliased(variant_fit(variant, Surv(time, status) ~ x + I(2 * x), d), "I(2 * x)")
    expect_equal(twice, alone, tolerance = 1e-8)
    found <- aliased(variant_fit(variant, Surv(time, status) ~ x + at_site, d, strata = "site"), "at_site")
    expect_equal(found, stratified, tolerance = 1e-8)
  }
})

test_that("one event gives the multinomial estimate, by every tie rule the same", {
  d <- trial_case(30)
  d$status <- as.integer(seq_len(30) == which.min(abs(d$time - stats::median(d$time))))
  at <- d$time >= d$time[d$status == 1]
  loglik <- function(b) b * d$x[d$status == 1] - log(sum(exp(b * d$x[at])))
  truth <- stats::optimize(loglik, c(-20, 20), maximum = TRUE, tol = 1e-10)
  for (variant in degenerate_variants[1:4]) {
    fit <- suppressWarnings(variant_fit(variant, Surv(time, status) ~ x, d))
    expect_equal(unname(stats::coef(fit)), truth$maximum, tolerance = 1e-6)
    expect_equal(fit$loglik[2], truth$objective, tolerance = 1e-10)
  }
})

test_that("more covariates than events: the likelihood has no maximum, and it is said", {
  d <- trial_case(8)
  d$status <- c(1, 1, 0, 0, 1, 0, 0, 0)
  for (k in 1:5) d[[paste0("v", k)]] <- with_random_seed(k, stats::rnorm(8))
  for (variant in degenerate_variants[1:4]) {
    fit <- suppressWarnings(variant_fit(variant, Surv(time, status) ~ v1 + v2 + v3 + v4 + v5, d))
    expect_false(is.null(fit$monotone))
    # every death is then certain
    expect_lt(abs(fit$loglik[2]), 1e-6)
  }
})

test_that("offsets, units and origins of a covariate", {
  d <- trial_case(40)
  d$far <- d$x * 400
  for (variant in degenerate_variants) {
    expect_fault(variant_fit(variant, Surv(time, status) ~ x + offset(far), d), "out_of_range")
    fit <- variant_fit(variant, Surv(time, status) ~ x + z, d)
    se <- sqrt(diag(stats::vcov(fit)))
    large <- variant_fit(variant, Surv(time, status) ~ I(x * 1e9) + z, d)
    expect_near(stats::coef(large) * c(1e9, 1) / se, stats::coef(fit) / se, 1e-8, what = "scaled")
    moved <- variant_fit(variant, Surv(time, status) ~ I(x + 1e6) + z, d)
    expect_near(stats::coef(moved) / se, stats::coef(fit) / se, 1e-6, what = "moved")
    # a constant offset is none
    expect_near(stats::coef(variant_fit(variant, Surv(time, status) ~ x + z + offset(0 * x + 300), d)) / se,
      stats::coef(fit) / se, 1e-8,
      what = "constant offset"
    )
  }
})

test_that("what is not there is a fault, what is not defined is refused", {
  d <- trial_case(40)
  d$cl <- ifelse(seq_len(40) == 3, NA, d$site)
  for (variant in degenerate_variants) {
    expect_fault(variant_fit(variant, Surv(time, status) ~ x, d, cluster = "cl"), "missing_value", "cluster",
      rows = 3
    )
    expect_fault(variant_fit(variant, Surv(time, status) ~ x, transform(d, status = 0)), "no_events")
  }
  for (variant in degenerate_variants[3:6]) {
    for (extra in list(list(weights = "fr"), list(cluster = "site"))) {
      error <- error_of(do.call(variant_fit, c(list(variant, Surv(time, status) ~ x, d), extra)))
      expect_s3_class(error, "tte_error_unsupported")
    }
  }
  expect_fault(cox(Surv(time, status) ~ x, d, ties = "exact"), "not_a_choice", "ties")
  fit <- cox(Surv(time, status) ~ x + arm, d)
  person <- function(x, arm) data.frame(x = x, arm = arm)
  for (new in list(person("a", "A"), person(1, 2), person(1, "Z"))) {
    expect_s3_class(error_of(stats::predict(fit, newdata = new)), "tte_error_input")
    expect_s3_class(error_of(survival::survfit(fit, newdata = new)), "tte_error_input")
  }
})

test_that("large ties and far apart risks: the marginal likelihood without overflow", {
  # 120 people in three months, some with a risk e^20 times that of others
  d <- with_random_seed(5, data.frame(
    month = sample(1:3, 120, TRUE), status = stats::rbinom(120, 1L, 0.7), x = stats::rnorm(120),
    off = sample(c(0, 20), 120, TRUE)
  ))
  for (formula in list(Surv(month, status) ~ x, Surv(month, status) ~ x + offset(off))) {
    offset <- if (length(formula[[3]]) > 1L) d$off
    fit <- cox(formula, d, ties = "exact-marginal")
    of_tie <- oracle_loglik_of(list(stop = d$month, cause = d$status), d["x"], offset, "exact-marginal")
    expect_equal(fit$loglik, c(of_tie(0), of_tie(unname(stats::coef(fit)))), tolerance = 1e-7)
    slope <- oracle_derivatives(of_tie, unname(stats::coef(fit)), 0.02)
    se <- sqrt(stats::vcov(fit)[1L])
    expect_lt(abs(slope$gradient) * se, 1e-5)
    expect_equal(se, 1 / sqrt(-slope$hessian[1L]), tolerance = 1e-4)
  }
})

test_that("Firth's estimate is reached where the penalty doubles the curvature [formula: log 4]", {
  d <- data.frame(
    time = c(16, 45, 48, 48, 57, 60, 100, 106, 123, 155, 178, 187, 198),
    status = c(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0), x = c(0, 0, 1, rep(0, 10))
  )
  # one person with x = 1 in the first risk set alone: -log(12 + r) + log(r / (12 + r)^2) / 2 is largest at
  # r = 12 / 3, the information being 12 r / (12 + r)^2
  fit <- cox(Surv(time, status) ~ x, d, firth = TRUE)
  expect_equal(unname(stats::coef(fit)), log(4), tolerance = 1e-8)
  for (seed in 1:60) {
    small <- with_random_seed(seed, {
      n <- sample(8:20, 1L)
      rare <- stats::rbinom(n, 1L, 0.3)
      data.frame(time = sample(1:30, n, TRUE), status = stats::rbinom(n, 1L, 0.4), x = rare)
    })
    if (sum(small$status) < 2L || length(unique(small$x)) < 2L) next
    # a column that is constant among those at risk is another matter
    expect_no_warning(
      suppressWarnings(cox(Surv(time, status) ~ x, small, firth = TRUE), classes = "tte_warning_aliased"),
      class = "tte_warning_not_converged"
    )
  }
})
