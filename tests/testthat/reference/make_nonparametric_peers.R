# Records what simtrial (1.1.0), nph (2.1) and survRM2 (1.0-4) say, in nonparametric_peers.csv.
#   Rscript tests/testthat/reference/make_nonparametric_peers.R      from the root of the package

for (name in c("helper-oracle", "helper-random", "helper-nonparametric")) {
  source(file.path("tests/testthat", paste0(name, ".R")))
}

row <- function(peer, case, quantity, value) {
  data.frame(peer = peer, case = case, quantity = quantity, value = format(value, digits = 17))
}

# ---- MaxCombo of the usual four weights ----
lung <- survival::lung
rated <- lung[!is.na(lung$ph.ecog), ]
set.seed(1)
simtrial <- simtrial::maxcombo(
  data.frame(
    tte = rated$time, event = rated$status - 1, stratum = rated$ph.ecog,
    treatment = ifelse(rated$sex == 1, "control", "experimental")
  ),
  rho = c(0, 0, 1, 1), gamma = c(0, 1, 0, 1), return_corr = TRUE
)
nph <- nph::logrank.maxtest(
  lung$time, lung$status == 2, lung$sex,
  alternative = "two.sided", rho = c(0, 0, 1, 1), gamma = c(0, 1, 0, 1)
)
combo <- rbind(
  row("simtrial", "lung by ph.ecog", "z", simtrial$z),
  row("simtrial", "lung by ph.ecog", "correlation", c(as.matrix(simtrial$corr))),
  row("simtrial", "lung by ph.ecog", "p", simtrial$p_value),
  row("nph", "lung", "z", nph$tests$z), row("nph", "lung", "p", nph$pmult)
)

# ---- restricted means ----
seeds <- 202405000L + 1:20
means <- do.call(rbind, lapply(seeds, function(seed) {
  case <- survrm2_case(seed)
  if (is.null(case)) {
    return(NULL)
  }
  d <- case$d
  fit <- tryCatch(
    suppressWarnings(survRM2::rmst2(d$stop, d$cause, as.integer(d$arm) - 1L, tau = case$tau)),
    error = function(error) NULL
  )
  if (is.null(fit)) {
    return(NULL)
  }
  row("survRM2", seed, c("mean_1", "se_1", "mean_2", "se_2", "difference", "ratio_upper"), c(
    fit$RMST.arm0$rmst[1:2], fit$RMST.arm1$rmst[1:2], fit$unadjusted.result[1, 1], fit$unadjusted.result[2, 3]
  ))
}))

utils::write.csv(rbind(combo, means), "tests/testthat/reference/nonparametric_peers.csv", row.names = FALSE)
