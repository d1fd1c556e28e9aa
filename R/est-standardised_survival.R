#' Standardised survival
#'
#' What the survival of all persons would be if everybody were in one arm, and then in another, by the Cox
#' model (g-computation): curves, differences and ratios of S(t) and of the restricted mean; beside them,
#' on request, Kaplan-Meier curves weighted by the inverse probability of the arm.
#'
#' @section Estimate: \eqn{n^{-1} \sum_i \exp\{-\hat\Lambda_{s(i)}(t) \exp(x_i(a)'\hat\beta)\}}, with
#'   \eqn{x_i(a)} the covariates of person i with the variable at a, and the person's own stratum. Standard
#'   errors are from influence functions, which hold the coefficients, the baseline hazard and the sampling
#'   of the covariates; arms are correlated, and contrasts allow for it. They are robust in kind: weights,
#'   clusters and several rows of a person are allowed for.
#' @section Causal reading: The contrast is a causal effect only when the covariates of the model make the
#'   arms exchangeable, censoring is independent given them, and the model is right.
#' @section Weighted curves: `ipw = ~ age + sex` gives the probability of the arm by logistic regression on
#'   these covariates (two arms); each person counts 1 / P(own arm). The standard errors take the weights
#'   as known, which makes limits somewhat too wide.
#' @section Start-stop rows: A person's covariates are those of the first row.
#'
#' @param fit A [cox()] model.
#' @param variable The column that is set; a factor, words, or a number.
#' @param ... Nothing: all other arguments must be named.
#' @param values The values to compare, the first being the reference; all levels of a factor by default.
#' @param at Points in time: numbers on the scale of the data, or [in_months()] and its like. Without it all
#'   event times, without contrasts: the curve.
#' @param tau Restriction of the mean; none by default.
#' @param ipw A one-sided formula of the covariates of the arm's probability.
#' @param conf.level Confidence level.
#' @param conf.type Scale of the limits of S(t).
#' @return [Estimates][estimates] of class `tte_standardised`, which `autoplot()` draws.
#' @section Errors: `tte_error_input` for unknown columns and times beyond the data;
#'   `tte_error_unsupported` for an infinite coefficient.
#' @references Makuch RW (1982). Adjusted survival curve estimation using covariates. *Journal of Chronic
#'   Diseases* 35, 437-443. Xie J, Liu C (2005). Adjusted Kaplan-Meier estimator and log-rank test with
#'   inverse probability of treatment weighting. *Statistics in Medicine* 24, 3089-3110.
#' @examples
#' lung <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
#' fit <- cox(Surv(time, status) ~ sex + age + ph.karno, lung, unit = "days", na.action = na.omit)
#' standardised_survival(fit, "sex", at = in_months(12), tau = in_months(24), ipw = ~ age + ph.karno)
#' @export
standardised_survival <- function(
  fit, variable, ..., values = NULL, at = NULL, tau = NULL, ipw = NULL, conf.level = 0.95,
  conf.type = "log-log"
) {
  check_dots(...)
  call <- rlang::current_env()
  if (!inherits(fit, "tte_cox")) abort_input(fault("fit", "wrong_type", "must be a model of cox()"), call)
  abort_input(rbind(
    variable_faults(fit, variable), check_level(conf.level), adjust_faults_of(ipw),
    check_choice(conf.type, "conf.type", names(limit_scales))
  ), call)
  refuse_infinite_cox(fit, "Standardised survival", call)
  data <- fit_data(fit)
  arms <- standard_arms(fit, variable, values, call)
  when <- standard_times(fit, data, at, tau, call)
  found <- standardise_arms(fit, data, variable, arms, when)
  rows <- standard_rows(found, arms, when, conf.level, conf.type, "Cox model, standardised")
  if (!is.null(ipw)) {
    weighted <- weighted_arms(fit, data, variable, arms, when, ipw, call)
    arms$labels <- paste0(arms$labels, ", weighted KM")
    rows <- rbind(
      rows, standard_rows(
        weighted, arms, when, conf.level, conf.type,
        "Inverse-probability-weighted Kaplan-Meier"
      )
    )
  }
  new_standardised(rows, fit, variable, when, ipw, conf.level, conf.type)
}

adjust_faults_of <- function(ipw) {
  if (is.null(ipw) || rlang::is_formula(ipw, lhs = FALSE)) {
    return(NULL)
  }
  fault("ipw", "wrong_type", "must be a one-sided formula", remedy = "For example ipw = ~ age + sex.")
}

