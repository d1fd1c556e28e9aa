# Ten thousand permutations of a log-rank test. The goal is a time, so the "peer" takes that and does nothing.
list(
  "10000 of a log-rank test" = list(
    make = function(n, times) trial(n, times, covariates = 0),
    used = c("time", "status", "arm"),
    ours = function(d) tte::log_rank_test(Surv(time, status) ~ arm, d, permutations = 10000),
    peer = function(d) Sys.sleep(0.1),
    differ = function(ours, peer) {
      abs(ours$p.value - stats::pchisq(ours$statistic[[1]], 1, lower.tail = FALSE))
    }
  )
)
