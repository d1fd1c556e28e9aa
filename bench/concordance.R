# Harrell's concordance of a Cox fit, with its standard error.
list(
  "of a fit" = list(
    make = function(n, times) trial(n, times, covariates = 2),
    used = c("time", "status", "x1", "x2"),
    prepare = function(d) {
      list(
        ours = tte::cox(Surv(time, status) ~ x1 + x2, d),
        peer = survival::coxph(Surv(time, status) ~ x1 + x2, d)
      )
    },
    ours = function(fits) survival::concordance(fits$ours),
    peer = function(fits) survival::concordance(fits$peer),
    differ = function(ours, peer) {
      max(abs(ours$concordance - peer$concordance), abs(sqrt(ours$var) / sqrt(peer$var) - 1))
    }
  )
)
