#' Write ADRS and ADTTE
#'
#' Writes derived data as ADaM data sets: what [derive_endpoint()] gives as ADTTE, what [derive_response()]
#' (`OVR`) and [best_response()] (`BOR`, `CBOR`) give as ADRS, and of a study the tables it has as ADSL
#' (`subjects`), ADRS (`assessments`), ADTTE (`endpoints`) and ADAE (`adverse_events`). What a submission
#' standard would refuse is an error before anything is written, and a file is only there once it is complete.
#'
#' Checked are: names of at most 8 capital letters and digits, labels of at most 40 characters, texts of at
#' most 200, plain ASCII text in a transport file; every variable that identifies a record filled; one row for
#' each `USUBJID` and `PARAMCD` (in ADRS also visit date and reader), one `PARAM` for each `PARAMCD`; in ADTTE
#' `CNSR` a whole number from 0, `EVNTDESC` filled and `STARTDT` not after `ADT`. Reasons that are too long
#' end in dots.
#'
#' By [irecist()] an ADRS holds both criteria: `OVR`, `BOR` and `CBOR` by RECIST 1.1, `IOVR` and the
#' parameters of [derive_irecist_parameters()] by iRECIST; `PARCAT3` says which. In ADaM what a `PARAMCD`
#' means, and so its criterion, does not change from row to row. [study_from_adam()] reads it back.
#'
#' @param x The result of [derive_endpoint()], [derive_response()] or [best_response()], a list of the two
#'   latter for one ADRS, another data frame (written as it is, and checked as far as it has the columns), or
#'   a study.
#' @param path File to write, ending in `.xpt` (SAS transport, version 5, by package haven) or `.csv`. For a
#'   study an existing directory.
#' @param format For a study, `"xpt"` or `"csv"`.
#' @param overwrite May a file that is there be replaced?
#' @return The paths of the files, invisibly.
#' @section Errors: `tte_error_input`: nothing is written, `faults` says what is wrong with which columns and
#'   rows.
#' @references CDISC (2021). *Analysis Data Model Implementation Guide*, version 1.3.
#' @examples
#' subjects <- data.frame(
#'   USUBJID = c("1", "2"), RANDDT = as.Date("2024-01-01"), DTHDT = as.Date(c("2024-03-01", NA)),
#'   LSTALVDT = as.Date(c("2024-02-20", "2024-06-01"))
#' )
#' adtte <- derive_endpoint(study(subjects, design = "randomised", arm = NULL), "OS")
#' file <- file.path(tempdir(), "adtte.csv")
#' write_adam(adtte, file)
#' read.csv(file)
#' unlink(file)
#' @export
write_adam <- function(x, path, format = "xpt", overwrite = FALSE) {
  abort_input(rbind(
    if (!checkmate::test_string(path, min.chars = 1)) fault("path", "wrong_type", "must be one path"),
    check_choice(format, "format", names(adam_writers)), check_flag(overwrite, "overwrite")
  ))
  sets <- adam_sets(x, path, format)
  abort_input(path_faults(sets, path, overwrite))
  abort_input(do.call(rbind, lapply(sets, function(set) adam_set_faults(set$data, set$name, set$format))))
  write_all(sets)
}

# ---- what is written: a list of data, name of the data set, file and its format ----

adam_sets <- function(x, path, format) {
  if (inherits(x, "tte_study")) {
    return(study_sets(x, path, format))
  }
  set <- if (is.data.frame(x)) adam_set(list(x)) else if (is.list(x)) adam_set(x)
  if (is.null(set)) {
    abort_input(fault("x", "wrong_type", paste(
      "must be made by derive_endpoint(), derive_response(), best_response() or study(),",
      "or be a list of responses"
    )), call = rlang::caller_env())
  }
  if (is.na(set$name)) set$name <- toupper(tools::file_path_sans_ext(basename(path)))
  list(c(set, file = path, format = tolower(tools::file_ext(path))))
}

