# What is decided while a progression is there that no scan has shown yet. The path knows of it at once, the
# physician does not: until then therapies begin as often as without one. If they stopped, or came more often,
# at the progression itself, who was treated would tell of scans to come, and no analysis of the tables could
# give the planted effect of a therapy. What begins so changes nothing in the path, whose own times are kept:
# the exact values of a design are those of the path.

unseen_decisions <- function(persons, design, seed) {
  decide <- list(guided_therapy = unseen_guided, rechallenge = unseen_rechallenge)[[design$kind]]
  if (is.null(decide)) {
    return(persons)
  }
  wait <- cohort_draws(seed, "unseen", persons$person, 2, "exponential") * days_per_month
  decide(persons, design, wait, seed)
}

# Until when a progression is unseen: the scan that shows it, or death.
unseen_until <- function(persons) pmin(persons$PROG_SEEN, persons$T_DEATH, na.rm = TRUE)

# The path has first guided therapies begin at the rate `guided_after` from the progression on. What the rate
# before it exceeds that is added; what it falls short of is put off until the progression is seen.
unseen_guided <- function(persons, design, wait, seed) {
  persons$PATH_GUIDED <- persons$T_GUIDED
  until <- unseen_until(persons)
  unguided <- persons$ACTIONABLE & !is.na(persons$T_PROG) & !(persons$T_GUIDED <= persons$T_PROG) %in% TRUE
  begun <- unguided & (persons$T_GUIDED < until) %in% TRUE
  from <- pmax(persons$T_PROG, 7 * design$report_weeks)
  share <- if (design$guided_after > 0) design$guided_rate / design$guided_after else Inf
  put_off <- begun & exp(-wait[, 2] / days_per_month) >= share
  later <- until + wait[, 1] / design$guided_after
  persons$T_GUIDED[put_off] <- ifelse(later < persons$T_DEATH & is.finite(later), later, NA)[put_off]
  more <- from + wait[, 1] / max(design$guided_rate - design$guided_after, 0)
  added <- unguided & (more < until) %in% TRUE & !(persons$T_GUIDED <= more) %in% TRUE
  persons$T_GUIDED[added] <- more[added]
  persons
}

# Once the irAE has resolved, which it may do after the progression.
unseen_rechallenge <- function(persons, design, wait, seed) {
  persons$PATH_RECHALLENGE <- persons$T_RECHALLENGE
  persons$PATH_RESOLVED <- persons$T_RESOLVED
  rate <- design$rechallenge * ifelse(persons$SEVERE, design$hr_severe, 1)
  more <- resolution_wait(design, draw_things(seed, "irae_details", persons$person, 1, 10)[, 10])
  active <- is.na(persons$T_RESOLVED)
  resolved <- persons$T_PROG + ifelse(active, more, 0)
  begin <- resolved + wait[, 1] / rate
  unseen <- (is.na(persons$T_RECHALLENGE) & begin < unseen_until(persons)) %in% TRUE
  persons$T_RECHALLENGE[unseen] <- begin[unseen]
  persons$T_RESOLVED[unseen & active] <- resolved[unseen & active]
  persons
}
