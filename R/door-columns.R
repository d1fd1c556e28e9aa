# Finds the columns and the rows of the analysis.

# Every word of the formula is a column, a constant of the workspace (inlined), or a fault.
find_columns <- function(door) {
  used <- lapply(c(list(door$parts$left), door$parts$addends), all.vars)
  words <- unique(c(unlist(used), if (door$adtte) response_words()))
  absent <- setdiff(words, names(door$data))
  sought <- if (door$adtte) setdiff(absent, response_words()) else absent
  outside <- Filter(Negate(is.null), rlang::set_names(lapply(sought, value_outside, door$parts$env), sought))
  as_columns <- vapply(outside, NROW, integer(1)) == door$n & door$n > 1
  door$data[names(outside)[as_columns]] <- outside[as_columns]
  door <- inline_constants(door, outside[!as_columns])
  optional <- if (door$adtte) c("ASTART", "USUBJID")
  door$used <- unique(c(intersect(c(words, optional), names(door$data)), door$request$strata))
  add_faults(
    door, unknown_column_faults(setdiff(absent, names(outside)), if (door$adtte) "data" else "formula", door),
    unknown_column_faults(setdiff(door$request$strata, names(door$data)), "strata", door)
  )
}

unknown_column_faults <- function(names, argument, door) {
  do.call(rbind, lapply(names, unknown_column_fault, argument, names(door$data)))
}

# ns(age, df = k) becomes ns(age, df = 3), so that the stored formula means the same anywhere; what is no
# vector is kept beside the formula under its name.
inline_constants <- function(door, constants) {
  atomic <- vapply(constants, is.atomic, logical(1))
  door$kept_values <- constants[!atomic]
  inline <- function(expr) eval(call("substitute", expr, constants[atomic]))
  if (any(atomic)) {
    door$parts$addends <- lapply(door$parts$addends, inline)
    if (!door$adtte) door$parts$left <- inline(door$parts$left)
  }
  door
}

evaluate_arguments <- function(door) {
  quosures <- door$request$quosures
  found <- Map(evaluate_argument, quosures, names(quosures), MoreArgs = list(data = door$data, n = door$n))
  if (is.null(found$id) && door$adtte && "USUBJID" %in% names(door$data)) {
    found$id <- list(value = door$data[["USUBJID"]], name = "USUBJID")
  }
  door$arguments <- Filter(Negate(is.null), found)
  add_faults(door, do.call(rbind, lapply(door$arguments, function(argument) argument$faults)))
}

# The rows of `param` and of `subset`, as row numbers; NULL is all of them.
choose_rows <- function(door) {
  of_param <- choose_param(door)
  of_subset <- subset_rows(door$arguments$subset$value, door$n, of_param$rows)
  door <- stop_on_faults(add_faults(door, of_param$faults, of_subset$faults))
  door$rows <- common_rows(of_param$rows, of_subset$rows)
  door$param <- of_param$param
  door$label <- of_param$label
  left <- is.null(door$rows) || length(door$rows) > 0
  culprit <- if (is.null(of_subset$rows)) "param" else "subset"
  stop_on_faults(add_faults(door, if (!left) fault(culprit, "no_rows", "leaves no rows")))
}

common_rows <- function(a, b) {
  if (is.null(a)) b else if (is.null(b)) a else b[b %in% a]
}

# The endpoint of an ADTTE: list(param, rows, label).
choose_param <- function(door) {
  param <- door$request$param
  codes <- if (door$adtte) door$data[["PARAMCD"]]
  if (is.null(codes)) {
    return(list(faults = if (door$adtte && !is.null(param)) unknown_column_faults("PARAMCD", "param", door)))
  }
  values <- as.character(unique(codes[!is.na(codes)]))
  faults <- if (is.null(param) && length(values) != 1) {
    what <- sprintf("must say which endpoint: %s", quoted_list(values))
    fault("param", "several_params", what, "PARAMCD")
  } else if (!is.null(param) && !param %in% values) {
    what <- sprintf("\"%s\" is none of %s", param, quoted_list(values))
    fault("param", "unknown_param", what, "PARAMCD")
  }
  if (!is.null(faults)) {
    return(list(faults = faults))
  }
  if (is.null(param)) param <- values
  rows <- if (length(values) > 1 || anyNA(codes)) which(codes == param)
  label <- as.character(unique(slice(door$data[["PARAM"]], rows)))
  list(param = param, rows = rows, label = if (length(label) == 1) label)
}

