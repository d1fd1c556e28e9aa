test_that("two concordances and their difference are survival's", {
  lung <- lung_of_arms()
  pairs <- list(
    list(Surv(time, status) ~ age, Surv(time, status) ~ age + arm + ph.ecog),
    list(Surv(time, status) ~ arm, Surv(time, status) ~ ph.ecog)
  )
  for (pair in pairs) {
    found <- compare_concordance(cox(pair[[1]], lung), cox(pair[[2]], lung))
    a <- survival::coxph(pair[[1]], lung, control = peer_control())
    b <- survival::coxph(pair[[2]], lung, control = peer_control())
    peer <- survival::concordance(a, b)
    expect_equal(found$estimate, c(peer$concordance, diff(peer$concordance)),
      tolerance = 1e-8,
      ignore_attr = TRUE
    )
    expect_equal(found$std.error[1:2], sqrt(diag(peer$var)), tolerance = 1e-6, ignore_attr = TRUE)
    expect_equal(found$std.error[3], sqrt(drop(c(-1, 1) %*% peer$var %*% c(-1, 1))), tolerance = 1e-6)
  }
  expect_identical(found$comparison[3], "model 2 v model 1")
})

test_that("a model against itself differs by nothing; clusters are units", {
  d <- untied_trial()
  fit <- cox(Surv(time, status) ~ arm + x, d, cluster = centre)
  same <- compare_concordance(fit, fit)
  expect_equal(same$estimate[3], 0)
  other <- cox(Surv(time, status) ~ x, d, cluster = centre)
  found <- compare_concordance(other, fit)
  a <- survival::coxph(Surv(time, status) ~ x, d, cluster = centre, control = peer_control())
  b <- survival::coxph(Surv(time, status) ~ arm + x, d, cluster = centre, control = peer_control())
  peer <- survival::concordance(a, b, cluster = d$centre)
  expect_equal(found$std.error[1:2], sqrt(diag(peer$var)), tolerance = 1e-6, ignore_attr = TRUE)
})

test_that("models of other rows are refused", {
  lung <- lung_of_arms()
  a <- cox(Surv(time, status) ~ age, lung)
  b <- cox(Surv(time, status) ~ age, lung[-1, ])
  expect_fault(compare_concordance(a, b), "models_differ", "fit2")
  expect_fault(compare_concordance(a, 3), "wrong_type", "fit2")
  expect_snapshot({
    print(compare_concordance(a, cox(Surv(time, status) ~ age + arm, lung)))
    say_error(compare_concordance(a, b))
  })
})
