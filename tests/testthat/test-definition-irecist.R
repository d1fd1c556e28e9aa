# The slow definition of iRECIST on the worked patients of the clinical rules, then the package against it on
# 10,000 random histories.

golden_irecist <- list(
  confirmed = FALSE, min_sd_days = 42, sd_tol = 0, confirm_days = 28, max_ne = 1, accept_sd = FALSE,
  nact_same_day = "before", pr_sticky = TRUE, cr_reappearance = "pd", nadir0_pd = FALSE
)

# One target (mm, the baseline first) and measured new lesions (mm; NA: not there yet), every six weeks.
seen_of <- function(sums, ..., other = NULL, every = 42L) {
  n <- length(sums)
  day <- every * (seq_len(n) - 1L)
  lesion <- function(name, group, value, state) {
    data.frame(
      lesion = name, group = group, node = FALSE, day = day,
      visit = sprintf("V%02d", seq_len(n)), value = value, state = state, organ = NA, symptoms = FALSE
    )
  }
  new <- list(...)
  rows <- list(if (!all(is.na(sums))) lesion("T1", "TARGET", sums, NA))
  for (k in seq_along(new)) {
    one <- lesion(paste0("NEW", k), "NEW", new[[k]], ifelse(new[[k]] %in% 0, "ABSENT", "UNEQUIVOCAL"))
    rows <- c(rows, list(one[!is.na(new[[k]]), ]))
  }
  if (!is.null(other)) rows <- c(rows, list(lesion("N1", "NON-TARGET", NA, other)))
  define_seen(as.list(do.call(rbind, rows)), 0L, golden_irecist)
}

i_of <- function(...) define_irecist(seen_of(...), golden_irecist)$response

#' The day of each visit's block, and of the progression of iPFS.
starts_of <- function(found) found$day[ifelse(found$began > 0L, found$began, NA)]
progression_of <- function(found) define_i_progression(found$response, starts_of(found))

test_that("rules 2.1: worked patients A and B", {
  seen <- seen_of(c(100, 90, 90, 65, 66, 80, 86), c(NA, NA, 10, 10, 10, 10, 10))
  a <- define_irecist(seen, golden_irecist)
  expect_equal(a$response, c("iSD", "iUPD", "iPR", "iPR", "iUPD", "iCPD"))
  expect_equal(define_ibor(seen$day, a$response, starts_of(a), 0, golden_irecist)$best, "iPR")
  expect_equal(progression_of(a), 5 * 42)
  seen <- seen_of(c(100, 90, 90, 90), c(NA, 10, 13, 15))
  b <- define_irecist(seen, golden_irecist)
  expect_equal(b$response, c("iUPD", "iUPD", "iCPD"))
  expect_equal(progression_of(b), 42)
})

test_that("rules 2.1: new lesions that do not change (EORTC B and F), increases that add up", {
  expect_equal(i_of(c(100, 90, 65), c(NA, 10, 10)), c("iUPD", "iPR"))
  expect_equal(i_of(c(100, 90, 88), c(NA, 10, 10)), c("iUPD", "iUPD"))
  expect_equal(i_of(c(100, 60, 55), c(NA, 10, 10))[2], "iUPD")
  expect_equal(i_of(c(100, 60, 60), c(NA, 10, 0)), c("iUPD", "iPR"))
  expect_equal(i_of(c(100, 120, 124, 126)), c("iUPD", "iUPD", "iCPD"))
  expect_equal(i_of(c(100, 120, 125), every = 25L), c("iUPD", "iUPD"))
  expect_equal(i_of(c(100, 120, 125), every = 26L), c("iUPD", "iCPD"))
  expect_equal(i_of(c(100, 120, 119, 118)), c("iUPD", "iSD", "iSD")[c(1, 2, 3)])
})

test_that("rules 2.2: best responses", {
  best <- function(...) {
    response <- c(...)
    day <- 42 * seq_along(response)
    define_ibor(day, response, day, 0, golden_irecist)$best
  }
  expect_equal(best("iUPD", "iPR", "iSD"), "iPR")
  expect_equal(best("iUPD", "NE", "iPR"), "iPR")
  expect_equal(best("iUPD", "iSD", "iCR"), "iCR")
  expect_equal(best("iUPD", "iSD", "iSD"), "iSD")
  expect_equal(best("iUPD", "iCPD"), "iCPD")
  expect_equal(best("iUPD", "iUPD", "iCPD"), "iCPD")
  expect_equal(best("iUPD", "NE", "NE"), "iUPD")
  expect_equal(best("iCR", "iUPD", "iCPD"), "iCR")
})

