# What every table of a study may hold: one line a column. Everything else about tables (checks, dates, the
# data cut, the help page of study()) reads this, so a new column is a new line.
#
# type: id, text, word (only the listed levels), number, date. need: required or optional. key: part of what
# may be there only once. impute: by which rule an incomplete date is completed; an incomplete date without
# one is a fault. after: what the data cut does with a record or value dated after it, "record" removes the
# row, "clear" empties the value. low, high: limits of a number.

study_schema_text <- "
table              | column   | type   | need     | key | impute  | after  | low | high | levels
subjects           | USUBJID  | id     | required | 1   |         |        |     |      |
subjects           | RANDDT   | date   | optional |     |         |        |     |      |
subjects           | ENRLDT   | date   | optional |     |         |        |     |      |
subjects           | STARTDT  | date   | optional |     |         | clear  |     |      |
subjects           | TRTSDT   | date   | optional |     |         | clear  |     |      |
subjects           | TRTEDT   | date   | optional |     |         | clear  |     |      |
subjects           | EOSDT    | date   | optional |     |         | clear  |     |      |
subjects           | EOSSTT   | text   | optional |     |         |        |     |      |
subjects           | DTHDT    | date   | optional |     | death   | clear  |     |      |
subjects           | DTHDTF   | word   | optional |     |         |        |     |      | D;M;Y
subjects           | DTHFL    | word   | optional |     |         |        |     |      | Y;N
subjects           | DTHCAUS  | text   | optional |     |         |        |     |      |
subjects           | LSTALVDT | date   | optional |     |         |        |     |      |
subjects           | NACTDT   | date   | optional |     |         | clear  |     |      |
subjects           | BRTHDT   | date   | optional |     |         |        |     |      |
subjects           | BASEFL   | word   | optional |     |         |        |     |      | Y;N
vital_status       | USUBJID  | id     | required | 1   |         |        |     |      |
vital_status       | DTHDT    | date   | optional |     | death   | clear  |     |      |
vital_status       | DTHDTF   | word   | optional |     |         |        |     |      | D;M;Y
vital_status       | DTHFL    | word   | optional |     |         |        |     |      | Y;N
vital_status       | DTHCAUS  | text   | optional |     |         |        |     |      |
vital_status       | LSTALVDT | date   | optional |     |         |        |     |      |
exposure           | USUBJID  | id     | required |     |         |        |     |      |
exposure           | EXTRT    | text   | optional |     |         |        |     |      |
exposure           | ASTDT    | date   | required |     |         | record |     |      |
exposure           | AENDT    | date   | optional |     |         | clear  |     |      |
lesions            | USUBJID  | id     | required | 1   |         |        |     |      |
lesions            | TRLNKID  | text   | required | 1   |         |        |     |      |
lesions            | ADT      | date   | required | 1   |         | record |     |      |
lesions            | AVISIT   | text   | optional |     |         |        |     |      |
lesions            | TRGRPID  | word   | required |     |         |        |     |      |TARGET;NON-TARGET;NEW
lesions            | TRLOC    | text   | optional |     |         |        |     |      |
lesions            | NODAL    | word   | optional |     |         |        |     |      | Y;N
lesions            | AVAL     | number | optional |     |         |        | 0   | 1000 |
lesions            | TRSTRESC | text   | optional |     |         |        |     |      |
lesions            | READER   | text   | optional | 1   |         |        |     |      |
lesions            | ABLFL    | word   | optional |     |         |        |     |      | Y;N
lesions            | SYMPTOMS | word   | optional |     |         |        |     |      | Y;N
lesions            | CLINSTAB | word   | optional |     |         |        |     |      | Y;N
assessments        | USUBJID  | id     | required | 1   |         |        |     |      |
assessments        | ADT      | date   | required | 1   |         | record |     |      |
assessments        | AVISIT   | text   | optional |     |         |        |     |      |
assessments        | PARAMCD  | text   | optional | 1   |         |        |     |      |
assessments        | AVALC    | text   | required |     |         |        |     |      |
assessments        | READER   | text   | optional | 1   |         |        |     |      |
assessments        | CLINSTAB | word   | optional |     |         |        |     |      | Y;N
therapies          | USUBJID  | id     | required |     |         |        |     |      |
therapies          | CMTRT    | text   | optional |     |         |        |     |      |
therapies          | CMCAT    | text   | optional |     |         |        |     |      |
therapies          | ASTDT    | date   | required |     | therapy | record |     |      |
therapies          | ASTDTF   | word   | optional |     |         |        |     |      | D;M;Y
therapies          | AENDT    | date   | optional |     | end     | clear  |     |      |
procedures         | USUBJID  | id     | required |     |         |        |     |      |
procedures         | PRTRT    | text   | optional |     |         |        |     |      |
procedures         | PRCAT    | text   | optional |     |         |        |     |      |
procedures         | ASTDT    | date   | required |     | therapy | record |     |      |
procedures         | ASTDTF   | word   | optional |     |         |        |     |      | D;M;Y
adverse_events     | USUBJID  | id     | required |     |         |        |     |      |
adverse_events     | AEDECOD  | text   | optional |     |         |        |     |      |
adverse_events     | AEBODSYS | text   | optional |     |         |        |     |      |
adverse_events     | ASTDT    | date   | required |     | start   | record |     |      |
adverse_events     | ASTDTF   | word   | optional |     |         |        |     |      | D;M;Y
adverse_events     | AENDT    | date   | optional |     | end     | clear  |     |      |
adverse_events     | AENDTF   | word   | optional |     |         |        |     |      | D;M;Y
adverse_events     | AETOXGR  | word   | optional |     |         |        |     |      | 1;2;3;4;5
adverse_events     | AESER    | word   | optional |     |         |        |     |      | Y;N
adverse_events     | TRTEMFL  | word   | optional |     |         |        |     |      | Y;N
questionnaires     | USUBJID  | id     | required | 1   |         |        |     |      |
questionnaires     | ADT      | date   | required | 1   |         | record |     |      |
questionnaires     | AVISIT   | text   | optional |     |         |        |     |      |
questionnaires     | QSTESTCD | text   | required | 1   |         |        |     |      |
questionnaires     | AVAL     | number | optional |     |         |        |     |      |
performance_status | USUBJID  | id     | required | 1   |         |        |     |      |
performance_status | ADT      | date   | required | 1   |         | record |     |      |
performance_status | AVISIT   | text   | optional |     |         |        |     |      |
performance_status | AVAL     | number | required |     |         |        | 0   | 5    |
variants           | USUBJID  | id     | required |     |         |        |     |      |
variants           | ADT      | date   | optional |     |         | record |     |      |
variants           | GENE     | text   | required |     |         |        |     |      |
samples            | USUBJID  | id     | required |     |         |        |     |      |
samples            | ADT      | date   | required |     |         | record |     |      |
samples            | PARAMCD  | text   | required |     |         |        |     |      |
samples            | AVAL     | number | optional |     |         |        |     |      |
samples            | REASON   | text   | optional |     |         |        |     |      |
schedule           | AVISIT   | text   | required | 1   |         |        |     |      |
schedule           | TARGET_DAY  | number | required |  |         |        |     |      |
schedule           | WINDOW_DAYS | number | optional |  |         |        | 0   |      |
"

