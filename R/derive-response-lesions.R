# Rows of lesions as the engine wants them, and what can be wrong with them.

lesion_groups <- c(TARGET = 1L, "NON-TARGET" = 2L, NEW = 3L)

lesion_state_codes <- c(
  ABSENT = 1L, PRESENT = 2L, "TOO SMALL TO MEASURE" = 3L, "UNEQUIVOCAL PROGRESSION" = 4L,
  "NOT EVALUABLE" = 5L, "NOT DONE" = 6L, UNEQUIVOCAL = 7L, EQUIVOCAL = 8L, "MARKER RAISED" = 9L,
  "MARKER NORMAL" = 10L, MERGED = 11L, COALESCED = 11L, INCREASED = 12L, DECREASED = 13L, UNCHANGED = 14L
)

# Which states a lesion of each group can have; 0 is unsaid.
states_of_group <- list(
  TARGET = c(0L, 1L, 2L, 3L, 5L, 6L, 11L),
  "NON-TARGET" = c(0L, 1L, 2L, 3L, 4L, 5L, 6L, 9L, 10L, 11L, 12L, 13L, 14L),
  NEW = c(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 12L, 13L, 14L)
)

# One value for each distinct word, so that a long column is read once.
recode <- function(x, code) {
  if (is.factor(x)) x <- levels(x)[x]
  values <- unique(x)
  code(values)[match(x, values)]
}

group_code <- function(x) recode(x, function(words) unname(lesion_groups[toupper(trimws(words))]))

# NA is a word that is neither a state nor a number.
state_code <- function(x) {
  recode(x, function(words) {
    words <- toupper(trimws(as.character(words)))
    code <- unname(lesion_state_codes[words])
    code[is.na(words) | words == "" | !is.na(plain_number(words))] <- 0L
    code
  })
}

plain_number <- function(words) {
  number <- grepl("^[0-9]+([.][0-9]*)?$", words)
  as.numeric(replace(words, !number, NA))
}

# A size in mm, from AVAL or, where that is empty, from a result that is a number.
lesion_size <- function(x) {
  size <- if (is.null(x[["AVAL"]])) rep(NA_real_, nrow(x)) else as.numeric(x[["AVAL"]])
  if (is.null(x[["TRSTRESC"]])) {
    return(size)
  }
  written <- recode(x[["TRSTRESC"]], function(words) plain_number(trimws(as.character(words))))
  open <- is.na(size)
  size[open] <- written[open]
  size
}

lesion_state <- function(x) if (is.null(x[["TRSTRESC"]])) rep(0L, nrow(x)) else state_code(x[["TRSTRESC"]])

is_yes <- function(x, column) if (is.null(x[[column]])) rep(FALSE, nrow(x)) else x[[column]] %in% c("Y", "y")

# Visits in the order of their names; -1 where the date is the visit.
visit_code <- function(x) {
  if (is.null(x[["AVISIT"]])) {
    return(rep(-1L, nrow(x)))
  }
  visit <- value_code(x[["AVISIT"]])
  by_date <- trimws(visit$values) == "" | grepl("^ *UNSCHED", visit$values, ignore.case = TRUE)
  code <- replace(seq_along(by_date), by_date, -1L)[visit$code]
  replace(code, is.na(code), -1L)
}

engine_lesions <- function(x, histories) {
  list(
    history = histories$row - 1L, visit = visit_code(x), day = whole_day(x[["ADT"]]),
    lesion = lesion_code(x, histories$row), group = group_code(x[["TRGRPID"]]), state = lesion_state(x),
    size = lesion_size(x), nodal = as.integer(is_yes(x, "NODAL")), baseline = as.integer(is_yes(x, "ABLFL"))
  )
}

# "T1.1" is a part of "T1" where the patient has a "T1".
lesion_code <- function(x, history) {
  lesion <- value_code(x[["TRLNKID"]])
  stem <- match(sub("[.][0-9]+$", "", lesion$values), lesion$values)
  part <- !is.na(stem) & stem != seq_along(stem)
  code <- lesion$code
  rows <- which(part[code])
  if (length(rows) == 0) {
    return(code)
  }
  key <- function(history, code) as.numeric(history) * length(stem) + code
  whole <- stem[code[rows]]
  has_whole <- key(history[rows], whole) %in% key(history, code)
  code[rows[has_whole]] <- whole[has_whole]
  code
}

lesion_faults <- function(x, subjects) {
  columns <- column_faults(x, "x", c("USUBJID", "TRLNKID", "ADT", "TRGRPID"))
  if (!is.null(columns)) {
    return(columns)
  }
  number <- number_faults(x, "AVAL", 1000)
  general <- rbind(
    whose_faults(x, subjects), number, date_faults(x, "x", "ADT"), listed_faults(x, "ABLFL", c("Y", "N")),
    listed_faults(x, "NODAL", c("Y", "N")), listed_faults(x, "SYMPTOMS", c("Y", "N")),
    listed_faults(x, "CLINSTAB", c("Y", "N")),
    row_fault(is.na(x[["TRLNKID"]]), "x", "missing_value", "TRLNKID", "is missing"),
    row_fault(
      is.na(group_code(x[["TRGRPID"]])), "x", "unknown_level", "TRGRPID",
      sprintf("must be one of %s", toString(names(lesion_groups)))
    )
  )
  rbind(general, if (is.null(number)) state_faults(x))
}

