# Clinical rule 4.3: the Cochran-Mantel-Haenszel family.

lu_rows <- function() {
  cells <- data.frame(
    x1 = c(1, 3, 2), n1 = c(15, 10, 25), x2 = c(3, 4, 18), n2 = c(5, 10, 35)
  )
  data.frame(
    stratum = rep(c("a", "b", "c"), cells$n1 + cells$n2),
    arm = factor(unlist(Map(rep, list(c("new", "old")), Map(c, cells$n1, cells$n2))), c("old", "new")),
    responder = unlist(Map(
      function(x1, n1, x2, n2) rep(c(TRUE, FALSE, TRUE, FALSE), c(x1, n1 - x1, x2, n2 - x2)),
      cells$x1, cells$n1, cells$x2, cells$n2
    ))
  )
}

random_categories <- function(seed) {
  with_random_seed(seed, {
    n <- sample(30:120, 1)
    data.frame(
      group = factor(sample(seq_len(sample(2:4, 1)), n, TRUE)), stratum = sample(letters[1:3], n, TRUE),
      answer = factor(sample(LETTERS[1:sample(2:4, 1)], n, TRUE))
    )
  })
}

test_that("4.3 the test of the published strata, with and without correction", {
  d <- lu_rows()
  plain <- cmh_test(responder ~ arm, d, strata = "stratum")
  expect_equal(round(plain$statistic[[1]], 3), 15.226)
  expect_equal(signif(plain$p.value, 2), 9.5e-5)
  corrected <- cmh_test(responder ~ arm, d, strata = "stratum", correction = TRUE)
  expect_equal(round(corrected$statistic[[1]], 3), 13.551)
  expect_equal(signif(corrected$p.value, 2), 2.3e-4)
  expect_equal(plain$z, -sqrt(plain$statistic[[1]]))
  mn <- response_difference(responder ~ arm, d, strata = "stratum")
  expect_equal(plain$z, mn$statistic)
  expect_equal(plain$observed[, "responder"], c(old = 25, new = 6))
  expect_equal(rowSums(plain$expected), rowSums(plain$observed))
  expect_equal(colSums(plain$expected), colSums(plain$observed))
})

test_that("general association is that of mantelhaen.test", {
  for (seed in random_seeds(40)) {
    d <- random_categories(seed)
    table <- table(d$group, d$answer, d$stratum)
    if (any(apply(table, 3, sum) < 2)) next
    peer <- suppressWarnings(stats::mantelhaen.test(table, correct = FALSE))
    found <- cmh_test(answer ~ group, d, strata = "stratum")
    expect_equal(found$statistic[[1]], peer$statistic[[1]], tolerance = 1e-8, info = seed)
    expect_equal(found$parameter[[1]], peer$parameter[[1]], info = seed)
    expect_equal(found$p.value, peer$p.value, tolerance = 1e-8, info = seed)
    # mantelhaen.test() leaves an excess of less than a half as it is; here nothing is left of it
    if (all(dim(table)[1:2] == 2) && abs(sum((found$observed - found$expected)[1, 1])) >= 0.5) {
      peer <- stats::mantelhaen.test(table, correct = TRUE)
      expect_equal(
        cmh_test(answer ~ group, d, strata = "stratum", correction = TRUE)$statistic[[1]],
        peer$statistic[[1]],
        tolerance = 1e-8
      )
    }
  }
})

test_that("means without strata are Kruskal's test, correlation is (n - 1) r squared", {
  for (seed in random_seeds(20)) {
    d <- random_categories(seed)
    ranks <- tapply(rank(as.integer(d$answer)), d$answer, mean)
    means <- cmh_test(answer ~ group, d, association = "means", response_scores = as.vector(ranks))
    kruskal <- stats::kruskal.test(as.integer(d$answer), d$group)
    expect_equal(means$statistic[[1]], kruskal$statistic[[1]], tolerance = 1e-9, info = seed)
    expect_equal(means$parameter[[1]], kruskal$parameter[[1]])
    r <- stats::cor(as.integer(d$answer), as.integer(d$group))
    correlation <- cmh_test(answer ~ group, d, association = "correlation")
    expect_equal(correlation$statistic[[1]], (nrow(d) - 1) * r^2, tolerance = 1e-9, info = seed)
  }
})

