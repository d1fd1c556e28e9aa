# Clinical rules 4.2 and 4.3: odds ratios.

tables_of <- function(x1, n1, x2, n2) {
  data.frame(
    stratum = rep(sprintf("s%02d", seq_along(x1)), n1 + n2),
    arm = factor(unlist(Map(rep, list(c("new", "old")), Map(c, n1, n2))), c("old", "new")),
    responder = unlist(
      Map(function(a, b, c, d) rep(c(TRUE, FALSE, TRUE, FALSE), c(a, b, c, d)), x1, n1 - x1, x2, n2 - x2)
    )
  )
}

lu <- tables_of(c(1, 3, 2), c(15, 10, 25), c(3, 4, 18), c(5, 10, 35))

test_that("4.2 odds ratios of 36 of 154 v 12 of 77", {
  d <- tables_of(36, 154, 12, 77)
  exact <- odds_ratio(responder ~ arm, d)
  expect_equal(round(c(exact$estimate, exact$conf.low, exact$conf.high), 3), c(1.649, 0.773, 3.732))
  expect_equal(round(odds_ratio(responder ~ arm, d, p.method = "fisher")$p.value, 4), .2282)
  sample <- odds_ratio(responder ~ arm, d, conf.method = "woolf")
  expect_equal(round(sample$estimate, 4), 1.6525)
  expect_equal(sample$std.error, sqrt(1 / 36 + 1 / 118 + 1 / 12 + 1 / 65))
})

test_that("4.3 odds ratios of the published strata", {
  cmh <- odds_ratio(responder ~ arm, lu, strata = "stratum", conf.method = "mantel-haenszel")
  expect_equal(round(c(cmh$estimate, cmh$conf.low, cmh$conf.high), 4), c(.1506, .0533, .4261))
  exact <- odds_ratio(responder ~ arm, lu, strata = "stratum", p.method = "fisher")
  expect_equal(round(c(exact$estimate, exact$conf.low, exact$conf.high), 4), c(.1476, .0427, .4393))
  expect_equal(signif(exact$p.value, 2), 1.2e-4)
})

random_tables <- function(seed, strata) {
  with_random_seed(seed, {
    n1 <- sample(1:25, strata, replace = TRUE)
    n2 <- sample(1:25, strata, replace = TRUE)
    pick <- function(n) vapply(n, function(k) sample(0:k, 1), numeric(1))
    list(x1 = pick(n1), n1 = n1, x2 = pick(n2), n2 = n2)
  })
}

test_that("exact odds ratios are those of fisher.test, whose own roots are found to three digits", {
  for (seed in random_seeds(40)) {
    t <- random_tables(seed, 1)
    peer <- stats::fisher.test(matrix(c(t$x1, t$n1 - t$x1, t$x2, t$n2 - t$x2), 2))
    found <- odds_ratio_cpp(do.call(cbind, t), TRUE, TRUE, 0.95)
    expect_equal(found[5], peer$p.value, tolerance = 1e-8, info = seed)
    if (t$x1 + t$x2 == 0 || t$x1 + t$x2 == t$n1 + t$n2) {
      expect_equal(found[c(1, 3, 4)], c(NA, 0, Inf), info = seed)
    } else {
      expect_equal(found[c(1, 3, 4)], unname(c(peer$estimate, peer$conf.int)), tolerance = 5e-3, info = seed)
    }
  }
})

test_that("stratified odds ratios are those of mantelhaen.test", {
  for (seed in random_seeds(40)) {
    t <- random_tables(seed, 3)
    table <- array(rbind(t$x1, t$n1 - t$x1, t$x2, t$n2 - t$x2), c(2, 2, 3))
    if (any(t$n1 + t$n2 < 2)) next
    peer <- tryCatch(stats::mantelhaen.test(table, exact = TRUE), error = function(e) NULL)
    if (!is.null(peer) && is.finite(peer$estimate) && peer$estimate > 0) {
      found <- odds_ratio_cpp(do.call(cbind, t), TRUE, TRUE, 0.95)
      expect_equal(found[c(1, 3, 4)], unname(c(peer$estimate, peer$conf.int)), tolerance = 5e-3, info = seed)
      expect_equal(found[5], peer$p.value, tolerance = 1e-6, info = seed)
    }
    peer <- stats::mantelhaen.test(table)
    found <- odds_ratio_cpp(do.call(cbind, t), FALSE, FALSE, 0.95)
    if (is.finite(peer$estimate) && peer$estimate > 0) {
      expect_equal(found[c(1, 3, 4)], unname(c(peer$estimate, peer$conf.int)), tolerance = 1e-9, info = seed)
    }
  }
})

# The distribution of the arm's responders given the margins, by going through every set of tables.
slow_tails <- function(t, log_odds) {
  ranges <- Map(function(n1, n2, m) max(0, m - n2):min(n1, m), t$n1, t$n2, t$x1 + t$x2)
  all <- do.call(expand.grid, ranges)
  mass <- exp(rowSums(mapply(
    function(x, n1, n2, m) lchoose(n1, x) + lchoose(n2, m - x) + x * log_odds, all, t$n1, t$n2, t$x1 + t$x2
  )))
  sum <- rowSums(all)
  seen <- sum(t$x1)
  c(at_most = sum(mass[sum <= seen]), at_least = sum(mass[sum >= seen]), mean = sum(mass * sum)) / sum(mass)
}

