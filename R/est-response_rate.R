#' Response rate
#'
#' The proportion of patients who responded, by group, with its confidence interval. Every patient of the
#' analysis set is in the denominator: who was not evaluable or never assessed is no responder.
#'
#' @section What counts: `type = "orr"` (objective response rate) counts CR and PR; `"dcr"` (disease control)
#'   CR, PR, SD and non-CR/non-PD; `"cbr"` (clinical benefit) CR, PR, and SD that lasted `min_days`. An SD of
#'   a [best_response()] result has lasted as long as its rule asks, so its rule must say the same number of
#'   days. Best overall responses by name, such as `"CR"` or `c("CR", "PR", "NED")`, count those.
#'   `"bor"` gives all of them: one row for each response and group, a multinomial table.
#' @section Limits: For x responders of n: `"clopper-pearson"`, exact, at least `conf.level` for any rate;
#'   `"wilson"`, the score test inverted; `"agresti-coull"`; `"jeffreys"` (0 from nobody, 1 from everybody);
#'   `"mid-p"`; `"blaker"`, exact, never wider than Clopper and Pearson's. Nobody responding has the lower
#'   limit 0 and everybody the upper limit 1 under each of them. With `type = "bor"` each row has its own
#'   limits; `"goodman"` gives limits that hold for all the responses of a group together (Goodman 1965:
#'   Wilson's at a level of 1 less the error shared between the rows).
#' @section By visit: A [visit_response()] result gives three rates for each visit and group, and `term` tells
#'   which: `"best to date / started"`, any response up to the visit, of all who started, the primary one;
#'   `"at visit / started"`, response at the visit, of all who started; `"at visit / evaluable"`, the same, of
#'   those with an evaluable assessment at the visit. Who progressed, died or was lost before stays in
#'   "started" as no responder. Patients who had not reached the visit at the data cut leave all three, and
#'   the conventions count them. `time` is the visit's target day. Confirmation concerns the best response to
#'   date.
#'
#' @param formula `~ arm` on a [best_response()] result or an ADRS; `responder ~ arm` on any data frame, with
#'   TRUE and FALSE or best overall responses on the left; `~ 1` for all patients together. Several terms give
#'   their combinations.
#' @param data A [best_response()] or [visit_response()] result, an ADRS (rows of one `PARAMCD`, such as
#'   `CBOR`, with `AVALC`: best overall responses, or `Y` and `N`), or a data frame with one row per patient.
#' @param ... Nothing; the arguments behind it are named.
#' @param param Which `PARAMCD` of an ADRS; needed where it holds several.
#' @param type `"orr"`, `"dcr"`, `"cbr"`, best overall responses by name, or `"bor"` for each of them.
#' @param min_days Days of stable disease that are a clinical benefit; required for `type = "cbr"`.
#' @param confirmed Must responses be confirmed? By default what the [recist()] rule says, and without it
#'   not in a randomised study; otherwise it must be said.
#' @param subgroups Names of columns. After the rows of all patients come those of each level of each column;
#'   `term` says which, as in `"SEX = F"`.
#' @param subset A condition on the rows of `data`.
#' @param conf.method Limits: see below.
#' @param conf.level Confidence level.
#' @return [Estimates][estimates], one row per group: `estimate` is the proportion, `n.event` the responders
#'   of `n`. A group without patients has no estimate.
#' @section Errors: `tte_error_input` with all faults in `$faults`.
#' @references Clopper CJ, Pearson ES (1934). The use of confidence or fiducial limits illustrated in the case
#'   of the binomial. *Biometrika* 26, 404-413. Newcombe RG (1998). Two-sided confidence intervals for the
#'   single proportion. *Statistics in Medicine* 17, 857-872. Agresti A, Coull BA (1998). Approximate is
#'   better than "exact" for interval estimation of binomial proportions. *American Statistician* 52, 119-126.
#'   Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion. *Statistical Science*
#'   16, 101-133. Blaker H (2000). Confidence curves and improved exact confidence intervals for discrete
#'   distributions. *Canadian Journal of Statistics* 28, 783-798. Goodman LA (1965). On simultaneous
#'   confidence intervals for multinomial proportions. *Technometrics* 7, 247-254.
#' @examples
#' d <- data.frame(
#'   arm = rep(c("A", "B"), c(20, 29)), sex = rep(c("F", "M"), length.out = 49),
#'   best = rep(c("SD", "PR", "PD"), c(20, 1, 28))
#' )
#' response_rate(best ~ arm, d)
#' response_rate(best ~ arm, d, type = "dcr", subgroups = "sex", conf.method = "wilson")
#' response_rate(best ~ arm, d, type = "bor")
#' @export
response_rate <- function(formula, data, ..., param = NULL, type = "orr", min_days = NULL, confirmed = NULL,
                          subgroups = NULL, subset = NULL, conf.method = "clopper-pearson",
                          conf.level = 0.95) {
  check_dots(...)
  abort_input(rbind(
    rate_input_faults(formula, data), type_faults(type, min_days, names(response_types)),
    check_flag(confirmed, "confirmed", null.ok = TRUE), check_method(conf.method, type), check_level(
      conf.level
    )
  ))
  data <- rate_rows(data, rlang::enquo(subset))
  request <- list(param = param, type = type, min_days = min_days, confirmed = confirmed)
  if (inherits(data, "tte_visit_response") && length(formula) == 2) {
    return(visit_rates(formula, data, request, subgroups, conf.method, conf.level))
  }
  source <- response_source(formula, data, request)
  abort_input(if (identical(type, "bor") && is.null(source$words)) bor_fault())
  groups <- rate_groups(formula, source$data)
  by <- named_columns(subgroups, source$data, "subgroups", rlang::current_env())
  count <- if (identical(type, "bor")) bor_counts else responder_counts
  rows <- do.call(rbind, lapply(rate_parts(groups, by), function(part) count(source, part)))
  new_rates(rows, source, data, type, conf.method, conf.level)
}

