# One line of the plan becomes rows of an ADTTE: the engine's days and reasons, in words and codes.

derive_part <- function(context, e, rules, line) {
  rule <- if (is.na(line$rule)) NULL else rules[[line$rule]]
  types <- part_types(context, e, rule)
  sources <- lapply(types$type, function(type) {
    if (type == "RESPONSE") {
      start_of_response(context, e, line$reader, therapies_of(e, rule))
    } else {
      event_source(context, type, e, line$reader)
    }
  })
  visits <- if (needs_visits(e)) part_visits(context, e, rule, line$reader) else no_visits(context)
  death <- subject_days(context, "DTHDT")
  patients <- list(
    last_day = context$last_day,
    therapy = therapy_source(context, therapies_of(e, rule))$day,
    counts_from = if (e$before_surgery == "ignore") surgery_day(context) else rep(0, context$n),
    latest = pmin(context$last_day, ifelse(is.na(death), Inf, death)),
    contact = if (e$end == "contact") contact_source(context)$day else numeric(),
    no_baseline = without_baseline(context, line$reader)
  )
  found <- endpoint_cpp(
    visits, event_kinds(types$type), as.double(unlist(lapply(sources, `[[`, "day"))), patients,
    part_steps(rule, context$rule), engine_visits(part_schedule(rule, context$study))
  )
  found$assessment_row <- visits$row[found$row]
  found$progression <- visits$progression
  part_rows(found, types, sources, e, rule, line, context)
}

part_visits <- function(context, e, rule, reader) {
  if (is_immune(e)) immune_visits(context, e, rule, reader) else endpoint_visits(context, e, reader)
}

no_visits <- function(context) {
  list(offset = integer(context$n + 1), day = numeric(), shown = numeric(), code = integer(), row = integer())
}

therapies_of <- function(e, rule) if (is.null(rule)) e$therapies else rule$therapies

# Kinds of events with their causes; a rule may count progressions that nobody documented.
part_types <- function(context, e, rule) {
  types <- endpoint_types(e)
  used <- used_types(context, e)
  cause <- types$cause[match(used, types$type)]
  cause[is.na(cause)] <- 1L
  claimed <- !is.null(rule) && rule$claimed_progression == "event" && "PROGRESSION" %in% used
  if (claimed && !"CLINICAL PROGRESSION" %in% used) {
    cause <- append(cause, cause[match("PROGRESSION", used)], match("PROGRESSION", used))
    used <- append(used, "CLINICAL PROGRESSION", match("PROGRESSION", used))
  }
  data.frame(type = used, cause = as.integer(cause))
}

event_kinds <- function(types) {
  kinds <- c(
    PROGRESSION = 0L, "CLINICAL PROGRESSION" = 1L, DEATH = 2L, "CANCER DEATH" = 2L, "OTHER DEATH" = 2L,
    RESPONSE = 4L
  )
  found <- unname(kinds[types])
  ifelse(is.na(found), 3L, found)
}

part_steps <- function(rule, recist) {
  if (is.null(rule)) {
    rule <- default_steps("", "A")
  }
  engine_steps(rule, recist)
}

part_schedule <- function(rule, study) {
  if (is.null(rule) || inherits(rule$visits, "tte_visits") || is.null(rule$visits)) {
    return(rule$visits)
  }
  if (!needs_schedule(rule)) {
    return(NULL)
  }
  visits_of_schedule(study_table(study, "schedule", "censoring(visits = \"schedule\")"))
}

# ---- rows ----

part_rows <- function(found, types, sources, e, rule, line, context) {
  cause <- types$cause[found$source]
  cause[is.na(cause) | found$reason > 0] <- 0L
  code <- found$reason
  code[found$reason == 0 & cause > 1] <- 7L
  code[found$reason == 0 & cause == 0] <- 8L
  code[code == 1L & is_lost(context)] <- 6L
  from <- rep(0, context$n)
  if (e$from == "response") from <- start_of_response(context, e, line$reader, therapies_of(e, rule))$day
  day <- pmax(found$day, from)
  rows <- list(
    person = seq_len(context$n), start = context$start + from, date = context$start + day,
    code = code, cause = cause, assessed = context$start + found$assessed
  )
  rows <- c(
    rows, part_words(found, code, types, e, context), part_source(found, code, types, sources, e, context)
  )
  keep <- is.finite(from)
  if (e$population == "responders" && e$from == "start") {
    keep <- is.finite(start_of_response(context, e, line$reader, therapies_of(e, rule))$day)
  }
  if (all(keep)) rows else lapply(rows, `[`, keep)
}

is_lost <- function(context) {
  lost <- rep(FALSE, context$n)
  for (column in intersect(c("DCSREAS", "EOSSTT"), names(context$subjects))) {
    lost <- lost | event_type(context$subjects[[column]]) %in% c("LOST TO FOLLOW-UP", "LOST TO FOLLOW UP")
  }
  end <- subject_days(context, "EOSDT")
  lost & (is.na(end) | end <= context$last_day)
}

