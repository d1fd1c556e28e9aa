# Small studies for tests.

# `n` subjects, half of them in each arm, one joining every day from 2024-01-01 on, treated from the day
# after; each alive 200 days later. `...` adds or replaces columns.
study_subjects <- function(n = 4, ...) {
  day <- as.Date("2024-01-01") + seq_len(n) - 1
  subjects <- data.frame(
    USUBJID = sprintf("S%02d", seq_len(n)), TRT01P = rep_len(c("Placebo", "Drug X"), n), RANDDT = day,
    TRTSDT = day + 1, LSTALVDT = day + 200
  )
  given <- list(...)
  subjects[names(given)] <- given
  subjects
}

# Overall responses of each subject from a string per subject: c(S01 = "SD PR PD") gives a visit every
# `every` days after the randomisation; "-" is a missed visit (no row).
study_visits <- function(words, subjects = study_subjects(), every = 42) {
  said <- strsplit(words, " +")
  rows <- Map(function(id, result) {
    date <- subjects$RANDDT[match(id, subjects$USUBJID)] + every * seq_along(result)
    data.frame(
      USUBJID = id, ADT = date, AVISIT = paste("Visit", seq_along(result)), PARAMCD = "OVR",
      AVALC = result
    )[result != "-", ]
  }, names(words), said)
  rows <- do.call(rbind, unname(rows))
  rownames(rows) <- NULL
  rows
}

# Scans of lesions: `sizes` is a list with a vector of mm for each lesion of one person, the first value at
# baseline (the day of randomisation less one), the others every `every` days.
study_lesions <- function(id, sizes, subjects = study_subjects(), every = 42, group = "TARGET",
                          organ = "LIVER", nodal = "N") {
  zero <- subjects$RANDDT[match(id, subjects$USUBJID)]
  rows <- Map(function(lesion, mm, group, organ, nodal) {
    visit <- seq_along(mm) - 1
    data.frame(
      USUBJID = id, TRLNKID = lesion, ADT = zero + ifelse(visit == 0, -1, every * visit),
      AVISIT = ifelse(visit == 0, "Baseline", paste("Visit", visit)), TRGRPID = group, TRLOC = organ,
      NODAL = nodal, AVAL = mm
    )
  }, names(sizes), sizes, group, organ, nodal)
  rows <- do.call(rbind, unname(rows))
  rownames(rows) <- NULL
  rows
}

small_study <- function(subjects = study_subjects(), ..., design = "randomised",
                        arms = c("Placebo", "Drug X")) {
  study(subjects = subjects, ..., design = design, arms = arms)
}

study_faults_of <- function(expr) tryCatch(expr, tte_error_input = function(e) e$faults)
