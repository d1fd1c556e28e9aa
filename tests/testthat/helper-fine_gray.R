# Fine and Gray's model by its definition: every weight, risk set and sum written out, in O(rows x times).
# Notation of Fine & Gray (1999); late entry as in Geskus (2011).

#' Everything at a given `beta`: list(loglik, score, information, variance, undefined).
#' `d`: as for the other oracles (stop, cause, start, freq, weight, id, cluster, stratum), with `censoring`,
#' the group in which censoring is alike.
oracle_fine_gray <- function(d, x, beta, cause = 1L, convention = "geskus", variance = "sandwich") {
  rows <- oracle_rows(d)
  z <- x[rows$row, , drop = FALSE]
  group <- if (is.null(d$censoring)) rep(1L, nrow(rows)) else d$censoring[rows$row]
  rows$censored <- rows$cause == 0L & !rows$continues
  begins <- paste(rows$id, rows$stop)
  rows$enters <- !(!is.null(d$id) & paste(rows$id, rows$start) %in% begins)
  w <- oracle_subdistribution(rows, group, cause, convention)
  r <- rows$weight * exp(drop(z %*% beta))
  p <- ncol(z)
  score <- numeric(p)
  information <- matrix(0, p, p)
  loglik <- 0
  eta <- matrix(0, nrow(rows), p)
  pulls <- list()
  for (e in seq_along(w$cases$time)) {
    case <- rows$cause == cause & rows$stop == w$cases$time[e] & rows$stratum == w$cases$stratum[e]
    mass <- r * w$weight[, e]
    s0 <- sum(mass)
    mean <- colSums(mass * z) / s0
    about <- sweep(z, 2, mean)
    hazard <- sum(rows$weight[case]) / s0
    loglik <- loglik + sum(rows$weight[case] * log(r[case] / rows$weight[case])) -
      sum(rows$weight[case]) * log(s0)
    score <- score + colSums(rows$weight[case] * about[case, , drop = FALSE])
    information <- information + hazard * crossprod(about, mass * about)
    eta <- eta - mass * hazard * about + case * rows$weight * about
    pulls[[e]] <- mass * hazard * about
  }
  if (variance == "sandwich") eta <- eta + oracle_weight_influence(rows, w, pulls, cause, convention)
  unit <- rowsum(eta, rows$cluster)
  bread <- solve(information)
  list(
    loglik = loglik, score = score, information = information, undefined = w$undefined,
    variance = if (variance == "model") bread else bread %*% crossprod(unit) %*% bread
  )
}

#' The weight of every row at every time of cases (rows x times), and what it is made of.
oracle_subdistribution <- function(rows, group, cause, convention) {
  grids <- lapply(split(seq_len(nrow(rows)), group), function(own) {
    own <- rows[own, ]
    time <- sort(unique(own$stop[own$cause > 0L | own$censored]))
    n <- vapply(time, function(t) sum(own$weight[at_risk(own, t)]), 0)
    d <- vapply(time, function(t) sum(own$weight[own$stop == t & own$cause > 0L]), 0)
    c <- vapply(time, function(t) sum(own$weight[own$stop == t & own$censored]), 0)
    before <- c(-Inf, time[-length(time)])
    came <- mapply(function(t, b) sum(own$weight[own$enters & own$start < t & own$start >= b]), time, before)
    y <- if (convention == "geskus") n - d else n
    list(time = time, n = n, c = c, y = y, came = came)
  })
  free <- function(g, t) {
    at <- grids[[g]]
    past <- at$time < t & at$c > 0
    later <- at$time > t
    prod(1 - at$c[past] / at$y[past]) * prod(zapsmall(1 - at$came[later] / at$n[later], 12))
  }
  cases <- unique(rows[rows$cause == cause, c("stratum", "stop")])
  names(cases)[2] <- "time"
  exit <- mapply(function(g, t) free(as.character(g), t), group, rows$stop)
  competing <- rows$cause > 0L & rows$cause != cause
  weight <- matrix(0, nrow(rows), nrow(cases))
  for (e in seq_len(nrow(cases))) {
    t <- cases$time[e]
    here <- rows$stratum == cases$stratum[e]
    weight[here & at_risk(rows, t), e] <- 1
    left <- which(here & competing & rows$stop < t)
    for (i in left) weight[i, e] <- free(as.character(group[i]), t) / exit[i]
  }
  undefined <- any(competing & exit == 0 & rows$stop < max(cases$time))
  list(weight = weight, cases = cases, grids = grids, group = group, undefined = undefined)
}

