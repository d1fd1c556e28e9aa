# The patients of a simulated study: when they enter, who they are, the path that their disease takes, how
# long they are followed and when they are seen. Every table is made from this. Whatever a patient has is a
# function of the seed and of the patient's number, so more patients leave the others as they were.
#
# A cohort is a list: `persons` (a row a patient; latent times are days since STARTDT, not rounded, and an
# event at time t has the date STARTDT + floor(t)), `paths` (by model, what paths_cpp() gives), `visits`
# (person, visit, AVISIT, planned, day; a missed visit has no day) and `attempts`.

simulate_cohort <- function(design, seed) {
  n <- design_size(design)
  person <- seq_len(n)
  persons <- data.frame(person = person, USUBJID = sprintf("P%06d", person))
  persons$ENTRY <- entry_days(design, seed, n)
  persons[vapply(design$laws, `[[`, "", "name")] <- draw_covariates(design$laws, seed, person)
  persons <- start_dates(persons, design, seed)
  paths <- draw_paths(persons, design, seed)
  persons <- cohort_courses[[design$kind]](persons, paths, design, seed)
  persons <- follow_persons(persons, design, seed)
  visits <- draw_visits(persons, design, seed)
  persons <- unseen_decisions(see_progression(persons, visits), design, seed)
  persons <- draw_response(persons, visits, design, seed)
  persons <- stop_treatment(persons, design, seed)
  list(persons = persons, paths = paths, visits = visits)
}

entry_days <- function(design, seed, n) {
  pieces <- accrual_pieces(design)
  day <- accrual_cpp(seed, pieces$breaks, pieces$rates, n)
  late <- sum(day + longest_screening(design) >= as.numeric(design$cut - design$first_patient))
  if (late > 0) {
    abort_input(fault("cut", "out_of_range", sprintf("%d of %d patients enter after it", late, n),
      remedy = "Set a later cut, a higher accrual or fewer patients."
    ), call = rlang::caller_env(2))
  }
  day
}

# ---- who they are ----

draw_covariates <- function(laws, seed, person) {
  u <- cohort_draws(seed, "baseline", person, length(laws) + 2)
  lapply(seq_along(laws), function(k) {
    law <- laws[[k]]
    value <- if (law$kind == "normal") {
      law$mean + law$sd * stats::qnorm(u[, k])
    } else if (law$even) {
      law$levels[1 + even_share(person, law$prob[2])]
    } else {
      law$levels[pick(u[, k], law$prob)]
    }
    if (law$name == "AGE") round(pmin(pmax(value, ages$low), ages$high)) else value
  })
}

# 0 or 1 for each number, 1 for the share p of 1, 2, 3, ... as evenly as can be.
even_share <- function(person, p) floor(person * p + 1e-9) - floor((person - 1) * p + 1e-9)

# Time zero: the first dose, some days after enrolment; in S3 the onset of the first irAE, which came before
# enrolment; in S4 surgery.
start_dates <- function(persons, design, seed) {
  u <- cohort_draws(seed, "start", persons$person, 4)
  entered <- design$first_patient + floor(persons$ENTRY)
  persons$ENRLDT <- entered
  persons$U_START <- u[, 2]
  if (design$kind == "rechallenge") {
    persons$DELAY <- floor(-log(u[, 1]) * design$enrolment_delay * days_per_month)
    persons$STARTDT <- entered - persons$DELAY
  } else {
    persons$STARTDT <- entered + ceiling(longest_screening(design) * u[, 1])
  }
  persons$BIRTH_DAY <- floor(365 * u[, 3])
  persons$BASELINE_DAY <- -floor(15 * u[, 4])
  persons
}

# ---- paths ----

draw_paths <- function(persons, design, seed) {
  names <- names(design$models)
  stats::setNames(lapply(names, function(name) draw_path(persons, design, name, seed)), names)
}

