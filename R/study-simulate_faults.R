# Faults on request: each is planted in a few patients, so that what is found can be compared with what was
# planted. A plan says in which table (the first of `tables` that the study has) the rows stand that
# check_study() lists, under which column, code and severity; `where` gives the rows that can be spoilt, one a
# patient is taken, and `spoil` changes the tables.

#' Names of the faults that can be planted
#'
#' What [simulate_study()] takes as `faults`: every kind of fault that [check_study()] looks for, by name.
#'
#' @param design A description of a study, for the faults that its tables can have; `NULL` for all.
#' @return A character vector.
#' @examples
#' study_fault_names(design_perioperative())
#' @export
study_fault_names <- function(design = NULL) {
  if (is.null(design)) {
    return(names(fault_plans))
  }
  if (!inherits(design, "tte_design")) {
    abort_input(fault("design", "wrong_type", "must be a description of a study"))
  }
  has <- design_tables(design)
  fits <- vapply(fault_plans, function(plan) {
    any(plan$tables %in% has) && (is.null(plan$designs) || design$kind %in% plan$designs)
  }, logical(1))
  names(fault_plans)[fits]
}

# The tables that a study of the design has.
design_tables <- function(design) {
  c(
    "subjects", "vital_status", "exposure", if (!is.null(design$orr)) "lesions",
    if (design$kind %in% c("rechallenge", "perioperative")) "assessments",
    if (!is.null(design$new_therapy)) "therapies", "adverse_events", "performance_status", "schedule"
  )
}

fault_name_faults <- function(faults, design) {
  if (is.null(faults)) {
    return(NULL)
  }
  if (!is.character(faults) || anyNA(faults)) {
    return(fault("faults", "wrong_type", "must be names of faults",
      remedy = "study_fault_names() lists them."
    ))
  }
  unknown <- setdiff(faults, names(fault_plans))
  unfit <- if (inherits(design, "tte_design")) setdiff(faults, c(unknown, study_fault_names(design)))
  rbind(
    fault(rep("faults", length(unknown)), "not_a_choice", sprintf("%s is no fault", dQuote(unknown, FALSE)),
      remedy = sprintf("There are: %s.", toString(names(fault_plans)))
    ),
    fault(
      rep("faults", length(unfit)), "not_a_choice",
      sprintf("%s needs a table that this design has not", dQuote(unfit, FALSE)),
      remedy = "study_fault_names(design) lists those it can have."
    )
  )
}

# ---- planting ----

faults_each <- 3

# Rows carry a number of their own while they are spoilt, because rows come and go.
spoil_tables <- function(arguments, faults, truth) {
  names <- intersect(schema_tables, names(arguments))
  arguments[names] <- lapply(arguments[names], function(table) {
    table$row_id <- seq_len(nrow(table))
    table
  })
  order <- persons_order(truth)
  used <- character()
  planted <- list()
  for (name in unique(faults)) {
    one <- plant_fault(name, arguments, truth, order, used)
    arguments <- one$arguments
    used <- c(used, one$persons)
    planted[[name]] <- one
  }
  spoilt <- do.call(rbind, lapply(planted, spoilt_row, arguments = arguments))
  rownames(spoilt) <- NULL
  arguments[names] <- lapply(arguments[names], function(table) {
    table$row_id <- NULL
    rownames(table) <- NULL
    table
  })
  new_tables(arguments, truth, spoilt)
}

# In which order patients are taken.
persons_order <- function(truth) {
  u <- cohort_draws(truth$seed, "faults", truth$persons$person, 1)[, 1]
  truth$persons$USUBJID[order(u)]
}