# list(values, labels) of the variable that is set.
standard_arms <- function(fit, variable, values, call) {
  x <- model_columns(fit)[[variable]]
  if (is.null(values) && !is_categorical(x)) {
    values <- sort(unique(x[!is.na(x)]))
    if (length(values) != 2) {
      what <- "must say which values to compare"
      abort_input(fault("values", "wrong_length", what, variable), call)
    }
  }
  compared_values(fit, variable, values, 1, call)
}

# list(at, tau, text, curve): times on the scale of the data.
standard_times <- function(fit, data, at, tau, call) {
  scale <- fit$tte$scale
  columns <- data$columns
  last <- if (is.null(columns$stratum)) max(columns$stop) else min(tapply(columns$stop, columns$stratum, max))
  curve <- is.null(at) && is.null(tau)
  points <- if (is.null(at)) {
    if (curve) sort(unique(columns$stop[columns$cause > 0])) else numeric()
  } else {
    at <- resolve_horizon(at, scale, "at", call)
    at$at
  }
  until <- if (!is.null(tau)) resolve_horizon(tau, scale, "tau", call)
  end <- last * (1 + sqrt(.Machine$double.eps))
  beyond <- sprintf("is beyond the last observed time, %s", format(last))
  abort_input(rbind(
    if (!curve && any(points > end)) fault("at", "out_of_range", beyond),
    if (any(points < 0)) fault("at", "negative_time", "must be at least 0"),
    if (!is.null(until) && (length(until$at) != 1 || until$at <= 0)) {
      fault("tau", "not_positive", "must be one point above 0")
    },
    if (!is.null(until) && any(until$at > end)) fault("tau", "out_of_range", beyond)
  ), call)
  list(
    at = pmin(points, if (curve) Inf else last), tau = until$at, text = c(at$text, until$text),
    curve = curve
  )
}

# The rows of the fit with all their columns.
rows_of_fit <- function(fit) {
  source <- eval(fit$call$data)
  if (is.null(fit$na.action)) source else source[-fit$na.action, , drop = FALSE]
}

# list(times, mean): for each time, and for the restricted mean, list(estimate, cov) of the arms.
standardise_arms <- function(fit, data, variable, arms, when) {
  source <- rows_of_fit(fit)
  newx <- lapply(seq_along(arms$values), function(k) {
    source[[variable]] <- rep(arms$values[k], nrow(source))
    unname(newdata_design(fit, source)$x)
  })
  found <- cox_standardise_cpp(
    data$columns, data$x, data$offset, data$beta, model_variance(fit), smooth_ties(data$ties), newx,
    population_mass(data$columns), when$at, if (is.null(when$tau)) NA_real_ else when$tau, data$timefix,
    thread_count()
  )
  k <- length(arms$values)
  list(
    times = lapply(seq_along(when$at), function(t) {
      list(estimate = pmin(found$survival[t, ], 1), cov = matrix(found$covariance[t, , ], k))
    }),
    mean = if (!is.null(when$tau)) list(estimate = found$rmst, cov = found$rmst_covariance)
  )
}

# What each row stands for in the population: its person, at the first row.
population_mass <- function(columns) {
  mass <- row_mass(columns)
  n <- length(columns$stop)
  if (is.null(mass)) mass <- rep(1, n)
  if (is.null(columns$subject)) {
    return(mass)
  }
  start <- if (is.null(columns$start)) rep(0, n) else columns$start
  order <- order(columns$subject, start)
  first <- order[!duplicated(columns$subject[order])]
  mass * (seq_len(n) %in% first)
}

standard_rows <- function(found, arms, when, conf.level, conf.type, method) {
  labels <- arms$labels
  of_time <- function(t) {
    this <- found$times[[t]]
    se <- sqrt(diag(this$cov))
    limits <- probability_limits(this$estimate, se, conf.type, conf.level)
    rows <- data.frame(
      comparison = NA, scale = "probability", estimate = this$estimate, std.error = se,
      conf.low = limits$lower, conf.high = limits$upper, statistic = NA, p.value = NA, group = labels
    )
    if (!when$curve) rows <- rbind(rows, cbind(contrast_rows(this, labels, conf.level), group = NA))
    cbind(rows, term = "survival", time = when$at[t])
  }
  of_mean <- if (!is.null(found$mean)) {
    level <- wald_rows(found$mean$estimate, sqrt(diag(found$mean$cov)), "time", conf.level, NA)
    level[c("statistic", "p.value")] <- NA
    rows <- rbind(
      cbind(level, group = labels), cbind(contrast_rows(found$mean, labels, conf.level), group = NA)
    )
    cbind(rows, term = "RMST", time = when$tau)
  }
  cbind(rbind(do.call(rbind, lapply(seq_along(when$at), of_time)), of_mean), method = method)
}

