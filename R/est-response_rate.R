#' Response rate
#'
#' The proportion of patients with a complete or partial response, by group, with its confidence interval.
#' Every patient of the analysis set is in the denominator: who was not evaluable or never assessed is no
#' responder.
#'
#' @param formula `~ arm` on a [best_response()] result or an ADRS; `responder ~ arm`, with a logical left
#'   side, on any data frame; `~ 1` for all patients together. Several terms give their combinations.
#' @param data A [best_response()] result, an ADRS (rows of one `PARAMCD`, such as `CBOR`, with `AVALC`), or
#'   a data frame.
#' @param ... Nothing; the arguments behind it are named.
#' @param param Which `PARAMCD` of an ADRS; needed where it holds several.
#' @param type `"orr"`: CR or PR.
#' @param confirmed Must responses be confirmed? By default what the [recist()] rule says, and without it
#'   not in a randomised study; otherwise it must be said.
#' @param subset A condition on the rows of `data`.
#' @param conf.method `"clopper-pearson"` (exact) or `"wilson"` (score).
#' @param conf.level Confidence level.
#' @return [Estimates][estimates], one row per group: `estimate` is the proportion, `n.event` the responders
#'   of `n`.
#' @references Clopper CJ, Pearson ES (1934). Biometrika 26, 404-413. Newcombe RG (1998). Two-sided
#'   confidence intervals for the single proportion. Statistics in Medicine 17, 857-872.
#' @examples
#' d <- data.frame(arm = rep(c("A", "B"), c(20, 29)), best = rep(c("SD", "PR", "PD"), c(20, 1, 28)))
#' response_rate(best %in% c("CR", "PR") ~ arm, d)
#' response_rate(best %in% c("CR", "PR") ~ arm, d, conf.method = "wilson")
#' @export
response_rate <- function(formula, data, ..., param = NULL, type = "orr", confirmed = NULL, subset = NULL,
                          conf.method = "clopper-pearson", conf.level = 0.95) {
  check_dots(...)
  abort_input(rbind(
    if (!rlang::is_formula(formula)) fault("formula", "wrong_type", "must be a formula"),
    if (!is.data.frame(data)) {
      fault("data", "wrong_type", "must be a data frame")
    } else if (nrow(data) == 0) fault("data", "no_rows", "has no rows"),
    check_choice(type, "type", "orr"), check_flag(confirmed, "confirmed", null.ok = TRUE),
    check_choice(conf.method, "conf.method", names(proportion_methods)), check_level(conf.level)
  ))
  data <- rate_rows(data, rlang::enquo(subset))
  source <- response_source(formula, data, param, confirmed)
  groups <- rate_groups(formula, source$data)
  n <- tapply(source$responder, groups$label, length, default = 0)
  x <- tapply(source$responder, groups$label, sum, default = 0)
  limits <- proportion_limits(x, n, conf.method, conf.level)
  rate <- ifelse(n > 0, x / n, NA)
  new_estimates(
    param = source$param, term = groups$term, group = names(n), estimate = as.vector(rate),
    std.error = as.vector(ifelse(n > 0, sqrt(rate * (1 - rate) / n), NA)), scale = "probability",
    conf.low = limits[, 1], conf.high = limits[, 2], conf.level = conf.level, n = as.vector(n),
    n.event = as.vector(x),
    method = "Response rate", provenance = rate_provenance(source, data, conf.method)
  )
}

proportion_methods <- c("clopper-pearson" = "Clopper-Pearson (exact)", wilson = "Wilson (score)")

# Limits of the groups that have patients; a group without any has none.
proportion_limits <- function(x, n, conf.method, conf.level) {
  limits <- matrix(NA_real_, length(n), 2)
  some <- n > 0
  limits[some, ] <- proportion_interval_cpp(x[some], n[some], conf.method, conf.level)
  limits
}

