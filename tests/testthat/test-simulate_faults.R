# Nobody misses visits by chance, so that only what is planted is a gap.
fault_designs <- function() {
  few <- list(n_markers = 4, marker_blocks = 2, signal_markers = 1)
  list(
    do.call(design_biomarker_cohort, c(45, visit_missed = 0, few)),
    design_guided_therapy(45, visit_missed = 0), design_rechallenge(45, visit_missed = 0),
    do.call(design_perioperative, c(45, 10, visit_missed = 0, few)),
    do.call(design_irae_risk, c(45, visit_missed = 0, few))
  )
}

# Is a planted fault among those found, with just its rows and persons (with `among`: and perhaps others)?
is_found <- function(check, planted, among = FALSE) {
  agree <- if (among) function(planted, found) all(planted %in% found) else setequal
  same <- which(
    check$severity == planted$severity & check$table == planted$table & check$column %in% planted$column &
      check$fault == planted$code
  )
  any(vapply(same, function(i) {
    agree(planted$rows[[1]], check$rows[[i]]) && agree(planted$persons[[1]], check$persons[[i]])
  }, logical(1)))
}

# The tables that faults are planted in; forms and samples would only take time.
clean_arguments <- function(design, seed) {
  cohort <- simulate_cohort(design, seed)
  names <- setdiff(names(table_generators), c("questionnaires", "samples", "variants"))
  truth <- list(design = design, seed = seed, persons = cohort$persons, paths = cohort$paths)
  tables <- make_tables(design, cohort, seed, names)
  list(arguments = c(tables, study_arguments(design, tables)), truth = truth)
}

test_that("check_study() lists each fault in each design with the patients it was planted in", {
  for (design in fault_designs()) {
    clean <- clean_arguments(design, 2)
    check <- do.call(check_study, clean$arguments)
    expect_true(all(check$severity == "note"), label = design$kind)
    for (name in study_fault_names(design)) {
      spoilt <- spoil_tables(clean$arguments, name, clean$truth)
      planted <- attr(spoilt, "spoilt")
      expect_equal(planted$fault, name)
      check <- do.call(check_study, spoilt)
      expect_true(is_found(check, planted), label = paste(design$kind, name))
      expect_gt(length(planted$rows[[1]]) + isTRUE(fault_plans[[name]]$rowless), 0)
    }
  }
})

test_that("study() refuses the tables just where a fault is an error", {
  design <- design_guided_therapy(40)
  clean <- clean_arguments(design, 2)
  some <- c("unknown person", "impossible size", "two baselines", "lesion changing its kind", "old baseline")
  for (name in some) {
    spoilt <- spoil_tables(clean$arguments, name, clean$truth)
    made <- tryCatch(do.call(study, spoilt), tte_error_input = identity)
    expected <- if (attr(spoilt, "spoilt")$severity == "error") "tte_error_input" else "tte_study"
    expect_s3_class(made, expected)
  }
})

test_that("several faults at once are in different patients and all found", {
  design <- design_guided_therapy(120)
  names <- c(
    "duplicate rows", "unknown person", "dates out of order", "records after death", "impossible size",
    "lesion changing its kind", "missing baseline", "two baselines", "incomplete scan date",
    "visit out of window"
  )
  spoilt <- simulate_study(design, 3, faults = names)
  planted <- attr(spoilt, "spoilt")
  expect_equal(planted$fault, names)
  expect_false(anyDuplicated(sub("^X", "", unlist(planted$persons))) > 0)
  check <- do.call(check_study, spoilt)
  # One finding lists the rows of all faults that look alike.
  for (i in seq_along(names)) expect_true(is_found(check, planted[i, ], among = TRUE), label = names[i])
})

test_that("only what was to be spoilt is spoilt", {
  design <- design_guided_therapy(60)
  clean <- simulate_study(design, 2, as = "tables")
  spoilt <- simulate_study(design, 2, faults = "impossible size")
  others <- setdiff(names(clean), "lesions")
  expect_identical(unclass(spoilt)[others], unclass(clean)[others], ignore_attr = TRUE)
  rows <- attr(spoilt, "spoilt")$rows[[1]]
  expect_length(rows, 3)
  expect_equal(spoilt$lesions$AVAL[rows], rep(2000, 3))
  expect_identical(spoilt$lesions[-rows, ], clean$lesions[-rows, ])
})

test_that("every code of check_study() that tables can have is planted by some fault", {
  codes <- unique(vapply(fault_plans, `[[`, "", "code"))
  expect_true(all(c(
    "missing_value", "row_twice", "person_twice", "unknown_level", "unknown_column", "dates_out_of_order",
    "after_death", "last_alive_differs", "contradiction", "out_of_range", "not_finite", "not_whole",
    "wrong_type", "not_a_date", "incomplete_date", "outside_window", "no_baseline", "several_baselines",
    "over_limit", "below_limit"
  ) %in% codes))
})

test_that("unknown and unfit faults are errors that list what there is", {
  faults <- tryCatch(
    simulate_study(design_perioperative(20, 5), 1, faults = c("colour", "impossible size")),
    tte_error_input = function(e) e$faults
  )
  expect_equal(faults$fault, c("not_a_choice", "not_a_choice"))
  expect_match(faults$remedy[1], "duplicate rows")
  expect_match(faults$message[2], "needs a table")
  expect_false("impossible size" %in% study_fault_names(design_perioperative()))
  expect_setequal(study_fault_names(), names(fault_plans))
  # Two patients, none of whom has died: no room for the fault.
  none <- tryCatch(
    simulate_study(design_guided_therapy(2, death = 0, death_after = 1e6), 1, faults = "records after death"),
    tte_error_input = function(e) e$faults
  )
  expect_equal(none$fault, "no_rows")
})

test_that("print names the faults", {
  spoilt <- simulate_study(design_guided_therapy(30), 1, faults = "person twice")
  expect_output(print(spoilt), "person twice: subjects, USUBJID \\(3 rows\\)")
})

test_that("all faults of a design at once are planted, a repeated one once, and listed", {
  design <- design_guided_therapy(150, visit_missed = 0)
  names <- study_fault_names(design)
  spoilt <- simulate_study(design, 1, faults = c(names, names[1:3]), as = "study")
  expect_s3_class(spoilt, "tte_tables")
  expect_equal(attr(spoilt, "spoilt")$fault, names)
  expect_s3_class(do.call(check_study, spoilt), "tte_check")
  expect_s3_class(tryCatch(do.call(study, spoilt), error = identity), "tte_error_input")
})
