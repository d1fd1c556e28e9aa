#' Time-to-event endpoints of a study
#'
#' Derives OS, PFS, duration of response and the other [endpoint()] definitions from a study's tables, as rows
#' shaped like ADTTE: one for each patient and endpoint, also for patients who were never assessed. The same
#' [recist()] rule and reader give the best response, so responders of [best_response()] are those with an
#' event in `TTRESP` and a row in `DOR`, and a progression has one date everywhere.
#'
#' Several rules or readers in one call give an endpoint several times, each with its own `PARAMCD` of at most
#' 8 characters (`PFSFDA`, `PFSEMA`) and its `RULE` and `READER`. Endpoints that ask neither (`OS`, `TTNT`)
#' come once.
#'
#' @section iRECIST: In `IPFS` and `IDOR` a progression is the first iUPD of the block that ends in iCPD,
#'   dated there. An iUPD that iSD, iPR or iCR supersedes is no event; one that is neither confirmed nor
#'   superseded is, at the first iUPD of its block, in the cases that `irecist(unconfirmed = )` lists, and
#'   `EVNTDESC` says which: not clinically stable (`CLINSTAB` `"N"` of the lesions or assessments in the
#'   block, or `DCTREAS` of the subjects), death from the cancer (`DTHCAUS`), no further assessment, all later
#'   iUPD. Where several hold the first of these is said. A death without them is an event on its own day.
#'   Assessments count to the data cut, and where the rule of censoring censors at a new therapy not after it:
#'   a later one neither confirms nor supersedes. iUPD and iCPD are adequate assessments.
#'
#' @section CNSR: 0 event; 1 no event; 2 no baseline assessment; 3 no assessment (or contact) after the start;
#'   4 new anticancer therapy first; 5 too many visits missed before the event; 6 as 1, lost to follow-up
#'   (`DCSREAS` or `EOSSTT` says so); 7 a competing event, `CAUSE` above 1, on its day; 8 a second primary
#'   that censors.
#'
#' @param study A study from [study()] or [study_from_adam()], or a data frame of responses as
#'   [best_response()] takes it.
#' @param endpoints Names such as `"PFS"`, [endpoint()] objects, or a list of both.
#' @param rule A [recist()] rule, or an [irecist()] rule, which holds the RECIST 1.1 rule beside it: `IPFS`
#'   and `IDOR` are then by iRECIST, all others by RECIST 1.1.
#' @param censoring A [censoring()] rule, or a list of several, which may be named by the letters to put into
#'   `PARAMCD`. Needed for progression endpoints; there is no default.
#' @param reader Whose assessments: one or several readers. Needed where several are in the data.
#' @param subjects For a data frame: one row per patient with `USUBJID`, `STARTDT` and, where they apply,
#'   `DTHDT`, `LSTALVDT`, `NACTDT`, `BASEFL` (`"N"`: no baseline assessment).
#' @param design,data_cut For a data frame: the design, as in [study()], and the date after which nothing
#'   counts.
#' @param ... Nothing.
#' @return A data frame of class `tte_adtte` with `USUBJID`, `PARAMCD`, `PARAM`, `STARTDT`, `ADT`, `ADTF`
#'   (what of an incomplete date was completed), `AVAL` (`ADT - STARTDT + 1`, in days), `AVALU`, `CNSR`,
#'   `EVNTDESC`, `CNSDTDSC`, `CAUSE` (0 censored, 1 event, above 1 a competing cause), `CAUSEDESC`, `LASSDT`
#'   (last adequate assessment that counts; with `ADT` it encloses a progression), `SRCDOM`, `SRCVAR`,
#'   `SRCSEQ` (where `ADT` comes from: the number of the record, or its row where the table has none),
#'   `RULE`, `READER`, the columns of the subjects, and the list-column `provenance`.
#' @section Errors: `tte_error_input` for rules, readers, tables or columns that an endpoint needs and the
#'   call or the study lacks. Patients without a start date, or who started after the data cut, have no row; a
#'   message of class `tte_message_not_started` counts them. A record of an event whose kind nobody knows is a
#'   warning (`tte_warning_unknown_event`); a kind asked for that nobody has on record, and a category of
#'   therapy that is none of the usual and not asked for, are messages.
#' @seealso [endpoint()], [censoring()], [irecist()], [compare_endpoints()]
#' @references CDISC (2012). *The ADaM Basic Data Structure for Time-to-Event Analyses*, version 1.0.
#'
#'   Seymour L and others (2017). iRECIST: guidelines for response criteria for use in trials testing
#'   immunotherapeutics. *Lancet Oncology* 18, e143-e152. \doi{10.1016/S1470-2045(17)30074-8}
#' @examples
#' visits <- data.frame(
#'   USUBJID = c("1", "1", "1", "2"), ADT = as.Date("2024-01-01") + c(42, 84, 210, 42),
#'   AVALC = c("SD", "PR", "PD", "SD")
#' )
#' subjects <- data.frame(
#'   USUBJID = c("1", "2", "3"), STARTDT = as.Date("2024-01-01"), ARM = c("A", "B", "B"),
#'   DTHDT = as.Date(c(NA, NA, "2024-03-01")), LSTALVDT = as.Date("2024-08-01")
#' )
#' q6w <- visits_every(weeks = 6, window_days = 7)
#' adtte <- derive_endpoint(visits, c("OS", "PFS"),
#'   censoring = list(censoring("FDA", visits = q6w), censoring("EMA")), subjects = subjects,
#'   design = "randomised"
#' )
#' adtte
#' compare_endpoints(adtte)
#' km(~ARM, adtte, param = "PFSFDA")
#' @export
derive_endpoint <- function(study, endpoints = c("OS", "PFS"), rule = recist(), censoring = NULL,
                            reader = NULL, ...) {
  UseMethod("derive_endpoint")
}

