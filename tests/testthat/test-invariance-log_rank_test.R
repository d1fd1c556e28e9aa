# What must not change a log-rank test, and how it is tied to the Cox model.

statistic <- function(...) unname(log_rank_test(...)$statistic)

test_that("order of rows, unit of time, names of levels do not matter", {
  d <- trial_case()
  chisq <- statistic(Surv(time, status) ~ arm, d, strata = "site")
  expect_equal(statistic(Surv(time, status) ~ arm, with_random_seed(1, d[sample(nrow(d)), ]),
    strata = "site"
  ), chisq)
  expect_equal(statistic(Surv(time / 30.4375, status) ~ arm, d, strata = "site"), chisq, tolerance = 1e-12)
  d$arm <- factor(d$arm, labels = c("zzz", "aaa"))
  d$site <- LETTERS[d$site]
  expect_equal(statistic(Surv(time, status) ~ arm, d, strata = "site"), chisq, tolerance = 1e-12)
})

test_that("a row k times is freq = k", {
  d <- trial_case()
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  a <- log_rank_test(Surv(time, status) ~ arm, d, freq = "fr", strata = "site")
  b <- log_rank_test(Surv(time, status) ~ arm, copies, strata = "site")
  expect_equal(a[c("observed", "expected", "var", "n")], b[c("observed", "expected", "var", "n")],
    tolerance = 1e-12
  )
})

test_that("rows split anywhere are the same people, when id joins them", {
  d <- trial_case()
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  a <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  b <- log_rank_test(Surv(start, time, status) ~ arm, cut, strata = "site", id = "id")
  expect_equal(a[c("observed", "expected", "var", "n")], b[c("observed", "expected", "var", "n")],
    tolerance = 1e-12
  )
})

test_that("a stratum without events, or with one arm only, adds nothing to the test", {
  d <- trial_case()
  quiet <- transform(d[1:15, ], site = 9, status = 0)
  alone <- transform(d[1:15, ], site = 10, arm = factor("A", c("A", "B")))
  chisq <- statistic(Surv(time, status) ~ arm, d, strata = "site")
  expect_equal(statistic(Surv(time, status) ~ arm, rbind(d, quiet), strata = "site"), chisq,
    tolerance = 1e-12
  )
  expect_equal(statistic(Surv(time, status) ~ arm, rbind(d, alone), strata = "site"), chisq,
    tolerance = 1e-12
  )
})

test_that("swapped arms turn the sign of Z and nothing else", {
  d <- trial_case()
  a <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  d$arm <- factor(d$arm, c("B", "A"))
  b <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  expect_equal(a$z, -b$z, tolerance = 1e-12)
  expect_equal(a$statistic, b$statistic, tolerance = 1e-12)
})

test_that("one stratum is none; expected events add up to observed ones", {
  d <- trial_case()
  d$all <- 1
  one <- log_rank_test(Surv(time, status) ~ arm, d, strata = "all")
  none <- log_rank_test(Surv(time, status) ~ arm, d)
  expect_equal(one$statistic, none$statistic, tolerance = 1e-14)
  by_site <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  expect_equal(colSums(by_site$observed), colSums(by_site$expected), tolerance = 1e-12)
})

test_that("without ties it is the score test of the Cox model, delayed entry and strata included", {
  d <- trial_case(ties = FALSE)
  d$entry <- d$time * 0.3 * (seq_len(nrow(d)) %% 3 == 0)
  for (strata in list(NULL, "site")) {
    test <- statistic(Surv(entry, time, status) ~ arm, d, strata = strata)
    expect_equal(unname(cox(Surv(entry, time, status) ~ arm, d, strata = strata)$score), test,
      tolerance = 1e-10
    )
  }
})
