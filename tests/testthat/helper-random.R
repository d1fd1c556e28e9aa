# Seeded random data sets. Case number `i` of base seed `b` is always the same data, on every machine:
# its seed is in the label of each expectation, `random_case(seed)` gives the data back.

#' How many cases: TTE_RANDOM_CASES (CI's number by default), from base seed TTE_RANDOM_SEED.
random_seeds <- function(default = 150L) {
  cases <- as.integer(Sys.getenv("TTE_RANDOM_CASES", default))
  base <- as.integer(Sys.getenv("TTE_RANDOM_SEED", 20240L))
  base * 10000L + seq_len(cases)
}

# Run code with a seed and put the generator back as it was.
with_random_seed <- function(seed, code) {
  old_kind <- RNGkind()
  old <- get0(".Random.seed", envir = globalenv(), inherits = FALSE)
  on.exit({
    do.call(RNGkind, as.list(old_kind))
    if (is.null(old)) {
      rm(".Random.seed", envir = globalenv())
    } else {
      assign(".Random.seed", old, envir = globalenv()) # nolint: object_name_linter.
    }
  })
  set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
  force(code)
}

#' A data frame with every column a random case may need (id, start, stop, cause, arm, site, freq, wt, clinic,
#' z1, z2, z3, off) and `features`: which of them the case uses.
#' `person` holds the same people before their rows were split. ties: "none" five decimals, "some" one
#' decimal,
#' "heavy" about five distinct times. jitter: ties that differ by an ulp or two. extreme: an odd shape, one
#' case in eight.
random_case <- function(seed, n_causes = 1L, covariates = 0L) {
  with_random_seed(seed, {
    pick <- function(p) stats::runif(1L) < p
    n <- sample(c(sample(2:8, 1L), sample(10:40, 1L), sample(41:120, 1L)), 1L, prob = c(0.15, 0.45, 0.4))
    if (covariates > 0L) n <- max(n, 12L + 5L * covariates)
    unit <- sample(c(1e-2, 1, 1, 30, 1e4), 1L)
    ties <- sample(c("none", "some", "heavy"), 1L)
    delayed <- pick(0.3)
    split <- pick(0.35)
    extreme <- if (pick(1 / 8)) sample(c("one_arm", "all_censored", "all_events", "one_time"), 1L) else "no"
    if (covariates > 0L && extreme %in% c("all_censored", "one_time")) extreme <- "all_events"

    arm <- sample(c("A", "B", "C")[seq_len(sample(2:3, 1L))], n, replace = TRUE)
    if (extreme == "one_arm") arm[] <- "A"
    site <- sample(seq_len(sample(1:4, 1L)), n, replace = TRUE)
    z <- cbind(
      z1 = stats::rnorm(n), z2 = stats::rbinom(n, 1L, 0.4), z3 = round(stats::rexp(n), 1)
    )
    rate <- exp(0.4 * z[, 1L] - 0.3 * z[, 2L] + 0.2 * (arm == "B"))
    event_time <- stats::rweibull(n, 1.3) / rate
    censor_time <- stats::rexp(n, stats::runif(1L, 0.1, 1.2))
    entry <- if (delayed) stats::rexp(n, 3) * stats::rbinom(n, 1L, 0.7) else numeric(n)
    grid <- switch(ties,
      none = 1e-5,
      some = 0.1,
      heavy = 0.4
    )
    on_grid <- function(t) ceiling(t / grid) * grid
    event_time <- on_grid(event_time + entry)
    censor_time <- on_grid(censor_time + entry)
    entry <- floor(entry / grid) * grid
    cause <- (event_time <= censor_time) * sample(seq_len(n_causes), n, replace = TRUE)
    stop_time <- pmin(event_time, censor_time)
    if (extreme == "all_censored") cause[] <- 0L
    if (extreme == "all_events") {
      cause[cause == 0L] <- sample(seq_len(n_causes), sum(cause == 0L),
        replace = TRUE
      )
    }
    if (extreme == "one_time") {
      stop_time[] <- 1
      entry[] <- 0
    }
    person <- data.frame(
      id = sprintf("P%03d", sample(n)), start = entry, stop = stop_time, cause = as.integer(cause),
      arm = factor(arm), site = site, freq = sample(0:3, n, replace = TRUE, prob = c(0.05, 0.6, 0.2, 0.15)),
      wt = round(stats::rexp(n) + 0.05, 3), clinic = sample(seq_len(max(2L, n %/% 4L)), n, replace = TRUE), z,
      off = stats::rnorm(n, sd = 0.3)
    )
    if (sum(person$freq) == 0) person$freq[1L] <- 1L
    rows <- if (split) random_split(person, grid) else person
    rows <- rows[sample(nrow(rows)), , drop = FALSE]
    jitter <- pick(0.2)
    ulp <- function(n) if (jitter) 1 + sample(-2:2, n, replace = TRUE) * 2^-52 else rep(1, n)
    rows$start <- rows$start * unit * ulp(nrow(rows))
    rows$stop <- rows$stop * unit * ulp(nrow(rows))
    person$start <- person$start * unit
    person$stop <- person$stop * unit
    rownames(rows) <- rownames(person) <- NULL
    interval <- split || any(rows$start > 0)
    use <- list(
      interval = interval, split = split, jitter = jitter, freq = pick(0.3), weights = pick(0.3),
      cluster = pick(0.25),
      strata = pick(0.4), offset = pick(0.2), ties = ties, extreme = extreme,
      method = sample(c("efron", "breslow"), 1L),
      conf_type = sample(c("plain", "log", "log-log", "logit", "arcsin"), 1L),
      conf_level = sample(c(0.9, 0.95, 0.99), 1L)
    )
    list(seed = seed, data = rows, person = person, use = use)
  })
}

