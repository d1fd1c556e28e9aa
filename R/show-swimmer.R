#' Swimmer plot: what happened to each patient
#'
#' A lane for each patient, the longest on top: what was given and when as bars, with their gaps, the
#' follow-up as a thin line, the confirmed response as a dark band, marks at response, progression, new
#' anticancer therapy and death, and an arrow where treatment (filled) or follow-up (open) was going on at
#' the last contact.
#'
#' @section Where the dates come from: Those of a study are derived by [derive_endpoint()]: the end of
#'   follow-up and death from `OS`, the progression from `TTP`, start and end of the response from `DOR`, the
#'   new therapy from `TTNT`. The response is the one that is confirmed, unless the rule says otherwise; its
#'   band ends with progression or death, and at the last assessment where neither has come. The default
#'   censoring, `censoring("EMA")`, leaves no progression out. A study without responses that has
#'   records of recurrence (`PARAMCD` `RECUR`) shows the first recurrence instead. An arrow stands at
#'   the end of a lane where the patient was alive, and not lost.
#'
#' @section Spans of treatment: `bar = "therapies"` draws the rows of the table `exposure`, coloured by
#'   `EXTRT`, and, with lower bars, those of `therapies` (in one colour, or by `CMCAT` where it has several
#'   categories); `bar = "treatment"` draws `exposure` alone, coloured by a column of the patients. Without
#'   that table treatment runs from `TRTSDT` to `TRTEDT`. Doses of one treatment at most `gap_days` apart
#'   are one bar. Treatments of a patient at the same time share her lane. Whatever has no `AENDT` goes on to
#'   the end of treatment (`TRTEDT`), and without that to the end of follow-up; what was given before time
#'   zero is not drawn. Treatments differ in lightness, and every second one is hatched, so that they can be
#'   told in grey. A new therapy has no mark where its bar begins.
#'
#' @section Many patients: A lane needs about 2 mm to be read, so a figure 10 cm high shows 30 patients with
#'   their names, and 60 without. Reports take pages: `page = 1`, `page = 2`, ... draw `per_page` lanes each,
#'   on the same time axis and with the same colours. Beyond 60 lanes in a panel bars touch, marks are small,
#'   hatching is left out, and a message of class `tte_message_many_lanes` says how high the figure has to be.
#'
#' @param x A study, or a [derive_endpoint()] result with `OS` and, as far as they are to be seen, `TTP` (or
#'   `PFS`), `DOR` and `TTNT`, each of them once. Without the middle two, `IPFS` and
#'   `IDOR` serve, and for the progression `TTRECUR`, `RFS` or `DFS`.
#' @inheritParams waterfall_plot
#' @param rule,reader,censoring For a study: a [recist()] rule (`NULL` for `recist(confirmed = TRUE)`), or an
#'   [irecist()] rule, by which response and progression are then those of `IDOR` and `IPFS`; whose
#'   assessments count, and a [censoring()] rule (`NULL` for `censoring("EMA")`).
#' @param bar `"therapies"`, `"treatment"` or `"follow_up"`: see below. By default therapies where the study
#'   has a table of them (or `spans` are given) and `colour` is not; otherwise treatment; follow-up where
#'   nobody was treated after time zero.
#' @param spans A data frame of treatments to draw in place of the study's tables: `USUBJID`, `EXTRT` (what),
#'   `ASTDT` and, where it has ended, `AENDT`. A factor `EXTRT` keeps its order.
#' @param colour A column of the patients that the colour of a bar tells, by default the arm; `NA` for none.
#'   Where therapies are drawn the colour tells these.
#' @param facet A column that makes a panel for each of its values; `NULL` for none. By default one panel, and
#'   beyond 60 patients one for each arm (or value of `colour`), unless they are on pages.
#' @param patients The `USUBJID` of those to draw; `NULL` for all.
#' @param page,per_page Which page to draw, and how many lanes a page has. `NULL` draws all lanes.
#' @param sort What the lanes are sorted by, the largest on top: `"treatment"` (the end of treatment, then of
#'   follow-up), `"follow_up"`, or `"response"` (its duration, then as by treatment).
#' @param gap_days Doses of one treatment further apart than this have a gap between them.
#' @param unit Unit of the time axis: `"days"`, `"weeks"`, `"months"` (30.4375 days) or `"years"`.
#' @param ids Write the names of the patients? By default up to 30 of them.
#' @return A ggplot. Its `data` has a row for each patient: `USUBJID`, `lane`, and in the unit of the axis
#'   `from` and `to` of the treatment (the first and the last day), `end` of follow-up, `response_from` and
#'   `response_to`, `progression`, `therapy`, `death`; `ongoing`, `on_treatment`. The attribute `spans` of the
#'   data has a row for each bar: `USUBJID`, `lane`, `treatment`, `from`, `to`, `later` (after the study's).
#' @section Errors: `tte_error_input` for columns that are not there, several readers without a choice, an
#'   endpoint that is missing or there twice, patients or pages that are not there, spans that end before they
#'   begin, more than eight treatments, and data without patients.
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
#'
#' # gaps of treatment, and the therapy after it
#' swimmer_plot(irae_study, page = 1, per_page = 20)
#' @export
swimmer_plot <- function(x, rule = NULL, reader = NULL, censoring = NULL, ..., bar = NULL, spans = NULL,
                         colour = NULL, facet = "auto", patients = NULL, page = NULL, per_page = 30,
                         sort = "treatment", gap_days = 28, unit = "months", ids = NULL, palette = NULL,
                         x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  abort_input(rbind(
    if (!is.null(bar)) check_choice(bar, "bar", c("therapies", "treatment", "follow_up")),
    check_choice(unit, "unit", time_units), check_flag(ids, "ids", null.ok = TRUE), check_palette(palette),
    check_choice(sort, "sort", c("treatment", "follow_up", "response")), span_faults(spans),
    check_number(gap_days, "gap_days", 0), check_number(per_page, "per_page", 1, whole = TRUE),
    check_number(page, "page", 1, whole = TRUE, null.ok = TRUE)
  ))
  need("ggplot2", "drawing a swimmer plot")
  adtte <- swimmer_endpoints(x, rule, reader, censoring)
  everybody <- swimmer_persons(adtte)
  abort_input(rbind(stranger_faults(spans, everybody), patient_faults(patients, everybody)))
  persons <- chosen_persons(everybody, patients)
  if (is.null(bar)) bar <- usual_bar(x, spans, persons, colour)
  arm <- attr(persons, "arm")
  if (is.null(colour) && is_name(arm)) colour <- arm
  if (!is.null(colour) && is.na(colour)[1]) colour <- NULL
  if (identical(facet, "auto")) facet <- if (nrow(persons) > 60 && is.null(page)) colour
  abort_input(rbind(
    treatment_faults(x, spans, persons, bar), picture_column_faults(colour, "colour", persons),
    if (!identical(facet, colour)) picture_column_faults(facet, "facet", persons)
  ))
  given <- swimmer_spans(x, spans, persons, bar, gap_days)
  known <- if (bar == "therapies") treatment_levels(given, spans, persons)
  abort_input(many_treatments_fault(known))
  data <- swimmer_data(persons, given, colour, facet, unit, sort)
  abort_input(page_faults(page, per_page, nrow(data)))
  drawn <- if (is.null(page)) data else page_of(data, page, per_page)
  attr(drawn, "spans") <- drawn_spans(given, drawn, known, unit)
  warn_of_many_lanes(drawn)
  if (is.null(ids)) ids <- nrow(drawn) <= 30
  title <- if (bar != "therapies" && !is.null(colour)) column_title(colour, persons, arm)
  told <- bar != "therapies" && identical(facet, colour)
  if (is.null(x_lab)) x_lab <- sprintf("Time since start (%s)", unit)
  if (is.null(y_lab)) y_lab <- sprintf("Patients (n = %d)", nrow(drawn))
  plot <- draw_swimmer(drawn, palette, max(data$end), unit, ids, told)
  picture_panels(plot, facet, "free_y", ncol = panel_columns(nlevels(drawn$panel))) + ggplot2::labs(
    x = x_lab, y = y_lab, fill = title, linetype = title, shape = NULL,
    caption = swimmer_caption(
      drawn, adtte, bar, given, said_page(page, per_page, nrow(data), nrow(everybody))
    )
  )
}

