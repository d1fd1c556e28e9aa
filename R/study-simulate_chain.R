# The exact law of a path: a Markov chain in continuous time whose hazards are constant between breaks. All
# nodes, combinations of covariates with hazards of their own, are computed at once.
#
# A chain is a list: `states`, `start`, `from` and `to` (numbers of states, one for each transition), `breaks`
# (the first is 0) and `rates`, a matrix transitions x breaks of hazards a day from each break on.

# The chain of a model of a design from the state `start` on, which stays where it first enters a state with
# one of the words `until`; `moves` are the transitions it keeps, those that can be reached. A hazard that
# counts from the entry of a state and does not stay the same has no such chain, unless that state is the
# start and nobody comes back to it.
as_chain <- function(model, start = model$start, until = NULL, call = rlang::caller_env()) {
  kept <- reached_moves(model, start, state_word(model$states, until))
  from <- model$from[kept]
  begun <- from == match(start, model$states) & !from %in% model$to[kept]
  late <- model$clock[kept] == "reset" & diff(model$offset)[kept] > 1 & !begun
  if (any(late)) {
    abort_unsupported(
      sprintf(
        "An exact value with the hazard of %s, which changes with the time since entry,",
        model$moves[kept][late][1]
      ), "The path is then no Markov chain.", "Give one rate for all times, or simulate many patients.", call
    )
  }
  breaks <- sort(unique(model$breaks))
  piece <- rep(seq_along(model$from), diff(model$offset))
  rates <- vapply(kept, function(k) {
    model$rates[piece == k][findInterval(breaks, model$breaks[piece == k])]
  }, numeric(length(breaks)))
  list(
    states = model$states, start = start, from = from, to = model$to[kept], breaks = breaks,
    rates = t(matrix(rates, length(breaks))), moves = kept
  )
}

# Transitions whose state of departure can be entered and left.
reached_moves <- function(model, start, last) {
  open <- !last[model$from]
  seen <- match(start, model$states)
  repeat {
    more <- union(seen, model$to[open & model$from %in% seen])
    if (length(more) == length(seen)) break
    seen <- more
  }
  which(open & model$from %in% seen)
}

# Probability of being in each state at the times `at`: an array nodes x states x times.
#
# Forward equations dp/dt = p Q by uniformisation: with L at least every exit rate, p(t + h) is the mean of
# p(t) (I + Q/L)^k over k ~ Poisson(L h). All terms are positive, and the sum is stopped where less than 1e-18
# of the weight is left out, so that only rounding is left.
chain_occupancy <- function(chain, log_hazard, at) {
  n <- nrow(log_hazard)
  probability <- matrix(0, n, length(chain$states))
  probability[, match(chain$start, chain$states)] <- 1
  result <- array(0, c(n, length(chain$states), length(at)))
  factor <- exp(log_hazard)
  now <- 0
  for (i in order(at)) {
    stops <- unique(c(chain$breaks[chain$breaks > now & chain$breaks < at[i]], at[i]))
    for (stop in stops) {
      rate <- chain$rates[, findInterval(now, chain$breaks)]
      probability <- chain_forward(probability, chain, factor * rep(rate, each = n), stop - now)
      now <- stop
    }
    result[, , i] <- probability
  }
  result
}

# One stretch of length `h` with constant hazards (nodes x transitions).
chain_forward <- function(probability, chain, hazard, h) {
  if (h <= 0 || ncol(hazard) == 0) {
    return(probability)
  }
  fastest <- max(0, vapply(unique(chain$from), function(state) {
    max(rowSums(hazard[, chain$from == state, drop = FALSE]))
  }, numeric(1)))
  if (fastest == 0) {
    return(probability)
  }
  refuse_hazard(fastest, h)
  jump <- hazard / fastest
  if (fastest * h > 200) {
    return(doubled(probability, chain, jump, fastest * h))
  }
  pieces <- ceiling(fastest * h / 50)
  for (piece in seq_len(pieces)) probability <- uniformised(probability, chain, jump, fastest * h / pieces)
  probability
}

refuse_hazard <- function(fastest, h) {
  if (!is.finite(fastest) || fastest * h > 2^30) {
    abort_unsupported(
      "An exact value with such hazards at such times",
      sprintf("Up to %g moves of a path are expected in %g days.", fastest * h, h),
      "Lower the rates, the hazard ratios or the times.", rlang::caller_env(4)
    )
  }
}

# Fast chains: the transition matrix of a short time (states x states for each node), squared until the time
# is over. Rows are made to add up to 1 each time, or the rounding of their sums would double, too.
doubled <- function(probability, chain, jump, mean) {
  times <- ceiling(log2(mean))
  n <- nrow(probability)
  states <- seq_along(chain$states)
  rows <- lapply(states, function(from) {
    start <- matrix(0, n, length(states))
    start[, from] <- 1
    uniformised(start, chain, jump, mean / 2^times)
  })
  for (i in seq_len(times)) {
    rows <- lapply(rows, function(row) row / rowSums(row))
    rows <- lapply(rows, row_times, rows)
  }
  row_times(probability, lapply(rows, function(row) row / rowSums(row)))
}

# A row vector for each node times the node's matrix, given by its rows.
row_times <- function(row, rows) {
  total <- 0
  for (k in seq_along(rows)) total <- total + row[, k] * rows[[k]]
  total
}

uniformised <- function(probability, chain, jump, mean) {
  terms <- seq(0, stats::qpois(1e-18, mean, lower.tail = FALSE))
  weight <- stats::dpois(terms, mean)
  total <- probability * weight[1]
  for (w in weight[-1]) {
    probability <- one_jump(probability, chain, jump)
    total <- total + probability * w
  }
  total
}

one_jump <- function(probability, chain, jump) {
  after <- probability
  for (k in seq_along(chain$from)) {
    flow <- probability[, chain$from[k]] * jump[, k]
    after[, chain$from[k]] <- after[, chain$from[k]] - flow
    after[, chain$to[k]] <- after[, chain$to[k]] + flow
  }
  after
}