#' Cut each person's interval at one to three inner grid points.
random_split <- function(person, grid) {
  pieces <- lapply(seq_len(nrow(person)), function(i) {
    one <- person[i, , drop = FALSE]
    cut <- stats::runif(sample(1:3, 1L), one$start, one$stop)
    cut <- round(cut / grid) * grid
    span <- one$stop - one$start
    cut <- sort(unique(cut[cut > one$start + 1e-6 * span & cut < one$stop - 1e-6 * span]))
    k <- length(cut) + 1L
    rows <- one[rep(1L, k), , drop = FALSE]
    rows$start <- c(one$start, cut)
    rows$stop <- c(cut, one$stop)
    rows$cause <- c(integer(k - 1L), one$cause)
    rows
  })
  do.call(rbind, pieces)
}

#' The case as the oracle wants it.
oracle_input <- function(case, interval = case$use$interval) {
  d <- case$data
  list(
    start = if (interval) d$start, stop = d$stop, cause = d$cause, id = if (case$use$split) d$id,
    freq = if (case$use$freq) d$freq, weight = if (case$use$weights) d$wt,
    cluster = if (case$use$cluster) d$clinic
  )
}

#' The rows (or the unsplit people) written out, one per unit of `freq`, for peers that know no frequencies.
replicated <- function(case, d = case$data) {
  if (!case$use$freq) {
    return(d)
  }
  times <- d$freq
  copy <- sequence(times)
  d <- d[rep(seq_len(nrow(d)), times), , drop = FALSE]
  d$id <- paste(d$id, copy, sep = "#")
  rownames(d) <- NULL
  d
}

#' One line of what was compared; shown when TTE_RANDOM_CASES asks for more than CI's number.
new_tally <- function(estimator) {
  tally <- new.env()
  tally$estimator <- estimator
  tally$cases <- tally$set_aside <- 0L
  tally$worst <- list()
  tally
}

#' Largest difference seen per quantity.
note_difference <- function(tally, quantity, difference) {
  old <- tally$worst[[quantity]]
  tally$worst[[quantity]] <- max(c(old, 0), difference, na.rm = TRUE)
}

print_tally <- function(tally, seeds) {
  if (nzchar(Sys.getenv("TTE_RANDOM_CASES"))) {
    worst <- vapply(names(tally$worst), function(q) sprintf("%s %.1e", q, tally$worst[[q]]), "")
    cat(sprintf(
      "\n%s: %d cases (seeds %d-%d), %d set aside; largest differences: %s\n", tally$estimator, tally$cases,
      min(seeds), max(seeds), tally$set_aside, paste(worst, collapse = ", ")
    ))
  }
}

#' The peer's answer, or NULL (with the reason) when it warns or errs.
peer_answer <- function(code) {
  tryCatch(
    list(value = code),
    warning = function(w) list(value = NULL, why = conditionMessage(w)),
    error = function(e) list(value = NULL, why = conditionMessage(e))
  )
}

