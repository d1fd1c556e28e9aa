curve_of <- function(status, ...) {
  km(
    Surv(time, status) ~ 1,
    data.frame(time = seq_along(status), status = status), ...
  )
}

test_that("0/1, TRUE/FALSE and 1/2 are the same status", {
  expect_equal(curve_of(c(0, 1, 1, 0))$surv, curve_of(c(FALSE, TRUE, TRUE, FALSE))$surv)
  expect_equal(curve_of(c(0L, 1L, 1L, 0L))$surv, curve_of(c(1, 2, 2, 1))$surv)
  expect_equal(curve_of(c(1, 1, 1))$n.event, c(1, 1, 1))
  expect_equal(curve_of(c(2, 2, 2))$n.event, c(1, 1, 1))
  expect_equal(curve_of(c(0, 0, 0))$n.event, c(0, 0, 0))
})

test_that("a subset that leaves only the 1s of 1/2 leaves no events, also when another package looks", {
  d <- data.frame(time = 1:6, status = c(1, 1, 2, 1, 2, 1), arm = rep(1:2, 3))
  fit <- km(Surv(time, status) ~ 1, d, subset = status == 1)
  expect_equal(sum(fit$n.event), 0)
  again <- survival::survfit(fit$call$formula, eval(fit$call$data))
  expect_equal(sum(again$n.event), 0)
})

test_that("other codes are a fault", {
  expect_fault(curve_of(c(0, 1, 2, 1)), "bad_status", "formula", "status", 3L)
  expect_fault(curve_of(c(0, 1, 3, 1, -1)), "bad_status", "formula", "status", c(3L, 5L))
  expect_fault(curve_of(c(0, 1, 0.5)), "bad_status", "formula", "status", 3L)
  expect_fault(curve_of(c(0, 2, 2)), "bad_status", "formula", "status", 2:3)
  expect_fault(curve_of(c("dead", "alive")), "wrong_type", "formula", "status")
  expect_fault(curve_of(factor(c("alive", "dead"))), "wrong_type", "formula")
  expect_snapshot({
    say_error(curve_of(c(0, 1, 2, NA)))
    say_error(curve_of(c("dead", "alive")))
    say_error(curve_of(factor(c("alive", "relapse", "dead"))))
  })
})

test_that("the censored level of a factor is the first, or the one that is named", {
  d <- data.frame(time = 1:4, what = factor(c("x", "none", "y", "x"), c("none", "x", "y")))
  fit <- cif(Surv(time, what) ~ 1, d)
  expect_identical(fit$states, c("(s0)", "x", "y"))
  turned <- transform(d, what = factor(what, c("x", "none", "y")))
  expect_equal(
    cif(Surv(time, what) ~ 1, turned, censored = "none")$pstate[, c("x", "y")],
    fit$pstate[, c("x", "y")]
  )
  expect_snapshot({
    say_error(cif(Surv(time, what) ~ 1, turned))
    say_error(cif(Surv(time, what) ~ 1, d, censored = "nobody"))
  })
})

test_that("what is stored has the censored level first, so that survfit() gives the same states", {
  d <- data.frame(time = 1:4, what = factor(c("x", "none", "y", "x"), c("x", "none", "y")))
  fit <- cif(Surv(time, what) ~ 1, d, censored = "none")
  again <- survival::survfit(fit$call$formula, eval(fit$call$data))
  expect_equal(again$pstate, fit$pstate, ignore_attr = TRUE)
  expect_identical(again$states, fit$states)
})

test_that("competing events of an ADTTE are named, and override the code", {
  adtte <- small_adtte()
  fit <- cif(~TRT01P, adtte, param = "PFS", competing = c(death = "Death"))
  expect_identical(fit$states, c("(s0)", "PFS", "death"))
  expect_equal(sum(fit$n.event[, "death"]), sum(adtte$PARAMCD == "PFS" & adtte$EVNTDESC == "Death"))
  same <- cif(~TRT01P, adtte, param = "PFS", competing = list(death = ~ EVNTDESC == "Death"))
  expect_equal(same$pstate, fit$pstate)
  censored <- cif(~TRT01P, adtte, param = "PFS", competing = c(lost = "Lost"))
  expect_equal(sum(censored$n.event[, "lost"]), sum(adtte$PARAMCD == "PFS" & adtte$EVNTDESC == "Lost"))
  again <- survival::survfit(fit$call$formula, eval(fit$call$data))
  expect_equal(again$pstate, fit$pstate, ignore_attr = TRUE)
})

test_that("competing events that cannot be found are faults", {
  adtte <- small_adtte()
  expect_snapshot({
    say_error(cif(~TRT01P, adtte, param = "PFS", competing = c(death = "Deaths")))
    say_error(cif(~TRT01P, adtte, param = "PFS", competing = "Death"))
    say_error(cif(~TRT01P, adtte, param = "PFS", competing = list(old = ~AGE, gone = ~ NOTHING > 1)))
    say_error(cif(~TRT01P, adtte, param = "PFS", competing = list(a = "Death", b = ~ EVNTDESC == "Death")))
    say_error(cif(Surv(time, status) ~ 1, survival::lung, competing = c(death = "Death")))
    say_error(km(time_to_event(~TRT01P, adtte, param = "PFS", competing = c(death = "Death"))))
  })
})

test_that("codes of CNSR are whole numbers, not text", {
  adtte <- small_adtte()
  bad <- transform(adtte, CNSR = replace(CNSR, 2:4, c(-1, 0.5, NA)))
  expect_fault(km(~1, bad, param = "PFS"), "bad_status", "data", "CNSR", 2:3)
  expect_fault(km(~1, bad, param = "PFS"), "missing_value", "data", "CNSR", 4L)
  expect_fault(
    km(~1, transform(adtte, CNSR = as.character(CNSR)), param = "PFS"), "wrong_type", "data",
    "CNSR"
  )
})
