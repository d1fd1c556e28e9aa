# Simulated adverse events: ordinary ones come as a Poisson process while they are collected, immune-related
# ones when and as long as the person's path says. An episode that worsens has a record for each grade, the
# second beginning on the day the first ends.

simulate_adverse_events <- function(design, cohort, seed) {
  episodes <- rbind(
    earlier_episodes(design, cohort, seed), ordinary_episodes(design, cohort, seed),
    irae_episodes(design, cohort, seed)
  )
  episodes <- episodes[order(episodes$row, episodes$onset, episodes$irae), , drop = FALSE]
  episodes$episode <- number_within(episodes$row)
  adverse_event_table(grade_records(episodes), design, cohort)
}

# ---- ordinary adverse events ----

# Present when treatment began, hence not treatment-emergent.
earlier_episodes <- function(design, cohort, seed) {
  persons <- cohort$persons
  u <- draw_persons(seed, "ae_before", persons$person, 2)
  row <- which(u[, 1] < design$ae_before)
  onset <- first_dose_day(design, persons)[row] - 1 - 28 * u[row, 2]
  ordinary_details(design, cohort, seed, row, onset, number = rep(0, length(row)))
}

# Where time zero is the onset of an event or an operation, treatment began before it.
first_dose_day <- function(design, persons) {
  as.numeric(treated_from_to(design, persons)[[1]] - persons$STARTDT)
}

ordinary_episodes <- function(design, cohort, seed) {
  times <- ae_times(design, cohort, seed)
  ordinary_details(design, cohort, seed, times$row, times$onset, times$number)
}

# Arrivals from the first dose to the end of collection: the sums of exponential gaps, drawn until everybody's
# lie behind it.
ae_times <- function(design, cohort, seed) {
  persons <- cohort$persons
  rate <- design$ae_rate / 365.25
  # After an operation they are collected for that long, although treatment ended before it.
  end <- pmin(last_moment(persons), pmax(persons$T_STOP, 0) + design$ae_window_days + 1, na.rm = TRUE)
  if (rate <= 0) {
    return(data.frame(row = integer(), onset = numeric(), number = integer()))
  }
  begin <- pmin(first_dose_day(design, persons), 0)
  expected <- rate * max(end - begin, 0)
  each <- ceiling(expected + 6 * sqrt(expected) + 8)
  repeat {
    onset <- begin + apply_sums(draw_persons(seed, "ae_times", persons$person, each, "exponential") / rate)
    if (all(onset[, each] >= end)) break
    each <- 2 * each
  }
  at <- which(onset < end, arr.ind = TRUE)
  at <- at[order(at[, 1], at[, 2]), , drop = FALSE]
  data.frame(row = at[, 1], onset = onset[at], number = at[, 2])
}

# What begins before this is observed: the last day of follow-up counts whole, unless the person died in it.
last_moment <- function(persons) pmin(persons$LAST + 1, ifelse(persons$DIED, persons$T_DEATH, Inf))

# Running sums of each row.
apply_sums <- function(x) {
  for (k in seq_len(ncol(x))[-1]) x[, k] <- x[, k - 1] + x[, k]
  x
}

ordinary_details <- function(design, cohort, seed, row, onset, number) {
  u <- draw_things(seed, "ae_details", cohort$persons$person[row], number, 6)
  duration <- design$ae_duration_days * exp(0.8 * stats::qnorm(u[, 3]))
  grade <- pick(u[, 2], design$ae_grades)
  worsens <- u[, 4] < design$ae_worsening & grade < 4
  term <- term_rows(ordinary_terms, NULL, grade, grade + worsens, u[, 1])
  data.frame(
    row = row, onset = onset, end = onset + duration, irae = rep(FALSE, length(row)),
    organ = rep(NA_character_, length(row)), term = ordinary_terms$term[term],
    body_system = ordinary_terms$body_system[term], grade = grade,
    worsened = ifelse(worsens, onset + duration / 2, NA), u_serious = u[, 5], u_managed = u[, 6],
    kind = rep(NA_character_, length(row)), fatal = rep(FALSE, length(row))
  )
}

# ---- immune-related adverse events ----

irae_episodes <- function(design, cohort, seed) {
  stays <- irae_stays(design, cohort)
  if (is.null(stays)) {
    return(NULL)
  }
  persons <- cohort$persons
  u <- draw_things(seed, "irae_details", persons$person[stays$row], stays$number, 10)
  organs <- irae_organs(design)
  stays$organ <- first_organs(stays, persons, organs, u[, 1])
  stays <- type_recurrences(stays, u[, 7:8, drop = FALSE], design, organs)
  u <- u[stays$drawn, , drop = FALSE]
  grade <- irae_grade(stays, persons, design, u[, 3])
  end <- resolution_times(stays, design, u[, 10])
  # A first event that the cohort knows to be mild stays so.
  mild <- !is.null(persons[["SEVERE"]]) & stays$number == 1 & grade == 2
  worsens <- u[, 4] < design$irae_worsening & grade < 4 & !mild
  last <- persons$LAST[stays$row]
  fatal <- persons$DIED[stays$row] & persons$T_DEATH[stays$row] <= end & grade + worsens == 4 &
    u[, 9] < design$irae_fatal
  term <- term_rows(irae_terms, stays$organ, grade, ifelse(fatal, 5, grade + worsens), u[, 2])
  data.frame(
    row = stays$row, onset = stays$entered, end = end, irae = rep(TRUE, nrow(stays)), organ = stays$organ,
    term = irae_terms$term[term], body_system = irae_terms$body_system[term], grade = grade,
    worsened = ifelse(worsens, stays$entered + (pmin(end, last, stays$entered + 30) - stays$entered) / 2, NA),
    u_serious = u[, 5], u_managed = u[, 6], kind = stays$kind, fatal = fatal
  )
}

