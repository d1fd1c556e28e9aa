# Three patients by hand, in days since the start.
#  1: Drug A 0 to 60 in doses of one day every 20, Drug A again 120 to 150; Docetaxel from 160, going on.
#  2: Drug A 0 to 90 and Drug B 30 to 60, Drug B from 100, going on; dead at 200.
#  3: Drug B -30 to -1 and 10 only; lost at 80.
spanned <- function(exposure = TRUE, therapies = TRUE, ...) {
  subjects <- data.frame(
    USUBJID = as.character(1:3), RANDDT = day_zero, TRTSDT = day_zero + c(0, 0, 10),
    TRTEDT = day_zero + c(150, NA, 10), LSTALVDT = day_zero + c(300, 200, 80),
    DTHDT = day_zero + c(NA, 200, NA), EOSDT = day_zero + c(NA, 200, 80),
    DCSREAS = c(NA, "DEATH", "LOST TO FOLLOW-UP"), TRT01P = c("A", "A", "B")
  )
  given <- data.frame(
    USUBJID = c(1, 1, 1, 1, 1, 2, 2, 2, 3, 3), EXTRT = paste("Drug", strsplit("AAAAAABBBB", "")[[1]]),
    ASTDT = day_zero + c(0, 20, 40, 60, 120, 0, 30, 100, -30, 10),
    AENDT = day_zero + c(0, 20, 40, 60, 150, 90, 60, NA, -1, 10)
  )
  later <- data.frame(USUBJID = "1", CMTRT = "Docetaxel", ASTDT = day_zero + 160, AENDT = as.Date(NA))
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 155, AVALC = "PD")
  study(
    subjects,
    exposure = if (exposure) given, therapies = if (therapies) later, assessments = visits,
    design = "randomised", arms = c("A", "B"), ...
  )
}

spans_of <- function(plot) attr(plot$data, "spans")

test_that("spans have their gaps, changes and the therapies after them", {
  skip_if_not_installed("ggplot2")
  plot <- swimmer_plot(spanned(), unit = "days")
  spans <- spans_of(plot)
  expect_identical(spans$USUBJID, c("3", "1", "1", "1", "2", "2", "2"))
  expect_identical(
    spans$treatment, c("Drug B", "Drug A", "Drug A", "New therapy", "Drug A", "Drug B", "Drug B")
  )
  expect_equal(spans$from, c(10, 0, 120, 160, 0, 30, 100))
  expect_equal(spans$to, c(11, 60, 150, 300, 90, 60, 200))
  expect_identical(which(spans$later), 4L)
  expect_identical(levels(spans$group), c("Drug A", "Drug B", "New therapy"))
  expect_equal(plot$data$from, c(10, 0, 0))
  expect_equal(plot$data$to, c(11, 150, 200))
  expect_identical(plot$data$on_treatment, c(FALSE, TRUE, FALSE))
  caption <- gsub("\n", " ", plot$labels$caption)
  expect_match(caption, "Low bar: therapy after that of the study. Treatment before time zero is not drawn.")
})

test_that("treatments at the same time share the lane, one below the other", {
  skip_if_not_installed("ggplot2")
  plot <- swimmer_plot(spanned(), unit = "days")
  bars <- ggplot2::layer_data(plot, which(layer_kinds(plot) == "GeomRect")[1])
  expect_equal(bars$xmax, spans_of(plot)$to)
  high <- bars$ymax - bars$ymin
  expect_equal(high, c(0.76, 0.76, 0.76, 0.48, 0.38, 0.38, 0.76))
  expect_equal(bars$ymax, c(1.38, 2.38, 2.38, 2.24, 3.38, 3, 3.38))
  expect_identical(bars$fill, lane_colours[c(2, 1, 1, 3, 1, 2, 2)])
  three <- data.frame(person = c(1, 1, 1, 1), from = c(0, 5, 10, 20), to = c(12, 10, 20, 30))
  beside <- side_by_side(three)
  expect_identical(beside$track, c(1L, 2L, 2L, 1L))
  expect_equal(beside$tracks, c(2, 2, 2, 1))
})

test_that("doses are one bar up to the gap that is asked for", {
  skip_if_not_installed("ggplot2")
  ends <- function(gap) {
    spans <- spans_of(swimmer_plot(spanned(), unit = "days", gap_days = gap))
    spans$to[spans$USUBJID == "1" & !spans$later]
  }
  expect_equal(ends(19), c(1, 21, 41, 61, 150))
  expect_equal(ends(20), c(60, 150))
  expect_equal(ends(60), 150)
})

