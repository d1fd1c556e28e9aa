# The cohort with systemic autoimmune disease that a study of irAE risk compares with.

risk_design <- function(patients = 60, accrual = max(20, patients / 6), ...) {
  design_irae_risk(
    patients,
    accrual = accrual, marker_blocks = 3, signal_markers = 3, n_markers = 9, ...
  )
}

# Samples on the standard scale, by what is known of the assay: rows of samples x markers.
standard_levels <- function(samples, markers) {
  key <- paste(samples$USUBJID, samples$ADT, samples$REASON)
  value <- matrix(log(samples$AVAL), ncol = nrow(markers), byrow = TRUE)
  first <- samples[!duplicated(key), ]
  list(
    z = t((t(value) - markers$LOGMEAN) / markers$LOGSD), visit = first$AVISIT, person = first$USUBJID,
    below = matrix(samples$BLQFL == "Y", ncol = nrow(markers), byrow = TRUE)
  )
}

# Whether several means lie as near to the truth as they should.
expect_near <- function(found, truth, se, label) {
  expect_true(within_chance(found, truth, se), label = sprintf("%s (off by %s SE)", label, toString(
    round((found - truth) / se, 1)
  )))
}

test_that("the cohort is a study without a doubt, of people who were never treated", {
  trial <- simulate_study(risk_design(comparison = 50, partial_dates = c(
    adverse_events = 0, therapies = 0, death = 0
  )), 3)
  others <- comparison_cohort(trial)
  tables <- comparison_cohort(trial, as = "tables")
  check <- do.call(check_study, tables)
  expect_equal(check$message[check$severity != "note"], character())
  expect_identical(do.call(study, tables)$samples, others$samples)
  expect_equal(nrow(others$subjects), 50)
  expect_true(all(others$subjects$COHORT == "Systemic autoimmune disease"))
  expect_true(all(startsWith(others$subjects$STUDYID, "SIMULATED")))
  expect_false(any(others$subjects$USUBJID %in% trial$subjects$USUBJID))
  expect_null(others$subjects[["TRTSDT"]])
  expect_null(others$exposure)
  levels <- rbind(trial$samples, others$samples)
  expect_equal(unique(levels$COHORT), c("Checkpoint inhibitor", "Systemic autoimmune disease"))
  expect_equal(unique(levels$PARCAT1[levels$PARAMCD %in% sprintf("M000%d", 1:3)]), "Interferon")
  expect_equal(unique(levels$PARCAT1[levels$PARAMCD %in% sprintf("M000%d", 4:9)]), "Other")
})

test_that("no endpoint, response or count of the treated patients knows the cohort", {
  few <- simulate_study(risk_design(comparison = 1), 3)
  many <- simulate_study(risk_design(comparison = 500, flare = 1, remission_shift = 3, flare_shift = 9), 3)
  for (table in intersect(schema_tables, names(few))) expect_identical(many[[table]], few[[table]])
  expect_equal(nrow(derive_endpoint(many, "OS")), 60)
  expect_equal(nrow(best_response(many)), 60)
  expect_identical(comparison_cohort(many)$subjects[1, "AGE"], comparison_cohort(few)$subjects[1, "AGE"])
})

