#' Curves for print
#'
#' `autoplot()` draws a Kaplan-Meier or a cumulative incidence curve with its confidence band and the
#' numbers at risk below it, and up to 1000 censored persons with a mark each. Arms differ in colour, in
#' lightness and in line type, so they can be told apart in grey. The result is a ggplot: add to it, or save
#' it with [ggplot2::ggsave()].
#'
#' @param object A [km()] or [cif()] result.
#' @param ... Nothing.
#' @param test A [log_rank_test()] or [max_combo_test()] result, whose p value is written above the curves.
#' @param hr A [cox()] model of the arms, whose hazard ratios are written above the curves.
#' @param cause The cause to draw; the first one by default.
#' @param type `"survival"`, or `"cumhaz"` for the cumulative hazard (Nelson and Aalen's).
#' @param median Draw lines from the median of each curve to the axes?
#' @param conf.int Draw confidence bands?
#' @param risk_table Show the numbers at risk?
#' @param x_lab,y_lab Axis titles.
#' @param palette Colours of the curves.
#' @return A ggplot of `ggsurvfit`.
#' @examplesIf rlang::is_installed("ggsurvfit")
#' d <- time_to_event(Surv(time, status) ~ sex, survival::lung, unit = "days", report_in = "months")
#' fit <- km(d)
#' ggplot2::autoplot(fit, test = log_rank_test(d), hr = cox(d))
#' @name curves
NULL

#' @rdname curves
#' @exportS3Method ggplot2::autoplot
autoplot.tte_km <- function(object, ..., test = NULL, hr = NULL, type = "survival", median = FALSE,
                            conf.int = TRUE, risk_table = TRUE, x_lab = NULL, y_lab = NULL, palette = NULL) {
  check_dots(...)
  abort_input(rbind(check_choice(type, "type", c("survival", "cumhaz")), check_flag(median, "median")))
  need("ggsurvfit", "drawing curves")
  hazard <- type == "cumhaz"
  if (is.null(y_lab)) y_lab <- curve_axis(object, hazard)
  plot <- ggsurvfit::ggsurvfit(object, type = type, linetype_aes = TRUE, linewidth = 0.8)
  if (sum(object$n.censor) <= 1000) plot <- plot + censor_marks()
  if (median && !hazard) plot <- plot + median_lines()
  limits <- if (hazard) c(0, NA) else c(0, 1)
  dress_curves(plot, object, conf.int, risk_table, x_lab, y_lab, palette, curve_subtitle(test, hr), limits)
}

curve_axis <- function(object, hazard) {
  of <- object$tte$param
  if (!hazard) {
    return(if (is.null(of)) "Survival" else of)
  }
  paste0("Cumulative hazard", if (!is.null(of)) paste(" of", of))
}

median_lines <- function() ggsurvfit::add_quantile(y_value = 0.5, linetype = "dotted", linewidth = 0.5)

#' @rdname curves
#' @exportS3Method ggplot2::autoplot
autoplot.tte_cif <- function(object, ..., cause = NULL, conf.int = TRUE, risk_table = TRUE, x_lab = NULL,
                             y_lab = NULL, palette = NULL) {
  check_dots(...)
  need("ggsurvfit", "drawing curves")
  causes <- setdiff(object$states, "(s0)")
  if (is.null(cause)) cause <- causes[1]
  abort_input(check_choice(cause, "cause", causes))
  if (is.null(y_lab)) y_lab <- sprintf("Cumulative incidence of %s", cause)
  plot <- ggsurvfit::ggcuminc(object, outcome = cause, linetype_aes = TRUE, linewidth = 0.8)
  dress_curves(plot, object, conf.int, risk_table, x_lab, y_lab, palette, NULL)
}

# Dark to light, told apart by line type as well.
curve_colours <- c("#12355B", "#C8502D", "#4E9BB5", "#8A6FA8", "#B58B00", "#6B6B6B")
curve_lines <- c("solid", "longdash", "22", "dotdash", "dotted", "twodash")

