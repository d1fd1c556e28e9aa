day <- function(x) as.Date(x)

test_that("dates are read complete, incomplete or not at all", {
  words <- c(
    "2024-03-05", "2024-03-05T12:30", "2024-03-05 08:15:00", " 2024-3-5 ", "05MAR2024", "5-Mar-2024",
    "2024-03",
    "2024-03-UN", "UN-MAR-2024", "2024", "2024-UN-UN", "UN-UNK-2024", "2024---05", "", NA, "UN-UNK-UNKN",
    "UNK",
    "2024-13", "2024-02-30", "03/05/2024", "soon"
  )
  read <- read_dates(words)
  full <- 1:6
  expect_equal(read$date[full], rep(day("2024-03-05"), 6))
  expect_equal(all(is.na(read$date[-full])), TRUE)
  expect_equal(read$missing, c(rep(NA, 6), "D", "D", "D", "M", "M", "M", "M", rep(NA, 8)))
  expect_equal(read$year[7:13], rep(2024, 7))
  expect_equal(read$month[7:13], c(3, 3, 3, NA, NA, NA, NA))
  expect_equal(which(read$bad), 18:21)
})

test_that("every month in words is read, whole and incomplete, with and without a time of day", {
  month <- day(sprintf("2022-%02d-05", 1:12))
  for (word in list(month.abb, toupper(month.abb), tolower(month.abb))) {
    for (form in c("05%s2022", "5-%s-2022", "05 %s 2022", "05%s2022:12:30:00", "05-%s-2022 08:15")) {
      expect_equal(read_dates(sprintf(form, word))$date, month, label = form)
    }
    incomplete <- read_dates(sprintf("UN%s2022", word))
    expect_equal(incomplete$month, 1:12)
    expect_equal(incomplete$missing, rep("D", 12))
  }
  expect_equal(read_dates("2022-10-05T12")$date, day("2022-10-05"))
})

test_that("dates of R are taken as they are, with times cut off in their own zone; numbers are no dates", {
  expect_equal(read_dates(day("2024-03-05"))$date, day("2024-03-05"))
  late <- as.POSIXct("2024-03-05 23:30", tz = "America/New_York")
  expect_equal(read_dates(late)$date, day("2024-03-05"))
  expect_equal(read_dates(factor("2024-03"))$missing, "D")
  expect_equal(read_dates(c(19000, NA))$bad, c(TRUE, FALSE))
  expect_equal(read_dates(c(NA, NA))$bad, c(FALSE, FALSE))
})

impute <- function(words, rule, ...) {
  anchors <- list(...)
  n <- length(words)
  absent <- setdiff(c("first_dose", "last_dose", "last_alive", "death", "end"), names(anchors))
  anchors[absent] <- rep(list(rep(day(NA), n)), length(absent))
  impute_dates(read_dates(words), rule, anchors)
}

test_that("clinical rules 3.6, death: the day after the last sign of life, or the first of the period", {
  words <- c("2024-03", "2024-03", "2024-03", "2024", "2024", "2024-03", "2024-02", NA, "2024-03-04")
  alive <- day(c(
    "2024-03-10", "2024-02-20", NA, "2024-06-01", "2023-12-01", "2024-03-31", "2024-03-10", "2024-03-10",
    "2024-03-10"
  ))
  found <- impute(words, "death", last_alive = alive)
  expect_equal(found$date, day(c(
    "2024-03-11", "2024-03-01", "2024-03-01", "2024-06-02", "2024-01-01", "2024-03-31", "2024-03-10", NA,
    "2024-03-04"
  )))
  expect_equal(found$flag, c("D", "D", "D", "M", "M", "D", "D", NA, NA))
})

