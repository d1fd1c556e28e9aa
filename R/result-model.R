# Models. `coxph` is claimed only where survival's methods are right about the fit; other fits are
# `tte_model`, with the methods of result-cox-*.R, and what they cannot answer is a classed error.

# `options`: what cox() settled: ties, firth, variance, conf.type, alternative, conf.level, timefix.
new_cox <- function(fit, d, design, keep, options) {
  stored <- rlang::exec(stored_call, d, "cox", strata_in_formula = TRUE, !!!options_of_call(options, d))
  strata <- if (length(d$strata_columns) > 0) strata_column(d$strata_columns)
  parts <- c(estimated_parts(fit, design$names), list(
    method = method_of_ties(options$ties), n = d$n, terms = fit_terms(stored$formula, d),
    assign = design$assign,
    weights = row_mass(d$columns), offset = d$offset, na.action = d$na.action,
    y = if (keep$y) response_of_fit(d, fit$snapped > 0), x = if (keep$x) design_matrix(design),
    strata = if (keep$x) strata, timefix = FALSE, formula = stored$formula,
    xlevels = all_levels(design$xlevels, stored$formula, strata), contrasts = design$contrasts,
    call = stored$call, conf.level = options$conf.level
  ))
  parts$tte <- cox_provenance(d, fit, options, parts$monotone)
  parts <- Filter(Negate(is.null), parts)
  right <- survival_is_right(parts, d, options)
  if (right && !is.null(d$columns$freq)) parts$call$weights <- parts$call$freq
  structure(settle_monotone(parts), class = c("tte_cox", if (right) "coxph" else "tte_model"))
}

# The options that must be written for update() to fit the same model again.
options_of_call <- function(options, d) {
  usual <- list(
    firth = FALSE, conf.type = if (options$firth && options$variance != "jackknife") "profile" else "wald",
    alternative = "two.sided",
    conf.level = 0.95, timefix = TRUE
  )
  said <- Filter(Negate(is.null), Map(function(given, default) {
    if (!identical(given, default)) given
  }, options[names(usual)], usual))
  implied <- options$variance == "model" || (options$variance == "robust" &&
    !(is.null(d$columns$weight) && is.null(d$columns$cluster)))
  c(list(ties = options$ties), if (!implied) list(variance = options$variance), said)
}

# survival knows the discrete likelihood as "exact".
method_of_ties <- function(ties) if (ties == "exact-discrete") "exact" else ties

# The engine's numbers under survival's names.
estimated_parts <- function(fit, names) {
  named <- function(x) if (!is.null(x)) rlang::set_names(x, names)
  list(
    coefficients = named(fit$coefficients), var = fit$var, naive.var = fit$naive_var, loglik = fit$loglik,
    loglik_plain = fit$loglik_plain, score = fit$score, rscore = fit$rscore, wald.test = fit$wald_test,
    iter = fit$iter, linear.predictors = fit$linear_predictors, residuals = fit$residuals,
    means = named(fit$means), nevent = fit$n_event, concordance = fit$concordance, converged = fit$converged,
    monotone = named(fit$monotone)
  )
}

# survival's baseline hazard and residuals of an Efron fit do not know multiplicities, its exact fits no
# weights at all; no method of its knows a coefficient at infinity, a penalty, marginal ties, a jackknife,
# nor frequencies beside a robust variance.
survival_is_right <- function(parts, d, options) {
  freq <- d$columns$freq
  multiple <- !is.null(freq) && any(freq != 1L)
  plain_ties <- options$ties == "breslow" && is.null(parts$naive.var)
  known <- options$ties != "exact-marginal" && !options$firth && options$variance != "jackknife"
  is.null(parts$monotone) && known && (!multiple || plain_ties)
}

row_mass <- function(columns) {
  if (is.null(columns$weight)) {
    return(if (!is.null(columns$freq)) as.double(columns$freq))
  }
  if (is.null(columns$freq)) columns$weight else columns$weight * columns$freq
}

