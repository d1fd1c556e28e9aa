# What other packages ask of fits of every class.

fits_for_others <- function() {
  d <- untied_trial()
  f <- Surv(time, status) ~ arm + x
  list(coxph = cox(f, d), own = cox(f, d, ties = "exact-marginal"))
}

test_that("emmeans reads fits of both classes", {
  skip_if_not_installed("emmeans")
  fits <- fits_for_others()
  peer <- survival::coxph(Surv(time, status) ~ arm + x, untied_trial(), control = peer_control())
  for (fit in fits) {
    mine <- as.data.frame(emmeans::emmeans(fit, ~arm))
    theirs <- as.data.frame(emmeans::emmeans(peer, ~arm))
    # the level is arbitrary, the contrast is not
    expect_equal(diff(mine$emmean), diff(theirs$emmean), tolerance = 1e-6)
    pairs <- as.data.frame(graphics::pairs(emmeans::emmeans(fit, ~arm), reverse = TRUE))
    expect_equal(c(pairs$estimate, pairs$SE), c(coef(fit)[["armdrug"]], sqrt(vcov(fit)[1, 1])),
      tolerance = 1e-6
    )
  }
})

test_that("predictRisk() is one less the curve", {
  d <- untied_trial()
  f <- Surv(time, status) ~ arm + x + strata(site)
  for (ties in c("efron", "exact-marginal")) {
    fit <- cox(f, d, ties = ties)
    risk <- tte:::predictRisk.tte_cox(fit, d[1:4, ], times = c(5, 12))
    expect_identical(dim(risk), c(4L, 2L))
    by_hand <- t(vapply(1:4, function(i) {
      curve <- survival::survfit(fit, d[i, ])
      1 - summary(curve, times = c(5, 12))$surv
    }, numeric(2)))
    expect_equal(risk, by_hand, tolerance = 1e-10)
  }
  expect_true(is.na(tte:::predictRisk.tte_cox(fit, d[1, ], times = 1e4)))
})

test_that("broom's and gtsummary's tables are those of the fit", {
  skip_if_not_installed("gtsummary")
  skip_if_not_installed("broom.helpers")
  skip_if_not_installed("cardx")
  d <- untied_trial()
  for (fit in list(
    cox(Surv(time, status) ~ arm + x, d, ties = "exact-marginal", conf.type = "profile"),
    cox(Surv(time, status) ~ arm + x, d, firth = TRUE)
  )) {
    table <- suppressMessages(gtsummary::tbl_regression(fit, exponentiate = TRUE))$table_body
    at <- !is.na(table$estimate)
    expect_equal(unname(table$estimate[at]), unname(exp(coef(fit))))
    expect_equal(unname(table$conf.low[at]), unname(exp(confint(fit)[, 1])))
    expect_equal(unname(table$p.value[at]), tidy(fit)$p.value)
  }
})

test_that("marginaleffects compares predictions", {
  skip_if_not_installed("marginaleffects")
  old <- options(marginaleffects_model_classes = "tte_model", marginaleffects_safe = FALSE)
  on.exit(options(old))
  for (fit in fits_for_others()) {
    found <- getExportedValue("marginaleffects", "avg_comparisons")(fit, variables = "arm", type = "lp")
    expect_equal(found$estimate, coef(fit)[["armdrug"]], tolerance = 1e-6)
    expect_equal(found$std.error, sqrt(vcov(fit)[1, 1]), tolerance = 1e-4)
  }
})
