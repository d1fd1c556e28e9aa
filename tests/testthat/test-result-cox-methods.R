# Every generic on every kind of fit: survival's number, or a classed refusal.
#
# Without ties all tie rules are one likelihood, and with no event far out Firth's fit is near; so the fits
# below, whatever their class, must answer as coxph() does on the rows they stand for.

kinds_of_fits <- function() {
  d <- untied_trial()
  copies <- d[rep(seq_len(nrow(d)), d$one), ]
  Surv <- survival::Surv # nolint: object_name_linter.
  f <- Surv(time, status) ~ arm + x
  peer <- function(data, ...) do.call(survival::coxph, list(f, data, control = peer_control(), ...))
  list(
    efron = list(cox(f, d), peer(d), "coxph"),
    breslow = list(cox(f, d, ties = "breslow"), peer(d, ties = "breslow"), "coxph"),
    discrete = list(cox(f, d, ties = "exact-discrete"), peer(d), "coxph"),
    marginal = list(cox(f, d, ties = "exact-marginal"), peer(d), "tte_model"),
    robust = list(cox(f, d, cluster = centre), peer(d, cluster = d$centre), "coxph"),
    breslow_freq = list(cox(f, d, ties = "breslow", freq = one), peer(copies, ties = "breslow"), "coxph"),
    efron_freq = list(cox(f, d, freq = one), peer(copies), "tte_model"),
    profile = list(cox(f, d, conf.type = "profile"), peer(d), "coxph")
  )
}

once <- function(x, fit) {
  if (is.null(fit$call$freq)) {
    return(x)
  }
  keep <- !duplicated(rep(seq_len(40), untied_trial()$one))
  if (is.matrix(x)) x[keep, , drop = FALSE] else x[keep]
}

close_to <- function(a, b, info) expect_equal(a, b, tolerance = 1e-6, ignore_attr = TRUE, info = info)

test_that("fits are coxph only where survival is right", {
  for (kind in kinds_of_fits()) expect_true(inherits(kind[[1]], kind[[3]]))
  d <- untied_trial()
  f <- Surv(time, status) ~ arm + x
  expect_s3_class(cox(f, d, firth = TRUE), "tte_model")
  expect_s3_class(cox(f, d, freq = one, ties = "exact-discrete"), "tte_model")
  expect_s3_class(cox(f, d, freq = one, cluster = centre, ties = "breslow"), "tte_model")
  expect_s3_class(suppressWarnings(cox(f, transform(d, status = status * (arm == "drug")))), "tte_model")
})

test_that("estimates, variances and likelihoods", {
  for (name in names(kinds_of_fits())) {
    kind <- kinds_of_fits()[[name]]
    fit <- kind[[1]]
    peer <- kind[[2]]
    close_to(coef(fit), coef(peer), name)
    close_to(vcov(fit), vcov(peer), name)
    close_to(c(logLik(fit)), c(logLik(peer)), name)
    close_to(attributes(logLik(fit))[c("df", "nobs")], attributes(logLik(peer))[c("df", "nobs")], name)
    close_to(c(AIC(fit), BIC(fit), nobs(fit)), c(AIC(peer), BIC(peer), nobs(peer)), name)
    close_to(extractAIC(fit), extractAIC(peer), name)
    expect_identical(labels(fit), labels(peer))
    expect_identical(all.vars(formula(fit)), all.vars(formula(peer)))
    expect_identical(attr(terms(fit), "term.labels"), attr(terms(peer), "term.labels"))
    s <- summary(fit)
    if (name != "profile") {
      close_to(s$coefficients, summary(peer)$coefficients, name)
      close_to(s$conf.int, summary(peer)$conf.int, name)
      close_to(confint(fit), confint(peer), name)
    }
    for (test in c("logtest", "sctest", "waldtest")) {
      close_to(
        s[[test]], summary(peer)[[test]],
        paste(name, test)
      )
    }
    expect_output(print(fit), "Cox model")
    expect_output(print(s), "n= ")
    close_to(unname(survival::concordance(fit)$concordance), survival::concordance(peer)$concordance, name)
  }
})

