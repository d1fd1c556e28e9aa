# A study for pictures: patients whose targets shrink and grow back, with new lesions, therapies and deaths.

# `n` patients in two arms, scanned every six weeks until progression or the data cut, 18 months after the
# first entry. Patient 1 has no target lesion and patient 2 no scan after the baseline.
picture_study <- function(n = 20, seed = 1, treated = TRUE) {
  with_random_seed(seed, {
    start <- as.Date("2022-01-03") + sort(sample(0:240, n, TRUE))
    cut <- as.Date("2023-07-03")
    arm <- sample(rep(c("Placebo", "Drug X"), length.out = n))
    persons <- lapply(seq_len(n), function(i) picture_person(i, arm[i], start[i], cut))
    subjects <- data.frame(
      USUBJID = sprintf("P%03d", seq_len(n)), TRT01P = arm, RANDDT = start,
      TRTSDT = start + sample(0:3, n, TRUE)
    )
    of <- function(what) do.call(c, lapply(persons, `[[`, what))
    subjects$TRTEDT <- if (treated) of("stop") else as.Date(NA)
    subjects$DTHDT <- of("death")
    subjects$LSTALVDT <- of("last")
    therapies <- data.frame(USUBJID = subjects$USUBJID, ASTDT = of("therapy"))
    data_cut(study(
      subjects = subjects, lesions = do.call(rbind, lapply(persons, `[[`, "lesions")),
      therapies = therapies[!is.na(therapies$ASTDT), ], design = "randomised", arms = c("Placebo", "Drug X")
    ), cut)
  })
}

picture_person <- function(i, arm, start, cut) {
  better <- arm == "Drug X"
  depth <- min(1, max(-1, stats::rnorm(1, 0.15 + 0.3 * better, 0.5)))
  growth <- stats::rexp(1, 1 / (0.003 - 0.0012 * better))
  new <- stats::rexp(1, 1 / (450 + 300 * better))
  death <- 30 + stats::rexp(1, 1 / (500 + 300 * better))
  day <- c(-7, seq(42, 640, 42) + sample(-4:4, 15, TRUE))
  end <- min(death, as.numeric(cut - start))
  day <- day[day <= end]
  if (i == 2) day <- day[1]
  size <- stats::runif(sample(1:3, 1), 15, 60)
  share <- (1 - depth * (1 - exp(-pmax(day, 0) / 50))) * exp(growth * pmax(day - 60, 0))
  sums <- rowSums(outer(share, size))
  grown <- which(day > 0 & (sums >= 1.2 * cummin(sums) & sums - cummin(sums) >= 5 | day > new))
  if (length(grown) > 0) {
    kept <- min(length(day), grown[1] + stats::rbinom(1, 2, 0.4))
    day <- day[seq_len(kept)]
    share <- share[seq_len(kept)]
  }
  progression <- if (length(grown) > 0) day[grown[1]] else NA
  stop <- min(if (is.na(progression)) Inf else progression + sample(1:20, 1), stats::rexp(1, 1 / 900), end)
  therapy <- if (is.na(progression) || stats::runif(1) < 0.4) NA else progression + sample(10:70, 1)
  rows <- function(id, kind, at, mm, state) {
    data.frame(
      USUBJID = rep(sprintf("P%03d", i), length(at)), TRLNKID = rep(id, length(at)),
      TRGRPID = rep(kind, length(at)), ADT = start + day[at], AVAL = mm, TRSTRESC = rep(state, length(at))
    )
  }
  kind <- if (i == 1) "NON-TARGET" else "TARGET"
  lesions <- do.call(rbind, lapply(seq_along(size), function(k) {
    noise <- (day > 0) * stats::rnorm(length(day), 0, 0.7)
    mm <- if (i == 1) NA else round(pmax(0, share * size[k] + noise), 1)
    rows(paste0("T", k), kind, seq_along(day), mm, if (i == 1) "PRESENT" else "")
  }))
  seen <- utils::head(which(day > new), 1)
  list(
    lesions = rbind(lesions, rows("X1", "NEW", seen, rep(NA_real_, length(seen)), "UNEQUIVOCAL")),
    stop = if (stop < end || death <= end) start + round(stop) else as.Date(NA),
    death = if (death <= end) start + round(death) else as.Date(NA),
    last = start + floor(end),
    therapy = if (!is.na(therapy) && therapy < end) start + therapy else as.Date(NA)
  )
}

#' The geoms of a plot, in the order of its layers; a nameless one is made of another that has its own keys.
layer_kinds <- function(plot) {
  vapply(plot$layers, function(layer) setdiff(class(layer$geom), "")[1], "")
}

#' Width and height of the panel of a plot on a figure of that many centimetres.
panel_cm <- function(plot, width, height) {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file, width / 2.54, height / 2.54)
  on.exit({
    grDevices::dev.off()
    unlink(file)
  })
  parts <- ggplot2::ggplotGrob(plot)
  taken <- function(units) {
    flexible <- vapply(seq_along(units), function(i) grepl("null", as.character(units[i])), logical(1))
    sum(grid::convertUnit(units[!flexible], "cm", valueOnly = TRUE))
  }
  c(width = width - taken(parts$widths), height = height - taken(parts$heights))
}
