#' The truth behind a simulated study
#'
#' `true_values()` computes what a design implies: the exact curves, cumulative incidences, response
#' proportions and hazard ratios that an analysis of its studies estimates. `study_truth()` gives what was
#' planted in one simulated study, in words, and the latent times of each patient.
#'
#' @section Formulas: Given the covariates x, a patient's path is a Markov chain with the hazards
#'   \eqn{\lambda_{jk}(t) e^{\beta_{jk}'x}}, constant between breaks. The probabilities \eqn{p_k(t | x)} to be
#'   in state k solve the forward equations \eqn{dp/dt = p\,Q(t | x)}; they are computed by uniformisation,
#'   exact up to rounding (about 1e-14; with hazards of many moves a day up to 1e-9). They are averaged over
#'   x: over every combination of levels, and by Gauss-Hermite rules of `points` points over normal ones.
#'   With T the time of an event that is observed on the day \eqn{\lfloor T \rfloor}, a Kaplan-Meier curve of
#'   `AVAL` estimates at day t the value at t.
#'
#'   * `OS` is \eqn{P(T_{death} > t)}; `PFS` (in the perioperative design `RFS`) is the probability of having
#'     neither progressed (recurred) nor died;
#'   * `TTP` (`TTRECUR`) is the cumulative incidence of progression (recurrence), death competing: the
#'     probability of the states of progression in the chain that ends at progression;
#'   * `IRAE` is the cumulative incidence of the first immune-related adverse event, death competing, that is
#'     in the chain which ends there; in `IRAEPD` progression competes as well;
#'   * `ORR` is the planted proportion of objective responses;
#'   * `HR` rows are planted hazard ratios: of one transition, given the other covariates of the design. A
#'     ratio of a covariate at a level is v the first level.
#'
#'   * `GUIDED` is the cumulative incidence of guided therapy, death competing.
#'   * `CORR` is the correlation of the logarithm of a marker with the score it carries, in a first sample;
#'     `SHIFT` the difference of mean logarithms in standard deviations of a first sample: at the diagnosis of
#'     an irAE v what the same patients have in other samples, and of the comparison cohort v treated patients
#'     before the first dose. Of first samples `BELOW` is the share below the limit of detection, and `HIGHER`
#'     the probability that a value in remission is higher than one before the first dose (of two below the
#'     limit: one half), which Wilcoxon's test estimates.
#'
#' @section Rechallenge: In that design everybody has an immune-related adverse event, so its onset has no
#'   incidence, and patients are included only if they live until enrolment. `OSIRAE`, `PFSIRAE` and
#'   `RESOLVED` (the cumulative incidence of resolution) count from the onset, for patients with the
#'   covariates of the design who are not selected in any way. `OSENTRY`, `PFSENTRY` and `RESENTRY` are what
#'   curves of the included patients with delayed entry at enrolment estimate. Both are the same where the
#'   covariates do not matter. Where they do, the patients whom they threaten are under observation less
#'   often: with \eqn{D} the delay of enrolment, \eqn{G} the probability of being followed for so long after
#'   it and \eqn{S(d | x)} that of living until it, the patients under observation at \eqn{t} have the law
#'   \deqn{p(x) q(t | x) \sum_{d \le t} P(D = d) G(t - d) / S(d | x),}
#'   and the curve has the mean hazard of these. `RECUR` counts from the rechallenge, as its hazard does: for
#'   every combination of the covariates that matter, and, over those under observation by the same law, of
#'   all patients and of each group. Where nobody can be under observation any more the value is `NA`.
#' @param design A design, such as [design_biomarker_cohort()].
#' @param at Times in days since the start, at least 0.
#' @param points Points of the quadrature for each normal covariate.
#' @return `true_values()`: a data frame with `quantity`, `group` (`"all"`, or a group of the design),
#'   `covariate` and `move` (of hazard ratios: which covariate, of which transition), `time` in days (`NA`
#'   for proportions and ratios), `value` and `meaning`, a sentence.
#' @section Errors: `tte_error_input` for what is no design or no time; `tte_error_unsupported` where the path
#'   is no Markov chain, because a hazard changes with the time since a state was entered.
#' @references van Dijk NM (1992). Uniformization for nonhomogeneous Markov chains. *Operations Research
#'   Letters* 12, 283-291. Golub GH, Welsch JH (1969). Calculation of Gauss quadrature rules. *Mathematics of
#'   Computation* 23, 221-230.
#' @seealso [simulate_study()]
#' @examples
#' true_values(design_guided_therapy(), at = c(180, 365))
#' @export
true_values <- function(design, at, points = 15) {
  if (missing(design)) design <- NULL
  if (missing(at)) at <- NULL
  abort_input(rbind(
    design_class_faults(design), check_numbers(at, "at", lower = 0),
    check_number(points, "points", lower = 1, upper = 100, whole = TRUE)
  ))
  rule <- design_nodes(design, points)
  values <- rbind(
    true_curves(design, rule, at), selected_curves(design, rule, at), true_response(design),
    true_ratios(design), true_switches(design), true_markers(design)
  )
  rownames(values) <- NULL
  values
}

