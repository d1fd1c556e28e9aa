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
  for (method in c("clopper-pearson", "wilson", "agresti-coull", "jeffreys", "mid-p", "blaker")) {
    none <- rate(0, 20, conf.method = method)
    all <- rate(20, 20, conf.method = method)
    expect_identical(c(none$estimate, none$conf.low), c(0, 0))
    expect_identical(c(all$estimate, all$conf.high), c(1, 1))
    expect_equal(none$conf.high, 1 - all$conf.low)
    one <- rate(0, 1, conf.method = method)
    expect_true(one$conf.high <= 1 && one$conf.high > 0.5)
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
  expect_equal(faults(response_rate(~1, d)), rep("unknown_column", 3))
  expect_equal(
    faults(response_rate(~1, d[0, ], conf.method = "wald", conf.level = 2)),
    c("no_rows", "not_a_choice", "out_of_range")
  )
})

test_that("4.1 limits of the other methods are those of the rules' table", {
  table <- data.frame(
    x = c(36, 36, 36, 36, 15, 15, 15, 0, 0, 0, 1, 81),
    n = c(154, 154, 154, 154, 148, 148, 148, 20, 20, 20, 29, 263),
    method = c(
      "agresti-coull", "jeffreys", "blaker", "mid-p", "agresti-coull", "jeffreys", "blaker", "agresti-coull",
      "jeffreys", "blaker", "blaker", "blaker"
    ),
    # the rules' .0605 of Jeffreys' 15 of 148 is .06045 rounded once more
    low = c(.17360, .17228, .17010, .17200, .0614, .0604, .0580, 0, 0, 0, .0018, .2539),
    high = c(.30690, .30515, .30731, .30546, .1615, .1576, .1601, .1898, .1166, .1601, .1660, .3665),
    digits = rep(5:4, c(4, 8))
  )
  for (i in seq_len(nrow(table))) {
    row <- table[i, ]
    found <- rate(row$x, row$n, conf.method = row$method)
    expect_equal(round(c(found$conf.low, found$conf.high), row$digits), c(row$low, row$high),
      info = row$method
    )
  }
})

# ---- definitions, slowly ----

# Blaker's acceptability of p by its definition: the probability of all counts whose rarer tail is no heavier.
blaker_accepts <- function(x, n, p, level) {
  rarer <- function(k) pmin(stats::pbinom(k, n, p), stats::pbinom(k - 1, n, p, lower.tail = FALSE))
  k <- 0:n
  sum(stats::dbinom(k, n, p)[rarer(k) <= rarer(x) * (1 + 1e-12)]) > 1 - level
}

test_that("Blaker's limits enclose just what his function accepts", {
  for (case in list(c(1, 29), c(3, 10), c(9, 10), c(0, 7), c(17, 40), c(1, 1), c(5, 5))) {
    found <- proportion_interval_cpp(case[1], case[2], "blaker", 0.95)
    inside <- seq(found[1] + 1e-9, found[2] - 1e-9, length.out = 7)[c(1, 7)]
    outside <- c(seq(0, found[1], length.out = 200)[-200] - 0, rev(seq(1, found[2], length.out = 200)[-200]))
    outside <- outside[outside < found[1] - 1e-9 | outside > found[2] + 1e-9]
    accepted <- function(p) vapply(p, function(p) blaker_accepts(case[1], case[2], p, 0.95), logical(1))
    expect_true(all(accepted(inside)), info = toString(case))
    expect_false(any(accepted(outside)), info = toString(case))
  }
})

test_that("mid-P limits leave half the error in each mid tail", {
  for (case in list(c(1, 29), c(3, 10), c(36, 154), c(400, 1000))) {
    x <- case[1]
    n <- case[2]
    found <- proportion_interval_cpp(x, n, "mid-p", 0.9)
    tail <- function(p, upper) {
      stats::pbinom(x - upper, n, p, lower.tail = !upper) - stats::dbinom(x, n, p) / 2
    }
    expect_equal(tail(found[1], TRUE), 0.05, tolerance = 1e-10)
    expect_equal(tail(found[2], FALSE), 0.05, tolerance = 1e-10)
  }
  expect_equal(proportion_interval_cpp(0, 8, "mid-p", 0.95)[2], 1 - 0.05^(1 / 8), tolerance = 1e-12)
})

