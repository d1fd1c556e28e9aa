#' Pictures of a multi-state model
#'
#' `autoplot()` stacks the occupancies of the states over time, a panel for each curve. `state_diagram()`
#' draws the states as boxes with the persons who started there, and the moves as arrows with their numbers.
#'
#' @param object,fit A [transition_probabilities()] result.
#' @param ... Nothing.
#' @param x_lab,y_lab Axis titles.
#' @param palette Colours of the states, in their order.
#' @param curve Which curve is drawn: a name or a number.
#' @param layout A matrix or data frame of the positions of the states, two columns, a row for each state; by
#'   default they stand in columns by the number of moves that lead to them.
#' @return A ggplot.
#' @examplesIf rlang::is_installed("ggplot2")
#' stays <- data.frame(
#'   id = c(1, 1, 2, 3), start = c(0, 4, 0, 0), stop = c(4, 9, 6, 10),
#'   to = factor(c("ill", "dead", "dead", "none"), c("none", "ill", "dead"))
#' )
#' fit <- transition_probabilities(Surv(start, stop, to) ~ 1, stays, id = id, initial = "well")
#' ggplot2::autoplot(fit)
#' state_diagram(fit)
#' @name state_pictures
NULL

#' @rdname state_pictures
#' @exportS3Method ggplot2::autoplot
autoplot.tte_states <- function(object, ..., x_lab = NULL, y_lab = "Probability of the state",
                                palette = NULL) {
  check_dots(...)
  need("ggplot2", "drawing occupancies")
  unit <- object$tte$unit
  colours <- if (is.null(palette)) state_colours(length(object$states)) else palette
  if (is.null(x_lab)) x_lab <- if (is.null(unit)) "Time" else sprintf("Time (%s)", unit)
  steps <- occupancy_steps(object)
  plot <- ggplot2::ggplot(steps, ggplot2::aes(x = .data[["time"]], fill = .data[["state"]])) +
    ggplot2::geom_ribbon(
      ggplot2::aes(ymin = .data[["below"]], ymax = .data[["above"]]),
      colour = "white", linewidth = 0.3
    ) +
    ggplot2::scale_fill_manual(values = colours) +
    ggplot2::scale_x_continuous(breaks = axis_breaks(max(steps$time), unit), expand = c(0, 0)) +
    ggplot2::scale_y_continuous(limits = c(0, 1 + 1e-9), expand = c(0, 0)) +
    ggplot2::labs(x = x_lab, y = y_lab) +
    curve_theme("right")
  if (length(object$curves) == 1) {
    return(plot)
  }
  plot + ggplot2::facet_wrap(ggplot2::vars(.data[["curve"]])) +
    ggplot2::theme(
      panel.spacing = ggplot2::unit(1.5, "lines"), strip.background = ggplot2::element_blank(),
      strip.text = ggplot2::element_text(face = "bold")
    )
}

# From dark to light, so that the states can be told apart in grey.
state_colours <- function(k) {
  grDevices::colorRampPalette(c("#12355B", "#4E9BB5", "#BFD9E2", "#F2C9A0", "#C8502D"))(k)
}

# Stacked occupancies as steps: each holds from its time to the next one.
occupancy_steps <- function(x) {
  parts <- lapply(names(x$curves), function(name) {
    curve <- x$curves[[name]]
    time <- c(x$model$start, curve$time, curve$last)
    p <- rbind(curve$initial, curve$probability)
    p <- rbind(p, p[nrow(p), ])
    below <- cbind(0, t(apply(p, 1, cumsum)))[, seq_along(x$states), drop = FALSE]
    twice <- rep(seq_along(time), each = 2)
    held <- twice[-length(twice)]
    data.frame(
      curve = name, time = rep(time[twice[-1]], length(x$states)),
      state = factor(rep(x$states, each = length(held)), x$states), below = c(below[held, ]),
      above = c((below + p)[held, ])
    )
  })
  do.call(rbind, parts)
}

