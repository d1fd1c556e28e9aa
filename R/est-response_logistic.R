#' Logistic model of response
#'
#' Odds ratios of response from a logistic regression, adjusted for one another, with the limits of the
#' profile likelihood; where covariates separate responders from the others, by Firth's penalised likelihood.
#'
#' @section Limits: The likelihood is made as large as it gets under each value of a coefficient; the limits
#'   are the values at which it has lost `qchisq(conf.level, 1) / 2`, found to 1e-9. `p.value` is that of the
#'   likelihood ratio test, so it agrees with the limits; `statistic` is the signed root of that statistic.
#'   The models are those of `stats::glm()`.
#' @section Separation: When a combination of the covariates tells responders from the others (an arm without
#'   responders is enough), maximum likelihood has no finite estimate. `fit = "auto"` then warns
#'   (`tte_warning_monotone_likelihood`) and takes Firth's penalised likelihood with its own profile limits,
#'   from package `logistf`; `"firth"` always does, and `"ml"` reports infinite odds ratios as `NA`.
#'   Separation is established by a direction in which the likelihood never falls.
#'
#' @inheritParams response_rate
#' @param formula `~ arm + covariates`, or `responder ~ arm + covariates`.
#' @param type What counts as a response: see [response_rate()].
#' @param reference Reference levels by column, `c(ARM = "Placebo")`. Words without an order otherwise have
#'   the first in the alphabet as their reference, as everywhere in R's models; the conventions name it.
#' @param fit `"auto"`, `"ml"` or `"firth"`.
#' @return [Estimates][estimates] with scale `"ratio"`, one row for each coefficient but the intercept;
#'   `std.error` is that of the logarithm.
#' @section Errors: `tte_error_input` with all faults in `$faults`; `tte_error_missing_package` where Firth's
#'   likelihood is needed and `logistf` is not installed. Rows with a missing covariate are left out with a
#'   warning.
#' @references Venzon DJ, Moolgavkar SH (1988). A method for computing profile-likelihood-based confidence
#'   intervals. *Applied Statistics* 37, 87-94. Heinze G, Schemper M (2002). A solution to the problem of
#'   separation in logistic regression. *Statistics in Medicine* 21, 2409-2419. Albert A, Anderson JA (1984).
#'   On the existence of maximum likelihood estimates in logistic regression models. *Biometrika* 71, 1-10.
#' @examples
#' lung <- transform(survival::lung, good = ph.ecog %in% 0:1, sex = factor(sex, labels = c("M", "F")))
#' response_logistic(good ~ sex + age, lung)
#' @export
response_logistic <- function(
  formula, data, ..., param = NULL, type = "orr", min_days = NULL, confirmed = NULL, reference = NULL,
  subset = NULL, fit = "auto", conf.level = 0.95
) {
  check_dots(...)
  abort_input(rbind(
    rate_input_faults(formula, data), type_faults(type, min_days),
    check_flag(confirmed, "confirmed", null.ok = TRUE), check_choice(fit, "fit", c("auto", "ml", "firth")),
    check_level(conf.level)
  ))
  call <- rlang::current_env()
  data <- rate_rows(data, rlang::enquo(subset))
  request <- list(param = param, type = type, min_days = min_days, confirmed = confirmed)
  source <- response_source(formula, data, request)
  design <- logistic_design(formula, source, reference, call)
  found <- fit_logistic(design, fit, conf.level, call)
  new_logistic(found, design, source, data, conf.level)
}

# ---- the design ----

# list(x, y, comparison, said): x has the intercept first and no dependent columns.
logistic_design <- function(formula, source, reference, call) {
  right <- rlang::new_formula(NULL, rlang::f_rhs(formula), env = rlang::f_env(formula))
  names <- all.vars(right)
  abort_input(rbind(
    if (length(names) == 0) fault("formula", "unknown_term", "the right side must name covariates"),
    if (!all(names %in% names(source$data))) {
      fault("formula", "unknown_column", "no such column", setdiff(names, names(source$data)))
    }
  ), call)
  columns <- as.data.frame(source$data)[names]
  given <- reference_of(reference, columns)
  abort_input(given$faults, call)
  columns[base::names(given$reference)] <- Map(
    relevel_first, columns[base::names(given$reference)], given$reference
  )
  complete <- stats::complete.cases(columns)
  warn_incomplete(complete, columns, call)
  columns <- droplevels(columns[complete, , drop = FALSE])
  abort_input(constant_faults(columns), call)
  x <- stats::model.matrix(right, columns)
  list(
    x = independent_columns(x, call), y = as.numeric(source$responder)[complete],
    comparison = level_words(columns), references = first_levels(columns), left_out = sum(!complete)
  )
}

