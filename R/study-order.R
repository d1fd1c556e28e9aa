# Which dates may not come before or after which others, as a table: `column` of `table` must not lie on that
# side of `other`, a column of the same table or else of the persons.

date_order <- utils::read.table(
  text = "
table              | column   | side   | other    | message
subjects           | RANDDT   | before | BRTHDT   | is before birth
subjects           | TRTSDT   | before | RANDDT   | is before randomisation
subjects           | TRTEDT   | before | TRTSDT   | is before the first dose
subjects           | EOSDT    | before | STARTDT  | is before the start
subjects           | DTHDT    | before | STARTDT  | is before the start: the time becomes one day
subjects           | LSTALVDT | before | STARTDT  | is before the start: the time becomes one day
subjects           | LSTALVDT | after  | DTHDT    | is after death
subjects           | TRTEDT   | after  | DTHDT    | is after death
vital_status       | LSTALVDT | after  | DTHDT    | is after death
exposure           | ASTDT    | before | RANDDT   | is before randomisation
exposure           | ASTDT    | after  | DTHDT    | is after death
exposure           | AENDT    | before | ASTDT    | is before its start
exposure           | AENDT    | after  | DTHDT    | is after death
lesions            | ADT      | before | BRTHDT   | is before birth
lesions            | ADT      | after  | DTHDT    | is after death
assessments        | ADT      | before | BRTHDT   | is before birth
assessments        | ADT      | after  | DTHDT    | is after death
therapies          | ASTDT    | after  | DTHDT    | is after death
therapies          | AENDT    | before | ASTDT    | is before its start
procedures         | ASTDT    | after  | DTHDT    | is after death
adverse_events     | ASTDT    | before | BRTHDT   | is before birth
adverse_events     | ASTDT    | after  | DTHDT    | is after death
adverse_events     | AENDT    | before | ASTDT    | is before its start
adverse_events     | AENDT    | after  | DTHDT    | is after death
questionnaires     | ADT      | before | BRTHDT   | is before birth
questionnaires     | ADT      | after  | DTHDT    | is after death
performance_status | ADT      | before | BRTHDT   | is before birth
performance_status | ADT      | after  | DTHDT    | is after death
samples            | ADT      | before | BRTHDT   | is before birth
samples            | ADT      | after  | DTHDT    | is after death
",
  sep = "|", header = TRUE, strip.white = TRUE, stringsAsFactors = FALSE
)

order_findings <- function(table, name, facts) {
  lines <- date_order[date_order$table == name, ]
  row <- facts$row[[name]]
  orders <- lapply(seq_len(nrow(lines)), function(i) {
    line <- lines[i, ]
    date <- if (name == "subjects") facts$persons[[line$column]][row] else table[[line$column]]
    other <- if (name == "subjects" || is.null(table[[line$other]])) {
      facts$persons[[line$other]][row]
    } else {
      table[[line$other]]
    }
    if (!inherits(date, "Date") || !inherits(other, "Date")) {
      return(NULL)
    }
    bad <- if (line$side == "before") date < other else date > other
    code <- if (line$message == "is after death") "after_death" else "dates_out_of_order"
    finding("doubt", bad, name, code, line$column, line$message)
  })
  rbind(do.call(rbind, orders), century_findings(table, name))
}

# A year typed wrong is most often one that cannot be.
century_findings <- function(table, name) {
  do.call(rbind, lapply(schema_dates(name, names(table)), function(column) {
    date <- table[[column]]
    low <- if (column == "BRTHDT") as.Date("1880-01-01") else as.Date("1950-01-01")
    finding(
      "doubt", date < low | date > as.Date("2099-12-31"), name, "out_of_range", column,
      "has an improbable year"
    )
  }))
}
