#' Figures of a Cox model
#'
#' `autoplot()` of a [ph_test()] shows the scaled Schoenfeld residuals against time, with a smooth curve,
#' its pointwise band and the coefficient of the model: a slope says that the effect changes. `autoplot()`
#' of a [cox()] model with `type = "log-log"` shows log(-log S(t)) of the levels of a factor against log
#' time, the Kaplan-Meier estimate beside the model: parallel curves speak for proportional hazards. With
#' `type = "functional-form"` it shows the martingale residuals of the model without covariates against a
#' number, with a local regression: its shape is the form in which the number belongs in the model.
#' `autoplot()` of [standardised_survival()] shows its curves.
#'
#' @section Smooth: The band of the residuals is that of a natural spline with `df` degrees of freedom,
#'   with the variance \eqn{d V} of a residual, as in `survival`. The local regression is [stats::loess()].
#'
#' @param object A [ph_test()], a [cox()] model or a [standardised_survival()].
#' @param ... Nothing.
#' @param terms Names of coefficients to draw; all by default.
#' @param df Degrees of freedom of the smooth curve.
#' @param type `"log-log"` or `"functional-form"`.
#' @param variable A column of the model: a factor for `"log-log"`, a number for `"functional-form"`.
#' @param conf.int Draw confidence bands?
#' @param x_lab,y_lab Axis titles.
#' @return A ggplot.
#' @references Therneau TM, Grambsch PM, Fleming TR (1990). Martingale-based residuals for survival models.
#'   *Biometrika* 77, 147-160. Grambsch PM, Therneau TM (1994). Proportional hazards tests and diagnostics
#'   based on weighted residuals. *Biometrika* 81, 515-526.
#' @examplesIf rlang::is_installed("ggplot2")
#' fit <- cox(Surv(time, status) ~ celltype + karno, survival::veteran, unit = "days")
#' ggplot2::autoplot(ph_test(fit), terms = "karno")
#' ggplot2::autoplot(fit, type = "log-log", variable = "celltype")
#' ggplot2::autoplot(fit, type = "functional-form", variable = "karno")
#' @name cox_plots
NULL

#' @rdname cox_plots
#' @exportS3Method ggplot2::autoplot
autoplot.tte_ph_test <- function(object, ..., terms = NULL, df = 4, x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  need("ggplot2", "drawing residuals")
  all <- colnames(object$y)[!is.na(object$coefficients)]
  if (is.null(terms)) terms <- all
  unknown <- setdiff(terms, all)
  abort_input(rbind(
    if (length(unknown) > 0) fault("terms", "unknown_term", sprintf("is none of %s", and_list(all)), unknown),
    check_number(df, "df", 1, 20, whole = TRUE)
  ))
  points <- do.call(rbind, lapply(terms, residual_points, object))
  smooth <- do.call(rbind, lapply(terms, residual_smooth, object, df))
  level <- data.frame(term = factor(terms, terms), beta = unname(object$coefficients[terms]))
  points$term <- factor(points$term, terms)
  smooth$term <- factor(smooth$term, terms)
  ticks <- time_ticks(object)
  unit <- object$tte$unit
  if (is.null(x_lab)) x_lab <- paste0("Time", if (!is.null(unit)) sprintf(" (%s)", unit), scale_note(object))
  if (is.null(y_lab)) y_lab <- "Coefficient (scaled Schoenfeld residuals)"
  ggplot2::ggplot(points, ggplot2::aes(x = .data$x, y = .data$y)) +
    ggplot2::geom_point(shape = 16, size = 1.1, alpha = 0.45, colour = "grey45") +
    ggplot2::geom_hline(ggplot2::aes(yintercept = .data$beta), level,
      linetype = "dashed",
      colour = curve_colours[2]
    ) +
    ggplot2::geom_ribbon(
      ggplot2::aes(x = .data$x, ymin = .data$low, ymax = .data$high), smooth,
      inherit.aes = FALSE, fill = curve_colours[1], alpha = 0.15
    ) +
    ggplot2::geom_line(ggplot2::aes(y = .data$y), smooth, colour = curve_colours[1], linewidth = 0.8) +
    ggplot2::facet_wrap(~term,
      scales = "free_y",
      labeller = ggplot2::as_labeller(panel_words(object, terms))
    ) +
    ggplot2::scale_x_continuous(breaks = ticks$x, labels = ticks$label) +
    ggplot2::labs(x = x_lab, y = y_lab) +
    panel_theme()
}

residual_points <- function(term, object) {
  data.frame(term = term, x = object$x, y = unname(object$y[, term]))
}

