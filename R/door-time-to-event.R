# The one door to every estimator: a formula and data become checked columns for the engine. This is the only
# file that calls Surv() or model.frame() or reads CNSR; the door-*.R files beside it each do one thing for
# it.
#
# A door in the making is a list that each step extends: `request` (what the user gave), `parts` (the formula
# read), `data`, `rows` (row numbers kept, NULL: all), `store` (the used columns of those rows), `response`,
# `columns` (for the engine), `faults`. Faults gather until stop_on_faults(), so that one error names them
# all.

#' Read the data of an analysis once
#'
#' `time_to_event()` reads a formula and a data set as every estimator of the package does, checks them, and
#' keeps the result, so that `km(d)`, `log_rank_test(d)` and `cox(d)` work on the same rows, strata and units.
#' The same arguments can be given to each estimator directly.
#'
#' @section Formula: With `Surv()` on the left, `Surv(time, status)` or `Surv(start, stop, status)`, status is
#'   read as `survival` reads it: 0/1, `FALSE`/`TRUE`, or 1/2. With nothing on the left, `data` is an ADTTE:
#'   `AVAL` is the time, `CNSR` 0 is the event, `USUBJID` the person, and `ASTART`, when it is there, the
#'   start of each row. On the right stand the groups or covariates, and `strata()`, `cluster()`, `offset()`.
#'   `ggsurvfit::Surv_CNSR()` is understood. `frailty()`, `pspline()`, `ridge()`, `tt()` and `tve()` are
#'   refused. Unlike in `survival`, `subset` is applied first, so that `ns(age, 3)` takes its knots from the
#'   rows analysed.
#' @section Missing values: In time, status, `subset`, `id`, `weights`, `freq` or `cluster` they are an error
#'   that names the rows. Rows with a missing covariate or stratum are left out with a warning of class
#'   `tte_warning_missing_covariate`, or with a message where `na.action = na.omit` was given.
#' @section Errors: `tte_error_input`, with all faults in `$faults` (argument, column, fault, rows, message,
#'   remedy); `tte_error_unsupported` for terms and kinds of response that have no estimator here.
#'
#' @param formula A formula, or the result of `time_to_event()`.
#' @param data A data frame. After the result of `time_to_event()`: nothing, or a one-sided formula that
#'   replaces the right side, in which `.` stands for the old one (`cox(d, ~ . + AGE)`).
#' @param ... Nothing: all other arguments must be named.
#' @param param The endpoint of an ADTTE, a value of `PARAMCD`; not needed when there is only one.
#' @param strata Names of columns that stratify tests and models. They never make curves: `strata()` in the
#'   formula of [km()] and [cif()] does.
#' @param reference The reference level of the arm, or of several columns by name, `c(ARM = "Placebo", SEX =
#'   "F")`. By default the first level of a factor, or of the sorted values.
#' @param subset Which rows to use: a logical vector, or row numbers, evaluated in `data`.
#' @param na.action `NULL`, [na.omit], [na.exclude] or [na.fail]: what to do with rows that miss a covariate.
#' @param id The person of each row: a column, or its name. Rows of one person that follow each other are
#'   joined, and n counts persons. By default `USUBJID` in an ADTTE, otherwise each row is a person.
#' @param cluster Groups of rows that are not independent: a column, or its name. Gives the robust variance.
#' @param weights Weights above 0, in any unit: a column, or its name. They give the robust variance.
#' @param freq Whole numbers, at least 0: how many equal rows a row stands for. A column, or its name.
#' @param unit The unit of the times: `"days"`, `"weeks"`, `"months"` or `"years"`. An ADTTE says it in
#'   `AVALU`.
#' @param report_in The unit to convert to; everything is then in it. A month is 30.4375 days, a year 365.25
#'   days.
#' @param day_one Whether the first day counts as day 1 (`AVAL = ADT - STARTDT + 1`); only used by
#'   [in_weeks()], [in_months()] and [in_years()]. In an ADTTE it is read off `STARTDT` and `ADT`; times in
#'   `Surv()` are elapsed time.
#' @param censored The level of a factor status that means censored; the first level by default. For [cif()].
#' @param competing The competing events of an ADTTE, by name: values of `EVNTDESC`, `c(death = "Death")`, or
#'   one-sided formulas, `list(death = ~ EVNTDESC == "Death")`. They override `CNSR`. For [cif()].
#' @return An object of class `tte_data`, to be handed to an estimator. It keeps a reference to `data`.
#' @references CDISC (2012). *The ADaM Basic Data Structure for Time-to-Event Analyses*, version 1.0.
#' @examples
#' d <- time_to_event(Surv(time, status) ~ sex, survival::lung, unit = "days", report_in = "months")
#' d
#' km(d)
#' log_rank_test(d)
#' cox(d, ~ . + age)
#' @export
time_to_event <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  censored = NULL, competing = NULL
) {
  check_dots(...)
  open_door(environment())
}

