#' Forest plot of subgroup effects
#'
#' `autoplot()` of [subgroup_effects()]: a row for each subgroup, with events and persons of both arms, the
#' hazard ratio with its limits on a logarithmic axis, and the p value of each interaction. A dashed line
#' marks the hazard ratio of all patients. Limits beyond the axis end in an arrow; squares are larger where
#' there are more events.
#'
#' @param object A [subgroup_effects()] result.
#' @param ... Nothing.
#' @param comparison With more than two arms: which comparison to draw; the first one by default.
#' @param x_lab Axis title.
#' @param limits The ends of the axis.
#' @return A ggplot.
#' @examplesIf rlang::is_installed("ggplot2")
#' lung <- transform(survival::lung,
#'   sex = factor(sex, labels = c("male", "female")),
#'   old = ifelse(age >= 65, "65 and older", "below 65")
#' )
#' found <- subgroup_effects(Surv(time, status) ~ sex, lung,
#'   subgroups = c(Age = "old", ECOG = "ph.ecog")
#' )
#' ggplot2::autoplot(found)
#' @name forest
NULL

#' @rdname forest
#' @exportS3Method ggplot2::autoplot
autoplot.tte_subgroup_effects <- function(object, ..., comparison = NULL, x_lab = NULL, limits = NULL) {
  check_dots(...)
  need("ggplot2", "drawing a forest plot")
  shown <- unique(object$comparison[object$scale == "ratio"])
  if (is.null(comparison)) comparison <- shown[1]
  abort_input(rbind(
    check_choice(comparison, "comparison", shown),
    if (!is.null(limits)) check_numbers(limits, "limits", .Machine$double.xmin)
  ))
  draw_forest(forest_rows(object, comparison), object, comparison, x_lab, limits)
}

# One line of the figure: the words of the columns and the numbers to draw, top line first.
forest_rows <- function(object, comparison) {
  ratios <- object[object$scale == "ratio" & object$comparison == comparison, ]
  counts <- object[object$scale == "count", ]
  tests <- object[object$scale == "interaction", ]
  arms <- arms_of_comparison(comparison, unique(counts$comparison))
  cells <- function(term, group, arm) {
    at <- match(paste(term, group, arm), paste(counts$term, counts$group, counts$comparison))
    paste0(format_count(counts$n.event[at]), "/", format_count(counts$n[at]))
  }
  line <- function(row, label) {
    data.frame(
      label = label, arm = cells(row$term, row$group, arms$arm),
      reference = cells(row$term, row$group, arms$reference),
      ratio = estimate_limits(row$estimate, row$conf.low, row$conf.high, 2), p = "", estimate = row$estimate,
      low = row$conf.low, high = row$conf.high, events = row$n.event, bold = row$term == "overall"
    )
  }
  blocks <- lapply(unique(ratios$term), function(term) {
    rows <- ratios[ratios$term == term, ]
    lines <- do.call(rbind, lapply(seq_len(nrow(rows)), function(i) {
      line(rows[i, ], if (term == "overall") rows$group[i] else paste0("    ", rows$group[i]))
    }))
    if (term == "overall") {
      return(lines)
    }
    head <- data.frame(
      label = term, arm = "", reference = "", ratio = "", p = show_p(tests$p.value[tests$term == term]),
      estimate = NA, low = NA, high = NA, events = NA, bold = TRUE
    )
    rbind(head, lines)
  })
  rows <- do.call(rbind, blocks)
  rows$y <- rev(seq_len(nrow(rows)))
  attr(rows, "arms") <- arms
  rows
}

draw_forest <- function(rows, object, comparison, x_lab, limits) {
  arms <- attr(rows, "arms")
  if (is.null(limits)) limits <- forest_limits(rows)
  if (is.null(x_lab)) x_lab <- sprintf("Hazard ratio, %s", comparison)
  span <- diff(log(limits))
  # the columns of words stand left and right of the axis, in its units
  width <- max(0.5, 0.034 * max(nchar(rows$label)))
  place <- c(
    label = -0.66 - width, arm = -0.55, reference = -0.18, ratio = 1.27,
    p = 1.67
  ) * span + log(limits[1])
  heads <- c(
    "Subgroup", paste0(arms$arm, "\nevents/n"), paste0(arms$reference, "\nevents/n"),
    sprintf("HR (%s CI)", format_percent(object$conf.level[1])), "Interaction\np"
  )
  top <- nrow(rows) + 1.4
  words <- data.frame(
    x = rep(exp(place), each = nrow(rows)), y = rep(rows$y, 5),
    text = c(rows$label, rows$arm, rows$reference, rows$ratio, rows$p),
    hjust = rep(c(0, 0.5, 0.5, 0.5, 0.5), each = nrow(rows)),
    face = ifelse(rep(rows$bold, 5) & rep(c(TRUE, FALSE, FALSE, FALSE, FALSE), each = nrow(rows)), "bold",
      "plain"
    )
  )
  head <- data.frame(x = exp(place), y = top, text = heads, hjust = c(0, 0.5, 0.5, 0.5, 0.5))
  forest_panel(rows, limits, top) +
    ggplot2::geom_text(
      ggplot2::aes(x = .data$x, y = .data$y, label = .data$text, hjust = .data$hjust, fontface = .data$face),
      words,
      size = 3.5, inherit.aes = FALSE
    ) +
    ggplot2::geom_text(
      ggplot2::aes(x = .data$x, y = .data$y, label = .data$text, hjust = .data$hjust), head,
      size = 3.5, fontface = "bold", lineheight = 0.95, inherit.aes = FALSE
    ) +
    forest_axis(limits, top, arms, x_lab) +
    ggplot2::coord_cartesian(
      xlim = exp(c(place[["label"]], place[["p"]] + 0.17 * span)), ylim = c(-2.1, top + 0.7), expand = FALSE
    ) +
    forest_theme()
}

