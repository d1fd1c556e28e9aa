test_that("type III leaves a term out of the model whose factors sum to zero", {
  lung <- lung_of_arms()
  lung$ecog <- factor(lung$ph.ecog)
  fit <- cox(Surv(time, status) ~ arm * ecog + age, lung)
  coded <- lung
  contrasts(coded$arm) <- stats::contr.sum(2)
  contrasts(coded$ecog) <- stats::contr.sum(3)
  x <- stats::model.matrix(~ arm * ecog + age, coded)[, -1]
  term <- attr(stats::model.matrix(~ arm * ecog + age, coded), "assign")[-1]
  whole <- survival::coxph(Surv(time, status) ~ x, lung, control = peer_control())
  labels <- c("arm", "ecog", "age", "arm:ecog")
  lr <- anova(fit, type = 3)
  wald <- anova(fit, type = 3, test = "wald")
  score <- anova(fit, type = 3, test = "score")
  for (k in 1:4) {
    rest <- survival::coxph(Surv(time, status) ~ x[, term != k], lung, control = peer_control())
    expect_equal(lr[labels[k], "Chisq"], 2 * (whole$loglik[2] - rest$loglik[2]), tolerance = 1e-7)
    at <- which(term == k)
    b <- coef(whole)[at]
    expect_equal(wald[labels[k], "Chisq"], drop(b %*% solve(whole$var[at, at], b)), tolerance = 1e-6)
    init <- numeric(6)
    init[term != k] <- coef(rest)
    there <- survival::coxph(Surv(time, status) ~ x, lung,
      init = init,
      control = survival::coxph.control(iter.max = 0)
    )
    expect_equal(score[labels[k], "Chisq"], there$score, tolerance = 1e-5)
  }
  expect_equal(lr$Df, c(1, 2, 1, 2))
  # the contrasts of the fit change nothing
  other <- cox(Surv(time, status) ~ arm * ecog + age, coded)
  expect_equal(anova(other, type = 3)$Chisq, lr$Chisq, tolerance = 1e-7)
})

test_that("type II keeps the terms that do not contain the term", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ arm * age + ph.ecog, lung)
  found <- anova(fit, type = 2)
  loglik <- function(f) cox(f, lung)$loglik[2]
  main <- loglik(Surv(time, status) ~ arm + age + ph.ecog)
  expect_equal(found["arm", "Chisq"], 2 * (main - loglik(Surv(time, status) ~ age + ph.ecog)),
    tolerance = 1e-7
  )
  expect_equal(found["age", "Chisq"], 2 * (main - loglik(Surv(time, status) ~ arm + ph.ecog)),
    tolerance = 1e-7
  )
  expect_equal(found["arm:age", "Chisq"], 2 * (fit$loglik[2] - main), tolerance = 1e-7)
  expect_equal(found["ph.ecog", "Chisq"], 2 * (fit$loglik[2] - loglik(Surv(time, status) ~ arm * age)),
    tolerance = 1e-7
  )
  # without interactions the types agree
  plain <- cox(Surv(time, status) ~ arm + age + strata(ph.ecog), lung)
  for (test in c("LR", "wald", "score")) {
    expect_equal(anova(plain, type = 2, test = test), anova(plain, type = 3, test = test), ignore_attr = TRUE)
  }
})

test_that("of one column, the tests are those of its coefficient", {
  lung <- lung_of_arms()
  for (ties in c("efron", "exact-marginal")) {
    fit <- cox(Surv(time, status) ~ arm + age, lung, ties = ties, conf.type = "profile")
    expect_equal(anova(fit, type = 3)[["Pr(>|Chi|)"]], tidy(fit)$p.value, tolerance = 1e-6)
  }
  robust <- cox(Surv(time, status) ~ arm + age, lung, variance = "robust")
  expect_equal(anova(robust, type = 2)[["Pr(>|Chi|)"]], tidy(robust)$p.value, tolerance = 1e-6)
  firth <- cox(Surv(time, status) ~ arm + age, lung, firth = TRUE)
  expect_equal(anova(firth, type = 3)[["Pr(>|Chi|)"]], tidy(firth)$p.value, tolerance = 1e-6)
})

test_that("sequential tests and models against each other are survival's", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ arm + splines::ns(age, 2) + strata(ph.ecog), lung)
  peer <- survival::coxph(Surv(time, status) ~ arm + splines::ns(age, 2) + survival::strata(ph.ecog), lung,
    control = peer_control()
  )
  expect_equal(as.data.frame(anova(fit)), as.data.frame(anova(peer)), tolerance = 1e-7, ignore_attr = TRUE)
  small <- cox(Surv(time, status) ~ arm + strata(ph.ecog), lung)
  table <- anova(small, fit)
  expect_equal(table$Chisq[2], 2 * (fit$loglik[2] - small$loglik[2]), tolerance = 1e-10)
  expect_equal(table$Df[2], 2)
})

test_that("tests that are not defined are refused by name", {
  lung <- lung_of_arms()
  fit <- cox(Surv(time, status) ~ arm + age, lung)
  robust <- cox(Surv(time, status) ~ arm + age, lung, cluster = old)
  firth <- cox(Surv(time, status) ~ factor(ph.ecog) + age, lung, firth = TRUE)
  expect_error(anova(robust), class = "tte_error_unsupported")
  expect_error(anova(robust, type = 2, test = "LR"), class = "tte_error_unsupported")
  expect_error(anova(firth, type = 3), class = "tte_error_unsupported")
  expect_equal(anova(firth, type = 3, test = "wald")$Df, c(2, 1))
  expect_fault(anova(fit, type = 4), "not_a_choice", "type")
  expect_fault(anova(fit, cox(Surv(time, status) ~ arm, lung[-1, ])), "models_differ")
  expect_fault(anova(fit, 3), "wrong_type", "...")
  expect_snapshot({
    print(anova(fit, type = 3))
    say_error(anova(robust, type = 2, test = "LR"))
    say_error(anova(firth, type = 3))
    say_error(anova(fit, type = 4, test = "F"))
  })
})
