# Wrong, odd and degenerate input: one table of (estimators, what is done to good data, what must happen).
#
# Each entry is one `on()`. `fault`: an error of class tte_error_input whose $faults hold that code (one of
# them when several are given), with `argument`, `column`, `at` (row numbers) checked when given. Without
# `fault` the call must succeed, raise exactly the warnings named in `warning` (tte_warning_<name>; NULL:
# any), and pass `check(result, data)`. `change` gets 24 good rows and returns the bad ones; `interval` asks
# for Surv(start, time, status).

good_rows <- function() {
  with_random_seed(77, {
    n <- 24L
    d <- data.frame(
      id = sprintf("P%02d", seq_len(n)), start = 0,
      time = c(5, 8, 12, 3, 9, 15, 7, 11, 6, 14, 2, 10) + rep(0:1, each = 12),
      status = rep(c(1, 0, 1, 1, 0, 1), 4), arm = factor(rep(c("A", "B"), 12)),
      site = rep(c(1, 2, 3, 3, 1), length.out = n),
      x = round(stats::rnorm(n), 2), z = rep(c(0, 1, 1, 0, 1), length.out = n), wt = rep(c(0.5, 1, 2), 8),
      fr = rep(1:2, 12),
      cl = rep(1:8, 3), responder = rep(c(TRUE, FALSE, FALSE), 8)
    )
    d$what <- factor(c("none", "x", "y")[1 + d$status * rep(1:2, 12)], c("none", "x", "y"))
    d
  })
}

call_estimator <- function(estimator, d, entry) {
  status <- if (estimator == "cif") quote(what) else quote(status)
  response <- if (entry$interval) {
    call("Surv", quote(start), quote(time), status)
  } else {
    call(
      "Surv",
      quote(time), status
    )
  }
  if (!is.null(entry$left)) response <- entry$left
  if (estimator == "response_rate") response <- quote(responder)
  right <- if (!is.null(entry$right)) entry$right else if (estimator == "cox") quote(x + z) else quote(arm)
  formula <- stats::as.formula(call("~", response, right), env = globalenv())
  do.call(estimator, c(list(formula, data = d), entry$args), envir = asNamespace("tte"))
}

# What happened: the value, the classes of the package's warnings, the error.
outcome_of <- function(code) {
  warnings <- character()
  value <- tryCatch(
    withCallingHandlers(code, warning = function(w) {
      own <- grep("^tte_warning_", class(w), value = TRUE)
      warnings <<- c(warnings, if (length(own) > 0) sub("^tte_warning_", "", own[1]) else conditionMessage(w))
      invokeRestart("muffleWarning")
    }),
    error = identity
  )
  failed <- inherits(value, "error")
  list(value = if (!failed) value, warnings = sort(unique(warnings)), error = if (failed) value)
}

on <- function(estimators, what, change = identity, fault = NULL, argument = NULL, column = NULL, at = NULL,
               warning = character(), check = function(fit, d) invisible(), interval = FALSE, args = list(),
               right = NULL, left = NULL, class = "tte_error_input") {
  list(
    estimators = estimators, what = what, change = change, fault = fault, argument = argument,
    column = column, at = at,
    warning = warning, check = check, interval = interval, args = args, right = right, left = left,
    class = class
  )
}

put <- function(column, rows, value) {
  force(column)
  force(rows)
  force(value)
  function(d) {
    d[[column]][rows] <- value
    d
  }
}

km_cif <- c("km", "cif")
timed <- c("km", "log_rank_test", "cox", "cif")
surv <- c("km", "log_rank_test", "cox")
all_of_them <- c(timed, "response_rate")
same_as_good <- function(estimator, d = good_rows()) {
  call_estimator(estimator, d, on(estimator, "", interval = FALSE))
}

