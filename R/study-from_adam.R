#' A study from ADaM data sets
#'
#' Checks the tables once, all their faults together, and puts them under the names that derivations, tables
#' and [study_report()] ask for. Every table is optional; one that is shaped like ADTTE is enough, also
#' without dates.
#'
#' @section Two criteria in one ADRS: Overall responses by RECIST 1.1 and by iRECIST are told apart by
#'   `PARCAT3` (or `PARCAT1`, `PARCAT4`, `RSCAT`), which says `RECIST 1.1` or `iRECIST`, where `PARAMCD` is
#'   `OVR` for both; or, where it says nothing, by `PARAMCD`: `OVR` or `OVRLRESP` is RECIST 1.1, `IOVR`,
#'   `IOVRLRES` or `IOVRLRSP` iRECIST. Functions with a [recist()] rule read the one, with an [irecist()] rule
#'   both; records of one patient, reader and visit (or else day) are one timepoint. iRECIST may begin with
#'   the first progression: before the first response by it those by RECIST 1.1 count for it too, the first PD
#'   as iUPD, which a message of class `tte_message_recist_before_irecist` counts. Where nothing tells the two
#'   apart that is an error.
#'
#' @param adsl,adrs,adtte,adae Data frames shaped like ADSL, ADRS, ADTTE and ADAE. Of ADRS the overall
#'   responses (`OVR`) are read; a `BOR` or `CBOR` that it supplies is never used, [study_report()] only
#'   compares with it.
#' @param arm Column of the arms, in `adsl` or, without it, in `adtte`; `NULL` for a study without arms.
#' @param params Which endpoints, under which names: `c(OS = "OS", PFS = "PFS", DoR = "RSD")` maps names to
#'   `PARAMCD`. By default every `PARAMCD`, under its own name.
#' @param arms The arms in order, the reference first, which makes the arm a factor. Without it an arm that
#'   is no factor stays as it is and has no reference.
#' @param design `"randomised"`, `"single_arm"` or `"cohort"`. Without it, a study with `RANDDT` is
#'   randomised and the design of any other is left open; what depends on it then asks.
#' @param unit What `AVAL` is in: `"days"`, `"weeks"`, `"months"` or `"years"`. Without it `AVALU` is read,
#'   or days are recognised by `AVAL` being `ADT - STARTDT + 1`.
#' @param data_cut Date of the data cut, if there is one: printed, and a limit of [best_response()].
#'   Time-to-event rows after it are a fault.
#' @param screen_failure What the arm of screen failures is called. They are excluded and counted.
#' @return A list of class `tte_study`: the tables that were given, as `subjects`, `assessments` (rows of
#'   ADRS), `adverse_events` and `endpoints` (rows of ADTTE with the columns of their subjects joined), and
#'   `tte`, which holds arms, design, endpoint names, unit, data cut, counts and the hash of the input.
#' @examples
#' lung <- transform(
#'   survival::lung,
#'   USUBJID = seq_along(time), PARAMCD = "OS", AVAL = time, CNSR = 2 - status
#' )
#' study <- study_from_adam(
#'   adtte = lung[c("USUBJID", "PARAMCD", "AVAL", "CNSR", "sex", "age")],
#'   arm = "sex", arms = c("1", "2"), unit = "days", design = "cohort"
#' )
#' study
#' @export
study_from_adam <- function(adsl = NULL, adrs = NULL, adtte = NULL, adae = NULL, arm = "TRT01P",
                            params = NULL, arms = NULL, design = NULL, unit = NULL, data_cut = NULL,
                            screen_failure = "Screen Failure") {
  tables <- Filter(Negate(is.null), list(adsl = adsl, adrs = adrs, adtte = adtte, adae = adae))
  abort_input(rbind(
    option_faults(arm, params, arms, design, unit, data_cut), presence_faults(tables), table_faults(tables),
    link_faults(tables, data_cut), arm_faults(tables, arm, arms, screen_failure),
    param_faults(tables$adtte, params)
  ))
  given <- lapply(tables, as.data.frame)
  params <- endpoint_params(adtte, params)
  tables <- adam_tables(given, params)
  if (is.null(design)) design <- adam_design(tables$subjects, arm, screen_failure)
  study <- finish_study(tables, study_options(
    arm = arm, arms = arms, design = design, screen_failure = screen_failure
  ))
  study$endpoints <- join_subjects(study$endpoints, study$subjects)
  if (is.null(unit)) unit <- adtte_unit(study$endpoints)
  study$tte[c("params", "unit", "data_cut")] <- list(params, unit, data_cut)
  study$tte$labels <- column_labels(given[[home_table(given)]])
  study$tte$sources <- vapply(given, nrow, integer(1))
  study$tte$hash <- rlang::hash(lapply(given, data_hash))
  study
}

