# Tie rules, Firth's penalty, profile limits, variances and one-sided p of cox().

rats_like <- function() {
  lung <- lung_of_arms()
  lung$month <- ceiling(lung$time / 30.4375)
  lung
}

test_that("exact-discrete is survival's exact, with its class and method", {
  lung <- rats_like()
  fit <- cox(Surv(month, status) ~ arm + age + strata(ph.ecog), lung, ties = "exact-discrete")
  peer <- survival::coxph(Surv(month, status) ~ arm + age + survival::strata(ph.ecog), lung,
    ties = "exact", control = peer_control()
  )
  expect_equal(coef(fit), coef(peer), tolerance = 1e-8)
  expect_equal(vcov(fit), vcov(peer), tolerance = 1e-7)
  expect_equal(fit$loglik, peer$loglik, tolerance = 1e-10)
  expect_equal(fit$score, peer$score, tolerance = 1e-8)
  expect_s3_class(fit, "coxph")
  expect_identical(fit$method, "exact")
  expect_equal(predict(fit, type = "expected"), unname(predict(peer, type = "expected")), tolerance = 1e-7)
})

test_that("exact-marginal is the integral over the order of the tied deaths", {
  # one tie of two deaths among three at risk: P = r1 r2 / (s (s - r1)) + r1 r2 / (s (s - r2))
  d <- data.frame(time = c(1, 1, 2, 3), status = c(1, 1, 1, 0), x = c(1, 0, 0, 1))
  loglik <- function(b) {
    r <- exp(b * d$x)
    s <- sum(r)
    log(r[1] * r[2] / s * (1 / (s - r[1]) + 1 / (s - r[2]))) + b * d$x[3] - log(r[3] + r[4])
  }
  best <- stats::optimize(loglik, c(-5, 5), maximum = TRUE, tol = 1e-10)
  fit <- cox(Surv(time, status) ~ x, d, ties = "exact-marginal")
  expect_equal(coef(fit)[["x"]], best$maximum, tolerance = 1e-6)
  expect_equal(fit$loglik, c(loglik(0), best$objective), tolerance = 1e-10)
  h <- 1e-4
  curvature <- -(loglik(best$maximum + h) - 2 * best$objective + loglik(best$maximum - h)) / h^2
  expect_equal(vcov(fit)[1, 1], 1 / curvature, tolerance = 1e-5)
})

test_that("a bare exact is refused with both meanings", {
  lung <- rats_like()
  error <- error_of(cox(Surv(month, status) ~ age, lung, ties = "exact"))
  expect_s3_class(error, "tte_error_input")
  expect_identical(error$faults$fault, "not_a_choice")
  for (word in c("exact-discrete", "exact-marginal", "survival", "SAS")) {
    expect_match(conditionMessage(error), word)
  }
})

test_that("exact ties and Firth's penalty have no weights or robust variance", {
  lung <- rats_like()
  lung$w <- 1.5
  f <- Surv(month, status) ~ age
  refused <- list(
    function() cox(f, lung, weights = w, ties = "exact-marginal"),
    function() cox(f, lung, cluster = ph.ecog, ties = "exact-discrete"),
    function() cox(f, lung, cluster = ph.ecog, firth = TRUE),
    function() cox(f, lung, weights = w, conf.type = "profile")
  )
  for (ask in refused) expect_error(ask(), class = "tte_error_unsupported")
  expect_fault(cox(f, lung, weights = w, variance = "model"), "unknown_argument", "variance")
  expect_snapshot({
    say_error(cox(f, lung, weights = w, ties = "exact-marginal"))
    say_error(cox(f, lung, variance = "robust", firth = TRUE))
    say_error(cox(f, lung, weights = w, conf.type = "profile"))
    say_error(cox(f, lung, weights = w, variance = "model"))
    say_error(cox(f, lung, firth = 1, conf.type = "exact", variance = "hc0", alternative = "up"))
  })
})

