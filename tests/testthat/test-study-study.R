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

test_that("time zero may be another date, but never in a randomised study", {
  subjects <- study_subjects(SURGDT = as.Date("2023-12-01"))
  adjuvant <- study(subjects, design = "cohort", start = "SURGDT")
  expect_equal(adjuvant$subjects$STARTDT, subjects$SURGDT)
  expect_match(paste(study_sentences(adjuvant), collapse = "\n"), "Time zero is SURGDT")
  expect_equal(study_faults_of(study(subjects, design = "randomised", start = "SURGDT"))$argument, "start")
  expect_equal(study_faults_of(study(subjects, design = "cohort", start = "OPDT"))$fault, "unknown_column")
  expect_equal(study_faults_of(study(subjects, design = "cohort", start = 1))$fault, "wrong_type")
  words <- transform(subjects, SURGDT = c("2023-12-01", "2023-12", "soon", NA))
  faults <- study_faults_of(study(words, design = "cohort", start = "SURGDT"))
  expect_equal(faults$fault, c("not_a_date", "incomplete_date"))
})

test_that("arms: required in a randomised study, in their order, without screen failures", {
  subjects <- study_subjects(TRT01P = c("A", "B", "Screen Failure", "B"), RANDDT = as.Date("2024-01-01"))
  study <- study(subjects,
    assessments = study_visits(c(S01 = "SD", S03 = "PD")), design = "randomised",
    arms = c("B", "A")
  )
  expect_equal(study$subjects$USUBJID, c("S01", "S02", "S04"))
  expect_equal(study$assessments$USUBJID, "S01")
  expect_equal(study$tte$n_screen_failures, 1)
  expect_equal(
    study_faults_of(study(subjects["USUBJID"], design = "single_arm", arm = NULL))$column, "TRTSDT"
  )
  without <- subjects[setdiff(names(subjects), "TRT01P")]
  expect_equal(study_faults_of(study(without, design = "randomised"))$argument, "arm")
  expect_null(study(without, design = "single_arm")$tte$arm)
  expect_equal(study_faults_of(study(without, design = "single_arm", arm = "TRT"))$fault, "unknown_column")
  expect_equal(
    study_faults_of(study(subjects, design = "randomised", arms = c("A", "A")))$argument, c("arms", "arms")
  )
  blank <- transform(subjects, TRT01P = c("A", "", "B", "B"))
  expect_equal(study_faults_of(study(blank, design = "randomised"))$rows, list(2L))
})

test_that("groups of a cohort have a reference as well", {
  doses <- data.frame(
    USUBJID = c("S01", "S02", "S03"), EXTRT = c("A", "B", "B"), ASTDT = as.Date("2024-02-01")
  )
  cohort <- study(study_subjects()["USUBJID"], exposure = doses, design = "cohort", arms = c("B", "A"))
  expect_equal(cohort$tte$reference, "B")
  expect_equal(as.character(cohort$subjects$TRT01P), c("A", "B", "B", NA))
  faults <- study_faults_of(
    study(study_subjects()["USUBJID"], exposure = doses, design = "cohort", arms = c("C", "A"))
  )
  expect_match(faults$message, "the data have A, B")
})

test_that("what is said about the study is kept and checked", {
  subjects <- study_subjects(risk = 1:4, CTDT = as.Date("2024-01-05"))
  study <- small_study(subjects, entry_condition = "irAE", measured = c(risk = "CTDT"))
  expect_equal(study$tte$entry_condition, "irAE")
  expect_equal(study$tte$measured, c(risk = "CTDT"))
  wrong <- function(...) study_faults_of(small_study(subjects, ...))
  expect_equal(wrong(measured = "CTDT")$argument, "measured")
  expect_equal(wrong(measured = c(score = "CTDT"))$column, "score")
  expect_equal(wrong(entry_condition = c("a", "b"))$argument, "entry_condition")
  expect_equal(study_faults_of(study(design = "cohort"))$fault, "missing_table")
  expect_equal(study_faults_of(study(study_subjects()[0, ], design = "cohort"))$fault, "no_rows")
})

