# Samples, markers and variants of simulated studies against what their design says.

samples_of <- function(design, seed = 31) {
  cohort <- simulate_cohort(design, seed)
  list(design = design, cohort = cohort, table = simulate_samples(design, cohort, seed))
}

# Samples x markers on the standard scale (log, mean 0 and standard deviation 1), with row, day and reason.
wide_markers <- function(made, seed = 31) {
  taken <- samples_taken(made$design, made$cohort, seed)
  values <- matrix(made$table$AVAL, nrow(taken), byrow = TRUE)
  scale <- draw_things(seed, "marker_scale", seq_len(made$design$n_markers), 0, 2)
  standard <- t((t(log(values)) - (1 + 3 * scale[, 1])) / (0.3 + 0.5 * scale[, 2]))
  list(z = standard, row = taken$row, day = taken$day, event = taken$reason == "event", visit = taken$AVISIT)
}

test_that("study() has no doubt about samples and variants, and knows nothing after the last day", {
  for (design in small_designs()) {
    made <- samples_of(design)
    variants <- simulate_variants(design, made$cohort, 31)
    expect_equal(is.null(made$table), design$kind %in% c("guided_therapy", "rechallenge"))
    expect_equal(is.null(variants), !design$kind %in% c("biomarker_cohort", "guided_therapy"))
    arguments <- Filter(Negate(is.null), list(samples = made$table, variants = variants))
    if (length(arguments) == 0) next
    expect_equal(nrow(do.call(cohort_faults, c(list(made$cohort), arguments))), 0, label = design$kind)
    if (is.null(made$table)) next
    row <- match(made$table$USUBJID, made$cohort$persons$USUBJID)
    expect_true(all(made$table$ADT <= (made$cohort$persons$STARTDT + made$cohort$persons$LAST)[row]))
    expect_false(anyDuplicated(made$table[c("USUBJID", "ADT", "PARAMCD", "REASON")]) > 0)
  }
})

test_that("samples are taken at the planned weeks, but for the planted share", {
  design <- small_designs(800, "irae_risk", sample_missed = 0.2)[[1]]
  taken <- samples_taken(design, simulate_cohort(design, 31), 31)
  taken <- taken[taken$reason == "scheduled", ]
  expect_setequal(taken$AVISIT, c("V1", "V5", "V7"))
  expect_true(within_chance(sum(taken$AVISIT == "V1") / 800, 0.8, sqrt(0.16 / 800)))
  target <- c(V1 = 0, V5 = 168, V7 = 252)[taken$AVISIT]
  expect_true(all(abs(taken$day - target) <= 3))
  expect_true(all(taken$day[taken$AVISIT == "V1"] <= 0))
})

test_that("after surgery everybody who lives has a first plasma within its days", {
  design <- small_designs(300, "perioperative", plasma_days = c(20, 33))[[1]]
  cohort <- simulate_cohort(design, 31)
  taken <- samples_taken(design, cohort, 31)
  first <- taken[taken$AVISIT == "First plasma", ]
  expect_true(all(first$day >= 20 & first$day <= 33))
  expect_equal(range(first$day), c(20, 33))
  day <- plasma_day(design, cohort$persons, 31)
  expect_setequal(first$row, which(day <= cohort$persons$LAST))
  expect_equal(first$day, day[first$row])
})

test_that("each observed irAE has a sample within two days of its diagnosis", {
  design <- small_designs(300, "biomarker_cohort")[[1]]
  cohort <- simulate_cohort(design, 31)
  taken <- samples_taken(design, cohort, 31)
  event <- taken[taken$reason == "event", ]
  persons <- cohort$persons
  seen <- which(floor(persons$T_IRAE) <= persons$LAST)
  expect_true(all(seen %in% event$row) && all(event$row %in% seen))
  delay <- event$day - floor(persons$T_IRAE[event$row])
  expect_true(all(delay[!duplicated(event$row)] %in% 0:2))
  design$sample_event <- FALSE
  expect_null(event_samples(design, cohort, 31))
})

