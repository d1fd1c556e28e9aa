# Adverse events of simulated studies against what their design says.

events_of <- function(design, seed = 11) {
  cohort <- simulate_cohort(design, seed)
  list(design = design, cohort = cohort, table = simulate_adverse_events(design, cohort, seed))
}

person_of <- function(x, column) x$cohort$persons[[column]][match(x$table$USUBJID, x$cohort$persons$USUBJID)]

# One row an episode: its first record.
episodes_of <- function(table) table[!duplicated(table[c("USUBJID", "AEGRPID")]), ]

test_that("study() has no doubt about the adverse events of any design", {
  for (design in small_designs()) {
    made <- events_of(design)
    expect_gt(nrow(made$table), 10)
    expect_equal(nrow(cohort_faults(made$cohort, adverse_events = made$table)), 0, label = design$kind)
  }
})

test_that("dates are in order and nothing begins after the last day or the death of a person", {
  for (design in small_designs()) {
    made <- events_of(design)
    last <- person_of(made, "STARTDT") + person_of(made, "LAST")
    expect_true(all(made$table$ASTDT <= last))
    expect_true(all(made$table$AENDT >= made$table$ASTDT, na.rm = TRUE))
    expect_true(all(made$table$AENDT <= last, na.rm = TRUE))
    expect_equal(is.na(made$table$AENDT), made$table$AEOUT == "NOT RECOVERED/NOT RESOLVED")
  }
})

test_that("a worse grade is a record of its own that begins when the one before ends", {
  made <- events_of(small_designs(400, "rechallenge", ae_worsening = 0.5)[[1]])
  table <- made$table
  second <- which(duplicated(table[c("USUBJID", "AEGRPID")]))
  expect_gt(length(second), 100)
  key <- paste(table$USUBJID, table$AEGRPID)
  first <- match(key[second], key)
  expect_equal(as.integer(table$AETOXGR[second]), as.integer(table$AETOXGR[first]) + 1L)
  expect_equal(table$ASTDT[second], table$AENDT[first])
  expect_equal(table$AEDECOD[second], table$AEDECOD[first])
  expect_true(all(table$AEOUT[first] == "WORSENED"))
  expect_true(all(table$AETOXGR %in% 1:4))
})

test_that("a term has only the grades that CTCAE v5.0 gives it", {
  none_above <- c(
    Vitiligo = 2, Pruritus = 3, `Rash maculo-papular` = 3, `Immune-mediated arthritis` = 3, Fatigue = 3,
    Nausea = 3, `Back pain` = 3, Headache = 3, Insomnia = 3, `Weight decreased` = 3,
    `Alanine aminotransferase increased` = 4, `Immune-mediated myositis` = 4, Neutropenia = 4
  )
  none_below <- c(Pneumonia = 2, `Urinary tract infection` = 2)
  designs <- small_designs(
    600, c("biomarker_cohort", "rechallenge", "irae_risk"),
    irae_worsening = 0.5, irae_fatal = 1, ae_worsening = 0.5, ae_grades = rep(0.25, 4)
  )
  for (design in designs) {
    table <- events_of(design)$table
    grade <- as.integer(table$AETOXGR)
    expect_true(all(grade <= none_above[table$AEDECOD], na.rm = TRUE), label = design$kind)
    expect_true(all(grade >= none_below[table$AEDECOD], na.rm = TRUE), label = design$kind)
    expect_true(all(names(none_above) %in% table$AEDECOD), label = design$kind)
  }
})

test_that("ordinary events come at the planted rate while they are collected, with the planted grades", {
  design <- design_guided_therapy(
    patients = 2000, accrual = 300, ae_rate = 3, ae_before = 0.2, ae_worsening = 0,
    ae_grades = c(0.4, 0.3, 0.2, 0.1), ae_window_days = 30
  )
  made <- events_of(design, 3)
  persons <- made$cohort$persons
  end <- pmin(persons$LAST + 1, ifelse(persons$DIED, persons$T_DEATH, Inf), persons$T_STOP + 31, na.rm = TRUE)
  day <- as.numeric(made$table$ASTDT - person_of(made, "STARTDT"))
  after <- made$table[day >= 0, ]
  expect_true(within_chance(nrow(after), 3 * sum(end) / 365.25, sqrt(3 * sum(end) / 365.25)))
  expect_true(within_chance(sum(day < 0), 2000 * 0.2, sqrt(2000 * 0.16)))
  share <- tabulate(as.integer(made$table$AETOXGR), 4) / nrow(made$table)
  expect_true(within_chance(share, c(0.4, 0.3, 0.2, 0.1), 0.5 / sqrt(nrow(made$table))))
  length <- as.numeric(made$table$AENDT - made$table$ASTDT)
  expect_equal(stats::median(length, na.rm = TRUE), 14, tolerance = 0.1)
})

