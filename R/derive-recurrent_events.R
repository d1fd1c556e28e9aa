#' Rows for models of recurrent events
#'
#' Turns each person's follow-up and dated events into the rows that the usual models of recurrent events are
#' fitted to: Andersen-Gill (`"AG"`), Prentice-Williams-Peterson in total time (`"PWP-TT"`) or gap time
#' (`"PWP-GT"`), and Wei-Lin-Weissfeld (`"WLW"`).
#'
#' @section Models: All of them are fitted by [cox()] with `cluster = id`, which gives the robust variance:
#'   * AG: `cox(Surv(start, stop, event) ~ x, rows, cluster = id)`. Events share one baseline hazard.
#'   * PWP: the same with `strata = "enum"`: a person is at risk of her k-th event only after the one before.
#'   * WLW: `strata = "enum"` too; a person is at risk of every event from the start.
#'
#'   Rows of `"AG"` and `"PWP-TT"` also go into [mcf()], [mcf_test()] and [incidence_rate()].
#'
#' @section Times: Times may be numbers since the start, or dates; dates become days, the first of which is
#'   day 1. Two events of a person at one time are an error: put them together, or move one, and say so.
#'
#' @param subjects A data frame with one row per person: the columns named by `id`, `end` and, where follow-up
#'   does not begin at 0, `start`. All its other columns are carried along.
#' @param events A data frame with one row per event: the columns named by `id` and `time`.
#' @param type `"AG"`, `"PWP-TT"`, `"PWP-GT"` or `"WLW"`.
#' @param id,end,start,time Names of columns. `start` is `NULL` for follow-up from 0.
#' @param death Name of a logical column of `subjects`: whether follow-up ended by death. It makes `status`, a
#'   factor with the levels `"censored"`, `"event"` and `"death"`, for [mcf()].
#' @param max_events Events of a person that are used; follow-up after the last of them is left out under PWP.
#'   Required for `"WLW"`.
#' @return A data frame: `id`, `start`, `stop`, `event` (0 or 1), `enum` (the number of the event the
#'   person is at risk of), `status` if `death` was given, then the columns of `subjects`.
#' @references Andersen PK, Gill RD (1982). *Annals of Statistics* 10, 1100-1120. Prentice RL, Williams BJ,
#'   Peterson AV (1981). *Biometrika* 68, 373-379. Wei LJ, Lin DY, Weissfeld L (1989). *JASA* 84, 1065-1073.
#' @examples
#' subjects <- data.frame(id = 1:3, end = c(8, 4, 6), arm = c("A", "B", "B"))
#' events <- data.frame(id = c(1, 1, 2), time = c(2, 5, 3))
#' recurrent_events(subjects, events)
#' recurrent_events(subjects, events, type = "PWP-GT")
#' recurrent_events(subjects, events, type = "WLW", max_events = 2)
#' @export
recurrent_events <- function(subjects, events, type = "AG", id = "id", end = "end", start = NULL,
                             time = "time", death = NULL, max_events = NULL) {
  abort_input(rbind(
    check_choice(type, "type", c("AG", "PWP-TT", "PWP-GT", "WLW")), max_events_faults(max_events, type),
    column_faults(subjects, "subjects", c(id, end, start, death)), event_table_faults(events, c(id, time))
  ))
  abort_input(rbind(
    follow_up_faults(subjects, id, end, start), event_faults_of(subjects, events, id, end, start, time),
    if (!is.null(death)) check_logical_column(subjects, death),
    carried_faults(subjects, c(id, end, start, death))
  ))
  follow <- follow_up_times(subjects, events, id, end, start, time)
  rows <- if (type == "WLW") marginal_rows(follow, max_events) else sequential_rows(follow, max_events, type)
  person <- subjects[rows$person, , drop = FALSE]
  out <- data.frame(
    id = person[[id]], start = rows$start, stop = rows$stop, event = rows$event, enum = rows$number
  )
  if (!is.null(death)) out$status <- recurrent_status(rows, person[[death]])
  carried <- setdiff(names(subjects), c(id, end, start, death))
  out <- cbind(out, person[carried])
  row.names(out) <- NULL
  out
}

max_events_faults <- function(max_events, type) {
  if (is.null(max_events)) {
    if (identical(type, "WLW")) {
      fault("max_events", "wrong_length", "must say how many events of a person are modelled")
    }
  } else if (!checkmate::test_count(max_events, positive = TRUE)) {
    fault("max_events", "not_whole", "must be one whole number, at least 1")
  }
}

# Nobody may have had an event, so no rows are no fault here.
event_table_faults <- function(events, columns) {
  if (is.data.frame(events) && nrow(events) == 0) events <- events[NA_integer_, , drop = FALSE]
  column_faults(events, "events", columns)
}

# Columns that are carried along must not have the names of those that are made.
carried_faults <- function(subjects, used, made = c("id", "start", "stop", "event", "enum", "status")) {
  taken <- intersect(setdiff(names(subjects), used), made)
  if (length(taken) > 0) {
    fault("subjects", "bad_status", "is the name of a column that is made here",
      column = taken,
      remedy = "Rename it."
    )
  }
}

