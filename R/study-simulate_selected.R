# What curves with delayed entry estimate where everybody is included by living until enrolment: a hazard at
# time t is the mean over who is at risk then, and patients whom covariates threaten are at risk less often.
#
# Given the covariates x, who has the delay d (a whole number of days) lives until it with probability
# S(d | x) and is drawn anew until she does, so neither the covariates nor the delays are selected, but the
# courses are. Of these patients, those who are in a state with probability q(t | x) and under observation at
# t have the mass P(x) a(t | x) q(t | x), where
#   a(t | x) = sum over d <= t of P(delay = d) P(followed t - d days from enrolment on) / S(d | x),
# which is constant within each day. So the factor of a Kaplan-Meier curve within day j is N(j + 1) / N(j) of
# N(t) = sum over x of P(x) a(j | x) q(t | x), and an incidence grows by the curve times the mass that moves.

selected_curves <- function(design, rule, at) {
  if (design$kind != "rechallenge") {
    return(NULL)
  }
  from_onset <- mass_from_onset(design, rule)
  days <- min(ceiling(max(at)) + 1, ncol(from_onset) - 1)
  from_rechallenge <- mass_from_rechallenge(design, rule, from_onset, days)
  known <- curve_definitions
  daily <- function(definition) steady_values(design, definition, rule, seq(0, days))
  waiting <- daily(utils::modifyList(known$RESOLVED, list(of = "active")))
  since <- function(definition) curve_values(design, definition, rule, seq(0, days))
  under <- since(utils::modifyList(known$RECUR, list(of = "rechallenged")))
  curve <- function(name, ...) {
    curve_rows(name, selected_by_group(rule, at, ...), at, selected_meanings[[name]])
  }
  rbind(
    curve("OSENTRY", from_onset, daily(known$OSIRAE)), curve("PFSENTRY", from_onset, daily(known$PFSIRAE)),
    curve("RESENTRY", from_onset, waiting, daily(known$RESOLVED)),
    curve("RECUR", from_rechallenge, under, since(known$RECUR))
  )
}

selected_meanings <- c(
  OSENTRY = "Alive, from the onset, as a curve with entry at enrolment estimates it.",
  PFSENTRY = "Neither progressed nor dead, from the onset, as a curve with entry at enrolment estimates it.",
  RESENTRY = "irAE resolved, from its onset, as a curve with entry at enrolment estimates it.",
  RECUR = "irAE again by then, from the rechallenge, of the rechallenged patients under observation."
)

# Over all nodes, and within each group where there are several: groups x times.
selected_by_group <- function(rule, at, weight, stay, reached = NULL) {
  groups <- unique(rule$group)
  each <- c(list(all = groups), if (length(groups) > 1) stats::setNames(nm = groups))
  value <- lapply(each, function(group) {
    own <- rule$group %in% group
    selected_curve(weight[own, , drop = FALSE], stay[own, , drop = FALSE], reached[own, , drop = FALSE], at)
  })
  do.call(rbind, value)
}

# The curve, or with `reached` the incidence, at the times `at`, between whole days linearly. `weight` has a
# column for each day, `stay` and `reached` one for the start of each and one more. There is no value where
# nobody is under observation.
selected_curve <- function(weight, stay, reached, at) {
  day <- seq_len(ncol(stay) - 1)
  weight <- weight[, day, drop = FALSE]
  risk <- colSums(weight * stay[, day, drop = FALSE])
  left <- c(1, cumprod(colSums(weight * stay[, day + 1, drop = FALSE]) / risk))
  value <- if (is.null(reached)) {
    left
  } else {
    moved <- colSums(weight * (reached[, day + 1, drop = FALSE] - reached[, day, drop = FALSE]))
    c(0, cumsum(left[day] * moved / risk))
  }
  value[is.nan(value)] <- NA
  known <- sum(!is.na(value))
  stats::approx(seq_len(known) - 1, value[seq_len(known)], at)$y
}

# P(x) a(t | x), nodes x days since the onset.
mass_from_onset <- function(design, rule) {
  followed <- followed_for(design)
  mean <- design$enrolment_delay * days_per_month
  delays <- seq(0, ceiling(30 * mean))
  chance <- exp(-delays / mean) * (1 - exp(-1 / mean))
  alive <- steady_values(design, curve_definitions$OSIRAE, rule, delays)
  entered <- rep(chance, each = nrow(alive)) / alive * rule$weight
  if (!all(is.finite(entered))) {
    abort_unsupported(
      "An exact value of who lives until enrolment", "With these hazards and delays nobody does.",
      "Lower enrolment_delay or the rates of death.", rlang::caller_env(2)
    )
  }
  lag <- seq_along(followed)
  mass <- matrix(0, nrow(entered), length(delays) + length(lag))
  for (d in seq_along(delays)) mass[, d - 1 + lag] <- mass[, d - 1 + lag] + outer(entered[, d], followed)
  mass
}

# The probability of being followed for k = 0, 1, ... days from enrolment on. Of n patients who enter as a
# Poisson process min(N, n) / n have entered by a day.
followed_for <- function(design) {
  room <- as.numeric(design$cut - design$first_patient)
  day <- seq(0, room)
  n <- design_size(design)
  expected <- vapply(room - day + 1, expected_accrual, numeric(1), design = design)
  entered <- expected * stats::ppois(n - 2, expected) + n * stats::ppois(n - 1, expected, lower.tail = FALSE)
  exp(-day * design$dropout / days_per_month) * entered / n
}

# The same, nodes x days since the rechallenge: summed over the time of the rechallenge, at the middle of each
# day since then, which is near enough because a and the chance of a rechallenge change slowly.
mass_from_rechallenge <- function(design, rule, mass, days) {
  definition <- list(of = "rechallenged", until = c("rechallenged", "progressed"))
  at <- seq_len(ncol(mass) - days) - 1
  begun <- steady_values(design, definition, rule, at + 0.5)
  begins <- begun - cbind(0, begun[, -ncol(begun), drop = FALSE])
  matrix(vapply(seq(0, days - 1), function(k) {
    rowSums(mass[, at + k + 1, drop = FALSE] * begins)
  }, numeric(nrow(mass))), nrow(mass))
}

# As curve_values() at times one day apart, for chains whose hazards never change.
steady_values <- function(design, definition, rule, at) {
  parts <- curve_parts(design, definition, rule)
  n <- nrow(rule$nodes)
  states <- seq_along(parts$chain$states)
  in_state <- function(state) matrix(as.numeric(states == state), n, length(states), byrow = TRUE)
  hazard <- exp(parts$log_hazard) * rep(parts$chain$rates[, 1], each = n)
  ahead <- function(from, time) chain_forward(from, parts$chain, hazard, time)
  rows <- lapply(states, function(state) ahead(in_state(state), 1))
  probability <- ahead(in_state(match(parts$chain$start, parts$chain$states)), at[1])
  value <- matrix(0, n, length(at))
  for (i in seq_along(at)) {
    if (i > 1) probability <- row_times(probability, rows)
    value[, i] <- rowSums(probability[, parts$inside, drop = FALSE])
  }
  value
}
