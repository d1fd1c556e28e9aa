# Checks of tables: each looks at one thing and gives the faults it finds, or NULL.

column_faults <- function(table, argument, columns) {
  if (!is.data.frame(table)) {
    return(fault(argument, "wrong_type", "must be a data frame"))
  }
  if (nrow(table) == 0) {
    return(fault(argument, "no_rows", "has no rows"))
  }
  absent <- setdiff(columns, names(table))
  do.call(rbind, lapply(absent, function(column) {
    fault(argument, "unknown_column", "no such column", column = column)
  }))
}

row_fault <- function(bad, argument, code, column, message, remedy = NA) {
  if (!any(bad, na.rm = TRUE)) {
    return(NULL)
  }
  fault(argument, code, message, column = column, rows = which(bad), remedy = remedy)
}

date_faults <- function(table, argument, columns) {
  is_date <- function(x) inherits(x, c("Date", "POSIXct")) || all(is.na(x))
  wrong <- Filter(function(column) !is_date(table[[column]]), intersect(columns, names(table)))
  do.call(rbind, lapply(wrong, function(column) {
    fault(argument, "not_a_date", "is no date", column = column, remedy = "Use as.Date() first.")
  }))
}