wrong_input <- list(
  # ---- size ----
  on(all_of_them, "0 rows", function(d) d[0, ], fault = "no_rows", argument = "data"),
  on("km", "1 row, event", function(d) d[1, ], check = function(fit, d) {
    expect_equal(fit$surv, 0)
    expect_equal(unname(fit$n), 1)
  }),
  on("km", "1 row, censored", function(d) d[2, ], check = function(fit, d) expect_equal(fit$surv, 1)),
  on("cif", "1 row", function(d) droplevels(d[1, ]), fault = NULL, check = function(fit, d) {
    expect_equal(unname(rowSums(fit$pstate)), 1)
  }, args = list(censored = "none"), left = quote(Surv(time, factor(what, c("none", "x", "y"))))),
  on("response_rate", "1 row", function(d) d[1, ], check = function(fit, d) {
    expect_equal(fit$estimate[fit$n > 0], 1)
    expect_false(any(is.nan(fit$estimate)))
  }),
  on("log_rank_test", "1 row", function(d) d[1, ], fault = "single_group"),
  on("cox", "1 row", function(d) d[1, ], warning = "aliased", check = function(fit, d) {
    expect_true(all(is.na(stats::coef(fit))))
  }),
  on(c("km", "cif", "response_rate"), "1 arm", function(d) d[d$arm == "A", ], check = function(fit, d) {
    expect_equal(sum(fit$n), 12)
  }),
  on("log_rank_test", "1 arm", function(d) d[d$arm == "A", ], fault = "single_group"),
  on("cox", "1 arm of two levels", function(d) d[d$arm == "A", ],
    warning = "aliased", right = quote(arm),
    check = function(fit, d) expect_true(all(is.na(stats::coef(fit))))
  ),
  on("cox", "a factor of one level", function(d) droplevels(d[d$arm == "A", ]),
    right = quote(arm),
    fault = c("single_group", "wrong_type")
  ),
  on(c("km", "log_rank_test", "cif", "response_rate"), "a level without rows is no group", function(d) {
    d$arm <- factor(d$arm, c("none here", "A", "B"))
    d
  }, check = function(fit, d) {
    if (inherits(fit, "survfit")) expect_identical(names(fit$strata), c("arm=A", "arm=B"))
    if (inherits(fit, "htest")) expect_equal(unname(fit$parameter), 1)
  }),
  on("cox", "a level without rows has no estimate, and harms no other", function(d) {
    d$arm <- factor(d$arm, c("A", "B", "none here"))
    d
  }, right = quote(arm), warning = "aliased", check = function(fit, d) {
    two <- cox(Surv(time, status) ~ arm, droplevels(d))
    expect_equal(stats::coef(fit)[["armB"]], stats::coef(two)[["armB"]], tolerance = 1e-8)
    expect_true(is.na(stats::coef(fit)[[2]]))
  }),
  on(km_cif, "strata = n", function(d) transform(d, own = seq_len(nrow(d))),
    args = list(strata = "own"),
    check = function(fit, d) expect_length(fit$strata, 2)
  ),
  on("log_rank_test", "strata = n: nobody to compare with", function(d) transform(d, own = seq_len(nrow(d))),
    args = list(strata = "own"), check = function(fit, d) {
      expect_equal(as.numeric(fit$observed), as.numeric(fit$expected))
      expect_false(isTRUE(fit$p.value < 1))
    }
  ),
  on("cox", "strata = n: nothing to estimate", function(d) transform(d, own = seq_len(nrow(d))),
    args = list(strata = "own"), warning = "aliased", check = function(fit, d) {
      expect_true(all(is.na(stats::coef(fit))))
    }
  ),

  # ---- events ----
  on("km", "all censored", function(d) transform(d, status = 0), check = function(fit, d) {
    expect_true(all(fit$surv == 1))
    expect_true(all(fit$lower == 1 & fit$upper == 1))
    expect_true(all(is.na(stats::quantile(fit, probs = 0.5)$quantile)))
  }),
  on("cif", "all censored", function(d) transform(d, what = factor("none", c("none", "x", "y"))),
    check = function(fit, d) {
      expect_true(all(fit$pstate[, 1] == 1))
      expect_true(all(fit$pstate[, -1] == 0))
    }
  ),
  on(c("log_rank_test", "cox"), "all censored", function(d) transform(d, status = 0), fault = "no_events"),
  on("km", "all events at one time", function(d) transform(d, time = 4, status = 1),
    check = function(fit, d) {
      expect_equal(fit$surv, c(0, 0))
      expect_equal(fit$n.event, c(12, 12))
    }
  ),
  on("cif", "all events at one time",
    function(d) transform(d, time = 4, what = factor("x", c("none", "x", "y"))),
    check = function(fit, d) expect_equal(fit$pstate[, 2], c(1, 1))
  ),
  on("cox", "all events at one time", function(d) transform(d, time = 4, status = 1),
    check = function(fit, d) {
      # Efron: 24 deaths that leave the risk set one by one in equal shares
      truth <- oracle_cox(list(stop = d$time, cause = d$status), d[c("x", "z")])
      expect_equal(unname(stats::coef(fit)), unname(truth$coefficients), tolerance = 1e-7)
    }
  ),
  on("log_rank_test", "all events at one time: everybody dies, nothing to compare",
    function(d) transform(d, time = 4, status = 1),
    check = function(fit, d) {
      expect_equal(as.numeric(fit$observed), as.numeric(fit$expected))
      expect_false(isTRUE(fit$p.value < 1))
    }
  ),
  on(c("km", "cif"), "last observation an event", function(d) d[c(1, 3, 5, 6), ],
    right = 1,
    check = function(fit, d) {
      last <- if (is.null(fit$pstate)) fit$surv[length(fit$surv)] else fit$pstate[nrow(fit$pstate), 1]
      expect_identical(unname(last), 0)
    }
  ),
  on("km", "last observation censored", function(d) d[c(1, 3, 4, 5), ], right = 1, check = function(fit, d) {
    expect_equal(fit$surv[fit$time == 9], fit$surv[fit$time == 5])
  }),
  on("km", "no events in an arm", function(d) transform(d, status = status * (arm == "A")),
    check = function(fit, d) {
      expect_true(all(curves_of(fit)[["arm=B"]]$surv == 1))
    }
  ),
  on("cif", "no events in an arm", function(d) {
    d$what[d$arm == "B"] <- "none"
    d
  }, check = function(fit, d) expect_true(all(state_curves_of(fit)[["arm=B"]]$pstate[, -1] == 0))),
  on("log_rank_test", "no events in an arm", function(d) transform(d, status = status * (arm == "A")),
    check = function(fit, d) {
      expect_equal(as.numeric(fit$observed)[2], 0)
      expect_true(is.finite(fit$statistic))
    }
  ),
  on("cox", "no events in an arm", function(d) transform(d, status = status * (arm == "A")),
    right = quote(arm), warning = "monotone_likelihood", check = function(fit, d) {
      expect_equal(sign(unname(fit$monotone)), -1)
    }
  ),
  on(c("log_rank_test", "cox"), "no events in a stratum",
    function(d) transform(d, status = status * (site != 2)),
    args = list(strata = "site")
  ),
  on("cif", "no events of a cause", function(d) {
    d$what[d$what == "y"] <- "none"
    d
  }, check = function(fit, d) expect_true(all(fit$pstate[, 3] == 0))),
  on("cif", "1000 causes", function(d) {
    d <- d[rep(seq_len(nrow(d)), 50), ]
    d$time <- d$time + seq_len(nrow(d)) / 1e4
    d$what <- factor(sprintf("c%04d", seq_len(nrow(d)) %% 1001), sprintf("c%04d", 0:1000))
    d
  }, args = list(censored = "c0000"), right = 1, check = function(fit, d) {
    expect_identical(ncol(fit$pstate), 1001L)
    expect_equal(rowSums(fit$pstate), rep(1, length(fit$time)), tolerance = 1e-12)
  }),
  on("cif", "causes that nobody has keep the names of the others", function(d) {
    d$what <- factor(d$what, c("none", "never", "x", "y"))
    d
  }, check = function(fit, d) {
    at <- match("y", fit$states)
    expect_equal(max(fit$n.event[, at]) > 0, TRUE)
    if ("never" %in% fit$states) expect_true(all(fit$pstate[, match("never", fit$states)] == 0))
  }),
  on("cox", "more covariates than events", function(d) {
    d$status <- 0
    d$status[c(1, 8, 15)] <- 1
    cbind(d, v = with_random_seed(3, matrix(round(stats::rnorm(96), 2), 24)))
  }, right = quote(v.1 + v.2 + v.3 + v.4), check = function(fit, d) {
    truth <- oracle_cox(list(stop = d$time, cause = d$status), d[paste0("v.", 1:4)])
    expect_equal(unname(stats::coef(fit)), unname(truth$coefficients), tolerance = 1e-6)
  }),
  on("cox", "more covariates than rows", function(d) {
    d <- d[1:6, ]
    cbind(d, v = with_random_seed(4, matrix(stats::rnorm(48), 6)))
  },
  right = quote(v.1 + v.2 + v.3 + v.4 + v.5 + v.6 + v.7 + v.8), warning = c("aliased", "monotone_likelihood"),
  check = function(fit, d) expect_gte(sum(is.na(stats::coef(fit))), 3)
  ),
  on("cox", "one event", function(d) transform(d, status = as.numeric(id == "P08")),
    right = quote(x), warning = NULL,
    check = function(fit, d) {
      truth <- oracle_cox(list(stop = d$time, cause = d$status), d["x"])
      expect_equal(unname(stats::coef(fit)), unname(truth$coefficients), tolerance = 1e-6)
    }
  ),

  # ---- missing and not finite ----
  on(timed, "NA in time", put("time", c(3, 7), NA), fault = "missing_value", at = c(3, 7)),
  on(timed, "NaN in time", put("time", 3, NaN), fault = c("missing_value", "not_finite"), at = 3),
  on(timed, "Inf in time", put("time", 3, Inf), fault = "not_finite", at = 3),
  on(timed, "-Inf in time", put("time", 3, -Inf), fault = c("not_finite", "negative_time"), at = 3),
  on(timed, "NA in start", put("start", 4, NA), fault = "missing_value", at = 4, interval = TRUE),
  on(timed, "-Inf in start", put("start", 4, -Inf),
    fault = c("not_finite", "negative_time"), at = 4,
    interval = TRUE
  ),
  on(surv, "NA in status", put("status", c(2, 24), NA), fault = "missing_value", at = c(2, 24)),
  on("cif", "NA in status", put("what", c(2, 24), NA), fault = "missing_value", at = c(2, 24)),
  on("response_rate", "NA in the response", put("responder", 5, NA), fault = "missing_value", at = 5),
  on(c("km", "log_rank_test", "cif"), "NA in the arm", put("arm", 1:2, NA),
    warning = "missing_covariate",
    check = function(fit, d) {
      expect_equal(sum(fit$n), 22)
    }
  ),
  on("response_rate", "NA in the arm", put("arm", 1:2, NA), fault = "missing_value", at = 1:2),
  on("cox", "NA in a covariate", put("x", 1:2, NA), warning = "missing_covariate", check = function(fit, d) {
    expect_equal(fit$n, 22)
    expect_length(stats::na.action(fit), 2)
  }),
  on("cox", "NaN in a covariate", put("x", 1:2, NaN), warning = "missing_covariate"),
  on("cox", "Inf in a covariate", put("x", 9, Inf), fault = "not_finite", at = 9),
  on(c("log_rank_test", "cox"), "NA in a stratum", put("site", 4, NA),
    args = list(strata = "site"),
    warning = "missing_covariate"
  ),
  on(c("km", "cox", "cif"), "NA in weights", put("wt", 6, NA),
    args = list(weights = "wt"), fault = "missing_value",
    argument = "weights", at = 6
  ),
  on(c("km", "cox", "cif"), "Inf in weights", put("wt", 6, Inf),
    args = list(weights = "wt"), fault = "not_finite",
    argument = "weights", at = 6
  ),
  on(timed, "NA in freq", put("fr", 6, NA),
    args = list(freq = "fr"), fault = "missing_value",
    argument = "freq", at = 6
  ),
  on(timed, "NA in id", put("id", 6, NA),
    args = list(id = "id"), fault = "missing_value", argument = "id",
    at = 6
  ),
  on(c("km", "cox", "cif"), "NA in cluster", put("cl", 6, NA),
    args = list(cluster = "cl"), fault = "missing_value",
    argument = "cluster", at = 6
  ),

  # ---- status ----
  on(surv, "three codes in a 0/1 status", put("status", 1:3, c(0, 1, 2)), fault = "bad_status"),
  on(surv, "status as text", function(d) transform(d, status = as.character(status)),
    fault = c("bad_status", "wrong_type")
  ),
  on(surv, "status of half events", put("status", 5, 0.5), fault = "bad_status"),
  on("response_rate", "a response of 0/1/2", function(d) transform(d, responder = rep(0:2, 8)),
    fault = "wrong_type"
  ),
  on("cif", "a censoring level that does not come first", function(d) {
    d$what <- factor(as.character(d$what), c("x", "y", "none"), labels = c("x", "y", "censored"))
    d
  }, fault = "ambiguous_censoring"),

  # ---- columns and arguments ----
  on(timed, "a column that is not there", fault = c("unknown_column", "wrong_type"), right = quote(nowhere)),
  on(c("km", "cox", "cif"), "weights that are not there",
    fault = "unknown_column", args = list(weights = "nowhere"),
    argument = "weights"
  ),
  on(c("log_rank_test", "cox"), "strata that are not there",
    fault = "unknown_column", args = list(strata = "nowhere"),
    argument = "strata"
  ),
  on(timed, "freq of another length", fault = "wrong_length", args = list(freq = c(1, 2)), argument = "freq"),
  on(c("km", "cox", "cif"), "weights as text", function(d) transform(d, wt = "heavy"),
    args = list(weights = "wt"),
    fault = "wrong_type", argument = "weights"
  ),
  on("cox", "an unknown method for ties",
    args = list(ties = "exact-ish"), fault = "not_a_choice",
    argument = "ties"
  ),
  on(km_cif, "an unknown transformation",
    args = list(conf.type = "probit"), fault = "not_a_choice",
    argument = "conf.type"
  ),
  on("response_rate", "an unknown method",
    args = list(conf.method = "guess"), fault = "not_a_choice",
    argument = "conf.method"
  ),
  on(c("km", "cif", "response_rate"), "95 for a confidence level",
    args = list(conf.level = 95),
    fault = c("out_of_range", "wrong_type"), argument = "conf.level"
  ),
  on(timed, "an argument that does not exist", args = list(wieghts = "wt"), fault = "unknown_argument"),
  on(timed, "frailty() is refused, not fitted as a column",
    right = quote(frailty(site)), fault = NA,
    class = "tte_error_unsupported"
  ),
  on(timed, "interval censoring is refused",
    left = quote(Surv(time, time + 1, type = "interval2")), fault = NA,
    class = "tte_error_unsupported"
  ),
  on("log_rank_test", "weights are refused", args = list(weights = "wt"), fault = NA, class = "tte_error"),
  on(c("log_rank_test", "cox"), "a reference that is no level",
    args = list(reference = "C"), fault = "unknown_level",
    right = quote(arm)
  ),
  on(c("log_rank_test", "cox"), "a reference that fits no one column",
    function(d) transform(d, site = factor(site)),
    args = list(reference = c("A", "2")), right = quote(arm + site),
    fault = c("reference_required", "unknown_level")
  ),

  # ---- covariates ----
  on("cox", "a constant column", function(d) transform(d, z = 3),
    warning = "aliased",
    check = function(fit, d) {
      expect_identical(unname(is.na(stats::coef(fit))), c(FALSE, TRUE))
      alone <- cox(Surv(time, status) ~ x, d)
      expect_equal(stats::coef(fit)[["x"]], stats::coef(alone)[["x"]], tolerance = 1e-8)
    }
  ),
  on("cox", "a duplicated column", function(d) transform(d, z = x),
    warning = "aliased",
    check = function(fit, d) {
      expect_identical(unname(is.na(stats::coef(fit))), c(FALSE, TRUE))
    }
  ),
  on("cox", "collinear columns", function(d) transform(d, v = 2 * x - z),
    right = quote(x + z + v), warning = "aliased",
    check = function(fit, d) {
      expect_identical(unname(is.na(stats::coef(fit))), c(FALSE, FALSE, TRUE))
      expect_equal(fit$loglik, cox(Surv(time, status) ~ x + z, d)$loglik, tolerance = 1e-10)
    }
  ),
  on("cox", "a factor nested in another",
    function(d) transform(d, region = factor(site == 1), site = factor(site)),
    right = quote(site + region), warning = "aliased",
    check = function(fit, d) expect_equal(sum(is.na(stats::coef(fit))), 1)
  ),
  on("cox", "separation: the larger x, the earlier the event", function(d) {
    d$status <- 1
    d$time <- seq_len(nrow(d))
    d$x <- -d$time
    d
  }, right = quote(x), warning = "monotone_likelihood", check = function(fit, d) {
    expect_equal(sign(unname(fit$monotone)), 1)
  }),
  on("cox", "a covariate of huge scale", function(d) transform(d, x = x * 1e12),
    right = quote(x),
    check = function(fit, d) {
      small <- cox(Surv(time, status) ~ x, good_rows())
      expect_equal(stats::coef(fit)[["x"]] * 1e12, stats::coef(small)[["x"]], tolerance = 1e-7)
    }
  ),
  on("cox", "a covariate far from zero", function(d) transform(d, x = x + 1e8),
    right = quote(x),
    check = function(fit, d) {
      near <- cox(Surv(time, status) ~ x, good_rows())
      expect_equal(stats::coef(fit)[["x"]], stats::coef(near)[["x"]], tolerance = 1e-4)
    }
  ),

  # ---- persons and intervals ----
  on(timed, "one person twice without start times", put("id", 2, "P01"),
    args = list(id = "id"),
    fault = c("overlapping_rows", "person_twice"), at = 1:2
  ),
  on(timed, "overlapping rows of one person", function(d) {
    d$id[2] <- d$id[1]
    d$start[2] <- 3
    d$arm[2] <- d$arm[1]
    d
  }, args = list(id = "id"), interval = TRUE, fault = "overlapping_rows", at = 1:2),
  on(timed, "the same rows without id are two people", function(d) {
    d$start[2] <- 3
    d
  }, interval = TRUE),
  on(timed, "a gap between two rows of one person", function(d) {
    d$id[2] <- d$id[1]
    d$arm[2] <- d$arm[1]
    d$status[1] <- 0
    d$what[1] <- "none"
    d$start[2] <- 6
    d
  }, args = list(id = "id"), interval = TRUE, check = function(fit, d) {
    if (!is.null(fit$n) && inherits(fit, "survfit")) expect_equal(sum(fit$n), 23)
  }),
  on(timed, "an interval of no length", put("start", 3, 12),
    interval = TRUE, fault = "start_not_before_stop",
    at = 3
  ),
  on(timed, "an interval the wrong way round", put("start", c(3, 5), 20),
    interval = TRUE, fault = "start_not_before_stop",
    at = c(3, 5)
  ),
  on(c("km", "cif"), "one person in two curves", function(d) {
    d$id[2] <- d$id[1]
    d$start[2] <- 5
    d$status[1] <- 0
    d$what[1] <- "none"
    d
  }, args = list(id = "id"), interval = TRUE, fault = "person_in_two_strata"),
  on("km", "a risk set that empties before others enter", function(d) {
    d$start[c(1, 4)] <- 0
    d$start[-c(1, 4)] <- 6 * (d$time[-c(1, 4)] > 6)
    d <- d[c(1, 4, which(d$time > 6)), ]
    transform(d, status = 1)
  }, interval = TRUE, right = 1, warning = "risk_set_empty", check = function(fit, d) {
    expect_identical(fit$surv[fit$time == 5], 0)
  }),
  on(timed, "an interval that has no length once near-equal times are one", function(d) {
    d$start[3] <- 12 * (1 - 1e-12)
    d
  }, interval = TRUE, fault = "start_not_before_stop", at = 3),

  # ---- weights and frequencies ----
  on(c("km", "cox", "cif"), "a weight of zero", put("wt", 6, 0),
    args = list(weights = "wt"), fault = "not_positive",
    argument = "weights", at = 6
  ),
  on(c("km", "cox", "cif"), "a negative weight", put("wt", 6, -1),
    args = list(weights = "wt"), fault = "not_positive",
    argument = "weights", at = 6
  ),
  on(timed, "a fractional frequency", put("fr", 6, 1.5),
    args = list(freq = "fr"), fault = "not_whole",
    argument = "freq", at = 6
  ),
  on(timed, "a negative frequency", put("fr", 6, -1),
    args = list(freq = "fr"),
    fault = c("not_whole", "not_positive", "out_of_range"), argument = "freq", at = 6
  ),
  on(timed, "all frequencies zero", function(d) transform(d, fr = 0),
    args = list(freq = "fr"),
    fault = "no_rows"
  ),
  on(timed, "a frequency of zero takes the row away", put("fr", 1:3, 0), args = list(freq = "fr")),
  on("km", "equal tiny weights", function(d) transform(d, wt = 1e-150),
    args = list(weights = "wt"),
    check = function(fit, d) {
      one <- km(Surv(time, status) ~ arm, transform(d, wt = 1), weights = "wt")
      expect_equal(fit$surv, one$surv, tolerance = 1e-12)
      expect_equal(fit$std.err[fit$surv > 0], one$std.err[fit$surv > 0], tolerance = 1e-10)
    }
  ),
  on("km", "equal huge weights", function(d) transform(d, wt = 1e150),
    args = list(weights = "wt"),
    check = function(fit, d) {
      one <- km(Surv(time, status) ~ arm, transform(d, wt = 1), weights = "wt")
      expect_equal(fit$surv, one$surv, tolerance = 1e-12)
      expect_equal(fit$std.err[fit$surv > 0], one$std.err[fit$surv > 0], tolerance = 1e-10)
    }
  ),
  on("cif", "equal tiny and huge weights", args = list(weights = "wt"), check = function(fit, d) {
    one <- cif(Surv(time, what) ~ arm, transform(d, wt = 1), weights = "wt")
    for (w in c(1e-150, 1e150)) {
      other <- cif(Surv(time, what) ~ arm, transform(d, wt = w), weights = "wt")
      expect_equal(other$pstate, one$pstate, tolerance = 1e-12)
      expect_equal(other$std.err, one$std.err, tolerance = 1e-10)
    }
  }),
  on("cox", "equal tiny and huge weights", args = list(weights = "wt"), check = function(fit, d) {
    one <- cox(Surv(time, status) ~ x + z, transform(d, wt = 1), weights = "wt")
    for (w in c(1e-100, 1e100)) {
      other <- cox(Surv(time, status) ~ x + z, transform(d, wt = w), weights = "wt")
      expect_equal(stats::coef(other), stats::coef(one), tolerance = 1e-8)
      expect_equal(stats::vcov(other), stats::vcov(one), tolerance = 1e-7)
    }
  }),
  on("km", "one weight a million million times the others", put("wt", 1, 1e12),
    args = list(weights = "wt"),
    right = 1, check = function(fit, d) {
      truth <- oracle_km(list(stop = d$time, cause = d$status, weight = d$wt), robust = TRUE)
      expect_equal(fit$surv, truth$surv, tolerance = 1e-9)
    }
  ),

  # ---- times ----
  on(surv, "a time of zero", put("time", 1, 0), warning = "zero_time"),
  on("cif", "a time of zero", put("time", 1, 0), warning = "zero_time", check = function(fit, d) {
    expect_equal(fit$time[1], 0)
    expect_gt(fit$pstate[1, 2], 0)
  }),
  on(timed, "a negative time", put("time", 4, -1), fault = "negative_time", at = 4),
  on(timed, "a negative start", put("start", 4, -1), interval = TRUE, fault = "negative_time", at = 4),
  on("km", "times of 1e-300 and of 1e300", check = function(fit, d) {
    for (scale in c(1e-300, 1e300)) {
      other <- km(Surv(time, status) ~ arm, transform(d, time = time * scale))
      expect_equal(other$surv, fit$surv)
      expect_equal(other$std.err, fit$std.err)
      expect_equal(length(other$time), length(fit$time))
    }
  }),
  on("cif", "times of 1e-300 and of 1e300", check = function(fit, d) {
    for (scale in c(1e-300, 1e300)) {
      expect_equal(cif(Surv(time, what) ~ arm, transform(d, time = time * scale))$pstate, fit$pstate)
    }
  }),
  on("log_rank_test", "times of 1e-300 and of 1e300", check = function(fit, d) {
    for (scale in c(1e-300, 1e300)) {
      expect_equal(
        log_rank_test(Surv(time, status) ~ arm, transform(d, time = time * scale))$statistic,
        fit$statistic
      )
    }
  }),
  on("cox", "times of 1e-300 and of 1e300", check = function(fit, d) {
    for (scale in c(1e-300, 1e300)) {
      expect_equal(
        stats::coef(cox(Surv(time, status) ~ x + z, transform(d, time = time * scale))),
        stats::coef(fit)
      )
    }
  }),
  on(timed, "whole times beyond 2^31", function(d) transform(d, time = 2^33 + time * 1e6),
    check = function(fit, d) {
      if (inherits(fit, "survfit")) expect_equal(max(fit$time), max(d$time))
    }
  ),
  on(timed, "dates instead of times", function(d) transform(d, time = as.Date("2024-01-01") + time),
    fault = c("wrong_type", "not_a_date")
  ),
  on("km", "ties of one ulp are ties", function(d) {
    d$time <- d$time * (1 + rep(c(-1, 0, 1), 8) * 2^-52)
    d
  }, check = function(fit, d) {
    exact <- same_as_good("km")
    expect_equal(fit$surv, exact$surv)
    expect_equal(fit$n.risk, exact$n.risk)
    expect_gt(fit$tte$snapped, 0)
  }),
  on("log_rank_test", "ties of one ulp are ties",
    function(d) transform(d, time = time * (1 + rep(c(-1, 0, 1), 8) * 2^-52)),
    check = function(fit, d) expect_equal(fit$statistic, same_as_good("log_rank_test")$statistic)
  ),
  on("cox", "ties of one ulp are ties",
    function(d) transform(d, time = time * (1 + rep(c(-1, 0, 1), 8) * 2^-52)),
    check = function(fit, d) expect_equal(stats::coef(fit), stats::coef(same_as_good("cox")))
  ),
  on("cif", "ties of one ulp are ties",
    function(d) transform(d, time = time * (1 + rep(c(-1, 0, 1), 8) * 2^-52)),
    check = function(fit, d) expect_equal(fit$pstate, same_as_good("cif")$pstate)
  ),
  on("km", "timefix = FALSE keeps one ulp apart", function(d) {
    d$time <- d$time * (1 + rep(c(0, 1), each = 12) * 2^-52)
    d$time[13:24] <- d$time[1:12] * (1 + 2^-52)
    d
  }, right = 1, args = list(timefix = FALSE), check = function(fit, d) {
    expect_equal(length(fit$time), length(unique(d$time)))
  }),
  on(timed, "rows in any order", function(d) d[c(24:13, 1:12), ], check = function(fit, d) {
    if (inherits(fit, "survfit")) expect_false(is.unsorted(curves_of_any(fit)))
  })
)

