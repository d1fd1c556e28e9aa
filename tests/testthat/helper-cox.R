# Fits of the kinds that cox() makes, for tests of what holds for all of them.

# survival's own convergence, as near to the root as it goes.
peer_control <- function() survival::coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100)

# A trial of 40 without ties, in shuffled order, with two strata and four centres.
untied_trial <- function() {
  n <- 40
  k <- seq_len(n)
  data.frame(
    time = ((k * 17) %% 41) + ((k * 7) %% 11) / 100, status = as.integer((k * 3) %% 5 > 0),
    arm = factor(ifelse((k * 11) %% 7 < 3, "drug", "placebo"), c("placebo", "drug")),
    x = ((k * 13) %% 23) / 10, site = ifelse(k %% 3 == 0, "s", "t"), centre = k %% 8, one = rep(1:2, n / 2)
  )
}

# A fit as a model of our own, whatever it was: its methods are then the engine's.
as_own <- function(fit) structure(fit, class = c("tte_cox", "tte_model"))

lung_of_arms <- function() {
  lung <- transform(survival::lung,
    arm = factor(sex, labels = c("male", "female")), old = ifelse(age >= 65, "65 or older", "below 65")
  )
  lung[stats::complete.cases(lung[c("time", "status", "age", "ph.ecog")]) & lung$ph.ecog < 3, ]
}

monotone_data <- function() {
  data.frame(
    time = 1:8, status = c(1, 1, 1, 1, 0, 0, 0, 0), arm = rep(c("B", "A"), each = 4),
    x = c(3, 1, 2, 4, 4, 1, 2, 3)
  )
}