test_that("model.frame(), model.matrix(), weights(), fitted() and update()", {
  for (name in names(kinds_of_fits())) {
    fit <- kinds_of_fits()[[name]][[1]]
    peer <- kinds_of_fits()[[name]][[2]]
    expect_identical(nrow(model.frame(fit)), 40L)
    close_to(once(model.matrix(peer), fit), model.matrix(fit), name)
    close_to(fitted(fit), once(fitted(peer), fit), name)
    smaller <- update(fit, . ~ . - x)
    expect_identical(names(coef(smaller)), "armdrug")
    expect_identical(smaller$tte[c("ties", "firth", "conf.type")], fit$tte[c("ties", "firth", "conf.type")])
    if (!is.null(fit$call$freq)) close_to(weights(fit), untied_trial()$one, name)
  }
})

test_that("predictions, residuals and curves", {
  new <- untied_trial()[c(2, 9, 31), ]
  for (name in names(kinds_of_fits())) {
    fit <- kinds_of_fits()[[name]][[1]]
    peer <- kinds_of_fits()[[name]][[2]]
    for (type in c("lp", "risk", "terms", "expected", "survival")) {
      what <- paste(name, type)
      close_to(predict(fit, type = type), once(predict(peer, type = type), fit), what)
      close_to(predict(fit, new, type = type), predict(peer, new, type = type), what)
      if (name != "robust") {
        errors <- predict(fit, new, type = type, se.fit = TRUE)$se.fit
        # survival's own error of the risk is not the delta method's
        if (type != "risk") close_to(errors, predict(peer, new, type = type, se.fit = TRUE)$se.fit, what)
      }
    }
    kinds <- c("martingale", "deviance", "partial", "score", "schoenfeld", "dfbeta", "dfbetas", "scaledsch")
    for (type in kinds) {
      if (name == "discrete" || name == "marginal") {
        if (type %in% kinds[-(1:3)]) {
          expect_error(residuals(fit, type), class = "tte_error_unsupported")
          next
        }
      }
      theirs <- residuals(peer, type)
      mine <- residuals(fit, type, weighted = FALSE)
      if (startsWith(type, "s") && type != "score" && !is.null(fit$call$freq)) theirs <- unique(theirs)
      if (type %in% c("schoenfeld", "scaledsch")) {
        close_to(unique(mine), unique(theirs), paste(name, type))
      } else {
        close_to(mine, once(theirs, fit), paste(name, type))
      }
    }
    a <- survival::survfit(fit, new)
    b <- survival::survfit(peer, new)
    parts <- c("time", "surv", "cumhaz", "std.err", "lower", "upper", "n.event", "n.risk")
    for (part in parts) close_to(a[[part]], b[[part]], paste(name, part))
    close_to(survival::survfit(fit)$surv, survival::survfit(peer)$surv, name)
  }
})

test_that("anova(): sequential, between models, and refused where it is not defined", {
  for (name in setdiff(names(kinds_of_fits()), "robust")) {
    fit <- kinds_of_fits()[[name]][[1]]
    peer <- kinds_of_fits()[[name]][[2]]
    close_to(anova(fit)[["Chisq"]], anova(peer)[["Chisq"]], name)
    close_to(
      anova(update(fit, . ~ . - x), fit)[["Chisq"]],
      anova(update(peer, . ~ . - x), peer)[["Chisq"]], name
    )
  }
  robust <- cox(Surv(time, status) ~ arm + x, untied_trial(), freq = one, cluster = centre)
  expect_error(anova(robust), class = "tte_error_unsupported")
})

