# Descriptions of studies that simulate_study() draws. What may be said about a study is one table, a line for
# each argument: which designs read it, its default where all designs share it, of which kind it is and the
# sentence that print says of it. Checks, print and the help page read this table, so a new quantity is a
# line.

# designs: the studies that have the argument. default: for arguments that are given through `...`; the
# others have theirs in the function of the design. kind: see design_kinds.
design_terms_text <- "
argument             | designs | default | kind | sentence
patients             | 12345   |  | count | %s patients.
validation           | 4       |  | whole | Prospective validation cohort: %s more patients.
groups               | 1235    |  | shares | Groups: %s.
actionable           | 2       |  | probability | An actionable variant: %s of the patients.
report_weeks         | 2       |  | positive | The sequencing report: %s weeks after the first dose.
guided_rate          | 2       |  | rate | Guided therapy from then on: %s a month before progression.
guided_after         | 2       |  | rate | First guided therapy after progression: %s a month.
second_guided        | 2       |  | rate | Second guided therapy after resistance: %s a month.
hr_guided            | 2       |  | ratio | From guided therapy on: hazard ratio %s of progression.
hr_guided_death      | 2       |  | ratio | During guided therapy: hazard ratio %s of death.
hr_ecog              | 2       |  | ratio | Each ECOG grade: hazard ratio %s of progression or death.
progression          | 1235    |  | median_group | Progression: median %s months.
death                | 1235    |  | rate | Death before progression: %s a month.
death_after          | 1235    |  | median | Death after progression: median %s months.
irae                 | 135     |  | hazard | First irAE: %s.
irae_after           | 15      |  | ratio | After progression: hazard ratio %s of the first irAE.
irae_again           | 15      |  | rate | Another irAE after resolution: %s a month.
irae_resolution      | 135     |  | median | Resolution of an irAE: median %s months.
irae_stop            | 15      |  | probability | The first irAE stops the treatment in %s.
hr_irae_progression  | 15      |  | ratio | From the first irAE on: hazard ratio %s of progression.
hr_irae_death        | 15      |  | ratio | During an irAE: hazard ratio %s of death before progression.
hr_group_irae        | 15      |  | ratio_group | Groups: hazard ratios %s of the first irAE.
hr_score_irae        | 15      |  | ratio | SCORE_IRAE, one SD: hazard ratio %s of the first irAE.
hr_score_progression | 145     |  | ratio | SCORE_PROG, one SD: hazard ratio %s of progression or recurrence.
autoimmune           | 5       |  | probability | Autoimmune disease before treatment: %s of the patients.
hr_autoimmune        | 5       |  | ratio | Autoimmune disease: hazard ratio %s of the first irAE.
hr_centre            | 5       |  | ratios | Hospitals: hazard ratios %s of the first irAE.
centres              | 5       |  | shares | Patients by hospital: %s.
comparison           | 5       |  | whole | Comparison cohort: %s others with systemic autoimmune disease.
flare                | 5       |  | rate | Their first flare: %s a month.
remission_shift      | 5       |  | number | Their interferon markers exceed V1 by %s SD in remission.
flare_shift          | 5       |  | number | Their interferon markers exceed V1 by %s SD at a flare.
treatment_stop       | 1235    |  | rate | Treatment stops for other reasons: %s a month.
severe               | 3       |  | probability | First irAE of grade 3 or more: %s.
enrolment_delay      | 3       |  | positive | Enrolment: %s months after the first irAE on average.
rechallenge          | 3       |  | rate | Rechallenge after resolution: %s a month.
recurrence           | 3       |  | hazard | Recurrence of an irAE under rechallenge: %s.
hr_severe            | 3       |  | ratio | Severe first irAE: hazard ratio %s of rechallenge.
hr_severe_recurrence | 3       |  | ratio | Severe first irAE: hazard ratio %s of recurrence.
hr_endocrine         | 3       |  | ratio | Endocrine irAE: hazard ratio %s of resolution.
hr_rechallenge       | 3       |  | ratio | From the rechallenge on: hazard ratio %s of progression.
stage                | 4       |  | shares | Stages: %s.
hr_stage             | 4       |  | ratios | Stages: hazard ratios %s of recurrence.
major_response       | 4       |  | probability | Major pathological response: %s.
hr_major_response    | 4       |  | ratio | Major pathological response: hazard ratio %s of recurrence.
local                | 4       |  | hazard | Locoregional recurrence: %s.
distant              | 4       |  | hazard | Distant recurrence: %s.
death_free           | 4       |  | rate | Death without recurrence: %s a month.
distant_after_local  | 4       |  | rate | Distant after locoregional recurrence: %s a month.
death_recurred       | 4       |  | median | Death after recurrence: median %s months.
new_primary          | 4       |  | rate | New primary in the lung, neither event nor censoring: %s a month.
ct_days              | 4       |  | range | First postoperative CT: %s days after surgery.
plasma_days          | 4       |  | range | First postoperative plasma: %s days after surgery.
ct_correlation       | 4       |  | correlation | CT score: correlation %s with SCORE_PROG.
in_response          | 3       |  | probability | In response when the irAE begins: %s.
orr                  | 125     |  | probability_group | Objective response: %s.
first_patient        | 12345   |  | date | First patient in: %s.
accrual              | 12345   |  | accrual | Accrual: %s.
cut                  | 12345   |  | date | Data cut: %s.
dropout              | 12345   | 0.01 | rate | Lost to follow-up: %s a month.
visit_weeks          | 12345   | 6 | positive | Visits: every %s weeks.
last_visit           | 12345   | 156 | positive | Last planned visit: week %s.
visit_window         | 12345   | 7 | whole | Visits: up to %s days early or late.
visit_delay          | 12345   | 2 | nonnegative | Visits: standard deviation of the day %s days.
visit_missed         | 12345   | 0.03 | probability | Missed visits: %s.
response_prognosis   | 125     | 0.5 | correlation | Response and time to progression: correlation %s.
response_visit       | 125     | c(0.6, 0.3, 0.1) | weights | Responses begin by visit 1, 2, ...: %s.
complete             | 125     | 0.2 | probability | Complete, of responses that last to the next visit: %s.
target_lesions       | 125     | * | weights5 | Patients with 1, 2, ... target lesions: %s.
target_nodes         | 125     | 0.2 | probability | Targets that are lymph nodes, at most two each: %s.
baseline_mm          | 125     | 28 | diameter | Target lesions at baseline: median %s mm.
baseline_spread      | 125     | 0.45 | nonnegative | Their log diameters: standard deviation %s.
lesion_noise         | 125     | 0.03 | noise | Measurement error of a lesion: %s of its diameter.
lesion_spread        | 125     | 0.15 | noise | Lesions of a patient differ in their course by %s.
not_evaluable        | 125     | 0.01 | probability | Target lesions that a scan cannot measure: %s.
non_target           | 125     | 0.5 | probability | Non-target lesions: %s of the patients.
progression_by       | 125     | * | modes | Progression is seen first by %s.
pseudoprogression    | 125     | 0 | probability | Pseudoprogression: %s of those who could respond.
scans_after          | 125     | 0 | whole | Scans after the first that shows progression: %s.
new_therapy          | 1235    | 0.5 | probability | New anticancer therapy after progression: %s.
ae_rate              | 12345   | 4 | rate | Other adverse events: %s a patient-year.
ae_before            | 12345   | 0.1 | probability | An adverse event before treatment: %s of the patients.
ae_grades            | 12345   | c(0.55, 0.30, 0.12, 0.03) | weights4 | Their grades 1 to 4: %s.
ae_duration_days     | 12345   | 14 | positive | They last: median %s days.
ae_serious           | 12345   | c(0.02, 0.05, 0.5, 0.9) | probabilities4 | Serious, by grade: %s.
ae_worsening         | 12345   | 0.15 | probability | Adverse events that worsen by a grade: %s.
ae_window_days       | 12345   | 30 | whole | Treatment-emergent until %s days after the last dose.
irae_organs          | 135     | * | shares | irAE by organ: %s.
irae_grades          | 135     | c(0.35, 0.40, 0.20, 0.05) | weights4 | irAE of grades 1 to 4: %s.
irae_window_days     | 135     | 90 | whole | irAE are treatment-emergent until %s days after the last dose.
irae_worsening       | 135     | 0.2 | probability | irAE that worsen by a grade: %s.
irae_steroids        | 135     | c(0.1, 0.5, 0.95, 1) | probabilities4 | Corticosteroids, by grade: %s.
irae_immunosuppressants | 135     | 0.15 | probability | Other immunosuppressants beside them: %s.
irae_pause           | 15      | 0.3 | probability | First irAE that pause the treatment until resolved: %s.
irae_fatal           | 135     | 0 | probability | Deaths during an irAE of grade 4 that it caused: %s.
same_organ           | 135     | 0.70 | probability | A later irAE is in the same organ: %s.
distinct_organ       | 135     | 0.26 | probability | In another organ: %s.
both_organs          | 135     | 0.04 | probability | In both: %s.
promis_version       | 12      | \"v2.1\" | version | PROMIS-29 Profile %s.
qs_form              | 12      | \"scores\" | form | PROMIS-29 is given as %s.
qs_mean              | 12      | * | domains | T-scores at baseline: %s.
qs_sd                | 12      | 8 | nonnegative | Their standard deviation: %s.
qs_correlation       | 12      | 0.7 | correlation | Forms of one patient: correlation %s.
qs_domain_correlation | 12      | 0.5 | correlation | Domains of one form: correlation %s.
qs_missing           | 12      | 0.10 | probability | Forms missing at a visit: %s.
qs_group             | 12      | 0 | numbers | Groups differ by %s T-score units after baseline.
qs_worsening         | 12      | 5 | number | T-scores worsen by %s before progression.
qs_lead_days         | 12      | 42 | positive | They do so over %s days.
ecog_start           | 12345   | c(0.40, 0.50, 0.10) | weights3 | ECOG 0, 1, 2 at baseline: %s.
ecog_drift           | 12345   | 0.3 | rate | ECOG steps up or down: %s a year.
ecog_death_days      | 12345   | 60 | nonnegative | ECOG rises in the last %s days of life.
ecog_missing         | 12345   | 0.05 | probability | ECOG missing at a visit: %s.
n_markers            | 145     | 200 | whole | Markers: %s.
marker_blocks        | 145     | 10 | count | Blocks of correlated markers: %s.
marker_correlation   | 145     | 0.5 | correlation | Markers of a block: correlation %s.
signal_markers       | 145     | 10 | whole | Markers that carry SCORE_IRAE or SCORE_PROG: %s for each.
signal_loading       | 145     | 0.7 | correlation | Their correlation with it in a first sample: %s.
below_limit          | 145     | 0.05 | probability | Values of first samples below the detection limit: %s.
marker_between       | 145     | 0.5 | probability | Between patients: %s of the variance beside a score.
marker_drift         | 145     | 0.2 | nonnegative | Markers drift: standard deviation %s a year.
sample_window        | 145     | 3 | whole | Samples: up to %s days early or late.
sample_weeks         | 145     | seq(0, 30, 6) | weeks | Samples: at weeks %s.
sample_event         | 15      | TRUE | flag | A sample at the diagnosis of an irAE: %s.
marker_event_shift   | 15      | 1 | number | Markers that carry a score are then %s SD higher.
sample_missed        | 145     | 0.05 | probability | Samples missed: %s.
partial_dates        | 12345   | * | dates | Dates without a day: %s.
partial_month        | 12345   | 0.2 | probability | Of these also without the month: %s.
"