# ---- which patients ----

patient_faults <- function(patients, persons) {
  if (is.null(patients)) {
    return(NULL)
  }
  if (!checkmate::test_atomic_vector(patients, any.missing = FALSE, min.len = 1)) {
    return(fault("patients", "wrong_type", "must be values of USUBJID"))
  }
  strangers <- setdiff(patients, persons$USUBJID)
  if (length(strangers) > 0) {
    fault("patients", "unknown_level", sprintf("has who is not in the data: %s", some_of(strangers)))
  }
}

chosen_persons <- function(persons, patients) {
  if (is.null(patients)) {
    return(persons)
  }
  told <- attributes(persons)[c("arm", "recurrence")]
  persons <- persons[persons$USUBJID %in% patients, , drop = FALSE]
  attributes(persons)[c("arm", "recurrence")] <- told
  persons
}

page_faults <- function(page, per_page, n) {
  pages <- ceiling(n / per_page)
  if (!is.null(page) && page > pages) {
    fault("page", "out_of_range", sprintf(
      ngettext(pages, "there is %d page of %d lanes", "there are %d pages of %d lanes"), pages, per_page
    ))
  }
}

# "Page 2 of 3: patients 31 to 60 of 90."
said_page <- function(page, per_page, n, all) {
  if (is.null(page) || n <= per_page) {
    return(said_patients(n, all))
  }
  sprintf(
    "Page %d of %d: %d to %d of %s%s.", page, ceiling(n / per_page), (page - 1) * per_page + 1,
    min(n, page * per_page), counted_patients(n), if (n < all) sprintf(" (%d in all)", all) else ""
  )
}

