#' Treatment effects in subgroups
#'
#' The hazard ratio of the arms in all rows and in every level of each subgroup variable, with persons and
#' events of each arm, and the test of interaction of each variable: the numbers of a forest plot, which
#' `autoplot()` draws.
#'
#' @section Estimate: In each subgroup a Cox model of its own is fitted to its rows, with the strata and
#'   the other covariates of the formula. A stratum or covariate that is constant in a subgroup falls out
#'   by itself. Where an arm has no event the hazard ratio is 0 or infinite, and its limits are those of
#'   the profile likelihood, of which one is finite.
#' @section Interaction: The likelihood ratio test of arm by subgroup in the model that holds arm, subgroup
#'   and the other covariates, over rows that have a value of the subgroup; under `weights` or `cluster`
#'   the Wald test with the robust variance. One p for each variable: do not read the p values of single
#'   subgroups.
#'
#' @inheritParams cox
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param formula As in [cox()]; the first covariate is the arm.
#' @param subgroups Names of columns, each a factor or words or few numbers; names of this vector are the
#'   words shown for them.
#' @return [Estimates][estimates] of class `tte_subgroup_effects`. For each subgroup (`group`) a row for
#'   each comparison of arms (scale `"ratio"`, `std.error` of its logarithm), then a row for each arm with
#'   its `n` and `n.event` (scale `"count"`, `comparison` the arm); for each variable a row with the
#'   `statistic` and `p.value` of the interaction (scale `"interaction"`). `term` is the variable,
#'   `"overall"` for all rows.
#' @references Wang R, Lagakos SW, Ware JH, Hunter DJ, Drazen JM (2007). Statistics in medicine: reporting of
#'   subgroup analyses in clinical trials. *New England Journal of Medicine* 357, 2189-2194.
#' @examples
#' lung <- transform(survival::lung,
#'   sex = factor(sex, labels = c("male", "female")),
#'   old = ifelse(age >= 65, "65 and older", "below 65")
#' )
#' subgroup_effects(Surv(time, status) ~ sex, lung, subgroups = c(Age = "old", ECOG = "ph.ecog"))
#' @export
subgroup_effects <- function(
  formula, data = NULL, ..., subgroups, param = NULL, strata = NULL, reference = NULL, subset = NULL,
  na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL, unit = NULL, report_in = NULL,
  day_one = NULL, conf.level = 0.95, ties = "efron", timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), ties_faults(ties), check_flag(timefix, "timefix"),
    if (missing(subgroups)) fault("subgroups", "wrong_length", "must name columns")
  ))
  call <- rlang::current_env()
  abort_input(rbind(
    one_event_faults(d), event_faults(d), merged_interval_faults(d, timefix), offset_faults(d),
    efron_faults(d, ties), person_freq_faults(d)
  ), call)
  arm <- arm_of_subgroups(d, call)
  by <- read_subgroups(subgroups, d, arm$name, call)
  robust <- !is.null(d$columns$weight) || !is.null(d$columns$cluster)
  if (robust && startsWith(ties, "exact")) {
    refuse_robust_with(
      list(
        ties = ties, firth = FALSE,
        conf.type = "wald"
      ),
      c("weights", "cluster")[1], call
    )
  }
  d$columns$stratum <- strata_codes(d)$codes
  design <- design_of(d, call)
  model <- list(
    d = d, x = as_design_matrix(design$x), arm = arm, arm_columns = design$assign[[arm$name]],
    data = list(
      columns = d$columns, offset = d$offset, ties = ties, firth = FALSE, robust = robust, timefix = timefix
    ),
    conf.level = conf.level, robust = robust
  )
  found <- rbind(
    effect_rows(model, NULL, "overall", "All patients"),
    do.call(rbind, Map(subgroup_rows, by, names(by), MoreArgs = list(model = model)))
  )
  new_subgroup_effects(found, model, by)
}

