# What can be wrong with the tables of a study. Each function looks at one thing and gives faults with a
# severity: an "error" makes the data unusable and study() raises it; a "doubt" and a "note" are only listed
# by check_study().

with_severity <- function(faults, severity) {
  if (is.null(faults)) {
    return(NULL)
  }
  faults$severity <- rep(severity, nrow(faults))
  faults
}

# One fault of rows, like row_fault(), with its severity first.
finding <- function(severity, bad, ...) with_severity(row_fault(bad, ...), severity)

# All faults of tables whose dates are read; without `doubts` at least all errors. What needs a column that is
# not there looks away: that column's absence is a fault already, or it is optional.
study_findings <- function(read, tables, contacts, options, doubts = TRUE) {
  facts <- if (!is.null(contacts)) study_facts(tables, contacts, options)
  each <- lapply(names(tables), function(name) {
    rbind(
      schema_findings(tables[[name]], read[[name]], name, contacts$row[[name]], options, doubts),
      if (!is.null(facts)) person_findings(tables[[name]], name, tables, facts)
    )
  })
  do.call(rbind, c(each, list(
    subject_data_findings(tables, options), measured_findings(tables, options),
    if (!is.null(facts)) {
      rbind(
        group_findings(tables, facts, options), lesion_findings(tables$lesions, facts),
        response_findings(tables$assessments, facts), if (doubts) doubtful_findings(tables, facts, options)
      )
    }
  )))
}

# What is only doubtful, or worth a note.
doubtful_findings <- function(tables, facts, options) {
  rbind(
    do.call(rbind, lapply(names(tables), function(name) order_findings(tables[[name]], name, facts))),
    zero_findings(tables$subjects, facts, options), alive_findings(tables, facts),
    schedule_findings(tables, facts), gap_findings(tables, facts, options$missed_visits)
  )
}

# ---- against the schema ----

schema_findings <- function(table, read, name, row, options, doubts) {
  lines <- schema_lines(name, names(table))
  if (name == "subjects" && nrow(table) == 0) {
    return(with_severity(fault(name, "no_rows", "has no rows"), "error"))
  }
  rbind(
    absent_findings(table, name), missing_findings(table, read, name, lines),
    date_word_findings(read, name, options), number_findings(table, name, lines),
    word_findings(table, name, lines),
    if (doubts || name %in% once_tables) twice_findings(table, name, lines, row),
    if (doubts) imputed_findings(table, read, name)
  )
}

absent_findings <- function(table, name) {
  absent <- setdiff(schema_required(name), names(table))
  with_severity(fault(
    rep(name, length(absent)), "unknown_column", "no such column", absent,
    remedy = sprintf("Give it, or say which it is: mapping = list(%s = c(%s = \"...\")).", name, absent)
  ), "error")
}

# Required values. A scan or visit that was not done needs no date or result; the start of a therapy or an
# adverse event may be unknown, which is only doubtful.
missing_findings <- function(table, read, name, lines) {
  required <- setdiff(lines$column[lines$need == "required"], if (name == "assessments") "AVALC")
  do.call(rbind, lapply(required, function(column) {
    bad <- is.na(table[[column]])
    if (is.character(table[[column]])) bad <- bad | !nzchar(table[[column]])
    if (!any(bad)) {
      return(NULL)
    }
    if (column %in% names(read)) bad <- bad & !is_incomplete(read[[column]]) & !read[[column]]$bad
    if (column == "ADT") bad <- bad & !not_done(table, name)
    doubtful <- lines$impute[lines$column == column] %in% c("therapy", "start")
    finding(if (doubtful) "doubt" else "error", bad, name, "missing_value", column, "is missing")
  }))
}

not_done <- function(table, name) {
  done <- switch(name,
    lesions = not_looked_at(table),
    assessments = !is_overall_response(table) | toupper(trimws(table[["AVALC"]])) %in% not_assessed,
    FALSE
  )
  if (length(done) == 0) FALSE else done
}

