# Lesions of a patient, written as short as a tumour assessment form.

recist_start <- as.Date("2024-01-01")

#' Rows of one lesion at successive visits, six weeks apart, the first of them the baseline. A number is a
#' size in mm, a word a state, "" a visit without a row.
lesion <- function(id, group, ..., nodal = FALSE, day = NULL, who = "1", organ = NA) {
  values <- as.character(unlist(list(...)))
  if (is.null(day)) day <- 42 * (seq_along(values) - 1)
  size <- suppressWarnings(as.numeric(values))
  state <- ifelse(is.na(size), values, "")
  rows <- data.frame(
    USUBJID = who, TRLNKID = id, TRGRPID = group, ADT = recist_start + day,
    AVISIT = sprintf("Visit %02d", seq_along(values) - 1), AVAL = size, TRSTRESC = state,
    NODAL = if (nodal) "Y" else "N", TRLOC = organ, ABLFL = ifelse(seq_along(values) == 1, "Y", NA)
  )
  rows[values != "", ]
}

target <- function(id, ...) lesion(id, "TARGET", ...)
node <- function(id, ...) lesion(id, "TARGET", ..., nodal = TRUE)
other <- function(id, ...) lesion(id, "NON-TARGET", ...)
fresh <- function(id, ...) lesion(id, "NEW", "", ...)

#' Derived timepoints of these lesions, without the baseline.
followed <- function(..., rule = recist(), subjects = NULL) {
  found <- suppressMessages(derive_response(rbind(...), subjects, rule = rule))
  found[is.na(found$ABLFL), ]
}

overall <- function(...) followed(...)$AVALC

#' Sums at successive visits, all non-nodal, from one target.
sums <- function(..., rule = recist()) followed(target("T1", ...), rule = rule)
