# What the tests of the log-rank family share: the groups they compare, and their weights for the engine.

# list(d, groups, strata), checked: what every test of the family starts from. The strata are in d's columns.
test_groups <- function(d, timefix, call) {
  refuse_robust(d, call)
  refuse_curve_terms(d, call)
  groups <- group_codes(d)
  strata <- strata_codes(d)
  abort_input(rbind(
    one_event_faults(d), group_faults(groups, d), person_faults_of_groups(d, strata, "stratum"),
    event_faults(d), merged_interval_faults(d, timefix)
  ), call)
  d$columns$stratum <- strata$codes
  list(d = d, groups = groups, strata = strata)
}

# A one-sided test needs two groups, or scores, and a reference.
direction_faults <- function(trial, alternative, trend = NULL) {
  k <- length(trial$groups$levels)
  sided <- alternative != "two.sided"
  rbind(
    if (is.numeric(trend) && length(trend) != k) {
      fault("trend", "wrong_length", sprintf("has %d scores for %d groups", length(trend), k))
    },
    if (sided && k > 2 && !is_trend(trend)) {
      fault("alternative", "wrong_length", sprintf("a one-sided test needs two groups, not %d", k))
    },
    if (sided && !is.numeric(trend)) reference_needed(trial$d)
  )
}

reference_needed <- function(d) {
  if (direction_is_known(d)) {
    return(NULL)
  }
  columns <- and_list(names(Filter(is.character, group_columns(d, with_strata = FALSE))))
  remedy <- "Say which level is the reference, reference = \"Placebo\", or make the column a factor."
  fault("reference", "reference_required", "a character column has no reference of its own", columns,
    remedy = remedy
  )
}

# A weight function as the engine reads it: points in time on the scale of the data, a function as its steps.
engine_rank_weight <- function(weight, d, call) {
  if (weight$kind == "modest-time") {
    weight$t_star <- resolve_horizon(weight$t_star, d$scale, "t_star", call)$at
  }
  if (weight$kind == "step") {
    times <- sort(unique(c(d$columns$start, d$columns$stop)))
    weight <- list(kind = "step", times = times, values = as.double(weight$of_time(times)))
    abort_input(if (length(weight$values) != length(weight$times)) {
      what <- sprintf("gives %d values for %d times", length(weight$values), length(weight$times))
      fault("weight", "wrong_length", what)
    } else {
      check_numbers(weight$values, "weight")
    }, call)
  }
  unclass(weight)
}

rank_tests <- function(trial, weights, timefix) {
  log_rank_family_cpp(trial$d$columns, trial$groups$codes, length(trial$groups$levels), weights, timefix)
}

is_trend <- function(trend) isTRUE(trend) || is.numeric(trend)

# The trial of two of the groups alone; codes that fall away leave no gap.
pair_of <- function(trial, pair) {
  keep <- which(trial$groups$codes %in% pair)
  columns <- lapply(trial$d$columns, slice, keep)
  closed <- c("stratum", "subject")
  columns[closed] <- lapply(columns[closed], function(x) if (!is.null(x)) match(x, sort(unique(x))))
  trial$d$columns <- columns
  trial$groups <- list(codes = match(trial$groups$codes[keep], pair), levels = trial$groups$levels[pair])
  trial
}