draw_path <- function(persons, design, name, seed) {
  model <- design$models[[name]]
  n <- nrow(persons)
  use <- c(disease = "disease", course = "disease", onset = "irae", primary = "primary")[[name]]
  purpose <- draw_purposes[[use]]
  path <- paths_cpp(
    seed, purpose, model[c("n_states", "from", "to", "offset", "breaks", "rates", "clock")],
    rep(match(model$start, model$states), n), design_log_hazard(design, name, persons), rep(Inf, n),
    path_condition(persons, design, name), thread_count()
  )
  if (anyNA(path$attempts)) {
    abort_input(fault("irae", "out_of_range", sprintf(
      "%d of %d patients cannot be found who have an irAE and live to be enrolled",
      sum(is.na(path$attempts)), n
    ), remedy = "Raise irae, or lower progression, death or enrolment_delay."), call = rlang::caller_env(3))
  }
  path
}

# S3 is sampled: patients have an irAE and are alive when enrolled.
path_condition <- function(persons, design, name) {
  if (design$kind != "rechallenge") {
    return(NULL)
  }
  delay <- if (name == "course") persons$DELAY else rep(0, nrow(persons))
  states <- design$models[[name]]$states
  list(required = match("active", states), delay = as.double(delay), max_attempts = 10000L)
}

# The first time each person enters one of the states (by names), or moves from one of `from` to them.
first_entry <- function(path, model, to, n, from = model$states) {
  hit <- which(model$states[path$to] %in% to & model$states[path$from] %in% from)
  hit <- hit[!duplicated(path$person[hit])]
  result <- rep(NA_real_, n)
  result[path$person[hit]] <- path$time[hit]
  result
}

states_with <- function(model, word) model$states[state_word(model$states, word)]

# ---- what the paths mean, design by design ----

immunotherapy_course <- function(persons, paths, design, seed) {
  model <- design$models$course
  at <- function(...) first_entry(paths$course, model, ..., n = nrow(persons))
  persons$T_PROG <- at(states_with(model, "progressed"), from = states_with(model, "free"))
  persons$T_DEATH <- at("dead")
  persons$T_IRAE <- at(states_with(model, "active"))
  persons$T_RESOLVED <- at(states_with(model, "resolved"))
  persons
}

guided_course <- function(persons, paths, design, seed) {
  model <- design$models$disease
  at <- function(...) first_entry(paths$disease, model, ..., n = nrow(persons))
  persons$T_PROG <- at(c("progressed.unguided", "progressed.resistant"))
  persons$T_DEATH <- at("dead")
  persons$T_GUIDED <- pmin(
    at("free.guided"), at("progressed.guided", from = "progressed.unguided"),
    na.rm = TRUE
  )
  persons$T_GUIDED2 <- at("progressed.guided", from = "progressed.resistant")
  persons
}

rechallenge_course <- function(persons, paths, design, seed) {
  at <- function(...) first_entry(paths$course, design$models$course, ..., n = nrow(persons))
  persons$T_ONSET <- first_entry(paths$onset, design$models$onset, "active", nrow(persons))
  persons$T_RESOLVED <- at("resolved")
  persons$T_RECHALLENGE <- at("rechallenged")
  persons$T_RECURRENT <- at("recurrent")
  persons$T_PROG <- at("progressed")
  persons$T_DEATH <- at("dead")
  persons
}

perioperative_course <- function(persons, paths, design, seed) {
  model <- design$models$disease
  at <- function(...) first_entry(paths$disease, model, ..., n = nrow(persons))
  persons$COHORT <- ifelse(persons$person <= design$patients, "discovery", "validation")
  persons$T_LOCAL <- at("recurred.local")
  persons$T_DISTANT <- at("recurred.distant")
  persons$T_PROG <- pmin(persons$T_LOCAL, persons$T_DISTANT, na.rm = TRUE)
  persons$T_DEATH <- at("dead")
  persons$T_PRIMARY <- first_entry(paths$primary, design$models$primary, "primary", nrow(persons))
  persons
}

