# Closes the door: the checked pieces become a tte_data, and what a fit must keep to be read again later.

# The pieces of an open door that an estimator reads.
kept_pieces <- c(
  "request", "parts", "response", "store", "covariate_terms", "covariates", "plain", "strata_terms",
  "strata_columns", "strata_by", "offset", "kept_values", "arguments", "na.action", "rows", "scale", "unit",
  "param", "label", "reference"
)

close_door <- function(door) {
  d <- door[intersect(kept_pieces, names(door))]
  d$columns <- engine_columns(door)
  d$n <- length(door$response$stop)
  d$causes <- door$response$causes
  structure(d, class = "tte_data")
}

engine_columns <- function(door) {
  value <- function(name) door$arguments[[name]]$value
  list(
    start = door$response$start, stop = door$response$stop, cause = door$response$cause, stratum = NULL,
    freq = if (!is.null(value("freq"))) as.integer(value("freq")),
    weight = if (!is.null(value("weights"))) as.double(value("weights")),
    cluster = if (!is.null(value("cluster"))) column_codes(value("cluster"))$codes,
    subject = subject_codes(value("id"), door$response$start)
  )
}

# A person with one row is that row, so right-censored data without repeats need no codes.
subject_codes <- function(id, start) {
  if (is.null(id) || (is.null(start) && !anyDuplicated(id))) {
    return(NULL)
  }
  column_codes(id)$codes
}

# A factor of causes that another package can evaluate as it stands, where the user's own status would not do.
store_causes <- function(door) {
  if (identical(door$response$plan$status, quote(.cause))) {
    levels <- door$response$levels
    door$store$.cause <- structure(door$response$cause + 1L, levels = levels, class = "factor")
  }
  door
}

# ---- what a fit keeps ----

# list(formula, call, env): a call that other packages can evaluate again. Its formula is a real one and its
# data are `<environment>$name`, an environment that holds the used columns and nothing else, so a saved fit
# reads back right.
stored_call <- function(d, estimator, strata_in_formula = FALSE, ...) {
  scope <- new.env(parent = globalenv())
  formula <- stored_formula(d, strata_in_formula, scope)
  source <- new.env(parent = emptyenv())
  kept <- stored_columns(d)
  assign(d$request$label, kept$data, envir = source)
  head <- call("::", quote(tte), as.name(estimator))
  data <- call("$", source, as.name(d$request$label))
  call <- as.call(c(list(head, formula = formula, data = data), kept$arguments, list(...)))
  list(formula = formula, call = call, env = scope)
}

stored_columns <- function(d) {
  store <- d$store
  arguments <- list()
  for (name in names(d$arguments)) {
    column <- d$arguments[[name]]$name
    if (is.null(column)) column <- paste0("(", name, ")")
    if (is.null(store[[column]])) store[[column]] <- restore_rows(d$arguments[[name]]$value, d)
    arguments[[name]] <- as.name(column)
  }
  n <- d$n + length(d$na.action)
  list(data = structure(store, class = "data.frame", row.names = .set_row_names(n)), arguments = arguments)
}

# Values of the rows kept, on the rows stored: those left out for a missing covariate are NA.
restore_rows <- function(x, d) {
  if (is.null(d$na.action)) {
    return(x)
  }
  at <- rep(NA_integer_, d$n + length(d$na.action))
  at[-d$na.action] <- seq_len(d$n)
  x[at]
}

stored_formula <- function(d, strata_in_formula, scope) {
  keep <- d$parts$addends[d$parts$kinds != "cluster"]
  stratify <- strata_in_formula && length(d$strata_by) > 0
  extra <- if (stratify) list(as.call(c(quote(strata), lapply(d$strata_by, as.name))))
  formula <- rlang::new_formula(response_call(d$response$plan), sum_of(c(keep, extra)), scope)
  scope$Surv <- survival::Surv
  if ("strata" %in% call_heads(formula)) scope$strata <- survival::strata
  carry_functions(formula, d$parts$env, scope)
  list2env(d$kept_values, scope)
  formula
}

response_call <- function(plan) {
  if (!is.null(plan$column)) {
    return(plan$column)
  }
  origin <- if (!is.null(plan$origin)) list(origin = plan$origin)
  as.call(c(quote(Surv), plan$start, plan$stop, plan$status, origin))
}

# A function that only the user's own frame knows must travel with the formula.
carry_functions <- function(formula, env, scope) {
  for (name in setdiff(call_heads(formula), ls(scope))) {
    anywhere <- exists(name, envir = globalenv(), mode = "function")
    here <- get0(name, envir = env, mode = "function")
    if (!anywhere && !is.null(here)) assign(name, here, envir = scope)
  }
}