# list(name, levels, codes): the first covariate, which must be categorical.
arm_of_subgroups <- function(d, call) {
  terms <- attr(d$covariate_terms, "term.labels")
  name <- if (length(terms) > 0) terms[1]
  x <- if (!is.null(name)) d$covariates[[name]]
  if (is.null(x) || !(is.factor(x) || is.character(x) || is.logical(x) || length(unique(x)) == 2)) {
    what <- "the first covariate must be the arm: a factor, words, or two numbers"
    abort_input(fault("formula", "wrong_type", what, if (is.null(name)) NA else name), call)
  }
  if (any(attr(d$covariate_terms, "order") > 1)) {
    what <- "interactions are what `subgroups` tests, and are not in the formula"
    abort_input(fault("formula", "unknown_term", what), call)
  }
  if (is.character(x) && !name %in% names(d$reference)) {
    what <- "the arm is a character column, so say which level is the reference"
    abort_input(fault("reference", "reference_required", what, name), call)
  }
  groups <- column_codes(x, counted_rows(d))
  abort_input(if (length(groups$levels) < 2) fault("formula", "single_group", "has one level", name), call)
  c(list(name = name), groups)
}

# Columns of the data as codes, on the rows of the analysis; NA where a person has no value.
read_subgroups <- function(subgroups, d, arm, call) {
  data <- d$request$data
  if (!checkmate::test_character(subgroups, any.missing = FALSE, min.len = 1)) {
    abort_input(fault("subgroups", "wrong_type", "must be names of columns"), call)
  }
  abort_input(do.call(rbind, lapply(subgroups, subgroup_faults, data, arm, kept_rows(d))), call)
  words <- if (is.null(names(subgroups))) subgroups else names(subgroups)
  words[words == ""] <- subgroups[words == ""]
  rlang::set_names(lapply(subgroups, function(name) {
    x <- data[[name]][kept_rows(d)]
    if (is.logical(x)) x <- ifelse(x, "yes", "no")
    groups <- column_codes(x, counted_of(d, !is.na(x)))
    groups$codes[is.na(x)] <- NA
    groups
  }), words)
}

counted_of <- function(d, known) {
  counted <- counted_rows(d)
  which(if (is.null(counted)) known else known & seq_along(known) %in% counted)
}

subgroup_faults <- function(name, data, arm, rows) {
  if (!name %in% names(data)) {
    return(unknown_column_fault(name, "subgroups", names(data)))
  }
  if (name == arm) {
    return(fault("subgroups", "not_a_choice", "is the arm", name))
  }
  x <- data[[name]][rows]
  if (all(is.na(x))) {
    return(fault("subgroups", "missing_value", "has no value", name))
  }
  many <- is.numeric(x) && length(unique(x)) > 10
  if (many) {
    remedy <- "Cut it into groups first."
    fault("subgroups", "wrong_type", "is a number with more than 10 values", name, remedy = remedy)
  }
}

# ---- one subgroup ----

subgroup_rows <- function(groups, word, model) {
  levels <- lapply(seq_along(groups$levels), function(level) {
    effect_rows(model, which(groups$codes == level), word, groups$levels[level])
  })
  rbind(do.call(rbind, levels), interaction_row(model, groups, word))
}

# The hazard ratios of the rows (NULL: all), then persons and events of the arms.
effect_rows <- function(model, rows, term, group) {
  if (is.null(rows)) rows <- seq_len(model$d$n)
  counts <- arm_counts(model, rows)
  arms <- model$arm$levels
  other <- seq_along(arms)[-1]
  found <- fit_rows(model, rows, model$x)
  ratios <- lapply(model$arm_columns, arm_effect, found, model, rows, counts)
  number <- function(name) vapply(ratios, `[[`, numeric(1), name)
  effects <- data.frame(
    term = term, group = group, comparison = sprintf("%s v %s", arms[other], arms[1]), scale = "ratio",
    estimate = number("estimate"), std.error = number("se"), conf.low = number("low"),
    conf.high = number("high"), statistic = number("z"), p.value = number("p"),
    n = counts$n[1] + counts$n[other], n.event = counts$events[1] + counts$events[other]
  )
  empty <- rep(NA_real_, length(arms))
  rbind(effects, data.frame(
    term = term, group = group, comparison = arms, scale = "count", estimate = empty, std.error = empty,
    conf.low = empty, conf.high = empty, statistic = empty, p.value = empty, n = counts$n,
    n.event = counts$events
  ))
}

