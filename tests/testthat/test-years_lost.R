mgus <- function() {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  d[d$months > 0, ]
}

test_that("five persons by hand", {
  # F of x: 1/5 from 1, 1/2 from 4; of y: 1/5 from 2
  five <- data.frame(time = 1:5, what = factor(c("x", "y", "none", "x", "none"), c("none", "x", "y")))
  x <- years_lost(Surv(time, what) ~ 1, five, tau = 4.5)
  expect_equal(x$estimate, c(3 * 1 / 5 + 0.5 * 1 / 2, 2.5 * 1 / 5), tolerance = 1e-14)
  expect_equal(x$n.event, c(2, 1))
})

test_that("over all causes it adds up to tau less the restricted mean; one cause has its error", {
  d <- mgus()
  lost <- years_lost(Surv(months, first) ~ sex, d, tau = 200)
  mean <- rmst(Surv(months, first != "censored") ~ sex, d, tau = 200)
  arms <- lost[lost$scale == "time", ]
  expect_equal(arms$estimate[1:2] + arms$estimate[3:4], 200 - mean$estimate[1:2], tolerance = 1e-10)
  d$any <- factor(ifelse(d$first == "censored", 0, 1), 0:2, c("censored", "any", "never"))
  one <- years_lost(Surv(months, any) ~ sex, d, tau = 200, cause = "any")
  expect_equal(one$std.error[1:2], mean$std.error[1:2], tolerance = 1e-9)
  expect_equal(one$estimate[3], -mean$estimate[3], tolerance = 1e-10)
  expect_equal(one$statistic[3], mean$statistic[3], tolerance = 1e-8)
})

test_that("the area is that under the curve of cif(), whatever tau", {
  d <- mgus()[1:200, ]
  fit <- cif(Surv(months, first) ~ 1, d)
  for (tau in c(0.5, 12, 100.25, max(d$months))) {
    inside <- fit$time < tau
    width <- diff(c(fit$time[inside], tau))
    area <- colSums(width * fit$pstate[inside, 2:3, drop = FALSE])
    expect_equal(years_lost(Surv(months, first) ~ 1, d, tau = tau)$estimate, unname(area), tolerance = 1e-12)
  }
})

test_that("standard errors are derivatives by the weights, with late entry, rows of persons and clusters", {
  d <- mgus()[seq(1, 1300, 22), ]
  d$w <- rep(c(0.5, 1, 2), length.out = nrow(d))
  d$id <- seq_len(nrow(d))
  d$k <- rep(1:10, length.out = nrow(d))
  d$from <- ifelse(d$id %% 3 == 0, floor(d$months / 3), 0)
  d$first[d$from >= d$months] <- "censored"
  d <- d[d$from < d$months, ]
  ask <- function(d, ...) years_lost(Surv(from, months, first) ~ sex, d, tau = 150, weights = w, id = id, ...)
  change <- vapply(seq_len(nrow(d)), function(i) {
    up <- down <- d
    up$w[i] <- d$w[i] * (1 + 1e-5)
    down$w[i] <- d$w[i] * (1 - 1e-5)
    (ask(up)$estimate - ask(down)$estimate) / 2e-5
  }, ask(d)$estimate)
  x <- ask(d)
  plain <- x$scale != "ratio"
  expect_equal(x$std.error[plain], sqrt(rowSums(change^2))[plain], tolerance = 1e-7)
  together <- ask(d, cluster = k)
  sums <- rowsum(t(change), d$k)
  expect_equal(together$std.error[plain], sqrt(colSums(sums^2))[plain], tolerance = 1e-7)
})

test_that("freq is rows written out; split rows and their order change nothing", {
  d <- transform(mgus()[1:150, ], k = rep(1:3, 50), id = 1:150)
  a <- years_lost(Surv(months, first) ~ sex, d, freq = k, tau = 100)
  b <- years_lost(Surv(months, first) ~ sex, d[rev(rep(1:150, d$k)), ], tau = 100)
  expect_equal(tidy(a), tidy(b), tolerance = 1e-10)
})

test_that("tau beyond an arm's last time is refused; print names cause and tau", {
  d <- mgus()
  expect_error(years_lost(Surv(months, first) ~ sex, d, tau = 1000), class = "tte_error_input")
  expect_error(years_lost(Surv(months, first) ~ sex, d, strata = "pstat"), class = "tte_error_unsupported")
  expect_snapshot(print(years_lost(Surv(months, first) ~ sex, d, unit = "months", tau = in_years(10))))
})