# ADaM data sets under the names of study().
adam_tables <- function(given, params) {
  endpoints <- given$adtte
  if (!is.null(endpoints)) endpoints <- endpoints[endpoints$PARAMCD %in% params, , drop = FALSE]
  tables <- Filter(Negate(is.null), list(
    subjects = adam_subjects(given), assessments = given$adrs, adverse_events = given$adae,
    endpoints = endpoints
  ))
  lapply(tables, function(table) name_reader(without_times(table)))
}

# Dates with a time of day are the date where they were taken.
without_times <- function(table) {
  timed <- vapply(table, inherits, logical(1), "POSIXt") & grepl("DT$", names(table))
  table[timed] <- lapply(table[timed], function(x) read_dates(x)$date)
  table
}

# A study with dates of randomisation is randomised; the design of any other is left open.
adam_design <- function(subjects, arm, screen_failure) {
  kept <- !screened_out(subjects, arm, screen_failure)
  if (any(!is.na(subjects[["RANDDT"]][kept]))) "randomised"
}

# What the columns are called, by their label attributes; selecting rows loses those.
column_labels <- function(table) {
  if (is.null(table)) {
    return(character())
  }
  labels <- lapply(table, attr, "label", exact = TRUE)
  vapply(Filter(checkmate::test_string, labels), identity, character(1))
}

# What each table must have and what its columns must be.
adam_schema <- list(
  adsl = list(
    required = "USUBJID", key = "USUBJID",
    dates = c("RANDDT", "TRTSDT", "TRTEDT", "DTHDT", "LSTALVDT", "EOSDT", "NACTDT")
  ),
  adrs = list(required = c("USUBJID", "PARAMCD", "ADT", "AVALC"), dates = c("ADT")),
  adtte = list(
    required = c("USUBJID", "PARAMCD", "AVAL", "CNSR"), key = c("USUBJID", "PARAMCD"),
    dates = c("STARTDT", "ADT"),
    times = "AVAL", codes = "CNSR"
  ),
  adae = list(required = c("USUBJID", "ASTDT"), dates = c("ASTDT", "AENDT"))
)

presence_faults <- function(tables) {
  if (!is.null(tables$adsl) || !is.null(tables$adtte)) {
    return(NULL)
  }
  fault("adsl", "missing_table", "who the subjects are is in adsl or adtte, and neither was given")
}

table_faults <- function(tables) {
  do.call(rbind, unname(Map(adam_table_faults, tables, names(tables), adam_schema[names(tables)])))
}

adam_table_faults <- function(table, name, schema) {
  columns <- column_faults(table, name, schema$required)
  if (!is.null(columns)) {
    return(columns)
  }
  counts <- if (name == "adrs") is_overall_response(table) else TRUE
  missing <- lapply(schema$required, function(column) {
    row_fault(
      is.na(table[[column]]) & counts & column != "AVALC", name, "missing_value", column,
      "is missing"
    )
  })
  rbind(
    do.call(rbind, missing), date_faults(table, name, schema$dates),
    if (name == "adrs") criteria_faults(table, name),
    if (!is.null(schema$key)) key_faults(table, name, schema$key),
    if (!is.null(schema$times)) adam_time_faults(table[[schema$times]], name, schema$times),
    if (!is.null(schema$codes)) adam_code_faults(table[[schema$codes]], name, schema$codes)
  )
}

key_faults <- function(table, name, key) {
  what <- if (length(key) > 1) "is there more than once for one PARAMCD" else "is there more than once"
  row_fault(duplicated(as.data.frame(table)[key]), name, "person_twice", "USUBJID", what)
}

adam_time_faults <- function(time, name, column) {
  if (!is.numeric(time)) {
    return(fault(name, "wrong_type", "must be numeric", column = column))
  }
  rbind(
    row_fault(!is.na(time) & !is.finite(time), name, "not_finite", column, "is not finite"),
    row_fault(time < 0, name, "negative_time", column, "is negative")
  )
}

