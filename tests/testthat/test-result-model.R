exact <- survival::coxph.control(eps = 1e-12, toler.chol = 1e-14, iter.max = 50)

pairs_of_fits <- function() {
  lung <- transform(plain_lung(), sexes = factor(arm), f = rep(c(1, 2), length.out = length(time)))
  list(
    plain = list(
      cox(Surv(time, status) ~ sexes + age, lung),
      survival::coxph(Surv(time, status) ~ sexes + age, lung, control = exact)
    ),
    stratified = list(
      cox(Surv(time, status) ~ sexes + age, lung, strata = "ph.ecog", ties = "breslow", x = TRUE),
      survival::coxph(Surv(time, status) ~ sexes + age + strata(ph.ecog), lung,
        ties = "breslow", x = TRUE,
        control = exact
      )
    ),
    spline = list(
      cox(Surv(time, status) ~ sexes + splines::ns(age, df = 3), lung, y = FALSE),
      survival::coxph(Surv(time, status) ~ sexes + splines::ns(age, df = 3), lung, control = exact)
    ),
    robust = list(
      cox(Surv(time, status) ~ sexes + age, lung, weights = f, cluster = ph.ecog),
      survival::coxph(Surv(time, status) ~ sexes + age, lung, weights = f, cluster = ph.ecog, control = exact)
    ),
    freq = list(
      cox(Surv(time, status) ~ sexes + age, lung, freq = f, ties = "breslow"),
      survival::coxph(Surv(time, status) ~ sexes + age, lung, weights = f, ties = "breslow", control = exact)
    )
  )
}

same <- function(a, b, tolerance = 1e-5) expect_equal(a, b, tolerance = tolerance, ignore_attr = TRUE)

test_that("every method of survival answers as for coxph()", {
  new <- transform(plain_lung()[c(1, 20, 40), ], sexes = factor(arm, c("F", "M")))
  for (pair in pairs_of_fits()) {
    fit <- pair[[1]]
    peer <- pair[[2]]
    for (type in c("lp", "risk", "expected", "terms", "survival")) {
      same(predict(fit, type = type, se.fit = TRUE), predict(peer, type = type, se.fit = TRUE))
      same(predict(fit, new, type = type), predict(peer, new, type = type))
    }
    kinds <- c("martingale", "deviance", "score", "schoenfeld", "dfbeta", "scaledsch", "partial")
    # a row of freq 2 is two events in the scale of Schoenfeld's residuals, and one to survival
    if (!is.null(fit$call$freq)) kinds <- setdiff(kinds, "scaledsch")
    for (type in kinds) same(residuals(fit, type), residuals(peer, type))
    same(unclass(summary(fit))$conf.int, unclass(summary(peer))$conf.int)
    same(confint(fit), confint(peer))
    curve <- c("time", "surv", "std.err", "strata")
    same(unclass(survival::survfit(fit, new))[curve], unclass(survival::survfit(peer, new))[curve])
    same(survival::basehaz(fit), survival::basehaz(peer))
    same(extractAIC(fit), extractAIC(peer), 1e-3)
  }
})

test_that("cox.zph(), anova(), model.matrix() and update()", {
  all <- pairs_of_fits()
  for (pair in all[c("plain", "spline", "robust")]) {
    same(survival::cox.zph(pair[[1]])$table, survival::cox.zph(pair[[2]])$table)
    same(model.matrix(pair[[1]]), model.matrix(pair[[2]]))
  }
  expect_silent(survival::cox.zph(all$freq[[1]]))
  same(as.data.frame(anova(all$plain[[1]])), as.data.frame(anova(all$plain[[2]])))
  again <- update(all$freq[[1]], . ~ . - age)
  expect_equal(again$loglik[1], all$freq[[1]]$loglik[1])
  expect_null(again$naive.var)
  expect_identical(names(coef(again)), "sexesM")
})

test_that("an offset is in the analysis of deviance", {
  lung <- plain_lung()
  fit <- cox(Surv(time, status) ~ age + arm + offset(ph.ecog), lung)
  alone <- cox(Surv(time, status) ~ age + offset(ph.ecog), lung)
  expect_equal(anova(fit)$loglik, c(alone$loglik, fit$loglik[2]), tolerance = 1e-8)
})

test_that("near ties are snapped in the stored response as in the fit", {
  d <- data.frame(
    time = c(1, 1 + 1e-12, 2, 3, 3 - 1e-12, 5), status = c(1, 1, 0, 1, 1, 1),
    x = c(1, 0, 1, 0, 1, 0)
  )
  fit <- cox(Surv(time, status) ~ x, d)
  expect_equal(length(unique(fit$y[, "time"])), 4)
  expect_equal(fit$tte$snapped, 2)
  expect_equal(survival::basehaz(fit)$hazard,
    survival::basehaz(survival::coxph(Surv(time, status) ~ x, d))$hazard,
    tolerance = 1e-6
  )
  expect_match(fit$tte$conventions[["timefix"]], "merged")
})

