#' Test of proportional hazards
#'
#' The score test of Grambsch and Therneau that a coefficient changes with time as \eqn{\beta + \theta g(t)},
#' by term and for all terms together.
#'
#' @section Statistic: The score of \eqn{\theta} at 0 in the model that holds both, \eqn{U = \sum g(t_i)
#'   \{x_i - \bar x(t_i)\}}, with the variance that allows for \eqn{\hat\beta} being estimated, from the
#'   whole information (not from its average over time, as before version 3 of `survival`). Under a robust
#'   variance the variance of U is that of its influence by cluster, person or row.
#' @section Transforms: `"km"` (default, as in `survival`) is 1 less the Kaplan-Meier estimate of all rows
#'   just before t; `"identity"` t; `"rank"` the mean rank among the event times (`survival` ranks the
#'   times of all rows, so that splitting rows changes the test); `"log"` the logarithm; or a function of
#'   time.
#' @section Defaults: Equal to `survival::cox.zph()` for its fits but for the ranks, and right also under a
#'   robust variance and where rows stand for several (`freq`). Exact ties have no such test here.
#'
#' @param fit A [cox()] model.
#' @param transform `"km"`, `"identity"`, `"rank"`, `"log"` or a function of time.
#' @param ... Nothing.
#' @param terms Test terms (factors as a whole)? Otherwise each coefficient.
#' @return An object of class `tte_ph_test` and `htest`, the test of all terms, with `table` (a row for each
#'   term, and `GLOBAL`) and the scaled Schoenfeld residuals `y` against `x = g(time)`, which `autoplot()`
#'   draws.
#' @section Errors: `tte_error_unsupported` for exact ties and infinite coefficients; `tte_error_input`
#'   when the transform gives no finite number.
#' @references Grambsch PM, Therneau TM (1994). Proportional hazards tests and diagnostics based on weighted
#'   residuals. *Biometrika* 81, 515-526.
#' @examples
#' ph_test(cox(Surv(time, status) ~ celltype + karno, survival::veteran))
#' @export
ph_test <- function(fit, transform = "km", ..., terms = TRUE) {
  check_dots(...)
  call <- rlang::current_env()
  abort_input(rbind(
    if (!inherits(fit, "tte_cox")) fault("fit", "wrong_type", "must be a model of cox()"),
    if (!is.function(transform)) check_choice(transform, "transform", c("km", "identity", "rank", "log")),
    check_flag(terms, "terms")
  ), call)
  refuse_residuals(fit, "schoenfeld", call)
  data <- fit_data(fit)
  g <- time_transform(transform, fit, data, call)
  keep <- estimated(fit)
  found <- cox_ph_test_cpp(
    data$columns, design_columns(data$x, keep), data$offset, data$beta[keep], data$ties, g$times, g$values,
    is_robust(fit), data$timefix, thread_count()
  )
  new_ph_test(fit, found, g, terms, keep)
}

# Times of the event rows, near-equal ones merged, and how many events each is.
event_rows <- function(fit, data) {
  y <- fit$y
  if (is.null(y)) y <- model.frame.tte_cox(fit)[[1]]
  freq <- data$columns$freq
  counted <- if (is.null(freq)) TRUE else freq > 0
  at <- which(data$columns$cause > 0 & counted)
  list(time = unname(y[at, ncol(y) - 1]), freq = if (is.null(freq)) rep(1, length(at)) else freq[at])
}

# list(times, values, words): g at every distinct event time. The engine knows the Kaplan-Meier estimate.
time_transform <- function(transform, fit, data, call) {
  if (identical(transform, "km")) {
    return(list(words = transform))
  }
  events <- event_rows(fit, data)
  times <- sort(unique(events$time))
  values <- if (is.function(transform)) {
    transform(times)
  } else {
    switch(transform,
      identity = times,
      log = log(times),
      rank = event_ranks(times, events)
    )
  }
  if (!is.numeric(values) || length(values) != length(times) || any(!is.finite(values))) {
    what <- "must give one finite number for each event time"
    abort_input(fault("transform", "not_finite", what), call)
  }
  words <- if (is.function(transform)) "a function of time" else transform
  list(times = as.double(times), values = as.double(values), words = words)
}

# Mean ranks among the events, each counted as often as `freq` says.
event_ranks <- function(times, events) {
  at <- match(events$time, times)
  size <- rowsum(events$freq, at)[, 1]
  cumsum(size) - (size - 1) / 2
}

new_ph_test <- function(fit, found, g, terms, keep) {
  y <- found$schoenfeld
  if (!all(keep)) {
    y <- matrix(0, nrow(y), length(keep))
    y[, keep] <- found$schoenfeld
  }
  groups <- if (terms) fit$assign else rlang::set_names(as.list(seq_along(keep)), names(fit$coefficients))
  kept <- cumsum(keep)
  groups <- lapply(groups, function(at) kept[at[keep[at]]])
  rows <- c(Filter(function(at) length(at) > 0, groups), list(GLOBAL = seq_len(sum(keep))))
  chisq <- vapply(rows, quadratic_form, numeric(1), found$score, found$variance)
  df <- lengths(rows)
  p <- stats::pchisq(chisq, df, lower.tail = FALSE)
  table <- cbind(chisq = chisq, df = df, p = p)
  last <- nrow(table)
  said <- sentences(
    transform = sprintf("Time is transformed by %s.", transform_words(g$words)),
    variance = if (is_robust(fit)) "The variance of the score is robust."
  )
  tte <- fit$tte
  tte$conventions <- c(said, tte$conventions[c(
    "ties",
    "strata"
  )[c("ties", "strata") %in% names(tte$conventions)]])
  structure(list(
    statistic = c("chi-squared" = chisq[[last]]), parameter = c(df = df[[last]]), p.value = p[[last]],
    method = "Score test of proportional hazards", data.name = deparse1(fit$formula), table = table,
    x = found$g, time = found$time, strata = found$stratum,
    y = structure(scale_schoenfeld(y, fit), dimnames = list(found$time, names(fit$coefficients))),
    var = model_variance(fit), coefficients = fit$coefficients, nevent = fit$nevent, transform = g$words,
    tte = tte
  ), class = c("tte_ph_test", "htest"))
}

quadratic_form <- function(at, u, v) {
  v <- v[at, at, drop = FALSE]
  if (!all(is.finite(v)) || rcond(v) < 1e-14) {
    return(NA_real_)
  }
  drop(u[at] %*% solve(v, u[at]))
}

transform_words <- function(words) {
  switch(words,
    km = "1 - S(t-), the Kaplan-Meier estimate of all rows",
    identity = "nothing",
    rank = "the rank of the event time",
    log = "the logarithm",
    words
  )
}

#' @export
print.tte_ph_test <- function(x, digits = 3, ...) {
  cat("Proportional hazards: ", endpoint_words(x$tte), "\n\n", sep = "")
  shown <- data.frame(
    "chi-squared" = format_number(x$table[, "chisq"], digits), df = format_count(x$table[, "df"]),
    p = format_p(x$table[, "p"]), row.names = rownames(x$table), check.names = FALSE
  )
  print(shown, right = TRUE)
  print_foot(x$tte)
  invisible(x)
}

#' @export
tidy.tte_ph_test <- function(x, ...) {
  data.frame(
    term = rownames(x$table), statistic = x$table[, "chisq"], df = x$table[, "df"], p.value = x$table[, "p"],
    row.names = NULL
  )
}
