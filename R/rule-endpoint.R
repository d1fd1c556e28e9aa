#' Definitions of time-to-event endpoints
#'
#' An endpoint is data: which kinds of events it counts, which compete, from when it runs, and where a patient
#' without an event is censored. `endpoint("PFS")` gives a definition by name; its arguments change single
#' points, and any other name with `events =` makes an endpoint of your own.
#'
#' @section Definitions:
#' \tabular{lll}{
#'   name \tab event, whichever comes first \tab without it \cr
#'   `OS` \tab death \tab last known alive \cr
#'   `PFS` \tab progression, death \tab last adequate assessment, by the [censoring()] rule \cr
#'   `TTP` \tab progression; death competes \tab as PFS \cr
#'   `DoR` \tab responders only, from the response: progression, death \tab as PFS \cr
#'   `IPFS` \tab as PFS, progression by iRECIST (needs [irecist()]) \tab as PFS \cr
#'   `IDOR` \tab as DoR, response and progression by iRECIST \tab as PFS \cr
#'   `TTRESP` \tab response; progression and death compete \tab as PFS \cr
#'   `EFS` (lung) \tab progression unless the tumour was resected after it, recurrence, death \tab as PFS \cr
#'   `DFS` (lung) \tab recurrence, new primary of the same site, death \tab last recurrence-free
#'     assessment \cr
#'   `RFS` (lung, colon) \tab recurrence, death \tab as DFS \cr
#'   `DFS` (colon) \tab recurrence, second primary colorectal cancer, death \tab as lung \cr
#'   `TTRECUR` (colon) \tab recurrence, death from the cancer; other deaths compete \tab as DFS \cr
#'   `IDFS` (breast) \tab invasive recurrence, contralateral invasive cancer, second primary, death \tab
#'     as DFS \cr
#'   `IBCFS` (breast) \tab IDFS without second primaries of other organs \tab as DFS \cr
#'   `TTNT` \tab next anticancer therapy, death \tab last known alive \cr
#'   `PFS2` \tab progression on the next line, death \tab last known alive \cr
#'   `TTF` \tab treatment discontinued (completing it is no failure), progression, death \tab last known alive
#' }
#' @section Kinds of events: `PROGRESSION` and `RESPONSE` come from the overall responses (best response rules
#'   say which response counts), `DEATH`, `CANCER DEATH` and `OTHER DEATH` from the subjects (`DTHDT`,
#'   `DTHCAUS`), `NEW THERAPY` from `NACTDT` or the table `therapies`, `DISCONTINUATION` from `TRTEDT` where
#'   `EOTSTT` or `DCTREAS` says that treatment was discontinued. Every other word, for example `LOCOREGIONAL
#'   RECURRENCE`, is looked up in the rows of `assessments` whose `PARAMCD` is `RECUR`: `AVALC` is the kind,
#'   `RECURRENCE-FREE` a visit without recurrence. In a study without such rows a progression is the
#'   recurrence.
#'
#' @param name One of the definitions above, or a name of your own (then `events` is needed).
#' @param disease Which disease's definition: required for `EFS`, `DFS` and `RFS`; there is no default.
#' @param events Kinds of events that count (cause 1).
#' @param competing Kinds that compete, named by their labels, `c("Death" = "DEATH")`: causes 2, 3, ... in
#'   this order. Such a patient is also censored there (`CNSR` 7), so a Kaplan-Meier estimate can be made.
#' @param end Where a patient without event is censored: `"assessment"`, the last adequate (recurrence-free)
#'   one, or `"contact"`, the date last known alive.
#' @param steps Do the steps of the [censoring()] rule apply? Only where `end` is `"assessment"`.
#' @param population `"all"` or `"responders"`.
#' @param from `"start"` of the study, or the `"response"` (responders only).
#' @param death For `TTP`, `TTRESP`, `TTNT` and `TTRECUR`: `"event"`, `"competing"`, or `"last_assessment"`,
#'   which censors the patient there (cause 0).
#' @param second_primary For endpoints that do not count them: a second or new primary is no event; does it
#'   `"censor"`, or is it left alone (`"ignore"`)?
#' @param therapies Which categories of `therapies` and `procedures` count as `NEW THERAPY`.
#' @param cancer_death Words of `DTHCAUS` that mean death from the cancer (of `IPFS` and `IDOR` too). A death
#'   of unknown cause is an `OTHER DEATH`.
#' @param label What `PARAM` says.
#' @param paramcd `PARAMCD`, at most 8 capital letters or digits.
#' @return An object of class `tte_endpoint`.
#' @section Errors: `tte_error_input` names every argument that is wrong.
#' @references EMA/CHMP/27994/2008/Rev.1 (PFS). Cohen R and others (2020). European Journal of Cancer 130,
#'   63-71 (colon, DATECAN). Tolaney SM and others (2021). Journal of Clinical Oncology 39, 2720-2731 (STEEP
#'   2.0). Forde PM and others (2022). New England Journal of Medicine 386, 1973-1985 (EFS, lung).
#' @seealso [derive_endpoint()]
#' @examples
#' endpoint("PFS")
#' endpoint("RFS", disease = "lung", second_primary = "censor")
#' endpoint("MFS", events = c("DISTANT RECURRENCE", "DEATH"), label = "Metastasis-Free Survival")
#' @export
endpoint <- function(name, disease = NULL, events = NULL, competing = NULL, end = NULL, steps = NULL,
                     population = NULL, from = NULL, death = NULL, second_primary = "ignore",
                     therapies = NULL, cancer_death = NULL, label = NULL, paramcd = NULL) {
  if (missing(name)) name <- NULL
  abort_input(rbind(endpoint_name_faults(name, disease, events), death_faults(death, name)))
  changes <- list(
    events = events, competing = competing, end = end, steps = steps, population = population, from = from,
    therapies = therapies, cancer_death = cancer_death, label = label, paramcd = paramcd
  )
  changes <- Filter(Negate(is.null), changes)
  definition <- find_definition(name, disease)
  definition[names(changes)] <- changes
  definition <- place_death(definition, death)
  definition$second_primary <- second_primary
  abort_input(rbind(endpoint_faults(definition), unread_faults(definition, therapies, cancer_death)))
  definition$events <- event_type(definition$events)
  definition$competing <- lapply(as.list(definition$competing), event_type)
  structure(definition, class = c("tte_endpoint", "tte_rule"))
}

