# Planted values come back: 200 simulated studies of each design are analysed as a statistician would, and
# their 95 % intervals must cover the true values at their rate. Coverage may be off by 3.3 binomial standard
# errors (0.051), and the mean of the estimates by 3.3 of its own, which a curve that is wrong by 0.012 or a
# hazard ratio wrong by 6 % exceeds.

n_studies <- 200
band <- 3.3 * sqrt(0.95 * 0.05 / n_studies)

# Studies with these seeds: tables and latent persons of all of them, one below the other, with STUDY.
many_studies <- function(design, tables, seeds = seq_len(n_studies)) {
  made <- lapply(seeds, function(seed) {
    cohort <- simulate_cohort(design, seed)
    made <- c(list(persons = cohort$persons), make_tables(design, cohort, seed, tables))
    lapply(made, function(table) {
      table$USUBJID <- paste(seed, table$USUBJID, sep = "-")
      table$STUDY <- seed
      table
    })
  })
  lapply(stats::setNames(nm = names(made[[1]])), function(name) below_each_other(lapply(made, `[[`, name)))
}

# rbind() for many tables of the same columns.
below_each_other <- function(tables) {
  list2DF(lapply(stats::setNames(nm = names(tables[[1]])), function(column) {
    do.call(c, lapply(tables, `[[`, column))
  }))
}

built_study <- function(design, tables) {
  tables <- tables[intersect(names(tables), schema_tables)]
  do.call(study, c(tables, study_arguments(design, tables)))
}

# Estimates of curves, one a study, at some times: list of (estimate, low, high) matrices, studies x times.
curves_at <- function(fit, at) {
  found <- summary(fit, times = at, extend = TRUE)
  shape <- function(x) matrix(x, ncol = length(at), byrow = TRUE)
  list(estimate = shape(found$surv), low = shape(found$lower), high = shape(found$upper))
}

# The same of the incidence of the first cause; every study has its rows of the fit.
incidences_at <- function(fit, at) {
  end <- cumsum(fit$strata)
  row <- t(vapply(seq_along(end), function(k) {
    rows <- seq(end[k] - fit$strata[k] + 1, end[k])
    rows[findInterval(at, fit$time[rows])]
  }, numeric(length(at))))
  shape <- function(x) matrix(x[as.vector(row), 2], nrow(row))
  list(estimate = shape(fit$pstate), low = shape(fit$lower), high = shape(fit$upper))
}

# Log hazard ratios, one row a study.
ratios_of <- function(formula, data, ...) {
  fits <- lapply(split(data, data$STUDY), function(one) {
    fit <- cox(formula, one, ...)
    limits <- stats::confint(fit)
    cbind(stats::coef(fit), limits[, 1], limits[, 2])
  })
  each <- function(k) do.call(rbind, lapply(fits, function(fit) fit[, k]))
  list(estimate = each(1), low = each(2), high = each(3))
}

proportions_of <- function(hit, study) {
  fits <- lapply(split(hit, study), function(one) stats::binom.test(sum(one), length(one)))
  each <- function(read) matrix(vapply(fits, read, numeric(1)))
  list(
    estimate = each(function(fit) unname(fit$estimate)), low = each(function(fit) fit$conf.int[1]),
    high = each(function(fit) fit$conf.int[2])
  )
}

# Coverage of each column; expects it, and the mean, to be near enough.
expect_covered <- function(found, truth, label, nominal = 0.95) {
  truth <- rep(unname(truth), each = nrow(found$estimate))
  dim(truth) <- dim(found$estimate)
  share <- colMeans(found$low <= truth & truth <= found$high)
  bias <- colMeans(found$estimate - truth) / (apply(found$estimate, 2, stats::sd) / sqrt(nrow(truth)))
  testthat::expect_true(all(abs(share - nominal) <= band), label = sprintf(
    "%s: coverage %s", label, toString(round(share, 3))
  ))
  testthat::expect_true(all(abs(bias) <= 3.3), label = sprintf(
    "%s: mean off by %s standard errors", label, toString(round(bias, 2))
  ))
}

# The rate at which Clopper and Pearson's interval truly covers p in n patients.
exact_coverage <- function(n, p) {
  x <- 0:n
  low <- stats::qbeta(0.025, x, n - x + 1)
  high <- stats::qbeta(0.975, x + 1, n - x)
  sum(stats::dbinom(x, n, p)[low <= p & p <= high])
}

# Everybody comes within months, the cut lies years behind; visits on their day.
steady <- function(...) {
  list(
    patients = 200, accrual = 60, first_patient = "2010-01-01", cut = "2015-01-01", visit_delay = 0,
    visit_window = 0, visit_missed = 0, partial_dates = c(adverse_events = 0, therapies = 0, death = 0), ...
  )
}

