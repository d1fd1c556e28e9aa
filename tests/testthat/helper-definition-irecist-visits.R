# What the visits of a patient found, as helper-definition-irecist.R wants it (`seen`), from lesion rows and
# from sums. The words are those that derive_response() documents.

seen_words <- c("UNEQUIVOCAL", "PRESENT", "INCREASED", "DECREASED", "UNCHANGED", "UNEQUIVOCAL PROGRESSION")

#' States of one lesion in time as RECIST 1.1 reads them: INCREASED and DECREASED are there, UNCHANGED is
#' the last state again, INCREASED after an unequivocal progression still is one.
define_plain_states <- function(state, group) {
  last <- NA_character_
  certain <- if (group == "NEW") "UNEQUIVOCAL" else "PRESENT"
  for (k in seq_along(state)) {
    word <- state[k]
    if (word %in% "UNCHANGED") word <- if (is.na(last)) certain else last
    if (word %in% "INCREASED") word <- if (last %in% "UNEQUIVOCAL PROGRESSION") last else certain
    if (word %in% "DECREASED") word <- certain
    if (word %in% c("PRESENT", "ABSENT", "UNEQUIVOCAL", "EQUIVOCAL", "UNEQUIVOCAL PROGRESSION")) last <- word
    state[k] <- word
  }
  state
}

#' How one lesion changed at each of its rows since it was last assessed: 1, -1, 0. `plain`: its states as
#' above. There again after it was gone is larger, gone is smaller; else words, else the size where there is
#' one (a normal node is gone; what is too small to measure has not been found to be larger).
define_changes <- function(state, plain, size, node) {
  out <- integer(length(state))
  last <- NA_character_
  last_size <- NA
  for (k in seq_along(state)) {
    now <- plain[k]
    tiny <- now %in% "TOO SMALL TO MEASURE"
    if (tiny) now <- "UNEQUIVOCAL"
    if (node[k] && size[k] %in% 0:99) now <- "ABSENT"
    if (!now %in% c("PRESENT", "ABSENT", "UNEQUIVOCAL", "UNEQUIVOCAL PROGRESSION")) next
    if (!is.na(last)) {
      gone <- now == "ABSENT"
      up <- state[k] %in% "INCREASED" || (last == "ABSENT" && !gone) ||
        (now == "UNEQUIVOCAL PROGRESSION" && last != now)
      again <- last == "ABSENT" && !gone
      down <- (state[k] %in% "DECREASED" && !again) || (gone && last != "ABSENT")
      out[k] <- up - down
      if (!up && !down && !is.na(size[k]) && !is.na(last_size)) {
        out[k] <- sign(size[k] - last_size)
        if (gone || tiny) out[k] <- min(out[k], 0L)
      }
    }
    last <- now
    if (!is.na(size[k])) last_size <- size[k]
  }
  out
}

#' The rows with `plain` states and changes, in order of time within each lesion.
define_words <- function(rows) {
  order_of <- order(rows$day)
  rows <- lapply(rows, `[`, order_of)
  rows$plain <- rows$state
  rows$change <- integer(length(rows$day))
  size <- define_size(rows$value, rows$state)
  for (name in unique(rows$lesion[rows$group != "TARGET"])) {
    mine <- which(rows$lesion == name)
    group <- rows$group[mine[1L]]
    rows$plain[mine] <- define_plain_states(rows$state[mine], group)
    sized <- mine[is.na(rows$plain[mine]) & !is.na(size[mine])]
    # the size alone says whether it is there; a node below 10 mm is normal
    gone <- size[sized] == 0 | (rows$node[sized] & size[sized] < 100)
    rows$plain[sized] <- if (group == "NEW") {
      ifelse(size[sized] == 0, "ABSENT", "UNEQUIVOCAL")
    } else {
      ifelse(gone, "ABSENT", "PRESENT")
    }
    rows$change[mine] <- define_changes(rows$state[mine], rows$plain[mine], size[mine], rows$node[mine])
  }
  rows
}

