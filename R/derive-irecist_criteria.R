# An ADRS that holds responses by both criteria: which row is by which, and both of a timepoint in one row.

# PARAMCD of the overall response at a timepoint. ADaM has no fixed ones: these are those of admiralonco, and
# RSTESTCD as it is, or for iRECIST with an I before it and no more than 8 characters.
overall_params <- c("OVR", "OVRLRESP", NA, "")
immune_params <- c("IOVR", "IOVRLRES", "IOVRLRSP")

# Where a row may say its criterion; PARCAT2 is the reader.
criterion_columns <- c("PARCAT3", "PARCAT1", "PARCAT4", "RSCAT")

criterion_word <- function(words) {
  words <- gsub("[^A-Z]", "", toupper(as.character(words)))
  c("RECIST 1.1", "iRECIST")[match(words, c("RECIST", "IRECIST"))]
}

# What each row says of its criterion; NA where it says nothing.
criterion_said <- function(x) {
  for (column in intersect(criterion_columns, names(x))) {
    said <- recode(x[[column]], criterion_word)
    if (!all(is.na(said))) {
      return(said)
    }
  }
  rep(NA_character_, nrow(x))
}

is_by_visit <- function(x) {
  if (is.null(x[["PARAMCD"]])) rep(TRUE, nrow(x)) else x[["PARAMCD"]] %in% c(overall_params, immune_params)
}

# Which rows are by iRECIST where the overall responses are by both criteria; of length 0 where they are by
# one, whichever it is. A row that does not say it goes by its PARAMCD.
by_immune <- function(x) {
  said <- criterion_said(x)
  immune <- said %in% "iRECIST"
  if (!is.null(x[["PARAMCD"]])) immune <- immune | is.na(said) & x[["PARAMCD"]] %in% immune_params
  overall <- is_by_visit(x)
  if (any(immune & overall) && any(!immune & overall)) immune else logical()
}

# The overall responses by visit; where they are by both criteria, those by RECIST 1.1.
is_overall_response <- function(x) {
  overall <- is_by_visit(x)
  immune <- by_immune(x)
  if (length(immune) > 0) overall & !immune else overall
}

# The rows that a rule reads: with that of iRECIST both.
is_read <- function(x, rule) if (is_irecist(rule)) is_by_visit(x) else is_overall_response(x)

# ---- where the two cannot be told apart ----

criteria_faults <- function(x, argument = "x") {
  if (!is.data.frame(x) || is.null(x[["AVALC"]])) {
    return(NULL)
  }
  overall <- is_by_visit(x) & is_assessed(x[["AVALC"]])
  said <- criterion_said(x)
  param <- if (is.null(x[["PARAMCD"]])) rep("", nrow(x)) else as.character(x[["PARAMCD"]])
  open <- overall & is.na(said) & !param %in% immune_params
  doubtful <- open & param %in% param[overall & said %in% "iRECIST"]
  rbind(
    row_fault(
      doubtful, argument, "several_params", "PARAMCD",
      "does not say its criterion, and other rows of its PARAMCD are by iRECIST",
      remedy = criterion_remedy
    ),
    if (!any(doubtful)) mixed_faults(x[["AVALC"]], open, argument)
  )
}

criterion_remedy <- paste(
  "Say RECIST 1.1 or iRECIST in PARCAT3 (or RSCAT) of each, or give iRECIST a PARAMCD of its own, IOVR."
)

# PD is a word of RECIST 1.1 alone, iUPD of iRECIST alone: together they are two criteria.
mixed_faults <- function(words, open, argument) {
  words <- toupper(trimws(as.character(words)))
  immune <- open & is.na(response_code(words)) & !is.na(immune_code(words))
  progressed <- open & words %in% "PD"
  if (!any(immune) || !any(progressed)) {
    return(NULL)
  }
  row_fault(
    progressed, argument, "several_params", "AVALC", sprintf(
      "is PD, of RECIST 1.1, and other rows have words of iRECIST (%s)",
      toString(immune_word(sort(unique(immune_code(words[immune])))))
    ),
    remedy = paste(
      criterion_remedy, "If all are by iRECIST, say rule = irecist(); there a PD is an iUPD or an iCPD."
    )
  )
}

# ---- both of a timepoint in one row ----

