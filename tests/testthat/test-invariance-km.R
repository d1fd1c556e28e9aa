# What must not change a Kaplan-Meier curve or a cumulative incidence, and how it must change when it does.

same_curves <- function(
  a, b, tolerance = 1e-12,
  columns = c("time", "surv", "std.err", "lower", "upper", "cumhaz")
) {
  a <- curves_of(a)
  b <- curves_of(b)
  expect_identical(length(a), length(b))
  for (i in seq_along(a)) {
    for (name in columns) expect_equal(a[[i]][[name]], b[[i]][[name]], tolerance = tolerance, info = name)
  }
}

base_case <- function(n = 60) {
  with_random_seed(11, {
    d <- data.frame(
      id = seq_len(n), time = ceiling(stats::rexp(n) * 20) / 2, status = stats::rbinom(n, 1, 0.7),
      arm = factor(sample(c("A", "B"), n, TRUE)), wt = round(stats::runif(n, 0.2, 3), 2),
      fr = sample(1:3, n, TRUE), cl = sample(1:12, n, TRUE)
    )
    d$what <- factor(c("none", "x", "y")[1 + d$status * sample(1:2, n, TRUE)], c("none", "x", "y"))
    d
  })
}

test_that("the order of rows does not matter", {
  d <- base_case()
  shuffled <- with_random_seed(3, d[sample(nrow(d)), ])
  for (weights in list(NULL, "wt")) {
    same_curves(
      km(Surv(time, status) ~ arm, d, weights = weights),
      km(Surv(time, status) ~ arm, shuffled, weights = weights)
    )
  }
  a <- cif(Surv(time, what) ~ arm, d)
  b <- cif(Surv(time, what) ~ arm, shuffled)
  expect_equal(a$pstate, b$pstate, tolerance = 1e-12)
  expect_equal(a$std.err, b$std.err, tolerance = 1e-12)
})

test_that("time in another unit scales the times and nothing else", {
  d <- base_case()
  fit <- km(Surv(time, status) ~ arm, d)
  for (scale in c(1e-9, 1 / 30.4375, 1e9)) {
    other <- km(Surv(time * scale, status) ~ arm, d)
    expect_equal(other$time, fit$time * scale, tolerance = 1e-14)
    same_curves(other, fit, columns = c("surv", "std.err", "lower", "upper", "cumhaz"))
  }
})

test_that("a row k times is freq = k", {
  d <- base_case()
  copies <- d[rep(seq_len(nrow(d)), d$fr), ]
  same_curves(km(Surv(time, status) ~ arm, d, freq = "fr"), km(Surv(time, status) ~ arm, copies))
  same_curves(
    km(Surv(time, status) ~ arm, d, freq = "fr", cluster = "cl"),
    km(Surv(time, status) ~ arm, copies, cluster = "cl")
  )
  same_curves(
    km(Surv(time, status) ~ arm, d, freq = "fr", weights = "wt"),
    km(Surv(time, status) ~ arm, copies, weights = "wt")
  )
  a <- cif(Surv(time, what) ~ arm, d, freq = "fr")
  b <- cif(Surv(time, what) ~ arm, copies)
  expect_equal(a$pstate, b$pstate, tolerance = 1e-12)
  expect_equal(a$std.err, b$std.err, tolerance = 1e-12)
  expect_equal(unname(a$n), unname(b$n))
})

test_that("freq = 0 is a row that is not there", {
  d <- base_case()
  d$fr[c(2, 9, 20)] <- 0
  same_curves(
    km(Surv(time, status) ~ arm, d, freq = "fr"),
    km(Surv(time, status) ~ arm, d[d$fr > 0, ], freq = "fr")
  )
})

test_that("weights times a constant change no probability and no robust standard error", {
  d <- base_case()
  for (c in c(1e-6, 7, 1e6)) {
    d$other <- d$wt * c
    same_curves(
      km(Surv(time, status) ~ arm, d, weights = "other"),
      km(Surv(time, status) ~ arm, d, weights = "wt")
    )
    a <- cif(Surv(time, what) ~ arm, d, weights = "other")
    b <- cif(Surv(time, what) ~ arm, d, weights = "wt")
    expect_equal(a$pstate, b$pstate, tolerance = 1e-12)
    expect_equal(a$std.err, b$std.err, tolerance = 1e-12)
  }
})

