# What the doors of best_response(), derive_response() and derive_endpoint() do with tables as they come.

faults_of <- function(code) tryCatch(code, tte_error_input = function(e) e$faults)

two <- ep_patients(
  ep_patient("42 SD", "84 PD", alive = 200, id = "1"), ep_patient("42 PR", death = 100, id = "2")
)

derived <- function(visits = two$visits, subjects = two$subjects, ...) {
  rows <- derive_endpoint(visits, c("OS", "PFS"), censoring = ema, subjects = subjects, ...)
  as.data.frame(rows)[c("USUBJID", "PARAMCD", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC")]
}

#' The dates of a table with a time, in a time zone.
with_times <- function(x, time, zone) {
  for (column in names(x)[vapply(x, inherits, NA, "Date")]) {
    words <- ifelse(is.na(x[[column]]), NA, paste(format(x[[column]]), time))
    x[[column]] <- as.POSIXct(words, format = "%Y-%m-%d %H:%M", tz = zone)
  }
  x
}

test_that("3.1 a date with a time is the day of its own time zone", {
  for (zone in c("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")) {
    for (time in c("00:30", "23:30")) {
      visits <- with_times(two$visits, time, zone)
      subjects <- with_times(two$subjects, time, zone)
      expect_equal(derived(visits, subjects), derived(), info = paste(zone, time))
      expect_equal(
        best_response(visits, subjects)[c("BORDT", "RSPDT")],
        best_response(two$visits, two$subjects)[c("BORDT", "RSPDT")],
        info = paste(zone, time)
      )
      lesions <- with_times(target("T1", 50, 30, 45), time, zone)
      expect_equal(derive_response(lesions)$ADT, recist_start + 42 * 0:2, info = paste(zone, time))
    }
  }
})

test_that("3.5 a cut with a time is its day", {
  cut <- as.POSIXct("2024-03-25 23:30", tz = "America/New_York")
  expect_equal(derived(data_cut = cut), derived(data_cut = as.Date("2024-03-25")))
  expect_equal(
    best_response(two$visits, two$subjects, data_cut = cut)$BOR,
    best_response(two$visits, two$subjects, data_cut = as.Date("2024-03-25"))$BOR
  )
})

test_that("tibbles, factors, numbers as names and any order of rows give the same", {
  skip_if_not_installed("tibble")
  as_tibble <- tibble::as_tibble
  expect_no_warning(rows <- derived(as_tibble(two$visits), as_tibble(two$subjects)))
  expect_equal(rows, derived())
  expect_no_warning(best <- best_response(as_tibble(two$visits), as_tibble(two$subjects)))
  expect_equal(best$BOR, c("SD", "PR"))
  factors <- function(x) list2DF(lapply(x, function(v) if (is.character(v)) factor(v) else v))
  expect_equal(derived(factors(two$visits), factors(two$subjects))$AVAL, derived()$AVAL)
  numbers <- function(x) transform(x, USUBJID = as.numeric(USUBJID))
  expect_equal(derived(numbers(two$visits), numbers(two$subjects))$AVAL, derived()$AVAL)
  expect_equal(derived(two$visits[c(3, 2, 1), ]), derived())
})

test_that("subjects that lack, dates that are none and a cut that is none are classed faults", {
  expect_equal(faults_of(best_response(two$visits))$argument, "subjects")
  expect_equal(faults_of(derive_endpoint(two$visits, "PFS", censoring = ema))$fault, "missing_table")
  expect_equal(faults_of(derived(subjects = "a"))$argument, "subjects")
  wrong <- transform(two$subjects, LSTALVDT = "soon", DTHDT = 20000)
  expect_equal(faults_of(derived(subjects = wrong))$column, c("DTHDT", "LSTALVDT"))
  expect_equal(unique(faults_of(derived(subjects = wrong))$fault), "not_a_date")
  for (cut in list("soon", as.Date(NA), day_zero + 1:2, 5)) {
    expect_equal(faults_of(derived(data_cut = cut))$argument, "data_cut")
    expect_equal(faults_of(best_response(two$visits, two$subjects, data_cut = cut))$argument, "data_cut")
  }
})

test_that("a fault of the responses names the argument of the function that was called, and the words", {
  words <- transform(two$visits, AVALC = c("SD", "progress", "PR"))
  faults <- faults_of(derived(words))
  expect_equal(faults$argument, "study")
  expect_equal(faults$rows[[1]], 2L)
  expect_match(faults$remedy, "CR, PR, SD, NON-CR/NON-PD, PD, NE")
  expect_match(faults_of(derived(transform(two$visits, ADT = replace(ADT, 1, NA))))$remedy, "ND")
})

test_that("what is neither a study nor a data frame is a classed fault", {
  expect_equal(faults_of(derive_endpoint(1:3))$fault, "wrong_type")
  expect_equal(faults_of(best_response("a"))$fault, "wrong_type")
  expect_equal(faults_of(derive_response(list(1)))$fault, "wrong_type")
})

test_that("one reader at a time for a best response, and who is no reader is named", {
  both <- rbind(cbind(two$visits, READER = "A"), cbind(two$visits[-3, ], READER = "B"))
  best <- function(reader) best_response(both, two$subjects, reader = reader)
  expect_equal(best("B")$BOR, c("SD", "MISSING"))
  for (reader in list(c("A", "B"), NA, "Z", character())) {
    faults <- faults_of(best(reader))
    expect_equal(faults$argument, "reader")
    expect_match(faults$message, "A, B")
  }
  expect_equal(faults_of(derived(both, reader = character()))$argument, "reader")
  expect_match(faults_of(derived(reader = "A"))$message, "no record says who assessed")
})

test_that("responses that are derived already take no other rule", {
  responses <- derive_response(target("T1", 50, 30, 45))
  expect_equal(faults_of(derive_response(responses, rule = recist(pr_sticky = FALSE)))$argument, "rule")
  expect_equal(derive_response(responses), responses)
})

test_that("3.5 a cut before the first assessment leaves everybody without one, and is no error", {
  subjects <- data.frame(
    USUBJID = c("1", "2"), RANDDT = day_zero, DTHDT = as.Date(NA), LSTALVDT = day_zero + 300
  )
  for (readers in list(NULL, c("A", "A", "A"))) {
    visits <- transform(two$visits)
    visits$READER <- readers
    trial <- study(subjects, assessments = visits, design = "randomised", arm = NULL)
    early <- data_cut(trial, day_zero + 20)
    rows <- derive_endpoint(early, c("OS", "PFS", "DoR", "TTRESP"),
      censoring = fda, reader = if (!is.null(readers)) "A"
    )
    expect_equal(rows$CNSR, c(1, 1, 3, 3, 3, 3))
    expect_equal(rows$AVAL, c(21, 21, 1, 1, 1, 1))
    expect_equal(best_response(early, reader = if (!is.null(readers)) "A")$BOR, rep("MISSING", 2))
    late <- derive_endpoint(trial, "PFS", censoring = fda)
    expect_match(compare_endpoints(rows, late)$REASON, "was not known then")
  }
  alone <- study(subjects, design = "randomised", arm = NULL)
  expect_equal(faults_of(derive_endpoint(alone, "PFS", censoring = ema))$fault, "missing_table")
})
