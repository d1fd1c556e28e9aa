#' Swimmer plot: what happened to each patient
#'
#' A lane for each patient, the longest on top: the time on treatment as a bar, the follow-up after it as a
#' thin line, the confirmed response as a dark band, marks at response, progression, new anticancer therapy
#' and death, and an arrow where treatment (or follow-up) was going on at the last contact.
#'
#' @section Where the dates come from: Those of a study are derived by [derive_endpoint()]: the end of
#'   follow-up and death from `OS`, the progression from `TTP`, start and end of the response from `DOR`, the
#'   new therapy from `TTNT`. The response is the one that is confirmed, unless the rule says otherwise; its
#'   band ends with progression or death, and at the last assessment where neither has come. The default
#'   censoring, `censoring("EMA")`, leaves no progression out. Treatment runs from `TRTSDT` to `TRTEDT`; who
#'   has begun it and has no end is on treatment to the end of follow-up. A study without responses that has
#'   records of recurrence (`PARAMCD` `RECUR`) shows the first recurrence instead. An arrow stands at
#'   the end of a lane where the patient was alive, and not lost.
#'
#' @param x A study, or a [derive_endpoint()] result with `OS` and, as far as they are to be seen, `TTP` (or
#'   `PFS`), `DOR` and `TTNT`, each of them once. Without the middle two, `IPFS` and
#'   `IDOR` serve, and for the progression `TTRECUR`, `RFS` or `DFS`.
#' @inheritParams waterfall_plot
#' @param rule,reader,censoring For a study: a [recist()] rule (`NULL` for `recist(confirmed = TRUE)`), or an
#'   [irecist()] rule, by which response and progression are then those of `IDOR` and `IPFS`; whose
#'   assessments count, and a [censoring()] rule (`NULL` for `censoring("EMA")`).
#' @param bar `"treatment"` or `"follow_up"`. By default treatment where `TRTSDT` and `TRTEDT` are there and
#'   somebody was treated after time zero.
#' @param colour A column of the patients that the colour of a bar tells, by default the arm; `NA` for none.
#' @param facet A column that makes a panel for each of its values; `NULL` for none. By default one panel, and
#'   beyond 60 patients one for each colour.
#' @param unit Unit of the time axis: `"days"`, `"weeks"`, `"months"` (30.4375 days) or `"years"`.
#' @param ids Write the names of the patients? By default up to 40 of them.
#' @return A ggplot. Its `data` has a row for each patient: `USUBJID`, `lane`, and in the unit of the axis
#'   `from` and `to` of the bar, `end` of follow-up, `response_from` and `response_to`, `progression`,
#'   `therapy`, `death`; `ongoing`.
#' @section Errors: `tte_error_input` for columns that are not there, several readers without a choice, an
#'   endpoint that is missing or there twice, and data without patients.
#' @seealso [spider_plot()], [derive_endpoint()]
#' @examplesIf rlang::is_installed("ggplot2")
#' day_zero <- as.Date("2024-01-01")
#' subjects <- data.frame(
#'   USUBJID = c("1", "2", "3"), RANDDT = day_zero, TRTSDT = day_zero, TRT01P = c("A", "B", "A"),
#'   TRTEDT = day_zero + c(130, NA, 60), DTHDT = day_zero + c(NA, NA, 150), LSTALVDT = day_zero + 210
#' )
#' visits <- data.frame(
#'   USUBJID = c("1", "1", "1", "2", "2", "3"), ADT = day_zero + c(42, 84, 126, 42, 84, 42),
#'   AVALC = c("PR", "PR", "PD", "PR", "CR", "PD")
#' )
#' trial <- study(subjects, assessments = visits, design = "randomised", arms = c("A", "B"))
#' swimmer_plot(trial)
#' swimmer_plot(trial, unit = "weeks", facet = "TRT01P")
#' @export
swimmer_plot <- function(x, rule = NULL, reader = NULL, censoring = NULL, ..., bar = NULL, colour = NULL,
                         facet = "auto", unit = "months", ids = NULL, palette = NULL, x_lab = NULL,
                         y_lab = NULL) {
  check_dots(...)
  abort_input(rbind(
    if (!is.null(bar)) check_choice(bar, "bar", c("treatment", "follow_up")),
    check_choice(unit, "unit", time_units), check_flag(ids, "ids", null.ok = TRUE), check_palette(palette)
  ))
  need("ggplot2", "drawing a swimmer plot")
  adtte <- swimmer_endpoints(x, rule, reader, censoring)
  persons <- swimmer_persons(adtte)
  if (is.null(bar)) bar <- if (treated_later(persons)) "treatment" else "follow_up"
  arm <- adtte$provenance[[1]]$arm
  if (is.null(colour)) colour <- if (is_name(arm)) arm else NA
  if (is.na(colour)[1]) colour <- NULL
  if (identical(facet, "auto")) facet <- if (nrow(persons) > 60) colour
  abort_input(rbind(
    treatment_faults(persons, bar), picture_column_faults(colour, "colour", persons),
    picture_column_faults(facet, "facet", persons)
  ))
  data <- swimmer_data(persons, bar, colour, facet, unit)
  if (is.null(ids)) ids <- nrow(data) <= 40
  title <- if (!is.null(colour)) column_title(colour, persons, arm)
  plot <- draw_swimmer(data, palette, title, unit, ids, identical(facet, colour))
  if (is.null(x_lab)) x_lab <- sprintf("Time since start (%s)", unit)
  if (is.null(y_lab)) y_lab <- sprintf("Patients (n = %d)", nrow(data))
  picture_panels(plot, facet, "free_y", nrow = if (nlevels(data$panel) <= 4) 1) +
    ggplot2::labs(x = x_lab, y = y_lab, caption = swimmer_caption(data, adtte, bar))
}

