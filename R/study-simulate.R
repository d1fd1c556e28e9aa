#' Simulate a whole study
#'
#' Draws a study as its description says: patients who enter by calendar date, visits that are early, late or
#' missed, lesions, therapies, deaths, adverse events, questionnaires, performance status, variants and marker
#' samples, as the tables that [study()] takes. The truth is kept beside the data: [study_truth()] gives the
#' planted quantities and the latent times of each patient, [true_values()] the exact curves of a design.
#'
#' Whatever a patient has depends on the seed and the patient's number only: more patients leave those before
#' them as they were, and the number of threads does not matter.
#'
#' @section Model: what happens to a patient is a path of states with piecewise constant hazards (see
#'   [study_designs]). The progression at time \eqn{T} is seen at the first visit on or after \eqn{T}. It
#'   shows by target growth, unequivocal progression of non-target lesions, or a new lesion. The sum of the
#'   targets is \deqn{B \{d + (1 - d) e^{-st}\}}
#'   until resistance, where \eqn{B} is the sum at baseline, \eqn{d} the part that stays and \eqn{s} the rate
#'   of shrinkage, then grows exponentially such that, without measurement error, it is 20 % and 5 mm above
#'   its nadir at \eqn{T}; after it lesions grow ever more slowly towards 250 mm. Target lymph nodes have a
#'   short axis of 15 mm or more at baseline; in a complete response they become normal, below 10 mm but not
#'   0, while other lesions vanish. Targets that cannot be evaluated have no size; the baseline and the scan
#'   that shows the progression are complete. With `lesion_noise = 0` sizes are exact; otherwise they are
#'   recorded in tenths of a mm.
#' @section Time zero: the first dose; in the design of rechallenge the onset of the first irAE (`IRAEDT`), in
#'   the perioperative one the operation (`SURGDT`).
#' @section Pseudoprogression: such patients have grown by 20 % at the first visit and respond afterwards.
#'   They are not among the planted responders, and by RECIST 1.1 their progression is at the first visit,
#'   before the latent one.
#' @section Columns beyond those of [study()]: `adverse_events` have `IRAEFL` (immune-related), `AEORGAN` (its
#'   organ), `AEGRPID` (the episode: one that worsens has a record for each grade), `AESEQ`, `AEACN` (what was
#'   done with the treatment), `AEMANAGE` (how an immune-related event was treated), `AEOUT`, and `AERECUR`:
#'   `"first"`, and of later ones `"same organ"`, `"distinct organ"` or `"both"`. `questionnaires` have
#'   `QSCAT`; `QSTESTCD` is `T_PF`, `T_ANX`, `T_DEP`, `T_FAT`, `T_SLEEP`, `T_SOCIAL`, `T_PAIN` and `Global07`,
#'   or the 28 items with `qs_form = "items"`. `samples` have `BLQFL` (`"Y"`: below the limit of detection,
#'   which `AVAL` is then) and `REASON` (`"scheduled"` or `"event"`); `variants` have `VARIANT`, `VAF`,
#'   `ACTFL` (leads to a therapy), `THERAPY` and, with guided therapy, `GUIDEFL` (it was begun; it is `CMTRT`
#'   of `therapies`).
#' @param design A description, such as [design_guided_therapy()].
#' @param seed A whole number from 0 to 2^53 - 1, which is kept in the result; `NULL` draws one from R's own
#'   generator, so that `set.seed()` governs.
#' @param faults Names of faults to plant, of [study_fault_names()], or `NULL`. [check_study()] finds each.
#' @param as `"study"`, or `"tables"` for the arguments of [study()]. With `faults` it is always the tables,
#'   because many faults make the data unusable.
#' @return A study, whose `tte` also has `simulated` (kind, seed) and `truth`; or a list of class
#'   `tte_tables`, the arguments of [study()] by name, with the attributes `truth` and `spoilt`: a data frame
#'   with `fault`, `table`, `column`, `code` (the fault that [check_study()] lists), `severity` and the
#'   list-columns `rows` and `persons`.
#' @section Errors: `tte_error_input` for what is no design, no seed or no fault, and if a patient enters
#'   after the data cut.
#' @seealso [study_designs], [study_truth()], [true_values()], [check_study()]
#' @examples
#' trial <- simulate_study(design_guided_therapy(patients = 40), seed = 1)
#' trial
#' spoilt <- simulate_study(design_guided_therapy(patients = 40), seed = 1, faults = "duplicate rows")
#' do.call(check_study, spoilt)
#' @export
simulate_study <- function(design, seed = NULL, faults = NULL, as = c("study", "tables")) {
  if (missing(as)) as <- "study"
  if (missing(design)) design <- NULL
  abort_input(rbind(
    description_faults(design), seed_faults(seed), check_choice(as, "as", c("study", "tables")),
    fault_name_faults(faults, design)
  ))
  if (is.null(seed)) seed <- floor(stats::runif(1) * 2^31)
  cohort <- simulate_cohort(design, seed)
  tables <- make_tables(design, cohort, seed)
  truth <- list(
    design = design, seed = seed, persons = truth_persons(cohort$persons), paths = cohort$paths
  )
  arguments <- c(tables, study_arguments(design, tables))
  if (length(faults) > 0) {
    return(spoil_tables(arguments, faults, truth))
  }
  if (as == "tables") {
    return(new_tables(arguments, truth, NULL))
  }
  made <- do.call(study, arguments)
  made$tte$simulated <- list(kind = design$kind, seed = seed)
  made$tte$truth <- truth
  made$tte$data_cut <- design$cut
  made
}

