# Clinical rule 1.6, best overall response: each test is named after the sentence it holds.

# One patient from "2020-01-01 PR" lines.
patient <- function(start, ..., rule = recist(), nact = NA, cut = NULL) {
  lines <- strsplit(as.character(c(...)), " ")
  visits <- data.frame(
    USUBJID = rep("1", length(lines)), ADT = as.Date(vapply(lines, `[`, "", 1)),
    AVALC = vapply(lines, `[`, "", 2)
  )
  if (nrow(visits) == 0) visits <- data.frame(USUBJID = "1", ADT = as.Date(start), AVALC = "ND")
  subjects <- data.frame(USUBJID = "1", STARTDT = as.Date(start), NACTDT = as.Date(nact))
  best_response(visits, subjects, rule = rule, data_cut = cut)
}

# The same by days since the start.
days <- function(day, response, ..., rule = recist()) {
  start <- as.Date("2024-01-01")
  patient(start, sprintf("%s %s", start + day, response), ..., rule = rule)
}

month <- recist(min_sd_days = 28)
quiet <- suppressWarnings

test_that("1.6 golden 1: PR, CR, NE, CR, SD is a confirmed CR at the first CR", {
  expect_warning(
    best <- patient("2020-01-01", "2020-01-01 PR", "2020-02-01 CR", "2020-02-16 NE", "2020-03-01 CR",
      "2020-04-01 SD",
      rule = month
    ),
    class = "tte_warning_response_after_cr"
  )
  expect_equal(best$CBOR, "CR")
  expect_equal(best$CBORDT, as.Date("2020-02-01"))
  expect_equal(best$CONFDT, as.Date("2020-03-01"))
  expect_equal(best$CRSPDT, as.Date("2020-01-01"))
  expect_equal(best$BOR, "CR")
})

test_that("1.6 golden 2: SD, PR, SD, CR is SD at the PR that nothing confirms", {
  best <- patient("2019-12-12", "2020-01-01 SD", "2020-02-01 PR", "2020-03-01 SD", "2020-03-13 CR",
    rule = month
  )
  expect_equal(best$CBOR, "SD")
  expect_equal(best$CBORDT, as.Date("2020-02-01"))
  accepted <- patient("2019-12-12", "2020-01-01 SD", "2020-02-01 PR", "2020-03-01 SD", "2020-03-13 CR",
    rule = recist(min_sd_days = 28, accept_sd = TRUE)
  )
  expect_equal(accepted$CBOR, "PR")
})

test_that("1.6 golden 3: two CR twenty days apart and SD are SD", {
  best <- quiet(patient("2019-11-11", "2019-11-12 CR", "2019-12-02 CR", "2020-01-01 SD", rule = month))
  expect_equal(best$CBOR, "SD")
})

test_that("1.6 golden 4: a PR after a CR confirms nothing", {
  best <- quiet(patient("2020-02-02", "2020-02-06 PR", "2020-02-16 CR", "2020-03-30 PR", rule = month))
  expect_equal(best$CBOR, "SD")
  early <- patient("2020-02-02", "2020-02-06 PR", "2020-02-16 CR", "2020-04-01 NE", rule = month)
  expect_equal(early$CBOR, "NE")
})

test_that("1.6 no record is MISSING, or NE where the rule says so", {
  expect_equal(patient("2020-01-01")$BOR, "MISSING")
  expect_equal(patient("2020-01-01")$CBOR, "MISSING")
  expect_equal(patient("2020-01-01", rule = recist(no_assessment = "NE"))$BOR, "NE")
  expect_equal(patient("2020-01-01", "2019-12-20 CR")$BOR, "MISSING")
})

test_that("1.6 PD first, then SD, is PD", {
  best <- days(c(30, 60), c("PD", "SD"))
  expect_equal(c(best$BOR, best$CBOR), c("PD", "PD"))
})