test_that("rows split anywhere are the same people, when id joins them", {
  d <- base_case()
  with_random_seed(5, cuts <- list(stats::runif(4, 0, 15), sort(unique(d$time))[c(3, 7, 12)], c(1e-6, 3.3)))
  for (at in cuts) {
    pieces <- split_rows(d, at)
    whole <- km(Surv(time, status) ~ arm, d)
    cut <- km(Surv(start, time, status) ~ arm, pieces, id = "id")
    same_curves(cut, whole)
    expect_equal(cut$n.risk, whole$n.risk)
    expect_equal(cut$n.censor, whole$n.censor)
    expect_equal(unname(cut$n), unname(whole$n))
    same_curves(
      km(Surv(start, time, status) ~ arm, pieces, id = "id", weights = "wt"),
      km(Surv(time, status) ~ arm, d, weights = "wt")
    )
    same_curves(
      km(Surv(start, time, status) ~ arm, pieces, id = "id", weights = "wt", cluster = "cl"),
      km(Surv(time, status) ~ arm, d, weights = "wt", cluster = "cl")
    )
    a <- cif(Surv(start, time, what) ~ arm, pieces, id = "id")
    b <- cif(Surv(time, what) ~ arm, d)
    expect_equal(a$pstate, b$pstate, tolerance = 1e-12)
    expect_equal(a$std.err, b$std.err, tolerance = 1e-12)
  }
})

test_that("levels renamed, reordered or empty move curves and do not change them", {
  d <- base_case()
  fit <- curves_of(km(Surv(time, status) ~ arm, d))
  d$arm <- factor(d$arm, c("Z", "B", "A"), labels = c("nobody", "second", "first"))
  other <- curves_of(km(Surv(time, status) ~ arm, d))
  expect_identical(names(other), c("arm=second", "arm=first"))
  expect_equal(other[[2]], fit[[1]], ignore_attr = TRUE)
  expect_equal(other[[1]], fit[[2]], ignore_attr = TRUE)
})

test_that("without censoring the curve is one minus the empirical distribution", {
  d <- base_case()
  fit <- km(Surv(time, rep(1, nrow(d))) ~ 1, d)
  expect_equal(fit$surv, 1 - stats::ecdf(d$time)(fit$time), tolerance = 1e-14)
  # and Greenwood is the binomial variance
  p <- fit$surv[-length(fit$surv)]
  expect_equal(fit$std.err[-length(fit$surv)] * p, sqrt(p * (1 - p) / nrow(d)), tolerance = 1e-12)
})

test_that("all incidences and the event-free probability add up to one, and that probability is km()", {
  d <- base_case()
  fit <- cif(Surv(time, what) ~ arm, d)
  expect_equal(rowSums(fit$pstate), rep(1, length(fit$time)), tolerance = 1e-12)
  whole <- km(Surv(time, status) ~ arm, d)
  expect_equal(fit$pstate[, 1], whole$surv, tolerance = 1e-12)
  expect_equal(fit$time, whole$time)
})

test_that("one cause: cumulative incidence is one minus Kaplan-Meier, its jackknife that of km()", {
  d <- base_case()
  d$one <- factor(c("none", "x")[1 + d$status], c("none", "x"))
  fit <- cif(Surv(time, one) ~ arm, d, cluster = "cl")
  whole <- km(Surv(time, status) ~ arm, d, cluster = "cl")
  expect_equal(fit$pstate[, 2], 1 - whole$surv, tolerance = 1e-12)
  alive <- whole$surv > 0
  expect_equal(fit$std.err[alive, 2], (whole$surv * whole$std.err)[alive], tolerance = 1e-12)
})

test_that("causes swapped swap their columns", {
  d <- base_case()
  fit <- cif(Surv(time, what) ~ arm, d)
  d$other <- factor(d$what, c("none", "y", "x"))
  swapped <- cif(Surv(time, other) ~ arm, d)
  for (what in c("pstate", "std.err", "lower", "upper")) {
    expect_equal(unname(swapped[[what]][, c(1, 3, 2)]), unname(fit[[what]]), tolerance = 1e-14)
  }
})