# Times of the first curve, whatever the shape.
curves_of_any <- function(fit) {
  if (is.null(fit$strata)) fit$time else fit$time[seq_len(fit$strata[[1]])]
}

expect_row <- function(entry, estimator) {
  d <- entry$change(good_rows())
  got <- outcome_of(call_estimator(estimator, d, entry))
  label <- sprintf("%s(), %s", estimator, entry$what)
  if (is.null(entry$fault)) {
    if (!is.null(got$error)) {
      fail(sprintf("%s: stopped with <%s> %s", label, class(got$error)[1], conditionMessage(got$error)))
      return(invisible())
    }
    if (!is.null(entry$warning)) {
      expect_identical(got$warnings, sort(entry$warning), label = paste(label, "- warnings"))
    }
    entry$check(got$value, d)
    return(invisible())
  }
  if (is.null(got$error)) {
    fail(sprintf("%s: no error", label))
    return(invisible())
  }
  if (!inherits(got$error, entry$class)) {
    fail(sprintf("%s: error of class %s: %s", label, toString(class(got$error)), conditionMessage(got$error)))
    return(invisible())
  }
  if (identical(entry$fault, NA)) {
    return(succeed())
  }
  found <- got$error$faults
  mine <- found[found$fault %in% entry$fault, , drop = FALSE]
  if (nrow(mine) == 0) {
    fail(sprintf("%s: faults %s, expected %s", label, toString(found$fault), toString(entry$fault)))
    return(invisible())
  }
  if (!is.null(entry$argument)) {
    expect_true(entry$argument %in% mine$argument,
      label = paste(label, "- argument")
    )
  }
  if (!is.null(entry$column)) expect_true(entry$column %in% mine$column, label = paste(label, "- column"))
  if (!is.null(entry$at)) {
    expect_identical(sort(unique(unlist(mine$rows))), as.integer(entry$at), label = paste(label, "- rows"))
  }
  expect_true(all(nzchar(mine$message)), label = paste(label, "- message"))
}

