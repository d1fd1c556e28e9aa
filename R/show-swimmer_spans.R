# The spans of treatment in a swimmer plot: what each patient was given, from when to when, in days since the
# start.

# From the user's data frame, else from the tables of a study, else from the dates of the patients.
swimmer_spans <- function(x, spans, persons, bar, gap_days) {
  rows <- if (bar == "follow_up") {
    followed(persons)
  } else if (!is.null(spans)) {
    span_rows(spans, "EXTRT")
  } else {
    rbind(study_spans(x, persons), if (bar == "therapies") later_spans(x))
  }
  given <- join_spans(spans_in_days(rows, persons), gap_days)
  given$open <- given$open & bar != "follow_up"
  given
}

# What the bars are when nobody says: treatment where there is some after time zero, with its changes where
# the study has a table of them and the colours are free to tell them.
usual_bar <- function(x, spans, persons, colour) {
  if (!is.null(spans)) {
    return("therapies")
  }
  given <- study_spans(x, persons)
  start <- persons$STARTDT[match(given$USUBJID, persons$USUBJID)]
  if (!any(is.na(given$AENDT) | given$AENDT > start, na.rm = TRUE)) {
    return("follow_up")
  }
  tabled <- has_ends(x, "exposure") || has_ends(x, "therapies")
  if (tabled && is.null(colour)) "therapies" else "treatment"
}

has_ends <- function(x, table) inherits(x, "tte_study") && !is.null(x[[table]][["AENDT"]])

span_rows <- function(table, name, later = FALSE) {
  n <- nrow(table)
  ends <- table[["AENDT"]]
  data.frame(
    USUBJID = as.character(table$USUBJID), ASTDT = as.Date(table$ASTDT),
    AENDT = if (is.null(ends)) rep(as.Date(NA), n) else as.Date(ends),
    what = if (is.null(table[[name]])) rep("Study treatment", n) else as.character(table[[name]]),
    later = rep(later, n)
  )
}

# The doses of a study; without that table one span, from the first dose to the last. The last dose of a drug
# without an end goes on to that of the treatment, if it has one; an earlier one is a day.
study_spans <- function(x, persons) {
  stopped <- if (is.null(persons[["TRTEDT"]])) rep(as.Date(NA), nrow(persons)) else as.Date(persons$TRTEDT)
  if (has_ends(x, "exposure")) {
    rows <- span_rows(x$exposure, "EXTRT")
    person <- match(rows$USUBJID, persons$USUBJID)
    begin <- as.numeric(rows$ASTDT)
    last <- begin == stats::ave(begin, rows$USUBJID, rows$what, drop = TRUE, FUN = max)
    open <- is.na(rows$AENDT)
    rows$AENDT[open] <- pmax(stopped[person], rows$ASTDT)[open]
    rows$AENDT[open & !last] <- rows$ASTDT[open & !last]
    return(rows)
  }
  if (is.null(persons[["TRTSDT"]]) || is.null(persons[["TRTEDT"]])) {
    return(NULL)
  }
  arm <- attr(persons, "arm")
  rows <- data.frame(USUBJID = persons$USUBJID, ASTDT = persons$TRTSDT, AENDT = stopped)
  if (is_name(arm)) rows$EXTRT <- persons[[arm]]
  span_rows(rows[!is.na(rows$ASTDT), , drop = FALSE], "EXTRT")
}

# Anticancer therapies after it, by their category where there are several.
later_spans <- function(x) {
  if (!has_ends(x, "therapies")) {
    return(NULL)
  }
  rows <- span_rows(x$therapies, "CMCAT", later = TRUE)
  kinds <- unique(stats::na.omit(rows$what))
  rows$what <- if (length(kinds) < 2) rep("New therapy", nrow(rows)) else therapy_words(rows$what)
  rows
}

# "GUIDED THERAPY" as "Guided therapy", "SYSTEMIC" as "Systemic therapy".
therapy_words <- function(words) {
  words <- ifelse(is.na(words), "new", tolower(words))
  words <- ifelse(grepl("therapy", words, fixed = TRUE), words, paste(words, "therapy"))
  paste0(toupper(substr(words, 1, 1)), substring(words, 2))
}

followed <- function(persons) {
  rows <- data.frame(USUBJID = persons$USUBJID, ASTDT = persons$STARTDT, AENDT = as.Date(NA))
  span_rows(rows, "EXTRT")
}

# Whole days within the follow-up. What has no end goes on to its last day (`open`); what ended before time
# zero is left out.
spans_in_days <- function(rows, persons) {
  if (is.null(rows)) rows <- followed(persons)[0, ]
  person <- match(rows$USUBJID, as.character(persons$USUBJID))
  start <- as.numeric(persons$STARTDT)[person]
  end <- persons$.end[person]
  from <- as.numeric(rows$ASTDT) - start
  to <- as.numeric(rows$AENDT) - start
  open <- is.na(to) | to > end
  to <- pmin(to, end, na.rm = TRUE)
  rows$person <- person
  rows$open <- open
  rows$from <- pmax(from, 0)
  rows$to <- to
  keep <- !is.na(person) & !is.na(from) & from <= end & (to > 0 | from >= 0)
  structure(
    rows[keep, c("person", "USUBJID", "what", "later", "from", "to", "open")],
    before = any(from < 0 & keep | to <= 0 & from < 0, na.rm = TRUE)
  )
}

