# Survival curves of new persons from a Cox fit, in survival's own shape.

#' Survival curves of new persons
#'
#' `survfit()` of a [cox()] model: S(t | x) for every row of `newdata`, by stratum, or along the path of a
#' person whose covariates change (`id`).
#'
#' @section Estimate: \eqn{\exp\{-\sum \exp(x'\hat\beta) d\hat\Lambda_0\}} with pointwise limits from the
#'   variance of the cumulative hazard, which has a part for the baseline and one for the coefficients
#'   (Tsiatis, Link). Covariates are measured from their means, and hazards kept as logarithms of a common
#'   factor, so that nothing overflows.
#' @section Strata: A row of `newdata` that says its stratum gets that curve; without the columns of the
#'   strata every row gets a curve in each.
#' @section Paths: With `id`, rows of one id are one person's, each valid in the (start, stop] of the
#'   response's columns, and give one curve.
#' @section Options of survival: `stype`, `ctype`, `start.time`, `influence`, `individual` and `time0` are
#'   handed to `survival::survfit.coxph()` for fits of class `coxph`, and refused for others.
#'
#' @param formula A [cox()] model.
#' @param newdata A data frame of covariates. Without it the curve at the means of the covariates, as in
#'   `survival`, which is nobody's.
#' @param se.fit Whether standard errors are computed.
#' @param conf.int Confidence level; that of the model by default.
#' @param conf.type `"log"` (as in `survival`), `"log-log"`, `"plain"`, `"logit"`, `"arcsin"` or `"none"`.
#' @param id The person of each row of `newdata`: a column, or its name.
#' @param censor Whether times without events are listed.
#' @param baseline `"consistent"` or `"breslow"`, see [baseline_hazard()].
#' @param ... Options of `survival`, see below.
#' @return A `survfitcox` and `survfit` object.
#' @section Errors: `tte_error_input` names all faults of `newdata`: columns, types, levels, strata.
#'   `tte_error_unsupported` for standard errors under a robust variance that `survival` does not know.
#' @references Link CL (1984). Confidence intervals for the survival function using Cox's proportional-hazard
#'   model with covariates. *Biometrics* 40, 601-609. Therneau TM, Grambsch PM (2000). *Modeling Survival
#'   Data*, chapter 10.
#' @examples
#' fit <- cox(Surv(time, status) ~ age + strata(sex), survival::lung)
#' survival::survfit(fit, data.frame(age = c(50, 70)))
#' @rawNamespace S3method(survival::survfit, tte_cox)
survfit.tte_cox <- function(
  formula, newdata, se.fit = TRUE, conf.int = formula$conf.level, conf.type = "log", id, censor = TRUE,
  baseline = "consistent", ...
) {
  fit <- formula
  call <- rlang::current_env()
  known <- inherits(fit, "coxph")
  if (known && (...length() > 0 || (se.fit && is_robust(fit)))) {
    if (!missing(newdata)) newdata_design(fit, newdata, call = call)
    return(NextMethod())
  }
  check_dots(...)
  abort_input(rbind(
    check_flag(se.fit, "se.fit"), check_level(conf.int, "conf.int"), check_flag(censor, "censor"),
    check_choice(conf.type, "conf.type", c("none", names(limit_scales))),
    check_choice(baseline, "baseline", c("consistent", "breslow"))
  ), call)
  refuse_infinite_cox(fit, "survfit()", call)
  if (se.fit) refuse_robust_curve(fit, "a curve", call)
  base <- fit_baseline(fit, baseline)
  persons <- if (missing(newdata)) mean_person(base) else NULL
  if (is.null(persons)) {
    who <- if (!missing(id)) id_of_newdata(rlang::enquo(id), newdata, call)
    persons <- new_persons(base, newdata, who, call)
  }
  said <- match.call()
  said[[1]] <- quote(survfit)
  shape_survfit(base, persons, se.fit, conf.int, conf.type, censor, said)
}

# list(x, offset, stratum, start, stop, person, names): rows of persons; `stratum` NULL: every stratum.
mean_person <- function(base) {
  list(
    x = matrix(base$fit$means - base$centre, 1), offset = mean_offset(base$data), start = -Inf, stop = Inf,
    person = 1L, names = NULL, stratum = if (length(base$paths) == 1) 1L
  )
}

# survival's average person has the average offset.
mean_offset <- function(data) {
  if (is.null(data$offset)) {
    return(0)
  }
  mass <- row_mass(data$columns)
  if (is.null(mass)) mean(data$offset) else stats::weighted.mean(data$offset, mass)
}

new_persons <- function(base, newdata, who, call) {
  design <- newdata_design(base$fit, newdata, response = !is.null(who), call = call)
  whole <- stats::complete.cases(design$x, design$offset)
  if (!any(whole)) abort_input(fault("newdata", "missing_value", "all rows have missing values"), call)
  stratum <- if (length(base$paths) == 1) rep(1L, nrow(newdata)) else design$strata
  interval <- !is.null(who) && ncol(design$y) == 3
  list(
    x = sweep(design$x, 2, base$centre)[whole, , drop = FALSE], offset = design$offset[whole],
    stratum = stratum[whole], start = if (interval) design$y[whole, 1] else rep(-Inf, sum(whole)),
    stop = if (is.null(who)) rep(Inf, sum(whole)) else design$y[whole, ncol(design$y) - 1],
    person = if (is.null(who)) seq_len(sum(whole)) else match(who[whole], unique(who[whole])),
    names = if (is.null(who)) row.names(newdata)[whole] else as.character(unique(who[whole])),
    paths = !is.null(who), newdata = newdata[whole, , drop = FALSE]
  )
}

