# Published Cox models. [printed]: the digits stand in the source; [formula]: recomputed here in closed form.

beta <- function(fit) unname(stats::coef(fit))
se <- function(fit) unname(sqrt(diag(stats::vcov(fit))))

# Maximise an explicit log likelihood in one parameter and give its curvature by Richardson's rule.
closed_form <- function(loglik, around = c(-5, 5)) {
  top <- stats::optimize(loglik, around, maximum = TRUE, tol = 1e-12)$maximum
  slope <- function(b, h = 1e-3) {
    central <- function(h) (loglik(b + h) - loglik(b - h)) / (2 * h)
    (4 * central(h / 2) - central(h)) / 3
  }
  root <- stats::uniroot(slope, top + c(-0.05, 0.05), tol = 1e-13)$root
  list(beta = root, loglik = c(loglik(0), loglik(root)))
}

test_that("Therneau & Grambsch appendix E.1, Breslow: beta = log((3 + sqrt 33)/2) [formula]", {
  d <- textbook("tg_test1")
  fit <- cox(Surv(time, status) ~ x, d, ties = "breslow")
  r <- (3 + sqrt(33)) / 2
  expect_equal(beta(fit), log(r), tolerance = 1e-8)
  expect_equal(fit$loglik, c(-(log(6) + 2 * log(4)), 2 * log(r) - log(3 * r + 3) - 2 * log(r + 3)),
    tolerance = 1e-12
  )
  # information: x = 1 in 3r of 3r + 3, then twice r of r + 3
  information <- r / (r + 1)^2 + 6 * r / (r + 3)^2
  expect_equal(se(fit), 1 / sqrt(information), tolerance = 1e-8)
  # U(0) = 1, I(0) = 5/8
  expect_equal(unname(fit$score), 1.6, tolerance = 1e-12)
  hazard <- cumsum(c(1 / (3 * r + 3), 2 / (r + 3), 1))
  risk <- r^d$x
  cumulative <- c(hazard[1], hazard[1], hazard[2], hazard[2], hazard[2], hazard[3])
  expect_equal(unname(fit$residuals), d$status - risk * cumulative, tolerance = 1e-7)
})

test_that("Therneau & Grambsch appendix E.1, Efron: log L -3.358975 (-3.358979 is a misprint) [formula]", {
  d <- textbook("tg_test1")
  fit <- cox(Surv(time, status) ~ x, d, ties = "efron")
  loglik <- function(b) {
    r <- exp(b)
    2 * b - log(3 * r + 3) - log(r + 3) - log(r / 2 + 5 / 2)
  }
  truth <- closed_form(loglik)
  expect_equal(beta(fit), truth$beta, tolerance = 1e-7)
  expect_equal(fit$loglik, truth$loglik, tolerance = 1e-12)
  expect_equal(round(fit$loglik, 6), c(-4.276666, -3.358975))
  # U(0) = 13/12, I(0) = 83/144
  expect_equal(unname(fit$score), (13 / 12)^2 / (83 / 144), tolerance = 1e-12)
})

test_that("Therneau & Grambsch appendix E.2, (start, stop] rows: the likelihoods maximised [formula]", {
  d <- textbook("tg_test2")
  common <- function(b) {
    r <- exp(b)
    4 * b - log(r + 1) - log(r + 2) - log(3 * r + 2) - 2 * log(3 * r + 1)
  }
  breslow <- closed_form(function(b) common(b) - 2 * log(3 * exp(b) + 2))
  efron <- closed_form(function(b) common(b) - log(3 * exp(b) + 2) - log(2 * exp(b) + 2))
  for (ties in c("breslow", "efron")) {
    truth <- list(breslow = breslow, efron = efron)[[ties]]
    fit <- cox(Surv(start, stop, event) ~ x, d, ties = ties)
    expect_equal(beta(fit), truth$beta, tolerance = 1e-7)
    expect_equal(fit$loglik, truth$loglik, tolerance = 1e-12)
  }
  expect_equal(round(breslow$beta, 6), -0.084526)
  expect_equal(round(breslow$loglik, 6), c(-9.392662, -9.387015))
})

test_that("the same data as three strata shifted in time: beta unchanged, log L times three [formula]", {
  one <- cox(Surv(start, stop, event) ~ x, textbook("tg_test2"), ties = "efron")
  three <- cox(Surv(start, stop, event) ~ x, textbook("tg_test2_strata"), strata = "group", ties = "efron")
  expect_equal(beta(three), beta(one), tolerance = 1e-8)
  expect_equal(three$loglik, 3 * one$loglik, tolerance = 1e-12)
  expect_equal(se(three), se(one) / sqrt(3), tolerance = 1e-8)
})

