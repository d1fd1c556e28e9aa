# Clinical rules 2.1, response at each timepoint by iRECIST: each test is named after the sentence it holds.

test_that("2.1 worked A: 90, new lesion, 65, 66, 80, 86", {
  found <- i_sums(c(100, 90, 90, 65, 66, 80, 86), c(NA, NA, 10, 10, 10, 10, 10))
  expect_equal(found$AVALC, c("iSD", "iUPD", "iPR", "iPR", "iUPD", "iCPD"))
  expect_equal(found$RECIST, c("SD", rep("PD", 5)))
  expect_equal(found$ICODE, c("RECIST", "OPENED", "SUPERSEDED", "RECIST", "OPENED", "CONFIRMED"))
  expect_equal(found$IBLOCK, c(NA, 1, 1, NA, 2, 2))
  expect_equal(found$ICONF[6], "a")
  lesions <- i_followed(target("T1", 100, 90, 90, 65, 66, 80, 86), newly("N1", "", "", 10, 10, 10, 10, 10))
  expect_equal(lesions$AVALC, found$AVALC)
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start, DTHDT = as.Date(NA))
  best <- best_response(found, subjects, rule = irecist())
  expect_equal(best$IBOR, "iPR")
  adtte <- derive_endpoint(found, c("PFS", "IPFS"),
    rule = irecist(), censoring = ema, subjects = subjects, design = "randomised"
  )
  expect_equal(adtte$ADT, recist_start + 42 * c(2, 5))
})

test_that("2.1 worked B: new lesion 10, 13, 15: the increase is cumulative", {
  found <- i_sums(c(100, 90, 90, 90), c(NA, 10, 13, 15))
  expect_equal(found$AVALC, c("iUPD", "iUPD", "iCPD"))
  expect_equal(found$ICONF[3], "c1")
  expect_equal(found$IBLOCKDT, rep(recist_start + 42, 3))
  expect_equal(i_words(target("T1", 100, 90, 90, 90), newly("N1", "", 10, 13, 15)), found$AVALC)
})

test_that("2.1 increases add up: +4 then +2 => confirm", {
  expect_equal(i_sums(c(100, 120, 124, 126))$AVALC, c("iUPD", "iUPD", "iCPD"))
  expect_match(i_sums(c(100, 120, 124, 126))$REASON[3], "sum 126 mm is 6 mm above 120 mm then")
})

test_that("2.1 EORTC scenario B: new lesion unchanged, SD->PR => iPR, reset", {
  expect_equal(i_sums(c(100, 90, 65), c(NA, 10, 10))$AVALC, c("iUPD", "iPR"))
})

test_that("2.1 EORTC scenario F: the targets were PR before the new lesion => stays iUPD", {
  expect_equal(i_sums(c(100, 60, 60, 60), c(NA, NA, 10, 10))$AVALC, c("iPR", "iUPD", "iUPD"))
})

test_that("2.1 EORTC scenario D: growth of the targets, then PR => iPR", {
  expect_equal(i_sums(c(100, 120, 65))$AVALC, c("iUPD", "iPR"))
})

test_that("2.1 4-8 weeks, 2 days of tolerance; later than 8 wk still evaluates, flagged", {
  at <- function(day, ...) {
    rows <- data.frame(
      USUBJID = "1", ADT = recist_start + c(0, 42, 42 + day), SUM = c(100, 120, 130), ABLFL = c("Y", NA, NA)
    )
    found <- derive_response(rows, rule = irecist(...))[3, ]
    paste(found$AVALC, found$IWINDOW)
  }
  expect_equal(at(25), "iUPD EARLY")
  expect_equal(at(26), "iCPD WITHIN")
  expect_equal(at(56), "iCPD WITHIN")
  expect_equal(at(57), "iCPD LATE")
  expect_equal(at(26, tolerance_days = 0), "iUPD EARLY")
  expect_equal(at(28, tolerance_days = 0), "iCPD WITHIN")
  expect_equal(at(20, confirm_weeks = c(3, 6), tolerance_days = 1), "iCPD WITHIN")
  expect_equal(at(43, confirm_weeks = c(3, 6)), "iCPD LATE")
  expect_equal(at(400, confirm_weeks = c(4, Inf)), "iCPD WITHIN")
})