test_that("1.6 supplied CR then SD follows the algorithm and warns", {
  expect_warning(late <- days(c(30, 50), c("CR", "SD")), class = "tte_warning_response_after_cr")
  expect_warning(early <- days(c(30, 36), c("CR", "SD")), class = "tte_warning_response_after_cr")
  expect_equal(late$CBOR, "SD")
  expect_equal(early$CBOR, "NE")
})

test_that("1.6 between-visits: PR, NE, PR and CR, NE, CR are confirmed, PR, SD, PR is not", {
  expect_equal(days(c(40, 60, 90), c("PR", "NE", "PR"))$CBOR, "PR")
  expect_equal(days(c(40, 60, 90), c("CR", "NE", "CR"))$CBOR, "CR")
  expect_equal(days(c(45, 60, 90), c("PR", "SD", "PR"))$CBOR, "SD")
  expect_equal(days(c(45, 60, 90), c("PR", "SD", "PR"), rule = recist(accept_sd = TRUE))$CBOR, "PR")
  expect_equal(days(c(45, 60, 70, 90), c("PR", "NE", "NE", "PR"))$CBOR, "SD")
  expect_equal(days(c(45, 60, 70, 90), c("PR", "NE", "NE", "PR"), rule = recist(max_ne = 2))$CBOR, "PR")
})

test_that("1.6 SD needs its minimum duration, without a day more, and a tolerance shortens it", {
  expect_equal(days(41, "SD")$BOR, "NE")
  expect_equal(days(42, "SD")$BOR, "SD")
  expect_equal(days(36, "SD", rule = recist(sd_tol = 6))$BOR, "SD")
  expect_equal(days(41, "NN")$BOR, "NE")
  expect_equal(days(42, "NON-CR/NON-PD")$BOR, "NON-CR/NON-PD")
  expect_equal(days(c(42, 80), c("NED", "NN"))$BOR, "NON-CR/NON-PD")
  expect_equal(days(c(20, 60), c("SD", "PD"))$BOR, "PD")
  expect_equal(days(10, "CR")$BOR, "CR")
})

test_that("1.6 a new therapy ends what counts; its own day comes before it unless the rule says after", {
  visits <- c("2024-02-20 SD", "2024-04-01 PR")
  expect_equal(patient("2024-01-01", visits, nact = "2024-04-01")$BOR, "PR")
  expect_equal(patient("2024-01-01", visits, nact = "2024-03-31")$BOR, "SD")
  after <- recist(nact_same_day = "after")
  expect_equal(patient("2024-01-01", visits, nact = "2024-04-01", rule = after)$BOR, "SD")
})

test_that("1.6 nothing after the data cut counts, confirmations included", {
  visits <- c("2024-02-20 PR", "2024-04-01 PR")
  expect_equal(patient("2024-01-01", visits, cut = as.Date("2024-04-01"))$CBOR, "PR")
  expect_equal(patient("2024-01-01", visits, cut = as.Date("2024-03-31"))$CBOR, "SD")
})

table_3 <- data.frame(
  first = c("CR", "CR", "CR", "CR", "PR", "PR", "PR", "PR", "PR", "NE"),
  second = c("CR", "SD", "PD", "NE", "CR", "PR", "SD", "PD", "NE", "NE"),
  met = c("CR", "SD", "SD", "SD", "PR", "PR", "SD", "SD", "SD", "NE"),
  short = c("CR", "NE", "PD", "NE", "PR", "PR", "NE", "PD", "NE", "NE")
)

test_that("1.6 Table 3: two timepoints where CR and PR need confirmation", {
  for (i in seq_len(nrow(table_3))) {
    pair <- unlist(table_3[i, 1:2])
    expect_equal(quiet(days(c(42, 84), pair))$CBOR, table_3$met[i], info = toString(pair))
  }
})

test_that("1.6 Table 3 before the minimum duration", {
  for (i in seq_len(nrow(table_3))) {
    pair <- unlist(table_3[i, 1:2])
    late <- recist(min_sd_days = 100)
    expect_equal(quiet(days(c(42, 84), pair, rule = late))$CBOR, table_3$short[i], info = toString(pair))
  }
})

