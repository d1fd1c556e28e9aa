# What time_to_event() shows of itself.

#' @export
print.tte_data <- function(x, ...) {
  tte <- provenance(x, "Time-to-event data", 0, NULL)
  print_heading(tte)
  n <- count_persons(x$columns)
  events <- x$columns$cause > 0
  freq <- if (is.null(x$columns$freq)) 1 else as.double(x$columns$freq)
  cat(sprintf(
    "%s persons, %s rows, %s events\n", format_count(n), format_count(x$n), format_count(sum(events * freq))
  ))
  if (length(x$causes) > 1) cat("Causes: ", and_list(x$causes), "\n", sep = "")
  if (length(x$strata_columns) > 0) cat("Strata: ", and_list(names(x$strata_columns)), "\n", sep = "")
  print_conventions(tte$conventions)
  invisible(x)
}

# How many persons each row brings: `freq` of them where a person's rows begin, none in her later rows.
row_persons <- function(columns) {
  freq <- if (is.null(columns$freq)) rep(1, length(columns$stop)) else as.double(columns$freq)
  if (is.null(columns$subject)) freq else freq * !duplicated(columns$subject)
}

count_persons <- function(columns) sum(row_persons(columns))
