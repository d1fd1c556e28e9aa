#' Hazard ratios at chosen values
#'
#' The hazard ratios of one covariate of a [cox()] model: of the levels of a factor v its reference, of chosen
#' values of a number, at chosen values of the covariates it interacts with, with any contrasts.
#'
#' @section Estimate: With \eqn{x_1} and \eqn{x_0} the rows of the model matrix at the two values, the log
#'   hazard ratio is \eqn{(x_1 - x_0)'\hat\beta}; its variance is \eqn{(x_1 - x_0)' V (x_1 - x_0)}, with the
#'   robust V where the model has one. Interactions, splines and polynomials of the covariate are all in it.
#'   Profile limits are those of the combination itself.
#' @section Defaults: A number that enters the model only linearly is compared at values 1 apart, as in SAS's
#'   HAZARDRATIO statement; other terms of a number need `values`. A covariate that interacts with `variable`
#'   and is not in `at` stands at all its levels, or, when it is a number, at its mean, as in SAS.
#'
#' @param fit A [cox()] model.
#' @param variable The name of a column in the model.
#' @param ... Nothing: all other arguments must be named.
#' @param at Values of other columns, a named list; all their combinations are used.
#' @param values Of a number, the values to compare, the first being the reference.
#' @param by Of a number, the step to compare where `values` is not given.
#' @param contrasts `"reference"` (each level v the first), `"pairwise"`, or a matrix with a column for each
#'   level and a row for each contrast, whose rows sum to 0.
#' @param alternative `"two.sided"`; `"greater"` is the one-sided p for a hazard ratio below 1 (Z > 0 favours
#'   the other level), `"less"` for one above 1.
#' @param conf.level Confidence level; that of the model by default.
#' @param conf.type `"wald"` or `"profile"`; that of the model by default.
#' @return [Estimates][estimates] of scale `"ratio"`, whose `std.error` is that of the logarithm.
#' @section Errors: `tte_error_input` for unknown columns, values or contrasts.
#' @references SAS Institute. *SAS/STAT User's Guide*, The PHREG Procedure, HAZARDRATIO statement.
#' @examples
#' lung <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
#' fit <- cox(Surv(time, status) ~ sex * age, lung)
#' hazard_ratio(fit, "sex", at = list(age = c(50, 70)))
#' hazard_ratio(fit, "age", by = 10, alternative = "less")
#' @export
hazard_ratio <- function(
  fit, variable, ..., at = NULL, values = NULL, by = 1, contrasts = "reference", alternative = "two.sided",
  conf.level = NULL, conf.type = NULL
) {
  check_dots(...)
  call <- rlang::current_env()
  if (!inherits(fit, "tte_cox")) abort_input(fault("fit", "wrong_type", "must be a model of cox()"), call)
  if (is.null(conf.level)) conf.level <- fit$conf.level
  if (is.null(conf.type)) conf.type <- limits_of_fit(fit)
  abort_input(rbind(
    check_choice(alternative, "alternative", c("two.sided", "greater", "less")), check_level(conf.level),
    check_choice(conf.type, "conf.type", c("wald", "profile")), check_number(by, "by"),
    variable_faults(fit, variable), at_faults(fit, variable, at)
  ), call)
  if (conf.type == "profile") refuse_robust_profile(fit, call)
  compared <- compared_values(fit, variable, values, by, call)
  weights <- contrast_matrix(contrasts, compared$labels, call)
  grid <- at_grid(fit, variable, at)
  rows <- do.call(rbind, lapply(seq_len(max(1, nrow(grid))), function(row) {
    ratios_at(fit, variable, compared, weights, grid, row, call)
  }))
  ratio_estimates(fit, variable, rows, alternative, conf.level, conf.type)
}

# ---- what was asked ----

model_columns <- function(fit) {
  d <- eval(fit$call$data)
  words <- unlist(lapply(as.list(attr(covariates_of_terms(fit$terms), "variables"))[-1], all.vars))
  d[intersect(words, names(d))]
}

variable_faults <- function(fit, variable) {
  if (!checkmate::test_string(variable)) {
    return(fault("variable", "wrong_type", "must be the name of one column"))
  }
  if (variable %in% names(model_columns(fit))) {
    return(NULL)
  }
  fault("variable", "unknown_column", sprintf(
    "the model has %s", and_list(names(model_columns(fit)))
  ), variable)
}