test_that("Firth's estimate maximises the penalised likelihood", {
  d <- monotone_data()
  penalised <- function(b) {
    at <- survival::coxph(Surv(time, status) ~ arm + x, d,
      init = b, control = survival::coxph.control(iter.max = 0)
    )
    at$loglik[2] - 0.5 * log(det(at$var))
  }
  fit <- cox(Surv(time, status) ~ arm + x, d, firth = TRUE)
  expect_true(all(is.finite(coef(fit))))
  best <- stats::optim(coef(fit) + 0.1, function(b) -penalised(b),
    control = list(reltol = 1e-14, maxit = 5000)
  )
  expect_equal(unname(coef(fit)), unname(best$par), tolerance = 1e-4)
  expect_equal(fit$loglik[2], penalised(coef(fit)), tolerance = 1e-8)
  expect_equal(fit$loglik[1], penalised(c(0, 0)), tolerance = 1e-8)
  # standard errors from the unpenalised information at the estimate
  at <- survival::coxph(Surv(time, status) ~ arm + x, d,
    init = coef(fit), control = survival::coxph.control(iter.max = 0)
  )
  expect_equal(vcov(fit), at$var, tolerance = 1e-6, ignore_attr = TRUE)
  expect_identical(fit$tte$conf.type, "profile")
})

test_that("profile limits are where twice the likelihood has fallen by the quantile", {
  lung <- rats_like()
  for (ties in c("efron", "breslow", "exact-discrete", "exact-marginal")) {
    fit <- cox(Surv(month, status) ~ arm + age, lung, ties = ties, conf.type = "profile")
    for (level in c(0.95, 0.8)) {
      limits <- confint(fit, "age", level = level)
      for (side in 1:2) {
        held <- cox(Surv(month, status) ~ arm + offset(fixed * age), transform(lung, fixed = limits[side]),
          ties = ties
        )
        expect_equal(2 * (fit$loglik[2] - held$loglik[2]), stats::qchisq(level, 1), tolerance = 1e-6)
      }
    }
    dropped <- cox(Surv(month, status) ~ arm, lung, ties = ties)
    expect_equal(tidy(fit)$p.value[2],
      stats::pchisq(2 * (fit$loglik[2] - dropped$loglik[2]), 1, lower.tail = FALSE),
      tolerance = 1e-6
    )
  }
  wald <- confint(cox(Surv(month, status) ~ arm + age, lung, ties = ties))
  expect_equal(unname(confint(fit)), unname(wald), tolerance = 0.05)
  expect_equal(unname(summary(fit)$conf.int[, 3:4]), unname(exp(confint(fit))), tolerance = 1e-10)
  expect_equal(tidy(fit, conf.int = TRUE, exponentiate = TRUE)$conf.low, unname(exp(confint(fit)[, 1])))
})

test_that("a monotone likelihood has one finite limit and a finite p", {
  fit <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data()))
  limits <- confint(fit)
  expect_identical(limits[["armB", 2]], Inf)
  held <- cox(
    Surv(time, status) ~ x + offset(fixed * (arm == "B")),
    transform(monotone_data(), fixed = limits[[1]])
  )
  expect_equal(2 * (fit$loglik[2] - held$loglik[2]), stats::qchisq(0.95, 1), tolerance = 1e-5)
  dropped <- cox(Surv(time, status) ~ x, monotone_data())
  expect_equal(tidy(fit)$p.value[1], stats::pchisq(2 * (fit$loglik[2] - dropped$loglik[2]), 1,
    lower.tail = FALSE
  ),
  tolerance = 1e-5
  )
  turned <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data(), reference = c(arm = "B")))
  expect_equal(unname(confint(turned)["armA", ]), -rev(unname(limits["armB", ])), tolerance = 1e-6)
  warning <- tryCatch(cox(Surv(time, status) ~ arm + x, monotone_data()), warning = identity)
  expect_match(conditionMessage(warning), "firth = TRUE")
  # under a robust variance there is no likelihood, and no limits
  robust <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data(), variance = "robust"))
  expect_true(all(is.na(confint(robust)["armB", ])))
})

test_that("variance = robust is that of rows, or of persons", {
  lung <- rats_like()
  lung$row <- seq_len(nrow(lung))
  a <- cox(Surv(time, status) ~ arm + age, lung, variance = "robust")
  b <- cox(Surv(time, status) ~ arm + age, lung, cluster = row)
  expect_equal(vcov(a), vcov(b), tolerance = 1e-10)
  peer <- survival::coxph(Surv(time, status) ~ arm + age, lung, robust = TRUE, control = peer_control())
  expect_equal(vcov(a), vcov(peer), tolerance = 1e-6)
  expect_equal(vcov(update(a, . ~ .)), vcov(a))
})

