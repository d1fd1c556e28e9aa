# Simulated treatment: doses, therapies that follow, and procedures. Only what began until the last day of
# follow-up is on record, and what goes on then has no end.

began <- function(time, persons) !is.na(time) & floor(time) <= persons$LAST

day_of <- function(time, persons) persons$STARTDT + floor(time)

# An end that nobody saw is missing.
seen_end <- function(time, persons) {
  time[!is.na(time) & floor(time) > persons$LAST] <- NA
  day_of(time, persons)
}

simulate_exposure <- function(design, cohort, seed) {
  persons <- cohort$persons
  switch(design$kind,
    rechallenge = rechallenge_exposure(persons),
    perioperative = exposure_rows(persons, "Neoadjuvant immunotherapy", neoadjuvant_start(persons), -21),
    guided_therapy = exposure_rows(persons, persons$GROUP, 0, first_therapy_end(persons)),
    paused_exposure(persons)
  )
}

exposure_rows <- function(persons, treatment, from, to) {
  data.frame(
    USUBJID = persons$USUBJID, EXTRT = rep_len(treatment, nrow(persons)), ASTDT = day_of(from, persons),
    AENDT = persons$STARTDT + to
  )
}

neoadjuvant_start <- function(persons) -(63 + floor(42 * persons$U_START))

# The first therapy ends the day before a guided one.
first_therapy_end <- function(persons) {
  guided <- ifelse(began(persons$T_GUIDED, persons), pmax(0, floor(persons$T_GUIDED) - 1), NA)
  pmin(persons$T_STOP, guided, na.rm = TRUE)
}

# The checkpoint inhibitor until the irAE, and again from the rechallenge on.
rechallenge_exposure <- function(persons) {
  first <- exposure_rows(persons, persons$GROUP, -persons$T_ONSET, 0)
  first$ASTDT <- persons$STARTDT - floor(persons$T_ONSET)
  again <- persons[began(persons$T_RECHALLENGE, persons), ]
  treatment <- paste(again$GROUP, "rechallenge", recycle0 = TRUE)
  person_by_person(rbind(first, exposure_rows(again, treatment, again$T_RECHALLENGE, again$T_STOP)), persons)
}

# Until the interruption, and from its end on.
paused_exposure <- function(persons) {
  pauses <- !is.na(persons$T_PAUSE)
  first <- exposure_rows(persons, persons$GROUP, 0, ifelse(pauses, persons$T_PAUSE - 1, persons$T_STOP))
  again <- persons[pauses, ]
  person_by_person(rbind(first, exposure_rows(again, again$GROUP, again$T_RESUME, again$T_STOP)), persons)
}

# Rows person by person, in the order of their dates.
person_by_person <- function(rows, persons) {
  rows <- rows[order(match(rows$USUBJID, persons$USUBJID), rows$ASTDT), ]
  rownames(rows) <- NULL
  rows
}

# Guided therapies (category GUIDED THERAPY) and other anticancer therapy after progression (SYSTEMIC).
simulate_therapies <- function(design, cohort, seed) {
  if (is.null(design$new_therapy)) {
    return(NULL)
  }
  persons <- cohort$persons
  # The first three say when treatment ends or pauses.
  u <- cohort_draws(seed, "therapies", persons$person, 7)[, 4:7, drop = FALSE]
  rows <- rbind(
    if (design$kind == "guided_therapy") guided_rows(persons, seed), later_rows(persons, u, design)
  )
  person_by_person(rows, persons)
}

# The therapy that the person's variant leads to, and after progression on it the one for resistance.
guided_rows <- function(persons, seed) {
  drug <- rows_at(gene_panel, actionable_gene(persons, seed))
  first <- began(persons$T_GUIDED, persons)
  second <- began(persons$T_GUIDED2, persons)
  # Until the progression that was seen, the second therapy, or for good.
  end <- ifelse(persons$PROG_SEEN > persons$T_GUIDED, persons$PROG_SEEN, NA)
  end <- pmin(end, floor(persons$T_GUIDED2) - 1, na.rm = TRUE)
  end <- pmax(end, floor(persons$T_GUIDED))
  guided <- function(take, drug, line, from, to) {
    therapy_rows(persons, take, drug, "GUIDED THERAPY", line, from, to)
  }
  rbind(
    guided(first, drug$therapy, 1L, persons$T_GUIDED, end),
    guided(second, drug$after_resistance, 2L, persons$T_GUIDED2, NA_real_)
  )
}

# Some weeks after the progression was seen, in those who have no guided therapy after it.
later_rows <- function(persons, u, design) {
  begin <- persons$PROG_SEEN + 7 + floor(28 * u[, 1])
  guided <- if (is.null(persons$T_GUIDED)) {
    FALSE
  } else {
    (persons$T_GUIDED > persons$PROG_SEEN) %in% TRUE | !is.na(persons$T_GUIDED2)
  }
  take <- began(begin, persons) & u[, 2] < design$new_therapy & !guided
  drug <- c("Docetaxel", "Gemcitabine", "Platinum doublet")[ceiling(3 * u[, 3])]
  therapy_rows(persons, take, drug, "SYSTEMIC", NA_integer_, begin, begin + 21 + floor(150 * u[, 4]))
}

therapy_rows <- function(persons, take, drug, category, line, from, to) {
  to <- rep_len(to, nrow(persons))
  data.frame(
    USUBJID = persons$USUBJID, CMTRT = drug, CMCAT = rep(category, nrow(persons)),
    CMLINE = rep(line, nrow(persons)), ASTDT = day_of(from, persons), AENDT = seen_end(to, persons)
  )[take, , drop = FALSE]
}

# The biopsy that is sequenced, or the operation.
simulate_procedures <- function(design, cohort, seed) {
  persons <- cohort$persons
  rows <- function(name, category, date) {
    data.frame(
      USUBJID = persons$USUBJID, PRTRT = rep(name, nrow(persons)), PRCAT = rep(category, nrow(persons)),
      ASTDT = date
    )
  }
  switch(design$kind,
    guided_therapy = rows("Biopsy", "BIOPSY", persons$ENRLDT),
    perioperative = rows("Lobectomy", "SURGERY", persons$STARTDT)
  )
}
