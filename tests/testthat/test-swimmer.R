# Four patients by hand, in days since the start.
#  1: treated 0 to 130, PR 42, PR 84, PD 126, alive at 210, new therapy at 140.
#  2: on treatment from day 3, PR 42, CR 84: confirmed, goes on; alive at 210.
#  3: treated 0 to 60, PD 42, dead at 150.   4: randomised, never treated, lost at 30.
swimmers <- function(..., visits = NULL) {
  subjects <- data.frame(
    USUBJID = as.character(1:4), RANDDT = day_zero, TRTSDT = day_zero + c(0, 3, 0, NA),
    TRTEDT = day_zero + c(130, NA, 60, NA), DTHDT = day_zero + c(NA, NA, 150, NA),
    LSTALVDT = day_zero + c(210, 210, 150, 30), TRT01P = c("A", "B", "A", "B"),
    NACTDT = day_zero + c(140, NA, NA, NA), DCSREAS = c(NA, NA, NA, "LOST TO FOLLOW-UP"),
    EOSDT = day_zero + c(NA, NA, NA, 30)
  )
  if (is.null(visits)) {
    visits <- data.frame(
      USUBJID = c("1", "1", "1", "2", "2", "3"), ADT = day_zero + c(42, 84, 126, 42, 84, 42),
      AVALC = c("PR", "PR", "PD", "PR", "CR", "PD")
    )
  }
  changes <- list(...)
  subjects[names(changes)] <- changes
  study(subjects, assessments = visits, design = "randomised", arms = c("A", "B"))
}

test_that("each lane has the dates of its patient, the shortest treatment first", {
  skip_if_not_installed("ggplot2")
  data <- swimmer_plot(swimmers(), unit = "days", facet = NULL)$data
  expect_identical(data$USUBJID, c("4", "3", "1", "2"))
  expect_equal(data$from, c(NA, 0, 0, 3))
  expect_equal(data$to, c(NA, 60, 130, 210))
  expect_equal(data$end, c(30, 150, 210, 210))
  expect_equal(data$response_from, c(NA, NA, 42, 42))
  expect_equal(data$response_to, c(NA, NA, 126, 84))
  expect_equal(data$progression, c(NA, 42, 126, NA))
  expect_equal(data$therapy, c(NA, NA, 140, NA))
  expect_equal(data$death, c(NA, 150, NA, NA))
  expect_identical(data$ongoing, c(FALSE, FALSE, TRUE, TRUE))
  months <- swimmer_plot(swimmers(), bar = "follow_up")$data
  expect_identical(months$USUBJID, c("4", "3", "1", "2"))
  expect_equal(months$to, c(30, 150, 210, 210) / 30.4375)
  expect_equal(months$from, rep(0, 4))
})

test_that("the dates are those that derive_endpoint() and best_response() give", {
  skip_if_not_installed("ggplot2")
  trial <- picture_study(40, 5)
  data <- swimmer_plot(trial, unit = "days")$data
  rule <- recist(confirmed = TRUE)
  best <- best_response(trial, rule = rule)
  at <- match(data$USUBJID, best$USUBJID)
  expect_equal(data$response_from, as.numeric(best$CRSPDT - best$STARTDT)[at])
  expect_true(sum(!is.na(data$response_from)) > 5)
  os <- derive_endpoint(trial, "OS")
  expect_equal(data$end, os$AVAL[match(data$USUBJID, os$USUBJID)] - 1)
  expect_equal(!is.na(data$death), (os$CNSR == 0)[match(data$USUBJID, os$USUBJID)])
  seen <- derive_response(trial)
  seen <- seen[seen$AVALC %in% "PD", ]
  first <- seen$ADTPD[match(data$USUBJID, seen$USUBJID)]
  expect_equal(data$progression, as.numeric(first - best$STARTDT[at]))
})

