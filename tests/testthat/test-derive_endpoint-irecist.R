# Clinical rules 2.3, endpoints by iRECIST: each test is named after the sentence it holds.

none_left <- unconfirmed_words("No Further Assessment")

test_that("2.3 the event is the first iUPD of the block that ends in iCPD", {
  expect_equal(i_endpoint("SD", "iUPD", "NE", "iUPD", "iCPD"), paste("85 0", confirmed_words))
})

test_that("2.3 SD,SD,iUPD,PR,PR,iUPD,iCPD -> second iUPD", {
  expect_equal(
    i_endpoint("SD", "SD", "iUPD", "PR", "PR", "iUPD", "iCPD"), paste(6 * 42 + 1, "0", confirmed_words)
  )
})

test_that("2.3 an iUPD superseded by iSD, iPR or iCR is not an event", {
  for (word in c("iSD", "iPR", "iCR", "NON-iCR/NON-iUPD")) {
    expect_equal(i_endpoint("iUPD", word), "85 1 Last Tumor Assessment")
  }
  expect_equal(i_endpoint("iUPD", "iSD", death = 300, cause = "Cancer"), "301 0 Death")
  expect_equal(i_endpoint("iUPD", "iSD", reason = "Clinical Progression"), "85 1 Last Tumor Assessment")
})

test_that("2.3 unconfirmed: treatment stopped as not clinically stable", {
  words <- paste("85 0", unconfirmed_words("Not Clinically Stable"))
  expect_equal(i_endpoint("iSD", "iUPD", reason = "Clinical Progression"), words)
  expect_equal(i_endpoint("iSD", "iUPD", stable = c(NA, "N")), words)
  expect_equal(i_endpoint("iSD", "iUPD", "iUPD", stable = c(NA, NA, "N")), words)
  # before the block it says nothing of it
  expect_equal(i_endpoint("iSD", "iUPD", stable = c("N", NA)), paste("85 0", none_left))
  own <- irecist(recist(confirmed = FALSE), unstable = "worse")
  expect_equal(i_endpoint("iSD", "iUPD", reason = "Worse", rule = own), words)
})

test_that("2.3 unconfirmed: no further assessment; an NE is none", {
  expect_equal(i_endpoint("iSD", "iUPD"), paste("85 0", none_left))
  expect_equal(i_endpoint("iSD", "iUPD", "NE"), paste("85 0", none_left))
  expect_equal(i_endpoint("iSD", "iUPD", death = 100, cause = "Accident"), paste("85 0", none_left))
})

test_that("2.3 unconfirmed: all later are iUPD", {
  expect_equal(i_endpoint("iUPD", "NE", "iUPD"), paste("43 0", unconfirmed_words("All Later iUPD")))
})

test_that("2.3 unconfirmed: death from the cancer", {
  words <- paste("43 0", unconfirmed_words("Death From Cancer"))
  expect_equal(i_endpoint("iUPD", "iUPD", death = 200, cause = "Disease Progression"), words)
  # a death after the data cut is not known
  expect_equal(
    i_endpoint("iUPD", "iUPD", death = 200, cause = "Cancer", cut = 150),
    paste("43 0", unconfirmed_words("All Later iUPD"))
  )
})

test_that("2.3 death without these = event at death", {
  only <- function(cases) irecist(recist(confirmed = FALSE), unconfirmed = cases)
  expect_equal(i_endpoint("iUPD", "iUPD", death = 200, rule = only("cancer death")), "201 0 Death")
  expect_equal(i_endpoint("iUPD", death = 200, rule = only("all iUPD")), "201 0 Death")
  expect_equal(i_endpoint("iUPD", death = 200, rule = only(character())), "201 0 Death")
  expect_equal(i_endpoint("iSD", "iUPD", rule = only("all iUPD")), "85 1 Last Tumor Assessment")
  expect_equal(i_endpoint("iSD", death = 200), "201 0 Death")
})

test_that("2.3 of several cases the first is named", {
  expect_equal(
    i_endpoint("iUPD", "iUPD", death = 200, cause = "Cancer", reason = "Clinical Progression"),
    paste("43 0", unconfirmed_words("Not Clinically Stable"))
  )
})

test_that("an iUPD that waits for its scan at the data cut: an event, or censored", {
  waits <- irecist(recist(confirmed = FALSE), pending = "censor")
  expect_equal(i_endpoint("iSD", "iUPD", cut = 100), paste("85 0", none_left))
  expect_equal(i_endpoint("iSD", "iUPD", cut = 100, rule = waits), "85 1 Last Tumor Assessment")
  expect_equal(i_endpoint("iSD", "iUPD", cut = 84 + 56, rule = waits), "85 1 Last Tumor Assessment")
  expect_equal(i_endpoint("iSD", "iUPD", cut = 84 + 57, rule = waits), paste("85 0", none_left))
  expect_equal(i_endpoint("iSD", "iUPD", rule = waits), paste("85 0", none_left))
  expect_equal(i_endpoint("iSD", "iUPD", cut = 100, death = 95, rule = waits), paste("85 0", none_left))
})