test_that("what the bars tell follows the tables, the colour and the choice", {
  skip_if_not_installed("ggplot2")
  kinds <- function(...) levels(spans_of(swimmer_plot(...))$group)
  expect_identical(kinds(spanned(exposure = FALSE)), c("A", "B", "New therapy"))
  expect_identical(kinds(spanned(therapies = FALSE)), c("Drug A", "Drug B"))
  expect_identical(kinds(spanned(), colour = "TRT01P"), c("A", "B"))
  treated <- spans_of(swimmer_plot(spanned(), bar = "treatment", unit = "days"))
  expect_false(any(treated$later))
  expect_equal(treated$to[treated$USUBJID == "1"], c(60, 150))
  followed <- spans_of(swimmer_plot(spanned(), bar = "follow_up", unit = "days"))
  expect_equal(followed$to, c(80, 200, 300))
  several <- spanned()
  several$therapies <- data.frame(
    USUBJID = c("1", "2"), CMCAT = c("SYSTEMIC", "GUIDED THERAPY"), ASTDT = day_zero + 160,
    AENDT = day_zero + c(170, 180)
  )
  expect_identical(kinds(several), c("Drug A", "Drug B", "Guided therapy", "Systemic therapy"))
})

test_that("a data frame of the user takes the place of the tables, also beside derived endpoints", {
  skip_if_not_installed("ggplot2")
  mine <- data.frame(
    USUBJID = c("1", "1", "2"), EXTRT = factor(c("Z", "Y", "Y"), c("Z", "Y")),
    ASTDT = day_zero + c(0, 50, 0), AENDT = day_zero + c(50, NA, 80)
  )
  spans <- spans_of(swimmer_plot(spanned(), spans = mine, unit = "days"))
  expect_identical(levels(spans$group), c("Z", "Y"))
  expect_equal(spans$to[spans$USUBJID == "1"], c(50, 300))
  ends <- derive_endpoint(spanned(), c("OS", "PFS"), censoring = ema)
  expect_equal(spans_of(swimmer_plot(ends, spans = mine, unit = "days")), spans)
  faulty <- function(code, column, rows = integer(), ...) {
    expect_fault(swimmer_plot(spanned(), spans = transform(mine, ...)), code, "spans", column, rows)
  }
  expect_fault(swimmer_plot(spanned(), spans = "exposure"), "wrong_type", "spans")
  expect_fault(swimmer_plot(spanned(), spans = mine[-2]), "unknown_column", "spans", "EXTRT")
  faulty("not_a_date", "ASTDT", ASTDT = 1:3)
  faulty("start_not_before_stop", "AENDT", 3, AENDT = day_zero + c(50, NA, -1))
  faulty("missing_value", "ASTDT", 2, ASTDT = day_zero + c(0, NA, 0))
  faulty("unknown_level", "USUBJID", 2, USUBJID = c("1", "9", "2"))
  many <- data.frame(USUBJID = "1", EXTRT = letters[1:9], ASTDT = day_zero + 1:9 * 30, AENDT = as.Date(NA))
  expect_fault(swimmer_plot(spanned(), spans = many), "unknown_level", "spans", "EXTRT")
})

test_that("every second treatment is hatched, in the bars and in the legend, and only within its bars", {
  skip_if_not_installed("ggplot2")
  plot <- swimmer_plot(spanned(), unit = "days")
  kinds <- layer_kinds(plot)
  strokes <- ggplot2::layer_data(plot, which(kinds == "GeomSegment")[2])
  bars <- spans_of(plot)
  bars <- bars[bars$treatment == "Drug B", ]
  for (i in seq_len(nrow(strokes))) {
    inside <- strokes$x[i] >= bars$from - 1e-9 & strokes$xend[i] <= bars$to + 1e-9 &
      round(strokes$y[i]) == bars$lane
    expect_true(any(inside))
  }
  lane_two <- strokes[strokes$y > 2.5 & strokes$x >= 100, ]
  expect_gt(nrow(lane_two), 15)
  lines <- ggplot2::ggplot_build(plot)$plot$scales$get_scales("linetype")
  expect_identical(unname(lines$map(c("Drug A", "Drug B", "New therapy"))), c("blank", "solid", "blank"))
  grey <- drop(c(0.299, 0.587, 0.114) %*% grDevices::col2rgb(lane_colours)) / 255
  plain <- grey[c(TRUE, FALSE)]
  struck <- grey[c(FALSE, TRUE)]
  expect_gt(min(diff(sort(plain))), 0.05)
  expect_gt(min(diff(sort(struck))), 0.05)
})

test_that("colour and hatching share a legend, also where a page lacks a treatment", {
  skip_if_not_installed("ggplot2")
  for (plot in list(swimmer_plot(spanned()), swimmer_plot(spanned(), patients = c("1", "3")))) {
    told <- lapply(c("fill", "linetype"), function(kind) plot$scales$get_scales(kind)$breaks)
    expect_identical(told[[1]], told[[2]])
  }
  one <- swimmer_plot(spanned(), page = 1, per_page = 1)
  expect_identical(one$scales$get_scales("linetype")$breaks, c("Drug A", "Drug B"))
  expect_identical(one$scales$get_scales("fill")$breaks, c("Drug A", "Drug B"))
})

