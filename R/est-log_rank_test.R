#' Log-rank test, and weighted ones
#'
#' Compares the event times of two or more groups: the events of each group less those expected were there no
#' difference, over all event times and strata, with the hypergeometric variance. A weight function makes the
#' other tests of the family. They take right-censored rows, delayed entry, several rows of one person, strata
#' and frequencies.
#'
#' @section Direction: The p value is two-sided unless `alternative` says otherwise. With two groups `$z` is
#'   signed: Z > 0 favours the other arm, which has fewer events than expected, v the reference. The reference
#'   is the first level of a factor, the smaller of two numbers, or `reference =`. A character column has no
#'   reference of its own: then `$z` is `NA`, and a one-sided test is an error. In a trend test Z > 0 favours
#'   the groups with high scores.
#' @section Defaults: For right-censored rows this is `survival::survdiff()` and SAS PROC LIFETEST's log-rank
#'   test; neither takes rows with a start. `survdiff(rho = 1)` is `weight = fleming_harrington(1, 0)`, not
#'   `"peto-peto"`, whose curve is Peto's own; SAS's Wilcoxon test is `"gehan-breslow"`. A weight function
#'   reads the pooled curve of its stratum just before each time.
#' @section Pairs: `"vector"` compares two groups within the test of all of them (their part of observed less
#'   expected, and of its variance), as SAS does with `ADJUST`; `"refit"` makes the test anew from the rows of
#'   the two groups, as most R functions do. `$pairwise` is a data frame of both the p value and the adjusted
#'   one.
#' @section Permutations: The groups are exchanged among the persons of each stratum. p is (1 + the number of
#'   permutations at least as extreme) / (1 + `permutations`). It stands on the assumption that censoring and
#'   entry do not differ between the groups. [set.seed()] decides the permutations.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]: the groups on the right, and `strata()` for
#'   the strata of the test. `cluster` and `weights` are refused.
#' @param strata Names of columns that stratify the test, beside any `strata()` in the formula.
#' @param weight The weight function: `"log-rank"`, `"gehan-breslow"`, `"tarone-ware"`, `"peto-peto"`,
#'   `"modified-peto-peto"`, [fleming_harrington()], [modestly_weighted()], or a function of time.
#' @param trend `TRUE` for a test for trend over the order of the groups, or a score for each group.
#' @param alternative `"two.sided"`; `"greater"` (Z > 0: the other arm is better) or `"less"`, for two groups
#'   or a trend.
#' @param permutations How many permutations; 0 for the p value of the normal or chi-squared distribution.
#' @param pairwise `"vector"` or `"refit"` to compare every pair of groups.
#' @param adjust How the p values of pairs are adjusted, a method of [stats::p.adjust()].
#' @return An `htest` of class `tte_test`: `statistic` (chi-squared), `parameter` (df), `p.value`, `n`,
#'   `observed` and `expected` (groups by strata, weighted), `var`, `z`, `pairwise`, `permutation`, and `tte`.
#'   For two groups `z` and `var[2, 2]`, the information, are those of the stratified test.
#' @references Mantel N (1966). Evaluation of survival data and two new rank order statistics arising in its
#'   consideration. *Cancer Chemotherapy Reports* 50, 163-170. Peto R, Peto J (1972). Asymptotically efficient
#'   rank invariant test procedures. *JRSS A* 135, 185-207. Tarone RE (1975). Tests for trend in life table
#'   analysis. *Biometrika* 62, 679-682.
#' @examples
#' log_rank_test(Surv(time, status) ~ sex, survival::lung)
#' log_rank_test(Surv(time, status) ~ sex, survival::lung, strata = "ph.ecog", na.action = na.omit)
#' log_rank_test(Surv(time, status) ~ sex, survival::lung, weight = fleming_harrington(0, 1))
#' log_rank_test(Surv(time, status) ~ celltype, survival::veteran, pairwise = "refit")
#' @export
log_rank_test <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  weight = "log-rank", trend = NULL, alternative = "two.sided", permutations = 0, pairwise = NULL,
  adjust = "holm", timefix = TRUE
) {
  check_dots(...)
  read <- read_rank_weight(weight)
  d <- open_door(environment(), rbind(
    read$faults, check_rank_options(trend, alternative, permutations, pairwise, adjust),
    check_flag(timefix, "timefix")
  ))
  trial <- test_groups(d, timefix, rlang::current_env())
  abort_input(direction_faults(trial, alternative, trend))
  given <- engine_rank_weight(read$weight, trial$d, rlang::current_env())
  fit <- rank_tests(trial, list(given), timefix)
  test <- new_rank_test(fit, trial, read$weight, alternative, timefix)
  if (!is.null(scores_of(trend, trial))) test <- as_trend_test(test, scores_of(trend, trial), alternative)
  if (permutations > 0) test <- permute_test(test, trial, given, permutations, alternative, timefix)
  if (!is.null(pairwise)) test$pairwise <- pairwise_tests(test, trial, given, pairwise, adjust, timefix)
  test
}

