# A clean study of every table, into which each fault is planted alone.
clean_tables <- function() {
  subjects <- study_subjects(
    DTHDT = as.Date(c(NA, NA, NA, "2024-07-23")), BRTHDT = as.Date("1960-05-05"), BASEFL = "Y",
    TRTEDT = as.Date("2024-03-15"), EOSDT = as.Date("2024-07-25"),
    risk = c(0.2, NA, 0.3, 0.1), CTDT = as.Date(c("2023-12-20", NA, "2023-12-21", "2023-12-22"))
  )
  day <- subjects$RANDDT
  each <- function(offset, ...) data.frame(USUBJID = subjects$USUBJID, ADT = day + offset, ...)
  list(
    subjects = subjects,
    vital_status = data.frame(
      USUBJID = "S04", DTHDT = as.Date("2024-07-23"),
      LSTALVDT = as.Date("2024-07-22")
    ),
    exposure = data.frame(
      USUBJID = subjects$USUBJID, EXTRT = "A", ASTDT = day + 1, AENDT = as.Date("2024-03-15")
    ),
    lesions = do.call(rbind, lapply(subjects$USUBJID, function(id) {
      study_lesions(id, list(T1 = c(30, 20, 10), T2 = c(12, 12, 12)))
    })),
    assessments = study_visits(c(S01 = "SD PR", S02 = "SD PD", S03 = "PR PR", S04 = "NE SD")),
    therapies = data.frame(
      USUBJID = "S02", CMTRT = "B", ASTDT = as.Date("2024-05-01"),
      AENDT = as.Date("2024-06-01")
    ),
    procedures = data.frame(USUBJID = "S03", PRTRT = "Resection", ASTDT = as.Date("2024-05-02")),
    adverse_events = data.frame(
      USUBJID = c("S01", "S02"), AEDECOD = "Rash", ASTDT = day[1:2] + 10, AENDT = day[1:2] + 20, AESER = "N"
    ),
    questionnaires = each(30, QSTESTCD = "PF", AVAL = 12),
    performance_status = each(0, AVAL = 1, AVISIT = "Baseline"),
    variants = data.frame(USUBJID = "S01", GENE = "EGFR"),
    samples = each(c(1, 200, 200, 200), PARAMCD = "CRP", AVAL = 3),
    schedule = data.frame(
      AVISIT = c("Baseline", "Visit 1", "Visit 2"), TARGET_DAY = c(0, 42, 84), WINDOW_DAYS = 7
    )
  )
}

check_tables <- function(tables, ..., design = "randomised") {
  do.call(
    check_study,
    c(unname(tables["subjects"]), tables[names(tables) != "subjects"], list(design = design, ...))
  )
}

# Plants `value` in rows of a table, and gives the fault that appears: "severity fault rows".
planted <- function(table, column, rows, value, ...) {
  tables <- clean_tables()
  tables[[table]][rows, column] <- value
  listed(check_tables(tables, ...), table)
}

listed <- function(check, table) {
  check <- check[check$table == table & check$severity != "note", ]
  paste(check$severity, check$column, check$fault, vapply(check$rows, toString, ""))
}

test_that("clean tables have no fault and make a study", {
  check <- check_tables(clean_tables())
  expect_s3_class(check, "tte_check")
  expect_equal(check$fault[check$severity != "note"], character())
  expect_s3_class(do.call(study, c(clean_tables(), design = "randomised")), "tte_study")
})

test_that("rows that are there twice are found in every table", {
  twice <- function(table) {
    tables <- clean_tables()
    tables[[table]] <- tables[[table]][c(seq_len(nrow(tables[[table]])), 1), ]
    listed(check_tables(tables), table)
  }
  expect_equal(twice("subjects"), "error USUBJID person_twice 5")
  expect_equal(twice("vital_status"), "error USUBJID person_twice 2")
  expect_equal(twice("schedule"), "error AVISIT row_twice 4")
  expect_equal(twice("lesions"), "error USUBJID row_twice 25")
  for (table in c("subjects", "vital_status", "schedule", "lesions")) {
    tables <- clean_tables()
    tables[[table]] <- tables[[table]][c(seq_len(nrow(tables[[table]])), 1), ]
    faults <- study_faults_of(do.call(study, c(tables, design = "randomised")))
    expect_true(table %in% faults$argument, label = table)
  }
  tables <- clean_tables()
  tables$lesions <- rbind(tables$lesions, transform(tables$lesions[2, ], AVAL = 4))
  expect_equal(listed(check_tables(tables), "lesions"), "doubt USUBJID row_twice 25")
  for (table in c("assessments", "questionnaires", "performance_status")) {
    expect_match(twice(table), "^doubt USUBJID row_twice", label = table)
  }
  for (table in c("exposure", "therapies", "procedures", "adverse_events", "variants", "samples")) {
    expect_match(twice(table), "^doubt USUBJID row_twice", label = table)
  }
})

