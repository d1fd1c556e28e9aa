# Simulated scans: target lesions from the engine's tumour model, whose sum crosses RECIST's threshold on the
# day of the planted progression; where the progression is one of non-target lesions or a new lesion, these
# rows say so from that day on.

simulate_lesions <- function(design, cohort, seed) {
  if (is.null(design$orr)) {
    return(NULL)
  }
  persons <- cohort$persons
  scans <- cohort_scans(design, cohort)
  tumours <- draw_tumours(design, persons, seed)
  grown <- tumour_cpp(
    seed, draw_purposes[["tumour"]], tumours,
    list(offset = c(0L, cumsum(tabulate(scans$row, nrow(persons)))), day = as.double(scans$day)),
    list(
      meanlog = log(design$baseline_mm), sdlog = design$baseline_spread, minimum = 10,
      noise = design$lesion_noise, spread = design$lesion_spread,
      digits = if (design$lesion_noise == 0) NA_integer_ else 1L, vanish = 2,
      not_evaluable = design$not_evaluable
    ), thread_count()
  )
  rows <- Map(
    c, target_rows(grown), non_target_rows(tumours, scans, grown$course), new_lesion_rows(tumours, scans)
  )
  order <- order(rows$scan, rows$kind, rows$lesion)
  lesion_table(lapply(rows, `[`, order), scans, tumours, persons)
}

# Visits that were done, up to the first that shows progression and as many more as are wanted.
cohort_scans <- function(design, cohort) {
  persons <- cohort$persons
  scans <- cohort$visits[!is.na(cohort$visits$day), ]
  scans$row <- match(scans$person, persons$person)
  seen <- persons$PROG_SEEN[scans$row]
  after <- !is.na(seen) & scans$day > seen
  behind <- cumsum(after) - (cumsum(after) - after)[match(scans$row, scans$row)]
  scans <- scans[!after | behind <= design$scans_after, ]
  rownames(scans) <- NULL
  scans
}

tumour_modes <- c(none = 0L, target = 1L, non_target = 2L, new_lesion = 3L, pseudo = 4L)

# What the tumour model needs of each person. Responders begin to shrink at the visit before the one that
# shows the response, where they are at 65 % of the baseline sum or less; nobody else is ever below 75 %, so
# that measurement error seldom changes who responds. Before that visit (before the next, where the response
# is complete) no regrowth begins; who progresses soon after it does so by a new lesion, because targets
# cannot grow so fast. A response of nodes alone is partial because a non-target lesion stays: they may all
# become normal.
draw_tumours <- function(design, persons, seed) {
  u <- cohort_draws(seed, "lesions", persons$person, 10)
  visit <- 7 * design$visit_weeks
  responds <- persons$RESPONDER | persons$PSEUDO
  mode <- tumour_modes[names(design$progression_by)[pick(u[, 1], design$progression_by)]]
  mode[is.na(persons$T_PROG)] <- tumour_modes[["none"]]
  mode[persons$PSEUDO] <- tumour_modes[["pseudo"]]
  depth <- ifelse(responds, 0.12 + 0.50 * u[, 2], 0.75 + 0.25 * u[, 2])
  depth[persons$COMPLETE] <- 0
  by <- pmax(1, visit - design$visit_window) * (0.5 + 0.4 * u[, 3])
  fast <- log((1 - depth) / pmax(0.65 - depth, 1e-9)) / by
  fast[persons$COMPLETE] <- (log(5 * design$baseline_mm / 2) / (by + visit))[persons$COMPLETE]
  first <- persons$RESPONSE_VISIT
  shown <- ifelse(persons$RESPONDER, response_day(design, first + persons$COMPLETE), 0)
  soon <- persons$RESPONDER & (persons$T_PROG < shown + 28) %in% TRUE
  mode[soon] <- tumour_modes[["new_lesion"]]
  targets <- pick(u[, 4], design$target_lesions)
  nodes <- as.integer(pmin(2, stats::qbinom(u[, 9], targets, design$target_nodes)))
  stays <- nodes == targets & responds & !persons$COMPLETE
  list(
    n_targets = targets, nodes = nodes, depth = depth,
    shrink_rate = ifelse(responds, fast, 0.01 + 0.02 * u[, 3]),
    growth_rate = 0.005 * exp(0.4 * stats::qnorm(u[, 5])),
    progression = pmax(persons$T_PROG, 1e-6), mode = unname(mode),
    sensitive_until = as.double(shown), delay = ifelse(persons$RESPONDER, (first - 1) * visit, 0),
    flare = rep(1.5 * visit, nrow(persons)), person = persons$person,
    non_target = u[, 6] < design$non_target | mode == tumour_modes[["non_target"]] | stays,
    organ = floor(length(lesion_organs) * u[, 7]), new_mm = round(10 + 10 * u[, 8]),
    complete = persons$COMPLETE
  )
}

lesion_organs <- c("LIVER", "LUNG", "ADRENAL GLAND", "PERITONEUM", "SOFT TISSUE", "KIDNEY")

# Two targets in an organ at most, where nodes are one; non-target and new lesions have organs of their own.
lesion_organ <- function(tumours, row, place) {
  lesion_organs[(tumours$organ[row] + place) %% length(lesion_organs) + 1]
}