test_that("tables other than the subjects may be empty, and any table may be alone", {
  rows <- study_visits(c(S01 = "SD PR"))
  expect_equal(nrow(small_study(assessments = rows[0, ])$assessments), 0)
  alone <- study(assessments = rows, design = "cohort")
  expect_named(alone, c("assessments", "tte"))
  expect_equal(study_faults_of(study_table(alone, "subjects", "km()"))$column, "subjects")
})

test_that("factors, tibbles and labels do not matter", {
  subjects <- study_subjects()
  odd <- subjects
  odd$USUBJID <- factor(odd$USUBJID)
  odd$TRT01P <- factor(odd$TRT01P)
  odd$RANDDT <- as.POSIXct("2024-01-01 13:45", tz = "UTC") + 86400 * 0:3
  attr(odd$TRT01P, "label") <- "Planned treatment"
  rows <- study_visits(c(S01 = "SD PR"))
  rows$AVALC <- factor(rows$AVALC)
  if (requireNamespace("tibble", quietly = TRUE)) odd <- tibble::as_tibble(odd)
  study <- small_study(odd, assessments = rows)
  expect_s3_class(study$subjects, "data.frame", exact = TRUE)
  expect_equal(study$subjects$STARTDT, subjects$RANDDT)
  expect_equal(study$tte$labels[["TRT01P"]], "Planned treatment")
})

test_that("without a last date alive the latest scan, dose, visit or adverse event is it, as print says", {
  subjects <- study_subjects()[c("USUBJID", "TRT01P", "RANDDT")]
  study <- small_study(subjects, assessments = study_visits(c(S01 = "SD PR", S02 = "SD"), subjects))
  expect_equal(study$subjects$LSTALVDT, subjects$RANDDT + c(84, 42, 0, 0))
  expect_snapshot(print(study))
})

test_that("all that is unusable is told in one error", {
  subjects <- study_subjects(USUBJID = c("S01", "S01", "S03", NA))
  lesions <- transform(
    study_lesions("S09", list(T1 = c(30, 20))),
    AVAL = c(-1, 20), ADT = c("2024-01-05", "2024-13-01")
  )
  expect_snapshot(small_study(subjects, lesions = lesions, arms = c("Placebo", "Drug Y")), error = TRUE)
})

test_that("two columns of one name are a fault where the name is the package's", {
  rows <- study_visits(c(S01 = "SD PR"))
  names(rows)[names(rows) == "PARAMCD"] <- "AVALC"
  faults <- study_faults_of(small_study(assessments = rows))
  said <- paste(faults$argument, faults$fault, faults$column)
  expect_true("assessments several_params AVALC" %in% said)
  other <- cbind(study_visits(c(S01 = "SD PR")), centre = 1, centre = 2)
  expect_s3_class(small_study(assessments = other), "tte_study")
})

test_that("the order of rows and tables, tibbles and factors leave a simulated study as it is", {
  tables <- simulate_study(design_guided_therapy(20), 1, as = "tables")
  made <- do.call(study, tables)
  names <- intersect(schema_tables, names(tables))
  other <- function(change) {
    tables[names] <- lapply(tables[names], change)
    do.call(study, tables)
  }
  expect_equal(do.call(study, unclass(tables)[rev(names(tables))])$subjects, made$subjects)
  turned <- other(function(table) table[rev(seq_len(nrow(table))), ])
  expect_equal(turned$subjects$STARTDT, rev(made$subjects$STARTDT))
  words <- other(function(table) {
    table[] <- lapply(table, function(column) if (is.character(column)) factor(column) else column)
    table
  })
  expect_equal(words$tte$hash, made$tte$hash)
  expect_equal(words$subjects$STARTDT, made$subjects$STARTDT)
  skip_if_not_installed("tibble")
  expect_equal(other(tibble::as_tibble)$lesions, made$lesions)
})
