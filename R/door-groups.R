# Groups: codes 1..k of curves, arms and strata, with their labels.

# Codes and labels of one column. Levels that no row has fall away; the order is the factor's, or the sorted
# one. `counted` (NULL: all) says which rows count: a level seen only in rows of freq 0 is no group.
column_codes <- function(x, counted = NULL) {
  if (is.factor(x)) {
    levels <- levels(x)
    codes <- as.integer(x)
  } else {
    distinct <- sort(unique(x))
    levels <- as.character(distinct)
    codes <- match(x, distinct)
  }
  drop_unused(codes, levels, counted)
}

drop_unused <- function(codes, levels, counted) {
  seen <- tabulate(if (is.null(counted)) codes else codes[counted], length(levels)) > 0
  if (all(seen)) {
    return(list(codes = codes, levels = levels))
  }
  new <- rep(1L, length(levels))
  new[seen] <- seq_len(sum(seen))
  list(codes = new[codes], levels = levels[seen])
}

# Codes of the combinations of several columns that occur; the first column varies slowest, as in survival.
combine_codes <- function(columns, counted = NULL, label = curve_label) {
  parts <- Map(function(x, name) {
    part <- column_codes(x, counted)
    part$levels <- label(name, part$levels)
    part
  }, columns, names(columns))
  Reduce(function(left, right) cross_codes(left, right, counted), unname(parts))
}

cross_codes <- function(left, right, counted) {
  width <- length(right$levels)
  both <- (left$codes - 1) * width + right$codes
  distinct <- sort(unique(if (is.null(counted)) both else both[counted]))
  of_left <- left$levels[(distinct - 1) %/% width + 1]
  of_right <- right$levels[(distinct - 1) %% width + 1]
  list(codes = match(both, distinct, nomatch = 1L), levels = paste(of_left, of_right, sep = ", "))
}

curve_label <- function(name, levels) paste0(name, "=", levels)

plain_label <- function(name, levels) levels

# survival names a level of strata(x) by x's own name unless x has words for levels.
strata_column <- function(columns) {
  has_words <- all(vapply(columns, function(x) is.factor(x) || is.character(x), logical(1)))
  groups <- combine_codes(columns, label = if (has_words) plain_label else curve_label)
  structure(groups$codes, levels = groups$levels, class = "factor")
}

is_categorical <- function(x) is.factor(x) || is.character(x) || is.logical(x)

# `reference` as a named vector, variable = level; unnamed it belongs to the only categorical column that has
# the level.
reference_of <- function(reference, columns) {
  if (is.null(reference)) {
    return(list(reference = NULL))
  }
  if (!checkmate::test_character(reference, any.missing = FALSE, min.len = 1)) {
    what <- "must be a level, or levels named by their columns"
    return(list(faults = fault("reference", "wrong_type", what)))
  }
  if (is.null(names(reference))) reference <- name_reference(reference, columns)
  list(reference = reference, faults = reference_faults(reference, columns))
}

name_reference <- function(reference, columns) {
  categorical <- Filter(is_categorical, columns)
  has_level <- vapply(categorical, function(x) all(reference %in% levels_of(x)), logical(1))
  name <- if (length(categorical) == 1) names(categorical) else names(categorical)[has_level]
  if (length(name) != 1) name <- rep("", length(reference))
  stats::setNames(reference, name)
}

levels_of <- function(x) if (is.factor(x)) levels(x) else as.character(sort(unique(x)))

reference_faults <- function(reference, columns) {
  do.call(rbind, Map(reference_fault, reference, names(reference), MoreArgs = list(columns = columns)))
}

reference_fault <- function(level, name, columns) {
  x <- columns[[name]]
  if (name == "") {
    what <- sprintf("\"%s\" fits no one column of the formula", level)
    remedy <- "Name the column: reference = c(ARM = \"Placebo\")."
    return(fault("reference", "reference_required", what, remedy = remedy))
  }
  if (is.null(x)) {
    return(fault("reference", "unknown_column", "is no column of the formula", name))
  }
  if (!is_categorical(x)) {
    remedy <- sprintf("Make it a factor first: factor(%s).", name)
    return(fault("reference", "wrong_type", "is a number, which has no reference level", name,
      remedy = remedy
    ))
  }
  if (level %in% levels_of(x)) {
    return(NULL)
  }
  what <- sprintf("has no level \"%s\" but %s", level, quoted_list(levels_of(x)))
  fault("reference", "unknown_level", what, name)
}

relevel_first <- function(x, reference) {
  levels <- levels_of(x)
  factor(x, levels = c(reference, setdiff(levels, reference)))
}

# The columns of strata() in the formula, and of `strata =`: the first may make curves, the second never does.
read_strata <- function(door) {
  inside <- term_variables(door$covariate_terms)[attr(door$covariate_terms, "specials")$strata]
  calls <- c(addends_of(door$parts, "strata"), unname(inside))
  words <- lapply(calls, strata_variables)
  names(words) <- vapply(calls, deparse1, character(1))
  door$strata_terms <- lapply(words, function(exprs) vapply(exprs, deparse1, character(1)))
  exprs <- unlist(unname(words), recursive = FALSE)
  columns <- lapply(exprs, evaluate_expression, door$store, door$parts$env, "formula", door$call)
  names(columns) <- unlist(door$strata_terms)
  by <- door$request$strata
  columns <- c(columns, door$store[by])
  door$strata_columns <- columns[!duplicated(names(columns))]
  door$strata_by <- by
  door
}

read_offset <- function(door) {
  exprs <- lapply(addends_of(door$parts, "offset"), function(expr) expr[[2]])
  values <- lapply(exprs, evaluate_expression, door$store, door$parts$env, "formula", door$call)
  if (length(values) > 0) door$offset <- as.double(Reduce(`+`, values))
  door
}

# ---- what the estimators ask for ----

# The columns that make curves or groups, in the order of the formula. `with_strata`: strata() makes curves
# too.
group_columns <- function(d, with_strata) {
  kinds <- if (with_strata) c("covariate", "strata") else "covariate"
  chosen <- d$parts$addends[d$parts$kinds %in% kinds]
  columns <- lapply(chosen, function(expr) {
    name <- deparse1(expr)
    if (name %in% names(d$strata_terms)) {
      return(strata_column(d$strata_columns[d$strata_terms[[name]]]))
    }
    d$covariates[[deparse1(expr, backtick = FALSE)]]
  })
  rlang::set_names(columns, vapply(chosen, deparse1, character(1), backtick = FALSE))
}

# Codes of curves or arms; NULL without groups.
group_codes <- function(d, with_strata = FALSE) {
  columns <- group_columns(d, with_strata)
  if (length(columns) == 0) {
    return(NULL)
  }
  combine_codes(columns, counted_rows(d))
}

# Codes of the strata of tests and models, from strata() and `strata =` together; NULL without strata.
strata_codes <- function(d) {
  if (length(d$strata_columns) == 0) {
    return(NULL)
  }
  combine_codes(d$strata_columns, counted_rows(d))
}

# The rows of a freq above 0, NULL when all are.
counted_rows <- function(d) {
  freq <- d$columns$freq
  if (!is.null(freq) && min(freq) == 0) which(freq > 0)
}
