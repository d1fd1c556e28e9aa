# The generics of stats on every Cox fit: survival's methods where the fit is a coxph, our own elsewhere.

#' @export
confint.tte_cox <- function(object, parm, level = object$conf.level, ...) {
  beta <- object$coefficients
  chosen <- if (missing(parm)) names(beta) else if (is.numeric(parm)) names(beta)[parm] else parm
  unknown <- setdiff(chosen, names(beta))
  abort_input(rbind(
    check_level(level, "level"),
    if (length(unknown) > 0) {
      fault(
        "parm", "unknown_term", sprintf("is none of %s", and_list(names(beta))),
        unknown
      )
    }
  ))
  limits <- limits_of(object, chosen, level)
  tails <- c((1 - level) / 2, (1 + level) / 2)
  dimnames(limits) <- list(chosen, paste(format(100 * tails, trim = TRUE, digits = 3), "%"))
  limits
}

#' @export
vcov.tte_model <- function(object, complete = TRUE, ...) {
  names <- names(object$coefficients)
  v <- structure(object$var, dimnames = list(names, names))
  keep <- complete | !is.na(object$coefficients)
  v[keep, keep, drop = FALSE]
}

# The likelihood itself at the estimate, without a penalty.
#' @export
logLik.tte_model <- function(object, ...) {
  plain <- if (isTRUE(object$tte$firth)) object$loglik_plain[2] else object$loglik[2]
  structure(plain, df = sum(estimated(object)), nobs = object$nevent, class = "logLik")
}

#' @export
nobs.tte_model <- function(object, ...) object$nevent

#' @rawNamespace S3method(stats::extractAIC, tte_model)
extractAIC.tte_model <- function(fit, scale = 0, k = 2, ...) {
  loglik <- stats::logLik(fit)
  edf <- attr(loglik, "df")
  c(edf, -2 * as.numeric(loglik) + k * edf)
}

#' @rawNamespace S3method(stats::fitted, tte_model)
fitted.tte_model <- function(object, ...) predict.tte_cox(object, type = "lp")

#' @rawNamespace S3method(labels, tte_model)
labels.tte_model <- function(object, ...) attr(object$terms, "term.labels")

#' @rawNamespace S3method(stats::weights, tte_model)
weights.tte_model <- function(object, ...) object$weights

# Under `freq` the call says `weights` too, because survival's methods read the frequencies there as case
# weights.
#' @export
update.tte_cox <- function(object, ...) {
  if (!is.null(object$call$freq) && inherits(object, "coxph")) object$call$weights <- NULL
  NextMethod(object = object)
}

# Only the plain question is answered from the fit; every option of survival's generic is survival's to
# answer.
#' @rawNamespace S3method(survival::concordance, tte_cox)
concordance.tte_cox <- function(object, ...) {
  if (...length() > 0 && inherits(object, "coxph")) {
    return(NextMethod())
  }
  if (...length() > 0) {
    abort_unsupported(
      "concordance() of this model with options",
      "survival's method would not know its ties or frequencies.",
      "compare_concordance() compares two fits.", rlang::current_env()
    )
  }
  count <- object$concordance
  structure(list(
    concordance = count[["concordance"]], count = count[1:5], n = object$n, var = count[["std"]]^2,
    call = sys.call()
  ), class = "concordance")
}
