# Small studies for the endpoints: patients written as days since the start.

q6w <- visits_every(weeks = 6, window_days = 7)
fda <- censoring("FDA", visits = q6w)
ema <- censoring("EMA")

day_zero <- as.Date("2024-01-01")

#' One patient from "42 SD" visits; the other arguments are elapsed days.
ep_patient <- function(..., death = NA, therapy = NA, alive = NA, baseline = "Y", id = "1") {
  words <- strsplit(as.character(c(...)), " ")
  visits <- data.frame(
    USUBJID = rep(id, length(words)), ADT = day_zero + as.numeric(vapply(words, `[`, "", 1)),
    AVALC = vapply(words, `[`, "", 2)
  )
  subjects <- data.frame(
    USUBJID = id, STARTDT = day_zero, DTHDT = day_zero + death, LSTALVDT = day_zero + alive,
    NACTDT = day_zero + therapy, BASEFL = baseline
  )
  list(visits = visits, subjects = subjects)
}

#' Patients side by side.
ep_patients <- function(...) {
  all <- list(...)
  visits <- do.call(rbind, lapply(all, `[[`, "visits"))
  if (nrow(visits) == 0) {
    visits <- data.frame(USUBJID = all[[1]]$subjects$USUBJID, ADT = day_zero, AVALC = "ND")
  }
  list(visits = visits, subjects = do.call(rbind, lapply(all, `[[`, "subjects")))
}

#' ADTTE of these patients, in a randomised study.
ep_derive <- function(patients, endpoints = "PFS", censoring = fda, ..., cut = NULL, design = "randomised") {
  if (!is.null(patients$visits) && nrow(patients$visits) == 0) patients <- ep_patients(patients)
  derive_endpoint(patients$visits, endpoints,
    censoring = censoring, subjects = patients$subjects, design = design,
    data_cut = if (!is.null(cut)) day_zero + cut, ...
  )
}

#' "CNSR day": the two numbers that golden cases give; the day counts from 1.
ep_result <- function(...) {
  rows <- ep_derive(...)
  sprintf("%d %g", rows$CNSR, rows$AVAL)
}
