test_that("both doors give the same columns, covariates and fits", {
  lung <- plain_lung()
  plain <- time_to_event(Surv(time, status) ~ arm + age + ph.ecog, lung)
  framed <- time_to_event(Surv(time, status) ~ (arm) + I(age) + ph.ecog, lung)
  expect_true(plain$plain)
  expect_false(framed$plain)
  expect_identical(plain$columns, framed$columns)
  expect_equal(unname(plain$covariates), unname(as.list(framed$covariates)), ignore_attr = TRUE)
  a <- cox(plain)
  b <- cox(framed)
  expect_equal(unname(coef(a)), unname(coef(b)), tolerance = 1e-12)
  expect_equal(unname(vcov(a)), unname(vcov(b)), tolerance = 1e-12)
  expect_equal(km(plain, ~arm)$surv, km(framed, ~ I(arm))$surv)
})

test_that("contrasts other than the usual ones go through model.frame()", {
  lung <- transform(plain_lung(), ecog = factor(ph.ecog))
  old <- options(contrasts = c("contr.sum", "contr.poly"))
  on.exit(options(old))
  fit <- cox(Surv(time, status) ~ ecog, lung)
  peer <- survival::coxph(Surv(time, status) ~ ecog, lung)
  expect_equal(coef(fit), coef(peer), tolerance = 1e-6)
})

test_that("Surv() is read with its arguments in any form", {
  lung <- plain_lung()
  curve <- km(Surv(time, status) ~ arm, lung)$surv
  expect_equal(km(survival::Surv(time, status) ~ arm, lung)$surv, curve)
  expect_equal(km(Surv(event = status, time = time) ~ arm, lung)$surv, curve)
  expect_equal(km(Surv(time, status == 2) ~ arm, lung)$surv, curve)
  expect_equal(km(Surv(time + 5, status, origin = 5) ~ arm, lung)$surv, curve)
  lung$y <- Surv(lung$time, lung$status)
  expect_equal(km(y ~ arm, lung)$surv, curve)
  expect_equal(km(Surv(time) ~ 1, lung)$n.event, km(Surv(time, status > 0) ~ 1, lung)$n.event)
  heart <- survival::heart
  expect_equal(
    km(Surv(start, stop, event) ~ 1, heart, id = id)$surv,
    survival::survfit(Surv(start, stop, event) ~ 1, heart, id = id)$surv
  )
  heart$y <- with(heart, Surv(start, stop, event))
  expect_equal(km(y ~ 1, heart, id = id)$surv, km(Surv(start, stop, event) ~ 1, heart, id = id)$surv)
})

test_that("what Surv() would turn into NA is explained", {
  expect_snapshot({
    say_error(km(Surv(3, 3, 1) ~ 1))
    say_error(km(Surv(start, stop, event) ~ 1, data.frame(start = c(0, 5, 9), stop = c(1, 5, 7), event = 1)))
    say_error(km(Surv(time, status, type = "left") ~ 1, survival::lung))
    say_error(km(time ~ 1, survival::lung))
  })
  lung <- plain_lung()
  lung$y <- Surv(lung$time, lung$status)
  lung$y[c(3, 8)] <- NA
  expect_fault(km(y ~ arm, lung), "missing_value", "formula", "y", c(3L, 8L))
})

test_that("an ADTTE is read by its columns; the stored formula says how", {
  adtte <- small_adtte()
  fit <- km(~TRT01P, adtte, param = "PFS")
  pfs <- adtte[adtte$PARAMCD == "PFS", ]
  expect_equal(fit$surv, km(Surv(AVAL, CNSR == 0) ~ TRT01P, pfs)$surv)
  expect_identical(deparse1(fit$call$formula), "Surv(AVAL, CNSR == 0) ~ TRT01P")
  expect_identical(fit$tte$param, "PFS")
  expect_identical(fit$tte$unit, "days")
  expect_equal(km(ggsurvfit::Surv_CNSR() ~ TRT01P, pfs)$surv, fit$surv)
  expect_equal(km(Surv_CNSR(AVAL, CNSR) ~ TRT01P, pfs)$surv, fit$surv)
  expect_identical(km(~TRT01P, pfs)$tte$param, "PFS")
})

test_that("an ADTTE with ASTART has rows with a start, joined by person", {
  adtte <- data.frame(
    USUBJID = c("a", "a", "b", "c"), ASTART = c(0, 5, 0, 0), AVAL = c(5, 9, 4, 7), CNSR = c(1, 0, 0, 1),
    X = c(0, 1, 0, 1)
  )
  fit <- km(~1, adtte)
  expect_equal(fit$n, 3)
  expect_identical(deparse1(fit$call$formula), "Surv(ASTART, AVAL, CNSR == 0) ~ 1")
  adtte$ASTART <- NA
  expect_fault(km(~1, adtte), "person_twice", "data", "USUBJID", 1:2)
})

test_that("faults of an ADTTE are named", {
  adtte <- small_adtte()
  again <- rbind(adtte, transform(adtte[3, ], AVAL = 99))
  expect_snapshot({
    say_error(km(~TRT01P, adtte))
    say_error(km(~TRT01P, adtte, param = "EFS"))
    say_error(km(~TRT01P, adtte[c("USUBJID", "AVAL", "CNSR")], param = "PFS"))
    say_error(km(~TRT01P, again, param = "PFS"))
    say_error(km(Surv(time, status) ~ sex, survival::lung, param = "OS"))
  })
})

test_that("the door is used once, and only its right side can change", {
  adtte <- small_adtte()
  d <- time_to_event(~TRT01P, adtte,
    param = "OS", strata = "STRAT1", reference = "Placebo",
    report_in = "months"
  )
  expect_equal(km(d)$time, km(~TRT01P, adtte, param = "OS", report_in = "months", reference = "Placebo")$time)
  expect_equal(
    log_rank_test(d)$statistic,
    log_rank_test(~ TRT01P + strata(STRAT1), adtte, param = "OS")$statistic
  )
  expect_identical(names(coef(cox(d, ~ . + AGE))), c("TRT01PDrug X", "AGE"))
  expect_identical(names(coef(cox(d, ~AGE))), "AGE")
  expect_snapshot({
    print(d)
    say_error(km(d, param = "PFS", weights = AGE))
    say_error(km(d, adtte))
  })
})

test_that("without data the variables are those of the workspace, and a saved fit has them", {
  time <- survival::lung$time
  status <- survival::lung$status
  sex <- survival::lung$sex
  fit <- km(Surv(time, status) ~ sex)
  rm(time, status, sex)
  expect_identical(names(eval(fit$call$data)), c("time", "status", "sex"))
  expect_equal(fit$surv, km(Surv(time, status) ~ sex, survival::lung)$surv)
})

test_that("words that are no column are faults, with the name that was meant", {
  expect_snapshot(say_error(cox(Surv(tme, status) ~ Age + nothing, survival::lung,
    strata = "sexx", id = foo,
    weights = "w"
  )))
})

test_that("tibbles and grouped columns with labels are data frames like any other", {
  lung <- survival::lung
  attr(lung$time, "label") <- "Days"
  skip_if_not_installed("tibble")
  expect_equal(
    km(Surv(time, status) ~ sex, tibble::as_tibble(lung))$surv,
    km(Surv(time, status) ~ sex, lung)$surv
  )
})
