#' Cochran-Mantel-Haenszel test
#'
#' Tests whether groups and responses are associated within strata: the sum over strata of observed less
#' expected counts, given the margins of each stratum, with its exact variance.
#'
#' @section Association: `"general"`: any association, (groups - 1)(responses - 1) degrees of freedom;
#'   `"means"`: the mean score of the responses differs between groups; `"correlation"`: groups and responses
#'   rise together, one degree of freedom. For two groups and yes or no the three are the same test. They are
#'   the statistics 3, 2 and 1 of SAS PROC FREQ's `cmh`. Scores are 1, 2, ... in the order of the levels
#'   unless given.
#' @section Responses: With words of best overall response `type` says who is a responder, and
#'   `type = "bor"` keeps the responses apart, in the order CR, PR, SD, non-CR/non-PD, NED, PD, NE, MISSING.
#'   Any other factor on the left of the formula is taken level by level.
#' @section Direction: With two groups and one degree of freedom `$z` is signed: Z > 0 favours the arm v the
#'   reference, more responders or a higher mean score (for best overall responses, which are ordered from the
#'   best on, a lower one).
#'
#' @inheritParams response_difference
#' @param formula `~ arm`, or `response ~ arm`. Two or more groups.
#' @param type As in [response_rate()], also `"bor"`.
#' @param reference The group that others are compared with; without it, words have no direction and `$z` is
#'   `NA`.
#' @param association `"general"`, `"means"` or `"correlation"`.
#' @param group_scores,response_scores Scores of the levels, in their order.
#' @param correction Whether a half is taken off the excess of one degree of freedom (two groups, yes or no).
#'   Of an excess below a half nothing is left; `stats::mantelhaen.test()` leaves such a one as it is.
#' @return An `htest` of class `tte_test`: `statistic` (chi-squared), `parameter` (df), `p.value`, `observed`
#'   and `expected` (groups by responses, summed over the strata), `n` (groups by strata), `z`, and `tte`.
#'   Where no stratum has two groups and two responses there is no test: df 0, p `NA`.
#' @inheritSection response_rate Errors
#' @references Cochran WG (1954). Some methods for strengthening the common chi-squared tests. *Biometrics*
#'   10, 417-451. Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from retrospective
#'   studies of disease. *JNCI* 22, 719-748. Landis RJ, Heyman ER, Koch GG (1978). Average partial
#'   association in three-way contingency tables. *International Statistical Review* 46, 237-254.
#' @examples
#' d <- data.frame(
#'   arm = factor(rep(c("Placebo", "Drug X"), c(77, 154)), c("Placebo", "Drug X")),
#'   responder = rep(c(TRUE, FALSE, TRUE, FALSE), c(12, 65, 36, 118)),
#'   region = rep(c("Asia", "Europe", "America"), 77)
#' )
#' cmh_test(responder ~ arm, d, strata = "region")
#' @export
cmh_test <- function(
  formula, data, ..., param = NULL, type = "orr", min_days = NULL, confirmed = NULL, strata = NULL,
  reference = NULL, subset = NULL, association = "general", group_scores = NULL, response_scores = NULL,
  correction = FALSE
) {
  check_dots(...)
  abort_input(rbind(
    rate_input_faults(formula, data), type_faults(type, min_days, names(response_types)),
    check_flag(confirmed, "confirmed", null.ok = TRUE), check_flag(correction, "correction"),
    check_choice(association, "association", names(association_words)),
    score_faults(group_scores, response_scores, association)
  ))
  data <- rate_rows(data, rlang::enquo(subset))
  request <- list(param = param, type = type, min_days = min_days, confirmed = confirmed)
  trial <- read_association(formula, data, request, strata, reference)
  counts <- table(trial$arm, trial$response, trial$codes)
  abort_input(rbind(
    length_fault(group_scores, "group_scores", nrow(counts)),
    length_fault(response_scores, "response_scores", ncol(counts))
  ))
  contrasts <- list(
    groups = association_contrasts(nrow(counts), group_scores, association == "correlation"),
    responses = association_contrasts(ncol(counts), response_scores, association != "general")
  )
  tables <- lapply(seq_len(dim(counts)[3]), function(h) matrix(as.numeric(counts[, , h]), nrow(counts)))
  halved <- correction && all(dim(counts)[1:2] == 2)
  found <- association_cpp(tables, contrasts$groups, contrasts$responses, halved)
  new_cmh_test(found, trial, counts, association, halved, formula)
}

association_words <- c(
  general = "general association", means = "difference of mean scores", correlation = "correlation"
)

score_faults <- function(group_scores, response_scores, association) {
  rbind(
    if (!is.null(group_scores)) check_numbers(group_scores, "group_scores"),
    if (!is.null(response_scores)) check_numbers(response_scores, "response_scores"),
    if (!is.null(group_scores) && !identical(association, "correlation")) {
      fault("group_scores", "unknown_argument", "belongs to association = \"correlation\"")
    },
    if (!is.null(response_scores) && identical(association, "general")) {
      fault("response_scores", "unknown_argument", "has no meaning for general association")
    }
  )
}

length_fault <- function(scores, argument, n) {
  if (!is.null(scores) && length(scores) != n) {
    fault(argument, "wrong_length", sprintf("must be %d scores, one for each level", n))
  }
}

