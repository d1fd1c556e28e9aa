# Responses by iRECIST beside those of RECIST 1.1: the columns that iRECIST adds to derive_response().

# The words and numbers of a response by iRECIST; an iUPD has PD's number.
immune_codes <- c(
  iCR = 1L, iPR = 2L, iSD = 3L, "NON-iCR/NON-iUPD" = 4L, iUPD = 5L, NE = 6L, MISSING = 7L, NED = 8L, iCPD = 9L
)

# Before the first iUPD both criteria have the same responses, so their words are understood; PD is not,
# because it does not say whether it is confirmed.
immune_code <- function(words) {
  recode(words, function(words) {
    words <- toupper(trimws(as.character(words)))
    words[words %in% c("NN", "NON-CR/NON-PD")] <- "NON-ICR/NON-IUPD"
    plain <- words %in% c("CR", "PR", "SD")
    words[plain] <- paste0("I", words[plain])
    unname(immune_codes[match(words, toupper(names(immune_codes)))])
  })
}

immune_word <- function(codes) names(immune_codes)[match(codes, immune_codes)]

immune_steps <- c(
  "RECIST", "NE", "OPENED", "CONFIRMED", "TOO EARLY", "NO CHANGE", "SUPERSEDED", "AFTER ICPD"
)

confirming_codes <- c("a", "b", "c1", "c2", "c3", "d1", "d2", "d3")

# ---- what the engine reads beside RECIST 1.1 ----

engine_followed <- function(x) {
  organ <- if (is.null(x[["TRLOC"]])) NULL else value_code(toupper(trimws(as.character(x[["TRLOC"]]))))
  code <- organ$code
  if (!is.null(code)) code[is.na(code) | organ$values[code] %in% ""] <- -1L
  list(organ = code, symptoms = if (!is.null(x[["SYMPTOMS"]])) as.integer(is_yes(x, "SYMPTOMS")))
}

change_codes <- c(INCREASED = 1L, DECREASED = 2L, UNCHANGED = 3L, "UNEQUIVOCAL PROGRESSION" = 4L)

engine_followed_sums <- function(x) {
  n <- nrow(x)
  number <- function(column, scale) {
    value <- if (is.null(x[[column]])) rep(NA_real_, n) else as.numeric(x[[column]])
    as.integer(ifelse(is.na(value), -1, floor(scale * value + 0.5)))
  }
  change <- function(column) {
    if (is.null(x[[column]])) {
      return(integer(n))
    }
    code <- change_codes[match(toupper(trimws(as.character(x[[column]]))), names(change_codes))]
    unname(replace(code, is.na(code), 0L))
  }
  list(
    new_sum = number("NLSUM", 10), new_count = number("NLCOUNT", 1), new_change = change("NLCHANGE"),
    non_target_change = change("NTCHANGE"), symptoms = as.integer(is_yes(x, "SYMPTOMS"))
  )
}

followed_sum_faults <- function(x) {
  count <- x[["NLCOUNT"]]
  rbind(
    number_faults(x, "NLSUM", 10000), number_faults(x, "NLCOUNT", 10000),
    if (is.numeric(count)) {
      row_fault(count != round(count), "x", "not_whole", "NLCOUNT", "is no whole number")
    },
    if (is.numeric(count) && is.null(date_faults(x, "x", "ADT"))) falling_faults(x, count),
    if (is.numeric(x[["NLSUM"]])) {
      row_fault(
        x[["NEWLESN"]] %in% "N" & x[["NLSUM"]] > 0, "x", "contradiction", "NLSUM",
        "is above 0 where NEWLESN says that there is no new lesion"
      )
    },
    change_faults(x, "NLCHANGE", names(change_codes)),
    change_faults(x, "NTCHANGE", names(change_codes)[1:3]),
    listed_faults(x, "SYMPTOMS", c("Y", "N")), listed_faults(x, "CLINSTAB", c("Y", "N"))
  )
}

