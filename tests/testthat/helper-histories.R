# Seeded random histories of tumour patients, for the comparison with the slow definitions. Nothing here
# calls the package: a history is the tables that a study would hand over, and the rules to read them by.
#
# One seed is one small trial: `n` patients, one design, one data cut, one set of rules. Days are Dates.

#' How many histories of each kind: over 10,000 by default (some patients come after the cut), scaled by
#' TTE_RANDOM_CASES (150 being CI's number).
history_seeds <- function(total = 10500L, size = 500L) {
  cases <- as.integer(Sys.getenv("TTE_RANDOM_CASES", 150L))
  base <- as.integer(Sys.getenv("TTE_RANDOM_SEED", 20240L))
  base * 10000L + 5000L + seq_len(max(1L, ceiling(total * cases / 150 / size)))
}

maybe <- function(p) stats::runif(1L) < p
one_of <- function(x, prob = NULL) x[sample.int(length(x), 1L, prob = prob)]

#' The rules of one trial: arguments of recist(), visits, design, cut.
random_rules <- function() {
  n_visits <- 8L
  list(
    recist = list(
      confirmed = maybe(0.5), min_sd_days = one_of(c(28, 42, 49)), sd_tol = one_of(c(0, 0, 6)),
      confirm_days = one_of(c(28, 28, 35)), max_ne = one_of(c(0, 1, 1, 2)), accept_sd = maybe(0.3),
      nact_same_day = one_of(c("before", "before", "after"))
    ),
    derived = list(
      pr_sticky = maybe(0.75), cr_reappearance = one_of(c("pd", "pd", "rules")), nadir0_pd = maybe(0.2)
    ),
    every = list(weeks = one_of(c(6, 8)), window_days = one_of(c(0, 7))),
    at = list(days = 42L * seq_len(one_of(3:n_visits)), window_days = 7L),
    design = one_of(c("randomised", "single_arm")),
    flagged = maybe(0.5), nact_in = one_of(c("subjects", "therapies")),
    cut = as.Date("2022-01-03") + sample(250:700, 1L)
  )
}

#' Subjects: dates of start, death, new therapy and last contact. `last` is the day observation ends.
random_subjects <- function(n, rules) {
  rand <- as.Date("2022-01-03") + sample(0:300, n, replace = TRUE)
  dose <- rand + sample(c(0L, 0L, 1L, 3L, 5L), n, replace = TRUE)
  dose[stats::runif(n) < 0.03] <- NA
  start <- if (rules$design == "randomised") rand else dose
  observed <- sample(c(20L, 60L, 120L, 200L, 400L, 400L), n, replace = TRUE) + sample(0:40, n, replace = TRUE)
  death <- rand + observed + sample(0:60, n, replace = TRUE)
  death[stats::runif(n) < 0.6] <- NA
  nact <- rand + 10L + as.integer(stats::runif(n) * observed)
  nact[stats::runif(n) < 0.7 | (!is.na(start) & nact <= start)] <- NA
  nact[!is.na(nact) & !is.na(death) & nact > death] <- NA
  data.frame(
    USUBJID = sprintf("P%05d", sample(seq_len(n))), ARM = sample(c("Control", "Test"), n, replace = TRUE),
    RANDDT = rand, TRTSDT = dose, DTHDT = death, LSTALVDT = pmin(rand + observed, death, na.rm = TRUE),
    NACTDT = nact, BASEFL = ifelse(stats::runif(n) < 0.02, "N", "Y"), last = rand + observed
  )
}

#' Days of the visits after `start`: about every six weeks; some early, late, unscheduled or missed.
random_visits <- function(start, last, interval = 42L) {
  span <- as.integer(last - start)
  if (is.na(span) || span < 10L) {
    return(start[0L])
  }
  day <- seq(interval, span + interval, by = interval)
  day <- day + sample(c(0L, 0L, -7L, 7L, 8L, -8L, 3L), length(day), replace = TRUE)
  kept <- stats::runif(length(day)) > one_of(c(0, 0.1, 0.4))
  extra <- if (maybe(0.2)) sample(span, 1L)
  day <- sort(unique(c(day[kept], extra)))
  day <- day[diff(c(-7L, day)) > 6L]
  start + day[day >= 5L & day <= span]
}

