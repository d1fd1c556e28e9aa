# Published log-rank tests. [printed]: the digits stand in the source; [formula]: recomputed here in closed
# form.

test_that("Freireich: chi-square 16.79, O 9 and 21, E 19.25 and 10.75 (K&M; Lawless; Collett) [printed]", {
  test <- log_rank_test(Surv(time, status) ~ arm, transform(textbook("freireich"), arm = factor(arm)))
  expect_equal(round(unname(test$statistic), 2), 16.79)
  expect_equal(unname(test$parameter), 1)
  expect_equal(as.numeric(test$observed), c(9, 21))
  expect_equal(round(as.numeric(test$expected), 2), c(19.25, 10.75))
})

test_that("Freireich by pair is the sign test of 18 v 3 preferences (Freireich et al. 1963) [formula]", {
  d <- transform(textbook("freireich"), arm = factor(arm, c("placebo", "6-MP")))
  test <- log_rank_test(Surv(time, status) ~ arm, d, strata = "pair")
  expect_equal(unname(test$statistic), (18 - 3)^2 / 21, tolerance = 1e-12)
  expect_equal(test$z, (18 - 3) / sqrt(21), tolerance = 1e-12)
  in_formula <- log_rank_test(Surv(time, status) ~ arm + strata(pair), d)
  expect_equal(unname(in_formula$statistic), unname(test$statistic), tolerance = 1e-14)
})

test_that("AML: chi-square 3.4, p 0.065 (Miller 1981; survdiff's page) [printed]", {
  test <- log_rank_test(Surv(time, status) ~ x, survival::aml)
  expect_equal(round(unname(test$statistic), 2), 3.40)
  expect_equal(round(test$p.value, 3), 0.065)
})

test_that("kidney dialysis catheters: chi-square 2.53, p 0.11 (K&M Example 7.2) [printed]", {
  test <- log_rank_test(Surv(time, delta) ~ factor(type), textbook("km_kidney"))
  expect_equal(round(unname(test$statistic), 2), 2.53)
  expect_equal(round(abs(test$z), 2), 1.59)
})

test_that("bone marrow transplants, three risk groups: chi-square 13.80 (K&M Example 7.4) [printed]", {
  test <- log_rank_test(Surv(time, dfs) ~ factor(group), textbook("km_bmt"))
  expect_equal(round(unname(test$statistic), 4), 13.8037)
  expect_equal(unname(test$parameter), 2)
  expect_equal(round(test$p.value, 3), 0.001)
})

test_that("breast cancer immunoperoxidase: chi-square 5.49; tongue cancer: 2.79 (K&M chapter 7) [printed]", {
  test <- log_rank_test(Surv(time, death) ~ factor(im), textbook("km_btrial"))
  expect_equal(round(unname(test$statistic), 2), 5.49)
  test <- log_rank_test(Surv(time, delta) ~ factor(type), textbook("km_tongue"))
  expect_equal(round(unname(test$statistic), 2), 2.79)
  expect_equal(round(test$p.value, 3), 0.095)
})

test_that("HPA staining: U = -4.565, V = 5.929, chi-square 3.515 (Collett, Example 2.12) [printed]", {
  test <- log_rank_test(Surv(time, status) ~ factor(stain), textbook("collett_hpa"))
  expect_equal(round(as.numeric(test$observed)[1] - as.numeric(test$expected)[1], 3), -4.565)
  expect_equal(round(test$var[1, 1], 3), 5.929)
  expect_equal(round(unname(test$statistic), 3), 3.515)
  expect_equal(round(test$p.value, 3), 0.061)
})

test_that("Veterans' lung cancer by cell type: chi-square 25.4 on 3 df (K&P data) [printed]", {
  test <- log_rank_test(Surv(time, status) ~ celltype, survival::veteran)
  expect_equal(round(unname(test$statistic), 1), 25.4)
  expect_equal(unname(test$parameter), 3)
})

test_that("advanced lung cancer by sex: 10.3; O 112, 53; E 91.6, 73.4 (survdiff's page) [printed]", {
  test <- log_rank_test(Surv(time, status == 2) ~ factor(sex), survival::lung)
  expect_equal(round(unname(test$statistic), 1), 10.3)
  expect_equal(as.numeric(test$observed), c(112, 53))
  expect_equal(round(as.numeric(test$expected), 1), c(91.6, 73.4))
})

test_that("Channing House with delayed entry (K&M section 7.3) [formula]", {
  d <- textbook("km_channing")
  d <- d[d$ageentry < d$age, ]
  test <- log_rank_test(Surv(ageentry, age, death) ~ factor(gender), d)
  u <- v <- 0
  for (t in unique(d$age[d$death == 1])) {
    risk <- d$ageentry < t & d$age >= t
    n <- sum(risk)
    male <- mean(d$gender[risk] == 1)
    deaths <- sum(d$age == t & d$death == 1)
    u <- u + sum(d$age == t & d$death == 1 & d$gender == 1) - deaths * male
    v <- v + if (n > 1) deaths * male * (1 - male) * (n - deaths) / (n - 1) else 0
  }
  expect_equal(unname(test$statistic), u^2 / v, tolerance = 1e-12)
  expect_equal(round(v, 2), 28.18)
})