# Each level against the last (the first is no contrast of its own), or one row of scores.
association_contrasts <- function(levels, scores, scored) {
  if (!is.null(scores)) {
    return(matrix(as.double(scores), 1))
  }
  if (scored) matrix(as.double(seq_len(levels)), 1) else diag(levels)[-1, , drop = FALSE]
}

# The trial with `response`, a factor: who responded, each best overall response, or the levels of the left
# side. `better` is the sign of Z for a higher code.
read_association <- function(formula, data, request, strata, reference, call = rlang::caller_env()) {
  levels <- left_levels(formula, data)
  source <- if (is.null(levels)) {
    response_source(formula, data, request, call)
  } else {
    level_source(levels, data, call)
  }
  trial <- read_groups(formula, source, strata, reference, call)
  by_word <- identical(request$type, "bor") && !is.null(source$words)
  trial$response <- if (!is.null(levels)) {
    droplevels(levels)
  } else if (by_word) {
    factor(source$words, intersect(best_response_words, source$words))
  } else {
    factor(source$responder, c(FALSE, TRUE), c("other", "responder"))
  }
  trial$better <- if (by_word) -1 else 1
  trial
}

level_source <- function(levels, data, call) {
  abort_input(if (anyNA(levels)) {
    fault("formula", "missing_value", "the left side is missing", rows = which(is.na(levels)))
  }, call)
  list(data = data, param = NA, type_says = "Responses are the levels of the left side.")
}

# Levels of a left side that is neither logical nor best overall responses.
left_levels <- function(formula, data) {
  if (length(formula) < 3) {
    return(NULL)
  }
  left <- rlang::eval_tidy(rlang::f_lhs(formula), data, rlang::f_env(formula))
  if (is.logical(left) || length(left) != nrow(data)) {
    return(NULL)
  }
  words <- if (!is.numeric(left)) response_word_of(left)
  if (is.null(words) || anyNA(words[!is.na(left)])) factor(left)
}

# As read_trial(), but words need no reference: without one there is no direction.
read_groups <- function(formula, source, strata, reference, call) {
  columns <- right_columns(formula, source$data, call)
  group <- columns[!names(columns) %in% attr(columns, "strata")]
  open <- is.null(reference) && length(group) == 1 && is.character(group[[1]])
  first <- if (open) sort(unique(group[[1]]))[1] else reference
  trial <- read_trial(formula, source$data, NULL, strata, first, call, source)
  trial$arm <- droplevels(trial$arm)
  trial$known <- !open
  abort_input(if (nlevels(trial$arm) < 2) {
    fault("formula", "single_group", "a test needs at least two groups with rows", column = trial$term)
  }, call)
  trial
}

# ---- the result ----

new_cmh_test <- function(found, trial, counts, association, correction, formula) {
  one <- length(found$excess) == 1 && nlevels(trial$arm) == 2
  z <- if (one && found$df == 1) trial$better * sign(found$excess) * sqrt(found$chisq) else NA_real_
  words <- "Cochran-Mantel-Haenszel test"
  name <- paste0(words, ", ", association_words[[association]], if (correction) ", with correction")
  observed <- unclass(apply(counts, 1:2, sum))
  said <- rate_provenance(name, trial$source, trial$source$data, cmh_sentences(trial, correction))
  structure(list(
    statistic = c("chi-squared" = found$chisq), parameter = c(df = found$df),
    p.value = if (found$df > 0) found$p_value else NA_real_, method = name, alternative = "two.sided",
    data.name = deparse1(formula), observed = observed, expected = expected_counts(counts),
    n = unclass(apply(counts, c(1, 3), sum)), var = found$variance, z = if (trial$known) z else NA_real_,
    tte = said
  ), class = c("tte_cmh_test", "tte_test", "htest"))
}

expected_counts <- function(counts) {
  parts <- lapply(seq_len(dim(counts)[3]), function(h) {
    one <- counts[, , h]
    one <- matrix(one, dim(counts)[1])
    if (sum(one) == 0) one else outer(rowSums(one), colSums(one)) / sum(one)
  })
  matrix(Reduce(`+`, parts), dim(counts)[1], dimnames = dimnames(counts)[1:2])
}

cmh_sentences <- function(trial, corrected) {
  open <- "The sign of Z is not given: the groups are words, so say which one is the reference."
  sentences(
    strata = if (length(trial$by) > 0) {
      sprintf("Stratified by %s, %d strata.", and_list(trial$by), nlevels(trial$codes))
    },
    correction = if (corrected) "A half was taken off the excess (correction for continuity).",
    direction = if (!trial$known && nlevels(trial$arm) == 2) open
  )
}

#' @export
print.tte_cmh_test <- function(x, digits = 3, ...) {
  cat(x$method, ": ", x$data.name, "\n\n", sep = "")
  shown <- as.data.frame(cbind(n = rowSums(x$n), x$observed))
  shown[] <- lapply(shown, format_count)
  print(shown, right = TRUE)
  cat(sprintf(
    "\nchi-squared = %s on %d df, p %s\n", format_number(x$statistic, digits), as.integer(x$parameter),
    p_words(x$p.value)
  ))
  if (!is.na(x$z)) {
    arm <- rownames(x$n)
    cat(sprintf(
      "Z = %s for %s v %s (Z > 0 favours %s)\n", format_number(x$z, digits), arm[2], arm[1], arm[2]
    ))
  }
  cat("\n")
  print_conventions(x$tte$conventions[setdiff(names(x$tte$conventions), x$tte$inherited)])
  invisible(x)
}
