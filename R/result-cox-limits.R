# Limits and p values of coefficients: Wald's, or those of the profile likelihood; where a coefficient is
# infinite always the latter, of which one side is finite.

limits_of_fit <- function(fit) if (is.null(fit$tte$conf.type)) "wald" else fit$tte$conf.type

# The coefficients whose limits and p values are by profile.
profiled <- function(fit) {
  beta <- fit$coefficients
  if (is_robust(fit)) {
    return(character())
  }
  names(beta)[!is.na(beta) & (limits_of_fit(fit) == "profile" | is.infinite(beta))]
}

# What print shows is computed with the fit: limits at its own level and the statistic of no effect.
settle_limits <- function(fit) {
  chosen <- profiled(fit)
  if (length(chosen) > 0) fit$profile <- profile_limits(fit, chosen, fit$conf.level)
  fit
}

# A matrix of limits on the log scale, a row for each of `chosen`.
limits_of <- function(fit, chosen, level) {
  beta <- fit$coefficients
  reach <- stats::qnorm((1 + level) / 2) * sqrt(diag(fit$var))
  limits <- cbind(beta - reach, beta + reach)
  rownames(limits) <- names(beta)
  by_profile <- intersect(chosen, profiled(fit))
  if (length(by_profile) > 0) {
    kept <- identical(level, fit$conf.level) && !is.null(fit$profile)
    found <- if (kept) fit$profile else profile_limits(fit, by_profile, level)
    limits[by_profile, ] <- found[by_profile, 1:2]
  }
  limits[chosen, , drop = FALSE]
}

# list(se, z, p) of the coefficients. The sign of z is that of the coefficient; a one-sided p is for the side
# that `alternative` names, where more is better: a hazard ratio below 1.
coefficient_tests <- function(fit) {
  beta <- fit$coefficients
  se <- sqrt(diag(fit$var))
  se[is.na(beta)] <- NA
  z <- beta / se
  by_profile <- rownames(fit$profile)
  z[by_profile] <- sign(beta[by_profile]) * sqrt(pmax(0, fit$profile[, "chisq"]))
  side <- if (is.null(fit$tte$alternative)) "two.sided" else fit$tte$alternative
  list(se = se, z = z, p = sided_p(-z, z^2, 1, side))
}

# One unit at a time is left out and the model fitted again, from where the fit was.
settle_jackknife <- function(fit) {
  if (fit$tte$variance != "jackknife") {
    return(fit)
  }
  refuse_infinite_cox(fit, "The jackknife variance", rlang::caller_env())
  data <- fit_data(fit)
  keep <- estimated(fit)
  refits <- jackknife_coefficients(data, keep)
  m <- nrow(refits)
  away <- sweep(refits, 2, colMeans(refits))
  var <- fit$var
  fit$naive.var <- fit$var
  var[keep, keep] <- crossprod(away) * (m - 1) / m
  fit$var <- var
  fit$wald.test <- drop(fit$coefficients[keep] %*% solve(var[keep, keep], fit$coefficients[keep]))
  fit
}

jackknife_coefficients <- function(data, keep) {
  call <- rlang::caller_env(2)
  columns <- data$columns
  if (any(columns$freq != 1)) {
    abort_unsupported("A jackknife variance with `freq`", "Each row must be one row.", call = call)
  }
  columns$cluster <- NULL
  found <- cox_resample_cpp(
    columns, design_columns(data$x, keep), data$offset, data$ties, data$firth, "jackknife",
    unit_codes(data$d), 0,
    0, data$timefix, thread_count()
  )
  lost <- sum(!is.finite(rowSums(found$coefficients)))
  if (lost > 0) {
    abort_unsupported(
      "The jackknife variance of this model",
      sprintf("Without one unit, %d of %d refits have no finite estimate.", lost, nrow(found$coefficients)),
      "Use firth = TRUE with it, or another variance.", call
    )
  }
  found$coefficients
}

# Codes of what is independent: clusters, else persons, else rows.
unit_codes <- function(d) {
  columns <- d$columns
  if (!is.null(columns$cluster)) {
    return(columns$cluster)
  }
  if (!is.null(columns$subject)) columns$subject else seq_len(d$n)
}

refuse_robust_profile <- function(fit, call) {
  if (is_robust(fit)) {
    abort_unsupported(
      "conf.type = \"profile\" under a robust variance",
      "The partial likelihood of weighted or clustered rows is no likelihood.",
      "Use conf.type = \"wald\".", call
    )
  }
}
