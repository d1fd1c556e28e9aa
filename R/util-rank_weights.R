# Weight functions of the log-rank family are data: a kind, its parameters, and a sentence each.

#' Weights of the log-rank family
#'
#' A weight function says how much an event time counts in [log_rank_test()] and [max_combo_test()]. Those
#' without parameters are given by name, `"log-rank"`, `"gehan-breslow"`, `"tarone-ware"`, `"peto-peto"`,
#' `"modified-peto-peto"`; these functions make the others. Any function of time is a weight function, too.
#'
#' `fleming_harrington()` is \eqn{S(t-)^\rho (1 - S(t-))^\gamma} of the pooled Kaplan-Meier curve (of each
#' stratum): (0, 0) is the log-rank test, (1, 0) looks at early, (0, 1) at late, (1, 1) at middle differences.
#' `modestly_weighted()` is \eqn{1 / \max(S(t-), S(t^*))}, which grows until `t_star` and stays there; with
#' `s_star` it grows until the pooled survival is `s_star`.
#'
#' @param rho,gamma Numbers, at least 0.
#' @param t_star Where the weight stops growing: a number on the scale of the data, or [in_months()] and its
#'   like.
#' @param s_star The pooled survival at which the weight stops growing, in place of `t_star`.
#' @return An object of class `tte_rank_weight`.
#' @section Errors: `tte_error_input` for a negative exponent, or unless exactly one of `t_star` and `s_star`
#'   is given.
#' @references Fleming TR, Harrington DP (1991). *Counting Processes and Survival Analysis*, section 7.2.
#'   Magirr D, Burman CF (2019). Modestly weighted logrank tests. *Statistics in Medicine* 38, 3782-3790.
#' @examples
#' fleming_harrington(0, 1)
#' log_rank_test(Surv(time, status) ~ sex, survival::lung, weight = fleming_harrington(0, 1))
#' log_rank_test(Surv(time, status) ~ sex, survival::lung,
#'   unit = "days",
#'   weight = modestly_weighted(t_star = in_months(6))
#' )
#' @name rank_weights
NULL

#' @rdname rank_weights
#' @export
fleming_harrington <- function(rho = 0, gamma = 0) {
  abort_input(rbind(check_number(rho, "rho", 0), check_number(gamma, "gamma", 0)))
  new_rank_weight("fleming-harrington", rho = as.double(rho), gamma = as.double(gamma))
}

#' @rdname rank_weights
#' @export
modestly_weighted <- function(t_star = NULL, s_star = NULL) {
  horizon <- inherits(t_star, "tte_horizon") && length(t_star$value) == 1
  abort_input(rbind(
    if (is.null(t_star) == is.null(s_star)) {
      fault("t_star", "wrong_length", "exactly one of `t_star` and `s_star` must be given")
    },
    if (!horizon) check_number(t_star, "t_star", 0, null.ok = TRUE),
    check_number(s_star, "s_star", 0, 1, null.ok = TRUE),
    if (identical(as.double(s_star), 0)) fault("s_star", "out_of_range", "must be above 0")
  ))
  if (is.null(s_star)) {
    return(new_rank_weight("modest-time", t_star = t_star))
  }
  new_rank_weight("modest-survival", s_star = as.double(s_star))
}

new_rank_weight <- function(kind, ...) structure(list(kind = kind, ...), class = "tte_rank_weight")

plain_rank_weights <- c("log-rank", "gehan-breslow", "tarone-ware", "peto-peto", "modified-peto-peto")

# What the user gave as a weight: list(weight) or list(faults).
read_rank_weight <- function(weight, argument = "weight") {
  if (inherits(weight, "tte_rank_weight")) {
    return(list(weight = weight))
  }
  if (is.function(weight)) {
    return(list(weight = new_rank_weight("step", of_time = weight)))
  }
  if (checkmate::test_choice(weight, plain_rank_weights)) {
    return(list(weight = new_rank_weight(weight)))
  }
  what <- sprintf("must be one of %s, or a function of time", quoted_list(plain_rank_weights))
  remedy <- "The others are made by fleming_harrington(rho, gamma) and modestly_weighted(t_star)."
  list(faults = fault(argument, if (is.character(weight)) "not_a_choice" else "wrong_type", what,
    remedy = remedy
  ))
}

# The name of the test that a weight function makes.
rank_test_name <- function(weight) {
  switch(weight$kind,
    "log-rank" = "Log-rank test",
    "gehan-breslow" = "Gehan-Breslow test",
    "tarone-ware" = "Tarone-Ware test",
    "peto-peto" = "Peto-Peto test",
    "modified-peto-peto" = "Modified Peto-Peto test",
    "fleming-harrington" = sprintf("Fleming-Harrington (%s, %s) test", weight$rho, weight$gamma),
    "modest-time" = ,
    "modest-survival" = "Modestly weighted log-rank test",
    step = "Weighted log-rank test"
  )
}

#' @export
format.tte_rank_weight <- function(x, ...) {
  pooled <- "of the pooled curve"
  switch(x$kind,
    "log-rank" = "1 at every event time",
    "gehan-breslow" = "the number at risk (SAS calls the test Wilcoxon)",
    "tarone-ware" = "the square root of the number at risk",
    "peto-peto" = "Peto's pooled survival, the product of 1 - d / (n + 1) up to and with the time",
    "modified-peto-peto" = "Peto's pooled survival times n / (n + 1)",
    "fleming-harrington" = sprintf("S(t-)^%s (1 - S(t-))^%s %s", x$rho, x$gamma, pooled),
    "modest-time" = sprintf("1 / max(S(t-), S(%s)) %s", format(x$t_star), pooled),
    "modest-survival" = sprintf("1 / max(S(t-), %s) %s", x$s_star, pooled),
    step = "a function of time given by the user"
  )
}

#' @export
print.tte_rank_weight <- function(x, ...) {
  cat(rank_test_name(x), ": weight ", format(x), "\n", sep = "")
  invisible(x)
}