#' "New lesions are measured (<= 5, <= 2 per organ: NLT; rest NLNT)": which of those first seen together join
#' the measured ones (`organs` of those there are). Measurable is from 10 mm, a node from 15 mm;
#' largest first.
define_measured_new <- function(size, node, organ, name, organs) {
  chosen <- logical(length(size))
  for (k in order(-size, name)) {
    if (is.na(size[k]) || size[k] < if (node[k]) 150 else 100) next
    place <- if (node[k]) "NODE" else organ[k]
    if (length(organs) >= 5L || (!is.na(place) && sum(organs %in% place) >= 2L)) next
    chosen[k] <- TRUE
    organs <- c(organs, place)
  }
  list(chosen = chosen, organs = organs)
}

#' The new lesions over the visits. One is known from the visit at which it is certain; what was not
#' assessed stays as it was last.
define_new_lesions <- function(rows, visits) {
  n <- length(visits)
  size <- define_size(rows$value, rows$plain)
  new <- which(rows$group == "NEW")
  out <- list(
    added = integer(n), there = logical(n), nlt = numeric(n), worse_new = logical(n), grew_new = integer(n),
    shown_new = rep(Inf, n), shown_nl = rep(Inf, n), shown_nlt = rep(Inf, n), shown_added = rep(Inf, n),
    seen_now = logical(n), unread = logical(n)
  )
  names_of <- unique(rows$lesion[new])
  known <- there <- measured <- worse <- stats::setNames(logical(length(names_of)), names_of)
  last_size <- stats::setNames(rep(0, length(names_of)), names_of)
  organs <- character()
  for (t in seq_len(n)) {
    at <- new[rows$visit[new] == visits[t]]
    word <- rows$plain[at]
    out$unread[t] <- any(word %in% c("NOT EVALUABLE", "NOT DONE"))
    certain <- word %in% c("UNEQUIVOCAL", "UNEQUIVOCAL PROGRESSION", "TOO SMALL TO MEASURE")
    at_new <- at[certain & !known[rows$lesion[at]]]
    first <- rows$lesion[at_new]
    if (length(first) > 0L) {
      some <- define_measured_new(
        size[at_new], rows$node[at_new], rows$organ[at_new], first, organs
      )
      organs <- some$organs
      measured[first[some$chosen]] <- TRUE
      known[first] <- TRUE
      # "PD is dated at its first appearance", also where that was equivocal
      showing <- c("EQUIVOCAL", "TOO SMALL TO MEASURE", "UNEQUIVOCAL", "UNEQUIVOCAL PROGRESSION")
      here <- new[rows$lesion[new] %in% first & rows$plain[new] %in% showing &
        rows$day[new] <= max(rows$day[at])]
      out$shown_new[t] <- min(rows$day[here])
      out$shown_added[t] <- min(rows$day[at_new])
    }
    change <- integer()
    nlt_rows <- worse_rows <- integer()
    for (row in at[certain | word %in% "ABSENT"]) {
      name <- rows$lesion[row]
      if (!known[[name]]) next
      # a node below 10 mm is normal
      gone <- rows$plain[row] == "ABSENT" || size[row] %in% 0 || (rows$node[row] && size[row] %in% 1:99)
      was_there <- there[[name]]
      there[name] <- !gone
      step <- if (name %in% first) 0L else rows$change[row]
      if (measured[[name]]) {
        # its size counts; words do where there is none
        if (is.na(size[row]) && step > 0L) change <- c(change, 1L)
        nlt_rows <- c(nlt_rows, row)
      } else {
        if (!name %in% first) {
          if (was_there == gone) step <- if (gone) -1L else 1L
          change <- c(change, step)
        }
        worse[name] <- rows$plain[row] == "UNEQUIVOCAL PROGRESSION"
        if (worse[[name]]) worse_rows <- c(worse_rows, row)
      }
      if (!is.na(size[row])) last_size[name] <- size[row]
    }
    if (length(nlt_rows) > 0L) out$shown_nlt[t] <- max(rows$day[nlt_rows])
    out$shown_nl[t] <- min(Inf, rows$day[at[certain & !(rows$node[at] & size[at] %in% 0:99)]])
    out$seen_now[t] <- any(certain)
    out$added[t] <- length(first)
    out$there[t] <- any(there)
    out$nlt[t] <- sum(last_size[measured])
    out$worse_new[t] <- any(worse)
    out$grew_new[t] <- if (any(change > 0)) 1L else if (any(change < 0)) -1L else 0L
    if (length(first) == 0L) {
      out$shown_new[t] <- min(Inf, rows$day[worse_rows], if (length(nlt_rows) > 0L) max(rows$day[nlt_rows]))
    }
  }
  out$known <- cumsum(out$added)
  out
}

