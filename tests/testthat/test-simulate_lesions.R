# Where nothing is missed, late or measured wrongly, what is derived from the lesions is what was planted.

exact <- function(design, ..., not_evaluable = 0) {
  design(...,
    accrual = 200, visit_delay = 0, visit_missed = 0, lesion_noise = 0, pseudoprogression = 0,
    not_evaluable = not_evaluable
  )
}

derived <- function(design, seed) {
  tables <- simulate_tables(design, seed, c("subjects", "vital_status", "exposure", "lesions", "schedule"))
  do.call(study, c(tables, study_arguments(design, tables)))
}

test_that("progression is found at the first visit after it, whatever shows it", {
  for (design in list(
    exact(design_guided_therapy, 500), exact(design_irae_risk, 500),
    exact(design_guided_therapy, 700, target_nodes = 0.7, orr = 0.3),
    exact(design_guided_therapy, 700, target_nodes = 0.5, not_evaluable = 0.4, scans_after = 2)
  )) {
    persons <- simulate_cohort(design, 3)$persons
    study <- derived(design, 3)
    responses <- derive_response(study)
    pd <- responses[responses$AVALC %in% "PD", ]
    pd <- pd[!duplicated(pd$USUBJID), ]
    found <- as.numeric(pd$ADT - persons$STARTDT[match(pd$USUBJID, persons$USUBJID)])
    found <- found[match(persons$USUBJID, pd$USUBJID)]
    planned <- 42 * ceiling(persons$T_PROG / 42)
    planned[planned > pmin(persons$LAST, 7 * design$last_visit)] <- NA
    expect_equal(persons$PROG_SEEN, planned, label = design$kind)
    # Sizes are compared in tenths of a mm: soon after a visit rounding may have decided at it.
    rounded <- (persons$T_PROG %% 42 < 8 & planned - found == 42) %in% TRUE
    expect_equal(found[!rounded], planned[!rounded], label = design$kind)
    expect_lt(sum(rounded), 5)
    kinds <- c("target", "non-target", "new lesion")
    words <- c("above nadir", "unequivocal", "new lesion")
    said <- vapply(words, function(word) sum(grepl(word, pd$REASON)), 1L)
    expect_true(all(said > 20), label = toString(paste(kinds, said)))
  }
})

test_that("PFS as derived is the planted time to the visit, or death", {
  design <- exact(design_guided_therapy, 400)
  persons <- simulate_cohort(design, 5)$persons
  study <- derived(design, 5)
  pfs <- derive_endpoint(study, "PFS", rule = recist(confirmed = FALSE), censoring = censoring("EMA"))
  pfs <- if (inherits(pfs, "tte_study")) pfs$endpoints else pfs
  pfs <- pfs[match(persons$USUBJID, pfs$USUBJID), ]
  death <- ifelse(persons$DIED, floor(persons$T_DEATH), NA)
  event <- pmin(persons$PROG_SEEN, death, na.rm = TRUE)
  rounded <- (persons$T_PROG %% 42 < 8 & pfs$AVAL < event) %in% TRUE
  expect_equal(pfs$CNSR[!rounded] == 0, !is.na(event)[!rounded])
  both <- !is.na(event) & !rounded
  expect_equal(pfs$AVAL[both], event[both] + 1)
  expect_lt(sum(rounded), 5)
})

test_that("responders respond and nobody else, also with measurement error and missed visits", {
  for (design in list(
    exact(design_guided_therapy, 800), design_guided_therapy(800, accrual = 200),
    design_biomarker_cohort(800, accrual = 200, pseudoprogression = 0)
  )) {
    persons <- simulate_cohort(design, 8)$persons
    best <- best_response(derived(design, 8), rule = recist(confirmed = FALSE))
    best <- best$BOR[match(persons$USUBJID, best$USUBJID)]
    wrong <- (best %in% c("CR", "PR")) != persons$RESPONDER
    expect_lte(mean(wrong), if (design$lesion_noise == 0) 0 else 0.005)
    expect_true(all(persons$COMPLETE[best %in% "CR"]))
    expect_gt(mean(best[persons$COMPLETE] %in% "CR"), 0.9)
  }
})

test_that("responses begin at the visits that are planned, in the planted shares", {
  for (design in list(
    exact(design_guided_therapy, 1500, orr = 0.4, progression = 9),
    exact(design_irae_risk, 1500, orr = 0.4, progression = 6, response_visit = c(0.3, 0.3, 0.2, 0.2))
  )) {
    persons <- simulate_cohort(design, 4)$persons
    responses <- derive_response(derived(design, 4), rule = recist(confirmed = FALSE))
    first <- responses[responses$AVALC %in% c("CR", "PR"), ]
    first <- first[!duplicated(first$USUBJID), ]
    visit <- round(as.numeric(first$ADT - persons$STARTDT[match(first$USUBJID, persons$USUBJID)]) / 42)
    expect_equal(visit, persons$RESPONSE_VISIT[match(first$USUBJID, persons$USUBJID)])
    expect_setequal(first$USUBJID, persons$USUBJID[persons$RESPONDER])
    shares <- tabulate(visit, length(design$response_visit)) / length(visit)
    planned <- design$response_visit
    expect_true(within_chance(shares, planned, sqrt(planned * (1 - planned) / length(visit))))
    expect_true(within_chance(nrow(first) / 1500, 0.4, sqrt(0.24 / 1500)))
  }
})

