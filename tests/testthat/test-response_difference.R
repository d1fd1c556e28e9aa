# Clinical rules 4.2 and 4.3: differences and ratios of two rates.

arms_of_counts <- function(x1, n1, x2, n2) {
  strata <- sprintf("s%02d", seq_along(x1))
  data.frame(
    stratum = rep(strata, n1 + n2), arm = factor(unlist(Map(rep, list(c("new", "old")), Map(c, n1, n2)))),
    responder = unlist(
      Map(function(a, b, c, d) rep(c(TRUE, FALSE, TRUE, FALSE), c(a, b, c, d)), x1, n1 - x1, x2, n2 - x2)
    )
  )
}

compare <- function(x1, n1, x2, n2, method = "miettinen-nurminen", weight = "cmh", level = 0.95) {
  found <- compare_proportions_cpp(cbind(x1, n1, x2, n2), method, weight, level)
  stats::setNames(found, c("estimate", "se", "low", "high", "z"))
}

test_that("4.2 limits of a difference are those of the published table", {
  table <- list(
    list(c(56, 70, 48, 80), newcombe = c(.0524, .3339), mn = c(.0528, .3382), mee = c(.0533, .3377)),
    list(c(5, 56, 0, 29), newcombe = c(-.0381, .1926), mn = c(-.0326, .1933), mee = c(-.0313, .1926)),
    list(c(36, 154, 12, 77), newcombe = c(-.0361, .1751), mn = c(-.0361, .1775), mee = c(-.0358, .1773))
  )
  methods <- c(newcombe = "newcombe", mn = "miettinen-nurminen", mee = "mee")
  for (row in table) {
    d <- do.call(arms_of_counts, as.list(row[[1]]))
    for (method in names(methods)) {
      found <- response_difference(responder ~ arm, d, reference = "old", conf.method = methods[[method]])
      expect_equal(round(c(found$conf.low, found$conf.high), 4), row[[method]], info = method)
      expect_equal(found$estimate, row[[1]][1] / row[[1]][2] - row[[1]][3] / row[[1]][4])
    }
  }
})

test_that("4.2 the unconditional exact limits of 40 of 78 v 5 of 17 are those of SAS", {
  found <- response_difference(responder ~ arm, arms_of_counts(40, 78, 5, 17),
    reference = "old", conf.method = "exact"
  )
  expect_equal(round(c(found$estimate, found$conf.low, found$conf.high), 4), c(.2187, -.0466, .4676))
  expect_true(found$p.value > 0.05)
  expect_fault(
    response_difference(responder ~ arm, arms_of_counts(3, 9, 1, 8),
      reference = "old", conf.method = "exact", strata = "stratum"
    ), "not_a_choice", "conf.method"
  )
})

test_that("unconditional exact limits hold at least as often as they say, over every pair of counts", {
  n <- c(9, 7)
  grid <- expand.grid(x1 = 0:n[1], x2 = 0:n[2])
  limits <- t(mapply(function(x1, x2) {
    exact_difference_cpp(cbind(x1, n[1], x2, n[2]), 0.9)[1:2]
  }, grid$x1, grid$x2))
  p <- expand.grid(p1 = seq(0.02, 0.98, 0.06), p2 = seq(0.02, 0.98, 0.06))
  held <- mapply(function(p1, p2) {
    chance <- stats::dbinom(grid$x1, n[1], p1) * stats::dbinom(grid$x2, n[2], p2)
    sum(chance[limits[, 1] <= p1 - p2 & p1 - p2 <= limits[, 2]])
  }, p$p1, p$p2)
  expect_true(min(held) >= 0.9 - 1e-9)
})

# Lu (2008), PharmaSUG 2025 SA-198.
strata_4_3 <- list(x1 = c(1, 3, 2), n1 = c(15, 10, 25), x2 = c(3, 4, 18), n2 = c(5, 10, 35))

test_that("4.3 stratified differences are those of the published example", {
  d <- do.call(arms_of_counts, strata_4_3)
  mn <- response_difference(responder ~ arm, d, strata = "stratum", reference = "old")
  expect_equal(round(c(mn$estimate, mn$conf.low, mn$conf.high), c(5, 4, 4)), c(-.37857, -.5381, -.1963))
  inverse <- response_difference(responder ~ arm + strata(stratum), d,
    reference = "old", stratum_weights = "inverse-variance"
  )
  expect_equal(
    round(c(inverse$estimate, inverse$conf.low, inverse$conf.high), 5), c(-.38758, -.54247, -.20725)
  )
  sato <- response_difference(responder ~ arm, d, strata = "stratum", reference = "old", conf.method = "sato")
  expect_equal(round(c(sato$estimate, sato$std.error), 5), c(-.37857, .08828))
  expect_equal(round(mn$statistic^2, 3), 15.226)
})

