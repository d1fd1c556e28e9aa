# The oracle: slow, obvious definitions in plain R.
#
# Nothing here calls the engine. Each function starts from rows (start, stop], builds its own time grid and
# applies the textbook formula with explicit risk sets, in O(n^2) or worse. When the package and the oracle
# disagree, read the formula here first: it is short enough to check against the book that it cites.
#
#   K&M  Klein & Moeschberger, Survival Analysis, 2nd ed.        T&G  Therneau & Grambsch, Modeling Survival
# Data
#
# A data set is a list (or data frame) `d` with `stop`, `cause` (0 = censored, 1, 2, ... = the causes) and,
# where they apply, `start`, `freq`, `weight`, `cluster`, `id`, `curve` (KM, AJ), `group` (log-rank),
# `stratum`. A row is at risk at t when start < t <= stop. In a tie the order is event, censoring, entry.

# ---- rows
# ----------------------------------------------------------------------------------------------------

#' Times closer than sqrt(eps) times the mean absolute time are one time (the earliest of the run).
oracle_snap <- function(time, all_times = time) {
  grid <- sort(unique(all_times))
  near <- diff(grid) <= sqrt(.Machine$double.eps) * mean(abs(grid))
  first <- grid[c(TRUE, !near)]
  first[findInterval(time, first)]
}

#' One row per unit of `freq`; every column present; times snapped.
oracle_rows <- function(d, timefix = TRUE) {
  n <- length(d$stop)
  or <- function(x, default) if (is.null(x)) default else x
  rows <- data.frame(
    row = seq_len(n), start = or(d$start, rep(-Inf, n)), stop = d$stop, cause = as.integer(d$cause),
    weight = or(d$weight, rep(1, n)), curve = as.integer(or(d$curve, rep(1L, n))),
    group = as.integer(or(d$group, rep(1L, n))), stratum = as.integer(or(d$stratum, rep(1L, n)))
  )
  if (timefix) {
    all_times <- c(rows$start[is.finite(rows$start)], rows$stop)
    rows$stop <- oracle_snap(rows$stop, all_times)
    finite <- is.finite(rows$start)
    rows$start[finite] <- oracle_snap(rows$start[finite], all_times)
  }
  times <- or(d$freq, rep(1L, n))
  copy <- sequence(times)
  rows <- rows[rep(seq_len(n), times), , drop = FALSE]
  # the k-th copies of one person's rows are one person; the copies are different people of the same cluster
  id <- if (is.null(d$id)) as.character(rows$row) else as.character(d$id[rows$row])
  rows$id <- paste(id, copy, sep = "#")
  rows$cluster <- if (is.null(d$cluster)) rows$id else as.character(d$cluster[rows$row])
  # a row that ends where another row of the same person starts is no censoring
  starts <- paste(rows$id, rows$start)
  rows$continues <- !is.null(d$id) & paste(rows$id, rows$stop) %in% starts
  rownames(rows) <- NULL
  rows
}

at_risk <- function(rows, t) rows$start < t & t <= rows$stop

#' Right-continuous step function: the value at the last grid time <= `at`, `before` ahead of the first.
step_value <- function(time, value, at, before) {
  c(before, value)[findInterval(at, time) + 1L]
}

# ---- confidence limits
# ---------------------------------------------------------------------------------------

