# The result of fine_gray(): its own class and methods, as survival has none that would be right.

new_fine_gray <- function(fit, problem, d, design, censoring, conf.level) {
  stored <- stored_call(d, "fine_gray", strata_in_formula = TRUE, cause = d$causes[problem$cause])
  named <- function(x) if (!is.null(x)) rlang::set_names(x, design$names)
  strata <- strata_codes(d)
  coefficients <- named(fit$coefficients)
  coefficients[fit$aliased] <- NA
  labels <- if (is.null(strata)) "all" else strata$levels
  parts <- list(
    coefficients = coefficients, var = fit$var, naive.var = if (problem$variance != "model") fit$naive_var,
    loglik = fit$loglik, score = fit$score, rscore = if (problem$variance != "model") fit$rscore,
    wald.test = fit$wald_test, iter = fit$iter, converged = fit$converged, monotone = named(fit$monotone),
    means = named(fit$means), linear.predictors = fit$linear_predictors, residuals = fit$residuals,
    n = d$n, nevent = fit$n_case, ncompeting = count_competing(d, problem$cause),
    baseline = if (is.null(problem$times)) {
      data.frame(stratum = rep(labels, fit$size), time = fit$time, cases = fit$cases, hazard = fit$hazard)
    },
    cause = d$causes[problem$cause], causes = d$causes, terms = fit_terms(stored$formula, d),
    assign = design$assign, xlevels = design$xlevels, contrasts = design$contrasts, formula = stored$formula,
    strata = d$strata_columns, na.action = d$na.action, call = stored$call, conf.level = conf.level,
    problem = problem
  )
  parts$tte <- fine_gray_provenance(d, fit, parts, censoring)
  structure(settle_monotone(Filter(Negate(is.null), parts)), class = c("tte_fine_gray", "tte_model"))
}

count_competing <- function(d, cause) {
  other <- d$columns$cause > 0 & d$columns$cause != cause
  sum(if (is.null(d$columns$freq)) other else d$columns$freq[other])
}

fine_gray_provenance <- function(d, fit, parts, censoring) {
  problem <- parts$problem
  late <- !is.null(d$columns$start)
  over <- independent_units(d)
  said <- sentences(
    cause = sprintf(
      "Cause: %s; competing: %s.", parts$cause, and_list(setdiff(parts$causes, parts$cause))
    ),
    ties = "Ties: Breslow.",
    weights_of = if (problem$convention == "geskus") {
      "In a tie an event comes before a censoring, also in the weights (Geskus)."
    } else {
      "In a tie an event is at risk of being censored in the weights, as in cmprsk."
    },
    entry = if (late) "The weights count the distribution of entry (Geskus 2011).",
    changing = if (!is.null(problem$times)) "f(t) marks an effect that is multiplied by a function of time.",
    censoring = if (!is.null(censoring)) sprintf("Censoring is estimated by %s.", and_list(censoring)),
    strata = strata_sentence(d),
    variance = switch(problem$variance,
      sandwich = sprintf("Standard errors are Fine and Gray's, over %s, with the weights estimated.", over),
      robust = sprintf("Standard errors are robust over %s, the weights taken as known.", over),
      "Standard errors are from the information."
    ),
    limits = sprintf("Limits are %s, Wald.", format_percent(parts$conf.level)),
    timefix = merge_sentence(fit$snapped, problem$timefix)
  )
  provenance(d, "Fine-Gray model", fit$snapped, said,
    n_persons = count_persons(d$columns), monotone = parts$monotone
  )
}

# ---- print, summary, tidy ----

#' @export
print.tte_fine_gray <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  cat(sprintf(
    "%s events (%s), %s competing, %s persons\n\n", format_count(x$nevent), x$cause,
    format_count(x$ncompeting), format_count(x$tte$n_persons)
  ))
  print(subdistribution_table(x, digits), right = TRUE)
  cat("\n", wald_line("Wald test", x$wald.test, x), sep = "")
  if (!is.null(x$rscore)) cat(wald_line("Robust score test", x$rscore, x))
  for (line in endless_lines(x$monotone)) cat(line, "\n", sep = "")
  if (!x$converged && is.null(x$monotone)) {
    cat("The iteration did not converge: do not use these numbers.\n")
  }
  print_foot(x$tte)
  invisible(x)
}

