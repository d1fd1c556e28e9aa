#' Mean cumulative function of recurrent events
#'
#' The expected number of events of a person by time t. Without deaths Nelson's estimate, \eqn{M(t) =
#' \sum_{t_j \le t} d_j / n_j}; with death as a terminal event that of Ghosh and Lin, \eqn{\mu(t) = \sum_{t_j
#' \le t} S(t_j-) d_j / n_j} with S the Kaplan-Meier curve of death, because the dead have no further events.
#'
#' @section Rows: One row for each stretch of follow-up, (start, stop], with the event at its end, and `id`
#'   for the person, as [recurrent_events()] makes them. A person stays at risk after an event. Without
#'   `terminal` death is taken for censoring, which describes a population in which nobody dies.
#' @section Variance: The infinitesimal jackknife over persons (`id`, or `cluster`), which allows any
#'   dependence among the events of one person; Lawless and Nadeau's robust variance where nobody dies.
#'   `reda::mcf()` has the same estimate and, for its default variance, the same number;
#'   `survival::survfit(id =)` gives the cumulative hazard without deaths.
#'
#' @inheritParams km
#' @inheritParams time_to_event
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]. The status is 0/1, or a factor whose first
#'   level is censored and whose other levels are the recurrent event and the terminal one.
#' @param terminal The level of the status that is death.
#' @param conf.type Scale of the limits: `"log"`, `"plain"` or `"none"`.
#' @return An object of class `tte_mcf`, with a row per curve and time: `time`, `n.risk`, `n.event`,
#'   `n.death`, `n.censor`, `mean`, `std.err`, `lower`, `upper`, `surv`; `strata` (rows of each curve), `n`
#'   (persons) and `tte`. [summary()] gives [Estimates][estimates] at points in time, with differences and
#'   ratios; `tidy()` a data frame; [ggplot2::autoplot()] draws it.
#' @references Nelson WB (1988). Graphical analysis of system repair data. *Journal of Quality Technology* 20,
#'   24-35. Lawless JF, Nadeau C (1995). Some simple robust methods for the analysis of recurrent events.
#'   *Technometrics* 37, 158-168. Ghosh D, Lin DY (2000). Nonparametric analysis of recurrent events and
#'   death. *Biometrics* 56, 554-562.
#' @seealso [mcf_test()]
#' @examples
#' bladder <- transform(survival::bladder2, rx = factor(rx, labels = c("placebo", "thiotepa")))
#' fit <- mcf(Surv(start, stop, event) ~ rx, bladder, id = id, unit = "months")
#' fit
#' summary(fit, times = c(12, 24))
#' @export
mcf <- function(
  formula, data = NULL, ..., terminal = NULL, censored = NULL, param = NULL, strata = NULL, reference = NULL,
  subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL,
  report_in = NULL, day_one = NULL, conf.level = 0.95, conf.type = "log", timefix = TRUE
) {
  check_dots(...)
  competing <- NULL
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", c("log", "plain", "none"))
  ))
  groups <- curve_codes(d)
  abort_input(rbind(
    terminal_faults(d, terminal), person_faults_of_groups(d, groups, "curve"), person_freq_faults(d),
    merged_interval_faults(d, timefix)
  ))
  d <- as_recurrent(d, terminal)
  d$columns$stratum <- groups$codes
  fit <- mean_cumulative_cpp(d$columns, timefix)
  new_mcf(fit, d, groups, terminal, conf.type, conf.level, timefix)
}