# NULL for what is no data set; the name is NA where the data do not say it.
adam_set <- function(parts) {
  if (length(parts) == 0 || !all(vapply(parts, is.data.frame, logical(1)))) {
    return(NULL)
  }
  kind <- vapply(parts, function(part) {
    c(intersect(class(part), names(adam_shapes)), "other")[1]
  }, "")
  if (length(parts) > 1 && any(kind %in% c("tte_adtte", "other"))) {
    return(NULL)
  }
  data <- lapply(seq_along(parts), function(i) adam_shapes[[kind[i]]](parts[[i]]))
  name <- if (kind[1] == "tte_adtte") "ADTTE" else if (kind[1] == "other") NA else "ADRS"
  list(data = label_columns(bind_columns(data)), name = name)
}

study_sets <- function(study, path, format) {
  tables <- c(subjects = "ADSL", assessments = "ADRS", endpoints = "ADTTE", adverse_events = "ADAE")
  lapply(intersect(names(tables), names(study)), function(table) {
    data <- plain_columns(study[[table]])
    if (table == "assessments") data <- assessment_rows(data)
    if (table == "subjects") data <- with_labels(data, study$tte$labels)
    list(
      data = label_columns(data), name = tables[[table]],
      file = file.path(path, paste0(tolower(tables[[table]]), ".", format)), format = format
    )
  })
}

# Columns as a data set can hold them: text, numbers and dates.
plain_columns <- function(data) {
  data <- as.data.frame(data)
  class(data) <- "data.frame"
  data <- data[!vapply(data, is.list, logical(1))]
  data[] <- lapply(data, function(x) {
    label <- attr(x, "label", exact = TRUE)
    if (is.factor(x)) x <- as.character(x)
    if (is.logical(x)) x <- ifelse(is.na(x), NA_character_, ifelse(x, "Y", "N"))
    attr(x, "label") <- label
    x
  })
  data
}

# Rows under rows, a column that one part lacks is empty there.
bind_columns <- function(parts) {
  columns <- unique(unlist(lapply(parts, names)))
  kind <- function(column) Filter(Negate(is.null), lapply(parts, `[[`, column))[[1]]
  filled <- lapply(parts, function(part) {
    for (column in setdiff(columns, names(part))) part[[column]] <- rep(kind(column)[NA_integer_], nrow(part))
    part[columns]
  })
  data <- do.call(rbind, filled)
  rownames(data) <- NULL
  data
}

adam_shapes <- list(
  other = function(x) plain_columns(x),
  tte_adtte = function(x) {
    data <- plain_columns(x)
    names(data)[names(data) == "CAUSEDESC"] <- "CAUSEDSC"
    data
  },
  tte_irecist_responses = function(x) {
    told <- overall_rows(x, "IOVR", "iRECIST Overall Response by Visit", "iRECIST")
    bind_columns(list(adam_shapes$tte_responses(recist_view(x)), told[setdiff(names(told), recist_said)]))
  },
  tte_responses = function(x) overall_rows(x, "OVR", "Overall Response by Visit", "RECIST 1.1"),
  tte_irecist_best = function(x) {
    told <- plain_columns(derive_irecist_parameters(x))
    own <- c(best_said, immune_best_said, names(told))
    subjects <- plain_columns(x)
    subjects <- subjects[setdiff(names(subjects), own)]
    each <- rep(seq_len(nrow(x)), length(patient_parameters))
    told <- cbind(told, subjects[each, , drop = FALSE])
    bind_columns(list(adam_shapes$tte_best_response(x[setdiff(names(x), immune_best_said)]), told))
  },
  tte_best_response = function(x) {
    data <- plain_columns(x)
    subjects <- data[setdiff(names(data), best_said)]
    bor <- response_parameter(subjects, "BOR", "Best Overall Response", data$BOR, data$BORDT)
    cbor <- response_parameter(subjects, "CBOR", "Best Overall Response, Confirmed", data$CBOR, data$CBORDT)
    rbind(
      cbind(bor, REASON = within_text(data$REASON)), cbind(cbor, REASON = within_text(data$CREASON))
    )
  }
)

# What the parameters of best_response() hold in their own rows.
best_said <- c(
  "BOR", "BORDT", "CBOR", "CBORDT", "CONFDT", "RSPDT", "CRSPDT", "NVISIT", "REASON", "CREASON", "BORN",
  "CBORN"
)
immune_best_said <- c(
  "IBOR", "IBORDT", "ICBOR", "ICBORDT", "ICONFDT", "IRSPDT", "ICRSPDT", "IPDDT", "ICPDDT", "IUPDDT", "ICBDT",
  "ICCBDT", "IREASON", "ICREASON", "IBORN", "ICBORN", "DIFFERS"
)

