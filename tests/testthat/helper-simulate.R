# Designs and cohorts for tests of what a simulated study is made of.

# The five designs with `n` patients and other quantities of choice; `only` picks some by name.
small_designs <- function(n = 150, only = NULL, ...) {
  fast <- list(patients = n, accrual = max(20, n / 6), ...)
  makers <- list(
    biomarker_cohort = design_biomarker_cohort, guided_therapy = design_guided_therapy,
    rechallenge = design_rechallenge, perioperative = design_perioperative, irae_risk = design_irae_risk
  )
  if (!is.null(only)) makers <- makers[only]
  designs <- lapply(names(makers), function(kind) {
    markers <- if (!kind %in% c("guided_therapy", "rechallenge")) list(n_markers = 12, signal_markers = 3)
    do.call(makers[[kind]], c(fast, markers, if (kind == "perioperative") list(validation = 0)))
  })
  stats::setNames(designs, names(makers))
}

# The smallest table of subjects that goes with other tables of a cohort.
cohort_subjects <- function(cohort) {
  persons <- cohort$persons
  data.frame(
    USUBJID = persons$USUBJID, TRTSDT = persons$STARTDT, ENRLDT = persons$ENRLDT,
    DTHDT = persons$STARTDT + ifelse(persons$DIED, floor(persons$T_DEATH), NA),
    LSTALVDT = persons$STARTDT + persons$LAST
  )
}

# Errors and doubts that check_study() has about the tables of a cohort.
cohort_faults <- function(cohort, ...) {
  found <- check_study(cohort_subjects(cohort), ..., design = "cohort", arm = NULL)
  as.data.frame(found[found$severity != "note", c("severity", "table", "column", "fault", "message")])
}

# The first `n` persons of a cohort and what belongs to them.
first_persons <- function(table, cohort, n) {
  kept <- table[table$USUBJID %in% cohort$persons$USUBJID[seq_len(n)], , drop = FALSE]
  rownames(kept) <- NULL
  kept
}

# A number of standard errors that a seeded test allows: passed by chance in 1 of 15,000 cases.
within_chance <- function(estimate, truth, se, times = 4) all(abs(estimate - truth) <= times * se)