lanes_read <- 60

# Panels one below the other share the height of the figure.
lanes_of <- function(data) max(table(data$panel)) * panel_rows(nlevels(data$panel))

warn_of_many_lanes <- function(data) {
  n <- lanes_of(data)
  if (n > lanes_read) {
    inform_tte(c(
      sprintf("%d lanes from top to bottom: 10 cm of height show a pattern, but no patient.", n),
      i = sprintf(
        "Make the figure %d cm high, draw it in pages with `page = 1` to %d, or choose `patients`.",
        ceiling(0.2 * n + 5), ceiling(nrow(data) / 30)
      )
    ), "many_lanes")
  }
}

# ---- the picture ----

# From one to the next they differ in lightness, and every second one is hatched.
lane_colours <- c("#7FB3D3", "#F7E6C4", "#D3BCDD", "#6BA292", "#E2E2E2", "#E8A488", "#8C8C8C", "#FFFFFF")

swimmer_marks <- data.frame(
  column = c("response_from", "progression", "therapy", "death"),
  label = c("Response", "Progression", "New therapy", "Death"),
  shape = c(24, 23, 22, 4), fill = c("white", "#C8502D", "white", "black")
)

# `longest`: the end of the time axis, the same on every page.
draw_swimmer <- function(data, palette, longest, unit, ids, told) {
  n <- lanes_of(data)
  thin <- n > lanes_read
  spans <- attr(data, "spans")
  known <- levels(spans$group)
  told <- told || length(known) < 2
  colours <- stats::setNames(rep_len(if (is.null(palette)) lane_colours else palette, length(known)), known)
  marks <- swimmer_points(data)
  responded <- data[!is.na(data$response_from), , drop = FALSE]
  band <- if (thin) 0.3 else 0.15
  shown <- known[known %in% spans$group]
  ggplot2::ggplot(data, ggplot2::aes(y = .data[["lane"]])) +
    ggplot2::geom_segment(
      ggplot2::aes(x = 0, xend = .data[["end"]], yend = .data[["lane"]]),
      colour = "grey45", linewidth = if (thin) 0.15 else 0.4
    ) +
    swimmer_bars(spans, thin, longest * panel_columns(nlevels(data$panel))) +
    ggplot2::geom_rect(
      ggplot2::aes(
        xmin = .data[["response_from"]], xmax = .data[["response_to"]], ymin = .data[["lane"]] - band,
        ymax = .data[["lane"]] + band
      ), responded,
      fill = "#12355B"
    ) +
    swimmer_arrows(data, longest, n) +
    draw_points(marks, attr(data, "marks"), mark_size(n)) +
    ggplot2::scale_fill_manual(values = colours, breaks = shown, labels = legend_words) +
    ggplot2::guides(
      fill = if (told) "none" else legend_guide(NULL, shown, order = 1),
      linetype = if (told) "none" else legend_guide(NULL, shown, order = 1)
    ) +
    time_scale_of(longest, unit, nlevels(data$panel)) +
    ggplot2::expand_limits(x = c(0, 1.02 * longest)) +
    lane_scale(data, ids) +
    picture_theme("top") +
    legend_lines(if (!told) shown, levels(marks$mark)) +
    ggplot2::theme(
      panel.grid.major.y = ggplot2::element_blank(),
      panel.grid.major.x = ggplot2::element_line(colour = "grey92", linewidth = 0.3),
      axis.text.y = ggplot2::element_text(size = if (n <= 20) 7.5 else if (n <= 30) 5.5 else 5)
    )
}

