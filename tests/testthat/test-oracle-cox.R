# The Cox variants against their definitions (helper-oracle-cox.R) on small random data with many ties, late
# entry, strata, offsets, frequencies. A case without a maximum is set aside and counted.

variants <- list(
  list(ties = "efron", firth = FALSE), list(ties = "breslow", firth = FALSE),
  list(ties = "exact-discrete", firth = FALSE), list(ties = "exact-marginal", firth = FALSE),
  list(ties = "efron", firth = TRUE), list(ties = "breslow", firth = TRUE)
)

variant_label <- function(seed, variant) {
  sprintf("random_tied_case(%d), %s%s:", seed, variant$ties, if (variant$firth) ", Firth" else "")
}

test_that("the marginal likelihood of a tie is its integral and the sum over all orders", {
  for (case in list(list(1:3, 4:5), list(c(0.01, 2, 7), 0.5), list(c(1e-3, 2e-3), 10), list(5, c(1, 1)))) {
    expect_equal(oracle_marginal_integral(case[[1]], case[[2]]), oracle_marginal_orders(case[[1]], case[[2]]),
      tolerance = 1e-10
    )
  }
  expect_equal(exp(oracle_marginal_orders(c(1, 1), 2)), 2 * (1 / 4) * (1 / 3))
  # equal risks: every set of deaths has the same chance
  expect_equal(oracle_marginal_integral(rep(1, 27), rep(1, 54)), -lchoose(81, 27), tolerance = 1e-10)
  expect_equal(exp(oracle_discrete(c(2, 3), c(1, 1))), 6 / (6 + 2 + 2 + 3 + 3 + 1))
})

test_that("every tie rule and Firth's penalty are their definitions on random data", {
  tally <- new_tally("cox variants v definition")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 5))]
  for (seed in seeds) {
    case <- random_tied_case(seed)
    for (variant in variants) {
      label <- variant_label(seed, variant)
      tally$cases <- tally$cases + 1L
      oracle <- oracle_tied_fit(case, variant$ties, variant$firth)
      if (is.null(oracle)) {
        tally$set_aside <- tally$set_aside + 1L
        next
      }
      fit <- tied_fit(case, ties = variant$ties, firth = variant$firth)
      plain <- if (variant$firth) {
        plain_loglik <- oracle_loglik_of(
          oracle_tied_input(case), as.matrix(case$data[case$use$x]), if (case$use$offset) case$data$off,
          variant$ties
        )
        -oracle_derivatives(plain_loglik, oracle$fit$par)$hessian
      } else {
        -oracle$fit$hessian
      }
      se <- sqrt(diag(solve(plain)))
      near <- function(object, expected, tolerance, what, relative = FALSE) {
        expect_near(object, expected, tolerance, relative, what, tally, label)
      }
      near(stats::coef(fit) / se, oracle$fit$par / se, 1e-8, "beta/SE")
      near(fit$loglik, c(oracle$null, oracle$fit$value), 1e-10, "loglik", TRUE)
      near(sqrt(diag(stats::vcov(fit))) / se, rep(1, length(se)), 1e-7, "SE")
    }
  }
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  print_tally(tally, seeds)
})

test_that("profile limits are those found by brute force", {
  tally <- new_tally("profile limits v brute force")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 40))]
  for (seed in seeds) {
    case <- random_tied_case(seed + 2000L)
    for (variant in variants) {
      label <- variant_label(seed + 2000L, variant)
      oracle <- oracle_tied_fit(case, variant$ties, variant$firth)
      if (is.null(oracle)) next
      tally$cases <- tally$cases + 1L
      fit <- tied_fit(case,
        ties = variant$ties, firth = variant$firth, conf.type = "profile", conf.level = 0.9
      )
      limits <- stats::confint(fit)
      se <- 1 / sqrt(abs(diag(oracle$fit$hessian)))
      for (j in seq_along(se)) {
        truth <- oracle_profile_limits(oracle$loglik, oracle$fit, j, 0.9)
        expect_near(limits[j, ] / se[j], truth / se[j], 1e-8, FALSE, "limit/SE", tally, label)
      }
    }
  }
  expect_gt(tally$cases, 5 * length(seeds))
  print_tally(tally, seeds)
})

test_that("an infinite coefficient has the finite limit of its profile", {
  d <- data.frame(time = 1:8, status = c(1, 1, 1, 1, 0, 1, 0, 0), x = c(1, 1, 1, 1, 0, 1, 0, 0))
  for (ties in c("efron", "exact-marginal", "exact-discrete")) {
    monotone <- "tte_warning_monotone_likelihood"
    expect_warning(fit <- cox(Surv(time, status) ~ x, d, ties = ties), class = monotone)
    expect_identical(unname(stats::coef(fit)), Inf)
    loglik <- oracle_loglik_of(list(stop = d$time, cause = d$status), d["x"], ties = ties)
    top <- loglik(60)
    fallen <- function(b) top - loglik(b) - stats::qchisq(0.95, 1) / 2
    lower <- stats::uniroot(fallen, c(-5, 20), tol = 1e-12)$root
    expect_equal(unname(stats::confint(fit)[1, ]), c(lower, Inf), tolerance = 1e-8)
  }
})