# What the rows by iRECIST leave to those by RECIST 1.1.
recist_said <- c("RECIST", "RECISTDT", "RECREAS", "RECISTSQ", "TRGRESP", "NTRGRESP")

overall_rows <- function(x, code, label, criterion) {
  data <- plain_columns(x)
  data <- data[!is.na(data$AVALC), setdiff(names(data), c("ABLFL", "ADTPD", "SRCSEQ")), drop = FALSE]
  data$REASON <- within_text(data$REASON)
  response_parameter(data, code, label, data$AVALC, data$ADT, criterion)
}

response_parameter <- function(data, code, label, word, date, criterion = "RECIST 1.1") {
  n <- nrow(data)
  reader <- data[["READER"]]
  number <- if (criterion == "iRECIST") immune_codes[word] else response_code(word)
  first <- data.frame(
    USUBJID = data$USUBJID, PARAMCD = rep(code, n), PARAM = rep(label, n), PARCAT1 = rep("Tumor Response", n),
    PARCAT2 = if (is.null(reader)) rep(NA_character_, n) else as.character(reader),
    PARCAT3 = rep(criterion, n), ADT = date, AVALC = word, AVAL = as.numeric(number)
  )
  cbind(first, data[setdiff(names(data), c(names(first), "READER", "RSEVAL"))])
}

# Reasons that are longer than a text may be end in dots.
within_text <- function(x) {
  long <- which(nchar(x, "bytes") > 200)
  x[long] <- paste(sub(" [^ ]*$", "", substr(x[long], 1, 196)), "...")
  x
}

# Supplied responses already have the shape; what ADRS requires and they lack is filled.
assessment_rows <- function(data) {
  if (is.null(data[["PARAMCD"]])) data$PARAMCD <- rep("OVR", nrow(data))
  if (is.null(data[["PARAM"]])) {
    data$PARAM <- ifelse(data$PARAMCD %in% "OVR", "Overall Response by Visit", data$PARAMCD)
  }
  if (is.null(data[["PARCAT2"]]) && !is.null(data[["READER"]])) data$PARCAT2 <- data$READER
  first <- c("USUBJID", "PARAMCD", "PARAM")
  data[c(first, setdiff(names(data), c(first, "READER")))]
}

# ---- labels ----

adam_labels <- c(
  USUBJID = "Unique Subject Identifier", PARAMCD = "Parameter Code", PARAM = "Parameter",
  PARCAT1 = "Parameter Category 1", PARCAT2 = "Parameter Category 2", PARCAT3 = "Parameter Category 3",
  STARTDT = "Time-to-Event Origin Date for Subject", ADT = "Analysis Date", AVAL = "Analysis Value",
  AVALC = "Analysis Value (C)", AVALU = "Analysis Value Unit", CNSR = "Censor",
  EVNTDESC = "Event or Censoring Description", CNSDTDSC = "Censor Date Description",
  CAUSE = "Cause of Event (0 Censored)", CAUSEDSC = "Cause of Event Description",
  LASSDT = "Date of Last Adequate Assessment", SRCDOM = "Source Data", SRCVAR = "Source Variable",
  SRCSEQ = "Source Sequence Number", RULE = "Censoring Rule", READER = "Reader of the Images",
  AVISIT = "Analysis Visit", SCANDT = "Date of Last Scan of the Visit", TRGRESP = "Target Response",
  NTRGRESP = "Non-Target Response", NEWLESN = "New Lesions", SUM = "Sum of Diameters (mm)",
  BASE = "Baseline Sum (mm)", NADIR = "Smallest Earlier Sum (mm)", COMPLETE = "All Targets Assessed",
  REASON = "Reason for the Result", BASECMP = "Baseline Complete", MEASFL = "Measurable Disease Flag",
  RANDDT = "Date of Randomization", ENRLDT = "Date of Enrollment",
  TRTSDT = "Date of First Exposure to Treatment",
  TRTEDT = "Date of Last Exposure to Treatment", EOSDT = "End of Study Date", EOSSTT = "End of Study Status",
  DTHDT = "Date of Death", DTHDTF = "Date of Death Imputation Flag", DTHFL = "Subject Death Flag",
  DTHCAUS = "Cause of Death", LSTALVDT = "Date Last Known Alive",
  NACTDT = "Date of New Anti-Cancer Therapy", BRTHDT = "Date of Birth",
  TRT01P = "Planned Treatment for Period 01", TRT01A = "Actual Treatment for Period 01",
  ASTDT = "Analysis Start Date", ASTDTF = "Analysis Start Date Imputation Flag", AENDT = "Analysis End Date",
  AENDTF = "Analysis End Date Imputation Flag", AEDECOD = "Dictionary-Derived Term",
  ADTF = "Analysis Date Imputation Flag", RECIST = "Response by RECIST 1.1",
  RECISTDT = "Date of the Response by RECIST 1.1", IBLOCK = "Number of the iUPD Block",
  IBLOCKDT = "Date of the First iUPD of the Block", IWINDOW = "Time Window of the Confirmation",
  ICODE = "What the Timepoint Did", ICONF = "What Confirms", NLSUM = "Sum of Measured New Lesions (mm)",
  NLCOUNT = "Number of New Lesions Known", NLTHERE = "New Lesion There", CLINSTAB = "Clinically Stable",
  IBOR = "Best Overall Response by iRECIST", ICBOR = "Confirmed Best Response by iRECIST"
)

