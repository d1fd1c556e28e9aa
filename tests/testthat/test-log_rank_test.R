# Events of A at 1 and 4, of B at 2; censored: B at 3 and 5.
two_arms <- data.frame(time = 1:5, status = c(1, 1, 0, 1, 0), arm = factor(c("A", "B", "B", "A", "B")))

test_that("the test is the one worked by hand", {
  test <- log_rank_test(Surv(time, status) ~ arm, two_arms)
  expected_a <- 2 / 5 + 1 / 4 + 1 / 2
  variance <- 2 / 5 * 3 / 5 + 1 / 4 * 3 / 4 + 1 / 2 * 1 / 2
  expect_equal(c(test$observed), c(2, 1))
  expect_equal(c(test$expected), c(expected_a, 3 - expected_a))
  expect_equal(test$var[1, 1], variance)
  expect_equal(unname(test$statistic), (2 - expected_a)^2 / variance)
  # A, the reference, has more events than expected: Z > 0 favours B
  expect_equal(test$z, (2 - expected_a) / sqrt(variance))
  expect_equal(test$p.value, stats::pchisq(test$z^2, 1, lower.tail = FALSE))
})

test_that("strata, of the formula or by name, and freq", {
  lung <- transform(plain_lung(), f = rep(1:2, length.out = length(time)))
  peer <- survival::survdiff(Surv(time, status) ~ sex + survival::strata(ph.ecog), lung)
  mine <- log_rank_test(Surv(time, status) ~ sex + strata(ph.ecog), lung)
  expect_equal(unname(mine$statistic), peer$chisq)
  expect_equal(mine$observed, unname(peer$obs), ignore_attr = TRUE)
  expect_equal(
    unname(log_rank_test(Surv(time, status) ~ sex, lung, strata = "ph.ecog")$statistic),
    peer$chisq
  )
  copies <- lung[rep(seq_len(nrow(lung)), lung$f), ]
  expect_equal(
    log_rank_test(Surv(time, status) ~ sex, lung, freq = f)$statistic,
    log_rank_test(Surv(time, status) ~ sex, copies)$statistic
  )
})

test_that("the direction needs a reference", {
  lung <- plain_lung()
  expect_identical(log_rank_test(Surv(time, status) ~ arm, lung)$z, NA_real_)
  from_m <- log_rank_test(Surv(time, status) ~ arm, lung, reference = "M")
  from_f <- log_rank_test(Surv(time, status) ~ arm, lung, reference = "F")
  expect_gt(from_m$z, 0)
  expect_equal(from_f$z, -from_m$z)
  expect_equal(log_rank_test(Surv(time, status) ~ sex, lung)$z, from_m$z)
})

test_that("rows with a start are a Mantel-Byar test, equal to the score test of a Cox model without ties", {
  heart <- transform(survival::heart, stop = stop + seq_along(stop) / 1e4)
  heart <- heart[heart$start < heart$stop, ]
  test <- log_rank_test(Surv(start, stop, event) ~ transplant, heart)
  expect_equal(unname(test$statistic), cox(Surv(start, stop, event) ~ transplant, heart)$score,
    tolerance = 1e-8
  )
})

test_that("it is an htest", {
  test <- log_rank_test(Surv(time, status) ~ sex, survival::lung)
  expect_s3_class(test, c("tte_test", "htest"), exact = TRUE)
  expect_identical(test$data.name, "Surv(time, status) ~ sex")
  expect_identical(names(tidy(test)), c("statistic", "p.value", "parameter", "method"))
  skip_if_not_installed("broom")
  expect_equal(broom::glance(test)$p.value, test$p.value)
})

test_that("print names both levels; errors say what to do", {
  lung <- plain_lung()
  expect_snapshot({
    print(log_rank_test(Surv(time, status) ~ arm, lung, reference = "M", strata = "ph.ecog"))
    print(log_rank_test(Surv(time, status) ~ arm, lung))
    print(log_rank_test(Surv(time, status) ~ factor(ph.ecog), lung))
    say_error(log_rank_test(Surv(time, status) ~ 1, lung))
    say_error(log_rank_test(Surv(time, status) ~ arm, lung, subset = arm == "M"))
    say_error(log_rank_test(Surv(time, status) ~ arm, lung, weights = age))
    say_error(log_rank_test(Surv(time, status == 7) ~ arm, lung))
  })
})