# ---- lesions
# ----------------------------------------------------------------------------------------------------

#' The lesions known at baseline: name, group, nodal, size in mm at baseline (NA: not measured).
random_lesions <- function(coarse) {
  targets <- sample(0:4, 1L, prob = c(0.12, 0.2, 0.3, 0.23, 0.15))
  others <- sample(0:3, 1L, prob = c(0.4, 0.3, 0.2, 0.1))
  if (targets + others == 0L) targets <- 1L
  nodal <- stats::runif(targets + others) < 0.25
  target <- seq_len(targets + others) <= targets
  size <- if (coarse) sample(c(20, 30, 40, 50), length(nodal), TRUE) else sample(10:60, length(nodal), TRUE)
  size <- ifelse(nodal & target, ifelse(coarse, 20, sample(15:30, length(nodal), TRUE)), size)
  if (!coarse && maybe(0.3)) size <- size + round(stats::runif(length(size)), 1)
  size[!target] <- ifelse(nodal[!target], sample(10:14, sum(!target), TRUE), NA)
  marker <- !target & !nodal & stats::runif(length(nodal)) < 0.15
  data.frame(
    TRLNKID = sprintf("%s%02d", ifelse(target, "T", "NT"), seq_along(nodal)),
    TRGRPID = ifelse(target, "TARGET", "NON-TARGET"), NODAL = ifelse(nodal, "Y", "N"), size, marker
  )
}

#' Sizes of the targets at the visits: a walk with an exact 20 or 30 % now and then.
random_sizes <- function(base, coarse, nodal, gone) {
  size <- base
  n <- length(base)
  out <- matrix(0, length(gone), n)
  drift <- one_of(c(0.75, 0.9, 1, 1.1))
  for (v in seq_along(gone)) {
    if (gone[v]) {
      size <- ifelse(nodal, sample(c(0, 4, 6, 9, 9.9), n, TRUE), 0)
    } else {
      factor <- drift * one_of(c(0.7, 0.8, 0.9, 1, 1, 1.1, 1.2, 1.4))
      back <- size == 0 & stats::runif(n) < 0.5
      size[back] <- sample(c(2, 4, 5, 12), 1L)
      size <- if (coarse) 5 * round(size * factor / 5) else round(size * factor, sample(0:1, 1L))
      size[stats::runif(n) < 0.05] <- 0
    }
    out[v, ] <- size
  }
  out
}

#' State of the other lesions at each scan: present, absent, progressed; a node by its short axis.
random_states <- function(lesions, gone, lesion) {
  n <- length(lesion)
  node <- lesions$NODAL[lesion] == "Y"
  marker <- lesions$marker[lesion]
  chance <- stats::runif(n)
  size <- ifelse(gone, sample(0:9, n, TRUE), sample(c(6:14, 9.9), n, TRUE))
  size[!node] <- NA
  state <- ifelse(gone | chance < 0.15, "ABSENT", ifelse(chance > 0.97, "UNEQUIVOCAL PROGRESSION", "PRESENT"))
  state[marker] <- ifelse(state[marker] == "ABSENT", "MARKER NORMAL", "MARKER RAISED")
  state[node & state != "UNEQUIVOCAL PROGRESSION"] <- NA
  list(size = size, state = state)
}

