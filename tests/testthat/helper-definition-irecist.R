# The slow, obvious definition of iRECIST (Seymour and others 2017, Lancet Oncol 18, e143), written from the
# clinical rules alone and in their order: each clause has the words it comes from beside it, in quotes.
# The word Open marks what the rules leave open. Nothing here calls the package. One patient at a time; days
# are whole numbers, sizes whole tenths of a millimetre.
#
# `seen`: what the visits of a patient found, a list of vectors with one place a visit:
#   day (last scan); target (CR PR SD PD NE NA), non_target (CR NN PD NE NA) by RECIST 1.1, from baseline and
#   nadir that run on through every visit; sum (of the targets assessed), complete; new (Y: a new lesion is
#   seen, N, NA: not assessed); recist_ne (RECIST 1.1 calls the visit NE);
#   added (new lesions first known now), known (how many, now included), there (is one of them there?);
#   nlt (sum of the measured new lesions), worse_new (a not measured one grew unequivocally);
#   grew_other, grew_new (of the non-targets, of new lesions not measured, since last assessed: 1 larger,
#   -1 smaller, 0 neither); back_target, back_other (disease there); symptoms (scan done for new symptoms);
#   shown_target, shown_other, shown_new, shown_back: the day of the scan that shows each cause.

controlled_states <- c("CR", "PR", "SD", "NON-CR/NON-PD", "NED")

#' "known new lesions trigger iUPD again only by additional NL, NLT sum >= 20 % above its nadir/baseline, or
#' unequivocal (73 %) NLNT increase"; a first one always does. The 5 mm are those of RECIST 1.1's progression,
#' which the new lesions meet by this. Open: an additional lesion makes another sum, whose nadir starts anew.
define_new_progression <- function(seen) {
  n <- length(seen$day)
  out <- logical(n)
  nadir <- Inf
  for (t in seq_len(n)) {
    grown <- seen$nlt[t] - nadir
    regrown <- is.finite(nadir) && 5 * grown >= nadir && grown >= 50
    out[t] <- seen$added[t] > 0L || (seen$known[t] > 0L && (regrown || seen$worse_new[t]))
    if (seen$added[t] > 0L) nadir <- Inf
    if (seen$known[t] > 0L) nadir <- min(nadir, seen$nlt[t])
  }
  out
}

#' "base = RECIST1.1 overall category at t; an already known NL does not by itself make PD". `back`: disease
#' after a complete response. "iCR needs the NL gone too": with one there it is as with non-targets there.
define_base <- function(seen, t, new_progression, back) {
  if (new_progression || back) {
    return("PD")
  }
  base <- define_overall(seen$target[t], seen$non_target[t], if (is.na(seen$new[t])) NA else "N")
  if (!seen$there[t]) {
    return(base)
  }
  bare <- seen$target[t] == "NA"
  if (base == "CR") base <- if (bare) "NON-CR/NON-PD" else "PR"
  if (base == "NED") base <- "NON-CR/NON-PD"
  base
}

#' "TL category" at a visit. Open: without targets the category of the non-targets stands for it.
define_rank <- function(seen, t) {
  if (seen$target[t] == "NA") {
    return(match(seen$non_target[t], c("CR", "NN", "PD")))
  }
  match(seen$target[t], c("CR", "PR", "SD", "PD"))
}

#' "keep per category TL/NTL/NL whether it is iUPD, and reference SUM, NLT sum, number of NL at the block's
#' visits". Growth by words is kept as the last change since the block began. Disease that is back after a
#' complete response is the category it is in.
open_block <- function(seen, t, memory) {
  list(
    start = t, day = memory$day, flags = define_flags(seen, t, memory), rank = define_rank(seen, t),
    sum = if (seen$complete[t]) seen$sum[t] else NA, nlt = seen$nlt[t], known = seen$known[t],
    grew_other = 0L, grew_new = 0L
  )
}