adam_code_faults <- function(code, name, column) {
  if (!is.numeric(code)) {
    return(fault(name, "wrong_type", "must be numeric", column = column))
  }
  row_fault(
    code < 0 | code != round(code), name, "bad_status", column,
    "must be 0 (event) or a whole number above 0"
  )
}

option_faults <- function(arm, params, arms, design, unit, data_cut) {
  is_name <- function(x) is.null(x) || checkmate::test_string(x, min.chars = 1)
  rbind(
    if (!is_name(arm)) fault("arm", "wrong_type", "must be the name of one column, or NULL"),
    if (!is.null(params) &&
      !checkmate::test_character(params, any.missing = FALSE, min.len = 1, unique = TRUE)) {
      fault("params", "wrong_type", "must map names to PARAMCD, each once",
        remedy = "c(PFS = \"PFS\", DoR = \"RSD\")"
      )
    },
    if (anyDuplicated(arms)) fault("arms", "unknown_level", "names an arm twice"),
    if (!is.null(design)) check_choice(design, "design", c("randomised", "single_arm", "cohort")),
    if (!is.null(unit)) check_choice(unit, "unit", c("days", "weeks", "months", "years")),
    if (!is.null(data_cut) && !checkmate::test_date(data_cut, any.missing = FALSE, len = 1)) {
      fault("data_cut", "not_a_date", "must be one date", remedy = "Use as.Date().")
    }
  )
}

# The table that says who the subjects are.
home_table <- function(tables) if (is.null(tables$adsl)) "adtte" else "adsl"

# Faults between tables: persons nobody knows, times after the cut. A broken table has had its faults already.
link_faults <- function(tables, data_cut) {
  home <- home_table(tables)
  known <- if (is.data.frame(tables[[home]])) tables[[home]]$USUBJID
  strangers <- lapply(setdiff(names(tables), home), function(name) {
    persons <- if (is.data.frame(tables[[name]])) tables[[name]]$USUBJID
    if (is.null(known) || is.null(persons)) {
      return(NULL)
    }
    row_fault(
      !is.na(persons) & !persons %in% known, name, "unknown_level", "USUBJID",
      sprintf("is not in %s", home)
    )
  })
  ends <- if (is.data.frame(tables$adtte)) tables$adtte[["ADT"]]
  late <- checkmate::test_date(data_cut, len = 1) && inherits(ends, c("Date", "POSIXct"))
  rbind(
    do.call(rbind, strangers),
    if (late) row_fault(as.Date(ends) > data_cut, "adtte", "out_of_range", "ADT", "is after the data cut")
  )
}

arm_faults <- function(tables, arm, arms, screen_failure) {
  home <- home_table(tables)
  table <- tables[[home]]
  if (!checkmate::test_string(arm) || !is.data.frame(table) || is.null(table$USUBJID)) {
    return(NULL)
  }
  if (!arm %in% names(table)) {
    return(fault("arm", "unknown_column", sprintf("no such column in %s", home),
      column = arm,
      remedy = "Name the column of the arms with arm =, or NULL for none."
    ))
  }
  kept <- !screened_out(table, arm, screen_failure)
  found <- sort(unique(stats::na.omit(as.character(table[[arm]][kept]))))
  rbind(
    row_fault(is.na(table[[arm]]) & kept, home, "missing_value", arm, "is missing"),
    row_fault(
      varies_in_person(table[[arm]], table$USUBJID), home, "unknown_level", arm,
      "varies in a person"
    ),
    if (!is.null(arms) && !setequal(found, arms)) {
      fault("arms", "unknown_level", sprintf("are %s, but the data have %s", toString(arms), toString(found)),
        column = arm
      )
    }
  )
}

varies_in_person <- function(x, person) x != x[match(person, person)]

param_faults <- function(adtte, params) {
  if (!is.character(params)) {
    return(NULL)
  }
  if (is.null(adtte)) {
    return(fault("params", "missing_table", "names endpoints, but adtte was not given"))
  }
  unknown <- if (is.data.frame(adtte) && "PARAMCD" %in% names(adtte)) setdiff(params, adtte$PARAMCD)
  if (length(unknown) == 0) {
    return(NULL)
  }
  fault(
    "params", "unknown_param", sprintf("adtte has no %s", toString(unknown)),
    column = "PARAMCD",
    remedy = sprintf("It has %s.", toString(unique(adtte$PARAMCD)))
  )
}

