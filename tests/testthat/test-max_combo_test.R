test_that("one weight is its own test, equal weights count once", {
  d <- trial_case()
  alone <- max_combo_test(Surv(time, status) ~ arm, d, weight = fleming_harrington(0, 1), strata = "site")
  test <- log_rank_test(Surv(time, status) ~ arm, d, weight = fleming_harrington(0, 1), strata = "site")
  expect_equal(alone$p.value, test$p.value, tolerance = 1e-12)
  expect_equal(alone$tests$z, test$z, tolerance = 1e-12)
  twice <- max_combo_test(Surv(time, status) ~ arm, d, weight = list("log-rank", fleming_harrington(0, 0)))
  expect_equal(twice$p.value, log_rank_test(Surv(time, status) ~ arm, d)$p.value, tolerance = 1e-12)
  expect_equal(twice$correlation[1, 2], 1, tolerance = 1e-12)
})

test_that("two weights: the bivariate normal in closed form of one integral", {
  d <- trial_case()
  both <- list(fleming_harrington(1, 0), fleming_harrington(0, 1))
  test <- max_combo_test(Surv(time, status) ~ arm, d, weight = both)
  r <- test$correlation[1, 2]
  c0 <- unname(test$statistic)
  inside <- stats::integrate(function(x) {
    side <- function(b) stats::pnorm((b - r * x) / sqrt(1 - r^2))
    stats::dnorm(x) * (side(c0) - side(-c0))
  }, -c0, c0, rel.tol = 1e-10)$value
  expect_lt(abs(test$p.value - (1 - inside)), 2e-5)
  expect_lt(test$error, 1e-4)
})

test_that("the usual four weights have a singular covariance, and the p value is right nevertheless", {
  lung <- transform(survival::lung, sex = factor(sex))
  test <- max_combo_test(Surv(time, status) ~ sex, lung)
  values <- eigen(test$correlation)
  expect_lt(min(abs(values$values)), 1e-12)
  root <- values$vectors[, 1:3] %*% diag(sqrt(values$values[1:3]))
  draws <- with_random_seed(8, abs(root %*% matrix(stats::rnorm(3 * 4e5), 3)))
  beyond <- mean(do.call(pmax, asplit(draws, 1)) >= test$statistic)
  expect_lt(abs(test$p.value - beyond), 4 * sqrt(beyond / 4e5) + 1e-4)
  expect_equal(round(test$p.value, 5), 0.00098)
})

test_that("the caller's random numbers go on as if nothing had happened, and p is the same in every run", {
  d <- trial_case()
  p <- with_random_seed(3, {
    before <- stats::runif(1)
    a <- max_combo_test(Surv(time, status) ~ arm, d)$p.value
    c(before, stats::runif(1), a)
  })
  expect_equal(p[1:2], with_random_seed(3, stats::runif(2)))
  expect_identical(with_random_seed(99, max_combo_test(Surv(time, status) ~ arm, d)$p.value), p[3])
})

test_that("sides, strata, start-stop rows; swapped arms turn the sign", {
  d <- trial_case()
  up <- max_combo_test(Surv(time, status) ~ arm, d, strata = "site", alternative = "greater")
  expect_equal(unname(up$statistic), max(up$tests$z))
  d2 <- transform(d, arm = factor(arm, c("B", "A")))
  down <- max_combo_test(Surv(time, status) ~ arm, d2, strata = "site", alternative = "less")
  expect_equal(down$p.value, up$p.value, tolerance = 1e-9)
  cut <- split_rows(d, c(2, 6))
  rows <- max_combo_test(Surv(start, time, status) ~ arm, cut,
    id = "id", strata = "site", alternative = "greater"
  )
  expect_equal(rows$tests$z, up$tests$z, tolerance = 1e-12)
  expect_equal(rows$p.value, up$p.value, tolerance = 1e-9)
})

test_that("p lies between the smallest marginal one and Bonferroni's", {
  far <- data.frame(time = 1:60, status = 1, arm = factor(rep(c("A", "B"), each = 30)))
  test <- max_combo_test(Surv(time, status) ~ arm, far)
  expect_gte(test$p.value, min(test$tests$p.value))
  expect_lte(test$p.value, 4 * min(test$tests$p.value))
  expect_lt(test$p.value, 1e-9)
})

test_that("what it cannot do is said", {
  expect_fault(max_combo_test(Surv(time, status) ~ celltype, survival::veteran), "wrong_length", "formula")
  none <- quote(max_combo_test(Surv(time, status) ~ arm, trial_case(), weight = list()))
  expect_fault(eval(none), "wrong_length", "weight")
  d <- transform(trial_case(), arm = as.character(arm))
  expect_fault(max_combo_test(Surv(time, status) ~ arm, d, alternative = "greater"), "reference_required")
  expect_true(all(is.na(max_combo_test(Surv(time, status) ~ arm, d)$tests$z)))
})

test_that("print says the weights, the error and the direction", {
  lung <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
  expect_snapshot(max_combo_test(Surv(time, status) ~ sex, lung))
})

test_that("simtrial and nph have the same statistics (recorded), and p values within their own error", {
  recorded <- utils::read.csv(test_path("reference", "nonparametric_peers.csv"))
  value_of <- function(peer, quantity) recorded$value[recorded$peer == peer & recorded$quantity == quantity]
  d <- survival::lung[!is.na(survival::lung$ph.ecog), ]
  mine <- max_combo_test(Surv(time, status) ~ sex, d, strata = "ph.ecog", alternative = "greater")
  expect_equal(mine$tests$z, -value_of("simtrial", "z"), tolerance = 1e-10)
  expect_equal(c(mine$correlation), value_of("simtrial", "correlation"), tolerance = 1e-10)
  expect_equal(mine$p.value, value_of("simtrial", "p"), tolerance = 0.05)
  alone <- max_combo_test(Surv(time, status) ~ sex, survival::lung)
  expect_equal(abs(alone$tests$z), abs(value_of("nph", "z")), tolerance = 1e-10)
  # its integration stops at an error of 1e-3 and starts from another seed each time
  expect_equal(alone$p.value, value_of("nph", "p"), tolerance = 0.15)
})
