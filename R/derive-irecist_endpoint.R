# What endpoints by iRECIST read: which iUPD is the progression of each patient, and why.

# The responses by both criteria.
seen_immune <- function(context, reader) {
  remembered(context, paste("immune", reader), function() {
    table <- context$study$assessments
    one <- if (!is.na(reader)) reader
    found <- if (is_supplied(context$study) && is_irecist_responses(table)) {
      keep_reader(table, one)
    } else {
      visit_responses(context$study, context$irecist, one, words = FALSE)
    }
    found$row <- if (is.null(found[["SRCSEQ"]])) seq_len(nrow(found)) else found$SRCSEQ
    found
  })
}

# As endpoint_visits(): the progression is the only one, dated at the first iUPD of its block; every other
# response, an iUPD too, is an adequate assessment. `progression` says for each patient what it is.
immune_visits <- function(context, e, rule, reader) {
  if (!has_responses(context$study)) {
    return(no_visits(context))
  }
  x <- seen_immune(context, reader)
  records <- arrange_immune(x, context$subjects)
  last <- immune_last_day(context, rule)
  blocks <- last_blocks(irecist_best_cpp(
    records$offset, records$day, records$shown, records$code, last, engine_rule(context$rule)
  )$blocks)
  blocks$case <- block_cases(blocks, records, x, context, e, last)
  counts <- !is.na(blocks$case)
  code <- ifelse(records$code == 6L, 6L, 3L)
  code[blocks$first[counts]] <- response_codes[["PD"]]
  progression <- rep(NA_character_, context$n)
  progression[blocks$patient[counts]] <- blocks$case[counts]
  list(
    offset = records$offset, day = records$shown, shown = records$shown, code = as.integer(code),
    row = x$row[records$row], progression = progression
  )
}

# Where new therapy censors, what was assessed after it says nothing of the treatment.
immune_last_day <- function(context, rule) {
  if (is.null(rule) || rule$new_therapy != "censor") {
    return(context$last_day)
  }
  therapy <- therapy_source(context, rule$therapies)$day
  pmin(context$last_day, therapy - (context$rule$nact_same_day == "after"))
}

# The last block of each patient: the one that was confirmed, if any is, because nothing counts after it.
last_blocks <- function(blocks) {
  keep <- !duplicated(blocks$patient, fromLast = TRUE) & blocks$ended != 2L
  lapply(blocks, `[`, keep)
}

immune_event_words <- c(
  confirmed = "Confirmed Progression (iCPD)",
  unstable = "Unconfirmed Progression (iUPD), Not Clinically Stable",
  "cancer death" = "Unconfirmed Progression (iUPD), Death From Cancer",
  "no assessment" = "Unconfirmed Progression (iUPD), No Further Assessment",
  "all iUPD" = "Unconfirmed Progression (iUPD), All Later iUPD"
)

# What makes each block an event, NA where it is none.
block_cases <- function(blocks, records, x, context, e, last) {
  rule <- context$irecist
  open <- blocks$ended == 0L
  holds <- list(
    "all iUPD" = open & blocks$n_unconfirmed > 0L,
    "no assessment" = open & blocks$n_unconfirmed == 0L & !is_pending(blocks, records, context),
    "cancer death" = open & died_of_cancer(context, e)[blocks$patient],
    unstable = open & is_unstable(blocks, records, x, context, last)
  )
  case <- rep(NA_character_, length(open))
  for (name in intersect(names(holds), rule$unconfirmed)) case[holds[[name]]] <- immune_event_words[[name]]
  case[blocks$ended == 1L] <- immune_event_words[["confirmed"]]
  case
}

# Alive at a data cut before the scan that confirms is overdue.
is_pending <- function(blocks, records, context) {
  rule <- context$irecist
  if (rule$pending == "event") {
    return(rep(FALSE, length(blocks$first)))
  }
  death <- subject_days(context, "DTHDT")[blocks$patient]
  last <- context$last_day[blocks$patient]
  alive <- is.na(death) | death > last
  alive & last - records$shown[blocks$first] <= 7 * rule$confirm_weeks[2]
}

# As far as the data cut knows.
died_of_cancer <- function(context, e) {
  death <- subject_days(context, "DTHDT")
  cause <- event_type(column_or_na(context$subjects, "DTHCAUS"))
  rep_len(cause, context$n) %in% event_type(e$cancer_death) & (death <= context$last_day) %in% TRUE
}

# A visit of the block says so, or the reason why treatment was stopped.
is_unstable <- function(blocks, records, x, context, last) {
  reason <- event_type(column_or_na(context$subjects, "DCTREAS"))
  stopped <- rep_len(reason, context$n) %in% event_type(context$irecist$unstable)
  unstable <- x[["CLINSTAB"]][records$row] %in% "N"
  row <- seq_along(records$row)
  first <- rep(Inf, context$n)
  first[blocks$patient] <- blocks$first
  said <- unstable & row >= first[records$patient] & records$shown <= last[records$patient]
  stopped[blocks$patient] | tabulate(records$patient[said], context$n)[blocks$patient] > 0
}

start_of_immune_response <- function(context, reader, therapies) {
  remembered(context, paste("immune response", reader, toString(therapies)), function() {
    x <- seen_immune(context, reader)
    records <- arrange_immune(x, context$subjects)
    therapy <- therapy_source(context, therapies)$day - (context$rule$nact_same_day == "after")
    found <- irecist_best_cpp(
      records$offset, records$day, records$shown, records$code, pmin(therapy, context$last_day),
      engine_rule(context$rule)
    )
    row <- (if (isTRUE(context$rule$confirmed)) found$confirmed else found$any)$first_response
    new_source(records$shown[row], "ADRS", "ADT", x$row[records$row][row])
  })
}

immune_endpoint_sentences <- function(context) {
  derived <- !is_supplied(context$study)
  c(if (derived) immune_sentences(context$irecist), immune_event_sentences(context$irecist))
}
