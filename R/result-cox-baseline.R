# The baseline hazard of a fit, and cumulative hazards of new persons with their variances.

# list(fit, data, paths, centre): `paths` are the steps of every stratum. Hazards are those of covariates at
# `centre` and offset 0, divided by exp(shift).
fit_baseline <- function(fit, baseline = "consistent") {
  data <- fit_data(fit)
  centre <- baseline_centre(data$x)
  ties <- if (baseline == "breslow") "breslow" else smooth_ties(data$ties)
  found <- cox_baseline_cpp(
    data$columns, data$x, data$offset, data$beta, ties, centre, data$timefix, thread_count()
  )
  ends <- cumsum(found$size)
  paths <- Map(function(end, size, shift) {
    steps_of_stratum(found, end - size + seq_len(size), shift)
  }, ends, found$size, found$shift)
  var <- fit$var
  var[is.na(var)] <- 0
  list(fit = fit, data = data, paths = paths, centre = centre, beta = data$beta, var = var)
}

# Means of the covariates over the rows: near them nothing overflows.
baseline_centre <- function(x) if (is.list(x)) vapply(x, mean, numeric(1)) else colMeans(x)

steps_of_stratum <- function(found, at, shift) {
  list(
    time = found$time[at], hazard = found$hazard[at], variance = found$variance[at],
    mean = found$mean_hazard[at, , drop = FALSE], shift = shift, n.risk = found$n_risk[at],
    n.event = found$n_event[at], n.censor = found$n_censor[at], n.enter = found$n_enter[at]
  )
}

# What a person's cumulative hazard is made of: a row for each step in (start, stop] of each of the person's
# rows. list(time, hazard, variance, slope): increments, and the derivative of the hazard by the coefficients.
person_steps <- function(base, x, offset, stratum, start = -Inf, stop = Inf) {
  pieces <- Map(function(row, offset, stratum, start, stop) {
    path <- base$paths[[stratum]]
    from <- findInterval(start, path$time)
    to <- findInterval(stop, path$time)
    at <- seq_len(to - from) + from
    risk <- exp(sum(x[row, ] * base$beta) + offset + path$shift)
    hazard <- path$hazard[at] * risk
    slope <- tcrossprod(hazard, x[row, ]) - risk * path$mean[at, , drop = FALSE]
    list(at = at, time = path$time[at], hazard = hazard, variance = path$variance[at] * risk^2, slope = slope)
  }, seq_len(nrow(x)), offset, stratum, start, stop)
  if (length(pieces) == 1) {
    return(pieces[[1]])
  }
  all <- function(name) unlist(lapply(pieces, `[[`, name))
  list(
    at = all("at"), time = all("time"), hazard = all("hazard"), variance = all("variance"),
    slope = do.call(rbind, lapply(pieces, `[[`, "slope"))
  )
}

# Standard errors of a cumulative hazard at every step.
path_error <- function(steps, var) {
  slope <- apply(steps$slope, 2, cumsum)
  if (!is.matrix(slope)) slope <- matrix(slope, length(steps$hazard))
  sqrt(cumsum(steps$variance) + pmax(0, rowSums((slope %*% var) * slope)))
}

# Standard error of a sum of the increments, each times `load`.
loaded_error <- function(steps, var, load) {
  slope <- colSums(load * steps$slope)
  sqrt(sum(load^2 * steps$variance) + max(0, drop(slope %*% var %*% slope)))
}

refuse_robust_curve <- function(fit, what, call) {
  if (is_robust(fit)) {
    abort_unsupported(
      sprintf("The standard error of %s under a %s variance", what, fit$tte$variance),
      "That of the baseline hazard would be another.", "Use se.fit = FALSE.", call
    )
  }
}

#' The baseline hazard of a Cox model
#'
#' The cumulative baseline hazard of every stratum, at the means of the covariates or where they are all 0.
#'
#' @section Estimators: `baseline = "consistent"` is the estimator that belongs to the tie rule, under
#'   which martingale residuals sum to 0: Efron's for Efron's ties, Breslow's otherwise (`survival`'s
#'   default). `"breslow"` is \eqn{\sum d_j / \sum_{i \in R_j} \exp(x_i'\hat\beta)} whatever the ties,
#'   which is what SAS's BASELINE statement uses also after TIES=EFRON.
#' @section Large values: Where all covariates are 0 (`centered = FALSE`) the hazard may be too large or small
#'   for a number, and is then `Inf` or 0; `survfit(fit, newdata)` never goes through it.
#'
#' @param fit A [cox()] model.
#' @param ... Nothing.
#' @param baseline `"consistent"` or `"breslow"`.
#' @param centered Whether covariates stand at the fit's `means` (and offsets at 0), or at 0.
#' @return A data frame: `time`, `hazard` (cumulative), `std.error`, and `strata` where there are any.
#' @section Errors: `tte_error_unsupported` for a fit with an infinite coefficient.
#' @references Breslow NE (1972). Discussion of Cox. *JRSS B* 34, 216-217. Therneau TM, Grambsch PM (2000).
#'   *Modeling Survival Data*, section 10.2.
#' @examples
#' fit <- cox(Surv(time, status) ~ age + strata(sex), survival::lung)
#' head(baseline_hazard(fit, centered = FALSE))
#' @export
baseline_hazard <- function(fit, ..., baseline = "consistent", centered = TRUE) {
  check_dots(...)
  call <- rlang::current_env()
  abort_input(rbind(
    if (!inherits(fit, "tte_cox")) fault("fit", "wrong_type", "must be a model of cox()"),
    check_choice(baseline, "baseline", c("consistent", "breslow")), check_flag(centered, "centered")
  ), call)
  refuse_infinite_cox(fit, "The baseline hazard", call)
  base <- fit_baseline(fit, baseline)
  at <- if (centered) fit$means - base$centre else -base$centre
  strata <- strata_names(base$data$d)
  do.call(rbind, lapply(seq_along(base$paths), function(stratum) {
    steps <- person_steps(base, matrix(at, 1), 0, stratum)
    said <- list(time = steps$time, hazard = cumsum(steps$hazard))
    if (!is_robust(fit)) said$std.error <- path_error(steps, base$var)
    if (!is.null(strata)) said$strata <- rep(strata[stratum], length(steps$time))
    as.data.frame(said)
  }))
}