check_rank_options <- function(trend, alternative, permutations, pairwise, adjust) {
  rbind(
    if (!is.null(trend) && !isTRUE(trend) && !isFALSE(trend)) check_numbers(trend, "trend"),
    check_choice(alternative, "alternative", c("two.sided", "greater", "less")),
    check_number(permutations, "permutations", 0, 2^31, whole = TRUE),
    if (!is.null(pairwise)) check_choice(pairwise, "pairwise", c("vector", "refit")),
    check_choice(adjust, "adjust", stats::p.adjust.methods),
    if (is_trend(trend) && !identical(permutations, 0)) {
      fault("permutations", "unknown_argument", "has no test for trend")
    }
  )
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

# ---- permutations ----

permute_test <- function(test, trial, weight, permutations, alternative, timefix) {
  call <- rlang::caller_env()
  if (any(trial$d$columns$freq != 1)) {
    abort_unsupported("A permutation test with `freq`", "It needs one row for each person.", call = call)
  }
  abort_input(person_faults_of_groups(trial$d, trial$groups, "group"), call)
  seed <- sample.int(.Machine$integer.max, 1)
  codes <- trial$groups$codes
  k <- length(trial$groups$levels)
  if (alternative == "less") codes <- 3L - codes
  found <- permutation_test_cpp(
    trial$d$columns, codes, k, weight, permutations, seed, timefix, thread_count()
  )
  test$p.value <- if (alternative == "two.sided") found$p_value else found$p_fewer
  test$permutation <- list(p_value = test$p.value, replicates = permutations, seed = seed)
  test$tte$seed <- seed
  test$tte$conventions[["permutation"]] <- sprintf(
    "p is that of %s permutations of the groups%s, seed %d.", format_count(permutations),
    if (is.null(trial$strata)) "" else " within strata", seed
  )
  test
}

# ---- pairs ----

pairwise_tests <- function(test, trial, weight, how, adjust, timefix) {
  k <- length(trial$groups$levels)
  pairs <- utils::combn(k, 2)
  z <- if (how == "vector") {
    apply(pairs, 2, z_in_vector, rowSums(test$observed - test$expected), test$var)
  } else {
    apply(pairs, 2, z_of_pair, trial, weight, timefix)
  }
  arms <- arm_names(trial$d, trial$groups)
  p <- 2 * stats::pnorm(-abs(z))
  structure(data.frame(
    comparison = sprintf("%s v %s", arms[pairs[2, ]], arms[pairs[1, ]]),
    z = if (direction_is_known(trial$d)) z else NA_real_, statistic = z^2, p.value = p,
    p.adjusted = stats::p.adjust(p, adjust)
  ), how = pair_words(how), adjust = adjust)
}

pair_words <- function(how) {
  if (how == "vector") "within the test of all groups" else "each from the rows of its two groups"
}

z_in_vector <- function(pair, excess, var) {
  v <- var[pair[1], pair[1]] + var[pair[2], pair[2]] - 2 * var[pair[1], pair[2]]
  if (v > 0) unname((excess[pair[1]] - excess[pair[2]]) / sqrt(v)) else NA_real_
}

z_of_pair <- function(pair, trial, weight, timefix) {
  rank_tests(pair_of(trial, pair), list(weight), timefix)$tests[[1]]$z
}
