# Six people: events at 1, 3, 3, 6; censored at 2 and 5.
six <- data.frame(time = c(1, 2, 3, 3, 5, 6), status = c(1, 0, 1, 1, 0, 1))

test_that("the curve, its errors and limits are those worked by hand", {
  fit <- km(Surv(time, status) ~ 1, six)
  s <- c(5 / 6, 5 / 6, 5 / 6 * 2 / 4, 5 / 6 * 2 / 4, 0)
  expect_equal(fit$time, c(1, 2, 3, 5, 6))
  expect_equal(fit$n.risk, c(6, 5, 4, 2, 1))
  expect_equal(fit$n.event, c(1, 0, 2, 0, 1))
  expect_equal(fit$n.censor, c(0, 1, 0, 1, 0))
  expect_equal(fit$surv, s)
  greenwood <- sqrt(cumsum(c(1 / (6 * 5), 0, 2 / (4 * 2), 0)))
  expect_equal(fit$std.err[1:4], greenwood)
  expect_equal(fit$cumhaz, cumsum(c(1 / 6, 0, 2 / 4, 0, 1)))
  z <- stats::qnorm(0.975)
  loglog <- exp(z * greenwood / log(s[1:4]))
  expect_equal(fit$lower[1:4], s[1:4]^(1 / loglog))
  expect_equal(fit$upper[1:4], s[1:4]^loglog)
  expect_equal(fit$n, 6)
})

test_that("the limits are survfit()'s on every scale it has", {
  for (type in c("plain", "log", "log-log", "logit", "arcsin")) {
    mine <- km(Surv(time, status) ~ sex, survival::lung, conf.type = type, conf.level = 0.9)
    peer <- survival::survfit(Surv(time, status) ~ sex, survival::lung, conf.type = type, conf.int = 0.9)
    expect_equal(mine$lower, peer$lower, info = type)
    expect_equal(mine$upper, peer$upper, info = type)
  }
  none <- km(Surv(time, status) ~ sex, survival::lung, conf.type = "none")
  expect_null(none$lower)
  expect_output(print(none), "median")
})

test_that("quantiles take the middle of a flat stretch, with the limits of the curve", {
  flat <- data.frame(time = 1:4, status = 1)
  fit <- km(Surv(time, status) ~ 1, flat)
  expect_equal(unname(stats::quantile(fit, 0.5)$quantile), 2.5)
  lung <- survival::lung
  expect_equal(
    stats::quantile(km(Surv(time, status) ~ sex, lung, conf.type = "log")),
    stats::quantile(survival::survfit(Surv(time, status) ~ sex, lung))
  )
})

test_that("weights, clusters and freq", {
  lung <- transform(plain_lung(),
    w = rep(c(0.5, 1, 2), length.out = length(time)),
    k = rep(1:20, length.out = length(time))
  )
  mine <- km(Surv(time, status) ~ arm, lung, weights = w, cluster = k, conf.type = "log")
  peer <- survival::survfit(Surv(time, status) ~ arm, lung, weights = w, cluster = k)
  expect_equal(mine$surv, peer$surv)
  expect_equal(mine$std.err, if (isFALSE(peer$logse)) peer$std.err / peer$surv else peer$std.err)
  expect_false(is.null(mine$counts))
  copies <- km(Surv(time, status) ~ arm, lung[rep(seq_len(nrow(lung)), 1 + lung$k %% 2), ])
  many <- km(Surv(time, status) ~ arm, lung, freq = 1 + k %% 2)
  expect_equal(many$surv, copies$surv)
  expect_equal(many$std.err, copies$std.err)
  expect_equal(many$n, copies$n)
})

test_that("rows of one person are joined", {
  heart <- survival::heart
  fit <- km(Surv(start, stop, event) ~ surgery, heart, id = id)
  expect_equal(sum(fit$n), length(unique(heart$id)))
  rows <- km(Surv(start, stop, event) ~ surgery, heart)
  expect_equal(sum(rows$n), nrow(heart))
  expect_match(rows$tte$conventions[["persons"]], "counted as a person")
  expect_equal(fit$surv[fit$n.event > 0], rows$surv[rows$n.event > 0])
})

test_that("a curve that falls to 0 before others enter is warned of", {
  late <- data.frame(start = c(0, 5, 6), stop = c(3, 9, 8), status = 1)
  expect_warning(fit <- km(Surv(start, stop, status) ~ 1, late), class = "tte_warning_risk_set_empty")
  expect_equal(fit$surv, c(0, 0, 0))
  expect_silent(km(Surv(start, stop, status) ~ 1, transform(late, stop = c(7, 9, 8))))
})

test_that("print names the estimator, the endpoint, the unit and the conventions", {
  expect_snapshot({
    print(km(Surv(time, status) ~ arm, plain_lung(), unit = "days", report_in = "months"))
    print(km(~TRT01P, small_adtte(),
      param = "PFS", reference = "Placebo", conf.level = 0.9,
      conf.type = "plain"
    ))
    print(km(Surv(start, stop, event) ~ 1, survival::heart, weights = age + 60))
    print(km(Surv(time, status) ~ arm, plain_lung(), timefix = FALSE, conf.type = "none"))
  })
})

test_that("arguments that make no sense are faults", {
  expect_snapshot({
    say_error(km(Surv(time, status) ~ sex, survival::lung,
      conf.level = 95, conf.type = "probit",
      timefix = NA
    ))
    say_error(km(Surv(time, status) ~ sex, survival::lung, wieghts = age))
    say_error(km(Surv(time, status) ~ sex, as.matrix(survival::lung)))
    say_error(km(Surv(time, status) ~ sex, survival::lung[0, ]))
  })
})