#' Rows of new lesions over the visits: unequivocal at once, or equivocal and then settled either way.
random_new <- function(days) {
  name <- state <- character()
  visit <- integer()
  for (k in seq_len(sample(0:2, 1L, prob = c(0.75, 0.2, 0.05)))) {
    if (length(days) == 0L) break
    from <- sample.int(length(days), 1L)
    doubtful <- if (maybe(0.4)) sample(0:2, 1L) + 1L else 0L
    at <- seq(from, min(length(days), from + 3L))
    word <- ifelse(seq_along(at) <= doubtful, "EQUIVOCAL", "UNEQUIVOCAL")
    if (doubtful > 0L && maybe(0.4)) {
      at <- at[seq_len(min(doubtful, length(at)))]
      word <- rep("EQUIVOCAL", length(at))
    }
    name <- c(name, rep(sprintf("NEW%02d", k), length(at)))
    visit <- c(visit, at)
    state <- c(state, word)
  }
  if (length(days) > 0L && maybe(0.08)) {
    name <- c(name, "NEW")
    visit <- c(visit, sample.int(length(days), 1L))
    state <- c(state, "NOT EVALUABLE")
  }
  n <- length(visit)
  list(
    TRLNKID = name, TRGRPID = rep("NEW", n), NODAL = rep("N", n),
    ADT = days[visit] + sample(0:1, n, TRUE) * (state != "NOT EVALUABLE"),
    AVISIT = paste("VISIT", visit)[seq_len(n)], AVAL = rep(NA_real_, n), TRSTRESC = state,
    flag = rep(NA_character_, n)
  )
}

#' The lesion rows of one patient, as a list of columns.
random_lesion_rows <- function(subject, start, rules) {
  dose <- if (is.na(subject$TRTSDT)) start else subject$TRTSDT
  coarse <- maybe(0.5)
  lesions <- random_lesions(coarse)
  days <- random_visits(start, subject$last)
  days <- days[days > dose]
  rows <- Map(
    c, random_baseline(lesions, min(dose, start)), random_follow_up(lesions, days, coarse), random_new(days)
  )
  if (maybe(0.03)) rows <- lapply(rows, `[`, 0L)
  c(list(USUBJID = rep(subject$USUBJID, length(rows$ADT))), rows)
}

scan_days <- function(day) if (maybe(0.2)) day + sample(0:3, length(day), TRUE) else day

#' The baseline scans, some incomplete; sometimes an earlier screening scan that no longer counts.
random_baseline <- function(lesions, first) {
  n <- nrow(lesions)
  target <- lesions$TRGRPID == "TARGET"
  day <- rep(first - sample(c(3:27, 40L), 1L), n)
  out <- list(
    TRLNKID = lesions$TRLNKID, TRGRPID = lesions$TRGRPID, NODAL = lesions$NODAL, ADT = scan_days(day),
    AVISIT = rep("BASELINE", n), AVAL = lesions$size,
    TRSTRESC = ifelse(target | lesions$NODAL == "Y", NA, ifelse(lesions$marker, "MARKER RAISED", "PRESENT")),
    flag = rep("Y", n)
  )
  if (any(target) && maybe(0.06)) {
    out$AVAL[which(target)[1L]] <- NA
    out$TRSTRESC[which(target)[1L]] <- "NOT EVALUABLE"
  }
  if (maybe(0.05)) {
    earlier <- out
    earlier$ADT <- earlier$ADT - 40L
    earlier$AVISIT[] <- "SCREENING"
    earlier$AVAL <- earlier$AVAL + 10
    earlier$flag[] <- NA
    out <- Map(c, out, earlier)
  }
  out
}

