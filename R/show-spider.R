#' Spider plot: the target sum of each patient over time
#'
#' A line for each patient: the change of the sum of the target lesions in per cent of the baseline sum, at
#' each assessment with a complete sum, from 0 at the start. Marks show the first progression and the first
#' new lesion.
#'
#' @section Lines and marks: The baseline stands at time 0, whenever it was scanned. A line is solid as long
#'   as the assessments count for the best response (to the first progression, the new anticancer therapy, the
#'   data cut) and dotted after it; `assessments = "response"` leaves the rest out. A circle marks the first
#'   progression (under iRECIST the first unconfirmed one, and a square the confirmed one), a cross the first
#'   new lesion. A mark on an assessment without a complete sum stands at the level of the last one. Changes
#'   above `limit` are drawn at it as a triangle.
#'
#' @inheritParams waterfall_plot
#' @param colour What the colour of a line tells: a column of [best_response()] or of the patients. By default
#'   the arm; without arms the confirmed best response.
#' @param facet A column that makes a panel for each of its values; `NULL` for none. By default one panel, and
#'   beyond 60 patients one for each colour.
#' @param assessments `"all"`, or `"response"`: only those that count for the best response.
#' @param unit Unit of the time axis: `"days"`, `"weeks"`, `"months"` (30.4375 days) or `"years"`.
#' @return A ggplot. Its `data` has a row for each assessment that is drawn: `USUBJID`, `day` since the start,
#'   `time` in the unit, `change` in per cent, `counts`, `progression`, `confirmed` (iRECIST) and `new` (the
#'   first ones), `group`.
#' @inheritSection waterfall_plot Errors
#' @seealso [waterfall_plot()], [swimmer_plot()], [derive_response()]
#' @examplesIf rlang::is_installed("ggplot2")
#' day_zero <- as.Date("2024-01-01")
#' lesions <- data.frame(
#'   USUBJID = rep(c("1", "2", "3"), each = 3), TRLNKID = "T1", TRGRPID = "TARGET",
#'   ADT = day_zero + c(-7, 42, 84), AVAL = c(50, 30, 28, 40, 40, 42, 30, 39, 66)
#' )
#' subjects <- data.frame(USUBJID = c("1", "2", "3"), STARTDT = day_zero, ARM = c("A", "B", "A"))
#' responses <- derive_response(lesions, subjects)
#' spider_plot(responses, subjects, colour = "ARM", unit = "weeks")
#' @export
spider_plot <- function(x, subjects = NULL, rule = NULL, reader = NULL, ..., colour = NULL, facet = "auto",
                        assessments = "all", lines = c(-30, 20), limit = 100, unit = "months",
                        palette = NULL, x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  abort_input(rbind(
    check_choice(assessments, "assessments", c("all", "response")), change_lines_fault(lines),
    change_limit_fault(limit),
    check_choice(unit, "unit", time_units), check_palette(palette)
  ))
  need("ggplot2", "drawing a spider plot")
  source <- picture_source(x, subjects, rule, reader)
  if (is.null(colour)) colour <- if (is_name(source$arm)) source$arm else confirmed_column(source$best)
  given <- if (!identical(facet, "auto")) facet
  abort_input(rbind(
    picture_column_faults(colour, "colour", source$best), picture_column_faults(given, "facet", source$best)
  ))
  changes <- sum_changes(source)
  if (assessments == "response") changes <- changes[changes$counts, , drop = FALSE]
  why <- why_no_change(source, changes)
  abort_input(nothing_shown_fault(why))
  if (identical(facet, "auto")) facet <- if (sum(is.na(why)) > 60) colour
  data <- spider_data(source, changes, colour, facet, unit, limit)
  title <- column_title(colour, source$best, source$arm)
  plot <- draw_spider(data, lines, palette, title, unit, identical(facet, colour))
  if (is.null(x_lab)) x_lab <- sprintf("Time since start (%s)", unit)
  if (is.null(y_lab)) y_lab <- "Change of target sum\nfrom baseline (%)"
  picture_panels(plot, facet, ncol = panel_columns(nlevels(data$panel))) +
    ggplot2::labs(
      x = x_lab, y = y_lab, colour = title, shape = NULL,
      caption = spider_caption(data, why, lines, limit, source)
    )
}

# The points of the lines, each patient's from 0 at the start; the first progression and new lesion marked.
spider_data <- function(source, changes, colour, facet, unit, limit = Inf) {
  best <- source$best
  shown <- changes$person %in% changes$person[!is.na(changes$change)]
  rows <- changes[shown, , drop = FALSE]
  first <- function(flag) flag & !duplicated(ifelse(flag, rows$person, -seq_along(flag)))
  rows$progression <- first(rows$progression & !rows$confirmed)
  rows$new <- first(rows$new)
  keep <- !is.na(rows$change) | rows$progression | rows$confirmed | rows$new
  start <- unique(rows$person)
  zero <- data.frame(
    person = start, USUBJID = best$USUBJID[start], ADT = as.Date(best$STARTDT)[start], day = 0, change = 0,
    response = NA, progression = FALSE, confirmed = FALSE, new = FALSE, counts = TRUE
  )
  data <- rbind(zero, rows[keep, names(zero), drop = FALSE])
  data <- data[order(data$person, data$day, !is.na(data$response)), , drop = FALSE]
  rownames(data) <- NULL
  data$measured <- !is.na(data$change)
  data$change <- carried(data$change)
  data$cut <- data$change > limit
  data$height <- pmin(data$change, limit)
  data$time <- data$day / days_per[[unit]]
  data$group <- picture_groups(best[[colour]][data$person])
  panel <- if (is.null(facet)) factor(rep("", nrow(data))) else picture_groups(best[[facet]][data$person])
  data$panel <- counted_panels(panel, data$person)
  data
}

