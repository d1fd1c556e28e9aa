# cif() against cmprsk::cuminc (Aalen's variance, right-censored data) and survival::survfit (infinitesimal
# jackknife under weights or cluster; the estimate with delayed entry); against the oracle where they warn,
# err or have nothing.

cif_oracle <- function(case, variance = if (case$use$weights || case$use$cluster) "ij" else "aalen") {
  use <- case$use
  input <- as.data.frame(Filter(Negate(is.null), oracle_input(case)))
  lapply(split(input, case$data$arm), oracle_cif, n_causes = 3L, variance, use$conf_type, use$conf_level)
}

peer_states <- function(case) {
  use <- case$use
  d <- replicated(case)
  d$what <- factor(cause_names[d$cause + 1L], cause_names)
  response <- if (use$interval) {
    quote(survival::Surv(start, stop, what))
  } else {
    quote(survival::Surv(
      stop,
      what
    ))
  }
  d$person <- if (use$split) d$id else seq_len(nrow(d))
  arguments <- list(
    stats::as.formula(call("~", response, quote(arm))),
    data = quote(d), id = quote(person),
    conf.type = if (use$conf_type == "arcsin") "none" else use$conf_type, conf.int = use$conf_level
  )
  if (use$weights) arguments$weights <- quote(wt)
  if (use$cluster) arguments$cluster <- quote(clinic)
  eval(as.call(c(quote(survival::survfit), arguments)))
}

# survfit's steps where the estimate is inside (0, 1): at the ends each package has its own convention
expect_same_states <- function(mine, theirs, label, tally, robust, limits) {
  expect_near(mine$time, theirs$time, 1e-12, TRUE, "time", tally, label)
  if (length(mine$time) != length(theirs$time)) {
    return(invisible())
  }
  expect_near(mine$n.risk[, 1L], theirs$n.risk[, 1L], 1e-12, TRUE, "n.risk", tally, label)
  expect_near(mine$n.event[, -1L], theirs$n.event[, -1L], 1e-12, TRUE, "n.event", tally, label)
  expect_near(mine$pstate, theirs$pstate, 1e-12, FALSE, "pstate", tally, label)
  if (robust) {
    expect_near(mine$std.err, theirs$std.err, 1e-9, FALSE, "std.err (IJ)", tally, label)
    inside <- theirs$pstate > 1e-13 & theirs$pstate < 1 - 1e-13
    if (limits) {
      expect_near(mine$lower[inside], theirs$lower[inside], 1e-9, FALSE, "lower", tally, label)
      expect_near(mine$upper[inside], theirs$upper[inside], 1e-9, FALSE, "upper", tally, label)
    }
  }
}

expect_oracle_states <- function(mine, oracle, label, tally) {
  expect_near(mine$time, oracle$time, 1e-12, TRUE, "time", tally, label)
  if (length(mine$time) != length(oracle$time)) {
    return(invisible())
  }
  expect_near(mine$pstate, oracle$pstate, 1e-12, FALSE, "pstate v oracle", tally, label)
  alive <- oracle$pstate[, 1L] > 1e-13
  expect_near(mine$std.err[, -1L], oracle$std_err[, -1L], 1e-9, FALSE, "std.err v oracle", tally, label)
  expect_near(
    mine$std.err[alive, 1L], oracle$std_err[alive, 1L], 1e-9, FALSE, "std.err of S v oracle", tally,
    label
  )
  inside <- oracle$pstate > 1e-13 & oracle$pstate < 1 - 1e-13
  expect_near(mine$lower[inside], oracle$lower[inside], 1e-9, FALSE, "lower v oracle", tally, label)
  expect_near(mine$upper[inside], oracle$upper[inside], 1e-9, FALSE, "upper v oracle", tally, label)
}

