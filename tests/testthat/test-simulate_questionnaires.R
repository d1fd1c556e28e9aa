# Questionnaires and ECOG of simulated studies against what their design says.

forms_of <- function(design, seed = 21) {
  cohort <- simulate_cohort(design, seed)
  list(design = design, cohort = cohort, table = simulate_questionnaires(design, cohort, seed))
}

# Forms x domains of T-scores, with the row of the person and the day.
wide_scores <- function(made) {
  codes <- paste0("T_", promis_domains$code)
  table <- made$table[made$table$QSTESTCD %in% codes, ]
  wide <- matrix(table$AVAL, ncol = length(codes), byrow = TRUE, dimnames = list(NULL, codes))
  one <- table[table$QSTESTCD == codes[1], ]
  row <- match(one$USUBJID, made$cohort$persons$USUBJID)
  list(scores = wide, row = row, day = as.numeric(one$ADT - made$cohort$persons$STARTDT[row]))
}

# What a domain's mean T-score is expected to be when the latent one is normal: scores are rounded to the
# nearest that exists, so the end of the scale holds the mean back.
expected_score <- function(code, mean, sd) {
  score <- unname(promis_t_scores[, code])
  edge <- c(-Inf, (score[-1] + score[-17]) / 2, Inf)
  sum(score * diff(stats::pnorm(edge, mean, sd)))
}

test_that("the table of T-scores is that of the manual at its ends and in between", {
  expect_equal(dim(promis_t_scores), c(17, 7))
  expect_equal(unname(promis_t_scores["4", ]), c(22.5, 40.3, 41, 33.7, 32, 27.5, 41.6))
  expect_equal(unname(promis_t_scores["12", ]), c(36.7, 63.4, 62.2, 57, 54.3, 44.2, 61.2))
  expect_equal(unname(promis_t_scores["20", ]), c(57, 81.6, 79.4, 75.8, 73.3, 64.2, 75.6))
  expect_true(all(apply(promis_t_scores, 2, diff) > 0))
  old <- unname(promis_scores("v2.0"))
  expect_equal(old[c(1, 9, 17), 1:2], cbind(c(22.9, 36.7, 56.9), c(40.3, 63.4, 81.6)))
})

test_that("study() has no doubt about forms and grades", {
  for (design in small_designs()) {
    made <- forms_of(design)
    ecog <- simulate_performance_status(design, made$cohort, 21)
    expect_equal(is.null(made$table), !design$kind %in% c("biomarker_cohort", "guided_therapy"))
    arguments <- list(made$cohort, performance_status = ecog)
    if (!is.null(made$table)) arguments$questionnaires <- made$table
    expect_equal(nrow(do.call(cohort_faults, arguments)), 0, label = design$kind)
  }
})

test_that("a form is filled at the visits that took place, but for the planted share", {
  made <- forms_of(small_designs(600, "guided_therapy", qs_missing = 0.25)[[1]])
  visits <- made$cohort$visits
  done <- visits[!is.na(visits$day), ]
  key <- function(person, visit) paste(person, visit)
  filled <- unique(made$table[c("USUBJID", "AVISIT")])
  all <- key(made$cohort$persons$USUBJID[match(done$person, made$cohort$persons$person)], done$AVISIT)
  expect_true(all(key(filled$USUBJID, filled$AVISIT) %in% all))
  expect_true(within_chance(nrow(filled) / nrow(done), 0.75, sqrt(0.1875 / nrow(done))))
  expect_equal(nrow(made$table), 8 * nrow(filled))
})

test_that("scores at baseline have the planted mean, spread and correlations", {
  design <- small_designs(4000, "guided_therapy", qs_missing = 0, visit_missed = 0, qs_worsening = 0)[[1]]
  wide <- wide_scores(forms_of(design))
  base <- wide$day <= 0
  n <- sum(base)
  for (k in 1:7) {
    code <- promis_domains$code[k]
    expected <- expected_score(code, design$qs_mean[[code]], design$qs_sd)
    expect_true(within_chance(mean(wide$scores[base, k]), expected, 8 / sqrt(n)), label = code)
  }
  # fatigue is far from the ends of its scale; domains share half of everything
  between <- stats::cor(wide$scores[base, c("T_FAT", "T_SLEEP")])[1, 2]
  expect_equal(between, 0.5, tolerance = 0.06)
  second <- match(wide$row[base], wide$row[!base])
  again <- wide$scores[!base, "T_FAT"][second]
  expect_equal(stats::cor(wide$scores[base, "T_FAT"], again, use = "complete.obs"), 0.7, tolerance = 0.06)
  expect_equal(stats::sd(wide$scores[base, "T_FAT"]), 8, tolerance = 0.05)
})

test_that("the worsening towards progression comes back, down for function and up for complaints", {
  plain <- small_designs(3000, "guided_therapy", qs_missing = 0, qs_worsening = 0, qs_lead_days = 60)[[1]]
  worse <- plain
  worse$qs_worsening <- 6
  a <- wide_scores(forms_of(plain))
  b <- wide_scores(forms_of(worse))
  persons <- simulate_cohort(plain, 21)$persons
  left <- persons$T_PROG[a$row] - a$day
  share <- ifelse(is.na(left), 0, pmin(pmax(1 - left / 60, 0), 1))
  change <- b$scores - a$scores
  expect_true(all(change[share == 0, ] == 0))
  full <- share == 1
  part <- share > 0.4 & share < 0.6
  expect_gt(sum(part), 300)
  # fatigue and sleep: far from the ends of their scales
  for (k in c("T_FAT", "T_SLEEP")) {
    expect_equal(mean(change[full, k]), 6, tolerance = 0.05)
    expect_equal(mean(change[part, k]), 6 * mean(share[part]), tolerance = 0.1)
  }
  expect_equal(mean(change[full, "T_SOCIAL"]), -6, tolerance = 0.05)
  expect_true(all(change[, c("T_PF", "T_SOCIAL")] <= 0))
  expect_true(all(change[, c("T_ANX", "T_DEP", "T_FAT", "T_SLEEP", "T_PAIN")] >= 0))
})

