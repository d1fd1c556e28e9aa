# iRECIST on input as it comes: one visit, none, readers, data cuts, words as they were typed.

both_rules <- irecist(recist(confirmed = FALSE))

odd_subjects <- function(n, ...) {
  data.frame(
    USUBJID = as.character(seq_len(n)), RANDDT = day_zero, TRTSDT = day_zero, DTHDT = as.Date(NA),
    LSTALVDT = day_zero + 300, ...
  )
}

# Patients whose targets are confirmed, superseded, and not scanned again after the iUPD of day 42.
three_courses <- function(...) {
  sizes <- list("1" = c(50, 65, 72), "2" = c(50, 60, 20, 20), "3" = c(50, 70))
  rows <- do.call(rbind, lapply(names(sizes), function(id) {
    mm <- sizes[[id]]
    data.frame(
      USUBJID = id, TRLNKID = "T1", TRGRPID = "TARGET", ADT = day_zero + 42 * (seq_along(mm) - 1), AVAL = mm
    )
  }))
  cbind(rows, ...)
}

odd_study <- function(lesions = three_courses(), ...) {
  study(subjects = odd_subjects(3, ...), lesions = lesions, design = "randomised", arm = NULL)
}

told <- function(x, columns = c("AVAL", "CNSR", "EVNTDESC")) do.call(paste, as.list(x[columns]))

test_that("a data cut between iUPD and its confirmation leaves it unconfirmed", {
  at <- function(day, rule = both_rules) {
    cut <- data_cut(odd_study(), day_zero + day)
    told(derive_endpoint(cut, "IPFS", rule = rule, censoring = ema))
  }
  open <- paste("43 0", unconfirmed_words("No Further Assessment"))
  expect_equal(at(41), rep("1 3 No Post-Baseline Tumor Assessment", 3))
  expect_equal(at(42), rep(open, 3))
  expect_equal(at(83), rep(open, 3))
  expect_equal(at(84), c(paste("43 0", confirmed_words), "85 1 Last Tumor Assessment", open))
  waits <- irecist(recist(confirmed = FALSE), pending = "censor")
  expect_equal(at(83, waits), rep("43 1 Last Tumor Assessment", 3))
  best <- best_response(data_cut(odd_study(), day_zero + 83), rule = both_rules)
  expect_equal(best$IBOR, rep("iUPD", 3))
  expect_equal(best$IUPDDT, rep(day_zero + 42, 3))
  expect_true(all(is.na(best$ICPDDT)))
  expect_equal(nrow(pseudoprogression(data_cut(odd_study(), day_zero + 83))), 0)
})

test_that("several readers and rules give an endpoint each", {
  investigator <- three_courses(READER = "INV")
  central <- transform(investigator, READER = "BICR")
  central$AVAL[central$USUBJID == "1"] <- 50
  x <- odd_study(rbind(investigator, central))
  found <- derive_endpoint(x, "IPFS", both_rules, list(fda, ema), reader = c("INV", "BICR"))
  expect_equal(found$CNSR[found$USUBJID == "1"], c(0, 1, 0, 1))
  expect_equal(found$READER[found$USUBJID == "1"], rep(c("INV", "BICR"), 2))
  expect_length(unique(found$PARAMCD), 4)
  expect_error(derive_endpoint(x, "IPFS", both_rules, ema), "several readers assessed")
})

test_that("words are read as they were typed, alone or in a study", {
  visits <- data.frame(
    USUBJID = c("1", "1", "1", "2"), ADT = day_zero + 42 * c(1, 2, 3, 1),
    AVALC = c("isd", "iupd", "icpd", " Ipr")
  )
  x <- study(subjects = odd_subjects(3), assessments = visits, design = "randomised", arm = NULL)
  best <- best_response(x, rule = both_rules)
  expect_equal(best$IBOR, c("iSD", "iPR", "MISSING"))
  expect_equal(best$ICPDDT, day_zero + c(126, NA, NA))
  found <- told(derive_endpoint(x, c("PFS", "IPFS"), both_rules, ema))
  expect_equal(found[1:3], c(
    "85 0 Disease Progression", "43 1 Last Tumor Assessment", "1 3 No Post-Baseline Tumor Assessment"
  ))
  expect_equal(found[4:6], c(paste("85 0", confirmed_words), found[2:3]))
  as_factors <- transform(visits, USUBJID = factor(USUBJID), AVALC = factor(AVALC))
  subjects <- cbind(odd_subjects(3), STARTDT = day_zero)
  expect_equal(best_response(as_factors, subjects, rule = both_rules)$IBOR, best$IBOR)
})

