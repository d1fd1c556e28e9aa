# One look for every table of a report: words left, numbers centred, the reasons for every NE below.

# `rows`: a data frame of words whose first column is the label; `head`: its column titles; `bold` and
# `indent`: rows; `prose`: the columns behind the label hold sentences, not numbers.
report_table <- function(rows, head = names(rows), notes = NULL, bold = NULL, indent = NULL, prose = FALSE) {
  need("tinytable", "the tables of a report")
  names(rows) <- head
  table <- tinytable::tt(rows, notes = if (length(notes) > 0) as.list(unname(notes)), escape = TRUE)
  table <- tinytable::format_tt(table, i = "colnames", linebreak = "\n")
  if (!prose) table <- tinytable::style_tt(table, j = seq_along(rows)[-1], align = "c")
  if (!prose) table <- tinytable::theme_html(table, j = seq_along(rows)[-1], css = "white-space: nowrap;")
  if (length(bold) > 0) table <- tinytable::style_tt(table, i = bold, j = 1, bold = TRUE)
  if (length(indent) > 0) table <- tinytable::style_tt(table, i = indent, j = 1, indent = 1)
  tinytable::theme_html(table, portable = TRUE)
}

# Column titles of the arms, with their size.
arm_heads <- function(counts) sprintf("%s\n(N = %s)", names(counts), format_count(counts))

# "12 (34.5 %)"; nobody is 0.
count_share <- function(n, of) {
  ifelse(n == 0, "0", sprintf("%s (%.1f %%)", format_count(n), 100 * n / of))
}

fixed <- function(x, digits) ifelse(is.na(x), "NE", sprintf("%.*f", digits, x))

# "12.3 (10.1, NE)"; an estimate that cannot be had is NE and has no limits.
estimate_limits <- function(estimate, lower, upper, digits) {
  limits <- sprintf("%s (%s, %s)", fixed(estimate, digits), fixed(lower, digits), fixed(upper, digits))
  ifelse(is.na(estimate) & is.na(lower) & is.na(upper), "NE", limits)
}

show_p <- function(p) ifelse(is.na(p), "NE", ifelse(p < 0.001, "< 0.001", sprintf("%.3f", p)))

# The arm of every row of a table of the study; without arms all rows are of one.
row_arm <- function(study, table) {
  info <- study$tte
  if (is.null(info$arm)) {
    return(factor(rep("All patients", nrow(table))))
  }
  factor(as.character(study$subjects[[info$arm]])[match(table$USUBJID, study$subjects$USUBJID)], info$arms)
}
