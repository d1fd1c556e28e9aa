# Other packages on the same counts. Each comparison is to the precision with which the other package finds
# its roots.

random_pairs <- function(cases) {
  lapply(random_seeds(cases), function(seed) {
    with_random_seed(seed, {
      n <- sample(2:80, 2, replace = TRUE)
      c(sample(0:n[1], 1), n[1], sample(0:n[2], 1), n[2])
    })
  })
}

test_that("one proportion as in DescTools", {
  skip_if_not_installed("DescTools")
  methods <- c(
    wilson = "wilson", "agresti-coull" = "agresti-coull", jeffreys = "jeffreys",
    "clopper-pearson" = "clopper-pearson"
  )
  for (a in random_pairs(40)) {
    for (method in names(methods)) {
      peer <- getExportedValue("DescTools", "BinomCI")(a[1], a[2], method = methods[[method]])[1, 2:3]
      expect_equal(proportion_interval_cpp(a[1], a[2], method, 0.95)[1, ], unname(peer),
        tolerance = 1e-8, info = method
      )
    }
    peer <- getExportedValue("DescTools", "BinomCI")(a[1], a[2], method = "midp")[1, 2:3]
    expect_equal(proportion_interval_cpp(a[1], a[2], "mid-p", 0.95)[1, ], unname(peer), tolerance = 1e-3)
  }
})

test_that("Goodman's limits as in DescTools", {
  skip_if_not_installed("DescTools")
  counts <- c(CR = 5, PR = 12, SD = 20, PD = 30, NE = 3, MISSING = 1)
  d <- data.frame(best = rep(names(counts), counts))
  found <- response_rate(best ~ 1, d, type = "bor", conf.method = "goodman")
  peer <- getExportedValue("DescTools", "MultinomCI")(counts, method = "goodman")
  expect_equal(found$conf.low, unname(peer[, 2]), tolerance = 1e-10)
  expect_equal(found$conf.high, unname(peer[, 3]), tolerance = 1e-10)
})

test_that("Blaker's limits as in BlakerCI and exactci", {
  skip_if_not_installed("BlakerCI")
  skip_if_not_installed("exactci")
  for (a in random_pairs(30)) {
    found <- proportion_interval_cpp(a[1], a[2], "blaker", 0.95)[1, ]
    expect_equal(found, getExportedValue("BlakerCI", "binom.blaker.limits")(a[1], a[2], tol = 1e-12),
      tolerance = 1e-7, info = toString(a)
    )
    if (a[2] > 40) next
    peer <- getExportedValue("exactci", "binom.exact")(a[1], a[2], tsmethod = "blaker")
    expect_equal(found, as.vector(peer$conf.int), tolerance = 1e-3, info = toString(a))
  }
})

test_that("a difference of two proportions as in DescTools, PropCIs and ratesci", {
  skip_if_not_installed("DescTools")
  skip_if_not_installed("PropCIs")
  skip_if_not_installed("ratesci")
  for (a in random_pairs(30)) {
    ours <- function(method) compare_proportions_cpp(rbind(a), method, "cmh", 0.95)[3:4]
    peer <- function(method) {
      unname(getExportedValue("DescTools", "BinomDiffCI")(a[1], a[2], a[3], a[4], method = method)[1, 2:3])
    }
    expect_equal(ours("newcombe"), peer("score"), tolerance = 1e-7, info = toString(a))
    expect_equal(ours("miettinen-nurminen"), peer("mn"), tolerance = 1e-3, info = toString(a))
    expect_equal(ours("mee"), peer("mee"), tolerance = 1e-3, info = toString(a))
    # PropCIs calls them score limits; its variance has the factor N / (N - 1)
    score <- getExportedValue("PropCIs", "diffscoreci")(a[1], a[2], a[3], a[4], 0.95)$conf.int
    if (a[1] > 0 && a[3] > 0 && a[1] < a[2] && a[3] < a[4]) {
      expect_equal(ours("miettinen-nurminen"), as.vector(score), tolerance = 1e-3, info = toString(a))
    }
    score <- getExportedValue("ratesci", "scoreci")(
      a[1], a[2], a[3], a[4],
      skew = FALSE, precis = 10
    )$estimates
    expect_equal(ours("miettinen-nurminen"), unname(score[1, c("lower", "upper")]),
      tolerance = 1e-6, info = toString(a)
    )
  }
})

