# Small designs of each kind, with few markers.
small_designs <- function(patients = 40, ...) {
  list(
    biomarker_cohort = design_biomarker_cohort(
      patients,
      n_markers = 12, marker_blocks = 3, signal_markers = 2, ...
    ),
    guided_therapy = design_guided_therapy(patients, ...),
    rechallenge = design_rechallenge(patients, ...),
    perioperative = design_perioperative(
      patients,
      validation = 10, n_markers = 12, marker_blocks = 3, signal_markers = 2, ...
    ),
    irae_risk = design_irae_risk(patients, n_markers = 12, marker_blocks = 3, signal_markers = 2, ...)
  )
}

with_threads <- function(threads, code) {
  old <- options(tte.threads = threads)
  on.exit(options(old))
  force(code)
}

test_that("every design gives a study without a fault or doubt", {
  for (design in small_designs(100)) {
    tables <- simulate_study(design, 20, as = "tables")
    check <- do.call(check_study, tables)
    expect_equal(check$message[check$severity != "note"], character(), label = design$kind)
  }
  for (design in small_designs(10)) {
    study <- simulate_study(design, 20)
    expect_s3_class(study, "tte_study")
    expect_equal(study$tte$simulated, list(kind = design$kind, seed = 20))
  }
})

test_that("the seed alone decides, and R's generator draws it", {
  design <- small_designs()$guided_therapy
  expect_identical(simulate_study(design, 5), simulate_study(design, 5))
  expect_false(identical(simulate_study(design, 5)$vital_status, simulate_study(design, 6)$vital_status))
  first <- with_random_seed(3, simulate_study(design))
  second <- with_random_seed(3, simulate_study(design))
  expect_identical(first, second)
  expect_identical(simulate_study(design, first$tte$simulated$seed)$lesions, first$lesions)
  before <- with_random_seed(3, {
    simulate_study(design, 5)
    stats::runif(1)
  })
  expect_equal(before, with_random_seed(3, stats::runif(1)))
})

test_that("the number of threads changes nothing", {
  for (design in small_designs()) {
    one <- with_threads(1, simulate_study(design, 8, as = "tables"))
    four <- with_threads(4, simulate_study(design, 8, as = "tables"))
    expect_identical(one, four, label = design$kind)
  }
})

test_that("more patients leave those before them as they were", {
  few <- small_designs(40)
  many <- small_designs(55)
  for (name in setdiff(names(few), "perioperative")) {
    before <- simulate_study(few[[name]], 9, as = "tables")
    after <- simulate_study(many[[name]], 9, as = "tables")
    persons <- before$subjects$USUBJID
    for (table in setdiff(intersect(schema_tables, names(before)), "schedule")) {
      kept <- after[[table]][after[[table]]$USUBJID %in% persons, ]
      rownames(kept) <- NULL
      expect_identical(kept, before[[table]], label = paste(name, table))
    }
  }
  # Of the perioperative design the validation cohort comes last.
  before <- simulate_tables(design_perioperative(30, 5), 9, c("subjects", "assessments"))
  after <- simulate_tables(design_perioperative(30, 20), 9, c("subjects", "assessments"))
  expect_identical(after$subjects[1:35, ], before$subjects)
})

test_that("what happens follows the latent times, and nothing comes after the last day", {
  for (design in small_designs(120)) {
    tables <- simulate_study(design, 4, as = "tables")
    persons <- attr(tables, "truth")$persons
    vital <- tables$vital_status
    dead <- persons$DIED
    expect_equal(vital$DTHDT[dead], (persons$STARTDT + floor(persons$T_DEATH))[dead], label = design$kind)
    expect_true(all(is.na(vital$DTHDT[!dead])))
    expect_true(all(vital$LSTALVDT <= design$cut))
    last <- vital$LSTALVDT
    for (name in c("lesions", "assessments", "questionnaires", "performance_status", "samples")) {
      table <- tables[[name]]
      if (!is.null(table)) {
        end <- last[match(table$USUBJID, vital$USUBJID)]
        expect_true(all(table$ADT <= end), label = paste(design$kind, name))
      }
    }
    for (name in c("exposure", "therapies")) {
      table <- tables[[name]]
      whole <- nchar(as.character(table$ASTDT)) == 10
      expect_true(all(
        as.Date(table$ASTDT[whole]) <= last[match(table$USUBJID, vital$USUBJID)][whole]
      ), label = paste(design$kind, name))
    }
  }
})

