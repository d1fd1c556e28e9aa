# The logistic model: profile limits, separation, Firth.

logistic_rows <- function(seed = 1, n = 120) {
  with_random_seed(seed, {
    d <- data.frame(
      arm = factor(sample(c("old", "new"), n, TRUE), c("old", "new")), age = stats::rnorm(n, 60, 9),
      site = factor(sample(letters[1:3], n, TRUE))
    )
    d$responder <- stats::runif(n) < stats::plogis(-1 + 0.8 * (d$arm == "new") + 0.03 * (d$age - 60))
    d
  })
}

test_that("estimates, errors and tests are those of glm", {
  d <- logistic_rows()
  found <- response_logistic(responder ~ arm + age + site, d)
  fit <- stats::glm(
    responder ~ arm + age + site, stats::binomial(), d,
    control = list(epsilon = 1e-14, maxit = 100)
  )
  expect_equal(found$term, names(stats::coef(fit))[-1])
  expect_equal(log(found$estimate), unname(stats::coef(fit)[-1]), tolerance = 1e-9)
  expect_equal(found$std.error, unname(sqrt(diag(stats::vcov(fit)))[-1]), tolerance = 1e-7)
  expect_equal(found$comparison, c("new v old", NA, "b v a", "c v a"))
  without <- stats::update(fit, . ~ . - age)
  expect_equal(found$statistic[2]^2, without$deviance - fit$deviance, tolerance = 1e-8)
  expect_equal(c(found$n[1], found$n.event[1]), c(120, sum(d$responder)))
})

test_that("at a limit the deviance has risen by the quantile of chi-squared", {
  d <- logistic_rows(2)
  found <- response_logistic(responder ~ arm + age, d, conf.level = 0.9)
  best <- stats::glm(responder ~ arm + age, stats::binomial(), d, control = list(epsilon = 1e-14))$deviance
  for (limit in log(c(found$conf.low[2], found$conf.high[2]))) {
    held <- stats::glm(
      responder ~ arm + offset(limit * age), stats::binomial(), d,
      control = list(epsilon = 1e-14)
    )
    expect_equal(held$deviance - best, stats::qchisq(0.9, 1), tolerance = 1e-8)
  }
  for (limit in log(c(found$conf.low[1], found$conf.high[1]))) {
    held <- stats::glm(
      responder ~ age + offset(limit * (arm == "new")), stats::binomial(), d,
      control = list(epsilon = 1e-14)
    )
    expect_equal(held$deviance - best, stats::qchisq(0.9, 1), tolerance = 1e-8)
  }
})

test_that("one binary covariate gives the odds ratio of the sample", {
  d <- logistic_rows(3)
  found <- response_logistic(responder ~ arm, d)
  sample <- odds_ratio(responder ~ arm, d, conf.method = "woolf")
  expect_equal(found$estimate, sample$estimate, tolerance = 1e-9)
  expect_equal(found$std.error, sample$std.error, tolerance = 1e-7)
})

test_that("the reference turns the odds ratio over", {
  d <- logistic_rows(4)
  one <- response_logistic(responder ~ arm + age, d)
  two <- response_logistic(responder ~ arm + age, d, reference = c(arm = "new"))
  expect_equal(two$comparison[1], "old v new")
  first <- function(x, columns) unlist(x[1, columns], use.names = FALSE)
  turned <- 1 / first(one, c("estimate", "conf.high", "conf.low"))
  expect_equal(first(two, c("estimate", "conf.low", "conf.high")), turned,
    tolerance = 1e-7
  )
  expect_fault(
    response_logistic(responder ~ arm, d, reference = c(arm = "third")), "unknown_level", "reference"
  )
})

test_that("separation is seen where it is, and only there", {
  design <- function(d) {
    list(x = stats::model.matrix(~ arm + age, d), y = as.numeric(d$responder))
  }
  for (seed in random_seeds(30)) {
    d <- logistic_rows(seed, 40)
    if (length(unique(d$responder)) < 2) next
    told <- suppressWarnings(stats::glm(responder ~ arm + age, stats::binomial(), d))
    expect_equal(is_separated(design(d)), max(abs(stats::coef(told)[1:2])) > 12, info = seed)
    none <- d
    none$responder[none$arm == "old"] <- FALSE
    expect_true(is_separated(design(none)), info = seed)
    by_age <- d
    by_age$responder <- by_age$age > stats::median(by_age$age)
    expect_true(is_separated(design(by_age)), info = seed)
  }
  strong <- data.frame(
    arm = "a", age = c(rep(0, 500), rep(1, 500)),
    responder = rep(c(TRUE, FALSE, TRUE, FALSE), c(1, 499, 499, 1))
  )
  expect_false(is_separated(list(x = cbind(1, strong$age), y = as.numeric(strong$responder))))
})

