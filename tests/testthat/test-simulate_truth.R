# True values of designs: closed forms, simulated patients, refusals.

value_of <- function(values, quantity, group = "all") {
  values$value[values$quantity == quantity & values$group == group]
}

month <- 30.4375

test_that("without effects the values are those of exponential times", {
  design <- design_guided_therapy(
    groups = c(A = 0.5, B = 0.5), progression = c(4, 8), death = 0.01, death_after = 6, hr_guided = 1,
    hr_guided_death = 1, hr_ecog = 1, orr = c(0.1, 0.2)
  )
  at <- c(50, 400)
  values <- true_values(design, at)
  t <- at / month
  progression <- log(2) / 4
  total <- progression + 0.01
  after <- log(2) / 6
  expect_equal(value_of(values, "PFS", "A"), exp(-total * t), tolerance = 1e-12)
  expect_equal(value_of(values, "TTP", "A"), progression / total * (1 - exp(-total * t)), tolerance = 1e-12)
  alive <- exp(-total * t) + progression / (after - total) * (exp(-total * t) - exp(-after * t))
  expect_equal(value_of(values, "OS", "A"), alive, tolerance = 1e-12)
  half <- exp(-(log(2) / 8 + 0.01) * t)
  expect_equal(value_of(values, "PFS"), (exp(-total * t) + half) / 2, tolerance = 1e-12)
  expect_equal(value_of(values, "ORR"), 0.15)
  expect_equal(value_of(values, "ORR", "B"), 0.2)
})

test_that("a score in the hazard is integrated over its normal law", {
  design <- design_biomarker_cohort(
    groups = c(A = 1), progression = 8, orr = 0.2, hr_group_irae = 1, hr_irae_progression = 1,
    hr_irae_death = 1, hr_score_progression = 1.7, death = 0.01
  )
  at <- c(100, 600)
  found <- value_of(true_values(design, at), "PFS")
  slow <- vapply(at, function(t) {
    stats::integrate(function(z) {
      exp(-(log(2) / 8 * 1.7^z + 0.01) * t / month) * stats::dnorm(z)
    }, -10, 10, rel.tol = 1e-11)$value
  }, numeric(1))
  expect_equal(found, slow, tolerance = 1e-7)
  expect_equal(value_of(true_values(design, at, points = 40), "PFS"), slow, tolerance = 1e-9)
})

test_that("100,000 latent courses of each design agree with the values", {
  at <- c(90, 336, 700)
  below <- function(time, at) colMeans(outer(ifelse(is.na(time), Inf, time), at, "<="))
  for (kind in c("biomarker_cohort", "guided_therapy", "perioperative", "irae_risk")) {
    design <- small_designs(1e5, kind, first_patient = "2000-01-01", cut = "2060-01-01")[[1]]
    persons <- simulate_cohort(design, 4)$persons
    values <- true_values(design, at)
    first <- pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE)
    progressed <- ifelse(!is.na(persons$T_PROG), persons$T_PROG, Inf)
    found <- list(
      OS = 1 - below(persons$T_DEATH, at), PFS = 1 - below(first, at), RFS = 1 - below(first, at),
      TTP = below(progressed, at), TTRECUR = below(progressed, at), IRAE = below(persons$T_IRAE, at),
      IRAEPD = below(ifelse(persons$T_IRAE <= progressed, persons$T_IRAE, NA), at),
      GUIDED = below(persons$PATH_GUIDED, at)
    )
    for (quantity in intersect(names(found), values$quantity)) {
      truth <- value_of(values, quantity)
      se <- sqrt(truth * (1 - truth) / 1e5)
      expect_true(within_chance(found[[quantity]], truth, se), label = paste(kind, quantity))
    }
    if (!is.null(design$groups)) {
      own <- persons$GROUP == names(design$groups)[2]
      truth <- value_of(values, "PFS", names(design$groups)[2])
      se <- sqrt(truth * (1 - truth) / sum(own))
      expect_true(within_chance(1 - below(first[own], at), truth, se), label = paste(kind, "group"))
    }
  }
})

