#' Fine and Gray's regression of a cumulative incidence
#'
#' Proportional subdistribution hazards: \eqn{F_k(t \mid x) = 1 - \exp\{-\Lambda_0(t) e^{x'\beta}\}} for one
#' cause, fitted by a weighted partial likelihood in which persons with a competing event stay at risk with
#' weight \eqn{w(t) = G(t-) / G(T-)}, G being the distribution of censoring (times that of entry, where rows
#' enter late). Right-censored or start-stop rows, strata, frequencies, weights, clusters.
#'
#' @section Conventions: When an event and a censoring are tied, `convention = "geskus"` takes the event for
#'   the earlier one, so it is not at risk of being censored there, as in `survival::finegray()` and SAS;
#'   `"cmprsk"` keeps it at risk in G, as `cmprsk::crr()` does. Without such ties the two agree. Ties of
#'   events are Breslow's in both.
#' @section Variance: `"sandwich"` is Fine and Gray's: it counts that G (and the distribution of entry) is
#'   estimated, as `crr()` does; with censoring groups `crr()` leaves parts of that term out. `"robust"`
#'   takes the weights as known, which is what `coxph()` on the rows of `finegray()` gives with `cluster`;
#'   `"model"` is the inverse of the information. Sums go over clusters, else persons, else rows.
#' @section Censoring groups: G is estimated from all rows together, also when the model is stratified, unless
#'   `censoring` names columns; `finegray()` with `strata()` uses the strata.
#'
#' @inheritParams cox
#' @inheritParams time_to_event
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @inheritSection cif Causes
#' @param cause The cause of interest: its name, by default the first one.
#' @param censored The level of the status that means censored; the first one by default.
#' @param competing The competing events of an ADTTE; see [time_to_event()].
#' @param convention `"geskus"` or `"cmprsk"`: what happens in G at a tie.
#' @param variance `"sandwich"`, `"robust"` or `"model"`.
#' @param censoring Names of columns; censoring is estimated for each combination of their values. Not with
#'   delayed entry.
#' @param changing Effects that change with time: functions of time, named by the coefficients they belong to,
#'   `list(age = log)`. Each adds a coefficient of the covariate times f(t), with time on the scale of the
#'   data. Such a fit takes time proportional to rows times events, and has no predictions or residuals.
#' @return An object of class `tte_fine_gray` and `tte_model`: `coefficients` (log subdistribution hazard
#'   ratios), `var`, `naive.var` (the inverse information), `loglik`, `score`, `rscore`, `wald.test`,
#'   `baseline` (times, cases and increments of the cumulative hazard at the covariates' `means`), and `tte`.
#'   `predict()` gives incidences with limits, `residuals()` martingale, Schoenfeld, score and dfbeta ones.
#' @references Fine JP, Gray RJ (1999). A proportional hazards model for the subdistribution of a competing
#'   risk. *JASA* 94, 496-509. Geskus RB (2011). Cause-specific cumulative incidence estimation and the Fine
#'   and Gray model under both left truncation and right censoring. *Biometrics* 67, 39-49. Zhang X, Zhang MJ,
#'   Fine J (2011). A proportional hazards regression model for the subdistribution with right-censored and
#'   left-truncated competing risks data. *Statistics in Medicine* 30, 1933-1951.
#' @seealso [cif()], [gray_test()], [absolute_risk()] which combines cause-specific Cox models.
#' @examples
#' mgus <- survival::mgus2
#' mgus$months <- with(mgus, ifelse(pstat == 1, ptime, futime))
#' first <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
#' mgus$first <- factor(first, 0:2, c("censored", "PCM", "death"))
#' fit <- fine_gray(Surv(months, first) ~ age + sex, mgus, subset = months > 0, cause = "PCM")
#' fit
#' predict(fit, data.frame(age = c(60, 80), sex = "F"), at = c(60, 120))
#' @export
fine_gray <- function(
  formula, data = NULL, ..., cause = NULL, censored = NULL, competing = NULL, param = NULL, strata = NULL,
  reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL, freq = NULL,
  unit = NULL, report_in = NULL, day_one = NULL, convention = "geskus", variance = "sandwich",
  censoring = NULL, changing = NULL, conf.level = 0.95, timefix = TRUE
) {
  check_dots(...)
  d <- open_door(environment(), rbind(
    check_level(conf.level), check_choice(convention, "convention", c("geskus", "cmprsk")),
    check_choice(variance, "variance", c("sandwich", "robust", "model")), check_flag(timefix, "timefix"),
    censoring_faults(censoring), changing_faults(changing)
  ))
  call <- rlang::current_env()
  cause <- chosen_cause(cause, d, call)
  groups <- censoring_groups(censoring, d, call)
  abort_input(rbind(
    case_faults(d, cause), after_event_faults(d), merged_interval_faults(d, timefix), offset_faults(d),
    person_freq_faults(d), model_variance_faults(d, variance)
  ))
  refuse_late_groups(d, groups, call)
  design <- design_of(d, call)
  d$columns$stratum <- strata_codes(d)$codes
  problem <- list(
    columns = d$columns, group = groups$codes, x = design$x, offset = d$offset, cause = cause,
    convention = convention, variance = variance, timefix = timefix
  )
  if (length(changing) > 0) {
    abort_input(changed_term_faults(changing, design$names), call)
    problem <- with_changing(problem, changing, design$names, call)
    design$names <- c(design$names, paste0(names(changing), ":f(t)"))
  }
  fit <- fine_gray_cpp(problem, thread_count())
  abort_input(undefined_weight_faults(fit, d), call)
  fit <- new_fine_gray(fit, problem, d, design, names(groups$columns), conf.level)
  warn_fine_gray(fit, call)
  fit
}

