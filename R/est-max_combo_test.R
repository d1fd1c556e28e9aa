#' MaxCombo test
#'
#' The largest of several weighted log-rank statistics of two groups, with the p value of their joint normal
#' distribution: a test that keeps power whether the difference comes early or late.
#'
#' @section p value: The statistics have covariance \eqn{\sum w_j w'_j V_j} over event times and strata. The
#'   joint normal probability is found by quasi-Monte Carlo integration (`mvtnorm`, Genz and Bretz) with a
#'   fixed seed of its own, so the p value is the same in every run, and the caller's random numbers go on as
#'   if nothing had happened. Its error is in the result and printed. The usual four Fleming-Harrington
#'   weights have a singular covariance, as (0, 0) is the sum of (0, 1) and (1, 0); the integration takes
#'   that as it is, and equal weights are counted once. The p value is kept between the largest marginal p,
#'   as it were without the others, and Bonferroni's bound.
#' @section Direction: As in [log_rank_test()]: Z > 0 favours the other arm v the reference, and `alternative
#'   = "greater"` takes the largest Z, `"two.sided"` the largest absolute one. `simtrial` and `nph` count
#'   one-sided by default.
#'
#' @inheritParams log_rank_test
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param weight A list of weight functions, as [log_rank_test()] takes one.
#' @return An `htest` of class `tte_max_combo`: `statistic` (the largest), `p.value`, `error` (of the
#'   integration), `tests` (a data frame with a row for each weight function), `correlation`, `n`, and `tte`.
#' @references Lin RS, Lin J, Roychoudhury S, and others (2020). Alternative analysis methods for time to
#'   event endpoints under nonproportional hazards. *Statistics in Biopharmaceutical Research* 12, 187-198.
#'   Karrison TG (2016). Versatile tests for comparing survival curves based on weighted log-rank statistics.
#'   *Stata Journal* 16, 678-690.
#' @examples
#' max_combo_test(Surv(time, status) ~ sex, survival::lung)
#' max_combo_test(Surv(time, status) ~ sex, survival::lung,
#'   unit = "days",
#'   weight = list("log-rank", modestly_weighted(t_star = in_months(6)))
#' )
#' @export
max_combo_test <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  weight = list(
    fleming_harrington(0, 0), fleming_harrington(0, 1), fleming_harrington(1, 0), fleming_harrington(1, 1)
  ), alternative = "two.sided", timefix = TRUE
) {
  check_dots(...)
  read <- read_rank_weights(weight)
  d <- open_door(environment(), rbind(
    read$faults, check_choice(alternative, "alternative", c("two.sided", "greater", "less")),
    check_flag(timefix, "timefix")
  ))
  call <- rlang::current_env()
  trial <- test_groups(d, timefix, call)
  abort_input(rbind(two_groups_faults(trial), direction_faults(trial, alternative)), call)
  given <- lapply(read$weight, engine_rank_weight, trial$d, call)
  fit <- rank_tests(trial, given, timefix)
  new_max_combo(fit, trial, read$weight, alternative, timefix)
}

read_rank_weights <- function(weight) {
  if (!is.list(weight) || inherits(weight, "tte_rank_weight")) weight <- list(weight)
  if (length(weight) == 0) {
    return(list(faults = fault("weight", "wrong_length", "must hold at least one weight function")))
  }
  read <- lapply(weight, read_rank_weight)
  list(weight = lapply(read, `[[`, "weight"), faults = do.call(rbind, lapply(read, `[[`, "faults")))
}

two_groups_faults <- function(trial) {
  k <- length(trial$groups$levels)
  if (k > 2) fault("formula", "wrong_length", sprintf("a MaxCombo test needs two groups, not %d", k))
}

# ---- the joint normal p ----

# list(p.value, error) of the largest of the statistics z with this correlation.
largest_z_p <- function(z, correlation, alternative) {
  keep <- distinct_statistics(z, correlation)
  if (length(keep) == 0) {
    return(list(p.value = NA_real_, error = NA_real_))
  }
  sides <- if (alternative == "two.sided") 2 else 1
  extreme <- switch(alternative,
    greater = max(z[keep]),
    less = max(-z[keep]),
    max(abs(z[keep]))
  )
  one <- sides * stats::pnorm(extreme, lower.tail = FALSE)
  if (length(keep) == 1) {
    return(list(p.value = one, error = 0))
  }
  most <- length(keep) * one
  found <- integrate_beyond(extreme, correlation[keep, keep], sides, 1e-4)
  if (found$p < 50 * found$error && most > 1e-5) {
    found <- integrate_beyond(extreme, correlation[keep, keep], sides, 1e-5)
  }
  list(p.value = min(max(found$p, one), 1, most), error = min(found$error, most - one))
}