test_that("Therneau & Grambsch appendix E.3, case weights: the printed likelihoods maximised [formula]", {
  d <- textbook("tg_test3w")
  breslow <- closed_form(function(b) {
    r <- exp(b)
    11 * b - log(r^2 + 11 * r + 7) - 10 * log(11 * r + 5) - 2 * log(2 * r + 1)
  })
  efron <- closed_form(function(b) {
    r <- exp(b)
    tied <- log(11 * r + 5) + log(26 * r / 3 + 4) + log(19 * r / 3 + 3)
    11 * b - log(r^2 + 11 * r + 7) - 10 / 3 * tied - 2 * log(2 * r + 1)
  })
  for (ties in c("breslow", "efron")) {
    truth <- list(breslow = breslow, efron = efron)[[ties]]
    fit <- cox(Surv(time, status) ~ x, d, weights = "wt", ties = ties)
    expect_equal(beta(fit), truth$beta, tolerance = 1e-7)
    expect_equal(fit$loglik, truth$loglik, tolerance = 1e-12)
    expect_false(is.null(fit$naive.var))
  }
  # as frequencies: Breslow does not change, Efron sees ten tied deaths of weight one
  frequent <- cox(Surv(time, status) ~ x, d, freq = "wt", ties = "breslow")
  expect_equal(beta(frequent), breslow$beta, tolerance = 1e-7)
  copies <- closed_form(function(b) {
    r <- exp(b)
    tied <- sum(log(11 * r + 5 - (0:9) / 10 * (7 * r + 3)))
    last <- log(2 * r + 1) + log(2 * r + 1 - r)
    11 * b - log(r^2 + 11 * r + 7) - tied - last
  })
  frequent <- cox(Surv(time, status) ~ x, d, freq = "wt", ties = "efron")
  expect_equal(beta(frequent), copies$beta, tolerance = 1e-7)
  expect_equal(frequent$loglik, copies$loglik, tolerance = 1e-12)
})

test_that("Freireich: Breslow 1.509 (0.410), Efron 1.572 (0.412) (Collett; K&P) [printed]", {
  d <- transform(textbook("freireich"), arm = factor(arm, c("6-MP", "placebo")))
  fit <- cox(Surv(time, status) ~ arm, d, ties = "breslow")
  expect_equal(round(c(beta(fit), se(fit)), 3), c(1.509, 0.410))
  fit <- cox(Surv(time, status) ~ arm, d)
  expect_equal(round(c(beta(fit), se(fit)), 3), c(1.572, 0.412))
  # stratified by pair: conditional logistic regression on 18 v 3, whose closed form is log(18/3), 1/18 + 1/3
  fit <- cox(Surv(time, status) ~ arm, d, strata = "pair")
  expect_equal(c(beta(fit), se(fit)), c(log(6), sqrt(1 / 18 + 1 / 3)), tolerance = 1e-8)
})

test_that("kidney dialysis: Breslow -0.618 (0.398), Efron -0.613 (0.398) (K&M Example 8.2) [printed]", {
  d <- textbook("km_kidney")
  fit <- cox(Surv(time, delta) ~ type, d, ties = "breslow")
  expect_equal(round(c(beta(fit), se(fit)), 4), c(-0.6182, 0.3981))
  fit <- cox(Surv(time, delta) ~ type, d, ties = "efron")
  expect_equal(round(c(beta(fit), se(fit)), 4), c(-0.6126, 0.3979))
})

test_that("larynx cancer, stage and age, Breslow (K&M section 8.4) [printed]", {
  fit <- cox(Surv(time, delta) ~ factor(stage) + age, textbook("km_larynx"), ties = "breslow")
  expect_equal(round(beta(fit), 4), c(0.1386, 0.6383, 1.6931, 0.0189))
  expect_equal(round(se(fit), 4), c(0.4623, 0.3561, 0.4222, 0.0143))
})

test_that("HPA staining, Breslow: 0.908 (0.501), -2 log L 173.968, 170.096 (Collett, chapter 3) [printed]", {
  fit <- cox(Surv(time, status) ~ stain, textbook("collett_hpa"), ties = "breslow")
  expect_equal(round(c(beta(fit), se(fit)), 3), c(0.908, 0.501))
  expect_equal(round(-2 * fit$loglik, 3), c(173.968, 170.096))
})

test_that("SAS PHREG, rats with vaginal cancer: -0.59590 (0.34840), -2 log L 204.317 and 201.438 [printed]", {
  fit <- cox(Surv(days, status) ~ group, textbook("sas_rats"), ties = "breslow")
  expect_equal(round(c(beta(fit), se(fit)), 4), c(-0.5959, 0.3484))
  expect_equal(round(-2 * fit$loglik, 3), c(204.317, 201.438))
  expect_equal(round(unname(fit$score), 4), 3.0001)
})

test_that("SAS PHREG, multiple myeloma: LogBUN 1.6744 (0.6121), HGB -0.1190 (0.0575) [printed]", {
  fit <- cox(Surv(Time, VStatus) ~ LogBUN + HGB, textbook("sas_myeloma"), ties = "breslow")
  expect_equal(round(beta(fit), 4), c(1.6744, -0.1190))
  expect_equal(round(se(fit), 4), c(0.6121, 0.0575))
  expect_equal(round(-2 * fit$loglik, 3), c(309.716, 297.767))
})

