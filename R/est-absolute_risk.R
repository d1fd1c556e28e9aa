#' Absolute risk from cause-specific Cox models
#'
#' Fits a Cox model to the hazard of every cause, other causes counting as censored, and combines them into
#' the probability that a cause comes first, \eqn{F_k(t \mid x) = \sum_{u \le t} S(u- \mid x)\, d\Lambda_k(u
#' \mid x)} with \eqn{S(t \mid x) = \prod_{u \le t} \{1 - \sum_k d\Lambda_k(u \mid x)\}}, for new covariates,
#' with limits.
#'
#' @section Models: All causes have the same covariates and strata, Breslow's ties and Breslow's baseline
#'   hazard. The risks of all causes and the probability of none add up to one. `mstate::probtrans()` and
#'   `riskRegression::CSC()` multiply hazards likewise; `survival::survfit()` of a multi-state `coxph()` takes
#'   matrix exponentials, which differs by the size of the jumps.
#' @section Variance: The infinitesimal jackknife over clusters, else persons, else rows: what each moves the
#'   baseline hazards and the coefficients of all causes together. It takes time proportional to rows times
#'   new rows times points in time.
#'
#' @inheritParams fine_gray
#' @inheritSection cif Causes
#' @inheritSection time_to_event Formula
#' @inheritSection time_to_event Missing values
#' @inheritSection km Errors
#' @param newdata A data frame with the covariates, and the strata where the model has them.
#' @param at Points in time: numbers on the scale of the data, or [in_months()] and its like.
#' @param cause Names of causes; all of them by default.
#' @param conf.type Scale of the limits: `"cloglog"`, \eqn{\log\{-\log(1 - F)\}}, or `"plain"`.
#' @return [Estimates][estimates]: for each cause and new row (`group`, its row name) one for each time. The
#'   coefficients of every cause, with their model-based variance, are in the provenance (`models`).
#' @references Benichou J, Gail MH (1990). Estimates of absolute cause-specific risk in cohort studies.
#'   *Biometrics* 46, 813-826. Ozenne B, Sorensen AL, Scheike T, Torp-Pedersen C, Gerds TA (2017).
#'   riskRegression: predicting the risk of an event using Cox regression models. *The R Journal* 9, 440-460.
#' @seealso [fine_gray()], which models the incidence itself.
#' @examples
#' mgus <- survival::mgus2
#' mgus$months <- with(mgus, ifelse(pstat == 1, ptime, futime))
#' first <- with(mgus, ifelse(pstat == 1, 1, 2 * death))
#' mgus$first <- factor(first, 0:2, c("censored", "PCM", "death"))
#' new <- data.frame(age = c(60, 80), sex = "F")
#' absolute_risk(Surv(months, first) ~ age + sex, mgus, subset = months > 0, newdata = new, at = 120)
#' @export
absolute_risk <- function(
  formula, data = NULL, ..., newdata, at, cause = NULL, censored = NULL, competing = NULL, param = NULL,
  strata = NULL, reference = NULL, subset = NULL, na.action = NULL, id = NULL, cluster = NULL, weights = NULL,
  freq = NULL, unit = NULL, report_in = NULL, day_one = NULL, conf.level = 0.95, conf.type = "cloglog",
  timefix = TRUE
) {
  check_dots(...)
  given <- rbind(
    if (missing(at)) fault("at", "wrong_length", "must say at which times"),
    if (missing(newdata) || !is.data.frame(newdata)) {
      fault("newdata", "wrong_type", "must be a data frame of the covariates to predict for")
    }
  )
  d <- open_door(environment(), rbind(
    given, check_level(conf.level), check_flag(timefix, "timefix"),
    check_choice(conf.type, "conf.type", c("cloglog", "plain"))
  ))
  call <- rlang::current_env()
  abort_input(rbind(
    one_cause_faults(d), cause_name_faults(cause, d), event_faults(d), after_event_faults(d),
    merged_interval_faults(d, timefix), offset_faults(d), person_freq_faults(d)
  ), call)
  at <- resolve_horizon(at, d$scale, "at", call)
  design <- design_of(d, call)
  d$columns$stratum <- strata_codes(d)$codes
  stored <- stored_call(d, "absolute_risk", strata_in_formula = TRUE)
  problem <- list(
    columns = d$columns, group = NULL, x = design$x, offset = d$offset, cause = 1L, convention = "geskus",
    variance = "model", timefix = timefix
  )
  model <- list(
    terms = fit_terms(stored$formula, d), xlevels = design$xlevels, contrasts = design$contrasts,
    strata = d$strata_columns, problem = problem
  )
  x <- new_design(model, newdata, call)
  causes <- if (is.null(cause)) seq_along(d$causes) else match(cause, d$causes)
  found <- absolute_risk_cpp(
    problem, length(d$causes), causes, lapply(seq_len(ncol(x)), function(j) x[, j]),
    new_strata(model, newdata, call), at$at, thread_count()
  )
  check_hazard_models(found$models, d, design$names, call)
  new_absolute_risk(found, causes, d, design, newdata, at, conf.level, conf.type, timefix)
}