warn_incomplete <- function(complete, columns, call) {
  if (all(complete)) {
    return(invisible(NULL))
  }
  missing <- names(columns)[vapply(columns, anyNA, logical(1))]
  warn_tte(c(
    sprintf("%d of %d rows are left out for a missing covariate.", sum(!complete), length(complete)),
    i = sprintf("%s: %s.", and_list(missing), format_rows(which(!complete)))
  ), "missing_covariate", call = call)
}

constant_faults <- function(columns) {
  if (nrow(columns) == 0) {
    return(fault("data", "no_rows", "has no complete rows"))
  }
  single <- vapply(columns, function(x) is_categorical(x) && length(unique(x)) < 2, logical(1))
  if (any(single)) {
    fault("formula", "single_group", "has one level, so there is nothing to compare", names(columns)[single])
  }
}

independent_columns <- function(x, call) {
  decomposed <- qr(x)
  kept <- sort(decomposed$pivot[seq_len(decomposed$rank)])
  gone <- colnames(x)[-kept]
  if (length(gone) > 0) {
    warn_tte(sprintf("Left out, as the other covariates determine them: %s.", and_list(gone)), "aliased",
      call = call
    )
  }
  x[, kept, drop = FALSE]
}

# "Drug X v Placebo" by the name that the column of the design has.
level_words <- function(columns) {
  words <- lapply(names(columns), function(name) {
    x <- columns[[name]]
    if (!is_categorical(x)) {
      return(NULL)
    }
    levels <- levels_of(x)
    stats::setNames(sprintf("%s v %s", levels[-1], levels[1]), paste0(name, levels[-1]))
  })
  unlist(words)
}

first_levels <- function(columns) {
  categorical <- Filter(is_categorical, columns)
  vapply(categorical, function(x) levels_of(x)[1], character(1))
}

# ---- the fit ----

# list(coefficients, std.error, low, high, chisq, firth), the intercept left out.
fit_logistic <- function(design, fit, conf.level, call) {
  separated <- fit != "firth" && is_separated(design)
  if (separated) warn_separated(fit, call)
  if (fit == "firth" || separated && fit == "auto") {
    return(fit_firth(design, conf.level, call))
  }
  if (separated) {
    return(c(unknown_fit(ncol(design$x) - 1), firth = FALSE))
  }
  fit_profile(design, conf.level)
}

warn_separated <- function(fit, call) {
  warn_tte(c(
    "The covariates separate responders from the others: an odds ratio has no finite estimate.",
    i = if (fit == "auto") "Firth's penalised likelihood is used." else "fit = \"firth\" has finite limits."
  ), "monotone_likelihood", call = call)
}

logistic_model <- function(x, y, offset = NULL, start = NULL, steps = 100) {
  suppressWarnings(stats::glm.fit(x, y,
    offset = offset, start = start, family = stats::binomial(),
    control = list(epsilon = 1e-14, maxit = steps, trace = FALSE)
  ))
}

# The likelihood has no maximum when a direction of the coefficients exists that tells everybody's response
# right, or leaves it open, and somebody's right. Newton's steps end up in such a direction; whether the last
# one is such a direction is then looked up, so a slow fit is not taken for a separated one.
is_separated <- function(design) {
  fit <- logistic_model(design$x, design$y, steps = 25)
  next_fit <- logistic_model(design$x, design$y, start = fit$coefficients, steps = 1)
  step <- next_fit$coefficients - fit$coefficients
  told <- drop(design$x %*% step) * (2 * design$y - 1)
  max(told) > 1e-3 && min(told) > -1e-6 * max(told)
}

fit_profile <- function(design, conf.level) {
  fit <- logistic_model(design$x, design$y)
  se <- sqrt(diag(chol2inv(chol(crossprod(design$x * sqrt(fit$weights))))))
  parts <- lapply(seq_len(ncol(design$x))[-1], function(j) {
    deviance_limits(design, j, fit, se[j], stats::qchisq(conf.level, 1))
  })
  part <- function(name) vapply(parts, `[[`, numeric(1), name)
  list(
    coefficients = unname(fit$coefficients[-1]), std.error = se[-1], low = part("low"), high = part("high"),
    chisq = part("chisq"), firth = FALSE
  )
}