test_that("2.1 an early scan does not confirm unless for new symptoms and with an additional new lesion", {
  at <- function(symptoms, known, ...) {
    rows <- data.frame(
      USUBJID = "1", ADT = recist_start + c(0, 42, 56), SUM = 100, ABLFL = c("Y", NA, NA),
      NEWLESN = c("N", "Y", "Y"), NLCOUNT = c(NA, 1, known), SYMPTOMS = c(NA, NA, symptoms)
    )
    derive_response(rows, rule = irecist(...))$AVALC[3]
  }
  expect_equal(at("Y", 2), "iCPD")
  expect_equal(at("N", 2), "iUPD")
  expect_equal(at("Y", 1), "iUPD")
  expect_equal(at("Y", 2, early_exception = FALSE), "iUPD")
  lesions <- rbind(
    target("T1", 100, 100, 100), newly("N1", "", 10, 10), newly("N2", "", "", "UNEQUIVOCAL")
  )
  lesions$ADT[lesions$AVISIT == "Visit 02"] <- recist_start + 56
  expect_equal(i_words(lesions), c("iUPD", "iUPD"))
  lesions$SYMPTOMS <- ifelse(lesions$TRLNKID == "N2", "Y", NA)
  expect_equal(i_words(lesions), c("iUPD", "iCPD"))
})

test_that("2.1 b) non-target lesions: any further increase, not unequivocal again", {
  others <- function(...) {
    i_words(target("T1", 50, 50, 50), other("N1", "PRESENT", "UNEQUIVOCAL PROGRESSION", ...))
  }
  expect_equal(others("INCREASED"), c("iUPD", "iCPD"))
  expect_equal(others("UNEQUIVOCAL PROGRESSION"), c("iUPD", "iUPD"))
  expect_equal(others("UNCHANGED"), c("iUPD", "iUPD"))
  expect_equal(others("PRESENT"), c("iUPD", "iSD"))
  expect_equal(others("DECREASED"), c("iUPD", "iSD"))
  expect_equal(others("NOT EVALUABLE"), c("iUPD", "iUPD"))
  expect_equal(
    i_words(
      target("T1", 50, 50, 50), other("N1", "PRESENT", "UNEQUIVOCAL PROGRESSION", "UNCHANGED"),
      other("N2", "PRESENT", "PRESENT", "UNEQUIVOCAL PROGRESSION")
    ), c("iUPD", "iCPD")
  )
  said <- data.frame(
    USUBJID = "1", ADT = recist_start + 42 * 0:2, SUM = 50, ABLFL = c("Y", NA, NA),
    NTRGRESP = c("NN", "PD", "PD"), NTCHANGE = c(NA, NA, "Increased")
  )
  expect_equal(derive_response(said, rule = irecist())$AVALC[-1], c("iUPD", "iCPD"))
  said$NTCHANGE <- NULL
  expect_equal(derive_response(said, rule = irecist())$AVALC[-1], c("iUPD", "iUPD"))
})

test_that("2.1 c) new lesions: sum +5 mm, any increase of one not measured, any additional one", {
  new <- function(...) i_followed(target("T1", 50, 50, 50), ...)
  expect_equal(new(newly("N1", "", 10, 15))$ICONF[2], "c1")
  expect_equal(new(newly("N1", "", 10, 14.9))$AVALC[2], "iUPD")
  expect_equal(new(newly("N1", "", "UNEQUIVOCAL", "INCREASED"))$ICONF[2], "c2")
  expect_equal(new(newly("N1", "", 9, 9.1))$ICONF[2], "c2")
  expect_equal(new(newly("N1", "", "UNEQUIVOCAL", "PRESENT"))$AVALC[2], "iUPD")
  expect_equal(new(newly("N1", "", "UNEQUIVOCAL"), newly("N2", "", "", "UNEQUIVOCAL"))$ICONF[2], "c3")
})

test_that("2.1 d) progression newly met in a category not yet iUPD", {
  expect_equal(i_sums(c(100, 100, 120), c(NA, 10, 10))$ICONF[2], "d1")
  expect_equal(i_sums(c(100, 120, 120), c(NA, NA, 10))$ICONF[2], "d3")
  found <- i_followed(
    target("T1", 50, 60, 60), other("N1", "PRESENT", "PRESENT", "UNEQUIVOCAL PROGRESSION")
  )
  expect_equal(found$AVALC, c("iUPD", "iCPD"))
  expect_equal(found$ICONF[2], "d2")
})

