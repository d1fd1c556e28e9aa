# Residuals, curves and the test of proportional hazards against survival's, for the same fit on random data.
# survival stops its own iteration early, so its fit starts at the package's coefficients and takes no step.

#' The same model by both, at one and the same beta.
paired_fit <- function(seed) {
  case <- random_case(seed, covariates = 3L)
  case$use$freq <- FALSE
  case$use$jitter <- FALSE
  use <- case$use
  response <- if (use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  formula <- cox_terms(use, response)
  d <- case$data
  d$unit <- if (use$cluster) d$clinic else if (use$split) d$id else seq_len(nrow(d))
  mine <- suppressWarnings(
    do.call(cox, c(list(formula), case_arguments(case), list(ties = use$method))),
    classes = "tte_warning_monotone_likelihood"
  )
  if (!is.null(mine$monotone) || anyNA(stats::coef(mine))) {
    return(NULL)
  }
  # the data themselves stand in the call, where survival's methods look for them
  arguments <- list(formula,
    data = d, ties = use$method, init = unname(stats::coef(mine)), iter.max = 0,
    robust = use$weights || use$cluster
  )
  if (use$weights) arguments$weights <- quote(wt)
  if (arguments$robust) arguments$cluster <- quote(unit)
  theirs <- peer_answer(do.call(survival::coxph, arguments))$value
  list(case = case, mine = mine, theirs = theirs, robust = arguments$robust, data = d)
}

cox_terms <- function(use, response) {
  terms <- quote(z1 + z2 + z3)
  if (use$strata) terms <- call("+", terms, quote(strata(site)))
  if (use$offset) terms <- call("+", terms, quote(offset(off)))
  stats::as.formula(call("~", response, terms), env = environment(survival::strata))
}

test_that("residuals are survival's", {
  tally <- new_tally("residuals v survival")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 2))] + 6000L
  for (seed in seeds) {
    pair <- paired_fit(seed)
    if (is.null(pair)) next
    tally$cases <- tally$cases + 1L
    if (is.null(pair$theirs)) {
      tally$set_aside <- tally$set_aside + 1L
      next
    }
    label <- sprintf("paired_fit(%d):", seed)
    for (type in c("martingale", "deviance", "score", "schoenfeld", "scaledsch", "dfbeta", "dfbetas")) {
      weighted <- type %in% c("dfbeta", "dfbetas")
      found <- as.matrix(stats::residuals(pair$mine, type = type, weighted = weighted))
      expected <- as.matrix(stats::residuals(pair$theirs, type = type, weighted = weighted))
      size <- pmax(apply(abs(expected), 2L, max), 1e-300)
      expect_near(sweep(found, 2L, size, "/"), sweep(expected, 2L, size, "/"), 1e-7,
        what = type, tally = tally, label = label
      )
    }
  }
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  print_tally(tally, seeds)
})

test_that("ph_test() is cox.zph() where the variance is the model's", {
  tally <- new_tally("ph_test v survival")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 2))] + 7000L
  for (seed in seeds) {
    pair <- paired_fit(seed)
    if (is.null(pair) || pair$robust) next
    # survival has no martingale-type start for one event time: its transform is then constant
    if (length(unique(pair$data$stop[pair$data$cause > 0])) < 3L) next
    tally$cases <- tally$cases + 1L
    label <- sprintf("paired_fit(%d):", seed)
    for (transform in c("km", "identity", "log")) {
      zph <- peer_answer(survival::cox.zph(pair$theirs, transform = transform, terms = FALSE))$value
      if (is.null(zph)) {
        tally$set_aside <- tally$set_aside + 1L
        next
      }
      found <- ph_test(pair$mine, transform = transform, terms = FALSE)
      expect_near(found$table[, 1], zph$table[, 1], 1e-7, TRUE, paste("chi-square,", transform), tally, label)
    }
  }
  expect_gt(tally$cases, 0.2 * length(seeds))
  expect_lte(tally$set_aside, 0.05 * 3 * tally$cases)
  print_tally(tally, seeds)
})

test_that("curves of new persons are survival's", {
  tally <- new_tally("survfit v survival")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 2))] + 8000L
  new <- data.frame(z1 = c(-0.5, 1.2), z2 = c(1, 0), z3 = c(0.3, 2), off = 0)
  for (seed in seeds) {
    pair <- paired_fit(seed)
    if (is.null(pair) || is.null(pair$theirs) || pair$robust) next
    tally$cases <- tally$cases + 1L
    label <- sprintf("paired_fit(%d):", seed)
    mine <- survival::survfit(pair$mine, newdata = new)
    theirs <- survival::survfit(pair$theirs, newdata = new)
    # survival takes the end of every row for a censoring, also where the person goes on: compare the events
    for (part in c("time", "n.risk", "n.event", "surv", "cumhaz", "std.err", "lower", "upper")) {
      at_events <- function(fit) as.matrix(fit[[part]])[fit$n.event > 0, ]
      expect_near(at_events(mine), at_events(theirs), 1e-7, TRUE, part, tally, label)
    }
  }
  expect_gt(tally$cases, 0.2 * length(seeds))
  print_tally(tally, seeds)
})