# Defaults that are too long for a cell.
long_defaults <- list(
  target_lesions = c(0.3, 0.35, 0.2, 0.1, 0.05),
  progression_by = c(target = 0.55, non_target = 0.15, new_lesion = 0.3),
  irae_organs = c(
    Skin = 0.30, Endocrine = 0.20, Gastrointestinal = 0.17, Hepatic = 0.13, Pulmonary = 0.12,
    Musculoskeletal = 0.08
  ),
  qs_mean = c(PF = 44, ANX = 54, DEP = 53, FAT = 56, SLEEP = 53, SOCIAL = 46, PAIN = 56),
  partial_dates = c(adverse_events = 0.03, therapies = 0.02, death = 0)
)

design_terms <- utils::read.table(
  text = design_terms_text, sep = "|", header = TRUE, strip.white = TRUE, na.strings = "", quote = "",
  stringsAsFactors = FALSE, colClasses = "character"
)
design_terms$default <- gsub("\\", "", design_terms$default, fixed = TRUE)

# The designs by their numbers in the table.
design_names <- c("biomarker_cohort", "guided_therapy", "rechallenge", "perioperative", "irae_risk")

terms_of <- function(kind) design_terms[grepl(match(kind, design_names), design_terms$designs), ]

# The arguments that all designs share have their defaults in the table; `changed` are those of this design.
shared_defaults <- function(kind, changed = list()) {
  terms <- terms_of(kind)
  utils::modifyList(default_values(terms[!is.na(terms$default), ]), changed)
}

