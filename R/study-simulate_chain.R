# The exact law of a path: a Markov chain in continuous time whose hazards are constant between breaks. All
# nodes, combinations of covariates with hazards of their own, are computed at once.
#
# A chain is a list: `states`, `start`, `from` and `to` (numbers of states, one for each transition), `breaks`
# (the first is 0) and `rates`, a matrix transitions x breaks of hazards a day from each break on.

# The chain of a model of a design from the state `start` on, which stays where it first enters a state with one of
# the words `until`; `moves` are the transitions it keeps, those that can be reached. A hazard that counts from the entry of a state and does not stay the same has no such chain, unless
# that state is the start and nobody comes back to it.
as_chain <- function(model, start = model$start, until = NULL, call = rlang::caller_env()) {
  kept <- reached_moves(model, start, state_has(model$states, until))
  from <- model$from[kept]
  begun <- from == match(start, model$states) & !from %in% model$to[kept]
  late <- model$clock[kept] == "reset" & diff(model$offset)[kept] > 1 & !begun
  if (any(late)) {
    abort_unsupported(
      sprintf("An exact value with the hazard of %s, which changes with the time since entry,", model$moves[kept][late][1]),
      "The path is then no Markov chain.", "Give one rate for all times, or simulate many patients.", call
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
# p(t) (I + Q/L)^k over k ~ Poisson(L h). All terms are positive, and the sum is stopped where less than 1e-14
# of the weight is left out, which bounds the error.
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
  fastest <- max(vapply(seq_along(chain$states), function(state) {
    max(0, rowSums(hazard[, chain$from == state, drop = FALSE]))
  }, numeric(1)))
  if (fastest == 0) {
    return(probability)
  }
  pieces <- ceiling(fastest * h / 50)
  for (piece in seq_len(pieces)) {
    probability <- uniformised(probability, chain, hazard / fastest, fastest * h / pieces)
  }
  probability
}

uniformised <- function(probability, chain, jump, mean) {
  terms <- seq(0, stats::qpois(1e-14, mean, lower.tail = FALSE))
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
