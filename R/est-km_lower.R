# The lower limit of a curve widened where few are left at risk, as survival::survfit() offers it.

lower_limit_kinds <- c("usual", "peto", "modified")

# `fit`: a curve with its usual limits.
with_lower_limit <- function(fit, kind) {
  if (kind == "usual" || is.null(fit$lower)) {
    return(fit)
  }
  peto <- kind == "peto"
  variance <- if (peto) (1 - fit$surv) / fit$n.risk else fit$std.err^2 * last_risk(fit) / fit$n.risk
  se <- sqrt(variance)
  lower <- probability_limits(fit$surv, fit$surv * se, fit$conf.type, fit$conf.int)$lower
  at_zero <- fit$surv == 0
  fit$lower <- ifelse(at_zero, fit$lower, lower)
  fit$conf.lower <- fit$call$conf.lower <- kind
  words <- c(
    peto = "The lower limit is Peto's, with the variance (1 - S) / n at risk.",
    modified = "The lower limit is widened by the number at risk at the last event over that at the time."
  )
  fit$tte$conventions[["limits"]] <- paste(fit$tte$conventions[["limits"]], words[[kind]])
  fit
}

# The number at risk at the last time with an event, or at the first time of the curve.
last_risk <- function(fit) {
  size <- if (is.null(fit$strata)) length(fit$time) else fit$strata
  first <- cumsum(c(1, size))[seq_along(size)]
  known <- fit$n.event > 0
  known[first] <- TRUE
  fit$n.risk[which(known)][cumsum(known)]
}
