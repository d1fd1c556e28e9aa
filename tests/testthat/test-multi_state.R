persons <- data.frame(
  id = 1:4, response = c(40, NA, 80, NA), progression = c(200, 90, NA, NA), death = c(400, NA, NA, 120),
  end = c(400, 300, 365, 120), age = c(50, 60, 70, 80)
)
columns <- c(response = "response", progression = "progression", death = "death")

test_that("stays by hand", {
  stays <- multi_state(persons, columns, end = "end")
  expect_equal(stays$id, c(1, 1, 1, 2, 2, 3, 3, 4))
  expect_equal(stays$start, c(0, 40, 200, 0, 90, 0, 80, 0))
  expect_equal(stays$stop, c(40, 200, 400, 90, 300, 80, 365, 120))
  expect_equal(
    as.character(stays$from),
    c("start", "response", "progression", "start", "progression", "start", "response", "start")
  )
  expect_equal(
    as.character(stays$to),
    c("response", "progression", "death", "progression", "censored", "response", "censored", "death")
  )
  expect_equal(stays$age, c(50, 50, 50, 60, 60, 70, 70, 80))
})

test_that("every stay is at risk of each move out of its state", {
  rows <- transition_rows(multi_state(persons, columns, end = "end"))
  expect_equal(as.vector(table(rows$transition)), c(4, 4, 4, 2, 2))
  expect_equal(sum(rows$status), 6)
  expect_equal(as.vector(tapply(rows$status, rows$transition, sum)), c(2, 1, 1, 1, 1))
})

test_that("a Cox model stratified by transition is that of each transition alone, summed", {
  mg <- survival::mgus2[survival::mgus2$futime > 0, ]
  d <- data.frame(
    id = mg$id, pcm = ifelse(mg$pstat == 1, mg$ptime, NA), death = ifelse(mg$death == 1, mg$futime + 0.5, NA),
    end = mg$futime + 0.5, age = mg$age / 10
  )
  d <- d[is.na(d$pcm) | d$pcm > 0, ]
  rows <- transition_rows(multi_state(d, c(PCM = "pcm", death = "death"), end = "end"))
  separate <- cox(Surv(start, stop, status) ~ age:transition, rows, strata = "transition")
  alone <- vapply(levels(rows$transition), function(move) {
    coef(cox(Surv(start, stop, status) ~ age, rows[rows$transition == move, ]))[["age"]]
  }, numeric(1))
  expect_equal(unname(coef(separate)), unname(alone), tolerance = 1e-8)
  shared <- cox(Surv(start, stop, status) ~ age, rows, strata = "transition")
  peer <- survival::coxph(Surv(start, stop, status) ~ age + strata(transition), rows)
  expect_equal(coef(shared), coef(peer), tolerance = 1e-7)
})

test_that("two states at one time are an error, or the later one counts", {
  tied <- transform(persons, progression = c(40, 90, NA, NA))
  expect_fault(multi_state(tied, columns, end = "end"), "bad_status", "data")
  stays <- multi_state(tied, columns, end = "end", ties = "order")
  expect_equal(as.character(stays$to[1]), "progression")
  expect_equal(stays$stop[1], 40)
})

test_that("dates become days from 1", {
  d <- data.frame(
    id = 1, begin = as.Date("2024-01-01"), pd = as.Date("2024-02-01"), end = as.Date("2024-03-01")
  )
  stays <- multi_state(d, c(PD = "pd"), end = "end", start = "begin")
  expect_equal(stays$stop, 32)
  expect_equal(nrow(stays), 1)
})

test_that("wrong input is named", {
  expect_fault(
    multi_state(transform(persons, end = c(300, 300, 365, 120)), columns, end = "end"),
    "out_of_range", "data"
  )
  expect_fault(
    multi_state(transform(persons, death = c(100, NA, NA, 120)), columns, end = "end"),
    "out_of_range", "data"
  )
  expect_fault(multi_state(persons, "response", end = "end"), "wrong_type", "states")
  expect_fault(multi_state(persons, columns, end = "last"), "unknown_column", "data")
  expect_fault(multi_state(persons, columns, end = "end", absorbing = "cure"), "unknown_level", "absorbing")
  stays <- multi_state(persons, columns, end = "end")
  expect_fault(transition_rows(as.data.frame(persons)), "wrong_type", "stays")
  few <- data.frame(from = "start", to = "response")
  expect_fault(transition_rows(stays, few), "bad_status", "stays")
})
