#' Restricted mean survival time
#'
#' The area under the Kaplan-Meier curve up to `tau`: the mean of the time lived within it. For each arm, and
#' as difference and ratio v the reference; over strata, or adjusted for covariates; or as the restricted mean
#' time lost.
#'
#' @section tau: By default the smallest, over the arms (and the strata), of the largest observed time. Beyond
#'   the last observed time of an arm the curve is unknown unless it has come down to 0, so a larger `tau` is
#'   an error. `survRM2` stops likewise; `survival` carries the curve on.
#' @section Variance: Greenwood's, \eqn{\sum_{t_j \le \tau} A_j^2 d_j / (n_j (n_j - d_j))} with \eqn{A_j} the
#'   area from \eqn{t_j} to \eqn{\tau}, as in SAS, `survRM2` and `survival`; under `weights` or `cluster` the
#'   infinitesimal jackknife. Limits of a mean and of a difference are normal, those of a ratio normal for its
#'   logarithm; `std.error` of a ratio is that of its logarithm.
#' @section Strata: The mean of an arm is that of its strata, weighted by their share of all persons of the
#'   analysis, so both arms are standardised to the same mix.
#' @section Adjusted: With `adjust` the jackknife pseudo-values of the restricted mean (of all persons
#'   together) are regressed on the arms and the covariates by least squares, with the sandwich variance (HC0,
#'   no small-sample factor; by `cluster` if given). The mean of an arm is the one predicted for all persons
#'   of the analysis, had they been in that arm. It assumes that censoring depends on neither arm nor
#'   covariates.
#'
#' @inheritParams km
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula A formula, or the result of [time_to_event()]: the arms on the right.
#' @param strata Names of columns over whose levels the arms are standardised, beside any `strata()` in the
#'   formula.
#' @param tau The restriction: a number on the scale of the data, or [in_months()] and its like.
#' @param adjust A one-sided formula of covariates, `~ age + sex`.
#' @param lost Whether the restricted mean time lost, `tau` less the mean, is estimated.
#' @param contrasts Whether differences and ratios v the reference are given.
#' @return [Estimates][estimates]: a row for each arm, then differences and ratios. Z > 0 favours the other
#'   arm.
#' @references Royston P, Parmar MKB (2013). Restricted mean survival time. *BMC Medical Research Methodology*
#'   13, 152. Andersen PK, Hansen MG, Klein JP (2004). Regression analysis of restricted mean survival time
#'   based on pseudo-observations. *Lifetime Data Analysis* 10, 335-350.
#' @examples
#' lung <- transform(survival::lung, sex = factor(sex, labels = c("male", "female")))
#' rmst(Surv(time, status) ~ sex, lung, unit = "days", tau = in_months(24))
#' rmst(Surv(time, status) ~ sex, lung, tau = 730, adjust = ~age)
#' @export
rmst <- function(
  formula, data = NULL, ..., param = NULL, strata = NULL, reference = NULL, subset = NULL, na.action = NULL,
  id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL, day_one = NULL,
  tau = NULL, adjust = NULL, lost = FALSE, contrasts = TRUE, conf.level = 0.95, timefix = TRUE
) {
  check_dots(...)
  faults <- rbind(
    check_level(conf.level), check_flag(lost, "lost"), check_flag(contrasts, "contrasts"),
    check_flag(timefix, "timefix"), adjust_faults(adjust)
  )
  if (!is.null(adjust) && is.null(faults)) {
    opened <- inherits(formula, "tte_data")
    if (opened) data <- add_right(data, adjust) else formula <- add_right(formula, adjust)
  }
  d <- set_adjusters_apart(open_door(environment(), faults), adjust)
  call <- rlang::current_env()
  if (is.null(adjust)) refuse_curve_terms(d, call)
  cells <- read_cells(if (is.null(adjust)) d else without_strata(d), conf.level, timefix, call)
  contrasts <- contrasts && !is.null(cells$groups) && length(cells$groups$levels) > 1
  abort_input(if (contrasts) reference_needed(d), call)
  tau <- restriction(tau, cells, call)
  found <- if (is.null(adjust)) {
    mean_of_arms(cells, tau, timefix)
  } else {
    adjusted_means(d, cells, tau, timefix, call)
  }
  if (lost) found$estimate <- tau$at - found$estimate
  new_rmst(found, d, cells, tau, adjust, lost, contrasts, conf.level, timefix)
}

