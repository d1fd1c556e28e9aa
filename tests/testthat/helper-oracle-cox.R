# The oracle of the Cox variants: definitions in plain R, by integration, by enumeration, by numerical
# derivatives. Nothing here calls the package.
#
#   K&P  Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2nd ed.
#   H&S  Heinze & Schemper, Biometrics 57, 114           G&T  Grambsch & Therneau, Biometrika 81, 515

# ---- exact ties
# ---------------------------------------------------------------------------------------------------

#' At each event time of each stratum, which rows are the tied deaths and which the others at risk.
oracle_tied_sets <- function(rows) {
  sets <- list()
  for (s in unique(rows$stratum)) {
    here <- rows$stratum == s
    for (t in sort(unique(rows$stop[here & rows$cause > 0L]))) {
      risk <- which(here & at_risk(rows, t))
      dies <- which(here & rows$stop == t & rows$cause > 0L)
      sets[[length(sets) + 1L]] <- list(deaths = dies, others = setdiff(risk, dies))
    }
  }
  sets
}

#' Log marginal likelihood of one tie (K&P 4.2.3): the chance that these d deaths come before all others at
#' risk, int_0^inf exp(-u) prod_j (1 - exp(-risk_j u / sum of the others' risks)) du. With u = exp(z) the
#' integrand has one peak, around which it is integrated.
oracle_marginal_integral <- function(risk_deaths, risk_others) {
  total <- sum(risk_others)
  if (total == 0) {
    return(0)
  }
  height <- function(z) {
    vapply(z, function(one) sum(log(-expm1(-risk_deaths / total * exp(one)))) - exp(one) + one, 1)
  }
  top <- stats::optimize(height, c(-60, 60), maximum = TRUE, tol = 1e-8)
  area <- stats::integrate(function(z) exp(height(z) - top$objective), top$maximum - 40, top$maximum + 8,
    rel.tol = 1e-12, abs.tol = 0, subdivisions = 5000L, stop.on.error = FALSE
  )
  top$objective + log(area$value)
}

#' The same by adding up all orders in which the tied deaths may have come.
oracle_marginal_orders <- function(risk_deaths, risk_others) {
  total <- sum(risk_others)
  from <- function(left) {
    if (length(left) == 0L) {
      return(1)
    }
    sum(vapply(seq_along(left), function(k) left[k] / (sum(left) + total) * from(left[-k]), 1))
  }
  log(from(risk_deaths))
}

#' Log discrete likelihood of one tie (Cox 1972): the deaths' product among those of all sets of as many at
#' risk; by enumeration, or with many sets as a coefficient of the polynomial prod (1 + risk z).
oracle_discrete <- function(risk_deaths, risk_others) {
  all_risk <- c(risk_deaths, risk_others)
  d <- length(risk_deaths)
  if (choose(length(all_risk), d) <= 1000) {
    sets <- utils::combn(length(all_risk), d)
    return(log(prod(risk_deaths) / sum(apply(sets, 2L, function(set) prod(all_risk[set])))))
  }
  polynomial <- c(1, numeric(d))
  for (risk in all_risk) polynomial <- polynomial + risk * c(0, polynomial[-(d + 1L)])
  log(prod(risk_deaths) / polynomial[d + 1L])
}

#' Log likelihood at beta. `of_tie`: one of the functions above.
oracle_exact_loglik <- function(beta, rows, x, offset, of_tie) {
  eta <- drop(x %*% beta) + offset
  sum(vapply(oracle_tied_sets(rows), function(set) {
    level <- max(eta[c(set$deaths, set$others)])
    of_tie(exp(eta[set$deaths] - level), exp(eta[set$others] - level))
  }, 1))
}

# ---- numerical derivatives and maxima
# -----------------------------------------------------------------------------------------

