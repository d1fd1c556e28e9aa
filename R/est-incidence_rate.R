#' Incidence rate per person-time
#'
#' Events divided by time at risk, for each arm: the exposure-adjusted incidence rate of safety tables when
#' each person counts until her first event (EAIR), the event rate when all events count. With differences and
#' ratios v the reference.
#'
#' @section Limits: For n events in T person-years, exact (Garwood) limits are \eqn{\chi^2_{\alpha/2; 2n} /
#'   2T} and \eqn{\chi^2_{1-\alpha/2; 2n+2} / 2T}; Byar's are \eqn{(n + .5)(1 - 1/(9(n + .5)) \pm z/(3
#'   \sqrt{n + .5}))^3 / T}; mid-P halves the probability of the observed count; log and normal are Wald's.
#'   Without events the lower limit is 0, and the normal and log limits are undefined. The limits take events
#'   for independent: with several events of a person [mcf()] or a robust model says more.
#' @section Contrasts: The ratio has exact limits (the binomial distribution of the events given their sum,
#'   each tail \eqn{\alpha/2}; mid-P with `conf.method = "mid-p"`) and its exact p value; under `"log"`,
#'   `"byar"` and `"normal"` normal ones for its logarithm. The difference has normal limits, variance
#'   \eqn{n_1/T_1^2 + n_2/T_2^2}.
#'
#' @inheritParams km
#' @inheritParams time_to_event
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]: the arms on the right. Rows are stretches of
#'   follow-up; competing events end it without counting.
#' @param strata,cluster,weights Refused: a rate has no strata, and its limits are those of a Poisson count.
#' @param cause The cause that counts, where the status has several; the first by default.
#' @param per Person-time of the reported rate, in `per_unit`s: 100 gives rates per 100 patient-years.
#' @param per_unit The unit of the person-time: `"days"`, `"weeks"`, `"months"` or `"years"`. Needs the `unit`
#'   of the data; without any unit rates are per `per` units of the data.
#' @param contrasts Whether differences and ratios v the reference are given.
#' @param conf.method `"exact"`, `"byar"`, `"mid-p"`, `"log"` or `"normal"`.
#' @return [Estimates][estimates]: for each arm the rate, with `n` persons, `n.event` events, and the
#'   person-time as a row of scale `"person-time"`; then differences and ratios. Z > 0 favours the other arm,
#'   which has the lower rate.
#' @references Garwood F (1936). Fiducial limits for the Poisson distribution. *Biometrika* 28, 437-442.
#'   Breslow NE, Day NE (1987). *Statistical Methods in Cancer Research*, volume II. IARC.
#' @examples
#' lung <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
#' incidence_rate(Surv(time, status) ~ sex, lung, unit = "days")
#' @export
incidence_rate <- function(
  formula, data = NULL, ..., cause = NULL, censored = NULL, competing = NULL, param = NULL, strata = NULL,
  reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL,
  unit = NULL, report_in = NULL, day_one = NULL, per = 100, per_unit = "years", contrasts = TRUE,
  conf.level = 0.95, conf.method = "exact"
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_flag(contrasts, "contrasts"), per_faults(per),
    check_choice(per_unit, "per_unit", names(days_per)),
    check_choice(conf.method, "conf.method", c("exact", "byar", "mid-p", "log", "normal"))
  ))
  call <- rlang::current_env()
  refuse_curve_terms(d, call)
  refuse_weights(d, call)
  abort_input(rbind(cause_faults(d, cause), if (length(d$strata_columns) > 0) {
    fault("strata", "wrong_type", "an incidence rate has no strata",
      remedy = "Put them on the right of the formula."
    )
  }))
  groups <- group_codes(d)
  contrasts <- contrasts && length(groups$levels) > 1
  abort_input(if (contrasts) reference_needed(d), call)
  counts <- incidence_counts(d, groups, if (is.null(cause)) d$causes[1] else cause, per, per_unit)
  rows <- person_time_rows(counts, conf.level, conf.method)
  if (contrasts) rows <- rbind(rows, incidence_contrasts(counts, conf.level, conf.method))
  new_incidence(rows, d, counts, per, conf.level, conf.method)
}

