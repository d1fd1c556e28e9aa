test_that("ratios at values of an interaction are combinations of coefficients", {
  fit <- cox(Surv(time, status) ~ arm * age + ph.ecog, lung_of_arms())
  found <- hazard_ratio(fit, "arm", at = list(age = c(50, 70)))
  b <- coef(fit)
  v <- vcov(fit)
  at <- function(age) b[["armfemale"]] + age * b[["armfemale:age"]]
  se <- function(age) {
    w <- c(1, age)
    names <- c("armfemale", "armfemale:age")
    sqrt(drop(w %*% v[names, names] %*% w))
  }
  expect_equal(found$estimate, exp(c(at(50), at(70))), tolerance = 1e-12)
  expect_equal(found$std.error, c(se(50), se(70)), tolerance = 1e-12)
  expect_equal(found$conf.high[1], exp(at(50) + qnorm(0.975) * se(50)), tolerance = 1e-12)
  expect_equal(found$statistic, -c(at(50), at(70)) / c(se(50), se(70)), tolerance = 1e-10)
  expect_identical(found$group, c("age = 50", "age = 70"))
  expect_identical(found$comparison, rep("female v male", 2))
})

test_that("the ratio at a value is the coefficient of the model centred there", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ arm * age, lung)
  there <- cox(Surv(time, status) ~ arm * I(age - 60), lung)
  for (type in c("wald", "profile")) {
    a <- hazard_ratio(fit, "arm", at = list(age = 60), conf.type = type)
    b <- hazard_ratio(there, "arm", at = list(age = 60), conf.type = type)
    expect_equal(a$estimate, exp(coef(there)[["armfemale"]]), tolerance = 1e-7)
    expect_equal(c(a$conf.low, a$conf.high, a$p.value), c(b$conf.low, b$conf.high, b$p.value),
      tolerance = 1e-6
    )
  }
  limits <- confint(cox(Surv(time, status) ~ arm * I(age - 60), lung, conf.type = "profile"), "armfemale")
  expect_equal(log(c(a$conf.low, a$conf.high)), c(limits), tolerance = 1e-6)
})

test_that("splines, numbers and steps; a covariate not given stands at all its levels or at its mean", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ splines::ns(age, 3) + arm, lung)
  found <- hazard_ratio(fit, "age", values = c(50, 70))
  lp <- predict(fit, data.frame(age = c(50, 70), arm = "male"))
  expect_equal(log(found$estimate), unname(diff(lp)), tolerance = 1e-10)
  expect_fault(hazard_ratio(fit, "age"), "wrong_length", "values")
  line <- cox(Surv(time, status) ~ age * arm, lung)
  ten <- hazard_ratio(line, "age", by = 10)
  expect_equal(log(ten$estimate), 10 * (coef(line)[["age"]] + c(0, coef(line)[["age:armfemale"]])),
    tolerance = 1e-10
  )
  expect_identical(ten$group, c("arm = male", "arm = female"))
  expect_identical(ten$comparison, rep("age +10", 2))
  middle <- hazard_ratio(line, "arm")
  expect_match(middle$group, format(mean(lung$age), digits = 4), fixed = TRUE)
})

test_that("contrasts: pairs, and a matrix of one's own", {
  fit <- cox(Surv(time, status) ~ factor(ph.ecog) + age, lung_of_arms())
  b <- c(0, coef(fit)[1:2])
  pairs <- hazard_ratio(fit, "ph.ecog", values = 0:2, contrasts = "pairwise")
  expect_equal(log(pairs$estimate), unname(c(b[2] - b[1], b[3] - b[1], b[3] - b[2])), tolerance = 1e-10)
  own <- hazard_ratio(fit, "ph.ecog", values = 0:2, contrasts = rbind("0 v rest" = c(1, -0.5, -0.5)))
  expect_equal(log(own$estimate), unname(-mean(b[2:3])), tolerance = 1e-10)
  expect_identical(own$comparison, "0 v rest")
  # swapping the pair turns the ratio over
  swap <- hazard_ratio(fit, "ph.ecog", values = c(2, 0))
  expect_equal(swap$estimate * pairs$estimate[2], 1, tolerance = 1e-10)
})

test_that("one-sided p values are halves, on the side of Z", {
  fit <- cox(Surv(time, status) ~ arm, lung_of_arms())
  two <- hazard_ratio(fit, "arm")
  expect_lt(two$estimate, 1)
  expect_equal(hazard_ratio(fit, "arm", alternative = "greater")$p.value, two$p.value / 2, tolerance = 1e-10)
  expect_equal(hazard_ratio(fit, "arm", alternative = "less")$p.value, 1 - two$p.value / 2, tolerance = 1e-10)
  one <- cox(Surv(time, status) ~ arm, lung_of_arms(), alternative = "greater")
  expect_equal(tidy(one)$p.value, two$p.value / 2, tolerance = 1e-10)
  expect_output(print(one), "one-sided p")
})

test_that("an infinite hazard ratio has one finite limit", {
  fit <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data()))
  found <- hazard_ratio(fit, "arm", conf.type = "profile")
  expect_identical(found$estimate, Inf)
  expect_equal(log(found$conf.low), confint(fit, "armB")[[1]], tolerance = 1e-6)
  expect_identical(found$conf.high, Inf)
})

test_that("what was asked wrongly is named", {
  fit <- cox(Surv(time, status) ~ arm * age, lung_of_arms())
  expect_fault(hazard_ratio(fit, "sex"), "unknown_column", "variable", "sex")
  expect_fault(hazard_ratio(fit, "arm", at = list(AGE = 3)), "unknown_column", "at", "AGE")
  expect_fault(hazard_ratio(fit, "age", at = list(arm = "none")), "unknown_level", "at", "arm")
  expect_fault(hazard_ratio(fit, "arm", contrasts = c(1, 1)), "out_of_range", "contrasts")
  expect_fault(hazard_ratio(3, "arm"), "wrong_type", "fit")
  robust <- cox(Surv(time, status) ~ arm, lung_of_arms(), cluster = inst, subset = !is.na(inst))
  expect_error(hazard_ratio(robust, "arm", conf.type = "profile"), class = "tte_error_unsupported")
  expect_snapshot({
    print(hazard_ratio(fit, "arm", at = list(age = c(50, 70)), alternative = "greater"))
    say_error(hazard_ratio(fit, "arm", at = list(AGE = 3), alternative = "up"))
    say_error(hazard_ratio(fit, "arm", contrasts = c(1, 1)))
  })
})
