# Harrell's concordance of a score, with its standard error. A fit carries its concordance along, so asking a fit
# for it costs nothing: what is timed is the calculation, beside the peer's calculation.
list(
  "of a score" = list(
    make = function(n, times) trial(n, times, covariates = 2),
    used = c("time", "status", "x1"),
    prepare = function(d) {
      list(
        columns = list(stop = d$time, cause = d$status), score = d$x1 + 0.5 * d$x2,
        y = survival::Surv(d$time, d$status)
      )
    },
    ours = function(p) getNamespace("tte")$concordance_cpp(p$columns, p$score, TRUE),
    peer = function(p) survival::concordancefit(p$y, p$score, reverse = TRUE),
    differ = function(ours, peer) {
      max(abs(ours[["concordance"]] - peer$concordance), abs(ours[["std"]] / sqrt(peer$var) - 1))
    }
  )
)
