faults_of <- function(code) tryCatch(code, tte_error_input = function(e) e$faults)

test_that("the rules say what they do", {
  expect_snapshot(print(fda))
  expect_snapshot(print(ema))
  expect_snapshot(print(censoring("FDA", table = "B", visits = visits_at(c(42, 84), 7))))
  expect_snapshot(print(censoring("FDA", table = "C", visits = "schedule")))
})

test_that("FDA is called FDA 2007 Table A", {
  expect_equal(fda$label, "FDA 2007 Table A")
  expect_match(cli::cli_fmt(print(fda))[1], "FDA 2007 Table A")
})

test_that("the schedule is required, and the error names both constructors", {
  expect_snapshot(censoring("FDA"), error = TRUE)
  error <- tryCatch(censoring("FDA"), tte_error_input = identity)
  expect_match(error$faults$remedy, "visits_every(", fixed = TRUE)
  expect_match(error$faults$remedy, "visits_at(", fixed = TRUE)
  expect_equal(error$faults$argument, "visits")
  expect_equal(faults_of(censoring("FDA", visits = 42))$fault, "wrong_type")
  expect_equal(faults_of(censoring("Own", missed_visits = 3))$argument, "visits")
  expect_equal(faults_of(censoring("Own", progression_date = "scheduled"))$argument, "visits")
  expect_s3_class(censoring("Own", no_baseline = "censor", new_therapy = "censor"), "tte_censoring")
})

test_that("EMA is FDA with steps 1 to 3 off", {
  off <- censoring("FDA",
    visits = q6w, no_baseline = "ignore", new_therapy = "ignore",
    missed_visits = Inf
  )
  steps <- c(
    "no_baseline", "new_therapy", "missed_visits", "missed_before", "progression_date", "claimed_progression"
  )
  expect_equal(unclass(off)[steps], unclass(ema)[steps])
  expect_equal(off$label, "FDA 2007 Table A (changed)")
})

test_that("every step changes the sentences", {
  changed <- list(
    no_baseline = "ignore", new_therapy = "ignore", missed_visits = 1, missed_before = "death",
    progression_date = "backdated", claimed_progression = "event", therapies = c("SYSTEMIC", "SURGERY")
  )
  for (step in names(changed)) {
    rule <- do.call(censoring, c(list("FDA", visits = q6w), changed[step]))
    expect_false(identical(format(rule)[-1], format(fda)[-1]), info = step)
  }
})

test_that("the sentence of step 3 has the limit in days", {
  expect_match(format(fda)[["missed"]], "more than 98 days")
  q8w <- censoring("FDA", visits = visits_every(8, 3))
  expect_match(format(q8w)[["missed"]], "more than 118 days")
})

test_that("all faults of a rule come at once", {
  faults <- faults_of(censoring("Own",
    no_baseline = "x", new_therapy = 1, missed_visits = 0.5, missed_before = "progression",
    progression_date = "x", claimed_progression = "x", therapies = 1, visits = q6w
  ))
  expect_equal(faults$argument, c(
    "no_baseline", "new_therapy", "missed_visits", "missed_before", "progression_date", "claimed_progression",
    "therapies"
  ))
  expect_equal(faults_of(censoring())$argument, "name")
  expect_equal(faults_of(censoring("FDA", table = "D", visits = q6w))$fault, "not_a_choice")
  expect_equal(faults_of(censoring("EMA", table = "B"))$argument, "table")
})

test_that("3.3 fda and ema are FDA and EMA, not rules of one's own", {
  expect_equal(censoring("fda", visits = q6w), fda)
  expect_equal(censoring("Ema"), ema)
  expect_equal(faults_of(censoring("fda"))$argument, "visits")
})

test_that("3.3 the sentences say what is adequate and what the day of a new therapy is", {
  expect_match(format(fda)[["adequate"]], "other than NE")
  expect_match(format(ema)[["adequate"]], "other than NE")
  expect_match(format(fda)[["same_day"]], "A death on the day of the therapy counts")
  expect_false("same_day" %in% names(format(ema)))
})