#' The scans after baseline: for some patients all disease is gone for a while; scans that could not be read.
random_follow_up <- function(lesions, days, coarse) {
  n <- nrow(lesions)
  visits <- length(days)
  visit <- rep(seq_len(visits), each = n)
  lesion <- rep(seq_len(n), visits)
  target <- (lesions$TRGRPID == "TARGET")[lesion]
  node <- (lesions$NODAL == "Y")[lesion]
  gone <- rep(FALSE, visits)
  if (maybe(0.3) && visits > 0L) {
    from <- sample.int(visits, 1L)
    gone[seq(from, min(visits, from + sample(0:3, 1L)))] <- TRUE
  }
  measured <- lesions$TRGRPID == "TARGET"
  size <- random_sizes(lesions$size[measured], coarse, lesions$NODAL[measured] == "Y", gone)
  others <- random_states(lesions, (gone | stats::runif(visits) < 0.1)[visit], lesion)
  value <- others$size
  state <- others$state
  value[target] <- t(size)
  state[target] <- NA
  chance <- stats::runif(length(visit))
  zero <- target & value %in% 0
  state[zero & chance < 0.7] <- "ABSENT"
  value[zero & chance < 0.4] <- NA
  tiny <- target & !zero & !node & chance < 0.04
  state[tiny] <- "TOO SMALL TO MEASURE"
  value[tiny] <- ifelse(chance[tiny] < 0.01, 3, NA)
  day <- scan_days(days[visit])
  unread <- stats::runif(length(visit)) < sample(c(0, 0, 0.1, 0.4), visits, TRUE)[visit]
  unread <- unread | (target & (stats::runif(visits) < 0.04)[visit])
  word <- sample(c("NOT EVALUABLE", "NOT DONE"), visits, TRUE)[visit]
  day[unread] <- days[visit[unread]]
  value[unread] <- NA
  state[unread] <- word[unread]
  kept <- !(unread & word == "NOT DONE" & (stats::runif(visits) < 0.3)[visit])
  list(
    TRLNKID = lesions$TRLNKID[lesion][kept], TRGRPID = lesions$TRGRPID[lesion][kept],
    NODAL = lesions$NODAL[lesion][kept], ADT = day[kept], AVISIT = paste("VISIT", visit)[kept],
    AVAL = value[kept], TRSTRESC = state[kept], flag = rep(NA_character_, sum(kept))
  )
}

