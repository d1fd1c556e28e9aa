# Models. `coxph` is claimed only where survival's methods are right about the fit; other fits are
# `tte_model`, with the methods below, and what they cannot answer is a classed error.

new_cox <- function(fit, d, design, keep, ties, conf.level, timefix) {
  stored <- stored_call(d, "cox", strata_in_formula = TRUE, ties = ties)
  strata <- if (length(d$strata_columns) > 0) strata_column(d$strata_columns)
  parts <- c(estimated_parts(fit, design$names), list(
    method = ties, n = d$n, terms = fit_terms(stored$formula, d), assign = design$assign,
    weights = row_mass(d$columns), offset = d$offset, na.action = d$na.action,
    y = if (keep$y) response_of_fit(d, fit$snapped > 0), x = if (keep$x) design_matrix(design),
    strata = if (keep$x) strata, timefix = FALSE, formula = stored$formula,
    xlevels = all_levels(design$xlevels, stored$formula, strata), contrasts = design$contrasts,
    call = stored$call, conf.level = conf.level
  ))
  parts$tte <- cox_provenance(d, fit, ties, conf.level, timefix, parts$monotone)
  parts <- Filter(Negate(is.null), parts)
  right <- survival_is_right(parts, d)
  if (right && !is.null(d$columns$freq)) parts$call$weights <- parts$call$freq
  structure(settle_monotone(parts), class = c("tte_cox", if (right) "coxph" else "tte_model"))
}

# The engine's numbers under survival's names.
estimated_parts <- function(fit, names) {
  named <- function(x) if (!is.null(x)) rlang::set_names(x, names)
  list(
    coefficients = named(fit$coefficients), var = fit$var, naive.var = fit$naive_var, loglik = fit$loglik,
    score = fit$score, rscore = fit$rscore, wald.test = fit$wald_test, iter = fit$iter,
    linear.predictors = fit$linear_predictors, residuals = fit$residuals, means = named(fit$means),
    nevent = fit$n_event, concordance = fit$concordance, converged = fit$converged,
    monotone = named(fit$monotone)
  )
}

# survival's baseline hazard and residuals of an Efron fit do not know multiplicities; no method of its knows
# a coefficient at infinity, nor frequencies beside a robust variance.
survival_is_right <- function(parts, d) {
  freq <- d$columns$freq
  multiple <- !is.null(freq) && any(freq != 1L)
  robust <- !is.null(parts$naive.var)
  is.null(parts$monotone) && !(multiple && (robust || parts$method == "efron"))
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
  if (!is.null(parts$naive.var)) parts$naive.var[away, ] <- parts$naive.var[, away] <- NA
  parts
}

cox_provenance <- function(d, fit, ties, conf.level, timefix, monotone) {
  robust <- !is.null(fit$naive_var)
  said <- sentences(
    ties = sprintf("Ties: %s.", c(efron = "Efron", breslow = "Breslow")[[ties]]),
    strata = strata_sentence(d), variance = if (robust) {
      sprintf("Standard errors are robust (sandwich) over %s.", independent_units(d))
    } else {
      "Standard errors are from the observed information."
    },
    limits = sprintf("Limits are %s, Wald.", format_percent(conf.level)),
    timefix = merge_sentence(fit$snapped, timefix)
  )
  provenance(d, "Cox model", fit$snapped, said, n_persons = count_persons(d$columns), monotone = monotone)
}

count_persons <- function(columns) {
  if (!is.null(columns$subject)) {
    return(length(unique(columns$subject)))
  }
  if (is.null(columns$freq)) length(columns$stop) else sum(as.double(columns$freq))
}

# ---- print ----

#' @export
print.tte_cox <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  cat(sprintf("%s events, %s persons\n\n", format_count(x$nevent), format_count(x$tte$n_persons)))
  print(coefficient_table(x, digits), right = TRUE)
  cat("\n", test_line("Likelihood ratio test", 2 * diff(x$loglik), x), sep = "")
  if (!is.null(x$rscore)) cat(test_line("Robust score test", x$rscore, x))
  if (!is.null(x$concordance)) {
    cat(sprintf(
      "Concordance %s (se %s)\n", format_number(x$concordance[["concordance"]], digits),
      format_number(x$concordance[["std"]], digits)
    ))
  }
  for (line in infinite_lines(x$monotone)) cat(line, "\n", sep = "")
  if (!x$converged) cat("The iteration did not converge: do not use these numbers.\n")
  print_foot(x$tte)
  invisible(x)
}

coefficient_table <- function(x, digits) {
  beta <- x$coefficients
  se <- sqrt(diag(x$var))
  se[is.na(beta)] <- NA
  limits <- stats::qnorm((1 + x$conf.level) / 2) * se
  shown <- data.frame(
    coef = format_number(beta, digits), HR = format_number(exp(beta), digits),
    lower = format_number(exp(beta - limits), digits), upper = format_number(exp(beta + limits), digits),
    se = format_number(se, digits), z = format_number(beta / se, digits),
    p = format_p(2 * stats::pnorm(-abs(beta / se))), row.names = names(beta)
  )
  names(shown)[3:4] <- paste0(x$conf.level, c("LCL", "UCL"))
  if (!is.null(x$naive.var)) names(shown)[5] <- "robust se"
  shown
}

test_line <- function(name, statistic, x) {
  df <- sum(!is.na(x$coefficients))
  sprintf(
    "%s = %s on %d df, p %s\n", name, format_number(statistic), df,
    p_words(stats::pchisq(statistic, df, lower.tail = FALSE))
  )
}