plant_fault <- function(name, arguments, truth, order, used) {
  plan <- fault_plans[[name]]
  table_name <- intersect(plan$tables, names(arguments))[1]
  if (is.na(table_name)) no_room(name)
  table <- arguments[[table_name]]
  rows <- seq_len(nrow(table))
  if (!is.null(plan$where)) rows <- rows[rep_len(plan$where(table, truth, arguments), nrow(table)) %in% TRUE]
  if (length(rows) == 0) no_room(name)
  if (!is.null(table$USUBJID)) {
    able <- order[order %in% table$USUBJID[rows]]
    free <- setdiff(able, used)
    persons <- utils::head(if (length(free) > 0) free else able, faults_each)
    rows <- rows[match(persons, table$USUBJID[rows])]
  } else {
    rows <- rows[1]
    persons <- character()
  }
  done <- plan$spoil(arguments, table_name, rows)
  listed <- if (is.null(plan$listed)) table_name else plan$listed
  ids <- done$ids
  list(
    arguments = done$arguments, ids = ids, name = name, table = listed,
    column = if (is.list(plan$column)) plan$column[[table_name]] else plan$column, code = plan$code,
    severity = if (length(plan$severity) > 1) plan$severity[[table_name]] else plan$severity,
    persons = if (is.null(plan$rowless)) persons else character(), rowless = isTRUE(plan$rowless)
  )
}

no_room <- function(name) {
  abort_input(fault(
    "faults", "no_rows", sprintf("%s has no place here: nobody has such a record", dQuote(name, FALSE)),
    remedy = "Simulate more patients, or another seed."
  ), call = rlang::caller_env(3))
}

spoilt_row <- function(one, arguments) {
  table <- if (!one$rowless) arguments[[one$table]]
  result <- data.frame(
    fault = one$name, table = one$table, column = one$column, code = one$code, severity = one$severity
  )
  rows <- if (one$rowless) integer() else which(table$row_id %in% one$ids)
  result$rows <- list(rows)
  result$persons <- list(unique(as.character(table$USUBJID[rows])))
  result
}

# ---- ways to spoil; each gives the arguments and the numbers of the rows that check_study() is to list ----

# Another value in the rows; a date in a column of text becomes text.
put <- function(column, value) {
  force(list(column, value))
  function(arguments, name, rows) {
    table <- arguments[[name]]
    column <- if (is.list(column)) column[[name]] else column
    new <- if (is.function(value)) value(table, rows, arguments) else value
    old <- table[[column]]
    if (is.null(old)) old <- rep(NA, nrow(table))
    if (inherits(old, "Date") && is.character(new)) old <- format(old)
    if (is.character(old) && inherits(new, "Date")) new <- format(new)
    if (is.numeric(old) && is.character(new)) old <- as.character(old)
    old[rows] <- new
    table[[column]] <- old
    arguments[[name]] <- table
    list(arguments = arguments, ids = table$row_id[rows])
  }
}

# The rows once more, at the end of the table; they are what is listed.
repeat_rows <- function(change = function(rows) rows) {
  force(change)
  function(arguments, name, rows) {
    table <- arguments[[name]]
    more <- change(table[rows, , drop = FALSE])
    more$row_id <- max(table$row_id) + seq_along(rows)
    arguments[[name]] <- rbind(table, more)
    list(arguments = arguments, ids = more$row_id)
  }
}

# Another row, or rows, for the persons of these.
add_rows <- repeat_rows

# The rows go; of what is left, `listed` says which are found.
drop_rows <- function(which_rows, listed) {
  force(list(which_rows, listed))
  function(arguments, name, rows) {
    table <- arguments[[name]]
    gone <- which_rows(table, rows)
    left <- table[!gone, , drop = FALSE]
    ids <- left$row_id[listed(left, table[rows, , drop = FALSE])]
    arguments[[name]] <- left
    list(arguments = arguments, ids = ids)
  }
}

# Rows of a table change, and those of another, of the same persons, are listed.
put_elsewhere <- function(name, column, value, listed = "subjects") {
  force(list(name, column, value, listed))
  function(arguments, from, rows) {
    persons <- arguments[[from]]$USUBJID[rows]
    at <- match(persons, arguments[[name]]$USUBJID)
    done <- put(column, value)(arguments, name, at)
    there <- done$arguments[[listed]]
    list(arguments = done$arguments, ids = there$row_id[match(persons, there$USUBJID)])
  }
}

