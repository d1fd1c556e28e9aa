# The covariates of a model as columns of numbers.

# list(x, names, assign, xlevels, contrasts): `x` is a list of vectors where the columns can be taken as they
# are, so that no matrix is built beside the data, and a matrix where terms had to be evaluated.
design_of <- function(d, call) {
  abort_input(level_faults(d), call)
  design <- if (d$plain) plain_design(d$covariates) else frame_design(d)
  if (length(design$names) == 0) {
    abort_unsupported(
      "A model without covariates", "There is nothing to estimate but the baseline.",
      "km() estimates the curve.", call
    )
  }
  abort_input(design_faults(design, d), call)
  design
}

# Bare columns of plain kinds need no model.frame(), unless contrasts other than R's usual ones are asked for.
is_plain <- function(terms, variables, store) {
  usual <- identical(unname(getOption("contrasts")[1]), "contr.treatment")
  bare <- identical(
    as.character(names(variables)),
    attr(terms, "term.labels")
  ) && all(names(variables) %in% names(store))
  bare && usual && all(vapply(store[names(variables)], is_plain_column, logical(1)))
}

is_plain_column <- function(x) {
  if (is.factor(x)) {
    return(!is.ordered(x) && is.null(attr(x, "contrasts")))
  }
  !is.object(x) && is.null(dim(x)) && (is.numeric(x) || is.character(x) || is.logical(x))
}

plain_design <- function(columns) {
  parts <- Map(column_design, columns, names(columns))
  widths <- vapply(parts, function(part) length(part$x), integer(1))
  ends <- cumsum(widths)
  categorical <- Filter(is_categorical, columns)
  words <- Filter(Negate(is.logical), categorical)
  list(
    x = unlist(lapply(unname(parts), function(part) part$x), recursive = FALSE),
    names = unlist(lapply(unname(parts), function(part) part$names)),
    assign = Map(function(end, width) end - width + seq_len(width), ends, widths),
    xlevels = if (length(words) > 0) lapply(words, levels_of),
    contrasts = if (length(categorical) > 0) lapply(categorical, function(x) "contr.treatment")
  )
}

# A number is its own column; a factor gives one column of 0 and 1 for each level but the first.
column_design <- function(x, name) {
  if (!is_categorical(x)) {
    return(list(x = list(as.double(x)), names = name))
  }
  levels <- if (is.logical(x)) c("FALSE", "TRUE") else levels_of(x)
  codes <- if (is.factor(x)) as.integer(x) else match(as.character(x), levels)
  dummies <- lapply(seq_along(levels)[-1], function(k) as.double(codes == k))
  list(x = dummies, names = if (length(levels) > 1) paste0(name, levels[-1]))
}

# survival's own method decides the columns, also of strata() in an interaction.
frame_design <- function(d) {
  terms <- attr(d$covariates, "terms")
  stub <- structure(list(terms = terms), class = "coxph")
  x <- stats::model.matrix(stub, data = d$covariates)
  labels <- attr(terms, "term.labels")
  columns <- attr(x, "assign")
  assign <- lapply(unique(columns), function(term) which(columns == term))
  contrasts <- attr(x, "contrasts")
  list(
    x = matrix(as.double(x), nrow(x)), names = colnames(x),
    assign = rlang::set_names(assign, labels[unique(columns)]),
    xlevels = stats::.getXlevels(terms, d$covariates), contrasts = contrasts
  )
}

level_faults <- function(d) {
  categorical <- Filter(function(x) is.factor(x) || is.character(x), as.list(d$covariates))
  single <- names(Filter(function(x) length(levels_of(x)) < 2, categorical))
  if (length(single) == 0) {
    return(NULL)
  }
  fault("formula", "single_group", "has one level, so there is nothing to compare", single)
}

# A sum is finite when its terms are: that is the quick look.
design_faults <- function(design, d) {
  columns <- if (is.list(design$x)) design$x else asplit(design$x, 2)
  do.call(rbind, Map(function(x, name) {
    bad <- if (!is.finite(sum(x))) which(!is.finite(x))
    if (length(bad) > 0) fault("formula", "not_finite", "has infinite values", name, kept_rows(d)[bad])
  }, columns, design$names))
}

# Row numbers, as the user counts, of the rows that reach the engine.
kept_rows <- function(d) {
  rows <- seq_len(d$n + length(d$na.action))
  if (!is.null(d$na.action)) rows <- rows[-d$na.action]
  if (is.null(d$rows)) rows else d$rows[rows]
}

# The terms of a fit as survival's methods read them.
fit_terms <- function(formula, d) {
  terms <- stats::terms(formula, specials = c("strata", "tt", "frailty", "ridge", "pspline"))
  attr(terms, "intercept") <- 1
  words <- vapply(as.list(attr(terms, "variables"))[-1], deparse1, character(1), backtick = FALSE)
  response <- if (is.null(d$columns$start)) "nmatrix.2" else "nmatrix.3"
  classes <- c(response, vapply(words[-1], class_of_variable, character(1), d))
  attr(terms, "dataClasses") <- rlang::set_names(classes, words)
  attr(terms, "predvars") <- predict_variables(terms, words, d)
  terms
}

class_of_variable <- function(word, d) {
  x <- d$covariates[[word]]
  if (!is.null(x)) {
    return(stats::.MFclass(x))
  }
  if (startsWith(word, "strata(")) "factor" else "numeric"
}

# ns(age, 3) is predicted with the knots of the fit: model.frame() has noted them.
predict_variables <- function(terms, words, d) {
  variables <- attr(terms, "variables")
  noted <- if (!d$plain) attr(attr(d$covariates, "terms"), "predvars")
  known <- if (!is.null(noted)) names(term_variables(attr(d$covariates, "terms")))
  for (i in seq_along(words)) {
    at <- match(words[i], known)
    if (!is.na(at)) variables[[i + 1]] <- noted[[at + 1]]
  }
  variables
}
