#' A study: its tables, checked once
#'
#' Puts the tables of a study under the names that derivations, tables and reports ask for. Every table is
#' optional; a derivation that needs one that is not there names it. All faults that make the data unusable
#' are raised together, with their rows; [check_study()] lists them and the doubtful ones without stopping.
#'
#' @param subjects,exposure,lesions,assessments,vital_status,therapies,procedures Data frames, or paths of
#'   files (`xpt`, `sas7bdat`, `parquet`, `csv`, `rds`). The columns are those of the section below; every
#'   other column is kept.
#' @param adverse_events,questionnaires,performance_status,variants,samples,schedule Likewise.
#' @param design `"randomised"`, `"single_arm"` or `"cohort"`; there is no default, because time zero follows
#'   from it: `STARTDT` is `RANDDT` in a randomised study and the first dose (`TRTSDT`, or the first
#'   `ASTDT` of `exposure`) in the two others.
#' @param arm Column of `subjects` with the arms or groups; `NULL` for none. In a cohort whose subjects lack
#'   it the group is the treatment (`EXTRT`) started on `STARTDT`, which stays what it is whatever follows.
#' @param arms The arms in order, the reference first, which makes the arm a factor.
#' @param mapping Which of your columns is which of the package's: a list with a named vector for each table,
#'   `list(lesions = c(AVAL = "diameter_mm", ADT = "scan_date"))`.
#' @param measured Which date made a variable of the subjects known: `c(risk_score = "CTDT")`. An analysis
#'   of such a variable must not count what happened before.
#' @param entry_condition What everybody has by being in the study, for example `"irAE"`: its onset is then
#'   described among cases and has no incidence.
#' @param start Date column of the subjects that is time zero instead of the first dose: `"SURGDT"` for
#'   adjuvant treatment by surgery alone, `"ENRLDT"` where a single-arm study counts from registration. A
#'   randomised study counts from `RANDDT`, always.
#' @param assessment_day Day of the month for a scan or visit whose day is not known, if the protocol says
#'   one (usually 15). Without it such a date is a fault: dates of assessments are not imputed.
#' @param screen_failure What the arm of screen failures is called. They are excluded and counted.
#' @return A list of class `tte_study`: the tables that were given and `tte`, which holds `design`, `arm`,
#'   `arms`, `reference`, `readers`, `measured`, `entry_condition`, the data cut and the hash of the input.
#'   The subjects have `STARTDT`.
#' @section Columns: the required ones in bold; names are those of ADaM. Sizes are in mm. `TRLNKID` names
#'   a lesion, `TRGRPID` its kind, `TRSTRESC` its state in words ([derive_response()] lists them), `NODAL`
#'   whether it is a lymph node, `ABLFL` the baseline. In `assessments` the overall responses have `PARAMCD`
#'   `OVR` or no `PARAMCD` at all; `PARCAT2` or `RSEVAL` serve as `READER`. `TARGET_DAY` counts from `STARTDT`
#'   as day 0.
#'
#' `r schema_words()`
#'
#' @section Dates: may be dates, or words such as `"2024-03-05"`, `"05MAR2024"`, `"2024-03"`, `"2024-03-UN"`
#'   and `"2024"`. Incomplete ones are completed where there is a rule, and the flag (`DTHDTF`, `ASTDTF`,
#'   `AENDTF`) is `"D"` where the day was not known, `"M"` where the month was not either, `"Y"` where nothing
#'   was. Death: the day after the person was last known alive if that lies in the known month or year, else
#'   its first day; never before she was known alive. Start of an adverse event: the first dose if that lies
#'   in the known period (or if nothing is known), but not after the event's end; else the period's first day.
#'   Ends: the period's last day, but not after death. Start of a therapy or procedure: the period's first
#'   day, but not before the last dose. Other incomplete dates are errors.
#' @section Vital status: where `vital_status` and `subjects` both say something, `vital_status` counts. If
#'   nobody says `LSTALVDT`, it is the latest scan, dose, visit or start of an adverse event.
#' @section Errors: a condition of class `tte_error_input`, whose `faults` lists table, column, fault and
#'   rows.
#' @references CDISC (2021). *Analysis Data Model Implementation Guide*, version 1.3.
#' @seealso [study_from_adam()] for ADaM data sets, [check_study()], [data_cut()], [visit_windows()]
#' @examples
#' patients <- data.frame(
#'   id = c("1", "2"), therapy = c("Drug X", "Placebo"),
#'   RANDDT = as.Date(c("2024-01-01", "2024-01-08")), LSTALVDT = as.Date(c("2024-06-01", "2024-05-01"))
#' )
#' scans <- data.frame(id = c("1", "2"), day = c("2024-02-12", "2024-02-19"), result = c("PR", "SD"))
#' study(
#'   subjects = patients, assessments = scans, design = "randomised", arms = c("Placebo", "Drug X"),
#'   mapping = list(
#'     subjects = c(USUBJID = "id", TRT01P = "therapy"),
#'     assessments = c(USUBJID = "id", ADT = "day", AVALC = "result")
#'   )
#' )
#' @export
study <- function(subjects = NULL, exposure = NULL, lesions = NULL, assessments = NULL, vital_status = NULL,
                  therapies = NULL, procedures = NULL, adverse_events = NULL, questionnaires = NULL,
                  performance_status = NULL, variants = NULL, samples = NULL, schedule = NULL, design,
                  arm = "TRT01P", arms = NULL, mapping = list(), measured = NULL, entry_condition = NULL,
                  start = NULL, assessment_day = NULL, screen_failure = "Screen Failure") {
  tables <- mget(schema_tables)
  options <- study_options(
    design = if (!missing(design)) design, arm = arm, arms = arms, mapping = mapping, measured = measured,
    entry_condition = entry_condition, start = start, assessment_day = assessment_day,
    screen_failure = screen_failure, arm_given = !missing(arm)
  )
  gathered <- gather_study(tables, options, doubts = FALSE)
  faults <- gathered$faults
  abort_input(faults[faults$severity == "error", setdiff(names(faults), "severity")])
  finish_study(gathered$tables, options, derive_alive = TRUE)
}