# NLCOUNT counts all new lesions that are known by then, also those that went away.
falling_faults <- function(x, count) {
  known <- which(!is.na(count))
  reader <- reader_column(x)
  readers <- if (is.na(reader)) "" else as.character(x[[reader]])[known]
  whose <- paste(x[["USUBJID"]][known], readers, sep = "\r")
  order <- order(whose, as.numeric(as.Date(x[["ADT"]][known])), count[known])
  known <- known[order]
  whose <- whose[order]
  falls <- c(FALSE, whose[-1] == whose[-length(whose)] & diff(count[known]) < 0)
  row_fault(
    seq_along(count) %in% known[falls], "x", "contradiction", "NLCOUNT",
    "falls: it counts all new lesions that are known, also those that are gone"
  )
}

change_faults <- function(x, column, words) {
  if (is.null(x[[column]])) {
    return(NULL)
  }
  said <- x[column]
  said[[column]] <- toupper(trimws(as.character(said[[column]])))
  listed_faults(said, column, words)
}

# Was a patient said not to be clinically stable? "N", "Y", or NA where nothing is said.
said_stable <- function(x) {
  if (is.null(x[["CLINSTAB"]])) {
    return(rep(NA_character_, nrow(x)))
  }
  replace(as.character(x[["CLINSTAB"]]), !x[["CLINSTAB"]] %in% c("Y", "N"), NA)
}

# One row of a timepoint is enough to say so.
stable_timepoints <- function(x, found) {
  said <- said_stable(x)
  at <- rep(NA_character_, length(found$role))
  at[found$timepoint[said %in% "Y"]] <- "Y"
  at[found$timepoint[said %in% "N"]] <- "N"
  at
}

# ---- the columns ----

# `rows` are those of RECIST 1.1; `told` is what their words are made of.
immune_rows <- function(rows, found, told, words) {
  seen <- found$immune
  called <- seen$step > 0L
  response <- immune_word(replace(seen$overall, seen$overall == 7L, NA))
  rows$RECIST <- rows$AVALC
  rows$RECISTDT <- rows$ADT
  rows$RECREAS <- rows$REASON
  rows$AVALC <- response
  rows$ADT <- day_date(seen$day)
  rows$ADTPD <- replace(rows$ADT, !response %in% c("iUPD", "iCPD"), NA)
  told$immune <- seen[immune_worded]
  if (words) rows$REASON <- immune_words(told, rows$RECREAS)
  rows$IBLOCK <- replace(seen$block, seen$block == 0L, NA)
  rows$IBLOCKDT <- day_date(seen$block_day)
  rows$IWINDOW <- c(NA, "EARLY", "WITHIN", "LATE")[seen$window + 1L]
  rows$ICODE <- c(NA, immune_steps)[seen$step + 1L]
  rows$ICONF <- recode(seen$confirmed_by, confirming_words)
  rows$NLSUM <- replace(seen$new_sum, !called, NA) / 10
  rows$NLCOUNT <- replace(seen$known, !called, NA)
  rows$NLTHERE <- replace(c("N", "Y")[seen$there + 1L], !called | seen$known == 0L, NA)
  rows$CLINSTAB <- seen$stable
  if (!words) attr(rows, "told") <- told
  rows
}

# "a,c3" for a set of findings that confirm, NA for none.
confirming_words <- function(sets) {
  said <- vapply(sets, function(set) {
    paste(confirming_codes[bitwAnd(set, 2L^(0:7)) > 0L], collapse = ",")
  }, "")
  replace(said, said == "", NA)
}

# RECIST 1.1 alone, as derive_response(rule = recist()) would have it.
recist_view <- function(x) {
  if (is.null(x[["RECIST"]])) {
    return(x)
  }
  told <- attr(x, "told")
  x$AVALC <- x$RECIST
  x$ADT <- x$RECISTDT
  x$ADTPD <- replace(x$RECISTDT, !x$RECIST %in% "PD", NA)
  x$REASON <- x$RECREAS
  for (column in intersect(c("row", "SRCSEQ"), names(x))) {
    if (!is.null(x[["RECISTSQ"]])) x[[column]] <- x[["RECISTSQ"]]
  }
  x <- x[setdiff(names(x), immune_names)]
  told$immune <- NULL
  attr(x, "told") <- told
  class(x) <- setdiff(class(x), "tte_irecist_responses")
  x
}

