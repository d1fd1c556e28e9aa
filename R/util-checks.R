# Checks of arguments that several estimators have; each gives a fault or NULL, so a caller can bind them.

check_choice <- function(x, argument, choices) {
  if (checkmate::test_choice(x, choices)) {
    return(NULL)
  }
  fault(
    argument, "not_a_choice", sprintf("must be one of %s", paste(dQuote(choices, FALSE), collapse = ", "))
  )
}

check_flag <- function(x, argument, null.ok = FALSE) {
  if (checkmate::test_flag(x, null.ok = null.ok)) {
    return(NULL)
  }
  fault(argument, "wrong_type", "must be TRUE or FALSE")
}

check_level <- function(x, argument = "conf.level") {
  if (checkmate::test_number(x, finite = TRUE) && x > 0 && x < 1) {
    return(NULL)
  }
  code <- if (!is.numeric(x)) "wrong_type" else if (length(x) != 1) "wrong_length" else "out_of_range"
  fault(argument, code, "must be one number between 0 and 1")
}

# `...` only separates the arguments that must be named; whatever lands in it was misspelt or misplaced.
check_dots <- function(..., call = rlang::caller_env()) {
  if (...length() == 0) {
    return(invisible(NULL))
  }
  given <- ...names()
  given <- if (is.null(given)) rep("", ...length()) else given
  given[given == ""] <- "..."
  abort_input(fault(given, "unknown_argument", "is no argument of this function, or must be named"), call)
}
