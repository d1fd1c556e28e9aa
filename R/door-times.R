# Checks of times, intervals and persons. Each looks once and cheaply (anyNA, range) and explains only on
# failure.

# A time column as doubles, with its faults.
read_time <- function(x, origin, expr, argument, door) {
  if (is.null(x)) {
    return(NULL)
  }
  if (inherits(x, "haven_labelled")) x <- unclass(x)
  if (!is.numeric(x) || is.object(x) || is.matrix(x)) {
    what <- sprintf("must be numbers, not %s", class(x)[1])
    faults <- fault(argument, "wrong_type", what, deparse1(expr), remedy = time_remedy(x))
    return(list(time = rep(NA_real_, NROW(x)), faults = faults))
  }
  time <- as.double(x)
  if (!identical(origin, 0)) time <- time - origin
  list(time = time, faults = time_faults(time, deparse1(expr), argument, door))
}

time_remedy <- function(x) {
  if (inherits(x, "difftime")) {
    return("Use as.numeric(x, units = \"days\") first.")
  }
  if (inherits(x, c("Date", "POSIXct"))) "Subtract the start date first." else NA
}

time_faults <- function(time, name, argument, door) {
  if (length(time) == 0 || (!anyNA(time) && range_within(time, 0, .Machine$double.xmax))) {
    return(NULL)
  }
  remedy <- "Times count from 0: check the start date, or give Surv(..., origin = )."
  negative <- is.finite(time) & time < 0
  rbind(
    missing_fault(time, argument, name, door),
    fault_at(door, is.infinite(time), argument, "not_finite", "has infinite values", name),
    fault_at(door, negative, argument, "negative_time", "is negative", name, remedy)
  )
}

range_within <- function(x, low, high) {
  ends <- range(x)
  ends[1] >= low && ends[2] <= high
}

interval_faults <- function(start, stop, argument, door) {
  if (is.null(start) || length(start) != length(stop)) {
    return(NULL)
  }
  remedy <- "A row covers (start, stop]: leave out rows of no length."
  what <- "start is not before stop"
  fault_at(door, start >= stop, argument, "start_not_before_stop", what, NA, remedy)
}

# The values that describe rows: id, cluster, weights, freq. One fault each, with all its rows.
argument_faults <- function(door) {
  values <- lapply(door$arguments, function(argument) argument$value)
  missing <- lapply(names(values), function(name) {
    missing_fault(values[[name]], name, column_of(door, name), door)
  })
  rbind(do.call(rbind, missing), weight_faults(values$weights, door), freq_faults(values$freq, door))
}

column_of <- function(door, argument) {
  name <- door$arguments[[argument]]$name
  if (is.null(name)) NA else name
}

weight_faults <- function(weights, door) {
  name <- column_of(door, "weights")
  if (is.null(weights)) {
    return(NULL)
  }
  if (!is.numeric(weights)) {
    return(fault("weights", "wrong_type", "must be numbers", name))
  }
  rbind(
    fault_at(door, is.infinite(weights), "weights", "not_finite", "has infinite values", name),
    fault_at(door, weights <= 0, "weights", "not_positive", "must be above 0", name)
  )
}

freq_faults <- function(freq, door) {
  name <- column_of(door, "freq")
  if (is.null(freq)) {
    return(NULL)
  }
  if (!is.numeric(freq)) {
    return(fault("freq", "wrong_type", "must be numbers", name))
  }
  broken <- is.finite(freq) & (freq != floor(freq) | freq > .Machine$integer.max)
  faults <- rbind(
    fault_at(door, is.infinite(freq), "freq", "not_finite", "has infinite values", name),
    fault_at(door, freq < 0, "freq", "not_positive", "must not be negative", name),
    fault_at(door, broken, "freq", "not_whole", "must be whole numbers", name)
  )
  none <- is.null(faults) && !anyNA(freq) && max(freq) == 0
  if (none) fault("freq", "no_rows", "is 0 in all rows", name) else faults
}

