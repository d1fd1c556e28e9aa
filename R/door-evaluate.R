# Evaluates what the user wrote: in the data first, then where it was written.

# One of `subset`, `id`, `cluster`, `weights`, `freq`: list(value, name). `name` is the column's name when it
# is one.
evaluate_argument <- function(quosure, argument, data, n) {
  if (!is_given(quosure)) {
    return(NULL)
  }
  expr <- rlang::quo_get_expr(quosure)
  if (is.symbol(expr) && as.character(expr) %in% names(data)) {
    return(named_column(as.character(expr), argument, data))
  }
  value <- tryCatch(rlang::eval_tidy(quosure, data), error = identity)
  if (inherits(value, "error")) {
    return(list(faults = evaluation_fault(value, argument, expr)))
  }
  if (is.null(value)) {
    return(NULL)
  }
  if (rlang::is_string(value)) {
    return(named_column(value, argument, data))
  }
  if (argument != "subset" && length(value) != n) {
    what <- sprintf("has %d values for %d rows", length(value), n)
    return(list(faults = fault(argument, "wrong_length", what)))
  }
  list(value = value)
}

is_given <- function(quosure) !(rlang::quo_is_null(quosure) || rlang::quo_is_missing(quosure))

named_column <- function(name, argument, data) {
  if (!name %in% names(data)) {
    return(list(faults = unknown_column_fault(name, argument, names(data))))
  }
  list(value = data[[name]], name = name)
}

evaluation_fault <- function(error, argument, expr) {
  what <- if (grepl("not found", conditionMessage(error))) "unknown_column" else "wrong_type"
  fault(argument, what, sprintf("cannot evaluate %s: %s", deparse1(expr), conditionMessage(error)))
}

unknown_column_fault <- function(name, argument, columns) {
  distance <- utils::adist(name, columns, ignore.case = TRUE)
  near <- if (length(columns) > 0 && min(distance) <= 2) columns[which.min(distance)]
  remedy <- if (is.null(near)) NA else sprintf("Did you mean %s?", near)
  fault(argument, "unknown_column", "the data have no such column", name, remedy = remedy)
}

# A value of the workspace that is no function: a constant of the formula, or a column kept outside the data.
value_outside <- function(name, env) {
  value <- get0(name, envir = env, inherits = TRUE)
  if (is.function(value)) NULL else value
}

# An expression of the formula, in the columns of `store`, then in the formula's environment.
evaluate_expression <- function(expr, store, env, argument, call) {
  if (is.symbol(expr) && !is.null(store[[as.character(expr)]])) {
    return(store[[as.character(expr)]])
  }
  tryCatch(eval(expr, store, scope_for_formula(env)), error = function(error) {
    abort_input(evaluation_fault(error, argument, expr), call)
  })
}

# The words of a formula work whether or not a package is attached.
scope_for_formula <- function(env) {
  rlang::new_environment(list(strata = survival::strata, cluster = identity), parent = env)
}

# Rows of a column, whatever kind of column it is.
slice <- function(x, rows) {
  if (is.null(rows) || is.null(x)) {
    return(x)
  }
  if (is.data.frame(x) || (is.matrix(x) && !inherits(x, "Surv"))) x[rows, , drop = FALSE] else x[rows]
}
