# The MaxCombo test of the usual four Fleming-Harrington weights, two arms: the whole user call.
four <- list(rho = c(0, 0, 1, 1), gamma = c(0, 1, 0, 1))

two_arms <- function(n, times) {
  d <- trial(n, times, covariates = 0)
  d$treatment <- ifelse(d$arm == "Placebo", "control", "experimental")
  d$tte <- d$time
  d$event <- d$status
  d$stratum <- "all"
  d
}

# Statistics only: the peers' integration starts from the caller's seed and stops at an error of 1e-3. They
# merge no times.
list(
  "four weights" = list(
    make = two_arms,
    used = c("time", "status", "arm"),
    ours = function(d) {
      tte::max_combo_test(Surv(time, status) ~ arm, d, alternative = "greater", timefix = FALSE)
    },
    peer = function(d) do.call(simtrial::maxcombo, c(list(d, return_corr = TRUE), four)),
    differ = function(ours, peer) max(abs(ours$tests$z + peer$z))
  ),
  "four weights of few" = list(
    make = two_arms,
    used = c("time", "status", "arm"),
    ours = function(d) tte::max_combo_test(Surv(time, status) ~ arm, d, timefix = FALSE),
    peer = function(d) do.call(nph::logrank.maxtest, c(list(d$time, d$status == 1, d$arm), four)),
    differ = function(ours, peer) max(abs(abs(ours$tests$z) - abs(peer$tests$z)))
  )
)