test_that("rules 2.3: the block that ends in iCPD", {
  response <- c("iSD", "iSD", "iUPD", "iPR", "iPR", "iUPD", "iCPD")
  expect_equal(define_i_progression(response, 42 * c(NA, NA, 3, NA, NA, 6, 6)), 6 * 42)
  expect_equal(define_i_progression(c("iSD", "iUPD", "iSD"), 42 * c(NA, 2, NA)), NA)
  expect_equal(define_i_progression(c("iUPD", "iUPD", "NE"), 42 * c(1, 1, NA)), 42)
})

# ---- the package against the definition
# ----------------------------------------------------------------------------------------------

irecist_rule_of <- function(trial) irecist(do.call(recist, c(trial$rules$recist, trial$rules$derived)))

irecist_censoring <- function(rules, kind) {
  visits <- if (kind == "every") {
    visits_every(weeks = rules$every$weeks, window_days = rules$every$window_days)
  } else {
    visits_at(days = rules$at$days, window_days = rules$at$window_days)
  }
  list(FDA = censoring("FDA", visits = visits), EMA = censoring("EMA"))
}

#' What the package makes of a trial with lesions, as a study, or with sums, as data frames.
irecist_tables <- function(trial, kind) {
  rule <- irecist_rule_of(trial)
  censoring <- irecist_censoring(trial$rules, kind)
  endpoints <- c("IPFS", "IDOR")
  quiet <- function(code) {
    withCallingHandlers(code, tte_message = function(m) invokeRestart("muffleMessage"))
  }
  if (!is.null(trial$tables$lesions)) {
    known <- study_of(trial_at_cut(trial))
    return(quiet(list(
      responses = derive_response(known, rule), best = best_response(known, rule),
      adtte = derive_endpoint(known, endpoints, rule, censoring)
    )))
  }
  cut <- trial$rules$cut
  subjects <- trial$tables$subjects
  subjects$STARTDT <- if (trial$rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT
  subjects <- subjects[subjects$RANDDT <= cut & subjects$STARTDT <= cut, ]
  sums <- trial$tables$sums
  sums <- sums[sums$ADT <= cut & sums$USUBJID %in% subjects$USUBJID, ]
  sums$COMPLETE <- sums$COMPLETE == "Y"
  quiet({
    responses <- derive_response(sums, subjects, rule)
    list(
      responses = responses, best = best_response(responses, subjects, rule, data_cut = cut),
      adtte = derive_endpoint(responses, endpoints, rule, censoring,
        subjects = subjects, design = trial$rules$design, data_cut = cut
      )
    )
  })
}

expect_irecist <- function(trial, tally) {
  kind <- if (trial$seed %% 2 == 0) "every" else "at"
  defined <- irecist_defined(define_irecist_trial(trial, trial$rules[kind]))
  tally$cases <- tally$cases + length(defined$IBOR)
  tables <- irecist_tables(trial, kind)
  found <- irecist_found(tables$responses, tables$best, tables$adtte, defined)
  # a timepoint more or less than defined is a difference too
  rows <- tables$responses[is.na(tables$responses$ABLFL) & !is.na(tables$responses$ICODE), ]
  expect_setequal(paste(rows$USUBJID, rows$AVISIT), names(defined$AVALC))
  differ <- irecist_differences(found, defined)
  for (what in names(defined)) {
    note_difference(tally, what, length(differ[[what]]))
    first <- differ[[what]][1L]
    if (is.na(first)) {
      succeed()
      next
    }
    history <- history_of(trial, sub(" .*", "", first))
    fail(sprintf(
      "trial of seed %d: %s differs %d times; %s: found %s, defined %s\n%s", trial$seed, what,
      length(differ[[what]]), first, found[[what]][[first]], defined[[what]][[first]],
      paste(utils::head(utils::capture.output(print(history)), 80L), collapse = "\n")
    ))
  }
}

test_that("iRECIST from lesions is the definition's on 10,000 random histories", {
  tally <- new_tally("iRECIST from lesions v definition")
  seeds <- history_seeds() + 3000L
  for (seed in seeds) expect_irecist(irecist_lesion_trial(seed), tally)
  print_tally(tally, seeds)
})

test_that("iRECIST from sums is the definition's on 5,000 random histories", {
  tally <- new_tally("iRECIST from sums v definition")
  seeds <- history_seeds(5250L) + 4000L
  for (seed in seeds) expect_irecist(irecist_sum_trial(seed), tally)
  print_tally(tally, seeds)
})