# Without a start column a person has one row; with one, rows of a person must not overlap. `within` separates
# rows of different strata, where a model may follow a person twice (Wei, Lin and Weissfeld).
person_faults <- function(id, start, stop, within, door) {
  if (is.null(id) || length(id) != length(stop)) {
    return(NULL)
  }
  if (!is.null(within)) id <- combine_codes(list(id = id, stratum = within))$codes
  if (is.null(start)) twice_faults(id, door) else overlap_faults(id, start, stop, door)
}

twice_faults <- function(id, door) {
  if (!anyDuplicated(id)) {
    return(NULL)
  }
  twice <- duplicated(id) | duplicated(id, fromLast = TRUE)
  what <- paste0("a person has several rows", differing_columns(door, which(twice), id))
  remedy <- if (door$adtte) {
    "Select one row per person with subset =, or give each row its start in ASTART."
  } else {
    "Give the start of each row: Surv(start, stop, status)."
  }
  argument <- if (door$adtte) "data" else "id"
  fault_at(door, twice, argument, "person_twice", what, column_of(door, "id"), remedy)
}

# Which columns tell the rows of a person apart: they are what `subset` should choose by.
differing_columns <- function(door, rows, id) {
  first <- rows[match(id[rows], id[rows])]
  varies <- Filter(function(name) {
    column <- slice(door$data[[name]], rows_of(door, seq_along(id)))
    is.atomic(column) && any(as.character(column[rows]) != as.character(column[first]), na.rm = TRUE)
  }, names(door$data))
  if (length(varies) == 0) {
    return(" that are equal")
  }
  paste0(", which differ in ", and_list(utils::head(varies, 8)))
}

overlap_faults <- function(id, start, stop, door) {
  code <- column_codes(id)$codes
  order <- order(code, start, method = "radix")
  this <- order[-length(order)]
  following <- order[-1]
  tolerance <- sqrt(.Machine$double.eps) * mean(abs(stop))
  over <- code[following] == code[this] & start[following] < stop[this] - tolerance
  rows <- seq_along(stop) %in% c(this[over], following[over])
  what <- "rows of one person overlap in time"
  fault_at(door, rows, "id", "overlapping_rows", what, column_of(door, "id"))
}

check_values <- function(door) {
  response <- door$response
  door <- add_faults(door, argument_faults(door))
  if (!is.null(door$faults)) {
    return(door)
  }
  id <- door$arguments$id$value
  door <- add_faults(door, person_faults(id, response$start, response$stop, stratum_of_rows(door), door))
  if (is.null(response$start) && min(response$stop) == 0) warn_zero_time(door)
  door
}

# Codes of the strata, in which a missing one is a stratum of its own.
stratum_of_rows <- function(door) {
  names <- c(unlist(lapply(addends_of(door$parts, "strata"), all.vars)), door$request$strata)
  columns <- door$store[intersect(names, names(door$store))]
  if (length(columns) == 0) {
    return(NULL)
  }
  combine_codes(lapply(columns, function(x) {
    codes <- column_codes(x)$codes
    codes[is.na(codes)] <- 0L
    codes
  }))$codes
}

warn_zero_time <- function(door) {
  rows <- rows_of(door, which(door$response$stop == 0))
  variable <- deparse1(door$response$plan$stop)
  text <- sprintf("%s is 0 in %s: kept, as in survival; they leave at time 0.", variable, format_rows(rows))
  warn_tte(text, "zero_time", rows = rows, call = door$call)
}

# The engine's rule: a time within sqrt(eps) x mean |t| of the one before takes the first time of that run.
snap_times <- function(times) {
  order <- order(times, method = "radix")
  sorted <- times[order]
  gap <- c(Inf, diff(sorted))
  tolerance <- sqrt(.Machine$double.eps) * mean(abs(sorted[gap > 0]))
  first <- gap > tolerance
  anchor <- sorted[first][cumsum(first)]
  moved <- which(anchor != sorted)
  times[order[moved]] <- anchor[moved]
  times
}