default_values <- function(terms) {
  values <- lapply(terms$default, function(text) if (text != "*") eval(str2lang(text), baseenv()))
  values <- stats::setNames(values, terms$argument)
  values[terms$default == "*"] <- long_defaults[terms$argument[terms$default == "*"]]
  values
}

# A checked design: `own` are the arguments of its function, `shared` what came through `...`, `usual` its
# own defaults among the shared ones.
new_study_design <- function(kind, own, shared, usual = list(), call = rlang::caller_env()) {
  given <- if (is.null(names(shared))) rep("", length(shared)) else names(shared)
  defaults <- shared_defaults(kind, usual)
  values <- own
  values[names(defaults)] <- defaults
  known <- given %in% names(defaults)
  values[given[known]] <- shared[known]
  faults <- rbind(unknown_term_faults(given[!known], names(defaults), kind), term_faults(kind, values))
  abort_input(faults, call)
  values <- normalise_terms(kind, values)
  design <- structure(
    c(list(kind = kind), values),
    class = c(paste0("tte_design_", kind), "tte_design")
  )
  finish_design(design, call)
}

# The paths and laws that follow from the quantities, and what can only be judged with them.
finish_design <- function(design, call) {
  abort_input(joint_faults(design), call)
  built <- design_models[[design$kind]](design)
  design$models <- built$models
  design$laws <- built$laws
  if (!is.null(design$orr)) {
    design$reach <- response_reach(design)
    design$free <- free_shares(design, free_grid())
  }
  abort_input(response_faults(design), call)
  design
}

