#' Difference and ratio of response rates
#'
#' Compares each arm with the reference: the difference of the response rates, or their ratio, with limits and
#' the p value that belongs to them, over strata where `strata` names some.
#'
#' @section Limits of a difference: `"miettinen-nurminen"` inverts the score test with the variance that is
#'   most likely under each difference, times N / (N - 1); `"mee"` does without that factor; `"newcombe"` puts
#'   the Wilson limits of the two rates together; `"sato"` takes Mantel and Haenszel's difference with the
#'   variance of Sato, Greenland and Robins; `"exact"` inverts the two one-sided exact tests of the observed
#'   difference at the least favourable rates, as SAS PROC FREQ's `exact riskdiff` does, without strata; its
#'   time grows with the square of the patients. Over strata the score methods weight them by n1 n2 / N
#'   (`stratum_weights = "cmh"`) or by the inverse of the variance, as it is under each difference
#'   (`"inverse-variance"`); Newcombe's limits are those of Yan and Su with the first weights. Under
#'   `"inverse-variance"` a stratum in which nobody or everybody responded weighs without bound at a
#'   difference of 0, so 0 is never rejected; `"cmh"` has no such point.
#' @section p value: It is the one that is below 1 - `conf.level` just where the limits leave 0 (for a ratio
#'   1) out. Score methods: the score test of no difference; under `"miettinen-nurminen"` with `"cmh"`
#'   weights this is the Cochran-Mantel-Haenszel test without correction. Newcombe: the level at which a
#'   limit touches 0. Exact: twice the lighter tail, without a Z. Z > 0 favours the arm, which has more
#'   responders than the reference.
#' @section Strata: A stratum in which an arm has no patient is left out, of the weights, the counts and the
#'   variance, and the conventions say so. Where no stratum is left, or an arm has no patient, there is no
#'   estimate (`NA`).
#' @section Defaults: SAS PROC FREQ's `riskdiff(cl = mn)` is the default without strata. `std.error` is that
#'   of the estimate with the rates as they were seen, and for `"sato"` theirs; the other limits are not made
#'   of it.
#'
#' @inheritParams response_rate
#' @param formula `~ arm`, or `responder ~ arm`; the right side names the arms, beside `strata()`.
#' @param type What counts as a response, `"orr"`, `"dcr"`, `"cbr"` or best overall responses by name: see
#'   [response_rate()].
#' @param strata Names of columns over whose strata the arms are compared.
#' @param reference The arm that the others are compared with; required where the arms are words without an
#'   order. Otherwise the first level of the factor, or the smaller number.
#' @param conf.method `"miettinen-nurminen"`, `"mee"`, `"newcombe"`, `"sato"`, `"exact"`; for a ratio
#'   `"miettinen-nurminen"`, or `"koopman"`, the score limits without the factor N / (N - 1).
#' @param stratum_weights `"cmh"` or `"inverse-variance"`, for the score methods.
#' @return [Estimates][estimates], one row for each arm but the reference: `estimate` (arm less reference, or
#'   arm over reference), `statistic` (Z), `p.value`, `n` and `n.event` of both arms together.
#' @inheritSection response_rate Errors
#' @references Miettinen O, Nurminen M (1985). Comparative analysis of two rates. *Statistics in Medicine* 4,
#'   213-226. Mee RW (1984). Confidence bounds for the difference between two probabilities. *Biometrics* 40,
#'   1175-1176. Newcombe RG (1998). Interval estimation for the difference between independent proportions.
#'   *Statistics in Medicine* 17, 873-890. Yan X, Su XG (2010). Stratified Wilson and Newcombe confidence
#'   intervals for multiple binomial proportions. *Statistics in Biopharmaceutical Research* 2, 329-335. Sato
#'   T, Greenland S, Robins JM (1989). On the variance estimator for the Mantel-Haenszel risk difference.
#'   *Biometrics* 45, 1323-1324. Santner TJ, Snell MK (1980). Small-sample confidence intervals for p1 - p2
#'   and p1 / p2 in 2 x 2 contingency tables. *JASA* 75, 386-394. Koopman PAR (1984). Confidence intervals
#'   for the ratio of two binomial proportions. *Biometrics* 40, 513-517.
#' @examples
#' d <- data.frame(
#'   arm = factor(rep(c("Placebo", "Drug X"), c(77, 154)), c("Placebo", "Drug X")),
#'   responder = rep(c(TRUE, FALSE, TRUE, FALSE), c(12, 65, 36, 118)),
#'   region = rep(c("Asia", "Europe", "America"), 77)
#' )
#' response_difference(responder ~ arm, d)
#' response_difference(responder ~ arm, d, strata = "region", conf.method = "newcombe")
#' response_ratio(responder ~ arm, d)
#' @export
response_difference <- function(
  formula, data, ..., param = NULL, type = "orr", min_days = NULL, confirmed = NULL, strata = NULL,
  reference = NULL, subset = NULL, conf.method = "miettinen-nurminen", stratum_weights = "cmh",
  conf.level = 0.95
) {
  check_dots(...)
  abort_input(rbind(
    rate_input_faults(formula, data), type_faults(type, min_days),
    check_flag(confirmed, "confirmed", null.ok = TRUE),
    check_choice(conf.method, "conf.method", names(difference_methods)),
    check_choice(stratum_weights, "stratum_weights", names(weight_sentences)),
    stratum_weight_faults(conf.method, stratum_weights), check_level(conf.level)
  ))
  data <- rate_rows(data, rlang::enquo(subset))
  request <- list(param = param, type = type, min_days = min_days, confirmed = confirmed)
  trial <- read_trial(formula, data, request, strata, reference)
  abort_input(if (conf.method == "exact" && length(trial$by) > 0) {
    fault("conf.method", "not_a_choice", "\"exact\" takes no strata")
  })
  compare <- function(table) {
    if (conf.method == "exact") {
      return(exact_comparison(table, conf.level))
    }
    found <- compare_proportions_cpp(table, conf.method, stratum_weights, conf.level)
    c(found, 2 * stats::pnorm(-abs(found[5])))
  }
  said <- difference_sentences(trial, conf.method, stratum_weights)
  found <- contrast_estimates(
    trial, compare, "difference", "Difference of response rates", data, conf.level, said
  )
  warn_no_variance(found, conf.method)
  found
}

