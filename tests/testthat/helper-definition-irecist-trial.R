# The slow definition of iRECIST applied to every patient of a random trial (helper-irecist-histories.R), and
# one patient's results side by side with the package's.

#' What is known at the cut: list(subjects, start, dose, death, nact, rows by patient).
irecist_known <- function(trial) {
  rules <- trial$rules
  cut <- days_of(rules$cut)
  subjects <- trial$tables$subjects
  start <- days_of(if (rules$design == "randomised") subjects$RANDDT else subjects$TRTSDT)
  kept <- days_of(subjects$RANDDT) <= cut & start <= cut
  subjects <- subjects[kept, ]
  source <- trial$tables[[if (is.null(trial$tables$lesions)) "sums" else "lesions"]]
  source <- source[days_of(source$ADT) <= cut, ]
  source <- source[order(source$ADT), ]
  dose <- days_of(subjects$TRTSDT)
  dose[is.na(dose) | dose > cut] <- NA
  list(
    cut = cut, subjects = subjects, start = start[kept], dose = dose, death = days_of(subjects$DTHDT),
    nact = days_of(trial$nact[subjects$USUBJID]), source = source,
    rows = split(seq_len(nrow(source)), factor(source$USUBJID, subjects$USUBJID))
  )
}

lesion_columns <- c(
  lesion = "TRLNKID", group = "TRGRPID", node = "NODAL", visit = "AVISIT", value = "AVAL",
  state = "TRSTRESC", flag = "ABLFL", organ = "TRLOC", symptoms = "SYMPTOMS"
)

sum_columns <- c(
  visit = "AVISIT", sum = "SUM", complete = "COMPLETE", non_target = "NTRGRESP", new = "NEWLESN",
  nl_sum = "NLSUM", nl_count = "NLCOUNT", nl_change = "NLCHANGE", nt_change = "NTCHANGE",
  symptoms = "SYMPTOMS"
)

#' The rows of the source as the definition reads them.
irecist_columns <- function(source) {
  measured <- is.null(source$SUM)
  columns <- lapply(if (measured) lesion_columns else sum_columns, function(name) source[[name]])
  columns$day <- days_of(source$ADT)
  columns$symptoms <- columns$symptoms %in% "Y"
  if (measured) {
    columns$node <- columns$node == "Y"
  } else {
    tenths <- function(mm) round(10 * mm)
    columns$sum <- tenths(columns$sum)
    columns$nl_sum <- tenths(columns$nl_sum)
    columns$complete <- columns$complete == "Y"
    columns$normal <- rep(FALSE, length(columns$day))
    columns$non_target <- sub("NON-CR/NON-PD", "NN", columns$non_target, fixed = TRUE)
  }
  columns
}

#' Results of every patient: list(seen, i (the machine), ibor, icbor, fda, ema, dor_fda, dor_ema).
define_irecist_trial <- function(trial, visits) {
  known <- irecist_known(trial)
  rule <- c(trial$rules$recist, trial$rules$derived)
  columns <- irecist_columns(known$source)
  results <- lapply(seq_len(nrow(known$subjects)), function(k) {
    mine <- lapply(columns, `[`, known$rows[[k]])
    start <- known$start[k]
    seen <- if (length(mine$day) == 0L) {
      list(day = integer())
    } else if (is.null(mine$sum)) {
      define_seen(mine, if (is.na(known$dose[k])) start else known$dose[k], rule)
    } else {
      define_seen_sums(mine, rule)
    }
    complete <- if (is.null(mine$sum)) isTRUE(seen$base) else !is.na(mine$sum[1L])
    patient <- list(
      start = start, death = known$death[k], nact = known$nact[k], cut = known$cut,
      baseline = complete && known$subjects$BASEFL[k] != "N"
    )
    define_irecist_patient(seen, patient, rule, visits)
  })
  names(results) <- known$subjects$USUBJID
  results
}