test_that("1.5 of several records of a day the worst counts", {
  expect_equal(days(c(60, 60), c("CR", "PD"))$BOR, "PD")
  expect_equal(days(c(60, 60), c("NE", "PR"))$BOR, "PR")
})

# Rule 1.6 word for word, slow and obvious: "some j", all pairs tried.
slow_best <- function(day, response, rule, confirm) {
  worst <- c("NE", "CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD")
  days <- sort(unique(day))
  seen <- vapply(days, function(d) worst[max(match(response[day == d], worst))], "")
  last <- match("PD", seen, length(seen))
  days <- days[seq_len(last)]
  seen <- seen[seq_len(last)]
  confirms <- function(i, j) {
    if (j <= i || days[j] - days[i] < rule$confirm_days) {
      return(FALSE)
    }
    between <- seen[seq_along(seen) > i & seq_along(seen) < j]
    if (sum(between == "NE") > rule$max_ne) {
      return(FALSE)
    }
    if (seen[i] == "CR") {
      return(seen[j] == "CR" && all(between %in% c("CR", "NE")))
    }
    period <- c(between, seen[j])
    after <- any(outer(which(period == "CR"), which(period == "PR"), `<`))
    allowed <- c("CR", "PR", "NE", if (rule$accept_sd) "SD")
    seen[j] %in% c("CR", "PR") && all(between %in% allowed) && sum(between == "SD") <= 1 && !after
  }
  holds <- function(i) !confirm || any(vapply(seq_along(seen), function(j) confirms(i, j), NA))
  confirmed <- vapply(seq_along(seen), function(i) seen[i] %in% c("CR", "PR") && holds(i), NA)
  long <- days >= rule$min_sd_days - rule$sd_tol
  stable <- seen %in% c("SD", if (confirm) c("CR", "PR")) & long
  found <- list(
    CR = seen == "CR" & confirmed, PR = seen == "PR" & confirmed, SD = stable & !confirmed,
    "NON-CR/NON-PD" = seen == "NON-CR/NON-PD" & long, NED = seen == "NED" & long, PD = seen == "PD",
    NE = seen != "PD"
  )
  best <- names(found)[match(TRUE, vapply(found, any, NA))]
  if (is.na(best)) "MISSING" else best
}

test_that("the engine agrees with the slow definition on random histories", {
  set.seed(20240101)
  words <- c("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NED")
  start <- as.Date("2024-01-01")
  n <- 400
  history <- lapply(seq_len(n), function(i) {
    k <- sample(0:8, 1)
    data.frame(
      USUBJID = rep(as.character(i), k), ADT = start + cumsum(sample(c(0, 7, 14, 28, 42), k, TRUE)),
      AVALC = sample(words, k, TRUE, c(4, 6, 3, 1, 0.7, 3, 0.5))
    )
  })
  subjects <- data.frame(USUBJID = as.character(seq_len(n)), STARTDT = start)
  rules <- list(
    recist(), recist(min_sd_days = 28, accept_sd = TRUE),
    recist(max_ne = 0, confirm_days = 42, sd_tol = 7)
  )
  for (rule in rules) {
    best <- quiet(best_response(do.call(rbind, history), subjects, rule = rule))
    slow <- function(confirm) {
      vapply(history, function(h) slow_best(as.numeric(h$ADT - start), h$AVALC, rule, confirm), "")
    }
    expect_equal(best$BOR, slow(FALSE))
    expect_equal(best$CBOR, slow(TRUE))
  }
})

test_that("every subject has a row with its columns, and who never started is left out aloud", {
  visits <- data.frame(USUBJID = "2", ADT = as.Date("2024-03-01"), AVALC = "PR")
  subjects <- data.frame(
    USUBJID = c("3", "2", "1"), ARM = c("A", "B", "A"), STARTDT = as.Date(c("2024-01-01", "2024-01-01", NA))
  )
  expect_message(best <- best_response(visits, subjects), class = "tte_message_not_started")
  expect_equal(best$USUBJID, c("3", "2"))
  expect_equal(best$ARM, c("A", "B"))
  expect_equal(best$BOR, c("MISSING", "PR"))
  all <- best_response(visits, subjects, population = "enrolled")
  expect_equal(all$BOR, c("MISSING", "PR", "MISSING"))
})