test_that("from onset and from rechallenge the values are those of patients who are not selected", {
  design <- small_designs(1e5, "rechallenge",
    enrolment_delay = 1e-6, first_patient = "2000-01-01",
    cut = "2060-01-01"
  )[[1]]
  persons <- simulate_cohort(design, 4)$persons
  at <- c(90, 336)
  values <- true_values(design, at)
  alive <- colMeans(outer(persons$T_DEATH, at, ">"))
  truth <- value_of(values, "OSIRAE")
  expect_true(within_chance(alive, truth, sqrt(truth * (1 - truth) / 1e5)))
  first <- pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE)
  truth <- value_of(values, "PFSIRAE")
  expect_true(within_chance(colMeans(outer(first, at, ">")), truth, sqrt(truth * (1 - truth) / 1e5)))
  truth <- value_of(values, "RESOLVED")
  resolved <- ifelse(is.na(persons$PATH_RESOLVED), Inf, persons$PATH_RESOLVED)
  expect_true(within_chance(colMeans(outer(resolved, at, "<=")), truth, sqrt(truth * (1 - truth) / 1e5)))
  for (severe in c(FALSE, TRUE)) {
    own <- which(!is.na(persons$PATH_RECHALLENGE) & persons$SEVERE == severe & persons$GROUP == "Combination")
    gap <- (persons$T_RECURRENT - persons$PATH_RECHALLENGE)[own]
    truth <- value_of(values, "RECUR", paste("Combination, SEVERE", severe))
    found <- colMeans(outer(ifelse(is.na(gap), Inf, gap), at, "<="))
    expect_gt(length(own), 2000)
    expect_true(within_chance(found, truth, sqrt(truth * (1 - truth) / length(own))))
  }
})

test_that("planted hazard ratios are v the first level, each of its transition", {
  values <- true_values(design_perioperative(hr_stage = c(2, 3, 4, 5), hr_score_progression = 1.6), 100)
  ratios <- values[values$quantity == "HR", ]
  of <- function(covariate) unique(ratios$value[ratios$covariate == covariate])
  expect_equal(of("STAGEII"), 1.5)
  expect_equal(of("STAGEIIIB"), 2.5)
  expect_equal(of("SCORE_PROG"), 1.6)
  expect_equal(of("MPRTRUE"), 0.4)
  expect_false("STAGEIB" %in% ratios$covariate)
  values <- true_values(design_biomarker_cohort(progression = c(6, 9)), 100)
  of_group <- values$covariate %in% "GROUPCombination" & values$move %in% "free.none to progressed.none"
  expect_equal(values$value[of_group], 6 / 9)
  expect_equal(values$value[values$covariate %in% "irae"], numeric())
  expect_equal(values$value[values$covariate %in% "irAE"], 0.75)
})

test_that("a study keeps its truth: what was planted, in words, and when what happens to whom", {
  design <- design_irae_risk(patients = 40, n_markers = 12, signal_markers = 2)
  made <- simulate_study(design, seed = 5)
  truth <- study_truth(made)
  expect_equal(truth$seed, 5)
  expect_identical(truth$design, design)
  expect_equal(truth$planted$sentence[truth$planted$argument == "patients"], "40 patients.")
  expect_setequal(truth$planted$argument, names(format(design)))
  expect_equal(truth$persons$USUBJID, made$subjects$USUBJID)
  died <- truth$persons$DIED
  expect_equal(made$subjects$DTHDT[died], (made$subjects$STARTDT + floor(truth$persons$T_DEATH))[died])
  irae <- made$adverse_events[made$adverse_events$IRAEFL == "Y", ]
  seen <- which(floor(truth$persons$T_IRAE) <= truth$persons$LAST)
  expect_setequal(irae$USUBJID, truth$persons$USUBJID[seen])
  expect_null(truth$spoilt)
  spoilt <- simulate_study(design, seed = 5, faults = "duplicate rows")
  expect_identical(study_truth(spoilt)$persons, truth$persons)
  expect_gt(nrow(study_truth(spoilt)$spoilt), 0)
  suppressMessages(printed <- utils::capture.output(print(truth)))
  expect_true(any(grepl("Seed 5. Latent times of 40 patients", printed)))
})

test_that("what is no design or no time is an error in words", {
  expect_error(true_values(list(), 1), class = "tte_error_input")
  for (at in list(-1, NA, "a", numeric(), Inf)) {
    expect_error(true_values(design_guided_therapy(), at), class = "tte_error_input")
  }
  expect_error(true_values(design_guided_therapy(), 1, points = 0.5), class = "tte_error_input")
  expect_error(study_truth(1), class = "tte_error_input")
  expect_error(true_values(design_guided_therapy()), "`at`", class = "tte_error_input")
  expect_error(true_values(at = 1), "`design`", class = "tte_error_input")
  expect_error(study_truth(), "`x`", class = "tte_error_input")
  # everybody has died long before, which takes no longer to say
  values <- true_values(design_guided_therapy(), 1e8)
  expect_equal(value_of(values, "OS"), 0)
  before <- true_values(design_guided_therapy(), 1e5)
  expect_equal(value_of(values, "TTP"), value_of(before, "TTP"), tolerance = 1e-8)
  expect_error(true_values(design_guided_therapy(), 1e12), class = "tte_error_unsupported")
})