test_that("one stratum is none", {
  d <- base_case()
  d$all <- "everybody"
  same_curves(km(Surv(time, status) ~ arm + strata(all), d), km(Surv(time, status) ~ arm, d))
  same_curves(km(Surv(time, status) ~ arm, d, strata = "all"), km(Surv(time, status) ~ arm, d))
})

test_that("one thread and two give the same bits", {
  d <- base_case(400)
  with_threads <- function(n, code) {
    old <- options(tte.threads = n)
    on.exit(options(old))
    force(code)
  }
  columns <- c("time", "n.risk", "surv", "std.err", "lower", "upper", "cumhaz", "std.chaz")
  for (weights in list(NULL, "wt")) {
    one <- with_threads(1, km(Surv(time, status) ~ arm, d, weights = weights))
    two <- with_threads(2, km(Surv(time, status) ~ arm, d, weights = weights))
    expect_identical(unclass(one)[columns], unclass(two)[columns])
    one <- with_threads(1, cif(Surv(time, what) ~ arm, d, weights = weights))
    two <- with_threads(2, cif(Surv(time, what) ~ arm, d, weights = weights))
    parts <- c("pstate", "std.err", "lower")
    expect_identical(unclass(one)[parts], unclass(two)[parts])
  }
})

test_that("the robust standard error is the numerical derivative in the weights", {
  d <- base_case(40)
  h <- 1e-5
  derivative <- function(estimate) {
    change <- vapply(unique(d$cl), function(cluster) {
      moved <- function(by) {
        other <- d
        other$wt <- d$wt * (1 + by * (d$cl == cluster))
        estimate(other)
      }
      (moved(h) - moved(-h)) / (2 * h)
    }, estimate(d))
    sqrt(rowSums(change^2))
  }
  fit <- km(Surv(time, status) ~ 1, d, weights = "wt", cluster = "cl")
  numerical <- derivative(function(d) km(Surv(time, status) ~ 1, d, weights = "wt", cluster = "cl")$surv)
  alive <- fit$surv > 0
  expect_equal((fit$surv * fit$std.err)[alive], numerical[alive], tolerance = 1e-6)
  chaz <- derivative(function(d) km(Surv(time, status) ~ 1, d, weights = "wt", cluster = "cl")$cumhaz)
  expect_equal(fit$std.chaz, chaz, tolerance = 1e-6)
  fit <- cif(Surv(time, what) ~ 1, d, weights = "wt", cluster = "cl")
  numerical <- derivative(function(d) c(cif(Surv(time, what) ~ 1, d, weights = "wt", cluster = "cl")$pstate))
  expect_equal(c(fit$std.err), numerical, tolerance = 1e-6)
})

test_that("at a time with censoring alone nothing moves, not by a bit", {
  # quantile() of survfit reads limits off flat stretches, and an ulp of drift there moves it to the next time
  d <- base_case()
  constant <- function(values, event) {
    values <- as.matrix(values)
    at <- setdiff(which(!event), 1L)
    identical(unname(values[at, , drop = FALSE]), unname(values[at - 1L, , drop = FALSE]))
  }
  for (weights in list(NULL, "wt")) {
    fit <- km(Surv(time, status) ~ 1, d, weights = weights)
    for (what in c("surv", "std.err", "lower", "upper", "cumhaz", "std.chaz")) {
      expect_true(constant(fit[[what]], fit$n.event > 0), label = what)
    }
    fit <- cif(Surv(time, what) ~ 1, d, weights = weights)
    for (what in c("pstate", "std.err", "lower", "upper")) {
      expect_true(constant(fit[[what]], rowSums(fit$n.event) > 0), label = what)
    }
  }
})

test_that("one cluster that holds everybody has no jackknife variance, and the last man dying none either", {
  d <- transform(base_case(), all = 1)
  expect_lt(max(km(Surv(time, status) ~ 1, d, cluster = "all")$std.chaz), 1e-12)
  expect_lt(max(cif(Surv(time, what) ~ 1, d, cluster = "all")$std.err), 1e-12)
  fit <- cif(Surv(time, what) ~ 1, d[1, ], weights = "wt")
  expect_lt(max(fit$std.err), 1e-12)
})
