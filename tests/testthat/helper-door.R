# A small ADTTE, and the words and faults of an error.

small_adtte <- function() {
  n <- 20
  adtte <- data.frame(
    USUBJID = sprintf("S%02d", rep(seq_len(n), 2)), PARAMCD = rep(c("PFS", "OS"), each = n),
    PARAM = rep(c("Progression-free survival", "Overall survival"), each = n),
    TRT01P = rep(c("Drug X", "Placebo"), n), AVAL = c(seq_len(n) * 10, seq_len(n) * 12) + 1,
    CNSR = rep(c(0, 0, 1, 0, 2), 8), AVALU = "DAYS", STARTDT = as.Date("2020-01-01"),
    EVNTDESC = rep(c("Progression", "Death", "Lost", "Progression", "Alive"), 8),
    STRAT1 = rep(c("a", "a", "b", "b"), n / 2), AGE = 40 + rep(c(3, 17, 8, 25, 11, 2, 30), length.out = 2 * n)
  )
  adtte$ADT <- adtte$STARTDT + adtte$AVAL - 1
  adtte
}

error_of <- function(code) {
  tryCatch(
    {
      force(code)
      NULL
    },
    error = identity
  )
}

# The text of an error as the user sees it.
say_error <- function(code) cat(conditionMessage(error_of(code)), "\n")

expect_fault <- function(code, fault, argument = NULL, column = NULL, rows = NULL) {
  error <- error_of(code)
  testthat::expect_s3_class(error, c("tte_error_input", "tte_error"))
  at <- which(error$faults$fault == fault)
  testthat::expect_true(length(at) > 0, info = paste(error$faults$fault, collapse = ", "))
  if (!is.null(argument)) testthat::expect_true(argument %in% error$faults$argument[at])
  if (!is.null(column)) testthat::expect_true(column %in% error$faults$column[at])
  if (!is.null(rows)) testthat::expect_equal(sort(unlist(error$faults$rows[at])), rows)
}

plain_lung <- function() {
  lung <- survival::lung
  lung$arm <- ifelse(lung$sex == 1, "M", "F")
  lung[stats::complete.cases(lung[c("time", "status", "arm", "age", "ph.ecog")]), ]
}
