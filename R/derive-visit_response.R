#' Response at planned visits
#'
#' Puts the assessments of each patient into the windows of the planned visits and says, for every patient and
#' visit, what the response at the visit was, what the best one had been by then, and whether the patient had
#' got so far before the data cut. [response_rate()] makes rates of it, each with its own denominator.
#'
#' Every patient who started has a row for every visit, whether she was assessed or not: who progressed, died
#' or was lost before stays as no responder. Assessments after the first progression, after a new anticancer
#' therapy or after the data cut do not count, as in [best_response()]. Of several assessments in one window
#' the one [visit_windows()] chooses stands for the visit; the best response to date reads all of them, up to
#' the window's last day.
#'
#' @inheritParams best_response
#' @param visits [visit_windows()].
#' @return A data frame of class `tte_visit_response`, one row per patient and visit: `USUBJID`, `AVISIT`,
#'   `AVISITN` (its number), `TARGETDY` (days since the start), `ADT` and `AVALC` of the assessment that
#'   stands for the visit (`AVALC` is `"MISSING"` without one), `NOTHER` (further assessments in the window),
#'   `BOR` and `CBOR` (best response to date, without and with confirmation), `REACHED` (was the target day
#'   on or before the data cut; without a data cut always), and the columns of the subjects. The list-column
#'   `provenance` holds the rules.
#' @section Errors: `tte_error_input` with all faults in `$faults`.
#' @seealso [visit_windows()], [response_rate()]
#' @examples
#' responses <- data.frame(
#'   USUBJID = c("1", "1", "1", "2"), ADT = as.Date("2024-01-01") + c(40, 82, 124, 45),
#'   AVALC = c("PR", "PR", "PD", "SD")
#' )
#' subjects <- data.frame(USUBJID = c("1", "2", "3"), STARTDT = as.Date("2024-01-01"))
#' windows <- visit_windows(c("Week 6" = 42, "Week 12" = 84), from = c(35, 77), to = c(49, 91))
#' at <- visit_response(responses, subjects, visits = windows)
#' at[c("USUBJID", "AVISIT", "AVALC", "BOR", "REACHED")]
#' response_rate(~1, at, confirmed = FALSE)
#' @export
visit_response <- function(x, ...) {
  UseMethod("visit_response")
}

#' @rdname visit_response
#' @export
visit_response.tte_study <- function(x, visits, rule = recist(), reader = NULL, population = "started",
                                     therapies = "SYSTEMIC", ...) {
  check_dots(...)
  abort_input(visit_rule_faults(visits))
  subjects <- study_table(x, "subjects", "visit_response()")
  if (is.null(subjects[["NACTDT"]])) subjects[["NACTDT"]] <- new_therapy_date(x, subjects, therapies)
  found <- visit_response.data.frame(
    visit_responses(x, rule, reader, words = FALSE), subjects,
    visits = visits, rule = rule, reader = reader, data_cut = x$tte$data_cut, population = population
  )
  info <- x$tte[intersect(c("design", "arm", "hash"), names(x$tte))]
  known <- found$provenance[1]
  found$provenance <- rep(list(c(known[[1]], info)), nrow(found))
  found
}

#' @rdname visit_response
#' @export
visit_response.data.frame <- function(x, subjects, visits, rule = recist(), reader = NULL, data_cut = NULL,
                                      population = "started", ...) {
  check_dots(...)
  abort_input(rbind(
    visit_rule_faults(visits), check_rule(rule),
    check_choice(population, "population", names(population_words)), visit_faults(x, subjects),
    subject_faults(subjects), reader_faults(x, reader), measurable_faults(x, subjects, population)
  ))
  subjects <- response_population(x, subjects, population, data_cut)
  records <- arrange_visits(x, subjects, reader)
  limits <- response_limits(subjects, rule, data_cut)
  rows <- do.call(rbind, lapply(seq_len(nrow(visits$visits)), function(visit) {
    best <- best_to_date(records, visits$visits$to[visit], limits, rule)
    cbind(visit_rows(subjects, visits$visits, visit, data_cut), best)
  }))
  rows <- cbind(rows, at_visits(records, visits, limits, nrow(subjects)))
  others <- setdiff(names(subjects), names(rows))
  rows <- cbind(rows, subjects[rep(seq_len(nrow(subjects)), nrow(visits$visits)), others, drop = FALSE])
  rownames(rows) <- NULL
  rows$provenance <- rep(list(list(
    method = "Response by visit", conventions = visit_sentences(visits, data_cut), rule = rule,
    reader = reader, data_cut = data_cut, population = population
  )), nrow(rows))
  structure(rows, class = c("tte_visit_response", "data.frame"))
}

visit_rule_faults <- function(visits) {
  if (missing(visits) || !inherits(visits, "tte_visit_windows")) {
    fault("visits", "wrong_type", "must be made by visit_windows()")
  }
}

visit_sentences <- function(visits, data_cut) {
  c(format(visits), sentences(
    counted = "Assessments after progression, a new anticancer therapy or the data cut do not count.",
    reached = if (is.null(data_cut)) {
      "Without a data cut every patient is taken to have reached every visit."
    } else {
      "A patient has reached a visit whose target day is on or before the data cut."
    }
  ))
}

visit_rows <- function(subjects, visits, visit, data_cut) {
  start <- floor(as.numeric(as.Date(subjects[["STARTDT"]])))
  target <- visits$target[visit]
  cut <- if (is.null(data_cut)) Inf else as.numeric(as.Date(data_cut))
  data.frame(
    USUBJID = subjects$USUBJID, AVISIT = visits$label[visit], AVISITN = visit, TARGETDY = target,
    REACHED = is.na(start) | start + target <= cut
  )
}

# Best responses from the assessments up to the last day of a window.
best_to_date <- function(records, last_day, limits, rule) {
  found <- best_response_cpp(
    records$offset, records$day, records$code, pmin(limits, last_day), engine_rule(rule)
  )
  data.frame(BOR = response_word(found$any$response), CBOR = response_word(found$confirmed$response))
}

# What stands for each visit, patients in order within visits; the later of two assessments of a day is the
# worse one, which counts.
at_visits <- function(records, visits, limits, n) {
  patient <- rep.int(seq_len(n), diff(records$offset))
  last <- pmin(limits[patient], first_progression(records, patient, n))
  counts <- which(records$day >= 0 & records$day <= last)
  counts <- counts[order(patient[counts], records$day[counts], badness[records$code[counts]])]
  one_a_day <- !duplicated(data.frame(patient[counts], records$day[counts]), fromLast = TRUE)
  counts <- counts[one_a_day]
  placed <- window_records(records$day[counts], patient[counts], visits)
  place <- (placed$visit - 1L) * n + patient[counts]
  size <- n * nrow(visits$visits)
  of_visit <- match(seq_len(size), ifelse(placed$chosen, place, NA))
  code <- records$code[counts][of_visit]
  data.frame(
    ADT = records$date[counts][of_visit], AVALC = ifelse(is.na(code), "MISSING", response_word(code)),
    NOTHER = tabulate(place[!placed$chosen & !is.na(place)], size)
  )
}

# Of several assessments of one day the worst counts: NE, then from the best response on to PD.
badness <- c(CR = 2, PR = 3, SD = 4, "NON-CR/NON-PD" = 5, PD = 7, NE = 1, MISSING = 0, NED = 6)

first_progression <- function(records, patient, n) {
  progressed <- records$code == 5L & records$day >= 0
  first <- rep(Inf, n)
  who <- rev(which(progressed))
  first[patient[who]] <- records$day[who]
  first[patient]
}