test_that("patients enter as the accrual says", {
  design <- design_guided_therapy(4000, accrual = c("2021-06-01" = 100, "2022-06-01" = 300))
  entry <- simulate_cohort(design, 2)$persons$ENTRY
  expect_false(is.unsorted(entry))
  # Poisson counts of 1200 in the first 365 days (12 months less a quarter of a day), within 4 SD.
  expect_lt(abs(sum(entry < 365) - 100 * 365 / 30.4375), 4 * sqrt(1200))
  later <- sum(entry >= 365 & entry < 365 + 61)
  expect_lt(abs(later - 300 * 61 / 30.4375), 4 * sqrt(600))
})

test_that("guided therapy begins after the report, in those with an actionable variant", {
  design <- design_guided_therapy(600, accrual = 100, report_weeks = 5, partial_dates = c(
    adverse_events = 0, therapies = 0, death = 0
  ))
  study <- simulate_study(design, 1)
  persons <- study$tte$truth$persons
  guided <- study$therapies[study$therapies$CMCAT == "GUIDED THERAPY", ]
  row <- match(guided$USUBJID, persons$USUBJID)
  expect_gt(nrow(guided), 100)
  expect_true(all(guided$ASTDT - persons$STARTDT[row] >= 35))
  expect_true(all(persons$ACTIONABLE[row]))
  # A second guided therapy comes after the first and after progression on it.
  second <- guided[guided$CMLINE == 2, ]
  expect_gt(nrow(second), 5)
  first <- guided[guided$CMLINE == 1, ]
  begun <- first$ASTDT[match(second$USUBJID, first$USUBJID)]
  expect_true(all(second$ASTDT > begun))
  late <- persons[match(second$USUBJID, persons$USUBJID), ]
  expect_true(all(late$T_GUIDED < late$T_PROG & late$T_PROG < late$T_GUIDED2))
  # Nobody without an actionable variant, nobody with a rate of 0.
  unguided <- design_guided_therapy(200, accrual = 60, guided_rate = 0, guided_after = 0)
  none <- simulate_cohort(unguided, 1)$persons
  expect_true(all(is.na(none$T_GUIDED)))
})

test_that("in the design of rechallenge everybody has an irAE and lives to be enrolled", {
  design <- design_rechallenge(400, death = 0.03, enrolment_delay = 6)
  study <- simulate_study(design, 6)
  persons <- study$tte$truth$persons
  expect_true(all(persons$T_ONSET > 0))
  expect_gt(mean(persons$DELAY > 90), 0.3)
  expect_true(all(is.na(persons$T_DEATH) | persons$T_DEATH > persons$DELAY))
  expect_true(all(persons$T_LOST >= persons$DELAY))
  expect_equal(study$subjects$STARTDT, study$subjects$IRAEDT)
  expect_equal(study$subjects$ENRLDT - study$subjects$IRAEDT, as.difftime(persons$DELAY, units = "days"))
  expect_true(all(study$subjects$TRTSDT <= study$subjects$IRAEDT))
  expect_equal(study$tte$entry_condition, "irAE")
  expect_setequal(unique(study$adverse_events$USUBJID), persons$USUBJID)
  again <- which(!is.na(persons$T_RECHALLENGE))
  expect_true(all(persons$T_RESOLVED[again] < persons$T_RECHALLENGE[again]))
  nobody <- design_rechallenge(20, irae = 0)
  faults <- tryCatch(simulate_study(nobody, 1), tte_error_input = function(e) e$faults)
  expect_equal(faults$argument, "irae")
})