test_that("derived endpoints are drawn as their study is; PFS serves for TTP", {
  skip_if_not_installed("ggplot2")
  trial <- swimmers()
  rule <- recist(confirmed = TRUE)
  ends <- derive_endpoint(
    trial, list("OS", "TTP", "DOR", endpoint("TTNT", death = "competing")),
    rule = rule, censoring = ema
  )
  expect_equal(swimmer_plot(ends)$data, swimmer_plot(trial)$data)
  few <- derive_endpoint(trial, c("OS", "PFS"), rule = rule, censoring = ema)
  data <- swimmer_plot(few, unit = "days")$data
  expect_equal(data$progression, c(NA, 42, 126, NA))
  expect_true(all(is.na(c(data$response_from, data$therapy))))
  unconfirmed <- swimmers(visits = data.frame(
    USUBJID = c("1", "1"), ADT = day_zero + c(42, 84), AVALC = c("PR", "SD")
  ))
  expect_true(all(is.na(swimmer_plot(unconfirmed)$data$response_from)))
  expect_true(all(is.na(swimmer_plot(unconfirmed, rule = recist())$data$response_from)))
  loose <- swimmer_plot(unconfirmed, rule = recist(confirmed = FALSE), unit = "days")
  expect_equal(loose$data$response_from, c(NA, NA, 42, NA))
  expect_match(gsub("\n", " ", loose$labels$caption), "Dark band: response, confirmed or not \\(1\\)")
})

test_that("bars, bands, marks and arrows stand where the data say", {
  skip_if_not_installed("ggplot2")
  plot <- swimmer_plot(swimmers(), unit = "days")
  kinds <- layer_kinds(plot)
  rects <- which(kinds == "GeomRect")
  bars <- ggplot2::layer_data(plot, rects[1])
  expect_equal(bars$xmax, c(60, 130, 210))
  expect_equal((bars$ymin + bars$ymax) / 2, 2:4)
  expect_identical(bars$fill, lane_colours[c(1, 1, 2)])
  bands <- ggplot2::layer_data(plot, rects[3])
  expect_equal(bands[c("xmin", "xmax")], data.frame(xmin = c(42, 42), xmax = c(126, 84)))
  marks <- do.call(rbind, lapply(which(kinds == "GeomPoint"), function(i) {
    ggplot2::layer_data(plot, i)[c("x", "y", "shape")]
  }))
  expect_equal(marks$x, c(42, 42, 42, 126, 140, 150))
  expect_equal(marks$shape, c(24, 24, 23, 23, 22, 4))
  expect_equal(marks$y, c(3, 4, 2, 3, 3, 2))
  arrows <- ggplot2::layer_data(plot, which(kinds == "GeomSegment")[3])
  expect_equal(arrows$x, 210)
  expect_equal(arrows$y, 4, ignore_attr = TRUE)
  followed <- ggplot2::layer_data(plot, which(kinds == "GeomSegment")[4])
  expect_equal(c(followed$x, followed$y), c(210, 3), ignore_attr = TRUE)
  caption <- gsub("\n", " ", plot$labels$caption)
  expect_match(caption, "^4 patients. Bar: time on treatment; line: follow-up.")
  expect_match(caption, "confirmed response (2)", fixed = TRUE)
  expect_match(caption, "Arrow at the last contact: filled, on treatment; open, in follow-up.", fixed = TRUE)
  expect_match(caption, "Time runs from randomisation.", fixed = TRUE)
})

test_that("a study without treatment dates, assessments or arms has what it has", {
  skip_if_not_installed("ggplot2")
  bare <- study(
    data.frame(
      USUBJID = c("1", "2"), RANDDT = day_zero, LSTALVDT = day_zero + c(100, 50),
      DTHDT = day_zero + c(NA, 50)
    ),
    design = "randomised", arm = NULL
  )
  plot <- swimmer_plot(bare, unit = "days")
  expect_equal(plot$data$to, c(50, 100))
  expect_equal(plot$data$death, c(50, NA))
  expect_true(all(is.na(plot$data$progression)))
  expect_match(plot$labels$caption, "Bar: follow-up.", fixed = TRUE)
  expect_fault(swimmer_plot(bare, bar = "treatment"), "unknown_column", "bar", "TRTSDT")
})