test_that("what lies below the limit of detection is the limit, flagged, as often as planted", {
  design <- small_designs(1500, "irae_risk", below_limit = 0.1)[[1]]
  made <- samples_of(design)
  base <- made$table[made$table$AVISIT == "V1", ]
  below <- base$BLQFL == "Y"
  limit <- tapply(base$AVAL[below], base$PARAMCD[below], unique)
  expect_type(limit, "double") # one value a marker
  expect_equal(names(limit), unique(base$PARAMCD))
  expect_true(all(base$AVAL[!below] >= limit[base$PARAMCD[!below]]))
  share <- tapply(below, base$PARAMCD, mean)
  expect_true(within_chance(share, 0.1, sqrt(0.09 / 1400), times = 4.5))
  design$below_limit <- 0
  expect_true(all(simulate_samples(design, made$cohort, 31)$BLQFL == "N"))
})

test_that("markers of a block correlate as planted, others do not, and signal markers follow the score", {
  design <- design_biomarker_cohort(
    patients = 3000, accrual = 300, n_markers = 24, marker_blocks = 4, marker_correlation = 0.6,
    signal_markers = 3, signal_loading = 0.5, below_limit = 0
  )
  made <- samples_of(design)
  wide <- wide_markers(made)
  base <- wide$visit == "Baseline"
  n <- sum(base)
  expect_gt(n, 2500)
  z <- wide$z[base, ]
  persons <- made$cohort$persons[wide$row[base], ]
  expect_equal(colMeans(z), rep(0, 24), tolerance = 5 / sqrt(n))
  expect_equal(apply(z, 2, stats::sd), rep(1, 24), tolerance = 0.06)
  found <- stats::cor(z, persons[c("SCORE_IRAE", "SCORE_PROG")])
  planted <- cbind(rep(c(0.5, 0), c(3, 21)), rep(c(0, 0.5, 0), c(3, 3, 18)))
  expect_true(within_chance(found, planted, 1 / sqrt(n), times = 4.5))
  block <- rep_len(1:4, 24)
  among <- stats::cor(z[, 7:24])
  same <- outer(block[7:24], block[7:24], "==")
  expect_true(within_chance(among[same & upper.tri(same)], 0.6, 0.64 / sqrt(n), times = 5))
  expect_true(within_chance(among[!same], 0, 1 / sqrt(n), times = 5))
})

test_that("two samples of a person share the planted part, and signal markers rise at an event", {
  design <- design_irae_risk(
    patients = 3000, accrual = 300, n_markers = 12, marker_blocks = 3, signal_markers = 3, below_limit = 0,
    marker_event_shift = 1.5, hr_score_irae = 1
  )
  made <- samples_of(design)
  wide <- wide_markers(made)
  base <- wide$visit == "V1"
  again <- match(wide$row[base], wide$row[wide$visit == "V5"])
  pairs <- stats::cor(wide$z[base, 9], wide$z[wide$visit == "V5", 9][again], use = "complete.obs")
  # half of the variance is the person's; the drift adds a little to the later sample's variance
  expect_equal(pairs, 0.5 / sqrt(1 + (0.2 * 168 / 365.25)^2), tolerance = 0.08)
  first <- wide$event & !duplicated(paste(wide$row, wide$event))
  change <- colMeans(wide$z[first, ]) - colMeans(wide$z[base, ])
  se <- sqrt(1 / sum(first) + 1 / sum(base)) * 1.1
  expect_true(within_chance(change[1:6], 1.5, se))
  expect_true(within_chance(change[7:12], 0, se))
})

test_that("what is sampled on the day of a diagnosis is one blood, with one value", {
  design <- design_biomarker_cohort(
    400,
    accrual = 60, n_markers = 6, signal_markers = 2, marker_blocks = 2, marker_event_shift = 3, irae = 0.4,
    sample_weeks = 1:60, below_limit = 0
  )
  table <- samples_of(design)$table
  blood <- paste(table$USUBJID, table$ADT, table$PARAMCD)
  again <- which(duplicated(blood))
  expect_gt(length(again), 100)
  expect_equal(table$AVAL[again], table$AVAL[match(blood[again], blood)])
})