#' @rdname derive_endpoint
#' @export
derive_endpoint.data.frame <- function(study, endpoints = c("OS", "PFS"), rule = recist(), censoring = NULL,
                                       reader = NULL, ..., subjects, design = NULL, data_cut = NULL) {
  check_dots(...)
  study <- plain_table(study)
  subjects <- if (!missing(subjects)) plain_table(subjects)
  faults <- rbind(
    if (!is.null(design)) check_choice(design, "design", c("randomised", "single_arm", "cohort")),
    visit_faults(study, subjects, rule), subject_faults(subjects),
    if (is.data.frame(subjects)) date_faults(subjects, "subjects", later_dates), cut_day_faults(data_cut)
  )
  if (!is.null(faults)) faults$argument[faults$argument == "x"] <- "study"
  abort_input(faults)
  tables <- list(
    subjects = as.data.frame(subjects), assessments = as.data.frame(study),
    tte = list(design = design, data_cut = cut_day(data_cut))
  )
  derive_endpoint.tte_study(structure(tables, class = "tte_study"), endpoints, rule, censoring, reader)
}

# Dates of the subjects that endpoints read besides the start and the new therapy.
later_dates <- c("DTHDT", "LSTALVDT", "TRTSDT", "TRTEDT", "EOSDT")

#' @export
derive_endpoint.default <- function(study, ...) abort_input(wrong_source("study"))

#' @rdname derive_endpoint
#' @export
derive_endpoint.tte_study <- function(study, endpoints = c("OS", "PFS"), rule = recist(), censoring = NULL,
                                      reader = NULL, ...) {
  check_dots(...)
  abort_input(rbind(
    check_response_rule(rule), endpoint_list_faults(endpoints), censoring_list_faults(censoring)
  ))
  endpoints <- as_endpoints(endpoints)
  rules <- distinct_rules(as_rules(censoring))
  subjects <- endpoint_subjects(study)
  readers <- endpoint_readers(study, endpoints, reader)
  abort_input(rbind(
    rules_needed(endpoints, rules), confirmation_needed(endpoints, recist_of(rule), study$tte$design),
    immune_rule_needed(endpoints, rule), supplied_word_faults(study, rule), tables_needed(study, endpoints)
  ))
  say_unread(study, endpoints, rules)
  plan <- endpoint_plan(endpoints, rules, readers)
  context <- endpoint_context(study, subjects, rule)
  parts <- lapply(seq_len(nrow(plan)), function(i) {
    derive_part(context, endpoints[[plan$endpoint[i]]], rules, plan[i, ])
  })
  assemble_adtte(parts, plan, endpoints, rules, context)
}

# ---- what was asked for ----

endpoint_list_faults <- function(endpoints) {
  one <- if (inherits(endpoints, "tte_endpoint")) list(endpoints) else as.list(endpoints)
  ok <- vapply(one, function(x) inherits(x, "tte_endpoint") || checkmate::test_string(x), logical(1))
  if (length(one) == 0 || !all(ok)) {
    return(fault("endpoints", "wrong_type", "must be names of endpoints, or endpoint() objects"))
  }
  named <- Filter(is.character, one)
  rbind(
    do.call(rbind, lapply(named, function(name) {
      faults <- endpoint_name_faults(name, NULL, NULL)
      if (!is.null(faults)) faults$argument <- "endpoints"
      faults
    })),
    if (anyDuplicated(lapply(one, function(x) if (is.character(x)) toupper(x) else x))) {
      fault("endpoints", "person_twice", "asks for an endpoint twice")
    }
  )
}

as_endpoints <- function(endpoints) {
  if (inherits(endpoints, "tte_endpoint")) {
    return(list(endpoints))
  }
  lapply(as.list(endpoints), function(x) if (is.character(x)) endpoint(x) else x)
}