unknown_term_faults <- function(names, known, kind) {
  if (length(names) == 0) {
    return(NULL)
  }
  near <- vapply(names, function(name) {
    close <- known[utils::adist(name, known) <= 2]
    if (nzchar(name) && length(close) > 0) sprintf("Is %s meant?", close[1]) else NA_character_
  }, character(1))
  names[names == ""] <- "..."
  fault(names, "unknown_argument", sprintf("is no argument of design_%s()", kind), remedy = near)
}

# ---- checks: one function for each kind ----

out <- function(code, message) list(code = code, message = message)

number_check <- function(lower = -Inf, upper = Inf, open = FALSE, whole = FALSE, words) {
  force(list(lower, upper, open, whole, words))
  function(x, design) {
    if (!is.numeric(x)) {
      return(out("wrong_type", words))
    }
    if (length(x) != 1) {
      return(out("wrong_length", words))
    }
    all_numbers_check(x, lower, upper, open, whole, words)
  }
}

all_numbers_check <- function(x, lower, upper, open, whole, words) {
  if (!is.numeric(x) || length(x) == 0) {
    return(out("wrong_type", words))
  }
  if (!all(is.finite(x))) {
    return(out("not_finite", words))
  }
  if (any(x < lower | x > upper | (open & x == lower))) {
    return(out("out_of_range", words))
  }
  if (whole && any(x != floor(x))) out("not_whole", words)
}