test_that("the reason says what decided", {
  expect_match(days(c(50, 92), c("PR", "PR"))$CREASON, "PR on 2024-02-20, confirmed by PR 42 days later",
    fixed = TRUE
  )
  expect_match(days(20, "SD")$REASON, "SD on 2024-01-21 is only 20 days after the start (at least 42)",
    fixed = TRUE
  )
  expect_match(days(63, "CR")$CREASON, "not confirmed; 63 days after the start it counts as SD", fixed = TRUE)
  expect_match(patient("2024-01-01")$REASON, "no assessment", fixed = TRUE)
})

test_that("readers are kept apart and several need a choice", {
  visits <- data.frame(
    USUBJID = "1", ADT = as.Date("2024-03-01"), AVALC = c("PR", "SD"), PARCAT2 = c("Investigator", "BICR")
  )
  subjects <- data.frame(USUBJID = "1", STARTDT = as.Date("2024-01-01"))
  expect_error(best_response(visits, subjects), class = "tte_error_input")
  expect_equal(best_response(visits, subjects, reader = "BICR")$BOR, "SD")
  expect_equal(best_response(visits, subjects, reader = "Investigator")$BOR, "PR")
})

test_that("all faults of visits and subjects come at once, with their rows", {
  visits <- data.frame(USUBJID = c("1", "9"), ADT = c("a", "b"), AVALC = c("CR", "better"))
  subjects <- data.frame(USUBJID = c("1", "1"), STARTDT = as.Date("2024-01-01"))
  error <- tryCatch(best_response(visits, subjects), tte_error_input = identity)
  expect_setequal(error$faults$fault, c("unknown_level", "not_a_date", "person_twice"))
  expect_equal(error$faults$rows[error$faults$column %in% "AVALC"], list(2L))
})

# ---- from lesions ----

best_of_lesions <- function(..., rule = recist(), subjects = NULL) {
  if (is.null(subjects)) subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  best_response(suppressMessages(derive_response(rbind(...), subjects, rule = rule)), subjects, rule = rule)
}

test_that("1.6 Table 3 footnote 1: a CR followed by any disease is PD at that visit", {
  expect_no_warning(late <- best_of_lesions(target("T1", 30, 0, 3)))
  expect_equal(c(late$BOR, late$CBOR), c("CR", "SD"))
  early <- best_of_lesions(target("T1", 30, 0, 3), rule = recist(min_sd_days = 43))
  expect_equal(early$CBOR, "PD")
  # "A CR that was really PR", corrected: small lesions were there all along.
  corrected <- best_of_lesions(target("T1", 30, 3, 3))
  expect_equal(corrected$CBOR, "PR")
})

test_that("1.6 a derived PR is confirmed by the visit after it, with the reason of both", {
  best <- best_of_lesions(target("T1", 100, 80, 65, 70, 78))
  expect_equal(c(best$BOR, best$CBOR), c("PR", "PR"))
  expect_equal(best$CRSPDT, recist_start + 84)
  expect_equal(
    best$CREASON,
    "PR on 2024-03-25 (sum 65 mm is 35 % below baseline 100 mm), confirmed by PR 42 days later"
  )
  expect_match(best$provenance[[1]]$conventions[["sticky"]], "stays until progression")
})

