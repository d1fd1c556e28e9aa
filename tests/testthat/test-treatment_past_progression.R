# Doses after the progression by RECIST 1.1.

past_study <- function(exposure = NULL, ..., end = c(300, 60, 100, 400)) {
  visits <- data.frame(
    USUBJID = rep(c("1", "2", "3"), c(4, 2, 3)), ADT = day_zero + 42 * c(1:4, 1:2, 1:3),
    AVALC = c("iSD", "iUPD", "iPR", "iPR", "iSD", "iUPD", "iUPD", "iUPD", "iCPD")
  )
  subjects <- data.frame(
    USUBJID = as.character(1:4), RANDDT = day_zero, TRTSDT = day_zero, TRTEDT = day_zero + end
  )
  study(
    subjects = subjects, assessments = visits, exposure = exposure, design = "randomised", arm = NULL, ...
  )
}

test_that("who was treated after it, how long, with what result", {
  doses <- data.frame(
    USUBJID = c("1", "1", "1", "2", "3", "3"), ASTDT = day_zero + c(0, 84, 105, 0, 0, 63),
    AENDT = day_zero + c(0, 90, 110, 84, 0, NA)
  )
  found <- treatment_past_progression(past_study(doses))
  expect_equal(found$USUBJID, c("1", "3"))
  expect_equal(found$PDDT, day_zero + c(84, 42))
  # the course that begins on the day of the progression goes on after it
  expect_equal(found$NDOSE, c(2L, 1L))
  expect_equal(found$FIRSTDT, day_zero + c(85, 63))
  expect_equal(found$LASTDT, day_zero + c(110, 63))
  expect_equal(found$DAYS, c(26L, 21L))
  expect_equal(found$IBORAFT, c("iPR", "iCPD"))
  expect_equal(found$PROGRESS, c("superseded", "confirmed"))
  expect_equal(found$ICPDDT, day_zero + c(NA, 126))
  expect_equal(attr(found, "counts"), c(progressed = 3))
  expect_snapshot(found)
})

test_that("without exposure the last dose says it", {
  found <- treatment_past_progression(past_study())
  expect_equal(found$USUBJID, c("1", "3"))
  expect_equal(found$DAYS, c(216L, 58L))
  expect_equal(found$NDOSE, c(NA_integer_, NA))
})

test_that("a progression that was never confirmed, without a later assessment", {
  found <- treatment_past_progression(past_study(end = c(50, 90, 20, 400)))
  expect_equal(found$USUBJID, "2")
  expect_equal(found$PROGRESS, "not confirmed")
  expect_true(is.na(found$IBORAFT))
})

test_that("nobody treated after progression is no error; wrong input is", {
  none <- treatment_past_progression(past_study(end = c(10, 10, 10, 10)))
  expect_equal(nrow(none), 0)
  expect_output(print(none), "0 of 3 patients who progressed")
  expect_error(treatment_past_progression(data.frame()), "must be made by study\\(\\)")
  x <- past_study()
  x$subjects$TRTEDT <- NULL
  expect_error(treatment_past_progression(x), "needs doses")
  two <- past_study()
  two$assessments$READER <- rep(c("A", "B", "A"), 3)
  expect_error(treatment_past_progression(two), "several readers assessed")
  expect_error(treatment_past_progression(two, reader = "C"), "must be among A, B")
})
