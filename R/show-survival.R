# One endpoint in numbers: events, medians, hazard ratios, and why a value is NE.

# `analysis`: list(km, cox, test, unit, ...) of flow-analyses.R, in which what could not be had is NULL with
# a note.
survival_table <- function(analysis) {
  curves <- curve_counts(analysis$km)
  medians <- curve_medians(analysis$km)
  unit <- if (is.null(analysis$km$tte$unit)) "" else paste0(", ", analysis$km$tte$unit)
  rows <- rbind(
    c("Patients with an event", count_share(curves$events, curves$n)),
    c("Censored", count_share(curves$n - curves$events, curves$n)),
    c(
      sprintf("Median (95 %% CI)%s", unit),
      estimate_limits(medians$estimate, medians$lower, medians$upper, 1)
    )
  )
  ratios <- ratio_rows(analysis$cox, curves$arm)
  heads <- arm_heads(stats::setNames(curves$n, curves$arm))
  report_table(data.frame(rbind(rows, ratios)), c("", heads),
    notes = c(median_notes(medians), ratio_notes(analysis$cox, curves), analysis$notes)
  )
}

# Arm, persons and events of every curve.
curve_counts <- function(fit) {
  totals <- curve_totals(fit)
  data.frame(arm = curve_arms(fit), n = totals$n, events = totals$events)
}

curve_arms <- function(fit) {
  if (is.null(fit$strata)) "All patients" else sub("^[^=]*=", "", names(fit$strata))
}

curve_medians <- function(fit) {
  q <- stats::quantile(fit, 0.5)
  data.frame(
    arm = curve_arms(fit), estimate = as.vector(q$quantile), lower = as.vector(q$lower),
    upper = as.vector(q$upper)
  )
}

median_notes <- function(medians) {
  open <- medians$arm[is.na(medians$estimate)]
  bound <- medians$arm[!is.na(medians$estimate) & (is.na(medians$upper) | is.na(medians$lower))]
  c(
    if (length(open) > 0) {
      sprintf("NE, median: the curve of %s does not come down to 50 %%.", and_list(open))
    },
    if (length(bound) > 0) {
      sprintf("NE, limit of the median: the confidence band of %s does not cross 50 %%.", and_list(bound))
    }
  )
}

ratio_notes <- function(cox, curves) {
  if (is.null(cox)) {
    return(NULL)
  }
  lost <- hazard_ratios(cox)
  lost <- lost[is.na(lost$estimate), ]
  if (nrow(lost) == 0) {
    return(NULL)
  }
  none <- curves$arm[curves$events == 0 & curves$arm %in% c(lost$arm, lost$reference)]
  why <- if (length(none) > 0) paste("no event in", and_list(none)) else "the likelihood has no maximum"
  sprintf("NE, hazard ratio: %s.", why)
}

ratio_rows <- function(cox, arms) {
  if (is.null(cox)) {
    return(NULL)
  }
  ratios <- hazard_ratios(cox)
  at <- match(arms, ratios$arm)
  cells <- estimate_limits(ratios$estimate, ratios$conf.low, ratios$conf.high, 2)[at]
  p <- show_p(ratios$p.value)[at]
  first <- is.na(at)
  rbind(
    c(sprintf("Hazard ratio v %s (95 %% CI)", ratios$reference[1]), ifelse(first, "reference", cells)),
    c("p (Wald)", ifelse(first, "", p))
  )
}

# Hazard ratios of a model, one row per coefficient; that of an arm says "arm v reference". A coefficient
# that runs to infinity (no event in an arm) or cannot be had is NA.
hazard_ratios <- function(cox) {
  beta <- stats::coef(cox)
  se <- sqrt(diag(as.matrix(stats::vcov(cox))))
  none <- list(arm_contrasts(character(), character()))
  arms <- do.call(rbind, c(none, unname(Map(arm_contrasts, names(cox$xlevels), cox$xlevels))))
  at <- match(names(beta), arms$name)
  beta[!is.finite(beta) | !is.finite(se)] <- NA
  z <- stats::qnorm((1 + cox$conf.level) / 2) * se
  data.frame(
    arm = arms$arm[at], reference = arms$reference[at],
    comparison = ifelse(is.na(at), names(beta), sprintf("%s v %s", arms$arm[at], arms$reference[at])),
    estimate = exp(beta), conf.low = exp(beta - z), conf.high = exp(beta + z),
    p.value = 2 * stats::pnorm(-abs(beta / se)), row.names = NULL
  )
}

arm_contrasts <- function(variable, levels) {
  arms <- levels[-1]
  data.frame(name = paste0(variable, arms), arm = arms, reference = rep(levels[1], length(arms)))
}

# Cumulative incidence in numbers: who had which event, and the incidence at a few round times.
incidence_table <- function(fit, event, times) {
  totals <- curve_totals(fit)
  events <- as.matrix(totals$events)
  causes <- c(event, fit$states[-(1:2)])
  counts <- lapply(seq_along(causes), function(k) {
    c(sprintf("First event: %s", causes[k]), count_share(events[, k], totals$n))
  })
  unit <- if (is.null(fit$tte$unit)) "" else paste0(" ", fit$tte$unit)
  at <- lapply(times, function(t) {
    c(sprintf("Incidence at %s%s, %% (95 %% CI)", format(t), unit), incidence_at(fit, totals, t))
  })
  rows <- data.frame(do.call(rbind, c(counts, at)))
  report_table(
    rows, c("", arm_heads(stats::setNames(totals$n, curve_arms(fit)))),
    notes = if ("NE" %in% unlist(rows)) "NE, incidence: nobody of that arm was observed for so long."
  )
}

# Per cent with limits at one time, per curve: nothing to give limits for before the first event, and NE
# after the end of a curve's observation.
incidence_at <- function(fit, totals, t) {
  first <- c(1, utils::head(totals$last, -1) + 1)
  percent <- function(x, row) 100 * as.matrix(x)[row, 2]
  vapply(seq_along(totals$n), function(k) {
    rows <- first[k]:totals$last[k]
    if (t > max(fit$time[rows])) {
      return("NE")
    }
    row <- rows[findInterval(t, fit$time[rows])]
    if (length(row) == 0 || percent(fit$pstate, row) == 0) {
      return("0.0")
    }
    estimate_limits(percent(fit$pstate, row), percent(fit$lower, row), percent(fit$upper, row), 1)
  }, character(1))
}
