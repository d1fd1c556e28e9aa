# Who responded, by what, on which rows: the left side of the formula, a best_response() result, or an ADRS.
# What response_rate(), response_difference(), odds_ratio(), cmh_test() and response_logistic() share.

# Best overall responses from the best on; what counts as a responder under each type.
best_response_words <- c("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE", "MISSING")

response_types <- list(
  orr = c("CR", "PR"), dcr = c("CR", "PR", "SD", "NON-CR/NON-PD"), cbr = c("CR", "PR", "SD"),
  bor = best_response_words
)

response_type_sentences <- c(
  orr = "A responder has a CR or PR",
  dcr = "Disease control is a CR, PR, SD or non-CR/non-PD",
  cbr = "Clinical benefit is a CR or PR, or an SD of at least %s days",
  bor = "Each best overall response has its own row"
)

# `request`: list(param, type, min_days, confirmed), as the user gave them.
# list(responder, words, data, param, type, says): one responder and one word (NULL from a logical left side)
# for each row of `data`.
response_source <- function(formula, data, request, call = rlang::caller_env()) {
  source <- if (length(formula) == 3) {
    left_response(formula, data, call)
  } else if (inherits(data, "tte_best_response")) {
    derived_response(data, request, call)
  } else {
    supplied_response(data, request, call)
  }
  counted_response(source, request)
}

# Words become responders by the type.
counted_response <- function(source, request) {
  type <- request$type
  if (is.null(source$words)) {
    source$type_says <- "A responder is a TRUE; every patient of the analysis set is in the denominator."
    return(source)
  }
  named <- length(type) == 1 && type %in% names(response_types)
  counts <- if (named) response_types[[type]] else response_word_of(type)
  source$responder <- source$words %in% counts
  says <- if (!named) {
    sprintf("A responder has one of %s", and_list(counts))
  } else if (type == "cbr") {
    sprintf(response_type_sentences[["cbr"]], request$min_days)
  } else {
    response_type_sentences[[type]]
  }
  source$type_says <- paste0(says, "; every patient of the analysis set is in the denominator.")
  source
}

# The usual word for each spelling; NA for what is no best overall response.
response_word_of <- function(x) {
  words <- toupper(trimws(as.character(x)))
  words[words %in% "NN"] <- "NON-CR/NON-PD"
  words[words %in% c("ND", "") | is.na(words)] <- "MISSING"
  ifelse(words %in% best_response_words, words, NA_character_)
}

# ---- what is asked for ----

type_faults <- function(type, min_days, type_choices = c("orr", "dcr", "cbr")) {
  if (!checkmate::test_character(type, any.missing = FALSE, min.len = 1)) {
    return(fault("type", "wrong_type", "must be words"))
  }
  known <- length(type) == 1 && type %in% type_choices
  words <- all(!is.na(response_word_of(type)))
  rbind(
    if (!known && !words) {
      fault("type", "not_a_choice", sprintf(
        "must be one of %s, or best overall responses such as c(\"CR\", \"PR\")", quoted_list(type_choices)
      ))
    },
    if (identical(type, "cbr") && is.null(min_days)) {
      fault("min_days", "missing_value", "must say how many days of stable disease are a benefit",
        remedy = "Protocols say 42 or, in breast cancer, 168 days."
      )
    },
    check_number(min_days, "min_days", 0, null.ok = TRUE),
    if (!is.null(min_days) && !identical(type, "cbr")) {
      fault("min_days", "unknown_argument", "belongs to type = \"cbr\"")
    }
  )
}

rate_input_faults <- function(formula, data) {
  rbind(
    if (!rlang::is_formula(formula)) fault("formula", "wrong_type", "must be a formula"),
    if (!is.data.frame(data)) fault("data", "wrong_type", "must be a data frame"),
    if (is.data.frame(data) && nrow(data) == 0) fault("data", "no_rows", "has no rows")
  )
}