test_that("the variance is that of all permutations within strata", {
  d <- data.frame(
    g = factor(c(1, 1, 2, 2, 1, 2, 2)), s = c(1, 1, 1, 1, 2, 2, 2), y = c(
      TRUE, TRUE, FALSE, FALSE, TRUE, FALSE, TRUE
    )
  )
  orders <- function(y) {
    n <- length(y)
    all <- as.matrix(expand.grid(rep(list(seq_len(n)), n)))
    all <- all[apply(all, 1, function(row) !anyDuplicated(row)), ]
    matrix(y[all], nrow(all))
  }
  count <- function(y, g) rowSums(y[, g == 2, drop = FALSE])
  one <- count(orders(d$y[1:4]), d$g[1:4])
  two <- count(orders(d$y[5:7]), d$g[5:7])
  variance <- mean((one - mean(one))^2) + mean((two - mean(two))^2)
  found <- cmh_test(y ~ g, d, strata = "s")
  expect_equal(drop(found$var), variance)
  excess <- sum(d$y[d$g == 2]) - mean(one) - mean(two)
  expect_equal(found$z, excess / sqrt(variance))
})

test_that("linear scores and the order of rows, strata and groups do not matter", {
  for (seed in random_seeds(10)) {
    d <- random_categories(seed)
    k <- nlevels(d$group)
    one <- cmh_test(answer ~ group, d, strata = "stratum", association = "correlation")
    scaled <- cmh_test(answer ~ group, d,
      strata = "stratum", association = "correlation", group_scores = 10 - 3 * seq_len(k)
    )
    expect_equal(scaled$statistic, one$statistic, tolerance = 1e-9)
    turned <- transform(d[rev(seq_len(nrow(d))), ], group = factor(group, rev(levels(group))))
    for (kind in c("general", "means", "correlation")) {
      a <- cmh_test(answer ~ group, d, strata = "stratum", association = kind)
      b <- cmh_test(answer ~ group, turned, strata = "stratum", association = kind)
      expect_equal(unname(b$statistic), unname(a$statistic), tolerance = 1e-9)
    }
  }
})

test_that("best overall responses are compared as responders or apart, the better the higher Z", {
  d <- data.frame(
    arm = factor(rep(c("old", "new"), each = 6), c("old", "new")),
    best = c("PD", "PD", "SD", "SD", "PR", "NE", "CR", "CR", "PR", "SD", "PR", "PD")
  )
  expect_gt(cmh_test(best ~ arm, d)$z, 0)
  expect_equal(colnames(cmh_test(best ~ arm, d)$observed), c("other", "responder"))
  apart <- cmh_test(best ~ arm, d, type = "bor", association = "means")
  expect_equal(colnames(apart$observed), c("CR", "PR", "SD", "PD", "NE"))
  expect_gt(apart$z, 0)
  expect_equal(cmh_test(best ~ arm, d, type = "bor")$parameter[[1]], 4)
  little <- data.frame(
    arm = factor(rep(1:2, c(3, 4))), responder = c(TRUE, FALSE, FALSE, TRUE, TRUE, FALSE, FALSE)
  )
  expect_equal(cmh_test(responder ~ arm, little, correction = TRUE)$statistic[[1]], 0)
})

test_that("strata that say nothing, and data that do not, are no error", {
  d <- rbind(lu_rows(), data.frame(stratum = c("d", "e", "e"), arm = "new", responder = c(TRUE, TRUE, FALSE)))
  expect_equal(
    cmh_test(responder ~ arm, d, strata = "stratum")$statistic,
    cmh_test(responder ~ arm, lu_rows(), strata = "stratum")$statistic
  )
  none <- cmh_test(responder ~ arm, transform(lu_rows(), responder = FALSE), strata = "stratum")
  expect_equal(c(none$statistic[[1]], none$parameter[[1]]), c(0, 0))
  expect_true(is.na(none$p.value))
  expect_output(print(none), "NE")
})

test_that("words have no direction, and wrong input is one classed error", {
  d <- transform(lu_rows(), arm = as.character(arm))
  open <- cmh_test(responder ~ arm, d)
  expect_true(is.na(open$z))
  expect_equal(cmh_test(responder ~ arm, d, reference = "old")$z^2, open$statistic[[1]])
  expect_fault(cmh_test(responder ~ arm, d, subset = arm == "old"), "single_group", "formula")
  expect_fault(cmh_test(responder ~ arm, d, association = "linear"), "not_a_choice", "association")
  expect_fault(cmh_test(responder ~ arm, d, group_scores = 1:2), "unknown_argument", "group_scores")
  expect_fault(
    cmh_test(responder ~ arm, d, association = "correlation", group_scores = 1:3),
    "wrong_length", "group_scores"
  )
  expect_s3_class(open, "htest")
  expect_equal(tidy(open)$parameter, 1)
})

test_that("print shows the counts and the test", {
  expect_snapshot(print(cmh_test(responder ~ arm, lu_rows(), strata = "stratum", correction = TRUE)))
})