test_that("concordance() is answered from the fit, its options by survival", {
  lung <- plain_lung()
  fit <- cox(Surv(time, status) ~ age + arm, lung)
  peer <- survival::coxph(Surv(time, status) ~ age + arm, lung)
  mine <- survival::concordance(fit)
  expect_equal(mine$concordance, survival::concordance(peer)$concordance, tolerance = 1e-8)
  expect_equal(mine$var, survival::concordance(peer)$var, tolerance = 1e-8)
  expect_output(print(mine), "Concordance")
  expect_equal(
    survival::concordance(fit, newdata = lung[1:60, ])$concordance,
    survival::concordance(peer, newdata = lung[1:60, ])$concordance
  )
  expect_equal(
    survival::concordance(fit, timewt = "S")$concordance,
    survival::concordance(peer, timewt = "S")$concordance
  )
})

test_that("fits that survival would get wrong are models of our own", {
  lung <- transform(plain_lung(), f = rep(1:2, length.out = length(time)))
  fit <- cox(Surv(time, status) ~ arm + age, lung, freq = f)
  expect_s3_class(fit, c("tte_cox", "tte_model"), exact = TRUE)
  copies <- cox(Surv(time, status) ~ arm + age, lung[rep(seq_len(nrow(lung)), lung$f), ])
  same(vcov(fit), vcov(copies))
  same(unclass(summary(fit))$coefficients, unclass(summary(copies))$coefficients)
  same(confint(fit, "age"), confint(copies, "age"))
  expect_equal(logLik(fit), logLik(copies), tolerance = 1e-10)
  expect_equal(c(nobs(fit), AIC(fit)), c(nobs(copies), AIC(copies)))
  same(tidy(fit), tidy(copies))
  same(
    glance(fit)[c("nevent", "logLik", "BIC", "concordance")],
    glance(copies)[c("nevent", "logLik", "BIC", "concordance")]
  )
  expect_equal(survival::concordance(fit)$concordance, fit$concordance[["concordance"]])
  expect_error(survival::concordance(fit, timewt = "S"), class = "tte_error_unsupported")
  expect_snapshot({
    say_error(survival::concordance(fit, timewt = "S"))
    print(fit)
  })
})

test_that("tidy() and glance() are broom's", {
  skip_if_not_installed("broom")
  for (pair in pairs_of_fits()[c("plain", "robust")]) {
    peer <- as.data.frame(broom::tidy(pair[[2]], conf.int = TRUE))
    mine <- tidy(pair[[1]], conf.int = TRUE)
    expect_identical(names(mine), names(peer))
    same(mine, peer)
    same(tidy(pair[[1]], exponentiate = TRUE), as.data.frame(broom::tidy(pair[[2]], exponentiate = TRUE)))
    same(glance(pair[[1]]), as.data.frame(broom::glance(pair[[2]])))
  }
})

test_that("the confidence level of the fit is that of its methods", {
  fit <- cox(Surv(time, status) ~ age, plain_lung(), conf.level = 0.8)
  expect_equal(c(confint(fit)), c(confint(fit, level = 0.8)))
  expect_equal(tidy(fit, conf.int = TRUE)$conf.low, confint(fit, level = 0.8)[[1]])
  expect_match(colnames(summary(fit)$conf.int)[3], "80")
  expect_identical(dimnames(confint(fit, 1, level = 0.95)), list("age", c("2.5 %", "97.5 %")))
})

test_that("gtsummary makes a table of it", {
  skip_if_not_installed("gtsummary")
  skip_if_not_installed("broom.helpers")
  fit <- pairs_of_fits()$plain[[1]]
  table <- suppressMessages(gtsummary::tbl_regression(fit, exponentiate = TRUE))
  estimates <- table$table_body$estimate
  expect_equal(unname(estimates[!is.na(estimates)]), unname(exp(coef(fit))))
  expect_s3_class(suppressMessages(gtsummary::add_nevent(gtsummary::add_n(table))), "tbl_regression")
})

test_that("emmeans reads it", {
  skip_if_not_installed("emmeans")
  pair <- pairs_of_fits()$plain
  means <- lapply(pair, function(fit) summary(emmeans::emmeans(fit, ~sexes))$emmean)
  same(means[[1]], means[[2]])
})

test_that("a person's rows with freq stand for freq persons in every estimator", {
  d <- data.frame(
    id = c(1, 1, 2, 3, 4, 5), start = c(0, 5, 0, 0, 0, 0), stop = c(5, 10, 7, 9, 4, 6),
    status = c(0, 1, 1, 0, 1, 1), x = c(1, 1, 0, 1, 0, 1), freq = c(2, 2, 1, 3, 1, 1)
  )
  fit <- cox(Surv(start, stop, status) ~ x, d, id = id, freq = freq, ties = "breslow")
  expect_equal(fit$tte$n_persons, 8)
  expect_equal(sum(km(Surv(start, stop, status) ~ 1, d, id = id, freq = freq)$n), 8)
})

test_that("a fit with an infinite estimate says that its finite limit is by profile", {
  d <- data.frame(
    time = 1:8, status = c(1, 1, 0, 1, 0, 0, 0, 0), x = c(1, 1, 1, 1, 0, 0, 0, 0),
    z = c(3, 1, 2, 5, 4, 2, 6, 1)
  )
  fit <- suppressWarnings(cox(Surv(time, status) ~ x + z, d))
  expect_true(is.infinite(coef(fit)[["x"]]))
  expect_match(paste(capture.output(print(fit)), collapse = " "), "finite limit is by profile likelihood")
  expect_false(grepl(
    "finite limit", paste(capture.output(print(cox(Surv(time, status) ~ z, d))), collapse = " ")
  ))
})