# ---- definitions, slowly ----

# The restricted likelihood by brute force.
slow_z <- function(x1, n1, x2, n2, delta, inflate = TRUE) {
  log_p <- function(k, p) ifelse(k == 0, 0, k * log(p))
  likelihood <- function(p) {
    log_p(x1, p + delta) + log_p(n1 - x1, 1 - p - delta) + log_p(x2, p) + log_p(n2 - x2, 1 - p)
  }
  p2 <- stats::optimize(likelihood, c(max(0, -delta), min(1, 1 - delta)), maximum = TRUE, tol = 1e-12)$maximum
  p1 <- p2 + delta
  v <- p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
  if (inflate) v <- v * (n1 + n2) / (n1 + n2 - 1)
  (x1 / n1 - x2 / n2 - delta) / sqrt(v)
}

random_arms <- function(seed) {
  with_random_seed(seed, {
    n <- sample(1:60, 2, replace = TRUE)
    c(sample(0:n[1], 1), n[1], sample(0:n[2], 1), n[2])
  })
}

test_that("score limits are where the score statistic, maximised by brute force, is z", {
  z <- stats::qnorm(0.975)
  for (seed in random_seeds(60)) {
    a <- random_arms(seed)
    for (method in c("miettinen-nurminen", "mee")) {
      found <- compare(a[1], a[2], a[3], a[4], method)
      at <- function(delta) slow_z(a[1], a[2], a[3], a[4], delta, method != "mee")
      if (found[["low"]] > -1) expect_equal(at(found[["low"]]), z, tolerance = 1e-5, info = seed)
      if (found[["high"]] < 1) expect_equal(at(found[["high"]]), -z, tolerance = 1e-5, info = seed)
    }
  }
})

test_that("the test of no difference is the chi-squared test, less one patient's share", {
  for (seed in random_seeds(60)) {
    a <- random_arms(seed)
    total <- a[1] + a[3]
    if (total == 0 || total == a[2] + a[4]) next
    table <- matrix(c(a[1], a[2] - a[1], a[3], a[4] - a[3]), 2)
    pearson <- suppressWarnings(stats::chisq.test(table, correct = FALSE))$statistic[[1]]
    n <- a[2] + a[4]
    expect_equal(compare(a[1], a[2], a[3], a[4], "mee")[["z"]]^2, pearson, tolerance = 1e-10, info = seed)
    expect_equal(compare(a[1], a[2], a[3], a[4])[["z"]]^2, pearson * (n - 1) / n,
      tolerance = 1e-10, info = seed
    )
  }
})

test_that("p is below the error of the limits just where they leave 0 out", {
  methods <- c("miettinen-nurminen", "mee", "newcombe", "sato")
  for (seed in random_seeds(60)) {
    strata <- lapply(1:3, function(h) random_arms(seed * 3L + h))
    m <- do.call(rbind, if (seed %% 2 == 0) strata else strata[1])
    for (method in methods) {
      p <- 2 * stats::pnorm(-abs(compare_proportions_cpp(m, method, "cmh", 0.95)[5]))
      if (is.na(p) || p < 1e-9 || p > 1 - 1e-9) next
      inside <- compare_proportions_cpp(m, method, "cmh", 1 - p * 0.999)
      outside <- compare_proportions_cpp(m, method, "cmh", 1 - p * 1.001)
      expect_true(inside[3] <= 1e-9 && inside[4] >= -1e-9, info = paste(method, seed))
      expect_true(outside[3] > -1e-9 || outside[4] < 1e-9, info = paste(method, seed))
      if (p > 1.01e-9 && method != "sato") {
        expect_true(outside[3] * outside[4] >= 0,
          info = paste(method, seed)
        )
      }
    }
  }
})

