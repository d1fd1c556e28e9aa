# The probability model of a design: a path of states with piecewise constant hazards, what multiplies them,
# and how the covariates are distributed. Simulation draws from it, true values are computed from it.
#
# A model is what paths_cpp() reads (n_states, from, to, offset, breaks, rates a day, clock) and: `states`,
# `start` (their names; a name may join two words by a dot), `moves` (names of the transitions) and
# `effects`, one row for each hazard ratio: of which covariate, at which level (NA: for one unit of a number),
# the log ratio, and of which transition (number).

# A transition: `rate` a month, one number or several named by the month from which they hold.
move <- function(from, to, rate, clock = "forward") {
  months <- if (is.null(names(rate))) 0 else as.numeric(names(rate))
  list(
    from = from, to = to, clock = clock, breaks = months * days_per_month,
    rates = unname(rate) / days_per_month
  )
}

median_rate <- function(months) log(2) / months

new_model <- function(states, start, moves, effects = list()) {
  pick <- function(what) unlist(lapply(moves, `[[`, what))
  from <- pick("from")
  to <- pick("to")
  list(
    states = states, start = start, moves = paste(from, "to", to), n_states = length(states),
    from = match(from, states), to = match(to, states),
    offset = c(0L, as.integer(cumsum(lengths(lapply(moves, `[[`, "breaks"))))), breaks = pick("breaks"),
    rates = pick("rates"), clock = pick("clock"),
    effects = do.call(rbind, lapply(effects, expand_effect, from, to))
  )
}

# A hazard ratio of a covariate (at a level, or for one unit) on the transitions from and to states of which
# a word is among the given ones.
effect <- function(covariate, ratio, from = NULL, to = NULL, level = NA) {
  list(covariate = covariate, ratio = ratio, from = from, to = to, level = level)
}

# One for each level after the first: ratios are v the first.
level_effects <- function(covariate, levels, ratio, from = NULL, to = NULL) {
  ratio <- rep(ratio, length.out = length(levels))
  Map(function(level, one) effect(covariate, one, from, to, level), levels, ratio)
}

expand_effect <- function(x, from, to) {
  at <- rep(TRUE, length(from))
  if (!is.null(x$from)) at <- at & state_word(from, x$from)
  if (!is.null(x$to)) at <- at & state_word(to, x$to)
  data.frame(
    covariate = x$covariate, level = as.character(x$level), log_ratio = log(x$ratio), move = which(at)
  )[rep(TRUE, sum(at)) & x$ratio != 1, ]
}

# Has a state one of these words? It may stand for several things at once: "progressed.active".
state_word <- function(states, words) {
  vapply(strsplit(states, ".", fixed = TRUE), function(parts) any(parts %in% words), logical(1))
}

# Log hazard ratios, persons x transitions, of a model of the design, from a data frame of covariates.
design_log_hazard <- function(design, name, persons) {
  model <- design$models[[name]]
  result <- matrix(0, nrow(persons), length(model$from))
  effects <- model$effects
  for (i in seq_len(NROW(effects))) {
    value <- persons[[effects$covariate[i]]]
    times <- if (is.na(effects$level[i])) as.numeric(value) else as.numeric(value == effects$level[i])
    add <- times * effects$log_ratio[i]
    add[times == 0] <- 0
    result[, effects$move[i]] <- result[, effects$move[i]] + add
  }
  result
}

# ---- laws of the covariates ----

# Independent of each other. `levels` with probabilities, or a normal. `even`: not drawn but spread evenly
# over the patients, so that of 300 with probability 40/300 exactly 40 have it.
level_law <- function(name, levels, prob, even = FALSE) {
  list(name = name, kind = "level", levels = levels, prob = unname(prob), even = even)
}

normal_law <- function(name, mean = 0, sd = 1) list(name = name, kind = "normal", mean = mean, sd = sd)

flag_law <- function(name, prob, even = FALSE) {
  level_law(name, c(FALSE, TRUE), c(1 - prob, prob), even)
}

# The covariates that matter for any hazard (or for the response), each with its law.
design_covariate_law <- function(design) {
  used <- unlist(lapply(design$models, function(model) model$effects$covariate))
  Filter(function(law) law$name %in% c("GROUP", used), design$laws)
}