# Every estimator has the door's arguments under the same names. They are handed over in the estimator's own
# frame, so that a quosure keeps the place where the user wrote it. `faults` of the estimator's own arguments
# join those of the door.
open_door <- function(frame, faults = NULL) {
  rlang::eval_bare(rlang::call_modify(door_request, faults = faults, call = frame), frame)
}

door_request <- quote(door_time_to_event(
  formula, data,
  label = substitute(data), param = param, strata = strata, reference = reference,
  subset = {{ subset }}, na.action = na.action, id = {{ id }}, cluster = {{ cluster }},
  weights = {{ weights }}, freq = {{ freq }}, unit = unit, report_in = report_in, day_one = day_one,
  censored = get0("censored", inherits = FALSE), competing = get0("competing", inherits = FALSE)
))

door_time_to_event <- function(
  formula, data = NULL, label = NULL, param = NULL, strata = NULL, reference = NULL, subset = NULL,
  na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL,
  day_one = NULL, censored = NULL, competing = NULL, faults = NULL, call = rlang::caller_env()
) {
  settled <- list(
    param = param, strata = strata, reference = reference, na.action = na.action, unit = unit,
    report_in = report_in, day_one = day_one, censored = censored, competing = competing
  )
  request <- c(settled, list(
    formula = formula, data = data, label = if (is.symbol(label)) as.character(label) else "data",
    quosures = list(
      subset = rlang::enquo(subset), id = rlang::enquo(id), cluster = rlang::enquo(cluster),
      weights = rlang::enquo(weights), freq = rlang::enquo(freq)
    )
  ))
  if (!inherits(formula, "tte_data")) {
    return(read_door(request, call, faults))
  }
  given <- c(names(Filter(Negate(is.null), settled)), names(Filter(is_given, request$quosures)))
  again <- fault(given, "unknown_argument", "was settled by time_to_event() and cannot be given again")
  abort_input(rbind(faults, again), call)
  reopen_door(formula, data, call)
}

# The result of time_to_event() comes back: all is settled but the right side, which `right` may replace.
reopen_door <- function(door, right, call) {
  if (is.null(right)) {
    return(door)
  }
  if (!rlang::is_formula(right, lhs = FALSE)) {
    what <- "must be left out, or be a one-sided formula, after time_to_event()"
    abort_input(fault("data", "wrong_type", what), call)
  }
  again <- door$request
  again$formula <- replace_right_side(again$formula, right)
  kept <- intersect(names(door$reference), all.vars(rlang::f_rhs(again$formula)))
  again["reference"] <- list(if (length(kept) > 0) door$reference[kept])
  read_door(again, call)
}

replace_right_side <- function(formula, right) {
  old <- rlang::f_rhs(formula)
  new <- eval(call("substitute", rlang::f_rhs(right), list(. = old)))
  rlang::new_formula(rlang::f_lhs(formula), new, rlang::f_env(formula))
}

read_door <- function(request, call, faults = NULL) {
  list(request = request, call = call, faults = faults) |>
    read_words() |>
    find_columns() |>
    evaluate_arguments() |>
    stop_on_faults() |>
    choose_rows() |>
    store_columns() |>
    read_response() |>
    read_units() |>
    check_values() |>
    stop_on_faults() |>
    store_causes() |>
    convert_times() |>
    read_covariates() |>
    leave_out_missing() |>
    close_door()
}

add_faults <- function(door, ...) {
  door$faults <- rbind(door$faults, ...)
  door
}

stop_on_faults <- function(door) {
  abort_input(door$faults, door$call)
  door
}

read_words <- function(door) {
  request <- door$request
  if (!is.null(request$data) && !is.data.frame(request$data)) {
    abort_input(fault("data", "wrong_type", "must be a data frame"), door$call)
  }
  door$parts <- read_formula(request$formula, names(request$data), door$call)
  door$parts$left <- spell_out(door$parts$left)
  door$adtte <- is.null(door$parts$left)
  door$data <- if (is.null(request$data)) data_of_workspace(door) else request$data
  door$n <- nrow(door$data)
  if (door$n == 0) abort_input(fault("data", "no_rows", "has no rows"), door$call)
  add_faults(door, word_faults(request, door$adtte))
}