true_at <- function(values, quantity, group = "all") {
  values$value[values$quantity == quantity & values$group == group]
}

true_log_ratio <- function(values, covariate, move) {
  log(values$value[values$quantity == "HR" & values$covariate %in% covariate & values$move %in% move])
}

# Latent times as an analysis sees them: in days of AVAL, 0 where censored.
latent_event <- function(persons, time, ...) {
  end <- persons$LAST
  others <- do.call(pmin, c(list(...), list(rep(Inf, nrow(persons))), na.rm = TRUE))
  hit <- !is.na(time) & time < others & floor(time) <= end
  what <- ifelse(hit, "event", ifelse(others <= end + 1, "other", "none"))
  data.frame(
    persons,
    time = ifelse(hit, time, pmin(others, end + 1)), event = as.integer(hit),
    what = factor(what, c("none", "event", "other"))
  )
}

test_that("S2, guided therapy: OS, PFS, response rate, hazard ratios from study() and derive_endpoint()", {
  old <- options(tte.threads = 1)
  on.exit(options(old))
  design <- do.call(design_guided_therapy, steady(
    death = log(2) / 10, death_after = 10, hr_guided_death = 1, hr_guided = 1, lesion_noise = 0, hr_ecog = 1.5
  ))
  at <- c(84, 252)
  values <- true_values(design, at)
  tables <- many_studies(design, c("subjects", "vital_status", "exposure", "lesions"))
  built <- built_study(design, tables)
  adtte <- derive_endpoint(built, c("OS", "PFS"), recist(confirmed = FALSE), censoring("EMA"))
  os <- adtte[adtte$PARAMCD == "OS", ]
  expect_covered(curves_at(km(~STUDY, os), at), true_at(values, "OS"), "S2 OS")
  # a progression is dated on the visit, whose day is one more in AVAL
  pfs <- adtte[adtte$PARAMCD == "PFS", ]
  expect_covered(curves_at(km(~STUDY, pfs), at + 1), true_at(values, "PFS"), "S2 PFS")
  one <- pfs[pfs$TRT01P == "Targeted therapy", ]
  truth <- true_at(values, "PFS", "Targeted therapy")
  expect_covered(curves_at(km(~STUDY, one), at + 1), truth, "S2 PFS of a group")
  # every state has the same hazard of death, so survival has the planted ratio
  expect_covered(ratios_of(~ECOGBL, os), log(1.5), "S2 OS by ECOG")
  progression <- latent_event(tables$persons, tables$persons$T_PROG, tables$persons$T_DEATH)
  progression$GROUP <- factor(progression$GROUP, names(design$groups))
  found <- ratios_of(Surv(time, event) ~ GROUP + ECOG, progression)
  move <- "free.unguided to progressed.unguided"
  truth <- true_log_ratio(values, c("GROUPTargeted therapy", "GROUPImmunotherapy", "ECOG"), move)
  expect_covered(found, truth, "S2 progression")
  best <- best_response(built, recist(confirmed = FALSE))
  expect_covered(proportions_of(best$BOR %in% c("CR", "PR"), best$STUDY), true_at(values, "ORR"), "S2 ORR",
    nominal = exact_coverage(200, true_at(values, "ORR"))
  )
})

# The first immune-related event of each person in the table of adverse events, death competing.
first_irae <- function(tables) {
  events <- tables$adverse_events[tables$adverse_events$IRAEFL == "Y", ]
  events <- events[order(events$ASTDT), ]
  persons <- tables$persons
  onset <- as.numeric(events$ASTDT[match(persons$USUBJID, events$USUBJID)] - persons$STARTDT)
  what <- ifelse(!is.na(onset), "irAE", ifelse(persons$DIED, "death", "none"))
  data.frame(
    persons,
    time = ifelse(is.na(onset), persons$LAST, onset) + 1, event = as.integer(what == "irAE"),
    what = factor(what, c("none", "irAE", "death"))
  )
}

