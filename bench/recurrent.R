# The mean cumulative function with death. The goal is a time, so the "peer" takes that and does nothing.
list(
  "Ghosh-Lin" = list(
    make = function(n, times) {
      set.seed(20)
      id <- rep(seq_len(n / 2), each = 2)
      length <- matrix(stats::rexp(n, 0.01), 2)
      if (times == "days") length <- floor(length) + 1
      stop <- c(apply(length, 2, cumsum))
      second <- rep(c(FALSE, TRUE), n / 2)
      what <- ifelse(second, sample(c("censored", "death"), n, replace = TRUE), "event")
      start <- ifelse(second, c(0, stop[-n]), 0)
      data.frame(id, start, stop, what = factor(what, c("censored", "event", "death")))
    },
    used = c("id", "start", "stop", "what"),
    ours = function(d) tte::mcf(Surv(start, stop, what) ~ 1, d, id = id, terminal = "death"),
    peer = function(d) Sys.sleep(1),
    differ = function(ours, peer) NA
  )
)
