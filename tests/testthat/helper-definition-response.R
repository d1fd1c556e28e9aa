# The slow, obvious definition of RECIST 1.1 responses and of the best overall response, written from the
# clinical rules alone. Nothing here calls the package. One patient at a time; days are whole numbers.
#
# E 2009: Eisenhauer and others, Eur J Cancer 45, 228. Sizes are kept in whole tenths of a millimetre, so that
# no threshold is ever compared on rounded percentages.

# ---- a visit
# ----------------------------------------------------------------------------------------------------

#' Size of a target (E 2009 4.3.2): the recorded value; absent is 0, too small to measure is 5 mm.
define_size <- function(value, state) {
  size <- round(10 * value)
  size[is.na(size) & state %in% "ABSENT"] <- 0
  size[is.na(size) & state %in% "TOO SMALL TO MEASURE"] <- 50
  size
}

#' Target response of one visit: first match wins.
define_target <- function(size, node, base, nadir, any_target, base_complete, nadir0_pd) {
  assessed <- !is.na(size)
  if (!any_target) {
    return("NA")
  }
  if (!any(assessed)) {
    return("NE")
  }
  complete <- all(assessed)
  total <- sum(size[assessed])
  if (complete && all(size[!node] == 0) && all(size[node] < 100)) {
    return("CR")
  }
  if (!base_complete) {
    return("NE")
  }
  if (5 * (total - nadir) >= nadir && total - nadir >= 50) {
    return("PD")
  }
  if (!complete) {
    return("NE")
  }
  if (nadir == 0 && nadir0_pd) {
    return("PD")
  }
  if (10 * (base - total) >= 3 * base) {
    return("PR")
  }
  "SD"
}

#' Non-target response: `value` is the short axis of nodes; lesions without a row are not assessed.
define_non_target <- function(state, value, node) {
  if (length(state) == 0L) {
    return("NA")
  }
  worse <- state %in% "UNEQUIVOCAL PROGRESSION"
  gone <- state %in% c("ABSENT", "MARKER NORMAL") | (node & !is.na(value) & value < 10)
  there <- state %in% c("PRESENT", "MARKER RAISED") | (node & !is.na(value) & value >= 10)
  if (any(worse)) {
    return("PD")
  }
  if (all(gone)) {
    return("CR")
  }
  if (!all(gone | there)) {
    return("NE")
  }
  "NN"
}

#' Overall response (E 2009, tables 1 and 2). `new`: "Y", "N", or NA where new lesions were not looked for.
define_overall <- function(target, non_target, new) {
  if (new %in% "Y" || target == "PD" || non_target == "PD") {
    return("PD")
  }
  out <- switch(target,
    CR = if (non_target %in% c("CR", "NA")) "CR" else "PR",
    PR = "PR",
    SD = "SD",
    NE = "NE",
    `NA` = c(CR = "CR", NN = "NON-CR/NON-PD", NE = "NE", `NA` = "NED")[[non_target]]
  )
  if (out == "CR" && is.na(new)) "NE" else out
}

# ---- a patient
# --------------------------------------------------------------------------------------------------

#' Which rows are the baseline: those flagged, else the last visit whose scans end by `limit`.
define_baseline <- function(rows, limit, last_scan) {
  if (!is.null(rows$flag)) {
    return(rows$flag %in% "Y")
  }
  early <- last_scan[last_scan <= limit]
  if (length(early) == 0L) {
    return(rep(FALSE, length(rows$day)))
  }
  rows$visit == names(early)[which.max(early)]
}

#' New lesions at a visit (`at`: its rows): "Y" with the rows that show them, "N", or NA (not looked for).
#' One in doubt that later becomes certain was there from the first time.
define_new <- function(rows, at) {
  new <- rows$group == "NEW"
  certain <- rows$state %in% "UNEQUIVOCAL"
  turned <- vapply(seq_along(new), function(row) {
    at[row] && rows$state[row] %in% "EQUIVOCAL" &&
      any(new & certain & rows$lesion == rows$lesion[row] & rows$day > rows$day[row])
  }, NA)
  shown <- at & new & (certain | turned)
  unread <- any(at & new & rows$state %in% c("NOT DONE", "NOT EVALUABLE"))
  list(answer = if (any(shown)) "Y" else if (unread) NA else "N", rows = which(shown))
}