test_that("groups differ as planted, after the baseline only", {
  design <- small_designs(4000, "biomarker_cohort", qs_group = 4, qs_worsening = 0, qs_missing = 0)[[1]]
  made <- forms_of(design)
  wide <- wide_scores(made)
  second <- made$cohort$persons$GROUP[wide$row] == names(design$groups)[2]
  difference <- function(own, k) mean(wide$scores[own & second, k]) - mean(wide$scores[own & !second, k])
  base <- wide$day <= 0
  visit <- wide$day > 30 & wide$day < 60
  se <- 8 * sqrt(1 / sum(visit & second) + 1 / sum(visit & !second))
  expect_true(within_chance(difference(base, "T_FAT"), 0, se))
  expect_true(within_chance(difference(visit, "T_FAT"), 4, se))
  expect_true(within_chance(difference(visit, "T_SOCIAL"), -4, se))
  without <- design
  without$qs_group <- 0
  plain <- wide_scores(forms_of(without))
  expect_true(any(base & wide$day == 0 & second))
  expect_identical(wide$scores[base, ], plain$scores[base, ])
  expect_identical(wide$scores[!second, ], plain$scores[!second, ])
  named <- design
  named$qs_group <- c("Anti-PD-1" = 4)
  expect_equal(group_shift(named, list(GROUP = c("Anti-PD-1", "Combination"))), c(4, 0))
})

test_that("items add up to the sum whose T-score the other form of the table gives", {
  design <- small_designs(60, "guided_therapy")[[1]]
  scores <- wide_scores(forms_of(design))
  design$qs_form <- "items"
  items <- forms_of(design)$table
  names <- unlist(strsplit(promis_domains$items, " ", fixed = TRUE))
  expect_setequal(unique(items$QSTESTCD), c(names, "Global07"))
  answers <- matrix(items$AVAL[items$QSTESTCD %in% names], ncol = 28, byrow = TRUE)
  expect_true(all(answers %in% 1:5))
  for (k in 1:7) {
    sums <- rowSums(answers[, 4 * (k - 1) + 1:4])
    expect_equal(unname(promis_t_scores[as.character(sums), k]), unname(scores$scores[, k]))
  }
  lots <- matrix(c(0.1, 0.2, 0.3, 0.4), 3, 4, byrow = TRUE)
  expect_equal(answers_of(c(4, 20, 9), lots), rbind(1, 5, c(3, 2, 2, 2)))
})

test_that("ECOG starts at the grade of the person, steps as planted and rises before death", {
  design <- small_designs(3000, "guided_therapy", ecog_missing = 0, ecog_drift = 0, ecog_death_days = 60)[[1]]
  cohort <- simulate_cohort(design, 5)
  ecog <- simulate_performance_status(design, cohort, 5)
  row <- match(ecog$USUBJID, cohort$persons$USUBJID)
  day <- as.numeric(ecog$ADT - cohort$persons$STARTDT[row])
  left <- cohort$persons$T_DEATH[row] - day
  near <- !is.na(left) & left <= 60 & day > 0
  last <- !is.na(left) & left <= 20 & day > 0
  expect_gt(sum(last), 50)
  expect_equal(ecog$AVAL, pmin(cohort$persons$ECOG[row] + near + last, 4))
  design$ecog_drift <- 2
  drifted <- simulate_performance_status(design, cohort, 5)
  expect_true(all(drifted$AVAL %in% 0:4))
  change <- drifted$AVAL != ecog$AVAL
  expect_false(any(change[day <= 0]))
  # in 42 days a step with probability 1 - exp(-2 * 42 / 365.25); one of three goes down, not below 0
  visit <- which(ecog$AVISIT == "Week 6" & !near & cohort$persons$ECOG[row] > 0)
  gap <- day[visit] - day[match(row[visit], row)]
  expected <- 1 - exp(-2 * gap / 365.25)
  expect_true(within_chance(mean(change[visit]), mean(expected), sqrt(0.25 / length(visit))))
  up <- mean(drifted$AVAL[visit][change[visit]] > ecog$AVAL[visit][change[visit]])
  expect_true(within_chance(up, 2 / 3, sqrt(2 / 9 / sum(change[visit]))))
})

test_that("forms and grades follow from the seed; more patients leave them as they were", {
  for (design in small_designs(80, c("biomarker_cohort", "guided_therapy"))) {
    made <- forms_of(design)
    expect_identical(forms_of(design)$table, made$table)
    expect_false(identical(forms_of(design, 22)$table, made$table))
    more <- design
    more$patients <- 120
    expect_equal(first_persons(forms_of(more)$table, made$cohort, 80), made$table)
    ecog <- simulate_performance_status(design, made$cohort, 21)
    grown <- simulate_performance_status(more, simulate_cohort(more, 21), 21)
    expect_equal(first_persons(grown, made$cohort, 80), ecog)
  }
})
