# Estimates: one data frame for every estimate that is neither a curve, a model nor a test. The columns are
# fixed, so rows of different estimators can be bound; where each row comes from travels in the list-column
# `provenance` (an attribute would be lost, or would make the rows of one endpoint claim another).

estimate_columns <- list(
  param = NA_character_, term = NA_character_, group = NA_character_, comparison = NA_character_,
  cause = NA_character_, time = NA_real_, unit = NA_character_, estimate = NA_real_, std.error = NA_real_,
  scale = NA_character_, conf.low = NA_real_, conf.high = NA_real_, conf.level = NA_real_,
  statistic = NA_real_, p.value = NA_real_, n = NA_real_, n.event = NA_real_, method = NA_character_
)

# `...`: columns by name, of one length or of length 1; `provenance`: the `$tte` list of the estimator.
# `scale` says what `estimate` is: "probability", "difference", "ratio", "log ratio", "time", "rate".
new_estimates <- function(..., provenance = list()) {
  given <- Filter(Negate(is.null), list(...))
  stopifnot("no such column of estimates" = all(names(given) %in% names(estimate_columns)))
  n <- if (any(lengths(given) == 0)) 0L else max(lengths(given))
  columns <- utils::modifyList(estimate_columns, given)[names(estimate_columns)]
  columns <- Map(function(x, default) rep_len(as_type_of(x, default), n), columns, estimate_columns)
  columns$provenance <- rep(list(provenance), n)
  structure(columns, class = c("tte_estimates", "data.frame"), row.names = .set_row_names(n))
}

as_type_of <- function(x, default) if (is.character(default)) as.character(x) else as.double(x)

#' Estimates: the common form of rates, differences and ratios
#'
#' Everything that is neither a curve ([km()], [cif()]), nor a model ([cox()]), nor a test ([log_rank_test()])
#' is a data frame of class `tte_estimates` with the columns `param`, `term`, `group`, `comparison`, `cause`,
#' `time`, `unit`, `estimate`, `std.error`, `scale`, `conf.low`, `conf.high`, `conf.level`, `statistic`,
#' `p.value`, `n`, `n.event`, `method` and the list-column `provenance` (method, conventions, unit, data cut).
#' Rows of several estimators can be put together with `rbind()`; each keeps its own provenance.
#'
#' @param x Estimates.
#' @param digits Significant digits shown.
#' @param ... Nothing.
#' @return `print()` gives `x` invisibly; `format()` a data frame of character columns with the filled columns
#'   only; `tidy()` a plain data frame without `provenance`.
#' @examples
#' bor <- data.frame(arm = rep(c("A", "B"), each = 10), response = rep(c(TRUE, FALSE), 10))
#' response_rate(response ~ arm, bor)
#' @name estimates
NULL

#' @rdname estimates
#' @export
print.tte_estimates <- function(x, digits = 3, ...) {
  for (line in unique(estimate_heads(x))) cat(line, "\n", sep = "")
  shown <- format(x, digits = digits)
  if (nrow(shown) > 0) print.data.frame(shown, row.names = FALSE, right = TRUE)
  print_conventions(unique(unlist(lapply(x$provenance, function(p) unname(p$conventions)))))
  invisible(x)
}

estimate_heads <- function(x) {
  method <- ifelse(is.na(x$method), "Estimates", x$method)
  paste0(method, ifelse(is.na(x$param), "", paste0(" of ", x$param)))
}

#' @rdname estimates
#' @export
format.tte_estimates <- function(x, digits = 3, ...) {
  hidden <- c("provenance", "method", "conf.level")
  shown <- as.data.frame(unclass(x)[setdiff(names(x), hidden)], optional = TRUE)
  shown <- shown[vapply(shown, function(column) !all(is.na(column)), logical(1))]
  counts <- names(shown) %in% c("n", "n.event")
  shown[counts] <- lapply(shown[counts], format_count)
  shown[names(shown) == "p.value"] <- lapply(shown[names(shown) == "p.value"], format_p)
  number <- vapply(shown, is.numeric, logical(1))
  shown[number] <- lapply(shown[number], format_number, digits = digits)
  shown
}

#' @rdname estimates
#' @export
tidy.tte_estimates <- function(x, ...) {
  plain <- unclass(x)
  plain$provenance <- NULL
  as.data.frame(plain, optional = TRUE)
}

#' @export
rbind.tte_estimates <- function(..., deparse.level = 1) {
  parts <- lapply(Filter(Negate(is.null), list(...)), function(part) structure(part, class = "data.frame"))
  structure(do.call(rbind, parts), class = c("tte_estimates", "data.frame"))
}
