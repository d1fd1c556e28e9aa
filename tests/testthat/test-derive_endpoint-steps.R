# Clinical rules 3.3 and 3.4: each step of the censoring algorithm, through derive_endpoint().

test_that("3.3 step 1: without a baseline a PD is ignored and a death counts within the limit", {
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", baseline = "N")), "2 1")
  expect_equal(ep_result(ep_patient("42 PD", death = 98, baseline = "N")), "0 99")
  expect_equal(ep_result(ep_patient("42 SD", death = 99, baseline = "N")), "2 1")
  expect_equal(ep_result(ep_patient(death = 60, therapy = 50, baseline = "N")), "2 1")
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", baseline = "N"), censoring = ema), "0 85")
  own <- censoring("Own", visits = q6w, missed_visits = 2, new_therapy = "censor")
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", baseline = "N"), censoring = own), "0 85")
})

test_that("3.3 step 1: who is not said to lack a baseline has one, and print says so", {
  p <- ep_patient("42 SD", "84 PD")
  p$subjects$BASEFL <- NULL
  rows <- ep_derive(p)
  expect_equal(rows$CNSR, 0)
  expect_match(rows$provenance[[1]]$conventions[["supplied"]], "every patient counts as having a baseline")
})

test_that("3.3 step 2: new therapy before the event censors at the last adequate assessment up to it", {
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", therapy = 83)), "4 43")
  expect_equal(ep_result(ep_patient("42 SD", "84 SD", therapy = 84)), "4 85")
  expect_equal(ep_result(ep_patient("42 SD", "84 NE", therapy = 84)), "4 43")
  expect_equal(ep_result(ep_patient(therapy = 10)), "4 1")
  expect_equal(ep_result(ep_patient("42 SD", therapy = 60, death = 70)), "4 43")
})

test_that("3.3 step 2: PD or death on the day of the new therapy counts", {
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", therapy = 84)), "0 85")
  expect_equal(ep_result(ep_patient("42 SD", therapy = 84, death = 84)), "0 85")
  after <- recist(nact_same_day = "after")
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", therapy = 84), rule = after), "4 43")
  expect_equal(ep_result(ep_patient("42 SD", "84 SD", therapy = 84), rule = after), "4 43")
  expect_equal(ep_result(ep_patient("42 SD", death = 84, therapy = 84), rule = after), "0 85")
})

test_that("3.3 step 3: a gap of the limit counts, a day more is censored", {
  expect_equal(ep_result(ep_patient("42 SD", "140 PD")), "0 141")
  expect_equal(ep_result(ep_patient("42 SD", "141 PD")), "5 43")
  expect_equal(ep_result(ep_patient("42 SD", "84 NE", "141 PD")), "5 43")
  expect_equal(ep_result(ep_patient("42 SD", death = 141)), "5 43")
  expect_equal(ep_result(ep_patient("42 SD", "141 PD"), censoring = ema), "0 142")
})

test_that("3.3 step 3: a gap of 95 days counts by the gap and is censored by the windows", {
  p <- ep_patient("42 SD", "137 PD")
  at <- censoring("FDA", visits = visits_at(c(42, 84, 126), 7))
  expect_equal(ep_result(p), "0 138")
  expect_equal(ep_result(p, censoring = at), "5 43")
})

test_that("3.3 step 3: every 12 weeks one missed visit is a gap of 168 days and stays an event", {
  q12w <- censoring("FDA", visits = visits_every(weeks = 12, window_days = 7))
  expect_equal(ep_result(ep_patient("84 SD", "252 PD"), censoring = q12w), "0 253")
  expect_equal(ep_result(ep_patient("84 SD", "336 PD"), censoring = q12w), "5 85")
  at <- censoring("FDA", visits = visits_at(84, 7))
  expect_equal(ep_result(ep_patient("84 SD", "252 PD"), censoring = at), "0 253")
  expect_equal(ep_result(ep_patient("84 SD", "344 PD"), censoring = at), "5 85")
})

