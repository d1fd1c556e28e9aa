# Clinical rule 4.1: one arm.

rate <- function(x, n, ...) {
  response_rate(responder ~ 1, data.frame(responder = rep(c(TRUE, FALSE), c(x, n - x))), ...)
}

table_4_1 <- data.frame(
  x = c(36, 15, 0, 1, 81), n = c(154, 148, 20, 29, 263),
  cp_low = c(.16942, .0578, 0, .0009, .2527), cp_high = c(.30865, .1617, .1684, .1776, .3676),
  wilson_low = c(.17390, .0624, 0, .0061, .2553), wilson_high = c(.30659, .1605, .1611, .1718, .3662),
  digits = c(5, 4, 4, 4, 4)
)

test_that("4.1 Clopper-Pearson and Wilson limits are those of the published table", {
  for (i in seq_len(nrow(table_4_1))) {
    row <- table_4_1[i, ]
    cp <- rate(row$x, row$n)
    wilson <- rate(row$x, row$n, conf.method = "wilson")
    expect_equal(round(c(cp$conf.low, cp$conf.high), row$digits), c(row$cp_low, row$cp_high))
    expect_equal(round(c(wilson$conf.low, wilson$conf.high), row$digits), c(row$wilson_low, row$wilson_high))
  }
})

test_that("limits are those of stats for every x of n up to 40 and several levels", {
  grid <- expand.grid(x = 0:40, n = 1:40, level = c(0.8, 0.95, 0.999))
  grid <- grid[grid$x <= grid$n, ]
  for (level in unique(grid$level)) {
    d <- grid[grid$level == level, ]
    exact <- mapply(function(x, n) stats::binom.test(x, n, conf.level = level)$conf.int, d$x, d$n)
    score <- mapply(function(x, n) {
      suppressWarnings(stats::prop.test(x, n, conf.level = level, correct = FALSE))$conf.int
    }, d$x, d$n)
    expect_equal(proportion_interval_cpp(d$x, d$n, "clopper-pearson", level), t(exact), tolerance = 1e-10)
    expect_equal(proportion_interval_cpp(d$x, d$n, "wilson", level), t(score), tolerance = 1e-10)
  }
})

test_that("nobody and everybody responding have one exact limit", {
  for (method in c("clopper-pearson", "wilson")) {
    none <- rate(0, 20, conf.method = method)
    all <- rate(20, 20, conf.method = method)
    expect_identical(c(none$estimate, none$conf.low), c(0, 0))
    expect_identical(c(all$estimate, all$conf.high), c(1, 1))
    expect_equal(none$conf.high, 1 - all$conf.low)
    one <- rate(0, 1, conf.method = method)
    expect_true(one$conf.high < 1 && one$conf.high > 0.5)
  }
})

test_that("groups come in the order of the factor, empty ones with n = 0 and no limits", {
  d <- data.frame(arm = factor(c("B", "A", "A"), c("B", "A", "C")), responder = c(TRUE, TRUE, FALSE))
  found <- response_rate(responder ~ arm, d)
  expect_equal(found$group, c("B", "A", "C"))
  expect_equal(found$n, c(1, 2, 0))
  expect_equal(found$n.event, c(1, 1, 0))
  expect_true(is.na(found$estimate[3]) && is.na(found$conf.low[3]) && is.na(found$conf.high[3]))
})

test_that("patients without an assessment are in the denominator", {
  visits <- data.frame(
    USUBJID = c("1", "1", "2"), ADT = as.Date("2024-03-01") + c(0, 40, 0),
    AVALC = c("PR", "PR", "NE")
  )
  subjects <- data.frame(USUBJID = c("1", "2", "3", "4"), STARTDT = as.Date("2024-01-01"))
  best <- best_response(visits, subjects)
  found <- response_rate(~1, best, confirmed = TRUE)
  expect_equal(c(found$n.event, found$n), c(1, 4))
  expect_equal(found$param, "CBOR")
})

test_that("confirmed is asked for unless the rule or a randomised design says it", {
  visits <- data.frame(USUBJID = "1", ADT = as.Date("2024-03-01"), AVALC = "PR")
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = as.Date("2024-01-01"))
  expect_error(response_rate(~1, best_response(visits, subjects)), class = "tte_error_input")
  ruled <- best_response(visits, subjects, rule = recist(confirmed = TRUE))
  expect_equal(response_rate(~1, ruled)$n.event, 0)
  expect_equal(response_rate(~1, ruled, confirmed = FALSE)$n.event, 1)
})

test_that("an ADRS is read by PARAMCD, and several need a choice", {
  adrs <- data.frame(
    USUBJID = rep(1:4, each = 2), PARAMCD = c("BOR", "CBOR"),
    ARM = rep(c("A", "B"), each = 4),
    AVALC = c("CR", "SD", "PR", "PR", "PD", "PD", "MISSING", "MISSING")
  )
  expect_error(response_rate(~ARM, adrs), class = "tte_error_input")
  expect_equal(response_rate(~ARM, adrs, param = "BOR")$n.event, c(2, 0))
  expect_equal(response_rate(~ARM, adrs, confirmed = TRUE)$n.event, c(1, 0))
  expect_error(response_rate(~ARM, adrs, param = "OVR"), class = "tte_error_input")
  expect_error(response_rate(~ARM, rbind(adrs, adrs[1, ]), param = "BOR"), class = "tte_error_input")
})

test_that("print shows the rates and what they mean", {
  expect_snapshot(print(rate(3, 20)))
})

test_that("wrong input is one classed error", {
  d <- data.frame(arm = c("A", NA), responder = c(TRUE, NA))
  faults <- function(expr) tryCatch(expr, tte_error_input = function(e) e$faults$fault)
  expect_equal(faults(response_rate(responder ~ arm, d)), "missing_value")
  expect_equal(faults(response_rate(arm ~ 1, d)), "wrong_type")
  expect_equal(faults(response_rate(~1, d)), c("unknown_column", "unknown_column"))
  expect_equal(
    faults(response_rate(~1, d[0, ], conf.method = "wald", conf.level = 2)),
    c("no_rows", "not_a_choice", "out_of_range")
  )
})