dress_curves <- function(plot, object, conf.int, risk_table, x_lab, y_lab, palette, subtitle,
                         limits = c(0, 1)) {
  k <- max(1, length(object$strata))
  colours <- rep_len(if (is.null(palette)) curve_colours else palette, k)
  unit <- object$tte$unit
  if (is.null(x_lab)) x_lab <- if (is.null(unit)) "Time" else sprintf("Time (%s)", unit)
  if (conf.int) plot <- plot + ggsurvfit::add_confidence_interval(alpha = 0.12)
  if (risk_table) plot <- plot + risk_rows(k)
  plot +
    ggplot2::scale_colour_manual(values = colours) + ggplot2::scale_fill_manual(values = colours) +
    ggplot2::scale_linetype_manual(values = rep_len(curve_lines, k)) +
    ggsurvfit::scale_ggsurvfit(
      x_scales = list(breaks = axis_breaks(max(object$time), unit)), y_scales = curve_scale(limits)
    ) +
    ggplot2::labs(x = x_lab, y = y_lab, subtitle = subtitle) +
    curve_theme(if (k > 1) "top" else "none")
}

# A probability is shown in per cent, a hazard as the number it is.
curve_scale <- function(limits) {
  if (is.na(limits[2])) list(limits = limits, labels = format) else list(limits = limits)
}

censor_marks <- function() ggsurvfit::add_censor_mark(shape = 3, size = 1.4, alpha = 0.6)

risk_rows <- function(k) {
  ggsurvfit::add_risktable(
    risktable_stats = "n.risk", stats_label = list(n.risk = "At risk"), size = 3.6,
    risktable_height = 0.1 + 0.045 * k,
    theme = list(
      ggsurvfit::theme_risktable_default(axis.text.y.size = 10, plot.title.size = 10.5),
      ggplot2::theme(plot.title = ggplot2::element_text(face = "bold"))
    )
  )
}

curve_theme <- function(legend) {
  ggplot2::theme_classic(base_size = 13) + ggplot2::theme(
    legend.position = legend, legend.title = ggplot2::element_blank(),
    legend.key.width = ggplot2::unit(2.4, "lines"),
    plot.subtitle = ggplot2::element_text(size = 11, colour = "grey25"),
    panel.grid.major.y = ggplot2::element_line(colour = "grey92", linewidth = 0.4),
    axis.line = ggplot2::element_line(colour = "grey30"),
    axis.ticks = ggplot2::element_line(colour = "grey30")
  )
}

# Round steps of the unit that give at most ten of them.
axis_breaks <- function(last, unit) {
  steps <- list(
    days = c(1, 7, 14, 28, 56, 91, 182, 364, 728), weeks = c(1, 2, 4, 8, 12, 24, 52, 104),
    months = c(1, 2, 3, 6, 12, 24, 36, 60, 120), years = c(0.25, 0.5, 1, 2, 5, 10, 20)
  )[[if (is.null(unit)) "none" else unit]]
  enough <- steps[last / steps <= 10]
  if (length(enough) == 0) {
    return(pretty(c(0, last)))
  }
  seq(0, last + enough[1] * 0.02, by = enough[1])
}

curve_subtitle <- function(test, hr) {
  parts <- c(if (!is.null(test)) test_words(test), if (!is.null(hr)) hr_words(hr))
  if (length(parts) > 0) paste(parts, collapse = "\n")
}

test_words <- function(test) {
  p <- show_p(test$p.value)
  sprintf("%s: p %s", test$method, if (startsWith(p, "<")) p else paste("=", p))
}

hr_words <- function(hr) {
  ratios <- hazard_ratios(hr)
  ratios <- ratios[!is.na(ratios$estimate), ]
  sprintf(
    "Hazard ratio %s: %s", ratios$comparison,
    estimate_limits(ratios$estimate, ratios$conf.low, ratios$conf.high, 2)
  )
}