test_that("a person whom the subjects do not know is an error in every table", {
  for (table in setdiff(names(clean_tables()), c("subjects", "schedule"))) {
    expect_true("error USUBJID unknown_level 1" %in% planted(table, "USUBJID", 1, "S99"), label = table)
  }
})

test_that("required columns and values that are missing are errors with the remedy", {
  for (table in setdiff(names(clean_tables()), "subjects")) {
    for (column in schema_required(table)) {
      tables <- clean_tables()
      tables[[table]][[column]] <- NULL
      check <- check_tables(tables)
      expect_equal(
        check$column[check$fault == "unknown_column" & check$table == table], column,
        label = paste(table, column)
      )
      expect_match(check$remedy[check$fault == "unknown_column"][1], "mapping = list", fixed = TRUE)
    }
  }
  expect_equal(planted("subjects", "USUBJID", 2, NA)[1], "error USUBJID missing_value 2")
  expect_equal(planted("lesions", "ADT", 3, NA), "error ADT missing_value 3")
  expect_equal(planted("exposure", "ASTDT", 4, NA), "error ASTDT missing_value 4")
  expect_equal(planted("therapies", "ASTDT", 1, NA), "doubt ASTDT missing_value 1")
  expect_equal(planted("lesions", "AVAL", 3, NA), "doubt AVAL missing_value 3")
})

test_that("an adverse event without any start gets the first dose, which is a note", {
  tables <- clean_tables()
  tables$adverse_events$ASTDT[2] <- NA
  check <- check_tables(tables)
  expect_equal(listed(check, "adverse_events"), character())
  expect_equal(check$rows[check$fault == "imputed_date"], list(2L))
})

test_that("a scan that was not done needs no date", {
  tables <- clean_tables()
  tables$lesions$TRSTRESC <- ""
  tables$lesions[3, c("ADT", "AVAL")] <- NA
  tables$lesions$TRSTRESC[3] <- "Not done"
  tables$lesions[5, c("ADT", "AVAL")] <- NA
  tables$assessments[1, "AVALC"] <- "ND"
  tables$assessments[1, "ADT"] <- NA
  check <- check_tables(tables)
  expect_equal(listed(check, "lesions"), "doubt AVAL missing_value 5")
  expect_equal(listed(check, "assessments"), character())
})

test_that("impossible numbers and unknown words are errors", {
  expect_equal(planted("lesions", "AVAL", 2, -1), "error AVAL out_of_range 2")
  expect_equal(planted("lesions", "AVAL", 2, 2000), "error AVAL out_of_range 2")
  expect_equal(planted("lesions", "AVAL", 2, Inf), "error AVAL not_finite 2")
  expect_true("error AVAL wrong_type " %in% planted("lesions", "AVAL", 2, "twenty"))
  expect_equal(planted("performance_status", "AVAL", 1, 6), "error AVAL out_of_range 1")
  expect_equal(planted("performance_status", "AVAL", 1, 1.5), "error AVAL not_whole 1")
  expect_true("error TRGRPID unknown_level 2" %in% planted("lesions", "TRGRPID", 2, "MEASURABLE"))
  expect_true("error TRSTRESC unknown_level 2" %in% planted("lesions", "TRSTRESC", 2, "BIGGER"))
  expect_equal(planted("lesions", "TRSTRESC", 2, "20"), character())
  expect_equal(planted("lesions", "AVAL", 2, 301), "doubt AVAL out_of_range 2")
  expect_equal(planted("assessments", "AVALC", 2, "BETTER"), "error AVALC unknown_level 2")
  expect_equal(planted("subjects", "BASEFL", 1, "yes"), "error BASEFL unknown_level 1")
  expect_equal(planted("adverse_events", "AESER", 1, "y"), character())
})