test_that("where new therapy censors, later scans neither confirm nor supersede", {
  words <- c("iSD", "iUPD", "iPR")
  expect_equal(i_endpoint(words, therapy = 100), "127 1 Last Tumor Assessment")
  expect_equal(i_endpoint(words, therapy = 100, censoring = fda), paste("85 0", none_left))
  expect_equal(i_endpoint(words, therapy = 60, censoring = fda), "43 4 New Anti-Cancer Therapy")
})

test_that("the steps of censoring are those of PFS: an event after two missed visits is censored", {
  expect_equal(
    i_endpoint("iSD", "iUPD", "iCPD", day = c(42, 300, 342), censoring = fda),
    paste("43 5", confirmed_words, "After Missed Visits")
  )
})

test_that("2.3 iDOR: first iCR/iPR to the iUPD that is later confirmed", {
  dor <- function(...) i_endpoint(..., endpoint = "IDOR")
  expect_equal(dor("iPR", "iUPD", "iPR", "iUPD", "iCPD"), paste(3 * 42 + 1, "0", confirmed_words))
  expect_equal(dor("iUPD", "iPR", "iPR"), "43 1 Last Tumor Assessment")
  expect_length(dor("iSD", "iUPD", "iCPD"), 0)
  needs <- irecist(recist(confirmed = TRUE))
  expect_length(dor("iPR", "iUPD", "iPR", rule = needs), 0)
  expect_equal(
    dor("iPR", "iSD", "iPR", "iPR", "iUPD", "iCPD", rule = needs), paste(2 * 42 + 1, "0", confirmed_words)
  )
})

test_that("a progression that was equivocal at first has its date there", {
  lesions <- rbind(target("T1", 100, 90, 90, 90), newly("N1", "", "EQUIVOCAL", 12, 20))
  subjects <- data.frame(USUBJID = "1", RANDDT = recist_start, DTHDT = as.Date(NA))
  x <- study(subjects = subjects, lesions = lesions, design = "randomised", arm = NULL)
  found <- derive_endpoint(x, c("PFS", "IPFS"), rule = irecist(), censoring = ema)
  expect_equal(found$ADT, recist_start + c(42, 42))
  expect_equal(found$EVNTDESC[2], confirmed_words)
})

test_that("PFS, TTP and DOR are those of recist()", {
  lesions <- random_immune_lesions(4)
  persons <- unique(lesions$USUBJID)
  subjects <- data.frame(
    USUBJID = persons, RANDDT = recist_start, TRTSDT = recist_start,
    DTHDT = recist_start + rep(c(NA, 200, NA, 400), length.out = length(persons)),
    LSTALVDT = recist_start + 420
  )
  x <- suppressMessages(study(subjects = subjects, lesions = lesions, design = "randomised", arm = NULL))
  names <- c("PFS", "TTP", "DOR")
  one <- suppressMessages(derive_endpoint(x, names, censoring = fda))
  two <- suppressMessages(derive_endpoint(x, c(names, "IPFS", "IDOR"), rule = irecist(), censoring = fda))
  kept <- setdiff(names(one), "provenance")
  same <- two[two$PARAMCD %in% names, kept]
  expect_equal(as.list(same), as.list(one[kept]))
  # iPFS is never earlier, and the patients whose progression was confirmed at once have the same date
  ipfs <- two[two$PARAMCD == "IPFS", ]
  pfs <- one[one$PARAMCD == "PFS", ]
  expect_true(all((ipfs$AVAL >= pfs$AVAL)[pfs$CNSR == 0]))
  expect_gt(sum(ipfs$AVAL > pfs$AVAL & pfs$CNSR == 0), 5)
  expect_equal(sort(unique(two$PARAMCD)), sort(c(names, "IPFS", "IDOR")))
})

test_that("endpoints by iRECIST need its rule", {
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42, AVALC = "SD")
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero, DTHDT = as.Date(NA))
  expect_error(
    derive_endpoint(visits, "IPFS", censoring = ema, subjects = subjects), "IPFS needs the rule of iRECIST"
  )
  expect_error(
    derive_endpoint(visits, "IPFS", rule = list(), censoring = ema, subjects = subjects),
    "must be made by recist\\(\\) or irecist\\(\\)"
  )
  said <- format(endpoint("IPFS"))
  expect_match(said[["criteria"]], "those of iRECIST")
  expect_error(endpoint("PFS", cancer_death = "X"), "does not ask for causes of death")
  expect_equal(endpoint("IPFS", cancer_death = "X")$cancer_death, "X")
})

test_that("the rule is told with the rows", {
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42 * 1:2, AVALC = c("iUPD", "iCPD"))
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero, DTHDT = as.Date(NA))
  found <- derive_endpoint(visits, c("PFS", "IPFS"), rule = irecist(), censoring = ema, subjects = subjects)
  expect_null(found$provenance[[1]]$irecist)
  expect_equal(found$provenance[[2]]$irecist, irecist())
  said <- paste(found$provenance[[2]]$conventions, collapse = " ")
  expect_match(said, "first iUPD of the block that ends in iCPD")
})
