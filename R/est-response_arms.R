# Two arms at a time, over strata: what response_difference(), response_ratio() and odds_ratio() share.

# list(source, arm, term, strata, codes): `arm` a factor with the reference first, `codes` a factor of strata.
read_trial <- function(formula, data, request, strata, reference, call = rlang::caller_env(),
                       source = response_source(formula, data, request, call)) {
  columns <- right_columns(formula, source$data, call)
  by <- unique(c(attr(columns, "strata"), strata))
  arms <- columns[!names(columns) %in% attr(columns, "strata")]
  abort_input(if (length(arms) != 1) {
    fault("formula", "wrong_length", "the right side must name one column of arms",
      remedy = "Strata belong to `strata =`."
    )
  }, call)
  strata_columns <- named_columns(by, source$data, "strata", call)
  arm <- arm_with_reference(arms[[1]], names(arms), reference, call)
  list(
    source = source, arm = arm, term = names(arms), by = by,
    codes = if (length(by) > 0) {
      interaction(unname(strata_columns), drop = TRUE)
    } else {
      factor(
        rep("", length(arm))
      )
    }
  )
}

# A factor has an order and a number too; words have none, so the reference must be named.
arm_with_reference <- function(x, name, reference, call) {
  arm <- if (is.factor(x)) x else factor(x)
  levels <- levels(arm)
  known <- length(reference) == 1 && unname(reference) %in% levels
  abort_input(rbind(
    if (is.null(reference) && is.character(x) && length(levels) > 1) {
      fault("reference", "reference_required", "must say which arm is the reference",
        column = name,
        remedy = sprintf("For example reference = \"%s\".", levels[1])
      )
    },
    if (!is.null(reference) && !known) {
      fault("reference", "unknown_level", sprintf("must be one of %s", quoted_list(levels)), column = name)
    },
    if (length(levels) < 2) fault("formula", "single_group", "there is one arm only", column = name)
  ), call)
  if (is.null(reference)) arm else relevel_first(arm, unname(reference))
}

# For each arm but the reference a matrix with a row for each stratum: responders and patients of the arm,
# responders and patients of the reference.
arm_tables <- function(trial) {
  count <- function(what) {
    unclass(tapply(what, list(trial$codes, trial$arm), sum, default = 0))
  }
  x <- count(as.numeric(trial$source$responder))
  n <- count(rep(1, length(trial$arm)))
  others <- levels(trial$arm)[-1]
  stats::setNames(lapply(seq_along(others), function(k) {
    matrix(c(x[, k + 1], n[, k + 1], x[, 1], n[, 1]), ncol = 4, dimnames = list(rownames(n), NULL))
  }), others)
}

comparable <- function(table) table[, 2] > 0 & table[, 4] > 0

# One row of Estimates for each arm; `compare` gives (estimate, std.error, low, high, z or NA, p) of a table.
contrast_estimates <- function(trial, compare, scale, method, data, conf.level, said) {
  tables <- arm_tables(trial)
  found <- vapply(tables, compare, numeric(6))
  counted <- lapply(tables, function(table) table[comparable(table), , drop = FALSE])
  told <- rate_provenance(method, trial$source, data, c(said, trial_sentences(trial, tables)))
  told$reference <- stats::setNames(levels(trial$arm)[1], trial$term)
  told$strata <- trial$by
  new_estimates(
    param = trial$source$param, term = trial$term,
    comparison = sprintf("%s v %s", names(tables), levels(trial$arm)[1]), estimate = found[1, ],
    std.error = found[2, ], scale = scale, conf.low = found[3, ], conf.high = found[4, ],
    conf.level = conf.level, statistic = found[5, ], p.value = found[6, ],
    n = vapply(counted, function(table) sum(table[, c(2, 4)]), numeric(1)),
    n.event = vapply(counted, function(table) sum(table[, c(1, 3)]), numeric(1)),
    method = method, provenance = told
  )
}

trial_sentences <- function(trial, tables) {
  out <- vapply(tables, function(table) sum(!comparable(table)), numeric(1))
  strata <- nlevels(trial$codes)
  sentences(
    strata = if (length(trial$by) > 0) sprintf("Stratified by %s, %d strata.", and_list(trial$by), strata),
    left_out = if (length(trial$by) > 0 && any(out > 0)) {
      said <- sprintf("%d of %d for %s", out[out > 0], strata, names(tables)[out > 0])
      sprintf("Strata in which an arm has no patient are left out with their patients: %s.", and_list(said))
    }
  )
}