# ---- causes ----

# The code of the cause of interest.
chosen_cause <- function(cause, d, call) {
  abort_input(one_cause_faults(d), call)
  if (is.null(cause)) {
    return(1L)
  }
  if (!checkmate::test_string(cause)) {
    abort_input(fault("cause", "wrong_type", "must be the name of one cause"), call)
  }
  if (!cause %in% d$causes) {
    what <- sprintf("\"%s\" is none of the causes, %s", cause, quoted_list(d$causes))
    abort_input(fault("cause", "unknown_level", what), call)
  }
  match(cause, d$causes)
}

one_cause_faults <- function(d) {
  if (length(d$causes) > 1) {
    return(NULL)
  }
  remedy <- if (is.null(d$response$levels) && is.null(d$param)) {
    "Give Surv() a factor as its status: censored, the cause of interest, the competing ones."
  } else {
    "Name the competing events: competing = c(death = \"Death\"), or further levels of the status."
  }
  what <- "the status has one cause, and competing risks need at least two"
  fault("formula", "bad_status", what, remedy = remedy)
}

case_faults <- function(d, cause) {
  counted <- counted_rows(d)
  found <- if (is.null(counted)) d$columns$cause else d$columns$cause[counted]
  if (any(found == cause)) {
    return(NULL)
  }
  fault("formula", "no_events", sprintf("no row has the event \"%s\"", d$causes[cause]))
}

# ---- censoring groups ----

censoring_faults <- function(censoring) {
  if (!checkmate::test_character(censoring, any.missing = FALSE, min.len = 1, null.ok = TRUE)) {
    fault("censoring", "wrong_type", "must be names of columns")
  }
}

# list(columns, codes) of the rows that are analysed; codes NULL: one group.
censoring_groups <- function(censoring, d, call) {
  if (is.null(censoring)) {
    return(NULL)
  }
  data <- d$request$data
  absent <- setdiff(censoring, names(data))
  abort_input(do.call(rbind, lapply(absent, unknown_column_fault, "censoring", names(data))), call)
  columns <- rlang::set_names(lapply(censoring, function(name) data[[name]][kept_rows(d)]), censoring)
  abort_input(do.call(rbind, Map(function(x, name) {
    if (anyNA(x)) fault("censoring", "missing_value", "has missing values", name, kept_rows(d)[is.na(x)])
  }, columns, names(columns))), call)
  groups <- combine_codes(columns, counted_rows(d))
  list(columns = columns, codes = if (length(groups$levels) > 1) groups$codes)
}

refuse_late_groups <- function(d, groups, call) {
  if (is.null(groups$codes) || is.null(d$columns$start)) {
    return(invisible(NULL))
  }
  abort_unsupported(
    "fine_gray() with censoring groups and a start time",
    "The distribution of entry is estimated from all rows.",
    "Leave `censoring` out.", call
  )
}

model_variance_faults <- function(d, variance) {
  given <- names(Filter(Negate(is.null), d$columns[c("weight", "cluster")]))
  if (variance != "model" || length(given) == 0) {
    return(NULL)
  }
  fault("variance", "not_a_choice", "weights and clusters need \"sandwich\" or \"robust\"")
}

# Nobody left at risk while others have yet to enter: what was before says nothing about what comes.
undefined_weight_faults <- function(fit, d) {
  if (!is.finite(fit$undefined_after)) {
    return(NULL)
  }
  what <- sprintf(
    "after time %s nobody is at risk before others enter, so earlier competing events have no weight",
    format(fit$undefined_after)
  )
  fault("formula", "out_of_range", what, remedy = "Start the analysis after that time.")
}

# ---- effects that change with time ----

changing_faults <- function(changing) {
  good <- is.null(changing) || (checkmate::test_list(changing, types = "function") &&
    (length(changing) == 0 || checkmate::test_names(names(changing))))
  if (!good) {
    remedy <- "For example changing = list(age = log)."
    fault("changing", "wrong_type", "must be functions of time, named by coefficients", remedy = remedy)
  }
}

changed_term_faults <- function(changing, names) {
  unknown <- setdiff(names(changing), names)
  what <- sprintf("is none of the coefficients, %s", and_list(names))
  if (length(unknown) > 0) fault("changing", "unknown_term", what, unknown)
}

# The covariates again, and their functions at all times of the data.
with_changing <- function(problem, changing, names, call) {
  x <- if (is.list(problem$x)) problem$x else lapply(seq_len(ncol(problem$x)), function(j) problem$x[, j])
  times <- sort(unique(c(problem$columns$start, problem$columns$stop)))
  values <- Map(function(f, name) {
    value <- as.double(f(times))
    if (length(value) != length(times) || !all(is.finite(value[times %in% problem$columns$stop]))) {
      abort_input(fault("changing", "not_finite", "must give a finite number for every time", name), call)
    }
    value
  }, changing, names(changing))
  fixed <- rep(list(numeric()), length(x))
  problem$x <- c(x, x[match(names(changing), names)])
  problem$times <- times
  problem$effects <- c(fixed, unname(values))
  problem
}
