# Clinical rules 1.1 to 1.5, response at each timepoint: each test is named after the sentence it holds.

test_that("1.2 the sum is of diameters and of short axes, also of nodes below 10 mm", {
  found <- followed(target("T1", 20, 10), node("T2", 18, 8))
  expect_equal(found$BASE, 38)
  expect_equal(found$SUM, 18)
  expect_equal(found$TRGRESP, "PR")
})

test_that("1.2 absent is 0, too small to measure 5 mm, a recorded size below 5 mm is used", {
  lost <- followed(target("T1", 20, "ABSENT", "TOO SMALL TO MEASURE"), target("T2", 30, 30, 3))
  expect_equal(lost$SUM, c(30, 8))
  small <- target("T1", 20, 20)
  small$TRSTRESC[2] <- "TOO SMALL TO MEASURE"
  small$AVAL[2] <- 3
  expect_equal(followed(small)$SUM, 3)
})

test_that("1.2 split lesion: the fragments add up; coalesced: one diameter holds both", {
  split <- rbind(target("T1", 20), target("T1.1", "", 8), target("T1.2", "", 8), target("T2", 10, 10))
  expect_equal(followed(split)$SUM, 26)
  expect_equal(followed(split)$BASE, 30)
  expect_true(followed(split)$COMPLETE)
  same_name <- rbind(target("T1", 20, 8), target("T1", "", 9))
  expect_equal(followed(same_name)$SUM, 17)
  expect_equal(followed(target("T1", 20, 30), target("T2", 20, "MERGED"))$SUM, 30)
  expect_equal(followed(target("T1.1", 20, 20), target("T1.2", 10, 10))$BASE, 30)
})

test_that("1.2 only a complete sum is a nadir or a baseline", {
  found <- followed(target("T1", 20, 8, 20), target("T2", 20, "NOT EVALUABLE", 20))
  expect_equal(found$NADIR, c(40, 40))
  expect_equal(found$TRGRESP, c("NE", "SD"))
  none <- followed(target("T1", 20, 2, 40), target("T2", "NOT EVALUABLE", 20, 40))
  expect_equal(none$TRGRESP, c("NE", "NE"))
  expect_equal(none$BASE, c(NA_real_, NA_real_))
})

test_that("1.2 comparisons are in tenths of a millimetre, not on rounded percents", {
  expect_equal(sums(30, 21)$AVALC, "PR")
  expect_equal(sums(30, 21.1)$AVALC, "SD")
  expect_equal(sums(30, 36)$AVALC, "PD")
  expect_equal(sums(30, 35.9)$AVALC, "SD")
  expect_equal(sums(10, 15)$AVALC, "PD")
  expect_equal(sums(10, 14.9)$AVALC, "SD")
  # 30 % and 20 % of these are no floating-point numbers.
  expect_equal(sums(c(0.7, 0.1 + 0.2)[1] * 100, 49)$AVALC, "PR")
  expect_equal(sums(16.1, 11.3)$AVALC, "SD")
  expect_equal(sums(16.1, 11.2)$AVALC, "PR")
})

test_that("1.3 row 1: no target at baseline", {
  found <- followed(other("N1", "PRESENT", "PRESENT"))
  expect_equal(found$TRGRESP, NA_character_)
  expect_equal(found$AVALC, "NON-CR/NON-PD")
  expect_equal(found$MEASFL, "N")
})

test_that("1.3 row 2: no target assessed", {
  found <- followed(target("T1", 20, "NOT EVALUABLE", ""), other("N1", "PRESENT", "PRESENT", "PRESENT"))
  expect_equal(found$TRGRESP, c("NE", "NE"))
  expect_equal(found$AVALC, c("NE", "NE"))
})

test_that("1.3 row 3: every non-nodal target 0 and every node below 10 mm", {
  expect_equal(followed(target("T1", 20, 0), node("T2", 18, 9.9))$TRGRESP, "CR")
  expect_equal(followed(target("T1", 20, 0), node("T2", 18, 10))$TRGRESP, "PR")
  expect_equal(followed(target("T1", 20, 0.1), node("T2", 18, 0))$TRGRESP, "PR")
  expect_equal(followed(target("T1", 20, 0), node("T2", 18, "NOT EVALUABLE"))$TRGRESP, "NE")
})