rate_rows <- function(data, subset) {
  if (rlang::quo_is_null(subset)) {
    return(data)
  }
  keep <- rlang::eval_tidy(subset, data)
  if (!checkmate::test_logical(keep, len = nrow(data))) {
    abort_input(fault("subset", "wrong_type", "must be one TRUE or FALSE for each row"), rlang::caller_env())
  }
  if (anyNA(keep)) {
    remedy <- "Say what happens to them: !is.na(x) & x > 1."
    missing <- fault("subset", "missing_value", "has missing values", rows = which(is.na(keep)), remedy = remedy)
    abort_input(missing, rlang::caller_env())
  }
  data[keep, , drop = FALSE]
}

# Who responded, by what, on which rows: the left side of the formula, a best response, or an ADRS.
response_source <- function(formula, data, param, confirmed, call = rlang::caller_env()) {
  if (length(formula) == 3) {
    return(logical_response(formula, data, call))
  }
  if (inherits(data, "tte_best_response")) {
    return(derived_response(data, confirmed, call))
  }
  supplied_response(data, param, confirmed, call)
}

logical_response <- function(formula, data, call) {
  responder <- rlang::eval_tidy(rlang::f_lhs(formula), data, rlang::f_env(formula))
  if (!checkmate::test_logical(responder, len = nrow(data))) {
    abort_input(fault("formula", "wrong_type", "the left side must be one TRUE or FALSE for each row"), call)
  }
  if (anyNA(responder)) {
    abort_input(fault("formula", "missing_value", "the left side is missing",
      rows = which(is.na(responder)),
      remedy = "A patient without an assessment is no responder: say FALSE."
    ), call)
  }
  list(responder = responder, data = data, param = NA, says = NULL)
}

derived_response <- function(data, confirmed, call) {
  told <- data$provenance[[1]]
  if (is.null(confirmed)) confirmed <- told$rule$confirmed
  if (is.null(confirmed) && identical(told$design, "randomised")) confirmed <- FALSE
  if (is.null(confirmed)) {
    abort_input(
      fault("confirmed", "missing_value", "whether responses must be confirmed is not known",
        remedy = "Say confirmed = TRUE or FALSE, here or in recist(); only a randomised study has a default."
      ),
      call
    )
  }
  param <- if (confirmed) "CBOR" else "BOR"
  counted <- if (confirmed) "confirmed responses only" else "responses whether confirmed or not"
  says <- sprintf("%s counts %s.", param, counted)
  list(responder = data[[param]] %in% c("CR", "PR"), data = data, param = param, says = says)
}

supplied_response <- function(data, param, confirmed, call) {
  absent <- setdiff(c("PARAMCD", "AVALC"), names(data))
  abort_input(if (length(absent) > 0) {
    fault("data", "unknown_column", "no such column",
      column = absent,
      remedy = "Without a left side the data are a best_response() result or an ADRS."
    )
  }, call)
  if (is.null(param) && !is.null(confirmed)) param <- if (confirmed) "CBOR" else "BOR"
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
  list(responder = data$AVALC %in% c("CR", "PR"), data = data, param = param, says = says)
}

# The right side: one label per row, one level per group in the order of the factors.
rate_groups <- function(formula, data) {
  labels <- attr(stats::terms(rlang::new_formula(NULL, rlang::f_rhs(formula))), "term.labels")
  if (length(labels) == 0) {
    return(list(term = NA, label = factor(rep("All patients", nrow(data)))))
  }
  values <- lapply(labels, function(label) rlang::eval_tidy(str2lang(label), data, rlang::f_env(formula)))
  abort_input(do.call(rbind, Map(function(value, label) {
    if (length(value) != nrow(data)) {
      return(fault("formula", "unknown_term", "is no column", column = label))
    }
    if (anyNA(value)) fault("data", "missing_value", "is missing", column = label, rows = which(is.na(value)))
  }, values, labels)), rlang::caller_env())
  list(term = paste(labels, collapse = ", "), label = interaction(values, sep = ", ", lex.order = TRUE))
}

rate_provenance <- function(source, data, conf.method) {
  told <- if (inherits(data, "tte_best_response")) data$provenance[[1]] else list()
  told$method <- "Response rate"
  told$conventions <- c(told$conventions, sentences(
    responder = "A responder has a CR or PR; every patient of the analysis set is in the denominator.",
    response = source$says,
    rate_interval = sprintf("Limits of a response rate: %s.", proportion_methods[[conf.method]])
  ))
  told
}