# Besides the terminal event there must be one cause, the recurrent one.
terminal_faults <- function(d, terminal) {
  remedy <- "Give a status factor with the levels censored, the recurrent event and death."
  if (!is.null(terminal) && !checkmate::test_string(terminal)) {
    return(fault("terminal", "wrong_type", "must be the name of one level of the status"))
  }
  if (!is.null(terminal) && !terminal %in% d$causes) {
    known <- sprintf("is not a cause of the status (%s)", and_list(d$causes))
    return(fault("terminal", "unknown_level", known, remedy = remedy))
  }
  others <- setdiff(d$causes, terminal)
  if (length(others) == 1) {
    return(if (is.null(terminal)) NULL else after_death_faults(d, terminal))
  }
  what <- sprintf("one recurrent event is needed, and the status has %s", and_list(others))
  fault("formula", "bad_status", what,
    remedy = "Name death in `terminal`, and put kinds of recurrent events together."
  )
}

# Nobody has rows after her death.
after_death_faults <- function(d, terminal) {
  subject <- d$columns$subject
  if (is.null(subject)) {
    return(NULL)
  }
  dead <- d$columns$cause == match(terminal, d$causes)
  end <- rep(Inf, max(subject))
  end[subject[dead]] <- d$columns$stop[dead]
  late <- d$columns$stop > end[subject]
  fault_of_kept(d, late, "rows_after_event", sprintf("a person has rows after the %s", terminal))
}

# Cause 1 is the recurrent event, cause 2 the terminal one.
as_recurrent <- function(d, terminal) {
  code <- match(d$causes, terminal, nomatch = 0L) + 1L
  d$columns$cause <- c(0L, code)[d$columns$cause + 1L]
  d
}

#' Compare the recurrent events of two arms
#'
#' The two-sample test of mean cumulative functions: \eqn{Q = \int K(t) d(\mu_1 - \mu_2)(t)} with \eqn{K = n_1
#' n_2 / (n_1 + n_2)}, Lawless and Nadeau's test (a robust log-rank test of recurrent events), and Ghosh and
#' Lin's where death ends them. The variance is the sum of the squared influence of each person.
#'
#' @inheritParams mcf
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param strata Names of columns that stratify the test: Q and its variance are summed over strata.
#' @param alternative `"two.sided"`, `"greater"` (Z > 0: the other arm has fewer events) or `"less"`.
#' @return An `htest` of class `tte_test`: `statistic` (chi-squared, 1 df), `p.value`, `z` (> 0 favours the
#'   other arm v the reference), `difference` (Q), `var`, and `tte`.
#' @references Lawless JF, Nadeau C (1995) and Ghosh D, Lin DY (2000), as for [mcf()].
#' @examples
#' bladder <- transform(survival::bladder2, rx = factor(rx, labels = c("placebo", "thiotepa")))
#' mcf_test(Surv(start, stop, event) ~ rx, bladder, id = id)
#' @export
mcf_test <- function(
  formula, data = NULL, ..., terminal = NULL, censored = NULL, param = NULL, strata = NULL, reference = NULL,
  subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL,
  report_in = NULL, day_one = NULL, alternative = "two.sided", timefix = TRUE
) {
  check_dots(...)
  competing <- NULL
  d <- open_door(environment(), rbind(
    check_flag(timefix, "timefix"),
    check_choice(alternative, "alternative", c("two.sided", "greater", "less"))
  ))
  trial <- list(d = d, groups = group_codes(d), strata = strata_codes(d))
  abort_input(rbind(
    group_faults(trial$groups, d), two_group_faults(trial$groups),
    if (alternative != "two.sided") reference_needed(d), terminal_faults(d, terminal),
    person_faults_of_groups(d, trial$groups, "group"), merged_interval_faults(d, timefix)
  ))
  trial$d <- as_recurrent(d, terminal)
  trial$d$columns$stratum <- trial$strata$codes
  found <- mean_cumulative_test_cpp(trial$d$columns, trial$groups$codes, timefix)
  new_mcf_test(found, trial, terminal, alternative, timefix)
}

two_group_faults <- function(groups) {
  if (length(groups$levels) > 2) {
    fault("formula", "wrong_length", sprintf("compares two groups, and there are %d", length(groups$levels)),
      remedy = "Use subset = for each pair."
    )
  }
}
