# Patients by iRECIST, written as short as a tumour assessment form; see helper-recist.R for the lesions.

#' A new lesion: one value a visit, the first of them the baseline, "" where it is not there yet.
newly <- function(id, ..., organ = NA, nodal = FALSE) lesion(id, "NEW", ..., organ = organ, nodal = nodal)

#' Timepoints by iRECIST of these lesions, without the baseline.
i_followed <- function(..., rule = irecist(), subjects = NULL) followed(..., rule = rule, subjects = subjects)

i_words <- function(...) i_followed(...)$AVALC

#' The same from sums: target sums (the first is the baseline) and sums of one new lesion (NA: none, 0: gone).
i_sums <- function(sum, new = NA, ..., rule = irecist(), every = 42) {
  n <- length(sum)
  new <- rep_len(new, n)
  rows <- data.frame(
    USUBJID = "1", ADT = recist_start + every * (seq_len(n) - 1), SUM = sum,
    NEWLESN = ifelse(is.na(new) | new == 0, "N", "Y"), NLSUM = new, ABLFL = c("Y", rep(NA, n - 1)), ...
  )
  derive_response(rows, rule = rule)[-1, ]
}

#' Best response of visits every six weeks from the start on.
i_best <- function(..., day = NULL, rule = irecist(), nact = NA, cut = NULL) {
  words <- c(...)
  if (is.null(day)) day <- 42 * seq_along(words)
  visits <- data.frame(USUBJID = rep("1", length(words)), ADT = day_zero + day, AVALC = words)
  if (length(words) == 0) visits <- data.frame(USUBJID = "1", ADT = day_zero, AVALC = "ND")
  subjects <- data.frame(USUBJID = "1", STARTDT = day_zero, NACTDT = day_zero + nact)
  suppressWarnings(best_response(visits, subjects, rule = rule, data_cut = if (!is.null(cut)) day_zero + cut))
}

#' "day CNSR words" of IPFS, or of another endpoint, from visits every six weeks.
i_endpoint <- function(..., endpoint = "IPFS", rule = irecist(recist(confirmed = FALSE)), censoring = ema,
                       death = NA, cause = NA, reason = NA, therapy = NA, cut = NULL, day = NULL,
                       stable = NA) {
  words <- c(...)
  if (is.null(day)) day <- 42 * seq_along(words)
  visits <- data.frame(
    USUBJID = "1", ADT = day_zero + day, AVALC = words, CLINSTAB = rep_len(stable, length(words))
  )
  subjects <- data.frame(
    USUBJID = "1", STARTDT = day_zero, DTHDT = day_zero + death, DTHCAUS = cause, DCTREAS = reason,
    NACTDT = day_zero + therapy, LSTALVDT = day_zero + 500
  )
  found <- derive_endpoint(visits, endpoint,
    rule = rule, censoring = censoring, subjects = subjects, design = "randomised",
    data_cut = if (!is.null(cut)) day_zero + cut
  )
  paste(found$AVAL, found$CNSR, found$EVNTDESC)
}

confirmed_words <- "Confirmed Progression (iCPD)"
unconfirmed_words <- function(case) sprintf("Unconfirmed Progression (iUPD), %s", case)

#' Lesions of many patients, six weeks apart, drawn with a printed seed.
random_immune_lesions <- function(k, n = 150, visits = 8) {
  seed <- 20260000 + k
  set.seed(seed)
  one <- function(who) {
    size <- pmax(0, round(30 * cumprod(c(1, sample(c(0.7, 0.9, 1, 1.1, 1.25), visits, TRUE))), 1))
    size[sample(visits + 1, 1)] <- size[1]
    state <- sample(
      c("PRESENT", "ABSENT", "UNEQUIVOCAL PROGRESSION", "INCREASED", "UNCHANGED", "NOT EVALUABLE"), visits,
      TRUE,
      prob = c(5, 1, 1, 1, 2, 1)
    )
    from <- sample(2:(visits + 4), 1)
    new <- rep("", visits + 1)
    at <- seq_len(visits + 1) >= from & from <= visits
    new[at] <- sample(c("10", "12", "16", "0", ""), sum(at), TRUE)
    rows <- rbind(
      do.call(target, as.list(c("T1", size))), do.call(other, as.list(c("N1", "PRESENT", state))),
      do.call(newly, as.list(c("X1", new)))
    )
    rows$USUBJID <- who
    rows
  }
  rows <- do.call(rbind, lapply(sprintf("seed %d P%03d", seed, seq_len(n)), one))
  rownames(rows) <- NULL
  rows
}