test_that("1.3 row 3 goes before row 4: a nodal sum that grows with every node below 10 mm stays CR", {
  found <- followed(node("T1", 16, 2, 8))
  expect_equal(found$TRGRESP, c("CR", "CR"))
  expect_equal(found$AVALC, c("CR", "CR"))
})

test_that("1.3 row 4: a partial sum is PD when it alone is large enough", {
  found <- followed(target("T1", 20, 30, 26), target("T2", 5, "NOT EVALUABLE", "NOT EVALUABLE"))
  expect_equal(found$TRGRESP, c("PD", "NE"))
  expect_match(found$REASON[1], "incomplete sum 30 mm is 20 % and 5 mm above nadir 25 mm", fixed = TRUE)
})

test_that("1.3 row 6: after a nadir of 0", {
  rules <- recist(cr_reappearance = "rules")
  expect_equal(sums(30, 0, 4.9, rule = rules)$AVALC, c("CR", "PR"))
  expect_equal(sums(30, 0, 5, rule = rules)$AVALC, c("CR", "PD"))
  any_size <- recist(cr_reappearance = "rules", nadir0_pd = TRUE)
  expect_equal(sums(30, 0, 0.1, rule = any_size)$AVALC, c("CR", "PD"))
  expect_equal(sums(30, 0, 0.1, rule = any_size)$TRGRESP, c("CR", "PD"))
})

test_that("1.3 example: 80, 65, 70, 76, 77, 78 after 100", {
  visits <- c(100, 80, 65, 70, 76, 77, 78)
  expect_equal(sums(visits)$AVALC, c("SD", "PR", "PR", "PR", "PR", "PD"))
  strict <- recist(pr_sticky = FALSE)
  expect_equal(sums(visits, rule = strict)$AVALC, c("SD", "PR", "PR", "SD", "SD", "PD"))
})

test_that("1.3 example: from 12 to 15 is no PD, to 17 it is", {
  expect_equal(sums(20, 12, 15)$AVALC, c("PR", "PR"))
  expect_equal(sums(20, 12, 17)$AVALC, c("PR", "PD"))
})

test_that("1.3 pr_sticky: once PR, PR until PD, also through NE", {
  expect_equal(sums(100, 70, 70, 80, 80, 80)$AVALC, rep("PR", 5))
  expect_equal(
    sums(100, 70, 70, 80, 80, 80, rule = recist(pr_sticky = FALSE))$AVALC, c("PR", "PR", "SD", "SD", "SD")
  )
  expect_equal(sums(165, 63, 65)$AVALC, c("PR", "PR"))
  expect_equal(sums(100, 70, "NOT EVALUABLE", 80)$AVALC, c("PR", "NE", "PR"))
  expect_equal(sums(100, 70, 84, 80)$AVALC, c("PR", "PD", "SD"))
  expect_equal(sums(100, 70, 84, 80)$AVALC[3], "SD")
  nodes <- followed(node("T1", 16, 8, 12), other("N1", "PRESENT", "PRESENT", "PRESENT"))
  expect_equal(nodes$TRGRESP, c("CR", "PR"))
  expect_equal(nodes$AVALC, c("PR", "PR"))
})

test_that("1.3 cr_reappearance: after a CR any disease is PD, only the overall response is overridden", {
  found <- sums(30, 0, 3)
  expect_equal(found$AVALC, c("CR", "PD"))
  expect_equal(found$TRGRESP, c("CR", "PR"))
  back <- followed(target("T1", 30, 0, 0), other("N1", "PRESENT", "ABSENT", "PRESENT"))
  expect_equal(back$AVALC, c("CR", "PD"))
  expect_equal(back$NTRGRESP, c("CR", "NON-CR/NON-PD"))
})

test_that("1.3 cr_reappearance = rules: only a confirmed CR makes later disease PD", {
  rules <- recist(cr_reappearance = "rules")
  expect_equal(sums(30, 0, 3, rule = rules)$AVALC, c("CR", "PR"))
  expect_equal(sums(30, 0, 0, 3, rule = rules)$AVALC, c("CR", "CR", "PD"))
  expect_equal(sums(30, 0, "NOT EVALUABLE", 0, 3, rule = rules)$AVALC, c("CR", "NE", "CR", "PD"))
  gap <- c(list(30, 0), rep(list("NOT EVALUABLE"), 2), list(0, 3))
  expect_equal(sums(gap, rule = rules)$AVALC, c("CR", "NE", "NE", "CR", "PR"))
  late <- recist(cr_reappearance = "rules", confirm_days = 43)
  expect_equal(sums(30, 0, 0, 3, rule = late)$AVALC, c("CR", "CR", "PR"))
})