refuse_weights <- function(d, call) {
  if (!is.null(d$columns$weight) || !is.null(d$columns$cluster)) {
    abort_unsupported(
      "An incidence rate with `weights` or `cluster`", "Its limits are those of a Poisson count.",
      "mcf() has robust standard errors; freq = stands for equal rows.", call
    )
  }
}

per_faults <- function(per) {
  if (!checkmate::test_number(per, lower = 0, finite = TRUE) || per == 0) {
    fault("per", "not_positive", "must be one number above 0")
  }
}

cause_faults <- function(d, cause) {
  if (!is.null(cause) && !checkmate::test_choice(cause, d$causes)) {
    fault("cause", "not_a_choice", sprintf("must be one of %s", and_list(d$causes)))
  }
}

# Persons, events and person-time (in multiples of `per` units) of each arm.
incidence_counts <- function(d, groups, cause, per, per_unit) {
  arm <- if (is.null(groups)) rep(1L, d$n) else groups$codes
  columns <- d$columns
  freq <- if (is.null(columns$freq)) rep(1, d$n) else as.double(columns$freq)
  start <- if (is.null(columns$start)) 0 else columns$start
  known <- !is.null(d$scale$unit)
  in_units <- if (known) days_per[[d$scale$unit]] / days_per[[per_unit]] else 1
  total <- function(x) as.vector(tapply(x, factor(arm, seq_len(max(1, length(groups$levels)))), sum))
  list(
    arm = arm_names(d, groups), n = total(row_persons(columns)),
    cause = if (length(d$causes) > 1) cause else NA,
    events = total(freq * (columns$cause == match(cause, d$causes))),
    time = total(freq * (columns$stop - start)) * in_units / per,
    unit = sprintf("%s person-%s", format(per), if (known) per_unit else "time units")
  )
}

# ---- one arm ----

person_time_rows <- function(counts, conf.level, conf.method) {
  rate <- counts$events / counts$time
  limits <- poisson_limits(counts$events, conf.level, conf.method)
  rates <- data.frame(
    group = counts$arm, comparison = NA, scale = "rate", estimate = rate,
    std.error = sqrt(counts$events) / counts$time, conf.low = limits$lower / counts$time,
    conf.high = limits$upper / counts$time, statistic = NA, p.value = NA,
    n = counts$n, n.event = counts$events
  )
  time <- transform(rates,
    scale = "person-time", estimate = counts$time, std.error = NA, conf.low = NA, conf.high = NA
  )
  rbind(rates, time)
}

# Limits of the mean of a Poisson count.
poisson_limits <- function(n, level, method) {
  alpha <- 1 - level
  z <- stats::qnorm(1 - alpha / 2)
  switch(method,
    exact = list(
      lower = ifelse(n == 0, 0, stats::qchisq(alpha / 2, 2 * n) / 2),
      upper = stats::qchisq(1 - alpha / 2, 2 * n + 2) / 2
    ),
    byar = list(lower = byar(n, -z), upper = byar(n, z)),
    "mid-p" = list(
      lower = vapply(n, mid_p_limit, 1, alpha / 2, TRUE),
      upper = vapply(n, mid_p_limit, 1, alpha / 2, FALSE)
    ),
    log = list(
      lower = ifelse(n == 0, NA, n * exp(-z / sqrt(n))), upper = ifelse(n == 0, NA, n * exp(z / sqrt(n)))
    ),
    normal = list(
      lower = ifelse(n == 0, NA, pmax(0, n - z * sqrt(n))), upper = ifelse(n == 0, NA, n + z * sqrt(n))
    )
  )
}

# n + 1/2 at both ends, as safety tables have it; without events the lower limit is 0.
byar <- function(n, z) {
  m <- n + 0.5
  limit <- m * (1 - 1 / (9 * m) + z / (3 * sqrt(m)))^3
  ifelse(n == 0 & z < 0, 0, pmax(0, limit))
}

