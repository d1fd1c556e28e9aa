# What the pictures of response share: colours, words of columns, panels, captions and their checks.

# From dark to light within what is good and within what is bad, so that neighbours differ in grey as well.
response_colours <- c(
  CR = "#0B2545", PR = "#2C6E9B", SD = "#B2D1E2", "NON-CR/NON-PD" = "#F2ECDA", NED = "#86A583",
  PD = "#EE8A4A", NE = "#E8E8E8", MISSING = "#FFFFFF", iCR = "#0B2545", iPR = "#2C6E9B", iSD = "#B2D1E2",
  "NON-iCR/NON-iUPD" = "#F2ECDA", iUPD = "#FBD9BF", iCPD = "#EE8A4A"
)

# Lines need more ink than areas.
response_line_colours <- replace(
  response_colours,
  c("PR", "iPR", "SD", "iSD", "PD", "iCPD", "iUPD", "NE", "NON-CR/NON-PD", "NON-iCR/NON-iUPD", "MISSING"),
  c(
    "#24608A", "#24608A", "#9CC4D8", "#9CC4D8", "#D9622B", "#D9622B", "#F0B48A", "#C9C9C9", "#C9BE97",
    "#C9BE97", "#DDDDDD"
  )
)

picture_levels <- names(response_colours)[c(9, 1, 10, 2, 11, 3, 12, 4, 5, 13, 14, 6, 7, 8)]

group_colours <- c("#12355B", "#D9622B", "#8FC1D4", "#CDA434", "#7B5B94", "#9A9A9A", "#3F7F5F", "#F0B7A4")

column_titles <- c(
  CBOR = "Confirmed best response", BOR = "Best response", ICBOR = "Confirmed iRECIST response",
  IBOR = "Best iRECIST response"
)

# ---- columns ----

# Is the column there, and has it few enough values to tell apart?
picture_column_faults <- function(column, argument, data) {
  if (is.null(column)) {
    return(NULL)
  }
  if (!checkmate::test_string(column) || !column %in% names(data)) {
    return(fault(
      argument, "unknown_column", "must be the name of one column of the patients",
      column = paste(column)[1]
    ))
  }
  values <- unique(stats::na.omit(as.character(data[[column]])))
  if (length(values) > length(group_colours) && !all(values %in% picture_levels)) {
    fault(argument, "unknown_level", sprintf("has %d values, too many to tell apart", length(values)),
      column = column, remedy = sprintf("Make at most %d groups of them with cut().", length(group_colours))
    )
  }
}

# The values of a column in the order of its levels; responses from the best on; only what occurs.
picture_groups <- function(values) {
  if (all(stats::na.omit(as.character(values)) %in% picture_levels)) {
    values <- factor(as.character(values), picture_levels)
  }
  values <- droplevels(as.factor(values))
  if (!anyNA(values)) {
    return(values)
  }
  factor(values, c(levels(values), NA), c(levels(values), "Not known"), exclude = NULL)
}

picture_palette <- function(groups, palette, of_responses = response_colours) {
  known <- levels(groups)
  if (!is.null(palette)) {
    named <- !is.null(names(palette)) && all(known %in% names(palette))
    return(stats::setNames(if (named) palette[known] else rep_len(palette, length(known)), known))
  }
  colours <- unname(of_responses[known])
  free <- is.na(colours)
  if (any(!free)) {
    colours[free] <- "grey60"
    return(stats::setNames(colours, known))
  }
  stats::setNames(rep_len(group_colours, length(known)), known)
}

# The words of a column in a legend: arms need none.
column_title <- function(column, data, arm = NULL) {
  label <- attr(data[[column]], "label")
  known <- column_titles[column]
  if (!is.na(known)) {
    return(unname(known))
  }
  if (identical(column, arm)) NULL else if (is.null(label)) column else label
}

check_palette <- function(palette) {
  if (is.null(palette)) {
    return(NULL)
  }
  if (!checkmate::test_character(palette, any.missing = FALSE, min.len = 1)) {
    return(fault("palette", "wrong_type", "must be colours"))
  }
  known <- vapply(palette, function(colour) !inherits(try(grDevices::col2rgb(colour), TRUE), "try-error"), NA)
  if (!all(known)) {
    fault("palette", "unknown_level", sprintf("has what is no colour: %s", toString(palette[!known])),
      remedy = "Give names as in colors(), or hexadecimal as \"#12355B\"."
    )
  }
}

change_limit_fault <- function(limit) {
  if (!checkmate::test_number(limit, lower = 20)) {
    fault("limit", "out_of_range", "must be one number of percent, at least 20; Inf for none")
  }
}

# ---- panels and words ----

# `facet` is a column of the data already there as `panel`.
picture_panels <- function(plot, facet, scales = "fixed", ...) {
  if (is.null(facet)) {
    return(plot)
  }
  size <- if (panel_columns(nlevels(plot$data$panel)) > 2) 8.5 else 9.5
  plot + ggplot2::facet_wrap(ggplot2::vars(.data[["panel"]]), scales = scales, ...) +
    ggplot2::theme(
      strip.background = ggplot2::element_blank(), panel.spacing = ggplot2::unit(0.8, "lines"),
      strip.text = ggplot2::element_text(face = "bold", size = size), strip.clip = "off"
    )
}