test_that("1.3 a node reappears at 10 mm, with a note", {
  expect_equal(overall(node("T1", 16, 8, 9.9)), c("CR", "CR"))
  found <- followed(node("T1", 16, 9, 11))
  expect_equal(found$AVALC, c("CR", "PD"))
  expect_match(found$REASON[2], "may not be disease", fixed = TRUE)
  expect_no_match(followed(node("T1", 16, 9, 15))$REASON[2], "may not be disease", fixed = TRUE)
})

test_that("1.3 a raised marker alone is no reappearance", {
  marker <- other("CA125", "MARKER RAISED", "MARKER NORMAL", "MARKER RAISED")
  found <- followed(target("T1", 30, 0, 0), marker)
  expect_equal(found$AVALC, c("CR", "PR"))
})

test_that("1.3 without a CR a lesion that vanishes and comes back adds its size", {
  found <- followed(target("T1", 20, 0, 4), target("T2", 40, 40, 40))
  expect_equal(found$AVALC, c("PR", "PR"))
  expect_equal(found$SUM, c(40, 44))
})

test_that("1.4 non-target lesions: gone, persisting, progressing, not assessed", {
  state <- function(...) followed(other("N1", "PRESENT", ...), other("N2", "PRESENT", "ABSENT"))$NTRGRESP
  expect_equal(state("ABSENT"), "CR")
  expect_equal(state("PRESENT"), "NON-CR/NON-PD")
  expect_equal(state("UNEQUIVOCAL PROGRESSION"), "PD")
  expect_equal(state("NOT EVALUABLE"), "NE")
  expect_equal(state("NOT DONE"), "NE")
  expect_equal(state(""), "NE")
  expect_equal(state("TOO SMALL TO MEASURE"), "NON-CR/NON-PD")
})

test_that("1.4 PD of one non-target lesion outweighs one that was not assessed", {
  found <- followed(
    other("N1", "PRESENT", "UNEQUIVOCAL PROGRESSION"), other("N2", "PRESENT", "NOT EVALUABLE")
  )
  expect_equal(found$NTRGRESP, "PD")
})

test_that("1.4 non-target CR: nodes below 10 mm, markers normal", {
  node_10 <- function(size) followed(lesion("N1", "NON-TARGET", 12, size, nodal = TRUE))$NTRGRESP
  expect_equal(node_10(9.9), "CR")
  expect_equal(node_10(10), "NON-CR/NON-PD")
  marker <- function(state) {
    followed(other("N1", "PRESENT", "ABSENT"), other("CEA", "MARKER RAISED", state))$NTRGRESP
  }
  expect_equal(marker("MARKER NORMAL"), "CR")
  expect_equal(marker("MARKER RAISED"), "NON-CR/NON-PD")
  normal <- followed(target("T1", 20, 0), other("CEA", "MARKER NORMAL", "MARKER NORMAL"))
  expect_equal(normal$NTRGRESP, NA_character_)
  expect_equal(normal$AVALC, "CR")
})

test_that("1.4 an equivocal new lesion that is confirmed dates PD at its first appearance", {
  found <- followed(target("T1", 30, 30, 30, 30), fresh("NL1", "EQUIVOCAL", "EQUIVOCAL", "UNEQUIVOCAL"))
  expect_equal(found$AVALC, c("SD", "SD", "PD"))
  expect_equal(found$NEWLESN, c("N", "N", "Y"))
  expect_equal(found$ADTPD[3], recist_start + 42)
  expect_equal(found$ADT[3], recist_start + 42)
  expect_equal(found$SCANDT[3], recist_start + 126)
  never <- followed(target("T1", 30, 30, 30), fresh("NL1", "EQUIVOCAL", "ABSENT"))
  expect_equal(never$AVALC, c("SD", "SD"))
})

test_that("1.4 a new lesion of PET that CT confirms has the date of the PET", {
  pet <- lesion("NL1", "NEW", "", "EQUIVOCAL", "UNEQUIVOCAL", day = c(0, 30, 84))
  pet$AVISIT[1] <- "PET"
  found <- followed(target("T1", 30, 30, 30), pet)
  expect_equal(found$ADTPD[found$AVALC %in% "PD"], recist_start + 30)
})

