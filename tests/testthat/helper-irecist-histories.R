# Seeded random histories for iRECIST, for the comparison with its slow definition. Nothing here calls the
# package. Visits lie two to twelve weeks apart; sums take the values at which a decision changes (exactly
# 20 %, exactly 5 mm, one tenth of a millimetre less), and so do new lesions: they appear, grow, vanish
# and come back.

#' Rules of one trial.
random_irecist_rules <- function() {
  rules <- random_rules()
  rules$recist$confirmed <- FALSE
  rules
}

#' Days of the visits: some too early to confirm, some on the border, some late.
random_irregular_visits <- function(n) {
  gaps <- c(14L, 21L, 25L, 26L, 27L, 28L, 35L, 42L, 42L, 42L, 56L, 57L, 63L, 84L)
  cumsum(sample(gaps, n, replace = TRUE))
}

#' The next sum (tenths of mm) from where decisions change, given baseline, least and last sums. What has
#' crossed the border comes back in every other case, or there would be few resets.
random_next_sum <- function(base, least, last) {
  border <- max(ceiling(1.2 * least), least + 50)
  if (last >= border && maybe(0.5)) {
    return(max(0, one_of(c(last, border - 1, border - 1, least, floor(0.7 * base)))))
  }
  move <- one_of(
    c("same", "border", "step", "response", "shrink", "none", "jump"),
    c(0.22, 0.2, 0.3, 0.08, 0.12, 0.04, 0.04)
  )
  next_sum <- switch(move,
    same = last,
    border = border + one_of(c(0, 0, -1, 10)),
    step = last + 10 * one_of(c(-5, -2, -1, 1, 2, 3, 4, 5, 6)),
    response = floor(0.7 * base) + one_of(c(0, 0, 1)),
    shrink = round(last * one_of(c(0.5, 0.7, 0.9)) / 10) * 10,
    none = 0,
    jump = last + one_of(c(49, 50, 51))
  )
  max(0, next_sum)
}

#' Sums of a patient over `n` visits, the baseline first.
random_sums <- function(n) {
  base <- one_of(c(200, 300, 500, 1000))
  out <- base
  for (v in seq_len(n)) out <- c(out, random_next_sum(base, min(out), out[v]))
  out
}

#' The sum shared out over the lesions: all of the change is the first one's as far as it goes.
share_sum <- function(total, lesions) {
  size <- matrix(0, length(total), lesions)
  size[1L, ] <- total[1L] / lesions
  for (v in seq_along(total)[-1L]) {
    left <- total[v] - sum(size[v - 1L, ])
    now <- size[v - 1L, ]
    for (k in seq_len(lesions)) {
      change <- max(-now[k], left)
      now[k] <- now[k] + change
      left <- left - change
    }
    size[v, ] <- now
  }
  size
}

#' Rows of the targets: mm, or a word where there is no size.
random_target_rows <- function(day, visit) {
  lesions <- sample(1:3, 1L, prob = c(0.5, 0.35, 0.15))
  size <- share_sum(random_sums(length(day) - 1L), lesions) / 10
  node <- lesions > 1L && maybe(0.2)
  word <- matrix(NA_character_, nrow(size), lesions)
  unread <- stats::runif(length(size)) < one_of(c(0, 0, 0.05, 0.15)) & row(size) > 1L
  word[unread] <- one_of(c("NOT EVALUABLE", "NOT DONE"))
  size[unread] <- NA
  gone <- size %in% 0 & stats::runif(length(size)) < 0.5
  word[gone] <- "ABSENT"
  size[gone] <- NA
  one <- rep(seq_len(lesions), each = length(day))
  list(
    TRLNKID = sprintf("T%02d", one), TRGRPID = rep("TARGET", length(one)),
    NODAL = ifelse(one == 1L & node, "Y", "N"), visit = rep(visit, lesions), AVAL = c(size),
    TRSTRESC = c(word), TRLOC = rep("LIVER", length(one))
  )
}

#' A walk through the words for what is not measured: it grows, shrinks, goes and comes back.
random_words <- function(n, first, there) {
  state <- first
  for (v in seq_len(n)[-1L]) {
    last <- state[v - 1L]
    draw <- one_of(
      c(there, "UNCHANGED", "ABSENT", "INCREASED", "DECREASED", "UNEQUIVOCAL PROGRESSION", "NOT EVALUABLE"),
      c(0.3, 0.24, 0.12, 0.1, 0.1, 0.1, 0.04)
    )
    # nothing grows from nothing
    if (last == "ABSENT" && draw != "NOT EVALUABLE") draw <- one_of(c("ABSENT", there))
    if (last == "NOT EVALUABLE" && "ABSENT" %in% state) draw <- one_of(c("ABSENT", there))
    state <- c(state, draw)
  }
  state
}