proportion_methods <- c(
  "clopper-pearson" = "Clopper-Pearson (exact)", wilson = "Wilson (score)", "agresti-coull" = "Agresti-Coull",
  jeffreys = "Jeffreys", "mid-p" = "mid-P", blaker = "Blaker (exact)"
)

check_method <- function(conf.method, type) {
  goodman <- if (identical(type, "bor")) "goodman"
  check_choice(conf.method, "conf.method", c(names(proportion_methods), goodman))
}

bor_fault <- function() {
  fault("type", "not_a_choice", "\"bor\" needs best overall responses, not only who responded")
}

# All patients, then each level of each subgroup: list of (term, label, rows).
rate_parts <- function(groups, by) {
  whole <- list(list(term = groups$term, label = groups$label, rows = seq_along(groups$label)))
  parts <- Map(function(values, name) {
    levels <- if (is.factor(values)) levels(values) else sort(unique(values))
    lapply(as.character(levels), function(level) {
      rows <- which(as.character(values) == level)
      list(term = sprintf("%s = %s", name, level), label = groups$label[rows], rows = rows)
    })
  }, by, names(by))
  c(whole, unlist(unname(parts), recursive = FALSE))
}

responder_counts <- function(source, part) {
  n <- tapply(part$rows, part$label, length, default = 0)
  x <- tapply(source$responder[part$rows], part$label, sum, default = 0)
  data.frame(term = part$term, group = names(n), n = as.vector(n), n.event = as.vector(x), share = 1)
}

# Rows of each response; non-CR/non-PD and NED only where somebody has them. `share` of the error belongs to
# each row of a group when they hold together.
bor_counts <- function(source, part) {
  seldom <- setdiff(c("NON-CR/NON-PD", "NED"), source$words)
  words <- setdiff(best_response_words, seldom)
  counts <- lapply(words, function(word) {
    own <- responder_counts(list(responder = source$words == word), part)
    within <- if (is.na(part$term) || grepl(" = ", part$term)) part$term else NA
    own$term <- if (is.na(within)) word else paste(within, word, sep = ", ")
    own
  })
  rows <- do.call(rbind, counts)
  rows$share <- 1 / length(words)
  rows
}

# Limits of the groups that have patients; a group without any has none.
proportion_limits <- function(x, n, conf.method, conf.level) {
  limits <- matrix(NA_real_, length(n), 2)
  some <- n > 0
  limits[some, ] <- proportion_interval_cpp(x[some], n[some], conf.method, conf.level)
  limits
}

new_rates <- function(rows, source, data, type, conf.method, conf.level) {
  goodman <- conf.method == "goodman"
  limits <- if (goodman) {
    proportion_limits(rows$n.event, rows$n, "wilson", 1 - (1 - conf.level) * rows$share[1])
  } else {
    proportion_limits(rows$n.event, rows$n, conf.method, conf.level)
  }
  rate <- ifelse(rows$n > 0, rows$n.event / rows$n, NA)
  method <- if (identical(type, "bor")) "Best overall response" else "Response rate"
  interval <- if (goodman) {
    "Limits hold for all responses of a group together (Goodman)."
  } else {
    sprintf("Limits of a response rate: %s.", proportion_methods[[conf.method]])
  }
  new_estimates(
    param = source$param, term = rows$term, group = rows$group, estimate = rate,
    std.error = sqrt(rate * (1 - rate) / rows$n), scale = "probability", conf.low = limits[, 1],
    conf.high = limits[, 2], conf.level = conf.level, n = rows$n, n.event = rows$n.event, method = method,
    provenance = rate_provenance(method, source, data, sentences(rate_interval = interval))
  )
}