# Probability, at each p, that the limits of a method hold it: by going through every count.
coverage <- function(n, p, method, level) {
  limits <- proportion_interval_cpp(0:n, rep(n, n + 1), method, level)
  vapply(p, function(p) sum(stats::dbinom(0:n, n, p)[limits[, 1] <= p & p <= limits[, 2]]), numeric(1))
}

test_that("exact limits hold at least as often as they say, for every n up to 40", {
  p <- (1:199) / 200
  for (n in 1:40) {
    expect_true(min(coverage(n, p, "clopper-pearson", 0.95)) >= 0.95 - 1e-9, info = n)
    expect_true(min(coverage(n, p, "blaker", 0.95)) >= 0.95 - 1e-9, info = n)
  }
})

test_that("approximate limits hold as often on average as they say, for n from 10 to 40", {
  p <- (0:499 + 0.5) / 500
  for (method in c("wilson", "agresti-coull", "jeffreys", "mid-p")) {
    mean <- vapply(c(10, 20, 40), function(n) mean(coverage(n, p, method, 0.95)), numeric(1))
    expect_true(all(mean > 0.945 & mean < 0.975), info = paste(method, toString(mean)))
  }
})

test_that("Blaker's limits lie within Clopper and Pearson's, and mid-P's too, for every x of n up to 40", {
  grid <- expand.grid(x = 0:40, n = 1:40)
  grid <- grid[grid$x <= grid$n, ]
  exact <- proportion_interval_cpp(grid$x, grid$n, "clopper-pearson", 0.95)
  for (method in c("blaker", "mid-p")) {
    inner <- proportion_interval_cpp(grid$x, grid$n, method, 0.95)
    expect_true(all(inner[, 1] >= exact[, 1] - 1e-12 & inner[, 2] <= exact[, 2] + 1e-12))
    mirrored <- proportion_interval_cpp(grid$n - grid$x, grid$n, method, 0.95)
    expect_equal(inner[, 1], 1 - mirrored[, 2], tolerance = 1e-12)
    expect_false(anyNA(inner))
    expect_true(all(inner[, 1] <= grid$x / grid$n & grid$x / grid$n <= inner[, 2]))
  }
})

test_that("exact limits are found for a hundred thousand patients", {
  x <- c(1, 50000, 99999)
  found <- proportion_interval_cpp(x, rep(1e5, 3), "blaker", 0.95)
  exact <- proportion_interval_cpp(x, rep(1e5, 3), "clopper-pearson", 0.95)
  expect_true(all(found[, 1] >= exact[, 1] & found[, 2] <= exact[, 2]))
  expect_equal(found, exact, tolerance = 1e-2)
})

# ---- what counts, for whom ----

bests <- data.frame(
  best = c("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE", "MISSING", "SD", "PD"),
  arm = factor(rep(c("A", "B"), each = 5)), sex = rep(c("F", "M"), 5)
)

test_that("each type counts its best overall responses", {
  count <- function(...) response_rate(best ~ 1, bests, ...)$n.event
  expect_equal(count(), 2)
  expect_equal(count(type = "dcr"), 5)
  expect_equal(count(type = "cbr", min_days = 42), 4)
  expect_equal(count(type = "CR"), 1)
  expect_equal(count(type = c("PD", "ne")), 3)
  expect_equal(count(type = c("CR", "NN")), 2)
  expect_equal(response_rate(best ~ 1, transform(bests, best = factor(best)))$n.event, 2)
})