test_that("two visits on one day are two timepoints, and the later does not confirm the earlier", {
  lesions <- rbind(target("T1", 50, 65, 80))
  lesions$ADT <- recist_start + c(0, 42, 42)
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  found <- derive_response(lesions, subjects, rule = both_rules)
  expect_equal(found$AVALC, c(NA, "iUPD", "iUPD"))
  expect_equal(found$ICODE, c(NA, "OPENED", "TOO EARLY"))
})

test_that("without a baseline nothing can be told of the targets", {
  lesions <- three_courses()
  x <- suppressMessages(odd_study(lesions[lesions$ADT > day_zero, ]))
  responses <- suppressMessages(derive_response(x, rule = both_rules))
  expect_equal(unique(responses$AVALC), "NE")
  found <- suppressMessages(derive_endpoint(x, "IPFS", both_rules, list(fda, ema)))
  expect_equal(found$CNSR, rep(c(2, 3), each = 3))
})

test_that("listings of nobody have their columns, and print", {
  lesions <- three_courses()
  all_pseudo <- pseudoprogression(odd_study(lesions))
  doses <- function(days) odd_study(lesions[lesions$USUBJID == "3", ], TRTEDT = day_zero + days)
  all_past <- treatment_past_progression(doses(200))
  expect_equal(c(nrow(all_pseudo), nrow(all_past)), c(1, 1))
  types <- function(x) vapply(x, function(column) class(column)[1], "")
  for (rows in list(lesions[lesions$USUBJID == "3", ], lesions[lesions$ADT == day_zero, ])) {
    none <- pseudoprogression(odd_study(rows))
    expect_s3_class(none, "tte_pseudoprogression")
    expect_equal(nrow(none), 0)
    expect_equal(types(none), types(all_pseudo))
    expect_output(print(none), "in 0 of the")
  }
  none <- treatment_past_progression(doses(42))
  expect_equal(nrow(none), 0)
  expect_equal(types(none), types(all_past))
  expect_output(print(none), "0 of 1 patient who progressed")
  # before the first assessment of a study
  empty <- study(
    subjects = odd_subjects(2, TRTEDT = day_zero), design = "randomised", arm = NULL,
    assessments = data.frame(USUBJID = character(), ADT = day_zero[0], AVALC = character())
  )
  expect_equal(types(pseudoprogression(empty)), types(all_pseudo))
  expect_equal(types(treatment_past_progression(empty)), types(all_past))
  expect_equal(best_response(empty, rule = both_rules)$IBOR, rep("MISSING", 2))
  parameters <- derive_irecist_parameters(
    best_response(empty, rule = both_rules), derive_response(empty, rule = both_rules)
  )
  expect_equal(parameters$AVALC[parameters$PARAMCD == "ICPD"], c("N", "N"))
})

test_that("what would be passed over in silence is a fault", {
  visits <- data.frame(
    USUBJID = "1", ADT = day_zero + 42 * 1:2, AVALC = c("iSD", "iUPD"), CLINSTAB = c("Y", "No")
  )
  subjects <- cbind(odd_subjects(1), STARTDT = day_zero)
  faults <- study_faults_of(best_response(visits, subjects, rule = both_rules))
  expect_equal(paste(faults$column, faults$fault, faults$rows), "CLINSTAB unknown_level 2")
  visits <- data.frame(USUBJID = "1", ADT = day_zero[NA], AVALC = "iSD")
  faults <- study_faults_of(best_response(visits, subjects, rule = both_rules))
  expect_equal(paste(faults$column, faults$fault, faults$rows), "ADT missing_value 1")
  x <- odd_study(rbind(three_courses(READER = "A"), three_courses(READER = "B")))
  faults <- study_faults_of(treatment_past_progression(x, recist()))
  expect_equal(faults$argument, c("rule", "study", "reader"))
})