test_that("recurrences are written down by kind at the first visit that shows them", {
  design <- design_perioperative(
    400, 100,
    visit_missed = 0, visit_delay = 0, accrual = 60, new_primary = 0.01
  )
  tables <- simulate_tables(design, 3, c("subjects", "assessments", "vital_status"))
  persons <- simulate_cohort(design, 3)$persons
  rows <- tables$assessments
  rows$day <- as.numeric(rows$ADT - persons$STARTDT[match(rows$USUBJID, persons$USUBJID)])
  found <- rows[grepl("RECURRENCE$", rows$AVALC), ]
  row <- match(found$USUBJID, persons$USUBJID)
  expect_equal(found$day, persons$PROG_SEEN[row])
  expect_false(anyDuplicated(found$USUBJID) > 0)
  expect_equal(sort(found$USUBJID), persons$USUBJID[!is.na(persons$PROG_SEEN)])
  # The next planned visit (every 91 days) after the latent time.
  expect_equal(found$day, 91 * ceiling(persons$T_PROG[row] / 91))
  local <- found$AVALC == "LOCOREGIONAL RECURRENCE"
  expect_true(all(is.na(persons$T_DISTANT[row][local]) | persons$T_DISTANT[row][local] > found$day[local]))
  expect_true(any(rows$AVALC == "NEW PRIMARY SAME SITE"))
  expect_equal(sum(persons$COHORT == "validation"), 100)
  measured <- !is.na(tables$subjects$CTSCORE)
  expect_equal(measured, !is.na(tables$subjects$CTDT))
})

test_that("the planted response rate comes out by group", {
  design <- design_guided_therapy(20000, accrual = 1200, orr = c(0.1, 0.45, 0.25))
  persons <- simulate_cohort(design, 11)$persons
  share <- tapply(persons$RESPONDER, persons$GROUP, mean)[names(design$orr)]
  n <- table(persons$GROUP)[names(design$orr)]
  expect_true(all(abs(share - design$orr) < 4 * sqrt(design$orr * (1 - design$orr) / n)))
})

test_that("waiting times have the planted hazards", {
  # Without covariate effects and dropout: exponential times, means within 4 standard errors.
  design <- design_guided_therapy(
    4000,
    accrual = 400, groups = c(A = 1), progression = 5, orr = 0, hr_ecog = 1, actionable = 0, death = 0.02
  )
  persons <- simulate_cohort(design, 12)$persons
  first <- pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE) / 30.4375
  mean <- 1 / (log(2) / 5 + 0.02)
  expect_lt(abs(mean(first) - mean), 4 * mean / sqrt(4000))
  expect_lt(abs(mean(persons$T_PROG < persons$T_DEATH, na.rm = TRUE) * mean(!is.na(persons$T_PROG)) -
    log(2) / 5 * mean), 0.04)
  expect_lt(abs(mean(persons$T_LOST) / 30.4375 - 100), 4 * 100 / sqrt(4000))
})

test_that("wrong input is a classed error", {
  faults <- function(...) {
    tryCatch(simulate_study(...), tte_error_input = function(e) paste(e$faults$argument, e$faults$fault))
  }
  design <- small_designs()$guided_therapy
  expect_equal(faults(list()), "design wrong_type")
  expect_equal(faults(), "design wrong_type")
  altered <- design
  altered$accrual <- -1
  expect_equal(faults(altered, 1), "accrual out_of_range")
  altered <- design
  altered$hr_guided <- 0.1
  expect_equal(faults(altered, 1), "design not_a_choice")
  altered <- design
  altered$orr[] <- 0.99
  expect_equal(faults(altered, 1), "orr out_of_range")
  expect_equal(faults(design, seed = -1), "seed not_whole")
  expect_equal(faults(design, seed = 1.5), "seed not_whole")
  expect_equal(faults(design, seed = 2^53), "seed not_whole")
  expect_equal(faults(design, 1, as = "list"), "as not_a_choice")
  expect_equal(faults(design, "x", "no such fault"), c("seed not_whole", "faults not_a_choice"))
})