# Of the fourth visit after the baseline, the rows of persons who were there at the three before it, too.
seen_four_times <- function(table, truth, arguments) {
  visits <- planned_visits(arguments$schedule)$name[1:4]
  seen <- Reduce(intersect, lapply(visits, function(visit) table$USUBJID[table$AVISIT %in% visit]))
  table$AVISIT %in% visits[4] & table$USUBJID %in% seen
}

# The second and the third visit did not take place; the fourth ends the gap.
miss_visits <- function(arguments, name, rows) {
  table <- arguments[[name]]
  visits <- planned_visits(arguments$schedule)$name
  theirs <- table$USUBJID %in% table$USUBJID[rows]
  arguments[[name]] <- table[!(theirs & table$AVISIT %in% visits[2:3]), , drop = FALSE]
  list(arguments = arguments, ids = table$row_id[theirs & table$AVISIT %in% visits[4]])
}

whole_table <- function(change) {
  force(change)
  function(arguments, name, rows) {
    arguments[[name]] <- change(arguments[[name]], rows)
    list(arguments = arguments, ids = integer())
  }
}

# ---- where ----

# Targets that were measured after the baseline.
is_target <- function(table, ...) {
  table$TRGRPID == "TARGET" & table$ABLFL == "" & is.na(table$TRSTRESC) & !is.na(table$AVAL)
}

baseline_target <- function(table, ...) table$TRGRPID == "TARGET" & table$ABLFL == "Y"

# Rows of persons who have `least` rows of the kind at least.
with_rows <- function(kind, least) {
  force(list(kind, least))
  function(table, ...) {
    hit <- kind(table)
    hit & table$USUBJID %in% names(which(table(table$USUBJID[hit]) >= least))
  }
}

after_baseline <- function(table, ...) !table$AVISIT %in% c("Baseline", "V1")

of_the_dead <- function(table, truth, arguments) {
  death <- arguments$vital_status$DTHDT[match(table$USUBJID, arguments$vital_status$USUBJID)]
  !is.na(death)
}

alive <- function(table, truth, ...) !truth$persons$DIED[match(table$USUBJID, truth$persons$USUBJID)]

death_after <- function(days) {
  function(table, rows, arguments) {
    death <- arguments$vital_status$DTHDT[match(table$USUBJID[rows], arguments$vital_status$USUBJID)]
    as.Date(death) + days
  }
}

shift_days <- function(column, days) {
  function(table, rows, arguments) as.Date(table[[column]][rows]) + days
}

# So many days after time zero.
start_after <- function(days) {
  function(table, rows, arguments) {
    start <- arguments$subjects[[c(arguments$start, "TRTSDT")[1]]]
    start[match(table$USUBJID[rows], arguments$subjects$USUBJID)] + days
  }
}

full_date <- function(table, ...) nchar(as.character(table$ASTDT)) %in% 10

dead_with_date <- function(table, truth, arguments) of_the_dead(table, truth, arguments) & full_date(table)

# ---- the faults ----

plan <- function(tables, column, code, severity, spoil, where = NULL, ...) {
  list(tables = tables, column = column, code = code, severity = severity, spoil = spoil, where = where, ...)
}

visit_tables <- c("lesions", "assessments", "performance_status")
with_groups <- c("biomarker_cohort", "guided_therapy", "rechallenge", "irae_risk")