# ---- 1.5, the table ----

parts <- list(
  target = list(
    "NA" = NULL, CR = target("T1", 30, 0), PR = target("T1", 30, 20), SD = target("T1", 30, 29),
    PD = target("T1", 30, 40), NE = target("T1", 30, "NOT EVALUABLE")
  ),
  non_target = list(
    "NA" = NULL, CR = other("N1", "PRESENT", "ABSENT"), NN = other("N1", "PRESENT", "PRESENT"),
    PD = other("N1", "PRESENT", "UNEQUIVOCAL PROGRESSION"), NE = other("N1", "PRESENT", "NOT EVALUABLE")
  ),
  new_lesion = list(
    N = fresh("NL1", "ABSENT"), Y = fresh("NL1", "UNEQUIVOCAL"), E = fresh("NL1", "EQUIVOCAL"),
    U = fresh("NL1", "NOT EVALUABLE")
  )
)

# Table of 1.5, row by row, first match.
overall_by_table <- function(target, non_target, new_lesion) {
  if (new_lesion == "Y" || target == "PD" || non_target == "PD") {
    return("PD")
  }
  if (target == "NA") {
    said <- c(CR = "CR", NN = "NON-CR/NON-PD", NE = "NE", "NA" = "NED")[[non_target]]
  } else if (target == "CR") {
    said <- if (non_target %in% c("CR", "NA")) "CR" else "PR"
  } else {
    said <- target
  }
  if (said == "CR" && new_lesion == "U") "NE" else said
}

test_that("1.5 every combination of target, non-target and new lesions", {
  cases <- expand.grid(lapply(parts, names), stringsAsFactors = FALSE)
  expect_equal(nrow(cases), 6 * 5 * 4)
  for (i in seq_len(nrow(cases))) {
    case <- cases[i, ]
    found <- followed(
      parts$target[[case$target]], parts$non_target[[case$non_target]], parts$new_lesion[[case$new_lesion]]
    )
    expect_equal(found$AVALC, do.call(overall_by_table, as.list(case)), info = toString(case))
    said <- if (case$target == "NA") NA_character_ else case$target
    expect_equal(found$TRGRESP, said, info = toString(case))
    new <- c(N = "N", Y = "Y", E = "N", U = NA)[[case$new_lesion]]
    expect_equal(found$NEWLESN, new, info = toString(case))
    expect_equal(is.na(found$ADTPD), found$AVALC != "PD", info = toString(case))
  }
})

test_that("1.5 new lesions not assessed: a CR is NE, or stays with the parameter; others do not care", {
  case <- list(target("T1", 30, 0), fresh("NL1", "NOT DONE"))
  expect_equal(do.call(overall, case), "NE")
  expect_equal(do.call(overall, c(case, rule = list(recist(unassessed_new = "CR")))), "CR")
  expect_equal(overall(target("T1", 30, 20), fresh("NL1", "NOT DONE")), "PR")
})

test_that("1.5 a missed visit makes no NE", {
  found <- followed(
    target("T1", 30, 20, "NOT DONE", 20), other("N1", "PRESENT", "PRESENT", "NOT DONE", "PRESENT")
  )
  expect_equal(found$AVALC, c("PR", NA, "PR"))
  expect_equal(found$REASON[2], "not done")
  expect_equal(followed(target("T1", 30, 20, "", 20))$AVALC, c("PR", "PR"))
})

test_that("1.5 date of a timepoint: PD at the first scan that shows it, else the last scan", {
  at <- function(rows, day) {
    rows$ADT[2] <- recist_start + day
    rows
  }
  case <- function(first, second) {
    followed(
      at(target("T1", 30, first), 40), at(other("N1", "PRESENT", second), 45), at(target("T2", 10, 10), 43)
    )
  }
  expect_equal(case(30, "PRESENT")$ADT, recist_start + 45)
  expect_equal(case(40, "PRESENT")$ADTPD, recist_start + 43)
  expect_equal(case(30, "UNEQUIVOCAL PROGRESSION")$ADTPD, recist_start + 45)
  expect_equal(case(40, "UNEQUIVOCAL PROGRESSION")$ADTPD, recist_start + 43)
  new <- followed(at(target("T1", 30, 40), 40), lesion("NL1", "NEW", "", "UNEQUIVOCAL", day = c(0, 38)))
  expect_equal(new$ADTPD, recist_start + 38)
  expect_equal(new$SCANDT, recist_start + 40)
})

