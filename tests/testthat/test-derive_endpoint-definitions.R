# Clinical rules 3.1, 3.2 and 3.7: each endpoint by hand.

# A study of one patient with the tables that the rarer endpoints need.
ep_study <- function(..., records = NULL, subjects = list(), therapies = NULL, procedures = NULL,
                     death = NA, alive = 1000, design = "randomised", cut = NULL) {
  p <- ep_patient(..., death = death, alive = alive)
  visits <- p$visits
  if (nrow(visits) > 0) visits$PARAMCD <- "OVR"
  words <- strsplit(as.character(records), " ")
  rows <- data.frame(
    USUBJID = rep("1", length(words)), ADT = day_zero + as.numeric(vapply(words, `[`, "", 1)),
    AVALC = vapply(words, function(w) paste(w[-1], collapse = " "), ""), PARAMCD = rep("RECUR", length(words))
  )
  p$subjects$NACTDT <- NULL
  p$subjects[names(subjects)] <- subjects
  tables <- list(
    subjects = p$subjects, assessments = rbind(visits, rows), therapies = therapies, procedures = procedures,
    tte = list(design = design, data_cut = if (!is.null(cut)) day_zero + cut)
  )
  structure(Filter(Negate(is.null), tables), class = "tte_study")
}

ep_one <- function(e, ..., censoring = NULL, rule = recist()) {
  rows <- derive_endpoint(ep_study(...), list(e), rule = rule, censoring = censoring)
  sprintf("%d %g %d", rows$CNSR, rows$AVAL, rows$CAUSE)
}

test_that("3.2 OS: death, else the last date known alive, not after the cut", {
  expect_equal(ep_one("OS", death = 100), "0 101 1")
  expect_equal(ep_one("OS", alive = 50), "1 51 0")
  expect_equal(ep_one("OS", death = 100, cut = 80), "1 81 0")
  expect_equal(ep_one("OS", alive = 100, cut = 80), "1 81 0")
  expect_equal(ep_one("OS", "70 SD", alive = 50), "1 71 0")
  rows <- derive_endpoint(ep_study(alive = 50), "OS")
  expect_equal(c(rows$EVNTDESC, rows$CNSDTDSC, rows$SRCVAR), c("Alive", "Alive During Study", "LSTALVDT"))
  expect_equal(rows$CAUSEDESC, "Censored")
  died <- derive_endpoint(ep_study("42 SD", death = 50), "PFS", censoring = ema)
  expect_equal(died$CAUSEDESC, "Disease Progression or Death")
})

test_that("3.2 OS asks neither rule nor reader", {
  rows <- derive_endpoint(ep_study(death = 100), "OS", censoring = list(fda, ema))
  expect_equal(rows$PARAMCD, "OS")
  expect_equal(c(rows$RULE, rows$READER), c(NA_character_, NA_character_))
})

test_that("3.1 death and contact before the start are day 1", {
  expect_equal(ep_one("OS", death = -3), "0 1 1")
  expect_equal(ep_one("OS", alive = -3), "1 1 0")
})

test_that("3.2 TTP: a death competes, on its day", {
  expect_equal(ep_one("TTP", "42 SD", "84 PD", censoring = ema), "0 85 1")
  expect_equal(ep_one("TTP", "42 SD", death = 60, censoring = ema), "7 61 2")
  expect_equal(ep_one("TTP", "42 SD", death = 141, censoring = fda), "5 43 0")
  expect_equal(ep_one("TTP", "42 SD", "84 PD", death = 84, censoring = ema), "0 85 1")
  at_last <- endpoint("TTP", death = "last_assessment")
  expect_equal(ep_one(at_last, "42 SD", death = 60, censoring = ema), "1 43 0")
  rows <- derive_endpoint(ep_study("42 SD", death = 60), "TTP", censoring = ema)
  expect_equal(c(rows$EVNTDESC, rows$CAUSEDESC, rows$SRCVAR), c("Death", "Death", "DTHDT"))
})

test_that("3.2 DoR: from the response to PD or death; others have no row", {
  rows <- derive_endpoint(ep_study("42 SD", "84 PR", "168 PD"), "DoR", censoring = fda)
  expect_equal(rows$STARTDT, day_zero + 84)
  expect_equal(rows$AVAL, 85)
  expect_equal(nrow(derive_endpoint(ep_study("42 SD", "84 PD"), "DoR", censoring = fda)), 0)
  expect_equal(ep_one("DoR", "84 PR", censoring = fda), "1 1 0")
})