with_labels <- function(data, labels) {
  for (column in intersect(names(labels), names(data))) attr(data[[column]], "label") <- labels[[column]]
  data
}

# A column keeps its own label; else it gets the usual one, else its name.
label_columns <- function(data) {
  data[] <- Map(function(x, name) {
    if (is.null(attr(x, "label", exact = TRUE))) {
      attr(x, "label") <- if (name %in% names(adam_labels)) adam_labels[[name]] else name
    }
    x
  }, data, names(data))
  data
}

# ---- checks ----

adam_set_faults <- function(data, name, format) {
  columns <- names(data)
  odd <- columns[!grepl("^[A-Z_][A-Z0-9_]{0,7}$", columns)]
  labels <- vapply(data, function(x) as.character(attr(x, "label", exact = TRUE))[1], "")
  long <- columns[nchar(labels) > 40]
  text <- Filter(function(column) is.character(data[[column]]), columns)
  rbind(
    if (!grepl("^[A-Z][A-Z0-9]{0,7}$", name)) {
      fault(name, "out_of_range", "is no name of a data set: at most 8 capital letters and digits")
    },
    fault(rep(name, length(odd)), "out_of_range", "has a name that is no variable's", odd,
      remedy = "At most 8 capital letters, digits and underscores."
    ),
    fault(rep(name, length(long)), "out_of_range", "has a label of more than 40 characters", long),
    do.call(rbind, lapply(text, function(column) text_faults(data[[column]], name, column, format))),
    filled_faults(data, name), key_row_faults(data, name), param_name_faults(data, name),
    if ("CNSR" %in% columns) time_row_faults(data, name)
  )
}

text_faults <- function(x, name, column, format) {
  rbind(
    row_fault(nchar(x, "bytes") > 200, name, "out_of_range", column, "is longer than 200 characters"),
    if (format == "xpt") {
      row_fault(
        grepl("[^ -~]", x, perl = TRUE, useBytes = TRUE), name, "out_of_range", column,
        "has characters other than ASCII"
      )
    }
  )
}

filled_faults <- function(data, name) {
  timed <- c("PARAMCD", "AVAL", "CNSR", "EVNTDESC")
  needed <- c("USUBJID", if (name == "ADTTE") timed, if (name == "ADRS") c("PARAMCD", "AVALC"))
  absent <- setdiff(needed, names(data))
  filled <- intersect(c(needed, "PARAM", if (name == "ADTTE") c("STARTDT", "ADT")), names(data))
  rbind(
    fault(rep(name, length(absent)), "unknown_column", "no such column", absent),
    do.call(rbind, lapply(filled, function(column) {
      row_fault(is.na(data[[column]]) | data[[column]] %in% "", name, "missing_value", column, "is missing")
    }))
  )
}

