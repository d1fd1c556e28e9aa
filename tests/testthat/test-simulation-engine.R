# The engine of simulated studies as R sees it: shapes, numbering from 1, NA, and what the truth is.

no_hazards <- matrix(numeric(), 0, 0)

# Well 1, ill 2, dead 3; the ill die by the time since they fell ill.
illness_death <- list(
  n_states = 3L, from = c(1L, 1L, 2L), to = c(2L, 3L, 3L), offset = c(0L, 1L, 3L, 4L),
  breaks = c(0, 0, 60, 0), rates = c(0.010, 0.002, 0.004, 0.020),
  clock = c("forward", "forward", "reset")
)

draw_paths <- function(
  n, until = Inf, condition = NULL, model = illness_death, log_hazard = no_hazards, threads = 1L,
  person = NULL, seed = 11
) {
  paths_cpp(seed, 3L, model, rep(1L, n), log_hazard, rep(until, n), condition, threads, person)
}

# Five standard errors of a share.
error_of <- function(p, n) 5 * sqrt(p * (1 - p) / n)

tumour_plan <- function(n, ...) {
  utils::modifyList(list(
    n_targets = rep(3L, n), depth = rep(0.5, n), shrink_rate = rep(0.02, n), growth_rate = rep(0.01, n),
    progression = rep(168, n), mode = rep(1L, n)
  ), list(...))
}

scans <- function(n, days = c(-7, 42, 84, 126, 168)) {
  list(offset = seq(0L, by = length(days), length.out = n + 1), day = rep(days, n))
}

measures <- function(noise = 0, spread = 0, digits = NA) {
  list(
    meanlog = 3.2, sdlog = 0.4, minimum = 10, noise = noise, spread = spread, digits = digits, vanish = 2,
    not_evaluable = 0
  )
}

blocks <- function(m, between = 0.5, drift = 0) {
  list(block = rep(1:2, length.out = m), loading = rep(0.8, m), between = between, drift = drift)
}

test_that("a draw belongs to seed, purpose, person and row", {
  all <- draws_cpp(5, 2L, 1:2000, 3L, "normal", 1L)
  expect_identical(dim(all), c(2000L, 3L))
  expect_identical(draws_cpp(5, 2L, 1:2000, 3L, "normal", 3L), all)
  expect_identical(draws_cpp(5, 2L, c(1999L, 7L), 2L, "normal", 1L), all[c(1999, 7), 1:2])
  expect_false(any(draws_cpp(5, 3L, 1:2000, 3L, "normal", 1L) == all))
  expect_false(any(draws_cpp(6, 2L, 1:2000, 3L, "normal", 1L) == all))
  # one uniform number behind each, whatever it is made into
  uniform <- draws_cpp(5, 2L, 1:2000, 3L, "uniform", 1L)
  expect_equal(stats::qnorm(uniform), all, tolerance = 1e-12)
  expect_equal(-log(uniform), draws_cpp(5, 2L, 1:2000, 3L, "exponential", 1L), tolerance = 1e-12)
  expect_identical(dim(draws_cpp(5, 2L, integer(), 3L, "normal", 1L)), c(0L, 3L))
  # the largest seed that R can hold as a whole number
  expect_length(draws_cpp(2^53 - 1, 2L, 1L, 1L, "normal", 1L), 1)
})

test_that("entries follow the rates", {
  days <- accrual_cpp(3, c(0, 100, 200), c(2, 0, 5), 2000L)
  expect_false(is.unsorted(days))
  expect_identical(accrual_cpp(3, c(0, 100, 200), c(2, 0, 5), 20L), days[1:20])
  expect_false(any(days > 100 & days <= 200))
  expect_lt(abs(sum(days <= 100) - 200), 5 * sqrt(200))
  expect_lt(abs(sum(days > 200 & days <= 300) - 500), 5 * sqrt(500))
})

test_that("paths have rows from 1, in order, and the law of their hazards", {
  n <- 20000
  paths <- draw_paths(n)
  expect_identical(lengths(paths[c("from", "to", "time")], use.names = FALSE), rep(length(paths$person), 3))
  expect_identical(rep(seq_len(n), diff(paths$offset)), paths$person)
  expect_identical(paths$attempts, rep(1L, n))
  first <- paths$offset[-length(paths$offset)] + 1
  expect_true(all(paths$from[first] == 1))
  last <- paths$offset[-1]
  expect_true(all(paths$to[last] == 3))
  second <- setdiff(last, first)
  expect_true(all(paths$time[second] > paths$time[second - 1]))
  survival_1 <- function(t) exp(-0.012 * pmin(t, 60) - 0.014 * pmax(t - 60, 0))
  for (day in c(20, 60, 150)) {
    expect_lt(abs(mean(paths$time[first] > day) - survival_1(day)), error_of(survival_1(day), n))
  }
  ill <- stats::integrate(function(t) 0.010 * survival_1(t), 0, 60)$value +
    stats::integrate(function(t) 0.010 * survival_1(t), 60, Inf)$value
  expect_lt(abs(mean(paths$to[first] == 2) - ill), error_of(ill, n))
  stay <- paths$time[second] - paths$time[second - 1]
  expect_gt(stats::ks.test(stay, "pexp", 0.020)$p.value, 1e-4)
})