# A description whose values were altered afterwards no longer has the hazards that follow from them.
description_faults <- function(design) {
  faults <- design_class_faults(design)
  if (!is.null(faults)) {
    return(faults)
  }
  faults <- term_faults(design$kind, unclass(design)[terms_of(design$kind)$argument])
  if (is.null(faults)) faults <- rbind(joint_faults(design), response_faults(design))
  if (is.null(faults) && !isTRUE(all.equal(design_models[[design$kind]](design)$models, design$models))) {
    faults <- fault("design", "not_a_choice", "was altered, so its hazards are not those of its quantities",
      remedy = sprintf("Give the quantity to design_%s().", design$kind)
    )
  }
  faults
}

design_class_faults <- function(design) {
  if (!inherits(design, "tte_design")) {
    fault("design", "wrong_type", "must be a description of a study",
      remedy = "For example design_guided_therapy()."
    )
  }
}

seed_faults <- function(seed) {
  whole <- is.numeric(seed) && length(seed) == 1 && is.finite(seed) && seed >= 0 && seed < 2^53 &&
    seed == floor(seed)
  if (!is.null(seed) && !whole) fault("seed", "not_whole", "must be one whole number, 0 to 2^53 - 1")
}

# The tables of a study that are asked for (all without `tables`), as study() takes them.
simulate_tables <- function(design, seed, tables = NULL) {
  make_tables(design, simulate_cohort(design, seed), seed, tables)
}

make_tables <- function(design, cohort, seed, tables = NULL) {
  wanted <- if (is.null(tables)) names(table_generators) else tables
  made <- lapply(table_generators[wanted], function(make) make(design, cohort, seed))
  partial_dates(Filter(Negate(is.null), made), design, cohort, seed)
}

table_generators <- list(
  subjects = function(...) simulate_subjects(...), vital_status = function(...) simulate_vital_status(...),
  exposure = function(...) simulate_exposure(...), lesions = function(...) simulate_lesions(...),
  assessments = function(...) simulate_assessments(...), therapies = function(...) simulate_therapies(...),
  procedures = function(...) simulate_procedures(...),
  adverse_events = function(...) simulate_adverse_events(...),
  questionnaires = function(...) simulate_questionnaires(...),
  performance_status = function(...) simulate_performance_status(...),
  variants = function(...) simulate_variants(...), samples = function(...) simulate_samples(...),
  schedule = function(...) simulate_schedule(...)
)

# What study() must be told beside the tables. A small study may lack a group.
study_arguments <- function(design, tables) {
  arms <- if (is.null(design$groups)) {
    list(arm = NULL)
  } else {
    list(arm = "TRT01P", arms = intersect(names(design$groups), tables$subjects$TRT01P))
  }
  own <- list(
    rechallenge = list(start = "IRAEDT", entry_condition = "irAE"),
    perioperative = list(start = "SURGDT", measured = c(CTSCORE = "CTDT"))
  )[[design$kind]]
  c(list(design = "cohort"), arms, own)
}

new_tables <- function(arguments, truth, spoilt) {
  truth$spoilt <- spoilt
  structure(arguments, class = "tte_tables", truth = truth, spoilt = spoilt)
}

truth_persons <- function(persons) {
  persons[setdiff(names(persons), c("U_START", "BIRTH_DAY", "BASELINE_DAY"))]
}

# ---- subjects ----