start_words <- function(context, e) {
  if (e$from == "response") {
    return("Response")
  }
  own <- context$study$tte$start
  if (!is.null(own)) {
    return(sprintf("Start (%s)", own))
  }
  if (identical(context$design, "randomised")) "Randomization" else "Treatment Start"
}

# EVNTDESC says what happened, CNSDTDSC what the date of censoring is.
part_words <- function(found, code, types, e, context) {
  first <- event_words(types$type)[found$source]
  progressed <- types$type[found$source] %in% "PROGRESSION" & !is.na(found$progression[seq_len(context$n)])
  first[progressed] <- found$progression[progressed]
  start <- start_words(context, e)
  last <- if (e$end == "contact") "Alive During Study" else "Last Tumor Assessment"
  assessed <- function(words) ifelse(is.na(found$assessed), start, words)
  missing <- if (e$end == "contact") "No Contact After Start" else "No Post-Baseline Tumor Assessment"
  event <- c(
    if (e$end == "contact") "Alive" else last, "No Baseline Tumor Assessment", missing,
    "New Anti-Cancer Therapy", NA, "Lost to Follow-Up", NA, NA
  )[replace(code, code == 0L, NA)]
  event[code %in% c(0L, 7L, 8L)] <- first[code %in% c(0L, 7L, 8L)]
  event[code == 5L] <- paste(first[code == 5L], "After Missed Visits")
  censored <- rep(NA_character_, length(code))
  censored[code %in% c(1L, 6L)] <- last
  censored[code %in% c(2L, 3L)] <- start
  censored[code == 4L] <- assessed("Last Tumor Assessment Before New Anti-Cancer Therapy")[code == 4L]
  censored[code == 5L] <- assessed("Last Tumor Assessment Before Missed Visits")[code == 5L]
  censored[code > 6L] <- first[code > 6L]
  dead <- e$end == "contact" & code %in% c(1L, 6L) & (found$day == subject_days(context, "DTHDT")) %in% TRUE
  event[dead] <- censored[dead] <- "Death"
  list(event = event, censored = censored)
}

# Domain, variable and sequence of the date: that of the event, the assessment, the contact or the start.
part_source <- function(found, code, types, sources, e, context) {
  place <- list(
    domain = rep("ADSL", context$n), variable = rep(start_column(context, e), context$n),
    sequence = rep(NA_integer_, context$n), flag = rep(NA_character_, context$n)
  )
  put <- function(place, rows, from) {
    lapply(stats::setNames(nm = names(place)), function(what) {
      replace(place[[what]], rows, rep(from[[what]], length.out = context$n)[rows])
    })
  }
  for (k in seq_along(sources)) {
    place <- put(place, which(code %in% c(0L, 7L, 8L) & found$source == k), sources[[k]])
  }
  seen <- list(domain = "ADRS", variable = "ADT", sequence = found$assessment_row, flag = NA_character_)
  place <- put(place, which(!is.na(found$row)), seen)
  if (e$end == "contact") place <- put(place, which(code %in% c(1L, 6L)), contact_source(context))
  place
}

# The column that holds the start.
start_column <- function(context, e) {
  by_design <- if (identical(context$design, "randomised")) "RANDDT" else "TRTSDT"
  known <- c(context$study$tte$start, by_design, "STARTDT")
  if (e$from == "response") "STARTDT" else intersect(known, names(context$subjects))[1]
}

# ---- all parts together ----

assemble_adtte <- function(parts, plan, endpoints, rules, context) {
  sizes <- vapply(parts, function(part) length(part$person), integer(1))
  all <- function(name) unlist(lapply(parts, `[[`, name), use.names = FALSE)
  each <- function(values) rep(values, sizes)
  date <- function(name) as.Date(as.numeric(all(name)), origin = "1970-01-01")
  labels <- vapply(seq_len(nrow(plan)), function(i) part_label(endpoints[[plan$endpoint[i]]], plan, i), "")
  cause <- all("cause")
  causes <- lapply(seq_along(parts), function(i) {
    cause_words(endpoints[[plan$endpoint[i]]])[parts[[i]]$cause + 1L]
  })
  rows <- data.frame(
    USUBJID = context$subjects$USUBJID[all("person")], PARAMCD = each(plan$paramcd), PARAM = each(labels),
    STARTDT = date("start"), ADT = date("date"), ADTF = all("flag"), AVAL = all("date") - all("start") + 1,
    AVALU = rep("DAYS", sum(sizes)),
    CNSR = all("code"), EVNTDESC = all("event"), CNSDTDSC = all("censored"), CAUSE = cause,
    CAUSEDESC = as.character(unlist(causes)), LASSDT = date("assessed"), SRCDOM = all("domain"),
    SRCVAR = all("variable"), SRCSEQ = all("sequence"), RULE = each(plan$label), READER = each(plan$reader)
  )
  extra <- context$subjects[setdiff(names(context$subjects), names(rows))]
  rows[names(extra)] <- lapply(extra, `[`, all("person"))
  said <- lapply(seq_len(nrow(plan)), function(i) {
    part_provenance(endpoints[[plan$endpoint[i]]], rules, plan[i, ], context)
  })
  rows$provenance <- said[each(seq_along(said))]
  structure(rows, class = c("tte_adtte", "data.frame"))
}