test_that("log hazards are those of a person and a transition", {
  n <- 20000
  x <- rep(0:1, n / 2)
  log_hazard <- cbind(log(3) * x, 0, 0)
  paths <- draw_paths(n, log_hazard = log_hazard)
  first <- !duplicated(paths$person)
  fit <- survival::coxph(survival::Surv(paths$time[first], paths$to[first] == 2) ~ x)
  expect_lt(abs(stats::coef(fit) - log(3)) / sqrt(stats::vcov(fit)), 4)
  other <- survival::coxph(survival::Surv(paths$time[first], paths$to[first] == 3) ~ x)
  expect_lt(abs(stats::coef(other)) / sqrt(stats::vcov(other)), 4)
})

test_that("neither threads nor other persons change a path", {
  all <- draw_paths(3000, until = 200)
  expect_identical(draw_paths(3000, until = 200, threads = 3L), all)
  few <- draw_paths(100, until = 200)
  expect_identical(few$time, all$time[seq_along(few$time)])
  chosen <- draw_paths(2, until = 200, person = c(2500L, 3L))
  expect_identical(chosen$time[chosen$person == 1], all$time[all$person == 2500])
  expect_identical(chosen$time[chosen$person == 2], all$time[all$person == 3])
})

test_that("a condition holds, and who cannot meet it is NA", {
  n <- 500
  log_hazard <- matrix(0, n, 3)
  log_hazard[17, 1] <- -Inf
  condition <- list(required = 2L, delay = rep(10, n), max_attempts = 500L)
  paths <- draw_paths(n, 90, condition, log_hazard = log_hazard)
  expect_identical(which(is.na(paths$attempts)), 17L)
  expect_false(17L %in% paths$person)
  ill <- tapply(paths$time[paths$to == 2], paths$person[paths$to == 2], min)
  expect_length(ill, n - 1)
  expect_lte(max(ill), 90)
  dead <- paths$to == 3
  expect_true(all(paths$time[dead] > ill[as.character(paths$person[dead])] + 10))
})

test_that("the sum of the targets meets the threshold of the scans on the day of progression", {
  n <- 300
  sizes <- tumour_cpp(1, 7L, tumour_plan(n), scans(n), measures(spread = 0.5), 1L)
  expect_identical(sizes$person, rep(seq_len(n), each = 15))
  expect_identical(sizes$visit, rep(seq_len(5 * n), each = 3))
  expect_identical(sizes$lesion, rep(1:3, 5 * n))
  sums <- matrix(tapply(sizes$size, sizes$visit, sum), 5)
  lowest <- pmin(sums[3, ], sums[4, ])
  expect_true(all(sizes$course$nadir < lowest))
  expect_equal(sums[5, ], pmax(1.2 * lowest, lowest + 5) + 0.3, tolerance = 1e-12)
  expect_equal(sums[1, ], sizes$course$baseline, tolerance = 1e-12)
  expect_equal(sums[2, ], sums[1, ] * (0.5 + 0.5 * exp(-0.02 * 42)), tolerance = 1e-12)
  expect_true(all(sums[4, ] < pmax(1.2 * sums[3, ], sums[3, ] + 5)))
  expect_equal(sizes$course$response, rep(log(0.5 / 0.2) / 0.02, n))
  expect_true(all(is.na(sizes$course$gone)))
})

test_that("measured sizes are rounded, and belong to the person", {
  n <- 2000
  sizes <- tumour_cpp(1, 7L, tumour_plan(n), scans(n), measures(0.1, 0.3, 0L), 1L)
  expect_identical(sizes$size, round(sizes$size))
  expect_identical(tumour_cpp(1, 7L, tumour_plan(n), scans(n), measures(0.1, 0.3, 0L), 3L), sizes)
  one <- tumour_cpp(1, 7L, tumour_plan(1, person = 1234L), scans(1), measures(0.1, 0.3, 0L), 1L)
  expect_identical(one$size, sizes$size[sizes$person == 1234])
})

test_that("NA is no progression, and the optional columns are heard", {
  plan <- tumour_plan(3, mode = c(0L, 4L, 1L), progression = c(NA, NA, 168), sensitive_until = c(NA, NA, 150))
  sizes <- tumour_cpp(1, 7L, plan, scans(3), measures(), 1L)
  expect_identical(is.na(sizes$course$resistance), c(TRUE, TRUE, FALSE))
  expect_equal(sizes$course$resistance[3], 150)
  sums <- matrix(tapply(sizes$size, sizes$visit, sum), 5)
  expect_true(sums[2, 2] > 1.25 * sums[1, 2])
  expect_true(sums[5, 2] < sums[1, 2])
  late <- tumour_cpp(1, 7L, c(plan, list(flare = c(60, 130, 60))), scans(3), measures(), 1L)
  sums <- matrix(tapply(late$size, late$visit, sum), 5)
  expect_true(all(sums[3:4, 2] > 1.25 * sums[1, 2]))
})