test_that("3.2 DoR of a confirmed responder starts at the response that was confirmed", {
  visits <- c("42 PR", "84 SD", "126 PR", "168 PR", "210 PD")
  first <- derive_endpoint(do.call(ep_study, as.list(visits)), "DoR", censoring = fda)
  confirmed <- derive_endpoint(do.call(ep_study, as.list(visits)), "DoR",
    rule = recist(confirmed = TRUE), censoring = fda
  )
  expect_equal(first$STARTDT, day_zero + 42)
  expect_equal(confirmed$STARTDT, day_zero + 126)
  expect_equal(confirmed$ADT, first$ADT)
})

test_that("3.2 DoR of golden patient 1 of 1.6 starts at the PR", {
  golden <- ep_study("0 PR", "31 CR", "46 NE", "60 CR", "91 SD")
  rows <- derive_endpoint(golden, "DoR", rule = recist(confirmed = TRUE, min_sd_days = 28), censoring = ema)
  expect_equal(rows$STARTDT, day_zero)
  expect_equal(rows$AVAL, 92)
})

test_that("3.2 TTRESP: all patients; progression and death compete; without response the last assessment", {
  expect_equal(ep_one("TTRESP", "42 SD", "84 PR", "126 PD", censoring = fda), "0 85 1")
  expect_equal(ep_one("TTRESP", "42 SD", "84 PD", censoring = fda), "7 85 2")
  expect_equal(ep_one("TTRESP", "42 SD", death = 60, censoring = fda), "7 61 3")
  expect_equal(ep_one("TTRESP", "42 SD", censoring = fda), "1 43 0")
  expect_equal(ep_one("TTRESP", "42 PR", "84 PD", rule = recist(confirmed = TRUE), censoring = fda), "7 85 2")
  responders <- endpoint("TTRESP", population = "responders")
  expect_equal(ep_one(responders, "42 SD", "84 PD", censoring = fda), character())
})

test_that("3.2 a response after missed visits stays one, as the response rate counts it", {
  expect_equal(ep_one("TTRESP", "200 PR", censoring = fda), "0 201 1")
  expect_equal(ep_one("DoR", "200 PR", "242 PD", censoring = fda), "0 43 1")
})

test_that("3.2 TTNT: next therapy or death; death can compete", {
  next_line <- data.frame(USUBJID = "1", CMTRT = "Y", CMCAT = "SYSTEMIC", ASTDT = day_zero + 120)
  expect_equal(ep_one("TTNT", therapies = next_line), "0 121 1")
  expect_equal(ep_one("TTNT", therapies = next_line, death = 100), "0 101 1")
  compete <- endpoint("TTNT", death = "competing")
  expect_equal(ep_one(compete, therapies = next_line, death = 100), "7 101 2")
  expect_equal(ep_one("TTNT", therapies = next_line, cut = 119), "1 120 0")
  rows <- derive_endpoint(ep_study(therapies = next_line), "TTNT")
  expect_equal(c(rows$EVNTDESC, rows$SRCDOM, rows$SRCVAR), c("New Anti-Cancer Therapy", "ADCM", "ASTDT"))
  expect_equal(rows$SRCSEQ, 1L)
})

test_that("3.2 PFS2: progression on the next line, or death", {
  records <- "300 PROGRESSION ON NEXT LINE"
  expect_equal(ep_one("PFS2", "42 PD", records = records), "0 301 1")
  expect_equal(ep_one("PFS2", "42 PD", records = records, death = 250), "0 251 1")
  expect_equal(ep_one("PFS2", "42 PD", records = "42 SECOND PRIMARY", alive = 90), "1 91 0")
})

test_that("3.2 TTF: discontinuation, progression or death; planned completion is no failure", {
  off <- function(status) list(TRTEDT = day_zero + 60, EOTSTT = status)
  expect_equal(ep_one("TTF", "42 SD", "84 PD", subjects = off("DISCONTINUED")), "0 61 1")
  expect_equal(ep_one("TTF", "42 SD", "84 PD", subjects = off("COMPLETED")), "0 85 1")
  expect_equal(ep_one("TTF", "42 SD", subjects = off("COMPLETED"), alive = 200), "1 201 0")
  expect_equal(ep_one("TTF", "42 SD", subjects = off("ONGOING"), death = 90), "0 91 1")
  by_reason <- list(TRTEDT = day_zero + 60, DCTREAS = "ADVERSE EVENT")
  expect_equal(ep_one("TTF", "42 SD", subjects = by_reason), "0 61 1")
})