part_label <- function(e, plan, i) {
  same <- plan$endpoint == plan$endpoint[i]
  apart <- c(
    if (length(unique(plan$label[same])) > 1) plan$label[i],
    if (length(unique(plan$reader[same])) > 1) plan$reader[i]
  )
  if (length(apart) == 0) e$label else sprintf("%s (%s)", e$label, paste(apart, collapse = ", "))
}

cause_words <- function(e) {
  c("Censored", either(event_words(e$events)), names(e$competing))
}

part_provenance <- function(e, rules, line, context) {
  rule <- if (is.na(line$rule)) NULL else rules[[line$rule]]
  list(
    method = e$label,
    conventions = part_conventions(e, rule, context),
    endpoint = e$name, definition = e, rule = context$rule, irecist = if (is_immune(e)) context$irecist,
    censoring = rule, reader = line$reader,
    data_cut = context$cut, design = context$design, arm = context$study$tte$arm,
    hash = context$study$tte$hash, n_not_started = context$n_not_started
  )
}

# Every sentence once: a rule that applies says itself where patients without an event are censored.
part_conventions <- function(e, rule, context) {
  said <- format(e)
  if (e$from == "start") said[["from"]] <- start_sentence_of(context)
  if (!is.null(rule)) {
    rule$visits <- part_schedule(rule, context$study)
    said <- c(said[!names(said) %in% c("end", "steps")], format(rule))
  }
  c(
    said, response_conventions(e, rule, context), baseline_present(context, rule),
    not_started_sentence(context)
  )
}

start_sentence_of <- function(context) {
  said <- c(
    randomised = "randomisation", single_arm = "the first dose",
    cohort = "the first dose of the first study therapy"
  )
  from <- c(context$study$tte$start, said[context$design], "STARTDT")[1]
  sprintf("Time runs from %s, which is day 1.", from)
}

# How responses came about, and which of them counts.
response_conventions <- function(e, rule, context) {
  seen <- needs_visits(e) && has_responses(context$study)
  best <- best_sentences(context$rule)
  counts <- "confirmed"
  if (isTRUE(context$rule$confirmed)) counts <- c("confirmation", "confirmed")
  said <- c(
    if (seen && is_immune(e)) immune_endpoint_sentences(context),
    if (seen) derived_sentences(context), if (needs_response(e)) best[c(counts, "period")],
    if (needs_response(e) || identical(rule$new_therapy, "censor")) best["therapy"]
  )
  if (length(said) > 0) stats::setNames(said, paste0("response_", names(said)))
}

# How the responses were derived, here or by derive_response(); nothing where somebody else did.
derived_sentences <- function(context) {
  if (!is_supplied(context$study)) {
    return(response_sentences(context$rule))
  }
  said <- context$study$assessments[["provenance"]]
  if (length(said) > 0 && !identical(said[[1]]$source, "supplied")) said[[1]]$conventions
}

baseline_present <- function(context, rule) {
  supplied <- is_supplied(context$study) && is.null(context$subjects[["BASEFL"]]) &&
    is.null(context$study$assessments[["BASECMP"]])
  if (!is.null(rule) && rule$no_baseline == "censor" && supplied) {
    c(supplied = "Responses were supplied: every patient counts as having a baseline.")
  }
}

not_started_sentence <- function(context) {
  if (context$n_not_started > 0) {
    who <- counted_patients(context$n_not_started)
    c(not_started = sprintf("%s never started, without a row.", who))
  }
}

#' @export
print.tte_adtte <- function(x, ...) {
  rows <- structure(x[setdiff(names(x), "provenance")], class = "data.frame")
  if (!all(c("PARAMCD", "PARAM", "CAUSE", "provenance") %in% names(x))) {
    print(rows, ...)
    return(invisible(x))
  }
  cat(sprintf("Endpoints of %s, in days\n", counted_patients(length(unique(x$USUBJID)))))
  print(endpoint_table(x), row.names = FALSE)
  said <- unlist(lapply(x$provenance[!duplicated(x$PARAMCD)], function(p) p$conventions[c("rule", "missed")]))
  print_conventions(unique(said[!is.na(said)]))
  if (nrow(x) <= 20) {
    cat("\n")
    print(rows, row.names = FALSE, ...)
  }
  invisible(x)
}

endpoint_table <- function(x) {
  first <- which(!duplicated(x$PARAMCD))
  count <- function(what) as.vector(table(factor(x$PARAMCD[what], x$PARAMCD[first])))
  table <- data.frame(
    PARAMCD = x$PARAMCD[first], PARAM = x$PARAM[first], n = count(rep(TRUE, nrow(x))),
    events = count(x$CAUSE == 1), competing = count(x$CAUSE > 1), censored = count(x$CAUSE == 0)
  )
  if (all(table$competing == 0)) table$competing <- NULL
  table
}
