# cox() against survival::coxph at full convergence on random data. A case is set aside when coxph warns or
# errs; then the oracle, or (likelihood without a maximum) the limit of the log likelihood, is the judge.

full_convergence <- function() {
  survival::coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
}

cox_formula <- function(use, response) {
  terms <- quote(z1 + z2 + z3)
  if (use$strata) terms <- call("+", terms, quote(strata(site)))
  if (use$offset) terms <- call("+", terms, quote(offset(off)))
  stats::as.formula(call("~", response, terms), env = environment(survival::strata))
}

peer_cox <- function(case) {
  use <- case$use
  d <- replicated(case)
  robust <- use$weights || use$cluster
  response <- if (use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  d$unit <- if (use$cluster) d$clinic else if (use$split) d$id else seq_len(nrow(d))
  arguments <- list(
    cox_formula(use, response),
    data = quote(d), ties = use$method, control = quote(full_convergence()),
    robust = robust
  )
  if (use$weights) arguments$weights <- quote(wt)
  if (robust) arguments$cluster <- quote(unit)
  fit <- eval(as.call(c(quote(survival::coxph), arguments)))
  # coxph() counts rows as independent without `cluster`; with `id` the unit is the person
  pairs <- survival::concordancefit(
    fit$y, fit$linear.predictors, if (use$strata) d$site, if (use$weights) d$wt,
    cluster = d$unit, reverse = TRUE,
    timefix = TRUE
  )
  count <- if (is.matrix(pairs$count)) colSums(pairs$count) else pairs$count
  fit$concordance <- c(count, pairs$concordance, sqrt(pairs$var))
  fit
}

cox_call <- function(case, ...) {
  response <- if (case$use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  do.call(cox, c(list(cox_formula(case$use, response)), case_arguments(case), list(
    ties = case$use$method,
    ...
  )))
}

oracle_cox_case <- function(case) {
  use <- case$use
  input <- oracle_input(case)
  if (use$strata) input$stratum <- case$data$site
  oracle_cox(
    input, as.matrix(case$data[c("z1", "z2", "z3")]),
    offset = if (use$offset) case$data$off, ties = use$method, robust = use$weights || use$cluster
  )
}

expect_same_cox <- function(mine, theirs, case, label, tally) {
  near <- function(object, expected, tolerance, what, relative = TRUE) {
    expect_near(object, expected, tolerance, relative, what, tally, label)
  }
  naive <- if (is.null(theirs$naive.var)) theirs$var else theirs$naive.var
  se <- sqrt(diag(naive))
  near(stats::coef(mine) / se, stats::coef(theirs) / se, 1e-8, "beta/SE", FALSE)
  near(mine$loglik / abs(theirs$loglik), theirs$loglik / abs(theirs$loglik), 1e-10, "loglik", FALSE)
  near(sqrt(diag(stats::vcov(mine))) / sqrt(diag(theirs$var)), rep(1, length(se)), 1e-7, "SE", FALSE)
  scale <- sqrt(diag(theirs$var))
  near(stats::vcov(mine) / tcrossprod(scale), theirs$var / tcrossprod(scale), 1e-7, "var", FALSE)
  near(mine$score, theirs$score, 1e-9, "score test")
  near(mine$wald.test, theirs$wald.test, 1e-6, "Wald test")
  near(mine$nevent, theirs$nevent, 0, "events")
  robust <- case$use$weights || case$use$cluster
  expect_identical(is.null(mine$naive.var), !robust,
    label = paste(label, "naive.var is there only when robust")
  )
  if (robust) {
    near(sqrt(diag(mine$naive.var)) / se, rep(1, length(se)), 1e-7, "naive SE", FALSE)
    # coxph() leaves the offset out of its robust score test
    if (!case$use$offset) near(mine$rscore, theirs$rscore, 1e-7, "robust score test")
  }
  first <- if (case$use$freq) {
    first_copy <- cumsum(c(1L, case$data$freq))[seq_len(nrow(case$data))]
    cbind(which(case$data$freq > 0), first_copy[case$data$freq > 0])
  } else {
    cbind(seq_len(nrow(case$data)), seq_len(nrow(case$data)))
  }
  near(
    mine$residuals[first[, 1]], stats::residuals(theirs, "martingale")[first[, 2]], 1e-7, "martingale",
    FALSE
  )
  centred <- function(lp) lp - lp[1L]
  near(
    centred(mine$linear.predictors[first[, 1]]), centred(theirs$linear.predictors[first[, 2]]), 1e-7,
    "linear predictor", FALSE
  )
  near(mine$concordance, theirs$concordance, 1e-9, "concordance")
}

test_that("cox() is coxph() at full convergence on random data", {
  skip_if_not_installed("survival", "3.8-0")
  tally <- new_tally("cox")
  seeds <- random_seeds()
  for (seed in seeds) {
    case <- random_case(seed, covariates = 3L)
    label <- sprintf("random_case(%d, covariates = 3):", seed)
    tally$cases <- tally$cases + 1L
    peer <- peer_answer(peer_cox(case))
    if (is.null(peer$value)) {
      tally$set_aside <- tally$set_aside + 1L
      oracle <- tryCatch(oracle_cox_case(case), error = function(e) NULL)
      fit <- suppressWarnings(cox_call(case))
      if (is.null(oracle) || !is.null(fit$monotone)) {
        expect_false(is.null(fit$monotone), label = paste(label, "no maximum, and cox() says so"))
      } else {
        expect_near(
          stats::coef(fit) / sqrt(diag(oracle$naive_var)), oracle$coefficients / sqrt(diag(oracle$naive_var)),
          1e-8,
          what = "beta/SE v oracle", label = label
        )
      }
      next
    }
    expect_same_cox(cox_call(case), peer$value, case, label, tally)
  }
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  print_tally(tally, seeds)
})

test_that("cox() is the oracle on random data", {
  tally <- new_tally("cox v oracle")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 5))]
  for (seed in seeds) {
    case <- random_case(seed + 4000L, covariates = 3L)
    label <- sprintf("random_case(%d, covariates = 3):", seed + 4000L)
    oracle <- tryCatch(oracle_cox_case(case), error = function(e) NULL)
    if (is.null(oracle)) next
    tally$cases <- tally$cases + 1L
    fit <- cox_call(case)
    se <- sqrt(diag(oracle$naive_var))
    expect_near(stats::coef(fit) / se, oracle$coefficients / se, 1e-8,
      what = "beta/SE", tally = tally,
      label = label
    )
    expect_near(fit$loglik, oracle$loglik, 1e-10, TRUE, "loglik", tally, label)
    expect_near(sqrt(diag(stats::vcov(fit))), sqrt(diag(oracle$var)), 1e-7, TRUE, "SE", tally, label)
    expect_near(fit$score, oracle$score, 1e-9, TRUE, "score test", tally, label)
    if (!is.null(oracle$rscore)) expect_near(fit$rscore, oracle$rscore, 1e-7, TRUE, "rscore", tally, label)
  }
  expect_gt(tally$cases, 0.9 * length(seeds))
  print_tally(tally, seeds)
})
