# Simulated blood samples with their markers.

# ---- samples ----

# One row for each sample and marker. Markers are log-normal; those that carry a signal have, on the log scale
# and with unit variance, the planted correlation with the person's score at any scheduled sample. What lies
# below the limit of detection is recorded as the limit, flagged.
simulate_samples <- function(design, cohort, seed) {
  if (has_markers(design)) sample_table(design, cohort$persons, samples_taken(design, cohort, seed), seed)
}

has_markers <- function(design) !is.null(design$n_markers) && design$n_markers > 0

sample_table <- function(design, persons, taken, seed) {
  values <- marker_values(design, persons, taken, seed)
  code <- marker_codes(design)
  limit <- values$limit
  below <- values$value < rep(limit, each = nrow(taken))
  value <- signif(ifelse(below, rep(limit, each = nrow(taken)), values$value), 4)
  whose <- rows_at(persons[c("USUBJID", "STARTDT")], taken$row)
  each <- length(code)
  table <- data.frame(
    USUBJID = rep(whose$USUBJID, each = each), ADT = rep(whose$STARTDT + taken$day, each = each),
    AVISIT = rep(taken$AVISIT, each = each), PARAMCD = rep(code, nrow(taken)), AVAL = as.vector(t(value)),
    BLQFL = yes_no(as.vector(t(below))), REASON = rep(taken$reason, each = each)
  )
  if (design$kind == "irae_risk") {
    table$PARCAT1 <- rep(marker_categories(design), nrow(taken))
    cohort <- if (is.null(persons[["COHORT"]])) cohort_words[["treated"]] else persons$COHORT[1]
    table$COHORT <- rep(cohort, nrow(table))
  }
  table
}

cohort_words <- c(treated = "Checkpoint inhibitor", comparison = "Systemic autoimmune disease")

# Of the interferon type are the markers that carry the toxicity score.
marker_categories <- function(design) {
  ifelse(seq_len(design$n_markers) <= design$signal_markers, "Interferon", "Other")
}

# Which samples were taken: those of the schedule that the person was followed for, but for missed ones, and
# one at the diagnosis of each immune-related adverse event.
samples_taken <- function(design, cohort, seed) {
  taken <- rbind(scheduled_samples(design, cohort, seed), event_samples(design, cohort, seed))
  taken <- taken[order(taken$row, taken$day, taken$reason), , drop = FALSE]
  rownames(taken) <- NULL
  taken
}

scheduled_samples <- function(design, cohort, seed) {
  persons <- cohort$persons
  weeks <- design$sample_weeks
  taken <- data.frame(
    row = rep(seq_len(nrow(persons)), each = length(weeks)), number = rep(seq_along(weeks), nrow(persons))
  )
  u <- draw_things(seed, "samples", persons$person[taken$row], taken$number, 2)
  planned <- 7 * weeks[taken$number]
  width <- design$sample_window
  shift <- ifelse(planned <= 0, -floor(u[, 1] * (width + 1)), floor(u[, 1] * (2 * width + 1)) - width)
  enrolled <- as.numeric(persons$ENRLDT - persons$STARTDT)[taken$row]
  taken$day <- pmax(planned + shift, pmin(enrolled, 0))
  taken$AVISIT <- sample_visits(design)[taken$number]
  taken <- taken[u[, 2] >= design$sample_missed, , drop = FALSE]
  taken <- rbind(taken, first_plasma(design, persons, seed))
  taken$reason <- rep("scheduled", nrow(taken))
  taken[taken$day <= persons$LAST[taken$row], , drop = FALSE]
}

# The names of the visits of these weeks.
sample_visits <- function(design) {
  weeks <- design$sample_weeks
  known <- c(0, visit_weeks(design))
  name <- visit_names(design)[match(weeks, known)]
  ifelse(is.na(name), paste("Week", vapply(weeks, format_plain, "")), name)
}

# After surgery everybody has a first plasma, on a day of the range of the design.
first_plasma <- function(design, persons, seed) {
  if (!is.null(design$plasma_days)) {
    row <- seq_len(nrow(persons))
    data.frame(
      row = row, number = rep(499, length(row)), day = plasma_day(design, persons, seed),
      AVISIT = rep("First plasma", length(row))
    )
  }
}

plasma_day <- function(design, persons, seed) {
  range <- design$plasma_days
  u <- draw_things(seed, "samples", persons$person, 499, 1)
  range[1] + floor(u[, 1] * (diff(range) + 1))
}