test_that("a stratified difference as in ratesci", {
  skip_if_not_installed("ratesci")
  for (seed in random_seeds(15)) {
    m <- with_random_seed(seed, {
      n <- matrix(sample(10:60, 6), 3)
      cbind(stats::rbinom(3, n[, 1], 0.4), n[, 1], stats::rbinom(3, n[, 2], 0.3), n[, 2])
    })
    for (weight in c(cmh = "MH", "inverse-variance" = "IVS")) {
      peer <- suppressWarnings(getExportedValue("ratesci", "scoreci")(m[, 1], m[, 2], m[, 3], m[, 4],
        stratified = TRUE, skew = FALSE, weighting = weight, precis = 10, hetplot = FALSE
      ))$estimates
      ours <- compare_proportions_cpp(
        m, "miettinen-nurminen", names(which(c(cmh = "MH", "inverse-variance" = "IVS") == weight)), 0.95
      )
      expect_equal(ours[3:4], unname(peer[1, c("lower", "upper")]),
        tolerance = 1e-5, info = paste(weight, seed)
      )
    }
  }
})

test_that("a ratio of two proportions as in DescTools and ratesci", {
  skip_if_not_installed("DescTools")
  skip_if_not_installed("ratesci")
  for (a in random_pairs(30)) {
    if (a[1] == 0 || a[3] == 0) next
    koopman <- compare_ratio_cpp(rbind(a), "koopman", 0.95)
    peer <- getExportedValue("DescTools", "BinomRatioCI")(a[1], a[2], a[3], a[4], method = "koopman")[1, 2:3]
    if (a[1] < a[2] && a[3] < a[4]) {
      expect_equal(koopman[2:3], unname(peer),
        tolerance = 1e-3, info = toString(a)
      )
    }
    mn <- compare_ratio_cpp(rbind(a), "miettinen-nurminen", 0.95)
    peer <- getExportedValue("ratesci", "scoreci")(
      a[1], a[2], a[3], a[4],
      contrast = "RR", skew = FALSE, precis = 10
    )$estimates
    expect_equal(mn[2:3], unname(peer[1, c("lower", "upper")]), tolerance = 1e-6, info = toString(a))
  }
})

test_that("exact odds ratios as in exact2x2", {
  skip_if_not_installed("exact2x2")
  for (a in random_pairs(25)) {
    if (a[1] + a[3] == 0 || a[1] + a[3] == a[2] + a[4]) next
    table <- matrix(c(a[1], a[2] - a[1], a[3], a[4] - a[3]), 2)
    peer <- getExportedValue("exact2x2", "exact2x2")(table, tsmethod = "central")
    found <- odds_ratio_cpp(rbind(a), TRUE, FALSE, 0.95)
    expect_equal(found[5], peer$p.value, tolerance = 1e-7, info = toString(a))
    expect_equal(1 / found[3:4], 1 / as.vector(peer$conf.int), tolerance = 0.05, info = toString(a))
  }
})

test_that("Firth's odds ratios as in logistf", {
  skip_if_not_installed("logistf")
  d <- survival::lung
  d$responder <- d$ph.ecog %in% 0
  d$arm <- factor(d$sex)
  d <- d[!is.na(d$age), ]
  peer <- logistf::logistf(responder ~ arm + age, d)
  found <- response_logistic(responder ~ arm + age, d, fit = "firth")
  expect_equal(log(found$estimate), unname(stats::coef(peer)[-1]), tolerance = 1e-4)
  expect_equal(log(found$conf.low), unname(peer$ci.lower[-1]), tolerance = 1e-4)
  expect_equal(log(found$conf.high), unname(peer$ci.upper[-1]), tolerance = 1e-4)
})