test_that("3.2 EFS, lung: a progression before a resection that took place is no event", {
  efs <- endpoint("EFS", disease = "lung")
  surgery <- data.frame(USUBJID = "1", PRTRT = "Lobectomy", PRCAT = "SURGERY", ASTDT = day_zero + 90)
  expect_equal(ep_one(efs, "42 SD", "84 PD", censoring = ema), "0 85 1")
  expect_equal(ep_one(efs, "42 SD", "84 PD", "126 NED", procedures = surgery, censoring = ema), "1 127 0")
  expect_equal(ep_one(efs, "84 PD", "168 PD", procedures = surgery, censoring = ema), "0 169 1")
  recurs <- ep_one(efs, "84 PR",
    records = c("150 RECURRENCE-FREE", "200 DISTANT RECURRENCE"), procedures = surgery, censoring = ema
  )
  expect_equal(recurs, "0 201 1")
  free <- "150 RECURRENCE-FREE"
  expect_equal(ep_one(efs, "84 PR", records = free, procedures = surgery, censoring = ema), "1 151 0")
  expect_equal(ep_one(efs, "84 PD", procedures = surgery, death = 130, censoring = ema), "0 131 1")
})

test_that("3.2 DFS and RFS, lung: what a new primary is", {
  dfs <- endpoint("DFS", disease = "lung")
  rfs <- endpoint("RFS", disease = "lung")
  free <- c("84 RECURRENCE-FREE", "168 RECURRENCE-FREE")
  relapse <- c(free, "200 LOCOREGIONAL RECURRENCE")
  primary <- c(free, "100 NEW PRIMARY SAME SITE")
  second <- c(free, "100 SECOND PRIMARY")
  expect_equal(ep_one(dfs, records = relapse), "0 201 1")
  expect_equal(ep_one(dfs, records = primary), "0 101 1")
  expect_equal(ep_one(dfs, records = second), "1 169 0")
  expect_equal(ep_one(dfs, records = free, death = 300), "0 301 1")
  expect_equal(ep_one(rfs, records = primary), "1 169 0")
  expect_equal(ep_one(rfs, records = c(primary, "200 DISTANT RECURRENCE")), "0 201 1")
  censors <- endpoint("RFS", disease = "lung", second_primary = "censor")
  expect_equal(ep_one(censors, records = c(primary, "200 DISTANT RECURRENCE")), "8 101 0")
  expect_equal(ep_one(censors, records = second), "8 101 0")
})

test_that("3.2 DFS with overall responses and no records: a progression is the recurrence", {
  dfs <- endpoint("DFS", disease = "lung")
  expect_equal(ep_one(dfs, "84 NED", "168 PD"), "0 169 1")
  expect_equal(ep_one(dfs, "84 NED", "168 NED", "200 NE"), "1 169 0")
})

test_that("3.2 a DFS with records does not count an overall progression, nor end at it", {
  rows <- ep_one(endpoint("RFS", disease = "lung"), "84 NED", "126 PD", records = "120 SECOND PRIMARY")
  expect_equal(rows, "1 85 0")
})

test_that("3.2 DFS and RFS, colon", {
  free <- "84 RECURRENCE-FREE"
  primary <- c(free, "99 NEW PRIMARY SAME SITE")
  expect_equal(ep_one(endpoint("DFS", disease = "colon"), records = primary), "0 100 1")
  expect_equal(ep_one(endpoint("RFS", disease = "colon"), records = primary), "1 85 0")
  expect_equal(ep_one(endpoint("DFS", disease = "colon"), records = c(free, "99 SECOND PRIMARY")), "1 85 0")
})

test_that("3.2 TTRECUR, colon: deaths of the cancer are events, other deaths compete", {
  ttr <- endpoint("TTRECUR")
  free <- "84 RECURRENCE-FREE"
  died <- function(cause) ep_one(ttr, records = free, death = 200, subjects = list(DTHCAUS = cause))
  expect_equal(died("Colon cancer"), "0 201 1")
  expect_equal(died("MYOCARDIAL INFARCTION"), "7 201 2")
  expect_equal(died(NA), "7 201 2")
  relapse <- ep_one(ttr,
    records = c(free, "150 DISTANT RECURRENCE"), death = 200, subjects = list(DTHCAUS = "Colon cancer")
  )
  expect_equal(relapse, "0 151 1")
})

test_that("3.2 IDFS and IBCFS differ in second primaries of other organs", {
  free <- "84 RECURRENCE-FREE"
  idfs <- endpoint("IDFS")
  ibcfs <- endpoint("IBCFS")
  expect_equal(ep_one(idfs, records = c(free, "99 SECOND PRIMARY")), "0 100 1")
  expect_equal(ep_one(ibcfs, records = c(free, "99 SECOND PRIMARY")), "1 85 0")
  expect_equal(ep_one(ibcfs, records = c(free, "99 CONTRALATERAL INVASIVE")), "0 100 1")
  expect_equal(ep_one(ibcfs, records = free, death = 99), "0 100 1")
})

