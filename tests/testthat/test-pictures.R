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
