# What delayed entry estimates in the design of rechallenge: closed cases, and 100,000 simulated patients.

selected_value <- function(values, quantity, group = "all") {
  values$value[values$quantity == quantity & values$group == group]
}

# Covariates that matter very much.
strong_rechallenge <- function(patients = 1e5) {
  design_rechallenge(patients,
    groups = c(A = 0.5, B = 0.5), progression = c(4, 20), death = 0.01, death_after = 4, enrolment_delay = 4,
    rechallenge = 0.5, hr_severe = 0.4, hr_severe_recurrence = 4, hr_endocrine = 0.2, hr_rechallenge = 1.5,
    recurrence = c("0" = 0.1, "3" = 0.03), dropout = 0.05, first_patient = "2020-01-01", cut = "2024-01-01",
    accrual = patients / 30
  )
}

# As an analysis knows it: the time since the onset, and what ended it.
ended <- function(persons, time, cause = 1) {
  seen <- !is.na(time) & floor(time) <= persons$LAST
  list(time = ifelse(seen, time, persons$LAST + 1), cause = ifelse(seen, cause, 0))
}

# Estimates with delayed entry, and their standard errors, at some times.
entry_curve <- function(entry, time, cause, at, kept = TRUE) {
  kept <- which(kept & time > entry)
  known <- data.frame(entry = entry[kept], time = time[kept], cause = cause[kept], id = kept)
  if (max(known$cause) == 1) {
    found <- summary(km(Surv(entry, time, cause) ~ 1, known), times = at)
    return(list(estimate = found$surv, se = found$std.err))
  }
  known$cause <- factor(known$cause, 0:2)
  fit <- cif(Surv(entry, time, cause) ~ 1, known, censored = "0", id = id)
  found <- summary(fit, times = at)
  list(estimate = found$pstate[, 2], se = found$std.err[, 2])
}

expect_estimated <- function(found, truth, label, times = 4) {
  off <- (found$estimate - truth) / found$se
  expect_true(all(abs(off) < times), label = sprintf("%s, off by %s SE", label, toString(round(off, 1))))
}

test_that("100,000 patients included at enrolment have the curves of the truth, not the unselected ones", {
  persons <- simulate_cohort(strong_rechallenge(), 4)$persons
  at <- c(30, 120, 365, 700)
  values <- true_values(strong_rechallenge(), at)
  entry <- persons$DELAY
  os <- ended(persons, persons$T_DEATH)
  found <- entry_curve(entry, os$time, os$cause, at)
  expect_estimated(found, selected_value(values, "OSENTRY"), "OS")
  unselected <- (found$estimate - selected_value(values, "OSIRAE")) / found$se
  expect_lt(unselected[4], -8)
  pfs <- ended(persons, pmin(persons$T_PROG, persons$T_DEATH, na.rm = TRUE))
  for (group in c("all", "A", "B")) {
    own <- group == "all" | persons$GROUP == group
    found <- entry_curve(entry, pfs$time, pfs$cause, at, own)
    expect_estimated(found, selected_value(values, "PFSENTRY", group), paste("PFS", group))
  }
  first <- pmin(persons$T_RESOLVED, persons$T_PROG, persons$T_DEATH, na.rm = TRUE)
  out <- ended(persons, first, ifelse(persons$T_RESOLVED %in% first & first == persons$T_RESOLVED, 1, 2))
  found <- entry_curve(entry, out$time, out$cause, at)
  expect_estimated(found, selected_value(values, "RESENTRY"), "resolved")
})

test_that("100,000 patients have the recurrences of the truth, all and by group", {
  design <- strong_rechallenge()
  at <- c(30, 120, 365, 700)
  values <- true_values(design, at)
  persons <- simulate_cohort(design, 5)$persons
  begun <- persons$PATH_RECHALLENGE
  first <- pmin(persons$T_RECURRENT, persons$T_PROG, persons$T_DEATH, na.rm = TRUE)
  out <- ended(persons, first, ifelse((persons$T_RECURRENT == first) %in% TRUE, 1, 2))
  seen <- !is.na(begun) & floor(begun) <= persons$LAST
  entry <- pmax(persons$DELAY - begun, 0)
  for (group in c("all", "A", "B")) {
    own <- seen & (group == "all" | persons$GROUP == group)
    found <- entry_curve(entry, out$time - begun, out$cause, at, own)
    expect_estimated(found, selected_value(values, "RECUR", group), paste("recurrence", group))
  }
})