test_that("cif() is survfit() on random data, and the oracle in its standard errors and limits", {
  skip_if_not_installed("survival", "3.8-0")
  tally <- new_tally("cif")
  seeds <- random_seeds()
  for (seed in seeds) {
    case <- cif_case(seed)
    label <- sprintf("cif_case(%d):", seed)
    use <- case$use
    tally$cases <- tally$cases + 1L
    fit <- cif_call(case)
    mine <- state_curves_of(fit)
    oracle <- cif_oracle(case)
    for (i in seq_along(mine)) expect_oracle_states(mine[[i]], oracle[[i]], label, tally)
    if (!use$weights && !use$cluster && max(case$person$start) == 0) {
      # the delta method and the jackknife are one without weights and late entry
      jackknife <- cif_oracle(case, "ij")
      for (variance in c("delta", "ij")) {
        other <- state_curves_of(cif_call(case, variance = variance))
        for (i in seq_along(other)) {
          theirs <- jackknife[[i]]$std_err[, -1L]
          expect_near(other[[i]]$std.err[, -1L], theirs, 1e-9, FALSE, "std.err (delta, IJ)", tally, label)
        }
      }
    }
    peer <- peer_answer(peer_states(case))
    if (is.null(peer$value)) {
      tally$set_aside <- tally$set_aside + 1L
      next
    }
    theirs <- state_curves_of(peer$value)
    expect_identical(length(mine), length(theirs), label = paste(label, "curves"))
    for (i in seq_along(mine)) {
      expect_same_states(
        mine[[i]], theirs[[i]], label, tally, use$weights || use$cluster, use$conf_type != "arcsin"
      )
    }
  }
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  print_tally(tally, seeds)
})

expect_cuminc <- function(mine, theirs, label, tally) {
  last <- vapply(theirs$time, function(t) max(which(mine$time <= t * (1 + 1e-9))), 1L)
  column <- theirs$cause[1L] + 1L
  expect_near(mine$pstate[last, column], theirs$estimate, 1e-12, FALSE, "estimate", tally, label)
  expect_near(mine$std.err[last, column], sqrt(theirs$variance), 1e-9, FALSE, "std.err", tally, label)
}

test_that("cif() is cmprsk::cuminc(), by cmprsk's recorded answers (reference/make_cmprsk_cuminc.R)", {
  tally <- new_tally("cif v cmprsk, recorded")
  recorded <- utils::read.csv(test_path("reference", "cmprsk_cuminc.csv"))
  for (seed in unique(recorded$seed)) {
    tally$cases <- tally$cases + 1L
    case <- cuminc_case(seed)
    mine <- state_curves_of(cif_call(case))
    names(mine) <- levels(case$data$arm)
    part <- recorded[recorded$seed == seed, ]
    for (theirs in split(part, list(part$arm, part$cause), drop = TRUE)) {
      expect_cuminc(mine[[theirs$arm[1L]]], theirs, sprintf("cuminc_case(%d):", seed), tally)
    }
  }
  expect_gte(tally$cases, 27L)
  print_tally(tally, unique(recorded$seed))
})

# Live against cmprsk, which CI does not install, when a full comparison is asked for.
if (nzchar(Sys.getenv("TTE_RANDOM_CASES"))) {
  test_that("cif() is cmprsk::cuminc() on right-censored random data", {
    skip_if_not_installed("cmprsk")
    tally <- new_tally("cif v cmprsk")
    seeds <- cuminc_seeds(length(random_seeds()))
    for (seed in seeds) {
      case <- cuminc_case(seed)
      label <- sprintf("cuminc_case(%d):", seed)
      tally$cases <- tally$cases + 1L
      answer <- cuminc_answer(case)
      mine <- state_curves_of(cif_call(case))
      names(mine) <- levels(case$data$arm)
      if (is.null(answer)) {
        # nobody has an event, or one arm has one person: the oracle judges
        tally$set_aside <- tally$set_aside + 1L
        oracle <- cif_oracle(case)
        for (i in seq_along(mine)) expect_oracle_states(mine[[i]], oracle[[i]], label, tally)
        next
      }
      for (arm in names(mine)) {
        for (k in 1:3) {
          curve <- answer[[paste(arm, k)]]
          if (is.null(curve)) {
            expect_true(all(mine[[arm]]$pstate[, k + 1L] == 0),
              label = paste(label, "no event, no incidence")
            )
            next
          }
          at <- mine[[arm]]$time
          last <- vapply(at, function(t) max(which(curve$time <= t * (1 + 1e-9))), 1L)
          theirs <- data.frame(cause = k, time = at, estimate = curve$est[last], variance = curve$var[last])
          expect_cuminc(mine[[arm]], theirs, label, tally)
        }
      }
    }
    expect_lte(tally$set_aside, 0.05 * tally$cases)
    print_tally(tally, seeds)
  })
}
