# Dates whose day, or day and month, nobody knew: only where study() has a rule to complete them. A column
# where that may be is text, "2024-03-05", "2024-03" or "2024", whether or not it happened.

#' @param tables The tables of a study as data frames; those of `subjects`, `vital_status`, `therapies` and
#'   `adverse_events` may change.
#' @noRd
partial_dates <- function(tables, design, cohort, seed) {
  persons <- cohort$persons
  chance <- design$partial_dates
  if (!is.null(tables$adverse_events)) {
    tables$adverse_events <- blur_column(
      tables$adverse_events, "ASTDT", chance[["adverse_events"]], design, persons, seed, "adverse_event_dates"
    )
  }
  if (!is.null(tables$therapies)) {
    tables$therapies <- blur_column(
      tables$therapies, "ASTDT", chance[["therapies"]], design, persons, seed, "therapy_dates"
    )
  }
  blur_deaths(tables, design, persons, seed)
}

# Each date on its own; a person's rows are numbered.
blur_column <- function(table, column, chance, design, persons, seed, purpose) {
  if (chance == 0) {
    return(table)
  }
  if (nrow(table) == 0) {
    table[[column]] <- character()
    return(table)
  }
  person <- persons$person[match(table$USUBJID, persons$USUBJID)]
  number <- stats::ave(seq_along(person), person, FUN = seq_along)
  u <- draw_things(seed, purpose, person, number, 2)
  table[[column]] <- blurred(table[[column]], u, chance, design$partial_month)
  table
}

# The death of a person is blurred wherever it is written. The person was last known to be alive on that day,
# so nothing else on record comes to lie after the completed date.
blur_deaths <- function(tables, design, persons, seed) {
  chance <- design$partial_dates[["death"]]
  if (chance == 0) {
    return(tables)
  }
  u <- draw_persons(seed, "death_dates", persons$person, 2)
  for (name in intersect(c("subjects", "vital_status"), names(tables))) {
    date <- tables[[name]][["DTHDT"]]
    if (is.null(date)) next
    row <- match(tables[[name]]$USUBJID, persons$USUBJID)
    tables[[name]]$DTHDT <- blurred(date, u[row, , drop = FALSE], chance, design$partial_month)
  }
  tables
}

blurred <- function(date, u, chance, month) {
  text <- format(date, "%Y-%m-%d")
  partial <- !is.na(date) & u[, 1] < chance
  text[partial] <- substr(text[partial], 1, ifelse(u[partial, 2] < month, 4, 7))
  text
}