#' Rows of a visit that show disease again: any size of a target, a node from 10 mm, a non-target that is
#' there. A raised marker alone is not disease.
define_back <- function(rows, at) {
  enough <- ifelse(rows$node, 100, 1)
  target <- rows$group == "TARGET" & rows$size >= enough
  other <- rows$group == "NON-TARGET" & (rows$state %in% "PRESENT" | (rows$node & rows$size >= enough))
  which(at & (target | other))
}

#' One row per visit after baseline, from the lesion rows of one patient: a list of columns. `limit`: the last
#' day on which a scan can be baseline (the first dose, else the start).
define_responses <- function(rows, limit, rule) {
  rows$size <- define_size(rows$value, rows$state)
  last_scan <- tapply(rows$day, rows$visit, max)
  baseline <- define_baseline(rows, limit, last_scan)
  if (!any(baseline)) {
    return(list(day = integer(), response = character(), complete_baseline = FALSE))
  }
  at_start <- define_lesions(rows, baseline)
  visits <- sort(last_scan[last_scan > max(rows$day[baseline])])
  visits <- visits[!names(visits) %in% rows$visit[baseline]]
  memory <- list(nadir = if (at_start$complete) at_start$base else Inf, sticky = FALSE)
  seen <- list()
  for (visit in names(visits)) {
    at <- rows$visit == visit
    # a visit that did not take place is no visit
    if (all(rows$state[at] %in% "NOT DONE")) next
    one <- define_visit(rows, at, at_start, memory, define_armed(seen, rule), rule)
    memory$sticky <- one$target != "PD" && (memory$sticky || one$target %in% c("CR", "PR"))
    if (one$complete) memory$nadir <- min(memory$nadir, one$sum)
    seen <- c(seen, list(c(visit = visit, one)))
  }
  columns <- c(
    "visit", "day", "response", "target", "non_target", "new", "sum", "nadir", "complete"
  )
  out <- lapply(columns, function(name) unlist(lapply(seen, `[[`, name)))
  c(stats::setNames(out, columns), complete_baseline = at_start$complete)
}

#' What was there at baseline.
define_lesions <- function(rows, baseline) {
  measured <- baseline & rows$group == "TARGET"
  other <- baseline & rows$group == "NON-TARGET"
  list(
    targets = rows$lesion[measured], target_node = rows$node[measured], base = sum(rows$size[measured]),
    complete = !anyNA(rows$size[measured]), others = rows$lesion[other], other_node = rows$node[other]
  )
}

define_visit <- function(rows, at, at_start, memory, armed, rule) {
  here <- which(at & rows$group == "TARGET")
  size <- rows$size[here][match(at_start$targets, rows$lesion[here])]
  any_target <- length(at_start$targets) > 0L
  target <- define_target(
    size, at_start$target_node, at_start$base, memory$nadir, any_target, at_start$complete, rule$nadir0_pd
  )
  if (rule$pr_sticky && memory$sticky && target == "SD") target <- "PR"
  other <- which(at & rows$group == "NON-TARGET")
  of_other <- other[match(at_start$others, rows$lesion[other])]
  non_target <- define_non_target(rows$state[of_other], rows$value[of_other], at_start$other_node)
  new <- define_new(rows, at)
  response <- define_overall(target, non_target, new$answer)
  back <- if (armed) define_back(rows, at)
  if (length(back) > 0L) response <- "PD"
  # progression is dated by the first scan that shows it, everything else by the last scan
  shown <- c(
    if (target == "PD") max(rows$day[here[!is.na(rows$size[here])]]),
    if (non_target == "PD") min(rows$day[other[rows$state[other] %in% "UNEQUIVOCAL PROGRESSION"]]),
    rows$day[new$rows], rows$day[back]
  )
  list(
    day = if (response == "PD") min(shown) else max(rows$day[at]), response = response, target = target,
    non_target = non_target, new = new$answer, nadir = memory$nadir, complete = any_target && !anyNA(size),
    sum = if (all(is.na(size))) NA_real_ else sum(size, na.rm = TRUE)
  )
}