#' One expectation: numbers equal within an absolute and (optionally) relative tolerance; NA and infinities
#' must agree.
expect_near <- function(
  object, expected, tolerance = 1e-12, relative = FALSE, what = "", tally = NULL,
  label = ""
) {
  object <- as.numeric(object)
  expected <- as.numeric(expected)
  where <- paste(label, what)
  if (length(object) != length(expected)) {
    testthat::fail(sprintf("%s: %d values, expected %d", where, length(object), length(expected)))
    return(invisible(FALSE))
  }
  finite <- is.finite(expected)
  same_kind <- is.finite(object) == finite & is.na(object) == is.na(expected)
  endless <- !is.na(expected) & !finite & same_kind
  same_kind[endless] <- (object == expected)[endless]
  difference <- abs(object - expected)
  if (relative) difference <- difference / pmax(1, abs(expected))
  difference <- difference[finite & same_kind]
  if (!is.null(tally)) note_difference(tally, what, difference)
  bad <- !all(same_kind) || any(difference > tolerance)
  if (bad) {
    at <- if (!all(same_kind)) which(!same_kind)[1L] else which.max(abs(object - expected))
    testthat::fail(sprintf(
      "%s: value %d is %.17g, expected %.17g (largest difference %.3g, allowed %.3g)", where, at, object[at],
      expected[at], max(c(0, difference)), tolerance
    ))
  } else {
    testthat::succeed()
  }
  invisible(!bad)
}

#' The curves of a survfit-shaped object as a named list of data frames (one unnamed entry when there are no
#' strata).
curves_of <- function(fit) {
  columns <- c(
    "time", "n.risk", "n.event", "n.censor", "surv", "std.err", "cumhaz", "std.chaz", "lower", "upper"
  )
  n <- length(fit$time)
  table <- as.data.frame(lapply(stats::setNames(columns, columns), function(name) {
    if (is.null(fit[[name]])) rep(NA_real_, n) else as.numeric(fit[[name]])
  }))
  if (identical(fit$logse, FALSE)) table$std.err <- table$std.err / table$surv
  if (is.null(fit$strata)) {
    return(list(table))
  }
  split(table, factor(rep(names(fit$strata), fit$strata), names(fit$strata)))
}

#' The same for a multi-state fit: each curve a list of matrices with one column per state.
state_curves_of <- function(fit) {
  columns <- c("n.risk", "n.event", "n.censor", "pstate", "std.err", "lower", "upper", "cumhaz", "std.chaz")
  blocks <- if (is.null(fit$strata)) {
    list(seq_along(fit$time))
  } else {
    split(
      seq_along(fit$time), factor(rep(names(fit$strata), fit$strata), names(fit$strata))
    )
  }
  lapply(blocks, function(rows) {
    pick <- lapply(columns, function(name) {
      if (is.matrix(fit[[name]])) unname(fit[[name]][rows, , drop = FALSE])
    })
    c(list(time = fit$time[rows]), stats::setNames(pick, columns))
  })
}

#' The arguments by which an estimator of the package is told what a case holds.
case_arguments <- function(case) {
  use <- case$use
  c(
    list(data = case$data),
    if (use$split) list(id = "id"),
    if (use$freq) list(freq = "freq"),
    if (use$weights) list(weights = "wt"),
    if (use$cluster) list(cluster = "clinic")
  )
}

#' A small two-arm trial for the invariance tests.
trial_case <- function(n = 80, ties = TRUE) {
  with_random_seed(12, {
    time <- stats::rexp(n) * 20
    data.frame(
      id = seq_len(n), time = if (ties) ceiling(time) else time, status = stats::rbinom(n, 1, 0.7),
      arm = factor(sample(c("A", "B"), n, TRUE)), site = sample(1:4, n, TRUE), fr = sample(1:3, n, TRUE),
      x = stats::rnorm(n), z = stats::rbinom(n, 1, 0.5), entry = 0
    )
  })
}

#' Each person's row (0, time] cut at the points `at`.
split_rows <- function(d, at) {
  pieces <- lapply(seq_len(nrow(d)), function(i) {
    cut <- sort(unique(at[at < d$time[i]]))
    rows <- d[rep(i, length(cut) + 1L), ]
    rows$start <- c(0, cut)
    rows$time <- c(cut, d$time[i])
    last <- nrow(rows)
    rows$status[-last] <- 0
    if (!is.null(rows$what)) rows$what[-last] <- "none"
    rows
  })
  do.call(rbind, pieces)
}