# S1 and S5 differ in their covariates.
test_irae_design <- function(make, label, covariates) {
  old <- options(tte.threads = 1)
  on.exit(options(old))
  design <- do.call(make, steady(
    hr_irae_progression = 1, irae_after = 1, hr_score_progression = 1.5, death = 0.02, lesion_noise = 0,
    pseudoprogression = 0
  ))
  at <- c(84, 336)
  values <- true_values(design, at)
  tables <- many_studies(design, c("subjects", "vital_status", "exposure", "lesions", "adverse_events"))
  persons <- tables$persons
  built <- built_study(design, tables)
  adtte <- derive_endpoint(built, c("OS", "PFS"), recist(confirmed = FALSE), censoring("EMA"))
  os <- adtte[adtte$PARAMCD == "OS", ]
  expect_covered(curves_at(km(~STUDY, os), at), true_at(values, "OS"), paste(label, "OS"))
  pfs <- adtte[adtte$PARAMCD == "PFS", ]
  expect_covered(curves_at(km(~STUDY, pfs), at + 1), true_at(values, "PFS"), paste(label, "PFS"))
  irae <- first_irae(tables)
  irae$GROUP <- factor(irae$GROUP, names(design$groups))
  found <- incidences_at(cif(Surv(time, what) ~ STUDY, irae, censored = "none"), at)
  expect_covered(found, true_at(values, "IRAE"), paste(label, "CIF of irAE"))
  one <- irae[irae$GROUP == "Anti-PD-1", ]
  found <- incidences_at(cif(Surv(time, what) ~ STUDY, one, censored = "none"), at)
  expect_covered(found, true_at(values, "IRAE", "Anti-PD-1"), paste(label, "CIF of irAE of a group"))
  found <- ratios_of(stats::reformulate(names(covariates), quote(Surv(time, event))), irae)
  truth <- true_log_ratio(values, covariates, "free.none to free.active")
  expect_covered(found, truth, paste(label, "hazard of irAE"))
  progression <- latent_event(persons, persons$T_PROG, persons$T_DEATH)
  found <- ratios_of(Surv(time, event) ~ SCORE_PROG + GROUP, progression)
  truth <- true_log_ratio(values, c("SCORE_PROG", "GROUPCombination"), "free.none to progressed.none")
  expect_covered(found, rev(truth), paste(label, "hazard of progression"))
  orr <- true_at(values, "ORR")
  best <- best_response(built, recist(confirmed = FALSE))
  found <- proportions_of(best$BOR %in% c("CR", "PR"), best$STUDY)
  expect_covered(found, orr, paste(label, "ORR"), nominal = exact_coverage(200, orr))
}

test_that("S1, biomarkers: OS, PFS, incidence and hazard ratios of irAE, response rate", {
  test_irae_design(design_biomarker_cohort, "S1", c(GROUP = "GROUPCombination", SCORE_IRAE = "SCORE_IRAE"))
})

test_that("S5, irAE risk: OS, PFS, incidence and hazard ratios of irAE, response rate", {
  test_irae_design(design_irae_risk, "S5", c(
    GROUP = "GROUPCombination", SCORE_IRAE = "SCORE_IRAE", AUTOIMMUNE = "AUTOIMMUNETRUE", "strata(SITE)" = NA
  ))
})

# Time from the rechallenge to the next immune-related event of the table, or to progression or death; who was
# rechallenged before enrolment is under observation since then.
recurrences_of <- function(tables) {
  persons <- tables$persons
  events <- tables$adverse_events
  events <- events[events$AERECUR %in% c("same organ", "distinct organ", "both"), ]
  onset <- as.numeric(events$ASTDT[match(persons$USUBJID, events$USUBJID)] - persons$STARTDT)
  rechallenged <- persons$PATH_RECHALLENGE
  end <- pmin(persons$T_PROG, persons$T_DEATH, persons$LAST + 1, na.rm = TRUE)
  hit <- !is.na(onset) & onset < end
  other <- !hit & end < persons$LAST + 1
  what <- ifelse(hit, "again", ifelse(other, "other", "none"))
  again <- data.frame(
    persons,
    entry = pmax(persons$DELAY - rechallenged, 0),
    time = ifelse(hit, persons$T_RECURRENT, end) - rechallenged, event = as.integer(hit),
    what = factor(what, c("none", "again", "other"))
  )
  again[!is.na(rechallenged) & floor(rechallenged) <= persons$LAST & again$time > again$entry, ]
}

