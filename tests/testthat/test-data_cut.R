day <- function(x) as.Date(x)
cut_day <- day("2024-04-30")

# One patient about whom everything changes around the cut, and one randomised after it.
around_the_cut <- function(...) {
  subjects <- data.frame(
    USUBJID = c("early", "late"), TRT01P = c("A", "B"), RANDDT = day(c("2024-01-01", "2024-05-01")),
    TRTSDT = day(c("2024-01-02", "2024-05-02")), TRTEDT = day(c("2024-05-10", "2024-06-10")),
    DTHDT = day(c("2024-06-01", NA)), DTHFL = c("Y", "N"), DTHDTF = c("D", NA), DTHCAUS = c("Cancer", NA),
    EOSDT = day(c("2024-06-01", "2024-07-01")), EOSSTT = c("DEATH", "COMPLETED"),
    NACTDT = day(c("2024-05-05", NA)), LSTALVDT = day(c("2024-05-20", "2024-07-01")),
    risk = c(0.4, 0.5), CTDT = day(c("2024-05-01", "2024-05-01"))
  )
  study(
    subjects = subjects,
    exposure = data.frame(
      USUBJID = "early", EXTRT = c("X", "X"), ASTDT = day(c("2024-01-02", "2024-05-02")),
      AENDT = day(c("2024-05-01", "2024-05-10"))
    ),
    assessments = data.frame(
      USUBJID = c("early", "early", "early", "late"),
      ADT = day(c("2024-04-30", "2024-05-01", NA, "2024-06-01")), AVALC = c("SD", "PD", "ND", "SD")
    ),
    adverse_events = data.frame(
      USUBJID = "early", AEDECOD = c("a", "b", "c"), ASTDT = day(c("2024-04-30", "2024-05-01", "2024-02-01")),
      AENDT = c("2024-05", "2024-05-02", "2024-04-30")
    ),
    therapies = data.frame(
      USUBJID = "early", CMTRT = c("B", "C", "D"), ASTDT = c("2024-04", "2024-05", NA),
      AENDT = day("2024-06-01")
    ),
    vital_status = data.frame(USUBJID = "early", DTHDT = day("2024-06-01"), LSTALVDT = day("2024-05-20")),
    design = "randomised", arms = c("A", "B"), measured = c(risk = "CTDT"), ...
  )
}

test_that("clinical rules 3.5: who is randomised after the cut leaves every table", {
  cut <- data_cut(around_the_cut(), cut_day)
  expect_equal(cut$subjects$USUBJID, "early")
  expect_equal(cut$assessments$USUBJID, c("early", "early"))
  expect_equal(levels(cut$subjects$TRT01P), c("A", "B"))
})

test_that("clinical rules 3.5: records go by their own date, those without one stay", {
  cut <- data_cut(around_the_cut(), cut_day)
  expect_equal(cut$assessments$ADT, day(c("2024-04-30", NA)))
  expect_equal(cut$exposure$ASTDT, day("2024-01-02"))
  expect_equal(cut$adverse_events$AEDECOD, c("a", "c"))
  expect_equal(cut$therapies$CMTRT, c("B", "D"))
})

test_that("clinical rules 3.5: what ends after the cut is ongoing, not late", {
  cut <- data_cut(around_the_cut(), cut_day)
  expect_equal(cut$exposure$AENDT, day(NA))
  expect_equal(cut$adverse_events$AENDT, day(c(NA, "2024-04-30")))
  expect_equal(cut$adverse_events$AENDTF, c(NA_character_, NA))
  expect_equal(cut$therapies$AENDT, day(c(NA, NA)))
  expect_equal(cut$subjects$TRTEDT, day(NA))
})

