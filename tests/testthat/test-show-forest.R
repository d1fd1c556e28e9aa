test_that("a forest plot shows every subgroup, its numbers and its limits", {
  skip_if_not_installed("ggplot2")
  found <- subgroup_effects(Surv(time, status) ~ arm, lung_of_arms(),
    subgroups = c(Age = "old", ECOG = "ph.ecog")
  )
  rows <- tte:::forest_rows(found, "female v male")
  expect_identical(trimws(rows$label), c(
    "All patients", "Age", "65 or older", "below 65", "ECOG", "0",
    "1", "2"
  ))
  expect_identical(rows$arm[c(1, 3)], c("53/90", "23/33"))
  expect_equal(rows$estimate[3], found$estimate[found$group %in% "65 or older"][1])
  expect_match(rows$ratio[1], "^0\\.60 \\(0\\.43, 0\\.83\\)$")
  expect_identical(rows$p[rows$label == "Age"], tte:::show_p(found$p.value[found$scale == "interaction"][1]))
  expect_silent(ggplot2::ggplot_build(ggplot2::autoplot(found)))
  expect_fault(ggplot2::autoplot(found, comparison = "a v b"), "not_a_choice", "comparison")
})

test_that("limits that leave the axis and subgroups without an estimate are drawn", {
  skip_if_not_installed("ggplot2")
  d <- data.frame(
    time = 1:16, status = rep(c(1, 1, 0, 1), 4), arm = factor(rep(c("a", "b"), 8)),
    g = c(rep("x", 6), rep("y", 6), "z", "y", "z", "y")
  )
  d$status[d$g == "x" & d$arm == "b"] <- 0
  found <- subgroup_effects(Surv(time, status) ~ arm, d, subgroups = "g")
  rows <- tte:::forest_rows(found, "b v a")
  expect_identical(rows$ratio[trimws(rows$label) == "z"], "NE")
  expect_silent(ggplot2::ggplot_build(ggplot2::autoplot(found, limits = c(0.5, 2))))
})
