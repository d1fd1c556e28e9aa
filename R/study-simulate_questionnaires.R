# Simulated PROMIS-29 forms and ECOG grades. A person's T-scores share a part between domains and between
# visits; they worsen towards progression, and by group from the first visit after the start on. The answers
# add up to the sum whose T-score lies nearest.

simulate_questionnaires <- function(design, cohort, seed) {
  if (is.null(design$qs_missing)) {
    return(NULL)
  }
  visits <- forms_filled(design, cohort, seed)
  scores <- latent_scores(design, cohort, visits, seed)
  table <- promis_scores(design$promis_version)
  sums <- nearest_sums(scores, table)
  long <- if (design$qs_form == "items") {
    item_rows(sums, scores, cohort$persons$person[visits$row], visits$visit, seed)
  } else {
    score_rows(sums, scores, table)
  }
  persons <- rows_at(cohort$persons[c("USUBJID", "STARTDT")], visits$row)
  date <- persons$STARTDT + visits$day
  data.frame(
    USUBJID = persons$USUBJID[long$form], ADT = date[long$form], AVISIT = visits$AVISIT[long$form],
    QSCAT = rep(paste("PROMIS-29 Profile", design$promis_version), length(long$form)), QSTESTCD = long$test,
    AVAL = long$value
  )
}

# ---- which forms ----

# Visits that took place while the person was followed; `row` is hers in the persons. Scans may be older than
# the enrolment, forms are not.
visits_done <- function(cohort) {
  visits <- cohort$visits
  visits$row <- match(visits$person, cohort$persons$person)
  done <- !is.na(visits$day) & floor(visits$day) <= floor(cohort$persons$LAST[visits$row])
  visits <- visits[done, , drop = FALSE]
  enrolled <- as.numeric(cohort$persons$ENRLDT - cohort$persons$STARTDT)[visits$row]
  visits$day <- pmax(floor(visits$day), pmin(enrolled, 0))
  visits[order(visits$row, visits$visit), , drop = FALSE]
}

forms_filled <- function(design, cohort, seed) {
  visits <- visits_done(cohort)
  u <- draw_things(seed, "questionnaires", visits$person, visits$visit, 1)
  visits[u[, 1] >= design$qs_missing, , drop = FALSE]
}

# ---- how bad it is ----

# T-scores before they are rounded to those that exist: forms x domains.
latent_scores <- function(design, cohort, visits, seed) {
  severity <- design$qs_sd * standard_severity(design, cohort, visits, seed) +
    planted_worsening(design, cohort, visits)
  worse <- promis_domains$worse
  mean <- design$qs_mean[promis_domains$code]
  rep(mean, each = nrow(severity)) + severity * rep(worse, each = nrow(severity))
}

# Standard normal for each form and domain: of the person the share `qs_correlation`, and of that the share
# `qs_domain_correlation` common to her domains; likewise of the visit.
standard_severity <- function(design, cohort, visits, seed) {
  n <- nrow(promis_domains)
  shared <- sqrt(design$qs_domain_correlation)
  own <- sqrt(1 - design$qs_domain_correlation)
  mix <- function(z) shared * z[, 1] + own * z[, 1 + seq_len(n), drop = FALSE]
  person <- mix(draw_persons(seed, "questionnaire_person", cohort$persons$person, n + 1, "normal"))
  # The first number of the visit's stream decided whether the form is there.
  visit <- draw_things(seed, "questionnaires", visits$person, visits$visit, n + 2, "normal")
  visit <- mix(visit[, -1, drop = FALSE])
  sqrt(design$qs_correlation) * person[visits$row, , drop = FALSE] + sqrt(1 - design$qs_correlation) * visit
}

# Units of T by which every domain is worse than it would be: rising over the days before progression, and by
# group.
planted_worsening <- function(design, cohort, visits) {
  persons <- rows_at(cohort$persons[intersect(c("T_PROG", "GROUP"), names(cohort$persons))], visits$row)
  lead <- (visits$day - (persons$T_PROG - design$qs_lead_days)) / design$qs_lead_days
  towards <- ifelse(is.na(lead), 0, pmin(pmax(lead, 0), 1))
  design$qs_worsening * towards + (visits$day > 0) * group_shift(design, persons)
}

