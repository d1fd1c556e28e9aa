# Why a timepoint has its response by iRECIST, in words. Made for whole columns, as those of RECIST 1.1.

# What the engine says of a timepoint that words need.
immune_worded <- c(
  "step", "window", "relief", "causes", "confirmed_by", "block_day", "elapsed", "sum_then", "new_sum_then",
  "there", "appeared", "known", "new_sum"
)

# `told`: what the engine says of each timepoint; `said`: the reasons of RECIST 1.1.
immune_words <- function(told, said) {
  found <- c(told$immune, told$found["sum"])
  known <- which(told$found$new_lesion == 1L & found$appeared == 0L & found$step > 0L)
  if (length(known) > 0) said[known] <- known_lesion_words(told, known)
  by_step <- list(
    identity_words, identity_words, opened_words, confirmed_iupd_words, early_words, no_change_words,
    superseded_words, after_words
  )
  for (step in seq_along(by_step)) {
    at <- which(found$step == step)
    if (length(at) > 0) said[at] <- by_step[[step]](lapply(found, `[`, at), said[at], told$rule)
  }
  said
}

# Where new lesions are there, and all of them were known before.
known_lesion_words <- function(told, at) {
  told$found <- lapply(told$found, `[`, at)
  told$until <- told$until[at]
  told$found$new_lesion[] <- 0L
  sum <- told$immune$new_sum[at]
  n <- told$immune$known[at]
  known <- paste0(
    ifelse(n == 1L, "1 known new lesion", paste(n, "known new lesions")),
    ifelse(is.na(sum), "", paste0(" (sum ", mm_words(sum), ")"))
  )
  said <- recist_words(told)
  ifelse(said == "", known, paste(said, known, sep = "; "))
}

identity_words <- function(f, said, rule) said

after_words <- function(f, said, rule) rep("after the iCPD there is no response by iRECIST", length(said))

cause_codes <- c(
  "the targets" = 1L, "non-target lesions" = 2L, "new lesions" = 4L,
  "disease that came back after an iCR" = 8L
)

# "the targets and new lesions" for a set of categories.
set_words <- function(sets, codes) {
  recode(sets, function(sets) {
    vapply(sets, function(set) and_list(names(codes)[bitwAnd(set, codes) > 0L]), "")
  })
}

opened_words <- function(f, said, rule) {
  paste0("progression by ", set_words(f$causes, cause_codes), ", to be confirmed: ", said)
}

# "iUPD of 2024-03-25"
iupd_words <- function(f) paste("the iUPD of", recode(f$block_day, function(day) format(day_date(day))))

days_words <- function(f) paste(f$elapsed, ifelse(f$elapsed == 1L, "day", "days"))

# What confirms, the sums with their numbers.
finding_words <- function(f) {
  plain <- c(
    NA, "non-target lesions have grown since", NA, "a new lesion that is not measured has grown since",
    "there is another new lesion", "now the targets progress too", "now non-target lesions progress too",
    "now new lesions progress too"
  )
  said <- rep("", length(f$step))
  for (bit in 1:8) {
    at <- which(bitwAnd(f$confirmed_by, 2L^(bit - 1L)) > 0L)
    if (length(at) == 0) next
    more <- switch(as.character(bit),
      `1` = paste0("sum ", above_then(f$sum[at], f$sum_then[at])),
      `3` = paste0("sum of new lesions ", above_then(f$new_sum[at], f$new_sum_then[at])),
      plain[bit]
    )
    said[at] <- ifelse(said[at] == "", more, paste(said[at], more, sep = ", "))
  }
  said
}

above_then <- function(now, then) {
  paste0(mm_words(now), " is ", mm_words(now - then), " above ", mm_words(then), " then")
}

confirmed_iupd_words <- function(f, said, rule) {
  late <- ifelse(f$window == 3L, sprintf(", later than %s weeks", format_plain(rule$confirm_weeks[2])), "")
  paste0("confirms ", iupd_words(f), " after ", days_words(f), late, ": ", finding_words(f))
}

early_words <- function(f, said, rule) {
  least <- format_plain(max(0, 7 * rule$confirm_weeks[1] - rule$tolerance_days))
  paste0(
    "too early to confirm ", iupd_words(f), ", only ", days_words(f), " after it (at least ", least, "): ",
    finding_words(f)
  )
}

no_change_words <- function(f, said, rule) {
  paste0(iupd_words(f), " is neither confirmed nor superseded after ", days_words(f), ": ", said)
}

superseded_words <- function(f, said, rule) {
  why <- c(
    "", ", new lesions are gone", ", new lesions are smaller",
    ", new lesions are unchanged and the response elsewhere is better than then"
  )[f$relief + 1L]
  paste0(iupd_words(f), " is superseded after ", days_words(f), why, ": ", said)
}