censoring_list_faults <- function(censoring) {
  if (is.null(censoring)) {
    return(NULL)
  }
  rules <- as_rules(censoring)
  if (length(rules) == 0 || !all(vapply(rules, inherits, logical(1), "tte_censoring"))) {
    return(fault("censoring", "wrong_type", "must be made by censoring(), or a list of such rules"))
  }
  labels <- vapply(rules, `[[`, "", "label")
  if (anyDuplicated(paste(labels, names(rules)))) {
    fault("censoring", "person_twice", sprintf("has two rules called %s", labels[duplicated(labels)][1]),
      remedy = "Name them: censoring = list(A = , B = )."
    )
  }
}

as_rules <- function(censoring) {
  if (inherits(censoring, "tte_censoring")) list(censoring) else as.list(censoring)
}

# Rules that share a label are told apart by the names they were given.
distinct_rules <- function(rules) {
  labels <- vapply(rules, `[[`, "", "label")
  for (i in which(labels %in% labels[duplicated(labels)] & names(rules) != "")) {
    rules[[i]]$label <- sprintf("%s (%s)", labels[i], names(rules)[i])
  }
  rules
}

rules_needed <- function(endpoints, rules) {
  asks <- vapply(endpoints, `[[`, logical(1), "steps")
  if (length(rules) > 0 || !any(asks)) {
    return(NULL)
  }
  names <- vapply(endpoints[asks], `[[`, "", "name")
  said <- sprintf("%s needs a rule of censoring; there is no default", and_list(names))
  fault("censoring", "missing_value", said,
    remedy = paste(
      "Give censoring(\"FDA\", visits = visits_every(weeks = , window_days = )), censoring(\"EMA\"),",
      "or a list of both."
    )
  )
}

# Whether responses must be confirmed is known in a randomised study and asked for elsewhere.
confirmation_needed <- function(endpoints, rule, design) {
  asks <- vapply(endpoints, needs_response, logical(1))
  if (!any(asks) || !is.null(rule$confirmed) || identical(design, "randomised")) {
    return(NULL)
  }
  fault("rule", "missing_value", sprintf(
    "%s %s to know whether responses must be confirmed",
    and_list(vapply(endpoints[asks], `[[`, "", "name")), if (sum(asks) == 1) "needs" else "need"
  ), remedy = "Say recist(confirmed = TRUE) or recist(confirmed = FALSE).")
}

# Endpoints by iRECIST need its rule.
immune_rule_needed <- function(endpoints, rule) {
  asks <- vapply(endpoints, is_immune, logical(1))
  if (!any(asks) || is_irecist(rule)) {
    return(NULL)
  }
  fault("rule", "not_a_choice", sprintf(
    "%s needs the rule of iRECIST", and_list(vapply(endpoints[asks], `[[`, "", "name"))
  ), remedy = "Say rule = irecist(), which gives RECIST 1.1 beside it.")
}

is_immune <- function(e) identical(e$criteria, "iRECIST")

# Supplied responses must be in the words of the rule.
supplied_word_faults <- function(study, rule) {
  if (!is_supplied(study) || is_irecist_responses(study$assessments)) {
    return(NULL)
  }
  faults <- visit_faults(study$assessments, study$subjects, rule)
  faults <- faults[faults$column %in% "AVALC", , drop = FALSE]
  if (!is.null(faults)) faults$argument <- rep("study", nrow(faults))
  faults
}

needs_response <- function(e) {
  e$population == "responders" || e$from == "response" || "RESPONSE" %in% endpoint_types(e)$type
}

needs_visits <- function(e) {
  needs_response(e) || "PROGRESSION" %in% endpoint_types(e)$type || e$end == "assessment"
}

# ---- patients and readers ----

endpoint_subjects <- function(study) {
  subjects <- study_table(study, "subjects", "derive_endpoint()")
  if (is.null(subjects[["STARTDT"]])) {
    abort_input(fault("study", "unknown_column", "the subjects have no start date",
      column = "STARTDT",
      remedy = "Give RANDDT (randomised) or TRTSDT, and the design."
    ))
  }
  subjects
}

# Which readers to derive for; NULL where nobody is named.
endpoint_readers <- function(study, endpoints, reader) {
  known <- response_readers(study)
  if (!is.null(reader)) {
    abort_input(reader_list_faults(reader, known, study))
    return(as.character(reader))
  }
  if (length(known) < 2 || !any(vapply(endpoints, needs_visits, logical(1)))) {
    return(if (length(known) == 1 && all_named(study)) known)
  }
  abort_input(fault("reader", "several_params", sprintf("several readers assessed: %s", toString(known)),
    remedy = "Say whose assessments count with reader = ; several give an endpoint each."
  ))
}