# Points and weights that integrate over the covariates: all levels, and Gauss-Hermite points of normals.
covariate_nodes <- function(laws, points = 15) {
  each <- lapply(laws, function(law) {
    if (law$kind == "level") {
      return(data.frame(value = I(as.list(law$levels)), weight = law$prob))
    }
    rule <- hermite_rule(points)
    data.frame(value = I(as.list(law$mean + law$sd * rule$node)), weight = rule$weight)
  })
  at <- expand.grid(lapply(each, function(one) seq_len(nrow(one))))
  nodes <- Map(function(one, k) unlist(one$value)[k], each, at)
  names(nodes) <- vapply(laws, `[[`, "", "name")
  weights <- Reduce(`*`, Map(function(one, k) one$weight[k], each, at), rep(1, max(1, nrow(at))))
  list(nodes = list2DF(nodes, nrow = max(1, nrow(at))), weight = weights)
}

# Gauss-Hermite rule of the standard normal, by the eigenvalues of its Jacobi matrix (Golub and Welsch 1969).
hermite_rule <- function(points) {
  jacobi <- matrix(0, points, points)
  beside <- cbind(seq_len(points - 1), seq_len(points - 1) + 1)
  jacobi[beside] <- jacobi[beside[, 2:1]] <- sqrt(seq_len(points - 1))
  found <- eigen(jacobi, symmetric = TRUE)
  list(node = found$values, weight = found$vectors[1, ]^2)
}

# ---- what a path can reach ----

# The rate of each transition from this day on.
rates_at <- function(model, day) {
  vapply(seq_along(model$from), function(k) {
    piece <- (model$offset[k] + 1):model$offset[k + 1]
    model$rates[piece][findInterval(day + 1e-9, model$breaks[piece])]
  }, numeric(1))
}

# The day by which a visit after the baseline has been, at its latest: of each that shows the first responses.
response_day <- function(design, visit = seq_along(response_shares(design))) {
  ceiling(7 * design$visit_weeks * visit + design$visit_window)
}

# Shares of the responses by the visit that first shows them, of those that are planned.
response_shares <- function(design) {
  shares <- design$response_visit
  if (is.null(shares)) {
    return(1)
  }
  visits <- max(1, floor(design$last_visit / design$visit_weeks + 1e-9))
  shares <- shares[seq_len(min(length(shares), visits))]
  shares / sum(shares)
}

# Probability of a response for those who can have one, by group, so that the planted proportion comes out
# over all patients: free of progression, alive, followed and seen at the visit that is to show it.
response_chance <- function(design) design$orr / largest_response(design)

largest_response <- function(design) drop(1 / (1 / design$reach) %*% response_shares(design))

# The visit that is to show a response: those that fewer reach are planned more often, so that responses begin
# in the planted shares.
response_visit <- function(design, group, uniform) {
  visit <- integer(length(group))
  for (name in names(design$groups)) {
    own <- group == name
    visit[own] <- pick(uniform[own], response_shares(design) / design$reach[name, ])
  }
  visit
}

# The proportions, groups x visits, of those whose response the visit would show.
response_reach <- function(design) {
  day <- response_day(design)
  followed <- exp(-design$dropout * day / days_per_month) * (1 - design$visit_missed)
  pmax(free_shares(design, day) * rep(followed, each = length(design$groups)), least_reach)
}

# The proportions, groups x days, of those who are free of progression and alive. Nobody comes back from
# progression, so the chain may end there. A hazard above `fastest` a day does what an infinite one would.
free_shares <- function(design, day, fastest = 5) {
  rule <- covariate_nodes(design_covariate_law(design))
  chain <- as_chain(design$models[[1]], until = c("progressed", "dead"))
  hazard <- design_log_hazard(design, names(design$models)[1], rule$nodes)[, chain$moves, drop = FALSE]
  most <- log(fastest) - log(apply(chain$rates, 1, max))
  hazard <- pmin(hazard, rep(most, each = nrow(hazard)))
  occupied <- chain_occupancy(chain, hazard, day)[, state_word(chain$states, "free"), , drop = FALSE]
  free <- apply(occupied, c(1, 3), sum)
  group <- rule$nodes[["GROUP"]]
  shares <- rowsum(free * rule$weight, group) / drop(rowsum(rule$weight, group))
  shares[names(design$groups), , drop = FALSE]
}

free_grid <- function() days_per_month * c(seq(0, 36, 2), 42, 48, 60, 84, 120)

# The logarithm of the share of each person's group that is free of progression on a day, from a grid; behind
# it the last hazard goes on.
log_free <- function(design, group, day) {
  grid <- free_grid()
  end <- length(grid)
  result <- numeric(length(day))
  for (name in rownames(design$free)) {
    own <- group == name
    curve <- log(pmax(design$free[name, ], least_reach))
    slope <- (curve[end] - curve[end - 1]) / (grid[end] - grid[end - 1])
    beyond <- pmax(day[own] - grid[end], 0) * slope
    result[own] <- stats::approx(grid, curve, pmin(day[own], grid[end]))$y + beyond
  }
  result
}