mark_size <- function(n) if (n <= 25) 2.1 else if (n <= 40) 1.6 else if (n <= 80) 1.1 else 0.8

# Bars with an edge, and hatching under it; lower ones for what followed the treatment of the study.
swimmer_bars <- function(spans, thin, longest) {
  if (nrow(spans) == 0) {
    return(NULL)
  }
  half <- ifelse(spans$later, if (thin) 0.35 else 0.24, if (thin) 0.5 else 0.38)
  high <- 2 * half / spans$tracks
  spans$top <- spans$lane + half - (spans$track - 1) * high
  spans$low <- spans$top - high
  place <- ggplot2::aes(
    xmin = .data[["from"]], xmax = .data[["to"]], ymin = .data[["low"]], ymax = .data[["top"]],
    fill = .data[["group"]]
  )
  strokes <- if (!thin) hatching(spans, 0.014 * longest)
  list(
    ggplot2::geom_rect(place, spans, key_glyph = "rect"),
    if (NROW(strokes) > 0) hatched(strokes, spans$group),
    if (!thin) {
      ggplot2::geom_rect(place, spans, fill = NA, colour = "grey40", linewidth = 0.2)
    }
  )
}

# A bar of every second treatment has strokes from below to above, `step` apart, that end at its edges.
hatching <- function(spans, step) {
  spans <- spans[as.integer(spans$group) %% 2 == 0, , drop = FALSE]
  slant <- step / 2
  rows <- lapply(seq_len(nrow(spans)), function(i) {
    from <- spans$from[i]
    to <- spans$to[i]
    at <- step * seq(floor((from - slant) / step), ceiling(to / step))
    begin <- pmax(0, (from - at) / slant)
    end <- pmin(1, (to - at) / slant)
    kept <- begin < end
    high <- spans$top[i] - spans$low[i]
    data.frame(
      x = at + slant * begin, xend = at + slant * end, y = spans$low[i] + high * begin,
      yend = spans$low[i] + high * end, group = rep(spans$group[i], length(at)),
      panel = rep(spans$panel[i], length(at))
    )[kept, , drop = FALSE]
  })
  do.call(rbind, rows)
}

# The line type stands for the hatching in the legend: every second key has a stroke.
hatched <- function(strokes, groups) {
  known <- levels(groups)
  list(
    ggplot2::geom_segment(
      ggplot2::aes(
        x = .data[["x"]], xend = .data[["xend"]], y = .data[["y"]], yend = .data[["yend"]],
        linetype = .data[["group"]]
      ), strokes,
      colour = "grey35", linewidth = 0.25, key_glyph = "abline",
      show.legend = c(linetype = TRUE, fill = TRUE, shape = FALSE)
    ),
    ggplot2::scale_linetype_manual(
      values = stats::setNames(rep_len(c("blank", "solid"), length(known)), known), limits = known,
      breaks = known[known %in% groups], labels = legend_words
    )
  )
}

# An arrow begins at the end of the lane, so that it is as long as an arrow whatever the lane is: filled while
# treatment goes on, open while it is only followed.
swimmer_arrows <- function(data, longest, n) {
  head <- if (n <= 25) 0.16 else if (n <= lanes_read) 0.12 else if (n <= 120) 0.07 else 0.05
  draw <- function(rows, type) {
    if (nrow(rows) > 0) {
      ggplot2::geom_segment(
        ggplot2::aes(x = .data[["end"]], xend = .data[["end"]] + 0.02 * longest, yend = .data[["lane"]]),
        rows,
        colour = "black", linewidth = if (n <= lanes_read) 0.4 else 0.2,
        arrow = ggplot2::arrow(length = ggplot2::unit(head, "cm"), type = type)
      )
    }
  }
  list(
    draw(data[data$on_treatment, , drop = FALSE], "closed"),
    draw(data[data$ongoing & !data$on_treatment, , drop = FALSE], "open")
  )
}

