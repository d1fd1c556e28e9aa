lung <- transform(survival::lung, USUBJID = seq_along(time), PARAMCD = "OS", AVAL = time, CNSR = 2 - status)
lung_study <- function() {
  study_from_adam(
    adtte = lung[c("USUBJID", "PARAMCD", "AVAL", "CNSR", "sex", "age")], arm = "sex", arms = c("1", "2"),
    unit = "days",
    design = "cohort"
  )
}

skip_without_report <- function() {
  for (package in c("rmarkdown", "tinytable", "ggsurvfit")) skip_if_not_installed(package)
  skip_if_not(rmarkdown::pandoc_available())
}

report_of <- function(study, ...) {
  file <- tempfile(fileext = ".html")
  suppressMessages(study_report(study, file, ...))
  paste(readLines(file, warn = FALSE), collapse = "\n")
}

# What a reader sees: no scripts, styles, pictures or tags, one space between words.
words_of <- function(html) {
  html <- gsub("(?s)<(script|style).*?</\\1>", " ", html, perl = TRUE)
  gsub("\\s+", " ", gsub("<[^>]*>", " ", html))
}

expect_said <- function(words, text) expect_true(grepl(text, words, fixed = TRUE), info = text)

test_that("the report of simulated data says so, also when the tables came back as ADaM", {
  expect_equal(report_subtitle(guided_study), paste(
    sprintf("Simulated data: no patient is real (seed %s).", guided_study$tte$simulated$seed),
    "120 subjects.",
    cut_sentence(guided_study$tte)
  ))
  adtte <- derive_endpoint(guided_study, "OS", censoring = censoring("EMA"))
  back <- study_from_adam(guided_study$subjects, adtte = adtte, arms = levels(guided_study$subjects$TRT01P))
  expect_match(report_subtitle(back), "^Simulated data: no patient is real\\. 120 subjects\\.")
  expect_no_match(report_subtitle(lung_study()), "Simulated")
})

test_that("the report is one file that asks nothing of the network", {
  skip_without_report()
  html <- gsub("data:image[^\"]*", "data:", report_of(lung_study(), baseline = "age"))
  links <- regmatches(html, gregexpr("(src|href)=\"[^\"]*\"|url\\([^)]*\\)|@import", html))[[1]]
  expect_true(all(grepl("^(src=\"\"|src=\"data:|href=\"#|href=\"data:)", links)))
  addresses <- unique(regmatches(html, gregexpr("https?://[^\"' <)]*", html))[[1]])
  expect_true(all(addresses %in% c("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml")))
})

test_that("the report holds the numbers of the estimators and names its conventions", {
  skip_without_report()
  study <- lung_study()
  words <- words_of(report_of(study, baseline = "age"))
  d <- time_to_event(~sex, study$endpoints, param = "OS", unit = "days", report_in = "months")
  median <- as.vector(quantile(km(d), 0.5)$quantile)
  for (m in median) expect_said(words, sprintf("%.1f (", m))
  expect_said(words, sprintf("%.2f (", exp(unname(coef(cox(d))))))
  expect_said(words, "Hazard ratio v 1")
  expect_said(words, study$tte$hash)
  expect_said(words, "no tumour assessments")
  for (sentence in conventions(cox(d))) expect_said(words, gsub("'", "\u2019", sentence))
})

test_that("what cannot be estimated is NE, and the report says why", {
  skip_without_report()
  rows <- data.frame(
    USUBJID = 1:8, PARAMCD = "OS", AVAL = 1:8, CNSR = c(0, 1, 0, 1, 1, 1, 1, 1),
    ARM = rep(c("A", "B"), 4)
  )
  study <- study_from_adam(
    adtte = rows, arm = "ARM", arms = c("A", "B"), unit = "months",
    design = "randomised"
  )
  words <- words_of(report_of(study))
  expect_said(words, "NE, median: the curve of")
  expect_said(words, " NE ")
})

test_that("a file is never replaced without being asked, and a failure leaves none", {
  skip_without_report()
  file <- tempfile(fileext = ".html")
  writeLines("mine", file)
  error <- tryCatch(study_report(lung_study(), file), tte_error_input = identity)
  expect_equal(error$faults$fault, "file_exists")
  expect_equal(readLines(file), "mine")
  folder <- tempfile("empty-")
  dir.create(folder)
  expect_error(suppressMessages(study_report(lung_study(), file.path(folder, "x.html"), baseline = "nobody")),
    class = "tte_error_input"
  )
  expect_length(list.files(folder, all.files = TRUE, no.. = TRUE), 0)
})

test_that("wrong arguments are one classed error", {
  faults <- function(...) tryCatch(study_report(...), tte_error_input = function(e) e$faults$fault)
  expect_equal(faults(1, tempfile()), c("wrong_type", "wrong_type"))
  expect_equal(
    faults(lung_study(), file.path(tempfile(), "a.html"), report_in = "eons"),
    c("not_a_choice", "out_of_range")
  )
  expect_equal(
    faults(lung_study(), tempfile(fileext = ".html"),
      strata = "X",
      competing = list(Y = c(death = "D"))
    ),
    c("unknown_column", "unknown_column")
  )
})

test_that("pharmaverseadam's report counts screen failures and leaves nothing out", {
  skip_without_report()
  skip_if_not_installed("pharmaverseadam")
  study <- study_from_adam(
    pharmaverseadam::adsl, pharmaverseadam::adrs_onco, pharmaverseadam::adtte_onco, pharmaverseadam::adae,
    params = c(OS = "OS", PFS = "PFS", DoR = "RSD"),
    arms = c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")
  )
  words <- words_of(report_of(study))
  expect_said(words, "306 subjects were screened; 52 were screen failures")
  expect_said(words, "508 of 508 records agree")
  expect_false(grepl("is left out", words, fixed = TRUE))
})
