# Profile-likelihood limits and exact ties. The goals are times, so the "peer" takes those and does nothing.
formula_of <- function(left, p) stats::reformulate(paste0("x", seq_len(p)), str2lang(left))
used <- c("time", "status", paste0("x", 1:10))

list(
  "profile limits of 10 coefficients" = list(
    make = function(n, times) trial(n, times, covariates = 10), used = used,
    ours = function(d) stats::confint(tte::cox(formula_of("Surv(time, status)", 10), d, conf.type = "profile")),
    peer = function(d) Sys.sleep(1),
    differ = function(ours, peer) NA
  ),
  "exact marginal ties of months" = list(
    make = function(n, times) {
      d <- trial(n, times, covariates = 10)
      d$time <- ceiling(d$time / 30.4375)
      d
    },
    used = used,
    ours = function(d) tte::cox(formula_of("Surv(time, status)", 10), d, ties = "exact-marginal"),
    peer = function(d) Sys.sleep(2),
    differ = function(ours, peer) NA
  )
)