test_that("planted levels come back: remission and flare v treated patients before the first dose", {
  design <- risk_design(2500,
    comparison = 2500, flare = 0.2, remission_shift = 0.6, flare_shift = 1.4,
    below_limit = 0, first_patient = "2020-03-01"
  )
  trial <- simulate_study(design, 8, as = "tables")
  markers <- study_truth(trial)$markers
  treated <- standard_levels(trial$samples, markers)
  others <- comparison_cohort(trial, as = "tables")
  expect_equal(nrow(study_truth(others)$persons), 2500)
  compared <- standard_levels(others$samples, markers)
  rest <- compared$visit == "Remission"
  first <- treated$visit == "V1"
  values <- true_values(design, 1)
  shift <- stats::setNames(values$value, values$covariate)[values$quantity == "SHIFT"]
  expect_equal(shift, c("irAE diagnosis" = 1, remission = 0.6, flare = 1.4))
  planted <- ifelse(is.na(markers$SCORE) | markers$SCORE != "SCORE_IRAE", 0, 1)
  expect_equal(sum(planted), 3)
  found <- colMeans(compared$z[rest, ]) - colMeans(treated$z[first, ])
  expect_near(found, planted * 0.6, sqrt(1 / sum(rest) + 1 / sum(first)), "remission")
  flare <- compared$visit == "Flare"
  expect_gt(sum(flare), 1500)
  found <- colMeans(compared$z[flare, ]) - colMeans(treated$z[first, ])
  expect_near(found, planted * 1.4, 1.1 * sqrt(1 / sum(flare) + 1 / sum(first)), "flare")
  # pairs: half of the variance is the person's, who carries most of the score besides
  before <- match(compared$person[flare], compared$person[rest])
  change <- compared$z[flare, ][!is.na(before), ] - compared$z[rest, ][before[!is.na(before)], ]
  se <- apply(change, 2, stats::sd) / sqrt(nrow(change))
  expect_near(colMeans(change), planted * 0.8, se, "flare v remission of the same person")
  expect_equal(apply(compared$z[rest, ], 2, stats::sd), rep(1, 9), tolerance = 0.06)
})

test_that("values below the limit are as many as the truth says, and Wilcoxon's probability is exact", {
  design <- risk_design(2500, comparison = 2500, remission_shift = 0.7, below_limit = 0.25)
  trial <- simulate_study(design, 8, as = "tables")
  markers <- study_truth(trial)$markers
  treated <- standard_levels(trial$samples, markers)
  others <- standard_levels(comparison_cohort(trial, as = "tables")$samples, markers)
  v1 <- treated$visit == "V1"
  rest <- others$visit == "Remission"
  values <- true_values(design, 1)
  of <- function(quantity, at) values$value[values$quantity == quantity & values$covariate %in% at]
  expect_equal(of("BELOW", c("V1", "remission")), c(0.25, stats::pnorm(stats::qnorm(0.25) - 0.7)))
  se <- sqrt(0.25 * 0.75 / min(sum(v1), sum(rest)))
  expect_near(colMeans(treated$below[v1, ])[1:3], rep(of("BELOW", "V1"), 3), se, "below at V1")
  expect_near(colMeans(others$below[rest, ])[1:3], rep(of("BELOW", "remission"), 3), se, "below in remission")
  for (m in 1:3) {
    w <- stats::wilcox.test(others$z[rest, m], treated$z[v1, m], exact = FALSE)$statistic
    expect_near(unname(w) / sum(rest) / sum(v1), of("HIGHER", "remission"), sqrt(1 / 6 / sum(rest)), "higher")
  }
  # by a grid of quantiles, and without any limit the normal's closed form
  grid <- stats::qnorm((seq_len(2000) - 0.5) / 2000)
  x <- pmax(grid + 0.7, stats::qnorm(0.25))
  y <- pmax(grid, stats::qnorm(0.25))
  slow <- mean(outer(x, y, ">")) + mean(outer(x, y, "==")) / 2
  expect_equal(of("HIGHER", "remission"), slow, tolerance = 1e-3)
  expect_equal(chance_higher(0.7, -Inf), stats::pnorm(0.7 / sqrt(2)), tolerance = 1e-9)
})

test_that("remission is sampled at enrolment, a flare within two days, nothing after the last day", {
  design <- risk_design(comparison = 400, flare = 0.1, sample_missed = 0.2, dropout = 0.05)
  others <- comparison_cohort(simulate_study(design, 4, as = "tables"), as = "tables")
  truth <- study_truth(others)$persons
  samples <- others$samples[others$samples$PARAMCD == "M0001", ]
  row <- match(samples$USUBJID, truth$USUBJID)
  day <- as.numeric(samples$ADT - truth$STARTDT[row])
  rest <- samples$AVISIT == "Remission"
  expect_true(all(day[rest] == 0))
  expect_true(within_chance(sum(rest) / 400, 0.8, sqrt(0.16 / 400)))
  seen <- which(floor(truth$T_FLARE) <= truth$LAST)
  expect_setequal(row[!rest], seen)
  late <- day[!rest] - floor(truth$T_FLARE[row[!rest]])
  expect_true(all(late %in% 0:2))
  expect_true(all(day <= truth$LAST[row]))
  expect_equal(samples$REASON == "event", !rest)
  flare <- others$subjects$FLAREDT - others$subjects$ENRLDT
  expect_equal(which(!is.na(flare)), seen)
  expect_equal(as.numeric(flare[seen]), floor(truth$T_FLARE[seen]))
  # exponential flares at the planted rate a month
  rate <- length(truth$T_FLARE) / sum(truth$T_FLARE) * 30.4375
  expect_true(within_chance(rate, 0.1, 0.1 / sqrt(400)))
  never <- comparison_cohort(simulate_study(risk_design(flare = 0), 4))
  expect_true(all(is.na(study_truth(never)$persons$T_FLARE)))
  expect_equal(unique(never$samples$AVISIT), "Remission")
})

