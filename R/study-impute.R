# Completing incomplete dates, each kind by its rule; where that happened the date's flag says how much was
# not known: "D" the day, "M" day and month, "Y" the whole date. Assessments, doses and other dates have no
# rule: there an incomplete date is a fault.

#' @param dates What read_dates() gave.
#' @param anchors Dates of the same persons, row by row, as far as the rule needs them: `first_dose`,
#'   `last_dose`, `last_alive`, `death`, and `end`, the end of the same event.
#' @return A list with `date` and `flag`.
#' @noRd
impute_dates <- function(dates, rule, anchors) {
  open <- which(is_incomplete(dates) | (rule == "start" & is.na(dates$date) & !dates$bad))
  date <- dates$date
  flag <- rep(NA_character_, length(date))
  if (length(open) > 0) {
    period <- known_period(dates$year[open], dates$month[open])
    day <- imputing_rules[[rule]](period, lapply(anchors, function(anchor) as.numeric(anchor)[open]))
    date[open] <- as.Date(day, origin = "1970-01-01")
    flag[open] <- ifelse(is.na(day), NA, ifelse(is.na(dates$missing[open]), "Y", dates$missing[open]))
  }
  list(date = date, flag = flag)
}

# The first and last day that a year, or a year and month, leaves open, as numbers.
known_period <- function(year, month) {
  first <- ifelse(is.na(month), 1L, month)
  last <- ifelse(is.na(month), 12L, month)
  list(first = day_number(year, first), last = day_number(year + last %/% 12L, last %% 12L + 1L) - 1)
}

day_number <- function(year, month) {
  text <- ifelse(is.na(year), NA, sprintf("%04d-%02d-01", as.integer(year), as.integer(month)))
  as.numeric(as.Date(text))
}

# The day after the person was last known alive if that lies in the open period, else the period's first; in
# the period, unless she was alive after it, and never before the day she was known to be alive.
impute_death <- function(period, at) {
  day <- pmin(pmax(period$first, at$last_alive + 1, na.rm = TRUE), period$last)
  ifelse(is.na(period$first), NA, pmax(day, at$last_alive, na.rm = TRUE))
}

# In the month (year) of the first dose: the first dose, or the event's end if that came before. Otherwise
# the period's first. Nothing known: the first dose.
impute_event_start <- function(period, at) {
  with_dose <- is.na(period$first) | (at$first_dose >= period$first & at$first_dose <= period$last)
  ifelse(!is.na(at$first_dose) & with_dose, pmin(at$first_dose, at$end, na.rm = TRUE), period$first)
}

impute_event_end <- function(period, at) {
  ifelse(is.na(period$last), NA, pmin(period$last, at$death, na.rm = TRUE))
}

# The period's first day, but not before the last dose as far as the period allows.
impute_therapy_start <- function(period, at) {
  ifelse(is.na(period$first), NA, pmin(pmax(period$first, at$last_dose, na.rm = TRUE), period$last))
}

imputing_rules <- list(
  death = impute_death, start = impute_event_start, end = impute_event_end, therapy = impute_therapy_start
)

flag_column <- function(column) sub("DT$", "DTF", column)

# Dates of every table, read: `tables` with real dates, and in `read` the columns of which some are missing,
# incomplete or no date. Of the subjects the dates of `start` and `measured` are read, too.
date_tables <- function(tables, options) {
  own <- c(options$start, options$measured)
  read <- Map(function(table, name) {
    columns <- schema_dates(name, names(table))
    if (name == "subjects" && is.character(own)) columns <- union(columns, intersect(own, names(table)))
    lapply(stats::setNames(nm = columns), function(column) read_dates(table[[column]]))
  }, tables, names(tables))
  tables <- Map(function(table, dates, name) {
    table[names(dates)] <- lapply(dates, `[[`, "date")
    clean_words(name_reader(table), name, options$arm)
  }, tables, read, names(tables))
  list(tables = tables, read = lapply(read, Filter, f = function(dates) anyNA(dates$date)))
}

# ADRS says who assessed in PARCAT2, RS in RSEVAL.
name_reader <- function(table) {
  column <- c(intersect(c("PARCAT2", "RSEVAL"), names(table)), NA)[1]
  if (!is.na(column) && is.null(table[["READER"]])) table[["READER"]] <- as.character(table[[column]])
  table
}

# Words of the schema in capitals and without blanks around them; persons as text, so that 1 and "1" agree; an
# empty arm is none.
clean_words <- function(table, name, arm) {
  lines <- schema_lines(name, names(table))
  words <- lines$column[lines$type == "word" | lines$column == "TRSTRESC"]
  table[words] <- lapply(table[words], clean_text)
  if (!is.null(table[["USUBJID"]])) table[["USUBJID"]] <- id_text(table[["USUBJID"]])
  if (name == "subjects" && checkmate::test_string(arm) && is.character(table[[arm]])) {
    table[[arm]][table[[arm]] %in% ""] <- NA
  }
  table
}

clean_text <- function(x) {
  words <- unique(as.character(x))
  cleaned <- toupper(trimws(words))
  cleaned[cleaned %in% ""] <- NA
  cleaned[match(as.character(x), words)]
}

id_text <- function(id) {
  if (is.numeric(id)) {
    return(ifelse(is.na(id), NA, format(id, scientific = FALSE, trim = TRUE, drop0trailing = TRUE)))
  }
  id <- as.character(id)
  if (any(!nzchar(id))) id[!nzchar(id)] <- NA
  id
}