id_of_newdata <- function(quosure, newdata, call) {
  found <- evaluate_argument(quosure, "id", newdata, nrow(newdata))
  abort_input(found$faults, call)
  found$value
}

# One block of steps for each curve, or, where rows share strata and times, a column for each.
shape_survfit <- function(base, persons, se.fit, conf.int, conf.type, censor, call) {
  strata <- strata_names(base$data$d)
  separate <- isTRUE(persons$paths) || (length(base$paths) > 1 && !is.null(persons$stratum))
  curves <- if (separate) {
    lapply(split(seq_along(persons$person), persons$person), curve_block, base, persons, se.fit)
  } else {
    lapply(seq_along(base$paths), stratum_block, base, persons, se.fit)
  }
  if (!censor) curves <- lapply(curves, events_only)
  names <- if (!separate) strata else persons$names
  bind_curves(curves, if (length(curves) > 1) names, base, persons, se.fit, conf.int, conf.type, call)
}

# One person: a curve of its own steps.
curve_block <- function(rows, base, persons, se.fit) {
  steps <- person_steps(
    base, persons$x[rows, , drop = FALSE], persons$offset[rows], persons$stratum[rows], persons$start[rows],
    persons$stop[rows]
  )
  path <- base$paths[[persons$stratum[rows[1]]]]
  list(
    time = steps$time, cumhaz = matrix(cumsum(steps$hazard)),
    std.err = if (se.fit) matrix(path_error(steps, base$var)),
    n.risk = path$n.risk[steps$at], n.event = path$n.event[steps$at], n.censor = path$n.censor[steps$at]
  )
}

# One stratum: a column for each person. h'Vh of h = x Lambda - H is put together from its parts, so that no
# person needs a pass over steps and covariates.
stratum_block <- function(stratum, base, persons, se.fit) {
  path <- base$paths[[stratum]]
  x <- persons$x
  risk <- exp(drop(x %*% base$beta) + persons$offset + path$shift)
  hazard <- cumsum(path$hazard)
  list(
    time = path$time, cumhaz = outer(hazard, risk),
    std.err = if (se.fit) block_error(path, hazard, x, risk, base$var),
    n.risk = path$n.risk, n.event = path$n.event, n.censor = path$n.censor
  )
}

block_error <- function(path, hazard, x, risk, var) {
  mean <- matrix(apply(path$mean, 2, cumsum), length(hazard))
  turned <- mean %*% var
  slope <- outer(hazard^2, rowSums((x %*% var) * x)) - 2 * hazard * tcrossprod(
    turned,
    x
  ) + rowSums(turned * mean)
  sqrt(cumsum(path$variance) + pmax(slope, 0)) * rep(risk, each = length(hazard))
}

events_only <- function(curve) {
  at <- curve$n.event > 0
  lapply(curve, function(x) if (is.matrix(x)) x[at, , drop = FALSE] else x[at])
}

bind_curves <- function(curves, names, base, persons, se.fit, conf.int, conf.type, call) {
  all <- function(name) unlist(lapply(curves, `[[`, name), use.names = FALSE)
  stack <- function(name) {
    x <- do.call(rbind, lapply(curves, `[[`, name))
    if (is.null(x) || ncol(x) == 1) {
      return(if (!is.null(x)) drop(x[, 1]))
    }
    structure(x, dimnames = list(NULL, persons$names))
  }
  cumhaz <- stack("cumhaz")
  surv <- exp(-cumhaz)
  se <- stack("std.err")
  fit <- list(
    n = curve_sizes_of(base, persons, length(curves), names), time = all("time"), n.risk = all("n.risk"),
    n.event = all("n.event"),
    n.censor = all("n.censor"), surv = surv,
    strata = if (!is.null(names)) rlang::set_names(vapply(curves, function(x) length(x$time), 1L), names),
    cumhaz = cumhaz, std.err = se, std.chaz = se, logse = if (se.fit) TRUE,
    type = if (is_interval(base$fit)) "counting" else "right"
  )
  if (se.fit && conf.type != "none") fit <- c(fit, curve_limits(surv, se, conf.type, conf.int))
  fit <- c(fit, list(call = call, newdata = persons$newdata))
  structure(Filter(Negate(is.null), fit), class = c("survfitcox", "survfit"))
}

curve_limits <- function(surv, se, conf.type, conf.int) {
  limits <- probability_limits(c(surv), c(surv * se), conf.type, conf.int)
  shape <- function(x) if (is.matrix(surv)) structure(x, dim = dim(surv), dimnames = dimnames(surv)) else x
  list(lower = shape(limits$lower), upper = shape(limits$upper), conf.type = conf.type, conf.int = conf.int)
}

# How many rows each curve was estimated from: those of its stratum.
curve_sizes_of <- function(base, persons, k, names) {
  columns <- base$data$columns
  freq <- if (is.null(columns$freq)) rep(1, length(columns$stop)) else columns$freq
  sizes <- if (is.null(columns$stratum)) sum(freq) else c(unname(rowsum(freq, columns$stratum)))
  if (length(sizes) == k && !isTRUE(persons$paths) && is.null(persons$stratum)) {
    return(sizes)
  }
  if (k == 1 && is.null(names) && length(sizes) == 1) {
    return(sizes)
  }
  sizes[persons$stratum[match(seq_len(k), persons$person)]]
}
