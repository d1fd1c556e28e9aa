# Ten patients in two arms: A has CR, PR, PR, SD; B has PR, SD, SD, PD, NE and one without assessment.
ten_best <- function(rule = recist(confirmed = FALSE)) {
  words <- c("CR", "PR", "PR", "SD", "PR", "SD", "SD", "PD", "NE")
  visits <- data.frame(USUBJID = as.character(1:9), ADT = day_zero + 50, AVALC = words)
  subjects <- data.frame(USUBJID = as.character(1:10), STARTDT = day_zero, ARM = rep(c("A", "B"), c(4, 6)))
  best_response(visits, subjects, rule = rule)
}

test_that("stacked bars have the counts of each arm and the rate with its exact limits", {
  skip_if_not_installed("ggplot2")
  plot <- ggplot2::autoplot(ten_best(), by = "ARM")
  data <- plot$data
  a <- data[grepl("^A", data$arm), ]
  b <- data[grepl("^B", data$arm), ]
  expect_identical(as.character(b$response), c("CR", "PR", "SD", "PD", "NE", "MISSING"))
  expect_equal(a$n.event, c(1, 2, 1, 0, 0, 0))
  expect_equal(b$n.event, c(0, 1, 2, 1, 1, 1))
  expect_equal(b$percent, 100 * c(0, 1, 2, 1, 1, 1) / 6)
  exact <- function(x, n) 100 * c(stats::qbeta(0.025, x, n - x + 1), stats::qbeta(0.975, x + 1, n - x))
  label <- function(arm, x, n) {
    limits <- exact(x, n)
    sprintf("%s (n = %d)\nORR %.1f%%\n(95%% CI %.1f to %.1f)", arm, n, 100 * x / n, limits[1], limits[2])
  }
  expect_identical(levels(data$arm), c(label("A", 3, 4), label("B", 1, 6)))
  bars <- ggplot2::layer_data(plot, 1)
  expect_equal(max(bars$ymax[bars$x == 1]), 100)
  expect_equal(bars$ymax[bars$x == 2 & bars$fill == response_colours[["PR"]]], 100 / 6)
  words <- ggplot2::layer_data(plot, 2)
  expect_identical(words$label[words$x == 1], c("CR 1 (25.0%)", "PR 2 (50.0%)", "SD 1 (25.0%)"))
  expect_equal(words$y[words$x == 1], c(12.5, 50, 87.5))
  caption <- gsub("\n", " ", plot$labels$caption)
  expect_match(caption, "^10 patients\\. ORR: objective response rate, CR or PR whether confirmed or not")
  expect_match(caption, "ND: no assessment. Limits of a response rate: Clopper-Pearson (exact)", fixed = TRUE)
})

test_that("arms side by side and all patients together have the same counts", {
  skip_if_not_installed("ggplot2")
  plot <- ggplot2::autoplot(ten_best(), by = "ARM", position = "dodge")
  bars <- ggplot2::layer_data(plot, 1)
  expect_equal(sort(bars$y[bars$fill == group_colours[1]]), sort(100 * c(1, 2, 1, 0, 0, 0) / 4))
  expect_identical(ggplot2::layer_data(plot, 2)$label[bars$y == 50], "2\n50.0%")
  whole <- ggplot2::autoplot(ten_best(), by = NULL)$data
  expect_equal(whole$n.event, c(1, 3, 3, 1, 1, 1))
  expect_match(levels(whole$arm), "^All patients \\(n = 10\\)\nORR 40.0%")
})

test_that("confirmation is what the rule says, else asked for; nothing here is confirmed", {
  skip_if_not_installed("ggplot2")
  strict <- ggplot2::autoplot(ten_best(recist(confirmed = TRUE)), by = "ARM")
  expect_match(levels(strict$data$arm)[1], "ORR 0.0%", fixed = TRUE)
  expect_match(strict$labels$caption, "confirmed CR or PR", fixed = TRUE)
  expect_fault(ggplot2::autoplot(ten_best(recist()), by = "ARM"), "missing_value", "confirmed")
  expect_match(
    levels(ggplot2::autoplot(ten_best(recist()), by = "ARM", confirmed = FALSE)$data$arm)[1], "ORR 75.0%"
  )
})

test_that("thin pieces have words beside the bar that do not touch", {
  expect_equal(spread_out(c(50, 51, 99), 5, 2, 100), c(50, 55, 99))
  expect_equal(spread_out(c(97, 98, 99), 5, 2, 100), c(90, 95, 100))
  expect_equal(spread_out(c(0, 1), 5, 2, 100), c(2, 7))
  skip_if_not_installed("ggplot2")
  words <- rep(c("PR", "SD", "PD", "NE"), c(1, 1, 1, 97))
  visits <- data.frame(USUBJID = as.character(1:100), ADT = day_zero + 50, AVALC = words)
  subjects <- data.frame(USUBJID = as.character(1:100), STARTDT = day_zero)
  plot <- ggplot2::autoplot(best_response(visits, subjects, rule = recist(confirmed = FALSE)))
  beside <- ggplot2::layer_data(plot, 4)
  expect_identical(beside$label, c("PR 1 (1.0%)", "SD 1 (1.0%)", "PD 1 (1.0%)"))
  expect_true(all(diff(beside$y) >= 4.6 - 1e-9))
})