test_that("S1 has blood before treatment and every six weeks until week 30, and at each diagnosis", {
  design <- design_biomarker_cohort(300, n_markers = 2, marker_blocks = 1, signal_markers = 1, accrual = 60)
  cohort <- simulate_cohort(design, 31)
  taken <- samples_taken(design, cohort, 31)
  planned <- taken[taken$reason == "scheduled", ]
  weeks <- c(Baseline = 0, stats::setNames(seq(6, 30, 6), paste("Week", seq(6, 30, 6))))
  expect_setequal(planned$AVISIT, names(weeks))
  off <- planned$day - 7 * weeks[planned$AVISIT]
  expect_true(all(off[planned$AVISIT == "Baseline"] %in% -3:0) && all(off %in% -3:3))
  # as often as people are followed for and samples not missed
  for (visit in names(weeks)[-1]) {
    followed <- sum(cohort$persons$LAST >= 7 * weeks[[visit]] + 3)
    share <- sum(planned$AVISIT == visit) / followed
    expect_true(within_chance(share, 0.95, sqrt(0.95 * 0.05 / followed), times = 5), label = visit)
  }
  expect_gt(sum(taken$AVISIT == "irAE diagnosis"), 50)
})

# Cox's score test of each column of `x` alone, by its definition: no two events at the same time.
score_test_p <- function(x, time, event) {
  order <- order(time)
  x <- x[order, , drop = FALSE]
  back <- function(x) rep(colSums(x), each = nrow(x)) - apply(x, 2, cumsum) + x
  at <- which(event[order])
  left <- nrow(x) + 1 - at
  mean <- back(x)[at, , drop = FALSE] / left
  variance <- back(x^2)[at, , drop = FALSE] / left - mean^2
  stats::pchisq(colSums(x[at, , drop = FALSE] - mean)^2 / colSums(variance), 1, lower.tail = FALSE)
}

# Logarithms of the values at one visit, persons x markers, with the rows of the persons.
levels_at <- function(tables, visit, persons) {
  rows <- tables$samples[tables$samples$AVISIT == visit, ]
  value <- matrix(log(rows$AVAL), ncol = length(unique(rows$PARAMCD)), byrow = TRUE)
  list(x = value, row = match(unique(rows$USUBJID), persons$USUBJID))
}

# p values of what carries nothing are uniform, and all markers of `planted` pass a rate of false discoveries
# of 5 %, with few others.
expect_screened <- function(p, planted, label) {
  found <- which(stats::p.adjust(p, "BH") < 0.05)
  expect_true(all(planted %in% found), label = sprintf(
    "%s finds %d of %d", label, sum(planted %in% found),
    length(planted)
  ))
  expect_lt(length(setdiff(found, planted)), 6)
  uniform <- stats::ks.test(p[-planted], "punif")$p.value
  expect_gt(uniform, 0.001, label = sprintf("%s: Kolmogorov and Smirnov's p %.4f", label, uniform))
}

# Time to the event or to the end of what is known of the person, whatever else happens.
latent_event_times <- function(persons, time) {
  end <- pmin(persons$T_DEATH, persons$T_LOST, persons$T_CUT, na.rm = TRUE)
  list(time = pmin(time, end, na.rm = TRUE), event = (time <= end) %in% TRUE)
}

test_that("screens of S1 by hand find what is planted, and null markers have uniform p values", {
  # a block for each marker, for correlated p values would not be a sample of the uniform law
  design <- design_biomarker_cohort(
    600,
    accrual = 60, n_markers = 1000, marker_blocks = 1000, signal_markers = 15, below_limit = 0.1
  )
  tables <- simulate_study(design, 12, as = "tables")
  truth <- study_truth(tables)
  carry <- function(score) which(truth$markers$SCORE %in% score)
  expect_equal(lengths(list(carry("SCORE_IRAE"), carry("SCORE_PROG"))), c(15, 15))
  base <- levels_at(tables, "Baseline", truth$persons)
  persons <- truth$persons[base$row, ]
  irae <- latent_event_times(persons, persons$T_IRAE)
  expect_screened(score_test_p(base$x, irae$time, irae$event), carry("SCORE_IRAE"), "time to irAE")
  progression <- latent_event_times(persons, persons$T_PROG)
  p <- score_test_p(base$x, progression$time, progression$event)
  expect_screened(p, carry("SCORE_PROG"), "progression")
  nobody <- c(carry("SCORE_IRAE"), carry("SCORE_PROG"))
  p <- apply(base$x[, -nobody], 2, function(x) {
    stats::wilcox.test(x[persons$RESPONDER], x[!persons$RESPONDER], exact = FALSE)$p.value
  })
  expect_gt(stats::ks.test(p, "punif")$p.value, 0.001)
})