cohort_courses <- list(
  biomarker_cohort = immunotherapy_course, guided_therapy = guided_course, rechallenge = rechallenge_course,
  perioperative = perioperative_course, irae_risk = immunotherapy_course
)

# ---- follow-up ----

# Until death, loss or the data cut; who enters late cannot be lost before.
follow_persons <- function(persons, design, seed) {
  gap <- cohort_draws(seed, "dropout", persons$person, 1, "exponential")[, 1]
  entered <- if (is.null(persons$DELAY)) 0 else persons$DELAY
  persons$T_LOST <- entered + gap * days_per_month / design$dropout
  persons$T_CUT <- as.numeric(design$cut - persons$STARTDT)
  end <- pmin(persons$T_DEATH, persons$T_LOST, na.rm = TRUE)
  persons$LAST <- floor(pmin(end, persons$T_CUT))
  persons$DIED <- !is.na(persons$T_DEATH) & persons$T_DEATH <= end & floor(persons$T_DEATH) <= persons$T_CUT
  persons
}

# ---- visits ----

# Visits as planned, shifted within their window; what comes after the last day of follow-up does not happen.
draw_visits <- function(persons, design, seed) {
  weeks <- visit_weeks(design)
  each <- length(weeks)
  n <- nrow(persons)
  shift <- round(design$visit_delay * cohort_draws(seed, "visits", persons$person, each, "normal"))
  shift <- pmin(pmax(shift, -design$visit_window), design$visit_window)
  missed <- cohort_draws(seed, "missed", persons$person, each) < design$visit_missed
  planned <- rep(7 * weeks, each = n)
  day <- planned + as.vector(shift)
  row <- rep(seq_len(n), each)
  keep <- which(day <= persons$LAST[row])
  keep <- keep[order(row[keep])]
  person <- c(persons$person, persons$person[row[keep]])
  visit <- c(rep(0L, n), (keep - 1L) %/% n + 1L)
  order <- order(person, visit)
  day[missed] <- NA
  list2DF(list(
    person = person[order], visit = visit[order], AVISIT = visit_names(design)[visit[order] + 1],
    planned = c(rep(0, n), planned[keep])[order], day = c(persons$BASELINE_DAY, day[keep])[order]
  ))
}

visit_weeks <- function(design) seq(design$visit_weeks, design$last_visit + 1e-9, by = design$visit_weeks)

visit_names <- function(design) {
  weeks <- visit_weeks(design)
  if (design$kind == "irae_risk") {
    return(paste0("V", seq_len(length(weeks) + 1)))
  }
  c("Baseline", paste("Week", vapply(weeks, format_plain, "")))
}

# The first visit that shows the progression.
see_progression <- function(persons, visits) {
  shows <- which(visits$visit > 0 & visits$day >= persons$T_PROG[match(visits$person, persons$person)])
  shows <- shows[!duplicated(visits$person[shows])]
  persons$PROG_SEEN <- rep(NA_real_, nrow(persons))
  persons$PROG_SEEN[match(visits$person[shows], persons$person)] <- visits$day[shows]
  persons
}

# ---- response ----

# Who is free of progression, alive, followed and seen at the visit that would show it responds with the
# probability that makes the planted proportion that of all: more likely, the longer the patient is to stay
# free of progression. Of the others some show pseudoprogression.
draw_response <- function(persons, visits, design, seed) {
  if (is.null(design$orr)) {
    return(persons)
  }
  u <- cohort_draws(seed, "response", persons$person, 4)
  visit <- response_visit(design, persons$GROUP, u[, 4])
  able <- able_at(visit, persons, visits, design)
  chance <- response_chance(design)[persons$GROUP]
  luck <- response_luck(design, persons, response_day(design, visit), u[, 1])
  persons$RESPONDER <- able & luck < chance
  persons$RESPONSE_VISIT <- ifelse(persons$RESPONDER, visit, NA)
  lasts <- beyond(persons$T_PROG, response_day(design, visit + 1))
  persons$COMPLETE <- persons$RESPONDER & lasts & u[, 2] < design$complete
  able <- able_at(1, persons, visits, design) & beyond(persons$T_PROG, 3 * response_day(design, 1))
  persons$PSEUDO <- able & !persons$RESPONDER & u[, 3] < design$pseudoprogression
  persons
}

