# Arms and sides of a comparison, in words and as p values.

# The names of groups without the column's, when there is one column.
arm_names <- function(d, groups) {
  if (is.null(groups)) {
    return("all")
  }
  if (length(group_columns(d, with_strata = FALSE)) == 1) sub("^[^=]*=", "", groups$levels) else groups$levels
}

sided_p <- function(z, chisq, df, alternative) {
  switch(alternative,
    greater = stats::pnorm(z, lower.tail = FALSE),
    less = stats::pnorm(z),
    stats::pchisq(chisq, df, lower.tail = FALSE)
  )
}

side_words <- function(alternative) {
  switch(alternative,
    greater = "one-sided p",
    less = "one-sided p (lower)",
    "p"
  )
}
