#' Hazard ratio from the log-rank test
#'
#' Summaries of the hazard ratio that need no model fit: Peto's one-step estimate, or Mantel and Haenszel's.
#'
#' @section Methods: With \eqn{O - E} and \eqn{V} of the (stratified) log-rank test, Peto's estimate is
#'   \eqn{\exp\{(O - E) / V\}}, with standard error \eqn{1 / \sqrt V} of its logarithm: one step from 1, good
#'   near 1 and biased towards it beyond 2 or below 1/2. That of Mantel and Haenszel is \eqn{R / S} with
#'   \eqn{R = \sum d_{2} n_{1} / n} and \eqn{S = \sum d_{1} n_{2} / n} over event times and strata, and
#'   variance \eqn{\sum d n_1 n_2 / n^2 / (R S)} of its logarithm. Some software calls Peto's estimate
#'   "Mantel-Haenszel".
#' @section Groups: Each arm is compared v the reference from the rows of the two.
#'
#' @inheritParams log_rank_test
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param method `"peto"`, `"mantel-haenszel"`, or both.
#' @param conf.level Confidence level of the limits.
#' @return [Estimates][estimates] of scale `"ratio"`, whose `std.error` is that of the logarithm. Z > 0
#'   favours the other arm, whose hazard ratio is below 1.
#' @references Yusuf S, Peto R, Lewis J, Collins R, Sleight P (1985). Beta blockade during and after
#'   myocardial infarction. *Progress in Cardiovascular Diseases* 27, 335-371. Greenland S, Robins JM (1985).
#'   Estimation of a common effect parameter from sparse follow-up data. *Biometrics* 41, 55-68.
#' @examples
#' log_rank_hazard_ratio(Surv(time, status) ~ sex, survival::lung)
#' @export
log_rank_hazard_ratio <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  method = c("peto", "mantel-haenszel"), conf.level = 0.95, timefix = TRUE
) {
  check_dots(...)
  known <- checkmate::test_subset(method, c("peto", "mantel-haenszel"), empty.ok = FALSE)
  d <- open_door(environment(), rbind(
    if (!known) fault("method", "not_a_choice", "must be \"peto\", \"mantel-haenszel\", or both"),
    check_level(conf.level), check_flag(timefix, "timefix")
  ))
  trial <- test_groups(d, timefix, rlang::current_env())
  abort_input(reference_needed(d))
  arms <- arm_names(d, trial$groups)
  pairs <- lapply(seq_along(arms)[-1], function(arm) pair_of(trial, c(1L, arm)))
  rows <- lapply(method, ratio_rows_of, pairs, arms, conf.level, timefix)
  said <- sentences(
    strata = strata_sentence(d), limits = sprintf("Limits are %s, log scale.", format_percent(conf.level)),
    ratio = "The std.error is that of the log ratio; Z > 0 favours the other arm.",
    timefix = merge_sentence(0, timefix)
  )
  do.call(rbind, Map(function(rows, method) {
    name <- ratio_methods[[method]]
    estimates_of(rows, d, "hazard ratio", NA, conf.level, name, provenance(d, name, 0, said))
  }, rows, method))
}

ratio_methods <- c(
  peto = "Peto's one-step hazard ratio", "mantel-haenszel" = "Mantel-Haenszel hazard ratio"
)

ratio_rows_of <- function(method, pairs, arms, conf.level, timefix) {
  found <- lapply(pairs, if (method == "peto") peto_ratio else mantel_haenszel_ratio, timefix)
  number <- function(name) vapply(found, `[[`, numeric(1), name)
  rows <- wald_rows(exp(number("log")), sqrt(number("variance")), "ratio", conf.level,
    sprintf("%s v %s", arms[-1], arms[1]),
    better = -1, log = TRUE
  )
  cbind(rows, n = number("n"), n.event = number("n.event"))
}

peto_ratio <- function(trial, timefix) {
  test <- rank_tests(trial, list(list(kind = "log-rank")), timefix)$tests[[1]]
  v <- test$var[2, 2]
  log <- if (v > 0) sum(test$observed[2, ] - test$expected[2, ]) / v else NA_real_
  list(log = log, variance = 1 / v, n = sum(test$n), n.event = sum(test$observed))
}

# Counts of both arms at every time come from the curve of all rows, and from that in which the second arm
# counts twice.
mantel_haenszel_ratio <- function(trial, timefix) {
  columns <- trial$d$columns
  once <- km_cpp(columns, "none", 0.95, timefix, thread_count())
  freq <- if (is.null(columns$freq)) rep(1L, trial_rows(trial)) else columns$freq
  columns$freq <- freq * trial$groups$codes
  twice <- km_cpp(columns, "none", 0.95, timefix, thread_count())
  n2 <- twice$n_risk - once$n_risk
  d2 <- twice$n_event - once$n_event
  n <- once$n_risk
  n1 <- n - n2
  r <- sum(d2 * n1 / n)
  s <- sum((once$n_event - d2) * n2 / n)
  v <- sum(once$n_event * n1 * n2 / n^2)
  log <- if (r > 0 && s > 0) log(r / s) else NA_real_
  list(log = log, variance = v / (r * s), n = sum(once$n), n.event = sum(once$n_event))
}

trial_rows <- function(trial) length(trial$d$columns$stop)