# One number, or one for each group.
by_group <- function(lower, upper, open, words) {
  force(list(lower, upper, open, words))
  function(x, design) {
    words <- paste0(words, ": one, or one for each group")
    n <- max(1, length(design$groups))
    if (is.numeric(x) && !length(x) %in% c(1, n)) {
      return(out("wrong_length", sprintf("%s; there are %d for %d groups", words, length(x), n)))
    }
    if (!is.null(names(x)) && !setequal(names(x), names(design$groups))) {
      return(out("unknown_level", paste(words, "and named like them")))
    }
    all_numbers_check(x, lower, upper, open, FALSE, words)
  }
}

vector_check <- function(lower, upper, words, length = NULL, open = FALSE, sum = NULL, names = FALSE) {
  force(list(lower, upper, words, length, open, sum, names))
  function(x, design) {
    if (is.numeric(x) && !is.null(length) && length(x) != length) {
      return(out("wrong_length", words))
    }
    if (names && (is.null(base::names(x)) || any(base::names(x) == "") || anyDuplicated(base::names(x)))) {
      return(out("wrong_type", paste0(words, ", each with a name of its own")))
    }
    fault <- all_numbers_check(x, lower, upper, open, FALSE, words)
    if (!is.null(fault) || is.null(sum)) {
      return(fault)
    }
    if (abs(base::sum(x) - sum) > 1e-6) out("out_of_range", paste0(words, ", which add up to ", sum))
  }
}

# A rate that holds always, or rates that hold from months on: c("0" = 0.1, "6" = 0.02).
hazard_check <- function(x, design) {
  words <- "must be a monthly rate, 0 to 1000, or several named by the month from which they hold"
  fault <- all_numbers_check(x, 0, 1000, FALSE, FALSE, words)
  if (!is.null(fault) || (length(x) == 1 && is.null(names(x)))) {
    return(fault)
  }
  from <- suppressWarnings(as.numeric(names(x)))
  if (length(from) != length(x) || anyNA(from) || from[1] != 0 || is.unsorted(from, strictly = TRUE)) {
    out("wrong_type", paste(words, "(the first is month 0)"))
  }
}

accrual_check <- function(x, design) {
  words <- "must be patients a month, above 0, or several named by the date from which they hold"
  fault <- all_numbers_check(x, 0, Inf, FALSE, FALSE, words)
  if (!is.null(fault)) {
    return(fault)
  }
  if (x[length(x)] <= 0) {
    return(out("not_positive", words))
  }
  if (length(x) == 1 && is.null(names(x))) {
    return(NULL)
  }
  from <- as_day(names(x))
  if (length(from) != length(x) || anyNA(from) || is.unsorted(as.numeric(from), strictly = TRUE)) {
    return(out("not_a_date", words))
  }
  start <- as_day(design$first_patient)
  if (length(start) == 1 && !is.na(start) && from[1] != start) {
    out("out_of_range", paste(words, "(the first is first_patient)"))
  }
}

as_day <- function(x) {
  if (inherits(x, "Date")) {
    return(x)
  }
  if (!is.character(x)) {
    return(as.Date(NA))
  }
  as.Date(x, format = "%Y-%m-%d")
}

date_check <- function(x, design) {
  day <- as_day(x)
  if (length(x) != 1 || anyNA(day)) out("not_a_date", "must be one date")
}

weeks_check <- function(x, design) {
  words <- "must be weeks from 0 on that increase"
  fault <- all_numbers_check(x, 0, Inf, FALSE, FALSE, words)
  if (is.null(fault) && is.unsorted(x, strictly = TRUE)) out("out_of_range", words) else fault
}