# So that shares of what nobody reaches are numbers.
least_reach <- 1e-300

response_faults <- function(design) {
  if (is.null(design$reach)) {
    return(NULL)
  }
  reach <- largest_response(design)
  if (all(design$orr <= reach)) {
    return(NULL)
  }
  worst <- which.max(design$orr - reach)
  fault("orr", "out_of_range", sprintf(
    "%s cannot be reached in %s: only %s are free of progression, alive and seen when it begins",
    percent(design$orr[[worst]]), names(design$groups)[worst], percent(reach[[worst]])
  ), remedy = "Lower orr, the hazards, dropout or visit_missed, or set earlier visits.")
}

# ---- the five models ----

ages <- list(mean = 63, sd = 10, low = 25, high = 90)

# S1 and S5: irAE and disease influence one another, so they are one path.
immunotherapy_model <- function(design) {
  states <- c(
    "free.none", "free.active", "free.resolved", "progressed.none", "progressed.active",
    "progressed.resolved", "dead"
  )
  progression <- median_rate(design$progression[[1]])
  resolution <- median_rate(design$irae_resolution)
  after <- median_rate(design$death_after)
  moves <- list(
    move("free.none", "free.active", design$irae), move("free.none", "progressed.none", progression),
    move("free.none", "dead", design$death), move("free.active", "free.resolved", resolution),
    move("free.active", "progressed.active", progression), move("free.active", "dead", design$death),
    move("free.resolved", "free.active", design$irae_again),
    move("free.resolved", "progressed.resolved", progression), move("free.resolved", "dead", design$death),
    move("progressed.none", "progressed.active", design$irae), move("progressed.none", "dead", after),
    move("progressed.active", "progressed.resolved", resolution), move("progressed.active", "dead", after),
    move("progressed.resolved", "dead", after)
  )
  groups <- names(design$groups)
  effects <- c(
    group_progression(design, from = "free"),
    level_effects("GROUP", groups, design$hr_group_irae, from = "none", to = "active"),
    list(
      effect("SCORE_IRAE", design$hr_score_irae, from = "none", to = "active"),
      effect("SCORE_PROG", design$hr_score_progression, from = "free", to = "progressed")
    ),
    if (design$kind == "irae_risk") {
      c(
        list(effect("AUTOIMMUNE", design$hr_autoimmune, from = "none", to = "active", level = TRUE)),
        level_effects("SITE", names(design$centres), design$hr_centre, from = "none", to = "active")
      )
    }
  )
  model <- new_model(states, "free.none", moves, effects)
  model <- scale_moves(
    model, c("free.active", "free.resolved"), c("progressed.active", "progressed.resolved"),
    design$hr_irae_progression
  )
  model <- scale_moves(model, "free.active", "dead", design$hr_irae_death)
  model <- scale_moves(model, "progressed.none", "progressed.active", design$irae_after)
  list(models = list(course = model), laws = c(
    list(
      level_law("GROUP", groups, design$groups), normal_law("SCORE_IRAE"), normal_law("SCORE_PROG")
    ),
    if (design$kind == "irae_risk") {
      list(
        flag_law("AUTOIMMUNE", design$autoimmune, even = TRUE),
        level_law("SITE", names(design$centres), design$centres)
      )
    },
    person_laws(design)
  ))
}

# Medians of progression by group are hazard ratios v the first.
group_progression <- function(design, from) {
  ratio <- design$progression[[1]] / design$progression
  level_effects("GROUP", names(design$groups), ratio, from = from, to = "progressed")
}

# Multiplies the rates of the transitions between these states.
scale_moves <- function(model, from, to, ratio) {
  at <- model$states[model$from] %in% from & model$states[model$to] %in% to
  piece <- rep(seq_along(model$from), diff(model$offset))
  model$rates[at[piece]] <- model$rates[at[piece]] * ratio
  model
}

# What everybody has.
person_laws <- function(design) {
  list(
    level_law("ECOG", 0:2, design$ecog_start), level_law("SEX", c("F", "M"), c(0.45, 0.55)),
    normal_law("AGE", ages$mean, ages$sd)
  )
}

