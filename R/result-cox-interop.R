# What other packages ask of a model that is no coxph; registered when they are there.

#' @rawNamespace S3method(emmeans::recover_data, tte_model)
recover_data.tte_model <- function(object, ...) {
  generic <- get("recover_data", envir = asNamespace("emmeans"))
  generic(object$call, stats::delete.response(covariates_of_terms(object$terms)), object$na.action, ...)
}

# The log hazard of every row of emmeans' grid.
#' @rawNamespace S3method(emmeans::emm_basis, tte_model)
emm_basis.tte_model <- function(object, trms, xlev, grid, ...) {
  refuse_infinite_cox(object, "emmeans()", rlang::caller_env())
  keep <- estimated(object)
  list(
    X = newdata_design(object, grid)$x[, keep, drop = FALSE], bhat = unname(object$coefficients[keep]),
    nbasis = matrix(NA), V = stats::vcov(object, complete = FALSE), dffun = function(k, dfargs) Inf,
    dfargs = list(), misc = list(tran = "log", inv.lbl = "hazard")
  )
}

# The risk of an event until each time: a row for each row of `newdata`.
#' @rawNamespace S3method(riskRegression::predictRisk, tte_cox)
predictRisk.tte_cox <- function(object, newdata, times, cause = 1, ...) { # nolint: object_name_linter.
  base <- fit_baseline(object)
  design <- newdata_design(object, as.data.frame(newdata))
  stratum <- if (length(base$paths) == 1) rep(1L, nrow(design$x)) else design$strata
  x <- sweep(design$x, 2, base$centre)
  risk <- matrix(NA_real_, nrow(x), length(times))
  for (k in unique(stratum[!is.na(stratum)])) {
    rows <- which(stratum == k)
    path <- base$paths[[k]]
    hazard <- c(0, cumsum(path$hazard))[findInterval(times, path$time) + 1]
    hazard[times > max(path$time)] <- NA
    relative <- exp(drop(x[rows, , drop = FALSE] %*% base$beta) + design$offset[rows] + path$shift)
    risk[rows, ] <- 1 - exp(-outer(relative, hazard))
  }
  risk
}

# marginaleffects moves the coefficients and predicts again.
#' @rawNamespace S3method(marginaleffects::set_coef, tte_model)
set_coef.tte_model <- function(model, coefs, ...) { # nolint: object_name_linter.
  model$coefficients[] <- coefs
  model
}