test_that("2.1 new lesions are measured, 5 and 2 per organ, from 10 mm, nodes 15 mm; their sum is apart", {
  found <- i_followed(
    target("T1", 50, 50), newly("N1", "", 30, organ = "LIVER"), newly("N2", "", 20, organ = "LIVER"),
    newly("N3", "", 10, organ = "LIVER"), newly("N4", "", 9, organ = "LUNG"),
    newly("N5", "", 14, nodal = TRUE)
  )
  expect_equal(found$NLSUM, 50)
  expect_equal(found$SUM, 50)
  expect_equal(found$NLCOUNT, 5)
  six <- do.call(rbind, lapply(1:6, function(k) newly(paste0("N", k), "", 10 + k)))
  expect_equal(i_followed(target("T1", 50, 50), six)$NLSUM, 70)
  expect_equal(i_followed(target("T1", 50, 50), six, rule = irecist(max_new = 2))$NLSUM, 31)
  expect_equal(
    i_followed(
      target("T1", 50, 50), newly("N1", "", 30, organ = "liver"), newly("N2", "", 20, organ = "LIVER "),
      rule = irecist(max_new_per_organ = 1)
    )$NLSUM, 30
  )
})

test_that("2.1 NL gone or smaller => iSD; an iCR needs it gone", {
  expect_equal(i_sums(c(100, 90, 90), c(NA, 10, 0))$AVALC, c("iUPD", "iSD"))
  expect_equal(i_sums(c(100, 90, 90), c(NA, 10, 9))$AVALC, c("iUPD", "iSD"))
  expect_equal(i_sums(c(100, 90, 0, 0), c(NA, 10, 5, 0))$AVALC, c("iUPD", "iPR", "iCR"))
})

test_that("2.1 a new lesion that was not assessed is what it was", {
  lesions <- list(target("T1", 100, 90, 90, 65))
  expect_equal(i_words(lesions[[1]], newly("N1", "", 10)), c("iUPD", "iUPD", "iPR"))
  expect_equal(i_words(lesions[[1]], newly("N1", "", 10, "NOT EVALUABLE")), c("iUPD", "iUPD", "iPR"))
  expect_equal(
    i_followed(target("T1", 100, 90, 0), newly("N1", "", 10))[c("AVALC", "RECIST")],
    list(AVALC = c("iUPD", "iPR"), RECIST = c("PD", "CR")),
    ignore_attr = TRUE
  )
})

test_that("2.1 NE: output NE, state unchanged", {
  found <- i_sums(c(100, 120, NA, 125))
  expect_equal(found$AVALC, c("iUPD", "NE", "iCPD"))
  expect_equal(found$ICODE[2], "NE")
})

test_that("2.1 after a reset known new lesions need another one, 20 % and 5 mm, or unequivocal growth", {
  again <- function(...) i_words(target("T1", 100, 90, 65, 65), newly("N1", "", ...))[3]
  expect_equal(again(10, 10, 10), "iPR")
  expect_equal(again(10, 10, 14.9), "iPR")
  expect_equal(again(10, 10, 15), "iUPD")
  expect_equal(again("UNEQUIVOCAL", "PRESENT", "INCREASED"), "iPR")
  expect_equal(again("UNEQUIVOCAL", "PRESENT", "UNEQUIVOCAL PROGRESSION"), "iUPD")
  expect_equal(
    i_words(target("T1", 100, 90, 65, 65), newly("N1", "", 10, 10, 10), newly("N2", "", "", "", 10))[3],
    "iUPD"
  )
})

test_that("2.1 non-target only: iCR, NON-iCR/NON-iUPD, iUPD, iCPD", {
  found <- i_followed(other(
    "N1", "PRESENT", "PRESENT", "UNEQUIVOCAL PROGRESSION", "PRESENT", "UNEQUIVOCAL PROGRESSION", "INCREASED"
  ))
  expect_equal(found$AVALC, c("NON-iCR/NON-iUPD", "iUPD", "NON-iCR/NON-iUPD", "iUPD", "iCPD"))
  expect_equal(i_words(other("N1", "PRESENT", "ABSENT")), "iCR")
})