# The probability that a statistic goes beyond the extreme, and the error of its integration.
integrate_beyond <- function(extreme, correlation, sides, tolerance) {
  m <- nrow(correlation)
  inside <- with_own_seed(mvtnorm::pmvnorm(
    lower = rep(if (sides == 2) -extreme else -Inf, m), upper = rep(extreme, m), corr = correlation,
    algorithm = mvtnorm::GenzBretz(maxpts = 1e6, abseps = tolerance, releps = 0)
  ))
  list(p = 1 - inside[[1]], error = attr(inside, "error"))
}

# Statistics that exist, each once: two with correlation 1 are one.
distinct_statistics <- function(z, correlation) {
  keep <- integer()
  for (m in which(is.finite(z))) {
    if (!any(correlation[m, keep] > 1 - 1e-10)) keep <- c(keep, m)
  }
  keep
}

# Runs `code` with a fixed seed and puts the caller's generator back as it was.
with_own_seed <- function(code) {
  home <- globalenv()
  kind <- RNGkind()
  seed_name <- ".Random.seed"
  old <- get0(seed_name, envir = home, inherits = FALSE)
  on.exit({
    do.call(RNGkind, as.list(kind))
    if (is.null(old)) rm(list = seed_name, envir = home) else assign(seed_name, old, envir = home)
  })
  set.seed(20160301, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
  force(code)
}

# ---- the result ----

new_max_combo <- function(fit, trial, weight, alternative, timefix) {
  d <- trial$d
  known <- direction_is_known(d)
  z <- vapply(fit$tests, `[[`, numeric(1), "z")
  scale <- sqrt(diag(fit$covariance))
  correlation <- fit$covariance / outer(scale, scale)
  joint <- largest_z_p(z, correlation, alternative)
  words <- if (length(d$strata_columns) > 0) "Stratified MaxCombo test" else "MaxCombo test"
  names <- vapply(weight, rank_test_name, character(1))
  largest <- switch(alternative,
    greater = c("max Z" = max(z, na.rm = TRUE)),
    less = c("min Z" = min(z, na.rm = TRUE)),
    c("max |Z|" = max(abs(z), na.rm = TRUE))
  )
  tests <- data.frame(
    test = names, weight = vapply(weight, format, character(1)), z = if (known) z else NA_real_,
    statistic = z^2, p.value = vapply(z, function(z) sided_p(z, z^2, 1, alternative), numeric(1))
  )
  said <- max_combo_sentences(joint, z, d, known, alternative, fit$snapped, timefix)
  n <- structure(fit$tests[[1]]$n, dimnames = list(trial$groups$levels, trial$strata$levels))
  structure(list(
    statistic = largest, parameter = c(tests = length(z)), p.value = joint$p.value, method = words,
    alternative = alternative,
    data.name = deparse1(stored_call(d, "max_combo_test", strata_in_formula = TRUE)$formula),
    error = joint$error, tests = tests, correlation = structure(correlation, dimnames = list(names, names)),
    n = n, na.action = d$na.action,
    tte = provenance(d, words, fit$snapped, said, n_persons = sum(n), weight = weight)
  ), class = c("tte_max_combo", "tte_test", "htest"))
}

max_combo_sentences <- function(joint, z, d, known, alternative, snapped, timefix) {
  none <- "%d of the statistics cannot be had: their weight is 0 at every event time."
  open <- "Z is not given: the arm is a character column, so say which level is the reference."
  sentences(
    method = "The largest of the weighted log-rank statistics, against their joint normal distribution.",
    error = sprintf("Integration with a fixed seed, error of p at most %s.", format(joint$error, digits = 1)),
    none = if (!all(is.finite(z))) sprintf(none, sum(!is.finite(z))),
    strata = strata_sentence(d), direction = if (!known) open,
    alternative = if (alternative != "two.sided") "The p values are one-sided, on the side of Z.",
    timefix = merge_sentence(snapped, timefix)
  )
}

#' @export
print.tte_max_combo <- function(x, digits = 3, ...) {
  known <- any(!is.na(x$tests$z))
  print_heading(x$tte, contrast = known)
  shown <- data.frame(
    weight = sub(" test$", "", x$tests$test), z = format_number(x$tests$z, digits),
    p.value = format_p(x$tests$p.value)
  )
  if (!known) shown$z <- NULL
  print(shown, right = FALSE, row.names = FALSE)
  cat(sprintf(
    "\n%s = %s, %s %s\n", names(x$statistic), format_number(x$statistic, digits), side_words(x$alternative),
    p_words(x$p.value)
  ))
  print_foot(x$tte)
  invisible(x)
}
