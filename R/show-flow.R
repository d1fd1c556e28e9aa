# Patient flow and baseline.

flow_table <- function(study) {
  subjects <- study$subjects
  arm <- row_arm(study, subjects)
  steps <- c(flow_steps(subjects), analysed_steps(study))
  counts <- lapply(steps, function(step) format_count(c(tapply(step, arm, sum, default = 0), sum(step))))
  counts <- c(screening_rows(study$tte, nlevels(arm)), counts)
  report_table(data.frame(names(counts), do.call(rbind, counts)), c("", levels(arm), "All"))
}

# Before there were arms.
screening_rows <- function(info, k) {
  if (info$n_screen_failures == 0) {
    return(NULL)
  }
  row <- function(n) c(rep("", k), format_count(n))
  list("Screened" = row(info$n_screened), "Screen failures" = row(info$n_screen_failures))
}

# What happened to each subject, as far as the columns tell: a list of logical vectors under the words for
# them.
flow_steps <- function(subjects) {
  dated <- function(column) if (!is.null(subjects[[column]])) !is.na(subjects[[column]])
  status <- if (!is.null(subjects[["EOSSTT"]])) toupper(subjects[["EOSSTT"]])
  steps <- list(
    "In the study" = rep(TRUE, nrow(subjects)), "Randomised" = dated("RANDDT"), "Treated" = dated("TRTSDT"),
    "Completed the study" = if (!is.null(status)) status %in% "COMPLETED",
    "Discontinued the study" = if (!is.null(status)) status %in% "DISCONTINUED",
    "Died" = dated("DTHDT")
  )
  Filter(Negate(is.null), steps)
}

# Who has a row of each endpoint.
analysed_steps <- function(study) {
  params <- study$tte$params
  steps <- lapply(params, function(code) {
    study$subjects$USUBJID %in% study$endpoints$USUBJID[study$endpoints$PARAMCD == code]
  })
  stats::setNames(steps, sprintf("Analysed for %s", names(params)))
}

adam_baseline <- c("AGE", "AGEGR1", "SEX", "RACE", "ETHNIC", "COUNTRY", "REGION1", "ECOG", "ECOGBL")

# What is known at baseline: the columns asked for, or those with ADaM's names that say anything.
baseline_columns <- function(study, columns, strata) {
  subjects <- study$subjects
  if (!is.null(columns)) {
    absent <- setdiff(columns, names(subjects))
    abort_input(if (length(absent) > 0) {
      fault("baseline", "unknown_column", "the subjects have no such column", column = absent)
    }, rlang::caller_env())
    return(columns)
  }
  several <- function(column) length(unique(stats::na.omit(subjects[[column]]))) > 1
  Filter(several, union(intersect(adam_baseline, names(subjects)), strata))
}

baseline_table <- function(study, columns) {
  subjects <- study$subjects
  arm <- row_arm(study, subjects)
  groups <- c(split(seq_len(nrow(subjects)), arm), list(All = seq_len(nrow(subjects))))
  blocks <- lapply(
    columns,
    function(column) baseline_block(subjects[[column]], column_label(study, column), groups)
  )
  rows <- do.call(rbind, blocks)
  titles <- cumsum(c(1, vapply(blocks, nrow, integer(1))))[seq_along(blocks)]
  report_table(rows, c("", arm_heads(lengths(groups))),
    bold = titles,
    indent = setdiff(seq_len(nrow(rows)), titles)
  )
}

column_label <- function(study, column) {
  label <- study$tte$labels[column]
  if (is.na(label)) column else label
}

baseline_block <- function(x, label, groups) {
  cells <- if (is.numeric(x)) number_cells(x, groups) else level_cells(x, groups)
  head <- data.frame(label, t(rep("", length(groups))))
  body <- data.frame(rownames(cells), cells)
  names(head) <- names(body) <- c("label", names(groups))
  rbind(head, body)
}

number_cells <- function(x, groups) {
  describe <- function(rows) {
    v <- stats::na.omit(x[rows])
    if (length(v) == 0) {
      return(c("0", "", "", ""))
    }
    c(
      format_count(length(v)), sprintf("%.1f (%.1f)", mean(v), stats::sd(v)),
      sprintf("%.1f (%.1f, %.1f)", stats::median(v), stats::quantile(v, 0.25), stats::quantile(v, 0.75)),
      sprintf("%s, %s", format(min(v), digits = 4), format(max(v), digits = 4))
    )
  }
  cells <- vapply(groups, describe, character(4))
  rownames(cells) <- c("n", "Mean (SD)", "Median (quartiles)", "Range")
  cells
}

level_cells <- function(x, groups) {
  missing <- anyNA(x)
  x <- if (is.factor(x)) droplevels(x) else factor(x)
  if (missing) x <- addNA(x)
  levels <- ifelse(is.na(levels(x)), "Missing", levels(x))
  cells <- vapply(groups, function(rows) count_share(tabulate(x[rows], nlevels(x)), length(rows)), levels)
  matrix(cells, length(levels), dimnames = list(levels, names(groups)))
}
