# Why a timepoint has its response, in words. Made for whole columns: a number is formatted once for each
# value it takes.

# Tenths of a millimetre as millimetres.
mm_words <- function(tenths) recode(tenths, function(value) paste(format_plain(value / 10), "mm"))

format_plain <- function(x) formatC(x, digits = 15, format = "fg", width = 1)

# A share in percent, never rounded onto a threshold that it does not reach.
percent_words <- function(part, whole, threshold) {
  percent <- 100 * part / whole
  shown <- round(percent)
  near <- (abs(percent) < threshold & abs(shown) >= threshold) %in% TRUE
  shown[near] <- sign(percent[near]) * floor(10 * abs(percent[near])) / 10
  recode(shown, function(value) paste(format_plain(value), "%"))
}

timepoint_words <- function(found, until, rule) {
  parts <- list(target_words(found), non_target_words(found), new_words(found), override_words(found, rule))
  said <- parts[[1]]
  for (part in parts[-1]) {
    more <- which(part != "")
    said[more] <- ifelse(said[more] == "", part[more], paste(said[more], part[more], sep = "; "))
  }
  other_words(said, found, until, rule)
}

target_words <- function(found) {
  said <- c("no target lesions", "no target lesion was measured", rep("", 8))[found$reason]
  f <- found[c("sum", "base", "nadir", "complete")]
  of <- function(reason) which(found$reason == reason & found$role == 0L)
  by_reason <- list(
    `3` = gone_words, `4` = incomparable_words, `5` = grown_words, `6` = missing_words, `7` = from_zero_words,
    `8` = shrunk_words, `9` = sticky_words, `10` = stable_words
  )
  for (reason in names(by_reason)) {
    at <- of(as.integer(reason))
    if (length(at) > 0) said[at] <- by_reason[[reason]](lapply(f, `[`, at))
  }
  said
}

gone_words <- function(f) {
  left <- paste0("targets are gone, nodes below 10 mm (sum ", mm_words(f$sum), ")")
  ifelse(f$sum == 0L, "all targets are gone", left)
}

incomparable_words <- function(f) {
  paste("sum", mm_words(f$sum), "has no complete baseline to be compared with")
}

missing_words <- function(f) {
  paste0("some targets were not measured, the others (", mm_words(f$sum), ") are no progression")
}

from_zero_words <- function(f) paste("sum", mm_words(f$sum), "after a nadir of 0 mm")

sticky_words <- function(f) paste0(shrunk_words(f), ", and a partial response stays until progression")

# "sum 34 mm is 42 % and 10 mm above nadir 24 mm"
above_words <- function(f) {
  more <- f$sum - f$nadir
  percent <- paste(percent_words(abs(more), f$nadir, 20), "and ")
  side <- ifelse(more < 0L, " below nadir ", " above nadir ")
  paste0(ifelse(f$nadir == 0L, "", percent), mm_words(abs(more)), side, mm_words(f$nadir))
}

grown_words <- function(f) {
  paste0(ifelse(f$complete == 1L, "sum ", "incomplete sum "), mm_words(f$sum), " is ", above_words(f))
}

shrunk_words <- function(f) {
  less <- f$base - f$sum
  side <- ifelse(less < 0L, " above baseline ", " below baseline ")
  paste0("sum ", mm_words(f$sum), " is ", percent_words(abs(less), f$base, 30), side, mm_words(f$base))
}

stable_words <- function(f) {
  paste0(shrunk_words(f), ifelse(f$base == f$nadir, "", paste0(", ", above_words(f))))
}

non_target_words <- function(found) {
  words <- c(
    "", "non-target lesions are gone", "", "", "non-target lesions persist",
    "unequivocal progression of non-target lesions", "non-target lesions were not all assessed"
  )
  replace(words[found$non_target + 1L], found$role != 0L, "")
}

new_words <- function(found) {
  said <- c("", "new lesion", "new lesions were not assessed")[found$new_lesion + 1L]
  seen <- which(found$new_lesion == 1L)
  dated <- seen[!is.na(found$new_day[seen])]
  said[dated] <- paste("new lesion, first seen on", format(day_date(found$new_day[dated])))
  doubtful <- which(found$equivocal == 1L & found$new_lesion != 1L)
  said[doubtful] <- "an equivocal new lesion, which counts from here once it is certain"
  replace(said, found$role != 0L, "")
}

override_words <- function(found, rule) {
  said <- rep("", length(found$override))
  again <- which(found$override == 1L)
  kind <- if (rule$cr_reappearance == "rules") "confirmed complete" else "complete"
  said[again] <- sprintf("disease after a %s response is progression", kind)
  nodes <- again[found$only_nodes[again] == 1L]
  said[nodes] <- paste0(said[nodes], " (a node of 10 to 15 mm, which may not be disease)")
  said[found$override == 2L] <- "so a complete response cannot be told"
  said
}

# Timepoints that have no response say why.
other_words <- function(said, found, until, rule) {
  said[found$role == 2L] <- "before the baseline"
  said[found$role == 3L] <- "before the start"
  said[found$role == 0L & found$override == 3L] <- "not done"
  base <- which(found$role == 1L)
  age <- until[base] - found$day[base]
  said[base] <- "baseline"
  measured <- !is.na(found$sum[base])
  said[base[measured]] <- paste0(
    ifelse(found$complete[base[measured]] == 1L, "baseline, sum ", "baseline, incomplete sum "),
    mm_words(found$sum[base[measured]])
  )
  old <- (age > rule$baseline_days) %in% TRUE
  said[base[old]] <- sprintf(
    "%s, %d days before the first dose (more than %s)", said[base[old]], age[old],
    format_plain(rule$baseline_days)
  )
  said
}
