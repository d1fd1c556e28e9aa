# An ADRS with responses by RECIST 1.1 and by iRECIST (clinical rules 2.3, "always also run RECIST 1.1").

both_rule <- irecist(recist(confirmed = FALSE))
adrs_start <- as.Date("2024-01-01")

# Rows of a patient: "SD PR PD" by RECIST 1.1 and by iRECIST, a visit every six weeks; "-" is no row.
adrs_rows <- function(id, recist = NULL, immune = NULL, first = 1) {
  rows <- function(words, criterion, from) {
    if (is.null(words)) {
      return(NULL)
    }
    words <- strsplit(words, " ")[[1]]
    found <- data.frame(
      USUBJID = id, ADT = adrs_start + 42 * (from - 1 + seq_along(words)), PARAMCD = "OVR",
      PARCAT3 = criterion, AVALC = words
    )
    found[words != "-", ]
  }
  rbind(rows(recist, "RECIST 1.1", 1), rows(immune, "iRECIST", first))
}

adrs_subjects <- function(...) data.frame(USUBJID = c(...), STARTDT = adrs_start, DTHDT = adrs_start[NA])

both_of <- function(adrs, rule = both_rule) {
  best <- best_response(adrs, adrs_subjects(unique(adrs$USUBJID)), rule = rule)
  paste(best$BOR, best$IBOR, best$ICPDDT - adrs_start, best$IUPDDT - adrs_start)
}

two_patients <- rbind(
  adrs_rows("1", "SD PD PD SD", "iSD iUPD iPR iPR"), adrs_rows("2", "PR PD", "iPR iUPD iCPD")
)

# The same responses, told apart in other ways.
told_by <- function(param, column = NULL) {
  immune <- two_patients$PARCAT3 == "iRECIST"
  rows <- two_patients
  rows$PARAMCD <- param[immune + 1]
  said <- rows$PARCAT3
  rows$PARCAT3 <- NULL
  if (!is.null(column)) rows[[column]] <- said
  rows
}

test_that("rows of one PARAMCD are told apart by PARCAT3, and neither criterion reads the other's", {
  expect_equal(both_of(two_patients), c("SD iPR NA NA", "PR iPR 126 NA"))
  subjects <- adrs_subjects("1", "2")
  best <- best_response(two_patients, subjects)
  expect_equal(best$BOR, c("SD", "PR"))
  expect_equal(best$NVISIT, c(2, 2))
  ema <- censoring("EMA")
  both <- derive_endpoint(two_patients, c("PFS", "IPFS"),
    rule = both_rule, censoring = ema, subjects = subjects, design = "randomised"
  )
  expect_equal(paste(both$PARAMCD, both$USUBJID, both$AVAL, both$CNSR), c(
    "PFS 1 85 0", "PFS 2 85 0", "IPFS 1 169 1", "IPFS 2 85 0"
  ))
  # PFS comes from the record of RECIST 1.1, IPFS from that of iRECIST
  expect_equal(both$SRCSEQ, c(2, 10, 8, 12))
  alone <- derive_endpoint(two_patients, "PFS", censoring = ema, subjects = subjects, design = "randomised")
  same <- c("USUBJID", "ADT", "CNSR", "EVNTDESC", "SRCSEQ")
  expect_equal(alone[same], both[both$PARAMCD == "PFS", same], ignore_attr = TRUE)
})

test_that("the common ways of telling them apart give the same", {
  expected <- both_of(two_patients)
  expect_equal(both_of(told_by(c("OVR", "OVR"), "RSCAT")), expected)
  expect_equal(both_of(told_by(c("OVR", "OVR"), "PARCAT1")), expected)
  expect_equal(both_of(told_by(c("OVRLRESP", "OVRLRESP"), "RSCAT")), expected)
  for (code in immune_params) {
    expect_equal(both_of(told_by(c("OVR", code))), expected)
    expect_equal(both_of(told_by(c("OVRLRESP", code))), expected)
    expect_equal(both_of(told_by(c("OVR", code), "PARCAT3")), expected)
  }
  other <- transform(two_patients, PARCAT3 = ifelse(PARCAT3 == "iRECIST", "IRECIST 2017", "Recist 1.1"))
  expect_equal(both_of(other), expected)
  expect_equal(rev(both_of(two_patients[13:1, ])), expected)
  expect_equal(best_response(two_patients[13:1, ], adrs_subjects("1", "2"))$BOR, c("SD", "PR"))
  expect_equal(both_of(transform(two_patients, AVALC = factor(AVALC))), expected)
  # a table by one criterion alone, whatever it calls it
  alone <- told_by(c("OVR", "IOVR"))
  alone <- alone[alone$PARAMCD == "IOVR", ]
  expect_equal(best_response(alone, adrs_subjects("1", "2"), rule = both_rule)$IBOR, c("iPR", "iPR"))
  expect_error(best_response(alone, adrs_subjects("1", "2")), "These are words of iRECIST")
})

