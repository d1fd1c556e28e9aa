# What derive_endpoint() refuses, and how rules, readers and estimators meet its rows.

faults_of <- function(code) tryCatch(code, tte_error_input = function(e) e$faults)
one <- ep_patient("42 SD", "84 PR", "168 PD", alive = 200)

test_that("progression endpoints need a rule; there is no default", {
  expect_snapshot(ep_derive(one, c("OS", "PFS"), NULL), error = TRUE)
  faults <- faults_of(ep_derive(one, c("OS", "PFS", "TTP"), NULL))
  expect_equal(faults$argument, "censoring")
  expect_match(faults$message, "PFS and TTP")
  expect_equal(ep_derive(one, "OS", NULL)$CNSR, 1)
})

test_that("outside a randomised study the rule must say whether responses are confirmed", {
  expect_equal(faults_of(ep_derive(one, "DoR", design = "single_arm"))$argument, "rule")
  expect_equal(faults_of(ep_derive(one, "TTRESP", design = "cohort"))$argument, "rule")
  rows <- ep_derive(one, "DoR", design = "single_arm", rule = recist(confirmed = FALSE))
  expect_equal(rows$STARTDT, day_zero + 84)
  expect_equal(nrow(ep_derive(one, "DoR", design = "single_arm", rule = recist(confirmed = TRUE))), 0)
  expect_equal(ep_derive(one, "PFS", design = "single_arm")$CNSR, 0)
})

test_that("wrong arguments are named, all at once", {
  faults <- faults_of(ep_derive(one, 1, "FDA", rule = "recist"))
  expect_setequal(faults$argument, c("rule", "endpoints", "censoring"))
  expect_equal(faults_of(ep_derive(one, "XYZ"))$argument, "endpoints")
  expect_equal(faults_of(ep_derive(one, "DFS"))$fault, "missing_value")
  expect_equal(faults_of(ep_derive(one, c("PFS", "PFS")))$argument, "endpoints")
  expect_equal(faults_of(ep_derive(one, "PFS", list(fda, fda)))$argument, "censoring")
  expect_error(ep_derive(one, "PFS", nonsense = 1), class = "tte_error_input")
})

test_that("an endpoint says which table or column it lacks", {
  without <- function(column) {
    p <- one
    p$subjects[[column]] <- NULL
    p
  }
  expect_equal(faults_of(ep_derive(without("DTHDT"), "PFS"))$column, "DTHDT")
  expect_equal(faults_of(ep_derive(without("STARTDT"), "PFS"))$column, "STARTDT")
  expect_equal(faults_of(ep_derive(one, "TTRECUR"))$column, "DTHCAUS")
  expect_equal(faults_of(ep_derive(one, "TTF"))$column, c("EOTSTT", "TRTEDT"))
  expect_equal(faults_of(ep_derive(one, "PFS2"))$column, "assessments")
  expect_equal(faults_of(ep_derive(without("NACTDT"), "TTNT"))$column, "therapies")
  only <- structure(list(
    subjects = data.frame(USUBJID = "1", STARTDT = day_zero, DTHDT = as.Date(NA)),
    tte = list(design = "randomised")
  ), class = "tte_study")
  expect_equal(faults_of(derive_endpoint(only, "PFS", censoring = ema))$fault, "missing_table")
  expect_equal(faults_of(derive_endpoint(only, "OS"))$column, "LSTALVDT")
})

test_that("several readers without reader = are an error where a reader is needed", {
  p <- ep_patients(ep_patient("42 SD", "84 PD", alive = 100), ep_patient("42 SD", "84 SD", alive = 100))
  p$subjects <- p$subjects[1, ]
  p$visits$READER <- rep(c("BICR", "INVESTIGATOR"), each = 2)
  p$visits$USUBJID <- "1"
  faults <- faults_of(ep_derive(p))
  expect_equal(faults$argument, "reader")
  expect_match(faults$message, "BICR, INVESTIGATOR")
  expect_equal(ep_derive(p, "OS", NULL)$CNSR, 1)
  expect_equal(ep_derive(p, reader = "BICR")$CNSR, 0)
  expect_equal(ep_derive(p, reader = "INVESTIGATOR")$CNSR, 1)
  expect_equal(faults_of(ep_derive(p, reader = "NOBODY"))$argument, "reader")
  both <- ep_derive(p, c("OS", "PFS"), list(fda, ema), reader = c("BICR", "INVESTIGATOR"))
  expect_equal(both$PARAMCD, c("OS", "PFSFDABI", "PFSFDAIN", "PFSEMABI", "PFSEMAIN"))
  expect_equal(both$READER, c(NA, "BICR", "INVESTIGATOR", "BICR", "INVESTIGATOR"))
  expect_equal(both$RULE, c(NA, rep(c("FDA 2007 Table A", "EMA 2012"), each = 2)))
  expect_equal(both$CNSR, c(1, 0, 1, 0, 1))
  expect_match(both$PARAM[2], "Progression-Free Survival (FDA 2007 Table A, BICR)", fixed = TRUE)
})