test_that("shares of responses at visits that are not planned go to those that are", {
  design <- design_guided_therapy(40, last_visit = 12, response_visit = c(0.2, 0.2, 0.6))
  expect_equal(response_shares(design), c(0.5, 0.5))
  expect_setequal(unique(simulate_cohort(design, 1)$persons$RESPONSE_VISIT), c(NA, 1, 2))
})

test_that("targets that were not evaluable make a response NE, unless what was seen is progression", {
  design <- exact(design_guided_therapy, 600, not_evaluable = 0.2, scans_after = 3)
  persons <- simulate_cohort(design, 9)$persons
  study <- derived(design, 9)
  targets <- study$lesions[study$lesions$TRGRPID == "TARGET", ]
  failed <- targets$TRSTRESC %in% "NOT EVALUABLE"
  expect_identical(is.na(targets$AVAL), failed)
  day <- as.numeric(targets$ADT - persons$STARTDT[match(targets$USUBJID, persons$USUBJID)])
  expect_false(any(failed & day <= 0))
  expect_lt(abs(mean(failed[day > 0 & day < 84]) - 0.2), 0.03)
  responses <- derive_response(study, rule = recist())
  responses <- responses[is.na(responses$ABLFL), ]
  partly <- paste(responses$USUBJID, responses$ADT) %in% paste(targets$USUBJID, targets$ADT)[failed]
  expect_identical(responses$COMPLETE, !partly)
  expect_setequal(unique(responses$AVALC[partly]), c("NE", "PD"))
  expect_true(all(responses$TRGRESP[partly & responses$AVALC == "NE"] == "NE"))
  # What was measured of them can be enough, and so can new or non-target lesions.
  enough <- partly & responses$TRGRESP == "PD"
  expect_gt(sum(enough), 5)
  expect_gt(sum(partly & responses$AVALC == "PD" & responses$TRGRESP == "NE"), 5)
  expect_false(any(responses$AVALC[!partly] == "NE"))
  none <- derived(exact(design_guided_therapy, 60), 1)$lesions
  expect_false(anyNA(none$AVAL[none$TRGRPID == "TARGET"]))
})

test_that("pseudoprogression is progression by RECIST 1.1 and a response later", {
  design <- design_irae_risk(800,
    accrual = 200, pseudoprogression = 0.5, visit_missed = 0, lesion_noise = 0, not_evaluable = 0
  )
  persons <- simulate_cohort(design, 2)$persons
  responses <- derive_response(derived(design, 2))
  first <- responses[responses$AVISIT == "V2", ]
  third <- responses[responses$AVISIT == "V4", ]
  pseudo <- persons$USUBJID[persons$PSEUDO & persons$LAST > 140]
  expect_gt(length(pseudo), 50)
  expect_true(all(first$AVALC[match(pseudo, first$USUBJID)] == "PD"))
  later <- third[match(pseudo, third$USUBJID), ]
  expect_gt(mean(later$SUM < later$BASE * 0.7, na.rm = TRUE), 0.95)
})

test_that("target nodes are as many as asked for, two of a patient at most, and marked", {
  p <- 0.35
  design <- design_guided_therapy(3000, accrual = 500, target_nodes = p)
  cohort <- simulate_cohort(design, 6)
  lesions <- simulate_lesions(design, cohort, 6)
  base <- lesions[lesions$ABLFL == "Y" & lesions$TRGRPID == "TARGET", ]
  node <- base$NODAL == "Y"
  # By hand: of k targets Binomial(k, p), 2 at most.
  k <- seq_along(design$target_lesions)
  least_two <- 2 - 2 * stats::dbinom(0, k, p) - stats::dbinom(1, k, p)
  expected <- sum(design$target_lesions * least_two) / sum(design$target_lesions * k)
  expect_lt(abs(mean(node) - expected), 4 * sqrt(0.25 / nrow(base)))
  expect_lte(max(table(base$USUBJID[node])), 2)
  expect_true(all(base$TRLOC[node] == "LYMPH NODE") && !any(base$TRLOC[!node] == "LYMPH NODE"))
  expect_true(all(base$AVAL[node] >= 15))
  expect_false(any(lesions$NODAL == "Y" & (lesions$TRGRPID != "TARGET" | lesions$AVAL %in% 0)))
  marks <- unique(lesions[c("USUBJID", "TRLNKID", "NODAL")])
  expect_false(anyDuplicated(marks[1:2]) > 0)
  design <- design_guided_therapy(50, target_nodes = 0)
  none <- simulate_lesions(design, simulate_cohort(design, 6), 6)
  expect_true(all(none$NODAL == "N"))
})

