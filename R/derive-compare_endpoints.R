#' Whose endpoint changed, and why
#'
#' Compares endpoints patient by patient: two data cuts, two rules of censoring, two readers. Every patient
#' whose event, cause or date differs is listed with a sentence that says what is different and why.
#'
#' Of two data frames the same endpoints are compared, by the same rule and reader where both have them. Of
#' one data frame that holds an endpoint by several rules, readers or criteria, each is compared with each
#' that differs in only one of them. `IPFS` and `IDOR` are PFS and DoR by the criteria iRECIST; a progression
#' of the same date is the same event by both.
#'
#' @param a,b Endpoints from [derive_endpoint()]; `b` may be left out when `a` holds several rules, readers or
#'   criteria.
#' @return A data frame of class `tte_endpoint_changes`, one row per patient and endpoint that differ:
#'   `USUBJID`, `ENDPOINT`, `A` and `B` (what is compared), `CHANGE` (a kind of change), `ADT_A`, `AVAL_A`,
#'   `EVNTDESC_A`, `CAUSE_A`, the same of `B`, and `REASON`, the sentence. The attribute `counts` says how
#'   many patients were compared and how many differ, by kind; print shows it.
#' @section Errors: `tte_error_input` when there is nothing to compare.
#' @seealso [derive_endpoint()], [data_cut()]
#' @examples
#' visits <- data.frame(
#'   USUBJID = c("1", "1", "2"), ADT = as.Date("2024-01-01") + c(84, 210, 42),
#'   AVALC = c("PR", "PD", "SD")
#' )
#' subjects <- data.frame(
#'   USUBJID = c("1", "2"), STARTDT = as.Date("2024-01-01"), DTHDT = as.Date(NA)
#' )
#' rules <- list(censoring("FDA", visits = visits_every(weeks = 6, window_days = 7)), censoring("EMA"))
#' adtte <- derive_endpoint(visits, "PFS",
#'   censoring = rules, subjects = subjects, design = "randomised"
#' )
#' changes <- compare_endpoints(adtte)
#' changes
#' changes$REASON
#' @export
compare_endpoints <- function(a, b = NULL) {
  abort_input(rbind(adtte_faults(a, "a"), if (!is.null(b)) adtte_faults(b, "b")))
  pairs <- if (is.null(b)) pairs_within(series_of(a)) else pairs_between(series_of(a), series_of(b))
  if (nrow(pairs) == 0) {
    abort_input(fault(if (is.null(b)) "b" else "a", "unknown_param", "there is no endpoint to compare with",
      remedy = "Give two sets of the same endpoints, or one set by several rules, readers or criteria."
    ))
  }
  compared <- lapply(seq_len(nrow(pairs)), function(i) {
    compare_pair(a, if (is.null(b)) a else b, pairs[i, ])
  })
  changes <- do.call(rbind, lapply(compared, `[[`, "changes"))
  attr(changes, "counts") <- do.call(rbind, lapply(compared, `[[`, "counts"))
  structure(changes, class = c("tte_endpoint_changes", "data.frame"))
}

adtte_faults <- function(x, argument) {
  if (!inherits(x, "tte_adtte")) {
    return(fault(argument, "wrong_type", "must be made by derive_endpoint()"))
  }
  absent <- setdiff(compared_columns, names(x))
  fault(rep(argument, length(absent)), "unknown_column", "no such column", absent,
    remedy = "Compare what derive_endpoint() gave; rows may be left out, these columns not."
  )
}

compared_columns <- c(
  "USUBJID", "PARAMCD", "ADT", "AVAL", "EVNTDESC", "CAUSE", "RULE", "READER", "provenance"
)

