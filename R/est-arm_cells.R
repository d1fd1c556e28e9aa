# What rmst() and milestone() share: a number of the curve of each arm, standardised over strata, with the
# covariance of the arms, and their contrasts. A cell is an arm, or one stratum of an arm.

# list(d, groups, strata, arm, stratum, share, n, n.event, fit): `arm` and `stratum` say what each cell is,
# `share` is the part of all persons that its stratum has; `fit` holds the curves of the cells.
read_cells <- function(d, conf.level, timefix, call) {
  groups <- group_codes(d)
  strata <- strata_codes(d)
  abort_input(rbind(
    one_event_faults(d), person_faults_of_groups(d, groups, "arm"),
    person_faults_of_groups(d, strata, "stratum"), after_event_faults(d), merged_interval_faults(d, timefix)
  ), call)
  cells <- cross_cells(d, groups, strata, call)
  cells$d$columns$stratum <- cells$codes
  cells$fit <- km_cpp(cells$d$columns, "none", conf.level, timefix, thread_count())
  labels <- vapply(seq_along(cells$arm), function(cell) cell_name(cells, cell), character(1))
  warn_empty_risk_set(cells$fit, d, list(levels = labels), call)
  count_cells(cells)
}

cross_cells <- function(d, groups, strata, call) {
  k <- max(1L, length(groups$levels))
  s <- max(1L, length(strata$levels))
  of <- function(part) if (is.null(part)) rep(1L, d$n) else part$codes
  codes <- (of(groups) - 1L) * s + of(strata)
  counted <- counted_rows(d)
  abort_input(empty_cell_faults(if (is.null(counted)) codes else codes[counted], groups, strata, k, s), call)
  list(
    d = d, groups = groups, strata = strata, codes = codes, arm = rep(seq_len(k), each = s),
    stratum = rep(seq_len(s), k)
  )
}

# What the curves say of each cell, and persons and events of each arm.
count_cells <- function(cells) {
  fit <- cells$fit
  persons <- rowsum(fit$n, cells$stratum)[, 1]
  cells$share <- (persons / sum(persons))[cells$stratum]
  cells$steps <- split(seq_along(fit$time), rep(factor(seq_along(fit$size)), fit$size))
  cells$last <- vapply(cells$steps, function(at) max(fit$time[at]), numeric(1))
  cells$ended <- vapply(cells$steps, function(at) fit$surv[at[length(at)]] == 0, logical(1))
  cells$n <- rowsum(fit$n, cells$arm)[, 1]
  cells$n.event <- events_until(cells, Inf, 0)
  cells
}

cell_name <- function(cells, cell) {
  arm <- if (is.null(cells$groups)) "The curve" else cells$groups$levels[cells$arm[cell]]
  if (is.null(cells$strata)) arm else paste0(arm, " in ", cells$strata$levels[cells$stratum[cell]])
}

# An arm must have persons in every stratum over which it is standardised.
empty_cell_faults <- function(codes, groups, strata, k, s) {
  empty <- which(tabulate(codes, k * s) == 0)
  if (length(empty) == 0) {
    return(NULL)
  }
  arm <- groups$levels[(empty - 1) %/% s + 1]
  where <- strata$levels[(empty - 1) %% s + 1]
  what <- sprintf("nobody of %s is in the stratum %s", arm, where)
  fault("strata", "no_rows", what, remedy = "Put strata together, or leave them out.")
}

# Persons at risk after a time, and events up to one.
risk_after <- function(cells, given) {
  at_risk <- if (is.null(cells$fit$counts)) cells$fit$n_risk else cells$fit$counts[, 1]
  after <- vapply(cells$steps, function(steps) {
    left <- steps[cells$fit$time[steps] > given]
    if (length(left) == 0) 0 else at_risk[left[1]]
  }, numeric(1))
  rowsum(after, cells$arm)[, 1]
}

events_until <- function(cells, at, given) {
  events <- if (is.null(cells$fit$counts)) cells$fit$n_event else cells$fit$counts[, 2]
  within <- vapply(cells$steps, function(steps) {
    inside <- cells$fit$time[steps] <= at & (given == 0 | cells$fit$time[steps] > given)
    sum(events[steps[inside]])
  }, numeric(1))
  rowsum(within, cells$arm)[, 1]
}

# A number of each cell becomes one of each arm: list(estimate, cov). `loading` gives, for a cell's steps, the
# change of minus the number per unit of hazard at that step; from it come robust variances.
standardise <- function(cells, estimate, variance, loading) {
  arms <- function(x) rowsum(x, cells$arm)[, 1]
  robust <- cells$fit$robust
  list(
    estimate = arms(estimate * cells$share),
    cov = if (robust) robust_cov(cells, loading) else diag(arms(variance * cells$share^2), max(cells$arm))
  )
}

