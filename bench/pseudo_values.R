# Pseudo-values of survival at three times by the infinitesimal jackknife, which is what the peer gives.
list(
  "three times" = list(
    make = function(n, times) trial(n, times, covariates = 0),
    used = c("time", "status"),
    ours = function(d) {
      tte::pseudo_values(Surv(time, status) ~ 1, d, at = c(300, 800, 1500), method = "ij")
    },
    peer = function(d) {
      fit <- survival::survfit(survival::Surv(time, status) ~ 1, d, model = TRUE)
      survival::pseudo(fit, times = c(300, 800, 1500))
    },
    differ = function(ours, peer) max(abs(ours - peer))
  )
)
