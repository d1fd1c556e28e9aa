#' Stays in states from dated events
#'
#' Turns the times at which each person entered states into rows of stays, (start, stop] in the state `from`,
#' that end with a move `to` another state or, censored, without one: what [transition_probabilities()] and
#' transition-specific models read.
#'
#' @section Models: `transition_rows()` gives a row for every transition a person is at risk of during each
#'   stay, with `transition` and `status`.
#'   `cox(Surv(start, stop, status) ~ x, strata = "transition", id = id)` then has one effect for all
#'   transitions, `~ x:transition` one for each.
#' @section Ties: Two states entered at one time by one person are an error, unless the order is given by
#'   `ties = "order"`: then the later one in `states` counts and the other, which lasts no time, is left out.
#'
#' @param data A data frame with one row per person.
#' @param states Names of the columns that hold the time of entry into each state, named by the states:
#'   `c(response = "RSPDY", progression = "PDDY", death = "DTHDY")`; `NA` where it was not entered.
#' @param end Name of the column with the end of follow-up.
#' @param id Name of the column of the person.
#' @param start Name of a column with the time at which the person came under observation, or `NULL` for 0.
#'   With dates it is required, and time counts days from it, the first as day 1.
#' @param initial What the first state is called.
#' @param absorbing States after which nothing is followed; by default the last one.
#' @param ties `"error"` or `"order"`.
#' @return A data frame of class `tte_stays`: `id`, `start`, `stop`, `from`, `to` (factors; the first level of
#'   `to` is `"censored"`), then the other columns of `data`.
#' @references Putter H, Fiocco M, Geskus RB (2007). Tutorial in biostatistics: competing risks and
#'   multi-state models. *Statistics in Medicine* 26, 2389-2430.
#' @examples
#' d <- data.frame(
#'   id = 1:4, response = c(40, NA, 80, NA), progression = c(200, 90, NA, NA),
#'   death = c(400, NA, NA, 120), end = c(400, 300, 365, 120)
#' )
#' states <- c(response = "response", progression = "progression", death = "death")
#' stays <- multi_state(d, states, end = "end")
#' stays
#' transition_rows(stays)
#' @export
multi_state <- function(data, states, end, id = "id", start = NULL, initial = "start", absorbing = NULL,
                        ties = "error") {
  abort_input(rbind(
    check_choice(ties, "ties", c("error", "order")), state_name_faults(states, initial, absorbing),
    column_faults(data, "data", c(id, unname(states), end, start))
  ))
  if (is.null(absorbing)) absorbing <- names(states)[length(states)]
  abort_input(rbind(
    follow_up_faults(data, id, end, start),
    carried_faults(data, c(id, unname(states), end, start), c("id", "start", "stop", "from", "to"))
  ))
  entries <- state_entries(data, states, end, start)
  abort_input(entry_faults(data, entries, states, end, absorbing, ties))
  stays <- stays_of(entries, names(states), initial, absorbing)
  person <- data[stays$person, , drop = FALSE]
  levels <- c(initial, names(states))
  out <- data.frame(
    id = person[[id]], start = stays$start, stop = stays$stop,
    from = factor(levels[stays$from + 1], levels), to = factor(
      c("censored", names(states))[stays$to + 1],
      c("censored", names(states))
    )
  )
  out <- cbind(out, person[setdiff(names(data), c(id, unname(states), end, start))])
  row.names(out) <- NULL
  structure(out, class = c("tte_stays", "data.frame"), initial = initial)
}

state_name_faults <- function(states, initial, absorbing) {
  if (!checkmate::test_character(states, any.missing = FALSE, min.len = 1, names = "unique")) {
    return(fault(
      "states", "wrong_type", "must be names of columns, named by the states they say the entry of"
    ))
  }
  rbind(
    if (!checkmate::test_string(initial) || initial %in% c(names(states), "censored")) {
      fault("initial", "not_a_choice", "must be one name that no other state has")
    },
    if (!all(absorbing %in% names(states))) fault("absorbing", "unknown_level", "must be among the states"),
    if ("censored" %in% names(states)) fault("states", "not_a_choice", "no state may be called censored")
  )
}

# Numbers since 0: list(begin, end, times: persons x states).
state_entries <- function(data, states, end, start) {
  begin <- if (is.null(start)) rep(0, nrow(data)) else data[[start]]
  stops <- data[[end]]
  dated <- inherits(stops, "Date")
  since <- function(x) if (dated) as.numeric(x - begin) + 1 else as.double(x)
  times <- matrix(vapply(data[unname(states)], since, numeric(nrow(data))), nrow(data))
  list(begin = if (dated) rep(0, nrow(data)) else as.double(begin), end = since(stops), times = times)
}

