#' A study's report in one file
#'
#' Analyses a study and writes one HTML file that needs nothing else, neither other files nor the network:
#' patient flow, baseline, best response and response rates, survival curves with numbers at risk, medians,
#' log-rank tests, hazard ratios, cumulative incidence, the methods with every convention that was used, and
#' where the numbers come from. What the study lacks a table for is left out in one sentence; what cannot be
#' estimated is NE, with the reason.
#'
#' The file appears whole or not at all: it is rendered elsewhere and moved to its place at the end.
#'
#' @param study A study from [study_from_adam()].
#' @param file Where to write; a file that ends in `.html`.
#' @param strata Columns that stratify the log-rank tests and the hazard ratios.
#' @param overwrite May a file of that name be replaced?
#' @param ... Nothing; the arguments behind it are named.
#' @param title Title of the report.
#' @param report_in Unit of the times in the report; ignored where the unit of the data is not known.
#' @param baseline Columns of the baseline table; by default those with ADaM's names, and the strata.
#' @param rule,reader Passed to [best_response()].
#' @param competing Which events compete, by endpoint: `list(PFS = c(death = "Death"))` as in [cif()]. By
#'   default those that `EVNTDESC` calls `Death`, in the endpoints that have other events too.
#' @return The path of the file, invisibly.
#' @section Errors: `tte_error_input` with the fault `file_exists` or `out_of_range` (no such folder).
#' @examplesIf rlang::is_installed(c("rmarkdown", "tinytable", "ggsurvfit")) && rmarkdown::pandoc_available()
#' lung <- transform(
#'   survival::lung,
#'   USUBJID = seq_along(time), PARAMCD = "OS", AVAL = time, CNSR = 2 - status
#' )
#' study <- study_from_adam(
#'   adtte = lung[c("USUBJID", "PARAMCD", "AVAL", "CNSR", "sex", "age")],
#'   arm = "sex", arms = c("1", "2"), unit = "days", design = "cohort"
#' )
#' study_report(study, tempfile(fileext = ".html"), baseline = "age")
#' @export
study_report <- function(study, file, strata = NULL, overwrite = FALSE, ..., title = "Study report",
                         report_in = "months", baseline = NULL, rule = recist(), reader = NULL,
                         competing = NULL) {
  check_dots(...)
  abort_input(report_faults(study, file, strata, overwrite, report_in, competing))
  for (package in c("rmarkdown", "tinytable", "ggsurvfit")) need(package, "the report")
  sections <- report_sections(study, strata, report_in, baseline, rule, reader, competing)
  write_report(sections, title, report_subtitle(study), file)
  invisible(file)
}

report_faults <- function(study, file, strata, overwrite, report_in, competing) {
  is_study <- inherits(study, "tte_study")
  rbind(
    if (!is_study) fault("study", "wrong_type", "must be a study from study_from_adam()"),
    check_flag(overwrite, "overwrite"), check_choice(report_in, "report_in", time_units),
    if (!checkmate::test_string(file, pattern = "[.]html?$")) {
      fault("file", "wrong_type", "must be one file name that ends in .html")
    } else if (!dir.exists(dirname(file))) {
      fault("file", "out_of_range", sprintf("there is no folder %s", dirname(file)))
    } else if (file.exists(file) && !isTRUE(overwrite)) {
      fault("file", "file_exists", sprintf("%s exists", file), remedy = "Say overwrite = TRUE to replace it.")
    },
    if (is_study) unknown_names(strata, names(study$endpoints), "strata", "the endpoints have no column"),
    if (is_study) {
      unknown_names(
        names(competing), names(study$tte$params), "competing",
        "the study has no endpoint"
      )
    }
  )
}

unknown_names <- function(given, known, argument, message) {
  unknown <- setdiff(given, known)
  if (length(unknown) > 0) fault(argument, "unknown_column", sprintf("%s %s", message, toString(unknown)))
}

report_sections <- function(study, strata, report_in, baseline, rule, reader, competing) {
  steps <- list(
    "Patient flow" = function() list(flow_section(study)),
    "Baseline" = function() list(baseline_section(study, baseline, strata)),
    "Response" = function() list(response_section(study, rule, reader)),
    "Time to event" = function() endpoint_sections(study, strata, report_in),
    "Cumulative incidence" = function() incidence_sections(study, competing, report_in)
  )
  sections <- list()
  for (step in names(steps)) {
    cli::cli_progress_step(step)
    sections <- c(sections, steps[[step]]())
  }
  cli::cli_progress_done()
  c(sections, list(methods_section(study, sections), provenance_section(study)))
}

report_subtitle <- function(study) {
  paste(c(
    simulated_sentence(study), sprintf("%s subjects.", format_count(nrow(study$subjects))),
    cut_sentence(study$tte)
  ), collapse = " ")
}

# Rendered in a folder of its own, copied beside the target under another name, then renamed: never half a
# file.
write_report <- function(sections, title, subtitle, file) {
  cli::cli_progress_step("Writing {.file {file}}")
  folder <- tempfile("report-")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE), add = TRUE)
  file.copy(list.files(system.file("rmarkdown", "study_report", package = "tte"), full.names = TRUE), folder)
  rendered <- rmarkdown::render(
    file.path(folder, "report.Rmd"),
    output_file = "report.html", quiet = TRUE,
    envir = new.env(parent = globalenv()),
    params = list(sections = sections, title = title, subtitle = subtitle)
  )
  beside <- tempfile("report-", dirname(file), ".part")
  on.exit(unlink(beside), add = TRUE)
  if (!file.copy(rendered, beside) || !file.rename(beside, file)) {
    rlang::abort(sprintf("The report could not be written to %s.", file),
      class = c("tte_error_file", "tte_error")
    )
  }
}

# One section as Markdown, for the report's document: heading, sentences, figure, tables, notes.
section_markdown <- function(section, figure_path) {
  c(
    paste("##", section$title), "", paste(section$text, collapse = "\n\n"), "",
    if (!is.null(section$figure)) figure_markdown(section$figure, section$alt, figure_path),
    table_markdown(section$table), table_markdown(section$table2),
    if (length(section$notes) > 0 && is.null(section$table)) section$notes
  )
}

figure_markdown <- function(figure, alt, path) {
  ggplot2::ggsave(path, figure, width = 8.8, height = 6, dpi = 170)
  c(sprintf("![](%s){alt=\"%s\"}", path, alt), "")
}

table_markdown <- function(table) {
  if (is.null(table)) {
    return(NULL)
  }
  c("::: {.scroll}", "", knitr::knit_print(table), "", ":::", "")
}