# `among`: the rows of the endpoint; a missing condition matters only there.
subset_rows <- function(subset, n, among) {
  if (is.null(subset)) {
    return(NULL)
  }
  if (is.logical(subset)) {
    return(rows_where(if (length(subset) == 1) rep(subset, n) else subset, n, among))
  }
  if (!checkmate::test_integerish(subset, any.missing = FALSE, lower = -n, upper = n, unique = TRUE)) {
    what <- "must be TRUE or FALSE for each row, or row numbers, each once"
    return(list(faults = fault("subset", "wrong_type", what)))
  }
  list(rows = seq_len(n)[subset])
}

rows_where <- function(is, n, among) {
  if (length(is) != n) {
    what <- sprintf("has %d values for %d rows", length(is), n)
    return(list(faults = fault("subset", "wrong_length", what)))
  }
  bad <- common_rows(among, which(is.na(is)))
  if (length(bad) > 0) {
    remedy <- "Say what happens to them: !is.na(x) & x > 1."
    return(list(faults = fault("subset", "missing_value", "has missing values", rows = bad, remedy = remedy)))
  }
  if (!all(is, na.rm = TRUE)) list(rows = which(is))
}

# The used columns of the rows, and the evaluated arguments of the same rows.
store_columns <- function(door) {
  columns <- rlang::set_names(lapply(door$used, function(name) door$data[[name]]), door$used)
  door$store <- lapply(columns, slice, door$rows)
  door$arguments <- lapply(door$arguments[names(door$arguments) != "subset"], function(argument) {
    argument$value <- slice(argument$value, door$rows)
    argument
  })
  set_references(read_cluster_term(door))
}

# cluster(x) in the formula is cluster = x.
read_cluster_term <- function(door) {
  terms <- addends_of(door$parts, "cluster")
  if (length(terms) == 0) {
    return(door)
  }
  if (length(terms) > 1 || !is.null(door$arguments$cluster)) {
    return(add_faults(door, fault("cluster", "several_clusters", "is given more than once")))
  }
  expr <- terms[[1]][[2]]
  value <- evaluate_expression(expr, door$store, door$parts$env, "formula", door$call)
  name <- if (is.symbol(expr) && as.character(expr) %in% names(door$store)) as.character(expr)
  door$arguments$cluster <- list(value = value, name = name)
  door
}

# `reference` makes its columns factors with that level first, in what is stored too.
set_references <- function(door) {
  words <- unique(unlist(lapply(addends_of(door$parts, "covariate"), all.vars)))
  asked <- reference_of(door$request$reference, door$store[intersect(words, names(door$store))])
  if (!is.null(asked$faults)) {
    return(add_faults(door, asked$faults))
  }
  door$reference <- asked$reference
  for (name in names(asked$reference)) {
    door$store[[name]] <- relevel_first(door$store[[name]], asked$reference[[name]])
  }
  door
}

# Row numbers as the user counts them.
rows_of <- function(door, at) if (is.null(door$rows)) at else door$rows[at]

# A fault of the rows where `bad` is TRUE, or NULL.
fault_at <- function(door, bad, argument, code, message, column, remedy = NA) {
  at <- which(bad)
  if (length(at) > 0) fault(argument, code, message, column, rows_of(door, at), remedy)
}

missing_fault <- function(x, argument, column, door) {
  if (anyNA(x)) fault_at(door, is.na(x), argument, "missing_value", "has missing values", column)
}