#' Which categories are progression at a visit.
define_flags <- function(seen, t, memory) {
  c(
    TL = seen$target[t] == "PD",
    NTL = seen$non_target[t] == "PD" || (memory$back && seen$back_other[t]),
    NL = memory$new_progression || (memory$back && seen$there[t])
  )
}

more_by <- function(now, before, by) !is.na(now) && !is.na(before) && now - before >= by

#' "confirm if any of": which of them, by letter. "increases add up": they count from the block's first iUPD.
define_confirming <- function(seen, t, block, memory) {
  known_before <- seen$known[t] > seen$added[t]
  flags <- block$flags
  c(
    # The rules: "TL was iUPD and SUM is >= 5 mm above its value at the block's first iUPD"
    a = flags[["TL"]] && more_by(seen$sum[t], block$sum, 50),
    # The rules: "NTL was iUPD and any further increase (need not be unequivocal again)"
    b = flags[["NTL"]] && block$grew_other > 0L,
    # The rules: "NL were seen: sum NLT +>= 5 mm, or any increase of NLNT, or any additional new lesion"
    c = known_before && (more_by(seen$nlt[t], block$nlt, 50) || block$grew_new > 0L ||
      seen$known[t] > block$known),
    # The rules: "RECIST PD newly met in a category not yet iUPD (TL, NTL, or first new lesion)".
    # Open: a known new lesion that no block was due to so far may be the one that meets it
    d = (seen$target[t] == "PD" && !flags[["TL"]]) || (seen$non_target[t] == "PD" && !flags[["NTL"]]) ||
      (memory$new_progression && !flags[["NL"]])
  )
}

#' "28-2 <= days since blockStart (or exception above)": "unless done for new symptoms and an additional new
#' lesion appears".
define_in_time <- function(seen, t, block) {
  seen$day[t] - block$day >= 28 - 2 || (seen$symptoms[t] && seen$added[t] > 0L)
}

#' "all categories causing the iUPD no longer meet PD"; targets do not where the visit is no progression, nor
#' do non-targets that were assessed. "NL gone or smaller, or NL unchanged and TL category now better than at
#' the iUPD"; growth that confirms nothing is no change.
define_relieved <- function(seen, t, block) {
  if (block$flags[["NTL"]] && seen$non_target[t] == "NE") {
    return(FALSE)
  }
  if (!block$flags[["NL"]]) {
    return(TRUE)
  }
  gone <- !seen$there[t]
  smaller <- seen$nlt[t] < block$nlt || (seen$nlt[t] == block$nlt && block$grew_new < 0L)
  better <- !is.na(define_rank(seen, t)) && !is.na(block$rank) && define_rank(seen, t) < block$rank
  gone || smaller || better
}

#' Is disease that is there now progression, after these responses? (As RECIST 1.1 after its own CR.)
define_i_armed <- function(day, response, rule) {
  plain <- sub("^i", "", response)
  if (rule$cr_reappearance == "pd") {
    return("CR" %in% plain)
  }
  any(define_confirmed(day, plain, rule)[plain == "CR"] > 0L)
}

#' The block after one more visit: references not had so far, growth by words, and what is PD by now.
update_block <- function(block, seen, t) {
  for (grew in c("grew_other", "grew_new")) {
    if (seen[[grew]][t] != 0L) block[[grew]] <- seen[[grew]][t]
  }
  block
}