#' Gradient and Hessian of `f` at `at` by central differences, extrapolated once (Richardson).
oracle_derivatives <- function(f, at, step = rep(0.02, length(at))) {
  p <- length(at)
  once <- function(h) {
    unit <- diag(h, p)
    middle <- f(at)
    plus <- vapply(seq_len(p), function(j) f(at + unit[, j]), 1)
    minus <- vapply(seq_len(p), function(j) f(at - unit[, j]), 1)
    hessian <- diag((plus - 2 * middle + minus) / h^2, p)
    for (j in seq_len(p)) {
      for (k in seq_len(j - 1L)) {
        both <- f(at + unit[, j] + unit[, k]) - f(at + unit[, j] - unit[, k]) -
          f(at - unit[, j] + unit[, k]) + f(at - unit[, j] - unit[, k])
        hessian[j, k] <- hessian[k, j] <- both / (4 * h[j] * h[k])
      }
    }
    list(gradient = (plus - minus) / (2 * h), hessian = hessian)
  }
  # errors of order h^2, h^4 and h^6 leave
  rough <- list(once(step), once(step / 2), once(step / 4))
  better <- function(name) {
    a <- lapply(rough, `[[`, name)
    b <- list((4 * a[[2]] - a[[1]]) / 3, (4 * a[[3]] - a[[2]]) / 3)
    (16 * b[[2]] - b[[1]]) / 15
  }
  list(gradient = better("gradient"), hessian = better("hessian"))
}

#' Newton with numerical derivatives: list(par, value, hessian).
oracle_maximum <- function(f, init, scale = rep(1, length(init))) {
  at <- init
  value <- f(at)
  for (iteration in 1:60) {
    slope <- oracle_derivatives(f, at, 0.02 * scale)
    step <- tryCatch(solve(-slope$hessian, slope$gradient), error = function(e) slope$gradient * scale^2)
    if (sum(step * slope$gradient) < 0) step <- slope$gradient * scale^2
    step <- step * min(1, 2 / max(abs(step / scale)))
    while (f(at + step) < value - 1e-11 * abs(value) && max(abs(step / scale)) > 1e-12) step <- step / 2
    at <- at + step
    value <- f(at)
    if (max(abs(step / scale)) < 1e-9) break
  }
  list(par = at, value = value, hessian = oracle_derivatives(f, at, 0.02 * scale)$hessian)
}

#' The log partial likelihood of a data set as a function of beta, for any tie rule, plain or with Firth's
#' penalty (H&S): l + log det I / 2.
oracle_loglik_of <- function(d, x, offset = NULL, ties = "efron", firth = FALSE, timefix = TRUE) {
  rows <- oracle_rows(d, timefix)
  x <- as.matrix(x)[rows$row, , drop = FALSE]
  offset <- if (is.null(offset)) numeric(nrow(rows)) else offset[rows$row]
  if (ties %in% c("efron", "breslow")) {
    return(function(beta) {
      at <- oracle_cox_at(beta, rows, x, offset, ties)
      at$loglik + if (firth) determinant(at$information)$modulus[[1L]] / 2 else 0
    })
  }
  of_tie <- switch(ties,
    `exact-marginal` = function(a, b) {
      if (length(a) > 5L) {
        oracle_marginal_integral(a, b)
      } else {
        oracle_marginal_orders(a, b)
      }
    },
    `exact-discrete` = oracle_discrete
  )
  plain <- function(beta) oracle_exact_loglik(beta, rows, x, offset, of_tie)
  if (!firth) {
    return(plain)
  }
  function(beta) {
    plain(beta) + determinant(-oracle_derivatives(plain, beta)$hessian)$modulus[[1L]] / 2
  }
}

#' Limits at which twice the profile of `loglik` has fallen by the chi-squared quantile: `uniroot` over maxima
#' in the other coefficients. `fit`: from oracle_maximum().
oracle_profile_limits <- function(loglik, fit, j, level = 0.95) {
  fall <- stats::qchisq(level, 1) / 2
  scale <- 1 / sqrt(abs(diag(fit$hessian)))
  others <- fit$par[-j]
  profile <- function(b) {
    if (length(others) == 0L) {
      return(loglik(b))
    }
    oracle_maximum(function(rest) loglik(append(rest, b, after = j - 1L)), others, scale[-j])$value
  }
  side <- function(sign) {
    step <- 1
    while (fit$value - profile(fit$par[j] + sign * step * scale[j]) < fall) {
      step <- 2 * step
      if (step > 1000) {
        return(sign * Inf)
      }
    }
    ends <- sort(fit$par[j] + sign * c(step / 2 * (step > 1), step) * scale[j])
    stats::uniroot(function(b) fit$value - profile(b) - fall, ends, tol = 1e-11 * scale[j])$root
  }
  c(side(-1), side(1))
}

