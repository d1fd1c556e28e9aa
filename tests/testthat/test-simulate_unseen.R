# What the tables say of a therapy that began after the start: progression-free survival by derive_endpoint()
# with the therapy as a time-dependent covariate, at the schedule, delays, misses and errors of the designs.

# A simulated study with rows of progression-free survival until and from the start of the therapy.
split_at_therapy <- function(design, seed, begun) {
  study <- simulate_study(design, seed)
  pfs <- derive_endpoint(study, "PFS", rule = recist(confirmed = FALSE), censoring = censoring("EMA"))
  whose <- match(pfs$USUBJID, study$subjects$USUBJID)
  rows <- data.frame(
    id = pfs$USUBJID, time = pfs$AVAL, event = pfs$CNSR == 0, group = study$subjects$TRT01P[whose],
    ecog = study$subjects$ECOGBL[whose], start = study$subjects[[pfs_start[[design$kind]]]][whose]
  )
  begun <- begun(study)
  rows$day <- as.numeric(begun$ASTDT[match(rows$id, begun$USUBJID)] - rows$start)
  split <- survival::tmerge(rows, rows, id = id, event = event(time, event))
  survival::tmerge(split, rows[!is.na(rows$day) & rows$day > 0, ], id = id, on = tdc(day))
}

pfs_start <- c(guided_therapy = "TRTSDT", rechallenge = "IRAEDT")

guided <- function(study) {
  study$therapies[study$therapies$CMCAT == "GUIDED THERAPY" & study$therapies$CMLINE %in% 1, ]
}

rechallenged <- function(study) {
  rows <- study$exposure[grepl("rechallenge", study$exposure$EXTRT), ]
  rows[!duplicated(rows$USUBJID), ]
}

# The log hazard ratio of the therapy less the planted one, in standard errors, and the standard error.
ratio_of_therapy <- function(rows, planted) {
  fit <- cox(Surv(tstart, tstop, event) ~ on + group + ecog, rows)
  se <- sqrt(stats::vcov(fit)["on", "on"])
  list(z = (stats::coef(fit)[["on"]] - log(planted)) / se, se = se)
}

test_that("without an effect the tables show none, whether therapy stops or goes on at progression", {
  for (after in c(0, 0.35, 2)) {
    design <- design_guided_therapy(
      8000,
      accrual = 500, hr_guided = 1, hr_guided_death = 1, guided_after = after, ae_rate = 0
    )
    found <- ratio_of_therapy(split_at_therapy(design, 71, guided), 1)
    expect_lt(abs(found$z), 3.3, label = paste("guided_after", after))
    expect_lt(found$se, 0.03)
  }
  design <- design_rechallenge(8000, accrual = 400, hr_rechallenge = 1, ae_rate = 0)
  found <- ratio_of_therapy(split_at_therapy(design, 72, rechallenged), 1)
  expect_lt(abs(found$z), 3.3)
  expect_lt(found$se, 0.04)
})

test_that("a planted effect is seen, and the more of it the closer the scans are", {
  seen <- vapply(c(2, 6, 12), function(weeks) {
    design <- design_guided_therapy(
      3000,
      accrual = 300, hr_guided = 0.5, visit_weeks = weeks, visit_window = 3, ae_rate = 0
    )
    found <- ratio_of_therapy(split_at_therapy(design, 73, guided), 0.5)
    found$z * found$se
  }, numeric(1))
  expect_false(is.unsorted(seen))
  expect_lt(abs(seen[1]), 0.15)
  expect_gt(seen[3], 0.08)
})

test_that("a therapy that begins unseen begins before the scan and after the irAE has resolved", {
  persons <- simulate_cohort(design_rechallenge(3000, accrual = 200), 74)$persons
  unseen <- which(persons$T_RECHALLENGE > persons$T_PROG)
  expect_gt(length(unseen), 30)
  expect_true(all((persons$T_RECHALLENGE < unseen_until(persons))[unseen]))
  expect_true(all(persons$T_RESOLVED[unseen] < persons$T_RECHALLENGE[unseen]))
  expect_true(all(is.na(persons$T_RECURRENT[unseen])))
  persons <- simulate_cohort(design_guided_therapy(3000, accrual = 200, guided_after = 0), 75)$persons
  after <- which(persons$T_GUIDED > persons$T_PROG)
  expect_gt(length(after), 30)
  expect_true(all(persons$ACTIONABLE[after] & persons$T_GUIDED[after] >= 28))
  expect_true(all((persons$T_GUIDED < unseen_until(persons))[after]))
})