#' The state machine: an i-response at each visit, its day, the visit at which its block began (0: none),
#' which of a) to d) confirmed.
define_irecist <- function(seen, rule) {
  n <- length(seen$day)
  response <- rep(NA_character_, n)
  why <- character(n)
  day <- seen$day
  began <- integer(n)
  progression <- define_new_progression(seen)
  block <- NULL
  for (t in seq_len(n)) {
    before <- seq_len(t - 1L)
    back <- define_i_armed(day[before], response[before], rule) &&
      (seen$back_target[t] || seen$back_other[t] || seen$there[t])
    base <- define_base(seen, t, progression[t], back)
    memory <- list(new_progression = progression[t], back = back, day = NA)
    if (is.null(block)) {
      # state N: a PD is an iUPD and opens a block whose references are kept, state U; all else "i+base"
      response[t] <- define_i(base)
      if (base == "PD") {
        memory$day <- day[t] <- define_shown(seen, t, memory)
        block <- open_block(seen, t, memory)
        began[t] <- t
      }
      next
    }
    block <- update_block(block, seen, t)
    confirming <- define_confirming(seen, t, block, memory)
    if (any(confirming) && define_in_time(seen, t, block)) {
      # terminal: what comes after an iCPD is ignored
      response[t] <- "iCPD"
      day[t] <- define_shown_again(seen, t, memory, confirming, block)
      why[t] <- paste(names(confirming)[confirming], collapse = "")
      began[t] <- block$start
      break
    }
    # The rules: "A scan < 4 wk after the iUPD does not confirm"; "else -> iUPD (stay in U)"
    stays <- any(confirming) || base == "PD" ||
      # The rules: "for each evaluable timepoint (NE: output NE, state unchanged)"
      (base == "NE" && !seen$recist_ne[t]) || (base != "NE" && !define_relieved(seen, t, block))
    # The rules: "else if base in {CR,PR,SD,NN}: iCR/iPR/iSD/NON-iCR/NON-iUPD; state N (bar reset)"
    response[t] <- if (stays) "iUPD" else define_i(base)
    if (stays) {
      began[t] <- block$start
      block$flags <- block$flags | define_flags(seen, t, memory)
    }
    if (is.na(block$sum) && seen$complete[t]) block$sum <- seen$sum[t]
    if (!stays && base %in% controlled_states) block <- NULL
  }
  list(response = response, day = day, began = began, why = why, progression = progression)
}

#' Day of a progression: the earliest scan that shows one of its causes.
define_shown <- function(seen, t, memory) {
  min(
    if (seen$target[t] == "PD") seen$shown_target[t], if (seen$non_target[t] == "PD") seen$shown_other[t],
    if (memory$new_progression) seen$shown_new[t], if (memory$back) seen$shown_back[t]
  )
}

#' Day of an iCPD: the earliest scan of the visit that shows what confirmed; a sum at the last scan of what it
#' adds up.
define_shown_again <- function(seen, t, memory, confirming, block) {
  sum_grew <- more_by(seen$nlt[t], block$nlt, 50)
  nl <- confirming[["c"]]
  new <- memory$new_progression && !block$flags[["NL"]]
  added <- seen$added[t] > 0L
  min(
    if (confirming[["a"]] || (seen$target[t] == "PD" && !block$flags[["TL"]])) seen$shown_target[t],
    if (confirming[["b"]]) seen$shown_grew_other[t],
    if (seen$non_target[t] == "PD" && !block$flags[["NTL"]]) seen$shown_other[t],
    if ((nl && sum_grew) || (new && !added && !seen$worse_new[t])) seen$shown_nlt[t],
    if ((nl && block$grew_new > 0L) || (new && seen$worse_new[t])) seen$shown_nl[t],
    if ((nl || new) && added) seen$shown_added[t],
    if (nl && !added && seen$known[t] > block$known) seen$shown_nl[t], seen$day[t]
  )
}

#' "prefix i".
define_i <- function(base) {
  words <- c(
    CR = "iCR", PR = "iPR", SD = "iSD", `NON-CR/NON-PD` = "NON-iCR/NON-iUPD", NED = "NED", NE = "NE",
    PD = "iUPD"
  )
  words[[base]]
}

# ---- best response, dates
# ----------------------------------------------------------------------------------------------