not_looked_at <- function(lesions) {
  state <- lesion_state(lesions)
  state %in% 6L | state %in% 0L & is.na(lesion_size(lesions))
}

date_word_findings <- function(read, name, options) {
  do.call(rbind, lapply(names(read), function(column) {
    dates <- read[[column]]
    if (!any(dates$bad) && all(is.na(dates$missing))) {
      return(NULL)
    }
    rule <- study_schema$impute[study_schema$table == name & study_schema$column == column]
    assumed <- column == "ADT" & !is.null(options$assessment_day) & dates$missing %in% "D"
    incomplete <- is_incomplete(dates) & all(is.na(rule)) & !assumed
    rbind(
      finding("error", dates$bad, name, "not_a_date", column, "is no date",
        remedy = "Use as.Date() first, or write dates as year-month-day."
      ),
      finding("error", incomplete, name, "incomplete_date", column, "is an incomplete date",
        remedy = if (column == "ADT") {
          "Dates of assessments are not imputed, unless the protocol says a day: assessment_day = 15."
        } else {
          "There is no rule to complete this date."
        }
      )
    )
  }))
}

imputed_findings <- function(table, read, name) {
  do.call(rbind, lapply(names(read), function(column) {
    if (is.null(table[[flag_column(column)]])) {
      return(NULL)
    }
    imputed <- is.na(read[[column]]$date) & !is.na(table[[column]])
    finding("note", imputed, name, "imputed_date", column, "was completed by rule")
  }))
}

number_findings <- function(table, name, lines) {
  lines <- lines[lines$type == "number", ]
  do.call(rbind, lapply(seq_len(nrow(lines)), function(i) {
    column <- lines$column[i]
    value <- table[[column]]
    if (!is.numeric(value)) {
      return(if (!all(is.na(value))) {
        with_severity(fault(name, "wrong_type", "must be numeric", column = column), "error")
      })
    }
    low <- lines$low[i]
    high <- lines$high[i]
    rbind(
      finding("error", is.infinite(value), name, "not_finite", column, "is not finite"),
      finding(
        "error", outside_limits(value, low, high), name, "out_of_range", column, limits_words(low, high)
      ),
      if (name == "performance_status") {
        finding(
          "error", is.finite(value) & value != round(value), name, "not_whole", column, "is no grade 0 to 5"
        )
      }
    )
  }))
}

# A limit that is missing is none.
outside_limits <- function(value, low, high) {
  if (is.na(low) && is.na(high)) {
    return(FALSE)
  }
  is.finite(value) & (!is.na(low) & value < low | !is.na(high) & value > high)
}

limits_words <- function(low, high) {
  if (is.na(high)) sprintf("is below %g", low) else sprintf("is impossible: it must be %g to %g", low, high)
}

word_findings <- function(table, name, lines) {
  lines <- lines[lines$type == "word", ]
  do.call(rbind, lapply(seq_len(nrow(lines)), function(i) {
    levels <- strsplit(lines$levels[i], ";", fixed = TRUE)[[1]]
    value <- table[[lines$column[i]]]
    finding(
      "error", !is.na(value) & value != "" & !value %in% levels, name, "unknown_level", lines$column[i],
      sprintf("must be one of %s", toString(levels))
    )
  }))
}

# Tables in which a row that is there twice can be an error.
once_tables <- c("subjects", "vital_status", "lesions", "schedule")