#' One patient's visits as `seen`, from the lesion rows (columns as in define_responses(), and
#' organ, symptoms).
define_seen <- function(rows, limit, rule) {
  rows <- define_words(rows)
  plain <- rows
  plain$state <- rows$plain
  found <- define_responses(plain, limit, rule)
  n <- length(found$day)
  if (n == 0L) {
    return(list(day = integer(), base = found$complete_baseline))
  }
  new <- define_new_lesions(rows, found$visit)
  plain$size <- define_size(rows$value, rows$plain)
  seen <- c(found[c("visit", "target", "non_target", "sum", "complete")], new, list(
    recist = found$response, recist_day = found$day, nadir = found$nadir, base = found$complete_baseline,
    day = numeric(n), new = character(n), recist_ne = logical(n), grew_other = integer(n),
    back_target = logical(n), back_other = logical(n), symptoms = logical(n),
    one_day = logical(n), shown_target = rep(Inf, n), shown_other = rep(Inf, n), shown_back = rep(Inf, n),
    shown_grew_other = rep(Inf, n)
  ))
  for (t in seq_len(n)) {
    at <- rows$visit == found$visit[t]
    # what was not done is no scan
    done <- at & !rows$state %in% "NOT DONE"
    seen$day[t] <- max(rows$day[done])
    seen$one_day[t] <- all(rows$day[done] == seen$day[t])
    seen$new[t] <- if (new$seen_now[t]) "Y" else if (new$unread[t]) NA else "N"
    others <- at & rows$group == "NON-TARGET"
    change <- rows$change[others]
    seen$shown_grew_other[t] <- min(Inf, rows$day[others & rows$change > 0L])
    seen$grew_other[t] <- if (any(change > 0L)) 1L else if (any(change < 0L)) -1L else 0L
    seen$symptoms[t] <- any(rows$symptoms[at] %in% TRUE)
    back <- define_back(plain, at)
    seen$back_target[t] <- any(rows$group[back] == "TARGET")
    seen$back_other[t] <- any(rows$group[back] == "NON-TARGET")
    # RECIST 1.1 of the visit: progression for disease after its own complete response as well
    overridden <- found$response[t] == "PD" &&
      define_overall(found$target[t], found$non_target[t], found$new[t]) != "PD"
    seen$recist_ne[t] <- !overridden &&
      define_overall(found$target[t], found$non_target[t], seen$new[t]) == "NE"
    targets <- done & rows$group == "TARGET"
    if (any(targets)) seen$shown_target[t] <- max(rows$day[targets])
    worse <- at & rows$group == "NON-TARGET" & rows$plain %in% "UNEQUIVOCAL PROGRESSION"
    seen$shown_other[t] <- min(Inf, rows$day[worse])
    here <- at & rows$group == "NEW" & rows$plain %in% c("UNEQUIVOCAL", "UNEQUIVOCAL PROGRESSION")
    seen$shown_back[t] <- min(Inf, rows$day[back], rows$day[here])
  }
  seen
}

