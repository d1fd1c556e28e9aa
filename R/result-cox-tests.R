# Tests of the terms of a Cox model: type II and III by likelihood ratio, score or Wald; sequential and
# between nested models by likelihood ratio.

#' Tests of terms and of nested models
#'
#' `anova()` of a [cox()] model. With `type = 2` or `3` each term is tested by the likelihood ratio, the
#' score or the Wald test; otherwise terms are tested one after the other, or, given several models, each
#' model against the one before, by the likelihood ratio: as in `survival`, but with frequencies
#' (`survival` loses weights there).
#'
#' @section Types: A test of type II compares the model of all terms that do not contain the term (`a` is
#'   contained in `a:b`) with and without it. A test of type III leaves the columns of the term out of the
#'   whole model, whose factors are coded to sum to zero, whatever their contrasts in the fit were: with
#'   treatment contrasts a main effect beside its interaction would be the effect at the reference level. The
#'   results are those of SAS's TYPE3 option.
#' @section Robust variance: Under `weights` or `cluster` the log partial likelihood is no likelihood, so
#'   only the Wald test is defined; another is an error of class `tte_error_unsupported`.
#'
#' @param object A [cox()] model.
#' @param ... Further models, for sequential comparison.
#' @param type 1 (sequential), 2 or 3.
#' @param test `"LR"`, `"score"` or `"wald"`, for types 2 and 3. By default `"LR"`, and `"wald"` under a
#'   robust variance.
#' @return A data frame of class `anova`: for types 2 and 3 a row for each term with `Chisq`, `Df` and
#'   `Pr(>|Chi|)`.
#' @section Errors: `tte_error_unsupported` where the test is not defined, `tte_error_input` for models that
#'   are not nested in rows.
#' @references Therneau TM, Grambsch PM (2000). *Modeling Survival Data*, section 3.4.
#' @examples
#' fit <- cox(Surv(time, status) ~ factor(ph.ecog) * sex + age, survival::lung, na.action = na.omit)
#' anova(fit, type = 3)
#' anova(fit, type = 2, test = "score")
#' @export
anova.tte_cox <- function(object, ..., type = 1, test = NULL) {
  call <- rlang::current_env()
  abort_input(anova_faults(object, list(...), type, test), call)
  refuse_infinite_cox(object, "anova()", call)
  if (type == 1) {
    return(sequential_tests(object, list(...), call))
  }
  if (is.null(test)) test <- if (is_robust(object)) "wald" else "LR"
  refuse_test(object, test, call)
  terms <- sum_coded_terms(object, call)
  found <- lapply(terms$labels, test_of_term, terms, type, test)
  anova_table(found, terms$labels, type, test, object)
}

anova_faults <- function(object, others, type, test) {
  several <- length(others) > 0
  models <- vapply(others, inherits, logical(1), "tte_cox")
  rbind(
    if (!checkmate::test_choice(type, 1:3)) fault("type", "not_a_choice", "must be 1, 2 or 3"),
    if (!is.null(test)) check_choice(test, "test", c("LR", "score", "wald")),
    if (several && !all(models)) fault("...", "wrong_type", "must be models of cox()"),
    if (several && !identical(type, 1)) fault("type", "unknown_argument", "compares no models")
  )
}

refuse_test <- function(object, test, call) {
  if (identical(object$tte$variance, "jackknife")) {
    abort_unsupported(
      "anova() under a jackknife variance", "Each test would need refits of its own.",
      "Use variance = \"robust\".", call
    )
  }
  if (is_robust(object) && test != "wald") {
    abort_unsupported(
      sprintf("The %s test under a robust variance", if (test == "LR") "likelihood ratio" else test),
      "The partial likelihood of weighted or clustered rows is no likelihood.", "Use test = \"wald\".", call
    )
  }
  if (isTRUE(object$tte$firth) && test == "score") {
    abort_unsupported(
      "The score test of a Firth fit", "It has no agreed definition.",
      "Use test = \"LR\", the penalised likelihood ratio.", call
    )
  }
}

