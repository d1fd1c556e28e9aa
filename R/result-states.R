# Multi-state curves: their object and what it prints.

new_states <- function(fit, model, d, groups, conf.type, conf.level) {
  names <- if (is.null(groups)) "all" else groups$levels
  named <- function(x) structure(x, dimnames = list(NULL, model$states))
  codes <- if (is.null(groups)) rep(1L, d$n) else groups$codes
  last <- as.vector(tapply(d$columns$stop, factor(codes, seq_along(names)), max))
  curves <- lapply(seq_along(fit), function(k) {
    own <- fit[[k]]
    list(
      time = own$time, n_risk = named(own$n_risk), probability = named(own$probability),
      std_err = named(own$std_err), initial = rlang::set_names(own$initial, model$states),
      moves = move_table(own$moves, model$states), last = last[k]
    )
  })
  persons <- as.vector(tapply(row_persons(d$columns), factor(codes, seq_along(names)), sum))
  said <- list(
    states = sprintf("States: %s.", and_list(model$states)),
    start = sprintf("Followed from time %s; %s.", format_number(model$start), if (is.null(model$p0)) {
      "the states are those of the persons at risk then"
    } else {
      "the states then were given"
    }),
    variance = if (model$robust) {
      variance_sentence(TRUE, NULL, d)
    } else {
      "Standard errors are Greenwood's, which take the process for Markov."
    },
    limits = limit_sentence(conf.type, conf.level)
  )
  structure(list(
    states = model$states, curves = rlang::set_names(curves, names), n = persons, conf.int = conf.level,
    conf.type = conf.type, model = model, na.action = d$na.action,
    call = stored_call(d, "transition_probabilities")$call,
    tte = provenance(d, "Aalen-Johansen, multi-state", 0, do.call(sentences, said),
      n_persons = sum(persons), curves = names
    )
  ), class = "tte_states")
}

move_table <- function(moves, states) {
  data.frame(
    time = moves[, 1], from = factor(states[moves[, 2]], states), to = factor(states[moves[, 3]], states),
    number = moves[, 4]
  )
}

# Moves of each kind, over all times of a curve: a matrix of from by to.
move_counts <- function(curve, states) {
  moves <- curve$moves
  unclass(stats::xtabs(number ~ from + to, moves))[states, states, drop = FALSE]
}

#' @export
print.tte_states <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  unit <- if (is.null(x$tte$unit)) "" else paste0(" (", x$tte$unit, ")")
  for (name in names(x$curves)) {
    curve <- x$curves[[name]]
    if (length(x$curves) > 1) cat(name, "\n", sep = "")
    cat(sprintf(
      "%s persons; moves from (row) to (column):\n", format_count(x$n[match(name, names(x$curves))])
    ))
    print(move_counts(curve, x$states))
    last <- nrow(curve$probability)
    occupancy <- if (last == 0) curve$initial else curve$probability[last, ]
    at <- if (last == 0) x$model$start else curve$time[last]
    cat(sprintf("\nOccupancy at the last move, time %s%s:\n", format_number(at, digits), unit))
    print(rlang::set_names(format_number(occupancy, digits), x$states), quote = FALSE)
    cat("\n")
  }
  print_foot(x$tte)
  invisible(x)
}

#' @export
tidy.tte_states <- function(x, ...) {
  parts <- lapply(names(x$curves), function(name) {
    curve <- x$curves[[name]]
    k <- length(x$states)
    data.frame(
      strata = rep(name, length(curve$time) * k), time = rep(curve$time, k),
      state = rep(x$states, each = length(curve$time)), n.risk = c(curve$n_risk),
      estimate = c(curve$probability), std.error = c(curve$std_err)
    )
  })
  do.call(rbind, parts)
}