# When an event is over. A path does not follow a recurrence to its resolution, and an event that was active
# at progression no further: both last on with the same hazard of resolution.
resolution_times <- function(stays, design, uniform) {
  more <- resolution_wait(design, uniform)
  end <- ifelse(stays$again, stays$entered, stays$left)
  ifelse(is.na(end), Inf, end + ifelse(stays$resolved %in% TRUE, 0, more))
}

resolution_wait <- function(design, uniform) {
  -log(uniform) * design$irae_resolution * days_per_month / log(2)
}

irae_organs <- function(design) if (is.null(design$irae_organs)) design$organs else design$irae_organs

# The organ, which the cohort may know of a person's first event.
first_organs <- function(stays, persons, organs, uniform) {
  organ <- names(organs)[pick(uniform, organs)]
  if (is.null(persons[["ORGAN"]])) organ else ifelse(stays$number == 1, persons$ORGAN[stays$row], organ)
}

# The grade; where the cohort knows whether the person's first event is severe, it is 3 or 4, or else 1 or 2.
irae_grade <- function(stays, persons, design, uniform) {
  grade <- pick(uniform, design$irae_grades)
  if (is.null(persons[["SEVERE"]])) {
    return(grade)
  }
  severe <- pick(uniform, design$irae_grades[3:4]) + 2L
  mild <- pick(uniform, design$irae_grades[1:2])
  known <- ifelse(persons$SEVERE[stays$row] %in% c(TRUE, "Y"), severe, mild)
  ifelse(stays$number == 1, known, grade)
}

# The times during which a person's immune-related adverse event was active, observed ones only; `number`
# counts them, whether observed or not.
irae_stays <- function(design, cohort) {
  name <- irae_model_name(design)
  if (is.null(name)) {
    return(NULL)
  }
  active <- state_word(design$models[[name]]$states, c("active", "recurrent"))
  stays <- path_stays(cohort$paths[[name]], design$models[[name]], active, nrow(cohort$persons))
  stays[stays$entered < last_moment(cohort$persons)[stays$row], , drop = FALSE]
}

# Which model's states speak of immune-related adverse events.
irae_model_name <- function(design) {
  has <- vapply(design$models, function(model) any(state_word(model$states, "active")), logical(1))
  if (any(has)) names(design$models)[which(has)[1]]
}

# Stays in the given states (a logical for each): moves within them do not end a stay. `left` is NA where
# nobody left; `resolved` says whether it was to resolution, `again` whether it began as a recurrence.
path_stays <- function(path, model, within, n) {
  person <- path$person
  enter <- which(within[path$to] & !within[path$from])
  leave <- which(within[path$from] & !within[path$to])
  word <- function(state, word) state_word(model$states, word)[state]
  begins <- if (within[match(model$start, model$states)]) seq_len(n)
  stays <- data.frame(
    row = c(begins, person[enter]), entered = c(rep(0, length(begins)), path$time[enter]),
    again = c(rep(FALSE, length(begins)), word(path$to[enter], "recurrent"))
  )
  stays <- stays[order(stays$row, stays$entered), , drop = FALSE]
  stays$number <- number_within(stays$row)
  key <- function(row, number) most_things * row + number
  left <- match(key(stays$row, stays$number), key(person[leave], number_within(person[leave])))
  to <- path$to[leave][left]
  stays$left <- path$time[leave][left]
  stays$resolved <- word(to, "resolved")
  stays
}

# The second and later events of a person are in the organ of the first, in another, or in both; in both means
# two episodes. `drawn` is the row of the draws.
type_recurrences <- function(stays, u, design, organs) {
  stays$drawn <- seq_len(nrow(stays))
  stays$kind <- ifelse(stays$number == 1, "first", NA)
  later <- which(stays$number > 1)
  kinds <- c("same organ", "distinct organ", "both")
  chances <- c(design$same_organ, design$distinct_organ, design$both_organs)
  stays$kind[later] <- kinds[pick(u[later, 1], chances)]
  first <- stays$organ[match(stays$row, stays$row)]
  own <- stays$organ
  same <- stays$kind %in% "same organ"
  other <- stays$kind %in% c("distinct organ", "both")
  stays$organ[same] <- first[same]
  stays$organ[other] <- other_organ(first[other], u[other, 2], organs)
  both <- which(stays$kind %in% "both")
  again <- stays[both, , drop = FALSE]
  again$organ <- first[both]
  rbind(stays, again)
}

