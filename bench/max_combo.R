# The MaxCombo test of the usual four Fleming-Harrington weights, two arms: the whole user call.
four <- list(rho = c(0, 0, 1, 1), gamma = c(0, 1, 0, 1))
list(
  "four weights" = list(
    make = function(n, times) {
      d <- trial(n, times, covariates = 0)
      d$treatment <- ifelse(d$arm == "Placebo", "control", "experimental")
      d$tte <- d$time
      d$event <- d$status
      d$stratum <- "all"
      d
    },
    used = c("time", "status", "arm"),
    ours = function(d) tte::max_combo_test(Surv(time, status) ~ arm, d, alternative = "greater"),
    peer = function(d) do.call(simtrial::maxcombo, c(list(d, return_corr = TRUE), four)),
    # statistics only: the peer's integration starts from the caller's seed and stops at an error of 1e-3
    differ = function(ours, peer) max(abs(ours$tests$z + peer$z))
  )
)
