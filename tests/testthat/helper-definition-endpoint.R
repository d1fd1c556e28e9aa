# The slow, obvious definition of the time-to-event endpoints, written from the clinical rules alone. Nothing
# here calls the package. One patient at a time; days are whole numbers.
#
# `patient`: list(start, death, nact, cut, baseline (is there one?), day, response (adequate or not)).
# Results: list(day, cnsr) with cnsr 0 = event, 1 = no event, 2 = no baseline, 3 = nothing adequate after
# baseline, 4 = new therapy, 5 = two or more visits missed.

#' How a schedule judges the time between `from` and the event: TRUE when too much of it was not observed.
define_gap <- function(from, event, start, adequate, visits) {
  if (!is.null(visits$every)) {
    limit <- 7 * 2 * visits$every$weeks + 2 * visits$every$window_days
    return(event - from > limit)
  }
  days <- visits$at$days
  step <- if (length(days) > 1L) days[length(days)] - days[length(days) - 1L] else days
  while (days[length(days)] < event - start) days <- c(days, days[length(days)] + step)
  opens <- start + days - visits$at$window_days
  closes <- start + days + visits$at$window_days
  missed <- closes > from & closes < event & !vapply(seq_along(days), function(k) {
    any(adequate >= opens[k] & adequate <= closes[k])
  }, NA)
  sum(missed) >= 2L
}

define_known <- function(day, cut) if (is.na(day) || day > cut) NA else day

#' Progression-free survival; `style` "FDA" or "EMA".
define_pfs <- function(patient, style, visits = NULL, same_day = "before") {
  start <- patient$start
  death <- define_known(patient$death, patient$cut)
  nact <- define_known(patient$nact, patient$cut)
  seen <- define_counted(patient$day, patient$response, start, NA, patient$cut, same_day)
  pd <- seen$day[seen$response == "PD"]
  pd <- if (length(pd) > 0L) pd[1L] else NA
  adequate <- seen$day[seen$response != "NE"]
  last_of <- function(days) if (length(days) > 0L) max(days) else start
  at <- function(day, cnsr) list(day = max(day, start), cnsr = cnsr, pd = pd)
  event <- if (is.na(pd) && is.na(death)) NA else min(pd, death, na.rm = TRUE)

  if (style == "EMA") {
    if (!is.na(event)) {
      return(at(event, 0L))
    }
    return(at(last_of(adequate), if (length(adequate) > 0L) 1L else 3L))
  }
  # 1. no baseline: only an early death counts
  if (!patient$baseline) {
    pd <- NA
    first <- !is.na(death) && (is.na(nact) || death <= nact)
    if (first && !define_gap(start, death, start, integer(), visits)) {
      return(at(death, 0L))
    }
    return(at(start, 2L))
  }
  # 2. new therapy first
  # `same_day` speaks of assessments; a death on the day of the new therapy is an event
  counts_on_day <- same_day == "before" || (!is.na(death) && death == event)
  before <- !is.na(nact) && (is.na(event) || nact < event || (nact == event && !counts_on_day))
  if (before) {
    usable <- if (same_day == "before") adequate[adequate <= nact] else adequate[adequate < nact]
    return(at(last_of(usable), 4L))
  }
  if (is.na(event)) {
    return(at(last_of(adequate), if (length(adequate) > 0L) 1L else 3L))
  }
  # 3. too much unobserved before the event; the progression itself is no visit that was kept before it
  usable <- adequate[adequate <= event & !(adequate %in% pd)]
  if (define_gap(last_of(usable), event, start, usable, visits)) {
    return(at(last_of(usable), 5L))
  }
  at(event, 0L)
}

#' Duration of response: from the first (confirmed) response to what ends PFS; NULL for non-responders.
define_dor <- function(patient, pfs, rule, confirmed) {
  seen <- define_counted(
    patient$day, patient$response, patient$start, define_known(patient$nact, patient$cut), patient$cut,
    rule$nact_same_day
  )
  best <- define_best(seen$day, seen$response, patient$start, rule, confirmed)
  if (is.na(best$response_day)) {
    return(NULL)
  }
  list(start = best$response_day, day = max(pfs$day, best$response_day), cnsr = pfs$cnsr)
}

#' Overall survival; `contact`: every day on which the patient was seen, the supplied last contact included.
define_os <- function(patient, contact) {
  death <- define_known(patient$death, patient$cut)
  if (!is.na(death)) {
    return(list(day = max(death, patient$start), cnsr = 0L))
  }
  contact <- c(contact, patient$death)
  last <- if (all(is.na(contact))) patient$start else min(max(contact, na.rm = TRUE), patient$cut)
  list(day = max(last, patient$start), cnsr = 1L)
}

#' Time to progression: as PFS, but a death that ends it competes (cnsr 7). On one day the progression counts.
define_ttp <- function(patient, pfs) {
  death <- define_known(patient$death, patient$cut)
  died <- pfs$cnsr == 0L && (is.na(pfs$pd) || (!is.na(death) && death < pfs$pd))
  list(day = pfs$day, cnsr = if (died) 7L else pfs$cnsr)
}

#' Time to response: the first (confirmed) response; progression and death compete, censoring as in PFS.
define_ttresp <- function(pfs, response_day) {
  if (!is.na(response_day)) {
    return(list(day = response_day, cnsr = 0L))
  }
  list(day = pfs$day, cnsr = if (pfs$cnsr == 0L) 7L else pfs$cnsr)
}

#' Time to next therapy: new therapy or death, otherwise last known alive (`os`).
define_ttnt <- function(patient, os) {
  nact <- define_known(patient$nact, patient$cut)
  if (is.na(nact)) os else list(day = min(nact, if (os$cnsr == 0L) os$day else nact), cnsr = 0L)
}