#' Is disease that comes back now a progression: after a complete response, or only after a confirmed one?
define_armed <- function(seen, rule) {
  response <- vapply(seen, `[[`, "", "response")
  if (rule$cr_reappearance == "pd") {
    return("CR" %in% response)
  }
  day <- vapply(seen, function(one) as.numeric(one$day), 1)
  any(define_confirmed(day, response, rule)[response == "CR"] > 0L)
}

# ---- best overall response
# ----------------------------------------------------------------------------------------------

#' The responses that count: from the start, none after the new therapy or the cut, up to the first
#' progression; of several on a day the worst.
define_counted <- function(day, response, start, nact, cut, same_day) {
  order_of <- c("NE", "CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD")
  use <- response %in% order_of & day >= start & day <= cut
  if (!is.na(nact)) use <- use & (if (same_day == "before") day <= nact else day < nact)
  days <- sort(unique(day[use]))
  worst <- vapply(days, function(one) {
    order_of[max(match(response[use & day == one], order_of))]
  }, "")
  progressed <- which(worst == "PD")
  if (length(progressed) > 0L) {
    days <- days[seq_len(progressed[1L])]
    worst <- worst[seq_len(progressed[1L])]
  }
  list(day = days, response = worst)
}

#' Which responses are confirmed, and by which later visit (0: none).
define_confirmed <- function(day, response, rule) {
  n <- length(day)
  by <- integer(n)
  for (i in seq_len(n)) {
    if (!response[i] %in% c("CR", "PR")) next
    for (j in seq_len(n)[seq_len(n) > i]) {
      if (day[j] < day[i] + rule$confirm_days) next
      between <- response[seq_len(n) > i & seq_len(n) < j]
      few_ne <- sum(between == "NE") <= rule$max_ne
      ok <- if (response[i] == "CR") {
        response[j] == "CR" && all(between %in% c("CR", "NE")) && few_ne
      } else {
        stable <- sum(between == "SD")
        path <- c(between, response[j])
        first_cr <- match("CR", path)
        pr_after_cr <- !is.na(first_cr) && "PR" %in% path[seq(first_cr, length(path))]
        response[j] %in% c("CR", "PR") && all(between %in% c("CR", "PR", "NE", "SD")) &&
          stable <= (if (rule$accept_sd) 1L else 0L) && few_ne && !pr_after_cr
      }
      if (ok) {
        by[i] <- j
        break
      }
    }
  }
  by
}

#' Best overall response with or without confirmation, its day, and the day of the first (confirmed) response.
define_best <- function(day, response, start, rule, confirmed) {
  late <- day >= start + rule$min_sd_days - rule$sd_tol
  by <- if (confirmed) define_confirmed(day, response, rule) else as.integer(response %in% c("CR", "PR"))
  controlled <- c("CR", "PR", "SD")
  found <- list(
    CR = response == "CR" & by > 0L, PR = response == "PR" & by > 0L, SD = response %in% controlled & late,
    `NON-CR/NON-PD` = response == "NON-CR/NON-PD" & late, NED = response == "NED" & late,
    PD = response == "PD", NE = response == "NE" | (response != "PD" & !late)
  )
  best <- names(found)[vapply(found, any, NA)][1L]
  responded <- which(by > 0L)[1L]
  if (is.na(best)) {
    # a late CR or PR always counts as SD at least, so nothing is left here but no assessment
    return(list(best = "MISSING", day = NA, response_day = NA))
  }
  list(best = best, day = day[which(found[[best]])[1L]], response_day = day[responded])
}