infinite_lines <- function(direction) {
  away <- direction[!is.na(direction) & direction != 0]
  if (length(away) == 0) {
    return(character())
  }
  sprintf(
    "%s has no finite estimate: the likelihood keeps growing as it goes to %s.", names(away),
    ifelse(away > 0, "Inf", "-Inf")
  )
}

# ---- survival's methods, where they hold; refusals where they do not ----

#' @export
summary.tte_cox <- function(object, conf.int = object$conf.level, ...) {
  class(object) <- "coxph"
  summary(object, conf.int = conf.int, ...)
}

#' @export
confint.tte_cox <- function(object, parm, level = object$conf.level, ...) {
  beta <- object$coefficients
  chosen <- if (missing(parm)) names(beta) else if (is.numeric(parm)) names(beta)[parm] else parm
  reach <- stats::qnorm((1 + level) / 2) * sqrt(diag(object$var))
  limits <- cbind(beta - reach, beta + reach)
  tails <- c((1 - level) / 2, (1 + level) / 2)
  dimnames(limits) <- list(names(beta), paste(format(100 * tails, trim = TRUE, digits = 3), "%"))
  limits[chosen, , drop = FALSE]
}

#' @export
vcov.tte_model <- function(object, complete = TRUE, ...) {
  names <- names(object$coefficients)
  v <- structure(object$var, dimnames = list(names, names))
  keep <- complete | !is.na(object$coefficients)
  v[keep, keep, drop = FALSE]
}

#' @export
logLik.tte_model <- function(object, ...) {
  structure(object$loglik[2], df = sum(!is.na(object$coefficients)), nobs = object$nevent, class = "logLik")
}

#' @export
nobs.tte_model <- function(object, ...) object$nevent

# Under `freq` the call says `weights` too, because survival's methods read the frequencies there as case
# weights.
#' @export
update.tte_cox <- function(object, ...) {
  if (!is.null(object$call$freq) && inherits(object, "coxph")) object$call$weights <- NULL
  NextMethod(object = object)
}

refuse_method <- function(what, object, call) {
  infinite <- !is.null(object$monotone)
  why <- if (infinite) "a coefficient is infinite." else "it would take the frequencies for case weights."
  remedy <- if (!infinite) "Write the rows out, or use ties = \"breslow\" without weights or cluster."
  what <- sprintf("%s of this model", what)
  abort_unsupported(what, paste("survival's method would be wrong:", why), remedy, call)
}

#' @export
predict.tte_model <- function(object, ...) refuse_method("predict()", object, rlang::current_env())

#' @export
residuals.tte_model <- function(object, ...) refuse_method("residuals()", object, rlang::current_env())

#' @export
anova.tte_model <- function(object, ...) refuse_method("anova()", object, rlang::current_env())

#' @rawNamespace S3method(survival::survfit, tte_model)
survfit.tte_model <- function(formula, ...) refuse_method("survfit()", formula, rlang::current_env())

# Only the plain question is answered from the fit; every option of survival's generic is survival's to
# answer.
#' @rawNamespace S3method(survival::concordance, tte_cox)
concordance.tte_cox <- function(object, ...) {
  if (...length() > 0 && inherits(object, "coxph")) {
    return(NextMethod())
  }
  if (...length() > 0) refuse_method("concordance() with options", object, rlang::current_env())
  count <- object$concordance
  structure(list(
    concordance = count[["concordance"]], count = count[1:5], n = object$n, var = count[["std"]]^2,
    call = sys.call()
  ), class = "concordance")
}

#' @export
tidy.tte_cox <- function(x, exponentiate = FALSE, conf.int = FALSE, conf.level = x$conf.level, ...) {
  beta <- x$coefficients
  se <- sqrt(diag(x$var))
  se[is.na(beta)] <- NA
  rows <- data.frame(term = names(beta), estimate = unname(beta))
  if (is.null(x$naive.var)) {
    rows$std.error <- se
  } else {
    rows$std.error <- sqrt(diag(x$naive.var))
    rows$robust.se <- se
  }
  rows$statistic <- unname(beta / se)
  rows$p.value <- 2 * stats::pnorm(-abs(rows$statistic))
  if (conf.int) {
    rows[c(
      "conf.low", "conf.high"
    )] <- as.data.frame(unname(confint.tte_cox(x, level = conf.level)))
  }
  if (exponentiate) {
    shown <- intersect(c("estimate", "conf.low", "conf.high"), names(rows))
    rows[shown] <- lapply(rows[shown], exp)
  }
  rows
}

#' @export
glance.tte_cox <- function(x, ...) {
  s <- summary(x)
  robust <- if (is.null(s$robscore)) c(NA_real_, NA_real_, NA_real_) else unname(s$robscore)
  fit <- stats::logLik(x)
  data.frame(
    n = x$n, nevent = x$nevent, statistic.log = s$logtest[["test"]], p.value.log = s$logtest[["pvalue"]],
    statistic.sc = s$sctest[["test"]], p.value.sc = s$sctest[["pvalue"]],
    statistic.wald = s$waldtest[["test"]], p.value.wald = s$waldtest[["pvalue"]],
    statistic.robust = robust[1], p.value.robust = robust[3], r.squared = s$rsq[["rsq"]],
    r.squared.max = s$rsq[["maxrsq"]], concordance = s$concordance[["C"]],
    std.error.concordance = s$concordance[["se(C)"]], logLik = as.numeric(fit), AIC = stats::AIC(fit),
    BIC = stats::BIC(fit), nobs = stats::nobs(x)
  )
}
