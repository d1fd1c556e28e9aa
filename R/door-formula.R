# Reads a formula as language: what stands on the left; on the right covariates, strata(), cluster() and
# offset(). Nothing is evaluated here.

refused_terms <- c(
  "frailty", "frailty.gamma", "frailty.gaussian", "frailty.t", "pspline", "ridge", "tt", "tve"
)
known_words <- c("Surv", "Surv_CNSR", "strata", "cluster", "offset", refused_terms)

# list(left, env, addends, kinds): `addends` are the terms between the plus signs, `kinds` says what each one
# is.
read_formula <- function(formula, columns, call) {
  if (!rlang::is_formula(formula)) {
    abort_input(fault("formula", "wrong_type", "must be a formula or the result of time_to_event()"), call)
  }
  formula <- without_namespaces(formula)
  refuse_terms(rlang::f_rhs(formula), call)
  addends <- split_addends(rlang::f_rhs(formula))
  kinds <- vapply(addends, kind_of_addend, character(1))
  parts <- list(left = rlang::f_lhs(formula), env = rlang::f_env(formula), addends = addends, kinds = kinds)
  expand_dot(parts, columns)
}

# survival::strata(x) means strata(x); left alone, model functions would take it for a plain covariate.
without_namespaces <- function(expr) {
  if (!is.call(expr)) {
    return(expr)
  }
  if (rlang::is_call(expr, c("::", ":::")) && as.character(expr[[3]]) %in% known_words) {
    return(expr[[3]])
  }
  inner <- lapply(
    as.list(expr), function(part) if (rlang::is_missing(part)) part else without_namespaces(part)
  )
  attributes_of <- attributes(expr)
  expr <- as.call(inner)
  attributes(expr) <- attributes_of
  expr
}

call_heads <- function(expr) {
  if (!is.call(expr)) {
    return(character())
  }
  head <- if (is.symbol(expr[[1]])) as.character(expr[[1]])
  unique(c(head, unlist(lapply(as.list(expr)[-1], call_heads))))
}

refuse_terms <- function(right, call) {
  found <- intersect(call_heads(right), refused_terms)
  if (length(found) == 0) {
    return(invisible(NULL))
  }
  abort_unsupported(
    sprintf("The term %s() in `formula`", found[1]),
    "It is a penalised or time-dependent term, and is never taken for a plain covariate.",
    "Leave it out, or fit that model with survival::coxph().", call
  )
}

split_addends <- function(expr) {
  if (rlang::is_call(expr, "+", n = 2)) {
    return(c(split_addends(expr[[2]]), split_addends(expr[[3]])))
  }
  if (rlang::is_call(expr, "(")) {
    return(split_addends(expr[[2]]))
  }
  if (identical(expr, 1)) list() else list(expr)
}

kind_of_addend <- function(expr) {
  if (rlang::is_call(expr, c("strata", "cluster", "offset"))) as.character(expr[[1]]) else "covariate"
}

# `.` stands for every column that the formula does not name elsewhere.
expand_dot <- function(parts, columns) {
  words <- unique(unlist(lapply(c(list(parts$left), parts$addends), all.vars)))
  if (!"." %in% words) {
    return(parts)
  }
  all <- sum_of(lapply(setdiff(columns, unlist(lapply(list(parts$left), all.vars))), as.name))
  filled <- lapply(parts$addends, function(expr) split_addends(eval(call("substitute", expr, list(. = all)))))
  parts$addends <- unlist(filled, recursive = FALSE)
  parts$addends <- parts$addends[!duplicated(parts$addends)]
  parts$kinds <- vapply(parts$addends, kind_of_addend, character(1))
  parts
}

addends_of <- function(parts, kind) parts$addends[parts$kinds == kind]

sum_of <- function(addends) {
  if (length(addends) == 0) {
    return(1)
  }
  Reduce(function(left, right) call("+", left, right), addends)
}

# The terms of the covariates alone; an intercept is implied in every model of time, so "- 1" changes nothing.
covariate_terms <- function(parts) {
  formula <- rlang::new_formula(NULL, sum_of(addends_of(parts, "covariate")), parts$env)
  terms <- stats::terms(formula, specials = "strata", keep.order = FALSE)
  attr(terms, "intercept") <- 1
  terms
}

term_variables <- function(terms) {
  variables <- as.list(attr(terms, "variables"))[-1]
  names(variables) <- vapply(variables, deparse1, character(1), backtick = FALSE)
  variables
}

# strata(a, b) as list(a, b); with one of strata()'s own options it must be evaluated as it stands.
strata_variables <- function(expr) {
  parts <- as.list(expr)[-1]
  if (any(names(parts) %in% c("na.group", "shortlabel", "sep"))) {
    return(list(expr))
  }
  unname(parts)
}