entry_faults <- function(data, entries, states, end, absorbing, ties) {
  each <- lapply(seq_along(states), function(k) {
    at <- entries$times[, k]
    rbind(
      row_fault(at <= entries$begin, "data", "out_of_range", states[[k]], "does not come after the start"),
      row_fault(at > entries$end, "data", "out_of_range", states[[k]], "comes after the end of follow-up"),
      row_fault(
        at < apply(entries$times, 1, max, -Inf, na.rm = TRUE) & names(states)[k] %in% absorbing,
        "data", "out_of_range", states[[k]],
        "is the entry of a last state, and another state is entered later"
      )
    )
  })
  tied <- apply(entries$times, 1, function(at) anyDuplicated(at[!is.na(at)]) > 0)
  rbind(do.call(rbind, each), if (ties == "error") {
    row_fault(tied, "data", "bad_status", NA, "two states are entered at the same time",
      remedy = "Use ties = \"order\" to let the later one in `states` count."
    )
  })
}

# Each person's states in order of time; from and to are numbers of states, 0 being the first one and no move.
stays_of <- function(entries, names, initial, absorbing) {
  n <- nrow(entries$times)
  entered <- which(!is.na(entries$times), arr.ind = TRUE)
  moves <- data.frame(person = entered[, 1], to = entered[, 2], stop = entries$times[entered])
  moves <- moves[order(moves$person, moves$stop, moves$to), ]
  # Of states entered at one time only the last lasts.
  moves <- moves[!duplicated(moves[c("person", "stop")], fromLast = TRUE), ]
  ends <- data.frame(person = seq_len(n), to = 0L, stop = entries$end)
  stays <- rbind(moves, ends)
  stays <- stays[order(stays$person, stays$stop, stays$to == 0), ]
  first <- !duplicated(stays$person)
  stays$start <- ifelse(first, entries$begin[stays$person], c(0, stays$stop[-nrow(stays)]))
  stays$from <- ifelse(first, 0L, c(0L, stays$to[-nrow(stays)]))
  last <- match(absorbing, names)
  stays[stays$stop > stays$start & !stays$from %in% last, ]
}

#' @rdname multi_state
#' @param stays The result of `multi_state()`.
#' @param transitions Which transitions are possible: a data frame with the columns `from` and `to`; by
#'   default those that occur.
#' @export
transition_rows <- function(stays, transitions = NULL) {
  if (!inherits(stays, "tte_stays")) {
    abort_input(fault("stays", "wrong_type", "must be made by multi_state()"))
  }
  moved <- stays$to != "censored"
  if (is.null(transitions)) transitions <- unique(data.frame(from = stays$from, to = stays$to)[moved, ])
  abort_input(transition_faults(stays, transitions, moved))
  transitions <- transitions[order(
    match(transitions$from, levels(stays$from)), match(transitions$to, levels(stays$to))
  ), ]
  labels <- sprintf("%s to %s", transitions$from, transitions$to)
  parts <- lapply(seq_along(labels), function(k) {
    at_risk <- which(as.character(stays$from) == as.character(transitions$from[k]))
    rows <- as.data.frame(stays)[at_risk, , drop = FALSE]
    rows$transition <- factor(rep(labels[k], length(at_risk)), labels)
    rows$status <- as.integer(as.character(rows$to) == as.character(transitions$to[k]))
    rows
  })
  out <- do.call(rbind, parts)
  out <- out[order(match(out$id, unique(stays$id)), out$start, out$transition), ]
  structure(out, class = "data.frame", row.names = seq_len(nrow(out)), initial = NULL)
}

transition_faults <- function(stays, transitions, moved) {
  columns <- column_faults(transitions, "transitions", c("from", "to"))
  if (!is.null(columns)) {
    return(columns)
  }
  known <- paste(transitions$from, transitions$to)
  rbind(
    row_fault(
      !transitions$from %in% levels(stays$from), "transitions", "unknown_level", "from", "is no state"
    ),
    row_fault(!transitions$to %in% levels(stays$to)[-1], "transitions", "unknown_level", "to", "is no state"),
    row_fault(
      moved & !paste(stays$from, stays$to) %in% known, "stays", "bad_status", "to",
      "is a move that `transitions` does not have"
    )
  )
}