# One line for each PARAMCD: what it is and how it was derived.
series_of <- function(x) {
  first <- which(!duplicated(x$PARAMCD))
  said <- x$provenance[first]
  text <- function(value) if (is.null(value)) NA_character_ else as.character(value)[1]
  name <- vapply(said, function(p) text(p$endpoint), "")
  immune <- vapply(said, function(p) is_immune(p$definition), NA)
  data.frame(
    paramcd = x$PARAMCD[first], endpoint = ifelse(immune, sub("^I", "", name), name),
    criteria = ifelse(immune, "iRECIST", "RECIST 1.1"),
    rule = as.character(x$RULE[first]), reader = as.character(x$READER[first]),
    cut = vapply(said, function(p) text(if (!is.null(p$data_cut)) format(p$data_cut)), ""),
    recist = vapply(said, function(p) rlang::hash(unclass(p$rule)), ""),
    moved = vapply(said, function(p) any(p$censoring$progression_date %in% c("scheduled", "backdated")), NA)
  )
}

same <- function(x, y) is.na(x) & is.na(y) | (x == y) %in% TRUE

pairs_within <- function(series) {
  both <- expand.grid(b = seq_len(nrow(series)), a = seq_len(nrow(series)))
  both <- both[both$a < both$b & series$endpoint[both$a] == series$endpoint[both$b], ]
  alike <- function(what) same(series[[what]][both$a], series[[what]][both$b])
  apart <- 3 - alike("rule") - alike("reader") - alike("criteria")
  pair_lines(series, series, both[apart < 2, ])
}

pairs_between <- function(first, second) {
  partner <- vapply(seq_len(nrow(first)), function(i) {
    candidates <- which(second$endpoint == first$endpoint[i])
    for (by in c("criteria", "rule", "reader", "paramcd")) {
      alike <- candidates[same(second[[by]][candidates], first[[by]][i])]
      if (length(alike) > 0) candidates <- alike
    }
    if (length(candidates) == 1) candidates else NA_integer_
  }, 1L)
  found <- which(!is.na(partner))
  pair_lines(first, second, data.frame(a = found, b = partner[found]))
}

# A name with what both share, where there are several of it.
with_shared <- function(words, shared, all) {
  if (length(unique(stats::na.omit(all))) < 2) {
    return(words)
  }
  ifelse(is.na(shared), words, sprintf("%s (%s)", words, shared))
}

# What distinguishes the two, and so what they are called.
pair_lines <- function(first, second, both) {
  a <- first[both$a, ]
  b <- second[both$b, ]
  differs <- function(what) !same(a[[what]], b[[what]])
  by <- rep("data", nrow(both))
  for (what in c("recist", "cut", "reader", "rule", "criteria")) by[differs(what)] <- what
  named <- function(x, other) {
    cut <- ifelse(is.na(x$cut), "no data cut", paste("data cut", x$cut))
    words <- ifelse(by == "rule", x$rule, ifelse(by == "reader", x$reader, ifelse(by == "cut", cut, other)))
    words <- ifelse(by == "criteria", x$criteria, words)
    words <- with_shared(words, ifelse(by == "rule", NA, x$rule), c(first$rule, second$rule))
    with_shared(words, ifelse(by == "reader", NA, x$reader), c(first$reader, second$reader))
  }
  data.frame(
    endpoint = a$endpoint, code_a = a$paramcd, code_b = b$paramcd, by = by, a = named(a, "the first"),
    b = named(b, "the second"), cut_a = a$cut, cut_b = b$cut, moved = a$moved != b$moved
  )
}

compare_pair <- function(a, b, pair) {
  a <- a[a$PARAMCD == pair$code_a, ]
  b <- b[b$PARAMCD == pair$code_b, ]
  persons <- unique(c(a$USUBJID, b$USUBJID))
  a <- pair_side(a, persons)
  b <- pair_side(b, persons)
  what <- if (pair$by == "criteria") plain_progression else identity
  differ <- !(same(a$ADT, b$ADT) & same(a$CAUSE, b$CAUSE) & same(what(a$EVNTDESC), what(b$EVNTDESC)))
  change <- kind_of_change(a, b, what)
  lines <- data.frame(
    USUBJID = persons, ENDPOINT = rep(pair$endpoint, length(persons)), A = pair$a, B = pair$b,
    CHANGE = change, ADT_A = a$ADT, AVAL_A = a$AVAL, EVNTDESC_A = a$EVNTDESC, CAUSE_A = a$CAUSE,
    ADT_B = b$ADT, AVAL_B = b$AVAL, EVNTDESC_B = b$EVNTDESC, CAUSE_B = b$CAUSE
  )[differ, ]
  lines$REASON <- change_sentences(lines, a[differ, ], b[differ, ], pair)
  rownames(lines) <- NULL
  list(changes = lines, counts = change_counts(lines, pair, length(persons)))
}

