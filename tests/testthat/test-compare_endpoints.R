golden_patients <- ep_patients(
  ep_patient("42 SD", "84 PR", "210 PD", id = "X"), ep_patient("84 PR", "126 PD", therapy = 100, id = "Y"),
  ep_patient(death = 60, id = "Z"), ep_patient(death = 152, id = "W"),
  ep_patient("84 PR", "168 PD", id = "V"),
  ep_patient("42 SD", "84 NE", id = "U"), ep_patient(baseline = "N", id = "T"),
  ep_patient(death = 299, baseline = "N", id = "T2"), ep_patient(death = 60, baseline = "N", id = "T3")
)

test_that("two rules: the golden patients that differ, and why", {
  changes <- compare_endpoints(ep_derive(golden_patients, "PFS", list(fda, ema)))
  expect_equal(changes$USUBJID, c("X", "Y", "W", "T", "T2"))
  expect_equal(changes$CHANGE, c(
    rep("censored, now event", 3), "another reason for censoring", "censored, now event"
  ))
  expect_match(changes$REASON[1], "too many visits were missed before the disease progression")
  expect_match(changes$REASON[2], "a new anticancer therapy came first")
  expect_match(changes$REASON[3], "too many visits were missed before the death")
  expect_match(changes$REASON[5], "there was no baseline assessment")
  expect_equal(attr(changes, "counts")$N, c(4, 1))
  expect_equal(attr(changes, "counts")$COMPARED, c(9, 9))
  expect_snapshot(print(changes))
})

test_that("two data frames by one rule each give the same listing", {
  within <- compare_endpoints(ep_derive(golden_patients, "PFS", list(fda, ema)))
  between <- compare_endpoints(ep_derive(golden_patients, "PFS", fda), ep_derive(golden_patients, "PFS", ema))
  expect_equal(between$REASON, within$REASON)
  same <- compare_endpoints(ep_derive(golden_patients, "PFS", fda), ep_derive(golden_patients, "PFS", fda))
  expect_equal(nrow(same), 0)
  expect_snapshot(print(same))
})

test_that("two cuts: what came after the first, and who", {
  early <- ep_derive(golden_patients, c("OS", "PFS"), ema, cut = 100)
  late <- ep_derive(golden_patients, c("OS", "PFS"), ema, cut = 200)
  changes <- compare_endpoints(early, late)
  pfs <- changes[changes$ENDPOINT == "PFS", ]
  expect_equal(pfs$USUBJID, c("Y", "W", "V"))
  expect_equal(pfs$CHANGE, rep("censored, now event", 3))
  expect_match(pfs$REASON, "what happened after 2024-04-10 was not known then")
  back <- compare_endpoints(late, early)
  expect_equal(back$CHANGE[back$ENDPOINT == "PFS"], rep("event, now censored", 3))
})

test_that("a new therapy, or a death after missed visits, after the first cut is news", {
  at <- function(cut) ep_derive(golden_patients, "PFS", fda, cut = cut)
  changes <- compare_endpoints(at(100), at(200))
  expect_equal(changes$USUBJID, c("W", "V"))
  expect_match(changes$REASON, "was not known then")
})

test_that("two readers: what each saw", {
  p <- ep_patients(ep_patient("42 SD", "84 PD"), ep_patient("42 SD", "84 SD"))
  p$subjects <- p$subjects[1, ]
  p$visits$READER <- rep(c("BICR", "INV"), each = 2)
  rows <- ep_derive(p, "PFS", list(fda, ema), reader = c("BICR", "INV"))
  changes <- compare_endpoints(rows)
  # by each rule between readers; between the rules nothing differs
  expect_equal(nrow(changes), 2)
  expect_equal(changes$A, c("BICR (FDA 2007 Table A)", "BICR (EMA 2012)"))
  expect_match(changes$REASON[1], "BICR .* saw the progression on 2024-03-25, INV .* saw no progression")
  counts <- attr(changes, "counts")
  expect_equal(nrow(counts), 4)
})

test_that("responders of one only are listed", {
  p <- ep_patients(ep_patient("42 PR", "84 SD", "126 PD", id = "1"), ep_patient("42 PR", "84 PR", id = "2"))
  unconfirmed <- ep_derive(p, "DoR", ema)
  confirmed <- ep_derive(p, "DoR", ema, rule = recist(confirmed = TRUE))
  changes <- compare_endpoints(unconfirmed, confirmed)
  expect_equal(changes$USUBJID, "1")
  expect_equal(changes$CHANGE, "only in the first")
  expect_match(changes$REASON, "no row in the second")
})

test_that("a progression moved to its visit is another date of the event", {
  p <- ep_patients(ep_patient("42 SD", "60 PD"))
  changes <- compare_endpoints(ep_derive(p, "PFS", list(fda, censoring("FDA", table = "B", visits = q6w))))
  expect_equal(changes$CHANGE, "another date of the event")
  expect_match(changes$REASON, "dates progressions to the scheduled visits")
})

