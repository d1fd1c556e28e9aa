#' Transition probabilities and state occupancy
#'
#' The Aalen-Johansen estimate of a multi-state model: the product integral \eqn{P(s, t) = \prod_{u \in (s,
#' t]} (I + dA(u))}, \eqn{dA_{hj}(u) = d_{hj}(u) / n_h(u)}, and from it the probability of being in each state
#' at time t. Persons may move back and forth, enter late, and start in different states.
#'
#' @section Rows: One row for each stay of a person in a state, as [multi_state()] makes them:
#'   `Surv(start, stop, to)`, `to` a factor whose first level is censored and whose other levels are the
#'   states entered. `from` names the column of the state of the stay; without it each row continues from the
#'   state that the person's row before ended in, and her first row is in `initial`.
#' @section Variance: Greenwood's, as in `etm` and `mstate`, under `variance = "greenwood"`: it takes the
#'   process for Markov. `"ij"`, the infinitesimal jackknife over persons (or `cluster`), does not, and is
#'   `survival::survfit()`'s; it is the default under `weights` or `cluster`. Without the Markov property
#'   occupancies stay valid, transition probabilities from a later time do not.
#' @section Start: The initial occupancy is that of the persons at risk just after `from_time`; give `p0`
#'   where most enter late.
#'
#' @inheritParams km
#' @inheritParams time_to_event
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param from The column of the state of each row, or its name.
#' @param initial The state of a person's first row, where `from` is not given.
#' @param from_time The time s from which transitions are followed.
#' @param p0 Probabilities of the states at `from_time`, by name.
#' @param variance `"greenwood"` or `"ij"`; by default the first, under `weights` or `cluster` the second.
#' @param conf.type Scale of the limits: `"log-log"`, `"plain"`, `"log"`, `"arcsin"`.
#' @return An object of class `tte_states`: `states`; `curves`, for each level of the right side of the
#'   formula its `time`, `n_risk`, `probability` and `std_err` (Greenwood's) as matrices of time by state,
#'   `initial`, and `moves` (time, from, to, number); and `tte`. [summary()] gives occupancies, transition
#'   probabilities or [lengths of stay][length_of_stay()] as [Estimates][estimates]; [ggplot2::autoplot()]
#'   draws stacked occupancies, [state_diagram()] the states with their counts.
#' @references Aalen OO, Johansen S (1978). An empirical transition matrix for non-homogeneous Markov chains
#'   based on censored observations. *Scandinavian Journal of Statistics* 5, 141-150. Andersen PK, Borgan O,
#'   Gill RD, Keiding N (1993). *Statistical Models Based on Counting Processes*. Datta S, Satten GA (2001).
#'   Validity of the Aalen-Johansen estimators of stage occupation probabilities. *Statistics and Probability
#'   Letters* 55, 403-411.
#' @examples
#' d <- data.frame(
#'   id = 1:4, response = c(40, NA, 80, NA), progression = c(200, 90, NA, NA),
#'   death = c(400, NA, NA, 120), end = c(400, 300, 365, 120)
#' )
#' states <- c(response = "response", progression = "progression", death = "death")
#' stays <- multi_state(d, states, end = "end")
#' fit <- transition_probabilities(Surv(start, stop, to) ~ 1, stays, id = id, from = from)
#' fit
#' summary(fit, times = 200)
#' summary(fit, times = 200, type = "transition")
#' @export
transition_probabilities <- function(
  formula, data = NULL, ..., from = NULL, initial = "(s0)", from_time = 0, p0 = NULL, variance = NULL,
  censored = NULL, param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL, id = NULL,
  cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  conf.level = 0.95, conf.type = "log-log", timefix = TRUE
) {
  check_dots(...)
  competing <- NULL
  state <- rlang::enquo(from)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", c("log-log", "plain", "log", "arcsin")),
    if (!is.null(variance)) check_choice(variance, "variance", c("greenwood", "ij"))
  ))
  groups <- curve_codes(d)
  abort_input(rbind(
    initial_faults(initial), person_faults_of_groups(d, groups, "curve"), person_freq_faults(d),
    merged_interval_faults(d, timefix)
  ))
  stays <- read_states(d, state, data, initial)
  abort_input(stays$faults)
  begin <- resolve_horizon(from_time, d$scale, "from_time")$at
  abort_input(rbind(p0_faults(p0, stays$states), at_risk_faults(d, groups, begin, is.null(p0))))
  d$columns$stratum <- groups$codes
  d$columns$cause <- c(0L, match(d$causes, stays$states))[d$columns$cause + 1L]
  robust <- !is.null(d$columns$weight) || !is.null(d$columns$cluster)
  if (is.null(variance)) variance <- if (robust) "ij" else "greenwood"
  model <- list(
    columns = d$columns, from = stays$from, states = stays$states, start = begin, robust = variance == "ij",
    p0 = if (!is.null(p0)) p0[stays$states], timefix = timefix, curves = max(1, length(groups$levels))
  )
  new_states(multi_state_fit(model), model, d, groups, conf.type, conf.level)
}