#' Limits of a probability `p` with standard error `se` (of p itself) by the delta method on g(p): g^-1(g(p)
#' +- z se g'). Survival's rules at the ends: an estimate with se = 0 has both limits equal to it; at p = 0
#' they are not defined.
oracle_limits <- function(p, se, type, level = 0.95) {
  z <- stats::qnorm((1 + level) / 2)
  p <- pmin(pmax(p, 0), 1)
  eta <- switch(type,
    plain = p,
    log = log(p),
    `log-log` = log(-log(p)),
    logit = log(p / (1 - p)),
    arcsin = asin(sqrt(p))
  )
  slope <- switch(type,
    plain = 1,
    log = 1 / p,
    `log-log` = 1 / abs(p * log(p)),
    logit = 1 / (p * (1 - p)),
    arcsin = 1 / (2 * sqrt(p * (1 - p)))
  )
  ends <- suppressWarnings(cbind(eta - z * se * slope, eta + z * se * slope))
  back <- switch(type,
    plain = pmin(pmax(ends, 0), 1),
    log = pmin(exp(ends), 1),
    `log-log` = exp(-exp(ends)),
    logit = 1 / (1 + exp(-ends)),
    arcsin = sin(pmin(pmax(ends, 0), pi / 2))^2
  )
  back <- matrix(back, ncol = 2L)
  lower <- pmin(back[, 1L], back[, 2L])
  upper <- pmax(back[, 1L], back[, 2L])
  certain <- !is.na(se) & se == 0
  lower[certain] <- p[certain]
  upper[certain] <- p[certain]
  nothing <- is.na(se) | p == 0
  lower[nothing] <- NA
  upper[nothing] <- NA
  list(lower = lower, upper = upper)
}

# ---- Kaplan-Meier and Nelson-Aalen
# ---------------------------------------------------------------------------

#' One curve. K&M (4.2.1), (4.2.2), (4.2.3), (4.2.4); delayed entry K&M section 4.6.
#' `std_err` is that of -log S (as survfit's). `robust`: the infinitesimal jackknife over clusters,
#' sum over clusters of (sum over its rows of weight * dS/dweight)^2.
oracle_km <- function(d, conf_type = "log-log", conf_level = 0.95, robust = FALSE, timefix = TRUE) {
  rows <- oracle_rows(d, timefix)
  w <- rows$weight
  censored <- rows$cause == 0L & !rows$continues
  time <- sort(unique(rows$stop[rows$cause > 0L | censored]))
  steps <- length(time)
  out <- data.frame(time = time, n_risk = 0, n_event = 0, n_censor = 0)
  persons <- data.frame(n_risk = numeric(steps), n_event = 0, n_censor = 0)
  d_surv <- matrix(0, nrow(rows), steps)
  d_haz <- matrix(0, nrow(rows), steps)
  surv <- haz <- green <- aalen <- numeric(steps)
  s <- 1
  h <- v_green <- v_aalen <- 0
  ds <- dh <- numeric(nrow(rows))
  for (j in seq_len(steps)) {
    risk <- at_risk(rows, time[j])
    dies <- rows$stop == time[j] & rows$cause > 0L
    quits <- rows$stop == time[j] & censored
    n <- sum(w[risk])
    e <- sum(w[dies])
    out$n_risk[j] <- n
    out$n_event[j] <- e
    out$n_censor[j] <- sum(w[quits])
    persons$n_risk[j] <- sum(risk)
    persons$n_event[j] <- sum(dies)
    persons$n_censor[j] <- sum(quits)
    if (any(dies)) {
      all_die <- all(dies[risk])
      # d(e/n)/dw_i = (1{i dies} - 1{i at risk} e/n) / n
      d_jump <- (dies - risk * e / n) / n
      jump <- if (all_die) 1 else e / n
      ds <- ds * (1 - jump) - s * d_jump
      dh <- dh + d_jump
      s <- s * (1 - jump)
      h <- h + e / n
      v_green <- v_green + if (all_die) Inf else e / (n * (n - e))
      v_aalen <- v_aalen + e / n^2
    }
    surv[j] <- s
    haz[j] <- h
    green[j] <- v_green
    aalen[j] <- v_aalen
    d_surv[, j] <- ds
    d_haz[, j] <- dh
  }
  out$surv <- surv
  out$cumhaz <- haz
  if (robust) {
    ij <- function(derivative) sqrt(colSums(rowsum(w * derivative, rows$cluster)^2))
    out$se_surv <- ij(d_surv)
    out$std_err <- out$se_surv / surv
    out$std_chaz <- ij(d_haz)
  } else {
    out$std_err <- sqrt(green)
    out$se_surv <- ifelse(surv == 0, NaN, surv * out$std_err)
    out$std_chaz <- sqrt(aalen)
  }
  limits <- if (conf_type == "none") NULL else oracle_limits(surv, out$se_surv, conf_type, conf_level)
  out$lower <- limits$lower
  out$upper <- limits$upper
  attr(out, "persons") <- persons
  attr(out, "n") <- length(unique(rows$id))
  out
}

