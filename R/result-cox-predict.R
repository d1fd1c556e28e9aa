# Predictions for the rows of a fit, and for new ones.

#' Predictions from a Cox model
#'
#' @section Types: `"lp"`, the linear predictor less that of the means of the covariates (of the stratum, by
#'   `reference`); `"risk"`, its exponential; `"terms"`; `"expected"`, the expected number of events over the
#'   row's time at risk; `"survival"`, exp(-expected); `"rmst"`, the restricted mean survival time until `tau`
#'   of each row of `newdata`. For fits of class `coxph` the others are
#'   `survival`'s own numbers, but for those with an offset, and for standard errors of start-stop rows, where
#'   `survival` adds the offset to the risk and subtracts variances of dependent estimates.
#' @section Standard errors: Of `"lp"`, `"terms"` and `"expected"` as in `survival`. Of `"risk"` by the
#'   delta method, risk times that of lp, for fits that are no `coxph` (`survival` takes the square root of
#'   the risk). That of `"rmst"` is \eqn{\sum A_u^2 dV_u + g'Vg} with \eqn{A_u} the area under S from u to
#'   `tau`, and g the derivative by the coefficients.
#'
#' @param object A [cox()] model.
#' @param newdata A data frame with the covariates; with times and status for `"expected"` and `"survival"`.
#' @param type See below.
#' @param se.fit Whether standard errors are given.
#' @param ... `terms`, `collapse` and `reference` of `survival::predict.coxph()`.
#' @param tau For `"rmst"`: a number on the scale of the data, or [in_months()] and its like.
#' @param baseline `"consistent"` or `"breslow"`, see [baseline_hazard()].
#' @return A vector (a matrix for `"terms"`), or with `se.fit` a list of `fit` and `se.fit`. Rows with missing
#'   values are `NA`.
#' @section Errors: `tte_error_input` names all faults of `newdata` at once: columns, types, levels, strata.
#' @references Therneau TM, Grambsch PM (2000). *Modeling Survival Data*, chapter 10.
#' @examples
#' fit <- cox(Surv(time, status) ~ age + sex, survival::lung, unit = "days")
#' ages <- data.frame(age = c(50, 70), sex = 1)
#' predict(fit, ages, type = "rmst", tau = in_months(12), se.fit = TRUE)
#' @export
predict.tte_cox <- function(
  object, newdata, type = "lp", se.fit = FALSE, ..., tau = NULL, baseline = "consistent"
) {
  call <- rlang::current_env()
  fresh <- !missing(newdata)
  type <- prediction_type(type, call)
  abort_input(rbind(
    check_flag(se.fit, "se.fit"), check_choice(baseline, "baseline", c("consistent", "breslow")),
    if (type == "rmst" && !fresh) fault("newdata", "wrong_type", "must say for whom"),
    if (type == "rmst" && is.null(tau)) fault("tau", "wrong_length", "must be given")
  ), call)
  refuse_infinite_cox(object, "predict()", call)
  timed <- type %in% c("expected", "survival")
  design <- if (fresh) newdata_design(object, newdata, timed, call)
  if (type == "rmst") {
    return(predict_rmst(object, design, tau, se.fit, baseline, call))
  }
  if (inherits(object, "coxph") && baseline == "consistent" && survival_predicts(
    object, timed, se.fit,
    fresh
  )) {
    return(NextMethod())
  }
  found <- predict_own(object, design, type, se.fit, baseline, ..., call = call)
  if (!fresh && !is.null(object$na.action)) found <- lapply(found, stats::naresid, omit = object$na.action)
  if (se.fit) found else found$fit
}

# survival adds an offset to exp(x'beta) of new rows, and takes for the variance of an increment the
# difference of two variances.
survival_predicts <- function(object, timed, se.fit, fresh) {
  offset <- !is.null(attr(object$terms, "offset"))
  !(offset && (se.fit || timed)) && !(timed && se.fit && is_interval(object))
}

prediction_type <- function(type, call) {
  types <- c("lp", "risk", "expected", "terms", "survival", "rmst")
  if (identical(type, types[1:5])) {
    return("lp")
  }
  abort_input(check_choice(type, "type", types), call)
  type
}

predict_own <- function(object, design, type, se.fit, baseline, terms = names(object$assign), collapse = NULL,
                        reference = NULL, call) {
  if (!is.null(collapse)) {
    abort_unsupported(
      "predict() of this model with `collapse`", "It is not defined here.",
      "Sum the predictions by rowsum().", call
    )
  }
  data <- fit_data(object)
  if (is.null(reference)) reference <- if (type == "terms") "sample" else "strata"
  abort_input(check_choice(reference, "reference", c("strata", "sample", "zero")), call)
  if (type %in% c("expected", "survival")) {
    if (se.fit) refuse_robust_curve(object, "an expected number", call)
    return(expected_events(object, data, design, type, se.fit, baseline))
  }
  if (is.null(design)) {
    design <- list(x = as_design_matrix(data$x), offset = data$offset, strata = data$columns$stratum)
    if (is.null(design$offset)) design$offset <- numeric(nrow(design$x))
  }
  x <- design$x - reference_rows(object, data, design, reference)
  if (type == "terms") {
    return(predict_terms(object, data, x, terms))
  }
  lp <- drop(x %*% data$beta) + design$offset
  se <- if (se.fit) sqrt(pmax(0, rowSums((x %*% zero_missing(object$var)) * x)))
  if (type == "risk") list(fit = exp(lp), se.fit = se * exp(lp)) else list(fit = lp, se.fit = se)
}

zero_missing <- function(v) {
  v[is.na(v)] <- 0
  v
}