test_that("1.5 timepoints are grouped by AVISIT, else by date; unscheduled visits by date", {
  rows <- rbind(target("T1", 30, 30), target("T2", 20, 20))
  rows$ADT[4] <- recist_start + 44
  expect_equal(nrow(followed(rows)), 1)
  by_date <- followed(rows[setdiff(names(rows), "AVISIT")])
  expect_equal(by_date$AVALC, c("NE", "NE"))
  unscheduled <- rows
  unscheduled$AVISIT[rows$AVISIT == "Visit 01"] <- "Unscheduled"
  expect_equal(nrow(followed(unscheduled)), 2)
})

test_that("1.5 incomplete baseline: CR by row 3, otherwise NE; PD by other lesions", {
  case <- function(...) {
    found <- followed(
      target("T1", "NOT EVALUABLE", ...), target("T2", 20, 0), other("N1", "PRESENT", "ABSENT")
    )
    expect_equal(found$BASECMP, "N")
    found$AVALC
  }
  expect_equal(case(0), "CR")
  expect_equal(case(60), "NE")
  bad <- followed(target("T1", "NOT EVALUABLE", 20), other("N1", "PRESENT", "UNEQUIVOCAL PROGRESSION"))
  expect_equal(bad$AVALC, "PD")
  expect_equal(followed(target("T1", "NOT EVALUABLE", 20), fresh("NL", "UNEQUIVOCAL"))$AVALC, "PD")
})

test_that("1.5 from sums only: CR iff the sum is 0 or the nodes are normal; complete by default", {
  visits <- data.frame(
    USUBJID = "1", ADT = recist_start + 42 * 0:4, SUM = c(40, 8, 0, NA, 12), ABLFL = c("Y", NA, NA, NA, NA)
  )
  rules <- recist(cr_reappearance = "rules")
  expect_equal(derive_response(visits, rule = rules)$AVALC, c(NA, "PR", "CR", "NE", "PD"))
  visits$NODES_NORMAL <- visits$SUM %in% 8
  visits$COMPLETE <- c(TRUE, TRUE, FALSE, TRUE, TRUE)
  expect_equal(derive_response(visits, rule = rules)$AVALC, c(NA, "CR", "NE", "NE", "PR"))
  visits$NEWLESN <- c(NA, "N", "Y", "N", "N")
  visits$NTRGRESP <- c(NA, "NON-CR/NON-PD", "CR", "CR", "CR")
  expect_equal(derive_response(visits, rule = rules)$AVALC, c(NA, "PR", "PD", "NE", "PR"))
  said <- derive_response(visits)$provenance[[1]]$conventions
  expect_match(said[["sums"]], "complete unless")
})

test_that("1.5 sums of lesions give what the lesions give", {
  for (seed in 1:40) {
    size <- with_random_seed(seed, {
      c(round(runif(1, 10, 60), 1), sample(c(0, round(runif(6, 0, 70), 1)), 7, TRUE))
    })
    lesions <- derive_response(target("T1", size))
    only <- data.frame(USUBJID = "1", ADT = recist_start + 42 * 0:7, SUM = size, ABLFL = c("Y", rep(NA, 7)))
    expect_equal(
      derive_response(only)[c("AVALC", "SUM", "BASE", "NADIR", "ADT", "REASON")],
      lesions[c("AVALC", "SUM", "BASE", "NADIR", "ADT", "REASON")],
      info = seed, ignore_attr = TRUE
    )
  }
})

test_that("supplied responses are passed through, each reader apart, in the words of the package", {
  visits <- data.frame(
    USUBJID = "1", ADT = recist_start + c(42, 84, 42), AVALC = c("PR", "NN", "ND"), READER = c("A", "A", "B")
  )
  found <- derive_response(visits)
  expect_equal(found$AVALC, c("PR", "NON-CR/NON-PD", NA))
  expect_equal(found$READER, c("A", "A", "B"))
  expect_equal(found$REASON, c("as supplied", "as supplied", "no assessment"))
  expect_equal(derive_response(visits, reader = "B")$READER, "B")
  expect_identical(derive_response(found), found)
})

