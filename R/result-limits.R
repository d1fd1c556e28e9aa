# Limits of a probability on each of the scales that curves have.

# name = list(to, slope, back, words); `sign`: whether a larger transformed value is better.
limit_scales <- list(
  "log-log" = list(
    to = function(p) log(-log(p)), slope = function(p) -1 / (p * log(p)), back = function(y) exp(-exp(y)),
    sign = -1, words = "log-log"
  ),
  log = list(
    to = log, slope = function(p) 1 / p, back = function(y) pmin(exp(y), 1), sign = 1, words = "log"
  ),
  plain = list(
    to = identity, slope = function(p) rep(1, length(p)), back = function(y) pmin(pmax(y, 0), 1), sign = 1,
    words = "untransformed"
  ),
  logit = list(
    to = stats::qlogis, slope = function(p) 1 / (p * (1 - p)), back = stats::plogis, sign = 1,
    words = "logit"
  ),
  arcsin = list(
    to = function(p) asin(sqrt(p)), slope = function(p) 1 / (2 * sqrt(p * (1 - p))),
    back = function(y) sin(pmin(pmax(y, 0), pi / 2))^2, sign = 1, words = "arcsine"
  )
)

# Limits of a probability with standard error `se`; with se = 0 both are the estimate, at 0 there are none.
probability_limits <- function(p, se, type, level) {
  scale <- limit_scales[[type]]
  z <- stats::qnorm((1 + level) / 2)
  half <- z * se * abs(scale$slope(p))
  ends <- cbind(scale$back(scale$to(p) - half), scale$back(scale$to(p) + half))
  certain <- !is.na(se) & se == 0
  ends[certain, ] <- p[certain]
  list(lower = pmin(ends[, 1], ends[, 2]), upper = pmax(ends[, 1], ends[, 2]))
}
