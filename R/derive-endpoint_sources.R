# Where the dates of an endpoint come from. Days are elapsed since the patient's start; Inf is "never".

# A source of one kind of event: its day for each patient, where the date stands, and which part of it was
# completed by rule ("D", "M", "Y").
new_source <- function(day, domain, variable, sequence = NA_integer_, flag = NA_character_) {
  day[is.na(day)] <- Inf
  list(
    day = day, domain = domain, variable = variable, sequence = rep(sequence, length.out = length(day)),
    flag = rep(as.character(flag), length.out = length(day))
  )
}

# The number of each record: what the table says, or its row.
record_numbers <- function(table) {
  column <- intersect(c("ASEQ", "RSSEQ", "CMSEQ", "PRSEQ"), names(table))[1]
  if (is.na(column)) seq_len(nrow(table)) else as.integer(table[[column]])
}

# A column of the table, or nothing known.
column_or_na <- function(table, column) {
  if (is.null(table[[column]])) rep(NA_character_, nrow(table)) else as.character(table[[column]])
}

event_source <- function(context, type, e, reader) {
  key <- paste("event", type, toString(e$therapies), toString(e$cancer_death), reader)
  remembered(context, key, function() {
    switch(type,
      PROGRESSION = new_source(rep(NA_real_, context$n), "ADRS", "ADT"),
      DEATH = death_source(context),
      "CANCER DEATH" = death_source(context, e$cancer_death, TRUE),
      "OTHER DEATH" = death_source(context, e$cancer_death, FALSE),
      "NEW THERAPY" = therapy_source(context, e$therapies),
      DISCONTINUATION = discontinuation_source(context),
      record_source(context, type, reader)
    )
  })
}

subject_days <- function(context, column) {
  date <- context$subjects[[column]]
  if (is.null(date)) rep(NA_real_, context$n) else date_number(date) - context$start
}

death_source <- function(context, causes = NULL, from_cancer = TRUE) {
  day <- subject_days(context, "DTHDT")
  if (!is.null(causes)) {
    day[event_type(context$subjects[["DTHCAUS"]]) %in% event_type(causes) != from_cancer] <- NA
  }
  new_source(day, "ADSL", "DTHDT", flag = column_or_na(context$subjects, "DTHDTF"))
}

# The supplied date of the first new therapy, else the first record of these categories on or after the start.
therapy_source <- function(context, categories) {
  if (!is.null(context$subjects[["NACTDT"]])) {
    flag <- column_or_na(context$subjects, "NACTDTF")
    return(new_source(subject_days(context, "NACTDT"), "ADSL", "NACTDT", flag = flag))
  }
  found <- list(
    first_record(context, therapy_records(context$study$therapies, "CMCAT", categories, "SYSTEMIC"), "ADCM"),
    first_record(context, therapy_records(context$study$procedures, "PRCAT", categories, NA), "ADPR")
  )
  later <- found[[2]]$day < found[[1]]$day
  list(
    day = pmin(found[[1]]$day, found[[2]]$day), domain = ifelse(later, "ADPR", "ADCM"), variable = "ASTDT",
    sequence = ifelse(later, found[[2]]$sequence, found[[1]]$sequence),
    flag = ifelse(later, found[[2]]$flag, found[[1]]$flag)
  )
}

# Rows of the categories; `default` is the category of a row that names none.
therapy_records <- function(table, column, categories, default) {
  if (is.null(table)) {
    return(NULL)
  }
  category <- event_type(column_or_na(table, column))
  category[category %in% c(NA, "NA", "")] <- default
  keep <- category %in% event_type(categories)
  data.frame(
    USUBJID = table$USUBJID[keep], date = table[["ASTDT"]][keep], row = record_numbers(table)[keep],
    flag = column_or_na(table, "ASTDTF")[keep]
  )
}