#' KM as a plain function of the weights, for numerical derivatives.
oracle_km_surv_at <- function(d, weight, at) {
  d$weight <- weight
  fit <- oracle_km(d, conf_type = "none")
  step_value(fit$time, fit$surv, at, 1)
}

#' The p-th quantile: the first time with S <= 1 - p; the middle of the flat stretch when S equals 1 - p on
#' one (NA when that stretch never ends).
oracle_quantile <- function(time, surv, p, flat = "midpoint") {
  vapply(p, function(one) {
    target <- 1 - one
    below <- which(surv <= target + 1e-9)
    if (length(below) == 0L) {
      return(NA_real_)
    }
    first <- below[1L]
    if (flat == "midpoint" && abs(surv[first] - target) <= 1e-9) {
      lower <- which(surv < target - 1e-9)
      last <- if (length(lower) > 0L) time[lower[1L]] else if (target <= 1e-9) time[first] else max(time)
      return((time[first] + last) / 2)
    }
    time[first]
  }, numeric(1))
}

# ---- log-rank
# ------------------------------------------------------------------------------------------------

#' k samples, strata, delayed entry: hypergeometric mean and covariance at each event time, summed (K&M
#' 7.3.3-7.3.5, stratified 7.5). `n` counts persons. Z = (E2 - O2) / sqrt(V) > 0: fewer events in group 2 than
#' expected.
oracle_log_rank <- function(d, k, timefix = TRUE) {
  rows <- oracle_rows(d, timefix)
  strata <- sort(unique(rows$stratum))
  observed <- expected <- n <- matrix(0, k, length(strata))
  v <- matrix(0, k, k)
  for (s in seq_along(strata)) {
    part <- rows[rows$stratum == strata[s], , drop = FALSE]
    member <- outer(part$group, seq_len(k), "==")
    n[, s] <- vapply(seq_len(k), function(g) length(unique(part$id[part$group == g])), 1L)
    for (t in sort(unique(part$stop[part$cause > 0L]))) {
      risk <- at_risk(part, t)
      dies <- part$stop == t & part$cause > 0L
      size <- sum(risk)
      deaths <- sum(dies)
      share <- colSums(member[risk, , drop = FALSE]) / size
      observed[, s] <- observed[, s] + colSums(member[dies, , drop = FALSE])
      expected[, s] <- expected[, s] + deaths * share
      if (size > 1) {
        v <- v + deaths * (size - deaths) / (size - 1) * (diag(share, k) - tcrossprod(share))
      }
    }
  }
  u <- rowSums(observed) - rowSums(expected)
  # V has rank (groups that share a risk set with another) - 1 or less: a generalised inverse, df = its rank
  parts <- eigen(v, symmetric = TRUE)
  real <- parts$values > 1e-9 * max(parts$values, 1e-300)
  along <- crossprod(parts$vectors[, real, drop = FALSE], u)
  list(
    n = n, observed = observed, expected = expected, var = v, chisq = sum(along^2 / parts$values[real]),
    df = sum(real), z = if (k == 2L) -u[2L] / sqrt(v[2L, 2L]) else NULL
  )
}

# ---- Cox
# -----------------------------------------------------------------------------------------------------

