six_visits <- data.frame(
  AVISIT = c("Baseline", paste("Visit", 1:6)), TARGET_DAY = 42 * (0:6), WINDOW_DAYS = 7
)

# S01 comes always, S02 misses the third and fourth visit, S03 the second, S04 the first two and the last two.
seen_visits <- function(words = c(
                          S01 = "SD SD SD SD SD SD", S02 = "SD SD - - SD SD", S03 = "SD - SD SD SD SD",
                          S04 = "- - SD SD - -"
                        )) {
  study_visits(words)
}

gaps_of <- function(assessments, schedule = six_visits, ...) {
  check <- check_study(study_subjects(),
    assessments = assessments, schedule = schedule, design = "randomised", ...
  )
  check[check$fault == "missed_visits", ]
}

test_that("two scheduled visits in a row that are missing are a gap, with its days and the windows", {
  visits <- seen_visits()
  gaps <- gaps_of(visits)
  expect_equal(gaps$severity, c("note", "note"))
  expect_equal(gaps$persons, list("S04", "S02"))
  ends <- c(which(visits$USUBJID == "S04")[1], which(visits$USUBJID == "S02")[3])
  expect_equal(gaps$rows, as.list(ends))
  expect_equal(gaps$message, c(
    "ends a gap of 126 days: Visit 1 and Visit 2 (days 35 to 91 after the start) are not there",
    "ends a gap of 126 days: Visit 3 and Visit 4 (days 119 to 175 after the start) are not there"
  ))
  expect_equal(nrow(gaps_of(visits, missed_visits = 3)), 0)
})

test_that("a single missing visit is a gap where it is asked for", {
  visits <- seen_visits()
  gaps <- gaps_of(visits, missed_visits = 1)
  expect_equal(gaps$persons, list("S04", "S03", "S02"))
  expect_equal(
    gaps$message[2], "ends a gap of 84 days: Visit 2 (days 77 to 91 after the start) is not there"
  )
  for (wrong in list(0, 1.5, NA, "two", c(2, 3))) {
    faults <- study_faults_of(check_study(study_subjects(), design = "randomised", missed_visits = wrong))
    expect_equal(faults$argument, "missed_visits")
  }
})

test_that("three visits and several persons make one line, with the range of days", {
  visits <- seen_visits(c(S01 = "SD - - - SD SD", S02 = "SD - - - SD SD", S03 = "SD SD SD SD SD SD"))
  late <- which(visits$USUBJID == "S02" & visits$AVISIT == "Visit 5")
  visits$ADT[late] <- visits$ADT[late] + 5
  gaps <- gaps_of(visits)
  expect_equal(gaps$n, 2)
  expect_match(gaps$message, "168 to 173 days: Visit 2 to Visit 4 (days 77 to 175", fixed = TRUE)
})

test_that("a visit took place by its name or by its date, and not by a row that says it was not done", {
  start <- study_subjects()$RANDDT[2]
  more <- function(day, visit, result = "SD") {
    rbind(seen_visits(), data.frame(
      USUBJID = "S02", ADT = start + day, AVISIT = visit, PARAMCD = "OVR", AVALC = result
    ))
  }
  whose <- function(...) unlist(gaps_of(...)$persons)
  expect_false("S02" %in% whose(more(115, "Visit 3")))
  expect_false("S02" %in% whose(more(133, "Unscheduled")))
  expect_false("S02" %in% whose(more(147, "Unscheduled")))
  expect_true("S02" %in% whose(more(100, "Unscheduled")))
  expect_true("S02" %in% whose(more(126, "Visit 3", "ND")))
  expect_false("S02" %in% whose(more(126, "Visit 3", "NE")))
  without <- seen_visits()[c("USUBJID", "ADT", "AVALC")]
  expect_equal(whose(without), c("S04", "S02"))
})

test_that("visits that nobody has are not planned, and those after the last assessment not missed", {
  schedule <- rbind(six_visits, data.frame(AVISIT = "Safety", TARGET_DAY = c(65, 70), WINDOW_DAYS = 1))
  schedule$AVISIT[8:9] <- c("Safety 1", "Safety 2")
  expect_equal(gaps_of(seen_visits(), schedule), gaps_of(seen_visits()))
  expect_equal(nrow(gaps_of(seen_visits(c(S01 = "SD SD SD SD SD SD", S02 = "SD PD")))), 0)
  expect_equal(nrow(gaps_of(seen_visits(), six_visits[1, ])), 0)
  expect_equal(nrow(gaps_of(seen_visits(), six_visits[c("AVISIT", "TARGET_DAY")])), 0)
})

test_that("the gaps of simulated studies are those of the visits that were missed", {
  designs <- list(
    design_guided_therapy(60, visit_missed = 0.3), design_rechallenge(60, visit_missed = 0.3),
    design_perioperative(60, 10,
      visit_missed = 0.3, n_markers = 4, marker_blocks = 2, signal_markers = 1
    )
  )
  for (design in designs) {
    cohort <- simulate_cohort(design, 4)
    tables <- make_tables(
      design, cohort, 4,
      c("subjects", "vital_status", "exposure", "lesions", "assessments", "schedule")
    )
    check <- do.call(check_study, c(tables, study_arguments(design, tables)))
    found <- check[check$fault == "missed_visits", ]
    table <- if (is.null(tables$lesions)) tables$assessments else tables$lesions
    # By hand, person after person: the visits between assessments that have no day, two or more in a row.
    planned <- tables$schedule$AVISIT[-1]
    expected <- lapply(split(table, table$USUBJID), function(own) {
      had <- planned %in% own$AVISIT
      last <- max(which(had), 0)
      runs <- rle(had[seq_len(last)])
      end <- cumsum(runs$lengths)
      keep <- !runs$values & runs$lengths >= 2
      ends <- planned[end[keep] + 1]
      which(table$USUBJID == own$USUBJID[1] & table$AVISIT %in% ends)
    })
    expect_gt(length(unlist(expected)), 0)
    expect_setequal(unlist(found$rows), unlist(expected))
    missed <- cohort$visits[is.na(cohort$visits$day), ]
    of <- cohort$persons$person[match(unlist(found$persons), cohort$persons$USUBJID)]
    expect_true(all(of %in% missed$person[duplicated(missed$person)]))
  }
})
