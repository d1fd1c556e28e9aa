# Sums by hand; a visit every 42 days from day_zero on, the first of them the baseline.

drawn_patients <- function(...) {
  lesions <- rbind(...)
  persons <- unique(lesions$USUBJID)
  subjects <- data.frame(
    USUBJID = persons, STARTDT = recist_start, ARM = rep_len(c("A", "B"), length(persons))
  )
  list(lesions = lesions, subjects = subjects)
}

responses_of <- function(p, rule = recist(confirmed = TRUE)) {
  suppressMessages(derive_response(p$lesions, p$subjects, rule = rule))
}

# 1: 50 30 28 40: PR, -44 at day 84, then PD (40 v nadir 28); after it 10, which does not count.
# 2: 40 40 42: 0 at day 42.   3: 30 39 66: PD at day 42 with +30, +120 after it.
# 4: 20 60: +200.   5: no target.   6: baseline only.   7: one of two targets missing at the only visit.
seven <- function() {
  drawn_patients(
    lesion("T1", "TARGET", 50, 30, 28, 40, 10, who = "1"), lesion("T1", "TARGET", 40, 40, 42, who = "2"),
    lesion("T1", "TARGET", 30, 39, 66, who = "3"), lesion("T1", "TARGET", 20, 60, who = "4"),
    lesion("N1", "NON-TARGET", "PRESENT", "PRESENT", who = "5"), lesion("T1", "TARGET", 25, who = "6"),
    lesion("T1", "TARGET", 25, 20, who = "7"), lesion("T2", "TARGET", 25, "NOT EVALUABLE", who = "7")
  )
}

test_that("the best change is the smallest sum that counts", {
  p <- seven()
  source <- picture_source(responses_of(p), p$subjects, NULL, NULL)
  found <- waterfall_data(source, colour = "CBOR")
  expect_equal(found$change, c(-44, 0, 30, 200, NA, NA, NA))
  expect_equal(found$ADT[1:4], recist_start + c(84, 42, 42, 42))
  expect_identical(found$missing, c(
    NA, NA, NA, NA, "without target lesions", rep("without a complete sum after the baseline", 2)
  ))
  all <- waterfall_data(source, "all", colour = "CBOR")
  expect_equal(all$change[1:3], c(-80, 0, 30))
})

test_that("assessments after a new therapy, before the start and after the data cut do not count", {
  p <- drawn_patients(target("T1", 50, 45, 30, 20))
  p$subjects$NACTDT <- recist_start + 84
  change <- function(subjects, rule = recist(), ...) {
    source <- picture_source(responses_of(p), subjects, rule, NULL)
    waterfall_data(source, colour = "BOR", ...)$change
  }
  expect_equal(change(p$subjects), -40)
  expect_equal(change(p$subjects, recist(nact_same_day = "after")), -10)
  expect_equal(change(p$subjects, assessments = "all"), -60)
  later <- transform(p$subjects, STARTDT = recist_start + 43, NACTDT = as.Date(NA))
  p$lesions$ABLFL <- ifelse(p$lesions$ADT == recist_start, "Y", NA)
  expect_equal(change(later), -60)
  trial <- data_cut(study(
    data.frame(USUBJID = "1", RANDDT = recist_start, LSTALVDT = recist_start + 200),
    lesions = p$lesions, design = "randomised", arm = NULL
  ), recist_start + 100)
  expect_equal(waterfall_data(picture_source(trial, NULL, NULL, NULL), colour = "BOR")$change, -40)
})

