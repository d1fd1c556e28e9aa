# Curves in survival's own shapes: a survfit of one event, and a survfitms of several causes.

new_km <- function(fit, d, groups, conf.type, conf.level, timefix) {
  stored <- stored_call(d, "km", conf.type = conf.type, conf.level = conf.level)
  parts <- list(
    n = fit$n, time = fit$time, n.risk = fit$n_risk, n.event = fit$n_event, n.censor = fit$n_censor,
    n.enter = if (!is.null(d$columns$start)) fit$n_enter, surv = fit$surv, std.err = fit$std_err,
    cumhaz = fit$cumhaz, std.chaz = fit$std_chaz, strata = curve_sizes(fit$size, groups),
    type = response_type(d), logse = TRUE, conf.int = conf.level, conf.type = conf.type, lower = fit$lower,
    upper = fit$upper, t0 = 0, counts = fit$counts, na.action = d$na.action, call = stored$call,
    .Environment = stored$env
  )
  parts$tte <- curve_provenance("Kaplan-Meier", d, fit, groups, list(
    variance = variance_sentence(fit$robust, "Greenwood's, those of the cumulative hazard Aalen's", d),
    limits = limit_sentence(conf.type, conf.level), quantile = quantile_rule,
    timefix = merge_sentence(fit$snapped, timefix)
  ))
  structure(Filter(Negate(is.null), parts), class = c("tte_km", "survfit2", "survfit"))
}

quantile_rule <- paste(
  "Quantiles are where the curve crosses the level, or the middle of a flat stretch at it; their limits are",
  "read off the limits of the curve."
)

new_cif <- function(fit, d, groups, variance, conf.type, conf.level, timefix) {
  states <- c("(s0)", d$causes)
  moves <- paste0("1:", seq_along(d$causes) + 1L)
  stored <- stored_call(d, "cif", conf.type = conf.type, conf.level = conf.level)
  named <- function(x, columns = states) if (!is.null(x)) structure(x, dimnames = list(NULL, columns))
  k <- length(fit$size)
  start <- matrix(rep(as.numeric(states == "(s0)"), each = k), k, dimnames = list(groups$levels, states))
  parts <- list(
    n = fit$n, time = fit$time, n.risk = named(fit$n_risk), n.event = named(fit$n_event),
    n.censor = named(fit$n_censor),
    n.enter = if (!is.null(d$columns$start)) named(entries_by_state(fit$n_enter, ncol(fit$n_censor))),
    pstate = named(fit$pstate), cumhaz = named(fit$cumhaz, moves), p0 = if (k == 1) start[1, ] else start,
    strata = curve_sizes(fit$size, groups), std.err = named(fit$std_err),
    std.chaz = named(fit$std_chaz, moves), logse = FALSE, transitions = transition_table(fit, states),
    lower = named(fit$lower), upper = named(fit$upper), conf.type = conf.type, conf.int = conf.level,
    states = states, type = paste0("m", response_type(d)), t0 = 0, counts = fit$counts,
    na.action = d$na.action, call = stored$call, .Environment = stored$env
  )
  parts$tte <- curve_provenance("Aalen-Johansen", d, fit, groups, list(
    variance = variance_sentence(variance == "ij", "Aalen's", d),
    limits = limit_sentence(conf.type, conf.level), causes = sprintf("Causes: %s.", and_list(d$causes)),
    timefix = merge_sentence(fit$snapped, timefix)
  ))
  structure(Filter(Negate(is.null), parts), class = c("tte_cif", "survfit2", "survfitms", "survfit"))
}

response_type <- function(d) if (is.null(d$columns$start)) "right" else "counting"

curve_sizes <- function(size, groups) {
  if (length(groups$levels) > 1) rlang::set_names(as.integer(size), groups$levels)
}

transition_table <- function(fit, states) {
  moves <- matrix(0, length(states), length(states))
  moves[1, ] <- c(colSums(fit$n_event)[-1], sum(fit$n_censor[, 1]))
  dimnames(moves) <- list(from = states, to = c(states[-1], "(censored)"))
  as.table(moves)
}

curve_provenance <- function(method, d, fit, groups, said) {
  provenance(d, method, fit$snapped, do.call(sentences, said), n_persons = sum(fit$n), curves = groups$levels)
}

variance_sentence <- function(robust, otherwise, d) {
  if (!robust) {
    return(sprintf("Standard errors are %s.", otherwise))
  }
  sprintf("Standard errors are robust, by the infinitesimal jackknife over %s.", independent_units(d))
}

independent_units <- function(d) {
  if (!is.null(d$columns$cluster)) "clusters" else if (!is.null(d$columns$subject)) "persons" else "rows"
}

limit_sentence <- function(conf.type, conf.level) {
  if (conf.type == "none") {
    return(NULL)
  }
  transform <- c(
    plain = "untransformed", log = "log", "log-log" = "log-log", logit = "logit", arcsin = "arcsine"
  )
  sprintf("Limits are %s, %s scale, pointwise.", format_percent(conf.level), transform[[conf.type]])
}

# ---- methods ----

#' @export
print.tte_km <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  print(curve_table(x, digits), right = TRUE)
  print_foot(x$tte)
  invisible(x)
}

