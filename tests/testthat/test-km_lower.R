test_that("Peto's and the modified lower limit are survfit's, on every scale", {
  for (type in c("log-log", "log", "plain", "logit", "arcsin")) {
    for (kind in c("peto", "modified")) {
      for (d in list(survival::aml, transform(survival::aml, status = 1))) {
        mine <- km(Surv(time, status) ~ x, d, conf.type = type, conf.lower = kind)
        peer <- survival::survfit(Surv(time, status) ~ x, d, conf.type = type, conf.lower = kind)
        expect_near(mine$lower, peer$lower, 1e-12, what = "lower", label = paste(type, kind))
        expect_near(mine$upper, peer$upper, 1e-12, what = "upper", label = paste(type, kind))
      }
    }
  }
  expect_output(print(km(Surv(time, status) ~ x, survival::aml, conf.lower = "peto")), "Peto's")
  expect_fault(km(Surv(time, status) ~ x, survival::aml, conf.lower = "best"), "not_a_choice", "conf.lower")
})

test_that("counts of a database are rows with freq", {
  lung <- survival::lung
  counts <- stats::aggregate(n ~ time + status + sex, transform(lung, n = 1), sum)
  whole <- km(Surv(time, status) ~ sex, lung)
  table <- km(Surv(time, status) ~ sex, counts, freq = n)
  same <- c("n", "time", "n.risk", "n.event", "n.censor", "surv", "std.err", "lower", "upper", "strata")
  expect_equal(unclass(table)[same], unclass(whole)[same], tolerance = 1e-12)
  test <- log_rank_test(Surv(time, status) ~ sex, counts, freq = n)
  expect_equal(test$z, log_rank_test(Surv(time, status) ~ sex, lung)$z, tolerance = 1e-12)
})