#' Log partial likelihood, score, information at beta (T&G 3.1, 3.3): at each event time of each stratum,
#' Breslow uses one risk set for the d tied deaths; Efron d of them, the deaths leaving by 1/d at a time.
#' Weighted as in survival: every death of a tie carries the mean weight of the tie.
oracle_cox_at <- function(beta, rows, x, offset, ties) {
  p <- ncol(x)
  eta <- drop(x %*% beta) + offset
  eta <- eta - stats::ave(eta, rows$stratum)
  r <- rows$weight * exp(eta)
  loglik <- 0
  score <- numeric(p)
  information <- matrix(0, p, p)
  for (s in unique(rows$stratum)) {
    here <- rows$stratum == s
    for (t in unique(rows$stop[here & rows$cause > 0L])) {
      risk <- which(here & at_risk(rows, t))
      dies <- which(here & rows$stop == t & rows$cause > 0L)
      m <- length(dies)
      xr <- x[risk, , drop = FALSE]
      xd <- x[dies, , drop = FALSE]
      mean_weight <- mean(rows$weight[dies])
      loglik <- loglik + sum(rows$weight[dies] * eta[dies])
      score <- score + colSums(rows$weight[dies] * xd)
      for (k in seq_len(m) - 1L) {
        share <- if (ties == "efron") k / m else 0
        s0 <- sum(r[risk]) - share * sum(r[dies])
        s1 <- colSums(r[risk] * xr) - share * colSums(r[dies] * xd)
        s2 <- crossprod(xr, r[risk] * xr) - share * crossprod(xd, r[dies] * xd)
        loglik <- loglik - mean_weight * log(s0)
        score <- score - mean_weight * s1 / s0
        information <- information + mean_weight * (s2 / s0 - tcrossprod(s1 / s0))
      }
    }
  }
  list(loglik = loglik, score = score, information = information, eta = eta)
}

#' Martingale residuals and score residuals (n x p), unweighted rows as in T&G 4.2; Efron's own means and
#' hazard.
oracle_cox_residuals <- function(beta, rows, x, offset, ties) {
  eta <- drop(x %*% beta) + offset
  eta <- eta - stats::ave(eta, rows$stratum)
  risk_score <- exp(eta)
  r <- rows$weight * risk_score
  martingale <- as.numeric(rows$cause > 0L)
  residual <- matrix(0, nrow(x), ncol(x))
  for (s in unique(rows$stratum)) {
    here <- rows$stratum == s
    for (t in unique(rows$stop[here & rows$cause > 0L])) {
      risk <- which(here & at_risk(rows, t))
      dies <- which(here & rows$stop == t & rows$cause > 0L)
      m <- length(dies)
      mean_weight <- mean(rows$weight[dies])
      for (k in seq_len(m) - 1L) {
        share <- if (ties == "efron") k / m else 0
        s0 <- sum(r[risk]) - share * sum(r[dies])
        xbar <- (colSums(r[risk] * x[risk, , drop = FALSE]) - share * colSums(r[dies] * x[dies, ,
          drop = FALSE
        ])) / s0
        hazard <- mean_weight / s0
        for (i in risk) {
          part <- if (i %in% dies) 1 - share else 1
          martingale[i] <- martingale[i] - part * risk_score[i] * hazard
          residual[i, ] <- residual[i, ] - part * risk_score[i] * hazard * (x[i, ] - xbar)
        }
        for (i in dies) residual[i, ] <- residual[i, ] + (x[i, ] - xbar) / m
      }
    }
  }
  list(martingale = martingale, score = residual)
}