# A row that is there twice is an error where it makes persons, visits of the schedule or sizes ambiguous,
# and doubtful where a rule says what counts: of one day's responses the worst, of one lesion's sizes the sum
# (they are parts of it). `row` is which person each row belongs to.
twice_findings <- function(table, name, lines, row) {
  whole <- schema_lines(name)
  if (length(setdiff(whole$column[whole$key & whole$need == "required"], names(table))) > 0) {
    return(NULL)
  }
  key <- lines$column[lines$key]
  if (identical(key, "USUBJID")) {
    twice <- row_twice(table[key])
    return(finding("error", twice, name, "person_twice", "USUBJID", "is there more than once"))
  }
  if (length(key) == 0) key <- names(table)
  columns <- if (is.null(row) || anyNA(row)) table[key] else c(list(row), table[setdiff(key, "USUBJID")])
  same <- row_twice(columns)
  if (!any(same)) {
    return(NULL)
  }
  unusable <- same & (name == "schedule" | name == "lesions" & row_twice(table))
  what <- if (length(key) == length(table)) "everything" else and_list(key)
  rbind(
    finding("error", unusable, name, "row_twice", key[1], "is there twice with everything else",
      remedy = if (name == "lesions") "Call the parts of one lesion T1.1, T1.2 and so on." else NA
    ),
    finding("doubt", same & !unusable, name, "row_twice", key[1], sprintf(
      "is in another row with the same %s", what
    ))
  )
}

# ---- persons ----

person_findings <- function(table, name, tables, facts) {
  person <- table[["USUBJID"]]
  if (is.null(person) || name == "subjects" || is.null(tables$subjects[["USUBJID"]])) {
    return(NULL)
  }
  finding(
    "error", !is.na(person) & is.na(facts$row[[name]]), name, "unknown_level", "USUBJID", "is not in subjects"
  )
}

# What is known of each person, beside her contacts.
study_facts <- function(tables, contacts, options) {
  persons <- start_subjects(
    merge_vital_status(home_subjects(tables), tables$vital_status), tables$exposure, options
  )
  persons <- persons[match(contacts$persons, persons$USUBJID), , drop = FALSE]
  list(persons = persons, row = contacts$row, latest = contacts$latest)
}

# Whether the subjects can have a time zero, and an arm.
subject_data_findings <- function(tables, options) {
  subjects <- tables$subjects
  if (is.null(subjects) || is.null(options$design) || nrow(subjects) == 0) {
    return(NULL)
  }
  columns <- c(names(subjects), "ASTDT"[!is.null(tables$exposure[["ASTDT"]])])
  zero <- if (!is.null(options$start)) {
    if (!checkmate::test_string(options$start)) columns else options$start
  } else if (options$design %in% "randomised") {
    c("RANDDT", "STARTDT")
  } else {
    c("TRTSDT", "STARTDT", "ASTDT")
  }
  rbind(
    if (!any(zero %in% columns)) {
      with_severity(fault("subjects", "unknown_column",
        sprintf("there is no date to count from in this %s study", options$design),
        column = zero[1],
        remedy = "Give it in subjects (the first dose also by exposure), or name another date by start =."
      ), "error")
    },
    needed_arm_findings(subjects, tables, options)
  )
}

needed_arm_findings <- function(subjects, tables, options) {
  grouped <- identical(options$design, "cohort") && !is.null(tables$exposure[["EXTRT"]])
  asked <- isTRUE(options$arm_given) || !is.null(options$arms) || identical(options$design, "randomised")
  if (is.null(options$arm) || options$arm %in% names(subjects) || grouped || !asked) {
    return(NULL)
  }
  with_severity(fault("arm", "unknown_column", "no such column in subjects",
    column = options$arm, remedy = "Name the column of the arms with arm =, or NULL for none."
  ), "error")
}

