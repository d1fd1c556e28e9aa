# log_rank_test() against survival::survdiff on right-censored random data; no package does the stratified
# test with delayed entry for k groups, so those cases go against the oracle.

expect_same_test <- function(mine, theirs, label, tally) {
  expect_near(mine$observed, theirs$observed, 1e-12, TRUE, "observed", tally, label)
  expect_near(mine$expected, theirs$expected, 1e-12, TRUE, "expected", tally, label)
  expect_near(mine$var, theirs$var, 1e-12, TRUE, "var", tally, label)
  # the quadratic form loses what the smallest eigenvalue of V costs
  expect_near(mine$statistic, theirs$chisq, 1e-9, TRUE, "chisq", tally, label)
  expect_near(mine$parameter, theirs$df, 0, what = "df", label = label)
}

log_rank_call <- function(case, interval, split) {
  use <- case$use
  response <- if (interval) quote(Surv(start, stop, cause)) else quote(Surv(stop, cause))
  by_name <- case$seed %% 2L == 0L
  terms <- if (use$strata && !by_name) quote(arm + strata(site)) else quote(arm)
  do.call(log_rank_test, c(
    list(stats::as.formula(call("~", response, terms)), data = case$data),
    if (use$strata && by_name) list(strata = "site"), if (use$freq) list(freq = "freq"),
    if (split) list(id = "id")
  ))
}

testable <- function(case) {
  d <- replicated(case)
  length(unique(d$arm)) > 1L && sum(d$cause) > 0L
}

oracle_tested <- function(case, interval, split) {
  if (!split) case$use$split <- FALSE
  input <- oracle_input(case, interval)
  if (case$use$freq) input <- lapply(input, function(x) if (is.null(x)) x else x[case$data$freq > 0])
  arm <- if (case$use$freq) case$data$arm[case$data$freq > 0] else case$data$arm
  site <- if (case$use$freq) case$data$site[case$data$freq > 0] else case$data$site
  input$group <- as.integer(droplevels(arm))
  if (case$use$strata) input$stratum <- site
  out <- oracle_log_rank(input, max(input$group))
  out$by_stratum <- out[c("n", "observed", "expected")]
  out$observed <- rowSums(out$observed)
  out$expected <- rowSums(out$expected)
  out
}

# O, E summed over strata, in the order of the arms that have rows
summed <- function(x) if (is.matrix(x)) rowSums(x) else as.numeric(x)

test_that("log_rank_test() is survdiff() on right-censored random data", {
  skip_if_not_installed("survival", "3.8-0")
  tally <- new_tally("log_rank_test v survdiff")
  seeds <- random_seeds()
  for (seed in seeds) {
    case <- random_case(seed)
    case$data <- case$person
    if (!testable(case)) next
    label <- sprintf("random_case(%d):", seed)
    d <- replicated(case)
    d$arm <- droplevels(d$arm)
    peer <- peer_answer(if (case$use$strata) {
      survival::survdiff(survival::Surv(stop, cause) ~ arm + survival::strata(site), d)
    } else {
      survival::survdiff(survival::Surv(stop, cause) ~ arm, d)
    })
    tally$cases <- tally$cases + 1L
    theirs <- if (is.null(peer$value)) {
      tally$set_aside <- tally$set_aside + 1L
      oracle_tested(case, interval = FALSE, split = FALSE)
    } else {
      list(
        observed = summed(peer$value$obs), expected = summed(peer$value$exp), var = peer$value$var,
        chisq = peer$value$chisq, df = sum(summed(peer$value$exp) > 0) - 1
      )
    }
    test <- log_rank_call(case, interval = FALSE, split = FALSE)
    mine <- list(
      observed = summed(test$observed), expected = summed(test$expected), var = test$var,
      statistic = test$statistic, parameter = test$parameter
    )
    expect_same_test(mine, theirs, label, tally)
    if (nlevels(d$arm) == 2L) {
      z <- (theirs$expected[2] - theirs$observed[2]) / sqrt(theirs$var[4])
      expect_near(test$z, z, 1e-9, TRUE, "z", tally, label)
    }
  }
  expect_gt(tally$cases, 0.8 * length(seeds))
  expect_lte(tally$set_aside, 0.05 * tally$cases)
  print_tally(tally, seeds)
})

test_that("log_rank_test() is the oracle with delayed entry, start-stop rows, strata and frequencies", {
  tally <- new_tally("log_rank_test v oracle")
  seeds <- random_seeds()
  for (seed in seeds) {
    case <- random_case(seed + 3000L)
    if (!testable(case)) next
    tally$cases <- tally$cases + 1L
    label <- sprintf("random_case(%d):", seed + 3000L)
    theirs <- oracle_tested(case, case$use$interval, case$use$split)
    test <- log_rank_call(case, case$use$interval, case$use$split)
    mine <- list(
      observed = summed(test$observed), expected = summed(test$expected), var = test$var,
      statistic = test$statistic, parameter = test$parameter
    )
    expect_same_test(mine, theirs, label, tally)
    expect_near(test$n, theirs$by_stratum$n, 0, what = "n", tally = tally, label = label)
    if (case$use$strata) {
      expect_near(test$observed, theirs$by_stratum$observed, 1e-12, TRUE, "O by stratum", tally, label)
      expect_near(test$expected, theirs$by_stratum$expected, 1e-12, TRUE, "E by stratum", tally, label)
    }
    if (nrow(theirs$var) == 2L) expect_near(test$z, theirs$z, 1e-9, TRUE, "z", tally, label)
  }
  expect_gt(tally$cases, 0.8 * length(seeds))
  print_tally(tally, seeds)
})