rate_rows <- function(data, subset, call = rlang::caller_env()) {
  if (rlang::quo_is_null(subset)) {
    return(data)
  }
  keep <- rlang::eval_tidy(subset, data)
  if (!checkmate::test_logical(keep, len = nrow(data))) {
    abort_input(fault("subset", "wrong_type", "must be one TRUE or FALSE for each row"), call)
  }
  if (anyNA(keep)) {
    remedy <- "Say what happens to them: !is.na(x) & x > 1."
    missing <- fault(
      "subset", "missing_value", "has missing values",
      rows = which(is.na(keep)), remedy = remedy
    )
    abort_input(missing, call)
  }
  abort_input(if (!any(keep)) fault("subset", "no_rows", "leaves no rows"), call)
  data[keep, , drop = FALSE]
}

# ---- the three doors ----

left_response <- function(formula, data, call) {
  left <- rlang::eval_tidy(rlang::f_lhs(formula), data, rlang::f_env(formula))
  words <- if (is.character(left) || is.factor(left)) response_word_of(left)
  abort_input(left_faults(left, words, nrow(data)), call)
  list(
    responder = if (is.null(words)) left, words = words, data = data, param = NA, rows = seq_len(nrow(data))
  )
}

left_faults <- function(left, words, n) {
  as_words <- !is.null(words) && length(words) == n && !anyNA(words)
  if (!as_words && !checkmate::test_logical(left, len = n)) {
    what <- "the left side must be one TRUE or FALSE, or one best overall response, for each row"
    return(fault("formula", "wrong_type", what))
  }
  if (anyNA(left)) {
    fault("formula", "missing_value", "the left side is missing",
      rows = which(is.na(left)),
      remedy = "A patient without an assessment is no responder: say FALSE, or \"MISSING\"."
    )
  }
}

derived_response <- function(data, request, call) {
  told <- data$provenance[[1]]
  confirmed <- request$confirmed
  if (is.null(confirmed)) confirmed <- told$rule$confirmed
  if (is.null(confirmed) && identical(told$design, "randomised")) confirmed <- FALSE
  abort_input(rbind(
    if (is.null(confirmed)) {
      fault("confirmed", "missing_value", "whether responses must be confirmed is not known",
        remedy = "Say confirmed = TRUE or FALSE, here or in recist(); only a randomised study has a default."
      )
    },
    benefit_faults(request, told$rule)
  ), call)
  param <- if (confirmed) "CBOR" else "BOR"
  counted <- if (confirmed) "confirmed responses only" else "responses whether confirmed or not"
  list(
    words = response_word_of(data[[param]]), data = data, param = param,
    says = sprintf("%s counts %s.", param, counted)
  )
}

# An SD of a best response has lasted as long as its rule asks, and no column says how much longer.
benefit_faults <- function(request, rule) {
  if (!identical(request$type, "cbr") || is.null(rule)) {
    return(NULL)
  }
  least <- rule$min_sd_days - rule$sd_tol
  if (isTRUE(least == request$min_days)) {
    return(NULL)
  }
  fault("min_days", "out_of_range",
    sprintf(
      "is %s, but the best responses were derived with stable disease from day %s on",
      format(request$min_days), format(least)
    ),
    remedy = sprintf(
      "Derive them for this: best_response(..., rule = recist(min_sd_days = %s)).", format(request$min_days)
    )
  )
}

supplied_response <- function(data, request, call) {
  absent <- setdiff(c("USUBJID", "PARAMCD", "AVALC"), names(data))
  abort_input(if (length(absent) > 0) {
    fault("data", "unknown_column", "no such column",
      column = absent,
      remedy = "Without a left side the data are a best_response() result or an ADRS."
    )
  }, call)
  param <- request$param
  if (is.null(param) && !is.null(request$confirmed)) param <- if (request$confirmed) "CBOR" else "BOR"
  found <- unique(as.character(data$PARAMCD))
  if (is.null(param)) param <- found
  abort_input(rbind(
    if (length(param) > 1) fault("param", "several_params", sprintf("must name one of %s", toString(found))),
    if (!all(param %in% found)) fault("param", "unknown_param", sprintf("must be one of %s", toString(found)))
  ), call)
  twice <- data$PARAMCD == param & duplicated(data[c("USUBJID", "PARAMCD")])
  abort_input(if (any(twice)) {
    fault("data", "person_twice", "is there more than once", column = "USUBJID", rows = which(twice))
  }, call)
  data <- data[data$PARAMCD == param, , drop = FALSE]
  says <- sprintf("Responses are the supplied records with PARAMCD %s.", param)
  c(supplied_words(data, param, call), list(data = data, param = param, says = says))
}

