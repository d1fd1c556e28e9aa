# From checked tables to the object: who belongs to the study, in which arm, from which day on.

finish_study <- function(tables, options, derive_alive = FALSE) {
  hash <- rlang::hash(c(lapply(tables, data_hash), options[c("design", "start")]))
  given <- vapply(tables, nrow, integer(1))
  who <- finish_subjects(tables, options, derive_alive)
  if (!is.null(who$subjects)) {
    tables$subjects <- who$subjects
    tables <- keep_persons(tables, who$subjects$USUBJID)
  }
  arm <- if (!is.null(who$subjects)) intersect(options$arm, names(who$subjects))
  arm <- if (length(arm) == 1) arm
  info <- c(
    options[intersect(c("design", "measured", "entry_condition", "start"), names(options))],
    list(
      arm = arm, arms = arm_levels(who$subjects, arm), reference = arm_reference(who$subjects, arm),
      readers = study_readers(tables), n_screened = who$n_screened, n_screen_failures = who$n_screen_failures,
      derived = who$derived, labels = column_labels(tables$subjects), sources = given, hash = hash
    )
  )
  new_study(tables, info[!vapply(info, is.null, logical(1))])
}

# The subjects without screen failures, with vital status, time zero and arms.
finish_subjects <- function(tables, options, derive_alive) {
  subjects <- tables$subjects
  if (is.null(subjects)) {
    return(list(n_screened = 0L, n_screen_failures = 0L))
  }
  labels <- column_labels(subjects)
  subjects <- start_subjects(merge_vital_status(subjects, tables$vital_status), tables$exposure, options)
  derived <- if (derive_alive && is.null(subjects[["LSTALVDT"]])) "LSTALVDT"
  if (!is.null(derived)) subjects[["LSTALVDT"]] <- latest_contact(tables, subjects$USUBJID)
  arm <- intersect(options$arm, names(subjects))
  arm <- if (length(arm) == 1) arm
  out <- screened_out(subjects, arm, options$screen_failure)
  subjects <- subjects[!out, , drop = FALSE]
  rownames(subjects) <- NULL
  if (!is.null(arm)) subjects[[arm]] <- arm_factor(subjects[[arm]], options$arms)
  list(
    subjects = with_labels(subjects, labels), n_screened = length(out), n_screen_failures = sum(out),
    derived = derived
  )
}

new_study <- function(tables, info) {
  tables <- Filter(Negate(is.null), tables)
  tables$tte <- info
  tables$tte$latest <- latest_date(tables)
  structure(tables, class = "tte_study")
}

keep_persons <- function(tables, persons) {
  lapply(tables, function(table) {
    known <- is.null(table[["USUBJID"]]) || all(table[["USUBJID"]] %in% persons)
    if (known) table else of_persons(table, persons)
  })
}

# What the table of vital status knows goes before what the subjects say; what it leaves open stays.
merge_vital_status <- function(subjects, vital) {
  if (is.null(vital)) {
    return(subjects)
  }
  row <- match(subjects$USUBJID, vital$USUBJID)
  for (column in setdiff(names(vital), c("USUBJID", "DTHDTF"))) {
    subjects[[column]] <- prefer(vital[[column]][row], subjects[[column]])
  }
  if ("DTHDTF" %in% c(names(vital), names(subjects))) {
    flag <- vital[["DTHDTF"]]
    dated <- !is.na(vital[["DTHDT"]][row])
    subjects[["DTHDTF"]] <- ifelse(
      dated, if (is.null(flag)) NA else flag[row],
      if (is.null(subjects[["DTHDTF"]])) NA else subjects[["DTHDTF"]]
    )
  }
  subjects
}

prefer <- function(first, second) {
  if (is.null(second)) {
    return(first)
  }
  if (is.factor(first)) first <- as.character(first)
  if (is.factor(second)) second <- as.character(second)
  open <- is.na(first)
  first[open] <- second[open]
  first
}

# Doses where the subjects do not say them, time zero by design, and the group of a cohort.
start_subjects <- function(subjects, exposure, options) {
  subjects <- dose_subjects(subjects, exposure)
  subjects[["STARTDT"]] <- if (!is.null(options$start)) {
    subjects[[options$start]]
  } else {
    start_date(subjects, options$design)
  }
  if (identical(options$design, "cohort") && !is.null(options$arm) && is.null(subjects[[options$arm]])) {
    subjects[[options$arm]] <- started_treatment(subjects, exposure)
  }
  subjects
}

dose_subjects <- function(subjects, exposure) {
  if (is.null(exposure)) {
    return(subjects)
  }
  if (is.null(subjects[["TRTSDT"]])) {
    subjects[["TRTSDT"]] <- extreme_date(exposure$ASTDT, exposure$USUBJID, subjects$USUBJID, "first")
  }
  if (is.null(subjects[["TRTEDT"]]) && !is.null(exposure[["AENDT"]])) {
    subjects[["TRTEDT"]] <- extreme_date(exposure$AENDT, exposure$USUBJID, subjects$USUBJID, "last")
  }
  subjects
}

# The first or last date of each person, NA without one.
extreme_date <- function(date, person, persons, which) {
  sign <- if (which == "first") -1 else 1
  day <- sign * latest_day(sign * as.numeric(date), match(person, persons), length(persons))
  as.Date(ifelse(is.finite(day), day, NA), origin = "1970-01-01")
}

# What a person of a cohort started on day one; several treatments of that day are one group.
started_treatment <- function(subjects, exposure) {
  if (is.null(exposure[["EXTRT"]])) {
    return(NULL)
  }
  row <- match(exposure$USUBJID, subjects$USUBJID)
  begun <- which(as.numeric(exposure$ASTDT) == as.numeric(subjects[["STARTDT"]])[row])
  pairs <- unique(data.frame(row = row[begun], name = as.character(exposure$EXTRT)[begun]))
  pairs <- pairs[order(pairs$row, pairs$name), ]
  result <- rep(NA_character_, nrow(subjects))
  single <- !pairs$row %in% pairs$row[duplicated(pairs$row)]
  result[pairs$row[single]] <- pairs$name[single]
  several <- split(pairs$name[!single], pairs$row[!single])
  result[as.integer(names(several))] <- vapply(several, paste, character(1), collapse = " + ")
  result
}

study_readers <- function(tables) {
  readers <- lapply(tables[intersect(c("lesions", "assessments"), names(tables))], function(table) {
    unique(as.character(table[["READER"]]))
  })
  sort(setdiff(unlist(readers), c(NA, "")))
}