test_that("the stratified score test is the stratified log-rank test", {
  d <- untied_trial()
  fit <- cox(Surv(time, status) ~ arm, d, strata = "site")
  test <- log_rank_test(Surv(time, status) ~ arm, d, strata = "site")
  expect_equal(fit$score, unname(test$statistic), tolerance = 1e-10)
  # with ties the discrete likelihood keeps it
  lung <- rats_like()
  tied <- cox(Surv(month, status) ~ arm, lung, strata = "ph.ecog", ties = "exact-discrete")
  again <- log_rank_test(Surv(month, status) ~ arm, lung, strata = "ph.ecog")
  expect_equal(tied$score, unname(again$statistic), tolerance = 1e-10)
})

test_that("update() keeps every option", {
  d <- untied_trial()
  fit <- cox(Surv(time, status) ~ arm + x, d,
    ties = "exact-marginal", conf.type = "profile",
    conf.level = 0.9,
    alternative = "greater", timefix = FALSE
  )
  again <- update(fit, . ~ .)
  expect_identical(
    again$tte[c("ties", "conf.type", "alternative", "timefix")],
    fit$tte[c("ties", "conf.type", "alternative", "timefix")]
  )
  expect_identical(again$conf.level, 0.9)
  expect_equal(again$profile, fit$profile)
})

test_that("prints of the new fits", {
  expect_snapshot({
    print(cox(Surv(month, status) ~ arm + age, rats_like(), ties = "exact-marginal", conf.type = "profile"))
    print(cox(Surv(time, status) ~ arm + x, monotone_data(), firth = TRUE))
    print(cox(Surv(time, status) ~ arm, untied_trial(), variance = "robust", alternative = "greater"))
  })
})

test_that("the jackknife leaves out rows, persons or clusters and fits again", {
  d <- untied_trial()
  fit <- cox(Surv(time, status) ~ arm + x, d, variance = "jackknife")
  left <- vapply(seq_len(nrow(d)), function(i) coef(cox(Surv(time, status) ~ arm + x, d[-i, ])), numeric(2))
  by_hand <- tcrossprod(left - rowMeans(left)) * (nrow(d) - 1) / nrow(d)
  expect_equal(unname(vcov(fit)), unname(by_hand), tolerance = 1e-6)
  expect_s3_class(fit, "tte_model")
  expect_identical(tidy(fit)$robust.se, unname(sqrt(diag(vcov(fit)))))
  expect_output(print(fit), "jackknife se")
  clustered <- cox(Surv(time, status) ~ arm + x, d,
    cluster = centre, variance = "jackknife",
    ties = "exact-marginal"
  )
  left <- vapply(
    0:7, function(k) coef(cox(Surv(time, status) ~ arm + x, d, subset = centre != k)),
    numeric(2)
  )
  expect_equal(unname(vcov(clustered)), unname(tcrossprod(left - rowMeans(left)) * 7 / 8), tolerance = 1e-6)
  firth <- cox(Surv(time, status) ~ arm + x, d, variance = "jackknife", firth = TRUE)
  expect_fault(
    cox(Surv(time, status) ~ x, d, variance = "jackknife", conf.type = "profile"),
    "unknown_argument"
  )
  expect_false(isTRUE(all.equal(vcov(firth), vcov(fit), tolerance = 1e-4)))
  expect_error(cox(Surv(time, status) ~ arm, d, freq = one, variance = "jackknife"),
    class = "tte_error_unsupported"
  )
  expect_error(suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data(), variance = "jackknife")),
    class = "tte_error_unsupported"
  )
})

test_that("exact ties have no Firth penalty, and say so by name", {
  for (ties in c("exact-marginal", "exact-discrete")) {
    expect_error(
      cox(Surv(time, status) ~ age, survival::lung, ties = ties, firth = TRUE),
      class = "tte_error_unsupported"
    )
  }
})