# The first row of each patient on or after the start.
first_record <- function(context, records, domain, variable = "ASTDT") {
  day <- rep(NA_real_, context$n)
  sequence <- rep(NA_integer_, context$n)
  flag <- rep(NA_character_, context$n)
  if (!is.null(records) && nrow(records) > 0) {
    person <- match(records$USUBJID, context$subjects$USUBJID)
    elapsed <- date_number(records$date) - context$start[person]
    keep <- which(!is.na(person) & !is.na(elapsed) & elapsed >= 0)
    keep <- keep[order(person[keep], elapsed[keep])]
    keep <- keep[!duplicated(person[keep])]
    day[person[keep]] <- elapsed[keep]
    sequence[person[keep]] <- records$row[keep]
    flag[person[keep]] <- records$flag[keep]
  }
  new_source(day, domain, variable, sequence, flag)
}

# Treatment stopped before it was completed.
discontinuation_source <- function(context) {
  subjects <- context$subjects
  stopped <- event_type(subjects[["EOTSTT"]]) %in% "DISCONTINUED"
  if (is.null(subjects[["EOTSTT"]])) {
    stopped <- !event_type(subjects[["DCTREAS"]]) %in% c("NA", "", "COMPLETED", "COMPLETED TREATMENT")
  }
  day <- subject_days(context, "TRTEDT")
  day[!rep(stopped, length.out = context$n)] <- NA
  new_source(day, "ADSL", "TRTEDT")
}

# Records of events: rows of the assessments whose PARAMCD is RECUR; AVALC says the kind.
event_records <- function(study) {
  table <- study$assessments
  if (is.null(table[["PARAMCD"]])) {
    return(NULL)
  }
  rows <- which(table$PARAMCD %in% "RECUR")
  if (length(rows) == 0) {
    return(NULL)
  }
  data.frame(
    USUBJID = table$USUBJID[rows], date = table[["ADT"]][rows], type = event_type(table$AVALC[rows]),
    reader = reader_of(table)[rows], row = record_numbers(table)[rows],
    flag = rep(NA_character_, length(rows))
  )
}

record_source <- function(context, type, reader) {
  records <- remembered(context, "records", function() list(event_records(context$study)))[[1]]
  if (!is.null(records)) {
    mine <- is.na(records$reader) | is.na(reader) | records$reader %in% reader
    records <- records[records$type == type & mine, ]
  }
  first_record(context, records, "ADRS", "ADT")
}

# ---- assessments ----

reader_of <- function(table) {
  column <- intersect(c("READER", "PARCAT2", "RSEVAL"), names(table))[1]
  if (is.na(column)) {
    return(rep(NA_character_, nrow(table)))
  }
  reader <- as.character(table[[column]])
  replace(reader, reader %in% "", NA)
}

response_readers <- function(study) {
  lesions <- if (!is.null(study$lesions)) reader_of(study$lesions)
  table <- study$assessments
  overall <- if (!is.null(table)) reader_of(table)[is_by_visit(table)]
  sort(unique(stats::na.omit(c(lesions, overall))))
}

# The visit responses of a study: a row per patient and timepoint, from its lesions or as they were supplied.
seen_responses <- function(context, reader) {
  remembered(context, paste("responses", reader), function() {
    table <- context$study$assessments
    supplied <- is_supplied(context$study)
    if (!is.null(context$irecist)) {
      return(recist_view(seen_immune(context, reader)))
    }
    found <- if (supplied) supplied_visits(table, reader) else derived_visits(context, reader)
    found$row <- if (supplied) found$row else seq_len(nrow(found))
    found
  })
}

# Were the responses given, and not the lesions or sums they come from?
is_supplied <- function(study) is.null(study$lesions) && !is.null(study$assessments[["AVALC"]])

supplied_visits <- function(table, reader) {
  keep <- which(is_overall_response(table))
  if (!is.na(reader)) keep <- keep[reader_of(table)[keep] %in% reader]
  columns <- intersect(c("USUBJID", "ADT", "AVALC", "BASECMP"), names(table))
  found <- lapply(table[columns], `[`, keep)
  found$ADTPD <- found$ADT
  found$row <- record_numbers(table)[keep]
  list2DF(found)
}