check_logical_column <- function(table, column) {
  if (!is.logical(table[[column]])) fault("subjects", "wrong_type", "must be TRUE or FALSE", column = column)
}

follow_up_faults <- function(subjects, id, end, start) {
  begin <- if (is.null(start)) 0 else subjects[[start]]
  stops <- subjects[[end]]
  dated <- inherits(stops, "Date")
  if (dated && is.null(start)) {
    return(fault("start", "missing_value", "with dates the column of the start date is needed"))
  }
  rbind(
    row_fault(duplicated(subjects[[id]]), "subjects", "person_twice", id, "a person has several rows"),
    row_fault(is.na(subjects[[id]]), "subjects", "missing_value", id, "is missing"),
    row_fault(is.na(stops), "subjects", "missing_value", end, "is missing"),
    row_fault(is.na(begin), "subjects", "missing_value", if (is.null(start)) NA else start, "is missing"),
    row_fault(
      if (dated) stops < begin else stops <= begin, "subjects", "start_not_before_stop", end,
      "does not come after the start"
    )
  )
}

event_faults_of <- function(subjects, events, id, end, start, time) {
  person <- match(events[[id]], subjects[[id]])
  begin <- if (is.null(start)) rep(0, nrow(subjects)) else subjects[[start]]
  at <- events[[time]]
  early <- if (inherits(at, "Date")) at < begin[person] else at <= begin[person]
  rbind(
    row_fault(is.na(person), "events", "unknown_level", id, "is not among the subjects"),
    row_fault(is.na(at), "events", "missing_value", time, "is missing"),
    row_fault(early, "events", "out_of_range", time, "lies before the start of follow-up"),
    row_fault(
      at > subjects[[end]][person], "events", "out_of_range", time, "lies after the end of follow-up"
    ),
    row_fault(
      duplicated(data.frame(person, as.numeric(at))) & !is.na(person), "events", "person_twice", time,
      "is an event of the person at the same time as another",
      remedy = "Put the events of one time together."
    )
  )
}

# Everything as numbers since 0: list(begin, end, event_person, event_time), events in order.
follow_up_times <- function(subjects, events, id, end, start, time) {
  person <- match(events[[id]], subjects[[id]])
  at <- events[[time]]
  begin <- if (is.null(start)) rep(0, nrow(subjects)) else subjects[[start]]
  stops <- subjects[[end]]
  if (inherits(stops, "Date")) {
    at <- as.numeric(at - begin[person]) + 1
    stops <- as.numeric(stops - begin) + 1
    begin <- rep(0, length(stops))
  }
  order <- order(person, at)
  list(begin = as.double(begin), end = as.double(stops), person = person[order], time = as.double(at[order]))
}

# One row up to each event, and one from the last event to the end of follow-up.
sequential_rows <- function(follow, max_events, type) {
  n <- length(follow$end)
  count <- tabulate(follow$person, n)
  number <- sequence(count)
  rows <- data.frame(
    person = c(follow$person, seq_len(n)), stop = c(follow$time, follow$end),
    event = rep(1:0, c(length(follow$time), n)), number = c(number, count + 1L)
  )
  rows <- rows[order(rows$person, rows$number), ]
  first <- !duplicated(rows$person)
  rows$start <- ifelse(first, follow$begin[rows$person], c(0, rows$stop[-nrow(rows)]))
  rows <- rows[rows$event == 1 | rows$stop > rows$start, ]
  if (!is.null(max_events)) {
    rows <- rows[rows$number <= max_events | (type == "AG" & rows$number == max_events + 1), ]
    if (type == "AG") rows <- cut_after(rows, max_events, follow)
  }
  if (type == "PWP-GT") {
    rows$stop <- rows$stop - rows$start
    rows$start <- 0
  }
  rows
}

# Under AG the person stays under observation after the last event that is used.
cut_after <- function(rows, max_events, follow) {
  late <- rows$number == max_events + 1
  rows$stop[late] <- follow$end[rows$person[late]]
  rows$event[late] <- 0L
  rows
}

# One row for each of the first events of every person, all from the start.
marginal_rows <- function(follow, max_events) {
  n <- length(follow$end)
  number <- sequence(tabulate(follow$person, n))
  rows <- expand.grid(number = seq_len(max_events), person = seq_len(n))[2:1]
  at <- match(paste(rows$person, rows$number), paste(follow$person, number))
  rows$start <- follow$begin[rows$person]
  rows$stop <- ifelse(is.na(at), follow$end[rows$person], follow$time[at])
  rows$event <- as.integer(!is.na(at))
  rows
}

# The last row of somebody who died ends by death; an event on that day comes first, in the row before.
recurrent_status <- function(rows, died) {
  last <- !duplicated(rows$person, fromLast = TRUE)
  status <- ifelse(rows$event == 1, "event", ifelse(last & died, "death", "censored"))
  factor(status, c("censored", "event", "death"))
}