event_type <- function(words) toupper(trimws(as.character(words)))

recurrences <- c("LOCOREGIONAL RECURRENCE", "DISTANT RECURRENCE")
new_primaries <- c("NEW PRIMARY SAME SITE", "SECOND PRIMARY")
cancer_death_words <- c(
  "CANCER", "DISEASE PROGRESSION", "PROGRESSIVE DISEASE", "DISEASE UNDER STUDY", "STUDY DISEASE",
  "MALIGNANT DISEASE", "COLON CANCER", "COLORECTAL CANCER", "LUNG CANCER", "BREAST CANCER"
)

# One definition: what it changes of the plainest one, which ends at the last adequate assessment.
define <- function(paramcd, label, events, ...) {
  utils::modifyList(list(
    paramcd = paramcd, label = label, events = events, competing = list(), end = "assessment", steps = FALSE,
    population = "all", from = "start", before_surgery = "count", therapies = "SYSTEMIC",
    cancer_death = cancer_death_words, criteria = "RECIST 1.1"
  ), list(...))
}

endpoint_definitions <- list(
  OS = define("OS", "Overall Survival", "DEATH", end = "contact"),
  PFS = define("PFS", "Progression-Free Survival", c("PROGRESSION", "DEATH"), steps = TRUE),
  TTP = define("TTP", "Time to Progression", "PROGRESSION", competing = list(Death = "DEATH"), steps = TRUE),
  DOR = define("DOR", "Duration of Response", c("PROGRESSION", "DEATH"),
    steps = TRUE, population = "responders", from = "response"
  ),
  IPFS = define("IPFS", "Progression-Free Survival by iRECIST", c("PROGRESSION", "DEATH"),
    steps = TRUE, criteria = "iRECIST"
  ),
  IDOR = define("IDOR", "Duration of Response by iRECIST", c("PROGRESSION", "DEATH"),
    steps = TRUE, population = "responders", from = "response", criteria = "iRECIST"
  ),
  TTRESP = define("TTRESP", "Time to Response", "RESPONSE",
    competing = list("Disease Progression" = "PROGRESSION", Death = "DEATH"), steps = TRUE
  ),
  TTNT = define("TTNT", "Time to Next Treatment", c("NEW THERAPY", "DEATH"), end = "contact"),
  PFS2 = define("PFS2", "Progression-Free Survival 2", c("PROGRESSION ON NEXT LINE", "DEATH"),
    end = "contact"
  ),
  TTF = define("TTF", "Time to Treatment Failure", c("PROGRESSION", "DISCONTINUATION", "DEATH"),
    end = "contact"
  ),
  EFS.lung = define("EFS", "Event-Free Survival", c("PROGRESSION", recurrences, "DEATH"),
    steps = TRUE, before_surgery = "ignore"
  ),
  DFS.lung = define("DFS", "Disease-Free Survival", c(recurrences, "NEW PRIMARY SAME SITE", "DEATH")),
  RFS.lung = define("RFS", "Recurrence-Free Survival", c(recurrences, "DEATH")),
  DFS.colon = define("DFS", "Disease-Free Survival", c(recurrences, "NEW PRIMARY SAME SITE", "DEATH")),
  RFS.colon = define("RFS", "Recurrence-Free Survival", c(recurrences, "DEATH")),
  TTRECUR.colon = define("TTRECUR", "Time to Recurrence", c(recurrences, "CANCER DEATH"),
    competing = list("Other Death" = "OTHER DEATH")
  ),
  IDFS.breast = define("IDFS", "Invasive Disease-Free Survival", c(
    recurrences, "CONTRALATERAL INVASIVE", "NEW PRIMARY SAME SITE", "SECOND PRIMARY", "DEATH"
  )),
  IBCFS.breast = define("IBCFS", "Invasive Breast Cancer-Free Survival", c(
    recurrences, "CONTRALATERAL INVASIVE", "NEW PRIMARY SAME SITE", "DEATH"
  ))
)