test_that("records of a visit are one timepoint although their dates differ", {
  rows <- adrs_rows("1", "SD PD", "iSD iUPD iCPD")
  rows$AVISIT <- c("Week 6", "Week 12", "Week 6", "Week 12", "Week 18")
  rows$ADT[2] <- rows$ADT[2] - 3
  found <- derive_response(rows, rule = both_rule)
  expect_equal(found$AVALC, c("iSD", "iUPD", "iCPD"))
  expect_equal(found$RECIST, c("SD", "PD", NA))
  expect_equal(as.numeric(found$RECISTDT - adrs_start)[1:2], c(42, 81))
  # without visits they are two timepoints, and nothing is lost
  found <- derive_response(rows[setdiff(names(rows), "AVISIT")], rule = both_rule)
  expect_equal(found$RECIST, c("SD", "PD", NA, NA))
  expect_equal(found$AVALC, c("iSD", NA, "iUPD", "iCPD"))
})

test_that("iRECIST may begin with the first progression, or never", {
  rows <- rbind(
    adrs_rows("1", "PR SD PD", "iUPD iCPD", first = 3), adrs_rows("2", "SD PR"),
    adrs_rows("3", "SD PD", "iCPD", first = 3), adrs_rows("4", "SD PD PD")
  )
  counted <- "tte_message_recist_before_irecist"
  expect_message(found <- both_of(rows), "4 patients, 1, 2, 3, 4", class = counted)
  expect_equal(found, c("PR iPR 168 NA", "PR iPR NA NA", "SD iSD 126 NA", "SD iSD NA 84"))
  suppressMessages(responses <- derive_response(rows, rule = both_rule))
  # after its first PD RECIST 1.1 says nothing of iRECIST
  expect_equal(responses$AVALC[responses$USUBJID == "4"], c("iSD", "iUPD", NA))
  expect_equal(responses$AVALC[responses$USUBJID == "1"], c("iPR", "iSD", "iUPD", "iCPD"))
})

test_that("readers stay apart", {
  rows <- rbind(
    cbind(adrs_rows("1", "SD PD", "iSD iUPD iCPD"), PARCAT2 = "Investigator"),
    cbind(adrs_rows("1", "PR PR", "iPR iPR iPR"), PARCAT2 = "BICR")
  )
  best <- function(reader) {
    found <- suppressMessages(best_response(rows, adrs_subjects("1"), rule = both_rule, reader = reader))
    paste(found$BOR, found$IBOR, !is.na(found$ICPDDT))
  }
  expect_equal(best("Investigator"), "SD iSD TRUE")
  expect_equal(best("BICR"), "PR iPR FALSE")
  # RECIST 1.1 by the central reader, iRECIST by the investigator: the first iUPD of one who has no rows by
  # RECIST 1.1 is the PD
  rows <- rows[rows$PARCAT2 == "BICR" & rows$PARCAT3 == "RECIST 1.1" | rows$PARCAT2 == "Investigator" &
    rows$PARCAT3 == "iRECIST", ]
  expect_equal(best("Investigator"), "SD iSD TRUE")
  expect_silent(found <- derive_response(rows, rule = both_rule, reader = "Investigator"))
  expect_equal(found$RECIST, c("SD", "PD", NA))
  expect_equal(best("BICR"), "PR iPR FALSE")
  expect_message(derive_response(rows, rule = both_rule, reader = "BICR"), "1 patient, 1")
  expect_equal(
    study_faults_of(best_response(rows, adrs_subjects("1"), reader = "Investigator"))$fault,
    "not_a_choice"
  )
})