test_that("3.3 step 3: after the last listed visit the last interval repeats", {
  at <- censoring("FDA", visits = visits_at(c(42, 84, 168), 7))
  # visits 168, 252, 336, ...: 252 and 336 missed
  expect_equal(ep_result(ep_patient("168 SD", "343 PD"), censoring = at), "0 344")
  expect_equal(ep_result(ep_patient("168 SD", "344 PD"), censoring = at), "5 169")
})

test_that("3.3 step 5: without an event the last adequate assessment is the end, else the start", {
  expect_equal(ep_result(ep_patient("42 SD", "84 CR", "126 NE")), "1 85")
  expect_equal(ep_result(ep_patient(alive = 300)), "3 1")
  expect_equal(ep_result(ep_patient("42 NE")), "3 1")
})

test_that("3.3 NE and ND are not adequate; NED and non-CR/non-PD are", {
  for (word in c("CR", "PR", "SD", "NON-CR/NON-PD", "NN", "NED")) {
    expect_equal(ep_result(ep_patient(paste("42", word))), "1 43", info = word)
  }
  for (word in c("NE", "ND", "MISSING")) {
    expect_equal(ep_result(ep_patient(paste("42", word))), "3 1", info = word)
  }
})

test_that("3.3 Table B dates a progression to its scheduled visit, never after death or cut", {
  b <- censoring("FDA", table = "B", visits = q6w)
  expect_equal(ep_result(ep_patient("42 SD", "60 PD"), censoring = b), "0 85")
  expect_equal(ep_result(ep_patient("42 SD", "90 PD"), censoring = b), "0 85")
  expect_equal(ep_result(ep_patient("42 SD", "60 PD", death = 70), censoring = b), "0 71")
  expect_equal(ep_result(ep_patient("42 SD", "60 PD"), censoring = b, cut = 65), "0 66")
  expect_equal(ep_result(ep_patient("42 SD", death = 60), censoring = b), "0 61")
  expect_equal(ep_result(ep_patient("42 SD", "84 PD", therapy = 60), censoring = b), "4 43")
})

test_that("3.3 Table C counts claimed progressions and censors only deaths after missed visits", {
  p <- ep_patient("42 SD", id = "1")
  p$visits$PARAMCD <- "OVR"
  claim <- data.frame(USUBJID = "1", ADT = day_zero + 60, AVALC = "CLINICAL PROGRESSION", PARAMCD = "RECUR")
  p$visits <- rbind(p$visits, claim)
  c_rule <- censoring("FDA", table = "C", visits = q6w)
  rows <- ep_derive(p, censoring = c_rule)
  expect_equal(rows$AVAL, 85)
  expect_equal(rows$EVNTDESC, "Clinical Progression")
  expect_equal(rows[c("SRCDOM", "SRCVAR", "SRCSEQ")], structure(
    list(SRCDOM = "ADRS", SRCVAR = "ADT", SRCSEQ = 2L),
    row.names = 1L, class = c("tte_adtte", "data.frame")
  ))
  expect_equal(ep_result(p), "1 43")
  expect_equal(ep_result(ep_patient("42 SD", "168 PD"), censoring = c_rule), "0 169")
  expect_equal(ep_result(ep_patient("42 SD", death = 168), censoring = c_rule), "5 43")
})

test_that("3.3 a progression can be dated back to the day after the last missed visit", {
  back <- censoring("Back", visits = q6w, progression_date = "backdated")
  expect_equal(ep_result(ep_patient("42 SD", "84 PD"), censoring = back), "0 85")
  expect_equal(ep_result(ep_patient("42 SD", "168 PD"), censoring = back), "0 128")
})

test_that("3.3 (L, R] of a progression: the last adequate assessment and the progression", {
  rows <- ep_derive(ep_patient("42 SD", "84 NE", "126 PD"))
  expect_equal(rows$LASSDT, day_zero + 42)
  expect_equal(rows$ADT, day_zero + 126)
})