test_that("screens of S5 by hand find what is planted: irAE, remission, flare and pairs at diagnosis", {
  design <- design_irae_risk(
    600,
    accrual = 60, n_markers = 500, marker_blocks = 500, signal_markers = 10, comparison = 300, flare = 0.3,
    remission_shift = 0.7, below_limit = 0.1
  )
  tables <- simulate_study(design, 13, as = "tables")
  truth <- study_truth(tables)
  others <- comparison_cohort(tables, as = "tables")
  carry <- function(score) which(truth$markers$SCORE %in% score)
  v1 <- levels_at(tables, "V1", truth$persons)
  persons <- truth$persons[v1$row, ]
  irae <- latent_event_times(persons, persons$T_IRAE)
  expect_screened(score_test_p(v1$x, irae$time, irae$event), carry("SCORE_IRAE"), "time to irAE")
  two <- function(x, y) {
    vapply(seq_len(ncol(x)), function(m) stats::wilcox.test(x[, m], y[, m], exact = FALSE)$p.value, 1)
  }
  for (visit in c("Remission", "Flare")) {
    level <- levels_at(others, visit, study_truth(others)$persons)
    expect_screened(two(level$x, v1$x), carry("SCORE_IRAE"), visit)
  }
  # markers rise at the diagnosis: those of both scores, in pairs of one person's samples
  first <- tables$samples[tables$samples$AVISIT == "irAE diagnosis", ]
  first <- first[!duplicated(first[c("USUBJID", "PARAMCD")]), ]
  at <- levels_at(list(samples = first), "irAE diagnosis", truth$persons)
  both <- match(at$row, v1$row)
  change <- at$x[!is.na(both), ] - v1$x[both[!is.na(both)], ]
  p <- apply(change, 2, function(x) stats::t.test(x)$p.value)
  expect_screened(p, c(carry("SCORE_IRAE"), carry("SCORE_PROG")), "pairs")
})

test_that("values below the limit are recorded as the truth's limit, and no other lies below it", {
  for (design in small_designs(200, c("biomarker_cohort", "perioperative", "irae_risk"), below_limit = 0.2)) {
    tables <- simulate_study(design, 14, as = "tables")
    markers <- study_truth(tables)$markers
    limit <- markers$LIMIT[match(tables$samples$PARAMCD, markers$PARAMCD)]
    below <- tables$samples$BLQFL == "Y"
    expect_gt(sum(below), 100)
    expect_identical(tables$samples$AVAL[below], limit[below], label = design$kind)
    expect_true(all(tables$samples$AVAL[!below] >= limit[!below]), label = design$kind)
    expect_setequal(tables$samples$BLQFL, c("N", "Y"))
    expect_false(anyNA(tables$samples$AVAL))
  }
})

test_that("markers of one score correlate by it, beside their blocks", {
  design <- design_irae_risk(
    3000,
    accrual = 300, n_markers = 12, marker_blocks = 2, marker_correlation = 0.4, signal_markers = 4,
    signal_loading = 0.6, below_limit = 0
  )
  wide <- wide_markers(samples_of(design))
  found <- stats::cor(wide$z[wide$visit == "V1", ])
  same_block <- outer(1:12, 1:12, function(a, b) a %% 2 == b %% 2)
  score <- rep(1:3, each = 4)
  carries <- score < 3
  planted <- 0.4 * same_block * sqrt(outer(1 - 0.36 * carries, 1 - 0.36 * carries)) +
    0.36 * outer(score, score, "==") * outer(carries, carries)
  upper <- upper.tri(found)
  expect_true(within_chance(found[upper], planted[upper], 1 / sqrt(sum(wide$visit == "V1")), times = 4.5))
})