#' Everything that residual definitions need of a case.
residual_case <- function(seed, ties, robust = TRUE) {
  case <- random_case(seed, covariates = 2L)
  if (!robust) case$use$weights <- case$use$cluster <- FALSE
  case$use$strata <- seed %% 2L == 0L
  d <- case$data
  x <- as.matrix(d[c("z1", "z2")])
  input <- oracle_input(case)
  if (case$use$strata) input$stratum <- d$site
  offset <- if (case$use$offset) d$off else numeric(nrow(d))
  response <- if (case$use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  terms <- quote(z1 + z2)
  if (case$use$offset) terms <- call("+", terms, quote(offset(off)))
  formula <- stats::as.formula(call("~", response, terms))
  arguments <- c(list(formula), case_arguments(case), list(ties = ties))
  if (case$use$strata) arguments$strata <- "site"
  fit <- suppressWarnings(do.call(cox, arguments))
  rows <- oracle_rows(input)
  list(case = case, fit = fit, rows = rows, x = x[rows$row, ], offset = offset[rows$row])
}

usable <- function(one) {
  is.null(one$fit$monotone) && all(is.finite(stats::coef(one$fit))) && one$fit$nevent > 4
}

test_that("residuals are their definitions", {
  tally <- new_tally("residuals v definition")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 5))] + 3000L
  for (seed in seeds) {
    ties <- if (seed %% 3L == 0L) "breslow" else "efron"
    one <- residual_case(seed, ties)
    if (!usable(one)) next
    tally$cases <- tally$cases + 1L
    label <- sprintf("residual_case(%d, %s):", seed, ties)
    beta <- stats::coef(one$fit)
    truth <- oracle_cox_residuals(beta, one$rows, one$x, one$offset, ties)
    # a row of frequency k is k people with the same residual: compare the first of them
    first <- match(seq_len(nrow(one$case$data)), one$rows$row)
    kept <- !is.na(first)
    near <- function(type, expected, tolerance = 1e-7, scale = 1) {
      found <- as.matrix(stats::residuals(one$fit, type = type, weighted = FALSE))
      expect_near(t(t(found[kept, , drop = FALSE]) * scale), t(t(as.matrix(expected)[first[kept], ]) * scale),
        tolerance,
        what = type, tally = tally, label = label
      )
    }
    near("martingale", truth$martingale)
    status <- as.numeric(one$rows$cause > 0)
    m <- truth$martingale
    near("deviance", sign(m) * sqrt(-2 * (m + ifelse(status > 0, log(status - m), 0))))
    spread <- 1 / sqrt(colSums(truth$score^2))
    near("score", truth$score, scale = spread)
    naive <- solve(oracle_cox_at(beta, one$rows, one$x, one$offset, ties)$information)
    near("dfbeta", truth$score %*% naive, scale = 1 / sqrt(diag(naive)))
    schoenfeld <- oracle_schoenfeld(beta, one$rows, one$x, one$offset, ties)
    found <- as.matrix(stats::residuals(one$fit, type = "schoenfeld"))
    dead <- which(kept & one$case$data$cause > 0)
    if (nrow(found) == length(dead)) {
      # one row per death, in order of stratum and time: as sets
      sorted <- function(x) unname(x[do.call(order, as.data.frame(round(x, 6))), , drop = FALSE])
      expect_near(sorted(found), sorted(schoenfeld[first[dead], , drop = FALSE]), 1e-7,
        what = "schoenfeld", tally = tally, label = label
      )
    }
  }
  expect_gt(tally$cases, 0.6 * length(seeds))
  print_tally(tally, seeds)
})

test_that("the baseline hazard belongs to the tie rule", {
  tally <- new_tally("baseline hazard v definition")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 5))] + 4000L
  for (seed in seeds) {
    ties <- if (seed %% 3L == 0L) "breslow" else "efron"
    one <- residual_case(seed, ties)
    if (!usable(one)) next
    tally$cases <- tally$cases + 1L
    label <- sprintf("residual_case(%d, %s):", seed, ties)
    beta <- stats::coef(one$fit)
    for (baseline in c("consistent", "breslow")) {
      rule <- if (baseline == "breslow") "breslow" else ties
      truth <- oracle_baseline(beta, one$rows, one$x, one$offset, rule)
      found <- baseline_hazard(one$fit, baseline = baseline, centered = FALSE)
      stratum <- if (one$case$use$strata) {
        as.integer(sub(".*=", "", as.character(found$strata)))
      } else {
        rep(1L, nrow(found))
      }
      for (s in unique(truth$stratum)) {
        mine <- found[stratum == s, ]
        defined <- truth[truth$stratum == s, ]
        at <- step_value(mine$time, mine$hazard, defined$time * (1 + 1e-9), 0)
        expect_near(at, defined$hazard, 1e-7, TRUE, paste("hazard,", baseline), tally, label)
      }
    }
  }
  expect_gt(tally$cases, 0.6 * length(seeds))
  print_tally(tally, seeds)
})

test_that("ph_test() is the score test of the extended model, by numerical derivatives", {
  tally <- new_tally("ph_test v definition")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 25))] + 5000L
  for (seed in seeds) {
    ties <- if (seed %% 3L == 0L) "breslow" else "efron"
    one <- residual_case(seed, ties, robust = FALSE)
    if (!usable(one)) next
    tally$cases <- tally$cases + 1L
    label <- sprintf("residual_case(%d, %s):", seed, ties)
    middle <- stats::median(one$rows$stop)
    g <- function(t) t / middle
    truth <- oracle_ph_test(stats::coef(one$fit), one$rows, one$x, one$offset, ties, g)
    found <- ph_test(one$fit, transform = g, terms = FALSE)
    expect_near(found$table[, 1], c(truth$chisq, truth$global), 1e-6, TRUE, "chi-square", tally, label)
  }
  expect_gt(tally$cases, 1)
  print_tally(tally, seeds)
})
