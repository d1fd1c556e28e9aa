# Exact ties against survival::coxph(ties = "exact"), and Firth's penalty against coxphf, on random data.

#' A random case without weights and clusters, which exact ties do not have.
exact_case <- function(seed) {
  case <- random_case(seed, covariates = 2L)
  case$use$weights <- case$use$cluster <- FALSE
  case
}

#' How many sets coxph() goes through at the worst tie of start-stop rows, where it enumerates them.
worst_tie <- function(case) {
  input <- oracle_input(case)
  if (case$use$strata) input$stratum <- case$data$site
  ties <- vapply(oracle_tied_sets(oracle_rows(input)), function(set) {
    choose(length(set$deaths) + length(set$others), length(set$deaths))
  }, 1)
  if (case$use$interval) max(ties) else 0
}

exact_formula <- function(use) {
  response <- if (use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  terms <- quote(z1 + z2)
  if (use$strata) terms <- call("+", terms, quote(strata(site)))
  if (use$offset) terms <- call("+", terms, quote(offset(off)))
  stats::as.formula(call("~", response, terms), env = environment(survival::strata))
}

test_that("exact discrete ties are coxph(ties = 'exact') at full convergence on random data", {
  tally <- new_tally("cox, exact discrete")
  seeds <- random_seeds()
  for (seed in seeds) {
    case <- exact_case(seed)
    if (worst_tie(case) > 1e4) next # too many for coxph(), which goes through them one by one
    label <- sprintf("exact_case(%d):", seed)
    d <- replicated(case)
    formula <- exact_formula(case$use)
    peer <- peer_answer(survival::coxph(formula, d,
      ties = "exact",
      control = survival::coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
    ))
    tally$cases <- tally$cases + 1L
    mine <- suppressWarnings(
      do.call(cox, c(list(formula), case_arguments(case), list(ties = "exact-discrete"))),
      classes = "tte_warning_monotone_likelihood"
    )
    if (is.null(peer$value)) {
      tally$set_aside <- tally$set_aside + 1L
      expect_false(is.null(mine$monotone), label = paste(label, "no maximum, and cox() says so"))
      next
    }
    theirs <- peer$value
    near <- function(object, expected, tolerance, what, relative = TRUE) {
      expect_near(object, expected, tolerance, relative, what, tally, label)
    }
    se <- sqrt(diag(theirs$var))
    near(stats::coef(mine) / se, stats::coef(theirs) / se, 1e-8, "beta/SE", FALSE)
    near(mine$loglik, theirs$loglik, 1e-10, "loglik")
    near(stats::vcov(mine) / tcrossprod(se), theirs$var / tcrossprod(se), 1e-7, "var", FALSE)
    near(mine$score, theirs$score, 1e-9, "score test")
  }
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  expect_gt(tally$cases, 0.6 * length(seeds))
  print_tally(tally, seeds)
})

test_that("exact marginal ties lie at Efron's where all tied deaths are alike", {
  # then every order has the same chance, and Efron's average is exact
  tally <- new_tally("cox, exact marginal of equal deaths")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 10))]
  for (seed in seeds) {
    d <- with_random_seed(seed, {
      n <- 40L
      data.frame(time = sample(1:10, n, TRUE), status = stats::rbinom(n, 1L, 0.6), x = stats::rnorm(n))
    })
    d$x <- ifelse(d$status == 1, d$time %% 3, d$x)
    efron <- cox(Surv(time, status) ~ x, d)
    exact <- cox(Surv(time, status) ~ x, d, ties = "exact-marginal")
    tally$cases <- tally$cases + 1L
    label <- sprintf("seed %d:", seed)
    se <- sqrt(diag(stats::vcov(efron)))
    expect_near(stats::coef(exact) / se, stats::coef(efron) / se, 1e-8, FALSE, "beta/SE", tally, label)
    expect_near(sqrt(diag(stats::vcov(exact))) / se, 1, 1e-7, FALSE, "SE", tally, label)
    orders <- sum(lgamma(table(d$time[d$status == 1]) + 1))
    expect_near(exact$loglik, efron$loglik + orders, 1e-10, TRUE, "loglik", tally, label)
  }
  print_tally(tally, seeds)
})

test_that("Firth's estimates, limits and tests are coxphf's on random data", {
  skip_if_not_installed("coxphf")
  tally <- new_tally("cox, Firth")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 3))]
  for (seed in seeds) {
    case <- exact_case(seed)
    # coxphf has no strata, offsets or frequencies
    case$use$strata <- case$use$offset <- case$use$freq <- FALSE
    d <- case$data
    if (case$use$jitter || case$use$ties == "none" && nrow(d) > 60L) next
    label <- sprintf("exact_case(%d):", seed)
    # it takes times closer than 1e-4 for tied, whatever the unit
    large <- transform(d, start = 1e6 * start, stop = 1e6 * stop)
    peer <- peer_answer(getExportedValue("coxphf", "coxphf")(exact_formula(case$use), large,
      maxit = 2000, maxstep = 0.5, epsilon = 1e-10, gconv = 1e-10
    ))
    tally$cases <- tally$cases + 1L
    penalty <- list(ties = "breslow", firth = TRUE)
    mine <- do.call(cox, c(list(exact_formula(case$use)), case_arguments(case), penalty))
    if (is.null(peer$value)) {
      tally$set_aside <- tally$set_aside + 1L
      next
    }
    theirs <- peer$value
    se <- sqrt(diag(theirs$var))
    near <- function(object, expected, tolerance, what) {
      expect_near(object, expected, tolerance, FALSE, what, tally, label)
    }
    near(stats::coef(mine) / se, theirs$coefficients / se, 1e-6, "beta/SE")
    near(sqrt(diag(stats::vcov(mine))) / se, rep(1, length(se)), 1e-5, "SE")
    limits <- log(cbind(theirs$ci.lower, theirs$ci.upper))
    near(stats::confint(mine) / se, limits / se, 1e-4, "limit/SE")
    near(diff(mine$loglik), diff(theirs$loglik), 1e-6, "likelihood ratio")
  }
  print_tally(tally, seeds)
})
