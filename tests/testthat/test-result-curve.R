consumers <- function(fit) {
  list(
    print = utils::capture.output(print(fit)), summary = summary(fit),
    times = summary(fit, times = c(100, 300)),
    quantile = stats::quantile(fit), one = fit[1], survfit0 = survival::survfit0(fit), glance = glance(fit)
  )
}

made_in <- function(data, k = 40) km(Surv(time, status) ~ arm, data, subset = age > k)

fits <- function() {
  lung <- plain_lung()
  file <- tempfile(fileext = ".rds")
  on.exit(unlink(file))
  saveRDS(made_in(lung), file)
  list(made = made_in(lung), looped = lapply(40, function(k) made_in(lung, k))[[1]], read = readRDS(file))
}

test_that("survival's own functions take a curve, wherever it was made", {
  peer <- survival::survfit(Surv(time, status) ~ arm, plain_lung(), subset = age > 40, conf.type = "log-log")
  for (fit in fits()) {
    expect_silent(said <- consumers(fit))
    expect_equal(said$times$surv, summary(peer, times = c(100, 300))$surv)
    expect_equal(said$quantile, stats::quantile(peer))
    test <- survival::survdiff(Surv(time, status) ~ arm, plain_lung(), subset = age > 40)
    expect_equal(survival::survdiff(fit$call$formula, eval(fit$call$data))$chisq, test$chisq)
  }
})

test_that("a curve can be plotted, and one curve taken out of it", {
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  fit <- made_in(plain_lung())
  expect_silent(plot(fit))
  expect_silent(graphics::lines(fit[2]))
  expect_output(print(fit[2]), "arm=M|all")
})

test_that("tidy() has broom's columns", {
  skip_if_not_installed("broom")
  fit <- made_in(plain_lung())
  expect_equal(tidy(fit), as.data.frame(broom::tidy(as_survfit(fit))))
  expect_equal(broom::tidy(fit), tidy(fit))
  expect_identical(glance(fit)$nobs, as.vector(fit$n))
})

test_that("ggsurvfit draws it with risk table, p value and band", {
  skip_if_not_installed("ggsurvfit")
  for (fit in fits()) {
    plot <- ggsurvfit::ggsurvfit(fit) + ggsurvfit::add_risktable() + ggsurvfit::add_pvalue() +
      ggsurvfit::add_confidence_interval() + ggsurvfit::add_quantile()
    expect_silent(built <- ggsurvfit::ggsurvfit_build(plot))
    p <- log_rank_test(Surv(time, status) ~ arm, plain_lung(), subset = age > 40)$p.value
    expect_identical(ggsurvfit::survfit2_p(fit), paste0("p=", ggsurvfit::format_p(p)))
  }
})

test_that("gtsummary tabulates it, events too", {
  skip_if_not_installed("gtsummary")
  for (fit in fits()) {
    table <- suppressMessages(gtsummary::tbl_survfit(fit, times = c(100, 300)))
    expect_s3_class(gtsummary::add_nevent(table), "tbl_survfit")
    expect_s3_class(suppressMessages(gtsummary::tbl_survfit(list(fit), probs = 0.5)), "tbl_survfit")
  }
})

test_that("a plain survfit can be had", {
  expect_identical(class(as_survfit(made_in(plain_lung()))), c("survfit2", "survfit"))
  expect_fault(as_survfit(1), "wrong_type", "x")
})
