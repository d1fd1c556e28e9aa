#' Odds ratio of response
#'
#' The odds of response of each arm over those of the reference, over strata where `strata` names some.
#'
#' @section Which odds ratio: `"exact"`: the conditional maximum likelihood estimate, given the margins of
#'   each stratum's table, with exact limits, each tail half of 1 - `conf.level` (as `stats::fisher.test()`,
#'   and over strata `stats::mantelhaen.test(exact = TRUE)`). `"mantel-haenszel"`: their estimate with the
#'   variance of Robins, Breslow and Greenland. `"woolf"`: the odds ratio of the sample with normal limits of
#'   its logarithm, without strata. The three differ; the conventions say which one a result is.
#' @section p value: Of the exact odds ratio twice the lighter tail, capped at 1: below 1 - `conf.level` just
#'   where the limits leave 1 out. `p.method = "fisher"` gives Fisher's two-sided p, the sum of the
#'   probabilities no larger than that of the table, which R and SAS print beside such limits and which can
#'   disagree with them. The other odds ratios have the Wald p of their limits.
#' @section No responders: An arm without responders has the odds ratio 0 and the lower limit 0, a reference
#'   without them infinity; the exact method has the other limit too, the others only (0, Inf) and no p value.
#'   Where every patient of both arms has the same outcome nothing is known: no estimate, (0, Inf).
#'
#' @inheritParams response_difference
#' @inheritSection response_difference Strata
#' @param conf.method `"exact"`, `"mantel-haenszel"` or `"woolf"`.
#' @param p.method `"central"` or `"fisher"`, for the exact odds ratio.
#' @return [Estimates][estimates] with scale `"ratio"`, one row for each arm but the reference. `std.error` is
#'   that of the logarithm; the exact odds ratio has none.
#' @inheritSection response_rate Errors
#' @references Robins J, Breslow N, Greenland S (1986). Estimators of the Mantel-Haenszel variance consistent
#'   in both sparse data and large-strata limiting models. *Biometrics* 42, 311-323. Mehta CR, Patel NR, Gray
#'   R (1985). Computing an exact confidence interval for the common odds ratio in several 2 x 2 contingency
#'   tables. *JASA* 80, 969-973. Gart JJ (1970). Point and interval estimation of the common odds ratio in the
#'   combination of 2 x 2 tables with fixed marginals. *Biometrika* 57, 471-475.
#' @examples
#' d <- data.frame(
#'   arm = factor(rep(c("Placebo", "Drug X"), c(77, 154)), c("Placebo", "Drug X")),
#'   responder = rep(c(TRUE, FALSE, TRUE, FALSE), c(12, 65, 36, 118)),
#'   region = rep(c("Asia", "Europe", "America"), 77)
#' )
#' odds_ratio(responder ~ arm, d)
#' odds_ratio(responder ~ arm, d, strata = "region", conf.method = "mantel-haenszel")
#' @export
odds_ratio <- function(
  formula, data, ..., param = NULL, type = "orr", min_days = NULL, confirmed = NULL, strata = NULL,
  reference = NULL, subset = NULL, conf.method = "exact", p.method = "central", conf.level = 0.95
) {
  check_dots(...)
  abort_input(rbind(
    rate_input_faults(formula, data), type_faults(type, min_days),
    check_flag(confirmed, "confirmed", null.ok = TRUE),
    check_choice(conf.method, "conf.method", names(odds_ratio_methods)),
    check_choice(p.method, "p.method", c("central", "fisher")), check_level(conf.level),
    if (identical(p.method, "fisher") && !identical(conf.method, "exact")) {
      fault("p.method", "not_a_choice", "belongs to conf.method = \"exact\"")
    }
  ))
  data <- rate_rows(data, rlang::enquo(subset))
  request <- list(param = param, type = type, min_days = min_days, confirmed = confirmed)
  trial <- read_trial(formula, data, request, strata, reference)
  if (conf.method == "woolf" && length(trial$by) > 0) {
    abort_input(fault("conf.method", "not_a_choice", "\"woolf\" takes no strata",
      remedy = "Over strata it is \"mantel-haenszel\"."
    ))
  }
  contrast_estimates(
    trial, odds_ratio_of(conf.method, p.method, conf.level), "ratio", "Odds ratio of response", data,
    conf.level, odds_sentences(conf.method, p.method)
  )
}

odds_ratio_methods <- c(
  exact = "conditional maximum likelihood, exact limits",
  "mantel-haenszel" = "Mantel and Haenszel's, limits by Robins, Breslow and Greenland",
  woolf = "that of the sample, normal limits of its logarithm"
)

odds_ratio_of <- function(conf.method, p.method, conf.level) {
  function(table) {
    if (!any(comparable(table))) {
      return(rep(NA_real_, 6))
    }
    found <- odds_ratio_cpp(table, conf.method == "exact", p.method == "fisher", conf.level)
    z <- if (conf.method == "exact") NA else log(found[1]) / found[2]
    c(found[1:4], z, found[5])
  }
}

odds_sentences <- function(conf.method, p.method) {
  sentences(
    limits = sprintf("Odds ratio: %s.", odds_ratio_methods[[conf.method]]),
    p = if (conf.method == "exact") {
      if (p.method == "fisher") {
        "p is Fisher's two-sided one, which need not agree with the limits."
      } else {
        "The p value agrees with the limits (twice the lighter tail); Fisher's two-sided p is another."
      }
    }
  )
}
