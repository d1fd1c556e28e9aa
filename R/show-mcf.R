#' @rdname curves
#' @exportS3Method ggplot2::autoplot
autoplot.tte_mcf <- function(object, ..., conf.int = TRUE, risk_table = TRUE, x_lab = NULL, y_lab = NULL,
                             palette = NULL) {
  check_dots(...)
  abort_input(rbind(check_flag(conf.int, "conf.int"), check_flag(risk_table, "risk_table")))
  need("ggplot2", "drawing curves")
  unit <- object$tte$unit
  k <- max(1, length(object$strata))
  breaks <- axis_breaks(max(object$time), unit)
  colours <- rep_len(if (is.null(palette)) curve_colours else palette, k)
  if (is.null(x_lab)) x_lab <- if (is.null(unit)) "Time" else sprintf("Time (%s)", unit)
  if (is.null(y_lab)) y_lab <- "Mean events per person"
  plot <- ggplot2::ggplot(mcf_steps(object), mcf_aesthetics()) +
    ggplot2::geom_step(linewidth = 0.8) +
    ggplot2::scale_colour_manual(values = colours) +
    ggplot2::scale_fill_manual(values = colours) +
    ggplot2::scale_linetype_manual(values = rep_len(curve_lines, k)) +
    ggplot2::scale_x_continuous(breaks = breaks, limits = c(0, max(object$time))) +
    ggplot2::labs(x = x_lab, y = y_lab) +
    curve_theme(if (k > 1) "top" else "none")
  if (conf.int && !is.null(object$lower)) plot <- plot + mcf_band(object)
  if (risk_table) with_risk_rows(plot, object, breaks) else plot
}

mcf_aesthetics <- function() {
  ggplot2::aes(
    x = .data[["time"]], y = .data[["mean"]], colour = .data[["curve"]], linetype = .data[["curve"]],
    fill = .data[["curve"]]
  )
}

# Every curve starts at 0 events.
mcf_steps <- function(x) {
  rows <- mcf_rows(x)
  of <- function(column) unlist(lapply(rows, function(at) c(0, column[at])), use.names = FALSE)
  data.frame(
    time = of(x$time), mean = of(x$mean),
    curve = factor(rep(names(rows), lengths(rows) + 1), names(rows), short_names(rows))
  )
}

# The arms' own names, when they are enough to tell the curves apart.
short_names <- function(rows) {
  short <- sub("^[^=,]*=", "", names(rows))
  if (any(grepl("=", short)) || anyDuplicated(short)) names(rows) else short
}

# The limits as a stepped band: each step's limits hold until the next time.
mcf_band <- function(x) {
  parts <- lapply(names(mcf_rows(x)), function(curve) {
    at <- mcf_rows(x)[[curve]]
    at <- at[!is.na(x$lower[at]) & !is.na(x$upper[at])]
    n <- length(at)
    twice <- rep(at, each = 2)[-2 * n]
    data.frame(
      time = rep(x$time[at], each = 2)[-1], mean = x$mean[twice],
      lower = x$lower[twice], upper = x$upper[twice],
      curve = factor(rep(curve, max(0, 2 * n - 1)), names(mcf_rows(x)), short_names(mcf_rows(x)))
    )
  })
  ggplot2::geom_ribbon(
    ggplot2::aes(ymin = .data[["lower"]], ymax = .data[["upper"]]),
    data = do.call(rbind, parts), alpha = 0.12, colour = NA
  )
}

# The numbers at risk at each break, a line for each curve, below the plot.
with_risk_rows <- function(plot, x, breaks) {
  need("patchwork", "a table of the numbers at risk")
  rows <- mcf_rows(x)
  shown <- expand.grid(time = breaks, curve = factor(short_names(rows), rev(short_names(rows))))
  shown$n <- unlist(lapply(rows, at_risk_at, x, breaks), use.names = FALSE)
  table <- ggplot2::ggplot(
    shown, ggplot2::aes(x = .data[["time"]], y = .data[["curve"]], label = format_count(.data[["n"]]))
  ) +
    ggplot2::geom_text(size = 3.6) +
    ggplot2::labs(title = "At risk", x = NULL, y = NULL) +
    ggplot2::scale_x_continuous(limits = c(0, max(x$time))) +
    ggplot2::theme_void(base_size = 11) +
    ggplot2::theme(
      axis.text.y = if (length(rows) > 1) ggplot2::element_text(hjust = 1),
      plot.title = ggplot2::element_text(face = "bold", size = 10.5)
    )
  patchwork::wrap_plots(plot, table, ncol = 1, heights = c(1, 0.08 + 0.05 * length(rows)))
}

at_risk_at <- function(rows, x, times) {
  vapply(times, function(t) {
    left <- rows[x$time[rows] >= t]
    if (length(left) == 0) 0 else x$n.risk[left[1]]
  }, numeric(1))
}