anova_table <- function(found, labels, type, test, object) {
  number <- function(name) vapply(found, `[[`, numeric(1), name)
  chisq <- number("chisq")
  df <- number("df")
  table <- data.frame(
    Chisq = chisq, Df = df, "Pr(>|Chi|)" = stats::pchisq(chisq, df, lower.tail = FALSE),
    row.names = labels, check.names = FALSE
  )
  kind <- c(LR = "likelihood ratio", score = "score", wald = "Wald")[[test]]
  heading <- sprintf(
    "Tests of terms, type %s, %s%s\n", c("I", "II", "III")[type],
    if (isTRUE(object$tte$firth) && test == "LR") "penalised " else "", kind
  )
  structure(table, heading = heading, class = c("anova", "data.frame"))
}

# ---- the columns of each term, factors coded to sum to zero ----

# list(data, x, columns, labels, contains): `columns` by term; `contains[[a]]` are the terms that hold a.
sum_coded_terms <- function(object, call) {
  terms <- stats::delete.response(object$terms)
  inside <- attr(terms, "specials")$strata
  factors <- attr(terms, "factors")
  of_strata <- colSums(factors[inside, , drop = FALSE]) > 0
  if (any(attr(terms, "order")[of_strata] > 1)) {
    abort_unsupported(
      "Type II and III tests of an interaction with strata()",
      "The stratum has no main effect that could be left out.", "Compare two models by anova(a, b).", call
    )
  }
  frame <- quiet_contrasts(model.frame.tte_cox(object))
  if (any(of_strata)) terms <- terms[-which(of_strata)]
  words <- intersect(rownames(attr(terms, "factors")), names(frame))
  categorical <- names(Filter(is_categorical, frame[words]))
  coded <- rlang::set_names(rep(list("contr.sum"), length(categorical)), categorical)
  x <- stats::model.matrix(terms, frame, contrasts.arg = coded)
  labels <- attr(terms, "term.labels")
  variables <- attr(terms, "factors") > 0
  assign <- attr(x, "assign")
  list(
    data = fit_data(object), x = matrix(as.double(x), nrow(x)), labels = labels,
    columns = rlang::set_names(lapply(seq_along(labels), function(k) which(assign == k)), labels),
    contains = rlang::set_names(lapply(labels, function(a) terms_above(a, variables)), labels)
  )
}

terms_above <- function(a, variables) {
  above <- colSums(variables[variables[, a], , drop = FALSE]) == sum(variables[, a])
  setdiff(colnames(variables)[above], a)
}

test_of_term <- function(label, terms, type, test) {
  all <- terms$labels
  whole <- if (type == 3) all else setdiff(all, terms$contains[[label]])
  own <- terms$columns[[label]]
  rest <- unlist(terms$columns[setdiff(whole, label)], use.names = FALSE)
  switch(test,
    LR = likelihood_ratio(terms, rest, own),
    score = score_beside(terms, rest, own),
    wald = wald_of_columns(fit_again(terms$data, terms$x[, c(rest, own), drop = FALSE]), length(rest), own)
  )
}

likelihood_ratio <- function(terms, rest, own) {
  large <- fit_again(terms$data, terms$x[, c(rest, own), drop = FALSE])
  small <- loglik_of(terms, rest, large, firth = terms$data$firth, own = own)
  list(chisq = max(0, 2 * (large$loglik[2] - small$loglik)), df = rank_of(large) - small$rank)
}

# The log likelihood without the columns `own`; without any column it is where the larger fit began. In a
# Firth fit the penalty stays that of all columns: a coefficient is held at 0, its column is not removed.
loglik_of <- function(terms, rest, large, firth, own) {
  if (firth) {
    return(held_at_zero(terms, rest, own, large))
  }
  if (length(rest) == 0) {
    return(list(loglik = large$loglik[1], rank = 0))
  }
  small <- fit_again(terms$data, terms$x[, rest, drop = FALSE])
  list(loglik = small$loglik[2], rank = rank_of(small))
}

