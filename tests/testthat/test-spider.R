# A visit every 42 days from recist_start on, the first of them the baseline.

# 1: 50 30 28 40 45: -40, -44, -20 (PD at day 126), -10 after it.   2: 40 30, then PD by a new lesion at day
# 84 at which the target was not measured.   3: 10 25: +150, PD at day 42.   4: no target.
spider_patients <- function() {
  lesions <- rbind(
    lesion("T1", "TARGET", 50, 30, 28, 40, 45, who = "1"),
    lesion("T1", "TARGET", 40, 30, "NOT EVALUABLE", who = "2"),
    lesion("X1", "NEW", "", "", "UNEQUIVOCAL", who = "2"), lesion("T1", "TARGET", 10, 25, who = "3"),
    lesion("N1", "NON-TARGET", "PRESENT", "PRESENT", who = "4")
  )
  subjects <- data.frame(
    USUBJID = as.character(1:4), STARTDT = recist_start, ARM = factor(c("A", "B", "B", "A"))
  )
  list(responses = derive_response(lesions, subjects), subjects = subjects)
}

test_that("lines run from 0 through every complete sum, and say which of them count", {
  skip_if_not_installed("ggplot2")
  p <- spider_patients()
  data <- spider_plot(p$responses, p$subjects, colour = "ARM", unit = "days", limit = Inf)$data
  one <- data[data$USUBJID == "1", ]
  expect_equal(one$day, c(0, 42, 84, 126, 168))
  expect_equal(one$change, c(0, -40, -44, -20, -10))
  expect_identical(one$counts, c(TRUE, TRUE, TRUE, TRUE, FALSE))
  expect_identical(one$progression, c(FALSE, FALSE, FALSE, TRUE, FALSE))
  two <- data[data$USUBJID == "2", ]
  expect_equal(two$day, c(0, 42, 84))
  expect_equal(two$change, c(0, -25, -25))
  expect_identical(two$measured, c(TRUE, TRUE, FALSE))
  expect_identical(two$progression & two$new, c(FALSE, FALSE, TRUE))
  expect_false("4" %in% data$USUBJID)
  counted <- spider_plot(p$responses, p$subjects, assessments = "response", colour = "ARM")$data
  expect_equal(counted$change[counted$USUBJID == "1"], c(0, -40, -44, -20))
})

test_that("the layers draw those numbers: pieces, dotted after progression, marks, cut at the limit", {
  skip_if_not_installed("ggplot2")
  p <- spider_patients()
  plot <- spider_plot(p$responses, p$subjects, colour = "ARM", unit = "weeks")
  kinds <- layer_kinds(plot)
  pieces <- ggplot2::layer_data(plot, which(kinds == "GeomSegment"))
  expect_equal(pieces$x, c(0, 6, 12, 18, 0, 0))
  expect_equal(pieces$xend, c(6, 12, 18, 24, 6, 6))
  expect_equal(pieces$yend, c(-40, -44, -20, -10, -25, 100))
  expect_identical(pieces$linetype, c("solid", "solid", "solid", "11", "solid", "solid"))
  expect_identical(pieces$colour, group_colours[c(1, 1, 1, 1, 2, 2)])
  marks <- ggplot2::layer_data(plot, which(kinds == "GeomPoint"))
  expect_equal(
    marks[c("x", "y", "shape")],
    data.frame(x = c(18, 12, 6, 12, 6), y = c(-20, -25, 100, -25, 100), shape = c(1, 1, 1, 4, 17))
  )
  expect_identical(plot$labels$x, "Time since start (weeks)")
  caption <- gsub("\n", " ", plot$labels$caption)
  expect_match(caption, "^3 of 4 patients. Not shown: 1 without target lesions.")
  expect_match(caption, "Dotted: after the first progression", fixed = TRUE)
  expect_match(caption, "Changes above +100% are drawn at it.", fixed = TRUE)
})