# ---- the covariates of an adjusted mean ----

adjust_faults <- function(adjust) {
  if (is.null(adjust) || rlang::is_formula(adjust, lhs = FALSE)) {
    return(NULL)
  }
  fault("adjust", "wrong_type", "must be a one-sided formula", remedy = "For example adjust = ~ age + sex.")
}

# The formula with `adjust` added to its right side; after time_to_event() `.` stands for that right side.
add_right <- function(formula, adjust) {
  if (is.null(formula)) formula <- ~.
  if (!rlang::is_formula(formula)) {
    return(formula)
  }
  right <- call("+", rlang::f_rhs(formula), rlang::f_rhs(adjust))
  rlang::new_formula(rlang::f_lhs(formula), right, rlang::f_env(formula))
}

# The terms of `adjust` came last; they make no arms.
set_adjusters_apart <- function(d, adjust) {
  if (!is.null(adjust)) {
    m <- length(split_addends(rlang::f_rhs(adjust)))
    d$parts$kinds[utils::tail(seq_along(d$parts$kinds), m)] <- "adjust"
  }
  d
}

without_strata <- function(d) {
  d$strata_columns <- list()
  d
}

# ---- tau ----

# list(at, text, chosen): beyond the last time of a cell its curve must have come down to 0.
restriction <- function(tau, cells, call) {
  if (is.null(tau)) {
    at <- min(cells$last)
    return(list(at = at, chosen = "the smallest of the arms' largest observed times"))
  }
  found <- resolve_horizon(tau, cells$d$scale, "tau", call)
  if (length(found$at) != 1) abort_input(fault("tau", "wrong_length", "must be one point in time"), call)
  abort_input(rbind(
    if (found$at <= 0) fault("tau", "not_positive", "must be above 0"), beyond_faults(found$at, cells)
  ), call)
  list(at = found$at)
}

beyond_faults <- function(tau, cells) {
  slack <- sqrt(.Machine$double.eps) * tau
  open <- which(cells$last < tau - slack & !cells$ended)
  if (length(open) == 0) {
    return(NULL)
  }
  first <- open[which.min(cells$last[open])]
  what <- sprintf(
    "%s is beyond the last observed time of %s, %s", format(tau), cell_name(cells, first),
    format(cells$last[first])
  )
  remedy <- sprintf("The largest tau that all curves reach is %s.", format(min(cells$last[!cells$ended])))
  fault("tau", "out_of_range", what, remedy = remedy)
}

# ---- the estimates ----

mean_of_arms <- function(cells, tau, timefix) {
  means <- restricted_mean_cpp(cells$d$columns, tau$at, timefix)
  standardise(cells, means[, 1], means[, 2], function(cell) areas_to(cells, cell, tau$at))
}

# The area under a cell's curve from each of its steps to tau.
areas_to <- function(cells, cell, tau) {
  at <- cells$steps[[cell]]
  time <- pmin(cells$fit$time[at], tau)
  pieces <- diff(c(time, tau)) * cells$fit$surv[at]
  rev(cumsum(rev(pieces)))
}

# Least squares of pseudo-values on arms and covariates, predicted for everybody in each arm.
adjusted_means <- function(d, cells, tau, timefix, call) {
  abort_input(person_row_faults(d), call)
  refuse_mass(d, "Pseudo-values", call)
  y <- pseudo_values_cpp(d$columns, tau$at, "jackknife", TRUE, timefix)[, 1]
  k <- length(cells$groups$levels)
  arm <- outer(cells$codes, seq_len(k), `==`) + 0
  if (k == 0) arm <- matrix(1, d$n, 1)
  z <- adjusting_columns(d, call)
  x <- cbind(arm, z)
  qr <- qr(x)
  used <- sort(qr$pivot[seq_len(qr$rank)])
  if (!all(seq_len(ncol(arm)) %in% used)) {
    abort_input(fault("adjust", "wrong_type", "the covariates determine the arm"), call)
  }
  x <- x[, used, drop = FALSE]
  bread <- chol2inv(chol(crossprod(x)))
  beta <- drop(bread %*% crossprod(x, y))
  scores <- x * (y - drop(x %*% beta))
  if (!is.null(d$columns$cluster)) scores <- rowsum(scores, d$columns$cluster)
  cov <- bread %*% crossprod(scores) %*% bread
  predict <- cbind(diag(ncol(arm)), matrix(colMeans(x[, -seq_len(ncol(arm)), drop = FALSE]),
    ncol(arm), ncol(x) - ncol(arm),
    byrow = TRUE
  ))
  list(estimate = drop(predict %*% beta), cov = predict %*% cov %*% t(predict))
}