test_that("3.3 the baseline is missing where the subjects say so, and present with supplied responses", {
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = recist_start, BASEFL = c("N", NA))
  visits <- data.frame(USUBJID = c("1", "2"), ADT = recist_start + 42, AVALC = "SD")
  expect_equal(derive_response(visits, subjects)$BASECMP, c("N", "Y"))
  rows <- rbind(target("T1", 20, 20), target("T1", 20, 20, who = "2"))
  expect_equal(derive_response(rows, subjects)$BASECMP, c("N", "N", "Y", "Y"))
  ned <- followed(fresh("NL", "ABSENT"))
  expect_equal(c(ned$AVALC, ned$BASECMP), c("NED", "Y"))
  expect_equal(followed(lesion("N1", "NON-TARGET", "", "PRESENT"))$BASECMP, "N")
})

test_that("1.3 supplied responses are never repaired", {
  visits <- data.frame(USUBJID = "1", ADT = recist_start + c(42, 84), AVALC = c("CR", "SD"))
  expect_equal(derive_response(visits)$AVALC, c("CR", "SD"))
})

test_that("1.1 the baseline is flagged, else the last timepoint up to the first dose, else to the start", {
  rows <- target("T1", 40, 30, 20, 10)
  rows$ABLFL <- NULL
  dose <- data.frame(USUBJID = "1", STARTDT = recist_start, TRTSDT = recist_start + 42)
  expect_equal(derive_response(rows, dose)$AVALC, c(NA, NA, "PR", "PR"))
  expect_equal(derive_response(rows, dose)$BASE[3], 30)
  dose$TRTSDT <- as.Date(NA)
  expect_equal(suppressMessages(derive_response(rows, dose))$BASE[3], 40)
  rows$ABLFL <- c(NA, NA, "Y", NA)
  found <- derive_response(rows, dose)
  expect_equal(found$ABLFL, c(NA, NA, "Y", NA))
  expect_equal(found$BASE[4], 20)
  expect_equal(found$REASON[1:3], c("before the baseline", "before the baseline", "baseline, sum 20 mm"))
})

test_that("1.1 flagged scans of several days are one baseline", {
  rows <- rbind(target("T1", 40, 40), target("T2", 20, 20))
  rows$AVISIT <- NULL
  rows$ADT[3] <- recist_start - 3
  found <- derive_response(rows)
  expect_equal(found$AVALC, c(NA, "SD"))
  expect_equal(found$SUM, c(60, 60))
})

test_that("1.1 old baselines, too many targets and small ones are flagged and used", {
  rows <- do.call(rbind, lapply(1:6, function(i) target(paste0("T", i), 9, 9, organ = "LIVER")))
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start + 29)
  expect_message(found <- derive_response(rows, subjects), "1 with more targets at baseline")
  expect_message(derive_response(rows, subjects), "1 with a target at baseline below 10 mm")
  expect_message(derive_response(rows, subjects), "1 with a baseline older")
  expect_equal(found$AVALC, c(NA, "SD"))
  expect_match(found$REASON[1], "29 days before the first dose (more than 28)", fixed = TRUE)
  said <- function(rows, rule) {
    paste(testthat::capture_messages(derive_response(rows, subjects, rule = rule)), collapse = "")
  }
  expect_no_match(said(rows, recist(baseline_days = 29)), "older")
  big <- do.call(rbind, lapply(1:3, function(i) target(paste0("T", i), 20, 20, organ = "LIVER")))
  expect_match(said(big, recist()), "more targets")
  expect_no_match(said(big, recist(max_per_organ = 3)), "more targets")
  expect_no_match(said(big[big$TRLNKID != "T3", ], recist()), "more targets")
  expect_match(said(big[big$TRLNKID != "T3", ], recist(max_targets = 1)), "more targets")
  nodes <- rbind(
    node("T1", 20, 20, organ = "NECK"), node("T2", 20, 20, organ = "AXILLA"),
    node("T3", 20, 20, organ = "GROIN")
  )
  expect_match(said(nodes, recist()), "more targets")
})

test_that("3.1 a scan before the start is no response", {
  rows <- target("T1", 40, 20, 10, day = c(-60, -10, 42))
  subjects <- data.frame(USUBJID = "1", STARTDT = recist_start)
  found <- suppressMessages(derive_response(rows, subjects))
  expect_equal(found$AVALC, c(NA, NA, "PR"))
  expect_equal(found$REASON[2], "before the start")
  expect_equal(found$NADIR[3], 40)
})