at_faults <- function(fit, variable, at) {
  if (is.null(at)) {
    return(NULL)
  }
  if (!is.list(at) || is.null(names(at))) {
    return(fault("at", "wrong_type", "must be a list of values named by columns"))
  }
  known <- model_columns(fit)
  unknown <- setdiff(names(at), setdiff(names(known), variable))
  rbind(
    if (length(unknown) > 0) {
      fault("at", "unknown_column", "is no other column of the model", unknown)
    },
    do.call(rbind, lapply(intersect(names(at), names(known)), function(name) {
      value_faults(known[[name]], at[[name]], name, "at")
    }))
  )
}

value_faults <- function(known, given, name, argument) {
  if (!is_categorical(known)) {
    return(if (!is.numeric(given)) fault(argument, "wrong_type", "must be numbers", name))
  }
  unknown <- setdiff(as.character(given), levels_of(known))
  if (length(unknown) == 0) {
    return(NULL)
  }
  what <- sprintf("has no level %s but %s", quoted_list(unknown), quoted_list(levels_of(known)))
  fault(argument, "unknown_level", what, name)
}

# list(values, labels): of a factor its levels; of a number the values given, or two that are `by` apart.
compared_values <- function(fit, variable, values, by, call) {
  x <- model_columns(fit)[[variable]]
  if (is_categorical(x)) {
    if (is.null(values)) values <- levels_of(x)
    abort_input(value_faults(x, values, variable, "values"), call)
    return(list(values = as_column_like(values, x), labels = as.character(values)))
  }
  if (!is.null(values)) {
    abort_input(check_numbers(values, "values"), call)
    if (length(values) < 2) abort_input(fault("values", "wrong_length", "must be at least two values"), call)
    return(list(values = values, labels = format(values, trim = TRUE, digits = 10)))
  }
  abort_input(straight_faults(fit, variable, x), call)
  middle <- mean(x, na.rm = TRUE)
  list(values = c(middle, middle + by), labels = c("0", paste0("+", format(by, digits = 10))), step = by)
}

as_column_like <- function(values, x) {
  if (is.factor(x)) {
    factor(
      as.character(values),
      levels(x)
    )
  } else if (is.logical(x)) {
    as.logical(values)
  } else {
    values
  }
}

# The hazard ratio of a step is one number only where the column enters as it stands.
straight_faults <- function(fit, variable, x) {
  terms <- covariates_of_terms(fit$terms)
  words <- variable_words(terms)
  holds <- vapply(as.list(attr(terms, "variables"))[-1], function(e) variable %in% all.vars(e), logical(1))
  bent <- setdiff(words[holds], variable)
  if (length(bent) == 0) {
    return(NULL)
  }
  fault("values", "wrong_length", sprintf(
    "must say which values to compare, for the model has %s",
    and_list(bent)
  ),
  variable,
  remedy = sprintf(
    "For example values = c(%s).",
    paste(format(stats::quantile(x, c(0.25, 0.75), na.rm = TRUE),
      trim = TRUE, digits = 4
    ), collapse = ", ")
  )
  )
}

contrast_matrix <- function(contrasts, labels, call) {
  k <- length(labels)
  if (is.numeric(contrasts)) {
    return(given_contrasts(contrasts, labels, call))
  }
  abort_input(check_choice(contrasts, "contrasts", c("reference", "pairwise")), call)
  pairs <- if (contrasts == "reference") rbind(1, seq_len(k)[-1]) else utils::combn(k, 2)
  weights <- t(apply(pairs, 2, function(pair) {
    w <- numeric(k)
    w[pair] <- c(-1, 1)
    w
  }))
  dimnames(weights) <- list(sprintf("%s v %s", labels[pairs[2, ]], labels[pairs[1, ]]), labels)
  weights
}

given_contrasts <- function(weights, labels, call) {
  if (is.null(dim(weights))) weights <- t(weights)
  abort_input(rbind(
    if (ncol(weights) != length(labels)) {
      fault("contrasts", "wrong_length", sprintf("must have a column for each of %s", and_list(labels)))
    },
    if (any(!is.finite(weights)) || any(abs(rowSums(weights)) > 1e-8)) {
      fault("contrasts", "out_of_range", "each row must sum to 0")
    }
  ), call)
  if (is.null(rownames(weights))) rownames(weights) <- paste("contrast", seq_len(nrow(weights)))
  weights
}

# The values of the covariates that `variable` interacts with; what `at` does not say is at all its levels, or
# at its mean.
at_grid <- function(fit, variable, at) {
  known <- model_columns(fit)
  beside <- setdiff(interacting_columns(fit, variable), names(at))
  rest <- lapply(known[beside], function(x) if (is_categorical(x)) levels_of(x) else mean(x, na.rm = TRUE))
  at <- c(at[intersect(names(at), names(known))], rest)
  if (length(at) == 0) {
    return(data.frame())
  }
  expand.grid(at, stringsAsFactors = FALSE, KEEP.OUT.ATTRS = FALSE)
}

