#' Gray's test of cumulative incidences
#'
#' Compares the cumulative incidence of one cause between two or more groups in the presence of competing
#' events: Gray's test, over all times and strata, with the weight \eqn{(1 - F(t-))^\rho}, F being the pooled
#' incidence. Beside it stands the log-rank test of the cause-specific hazards, which answers another
#' question: Gray's test compares who has had the event, the log-rank test how fast those have it who are
#' still without any.
#'
#' @section Delayed entry: Rows that start after the first exit are refused with an error of class
#'   `tte_error_unsupported`; a covariate effect with delayed entry can be tested in [fine_gray()]. Rows of
#'   one person that follow each other from time zero are fine.
#' @section Defaults: As `cmprsk::cuminc()` and SAS PROC LIFETEST with `EVENTCODE`, with Gray's correction
#'   for tied events. The reference is the first level of a factor; Z > 0: the other group has fewer events of
#'   the cause than expected.
#'
#' @inheritParams log_rank_test
#' @inheritParams fine_gray
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @inheritSection cif Causes
#' @param formula A formula, or the result of [time_to_event()]: the groups on the right, and `strata()` for
#'   the strata of the test. `cluster` and `weights` are refused.
#' @param strata Names of columns that stratify the test, beside any `strata()` in the formula.
#' @param rho The power of the weight; 0 gives every time the same weight.
#' @param pairwise Whether every pair of groups is compared too, each from its own rows.
#' @return An `htest` of class `tte_gray_test` and `tte_test`, as [log_rank_test()] gives it, with
#'   `cause_specific` (the log-rank test of the same groups: statistic, df, p).
#' @references Gray RJ (1988). A class of K-sample tests for comparing the cumulative incidence of a competing
#'   risk. *Annals of Statistics* 16, 1141-1154.
#' @examples
#' mgus <- survival::mgus2
#' mgus$months <- with(mgus, ifelse(pstat == 1, ptime, futime))
#' first <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
#' mgus$first <- factor(first, 0:2, c("censored", "PCM", "death"))
#' gray_test(Surv(months, first) ~ sex, mgus, subset = months > 0, cause = "PCM")
#' @export
gray_test <- function(
  formula, data = NULL, ..., cause = NULL, censored = NULL, competing = NULL, param = NULL, strata = NULL,
  reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL,
  unit = NULL, report_in = NULL, day_one = NULL, rho = 0, pairwise = FALSE, adjust = "holm", timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_number(rho, "rho"), check_flag(pairwise, "pairwise"), check_flag(timefix, "timefix"),
    check_choice(adjust, "adjust", stats::p.adjust.methods)
  ))
  call <- rlang::current_env()
  refuse_gray_weights(d, call)
  cause <- chosen_cause(cause, d, call)
  trial <- gray_trial(d, cause, timefix, call)
  fit <- gray_fit(trial, cause, rho, timefix)
  test <- new_gray_test(fit, trial, cause, rho, timefix)
  if (pairwise) test$pairwise <- gray_pairs(trial, cause, rho, adjust, timefix)
  test
}

refuse_gray_weights <- function(d, call) {
  given <- names(Filter(Negate(is.null), d$columns[c("weight", "cluster")]))
  if (length(given) == 0) {
    return(invisible(NULL))
  }
  abort_unsupported(
    "Gray's test with `weights` or `cluster`", "Its variance would have to be a robust one.",
    "fine_gray(..., cluster = ) gives a robust score test.", call
  )
}

# list(d, groups, strata), as the log-rank tests have it.
gray_trial <- function(d, cause, timefix, call) {
  refuse_curve_terms(d, call)
  groups <- group_codes(d)
  strata <- strata_codes(d)
  abort_input(rbind(
    group_faults(groups, d), person_faults_of_groups(d, groups, "group"),
    person_faults_of_groups(d, strata, "stratum"), after_event_faults(d), case_faults(d, cause),
    merged_interval_faults(d, timefix), person_freq_faults(d)
  ), call)
  refuse_delayed(d, call)
  d$columns$stratum <- strata$codes
  list(d = d, groups = groups, strata = strata)
}

