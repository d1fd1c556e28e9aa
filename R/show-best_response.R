#' Bars of the best overall response
#'
#' `autoplot()` of a [best_response()] result: how many patients of each arm have which best overall response,
#' as counts and per cent of all patients of the arm, stacked or side by side, with the objective response
#' rate and its exact confidence interval below each arm.
#'
#' Numbers and limits are those of [response_rate()]: `type = "bor"` for the bars, `type = "orr"` for the
#' rate. Every patient of the analysis set is in the denominator, who was never assessed too.
#'
#' @param object A [best_response()] result.
#' @param ... Nothing.
#' @param by Column of the patients with the arms; by default the arm of the study. `NULL` for all patients
#'   together.
#' @param confirmed Confirmed responses (`CBOR`) or not (`BOR`)? By default as in [response_rate()]: what the
#'   [recist()] rule says, without it not in a randomised study; elsewhere it must be said.
#' @param criteria Of a result by [irecist()]: `"iRECIST"`, the default, whose responders have iCR or iPR, or
#'   `"RECIST 1.1"`.
#' @param position `"stack"`: a bar for each arm; `"dodge"`: for each response the arms side by side.
#' @param conf.method,conf.level Limits of the response rate, as in [response_rate()].
#' @param palette Colours, of the responses (`"stack"`) or of the arms (`"dodge"`), in their order or by name.
#' @param x_lab,y_lab Axis titles.
#' @return A ggplot. Its `data` has a row for each arm and response: `arm`, `response`, `n`, `n.event`,
#'   `percent`.
#' @section Errors: `tte_error_input` for a column that is not there or has missing values, a confirmation
#'   that nobody stated, and a result without patients.
#' @seealso [response_rate()], [waterfall_plot()]
#' @examplesIf rlang::is_installed("ggplot2")
#' visits <- data.frame(
#'   USUBJID = c("1", "1", "2", "3"), ADT = as.Date("2024-01-01") + c(42, 84, 42, 42),
#'   AVALC = c("PR", "PR", "PD", "SD")
#' )
#' subjects <- data.frame(
#'   USUBJID = c("1", "2", "3", "4"), STARTDT = as.Date("2024-01-01"), ARM = c("A", "B", "B", "A")
#' )
#' best <- best_response(visits, subjects, rule = recist(confirmed = TRUE))
#' ggplot2::autoplot(best, by = "ARM")
#' ggplot2::autoplot(best, by = "ARM", position = "dodge")
#' @name response_bars
NULL

#' @rdname response_bars
#' @exportS3Method ggplot2::autoplot
autoplot.tte_best_response <- function(object, ..., by = "auto", confirmed = NULL, criteria = NULL,
                                       position = "stack", conf.method = "clopper-pearson",
                                       conf.level = 0.95, palette = NULL, x_lab = NULL, y_lab = NULL) {
  check_dots(...)
  abort_input(if (nrow(object) == 0) fault("object", "no_rows", "there are no patients"))
  if (identical(by, "auto")) by <- object$provenance[[1]][["arm"]]
  abort_input(rbind(
    picture_column_faults(by, "by", object), check_choice(position, "position", c("stack", "dodge")),
    criteria_fault(criteria, object), check_palette(palette)
  ))
  need("ggplot2", "drawing response bars")
  found <- bar_rates(object, by, confirmed, criteria, conf.method, conf.level)
  rate <- found$rate
  data <- response_bar_data(found$counts, rate)
  title <- column_title(found$column, object)
  plot <- if (position == "stack") {
    stacked_responses(data, palette, title)
  } else {
    responses_beside(data, rate, palette, title)
  }
  plot + ggplot2::labs(
    x = x_lab, y = if (is.null(y_lab)) "Patients (%)" else y_lab,
    caption = bars_caption(rate, found$column, object, data$response)
  )
}

criteria_fault <- function(criteria, object) {
  known <- c("RECIST 1.1", if (!is.null(object[["IBOR"]])) "iRECIST")
  if (!is.null(criteria)) check_choice(criteria, "criteria", known)
}

# The response rate of each arm, the counts of each response, and the column they are of.
bar_rates <- function(object, by, confirmed, criteria, conf.method, conf.level) {
  right <- if (is.null(by)) 1 else as.name(by)
  of <- function(data, left = NULL, ...) {
    formula <- rlang::new_formula(left, right)
    response_rate(formula, data, ..., conf.method = conf.method, conf.level = conf.level)
  }
  rate <- of(object, confirmed = confirmed)
  column <- rate$param[1]
  if (is.null(object[["IBOR"]]) || identical(criteria, "RECIST 1.1")) {
    counts <- response_rate(rlang::new_formula(NULL, right), object, confirmed = confirmed, type = "bor")
    return(list(rate = rate, counts = counts, column = column))
  }
  column <- paste0("I", column)
  has <- function(words) {
    object$.has <- object[[column]] %in% words
    of(object, quote(.has))
  }
  counts <- do.call(rbind, lapply(unique(object[[column]]), function(word) {
    one <- has(word)
    one$term <- word
    one
  }))
  list(rate = has(c("iCR", "iPR")), counts = counts, column = column)
}