test_that("what cannot be compared is refused", {
  rows <- ep_derive(golden_patients, "PFS", fda)
  expect_error(compare_endpoints(rows), "nothing|no endpoint to compare", class = "tte_error_input")
  expect_error(compare_endpoints(data.frame(a = 1)), class = "tte_error_input")
  expect_error(compare_endpoints(rows, ep_derive(golden_patients, "OS", NULL)), class = "tte_error_input")
})

test_that("records that differ under several rules are counted under each", {
  before <- ep_derive(golden_patients, c("OS", "PFS"), list(fda, ema))
  changed <- golden_patients
  changed$visits$AVALC[changed$visits$USUBJID == "V"] <- "SD"
  changes <- compare_endpoints(before, ep_derive(changed, c("OS", "PFS"), list(fda, ema)))
  expect_equal(changes$USUBJID, c("V", "V"))
  expect_equal(changes$A, c("the first (FDA 2007 Table A)", "the first (EMA 2012)"))
  expect_match(changes$REASON[2], "in the second (EMA 2012): the records differ", fixed = TRUE)
  said <- utils::capture.output(print(changes))
  expect_equal(sum(grepl("1 of 9 patients differs", said)), 2)
  expect_equal(sum(grepl("0 of 9 patients differ$", said)), 1)
})

test_that("cuts under several rules say which rule", {
  at <- function(cut) ep_derive(golden_patients, "PFS", list(fda, ema), cut = cut)
  changes <- compare_endpoints(at(100), at(200))
  expect_match(changes$A, "data cut 2024-04-10 (", fixed = TRUE)
  none <- ep_derive(golden_patients, "PFS", list(fda, ema))
  expect_match(compare_endpoints(at(100), none)$REASON[1], "without a data cut (FDA", fixed = TRUE)
})

test_that("two definitions of one name are compared each with itself", {
  both <- list(endpoint("TTP"), endpoint("TTP", death = "last_assessment"))
  changes <- compare_endpoints(
    ep_derive(golden_patients, both, ema, cut = 100), ep_derive(golden_patients, both, ema)
  )
  # W dies on day 153: a competing event of the first definition, nothing in the second
  expect_equal(sum(changes$USUBJID == "W"), 1)
  expect_equal(sum(changes$USUBJID == "Y"), 2)
})

test_that("columns that were left out are named", {
  rows <- ep_derive(golden_patients, "PFS", list(fda, ema))
  error <- tryCatch(
    compare_endpoints(rows[c("USUBJID", "PARAMCD", "ADT", "CAUSE", "provenance")]),
    tte_error_input = identity
  )
  expect_setequal(error$faults$column, c("AVAL", "EVNTDESC", "RULE", "READER"))
})

test_that("a reader without a baseline is the reason, and not what he did not see", {
  both <- rbind(target("T1", 50, 45, 40), target("T1", 50, 45, 40, who = "2"))
  lesions <- rbind(cbind(both, READER = "INV"), cbind(both[both$USUBJID == "1", ], READER = "IRC"))
  subjects <- data.frame(USUBJID = c("1", "2"), RANDDT = day_zero, DTHDT = day_zero + 150)
  trial <- study(subjects, lesions = lesions, design = "randomised", arm = NULL)
  changes <- compare_endpoints(derive_endpoint(trial, "PFS", censoring = fda, reader = c("INV", "IRC")))
  expect_equal(changes$USUBJID, "2")
  expect_match(changes$REASON, "by IRC there was no baseline assessment", fixed = TRUE)
  expect_no_match(changes$REASON, "saw no progression")
})

test_that("PFS and DoR by both criteria are compared, and a progression on the same day is no difference", {
  design <- design_irae_risk(patients = 60, n_markers = 0, pseudoprogression = 0.3, scans_after = 2)
  both <- derive_endpoint(simulate_study(design, 4), c("PFS", "IPFS"),
    rule = irecist(recist(confirmed = FALSE)), censoring = censoring("EMA")
  )
  pfs <- both[both$PARAMCD == "PFS", ]
  ipfs <- both[both$PARAMCD == "IPFS", ]
  found <- compare_endpoints(both)
  expect_equal(unique(found$ENDPOINT), "PFS")
  expect_equal(unique(paste(found$A, found$B)), "RECIST 1.1 iRECIST")
  other <- pfs$ADT != ipfs$ADT | (pfs$CNSR == 0) != (ipfs$CNSR == 0)
  expect_setequal(found$USUBJID, pfs$USUBJID[other])
  expect_gt(sum(other), 2)
  expect_match(found$REASON[found$EVNTDESC_A == "Disease Progression"], "cancelled that progression")
  apart <- compare_endpoints(pfs, ipfs)
  expect_equal(apart$USUBJID, found$USUBJID)
  expect_equal(apart$A, found$A)
  # of two data cuts the same criteria are compared
  expect_equal(nrow(compare_endpoints(both, both)), 0)
})