test_that("dates that are none, or incomplete without a rule, are errors", {
  tables <- clean_tables()
  tables$lesions$ADT <- format(tables$lesions$ADT)
  tables$lesions$ADT[c(3, 7)] <- c("2024-03", "soon")
  tables$exposure$ASTDT <- format(tables$exposure$ASTDT)
  tables$exposure$ASTDT[1] <- "2024"
  tables$subjects$RANDDT <- as.numeric(tables$subjects$RANDDT)
  check <- check_tables(tables)
  expect_equal(listed(check, "lesions")[1:2], c("error ADT not_a_date 7", "error ADT incomplete_date 3"))
  expect_match(
    check$remedy[check$fault == "incomplete_date" & check$table == "lesions"], "assessment_day = 15"
  )
  expect_equal(listed(check, "exposure"), "error ASTDT incomplete_date 1")
  expect_true("error RANDDT not_a_date 1, 2, 3, 4" %in% listed(check, "subjects"))
  tables <- clean_tables()
  tables$lesions$ADT <- format(tables$lesions$ADT)
  tables$lesions$ADT[3] <- "2024-03"
  check <- check_tables(tables, assessment_day = 15)
  expect_false("error" %in% check$severity)
})

test_that("dates out of order are doubts", {
  day <- function(x) as.Date(x)
  expect_equal(planted("subjects", "BRTHDT", 1, day("2024-05-05"))[1], "doubt RANDDT dates_out_of_order 1")
  expect_true(
    "doubt ADT dates_out_of_order 1, 2, 3, 4, 5, 6" %in% planted("lesions", "BRTHDT", 1:6, day("2024-05-05"))
  )
  expect_true("doubt ADT dates_out_of_order 1" %in% planted("assessments", "ADT", 1, day("2023-12-01")))
  expect_equal(planted("subjects", "TRTSDT", 2, day("2023-12-30"))[1], "doubt TRTSDT dates_out_of_order 2")
  expect_equal(planted("subjects", "TRTEDT", 2, day("2024-01-01"))[1], "doubt TRTEDT dates_out_of_order 2")
  expect_equal(planted("subjects", "EOSDT", 2, day("2023-01-01")), "doubt EOSDT dates_out_of_order 2")
  expect_true("doubt DTHDT dates_out_of_order 1" %in% planted("subjects", "DTHDT", 1, day("2023-12-01")))
  expect_true(
    "doubt LSTALVDT dates_out_of_order 1" %in% planted("subjects", "LSTALVDT", 1, day("2023-12-01"))
  )
  expect_equal(planted("exposure", "AENDT", 1, day("2024-01-01")), "doubt AENDT dates_out_of_order 1")
  expect_equal(planted("adverse_events", "AENDT", 1, day("2024-01-01")), "doubt AENDT dates_out_of_order 1")
  expect_equal(planted("therapies", "AENDT", 1, day("2024-01-01")), "doubt AENDT dates_out_of_order 1")
  expect_true("doubt ASTDT dates_out_of_order 1" %in% planted("exposure", "ASTDT", 1, day("2023-12-01")))
  expect_equal(planted("procedures", "ASTDT", 1, day("2204-05-02")), "doubt ASTDT out_of_range 1")
})

test_that("what is dated after death is a doubt in every table", {
  late <- as.Date("2024-07-24")
  for (table in c("lesions", "assessments", "questionnaires", "performance_status", "samples")) {
    row <- which(clean_tables()[[table]]$USUBJID == "S04")[1]
    expect_true(paste("doubt ADT after_death", row) %in% planted(table, "ADT", row, late), label = table)
  }
  for (table in c("exposure", "adverse_events", "therapies", "procedures")) {
    tables <- clean_tables()
    tables[[table]]$USUBJID[1] <- "S04"
    tables[[table]]$ASTDT[1] <- late
    expect_true("doubt ASTDT after_death 1" %in% listed(check_tables(tables), table), label = table)
  }
  expect_equal(planted("subjects", "TRTEDT", 4, late)[2], "doubt TRTEDT after_death 4")
  expect_equal(planted("vital_status", "LSTALVDT", 1, late), "doubt LSTALVDT after_death 1")
})

test_that("the last date alive is compared with the latest record", {
  tables <- clean_tables()
  tables$subjects$LSTALVDT[c(1, 3)] <- as.Date(c("2024-03-01", "2024-12-01"))
  check <- check_tables(tables)
  differs <- check[check$fault == "last_alive_differs", ]
  expect_equal(differs$severity, c("doubt", "note"))
  expect_equal(differs$rows, list(1L, 3L))
})

test_that("vital status and flags that contradict the date of death are doubts", {
  expect_equal(planted("vital_status", "DTHDT", 1, as.Date("2024-07-24"))[1], "doubt DTHDT contradiction 1")
  expect_equal(planted("subjects", "DTHFL", 1, "Y"), "doubt DTHFL contradiction 1")
  expect_equal(planted("subjects", "DTHFL", 4, "N"), "doubt DTHFL contradiction 4")
})