test_that("exchanging the arms turns the sign, exchanging responders and others does too", {
  for (seed in random_seeds(40)) {
    a <- random_arms(seed)
    for (method in c("miettinen-nurminen", "mee", "newcombe", "sato")) {
      one <- compare(a[1], a[2], a[3], a[4], method)
      swapped <- compare(a[3], a[4], a[1], a[2], method)
      others <- compare(a[2] - a[1], a[2], a[4] - a[3], a[4], method)
      for (turned in list(swapped, others)) {
        opposite <- -one[c("estimate", "high", "low", "z")]
        expect_equal(unname(turned[c("estimate", "low", "high", "z")]), unname(opposite),
          tolerance = 1e-8, info = paste(method, seed)
        )
      }
    }
    ratio <- compare_ratio_cpp(rbind(a), "miettinen-nurminen", 0.95)
    turned <- compare_ratio_cpp(rbind(a[c(3, 4, 1, 2)]), "miettinen-nurminen", 0.95)
    expect_equal(ratio[2:3], 1 / turned[3:2], tolerance = 1e-8, info = seed)
  }
})

test_that("one stratum is none, and equal strata keep the difference", {
  for (seed in random_seeds(20)) {
    a <- random_arms(seed)
    d <- arms_of_counts(a[1], a[2], a[3], a[4])
    d$one <- "x"
    for (method in names(difference_methods)[1:3]) {
      plain <- response_difference(responder ~ arm, d, reference = "old", conf.method = method)
      strat <- response_difference(
        responder ~ arm, d,
        reference = "old", conf.method = method, strata = "one"
      )
      expect_equal(strat$conf.low, plain$conf.low, tolerance = 1e-9)
      expect_equal(strat$conf.high, plain$conf.high, tolerance = 1e-9)
    }
    twice <- compare(a[c(1, 1)], a[c(2, 2)], a[c(3, 3)], a[c(4, 4)])
    expect_equal(twice[["estimate"]], compare(a[1], a[2], a[3], a[4])[["estimate"]])
  }
})

test_that("one stratum's Newcombe limits by Yan and Su are Newcombe's own", {
  wilson <- function(x, n) proportion_interval_cpp(x, n, "wilson", 0.95)
  for (seed in random_seeds(40)) {
    a <- random_arms(seed)
    one <- wilson(a[1], a[2])
    two <- wilson(a[3], a[4])
    p <- c(a[1] / a[2], a[3] / a[4])
    found <- compare(a[1], a[2], a[3], a[4], "newcombe")
    expect_equal(found[["low"]], p[1] - p[2] - sqrt((p[1] - one[1])^2 + (two[2] - p[2])^2), tolerance = 1e-9)
    expect_equal(found[["high"]], p[1] - p[2] + sqrt((one[2] - p[1])^2 + (p[2] - two[1])^2), tolerance = 1e-9)
  }
})

test_that("Miettinen and Nurminen's limits hold as often as they say, over every pair of counts", {
  n <- c(20, 15)
  grid <- expand.grid(x1 = 0:n[1], x2 = 0:n[2])
  limits <- t(mapply(function(x1, x2) compare(x1, n[1], x2, n[2])[c("low", "high")], grid$x1, grid$x2))
  held <- function(p1, p2) {
    chance <- stats::dbinom(grid$x1, n[1], p1) * stats::dbinom(grid$x2, n[2], p2)
    sum(chance[limits[, 1] <= p1 - p2 & p1 - p2 <= limits[, 2]])
  }
  p <- expand.grid(p1 = seq(0.05, 0.95, 0.1), p2 = seq(0.1, 0.9, 0.1))
  found <- mapply(held, p$p1, p$p2)
  expect_true(min(found) > 0.92 && mean(found) > 0.945 && mean(found) < 0.965, info = toString(range(found)))
})

# ---- ends ----

stratified_methods <- setdiff(names(difference_methods), "exact")

test_that("nobody, everybody and single patients have limits, under every method", {
  cases <- list(
    c(0, 10, 0, 10), c(10, 10, 10, 10), c(10, 10, 0, 10), c(0, 1, 1, 1), c(0, 1, 0, 1), c(1, 1, 5, 9), c(
      0, 200, 3, 4
    )
  )
  for (case in cases) {
    d <- do.call(arms_of_counts, as.list(case))
    for (method in c("miettinen-nurminen", "mee", "newcombe", "exact")) {
      found <- response_difference(responder ~ arm, d, reference = "old", conf.method = method)
      numbers <- unlist(found[c("estimate", "conf.low", "conf.high", "p.value")])
      expect_false(anyNA(numbers), info = toString(case))
      expect_true(found$conf.low < found$conf.high && found$conf.low >= -1 && found$conf.high <= 1)
      expect_true(found$conf.low <= found$estimate && found$estimate <= found$conf.high)
    }
  }
  both <- response_difference(responder ~ arm, arms_of_counts(0, 10, 0, 10), reference = "old")
  expect_equal(c(both$estimate, both$p.value), c(0, 1))
  expect_equal(round(c(both$conf.low, both$conf.high), 4), c(-.2879, .2879))
  nobody <- arms_of_counts(0, 10, 0, 10)
  expect_warning(
    response_difference(responder ~ arm, nobody, reference = "old", conf.method = "sato"),
    class = "tte_warning_no_variance"
  )
})