# The covariates a prediction is measured from: the means of each stratum, of the sample, or 0.
reference_rows <- function(object, data, design, reference) {
  n <- nrow(design$x)
  if (reference == "zero") {
    return(matrix(0, n, ncol(design$x)))
  }
  if (reference == "sample" || is.null(data$columns$stratum) || is.null(design$strata)) {
    return(matrix(object$means, n, ncol(design$x), byrow = TRUE))
  }
  mass <- row_mass(data$columns)
  if (is.null(mass)) mass <- rep(1, data$d$n)
  stratum <- data$columns$stratum
  means <- rowsum(as_design_matrix(data$x) * mass, stratum) / c(rowsum(mass, stratum))
  unname(means[design$strata, , drop = FALSE])
}

predict_terms <- function(object, data, x, terms) {
  chosen <- object$assign[terms]
  parts <- function(f) {
    found <- do.call(cbind, lapply(chosen, f))
    structure(found, dimnames = list(NULL, names(chosen)))
  }
  v <- zero_missing(object$var)
  constant <- if (all(object$means == 0)) 0 else sum(object$means * data$beta)
  list(
    fit = structure(parts(function(at) x[, at, drop = FALSE] %*% data$beta[at]), constant = constant),
    se.fit = parts(function(at) {
      part <- x[, at, drop = FALSE]
      sqrt(pmax(0, rowSums((part %*% v[at, at, drop = FALSE]) * part)))
    })
  )
}

# ---- what needs the baseline hazard ----

expected_events <- function(object, data, design, type, se.fit, baseline) {
  base <- fit_baseline(object, baseline)
  own <- is.null(design)
  if (own) design <- own_rows(object, data)
  n <- nrow(design$x)
  interval <- ncol(design$y) == 3
  stratum <- if (length(base$paths) == 1) rep(1L, n) else design$strata
  x <- sweep(design$x, 2, base$centre)
  found <- matrix(NA_real_, n, 2)
  for (k in unique(stratum[!is.na(stratum)])) {
    rows <- which(stratum == k)
    start <- if (interval) design$y[rows, 1] else rep(-Inf, length(rows))
    found[rows, ] <- expected_in_stratum(
      base$paths[[k]], base, x[rows, , drop = FALSE], design$offset[rows], start,
      design$y[rows, ncol(design$y) - 1]
    )
  }
  # in a tie Efron's deaths were at risk for a part of the step
  if (own && baseline == "consistent") found[, 1] <- status_of_fit(object) - object$residuals
  if (type == "survival") found <- cbind(exp(-found[, 1]), found[, 2] * exp(-found[, 1]))
  list(fit = found[, 1], se.fit = if (se.fit) found[, 2])
}

own_rows <- function(object, data) {
  y <- object$y
  if (is.null(y)) y <- model.frame.tte_cox(object)[[1]]
  offset <- if (is.null(data$offset)) numeric(data$d$n) else data$offset
  list(x = as_design_matrix(data$x), offset = offset, strata = data$columns$stratum, y = y)
}

# Expected events of rows of one stratum, and their standard errors.
expected_in_stratum <- function(path, base, x, offset, start, stop) {
  from <- findInterval(start, path$time) + 1L
  to <- findInterval(stop, path$time) + 1L
  between <- function(increments) {
    sums <- rbind(0, apply(as.matrix(increments), 2, cumsum))
    sums[to, , drop = FALSE] - sums[from, , drop = FALSE]
  }
  risk <- exp(drop(x %*% base$beta) + offset + path$shift)
  hazard <- drop(between(path$hazard))
  away <- x * hazard - between(path$mean)
  variance <- drop(between(path$variance)) + pmax(0, rowSums((away %*% base$var) * away))
  cbind(hazard * risk, sqrt(variance) * risk)
}

predict_rmst <- function(object, design, tau, se.fit, baseline, call) {
  tau <- resolve_horizon(tau, object$tte$scale, "tau", call)$at
  abort_input(
    if (length(tau) != 1 || tau <= 0) fault("tau", "not_positive", "must be one point above 0"),
    call
  )
  if (se.fit) refuse_robust_curve(object, "a restricted mean", call)
  base <- fit_baseline(object, baseline)
  stratum <- if (length(base$paths) == 1) rep(1L, nrow(design$x)) else design$strata
  if (is.null(stratum)) {
    what <- "must say the stratum of each row"
    abort_input(fault("newdata", "unknown_column", what, and_list(names(base$data$d$strata_columns))), call)
  }
  abort_input(tau_faults(base, tau), call)
  x <- sweep(design$x, 2, base$centre)
  found <- vapply(seq_len(nrow(x)), function(row) {
    if (anyNA(x[row, ]) || is.na(stratum[row])) {
      return(c(NA_real_, NA_real_))
    }
    steps <- person_steps(base, x[row, , drop = FALSE], design$offset[row], stratum[row], -Inf, tau)
    restricted_mean_of(steps, tau, base$var)
  }, numeric(2))
  if (se.fit) list(fit = found[1, ], se.fit = found[2, ]) else found[1, ]
}

tau_faults <- function(base, tau) {
  last <- min(vapply(base$paths, function(path) max(path$time), numeric(1)))
  if (tau <= last * (1 + sqrt(.Machine$double.eps))) {
    return(NULL)
  }
  what <- sprintf("%s is beyond the last observed time, %s", format(tau), format(last))
  fault("tau", "out_of_range", what)
}

restricted_mean_of <- function(steps, tau, var) {
  surv <- exp(-cumsum(steps$hazard))
  width <- diff(c(0, steps$time, tau))
  pieces <- width * c(1, surv)
  area <- rev(cumsum(rev(pieces[-1])))
  c(sum(pieces), loaded_error(steps, var, area))
}