# The axis holds all limits between 1/10 and 10, and is as long on both sides of 1.
forest_limits <- function(rows) {
  ends <- c(rows$low, rows$high, 1)
  ends <- ends[is.finite(ends) & ends > 0]
  wide <- max(abs(log(ends)), log(2))
  exp(c(-1, 1) * min(wide * 1.05, log(10)))
}

# Points, limits and arrows; what lies outside the axis ends in an arrow at it.
forest_panel <- function(rows, limits, top) {
  drawn <- rows[!is.na(rows$low) | !is.na(rows$high), ]
  drawn$from <- pmax(ifelse(is.na(drawn$low), limits[1], drawn$low), limits[1])
  drawn$to <- pmin(ifelse(is.na(drawn$high), limits[2], drawn$high), limits[2])
  inside <- drawn[is.finite(drawn$estimate) & drawn$estimate >= limits[1] & drawn$estimate <= limits[2], ]
  arrow <- function(at, from, to) {
    if (!any(at)) {
      return(NULL)
    }
    ggplot2::geom_segment(
      ggplot2::aes(x = .data[[from]], xend = .data[[to]], y = .data$y, yend = .data$y), drawn[at, ],
      colour = curve_colours[1], arrow = ggplot2::arrow(
        length = ggplot2::unit(0.09, "inches"),
        type = "closed"
      )
    )
  }
  whole <- rows$estimate[rows$bold & !is.na(rows$estimate)][1]
  ggplot2::ggplot() +
    forest_stripes(rows) +
    ggplot2::annotate("segment", x = 1, xend = 1, y = 0, yend = top - 0.7, colour = "grey35") +
    if_finite(whole, ggplot2::annotate("segment",
      x = whole, xend = whole, y = 0, yend = top - 0.7, colour = curve_colours[2], linetype = "dashed"
    )) +
    ggplot2::geom_segment(
      ggplot2::aes(x = .data$from, xend = .data$to, y = .data$y, yend = .data$y), drawn,
      colour = curve_colours[1], linewidth = 0.6
    ) +
    arrow(is.na(drawn$low) | drawn$low < limits[1], "to", "from") +
    arrow(is.na(drawn$high) | drawn$high > limits[2], "from", "to") +
    ggplot2::geom_point(
      ggplot2::aes(x = .data$estimate, y = .data$y, size = .data$events), inside,
      shape = 15, colour = curve_colours[1]
    ) +
    ggplot2::scale_size_area(max_size = 4.2, guide = "none")
}

if_finite <- function(x, layer) if (is.finite(x)) layer

forest_stripes <- function(rows) {
  shaded <- rows$y[seq(2, nrow(rows), by = 2)]
  if (nrow(rows) < 2) {
    return(NULL)
  }
  ggplot2::annotate("rect",
    xmin = .Machine$double.xmin, xmax = Inf, ymin = shaded - 0.5,
    ymax = shaded + 0.5, fill = "grey95"
  )
}

# The axis is drawn by hand below the rows, as wide as its limits only.
forest_axis <- function(limits, top, arms, x_lab) {
  ticks <- c(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
  ticks <- ticks[ticks >= limits[1] & ticks <= limits[2]]
  middle <- exp(mean(log(limits)))
  words <- function(x, y, label, hjust, size = 3.3, colour = "grey20") {
    ggplot2::annotate("text", x = x, y = y, label = label, hjust = hjust, size = size, colour = colour)
  }
  list(
    ggplot2::annotate("segment", x = limits[1], xend = limits[2], y = 0, yend = 0, colour = "grey30"),
    ggplot2::annotate("segment", x = ticks, xend = ticks, y = 0, yend = -0.12, colour = "grey30"),
    words(ticks, -0.42, format(ticks, trim = TRUE, drop0trailing = TRUE), 0.5),
    words(exp(-0.05), -1.05, paste("\u2190 favours", arms$arm), 1),
    words(exp(0.05), -1.05, paste("favours", arms$reference, "\u2192"), 0),
    words(middle, -1.7, x_lab, 0.5), ggplot2::scale_x_log10()
  )
}

forest_theme <- function() {
  ggplot2::theme_void(base_size = 12) + ggplot2::theme(
    plot.margin = ggplot2::margin(8, 8, 8, 8), plot.background = ggplot2::element_rect(
      fill = "white",
      colour = NA
    )
  )
}