read_schema <- function(text) {
  schema <- utils::read.table(
    text = text, sep = "|", header = TRUE, strip.white = TRUE, na.strings = "", quote = "",
    stringsAsFactors = FALSE
  )
  schema$key <- !is.na(schema$key)
  schema
}

study_schema <- read_schema(study_schema_text)

schema_tables <- unique(study_schema$table)

# The lines of one table, by default those of the columns it has.
schema_lines <- function(name, columns = NULL) {
  lines <- study_schema[study_schema$table == name, ]
  if (is.null(columns)) lines else lines[lines$column %in% columns, ]
}

schema_required <- function(name) with(schema_lines(name), column[need == "required"])

schema_key <- function(name, columns) with(schema_lines(name, columns), column[key])

schema_dates <- function(name, columns) with(schema_lines(name, columns), column[type == "date"])

# The schema as the help page of study() shows it.
schema_words <- function() {
  one <- function(name) {
    lines <- schema_lines(name)
    words <- ifelse(
      is.na(lines$levels), "", paste0(" (", gsub(";", ", ", lines$levels, fixed = TRUE), ")")
    )
    columns <- ifelse(lines$need == "required", paste0("**", lines$column, "**"), lines$column)
    sprintf("- `%s`: %s", name, paste0(columns, words, collapse = ", "))
  }
  paste(vapply(schema_tables, one, ""), collapse = "\n")
}