#' @rdname state_pictures
#' @export
state_diagram <- function(fit, curve = 1, layout = NULL, ...) {
  check_dots(...)
  if (!inherits(fit, "tte_states")) {
    abort_input(fault("fit", "wrong_type", "must be the result of transition_probabilities()"))
  }
  chosen <- if (is.numeric(curve)) names(fit$curves)[curve] else curve
  abort_input(check_choice(chosen, "curve", names(fit$curves)))
  need("ggplot2", "drawing states")
  counts <- move_counts(fit$curves[[chosen]], fit$states)
  place <- state_places(counts, layout)
  started <- round(fit$curves[[chosen]]$initial * fit$n[match(chosen, names(fit$curves))])
  boxes <- data.frame(place, label = sprintf("%s\nstarted: %s", fit$states, format_count(started)))
  draw_states(boxes, state_arrows(counts, place))
}

# A state stands one column after the states it can first be reached from.
state_places <- function(counts, layout) {
  k <- nrow(counts)
  if (!is.null(layout)) {
    layout <- as.matrix(layout)
    if (!identical(dim(layout), c(k, 2L)) || !is.numeric(layout)) {
      abort_input(fault("layout", "wrong_length", sprintf("must have two numeric columns and %d rows", k)))
    }
    return(data.frame(x = layout[, 1], y = layout[, 2]))
  }
  column <- rep(NA_integer_, k)
  column[1] <- 0L
  for (step in seq_len(k)) {
    reached <- which(is.na(column) & colSums(counts[!is.na(column) & column == step - 1, , drop = FALSE]) > 0)
    column[reached] <- step
  }
  column[is.na(column)] <- 0L
  row <- stats::ave(seq_len(k), column, FUN = seq_along)
  size <- stats::ave(seq_len(k), column, FUN = length)
  # Columns lean, so that no arrow runs through a box.
  data.frame(x = 2.4 * column, y = 1.4 * ((size + 1) / 2 - row) - 0.35 * (column %% 2))
}

state_arrows <- function(counts, place) {
  at <- which(counts > 0, arr.ind = TRUE)
  back <- counts[at[, 2:1, drop = FALSE]] > 0
  from <- place[at[, 1], ]
  to <- place[at[, 2], ]
  length <- sqrt((to$x - from$x)^2 + (to$y - from$y)^2)
  along <- cbind(to$x - from$x, to$y - from$y) / length
  aside <- cbind(-along[, 2], along[, 1]) * ifelse(back, 0.12, 0)
  # From edge to edge of the boxes, which are 1.5 wide and 0.7 high.
  edge <- pmin(0.78 / pmax(abs(along[, 1]), 1e-9), 0.38 / pmax(abs(along[, 2]), 1e-9))
  begin <- cbind(from$x, from$y) + along * edge + aside
  end <- cbind(to$x, to$y) - along * edge + aside
  middle <- begin + 0.45 * (end - begin)
  data.frame(
    x = begin[, 1], y = begin[, 2], xend = end[, 1], yend = end[, 2], label = format_count(counts[at]),
    at_x = middle[, 1], at_y = middle[, 2]
  )
}

draw_states <- function(boxes, arrows) {
  ggplot2::ggplot(boxes, ggplot2::aes(x = .data[["x"]], y = .data[["y"]])) +
    ggplot2::geom_segment(
      ggplot2::aes(xend = .data[["xend"]], yend = .data[["yend"]]),
      data = arrows, colour = "#12355B", linewidth = 0.6,
      arrow = ggplot2::arrow(length = ggplot2::unit(0.18, "cm"), type = "closed")
    ) +
    ggplot2::geom_label(
      ggplot2::aes(x = .data[["at_x"]], y = .data[["at_y"]], label = .data[["label"]]),
      data = arrows, size = 3.4, fill = "white"
    ) +
    ggplot2::geom_tile(width = 1.5, height = 0.7, fill = "#EAF1F5", colour = "#12355B", linewidth = 0.6) +
    ggplot2::geom_text(ggplot2::aes(label = .data[["label"]]), size = 3.6, lineheight = 1) +
    ggplot2::coord_equal(clip = "off") +
    ggplot2::theme_void() +
    ggplot2::theme(
      plot.margin = ggplot2::margin(10, 10, 10, 10),
      plot.background = ggplot2::element_rect(fill = "white", colour = NA)
    )
}