#' What each row moves the score through the weights: rows x p.
oracle_weight_influence <- function(rows, w, pulls, cause, convention) {
  competing <- rows$cause > 0L & rows$cause != cause
  out <- matrix(0, nrow(rows), ncol(pulls[[1]]))
  # the part of the score that hangs on the weights of group g used after u, of rows that left before u
  owed <- function(g, u, left, used) {
    own <- competing & w$group == g & left(rows$stop, u)
    total <- numeric(ncol(out))
    for (e in which(used(w$cases$time, u))) {
      mine <- own & rows$stratum == w$cases$stratum[e] & rows$stop < w$cases$time[e]
      total <- total + colSums(pulls[[e]][mine, , drop = FALSE])
    }
    total
  }
  exact <- convention == "geskus"
  for (g in names(w$grids)) {
    at <- w$grids[[g]]
    own <- as.character(w$group) == g
    for (k in seq_along(at$time)) {
      u <- at$time[k]
      quits <- own & rows$censored & rows$stop == u
      open <- own & at_risk(rows, u) & !(exact & rows$stop == u & rows$cause > 0L)
      left_over <- if (exact) at$y[k] - at$c[k] else at$y[k]
      if (at$c[k] > 0 && left_over > 1e-12) {
        q <- if (exact) owed(g, u, `<=`, `>`) else owed(g, u, `<`, `>=`)
        out <- out + outer(rows$weight * (quits - open * at$c[k] / at$y[k]), q / left_over)
      }
      before <- at$n[k] - at$came[k]
      if (at$came[k] > 0 && before > 1e-12) {
        q <- owed(g, u, `<`, `>=`)
        open <- own & at_risk(rows, u)
        new <- own & rows$enters & rows$start < u & rows$start >= c(-Inf, at$time)[k]
        out <- out - outer(rows$weight * (new - open * at$came[k] / at$n[k]), q / before)
      }
    }
  }
  out
}

# ---- random cases, shared with the script that records cmprsk's answers ----

fine_gray_case <- function(seed) {
  case <- random_case(seed, n_causes = 2L, covariates = 2L)
  extra <- with_random_seed(seed + 5L, list(
    convention = sample(c("geskus", "cmprsk"), 1L), variance = sample(c("sandwich", "robust"), 1L),
    censoring = stats::runif(1) < 0.3
  ))
  case$use <- c(case$use, extra)
  case$use$censoring <- case$use$censoring && !case$use$interval
  if (case$use$freq) case$data <- case$data[case$data$freq > 0, , drop = FALSE]
  if (case$use$freq) case$person <- case$person[case$person$freq > 0, , drop = FALSE]
  case
}

causes_of_case <- function(cause) factor(cause_names[cause + 1L], cause_names[1:3])

fine_gray_call <- function(case, ...) {
  use <- case$use
  case$data$what <- causes_of_case(case$data$cause)
  case$data$group <- case$data$site %% 2
  response <- if (use$interval) quote(Surv(start, stop, what)) else quote(Surv(stop, what))
  given <- list(
    stats::as.formula(call("~", response, quote(z1 + z2))),
    convention = use$convention, variance = use$variance, strata = if (use$strata) "site",
    censoring = if (use$censoring) "group"
  )
  given <- utils::modifyList(given, list(...), keep.null = TRUE)
  do.call(fine_gray, c(given, case_arguments(case)))
}

#' Right-censored, unweighted persons for crr().
crr_seeds <- function(cases) 202404000L + seq_len(cases)

crr_case <- function(seed) {
  case <- fine_gray_case(seed)
  case$use[c("interval", "split", "weights", "cluster", "strata", "censoring")] <- FALSE
  case$use$convention <- "cmprsk"
  case$use$variance <- "sandwich"
  case$data <- case$person
  case$data$stop <- oracle_snap(case$data$stop)
  case
}

# The closest to its maximum that crr() says it reaches: its line search gives up below what it can resolve.
crr_answer <- function(case) {
  d <- replicated(case)
  fit <- function(gtol) {
    peer_answer(
      getExportedValue("cmprsk", "crr")(
        d$stop, d$cause, as.matrix(d[c("z1", "z2")]),
        gtol = gtol, maxiter = 50
      )
    )$value
  }
  for (gtol in c(1e-12, 1e-10, 1e-9, 1e-8)) {
    found <- fit(gtol)
    if (is.null(found) || found$converged) break
  }
  found
}