# Before the first assessment, at an early data cut, any reader may be asked for.
reader_list_faults <- function(reader, known, study) {
  nobody_yet <- length(known) == 0 && no_assessment_yet(study)
  if (length(reader) > 0 && !anyDuplicated(reader) && (nobody_yet || all(reader %in% known))) {
    return(NULL)
  }
  if (length(known) == 0) {
    return(fault("reader", "unknown_column", "no record says who assessed",
      remedy = "Leave reader out, or give the column READER (or PARCAT2, RSEVAL)."
    ))
  }
  fault("reader", "not_a_choice", sprintf("must be among %s, each once", toString(known)))
}

# Does every record say who assessed?
all_named <- function(study) {
  table <- study$assessments
  is.null(table) || !anyNA(reader_of(table)[is_overall_response(table)])
}

# ---- the plan: one line for each PARAMCD ----

endpoint_plan <- function(endpoints, rules, readers) {
  lines <- lapply(seq_along(endpoints), function(i) {
    e <- endpoints[[i]]
    by_rule <- if (e$steps) seq_along(rules) else NA_integer_
    by_reader <- if (needs_visits(e) && !is.null(readers)) readers else NA_character_
    expand.grid(
      reader = by_reader, rule = by_rule, endpoint = i, KEEP.OUT.ATTRS = FALSE, stringsAsFactors = FALSE
    )
  })
  plan <- do.call(rbind, lines)
  stems <- vapply(endpoints, `[[`, "", "paramcd")[plan$endpoint]
  plan$paramcd <- param_codes(stems, rule_tags(rules)[plan$rule], plan$reader, length(rules), length(readers))
  plan$label <- vapply(rules, `[[`, "", "label")[plan$rule]
  if (length(rules) == 0) plan$label <- NA_character_
  plan
}

rule_tags <- function(rules) {
  tags <- vapply(rules, `[[`, "", "tag")
  if (!is.null(names(rules))) tags[names(rules) != ""] <- names(rules)[names(rules) != ""]
  tags
}

# The endpoint's code with letters and digits of the rule and the reader behind it: as many as fit into 8
# characters and keep the codes of the endpoint apart.
param_codes <- function(stems, rules, readers, n_rules, n_readers) {
  codes <- character(length(stems))
  for (stem in unique(stems)) {
    own <- stems == stem
    codes[own] <- codes_of_stem(stem, if (n_rules > 1) rules[own], if (n_readers > 1) readers[own], sum(own))
  }
  again <- duplicated(codes)
  codes[again] <- sprintf("%s%02d", substr(codes[again], 1, 6), which(again))
  codes
}

codes_of_stem <- function(stem, rules, readers, n) {
  for (size in list(c(3, 3), c(3, 2), c(3, 1), c(2, 1), c(1, 1))) {
    codes <- paste0(rep(stem, n), short_tag(rules, size[1]), short_tag(readers, size[2]))
    if (all(nchar(codes) <= 8) && !anyDuplicated(codes)) {
      return(codes)
    }
  }
  tails <- paste0(rep("", n), short_tag(rules, 1), short_tag(readers, 1))
  codes <- paste0(substr(stem, 1, 8 - max(nchar(tails))), tails)
  if (anyDuplicated(codes)) sprintf("%s%02d", substr(stem, 1, 6), seq_len(n)) else codes
}

# The first letters; of FDA's tables B and C the letter that tells them from A.
short_tag <- function(words, size) {
  words <- gsub("[^A-Z0-9]", "", toupper(words))
  if (size == 1) words <- sub("^FD([BC])$", "\\1", words)
  words[is.na(words)] <- ""
  substr(words, 1, size)
}

# ---- what all parts share ----

endpoint_context <- function(study, subjects, rule) {
  cut <- study$tte$data_cut
  start <- date_number(subjects[["STARTDT"]])
  started <- !is.na(start)
  if (!is.null(cut)) started <- started & start <= as.numeric(as.Date(cut))
  if (!all(started)) {
    inform_tte(
      sprintf("%d of %d patients never started and have no row.", sum(!started), length(started)),
      "not_started"
    )
  }
  subjects <- subjects[started, , drop = FALSE]
  start <- start[started]
  n <- length(start)
  last_day <- if (is.null(cut)) rep(Inf, n) else as.numeric(as.Date(cut)) - start
  list(
    study = study, subjects = subjects, rule = recist_of(rule), irecist = if (is_irecist(rule)) rule,
    design = study$tte$design, cut = cut, start = start, last_day = last_day, n = n,
    n_not_started = sum(!started), memory = new.env()
  )
}

# Whole days, counted as Date counts them.
date_number <- function(x) floor(as.numeric(as.Date(x)))

# Looks something up once for all parts of a call.
remembered <- function(context, key, make) {
  if (is.null(context$memory[[key]])) assign(key, make(), envir = context$memory)
  context$memory[[key]]
}
