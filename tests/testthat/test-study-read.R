file_with <- function(extension, write) {
  file <- tempfile(fileext = paste0(".", extension))
  write(file)
  file
}

same_study <- function(file, given = study_visits(c(S01 = "SD PR"))) {
  on.exit(unlink(file))
  study <- small_study(assessments = file)
  expect_equal(study$assessments$ADT, given$ADT)
  expect_equal(as.vector(study$assessments$AVALC), given$AVALC)
  expect_equal(study$tte$hash, small_study(assessments = given)$tte$hash)
}

test_that("a table may be the path of a csv or rds file", {
  given <- study_visits(c(S01 = "SD PR"))
  same_study(file_with("csv", function(file) utils::write.csv(given, file, row.names = FALSE)))
  same_study(file_with("rds", function(file) saveRDS(given, file)))
})

test_that("a table may be the path of a SAS transport file or data set", {
  skip_if_not_installed("haven")
  given <- study_visits(c(S01 = "SD PR"))
  same_study(file_with("xpt", function(file) haven::write_xpt(given, file, version = 5, name = "RS")))
  iris <- read_table(system.file("examples", "iris.sas7bdat", package = "haven"), "samples")
  expect_equal(dim(iris), c(150, 5))
})

test_that("a table may be the path of a parquet file", {
  skip_if_not_installed("nanoparquet")
  given <- study_visits(c(S01 = "SD PR"))
  same_study(file_with("parquet", function(file) nanoparquet::write_parquet(given, file)))
})

test_that("identifiers of a csv file are text, so that 1 and \"1\" are one person and 100000 stays itself", {
  subjects <- study_subjects(2, USUBJID = c("1", "100000"))
  file <- file_with("csv", function(file) {
    utils::write.csv(study_visits(c("1" = "SD", "100000" = "PR"), subjects), file, row.names = FALSE)
  })
  on.exit(unlink(file))
  study <- small_study(subjects, assessments = file)
  expect_equal(study$assessments$USUBJID, c("1", "100000"))
  numbers <- small_study(transform(subjects, USUBJID = c(1, 100000)))
  expect_equal(numbers$subjects$USUBJID, c("1", "100000"))
})

test_that("files that cannot be read are faults beside the others", {
  broken <- file_with("rds", function(file) writeLines("no data", file))
  odd <- file_with("docx", function(file) writeLines("no data", file))
  on.exit(unlink(c(broken, odd)))
  faults <- study_faults_of(study(
    study_subjects(),
    lesions = "no such file.csv", assessments = broken, therapies = odd, samples = 5, design = "randomised"
  ))
  expect_equal(faults$argument, c("lesions", "assessments", "therapies", "samples"))
  expect_equal(faults$fault, c("missing_table", "wrong_type", "wrong_type", "wrong_type"))
})

test_that("wrong mappings are faults", {
  faults <- function(mapping, ...) {
    found <- study_faults_of(small_study(assessments = study_visits(c(S01 = "SD PR")), mapping = mapping))
    paste(found$argument, found$fault, found$column)
  }
  expect_equal(faults("AVAL"), "mapping wrong_type NA")
  expect_equal(faults(list(assessments = c("a", "b"))), "mapping wrong_type NA")
  expect_equal(faults(list(assessments = c(ASTDT = "day"))), "mapping unknown_column day")
  expect_equal(faults(list(assessments = c(AVALC = "PARAMCD"))), "mapping several_params AVALC")
  expect_equal(faults(list(lesions = c(AVAL = "mm"))), "mapping missing_table NA")
})

test_that("one column may serve under two names", {
  rows <- study_visits(c(S01 = "SD PR"))
  names(rows)[names(rows) == "ADT"] <- "day"
  study <- small_study(assessments = rows, mapping = list(assessments = c(ADT = "day", ASTDT = "day")))
  expect_equal(study$assessments$ADT, study$assessments$ASTDT)
})
