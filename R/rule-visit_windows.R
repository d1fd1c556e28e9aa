#' Visit windows: which record stands for which planned visit
#'
#' A record belongs to the visit whose window holds it; in overlapping windows to the visit with the nearest
#' target day, and to the later one if both are as near. Of several records of one visit the one nearest to
#' the target stands for it, of two as near the later one. The others are flagged, never dropped.
#'
#' @param target_days Planned days of the visits, in days since the start (`STARTDT` is day 0, so six weeks
#'   are 42 whatever the first day is called); names are the visits' labels. Increasing.
#' @param from,to First and last day of each window, counted alike, both inside it: one number for each
#'   visit. Without them a window reaches half-way to its neighbours, the first one as far down as up and the
#'   last one as far up as down; a day exactly half-way belongs to the later visit.
#' @return An object of class `tte_visit_windows`, a rule that by-visit tables take; print says it in
#'   sentences.
#' @section Errors: a condition of class `tte_error_input` for days that are not finite numbers, do not
#'   increase, or lie outside their own window.
#' @examples
#' visit_windows(c("Week 6" = 42, "Week 12" = 84), from = c(35, 77), to = c(49, 91))
#' visit_windows(c(42, 84, 126))
#' @export
visit_windows <- function(target_days, from = NULL, to = NULL) {
  abort_input(window_days_faults(target_days, from, to))
  labels <- names(target_days)
  if (is.null(labels)) labels <- sprintf("Day %g", target_days)
  target <- as.numeric(target_days)
  half <- half_way(target)
  rule <- list(
    visits = data.frame(
      label = labels, target = target, from = if (is.null(from)) half$from else as.numeric(from),
      to = if (is.null(to)) half$to else as.numeric(to)
    )
  )
  structure(rule, class = c("tte_visit_windows", "tte_rule"))
}

# A whole day exactly between two targets belongs to the later one.
half_way <- function(target) {
  n <- length(target)
  if (n == 1) {
    return(list(from = -Inf, to = Inf))
  }
  gap <- diff(target)
  between <- target[-n] + gap / 2
  list(
    from = c(ceiling(target[1] - gap[1] / 2), ceiling(between)),
    to = c(ceiling(between) - 1, floor(target[n] + gap[n - 1] / 2))
  )
}

window_days_faults <- function(target_days, from, to) {
  days <- Filter(Negate(is.null), list(target_days = target_days, from = from, to = to))
  faults <- do.call(rbind, unname(Map(function(x, name) {
    if (!is.numeric(x) || length(x) == 0) {
      return(fault(name, "wrong_type", "must be numbers of days"))
    }
    if (!all(is.finite(x))) {
      return(fault(name, "not_finite", "must be finite", rows = which(!is.finite(x))))
    }
    if (length(x) != length(target_days)) fault(name, "wrong_length", "needs one day for each visit")
  }, days, names(days))))
  if (!is.null(faults)) {
    return(faults)
  }
  rbind(
    if (is.unsorted(target_days, strictly = TRUE)) {
      fault("target_days", "out_of_range", "must increase from visit to visit")
    },
    row_fault(from > target_days, "from", "out_of_range", NA, "is after the visit's target day"),
    row_fault(to < target_days, "to", "out_of_range", NA, "is before the visit's target day"),
    if (anyDuplicated(names(target_days))) fault("target_days", "unknown_level", "names a visit twice")
  )
}

#' @export
format.tte_visit_windows <- function(x, ...) {
  visits <- x$visits
  sentences(
    windows = sprintf("Visits, in days since the start: %s.", paste(sprintf(
      "%s (day %g) from %g to %g", visits$label, visits$target, visits$from, visits$to
    ), collapse = "; ")),
    choice = paste(
      "Of several records in a window the one nearest to the target day counts, of two as near the later;",
      "the others are flagged."
    )
  )
}

#' @export
print.tte_visit_windows <- function(x, ...) {
  cli::cli_text("Visit windows")
  cli::cli_ul(format(x))
  invisible(x)
}

#' Records in windows
#'
#' @param day Days since the start, one for each record; NA belongs to no visit.
#' @param whose What may have one record a visit: a vector, or a list of vectors (person, question, reader),
#'   each as long as `day`.
#' @return A data frame, a row for each record in their order: `visit` (row of `windows$visits`, NA outside
#'   all windows), `off` (days from the target, negative before it), `chosen`.
#' @noRd
window_records <- function(day, whose, windows) {
  visits <- windows$visits
  day <- as.numeric(day)
  visit <- rep(NA_integer_, length(day))
  off <- rep(NA_real_, length(day))
  for (i in seq_len(nrow(visits))) {
    within <- which(day >= visits$from[i] & day <= visits$to[i])
    distance <- day[within] - visits$target[i]
    nearer <- is.na(off[within]) | abs(distance) <= abs(off[within])
    visit[within[nearer]] <- i
    off[within[nearer]] <- distance[nearer]
  }
  if (!is.list(whose)) whose <- list(whose)
  group <- group_number(c(whose, list(visit)))
  order <- order(group, abs(off), -day)
  chosen <- rep(FALSE, length(day))
  chosen[order[!duplicated(group[order])]] <- TRUE
  data.frame(visit = visit, off = off, chosen = chosen & !is.na(visit))
}