test_that("reasons say the numbers that decided", {
  expect_equal(sums(24, 34)$REASON, "sum 34 mm is 42 % and 10 mm above nadir 24 mm")
  expect_equal(sums(100, 65)$REASON, "sum 65 mm is 35 % below baseline 100 mm")
  expect_match(sums(100, 65, 77.9)$REASON[2], "partial response stays")
  strict <- sums(100, 65, 77.9, rule = recist(pr_sticky = FALSE))$REASON[2]
  expect_equal(strict, "sum 77.9 mm is 22 % below baseline 100 mm, 19.8 % and 12.9 mm above nadir 65 mm")
  expect_equal(sums(100, 70.1)$REASON, "sum 70.1 mm is 29.9 % below baseline 100 mm")
  expect_equal(sums(30, 0)$REASON, "all targets are gone")
  expect_equal(followed(node("T1", 16, 8))$REASON, "targets are gone, nodes below 10 mm (sum 8 mm)")
  new <- followed(target("T1", 30, 30), fresh("NL", "UNEQUIVOCAL"))$REASON
  expect_match(new, "new lesion, first seen on 2024-02-12", fixed = TRUE)
  expect_match(
    sums(30, 0, 3)$REASON[2],
    "sum 3 mm is 90 % below baseline 30 mm; disease after a complete response is progression",
    fixed = TRUE
  )
})

# ---- invariances ----

random_lesions <- function(seed, n = 40) {
  with_random_seed(seed, {
    one <- function(i) {
      visits <- 7
      gone <- runif(1) < 0.2
      size <- function(start) {
        later <- round(start * cumprod(runif(visits, 0.5, 1.35)), 1)
        c(start, if (gone) replace(later, 2:6, 0) else later)
      }
      unknown <- sample(c("NOT EVALUABLE", "NOT DONE", ""), 1)
      doubt <- function(x) ifelse(c(FALSE, runif(visits) < 0.1), unknown, x)
      state <- c("PRESENT", sample(c("PRESENT", "ABSENT"), visits, TRUE))
      rbind(
        target("T1", doubt(size(runif(1, 10, 60))), who = i),
        node("T2", doubt(size(runif(1, 15, 30))), who = i),
        if (runif(1) < 0.6) other("N1", doubt(state), who = i),
        if (runif(1) < 0.3) fresh("NL", rep("EQUIVOCAL", 3), "UNEQUIVOCAL", who = i)
      )
    }
    rows <- do.call(rbind, lapply(sprintf("P%02d", seq_len(n)), one))
    late <- rows$AVISIT == "Visit 03"
    rows$ADT[late] <- rows$ADT[late] + sample(0:5, sum(late), TRUE)
    rows
  })
}

test_that("shuffled rows change nothing", {
  rows <- random_lesions(11)
  shuffled <- with_random_seed(5, rows[sample(nrow(rows)), ])
  expect_identical(
    suppressMessages(derive_response(shuffled)), suppressMessages(derive_response(rows))
  )
})

test_that("a patient or reader alone gets what she gets among others", {
  rows <- random_lesions(12)
  all <- suppressMessages(derive_response(rows))
  expect_true(all(c("CR", "PR", "SD", "PD", "NE") %in% all$AVALC))
  for (who in c("P01", "P17", "P40")) {
    alone <- suppressMessages(derive_response(rows[rows$USUBJID == who, ]))
    expect_equal(as.list(alone), as.list(all[all$USUBJID == who, ]))
  }
  both <- rbind(cbind(rows, READER = "A"), cbind(random_lesions(13), READER = "B"))
  apart <- suppressMessages(derive_response(both))
  first <- apart[apart$READER == "A", ]
  columns <- setdiff(names(all), c("READER", "provenance"))
  expect_equal(as.list(first[columns]), as.list(all[columns]))
  chosen <- suppressMessages(derive_response(both, reader = "A"))
  expect_equal(as.list(chosen[columns]), as.list(all[columns]))
})

test_that("dates shifted by a year shift the result", {
  rows <- random_lesions(14)
  all <- suppressMessages(derive_response(rows))
  rows$ADT <- rows$ADT + 365
  later <- suppressMessages(derive_response(rows))
  expect_equal(later$AVALC, all$AVALC)
  expect_equal(later$ADT, all$ADT + 365)
  expect_equal(later$ADTPD, all$ADTPD + 365)
})