# ---- residuals, hazards, proportional hazards
# ----------------------------------------------------------------------------------------

#' At each tied death of each event time: the mass that dies, and over whom the hazard and the mean of x are
#' taken. Efron: the deaths leave by 1/d at a time.
oracle_steps <- function(beta, rows, x, offset, ties) {
  eta <- drop(x %*% beta) + offset
  r <- rows$weight * exp(eta)
  steps <- list()
  for (s in unique(rows$stratum)) {
    here <- rows$stratum == s
    for (t in sort(unique(rows$stop[here & rows$cause > 0L]))) {
      risk <- which(here & at_risk(rows, t))
      dies <- which(here & rows$stop == t & rows$cause > 0L)
      for (k in seq_along(dies) - 1L) {
        share <- if (ties == "efron") k / length(dies) else 0
        part <- r
        part[dies] <- part[dies] * (1 - share)
        xr <- x[risk, , drop = FALSE]
        mean_x <- colSums(part[risk] * xr) / sum(part[risk])
        centred <- sweep(xr, 2L, mean_x)
        steps[[length(steps) + 1L]] <- list(
          stratum = s, time = t, risk = risk, dies = dies, share = share, s0 = sum(part[risk]),
          mean_x = mean_x,
          var_x = crossprod(centred, part[risk] * centred) / sum(part[risk]), mass = mean(rows$weight[dies])
        )
      }
    }
  }
  steps
}

#' Cumulative hazard (and its variance at beta known) for a person with x = `at` and offset 0: a data frame of
#' stratum, time, hazard, variance (K&P 4.3; T&G 10.2). Mean `x` minus `at`, weighted by the hazard, is kept
#' for the part of the variance that comes from beta.
oracle_baseline <- function(beta, rows, x, offset, ties, at = numeric(ncol(x))) {
  steps <- oracle_steps(beta, rows, x, offset, ties)
  level <- exp(sum(at * beta))
  pick <- function(f) vapply(steps, f, 1)
  out <- data.frame(
    stratum = pick(function(s) s$stratum), time = pick(function(s) s$time),
    hazard = pick(function(s) s$mass * level / s$s0), variance = pick(function(s) s$mass * (level / s$s0)^2)
  )
  shift <- t(vapply(steps, function(s) s$mass * level / s$s0 * (s$mean_x - at), numeric(ncol(x))))
  shift <- matrix(shift, ncol = ncol(x))
  by_time <- function(value) stats::ave(value, out$stratum, out$time, FUN = sum)
  keep <- !duplicated(out[c("stratum", "time")])
  total <- out[c("stratum", "time")]
  total$hazard <- by_time(out$hazard)
  total$variance <- by_time(out$variance)
  for (j in seq_len(ncol(x))) total[[paste0("shift", j)]] <- by_time(shift[, j])
  total <- total[keep, ]
  for (name in setdiff(names(total), c("stratum", "time"))) {
    total[[name]] <- stats::ave(total[[name]], total$stratum, FUN = cumsum)
  }
  rownames(total) <- NULL
  total
}

#' Schoenfeld residuals, one row per death in the order of the rows: x minus the mean over the tie's steps.
oracle_schoenfeld <- function(beta, rows, x, offset, ties) {
  steps <- oracle_steps(beta, rows, x, offset, ties)
  out <- matrix(NA_real_, nrow(rows), ncol(x))
  for (step in steps) {
    same <- Filter(function(s) s$stratum == step$stratum && s$time == step$time, steps)
    mean_x <- Reduce(`+`, lapply(same, `[[`, "mean_x")) / length(same)
    out[step$dies, ] <- sweep(x[step$dies, , drop = FALSE], 2L, mean_x)
  }
  out
}

