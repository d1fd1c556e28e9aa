# What can be wrong with lesions and responses: baseline, number and size of the targets (RECIST 1.1), states.

# Largest numbers of target lesions, least sizes (mm) of measurable ones, oldest baseline (days); and a size
# (mm) that is rather a slip of the pen.
recist_limits <- list(
  targets = 5, per_organ = 2, diameter = 10, node = 15, baseline_days = 28, improbable = 300
)

lesion_findings <- function(lesions, facts) {
  if (is.null(lesions) || nrow(lesions) == 0 || length(setdiff(schema_required("lesions"), names(lesions)))) {
    return(NULL)
  }
  scans <- arrange_scans(lesions, facts)
  rbind(
    state_findings(lesions), baseline_findings(scans, facts), target_findings(scans),
    stable_lesion_findings(scans), reader_name_findings(lesions, "lesions")
  )
}

# The rows with what the checks ask about: whose (person and reader) and which lesion, as numbers; the last
# day that can be baseline; whether the row is the lesion's baseline.
arrange_scans <- function(lesions, facts) {
  row <- facts$row$lesions
  limit <- baseline_limit(facts$persons)[row]
  whose <- group_number(c(list(row), lesions["READER"[!is.null(lesions[["READER"]])]]))
  lesion <- group_number(list(whose, lesions$TRLNKID))
  day <- as.numeric(lesions$ADT)
  flagged <- if (is.null(lesions[["ABLFL"]])) rep(FALSE, nrow(lesions)) else lesions[["ABLFL"]] %in% "Y"
  with_flag <- whose %in% whose[flagged]
  early <- !with_flag & (day <= limit) %in% TRUE
  last <- latest_day(ifelse(early, day, NA), lesion, max(lesion, 1))
  nodal <- if (is.null(lesions[["NODAL"]])) rep(FALSE, nrow(lesions)) else lesions[["NODAL"]] %in% "Y"
  list(
    table = lesions, row = row, whose = whose, lesion = lesion, day = day, limit = limit, flagged = flagged,
    early = early, nodal = nodal, target = lesions$TRGRPID %in% "TARGET",
    baseline = flagged | early & day == last[lesion]
  )
}

# The first dose, or the start without one.
baseline_limit <- function(persons) {
  dose <- as.numeric(persons[["TRTSDT"]])
  start <- as.numeric(persons[["STARTDT"]])
  if (length(dose) == 0) dose <- rep(NA_real_, nrow(persons))
  if (length(start) == 0) dose else ifelse(is.na(dose), start, dose)
}

baseline_findings <- function(scans, facts) {
  first <- -latest_day(-ifelse(scans$flagged, scans$day, NA), scans$lesion, max(scans$lesion, 1))
  several <- scans$flagged & scans$day != first[scans$lesion]
  earlier <- scans$early & !scans$baseline
  with_baseline <- scans$whose %in% scans$whose[scans$baseline]
  said <- if (is.null(facts$persons[["BASEFL"]])) FALSE else facts$persons[["BASEFL"]][scans$row] %in% "N"
  age <- scans$limit - scans$day
  rbind(
    finding(
      "error", several, "lesions", "several_baselines", "ABLFL", "is Y on several dates of one lesion"
    ),
    finding(
      "doubt", earlier, "lesions", "several_baselines", "ADT",
      "is before the lesion's last scan up to the first dose, which is the baseline"
    ),
    finding(
      "doubt", !with_baseline & !said & !is.na(scans$limit), "lesions", "no_baseline", "ADT",
      "belongs to a person without a scan up to the first dose"
    ),
    finding(
      "doubt", scans$flagged & scans$day > scans$limit, "lesions", "dates_out_of_order", "ABLFL",
      "is Y after the first dose"
    ),
    finding(
      "doubt", scans$baseline & age > recist_limits$baseline_days, "lesions", "out_of_range", "ADT",
      sprintf("is a baseline more than %d days before the first dose", recist_limits$baseline_days)
    ),
    finding(
      "doubt", with_baseline & scans$target & !scans$lesion %in% scans$lesion[scans$baseline], "lesions",
      "no_baseline", "TRLNKID", "is a target without a baseline"
    ),
    finding(
      "doubt", scans$table$TRGRPID %in% "NEW" & (scans$day <= scans$limit) %in% TRUE, "lesions",
      "contradiction", "TRGRPID", "is a new lesion at baseline"
    )
  )
}

target_findings <- function(scans) {
  lesions <- scans$table
  base <- which(scans$target & scans$baseline)
  one <- base[!duplicated(scans$lesion[base])]
  size <- if (is.numeric(lesions[["AVAL"]])) lesions[["AVAL"]][base] else rep(NA_real_, length(base))
  least <- ifelse(scans$nodal[base], recist_limits$node, recist_limits$diameter)
  rbind(
    crowd_findings(
      scans$whose[one], one, recist_limits$targets, "TRLNKID",
      "is one of more than %d target lesions of a person"
    ),
    if (!is.null(lesions[["TRLOC"]])) {
      organ <- ifelse(scans$nodal[one], "lymph node", toupper(as.character(lesions[["TRLOC"]][one])))
      crowd_findings(
        ifelse(is.na(organ), NA, group_number(list(scans$whose[one], organ))), one, recist_limits$per_organ,
        "TRLOC", "is one of more than %d target lesions of an organ (all nodes are one)"
      )
    },
    marked("doubt", base[(size < least) %in% TRUE], "lesions", "below_limit", "AVAL", sprintf(
      "is a target below the measurable size at baseline (%g mm, a node's short axis %g mm)",
      recist_limits$diameter, recist_limits$node
    )),
    finding(
      "doubt", scans$target & is.na(lesions[["AVAL"]]) & no_words(lesions[["TRSTRESC"]]), "lesions",
      "missing_value", "AVAL", "is missing and no state is said: not evaluable"
    )
  )
}