event_samples <- function(design, cohort, seed) {
  stays <- if (isTRUE(design$sample_event)) irae_stays(design, cohort)
  if (is.null(stays) || nrow(stays) == 0) {
    return(NULL)
  }
  number <- event_sample_number(stays$number)
  u <- draw_things(seed, "samples", cohort$persons$person[stays$row], number, 2)
  day <- pmin(floor(stays$entered) + floor(u[, 1] * 3), cohort$persons$LAST[stays$row])
  data.frame(
    row = stays$row, number = number, day = day, AVISIT = rep("irAE diagnosis", nrow(stays)),
    reason = rep("event", nrow(stays))
  )[!duplicated(paste(stays$row, day)), , drop = FALSE]
}

# Streams of samples at events lie behind those of any schedule.
event_sample_number <- function(number) 500 + number

# ---- markers ----

# The same blood gives the same values, so the day is what makes a sample's noise and drift.
marker_values <- function(design, persons, taken, seed) {
  n <- design$n_markers
  signal <- marker_signal(design, persons, taken)
  standard <- markers_cpp(
    seed, draw_purposes[["markers"]], persons$person[taken$row], as.integer(pmax(taken$day, 0) + 1L),
    n, marker_structure(design), signal$added, thread_count()
  )
  standard <- standard * rep(signal$scale, each = nrow(taken))
  scale <- marker_scale(design, seed)
  value <- exp(rep(scale$mean, each = nrow(taken)) + standard * rep(scale$sd, each = nrow(taken)))
  list(value = value, limit = scale$limit)
}

# Mean and standard deviation of each marker's logarithm, and its limit of detection.
marker_scale <- function(design, seed) {
  u <- draw_things(seed, "marker_scale", seq_len(design$n_markers), 0, 2)
  mean <- 1 + 3 * u[, 1]
  sd <- 0.3 + 0.5 * u[, 2]
  list(mean = mean, sd = sd, limit = signif(exp(mean + sd * stats::qnorm(design$below_limit)), 4))
}

# Blocks of equally correlated markers; a marker's block is its number modulo that of blocks, so more markers
# leave the others in theirs.
marker_structure <- function(design) {
  n <- design$n_markers
  list(
    block = rep_len(seq_len(design$marker_blocks), n), loading = rep(sqrt(design$marker_correlation), n),
    between = design$marker_between,
    drift = design$marker_drift / 365.25
  )
}

# The person's scores times what makes the planted correlation r: r / sqrt(1 - r^2), and then everything times
# sqrt(1 - r^2), which keeps the variance 1. In samples of some kinds the marker lies higher.
marker_signal <- function(design, persons, taken) {
  carried <- signal_markers(design)
  scale <- rep(1, design$n_markers)
  if (length(carried$marker) == 0) {
    return(list(added = NULL, scale = scale))
  }
  r <- design$signal_loading
  scale[carried$marker] <- sqrt(1 - r^2)
  scores <- as.matrix(persons[taken$row, carried$score, drop = FALSE])
  shift <- r / sqrt(1 - r^2) * scores + sample_rise(design, taken, carried$score) / sqrt(1 - r^2)
  dimnames(shift) <- NULL
  list(added = list(marker = carried$marker, row = seq_len(nrow(taken)), shift = shift), scale = scale)
}

# By how many standard deviations markers lie higher in a sample, samples x markers: at the diagnosis of an
# irAE all that carry a score, in whatever is sampled that day; with a systemic autoimmune disease those of
# the interferon type.
sample_rise <- function(design, taken, score) {
  disease <- c(Remission = design$remission_shift, Flare = design$flare_shift)
  if (any(taken$AVISIT %in% names(disease))) {
    return(outer(unname(disease[taken$AVISIT]), as.numeric(score == "SCORE_IRAE")))
  }
  # Not every design has samples at events.
  rise <- if (is.null(design$marker_event_shift)) 0 else design$marker_event_shift
  blood <- paste(taken$row, taken$day)
  outer((blood %in% blood[taken$reason == "event"]) * rise, rep(1, length(score)))
}

# The scores that enter hazards.
score_columns <- c("SCORE_IRAE", "SCORE_PROG")

# Which marker carries which score: the first ones the first score, the next ones the next.
signal_markers <- function(design) {
  known <- intersect(score_columns, vapply(design$laws, `[[`, "", "name"))
  score <- rep(known, each = design$signal_markers)
  data.frame(marker = seq_along(score), score = score)
}

marker_codes <- function(design) {
  sprintf("M%04d", seq_len(design$n_markers))
}
