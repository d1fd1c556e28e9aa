# Clinical rules 2.2, best overall response by iRECIST: each test is named after the sentence it holds.

ibor <- function(...) i_best(...)$IBOR

test_that("2.2 iUPD,iPR,... -> iPR", {
  expect_equal(ibor("iUPD", "iPR", "iSD", "iUPD", "iCPD"), "iPR")
})

test_that("2.2 iUPD,(iSD|NE),iPR -> iPR", {
  expect_equal(ibor("iUPD", "iSD", "iPR"), "iPR")
  expect_equal(ibor("iUPD", "NE", "iPR"), "iPR")
})

test_that("2.2 iUPD,(iPR|iSD|NE),iCR -> iCR", {
  for (word in c("iPR", "iSD", "NE")) expect_equal(ibor("iUPD", word, "iCR"), "iCR")
})

test_that("2.2 iUPD,iSD,... -> iSD", {
  expect_equal(ibor("iUPD", "iSD", "iUPD", "iCPD"), "iSD")
})

test_that("2.2 iUPD,iCPD -> iCPD; iUPD,iUPD,iCPD -> iCPD, dated at the first iUPD of the block", {
  expect_equal(ibor("iUPD", "iCPD"), "iCPD")
  found <- i_best("iUPD", "iUPD", "iCPD")
  expect_equal(found$IBOR, "iCPD")
  expect_equal(found$IBORDT, day_zero + 42)
  expect_equal(found$IPDDT, day_zero + 42)
  expect_equal(found$ICPDDT, day_zero + 126)
  expect_match(found$IREASON, "iUPD on 2024-02-12, confirmed by iCPD on 2024-05-06")
})

test_that("2.2 iUPD,NE,NE -> iUPD", {
  found <- i_best("iUPD", "NE", "NE")
  expect_equal(found$IBOR, "iUPD")
  expect_equal(found$IUPDDT, day_zero + 42)
  expect_true(is.na(found$IPDDT))
})

test_that("2.2 iCR,...,iUPD,iCPD -> iCR", {
  expect_equal(ibor("iCR", "iCR", "iUPD", "iCPD"), "iCR")
})

test_that("2.2 rank, with iSD from 42 days on", {
  expect_equal(ibor("NN", "iUPD", "iCPD"), "NON-iCR/NON-iUPD")
  expect_equal(ibor("iSD", "iUPD", day = c(41, 84)), "iUPD")
  expect_equal(ibor("iSD", "iUPD", day = c(42, 84)), "iSD")
  expect_equal(ibor("iSD", day = 41), "NE")
  expect_equal(ibor("iSD", day = 35, rule = irecist(recist(sd_tol = 7))), "iSD")
  expect_equal(ibor("NE"), "NE")
  expect_equal(ibor(), "MISSING")
  expect_equal(ibor(rule = irecist(recist(no_assessment = "NE"))), "NE")
})

test_that("2.2 responses after iCPD are ignored", {
  expect_equal(ibor("iUPD", "iCPD", "iCR"), "iCPD")
})

test_that("1.6 holds for iRECIST: the start, a new therapy and the data cut end what counts", {
  expect_equal(ibor("iSD", "iPR", nact = 60), "iSD")
  expect_equal(ibor("iSD", "iPR", nact = 84), "iPR")
  expect_equal(ibor("iSD", "iPR", nact = 84, rule = irecist(recist(nact_same_day = "after"))), "iSD")
  expect_equal(ibor("iSD", "iPR", cut = 83), "iSD")
  expect_equal(ibor("iPR", "iSD", day = c(-5, 42)), "iSD")
})

test_that("the confirmed sibling: as in RECIST 1.1, and an iUPD between breaks it", {
  icbor <- function(...) i_best(...)$ICBOR
  expect_equal(icbor("iPR", "iPR"), "iPR")
  expect_equal(icbor("iPR", "NE", "iCR"), "iPR")
  expect_equal(icbor("iCR", "iCR"), "iCR")
  expect_equal(icbor("iPR", "iUPD", "iPR"), "iSD")
  expect_equal(icbor("iPR", day = 20), "NE")
  found <- i_best("iUPD", "iPR", "iPR")
  expect_equal(found$ICONFDT, day_zero + 126)
  expect_equal(found$ICRSPDT, day_zero + 84)
  expect_equal(found$ICREASON, "iPR on 2024-03-25, confirmed by iPR 42 days later")
})

test_that("both criteria stand side by side, and DIFFERS says who differs", {
  visits <- data.frame(
    USUBJID = rep(c("1", "2", "3"), each = 3), ADT = day_zero + 42 * 1:3,
    AVALC = c("iUPD", "iPR", "iPR", "iSD", "iUPD", "iCPD", "iUPD", "iUPD", "iCPD")
  )
  subjects <- data.frame(USUBJID = as.character(1:4), STARTDT = day_zero, ARM = c("A", "A", "B", "B"))
  best <- best_response(visits, subjects, rule = irecist())
  expect_equal(best$BOR, c("PD", "SD", "PD", "MISSING"))
  expect_equal(best$IBOR, c("iPR", "iSD", "iCPD", "MISSING"))
  expect_equal(best$DIFFERS, c(TRUE, FALSE, FALSE, FALSE))
  expect_equal(best$ARM, subjects$ARM)
  expect_equal(best$ICBDT, day_zero + c(84, 42, NA, NA))
  expect_s3_class(best, "tte_best_response")
  expect_equal(response_rate(~1, best, type = "orr", confirmed = FALSE)$n.event[1], 0)
  expect_snapshot(best)
})

test_that("who differs with confirmation only is told as well", {
  visits <- data.frame(
    USUBJID = "1", ADT = day_zero + 42 * 1:4, AVALC = c("iPR", "iUPD", "iPR", "iPR")
  )
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero)
  best <- best_response(visits, subjects, rule = irecist())
  expect_equal(c(best$BOR, best$IBOR, best$CBOR, best$ICBOR), c("PR", "iPR", "SD", "iPR"))
  expect_true(best$DIFFERS)
  expect_output(print(best), "1: with confirmation SD, but iPR: iPR on")
})

test_that("a response_rate by iRECIST is one by a logical left side", {
  best <- i_best("iUPD", "iPR", "iPR")
  expect_equal(response_rate(IBOR %in% c("iCR", "iPR") ~ 1, best)$estimate[1], 1)
})

test_that("derived responses give their reasons, from the study as from the table", {
  lesions <- rbind(target("T1", 100, 120, 60), newly("N1", "", "", ""))
  subjects <- data.frame(USUBJID = "1", RANDDT = recist_start, STARTDT = recist_start)
  x <- study(subjects = subjects, lesions = lesions, design = "randomised", arm = NULL)
  best <- best_response(x, rule = irecist())
  expect_equal(c(best$BOR, best$IBOR), c("PD", "iPR"))
  expect_match(best$IREASON, "is superseded after 42 days: sum 60 mm is 40 % below baseline 100 mm")
  expect_match(best$REASON, "sum 120 mm is 20 % and 20 mm above nadir 100 mm")
  table <- suppressMessages(derive_response(lesions, subjects, rule = irecist()))
  apart <- best_response(table, subjects, rule = irecist())
  same <- setdiff(names(apart), c("provenance", "RANDDT"))
  expect_equal(as.list(best[same]), as.list(apart[same]))
})
