# Clinical rule 3.8: golden cases of PFS, every 6 weeks, limit 98 days, randomised on 2024-01-01 (day 1).

on <- function(date) as.numeric(as.Date(paste0("2024-", date)) - day_zero)
both <- list(fda, ema)

golden <- function(...) {
  rows <- ep_derive(ep_patient(...), censoring = both)
  split(rows, rows$PARAMCD)[c("PFSFDA", "PFSEMA")]
}

expect_golden <- function(rows, cnsr, date, aval) {
  testthat::expect_equal(rows$CNSR, cnsr)
  testthat::expect_equal(rows$ADT, as.Date(paste0("2024-", date)))
  testthat::expect_equal(rows$AVAL, aval)
}

test_that("3.8 X: two visits missed before the PD", {
  x <- golden(paste(on("02-12"), "SD"), paste(on("03-25"), "PR"), paste(on("07-29"), "PD"))
  expect_golden(x$PFSFDA, 5, "03-25", 85)
  expect_equal(x$PFSFDA$AVAL / 30.4375, 2.793, tolerance = 1e-3)
  expect_equal(x$PFSFDA$EVNTDESC, "Disease Progression After Missed Visits")
  expect_equal(x$PFSFDA$CNSDTDSC, "Last Tumor Assessment Before Missed Visits")
  expect_golden(x$PFSEMA, 0, "07-29", 211)
  expect_equal(x$PFSEMA$AVAL / 30.4375, 6.932, tolerance = 1e-3)
  expect_equal(x$PFSEMA$EVNTDESC, "Disease Progression")
  expect_equal(x$PFSEMA$CNSDTDSC, NA_character_)
})

test_that("3.8 Y: new therapy before the PD", {
  y <- golden(paste(on("03-25"), "PR"), paste(on("05-06"), "PD"), therapy = on("04-10"))
  expect_golden(y$PFSFDA, 4, "03-25", 85)
  expect_equal(y$PFSFDA$EVNTDESC, "New Anti-Cancer Therapy")
  expect_golden(y$PFSEMA, 0, "05-06", 127)
})

test_that("3.8 Z: no later scan, death on day 61", {
  z <- golden(death = on("03-01"))
  expect_golden(z$PFSFDA, 0, "03-01", 61)
  expect_golden(z$PFSEMA, 0, "03-01", 61)
})

test_that("3.8 W: no later scan, death after the limit", {
  w <- golden(death = on("06-01"))
  expect_golden(w$PFSFDA, 5, "01-01", 1)
  expect_equal(w$PFSFDA$CNSDTDSC, "Randomization")
  expect_golden(w$PFSEMA, 0, "06-01", 153)
})

test_that("3.8 V: one visit missed is no reason to censor", {
  v <- golden(paste(on("03-25"), "PR"), paste(on("06-17"), "PD"))
  expect_golden(v$PFSFDA, 0, "06-17", 169)
  expect_golden(v$PFSEMA, 0, "06-17", 169)
})

test_that("3.8 U: an assessment not evaluable is no date of censoring", {
  rows <- ep_derive(ep_patient(paste(on("02-12"), "SD"), paste(on("03-25"), "NE"), alive = on("04-01")),
    censoring = both, cut = on("04-01")
  )
  expect_equal(rows$CNSR, c(1, 1))
  expect_equal(rows$AVAL, c(43, 43))
})

test_that("3.8 T: no baseline scan, alive", {
  t <- golden(baseline = "N")
  expect_golden(t$PFSFDA, 2, "01-01", 1)
  expect_golden(t$PFSEMA, 3, "01-01", 1)
  seen <- golden("42 SD", baseline = "N")
  expect_golden(seen$PFSFDA, 2, "01-01", 1)
  expect_golden(seen$PFSEMA, 1, "02-12", 43)
})

test_that("3.8 T2: no baseline scan, no assessment, death on day 300", {
  t2 <- golden(death = 299, baseline = "N")
  expect_golden(t2$PFSFDA, 2, "01-01", 1)
  expect_equal(t2$PFSEMA$CNSR, 0)
  expect_equal(t2$PFSEMA$AVAL, 300)
})

test_that("3.8 T3: no baseline scan, no assessment, death on 1 March", {
  t3 <- golden(death = on("03-01"), baseline = "N")
  expect_golden(t3$PFSFDA, 0, "03-01", 61)
  expect_golden(t3$PFSEMA, 0, "03-01", 61)
})

test_that("3.8 all golden patients in one study are what each is alone", {
  alone <- list(
    ep_patient("42 SD", "84 PR", "210 PD", id = "X"), ep_patient("84 PR", "126 PD", therapy = 100, id = "Y"),
    ep_patient(death = 60, id = "Z"), ep_patient(death = 152, id = "W"),
    ep_patient("84 PR", "168 PD", id = "V"),
    ep_patient("42 SD", "84 NE", id = "U"), ep_patient(baseline = "N", id = "T"),
    ep_patient(death = 299, baseline = "N", id = "T2"), ep_patient(death = 60, baseline = "N", id = "T3")
  )
  together <- ep_derive(do.call(ep_patients, alone), censoring = both)
  expect_equal(nrow(together), 18)
  expect_equal(
    sprintf("%s %d %g", together$USUBJID, together$CNSR, together$AVAL)[together$PARAMCD == "PFSFDA"],
    c("X 5 85", "Y 4 85", "Z 0 61", "W 5 1", "V 0 169", "U 1 43", "T 2 1", "T2 2 1", "T3 0 61")
  )
  expect_equal(together$CNSR[together$PARAMCD == "PFSEMA"], c(0, 0, 0, 0, 0, 1, 3, 0, 0))
})
