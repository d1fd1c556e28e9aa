mgus <- function() {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  d[d$months > 0, ]
}

arm_rows <- function(x) x[x$scale == "probability", ]

test_that("arms are those of cif(); difference and ratio follow from independent arms", {
  d <- mgus()
  for (variance in c("aalen", "delta", "ij")) {
    fit <- summary(cif(Surv(months, first) ~ sex, d, variance = variance, conf.type = "log-log"), times = 120)
    x <- cif_difference(Surv(months, first) ~ sex, d, at = 120, variance = variance)
    arms <- arm_rows(x)
    expect_equal(arms$estimate, c(fit$pstate[, 2:3]), tolerance = 1e-12)
    expect_equal(arms$std.error, c(fit$std.err[, 2:3]), tolerance = 1e-9)
    expect_equal(arms$conf.low, c(fit$lower[, 2:3]), tolerance = 1e-9)
    expect_equal(arms$conf.high, c(fit$upper[, 2:3]), tolerance = 1e-9)
    death <- x[x$cause == "death", ]
    p <- death$estimate[1:2]
    se <- death$std.error[1:2]
    expect_equal(death$estimate[3:4], c(p[2] - p[1], p[2] / p[1]))
    expect_equal(death$std.error[3:4], sqrt(c(sum(se^2), sum(se^2 / p^2))), tolerance = 1e-9)
    expect_equal(death$conf.high[4], p[2] / p[1] * exp(stats::qnorm(0.975) * death$std.error[4]))
    expect_equal(sign(death$statistic[3]), -sign(p[2] - p[1]))
  }
})

test_that("counts are persons and events so far, of each cause", {
  d <- transform(mgus(), k = rep(1:2, length.out = length(months)))
  x <- arm_rows(cif_difference(Surv(months, first) ~ sex, d, at = c(24, 120), cause = "death", freq = k))
  truth <- function(s, t) sum(d$k[d$sex == s & d$months <= t & d$first == "death"])
  expect_equal(x$n.event, c(truth("F", 24), truth("M", 24), truth("F", 120), truth("M", 120)))
  expect_equal(x$n[1:2], unname(c(tapply(d$k, d$sex, sum))))
})

test_that("robust errors, over clusters across the arms as well, are derivatives by the weights", {
  d <- mgus()[seq(1, 1300, 20), ]
  d$w <- rep(c(0.5, 1, 2), length.out = nrow(d))
  d$k <- rep(1:12, length.out = nrow(d))
  ask <- function(d) {
    cif_difference(Surv(months, first) ~ sex, d, at = 80, weights = w, cluster = k, contrasts = TRUE)
  }
  change <- by_weight(d, function(d) ask(d)$estimate)
  sums <- rowsum(t(change), d$k)
  x <- ask(d)
  expect_equal(x$std.error[x$scale != "ratio"], sqrt(colSums(sums^2))[x$scale != "ratio"], tolerance = 1e-7)
  of_logs <- sqrt(colSums(rowsum(t(change / x$estimate), d$k)^2))
  expect_equal(x$std.error[x$scale == "ratio"], of_logs[x$scale == "ratio"], tolerance = 1e-7)
})

test_that("beyond an arm's last time there is no estimate, unless nobody was left", {
  d <- data.frame(
    time = c(1:4, 1:4), arm = rep(c("A", "B"), each = 4),
    what = factor(c("x", "y", "x", "none", "x", "y", "x", "y"), c("none", "x", "y"))
  )
  x <- cif_difference(Surv(time, what) ~ arm, d, at = 6, cause = "x", reference = "A")
  expect_equal(x$estimate, c(NA, 0.5, NA, NA))
  expect_true(all(is.na(x$std.error[c(1, 3, 4)])))
  before <- cif_difference(Surv(time, what) ~ arm, d, at = 0.5, cause = "x", reference = "A")
  expect_equal(before$estimate, c(0, 0, 0, NA))
  expect_equal(before$conf.high[1:2], c(0, 0))
})

test_that("an ADTTE, horizons, print, and refusals", {
  x <- cif_difference(~TRT01P, small_adtte(),
    param = "PFS", competing = c(death = "Death"), at = 10,
    reference = sort(unique(small_adtte()$TRT01P))[1]
  )
  expect_identical(unique(x$cause), c("PFS", "death"))
  d <- mgus()
  expect_snapshot(print(
    cif_difference(Surv(months, first) ~ sex, d, unit = "months", at = in_years(c(5, 10)), cause = "PCM")
  ))
  expect_snapshot(error = TRUE, {
    cif_difference(Surv(months, first) ~ sex, d)
    cif_difference(Surv(months, first) ~ sex, d, at = -1, cause = "relapse")
    cif_difference(Surv(months, first) ~ sex, d, at = 12, cause = "relapse")
    cif_difference(Surv(months, first) ~ sex, d, at = 12, strata = "pstat")
    cif_difference(Surv(months, first) ~ sex, transform(d, sex = as.character(sex)), at = 12)
    cif_difference(Surv(months, first) ~ sex, d, at = 12, weights = age, variance = "delta")
  })
})