range_check <- function(x, design) {
  words <- "must be the earliest and the latest day, above 0"
  if (is.numeric(x) && length(x) != 2) {
    return(out("wrong_length", words))
  }
  fault <- all_numbers_check(x, 1, Inf, FALSE, TRUE, words)
  if (is.null(fault) && x[1] > x[2]) out("out_of_range", words) else fault
}

named_check <- function(allowed, check) {
  force(list(allowed, check))
  function(x, design) {
    fault <- check(x, design)
    if (is.null(fault) && !setequal(names(x), allowed)) {
      return(out("unknown_level", sprintf("must be named %s", toString(allowed))))
    }
    fault
  }
}

shares_words <- "must be shares, at least 0"

design_kinds <- list(
  count = number_check(1, .Machine$integer.max, whole = TRUE, words = "must be one whole number, at least 1"),
  whole = number_check(0, .Machine$integer.max, whole = TRUE, words = "must be one whole number, at least 0"),
  positive = number_check(0, open = TRUE, words = "must be one number above 0"),
  nonnegative = number_check(0, words = "must be one number, at least 0"),
  number = number_check(words = "must be one number"),
  numbers = function(x, design) all_numbers_check(x, -Inf, Inf, FALSE, FALSE, "must be numbers"),
  rate = number_check(0, 1000, words = "must be one rate that never changes, 0 to 1000"),
  hazard = hazard_check,
  median = number_check(0, open = TRUE, words = "must be one median in months, above 0"),
  median_group = by_group(0, Inf, TRUE, "must be medians in months, above 0"),
  ratio = number_check(0, 1000, open = TRUE, words = "must be one hazard ratio, above 0 and at most 1000"),
  ratio_group = by_group(0, 1000, TRUE, "must be hazard ratios above 0, at most 1000"),
  ratios = vector_check(0, 1000, "must be hazard ratios above 0, at most 1000", open = TRUE),
  probability = number_check(0, 1, words = "must be one probability, 0 to 1"),
  probability_group = by_group(0, 1, FALSE, "must be probabilities, 0 to 1"),
  correlation = number_check(0, 0.999, words = "must be one number, 0 to 0.999"),
  noise = number_check(0, 0.5, words = "must be one number, 0 to 0.5"),
  diameter = number_check(10, 300, words = "must be one diameter in mm, 10 to 300"),
  shares = vector_check(0, 1, shares_words, sum = 1, names = TRUE),
  weights = vector_check(0, 1, shares_words, sum = 1),
  weights3 = vector_check(0, 1, paste(shares_words, "(3 of them)"), length = 3, sum = 1),
  weights4 = vector_check(0, 1, paste(shares_words, "(4 of them)"), length = 4, sum = 1),
  weights5 = vector_check(0, 1, paste(shares_words, "(5 of them)"), length = 5, sum = 1),
  probabilities4 = vector_check(0, 1, "must be 4 probabilities, 0 to 1", length = 4),
  modes = named_check(
    c("target", "non_target", "new_lesion"), vector_check(0, 1, shares_words, sum = 1, names = TRUE)
  ),
  dates = named_check(
    c("adverse_events", "therapies", "death"),
    vector_check(0, 1, "must be probabilities, 0 to 1", names = TRUE)
  ),
  domains = named_check(
    c("PF", "ANX", "DEP", "FAT", "SLEEP", "SOCIAL", "PAIN"),
    vector_check(20, 80, "must be T-scores, 20 to 80", names = TRUE)
  ),
  form = function(x, design) {
    if (!checkmate::test_choice(x, c("scores", "items"))) {
      out("not_a_choice", "must be \"scores\" or \"items\"")
    }
  },
  date = date_check, accrual = accrual_check, weeks = weeks_check, range = range_check,
  flag = function(x, design) if (!checkmate::test_flag(x)) out("wrong_type", "must be TRUE or FALSE"),
  version = function(x, design) {
    if (!checkmate::test_choice(x, c("v2.0", "v2.1"))) {
      out("not_a_choice", "must be \"v2.0\" or \"v2.1\"")
    }
  }
)