test_that("1.6 a study gives its lesions, data cut, new therapies and columns", {
  subjects <- data.frame(
    USUBJID = c("1", "2", "3"), RANDDT = recist_start, TRT01P = c("A", "B", "B")
  )
  therapies <- data.frame(
    USUBJID = c("1", "2", "2", "2"), ASTDT = recist_start + c(90, -30, 84, 50),
    CMCAT = c("SYSTEMIC", "SYSTEMIC", NA, "RADIOTHERAPY")
  )
  lesions <- rbind(
    target("T1", 30, 30, 20, 20, organ = "LIVER"), target("T1", 30, 25, 10, 10, who = "2", organ = "LIVER")
  )
  trial <- study(
    subjects = subjects, lesions = lesions, therapies = therapies, design = "randomised", arms = c("A", "B")
  )
  best <- best_response(trial)
  expect_equal(best$NACTDT, recist_start + c(90, 84, NA))
  expect_equal(best$BOR, c("PR", "PR", "MISSING"))
  expect_equal(best$CBOR, c("SD", "SD", "MISSING"))
  after <- best_response(trial, recist(nact_same_day = "after"))
  expect_equal(after$BOR, c("PR", "SD", "MISSING"))
  expect_equal(best_response(trial, therapies = c("systemic", "radiotherapy"))$BOR, c("PR", "SD", "MISSING"))
  expect_equal(best_response(trial, therapies = character())$CBOR, c("PR", "PR", "MISSING"))
  expect_equal(best$TRT01P, factor(c("A", "B", "B")))
})

test_that("1.6 before the first scan everybody is MISSING, and nobody is nobody", {
  subjects <- data.frame(USUBJID = c("1", "2"), RANDDT = recist_start + c(0, 30), TRT01P = "A")
  lesions <- target("T1", 30, 20, organ = "LIVER")
  trial <- study(subjects = subjects, lesions = lesions, design = "randomised")
  early <- trial
  early$lesions <- lesions[0, ]
  expect_equal(best_response(early)$BOR, c("MISSING", "MISSING"))
  expect_equal(nrow(derive_response(early)), 0)
  early$tte$data_cut <- recist_start - 1
  expect_equal(nrow(suppressMessages(best_response(early))), 0)
})

test_that("columns that are factors are read as their words", {
  visits <- data.frame(
    USUBJID = factor(c("2", "1", "1")), ADT = recist_start + c(50, 50, 90), AVALC = factor(c("PR", NA, "SD"))
  )
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = recist_start)
  expect_equal(best_response(visits, subjects)$BOR, c("SD", "PR"))
  rows <- rbind(target("T1", 30, 20), other("N1", "PRESENT", "ABSENT"))
  words <- c("USUBJID", "TRLNKID", "TRGRPID", "AVISIT", "TRSTRESC", "NODAL", "TRLOC", "ABLFL")
  rows$TRSTRESC[rows$TRSTRESC == ""] <- NA
  factors <- rows
  factors[words] <- lapply(rows[words], factor)
  expect_equal(derive_response(factors)$AVALC, derive_response(rows)$AVALC)
  expect_equal(derive_response(rows)$AVALC, c(NA, "PR"))
})

test_that("1.6 populations: started, enrolled, measurable, evaluable", {
  subjects <- data.frame(
    USUBJID = as.character(1:5), STARTDT = c(rep(recist_start, 4), as.Date(NA))
  )
  lesions <- rbind(
    target("T1", 30, 30), other("N1", "PRESENT", "PRESENT", who = "2"),
    target("T1", 30, "NOT EVALUABLE", who = "3"), target("T1", 30, who = "4")
  )
  responses <- derive_response(lesions, subjects)
  who <- function(population) {
    suppressMessages(best_response(responses, subjects, population = population))$USUBJID
  }
  expect_equal(who("started"), c("1", "2", "3", "4"))
  expect_equal(who("enrolled"), as.character(1:5))
  expect_equal(who("measurable"), c("1", "3", "4"))
  expect_equal(who("evaluable"), c("1", "2"))
  expect_message(
    expect_message(
      best_response(responses, subjects, population = "evaluable"),
      class = "tte_message_not_evaluable"
    ),
    class = "tte_message_not_started"
  )
})

test_that("1.6 who is measurable must be said", {
  visits <- data.frame(USUBJID = c("1", "2"), ADT = recist_start + 50, AVALC = "SD", PARAMCD = "OVR")
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = recist_start)
  expect_error(best_response(visits, subjects, population = "measurable"), class = "tte_error_input")
  records <- rbind(visits, data.frame(USUBJID = "2", ADT = recist_start, AVALC = "Y", PARAMCD = "MDIS"))
  measurable <- suppressMessages(best_response(records, subjects, population = "measurable"))
  expect_equal(measurable$USUBJID, "2")
  subjects$MEASFL <- c("Y", "N")
  expect_equal(suppressMessages(best_response(visits, subjects, population = "measurable"))$USUBJID, "1")
})