# The infinitesimal jackknife: the influence of each row on its arm's number, summed over independent units.
robust_cov <- function(cells, loading) {
  columns <- cells$d$columns
  influence <- numeric(cells$d$n)
  for (cell in seq_along(cells$steps)) {
    rows <- which(cells$codes == cell)
    influence[rows] <- row_influence(cells, cell, rows, loading(cell)) * cells$share[cell]
  }
  if (!is.null(columns$weight)) influence <- influence * columns$weight
  sums <- unit_sums(influence, cells$arm[cells$codes], columns, max(cells$arm))
  crossprod(sums$values, sums$values * sums$times)
}

# Influence of one more row on the number: the event's own part less what the hazard took while at risk.
row_influence <- function(cells, cell, rows, loading) {
  fit <- cells$fit
  columns <- cells$d$columns
  at <- cells$steps[[cell]]
  n <- fit$n_risk[at]
  d <- fit$n_event[at]
  live <- loading != 0 & n > d
  own <- ifelse(live, loading / (n - d), 0)
  taken <- cumsum(ifelse(live, loading * d / (n * (n - d)), 0))
  stop <- findInterval(columns$stop[rows], fit$time[at])
  start <- if (is.null(columns$start)) 0L else findInterval(columns$start[rows], fit$time[at])
  path <- c(0, taken)
  path[stop + 1] - path[start + 1] - ifelse(columns$cause[rows] > 0, own[pmax(stop, 1)], 0)
}

# Sums over clusters, else persons, else rows; copies of a row (`freq`) are persons of their own, but belong
# to the row's cluster.
unit_sums <- function(influence, arm, columns, k) {
  values <- matrix(0, length(influence), k)
  values[cbind(seq_along(influence), arm)] <- influence
  freq <- if (is.null(columns$freq)) 1 else columns$freq
  if (!is.null(columns$cluster)) {
    return(list(values = rowsum(values * freq, columns$cluster), times = 1))
  }
  if (is.null(columns$subject)) {
    return(list(values = values, times = freq))
  }
  first <- !duplicated(columns$subject)
  order <- order(columns$subject[first])
  times <- if (length(freq) == 1) 1 else freq[first][order]
  list(values = rowsum(values, columns$subject), times = times)
}

# ---- rows of Estimates ----

# `found`: list(estimate, cov) of the arms; gives difference and ratio of each arm v the first.
contrast_rows <- function(found, arms, conf.level, better = 1) {
  other <- seq_along(arms)[-1]
  e <- found$estimate
  v <- diag(found$cov)
  between <- found$cov[1, other]
  words <- sprintf("%s v %s", arms[other], arms[1])
  difference <- e[other] - e[1]
  se <- sqrt(v[other] + v[1] - 2 * between)
  ratio <- e[other] / e[1]
  ratio[!is.finite(ratio) | ratio <= 0] <- NA
  se_log <- sqrt(v[other] / e[other]^2 + v[1] / e[1]^2 - 2 * between / (e[other] * e[1]))
  rbind(
    wald_rows(difference, se, "difference", conf.level, words, better),
    wald_rows(ratio, se_log, "ratio", conf.level, words, better, log = TRUE)
  )
}

# A data frame of estimates with normal limits; `log`: the estimate is a ratio, `se` that of its logarithm.
# `better` is 1 where more is better for the patient, -1 where less is: then Z has the other sign.
wald_rows <- function(estimate, se, scale, conf.level, comparison, better = 1, log = FALSE) {
  on_scale <- if (log) base::log(estimate) else estimate
  back <- if (log) exp else identity
  z <- stats::qnorm((1 + conf.level) / 2)
  se[is.na(estimate)] <- NA
  statistic <- ifelse(se > 0, better * on_scale / se, NA)
  data.frame(
    comparison = comparison, scale = scale, estimate = estimate, std.error = se,
    conf.low = back(on_scale - z * se), conf.high = back(on_scale + z * se), statistic = statistic,
    p.value = 2 * stats::pnorm(-abs(statistic)), row.names = NULL
  )
}

# Rows of contrasts and of arms, with all else that Estimates hold.
estimates_of <- function(rows, d, term, time, conf.level, method, provenance) {
  do.call(new_estimates, c(as.list(rows), list(
    param = if (is.null(d$param)) NA else d$param, term = term, time = time,
    unit = if (is.null(d$scale$unit)) NA else d$scale$unit, conf.level = conf.level, method = method,
    provenance = provenance
  )))
}