# Least squares on a natural spline; the variance of a residual is d times that of its coefficient.
residual_smooth <- function(term, object, df) {
  x <- object$x
  df <- min(df, length(unique(x)) - 1)
  if (df < 1) {
    return(NULL)
  }
  basis <- splines::ns(x, df)
  design <- cbind(1, basis)
  qr <- qr(design)
  at <- seq(min(x), max(x), length.out = 100)
  new <- cbind(1, stats::predict(basis, at))
  beta <- qr.coef(qr, object$y[, term])
  kept <- !is.na(beta)
  root <- backsolve(qr.R(qr)[seq_len(qr$rank), seq_len(qr$rank), drop = FALSE], diag(qr$rank))
  spread <- sqrt(rowSums((new[, qr$pivot[seq_len(qr$rank)], drop = FALSE] %*% root)^2))
  y <- drop(new[, kept, drop = FALSE] %*% beta[kept])
  j <- match(term, names(object$coefficients))
  reach <- stats::qnorm(0.975) * spread * sqrt(object$nevent * object$var[j, j])
  data.frame(term = term, x = at, y = y, low = y - reach, high = y + reach)
}

# The axis is in g(t), its marks in time.
time_ticks <- function(object) {
  if (object$transform %in% c("identity", "a function of time")) {
    return(list(x = ggplot2::waiver(), label = ggplot2::waiver()))
  }
  at <- unique(object$x)
  time <- object$time[match(at, object$x)]
  wanted <- seq(min(at), max(at), length.out = 6)
  near <- unique(vapply(wanted, function(w) which.min(abs(at - w)), integer(1)))
  list(x = at[near], label = format(time[near], trim = TRUE, digits = 3))
}

scale_note <- function(object) {
  switch(object$transform,
    km = ", Kaplan-Meier scale",
    rank = ", rank scale",
    log = ", log scale",
    identity = "",
    ", transformed"
  )
}

panel_words <- function(object, terms) {
  rows <- rownames(object$table)
  words <- vapply(terms, function(term) {
    if (term %in% rows) sprintf("%s (p %s)", term, p_words(object$table[term, "p"])) else term
  }, character(1))
  rlang::set_names(words, terms)
}

panel_theme <- function() {
  ggplot2::theme_classic(base_size = 12) + ggplot2::theme(
    panel.grid.major.y = ggplot2::element_line(colour = "grey92", linewidth = 0.4),
    axis.line = ggplot2::element_line(colour = "grey30"), strip.background = ggplot2::element_blank(),
    strip.text = ggplot2::element_text(face = "bold", hjust = 0), legend.title = ggplot2::element_blank(),
    legend.key.width = ggplot2::unit(2.2, "lines"), legend.position = "top",
    legend.box = "vertical", legend.margin = ggplot2::margin(0, 0, 0, 0),
    legend.spacing.y = ggplot2::unit(0, "pt")
  )
}

# ---- the model ----

#' @rdname cox_plots
#' @exportS3Method ggplot2::autoplot
autoplot.tte_cox <- function(object, ..., type = "log-log", variable, x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  need("ggplot2", "drawing a model")
  abort_input(check_choice(type, "type", c("log-log", "functional-form")))
  if (missing(variable)) variable <- NULL
  abort_input(variable_faults(object, variable))
  categorical <- is_categorical(model_columns(object)[[variable]])
  what <- if (type == "log-log") "must be a factor or words" else "must be a number"
  abort_input(if (categorical != (type == "log-log")) fault("variable", "wrong_type", what, variable))
  if (type == "log-log") {
    draw_log_log(object, variable, x_lab, y_lab)
  } else {
    draw_functional_form(object, variable, x_lab, y_lab)
  }
}

# Kaplan-Meier of each level, and the model's curve of the level's mean person.
draw_log_log <- function(fit, variable, x_lab, y_lab) {
  curves <- rbind(observed_curves(fit, variable), fitted_curves(fit, variable))
  curves <- curves[curves$surv > 0 & curves$surv < 1 & curves$time > 0, ]
  k <- length(levels(curves$level))
  unit <- fit$tte$unit
  if (is.null(x_lab)) x_lab <- paste0("Time", if (!is.null(unit)) sprintf(" (%s)", unit), ", log scale")
  if (is.null(y_lab)) y_lab <- "log(-log S(t))"
  ggplot2::ggplot(curves, ggplot2::aes(
    x = .data$time, y = log(-log(.data$surv)), colour = .data$level, linetype = .data$kind,
    group = interaction(.data$level, .data$kind)
  )) +
    ggplot2::geom_step(linewidth = 0.7) +
    ggplot2::scale_x_log10() +
    ggplot2::scale_colour_manual(values = rep_len(curve_colours, k)) +
    ggplot2::scale_linetype_manual(values = c("Kaplan-Meier" = "solid", "Cox model" = "22")) +
    ggplot2::guides(
      colour = ggplot2::guide_legend(order = 1, nrow = ceiling(k / 4)),
      linetype = ggplot2::guide_legend(order = 2)
    ) +
    ggplot2::labs(x = x_lab, y = y_lab) +
    panel_theme()
}

observed_curves <- function(fit, variable) {
  source <- rows_of_fit(fit)
  data <- fit_data(fit)
  columns <- data$columns
  groups <- column_codes(source[[variable]])
  columns$stratum <- groups$codes
  curve <- km_cpp(columns, "none", 0.95, data$timefix, thread_count())
  data.frame(
    time = curve$time, surv = curve$surv, level = factor(rep(groups$levels, curve$size), groups$levels),
    kind = "Kaplan-Meier"
  )
}