mid_p_limit <- function(n, tail, lower) {
  if (lower && n == 0) {
    return(0)
  }
  excess <- function(mean) {
    half <- 0.5 * stats::dpois(n, mean)
    (if (lower) stats::ppois(n, mean, lower.tail = FALSE) else stats::ppois(n - 1, mean)) + half - tail
  }
  ends <- if (lower) c(1e-12, n) else c(n, stats::qchisq(1 - tail / 10, 2 * n + 2))
  stats::uniroot(excess, ends, tol = 1e-12 * max(1, n))$root
}

# ---- arms compared ----

incidence_contrasts <- function(counts, conf.level, conf.method) {
  other <- seq_along(counts$arm)[-1]
  words <- sprintf("%s v %s", counts$arm[other], counts$arm[1])
  rate <- counts$events / counts$time
  variance <- counts$events / counts$time^2
  difference <- wald_rows(
    rate[other] - rate[1], sqrt(variance[other] + variance[1]), "difference", conf.level, words,
    better = -1
  )
  ratio <- do.call(rbind, lapply(other, incidence_ratio, counts, conf.level, conf.method))
  ratio$comparison <- words
  cbind(rbind(difference, ratio), group = NA, n = NA, n.event = NA)
}

# Given the sum of the events those of one arm are binomial, with odds ratio x T / T1.
incidence_ratio <- function(other, counts, conf.level, conf.method) {
  x <- counts$events[c(other, 1)]
  time <- counts$time[c(other, 1)]
  estimate <- (x[1] / time[1]) / (x[2] / time[2])
  wald <- wald_rows(
    if (all(x > 0)) estimate else NA_real_, sqrt(sum(1 / x)), "ratio", conf.level, NA,
    better = -1, log = TRUE
  )
  if (!conf.method %in% c("exact", "mid-p") || sum(x) == 0) {
    return(wald)
  }
  limits <- binomial_odds_limits(x[1], sum(x), conf.method, conf.level)
  share <- time[1] / sum(time)
  p <- binomial_p(x[1], sum(x), share, conf.method == "mid-p")
  z <- stats::qnorm(p / 2) * sign(if (is.nan(estimate)) 0 else log(estimate))
  if (!all(x > 0)) wald$std.error <- NA
  wald[c("estimate", "conf.low", "conf.high", "statistic", "p.value")] <-
    list(estimate, limits[1] * time[2] / time[1], limits[2] * time[2] / time[1], z, p)
  wald
}

# Limits of the odds p / (1 - p) of a binomial proportion.
binomial_odds_limits <- function(x, n, method, conf.level) {
  limits <- proportion_interval_cpp(x, n, if (method == "exact") "clopper-pearson" else method, conf.level)
  as.vector(limits / (1 - limits))
}

# Twice the smaller tail, which agrees with the limits.
binomial_p <- function(x, n, p, mid) {
  own <- if (mid) 0.5 else 1
  lower <- stats::pbinom(x - 1, n, p) + own * stats::dbinom(x, n, p)
  upper <- stats::pbinom(x, n, p, lower.tail = FALSE) + own * stats::dbinom(x, n, p)
  min(1, 2 * lower, 2 * upper)
}

new_incidence <- function(rows, d, counts, per, conf.level, conf.method) {
  words <- c(
    exact = "exact (Garwood)", byar = "Byar's", "mid-p" = "mid-P",
    log = "Wald's for the logarithm", normal = "Wald's"
  )
  said <- sentences(
    rate = sprintf("Rates are events per %s at risk.", counts$unit),
    limits = sprintf("Limits are %s, %s.", format_percent(conf.level), words[[conf.method]]),
    p = if (conf.method %in% c("exact", "mid-p")) {
      "p of a ratio is twice the smaller tail, and agrees with its limits."
    }
  )
  do.call(new_estimates, c(as.list(rows), list(
    param = if (is.null(d$param)) NA else d$param, cause = counts$cause, unit = counts$unit,
    conf.level = conf.level, method = "Incidence rate",
    provenance = provenance(d, "Incidence rate", 0, said, n_persons = sum(counts$n))
  )))
}