test_that("treatment-emergent is what begins from the first dose to the window after the last", {
  for (design in small_designs()) {
    made <- events_of(design)
    day <- as.numeric(made$table$ASTDT - person_of(made, "STARTDT"))
    subjects <- simulate_subjects(design, made$cohort, 11)
    row <- match(made$table$USUBJID, subjects$USUBJID)
    first <- as.numeric((subjects$TRTSDT - made$cohort$persons$STARTDT)[row])
    window <- ifelse(made$table$IRAEFL == "Y", 90, 30)
    stop <- person_of(made, "T_STOP")
    emergent <- day >= first & (is.na(stop) | day <= stop + window)
    expect_equal(made$table$TRTEMFL == "Y", emergent, label = design$kind)
  }
})

test_that("immune-related events begin and end when the path says", {
  for (design in small_designs(400, c("biomarker_cohort", "irae_risk"), irae_worsening = 0)) {
    made <- events_of(design)
    persons <- made$cohort$persons
    irae <- episodes_of(made$table[made$table$IRAEFL == "Y", ])
    first <- irae[!duplicated(irae$USUBJID), ]
    seen <- which(!is.na(persons$T_IRAE) & floor(persons$T_IRAE) <= persons$LAST)
    expect_setequal(first$USUBJID, persons$USUBJID[seen])
    row <- match(first$USUBJID, persons$USUBJID)
    expect_equal(first$ASTDT, persons$STARTDT[row] + floor(persons$T_IRAE[row]))
    # the first move to a resolved state is the end of the first event
    path <- made$cohort$paths$course
    resolved <- grepl("resolved", design$models$course$states)[path$to] &
      grepl("active", design$models$course$states)[path$from]
    end <- path$time[resolved][match(row, path$person[resolved])]
    end[is.na(end) | floor(end) > persons$LAST[row]] <- NA
    expect_equal(first$AENDT, persons$STARTDT[row] + floor(end))
    expect_true(all(irae$AEORGAN %in% names(design$irae_organs)))
  }
})

test_that("where everybody has one, organ and severity of the first are those of the person", {
  made <- events_of(small_designs(600, "rechallenge")[[1]])
  persons <- made$cohort$persons
  first <- episodes_of(made$table[made$table$AERECUR %in% "first", ])
  expect_setequal(first$USUBJID, persons$USUBJID)
  row <- match(first$USUBJID, persons$USUBJID)
  expect_equal(first$AEORGAN, persons$ORGAN[row])
  expect_equal(as.integer(first$AETOXGR) >= 3, persons$SEVERE[row])
  expect_equal(first$ASTDT, persons$STARTDT[row])
  again <- floor(persons$T_RECHALLENGE[row]) <= persons$LAST[row]
  expect_equal(first$AEACN == "DRUG INTERRUPTED", again %in% TRUE)
})

test_that("recurrences are in the same organ, another or both as often as planted", {
  design <- small_designs(4000, "rechallenge", same_organ = 0.5, distinct_organ = 0.3, both_organs = 0.2)[[1]]
  made <- events_of(design)
  irae <- episodes_of(made$table[made$table$IRAEFL == "Y", ])
  later <- irae[irae$AERECUR != "first", ]
  first <- irae$AEORGAN[match(later$USUBJID, irae$USUBJID)]
  same <- later$AEORGAN == first
  expect_true(all(same[later$AERECUR == "same organ"]))
  expect_false(any(same[later$AERECUR == "distinct organ"]))
  both <- later$AERECUR == "both"
  expect_equal(sum(same[both]), sum(!same[both]))
  n <- c(sum(later$AERECUR == "same organ"), sum(later$AERECUR == "distinct organ"), sum(both) / 2)
  expect_gt(sum(n), 500)
  expect_true(within_chance(n / sum(n), c(0.5, 0.3, 0.2), 0.5 / sqrt(sum(n))))
  recurred <- floor(made$cohort$persons$T_RECURRENT) <= made$cohort$persons$LAST
  expect_equal(sum(n), sum(recurred, na.rm = TRUE))
})