word_faults <- function(request, adtte) {
  rbind(
    if (!is.null(request$unit)) check_choice(request$unit, "unit", time_units),
    if (!is.null(request$report_in)) check_choice(request$report_in, "report_in", time_units),
    check_flag(request$day_one, "day_one", null.ok = TRUE),
    if (!checkmate::test_character(request$strata, any.missing = FALSE, null.ok = TRUE)) {
      fault("strata", "wrong_type", "must be names of columns")
    },
    if (!checkmate::test_string(request$param, null.ok = TRUE)) {
      fault("param", "wrong_type", "must be one value of PARAMCD")
    },
    if (!adtte && !is.null(request$param)) {
      fault("param", "unknown_argument", "belongs to an ADTTE, a formula with nothing on the left")
    },
    if (!adtte && !is.null(request$competing)) {
      fault("competing", "unknown_argument", "belongs to an ADTTE; give Surv() a factor as its status")
    },
    na_action_faults(request$na.action)
  )
}

# Without `data`, the variables of the workspace that the formula names are the columns.
data_of_workspace <- function(door) {
  words <- unique(unlist(lapply(c(list(door$parts$left), door$parts$addends), all.vars)))
  values <- Filter(Negate(is.null), rlang::set_names(lapply(words, value_outside, door$parts$env), words))
  rows <- vapply(values, NROW, integer(1))
  n <- max(rows, 1L)
  structure(values[rows == n], class = "data.frame", row.names = .set_row_names(n))
}

# ---- the response ----

read_response <- function(door) {
  left <- door$parts$left
  plan <- if (door$adtte) {
    plan_adtte(door$store)
  } else if (rlang::is_call(left, "Surv_CNSR")) {
    plan_cnsr(left)
  } else if (rlang::is_call(left, "Surv")) {
    plan_surv(left, door$call)
  }
  door$response <- if (is.null(plan)) response_of_column(left, door) else response_of_plan(plan, door)
  if (!is.null(door$request$competing)) door <- read_competing(door)
  add_faults(door, door$response$faults)
}

# A plan says where the times and the status are: expressions, and the coding of the status. AVAL and CNSR;
# ASTART, which time_dependent() writes, starts each row.
plan_adtte <- function(store) {
  start <- if (!is.null(store$ASTART) && !all(is.na(store$ASTART))) quote(ASTART)
  list(start = start, stop = quote(AVAL), status = quote(CNSR), coding = "cdisc", argument = "data")
}

plan_cnsr <- function(left) {
  list(stop = left[[2]], status = left[[3]], coding = "cdisc", argument = "formula")
}

# ggsurvfit::Surv_CNSR(AVAL, CNSR) takes both by default.
spell_out <- function(left) {
  if (!rlang::is_call(left, "Surv_CNSR")) {
    return(left)
  }
  given <- as.list(match.call(function(AVAL, CNSR) NULL, left))[-1]
  call(
    "Surv_CNSR", if (is.null(given$AVAL)) quote(AVAL) else given$AVAL,
    if (is.null(given$CNSR)) quote(CNSR) else given$CNSR
  )
}

# Surv()'s own arguments are evaluated one by one: Surv(3, 3, 1) turns into NA before anyone could see why.
plan_surv <- function(left, call) {
  given <- as.list(match.call(survival::Surv, left))[-1]
  if (is.null(given$time)) {
    abort_input(fault("formula", "wrong_type", "Surv() needs a time", column = deparse1(left)), call)
  }
  kind <- if (is.null(given$type)) "right" else given$type
  if (!is.character(kind) || !kind %in% c("right", "counting", "mstate")) {
    refuse_response(call)
  }
  interval <- !is.null(given$time2) && !is.null(given$event)
  list(
    start = if (interval) given$time, stop = if (interval) given$time2 else given$time,
    status = if (is.null(given$event)) given$time2 else given$event, origin = given$origin,
    coding = "survival", argument = "formula"
  )
}

refuse_response <- function(call) {
  why <- "Only right-censored and start-stop times have estimators here."
  abort_unsupported("This kind of Surv() response", why, call = call)
}

response_of_plan <- function(plan, door) {
  value <- function(expr) {
    if (!is.null(expr)) evaluate_expression(expr, door$store, door$parts$env, plan$argument, door$call)
  }
  origin <- if (is.null(plan$origin)) 0 else value(plan$origin)
  start <- read_time(value(plan$start), origin, plan$start, plan$argument, door)
  stop <- read_time(value(plan$stop), origin, plan$stop, plan$argument, door)
  status <- if (is.null(plan$status)) rep(1L, NROW(stop$time)) else value(plan$status)
  read <- if (plan$coding == "cdisc") {
    read_censoring_code(status, plan$status, plan$argument, door)
  } else {
    read_status(status, plan$status, door)
  }
  if (!is.null(read$status)) plan$status <- read$status
  order <- interval_faults(start$time, stop$time, plan$argument, door)
  list(
    start = start$time, stop = stop$time, cause = read$cause, causes = read$causes, levels = read$levels,
    plan = plan, faults = rbind(start$faults, stop$faults, order, read$faults)
  )
}

