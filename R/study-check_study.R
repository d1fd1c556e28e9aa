#' Every fault of a study's tables
#'
#' Lists what is wrong or doubtful in the tables, each with its rows, and stops at nothing. What has severity
#' `error` makes the data unusable and is what [study()] raises; a `doubt` should be looked at in the source;
#' a `note` tells what a rule did or what differs for a good reason.
#'
#' Looked for are: columns, types and values against the tables of [study()]; rows that are there twice;
#' persons whom the subjects do not know; dates that are incomplete, improbable or in an impossible order
#' (a scan before birth, an end before its start, death before the last sign of life, records after death);
#' a last date alive that differs from the person's latest record; baselines that are missing, several or
#' old; more than five target lesions, or two in an organ, and targets below the measurable size; lesions
#' that change their kind; sizes and states that contradict each other; visits outside the windows of
#' `schedule`; and gaps between tumour assessments, where scheduled visits are missing.
#'
#' @section Gaps: a visit of the `schedule` after the start is missing where `lesions` (or `assessments`) have
#'   nothing of it, neither by its name (`AVISIT`) nor by a date in its window, and the person was assessed
#'   again later. `missed_visits` of them in a row, without an assessment in between, are a note: the rows
#'   are those of the assessment that ends the gap. Patients do miss visits; but whether these scans were not
#'   made or not entered should be known, for rules such as [censoring()] `"FDA"` treat an event after such a
#'   gap differently. Visits that nobody has in a table are not planned for it. What comes after the
#'   last assessment is no gap: with a progression, a new therapy or a withdrawal assessments end.
#' @param x A study, or the table `subjects` of one that cannot be built yet.
#' @param ... The other tables and arguments of [study()]; with a study, nothing.
#' @param missed_visits How many scheduled visits in a row must be missing to be listed as a gap.
#' @return A data frame of class `tte_check`, a row for each fault: `severity`, `table` (or argument),
#'   `column`, `fault`, `n` (number of rows), `message`, `remedy`, and the list-columns `rows` (numbers of
#'   the rows in the table as it was given; in the table of the study if `x` is one) and `persons`.
#' @examples
#' patients <- data.frame(
#'   USUBJID = c("1", "2", "2"), TRTSDT = as.Date("2024-01-01"),
#'   DTHDT = as.Date(c("2024-03-01", NA, NA)), LSTALVDT = as.Date("2024-04-01")
#' )
#' check_study(patients, design = "single_arm")
#' @export
check_study <- function(x = NULL, ..., missed_visits = 2) {
  abort_input(check_number(missed_visits, "missed_visits", lower = 1, whole = TRUE))
  if (inherits(x, "tte_study")) {
    check_dots(...)
    tables <- unclass(x)[intersect(schema_tables, names(x))]
    info <- x$tte
    options <- c(info[c("design", "arm", "measured", "start")], list(
      screen_failure = character(), missed_visits = missed_visits
    ))
    dated <- date_tables(tables, options)
    contacts <- study_contacts(dated$tables)
    return(new_check(study_findings(dated$read, dated$tables, contacts, options), tables))
  }
  given <- list(...)
  if (!is.null(x)) given <- c(list(subjects = x), given)
  strange <- setdiff(names(given), names(formals(study)))
  unnamed <- length(given) > 0 && (is.null(names(given)) || any(names(given) == ""))
  abort_input(rbind(
    fault(strange[nzchar(strange)], "unknown_argument", "is no argument of study()"),
    if (unnamed) fault("...", "unknown_argument", "must be named")
  ))
  gathered <- gather_arguments(given, missed_visits)
  new_check(gathered$faults, gathered$given)
}

new_check <- function(faults, tables) {
  if (is.null(faults)) {
    faults <- with_severity(fault("", "", "")[0, ], "error")
  }
  order <- order(match(faults$severity, severities), match(faults$argument, schema_tables), faults$column)
  faults <- faults[order, , drop = FALSE]
  check <- data.frame(
    severity = faults$severity, table = faults$argument, column = faults$column, fault = faults$fault,
    n = lengths(faults$rows), message = faults$message, remedy = faults$remedy
  )
  check$rows <- faults$rows
  check$persons <- Map(function(name, rows) {
    unique(as.character(tables[[name]][["USUBJID"]][rows]))
  }, faults$argument, faults$rows)
  names(check$persons) <- NULL
  structure(check, class = c("tte_check", "data.frame"))
}

severities <- c("error", "doubt", "note")

#' @export
print.tte_check <- function(x, n = 5, ...) {
  if (!all(c("severity", "table", "message", "rows") %in% names(x))) {
    return(NextMethod())
  }
  if (nrow(x) == 0) {
    cat("No fault found.\n")
    return(invisible(x))
  }
  heads <- c(error = "Errors: the data cannot be used", doubt = "Doubts: to look at", note = "Notes")
  for (severity in intersect(severities, x$severity)) {
    rows <- x[x$severity == severity, ]
    cat(sprintf("%s (%d)\n", heads[[severity]], nrow(rows)))
    for (line in check_lines(rows, n)) cat(strwrap(line, indent = 2, exdent = 4), sep = "\n")
  }
  invisible(x)
}

check_lines <- function(x, n) {
  where <- paste0(x$table, ifelse(is.na(x$column), "", paste0(", ", x$column)))
  rows <- vapply(x$rows, function(rows) {
    if (length(rows) == 0) "" else sprintf(" (%s)", format_rows(rows, n))
  }, character(1))
  sprintf("%s: %s%s.", where, sub("[.]$", "", x$message), rows)
}