test_that("they enter while patients are expected to", {
  # by hand: none in the first 31 days, then 10 a month: 20 patients take 2 months more
  design <- design_irae_risk(20, accrual = c("2022-03-01" = 0, "2022-04-01" = 10), n_markers = 0)
  expect_equal(recruitment_days(design), 31 + 2 * 30.4375, tolerance = 1e-8)
  entered <- comparison_cohort(simulate_study(design, 1))$subjects$ENRLDT
  expect_true(all(entered >= design$first_patient & entered < design$first_patient + 31 + 61))
  late <- design_irae_risk(20, accrual = 100, comparison = 30, cut = "2022-08-15", n_markers = 0)
  expect_s3_class(comparison_cohort(simulate_study(late, 1)), "tte_study")
})

test_that("the seed decides; more people and threads leave those before as they were", {
  trial <- simulate_study(risk_design(comparison = 30), 5)
  few <- comparison_cohort(trial)
  expect_identical(comparison_cohort(trial), few)
  other <- comparison_cohort(simulate_study(risk_design(comparison = 30), 6))
  expect_false(identical(other$samples, few$samples))
  many <- comparison_cohort(simulate_study(risk_design(90, accrual = 20, comparison = 45), 5))
  expect_equal(many$subjects$AGE[1:30], few$subjects$AGE)
  rest <- many$samples[many$samples$AVISIT == "Remission" & many$samples$USUBJID %in% few$subjects$USUBJID, ]
  expect_equal(rest$AVAL, few$samples$AVAL[few$samples$AVISIT == "Remission"])
  old <- options(tte.threads = 1)
  on.exit(options(old))
  expect_identical(comparison_cohort(trial)$samples, few$samples)
})

test_that("who has no such cohort is told so", {
  other <- simulate_study(design_guided_therapy(patients = 10), 1)
  expect_error(comparison_cohort(other), "no comparison cohort", class = "tte_error_input")
  nobody <- simulate_study(risk_design(comparison = 0), 1)
  expect_error(comparison_cohort(nobody), "nobody", class = "tte_error_input")
  planted <- true_values(risk_design(comparison = 0), 1)
  expect_equal(planted$covariate[planted$quantity %in% c("SHIFT", "BELOW", "HIGHER")], "irAE diagnosis")
  expect_error(comparison_cohort(1), "holds no truth", class = "tte_error_input")
  expect_error(comparison_cohort(), class = "tte_error_input")
  expect_error(comparison_cohort(nobody, as = "list"), class = "tte_error_input")
  expect_error(design_irae_risk(comparison = -1), "comparison", class = "tte_error_input")
  expect_error(design_irae_risk(flare_shift = NA), "flare_shift", class = "tte_error_input")
})

test_that("print and truth of the cohort say what was planted", {
  trial <- simulate_study(risk_design(comparison = 7, flare = 0.3), 5)
  others <- comparison_cohort(trial)
  printed <- utils::capture.output(print(others))
  expect_true(any(grepl("Study of 7 subjects", printed)) && any(grepl("Simulated data", printed)))
  truth <- study_truth(others)
  expect_identical(truth$markers, study_truth(trial)$markers)
  said <- stats::setNames(truth$planted$sentence, truth$planted$argument)
  expect_match(said[["comparison"]], "7 others")
  expect_match(said[["flare"]], "0.3 a month", fixed = TRUE)
  expect_match(said[["remission_shift"]], "0.5 SD", fixed = TRUE)
})