test_that("where covariates do not matter, selection does not either", {
  design <- design_rechallenge(
    groups = c(A = 0.5, B = 0.5), progression = 9, hr_severe = 1, hr_severe_recurrence = 1, hr_endocrine = 1
  )
  at <- c(0, 10, 100, 800)
  values <- true_values(design, at)
  pairs <- c(OSENTRY = "OSIRAE", PFSENTRY = "PFSIRAE", RESENTRY = "RESOLVED")
  for (name in names(pairs)) {
    for (group in c("all", "A", "B")) {
      expect_equal(
        selected_value(values, name, group), selected_value(values, pairs[[name]], group),
        tolerance = 1e-10
      )
    }
  }
  pattern <- unique(values$group[values$quantity == "RECUR"])
  for (group in pattern) {
    expect_equal(selected_value(values, "RECUR", group), selected_value(values, "RECUR"), tolerance = 1e-8)
  }
  one <- true_values(design_rechallenge(groups = c(A = 1), progression = 9), 200)
  expect_false("A" %in% one$group)
  expect_length(selected_value(one, "OSENTRY"), 1)
})

test_that("two groups agree with a sum over the days of delay written out", {
  design <- design_rechallenge(60,
    groups = c(A = 0.3, B = 0.7), progression = c(3, 30), death = 0.02, death_after = 3, enrolment_delay = 1,
    hr_rechallenge = 1, dropout = 0, accrual = 1000
  )
  # without loss, and with entry within days, everybody is followed to the cut
  at <- 150
  month <- 30.4375
  alive <- function(t, median) {
    progression <- log(2) / median
    total <- progression + 0.02
    after <- log(2) / 3
    t <- t / month
    exp(-total * t) + progression / (after - total) * (exp(-total * t) - exp(-after * t))
  }
  law <- c(0.3, 0.7)
  medians <- c(3, 30)
  weight <- function(day, k) {
    d <- seq(0, day)
    sum((exp(-d / month) - exp(-(d + 1) / month)) / alive(d, medians[k])) * law[k]
  }
  curve <- 1
  for (day in seq(0, at - 1)) {
    mass <- c(weight(day, 1), weight(day, 2))
    curve <- curve * sum(mass * alive(day + 1, medians)) / sum(mass * alive(day, medians))
  }
  values <- true_values(design, at)
  expect_equal(selected_value(values, "OSENTRY"), curve, tolerance = 1e-8)
  expect_gt(abs(selected_value(values, "OSIRAE") - curve), 5e-4)
})

test_that("follow-up after enrolment is that of the accrual, the loss and the cut", {
  design <- design_rechallenge(300, accrual = c("2022-01-03" = 10, "2023-01-03" = 40), dropout = 0.03)
  persons <- do.call(rbind, lapply(1:60, function(seed) simulate_cohort(design, seed)$persons))
  followed <- pmin(persons$T_LOST, persons$T_CUT) - persons$DELAY
  exact <- followed_for(design)
  for (day in c(1, 100, 500, 900)) {
    p <- exact[day + 1]
    expect_true(within_chance(mean(followed >= day), p, sqrt(p * (1 - p) / nrow(persons))), label = day)
  }
  expect_equal(exact[1], 1, tolerance = 1e-6)
})

test_that("there is no value where nobody can be observed, and none where nobody lives until enrolment", {
  design <- design_rechallenge(100)
  values <- true_values(design, c(100, 1e5))
  expect_equal(is.na(selected_value(values, "OSENTRY")), c(FALSE, TRUE))
  expect_equal(is.na(selected_value(values, "RECUR")), c(FALSE, TRUE))
  expect_false(anyNA(selected_value(values, "OSIRAE")))
  deadly <- design_rechallenge(death = 900, death_after = 0.01)
  expect_error(true_values(deadly, 100), "lives until enrolment", class = "tte_error_unsupported")
})