for (entry in wrong_input) {
  for (estimator in entry$estimators) {
    test_that(paste0(estimator, "(): ", entry$what), {
      expect_row(entry, estimator)
    })
  }
}

test_that("offsets beyond what exp() can hold are computed in logs, or refused, never NaN", {
  d <- good_rows()
  d$off <- with_random_seed(8, stats::runif(nrow(d), -800, 800))
  got <- outcome_of(cox(Surv(time, status) ~ x + offset(off), d))
  if (!is.null(got$error)) {
    expect_s3_class(got$error, "tte_error")
  } else {
    at_zero <- sum(vapply(which(d$status == 1), function(i) {
      risk <- d$off[d$time >= d$time[i]]
      d$off[i] - max(risk) - log(sum(exp(risk - max(risk))))
    }, 1))
    fit <- cox(Surv(time, status) ~ x + offset(off), d, ties = "breslow")
    expect_equal(fit$loglik[1], at_zero, tolerance = 1e-9)
  }
})

test_that("two thousand million rows a row: counts, curve, test and concordance do not overflow", {
  d <- good_rows()
  d$many <- 2000000000L
  expect_equal(km(Surv(time, status) ~ 1, d, freq = "many")$n.risk[1], 24 * 2e9)
  expect_equal(
    km(Surv(time, status) ~ 1, d, freq = "many")$surv, km(Surv(time, status) ~ 1, d)$surv,
    tolerance = 1e-12
  )
  expect_equal(sum(log_rank_test(Surv(time, status) ~ arm, d, freq = "many")$observed), sum(d$status) * 2e9)
  one <- cox(Surv(time, status) ~ x, d, ties = "breslow")
  many <- cox(Surv(time, status) ~ x, d, freq = "many", ties = "breslow")
  expect_equal(stats::coef(many), stats::coef(one), tolerance = 1e-8)
  expect_equal(many$concordance[["concordance"]], one$concordance[["concordance"]], tolerance = 1e-8)
})