# Estimate, standard error, limits and Wald test of every coefficient.
wald_of <- function(x, conf.level) {
  beta <- x$coefficients
  se <- sqrt(diag(x$var))
  se[is.na(beta)] <- NA
  reach <- stats::qnorm((1 + conf.level) / 2) * se
  data.frame(
    term = names(beta), estimate = unname(beta), std.error = unname(se), statistic = unname(beta / se),
    p.value = 2 * stats::pnorm(-abs(unname(beta / se))), conf.low = unname(beta - reach),
    conf.high = unname(beta + reach)
  )
}

subdistribution_table <- function(x, digits) {
  rows <- wald_of(x, x$conf.level)
  number <- function(values) format_number(values, digits)
  shown <- data.frame(
    coef = number(rows$estimate), sHR = number(exp(rows$estimate)), lower = number(exp(rows$conf.low)),
    upper = number(exp(rows$conf.high)), se = number(rows$std.error), z = number(rows$statistic),
    p = format_p(rows$p.value), row.names = rows$term
  )
  names(shown)[3:4] <- paste0(x$conf.level, c("LCL", "UCL"))
  shown
}

wald_line <- function(name, statistic, x) {
  df <- sum(!is.na(x$coefficients))
  p <- stats::pchisq(statistic, df, lower.tail = FALSE)
  sprintf("%s = %s on %d df, p %s\n", name, format_number(statistic), df, p_words(p))
}

warn_fine_gray <- function(fit, call) {
  infinite <- endless_lines(fit$monotone)
  if (length(infinite) > 0) warn_tte(infinite, "monotone_likelihood", direction = fit$monotone, call = call)
  aliased <- names(fit$coefficients)[is.na(fit$coefficients)]
  if (length(aliased) > 0) {
    text <- "%s cannot be estimated: constant, or a combination of the other columns."
    warn_tte(sprintf(text, and_list(aliased)), "aliased", coefficients = aliased, call = call)
  }
  if (!fit$converged && is.null(fit$monotone)) {
    text <- "The iteration did not converge: the coefficients are not estimates."
    warn_tte(text, "not_converged", call = call)
  }
}

endless_lines <- function(direction) {
  away <- direction[!is.na(direction) & direction != 0]
  words <- "%s has no finite estimate: the likelihood keeps growing as it goes to %s."
  if (length(away) == 0) character() else sprintf(words, names(away), ifelse(away > 0, "Inf", "-Inf"))
}

#' Methods for Fine-Gray fits
#'
#' @param object,x A [fine_gray()] fit.
#' @param level,conf.level Confidence level.
#' @param parm Names or numbers of coefficients.
#' @param exponentiate,conf.int As in [generics::tidy()]: subdistribution hazard ratios, and their limits.
#' @param ... Nothing.
#' @return `summary()` an object that prints; `confint()` a matrix; `tidy()` and `glance()` data frames.
#' @examples
#' what <- factor(c(1, 2, 0, 1, 1, 2, 0, 1), 0:2, c("none", "x", "y"))
#' d <- data.frame(time = 1:8, what = what, z = 1:8 %% 3)
#' fit <- fine_gray(Surv(time, what) ~ z, d)
#' tidy(fit, exponentiate = TRUE, conf.int = TRUE)
#' @name fine_gray_methods
NULL