# Arms, or the groups of a cohort, against arms =; and patients who have none.
group_findings <- function(tables, facts, options) {
  arm <- options$arm
  if (is.null(tables$subjects) || is.null(arm) || is.null(facts$persons[[arm]])) {
    return(NULL)
  }
  persons <- facts$persons
  kept <- !screened_out(persons, arm, options$screen_failure)
  groups <- sort(unique(stats::na.omit(as.character(persons[[arm]][kept]))))
  started <- !is.na(persons[["STARTDT"]])
  missing <- is.na(persons[[arm]]) & kept & if (is.null(tables$subjects[[arm]])) started else TRUE
  row <- match(persons$USUBJID, tables$subjects$USUBJID)
  rbind(
    finding(
      "error", seq_len(nrow(tables$subjects)) %in% row[missing], "subjects", "missing_value", arm,
      "is missing"
    ),
    if (!is.null(options$arms) && !setequal(groups, options$arms)) {
      with_severity(fault(
        "arms", "unknown_level",
        sprintf("are %s, but the data have %s", toString(options$arms), toString(groups)),
        column = arm
      ), "error")
    }
  )
}

zero_findings <- function(subjects, facts, options) {
  start <- facts$persons[["STARTDT"]][facts$row$subjects]
  if (is.null(subjects) || is.null(start)) {
    return(NULL)
  }
  kept <- !screened_out(facts$persons, options$arm, options$screen_failure)[facts$row$subjects]
  finding(
    "doubt", is.na(start) & kept, "subjects", "missing_value", "STARTDT",
    "has no date to count from, and so no time to any event"
  )
}

measured_findings <- function(tables, options) {
  measured <- options$measured
  subjects <- tables$subjects
  if (!checkmate::test_character(measured, names = "unique", min.len = 1) || is.null(subjects)) {
    return(NULL)
  }
  absent <- setdiff(c(names(measured), measured), names(subjects))
  rbind(
    with_severity(
      fault(rep("measured", length(absent)), "unknown_column", "no such column in subjects", absent), "error"
    ),
    do.call(rbind, lapply(intersect(names(measured), names(subjects)), function(variable) {
      dates <- subjects[[measured[[variable]]]]
      if (is.null(dates)) {
        return(NULL)
      }
      finding(
        "doubt", !is.na(subjects[[variable]]) & is.na(dates), "subjects", "missing_value",
        measured[[variable]],
        sprintf("is missing, so since when %s was known is not", variable)
      )
    }))
  )
}

# ---- life and death ----

alive_findings <- function(tables, facts) {
  subjects <- tables$subjects
  if (is.null(subjects)) {
    return(NULL)
  }
  row <- facts$row$subjects
  persons <- facts$persons
  alive <- persons[["LSTALVDT"]][row]
  latest <- facts$latest[row]
  rbind(
    if (!is.null(alive)) {
      rbind(
        finding(
          "doubt", alive < latest, "subjects", "last_alive_differs", "LSTALVDT",
          "is before the person's latest scan, dose, visit or adverse event"
        ),
        finding(
          "note", alive > latest, "subjects", "last_alive_differs", "LSTALVDT",
          "is after the person's latest scan, dose, visit or adverse event"
        )
      )
    },
    death_flag_findings(subjects, persons, row), vital_findings(tables)
  )
}

death_flag_findings <- function(subjects, persons, row) {
  flag <- persons[["DTHFL"]][row]
  if (is.null(flag)) {
    return(NULL)
  }
  death <- if (is.null(persons[["DTHDT"]])) rep(NA, nrow(subjects)) else persons[["DTHDT"]][row]
  rbind(
    finding(
      "doubt", flag %in% "Y" & is.na(death), "subjects", "contradiction", "DTHFL",
      "says that the person died, but when is not known"
    ),
    finding(
      "doubt", flag %in% "N" & !is.na(death), "subjects", "contradiction", "DTHFL",
      "says that the person lives, but there is a date of death"
    )
  )
}

vital_findings <- function(tables) {
  vital <- tables$vital_status
  if (is.null(vital[["DTHDT"]]) || is.null(tables$subjects[["DTHDT"]])) {
    return(NULL)
  }
  other <- tables$subjects[["DTHDT"]][match(vital$USUBJID, tables$subjects$USUBJID)]
  finding(
    "doubt", vital[["DTHDT"]] != other, "vital_status", "contradiction", "DTHDT",
    "differs from that of subjects; this one is used"
  )
}