# Where the deviance with coefficient j held has risen by `rise`, on either side of its estimate.
deviance_limits <- function(design, j, fit, se, rise) {
  x <- design$x[, j]
  others <- design$x[, -j, drop = FALSE]
  best <- fit$coefficients[[j]]
  risen <- function(b) logistic_model(others, design$y, offset = x * b)$deviance - fit$deviance
  edge <- function(side) {
    width <- 2 * se
    while (risen(best + side * width) < rise && width < 1e8 * se) width <- 2 * width
    beyond <- function(w) risen(best + side * w) - rise
    stats::uniroot(beyond, c(0, width), tol = 1e-10 * se, maxiter = 200)$root
  }
  list(low = best - edge(-1), high = best + edge(1), chisq = max(0, risen(0)))
}

# On covariates of mean 0 and standard deviation 1, which leave the odds ratios what they are and let the
# steps converge.
fit_firth <- function(design, conf.level, call) {
  need("logistf", "a logistic model of separated responses", call = call)
  scaled <- scale(design$x[, -1, drop = FALSE])
  per <- attr(scaled, "scaled:scale")
  columns <- sprintf("x%d", seq_along(per))
  frame <- stats::setNames(as.data.frame(scaled), columns)
  frame$y <- design$y
  fit <- converged(call, logistf::logistf(stats::reformulate(columns, "y"), frame,
    alpha = 1 - conf.level, pl = TRUE,
    control = logistf::logistf.control(
      maxit = 1000, maxstep = 1, lconv = 1e-12, gconv = 1e-10, xconv = 1e-10
    ),
    plcontrol = logistf::logistpl.control(maxit = 5000, maxstep = 1, lconv = 1e-12, xconv = 1e-10)
  ))
  if (is.null(fit)) {
    return(c(unknown_fit(length(per)), firth = TRUE))
  }
  list(
    coefficients = unname(fit$coefficients[-1]) / per, std.error = sqrt(diag(fit$var))[-1] / per,
    low = unname(fit$ci.lower[-1]) / per, high = unname(fit$ci.upper[-1]) / per,
    chisq = stats::qchisq(unname(fit$prob[-1]), 1, lower.tail = FALSE), firth = TRUE
  )
}

# Of all that logistf warns about only a fit that has not converged matters here; then there is none.
converged <- function(call, code) {
  failed <- FALSE
  value <- withCallingHandlers(code, warning = function(w) {
    if (grepl("iterations", conditionMessage(w))) failed <<- TRUE
    invokeRestart("muffleWarning")
  })
  if (failed) {
    what <- "The penalised likelihood or its limits have not converged: there is no estimate."
    warn_tte(what, "not_converged", call = call)
  }
  if (!failed) value
}

unknown_fit <- function(p) {
  parts <- c("coefficients", "std.error", "low", "high", "chisq")
  stats::setNames(rep(list(rep(NA_real_, p)), length(parts)), parts)
}

# ---- the result ----

new_logistic <- function(found, design, source, data, conf.level) {
  terms <- colnames(design$x)[-1]
  method <- if (found$firth) "Logistic regression, Firth's penalised likelihood" else "Logistic regression"
  told <- rate_provenance(method, source, data, logistic_sentences(found, design))
  told$reference <- design$references
  new_estimates(
    param = source$param, term = terms, comparison = unname(design$comparison[terms]),
    estimate = exp(found$coefficients), std.error = found$std.error, scale = "ratio",
    conf.low = exp(found$low), conf.high = exp(found$high), conf.level = conf.level,
    statistic = sign(found$coefficients) * sqrt(found$chisq),
    p.value = stats::pchisq(found$chisq, 1, lower.tail = FALSE), n = length(design$y),
    n.event = sum(design$y), method = method, provenance = told
  )
}

logistic_sentences <- function(found, design) {
  of <- if (found$firth) "penalised profile likelihood (logistf)" else "profile likelihood"
  sentences(
    limits = sprintf("Limits and p values of odds ratios: %s, likelihood ratio.", of),
    references = if (length(design$references) > 0) {
      sprintf(
        "Reference levels: %s.", and_list(paste(names(design$references), design$references, sep = " = "))
      )
    },
    left_out = if (design$left_out > 0) {
      sprintf("Left out for a missing covariate: %d rows.", design$left_out)
    }
  )
}
