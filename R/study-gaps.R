# Scheduled tumour assessments that did not take place: visits of the schedule that a table has for others,
# but neither by name nor by date for a person who was assessed again when their windows had closed. Visits
# after the last assessment are not looked at: with a progression, a new therapy or a withdrawal they end for
# a good reason.

gap_findings <- function(tables, facts, least) {
  visits <- planned_visits(tables$schedule)
  start <- as.numeric(facts$persons[["STARTDT"]])
  if (is.null(visits) || length(start) == 0) {
    return(NULL)
  }
  do.call(rbind, lapply(intersect(c("lesions", "assessments"), names(tables)), function(name) {
    table <- tables[[name]]
    size <- table[["AVAL"]]
    unread <- name == "lesions" && !is.null(size) && !is.numeric(size)
    if (unread || length(setdiff(schema_required(name), names(table))) > 0) {
      return(NULL)
    }
    seen <- assessed_rows(table, name, facts$row[[name]], start)
    table_gaps(seen, visits, name, length(start), least)
  }))
}

# The visits after the start, in order, with the first and the last day of their windows.
planned_visits <- function(schedule) {
  day <- schedule[["TARGET_DAY"]]
  window <- schedule[["WINDOW_DAYS"]]
  if (!is.numeric(day) || !is.numeric(window) || is.null(schedule[["AVISIT"]])) {
    return(NULL)
  }
  visits <- data.frame(name = as.character(schedule$AVISIT), open = day - window, close = day + window)
  visits <- visits[which(day > 0 & is.finite(day + window)), ]
  visits <- visits[order(visits$open, visits$close), ]
  visits <- visits[!duplicated(visits$open), ]
  if (nrow(visits) > 0) visits
}

plain_visit <- function(visits) toupper(trimws(visits))

# The rows of assessments that took place: whose, on which day after the start, and what the visit is called.
assessed_rows <- function(table, name, person, start) {
  day <- as.numeric(table$ADT) - start[person]
  at <- which(!is.na(day) & took_place(table, name))
  visit <- table[["AVISIT"]]
  visit <- if (is.null(visit)) rep(NA, length(at)) else recode(visit, plain_visit)[at]
  list(at = at, person = person[at], day = day[at], visit = visit)
}

took_place <- function(table, name) {
  if (name == "lesions") {
    return(!not_looked_at(table))
  }
  event <- if (is.null(table[["PARAMCD"]])) FALSE else table[["PARAMCD"]] %in% "RECUR"
  event | is_by_visit(table) & !recode(table[["AVALC"]], plain_visit) %in% not_assessed
}

table_gaps <- function(seen, visits, name, n, least) {
  had <- visits_had(seen, visits, n)
  # What nobody has is not planned for this table.
  planned <- colSums(had$present) > 0
  if (!all(planned)) {
    visits <- visits[planned, ]
    had <- visits_had(seen, visits, n)
  }
  last <- latest_day(seen$day, seen$person, n)
  missed <- outer(last, visits$close, ">") & !had$present
  gaps <- missed_runs(missed, had$between, least)
  if (NROW(gaps) == 0) {
    return(NULL)
  }
  gaps <- gap_days(gaps, seen, visits)
  ends <- match(seen$person + (n + 1) * seen$day, gaps$person + (n + 1) * gaps$after)
  alike <- group_number(gaps[c("last", "first")])
  do.call(rbind, lapply(unique(alike[order(gaps$last, gaps$first)]), function(i) {
    rows <- seen$at[alike[ends] %in% i]
    marked("note", rows, name, "missed_visits", "ADT", gap_message(gaps[alike == i, ], visits))
  }))
}

# Persons x visits: whether the visit took place, and whether an assessment lies between its window and the
# next.
visits_had <- function(seen, visits, n) {
  present <- between <- matrix(FALSE, n, nrow(visits))
  named <- match(seen$visit, plain_visit(visits$name))
  present[cbind(seen$person, named)[!is.na(named), , drop = FALSE]] <- TRUE
  opened <- findInterval(seen$day, visits$open)
  for (visit in list(opened, opened - 1)) {
    within <- visit > 0 & seen$day <= c(-Inf, visits$close)[pmax(visit, 0) + 1]
    present[cbind(seen$person, visit)[within, , drop = FALSE]] <- TRUE
  }
  after <- seen$day > c(Inf, visits$close)[opened + 1]
  between[cbind(seen$person, opened)[after, , drop = FALSE]] <- TRUE
  list(present = present, between = between)
}

# Runs of at least `least` visits that were missed one after the other: whose, the first and the last of them.
missed_runs <- function(missed, between, least) {
  run <- rep(0L, nrow(missed))
  found <- list()
  for (visit in seq_len(ncol(missed))) {
    unbroken <- if (visit == 1) FALSE else !between[, visit - 1]
    run <- (run * unbroken + 1L) * missed[, visit]
    ends <- if (visit == ncol(missed)) TRUE else between[, visit] | !missed[, visit + 1]
    hit <- which(run >= least & ends)
    found[[visit]] <- data.frame(
      person = hit, first = visit - run[hit] + 1L, last = rep(visit, length(hit))
    )
  }
  do.call(rbind, found)
}

# The days of the assessments before (or else of the start) and after each gap.
gap_days <- function(gaps, seen, visits) {
  of <- seen$person %in% gaps$person
  days <- split(seen$day[of], seen$person[of])[as.character(gaps$person)]
  open <- visits$open[gaps$first]
  close <- visits$close[gaps$last]
  gaps$before <- mapply(function(days, open) max(0, days[days < open]), days, open)
  gaps$after <- mapply(function(days, close) min(days[days > close]), days, close)
  gaps
}

gap_message <- function(gaps, visits) {
  first <- gaps$first[1]
  last <- gaps$last[1]
  length <- unique(range(gaps$after - gaps$before))
  n <- last - first + 1
  name <- visits$name[c(first, last)]
  what <- if (n == 1) name[1] else sprintf("%s %s %s", name[1], if (n == 2) "and" else "to", name[2])
  sprintf(
    "ends a gap of %s days: %s (days %g to %g after the start) %s not there",
    paste(format_plain(length), collapse = " to "), what, visits$open[first], visits$close[last],
    if (n == 1) "is" else "are"
  )
}