derived_visits <- function(context, reader) {
  visit_responses(context$study, context$rule, if (!is.na(reader)) reader, words = FALSE)
}

# Each distinct word is read once.
response_codes_of <- function(words) {
  words <- as.character(words)
  distinct <- unique(words)
  response_code(distinct)[match(words, distinct)]
}

# What the engine reads for an endpoint: the responses, and visits on record as free of recurrence. Where a
# progression is no event of the endpoint it is no adequate assessment either.
endpoint_visits <- function(context, e, reader) {
  progression <- "PROGRESSION" %in% used_types(context, e)
  records <- has_recurrences(context, e)
  visits <- if (has_responses(context$study)) response_visits(context, reader) else no_visits(context)
  if (!progression) visits$code[visits$code == response_codes[["PD"]]] <- response_codes[["NE"]]
  if (!records) {
    return(visits)
  }
  person <- rep(seq_len(context$n), diff(visits$offset))
  rows <- list(
    person = person, date = visits$day + context$start[person], shown = visits$shown + context$start[person],
    code = visits$code, row = visits$row
  )
  in_order(Map(c, rows, free_of_recurrence(context, reader)), context)
}

# Visits on record as free of recurrence are adequate assessments.
free_of_recurrence <- function(context, reader) {
  records <- event_records(context$study)
  mine <- is.na(records$reader) | is.na(reader) | records$reader %in% reader
  free <- records[records$type == "RECURRENCE-FREE" & mine, ]
  date <- date_number(free$date)
  list(
    person = match(free$USUBJID, context$subjects$USUBJID), date = date, shown = date,
    code = rep(response_codes[["NED"]], nrow(free)), row = free$row
  )
}

# Patient after patient, day after day; rows without a date or a response are visits without assessment.
in_order <- function(rows, context) {
  day <- rows$date - context$start[rows$person]
  shown <- rows$shown - context$start[rows$person]
  shown[is.na(shown)] <- day[is.na(shown)]
  keep <- which(!is.na(day) & !is.na(rows$code) & rows$code != response_codes[["MISSING"]])
  if (is.unsorted(rows$person[keep]) || any(diff(day[keep]) < 0 & diff(rows$person[keep]) == 0)) {
    keep <- keep[order(rows$person[keep], day[keep])]
  }
  list(
    offset = c(0L, cumsum(tabulate(rows$person[keep], context$n))), day = day[keep], shown = shown[keep],
    code = as.integer(rows$code[keep]), row = rows$row[keep]
  )
}

has_responses <- function(study) {
  !is.null(study$lesions) || !is.null(study$assessments) && any(is_overall_response(study$assessments))
}

# An empty table of assessments, or an early data cut: nobody was assessed, which is no fault of the study.
no_assessment_yet <- function(study) {
  table <- if (is.null(study$lesions)) study$assessments else study$lesions
  !is.null(table) && (nrow(table) == 0 || !is.null(study$tte$data_cut) && !has_responses(study))
}

is_record_type <- function(types) {
  !types %in% c(
    "PROGRESSION", "RESPONSE", "DEATH", "CANCER DEATH", "OTHER DEATH", "NEW THERAPY", "DISCONTINUATION"
  )
}

# Does an endpoint about recurrences find any on record?
has_recurrences <- function(context, e) {
  records <- remembered(context, "records", function() list(event_records(context$study)))[[1]]
  !is.null(records) && any(recurrences %in% e$events)
}

# The kinds of events of an endpoint. Where a study has no records of recurrence a progression is one.
used_types <- function(context, e) {
  types <- endpoint_types(e)$type
  if (any(recurrences %in% e$events) && !has_recurrences(context, e)) {
    types[match(TRUE, types %in% recurrences)] <- "PROGRESSION"
  }
  unique(types)
}

# ---- patients ----

