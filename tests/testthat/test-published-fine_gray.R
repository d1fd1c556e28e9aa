# Published Fine-Gray fits. [printed]: the digits stand in the source.

bmtcrr <- function() {
  d <- textbook("bmtcrr")
  d$what <- factor(d$Status, 0:2, c("censored", "relapse", "death"))
  d$D <- factor(d$D, c("ALL", "AML"))
  d$Sex <- factor(d$Sex, c("M", "F"))
  d$Phase <- factor(d$Phase, c("Relapse", "CR1", "CR2", "CR3"))
  d
}

test_that("bone marrow transplants, relapse (Scrucca, Santucci & Aversa 2010) [printed]", {
  fit <- fine_gray(
    Surv(ftime, what) ~ Age + Sex + D + Phase + Source, bmtcrr(),
    convention = "cmprsk", variance = "sandwich"
  )
  expect_equal(
    round(unname(coef(fit)), 4), c(-0.0185, -0.0352, -0.4723, -1.1018, -1.0200, -0.7314, 0.9211)
  )
  expect_equal(signif(unname(sqrt(diag(vcov(fit)))), 3), c(0.0119, 0.29, 0.305, 0.376, 0.356, 0.577, 0.553))
})

test_that("mgus2: survival's vignette of competing risks, age and sex [formula: coxph() on finegray()]", {
  d <- survival::mgus2
  d$months <- with(d, ifelse(pstat == 1, ptime, futime))
  d$first <- with(d, factor(ifelse(pstat == 1, 1, 2 * death), 0:2, c("censored", "PCM", "death")))
  wide <- survival::finegray(survival::Surv(months, first) ~ ., d, etype = "PCM")
  peer <- survival::coxph(survival::Surv(fgstart, fgstop, fgstatus) ~ age + sex, wide,
    weights = fgwt, ties = "breslow",
    control = survival::coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
  )
  fit <- fine_gray(Surv(months, first) ~ age + sex, d, variance = "model")
  expect_equal(coef(fit), coef(peer), tolerance = 1e-10)
  expect_equal(unname(vcov(fit)), unname(peer$naive.var), tolerance = 1e-9)
  expect_equal(fit$loglik, peer$loglik, tolerance = 1e-10)
})
