# The cumulative incidence as tidycmprsk's tables read it.

# An object of tidycmprsk's own shape, with our estimates, errors and limits in it.
#' @exportS3Method tidycmprsk::tbl_cuminc
tbl_cuminc.tte_cif <- function(x, ...) {
  generic <- get("tbl_cuminc", envir = asNamespace("tidycmprsk"))
  generic(as_tidycuminc(x), ...)
}

as_tidycuminc <- function(x) {
  need("tibble", "a table of cumulative incidences")
  causes <- setdiff(x$states, "(s0)")
  data <- eval(x$call$data, x$.Environment)
  structure(list(
    formula = x$call$formula, data = as.data.frame(data),
    failcode = rlang::set_names(seq_along(causes), causes), conf.level = x$conf.int,
    tidy = tibble::as_tibble(cuminc_rows(x, causes))
  ), class = "tidycuminc")
}

# One row per time, cause and curve, the start included.
cuminc_rows <- function(x, causes) {
  size <- if (is.null(x$strata)) length(x$time) else x$strata
  curve <- split(seq_along(x$time), rep(seq_along(size), size))
  rows <- lapply(seq_along(curve), function(k) {
    do.call(rbind, lapply(causes, cuminc_rows_of, x = x, at = curve[[k]], persons = x$n[k], curve = k))
  })
  rows <- do.call(rbind, rows)
  if (is.null(x$strata)) {
    rows$curve <- NULL
  } else {
    names <- sub("^[^=]*=", "", names(x$strata))
    rows <- cbind(
      rows[1:2],
      strata = factor(names[rows$curve], names),
      rows[setdiff(names(rows), c("time", "outcome", "curve"))]
    )
  }
  rows[order(rows$time), ]
}

cuminc_rows_of <- function(cause, x, at, persons, curve) {
  state <- match(cause, x$states)
  of <- function(matrix, start) c(start, matrix[at, state])
  at_risk <- c(persons, x$n.risk[at, 1])
  censored <- c(0, x$n.censor[at, 1])
  events <- of(x$n.event, 0)
  data.frame(
    time = c(0, x$time[at]), outcome = cause, estimate = of(x$pstate, 0), std.error = of(x$std.err, 0),
    conf.low = if (is.null(x$lower)) NA_real_ else of(x$lower, NA),
    conf.high = if (is.null(x$upper)) NA_real_ else of(x$upper, NA),
    n.risk = as.integer(at_risk), n.event = as.integer(events), n.censor = as.integer(censored),
    cum.event = as.integer(cumsum(events)), cum.censor = as.integer(cumsum(censored)), curve = curve
  )
}
