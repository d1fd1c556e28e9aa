# Random two-arm trials for the restricted mean, shared by test-rmst.R and the script that records what
# survRM2 says; NULL where a trial has no use.

survrm2_case <- function(seed) {
  case <- random_case(seed)
  d <- replicated(case, case$person)
  d$arm <- factor(ifelse(d$arm == "B", "B", "A"))
  d$stop <- round(d$stop, 8)
  if (length(unique(d$arm)) < 2 || min(table(d$arm)) < 3 || min(tapply(d$cause, d$arm, sum)) == 0) {
    return(NULL)
  }
  list(d = d, tau = min(tapply(d$stop, d$arm, max)) * 0.9)
}
