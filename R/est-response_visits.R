# Response rates by visit: three rates, each with its own denominator, so that a table shows which is which.

visit_rates <- function(formula, data, request, subgroups, conf.method, conf.level,
                        call = rlang::caller_env()) {
  abort_input(if (identical(request$type, "bor")) {
    fault("type", "not_a_choice", "\"bor\" has no rates by visit", remedy = "best_response() has the table.")
  }, call)
  best <- counted_response(derived_response(data, request, call), request)
  at <- counted_response(list(words = response_word_of(data$AVALC), data = data), request)
  groups <- rate_groups(formula, data, call)
  by <- named_columns(subgroups, data, "subgroups", call)
  parts <- rate_parts(groups, by)
  rows <- do.call(rbind, lapply(visits_of(data), function(visit) {
    do.call(rbind, lapply(parts, visit_counts, data, visit, best$responder, at))
  }))
  found <- new_rates(rows, best, data, request$type, conf.method, conf.level)
  found$time <- rows$time
  found$unit <- "days"
  told <- found$provenance[[1]]
  told$conventions <- c(data$provenance[[1]]$conventions, told$conventions, visit_rate_sentences(data))
  found$provenance <- rep(list(told), nrow(found))
  found
}

visits_of <- function(data) sort(unique(data$AVISITN))

# Three rows for each group: best to date and at the visit of those who started, at the visit of the
# evaluable.
visit_counts <- function(part, data, visit, best, at) {
  here <- part$rows %in% which(data$AVISITN == visit & data$REACHED)
  part$rows <- part$rows[here]
  part$label <- part$label[here]
  seen <- !at$words[part$rows] %in% c("NE", "MISSING")
  evaluable <- list(term = part$term, rows = part$rows[seen], label = part$label[seen])
  rows <- rbind(
    cbind(responder_counts(list(responder = best), part), what = "best to date / started"),
    cbind(responder_counts(at, part), what = "at visit / started"),
    cbind(responder_counts(at, evaluable), what = "at visit / evaluable")
  )
  name <- data$AVISIT[match(visit, data$AVISITN)]
  subgroup <- if (is.na(part$term) || !grepl(" = ", part$term)) "" else paste0(part$term, ", ")
  rows$term <- sprintf("%s%s: %s", subgroup, name, rows$what)
  rows$time <- data$TARGETDY[match(visit, data$AVISITN)]
  rows[order(match(rows$group, levels(part$label))), ]
}

visit_rate_sentences <- function(data) {
  out <- vapply(visits_of(data), function(visit) sum(data$AVISITN == visit & !data$REACHED), numeric(1))
  names <- data$AVISIT[match(visits_of(data), data$AVISITN)]
  sentences(
    denominators = paste(
      "Started: all patients who had reached the visit; evaluable: those of them with an assessment at the",
      "visit that is not NE."
    ),
    not_reached = if (any(out > 0)) {
      sprintf(
        "Not there yet at the data cut, and left out: %s.", and_list(sprintf("%d at %s", out, names)[out > 0])
      )
    }
  )
}