test_that("codes of several rules and readers fit into 8 characters and differ", {
  table_of <- function(letter) censoring("FDA", table = letter, visits = q6w)
  rules <- list(fda, ema, table_of("B"), table_of("C"))
  endpoints <- lapply(c("OS", "PFS", "TTP", "DoR", "TTRESP"), endpoint)
  plan <- endpoint_plan(endpoints, rules, c("INVESTIGATOR", "BICR"))
  expect_equal(nrow(plan), 1 + 4 * 8)
  expect_false(anyDuplicated(plan$paramcd) > 0)
  expect_true(all(grepl("^[A-Z][A-Z0-9]{0,7}$", plan$paramcd)))
  tails <- c("FI", "FB", "EI", "EB", "BI", "BB", "CI", "CB")
  expect_equal(plan$paramcd[plan$endpoint == 5], paste0("TTRESP", tails))
  named <- endpoint_plan(endpoints["PFS" == c("OS", "PFS")][1], list(P = fda, S = ema), NULL)
  expect_equal(named$paramcd, c("PFSP", "PFSS"))
  alike <- list(censoring("Alpha one"), censoring("Alpha two"))
  expect_false(anyDuplicated(endpoint_plan(list(endpoint("TTRESP")), alike, NULL)$paramcd) > 0)
})

test_that("the rows go straight into the estimators", {
  set.seed(4)
  n <- 60
  visits <- data.frame(
    USUBJID = rep(sprintf("P%02d", seq_len(n)), each = 5), ADT = day_zero + 42 * 1:5,
    AVALC = sample(c("SD", "PR", "PD"), 5 * n, TRUE, c(0.6, 0.2, 0.2))
  )
  subjects <- data.frame(
    USUBJID = sprintf("P%02d", seq_len(n)), STARTDT = day_zero, TRT01P = rep(c("Placebo", "Drug X"), n / 2),
    DTHDT = day_zero + ifelse(seq_len(n) %% 3 == 0, 30 + 5 * seq_len(n), NA), LSTALVDT = day_zero + 300
  )
  subjects$TRT01P <- factor(subjects$TRT01P, c("Placebo", "Drug X"))
  rows <- derive_endpoint(visits, c("OS", "PFS", "TTP"),
    censoring = ema, subjects = subjects, design = "randomised"
  )
  pfs <- km(~TRT01P, rows, param = "PFS")
  own <- rows[rows$PARAMCD == "PFS", ]
  expect_equal(sum(pfs$n.event), sum(own$CAUSE == 1))
  expect_equal(pfs$tte$unit, "days")
  expect_true(pfs$tte$day_one)
  fit <- cox(~TRT01P, rows, param = "PFS")
  peer <- survival::coxph(survival::Surv(AVAL, CAUSE == 1) ~ TRT01P, own)
  expect_equal(unname(coef(fit)), unname(coef(peer)))
  ttp <- cif(~TRT01P, rows, param = "TTP", competing = c(death = "Death"))
  of_ttp <- rows[rows$PARAMCD == "TTP", ]
  expect_equal(sum(ttp$n.event[, 3]), sum(of_ttp$CAUSE == 2))
  expect_true(any(of_ttp$CAUSE == 2))
  expect_equal(sum(km(~TRT01P, rows, param = "TTP")$n.event), sum(of_ttp$CAUSE == 1))
})