# Where the marks are. A new therapy whose bar begins that day needs none.
swimmer_points <- function(data) {
  kinds <- attr(data, "marks")
  spans <- attr(data, "spans")
  begun <- spans[spans$later, , drop = FALSE]
  barred <- paste(data$USUBJID, round(data$therapy, 6)) %in% paste(begun$USUBJID, round(begun$from, 6))
  parts <- lapply(seq_len(nrow(kinds)), function(k) {
    at <- data[[kinds$column[k]]]
    rows <- which(!is.na(at) & !(kinds$column[k] == "therapy" & barred))
    data.frame(
      lane = data$lane[rows], panel = data$panel[rows], at = at[rows],
      mark = rep(kinds$label[k], length(rows))
    )
  })
  marks <- do.call(rbind, parts)
  marks$mark <- factor(marks$mark, intersect(kinds$label, marks$mark))
  marks
}

draw_points <- function(marks, kinds, size) {
  if (nrow(marks) == 0) {
    return(NULL)
  }
  shown <- kinds[kinds$label %in% levels(marks$mark), ]
  list(
    lapply(shown$label, function(label) {
      ggplot2::geom_point(
        ggplot2::aes(x = .data[["at"]], shape = .data[["mark"]]), marks[marks$mark == label, ],
        size = size, stroke = size / 4, colour = "black", fill = shown$fill[shown$label == label]
      )
    }),
    ggplot2::scale_shape_manual(
      values = stats::setNames(shown$shape, shown$label), drop = FALSE,
      guide = ggplot2::guide_legend(
        order = 2, override.aes = list(size = 2.1, stroke = 0.5, fill = shown$fill)
      )
    )
  )
}

# Few lanes do not fill the figure.
lane_scale <- function(data, ids) {
  free <- max(0, 6 - max(table(data$panel))) / 2
  if (!ids) {
    return(ggplot2::scale_y_continuous(breaks = NULL, expand = ggplot2::expansion(add = 0.8 + free)))
  }
  ggplot2::scale_y_continuous(
    breaks = data$lane, labels = data$USUBJID, expand = ggplot2::expansion(add = 0.6 + free)
  )
}

# ---- its words ----

swimmer_caption <- function(data, adtte, bar, given, who) {
  told <- adtte$provenance[[1]]
  responded <- !is.na(data$response_from)
  readers <- unique(adtte$READER[!is.na(adtte$READER)])
  confirmed <- isTRUE(told$rule$confirmed)
  picture_caption(
    who, bar_words(bar, given),
    if (any(responded)) {
      sprintf(
        "Dark band: %s (%d), to progression or death, else to the last assessment.",
        if (confirmed) "confirmed response" else "response, confirmed or not", sum(responded)
      )
    },
    arrow_words(data$ongoing, data$on_treatment),
    if (any(adtte$PARAMCD %in% c("IPFS", "IDOR"))) "Response and progression (at the first iUPD) by iRECIST.",
    said_start(told$conventions), said_reader(list(reader = readers[1])), said_cut(told$data_cut)
  )
}

bar_words <- function(bar, given) {
  c(
    if (bar == "follow_up") {
      "Bar: follow-up."
    } else {
      sprintf("Bar: %s; line: follow-up.", if (bar == "treatment") "time on treatment" else "treatment")
    },
    if (bar == "therapies" && any(given$later)) "Low bar: therapy after that of the study.",
    if (bar != "follow_up" && attr(given, "before")) "Treatment before time zero is not drawn."
  )
}

arrow_words <- function(ongoing, on_treatment) {
  filled <- any(on_treatment)
  open <- any(ongoing & !on_treatment)
  if (filled && open) {
    "Arrow at the last contact: filled, on treatment; open, in follow-up."
  } else if (filled) {
    "Arrow: on treatment at the last contact."
  } else if (open) {
    "Arrow: in follow-up at the last contact."
  }
}

# "Time runs from the randomisation."
said_start <- function(conventions) {
  if (!is.null(conventions) && "from" %in% names(conventions)) {
    sub(", which is day 1", "", conventions[["from"]], fixed = TRUE)
  }
}
