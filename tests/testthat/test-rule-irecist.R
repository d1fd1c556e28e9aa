# The iRECIST rule: what it says, and what it refuses.

test_that("the rule says itself, and that of RECIST 1.1 beside it", {
  expect_s3_class(irecist(), "tte_irecist")
  expect_equal(irecist()$recist, recist())
  said <- format(irecist())
  expect_match(said[["confirmation_scan"]], "from 4 weeks less 2 days after .* after 8 weeks it is flagged")
  expect_equal(setdiff(names(format(recist())), names(said)), character())
  expect_match(said[["period"]], "by iRECIST the first iCPD")
  own <- format(irecist(
    recist(sd_tol = 7),
    confirm_weeks = c(3, 6), tolerance_days = 0, early_exception = FALSE, max_new = 3, max_new_per_organ = 1
  ))
  expect_match(own[["confirmation_scan"]], "from 3 weeks after the first iUPD on; after 6 weeks")
  expect_match(own[["new_lesions"]], "At most 3 new lesions are measured, 1 in one organ", fixed = TRUE)
  expect_match(own[["stable"]], "from 35 days", fixed = TRUE)
  one <- format(irecist(unconfirmed = "all iUPD"))
  expect_match(one[["unconfirmed"]], "if all later assessments were iUPD.")
  expect_match(format(irecist(unconfirmed = character()))[["unconfirmed"]], "never confirmed is no event")
  expect_false("pending" %in% names(one))
  expect_match(format(irecist(pending = "censor"))[["pending"]], "is censored there")
  never_late <- format(irecist(confirm_weeks = c(4, Inf), early_exception = FALSE))[["confirmation_scan"]]
  expect_equal(unname(never_late), "A scan confirms from 4 weeks less 2 days after the first iUPD on.")
  expect_snapshot(irecist())
})

test_that("every argument that is wrong is named, all at once", {
  faults <- function(...) {
    found <- tryCatch(irecist(...), tte_error_input = function(e) e$faults)
    paste(found$argument, found$fault)
  }
  expect_equal(faults(recist = list()), "recist wrong_type")
  expect_equal(faults(recist = irecist()), "recist wrong_type")
  expect_equal(faults(confirm_weeks = "4"), "confirm_weeks wrong_type")
  expect_equal(faults(confirm_weeks = 4), "confirm_weeks wrong_length")
  expect_equal(faults(confirm_weeks = c(8, 4)), "confirm_weeks out_of_range")
  expect_equal(faults(tolerance_days = 40), "tolerance_days out_of_range")
  expect_s3_class(irecist(confirm_weeks = c(0, 8)), "tte_irecist")
  expect_equal(faults(confirm_weeks = c(-1, 4)), "confirm_weeks out_of_range")
  expect_equal(faults(confirm_weeks = c(NA, 4)), "confirm_weeks out_of_range")
  expect_equal(faults(tolerance_days = -1), "tolerance_days out_of_range")
  expect_equal(faults(early_exception = NA), "early_exception wrong_type")
  expect_equal(faults(max_new = 1.5), "max_new not_whole")
  expect_equal(faults(max_new = -1), "max_new out_of_range")
  expect_equal(faults(max_new = Inf), "max_new out_of_range")
  expect_equal(faults(max_new = NA_real_), "max_new not_whole")
  expect_equal(faults(max_new = NULL), "max_new wrong_type")
  expect_equal(faults(max_new_per_organ = 2e6), "max_new_per_organ out_of_range")
  expect_equal(faults(max_new_per_organ = c(1, 2)), "max_new_per_organ wrong_length")
  expect_equal(faults(unconfirmed = "never"), "unconfirmed not_a_choice")
  expect_equal(faults(unconfirmed = c("all iUPD", "all iUPD")), "unconfirmed not_a_choice")
  expect_equal(faults(unstable = NA_character_), "unstable wrong_type")
  # an empty word would be found in every empty DCTREAS
  expect_equal(faults(unstable = ""), "unstable wrong_type")
  expect_equal(faults(pending = "wait"), "pending not_a_choice")
  expect_equal(
    faults(tolerance_days = "x", pending = 1, max_new = "a"),
    c("tolerance_days wrong_type", "max_new wrong_type", "pending not_a_choice")
  )
})

test_that("functions that take the rule refuse what is none, and others refuse this one", {
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42, AVALC = "iSD")
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero)
  expect_error(derive_response(visits, rule = list()), "must be made by recist\\(\\) or irecist\\(\\)")
  expect_error(best_response(visits, subjects, rule = 1), "must be made by recist\\(\\) or irecist\\(\\)")
  expect_error(pseudoprogression(visits, rule = recist()), "must be made by irecist\\(\\)")
  windows <- visit_windows(c("Week 6" = 42), from = 35, to = 49)
  expect_error(
    visit_response(visits, subjects, visits = windows, rule = irecist()), "must be made by recist\\(\\)"
  )
})
