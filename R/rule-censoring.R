#' Rules of censoring for progression endpoints
#'
#' Which events count, and on which date a patient without one is censored. The rule is data: every step is an
#' argument, and print says each in a sentence.
#'
#' `censoring("FDA")` is table A of the FDA guidance of 2007 (Appendix 3), in this order: (1) without a
#' baseline assessment a patient is censored at the start, unless she dies within the limit of step 3; (2) a
#' new anticancer therapy before the event censors at the last adequate assessment up to it; (3) an event
#' after two or more missed visits is censored at the last adequate assessment before them; (4) otherwise the
#' event counts; (5) without an event the last adequate assessment is the end. Its tables B (`table = "B"`:
#' progressions are dated to the scheduled visits) and C (`"C"`: also progressions claimed without
#' documentation; of the events after missed visits only deaths are censored) are sensitivity analyses.
#' `censoring("EMA")` switches steps 1 to 3 off: progression or death is an event whenever it occurs.
#' Any other name makes a rule of your own, which begins as EMA and whose steps you set.
#'
#' Progression or death on the day of the new therapy counts. With `recist(nact_same_day = "after")` what was
#' assessed on that day comes after the therapy; a death on it counts all the same.
#'
#' An assessment is adequate when its overall response is CR, PR, SD, non-CR/non-PD, NED or PD. An assessment
#' that could not be evaluated (NE) never gives a censoring date, and counts as missed.
#'
#' @param name `"FDA"`, `"EMA"`, or a name of your own.
#' @param visits When assessments were due: [visits_every()], [visits_at()], or `"schedule"` for the study's
#'   own table `schedule`. Required by every rule that asks for missed visits or
#'   scheduled dates.
#' @param table Which of FDA's tables: `"A"`, `"B"` or `"C"`.
#' @param no_baseline `"censor"` at the start (step 1), or `"ignore"`.
#' @param new_therapy `"censor"` before it (step 2), or `"ignore"`.
#' @param missed_visits Visits missed in a row before an event that censor it (step 3); `Inf` for never.
#' @param missed_before What step 3 censors: `c("progression", "death")`, or only `"death"`.
#' @param progression_date `"documented"`: the first day that shows the progression; `"scheduled"`: the day of
#'   the scheduled visit in whose window it lies, else of the next one; `"backdated"`: the day after the last
#'   visit missed before it, if one was.
#' @param claimed_progression Is a progression without documentation (a row of `assessments` with `PARAMCD`
#'   `RECUR` and `AVALC` `CLINICAL PROGRESSION`) an `"event"`, or `"ignore"`?
#' @param therapies Which categories of `therapies` and `procedures` are new anticancer therapy, for
#'   example `c("SYSTEMIC", "RADIOTHERAPY", "SURGERY")`. A date `NACTDT` of the subjects goes before them.
#' @return An object of class `tte_censoring`.
#' @section Errors: `tte_error_input` names every argument that is wrong; a missing schedule is one.
#' @references FDA (2007). Guidance for industry: clinical trial endpoints for the approval of cancer drugs
#'   and biologics, Appendix 3. EMA (2012). Appendix 1 to the guideline on the evaluation of anticancer
#'   medicinal products in man, EMA/CHMP/27994/2008/Rev.1.
#' @seealso [derive_endpoint()], [compare_endpoints()]
#' @examples
#' censoring("FDA", visits = visits_every(weeks = 6, window_days = 7))
#' censoring("EMA")
#' censoring("Own", visits = visits_at(c(42, 84, 126), 7), missed_visits = 1, new_therapy = "censor")
#' @export
censoring <- function(name, visits = NULL, table = "A", no_baseline = NULL, new_therapy = NULL,
                      missed_visits = NULL, missed_before = NULL, progression_date = NULL,
                      claimed_progression = NULL, therapies = "SYSTEMIC") {
  if (missing(name)) name <- NULL
  if (checkmate::test_string(name) && toupper(name) %in% c("FDA", "EMA")) name <- toupper(name)
  abort_input(rbind(
    censoring_name_faults(name), check_choice(table, "table", c("A", "B", "C")),
    if (!identical(name, "FDA") && !missing(table)) {
      fault("table", "not_a_choice", "belongs to the rule \"FDA\"")
    }
  ))
  given <- list(
    no_baseline = no_baseline, new_therapy = new_therapy, missed_visits = missed_visits,
    missed_before = missed_before, progression_date = progression_date,
    claimed_progression = claimed_progression
  )
  given <- Filter(Negate(is.null), given)
  steps <- utils::modifyList(default_steps(name, table), given)
  rule <- c(list(name = name, visits = visits, therapies = therapies), steps)
  rule$label <- censoring_label(name, table, length(given) > 0)
  rule$tag <- censoring_tag(name, table)
  abort_input(censoring_rule_faults(rule))
  structure(rule, class = c("tte_censoring", "tte_rule"))
}