test_that("markers have a row per sample and a column per marker, with the signal planted", {
  person <- rep(1:3000, each = 2)
  index <- rep(1:2, 3000)
  x <- markers_cpp(1, 14L, person, index, 6L, blocks(6), NULL, 1L)
  expect_identical(dim(x), c(6000L, 6L))
  expect_identical(markers_cpp(1, 14L, person, index, 6L, blocks(6), NULL, 3L), x)
  expect_identical(markers_cpp(1, 14L, 2222L, 2L, 6L, blocks(6), NULL, 1L)[1, ], x[4444, ])
  expect_identical(markers_cpp(1, 14L, person, index, 3L, blocks(3), NULL, 1L), x[, 1:3])
  first <- index == 1
  expected <- outer(1:6, 1:6, function(m, n) ifelse(m == n, 1, ifelse((m - n) %% 2 == 0, 0.64, 0)))
  expect_lt(max(abs(stats::cov(x[first, ]) - expected)), 5 * sqrt(2 / 3000))
  expect_lt(max(abs(stats::cov(x[first, ], x[!first, ]) - expected / 2)), 5 * sqrt(2 / 3000))
  shift <- cbind(1:3000, -(1:3000)) + 0
  planted <- markers_cpp(
    1, 14L, person, index, 6L, blocks(6), list(marker = c(5L, 2L), row = person, shift = shift), 1L
  )
  expect_equal(planted[, 5] - x[, 5], as.numeric(person), tolerance = 1e-9)
  expect_equal(planted[, 2] - x[, 2], -as.numeric(person), tolerance = 1e-9)
  expect_identical(planted[, c(1, 3, 4, 6)], x[, c(1, 3, 4, 6)])
})

test_that("wrong arguments are errors", {
  expect_error(draws_cpp(-1, 2L, 1L, 1L, "normal", 1L), "seed")
  expect_error(draws_cpp(NA, 2L, 1L, 1L, "normal", 1L), "seed")
  expect_error(draws_cpp(2^53, 2L, 1L, 1L, "normal", 1L), "seed")
  expect_error(draws_cpp(0.5, 2L, 1L, 1L, "normal", 1L), "seed")
  expect_error(draws_cpp(1, 0L, 1L, 1L, "normal", 1L), "purpose")
  expect_error(draws_cpp(1, 2L, NA_integer_, 1L, "normal", 1L), "person")
  expect_error(draws_cpp(1, 2L, 1L, -1L, "normal", 1L), "each")
  expect_error(draws_cpp(1, 2L, 1L, 1L, "gamma", 1L), "gamma")
  expect_error(accrual_cpp(1, c(0, 10), c(1, 0), 5L), "last rate")
  expect_error(accrual_cpp(1, 0, 1, -1L), "entries")
  with <- function(...) utils::modifyList(illness_death, list(...))
  expect_error(draw_paths(1, model = with(rates = c(-1, 1, 1, 1))), "negative")
  expect_error(draw_paths(1, model = with(rates = c(1, 1, 1))), "one rate per break")
  expect_error(draw_paths(1, model = with(breaks = c(0, 0, 0, 0))), "increase")
  expect_error(draw_paths(1, model = with(to = c(2L, 3L, 4L))), "state")
  expect_error(draw_paths(1, model = with(offset = c(0L, 1L, 3L, 9L))), "offset")
  expect_error(draw_paths(1, model = with(offset = c(0L, 3L, 1L, 4L))), "offset")
  expect_error(draw_paths(1, model = with(clock = c("forward", "forward", "back"))), "back")
  expect_error(draw_paths(1, until = NA_real_), "end of follow-up")
  expect_error(draw_paths(1, log_hazard = matrix(c(0, NA, 0), 1)), "log hazard")
  expect_error(draw_paths(1, log_hazard = matrix(0, 1, 2)), "log hazard")
  expect_error(draw_paths(2, person = 1L), "number per person")
  for (required in c(0L, 3L, 4L)) {
    condition <- list(required = required, delay = 0, max_attempts = 5L)
    expect_error(draw_paths(1, condition = condition), "required")
  }
  expect_error(draw_paths(1, condition = list(required = 2L, delay = NA_real_, max_attempts = 5L)), "delay")
  expect_error(tumour_cpp(1, 7L, tumour_plan(1, progression = NA_real_), scans(1), measures(), 1L), "day")
  expect_error(tumour_cpp(1, 7L, tumour_plan(1, mode = 5L), scans(1), measures(), 1L), "five")
  expect_error(tumour_cpp(1, 7L, tumour_plan(1, depth = NULL), scans(1), measures(), 1L), "column")
  expect_error(tumour_cpp(1, 7L, tumour_plan(1), scans(2), measures(), 1L), "offset")
  expect_error(markers_cpp(1, 14L, 1L, 0L, 2L, blocks(2), NULL, 1L), "numbered")
  expect_error(markers_cpp(1, 14L, 1L, 1L, 3L, blocks(2), NULL, 1L), "marker")
  expect_error(markers_cpp(1, 14L, 1L, 1L, 2L, blocks(2, between = 2), NULL, 1L), "between")
})