term_faults <- function(kind, values) {
  terms <- terms_of(kind)
  do.call(rbind, lapply(seq_len(nrow(terms)), function(i) {
    argument <- terms$argument[i]
    found <- if (is.null(values[[argument]])) {
      out("missing_value", "must be given")
    } else {
      design_kinds[[terms$kind[i]]](values[[argument]], values)
    }
    if (!is.null(found)) fault(argument, found$code, found$message)
  }))
}

# Dates as dates, and what may be one number for all groups as one for each, in their order.
normalise_terms <- function(kind, values) {
  terms <- terms_of(kind)
  for (argument in terms$argument[terms$kind == "date"]) values[[argument]] <- as_day(values[[argument]])
  groups <- names(values$groups)
  for (argument in terms$argument[endsWith(terms$kind, "_group")]) {
    x <- values[[argument]]
    if (length(x) == 1 && is.null(names(x))) x <- rep(x, max(1, length(groups)))
    if (!is.null(groups)) x <- if (is.null(names(x))) stats::setNames(x, groups) else x[groups]
    values[[argument]] <- x
  }
  values[terms$argument]
}

# ---- what only several quantities together can get wrong ----

joint_faults <- function(design) {
  lengths <- list(c("hr_stage", "stage"), c("hr_centre", "centres"))
  rbind(
    if (design$cut <= design$first_patient) {
      fault("cut", "out_of_range", sprintf(
        "is not after the first patient (%s)", format(design$first_patient)
      ))
    } else {
      accrual_faults(design)
    },
    if (design$last_visit < design$visit_weeks) {
      fault("last_visit", "out_of_range", "leaves no visit after the baseline",
        remedy = "It must be at least visit_weeks."
      )
    },
    if (design$visit_window >= 7 * design$visit_weeks / 2) {
      fault("visit_window", "out_of_range", "lets the windows of two visits overlap",
        remedy = sprintf("It must be less than %g days.", 7 * design$visit_weeks / 2)
      )
    },
    do.call(rbind, lapply(lengths, function(pair) {
      if (length(design[[pair[1]]]) != length(design[[pair[2]]])) {
        fault(pair[1], "wrong_length", sprintf("must have one value for each of %s", pair[2]))
      }
    })),
    marker_faults(design), organ_faults(design)
  )
}

# After surgery there is no irAE, hence one score.
marker_faults <- function(design) {
  scores <- if (design$kind == "perioperative") 1 else 2
  if (has_markers(design) && scores * design$signal_markers > design$n_markers) {
    fault("signal_markers", "out_of_range", sprintf(
      "are more than %sn_markers", if (scores == 2) "half of " else ""
    ), remedy = if (scores == 2) "Two sets of them are planted, one for each score." else NA)
  }
}

organ_faults <- function(design) {
  chances <- c(design$same_organ, design$distinct_organ, design$both_organs)
  if (!is.null(chances) && abs(sum(chances) - 1) > 1e-6) {
    fault(
      "same_organ", "out_of_range", "must add up to 1 with distinct_organ and both_organs",
      remedy = sprintf("They add up to %s.", format_plain(sum(chances)))
    )
  }
}

# The last patient must enter before the cut, by as many days as it takes to see the responses.
accrual_faults <- function(design) {
  n <- design_size(design)
  days <- max(response_day(design))
  room <- as.numeric(design$cut - design$first_patient) - days - longest_screening(design)
  expected <- if (room > 0) expected_accrual(design, room) else 0
  chance <- if (expected > 0) stats::pgamma(expected, n) else 0
  if (chance > 0.999) {
    return(NULL)
  }
  fault("cut", "out_of_range", sprintf(
    "comes too early: all %s patients are to enter %s days before it, to be seen, which happens with %s",
    n, days, sprintf("probability %s", format_plain(round(chance, 3)))
  ), remedy = "Set a later cut, a higher accrual or fewer patients.")
}