# The nodes of the covariates that weigh anything, their weights and groups.
design_nodes <- function(design, points) {
  rule <- covariate_nodes(design_covariate_law(design), points)
  kept <- rule$weight > 1e-13
  nodes <- rule$nodes[kept, , drop = FALSE]
  group <- if (is.null(nodes[["GROUP"]])) NULL else as.character(nodes$GROUP)
  list(nodes = nodes, weight = rule$weight[kept], group = group)
}

# ---- curves ----

# What each curve counts: it is the probability of the states with one of the words `of`, or of all others
# (`not`), in the chain from `start` on that ends at states with one of the words `until`. `without`: a move
# that changes nothing the curve counts, because its two states have the same further hazards.
curve_definitions <- list(
  OS = list(not = "dead", meaning = "Alive."),
  PFS = list(of = "free", meaning = "Neither progressed nor dead."),
  TTP = list(
    of = "progressed", until = "progressed",
    meaning = "Progressed by then; death without progression competes."
  ),
  RFS = list(of = "free", meaning = "Neither recurred nor dead."),
  TTRECUR = list(
    of = "recurred", until = "recurred", meaning = "Recurred by then; death without recurrence competes."
  ),
  IRAE = list(
    of = "active", until = "active", meaning = "First immune-related adverse event by then; death competes."
  ),
  IRAEPD = list(
    of = "active", until = c("active", "progressed"),
    meaning = "First immune-related adverse event by then; death and progression compete."
  ),
  GUIDED = list(of = "guided", until = "guided", meaning = "Guided therapy begun by then; death competes."),
  OSIRAE = list(
    not = "dead", without = "rechallenged to recurrent", meaning = "Alive, from the onset of the irAE."
  ),
  PFSIRAE = list(
    not = c("progressed", "dead"), without = "rechallenged to recurrent",
    meaning = "Neither progressed nor dead, from the onset of the irAE."
  ),
  RESOLVED = list(
    of = "resolved", until = c("resolved", "progressed"),
    meaning = "irAE resolved by then, from its onset; progression and death compete."
  ),
  RECUR = list(
    of = "recurrent", until = c("recurrent", "progressed"), start = "rechallenged", by = c("GROUP", "SEVERE"),
    meaning = "irAE again by then, from the rechallenge; progression and death compete."
  )
)

design_curves <- list(
  biomarker_cohort = c("OS", "PFS", "TTP", "IRAE", "IRAEPD"),
  guided_therapy = c("OS", "PFS", "TTP", "GUIDED"),
  rechallenge = c("OSIRAE", "PFSIRAE", "RESOLVED", "RECUR"), perioperative = c("OS", "RFS", "TTRECUR"),
  irae_risk = c("OS", "PFS", "TTP", "IRAE", "IRAEPD")
)

true_curves <- function(design, rule, at) {
  do.call(rbind, lapply(design_curves[[design$kind]], function(name) {
    definition <- curve_definitions[[name]]
    value <- curve_values(design, definition, rule, at)
    curve_rows(name, by_groups(value, rule, definition$by), at, definition$meaning)
  }))
}

# Nodes x times.
curve_values <- function(design, definition, rule, at) {
  parts <- curve_parts(design, definition, rule)
  occupied <- chain_occupancy(parts$chain, parts$log_hazard, at)[, parts$inside, , drop = FALSE]
  matrix(apply(occupied, c(1, 3), sum), nrow(rule$nodes))
}

# The chain, the log hazards of its moves at the nodes, and which of its states count.
curve_parts <- function(design, definition, rule) {
  model <- without_move(design$models[[1]], definition$without)
  start <- if (is.null(definition$start)) model$start else definition$start
  chain <- as_chain(model, start, definition$until)
  log_hazard <- design_log_hazard(design, names(design$models)[1], rule$nodes)
  inside <- if (is.null(definition$not)) {
    state_word(chain$states, definition$of)
  } else {
    !state_word(chain$states, definition$not)
  }
  list(chain = chain, log_hazard = log_hazard[, chain$moves, drop = FALSE], inside = inside)
}