# Groups may be named; numbers without names go to the groups in their order, one number to all but the first.
group_shift <- function(design, persons) {
  shift <- design$qs_group
  groups <- names(design$groups)
  if (is.null(groups)) {
    return(0)
  }
  if (is.null(names(shift))) {
    shift <- if (length(shift) == 1) c(0, rep(shift, length(groups) - 1)) else rep_len(shift, length(groups))
    names(shift) <- groups
  }
  shift <- unname(shift[as.character(persons$GROUP)])
  ifelse(is.na(shift), 0, shift)
}

# ---- answers ----

# The sums of items whose T-scores lie nearest: forms x domains.
nearest_sums <- function(scores, table) {
  for (k in seq_len(ncol(scores))) {
    exists <- table[, k]
    scores[, k] <- 4 + findInterval(scores[, k], (exists[-1] + exists[-length(exists)]) / 2)
  }
  scores
}

pain_intensity <- function(scores) {
  pmin(pmax(round((scores[, promis_domains$code == "PAIN"] - 41.6) / 3.4), 0), 10)
}

score_rows <- function(sums, scores, table) {
  n <- nrow(sums)
  value <- vapply(seq_len(ncol(sums)), function(k) table[sums[, k] - 3, k], numeric(n))
  value <- cbind(matrix(value, n), pain_intensity(scores))
  long_rows(value, c(paste0("T_", promis_domains$code), promis_pain_intensity))
}

item_rows <- function(sums, scores, person, visit, seed) {
  u <- draw_things(seed, "questionnaire_items", person, visit, 4 * ncol(sums))
  answers <- lapply(seq_len(ncol(sums)), function(k) {
    answers_of(sums[, k], u[, 4 * (k - 1) + 1:4, drop = FALSE])
  })
  items <- unlist(strsplit(promis_domains$items, " ", fixed = TRUE))
  long_rows(cbind(do.call(cbind, answers), pain_intensity(scores)), c(items, promis_pain_intensity))
}

# Four answers from 1 to 5 with the given sum, as even as it allows, who is above by lot.
answers_of <- function(sum, u) {
  rank <- 1 + (u[, c(2, 1, 1, 1)] < u) + (u[, c(3, 3, 2, 2)] < u) + (u[, c(4, 4, 4, 3)] < u)
  sum %/% 4 + (rank <= sum %% 4)
}

long_rows <- function(values, tests) {
  list(
    form = rep(seq_len(nrow(values)), each = ncol(values)), test = rep(tests, nrow(values)),
    value = as.vector(t(values))
  )
}

# ---- ECOG ----

# Grade at baseline; steps of one up or down; one grade more within `ecog_death_days` before death and two in
# the last third of them. Grade 5 is death and no visit.
simulate_performance_status <- function(design, cohort, seed) {
  visits <- visits_done(cohort)
  persons <- rows_at(cohort$persons[c("USUBJID", "STARTDT", "T_DEATH")], visits$row)
  u <- draw_things(seed, "performance", visits$person, visits$visit, 3)
  grade <- ecog_baseline(design, cohort, seed)[visits$row] + ecog_drift(design, visits, u)
  left <- persons$T_DEATH - visits$day
  near <- !is.na(left) & visits$day > 0
  grade <- grade + (near & left <= design$ecog_death_days) + (near & left <= design$ecog_death_days / 3)
  table <- data.frame(
    USUBJID = persons$USUBJID, ADT = persons$STARTDT + visits$day, AVISIT = visits$AVISIT,
    AVAL = pmin(pmax(grade, 0), 4)
  )[u[, 3] >= design$ecog_missing, , drop = FALSE]
  rownames(table) <- NULL
  table
}

ecog_baseline <- function(design, cohort, seed) {
  if (!is.null(cohort$persons[["ECOG"]])) {
    return(as.numeric(cohort$persons$ECOG))
  }
  u <- draw_persons(seed, "performance_person", cohort$persons$person, 1)
  pick(u[, 1], design$ecog_start) - 1
}

# The sum of the steps so far: in the time since the last visit one step with the chance that the rate gives,
# worse in two of three cases.
ecog_drift <- function(design, visits, u) {
  first <- !duplicated(visits$row)
  gap <- ifelse(first, 0, visits$day - c(0, visits$day[-nrow(visits)]))
  step <- (u[, 1] < 1 - exp(-design$ecog_drift * gap / 365.25)) * ifelse(u[, 2] < 2 / 3, 1, -1)
  total <- cumsum(step)
  start <- total[first] - step[first]
  total - rep(start, diff(c(which(first), length(first) + 1)))
}
