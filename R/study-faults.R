# What can be wrong with the tables of a study. Each function looks at one thing and gives faults with a
# severity: an "error" makes the data unusable and study() raises it, a "doubt" is only listed by
# check_study().

# Dates of every table, read: the tables with real dates, and beside them what was incomplete.
date_tables <- function(tables) {
  read <- lapply(stats::setNames(nm = names(tables)), function(name) {
    columns <- schema_dates(name, names(tables[[name]]))
    lapply(stats::setNames(nm = columns), function(column) read_dates(tables[[name]][[column]]))
  })
  tables <- Map(function(table, dates) {
    table[names(dates)] <- lapply(dates, `[[`, "date")
    if ("READER" %in% names(table)) table else name_reader(table)
  }, tables, read)
  list(tables = tables, read = read)
}

# ADRS says who assessed in PARCAT2, RS in RSEVAL.
name_reader <- function(table) {
  column <- c(intersect(c("PARCAT2", "RSEVAL"), names(table)), NA)[1]
  if (!is.na(column)) table[["READER"]] <- as.character(table[[column]])
  table
}

study_faults <- function(dated, options) {
  tables <- dated$tables
  each <- lapply(names(tables), function(name) {
    schema_faults(tables[[name]], dated$read[[name]], name, options)
  })
  do.call(rbind, each)
}

schema_faults <- function(table, read, name, options) {
  absent <- setdiff(schema_required(name), names(table))
  columns <- fault(rep(name, length(absent)), "unknown_column", "no such column", absent,
    remedy = sprintf("Give it, or say with mapping = list(%s = c(%s = \"...\")) which it is.", name, absent)
  )
  with_severity(rbind(columns), "error")
}

# Completes incomplete dates by rule.
complete_tables <- function(dated, options) dated$tables