# Delayed is who starts when somebody has left already; a person's later rows are not.
refuse_delayed <- function(d, call) {
  start <- d$columns$start
  if (is.null(start)) {
    return(invisible(NULL))
  }
  subject <- d$columns$subject
  first <- if (is.null(subject)) start else tapply(start, subject, min)
  if (max(first) < min(d$columns$stop)) {
    return(invisible(NULL))
  }
  abort_unsupported(
    "Gray's test with delayed entry", "Its variance is not known for rows that enter late.",
    "Test the groups in fine_gray(), which takes delayed entry.", call
  )
}

gray_fit <- function(trial, cause, rho, timefix) {
  k <- length(trial$groups$levels)
  gray_test_cpp(trial$d$columns, trial$groups$codes, k, cause, rho, timefix)
}

# ---- the result ----

new_gray_test <- function(fit, trial, cause, rho, timefix) {
  d <- trial$d
  arms <- trial$groups$levels
  labels <- list(arms, trial$strata$levels)
  sums <- lapply(fit[c("n", "observed", "expected")], function(x) structure(x, dimnames = labels))
  known <- length(arms) == 2 && direction_is_known(d)
  words <- if (length(d$strata_columns) > 0) "Stratified Gray's test" else "Gray's test"
  htest <- list(
    statistic = c("chi-squared" = fit$chisq), parameter = c(df = fit$df), p.value = chisq_p(fit),
    method = words, alternative = "two.sided",
    data.name = deparse1(stored_call(d, "gray_test", strata_in_formula = TRUE)$formula)
  )
  other <- fit$cause_specific
  beside <- list(
    var = structure(fit$var, dimnames = list(arms, arms)), z = if (known) fit$z else NA_real_,
    cause = d$causes[cause],
    cause_specific = c(statistic = other$chisq, df = other$df, p.value = chisq_p(other)),
    na.action = d$na.action,
    tte = provenance(d, words, fit$snapped, gray_sentences(fit, trial, cause, rho, timefix),
      n_persons = sum(fit$n), weight = if (rho != 0) list(kind = "gray", rho = rho)
    )
  )
  structure(c(htest, sums, beside), class = c("tte_gray_test", "tte_test", "htest"))
}

chisq_p <- function(found) {
  if (found$df > 0) stats::pchisq(found$chisq, found$df, lower.tail = FALSE) else NA_real_
}

gray_sentences <- function(fit, trial, cause, rho, timefix) {
  d <- trial$d
  known <- length(trial$groups$levels) != 2 || direction_is_known(d)
  sentences(
    cause = sprintf(
      "Cause: %s; competing: %s.", d$causes[cause], and_list(d$causes[-cause])
    ),
    weight = if (rho != 0) sprintf("Weight (1 - F)^%s of the pooled incidence.", format(rho)),
    strata = strata_sentence(d), direction = if (!known) {
      "The sign of Z is not given: the arm is a character column, so say which level is the reference."
    },
    empty = if (fit$df == 0) "NE: at no event time were members of two groups at risk together.",
    timefix = merge_sentence(fit$snapped, timefix)
  )
}

gray_pairs <- function(trial, cause, rho, adjust, timefix) {
  pairs <- utils::combn(length(trial$groups$levels), 2)
  found <- lapply(seq_len(ncol(pairs)), function(j) {
    two <- pair_of(trial, pairs[, j])
    gray_test_cpp(two$d$columns, two$groups$codes, 2L, cause, rho, timefix)
  })
  arms <- arm_names(trial$d, trial$groups)
  p <- vapply(found, chisq_p, numeric(1))
  z <- vapply(found, function(test) test$z, numeric(1))
  structure(data.frame(
    comparison = sprintf("%s v %s", arms[pairs[2, ]], arms[pairs[1, ]]),
    z = if (direction_is_known(trial$d)) z else NA_real_,
    statistic = vapply(found, function(test) test$chisq, numeric(1)), p.value = p,
    p.adjusted = stats::p.adjust(p, adjust)
  ), how = "each from the rows of its two groups", adjust = adjust)
}

#' @export
print.tte_gray_test <- function(x, digits = 3, ...) {
  kept <- x
  class(x) <- c("tte_test", "htest")
  foot <- x$tte$conventions
  x$tte$conventions <- character()
  print(x, digits = digits)
  other <- kept$cause_specific
  cat(sprintf(
    "Cause-specific log-rank test: chi-squared = %s on %d df, p %s\n\n", format_number(other[["statistic"]]),
    other[["df"]], p_words(other[["p.value"]])
  ))
  print_conventions(foot)
  invisible(kept)
}