# AVALC and ADT by iRECIST, RECIST and RECISTDT by RECIST 1.1, of one reader or of all; a table by one
# criterion as it is.
join_criteria <- function(x, reader) {
  immune <- by_immune(x)
  if (length(immune) == 0) {
    return(x)
  }
  overall <- is_by_visit(x)
  if (!is.null(reader)) overall <- overall & reader_values(x) %in% reader
  number <- record_numbers(x)
  ours <- which(overall & immune)
  theirs <- which(overall & !immune)
  same <- theirs[same_timepoint(x, ours, theirs)]
  alone <- setdiff(theirs, same)
  rows <- c(ours, alone)
  recist <- c(same, alone)
  joined <- x[rows, , drop = FALSE]
  joined$AVALC <- c(as.character(x[["AVALC"]][ours]), said_before(x, ours, alone))
  joined$RECIST <- as.character(x[["AVALC"]])[recist]
  only <- which(!reader_values(x)[ours] %in% reader_values(x)[theirs])
  joined$RECIST[only] <- response_word(recist_of_immune(x, ours[only]))
  joined$RECISTDT <- as.Date(x[["ADT"]])[recist]
  joined$ASEQ <- number[rows]
  joined$RECISTSQ <- number[recist]
  joined$PARAMCD <- rep("OVR", length(rows))
  # target and non-target responses, those of RECIST 1.1 first
  other <- !is_by_visit(x)
  rest <- x[c(which(other & !immune), which(other & immune)), , drop = FALSE]
  rest$AVALC <- as.character(rest$AVALC)
  joined <- bind_columns(list(joined, rest))
  joined[setdiff(names(joined), criterion_columns)]
}

# For each of the rows `ours` the place among `theirs` of the same patient, reader and visit, or else day.
same_timepoint <- function(x, ours, theirs) {
  history <- history_key(x)
  place <- match(
    paste(history[ours], whole_day(x[["ADT"]][ours])), paste(history[theirs], whole_day(x[["ADT"]][theirs]))
  )
  visit <- visit_code(x)
  named <- ifelse(visit > 0L, paste(history, visit, sep = "\r"), NA)
  by_visit <- match(named[ours], named[theirs], incomparables = NA)
  ifelse(is.na(by_visit), place, by_visit)
}

reader_values <- function(x) {
  reader <- reader_column(x)
  if (is.na(reader)) rep("", nrow(x)) else as.character(x[[reader]])
}

history_key <- function(x) paste(x[["USUBJID"]], reader_values(x), sep = "\r")

# By RECIST 1.1, of rows by iRECIST: the first iUPD is the PD, after which it has ended.
recist_of_immune <- function(x, rows) {
  code <- immune_code(x[["AVALC"]][rows])
  progressed <- code %in% c(5L, 9L)
  order <- order(whole_day(x[["ADT"]][rows]))
  before <- integer(length(rows))
  before[order] <- stats::ave(as.integer(progressed[order]), history_key(x)[rows][order], FUN = cumsum)
  code[progressed] <- 5L
  replace(code, before > 1 | before == 1 & !progressed, NA)
}

# iRECIST is often assessed only from the first progression on. Before the first response by it, responses by
# RECIST 1.1 are those of iRECIST, and the first PD is the first iUPD; what follows that has no word.
said_before <- function(x, ours, alone) {
  history <- history_key(x)
  day <- whole_day(x[["ADT"]])
  assessed <- ours[is_assessed(x[["AVALC"]][ours])]
  assessed <- assessed[order(day[assessed])]
  first <- day[assessed][match(history[alone], history[assessed])]
  code <- response_code(x[["AVALC"]][alone])
  order <- order(history[alone], day[alone])
  pd <- as.integer(code[order] %in% 5L)
  after <- rep(FALSE, length(alone))
  after[order] <- stats::ave(pd, history[alone][order], FUN = cumsum) - pd > 0
  code[after | (day[alone] >= first) %in% TRUE] <- NA
  who <- unique(x[["USUBJID"]][alone][!is.na(code)])
  if (length(who) > 0) {
    inform_tte(sprintf(
      "Before their first response by iRECIST those by RECIST 1.1 count for it, a PD as iUPD: %s, %s.",
      counted_patients(length(who)), some_of(who)
    ), "recist_before_irecist")
  }
  immune_word(code)
}
