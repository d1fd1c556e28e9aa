# Rows that miss a covariate or a stratum are left out, and said so.

na_actions <- c("na.omit", "na.exclude", "na.fail")

# The name of an action given as a function or by name; "" when it is none of those.
na_action_name <- function(action) {
  if (is.null(action)) {
    return(NULL)
  }
  if (is.function(action)) {
    same <- vapply(na_actions, function(name) identical(action, get(name, asNamespace("stats"))), logical(1))
    action <- na_actions[same]
  }
  if (checkmate::test_choice(action, na_actions)) action else ""
}

na_action_faults <- function(action) {
  if (identical(na_action_name(action), "")) {
    fault("na.action", "not_a_choice", "must be NULL, na.omit, na.exclude or na.fail")
  }
}

leave_out_missing <- function(door) {
  columns <- c(as.list(door$covariates), door$strata_columns, list(offset = door$offset))
  missing <- lapply(Filter(function(x) anyNA(x, recursive = TRUE), columns), function(x) {
    which(if (is.matrix(x) || is.data.frame(x)) rowSums(is.na(x)) > 0 else is.na(x))
  })
  missing <- missing[!duplicated(names(missing))]
  if (length(missing) == 0) {
    return(door)
  }
  action <- na_action_name(door$request$na.action)
  if (identical(action, "na.fail")) abort_missing(missing, door)
  omitted <- sort(unique(unlist(missing)))
  if (length(omitted) == length(door$response$stop)) {
    what <- "no row has all its covariates"
    abort_input(fault("data", "no_rows", what, and_list(names(missing))), door$call)
  }
  say_missing(missing, omitted, action, door)
  keep_rows(door, omitted, if (identical(action, "na.exclude")) "exclude" else "omit")
}

abort_missing <- function(missing, door) {
  abort_input(do.call(rbind, lapply(names(missing), function(name) {
    fault("data", "missing_value", "has missing values", name, rows_of(door, missing[[name]]))
  })), door$call)
}

say_missing <- function(missing, omitted, action, door) {
  rows <- rows_of(door, omitted)
  counts <- paste0(names(missing), " (", lengths(missing), ")")
  text <- sprintf(
    "%d of %d rows %s left out, missing %s: %s.", length(omitted), length(door$response$stop),
    if (length(omitted) == 1) "is" else "are", and_list(counts), format_rows(rows)
  )
  if (is.null(action)) {
    warn_tte(text, "missing_covariate", rows = rows, columns = names(missing), call = door$call)
  } else {
    inform_tte(text, "missing_covariate", rows = rows, columns = names(missing))
  }
}

# `omitted` are positions among the rows used. The stored columns keep them, with `na.action`, as survival's
# fits do.
keep_rows <- function(door, omitted, class) {
  kept <- seq_along(door$response$stop)[-omitted]
  door$na.action <- structure(omitted, names = as.character(rows_of(door, omitted)), class = class)
  per_row <- c("start", "stop", "cause")
  door$response[per_row] <- lapply(door$response[per_row], slice, kept)
  door$arguments <- lapply(door$arguments, function(argument) {
    argument$value <- slice(argument$value, kept)
    argument
  })
  frame <- is.data.frame(door$covariates)
  door$covariates <- if (frame) slice(door$covariates, kept) else lapply(door$covariates, slice, kept)
  door$strata_columns <- lapply(door$strata_columns, slice, kept)
  door$offset <- slice(door$offset, kept)
  door
}
