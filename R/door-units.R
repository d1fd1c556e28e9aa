# The unit of the times, and their conversion.

unit_words <- c(
  day = "days", days = "days", d = "days", week = "weeks", weeks = "weeks", wk = "weeks", month = "months",
  months = "months", mo = "months", year = "years", years = "years", yr = "years"
)

read_units <- function(door) {
  request <- door$request
  read <- if (door$adtte) unit_of_adtte(door) else list()
  stated <- request$unit
  unit <- if (is.null(stated)) read$unit else stated
  door$unit <- unit
  seen <- if (door$adtte && !is.null(unit)) day_one_of_dates(door, unit)
  door$day_one <- if (!is.null(request$day_one)) request$day_one else if (door$adtte) seen else FALSE
  add_faults(
    door, read$faults,
    if (!is.null(stated) && !is.null(read$unit) && stated != read$unit) {
      fault("unit", "unit_contradiction", sprintf("says %s, but the data say %s", stated, read$unit), "AVALU")
    },
    if (!is.null(seen) && !identical(seen, door$day_one)) {
      fault("day_one", "unit_contradiction", sprintf("is %s, but STARTDT and ADT say %s", door$day_one, seen))
    },
    if (!is.null(request$report_in) && is.null(unit) && is.null(read$faults)) {
      what <- "needs to know the unit of the data"
      fault("report_in", "unit_unknown", what, remedy = "Give unit = \"days\".")
    }
  )
}

unit_of_adtte <- function(door) {
  values <- unique(as.character(slice(door$data[["AVALU"]], door$rows)))
  values <- values[!is.na(values) & trimws(values) != ""]
  if (length(values) == 0) {
    return(list())
  }
  units <- unique(unname(unit_words[tolower(trimws(values))]))
  what <- sprintf("holds %s", quoted_list(values))
  if (anyNA(units)) {
    remedy <- "Give unit = \"days\" (or \"weeks\", \"months\", \"years\")."
    stated <- !is.null(door$request$unit)
    return(list(faults = if (!stated) fault("data", "unit_unknown", what, "AVALU", remedy = remedy)))
  }
  if (length(units) > 1) {
    list(faults = fault(
      "data", "unit_contradiction", what, "AVALU"
    ))
  } else {
    list(unit = units)
  }
}

# TRUE when AVAL = ADT - STARTDT + 1 in every dated row, FALSE when it is the difference itself, NULL when
# neither.
day_one_of_dates <- function(door, unit) {
  dates <- lapply(c("STARTDT", "ADT"), function(name) slice(door$data[[name]], door$rows))
  if (!all(vapply(dates, inherits, logical(1), c("Date", "POSIXct")))) {
    return(NULL)
  }
  elapsed <- as.numeric(as.Date(dates[[2]])) - as.numeric(as.Date(dates[[1]]))
  extra <- unique(round(door$response$stop * days_per[[unit]] - elapsed))
  extra <- extra[!is.na(extra)]
  if (identical(extra, 1)) TRUE else if (identical(extra, 0)) FALSE
}

# After this everything is in `report_in`. The stored formula divides too, so that it gives the same numbers.
convert_times <- function(door) {
  to <- door$request$report_in
  plan <- door$response$plan
  variable <- deparse1(if (is.null(plan$column)) plan$stop else plan$column)
  door$scale <- time_scale(if (is.null(to)) door$unit else to, door$day_one, variable)
  if (is.null(to) || to == door$unit) {
    return(door)
  }
  divisor <- days_per[[to]] / days_per[[door$unit]]
  door$response$stop <- door$response$stop / divisor
  if (!is.null(door$response$start)) door$response$start <- door$response$start / divisor
  convert <- function(expr) if (!is.null(expr)) call("/", expr, divisor)
  if (is.null(plan$column)) {
    door$response$plan[c("start", "stop", "origin")] <- lapply(plan[c("start", "stop", "origin")], convert)
  } else {
    door$response$plan$column <- quote(.response)
    door$store$.response <- new_surv(door$response$start, door$response$stop, door$response$cause)
  }
  door
}
