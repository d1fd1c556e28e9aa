# Progressions that went away, and treatment after them.

two_histories <- data.frame(
  USUBJID = rep(c("1", "2", "3"), c(7, 3, 2)), ADT = day_zero + 42 * c(1:7, 1:3, 1:2),
  AVALC = c(
    "iSD", "iUPD", "iUPD", "iPR", "iUPD", "NE", "iCR", "iSD", "iUPD", "iCPD", "iUPD", "iUPD"
  )
)
three_subjects <- data.frame(USUBJID = as.character(1:4), STARTDT = day_zero)

test_that("every iUPD that was superseded is listed, with dates, days and what came after", {
  found <- pseudoprogression(two_histories, three_subjects)
  expect_equal(found$USUBJID, c("1", "1"))
  expect_equal(found$IUPDDT, day_zero + 42 * c(2, 5))
  expect_equal(found$IUPDDY, c(85L, 211L))
  expect_equal(found$NIUPD, c(2L, 1L))
  expect_equal(found$SUPDT, day_zero + 42 * c(4, 7))
  expect_equal(found$SUPRESP, c("iPR", "iCR"))
  expect_equal(found$DAYS, c(84L, 84L))
  expect_equal(found$BESTAFT, c("iCR", "iCR"))
  expect_equal(found$BESTDT, day_zero + 42 * c(7, 7))
  expect_equal(found$PDDT, day_zero + 42 * c(2, 2))
  expect_equal(attr(found, "counts"), c(assessed = 3, iupd = 3))
  expect_snapshot(found)
})

test_that("a new therapy ends it: what comes after is not the tumour's own doing", {
  subjects <- cbind(three_subjects, NACTDT = day_zero + c(150, NA, NA, NA))
  expect_equal(nrow(pseudoprogression(two_histories, subjects)), 0)
  subjects$NACTDT[1] <- day_zero + 170
  found <- pseudoprogression(two_histories, subjects)
  expect_equal(found$BESTAFT, "iPR")
})

test_that("from lesions the sums are there", {
  lesions <- rbind(target("T1", 100, 120, 60, 50), newly("N1", "", 12, 6, 6))
  found <- pseudoprogression(lesions)
  expect_equal(found$BASE, 100)
  expect_equal(found$SUMIUPD, 120)
  expect_equal(found$SUMSUP, 60)
  expect_equal(found$SUMMIN, 50)
  expect_equal(found$NLIUPD, 12)
  expect_match(found$REASON, "progression by the targets and new lesions")
  expect_true(is.na(found$IUPDDY))
  responses <- derive_response(lesions, rule = irecist())
  expect_equal(as.list(pseudoprogression(responses)), as.list(found))
  subjects <- data.frame(USUBJID = "1", RANDDT = recist_start)
  x <- study(subjects = subjects, lesions = lesions, design = "randomised", arm = NULL)
  whole <- pseudoprogression(x)
  expect_equal(whole$IUPDDY, 43L)
  expect_equal(whole$REASON, found$REASON)
})

test_that("a later iCPD is told, and readers are apart", {
  words <- c("iUPD", "iSD", "iUPD", "iCPD")
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42 * 1:4, AVALC = words, READER = "A")
  other <- data.frame(USUBJID = "1", ADT = day_zero + 42 * 1:2, AVALC = c("iSD", "iSD"), READER = "B")
  found <- pseudoprogression(rbind(visits, other), three_subjects)
  expect_equal(found$READER, "A")
  expect_equal(found$ICPDDT, day_zero + 168)
  expect_equal(nrow(pseudoprogression(rbind(visits, other), three_subjects, reader = "B")), 0)
  expect_error(pseudoprogression(rbind(visits, other), three_subjects, reader = "C"), "must be one of A, B")
})

test_that("wrong input is told", {
  expect_error(pseudoprogression(1), "must be a study or a data frame")
  expect_error(pseudoprogression(two_histories, three_subjects[0]), "USUBJID")
  expect_error(pseudoprogression(two_histories, rule = recist()), "must be made by irecist\\(\\)")
})