initial_faults <- function(initial) {
  if (!checkmate::test_string(initial)) fault("initial", "wrong_type", "must be the name of a state")
}

# list(from: state code of each row, states: their names, faults).
read_states <- function(d, state, data, initial) {
  given <- if (!rlang::quo_is_null(state)) state_column(state, data)
  if (is.null(given)) {
    return(states_before(d, initial))
  }
  values <- given[kept_rows(d)]
  faults <- fault_of_kept(d, is.na(values), "missing_value", "the state of the row is missing")
  known <- if (is.factor(given)) levels(given) else as.character(sort(unique(given)))
  states <- unique(c(known, d$causes))
  codes <- match(as.character(values), states)
  list(from = codes, states = states, faults = rbind(faults, chain_faults(d, codes, states)))
}

state_column <- function(state, data) {
  value <- rlang::eval_tidy(state, as.list(data))
  if (checkmate::test_string(value) && value %in% names(data)) value <- data[[value]]
  value
}

# Each person is where the last of her rows before that ended in a move took her.
states_before <- function(d, initial) {
  states <- unique(c(initial, d$causes))
  subject <- d$columns$subject
  to <- match(d$causes, states)[replace(d$columns$cause, d$columns$cause == 0, NA)]
  if (is.null(subject)) {
    return(list(from = rep(1L, d$n), states = states))
  }
  order <- order(subject, d$columns$stop, method = "radix")
  from <- rep(1L, d$n)
  moved <- cummax(replace(seq_along(order), is.na(to[order]), 0L))
  last <- c(0L, moved[-length(moved)])
  some <- which(last > 0)
  some <- some[subject[order[last[some]]] == subject[order[some]]]
  from[order[some]] <- to[order[last[some]]]
  list(from = from, states = states)
}

# A person's row must begin in the state in which the one before ended, unless she was away in between.
chain_faults <- function(d, from, states) {
  subject <- d$columns$subject
  start <- d$columns$start
  to <- match(d$causes, states)[replace(d$columns$cause, d$columns$cause == 0, NA)]
  stay <- fault_of_kept(d, !is.na(to) & to == from, "bad_status", "a row moves to the state it is in")
  if (is.null(subject) || is.null(start)) {
    return(stay)
  }
  order <- order(subject, d$columns$stop, method = "radix")
  after <- order[-1]
  before <- order[-length(order)]
  joined <- subject[after] == subject[before] & start[after] == d$columns$stop[before]
  arrived <- ifelse(is.na(to[before]), from[before], to[before])
  bad <- logical(d$n)
  bad[after[joined & from[after] != arrived]] <- TRUE
  rbind(stay, fault_of_kept(
    d, bad, "bad_status", "the row does not begin in the state in which the person's row before ended"
  ))
}

p0_faults <- function(p0, states) {
  if (is.null(p0)) {
    return(NULL)
  }
  if (!checkmate::test_numeric(p0, lower = 0, any.missing = FALSE, names = "unique") ||
    !setequal(names(p0), states)) {
    what <- sprintf("must hold a probability for each state (%s), by name", and_list(states))
    return(fault("p0", "wrong_type", what))
  }
  if (abs(sum(p0) - 1) > 1e-8) fault("p0", "out_of_range", "must add up to 1")
}

at_risk_faults <- function(d, groups, begin, needed) {
  start <- if (is.null(d$columns$start)) 0 else d$columns$start
  present <- start <= begin & d$columns$stop > begin
  codes <- if (is.null(groups$codes)) rep(1L, d$n) else groups$codes
  empty <- setdiff(unique(codes), codes[present])
  if (needed && length(empty) > 0) {
    fault("from_time", "no_rows", "nobody is at risk then, so the states they are in are unknown",
      remedy = "Give p0, or a later from_time."
    )
  }
}

# The engine's answer: curves, and targets at times (`at`: occupancies, `stay`: times spent in states).
multi_state_fit <- function(model, at = numeric(), stay = numeric(), p0 = model$p0, start = model$start) {
  given <- if (!is.null(p0)) matrix(p0, model$curves, length(model$states), byrow = TRUE)
  multi_state_cpp(
    model$columns, model$from, length(model$states), start, given, as.double(at), as.double(stay),
    model$robust, model$timefix
  )
}