test_that("without words the reasons are made when asked for, the same", {
  rows <- random_lesions(15)
  told <- suppressMessages(responses_from(rows, NULL, recist(), NULL))
  mute <- suppressMessages(responses_from(rows, NULL, recist(), NULL, words = FALSE))
  expect_true(all(is.na(mute$REASON)))
  expect_equal(reasons_of(mute, seq_len(nrow(mute))), told$REASON)
})

# ---- wrong input ----

faults_of <- function(code) tryCatch(code, tte_error_input = function(e) e$faults)

test_that("all faults of lesions come at once, with their rows", {
  rows <- rbind(target("T1", 20, 20), other("N1", "PRESENT", "PRESENT"), fresh("NL", "UNEQUIVOCAL"))
  rows$AVAL[2] <- -3
  rows$TRGRPID[3] <- "THIRD"
  rows$TRSTRESC[5] <- "CLEARLY"
  rows$ADT[1] <- NA
  rows$NODAL[1] <- "maybe"
  found <- faults_of(derive_response(rows))
  expect_setequal(found$column, c("AVAL", "TRGRPID", "NODAL"))
  rows$AVAL[2] <- 3
  found <- faults_of(derive_response(rows))
  expect_setequal(found$column, c("TRGRPID", "NODAL", "TRSTRESC", "ADT"))
  expect_equal(found$rows[found$column == "TRSTRESC"], list(5L))
  expect_equal(found$rows[found$column == "ADT"], list(1L))
})

test_that("states must fit the lesion, and sizes the state", {
  expect_equal(faults_of(followed(target("T1", 20, "UNEQUIVOCAL PROGRESSION")))$column, "TRSTRESC")
  doubtful <- other("N1", "PRESENT", "EQUIVOCAL")
  expect_equal(faults_of(followed(target("T1", 20, 20), doubtful))$column, "TRSTRESC")
  new <- fresh("NL", "UNEQUIVOCAL")
  new$TRSTRESC <- NA
  expect_match(faults_of(followed(target("T1", 20, 20), new))$message, "UNEQUIVOCAL or EQUIVOCAL")
  gone <- target("T1", 20, 20)
  gone$TRSTRESC[2] <- "ABSENT"
  expect_equal(faults_of(followed(gone))$fault, "out_of_range")
  gone$NODAL[1] <- "Y"
  gone$AVAL[2] <- 8
  expect_equal(followed(gone)$TRGRESP, "CR")
})

test_that("a row twice is a mistake, not a split lesion", {
  rows <- target("T1", 20, 20)
  found <- faults_of(derive_response(rows[c(1, 2, 2), ]))
  expect_equal(found$fault, "overlapping_rows")
  expect_equal(found$rows, list(3L))
})

test_that("a result that is a number in words is a size", {
  rows <- target("T1", 20, 13)
  rows$TRSTRESC <- c("20", "13.0")
  rows$AVAL <- NULL
  expect_equal(derive_response(rows)$AVALC, c(NA, "PR"))
})

test_that("what is needed and lacks is named", {
  rows <- target("T1", 20, 20)
  expect_setequal(
    faults_of(derive_response(rows[c("USUBJID", "TRLNKID", "ABLFL")]))$column, c("ADT", "TRGRPID")
  )
  rows$ABLFL <- NULL
  expect_equal(faults_of(derive_response(rows))$argument, "subjects")
  expect_equal(faults_of(derive_response(rows, data.frame(USUBJID = "1")))$argument, "subjects")
  stranger <- data.frame(USUBJID = "2", STARTDT = recist_start)
  expect_equal(faults_of(derive_response(rows, stranger))$fault, "unknown_level")
  expect_equal(faults_of(derive_response(rows, stranger, rule = "RECIST"))$argument[1], "rule")
  expect_equal(faults_of(derive_response(target("T1", 2, 2), reader = "A"))$argument, "reader")
  visits <- data.frame(
    USUBJID = "1", ADT = recist_start, SUM = c(-1, 2), ABLFL = "Y", NTRGRESP = "x", COMPLETE = 1
  )
  expect_setequal(faults_of(derive_response(visits))$column, c("SUM", "NTRGRESP", "COMPLETE"))
})

test_that("print shows the first timepoints and the rule", {
  expect_snapshot(print(derive_response(target("T1", 100, 65, 78))))
})