# Persons and events of each arm.
arm_counts <- function(model, rows) {
  columns <- model$d$columns
  freq <- if (is.null(columns$freq)) rep(1, model$d$n) else as.double(columns$freq)
  arm <- factor(model$arm$codes[rows], seq_along(model$arm$levels))
  first <- if (is.null(columns$subject)) rep(TRUE, length(rows)) else !duplicated(columns$subject[rows])
  sums <- function(x) as.vector(tapply(x, arm, sum, default = 0))
  list(n = sums(freq[rows] * first), events = sums(freq[rows] * (columns$cause[rows] > 0)))
}

# NULL where there is nothing to fit.
fit_rows <- function(model, rows, x) {
  columns <- column_rows(model$data$columns, rows)
  mass <- if (is.null(columns$freq)) rep(1, length(rows)) else columns$freq
  if (sum(mass * (columns$cause > 0)) == 0 || length(unique(model$arm$codes[rows])) < 2) {
    return(NULL)
  }
  fit_again(model$data, x[rows, , drop = FALSE], columns = columns, offset = slice(model$data$offset, rows))
}

# A hazard ratio of one arm: NA where it cannot be had.
arm_effect <- function(column, fit, model, rows, counts) {
  none <- list(
    estimate = NA_real_, se = NA_real_, low = NA_real_, high = NA_real_, z = NA_real_,
    p = NA_real_
  )
  if (is.null(fit) || is.na(fit$coefficients[column])) {
    return(none)
  }
  away <- if (is.null(fit$monotone)) 0 else fit$monotone[column]
  if (away != 0) {
    return(profiled_effect(column, model, rows, sign(away), none))
  }
  beta <- fit$coefficients[column]
  se <- sqrt(fit$var[column, column])
  reach <- stats::qnorm((1 + model$conf.level) / 2) * se
  list(
    estimate = exp(beta), se = se, low = exp(beta - reach), high = exp(beta + reach), z = -beta / se,
    p = 2 * stats::pnorm(-abs(beta / se))
  )
}

# No event in an arm: the finite side is by profile likelihood.
profiled_effect <- function(column, model, rows, sign, none) {
  none$estimate <- if (sign > 0) Inf else 0
  if (model$robust) {
    return(none)
  }
  data <- model$data
  data$columns <- column_rows(data$columns, rows)
  data$offset <- slice(data$offset, rows)
  found <- profile_again(data, model$x[rows, , drop = FALSE], column, model$conf.level)
  limits <- ifelse(found$converged, found$limits, NA)[1, ]
  chisq <- max(0, 2 * (found$loglik - found$at_zero[1]))
  none[c("low", "high", "z", "p")] <- list(
    exp(limits[1]), exp(limits[2]), -sign * sqrt(chisq), stats::pchisq(chisq, 1, lower.tail = FALSE)
  )
  none
}

# ---- interaction ----

interaction_row <- function(model, groups, word) {
  rows <- which(!is.na(groups$codes))
  level <- outer(groups$codes, seq_along(groups$levels)[-1], `==`) + 0
  level[is.na(level)] <- 0
  arm <- model$x[, model$arm_columns, drop = FALSE]
  both <- do.call(cbind, lapply(seq_len(ncol(level)), function(k) arm * level[, k]))
  main <- cbind(model$x, level)
  test <- if (length(groups$levels) < 2) {
    list(chisq = NA_real_, df = 0)
  } else if (model$robust) {
    robust_interaction(model, rows, main, both)
  } else {
    ratio_interaction(model, rows, main, both)
  }
  none <- NA_real_
  data.frame(
    term = word, group = NA, comparison = sprintf("interaction, %d df", as.integer(test$df)),
    scale = "interaction", estimate = none, std.error = none, conf.low = none, conf.high = none,
    statistic = test$chisq, p.value = if (test$df > 0) {
      stats::pchisq(test$chisq, test$df, lower.tail = FALSE)
    } else {
      none
    }, n = none, n.event = none
  )
}

ratio_interaction <- function(model, rows, main, both) {
  small <- fit_rows(model, rows, main)
  large <- fit_rows(model, rows, cbind(main, both))
  if (is.null(small) || is.null(large)) {
    return(list(chisq = NA_real_, df = 0))
  }
  list(chisq = max(0, 2 * (large$loglik[2] - small$loglik[2])), df = rank_of(large) - rank_of(small))
}

