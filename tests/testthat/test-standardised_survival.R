lung_fit <- function(...) {
  lung <- lung_of_arms()
  lung$w <- rep(c(0.5, 1, 2), length.out = nrow(lung))
  lung$f <- rep(c(1, 2), length.out = nrow(lung))
  lung
}

test_that("curves are means of the persons' curves", {
  lung <- lung_fit()
  fit <- cox(Surv(time, status) ~ arm + age + strata(ph.ecog), lung)
  found <- standardised_survival(fit, "arm", at = c(100, 365), tau = 500)
  by_hand <- function(arm, t) {
    lung$arm <- factor(arm, levels(lung$arm))
    mean(exp(-predict(fit, transform(lung, time = t), type = "expected")))
  }
  level <- found[found$scale == "probability", ]
  expect_equal(level$estimate, c(
    by_hand("male", 100), by_hand("female", 100), by_hand("male", 365),
    by_hand("female", 365)
  ),
  tolerance = 1e-10
  )
  difference <- found[found$scale == "difference" & found$term == "survival", ]
  expect_equal(difference$estimate, diff(level$estimate)[c(1, 3)], tolerance = 1e-12)
  mean_of <- function(arm) {
    lung$arm <- factor(arm, levels(lung$arm))
    mean(predict(fit, lung, type = "rmst", tau = 500))
  }
  expect_equal(found$estimate[found$scale == "time"], c(mean_of("male"), mean_of("female")),
    tolerance = 1e-10
  )
  expect_identical(unique(found$unit), NA_character_)
})

test_that("standard errors are those of leaving each person out", {
  d <- untied_trial()
  one <- function(data) {
    fit <- cox(Surv(time, status) ~ arm + x, data)
    found <- standardised_survival(fit, "arm", at = 15, tau = 25)
    found$estimate[found$scale %in% c("probability", "difference", "time")]
  }
  whole <- cox(Surv(time, status) ~ arm + x, d)
  found <- standardised_survival(whole, "arm", at = 15, tau = 25)
  se <- found$std.error[found$scale %in% c("probability", "difference", "time")]
  left <- vapply(seq_len(nrow(d)), function(i) one(d[-i, ]), numeric(6))
  n <- nrow(d)
  jackknife <- sqrt((n - 1) / n * rowSums((left - rowMeans(left))^2))
  # to first order only: the jackknife is a little larger
  expect_equal(se, jackknife, tolerance = 0.1)
  expect_true(all(jackknife > 0.95 * se))
})

test_that("freq equals replicated rows; split rows are one person", {
  d <- untied_trial()
  a <- standardised_survival(cox(Surv(time, status) ~ arm + x, d, freq = one), "arm", at = 15, tau = 25)
  copies <- d[rep(seq_len(nrow(d)), d$one), ]
  b <- standardised_survival(cox(Surv(time, status) ~ arm + x, copies), "arm", at = 15, tau = 25)
  same <- c("estimate", "std.error", "conf.low", "conf.high", "p.value", "n")
  expect_equal(tidy(a)[same], tidy(b)[same], tolerance = 1e-7)
  d$id <- seq_len(nrow(d))
  halves <- rbind(
    transform(d, start = 0, stop = time / 2, event = 0),
    transform(d, start = time / 2, stop = time, event = status)
  )
  c <- standardised_survival(cox(Surv(start, stop, event) ~ arm + x, halves, id = id), "arm",
    at = 15,
    tau = 25
  )
  plain <- standardised_survival(cox(Surv(time, status) ~ arm + x, d), "arm", at = 15, tau = 25)
  expect_equal(tidy(c)[same], tidy(plain)[same], tolerance = 1e-7)
})

test_that("weighted curves are Kaplan-Meier curves with 1 / P(own arm)", {
  lung <- lung_fit()
  fit <- cox(Surv(time, status) ~ arm + age, lung)
  found <- standardised_survival(fit, "arm", at = 365, ipw = ~age)
  p <- stats::fitted(stats::glm(arm == "female" ~ age, stats::binomial(), lung))
  lung$iw <- ifelse(lung$arm == "female", 1 / p, 1 / (1 - p))
  curve <- km(Surv(time, status) ~ arm, lung, weights = iw)
  at <- summary(curve, times = 365)
  weighted <- found[grepl("weighted", found$group), ]
  expect_equal(weighted$estimate, at$surv, tolerance = 1e-10)
  expect_equal(weighted$std.error, at$std.err, tolerance = 1e-8)
})

test_that("the whole curve is drawn; faults and print", {
  lung <- lung_fit()
  fit <- cox(Surv(time, status) ~ arm + age, lung, unit = "days")
  curve <- standardised_survival(fit, "arm")
  expect_true(all(diff(curve$estimate[curve$group == "male"]) <= 0))
  expect_fault(standardised_survival(fit, "sex"), "unknown_column", "variable", "sex")
  expect_fault(standardised_survival(fit, "age"), "wrong_length", "values", "age")
  expect_fault(standardised_survival(fit, "arm", at = 1e5), "out_of_range", "at")
  expect_fault(standardised_survival(fit, "arm", at = 1, tau = -1), "not_positive", "tau")
  expect_fault(
    standardised_survival(fit, "arm", at = 1, ipw = ~ph.karno), "unknown_column", "ipw",
    "ph.karno"
  )
  expect_snapshot({
    print(standardised_survival(fit, "arm", at = in_months(12), tau = 500))
    say_error(standardised_survival(fit, "arm", at = 1e5, tau = -1))
    say_error(standardised_survival(fit, "arm", at = 1, ipw = ~ph.karno))
  })
})
