# The mean cumulative function: its object, and what can be asked of it.

new_mcf <- function(fit, d, groups, terminal, conf.type, conf.level, timefix) {
  stored <- stored_call(d, "mcf", terminal = terminal, conf.type = conf.type, conf.level = conf.level)
  limits <- mean_limits(fit$mean, fit$std_err, conf.type, conf.level)
  parts <- list(
    n = fit$n, time = fit$time, n.risk = fit$n_risk, n.event = fit$n_event[, 1],
    n.death = if (!is.null(terminal)) fit$n_event[, 2], n.censor = fit$n_censor, mean = fit$mean,
    std.err = fit$std_err, lower = limits$lower, upper = limits$upper,
    surv = if (!is.null(terminal)) fit$surv, strata = curve_sizes(fit$size, groups), conf.int = conf.level,
    conf.type = conf.type, counts = fit$counts, na.action = d$na.action, call = stored$call,
    .Environment = stored$env
  )
  method <- if (is.null(terminal)) {
    "Mean cumulative function"
  } else {
    "Mean cumulative function with death (Ghosh-Lin)"
  }
  parts$tte <- curve_provenance(method, d, fit, groups, list(
    events = sprintf("Recurrent event: %s.", and_list(setdiff(d$causes, terminal))),
    death = if (is.null(terminal)) {
      "No terminal event was named: death, if there was any, counts as censoring."
    } else {
      sprintf("Terminal event: %s, after which there are no further events.", terminal)
    },
    variance = variance_sentence(TRUE, NULL, d), limits = limit_sentence(conf.type, conf.level),
    timefix = merge_sentence(fit$snapped, timefix)
  ))
  structure(Filter(Negate(is.null), parts), class = "tte_mcf")
}

# Limits of a mean of counts: it has no upper bound, and on the log scale no limits at 0.
mean_limits <- function(mean, se, type, level) {
  if (type == "none") {
    return(NULL)
  }
  z <- stats::qnorm((1 + level) / 2)
  if (type == "plain") {
    return(list(lower = pmax(mean - z * se, 0), upper = mean + z * se))
  }
  factor <- exp(z * se / mean)
  nothing <- mean == 0
  list(lower = ifelse(nothing, 0, mean / factor), upper = ifelse(nothing, NA_real_, mean * factor))
}

# The rows of each curve, by its name.
mcf_rows <- function(x) {
  size <- if (is.null(x$strata)) c(all = length(x$time)) else x$strata
  split(seq_along(x$time), factor(rep(names(size), size), names(size)))
}

#' @export
print.tte_mcf <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  rows <- mcf_rows(x)
  last <- vapply(rows, function(at) at[length(at)], integer(1))
  total <- function(column) format_count(vapply(rows, function(at) sum(column[at]), numeric(1)))
  shown <- list(persons = format_count(x$n), events = total(x$n.event))
  if (!is.null(x$n.death)) shown$deaths <- total(x$n.death)
  shown <- c(shown, list(
    time = format_number(x$time[last], digits), mean = format_number(x$mean[last], digits)
  ))
  if (!is.null(x$lower)) {
    limits <- list(format_number(x$lower[last], digits), format_number(x$upper[last], digits))
    shown[paste0(x$conf.int, c("LCL", "UCL"))] <- limits
  }
  cat("Events of a person by the last time of each curve:\n")
  print(structure(shown, class = "data.frame", row.names = names(rows)), right = TRUE)
  print_foot(x$tte)
  invisible(x)
}

#' @export
tidy.tte_mcf <- function(x, ...) {
  said <- list(
    time = x$time, n.risk = x$n.risk, n.event = x$n.event, n.death = x$n.death, n.censor = x$n.censor,
    estimate = x$mean, std.error = x$std.err, conf.low = x$lower, conf.high = x$upper,
    strata = if (!is.null(x$strata)) rep(names(x$strata), x$strata)
  )
  as.data.frame(Filter(Negate(is.null), said))
}

#' @export
glance.tte_mcf <- function(x, ...) {
  rows <- mcf_rows(x)
  data.frame(
    strata = names(rows), nobs = x$n, events = vapply(rows, function(at) sum(x$n.event[at]), numeric(1)),
    row.names = NULL
  )
}

new_mcf_test <- function(found, trial, terminal, alternative, timefix) {
  d <- trial$d
  # Q > 0: more events in the first group, the reference; so Z > 0 favours the other.
  z <- if (found$variance > 0) found$difference / sqrt(found$variance) else NA_real_
  name <- if (is.null(terminal)) {
    "Lawless-Nadeau test of mean cumulative functions"
  } else {
    "Ghosh-Lin test of mean cumulative functions"
  }
  codes <- trial$groups$codes
  columns <- d$columns
  freq <- if (is.null(columns$freq)) 1 else as.double(columns$freq)
  total <- function(x) rlang::set_names(as.vector(tapply(x, factor(codes, 1:2), sum)), trial$groups$levels)
  structure(list(
    statistic = c("chi-squared" = z^2), parameter = c(df = 1), p.value = sided_p(z, z^2, 1, alternative),
    method = if (length(d$strata_columns) > 0) paste("Stratified", name) else name, alternative = alternative,
    data.name = deparse1(stored_call(d, "mcf_test", strata_in_formula = TRUE)$formula),
    difference = found$difference, var = found$variance, z = if (direction_is_known(d)) z else NA_real_,
    persons = total(row_persons(columns)), events = total(freq * (columns$cause == 1)),
    na.action = d$na.action,
    tte = provenance(d, name, found$snapped, sentences(
      variance = variance_sentence(TRUE, NULL, d), strata = strata_sentence(d),
      timefix = merge_sentence(found$snapped, timefix)
    ), n_persons = count_persons(columns))
  ), class = c("tte_mcf_test", "tte_test", "htest"))
}

#' @export
print.tte_mcf_test <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  shown <- list(persons = format_count(x$persons), events = format_count(x$events))
  print(structure(shown, class = "data.frame", row.names = names(x$events)), right = TRUE)
  cat(sprintf(
    "\nchi-squared = %s on 1 df, %s %s\n", format_number(x$statistic[[1]], digits), side_words(x$alternative),
    p_words(x$p.value)
  ))
  if (!is.na(x$z)) cat(z_line(x$z, names(x$events), digits))
  print_foot(x$tte)
  invisible(x)
}
