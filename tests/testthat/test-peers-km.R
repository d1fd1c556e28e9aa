# km() against survival::survfit on random data, and against the oracle where survfit warns or errs.
# survfit's infinitesimal jackknife is wrong for split rows with clusters (3.8-12: the numerical derivative,
# the oracle and the unsplit rows agree with each other, the split rows do not), so robust cases ask it about
# the unsplit people.

peer_km <- function(case) {
  use <- case$use
  robust <- use$weights || use$cluster
  whole <- robust && use$split
  d <- replicated(case, if (whole) case$person else case$data)
  response <- if (use$interval) {
    quote(survival::Surv(start, stop, cause))
  } else {
    quote(survival::Surv(
      stop,
      cause
    ))
  }
  d$unit <- if (use$cluster) d$clinic else if (use$split) d$id else seq_len(nrow(d))
  arguments <- list(
    stats::as.formula(call("~", response, quote(arm))),
    data = quote(d), conf.type = use$conf_type,
    conf.int = use$conf_level, robust = robust
  )
  if (use$split && !whole) arguments$id <- quote(id)
  if (use$weights) arguments$weights <- quote(wt)
  if (robust) arguments$cluster <- quote(unit)
  eval(as.call(c(quote(survival::survfit), arguments)))
}

oracle_curves <- function(case) {
  use <- case$use
  input <- as.data.frame(Filter(Negate(is.null), oracle_input(case)))
  if (use$freq) input <- input[input$freq > 0, , drop = FALSE]
  arms <- if (use$freq) case$data$arm[case$data$freq > 0] else case$data$arm
  lapply(split(input, droplevels(arms)), function(part) {
    fit <- oracle_km(part, use$conf_type, use$conf_level, robust = use$weights || use$cluster)
    names(fit) <- c(
      time = "time", n_risk = "n.risk", n_event = "n.event", n_censor = "n.censor", surv = "surv",
      cumhaz = "cumhaz",
      se_surv = "se_surv", std_err = "std.err", std_chaz = "std.chaz", lower = "lower", upper = "upper"
    )[names(fit)]
    fit
  })
}