test_that("in a complete response nodes are normal, so the sum is not 0; nodes alone can respond in part", {
  design <- exact(
    design_guided_therapy, 1500,
    target_nodes = 0.6, complete = 0.5, orr = 0.35, progression = 12
  )
  persons <- simulate_cohort(design, 7)$persons
  study <- derived(design, 7)
  best <- best_response(study, rule = recist(confirmed = FALSE))
  best <- best$BOR[match(persons$USUBJID, best$USUBJID)]
  planted <- ifelse(persons$COMPLETE, "CR", ifelse(persons$RESPONDER, "PR", "none"))
  # A complete response shows at the second visit, if the patient is still there.
  seen <- persons$LAST >= response_day(design, persons$RESPONSE_VISIT + 1) | !persons$COMPLETE
  expect_lt(sum(!seen), 10)
  expect_equal(ifelse(best %in% c("CR", "PR"), best, "none")[seen], planted[seen])
  responses <- derive_response(study)
  complete <- responses[responses$AVALC %in% "CR", ]
  lesions <- study$lesions[study$lesions$TRGRPID == "TARGET", ]
  nodes <- lesions[lesions$NODAL == "Y", ]
  has_node <- complete$USUBJID %in% nodes$USUBJID
  expect_gt(sum(has_node), 200)
  expect_true(all(complete$SUM[!has_node] == 0) && all(complete$SUM[has_node] > 0))
  then <- paste(nodes$USUBJID, nodes$ADT) %in% paste(complete$USUBJID, complete$ADT)
  expect_true(all(nodes$AVAL[then] > 2 & nodes$AVAL[then] < 10))
  alone <- setdiff(nodes$USUBJID, lesions$USUBJID[lesions$NODAL == "N"])
  expect_true(all(c("CR", "PR") %in% best[persons$USUBJID %in% alone]))
})

test_that("baselines are measurable, two targets in an organ at most, scans end after progression", {
  design <- design_guided_therapy(300, accrual = 60, scans_after = 1)
  cohort <- simulate_cohort(design, 4)
  lesions <- simulate_lesions(design, cohort, 4)
  base <- lesions[lesions$ABLFL == "Y" & lesions$TRGRPID == "TARGET", ]
  expect_true(all(base$AVAL >= ifelse(base$NODAL == "Y", 15, 10)))
  expect_lte(max(table(base$USUBJID)), 5)
  expect_lte(max(table(paste(base$USUBJID, base$TRLOC))), 2)
  expect_true(any(base$NODAL == "Y"))
  expect_setequal(unique(base$USUBJID), cohort$persons$USUBJID)
  row <- match(lesions$USUBJID, cohort$persons$USUBJID)
  day <- as.numeric(lesions$ADT - cohort$persons$STARTDT[row])
  after <- unique(data.frame(row, day)[(day > cohort$persons$PROG_SEEN[row]) %in% TRUE, ])
  expect_true(all(table(after$row) == 1))
  expect_gt(nrow(after), 50)
})

test_that("a study in which nobody progresses has lesions too", {
  design <- design_guided_therapy(20, progression = 1e9)
  lesions <- simulate_lesions(design, simulate_cohort(design, 1), 1)
  expect_false(any(lesions$TRGRPID == "NEW" | lesions$TRSTRESC %in% "UNEQUIVOCAL PROGRESSION"))
  expect_length(unique(lesions$USUBJID), 20)
})

test_that("who is to stay free of progression longer responds more often, by the planted correlation", {
  remaining <- function(prognosis) {
    design <- design_biomarker_cohort(
      4000,
      accrual = 400, groups = c(A = 1), orr = 0.4, progression = 9, hr_group_irae = 1, n_markers = 0,
      response_prognosis = prognosis, response_visit = 1, visit_missed = 0
    )
    persons <- simulate_cohort(design, 12)$persons
    free <- pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE)
    able <- free > response_day(design, 1) & persons$T_LOST > response_day(design, 1)
    persons <- persons[able, ]
    persons$share <- rank(free[able]) / (sum(able) + 1)
    expect_true(within_chance(sum(persons$RESPONDER) / 4000, 0.4, sqrt(0.24 / 4000)))
    persons
  }
  none <- remaining(0)
  expect_gt(stats::wilcox.test(share ~ RESPONDER, none)$p.value, 0.01)
  some <- remaining(0.6)
  # Of normal scores Z with correlation r the mean among the share p that responds is r dnorm(qnorm(p)) / p.
  p <- mean(some$RESPONDER)
  score <- stats::qnorm(some$share)
  planted <- 0.6 * stats::dnorm(stats::qnorm(p)) / p
  expect_true(within_chance(mean(score[some$RESPONDER]), planted, 1 / sqrt(sum(some$RESPONDER))))
})
