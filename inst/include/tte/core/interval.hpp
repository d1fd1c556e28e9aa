// Confidence limits of a probability on a transformed scale.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include "expects.hpp"
#include "special.hpp"

namespace tte {

enum class Transform { none, plain, log, log_log, logit, arcsine };

struct Interval {
  double lower, upper;
};

namespace detail {

// Each takes a probability 0 < p < 1 and half = z * se(log p).
inline Interval plain_interval(double p, double half) {
  return {std::max(p - p * half, 0.0), std::min(p + p * half, 1.0)};
}

inline Interval log_interval(double p, double half) {
  return {p * std::exp(-half), std::min(p * std::exp(half), 1.0)};
}

inline Interval log_log_interval(double p, double half) {
  const double log_p = std::log(p), factor = std::exp(-half / log_p);
  return {std::exp(log_p * factor), std::exp(log_p / factor)};
}

inline Interval logit_interval(double p, double half) {
  const double logit = std::log(p / (1 - p)), width = half / (1 - p);
  return {1 / (1 + std::exp(width - logit)), 1 / (1 + std::exp(-width - logit))};
}

inline Interval arcsine_interval(double p, double half) {
  const double angle = std::asin(std::sqrt(p)), width = 0.5 * half * std::sqrt(p / (1 - p));
  const double low = std::sin(std::max(angle - width, 0.0)),
               high = std::sin(std::min(angle + width, std::asin(1.0)));
  return {low * low, high * high};
}

}  // namespace detail

/// Limits of a probability `p` whose log has standard error `se_log`, at z normal standard errors.
/// A certain p (0 or 1 with no error) is its own interval; p = 0 that has an error, or any p whose error is
/// not finite, has no limits (NaN).
inline Interval probability_interval(double p, double se_log, double z, Transform transform) {
  if (p == 1 && !(se_log > 0)) return {1, 1};
  if (!(p > 0) || !std::isfinite(se_log)) return {detail::nan, detail::nan};
  const double half = z * se_log;
  switch (transform) {
    case Transform::plain:
      return detail::plain_interval(p, half);
    case Transform::log:
      return detail::log_interval(p, half);
    case Transform::log_log:
      return p < 1 ? detail::log_log_interval(p, half) : Interval{detail::nan, detail::nan};
    case Transform::logit:
      return p < 1 ? detail::logit_interval(p, half) : Interval{detail::nan, detail::nan};
    case Transform::arcsine:
      return p < 1 ? detail::arcsine_interval(p, half) : Interval{detail::nan, detail::nan};
    case Transform::none:
      break;
  }
  return {detail::nan, detail::nan};
}

/// The normal quantile that a two-sided confidence level asks for.
inline double two_sided_quantile(double conf_level) {
  expects(conf_level > 0 && conf_level < 1, "the confidence level must lie between 0 and 1");
  return normal_quantile(0.5 + 0.5 * conf_level);
}

}  // namespace tte
