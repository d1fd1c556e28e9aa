# Reads the status: which rows are events, and of which cause. Codes: 0 censored, 1..K causes.

# As survival reads it: logical, 0/1, 1/2, or a factor of causes. list(cause, causes, levels, status, faults):
# `levels` are the labels of the codes of a factor status; `status` replaces the user's expression in the
# stored formula where survival would read the rows that are kept otherwise.
read_status <- function(x, expr, door) {
  name <- if (is.null(expr)) NA else deparse1(expr)
  if (inherits(x, "haven_labelled")) x <- unclass(x)
  if (is.factor(x)) {
    return(read_causes(x, name, door))
  }
  if (is.logical(x)) x <- as.integer(x)
  if (!is.numeric(x) || is.object(x)) {
    what <- sprintf("a status must be 0/1, TRUE/FALSE, 1/2 or a factor, not %s", class(x)[1])
    return(unread_status(x, fault("formula", "wrong_type", what, name)))
  }
  read_numbers(x, expr, name, door)
}

unread_status <- function(x, faults, causes = "event") {
  list(cause = rep(0L, length(x)), causes = causes, faults = faults)
}

read_numbers <- function(x, expr, name, door) {
  base <- status_base(if (anyNA(x)) x[!is.na(x)] else x, expr, door)
  faults <- rbind(missing_fault(x, "formula", name, door), if (is.na(base)) status_fault(x, name, door))
  if (!is.null(faults)) {
    return(unread_status(x, faults))
  }
  cause <- as.integer(x) - base
  # survival would take a column of 1s for events, whatever the codes of the rows that `subset` left out
  no_twos <- base == 1L && length(x) > 0 && max(x) == 1
  list(cause = cause, causes = "event", status = if (no_twos) call("==", expr, 2))
}

# 0 for a status of 0 and 1, 1 for one of 1 and 2, NA for anything else.
status_base <- function(x, expr, door) {
  if (length(x) == 0) {
    return(0L)
  }
  ends <- range(x)
  base <- if (ends[2] > 1 || only_ones_of_two(ends, expr, door)) 1L else 0L
  inside <- ends[1] >= base && ends[2] <= base + 1
  whole <- inside && sum(x) == sum(as.double(as.integer(x)))
  if (whole) base else NA
}

# Only 1s among the rows used: events in a column of 0 and 1, censored in one of 1 and 2. All rows decide.
only_ones_of_two <- function(ends, expr, door) {
  if (is.null(door$rows) || is.null(expr) || ends[1] != 1 || ends[2] != 1) {
    return(FALSE)
  }
  all_rows <- tryCatch(eval(expr, door$data, door$parts$env), error = function(error) 1)
  !anyNA(all_rows) && max(all_rows) == 2 && min(all_rows) == 1
}

status_fault <- function(x, name, door) {
  bad <- !is.na(x) & !x %in% c(0, 1, 2)
  fault_at(
    door, if (any(bad)) bad else x == 2, "formula", "bad_status", "is neither 0/1 nor 1/2", name,
    "Say which value is the event, Surv(time, status == 1), or give cif() a factor."
  )
}

# A factor of causes. Its censored level is the first, or the one that `censored` names.
read_causes <- function(x, name, door) {
  labels <- levels(x)
  censored <- door$request$censored
  faults <- rbind(missing_fault(x, "formula", name, door), censored_faults(censored, labels, name))
  if (!is.null(faults)) {
    return(c(unread_status(x, faults, labels[-1]), list(levels = labels)))
  }
  codes <- as.integer(x)
  first <- is.null(censored) || censored == labels[1]
  order <- if (first) labels else c(censored, setdiff(labels, censored))
  cause <- if (first) codes - 1L else match(labels, order)[codes] - 1L
  list(cause = cause, causes = order[-1], levels = order, status = if (!first) quote(.cause))
}