test_that("baselines: none, several, old, flagged late, new lesions", {
  expect_equal(planted("lesions", "ADT", c(1, 4), as.Date("2024-01-20")), c(
    "doubt ADT no_baseline 1, 2, 3, 4, 5, 6", "doubt ADT outside_window 1, 4"
  ))
  expect_equal(planted("lesions", "ADT", c(1, 4), as.Date("2023-11-20"))[1], "doubt ADT out_of_range 1, 4")
  tables <- clean_tables()
  tables$subjects$BASEFL[1] <- "N"
  tables$lesions <- tables$lesions[-c(1, 4), ]
  expect_equal(listed(check_tables(tables), "lesions"), character())
  tables <- clean_tables()
  tables$lesions <- rbind(tables$lesions, transform(tables$lesions[1, ], ADT = ADT - 10))
  expect_true("doubt ADT several_baselines 25" %in% listed(check_tables(tables), "lesions"))
  tables$lesions$ABLFL <- ifelse(tables$lesions$AVISIT == "Baseline", "Y", "")
  expect_true("error ABLFL several_baselines 1" %in% listed(check_tables(tables), "lesions"))
  expect_true("doubt ABLFL dates_out_of_order 2" %in% planted("lesions", "ABLFL", 2, "Y"))
  expect_true("doubt TRGRPID contradiction 1" %in% planted("lesions", "TRGRPID", 1, "NEW"))
  tables <- clean_tables()
  tables$lesions <- tables$lesions[-4, ]
  expect_equal(listed(check_tables(tables), "lesions"), "doubt TRLNKID no_baseline 4, 5")
})

test_that("targets over RECIST's numbers and below its sizes are doubts, the limits themselves are not", {
  targets <- function(...) {
    tables <- clean_tables()
    tables$lesions <- study_lesions("S01", ...)
    listed(check_tables(tables), "lesions")
  }
  five <- stats::setNames(rep(list(c(20, 20)), 5), paste0("T", 1:5))
  organs <- c("LIVER", "LIVER", "LUNG", "LUNG", "BRAIN")
  expect_equal(targets(five, organ = organs), character())
  six <- c(five, list(T6 = c(20, 20)))
  expect_equal(
    targets(six, organ = c(organs, "SPLEEN")), "doubt TRLNKID over_limit 1, 3, 5, 7, 9, 11"
  )
  expect_equal(targets(five, organ = "LIVER"), "doubt TRLOC over_limit 1, 3, 5, 7, 9")
  nodes <- targets(five[1:3], organ = c("NECK", "AXILLA", "GROIN"), nodal = "Y")
  expect_equal(nodes, "doubt TRLOC over_limit 1, 3, 5")
  expect_equal(targets(list(T1 = c(10, 3))), character())
  expect_equal(targets(list(T1 = c(9.9, 9))), "doubt AVAL below_limit 1")
  expect_equal(targets(list(T1 = c(15, 3)), nodal = "Y"), character())
  expect_equal(targets(list(T1 = c(14.9, 3)), nodal = "Y"), "doubt AVAL below_limit 1")
})

test_that("readers are counted apart", {
  tables <- clean_tables()
  lesions <- study_lesions("S01", list(T1 = c(20, 20), T2 = c(20, 20)))
  tables$lesions <- rbind(cbind(lesions, READER = "A"), cbind(lesions, READER = "B"))
  expect_equal(listed(check_tables(tables), "lesions"), character())
  tables$lesions$READER[5] <- NA
  expect_true("doubt READER missing_value 5" %in% listed(check_tables(tables), "lesions"))
})

test_that("a lesion that changes its kind, and a size that contradicts the state, are doubts", {
  expect_true("doubt TRGRPID contradiction 3" %in% planted("lesions", "TRGRPID", 3, "NON-TARGET"))
  expect_equal(planted("lesions", "TRLOC", 3, "LUNG"), "doubt TRLOC contradiction 3")
  expect_equal(planted("lesions", "NODAL", 3, "Y"), "doubt NODAL contradiction 3")
  expect_equal(planted("lesions", "TRSTRESC", 3, "Absent"), "error AVAL out_of_range 3")
})

test_that("visits outside the schedule's windows are doubts, unknown visits notes", {
  visit <- clean_tables()$lesions$ADT[2]
  expect_equal(planted("lesions", "ADT", c(2, 5), visit + 7), character())
  expect_equal(planted("lesions", "ADT", c(2, 5), visit + 8), "doubt ADT outside_window 2, 5")
  tables <- clean_tables()
  tables$assessments$AVISIT[1] <- "Unscheduled"
  check <- check_tables(tables)
  expect_equal(check$rows[check$column == "AVISIT" & check$table == "assessments"], list(1L))
})

