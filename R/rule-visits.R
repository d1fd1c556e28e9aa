#' When tumours are assessed by the protocol
#'
#' A schedule says which visits were due, so that a censoring rule can tell how many were missed before an
#' event. Days are elapsed days since the start date of the study's design (the start itself is 0).
#'
#' The two constructors differ by design. With `visits_every()` the *length of the gap* decides: an event
#' counts when it comes no later than two intervals and two windows after the last adequate assessment (every
#' 6 weeks, a week early or late: 98 days). With `visits_at()` the *visits themselves* are counted: one is
#' missed when its window closed after the last adequate assessment, before the event, and without an adequate
#' assessment. After a last adequate assessment on schedule, an event 95 days later counts by the first and
#' is censored by the second.
#'
#' @param weeks Weeks between visits, or several numbers for a schedule that changes.
#' @param window_days Days by which a visit may come early or late. For `visits_at()` one number, or one for
#'   each visit.
#' @param until_weeks Until which week each of `weeks` holds; the last must be `Inf`.
#' @param days Elapsed days of the visits, in order. After the last one the last interval repeats.
#' @return An object of class `tte_visits`.
#' @section Errors: `tte_error_input` names every argument that is wrong.
#' @seealso [censoring()]
#' @examples
#' visits_every(weeks = 6, window_days = 7)
#' visits_every(weeks = c(6, 12), window_days = 7, until_weeks = c(48, Inf))
#' visits_at(days = c(42, 84, 126, 210), window_days = 7)
#' @export
visits_every <- function(weeks, window_days, until_weeks = Inf) {
  abort_input(rbind(
    if (missing(weeks)) must_be_said("weeks") else positive_faults(weeks, "weeks"),
    if (missing(window_days)) must_be_said("window_days") else window_faults(window_days, 1),
    if (!missing(weeks)) until_faults(until_weeks, weeks)
  ))
  days <- repeated_days(7 * as.double(weeks), 7 * as.double(until_weeks))
  new_visits("every", days, rep(as.double(window_days), length(days)), 7 * weeks[length(weeks)], list(
    weeks = weeks, window_days = window_days, until_weeks = until_weeks
  ))
}

#' @rdname visits_every
#' @export
visits_at <- function(days, window_days) {
  abort_input(rbind(
    if (missing(days)) must_be_said("days") else visit_day_faults(days),
    if (missing(window_days)) {
      must_be_said("window_days")
    } else {
      window_faults(window_days, if (missing(days)) 1 else c(1, length(days)))
    }
  ))
  days <- as.double(days)
  window <- rep(as.double(window_days), length.out = length(days))
  new_visits("at", days, window, utils::tail(diff(c(0, days)), 1), list(
    days = days, window_days = window_days
  ))
}

new_visits <- function(kind, day, window, interval, said) {
  structure(
    list(kind = kind, day = day, window = window, interval = as.double(interval), said = said),
    class = c("tte_visits", "tte_rule")
  )
}

# The days up to the last change of the interval, and one more.
repeated_days <- function(interval, until) {
  days <- numeric()
  last <- 0
  for (i in seq_along(interval)[-length(interval)]) {
    if (last + interval[i] <= until[i]) days <- c(days, seq(last + interval[i], until[i], by = interval[i]))
    last <- max(0, days)
  }
  c(days, last + interval[length(interval)])
}

must_be_said <- function(argument) fault(argument, "missing_value", "must be given; there is no default")

positive_faults <- function(x, argument) {
  if (!is.numeric(x)) {
    return(fault(argument, "wrong_type", "must be numbers above 0"))
  }
  if (length(x) == 0 || !all(is.finite(x)) || any(x <= 0) || any(7 * x < 1)) {
    fault(argument, "not_positive", "must be numbers above 0, at least a day")
  }
}

window_faults <- function(x, lengths) {
  if (!is.numeric(x)) {
    return(fault("window_days", "wrong_type", "must be days, at least 0"))
  }
  if (!length(x) %in% lengths) {
    return(fault("window_days", "wrong_length", "must be one number, or one for each visit"))
  }
  if (!all(is.finite(x)) || any(x < 0)) fault("window_days", "out_of_range", "must be days, at least 0")
}

until_faults <- function(until, weeks) {
  if (!is.numeric(until) || length(until) != length(weeks)) {
    return(fault("until_weeks", "wrong_length", "must be a number for each of `weeks`"))
  }
  if (anyNA(until) || is.unsorted(until, strictly = TRUE) || until[length(until)] != Inf || any(until <= 0)) {
    fault("until_weeks", "out_of_range", "must increase and end in Inf", remedy = "c(48, Inf)")
  }
}

visit_day_faults <- function(days) {
  if (!is.numeric(days)) {
    return(fault("days", "wrong_type", "must be elapsed days of the visits"))
  }
  ordered <- length(days) > 0 && all(is.finite(days)) && !is.unsorted(c(0, days), strictly = TRUE)
  if (!ordered || any(diff(c(0, days)) < 1)) {
    fault("days", "out_of_range", "must be above 0 and increase, by a day at least")
  }
}

# A study's table of visits as visits_at(); visits on or before the start are no visits to miss.
visits_of_schedule <- function(schedule) {
  day <- schedule[["TARGET_DAY"]]
  window <- schedule[["WINDOW_DAYS"]]
  if (is.null(window) || anyNA(window[day > 0])) {
    abort_input(fault("study", "missing_value", "the schedule must say the windows",
      column = "WINDOW_DAYS",
      remedy = "Give visits = visits_at(days = , window_days = ) instead."
    ))
  }
  if (!any(day > 0, na.rm = TRUE)) {
    abort_input(fault("study", "out_of_range", "the schedule has no visit after the start",
      column = "TARGET_DAY", remedy = "TARGET_DAY counts from STARTDT as day 0."
    ))
  }
  keep <- which(day > 0)[order(day[day > 0])]
  keep <- keep[!duplicated(day[keep])]
  visits_at(day[keep], window[keep])
}

#' @export
format.tte_visits <- function(x, ...) {
  said <- x$said
  window <- toString(if (length(unique(said$window_days)) > 1) said$window_days else said$window_days[1])
  if (x$kind == "at") {
    return(sentences(visits = sprintf(
      "Visits on days %s after the start, then every %s days, each %s days early or late; %s.",
      toString(said$days), x$interval, window,
      "a visit is missed when its window closes without an adequate assessment"
    )))
  }
  every <- ifelse(said$weeks == 1, "week", paste(said$weeks, "weeks"))
  until <- ifelse(is.finite(said$until_weeks), sprintf(" until week %s", said$until_weeks), "")
  sentences(visits = sprintf(
    "Visits %s, each %s days early or late; visits are missed by the length of the gap.",
    paste0("every ", every, until, collapse = ", then "), window
  ))
}

#' @export
print.tte_visits <- function(x, ...) {
  cli::cli_text("Schedule of tumour assessments")
  cli::cli_ul(format(x))
  invisible(x)
}