define_irecist_patient <- function(seen, patient, rule, visits) {
  i <- define_irecist(seen, rule)
  start_day <- i$day[ifelse(i$began > 0L, i$began, NA)]
  patient <- c(patient, list(day = i$day, response = i$response, start_day = start_day))
  nact <- define_known(patient$nact, patient$cut)
  use <- define_i_counted(i$day, i$response, patient$start, nact, patient$cut, rule$nact_same_day)
  best <- function(define) define(i$day[use], i$response[use], start_day[use], patient$start, rule)
  out <- list(
    seen = seen, i = c(i, list(start_day = start_day)), ibor = best(define_ibor), icbor = best(define_icbor),
    fda = define_ipfs(patient, "FDA", visits, rule$nact_same_day),
    ema = define_ipfs(patient, "EMA", visits, rule$nact_same_day)
  )
  response_day <- out[[if (rule$confirmed) "icbor" else "ibor"]]$response_day
  for (style in c("fda", "ema")) {
    out[[paste0("dor_", style)]] <- if (!is.na(response_day)) {
      pfs <- out[[style]]
      list(start = response_day, day = max(pfs$day, response_day), cnsr = pfs$cnsr)
    }
  }
  out
}

#' All visits of a trial's patients as one data frame.
irecist_visits <- function(results) {
  rows <- lapply(names(results), function(person) {
    one <- results[[person]]
    if (length(one$seen$day) == 0L) {
      return(NULL)
    }
    data.frame(
      USUBJID = person, visit = one$seen$visit, response = one$i$response, day = one$i$day, why = one$i$why,
      start_day = one$i$start_day, target = one$seen$target, non_target = one$seen$non_target,
      nlt = one$seen$nlt, known = one$seen$known, one_day = one$seen$one_day
    )
  })
  do.call(rbind, rows)
}

#' What is compared, as named vectors (patients, or patients and visits): the definition's side.
irecist_defined <- function(results) {
  visits <- irecist_visits(results)
  at_visits <- function(x, which = TRUE) {
    names(x) <- paste(visits$USUBJID, visits$visit)
    x[which]
  }
  # the rules give no date to the iCPD itself: its day is compared where all scans of the visit have one
  given <- !is.na(visits$response) & (visits$response != "iCPD" | visits$one_day)
  inside <- visits$response %in% c("iUPD", "iCPD")
  out <- list(
    AVALC = at_visits(visits$response), ADT = at_visits(visits$day, given),
    IBLOCKDT = at_visits(visits$start_day, inside),
    TRGRESP = at_visits(visits$target), NTRGRESP = at_visits(sub("^NN$", "NON-CR/NON-PD", visits$non_target))
  )
  for (which in c("ibor", "icbor")) {
    name <- toupper(which)
    out[[name]] <- of(results, which, "best")
    out[[paste0(name, "DT")]] <- of(results, which, "day")
    out[[c(ibor = "IRSPDT", icbor = "ICRSPDT")[[which]]]] <- of(results, which, "response_day")
  }
  for (style in c("fda", "ema")) {
    pfs <- paste0("IPFS", toupper(style))
    dor <- paste0("IDOR", toupper(style))
    out[[paste(pfs, "ADT")]] <- of(results, style, "day")
    out[[paste(pfs, "CNSR")]] <- of(results, style, "cnsr")
    out[[paste(dor, "STARTDT")]] <- of(results, paste0("dor_", style), "start")
    out[[paste(dor, "ADT")]] <- of(results, paste0("dor_", style), "day")
    out[[paste(dor, "CNSR")]] <- of(results, paste0("dor_", style), "cnsr")
  }
  out
}

#' The same from the package's tables: `responses`, `best`, `adtte`.
irecist_found <- function(responses, best, adtte, defined) {
  responses <- responses[match(names(defined$AVALC), paste(responses$USUBJID, responses$AVISIT)), ]
  persons <- names(defined$IBOR)
  best <- best[match(persons, best$USUBJID), ]
  out <- list()
  for (name in names(defined)) {
    column <- strsplit(name, " ")[[1L]]
    value <- if (length(column) == 2L) {
      one <- adtte[adtte$PARAMCD == column[1L], ]
      one[[column[2L]]][match(persons, one$USUBJID)]
    } else if (grepl("^IC?(BOR|RSP)", name)) {
      best[[name]]
    } else {
      responses[[name]][match(names(defined[[name]]), names(defined$AVALC))]
    }
    if (is.character(defined[[name]])) {
      value <- as.character(value)
      if (name %in% c("TRGRESP", "NTRGRESP")) value[is.na(value)] <- "NA"
    } else {
      value <- as.integer(value)
    }
    out[[name]] <- stats::setNames(value, names(defined[[name]]))
  }
  out
}

#' Which patients (and visits) differ, by what differs.
irecist_differences <- function(found, defined) {
  lapply(stats::setNames(nm = names(defined)), function(name) {
    a <- found[[name]]
    b <- defined[[name]]
    names(b)[is.na(a) != is.na(b) | (!is.na(a) & !is.na(b) & a != b)]
  })
}