# All of them by name, also those that are NULL.
study_options <- function(...) list(...)

# The arguments of study(), as far as given, to what gather_study() gives.
gather_arguments <- function(given, missed_visits) {
  settings <- setdiff(names(formals(study)), schema_tables)
  defaults <- lapply(formals(study)[setdiff(settings, "design")], eval)
  options <- defaults
  options[intersect(settings, names(given))] <- given[intersect(settings, names(given))]
  options$arm_given <- "arm" %in% names(given)
  options$missed_visits <- missed_visits
  gather_study(given[intersect(schema_tables, names(given))], options)
}

# Reads, names and completes the tables; `faults` is every fault found, with its severity, or without `doubts`
# every error; `given` are the tables with the user's rows.
gather_study <- function(tables, options, doubts = TRUE) {
  tables <- Filter(Negate(is.null), tables)
  read <- Map(read_table, tables, names(tables))
  unread <- vapply(read, inherits, logical(1), "tte_unread")
  given <- read[!unread]
  said <- rbind(
    do.call(rbind, lapply(unname(read[unread]), `[[`, "fault")), setting_faults(options, tables),
    mapping_faults(options$mapping, given)
  )
  if (usable_mapping(options$mapping, given)) {
    given <- Map(function(table, name) map_columns(table, options$mapping[[name]]), given, names(given))
  }
  said <- rbind(said, do.call(rbind, unname(Map(list_faults, given, names(given)))))
  dated <- date_tables(Map(without_lists, given, names(given)), options)
  dated$tables <- assume_days(dated, options$assessment_day)
  contacts <- study_contacts(dated$tables)
  tables <- complete_tables(dated, contacts)
  found <- study_findings(dated$read, tables, contacts, options, doubts)
  faults <- rbind(with_severity(said, "error"), found)
  list(tables = tables, faults = faults, given = given)
}

# A column of the schema that is a list has no values to check.
list_columns <- function(table, name) {
  columns <- union(schema_lines(name)$column, "USUBJID")
  Filter(function(column) !is.atomic(table[[column]]), intersect(columns, names(table)))
}

# Columns whose values cannot be read, and columns of which there are two.
list_faults <- function(table, name) {
  columns <- list_columns(table, name)
  twice <- intersect(schema_lines(name)$column, names(table)[duplicated(names(table))])
  rbind(
    fault(rep(name, length(columns)), "wrong_type", "must be a vector, not a list", columns),
    fault(rep(name, length(twice)), "several_params", "is the name of several columns", twice)
  )
}

without_lists <- function(table, name) table[setdiff(names(table), list_columns(table, name))]

setting_faults <- function(options, tables) {
  is_name <- function(x) is.null(x) || checkmate::test_string(x, min.chars = 1)
  rbind(
    stated_design_faults(options$design),
    if (length(tables) == 0) fault("study", "missing_table", "no table was given"),
    if (!is_name(options$arm)) fault("arm", "wrong_type", "must be the name of one column, or NULL"),
    if (!is_name(options$entry_condition)) {
      fault("entry_condition", "wrong_type", "must be one word, or NULL")
    },
    if (anyDuplicated(options$arms)) fault("arms", "unknown_level", "names an arm twice"),
    start_faults(options),
    if (!is.null(options$assessment_day) &&
      !checkmate::test_int(options$assessment_day, lower = 1, upper = 28)) {
      fault("assessment_day", "out_of_range", "must be one day of the month, 1 to 28")
    },
    if (!is.null(options$measured) && !checkmate::test_character(
      options$measured,
      any.missing = FALSE, names = "unique"
    )) {
      fault("measured", "wrong_type", "must map variables to dates",
        remedy = "c(risk_score = \"CTDT\")"
      )
    }
  )
}

designs <- c("randomised", "single_arm", "cohort")

stated_design_faults <- function(design) {
  if (checkmate::test_choice(design, designs)) {
    return(NULL)
  }
  code <- if (is.null(design)) "missing_value" else "not_a_choice"
  fault("design", code, sprintf("must be said: one of %s", paste(dQuote(designs, FALSE), collapse = ", ")),
    remedy = paste(
      "Time zero follows from it: randomisation, the first dose, or the start of the first",
      "therapy in a cohort."
    )
  )
}

start_faults <- function(options) {
  if (is.null(options$start)) {
    return(NULL)
  }
  if (!checkmate::test_string(options$start)) {
    return(fault("start", "wrong_type", "must be the name of one date column of the subjects"))
  }
  if (identical(options$design, "randomised")) {
    fault("start", "not_a_choice", "a randomised study counts from RANDDT")
  }
}