censored_faults <- function(censored, labels, name) {
  if (!is.null(censored)) {
    known <- checkmate::test_choice(censored, labels)
    what <- sprintf("must be one of %s", quoted_list(labels))
    return(if (!known) fault("censored", "unknown_level", what, name))
  }
  looks <- grepl("^(0|none|no|no event|alive)$|cens", labels, ignore.case = TRUE)
  if (!any(looks) || looks[1]) {
    return(NULL)
  }
  like <- labels[looks][1]
  what <- sprintf("the first level, \"%s\", would be censored, but \"%s\" looks like it", labels[1], like)
  remedy <- sprintf("Say which: censored = \"%s\".", like)
  fault("censored", "ambiguous_censoring", what, name, remedy = remedy)
}

# The CDISC code: 0 is the event, any other whole number a reason for censoring.
read_censoring_code <- function(x, expr, argument, door) {
  name <- deparse1(expr)
  if (inherits(x, "haven_labelled")) x <- unclass(x)
  faults <- if (!is.numeric(x) || is.object(x)) {
    what <- sprintf("must be numbers (0 is the event), not %s", class(x)[1])
    fault(argument, "wrong_type", what, name)
  } else {
    what <- "must be a whole number, 0 for the event"
    bad <- x < 0 | x != floor(x)
    rbind(missing_fault(x, argument, name, door), fault_at(door, bad, argument, "bad_status", what, name))
  }
  if (!is.null(faults)) {
    return(unread_status(x, faults))
  }
  list(cause = as.integer(x == 0), causes = "event", status = call("==", expr, 0))
}

# `competing` of an ADTTE: named values of EVNTDESC, or named one-sided formulas. They override the code.
read_competing <- function(door) {
  competing <- as.list(door$request$competing)
  if (is.null(names(competing)) || any(names(competing) == "")) {
    remedy <- "For example competing = c(death = \"Death\")."
    return(add_faults(door, fault("competing", "wrong_type", "must name each cause", remedy = remedy)))
  }
  hits <- Map(competing_rows, competing, names(competing), MoreArgs = list(door = door))
  faults <- do.call(rbind, lapply(hits, function(hit) hit$faults))
  if (is.null(faults)) {
    twice <- Reduce(`+`, lapply(hits, function(hit) hit$is)) > 1
    faults <- fault_at(door, twice, "competing", "bad_status", "a row has two causes", NA)
  }
  if (!is.null(faults)) {
    return(add_faults(door, faults))
  }
  for (k in seq_along(hits)) door$response$cause[hits[[k]]$is] <- k + 1L
  door$response$causes <- c(if (is.null(door$param)) "event" else door$param, names(competing))
  door$response$levels <- c("censored", door$response$causes)
  door$response$plan$status <- quote(.cause)
  door
}

# Which rows have one cause: list(is), one TRUE or FALSE for each, or list(faults).
competing_rows <- function(cause, name, door) {
  data <- lapply(rlang::set_names(names(door$data)), function(column) slice(door$data[[column]], door$rows))
  if (rlang::is_formula(cause, lhs = FALSE)) {
    return(condition_rows(rlang::f_rhs(cause), rlang::f_env(cause), data, length(door$response$stop)))
  }
  described <- data[["EVNTDESC"]]
  if (is.null(described)) {
    return(list(faults = unknown_column_fault("EVNTDESC", "competing", names(data))))
  }
  is <- described %in% cause
  if (any(is)) {
    return(list(is = is))
  }
  what <- sprintf("no row has %s (for %s)", quoted_list(cause), name)
  remedy <- sprintf("It has %s.", quoted_list(utils::head(unique(described), 8)))
  list(faults = fault("competing", "unknown_level", what, "EVNTDESC", remedy = remedy))
}

condition_rows <- function(expr, env, data, n) {
  is <- tryCatch(eval(expr, data, env), error = identity)
  if (inherits(is, "error")) {
    return(list(faults = evaluation_fault(is, "competing", expr)))
  }
  if (!checkmate::test_logical(is, len = n)) {
    what <- sprintf("%s is not TRUE or FALSE for each row", deparse1(expr))
    return(list(faults = fault("competing", "wrong_type", what)))
  }
  list(is = is %in% TRUE)
}
