test_that("colours of neighbouring responses differ in grey", {
  grey <- function(colours) drop(c(0.299, 0.587, 0.114) %*% grDevices::col2rgb(colours)) / 255
  shown <- function(words) abs(diff(sort(grey(response_colours[words]))))
  expect_gt(min(shown(c("CR", "PR", "SD", "PD", "NE", "MISSING"))), 0.08)
  expect_gt(min(shown(c("iCR", "iPR", "iSD", "iCPD"))), 0.15)
  expect_gt(min(abs(diff(grey(group_colours[1:3])))), 0.15)
})

test_that("groups keep their order, responses go from the best on, and missing values are named", {
  expect_identical(levels(picture_groups(c("PD", "CR", "SD"))), c("CR", "SD", "PD"))
  expect_identical(levels(picture_groups(factor(c("b", "a"), c("b", "c", "a")))), c("b", "a"))
  expect_identical(as.character(picture_groups(c("x", NA))), c("x", "Not known"))
  expect_identical(levels(picture_groups(c(iUPD = "iUPD", "iCR", "NE"))), c("iCR", "iUPD", "NE"))
})

test_that("a palette is taken in order or by name", {
  groups <- factor(c("a", "b"))
  expect_identical(picture_palette(groups, c("red", "blue")), c(a = "red", b = "blue"))
  expect_identical(picture_palette(groups, c(b = "red", a = "blue")), c(a = "blue", b = "red"))
  usual <- picture_palette(picture_groups(c("CR", "PD")), NULL)
  expect_identical(unname(usual), unname(response_colours[c("CR", "PD")]))
})

test_that("breaks hold the lines and leave out what would touch them", {
  expect_equal(change_breaks(-100, 100, c(-30, 20)), c(-100, -50, -30, 0, 20, 50, 100))
  expect_equal(change_breaks(-50, 20, c(-30, 20)), c(-50, -30, 0, 20))
  expect_identical(signed_percent(c(-30, 0, 20), "%"), c("-30%", "0%", "+20%"))
})

test_that("legends share a line as long as their words fit", {
  skip_if_not_installed("ggplot2")
  expect_identical(legend_lines("Arm", c("A", "B"))$legend.box, "horizontal")
  expect_identical(legend_lines(strrep("x", 95))$legend.box, "vertical")
})

test_that("no picture masks a function of the packages it is used with", {
  skip_if_not_installed("ggplot2")
  skip_if_not_installed("gtsummary")
  mine <- c("waterfall_plot", "spider_plot", "swimmer_plot")
  taken <- unlist(lapply(c("ggplot2", "gtsummary", "stats", "graphics", "base"), getNamespaceExports))
  expect_identical(intersect(mine, taken), character())
})

test_that("a legend takes the lines that a page of 16 cm needs", {
  skip_if_not_installed("ggplot2")
  columns <- function(...) {
    guide <- legend_guide(...)
    if (is.null(guide$params)) guide$ncol else guide$params$ncol
  }
  expect_null(columns(NULL, c("A", "B")))
  expect_identical(columns(NULL, rep(strrep("x", 34), 3)), 2)
  expect_identical(columns(NULL, rep(strrep("x", 60), 2)), 1)
  expect_identical(nchar(strsplit(legend_words(strrep("long name ", 12)), "\n")[[1]]) < 70, c(TRUE, TRUE))
})

test_that("panels stand in rows of at most four, and their names are broken to fit", {
  expect_equal(vapply(c(1, 2, 4, 5, 9, 12), panel_columns, 1), c(1, 2, 4, 3, 3, 4))
  expect_equal(vapply(c(1, 4, 5, 9), panel_rows, 1), c(1, 1, 2, 3))
  panels <- levels(counted_panels(factor(paste("Cohort", LETTERS[1:6], "of head and neck"))))
  expect_lte(max(nchar(unlist(strsplit(panels, "\n")))), 23)
  expect_identical(levels(counted_panels(factor(c("A", "A", "B")))), c("A (n = 2)", "B (n = 1)"))
})

# Everything a user may do to a ggplot, to each of the four.
four_pictures <- function(trial) {
  best <- best_response(trial, rule = recist(confirmed = TRUE))
  list(
    waterfall = waterfall_plot(trial, colour = "TRT01P"), spider = spider_plot(trial),
    swimmer = swimmer_plot(trial), bars = ggplot2::autoplot(best)
  )
}