test_that("only the first progression and the first new lesion have marks", {
  skip_if_not_installed("ggplot2")
  rows <- rbind(
    target("T1", 50, 45, 70, 80), fresh("X1", "UNEQUIVOCAL", "PRESENT", "PRESENT"),
    fresh("X2", "", "UNEQUIVOCAL", "PRESENT")
  )
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  data <- spider_plot(derive_response(rows, subjects), subjects)$data
  expect_identical(data$progression, c(FALSE, TRUE, FALSE, FALSE))
  expect_identical(data$new, c(FALSE, TRUE, FALSE, FALSE))
  expect_equal(data$time, c(0, 42, 84, 126) / 30.4375)
})

test_that("a baseline before the start stands at 0, and many patients get panels of their colour", {
  skip_if_not_installed("ggplot2")
  trial <- picture_study(80, 3)
  plot <- spider_plot(trial)
  shown <- plot$data
  expect_identical(levels(shown$group), c("Placebo", "Drug X"))
  expect_equal(unique(shown$time[!duplicated(shown$person)]), 0)
  expect_match(levels(shown$panel), "^(Placebo|Drug X) \\(n = \\d+\\)$")
  expect_identical(nlevels(spider_plot(trial, facet = NULL)$data$panel), 1L)
  # sums as they are in the data
  one <- shown$USUBJID[1]
  seen <- trial$lesions[trial$lesions$USUBJID == one & trial$lesions$TRGRPID == "TARGET", ]
  sums <- tapply(seen$AVAL, as.numeric(seen$ADT), sum)
  expect_equal(
    shown$change[shown$USUBJID == one & shown$measured], unname(c(100 * (sums - sums[1]) / sums[1])),
    ignore_attr = TRUE
  )
})

test_that("every wrong input is a fault", {
  skip_if_not_installed("ggplot2")
  p <- spider_patients()
  expect_fault(spider_plot("x"), "wrong_type", "x")
  expect_fault(spider_plot(p$responses), "missing_table", "subjects")
  expect_fault(spider_plot(p$responses, p$subjects, colour = "SEX"), "unknown_column", "colour")
  expect_fault(spider_plot(p$responses, p$subjects, facet = "SEX"), "unknown_column", "facet")
  expect_fault(spider_plot(p$responses, p$subjects, unit = "hours"), "not_a_choice", "unit")
  expect_fault(spider_plot(p$responses, p$subjects, assessments = "none"), "not_a_choice", "assessments")
  expect_fault(spider_plot(p$responses, p$subjects, limit = NA), "out_of_range", "limit")
  alone <- p$responses[p$responses$USUBJID == "4", ]
  expect_fault(spider_plot(alone, p$subjects[4, ]), "no_rows", "x")
})

test_that("under iRECIST the first iUPD and the iCPD have marks, and lines go on after both", {
  skip_if_not_installed("ggplot2")
  sums <- data.frame(
    USUBJID = "1", ADT = recist_start + 42 * 0:6, SUM = c(100, 130, 60, 55, 90, 120, 50),
    ABLFL = c("Y", rep(NA, 6))
  )
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  plot <- spider_plot(derive_response(sums, subjects, rule = irecist()), subjects, limit = Inf)
  expect_equal(plot$data$change, c(0, 30, -40, -45, -10, 20, -50))
  expect_identical(which(plot$data$progression), 2L)
  expect_identical(which(plot$data$confirmed), 6L)
  expect_identical(plot$data$counts, rep(c(TRUE, FALSE), c(6, 1)))
  expect_identical(levels(plot$data$group), "iPR")
  marks <- ggplot2::layer_data(plot, which(layer_kinds(plot) == "GeomPoint"))
  expect_equal(marks$shape, c(1, 0))
  expect_equal(marks$y, c(30, 20))
  by_recist <- spider_plot(derive_response(sums, subjects), subjects, limit = Inf)$data
  expect_identical(by_recist$counts, rep(c(TRUE, FALSE), c(2, 5)))
})