km_call <- function(case) {
  response <- if (case$use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  do.call(km, c(
    list(stats::as.formula(call("~", response, quote(arm)))), case_arguments(case),
    list(conf.type = case$use$conf_type, conf.level = case$use$conf_level)
  ))
}

# A curve that has fallen to 0 while others enter later is worth a warning, and nothing else is.
quiet_km <- function(case, label) {
  warned <- FALSE
  fit <- withCallingHandlers(km_call(case), tte_warning_risk_set_empty = function(w) {
    warned <<- TRUE
    invokeRestart("muffleWarning")
  })
  d <- if (case$use$freq) case$data[case$data$freq > 0, , drop = FALSE] else case$data
  empties <- case$use$interval && any(vapply(split(d, droplevels(d$arm)), function(part) {
    id <- if (case$use$split) part$id
    curve <- oracle_km(list(start = part$start, stop = part$stop, cause = part$cause, id = id))
    dead <- curve$time[curve$surv == 0]
    length(dead) > 0L && any(part$start >= dead[1L] * (1 - 1e-9))
  }, NA))
  testthat::expect_identical(warned, empties, label = paste(label, "warning that a risk set was empty"))
  fit
}

# The infinitesimal jackknife is promised to 1e-9, the rest to 1e-12.
expect_same_curve <- function(mine, theirs, label, tally, arcsin, robust) {
  error <- if (robust) 1e-9 else 1e-12
  near <- function(name, tolerance, relative = FALSE, keep = rep(TRUE, nrow(theirs))) {
    expect_near(mine[[name]][keep], theirs[[name]][keep], tolerance, relative, name, tally, label)
  }
  expect_near(mine$time, theirs$time, 1e-12, TRUE, "time", tally, label)
  if (nrow(mine) != nrow(theirs)) {
    return(invisible())
  }
  near("n.risk", 1e-12, TRUE)
  near("n.event", 1e-12, TRUE)
  near("n.censor", 1e-12, TRUE)
  near("surv", 1e-12)
  near("cumhaz", 1e-12, TRUE)
  near("std.chaz", error, TRUE)
  alive <- theirs$surv > 1e-13
  near("std.err", error, TRUE, keep = alive)
  # survfit's arcsine limits are NaN at S = 1, where every other transform gives [1, 1]
  defined <- alive & !(arcsin & theirs$surv == 1)
  near("lower", error, keep = defined)
  near("upper", error, keep = defined)
  testthat::expect_true(all(mine$surv[!alive] == 0),
    label = paste(label, "S is exactly 0 once nobody is left")
  )
}

test_that("km() is survfit() on random data", {
  skip_if_not_installed("survival", "3.8-0")
  tally <- new_tally("km")
  seeds <- random_seeds()
  for (seed in seeds) {
    case <- random_case(seed)
    label <- sprintf("random_case(%d):", seed)
    robust <- case$use$weights || case$use$cluster
    fit <- quiet_km(case, label)
    mine <- curves_of(fit)
    peer <- peer_answer(peer_km(case))
    tally$cases <- tally$cases + 1L
    if (is.null(peer$value)) tally$set_aside <- tally$set_aside + 1L
    theirs <- if (is.null(peer$value)) oracle_curves(case) else curves_of(peer$value)
    expect_identical(length(mine), length(theirs), label = paste(label, "curves"))
    if (!is.null(peer$value) && !is.null(peer$value$strata)) {
      expect_identical(names(mine), names(theirs), label = paste(label, "names of curves"))
    }
    for (i in seq_along(mine)) {
      expect_same_curve(mine[[i]], theirs[[i]], label, tally, case$use$conf_type == "arcsin", robust)
    }
    people <- replicated(case)
    size <- tapply(
      if (case$use$split) people$id else seq_len(nrow(people)), droplevels(people$arm),
      function(x) {
        length(unique(x))
      }
    )
    expect_near(fit$n, size, 0, what = "n", label = label)
  }
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  print_tally(tally, seeds)
})

test_that("km() is the oracle on random data, split rows with clusters included", {
  tally <- new_tally("km v oracle")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 5))]
  for (seed in seeds) {
    case <- random_case(seed + 5000L)
    robust <- case$use$weights || case$use$cluster
    mine <- curves_of(suppressWarnings(km_call(case), classes = "tte_warning_risk_set_empty"))
    theirs <- oracle_curves(case)
    tally$cases <- tally$cases + 1L
    for (i in seq_along(mine)) {
      expect_same_curve(
        mine[[i]], theirs[[i]], sprintf("random_case(%d):", seed + 5000L), tally, FALSE,
        robust
      )
    }
  }
  print_tally(tally, seeds)
})

test_that("quantiles of km() are those of survfit()", {
  skip_if_not_installed("survival", "3.8-0")
  tally <- new_tally("km quantile")
  seeds <- random_seeds()
  seeds <- seeds[seq_len(ceiling(length(seeds) / 5))]
  for (seed in seeds) {
    case <- random_case(seed + 7000L)
    peer <- peer_answer(peer_km(case))
    if (is.null(peer$value)) next
    tally$cases <- tally$cases + 1L
    probs <- c(0.1, 0.25, 0.5, 0.75)
    mine <- stats::quantile(
      suppressWarnings(km_call(case), classes = "tte_warning_risk_set_empty"),
      probs = probs
    )
    theirs <- stats::quantile(peer$value, probs = probs)
    # with a robust error survfit() puts both limits at 0 when the curve ends there, and so "reaches" them
    ends_at_zero <- identical(peer$value$logse, FALSE) && any(peer$value$surv < 1e-13)
    for (part in if (ends_at_zero) "quantile" else c("quantile", "lower", "upper")) {
      expect_near(
        mine[[part]], theirs[[part]], 1e-12, TRUE, part, tally,
        sprintf("random_case(%d):", seed + 7000L)
      )
    }
  }
  print_tally(tally, seeds)
})