curve_table <- function(x, digits) {
  counts <- curve_totals(x)
  median <- lapply(curve_medians_of(x), format_number, digits = digits)
  if (is.null(x$lower)) median <- median["median"]
  names(median)[-1] <- paste0(x$conf.int, c("LCL", "UCL"))[seq_along(median[-1])]
  shown <- c(list(n = format_count(counts$n), events = format_count(counts$events)), median)
  structure(shown, class = "data.frame", row.names = counts$curve)
}

curve_medians_of <- function(x) {
  found <- stats::quantile(x, 0.5, conf.int = !is.null(x$lower))
  if (!is.list(found)) found <- list(quantile = found, lower = NA_real_, upper = NA_real_)
  list(median = c(found$quantile), conf.low = c(found$lower), conf.high = c(found$upper))
}

# One row per curve: persons and events (a matrix of events where there are causes).
curve_totals <- function(x) {
  names <- if (is.null(x$strata)) "all" else names(x$strata)
  size <- if (is.null(x$strata)) length(x$time) else x$strata
  events <- rowsum(as.matrix(x$n.event), rep(seq_along(size), size), reorder = FALSE)
  events <- if (inherits(x, "survfitms")) events[, -1, drop = FALSE] else as.vector(events)
  list(curve = names, n = as.vector(x$n), events = events, last = cumsum(size))
}

#' @export
print.tte_cif <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  unit <- if (is.null(x$tte$unit)) "" else paste0(" (", x$tte$unit, ")")
  cat(sprintf("Incidence at the last time%s of each curve:\n", unit))
  print(do.call(rbind, lapply(seq_along(x$states)[-1], last_incidence, x, digits)), right = TRUE)
  print_foot(x$tte)
  invisible(x)
}

# One row per curve: the incidence of state k at the end of the curve.
last_incidence <- function(k, x, digits) {
  totals <- curve_totals(x)
  limits <- if (!is.null(x$lower)) list(x$lower[totals$last, k], x$upper[totals$last, k])
  numbers <- c(list(time = x$time[totals$last], incidence = x$pstate[totals$last, k]), limits)
  names(numbers)[-(1:2)] <- paste0(x$conf.int, c("LCL", "UCL"))[seq_along(limits)]
  counts <- list(n = format_count(totals$n), events = format_count(as.matrix(totals$events)[, k - 1]))
  shown <- c(counts, lapply(numbers, format_number, digits = digits))
  structure(shown, class = "data.frame", row.names = paste0(totals$curve, ", ", x$states[k]))
}

#' @export
summary.tte_km <- function(object, times, ...) survfit_summary(object, times, ...)

#' @export
summary.tte_cif <- function(object, times, ...) survfit_summary(object, times, ...)

# survival's own summary; a point in time in weeks or months is first put on the scale of the data.
survfit_summary <- function(object, times, ...) {
  scale <- object$tte$scale
  class(object) <- setdiff(class(object), c("tte_km", "tte_cif"))
  if (missing(times)) {
    return(summary(object, ...))
  }
  if (inherits(times, "tte_horizon")) times <- resolve_horizon(times, scale, "times")$at
  summary(object, times = times, ...)
}

#' @export
tidy.tte_km <- function(x, ...) {
  said <- list(
    time = x$time, n.risk = x$n.risk, n.event = x$n.event, n.censor = x$n.censor, estimate = x$surv,
    std.error = x$std.err, conf.high = x$upper, conf.low = x$lower,
    strata = if (!is.null(x$strata)) rep(names(x$strata), x$strata)
  )
  as.data.frame(Filter(Negate(is.null), said))
}

#' @export
tidy.tte_cif <- function(x, ...) {
  said <- list(
    time = rep(x$time, length(x$states)), n.risk = c(x$n.risk), n.event = c(x$n.event),
    n.censor = c(x$n.censor), estimate = c(x$pstate), std.error = c(x$std.err), conf.high = c(x$upper),
    conf.low = c(x$lower), state = rep(x$states, each = nrow(x$pstate)),
    strata = if (!is.null(x$strata)) rep(rep(names(x$strata), x$strata), length(x$states))
  )
  as.data.frame(Filter(function(column) length(column) > 0, said))
}

#' @export
glance.tte_km <- function(x, ...) {
  totals <- curve_totals(x)
  data.frame(strata = totals$curve, nobs = totals$n, events = totals$events, curve_medians_of(x))
}

#' As a plain survfit object
#'
#' The curve without this package's own class, for functions that accept exactly `survival`'s classes.
#'
#' @param x A [km()] or [cif()] result.
#' @return A `survfit` object.
#' @examples
#' class(as_survfit(km(Surv(time, status) ~ sex, survival::lung)))
#' @export
as_survfit <- function(x) {
  if (!inherits(x, c("tte_km", "tte_cif"))) {
    abort_input(fault("x", "wrong_type", "must be the result of km() or cif()"))
  }
  class(x) <- setdiff(class(x), c("tte_km", "tte_cif"))
  x
}

# gtsummary::add_nevent() accepts only objects whose every class it knows.
#' @exportS3Method gtsummary::tbl_survfit
tbl_survfit.tte_km <- function(x, ...) {
  generic <- get("tbl_survfit", envir = asNamespace("gtsummary"))
  generic(as_survfit(x), ...)
}

# Everybody enters without an event yet, which is the first state.
entries_by_state <- function(entries, states) cbind(entries, matrix(0, length(entries), states - 1))