# A ready-made Surv column: what was not a time when it was made is NA in it.
response_of_column <- function(left, door) {
  value <- evaluate_expression(left, door$store, door$parts$env, "formula", door$call)
  if (!inherits(value, "Surv")) {
    what <- "the left side must be Surv() or a column made by it"
    abort_input(fault("formula", "wrong_type", what, deparse1(left)), door$call)
  }
  if (!attr(value, "type") %in% c("right", "counting", "mright", "mcounting")) refuse_response(door$call)
  states <- attr(value, "states")
  values <- unclass(value)
  last <- ncol(values)
  list(
    start = if (last == 3) unname(values[, 1]), stop = unname(values[, last - 1]),
    cause = as.integer(values[, last]), causes = if (is.null(states)) "event" else states,
    levels = if (!is.null(states)) c("censored", states), plan = list(column = left, argument = "formula"),
    faults = column_faults_of_surv(values, left, door)
  )
}

column_faults_of_surv <- function(values, left, door) {
  name <- deparse1(left)
  if (!anyNA(values)) {
    return(time_faults(values[, ncol(values) - 1], name, "formula", door))
  }
  bad <- rowSums(is.na(values)) > 0
  remedy <- "Write Surv(time, status) in the formula to see why."
  fault_at(door, bad, "formula", "missing_value", "has missing values", name, remedy)
}

# ---- the covariates ----

# Bare columns are taken as they are; anything else goes through model.frame(). Both give a named list of
# variables.
read_covariates <- function(door) {
  terms <- covariate_terms(door$parts)
  variables <- term_variables(terms)
  door$plain <- is_plain(terms, variables, door$store)
  door$covariate_terms <- terms
  door$covariates <- if (door$plain) door$store[names(variables)] else frame_of(terms, door)
  read_offset(read_strata(door))
}

frame_of <- function(terms, door) {
  environment(terms) <- scope_for_formula(environment(terms))
  n <- length(door$response$stop)
  columns <- structure(door$store, class = "data.frame", row.names = .set_row_names(n))
  tryCatch(stats::model.frame(terms, columns, na.action = stats::na.pass), error = function(error) {
    what <- sprintf("cannot evaluate the right side: %s", conditionMessage(error))
    abort_input(fault("formula", "wrong_type", what), door$call)
  })
}

# The rows of a fit again, evaluated from its own columns: the response is the one that was fitted.

#' @rawNamespace S3method(stats::model.frame, tte_cox)
model.frame.tte_cox <- function(formula, data = NULL, ...) {
  fit <- formula
  terms <- fit$terms
  fresh <- !is.null(data)
  source <- if (fresh) data else eval(fit$call$data)
  extras <- Filter(Negate(is.null), as.list(fit$call)[c("weights", "id", "cluster")])
  frame <- eval(as.call(c(
    quote(stats::model.frame), list(
      formula = terms, data = source, na.action = quote(stats::na.pass), xlev = fit$xlevels
    ), if (!fresh) extras
  )), environment(terms))
  if (fresh) {
    return(frame)
  }
  # survival's C code wants doubles, and frequencies are integers
  if (!is.null(extras$weights)) frame[["(weights)"]] <- as.double(frame[["(weights)"]])
  if (!is.null(fit$na.action)) frame <- frame[-fit$na.action, , drop = FALSE]
  attr(frame, "na.action") <- fit$na.action
  if (!is.null(fit$y)) frame[[1]] <- fit$y
  frame
}

#' @rawNamespace S3method(stats::model.matrix, tte_cox)
model.matrix.tte_cox <- function(object, data = NULL, ...) {
  if (is.null(data) && !is.null(object[["x"]])) {
    return(object[["x"]])
  }
  if (is.null(data)) data <- model.frame.tte_cox(object)
  class(object) <- "coxph"
  stats::model.matrix(object, data = data, ...)
}

# The columns of an ADTTE that hold the response.
response_words <- function() c("AVAL", "CNSR")

# The response as survival keeps it, without its row names.
new_surv <- function(start, stop, cause) {
  y <- cbind(start = start, time = stop, status = as.double(cause))
  if (!is.null(start)) colnames(y)[2] <- "stop"
  structure(y, type = if (is.null(start)) "right" else "counting", class = "Surv")
}
