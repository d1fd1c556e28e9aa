# Weighted tests, trend, sides, pairs, permutations.

# The definition: explicit risk sets, the pooled curve of the stratum just before each time.
naive_rank_test <- function(d, k, weight, timefix = TRUE) {
  rows <- oracle_rows(d, timefix)
  excess <- numeric(k)
  v <- matrix(0, k, k)
  for (s in unique(rows$stratum)) {
    part <- rows[rows$stratum == s, ]
    surv <- peto <- 1
    for (t in sort(unique(part$stop[part$cause > 0]))) {
      risk <- at_risk(part, t)
      n <- sum(risk)
      dies <- part$stop == t & part$cause > 0
      m <- sum(dies)
      share <- tabulate(part$group[risk], k) / n
      w <- weight(t, n, m, surv, peto)
      excess <- excess + w * (tabulate(part$group[dies], k) - m * share)
      if (n > 1) v <- v + w^2 * m * (n - m) / (n - 1) * (diag(share, k) - tcrossprod(share))
      surv <- surv * (1 - m / n)
      peto <- peto * (1 - m / (n + 1))
    }
  }
  list(excess = excess, var = v)
}

naive_weights <- list(
  "log-rank" = function(t, n, m, surv, peto) 1,
  "gehan-breslow" = function(t, n, m, surv, peto) n,
  "tarone-ware" = function(t, n, m, surv, peto) sqrt(n),
  "peto-peto" = function(t, n, m, surv, peto) peto * (1 - m / (n + 1)),
  "modified-peto-peto" = function(t, n, m, surv, peto) peto * (1 - m / (n + 1)) * n / (n + 1)
)