test_that("3.2 an endpoint of one's own", {
  mfs <- endpoint("MFS",
    events = c("DISTANT RECURRENCE", "DEATH"), competing = c(Local = "LOCOREGIONAL RECURRENCE"),
    label = "Metastasis-Free Survival"
  )
  records <- c("84 RECURRENCE-FREE", "100 LOCOREGIONAL RECURRENCE", "150 DISTANT RECURRENCE")
  expect_equal(ep_one(mfs, records = records), "7 101 2")
  expect_equal(ep_one(mfs, records = records[c(1, 3)]), "0 151 1")
})

test_that("3.7 code 6: lost to follow-up, not a later reason", {
  lost <- list(EOSDT = day_zero + 100, EOSSTT = "DISCONTINUED", DCSREAS = "Lost to Follow-up")
  expect_equal(ep_one("OS", subjects = lost, alive = 90), "6 91 0")
  expect_equal(ep_one("PFS", "42 SD", subjects = lost, censoring = ema), "6 43 0")
  expect_equal(ep_one("PFS", "42 SD", subjects = lost, censoring = ema, cut = 99), "1 43 0")
  rows <- derive_endpoint(ep_study("42 SD", subjects = lost), "PFS", censoring = ema)
  expect_equal(c(rows$EVNTDESC, rows$CNSDTDSC), c("Lost to Follow-Up", "Last Tumor Assessment"))
})

test_that("3.7 words and sources are there in every row", {
  p <- ep_patients(
    ep_patient("42 SD", "84 PR", "210 PD", id = "X"), ep_patient("84 PR", "126 PD", therapy = 100, id = "Y"),
    ep_patient(death = 152, id = "W"), ep_patient("42 SD", id = "U", alive = 50),
    ep_patient(baseline = "N", id = "T", alive = 9)
  )
  rows <- ep_derive(p, c("OS", "PFS", "TTP", "DoR", "TTRESP", "TTNT"), list(fda, ema))
  expect_false(anyNA(rows$EVNTDESC))
  expect_equal(is.na(rows$CNSDTDSC), rows$CNSR == 0)
  expect_false(anyNA(rows[c("SRCDOM", "SRCVAR", "ADT", "AVAL", "CAUSE", "CAUSEDESC", "STARTDT")]))
  expect_equal(rows$AVAL, as.numeric(rows$ADT - rows$STARTDT) + 1)
  expect_true(all(rows$AVAL >= 1))
  expect_true(all((rows$CAUSE == 1) == (rows$CNSR == 0)))
  expect_true(all(rows$CNSR[rows$CAUSE > 1] == 7))
  x <- rows[rows$USUBJID == "X" & rows$PARAMCD == "PFSEMA", ]
  expect_equal(p$visits$AVALC[x$SRCSEQ], "PD")
})

test_that("3.7 a date completed by rule carries its flag, a record its number", {
  rows <- derive_endpoint(ep_study(death = 100, subjects = list(DTHDTF = "D")), "OS")
  expect_equal(rows$ADTF, "D")
  expect_equal(derive_endpoint(ep_study(alive = 50, subjects = list(DTHDTF = "D")), "OS")$ADTF, NA_character_)
  therapy <- data.frame(USUBJID = "1", ASTDT = day_zero + c(90, 60), ASTDTF = c(NA, "D"), CMSEQ = c(7, 9))
  rows <- derive_endpoint(ep_study(therapies = therapy), "TTNT")
  expect_equal(rows$ADTF, "D")
  expect_equal(rows$SRCSEQ, 9L)
  s <- ep_study("42 SD", "84 PD")
  s$assessments$ASEQ <- c(11, 12)
  expect_equal(derive_endpoint(s, "PFS", censoring = ema)$SRCSEQ, 12L)
})

test_that("3.1 who never started has no row and is counted", {
  p <- ep_patients(ep_patient("42 SD", id = "1"), ep_patient(id = "2"), ep_patient(id = "3"))
  p$subjects$STARTDT[2] <- NA
  p$subjects$STARTDT[3] <- day_zero + 500
  expect_message(
    rows <- ep_derive(p, "PFS", ema, cut = 400), "2 of 3 patients",
    class = "tte_message_not_started"
  )
  expect_equal(rows$USUBJID, "1")
  expect_equal(rows$provenance[[1]]$n_not_started, 2)
})