# All tables with completed dates. The order matters: a death needs when the person was last known alive, the
# end of an event her death, its start its end.
complete_tables <- function(dated, contacts) {
  tables <- dated$tables
  lines <- study_schema[!is.na(study_schema$impute), ]
  for (rule in c("death", "end", "start", "therapy")[!is.null(contacts)]) {
    anchors <- NULL
    for (i in which(lines$impute == rule)) {
      name <- lines$table[i]
      read <- dated$read[[name]][[lines$column[i]]]
      if (is.null(read) || is.null(contacts$row[[name]]) || !can_impute(read, rule)) next
      if (is.null(anchors)) anchors <- person_anchors(tables, contacts)
      at <- lapply(anchors, `[`, contacts$row[[name]])
      tables[[name]] <- impute_column(tables[[name]], lines$column[i], read, rule, at)
    }
  }
  tables
}

can_impute <- function(read, rule) {
  any(is_incomplete(read)) || rule == "start" && any(is.na(read$date) & !read$bad)
}

impute_column <- function(table, column, read, rule, at) {
  at$end <- if (column == "ASTDT" && !is.null(table[["AENDT"]])) table[["AENDT"]] else rep(NA, nrow(table))
  imputed <- impute_dates(read, rule, at)
  table[[column]] <- imputed$date
  set_flag(table, column, imputed$flag)
}

set_flag <- function(table, column, flag) {
  if (all(is.na(flag))) {
    return(table)
  }
  name <- flag_column(column)
  table[[name]] <- prefer(flag, if (is.null(table[[name]])) NULL else as.character(table[[name]]))
  table
}

# A protocol may say which day stands for the unknown one of an assessment.
assume_days <- function(dated, day) {
  for (name in names(dated$tables)) {
    dated$tables[[name]] <- assume_day(dated$tables[[name]], dated$read[[name]][["ADT"]], day)
  }
  dated$tables
}

assume_day <- function(table, read, day) {
  known <- which(read$missing == "D")
  if (is.null(day) || length(known) == 0) {
    return(table)
  }
  number <- day_number(read$year[known], read$month[known]) + day - 1
  table[["ADT"]][known] <- as.Date(number, origin = "1970-01-01")
  set_flag(table, "ADT", replace(rep(NA_character_, nrow(table)), known, "D"))
}

# What the rules need to know of each person. Contacts prove life; imputed dates do not.
person_anchors <- function(tables, contacts) {
  subjects <- merge_vital_status(home_subjects(tables), tables$vital_status)
  subjects <- dose_subjects(subjects, tables$exposure)
  subjects <- subjects[match(contacts$persons, subjects$USUBJID), , drop = FALSE]
  date <- function(column) {
    if (is.null(subjects[[column]])) as.Date(rep(NA, nrow(subjects))) else subjects[[column]]
  }
  list(
    first_dose = date("TRTSDT"), last_dose = date("TRTEDT"),
    last_alive = pmax(date("LSTALVDT"), contacts$latest, na.rm = TRUE), death = date("DTHDT")
  )
}

# The persons of a study, which of them each row of each table belongs to, and their latest contacts; nothing
# where no table says persons.
study_contacts <- function(tables) {
  tables <- Filter(function(table) !is.null(table[["USUBJID"]]), tables)
  if (length(tables) == 0) {
    return(NULL)
  }
  persons <- unique(home_subjects(tables)$USUBJID)
  row <- lapply(tables, function(table) match(table[["USUBJID"]], persons))
  list(persons = persons, row = row, latest = latest_contact(tables, persons, row = row))
}

# The persons: those of the subjects, or without that table whoever is in any table.
home_subjects <- function(tables) {
  if (!is.null(tables$subjects[["USUBJID"]])) {
    return(tables$subjects)
  }
  persons <- lapply(tables, function(table) unique(as.character(table[["USUBJID"]])))
  data.frame(USUBJID = unique(unlist(persons, use.names = FALSE)))
}

# Which dates prove that a person was alive: scans, doses, visits and the starts of adverse events.
contact_columns <- list(
  subjects = c("RANDDT", "ENRLDT", "TRTSDT", "TRTEDT"), exposure = c("ASTDT", "AENDT"), lesions = "ADT",
  assessments = "ADT", adverse_events = "ASTDT", questionnaires = "ADT", performance_status = "ADT",
  samples = "ADT"
)

# The latest of these dates of each person, up to `until`; `row` may say which of the persons the rows of a
# table belong to.
latest_contact <- function(tables, persons, until = NULL, row = list()) {
  latest <- rep(-Inf, length(persons))
  for (name in intersect(names(contact_columns), names(tables))) {
    table <- tables[[name]]
    of <- if (is.null(row[[name]])) match(table[["USUBJID"]], persons) else row[[name]]
    for (column in intersect(contact_columns[[name]], names(table))) {
      day <- as.numeric(as.Date(table[[column]]))
      flag <- table[[flag_column(column)]]
      if (!is.null(flag)) day[!is.na(flag) & flag != ""] <- NA
      if (!is.null(until)) day[day > as.numeric(until)] <- NA
      latest <- pmax(latest, latest_day(day, of, length(persons)))
    }
  }
  as.Date(ifelse(is.finite(latest), latest, NA), origin = "1970-01-01")
}
