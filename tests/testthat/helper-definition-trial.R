# The slow definitions applied to every patient of a random trial (see helper-histories.R). What is known at
# the data cut is decided here first: nobody randomised after it, no row dated after it.

days_of <- function(x) as.integer(as.Date(x))

#' list(patients = a row per patient, visits = a row per visit): everything the product is compared with.
#' `visits`: list(every = ) or list(at = ), the schedule of the FDA rule.
define_trial <- function(trial, visits = trial$rules["every"], style = c("FDA", "EMA")) {
  rules <- trial$rules
  rule <- c(rules$recist, rules$derived)
  cut <- days_of(rules$cut)
  subjects <- trial$tables$subjects
  subjects <- subjects[days_of(subjects$RANDDT) <= cut, ]
  start <- days_of(if (rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT)
  subjects <- subjects[start <= cut, ]
  start <- start[start <= cut]
  source <- trial$tables[[if (is.null(trial$tables$lesions)) "assessments" else "lesions"]]
  contact <- split(days_of(source$ADT), factor(source$USUBJID, subjects$USUBJID))
  source <- source[days_of(source$ADT) <= cut, ]
  rows <- split(seq_len(nrow(source)), factor(source$USUBJID, subjects$USUBJID))
  dose <- days_of(subjects$TRTSDT)
  dose[is.na(dose) | dose > cut] <- NA
  nact <- days_of(trial$nact[subjects$USUBJID])
  death <- days_of(subjects$DTHDT)
  last <- days_of(subjects$LSTALVDT)
  column <- lapply(c(
    lesion = "TRLNKID", group = "TRGRPID", node = "NODAL", visit = "AVISIT", value = "AVAL",
    state = "TRSTRESC", flag = "ABLFL", given = "AVALC"
  ), function(name) source[[name]])
  column <- Filter(Negate(is.null), column)
  column$day <- days_of(source$ADT)
  if (!is.null(column$node)) column$node <- column$node == "Y"

  results <- lapply(seq_len(nrow(subjects)), function(i) {
    mine <- lapply(column, `[`, rows[[i]])
    derived <- if (is.null(trial$tables$lesions)) {
      list(day = mine$day, response = mine$given, complete_baseline = TRUE)
    } else {
      define_responses(mine, if (is.na(dose[i])) start[i] else dose[i], rule)
    }
    patient <- list(
      start = start[i], death = death[i], nact = nact[i], cut = cut, day = derived$day,
      response = derived$response, baseline = derived$complete_baseline && subjects$BASEFL[i] != "N"
    )
    c(define_patient(patient, rule, visits, c(contact[[i]], last[i], dose[i])), list(visits = derived))
  })
  names(results) <- subjects$USUBJID
  results
}

#' The endpoints of one patient.
define_patient <- function(patient, rule, visits, contact) {
  counted <- define_counted(
    patient$day, patient$response, patient$start, define_known(patient$nact, patient$cut), patient$cut,
    rule$nact_same_day
  )
  bor <- define_best(counted$day, counted$response, patient$start, rule, FALSE)
  cbor <- define_best(counted$day, counted$response, patient$start, rule, TRUE)
  fda <- define_pfs(patient, "FDA", visits, rule$nact_same_day)
  ema <- define_pfs(patient, "EMA")
  os <- define_os(patient, contact)
  response_day <- (if (rule$confirmed) cbor else bor)$response_day
  list(
    start = patient$start, bor = bor, cbor = cbor, fda = fda, ema = ema,
    dor_fda = define_dor(patient, fda, rule, rule$confirmed),
    dor_ema = define_dor(patient, ema, rule, rule$confirmed), os = os, ttnt = define_ttnt(patient, os),
    ttp_fda = define_ttp(patient, fda), ttp_ema = define_ttp(patient, ema),
    ttresp_fda = define_ttresp(fda, response_day), ttresp_ema = define_ttresp(ema, response_day)
  )
}

#' All visits of a trial's patients as one data frame. `before`: dated before the first progression.
define_visits <- function(results) {
  rows <- lapply(names(results), function(person) {
    visits <- results[[person]]$visits
    n <- length(visits$day)
    if (n == 0L) {
      return(NULL)
    }
    first <- min(visits$day[visits$response == "PD"], Inf)
    data.frame(
      USUBJID = person,
      visits[c("visit", "day", "response", "target", "non_target", "sum", "nadir", "complete")],
      base = visits$complete_baseline, before = visits$day < first
    )
  })
  do.call(rbind, rows)
}

#' One item of every patient as a vector: `of(results, "fda", "cnsr")`.
of <- function(results, ...) {
  path <- c(...)
  out <- lapply(results, function(one) {
    for (name in path) one <- one[[name]]
    if (is.null(one)) NA else one
  })
  unlist(out)
}

#' One expectation per trial: every patient's `found` is `defined` (characters, or days; named by patient).
#' The message holds the first patient that differs, written out.
expect_same_patients <- function(trial, found, defined, what, tally = NULL) {
  if (!is.character(defined)) found <- as.integer(found)
  differs <- is.na(found) != is.na(defined) | (!is.na(found) & !is.na(defined) & found != defined)
  if (!is.null(tally)) note_difference(tally, what, sum(differs))
  if (!any(differs)) {
    return(testthat::succeed())
  }
  say <- function(x) if (is.character(x)) x else format(as.Date(as.integer(x), origin = "1970-01-01"))
  if (!is.character(defined) && max(0L, defined, na.rm = TRUE) < 1000L) say <- as.character
  first <- names(defined)[differs][1L]
  history <- utils::head(utils::capture.output(print(history_of(trial, first))), 80L)
  testthat::fail(sprintf(
    "trial of seed %d: %s differs for %d of %d patients; %s: found %s, defined %s\n%s", trial$seed, what,
    sum(differs), length(defined), first, say(found[differs][1L]), say(defined[differs][1L]),
    paste(history, collapse = "\n")
  ))
}

#' The trial as it was known at its cut: what data_cut() must do, written out.
trial_at_cut <- function(trial) {
  cut <- trial$rules$cut
  subjects <- trial$tables$subjects
  source <- if (is.null(trial$tables$lesions)) "assessments" else "lesions"
  rows <- trial$tables[[source]]
  seen <- c(tapply(days_of(rows$ADT), factor(rows$USUBJID, subjects$USUBJID), max))
  contact <- pmax(seen, days_of(subjects$LSTALVDT), days_of(subjects$TRTSDT), days_of(subjects$DTHDT),
    na.rm = TRUE
  )
  subjects$LSTALVDT <- pmin(as.Date(unname(contact), origin = "1970-01-01"), cut)
  for (name in intersect(c("DTHDT", "NACTDT", "TRTSDT"), names(subjects))) {
    subjects[[name]][which(subjects[[name]] > cut)] <- NA
  }
  trial$tables$subjects <- subjects[subjects$RANDDT <= cut, ]
  for (name in setdiff(names(trial$tables), "subjects")) {
    table <- trial$tables[[name]]
    day <- if (name == "therapies") table$ASTDT else table$ADT
    trial$tables[[name]] <- table[day <= cut & table$USUBJID %in% trial$tables$subjects$USUBJID, ]
  }
  trial
}

#' The study object of a trial.
study_of <- function(trial) {
  do.call(study, c(trial$tables, list(
    design = trial$rules$design, arm = "ARM", arms = c("Control", "Test")
  )))
}