endpoint_names <- unique(sub("[.].*", "", names(endpoint_definitions)))

# Diseases that a name has definitions for; none for one that fits every disease.
diseases_of <- function(name) {
  found <- names(endpoint_definitions)[startsWith(names(endpoint_definitions), paste0(name, "."))]
  sub(".*[.]", "", found)
}

must_name_disease <- c("DFS", "RFS", "EFS")

find_definition <- function(name, disease) {
  known <- toupper(name)
  diseases <- diseases_of(known)
  if (length(diseases) == 1 && is.null(disease) && !known %in% must_name_disease) disease <- diseases
  key <- if (length(diseases) > 0 && !is.null(disease)) paste0(known, ".", disease) else known
  found <- endpoint_definitions[[key]]
  if (is.null(found)) found <- define(substr(gsub("[^A-Z0-9]", "", known), 1, 8), name, character())
  c(list(name = if (is.null(endpoint_definitions[[key]])) name else found$paramcd, disease = disease), found)
}

endpoint_name_faults <- function(name, disease, events) {
  if (!checkmate::test_string(name, min.chars = 1)) {
    return(fault("name", "wrong_type", "must be the name of an endpoint"))
  }
  known <- toupper(name)
  diseases <- diseases_of(known)
  own <- "Or make your own with events = ."
  if (!is.null(events)) {
    return(NULL)
  }
  if (!known %in% endpoint_names) {
    return(fault("name", "not_a_choice", sprintf("%s has no definition here", name),
      remedy = sprintf("There are %s. %s", toString(endpoint_names), own)
    ))
  }
  if (length(diseases) == 0) {
    if (is.null(disease)) {
      return(NULL)
    }
    return(fault("disease", "not_a_choice", sprintf("%s is the same in every disease", known),
      remedy = paste("Leave it out.", own)
    ))
  }
  choices <- paste(dQuote(diseases, FALSE), collapse = ", ")
  if (is.null(disease) && known %in% must_name_disease) {
    return(fault("disease", "missing_value", sprintf("%s needs the disease: it differs between them", known),
      remedy = sprintf("disease = %s. %s", choices, own)
    ))
  }
  if (!is.null(disease) && !checkmate::test_choice(disease, diseases)) {
    fault("disease", "not_a_choice", sprintf("must be %s for %s", choices, known), remedy = own)
  }
}

