#' A coefficient that changes with time
#'
#' Fits a [cox()] model again in which one term has a coefficient for each period, or changes as \eqn{\beta +
#' \theta f(t)}.
#'
#' @section Periods: `by = c(90, 365)` gives the coefficients up to 90, after 90 up to 365, and after 365.
#' @section Function of time: `by = function(t) log(t + 20)` adds the columns of the term times f(t), with
#'   f at each event time; `by = log` is a test of proportional hazards.
#' @section Rows: Periods split each row at the cuts it covers, so there are at most (cuts + 1) times as
#'   many rows. A function of time needs a row for each event time a person is at risk at: rows times event
#'   times, of which more than `max_rows` are refused. Both are written into the data of the fit, which is
#'   an ordinary fit of start-stop rows that all methods understand.
#'
#' @param fit A [cox()] model.
#' @param term A term of the model without interactions, as in `anova(fit)`.
#' @param by Cut points in time, or a function of time.
#' @param ... Nothing.
#' @param max_rows The most rows to write.
#' @return A [cox()] model. `$tte$constancy` and the last line of print give the likelihood ratio test of a
#'   constant coefficient (none under a robust variance or a penalty).
#' @section Errors: `tte_error_input` for an unknown term, cuts outside the times, or too many rows.
#' @references Therneau TM, Grambsch PM (2000). *Modeling Survival Data*, section 6.5.
#' @examples
#' fit <- cox(Surv(time, status) ~ karno + trt, survival::veteran)
#' time_varying(fit, "karno", by = c(60, 180))
#' @export
time_varying <- function(fit, term, by, ..., max_rows = 5e6) {
  check_dots(...)
  call <- rlang::current_env()
  abort_input(varying_faults(fit, term, by, max_rows), call)
  refuse_infinite_cox(fit, "time_varying()", call)
  data <- fit_data(fit)
  times <- sort(unique(data$columns$stop[data$columns$cause > 0]))
  if (is.function(by)) abort_input(function_faults(by, times), call)
  pieces <- split_rows_at(data$columns, if (is.function(by)) times else sort(by), max_rows, call)
  long <- varying_columns(fit, data, term, by, pieces)
  again <- fit_varying(fit, data, term, long, is.function(by))
  say_constancy(again, fit, pieces, by)
}

varying_faults <- function(fit, term, by, max_rows) {
  if (!inherits(fit, "tte_cox")) {
    return(fault("fit", "wrong_type", "must be a model of cox()"))
  }
  plain <- names(fit$assign)
  inside <- if (checkmate::test_string(term)) terms_with(fit, term)
  last <- max(status_times(fit))
  rbind(
    if (!checkmate::test_choice(term, plain)) {
      fault("term", "unknown_term", sprintf("must be one of %s", and_list(plain)))
    } else if (length(inside) > 0) {
      fault("term", "unknown_term", sprintf("is part of %s", and_list(inside)), term)
    },
    if (!is.function(by)) check_numbers(by, "by", 0),
    if (is.numeric(by) && any(by <= 0 | by >= last)) {
      fault("by", "out_of_range", sprintf("must lie between 0 and the last time, %s", format(last)))
    },
    check_number(max_rows, "max_rows", 1)
  )
}

status_times <- function(fit) fit_data(fit)$columns$stop

terms_with <- function(fit, term) {
  factors <- attr(fit$terms, "factors") > 0
  if (!term %in% colnames(factors)) {
    return(NULL)
  }
  mine <- rownames(factors)[factors[, term]]
  setdiff(colnames(factors)[colSums(factors[mine, , drop = FALSE]) > 0], term)
}

function_faults <- function(by, times) {
  value <- by(times)
  if (is.numeric(value) && length(value) == length(times) && all(is.finite(value))) {
    return(NULL)
  }
  fault("by", "not_finite", "must give one finite number for each event time")
}