# Doses of one treatment at most `gap_days` apart are one span; that of a single day has the width of a day.
join_spans <- function(spans, gap_days) {
  before <- attr(spans, "before")
  spans <- spans[order(spans$person, spans$what, spans$from), , drop = FALSE]
  n <- nrow(spans)
  series <- paste(spans$person, spans$what)
  reach <- stats::ave(spans$to, series, FUN = cummax)
  new <- !duplicated(series) | spans$from > c(-Inf, reach[-n])[seq_len(n)] + gap_days
  run <- cumsum(new)
  joined <- spans[new, , drop = FALSE]
  joined$to <- as.vector(tapply(spans$to, run, max))
  joined$to <- joined$to + (joined$to == joined$from)
  joined$open <- as.vector(tapply(spans$open, run, any))
  rownames(joined) <- NULL
  structure(joined, before = before, joined = nrow(joined) < n)
}

# Spans of a patient at the same time lie one below the other: `track` of `tracks`, from the top.
side_by_side <- function(spans) {
  spans <- spans[order(spans$person, spans$from, spans$to), , drop = FALSE]
  n <- nrow(spans)
  reach <- stats::ave(spans$to, spans$person, FUN = cummax)
  apart <- !duplicated(spans$person) | spans$from >= c(-Inf, reach[-n])[seq_len(n)]
  spans$track <- rep(1L, n)
  until <- numeric()
  for (i in seq_len(n)) {
    if (apart[i]) until <- numeric()
    free <- which(until <= spans$from[i])
    spans$track[i] <- if (length(free) > 0) free[1] else length(until) + 1L
    until[spans$track[i]] <- spans$to[i]
  }
  spans$tracks <- stats::ave(spans$track, cumsum(apart), FUN = max)
  spans
}

# The treatments in their own order, or of the arms, or as they come; those that follow are last.
treatment_levels <- function(given, spans, persons) {
  arm <- attr(persons, "arm")
  first <- if (is_name(arm)) levels(picture_groups(persons[[arm]]))
  if (is.factor(spans$EXTRT)) first <- levels(spans$EXTRT)
  study <- unique(given$what[!given$later])
  later <- sort(unique(given$what[given$later]))
  unique(c(intersect(first, study), study, later))
}

# The spans as they are drawn, in the unit of the axis; `group` is what the colour tells.
drawn_spans <- function(spans, data, levels, unit) {
  spans <- side_by_side(spans)
  at <- match(spans$USUBJID, data$USUBJID)
  per <- days_per[[unit]]
  drawn <- data.frame(
    USUBJID = spans$USUBJID, lane = data$lane[at], panel = data$panel[at], treatment = spans$what,
    from = spans$from / per, to = spans$to / per, later = spans$later, open = spans$open,
    track = spans$track, tracks = spans$tracks,
    group = if (is.null(levels)) data$group[at] else factor(spans$what, levels)
  )
  drawn <- drawn[!is.na(at), , drop = FALSE]
  drawn <- drawn[order(drawn$lane, drawn$from), , drop = FALSE]
  rownames(drawn) <- NULL
  drawn
}

# ---- faults ----

span_faults <- function(spans) {
  if (is.null(spans)) {
    return(NULL)
  }
  faults <- rbind(
    column_faults(spans, "spans", c("USUBJID", "EXTRT", "ASTDT")),
    if (is.data.frame(spans)) date_faults(spans, "spans", c("ASTDT", "AENDT"))
  )
  if (!is.null(faults)) {
    return(faults)
  }
  rbind(
    row_fault(is.na(spans$ASTDT), "spans", "missing_value", "ASTDT", "is missing: a span begins at a date"),
    row_fault(
      spans[["AENDT"]] < spans$ASTDT, "spans", "start_not_before_stop", "AENDT", "is before its span begins"
    ),
    row_fault(is.na(spans$EXTRT), "spans", "missing_value", "EXTRT", "is missing: say what was given")
  )
}

stranger_faults <- function(spans, persons) {
  if (!is.null(spans)) {
    row_fault(
      !spans$USUBJID %in% persons$USUBJID, "spans", "unknown_level", "USUBJID", "is not among the patients"
    )
  }
}

# Bars of treatment need treatment.
treatment_faults <- function(x, spans, persons, bar) {
  if (bar == "follow_up" || !is.null(spans) || !is.null(study_spans(x, persons))) {
    return(NULL)
  }
  absent <- setdiff(c("TRTSDT", "TRTEDT"), names(persons))
  fault(rep("bar", length(absent)), "unknown_column", "is not among the patients, so treatment has no bar",
    column = absent, remedy = "Say bar = \"follow_up\", or give the dates, the table exposure or `spans`."
  )
}

many_treatments_fault <- function(levels) {
  if (length(levels) > length(lane_colours)) {
    fault(
      "spans", "unknown_level", sprintf("has %d treatments, too many to tell apart", length(levels)),
      column = "EXTRT",
      remedy = sprintf("Make at most %d of them, or say `bar = \"treatment\"`.", length(lane_colours))
    )
  }
}