# ---- weighted curves ----

weighted_arms <- function(fit, data, variable, arms, when, ipw, call) {
  source <- rows_of_fit(fit)
  arm <- match(as.character(source[[variable]]), as.character(arms$values))
  if (length(arms$values) != 2 || anyNA(arm)) {
    abort_unsupported("Weighting unless there are two arms",
      "The probability of the arm is a logistic regression.",
      call = call
    )
  }
  abort_input(ipw_faults(ipw, source), call)
  freq <- data$columns$freq
  source$.arm <- arm - 1
  formula <- rlang::new_formula(quote(.arm), rlang::f_rhs(ipw), rlang::f_env(ipw))
  mass <- if (is.null(freq)) rep(1, nrow(source)) else as.double(freq)
  model <- rlang::exec(stats::glm, formula, stats::binomial(), source, weights = mass)
  second <- stats::predict(model, source, type = "response")
  probability <- ifelse(arm == 2, second, 1 - second)
  columns <- data$columns
  columns$weight <- (if (is.null(columns$weight)) 1 else columns$weight) / unname(probability)
  columns$stratum <- arm
  curve <- km_cpp(columns, "none", 0.95, data$timefix, thread_count())
  ends <- cumsum(curve$size)
  blocks <- Map(function(end, size) end - size + seq_len(size), ends, curve$size)
  list(times = lapply(when$at, weighted_survival, curve, blocks))
}

ipw_faults <- function(ipw, source) {
  words <- all.vars(ipw)
  lost <- setdiff(words, names(source))
  remedy <- "A fit keeps only the columns it used: add them to the model."
  known <- intersect(words, names(source))
  missing <- known[vapply(source[known], anyNA, logical(1))]
  rbind(
    if (length(lost) > 0) {
      fault("ipw", "unknown_column", "is not among the columns of the fit", lost,
        remedy = remedy
      )
    },
    if (length(missing) > 0) fault("ipw", "missing_value", "has missing values", missing)
  )
}

weighted_survival <- function(t, curve, blocks) {
  at <- vapply(blocks, function(rows) rows[1] - 1L + findInterval(t, curve$time[rows]), numeric(1))
  none <- at < vapply(blocks, `[`, numeric(1), 1)
  estimate <- ifelse(none, 1, curve$surv[pmax(at, 1)])
  se <- ifelse(none, 0, curve$surv[pmax(at, 1)] * curve$std_err[pmax(at, 1)])
  list(estimate = estimate, cov = diag(se^2))
}

# ---- the result ----

new_standardised <- function(rows, fit, variable, when, ipw, conf.level, conf.type) {
  tte <- fit$tte
  tte$method <- "Standardised survival"
  model <- deparse1(rlang::f_rhs(fit$formula))
  tte$conventions <- c(sentences(
    model = sprintf("Cox model of %s; %s is set for everybody.", model, variable),
    at = if (!when$curve) sprintf("Times: %s.", paste(when$text, collapse = "; ")),
    variance = "Standard errors are from influence functions, with the sampling of the covariates.",
    ipw = if (!is.null(ipw)) {
      sprintf(
        "Weights: 1 / P(own arm), logistic regression on %s, taken as known.",
        deparse1(rlang::f_rhs(ipw))
      )
    },
    limits = sprintf(
      "Limits of S(t) are %s, %s scale, pointwise.", format_percent(conf.level),
      limit_scales[[conf.type]]$words
    )
  ), tte$conventions[intersect(c("ties", "strata"), names(tte$conventions))])
  out <- do.call(new_estimates, c(as.list(rows), list(
    param = if (is.null(tte$param)) NA else tte$param,
    unit = if (is.null(tte$scale$unit)) NA else tte$scale$unit,
    conf.level = conf.level, n = tte$n_persons, n.event = fit$nevent, provenance = tte
  )))
  class(out) <- c("tte_standardised", class(out))
  out
}