pair_side <- function(x, persons) {
  structure(x[match(persons, x$USUBJID), c("ADT", "AVAL", "EVNTDESC", "CAUSE")], class = "data.frame")
}

kinds_of_change <- c(
  "event, now censored", "censored, now event", "another cause", "another date of the event",
  "another date of censoring", "another reason for censoring", "only in the first", "only in the second"
)

# Confirmed, unconfirmed or by RECIST 1.1, it is a progression.
plain_progression <- function(words) {
  ifelse(grepl("progression", words, ignore.case = TRUE), "Disease Progression", words)
}

kind_of_change <- function(a, b, what) {
  kind <- rep(5L, nrow(a))
  kind[same(a$ADT, b$ADT)] <- 6L
  events <- a$CAUSE > 0 & b$CAUSE > 0
  kind[events %in% TRUE] <- 4L
  kind[(events & (a$CAUSE != b$CAUSE | what(a$EVNTDESC) != what(b$EVNTDESC))) %in% TRUE] <- 3L
  kind[(a$CAUSE > 0 & b$CAUSE == 0) %in% TRUE] <- 1L
  kind[(a$CAUSE == 0 & b$CAUSE > 0) %in% TRUE] <- 2L
  kind[is.na(b$CAUSE)] <- 7L
  kind[is.na(a$CAUSE)] <- 8L
  kinds_of_change[kind]
}

change_counts <- function(lines, pair, n) {
  counts <- as.data.frame(table(CHANGE = factor(lines$CHANGE, kinds_of_change)), responseName = "n")
  counts <- counts[counts$n > 0, ]
  if (nrow(counts) == 0) counts <- data.frame(CHANGE = "none", n = 0L)
  data.frame(
    ENDPOINT = pair$endpoint, A = pair$a, B = pair$b, COMPARED = n, CHANGE = as.character(counts$CHANGE),
    N = counts$n
  )
}

# ---- sentences ----

change_sentences <- function(lines, a, b, pair) {
  if (nrow(lines) == 0) {
    return(character())
  }
  sprintf(
    "%s: %s %s, %s %s: %s.", pair$endpoint, state_words(a), where_words(pair$a, pair$by), state_words(b),
    where_words(pair$b, pair$by), reason_words(lines, a, b, pair)
  )
}

where_words <- function(name, by) {
  if (startsWith(name, "no data cut")) {
    return(sub("no data cut", "without a data cut", name, fixed = TRUE))
  }
  word <- c(criteria = "by", rule = "by", reader = "by", cut = "at", recist = "in", data = "in")[[by]]
  paste(word, name)
}

state_words <- function(x) {
  words <- c("censored on %s (%s)", "event on %s (%s)", "competing event on %s (%s)")[pmin(x$CAUSE, 2) + 1]
  words <- ifelse(is.na(x$CAUSE), "no row", words)
  known <- !is.na(x$CAUSE)
  words[known] <- sprintf(words[known], format(x$ADT[known]), tolower(x$EVNTDESC[known]))
  words
}

# Why the two differ: what came first in the one that was censored by a step of its rule, what lies behind an
# earlier data cut, or what a reader saw.
reason_words <- function(lines, a, b, pair) {
  why <- switch(pair$by,
    criteria = criteria_words(a, b, pair),
    rule = rep("the rules differ", nrow(lines)),
    reader = reader_words(a, b, pair),
    cut = cut_words(a, b, pair),
    recist = rep("the RECIST rules differ", nrow(lines)),
    rep("the records differ", nrow(lines))
  )
  if (pair$by == "rule") {
    if (pair$moved) why[a$CAUSE > 0 & b$CAUSE > 0] <- "one rule dates progressions to the scheduled visits"
    step <- step_words(a, pair$a)
    step[is.na(step)] <- step_words(b, pair$b)[is.na(step)]
    why[!is.na(step)] <- step[!is.na(step)]
  }
  absent <- is.na(a$CAUSE) | is.na(b$CAUSE)
  why[absent & pair$by != "cut"] <- "only one of them has a response, or the patient at all"
  why
}

