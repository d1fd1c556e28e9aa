# New data for a fit: every fault at once, then the columns of its design, its offset and its strata.

# list(x, offset, y, strata): `strata` are codes of the fit's strata (NULL without them, or where `newdata`
# does not say them); `y` is the response, when it is asked for.
newdata_design <- function(fit, newdata, response = FALSE, call = rlang::caller_env()) {
  if (!is.data.frame(newdata)) abort_input(fault("newdata", "wrong_type", "must be a data frame"), call)
  if (nrow(newdata) == 0) abort_input(fault("newdata", "no_rows", "has no rows"), call)
  terms <- covariates_of_terms(fit$terms)
  abort_input(newdata_column_faults(fit, terms, newdata, response), call)
  abort_input(newdata_level_faults(fit, terms, newdata), call)
  whole <- fit
  fit$terms <- terms
  fit$xlevels <- fit$xlevels[intersect(names(fit$xlevels), variable_words(terms))]
  frame <- tryCatch(quiet_contrasts(model.frame.tte_cox(fit, newdata)), error = function(error) {
    abort_input(fault("newdata", "wrong_type", conditionMessage(error)), call)
  })
  x <- model.matrix.tte_cox(fit, data = frame)
  list(
    x = matrix(as.double(x), nrow(x), dimnames = list(NULL, colnames(x))),
    offset = newdata_offset(whole, newdata), strata = newdata_strata(whole, newdata, call),
    y = if (response) newdata_response(whole, newdata, call)
  )
}

# The terms without response, offset and strata(), unless a covariate interacts with a stratum.
covariates_of_terms <- function(terms) {
  terms <- stats::delete.response(terms)
  factors <- attr(terms, "factors")
  inside <- rownames(factors)[attr(terms, "specials")$strata]
  of_strata <- colSums(factors[inside, , drop = FALSE]) > 0
  if (!any(of_strata) || any(attr(terms, "order")[of_strata] > 1)) terms else terms[which(!of_strata)]
}

variable_words <- function(terms) {
  vapply(as.list(attr(terms, "variables"))[-1], deparse1, character(1), backtick = FALSE)
}

offset_calls <- function(terms) as.list(attr(terms, "variables"))[-1][attr(terms, "offset")]

newdata_offset <- function(fit, newdata) {
  parts <- lapply(offset_calls(fit$terms), function(expr) {
    as.double(eval(expr[[2]], newdata, environment(fit$terms)))
  })
  if (length(parts) == 0) numeric(nrow(newdata)) else rep_len(Reduce(`+`, parts), nrow(newdata))
}

newdata_response <- function(fit, newdata, call) {
  left <- rlang::f_lhs(fit$formula)
  y <- tryCatch(eval(left, newdata, environment(fit$formula)), error = identity)
  if (inherits(y, "error")) {
    abort_input(fault("newdata", "wrong_type", conditionMessage(y), deparse1(left)), call)
  }
  if ((ncol(y) == 3) != is_interval(fit)) {
    kinds <- c("right-censored", "start-stop")[1 + c(ncol(y) == 3, is_interval(fit))]
    what <- sprintf("the times are %s, and those of the model %s", kinds[1], kinds[2])
    abort_input(fault("newdata", "wrong_type", what, deparse1(left)), call)
  }
  y
}

# ---- faults ----

newdata_column_faults <- function(fit, terms, newdata, response) {
  known <- eval(fit$call$data)
  exprs <- c(as.list(attr(terms, "variables"))[-1], offset_calls(fit$terms))
  if (response) exprs <- c(exprs, rlang::f_lhs(fit$formula))
  words <- intersect(unlist(lapply(exprs, all.vars)), names(known))
  rbind(
    do.call(rbind, lapply(setdiff(words, names(newdata)), unknown_column_fault, "newdata", names(newdata))),
    do.call(rbind, lapply(intersect(words, names(newdata)), function(word) {
      type_fault(known[[word]], newdata[[word]], word)
    }))
  )
}

kind_of_column <- function(x) {
  if (is.factor(x) || is.character(x)) {
    return("a factor or words")
  }
  if (is.logical(x)) {
    return("TRUE or FALSE")
  }
  if (is.numeric(x)) "numbers" else class(x)[1]
}

type_fault <- function(known, given, word) {
  if (all(is.na(given)) || kind_of_column(known) == kind_of_column(given)) {
    return(NULL)
  }
  what <- sprintf("holds %s, and the model was fitted to %s", kind_of_column(given), kind_of_column(known))
  fault("newdata", "wrong_type", what, word)
}

newdata_level_faults <- function(fit, terms, newdata) {
  words <- setdiff(intersect(names(fit$xlevels), variable_words(terms)), strata_words(fit$terms))
  do.call(rbind, lapply(words, function(word) {
    value <- newdata_value(word, newdata, fit)
    bad <- which(!is.na(value) & !as.character(value) %in% fit$xlevels[[word]])
    if (length(bad) == 0) {
      return(NULL)
    }
    unknown <- quoted_list(unique(as.character(value[bad])))
    what <- sprintf("has %s, and the model has %s", unknown, quoted_list(fit$xlevels[[word]]))
    fault("newdata", "unknown_level", what, word, bad)
  }))
}

strata_words <- function(terms) rownames(attr(terms, "factors"))[attr(terms, "specials")$strata]

# A column whose name is no word of R's is looked up, not parsed.
newdata_value <- function(word, newdata, fit) {
  if (word %in% names(newdata)) newdata[[word]] else eval(str2lang(word), newdata, environment(fit$terms))
}

# ---- strata ----

# Codes of the fit's strata for each row of `newdata`, matched by the values of the columns; NULL when the fit
# has none or `newdata` lacks the columns.
newdata_strata <- function(fit, newdata, call) {
  d <- door_of_fit(fit)
  own <- d$strata_columns
  if (length(own) == 0) {
    return(NULL)
  }
  words <- lapply(names(own), function(word) if (word %in% names(newdata)) word else all.vars(str2lang(word)))
  if (!all(unlist(words) %in% names(newdata))) {
    return(NULL)
  }
  given <- lapply(names(own), newdata_value, newdata, fit)
  at <- match(stratum_key(given), stratum_key(own))
  bad <- which(is.na(at) & stats::complete.cases(given))
  if (length(bad) > 0) {
    unknown <- unique(gsub("\r", ", ", stratum_key(given)[bad]))
    what <- sprintf("%s, a stratum the model does not have", and_list(unknown))
    abort_input(fault("newdata", "unknown_level", what, and_list(names(own)), bad), call)
  }
  strata_codes(d)$codes[at]
}

stratum_key <- function(columns) do.call(paste, c(lapply(unname(columns), as.character), sep = "\r"))