# A coefficient at infinity has no risk to go with it; one that cannot be estimated is left out, and said so.
check_hazard_models <- function(models, d, names, call) {
  endless <- vapply(models, function(model) model$monotone, NA)
  if (any(endless)) {
    abort_unsupported(
      "The absolute risk of these models",
      sprintf("A coefficient of %s is infinite.", and_list(d$causes[endless])),
      "Leave out the covariate whose groups never have the event, or put groups together.", call
    )
  }
  open <- vapply(models, function(model) !model$converged, NA)
  if (any(open)) {
    text <- sprintf("The iteration did not converge for %s.", and_list(d$causes[open]))
    warn_tte(text, "not_converged", call = call)
  }
  without <- lapply(models, function(model) if (model$n_event > 0) which(model$aliased))
  aliased <- unique(names[unlist(without)])
  if (length(aliased) > 0) {
    text <- "%s cannot be estimated: constant, or a combination of the other columns."
    warn_tte(sprintf(text, and_list(aliased)), "aliased", coefficients = aliased, call = call)
  }
}

new_absolute_risk <- function(found, causes, d, design, newdata, at, conf.level, conf.type, timefix) {
  times <- length(at$at)
  rows <- do.call(rbind, Map(function(risks, cause) {
    risk <- c(t(risks$risk))
    se <- c(t(risks$std_error))
    limits <- incidence_limits(risk, se, conf.type, conf.level)
    data.frame(
      cause = d$causes[cause], group = rep(row.names(newdata), each = times),
      time = rep(at$at, nrow(newdata)), estimate = risk, std.error = se,
      conf.low = limits$lower, conf.high = limits$upper
    )
  }, found$risks, causes))
  scale <- if (conf.type == "plain") "untransformed" else "on the scale log(-log(1 - F))"
  said <- sentences(
    causes = sprintf("A Cox model for each cause (%s), Breslow ties.", and_list(d$causes)),
    strata = strata_sentence(d), variance = variance_sentence(TRUE, "", d),
    limits = sprintf("Limits are %s, %s, pointwise.", format_percent(conf.level), scale),
    timefix = merge_sentence(found$models[[1]]$snapped, timefix)
  )
  models <- lapply(found$models, function(model) {
    beta <- replace(model$coefficients, model$aliased, NA)
    list(
      coefficients = rlang::set_names(beta, design$names),
      var = structure(model$var, dimnames = list(design$names, design$names)), n_event = model$n_event
    )
  })
  method <- "Absolute risk (cause-specific Cox)"
  estimates_of(
    cbind(rows[names(rows) != "time"], scale = "probability"), d, "incidence", rows$time, conf.level, method,
    provenance(d, method, found$models[[1]]$snapped, said,
      n_persons = count_persons(d$columns), models = rlang::set_names(models, d$causes)
    )
  )
}
