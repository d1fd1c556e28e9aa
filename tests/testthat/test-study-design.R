designs <- list(
  biomarker_cohort = design_biomarker_cohort, guided_therapy = design_guided_therapy,
  rechallenge = design_rechallenge, perioperative = design_perioperative, irae_risk = design_irae_risk
)

faults_of <- function(expr) {
  tryCatch(
    {
      expr
      NULL
    },
    tte_error_input = function(e) e$faults
  )
}

fault_codes <- function(expr) {
  faults <- faults_of(expr)
  paste(faults$argument, faults$fault)
}

test_that("the defaults are those of the five registrations", {
  sizes <- vapply(designs, function(design) design_size(design()), numeric(1))
  expect_equal(sizes[c("guided_therapy", "rechallenge", "perioperative", "irae_risk")], c(
    guided_therapy = 120, rechallenge = 500, perioperative = 300, irae_risk = 300
  ))
  expect_equal(design_biomarker_cohort()$sample_weeks, c(0, 6, 12, 18, 24, 30))
  perioperative <- design_perioperative()
  expect_equal(c(perioperative$patients, perioperative$validation), c(200, 100))
  risk <- design_irae_risk()
  expect_equal(sum(even_share(1:300, risk$autoimmune)), 40)
  expect_length(risk$centres, 6)
})

test_that("print says every quantity, each in one sentence, as it was given", {
  for (name in names(designs)) {
    design <- designs[[name]]()
    said <- format(design)
    expect_named(said, terms_of(name)$argument)
    expect_false(any(grepl("%s|NA", said)), label = name)
    expect_true(all(endsWith(said, ".")), label = name)
  }
  said <- format(design_guided_therapy(patients = 61, hr_guided = 0.37, dropout = 0.023))
  expect_equal(said[["patients"]], "61 patients.")
  expect_match(said[["hr_guided"]], "0.37", fixed = TRUE)
  expect_match(said[["dropout"]], "0.023", fixed = TRUE)
  expect_snapshot(design_guided_therapy())
})

test_that("all wrong arguments are one condition with each of them", {
  faults <- faults_of(design_guided_therapy(
    patients = 0, death = -1, actionable = 1.2, hr_guided = 0, groups = c(A = 0.5, B = 0.4),
    first_patient = "soon", dropout = -0.1, visit_missed = 2, colour = "red", lesion_noise = NA
  ))
  expect_setequal(faults$argument, c(
    "patients", "death", "actionable", "hr_guided", "groups", "progression", "orr", "first_patient",
    "dropout", "visit_missed", "colour", "lesion_noise"
  ))
  code <- stats::setNames(faults$fault, faults$argument)
  expect_equal(code[["death"]], "out_of_range")
  expect_equal(code[["colour"]], "unknown_argument")
  expect_equal(code[["first_patient"]], "not_a_date")
  expect_equal(code[["orr"]], "wrong_length")
})

test_that("rates below 0 and probabilities outside 0 to 1 are refused wherever there is one", {
  rates <- c(
    "rate", "hazard", "median", "median_group", "ratio", "ratio_group", "ratios", "accrual", "positive"
  )
  probabilities <- c("probability", "probability_group", "correlation", "noise")
  seen <- character()
  for (name in names(designs)) {
    usual <- designs[[name]]()
    terms <- terms_of(name)
    terms <- terms[!terms$argument %in% seen, ]
    seen <- c(seen, terms$argument)
    for (argument in terms$argument[terms$kind %in% c(rates, probabilities)]) {
      value <- usual[[argument]]
      low <- list(replace(value, length(value), -0.01))
      codes <- fault_codes(do.call(designs[[name]], stats::setNames(low, argument)))
      expect_true(paste(argument, "out_of_range") %in% codes, label = paste(name, argument))
    }
    for (argument in terms$argument[terms$kind %in% probabilities]) {
      high <- list(replace(usual[[argument]], 1, 1.01))
      codes <- fault_codes(do.call(designs[[name]], stats::setNames(high, argument)))
      expect_true(paste(argument, "out_of_range") %in% codes, label = paste(name, argument))
    }
  }
})

test_that("accrual must end before the cut, by the time a response takes", {
  expect_equal(fault_codes(design_guided_therapy(cut = "2021-01-01")), "cut out_of_range")
  late <- faults_of(design_guided_therapy(patients = 500))
  expect_equal(late$argument, "cut")
  expect_match(late$message, "all 500 patients are to enter 133 days before it")
  expect_s3_class(design_guided_therapy(patients = 500, accrual = 60), "tte_design_guided_therapy")
  # 120 patients by a rate that begins at 0: by hand, 12 a month from month 12 on need 10 months more.
  slow <- c("2021-06-01" = 0, "2022-06-01" = 12)
  expect_null(faults_of(design_guided_therapy(accrual = slow, cut = "2024-01-01")))
  expect_equal(fault_codes(design_guided_therapy(accrual = slow, cut = "2023-01-01")), "cut out_of_range")
  expect_equal(
    fault_codes(design_guided_therapy(accrual = c("2021-07-01" = 5))), "accrual out_of_range"
  )
  expect_equal(fault_codes(design_guided_therapy(accrual = c(a = 5, b = 6))), "accrual not_a_date")
})

test_that("one visit works, none is refused in words", {
  one <- design_guided_therapy(patients = 20, last_visit = 6)
  visits <- simulate_cohort(one, 1)$visits
  expect_equal(sort(unique(visits$AVISIT)), c("Baseline", "Week 6"))
  expect_s3_class(simulate_study(one, 1), "tte_study")
  none <- faults_of(design_guided_therapy(last_visit = 5))
  expect_equal(none$argument, "last_visit")
  expect_match(none$message, "no visit")
  expect_equal(fault_codes(design_guided_therapy(visit_window = 30)), "visit_window out_of_range")
})