# ---- what is drawn ----

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
  attr(persons, "recurrence") <- of_progression %in% c("TTRECUR", "RFS", "DFS")
  persons
}

# Does anybody have treatment to show, from time zero on?
treated_later <- function(persons) {
  all(c("TRTSDT", "TRTEDT") %in% names(persons)) && any(
    !is.na(persons$TRTSDT) & (is.na(persons$TRTEDT) | as.Date(persons$TRTEDT) > as.Date(persons$STARTDT))
  )
}

deaths <- c("DEATH", "CANCER DEATH", "OTHER DEATH")

treatment_faults <- function(persons, bar) {
  absent <- setdiff(c("TRTSDT", "TRTEDT"), names(persons))
  if (bar == "follow_up" || length(absent) == 0) {
    return(NULL)
  }
  fault(rep("bar", length(absent)), "unknown_column", "is not among the patients, so treatment has no bar",
    column = absent, remedy = "Say bar = \"follow_up\", or give the dates (or the table exposure)."
  )
}

# The lanes, shortest first, in the unit of the axis.
swimmer_data <- function(persons, bar, colour, facet, unit) {
  per <- days_per[[unit]]
  n <- nrow(persons)
  days <- function(column) as.numeric(as.Date(persons[[column]])) - as.numeric(persons$STARTDT)
  end <- persons$.end
  if (bar == "treatment") {
    from <- pmin(pmax(days("TRTSDT"), 0), end)
    stopped <- days("TRTEDT")
    to <- ifelse(is.na(stopped), end, pmin(stopped, end))
    from[to <= 0] <- NA
    to[is.na(from)] <- NA
  } else {
    from <- rep(0, n)
    to <- end
  }
  data <- data.frame(
    USUBJID = as.character(persons$USUBJID), from = from / per, to = to / per, end = end / per,
    response_from = persons$.response_from / per, response_to = persons$.response_to / per,
    progression = persons$.progression / per, therapy = persons$.therapy / per, death = persons$.death / per,
    ongoing = persons$.ongoing,
    group = if (is.null(colour)) factor(rep("", n)) else picture_groups(persons[[colour]]),
    panel = if (is.null(facet)) factor(rep("", n)) else picture_groups(persons[[facet]])
  )
  length_of <- ifelse(is.na(data$to), 0, data$to)
  data <- data[order(data$panel, length_of, data$end, data$USUBJID), , drop = FALSE]
  rownames(data) <- NULL
  data$panel <- counted_panels(data$panel)
  data$lane <- seq_len(n)
  attr(data, "marks") <- swimmer_marks
  if (isTRUE(attr(persons, "recurrence"))) attr(data, "marks")$label[2] <- "Recurrence"
  data
}

# ---- the picture ----

lane_colours <- c("#8FB8D0", "#F3E1C5", "#D9CBE3", "#BDBDBD", "#CFE3CC", "#F0BCA8", "#E8E2A8", "#A8A8A8")

swimmer_marks <- data.frame(
  column = c("response_from", "progression", "therapy", "death"),
  label = c("Response", "Progression", "New therapy", "Death"),
  shape = c(24, 23, 22, 4), fill = c("white", "#C8502D", "white", "black")
)