#' Newton from `init` with step halving, to the last bit that counts.
oracle_cox <- function(d, x, offset = NULL, init = NULL, ties = "efron", robust = FALSE, timefix = TRUE) {
  rows <- oracle_rows(d, timefix)
  x <- as.matrix(x)[rows$row, , drop = FALSE]
  x <- sweep(x, 2L, colMeans(x))
  offset <- if (is.null(offset)) numeric(nrow(rows)) else offset[rows$row]
  beta <- start <- if (is.null(init)) numeric(ncol(x)) else init
  first <- now <- oracle_cox_at(beta, rows, x, offset, ties)
  for (iter in seq_len(100L)) {
    step <- solve(now$information, now$score)
    repeat {
      new <- oracle_cox_at(beta + step, rows, x, offset, ties)
      if (is.finite(new$loglik) && new$loglik >= now$loglik - 1e-12 * abs(now$loglik) - 1e-13) break
      step <- step / 2
    }
    beta <- beta + step
    now <- new
    if (max(abs(step) * sqrt(diag(now$information))) < 1e-11) break
  }
  naive <- solve(now$information)
  residual <- oracle_cox_residuals(beta, rows, x, offset, ties)
  out <- list(
    coefficients = beta, naive_var = naive, var = naive, loglik = c(first$loglik, now$loglik),
    score = drop(crossprod(first$score, solve(first$information, first$score))),
    wald_test = drop(crossprod(beta - start, now$information %*% (beta - start))),
    martingale = residual$martingale, score_residuals = residual$score, row = rows$row, weight = rows$weight,
    eta = now$eta, iter = iter, n = length(unique(rows$id)), n_event = sum(rows$cause > 0L)
  )
  if (robust) {
    dfbeta <- rowsum(rows$weight * residual$score %*% naive, rows$cluster)
    out$var <- crossprod(dfbeta)
    null <- oracle_cox_residuals(start, rows, x, offset, ties)$score
    by_cluster <- rowsum(rows$weight * null, rows$cluster)
    u <- colSums(by_cluster)
    out$rscore <- tryCatch(drop(crossprod(u, solve(crossprod(by_cluster), u))), error = function(e) NA_real_)
    out$wald_test <- tryCatch(drop(crossprod(beta - start, solve(out$var, beta - start))),
      error = function(e) NA_real_
    )
  }
  out
}

# ---- concordance
# ---------------------------------------------------------------------------------------------

#' Pairs within a stratum: i has an event at t_i, j is at risk then and outlives it (stop_j > t_i, or censored
#' at t_i). Higher score = higher risk, so concordant when score_i > score_j. Two events at one time are tied
#' in time. Standard error: infinitesimal jackknife of (concordant + ties/2) / pairs over clusters.
oracle_concordance <- function(d, score, timefix = TRUE) {
  rows <- oracle_rows(d, timefix)
  score <- score[rows$row]
  w <- rows$weight
  n <- nrow(rows)
  kind <- c("concordant", "discordant", "tied.x", "tied.y", "tied.xy")
  count <- stats::setNames(numeric(5L), kind)
  slope <- matrix(0, n, 5L, dimnames = list(NULL, kind))
  for (i in which(rows$cause > 0L)) {
    for (j in seq_len(n)) {
      t <- rows$stop[i]
      if (j == i || rows$stratum[i] != rows$stratum[j] || !(rows$start[j] < t && t <= rows$stop[j])) next
      both <- rows$stop[j] == t && rows$cause[j] > 0L
      if (both && j < i) next
      same <- score[i] == score[j]
      what <- if (both) {
        if (same) "tied.xy" else "tied.y"
      } else if (same) {
        "tied.x"
      } else if (score[i] > score[j]) {
        "concordant"
      } else {
        "discordant"
      }
      count[what] <- count[what] + w[i] * w[j]
      slope[i, what] <- slope[i, what] + w[j]
      slope[j, what] <- slope[j, what] + w[i]
    }
  }
  pairs <- sum(count[1:3])
  value <- (count[["concordant"]] + count[["tied.x"]] / 2) / pairs
  derivative <- (slope[, 1L] + slope[, 3L] / 2 - value * rowSums(slope[, 1:3, drop = FALSE])) / pairs
  c(count, concordance = value, std = sqrt(sum(rowsum(w * derivative, rows$cluster)^2)))
}

# ---- Aalen-Johansen
# ------------------------------------------------------------------------------------------

