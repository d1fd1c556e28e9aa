test_that("arguments are columns, names of columns, or expressions of either place", {
  lung <- transform(plain_lung(), pid = seq_along(time), w = rep(1:2, length.out = length(time)))
  fit <- km(Surv(time, status) ~ arm, lung, weights = w)
  expect_equal(km(Surv(time, status) ~ arm, lung, weights = "w")$std.err, fit$std.err)
  expect_equal(km(Surv(time, status) ~ arm, lung, weights = 2 * w / 2)$std.err, fit$std.err)
  column <- "w"
  expect_equal(km(Surv(time, status) ~ arm, lung, weights = column)$std.err, fit$std.err)
  outside <- lung$w
  expect_equal(km(Surv(time, status) ~ arm, lung, weights = outside)$std.err, fit$std.err)
  passed <- function(data, weight) km(Surv(time, status) ~ arm, data, weights = {{ weight }})
  expect_equal(passed(lung, w)$std.err, fit$std.err)
  expect_equal(
    lapply("w", function(v) km(Surv(time, status) ~ arm, lung, weights = v))[[1]]$std.err,
    fit$std.err
  )
})

test_that("subset is evaluated in the data, then where it was written", {
  lung <- plain_lung()
  age <- 60
  older <- km(Surv(time, status) ~ arm, lung[lung$age > 60, ])
  expect_equal(km(Surv(time, status) ~ arm, lung, subset = age > 60)$surv, older$surv)
  expect_equal(km(Surv(time, status) ~ arm, lung, subset = .data$age > .env$age)$surv, older$surv)
  expect_equal(km(Surv(time, status) ~ arm, lung, subset = which(lung$age > 60))$surv, older$surv)
  expect_equal(sum(km(Surv(time, status) ~ arm, lung, subset = -(1:10))$n), nrow(lung) - 10)
  expect_equal(km(Surv(time, status) ~ arm, lung, subset = TRUE)$n, km(Surv(time, status) ~ arm, lung)$n)
})

test_that("a subset that is not TRUE or FALSE is a fault", {
  lung <- survival::lung
  expect_snapshot({
    say_error(km(Surv(time, status) ~ sex, lung, subset = meal.cal > 100))
    say_error(km(Surv(time, status) ~ sex, lung, subset = age > 200))
    say_error(km(Surv(time, status) ~ sex, lung, subset = c(TRUE, FALSE)))
    say_error(km(Surv(time, status) ~ sex, lung, subset = sex))
    say_error(km(Surv(time, status) ~ sex, lung, weights = 1:3))
  })
})

test_that("a missing condition matters only in the rows of the endpoint", {
  adtte <- small_adtte()
  adtte$AGE[25] <- NA
  expect_equal(sum(km(~TRT01P, adtte, param = "PFS", subset = AGE > 0)$n), 20)
  expect_fault(km(~TRT01P, adtte, param = "OS", subset = AGE > 0), "missing_value", "subset", rows = 25L)
})

test_that("row numbers are those of the data as given", {
  adtte <- small_adtte()
  adtte$AVAL[c(23, 31)] <- c(NA, -1)
  expect_fault(km(~TRT01P, adtte, param = "OS", subset = AGE > 0), "missing_value", "data", "AVAL", 23L)
  expect_fault(km(~TRT01P, adtte, param = "OS", subset = AGE > 0), "negative_time", "data", "AVAL", 31L)
})

test_that("cluster() in the formula is the argument; both are too much", {
  lung <- plain_lung()[1:200, ]
  lung$inst[is.na(lung$inst)] <- 1
  expect_equal(
    vcov(cox(Surv(time, status) ~ age + cluster(inst), lung)),
    vcov(cox(Surv(time, status) ~ age, lung, cluster = inst))
  )
  expect_fault(
    cox(Surv(time, status) ~ age + cluster(inst), lung, cluster = sex), "several_clusters",
    "cluster"
  )
})

test_that("constants of the workspace are inlined; functions of a frame travel with the fit", {
  made <- local({
    df <- 3
    tenth <- function(x) x / 10
    cox(Surv(time, status) ~ splines::ns(age, df = df) + tenth(ph.ecog), plain_lung())
  })
  expect_identical(deparse1(formula(made)[[3]]), "splines::ns(age, df = 3) + tenth(ph.ecog)")
  peer <- survival::coxph(Surv(time, status) ~ splines::ns(age, df = 3) + I(ph.ecog / 10), plain_lung())
  expect_equal(unname(coef(made)), unname(coef(peer)), tolerance = 1e-6)
  expect_equal(predict(made, plain_lung()[1:3, ]), predict(peer, plain_lung()[1:3, ]), tolerance = 1e-6)
})