fault_plans <- list(
  # rows and persons
  "missed visits" = plan(
    c("lesions", "assessments"), "ADT", "missed_visits", "note", miss_visits, seen_four_times
  ),
  "visits without result" = plan(
    c("lesions", "performance_status"), "AVAL", "missing_value",
    c(lesions = "doubt", performance_status = "error"),
    put("AVAL", NA), function(table, ...) if (is.null(table$TRGRPID)) TRUE else is_target(table)
  ),
  "duplicate rows" = plan(
    c("lesions", "performance_status"), "USUBJID", "row_twice",
    c(lesions = "error", performance_status = "doubt"),
    repeat_rows(), after_baseline
  ),
  "two results of a visit" = plan(
    c("performance_status"), "USUBJID", "row_twice", "doubt", repeat_rows(function(rows) {
      rows$AVAL <- (rows$AVAL + 1) %% 5
      rows
    }), after_baseline
  ),
  "person twice" = plan("subjects", "USUBJID", "person_twice", "error", repeat_rows()),
  "unknown person" = plan(
    "exposure", "USUBJID", "unknown_level", "error",
    put("USUBJID", function(table, rows, ...) paste0("X", table$USUBJID[rows]))
  ),
  "vital status twice" = plan("vital_status", "USUBJID", "person_twice", "error", repeat_rows()),
  "two responses of a day" = plan(
    "assessments", "USUBJID", "row_twice", "doubt", repeat_rows(),
    designs = c("rechallenge", "perioperative")
  ),
  "missing person" = plan("exposure", "USUBJID", "missing_value", "error", put("USUBJID", NA_character_)),
  "missing column" = plan("exposure", "ASTDT", "unknown_column", "error", whole_table(function(table, rows) {
    table[setdiff(names(table), "ASTDT")]
  }), rowless = TRUE),
  "visit planned twice" = plan("schedule", "AVISIT", "row_twice", "error", repeat_rows()),

  # dates
  "dates out of order" = plan(
    "exposure", "AENDT", "dates_out_of_order", "doubt",
    put("AENDT", function(table, rows, ...) as.Date(table$ASTDT[rows]) - 10)
  ),
  "last dose before the first" = plan(
    "subjects", "TRTEDT", "dates_out_of_order", "doubt", put("TRTEDT", shift_days("TRTSDT", -20))
  ),
  "end of study before its start" = plan(
    "subjects", "EOSDT", "dates_out_of_order", "doubt", put("EOSDT", shift_days("TRTSDT", -40))
  ),
  "therapy ends before it starts" = plan(
    "therapies", "AENDT", "dates_out_of_order", "doubt", put("AENDT", function(table, rows, ...) {
      as.Date(table$ASTDT[rows]) - 5
    }), full_date
  ),
  "adverse event ends before it starts" = plan(
    "adverse_events", "AENDT", "dates_out_of_order", "doubt", put("AENDT", function(table, rows, ...) {
      as.Date(table$ASTDT[rows]) - 5
    }), full_date
  ),
  "birth after a visit" = plan(
    "performance_status", "ADT", "dates_out_of_order", "doubt", function(arguments, name, rows) {
      table <- arguments[[name]]
      persons <- table$USUBJID[rows]
      born <- match(persons, arguments$subjects$USUBJID)
      arguments$subjects$BRTHDT[born] <- as.Date("2099-01-01")
      list(arguments = arguments, ids = table$row_id[table$USUBJID %in% persons])
    }
  ),
  "response before the start" = plan(
    "assessments", "ADT", "dates_out_of_order", "doubt", put("ADT", function(table, rows, arguments) {
      start <- arguments$subjects$IRAEDT[match(table$USUBJID[rows], arguments$subjects$USUBJID)]
      start - 30
    }),
    designs = "rechallenge"
  ),
  "improbable year" = plan("exposure", "ASTDT", "out_of_range", "doubt", put("ASTDT", as.Date("2204-05-02"))),
  "incomplete scan date" = plan(
    visit_tables, "ADT", "incomplete_date", "error",
    put("ADT", function(table, rows, ...) substr(format(table$ADT[rows]), 1, 7)), after_baseline
  ),
  "words for a date" = plan(visit_tables, "ADT", "not_a_date", "error", put("ADT", "soon"), after_baseline),
  "missing scan date" = plan(
    visit_tables, "ADT", "missing_value", "error", put("ADT", as.Date(NA)), function(table, ...) {
      after_baseline(table) & (is.null(table$TRGRPID) | is_size(table)) & !is_recurrence(table)
    },
    designs = c("biomarker_cohort", "guided_therapy", "rechallenge", "irae_risk")
  ),
  "missing therapy start" = plan("therapies", "ASTDT", "missing_value", "doubt", put("ASTDT", as.Date(NA))),
  "no time zero" = plan(
    "subjects", "STARTDT", "missing_value", "doubt", function(arguments, name, rows) {
      column <- c(arguments$start, "TRTSDT")[1]
      arguments$subjects[[column]][rows] <- NA
      list(arguments = arguments, ids = arguments$subjects$row_id[rows])
    }
  ),
  "visit out of window" = plan(
    c("performance_status"), "ADT", "outside_window", "doubt", put("ADT", shift_days("ADT", -60)),
    function(table, ...) table$AVISIT %in% setdiff(unique(table$AVISIT), c("Baseline", "V1"))
  ),
  "unknown visit" = plan(
    visit_tables, "AVISIT", "unknown_level", "note", put("AVISIT", "Week 999"), after_baseline
  ),

  # life and death
  "records after death" = plan(
    "performance_status", "ADT", "after_death", "doubt", put("ADT", death_after(30)), of_the_dead
  ),
  "death before last contact" = plan(
    "vital_status", "LSTALVDT", "after_death", "doubt", put("LSTALVDT", death_after(10)), of_the_dead
  ),
  "last alive before a record" = plan(
    "subjects", "LSTALVDT", "last_alive_differs", "doubt",
    put_elsewhere("vital_status", "LSTALVDT", function(table, rows, arguments) {
      arguments$subjects$TRTSDT[match(table$USUBJID[rows], arguments$subjects$USUBJID)] + 1
    }), function(table, truth, arguments) {
      seen <- arguments$performance_status
      alive(table, truth) & table$USUBJID %in% seen$USUBJID[after_baseline(seen)]
    }
  ),
  "dead without a date" = plan(
    "subjects", "DTHFL", "contradiction", "doubt", put_elsewhere("vital_status", "DTHFL", "Y"), alive
  ),
  "alive with a date of death" = plan(
    "subjects", "DTHFL", "contradiction", "doubt", put_elsewhere("vital_status", "DTHFL", "N"), of_the_dead
  ),
  "two dates of death" = plan(
    "vital_status", "DTHDT", "contradiction", "doubt", function(arguments, name, rows) {
      vital <- arguments$vital_status
      subjects <- arguments$subjects
      at <- match(vital$USUBJID[rows], subjects$USUBJID)
      if (is.null(subjects$DTHDT)) subjects$DTHDT <- as.Date(NA)
      subjects$DTHDT[at] <- as.Date(vital$DTHDT[rows]) - 3
      arguments$subjects <- subjects
      list(arguments = arguments, ids = vital$row_id[rows])
    }, of_the_dead
  ),
  "death before the start" = plan(
    "subjects", "DTHDT", "dates_out_of_order", "doubt",
    put_elsewhere("vital_status", "DTHDT", start_after(-10)), of_the_dead
  ),
  "last alive before the start" = plan(
    "subjects", "LSTALVDT", "dates_out_of_order", "doubt",
    put_elsewhere("vital_status", "LSTALVDT", start_after(-10)), alive
  ),
  "last dose after death" = plan(
    "subjects", "TRTEDT", "after_death", "doubt", put("TRTEDT", death_after(10)), of_the_dead
  ),
  "dose after death" = plan(
    "exposure", "AENDT", "after_death", "doubt", put("AENDT", death_after(10)), of_the_dead
  ),
  "assessment after death" = plan(
    c("lesions", "assessments"), "ADT", "after_death", "doubt", put("ADT", death_after(10)),
    function(table, truth, arguments) of_the_dead(table, truth, arguments) & after_baseline(table)
  ),
  "adverse event after death" = plan(
    "adverse_events", "ASTDT", "after_death", "doubt", put("ASTDT", death_after(10)), dead_with_date
  ),
  "therapy after death" = plan(
    "therapies", "ASTDT", "after_death", "doubt", put("ASTDT", death_after(10)), dead_with_date
  ),

  # words and numbers
  "unknown words" = plan("vital_status", "DTHFL", "unknown_level", "error", put("DTHFL", "yes")),
  "unknown kind of lesion" = plan(
    "lesions", "TRGRPID", "unknown_level", "error", put("TRGRPID", "MEASURABLE"), is_target
  ),
  "unknown state of a lesion" = plan(
    "lesions", "TRSTRESC", "unknown_level", "error", put("TRSTRESC", "BIGGER"), is_target
  ),
  "unknown response" = plan(
    "assessments", "AVALC", "unknown_level", "error", put("AVALC", "BETTER"),
    designs = "rechallenge"
  ),
  "impossible size" = plan("lesions", "AVAL", "out_of_range", "error", put("AVAL", 2000), is_target),
  "negative size" = plan("lesions", "AVAL", "out_of_range", "error", put("AVAL", -4), is_target),
  "infinite size" = plan("lesions", "AVAL", "not_finite", "error", put("AVAL", Inf), is_target),
  "improbable size" = plan("lesions", "AVAL", "out_of_range", "doubt", put("AVAL", 420), is_target),
  "absent with a size" = plan(
    "lesions", "AVAL", "out_of_range", "error", put("TRSTRESC", "ABSENT"), function(table, ...) {
      is_target(table) & table$AVAL > 0 & !table$NODAL %in% "Y"
    }
  ),
  "negative window" = plan("schedule", "WINDOW_DAYS", "out_of_range", "error", put("WINDOW_DAYS", -1)),
  "impossible grade" = plan("performance_status", "AVAL", "out_of_range", "error", put("AVAL", 6)),
  "impossible grade of an event" = plan(
    "adverse_events", "AETOXGR", "unknown_level", "error", put("AETOXGR", "7")
  ),
  "fraction of a grade" = plan("performance_status", "AVAL", "not_whole", "error", put("AVAL", 1.5)),
  "words for numbers" = plan(
    "performance_status", "AVAL", "wrong_type", "error", put("AVAL", "one"),
    rowless = TRUE
  ),
  "missing group" = plan(
    "subjects", "TRT01P", "missing_value", "error", put("TRT01P", NA_character_),
    designs = with_groups
  ),
  "unknown group" = plan("subjects", "TRT01P", "unknown_level", "error", put("TRT01P", "Other"),
    designs = with_groups, rowless = TRUE, listed = "arms"
  ),
  "score without its date" = plan(
    "subjects", "CTDT", "missing_value", "doubt", put("CTDT", as.Date(NA)),
    function(table, ...) !is.na(table$CTSCORE),
    designs = "perioperative"
  ),
  "reader not named" = plan("lesions", "READER", "missing_value", "doubt", function(arguments, name, rows) {
    table <- arguments$lesions
    persons <- table$USUBJID[rows]
    if (is.null(table$READER)) table$READER <- "Investigator"
    table$READER[table$USUBJID %in% persons] <- ""
    arguments$lesions <- table
    list(arguments = arguments, ids = table$row_id[table$USUBJID %in% persons])
  }),

  # lesions
  "lesion changing its kind" = plan(
    "lesions", "TRGRPID", "contradiction", "doubt", put("TRGRPID", "NON-TARGET"), is_target
  ),
  "lesion changing its organ" = plan(
    "lesions", "TRLOC", "contradiction", "doubt", put("TRLOC", "BRAIN"), is_target
  ),
  "lesion becoming a node" = plan(
    "lesions", "NODAL", "contradiction", "doubt", put("NODAL", function(table, rows, ...) {
      ifelse(table$NODAL[rows] %in% "Y", "N", "Y")
    }), function(table, ...) is_target(table) & table$NODAL %in% c("Y", "N")
  ),
  "new lesion without a word" = plan(
    "lesions", "TRSTRESC", "missing_value", "error", function(arguments, name, rows) {
      arguments$lesions$AVAL[rows] <- NA
      put("TRSTRESC", NA_character_)(arguments, name, rows)
    }, function(table, ...) table$TRGRPID == "NEW"
  ),
  "missing baseline" = plan(
    "lesions", "ADT", "no_baseline", "doubt",
    drop_rows(
      function(table, rows) table$USUBJID %in% table$USUBJID[rows] & table$ABLFL == "Y",
      function(left, gone) left$USUBJID %in% gone$USUBJID
    ), is_target
  ),
  "target without a baseline" = plan(
    "lesions", "TRLNKID", "no_baseline", "doubt",
    drop_rows(
      function(table, rows) {
        lesion <- paste(table$USUBJID, table$TRLNKID)
        lesion %in% lesion[rows] & table$ABLFL == "Y"
      },
      function(left, gone) paste(left$USUBJID, left$TRLNKID) %in% paste(gone$USUBJID, gone$TRLNKID)
    ), function(table, ...) {
      several <- with_rows(baseline_target, 2)(table)
      is_target(table) & table$USUBJID %in% table$USUBJID[several]
    }
  ),
  "two baselines" = plan("lesions", "ABLFL", "several_baselines", "error", put("ABLFL", "Y"), is_target),
  "baseline flagged after the first dose" = plan(
    "lesions", "ABLFL", "dates_out_of_order", "doubt", put("ABLFL", "Y"), is_target
  ),
  "two scans before treatment" = plan(
    "lesions", "ADT", "several_baselines", "doubt", function(arguments, name, rows) {
      table <- arguments$lesions
      arguments$lesions$ABLFL[table$USUBJID %in% table$USUBJID[rows]] <- ""
      repeat_rows(function(rows) {
        rows$ADT <- as.Date(rows$ADT) - 3
        rows
      })(arguments, name, rows)
    }, baseline_target
  ),
  "old baseline" = plan(
    "lesions", "ADT", "out_of_range", "doubt", function(arguments, name, rows) {
      table <- arguments$lesions
      hit <- table$USUBJID %in% table$USUBJID[rows] & table$ABLFL == "Y"
      table$ADT[hit] <- as.Date(table$ADT[hit]) - 60
      arguments$lesions <- table
      list(arguments = arguments, ids = table$row_id[hit])
    }, baseline_target
  ),
  "new lesion at baseline" = plan(
    "lesions", "TRGRPID", "contradiction", "doubt", repeat_rows(function(rows) {
      rows$TRLNKID <- paste0("N", seq_len(nrow(rows)))
      rows$TRGRPID <- "NEW"
      rows$TRSTRESC <- "UNEQUIVOCAL"
      rows$TRLOC <- "BRAIN"
      rows
    }), baseline_target
  ),
  "target too small" = plan("lesions", "AVAL", "below_limit", "doubt", put("AVAL", 6), baseline_target),
  "more than five targets" = plan(
    "lesions", "TRLNKID", "over_limit", "doubt", function(arguments, name, rows) {
      many_targets(arguments, rows, 6, c("LIVER", "LIVER", "LUNG", "LUNG", "BRAIN", "SPLEEN"))
    }, baseline_target
  ),
  "three targets of an organ" = plan(
    "lesions", "TRLOC", "over_limit", "doubt", function(arguments, name, rows) {
      many_targets(arguments, rows, 3, "LIVER")
    }, baseline_target
  )
)

is_size <- function(table) if (is.null(table$AVAL)) TRUE else !is.na(table$AVAL)

is_recurrence <- function(table) if (is.null(table$PARAMCD)) FALSE else table$PARAMCD == "RECUR"

# Patients whose scans are those of so many targets: at baseline only, and all of that organ.
many_targets <- function(arguments, rows, n, organs) {
  table <- arguments$lesions
  persons <- table$USUBJID[rows]
  one <- table[rep(rows, each = n), , drop = FALSE]
  one$TRLNKID <- paste0("T", rep(seq_len(n), length(rows)))
  one$TRLOC <- rep(rep_len(organs, n), length(rows))
  one$AVAL <- 20
  one$row_id <- max(table$row_id) + seq_len(nrow(one))
  arguments$lesions <- rbind(table[!table$USUBJID %in% persons, , drop = FALSE], one)
  list(arguments = arguments, ids = one$row_id)
}
