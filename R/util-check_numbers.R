# Checks of arguments that are numbers; each gives a fault or NULL, as those of util-checks.R do.

check_number <- function(x, argument, lower = -Inf, upper = Inf, whole = FALSE, null.ok = FALSE) {
  if (null.ok && is.null(x)) {
    return(NULL)
  }
  what <- paste0("must be one ", if (whole) "whole ", "number", range_words(lower, upper))
  if (length(x) != 1 && is.numeric(x)) {
    return(fault(argument, "wrong_length", what))
  }
  check_numbers(x, argument, lower, upper, whole, what)
}

check_numbers <- function(x, argument, lower = -Inf, upper = Inf, whole = FALSE,
                          what = paste0("must be finite numbers", range_words(lower, upper))) {
  if (!checkmate::test_numeric(x, any.missing = FALSE, finite = TRUE, min.len = 1)) {
    return(fault(argument, if (is.numeric(x)) "not_finite" else "wrong_type", what))
  }
  if (any(x < lower | x > upper)) {
    return(fault(argument, "out_of_range", what))
  }
  if (whole && any(x != floor(x))) fault(argument, "not_whole", what)
}

range_words <- function(lower, upper) {
  ends <- c(if (is.finite(lower)) paste("at least", lower), if (is.finite(upper)) paste("at most", upper))
  if (length(ends) > 0) paste0(", ", and_list(ends)) else ""
}