difference_methods <- c(
  "miettinen-nurminen" = "Miettinen and Nurminen's score limits", mee = "Mee's score limits",
  newcombe = "Newcombe's limits", sato = "Mantel and Haenszel's difference with Sato's variance",
  exact = "exact limits without conditioning (Santner and Snell)"
)

# Estimate and its error as they are; limits and p of the exact tails, which have no Z.
exact_comparison <- function(table, conf.level) {
  plain <- compare_proportions_cpp(table, "mee", "cmh", conf.level)[1:2]
  found <- exact_difference_cpp(table, conf.level)
  c(plain, found[1:2], NA, found[3])
}

weight_sentences <- c(
  cmh = "Strata are weighted by n1 n2 / N.",
  "inverse-variance" = "Strata are weighted by the inverse of their variance under each difference."
)

stratum_weight_faults <- function(conf.method, stratum_weights) {
  if (conf.method %in% c("newcombe", "sato", "exact") && identical(stratum_weights, "inverse-variance")) {
    fault("stratum_weights", "not_a_choice", sprintf("must be \"cmh\" under \"%s\"", conf.method))
  }
}

difference_sentences <- function(trial, conf.method, stratum_weights) {
  stratified <- length(trial$by) > 0
  yan <- if (stratified && conf.method == "newcombe") " over strata by Yan and Su" else ""
  sentences(
    limits = sprintf(
      "Limits of a difference: %s%s; the p value agrees with them.",
      difference_methods[[conf.method]], yan
    ),
    weights = if (stratified) weight_sentences[[stratum_weights]]
  )
}

# Normal limits from a variance of 0 have no width, which is no certainty.
warn_no_variance <- function(found, conf.method) {
  if (conf.method != "sato" || !any(found$std.error %in% 0)) {
    return(invisible(NULL))
  }
  warn_tte(c(
    "Sato's variance is 0 where nobody or everybody responded, and its limits have no width.",
    i = "Use conf.method = \"miettinen-nurminen\"."
  ), "no_variance", call = rlang::caller_env())
}

#' @rdname response_difference
#' @export
response_ratio <- function(
  formula, data, ..., param = NULL, type = "orr", min_days = NULL, confirmed = NULL, reference = NULL,
  subset = NULL, conf.method = "miettinen-nurminen", conf.level = 0.95
) {
  check_dots(...)
  abort_input(rbind(
    rate_input_faults(formula, data), type_faults(type, min_days),
    check_flag(confirmed, "confirmed", null.ok = TRUE),
    check_choice(conf.method, "conf.method", c("miettinen-nurminen", "koopman")), check_level(conf.level)
  ))
  data <- rate_rows(data, rlang::enquo(subset))
  request <- list(param = param, type = type, min_days = min_days, confirmed = confirmed)
  trial <- read_trial(formula, data, request, NULL, reference)
  if (length(trial$by) > 0) {
    abort_unsupported(
      "A stratified ratio of response rates", "Its score limits are not there.",
      "odds_ratio() and response_difference() take strata."
    )
  }
  compare <- function(table) {
    found <- compare_ratio_cpp(table, conf.method, conf.level)
    c(found[1], ratio_error(table), found[2:4], 2 * stats::pnorm(-abs(found[4])))
  }
  score <- if (conf.method == "koopman") "Koopman's score limits" else "Miettinen and Nurminen's score limits"
  said <- sentences(limits = sprintf("Limits of a ratio: %s.", score))
  contrast_estimates(trial, compare, "ratio", "Ratio of response rates", data, conf.level, said)
}

# The error of the logarithm of a ratio, where both arms have responders.
ratio_error <- function(table) {
  if (any(table[, c(1, 3)] == 0)) {
    NA_real_
  } else {
    sqrt(
      1 / table[1] - 1 / table[2] + 1 / table[3] - 1 / table[4]
    )
  }
}