simulate_subjects <- function(design, cohort, seed) {
  persons <- cohort$persons
  common <- data.frame(
    STUDYID = rep(paste("SIMULATED", gsub("_", " ", design$kind)), nrow(persons)),
    USUBJID = persons$USUBJID, AGE = persons$AGE, SEX = persons$SEX, ECOGBL = persons$ECOG,
    BRTHDT = persons$STARTDT - floor(365.25 * persons$AGE) - persons$BIRTH_DAY, ENRLDT = persons$ENRLDT
  )
  common$TRT01P <- persons$GROUP
  common$SITEID <- persons$SITE
  common[c("TRTSDT", "TRTEDT")] <- treated_from_to(design, persons)
  ended <- persons$LAST < persons$T_CUT | persons$DIED
  common$EOSDT <- as.Date(ifelse(ended, persons$STARTDT + persons$LAST, NA), origin = "1970-01-01")
  common$EOSSTT <- ifelse(ended, "DISCONTINUED", "ONGOING")
  common$DCSREAS <- ifelse(persons$DIED, "DEATH", ifelse(ended, "LOST TO FOLLOW-UP", NA))
  own <- subject_columns[[design$kind]](design, persons, seed)
  common[names(own)] <- own
  common
}

treated_from_to <- function(design, persons) {
  first <- switch(design$kind,
    rechallenge = -floor(persons$T_ONSET),
    perioperative = neoadjuvant_start(persons),
    rep(0, nrow(persons))
  )
  list(persons$STARTDT + first, persons$STARTDT + persons$T_STOP)
}

known_by <- function(day, value, persons) {
  value[day > persons$LAST] <- NA
  value
}

subject_columns <- list(
  biomarker_cohort = function(design, persons, seed) list(),
  irae_risk = function(design, persons, seed) list(AUTOIMFL = yes_no(persons$AUTOIMMUNE)),
  guided_therapy = function(design, persons, seed) {
    report <- ceiling(7 * design$report_weeks)
    list(
      SEQDT = known_by(report, persons$STARTDT + report, persons),
      ACTIONFL = known_by(report, yes_no(persons$ACTIONABLE), persons)
    )
  },
  rechallenge = function(design, persons, seed) list(IRAEDT = persons$STARTDT),
  perioperative = function(design, persons, seed) {
    u <- cohort_draws(seed, "therapies", persons$person, 8)
    ct <- design$ct_days[1] + floor((diff(design$ct_days) + 1) * u[, 1])
    plasma <- plasma_day(design, persons, seed)
    rho <- design$ct_correlation
    score <- rho * persons$SCORE_PROG + sqrt(1 - rho^2) * stats::qnorm(u[, 2])
    list(
      SURGDT = persons$STARTDT, COHORT = persons$COHORT, STAGE = persons$STAGE, MPRFL = yes_no(persons$MPR),
      CTDT = known_by(ct, persons$STARTDT + ct, persons), CTSCORE = known_by(ct, round(score, 3), persons),
      PLASMADT = known_by(plasma, persons$STARTDT + plasma, persons)
    )
  }
)

simulate_vital_status <- function(design, cohort, seed) {
  persons <- cohort$persons
  last <- persons$STARTDT + persons$LAST
  progressed <- (persons$T_PROG < persons$T_DEATH) %in% TRUE
  data.frame(
    USUBJID = persons$USUBJID, DTHFL = yes_no(persons$DIED),
    DTHDT = as.Date(ifelse(persons$DIED, last, NA), origin = "1970-01-01"),
    DTHCAUS = ifelse(!persons$DIED, NA, ifelse(progressed, "Disease progression", "Other")), LSTALVDT = last
  )
}

simulate_schedule <- function(design, cohort, seed) {
  names <- visit_names(design)
  data.frame(
    AVISIT = names, TARGET_DAY = c(0, 7 * visit_weeks(design)),
    WINDOW_DAYS = c(28, rep(design$visit_window, length(names) - 1))
  )
}

#' @export
print.tte_tables <- function(x, ...) {
  truth <- attr(x, "truth")
  tables <- intersect(schema_tables, names(x))
  cat(sprintf(
    "Tables of a simulated study (%s, seed %s): arguments of study()\n", truth$design$kind, format(truth$seed)
  ))
  rows <- vapply(tables, function(name) NROW(x[[name]]), 1L)
  print(data.frame(table = tables, rows = rows), row.names = FALSE)
  spoilt <- attr(x, "spoilt")
  if (!is.null(spoilt)) {
    cat("\nFaults planted:\n")
    rows <- lengths(spoilt$rows)
    cat(sprintf("  %s: %s, %s (%d rows)\n", spoilt$fault, spoilt$table, spoilt$column, rows), sep = "")
  }
  invisible(x)
}
