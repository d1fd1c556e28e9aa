# Tests: htest, so that every function that reads one reads ours.

new_log_rank <- function(fit, d, groups, strata, timefix) {
  two <- length(groups$levels) == 2
  known <- two && direction_is_known(d)
  labels <- list(groups$levels, strata$levels)
  sums <- lapply(fit[c("n", "observed", "expected")], function(x) structure(x, dimnames = labels))
  words <- if (length(d$strata_columns) > 0) "Stratified log-rank test" else "Log-rank test"
  htest <- list(
    statistic = c("chi-squared" = fit$chisq), parameter = c(df = fit$df),
    p.value = stats::pchisq(fit$chisq, fit$df, lower.tail = FALSE), method = words,
    data.name = deparse1(stored_call(d, "log_rank_test", strata_in_formula = TRUE)$formula)
  )
  beside <- list(
    var = structure(fit$var, dimnames = list(groups$levels, groups$levels)),
    z = if (known) fit$z else NA_real_, na.action = d$na.action,
    tte = provenance(d, words, fit$snapped, log_rank_sentences(fit, d, two && !known, timefix),
      n_persons = sum(fit$n)
    )
  )
  structure(c(htest, sums, beside), class = c("tte_test", "htest"))
}

log_rank_sentences <- function(fit, d, undirected, timefix) {
  open <- "The sign of Z is not given: the arm is a character column, so say which level is the reference."
  sentences(
    method = "Log-rank test: observed less expected events, hypergeometric variance.",
    strata = strata_sentence(d), direction = if (undirected) open,
    timefix = merge_sentence(fit$snapped, timefix)
  )
}

# A number or a factor has an order, so its first level is the reference; a character column has none of its
# own.
direction_is_known <- function(d) {
  unordered <- Filter(is.character, group_columns(d, with_strata = FALSE))
  length(setdiff(names(unordered), names(d$reference))) == 0
}

#' @export
print.tte_test <- function(x, digits = 3, ...) {
  print_heading(x$tte, contrast = !is.na(x$z))
  shown <- data.frame(
    n = format_count(rowSums(x$n)), observed = format_count(rowSums(x$observed)),
    expected = format_number(rowSums(x$expected), digits), row.names = rownames(x$n)
  )
  print(shown, right = TRUE)
  cat(sprintf(
    "\nchi-squared = %s on %d df, p %s\n", format_number(x$statistic, digits), x$parameter, p_words(x$p.value)
  ))
  if (!is.na(x$z)) {
    arm <- sub("^[^=]*=", "", rownames(x$n))
    z <- format_number(x$z, digits)
    cat(sprintf("Z = %s for %s v %s (Z > 0 favours %s)\n", z, arm[2], arm[1], arm[2]))
  }
  print_foot(x$tte)
  invisible(x)
}

#' @export
tidy.tte_test <- function(x, ...) {
  data.frame(
    statistic = unname(x$statistic), p.value = x$p.value, parameter = unname(x$parameter), method = x$method
  )
}