#' One trial with lesions: list(seed, rules, tables, start).
lesion_trial <- function(seed, n = 500L) {
  with_random_seed(seed, {
    rules <- random_rules()
    subjects <- random_subjects(n, rules)
    subjects <- subjects[!(rules$design == "single_arm" & is.na(subjects$TRTSDT)), ]
    start <- if (rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT
    rows <- lapply(seq_len(nrow(subjects)), function(i) {
      random_lesion_rows(lapply(subjects, `[`, i), start[i], rules)
    })
    lesions <- stack_columns(rows)
    if (rules$flagged) lesions$ABLFL <- lesions$flag
    lesions$flag <- NULL
    later <- lesions[!lesions$AVISIT %in% c("BASELINE", "SCREENING"), ]
    subjects <- coincide(subjects, split(later$ADT, factor(later$USUBJID, subjects$USUBJID)), start)
    finish_trial(seed, rules, subjects, lesions = lesions[sample(nrow(lesions)), ])
  })
}

#' One data frame from lists of columns.
stack_columns <- function(rows) {
  columns <- names(rows[[1L]])
  out <- lapply(columns, function(column) do.call(c, lapply(rows, `[[`, column)))
  as.data.frame(stats::setNames(out, columns), stringsAsFactors = FALSE)
}

#' Put some new therapies and deaths on the day of a visit; nobody is scanned after death.
coincide <- function(subjects, days, start) {
  for (i in seq_len(nrow(subjects))) {
    seen <- days[[i]][which(days[[i]] > start[i])]
    if (length(seen) == 0L) next
    if (!is.na(subjects$NACTDT[i]) && maybe(0.4)) subjects$NACTDT[i] <- one_of(seen)
    if (!is.na(subjects$DTHDT[i])) {
      subjects$DTHDT[i] <- max(subjects$DTHDT[i], seen + 3L, subjects$NACTDT[i], na.rm = TRUE)
      if (maybe(0.1)) subjects$DTHDT[i] <- max(seen, subjects$NACTDT[i], na.rm = TRUE)
    }
    if (maybe(0.9)) subjects$LSTALVDT[i] <- max(subjects$LSTALVDT[i], seen, subjects$NACTDT[i], na.rm = TRUE)
  }
  subjects$LSTALVDT <- pmin(subjects$LSTALVDT, subjects$DTHDT, na.rm = TRUE)
  subjects
}

# ---- responses already given
# -----------------------------------------------------------------------------------------------------

#' A sequence of supplied responses: runs of one category, broken by NE, ending in PD or not.
random_responses <- function(n) {
  kind <- one_of(c("measured", "measured", "measured", "unmeasured", "clean"))
  words <- switch(kind,
    measured = c("CR", "PR", "SD", "NE", "PD"),
    unmeasured = c("CR", "NON-CR/NON-PD", "NON-CR/NON-PD", "NE", "PD"),
    clean = c("NED", "NED", "NED", "NE", "PD")
  )
  response <- one_of(words[1:3])
  out <- character(n)
  for (k in seq_len(n)) {
    if (maybe(0.5)) response <- sample(words, 1L, prob = c(0.2, 0.25, 0.25, 0.2, 0.1))
    out[k] <- response
  }
  out
}

response_trial <- function(seed, n = 500L) {
  with_random_seed(seed, {
    rules <- random_rules()
    subjects <- random_subjects(n, rules)
    subjects <- subjects[!(rules$design == "single_arm" & is.na(subjects$TRTSDT)), ]
    start <- if (rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT
    rows <- lapply(seq_len(nrow(subjects)), function(i) {
      days <- random_visits(start[i], subjects$last[i], one_of(c(14L, 28L, 42L)))
      if (maybe(0.1)) days <- c(start[i] - sample(3L, 1L), days)
      if (maybe(0.1)) days <- sort(c(start[i], days))
      if (maybe(0.05)) days <- days[0L]
      if (length(days) == 0L) {
        return(NULL)
      }
      word <- random_responses(length(days))
      word[stats::runif(length(days)) < 0.03] <- "ND"
      rows <- data.frame(USUBJID = subjects$USUBJID[i], ADT = days, AVALC = word)
      twice <- stats::runif(nrow(rows)) < 0.04
      rbind(rows, transform(rows[twice, ], AVALC = sample(c("SD", "NE", "PR", "PD"), sum(twice), TRUE)))
    })
    assessments <- do.call(rbind, rows)
    assessments$PARAMCD <- "OVR"
    owner <- factor(assessments$USUBJID, subjects$USUBJID)
    subjects <- coincide(subjects, split(assessments$ADT, owner), start)
    finish_trial(seed, rules, subjects, assessments = assessments[sample(nrow(assessments)), ])
  })
}

#' New therapies go where the trial's rules keep them; radiotherapy is not a new systemic therapy.
finish_trial <- function(seed, rules, subjects, ...) {
  subjects$last <- NULL
  therapies <- NULL
  nact <- subjects$NACTDT
  if (rules$nact_in == "therapies") {
    treated <- which(!is.na(nact))
    again <- sample(treated, length(treated) %/% 3L)
    therapies <- data.frame(
      USUBJID = subjects$USUBJID[c(treated, again)], CMTRT = "NEXT LINE", CMCAT = "SYSTEMIC",
      ASTDT = c(nact[treated], nact[again] + 20L)
    )
    subjects$NACTDT <- NULL
  }
  rownames(subjects) <- NULL
  tables <- c(list(subjects = subjects), list(...))
  if (!is.null(therapies)) tables$therapies <- therapies[sample(nrow(therapies)), ]
  list(seed = seed, rules = rules, tables = tables, nact = stats::setNames(nact, subjects$USUBJID))
}

#' One patient of a trial, to be printed beside a difference.
history_of <- function(trial, person) {
  tables <- lapply(trial$tables, function(table) {
    table <- table[table$USUBJID == person, ]
    day <- names(table) %in% c("ADT", "ASTDT")
    if (any(day)) table <- table[order(table[[which(day)[1L]]]), ]
    table
  })
  c(tables, list(cut = trial$rules$cut, rules = trial$rules[c("recist", "derived", "every", "at", "design")]))
}