test_that("every weight is its definition, k groups, start-stop, strata, freq", {
  user <- function(t) 1 / (1 + t)
  for (seed in random_seeds(40L)) {
    case <- random_case(seed)
    if (!any(case$data$cause > 0) || length(unique(case$data$arm)) < 2) next
    case$data <- case$data[case$data$freq > 0, ]
    case$data$arm <- droplevels(case$data$arm)
    k <- nlevels(case$data$arm)
    input <- oracle_input(case)
    input$weight <- input$cluster <- NULL
    input$group <- as.integer(case$data$arm)
    if (case$use$strata) input$stratum <- case$data$site
    if (k < 2 || !any(input$cause > 0)) next
    weights <- c(
      lapply(stats::setNames(nm = names(naive_weights)), function(name) list(name, naive_weights[[name]])),
      list(
        fh = list(fleming_harrington(0.5, 2), function(t, n, m, surv, peto) sqrt(surv) * (1 - surv)^2),
        modest = list(modestly_weighted(s_star = 0.6), function(t, n, m, surv, peto) 1 / max(surv, 0.6)),
        user = list(user, function(t, n, m, surv, peto) user(t))
      )
    )
    for (name in names(weights)) {
      response <- if (case$use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
      test <- do.call(log_rank_test, c(
        list(stats::as.formula(call("~", response, quote(arm))), case$data, weight = weights[[name]][[1]]),
        if (case$use$strata) list(strata = "site"), if (case$use$freq) list(freq = "freq"),
        if (case$use$split) list(id = "id")
      ))
      naive <- naive_rank_test(input, k, weights[[name]][[2]])
      label <- sprintf("random_case(%d) %s:", seed, name)
      expect_near(rowSums(test$observed - test$expected), naive$excess, 1e-9, TRUE, "excess", label = label)
      expect_near(test$var, naive$var, 1e-9, TRUE, "var", label = label)
      if (k == 2 && naive$var[1] > 1e-12) {
        expect_near(test$z, -naive$excess[2] / sqrt(naive$var[1]), 1e-9, what = "z", label = label)
      }
    }
  }
})

test_that("catheters: the family of weights (K&M Table 7.3) [printed]", {
  d <- textbook("km_kidney")
  chisq <- function(weight) {
    round(unname(log_rank_test(Surv(time, delta) ~ factor(type), d, weight = weight)$statistic), 2)
  }
  expect_equal(chisq("log-rank"), 2.53)
  expect_equal(chisq("gehan-breslow"), 0.00)
  expect_equal(chisq("tarone-ware"), 0.40)
  expect_equal(chisq("modified-peto-peto"), 1.28)
  expect_equal(chisq(fleming_harrington(0, 1)), 9.67)
  expect_equal(chisq(fleming_harrington(1, 0)), 1.39)
  expect_equal(chisq(fleming_harrington(1, 1)), 9.83)
  expect_equal(chisq(fleming_harrington(0.5, 0.5)), 9.28)
  expect_equal(chisq(fleming_harrington(0.5, 2)), 8.18)
})

test_that("Gehan: 16.2407 on three groups (K&M Example 7.4); SAS LIFETEST's Wilcoxon tests [printed]", {
  gehan <- function(formula, d) {
    log_rank_test(formula, d, weight = "gehan-breslow")[c("statistic", "p.value")]
  }
  bmt <- gehan(Surv(time, dfs) ~ factor(group), textbook("km_bmt"))
  expect_equal(round(unname(bmt$statistic), 4), 16.2407)
  rats <- gehan(Surv(days, status) ~ group, textbook("sas_rats"))
  expect_equal(round(unlist(rats, use.names = FALSE), 4), c(2.6510, 0.1035))
  lung <- gehan(Surv(time, status) ~ celltype, survival::veteran)
  expect_equal(round(unlist(lung, use.names = FALSE), 4), c(19.4331, 0.0002))
})

test_that("fleming_harrington(rho, 0) is survdiff(rho = )", {
  for (rho in c(0.5, 1, 2)) {
    peer <- survival::survdiff(Surv(time, status) ~ ph.ecog + strata(sex), survival::lung, rho = rho)
    test <- suppressMessages(log_rank_test(Surv(time, status) ~ ph.ecog, survival::lung,
      strata = "sex", weight = fleming_harrington(rho, 0), na.action = stats::na.omit
    ))
    expect_equal(unname(test$statistic), peer$chisq, tolerance = 1e-10)
    expect_equal(test$var, peer$var, tolerance = 1e-12, ignore_attr = TRUE)
  }
})

test_that("modestly weighted by hand: the weight grows to 1 / S(t*) and stays", {
  d <- data.frame(time = 1:6, status = c(1, 1, 0, 1, 1, 1), arm = factor(c("A", "B", "A", "B", "A", "B")))
  w <- c(1, 6 / 5, 6 / 4, 6 / 4, 6 / 4) # S just before 1, 2, 4, 5, 6 is 1, 5/6, 4/6, 4/9, 2/9; S(2) = 4/6
  shares <- c(3 / 6, 3 / 5, 2 / 3, 1 / 2, 1)
  events <- c(0, 1, 1, 0, 1)
  excess <- sum(w * (events - shares))
  v <- sum(w^2 * shares * (1 - shares))
  test <- log_rank_test(Surv(time, status) ~ arm, d, weight = modestly_weighted(t_star = 2))
  expect_equal(test$z, -excess / sqrt(v), tolerance = 1e-12)
  same <- log_rank_test(Surv(time, status) ~ arm, d, weight = modestly_weighted(s_star = 4 / 6))
  expect_equal(same$z, test$z, tolerance = 1e-12)
})

test_that("larynx: trend over stage, log-rank 3.72, p < 0.0001 ... (K&M Example 7.6) [printed]", {
  d <- textbook("km_larynx")
  test <- log_rank_test(Surv(time, delta) ~ stage, d, trend = TRUE)
  expect_equal(round(abs(test$z), 2), 3.72)
  expect_equal(unname(test$parameter), 1)
  scored <- log_rank_test(Surv(time, delta) ~ stage, d, trend = c(10, 20, 30, 40))
  expect_equal(scored$statistic, test$statistic, tolerance = 1e-12)
  worse <- log_rank_test(Surv(time, delta) ~ stage, d, trend = TRUE, alternative = "less")
  expect_equal(worse$p.value, test$p.value / 2, tolerance = 1e-12)
  expect_fault(log_rank_test(Surv(time, delta) ~ stage, d, trend = 1:3), "wrong_length", "trend")
})

test_that("a trend over two groups is the test itself", {
  d <- trial_case()
  test <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  trend <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site", trend = TRUE)
  expect_equal(trend$z, test$z, tolerance = 1e-12)
})

test_that("one-sided p has the direction of Z; a character arm needs a reference", {
  d <- transform(textbook("freireich"), arm = factor(arm, c("placebo", "6-MP")))
  two <- log_rank_test(Surv(time, status) ~ arm, d)
  better <- log_rank_test(Surv(time, status) ~ arm, d, alternative = "greater")
  expect_gt(two$z, 4)
  expect_equal(better$p.value, two$p.value / 2, tolerance = 1e-10)
  worse <- log_rank_test(Surv(time, status) ~ arm, d, alternative = "less")
  expect_equal(worse$p.value, 1 - better$p.value, tolerance = 1e-12)
  d$arm <- as.character(d$arm)
  expect_fault(
    log_rank_test(Surv(time, status) ~ arm, d, alternative = "greater"), "reference_required", "reference"
  )
  named <- log_rank_test(Surv(time, status) ~ arm, d, alternative = "greater", reference = "placebo")
  expect_equal(named$p.value, better$p.value)
  expect_fault(
    log_rank_test(Surv(time, status) ~ celltype, survival::veteran, alternative = "greater"), "wrong_length"
  )
})

test_that("pairs: refitted ones are tests of two groups; those within use the test of all", {
  d <- survival::veteran
  refit <- log_rank_test(Surv(time, status) ~ celltype, d, strata = "trt", pairwise = "refit")
  pairs <- utils::combn(levels(d$celltype), 2)
  alone <- apply(pairs, 2, function(pair) {
    log_rank_test(Surv(time, status) ~ celltype, droplevels(d[d$celltype %in% pair, ]), strata = "trt")$z
  })
  expect_equal(refit$pairwise$z, alone, tolerance = 1e-12)
  expect_equal(refit$pairwise$comparison, sprintf("%s v %s", pairs[2, ], pairs[1, ]))
  expect_equal(refit$pairwise$p.adjusted, stats::p.adjust(refit$pairwise$p.value, "holm"))
  within <- log_rank_test(Surv(time, status) ~ celltype, d,
    strata = "trt", pairwise = "vector", adjust = "none"
  )
  excess <- rowSums(within$observed - within$expected)
  v <- within$var
  se <- sqrt(v[1, 1] + v[2, 2] - 2 * v[1, 2])
  expect_equal(within$pairwise$z[1], unname((excess[1] - excess[2]) / se))
  expect_equal(within$pairwise$p.adjusted, within$pairwise$p.value)
  two <- log_rank_test(Surv(time, status) ~ trt, d, pairwise = "vector")
  expect_equal(two$pairwise$z, two$z, tolerance = 1e-12)
  expect_output(print(refit), "each from the rows of its two groups")
  expect_output(print(within), "within the test of all groups")
})

test_that("permutations: the exact distribution of a small trial, and the seed rules", {
  d <- data.frame(
    time = c(3, 5, 7, 2, 18, 16, 12, 9), status = c(1, 1, 1, 1, 0, 1, 1, 1),
    arm = factor(rep(c("A", "B"), each = 4))
  )
  z_of <- function(in_b) {
    d$arm <- factor(ifelse(seq_len(8) %in% in_b, "B", "A"))
    test <- log_rank_test(Surv(time, status) ~ arm, d)
    sum(test$expected[2, ] - test$observed[2, ])
  }
  all_splits <- apply(utils::combn(8, 4), 2, z_of)
  exact <- mean(abs(all_splits) >= abs(z_of(5:8)) - 1e-9)
  upper <- mean(all_splits >= z_of(5:8) - 1e-9)
  run <- function(...) {
    with_random_seed(4, log_rank_test(Surv(time, status) ~ arm, d, permutations = 20000, ...))
  }
  two <- run()
  expect_lt(abs(two$p.value - exact), 0.006)
  expect_lt(abs(run(alternative = "greater")$p.value - upper), 0.006)
  expect_lt(abs(run(alternative = "less")$p.value - mean(all_splits <= z_of(5:8) + 1e-9)), 0.006)
  expect_identical(run()$p.value, two$p.value)
  expect_equal(two$tte$seed, two$permutation$seed)
  expect_output(print(two), "20000 permutations of the groups, seed")
  old <- options(tte.threads = 1)
  on.exit(options(old))
  expect_identical(run()$p.value, two$p.value)
})

test_that("permutations refuse what they cannot mean", {
  d <- trial_case()
  expect_error(log_rank_test(Surv(time, status) ~ arm, d, freq = "fr", permutations = 10),
    class = "tte_error_unsupported"
  )
  expect_fault(
    log_rank_test(Surv(time, status) ~ arm, d, trend = TRUE, permutations = 10), "unknown_argument"
  )
  expect_fault(log_rank_test(Surv(time, status) ~ arm, d, permutations = 2.5), "not_whole", "permutations")
})

test_that("without a time at which both groups are at risk there is no p", {
  d <- data.frame(time = 1:4, status = 1, arm = factor(c("A", "A", "B", "B")), site = c(1, 1, 2, 2))
  test <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  expect_identical(test$p.value, NA_real_)
  expect_output(print(test), "NE: at no event time")
})

test_that("one person in a group, and all censored", {
  d <- data.frame(time = 1:6, status = c(1, 0, 1, 1, 0, 1), arm = factor(c("A", rep("B", 5))))
  expect_equal(log_rank_test(Surv(time, status) ~ arm, d)$z, 5 / 6 / sqrt(1 / 6 * 5 / 6))
  d$status <- 0
  expect_fault(log_rank_test(Surv(time, status) ~ arm, d), "no_events")
})

test_that("splitting rows, and shifting nothing else, leaves every weighted test alone", {
  d <- trial_case()
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  weights <- list("gehan-breslow", "peto-peto", fleming_harrington(1, 1), modestly_weighted(t_star = 5))
  for (weight in weights) {
    a <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site", weight = weight)
    b <- log_rank_test(Surv(start, time, status) ~ arm, cut, strata = "site", id = "id", weight = weight)
    expect_equal(a$z, b$z, tolerance = 1e-12)
  }
})