test_that("what cannot be told apart is an error that says so", {
  faults <- function(x, rule = both_rule) {
    found <- study_faults_of(best_response(x, adrs_subjects("1", "2"), rule = rule))
    paste(found$fault, found$column, vapply(found$rows, toString, ""))
  }
  mixed <- two_patients[setdiff(names(two_patients), "PARCAT3")]
  expect_equal(faults(mixed), "several_params AVALC 2, 3, 10")
  expect_equal(faults(mixed, recist()), "several_params AVALC 2, 3, 10")
  unsaid <- transform(two_patients, PARCAT3 = replace(PARCAT3, c(2, 9), c(NA, "")))
  expect_equal(faults(unsaid), "several_params PARAMCD 2, 9")
  expect_equal(faults(unsaid, recist()), "several_params PARAMCD 2, 9")
  # with a PARAMCD of its own what says nothing is RECIST 1.1
  own <- told_by(c("OVR", "IOVR"), "PARCAT3")
  own$PARCAT3[own$PARCAT3 == "RECIST 1.1"] <- NA
  expect_equal(both_of(own), both_of(two_patients))
  # words must be those of their own criterion
  expect_equal(faults(rbind(two_patients, adrs_rows("2", "iSD"))), "unknown_level AVALC 14")
  expect_equal(faults(rbind(two_patients, adrs_rows("2", immune = "PD"))), "unknown_level AVALC 14")
  expect_snapshot(best_response(mixed, adrs_subjects("1", "2"), rule = both_rule), error = TRUE)
  adsl <- data.frame(USUBJID = c("1", "2"), RANDDT = adrs_start, TRT01P = "A")
  expect_equal(study_faults_of(study_from_adam(adsl, adrs = mixed))$fault, "several_params")
})

test_that("a column RECIST must hold words of RECIST 1.1, and may have its own date", {
  rows <- adrs_rows("1", immune = "iSD iUPD iPR")
  rows$PARCAT3 <- NULL
  rows$RECIST <- c("SD", "iUPD", NA)
  found <- study_faults_of(derive_response(rows, rule = both_rule))
  expect_equal(paste(found$fault, found$column, found$rows), "unknown_level RECIST 2")
  rows$RECIST[2] <- "PD"
  rows$RECISTDT <- rows$ADT - c(0, 5, NA)
  expect_equal(derive_response(rows, rule = both_rule)$RECISTDT, rows$ADT - c(0, 5, 0))
  rows$RECISTDT <- "yesterday"
  expect_equal(study_faults_of(derive_response(rows, rule = both_rule))$fault, "not_a_date")
})

test_that("simulated, derived, written and read back, both criteria give the same endpoints", {
  skip_if_not_installed("haven")
  study <- simulate_study(design_guided_therapy(60, pseudoprogression = 0.3), 4)
  responses <- derive_response(study, rule = both_rule)
  best <- best_response(study, rule = both_rule)
  dir <- tempfile("adam")
  dir.create(dir)
  on.exit(unlink(dir, recursive = TRUE))
  file <- write_adam(list(responses, best), file.path(dir, "adrs.xpt"))
  adrs <- as.data.frame(haven::read_xpt(file))
  expect_setequal(adrs$PARAMCD, c("OVR", "BOR", "CBOR", "IOVR", names(patient_parameters)))
  expect_true(all(adrs$AVAL[adrs$PARAMCD == "IOVR"] == immune_codes[adrs$AVALC[adrs$PARAMCD == "IOVR"]]))
  expect_equal(
    sum(adrs$PARAMCD == "IOVR" & adrs$PARCAT3 == "iRECIST"), sum(!is.na(responses$AVALC))
  )
  endpoints <- function(x) {
    derive_endpoint(x, c("PFS", "IPFS", "TTP", "DOR", "IDOR"), rule = both_rule, censoring = list(
      censoring("FDA", visits = visits_every(weeks = 6, window_days = 7)), censoring("EMA")
    ))
  }
  compared <- c("USUBJID", "PARAMCD", "STARTDT", "ADT", "CNSR", "EVNTDESC", "CNSDTDSC", "LASSDT")
  expected <- endpoints(study)
  expect_gt(sum(expected$EVNTDESC == confirmed_words), 0)
  expect_gt(sum(best$DIFFERS), 0)
  for (code in c("IOVR", "OVR")) {
    adrs$PARAMCD[adrs$PARAMCD == "IOVR"] <- code
    again <- study_from_adam(as.data.frame(study$subjects),
      adrs = adrs, arm = NULL, design = "cohort", data_cut = study$tte$data_cut
    )
    expect_equal(endpoints(again)[compared], expected[compared], ignore_attr = TRUE)
    found <- best_response(again, rule = both_rule)
    same <- c("BOR", "BORDT", "CBOR", "IBOR", "IBORDT", "ICBOR", "IPDDT", "ICPDDT", "IUPDDT", "DIFFERS")
    expect_equal(found[same], best[same], ignore_attr = TRUE)
    expect_equal(nrow(pseudoprogression(again)), nrow(pseudoprogression(study)))
  }
})

test_that("ADaM has one meaning for a PARAMCD, so one for both criteria is refused", {
  rows <- two_patients
  rows$PARAM <- "Overall Response by Visit"
  found <- study_faults_of(write_adam(rows, file.path(tempdir(), "adrs.csv")))
  expect_equal(found$fault, "row_twice")
  expect_match(found$remedy, "IOVR")
})
