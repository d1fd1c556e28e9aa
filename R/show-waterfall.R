#' Waterfall plot: the best change of the target sum
#'
#' A bar for each patient: the smallest sum of the target lesions after the baseline, as a change in per cent
#' of the baseline sum, from the largest growth to the deepest shrinkage.
#'
#' @section Which assessments: By default those that count for the best response: from the start to the first
#'   progression (its own assessment included), to the new anticancer therapy and to the data cut, as
#'   [best_response()] takes them; under iRECIST to the confirmed progression. `assessments = "all"` takes
#'   every assessment up to the data cut. Only complete sums count, against a complete baseline. Who has none
#'   is not drawn but counted in the caption, with the reason.
#'
#' @section Reading it: The line at -30 \% is what a partial response needs. The line at +20 \% is for
#'   orientation only, because progression is measured from the smallest sum, not from the baseline. A deep
#'   bar need not be a response: it may lack confirmation, or a new lesion may have come. Bars above `limit`
#'   end there under a triangle, with their change beside it where there is room.
#'
#' @param x A study, or a [derive_response()] result.
#' @param subjects For a [derive_response()] result: the patients, as [best_response()] takes them, or a
#'   [best_response()] result.
#' @param rule A [recist()] or [irecist()] rule. `NULL` is `recist()` for a study, and the rule by which `x`
#'   was derived otherwise.
#' @param reader Whose assessments; required where several readers are in the data.
#' @param ... Nothing.
#' @param colour What the colour of a bar tells: a column of [best_response()] or of the patients, such as
#'   `"BOR"` or the arm. By default the confirmed best response, `"CBOR"` (`"ICBOR"` under iRECIST).
#' @param facet A column that makes a panel for each of its values; `NULL` for one panel.
#' @param assessments `"response"` or `"all"`: see below.
#' @param lines Where lines are drawn, in per cent.
#' @param limit Changes above it are cut there, in per cent; `Inf` cuts none.
#' @param labels A column whose values are written at the foot of the bars, or `FALSE`. By default the
#'   confirmed best response, if no panel has more than 40 patients. Where neither the colour nor the labels
#'   tell it, a dot at the end of the bar marks a confirmed response.
#' @param palette Colours, in the order of the groups or named by them.
#' @param x_lab,y_lab Axis titles.
#' @return A ggplot. Its `data` has a row for each patient who is drawn: `USUBJID`, `change` in per cent,
#'   `ADT` of the smallest sum, `group`, `rank`, and `confirmed`: has a dot.
#' @section Errors: `tte_error_input` for columns that are not there, several readers without a choice, and
#'   data in which nobody has a change.
#' @seealso [spider_plot()], [swimmer_plot()], [best_response()]
#' @references Gillespie TW (2012). Understanding waterfall plots. *Journal of the Advanced Practitioner in
#'   Oncology* 3, 106-111.
#' @examplesIf rlang::is_installed("ggplot2")
#' day_zero <- as.Date("2024-01-01")
#' lesions <- data.frame(
#'   USUBJID = rep(c("1", "2", "3"), each = 3), TRLNKID = "T1", TRGRPID = "TARGET",
#'   ADT = day_zero + c(-7, 42, 84), AVAL = c(50, 30, 28, 40, 40, 42, 30, 39, 66)
#' )
#' subjects <- data.frame(
#'   USUBJID = c("1", "2", "3", "4"), STARTDT = day_zero, ARM = c("A", "B", "A", "B")
#' )
#' responses <- derive_response(lesions, subjects)
#' waterfall_plot(responses, subjects)
#' waterfall_plot(responses, subjects, colour = "ARM") + ggplot2::ggtitle("Best change by arm")
#' @export
waterfall_plot <- function(x, subjects = NULL, rule = NULL, reader = NULL, ..., colour = NULL, facet = NULL,
                           assessments = "response", lines = c(-30, 20), limit = 100, labels = NULL,
                           palette = NULL, x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  abort_input(rbind(
    check_choice(assessments, "assessments", c("response", "all")), change_lines_fault(lines),
    change_limit_fault(limit), check_palette(palette)
  ))
  need("ggplot2", "drawing a waterfall plot")
  source <- picture_source(x, subjects, rule, reader)
  confirmed <- confirmed_column(source$best)
  if (is.null(colour)) colour <- confirmed
  shown_labels <- if (is.null(labels)) confirmed else if (!isFALSE(labels)) labels
  abort_input(rbind(
    picture_column_faults(colour, "colour", source$best), picture_column_faults(facet, "facet", source$best),
    if (!is.null(shown_labels)) label_faults(shown_labels, source$best)
  ))
  all <- waterfall_data(source, assessments, colour, facet, shown_labels)
  abort_input(nothing_shown_fault(all$missing))
  drawn <- rank_bars(all[is.na(all$missing), , drop = FALSE], limit)
  written <- !isFALSE(labels) && (!is.null(labels) || max(drawn$rank) <= 40)
  drawn$confirmed <- drawn$confirmed & !(colour == confirmed || written && identical(shown_labels, confirmed))
  title <- column_title(colour, source$best, source$arm)
  plot <- draw_waterfall(drawn, lines, limit, palette, title, written)
  if (is.null(x_lab)) x_lab <- sprintf("Patients (n = %d), by best change", nrow(drawn))
  if (is.null(y_lab)) y_lab <- "Best change of target sum\nfrom baseline (%)"
  picture_panels(plot, facet, "free_x", ncol = panel_columns(nlevels(drawn$panel))) +
    ggplot2::labs(
      x = x_lab, y = y_lab, fill = title, shape = NULL,
      caption = waterfall_caption(all, drawn, assessments, lines, limit, source, written && is.null(labels))
    )
}

