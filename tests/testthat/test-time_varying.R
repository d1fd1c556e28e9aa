test_that("periods are the interaction with the period of split rows", {
  v <- survival::veteran
  fit <- cox(Surv(time, status) ~ karno + trt, v)
  found <- time_varying(fit, "karno", by = c(60, 180))
  long <- survival::survSplit(Surv(time, status) ~ ., data = v, cut = c(60, 180), episode = "period")
  strata <- survival::strata
  peer <- survival::coxph(Surv(tstart, time, status) ~ karno:strata(period) + trt, long,
    control = peer_control()
  )
  expect_equal(unname(coef(found)), unname(coef(peer)), tolerance = 1e-7)
  expect_equal(unname(vcov(found)), unname(peer$var), tolerance = 1e-6)
  expect_equal(found$loglik, peer$loglik, tolerance = 1e-10)
  expect_equal(found$tte$constancy$statistic, 2 * (peer$loglik[2] - fit$loglik[2]), tolerance = 1e-6)
  expect_equal(found$tte$n_persons, nrow(v))
  expect_equal(found$n, nrow(long))
})

test_that("a function of time is survival's tt()", {
  v <- survival::veteran
  fit <- cox(Surv(time, status) ~ karno + trt, v, ties = "breslow")
  found <- time_varying(fit, "karno", by = function(t) log(t + 20))
  tt <- identity
  peer <- survival::coxph(Surv(time, status) ~ karno + trt + tt(karno), v,
    tt = function(x, t, ...) x * log(t + 20), ties = "breslow", control = peer_control()
  )
  expect_equal(unname(coef(found)), unname(coef(peer)), tolerance = 1e-6)
  expect_equal(found$loglik[2], peer$loglik[2], tolerance = 1e-10)
})

test_that("strata, freq, late entry and a factor go along", {
  d <- untied_trial()
  f <- Surv(time, status) ~ arm + x + strata(site)
  a <- time_varying(cox(f, d, freq = one), "arm", by = 15)
  b <- time_varying(cox(f, d[rep(seq_len(nrow(d)), d$one), ]), "arm", by = 15)
  expect_equal(coef(a), coef(b), tolerance = 1e-7)
  expect_length(coef(a), 3)
  h <- survival::heart
  plain <- cox(Surv(start, stop, event) ~ age + surgery, h, id = id)
  one <- time_varying(plain, "age", by = 100)
  long <- survival::survSplit(Surv(start, stop, event) ~ age + surgery, h, cut = 100, episode = "p")
  peer <- survival::coxph(Surv(start, stop, event) ~ surgery + I(age * (p == 1)) + I(age * (p == 2)), long)
  expect_equal(unname(coef(one)), unname(coef(peer)), tolerance = 1e-5)
  expect_s3_class(ph_test(one), "htest")
})

test_that("faults and print", {
  fit <- cox(Surv(time, status) ~ karno * trt + age, survival::veteran, unit = "days")
  expect_fault(time_varying(fit, "karno", by = 10), "unknown_term", "term", "karno")
  expect_fault(time_varying(fit, "weight", by = 10), "unknown_term", "term")
  expect_fault(time_varying(fit, "age", by = 1e4), "out_of_range", "by")
  expect_fault(time_varying(fit, "age", by = function(t) 1), "not_finite", "by")
  expect_fault(time_varying(fit, "age", by = log, max_rows = 1000), "out_of_range", "max_rows")
  expect_snapshot({
    print(time_varying(fit, "age", by = 90))
    say_error(time_varying(fit, "age", by = log, max_rows = 1000))
  })
})
