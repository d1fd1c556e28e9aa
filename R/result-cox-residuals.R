# Residuals of every Cox fit, from the engine: those of survival under their names, and Cox-Snell's.

#' Residuals and influence
#'
#' @section Types: `"martingale"`, the event less the expected number of events; `"cox-snell"`, the
#'   expected number itself, which is a censored unit exponential sample when the model is right;
#'   `"deviance"`; `"score"`; `"schoenfeld"` and `"scaledsch"` (a row for each event row, scaled as by
#'   Grambsch and Therneau: \eqn{d V s + \hat\beta}); `"dfbeta"` and `"dfbetas"`, the change of the
#'   coefficients when a row is left out, to first order; `"partial"`. All are those of the tie rule of the
#'   fit. Those of exact ties take Breslow's hazard, as in `survival`, and have no score, Schoenfeld or
#'   dfbeta residuals.
#' @section Influence by patient: `collapse = TRUE` sums over clusters, or over the persons of `id`; a vector
#'   sums over its values. `residuals(fit, "dfbeta", collapse = TRUE)` is then the influence of each patient.
#' @section Frequencies: A row of `freq` 3 stands for three equal rows, and its residual is that of one of
#'   them; `weighted = TRUE` multiplies by weights and frequencies.
#'
#' @param object A [cox()] model.
#' @param type See below.
#' @param collapse `TRUE`, or a vector with a value for each row.
#' @param weighted Whether residuals are multiplied by weights and frequencies; by default for dfbeta(s).
#' @param ... Nothing.
#' @return A vector, or a matrix with a column for each coefficient; rows left out come back as `NA` under
#'   `na.exclude`.
#' @section Errors: `tte_error_unsupported` for residuals that are not defined for the fit.
#' @references Therneau TM, Grambsch PM (2000). *Modeling Survival Data*, chapter 4. Grambsch PM, Therneau TM
#'   (1994). Proportional hazards tests and diagnostics based on weighted residuals. *Biometrika* 81, 515-526.
#' @examples
#' fit <- cox(Surv(start, stop, event) ~ age + year, survival::heart, id = id)
#' head(residuals(fit, "dfbeta", collapse = TRUE))
#' @export
residuals.tte_cox <- function(
  object, type = "martingale", collapse = FALSE, weighted = type %in% c("dfbeta", "dfbetas"), ...
) {
  call <- rlang::current_env()
  type <- residual_type(type, call)
  if (type == "partial") {
    return(partial_residuals(object, call))
  }
  if (!type %in% c("martingale", "cox-snell", "deviance")) refuse_residuals(object, type, call)
  data <- if (needs_data(type, collapse)) fit_data(object)
  if (type %in% c("schoenfeld", "scaledsch")) {
    return(schoenfeld_residuals(object, data, type, weighted))
  }
  found <- switch(type,
    martingale = ,
    deviance = ,
    "cox-snell" = object$residuals,
    score_residuals(object, data, type)
  )
  names <- names(object$residuals)
  status <- status_of_fit(object)
  if (weighted && !is.null(object$weights)) {
    found <- found * object$weights
    status <- status * object$weights
  }
  spread_residuals(found, status, type, object, collapse_codes(collapse, object, data, call))
}

residual_types <- c(
  "martingale", "deviance", "score", "schoenfeld", "dfbeta", "dfbetas", "scaledsch", "partial", "cox-snell"
)

residual_type <- function(type, call) {
  if (identical(type, residual_types)) {
    return("martingale")
  }
  abort_input(check_choice(type, "type", residual_types), call)
  type
}

needs_data <- function(type, collapse) {
  !type %in% c("martingale", "deviance", "cox-snell") || isTRUE(collapse)
}

refuse_residuals <- function(object, type, call) {
  if (startsWith(ties_of_fit(object), "exact")) {
    abort_unsupported(
      sprintf("Residuals of type \"%s\" for exact ties", type),
      "An exact likelihood is no sum over rows.", "Fit with ties = \"efron\".", call
    )
  }
  refuse_infinite_cox(object, sprintf("Residuals of type \"%s\"", type), call)
}

status_of_fit <- function(object) {
  y <- object$y
  if (is.null(y)) y <- model.frame.tte_cox(object)[[1]]
  unname(y[, ncol(y)])
}

