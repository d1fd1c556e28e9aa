# A fit goes back to the rows it was made from: its stored call is read through the door again, so that every
# method works on the columns, strata and ties of the fit itself.

# list(d, columns, x, offset, beta, ties, firth, timefix): what the engine needs. Coefficients that could not
# be estimated are 0 in `beta`.
fit_data <- function(fit) {
  d <- door_of_fit(fit)
  d$columns$stratum <- strata_codes(d)$codes
  beta <- unname(fit$coefficients)
  list(
    d = d, columns = d$columns, x = columns_of_fit(fit, d), offset = d$offset,
    beta = ifelse(is.na(beta), 0, beta), ties = ties_of_fit(fit), firth = isTRUE(fit$tte$firth),
    robust = identical(fit$tte$variance, "robust"), timefix = !identical(fit$tte$timefix, FALSE)
  )
}

door_of_fit <- function(fit) {
  said <- fit$call
  source <- eval(said$data)
  if (!is.null(fit$na.action)) source <- source[-fit$na.action, , drop = FALSE]
  if (identical(said$weights, said$freq)) said$weights <- NULL
  read <- rlang::expr(door_time_to_event(fit$formula, source,
    id = !!said$id, cluster = !!said$cluster, weights = !!said$weights, freq = !!said$freq
  ))
  withCallingHandlers(eval(read), tte_warning_zero_time = function(w) rlang::cnd_muffle(w))
}

# Bare columns are read again; splines keep the knots of the fit.
columns_of_fit <- function(fit, d) {
  if (is.null(fit[["x"]]) && d$plain) {
    return(plain_design(d$covariates)$x)
  }
  x <- quiet_contrasts(model.matrix.tte_cox(fit))
  matrix(as.double(x), nrow(x))
}

# Contrasts that a factor carries are in the fit; that model.frame() drops them says nothing.
quiet_contrasts <- function(code) {
  withCallingHandlers(code, warning = function(w) {
    if (startsWith(conditionMessage(w), "contrasts dropped from factor")) rlang::cnd_muffle(w)
  })
}

ties_of_fit <- function(fit) if (is.null(fit$tte$ties)) fit$method else fit$tte$ties

# survival's names of the strata, in the order of their codes; NULL without strata.
strata_names <- function(d) {
  columns <- d$strata_columns
  if (length(columns) == 0) {
    return(NULL)
  }
  worded <- all(vapply(columns, function(x) is.factor(x) || is.character(x), logical(1)))
  combine_codes(columns, counted_rows(d), if (worded) plain_label else curve_label)$levels
}

# Residuals and baseline hazard of exact ties are Breslow's, as survival's are.
smooth_ties <- function(ties) if (startsWith(ties, "exact")) "breslow" else ties

# Some columns of a design, which is a list of vectors or a matrix.
design_columns <- function(x, which) if (is.list(x)) x[which] else x[, which, drop = FALSE]

as_design_matrix <- function(x) if (is.list(x)) do.call(cbind, x) else x

# Some rows of the engine's columns.
column_rows <- function(columns, rows) lapply(columns, slice, rows)

# The same fit to other columns: what cox_fit_cpp() gives.
fit_again <- function(data, x, init = NULL, iter_max = 50L, columns = data$columns, offset = data$offset) {
  options <- list(
    iter_max = iter_max, tol = 1e-9, robust = isTRUE(data$robust), concordance = FALSE, firth = data$firth
  )
  cox_fit_cpp(columns, x, offset, init, data$ties, options, data$timefix, thread_count())
}

# Whether rows have a start.
is_interval <- function(fit) identical(attr(fit$terms, "dataClasses")[[1]], "nmatrix.3")

is_robust <- function(fit) !is.null(fit$naive.var)

estimated <- function(fit) !is.na(fit$coefficients)

# Coefficients at infinity have no standard error, and nothing built from it.
refuse_infinite_cox <- function(fit, what, call) {
  away <- names(fit$coefficients)[is.infinite(fit$coefficients)]
  if (length(away) == 0) {
    return(invisible(NULL))
  }
  abort_unsupported(
    sprintf("%s of this model", what), sprintf("%s has no finite estimate.", and_list(away)),
    "Fit it with firth = TRUE, whose estimates are finite.", call
  )
}
