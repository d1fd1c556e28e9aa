mgus <- function() {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  d$decade <- factor(10 * (d$age %/% 10 > 6) + 10 * (d$age %/% 10 > 7))
  d[d$months > 0, ]
}

# Six people: relapse at 1 (A) and 3 (B), death at 2 (A), censored at 4 (A), 5 and 6 (B).
six <- data.frame(
  time = 1:6, arm = c("A", "A", "B", "A", "B", "B"),
  what = factor(c("x", "y", "x", "none", "none", "none"), c("none", "x", "y"))
)

test_that("observed and expected are those worked by hand", {
  test <- gray_test(Surv(time, what) ~ arm, six, reference = "A")
  # at 1: 3 and 3 at risk, nothing before. At 3: A has 1 left of S = 1/3 with F = 1/3, so its
  # R = 1 / (1/3) x 2/3 = 2; B has 3 with S = 1, F = 0, so R = 3
  expect_equal(test$expected[, 1], c("arm=A" = 1 / 2 + 2 / 5, "arm=B" = 1 / 2 + 3 / 5), tolerance = 1e-14)
  expect_equal(unname(test$observed[, 1]), c(1, 1))
  expect_gt(test$z, 0)
})

test_that("cmprsk's own test script: three groups, two causes, strata [printed]", {
  d <- textbook("cmprsk_test")
  d$what <- factor(d$cause, 0:2, c("censored", "one", "two"))
  statistics <- function(formula) {
    vapply(c("one", "two"), function(cause) {
      unname(gray_test(formula, d, strata = "strata", cause = cause)$statistic)
    }, 0)
  }
  expect_equal(round(statistics(Surv(ss, what) ~ group), 6), c(one = 3.393977, two = 1.989511))
  expect_equal(round(statistics(Surv(dd, what) ~ group), 6), c(one = 1.214132, two = 3.269462))
  expect_identical(unname(gray_test(Surv(ss, what) ~ group, d)$parameter), 2)
})

test_that("without competing events the scores are the log-rank test's", {
  d <- mgus()
  d$alone <- factor(ifelse(d$first == "PCM", 1, 0), 0:2, c("censored", "PCM", "death"))
  test <- gray_test(Surv(months, alone) ~ decade, d, strata = "sex")
  peer <- log_rank_test(Surv(months, first == "PCM") ~ decade, d, strata = "sex")
  expect_equal(test$expected, peer$expected, tolerance = 1e-12)
  expect_equal(test$observed, peer$observed)
})

test_that("the cause-specific log-rank test stands beside it", {
  d <- mgus()
  test <- gray_test(Surv(months, first) ~ sex, d, strata = "decade", cause = "death")
  peer <- log_rank_test(Surv(months, first == "death") ~ sex, d, strata = "decade")
  expect_equal(test$cause_specific, c(statistic = unname(peer$statistic), df = 1, p.value = peer$p.value))
})

test_that("freq is rows written out; order of rows and unit of time do not matter; row sums are 0", {
  d <- transform(mgus()[1:300, ], k = rep(1:3, 100))
  a <- gray_test(Surv(months, first) ~ decade, d, freq = k, rho = 1)
  b <- gray_test(Surv(months * 1e-6, first) ~ decade, d[rev(rep(seq_len(300), d$k)), ], rho = 1)
  expect_equal(a$statistic, b$statistic, tolerance = 1e-10)
  expect_equal(a$var, b$var, tolerance = 1e-10)
  expect_equal(unname(rowSums(a$var)), rep(0, 3), tolerance = 1e-9)
  expect_equal(sum(a$observed), sum(a$expected), tolerance = 1e-10)
})

test_that("which group is first changes the sign of Z only; pairs are the tests of two groups", {
  d <- mgus()
  a <- gray_test(Surv(months, first) ~ sex, d, reference = "F")
  b <- gray_test(Surv(months, first) ~ sex, d, reference = "M")
  expect_equal(a$z, -b$z, tolerance = 1e-10)
  expect_equal(unname(a$statistic), a$z^2, tolerance = 1e-12)
  test <- gray_test(Surv(months, first) ~ decade, d, cause = "death", pairwise = TRUE)
  two <- gray_test(Surv(months, first) ~ decade, d, subset = decade != "20", cause = "death")
  expect_equal(test$pairwise$statistic[1], unname(two$statistic), tolerance = 1e-10)
  expect_equal(test$pairwise$p.adjusted, stats::p.adjust(test$pairwise$p.value, "holm"))
})

test_that("rows of one person that follow each other are no delayed entry", {
  d <- transform(mgus()[1:200, ], id = 1:200)
  pieces <- split_rows(transform(d, time = months, what = as.character(first), status = 0), c(12, 50))
  pieces$what <- factor(ifelse(pieces$what == "none", "censored", pieces$what), levels(d$first))
  a <- gray_test(Surv(start, time, what) ~ sex, pieces, id = id, cause = "death")
  b <- gray_test(Surv(months, first) ~ sex, d, cause = "death")
  expect_equal(a$statistic, b$statistic, tolerance = 1e-10)
})

test_that("a cause that one group never has, and a group without anybody at risk later, give a test", {
  d <- transform(mgus(), first = replace(first, sex == "M" & first == "PCM", "death"))
  test <- gray_test(Surv(months, first) ~ sex, d)
  expect_equal(unname(test$observed[2, 1]), 0)
  expect_lt(test$p.value, 1e-6)
})

test_that("print shows the test, the cause and what stands beside it; wrong input is refused", {
  d <- mgus()
  expect_snapshot(print(gray_test(Surv(months, first) ~ sex, d, unit = "months")))
  weighted <- gray_test(Surv(months, first) ~ decade, d, cause = "death", rho = 1, pairwise = TRUE)
  expect_snapshot(print(weighted))
  expect_snapshot(error = TRUE, {
    gray_test(Surv(months, pstat) ~ sex, d)
    gray_test(Surv(months, first) ~ 1, d)
    gray_test(Surv(months, first) ~ sex, d, cause = "relapse", weights = age)
    gray_test(Surv(months, first) ~ sex, d, cause = "relapse")
    gray_test(Surv(months, first) ~ sex, d, subset = first != "PCM", cause = "PCM")
    gray_test(Surv(age, age + months, first) ~ sex, d)
    gray_test(Surv(months, first) ~ sex, d, rho = NA)
  })
})