# list(row, start, stop, cause): rows cut at the points they cover.
split_rows_at <- function(columns, cuts, max_rows, call) {
  n <- length(columns$stop)
  start <- if (is.null(columns$start)) rep(0, n) else columns$start
  first <- findInterval(start, cuts)
  last <- findInterval(columns$stop, cuts, left.open = TRUE)
  count <- pmax(last - first, 0) + 1
  if (sum(count) > max_rows) {
    what <- sprintf("would write %s rows", format_count(sum(count)))
    abort_input(fault("max_rows", "out_of_range", what, remedy = "Give periods, or raise `max_rows`."), call)
  }
  row <- rep.int(seq_len(n), count)
  k <- sequence(count)
  from <- ifelse(k == 1, start[row], cuts[pmax(first[row] + k - 1, 1)])
  to <- ifelse(k == count[row], columns$stop[row], cuts[pmin(first[row] + k, length(cuts))])
  list(row = row, start = from, stop = to, cause = ifelse(k == count[row], columns$cause[row], 0L))
}

# The rows of the fit, cut, with the columns of the term by period or times f(t).
varying_columns <- function(fit, data, term, by, pieces) {
  long <- rows_of_fit(fit)[pieces$row, , drop = FALSE]
  row.names(long) <- NULL
  long[c(".start", ".stop", ".event")] <- pieces[c("start", "stop", "cause")]
  long$.person <- if (is.null(data$columns$subject)) pieces$row else data$columns$subject[pieces$row]
  at <- fit$assign[[term]]
  x <- as_design_matrix(design_columns(data$x, at))[pieces$row, , drop = FALSE]
  words <- names(fit$coefficients)[at]
  if (is.function(by)) {
    g <- by(pmax(pieces$stop, .Machine$double.xmin))
    g[pieces$cause == 0 & !is.finite(g)] <- 0
    added <- rlang::set_names(as.list(as.data.frame(x * g)), paste0(words, " x f(t)"))
  } else {
    cuts <- sort(by)
    period <- findInterval(pieces$stop, cuts, left.open = TRUE) + 1
    ends <- format(c(0, cuts), trim = TRUE, digits = 10)
    labels <- c(sprintf("(%s, %s]", utils::head(ends, -1), ends[-1]), paste0("> ", ends[length(ends)]))
    added <- unlist(lapply(seq_along(words), function(j) {
      rlang::set_names(lapply(seq_along(labels), function(k) x[, j] * (period == k)), paste(words[j], labels))
    }), recursive = FALSE)
  }
  list(data = cbind(long, as.data.frame(added, optional = TRUE)), added = names(added))
}

fit_varying <- function(fit, data, term, long, with_main) {
  labels <- attr(fit$terms, "term.labels")
  kept <- lapply(if (with_main) labels else setdiff(labels, term), str2lang)
  right <- c(kept, offset_calls(fit$terms), lapply(long$added, as.name))
  left <- as.call(lapply(c("Surv", ".start", ".stop", ".event"), as.name))
  formula <- rlang::new_formula(left, sum_of(right), environment(fit$formula))
  said <- as.list(fit$call)
  if (identical(said$weights, said$freq)) said$weights <- NULL
  options <- intersect(names(said), c(
    "cluster", "weights", "freq", "ties", "firth", "variance", "conf.type", "alternative", "conf.level",
    "timefix"
  ))
  unit <- fit$tte$scale$unit
  call <- rlang::call2(
    cox,
    formula = formula, data = long$data, id = quote(.person), !!!said[options], unit = unit
  )
  eval(call)
}

say_constancy <- function(again, fit, pieces, by) {
  added <- again$tte
  added[c("param", "label", "scale")] <- fit$tte[c("param", "label", "scale")]
  added$conventions[["split"]] <- sprintf(
    "Rows were split at %s: %s rows became %s.", if (is.function(by)) "the event times" else "the cuts",
    format_count(length(unique(pieces$row))), format_count(length(pieces$row))
  )
  if (!is_robust(again) && !isTRUE(fit$tte$firth)) {
    chisq <- max(0, 2 * (again$loglik[2] - fit$loglik[2]))
    df <- sum(estimated(again)) - sum(estimated(fit))
    p <- stats::pchisq(chisq, df, lower.tail = FALSE)
    added$constancy <- list(statistic = chisq, df = df, p.value = p)
    added$conventions[["constancy"]] <- sprintf(
      "Likelihood ratio test of a constant coefficient: %s on %d df, p %s.", format_number(chisq), df,
      p_words(p)
    )
  }
  again$tte <- added
  again
}