test_that("a stratum without an arm is left out of everything", {
  with <- arms_of_counts(c(1, 3, 2, 4), c(15, 10, 25, 9), c(3, 4, 18, 0), c(5, 10, 35, 0))
  without <- do.call(arms_of_counts, strata_4_3)
  for (method in stratified_methods) {
    found <- response_difference(
      responder ~ arm, with,
      strata = "stratum", reference = "old", conf.method = method
    )
    told <- response_difference(
      responder ~ arm, without,
      strata = "stratum", reference = "old", conf.method = method
    )
    expect_equal(found[c("estimate", "std.error", "conf.low", "conf.high", "n", "n.event")],
      told[c("estimate", "std.error", "conf.low", "conf.high", "n", "n.event")],
      ignore_attr = TRUE
    )
    expect_match(conventions(found)[["left_out"]], "1 of 4")
  }
})

test_that("strata without responders, or of one patient in each arm, do no harm", {
  d <- arms_of_counts(c(1, 0, 2, 1), c(15, 10, 25, 1), c(3, 0, 18, 0), c(5, 10, 35, 1))
  for (method in stratified_methods) {
    found <- response_difference(
      responder ~ arm, d,
      strata = "stratum", reference = "old", conf.method = method
    )
    expect_false(anyNA(unlist(found[c("estimate", "conf.low", "conf.high", "statistic", "p.value")])))
  }
  none <- arms_of_counts(c(0, 0), c(15, 10), c(0, 0), c(5, 10))
  for (weight in c("cmh", "inverse-variance")) {
    found <- response_difference(
      responder ~ arm, none,
      strata = "stratum", reference = "old", stratum_weights = weight
    )
    expect_equal(c(found$estimate, found$p.value), c(0, 1))
    expect_true(found$conf.low < 0 && found$conf.high > 0)
  }
  inverse <- response_difference(responder ~ arm, d,
    strata = "stratum", reference = "old", stratum_weights = "inverse-variance"
  )
  expect_equal(inverse$p.value, 1)
  expect_true(inverse$conf.low <= 0 && inverse$conf.high >= 0)
})

test_that("without a comparable patient there is no estimate, and no error", {
  d <- data.frame(
    arm = factor(c("old", "old", "new"), c("old", "new", "third")), responder = c(TRUE, FALSE, TRUE),
    stratum = c("a", "a", "b")
  )
  found <- response_difference(responder ~ arm, d)
  expect_equal(found$comparison, c("new v old", "third v old"))
  expect_equal(is.na(found$estimate), c(FALSE, TRUE))
  expect_true(all(is.na(response_difference(responder ~ arm, d, strata = "stratum")$conf.low)))
  expect_true(all(is.na(odds_ratio(responder ~ arm, d, strata = "stratum")$conf.low)))
})

# ---- ratio ----

test_that("the ratio's limits are where its score statistic is z", {
  slow <- function(a, phi) {
    likelihood <- function(p) {
      parts <- c(a[1], a[2] - a[1], a[3], a[4] - a[3])
      sum(ifelse(parts == 0, 0, parts * log(c(phi * p, 1 - phi * p, p, 1 - p))))
    }
    p <- stats::optimize(likelihood, c(0, min(1, 1 / phi)), maximum = TRUE, tol = 1e-12)$maximum
    v <- phi * p * (1 - phi * p) / a[2] + phi^2 * p * (1 - p) / a[4]
    (a[1] / a[2] - phi * a[3] / a[4]) / sqrt(v)
  }
  for (seed in random_seeds(40)) {
    a <- random_arms(seed)
    found <- compare_ratio_cpp(rbind(a), "koopman", 0.95)
    z <- stats::qnorm(0.975)
    if (found[2] > 0) expect_equal(slow(a, found[2]), z, tolerance = 1e-4, info = seed)
    if (is.finite(found[3])) expect_equal(slow(a, found[3]), -z, tolerance = 1e-4, info = seed)
    expect_equal(found[2] == 0, a[1] == 0)
    expect_equal(is.infinite(found[3]), a[3] == 0)
  }
})