death_faults <- function(death, name) {
  if (is.null(death)) {
    return(NULL)
  }
  if (!checkmate::test_string(name) || !toupper(name) %in% death_can_move) {
    return(fault("death", "not_a_choice", sprintf("belongs to %s", and_list(death_can_move)),
      remedy = "Elsewhere name the kinds with events = and competing = ."
    ))
  }
  check_choice(death, "death", c("event", "competing", "last_assessment"))
}

# Endpoints of which plans differ in what a death is.
death_can_move <- c("TTP", "TTRESP", "TTNT", "TTRECUR")

# Death as an event, as a competing cause, or as no cause at all.
place_death <- function(definition, death) {
  if (is.null(death)) {
    return(definition)
  }
  deaths <- c("DEATH", "OTHER DEATH")
  kept <- Filter(function(types) !any(types %in% deaths), as.list(definition$competing))
  definition$events <- setdiff(definition$events, "DEATH")
  definition$competing <- kept
  if (death == "event") definition$events <- c(definition$events, "DEATH")
  if (death == "competing") {
    other <- "CANCER DEATH" %in% definition$events
    death_cause <- if (other) list("Other Death" = "OTHER DEATH") else list(Death = "DEATH")
    definition$competing <- c(kept, death_cause)
  }
  definition
}

endpoint_faults <- function(x) {
  competing <- unlist(x$competing)
  rbind(
    if (!checkmate::test_character(event_type(x$events), any.missing = FALSE, min.len = 1, unique = TRUE) ||
      !is.character(x$events)) {
      fault("events", "wrong_type", "must name the kinds of events, each once")
    },
    if (length(x$competing) > 0 && (!is.character(competing) || is.null(names(x$competing)) ||
      any(names(x$competing) == "") || anyDuplicated(names(x$competing)))) {
      fault("competing", "wrong_type", "must name each cause", remedy = "c(\"Death\" = \"DEATH\")")
    },
    if (any(event_type(competing) %in% event_type(x$events))) {
      fault("competing", "unknown_level", "names a kind that is an event")
    },
    check_choice(x$end, "end", c("assessment", "contact")), check_flag(x$steps, "steps"),
    check_choice(x$population, "population", c("all", "responders")),
    check_choice(x$from, "from", c("start", "response")),
    if (identical(x$from, "response") && !identical(x$population, "responders")) {
      fault("from", "not_a_choice", "only responders have a response to count from")
    },
    check_choice(x$second_primary, "second_primary", c("ignore", "censor")),
    if (isTRUE(x$steps) && identical(x$end, "contact")) {
      fault("steps", "not_a_choice", "the steps censor at assessments, so end must be \"assessment\"")
    },
    if (!checkmate::test_string(x$label, min.chars = 1)) fault("label", "wrong_type", "must be one text"),
    if (!checkmate::test_string(x$paramcd, pattern = "^[A-Z][A-Z0-9]{0,7}$")) {
      fault("paramcd", "wrong_type", "must be 1 to 8 capital letters or digits, a letter first")
    },
    if (!checkmate::test_character(x$therapies, any.missing = FALSE, min.len = 1)) {
      fault("therapies", "wrong_type", "must be categories of therapy", remedy = "\"SYSTEMIC\"")
    },
    if (!checkmate::test_character(x$cancer_death, any.missing = FALSE, min.len = 1)) {
      fault("cancer_death", "wrong_type", "must be words of DTHCAUS")
    }
  )
}

