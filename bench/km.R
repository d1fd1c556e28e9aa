# Kaplan-Meier curves of two groups: the whole user call.
list(
  "two groups" = list(
    make = function(n, times) trial(n, times, covariates = 0),
    used = c("time", "status", "arm"),
    ours = function(d) tte::km(Surv(time, status) ~ arm, d),
    peer = function(d) survival::survfit(Surv(time, status) ~ arm, d, conf.type = "log-log"),
    differ = function(ours, peer) {
      max(abs(ours$surv - peer$surv), abs(ours$std.err - peer$std.err)[peer$surv > 0])
    }
  )
)