test_that("a new therapy has a mark only where no bar begins", {
  skip_if_not_installed("ggplot2")
  marked <- function(plot) "New therapy" %in% swimmer_points(plot$data)$mark
  expect_false(marked(swimmer_plot(spanned())))
  expect_true(marked(swimmer_plot(spanned(), bar = "treatment")))
  expect_equal(swimmer_plot(spanned(), unit = "days")$data$therapy, c(NA, 160, NA))
})

test_that("lanes are sorted as asked, chosen and turned over in pages", {
  skip_if_not_installed("ggplot2")
  trial <- picture_study(40, 5)
  whole <- swimmer_plot(trial, bar = "treatment")$data
  pages <- lapply(1:3, function(page) swimmer_plot(trial, bar = "treatment", page = page, per_page = 15))
  turned <- unlist(lapply(pages, function(page) rev(page$data$USUBJID)))
  expect_identical(turned, rev(whole$USUBJID))
  ends <- vapply(pages, function(page) ggplot2::layer_scales(page)$x$dimension()[2], 1)
  expect_equal(ends, rep(ends[1], 3))
  expect_match(pages[[3]]$labels$caption, "^Page 3 of 3: 31 to 40 of 40 patients\\.")
  expect_identical(pages[[3]]$labels$y, "Patients (n = 10)")
  expect_fault(swimmer_plot(trial, page = 4, per_page = 15), "out_of_range", "page")
  expect_fault(swimmer_plot(trial, page = 0), "out_of_range", "page")
  two <- swimmer_plot(trial, patients = c("P007", "P003"), bar = "treatment")
  expect_setequal(two$data$USUBJID, c("P003", "P007"))
  expect_match(two$labels$caption, "^2 of 40 patients\\.")
  expect_fault(swimmer_plot(trial, patients = "P99"), "unknown_level", "patients")
  expect_fault(swimmer_plot(trial, patients = character()), "wrong_type", "patients")
  followed <- swimmer_plot(trial, sort = "follow_up")$data
  expect_false(is.unsorted(followed$end))
  response <- swimmer_plot(trial, sort = "response")$data
  lasting <- ifelse(is.na(response$response_to), -1, response$response_to - response$response_from)
  expect_false(is.unsorted(lasting))
  expect_fault(swimmer_plot(trial, sort = "age"), "not_a_choice", "sort")
})

test_that("more lanes than can be read are told, and drawn without hatching", {
  skip_if_not_installed("ggplot2")
  trial <- picture_study(70, 5)
  expect_message(plot <- swimmer_plot(trial, facet = NULL), class = "tte_message_many_lanes")
  expect_message(swimmer_plot(trial, facet = NULL), "Make the figure 19 cm high, draw", fixed = TRUE)
  expect_no_message(swimmer_plot(trial, page = 1), class = "tte_message_many_lanes")
  expect_no_message(swimmer_plot(trial), class = "tte_message_many_lanes")
  trial$subjects$TRT01P <- rep(LETTERS[1:6], length.out = 70)
  expect_message(stacked <- swimmer_plot(trial, facet = "TRT01P"), NA)
  expect_equal(lanes_of(stacked$data), 2 * max(table(stacked$data$panel)))
  bars <- ggplot2::layer_data(plot, which(layer_kinds(plot) == "GeomRect")[1])
  expect_equal(max(bars$ymax - bars$ymin), 1)
})

test_that("one lane is no giant, and a study without later therapies has none", {
  skip_if_not_installed("ggplot2")
  trial <- spanned()
  trial$therapies <- trial$therapies[0, ]
  plot <- swimmer_plot(trial, patients = "3")
  expect_equal(ggplot2::layer_scales(plot)$y$expand, ggplot2::expansion(add = 2.5 + 0.6))
  expect_identical(spans_of(plot)$treatment, "Drug B")
})

test_that("names, marks and lanes have the room they need on a figure of 16 x 10 cm", {
  skip_if_not_installed("ggplot2")
  for (n in c(20, 30)) {
    plot <- swimmer_plot(picture_study(n, 5))
    lane <- panel_cm(plot, 16, 10)[["height"]] / (n + 0.2)
    points <- plot$theme$axis.text.y$size
    expect_gt(lane, 0.75 * points * 2.54 / 72)
  }
  expect_false(is.null(ggplot2::layer_scales(swimmer_plot(picture_study(30, 5)))$y$breaks))
  expect_null(ggplot2::layer_scales(swimmer_plot(picture_study(31, 5)))$y$breaks)
})