test_that("every wrong input is a fault", {
  skip_if_not_installed("ggplot2")
  best <- ten_best()
  expect_fault(ggplot2::autoplot(best, by = "SEX"), "unknown_column", "by")
  expect_fault(ggplot2::autoplot(best, position = "heap"), "not_a_choice", "position")
  expect_fault(ggplot2::autoplot(best, conf.method = "wald"), "not_a_choice", "conf.method")
  expect_fault(ggplot2::autoplot(best[0, ]), "no_rows", "object")
  best$ARM[3] <- NA
  expect_fault(ggplot2::autoplot(best, by = "ARM"), "missing_value", column = "ARM", rows = 3)
})

test_that("a result by iRECIST is drawn by iRECIST, and by RECIST 1.1 when asked", {
  skip_if_not_installed("ggplot2")
  words <- c("iCR", "iPR", "iSD", "iUPD", "iUPD")
  visits <- data.frame(
    USUBJID = c("1", "2", "3", "4", "5", "5", "6", "6"), ADT = day_zero + c(50, 50, 50, 50, 50, 92, 50, 92),
    AVALC = c(words, "iCPD", "iUPD", "iPR")
  )
  subjects <- data.frame(USUBJID = as.character(1:6), STARTDT = day_zero)
  best <- best_response(visits, subjects, rule = irecist(recist(confirmed = FALSE)))
  plot <- ggplot2::autoplot(best)
  expect_identical(as.character(plot$data$response), c("iCR", "iPR", "iSD", "iUPD", "iCPD"))
  expect_equal(plot$data$n.event, c(1, 2, 1, 1, 1))
  expect_match(levels(plot$data$arm), "ORR 50.0%", fixed = TRUE)
  expect_match(gsub("\n", " ", plot$labels$caption), "iCR or iPR whether confirmed or not", fixed = TRUE)
  plain <- ggplot2::autoplot(best, criteria = "RECIST 1.1")
  expect_equal(plain$data$n.event, c(1, 1, 1, 3))
  expect_match(levels(plain$data$arm), "ORR 33.3%", fixed = TRUE)
  expect_fault(ggplot2::autoplot(best, criteria = "WHO"), "not_a_choice", "criteria")
  expect_fault(ggplot2::autoplot(ten_best(), criteria = "iRECIST"), "not_a_choice", "criteria")
})

# `n` arms of ten patients each, with names of `words` words.
best_of_arms <- function(n, words = 1) {
  visits <- data.frame(
    USUBJID = as.character(seq_len(10 * n)), ADT = day_zero + 50,
    AVALC = rep(c("CR", "PR", "PR", "SD", "SD", "SD", "SD", "PD", "PD", "NE"), n)
  )
  arms <- vapply(seq_len(n), function(i) paste(rep(paste0("Compound", i), words), collapse = " "), "")
  subjects <- data.frame(USUBJID = visits$USUBJID, STARTDT = day_zero, ARM = rep(arms, each = 10))
  best_response(visits, subjects, rule = recist(confirmed = FALSE))
}

test_that("long names of arms are broken, and what is below them stands side by side", {
  skip_if_not_installed("ggplot2")
  data <- ggplot2::autoplot(best_of_arms(2, 6), by = "ARM")$data
  lines <- strsplit(levels(data$arm), "\n", fixed = TRUE)
  expect_lte(max(nchar(unlist(lines))), 33)
  expect_identical(same_lines(c("a", "b\nc")), c("\na", "b\nc"))
  plot <- ggplot2::autoplot(best_of_arms(2, 6), by = "ARM", position = "dodge")
  expect_lte(max(nchar(unlist(strsplit(levels(plot$data$arm), "\n", fixed = TRUE)))), 70)
})

test_that("words of five or more arms stay within their bar or the gap beside it", {
  skip_if_not_installed("ggplot2")
  plot <- ggplot2::autoplot(best_of_arms(6), by = "ARM")
  words <- ggplot2::layer_data(plot, 2)
  expect_identical(unique(words$label), c("1 (10.0%)", "2 (20.0%)", "4 (40.0%)"))
  expect_identical(plot$theme$legend.position, "top")
  thin <- stacked_words(data.frame(response = "PR", n.event = 1, percent = 2), 6, FALSE)
  expect_identical(thin, "1")
})
