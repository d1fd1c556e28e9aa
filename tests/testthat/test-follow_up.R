tied <- data.frame(time = c(1, 2, 2, 3, 3, 4), status = c(1, 0, 1, 1, 0, 0), id = 1:6)

test_that("flip is the reversed indicator in any software", {
  fit <- follow_up(Surv(time, status) ~ sex, survival::lung)
  peer <- survival::survfit(Surv(time, status == 1) ~ sex, survival::lung, conf.type = "log-log")
  for (name in c("time", "surv", "n.risk", "n.event", "n.censor", "std.err", "lower")) {
    expect_equal(fit[[name]], peer[[name]], label = name)
  }
  expect_output(print(fit), "Follow-up, reverse Kaplan-Meier")
  expect_equal(survival_quantiles(fit, probs = 0.5)$estimate, c(840, 529))
})

test_that("both conventions by hand where events and censorings tie", {
  flip <- follow_up(Surv(time, status) ~ 1, tied)
  expect_equal(flip$surv, c(1, 4 / 5, 4 / 5 * 2 / 3, 0))
  first <- follow_up(Surv(time, status) ~ 1, tied, convention = "events-first")
  expect_equal(first$time, 1:4)
  expect_equal(first$surv, c(1, 3 / 4, 3 / 4 * 1 / 2, 0))
  expect_equal(first$n.event, c(0, 1, 1, 1))
  expect_equal(first$n.censor, c(1, 1, 1, 0))
  apart <- transform(tied, time = time + 0.1 * (status == 0))
  expect_equal(first$surv, follow_up(Surv(time, status) ~ 1, apart)$surv[c(1, 3, 5, 6)])
})

test_that("split rows need id, and then are the same persons", {
  d <- trial_case()
  cut <- split_rows(d, c(2.5, 3, 7, 11.1))
  whole <- follow_up(Surv(time, status) ~ arm, d)
  parts <- follow_up(Surv(start, time, status) ~ arm, cut, id = "id")
  same <- c("time", "surv", "n")
  expect_equal(unclass(parts)[same], unclass(whole)[same], tolerance = 1e-12)
  error <- error_of(follow_up(Surv(start, time, status) ~ arm, cut))
  expect_s3_class(error, "tte_error_input")
  expect_equal(error$faults$argument, "id")
  both <- follow_up(Surv(start, time, status) ~ arm, cut, id = "id", convention = "events-first")
  expect_equal(both$surv, follow_up(Surv(time, status) ~ arm, d, convention = "events-first")$surv)
})

test_that("an ADTTE and a ready-made Surv column work, and the stored call makes the same curve", {
  adtte <- small_adtte()
  fit <- follow_up(~TRT01P, adtte, param = "OS")
  expect_equal(sum(fit$n.event), sum(adtte$CNSR[adtte$PARAMCD == "OS"] != 0))
  again <- survival::survfit(fit$call$formula, eval(fit$call$data))
  expect_equal(again$surv, fit$surv)
  lung <- survival::lung
  lung$y <- survival::Surv(lung$time, lung$status == 2)
  expect_equal(follow_up(y ~ sex, lung)$surv, follow_up(Surv(time, status) ~ sex, lung)$surv)
})