test_that("exact limits leave half the error in each tail, and the estimate has the mean that was seen", {
  for (seed in random_seeds(20)) {
    t <- random_tables(seed, 3)
    found <- odds_ratio_cpp(do.call(cbind, t), TRUE, FALSE, 0.9)
    if (found[3] > 0) {
      expect_equal(slow_tails(t, log(found[3]))[["at_least"]], 0.05,
        tolerance = 1e-8, info = seed
      )
    }
    if (is.finite(found[4])) {
      expect_equal(slow_tails(t, log(found[4]))[["at_most"]], 0.05,
        tolerance = 1e-8, info = seed
      )
    }
    if (isTRUE(is.finite(found[1]) && found[1] > 0)) {
      expect_equal(slow_tails(t, log(found[1]))[["mean"]], sum(t$x1), tolerance = 1e-8, info = seed)
    }
  }
})

test_that("p agrees with the limits", {
  for (seed in random_seeds(30)) {
    m <- do.call(cbind, random_tables(seed, 1 + seed %% 3))
    for (conditional in c(TRUE, FALSE)) {
      p <- odds_ratio_cpp(m, conditional, FALSE, 0.95)[5]
      if (is.na(p) || p > 0.999 || p < 1e-9) next
      inside <- odds_ratio_cpp(m, conditional, FALSE, 1 - p * 0.999)
      outside <- odds_ratio_cpp(m, conditional, FALSE, 1 - p * 1.001)
      expect_true(inside[3] <= 1 && inside[4] >= 1, info = seed)
      expect_true(outside[3] > 1 || outside[4] < 1, info = seed)
    }
  }
})

test_that("exchanging the arms, or responders and others, turns the odds ratio over", {
  for (seed in random_seeds(30)) {
    t <- random_tables(seed, 2)
    m <- do.call(cbind, t)
    for (conditional in c(TRUE, FALSE)) {
      one <- odds_ratio_cpp(m, conditional, FALSE, 0.95)
      for (turned in list(m[, c(3, 4, 1, 2)], cbind(m[, 2] - m[, 1], m[, 2], m[, 4] - m[, 3], m[, 4]))) {
        two <- odds_ratio_cpp(turned, conditional, FALSE, 0.95)
        expect_equal(two[c(1, 3, 4, 5)], c(1 / one[c(1, 4, 3)], one[5]), tolerance = 1e-9, info = seed)
      }
    }
  }
})

test_that("arms without responders, or all alike, have the limits that are left", {
  none <- odds_ratio(responder ~ arm, tables_of(0, 10, 4, 12))
  expect_equal(c(none$estimate, none$conf.low), c(0, 0))
  expect_true(none$conf.high > 1 && is.finite(none$conf.high))
  expect_equal(none$conf.high, stats::fisher.test(matrix(c(0, 10, 4, 8), 2))$conf.int[2], tolerance = 5e-3)
  all <- odds_ratio(responder ~ arm, tables_of(10, 10, 4, 12))
  expect_equal(c(all$estimate, all$conf.high), c(Inf, Inf))
  alike <- odds_ratio(responder ~ arm, tables_of(0, 10, 0, 12))
  expect_equal(c(alike$conf.low, alike$conf.high, alike$p.value), c(0, Inf, 1))
  expect_true(is.na(alike$estimate) && !is.nan(alike$estimate))
  one <- odds_ratio(responder ~ arm, tables_of(1, 1, 0, 1))
  expect_equal(c(one$conf.low, one$conf.high), c(0.025641026, Inf), tolerance = 1e-7)
  wald <- odds_ratio(responder ~ arm, tables_of(0, 10, 4, 12), conf.method = "woolf")
  expect_equal(c(wald$estimate, wald$conf.low, wald$conf.high), c(0, 0, Inf))
})

test_that("ten thousand patients in twenty strata are no burden", {
  m <- cbind(rep(120, 20), 250, rep(100, 20), 250)
  found <- odds_ratio_cpp(m, TRUE, FALSE, 0.95)
  expect_equal(found[1], 18000 / 13000, tolerance = 1e-2)
  expect_true(found[3] < found[1] && found[1] < found[4])
})

test_that("the doors of odds_ratio() are those of response_difference()", {
  expect_fault(
    odds_ratio(responder ~ arm, lu, conf.method = "exact", p.method = "mid"), "not_a_choice", "p.method"
  )
  expect_fault(
    odds_ratio(responder ~ arm, lu, conf.method = "woolf", p.method = "fisher"), "not_a_choice", "p.method"
  )
  expect_fault(
    odds_ratio(responder ~ arm, lu, conf.method = "woolf", strata = "stratum"), "not_a_choice", "conf.method"
  )
  expect_fault(
    odds_ratio(responder ~ arm, transform(lu, arm = as.character(arm))), "reference_required", "reference"
  )
  inside <- odds_ratio(responder ~ arm + strata(stratum), lu)
  expect_equal(inside$conf.low, odds_ratio(responder ~ arm, lu, strata = "stratum")$conf.low)
})

test_that("print says which odds ratio it is", {
  expect_snapshot(print(odds_ratio(responder ~ arm, lu, strata = "stratum")))
})