test_that("without Firth a separated model has no estimate, and says so", {
  d <- logistic_rows(5)
  d$responder[d$arm == "old"] <- FALSE
  expect_warning(found <- response_logistic(responder ~ arm, d, fit = "ml"),
    class = "tte_warning_monotone_likelihood"
  )
  expect_true(is.na(found$estimate) && is.na(found$conf.low))
})

# Firth's penalised log likelihood, by its definition.
penalised <- function(beta, x, y) {
  eta <- drop(x %*% beta)
  p <- stats::plogis(eta)
  sum(y * eta - log1p(exp(eta))) + as.numeric(determinant(crossprod(x * sqrt(p * (1 - p))))$modulus) / 2
}

largest <- function(x, y, free, fixed = NULL) {
  start <- numeric(ncol(x))
  at <- function(b) {
    start[free] <- b
    if (!is.null(fixed)) start[-free] <- fixed
    penalised(start, x, y)
  }
  for (round in 1:3) {
    found <- stats::optim(if (round == 1) numeric(length(free)) else found$par, function(b) -at(b),
      method = "BFGS", control = list(reltol = 1e-15, maxit = 1000)
    )
  }
  c(found, list(best = -found$value))
}

test_that("Firth's estimates and limits are those of his penalised likelihood", {
  skip_if_not_installed("logistf")
  d <- logistic_rows(6, 60)
  d$responder[d$arm == "old"] <- FALSE
  d$age <- (d$age - 60) / 9
  expect_warning(found <- response_logistic(responder ~ arm + age, d),
    class = "tte_warning_monotone_likelihood"
  )
  x <- stats::model.matrix(~ arm + age, d)
  y <- as.numeric(d$responder)
  full <- largest(x, y, 1:3)
  expect_equal(log(found$estimate), full$par[2:3], tolerance = 1e-5)
  for (j in 1:2) {
    for (limit in log(c(found$conf.low[j], found$conf.high[j]))) {
      held <- largest(x, y, setdiff(1:3, j + 1), limit)
      expect_equal(2 * (full$best - held$best), stats::qchisq(0.95, 1), tolerance = 1e-5)
    }
    held <- largest(x, y, setdiff(1:3, j + 1), 0)
    expect_equal(found$statistic[j]^2, 2 * (full$best - held$best), tolerance = 1e-4)
  }
  expect_match(found$method, "Firth")
})

test_that("nobody responding is no error", {
  skip_if_not_installed("logistf")
  d <- transform(logistic_rows(7, 40), responder = FALSE)
  expect_warning(found <- response_logistic(responder ~ arm, d), class = "tte_warning_monotone_likelihood")
  expect_false(anyNA(unlist(found[c("estimate", "conf.low", "conf.high", "p.value")])))
  expect_true(found$conf.low < 1 && found$conf.high > 1)
})

test_that("missing covariates are left out aloud, dependent ones too", {
  d <- logistic_rows(8)
  d$age[c(3, 9)] <- NA
  expect_warning(found <- response_logistic(responder ~ arm + age, d),
    class = "tte_warning_missing_covariate"
  )
  expect_equal(found$n[1], 118)
  d <- logistic_rows(8)
  d$years <- 2 * d$age
  expect_warning(found <- response_logistic(responder ~ arm + age + years, d), class = "tte_warning_aliased")
  expect_equal(found$term, c("armnew", "age"))
})

test_that("the doors are those of response_rate(), and wrong input is one classed error", {
  d <- logistic_rows(9)
  d$best <- ifelse(d$responder, "PR", "SD")
  expect_equal(response_logistic(best ~ arm, d)$estimate, response_logistic(responder ~ arm, d)$estimate)
  expect_fault(response_logistic(responder ~ 1, d), "unknown_term", "formula")
  expect_fault(response_logistic(responder ~ arm + weight, d), "unknown_column", "formula", "weight")
  expect_fault(response_logistic(responder ~ arm, d, fit = "exact"), "not_a_choice", "fit")
  expect_fault(
    response_logistic(responder ~ site, transform(d, site = factor("a"))), "single_group", "formula"
  )
})
