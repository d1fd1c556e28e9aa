# What a Cox model shows of itself: print, summary, tidy, glance.

#' @export
print.tte_cox <- function(x, digits = 3, ...) {
  print_heading(x$tte)
  cat(sprintf("%s events, %s persons\n\n", format_count(x$nevent), format_count(x$tte$n_persons)))
  print(coefficient_table(x, digits), right = TRUE)
  firth <- isTRUE(x$tte$firth)
  name <- if (firth) "Penalised likelihood ratio test" else "Likelihood ratio test"
  cat("\n", test_line(name, 2 * diff(x$loglik), x), sep = "")
  if (!is.null(x$rscore)) cat(test_line("Robust score test", x$rscore, x))
  if (!is.null(x$concordance)) {
    cat(sprintf(
      "Concordance %s (se %s)\n", format_number(x$concordance[["concordance"]], digits),
      format_number(x$concordance[["std"]], digits)
    ))
  }
  for (line in infinite_lines(x$monotone)) cat(line, "\n", sep = "")
  if (!x$converged) cat("The iteration did not converge: do not use these numbers.\n")
  print_foot(x$tte)
  invisible(x)
}

coefficient_table <- function(x, digits) {
  beta <- x$coefficients
  tests <- coefficient_tests(x)
  limits <- exp(limits_of(x, names(beta), x$conf.level))
  shown <- data.frame(
    coef = format_number(beta, digits), HR = format_number(exp(beta), digits),
    lower = format_number(limits[, 1], digits), upper = format_number(limits[, 2], digits),
    se = format_number(tests$se, digits), z = format_number(tests$z, digits), p = format_p(tests$p),
    row.names = names(beta)
  )
  names(shown)[3:4] <- paste0(x$conf.level, c("LCL", "UCL"))
  if (!is.null(x$naive.var)) names(shown)[5] <- sprintf("%s se", x$tte$variance)
  if (!identical(x$tte$alternative, "two.sided")) names(shown)[7] <- "one-sided p"
  shown
}

test_line <- function(name, statistic, x) {
  df <- sum(!is.na(x$coefficients))
  sprintf(
    "%s = %s on %d df, p %s\n", name, format_number(statistic), df,
    p_words(stats::pchisq(statistic, df, lower.tail = FALSE))
  )
}

infinite_lines <- function(direction) {
  away <- direction[!is.na(direction) & direction != 0]
  if (length(away) == 0) {
    return(character())
  }
  sprintf(
    "%s has no finite estimate: the likelihood keeps growing as it goes to %s.", names(away),
    ifelse(away > 0, "Inf", "-Inf")
  )
}

# survival's own summary, with the limits and p values of the fit where they are by profile.
#' @export
summary.tte_cox <- function(object, conf.int = object$conf.level, ...) {
  fit <- object
  class(object) <- "coxph"
  found <- summary(object, conf.int = conf.int, ...)
  by_profile <- profiled(fit)
  if (length(by_profile) > 0 && conf.int > 0) {
    found$conf.int[by_profile, 3:4] <- exp(limits_of(fit, by_profile, conf.int))
    tests <- coefficient_tests(fit)
    last <- ncol(found$coefficients)
    found$coefficients[by_profile, last - 1:0] <- cbind(tests$z, tests$p)[by_profile, ]
  }
  found
}

#' @export
tidy.tte_cox <- function(x, exponentiate = FALSE, conf.int = FALSE, conf.level = x$conf.level, ...) {
  beta <- x$coefficients
  tests <- coefficient_tests(x)
  rows <- data.frame(term = names(beta), estimate = unname(beta))
  if (is.null(x$naive.var)) {
    rows$std.error <- unname(tests$se)
  } else {
    rows$std.error <- sqrt(diag(x$naive.var))
    rows$robust.se <- unname(tests$se)
  }
  rows$statistic <- unname(tests$z)
  rows$p.value <- unname(tests$p)
  if (conf.int) {
    rows[c("conf.low", "conf.high")] <- as.data.frame(unname(limits_of(x, names(beta), conf.level)))
  }
  if (exponentiate) {
    shown <- intersect(c("estimate", "conf.low", "conf.high"), names(rows))
    rows[shown] <- lapply(rows[shown], exp)
  }
  rows
}

#' @export
glance.tte_cox <- function(x, ...) {
  s <- summary(x)
  robust <- if (is.null(s$robscore)) c(NA_real_, NA_real_, NA_real_) else unname(s$robscore)
  fit <- stats::logLik(x)
  data.frame(
    n = x$n, nevent = x$nevent, statistic.log = s$logtest[["test"]], p.value.log = s$logtest[["pvalue"]],
    statistic.sc = s$sctest[["test"]], p.value.sc = s$sctest[["pvalue"]],
    statistic.wald = s$waldtest[["test"]], p.value.wald = s$waldtest[["pvalue"]],
    statistic.robust = robust[1], p.value.robust = robust[3], r.squared = s$rsq[["rsq"]],
    r.squared.max = s$rsq[["maxrsq"]], concordance = s$concordance[["C"]],
    std.error.concordance = s$concordance[["se(C)"]], logLik = as.numeric(fit), AIC = stats::AIC(fit),
    BIC = stats::BIC(fit), nobs = stats::nobs(x)
  )
}