test_that("one chain: responders, starts and progressions agree between BOR, TTRESP, DoR, PFS", {
  with_random_seed(7, {
    n <- 200
    k <- sample(0:8, n, TRUE)
    visits <- data.frame(
      USUBJID = rep(sprintf("P%03d", seq_len(n)), k),
      ADT = day_zero + 42 * sequence(k) + sample(-7:7, sum(k), TRUE),
      AVALC = sample(c("SD", "PR", "CR", "PD", "NE"), sum(k), TRUE, c(0.4, 0.3, 0.1, 0.15, 0.05))
    )
    therapy <- 42 * sample(1:8, n, TRUE) + sample(c(0, 0, 5), n, TRUE)
    subjects <- data.frame(
      USUBJID = sprintf("P%03d", seq_len(n)), STARTDT = day_zero,
      DTHDT = day_zero + ifelse(stats::runif(n) < 0.4, round(stats::rexp(n, 0.004)), NA),
      NACTDT = day_zero + ifelse(stats::runif(n) < 0.5, therapy, NA),
      LSTALVDT = day_zero + 400
    )
    died <- subjects$DTHDT[match(visits$USUBJID, subjects$USUBJID)]
    visits <- visits[is.na(died) | visits$ADT <= died, ]
  })
  for (same_day in c("before", "after")) {
    for (confirmed in c(TRUE, FALSE)) {
      rule <- recist(confirmed = confirmed, nact_same_day = same_day)
      rows <- derive_endpoint(visits, c("PFS", "TTP", "DoR", "TTRESP"),
        rule = rule, censoring = list(fda, ema), subjects = subjects, design = "randomised"
      )
      best <- suppressWarnings(best_response(visits, subjects, rule = rule))
      start <- if (confirmed) best$CRSPDT else best$RSPDT
      responders <- best$USUBJID[!is.na(start)]
      part <- function(code) rows[rows$PARAMCD == code, ]
      for (tag in c("FDA", "EMA")) {
        ttresp <- part(paste0("TTRESP", substr(tag, 1, 2)))
        dor <- part(paste0("DOR", tag))
        pfs <- part(paste0("PFS", tag))
        ttp <- part(paste0("TTP", tag))
        responded <- ttresp[ttresp$CAUSE == 1, ]
        expect_setequal(responded$USUBJID, responders)
        expect_equal(responded$ADT, start[match(responded$USUBJID, best$USUBJID)])
        expect_equal(dor$USUBJID, responders)
        expect_equal(dor$STARTDT, start[!is.na(start)])
        of <- match(dor$USUBJID, pfs$USUBJID)
        expect_equal(dor$ADT, pfs$ADT[of])
        expect_equal(dor$CAUSE, pfs$CAUSE[of])
        expect_equal(ttp$ADT, pfs$ADT)
        expect_equal(ttp$CAUSE > 0, pfs$CAUSE > 0)
        expect_equal(ttp$CAUSE == 1, pfs$EVNTDESC == "Disease Progression")
      }
    }
  }
})

test_that("lesions and their derived responses give the same endpoints", {
  lesions <- data.frame(
    USUBJID = rep(c("A", "B", "C"), c(4, 4, 1)), TRLNKID = "T1", TRGRPID = "TARGET", TRLOC = "LIVER",
    ADT = day_zero + c(-3, 42, 84, 126, -3, 42, 84, 126, 42), AVAL = c(40, 24, 24, 34, 40, 40, 41, 40, 30)
  )
  subjects <- data.frame(
    USUBJID = c("A", "B", "C", "D"), RANDDT = day_zero, TRTSDT = day_zero, DTHDT = as.Date(NA),
    LSTALVDT = day_zero + 150
  )
  s <- study(subjects, lesions = lesions, design = "randomised", arm = NULL)
  suppressMessages(rows <- derive_endpoint(s, c("PFS", "DoR"), censoring = fda))
  pfs <- rows[rows$PARAMCD == "PFS", ]
  # A: 34 is 10 mm and 42 % above 24. B: stable. C: no baseline scan. D: no scan at all.
  expect_equal(sprintf("%d %g", pfs$CNSR, pfs$AVAL), c("0 127", "1 127", "2 1", "2 1"))
  expect_equal(rows$STARTDT[rows$PARAMCD == "DOR"], day_zero + 42)
  responses <- suppressMessages(derive_response(s))
  again <- derive_endpoint(responses, "PFS",
    censoring = fda, subjects = s$subjects, design = "randomised"
  )
  expect_equal(again$AVAL[1:2], pfs$AVAL[1:2])
  expect_false("supplied" %in% names(pfs$provenance[[1]]$conventions))
})

test_that("sums of diameters give progression too, and ask for a baseline", {
  sums <- data.frame(
    USUBJID = c("A", "A", "A", "C"), ADT = day_zero + c(-2, 42, 84, 42), SUM = c(50, 30, 45, 20)
  )
  subjects <- data.frame(
    USUBJID = c("A", "B", "C"), RANDDT = day_zero, DTHDT = as.Date(NA), LSTALVDT = day_zero + 90
  )
  s <- structure(list(
    subjects = transform(subjects, STARTDT = RANDDT), assessments = sums, tte = list(design = "randomised")
  ), class = "tte_study")
  rows <- suppressMessages(derive_endpoint(s, "PFS", censoring = fda))
  expect_equal(sprintf("%d %g", rows$CNSR, rows$AVAL), c("0 85", "2 1", "2 1"))
})