test_that("2.1 BASE and NADIR run on through iUPD visits", {
  found <- i_sums(c(100, 120, 60, 72))
  expect_equal(found$AVALC, c("iUPD", "iPR", "iUPD"))
  expect_equal(found$NADIR, c(100, 100, 60))
})

test_that("disease after an iCR is an iUPD, which a growing lesion confirms", {
  expect_equal(i_sums(c(100, 0, 3, 3, 0))$AVALC, c("iCR", "iUPD", "iUPD", "iCR"))
  expect_equal(i_sums(c(100, 0, 3, 8))$AVALC, c("iCR", "iUPD", "iCPD"))
  rules <- irecist(recist(cr_reappearance = "rules"))
  expect_equal(i_sums(c(100, 0, 3), rule = rules)$AVALC, c("iCR", "iPR"))
  expect_equal(i_sums(c(100, 0, 0, 3), rule = rules)$AVALC, c("iCR", "iCR", "iUPD"))
})

test_that("an equivocal new lesion that becomes certain opens the block at its first appearance", {
  found <- i_followed(target("T1", 100, 90, 90), newly("N1", "", "EQUIVOCAL", "UNEQUIVOCAL"))
  expect_equal(found$AVALC, c("iSD", "iUPD"))
  expect_equal(found$ADT[2], recist_start + 42)
  expect_equal(found$IBLOCKDT[2], recist_start + 42)
  expect_equal(found$SCANDT[2], recist_start + 84)
})

test_that("after the iCPD there is no response", {
  found <- i_sums(c(100, 120, 130, 50))
  expect_equal(found$AVALC, c("iUPD", "iCPD", NA))
  expect_equal(found$ICODE[3], "AFTER ICPD")
  expect_match(found$REASON[3], "after the iCPD")
})

test_that("each step has its reason in words", {
  found <- i_sums(c(100, 90, 90, 65, 66, 80, 86), c(NA, NA, 10, 10, 10, 10, 10))
  expect_equal(found$REASON[1], "sum 90 mm is 10 % below baseline 100 mm")
  expect_match(found$REASON[2], "^progression by new lesions, to be confirmed: ")
  expect_match(found$REASON[3], "iUPD of 2024-03-25 is superseded after 42 days, new lesions are unchanged")
  expect_match(found$REASON[4], "1 known new lesion \\(sum 10 mm\\)$")
  expect_equal(
    found$REASON[6], "confirms the iUPD of 2024-07-29 after 42 days: sum 86 mm is 6 mm above 80 mm then"
  )
  expect_false(anyNA(found$REASON))
  expect_match(found$RECREAS[3], "new lesion")
  late <- i_sums(c(100, 120, 122, 130))$REASON
  expect_match(late[2], "iUPD of 2024-02-12 is neither confirmed nor superseded after 42 days: sum 122 mm")
  expect_match(late[3], "after 84 days, later than 8 weeks: sum 130 mm is 10 mm above 120 mm then")
  early <- i_sums(c(100, 120, 130), every = 14)$REASON[2]
  expect_match(early, "too early to confirm the iUPD of 2024-01-15, only 14 days after it \\(at least 26\\)")
  gone <- i_sums(c(100, 90, 90), c(NA, 10, 0))$REASON[2]
  expect_match(gone, "new lesions are gone")
})

# ---- beside RECIST 1.1

test_that("RECIST 1.1 is what recist() gives, from lesions and from sums", {
  lesions <- random_immune_lesions(1)
  plain <- suppressMessages(derive_response(lesions))
  both <- suppressMessages(derive_response(lesions, rule = irecist()))
  expect_equal(both$RECIST, plain$AVALC)
  expect_equal(both$RECISTDT, plain$ADT)
  expect_equal(both$RECREAS, plain$REASON)
  same <- c(
    "USUBJID", "AVISIT", "SCANDT", "TRGRESP", "NTRGRESP", "NEWLESN", "SUM", "BASE", "NADIR", "BASECMP"
  )
  expect_equal(as.list(both[same]), as.list(plain[same]))
  # up to the first progression both say the same
  before <- !is.na(both$AVALC) & stats::ave(both$RECIST %in% "PD", both$USUBJID, FUN = cumsum) == 0
  expect_equal(as_recist_word(both$AVALC[before]), both$RECIST[before])
  first <- which(both$RECIST %in% "PD")
  first <- first[!duplicated(both$USUBJID[first])]
  expect_equal(unique(both$AVALC[first]), "iUPD")
  expect_equal(both$ADT[first], both$RECISTDT[first])
  expect_gt(sum(both$AVALC %in% "iCPD"), 10)
  expect_gt(sum(both$ICODE %in% "SUPERSEDED"), 10)
})

