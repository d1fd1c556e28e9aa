# The sections of a study report: each is list(title, text, table, figure, notes), or only one sentence
# where the study lacks the table it needs.

report_section <- function(title, text = NULL, ...) list(title = title, text = text, ...)

left_out <- function(title, what, table) {
  report_section(title, sprintf("%s is left out: the study has no %s.", what, table))
}

flow_section <- function(study) {
  report_section(
    "Patient flow", c(screening_sentence(study$tte), arm_sentence(study$tte)),
    table = flow_table(study)
  )
}

screening_sentence <- function(info) {
  if (info$n_screen_failures == 0) {
    return(sprintf("%d subjects.", info$n_screened))
  }
  sprintf(
    "%d subjects were screened; %d were screen failures and are excluded from everything below.",
    info$n_screened, info$n_screen_failures
  )
}

baseline_section <- function(study, columns, strata) {
  columns <- baseline_columns(study, columns, strata)
  if (length(columns) == 0) {
    return(report_section("Baseline", "The subjects have no baseline columns."))
  }
  report_section("Baseline", table = baseline_table(study, columns))
}

response_section <- function(study, rule, reader) {
  if (is.null(study$assessments)) {
    return(left_out("Response", "Response", "tumour assessments"))
  }
  best <- attempt(best_response(study, rule = rule, reader = reader), "Best overall response")
  if (is.null(best$value)) {
    return(report_section("Response", best$notes))
  }
  rates <- lapply(c(BOR = FALSE, CBOR = TRUE), function(confirmed) {
    response_rate(arm_formula(study), best$value, confirmed = confirmed)
  })
  compared <- compare_response(best$value, study$assessments)
  report_section(
    "Response", comparison_sentence(compared),
    table = response_table(study, best$value, rates),
    table2 = if (!all(compared$AGREES)) supplied_table(compared[!compared$AGREES, ]), notes = best$notes,
    objects = rates
  )
}

comparison_sentence <- function(compared) {
  if (is.null(compared)) {
    return(NULL)
  }
  sprintf(
    "The data supply %s themselves: %d of %d records agree with the derived response and its date.",
    and_list(unique(compared$PARAMCD)), sum(compared$AGREES), nrow(compared)
  )
}

endpoint_sections <- function(study, strata, report_in) {
  if (is.null(study$endpoints)) {
    return(list(left_out("Time to event", "Time to event", "endpoints (ADTTE)")))
  }
  lapply(
    names(study$tte$params),
    function(name) survival_section(survival_analysis(study, name, strata, report_in))
  )
}

survival_section <- function(analysis) {
  if (is.null(analysis$km)) {
    return(report_section(analysis$name, analysis$notes))
  }
  report_section(
    analysis$label,
    table = survival_table(analysis),
    text = if (!is.null(analysis$test)) test_sentence(analysis$test),
    figure = ggplot2::autoplot(analysis$km, test = analysis$test, hr = analysis$cox, y_lab = analysis$label),
    alt = sprintf("Kaplan-Meier curves of %s with the numbers at risk", analysis$label),
    objects = analysis[c("km", "test", "cox")]
  )
}

test_sentence <- function(test) {
  df <- unname(test$parameter)
  sprintf(
    "%s: chi-squared %.2f on %d %s, p %s.", test$method, test$statistic, df,
    if (df == 1) "degree of freedom" else "degrees of freedom", sub("^(\\d)", "= \\1", show_p(test$p.value))
  )
}

# One cumulative incidence for each endpoint whose events compete, and one of the first adverse event.
incidence_sections <- function(study, competing, report_in) {
  maps <- incidence_maps(study, competing)
  sections <- lapply(names(maps), function(name) {
    analysis <- incidence_analysis(study$endpoints, study, study$tte$params[[name]], maps[[name]], report_in)
    incidence_section(analysis, sprintf("Cumulative incidence of %s (%s)", analysis$event, name))
  })
  if (!can_follow_safety(study)) {
    return(sections)
  }
  rows <- first_adverse_event(study)
  competing <- if ("Death" %in% rows[["EVNTDESC"]]) c(death = "Death")
  safety <- incidence_analysis(rows, study, "TTAE", competing, report_in)
  c(
    sections,
    list(incidence_section(safety, "Cumulative incidence of a first adverse event", safety_sentence(rows)))
  )
}