test_that("functions of survival that ask for a coxph get one that is right, or stop", {
  # survival looks it up from the caller
  yates_setup <- utils::getFromNamespace("yates_setup", "survival")
  for (name in names(kinds_of_fits())) {
    fit <- kinds_of_fits()[[name]][[1]]
    peer <- kinds_of_fits()[[name]][[2]]
    if (!inherits(fit, "coxph")) {
      expect_error(survival::cox.zph(fit), "coxph")
      expect_error(survival::basehaz(fit), "coxph")
      expect_error(survival::royston(fit), "coxph")
      next
    }
    close_to(survival::basehaz(fit)$hazard, survival::basehaz(peer)$hazard, name)
    if (name != "discrete" && is.null(fit$call$freq)) {
      close_to(survival::cox.zph(fit)$table, survival::cox.zph(peer)$table, name)
      close_to(survival::yates(fit, ~arm)$estimate$pmm, survival::yates(peer, ~arm)$estimate$pmm, name)
    }
    if (is.null(fit$call$freq)) close_to(survival::royston(fit), survival::royston(peer), name)
  }
})

test_that("an infinite coefficient: what is known is said, the rest refused", {
  fit <- suppressWarnings(cox(Surv(time, status) ~ arm + x, monotone_data()))
  expect_identical(coef(fit)[["armB"]], Inf)
  expect_equal(c(logLik(fit)), fit$loglik[2])
  expect_identical(nobs(fit), 4)
  expect_output(print(summary(fit)), "Inf")
  expect_true(is.na(summary(fit)$waldtest[["test"]]))
  for (ask in list(
    function() predict(fit), function() survival::survfit(fit), function() anova(fit),
    function() ph_test(fit),
    function() baseline_hazard(fit), function() residuals(fit, "score"), function() fitted(fit)
  )) {
    expect_error(ask(), class = "tte_error_unsupported")
  }
})

test_that("a Firth fit and a jackknife fit answer from their own estimates", {
  d <- untied_trial()
  firth <- cox(Surv(time, status) ~ arm + x, d, firth = TRUE)
  # martingale residuals sum to 0 whatever the coefficients, the score at them is not 0
  expect_equal(sum(residuals(firth)), 0, tolerance = 1e-8)
  expect_gt(max(abs(colSums(residuals(firth, "score")))), 1e-4)
  fixed <- survival::coxph(Surv(time, status) ~ arm + x, d,
    init = coef(firth), control = survival::coxph.control(iter.max = 0)
  )
  close_to(predict(firth, d[1:3, ]), predict(fixed, d[1:3, ]), "lp")
  close_to(survival::survfit(firth, d[1:2, ])$surv, survival::survfit(fixed, d[1:2, ])$surv, "curve")
  close_to(residuals(firth, "score"), residuals(fixed, "score"), "score")
  expect_equal(c(logLik(firth)), fixed$loglik[2], tolerance = 1e-10)
  expect_lt(firth$loglik[2], 0)
  expect_error(anova(firth, type = 2, test = "score"), class = "tte_error_unsupported")
})

# The tests run inside the namespace, where a method is found whether or not it is registered.
test_that("every method is registered, so that others find it", {
  registered <- function(generic, class, package) {
    table <- get(".__S3MethodsTable__.", envir = asNamespace(package))
    exists(paste0(generic, ".", class), envir = table, inherits = FALSE)
  }
  expect_true(registered("survfit", "tte_cox", "survival"))
  expect_true(registered("concordance", "tte_cox", "survival"))
  for (generic in c("predict", "residuals", "confint", "anova", "update", "model.frame", "model.matrix")) {
    expect_true(registered(generic, "tte_cox", "stats"), info = generic)
  }
  for (generic in c("vcov", "logLik", "nobs", "extractAIC", "fitted", "weights")) {
    expect_true(registered(generic, "tte_model", "stats"), info = generic)
  }
  expect_true(registered("labels", "tte_model", "base"))
  for (generic in c("print", "summary")) expect_true(registered(generic, "tte_cox", "base"), info = generic)
  for (generic in c("tidy", "glance")) expect_true(registered(generic, "tte_cox", "generics"), info = generic)
  for (package in c("emmeans", "ggplot2")) skip_if_not_installed(package)
  expect_true(registered("emm_basis", "tte_model", "emmeans"))
  expect_true(registered("autoplot", "tte_cox", "ggplot2"))
})