#' Score test of beta(t) = beta + gamma g(t) at gamma = 0 (G&T): the score and information of (beta, gamma) by
#' numerical derivatives of the extended log partial likelihood, in which x g(t) are further covariates at
#' each event time. `g`: a function of time. Returns the statistic by column and over all.
oracle_ph_test <- function(beta, rows, x, offset, ties, g) {
  p <- ncol(x)
  events <- sort(unique(rows$stop[rows$cause > 0L]))
  extended <- function(both) {
    loglik <- 0
    for (t in events) {
      # one event time at a time: everybody else's event is not an event here
      one <- rows
      one$cause[rows$stop != t] <- 0L
      now <- both[seq_len(p)] + both[p + seq_len(p)] * g(t)
      loglik <- loglik + oracle_cox_at(now, one, x, offset, ties)$loglik
    }
    loglik
  }
  scale <- 1 / sqrt(diag(oracle_cox_at(beta, rows, x, offset, ties)$information))
  spread <- max(abs(vapply(events, g, 1)), 1e-8)
  slope <- oracle_derivatives(extended, c(beta, numeric(p)), 0.05 * c(scale, scale / spread))
  information <- -slope$hessian
  first <- seq_len(p)
  second <- p + first
  u <- slope$gradient[second]
  v <- information[second, second, drop = FALSE] - information[second, first, drop = FALSE] %*%
    solve(information[first, first, drop = FALSE], information[first, second, drop = FALSE])
  list(score = u, variance = v, chisq = u^2 / diag(v), global = drop(u %*% solve(v, u)))
}

# ---- random cases
# --------------------------------------------------------------------------------------------------

#' A small data set with many ties: list(data, x names, use). Late entry, strata, offset, freq in some.
random_tied_case <- function(seed) {
  with_random_seed(seed, {
    pick <- function(p) stats::runif(1L) < p
    n <- sample(10:26, 1L)
    use <- list(
      interval = pick(0.4), strata = pick(0.4), offset = pick(0.3), freq = pick(0.3),
      x = if (pick(0.5)) c("z1", "z2") else "z1"
    )
    d <- data.frame(z1 = stats::rnorm(n), z2 = stats::rbinom(n, 1L, 0.5), site = sample(1:2, n, TRUE))
    d$off <- stats::rnorm(n, sd = 0.4)
    d$fr <- sample(1:3, n, TRUE, prob = c(0.7, 0.2, 0.1))
    entry <- if (use$interval) sample(0:3, n, TRUE, prob = c(0.5, 0.2, 0.2, 0.1)) else numeric(n)
    length_of <- pmin(ceiling(stats::rexp(n) * exp(-0.5 * d$z1) * 4), 12)
    d$start <- entry
    d$stop <- entry + length_of
    d$cause <- stats::rbinom(n, 1L, 0.75)
    list(seed = seed, data = d, use = use)
  })
}

#' The case as the oracle wants it.
oracle_tied_input <- function(case) {
  d <- case$data
  list(
    start = if (case$use$interval) d$start, stop = d$stop, cause = d$cause, freq = if (case$use$freq) d$fr,
    stratum = if (case$use$strata) d$site
  )
}

#' Log likelihood of a tied case, and its maximum; NULL when it has none (a likelihood that keeps growing).
oracle_tied_fit <- function(case, ties, firth = FALSE) {
  d <- case$data
  x <- as.matrix(d[case$use$x])
  offset <- if (case$use$offset) d$off
  loglik <- oracle_loglik_of(oracle_tied_input(case), x, offset, ties, firth)
  scale <- 1 / apply(x, 2L, stats::sd)
  fit <- tryCatch(oracle_maximum(loglik, numeric(ncol(x)), scale), error = function(e) NULL)
  bad <- is.null(fit) || any(!is.finite(fit$par)) || any(eigen(-fit$hessian)$values < 1e-3) ||
    any(abs(fit$par / scale) > 8)
  if (bad) NULL else list(loglik = loglik, fit = fit, null = loglik(numeric(ncol(x))))
}

#' The same by the package.
tied_fit <- function(case, ...) {
  use <- case$use
  response <- if (use$interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  terms <- lapply(c(use$x, if (use$offset) "offset(off)"), str2lang)
  formula <- stats::as.formula(call("~", response, Reduce(function(a, b) call("+", a, b), terms)))
  arguments <- c(
    list(formula, data = case$data), if (use$strata) list(strata = "site"), if (use$freq) list(freq = "fr"),
    list(...)
  )
  do.call(cox, arguments)
}
