# Best overall response and response rates.

best_levels <- c("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE", "MISSING")

response_table <- function(study, best, rates) {
  arm <- row_arm(study, best)
  n <- tapply(best$USUBJID, arm, length, default = 0)
  blocks <- list(
    response_block("Best overall response", best$BOR, arm, n), rate_block(rates$BOR, n),
    response_block("Best overall response, confirmed", best$CBOR, arm, n), rate_block(rates$CBOR, n)
  )
  rows <- do.call(rbind, blocks)
  titles <- cumsum(c(1, vapply(blocks, nrow, integer(1))))[c(1, 3)]
  rate_rows <- grep("^Objective", rows[[1]])
  report_table(
    rows, c("", arm_heads(n)),
    bold = c(titles, rate_rows),
    indent = setdiff(seq_len(nrow(rows)), c(titles, rate_rows))
  )
}

response_block <- function(title, response, arm, n) {
  levels <- intersect(best_levels, response)
  cells <- vapply(levels, function(level) {
    count_share(tapply(response == level, arm, sum, default = 0), n)
  }, character(length(n)))
  rows <- data.frame(
    c(title, response_names[levels]),
    rbind("", matrix(cells, ncol = length(n), byrow = TRUE))
  )
  stats::setNames(rows, c("label", names(n)))
}

response_names <- c(
  CR = "Complete response (CR)", PR = "Partial response (PR)", SD = "Stable disease (SD)",
  "NON-CR/NON-PD" = "Non-CR/non-PD", NED = "No evidence of disease", PD = "Progressive disease (PD)",
  NE = "Not evaluable (NE)", MISSING = "No assessment"
)

rate_block <- function(rate, n) {
  at <- match(names(n), rate$group)
  percent <- estimate_limits(100 * rate$estimate, 100 * rate$conf.low, 100 * rate$conf.high, 1)[at]
  confirmed <- if (rate$param[1] == "CBOR") ", confirmed" else ""
  label <- sprintf("Objective response rate%s, %% (%s %% CI)", confirmed, format(100 * rate$conf.level[1]))
  stats::setNames(data.frame(label, t(percent)), c("label", names(n)))
}

# What the data supplied as BOR and CBOR beside what was derived: how many agree, and everyone who differs.
supplied_table <- function(compared) {
  if (nrow(compared) == 0) {
    return(NULL)
  }
  report_table(
    compared[c("USUBJID", "PARAMCD", "SUPPLIED", "DERIVED", "REASON")],
    c("Patient", "Parameter", "Supplied", "Derived", "Reason for the derived value"),
    prose = TRUE
  )
}