test_that("the ratio of Koopman's example", {
  # Koopman (1984): 36 of 40 and 16 of 80, 95 % limits 2.94 and 7.15
  found <- response_ratio(
    responder ~ arm, arms_of_counts(36, 40, 16, 80),
    reference = "old", conf.method = "koopman"
  )
  expect_equal(round(c(found$estimate, found$conf.low, found$conf.high), 2), c(4.5, 2.94, 7.15))
})

# ---- doors ----

test_that("all three doors give the same difference", {
  visits <- data.frame(
    USUBJID = as.character(1:8), ADT = as.Date("2024-03-01"), AVALC = c(
      "PR", "CR", "SD", "PD", "PR", "SD", "PD", "SD"
    )
  )
  subjects <- data.frame(
    USUBJID = as.character(1:9), STARTDT = as.Date("2024-01-01"), ARM = factor(
      rep(c("old", "new"), c(5, 4)), c("old", "new")
    )
  )
  best <- best_response(visits, subjects)
  adrs <- data.frame(USUBJID = best$USUBJID, PARAMCD = "BOR", AVALC = best$BOR, ARM = best$ARM)
  columns <- c("estimate", "conf.low", "conf.high", "p.value", "n", "n.event")
  derived <- response_difference(~ARM, best, confirmed = FALSE)
  expect_equal(derived$param, "BOR")
  expect_equal(derived[columns], response_difference(~ARM, adrs)[columns], ignore_attr = TRUE)
  expect_equal(derived[columns], response_difference(BOR ~ ARM, best)[columns], ignore_attr = TRUE)
  expect_equal(derived[columns], response_difference(BOR %in% c("CR", "PR") ~ ARM, best)[columns],
    ignore_attr = TRUE
  )
  expect_equal(derived$provenance[[1]]$reference, c(ARM = "old"))
})

test_that("words need a reference, levels have one", {
  d <- arms_of_counts(3, 9, 1, 8)
  words <- transform(d, arm = as.character(arm))
  expect_fault(response_difference(responder ~ arm, words), "reference_required", "reference", "arm")
  expect_equal(response_difference(responder ~ arm, d)$comparison, "old v new")
  expect_equal(response_difference(responder ~ arm, words, reference = "old")$comparison, "new v old")
  expect_fault(response_difference(responder ~ arm, d, reference = "third"), "unknown_level", "reference")
})

test_that("several arms are each compared with the reference", {
  d <- rbind(
    arms_of_counts(3, 9, 1, 8), data.frame(stratum = "s01", arm = "third", responder = c(TRUE, FALSE))
  )
  found <- response_difference(responder ~ arm, d, reference = "old")
  expect_equal(found$comparison, c("new v old", "third v old"))
  expect_equal(found$n, c(17, 10))
  pair <- response_difference(responder ~ arm, d, reference = "old", subset = arm != "new")
  expect_equal(found$conf.high[2], pair$conf.high[2])
})

test_that("wrong input is one classed error", {
  d <- arms_of_counts(3, 9, 1, 8)
  expect_fault(response_difference(responder ~ arm + stratum, d), "wrong_length", "formula")
  expect_fault(response_difference(responder ~ 1, d), "wrong_length", "formula")
  expect_fault(response_difference(responder ~ stratum, d, reference = "s01"), "single_group", "formula")
  expect_fault(response_difference(responder ~ arm, d, strata = "site"), "unknown_column", "strata", "site")
  expect_fault(response_difference(responder ~ arm, d, conf.method = "wald"), "not_a_choice", "conf.method")
  expect_fault(
    response_difference(responder ~ arm, d, conf.method = "newcombe", stratum_weights = "inverse-variance"),
    "not_a_choice", "stratum_weights"
  )
  expect_fault(response_difference(responder ~ arm, d, conf.level = 95), "out_of_range", "conf.level")
  d$stratum[4] <- NA
  expect_fault(
    response_difference(responder ~ arm, d, strata = "stratum"), "missing_value", "data", "stratum", 4L
  )
  expect_error(response_ratio(responder ~ arm + strata(arm), d), class = "tte_error")
})

test_that("print shows the difference and what it means", {
  d <- do.call(arms_of_counts, strata_4_3)
  expect_snapshot(print(response_difference(responder ~ arm, d, strata = "stratum", reference = "old")))
  expect_snapshot(print(response_ratio(responder ~ arm, d, reference = "old")))
})
