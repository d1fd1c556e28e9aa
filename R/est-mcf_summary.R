# The mean cumulative function at points in time, and its contrasts.

#' @rdname mcf
#' @param object A result of `mcf()`.
#' @param times Points in time: numbers on the scale of the data, or [in_months()] and its like. After the
#'   last time of a curve its mean is `NA`.
#' @param contrasts Whether differences and ratios v the first curve are given.
#' @export
summary.tte_mcf <- function(object, times, ..., contrasts = length(object$strata) > 1) {
  check_dots(...)
  given <- if (missing(times)) fault("times", "wrong_length", "must say at which times")
  abort_input(rbind(given, check_flag(contrasts, "contrasts")))
  at <- resolve_horizon(times, object$tte$scale, "times")
  rows <- lapply(at$at, mcf_at, object, contrasts && length(object$strata) > 1)
  rows <- do.call(rbind, rows)
  estimates <- c(as.list(rows), list(
    param = if (is.null(object$tte$param)) NA else object$tte$param,
    unit = if (is.null(object$tte$unit)) NA else object$tte$unit, conf.level = object$conf.int,
    method = object$tte$method, provenance = object$tte
  ))
  do.call(new_estimates, estimates)
}

mcf_at <- function(at, x, contrasts) {
  rows <- mcf_rows(x)
  step <- vapply(rows, function(rows) {
    before <- rows[x$time[rows] <= at]
    if (at > max(x$time[rows])) NA_integer_ else if (length(before) == 0) 0L else before[length(before)]
  }, integer(1))
  value <- function(column) ifelse(step %in% 0, 0, column[replace(step, step %in% 0, NA)])
  mean <- value(x$mean)
  se <- value(x$std.err)
  limits <- mean_limits(mean, se, if (x$conf.type == "none") "log" else x$conf.type, x$conf.int)
  until <- vapply(rows, function(rows) sum(x$n.event[rows[x$time[rows] <= at]]), numeric(1))
  curves <- data.frame(
    group = names(rows), comparison = NA, scale = "mean count", estimate = mean, std.error = se,
    conf.low = limits$lower, conf.high = limits$upper, statistic = NA, p.value = NA, n = x$n, n.event = until,
    time = at, row.names = NULL
  )
  if (!contrasts) {
    return(curves)
  }
  found <- list(estimate = mean, cov = diag(se^2, length(se)))
  versus <- contrast_rows(found, sub("^[^=]*=", "", names(rows)), x$conf.int, better = -1)
  rbind(curves, cbind(versus, group = NA, n = NA, n.event = NA, time = at)[names(curves)])
}