test_that("a recurrence lasts as long as planted, whatever the disease does", {
  design <- small_designs(4000, "rechallenge",
    irae_resolution = 2, irae_worsening = 0, both_organs = 0, same_organ = 0.74, dropout = 1e-6, death = 1e-6,
    death_after = 1e6, cut = "2060-01-01"
  )[[1]]
  made <- events_of(design)
  later <- made$table[made$table$AERECUR %in% c("same organ", "distinct organ"), ]
  expect_gt(nrow(later), 500)
  expect_false(anyNA(later$AENDT))
  days <- as.numeric(later$AENDT - later$ASTDT)
  expect_true(within_chance(mean(days), 2 * 30.4375 / log(2), stats::sd(days) / sqrt(length(days))))
})

test_that("an event that kills has grade 5 on the day of death", {
  design <- small_designs(3000, "biomarker_cohort",
    irae_grades = c(0, 0, 0, 1), irae_worsening = 0, irae_fatal = 1
  )[[1]]
  made <- events_of(design)
  fatal <- made$table$AETOXGR == "5"
  expect_gt(sum(fatal), 10)
  death <- person_of(made, "STARTDT") + floor(person_of(made, "T_DEATH"))
  expect_equal(made$table$ASTDT[fatal], death[fatal])
  expect_true(all(made$table$AESER[fatal] == "Y"))
  expect_true(all(person_of(made, "DIED")[fatal]))
  expect_false(any(made$table$ASTDT > death & person_of(made, "DIED"), na.rm = TRUE))
  expect_equal(nrow(cohort_faults(made$cohort, adverse_events = made$table)), 0)
})

test_that("events follow from the seed; more patients and threads leave them as they were", {
  for (design in small_designs(120)) {
    made <- events_of(design)
    expect_identical(events_of(design)$table, made$table)
    expect_false(identical(events_of(design, 12)$table, made$table))
    more <- design
    more$patients <- 170
    expect_equal(first_persons(events_of(more)$table, made$cohort, 120), made$table, label = design$kind)
  }
  old <- options(tte.threads = 1)
  on.exit(options(old))
  expect_identical(events_of(design)$table, made$table)
})

test_that("ordinary adverse events begin with the first dose, also where an operation is time zero", {
  design <- design_perioperative(
    patients = 2000, validation = 0, accrual = 1000, ae_rate = 3, ae_before = 0, ae_worsening = 0,
    partial_dates = c(adverse_events = 0, therapies = 0, death = 0)
  )
  tables <- simulate_tables(design, 4, c("subjects", "adverse_events"))
  persons <- tables$subjects
  events <- tables$adverse_events
  start <- persons$TRTSDT[match(events$USUBJID, persons$USUBJID)]
  before <- events$ASTDT < persons$SURGDT[match(events$USUBJID, persons$USUBJID)]
  expect_true(all(events$ASTDT >= start))
  years <- sum(as.numeric(persons$SURGDT - persons$TRTSDT)) / 365.25
  expect_equal(sum(before) / years, 3, tolerance = 4 / sqrt(3 * years))
})

test_that("the irAE for which treatment pauses interrupts it, and nothing else that begins meanwhile", {
  design <- design_biomarker_cohort(
    800,
    accrual = 100, n_markers = 0, signal_markers = 0, irae_pause = 0.6, irae_resolution = 3, ae_rate = 8
  )
  cohort <- simulate_cohort(design, 31)
  persons <- cohort$persons
  events <- simulate_adverse_events(design, cohort, 31)
  row <- match(events$USUBJID, persons$USUBJID)
  day <- as.numeric(events$ASTDT - persons$STARTDT[row])
  within <- (day >= persons$T_PAUSE[row] & day < persons$T_RESUME[row]) %in% TRUE
  irae <- events$IRAEFL == "Y"
  expect_identical(events$AEACN == "DRUG INTERRUPTED", within & irae)
  expect_setequal(row[within & irae], which(!is.na(persons$T_PAUSE)))
  expect_gt(sum(within & !irae), 50)
  expect_true(all(events$AEACN[within & !irae] == "NOT APPLICABLE"))
  # who never pauses has an irAE that stops the treatment, or changes nothing
  expect_true(all(c("DRUG WITHDRAWN", "DOSE NOT CHANGED") %in% events$AEACN[irae & !within]))
})