test_that("all faults of a table are named in one error, with argument, column and rows", {
  d <- good_rows()
  d$time[3] <- -2
  d$status[5] <- NA
  d$wt[7] <- 0
  d$cl[9] <- NA
  got <- outcome_of(km(Surv(time, status) ~ arm, d, weights = "wt", cluster = "cl"))
  expect_s3_class(got$error, "tte_error_input")
  expect_setequal(got$error$faults$fault, c("negative_time", "missing_value", "not_positive"))
  expect_setequal(unlist(got$error$faults$rows), c(3L, 5L, 7L, 9L))
})

test_that("more than five bad rows are counted, not listed", {
  d <- good_rows()
  d$time[2:12] <- NA
  got <- outcome_of(km(Surv(time, status) ~ arm, d))
  expect_match(conditionMessage(got$error), "and 6 more")
})

test_that("the table covers every estimator and every fault code that input can have", {
  codes <- unlist(lapply(wrong_input, `[[`, "fault"))
  wanted <- c(
    "missing_value", "not_finite", "negative_time", "start_not_before_stop", "no_rows", "unknown_column",
    "overlapping_rows", "not_whole", "not_positive", "wrong_type", "wrong_length", "unknown_level",
    "no_events",
    "single_group", "person_in_two_strata", "ambiguous_censoring", "bad_status", "not_a_choice"
  )
  expect_true(all(wanted %in% codes))
})