# The model whose hazard of this move is 0 for good.
without_move <- function(model, move) {
  piece <- rep(seq_along(model$from), diff(model$offset))
  model$rates[model$moves[piece] %in% move] <- 0
  model$clock[model$moves %in% move] <- "forward"
  model
}

# Weighted means of the rows of `value`, over all nodes and within each group: groups x times. Where the
# curve is known only for every combination of covariates (`by`), since who gets there differs from who
# started, the groups are these combinations.
by_groups <- function(value, rule, by = NULL) {
  words <- rule$group
  if (!is.null(by)) {
    words <- do.call(paste, c(lapply(by, function(name) {
      if (name == "GROUP") rule$group else paste(name, rule$nodes[[name]])
    }), sep = ", "))
  }
  groups <- unique(words)
  own <- lapply(groups, function(group) words == group)
  if (is.null(by)) own <- c(list(rep(TRUE, nrow(value))), own[length(groups) > 1])
  result <- do.call(rbind, lapply(own, function(own) {
    colSums(value[own, , drop = FALSE] * rule$weight[own]) / sum(rule$weight[own])
  }))
  rownames(result) <- c(if (is.null(by)) "all", groups[length(groups) > 1 | !is.null(by)])
  result
}

curve_rows <- function(name, value, at, meaning) {
  truth_rows(name,
    group = rep(rownames(value), each = length(at)), time = rep(at, nrow(value)), value = as.vector(t(value)),
    meaning = meaning
  )
}

truth_rows <- function(quantity, value, meaning, group = "all", covariate = NA_character_,
                       move = NA_character_, time = NA_real_) {
  data.frame(
    quantity = quantity, group = group, covariate = covariate, move = move, time = time, value = value,
    meaning = meaning
  )
}

# ---- proportions and ratios ----

true_response <- function(design) {
  orr <- design$orr
  if (is.null(orr)) {
    return(NULL)
  }
  groups <- names(design$groups)
  share <- if (is.null(groups)) 1 else design$groups / sum(design$groups)
  value <- c(sum(orr * share), if (length(groups) > 1) orr)
  truth_rows("ORR",
    group = c("all", if (length(groups) > 1) groups), value = unname(value),
    meaning = "Objective response, of all patients."
  )
}

# Every covariate that a hazard depends on, for each of its levels after the first and each move.
true_ratios <- function(design) {
  model <- design$models[[1]]
  pairs <- unique(model$effects[c("covariate", "move")])
  do.call(rbind, lapply(seq_len(NROW(pairs)), function(i) {
    one_ratio(design, model, pairs$covariate[i], pairs$move[i])
  }))
}

one_ratio <- function(design, model, covariate, move) {
  effects <- model$effects[model$effects$covariate == covariate & model$effects$move == move, ]
  levels <- law_levels(design, covariate)
  if (anyNA(effects$level)) levels <- NULL
  log_ratio <- if (is.null(levels)) {
    sum(effects$log_ratio)
  } else {
    of <- vapply(levels, function(level) sum(effects$log_ratio[effects$level == level]), numeric(1))
    (of - of[1])[-1]
  }
  against <- if (is.null(levels)) "for one unit of %s" else paste0("%s %s v ", levels[1])
  rows <- truth_rows("HR",
    covariate = paste0(covariate, levels[-1]), move = model$moves[move], value = exp(unname(log_ratio)),
    meaning = paste0("Hazard ratio of the move from ", model$moves[move], ", ", if (is.null(levels)) {
      sprintf(against, covariate)
    } else {
      sprintf(against, covariate, levels[-1])
    }, ".")
  )
  rows[is.finite(rows$value), , drop = FALSE]
}

# Ratios of a transition from one state v from another: what begins in the course of time.
true_switches <- function(design) {
  lines <- state_ratios[state_ratios$argument %in% names(design), , drop = FALSE]
  if (nrow(lines) == 0) {
    return(NULL)
  }
  truth_rows("HR",
    covariate = lines$state, move = lines$move, value = unlist(design[lines$argument], use.names = FALSE),
    meaning = sprintf("Hazard ratio of %s, %s, changing with time.", lines$move, lines$words)
  )
}

state_ratios <- utils::read.table(
  text = "
argument            | state       | move                      | words
irae_after          | progressed  | first irAE                | after progression v before
hr_irae_progression | irAE        | progression               | from the first irAE on v before
hr_irae_death       | active irAE | death before progression  | while an irAE is active v not
hr_guided           | guided      | progression               | from guided therapy on v before
hr_guided_death     | guided      | death                     | during guided therapy v without
hr_rechallenge      | rechallenge | progression               | from the rechallenge on v before
",
  sep = "|", header = TRUE, strip.white = TRUE, stringsAsFactors = FALSE
)

