test_that("Peto's estimate is exp((O - E) / V) of the stratified test", {
  d <- transform(textbook("freireich"), arm = factor(arm, c("placebo", "6-MP")))
  x <- log_rank_hazard_ratio(Surv(time, status) ~ arm, d, method = "peto")
  test <- log_rank_test(Surv(time, status) ~ arm, d)
  expect_equal(x$estimate, exp((9 - test$expected[2, 1]) / test$var[2, 2]), ignore_attr = TRUE)
  expect_equal(x$std.error, 1 / sqrt(test$var[2, 2]))
  expect_equal(x$statistic, test$z)
  expect_equal(x$comparison, "6-MP v placebo")
})

test_that("Mantel-Haenszel by hand, with strata and delayed entry", {
  d <- transform(trial_case(), entry = ifelse(id %% 3 == 0, time * 0.3, 0))
  x <- log_rank_hazard_ratio(Surv(entry, time, status) ~ arm, d, strata = "site", method = "mantel-haenszel")
  r <- s <- v <- 0
  for (site in unique(d$site)) {
    part <- d[d$site == site, ]
    for (t in unique(part$time[part$status == 1])) {
      risk <- part$entry < t & part$time >= t
      dies <- part$time == t & part$status == 1
      n <- sum(risk)
      n2 <- sum(risk & part$arm == "B")
      r <- r + sum(dies & part$arm == "B") * (n - n2) / n
      s <- s + sum(dies & part$arm == "A") * n2 / n
      v <- v + sum(dies) * n2 * (n - n2) / n^2
    }
  }
  expect_equal(x$estimate, r / s)
  expect_equal(x$std.error, sqrt(v / (r * s)))
})

test_that("near 1 both are the Cox model's; swapped arms give the reciprocal", {
  time <- with_random_seed(5, stats::rexp(2000))
  d <- data.frame(time = time, status = 1, arm = factor(rep(c("A", "B"), 1000)))
  x <- log_rank_hazard_ratio(Surv(time, status) ~ arm, d)
  beta <- unname(coef(cox(Surv(time, status) ~ arm, d)))
  expect_equal(log(x$estimate), rep(beta, 2), tolerance = 0.02)
  back <- log_rank_hazard_ratio(Surv(time, status) ~ arm, transform(d, arm = factor(arm, c("B", "A"))))
  expect_equal(back$estimate, 1 / x$estimate)
})

test_that("several arms are compared with the reference, pair by pair; no direction is an error", {
  x <- log_rank_hazard_ratio(Surv(time, status) ~ celltype, survival::veteran, method = "peto")
  expect_equal(x$comparison, paste(levels(survival::veteran$celltype)[-1], "v squamous"))
  d <- transform(survival::veteran, celltype = as.character(celltype))
  expect_fault(log_rank_hazard_ratio(Surv(time, status) ~ celltype, d), "reference_required")
  expect_fault(log_rank_hazard_ratio(Surv(time, status) ~ trt, d, method = "cox"), "not_a_choice", "method")
  none <- transform(trial_case(), status = ifelse(arm == "B", 0, status))
  x <- log_rank_hazard_ratio(Surv(time, status) ~ arm, none)
  expect_equal(is.na(x$estimate), c(FALSE, TRUE))
})
