# What designs say of themselves, and what only several of their quantities get wrong.

codes_of <- function(expr) {
  tryCatch(
    {
      expr
      character()
    },
    tte_error_input = function(e) paste(e$faults$argument, e$faults$fault)
  )
}

test_that("a set of markers for each score must fit among the markers", {
  too_many <- "signal_markers out_of_range"
  expect_equal(codes_of(design_biomarker_cohort(n_markers = 9, signal_markers = 5)), too_many)
  expect_equal(codes_of(design_irae_risk(n_markers = 10, signal_markers = 5)), character())
  # after surgery there is one score
  expect_equal(codes_of(design_perioperative(n_markers = 9, signal_markers = 9)), character())
  expect_equal(codes_of(design_perioperative(n_markers = 8, signal_markers = 9)), too_many)
  expect_equal(codes_of(design_irae_risk(n_markers = 0)), character())
  made <- simulate_study(design_perioperative(20, 5, n_markers = 9, signal_markers = 9, marker_blocks = 3), 1)
  expect_equal(study_truth(made)$markers$SCORE, rep("SCORE_PROG", 9))
})

test_that("chances of the organs of later irAE add up to 1, or the sentence would not be true", {
  expect_equal(codes_of(design_rechallenge(same_organ = 0.9)), "same_organ out_of_range")
  expect_equal(codes_of(design_rechallenge(same_organ = 0.5)), "same_organ out_of_range")
  other <- codes_of(design_rechallenge(same_organ = 0.5, distinct_organ = 0.2, both_organs = 0.3))
  expect_equal(other, character())
  expect_equal(codes_of(design_rechallenge(both_organs = 2)), "both_organs out_of_range")
})

test_that("sentences say of which event and which patients a quantity is", {
  first <- c("hr_group_irae", "hr_score_irae", "irae_stop", "irae_after", "hr_centre", "hr_autoimmune")
  expect_match(format(design_irae_risk())[first], "first irAE")
  expect_match(format(design_perioperative())[["hr_score_progression"]], "SCORE_PROG.* recurrence")
  expect_match(format(design_guided_therapy())[["hr_ecog"]], "Each ECOG grade")
  expect_match(format(design_irae_risk(flare_shift = 1.25))[["flare_shift"]], "V1 by 1.25 SD at a flare")
})

test_that("the help page names every shared argument with its default, in whole sentences", {
  lines <- strsplit(design_term_words(), "\n", fixed = TRUE)[[1]]
  shared <- design_terms[!is.na(design_terms$default), ]
  expect_length(lines, nrow(shared))
  expect_true(all(startsWith(lines, paste0("- `", shared$argument, " = "))))
  expect_true(all(endsWith(lines, ".")) && !any(grepl("%s", lines)))
  expect_true("- `below_limit = 0.05`: Values of first samples below the detection limit: 5 %." %in% lines)
  said <- format(design_rechallenge())
  expect_true(paste0(
    "- `irae_organs = ", deparse1(design_rechallenge()$irae_organs), "`: ",
    said[["irae_organs"]]
  ) %in% lines)
})
