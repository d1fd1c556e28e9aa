# Dates that nobody knew in full, and that study() completes them without a doubt.

blurred_tables <- function(design, seed = 41) {
  cohort <- simulate_cohort(design, seed)
  tables <- list(
    subjects = cohort_subjects(cohort), adverse_events = simulate_adverse_events(design, cohort, seed)
  )
  row <- which(cohort$persons$LAST > 60)
  tables$therapies <- data.frame(
    USUBJID = cohort$persons$USUBJID[row], CMTRT = "Next", ASTDT = cohort$persons$STARTDT[row] + 50
  )
  list(full = tables, partial = partial_dates(tables, design, cohort, seed), cohort = cohort)
}

test_that("so many dates lack the day, and of these so many the month", {
  design <- small_designs(600, "guided_therapy",
    partial_dates = c(adverse_events = 0.3, therapies = 0.2, death = 0), partial_month = 0.4
  )[[1]]
  made <- blurred_tables(design)
  known <- format(made$full$adverse_events$ASTDT)
  words <- made$partial$adverse_events$ASTDT
  expect_type(words, "character")
  expect_true(all(substr(known, 1, nchar(words)) == words))
  partial <- nchar(words) < 10
  expect_true(all(nchar(words) %in% c(4, 7, 10)))
  n <- length(words)
  expect_true(within_chance(mean(partial), 0.3, sqrt(0.21 / n)))
  expect_true(within_chance(mean(nchar(words[partial]) == 4), 0.4, sqrt(0.24 / sum(partial))))
  share <- mean(nchar(made$partial$therapies$ASTDT) < 10)
  expect_true(within_chance(share, 0.2, sqrt(0.16 / nrow(made$partial$therapies))))
  expect_identical(made$partial$subjects, made$full$subjects)
})

test_that("study() completes them: notes, and neither errors nor doubts", {
  for (design in small_designs(200,
    partial_dates = c(adverse_events = 0.3, therapies = 0.3, death = 0.5),
    partial_month = 0.2
  )) {
    made <- blurred_tables(design)
    expect_type(made$partial$subjects$DTHDT, "character")
    found <- do.call(check_study, c(made$partial, list(design = "cohort", arm = NULL)))
    expect_equal(nrow(as.data.frame(found)[found$severity != "note", ]), 0, label = design$kind)
    built <- do.call(study, c(made$partial, list(design = "cohort", arm = NULL)))
    flagged <- !is.na(built$subjects$DTHDTF)
    expect_equal(flagged, nchar(made$partial$subjects$DTHDT) %in% c(4, 7))
    expect_true(any(built$adverse_events$ASTDTF == "D", na.rm = TRUE))
  }
})

test_that("with chance 0 tables stay as they were, and dates follow from the seed", {
  never <- c(adverse_events = 0, therapies = 0, death = 0)
  design <- small_designs(50, "irae_risk", partial_dates = never)[[1]]
  made <- blurred_tables(design)
  expect_identical(made$partial, made$full)
  design$partial_dates <- c(adverse_events = 0.3, therapies = 0.3, death = 0.3)
  one <- blurred_tables(design)
  expect_identical(blurred_tables(design)$partial, one$partial)
  more <- design
  more$patients <- 80
  grown <- blurred_tables(more)$partial
  for (name in names(grown)) {
    expect_equal(first_persons(grown[[name]], one$cohort, 50), one$partial[[name]], label = name)
  }
})

test_that("tables without a row, and studies of one patient, are made like others", {
  usual <- small_designs(4, "guided_therapy")[[1]]
  nothing <- small_designs(4, "guided_therapy",
    ae_rate = 0, ae_before = 0, qs_missing = 1, ecog_missing = 1, actionable = 0, guided_rate = 0, orr = 0
  )[[1]]
  full <- make_tables(usual, simulate_cohort(usual, 1), 1)
  for (form in c("scores", "items")) {
    nothing$qs_form <- form
    empty <- make_tables(nothing, simulate_cohort(nothing, 1), 1)
    for (name in c("adverse_events", "questionnaires", "performance_status")) {
      expect_equal(nrow(empty[[name]]), 0, label = name)
      expect_equal(lapply(empty[[name]], class), lapply(full[[name]][0, ], class), label = name)
    }
  }
  for (design in small_designs(1)) {
    for (seed in 1:8) {
      tables <- make_tables(design, simulate_cohort(design, seed), seed)
      expect_equal(unique(unlist(lapply(tables, `[[`, "USUBJID"))), "P000001")
    }
  }
})
