test_that("figures of a model hold the numbers they show", {
  skip_if_not_installed("ggplot2")
  fit <- cox(Surv(time, status) ~ celltype + karno, survival::veteran, unit = "days")
  zph <- ph_test(fit)
  plot <- ggplot2::autoplot(zph, terms = "karno")
  expect_equal(plot$data$y, unname(zph$y[, "karno"]))
  expect_silent(ggplot2::ggplot_build(ggplot2::autoplot(zph)))
  # least squares on the same spline, with the variance that a residual has
  smooth <- tte:::residual_smooth("karno", zph, 4)
  model <- stats::lm(zph$y[, "karno"] ~ splines::ns(zph$x, 4))
  ends <- c(which.min(zph$x), which.max(zph$x))
  expect_equal(smooth$y[c(1, 100)], unname(stats::fitted(model)[ends]), tolerance = 1e-8)
  spread <- sqrt(stats::hatvalues(model)[ends] * zph$nevent * vcov(fit)["karno", "karno"])
  expect_equal(smooth$high[c(1, 100)], smooth$y[c(1, 100)] + 1.959964 * unname(spread), tolerance = 1e-6)
  curves <- ggplot2::autoplot(fit, type = "log-log", variable = "celltype")
  observed <- curves$data[curves$data$kind == "Kaplan-Meier" & curves$data$level == "adeno", ]
  alone <- km(Surv(time, status) ~ 1, survival::veteran, subset = celltype == "adeno")
  expect_equal(observed$surv, alone$surv[alone$surv > 0 & alone$surv < 1])
  form <- ggplot2::autoplot(fit, type = "functional-form", variable = "karno")
  null <- survival::coxph(Surv(time, status) ~ 1, survival::veteran)
  expect_equal(form$data$y, unname(residuals(null)), tolerance = 1e-8)
  expect_silent(ggplot2::ggplot_build(form))
})

test_that("standardised curves start at 1", {
  skip_if_not_installed("ggplot2")
  fit <- cox(Surv(time, status) ~ arm + age, lung_of_arms(), unit = "days")
  plot <- ggplot2::autoplot(standardised_survival(fit, "arm", ipw = ~age))
  first <- plot$data[plot$data$time == 0, ]
  expect_equal(first$estimate, rep(1, 4))
  expect_silent(ggplot2::ggplot_build(plot))
  expect_fault(ggplot2::autoplot(standardised_survival(fit, "arm", at = 100)), "wrong_length", "object")
})

test_that("what cannot be drawn is named", {
  skip_if_not_installed("ggplot2")
  fit <- cox(Surv(time, status) ~ celltype + karno, survival::veteran)
  expect_fault(
    ggplot2::autoplot(fit, type = "log-log", variable = "karno"), "wrong_type", "variable",
    "karno"
  )
  expect_fault(
    ggplot2::autoplot(fit, type = "functional-form", variable = "celltype"), "wrong_type",
    "variable"
  )
  expect_fault(ggplot2::autoplot(fit, type = "baseline", variable = "karno"), "not_a_choice", "type")
  expect_fault(ggplot2::autoplot(fit), "wrong_type", "variable")
  expect_fault(ggplot2::autoplot(ph_test(fit), terms = "age"), "unknown_term", "terms", "age")
})