#' Rows of the non-targets: described in words, or measured now and then; nodes by their short axis.
random_other_rows <- function(visit, lesions) {
  n <- length(visit)
  pieces <- lapply(seq_len(lesions), function(k) {
    kind <- one_of(c("words", "sized", "node"), c(0.7, 0.15, 0.15))
    state <- random_words(n, "PRESENT", "PRESENT")
    value <- rep(NA_real_, n)
    if (kind == "sized") {
      measured <- state %in% c("PRESENT", "UNCHANGED")
      value[measured] <- sample(c(8, 9, 10), sum(measured), TRUE)
      state[measured] <- "PRESENT"
    }
    if (kind == "node") {
      value <- c(12, sample(c(7, 8, 9.9, 10, 11, 12, 13), n - 1L, TRUE))
      unread <- state == "NOT EVALUABLE"
      value[unread] <- NA
      state[!unread] <- NA
    }
    list(
      TRLNKID = rep(sprintf("N%02d", k), n), TRGRPID = rep("NON-TARGET", n),
      NODAL = rep(if (kind == "node") "Y" else "N", n), visit = visit, AVAL = value, TRSTRESC = state,
      TRLOC = rep("BONE", n)
    )
  })
  do.call(Map, c(list(c), pieces))
}

#' Rows of one new lesion from its first visit on: measured (mm) or only described.
random_new_rows <- function(k, visit, from, place) {
  at <- visit[visit >= from]
  n <- length(at)
  doubt <- maybe(0.1)
  organ <- if (place == "any") one_of(c("LUNG", "LIVER", "BRAIN", NA)) else place
  value <- rep(NA_real_, n)
  state <- rep("UNEQUIVOCAL", n)
  calm <- maybe(0.5)
  if (maybe(0.75)) {
    value[1L] <- one_of(c(5, 10, 10, 10, 14, 15, 20))
    for (v in seq_len(n)[-1L]) {
      step <- if (calm) c(-5, -2, 0, 0, 0, 0, 1, 2) else c(-10, -2, -1, 0, 0, 0, 1, 2, 3, 4, 4.9, 5, 6)
      value[v] <- max(0, value[v - 1L] + one_of(step))
      if (value[v - 1L] == 0 && maybe(0.6)) value[v] <- 0
    }
    state[value == 0] <- "ABSENT"
    bare <- value > 0 & stats::runif(n) < one_of(c(0, 0, 0.5))
    bare[1L] <- FALSE
    state[bare] <- NA
    tiny <- value > 0 & value <= 5 & stats::runif(n) < 0.1
    tiny[1L] <- FALSE
    value[tiny] <- NA
    state[tiny] <- "TOO SMALL TO MEASURE"
  } else {
    state <- random_words(n, "UNEQUIVOCAL", "UNEQUIVOCAL")
  }
  unread <- seq_len(n) > 1L & stats::runif(n) < 0.05
  value[unread] <- NA
  state[unread] <- "NOT EVALUABLE"
  if (doubt) state[seq_len(min(n, sample(2L, 1L)))] <- "EQUIVOCAL"
  node <- maybe(0.1)
  list(
    TRLNKID = rep(sprintf("NEW%02d", k), n), TRGRPID = rep("NEW", n),
    NODAL = rep(if (node) "Y" else "N", n), visit = at,
    AVAL = value, TRSTRESC = state, TRLOC = rep(organ, n)
  )
}

#' Lesion rows of one patient, as a list of columns, and the days of the visits.
random_irecist_rows <- function(id, start) {
  n <- sample(2:9, 1L)
  day <- c(-sample(1:20, 1L), random_irregular_visits(n))
  visit <- seq_len(n + 1L)
  measured <- maybe(0.88)
  others <- if (measured) sample(0:2, 1L, prob = c(0.55, 0.35, 0.1)) else sample(1:2, 1L)
  pieces <- list(
    if (measured) random_target_rows(day, visit),
    if (others > 0L) random_other_rows(visit, others)
  )
  place <- one_of(c("LUNG", "any", "any"))
  together <- if (maybe(0.5)) one_of(visit[-1L])
  for (k in seq_len(sample(0:6, 1L, prob = c(0.46, 0.26, 0.1, 0.07, 0.05, 0.03, 0.03)))) {
    from <- if (is.null(together) || maybe(0.3)) one_of(visit[-1L]) else together
    pieces <- c(pieces, list(random_new_rows(k, visit, from, place)))
  }
  rows <- do.call(Map, c(list(c), Filter(length, pieces)))
  # a visit at which nothing could be read
  dark <- rows$visit > 1L & (stats::runif(n + 1L) < one_of(c(0, 0.08, 0.2)))[rows$visit]
  rows$AVAL[dark] <- NA
  rows$TRSTRESC[dark] <- "NOT EVALUABLE"
  kept <- !(rows$TRGRPID == "NEW" & rows$TRSTRESC == "NOT EVALUABLE" & stats::runif(length(rows$visit)) < 0.3)
  kept[is.na(kept)] <- TRUE
  rows <- lapply(rows, `[`, kept)
  count <- length(rows$visit)
  urgent <- stats::runif(n + 1L) < 0.2
  # scans of one visit on several days
  late <- if (maybe(0.15)) sample(0:2, count, TRUE) * (rows$visit > 1L) else 0L
  c(
    list(USUBJID = rep(id, count)), rows[setdiff(names(rows), "visit")],
    list(
      ADT = start + day[rows$visit] + late,
      AVISIT = ifelse(rows$visit == 1L, "BASELINE", sprintf("VISIT %02d", rows$visit - 1L)),
      ABLFL = ifelse(rows$visit == 1L, "Y", NA_character_),
      SYMPTOMS = ifelse(urgent[rows$visit], "Y", "N")
    )
  )
}

