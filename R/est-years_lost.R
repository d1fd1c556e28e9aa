#' Time lost to each cause
#'
#' The area under the cumulative incidence of a cause up to `tau`: the mean time, of the time up to `tau`,
#' that is lost to it (restricted mean time lost by cause). Over all causes it adds up to `tau` less the
#' restricted mean survival time. For each arm, and as difference and ratio v the reference.
#'
#' @section Variance: The infinitesimal jackknife over clusters, else persons, else rows. Arms are independent
#'   unless a cluster has members in several. Limits of a time and of a difference are normal, those of a
#'   ratio normal for its logarithm, whose `std.error` is given. Z > 0: the other arm loses less.
#'
#' @inheritParams cif_difference
#' @inheritParams rmst
#' @inheritSection cif Causes
#' @inheritSection rmst tau
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]: the arms on the right, without strata.
#' @param strata Not supported: an error of class `tte_error_unsupported`.
#' @return [Estimates][estimates]: for each cause a row for each arm, then differences and ratios.
#' @references Andersen PK (2013). Decomposition of number of life years lost according to causes of death.
#'   *Statistics in Medicine* 32, 5278-5285.
#' @examples
#' mgus <- survival::mgus2
#' mgus$months <- with(mgus, ifelse(pstat == 1, ptime, futime))
#' first <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
#' mgus$first <- factor(first, 0:2, c("censored", "PCM", "death"))
#' years_lost(Surv(months, first) ~ sex, mgus, subset = months > 0, tau = 240)
#' @export
years_lost <- function(
  formula, data = NULL, ..., tau = NULL, cause = NULL, censored = NULL, competing = NULL, param = NULL,
  strata = NULL, reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL,
  freq = NULL, unit = NULL, report_in = NULL, day_one = NULL, contrasts = TRUE, conf.level = 0.95,
  timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_flag(contrasts, "contrasts"), check_flag(timefix, "timefix")
  ))
  call <- rlang::current_env()
  arms <- incidence_arms(d, cause, "aalen", conf.level, timefix, call)
  contrasts <- contrasts && length(arms$names) > 1
  abort_input(if (contrasts) reference_needed(d), call)
  tau <- restriction(tau, arms, call)
  found <- cif_functional_cpp(arms$d$columns, length(d$causes), tau$at, TRUE, timefix)
  rows <- do.call(rbind, lapply(arms$causes, lost_rows, found, arms, tau$at, contrasts, conf.level))
  unit <- if (is.null(d$scale$unit)) "" else paste0(" ", d$scale$unit)
  chosen <- if (is.null(tau$chosen)) "" else paste0(", ", tau$chosen)
  said <- sentences(
    causes = sprintf("Causes: %s.", and_list(d$causes)),
    tau = sprintf("Restricted at tau = %s%s%s.", format(tau$at, digits = 10), unit, chosen),
    variance = variance_sentence(TRUE, "", d),
    limits = sprintf("Limits are %s, normal; those of a ratio on the log scale.", format_percent(conf.level)),
    contrasts = if (contrasts) {
      "The std.error of a ratio is that of its log; Z > 0: the other arm loses less."
    },
    timefix = merge_sentence(arms$fit$snapped, timefix)
  )
  method <- "Restricted mean time lost by cause"
  estimates_of(
    rows, d, "RMTL", tau$at, conf.level, method,
    provenance(d, method, arms$fit$snapped, said, n_persons = sum(arms$n), tau = tau$at)
  )
}

lost_rows <- function(cause, found, arms, tau, contrasts, conf.level) {
  found <- list(estimate = as.vector(found[[cause]]$estimate), cov = found[[cause]]$cov)
  level <- wald_rows(found$estimate, sqrt(diag(found$cov)), "time", conf.level, NA)
  level[c("statistic", "p.value")] <- NA
  rows <- cbind(level, group = arms$names, n = arms$n, n.event = cases_until(arms, cause, tau))
  if (contrasts) {
    versus <- contrast_rows(found, arms$names, conf.level, better = -1)
    rows <- rbind(rows, cbind(versus, group = NA, n = NA, n.event = NA))
  }
  cbind(rows, cause = arms$d$causes[cause])
}