test_that("the bars are ordered, cut at the limit and counted in the caption", {
  skip_if_not_installed("ggplot2")
  p <- seven()
  plot <- waterfall_plot(responses_of(p), p$subjects)
  expect_identical(plot$data$USUBJID, c("4", "3", "2", "1"))
  expect_equal(plot$data$change, c(200, 30, 0, -44))
  bars <- ggplot2::layer_data(plot, 1)
  expect_equal(bars$ymin + bars$ymax, c(100, 30, 0, -44))
  expect_equal(bars$x, 1:4, ignore_attr = TRUE)
  expect_identical(bars$fill, unname(response_colours[c("PD", "PD", "SD", "PR")]))
  layers <- layer_kinds(plot)
  expect_equal(ggplot2::layer_data(plot, which(layers == "GeomPoint"))$x, 1, ignore_attr = TRUE)
  above <- ggplot2::layer_data(plot, which(layers == "GeomText")[1])
  expect_identical(above$label, "+200")
  expect_gt(above$y, 100)
  flat <- ggplot2::layer_data(plot, which(layers == "GeomSegment")[1])
  expect_equal(c(flat$x, flat$xend, flat$y), c(2.57, 3.43, 0), ignore_attr = TRUE)
  lines <- lapply(which(layers == "GeomHline"), function(i) ggplot2::layer_data(plot, i)$yintercept)
  expect_setequal(unlist(lines), c(0, -30, 20))
  words <- ggplot2::layer_data(plot, which(layers == "GeomText")[2])
  expect_identical(words$label, c("PD", "PD", "SD", "PR"))
  expect_identical(words$y > 0, c(FALSE, FALSE, TRUE, TRUE))
  caption <- gsub("\n", " ", plot$labels$caption)
  expect_match(caption, "^4 of 7 patients\\. Not shown: 1 without target lesions, 2 without a complete sum")
  expect_match(caption, "Lines at -30% and +20%.", fixed = TRUE)
  expect_match(caption, "Triangle: 1 above +100%, cut there (the largest is +200%).", fixed = TRUE)
  whole <- waterfall_plot(responses_of(p), p$subjects, limit = Inf, labels = FALSE)
  expect_equal(ggplot2::layer_data(whole, 1)$ymax, c(200, 30, 0, 0))
  expect_false("GeomText" %in% layer_kinds(whole))
})

test_that("panels rank and count their own patients, and a study is drawn as its responses are", {
  skip_if_not_installed("ggplot2")
  p <- seven()
  plot <- waterfall_plot(responses_of(p), p$subjects, colour = "ARM", facet = "ARM")
  expect_identical(levels(plot$data$panel), c("A (n = 2)", "B (n = 2)"))
  expect_equal(plot$data$rank, c(1, 2, 1, 2))
  expect_identical(as.character(plot$data$group), c("A", "A", "B", "B"))
  trial <- picture_study(20, 3)
  best <- best_response(trial)
  one <- waterfall_plot(trial)
  other <- waterfall_plot(suppressMessages(derive_response(trial)), best)
  expect_equal(one$data, other$data)
})

test_that("every wrong input is a fault", {
  skip_if_not_installed("ggplot2")
  p <- seven()
  responses <- responses_of(p)
  expect_fault(waterfall_plot(1), "wrong_type", "x")
  expect_fault(waterfall_plot(best_response(responses, p$subjects)), "wrong_type", "x")
  expect_fault(waterfall_plot(responses), "missing_table", "subjects")
  expect_fault(waterfall_plot(responses, p$subjects, colour = "SEX"), "unknown_column", "colour")
  expect_fault(waterfall_plot(responses, p$subjects, facet = 1), "unknown_column", "facet")
  expect_fault(waterfall_plot(responses, p$subjects, labels = "SEX"), "unknown_column", "labels")
  expect_fault(waterfall_plot(responses, p$subjects, assessments = "some"), "not_a_choice", "assessments")
  expect_fault(waterfall_plot(responses, p$subjects, limit = 5), "out_of_range", "limit")
  expect_fault(waterfall_plot(responses, p$subjects, lines = "x"), "wrong_type", "lines")
  expect_fault(waterfall_plot(responses, p$subjects, palette = 1), "wrong_type", "palette")
  expect_fault(waterfall_plot(responses[0, ], p$subjects), "no_rows", "x")
  expect_fault(waterfall_plot(responses, p$subjects, color = "ARM"), "unknown_argument")
  expect_fault(waterfall_plot(responses, p$subjects[p$subjects$USUBJID == "0", ]), "unknown_level")
  many <- transform(p$subjects, AGE = c(41.5, 50, 51, 52, 53, 54, 55))
  many <- rbind(many, data.frame(USUBJID = c("8", "9"), STARTDT = recist_start, ARM = "A", AGE = 60:61))
  expect_fault(waterfall_plot(responses, many, colour = "AGE"), "unknown_level", "colour")
  trial <- picture_study(5, 3)
  expect_fault(waterfall_plot(trial, trial$subjects), "unknown_argument", "subjects")
})