test_that("a response rate out of reach is refused, with what can be reached", {
  faults <- faults_of(design_guided_therapy(orr = c(0.2, 0.95, 0.2)))
  expect_equal(faults$argument, "orr")
  expect_match(faults$message, "Targeted therapy")
  reach <- largest_response(design_guided_therapy())
  expect_null(faults_of(design_guided_therapy(orr = reach - 1e-6)))
  expect_equal(fault_codes(design_guided_therapy(orr = reach + 1e-6)), "orr out_of_range")
})

test_that("an argument of another design is unknown, and a misspelt one is named", {
  expect_equal(fault_codes(design_perioperative(orr = 0.5)), "orr unknown_argument")
  expect_equal(faults_of(design_rechallenge(drop_out = 0.1))$remedy, "Is dropout meant?")
  expect_equal(fault_codes(design_perioperative(hr_stage = c(1, 2))), "hr_stage wrong_length")
})

test_that("hazards by month and groups by name are read as they are written", {
  expect_equal(fault_codes(design_irae_risk(irae = c("1" = 0.1, "3" = 0.2))), "irae wrong_type")
  expect_equal(fault_codes(design_irae_risk(irae = c("0" = 0.1, "0" = 0.2))), "irae wrong_type")
  design <- design_irae_risk(irae = c("0" = 0.1, "3" = 0.2), orr = c(Combination = 0.4, "Anti-PD-1" = 0.2))
  expect_equal(design$orr, c("Anti-PD-1" = 0.2, Combination = 0.4))
  model <- design$models$course
  onset <- which(model$moves == "free.none to free.active")
  expect_equal(rates_at(model, 3 * 30.4375 - 1)[onset], 0.1 / 30.4375)
  expect_equal(rates_at(model, 3 * 30.4375)[onset], 0.2 / 30.4375)
})

test_that("hazard ratios multiply the hazards of their transitions and no others", {
  design <- design_guided_therapy(hr_guided = 0.5, hr_guided_death = 0.25, hr_ecog = 2, death = 0.02)
  model <- design$models$disease
  person <- data.frame(GROUP = "Chemotherapy", ACTIONABLE = c(TRUE, FALSE), ECOG = c(0, 2))
  rate <- function(i, day) {
    found <- rates_at(model, day) * exp(design_log_hazard(design, "disease", person)[i, ]) * 30.4375
    stats::setNames(found, model$moves)
  }
  first <- rate(1, 60)
  expect_equal(first[["free.unguided to progressed.unguided"]], log(2) / 4)
  expect_equal(first[["free.guided to progressed.resistant"]], log(2) / 8)
  expect_equal(first[["free.guided to dead"]], 0.005)
  expect_equal(first[["progressed.guided to dead"]], log(2) / 7 / 4)
  expect_equal(first[["free.unguided to free.guided"]], 0.9)
  expect_equal(rate(1, 27)[["free.unguided to free.guided"]], 0)
  second <- rate(2, 60)
  expect_equal(second[["free.unguided to free.guided"]], 0)
  expect_equal(second[["free.unguided to progressed.unguided"]], 4 * log(2) / 4)
})

test_that("quadrature over the covariates integrates moments exactly", {
  rule <- covariate_nodes(list(normal_law("Z"), normal_law("W", 1, 2), flag_law("F", 0.3)), points = 5)
  expect_equal(sum(rule$weight), 1)
  expect_equal(sum(rule$weight * rule$nodes$Z^8), 105)
  expect_equal(sum(rule$weight * rule$nodes$W^2), 5)
  expect_equal(sum(rule$weight * rule$nodes$F), 0.3)
})

test_that("the reachable response rate agrees with the closed form", {
  design <- design_guided_therapy(
    groups = c(A = 1), progression = 5, orr = 0, hr_ecog = 1, actionable = 0, death = 0.02, dropout = 0.03,
    visit_missed = 0.1
  )
  months <- (42 * 1:3 + 7) / 30.4375
  reach <- exp(-(log(2) / 5 + 0.02 + 0.03) * months) * 0.9
  expect_equal(design$reach["A", ], reach)
  # With the visit k planned for q_k of the patients, q_k reach_k is as the shares.
  planned <- design$response_visit / reach
  expect_equal(largest_response(design), c(A = sum(planned / sum(planned) * reach)))
  # Guided therapy halves the hazard of progression from day 28 on, at once.
  design <- design_guided_therapy(
    groups = c(A = 1), progression = 5, orr = 0, hr_ecog = 1, actionable = 1, guided_rate = 150, death = 0,
    hr_guided = 0.5, dropout = 0, visit_missed = 0
  )
  guided <- exp(-log(2) / 5 * (28 + 21 / 2) / 30.4375)
  expect_equal(unname(design$reach[1, 1]), guided, tolerance = 1e-3)
})

test_that("hazards as large as they may be are computed", {
  expect_lt(max(design_guided_therapy(death = 1000, orr = 0)$reach), 1e-6)
  extreme <- design_biomarker_cohort(30, hr_score_progression = 1000, n_markers = 0)
  expect_s3_class(simulate_study(extreme, 1), "tte_study")
  expect_equal(fault_codes(design_biomarker_cohort(irae = 1001)), "irae out_of_range")
  expect_s3_class(design_biomarker_cohort(irae = 1000), "tte_design")
})
