#' Cumulative incidence with competing events
#'
#' The Aalen-Johansen estimate of the probability that each cause has come first by time t, \eqn{F_k(t) =
#' \sum_{t_j \le t} S(t_j-) d_{kj} / n_j}, for each combination of the variables on the right of the formula,
#' with pointwise limits.
#'
#' @section Causes: With `Surv(time, status)` the status is a factor: its first level (or `censored =`) is
#'   censored, every other level a cause, whether or not it occurs. In an ADTTE rows with `CNSR` 0 are the
#'   event of interest and `competing =` names the others; a code of `CNSR` never makes a competing event by
#'   itself.
#' @section Variance: `"aalen"`, the default, is Aalen's, as in `cmprsk` and SAS; `"delta"` that of the delta
#'   method, which SAS offers; `"ij"` the infinitesimal jackknife over clusters, else persons, else rows, as
#'   in `survival::survfit()`. Without weights, late entry and clusters the last two
#'   are equal. `weights` and `cluster` need, and by default have, `"ij"`.
#' @section Defaults: Limits are on the log-log scale, as in SAS and `tidycmprsk`; `survfit()` uses `"log"`.
#'
#' @inheritParams km
#' @inheritParams time_to_event
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param conf.type Scale of the limits: `"log-log"`, `"plain"`, `"log"`, `"arcsin"`, or `"none"`.
#' @param variance `"aalen"`, `"delta"` or `"ij"`; see Variance.
#' @return A `survfit2` object of class `tte_cif` (`survfitms`): `time`, `pstate`, `std.err`, `lower`,
#'   `upper`, `n.risk`, `n.event`, `n.censor` as matrices of time by state, of which the first, `"(s0)"`, is
#'   to have had no event; `cumhaz` by cause; and `tte`, which holds the method, its conventions and the unit.
#' @references Aalen OO, Johansen S (1978). An empirical transition matrix for non-homogeneous Markov chains
#'   based on censored observations. *Scandinavian Journal of Statistics* 5, 141-150. Aalen OO (1978).
#'   Nonparametric estimation of partial transition probabilities in multiple decrement models. *Annals of
#'   Statistics* 6, 534-545. Marubini E, Valsecchi MG (1995). *Analysing Survival Data from Clinical Trials
#'   and Observational Studies*, chapter 10.
#' @seealso [cif_difference()], [years_lost()], [gray_test()], [fine_gray()].
#' @examples
#' mgus <- survival::mgus2
#' mgus$months <- with(mgus, ifelse(pstat == 1, ptime, futime))
#' first <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
#' mgus$first <- factor(first, 0:2, c("censored", "PCM", "death"))
#' cif(Surv(months, first) ~ sex, mgus, subset = months > 0, unit = "months")
#' @export
cif <- function(formula, data = NULL, ..., censored = NULL, competing = NULL, param = NULL, strata = NULL,
                reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL,
                freq = NULL, unit = NULL, report_in = NULL, day_one = NULL, variance = NULL,
                conf.level = 0.95, conf.type = "log-log", timefix = TRUE) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", c("log-log", "plain", "log", "arcsin", "none")),
    incidence_variance_faults(variance)
  ))
  groups <- curve_codes(d)
  abort_input(rbind(person_faults_of_curves(d, groups), merged_interval_faults(d, timefix)))
  d$columns$stratum <- groups$codes
  variance <- incidence_variance(variance, d, rlang::current_env())
  fit <- cif_cpp(d$columns, length(d$causes), variance, conf.type, conf.level, timefix)
  fit <- new_cif(fit, d, groups, variance, conf.type, conf.level, timefix)
  fit$call$variance <- variance
  fit$tte$conventions[["variance"]] <- incidence_variance_sentence(variance, d)
  fit
}

incidence_variance_faults <- function(variance) {
  if (!is.null(variance)) check_choice(variance, "variance", c("aalen", "delta", "ij"))
}

incidence_variance <- function(variance, d, call) {
  robust <- !is.null(d$columns$weight) || !is.null(d$columns$cluster)
  if (is.null(variance)) {
    return(if (robust) "ij" else "aalen")
  }
  if (robust && variance != "ij") {
    what <- "weights and clusters need \"ij\", the infinitesimal jackknife"
    abort_input(fault("variance", "not_a_choice", what), call)
  }
  variance
}