# Codes to sum over, NULL: none.
collapse_codes <- function(collapse, object, data, call) {
  if (isFALSE(collapse)) {
    return(NULL)
  }
  if (isTRUE(collapse)) {
    return(label_of(data, if (is.null(data$columns$cluster)) "id" else "cluster"))
  }
  n <- length(object$residuals) + if (inherits(object$na.action, "exclude")) length(object$na.action) else 0
  if (length(collapse) != n) {
    what <- sprintf("has %d values for %d rows", length(collapse), n)
    abort_input(fault("collapse", "wrong_length", what), call)
  }
  collapse
}

label_of <- function(data, argument) {
  value <- data$d$arguments[[argument]]$value
  if (is.null(value)) seq_len(data$d$n) else value
}

score_residuals <- function(object, data, type) {
  found <- if (type == "score") {
    cox_residuals_cpp(
      data$columns, data$x, data$offset, data$beta, data$ties, data$timefix, thread_count()
    )$score
  } else {
    dfbeta_of_fit(object, data)
  }
  if (type == "dfbetas") found <- sweep(found, 2, sqrt(diag(model_variance(object))), "/")
  if (ncol(found) == 1) {
    return(drop(found))
  }
  dimnames(found) <- list(names(object$residuals), names(object$coefficients))
  found
}

# The engine's changes hold the mass of the row.
dfbeta_of_fit <- function(object, data) {
  found <- cox_dfbeta_cpp(
    data$columns, data$x, data$offset, data$beta, data$ties, model_variance(object), data$timefix,
    thread_count()
  )
  if (is.null(object$weights)) found else found / pmax(object$weights, .Machine$double.xmin)
}

# The inverse information; 0 where a coefficient could not be estimated.
model_variance <- function(object) {
  v <- if (is.null(object$naive.var)) object$var else object$naive.var
  v[is.na(v)] <- 0
  v
}

# Rows left out come back, codes are summed over, and the deviance is formed at the end.
spread_residuals <- function(found, status, type, object, codes) {
  if (type == "cox-snell") found <- status - found
  if (!is.null(object$na.action)) {
    found <- stats::naresid(object$na.action, found)
    status <- stats::naresid(object$na.action, status)
  }
  if (!is.null(codes)) {
    if (length(codes) != length(status)) codes <- stats::naresid(object$na.action, codes)
    found <- drop(rowsum(found, codes))
    status <- drop(rowsum(status, codes))
  }
  if (type != "deviance") {
    return(found)
  }
  logged <- ifelse(status == 0, 0, status * log(pmax(status - found, .Machine$double.xmin)))
  sign(found) * sqrt(pmax(0, -2 * (found + logged)))
}

# ---- one row for each event row ----

# list(y, time, stratum, mass): Schoenfeld residuals in the order of strata and times.
events_of_fit <- function(object, data) {
  found <- cox_schoenfeld_cpp(
    data$columns, data$x, data$offset, data$beta, data$ties, data$timefix, thread_count()
  )
  list(y = found$schoenfeld, time = found$time, stratum = found$stratum, mass = found$mass)
}

schoenfeld_residuals <- function(object, data, type, weighted) {
  events <- events_of_fit(object, data)
  y <- events$y
  if (weighted) y <- y * events$mass
  if (type == "scaledsch") y <- scale_schoenfeld(y, object)
  strata <- strata_names(data$d)
  labelled <- if (ncol(y) == 1) {
    rlang::set_names(drop(y), events$time)
  } else {
    structure(y, dimnames = list(events$time, names(object$coefficients)))
  }
  if (!is.null(strata)) {
    attr(labelled, "strata") <- table(factor(strata[events$stratum], strata), dnn = NULL)
  }
  labelled
}

# d V s + beta, whose smooth against time shows how a coefficient changes.
scale_schoenfeld <- function(y, object) {
  beta <- object$coefficients
  beta[is.na(beta)] <- 0
  y %*% (object$nevent * model_variance(object)) + rep(beta, each = nrow(y))
}

partial_residuals <- function(object, call) {
  refuse_infinite_cox(object, "Residuals of type \"partial\"", call)
  martingale <- object$residuals
  if (!is.null(object$na.action)) martingale <- stats::naresid(object$na.action, martingale)
  martingale + stats::predict(object, type = "terms")
}
