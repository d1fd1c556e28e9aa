#' Log-rank test
#'
#' Compares the event times of two or more groups: the events of each group less those expected were there no
#' difference, over all event times and strata, with the hypergeometric variance. It takes right-censored
#' rows, delayed entry, several rows of one person, strata and frequencies.
#'
#' @section Direction: The p value is two-sided. With two groups `$z` is signed: Z > 0 favours the other arm,
#'   which has fewer events than expected, v the reference. The reference is the first level of a factor, the
#'   smaller of two numbers, or `reference =`. A character column has no reference of its own: then `$z` is
#'   `NA`.
#' @section Defaults: For right-censored rows this is `survival::survdiff()` and SAS PROC LIFETEST's log-rank
#'   test; neither takes rows with a start.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]: the groups on the right, and `strata()` for
#'   the strata of the test. `cluster` and `weights` are refused.
#' @param strata Names of columns that stratify the test, beside any `strata()` in the formula.
#' @return An `htest` of class `tte_test`: `statistic` (chi-squared), `parameter` (df), `p.value`, `n`,
#'   `observed` and `expected` (groups by strata), `var`, `z`, and `tte`.
#' @references Mantel N (1966). Evaluation of survival data and two new rank order statistics arising in its
#'   consideration. *Cancer Chemotherapy Reports* 50, 163-170. Peto R, Peto J (1972). Asymptotically efficient
#'   rank invariant test procedures. *JRSS A* 135, 185-207.
#' @examples
#' log_rank_test(Surv(time, status) ~ sex, survival::lung)
#' log_rank_test(Surv(time, status) ~ sex, survival::lung, strata = "ph.ecog", na.action = na.omit)
#' @export
log_rank_test <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), check_flag(timefix, "timefix"))
  refuse_robust(d, rlang::current_env())
  refuse_curve_terms(d, rlang::current_env())
  groups <- group_codes(d)
  strata <- strata_codes(d)
  abort_input(rbind(
    one_event_faults(d), group_faults(groups, d), person_faults_of_groups(d, strata, "stratum"),
    event_faults(d), merged_interval_faults(d, timefix)
  ))
  d$columns$stratum <- strata$codes
  fit <- log_rank_cpp(d$columns, groups$codes, length(groups$levels), timefix)
  new_log_rank(fit, d, groups, strata, timefix)
}

refuse_robust <- function(d, call) {
  given <- names(Filter(Negate(is.null), d$columns[c("weight", "cluster")]))
  if (length(given) == 0) {
    return(invisible(NULL))
  }
  abort_unsupported(
    "A log-rank test with `weights` or `cluster`", "Its variance would have to be a robust one.",
    "cox(..., cluster = ) gives a robust score test.", call
  )
}

group_faults <- function(groups, d) {
  if (length(groups$levels) > 1) {
    return(NULL)
  }
  fault("formula", "single_group", "a test needs at least two groups with rows",
    column = if (is.null(groups)) NA else and_list(names(group_columns(d, with_strata = FALSE)))
  )
}