# What may be there once: a person; of her a parameter; of responses by visit also the day and the reader.
key_row_faults <- function(data, name) {
  if (name == "ADSL") {
    return(row_fault(duplicated(data$USUBJID), name, "person_twice", "USUBJID", "is there more than once"))
  }
  if (!name %in% c("ADTTE", "ADRS") || length(setdiff(c("USUBJID", "PARAMCD"), names(data))) > 0) {
    return(NULL)
  }
  key <- data[c("USUBJID", "PARAMCD")]
  if (name == "ADRS") {
    key <- data[intersect(c("USUBJID", "PARAMCD", "PARCAT2", "ADT"), names(data))]
    once <- data$PARAMCD %in% c("BOR", "CBOR", names(patient_parameters))
    if (!is.null(key[["ADT"]])) key$ADT[once] <- NA
  }
  immune <- by_immune(data)
  shared <- any(data$PARAMCD[immune] %in% data$PARAMCD[!immune])
  row_fault(
    row_twice(key), name, "row_twice", "PARAMCD",
    paste("is there more than once for one USUBJID", if (name == "ADRS") "and visit"),
    remedy = if (shared) "By ADaM's rules each criterion has a PARAMCD of its own, such as IOVR." else NA
  )
}

param_name_faults <- function(data, name) {
  if (!all(c("PARAMCD", "PARAM") %in% names(data))) {
    return(NULL)
  }
  pairs <- unique(data[c("PARAMCD", "PARAM")])
  several <- pairs$PARAMCD[duplicated(pairs$PARAMCD)]
  shared <- pairs$PARAMCD[pairs$PARAM %in% pairs$PARAM[duplicated(pairs$PARAM)]]
  rbind(
    row_fault(
      !grepl("^[A-Z_][A-Z0-9_]{0,7}$", data$PARAMCD), name, "out_of_range", "PARAMCD",
      "is no code of at most 8 capital letters and digits"
    ),
    row_fault(
      data$PARAMCD %in% several, name, "contradiction", "PARAM", "is not the only one of its PARAMCD"
    ),
    row_fault(
      data$PARAMCD %in% setdiff(shared, several), name, "contradiction", "PARAM", "belongs to several PARAMCD"
    )
  )
}

time_row_faults <- function(data, name, code = "CNSR") {
  dated <- inherits(data[["STARTDT"]], "Date") && inherits(data[["ADT"]], "Date")
  rbind(
    adam_code_faults(data[[code]], name, code),
    if (dated) {
      row_fault(data$ADT < data$STARTDT, name, "dates_out_of_order", "ADT", "is before STARTDT")
    }
  )
}

path_faults <- function(sets, path, overwrite) {
  if (length(sets) == 0) {
    return(fault("x", "missing_table", "the study has no table to write"))
  }
  files <- vapply(sets, `[[`, "", "file")
  formats <- vapply(sets, `[[`, "", "format")
  there <- files[file.exists(files)]
  rbind(
    if (!all(formats %in% names(adam_writers))) {
      fault("path", "not_a_choice", "must end in .xpt or .csv")
    },
    if (!all(dir.exists(dirname(files)))) fault("path", "missing_table", "there is no such directory"),
    if (!overwrite && length(there) > 0) {
      fault("path", "file_exists", sprintf("%s is there already", there), remedy = "Say overwrite = TRUE.")
    }
  )
}

# ---- files ----

adam_writers <- list(
  xpt = function(data, path, name) {
    need("haven", "writing a SAS transport file")
    haven::write_xpt(data, path, version = 5, name = name)
  },
  csv = function(data, path, name) {
    utils::write.csv(data, path, row.names = FALSE, na = "", fileEncoding = "UTF-8")
  }
)

# All files are written beside their places before any takes its place, so a failure leaves what was there.
write_all <- function(sets) {
  files <- vapply(sets, `[[`, "", "file")
  drafts <- tempfile(rep(".draft", length(files)), tmpdir = dirname(files))
  on.exit(unlink(drafts))
  for (i in seq_along(sets)) adam_writers[[sets[[i]]$format]](sets[[i]]$data, drafts[i], sets[[i]]$name)
  moved <- file.rename(drafts, files)
  if (!all(moved)) {
    abort_input(fault("path", "file_exists", sprintf("%s cannot be written", files[!moved])),
      call = rlang::caller_env()
    )
  }
  invisible(files)
}