incidence_maps <- function(study, competing) {
  if (is.null(study$endpoints)) {
    return(list())
  }
  if (is.null(competing)) {
    names <- names(study$tte$params)
    competing <- stats::setNames(lapply(names, default_competing, study = study), names)
  }
  Filter(Negate(is.null), competing)
}

safety_sentence <- function(rows) {
  deaths <- sum(rows[["EVNTDESC"]] == "Death")
  paste(
    "Time from the first dose to the first treatment-emergent adverse event, followed until 30 days after",
    "the last dose, the end of contact or the data cut; an adverse event on the day of death comes first.",
    if (deaths == 0) "Nobody died before a first adverse event." else sprintf("%d died before one.", deaths)
  )
}

incidence_section <- function(analysis, title, text = NULL) {
  if (is.null(analysis$cif)) {
    return(report_section(title, c(text, analysis$notes)))
  }
  fit <- analysis$cif
  breaks <- axis_breaks(max(fit$time), fit$tte$unit)[-1]
  times <- breaks[unique(ceiling(length(breaks) * (1:3) / 4))]
  report_section(
    title, c(text, competing_sentence(analysis$competing)),
    table = incidence_table(fit, analysis$event, times),
    figure = ggplot2::autoplot(fit, y_lab = "Cumulative incidence"), notes = analysis$notes,
    alt = sprintf("%s: curves by arm with the numbers at risk", title), objects = list(fit)
  )
}

competing_sentence <- function(competing) {
  if (is.null(competing)) {
    return("No event competes.")
  }
  if (is.list(competing)) {
    return(sprintf("Competing: %s, as defined by formula.", and_list(names(competing))))
  }
  sprintf(
    "Competing: %s; every other event is the event of interest.",
    and_list(sprintf("%s (EVNTDESC \u201c%s\u201d)", names(competing), competing))
  )
}

methods_section <- function(study, sections) {
  objects <- Filter(Negate(is.null), do.call(c, lapply(sections, function(section) unname(section$objects))))
  report_section("Methods", c(
    paste(study_sentences(study), collapse = " "), method_paragraphs(objects), paste(
      "NE stands for not estimable; the reason stands below the table. p values are two-sided and not",
      "adjusted for multiplicity."
    )
  ))
}

# One paragraph per method: its name, and every convention that its results say they used. What is the same
# for all of them (units, how persons are counted) is said once.
method_paragraphs <- function(objects) {
  general <- c("unit", "persons", "freq")
  methods <- vapply(objects, method_of, character(1))
  said <- lapply(objects, conventions)
  paragraphs <- vapply(unique(methods), function(method) {
    own <- unlist(lapply(said[methods == method], function(x) unname(x[!names(x) %in% general])))
    sprintf("**%s.** %s", method, paste(unique(own), collapse = " "))
  }, character(1))
  shared <- unique(unlist(lapply(said, function(x) unname(x[names(x) %in% general]))))
  c(if (length(shared) > 0) paste(shared, collapse = " "), paragraphs)
}

method_of <- function(object) {
  if (inherits(object, "tte_estimates")) object$method[1] else object$tte$method
}

provenance_section <- function(study) {
  info <- study$tte
  packages <- c("tte", "survival", "ggsurvfit", "tinytable", "rmarkdown")
  versions <- vapply(packages, function(package) {
    sprintf("%s %s", package, format(utils::packageVersion(package)))
  }, character(1))
  rows <- rbind(
    c("Data cut", sub("^Data cut: ", "", sub("[.]$", "", cut_sentence(info)))),
    c("Input", and_list(sprintf("%s (%s rows)", names(info$sources), format_count(info$sources)))),
    c("Hash of the input", info$hash),
    c("Software", paste(c(R.version.string, versions), collapse = ", ")),
    c("Rendered", format(Sys.time(), "%Y-%m-%d %H:%M %Z"))
  )
  report_section("Provenance", table = report_table(data.frame(rows), c("Item", "Value"), prose = TRUE))
}