# One row for each arm and response that somebody has.
response_bar_data <- function(counts, rate) {
  arms <- unique(rate$group)
  seen <- unique(counts$term[counts$n.event > 0])
  shown <- counts[counts$term %in% seen & counts$n > 0, ]
  data.frame(
    arm = factor(shown$group, arms, arm_words(rate)), response = picture_groups(shown$term), n = shown$n,
    n.event = shown$n.event, percent = 100 * shown$estimate
  )
}

# "Drug X (n = 60)", the rate and its limits, one below the other; narrower for many arms.
arm_words <- function(rate) {
  one <- function(x) formatC(100 * x, format = "f", digits = 1)
  arms <- nrow(rate)
  width <- 66 / arms
  name <- vapply(rate$group, wrapped, "", width = width)
  counted <- sprintf("(n = %s)", format_count(rate$n))
  gap <- ifelse(nchar(sub(".*\n", "", name)) + nchar(counted) < width, " ", "\n")
  head <- same_lines(paste0(name, gap, counted))
  sprintf(
    "%s\nORR %s%%\n(%s%s to %s)", head,
    one(rate$estimate), if (arms < 4) paste0(format_percent(rate$conf.level[1]), " CI ") else "",
    one(rate$conf.low), one(rate$conf.high)
  )
}

# The short ones begin with empty lines, so that what follows stands side by side.
same_lines <- function(words) {
  lines <- lengths(strsplit(words, "\n", fixed = TRUE))
  paste0(strrep("\n", max(lines) - lines), words)
}

count_percent <- function(count, percent) {
  sprintf("%s (%s%%)", format_count(count), formatC(percent, format = "f", digits = 1))
}

# The same above a bar; narrow ones have room for the count.
count_above <- function(count, percent, many) {
  below <- if (many) "" else sprintf("\n%s%%", formatC(percent, format = "f", digits = 1))
  paste0(format_count(count), ifelse(count == 0, "", below))
}

# From the best response at the bottom on; thin pieces have their words beside the bar.
stacked_responses <- function(data, palette, title) {
  data <- data[order(data$arm, data$response), , drop = FALSE]
  data$to <- stats::ave(data$percent, data$arm, FUN = cumsum)
  data$middle <- data$to - data$percent / 2
  data$place <- as.numeric(data$arm)
  words <- data[data$n.event > 0, , drop = FALSE]
  arms <- nlevels(data$arm)
  inside <- words$percent >= 5.5
  words$label <- stacked_words(words, arms, inside)
  width <- c(0.5, 0.5, 0.48, 0.72)[min(arms, 4)]
  colours <- picture_palette(data$response, palette)
  ggplot2::ggplot(data, ggplot2::aes(x = .data[["place"]], y = .data[["percent"]])) +
    ggplot2::geom_col(
      ggplot2::aes(fill = .data[["response"]]),
      width = width, position = ggplot2::position_stack(reverse = TRUE), colour = "grey30", linewidth = 0.25
    ) +
    ggplot2::geom_text(
      ggplot2::aes(y = .data[["middle"]], label = .data[["label"]]), words[inside, , drop = FALSE],
      size = if (arms < 3) 3 else if (arms < 7) 2.3 else 1.8,
      colour = ink(colours)[as.character(words$response[inside])]
    ) +
    words_beside(words[!inside, , drop = FALSE], width, if (arms < 3) 2.8 else if (arms == 3) 2.5 else 2.2) +
    ggplot2::scale_fill_manual(values = colours, labels = short_words) +
    ggplot2::labs(fill = title) +
    ggplot2::guides(fill = legend_guide(title, short_words(levels(data$response)))) +
    ggplot2::scale_x_continuous(
      breaks = seq_along(levels(data$arm)), labels = levels(data$arm),
      expand = ggplot2::expansion(add = c(0.45, if (all(inside)) 0.45 else 0.65))
    ) +
    ggplot2::scale_y_continuous(limits = c(0, NA), expand = ggplot2::expansion(mult = c(0, 0.03))) +
    picture_theme(if (arms < 4) "none" else "top") +
    (if (arms > 4) ggplot2::theme(axis.text.x = ggplot2::element_text(size = 7)))
}

