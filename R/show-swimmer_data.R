# What a swimmer plot is drawn from: the endpoints of each patient as days since the start, and the lanes.

# The endpoints of a study, as far as it has what they need; or those that were given.
swimmer_endpoints <- function(x, rule, reader, censoring, call = rlang::caller_env()) {
  if (inherits(x, "tte_adtte")) {
    given <- c(rule = !is.null(rule), reader = !is.null(reader), censoring = !is.null(censoring))
    abort_input(fault(
      names(which(given)), "unknown_argument", "belongs to a study; these endpoints have been derived"
    ), call)
    return(x)
  }
  if (!inherits(x, "tte_study")) {
    abort_input(fault("x", "wrong_type", "must be a study or a derive_endpoint() result",
      remedy = "Make a study with study() or study_from_adam()."
    ), call)
  }
  if (is.null(rule)) rule <- recist(confirmed = TRUE)
  rule <- with_confirmation(rule)
  if (is.null(censoring)) censoring <- tte::censoring("EMA")
  subjects <- study_table(x, "subjects", "swimmer_plot()")
  abort_input(if (nrow(subjects) == 0) fault("x", "no_rows", "there are no patients"), call)
  treated_anew <- !is.null(subjects[["NACTDT"]]) || !is.null(x[["therapies"]])
  of_response <- if (is_irecist(rule)) c("IPFS", "IDOR") else c("TTP", "DOR")
  wanted <- c(
    list(endpoint("OS")),
    if (has_responses(x)) lapply(of_response, endpoint),
    if (!has_responses(x) && !is.null(event_records(x))) list(recurrence()),
    if (treated_anew) list(endpoint("TTNT", death = "competing"))
  )
  derive_endpoint(x, wanted, rule = rule, censoring = censoring, reader = reader)
}

recurrence <- function() {
  endpoint("TTRECUR",
    disease = "colon", events = recurrences, competing = list(), end = "contact", steps = FALSE,
    label = "Time to Recurrence"
  )
}

of_progressions <- c("TTP", "PFS", "IPFS", "TTRECUR", "RFS", "DFS")

# A rule that does not say whether responses must be confirmed asks for it.
with_confirmation <- function(rule) {
  if (inherits(rule, "tte_recist") && is.null(rule$confirmed)) rule$confirmed <- TRUE
  if (is_irecist(rule)) rule$recist <- with_confirmation(rule$recist)
  rule
}

# One row for each patient of OS, with what the other endpoints say as days since the start.
swimmer_persons <- function(adtte, call = rlang::caller_env()) {
  names <- vapply(adtte$provenance, function(told) toupper(told$endpoint), "")
  codes <- tapply(adtte$PARAMCD, names, unique, simplify = FALSE)
  used <- codes[intersect(c("OS", of_progressions, "DOR", "IDOR", "TTNT"), names(codes))]
  twice <- names(used)[lengths(used) > 1]
  abort_input(rbind(
    fault("x", "unknown_param", "has no rows of OS, which the length of a lane comes from", remedy = paste(
      "Derive it with the others: derive_endpoint(study, c(\"OS\", \"TTP\", \"DOR\"), ...)."
    ))[!"OS" %in% names, ],
    fault(rep("x", length(twice)), "several_params", sprintf(
      "has several rows of %s: %s", twice, vapply(used[twice], toString, "")
    ), remedy = "Keep one rule and one reader.")
  ), call)
  os <- adtte[names == "OS", , drop = FALSE]
  day <- function(row, column) as.numeric(as.Date(adtte[[column]][row])) - as.numeric(os$STARTDT)
  row_of <- function(name, when = TRUE) {
    rows <- which(names == name & when)
    rows[match(os$USUBJID, adtte$USUBJID[rows])]
  }
  of_progression <- intersect(of_progressions, names)[1]
  progressed <- row_of(of_progression, adtte$CAUSE == 1 & !adtte$EVNTDESC %in% event_words(deaths))
  response <- row_of(intersect(c("DOR", "IDOR"), names)[1])
  treated <- row_of("TTNT", adtte$CAUSE == 1 & adtte$EVNTDESC %in% event_words("NEW THERAPY"))
  persons <- structure(os[setdiff(names(os), "provenance")], class = "data.frame")
  persons$.end <- as.numeric(os$ADT) - as.numeric(os$STARTDT)
  persons$.death <- ifelse(os$CAUSE == 1, persons$.end, NA)
  persons$.ongoing <- os$CAUSE == 0 & os$EVNTDESC %in% "Alive"
  persons$.response_from <- day(response, "STARTDT")
  persons$.response_to <- day(response, "ADT")
  persons$.progression <- day(progressed, "ADT")
  persons$.therapy <- day(treated, "ADT")
  attr(persons, "arm") <- adtte$provenance[[1]]$arm
  attr(persons, "recurrence") <- of_progression %in% c("TTRECUR", "RFS", "DFS")
  persons
}

deaths <- c("DEATH", "CANCER DEATH", "OTHER DEATH")

# The lanes in the unit of the axis, from the bottom of the picture to its top: `lane` counts within it.
swimmer_data <- function(persons, spans, colour, facet, unit, sort) {
  per <- days_per[[unit]]
  n <- nrow(persons)
  mine <- factor(spans$USUBJID[!spans$later], as.character(persons$USUBJID))
  of_treatment <- function(days, fun) as.vector(tapply(days[!spans$later], mine, fun))
  data <- data.frame(
    USUBJID = as.character(persons$USUBJID), from = of_treatment(spans$from, min) / per,
    to = of_treatment(spans$to, max) / per, end = persons$.end / per,
    response_from = persons$.response_from / per, response_to = persons$.response_to / per,
    progression = persons$.progression / per, therapy = persons$.therapy / per, death = persons$.death / per,
    ongoing = persons$.ongoing,
    on_treatment = persons$.ongoing & persons$USUBJID %in% spans$USUBJID[spans$open],
    group = if (is.null(colour)) factor(rep("", n)) else picture_groups(persons[[colour]]),
    panel = if (is.null(facet)) factor(rep("", n)) else picture_groups(persons[[facet]])
  )
  data <- data[do.call(order, lane_order(data, sort)), , drop = FALSE]
  rownames(data) <- NULL
  data$panel <- counted_panels(data$panel)
  data$lane <- seq_len(n)
  attr(data, "marks") <- swimmer_marks
  if (isTRUE(attr(persons, "recurrence"))) attr(data, "marks")$label[2] <- "Recurrence"
  data
}

# By what the lanes are sorted, those with more of it on top.
lane_order <- function(data, sort) {
  treated <- ifelse(is.na(data$to), 0, data$to)
  responding <- ifelse(is.na(data$response_to), -1, data$response_to - data$response_from)
  by <- switch(sort,
    treatment = list(treated, data$end),
    follow_up = list(data$end, treated),
    response = list(responding, treated, data$end)
  )
  c(list(data$panel), by, list(data$USUBJID))
}

# The lanes of one page, the first page with the top of the picture.
page_of <- function(data, page, per_page) {
  n <- nrow(data)
  from_top <- n + 1 - data$lane
  kept <- data[from_top > (page - 1) * per_page & from_top <= page * per_page, , drop = FALSE]
  rownames(kept) <- NULL
  kept$panel <- droplevels(kept$panel)
  kept$lane <- seq_len(nrow(kept))
  attr(kept, "marks") <- attr(data, "marks")
  kept
}