# The last value that was there; each patient begins with one.
carried <- function(x) x[cummax(ifelse(is.na(x), 0L, seq_along(x)))]

# The pieces between successive points of a patient; dotted from the last assessment that counts.
spider_pieces <- function(data) {
  data <- data[data$measured, , drop = FALSE]
  n <- nrow(data)
  at <- which(data$person[-1] == data$person[-n])
  data.frame(
    x = data$time[at], xend = data$time[at + 1], y = data$height[at], yend = data$height[at + 1],
    group = data$group[at], panel = data$panel[at],
    part = factor(ifelse(data$counts[at + 1], "counts", "after"), c("counts", "after"))
  )
}

# `told`: the panels say already what the colours mean.
draw_spider <- function(data, lines, palette, title, unit, told) {
  colours <- picture_palette(data$group, palette, response_line_colours)
  n <- max(tapply(data$person, data$panel, function(who) length(unique(who))))
  few <- n <= 40
  pieces <- spider_pieces(data)
  ends <- change_ends(data$height, lines)
  ggplot2::ggplot(data, ggplot2::aes(x = .data[["time"]], y = .data[["height"]])) +
    ggplot2::geom_hline(yintercept = 0, colour = "grey30", linewidth = 0.3) +
    ggplot2::geom_hline(yintercept = lines, linetype = "dashed", colour = "grey20", linewidth = 0.4) +
    ggplot2::geom_segment(
      ggplot2::aes(
        x = .data[["x"]], xend = .data[["xend"]], y = .data[["y"]], yend = .data[["yend"]],
        colour = .data[["group"]], linetype = .data[["part"]]
      ), pieces,
      linewidth = if (few) 0.55 else 0.3, alpha = if (few) 1 else 0.75
    ) +
    spider_marks(data, n) +
    ggplot2::scale_colour_manual(values = colours, labels = legend_words) +
    ggplot2::scale_linetype_manual(values = c(counts = "solid", after = "11"), guide = "none") +
    time_scale_of(max(data$time), unit, nlevels(data$panel)) +
    change_scale(ends[1], ends[2], lines, nlevels(data$panel)) +
    ggplot2::expand_limits(y = ends) +
    picture_theme("top") +
    ggplot2::guides(
      colour = if (told) {
        "none"
      } else {
        legend_guide(title, levels(data$group), order = 1, override.aes = list(linewidth = 1.1, alpha = 1))
      },
      shape = ggplot2::guide_legend(order = 2, override.aes = list(size = 2.2, stroke = 0.7))
    ) +
    legend_lines(title, if (!told) levels(data$group), spider_kinds(data))
}

mark_shapes <- c(
  "First progression" = 1, "First iUPD" = 1, iCPD = 0, "New lesion" = 4, "Above the limit" = 17
)

# The marks there are, by the column that says where.
spider_kinds <- function(data) {
  kinds <- c(
    progression = if ("iUPD" %in% data$response) "First iUPD" else "First progression",
    confirmed = "iCPD", new = "New lesion", cut = "Above the limit"
  )
  kinds[vapply(names(kinds), function(kind) any(data[[kind]]), logical(1))]
}

# A circle around the first progression, a cross through the first new lesion: both may stand on one point.
spider_marks <- function(data, n) {
  kinds <- spider_kinds(data)
  marks <- do.call(rbind, lapply(names(kinds), function(kind) {
    cbind(data[data[[kind]], c("time", "height", "panel"), drop = FALSE], mark = kinds[[kind]])
  }))
  if (is.null(marks)) {
    return(NULL)
  }
  marks$mark <- factor(marks$mark, kinds)
  list(
    ggplot2::geom_point(
      ggplot2::aes(shape = .data[["mark"]]), marks,
      size = if (n <= 40) 2 else 1, stroke = if (n <= 40) 0.7 else 0.4, colour = "black"
    ),
    ggplot2::scale_shape_manual(values = mark_shapes[kinds])
  )
}

spider_caption <- function(data, why, lines, limit, source) {
  picture_caption(
    said_patients(sum(is.na(why)), length(why)), not_shown_words(why),
    "Complete sums of the target lesions; the baseline stands at time 0.",
    if (!all(data$counts)) {
      sprintf(
        "Dotted: after the %s or a new anticancer therapy.", progression_words(source$rule)
      )
    },
    if (length(lines) > 0) sprintf("Lines at %s.", and_list(signed_percent(sort(lines), "%"))),
    if (any(data$cut)) sprintf("Changes above %s are drawn at it.", signed_percent(limit, "%")),
    said_reader(source), said_cut(source$cut)
  )
}