# Bars of many arms have a legend and no words, and beside thin pieces nothing but the count.
stacked_words <- function(words, arms, inside) {
  counted <- count_percent(words$n.event, words$percent)
  if (arms < 4) {
    return(paste(short_words(words$response), counted))
  }
  ifelse(inside, counted, format_count(words$n.event))
}

# Long words have short ones in the bars, which the caption explains.
short_words <- function(words) {
  short <- c("NON-CR/NON-PD" = "NN", "NON-iCR/NON-iUPD" = "iNN", MISSING = "ND")[as.character(words)]
  ifelse(is.na(short), as.character(words), short)
}

short_explained <- function(responses) {
  c(
    if ("NON-CR/NON-PD" %in% responses) "NN: non-CR/non-PD.",
    if ("NON-iCR/NON-iUPD" %in% responses) "iNN: non-iCR/non-iUPD.",
    if ("MISSING" %in% responses) "ND: no assessment."
  )
}

# Black or white, whichever is read on the colour.
ink <- function(colours) {
  light <- drop(c(0.299, 0.587, 0.114) %*% grDevices::col2rgb(colours))
  stats::setNames(ifelse(light > 140, "black", "white"), names(colours))
}

words_beside <- function(words, width, size) {
  if (nrow(words) == 0) {
    return(NULL)
  }
  words$at <- stats::ave(words$middle, words$arm, FUN = function(at) spread_out(at, 4.6, 2.5, 100))
  words$from <- words$place + width / 2
  list(
    ggplot2::geom_segment(
      ggplot2::aes(
        x = .data[["from"]], xend = .data[["from"]] + 0.04, y = .data[["middle"]], yend = .data[["at"]]
      ),
      words,
      colour = "grey40", linewidth = 0.3
    ),
    ggplot2::geom_text(
      ggplot2::aes(x = .data[["from"]] + 0.05, y = .data[["at"]], label = .data[["label"]]), words,
      hjust = 0, size = size
    )
  )
}

# Places at least `gap` apart, in order, as near to where they were as going up and down once allows.
spread_out <- function(at, gap, bottom, top) {
  at[1] <- max(at[1], bottom)
  for (i in seq_along(at)[-1]) at[i] <- max(at[i], at[i - 1] + gap)
  n <- length(at)
  at[n] <- min(at[n], top)
  for (i in rev(seq_len(n - 1))) at[i] <- min(at[i], at[i + 1] - gap)
  at
}

responses_beside <- function(data, rate, palette, title) {
  arms <- levels(data$arm)
  groups <- factor(data$arm, arms, beside_words(arms))
  data$arm <- groups
  colours <- picture_palette(groups, palette)
  many <- nlevels(groups) * nlevels(data$response) > 16
  beside <- ggplot2::position_dodge(width = 0.84)
  ggplot2::ggplot(
    data, ggplot2::aes(x = .data[["response"]], y = .data[["percent"]], fill = .data[["arm"]])
  ) +
    ggplot2::geom_col(width = 0.8, position = beside, colour = "grey30", linewidth = 0.25) +
    ggplot2::geom_text(
      ggplot2::aes(label = count_above(.data[["n.event"]], .data[["percent"]], many)),
      position = beside, vjust = -0.25, size = if (many) 2.1 else 2.4, lineheight = 0.9
    ) +
    ggplot2::scale_fill_manual(values = colours) +
    ggplot2::labs(fill = NULL) +
    ggplot2::guides(fill = ggplot2::guide_legend(ncol = 1)) +
    ggplot2::scale_x_discrete(labels = short_words) +
    ggplot2::scale_y_continuous(expand = ggplot2::expansion(mult = c(0, 0.15))) +
    picture_theme("top")
}

# "A (n = 4): ORR 75.0% (95% CI 19.4 to 99.4)" in the legend.
beside_words <- function(arms) {
  arms <- sub("\nORR", ": ORR", sub("^\n+", "", arms), fixed = TRUE)
  legend_words(gsub("\n", " ", arms, fixed = TRUE))
}

bars_caption <- function(rate, column, object, responses) {
  told <- object$provenance[[1]]
  immune <- startsWith(column, "I")
  words <- if (immune) "iCR or iPR" else "CR or PR"
  orr <- if (endsWith(column, "CBOR")) {
    sprintf("ORR: objective response rate, confirmed %s", words)
  } else {
    sprintf("ORR: objective response rate, %s whether confirmed or not", words)
  }
  picture_caption(
    sprintf("%s.", counted_patients(sum(rate$n))), if (immune) "Responses by iRECIST.",
    paste0(orr, ", of all patients of the arm."),
    if (nrow(rate) > 3) sprintf("In brackets: %s confidence interval.", format_percent(rate$conf.level[1])),
    short_explained(responses), unname(rate$provenance[[1]]$conventions["rate_interval"]),
    said_reader(told), said_cut(told$data_cut)
  )
}
