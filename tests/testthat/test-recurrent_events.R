subjects <- data.frame(id = 1:3, end = c(8, 4, 6), arm = c("A", "B", "B"))
events <- data.frame(id = c(1, 2, 1), time = c(5, 3, 2))

test_that("rows by hand: total time, gap time, marginal", {
  ag <- recurrent_events(subjects, events)
  expect_equal(ag$start, c(0, 2, 5, 0, 3, 0))
  expect_equal(ag$stop, c(2, 5, 8, 3, 4, 6))
  expect_equal(ag$event, c(1, 1, 0, 1, 0, 0))
  expect_equal(ag$enum, c(1, 2, 3, 1, 2, 1))
  expect_equal(ag$arm, c("A", "A", "A", "B", "B", "B"))
  gap <- recurrent_events(subjects, events, type = "PWP-GT")
  expect_equal(gap$start, rep(0, 6))
  expect_equal(gap$stop, c(2, 3, 3, 3, 1, 6))
  wlw <- recurrent_events(subjects, events, type = "WLW", max_events = 2)
  expect_equal(wlw$stop, c(2, 5, 3, 4, 6, 6))
  expect_equal(wlw$event, c(1, 1, 1, 0, 0, 0))
  expect_equal(wlw$enum, rep(1:2, 3))
})

test_that("after max_events PWP stops and AG goes on without events", {
  total <- recurrent_events(subjects, events, type = "PWP-TT", max_events = 1)
  expect_equal(total$stop, c(2, 3, 6))
  ag <- recurrent_events(subjects, events, max_events = 1)
  expect_equal(ag$stop, c(2, 8, 3, 4, 6))
  expect_equal(ag$event, c(1, 0, 1, 0, 0))
})

test_that("an event at the end of follow-up leaves no empty row; nobody is lost", {
  last <- recurrent_events(subjects, data.frame(id = 1, time = 8))
  expect_equal(last$stop, c(8, 4, 6))
  none <- recurrent_events(subjects, events[0, ])
  expect_equal(none$event, c(0, 0, 0))
  expect_equal(none$stop, c(8, 4, 6))
})

test_that("dates become days from 1; late starts stay", {
  dated <- data.frame(
    id = 1, begin = as.Date("2024-01-01"), end = as.Date("2024-01-31"), death = TRUE
  )
  rows <- recurrent_events(dated, data.frame(id = 1, time = as.Date("2024-01-10")),
    start = "begin", death = "death"
  )
  expect_equal(rows$stop, c(10, 31))
  expect_equal(as.character(rows$status), c("event", "death"))
  late <- recurrent_events(transform(subjects, from = c(1, 0, 2)), events, start = "from")
  expect_equal(late$start[late$enum == 1], c(1, 0, 2))
})

# The bladder cancer data that the survival package carries in the forms of two of the models.
bladder_persons <- function() {
  b <- survival::bladder2
  list(
    subjects = do.call(rbind, lapply(split(b, b$id), function(rows) {
      data.frame(rows[1, c("id", "rx", "number", "size")], end = max(rows$stop))
    })),
    events = stats::setNames(b[b$event == 1, c("id", "stop")], c("id", "time"))
  )
}

test_that("bladder2 and bladder are rebuilt from persons and events", {
  persons <- bladder_persons()
  ag <- recurrent_events(persons$subjects, persons$events)
  b <- survival::bladder2
  expect_equal(ag[c("id", "start", "stop", "event", "enum")], b[c("id", "start", "stop", "event", "enum")],
    ignore_attr = TRUE
  )
})

test_that("rules page 5: rx in the four models of the bladder data", {
  persons <- bladder_persons()
  hazard_ratio <- function(rows, strata) {
    fit <- cox(Surv(start, stop, event) ~ rx + size + number, rows,
      strata = strata, cluster = id, ties = "breslow"
    )
    unname(round(exp(c(coef(fit)[["rx"]], confint(fit)["rx", ])), 3))
  }
  made <- function(...) recurrent_events(persons$subjects, persons$events, ...)
  expect_equal(hazard_ratio(made(), NULL), c(0.631, 0.381, 1.047))
  expect_equal(hazard_ratio(made(type = "PWP-TT"), "enum"), c(0.716, 0.486, 1.053))
  expect_equal(hazard_ratio(made(type = "PWP-GT"), "enum"), c(0.764, 0.508, 1.148))
  # Wei, Lin and Weissfeld's rows are those of `bladder`, whose follow-up ends with the fourth event.
  fit <- cox(Surv(stop, event) ~ rx + size + number, survival::bladder,
    strata = "enum", cluster = id, ties = "breslow"
  )
  expect_equal(unname(round(exp(c(coef(fit)[["rx"]], confint(fit)["rx", ])), 3)), c(0.560, 0.309, 1.015))
  first <- survival::bladder[survival::bladder$enum == 1, c("id", "rx", "number", "size")]
  stops <- tapply(survival::bladder$stop, survival::bladder$id, max)
  first$end <- as.vector(stops[as.character(first$id)])
  happened <- survival::bladder[survival::bladder$event == 1, c("id", "stop")]
  wlw <- recurrent_events(first, stats::setNames(happened, c("id", "time")), type = "WLW", max_events = 4)
  expect_equal(wlw[c("id", "stop", "event", "enum")], survival::bladder[c("id", "stop", "event", "enum")],
    ignore_attr = TRUE
  )
})

test_that("wrong input is named, all faults at once", {
  bad <- data.frame(id = c(1, 1, 9, 2, 3), time = c(2, 2, 1, 7, NA))
  fault <- tryCatch(recurrent_events(subjects, bad), tte_error_input = function(e) e$faults)
  expect_setequal(fault$fault, c("unknown_level", "missing_value", "out_of_range", "person_twice"))
  expect_equal(fault$rows[fault$fault == "out_of_range"], list(4L))
  expect_fault(recurrent_events(subjects, events, type = "WLW"), "wrong_length", "max_events")
  expect_fault(recurrent_events(rbind(subjects, subjects[1, ]), events), "person_twice", "subjects")
  expect_fault(
    recurrent_events(transform(subjects, end = c(8, 0, 6)), events), "start_not_before_stop", "subjects"
  )
  expect_fault(recurrent_events(transform(subjects, enum = 1), events), "bad_status", "subjects")
  expect_fault(recurrent_events(subjects, events, time = "day"), "unknown_column", "events")
})