draw_swimmer <- function(data, palette, title, unit, ids, told) {
  n <- max(table(data$panel))
  size <- if (n <= 25) 2.1 else if (n <= 40) 1.6 else if (n <= 80) 1.1 else if (n <= 120) 0.8 else 0.6
  band <- if (n <= 60) 0.15 else 0.3
  known <- levels(data$group)
  told <- told || length(known) < 2
  colours <- stats::setNames(rep_len(if (is.null(palette)) lane_colours else palette, length(known)), known)
  treated <- data[!is.na(data$from), , drop = FALSE]
  responded <- data[!is.na(data$response_from), , drop = FALSE]
  lanes <- function(half) {
    ggplot2::aes(
      xmin = .data[["from"]], xmax = .data[["to"]], ymin = .data[["lane"]] - half,
      ymax = .data[["lane"]] + half, fill = .data[["group"]]
    )
  }
  ggplot2::ggplot(data, ggplot2::aes(y = .data[["lane"]])) +
    ggplot2::geom_segment(
      ggplot2::aes(x = 0, xend = .data[["end"]], yend = .data[["lane"]]),
      colour = "grey45", linewidth = if (n <= 60) 0.4 else 0.15
    ) +
    ggplot2::geom_rect(lanes(if (n <= 60) 0.38 else 0.5), treated, key_glyph = "rect") +
    ggplot2::geom_rect(
      ggplot2::aes(
        xmin = .data[["response_from"]], xmax = .data[["response_to"]], ymin = .data[["lane"]] - band,
        ymax = .data[["lane"]] + band
      ), responded,
      fill = "#12355B"
    ) +
    swimmer_arrows(data[data$ongoing, , drop = FALSE], max(data$end), n) +
    swimmer_points(data, size) +
    ggplot2::scale_fill_manual(
      values = colours, name = title, guide = if (told) "none" else legend_guide(title, known, order = 1)
    ) +
    time_scale_of(max(data$end), unit, nlevels(data$panel)) +
    lane_scale(data, ids) +
    picture_theme("top") +
    legend_lines(if (!told) c(title, known), marks_seen(data)) +
    ggplot2::theme(
      panel.grid.major.y = ggplot2::element_blank(),
      panel.grid.major.x = ggplot2::element_line(colour = "grey92", linewidth = 0.3),
      axis.text.y = ggplot2::element_text(size = if (n <= 22) 8 else 6)
    )
}

# An arrow begins at the end of the lane, so that it is as long as an arrow whatever the lane is.
swimmer_arrows <- function(data, longest, n) {
  if (nrow(data) == 0) {
    return(NULL)
  }
  head <- if (n <= 25) 0.16 else if (n <= 60) 0.12 else if (n <= 120) 0.07 else 0.05
  ggplot2::geom_segment(
    ggplot2::aes(
      x = .data[["end"]], xend = .data[["end"]] + 0.02 * longest, yend = .data[["lane"]]
    ), data,
    colour = "black", linewidth = if (n <= 60) 0.5 else 0.2,
    arrow = ggplot2::arrow(length = ggplot2::unit(head, "cm"), type = "closed")
  )
}

marks_seen <- function(data) {
  kinds <- attr(data, "marks")
  kinds$label[vapply(kinds$column, function(column) any(!is.na(data[[column]])), logical(1))]
}

swimmer_points <- function(data, size) {
  kinds <- attr(data, "marks")
  parts <- lapply(seq_len(nrow(kinds)), function(k) {
    at <- data[[kinds$column[k]]]
    rows <- data[!is.na(at), c("lane", "panel"), drop = FALSE]
    if (nrow(rows) > 0) cbind(rows, at = at[!is.na(at)], mark = kinds$label[k])
  })
  marks <- do.call(rbind, parts)
  if (is.null(marks)) {
    return(NULL)
  }
  shown <- kinds[kinds$label %in% marks$mark, ]
  marks$mark <- factor(marks$mark, shown$label)
  list(
    lapply(shown$label, function(label) {
      ggplot2::geom_point(
        ggplot2::aes(x = .data[["at"]], shape = .data[["mark"]]), marks[marks$mark == label, ],
        size = size, stroke = size / 4, colour = "black", fill = shown$fill[shown$label == label]
      )
    }),
    ggplot2::scale_shape_manual(
      values = stats::setNames(shown$shape, shown$label), name = NULL, drop = FALSE,
      guide = ggplot2::guide_legend(
        order = 2, override.aes = list(size = 2.1, stroke = 0.5, fill = shown$fill)
      )
    )
  )
}

lane_scale <- function(data, ids) {
  if (!ids) {
    return(ggplot2::scale_y_continuous(breaks = NULL, expand = ggplot2::expansion(add = 0.8)))
  }
  ggplot2::scale_y_continuous(
    breaks = data$lane, labels = data$USUBJID, expand = ggplot2::expansion(add = 0.4)
  )
}

swimmer_caption <- function(data, adtte, bar) {
  told <- adtte$provenance[[1]]
  responded <- !is.na(data$response_from)
  readers <- unique(adtte$READER[!is.na(adtte$READER)])
  confirmed <- isTRUE(told$rule$confirmed)
  picture_caption(
    sprintf("%s.", counted_patients(nrow(data))),
    if (bar == "treatment") "Bar: time on treatment; line: follow-up." else "Bar: follow-up.",
    if (any(responded)) {
      sprintf(
        "Dark band: %s (%d), to progression or death, else to the last assessment.",
        if (confirmed) "confirmed response" else "response, confirmed or not", sum(responded)
      )
    },
    if (any(data$ongoing)) "Arrow: going on at the last contact.",
    if (any(adtte$PARAMCD %in% c("IPFS", "IDOR"))) "Response and progression (at the first iUPD) by iRECIST.",
    said_reader(list(reader = readers[1])), said_cut(told$data_cut)
  )
}