#' @rdname fine_gray_methods
#' @export
summary.tte_fine_gray <- function(object, conf.level = object$conf.level, ...) {
  rows <- wald_of(object, conf.level)
  coefficients <- cbind(
    coef = rows$estimate, "exp(coef)" = exp(rows$estimate), "se(coef)" = rows$std.error, z = rows$statistic,
    p = rows$p.value
  )
  limits <- cbind(
    "exp(coef)" = exp(rows$estimate), lower = exp(rows$conf.low), upper = exp(rows$conf.high)
  )
  rownames(coefficients) <- rownames(limits) <- rows$term
  df <- sum(!is.na(object$coefficients))
  test <- function(statistic) {
    if (is.null(statistic)) {
      return(NULL)
    }
    c(test = statistic, df = df, pvalue = stats::pchisq(statistic, df, lower.tail = FALSE))
  }
  structure(list(
    fit = object, coefficients = coefficients, conf.int = limits, conf.level = conf.level,
    wald = test(object$wald.test), score = test(object$score), robust_score = test(object$rscore),
    logtest = test(2 * diff(object$loglik))
  ), class = "summary.tte_fine_gray")
}

#' @export
print.summary.tte_fine_gray <- function(x, ...) {
  print(x$fit, ...)
  cat("\nPseudo likelihood ratio ", format_number(x$logtest[["test"]]), ", score test ",
    format_number(x$score[["test"]]), " on ", x$score[["df"]], " df\n",
    sep = ""
  )
  invisible(x)
}

#' @rdname fine_gray_methods
#' @export
confint.tte_fine_gray <- function(object, parm, level = object$conf.level, ...) {
  abort_input(check_level(level, "level"))
  terms <- names(object$coefficients)
  chosen <- if (missing(parm)) terms else if (is.numeric(parm)) terms[parm] else parm
  limits <- as.matrix(wald_of(object, level)[c("conf.low", "conf.high")])
  tails <- 100 * c((1 - level) / 2, (1 + level) / 2)
  dimnames(limits) <- list(terms, paste(format(tails, trim = TRUE, digits = 3), "%"))
  limits[chosen, , drop = FALSE]
}

#' @rdname fine_gray_methods
#' @export
tidy.tte_fine_gray <- function(x, exponentiate = FALSE, conf.int = FALSE, conf.level = x$conf.level, ...) {
  rows <- wald_of(x, conf.level)
  if (!conf.int) rows <- rows[!names(rows) %in% c("conf.low", "conf.high")]
  shown <- intersect(c("estimate", "conf.low", "conf.high"), names(rows))
  if (exponentiate) rows[shown] <- lapply(rows[shown], exp)
  rows
}

#' @rdname fine_gray_methods
#' @export
glance.tte_fine_gray <- function(x, ...) {
  df <- sum(!is.na(x$coefficients))
  p <- function(statistic) stats::pchisq(statistic, df, lower.tail = FALSE)
  robust <- if (is.null(x$rscore)) NA_real_ else x$rscore
  data.frame(
    n = x$n, nevent = x$nevent, ncompeting = x$ncompeting, statistic.wald = x$wald.test,
    p.value.wald = p(x$wald.test), statistic.sc = x$score, p.value.sc = p(x$score),
    statistic.robust = robust, p.value.robust = p(robust), logLik = x$loglik[2], nobs = x$n
  )
}

#' @export
logLik.tte_fine_gray <- function(object, ...) {
  df <- sum(!is.na(object$coefficients))
  structure(object$loglik[2], df = df, nobs = object$nevent, class = "logLik")
}

#' @export
nobs.tte_fine_gray <- function(object, ...) object$n

# ---- residuals ----