test_that("SAS PHREG, 'Firth's Correction': Contrived has an infinite estimate, named with its direction", {
  expect_warning(
    fit <- cox(Surv(Time, VStatus) ~ LogBUN + HGB + Contrived, textbook("sas_myeloma"), ties = "breslow"),
    class = "tte_warning_monotone_likelihood"
  )
  expect_equal(sign(unname(fit$monotone)), c(0, 0, 1))
  # what remains identified: the limit of the likelihood, and the other two coefficients in that limit
  d <- textbook("sas_myeloma")
  limit <- oracle_cox_at(
    c(beta(fit)[1:2], 40), oracle_rows(list(stop = d$Time, cause = d$VStatus)),
    as.matrix(d[c("LogBUN", "HGB", "Contrived")]), numeric(nrow(d)), "breslow"
  )
  expect_equal(fit$loglik[2], limit$loglik, tolerance = 1e-6)
})

test_that("survival's tests/infcox.R: both coefficients infinite, x1 down, x2 down", {
  d <- textbook("infcox")
  expect_warning(
    fit <- cox(Surv(time, status) ~ x1 + x2, d),
    class = "tte_warning_monotone_likelihood"
  )
  # all deaths have x1 = 0 and x2 = 0, and others are at risk each time: in the limit -log(3 * 2 * 1)
  expect_equal(sign(unname(fit$monotone)), c(-1, -1))
  expect_equal(fit$loglik[2], -log(6), tolerance = 1e-6)
})

test_that("veterans' lung cancer, Efron (Venables & Ripley 2002, section 13.3) [printed]", {
  fit <- cox(Surv(time, status) ~ trt + age + karno + diagtime + celltype + prior, survival::veteran)
  expect_equal(
    round(beta(fit), 4), c(0.2946, -0.0087, -0.0328, 0.0001, 0.8616, 1.1961, 0.4013, 0.0072)
  )
  expect_equal(round(se(fit), 4), c(0.2075, 0.0093, 0.0055, 0.0091, 0.2753, 0.3009, 0.2827, 0.0232))
})

test_that("advanced lung cancer: concordance 0.637 (0.025), LR 30.5 on 3 df (coxph's print) [printed]", {
  expect_warning(
    fit <- cox(Surv(time, status == 2) ~ age + sex + ph.ecog, survival::lung),
    class = "tte_warning_missing_covariate"
  )
  expect_equal(round(beta(fit), 5), c(0.01107, -0.55261, 0.46373))
  expect_equal(round(unname(fit$concordance[c("concordance", "std")]), 3), c(0.637, 0.025))
  expect_equal(round(2 * diff(fit$loglik), 1), 30.5)
})

test_that("SAS PHREG, bladder tumours, proportional means: robust errors (Lin et al. 2000) [printed]", {
  fit <- cox(
    Surv(start, stop, event) ~ rx + size + number, survival::bladder2,
    cluster = "id", ties = "breslow"
  )
  expect_equal(round(beta(fit), 5), c(-0.45979, -0.04256, 0.17164))
  expect_equal(round(se(fit), 5), c(0.25801, 0.07555, 0.06131))
})

test_that("AIDS and SI appearance: cause-specific effects of CCR5 (Putter, Fiocco & Geskus 2007) [printed]", {
  d <- textbook("aidssi")
  d$ccr5 <- factor(d$ccr5, c("WW", "WM"))
  for (k in 1:2) {
    expect_warning(
      fit <- cox(Surv(time, status == k) ~ ccr5, d),
      class = "tte_warning_missing_covariate"
    )
    expect_equal(round(beta(fit), 3), c(-1.236, -0.254)[k])
    expect_equal(round(se(fit), 3), c(0.307, 0.238)[k])
  }
})

test_that("concordance of eleven AML patients, pair by pair (survival's tests/concordance.R) [formula]", {
  d <- textbook("cindex_aml")
  fit <- cox(Surv(time, status) ~ x, d)
  pairs <- oracle_concordance(list(stop = d$time, cause = d$status), d$x * beta(fit))
  expect_equal(unname(sort(pairs[1:2])), c(14, 24))
  expect_equal(unname(fit$concordance[1:5]), unname(pairs[1:5]))
  expect_equal(unname(fit$concordance[["std"]]), pairs[["std"]], tolerance = 1e-12)
})

test_that("therneau/survival#326: eight patients whose baseline under- or overflows", {
  d <- textbook("surv326")
  fit <- cox(Surv(time, status) ~ sex + age, d)
  expect_equal(round(beta(fit), 4), c(-7.4936, 0.6338))
  # far from zero the answer must not change
  d$age <- d$age + 5000
  expect_equal(beta(cox(Surv(time, status) ~ sex + age, d)), beta(fit), tolerance = 1e-7)
})