test_that("3.4 EMA: therapy, missed visits and baseline do not matter", {
  expect_equal(
    ep_result(ep_patient("42 SD", "400 PD", therapy = 60, baseline = "N"), censoring = ema), "0 401"
  )
  expect_equal(ep_result(ep_patient("42 SD", "84 SD", therapy = 60), censoring = ema), "1 85")
})

test_that("3.3 radiotherapy and surgery are new therapy only if the rule says so", {
  tables <- list(
    subjects = data.frame(
      USUBJID = c("1", "2", "3"), RANDDT = day_zero, TRTSDT = day_zero, DTHDT = as.Date(NA),
      LSTALVDT = day_zero + 200
    ),
    assessments = data.frame(
      USUBJID = rep(c("1", "2", "3"), each = 2), ADT = day_zero + c(42, 84), AVALC = c("SD", "PD")
    ),
    therapies = data.frame(
      USUBJID = c("1", "2", "2"), CMTRT = "X", CMCAT = c("SYSTEMIC", "RADIOTHERAPY", "SYSTEMIC"),
      ASTDT = day_zero + c(60, 50, 300)
    ),
    procedures = data.frame(USUBJID = "3", PRTRT = "Resection", PRCAT = "SURGERY", ASTDT = day_zero + 60)
  )
  s <- do.call(study, c(tables, design = "randomised", arm = list(NULL)))
  result <- function(therapies) {
    rule <- censoring("FDA", visits = q6w, therapies = therapies)
    rows <- derive_endpoint(s, "PFS", censoring = rule)
    sprintf("%d %g", rows$CNSR, rows$AVAL)
  }
  expect_equal(result("SYSTEMIC"), c("4 43", "0 85", "0 85"))
  expect_equal(result(c("SYSTEMIC", "RADIOTHERAPY")), c("4 43", "4 43", "0 85"))
  expect_equal(result(c("SYSTEMIC", "RADIOTHERAPY", "SURGERY")), c("4 43", "4 43", "4 43"))
})

test_that("3.3 the study's own schedule counts like visits_at()", {
  p <- ep_patient("42 SD", "137 PD")
  s <- structure(list(
    subjects = p$subjects, assessments = p$visits,
    schedule = data.frame(
      AVISIT = c("Base", "W6", "W12", "W18"), TARGET_DAY = c(0, 42, 84, 126), WINDOW_DAYS = 7
    ),
    tte = list(design = "randomised")
  ), class = "tte_study")
  rows <- derive_endpoint(s, "PFS", censoring = censoring("FDA", visits = "schedule"))
  expect_equal(rows$CNSR, 5)
  expect_equal(derive_endpoint(s, "PFS", censoring = fda)$CNSR, 0)
  s$schedule <- NULL
  expect_error(
    derive_endpoint(s, "PFS", censoring = censoring("FDA", visits = "schedule")), "schedule",
    class = "tte_error_input"
  )
})

test_that("1.5 a supplied response keeps its own date, in every endpoint and the best response", {
  p <- ep_patient("42 PR", "84 PR", "126 PD")
  p$visits$ADTPD <- day_zero + c(NA, NA, 60)
  rows <- ep_derive(p, c("PFS", "TTP", "DoR"))
  expect_equal(rows$ADT, rep(day_zero + 126, 3))
  derived <- derive_response(p$visits)
  expect_equal(derived$ADTPD[3], day_zero + 126)
})

test_that("3.4 a rule that asks for no visits asks for no schedule", {
  subjects <- data.frame(USUBJID = "1", RANDDT = day_zero, DTHDT = as.Date(NA))
  trial <- study(subjects,
    assessments = data.frame(USUBJID = "1", ADT = day_zero + 42, AVALC = "PD"), design = "randomised",
    arm = NULL
  )
  rows <- derive_endpoint(trial, "PFS", censoring = censoring("EMA", visits = "schedule"))
  expect_equal(rows$CNSR, 0)
  error <- tryCatch(
    derive_endpoint(trial, "PFS", censoring = censoring("FDA", visits = "schedule")),
    tte_error_input = identity
  )
  expect_equal(error$faults$column, "schedule")
})