test_that("shuffled rows change nothing", {
  lesions <- random_immune_lesions(2)
  one <- suppressMessages(derive_response(lesions, rule = irecist()))
  for (k in 1:3) {
    shuffled <- lesions[sample.int(nrow(lesions)), ]
    expect_identical(suppressMessages(derive_response(shuffled, rule = irecist())), one)
  }
  sums <- data.frame(
    USUBJID = "1", ADT = recist_start + 42 * 0:4, SUM = c(100, 90, 90, 95, 60), ABLFL = c("Y", rep(NA, 4)),
    NEWLESN = c("N", "Y", "Y", "Y", "N"), NLCOUNT = c(0, 1, 1, 2, 2), NLSUM = c(NA, 10, 11, 30, NA)
  )
  expect_identical(derive_response(sums[5:1, ], rule = irecist()), derive_response(sums, rule = irecist()))
})

test_that("days only count from each other: a shifted history has the same responses", {
  lesions <- random_immune_lesions(3)
  later <- lesions
  later$ADT <- later$ADT + 1000
  one <- suppressMessages(derive_response(lesions, rule = irecist()))
  two <- suppressMessages(derive_response(later, rule = irecist()))
  expect_equal(two$AVALC, one$AVALC)
  expect_equal(two$IBLOCKDT, one$IBLOCKDT + 1000)
})

test_that("readers are apart, and a study gives the same as its tables", {
  lesions <- rbind(target("T1", 100, 120, 130), target("T2", 10, 10, 10))
  both <- rbind(cbind(lesions, READER = "A"), cbind(target("T1", 100, 90, 90), READER = "B"))
  found <- suppressMessages(derive_response(both, rule = irecist()))
  expect_equal(found$AVALC[found$READER == "A"], c(NA, "iSD", "iUPD"))
  expect_equal(found$AVALC[found$READER == "B"], c(NA, "iSD", "iSD"))
  subjects <- data.frame(USUBJID = "1", RANDDT = recist_start, TRTSDT = recist_start)
  x <- study(subjects = subjects, lesions = both, design = "randomised", arm = NULL)
  whole <- suppressMessages(derive_response(x, rule = irecist(), reader = "A"))
  expect_equal(whole$AVALC, found$AVALC[found$READER == "A"])
})

# ---- supplied

test_that("supplied words of iRECIST: blocks are told by them, RECIST 1.1 ends at the first iUPD", {
  words <- c("SD", "iSD", "iUPD", "NE", "PR", "iPR", "iUPD", "iCPD")
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42 * seq_along(words), AVALC = words)
  found <- derive_response(visits, rule = irecist())
  expect_equal(found$AVALC, c("iSD", "iSD", "iUPD", "NE", "iPR", "iPR", "iUPD", "iCPD"))
  expect_equal(found$RECIST, c("SD", "SD", "PD", rep(NA, 5)))
  expect_equal(found$IBLOCK, c(NA, NA, 1, 1, 1, NA, 2, 2))
  expect_equal(found$IBLOCKDT[c(5, 8)], day_zero + 42 * c(3, 7))
  visits$RECIST <- c("SD", "SD", "PD", "NE", "PD", "PD", "PD", "PD")
  expect_equal(derive_response(visits, rule = irecist())$RECIST, visits$RECIST)
  spelt <- c("icr", " iPR ", "NN", "NON-ICR/NON-IUPD", "NED", "nd")
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42 * seq_along(spelt), AVALC = spelt)
  expect_equal(
    derive_response(visits, rule = irecist())$AVALC,
    c("iCR", "iPR", "NON-iCR/NON-iUPD", "NON-iCR/NON-iUPD", "NED", NA)
  )
})