#' The same from sums: one row a visit (`rows`: day, sum, complete, normal, non_target, new, nl_sum, nl_count,
#' nl_change, nt_change, symptoms), the first of them the baseline.
define_seen_sums <- function(rows, rule) {
  base <- rows$sum[1L]
  n <- length(rows$day) - 1L
  rows <- lapply(rows, `[`, -1L)
  seen <- list(
    day = rows$day, visit = rows$visit, sum = rows$sum, complete = rows$complete & !is.na(rows$sum),
    target = character(n),
    non_target = rows$non_target, new = rows$new, recist_ne = logical(n), added = integer(n),
    known = integer(n), there = logical(n), nlt = numeric(n), worse_new = logical(n),
    grew_new = define_signs(rows$nl_change), grew_other = define_signs(rows$nt_change),
    back_target = logical(n), back_other = logical(n), symptoms = rows$symptoms,
    one_day = rep(TRUE, n), shown_target = rows$day, shown_other = rows$day, shown_new = rows$day,
    shown_back = rows$day,
    shown_grew_other = rows$day, shown_nl = rows$day, shown_added = rows$day, shown_nlt = rows$day
  )
  nadir <- base
  last_other <- "NN"
  sticky <- there <- worse <- FALSE
  known <- 0L
  nlt <- 0
  for (t in seq_len(n)) {
    size <- c(rows$sum[t], if (!seen$complete[t]) NA)
    target <- if (rows$normal[t] && seen$complete[t]) {
      "CR"
    } else {
      define_target(size, rep(FALSE, length(size)), base, nadir, !is.na(base), TRUE, rule$nadir0_pd)
    }
    if (rule$pr_sticky && sticky && target == "SD") target <- "PR"
    sticky <- target != "PD" && (sticky || target %in% c("CR", "PR"))
    if (seen$complete[t]) nadir <- min(nadir, rows$sum[t])
    seen$target[t] <- target
    if (rows$new[t] %in% "Y") {
      count <- if (is.na(rows$nl_count[t])) max(known, 1L) else rows$nl_count[t]
      seen$added[t] <- count - known
      # there again after they were gone, and not measured
      again <- known > 0L && !there && is.na(rows$nl_sum[t]) && count == known
      if (again) seen$grew_new[t] <- 1L
      known <- count
      there <- TRUE
      if (!is.na(rows$nl_sum[t])) nlt <- rows$nl_sum[t]
    } else if (rows$new[t] %in% "N") {
      # gone, and what they were with them
      there <- worse <- FALSE
      nlt <- 0
    }
    seen$known[t] <- known
    seen$there[t] <- there
    seen$nlt[t] <- nlt
    seen$recist_ne[t] <- define_overall(target, rows$non_target[t], rows$new[t]) == "NE"
    seen$back_target[t] <- !is.na(rows$sum[t]) && rows$sum[t] > 0 && target != "CR"
    seen$back_other[t] <- rows$non_target[t] %in% c("NN", "PD")
    # newly PD is larger, as of lesions
    if (rows$non_target[t] == "PD" && last_other != "PD") seen$grew_other[t] <- 1L
    if (rows$non_target[t] %in% c("CR", "NN", "PD")) last_other <- rows$non_target[t]
    # an unequivocal progression is a state: larger only when it is new
    if (worse && rows$nl_change[t] %in% "UNEQUIVOCAL PROGRESSION") seen$grew_new[t] <- 0L
    if (rows$nl_change[t] %in% c("INCREASED", "DECREASED", "UNEQUIVOCAL PROGRESSION")) {
      worse <- rows$nl_change[t] == "UNEQUIVOCAL PROGRESSION" || (worse && rows$nl_change[t] == "INCREASED")
    }
    seen$worse_new[t] <- worse && there
  }
  seen
}

define_signs <- function(word) {
  (word %in% c("INCREASED", "UNEQUIVOCAL PROGRESSION")) - (word %in% "DECREASED")
}