test_that("titles, themes and scales that are added replace those of the picture", {
  skip_if_not_installed("ggplot2")
  plots <- four_pictures(picture_study(20, 3))
  for (name in names(plots)) {
    plot <- plots[[name]] +
      ggplot2::labs(x = "X", y = "Y", title = "T", caption = "C", fill = "F", colour = "K", shape = "S") +
      ggplot2::theme(legend.position = "bottom")
    said <- list(x = "X", y = "Y", title = "T", caption = "C")
    expect_identical(plot$labels[names(said)], said)
    expect_identical(plot$theme$legend.position, "bottom")
    for (scale in plot$scales$scales) {
      if (any(c("fill", "colour", "shape") %in% scale$aesthetics)) expect_s3_class(scale$name, "waiver")
    }
  }
  arms <- ggplot2::scale_fill_manual(values = c(Placebo = "red", "Drug X" = "blue", "New therapy" = "green"))
  recoloured <- suppressMessages(plots$waterfall + arms)
  expect_setequal(unique(ggplot2::layer_data(recoloured, 1)$fill), c("red", "blue"))
  swum <- suppressMessages(plots$swimmer + arms)
  bars <- ggplot2::layer_data(swum, which(layer_kinds(swum) == "GeomRect")[1])
  expect_true(all(bars$fill %in% c("red", "blue", "green")))
})

test_that("pictures are saved without a warning or a message", {
  skip_if_not_installed("ggplot2")
  plots <- four_pictures(picture_study(20, 3))
  for (plot in plots) {
    for (device in c(".png", ".pdf", if (requireNamespace("svglite", quietly = TRUE)) ".svg")) {
      file <- tempfile(fileext = device)
      expect_silent(ggplot2::ggsave(file, plot, width = 16, height = 10, units = "cm", dpi = 60))
      expect_gt(file.size(file), 3000)
      unlink(file)
    }
  }
})

test_that("a study without lesions, without a baseline or without anything after it has no sizes to draw", {
  skip_if_not_installed("ggplot2")
  subjects <- data.frame(USUBJID = c("1", "2"), RANDDT = day_zero, LSTALVDT = day_zero + 100)
  trial <- function(...) study(subjects, ..., design = "randomised", arm = NULL)
  scanned <- function(day) {
    data.frame(
      USUBJID = c("1", "2"), TRLNKID = "T1", TRGRPID = "TARGET", ADT = day_zero + day, AVAL = c(20, 30)
    )
  }
  read <- data.frame(USUBJID = "1", ADT = day_zero + 42, AVALC = "PR")
  for (draw in list(waterfall_plot, spider_plot)) {
    expect_fault(draw(trial()), "missing_table", "x", "lesions")
    expect_error(draw(trial(assessments = read)), "2 without target lesions", class = "tte_error_input")
    without <- "2 without a complete baseline sum"
    expect_error(suppressMessages(draw(trial(lesions = scanned(42)))), without, class = "tte_error_input")
    nothing_after <- "2 without a complete sum after the baseline"
    expect_error(draw(trial(lesions = scanned(-3))), nothing_after, class = "tte_error_input")
  }
  expect_fault(swimmer_plot(trial()), "unknown_column", "study", "DTHDT")
})

test_that("what is no colour is refused before anything is drawn", {
  skip_if_not_installed("ggplot2")
  trial <- picture_study(20, 3)
  best <- best_response(trial, rule = recist(confirmed = TRUE))
  expect_fault(waterfall_plot(trial, palette = c("red", "rot")), "unknown_level", "palette")
  expect_fault(spider_plot(trial, palette = "rot"), "unknown_level", "palette")
  expect_fault(swimmer_plot(trial, palette = "rot"), "unknown_level", "palette")
  expect_fault(ggplot2::autoplot(best, palette = "rot"), "unknown_level", "palette")
  expect_null(check_palette(c(A = "red", B = "#12355B")))
  faults <- error_of(swimmer_plot(picture_study(70, 5), colour = c("SEX", "AGE")))$faults
  expect_identical(faults$argument, "colour")
})
