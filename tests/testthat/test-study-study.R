test_that("design must be said, and the error lists the three", {
  faults <- study_faults_of(study(study_subjects()))
  expect_equal(faults$argument, "design")
  expect_match(faults$message, "\"randomised\", \"single_arm\", \"cohort\"", fixed = TRUE)
  expect_equal(study_faults_of(study(study_subjects(), design = "crossover"))$fault, "not_a_choice")
})

test_that("tables lie under their names, with the arm's reference first and time zero by design", {
  study <- small_study(assessments = study_visits(c(S01 = "SD PR - PD")))
  expect_s3_class(study, "tte_study")
  expect_named(study, c("subjects", "assessments", "tte"))
  expect_equal(levels(study$subjects$TRT01P), c("Placebo", "Drug X"))
  expect_equal(study$tte$reference, "Placebo")
  expect_equal(study$subjects$STARTDT, study_subjects()$RANDDT)
  single <- study(study_subjects(), design = "single_arm", arm = NULL)
  expect_equal(single$subjects$STARTDT, study_subjects()$TRTSDT)
})

test_that("a mapping gives any columns the package's names", {
  rows <- study_visits(c(S01 = "SD PR"))
  mine <- data.frame(patient = rows$USUBJID, day = format(rows$ADT), result = rows$AVALC, centre = "A")
  study <- small_study(
    assessments = mine,
    mapping = list(assessments = c(USUBJID = "patient", ADT = "day", AVALC = "result"))
  )
  expect_equal(study$assessments[c("USUBJID", "ADT", "AVALC")], rows[c("USUBJID", "ADT", "AVALC")])
  expect_equal(study$assessments$centre, c("A", "A"))
})

test_that("vital status is merged into the subjects and kept", {
  vital <- data.frame(
    USUBJID = c("S02", "S01"), DTHDT = as.Date(c("2024-05-01", NA)),
    LSTALVDT = as.Date(c(NA, "2024-09-01"))
  )
  study <- small_study(vital_status = vital)
  expect_equal(study$subjects$DTHDT, as.Date(c(NA, "2024-05-01", NA, NA)))
  expect_equal(study$subjects$LSTALVDT, replace(study_subjects()$LSTALVDT, 1, as.Date("2024-09-01")))
  expect_equal(study$vital_status, vital)
})

test_that("a cohort starts with its first dose and is grouped by what was started that day", {
  doses <- data.frame(
    USUBJID = c("S01", "S01", "S02", "S03", "S03"), EXTRT = c("B", "A", "A", "C", "B"),
    ASTDT = as.Date(c("2024-03-01", "2024-02-01", "2024-02-02", "2024-02-03", "2024-02-03"))
  )
  cohort <- study(study_subjects()["USUBJID"], exposure = doses, design = "cohort", arm = "GROUP")
  expect_equal(cohort$subjects$STARTDT, as.Date(c("2024-02-01", "2024-02-02", "2024-02-03", NA)))
  expect_equal(cohort$subjects$GROUP, c("A", "A", "B + C", NA))
})

test_that("readers are listed", {
  rows <- study_visits(c(S01 = "SD PR"))
  both <- rbind(cbind(rows, READER = "INVESTIGATOR"), cbind(rows, READER = "BICR"))
  expect_equal(small_study(assessments = both)$tte$readers, c("BICR", "INVESTIGATOR"))
})