# The columns of the covariates, and of the strata, without those of the arms.
adjusting_columns <- function(d, call) {
  design <- design_of(d, call)
  x <- if (is.list(design$x)) do.call(cbind, design$x) else design$x
  arms <- names(group_columns(d, with_strata = FALSE))
  strata <- strata_codes(d)
  dummies <- if (length(strata$levels) > 1) outer(strata$codes, seq_along(strata$levels)[-1], `==`) + 0
  cbind(x[, unlist(design$assign[setdiff(names(design$assign), arms)]), drop = FALSE], dummies)
}

# ---- the result ----

new_rmst <- function(found, d, cells, tau, adjust, lost, contrasts, conf.level, timefix) {
  name <- if (lost) "restricted mean time lost" else "restricted mean survival time"
  standardised <- length(d$strata_columns) > 0
  how <- if (!is.null(adjust)) "Pseudo-value adjusted " else if (standardised) "Standardised "
  method <- if (is.null(how)) sub("^r", "R", name) else paste0(how, name)
  arms <- arm_names(d, cells$groups)
  level <- wald_rows(found$estimate, sqrt(diag(found$cov)), "time", conf.level, NA)
  level[c("statistic", "p.value")] <- NA
  rows <- cbind(level, group = arms, n = cells$n, n.event = cells$n.event)
  if (contrasts) {
    versus <- contrast_rows(found, arms, conf.level, if (lost) -1 else 1)
    rows <- rbind(rows, cbind(versus, group = NA, n = NA, n.event = NA))
  }
  said <- rmst_sentences(d, cells, tau, adjust, lost, contrasts, conf.level, timefix)
  estimates_of(
    rows, d, if (lost) "RMTL" else "RMST", tau$at, conf.level, method,
    provenance(d, method, cells$fit$snapped, said, n_persons = sum(cells$n), tau = tau$at)
  )
}

rmst_sentences <- function(d, cells, tau, adjust, lost, contrasts, conf.level, timefix) {
  unit <- if (is.null(d$scale$unit)) "" else paste0(" ", d$scale$unit)
  chosen <- if (is.null(tau$chosen)) "" else paste0(", ", tau$chosen)
  robust <- sprintf("Standard errors are sandwich ones (HC0) over %s.", independent_units(d))
  model <- paste(
    "Jackknife pseudo-values regressed on arm and covariates by least squares; each arm is predicted for all",
    "persons."
  )
  sentences(
    tau = sprintf("Restricted at tau = %s%s%s.", format(tau$at, digits = 10), unit, chosen),
    lost = if (lost) "The time lost is tau less the restricted mean.",
    model = if (!is.null(adjust)) model,
    strata = if (is.null(adjust)) standard_sentence(d) else strata_sentence(d),
    variance = if (is.null(adjust)) variance_sentence(cells$fit$robust, "Greenwood's", d) else robust,
    limits = sprintf("Limits are %s, normal; those of a ratio on the log scale.", format_percent(conf.level)),
    ratio = if (contrasts) "The std.error of a ratio is that of its log; Z > 0 favours the other arm.",
    timefix = merge_sentence(cells$fit$snapped, timefix)
  )
}

standard_sentence <- function(d) {
  if (length(d$strata_columns) == 0) {
    return(NULL)
  }
  by <- and_list(names(d$strata_columns))
  sprintf("Standardised over %s, by the strata's shares of all persons.", by)
}

# ---- what pseudo-values ask for ----

refuse_mass <- function(d, what, call) {
  given <- names(Filter(function(x) !is.null(x) && any(x != 1), d$columns[c("freq", "weight")]))
  if (length(given) > 0) {
    what <- sprintf("%s with `freq` or `weights`", what)
    abort_unsupported(what, "Each row must be one person.", call = call)
  }
}

person_row_faults <- function(d) {
  subject <- d$columns$subject
  if (is.null(subject) || !anyDuplicated(subject)) {
    return(NULL)
  }
  twice <- duplicated(subject) | duplicated(subject, fromLast = TRUE)
  fault_of_kept(d, twice, "person_twice", "pseudo-values need one row for each person")
}