#' Residuals of a Fine-Gray fit
#'
#' @param object A [fine_gray()] fit.
#' @param type `"martingale"`: events of the cause less the hazard met, by row; `"schoenfeld"`: covariates of
#'   each event less the weighted mean of its risk set, by stratum and time (the row names are the times);
#'   `"score"` and `"dfbeta"`: by independent unit, with the part that the estimated weights have in them
#'   unless the fit's variance is `"robust"` or `"model"`.
#' @param ... Nothing.
#' @return A vector, or a matrix with a column for each coefficient.
#' @examples
#' what <- factor(c(1, 2, 0, 1, 1, 2, 0, 1), 0:2, c("none", "x", "y"))
#' d <- data.frame(time = 1:8, what = what, z = 1:8 %% 3)
#' residuals(fine_gray(Surv(time, what) ~ z, d), type = "schoenfeld")
#' @export
residuals.tte_fine_gray <- function(object, type = "martingale", ...) {
  check_dots(...)
  abort_input(check_choice(type, "type", c("martingale", "schoenfeld", "score", "dfbeta")))
  refuse_infinite(object, "residuals()", rlang::current_env())
  if (type == "martingale") {
    return(stats::naresid(object$na.action, object$residuals))
  }
  found <- fine_gray_residuals_cpp(object$problem, finite_coefficients(object), thread_count())
  columns <- names(object$coefficients)
  if (type == "schoenfeld") {
    times <- format(found$time, trim = TRUE, digits = 12)
    return(structure(found$schoenfeld, dimnames = list(times, columns)))
  }
  score <- found$score
  if (type == "dfbeta") score <- score %*% bread_of(object)
  by_row <- is.null(object$problem$columns$cluster) && is.null(object$problem$columns$subject)
  if (by_row) score <- score[ifelse(found$unit == 0, NA, found$unit), , drop = FALSE]
  structure(score, dimnames = list(NULL, columns))
}

bread_of <- function(object) if (is.null(object$naive.var)) object$var else object$naive.var

finite_coefficients <- function(object) {
  beta <- unname(object$coefficients)
  beta[is.na(beta)] <- 0
  beta
}

refuse_infinite <- function(object, what, call) {
  if (!is.null(object$problem$times)) {
    abort_unsupported(paste(what, "of this model"), "An effect changes with time.", call = call)
  }
  if (is.null(object$monotone)) {
    return(invisible(NULL))
  }
  abort_unsupported(paste(what, "of this model"), "A coefficient is infinite.", call = call)
}

# ---- prediction ----

#' Cumulative incidence predicted by a Fine-Gray fit
#'
#' @param object A [fine_gray()] fit.
#' @param newdata A data frame with the covariates, and the strata where the model has them.
#' @param type `"incidence"`, or `"lp"` for linear predictors (of the covariates less their means).
#' @param at Points in time: numbers on the scale of the data, or [in_months()] and its like; by default all
#'   times at which the cause occurs.
#' @param conf.type Scale of the limits: `"cloglog"`, \eqn{\log\{-\log(1 - F)\}}, or `"plain"`.
#' @param conf.level Confidence level of the limits.
#' @param ... Nothing.
#' @section Variance: From the influence of each independent unit on the coefficients and on the cumulative
#'   baseline hazard together, with the estimation of the weights counted as in the fit. `std.error` is that
#'   of the incidence. It takes time proportional to rows times points in time.
#' @return [Estimates][estimates], for each new row (`group`, its row name) one for each time; or a vector.
#' @examples
#' what <- factor(c(1, 2, 0, 1, 1, 2, 0, 1), 0:2, c("none", "x", "y"))
#' d <- data.frame(time = 1:8, what = what, z = 1:8 %% 3)
#' predict(fine_gray(Surv(time, what) ~ z, d), data.frame(z = 0:1), at = c(2, 5))
#' @export
predict.tte_fine_gray <- function(object, newdata = NULL, type = "incidence", at = NULL,
                                  conf.type = "cloglog", conf.level = object$conf.level, ...) {
  check_dots(...)
  abort_input(rbind(
    check_choice(type, "type", c("incidence", "lp")), check_level(conf.level),
    check_choice(conf.type, "conf.type", c("cloglog", "plain")),
    if (!is.data.frame(newdata)) fault("newdata", "wrong_type", "must be a data frame")
  ))
  call <- rlang::current_env()
  refuse_infinite(object, "predict()", call)
  x <- new_design(object, newdata, call)
  beta <- finite_coefficients(object)
  if (type == "lp") {
    return(drop(sweep(x, 2, object$means) %*% beta))
  }
  at <- if (is.null(at)) {
    list(at = sort(unique(object$baseline$time)))
  } else {
    resolve_horizon(at, object$tte$scale, "at", call)
  }
  var <- replace(object$var, is.na(object$var), 0)
  bread <- replace(bread_of(object), is.na(bread_of(object)), 0)
  columns <- lapply(seq_len(ncol(x)), function(j) x[, j])
  found <- fine_gray_incidence_cpp(
    object$problem, beta, var, bread, columns, new_strata(object, newdata, call), at$at, thread_count()
  )
  predicted_rows(object, found, newdata, at$at, conf.type, conf.level)
}