test_that("S3, rechallenge: survival from onset with delayed entry, recurrence since the rechallenge", {
  old <- options(tte.threads = 1)
  on.exit(options(old))
  # one group and no effect on progression: delayed entry then selects nobody by covariates
  design <- do.call(design_rechallenge, steady(
    groups = c(A = 1), progression = 14, hr_rechallenge = 1, death = 0.015, rechallenge = 0.6
  ))
  at <- c(120, 365)
  values <- true_values(design, at)
  tables <- many_studies(design, "adverse_events")
  persons <- tables$persons
  os <- latent_event(persons, persons$T_DEATH)
  delayed <- km(Surv(DELAY, time, event) ~ STUDY, os[os$time > os$DELAY, ])
  expect_covered(curves_at(delayed, at), true_at(values, "OSIRAE"), "S3 OS from onset")
  first <- pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE)
  pfs <- latent_event(persons, first)
  delayed <- km(Surv(DELAY, time, event) ~ STUDY, pfs[pfs$time > pfs$DELAY, ])
  expect_covered(curves_at(delayed, at), true_at(values, "PFSIRAE"), "S3 PFS from onset")
  again <- recurrences_of(tables)
  fit <- cif(Surv(entry, time, what) ~ STUDY, again[!again$SEVERE, ], censored = "none", id = "USUBJID")
  expect_covered(incidences_at(fit, at), true_at(values, "RECUR", "A, SEVERE FALSE"), "S3 CIF of recurrence")
  truth <- true_log_ratio(values, "SEVERETRUE", "rechallenged to recurrent")
  expect_covered(ratios_of(Surv(entry, time, event) ~ SEVERE, again), truth, "S3 hazard of recurrence")
  first <- tables$adverse_events[tables$adverse_events$AERECUR %in% "first", ]
  first <- first[!duplicated(first$USUBJID), ]
  severe <- as.integer(first$AETOXGR) >= 3
  expect_covered(proportions_of(severe, first$STUDY), design$severe, "S3 severe irAE",
    nominal = exact_coverage(200, design$severe)
  )
})

test_that("S4, surgery: RFS and OS through study() and derive_endpoint(), recurrence, hazard ratios", {
  old <- options(tte.threads = 1)
  on.exit(options(old))
  design <- do.call(design_perioperative, steady(
    validation = 0, local = 0.012, distant = 0.018, new_primary = 0.004
  ))
  at <- c(182, 546)
  values <- true_values(design, at)
  tables <- many_studies(design, c("subjects", "vital_status", "assessments"))
  built <- built_study(design, tables)
  adtte <- derive_endpoint(built, list("OS", endpoint("RFS", disease = "lung")), censoring = censoring("EMA"))
  os <- adtte[adtte$PARAMCD == "OS", ]
  expect_covered(curves_at(km(~STUDY, os), at), true_at(values, "OS"), "S4 OS")
  rfs <- adtte[adtte$PARAMCD == "RFS", ]
  expect_covered(curves_at(km(~STUDY, rfs), at + 1), true_at(values, "RFS"), "S4 RFS")
  persons <- tables$persons
  recurrence <- latent_event(persons, persons$T_PROG, persons$T_DEATH)
  recurrence$STAGE <- factor(recurrence$STAGE, names(design$stage))
  found <- incidences_at(cif(Surv(time, what) ~ STUDY, recurrence, censored = "none"), at)
  expect_covered(found, true_at(values, "TTRECUR"), "S4 CIF of recurrence")
  truth <- true_log_ratio(
    values, c("SCORE_PROG", "MPRTRUE", paste0("STAGE", names(design$stage)[-1])),
    "free to recurred.distant"
  )
  found <- ratios_of(Surv(time, event) ~ SCORE_PROG + MPR + STAGE, recurrence)
  expect_covered(found, truth, "S4 hazard of recurrence")
  expect_covered(proportions_of(persons$MPR, persons$STUDY), design$major_response, "S4 major response",
    nominal = exact_coverage(200, design$major_response)
  )
})

test_that("under the null p values are uniform", {
  old <- options(tte.threads = 1)
  on.exit(options(old))
  design <- do.call(design_biomarker_cohort, steady(
    progression = 8, hr_group_irae = 1, hr_score_irae = 1, hr_score_progression = 1, orr = 0.3,
    groups = c(A = 0.5, B = 0.5)
  ))
  tables <- many_studies(design, "adverse_events")
  persons <- tables$persons
  pfs <- latent_event(persons, pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE))
  irae <- first_irae(tables)
  p <- function(data, test) vapply(split(data, data$STUDY), test, numeric(1))
  uniform <- function(p) stats::ks.test(unique(p), "punif")$p.value
  found <- list(
    log_rank = p(pfs, function(one) log_rank_test(Surv(time, event) ~ GROUP, one)$p.value),
    cox = p(pfs, function(one) summary(cox(Surv(time, event) ~ SCORE_PROG, one))$coefficients[1, 5]),
    irae = p(irae, function(one) summary(cox(Surv(time, event) ~ SCORE_IRAE, one))$coefficients[1, 5]),
    gray = p(irae, function(one) {
      gray_test(Surv(time, what) ~ GROUP, one, cause = "irAE", censored = "none")$p.value
    })
  )
  for (name in names(found)) expect_gt(uniform(found[[name]]), 0.001, label = name)
})