robust_interaction <- function(model, rows, main, both) {
  large <- fit_rows(model, rows, cbind(main, both))
  if (is.null(large) || !is.null(large$monotone)) {
    return(list(chisq = NA_real_, df = 0))
  }
  wald_of_columns(large, ncol(main), seq_len(ncol(both)))
}

# ---- the result ----

new_subgroup_effects <- function(rows, model, by) {
  d <- model$d
  without <- vapply(by, function(groups) sum(is.na(groups$codes)), integer(1))
  lost <- without[without > 0]
  said <- sentences(
    fits = "A model of its own in each subgroup; ties: ", strata = strata_sentence(d),
    interaction = sprintf(
      "Interaction: %s test of arm by subgroup.", if (model$robust) "robust Wald" else "likelihood ratio"
    ),
    limits = sprintf(
      "Limits are %s, Wald; by profile likelihood where an arm has no event.",
      format_percent(model$conf.level)
    ),
    missing = if (length(lost) > 0) {
      sprintf("Rows without a value are in no subgroup of it: %s.", and_list(paste0(names(lost), " ", lost)))
    }
  )
  said[["fits"]] <- sprintf("A model of its own in each subgroup; ties: %s.", tie_words[[model$data$ties]])
  tte <- provenance(d, "Subgroup effects", 0, said, n_persons = count_persons(d$columns))
  out <- estimates_of(
    rows[names(rows) != "term"], d, rows$term, NA, model$conf.level,
    "Subgroup hazard ratios", tte
  )
  class(out) <- c("tte_subgroup_effects", class(out))
  out
}

#' @export
print.tte_subgroup_effects <- function(x, digits = 3, ...) {
  cat("Subgroup hazard ratios", endpoint_suffix(x), "\n", sep = "")
  cat("Events/persons of each arm, hazard ratio with limits\n")
  print.data.frame(subgroup_table(x, digits), row.names = FALSE, right = TRUE)
  print_conventions(conventions(x))
  invisible(x)
}

endpoint_suffix <- function(x) if (is.na(x$param[1])) "" else paste(" of", x$param[1])

# A block of rows for each variable, headed by its p value of interaction.
subgroup_table <- function(x, digits) {
  ratios <- x[x$scale == "ratio", ]
  counts <- x[x$scale == "count", ]
  pairs <- arms_of_comparison(ratios$comparison, unique(counts$comparison))
  cells <- function(arm) {
    at <- match(paste(ratios$term, ratios$group, arm), paste(counts$term, counts$group, counts$comparison))
    paste0(format_count(counts$n.event[at]), "/", format_count(counts$n[at]))
  }
  one <- length(unique(ratios$comparison)) == 1
  rows <- data.frame(
    subgroup = ifelse(ratios$term == "overall", ratios$group, paste0("  ", ratios$group)),
    arm = cells(pairs$arm), reference = cells(pairs$reference), HR = format_number(ratios$estimate, digits),
    lower = format_number(ratios$conf.low, digits), upper = format_number(ratios$conf.high, digits)
  )
  names(rows)[2:3] <- if (one) c(pairs$arm[1], pairs$reference[1]) else c("arm", pairs$reference[1])
  if (!one) rows <- cbind(rows[1], comparison = ratios$comparison, rows[-1])
  blocks <- lapply(unique(ratios$term), function(term) {
    block <- cbind(rows[ratios$term == term, ], p = "")
    if (term == "overall") {
      return(block)
    }
    head <- block[1, ]
    head[] <- ""
    head$subgroup <- term
    head$p <- format_p(x$p.value[x$scale == "interaction" & x$term == term])
    rbind(head, block)
  })
  shown <- do.call(rbind, blocks)
  names(shown)[ncol(shown)] <- "interaction p"
  shown$subgroup <- format(shown$subgroup)
  shown
}

# Arms may have " v " in their names, so the words are put together rather than taken apart.
arms_of_comparison <- function(comparison, arms) {
  words <- sprintf("%s v %s", arms, arms[1])
  list(arm = arms[match(comparison, words)], reference = rep(arms[1], length(comparison)))
}
