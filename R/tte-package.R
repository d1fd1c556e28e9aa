#' tte: survival endpoints from clinical study data
#'
#' A statistician hands over a study's patient-level data and gets its endpoints, their estimates and a
#' report. Start at [km()], [cox()], [log_rank_test()] and [cif()] with a `Surv()` formula or an ADTTE data
#' set, or at [time_to_event()] to read the data once for a whole analysis.
#'
#' @section Options: `tte.threads` is the number of threads (by default 2, or 1 on a machine with one core).
#'   Results have the same bits for any number of threads.
#' @keywords internal
#' @useDynLib tte, .registration = TRUE
#' @importFrom Rcpp sourceCpp
#' @importFrom rlang .data
#' @importFrom survival Surv strata
#' @importFrom stats anova confint logLik nobs predict residuals update vcov
"_PACKAGE"

#' @importFrom survival Surv
#' @export
survival::Surv

#' @importFrom survival strata
#' @export
survival::strata

#' @importFrom generics tidy
#' @export
generics::tidy

#' @importFrom generics glance
#' @export
generics::glance