# Arguments that this endpoint would never read.
unread_faults <- function(x, therapies, cancer_death) {
  types <- event_type(c(x$events, unlist(x$competing)))
  rbind(
    if (!is.null(therapies) && isTRUE(x$steps) && !"NEW THERAPY" %in% types) {
      fault("therapies", "not_a_choice", sprintf("%s leaves new therapy to the rule of censoring", x$name),
        remedy = "Say it with censoring(therapies = )."
      )
    },
    if (!is.null(cancer_death) && !any(c("CANCER DEATH", "OTHER DEATH") %in% types) && !is_immune(x)) {
      fault("cancer_death", "not_a_choice", sprintf("%s does not ask for causes of death", x$name),
        remedy = "Name CANCER DEATH in events = or OTHER DEATH in competing =."
      )
    }
  )
}

# What a kind of event is called in EVNTDESC: the words that ADaM examples use.
event_words <- function(type) {
  known <- c(
    PROGRESSION = "Disease Progression", RESPONSE = "Response", DEATH = "Death",
    "CANCER DEATH" = "Death From Cancer", "OTHER DEATH" = "Other Death",
    "NEW THERAPY" = "New Anti-Cancer Therapy", DISCONTINUATION = "Treatment Discontinuation",
    "NEW PRIMARY SAME SITE" = "New Primary of the Same Site"
  )
  words <- unname(known[type])
  other <- is.na(words)
  words[other] <- gsub("(^|[ -])([a-z])", "\\1\\U\\2", tolower(type[other]), perl = TRUE)
  words
}

# Kinds in the order that decides a day: events first, then the competing, then what only censors.
endpoint_types <- function(x) {
  skipped <- if (x$second_primary == "censor") setdiff(new_primaries, c(x$events, unlist(x$competing)))
  causes <- rep(c(1L, seq_along(x$competing) + 1L), c(length(x$events), lengths(x$competing)))
  data.frame(
    type = c(x$events, unlist(x$competing, use.names = FALSE), skipped),
    cause = c(causes, rep(0L, length(skipped)))
  )
}

#' @export
format.tte_endpoint <- function(x, ...) {
  lower <- function(types) tolower(event_words(types))
  sentences(
    event = sprintf(
      "%s: %s.", x$label,
      if (length(x$events) == 1) lower(x$events) else paste0(either(lower(x$events)), ", whichever is first")
    ),
    competing = if (length(x$competing) > 0) {
      numbered <- sprintf("%d %s", seq_along(x$competing) + 1, names(x$competing))
      sprintf("Competing causes: %s.", toString(numbered))
    },
    from = if (x$from == "response") {
      "Time runs from the response that counts first, which is day 1."
    } else {
      "Time runs from the patient's start date by the design of the study, which is day 1."
    },
    population = if (x$population == "responders") "Only responders.",
    criteria = if (is_immune(x)) "Responses and progressions are those of iRECIST.",
    surgery = if (x$before_surgery == "ignore") {
      "A progression does not count when the tumour was resected after it."
    },
    primaries = if (x$second_primary == "censor") "A second primary that is no event censors on its day.",
    end = if (x$end == "contact") {
      "Without an event a patient is censored when last known alive."
    } else {
      "Without an event a patient is censored at the last adequate assessment, else at the start."
    },
    steps = if (x$steps) "The steps of the censoring rule apply."
  )
}

either <- function(words) sub(" and ([^,]*)$", " or \\1", and_list(words))

#' @export
print.tte_endpoint <- function(x, ...) {
  disease <- if (is.null(x$disease)) "" else sprintf(" (%s)", x$disease)
  cli::cli_text(paste0(x$name, disease))
  cli::cli_ul(format(x))
  invisible(x)
}