censoring_name_faults <- function(name) {
  if (!checkmate::test_string(name, min.chars = 1)) {
    fault("name", "wrong_type", "must be \"FDA\", \"EMA\" or a name of your own")
  }
}

default_steps <- function(name, table) {
  off <- list(
    no_baseline = "ignore", new_therapy = "ignore", missed_visits = Inf,
    missed_before = c("progression", "death"), progression_date = "documented",
    claimed_progression = "ignore"
  )
  if (name != "FDA") {
    return(off)
  }
  on <- list(no_baseline = "censor", new_therapy = "censor", missed_visits = 2)
  if (table != "A") on$progression_date <- "scheduled"
  if (table == "C") on[c("claimed_progression", "missed_before")] <- c("event", "death")
  utils::modifyList(off, on)
}

censoring_label <- function(name, table, changed) {
  label <- switch(name,
    FDA = sprintf("FDA 2007 Table %s", table),
    EMA = "EMA 2012",
    name
  )
  if (changed && name %in% c("FDA", "EMA")) paste(label, "(changed)") else label
}

# Letters for a PARAMCD.
censoring_tag <- function(name, table) {
  if (name == "FDA" && table != "A") paste0("FD", table) else name
}

censoring_rule_faults <- function(rule) {
  rbind(
    check_choice(rule$no_baseline, "no_baseline", c("censor", "ignore")),
    check_choice(rule$new_therapy, "new_therapy", c("censor", "ignore")),
    missed_faults(rule$missed_visits),
    subset_faults(rule$missed_before, "missed_before", c("progression", "death")),
    check_choice(rule$progression_date, "progression_date", c("documented", "scheduled", "backdated")),
    check_choice(rule$claimed_progression, "claimed_progression", c("event", "ignore")),
    if (!checkmate::test_character(rule$therapies, any.missing = FALSE, min.len = 1)) {
      fault("therapies", "wrong_type", "must be categories of therapy", remedy = "\"SYSTEMIC\"")
    },
    schedule_faults(rule)
  )
}

missed_faults <- function(x) {
  if (!checkmate::test_number(x, lower = 1) || is.finite(x) && x != round(x)) {
    fault("missed_visits", "not_whole", "must be a whole number of visits, or Inf")
  }
}

subset_faults <- function(x, argument, choices) {
  if (!checkmate::test_subset(x, choices, empty.ok = FALSE) || !"death" %in% x) {
    fault(argument, "not_a_choice", "must be \"death\" or c(\"progression\", \"death\")")
  }
}

needs_schedule <- function(rule) {
  checkmate::test_number(rule$missed_visits, finite = TRUE) || !identical(rule$progression_date, "documented")
}

schedule_faults <- function(rule) {
  if (inherits(rule$visits, "tte_visits") || identical(rule$visits, "schedule")) {
    return(NULL)
  }
  remedy <- paste(
    "Say it with visits = visits_every(weeks = 6, window_days = 7) or visits_at(days = , window_days = );",
    "\"schedule\" takes the study's own table."
  )
  if (!is.null(rule$visits)) {
    return(fault("visits", "wrong_type", "must be a schedule", remedy = remedy))
  }
  if (needs_schedule(rule)) {
    fault("visits", "missing_value", sprintf("%s needs the schedule of assessments", rule$label),
      remedy = remedy
    )
  }
}