#' One curve, K causes: F_k(t) = sum S(u-) d_k(u)/n(u) (K&M 4.7.1). `variance`:
#' "aalen": at each time the events of cause k and those of all other causes together have the hypergeometric
#' variance
#'   S(u-)^2 d(n-d)/(n^2(n-1)), independent of each other; an event of cause k enters F_k(t) with weight
#'   1 - (F_k(t)-F_k(u))/S(u), another with the second term alone (0 once S(u) = 0), as cmprsk::cuminc;
#' "ij": infinitesimal jackknife over clusters.
oracle_cif <- function(
  d, n_causes, variance = "aalen", conf_type = "log-log", conf_level = 0.95,
  timefix = TRUE
) {
  rows <- oracle_rows(d, timefix)
  w <- rows$weight
  censored <- rows$cause == 0L & !rows$continues
  time <- sort(unique(rows$stop[rows$cause > 0L | censored]))
  steps <- length(time)
  states <- n_causes + 1L
  risk_size <- s_left <- s_right <- numeric(steps)
  events <- matrix(0, steps, n_causes)
  d_s <- numeric(nrow(rows))
  d_f <- matrix(0, nrow(rows), n_causes)
  f <- matrix(0, steps, n_causes)
  se <- matrix(0, steps, states)
  s <- 1
  now <- numeric(n_causes)
  for (j in seq_len(steps)) {
    risk <- at_risk(rows, time[j])
    dies <- rows$stop == time[j] & rows$cause > 0L
    n <- risk_size[j] <- sum(w[risk])
    s_left[j] <- s
    for (k in seq_len(n_causes)) {
      mine <- dies & rows$cause == k
      e <- events[j, k] <- sum(w[mine])
      now[k] <- now[k] + s * e / n
      d_f[, k] <- d_f[, k] + d_s * e / n + s * (mine - risk * e / n) / n
    }
    if (any(dies)) {
      jump <- if (all(dies[risk])) 1 else sum(w[dies]) / n
      d_s <- d_s * (1 - jump) - s * (dies - risk * sum(w[dies]) / n) / n
      s <- s * (1 - jump)
    }
    s_right[j] <- s
    f[j, ] <- now
    if (variance == "ij") {
      se[j, ] <- sqrt(colSums(rowsum(w * cbind(d_s, d_f), rows$cluster)^2))
    }
  }
  if (variance == "aalen") {
    for (k in seq_len(n_causes)) {
      for (j in seq_len(steps)) {
        total <- 0
        for (u in seq_len(j)) {
          own <- events[u, k]
          other <- sum(events[u, ]) - own
          n <- risk_size[u]
          later <- if (s_right[u] > 0) (f[j, k] - f[u, k]) / s_right[u] else 0
          for (h in 1:2) {
            e <- c(own, other)[h]
            if (e == 0) next
            spread <- s_left[u]^2 * e / n^2 * if (e > 1) 1 - (e - 1) / (n - 1) else 1
            total <- total + ((h == 1L) - later)^2 * spread
          }
        }
        se[j, k + 1L] <- sqrt(total)
      }
    }
    km <- oracle_km(d, conf_type = "none", timefix = timefix)
    se[, 1L] <- km$se_surv
  }
  pstate <- cbind(s_right, f)
  dimnames(pstate) <- NULL
  limits <- lapply(seq_len(states), function(i) {
    if (conf_type == "none") NULL else oracle_limits(pstate[, i], se[, i], conf_type, conf_level)
  })
  bind <- function(name) if (conf_type == "none") NULL else do.call(cbind, lapply(limits, `[[`, name))
  list(
    time = time, n_risk = risk_size, n_event = events, pstate = pstate, std_err = se,
    lower = bind("lower"), upper = bind("upper"), n = length(unique(rows$id))
  )
}

#' A textbook data set of tests/testthat/data (its SOURCES.csv says where each comes from).
textbook <- function(name) {
  utils::read.csv(testthat::test_path("data", paste0(name, ".csv")), check.names = FALSE)
}