# Patients whose baseline assessment is missing: the subjects say so, or the lesions (or sums) hold no
# complete one. With supplied responses it counts as present.
without_baseline <- function(context, reader) {
  flag <- context$subjects[["BASEFL"]]
  missing <- if (is.null(flag)) rep(FALSE, context$n) else flag %in% "N"
  seen <- if (has_responses(context$study)) seen_responses(context, reader)
  if (!is.null(seen$BASECMP)) {
    persons <- context$subjects$USUBJID
    looked_for <- !is_supplied(context$study) | persons %in% seen$USUBJID
    missing <- missing | looked_for & !persons %in% seen$USUBJID[seen$BASECMP %in% "Y"]
  }
  as.integer(missing)
}

# The last day on which a patient is known to have been alive, -Inf if none: the supplied date or any later
# scan, dose or visit; a death after the data cut proves it too. A cut study has settled the date already.
contact_source <- function(context) {
  remembered(context, "contact", function() {
    settled <- !is.null(context$study$tte$cut)
    dates <- c(
      list(ADSL.LSTALVDT = subject_days(context, "LSTALVDT"), ADSL.DTHDT = subject_days(context, "DTHDT")),
      if (!settled) lapply(contact_tables(context), `-`, context$start)
    )
    dates <- lapply(dates, function(day) ifelse(is.na(day), -Inf, day))
    latest <- do.call(pmax, unname(dates))
    first <- rep(length(dates), context$n)
    for (k in rev(seq_along(dates))) first[dates[[k]] == latest] <- k
    place <- strsplit(names(dates), ".", fixed = TRUE)
    new_source(latest, vapply(place, `[`, "", 1)[first], vapply(place, `[`, "", 2)[first])
  })
}

contact_domains <- c(
  subjects = "ADSL", exposure = "ADEX", lesions = "ADTR", assessments = "ADRS", adverse_events = "ADAE",
  questionnaires = "ADQS", performance_status = "ADPS", samples = "ADLB"
)

# The latest contact on record after the start, by table and column; dates with a time are days here.
contact_tables <- function(context) {
  found <- list()
  for (name in intersect(names(contact_domains), names(context$study))) {
    table <- context$study[[name]]
    for (column in intersect(contact_columns[[name]], names(table))) {
      one <- table[c("USUBJID", column, intersect(paste0(column, "F"), names(table)))]
      one[[column]] <- as.Date(one[[column]])
      date <- date_number(latest_contact(stats::setNames(list(one), name), context$subjects$USUBJID))
      date[which(date <= context$start)] <- NA
      found[[paste0(contact_domains[[name]], ".", column)]] <- date
    }
  }
  found
}

# The day of the resection, from which on a progression counts where one that was resected does not.
surgery_day <- function(context) {
  records <- therapy_records(context$study$procedures, "PRCAT", "SURGERY", NA)
  day <- first_record(context, records, "ADPR")$day
  ifelse(is.finite(day) & day <= context$last_day, day, 0)
}

# The response that starts a duration of response: the first that best_response() lets count.
start_of_response <- function(context, e, reader, therapies) {
  if (is_immune(e)) {
    return(start_of_immune_response(context, reader, therapies))
  }
  remembered(context, paste("response", reader, toString(therapies)), function() {
    visits <- response_visits(context, reader)
    rule <- context$rule
    therapy <- therapy_source(context, therapies)$day - (rule$nact_same_day == "after")
    found <- best_response_cpp(
      visits$offset, visits$day, visits$code, pmin(therapy, context$last_day), engine_rule(rule)
    )
    row <- (if (isTRUE(rule$confirmed)) found$confirmed else found$any)$first_response
    new_source(visits$day[row], "ADRS", "ADT", visits$row[row])
  })
}

# The overall responses alone, as best_response() reads them.
response_visits <- function(context, reader) {
  remembered(context, paste("response visits", reader), function() {
    visits <- seen_responses(context, reader)
    in_order(list(
      person = match(visits$USUBJID, context$subjects$USUBJID), date = date_number(visits$ADT),
      shown = date_number(visits$ADTPD), code = response_codes_of(visits$AVALC), row = visits$row
    ), context)
  })
}