#' @export
format.tte_censoring <- function(x, ...) {
  sentences(
    rule = sprintf("Censoring by %s.", x$label), baseline = baseline_sentence(x),
    therapy = therapy_sentence(x), same_day = same_day_sentence(x),
    missed = missed_sentence(x), date = date_sentence(x),
    claimed = if (x$claimed_progression == "event") {
      "A progression claimed without documentation is an event."
    },
    end = "Without an event a patient is censored at the last adequate assessment, else at the start.",
    adequate = "An assessment is adequate if it has a response other than NE.",
    visits = if (needs_schedule(x)) visits_sentence(x$visits)
  )
}

visits_sentence <- function(visits) {
  if (inherits(visits, "tte_visits")) {
    return(format(visits)[["visits"]])
  }
  "Visits are those of the study's schedule."
}

baseline_sentence <- function(x) {
  if (x$no_baseline == "ignore") {
    return("A missing baseline does not matter.")
  }
  within <- if (is.finite(x$missed_visits)) sprintf(" before %s visits were missed", x$missed_visits) else ""
  sprintf("Without a baseline only a death%s is an event; else the start is the date of censoring.", within)
}

therapy_sentence <- function(x) {
  if (x$new_therapy == "ignore") {
    return("A new anticancer therapy does not censor.")
  }
  sprintf(
    "A new anticancer therapy (%s) before the event censors at the last adequate assessment up to it.",
    tolower(toString(x$therapies))
  )
}

same_day_sentence <- function(x) {
  if (x$new_therapy == "censor") {
    "A death on the day of the therapy counts; recist() says whether a progression on it does."
  }
}

missed_sentence <- function(x) {
  if (!is.finite(x$missed_visits)) {
    return("Missed visits do not censor.")
  }
  what <- if (length(x$missed_before) == 2) "progression or death" else "death"
  limit <- if (inherits(x$visits, "tte_visits") && x$visits$kind == "every") gap_words(x) else ""
  sprintf(
    "A %s after %s or more missed visits%s is censored at the last adequate assessment before it.",
    what, x$missed_visits, limit
  )
}

# "(more than 98 days)", for as long as the interval stays the same.
gap_words <- function(x) {
  days <- 7 * x$visits$said$weeks * x$missed_visits + 2 * x$visits$said$window_days
  sprintf(" (more than %s days)", paste(unique(days), collapse = ", later "))
}

date_sentence <- function(x) {
  switch(x$progression_date,
    documented = "A progression counts from the first day that shows it.",
    scheduled = paste(
      "A progression is dated to the scheduled visit in whose window it lies, else to the next one",
      "(never after a death or the data cut)."
    ),
    backdated = "A progression after missed visits is dated to the day after the last of them."
  )
}

#' @export
print.tte_censoring <- function(x, ...) {
  cli::cli_text(x$label)
  cli::cli_ul(format(x)[-1])
  invisible(x)
}

# What the engine reads. A rule without a schedule has one that nothing asks.
engine_steps <- function(rule, recist, applies = TRUE) {
  list(
    baseline = applies && rule$no_baseline == "censor", therapy = applies && rule$new_therapy == "censor",
    therapy_comes_first = recist$nact_same_day == "after",
    missed = if (applies) as.double(rule$missed_visits) else Inf,
    missed_death_only = !"progression" %in% rule$missed_before,
    progression = if (applies) rule$progression_date else "documented"
  )
}

engine_visits <- function(visits) {
  if (is.null(visits)) {
    return(list(day = numeric(), window = numeric(), interval = 0, by_gap = TRUE))
  }
  list(day = visits$day, window = visits$window, interval = visits$interval, by_gap = visits$kind == "every")
}