test_that("a PD does not say whether it is confirmed, and words of iRECIST need its rule", {
  visits <- data.frame(USUBJID = "1", ADT = day_zero + c(42, 84), AVALC = c("iSD", "PD"))
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero, DTHDT = as.Date(NA))
  expect_error(derive_response(visits, rule = irecist()), "a PD is an iUPD or an iCPD")
  expect_error(best_response(visits, subjects, rule = irecist()), "a PD is an iUPD or an iCPD")
  expect_error(best_response(visits, subjects), "say rule = irecist\\(\\)")
  expect_error(
    derive_endpoint(visits, "PFS", censoring = ema, subjects = subjects), "say rule = irecist\\(\\)"
  )
  whole <- study(
    subjects = cbind(subjects, RANDDT = day_zero), assessments = visits[1, ], design = "randomised",
    arm = NULL
  )
  expect_error(derive_endpoint(whole, "PFS", censoring = ema), "say rule = irecist\\(\\)")
  expect_error(derive_response(whole), "say rule = irecist\\(\\)")
})

test_that("wrong columns for iRECIST are told", {
  sums <- data.frame(
    USUBJID = "1", ADT = recist_start + c(0, 42), SUM = 50, ABLFL = c("Y", NA), NEWLESN = "Y",
    NLSUM = c(NA, -1),
    NLCOUNT = c(NA, 1.5), NLCHANGE = c(NA, "BIGGER"), NTCHANGE = c(NA, "UNEQUIVOCAL PROGRESSION"),
    SYMPTOMS = "yes", CLINSTAB = 1
  )
  faults <- tryCatch(derive_response(sums, rule = irecist()), tte_error_input = function(e) e$faults)
  expect_setequal(
    paste(faults$column, faults$fault),
    c(
      "NLSUM out_of_range", "NLCOUNT not_whole", "NLCHANGE unknown_level", "NTCHANGE unknown_level",
      "SYMPTOMS unknown_level", "CLINSTAB unknown_level"
    )
  )
  lesions <- cbind(target("T1", 50, "INCREASED"), SYMPTOMS = "?")
  faults <- tryCatch(derive_response(lesions, rule = irecist()), tte_error_input = function(e) e$faults)
  expect_setequal(faults$column, c("TRSTRESC", "SYMPTOMS"))
})

test_that("print shows the first timepoints and both criteria's rule", {
  expect_snapshot(print(i_sums(c(100, 120, 130))))
})

test_that("a study whose patients were never assessed has no rows", {
  subjects <- data.frame(USUBJID = "1", RANDDT = day_zero, DTHDT = as.Date(NA), LSTALVDT = day_zero + 10)
  none <- data.frame(USUBJID = character(), ADT = day_zero[0], AVALC = character())
  x <- study(subjects = subjects, assessments = none, design = "randomised", arm = NULL)
  expect_equal(nrow(derive_response(x, rule = irecist())), 0)
  expect_equal(best_response(x, rule = irecist())$IBOR, "MISSING")
  adtte <- derive_endpoint(x, c("PFS", "IPFS", "IDOR"), rule = irecist(), censoring = ema)
  expect_equal(adtte$PARAMCD, c("PFS", "IPFS"))
  expect_equal(adtte$CNSR, c(3, 3))
})

test_that("what contradicts itself is told", {
  sums <- data.frame(
    USUBJID = "1", ADT = recist_start + 42 * 0:3, SUM = 50, ABLFL = c("Y", NA, NA, NA),
    NEWLESN = c("N", "Y", "Y", "N"), NLCOUNT = c(NA, 2, 1, 1), NLSUM = c(NA, 20, 20, 12)
  )
  faults <- tryCatch(derive_response(sums, rule = irecist()), tte_error_input = function(e) e$faults)
  expect_equal(faults$column, c("NLCOUNT", "NLSUM"))
  expect_equal(faults$fault, c("contradiction", "contradiction"))
  expect_equal(faults$rows, list(3L, 4L))
  sums$ADT <- "soon"
  faults <- tryCatch(derive_response(sums, rule = irecist()), tte_error_input = function(e) e$faults)
  expect_equal(faults$column, c("ADT", "NLSUM"))
  visits <- data.frame(
    USUBJID = rep(c("1", "2"), each = 2), ADT = recist_start + c(42, 84, 42, 84),
    AVALC = c("iSD", "iCPD", "iUPD", "iCPD")
  )
  expect_warning(derive_response(visits, rule = irecist()), class = "tte_warning_icpd_without_iupd")
  expect_no_warning(derive_response(visits[3:4, ], rule = irecist()))
})
