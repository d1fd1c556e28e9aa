day <- function(x) as.Date(x)

written_study <- function() {
  subjects <- study_subjects(4, DTHDT = day(c(NA, NA, NA, "2024-07-01")), BASEFL = "Y")
  small_study(subjects, assessments = study_visits(
    c(S01 = "SD PR PR", S02 = "PR PD", S03 = "SD SD", S04 = "NE"), subjects
  ))
}

written_adtte <- function() {
  derive_endpoint(written_study(), c("OS", "PFS"), censoring = list(censoring("EMA"), censoring(
    "FDA",
    visits = visits_every(weeks = 6, window_days = 7)
  )))
}

in_file <- function(extension, code) {
  file <- file.path(withr_dir(), paste0("out.", extension))
  on.exit(unlink(dirname(file), recursive = TRUE))
  code(file)
}

withr_dir <- function() {
  dir <- tempfile("adam")
  dir.create(dir)
  dir
}

test_that("ADTTE in a transport file reads back, and has the shape that CDISC asks for", {
  skip_if_not_installed("haven")
  adtte <- written_adtte()
  in_file("xpt", function(file) {
    expect_equal(write_adam(adtte, file), file)
    back <- haven::read_xpt(file)
    expect_equal(nrow(back), nrow(adtte))
    expect_true(all(nchar(names(back)) <= 8))
    labels <- vapply(back, attr, "", "label")
    expect_true(all(nchar(labels) <= 40 & nzchar(labels)))
    expect_equal(labels[["CNSR"]], "Censor")
    expect_equal(anyDuplicated(back[c("USUBJID", "PARAMCD")]), 0)
    expect_s3_class(back$ADT, "Date")
    expect_equal(as.vector(back$ADT), as.vector(adtte$ADT))
    expect_equal(as.vector(back$AVAL), as.vector(adtte$AVAL))
    expect_equal(as.vector(back$CAUSEDSC), adtte$CAUSEDESC)
    expect_equal(as.vector(back$TRT01P), as.character(adtte$TRT01P))
  })
})

test_that("ADRS holds the responses and the best ones, and makes a study with the same best response", {
  study <- written_study()
  best <- best_response(study)
  in_file("csv", function(file) {
    write_adam(list(derive_response(study), best), file)
    adrs <- utils::read.csv(file)
    expect_setequal(adrs$PARAMCD, c("OVR", "BOR", "CBOR"))
    expect_equal(sum(adrs$PARAMCD == "BOR"), 4)
    adrs$ADT <- as.Date(adrs$ADT)
    expect_equal(adrs$AVAL[adrs$PARAMCD == "BOR"], c(2, 2, 3, 6))
    again <- study_from_adam(study$subjects, adrs = adrs[adrs$PARAMCD == "OVR", ])
    expect_equal(best_response(again)$BOR, best$BOR)
  })
})

test_that("a study is written table by table", {
  skip_if_not_installed("haven")
  study <- written_study()
  dir <- withr_dir()
  on.exit(unlink(dir, recursive = TRUE))
  files <- write_adam(study, dir)
  expect_equal(basename(files), c("adsl.xpt", "adrs.xpt"))
  back <- study_from_adam(haven::read_xpt(files[1]), adrs = haven::read_xpt(files[2]))
  expect_equal(as.vector(back$subjects$STARTDT), as.vector(study$subjects$STARTDT))
  expect_equal(best_response(back)$BOR, best_response(study)$BOR)
})

test_that("what CDISC would refuse is refused before anything is written", {
  adtte <- written_adtte()
  refused <- function(data, column, extension = "csv") {
    in_file(extension, function(file) {
      found <- study_faults_of(write_adam(data, file))
      expect_false(file.exists(file))
      expect_equal(list.files(dirname(file), all.files = TRUE, no.. = TRUE), character())
      found <- found[found$column %in% column, ]
      paste(found$fault, vapply(found$rows, toString, ""))
    })
  }
  change <- function(column, value, row = 2) {
    adtte[[column]][row] <- value
    adtte
  }
  expect_equal(refused(cbind(adtte, SITEIDENTIFIER = 1), "SITEIDENTIFIER"), "out_of_range ")
  expect_equal(refused(cbind(adtte, site = 1), "site"), "out_of_range ")
  labelled <- adtte
  attr(labelled$RANDDT, "label") <- strrep("x", 41)
  expect_equal(refused(labelled, "RANDDT"), "out_of_range ")
  expect_equal(refused(rbind(adtte, adtte[3, ]), "PARAMCD"), "row_twice 13")
  expect_equal(refused(change("CNSR", -1L), "CNSR"), "bad_status 2")
  expect_equal(refused(change("CNSR", 0.5), "CNSR"), "bad_status 2")
  expect_equal(refused(change("CNSR", NA), "CNSR"), "missing_value 2")
  expect_equal(refused(change("EVNTDESC", ""), "EVNTDESC"), "missing_value 2")
  expect_equal(refused(change("EVNTDESC", strrep("x", 201)), "EVNTDESC"), "out_of_range 2")
  expect_equal(refused(change("EVNTDESC", "D\u00e9c\u00e8s"), "EVNTDESC", "xpt"), "out_of_range 2")
  expect_equal(refused(change("ADT", day("2023-01-01")), "ADT"), "dates_out_of_order 2")
  expect_equal(refused(change("USUBJID", NA), "USUBJID"), "missing_value 2")
  expect_equal(refused(change("PARAM", "Something else"), "PARAM"), "contradiction 1, 2, 3, 4")
  expect_equal(refused(change("PARAMCD", "PFS by investigator"), "PARAMCD"), "out_of_range 2")
  expect_equal(refused(adtte[setdiff(names(adtte), "EVNTDESC")], "EVNTDESC"), "unknown_column ")
})

test_that("a csv file may hold any letters", {
  adtte <- written_adtte()
  adtte$EVNTDESC[2] <- "D\u00e9c\u00e8s"
  in_file("csv", function(file) {
    write_adam(adtte, file)
    expect_equal(utils::read.csv(file, encoding = "UTF-8")$EVNTDESC, adtte$EVNTDESC)
  })
})

test_that("a file is never replaced unasked, and a failure leaves what was there", {
  adtte <- written_adtte()
  in_file("csv", function(file) {
    writeLines("precious", file)
    expect_equal(study_faults_of(write_adam(adtte, file))$fault, "file_exists")
    expect_equal(study_faults_of(write_adam(rbind(adtte, adtte), file, overwrite = TRUE))$fault, "row_twice")
    expect_equal(readLines(file), "precious")
    write_adam(adtte, file, overwrite = TRUE)
    expect_equal(nrow(utils::read.csv(file)), nrow(adtte))
    expect_equal(list.files(dirname(file), all.files = TRUE, no.. = TRUE), "out.csv")
  })
})

test_that("wrong arguments are classed errors", {
  adtte <- written_adtte()
  faults <- function(...) {
    found <- study_faults_of(write_adam(...))
    paste(found$argument, found$fault)
  }
  expect_equal(faults(adtte, "out.sas7bdat"), "path not_a_choice")
  expect_equal(faults(adtte, file.path(tempdir(), "no such place", "out.csv")), "path missing_table")
  expect_equal(faults(adtte, 1), "path wrong_type")
  expect_equal(faults("adtte", "out.csv"), "x wrong_type")
  expect_equal(faults(list(adtte, adtte), "out.csv"), "x wrong_type")
  expect_equal(faults(written_study(), tempdir(), format = "parquet"), "format not_a_choice")
  expect_equal(faults(adtte, "out.csv", overwrite = NA), "overwrite wrong_type")
})