test_that("one patient is a study", {
  for (seed in 1:4) {
    lone <- design_perioperative(1, 0, n_markers = 0)
    for (design in list(design_guided_therapy(1), design_rechallenge(1), lone)) {
      expect_s3_class(simulate_study(design, seed), "tte_study")
    }
  }
  expect_s3_class(simulate_study(design_irae_risk(1, n_markers = 0), 3), "tte_study")
  expect_s3_class(simulate_study(design_biomarker_cohort(1, n_markers = 0), 8), "tte_study")
})

test_that("tables only that are asked for", {
  design <- small_designs()$irae_risk
  expect_named(simulate_tables(design, 1, c("subjects", "lesions")), c("subjects", "lesions"))
  whole <- simulate_study(design, 1, as = "tables")
  expect_identical(simulate_tables(design, 1, "adverse_events")$adverse_events, whole$adverse_events)
})

test_that("treatment pauses from the first irAE to its resolution, and nothing else changes", {
  for (make in list(design_biomarker_cohort, design_irae_risk)) {
    made <- lapply(c(none = 0, all = 1), function(p) {
      design <- make(400, accrual = 60, n_markers = 0, signal_markers = 0, irae_pause = p)
      cohort <- simulate_cohort(design, 4)
      list(design = design, persons = cohort$persons, tables = make_tables(design, cohort, 4))
    })
    none <- made$none$tables
    all <- made$all$tables
    expect_false(anyDuplicated(none$exposure$USUBJID) > 0)
    expect_identical(made$none$persons$T_STOP, made$all$persons$T_STOP)
    same <- setdiff(names(none), c("exposure", "adverse_events"))
    expect_identical(none[same], all[same])
    persons <- made$all$persons
    spans <- split(all$exposure, factor(all$exposure$USUBJID, persons$USUBJID))
    paused <- lengths(lapply(spans, `[[`, "ASTDT")) == 2
    expect_lte(max(table(all$exposure$USUBJID)), 2)
    # By hand: resolved while the patient is treated and followed, a day or more after it began.
    end <- pmin(all$subjects$TRTEDT - persons$STARTDT, persons$LAST, na.rm = TRUE)
    from <- floor(persons$T_IRAE)
    to <- floor(persons$T_RESOLVED)
    expected <- from >= 1 & to > from & to <= end
    expect_identical(unname(paused), expected %in% TRUE)
    expect_gt(sum(paused), 40)
    rows <- do.call(rbind, spans[paused])
    first <- !duplicated(rows$USUBJID)
    expect_equal(as.numeric(rows$ASTDT[first] - persons$STARTDT[paused]), rep(0, sum(paused)))
    expect_equal(as.numeric(rows$AENDT[first] - persons$STARTDT[paused]), from[paused] - 1)
    expect_equal(as.numeric(rows$ASTDT[!first] - persons$STARTDT[paused]), to[paused])
    expect_identical(rows$AENDT[!first], all$subjects$TRTEDT[paused])
    expect_equal(nrow(cohort_faults(list(persons = persons), exposure = all$exposure)), 0)
    subjects <- all$subjects[setdiff(names(all$subjects), c("TRTSDT", "TRTEDT"))]
    built <- study(subjects, all$exposure, vital_status = all$vital_status, design = "cohort", arm = NULL)
    expect_equal(built$subjects$TRTSDT, none$subjects$TRTSDT)
    ended <- !is.na(none$subjects$TRTEDT)
    expect_equal(built$subjects$TRTEDT[ended], none$subjects$TRTEDT[ended])
  }
})

test_that("new therapy does not depend on what ended the treatment", {
  design <- design_irae_risk(3000, accrual = 300, n_markers = 0, signal_markers = 0, irae_stop = 0.5)
  cohort <- simulate_cohort(design, 3)
  persons <- cohort$persons
  therapies <- simulate_therapies(design, cohort, 3)
  progressed <- which(persons$PROG_SEEN + 35 <= persons$LAST & persons$T_IRAE < persons$PROG_SEEN)
  stopped <- (persons$T_STOP == floor(persons$T_IRAE))[progressed] %in% TRUE
  new <- (persons$USUBJID %in% therapies$USUBJID)[progressed]
  expect_gt(min(table(stopped, new)), 20)
  expect_gt(stats::fisher.test(stopped, new)$p.value, 0.001)
})