other_organ <- function(organ, uniform, probability) {
  result <- organ
  for (name in unique(organ)) {
    own <- organ == name
    left <- probability[names(probability) != name]
    result[own] <- names(left)[pick(uniform[own], left)]
  }
  result
}

# ---- records ----

# One record for each grade of an episode.
grade_records <- function(episodes) {
  last <- episodes
  changed <- which(!is.na(episodes$worsened) & episodes$worsened < episodes$end)
  first <- episodes[changed, , drop = FALSE]
  first$end <- first$worsened
  first$fatal <- rep(FALSE, nrow(first))
  first$goes_on <- rep(TRUE, nrow(first))
  last$onset[changed] <- last$worsened[changed]
  last$grade[changed] <- last$grade[changed] + 1L
  last$goes_on <- rep(FALSE, nrow(last))
  rbind(first, last)
}

adverse_event_table <- function(records, design, cohort) {
  persons <- list2DF(rows_at(cohort$persons, records$row))
  day <- floor(records$onset)
  last <- last_moment(persons)
  seen <- records$onset < last
  fatal <- records$fatal
  end <- ifelse(fatal, floor(persons$T_DEATH), ifelse(records$end < last, floor(records$end), NA))
  grade <- records$grade
  window <- rep(design$ae_window_days, nrow(records))
  window[records$irae] <- design$irae_window_days
  before_window_ends <- is.na(persons$T_STOP) | day <= floor(persons$T_STOP) + window
  emergent <- day >= first_dose_day(design, persons) & before_window_ends
  table <- data.frame(
    USUBJID = persons$USUBJID, AEBODSYS = records$body_system, AEDECOD = records$term,
    ASTDT = persons$STARTDT + day, AENDT = persons$STARTDT + end, AETOXGR = as.character(grade),
    AESER = yes_no(fatal | records$u_serious < design$ae_serious[grade]), TRTEMFL = yes_no(emergent),
    IRAEFL = yes_no(records$irae), AEORGAN = records$organ, AEGRPID = records$episode,
    AEACN = as.character(ae_action(records, persons, design)),
    AEMANAGE = as.character(ae_management(records, design)),
    AEOUT = as.character(ae_outcome(records, fatal, end)), AERECUR = records$kind
  )
  table <- rbind(table[seen, , drop = FALSE], fatal_records(table, fatal & seen, persons))
  table <- table[order(
    match(table$USUBJID, cohort$persons$USUBJID), table$ASTDT, table$AEGRPID,
    table$AETOXGR
  ), , drop = FALSE]
  table$AESEQ <- if (nrow(table) > 0) number_within(table$USUBJID) else integer()
  rownames(table) <- NULL
  table
}

yes_no <- function(x) c("N", "Y")[x + 1L]

# An episode that kills ends with a record of grade 5 on the day of death.
fatal_records <- function(table, fatal, persons) {
  last <- table[fatal, , drop = FALSE]
  last$ASTDT <- last$AENDT
  last$AETOXGR <- rep("5", nrow(last))
  last$AESER <- rep("Y", nrow(last))
  last
}

# What was done with the treatment: an immune-related event on the day treatment ended stopped it, the one for
# which it paused interrupted it, and nothing was done for what else began in that pause. Where everybody
# enters with an immune-related event, the first stopped it, or interrupted it for those treated again.
ae_action <- function(records, persons, design) {
  day <- floor(records$onset)
  paused <- if (is.null(persons[["T_PAUSE"]])) {
    FALSE
  } else {
    (day >= persons$T_PAUSE & day < persons$T_RESUME) %in% TRUE
  }
  on <- day >= first_dose_day(design, persons) & (is.na(persons$T_STOP) | day <= floor(persons$T_STOP))
  stopped <- records$irae & day == floor(persons$T_STOP) & !is.na(persons$T_STOP)
  result <- ifelse(!on | paused, "NOT APPLICABLE", ifelse(stopped, "DRUG WITHDRAWN", "DOSE NOT CHANGED"))
  result[paused & records$irae] <- "DRUG INTERRUPTED"
  if (is.null(persons[["T_RECHALLENGE"]])) {
    return(result)
  }
  again <- floor(persons$T_RECHALLENGE) <= persons$LAST
  ifelse(records$kind %in% "first", ifelse(again %in% TRUE, "DRUG INTERRUPTED", "DRUG WITHDRAWN"), result)
}

ae_management <- function(records, design) {
  steroid <- records$irae & records$u_managed < design$irae_steroids[records$grade]
  more <- records$u_managed < design$irae_steroids[records$grade] * design$irae_immunosuppressants
  ifelse(!records$irae, NA_character_, ifelse(!steroid, "Supportive", ifelse(
    more, "Corticosteroid and immunosuppressant", "Corticosteroid"
  )))
}

ae_outcome <- function(records, fatal, end) {
  ifelse(fatal, "FATAL", ifelse(is.na(end), "NOT RECOVERED/NOT RESOLVED", ifelse(
    records$goes_on, "WORSENED", "RECOVERED/RESOLVED"
  )))
}