test_that("nobody with a change, and several readers, are faults that say so", {
  skip_if_not_installed("ggplot2")
  none <- drawn_patients(lesion("N1", "NON-TARGET", "PRESENT", "PRESENT"))
  expect_fault(waterfall_plot(responses_of(none), none$subjects), "no_rows", "x")
  expect_error(waterfall_plot(responses_of(none), none$subjects), "to show: 1 without target lesions")
  p <- drawn_patients(target("T1", 50, 20))
  p$lesions <- rbind(transform(p$lesions, READER = "A"), transform(p$lesions, READER = "B", AVAL = c(50, 40)))
  responses <- responses_of(p)
  expect_fault(waterfall_plot(responses, p$subjects), "several_params", "reader")
  expect_equal(waterfall_plot(responses, p$subjects, reader = "A")$data$change, -60)
  plot <- waterfall_plot(responses, p$subjects, reader = "B")
  expect_equal(plot$data$change, -20)
  expect_match(plot$labels$caption, "Reader: B.", fixed = TRUE)
})

# 100, 130 (iUPD, PD by RECIST 1.1), 60 and 55 (iPR, confirmed), then 90 and 120 (iUPD, iCPD), after which 50.
pseudo_progressor <- function() {
  sums <- data.frame(
    USUBJID = "1", ADT = recist_start + 42 * 0:6, SUM = c(100, 130, 60, 55, 90, 120, 50),
    ABLFL = c("Y", rep(NA, 6))
  )
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  list(sums = sums, subjects = subjects)
}

test_that("under iRECIST assessments count to the confirmed progression, by RECIST 1.1 to the first", {
  skip_if_not_installed("ggplot2")
  p <- pseudo_progressor()
  drawn <- function(rule, ...) {
    waterfall_plot(derive_response(p$sums, p$subjects, rule = rule), p$subjects, ...)
  }
  plain <- drawn(recist(confirmed = TRUE))
  expect_equal(plain$data$change, 30)
  expect_identical(as.character(plain$data$group), "PD")
  immune <- drawn(irecist(recist(confirmed = TRUE)))
  expect_equal(immune$data$change, -45)
  expect_identical(as.character(immune$data$group), "iPR")
  expect_match(gsub("\n", " ", immune$labels$caption), "up to the confirmed progression", fixed = TRUE)
  expect_equal(drawn(irecist(), assessments = "all", colour = "IBOR")$data$change, -50)
})

test_that("a confirmed response has a dot where neither colour nor labels tell it", {
  skip_if_not_installed("ggplot2")
  p <- seven()
  responses <- responses_of(p)
  dots <- function(...) {
    plot <- waterfall_plot(responses, p$subjects, limit = Inf, ...)
    at <- which(layer_kinds(plot) == "GeomPoint")
    caption <- gsub("\n", " ", plot$labels$caption)
    list(data = if (length(at) > 0) ggplot2::layer_data(plot, at), caption = caption)
  }
  expect_null(dots()$data)
  expect_null(dots(colour = "ARM")$data)
  found <- dots(colour = "ARM", labels = FALSE)
  expect_equal(found$data$x, 4, ignore_attr = TRUE)
  expect_lt(found$data$y, -44)
  expect_equal(found$data$shape, 16)
  expect_match(found$caption, "Dot: 1 with a confirmed response.", fixed = TRUE)
  other <- dots(colour = "BOR", labels = "ARM")
  expect_equal(other$data$x, 4, ignore_attr = TRUE)
})