target_rows <- function(grown) {
  failed <- is.na(grown$size)
  list(
    scan = grown$visit, kind = rep(1L, length(failed)), lesion = grown$lesion,
    size = replace(grown$size, failed, NA),
    state = c(NA, "NOT EVALUABLE")[failed + 1L]
  )
}

non_target_rows <- function(tumours, scans, course) {
  scan <- which(tumours$non_target[scans$row])
  row <- scans$row[scan]
  worse <- tumours$mode[row] == tumour_modes[["non_target"]] & scans$day[scan] >= tumours$progression[row]
  gone <- tumours$complete[row] & scans$day[scan] >= course$gone[row] &
    (is.na(tumours$progression[row]) | scans$day[scan] < tumours$progression[row])
  list(
    scan = scan, kind = rep(2L, length(scan)), lesion = rep(1L, length(scan)),
    size = rep(NA_real_, length(scan)),
    state = ifelse(worse %in% TRUE, "UNEQUIVOCAL PROGRESSION", ifelse(gone %in% TRUE, "ABSENT", "PRESENT"))
  )
}

# What grows on is not measured beyond this; targets come near it ever more slowly.
largest_mm <- 250

new_lesion_rows <- function(tumours, scans) {
  since <- scans$day - tumours$progression[scans$row]
  scan <- which(tumours$mode[scans$row] == tumour_modes[["new_lesion"]] & since >= 0)
  row <- scans$row[scan]
  size <- tumours$new_mm[row] * exp(tumours$growth_rate[row] * since[scan])
  list(
    scan = scan, kind = rep(3L, length(scan)), lesion = rep(1L, length(scan)),
    size = pmin(round(size, 1), largest_mm), state = rep("UNEQUIVOCAL", length(scan))
  )
}

lesion_table <- function(rows, scans, tumours, persons) {
  row <- scans$row[rows$scan]
  place <- ifelse(rows$kind == 1L, (rows$lesion - 1L) %/% 2L, rows$kind + 1L)
  node <- rows$kind == 1L & rows$lesion > (tumours$n_targets - tumours$nodes)[row]
  organ <- lesion_organ(tumours, row, place)
  organ[node] <- "LYMPH NODE"
  list2DF(list(
    USUBJID = persons$USUBJID[row], TRLNKID = paste0(c("T", "NT", "NEW")[rows$kind], rows$lesion),
    ADT = persons$STARTDT[row] + scans$day[rows$scan], AVISIT = scans$AVISIT[rows$scan],
    TRGRPID = c("TARGET", "NON-TARGET", "NEW")[rows$kind], TRLOC = organ, NODAL = yes_no(node),
    AVAL = rows$size, TRSTRESC = rows$state, ABLFL = c("", "Y")[(scans$visit[rows$scan] == 0) + 1L]
  ))
}

# ---- responses and recurrences as they are written down where there are no lesions ----

simulate_assessments <- function(design, cohort, seed) {
  make <- list(rechallenge = written_responses, perioperative = written_recurrences)[[design$kind]]
  if (!is.null(make)) make(design, cohort, seed)
}

# S3: stable or in response until the visit that shows progression.
written_responses <- function(design, cohort, seed) {
  persons <- cohort$persons
  visits <- cohort$visits[!is.na(cohort$visits$day) & cohort$visits$visit > 0, ]
  row <- match(visits$person, persons$person)
  u <- cohort_draws(seed, "response", persons$person, 1)[, 1]
  seen <- persons$PROG_SEEN[row]
  word <- ifelse(visits$day >= seen & !is.na(seen), "PD", ifelse(u[row] < design$in_response, "PR", "SD"))
  assessment_table(visits, row, persons, "OVR", word, is.na(seen) | visits$day <= seen)
}

# S4: free of recurrence until the visit that shows one; a new primary is written down on its visit.
written_recurrences <- function(design, cohort, seed) {
  persons <- cohort$persons
  visits <- cohort$visits[!is.na(cohort$visits$day) & cohort$visits$visit > 0, ]
  row <- match(visits$person, persons$person)
  seen <- persons$PROG_SEEN[row]
  distant <- !is.na(persons$T_DISTANT[row]) & persons$T_DISTANT[row] <= visits$day
  word <- ifelse(
    is.na(seen) | visits$day < seen, "RECURRENCE-FREE",
    ifelse(distant, "DISTANT RECURRENCE", "LOCOREGIONAL RECURRENCE")
  )
  primary <- which(visits$day >= persons$T_PRIMARY[row] & word == "RECURRENCE-FREE")
  primary <- primary[!duplicated(row[primary])]
  word[primary] <- "NEW PRIMARY SAME SITE"
  assessment_table(visits, row, persons, "RECUR", word, is.na(seen) | visits$day <= seen)
}

assessment_table <- function(visits, row, persons, param, word, keep) {
  row <- row[keep]
  data.frame(
    USUBJID = persons$USUBJID[row], ADT = persons$STARTDT[row] + visits$day[keep],
    AVISIT = visits$AVISIT[keep], PARAMCD = rep(param, length(row)), AVALC = word[keep]
  )
}