no_words <- function(x) if (is.null(x)) TRUE else is.na(x) | !nzchar(as.character(x))

# Rows whose group has more than `most` members.
crowd_findings <- function(group, rows, most, column, message) {
  if (length(rows) == 0) {
    return(NULL)
  }
  group <- as.integer(group)
  known <- !is.na(group)
  size <- tabulate(group[known])
  crowded <- known
  crowded[known] <- size[group[known]] > most
  marked("doubt", rows[crowded], "lesions", "over_limit", column, sprintf(message, most))
}

marked <- function(severity, rows, table, code, column, message) {
  if (length(rows) == 0) {
    return(NULL)
  }
  with_severity(fault(table, code, message, column = column, rows = sort(rows)), severity)
}

# A lesion keeps its kind, its organ and whether it is a node.
stable_lesion_findings <- function(scans) {
  columns <- intersect(c("TRGRPID", "NODAL", "TRLOC"), names(scans$table))
  first <- match(scans$lesion, scans$lesion)
  do.call(rbind, lapply(columns, function(column) {
    value <- scans$table[[column]]
    finding(
      "doubt", value != value[first], "lesions", "contradiction", column,
      "varies between the scans of one lesion"
    )
  }))
}

# Words that derive_response() could not use.
state_findings <- function(lesions) {
  size <- lesions[["AVAL"]]
  if (!is.null(size) && !is.numeric(size)) {
    return(NULL)
  }
  faults <- state_faults(lesions)
  faults <- faults[faults$column != "ADT", , drop = FALSE]
  if (!is.null(faults)) faults$argument <- rep("lesions", nrow(faults))
  rbind(
    with_severity(faults, "error"),
    finding(
      "doubt", size > recist_limits$improbable & size <= 1000, "lesions", "out_of_range", "AVAL",
      sprintf("is improbably large: more than %d mm", recist_limits$improbable)
    )
  )
}

response_findings <- function(assessments, facts) {
  if (is.null(assessments) || length(setdiff(schema_required("assessments"), names(assessments)))) {
    return(NULL)
  }
  overall <- is_overall_response(assessments)
  words <- unique(as.character(assessments$AVALC))
  known <- !is.na(response_code(words)) | !is.na(immune_code(words)) |
    toupper(trimws(words)) %in% not_assessed
  start <- facts$persons[["STARTDT"]][facts$row$assessments]
  rbind(
    finding(
      "error", overall & !known[match(as.character(assessments$AVALC), words)], "assessments",
      "unknown_level", "AVALC", sprintf(
        "must be one of %s, or of iRECIST", toString(names(response_codes))
      )
    ),
    if (!is.null(start)) {
      finding(
        "doubt", overall & assessments$ADT < start, "assessments", "dates_out_of_order", "ADT",
        "is before the start, where a response counts for nothing"
      )
    },
    reader_name_findings(assessments[overall, , drop = FALSE], "assessments", which(overall))
  )
}

reader_name_findings <- function(table, name, rows = seq_len(nrow(table))) {
  reader <- table[["READER"]]
  open <- is.na(reader) | reader == ""
  if (is.null(reader) || all(open)) {
    return(NULL)
  }
  marked(
    "doubt", rows[open], name, "missing_value", "READER", "is missing while other rows name their reader"
  )
}

# ---- visits ----

schedule_findings <- function(tables, facts) {
  schedule <- tables$schedule
  start <- facts$persons[["STARTDT"]]
  numbers <- is.numeric(schedule[["TARGET_DAY"]]) && is.numeric(schedule[["WINDOW_DAYS"]])
  if (is.null(start) || is.null(schedule[["AVISIT"]]) || !numbers) {
    return(NULL)
  }
  visits <- c("lesions", "assessments", "questionnaires", "performance_status")
  do.call(rbind, lapply(intersect(visits, names(tables)), function(name) {
    table <- tables[[name]]
    if (is.null(table[["AVISIT"]]) || is.null(table[["ADT"]])) {
      return(NULL)
    }
    line <- recode(table[["AVISIT"]], function(visits) {
      match(plain_visit(visits), plain_visit(schedule$AVISIT))
    })
    off <- abs(as.numeric(table[["ADT"]]) - as.numeric(start)[facts$row[[name]]] - schedule$TARGET_DAY[line])
    rbind(
      finding(
        "doubt", off > schedule$WINDOW_DAYS[line], name, "outside_window", "ADT",
        "is outside the visit's window"
      ),
      finding(
        "note", is.na(line) & !is.na(table[["AVISIT"]]), name, "unknown_level", "AVISIT",
        "is not in the schedule"
      )
    )
  }))
}