# Days from enrolment to the first dose. Where time zero is before enrolment there are none.
longest_screening <- function(design) if (design$kind == "rechallenge") 0 else 10

design_size <- function(design) design$patients + if (is.null(design$validation)) 0 else design$validation

# Breaks (days since the first patient) and rates a day of the accrual.
accrual_pieces <- function(design) {
  rates <- unname(design$accrual) / days_per_month
  breaks <- if (is.null(names(design$accrual))) {
    0
  } else {
    as.numeric(as_day(names(design$accrual)) - design$first_patient)
  }
  list(breaks = breaks, rates = rates)
}

expected_accrual <- function(design, day) {
  pieces <- accrual_pieces(design)
  until <- c(pieces$breaks[-1], Inf)
  sum(pieces$rates * pmax(0, pmin(day, until) - pieces$breaks))
}

days_per_month <- 30.4375

# ---- print ----

#' @export
format.tte_design <- function(x, ...) {
  terms <- terms_of(x$kind)
  said <- vapply(seq_len(nrow(terms)), function(i) {
    value <- x[[terms$argument[i]]]
    sprintf(terms$sentence[i], term_words(value, terms$kind[i]))
  }, character(1))
  stats::setNames(said, terms$argument)
}

percent <- function(x) paste(format_plain(round(100 * x, 2)), "%")

term_words <- function(x, kind) {
  named <- function(words) if (is.null(names(x))) toString(words) else toString(paste(names(x), words))
  if (kind %in% c("probability", "noise")) {
    return(percent(x))
  }
  shares <- c("probability_group", "shares", "modes", "dates")
  if (kind %in% shares || grepl("^(weights|probabilities)", kind)) {
    if (!is.null(names(x))) names(x) <- gsub("_", " ", names(x))
    return(named(percent(x)))
  }
  switch(kind,
    date = format(x),
    hazard = hazard_words(x),
    accrual = accrual_words(x),
    flag = if (x) "yes" else "no",
    range = paste(x, collapse = " to "),
    median_group = ,
    ratio_group = ,
    ratios = ,
    domains = named(format_plain(x)),
    if (is.character(x)) x else toString(vapply(x, format_plain, ""))
  )
}

hazard_words <- function(x) {
  if (is.null(names(x))) {
    return(sprintf("%s a month", format_plain(x)))
  }
  paste0(
    format_plain(x[[1]]), " a month",
    paste0(sprintf(", %s from month %s", vapply(x[-1], format_plain, ""), names(x)[-1]), collapse = "")
  )
}

accrual_words <- function(x) {
  if (is.null(names(x))) {
    return(sprintf("%s a month", format_plain(x)))
  }
  toString(sprintf("%s a month from %s", vapply(x, format_plain, ""), names(x)))
}

#' @export
print.tte_design <- function(x, ...) {
  cli::cli_text(design_titles[[x$kind]])
  cli::cli_ul(format(x))
  invisible(x)
}

design_titles <- c(
  biomarker_cohort = "Simulated study: biomarkers under immune checkpoint inhibitors",
  guided_therapy = "Simulated study: targeted therapy guided by sequencing in refractory solid tumours",
  rechallenge = "Simulated study: immune-related adverse events and rechallenge",
  perioperative = "Simulated study: recurrence after neoadjuvant immunotherapy and surgery",
  irae_risk = "Simulated study: risk of immune-related adverse events within 48 weeks"
)

# The shared arguments as the help page shows them: each default, and the sentence that it makes.
design_term_words <- function() {
  shared <- design_terms[!is.na(design_terms$default), ]
  value <- default_values(shared)
  long <- shared$default == "*"
  shared$default[long] <- vapply(value[long], deparse1, "")
  said <- sprintf(shared$sentence, mapply(term_words, value, shared$kind))
  paste(sprintf("- `%s = %s`: %s", shared$argument, shared$default, said), collapse = "\n")
}