test_that("3.5 the cut hides deaths, scans and therapies after it", {
  p <- ep_patient("42 SD", "84 SD", "126 PD", death = 130, therapy = 100)
  expect_equal(ep_result(p, cut = 90), "1 85")
  expect_equal(ep_result(p, cut = 110), "4 85")
  expect_equal(ep_result(p, "OS", NULL, cut = 129), "1 130")
  expect_equal(ep_result(p, "OS", NULL, cut = 130), "0 131")
})

test_that("3.2 TTNT without deaths: who died is censored at the death, in these words", {
  ttnt <- endpoint("TTNT", death = "last_assessment")
  row <- ep_derive(ep_patient("42 SD", death = 60, alive = 60), ttnt, NULL)
  expect_equal(c(row$AVAL, row$CNSR, row$CAUSE), c(61, 1, 0))
  expect_equal(c(row$EVNTDESC, row$CNSDTDSC), c("Death", "Death"))
})

test_that("3.1 the start that a study counts from is said, and is day 1", {
  subjects <- data.frame(
    USUBJID = "1", SURGDT = day_zero, TRTSDT = day_zero + 30, DTHDT = as.Date(NA), LSTALVDT = day_zero + 90
  )
  surgery <- study(subjects,
    assessments = data.frame(USUBJID = "1", ADT = day_zero + 42, AVALC = "NE"), design = "single_arm",
    start = "SURGDT", arm = NULL
  )
  row <- derive_endpoint(surgery, "PFS", censoring = ema)
  expect_equal(row$provenance[[1]]$conventions[["from"]], "Time runs from SURGDT, which is day 1.")
  expect_equal(c(row$AVAL, row$SRCVAR, row$CNSDTDSC), c("1", "SURGDT", "Start (SURGDT)"))
  row <- ep_derive(ep_patient("42 SD"), "PFS")
  expect_equal(row$provenance[[1]]$conventions[["from"]], "Time runs from randomisation, which is day 1.")
})

test_that("the sentences of an endpoint come once, and say which responses count", {
  said <- function(endpoint, rule = recist(), censoring = fda) {
    p <- ep_patient("42 PR", "84 PR", "126 PD")
    ep_derive(p, endpoint, censoring, rule = rule)$provenance[[1]]$conventions
  }
  for (name in c("PFS", "TTP", "DoR", "TTRESP")) expect_equal(anyDuplicated(said(name)), 0, info = name)
  expect_match(said("DoR")[["from"]], "from the response")
  expect_false(any(grepl("randomisation", said("DoR"))))
  need <- "Responses need confirmation."
  expect_true(need %in% said("DoR", recist(confirmed = TRUE)))
  expect_true(any(grepl("30 days later or more", said("DoR", recist(confirmed = TRUE, confirm_days = 30)))))
  expect_true("Responses need no confirmation." %in% said("TTRESP", recist(confirmed = FALSE)))
  after <- "An assessment on the day a new anticancer therapy starts comes after it."
  expect_true(after %in% said("PFS", recist(nact_same_day = "after")))
  expect_false(any(grepl("comes before it", said("PFS", censoring = ema))))
})

test_that("1.3 endpoints from lesions say the rule of response, also by way of derive_response()", {
  lesions <- target("T1", 50, 30, 45)
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start + 1, DTHDT = as.Date(NA))
  responses <- derive_response(lesions, rule = recist(pr_sticky = FALSE))
  row <- derive_endpoint(responses, "PFS", recist(pr_sticky = FALSE), ema, subjects = subjects)
  said <- row$provenance[[1]]$conventions
  expect_true(any(grepl("Each timepoint is called from its own sum", said)))
  expect_false("supplied" %in% names(said))
})

test_that("rules with one label are told apart by their names", {
  p <- ep_patient("42 SD", "140 PD")
  every_8 <- censoring("FDA", visits = visits_every(8, 3))
  q4 <- censoring("FDA", visits = visits_every(4, 3))
  rows <- ep_derive(p, "PFS", list(a = q4, b = every_8))
  expect_equal(rows$RULE, c("FDA 2007 Table A (a)", "FDA 2007 Table A (b)"))
  expect_equal(rows$CNSR, c(5, 0))
  expect_match(rows$PARAM[1], "(FDA 2007 Table A (a))", fixed = TRUE)
  changes <- compare_endpoints(rows)
  expect_equal(c(changes$A, changes$B), rows$RULE)
  error <- tryCatch(ep_derive(p, "PFS", list(a = q4, every_8, every_8)), tte_error_input = identity)
  expect_equal(error$faults$argument, "censoring")
})