# A parameter of yes and no (such as an ADRS's RSP) says itself who responded.
supplied_words <- function(data, param, call) {
  value <- toupper(trimws(as.character(data$AVALC)))
  if (all(value %in% c("Y", "N"))) {
    return(list(responder = value == "Y", words = NULL))
  }
  words <- response_word_of(value)
  abort_input(if (anyNA(words)) {
    what <- sprintf("is no best overall response in %s", param)
    fault("data", "unknown_level", what, "AVALC", which(is.na(words)))
  }, call)
  list(responder = NULL, words = words)
}

# ---- groups ----

# The right side: one label per row, one level per group in the order of the factors.
rate_groups <- function(formula, data, call = rlang::caller_env()) {
  columns <- right_columns(formula, data, call)
  columns <- columns[!names(columns) %in% attr(columns, "strata")]
  if (length(columns) == 0) {
    return(list(term = NA, label = factor(rep("All patients", nrow(data)))))
  }
  list(
    term = paste(names(columns), collapse = ", "),
    label = interaction(unname(columns), sep = ", ", lex.order = TRUE)
  )
}

# The values of the terms on the right, by name; the attribute `strata` names those that stand in strata().
right_columns <- function(formula, data, call) {
  labels <- attr(stats::terms(rlang::new_formula(NULL, rlang::f_rhs(formula))), "term.labels")
  in_strata <- grepl("^(survival::)?strata\\(", labels)
  strata <- unlist(lapply(labels[in_strata], function(label) all.vars(str2lang(label))))
  labels <- c(labels[!in_strata], setdiff(strata, labels))
  values <- lapply(labels, evaluate_label, data, rlang::f_env(formula))
  abort_input(do.call(rbind, Map(rate_value_faults, values, labels, nrow(data), "formula")), call)
  structure(stats::setNames(values, labels), strata = strata)
}

evaluate_label <- function(label, data, env) {
  tryCatch(rlang::eval_tidy(str2lang(label), data, env), error = function(cnd) NULL)
}

rate_value_faults <- function(value, label, n, argument) {
  if (length(value) != n) {
    return(fault(argument, "unknown_term", "is no column", column = label))
  }
  if (anyNA(value)) fault("data", "missing_value", "is missing", column = label, rows = which(is.na(value)))
}

# Columns by name, without missing values: `strata =`, `subgroups =`.
named_columns <- function(names, data, argument, call) {
  if (length(names) == 0) {
    return(list())
  }
  if (!checkmate::test_character(names, any.missing = FALSE)) {
    abort_input(fault(argument, "wrong_type", "must be names of columns"), call)
  }
  absent <- setdiff(names, names(data))
  abort_input(
    if (length(absent) > 0) fault(argument, "unknown_column", "no such column", column = absent), call
  )
  values <- stats::setNames(lapply(names, function(name) data[[name]]), names)
  abort_input(do.call(rbind, Map(rate_value_faults, values, names, nrow(data), argument)), call)
  values
}

# ---- what the results say ----

rate_provenance <- function(method, source, data, said) {
  told <- if (inherits(data, "tte_best_response")) data$provenance[[1]] else list()
  told$method <- method
  told$inherited <- names(told$conventions)
  told$conventions <- c(
    told$conventions, sentences(responder = source$type_says, response = source$says), said
  )
  told
}
