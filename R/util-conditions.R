# Every condition of the package is made here, so each has a class that a program can catch and a text a
# person can use.

#' One fault of the input
#'
#' `rows` are row numbers of the data as the user gave them; `fault` is one of the package's fixed codes.
#' @noRd
fault <- function(argument, fault, message, column = NA, rows = integer(), remedy = NA) {
  if (length(argument) == 0) {
    return(NULL)
  }
  faults <- data.frame(
    argument = as.character(argument), column = as.character(column), fault = as.character(fault),
    message = as.character(message), remedy = as.character(remedy)
  )
  faults$rows <- rep(list(as.integer(rows)), nrow(faults))
  faults[c("argument", "column", "fault", "rows", "message", "remedy")]
}

# Raises one condition for all the faults (a data frame made of fault() rows; NULL or no row: nothing
# happens).
abort_input <- function(faults, call = rlang::caller_env()) {
  if (is.null(faults) || nrow(faults) == 0) {
    return(invisible(NULL))
  }
  n <- nrow(faults)
  head <- if (n == 1) "The input has a fault." else sprintf("The input has %d faults.", n)
  rlang::abort(
    c(head, unlist(lapply(seq_len(n), function(i) fault_bullets(faults[i, ])))),
    class = c("tte_error_input", "tte_error"), faults = faults, call = call
  )
}

fault_bullets <- function(fault) {
  where <- paste0("`", fault$argument, "`", if (!is.na(fault$column)) paste0(", ", fault$column))
  rows <- fault$rows[[1]]
  at <- if (length(rows) == 0) "" else sprintf(" (%s)", format_rows(rows))
  bullets <- c(x = sprintf("%s: %s%s.", where, sub("[.]$", "", fault$message), at))
  if (is.na(fault$remedy)) bullets else c(bullets, i = fault$remedy)
}

format_rows <- function(rows, shown = 5) {
  listed <- paste(utils::head(rows, shown), collapse = ", ")
  more <- if (length(rows) > shown) sprintf(" and %d more", length(rows) - shown) else ""
  sprintf("%s %s%s", if (length(rows) == 1) "row" else "rows", listed, more)
}

abort_unsupported <- function(what, why, remedy = NULL, call = rlang::caller_env()) {
  rlang::abort(c(paste(what, "is not supported."), x = why, i = remedy),
    class = c("tte_error_unsupported", "tte_error"), call = call
  )
}

warn_tte <- function(message, class, ..., call = rlang::caller_env()) {
  rlang::warn(message, class = c(paste0("tte_warning_", class), "tte_warning"), ..., call = call)
}

inform_tte <- function(message, class, ...) {
  rlang::inform(message, class = c(paste0("tte_message_", class), "tte_message"), ...)
}