# Standardised curves have the mixture of covariates that the Kaplan-Meier curves have.
fitted_curves <- function(fit, variable) {
  found <- standardised_survival(fit, variable)
  levels <- unique(found$group)
  data.frame(
    time = found$time, surv = found$estimate, level = factor(found$group, levels), kind = "Cox model"
  )
}

# Martingale residuals where no coefficient is in the model, against one number.
draw_functional_form <- function(fit, variable, x_lab, y_lab) {
  data <- fit_data(fit)
  null <- cox_residuals_cpp(
    data$columns, data$x, data$offset, 0 * data$beta, smooth_ties(data$ties), data$timefix, thread_count()
  )$martingale
  points <- data.frame(x = as.double(rows_of_fit(fit)[[variable]]), y = null)
  points <- points[stats::complete.cases(points), ]
  if (is.null(x_lab)) x_lab <- variable
  if (is.null(y_lab)) y_lab <- "Martingale residual without covariates"
  ggplot2::ggplot(points, ggplot2::aes(x = .data$x, y = .data$y)) +
    ggplot2::geom_hline(yintercept = 0, linetype = "dashed", colour = "grey60") +
    ggplot2::geom_point(shape = 16, size = 1.2, alpha = 0.45, colour = "grey45") +
    form_smooth(points) +
    ggplot2::labs(x = x_lab, y = y_lab) +
    panel_theme()
}

form_smooth <- function(points) {
  if (length(unique(points$x)) < 6) {
    means <- stats::aggregate(y ~ x, points, mean)
    return(ggplot2::geom_line(data = means, colour = curve_colours[1], linewidth = 0.8))
  }
  model <- suppressWarnings(stats::loess(y ~ x, points, degree = 1))
  at <- data.frame(x = seq(min(points$x), max(points$x), length.out = 100))
  found <- suppressWarnings(stats::predict(model, at, se = TRUE))
  at$y <- found$fit
  reach <- stats::qnorm(0.975) * found$se.fit
  at$low <- at$y - reach
  at$high <- at$y + reach
  list(
    ggplot2::geom_ribbon(
      ggplot2::aes(x = .data$x, ymin = .data$low, ymax = .data$high), at,
      inherit.aes = FALSE, fill = curve_colours[1], alpha = 0.15
    ),
    ggplot2::geom_line(data = at, colour = curve_colours[1], linewidth = 0.8)
  )
}

# ---- standardised curves ----

#' @rdname cox_plots
#' @exportS3Method ggplot2::autoplot
autoplot.tte_standardised <- function(object, ..., conf.int = TRUE, x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  need("ggplot2", "drawing curves")
  abort_input(check_flag(conf.int, "conf.int"))
  rows <- object[object$scale == "probability", ]
  if (length(unique(rows$time)) < 3) {
    what <- "has too few times for a curve"
    abort_input(fault("object", "wrong_length", what, remedy = "Call standardised_survival() without `at`."))
  }
  groups <- unique(rows$group)
  steps <- do.call(rbind, lapply(groups, curve_steps, rows))
  steps$group <- factor(steps$group, groups)
  unit <- rows$unit[1]
  if (is.null(x_lab)) x_lab <- if (is.na(unit)) "Time" else sprintf("Time (%s)", unit)
  if (is.null(y_lab)) y_lab <- "Standardised survival"
  ggplot2::ggplot(steps, ggplot2::aes(
    x = .data$time, y = .data$estimate, colour = .data$group,
    fill = .data$group
  )) +
    (if (conf.int) {
      ggplot2::geom_ribbon(ggplot2::aes(ymin = .data$low, ymax = .data$high), alpha = 0.12, colour = NA)
    }) +
    ggplot2::geom_line(ggplot2::aes(linetype = .data$group), linewidth = 0.8) +
    ggplot2::scale_colour_manual(values = rep_len(curve_colours, length(groups))) +
    ggplot2::scale_fill_manual(values = rep_len(curve_colours, length(groups))) +
    ggplot2::scale_linetype_manual(values = rep_len(curve_lines, length(groups))) +
    one_legend(length(groups)) +
    ggplot2::scale_y_continuous(limits = c(0, 1), labels = function(p) paste0(100 * p, " %")) +
    ggplot2::scale_x_continuous(breaks = axis_breaks(max(steps$time), if (is.na(unit)) NULL else unit)) +
    ggplot2::labs(x = x_lab, y = y_lab) +
    panel_theme()
}

one_legend <- function(k) {
  guide <- ggplot2::guide_legend(nrow = ceiling(k / 2))
  ggplot2::guides(colour = guide, fill = guide, linetype = guide)
}

# Both corners of every step, from 1 at time 0.
curve_steps <- function(group, rows) {
  rows <- rows[rows$group == group, ]
  rows <- rows[order(rows$time), ]
  n <- nrow(rows)
  value <- function(x) {
    x <- c(1, ifelse(is.na(x), rows$estimate, x))
    x[c(1, rep(seq_len(n), each = 2) + rep(0:1, n))]
  }
  data.frame(
    group = group, time = c(0, rep(rows$time, each = 2)), estimate = value(rows$estimate),
    low = value(rows$conf.low), high = value(rows$conf.high)
  )
}