# Each panel says how many patients it shows, beside its name where there is room, else below it.
counted_panels <- function(groups, persons = seq_along(groups)) {
  n <- tapply(persons, groups, function(who) length(unique(who)))[levels(groups)]
  width <- floor(70 / panel_columns(nlevels(groups)))
  names <- vapply(levels(groups), wrapped, "", width = width)
  last <- nchar(sub(".*\n", "", names))
  counted <- sprintf("(n = %d)", n)
  gap <- ifelse(last + nchar(counted) >= width, "\n", " ")
  factor(groups, levels(groups), paste0(names, gap, counted))
}

wrapped <- function(words, width) paste(strwrap(words, width), collapse = "\n")

# Up to four panels stand in one row.
panel_columns <- function(k) if (k <= 4) max(1, k) else ceiling(sqrt(k))

panel_rows <- function(k) ceiling(k / panel_columns(k))

picture_theme <- function(legend = "top") {
  curve_theme(legend) + ggplot2::theme(
    text = ggplot2::element_text(size = 11), legend.title = ggplot2::element_text(size = 9.5),
    legend.text = ggplot2::element_text(size = 9.5), legend.key.width = ggplot2::unit(1.1, "lines"),
    legend.key.height = ggplot2::unit(0.9, "lines"), legend.margin = ggplot2::margin(0, 0, 0, 0),
    legend.box.spacing = ggplot2::unit(3, "pt"), legend.box = "vertical",
    legend.spacing.x = ggplot2::unit(14, "pt"), legend.spacing.y = ggplot2::unit(1, "pt"),
    axis.title = ggplot2::element_text(size = 10.5),
    plot.caption = ggplot2::element_text(size = 8, hjust = 0, colour = "grey25", lineheight = 1.05),
    plot.caption.position = "plot"
  )
}

# A legend of many words takes as many lines as a page of 16 cm needs.
legend_guide <- function(title, words, ...) {
  one_line <- sum(nchar(c(title, words)) + 5) <= 85
  room <- 85 - if (is.null(title)) 0 else nchar(title) + 5
  widest <- max(nchar(unlist(strsplit(words, "\n", fixed = TRUE))), 1)
  columns <- max(1, floor(room / (widest + 6)))
  ggplot2::guide_legend(ncol = if (!one_line) min(columns, length(words)), byrow = TRUE, ...)
}

# Names too long for a legend are broken.
legend_words <- function(words) vapply(as.character(words), wrapped, "", width = 70, USE.NAMES = FALSE)

# Several legends stand in one line if their words fit a page of 16 cm.
legend_lines <- function(...) {
  words <- c(...)
  ggplot2::theme(legend.box = if (sum(nchar(words) + 5) <= 70) "horizontal" else "vertical")
}

# Breaks of the time axis; narrow panels have fewer.
time_scale_of <- function(last, unit, panels) {
  ggplot2::scale_x_continuous(
    breaks = axis_breaks(max(last, 1e-9) * if (panels > 2) 1.8 else 1, unit),
    expand = ggplot2::expansion(mult = c(0.01, 0.03))
  )
}

# What ends the response period, in words.
progression_words <- function(rule) if (is_irecist(rule)) "confirmed progression" else "first progression"

# Sentences below the picture, in lines that fit a page of 16 cm.
picture_caption <- function(...) {
  paste(strwrap(paste(c(...), collapse = " "), 100), collapse = "\n")
}

# "90 patients.", or "78 of 80 patients."
said_patients <- function(n, all) {
  sprintf("%s%s.", if (n < all) sprintf("%d of ", n) else "", counted_patients(all))
}

# "Not shown: 2 without target lesions, 1 without a baseline."; nothing where nobody is.
not_shown_words <- function(why) {
  why <- why[!is.na(why)]
  if (length(why) > 0) sprintf("Not shown: %s.", counted_reasons(why))
}

counted_reasons <- function(why) {
  counts <- table(factor(why, unique(why)))
  toString(sprintf("%d %s", as.vector(counts), names(counts)))
}

said_reader <- function(source) if (is_name(source$reader)) sprintf("Reader: %s.", source$reader)

is_name <- function(x) checkmate::test_string(x)

said_cut <- function(cut) if (!is.null(cut)) sprintf("Data cut: %s.", format(as.Date(cut)))

signed_percent <- function(x, unit = "") {
  paste0(ifelse(x > 0, "+", ""), vapply(x, format, "", trim = TRUE), unit)
}

# Breaks of a change in percent that hold the lines of the criteria, none of them too close to another.
change_breaks <- function(from, to, lines, gap = 0.08) {
  step <- if (to - from > 320) 100 else if (to - from > 130) 50 else 25
  round <- seq(ceiling(from / step) * step, to, by = step)
  near <- vapply(round, function(at) any(abs(at - lines) < gap * (to - from)), logical(1))
  sort(unique(c(round[!near | round == 0 & gap < 0.1], lines[lines >= from & lines <= to])))
}

# Ends of the axis: those of the data, of the lines, and at least from -50 % to +10 %.
change_ends <- function(height, lines) {
  c(floor(min(height, lines, -50) / 25) * 25, max(height, lines, 10))
}

# Panels in several rows have room for few breaks.
change_scale <- function(from, to, lines, panels = 1) {
  ggplot2::scale_y_continuous(
    breaks = change_breaks(from, to, lines, if (panels > 3) 0.17 else 0.08), labels = signed_percent,
    expand = ggplot2::expansion(mult = c(0.02, 0.05))
  )
}

change_lines_fault <- function(lines) {
  if (!is.null(lines) && !checkmate::test_numeric(lines, finite = TRUE, any.missing = FALSE)) {
    fault("lines", "wrong_type", "must be numbers of percent")
  }
}