response_of_fit <- function(d, snapped) {
  start <- d$columns$start
  stop <- d$columns$stop
  if (snapped) {
    at <- snap_times(c(start, stop))
    stop <- at[length(start) + seq_along(stop)]
    if (!is.null(start)) start <- at[seq_along(start)]
  }
  new_surv(start, stop, d$columns$cause)
}

design_matrix <- function(design) {
  x <- if (is.list(design$x)) do.call(cbind, design$x) else design$x
  assign <- rep(seq_along(design$assign), lengths(design$assign))
  structure(x, dimnames = list(NULL, design$names), assign = assign, contrasts = design$contrasts)
}

# The levels of the factors, and those of the one strata() term that survival's methods look up by name.
all_levels <- function(levels, formula, strata) {
  labels <- attr(stats::terms(formula, specials = "strata"), "term.labels")
  word <- grep("^strata\\(.*\\)$", labels, value = TRUE)
  if (length(word) == 1 && is.null(levels[[word]])) levels[[word]] <- levels(strata)
  levels
}

# A coefficient that the likelihood drives to infinity is shown there, not where the iteration stopped.
settle_monotone <- function(parts) {
  away <- !is.null(parts$monotone) & parts$monotone != 0
  if (!any(away)) {
    return(parts)
  }
  parts$coefficients[away] <- sign(parts$monotone[away]) * Inf
  parts$var[away, ] <- NA
  parts$var[, away] <- NA
  parts$wald.test <- NA_real_
  if (!is.null(parts$naive.var)) parts$naive.var[away, ] <- parts$naive.var[, away] <- NA
  parts
}

cox_provenance <- function(d, fit, options, monotone) {
  said <- sentences(
    ties = paste0("Ties: ", tie_words[[options$ties]], "."),
    firth = if (options$firth) {
      "Firth's penalised likelihood; standard errors from the unpenalised information."
    },
    strata = strata_sentence(d), variance = variance_words(d, options),
    limits = limits_sentence(options$conf.level, options$conf.type, options$firth),
    infinite = if (any(monotone != 0, na.rm = TRUE) && options$conf.type == "wald" &&
      options$variance == "model") {
      "Where an estimate is infinite the finite limit is by profile likelihood."
    },
    alternative = if (options$alternative != "two.sided") one_sided_sentence(options$alternative),
    timefix = merge_sentence(fit$snapped, options$timefix)
  )
  provenance(d, "Cox model", fit$snapped, said,
    n_persons = count_persons(d$columns), monotone = monotone, ties = options$ties, firth = options$firth,
    variance = options$variance, conf.type = options$conf.type, alternative = options$alternative,
    timefix = options$timefix
  )
}

tie_words <- c(
  efron = "Efron", breslow = "Breslow", "exact-discrete" = "exact, discrete time (SAS DISCRETE)",
  "exact-marginal" = "exact, marginal likelihood (SAS EXACT)"
)

variance_words <- function(d, options) {
  over <- independent_units(d)
  switch(options$variance,
    robust = sprintf("Standard errors are robust (sandwich) over %s.", over),
    jackknife = sprintf("Standard errors are jackknife, leaving out %s one at a time.", over),
    if (!options$firth) "Standard errors are from the observed information."
  )
}

limits_sentence <- function(conf.level, conf.type, firth) {
  kind <- if (conf.type == "wald") "Wald" else paste0(if (firth) "penalised ", "profile likelihood")
  p <- if (conf.type == "wald") {
    ""
  } else {
    sprintf(
      ", and p values %slikelihood ratio",
      if (firth) "penalised " else ""
    )
  }
  sprintf("Limits are %s, %s%s.", format_percent(conf.level), kind, p)
}

one_sided_sentence <- function(alternative) {
  sprintf("One-sided p, for a hazard ratio %s 1.", if (alternative == "greater") "below" else "above")
}