confirmed_column <- function(best) intersect(c("ICBOR", "CBOR"), names(best))[1]

label_faults <- function(labels, data) {
  if (!checkmate::test_string(labels) || !labels %in% names(data)) {
    fault("labels", "unknown_column", "must be the name of one column of the patients, or FALSE",
      column = paste(labels)[1]
    )
  }
}

# One row for each patient: her best change, when it was seen, and why there is none.
waterfall_data <- function(source, assessments = "response", colour = "CBOR", facet = NULL, label = NULL) {
  best <- source$best
  changes <- sum_changes(source)
  if (assessments == "response") changes <- changes[changes$counts, , drop = FALSE]
  why <- why_no_change(source, changes)
  measured <- changes[!is.na(changes$change), , drop = FALSE]
  smallest <- measured[order(measured$person, measured$change, measured$day), , drop = FALSE]
  at <- match(seq_len(nrow(best)), smallest$person)
  data.frame(
    USUBJID = best$USUBJID, change = smallest$change[at], ADT = smallest$ADT[at],
    group = picture_groups(best[[colour]]),
    panel = if (is.null(facet)) factor("") else picture_groups(best[[facet]]),
    label = if (is.null(label)) NA_character_ else as.character(best[[label]]),
    confirmed = best[[confirmed_column(best)]] %in% c("CR", "PR", "iCR", "iPR"), missing = why
  )
}

# From the largest growth to the deepest shrinkage, in each panel; what is cut and what is too flat to see.
rank_bars <- function(data, limit) {
  data <- data[order(data$panel, -data$change, data$group, data$USUBJID), , drop = FALSE]
  rownames(data) <- NULL
  data$rank <- stats::ave(seq_len(nrow(data)), data$panel, FUN = seq_along)
  data$cut <- data$change > limit
  data$height <- pmin(data$change, limit)
  data$group <- droplevels(data$group)
  data$panel <- counted_panels(droplevels(data$panel))
  data
}

draw_waterfall <- function(data, lines, limit, palette, title, written) {
  colours <- picture_palette(data$group, palette)
  many <- max(data$rank) > 100
  flat <- data[abs(data$height) < 0.8, , drop = FALSE]
  ends <- change_ends(data$height, lines)
  ggplot2::ggplot(data, ggplot2::aes(x = .data[["rank"]], y = .data[["height"]])) +
    ggplot2::geom_col(
      ggplot2::aes(fill = .data[["group"]]),
      width = if (many) 1 else 0.86, colour = if (many) NA else "grey30", linewidth = 0.2
    ) +
    ggplot2::geom_hline(yintercept = 0, colour = "grey30", linewidth = 0.3) +
    flat_bars(flat, many) +
    ggplot2::geom_hline(yintercept = lines, linetype = "dashed", colour = "grey20", linewidth = 0.4) +
    bar_marks(data, diff(ends)) +
    (if (written) bar_labels(data, max(data$rank), diff(ends))) +
    ggplot2::scale_fill_manual(
      values = colours, labels = legend_words, guide = legend_guide(title, levels(data$group), order = 1)
    ) +
    ggplot2::scale_colour_manual(values = colours, guide = "none") +
    ggplot2::scale_x_continuous(breaks = NULL, expand = ggplot2::expansion(add = 0.7)) +
    change_scale(ends[1], ends[2], lines) +
    ggplot2::expand_limits(y = ends) +
    picture_theme("top")
}