i_rank <- c("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "NED", "iCPD", "iUPD", "NE")

#' The visits that count, by the dates of their responses: from the start, not after the new therapy or the
#' cut, up to the first iCPD (there is nothing after it).
define_i_counted <- function(day, response, start, nact, cut, same_day) {
  use <- !is.na(response) & day >= start & day <= cut
  if (!is.na(nact)) use <- use & (if (same_day == "before") day <= nact else day < nact)
  which(use)
}

#' iBOR: "iUPD never cancels a later better response before iCPD"; "Rank: iCR > iPR > iSD (>= 42 d) >
#' NON-iCR/NON-iUPD > iCPD > iUPD > NE > MISSING". `start_day`: day of the first iUPD of the block, by which
#' an iCPD is dated.
define_ibor <- function(day, response, start_day, start, rule) {
  if (length(day) == 0L) {
    return(list(best = "MISSING", day = NA, response_day = NA))
  }
  late <- day >= start + rule$min_sd_days - rule$sd_tol
  worth <- ifelse(response %in% c("iSD", "NON-iCR/NON-iUPD", "NED") & !late, "NE", response)
  best <- i_rank[min(match(worth, i_rank))]
  first <- match(best, worth)
  responded <- which(response %in% c("iCR", "iPR"))[1L]
  list(
    best = best, day = if (best == "iCPD") start_day[first] else day[first], response_day = day[responded]
  )
}

#' iBOR where a response must be confirmed: as CBOR of RECIST 1.1 with i-words; an iUPD between breaks it.
define_icbor <- function(day, response, start_day, start, rule) {
  if (length(day) == 0L) {
    return(list(best = "MISSING", day = NA, response_day = NA))
  }
  by <- define_confirmed(day, sub("^i", "", response), rule)
  late <- day >= start + rule$min_sd_days - rule$sd_tol
  loose <- response %in% c("iCR", "iPR") & by == 0L
  # what is confirmed once is a response; any response, late enough, is at least stable disease
  worth <- ifelse(loose, ifelse(late, "iSD", "NE"), response)
  worth[worth %in% c("iSD", "NON-iCR/NON-iUPD", "NED") & !late] <- "NE"
  best <- i_rank[min(match(worth, i_rank))]
  first <- match(best, worth)
  # a confirmed response counts as stable disease from its day on as well, but is better than that
  responded <- which(by > 0L)[1L]
  list(
    best = best, day = if (best == "iCPD") start_day[first] else day[first], response_day = day[responded]
  )
}

#' Day of the iPFS progression: "date of the first iUPD of the block that ends in iCPD"; "An iUPD
#' superseded by iSD/iPR/iCR is not an event"; "Unconfirmed iUPD is still the event (date of that
#' block's first iUPD) if no later iSD/iPR/iCR". `start_day`: day of the first iUPD of each visit's block.
define_i_progression <- function(response, start_day) {
  confirmed <- which(response %in% "iCPD")
  if (length(confirmed) > 0L) {
    return(start_day[confirmed[1L]])
  }
  open <- which(response %in% "iUPD")
  if (length(open) == 0L) {
    return(NA)
  }
  last <- open[length(open)]
  later <- response[seq_along(response) > last]
  if (any(!later %in% c(NA, "NE"))) NA else start_day[last]
}

#' iPFS: PFS, with the iUPD that counts as its progression. Open: a rule that censors at new therapy reads no
#' assessment after it, so none of them confirms or supersedes.
define_ipfs <- function(patient, style, visits, same_day) {
  nact <- if (style == "FDA") define_known(patient$nact, patient$cut) else NA
  use <- define_i_counted(patient$day, patient$response, patient$start, nact, patient$cut, same_day)
  event <- define_i_progression(patient$response[use], patient$start_day[use])
  # as PFS reads it: the visits that were adequate, and one progression
  adequate <- !is.na(patient$response) & patient$response != "NE" & (is.na(event) | patient$day < event)
  patient$day <- c(patient$day[adequate], if (!is.na(event)) event)
  patient$response <- c(rep("SD", sum(adequate)), if (!is.na(event)) "PD")
  define_pfs(patient, style, visits, same_day)
}
