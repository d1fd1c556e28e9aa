# Random competing-risks cases, shared by test-peers-cif.R and the script that records cmprsk's answers.

cause_names <- c("none", "relapse", "death", "other")

cif_call <- function(case, ...) {
  case$data$what <- factor(cause_names[case$data$cause + 1L], cause_names)
  response <- if (case$use$interval) quote(Surv(start, stop, what)) else quote(Surv(stop, what))
  do.call(cif, c(
    list(stats::as.formula(call("~", response, quote(arm)))), case_arguments(case),
    list(conf.type = case$use$conf_type, conf.level = case$use$conf_level, censored = "none", ...)
  ))
}

cif_case <- function(seed) {
  case <- random_case(seed, n_causes = 3L)
  # survfit has no arcsine limits for states that work, and the package no logit ones for cumulative incidence
  if (case$use$conf_type == "logit") case$use$conf_type <- "log-log"
  if (case$use$freq) case$data <- case$data[case$data$freq > 0, , drop = FALSE]
  case$data$arm <- droplevels(case$data$arm)
  case
}

#' Right-censored, unweighted people for cmprsk, times snapped.
cuminc_seeds <- function(cases) 202402000L + seq_len(cases)

cuminc_case <- function(seed) {
  case <- cif_case(seed)
  case$use$interval <- case$use$split <- case$use$weights <- case$use$cluster <- FALSE
  case$data <- case$person
  if (case$use$freq) case$data <- case$data[case$data$freq > 0, , drop = FALSE]
  case$data$arm <- droplevels(case$data$arm)
  case
}

#' cmprsk's estimates as a list "arm cause". cuminc() also tests, which fails with one arm or one cause, so
#' then each arm is asked for alone; NULL when that fails too.
cuminc_answer <- function(case) {
  d <- replicated(case)
  together <- peer_answer(getExportedValue("cmprsk", "cuminc")(d$stop, d$cause, d$arm))$value
  if (!is.null(together)) {
    return(together)
  }
  alone <- lapply(levels(d$arm), function(arm) {
    one <- peer_answer(getExportedValue("cmprsk", "cuminc")(d$stop[d$arm == arm],
      d$cause[d$arm == arm]))$value
    if (is.null(one)) {
      return(NULL)
    }
    names(one) <- sub("^1 ", paste0(arm, " "), names(one))
    one
  })
  if (any(vapply(alone, is.null, NA))) NULL else do.call(c, alone)
}

#' Right-censored persons in two or three arms, for Gray's test.
gray_seeds <- function(cases) 202406000L + seq_len(cases)

gray_case <- function(seed) {
  case <- cuminc_case(seed)
  case$rho <- with_random_seed(seed + 5L, sample(c(0, 0, 1, -0.5), 1L))
  case$data$stop <- oracle_snap(case$data$stop)
  # a test needs two arms and an event
  n <- nrow(case$data)
  if (nlevels(case$data$arm) < 2L) case$data$arm <- factor(rep(c("A", "B"), length.out = n))
  if (all(case$data$cause == 0L)) case$data$cause <- rep(0:3, length.out = n)
  case
}

#' cuminc()'s tests of the three causes: a matrix, or NULL.
gray_answer <- function(case) {
  d <- replicated(case)
  cuminc <- getExportedValue("cmprsk", "cuminc")
  peer_answer(
    if (case$use$strata) {
      cuminc(d$stop, d$cause, d$arm, d$site, rho = case$rho)$Tests
    } else {
      cuminc(d$stop, d$cause, d$arm, rho = case$rho)$Tests
    }
  )$value
}

gray_call <- function(case, cause, ...) {
  case$data$what <- factor(cause_names[case$data$cause + 1L], cause_names)
  do.call(gray_test, c(
    list(Surv(stop, what) ~ arm, data = case$data, cause = cause_names[cause + 1L], rho = case$rho),
    if (case$use$freq) list(freq = "freq"), if (case$use$strata) list(strata = "site"), list(...)
  ))
}

#' The derivatives of `value(d)` by the weights `d$w`, by central differences.
by_weight <- function(d, value, step = 1e-5) {
  vapply(seq_len(nrow(d)), function(i) {
    up <- down <- d
    up$w[i] <- d$w[i] * (1 + step)
    down$w[i] <- d$w[i] * (1 - step)
    (value(up) - value(down)) / (2 * step)
  }, value(d))
}