test_that("every actionable patient has one gene that leads to a therapy, others have none", {
  design <- small_designs(2000, "guided_therapy")[[1]]
  cohort <- simulate_cohort(design, 31)
  variants <- simulate_variants(design, cohort, 31)
  persons <- cohort$persons
  leads <- variants[variants$ACTFL == "Y", ]
  expect_equal(sort(leads$USUBJID), sort(persons$USUBJID[persons$ACTIONABLE]))
  expect_equal(is.na(variants$THERAPY), variants$ACTFL == "N")
  row <- match(variants$USUBJID, persons$USUBJID)
  guided <- (floor(persons$T_GUIDED) <= persons$LAST)[row] %in% TRUE
  expect_equal(variants$GUIDEFL == "Y", variants$ACTFL == "Y" & guided)
  share <- length(unique(variants$USUBJID[variants$GENE == "TP53"])) / 2000
  expect_true(within_chance(share, 0.45, sqrt(0.45 * 0.55 / 2000)))
  panel <- gene_panel[leading_genes, ]
  among <- table(factor(leads$GENE, panel$gene)) / nrow(leads)
  planted <- panel$prevalence / sum(panel$prevalence)
  expect_true(within_chance(as.vector(among), planted, 0.5 / sqrt(nrow(leads))))
  expect_true(all(variants$ADT < persons$STARTDT[row]))
  biopsy <- simulate_procedures(design, cohort, 31)
  expect_equal(variants$ADT, biopsy$ASTDT[match(variants$USUBJID, biopsy$USUBJID)])
})

test_that("guided therapy is the one that the patient's variant leads to", {
  design <- small_designs(1000, "guided_therapy")[[1]]
  cohort <- simulate_cohort(design, 31)
  variants <- simulate_variants(design, cohort, 31)
  therapies <- simulate_therapies(design, cohort, 31)
  leads <- variants[variants$ACTFL == "Y", ]
  first <- therapies[therapies$CMLINE %in% 1, ]
  expect_gt(nrow(first), 100)
  expect_equal(first$CMTRT, leads$THERAPY[match(first$USUBJID, leads$USUBJID)])
  expect_setequal(first$USUBJID, leads$USUBJID[leads$GUIDEFL == "Y"])
  second <- therapies[therapies$CMLINE %in% 2, ]
  gene <- leads$GENE[match(second$USUBJID, leads$USUBJID)]
  expect_equal(second$CMTRT, gene_panel$after_resistance[match(gene, gene_panel$gene)])
  expect_false(any(second$CMTRT %in% gene_panel$therapy))
})

test_that("a cohort without guided therapy has each gene altered by its prevalence", {
  design <- small_designs(2000, "biomarker_cohort")[[1]]
  variants <- simulate_variants(design, simulate_cohort(design, 31), 31)
  expect_null(variants$GUIDEFL)
  share <- as.vector(table(factor(variants$GENE, gene_panel$gene))) / 2000
  expect_true(within_chance(share, gene_panel$prevalence, sqrt(gene_panel$prevalence / 2000)))
})

test_that("samples and variants follow from the seed; more patients, markers, threads leave them alone", {
  for (design in small_designs(60, c("biomarker_cohort", "perioperative", "irae_risk"))) {
    made <- samples_of(design)
    expect_identical(samples_of(design)$table, made$table)
    expect_false(identical(samples_of(design, 32)$table, made$table))
    more <- design
    more$patients <- 90
    more$n_markers <- 20
    grown <- samples_of(more)$table
    grown <- grown[grown$PARAMCD %in% made$table$PARAMCD, ]
    expect_equal(first_persons(grown, made$cohort, 60), made$table, label = design$kind)
  }
  old <- options(tte.threads = 1)
  on.exit(options(old))
  expect_identical(samples_of(design)$table, made$table)
  design <- small_designs(60, "guided_therapy")[[1]]
  cohort <- simulate_cohort(design, 31)
  more <- design
  more$patients <- 90
  grown <- simulate_variants(more, simulate_cohort(more, 31), 31)
  expect_equal(first_persons(grown, cohort, 60), simulate_variants(design, cohort, 31))
})