test_that("a variable measured at an unknown date is a doubt, an unknown one an error", {
  tables <- clean_tables()
  tables$subjects$CTDT[3] <- NA
  check <- check_tables(tables, measured = c(risk = "CTDT"))
  expect_equal(listed(check, "subjects"), "doubt CTDT missing_value 3")
  check <- check_tables(tables, measured = c(score = "CTDATE"))
  expect_equal(check$column[check$table == "measured"], c("CTDATE", "score"))
})

test_that("nobody to count from and no arm are listed", {
  expect_true("doubt STARTDT missing_value 3" %in% planted("subjects", "RANDDT", 3, NA))
  expect_equal(planted("subjects", "TRT01P", 3, NA), "error TRT01P missing_value 3")
  check <- check_tables(clean_tables(), arms = c("Placebo", "Drug Y"))
  expect_equal(check$fault[check$table == "arms"], "unknown_level")
  check <- check_tables(clean_tables(), arm = "TRT")
  expect_equal(check$column[check$table == "arm"], "TRT")
  tables <- clean_tables()
  tables$subjects$RANDDT <- NULL
  expect_true("error RANDDT unknown_column " %in% listed(check_tables(tables), "subjects"))
})

test_that("study() raises all that is unusable at once and nothing that is only doubtful", {
  tables <- clean_tables()
  tables$subjects$USUBJID[2] <- "S01"
  tables$lesions$AVAL[3] <- -4
  tables$assessments$ADT[1] <- as.Date("2019-01-01")
  faults <- study_faults_of(do.call(study, c(tables, design = "randomised", arms = list(c("A", "B")))))
  found <- paste(faults$argument, faults$fault)
  expect_true(all(c("subjects person_twice", "lesions out_of_range", "arms unknown_level") %in% found))
  expect_setequal(faults$fault, c("person_twice", "unknown_level", "out_of_range"))
  expect_equal(faults$rows[faults$fault == "out_of_range"], list(3L))
})

test_that("a study can be checked as well as its tables, and print sorts by severity", {
  study <- do.call(study, c(clean_tables(), design = "randomised"))
  expect_false("error" %in% check_study(study)$severity)
  expect_equal(study_faults_of(check_study(clean_tables()$subjects, lesion = 1))$fault, "unknown_argument")
  tables <- clean_tables()
  tables$lesions$AVAL[1:7] <- -1
  tables$subjects$TRTEDT[4] <- as.Date("2024-12-24")
  expect_snapshot(check_tables(tables))
  expect_output(print(check_study(study)[0, ]), "No fault found.")
})

test_that("whatever is wrong with the tables, the check lists it and study() raises only its own condition", {
  spoil <- list(
    drop = function(table, column) table[setdiff(names(table), column)],
    empty = function(table, column) table[0, , drop = FALSE],
    missing = function(table, column) replace(table, column, list(rep(NA, nrow(table)))),
    word = function(table, column) replace(table, column, list(rep("what", nrow(table)))),
    number = function(table, column) replace(table, column, list(rep(-1, nrow(table)))),
    factor = function(table, column) replace(table, column, list(factor(as.character(table[[column]])))),
    repeated = function(table, column) rbind(table, table),
    flag = function(table, column) replace(table, column, list(rep(TRUE, nrow(table)))),
    list = function(table, column) replace(table, column, list(as.list(table[[column]])))
  )
  for (seed in random_seeds(40)) {
    tables <- clean_tables()
    with_random_seed(seed, {
      for (i in 1:3) {
        name <- sample(names(tables), 1)
        column <- sample(names(tables[[name]]), 1)
        tables[[name]] <- spoil[[sample(length(spoil), 1)]](tables[[name]], column)
        if (ncol(tables[[name]]) == 0) tables[[name]] <- NULL
      }
      tables <- tables[sample(length(tables), length(tables) - sample(0:3, 1))]
      design <- sample(c("randomised", "single_arm", "cohort"), 1)
    })
    check <- tryCatch(do.call(check_study, c(tables, list(design = design))), error = identity)
    expect_s3_class(check, "tte_check", exact = FALSE)
    made <- tryCatch(
      do.call(study, c(tables, list(design = design))),
      tte_error_input = identity, error = identity
    )
    unusable <- is.data.frame(check) && "error" %in% check$severity
    expect_s3_class(made, if (unusable) "tte_error_input" else "tte_study")
    if (inherits(made, "tte_study")) expect_s3_class(check_study(made), "tte_check")
  }
})