# Without ADSL the subjects are the persons of ADTTE, with what does not vary between their rows.
adam_subjects <- function(tables) {
  if (!is.null(tables$adsl)) {
    return(tables$adsl)
  }
  adtte <- tables$adtte
  first <- match(adtte$USUBJID, adtte$USUBJID)
  same <- function(x) all(is.na(x) == is.na(x[first])) && all(x == x[first], na.rm = TRUE)
  fixed <- vapply(adtte, same, logical(1))
  own <- setdiff(
    names(adtte)[fixed],
    c("PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "ADT", "EVNTDESC", "CNSDTDSC")
  )
  subjects <- adtte[!duplicated(adtte$USUBJID), own, drop = FALSE]
  rownames(subjects) <- NULL
  subjects
}

screened_out <- function(subjects, arm, screen_failure) {
  out <- rep(FALSE, nrow(subjects))
  if (!is.null(arm)) out <- as.character(subjects[[arm]]) %in% screen_failure
  if (!is.null(subjects[["ARMNRS"]])) out <- out | toupper(subjects[["ARMNRS"]]) %in% "SCREEN FAILURE"
  out
}

arm_factor <- function(arm, arms) {
  if (!is.null(arms)) {
    return(factor(as.character(arm), arms))
  }
  if (is.factor(arm)) droplevels(arm) else arm
}

arm_levels <- function(subjects, arm) {
  if (is.null(arm)) {
    return(NULL)
  }
  if (is.factor(subjects[[arm]])) levels(subjects[[arm]]) else sort(unique(as.character(subjects[[arm]])))
}

arm_reference <- function(subjects, arm) {
  if (!is.null(arm) && is.factor(subjects[[arm]])) levels(subjects[[arm]])[1]
}

# Time zero by design: randomisation, or the first dose. NULL, and so no column, where the data do not say.
start_date <- function(subjects, design) {
  column <- if (identical(design, "randomised")) "RANDDT" else "TRTSDT"
  if (is.null(subjects[[column]])) subjects[["STARTDT"]] else as.Date(subjects[[column]])
}

endpoint_params <- function(adtte, params) {
  if (is.null(params)) params <- unique(as.character(adtte$PARAMCD))
  if (is.null(names(params))) names(params) <- params
  params
}

of_persons <- function(table, persons, rows = function(x) TRUE) {
  if (is.null(table)) {
    return(NULL)
  }
  table <- table[table$USUBJID %in% persons & rows(table), , drop = FALSE]
  rownames(table) <- NULL
  table
}

join_subjects <- function(table, subjects) {
  if (is.null(table)) {
    return(NULL)
  }
  person <- match(table$USUBJID, subjects$USUBJID)
  new <- setdiff(names(subjects), names(table))
  arms <- Filter(function(column) is.factor(subjects[[column]]), intersect(names(subjects), names(table)))
  table[c(new, arms)] <- subjects[person, c(new, arms), drop = FALSE]
  table
}

adtte_unit <- function(endpoints) {
  units <- unique(tolower(stats::na.omit(as.character(endpoints[["AVALU"]]))))
  if (length(units) > 0) {
    return(if (grepl("s$", units[1])) units[1] else paste0(units[1], "s"))
  }
  if (is.null(endpoints[["ADT"]]) || is.null(endpoints[["STARTDT"]])) {
    return(NULL)
  }
  elapsed <- as.numeric(as.Date(endpoints[["ADT"]])) - as.numeric(as.Date(endpoints[["STARTDT"]]))
  if (isTRUE(all(endpoints$AVAL == elapsed + 1))) "days"
}

# The latest sign of life, death or record.
latest_date <- function(study) {
  tables <- study[intersect(c("subjects", "assessments", "endpoints", "lesions"), names(study))]
  dates <- lapply(tables, function(table) {
    columns <- intersect(c("LSTALVDT", "DTHDT", "ADT"), names(table))
    vapply(table[columns], function(x) {
      day <- as.numeric(as.Date(x))
      if (all(is.na(day))) -Inf else max(day, na.rm = TRUE)
    }, numeric(1))
  })
  latest <- max(-Inf, unlist(dates))
  if (is.finite(latest)) as.Date(latest, origin = "1970-01-01")
}