# S2: guided therapy can begin once the report is there; the disease may have progressed by then.
guided_model <- function(design) {
  states <- c(
    "free.unguided", "free.guided", "progressed.unguided", "progressed.resistant", "progressed.guided", "dead"
  )
  report <- 7 * design$report_weeks / days_per_month
  from_report <- function(rate) stats::setNames(c(0, rate), c(0, report))
  progression <- median_rate(design$progression[[1]])
  after <- median_rate(design$death_after)
  moves <- list(
    move("free.unguided", "free.guided", from_report(design$guided_rate)),
    move("free.unguided", "progressed.unguided", progression), move("free.unguided", "dead", design$death),
    move("free.guided", "progressed.resistant", progression), move("free.guided", "dead", design$death),
    move("progressed.unguided", "progressed.guided", from_report(design$guided_after)),
    move("progressed.unguided", "dead", after),
    move("progressed.resistant", "progressed.guided", design$second_guided),
    move("progressed.resistant", "dead", after), move("progressed.guided", "dead", after)
  )
  effects <- c(
    group_progression(design, from = "free"),
    list(
      effect("ACTIONABLE", 0, from = "unguided", to = "guided", level = FALSE),
      effect("ECOG", design$hr_ecog, from = "free", to = c("progressed", "dead")),
      effect("ECOG", design$hr_ecog, from = "progressed", to = "dead")
    )
  )
  model <- new_model(states, "free.unguided", moves, effects)
  model <- scale_moves(model, "free.guided", "progressed.resistant", design$hr_guided)
  model <- scale_moves(model, c("free.guided", "progressed.guided"), "dead", design$hr_guided_death)
  list(models = list(disease = model), laws = c(
    list(
      level_law("GROUP", names(design$groups), design$groups), flag_law("ACTIONABLE", design$actionable)
    ),
    person_laws(design)
  ))
}

# S3: two paths. The onset, since the first dose, of those who have one; and the course from the onset on.
rechallenge_model <- function(design) {
  groups <- names(design$groups)
  progression <- median_rate(design$progression[[1]])
  after <- median_rate(design$death_after)
  resolution <- median_rate(design$irae_resolution)
  onset <- new_model(c("none", "active", "progressed", "dead"), "none", list(
    move("none", "active", design$irae), move("none", "progressed", progression),
    move("none", "dead", design$death), move("active", "dead", design$death)
  ), group_progression(design, from = "none"))
  states <- c("active", "resolved", "rechallenged", "recurrent", "progressed", "dead")
  ill <- c("active", "resolved", "rechallenged", "recurrent")
  moves <- c(
    list(
      move("active", "resolved", resolution), move("resolved", "rechallenged", design$rechallenge),
      move("rechallenged", "recurrent", design$recurrence, clock = "reset")
    ),
    lapply(ill, move, to = "progressed", rate = progression),
    lapply(ill, move, to = "dead", rate = design$death),
    list(move("progressed", "dead", after))
  )
  effects <- c(group_progression(design, from = ill), list(
    effect("SEVERE", design$hr_severe, to = "rechallenged", level = TRUE),
    effect("SEVERE", design$hr_severe_recurrence, to = "recurrent", level = TRUE),
    effect("ORGAN", design$hr_endocrine, to = "resolved", level = "Endocrine")
  ))
  course <- new_model(states, "active", moves, effects)
  course <- scale_moves(course, c("rechallenged", "recurrent"), "progressed", design$hr_rechallenge)
  list(models = list(course = course, onset = onset), laws = c(
    list(
      level_law("GROUP", groups, design$groups), flag_law("SEVERE", design$severe),
      level_law("ORGAN", names(design$irae_organs), design$irae_organs)
    ),
    person_laws(design)
  ))
}

# S4: from surgery on; a new primary is a path of its own, for it is neither event nor censoring.
perioperative_model <- function(design) {
  states <- c("free", "recurred.local", "recurred.distant", "dead")
  after <- median_rate(design$death_recurred)
  moves <- list(
    move("free", "recurred.local", design$local), move("free", "recurred.distant", design$distant),
    move("free", "dead", design$death_free),
    move("recurred.local", "recurred.distant", design$distant_after_local),
    move("recurred.local", "dead", after), move("recurred.distant", "dead", after)
  )
  effects <- c(
    list(
      effect("SCORE_PROG", design$hr_score_progression, from = "free", to = "recurred"),
      effect("MPR", design$hr_major_response, from = "free", to = "recurred", level = TRUE)
    ),
    level_effects("STAGE", names(design$stage), design$hr_stage, from = "free", to = "recurred")
  )
  primary <- new_model(c("none", "primary"), "none", list(move("none", "primary", design$new_primary)))
  list(models = list(disease = new_model(states, "free", moves, effects), primary = primary), laws = c(
    list(
      normal_law("SCORE_PROG"), level_law("STAGE", names(design$stage), design$stage),
      flag_law("MPR", design$major_response)
    ),
    person_laws(design)
  ))
}

design_models <- list(
  biomarker_cohort = immunotherapy_model, guided_therapy = guided_model, rechallenge = rechallenge_model,
  perioperative = perioperative_model, irae_risk = immunotherapy_model
)
