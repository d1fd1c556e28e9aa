#' Follow-up: the reverse Kaplan-Meier curve
#'
#' The Kaplan-Meier curve of the time to the end of observation, in which an event of interest ends a person's
#' follow-up without showing it: the indicator is reversed. Its median is the median follow-up.
#'
#' @section Ties: An event and a censoring at one time: with `convention = "flip"` (default) the reversed
#'   indicator goes through the ordinary estimator, in which the person with the event is still at risk of
#'   being censored at that time; this is what double programming in any software gives. With
#'   `"events-first"` those with the event have left just before, as in the censoring distribution that
#'   weighted estimators use.
#' @section Rows of one person: Rows that start after time zero need `id`: a row that ends where the next one
#'   of the same person starts is no end of follow-up, and without `id` that cannot be known.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param convention `"flip"` or `"events-first"`.
#' @return A curve as [km()] gives it, in which the events are the ends of follow-up.
#' @references Schemper M, Smith TL (1996). A note on quantifying follow-up in studies of failure time.
#'   *Controlled Clinical Trials* 17, 343-346.
#' @examples
#' follow_up(Surv(time, status) ~ sex, survival::lung, unit = "days", report_in = "months")
#' @export
follow_up <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  convention = "flip", conf.level = 0.95, conf.type = "log-log", timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_choice(convention, "convention", c("flip", "events-first")), check_level(conf.level)
  ))
  call <- rlang::current_env()
  abort_input(rbind(id_faults(d), after_event_faults(d)), call)
  events <- d$columns$cause > 0
  d <- reverse_status(d)
  flip <- convention == "flip"
  fit <- km(
    if (flip) d else part_ties(d, events, timefix),
    conf.level = conf.level, conf.type = conf.type,
    timefix = timefix
  )
  if (!flip) fit <- join_ties(fit, sort(unique(d$columns$stop)))
  fit$tte$method <- "Follow-up, reverse Kaplan-Meier"
  fit$tte$conventions <- c(reverse = reverse_sentence(convention), fit$tte$conventions)
  fit
}

# Whatever uses the censoring distribution must know which rows are one person's.
id_faults <- function(d) {
  late <- !is.null(d$columns$start) && any(d$columns$start > 0)
  if (!late || !is.null(d$arguments$id)) {
    return(NULL)
  }
  remedy <- "Give id, the person of each row, so that the end of a row is told from the end of follow-up."
  fault("id", "missing_value", "is needed where rows start after time zero", remedy = remedy)
}

reverse_sentence <- function(convention) {
  order <- c(
    flip = "at one time a person with the event is still at risk of it",
    "events-first" = "at one time those with the event have left before"
  )
  sprintf("An event here is the end of follow-up, a censoring; %s.", order[[convention]])
}

# The last row of each person ends the follow-up unless it has the event.
reverse_status <- function(d) {
  ends <- d$columns$cause == 0 & !goes_on(d$columns)
  d$columns$cause <- as.integer(ends)
  d$causes <- "end of follow-up"
  d$response["levels"] <- list(NULL)
  plan <- d$response$plan
  if (is.null(plan$column)) {
    d$store$.ended <- restore_rows(ends, d)
    d$response$plan$status <- quote(.ended)
  } else {
    d$store$.reversed <- restore_rows(new_surv(d$columns$start, d$columns$stop, ends), d)
    d$response$plan$column <- quote(.reversed)
  }
  d
}

# Does another row of the same person start where this one ends?
goes_on <- function(columns) {
  n <- length(columns$stop)
  if (is.null(columns$subject) || is.null(columns$start)) {
    return(logical(n))
  }
  order <- order(columns$subject, columns$start, method = "radix")
  this <- order[-n]
  following <- order[-1]
  gap <- abs(columns$start[following] - columns$stop[this])
  near <- gap <= sqrt(.Machine$double.eps) * mean(abs(c(columns$start, columns$stop)))
  seq_len(n) %in% this[columns$subject[following] == columns$subject[this] & near]
}

# Times become ranks, in which an event comes half a step before a censoring at the same time.
part_ties <- function(d, events, timefix) {
  times <- sort(unique(d$columns$stop))
  rank <- function(x) findInterval(x, times)
  d$columns$stop <- 2 * rank(d$columns$stop) - events
  if (!is.null(d$columns$start)) d$columns$start <- 2 * rank(d$columns$start)
  d
}

# A curve of ranks back on the times: the two halves of a time are one step.
join_ties <- function(fit, times) {
  step <- ceiling(fit$time / 2)
  curve <- if (is.null(fit$strata)) rep(1L, length(step)) else rep(seq_along(fit$strata), fit$strata)
  last <- !duplicated(cbind(curve, step), fromLast = TRUE)
  whole <- cumsum(c(TRUE, last[-length(last)]))
  sums <- c("n.event", "n.censor", "n.enter")
  ends <- c("n.risk", "surv", "std.err", "cumhaz", "std.chaz", "lower", "upper")
  for (name in intersect(sums, names(fit))) fit[[name]] <- unname(rowsum(fit[[name]], whole)[, 1])
  for (name in intersect(ends, names(fit))) fit[[name]] <- fit[[name]][last]
  fit$time <- times[step[last]]
  if (!is.null(fit$counts)) fit$counts <- fit$counts[last, , drop = FALSE]
  if (!is.null(fit$strata)) fit$strata[] <- tabulate(curve[last], length(fit$strata))
  fit
}