held_at_zero <- function(terms, rest, own, large) {
  if (length(own) > 1) {
    abort_unsupported(
      "The penalised likelihood ratio test of a term with several columns",
      "The engine profiles one coefficient at a time.", "Use test = \"wald\"."
    )
  }
  at <- length(rest) + 1L
  found <- profile_again(terms$data, terms$x[, c(rest, own), drop = FALSE], at, 0.95)
  list(loglik = found$at_zero, rank = rank_of(large) - 1)
}

rank_of <- function(fit) sum(!is.na(fit$coefficients))

# Rao's test: the score of all columns where those of the rest are estimated and the others are 0.
score_beside <- function(terms, rest, own) {
  x <- terms$x[, c(rest, own), drop = FALSE]
  init <- numeric(ncol(x))
  rank <- 0
  if (length(rest) > 0) {
    small <- fit_again(terms$data, terms$x[, rest, drop = FALSE])
    init[seq_along(rest)] <- ifelse(is.na(small$coefficients), 0, small$coefficients)
    rank <- rank_of(small)
  }
  large <- fit_again(terms$data, x, init, 0L)
  list(chisq = large$score, df = rank_of(large) - rank)
}

wald_of_columns <- function(fit, before, own) {
  at <- before + seq_along(own)
  at <- at[!is.na(fit$coefficients[at])]
  beta <- fit$coefficients[at]
  chisq <- if (length(at) > 0) drop(beta %*% solve(fit$var[at, at, drop = FALSE], beta)) else 0
  list(chisq = chisq, df = length(at))
}

# ---- sequential tests, and of one model against another ----

sequential_tests <- function(object, others, call) {
  refuse_test(object, "LR", call)
  if (length(others) > 0) {
    return(compare_models(c(list(object), others), call))
  }
  terms <- sum_coded_terms(object, call)
  used <- cumsum(lengths(terms$columns))
  fits <- lapply(used, function(last) {
    fit_again(terms$data, terms$x[, unlist(terms$columns)[seq_len(last)],
      drop = FALSE
    ])
  })
  loglik <- c(object$loglik[1], vapply(fits, function(fit) fit$loglik[2], numeric(1)))
  rank <- c(0, vapply(fits, rank_of, numeric(1)))
  deviance_table(loglik, rank, c("NULL", terms$labels), "Analysis of deviance\nTerms added first to last\n")
}

compare_models <- function(models, call) {
  rows <- vapply(models, function(m) paste(m$n, m$nevent, ties_of_fit(m), isTRUE(m$tte$firth)), character(1))
  if (length(unique(rows)) > 1) {
    what <- "the models differ in their rows, events, ties or penalty"
    abort_input(fault("...", "models_differ", what), call)
  }
  strata <- vapply(models, function(m) deparse1(stats::formula(m)[[2]]), character(1))
  if (length(unique(strata)) > 1) {
    abort_input(fault("...", "models_differ", "the models differ in their response"), call)
  }
  loglik <- vapply(models, function(m) m$loglik[2], numeric(1))
  rank <- vapply(models, function(m) sum(estimated(m)), numeric(1))
  heading <- paste0("Model ", seq_along(models), ": ", vapply(models, function(m) {
    deparse1(stats::formula(m))
  }, character(1)), collapse = "\n")
  deviance_table(loglik, rank, seq_along(models), paste0("Analysis of deviance\n", heading, "\n"))
}

deviance_table <- function(loglik, rank, rows, heading) {
  chisq <- c(NA, 2 * abs(diff(loglik)))
  df <- c(NA, abs(diff(rank)))
  table <- data.frame(
    loglik = loglik, Chisq = chisq, Df = df,
    "Pr(>|Chi|)" = stats::pchisq(chisq, df, lower.tail = FALSE), row.names = rows, check.names = FALSE
  )
  structure(table, heading = heading, class = c("anova", "data.frame"))
}