immune_names <- c(
  "RECIST", "RECISTDT", "RECREAS", "IBLOCK", "IBLOCKDT", "IWINDOW", "ICODE", "ICONF", "NLSUM", "NLCOUNT",
  "NLTHERE", "CLINSTAB", "RECISTSQ"
)

# Told by the columns, which outlive the class.
is_irecist_responses <- function(x) all(c("AVALC", "SCANDT", "RECIST", "RECISTDT", "IBLOCK") %in% names(x))

# ---- as supplied ----

# What RECIST 1.1 says where iRECIST was supplied: a column RECIST, or what the first iUPD makes of it.
recist_codes <- function(x, rows) {
  if (is.null(x[["RECIST"]])) recist_of_immune(x, rows) else response_code(x[["RECIST"]][rows])
}

supplied_immune <- function(found, x, rows, subjects) {
  code <- immune_code(x$AVALC[rows])
  code[code %in% 7L] <- NA
  found$RECIST <- found$AVALC
  found$RECISTDT <- found$ADT
  own <- if (is.null(x[["RECISTDT"]])) found$ADT[NA_integer_] else day_date(whole_day(x[["RECISTDT"]][rows]))
  found$RECISTDT[!is.na(own)] <- own[!is.na(own)]
  ended <- is.null(x[["RECIST"]]) & is.na(found$RECIST) & !is.na(code)
  found$RECREAS <- ifelse(ended, "after the first progression", found$REASON)
  found$AVALC <- immune_word(code)
  found$REASON <- ifelse(is.na(code), "no assessment", "as supplied")
  found$ADTPD <- replace(found$ADT, !code %in% c(5L, 9L), NA)
  found$IBLOCK <- NA_integer_
  found$IBLOCKDT <- day_date(NA_real_)
  found[c("IWINDOW", "ICODE", "ICONF")] <- NA_character_
  found$NLSUM <- NA_real_
  found$NLCOUNT <- NA_integer_
  found$NLTHERE <- NA_character_
  found$CLINSTAB <- said_stable(x[rows, , drop = FALSE])
  found$SRCSEQ <- record_numbers(x)[rows]
  if (!is.null(x[["RECISTSQ"]])) found$RECISTSQ <- as.integer(x[["RECISTSQ"]][rows])
  found <- number_blocks(found)
  warn_unheralded(found)
  found
}

# A confirmation of nothing: it opens a block of its own.
warn_unheralded <- function(found) {
  alone <- found$AVALC %in% "iCPD" & (found$IBLOCKDT == found$ADT) %in% TRUE
  who <- unique(found$USUBJID[alone])
  if (length(who) > 0) {
    warn_tte(c(
      sprintf("iCPD without an iUPD before it: %s, %s.", counted_patients(length(who)), some_of(who)),
      i = "Supplied responses are used as they are: the progression is dated at the iCPD."
    ), "icpd_without_iupd")
  }
}

# The blocks of supplied responses, told by their words.
number_blocks <- function(found) {
  history <- match_history(found)
  code <- immune_code(found$AVALC)
  row <- which(!is.na(code))
  offset <- c(0L, cumsum(tabulate(history[row], max(history, 0L))))
  day <- as.double(whole_day(found$SCANDT[row]))
  first <- if (length(row) > 0) min(day) else 0
  blocks <- irecist_best_cpp(
    offset, day - first, day - first, code[row], rep(Inf, max(history, 0L)), engine_rule(recist())
  )$blocks
  if (length(blocks$first) == 0) {
    return(found)
  }
  last <- ifelse(is.na(blocks$end), blocks$last, blocks$end)
  sizes <- last - blocks$first + 1L
  at <- row[sequence(sizes, blocks$first)]
  number <- stats::ave(blocks$patient, blocks$patient, FUN = seq_along)
  found$IBLOCK[at] <- rep(as.integer(number), sizes)
  found$IBLOCKDT[at] <- rep(found$ADT[row[blocks$first]], sizes)
  found
}

# Patients and readers as they follow each other in the rows.
match_history <- function(found) {
  key <- paste(found$USUBJID, found$READER, sep = "\r")
  match(key, unique(key))
}