test_that("clinical rules 3.5: a death after the cut is not known at it, and proves life at it", {
  cut <- data_cut(around_the_cut(), cut_day)
  expect_equal(cut$subjects$DTHDT, day(NA))
  expect_equal(cut$subjects$DTHFL, NA_character_)
  expect_equal(cut$subjects$DTHCAUS, NA_character_)
  expect_equal(cut$subjects$DTHDTF, NA_character_)
  expect_equal(cut$subjects[c("EOSDT", "EOSSTT")], data.frame(EOSDT = day(NA), EOSSTT = NA_character_))
  expect_equal(cut$subjects$NACTDT, day(NA))
  expect_equal(cut$vital_status$DTHDT, day(NA))
  expect_equal(cut$subjects$LSTALVDT, cut_day)
  expect_equal(cut$vital_status$LSTALVDT, cut_day)
})

test_that("a death on the day of the cut is known", {
  cut <- data_cut(around_the_cut(), day("2024-06-01"))
  expect_equal(cut$subjects$DTHDT, day(c("2024-06-01", NA)))
  expect_equal(cut$subjects$DTHCAUS, c("Cancer", NA))
})

test_that("clinical rules 3.5: each way to the last date alive", {
  last <- function(date, way) {
    as.character(data_cut(around_the_cut(), day(date), lastalive = way)$subjects$LSTALVDT[1])
  }
  expect_equal(last("2024-04-20", "latest"), "2024-04-20")
  expect_equal(last("2024-04-20", "cut-observed"), "2024-02-01")
  expect_equal(last("2024-04-30", "cut-observed"), "2024-04-30")
  expect_equal(last("2024-05-31", "latest"), "2024-05-31")
  expect_equal(last("2024-05-31", "cut-observed"), "2024-05-20")
  expect_equal(last("2024-05-31", "supplied"), "2024-05-20")
  expect_equal(last("2024-04-20", "supplied"), "2024-04-20")
})

test_that("a patient whose records end before the cut is alive to the latest of them", {
  subjects <- study_subjects(2, LSTALVDT = day(c("2024-02-01", "2024-03-20")))
  study <- small_study(subjects, assessments = study_visits(c(S01 = "SD SD", S02 = "SD SD"), subjects))
  cut <- data_cut(study, day("2024-08-01"))
  expect_equal(cut$subjects$LSTALVDT, day("2024-01-01") + c(84, 85))
  expect_equal(
    data_cut(study, day("2024-08-01"), lastalive = "supplied")$subjects$LSTALVDT, subjects$LSTALVDT
  )
  expect_equal(
    data_cut(study, day("2024-03-23"), lastalive = "cut-observed")$subjects$LSTALVDT,
    day(c("2024-02-12", "2024-03-20"))
  )
})

test_that("a variable that was measured after the cut is not known at it", {
  expect_equal(
    data_cut(around_the_cut(), cut_day)$subjects[c("risk", "CTDT")],
    data.frame(risk = NA_real_, CTDT = day(NA))
  )
  expect_equal(data_cut(around_the_cut(), day("2024-05-01"))$subjects$risk, c(0.4, 0.5))
})

test_that("without a date of randomisation the enrolment counts; a start after the cut is none", {
  subjects <- data.frame(
    USUBJID = c("1", "2", "3", "4"), ENRLDT = day(c("2024-01-01", "2024-04-30", "2024-05-01", NA)),
    TRTSDT = day(c("2024-01-02", "2024-05-01", "2024-05-02", "2024-01-01"))
  )
  cut <- data_cut(study(subjects, design = "single_arm"), cut_day)
  expect_equal(cut$subjects$USUBJID, c("1", "2", "4"))
  expect_equal(cut$subjects$STARTDT, day(c("2024-01-02", NA, "2024-01-01")))
})

test_that("the cut study remembers the cut and the uncut hash", {
  study <- around_the_cut()
  cut <- data_cut(study, cut_day)
  expect_equal(cut$tte$data_cut, cut_day)
  expect_equal(cut$tte$uncut_hash, study$tte$hash)
  expect_false(cut$tte$hash == study$tte$hash)
  expect_equal(data_cut(study, cut_day)$tte$hash, cut$tte$hash)
  expect_snapshot(print(cut))
})

# ---- random studies ----