# What is a progression by RECIST 1.1 counts by iRECIST once it is confirmed, or where nothing came after it.
criteria_words <- function(a, b, pair) {
  plain <- if (pair$a == "iRECIST") b else a
  ifelse(
    plain$EVNTDESC %in% "Disease Progression", "by iRECIST what came after it cancelled that progression",
    "the criteria differ"
  )
}

step_words <- function(x, rule) {
  words <- rep(NA_character_, nrow(x))
  what <- x$EVNTDESC
  words[what %in% "New Anti-Cancer Therapy"] <- "a new anticancer therapy came first"
  words[what %in% "No Baseline Tumor Assessment"] <- "there was no baseline assessment"
  missed <- after_missed_visits(what)
  words[missed] <- sprintf(
    "too many visits were missed before the %s",
    tolower(sub(" After Missed Visits", "", what[missed], fixed = TRUE))
  )
  ifelse(is.na(words), NA, paste("by", rule, words))
}

after_missed_visits <- function(what) endsWith(as.character(what), " After Missed Visits") %in% TRUE

cut_words <- function(a, b, pair) {
  first <- as.Date(pair$cut_a)
  second <- as.Date(pair$cut_b)
  early <- if (is.na(first)) second else if (is.na(second)) first else min(first, second)
  late <- if (identical(early, first)) b else a
  step <- late$EVNTDESC %in% "New Anti-Cancer Therapy" | after_missed_visits(late$EVNTDESC)
  later <- (late$ADT > early) %in% TRUE | step & !same(a$EVNTDESC, b$EVNTDESC)
  ifelse(
    later, sprintf("what happened after %s was not known then", format(early)),
    ifelse(is.na(a$CAUSE) | is.na(b$CAUSE), "the patient started, or responded, after the earlier data cut",
      sprintf("what was known on %s changed", format(early))
    )
  )
}

reader_words <- function(a, b, pair) {
  saw <- function(x, reader) {
    progression <- x$EVNTDESC %in% "Disease Progression"
    ifelse(progression, sprintf("%s saw the progression on %s", reader, format(x$ADT)),
      sprintf("%s saw no progression that counts", reader)
    )
  }
  step <- step_words(a, pair$a)
  step[is.na(step)] <- step_words(b, pair$b)[is.na(step)]
  ifelse(is.na(step), paste0(saw(a, pair$a), ", ", saw(b, pair$b)), step)
}

#' @export
print.tte_endpoint_changes <- function(x, n = 10, ...) {
  counts <- attr(x, "counts")
  if (is.null(counts) || !"REASON" %in% names(x)) {
    return(NextMethod())
  }
  lines <- unique(counts[c("ENDPOINT", "A", "B", "COMPARED")])
  for (i in seq_len(nrow(lines))) {
    own <- counts[counts$ENDPOINT == lines$ENDPOINT[i] & counts$A == lines$A[i] & counts$B == lines$B[i], ]
    cat(sprintf(
      "%s, %s and %s: %d of %s %s\n", lines$ENDPOINT[i], lines$A[i], lines$B[i], sum(own$N),
      counted_patients(lines$COMPARED[i]), ngettext(sum(own$N), "differs", "differ")
    ))
    for (k in which(own$N > 0)) cat(sprintf("  %d %s\n", own$N[k], own$CHANGE[k]))
  }
  shown <- utils::head(seq_len(nrow(x)), n)
  if (length(shown) > 0) cat("\n")
  for (i in shown) cat(strwrap(paste(x$USUBJID[i], x$REASON[i]), exdent = 2), sep = "\n")
  if (nrow(x) > n) cat(sprintf("and %d more; see the column REASON\n", nrow(x) - n))
  invisible(x)
}
