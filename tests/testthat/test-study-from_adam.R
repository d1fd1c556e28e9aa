adsl <- data.frame(
  USUBJID = c("1", "2", "3", "4"), TRT01P = c("A", "B", "Screen Failure", "B"),
  RANDDT = as.Date(c("2024-01-01", "2024-01-02", NA, "2024-01-03")), SEX = c("F", "M", "F", "F")
)
adtte <- data.frame(
  USUBJID = rep(c("1", "2", "4"), 2), PARAMCD = rep(c("OS", "PFS"), each = 3), AVAL = 1:6,
  CNSR = c(0, 1, 0, 0, 0, 1)
)

faults_of <- function(expr) tryCatch(expr, tte_error_input = function(e) e$faults)

test_that("tables lie under their names, the arm has its reference first, screen failures are counted", {
  study <- study_from_adam(adsl, adtte = adtte, arms = c("B", "A"), unit = "days")
  expect_s3_class(study, "tte_study")
  expect_named(study, c("subjects", "endpoints", "tte"))
  expect_equal(levels(study$subjects$TRT01P), c("B", "A"))
  expect_equal(levels(study$endpoints$TRT01P), c("B", "A"))
  expect_equal(study$endpoints$SEX, rep(c("F", "M", "F"), 2))
  expect_equal(study$tte$n_screen_failures, 1)
  expect_equal(study$tte$design, "randomised")
  expect_equal(study$tte$reference, "B")
})

test_that("without arms = a character arm has no reference", {
  study <- study_from_adam(adsl, adtte = adtte)
  expect_type(study$subjects$TRT01P, "character")
  expect_null(study$tte$reference)
})

test_that("params maps names to PARAMCD and leaves the others out", {
  study <- study_from_adam(adsl, adtte = adtte, params = c(Death = "OS"))
  expect_equal(unique(study$endpoints$PARAMCD), "OS")
  expect_equal(study$tte$params, c(Death = "OS"))
})

test_that("a table shaped like ADTTE is enough, also without dates", {
  study <- study_from_adam(
    adtte = cbind(adtte, ARM = rep(c("A", "B", "B"), 2)), arm = "ARM",
    arms = c("A", "B")
  )
  expect_equal(study$subjects$USUBJID, c("1", "2", "4"))
  expect_equal(names(study$subjects), c("USUBJID", "ARM"))
  expect_null(study$tte$design)
  expect_null(study$tte$unit)
})

test_that("the unit is read from AVALU, or recognised from the dates", {
  expect_equal(study_from_adam(adsl, adtte = cbind(adtte, AVALU = "MONTHS"))$tte$unit, "months")
  start <- as.Date("2024-01-01")
  dated <- cbind(adtte, STARTDT = start, ADT = start + adtte$AVAL - 1)
  expect_equal(study_from_adam(adsl, adtte = dated)$tte$unit, "days")
  expect_null(study_from_adam(adsl, adtte = transform(dated, AVAL = AVAL / 7))$tte$unit)
})

test_that("all faults of all tables and arguments come in one error, with their rows", {
  bad_adsl <- transform(adsl, RANDDT = "soon", USUBJID = c("1", "1", "3", NA))
  bad_adtte <- transform(adtte, AVAL = c(-1, NA, Inf, 4, 5, 6), CNSR = c(0.5, 0, 0, 0, 0, 0))
  faults <- faults_of(study_from_adam(bad_adsl,
    adtte = bad_adtte, arm = "ARM", params = c(X = "XX"),
    unit = "d"
  ))
  found <- paste(faults$argument, faults$column, faults$fault)
  expect_setequal(found, c(
    "adsl USUBJID missing_value", "adsl USUBJID person_twice", "adsl RANDDT not_a_date",
    "adtte AVAL missing_value",
    "adtte AVAL not_finite", "adtte AVAL negative_time", "adtte CNSR bad_status",
    "adtte USUBJID unknown_level",
    "arm ARM unknown_column", "params PARAMCD unknown_param", "unit NA not_a_choice"
  ))
  expect_equal(faults$rows[[which(found == "adtte AVAL not_finite")]], 3L)
})

test_that("each kind of wrong input has its fault", {
  fault <- function(...) faults_of(study_from_adam(...))$fault
  expect_equal(fault(), "missing_table")
  expect_equal(fault(list(), adtte = adtte), "wrong_type")
  expect_equal(fault(adsl[0, ]), "no_rows")
  expect_equal(fault(adsl, adtte = adtte[-4]), "unknown_column")
  expect_equal(fault(adsl, adtte = rbind(adtte, adtte[2, ])), "person_twice")
  expect_equal(fault(adsl, arms = c("A", "C")), "unknown_level")
  expect_equal(fault(adsl, params = c(OS = "OS")), "missing_table")
  expect_equal(fault(adsl, data_cut = "2024-01-01"), "not_a_date")
  expect_equal(fault(adsl, design = "crossover"), "not_a_choice")
  late <- transform(adtte, ADT = as.Date("2025-01-01"))
  expect_equal(fault(adsl, adtte = late, data_cut = as.Date("2024-06-01")), "out_of_range")
})

test_that("print counts what is there", {
  expect_snapshot(print(study_from_adam(adsl, adtte = adtte, arms = c("B", "A"), unit = "days")))
  expect_snapshot(study_from_adam(adsl, adtte = adtte[-4], arm = "ARM", params = c(X = "XX")), error = TRUE)
})

test_that("pharmaverseadam's oncology data become a study", {
  skip_if_not_installed("pharmaverseadam")
  study <- study_from_adam(
    pharmaverseadam::adsl, pharmaverseadam::adrs_onco, pharmaverseadam::adtte_onco, pharmaverseadam::adae,
    arm = "TRT01P", params = c(OS = "OS", PFS = "PFS", DoR = "RSD"),
    arms = c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
  )
  expect_equal(nrow(study$subjects), 254)
  expect_equal(study$tte$n_screen_failures, 52)
  expect_equal(study$tte$unit, "days")
  expect_equal(anyNA(study$endpoints$TRT01P), FALSE)
})
