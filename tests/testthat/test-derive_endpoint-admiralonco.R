# Published examples of admiralonco (its tests of derive_param_lasta() and its article on ADTTE), their data
# stated anew: which assessment is the last, and which event or censoring date each patient gets.

lasta <- data.frame(
  USUBJID = c("01", "01", "02", "02", "02", "03", "03", "04", "04", "04", "04"),
  ADT = as.Date(c(
    "2021-03-07", "2021-04-08", "2021-03-07", "2021-04-07", "2021-05-07", "2021-01-30", "2021-01-30",
    "2021-05-21", "2021-06-30", "2021-07-24", "2021-09-30"
  )),
  AVALC = c("SD", "PR", "SD", NA, "PD", "SD", "SD", "NE", "NN", "NE", "ND")
)
lasta_subjects <- data.frame(
  USUBJID = sprintf("%02d", 1:5),
  TRTSDT = as.Date(c("2020-12-06", "2021-01-16", "2021-01-09", "2021-04-21", "2021-08-21")),
  EOSDT = as.Date(c("2022-03-06", "2022-02-03", "2021-02-24", "2021-09-15", "2022-01-11")),
  DTHDT = as.Date(NA)
)
lasta_subjects$STARTDT <- lasta_subjects$TRTSDT

test_that("admiralonco: last assessment without NE, missing and not done, up to the first PD", {
  rows <- derive_endpoint(lasta, "PFS", censoring = ema, subjects = lasta_subjects, design = "single_arm")
  expect_equal(rows$LASSDT, as.Date(c("2021-04-08", "2021-03-07", "2021-01-30", "2021-06-30", NA)))
})

test_that("admiralonco: PFS is the PD, else the last assessment, and the start without any", {
  rows <- derive_endpoint(lasta, "PFS", censoring = ema, subjects = lasta_subjects, design = "single_arm")
  expect_equal(rows$ADT, as.Date(c("2021-04-08", "2021-05-07", "2021-01-30", "2021-06-30", "2021-08-21")))
  expect_equal(rows$CNSR, c(1, 0, 1, 1, 3))
  # the words of lasta_censor, pd_event and trts_censor
  expect_equal(rows$EVNTDESC[1:2], c("Last Tumor Assessment", "Disease Progression"))
  expect_equal(rows$CNSDTDSC, c(
    "Last Tumor Assessment", NA, "Last Tumor Assessment", "Last Tumor Assessment", "Treatment Start"
  ))
  expect_equal(rows$SRCVAR, c("ADT", "ADT", "ADT", "ADT", "TRTSDT"))
  expect_equal(lasta$ADT[rows$SRCSEQ[1:4]], rows$ADT[1:4])
})

test_that("admiralonco: OS by death_event and lastalive_censor; who has no contact is kept by the start", {
  subjects <- data.frame(
    USUBJID = c("01", "02", "03"), STARTDT = as.Date("2021-01-01"), RANDDT = as.Date("2021-01-01"),
    DTHDT = as.Date(c("2021-06-01", NA, NA)), LSTALVDT = as.Date(c("2021-05-20", "2021-08-01", NA))
  )
  nobody <- data.frame(USUBJID = "01", ADT = as.Date(NA), AVALC = "ND")
  rows <- derive_endpoint(nobody, "OS", subjects = subjects, design = "randomised")
  expect_equal(rows$ADT, as.Date(c("2021-06-01", "2021-08-01", "2021-01-01")))
  expect_equal(rows$EVNTDESC[1:2], c("Death", "Alive"))
  expect_equal(rows$CNSDTDSC, c(NA, "Alive During Study", "Randomization"))
  expect_equal(rows$SRCVAR, c("DTHDT", "LSTALVDT", "RANDDT"))
  expect_equal(rows$CNSR == 0, c(TRUE, FALSE, FALSE))
})

test_that("admiralonco: PFS before new therapy keeps what is dated up to it", {
  subjects <- transform(lasta_subjects, NACTDT = as.Date(c("2021-03-20", "2021-05-07", NA, NA, NA)))
  rule <- censoring("PFSNACT", new_therapy = "censor")
  rows <- derive_endpoint(lasta, "PFS", censoring = rule, subjects = subjects, design = "single_arm")
  expect_equal(rows$ADT[1:2], as.Date(c("2021-03-07", "2021-05-07")))
  expect_equal(rows$CNSR[1:2], c(4, 0))
})

test_that("pharmaverseadam: the published OS, PFS and duration of response come out of its ADSL and ADRS", {
  skip_if_not_installed("pharmaverseadam")
  published <- as.data.frame(pharmaverseadam::adtte_onco)
  s <- study_from_adam(pharmaverseadam::adsl, pharmaverseadam::adrs_onco)
  rows <- derive_endpoint(s, list("OS", "PFS", endpoint("DoR", paramcd = "RSD")), censoring = ema)
  expect_equal(as.vector(table(rows$PARAMCD)), as.vector(table(published$PARAMCD)))
  rows <- rows[match(paste(published$USUBJID, published$PARAMCD), paste(rows$USUBJID, rows$PARAMCD)), ]
  expect_equal(as.numeric(published$STARTDT), as.numeric(rows$STARTDT))
  expect_true(all((published$CNSR == 0) == (rows$CNSR == 0)))
  expect_true(all((published$EVNTDESC == rows$EVNTDESC)[rows$CNSR == 0]))
  # one patient was assessed after the last date alive that ADSL gives: she was alive then
  later <- which(published$ADT != rows$ADT)
  expect_equal(as.character(published$PARAMCD[later]), "OS")
  expect_equal(rows$SRCDOM[later], "ADRS")
  expect_gt(as.numeric(rows$ADT[later]), as.numeric(published$ADT[later]))
})