predicted_rows <- function(object, found, newdata, at, conf.type, conf.level) {
  times <- length(at)
  risk <- c(t(found$incidence))
  se <- c(t(found$std_error)) * -(1 - risk) * log1p(-risk)
  se[risk == 0] <- 0
  limits <- incidence_limits(risk, se, conf.type, conf.level)
  said <- object$tte
  said$method <- "Predicted cumulative incidence (Fine-Gray)"
  said$conventions[["limits"]] <- sprintf(
    "Limits are %s, %s, pointwise.", format_percent(conf.level),
    if (conf.type == "plain") "untransformed" else "on the scale log(-log(1 - F))"
  )
  new_estimates(
    param = if (is.null(said$param)) NA else said$param, term = "incidence",
    group = rep(row.names(newdata), each = times), cause = object$cause, time = rep(at, nrow(newdata)),
    unit = if (is.null(said$unit)) NA else said$unit, estimate = risk, std.error = se, scale = "probability",
    conf.low = limits$lower, conf.high = limits$upper, conf.level = conf.level, method = said$method,
    provenance = said
  )
}

# Limits of an incidence with standard error `se`; before the first event there is nothing to be uncertain of.
incidence_limits <- function(risk, se, conf.type, conf.level) {
  z <- stats::qnorm((1 + conf.level) / 2)
  if (conf.type == "plain") {
    return(list(lower = pmax(risk - z * se, 0), upper = pmin(risk + z * se, 1)))
  }
  factor <- exp(z * se / (-(1 - risk) * log1p(-risk)))
  limits <- list(lower = -expm1(log1p(-risk) / factor), upper = -expm1(log1p(-risk) * factor))
  lapply(limits, function(x) ifelse(risk == 0, 0, x))
}

new_design <- function(object, newdata, call) {
  terms <- stats::delete.response(object$terms)
  strata <- attr(terms, "specials")$strata
  if (length(strata) > 0) terms <- stats::drop.terms(terms, strata, keep.response = FALSE)
  absent <- setdiff(all.vars(terms), c(names(newdata), ls(environment(terms))))
  abort_input(do.call(rbind, lapply(absent, unknown_column_fault, "newdata", names(newdata))), call)
  levels <- object$xlevels[names(object$xlevels) %in% rownames(attr(terms, "factors"))]
  frame <- tryCatch(
    model.frame.tte_cox(list(terms = terms, xlevels = levels), newdata),
    error = function(error) {
      abort_input(fault("newdata", "unknown_level", conditionMessage(error)), call)
    }
  )
  missing <- which(rowSums(is.na(frame)) > 0)
  if (length(missing) > 0) {
    abort_input(fault("newdata", "missing_value", "misses a covariate", rows = missing), call)
  }
  x <- stats::model.matrix(terms, frame, contrasts.arg = object$contrasts)
  x[, colnames(x) != "(Intercept)", drop = FALSE]
}

# The stratum of each new row, by its values in the stratum columns; NULL without strata.
new_strata <- function(object, newdata, call) {
  columns <- object$strata
  if (length(columns) == 0) {
    return(NULL)
  }
  absent <- setdiff(names(columns), names(newdata))
  abort_input(do.call(rbind, lapply(absent, unknown_column_fault, "newdata", names(newdata))), call)
  key <- function(x) do.call(paste, c(lapply(unname(x), as.character), sep = "\r"))
  at <- match(key(newdata[names(columns)]), key(columns))
  bad <- is.na(at)
  if (any(bad)) {
    abort_input(fault("newdata", "unknown_level", "is in no stratum of the fit", rows = which(bad)), call)
  }
  as.integer(object$problem$columns$stratum[at])
}