test_that("two definitions of one name get two codes, and nobody is no error", {
  both <- list(endpoint("DFS", disease = "lung"), endpoint("DFS", disease = "colon"))
  expect_equal(ep_derive(one, both, NULL)$PARAMCD, c("DFS01", "DFS02"))
  expect_message(none <- ep_derive(one, c("OS", "PFS", "DoR"), list(fda, ema), cut = -1), "1 of 1 patients")
  expect_equal(nrow(none), 0)
  expect_s3_class(none$ADT, "Date")
})

test_that("rows can come in any order, and other columns of the subjects are kept", {
  p <- ep_patients(
    ep_patient("42 SD", "84 PR", "210 PD", id = "X"), ep_patient("84 PR", "126 PD", therapy = 100, id = "Y")
  )
  p$subjects$SITE <- c("a", "b")
  sorted <- ep_derive(p, c("PFS", "DoR"))
  p$visits <- p$visits[rev(seq_len(nrow(p$visits))), ]
  shuffled <- ep_derive(p, c("PFS", "DoR"))
  expect_equal(shuffled$ADT, sorted$ADT)
  expect_equal(sorted$SITE, c("a", "b", "a", "b"))
})

test_that("print counts events and says the rules", {
  p <- ep_patients(
    ep_patient("42 SD", "84 PR", "210 PD", id = "X"), ep_patient("84 PR", "126 PD", therapy = 100, id = "Y")
  )
  rows <- ep_derive(p, c("PFS", "TTP"), list(fda, ema))
  expect_snapshot(print(rows[c("USUBJID", "PARAMCD", "PARAM", "AVAL", "CNSR", "CAUSE", "provenance")]))
  expect_snapshot(print(rows[rows$USUBJID == "X", c("USUBJID", "PARAMCD", "ADT", "CNSR", "EVNTDESC")]))
})

test_that("3.2 a record of a kind that nobody knows is said, not left out in silence", {
  p <- ep_patient("42 SD")
  p$visits$PARAMCD <- "OVR"
  record <- function(day, kind) {
    data.frame(USUBJID = "1", ADT = day_zero + day, AVALC = kind, PARAMCD = "RECUR")
  }
  p$visits <- rbind(p$visits, record(60, "Local relapse"), record(50, "recurrence-free"))
  dfs <- endpoint("DFS", disease = "lung")
  expect_warning(ep_derive(p, dfs, NULL), "LOCAL RELAPSE", class = "tte_warning_unknown_event")
  own <- endpoint("LRFS", events = c("local relapse", "DEATH"))
  expect_no_warning(row <- ep_derive(p, own, NULL))
  expect_equal(c(row$CNSR, row$AVAL), c(0, 61))
  wrong <- endpoint("LRFS", events = c("LOCAL RELAPSED", "local relapse"))
  expect_message(ep_derive(p, wrong, NULL), "LOCAL RELAPSED", class = "tte_message_no_record")
  expect_no_warning(ep_derive(p, "PFS"))
})

test_that("3.3 a category of therapy that is not asked for, and is none of the usual, is said", {
  subjects <- data.frame(
    USUBJID = "1", RANDDT = day_zero, DTHDT = as.Date(NA), LSTALVDT = day_zero + 90
  )
  visits <- data.frame(USUBJID = "1", ADT = day_zero + c(42, 84), AVALC = c("SD", "PD"))
  with_category <- function(words) {
    study(subjects,
      assessments = visits, design = "randomised", arm = NULL,
      therapies = data.frame(USUBJID = "1", CMTRT = "x", CMCAT = words, ASTDT = day_zero + 50)
    )
  }
  chemo <- with_category("Chemotherapy")
  expect_message(row <- derive_endpoint(chemo, "PFS", censoring = fda), "CHEMOTHERAPY",
    class = "tte_message_therapies_left_out"
  )
  expect_equal(row$CNSR, 0)
  named <- censoring("FDA", visits = q6w, therapies = "chemotherapy")
  expect_no_message(row <- derive_endpoint(chemo, "PFS", censoring = named))
  expect_equal(c(row$CNSR, row$AVAL), c(4, 43))
  expect_no_message(derive_endpoint(chemo, "PFS", censoring = ema))
  expect_no_message(derive_endpoint(with_category("RADIOTHERAPY"), "PFS", censoring = fda))
})

test_that("an endpoint asked for twice in other letters is asked for twice", {
  expect_equal(faults_of(ep_derive(one, c("PFS", "pfs")))$argument, "endpoints")
})