# Uniform among those of a group who are free of progression on a day, and the lower, the longer they stay so:
# their share of the remaining time to progression or death has a normal score, to which chance is added.
response_luck <- function(design, persons, day, uniform) {
  left <- log_free(design, persons$GROUP, pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE)) -
    log_free(design, persons$GROUP, day)
  share <- pmin(pmax(exp(left), 1e-12), 1 - 1e-12)
  rho <- design$response_prognosis
  stats::pnorm(rho * stats::qnorm(share) + sqrt(1 - rho^2) * stats::qnorm(uniform))
}

able_at <- function(visit, persons, visits, design) {
  day <- response_day(design, visit)
  done <- !is.na(visits$day)
  key <- function(person, visit) most_things * person + visit
  seen <- key(persons$person, visit) %in% key(visits$person, visits$visit)[done]
  beyond(persons$T_PROG, day) & beyond(persons$T_DEATH, day) & persons$T_LOST > day & persons$T_CUT >= day &
    seen
}

beyond <- function(time, day) is.na(time) | time > day

# ---- treatment ----

# The last day of study treatment; NA while it goes on.
stop_treatment <- function(persons, design, seed) {
  u <- cohort_draws(seed, "therapies", persons$person, 3)
  end <- treatment_ends[[design$kind]](persons, u, design)
  stopped <- !is.na(end) & end <= persons$LAST
  persons$T_STOP <- ifelse(stopped, end, ifelse(persons$DIED, persons$LAST, NA))
  pause_treatment(persons, u[, 3], design)
}

# The first irAE may interrupt the treatment until it resolves, if it does so while treatment goes on.
pause_treatment <- function(persons, u, design) {
  if (is.null(design$irae_pause)) {
    return(persons)
  }
  from <- floor(persons$T_IRAE)
  to <- floor(persons$T_RESOLVED)
  until <- pmin(persons$T_STOP, persons$LAST, na.rm = TRUE)
  pauses <- (u < design$irae_pause & from > 0 & to > from & to <= until) %in% TRUE
  persons$T_PAUSE <- ifelse(pauses, from, NA)
  persons$T_RESUME <- ifelse(pauses, to, NA)
  persons
}

# The progression that was seen, an irAE that stops it, or another reason.
immunotherapy_end <- function(persons, u, design) {
  irae <- if (is.null(design$irae_stop)) NA else ifelse(u[, 2] < design$irae_stop, persons$T_IRAE, NA)
  floor(pmin(waiting_time(u[, 1], design$treatment_stop), irae, persons$PROG_SEEN, na.rm = TRUE))
}

# The first treatment ended with the irAE; the second one lasts until a recurrence or progression.
rechallenge_end <- function(persons, u, design) {
  again <- persons$T_RECHALLENGE
  end <- pmin(again + waiting_time(u[, 1], design$treatment_stop), persons$T_RECURRENT, na.rm = TRUE)
  end <- pmax(pmin(end, persons$PROG_SEEN, na.rm = TRUE), again)
  ifelse(!is.na(again) & floor(again) <= persons$LAST, floor(end), 0)
}

waiting_time <- function(uniform, monthly_rate) -log(uniform) * days_per_month / monthly_rate

treatment_ends <- list(
  biomarker_cohort = immunotherapy_end, guided_therapy = immunotherapy_end, irae_risk = immunotherapy_end,
  rechallenge = rechallenge_end, perioperative = function(persons, u, design) rep(-21, nrow(persons))
)
