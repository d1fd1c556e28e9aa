three <- data.frame(
  id = c(1, 1, 1, 2, 2, 3), start = c(0, 2, 5, 0, 3, 0), stop = c(2, 5, 8, 3, 4, 6),
  event = c(1, 1, 0, 1, 0, 0)
)
bladder <- transform(survival::bladder2, rx = factor(rx, labels = c("placebo", "thiotepa")))

test_that("rules page 5: M = 1/3, 2/3, 7/6 with SE .272, .272, .605", {
  fit <- mcf(Surv(start, stop, event) ~ 1, three, id = id)
  at <- match(c(2, 3, 5), fit$time)
  expect_equal(fit$mean[at], c(1 / 3, 2 / 3, 7 / 6))
  expect_equal(round(fit$std.err[at], 3), c(0.272, 0.272, 0.605))
  expect_equal(fit$std.err[at[1]], sqrt(2 / 27))
})

test_that("without deaths it is survival's cumulative hazard over persons, in every arm", {
  fit <- mcf(Surv(start, stop, event) ~ rx, bladder, id = id)
  for (arm in 1:2) {
    mine <- tidy(fit)[tidy(fit)$strata == names(fit$strata)[arm], ]
    own <- bladder[as.integer(bladder$rx) == arm, ]
    other <- survival::survfit(Surv(start, stop, event) ~ 1, own, id = id, cluster = id)
    at <- match(other$time, mine$time)
    keep <- !is.na(at)
    expect_lt(max(abs(mine$estimate[at[keep]] - other$cumhaz[keep])), 1e-12)
    expect_lt(max(abs(mine$std.error[at[keep]] - other$std.chaz[keep])), 1e-12)
  }
})

test_that("death as terminal event: Ghosh and Lin by hand, and no events after it", {
  d <- data.frame(
    id = c(1, 2, 2), start = c(0, 0, 2), stop = c(1, 2, 3),
    status = factor(c("death", "event", "none"), c("none", "event", "death"))
  )
  fit <- mcf(Surv(start, stop, status) ~ 1, d, id = id, terminal = "death")
  expect_equal(fit$mean, c(0, 0.5, 0.5))
  expect_equal(fit$surv, c(0.5, 0.5, 0.5))
  expect_equal(fit$std.err[3], sqrt(1 / 8))
  expect_equal(c(sum(fit$n.event), sum(fit$n.death)), c(1, 1))
  later <- rbind(d, data.frame(id = 1, start = 1, stop = 4, status = "event"))
  expect_fault(
    mcf(Surv(start, stop, status) ~ 1, later, id = id, terminal = "death"), "rows_after_event", "id"
  )
  # Treating death as censoring gives more events: 1 rather than 1/2.
  naive <- mcf(Surv(start, stop, status == "event") ~ 1, d, id = id)
  expect_equal(max(naive$mean), 1)
})

test_that("summary gives the curve's numbers at times, and contrasts that favour fewer events", {
  fit <- mcf(Surv(start, stop, event) ~ rx, bladder, id = id, unit = "months")
  x <- summary(fit, times = c(0, 12, 100))
  expect_equal(summary(fit, times = in_years(1))$estimate, summary(fit, times = 12)$estimate)
  expect_equal(x$time[1:4], c(0, 0, 0, 0))
  twelve <- x[x$time == 12 & x$scale == "mean count", ]
  expect_equal(twelve$estimate[1], fit$mean[findInterval(12, fit$time[1:fit$strata[1]])])
  difference <- x[x$time == 12 & x$scale == "difference", ]
  expect_equal(difference$estimate, diff(twelve$estimate))
  expect_equal(difference$std.error, sqrt(sum(twelve$std.error^2)))
  expect_gt(difference$statistic, 0)
  expect_true(all(is.na(x[x$time == 100, "estimate"])))
  expect_equal(twelve$conf.low, twelve$estimate * exp(-qnorm(0.975) * twelve$std.error / twelve$estimate))
})

test_that("the test's sign, strata and swap", {
  one <- mcf_test(Surv(start, stop, event) ~ rx, bladder, id = id)
  expect_equal(one$statistic[[1]], one$difference^2 / one$var)
  expect_equal(round(one$statistic[[1]], 4), 1.9757)
  swapped <- mcf_test(Surv(start, stop, event) ~ rx, bladder, id = id, reference = "thiotepa")
  expect_equal(swapped$z, -one$z)
  greater <- mcf_test(Surv(start, stop, event) ~ rx, bladder, id = id, alternative = "greater")
  expect_equal(greater$p.value, pnorm(-one$z))
  # Q is the log-rank numerator of the events: observed less expected in the reference.
  at <- sort(unique(bladder$stop[bladder$event == 1]))
  parts <- vapply(at, function(t) {
    risk <- bladder$start < t & bladder$stop >= t
    first <- bladder$rx == "placebo"
    d <- bladder$event == 1 & bladder$stop == t
    sum(d & first) - sum(d) * sum(risk & first) / sum(risk)
  }, numeric(1))
  expect_equal(one$difference, sum(parts))
  stratified <- mcf_test(Surv(start, stop, event) ~ rx, transform(bladder, one = 1), strata = "one", id = id)
  expect_equal(stratified$statistic, one$statistic)
})

test_that("persons written twice have the same curve and errors smaller by the root of two", {
  twice <- rbind(bladder, transform(bladder, id = id + 1000))
  one <- mcf(Surv(start, stop, event) ~ 1, bladder, id = id)
  two <- mcf(Surv(start, stop, event) ~ 1, twice, id = id)
  expect_equal(two$mean, one$mean)
  expect_equal(two$std.err, one$std.err / sqrt(2))
})

test_that("wrong input is named", {
  several <- transform(three,
    status = factor(c("a", "b", "none", "a", "death", "none"), c("none", "a", "b", "death"))
  )
  expect_fault(
    mcf(Surv(start, stop, status) ~ 1, several, id = id, terminal = "death"), "bad_status", "formula"
  )
  expect_fault(
    mcf(Surv(start, stop, event) ~ 1, three, id = id, terminal = "dead"), "unknown_level", "terminal"
  )
  expect_fault(mcf(Surv(start, stop, event) ~ 1, three, id = id, terminal = 2), "wrong_type", "terminal")
  expect_fault(
    mcf(Surv(start, stop, event) ~ 1, three, id = id, conf.type = "log-log"), "not_a_choice", "conf.type"
  )
  overlapping <- transform(three, start = c(0, 1, 5, 0, 3, 0))
  expect_fault(mcf(Surv(start, stop, event) ~ 1, overlapping, id = id), "overlapping_rows", "id")
  arms <- transform(three, arm = factor(c("a", "a", "a", "b", "b", "c")))
  expect_fault(mcf_test(Surv(start, stop, event) ~ arm, arms, id = id), "wrong_length", "formula")
  expect_fault(mcf_test(Surv(start, stop, event) ~ 1, three, id = id), "single_group", "formula")
  moved <- transform(three, arm = factor(c("a", "b", "a", "b", "b", "b")))
  expect_fault(mcf(Surv(start, stop, event) ~ arm, moved, id = id), "person_in_two_strata", "id")
  fit <- mcf(Surv(start, stop, event) ~ 1, three, id = id)
  expect_fault(summary(fit), "wrong_length", "times")
})

test_that("it prints", {
  expect_snapshot(mcf(Surv(start, stop, event) ~ rx, bladder, id = id, unit = "months"))
  expect_snapshot(mcf_test(Surv(start, stop, event) ~ rx, bladder, id = id))
})
