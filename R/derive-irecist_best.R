# Best response by iRECIST beside that by RECIST 1.1, and the blocks of unconfirmed progression.

# Responses that have both criteria: as derived, or from supplied words of iRECIST.
immune_source <- function(x, subjects, rule, call = rlang::caller_env()) {
  if (is_irecist_responses(x)) {
    return(x)
  }
  if (inherits(x, "tte_responses") && nrow(x) == 0) {
    return(no_responses(rule, NULL, NULL))
  }
  responses_from(x, subjects, rule, NULL, call = call)
}

best_by_both <- function(x, subjects, rule, reader, data_cut, population) {
  best <- best_response.data.frame(
    recist_view(x), subjects,
    rule = rule$recist, reader = reader, data_cut = data_cut, population = population
  )
  subjects <- subjects[match(best$USUBJID, subjects$USUBJID), , drop = FALSE]
  visits <- arrange_immune(x, subjects, reader)
  limits <- response_limits(subjects, rule$recist, cut_day(data_cut))
  found <- irecist_best_cpp(
    visits$offset, visits$day, visits$shown, visits$code, limits, engine_rule(rule$recist)
  )
  more <- immune_best_rows(found, visits, rule, x)
  more$DIFFERS <- as_recist_word(more$IBOR) != best$BOR | as_recist_word(more$ICBOR) != best$CBOR
  place <- match("CREASON", names(best))
  best <- cbind(best[seq_len(place)], more, best[-seq_len(place)])
  told <- if (nrow(best) > 0) best$provenance[[1]]
  told$method <- "Best overall response by iRECIST, and by RECIST 1.1 beside it"
  told$conventions[["period"]] <- both_best_sentences(rule$recist)[["period"]]
  # iRECIST says it of both.
  told$conventions <- told$conventions[names(told$conventions) != "same_day"]
  told$conventions <- c(immune_conventions(x, rule), told$conventions)
  told$irecist <- rule
  best$provenance <- rep(list(told), nrow(best))
  structure(best, class = c("tte_irecist_best", "tte_best_response", "data.frame"))
}

immune_conventions <- function(x, rule) {
  c(if (is_derived(x)) immune_sentences(rule), immune_best_sentences(rule))
}

# The word of RECIST 1.1 for one of iRECIST.
as_recist_word <- function(words) {
  code <- immune_codes[words]
  response_word(unname(replace(code, code == immune_codes[["iCPD"]], response_codes[["PD"]])))
}

immune_best_rows <- function(found, visits, rule, x) {
  date <- function(row) visits$date[row]
  missing <- rule$recist$no_assessment
  word <- function(best) replace(immune_word(best$response), best$response == 7L, missing)
  number <- function(best) replace(best$response, best$response == 7L, immune_codes[[missing]])
  n <- length(found$any$response)
  blocks <- found$blocks
  of_patient <- function(ended, row) {
    day <- day_date(rep(NA_real_, n))
    at <- blocks$ended == ended
    day[blocks$patient[at]] <- date(row[at])
    day
  }
  data.frame(
    IBOR = word(found$any), IBORDT = date(found$any$row), ICBOR = word(found$confirmed),
    ICBORDT = date(found$confirmed$row),
    ICONFDT = replace(date(found$confirmed$confirmed_by), found$confirmed$response == 9L, NA),
    IRSPDT = date(found$any$first_response), ICRSPDT = date(found$confirmed$first_response),
    IPDDT = of_patient(1L, blocks$first), ICPDDT = of_patient(1L, blocks$end),
    IUPDDT = of_patient(0L, blocks$first), ICBDT = date(found$benefit),
    ICCBDT = date(found$confirmed_benefit), IREASON = immune_reason(found$any, visits, rule, x),
    ICREASON = immune_reason(found$confirmed, visits, rule, x), IBORN = number(found$any),
    ICBORN = number(found$confirmed)
  )
}

# Why a patient has her best response by iRECIST, in words.
immune_reason <- function(best, visits, rule, x) {
  said <- response_reason(best, visits, rule$recist, x, immune_word, c(
    stable = "iSD", last = ", nothing better counts"
  ))
  icpd <- which(best$response == immune_codes[["iCPD"]])
  said[icpd] <- paste0(
    seen_words(best$row[icpd], visits, x, immune_word), ", confirmed by ",
    seen_words(best$confirmed_by[icpd], visits, x, immune_word), ", nothing better counts before"
  )
  said
}

#' @export
print.tte_irecist_best <- function(x, n = 10, ...) {
  if (!all(c("BOR", "CBOR", "IBOR", "ICBOR", "DIFFERS", "provenance") %in% names(x))) {
    return(NextMethod())
  }
  levels <- names(response_codes)[c(1:4, 8, 5:7)]
  count <- function(words) tabulate(match(words, levels), length(levels))
  icpd <- function(words) sum(words %in% "iCPD")
  counts <- cbind(
    BOR = count(x$BOR), IBOR = count(as_recist_word(x$IBOR)), CBOR = count(x$CBOR),
    ICBOR = count(as_recist_word(x$ICBOR))
  )
  rownames(counts) <- paste0(levels, ifelse(levels %in% c("CR", "PR", "SD"), paste0(", i", levels), ""))
  rownames(counts)[levels == "NON-CR/NON-PD"] <- "NON-CR/NON-PD, NON-iCR/NON-iUPD"
  rownames(counts)[levels == "PD"] <- "PD, iUPD or iCPD"
  counts <- rbind(counts, "of these iCPD" = c(NA, icpd(x$IBOR), NA, icpd(x$ICBOR)))
  counts <- counts[c(1:6, 9, 7:8), , drop = FALSE]
  cat(sprintf(
    "Best overall response of %s by RECIST 1.1 (BOR, CBOR) and iRECIST (IBOR, ICBOR)\n\n",
    counted_patients(nrow(x))
  ))
  print(counts[rowSums(counts, na.rm = TRUE) > 0, , drop = FALSE], na.print = "")
  cat("\n")
  print_differing(x, n)
  print_conventions(unique(unlist(lapply(unique(x$provenance), function(p) unname(p$conventions)))))
  invisible(x)
}

print_differing <- function(x, n) {
  who <- which(x$DIFFERS)
  if (length(who) == 0) {
    cat("Nobody has a different best response by the two.\n\n")
    return(invisible())
  }
  cat(sprintf(
    "%s %s by the two:\n", counted_patients(length(who)),
    ngettext(length(who), "has a different best response", "have different best responses")
  ))
  best <- sprintf("%s, but %s: %s", x$BOR, x$IBOR, x$IREASON)
  confirmed <- sprintf("with confirmation %s, but %s: %s", x$CBOR, x$ICBOR, x$ICREASON)
  said <- paste0(x$USUBJID, ": ", ifelse(as_recist_word(x$IBOR) != x$BOR, best, confirmed))
  for (line in said[utils::head(who, n)]) cat(strwrap(line, indent = 2, exdent = 4), sep = "\n")
  if (length(who) > n) cat(sprintf("  and %d more; see the column DIFFERS\n", length(who) - n))
  cat("\n")
}