test_that("1.6 an incomplete baseline is not evaluable", {
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = recist_start)
  lesions <- rbind(target("T1", 30, 30), target("T1", "NOT EVALUABLE", 0, who = "2"))
  responses <- suppressMessages(derive_response(lesions, subjects))
  expect_equal(best_response(responses, subjects)$BOR, c("SD", "CR"))
  expect_equal(suppressMessages(best_response(responses, subjects, population = "evaluable"))$USUBJID, "1")
})

test_that("1.6 numeric codes are those of ADaM", {
  code <- function(day, response, ...) days(day, response, ...)$BORN
  expect_equal(
    c(
      code(50, "CR"), code(50, "PR"), code(50, "SD"), code(50, "NN"), code(50, "PD"), code(50, "NE"),
      code(50, "ND"), code(50, "NED")
    ),
    1:8
  )
  expect_equal(patient("2024-01-01", rule = recist(no_assessment = "NE"))$CBORN, 6)
})

test_that("1.6 derived responses of several readers need a choice, and each has his own", {
  lesions <- rbind(
    cbind(target("T1", 30, 15, 15), READER = "A"), cbind(target("T1", 30, 30, 30), READER = "B")
  )
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  responses <- derive_response(lesions, subjects)
  expect_error(best_response(responses, subjects), "several readers")
  expect_equal(best_response(responses, subjects, reader = "A")$CBOR, "PR")
  expect_equal(best_response(responses, subjects, reader = "B")$CBOR, "SD")
})

test_that("pharmaverseadam's BOR, CBOR and start of response come out of its OVR records", {
  skip_if_not_installed("pharmaverseadam")
  study <- study_from_adam(pharmaverseadam::adsl, pharmaverseadam::adrs_onco, pharmaverseadam::adtte_onco)
  supplied <- study$assessments
  # Its screen failures have BOR records (MISSING) too; they are no subjects here, so they have no best
  # response.
  records <- pharmaverseadam::adrs_onco
  out <- setdiff(records$USUBJID[records$PARAMCD == "BOR"], study$subjects$USUBJID)
  expect_length(out, study$tte$n_screen_failures)
  expect_true(all(records$AVALC[records$PARAMCD == "BOR" & records$USUBJID %in% out] == "MISSING"))
  # Its minimum duration is 28 days, ours 42: no patient of these data lies between the two.
  for (least in c(28, 42)) {
    best <- best_response(study, rule = recist(min_sd_days = least))
    compared <- compare_response(best, supplied)
    expect_equal(nrow(compared), 2 * nrow(study$subjects))
    expect_true(all(compared$AGREES))
  }
  # Its duration of response starts at the first response, confirmed or not.
  duration <- study$endpoints[study$endpoints$PARAMCD == "RSD", ]
  expect_equal(duration$STARTDT, best$RSPDT[match(duration$USUBJID, best$USUBJID)])
  expect_equal(sum(!is.na(best$RSPDT)), nrow(duration))
  expect_equal(sum(!is.na(best$CRSPDT)), 1)
})

test_that("print counts, and a broken table is explained", {
  visits <- data.frame(
    USUBJID = c("1", "1", "9"), ADT = as.Date("2024-03-01") + c(0, 40, NA),
    AVALC = c("PR", "PR", "x")
  )
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = as.Date("2024-01-01"), ARM = c("A", "B"))
  expect_snapshot(print(best_response(visits[1:2, ], subjects)))
  expect_snapshot(best_response(visits, subjects, reader = "BICR", population = "all"), error = TRUE)
  best <- best_response(visits[1:2, ], subjects)
  expect_output(print(best[c("USUBJID", "CBOR")]), "MISSING")
})