state_faults <- function(x) {
  group <- group_code(x[["TRGRPID"]])
  state <- lesion_state(x)
  size <- lesion_size(x)
  allowed <- matrix(FALSE, 3, 15)
  for (g in seq_along(states_of_group)) allowed[g, states_of_group[[g]] + 1L] <- TRUE
  wrong <- !is.na(group) & (is.na(state) | !allowed[cbind(group, ifelse(is.na(state), 0L, state) + 1L)])
  looked_at <- ifelse(state %in% 0L, !is.na(size), !state %in% 6L)
  rbind(
    row_fault(wrong, "x", "unknown_level", "TRSTRESC", "is no state of such a lesion",
      remedy = "See the section on sizes of ?derive_response; AVAL holds the size."
    ),
    row_fault(is.na(x[["ADT"]]) & looked_at, "x", "missing_value", "ADT", "is missing",
      remedy = "Dates of scans are not imputed; a lesion without a scan has TRSTRESC NOT DONE."
    ),
    row_fault(
      group %in% 3L & state %in% 0L & is.na(size), "x", "missing_value", "TRSTRESC",
      "does not say whether a new lesion is UNEQUIVOCAL or EQUIVOCAL"
    ),
    absent_faults(x, state, size)
  )
}

# Only a lymph node can be absent, that is normal, and have a size.
absent_faults <- function(x, state, size) {
  bad <- which(state %in% 1L & size > 0 & !is_yes(x, "NODAL"))
  if (length(bad) == 0) {
    return(NULL)
  }
  lesion <- function(rows) paste(x$USUBJID[rows], x$TRLNKID[rows], sep = "\r")
  bad <- bad[!lesion(bad) %in% lesion(which(is_yes(x, "NODAL")))]
  row_fault(seq_len(nrow(x)) %in% bad, "x", "out_of_range", "AVAL", "is a size of a lesion that is ABSENT",
    remedy = "A lymph node has NODAL = \"Y\"."
  )
}

# A lesion twice on a day is in parts; the same row twice is a mistake. Parts by number may be equal.
repeated_faults <- function(x, rows) {
  if (length(rows) == 0) {
    return(NULL)
  }
  columns <- intersect(c("USUBJID", "READER", "PARCAT2", "RSEVAL", "TRLNKID", "TRGRPID", "ADT"), names(x))
  candidates <- x[x$USUBJID %in% x$USUBJID[rows], columns]
  key <- do.call(paste, c(lapply(candidates, as.character), sep = "\r"))
  same <- key %in% key[duplicated(key)]
  twice <- which(x$USUBJID %in% x$USUBJID[rows])[same]
  row_fault(
    seq_len(nrow(x)) %in% intersect(rows, twice), "x", "overlapping_rows", "TRLNKID",
    "repeats a row of the same lesion, day and size",
    remedy = "Remove it; the parts of a split lesion are T1.1, T1.2 and so on."
  )
}

# What a reviewer should know about the baselines; they are used as they are.
inform_baseline <- function(x, rows, found, days, rule) {
  n <- length(found$has_targets)
  history <- rep.int(seq_len(n), diff(found$offset))
  whole <- tabulate(history[found$role == 1L & found$complete == 1L], n) > 0
  at <- which(found$role == 1L)
  old <- days$until[history[at]] - found$day[at] > rule$baseline_days
  targets <- baseline_targets(x, rows, found)
  apart <- found$role == 0L & found$scan_day - found$first_day > 28L
  inform_counts(c(
    "no complete baseline: a target response is CR or NE" =
      sum(found$has_targets == 1L & !whole & diff(found$offset) > 0),
    "more targets at baseline than the rule allows" = sum(crowded_baseline(targets, n, rule)),
    "a target at baseline below 10 mm (a node below 15 mm)" =
      length(unique(targets$history[targets$small])),
    "a baseline older than the rule allows" = sum(old, na.rm = TRUE)
  ), "Baselines to look at:")
  inform_counts(c(
    "scans more than 28 days apart (rows with the same AVISIT are one timepoint)" = sum(apart, na.rm = TRUE)
  ), "Timepoints to look at:")
}

# One element per target of a baseline.
baseline_targets <- function(x, rows, found) {
  at <- which(rows$group == 1L & found$role[found$timepoint] == 1L)
  at <- at[!duplicated((rows$history[at] + 1) * (max(rows$lesion, 0L) + 1) + rows$lesion[at])]
  nodal <- rows$nodal[at] == 1L
  organ <- if (is.null(x[["TRLOC"]])) rep(NA_character_, length(at)) else as.character(x[["TRLOC"]][at])
  organ[nodal] <- "lymph nodes"
  list(
    history = rows$history[at] + 1L, organ = value_code(organ)$code,
    small = (rows$size[at] < ifelse(nodal, 15, 10)) %in% TRUE
  )
}

crowded_baseline <- function(targets, n, rule) {
  organs <- max(targets$organ, 0L, na.rm = TRUE)
  place <- (targets$history - 1) * organs + targets$organ
  place <- place[!is.na(place)]
  many <- tabulate(targets$history, n) > rule$max_targets
  # The k-th target of an organ is over the limit when the one `max_per_organ` places before is the same's.
  place <- sort(place)
  k <- seq_along(place)[-seq_len(min(rule$max_per_organ, length(place)))]
  over <- place[k][place[k] == place[k - rule$max_per_organ]]
  many[unique((over - 1) %/% organs + 1)] <- TRUE
  many
}

inform_counts <- function(counts, head) {
  counts <- counts[counts > 0]
  if (length(counts) > 0) {
    said <- sprintf("%d with %s.", counts, names(counts))
    inform_tte(c(head, stats::setNames(said, rep("*", length(said)))), "baseline")
  }
}
