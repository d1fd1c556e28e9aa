# What estimators demand of the door's data beyond its own checks.

one_event_faults <- function(d) {
  if (length(d$causes) == 1 && is.null(d$response$levels)) {
    return(NULL)
  }
  what <- sprintf("the status has causes (%s), and one event is needed", and_list(d$causes))
  remedy <- "Say which is the event, Surv(time, status == \"death\"), or use cif()."
  fault("formula", "wrong_type", what, remedy = remedy)
}

event_faults <- function(d) {
  counted <- counted_rows(d)
  cause <- if (is.null(counted)) d$columns$cause else d$columns$cause[counted]
  if (max(cause, 0L) > 0) {
    return(NULL)
  }
  fault("formula", "no_events", "no row has an event")
}

# exp() of the linear predictor must stay a number, whatever else the model holds.
offset_faults <- function(d) {
  if (is.null(d$offset) || diff(range(d$offset)) <= 1000) {
    return(NULL)
  }
  fault("formula", "out_of_range", "spans more than 1000, and exp() of it is no number", "offset")
}

# Efron's sum goes over every tied event that freq stands for.
efron_faults <- function(d, ties) {
  if (ties != "efron" || is.null(d$columns$freq) || sum(as.double(d$columns$freq)) < 1e8) {
    return(NULL)
  }
  remedy <- "Use ties = \"breslow\", whose cost does not depend on it."
  fault("freq", "out_of_range", "stands for more than 1e8 rows, and Efron's ties go through each",
    remedy = remedy
  )
}

# Rows of one person stand for the same number of persons.
person_freq_faults <- function(d) {
  subject <- d$columns$subject
  if (is.null(subject) || is.null(d$columns$freq)) {
    return(NULL)
  }
  differs <- d$columns$freq[match(subject, subject)] != d$columns$freq
  fault_of_kept(d, differs, "person_freq_varies", "rows of one person have different frequencies")
}

# The curves of km() and cif(): combinations of columns, so neither interactions nor offsets mean anything.
curve_codes <- function(d, call = rlang::caller_env()) {
  refuse_curve_terms(d, call)
  group_codes(d, with_strata = TRUE)
}

refuse_curve_terms <- function(d, call) {
  refuse <- function(when, what, remedy = NA) {
    if (when) fault("formula", "unknown_term", what, remedy = remedy)
  }
  several <- vapply(d$covariates, function(x) length(dim(x)) > 1, logical(1))
  abort_input(rbind(
    refuse(!is.null(d$offset), "offset() belongs to a model, not to groups"),
    refuse(
      any(attr(d$covariate_terms, "order") > 1), "groups are combinations of columns, without interactions",
      "Write a + b for the combinations of a and b."
    ),
    refuse(any(several), "a term with several columns makes no groups")
  ), call)
}

# A person belongs to one curve, and no row follows the event.
person_faults_of_curves <- function(d, groups) {
  rbind(
    person_faults_of_groups(d, groups, "curve"),
    if (length(d$strata_by) > 0) person_faults_of_groups(d, strata_codes(d), "stratum"),
    after_event_faults(d), person_freq_faults(d)
  )
}

person_faults_of_groups <- function(d, groups, what) {
  subject <- d$columns$subject
  if (is.null(subject) || is.null(groups)) {
    return(NULL)
  }
  moved <- groups$codes[match(subject, subject)] != groups$codes
  fault_of_kept(d, moved, "person_in_two_strata", sprintf("a person is in more than one %s", what))
}

after_event_faults <- function(d) {
  subject <- d$columns$subject
  if (is.null(subject)) {
    return(NULL)
  }
  order <- order(subject, d$columns$stop, method = "radix")
  n <- length(order)
  followed <- order[c(subject[order[-1]] == subject[order[-n]], FALSE)]
  bad <- d$columns$cause > 0 & seq_along(subject) %in% followed
  remedy <- "Keep each person's rows up to the first event."
  fault_of_kept(d, bad, "rows_after_event", "a person has rows after the event", remedy)
}

fault_of_kept <- function(d, bad, code, message, remedy = NA) {
  if (any(bad)) fault("id", code, message, column_of(d, "id"), kept_rows(d)[bad], remedy)
}

# Near-equal times become one, and a row between two of them would have no length.
merged_interval_faults <- function(d, timefix) {
  start <- d$columns$start
  stop <- d$columns$stop
  far <- is.null(start) || min(stop - start) > 1e3 * sqrt(.Machine$double.eps) * max(stop)
  if (!timefix || far) {
    return(NULL)
  }
  at <- snap_times(c(start, stop))
  bad <- at[seq_along(start)] == at[length(start) + seq_along(stop)]
  if (!any(bad)) {
    return(NULL)
  }
  what <- "start and stop are one once near-equal times are merged"
  remedy <- "Leave these rows out, or give timefix = FALSE."
  fault("formula", "start_not_before_stop", what, rows = kept_rows(d)[bad], remedy = remedy)
}