test_that("clinical rules 3.6, start of an adverse event: the first dose, never after the event's end", {
  words <- c("2024-03", "2024-03", "2024-03", "2024", "2024", NA, NA, "2024-05", "2024-03")
  dose <- day(c(
    "2024-03-10", "2024-03-10", "2024-02-10", "2024-03-10", "2023-03-10", "2024-03-10", NA, "2024-03-10", NA
  ))
  end <- day(c(NA, "2024-03-05", NA, NA, NA, NA, NA, NA, NA))
  found <- impute(words, "start", first_dose = dose, end = end)
  expect_equal(found$date, day(c(
    "2024-03-10", "2024-03-05", "2024-03-01", "2024-03-10", "2024-01-01", "2024-03-10", NA, "2024-05-01",
    "2024-03-01"
  )))
  expect_equal(found$flag, c("D", "D", "D", "M", "M", "Y", NA, "D", "D"))
})

test_that("clinical rules 3.6, end of an adverse event: the last of the period, capped at death", {
  found <- impute(
    c("2024-02", "2024", "2024-02", NA), "end",
    death = day(c(NA, NA, "2024-02-11", "2024-02-11"))
  )
  expect_equal(found$date, day(c("2024-02-29", "2024-12-31", "2024-02-11", NA)))
  expect_equal(found$flag, c("D", "M", "D", NA))
})

test_that("clinical rules 3.6, new therapy: the first of the month, but not before the last dose", {
  found <- impute(
    c("2024-03", "2024-03", "2024-03", "2024", NA), "therapy",
    last_dose = day(c("2024-02-10", "2024-03-12", "2024-08-01", "2024-03-12", "2024-03-12"))
  )
  expect_equal(found$date, day(c("2024-03-01", "2024-03-12", "2024-03-31", "2024-03-12", NA)))
  expect_equal(found$flag, c("D", "D", "D", "M", NA))
})

test_that("study() completes dates in their order and sets the flags, keeping those that are there", {
  subjects <- study_subjects(2, LSTALVDT = day(c("2024-03-10", "2024-03-10")), DTHDT = c("2024-03", ""))
  events <- data.frame(
    USUBJID = c("S01", "S01", "S02"), AEDECOD = "Rash", ASTDT = c("2024-01", "2024-02-11", "2024"),
    AENDT = c("2024-03", NA, "2024-02-UN"), ASTDTF = c("", "D", "")
  )
  scans <- study_visits(c(S01 = "SD SD", S02 = "SD"), subjects, every = 20)
  therapies <- data.frame(USUBJID = "S02", CMTRT = "B", ASTDT = "2024-04-UN")
  study <- small_study(
    subjects,
    adverse_events = events, assessments = scans, therapies = therapies, design = "randomised"
  )
  expect_equal(study$subjects$DTHDT, day(c("2024-03-11", NA)))
  expect_equal(study$subjects$DTHDTF, c("D", NA))
  expect_equal(study$adverse_events$AENDT, day(c("2024-03-11", NA, "2024-02-29")))
  expect_equal(study$adverse_events$AENDTF, c("D", NA, "D"))
  expect_equal(study$adverse_events$ASTDT, day(c("2024-01-02", "2024-02-11", "2024-01-03")))
  expect_equal(study$adverse_events$ASTDTF, c("D", "D", "M"))
  expect_equal(study$therapies$ASTDT, day("2024-04-01"))
  expect_equal(study$therapies$ASTDTF, "D")
})

test_that("a scan proves that a person lived, later than the last date alive says", {
  subjects <- study_subjects(1, TRT01P = "Placebo", LSTALVDT = day("2024-02-01"), DTHDT = "2024")
  study <- study(subjects, assessments = study_visits(c(S01 = "SD SD"), subjects), design = "randomised")
  expect_equal(study$subjects$DTHDT, day("2024-01-01") + 85)
  expect_equal(study$subjects$DTHDTF, "M")
})

test_that("the day of an assessment is assumed only where the protocol says which", {
  scans <- study_visits(c(S01 = "SD PR"))
  scans$ADT <- c("2024-02", "2024-03-25")
  expect_equal(study_faults_of(small_study(assessments = scans))$fault, "incomplete_date")
  study <- small_study(assessments = scans, assessment_day = 15)
  expect_equal(study$assessments$ADT, day(c("2024-02-15", "2024-03-25")))
  expect_equal(study$assessments$ADTF, c("D", NA))
  expect_equal(
    study_faults_of(small_study(assessments = scans, assessment_day = 31))$argument[1], "assessment_day"
  )
})
