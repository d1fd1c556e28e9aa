# Tests: htest, so that every function that reads one reads ours.

# `fit`: what log_rank_family_cpp() gives for one weight function; `trial`: list(d, groups,
# strata).
new_rank_test <- function(fit, trial, weight, alternative, timefix) {
  d <- trial$d
  found <- fit$tests[[1]]
  arms <- trial$groups$levels
  known <- length(arms) == 2 && direction_is_known(d)
  labels <- list(arms, trial$strata$levels)
  sums <- lapply(found[c("n", "observed", "expected")], function(x) structure(x, dimnames = labels))
  name <- rank_test_name(weight)
  words <- if (length(d$strata_columns) > 0) paste("Stratified", lower_first(name)) else name
  htest <- list(
    statistic = c("chi-squared" = found$chisq), parameter = c(df = found$df),
    p.value = rank_p_value(found, alternative), method = words, alternative = alternative,
    data.name = deparse1(stored_call(d, "log_rank_test", strata_in_formula = TRUE)$formula)
  )
  beside <- list(
    var = structure(found$var, dimnames = list(arms, arms)), z = if (known) found$z else NA_real_,
    na.action = d$na.action,
    tte = provenance(d, words, fit$snapped, rank_sentences(fit, trial, weight, alternative, timefix),
      n_persons = sum(found$n), weight = weight
    )
  )
  structure(c(htest, sums, beside), class = c("tte_test", "htest"))
}

# "log-rank test", but "Gehan-Breslow test": a name keeps its capital.
lower_first <- function(name) sub("^(Log|Weighted|Modestly|Modified|Test)", "\\L\\1", name, perl = TRUE)

# Without a degree of freedom there is no test.
rank_p_value <- function(found, alternative) {
  if (found$df == 0) {
    return(NA_real_)
  }
  sided_p(found$z, found$chisq, found$df, alternative)
}

rank_sentences <- function(fit, trial, weight, alternative, timefix) {
  d <- trial$d
  k <- length(trial$groups$levels)
  open <- "The sign of Z is not given: the arm is a character column, so say which level is the reference."
  empty <- "NE: at no event time were members of two groups at risk together."
  plain <- "Log-rank test: observed less expected events, hypergeometric variance."
  sentences(
    method = if (weight$kind == "log-rank") {
      plain
    } else {
      sprintf("Weighted log-rank test, hypergeometric variance; weight: %s.", format(weight))
    },
    strata = strata_sentence(d), direction = if (k == 2 && !direction_is_known(d)) open,
    alternative = if (alternative != "two.sided") "The p value is one-sided, on the side of Z.",
    empty = if (fit$tests[[1]]$df == 0) empty, timefix = merge_sentence(fit$snapped, timefix)
  )
}

# A number or a factor has an order, so its first level is the reference; a character column has none of its
# own.
direction_is_known <- function(d) {
  unordered <- Filter(is.character, group_columns(d, with_strata = FALSE))
  length(setdiff(names(unordered), names(d$reference))) == 0
}

# ---- trend ----

scores_of <- function(trend, trial) {
  if (isTRUE(trend)) seq_along(trial$groups$levels) else if (is.numeric(trend)) as.double(trend)
}

# The test of all groups turned into that of one contrast of them.
as_trend_test <- function(test, scores, alternative) {
  excess <- sum(scores * rowSums(test$observed - test$expected))
  variance <- drop(scores %*% test$var %*% scores)
  test$z <- if (variance > 0) -excess / sqrt(variance) else NA_real_
  test$statistic[] <- test$z^2
  test$parameter[] <- 1
  test$p.value <- sided_p(test$z, test$z^2, 1, alternative)
  test$scores <- rlang::set_names(scores, rownames(test$n))
  test$method <- test$tte$method <- paste(test$method, "for trend")
  said <- test$tte$conventions
  said[["trend"]] <- sprintf(
    "Trend over the scores %s; Z > 0: fewer events with a high score.", and_list(format(scores, trim = TRUE))
  )
  test$tte$conventions <- said[names(said) != "direction"]
  test
}

# ---- methods ----

#' @export
print.tte_test <- function(x, digits = 3, ...) {
  print_heading(x$tte, contrast = !is.na(x$z) && is.null(x$scores))
  print(test_table(x, digits), right = TRUE)
  cat(sprintf(
    "\nchi-squared = %s on %d df, %s %s\n", format_number(x$statistic, digits), x$parameter,
    side_words(x$alternative), p_words(x$p.value)
  ))
  if (!is.na(x$z)) cat(direction_line(x, digits))
  if (!is.null(x$pairwise)) print_pairs(x$pairwise, digits)
  print_foot(x$tte)
  invisible(x)
}

test_table <- function(x, digits) {
  weighted <- !is.null(x$tte$weight) && x$tte$weight$kind != "log-rank"
  show <- if (weighted) function(v) format_number(v, digits) else format_count
  shown <- data.frame(
    n = format_count(rowSums(x$n)), observed = show(rowSums(x$observed)),
    expected = format_number(rowSums(x$expected), digits), row.names = rownames(x$n)
  )
  if (weighted) names(shown)[-1] <- paste("weighted", names(shown)[-1])
  if (!is.null(x$scores)) shown$score <- format(x$scores, trim = TRUE)
  shown
}

direction_line <- function(x, digits) {
  if (!is.null(x$scores)) {
    return(sprintf("Z = %s (Z > 0 favours high scores)\n", format_number(x$z, digits)))
  }
  z_line(x$z, rownames(x$n), digits)
}

z_line <- function(z, arms, digits) {
  arm <- sub("^[^=]*=", "", arms)
  sprintf("Z = %s for %s v %s (Z > 0 favours %s)\n", format_number(z, digits), arm[2], arm[1], arm[2])
}

print_pairs <- function(pairs, digits) {
  cat(sprintf("\nPairs, %s; p adjusted by \"%s\":\n", attr(pairs, "how"), attr(pairs, "adjust")))
  shown <- data.frame(
    z = format_number(pairs$z, digits), statistic = format_number(pairs$statistic, digits),
    p.value = format_p(pairs$p.value), p.adjusted = format_p(pairs$p.adjusted), row.names = pairs$comparison
  )
  if (all(is.na(pairs$z))) shown$z <- NULL
  print(shown, right = TRUE)
}

#' @export
tidy.tte_test <- function(x, ...) {
  data.frame(
    statistic = unname(x$statistic), p.value = x$p.value, parameter = unname(x$parameter), method = x$method
  )
}