random_study <- function(n = 30) {
  subjects <- study_subjects(n, RANDDT = day("2024-01-01") + sample(0:200, n, TRUE))
  zero <- subjects$RANDDT
  subjects$TRTSDT <- zero + sample(c(0:5, NA), n, TRUE)
  subjects$DTHDT <- zero + sample(c(1:300, rep(NA, 300)), n, TRUE)
  subjects$LSTALVDT <- zero + sample(c(0:300, NA), n, TRUE)
  row <- sample(n, 5 * n, TRUE)
  from <- sample(0:250, 5 * n, TRUE)
  small_study(
    subjects,
    assessments = data.frame(
      USUBJID = subjects$USUBJID[row], ADT = zero[row] + from,
      AVALC = sample(c("SD", "PR", "PD"), 5 * n, TRUE)
    ),
    exposure = data.frame(
      USUBJID = subjects$USUBJID[row], ASTDT = zero[row] + from,
      AENDT = zero[row] + from + sample(c(0:40, NA), 5 * n, TRUE)
    ),
    adverse_events = data.frame(
      USUBJID = rev(subjects$USUBJID[row]), ASTDT = rev(zero[row] + from),
      AENDT = rev(zero[row] + from) + sample(c(0:40, NA), 5 * n, TRUE)
    )
  )
}

test_that("a cut of a cut is that cut of the study itself, in every way to the last date alive", {
  for (seed in random_seeds(10)) {
    with_random_seed(seed, {
      study <- random_study()
      dates <- day("2024-01-10") + sort(sample(0:400, 2))
      ways <- sample(c("latest", "supplied", "cut-observed"), 2, TRUE)
    })
    twice <- data_cut(data_cut(study, dates[2], lastalive = ways[1]), dates[1], lastalive = ways[2])
    expect_equal(twice, data_cut(study, dates[1], lastalive = ways[2]), label = paste("seed", seed))
  }
})

test_that("the cut is what its definition says, row by row", {
  for (seed in random_seeds(10)) {
    with_random_seed(seed, {
      study <- random_study()
      date <- day("2024-01-10") + sample(0:400, 1)
    })
    cut <- data_cut(study, date)
    who <- study$subjects[study$subjects$RANDDT <= date, ]
    expect_equal(cut$subjects$USUBJID, who$USUBJID, label = paste("seed", seed))
    for (i in seq_len(nrow(who))) {
      id <- who$USUBJID[i]
      mine <- function(table, column) study[[table]][[column]][study[[table]]$USUBJID == id]
      contacts <- c(
        who$RANDDT[i], who$TRTSDT[i], who$LSTALVDT[i], mine("assessments", "ADT"), mine("exposure", "ASTDT"),
        mine("exposure", "AENDT"), mine("adverse_events", "ASTDT")
      )
      died <- who$DTHDT[i]
      if (!is.na(died) && died > date) contacts <- c(contacts, died)
      expect_equal(
        cut$subjects$LSTALVDT[i], min(max(contacts, na.rm = TRUE), date),
        label = paste("seed", seed, "patient", id)
      )
      expect_equal(cut$subjects$DTHDT[i], if (is.na(died) || died > date) day(NA) else died)
      scans <- mine("assessments", "ADT")
      expect_equal(cut$assessments$ADT[cut$assessments$USUBJID == id], scans[scans <= date])
      begun <- mine("adverse_events", "ASTDT") <= date
      ends <- mine("adverse_events", "AENDT")[begun]
      ends[which(ends > date)] <- NA
      expect_equal(cut$adverse_events$AENDT[cut$adverse_events$USUBJID == id], ends)
    }
  }
})

test_that("the cut of the last day changes nothing but the last date alive", {
  study <- with_random_seed(1, random_study())
  cut <- data_cut(study, day("2030-01-01"), lastalive = "supplied")
  for (table in c("subjects", "assessments", "exposure", "adverse_events")) {
    expect_equal(cut[[table]], study[[table]], label = table)
  }
})

# ---- by events ----

