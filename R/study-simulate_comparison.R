# The comparison cohort of a study of irAE risk: patients with a systemic autoimmune disease who never get a
# checkpoint inhibitor. They are a study of their own, because no endpoint of the treated patients may count
# them; what the two studies share is the assay.

#' @rdname simulate_study
#' @param x A study, or the tables, that `simulate_study()` made of [design_irae_risk()].
#' @section Comparison cohort: `comparison_cohort()` gives the patients with systemic autoimmune disease whom
#'   a study of irAE risk compares its marker levels with. They get no checkpoint inhibitor, so they are no
#'   rows of the study itself: an endpoint, a response rate or a count of patients there is of treated
#'   patients alone. Their study counts from enrolment (`ENRLDT`), in remission; `samples` are taken that day
#'   (`AVISIT` `"Remission"`) and within two days of the first flare (`"Flare"`, on `FLAREDT`), if it comes
#'   before they are lost and before the data cut. Nobody dies. `AUTODIS` is the diagnosis. The seed is that
#'   of `x`, so the markers have the same scales and limits of detection, and
#'   `rbind(x$samples, comparison_cohort(x)$samples)` can be compared; `COHORT` says who is who, and `PARCAT1`
#'   which markers are of the interferon type: those that carry `SCORE_IRAE`, and that lie higher at remission
#'   and at flare.
#' @return `comparison_cohort()`: the study of that cohort, or its tables; [study_truth()] reads it too.
#' @examples
#' risk <- simulate_study(design_irae_risk(patients = 50, n_markers = 6, signal_markers = 2), seed = 2)
#' others <- comparison_cohort(risk)
#' levels <- rbind(risk$samples, others$samples)
#' first <- levels[levels$PARAMCD == "M0001" & levels$AVISIT %in% c("V1", "Remission", "Flare"), ]
#' tapply(log(first$AVAL), first$AVISIT, mean)
#' @export
comparison_cohort <- function(x, as = c("study", "tables")) {
  if (missing(as)) as <- "study"
  truth <- study_truth(if (!missing(x)) x)
  abort_input(rbind(comparison_faults(truth$design), check_choice(as, "as", c("study", "tables"))))
  design <- truth$design
  persons <- comparison_persons(design, truth$seed)
  arguments <- c(
    comparison_tables(design, persons, truth$seed), list(design = "cohort", arm = NULL, start = "ENRLDT")
  )
  truth <- list(design = design, seed = truth$seed, persons = persons)
  if (as == "tables") {
    return(new_tables(arguments, truth, NULL))
  }
  made <- do.call(study, arguments)
  made$tte$simulated <- list(kind = design$kind, seed = truth$seed)
  made$tte$truth <- truth
  made$tte$data_cut <- design$cut
  made
}

comparison_faults <- function(design) {
  if (design$kind != "irae_risk") {
    fault("x", "wrong_type", "has no comparison cohort", remedy = "Simulate design_irae_risk().")
  } else if (design$comparison == 0) {
    fault("x", "no_rows", "has nobody in its comparison cohort", remedy = "Set comparison above 0.")
  }
}

# Systemic autoimmune diseases: how often each is met.
autoimmune_diseases <- c(
  "Systemic lupus erythematosus" = 0.35, "Sjogren disease" = 0.25, "Rheumatoid arthritis" = 0.15,
  "Systemic sclerosis" = 0.15, "Idiopathic inflammatory myopathy" = 0.10
)

# Their numbers come down from the largest there is, so no treated patient has the same stream. They enter
# evenly over the time in which the patients are expected to.
comparison_persons <- function(design, seed) {
  k <- seq_len(design$comparison)
  person <- .Machine$integer.max %/% most_things + 1L - k
  u <- cohort_draws(seed, "baseline", person, 10)
  entered <- design$first_patient + floor(u[, 1] * recruitment_days(design))
  flare <- waiting_time(u[, 2], design$flare)
  lost <- waiting_time(u[, 3], design$dropout)
  cut <- as.numeric(design$cut - entered)
  data.frame(
    person = person, USUBJID = sprintf("A%06d", k), COHORT = cohort_words[["comparison"]],
    AUTODIS = names(autoimmune_diseases)[pick(u[, 4], autoimmune_diseases)],
    SEX = c("F", "M")[pick(u[, 5], c(0.85, 0.15))],
    AGE = round(pmin(pmax(48 + 14 * stats::qnorm(u[, 6]), 18), ages$high)), BIRTH_DAY = floor(365 * u[, 7]),
    SITE = names(design$centres)[pick(u[, 8], design$centres)], SCORE_IRAE = stats::qnorm(u[, 9]),
    SCORE_PROG = stats::qnorm(u[, 10]), STARTDT = entered, T_FLARE = ifelse(is.finite(flare), flare, NA),
    T_LOST = lost, T_CUT = cut, LAST = floor(pmin(lost, cut))
  )
}

# Days until as many patients are expected as are to come, at most until the day before the cut.
recruitment_days <- function(design) {
  room <- as.numeric(design$cut - design$first_patient) - 1
  to_come <- function(day) expected_accrual(design, day) - design$patients
  if (to_come(room) <= 0) room else stats::uniroot(to_come, c(0, room), tol = 1e-9)$root
}

comparison_tables <- function(design, persons, seed) {
  ended <- persons$LAST < persons$T_CUT
  last <- persons$STARTDT + persons$LAST
  flare <- ifelse(began(persons$T_FLARE, persons), floor(persons$T_FLARE), NA)
  Filter(Negate(is.null), list(
    subjects = data.frame(
      STUDYID = paste("SIMULATED", gsub("_", " ", design$kind)), USUBJID = persons$USUBJID,
      COHORT = persons$COHORT, AUTODIS = persons$AUTODIS, AGE = persons$AGE, SEX = persons$SEX,
      BRTHDT = persons$STARTDT - floor(365.25 * persons$AGE) - persons$BIRTH_DAY, ENRLDT = persons$STARTDT,
      SITEID = persons$SITE, FLAREDT = persons$STARTDT + flare,
      EOSDT = as.Date(ifelse(ended, last, NA), origin = "1970-01-01"),
      EOSSTT = ifelse(ended, "DISCONTINUED", "ONGOING"), DCSREAS = ifelse(ended, "LOST TO FOLLOW-UP", NA)
    ),
    vital_status = data.frame(USUBJID = persons$USUBJID, DTHFL = "N", LSTALVDT = last),
    samples = if (has_markers(design)) {
      sample_table(design, persons, comparison_samples(design, persons, seed), seed)
    }
  ))
}

# In remission on the day of enrolment, but for the missed ones, and at the first flare.
comparison_samples <- function(design, persons, seed) {
  remission <- draw_things(seed, "samples", persons$person, 1, 1)[, 1] >= design$sample_missed
  flare <- which(began(persons$T_FLARE, persons))
  delay <- floor(3 * draw_things(seed, "samples", persons$person[flare], event_sample_number(1), 1)[, 1])
  row <- c(which(remission), flare)
  day <- c(
    rep(0, sum(remission)), pmin(pmax(floor(persons$T_FLARE[flare]) + delay, 1), persons$LAST[flare])
  )
  taken <- data.frame(
    row = row, day = day, AVISIT = rep(c("Remission", "Flare"), c(sum(remission), length(flare))),
    reason = rep(c("scheduled", "event"), c(sum(remission), length(flare)))
  )
  taken[order(taken$row, taken$day), , drop = FALSE]
}
