# `$tte`: what an estimator was told and what it decided. Print begins and ends with it.

provenance <- function(d, method, snapped, said, ...) {
  list(
    method = method, conventions = c(said, common_sentences(d)), unit = d$scale$unit,
    report_in = d$request$report_in, day_one = d$scale$day_one, scale = d$scale, param = d$param,
    label = d$label, strata = d$strata_by, reference = d$reference, arms = arms_of(d), snapped = snapped,
    seed = NULL, ...
  )
}

# Sentences that follow from the door alone.
common_sentences <- function(d) {
  late <- !is.null(d$columns$start) && is.null(d$columns$subject)
  converted <- !is.null(d$request$report_in) && !identical(d$request$report_in, d$unit)
  left_out <- length(d$na.action)
  sentences(
    persons = if (late) "Each row is counted as a person: the rows have a start and no id was given.",
    unit = if (converted) unit_sentence(d),
    missing = if (left_out > 0) {
      sprintf(
        "Left out for a missing covariate: %d of %d rows.", left_out, d$n + left_out
      )
    },
    freq = if (!is.null(d$columns$freq)) "A row stands for `freq` equal rows.",
    weights = if (!is.null(d$columns$weight)) "Rows are weighted."
  )
}

unit_sentence <- function(d) {
  words <- "Times are in %s, converted from %s (a week is 7, a month 30.4375, a year 365.25 days)."
  sprintf(words, d$request$report_in, d$unit)
}

strata_sentence <- function(d) {
  if (length(d$strata_columns) > 0) sprintf("Stratified by %s.", and_list(names(d$strata_columns)))
}

merge_sentence <- function(snapped, timefix) {
  if (!timefix) {
    return("Times are taken as they are, to the last bit.")
  }
  if (snapped > 0) {
    words <- "%s times were merged with a nearly equal one (gap within 1.5e-8 of the mean time)."
    sprintf(words, format_count(snapped))
  }
}

# The levels of each categorical column, reference first.
arms_of <- function(d) {
  categorical <- Filter(is_categorical, d$covariates)
  lapply(categorical, levels_of)
}

endpoint_words <- function(tte) {
  name <- if (is.null(tte$param)) tte$scale$variable else tte$param
  label <- if (is.null(tte$label) || identical(tte$label, tte$param)) "" else paste0(" (", tte$label, ")")
  unit <- if (is.null(tte$unit)) "" else paste0(", in ", tte$unit)
  paste0(name, label, unit)
}

print_heading <- function(tte, contrast = TRUE) {
  cat(tte$method, ": ", endpoint_words(tte), "\n", sep = "")
  for (line in arm_lines(tte$arms, contrast)) cat(line, "\n", sep = "")
  cat("\n")
}

# "ARM: Drug X v Placebo": the reference stands last, after the v; without a direction the levels are only
# listed.
arm_lines <- function(arms, contrast) {
  shown <- Filter(function(levels) length(levels) > 1 && length(levels) <= 12, arms)
  vapply(names(shown), function(name) {
    levels <- shown[[name]]
    if (!contrast) {
      return(sprintf("%s: %s", name, paste(levels, collapse = ", ")))
    }
    sprintf("%s: %s v %s", name, paste(levels[-1], collapse = ", "), levels[1])
  }, character(1))
}

print_foot <- function(tte) {
  cat("\n")
  print_conventions(tte$conventions)
}

# The hash of the rows a result was made from, when somebody asks.
input_hash <- function(x) {
  data_hash(if (inherits(x, "tte_data")) x$store else eval(x$call$data))
}