# A bar without height is a short line in its colour, edged so that light ones are seen.
flat_bars <- function(flat, many) {
  if (nrow(flat) == 0) {
    return(NULL)
  }
  ends <- ggplot2::aes(x = .data[["rank"]] - 0.43, xend = .data[["rank"]] + 0.43, y = 0, yend = 0)
  list(
    if (!many) ggplot2::geom_segment(ends, flat, colour = "grey30", linewidth = 1.5),
    ggplot2::geom_segment(
      utils::modifyList(ends, ggplot2::aes(colour = .data[["group"]])), flat,
      linewidth = 1.1
    )
  )
}

# A triangle above a bar that is cut, with its change where there is room; a dot at the foot of the bar of a
# confirmed response, where neither the colour nor the labels tell it.
bar_marks <- function(data, range) {
  n <- max(data$rank) * panel_columns(nlevels(data$panel))
  cut <- data[data$cut, , drop = FALSE]
  confirmed <- data[data$confirmed, , drop = FALSE]
  cut$mark <- rep("cut", nrow(cut))
  cut$at <- cut$height + 0.015 * range
  confirmed$mark <- rep("confirmed", nrow(confirmed))
  confirmed$at <- confirmed$height + ifelse(confirmed$height > 0, 0.025, -0.025) * range
  marks <- rbind(cut, confirmed)
  if (nrow(marks) == 0) {
    return(NULL)
  }
  list(
    ggplot2::geom_point(
      ggplot2::aes(y = .data[["at"]], shape = .data[["mark"]]), marks,
      size = if (n > 100) 0.7 else if (n > 60) 1.2 else 1.8, colour = "black"
    ),
    if (nrow(cut) > 0 && n <= 60) {
      ggplot2::geom_text(
        ggplot2::aes(y = .data[["at"]] + 0.035 * range, label = signed_percent(round(.data[["change"]]))),
        cut,
        angle = 90, hjust = 0, size = 2.3, colour = "grey15"
      )
    },
    if (nrow(cut) > 0 && n <= 60) ggplot2::expand_limits(y = max(cut$at) + 0.12 * range),
    ggplot2::scale_shape_manual(
      values = c(confirmed = 16, cut = 17), breaks = "confirmed"[nrow(confirmed) > 0],
      labels = "Confirmed response"[nrow(confirmed) > 0],
      guide = if (nrow(confirmed) == 0) {
        "none"
      } else {
        ggplot2::guide_legend(order = 2, override.aes = list(size = 2))
      }
    )
  )
}

# Words stand across the zero line from their bar, where nothing else is; many of them stand upright.
bar_labels <- function(data, n, range) {
  n <- n * panel_columns(nlevels(data$panel))
  up <- n * max(nchar(data$label), 2, na.rm = TRUE) > 60
  above <- data$height <= 0
  away <- (if (up) 0.02 else 0.03) * range
  data$at <- ifelse(above, away, -away)
  data$side <- if (up) ifelse(above, 0, 1) else 0.5
  ggplot2::geom_text(
    ggplot2::aes(y = .data[["at"]], label = .data[["label"]], hjust = .data[["side"]]), data,
    angle = if (up) 90 else 0, size = if (n > 30) 2.1 else 2.6, colour = "grey15"
  )
}

waterfall_caption <- function(all, drawn, assessments, lines, limit, source, labelled) {
  picture_caption(
    said_patients(nrow(drawn), nrow(all)), not_shown_words(all$missing),
    "Best change: smallest complete sum of the target lesions",
    if (assessments == "response") {
      sprintf("up to the %s, new anticancer therapy or data cut,", progression_words(source$rule))
    } else {
      "of all assessments,"
    }, "against the baseline.",
    if (length(lines) > 0) sprintf("Lines at %s.", and_list(signed_percent(sort(lines), "%"))),
    if (any(drawn$cut)) {
      sprintf(
        "Triangle: %d above %s, cut there (the largest is %s).", sum(drawn$cut), signed_percent(limit, "%"),
        signed_percent(round(max(drawn$change)), "%")
      )
    },
    if (labelled) "Labels: confirmed best response.",
    if (any(drawn$confirmed)) sprintf("Dot: %d with a confirmed response.", sum(drawn$confirmed)),
    said_reader(source), said_cut(source$cut)
  )
}