test_that("clinical rules 3.5: the cut is where the k-th event happens, arms pooled, ties of that date in", {
  subjects <- study_subjects(6, DTHDT = day("2024-02-01") + c(0, 10, 10, 20, NA, NA))
  study <- small_study(subjects)
  dates <- vapply(1:4, function(k) {
    as.character(data_cut(study, events = k, endpoint = "OS")$tte$data_cut)
  }, "")
  expect_equal(dates, c("2024-02-01", "2024-02-11", "2024-02-11", "2024-02-21"))
  cut <- data_cut(study, events = 2, endpoint = "OS")
  expect_equal(sum(!is.na(cut$subjects$DTHDT)), 3)
  expect_match(cut_sentence(cut$tte), "where event 2 of OS happened", fixed = TRUE)
})

test_that("events are counted under the rule and reader of the plan, and re-derived at the cut", {
  subjects <- study_subjects(3, DTHDT = day(NA))
  visits <- rbind(
    cbind(study_visits(c(S01 = "SD PD", S02 = "SD - - - PD", S03 = "SD SD SD PD"), subjects),
      READER = "BICR"
    ),
    cbind(study_visits(c(S01 = "PD", S02 = "PD", S03 = "SD SD SD PD"), subjects), READER = "INV")
  )
  study <- small_study(subjects, assessments = visits)
  fda <- censoring("FDA", visits = visits_every(weeks = 6, window_days = 7))
  at <- function(...) data_cut(study, events = 2, endpoint = "PFS", ...)$tte$data_cut
  zero <- subjects$RANDDT
  expect_equal(at(censoring = fda, reader = "BICR"), zero[3] + 4 * 42)
  expect_equal(at(censoring = censoring("EMA"), reader = "BICR"), zero[3] + 4 * 42)
  expect_equal(at(censoring = fda, reader = "INV"), zero[2] + 42)
  cut <- data_cut(study, events = 1, endpoint = "PFS", censoring = fda, reader = "BICR")
  again <- derive_endpoint(cut, "PFS", censoring = fda, reader = "BICR")
  expect_equal(again$CNSR == 0, c(TRUE, FALSE, FALSE))
  expect_equal(again$ADT, c(zero[1] + 84, zero[2:3] + 42))
})

test_that("wrong cuts are refused with their faults", {
  study <- small_study(study_subjects(DTHDT = day(c("2024-02-01", NA, NA, NA))))
  faults <- function(...) {
    found <- study_faults_of(data_cut(...))
    paste(found$argument, found$fault)
  }
  expect_equal(faults(study), "date missing_value")
  expect_equal(faults(study, "2024-01-01"), "date not_a_date")
  expect_equal(faults(study, as.Date(NA)), "date not_a_date")
  expect_equal(faults(study, cut_day, events = 3, endpoint = "OS"), "date missing_value")
  expect_equal(faults(study, events = 3), "endpoint missing_value")
  expect_equal(faults(study, events = 1.5, endpoint = "OS"), "events not_whole")
  expect_equal(faults(study, events = 2, endpoint = "OS"), "events no_events")
  expect_equal(faults(study, cut_day, lastalive = "today"), "lastalive not_a_choice")
  expect_equal(faults(study$subjects, cut_day), "study wrong_type")
  expect_equal(faults(data_cut(study, cut_day), cut_day + 1), "date out_of_range")
  expect_equal(faults(data_cut(study, cut_day), events = 1, endpoint = "OS"), "study out_of_range")
  expect_equal(
    faults(study(assessments = study_visits(c(S01 = "SD")), design = "cohort"), cut_day),
    "study missing_table"
  )
  bare <- study(study_subjects()[c("USUBJID", "TRT01P", "RANDDT")], design = "randomised")
  expect_equal(faults(bare, cut_day, lastalive = "supplied"), "lastalive unknown_column")
})

test_that("supplied endpoints do not survive a cut, which a message says", {
  adsl <- study_subjects()
  adtte <- data.frame(USUBJID = adsl$USUBJID, PARAMCD = "OS", AVAL = 200, CNSR = 0)
  study <- study_from_adam(adsl, adtte = adtte)
  expect_message(cut <- data_cut(study, cut_day), class = "tte_message_endpoints_cut")
  expect_null(cut$endpoints)
  expect_equal(cut$subjects$LSTALVDT, pmin(adsl$LSTALVDT, cut_day))
})
