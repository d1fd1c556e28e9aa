# The analyses of a report. What cannot be had is NULL, and `notes` says why.

# Runs `expr`; warnings and errors of the package become notes, anything else stays what it is. A
# coefficient that cannot be had needs no note: the table that shows NE says which arm has no event.
attempt <- function(expr, what) {
  notes <- character()
  value <- tryCatch(
    withCallingHandlers(expr, tte_warning = function(w) {
      known <- inherits(w, c("tte_warning_monotone_likelihood", "tte_warning_aliased"))
      if (!known) notes <<- c(notes, plain_message(w))
      rlang::cnd_muffle(w)
    }),
    tte_error = function(e) {
      notes <<- c(notes, sprintf("%s, NE: %s.", what, plain_message(e)))
      NULL
    }
  )
  list(value = value, notes = unique(notes))
}

# The words of a condition on one line: of a fault only what is wrong, and where.
plain_message <- function(condition) {
  faults <- condition$faults
  if (is.null(faults)) {
    return(paste(trimws(c(condition$message, unname(condition$body))), collapse = " "))
  }
  paste(ifelse(is.na(faults$column), faults$message, paste(faults$column, faults$message)), collapse = "; ")
}

arm_formula <- function(study) {
  arm <- study$tte$arm
  rlang::new_formula(NULL, if (is.null(arm)) 1 else rlang::sym(arm), baseenv())
}

endpoint_label <- function(study, name) {
  rows <- study$endpoints[study$endpoints$PARAMCD == study$tte$params[[name]], ]
  label <- unique(as.character(rows[["PARAM"]]))
  if (length(label) == 1) sprintf("%s (%s)", label, name) else name
}

survival_analysis <- function(study, name, strata, report_in) {
  if (is.null(study$tte$unit)) report_in <- NULL
  door <- attempt(time_to_event(
    arm_formula(study), study$endpoints,
    param = study$tte$params[[name]], strata = strata,
    unit = study$tte$unit,
    report_in = report_in
  ), name)
  if (is.null(door$value)) {
    return(list(name = name, notes = door$notes))
  }
  several <- length(study$tte$arms) > 1
  curve <- attempt(km(door$value), "Kaplan-Meier curve")
  test <- if (several) attempt(log_rank_test(door$value), "Log-rank test")
  model <- if (several) attempt(cox(door$value), "Hazard ratios")
  list(
    name = name, label = endpoint_label(study, name), km = curve$value, test = test$value, cox = model$value,
    notes = unique(c(
      design_note(study), strata_note(strata), door$notes, curve$notes, test$notes,
      model$notes
    ))
  )
}

design_note <- function(study) {
  if (identical(study$tte$design, "cohort") && length(study$tte$arms) > 1) {
    "The groups were not made by randomisation: comparisons are descriptive."
  }
}

strata_note <- function(strata) {
  if (length(strata) > 0) {
    sprintf(
      "The log-rank test and the hazard ratios are stratified by %s.",
      and_list(strata)
    )
  }
}

# Which events of an endpoint compete: by default those that EVNTDESC calls "Death", where others come first
# too.
default_competing <- function(study, name) {
  param <- study$tte$params[[name]]
  competing <- c(death = "Death")
  if (!"Death" %in% study$endpoints[["EVNTDESC"]][study$endpoints$PARAMCD == param]) {
    return(NULL)
  }
  door <- attempt(time_to_event(~1, study$endpoints, param = param, competing = competing), param)$value
  if (!is.null(door) && all(tabulate(door$columns$cause, 2) > 0)) competing
}

# The event of interest in words: what EVNTDESC calls the events that do not compete.
event_of_interest <- function(data, param, competing) {
  door <- attempt(time_to_event(~1, data, param = param, competing = competing), param)$value
  words <- as.character(data[["EVNTDESC"]][data$PARAMCD == param])
  if (is.null(door) || length(words) != length(door$columns$cause)) {
    return("event")
  }
  lower_words(and_list(unique(words[door$columns$cause == 1])))
}

# "Disease Progression" as it stands within a sentence; abbreviations stay.
lower_words <- function(x) gsub("\\b([A-Z])([a-z]+)", "\\L\\1\\2", x, perl = TRUE)

incidence_analysis <- function(data, study, param, competing, report_in) {
  if (is.null(study$tte$unit)) report_in <- NULL
  fit <- attempt(cif(
    arm_formula(study), data,
    param = param, competing = competing, unit = study$tte$unit,
    report_in = report_in
  ), "Cumulative incidence")
  list(
    event = event_of_interest(data, param, competing), cif = fit$value, competing = competing,
    notes = fit$notes
  )
}