test_that("stable disease of a derived response lasts as long as its rule asks", {
  visits <- data.frame(
    USUBJID = c("1", "2", "2"), ADT = as.Date("2024-01-01") + c(50, 50, 200), AVALC = c("SD", "SD", "SD")
  )
  subjects <- data.frame(USUBJID = c("1", "2", "3"), STARTDT = as.Date("2024-01-01"))
  expect_fault(
    response_rate(~1, best_response(visits, subjects), type = "cbr", min_days = 168, confirmed = FALSE),
    "out_of_range", "min_days"
  )
  long <- best_response(visits, subjects, rule = recist(min_sd_days = 168, confirmed = FALSE))
  expect_equal(response_rate(~1, long, type = "cbr", min_days = 168)$n.event, 1)
  expect_match(conventions(response_rate(~1, long, type = "cbr", min_days = 168))[["responder"]], "168 days")
})

test_that("an ADRS of yes and no says who responded", {
  adrs <- data.frame(USUBJID = 1:4, PARAMCD = "RSP", AVALC = c("Y", "N", "Y", "Y"))
  expect_equal(response_rate(~1, adrs)$n.event, 3)
  adrs$AVALC[1] <- "PERHAPS"
  expect_fault(response_rate(~1, adrs), "unknown_level", "data", "AVALC", 1:4)
})

test_that("subgroups follow all patients and add up to them", {
  found <- response_rate(best ~ arm, bests, type = "dcr", subgroups = "sex")
  expect_equal(found$term, rep(c("arm", "sex = F", "sex = M"), each = 2))
  expect_equal(found$group, rep(c("A", "B"), 3))
  expect_equal(rowsum(found$n[-(1:2)], found$group[-(1:2)])[, 1], stats::setNames(found$n[1:2], c("A", "B")))
  alone <- response_rate(best ~ arm, bests, type = "dcr", subset = sex == "F")
  expect_equal(found$conf.low[3:4], alone$conf.low)
  expect_fault(response_rate(best ~ arm, bests, subgroups = "SEX"), "unknown_column", "subgroups")
})

test_that("the table of best responses adds up to its patients", {
  found <- response_rate(best ~ arm, bests, type = "bor")
  expect_equal(found$term[found$group == "A"], best_response_words)
  expect_equal(unname(tapply(found$n.event, found$group, sum)), c(5, 5), ignore_attr = TRUE)
  expect_equal(tapply(found$estimate, found$group, sum), c(A = 1, B = 1), ignore_attr = TRUE)
  short <- response_rate(best ~ 1, bests[c(1, 2, 3), ], type = "bor")
  expect_equal(short$term, setdiff(best_response_words, c("NON-CR/NON-PD", "NED")))
  expect_equal(short$n.event, c(1, 1, 1, 0, 0, 0))
  expect_fault(response_rate(c(TRUE, FALSE) ~ 1, data.frame(a = 1:2), type = "bor"), "not_a_choice", "type")
})

test_that("Goodman's limits solve his quadratic", {
  found <- response_rate(best ~ 1, bests, type = "bor", conf.method = "goodman")
  b <- stats::qchisq(1 - 0.05 / nrow(found), 1)
  x <- found$n.event
  half <- sqrt(b * (b + 4 * x * (10 - x) / 10))
  expect_equal(found$conf.low, pmax(0, (b + 2 * x - half) / (2 * (10 + b))), tolerance = 1e-10)
  expect_equal(found$conf.high, (b + 2 * x + half) / (2 * (10 + b)), tolerance = 1e-10)
  expect_fault(response_rate(best ~ 1, bests, conf.method = "goodman"), "not_a_choice", "conf.method")
})

test_that("faults of what is asked for come together", {
  expect_fault(response_rate(best ~ 1, bests, type = "cbr"), "missing_value", "min_days")
  expect_fault(response_rate(best ~ 1, bests, min_days = 42), "unknown_argument", "min_days")
  expect_fault(response_rate(best ~ 1, bests, type = "rate"), "not_a_choice", "type")
  expect_fault(response_rate(best ~ 1, bests, subset = sex == "X"), "no_rows", "subset")
  expect_fault(response_rate(best ~ 1, bests, methd = 1), "unknown_argument", "methd")
})