# ---- markers ----

true_markers <- function(design) {
  if (!has_markers(design) || design$signal_markers == 0) {
    return(NULL)
  }
  carried <- unique(signal_markers(design)$score)
  rbind(
    truth_rows("CORR",
      covariate = carried, value = rep(design$signal_loading, length(carried)),
      meaning = sprintf("Correlation of each marker that carries %s with it.", carried)
    ),
    if (isTRUE(design$sample_event)) {
      truth_rows("SHIFT",
        covariate = "irAE diagnosis", value = design$marker_event_shift,
        meaning = "Markers that carry a score at the diagnosis of an irAE v other samples, in SD."
      )
    },
    if (isTRUE(design$comparison > 0)) true_comparison(design)
  )
}

true_comparison <- function(design) {
  level <- c(V1 = 0, remission = design$remission_shift, flare = design$flare_shift)
  limit <- stats::qnorm(design$below_limit)
  rbind(
    truth_rows("SHIFT",
      covariate = c("remission", "flare"), value = unname(level[-1]),
      meaning = sprintf("Interferon markers at %s v treated patients at V1, in SD.", names(level)[-1])
    ),
    truth_rows("BELOW",
      covariate = c("V1", "remission"), value = stats::pnorm(limit - unname(level[1:2])),
      meaning = sprintf("Interferon markers below the limit of detection at %s.", names(level)[1:2])
    ),
    truth_rows("HIGHER",
      covariate = "remission", value = chance_higher(level[["remission"]], limit),
      meaning = "An interferon marker is higher in remission than at V1; of two below the limit: one half."
    )
  )
}

# P(X > Y) + P(X = Y) / 2 of independent X ~ N(shift, 1) and Y ~ N(0, 1), both raised to the limit.
chance_higher <- function(shift, limit) {
  wins <- function(x) stats::dnorm(x - shift) * stats::pnorm(x)
  above <- stats::integrate(wins, limit, Inf, rel.tol = 1e-10)
  above$value + stats::pnorm(limit - shift) * stats::pnorm(limit) / 2
}

# The levels of a covariate, NULL of a number.
law_levels <- function(design, name) {
  law <- Filter(function(law) law$name == name, design$laws)
  if (length(law) == 1 && law[[1]]$kind == "level") as.character(law[[1]]$levels)
}

# ---- one study ----

#' @rdname true_values
#' @param x A study, or the tables, made by [simulate_study()].
#' @return `study_truth()`: a list of class `tte_truth`: `design`, `seed`, `planted` (a data frame with
#'   `argument`, its value in `sentence`), `persons` (a row for each patient: covariates, and latent times
#'   `T_...` in days since the start, observed or not, `NA` where the event never comes), in studies with
#'   markers `markers` (a row for each: its `BLOCK`, the `SCORE` it carries, `NA` for none, mean and standard
#'   deviation of its logarithm in a first sample, `LOGMEAN` and `LOGSD`, and its `LIMIT` of detection) and,
#'   where faults were asked for, `spoilt`.
#' @export
study_truth <- function(x) {
  if (missing(x)) x <- NULL
  truth <- if (inherits(x, "tte_study")) x$tte$truth else attr(x, "truth")
  if (is.null(truth)) {
    abort_input(fault("x", "wrong_type", "holds no truth: it was not made by simulate_study()"))
  }
  sentences <- format(truth$design)
  structure(
    list(
      design = truth$design, seed = truth$seed,
      planted = data.frame(argument = names(sentences), sentence = unname(sentences)),
      persons = truth$persons, markers = marker_truth(truth$design, truth$seed), spoilt = truth$spoilt
    ),
    class = "tte_truth"
  )
}

marker_truth <- function(design, seed) {
  if (!has_markers(design)) {
    return(NULL)
  }
  scale <- marker_scale(design, seed)
  carried <- signal_markers(design)
  data.frame(
    PARAMCD = marker_codes(design), BLOCK = marker_structure(design)$block,
    SCORE = carried$score[match(seq_len(design$n_markers), carried$marker)], LOGMEAN = scale$mean,
    LOGSD = scale$sd, LIMIT = scale$limit
  )
}

#' @export
print.tte_truth <- function(x, n = 5, ...) {
  print(x$design)
  cat(sprintf(
    "Seed %s. Latent times of %d patients, in days since the start:\n", format(x$seed), nrow(x$persons)
  ))
  print(utils::head(x$persons, n), ...)
  if (!is.null(x$spoilt)) cat(sprintf("Spoilt on request: %s.\n", toString(names(x$spoilt))))
  invisible(x)
}
