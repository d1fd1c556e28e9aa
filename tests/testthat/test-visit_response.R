# Clinical rule 4.4: response by visit, with its three denominators.

day_zero <- as.Date("2024-01-01")
windows <- visit_windows(c("Week 6" = 42, "Week 12" = 84), from = c(35, 77), to = c(49, 91))

visits_of_patient <- function(id, day, response) {
  data.frame(USUBJID = rep(id, length(day)), ADT = day_zero + day, AVALC = response)
}

# a: PR at both; b: PR then PD at week 12; c: SD, then lost; d: PD before week 6; e: NE at week 6, PR at week
# 12; f: never assessed; g: PR between the windows; h: response after a new therapy
records <- rbind(
  visits_of_patient("a", c(42, 84), c("PR", "PR")), visits_of_patient("b", c(40, 84), c("PR", "PD")),
  visits_of_patient("c", 44, "SD"), visits_of_patient("d", c(30, 42), c("PD", "PR")),
  visits_of_patient("e", c(42, 83), c("NE", "PR")), visits_of_patient("g", 60, "PR"),
  visits_of_patient("h", c(42, 84), c("SD", "CR"))
)
people <- data.frame(
  USUBJID = letters[1:8], STARTDT = day_zero, NACTDT = as.Date(c(rep(NA, 7), "2024-03-01")),
  ARM = factor(rep(c("A", "B"), 4)), SEX = rep(c("F", "M"), each = 4)
)

counts <- function(found, visit, what) {
  row <- found[found$term == paste0(visit, ": ", what), ]
  c(row$n.event, row$n)
}

test_that("each patient has a row for each visit, with what stands for it and the best to date", {
  at <- visit_response(records, people, visits = windows)
  expect_equal(nrow(at), 16)
  expect_equal(at$USUBJID, rep(letters[1:8], 2))
  week <- function(k) at[at$AVISITN == k, ]
  none <- "MISSING"
  expect_equal(week(1)$AVALC, c("PR", "PR", "SD", none, "NE", none, none, "SD"))
  expect_equal(week(2)$AVALC, c("PR", "PD", none, none, "PR", none, none, none))
  expect_equal(week(1)$BOR, c("PR", "PR", "SD", "PD", "NE", none, none, "SD"))
  expect_equal(week(2)$BOR, c("PR", "PR", "SD", "PD", "PR", none, "PR", "SD"))
  expect_equal(week(2)$CBOR[1:2], c("PR", "PD"))
  expect_true(all(at$REACHED))
  expect_equal(at$ARM[1:2], people$ARM[1:2])
})

test_that("the three rates of each visit have their own denominators, by hand", {
  found <- response_rate(~1, visit_response(records, people, visits = windows), confirmed = FALSE)
  expect_equal(counts(found, "Week 6", "best to date / started"), c(2, 8))
  expect_equal(counts(found, "Week 6", "at visit / started"), c(2, 8))
  expect_equal(counts(found, "Week 6", "at visit / evaluable"), c(2, 4))
  expect_equal(counts(found, "Week 12", "best to date / started"), c(4, 8))
  expect_equal(counts(found, "Week 12", "at visit / started"), c(2, 8))
  expect_equal(counts(found, "Week 12", "at visit / evaluable"), c(2, 3))
  expect_equal(found$time, rep(c(42, 84), each = 3))
  expect_equal(unique(found$unit), "days")
  exact <- stats::binom.test(4, 8)$conf.int
  expect_equal(c(found$conf.low[4], found$conf.high[4]), as.vector(exact), tolerance = 1e-9)
})

test_that("confirmed best responses to date need their confirmation by then", {
  at <- visit_response(records, people, visits = windows)
  found <- response_rate(~1, at, confirmed = TRUE)
  expect_equal(counts(found, "Week 6", "best to date / started"), c(0, 8))
  expect_equal(counts(found, "Week 12", "best to date / started"), c(1, 8))
  expect_equal(unique(found$param), "CBOR")
  expect_fault(response_rate(~1, at), "missing_value", "confirmed")
})

test_that("who had not reached a visit at the cut leaves it, and is counted", {
  later <- transform(people, STARTDT = day_zero + c(0, 0, 0, 0, 0, 0, 50, 80))
  cut <- day_zero + 100
  at <- visit_response(records[!records$USUBJID %in% c("g", "h"), ], later, visits = windows, data_cut = cut)
  expect_equal(at$REACHED, c(rep(TRUE, 7), FALSE, rep(TRUE, 6), FALSE, FALSE))
  found <- response_rate(~1, at, confirmed = FALSE)
  expect_equal(counts(found, "Week 6", "at visit / started")[2], 7)
  expect_equal(counts(found, "Week 12", "at visit / started")[2], 6)
  expect_match(conventions(found)[["not_reached"]], "1 at Week 6 and 2 at Week 12")
  on_the_day <- visit_response(
    records[records$USUBJID == "a", ], people,
    visits = windows, data_cut = day_zero + 84
  )
  expect_true(all(on_the_day$REACHED))
})

test_that("groups and subgroups add up, and every type counts its words", {
  at <- visit_response(records, people, visits = windows)
  found <- response_rate(~ARM, at, confirmed = FALSE, subgroups = "SEX", type = "dcr")
  expect_equal(nrow(found), 2 * 3 * 2 * 3)
  whole <- found[found$term == "Week 12: best to date / started", ]
  expect_equal(whole$n, c(4, 4))
  parts <- found[grepl("^SEX = ., Week 12: best", found$term), ]
  expect_equal(rowsum(parts$n.event, parts$group)[, 1], stats::setNames(whole$n.event, whole$group))
  expect_fault(response_rate(~1, at, confirmed = FALSE, type = "bor"), "not_a_choice", "type")
})

test_that("of two assessments in a window the nearer one stands for the visit, of one day the worse", {
  two <- rbind(
    visits_of_patient("a", c(36, 41), c("PR", "SD")), visits_of_patient("b", c(42, 42), c("SD", "PD")),
    visits_of_patient("c", c(40, 44), c("PR", "SD"))
  )
  at <- visit_response(two, people[1:3, ], visits = windows)
  expect_equal(at$AVALC[1:3], c("SD", "PD", "SD"))
  expect_equal(at$NOTHER[1:3], c(1, 0, 1))
  expect_equal(at$BOR[1:3], c("PR", "PD", "PR"))
})

test_that("the best response to date of the last visit is the best response", {
  for (seed in random_seeds(20)) {
    d <- with_random_seed(seed, {
      n <- sample(5:30, 1)
      data.frame(
        USUBJID = sample(letters[1:8], n, TRUE), ADT = day_zero + sample(0:180, n, TRUE),
        AVALC = sample(c("CR", "PR", "SD", "PD", "NE", "NN", "NED"), n, TRUE)
      )
    })
    open <- visit_windows(c(42, 400), from = c(0, 300), to = c(100, 500))
    at <- visit_response(d, people, visits = open)
    best <- suppressWarnings(best_response(d, people))
    expect_equal(at$BOR[at$AVISITN == 2], best$BOR, info = seed)
    expect_equal(at$CBOR[at$AVISITN == 2], best$CBOR, info = seed)
  }
})

test_that("wrong input is one classed error", {
  expect_fault(visit_response(records, people, visits = c(42, 84)), "wrong_type", "visits")
  expect_fault(visit_response(records, people), "wrong_type", "visits")
  expect_fault(
    visit_response(records[c("USUBJID", "ADT")], people, visits = windows), "unknown_column", "x", "AVALC"
  )
})
