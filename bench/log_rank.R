# The log-rank test of two groups: the whole user call.
list(
  "two groups" = list(
    make = function(n, times) trial(n, times, covariates = 0),
    used = c("time", "status", "arm"),
    ours = function(d) tte::log_rank_test(Surv(time, status) ~ arm, d),
    peer = function(d) survival::survdiff(Surv(time, status) ~ arm, d),
    differ = function(ours, peer) abs(ours$statistic[[1]] / peer$chisq - 1)
  )
)
