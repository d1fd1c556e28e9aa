# Published SAS PHREG analyses, and exact ties on textbook data. [printed]: SAS printed these digits; it stops
# iterating up to 3e-5 early. [formula]: recomputed here in closed form or by definition.

test_that("SAS PHREG / FIRTH RISKLIMITS=PL, ovarian data with a covariate that separates [printed]", {
  # printed beside the test of phregr() in the R package trtswitch
  fit <- cox(Surv(futime, fustat) ~ rx + fustat, survival::ovarian, ties = "breslow", firth = TRUE)
  expect_lt(max(abs(stats::coef(fit) - c(-0.54197, 4.23615))), 5e-4)
  limits <- unname(exp(stats::confint(fit)))
  expect_equal(round(limits[, 1], 3), c(0.173, 8.771))
  expect_equal(round(limits[1, 2], 3), 1.884)
  expect_equal(limits[2, 2], 8936.061, tolerance = 1e-6)
})

test_that("SAS PHREG, multiple myeloma with Contrived: log likelihood at the start, its limit, and Firth", {
  d <- textbook("sas_myeloma")
  formula <- Surv(Time, VStatus) ~ LogBUN + HGB + Contrived
  expect_warning(fit <- cox(formula, d, ties = "breslow"), class = "tte_warning_monotone_likelihood")
  # [printed]: iteration 0, and where the iteration leads
  expect_equal(fit$loglik[1], -154.8579914384, tolerance = 1e-12)
  expect_equal(round(fit$loglik[2], 2), -136.56)
  # only the lower limit of Contrived is finite; the other two have both
  limits <- stats::confint(fit)
  expect_identical(is.finite(unname(limits)), cbind(TRUE, c(TRUE, TRUE, FALSE)))
  # [formula]
  firth <- cox(formula, d, ties = "breslow", firth = TRUE)
  loglik <- oracle_loglik_of(
    list(stop = d$Time, cause = d$VStatus), d[c("LogBUN", "HGB", "Contrived")],
    ties = "breslow", firth = TRUE
  )
  truth <- oracle_maximum(loglik, unname(stats::coef(firth)), c(0.5, 0.1, 1))
  expect_equal(unname(stats::coef(firth)), truth$par, tolerance = 1e-8)
  expect_equal(firth$loglik[2], truth$value, tolerance = 1e-10)
  # twice the fall of the profile at each limit is the chi-squared quantile
  ends <- unname(stats::confint(firth))
  for (j in 1:3) {
    for (end in ends[j, ]) {
      rest <- oracle_maximum(function(b) loglik(append(b, end, j - 1L)), truth$par[-j], c(0.5, 0.1, 1)[-j])
      expect_equal(2 * (truth$value - rest$value), stats::qchisq(0.95, 1), tolerance = 1e-7)
    }
  }
})

test_that("SAS PHREG, VA lung cancer with Prior|Therapy: Wald tests by effect [printed]", {
  d <- survival::veteran
  d$celltype <- stats::relevel(d$celltype, "large")
  fit <- cox(Surv(time, status) ~ karno + diagtime + age + celltype + factor(prior) * factor(trt), d,
    ties = "breslow"
  )
  wald <- function(which) {
    b <- stats::coef(fit)[which]
    drop(b %*% solve(stats::vcov(fit)[which, which], b))
  }
  printed <- c(karno = 35.5051, diagtime = 0.1159, age = 1.9772, prior = 2.5296, trt = 5.2349)
  found <- c(wald(1), wald(2), wald(3), wald(7), wald(8))
  expect_lt(max(abs(found - printed)), 1e-3)
})

test_that("kidney dialysis, discrete ties: -0.629 (0.402) (K&M Example 8.2) [printed]", {
  d <- textbook("km_kidney")
  fit <- cox(Surv(time, delta) ~ I(type == 2), d, ties = "exact-discrete")
  expect_equal(round(unname(c(stats::coef(fit), sqrt(stats::vcov(fit)))), 3), c(-0.629, 0.402))
})

test_that("two deaths of five at one time: both exact likelihoods in closed form [formula]", {
  # the deaths have x = 1 and 0, the survivors 1, 0, 0; b = exp(beta)
  d <- data.frame(time = c(4, 4, 5, 5, 5), status = c(1, 1, 0, 0, 0), x = c(1, 0, 1, 0, 0))
  peak <- function(loglik) stats::optimize(loglik, c(-5, 5), maximum = TRUE, tol = 1e-9)
  # sets of two: one with both x = 1, six with one of them, three with none
  discrete <- peak(function(beta) beta - log(exp(2 * beta) + 6 * exp(beta) + 3))
  fit <- cox(Surv(time, status) ~ x, d, ties = "exact-discrete")
  expect_equal(unname(stats::coef(fit)), log(3) / 2, tolerance = 1e-8)
  expect_equal(fit$loglik, c(-log(10), discrete$objective), tolerance = 1e-10)
  # either death first, then the other
  marginal <- peak(function(beta) {
    b <- exp(beta)
    log(b / (2 * b + 3) / (b + 3) + 1 / (2 * b + 3) * b / (2 * b + 2))
  })
  fit <- cox(Surv(time, status) ~ x, d, ties = "exact-marginal")
  expect_equal(unname(stats::coef(fit)), marginal$maximum, tolerance = 1e-6)
  expect_equal(fit$loglik, c(-log(10), marginal$objective), tolerance = 1e-10)
})

test_that("textbook data under both exact rules, with profile limits, are the definition's [formula]", {
  data <- list(
    rats = with(textbook("sas_rats"), data.frame(time = days, status = status, x = group)),
    freireich = with(textbook("freireich"), data.frame(time = time, status = status, x = arm == "placebo")),
    kidney = with(textbook("km_kidney"), data.frame(time = time, status = delta, x = type == 2))
  )
  found <- list()
  for (name in names(data)) {
    d <- transform(data[[name]], x = as.numeric(x))
    for (ties in c("exact-discrete", "exact-marginal")) {
      fit <- cox(Surv(time, status) ~ x, d, ties = ties, conf.type = "profile")
      loglik <- oracle_loglik_of(list(stop = d$time, cause = d$status), d["x"], ties = ties)
      truth <- oracle_maximum(loglik, 0)
      se <- sqrt(1 / -truth$hessian[1L])
      expect_equal(unname(stats::coef(fit)), truth$par, tolerance = 1e-8)
      expect_equal(sqrt(stats::vcov(fit)[1L]), se, tolerance = 1e-7)
      expect_equal(fit$loglik[2], truth$value, tolerance = 1e-10)
      limits <- oracle_profile_limits(loglik, truth, 1L)
      expect_equal(unname(stats::confint(fit)[1, ]), limits, tolerance = 1e-8)
      found[[paste(name, ties)]] <- round(truth$par, 3)
    }
  }
  # in words: Freireich's trial gives 1.509 by Breslow, 1.572 by Efron, 1.598 and 1.628 exactly
  expect_equal(found[["freireich exact-marginal"]], 1.598)
  expect_equal(found[["freireich exact-discrete"]], 1.628)
})