#' @rdname transition_probabilities
#' @param object A result of `transition_probabilities()`.
#' @param times Points in time: numbers on the scale of the data, or [in_months()] and its like.
#' @param type `"occupancy"`, or `"transition"` for the probabilities of being in each state then, given the
#'   state at `from_time`.
#' @export
summary.tte_states <- function(object, times, type = "occupancy", ...) {
  check_dots(...)
  given <- if (missing(times)) fault("times", "wrong_length", "must say at which times")
  abort_input(rbind(given, check_choice(type, "type", c("occupancy", "transition"))))
  at <- resolve_horizon(times, object$tte$scale, "times")$at
  if (any(at < object$model$start)) {
    abort_input(fault("times", "out_of_range", "must not lie before from_time"))
  }
  rows <- if (type == "occupancy") {
    state_rows(multi_state_fit(object$model, at = at), "at", at, object, NA)
  } else {
    do.call(rbind, lapply(seq_along(object$states), transitions_from, at, object))
  }
  state_estimates(rows, object, "State occupancy"[type == "occupancy"])
}

transitions_from <- function(state, at, object) {
  p0 <- as.double(seq_along(object$states) == state)
  state_rows(multi_state_fit(object$model, at = at, p0 = p0), "at", at, object, object$states[state])
}

state_estimates <- function(rows, object, method) {
  do.call(new_estimates, c(as.list(rows), list(
    param = if (is.null(object$tte$param)) NA else object$tte$param,
    unit = if (is.null(object$tte$unit)) NA else object$tte$unit, conf.level = object$conf.int,
    method = if (length(method) == 1) method else "Transition probability", provenance = object$tte
  )))
}

# One row per curve, time and state; NA after the last time of a curve.
state_rows <- function(fit, part, at, object, from) {
  curves <- names(object$curves)
  do.call(rbind, lapply(seq_along(curves), function(curve) {
    found <- fit[[curve]][[part]]
    last <- object$curves[[curve]]$last
    k <- length(object$states)
    estimate <- c(t(found$estimate))
    se <- sqrt(pmax(0, unlist(lapply(found$covariance, diag))))
    beyond <- rep(at > last, each = k)
    estimate[beyond] <- se[beyond] <- NA
    limits <- if (part == "at") {
      probability_limits(estimate, se, object$conf.type, object$conf.int)
    } else {
      z <- stats::qnorm((1 + object$conf.int) / 2)
      list(lower = pmax(0, estimate - z * se), upper = estimate + z * se)
    }
    data.frame(
      group = curves[curve], term = if (is.na(from)) NA_character_ else sprintf("from %s", from),
      cause = rep(object$states, length(at)), time = rep(at, each = k),
      scale = if (part == "at") "probability" else "time", estimate = estimate, std.error = se,
      conf.low = limits$lower, conf.high = limits$upper, n = object$n[curve], row.names = NULL
    )
  }))
}

#' Length of stay in each state
#'
#' The mean time spent in each state until `tau`, \eqn{\int_s^\tau p_h(u) du}, with normal limits; the
#' variance is that of the fit, Greenwood's or the infinitesimal jackknife's. Over all states it adds up to
#' `tau` less the start.
#'
#' @param fit A result of [transition_probabilities()].
#' @param tau The restriction: a number on the scale of the data, or [in_months()] and its like; by default
#'   the smallest of the last times of the curves.
#' @param ... Nothing.
#' @return [Estimates][estimates]: a row for each curve and state (in the column `cause`).
#' @examples
#' stays <- data.frame(
#'   id = c(1, 1, 2, 3), start = c(0, 4, 0, 0), stop = c(4, 9, 6, 10),
#'   to = factor(c("ill", "dead", "dead", "none"), c("none", "ill", "dead"))
#' )
#' fit <- transition_probabilities(Surv(start, stop, to) ~ 1, stays, id = id, initial = "well")
#' length_of_stay(fit, tau = 8)
#' @export
length_of_stay <- function(fit, tau = NULL, ...) {
  check_dots(...)
  if (!inherits(fit, "tte_states")) {
    abort_input(fault("fit", "wrong_type", "must be the result of transition_probabilities()"))
  }
  last <- min(vapply(fit$curves, function(curve) curve$last, numeric(1)))
  at <- if (is.null(tau)) last else resolve_horizon(tau, fit$tte$scale, "tau")$at
  abort_input(stay_faults(at, fit$model$start, last))
  rows <- state_rows(multi_state_fit(fit$model, stay = at), "stay", at, fit, NA)
  state_estimates(rows, fit, "Length of stay")
}

stay_faults <- function(at, start, last) {
  if (length(at) != 1) {
    return(fault("tau", "wrong_length", "must be one point in time"))
  }
  if (at <= start) {
    return(fault("tau", "out_of_range", "must lie after the start"))
  }
  if (at > last) {
    fault("tau", "out_of_range", sprintf("lies after the last time of a curve, %s", format_number(last)))
  }
}
