# What pictures of the target lesions are drawn from: the responses of each timepoint, the best response of
# each patient, and which of the timepoints count for it.

# list(responses, best, rule, reader, cut): of a study, which is derived here, or of derived responses.
picture_source <- function(x, subjects, rule, reader, call = rlang::caller_env()) {
  derived <- inherits(x, "tte_responses")
  abort_input(rbind(
    if (!derived && !inherits(x, "tte_study")) picture_input_fault(x),
    if (!derived && !is.null(subjects)) {
      fault("subjects", "unknown_argument", "belongs to derived responses; a study has its own")
    },
    if (derived && nrow(x) == 0) fault("x", "no_rows", "has no rows"),
    if (inherits(x, "tte_study") && !has_responses(x)) {
      fault("x", "missing_table", "has no lesions, whose sizes are drawn", column = "lesions")
    }
  ), call)
  if (is.null(rule)) rule <- if (derived) x$provenance[[1]]$rule else recist()
  source <- if (derived) {
    responses_source(x, subjects, rule, reader)
  } else {
    study_source(x, rule, reader)
  }
  abort_input(if (nrow(source$best) == 0) fault("x", "no_rows", "there are no patients"), call)
  source
}

picture_input_fault <- function(x) {
  remedy <- if (inherits(x, "tte_best_response")) {
    "A best response has no sizes: give the study, or derive_response() with subjects = this result."
  } else {
    "Make a study with study(), or responses with derive_response()."
  }
  fault("x", "wrong_type", "must be a study or a derive_response() result", remedy = remedy)
}

study_source <- function(study, rule, reader) {
  best <- best_response(study, rule = rule, reader = reader)
  responses <- suppressMessages(derive_response(study, rule = rule, reader = reader))
  list(
    responses = responses, best = best, rule = rule, reader = reader, cut = study$tte$data_cut,
    arm = study$tte$arm
  )
}

responses_source <- function(responses, subjects, rule, reader) {
  told <- responses$provenance[[1]]
  best <- best_response(
    responses, plain_subjects(subjects),
    rule = rule, reader = reader, data_cut = told$data_cut
  )
  list(
    responses = keep_reader(responses, reader), best = best, rule = rule, reader = reader,
    cut = told$data_cut, arm = intersect(c(told$arm, "TRT01P", "ARM"), names(best))[1]
  )
}

# A best response is a table of subjects with the results beside.
plain_subjects <- function(subjects) {
  if (inherits(subjects, "tte_best_response")) structure(subjects, class = "data.frame") else subjects
}

# Every assessment after the baseline of every patient: `person` is the row of the best responses, `day`
# elapsed since the start, `change` of the sum in percent of the baseline (NA: no complete sum), and `counts`
# whether it does for the best response.
sum_changes <- function(source) {
  rows <- source$responses
  person <- match(rows$USUBJID, source$best$USUBJID)
  after <- which(!is.na(person) & past_baseline(rows) & !(is.na(rows$AVALC) & is.na(rows$SUM)))
  rows <- rows[after, , drop = FALSE]
  person <- person[after]
  day <- whole_day(rows$ADT) - whole_day(source$best$STARTDT)[person]
  measured <- rows$COMPLETE %in% TRUE & rows$BASECMP %in% "Y" & (rows$BASE > 0) %in% TRUE
  changes <- data.frame(
    person = person, USUBJID = rows$USUBJID, ADT = rows$ADT, day = day,
    change = ifelse(measured, 100 * (rows$SUM - rows$BASE) / rows$BASE, NA), response = rows$AVALC,
    progression = rows$AVALC %in% c("PD", "iUPD", "iCPD"), confirmed = rows$AVALC %in% "iCPD",
    final = rows$AVALC %in% c("PD", "iCPD"), new = rows$NEWLESN %in% "Y"
  )
  changes <- changes[changes$day >= 0, , drop = FALSE]
  changes <- changes[order(changes$person, changes$day), , drop = FALSE]
  rownames(changes) <- NULL
  changes$counts <- changes$day <= last_counting_day(changes, source)[changes$person]
  changes
}

# Timepoints later than their patient's baseline; without one none is left out.
past_baseline <- function(rows) {
  base <- rows[rows$ABLFL %in% "Y", , drop = FALSE]
  from <- whole_day(base$ADT)[match(rows$USUBJID, base$USUBJID)]
  is.na(rows$ABLFL) & (is.na(from) | whole_day(rows$ADT) >= from)
}

# The first progression (under iRECIST the confirmed one), the new therapy or the data cut, whichever comes
# first.
last_counting_day <- function(changes, source) {
  last <- response_limits(source$best, recist_of(source$rule), source$cut)
  seen <- changes[changes$final, , drop = FALSE]
  seen <- seen[!duplicated(seen$person), , drop = FALSE]
  last[seen$person] <- pmin(last[seen$person], seen$day)
  last
}

# Why a patient has no change to show, in the words of a caption; NA for those who have one.
why_no_change <- function(source, changes) {
  best <- source$best
  rows <- source$responses
  has <- function(persons) seq_len(nrow(best)) %in% persons
  of <- function(ids) has(match(ids, best$USUBJID))
  ifelse(
    has(changes$person[!is.na(changes$change)]), NA,
    ifelse(
      !of(rows$USUBJID[rows$MEASFL %in% "Y"]), "without target lesions",
      ifelse(
        !of(rows$USUBJID[rows$BASECMP %in% "Y"]), "without a complete baseline sum",
        "without a complete sum after the baseline"
      )
    )
  )
}

# A picture of nothing is an error.
nothing_shown_fault <- function(why) {
  if (!all(!is.na(why))) {
    return(NULL)
  }
  fault("x", "no_rows", sprintf("no patient has a change to show: %s", counted_reasons(why)),
    remedy = "Give target lesions (TRGRPID TARGET) with sizes at the baseline and after it."
  )
}