#' One trial with lesions: list(seed, rules, tables, nact).
irecist_lesion_trial <- function(seed, n = 500L) {
  with_random_seed(seed, {
    rules <- random_irecist_rules()
    subjects <- random_subjects(n, rules)
    subjects <- subjects[!(rules$design == "single_arm" & is.na(subjects$TRTSDT)), ]
    start <- if (rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT
    rows <- lapply(seq_len(nrow(subjects)), function(i) random_irecist_rows(subjects$USUBJID[i], start[i]))
    lesions <- stack_columns(rows)
    later <- lesions[is.na(lesions$ABLFL), ]
    subjects <- coincide(subjects, split(later$ADT, factor(later$USUBJID, subjects$USUBJID)), start)
    finish_trial(seed, rules, subjects, lesions = lesions[sample(nrow(lesions)), ])
  })
}

# ---- sums
# ----------------------------------------------------------------------------------------------

#' One patient's sums, a row a visit, as a list of columns; new lesions as their sum and their number.
random_sum_rows <- function(id, start) {
  n <- sample(2:9, 1L) + 1L
  size <- random_sums(n - 1L) / 10
  complete <- c("Y", ifelse(stats::runif(n - 1L) < 0.06, "N", "Y"))
  size[-1L][stats::runif(n - 1L) < 0.04] <- NA
  other <- one_of(c("none", "none", "there"))
  ntl <- if (other == "none") {
    rep("NA", n)
  } else {
    c("NON-CR/NON-PD", sample(
      c("NON-CR/NON-PD", "CR", "NE", "PD"), n - 1L, TRUE, c(0.6, 0.18, 0.06, 0.16)
    ))
  }
  nt_change <- rep(NA_character_, n)
  if (other == "there") {
    words <- c(NA, "UNCHANGED", "INCREASED", "DECREASED")
    nt_change[-1L] <- sample(words, n - 1L, TRUE, c(0.5, 0.2, 0.2, 0.1))
    nt_change[ntl %in% c("NE", "CR")] <- NA
  }
  new <- random_new_columns(n)
  c(
    list(
      USUBJID = rep(id, n), ADT = start + c(-sample(1:20, 1L), random_irregular_visits(n - 1L)),
      AVISIT = c("BASELINE", sprintf("VISIT %02d", seq_len(n - 1L))),
      ABLFL = c("Y", rep(NA_character_, n - 1L)), SUM = size, COMPLETE = complete, NTRGRESP = ntl
    ),
    new, list(NTCHANGE = nt_change, SYMPTOMS = sample(c("Y", "N"), n, TRUE, c(0.2, 0.8)))
  )
}

#' NEWLESN, NLSUM, NLCOUNT, NLCHANGE over the visits.
random_new_columns <- function(n) {
  new <- rep("N", n)
  total <- count <- rep(NA_real_, n)
  change <- rep(NA_character_, n)
  if (maybe(0.5) && n > 1L) {
    from <- sample(2:n, 1L)
    counted <- maybe(0.7)
    known <- 1
    now <- one_of(c(0, 10, 10, 20))
    for (v in from:n) {
      if (v > from) {
        now <- max(0, now + one_of(c(-5, -1, 0, 0, 0, 0, 1, 2, 3, 4.9, 5)))
        if (counted && maybe(0.12)) {
          known <- known + 1
          now <- now + one_of(c(0, 10))
        }
      }
      state <- if (v == from) "Y" else one_of(c("Y", "N", NA), c(0.82, 0.12, 0.06))
      new[v] <- state
      if (counted) count[v] <- known
      if (!state %in% "Y") {
        next
      }
      if (maybe(0.9)) total[v] <- now
      if (v > from && maybe(0.3)) {
        change[v] <- one_of(c("UNCHANGED", "INCREASED", "DECREASED", "UNEQUIVOCAL PROGRESSION"))
      }
    }
  }
  list(NEWLESN = new, NLSUM = total, NLCOUNT = count, NLCHANGE = change)
}

#' One trial with sums: `sums` is handed to derive_response() with the subjects.
irecist_sum_trial <- function(seed, n = 500L) {
  with_random_seed(seed, {
    rules <- random_irecist_rules()
    rules$nact_in <- "subjects"
    subjects <- random_subjects(n, rules)
    subjects <- subjects[!(rules$design == "single_arm" & is.na(subjects$TRTSDT)), ]
    start <- if (rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT
    sums <- stack_columns(lapply(seq_len(nrow(subjects)), function(i) {
      random_sum_rows(subjects$USUBJID[i], start[i])
    }))
    later <- sums[is.na(sums$ABLFL), ]
    subjects <- coincide(subjects, split(later$ADT, factor(later$USUBJID, subjects$USUBJID)), start)
    finish_trial(seed, rules, subjects, sums = sums[sample(nrow(sums)), ])
  })
}