interacting_columns <- function(fit, variable) {
  terms <- covariates_of_terms(fit$terms)
  variables <- lapply(as.list(attr(terms, "variables"))[-1], all.vars)
  factors <- attr(terms, "factors") > 0
  rows <- rownames(factors)
  words <- variable_words(terms)
  mine <- colSums(factors[words[vapply(variables, function(v) variable %in% v, logical(1))], ,
    drop = FALSE
  ]) > 0
  used <- rows[rowSums(factors[, mine, drop = FALSE]) > 0]
  setdiff(unlist(variables[words %in% used]), variable)
}

# ---- the numbers ----

# The contrasts of `variable` in one row of the grid: a matrix of combinations of coefficients with their
# words.
ratios_at <- function(fit, variable, compared, weights, grid, row, call) {
  base <- model_rows(fit)
  new <- base[rep(1L, length(compared$values)), , drop = FALSE]
  new[[variable]] <- compared$values
  for (name in names(grid)) new[[name]] <- rep(as_column_like(grid[[name]][row], base[[name]]), nrow(new))
  x <- newdata_design(fit, new, call = call)$x
  where <- vapply(names(grid), function(name) {
    paste0(name, " = ", format(grid[[name]][row], digits = 4, trim = TRUE))
  }, character(1))
  combos <- weights %*% x
  combos[abs(combos) < 1e-12] <- 0
  list_of_rows(combos, rownames(weights), and_comma(where))
}

and_comma <- function(words) if (length(words) == 0) NA_character_ else paste(words, collapse = ", ")

list_of_rows <- function(combos, words, where) {
  data.frame(comparison = words, group = where, combo = I(asplit(combos, 1)), row.names = NULL)
}

# One row without missing values, on which all else stands.
model_rows <- function(fit) {
  d <- eval(fit$call$data)
  if (!is.null(fit$na.action)) d <- d[-fit$na.action, , drop = FALSE]
  d[1, , drop = FALSE]
}

ratio_estimates <- function(fit, variable, rows, alternative, conf.level, conf.type) {
  found <- lapply(rows$combo, combination, fit, conf.level, conf.type)
  number <- function(name) vapply(found, `[[`, numeric(1), name)
  z <- -number("log") / number("se")
  if (conf.type == "profile") z <- -sign(number("log")) * sqrt(pmax(0, number("chisq")))
  new_estimates(
    param = if (is.null(fit$tte$param)) NA else fit$tte$param, term = variable, group = rows$group,
    comparison = if (is_step(rows$comparison)) {
      paste(
        variable,
        sub(" v 0$", "", rows$comparison)
      )
    } else {
      rows$comparison
    },
    estimate = exp(number("log")), std.error = number("se"), scale = "ratio",
    conf.low = exp(number("low")), conf.high = exp(number("high")), conf.level = conf.level, statistic = z,
    p.value = sided_p(z, z^2, 1, alternative), n = fit$tte$n_persons, n.event = fit$nevent,
    method = "Hazard ratio of a Cox model",
    provenance = ratio_provenance(fit, alternative, conf.level, conf.type)
  )
}

is_step <- function(words) all(grepl("^[+].* v 0$", words))

# One combination of coefficients: its estimate, standard error and limits.
combination <- function(weights, fit, conf.level, conf.type) {
  used <- weights != 0
  beta <- fit$coefficients
  log <- sum(weights[used] * beta[used])
  variance <- drop(weights[used] %*% fit$var[used, used, drop = FALSE] %*% weights[used])
  se <- if (any(used) && is.finite(log)) sqrt(variance) else NA_real_
  if (conf.type == "profile" && any(used) && !is.na(log)) {
    found <- profile_of_contrast(fit_data(fit), unname(weights), unname(estimated(fit)), conf.level)
    return(list(log = log, se = se, low = found$limits[1], high = found$limits[2], chisq = found$chisq))
  }
  reach <- stats::qnorm((1 + conf.level) / 2) * se
  list(log = log, se = se, low = log - reach, high = log + reach, chisq = NA_real_)
}

ratio_provenance <- function(fit, alternative, conf.level, conf.type) {
  tte <- fit$tte
  side <- "Z > 0: the hazard ratio is below 1."
  tte$conventions <- c(tte$conventions[setdiff(names(tte$conventions), "limits")], sentences(
    limits = limits_sentence(conf.level, conf.type, isTRUE(tte$firth)), direction = side,
    alternative = if (alternative != "two.sided") {
      sprintf("One-sided p, for a hazard ratio %s 1.", if (alternative == "greater") "below" else "above")
    }
  ))
  tte
}
