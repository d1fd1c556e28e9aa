# The ADRS parameters of iRECIST.

parameters_of <- function(...) {
  best <- i_best(...)
  found <- derive_irecist_parameters(best)
  stats::setNames(paste(found$AVALC, as.numeric(found$ADT - day_zero)), found$PARAMCD)
}

test_that("2.3 each parameter has its answer and its date", {
  found <- parameters_of("iUPD", "iPR", "iPR", "iUPD", "NE", "iCPD")
  expect_equal(found, c(
    ICPD = "Y 168", IUPD = "N NA", IRSP = "Y 84", ICB = "Y 84", IBOR = "iPR 84", ICRSP = "Y 84",
    ICCB = "Y 84", ICBOR = "iPR 84"
  ))
  found <- parameters_of("iSD", "iUPD", "NE")
  expect_equal(found, c(
    ICPD = "N NA", IUPD = "Y 84", IRSP = "N NA", ICB = "Y 42", IBOR = "iSD 42", ICRSP = "N NA",
    ICCB = "Y 42", ICBOR = "iSD 42"
  ))
  expect_equal(parameters_of("iSD", "iUPD", "iCPD", day = c(20, 42, 84))[["ICB"]], "N NA")
  expect_equal(parameters_of()[["IBOR"]], "MISSING NA")
})

test_that("the rows have the shape of an ADRS and can be written", {
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42 * 1:3, AVALC = c("iSD", "iUPD", "iCPD"))
  subjects <- data.frame(USUBJID = c("1", "2"), STARTDT = day_zero)
  responses <- derive_response(visits, rule = irecist())
  best <- best_response(responses, subjects, rule = irecist())
  found <- derive_irecist_parameters(best, responses, ovr = "IOVR")
  expect_equal(sum(found$PARAMCD == "IOVR"), 3)
  expect_equal(as.vector(table(found$PARAMCD)[names(patient_parameters)]), rep(2L, 8))
  expect_equal(unique(found$PARCAT3), "iRECIST")
  expect_equal(found$AVAL[found$PARAMCD == "IOVR"], c(3, 5, 9))
  expect_equal(found$AVAL[found$PARAMCD == "ICPD"], c(1, 0))
  dir <- tempfile("adam")
  dir.create(dir)
  on.exit(unlink(dir, recursive = TRUE))
  file <- file.path(dir, "adrs.csv")
  write_adam(found, file)
  expect_equal(nrow(utils::read.csv(file)), nrow(found))
})

test_that("what is no iRECIST is refused, all at once", {
  visits <- data.frame(USUBJID = "1", ADT = day_zero + 42, AVALC = "SD")
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero)
  faults <- tryCatch(
    derive_irecist_parameters(best_response(visits, subjects), derive_response(visits), ovr = "no code"),
    tte_error_input = function(e) e$faults
  )
  expect_equal(faults$argument, c("best", "responses", "ovr"))
})
