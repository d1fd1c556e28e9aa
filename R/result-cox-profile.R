# Profile likelihood: limits of coefficients where twice the log likelihood falls by the quantile of
# chi-squared.

# What cox_profile_cpp() gives for some columns of a design.
profile_again <- function(data, x, which, conf.level) {
  options <- list(iter_max = 50L, tol = 1e-9, robust = FALSE, concordance = FALSE, firth = data$firth)
  cox_profile_cpp(
    data$columns, x, data$offset, data$ties, options, as.integer(which), conf.level, data$timefix,
    thread_count()
  )
}

# A matrix with a row for each chosen coefficient: limits, and twice the fall of the log likelihood at 0. NA
# where the search did not end.
profile_limits <- function(fit, chosen, conf.level) {
  data <- fit_data(fit)
  keep <- estimated(fit)
  at <- match(chosen, names(fit$coefficients)[keep])
  found <- profile_again(data, design_columns(data$x, keep), at, conf.level)
  limits <- ifelse(found$converged, found$limits, NA)
  chisq <- 2 * (found$loglik - found$at_zero)
  matrix(c(limits, chisq), length(chosen), 3, dimnames = list(chosen, c("lower", "upper", "chisq")))
}

# Limits of one combination of coefficients: the design is turned so that the combination is a coefficient.
profile_of_contrast <- function(data, contrast, keep, conf.level) {
  contrast <- contrast[keep]
  x <- as_design_matrix(design_columns(data$x, keep))
  pivot <- which.max(abs(contrast))
  others <- setdiff(seq_along(contrast), pivot)
  turned <- x - outer(x[, pivot], contrast / contrast[pivot])
  turned <- cbind(x[, pivot] / contrast[pivot], turned[, others, drop = FALSE])
  found <- profile_again(data, turned, 1L, conf.level)
  list(limits = ifelse(found$converged, found$limits, NA)[1, ], chisq = 2 * (found$loglik - found$at_zero[1]))
}