test_that("every wrong input is a fault", {
  skip_if_not_installed("ggplot2")
  trial <- swimmers()
  expect_fault(swimmer_plot(1), "wrong_type", "x")
  expect_fault(swimmer_plot(trial, colour = "SEX"), "unknown_column", "colour")
  expect_fault(swimmer_plot(trial, facet = "SEX"), "unknown_column", "facet")
  expect_fault(swimmer_plot(trial, bar = "life"), "not_a_choice", "bar")
  expect_fault(swimmer_plot(trial, ids = "yes"), "wrong_type", "ids")
  expect_fault(swimmer_plot(trial, rule = "recist"), "wrong_type", "rule")
  expect_fault(swimmer_plot(trial, censoring = "EMA"), "wrong_type", "censoring")
  ends <- derive_endpoint(trial, c("OS", "PFS"), censoring = ema)
  expect_fault(swimmer_plot(ends, reader = "A"), "unknown_argument", "reader")
  expect_fault(swimmer_plot(ends[ends$PARAMCD != "OS", ]), "unknown_param", "x")
  both <- derive_endpoint(trial, c("OS", "PFS"), censoring = list(fda, ema))
  expect_fault(swimmer_plot(both), "several_params", "x")
  nobody <- trial
  nobody$subjects <- trial$subjects[0, ]
  expect_fault(swimmer_plot(nobody), "no_rows", "x")
  visits <- data.frame(
    USUBJID = c("1", "1"), ADT = day_zero + 42, AVALC = c("PR", "SD"), READER = c("A", "B")
  )
  expect_fault(swimmer_plot(swimmers(visits = visits)), "several_params", "reader")
  read <- swimmer_plot(swimmers(visits = visits), reader = "A")
  expect_match(gsub("\n", " ", read$labels$caption), "Reader: A.", fixed = TRUE)
})

test_that("under iRECIST response and progression are those of IDOR and IPFS", {
  skip_if_not_installed("ggplot2")
  lesions <- rbind(
    lesion("T1", "TARGET", 100, 130, 60, 55, 90, 120, who = "1"),
    lesion("T1", "TARGET", 50, 20, 20, 40, 48, who = "2")
  )
  subjects <- data.frame(
    USUBJID = c("1", "2"), RANDDT = recist_start, LSTALVDT = recist_start + 300, DTHDT = as.Date(NA)
  )
  trial <- study(subjects, lesions = lesions, design = "randomised", arm = NULL)
  immune <- swimmer_plot(trial, rule = irecist(), unit = "days")
  one <- immune$data[immune$data$USUBJID == "1", ]
  expect_equal(c(one$response_from, one$response_to, one$progression), c(84, 168, 168))
  two <- immune$data[immune$data$USUBJID == "2", ]
  expect_equal(c(two$response_from, two$response_to, two$progression), c(42, 126, 126))
  expect_match(immune$labels$caption, "by iRECIST", fixed = TRUE)
  plain <- swimmer_plot(trial, unit = "days")$data
  expect_equal(plain$progression[plain$USUBJID == "1"], 42)
  expect_true(is.na(plain$response_from[plain$USUBJID == "1"]))
  both <- derive_endpoint(
    trial, c("OS", "PFS", "IPFS", "DOR", "IDOR"),
    rule = irecist(recist(confirmed = TRUE)), censoring = ema
  )
  expect_equal(swimmer_plot(both, unit = "days")$data, plain)
})

test_that("treatment before time zero has no bar, and recurrences stand for progression", {
  skip_if_not_installed("ggplot2")
  subjects <- data.frame(
    USUBJID = c("1", "2"), SURGDT = day_zero, TRTSDT = day_zero - 90, TRTEDT = day_zero + c(-30, 40),
    LSTALVDT = day_zero + c(300, 200), DTHDT = day_zero + c(NA, 200)
  )
  records <- data.frame(
    USUBJID = c("1", "1", "2"), ADT = day_zero + c(60, 150, 60), PARAMCD = "RECUR",
    AVALC = c("RECURRENCE-FREE", "DISTANT RECURRENCE", "RECURRENCE-FREE")
  )
  operated <- function(subjects) {
    study(subjects, assessments = records, design = "cohort", arm = NULL, start = "SURGDT")
  }
  plot <- swimmer_plot(operated(subjects), unit = "days")
  expect_equal(plot$data$from, c(NA, 0))
  expect_equal(plot$data$to, c(NA, 40))
  expect_equal(plot$data$progression, c(150, NA))
  expect_equal(plot$data$death, c(NA, 200))
  marks <- ggplot2::layer_data(plot, which(layer_kinds(plot) == "GeomPoint")[1])
  expect_equal(c(marks$x, marks$shape), c(150, 23))
  expect_identical(levels(swimmer_points(plot$data)$mark), c("Recurrence", "Death"))
  subjects$TRTEDT <- day_zero - 30
  expect_match(swimmer_plot(operated(subjects))$labels$caption, "Bar: follow-up.", fixed = TRUE)
})
