// Intervals for one proportion, x of n.
#pragma once

#include <algorithm>
#include <cmath>

#include "../core/expects.hpp"
#include "../core/interval.hpp"
#include "../core/special.hpp"

namespace tte {

enum class ProportionMethod { clopper_pearson, wilson };

namespace detail {

inline void check_proportion(double x, double n) {
  expects(std::isfinite(n) && n > 0 && std::floor(n) == n, "n must be a whole number above 0");
  expects(x >= 0 && x <= n && std::floor(x) == x, "x must be a whole number from 0 to n");
}

}  // namespace detail

/// Clopper and Pearson: each binomial tail inverted, so the limits are quantiles of beta distributions.
inline Interval clopper_pearson(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  expects(conf_level > 0 && conf_level < 1, "the confidence level must lie between 0 and 1");
  const double tail = (1 - conf_level) / 2;
  return {x == 0 ? 0.0 : beta_quantile(tail, x, n - x + 1),
          x == n ? 1.0 : beta_quantile(1 - tail, x + 1, n - x)};
}

/// Wilson: the score test inverted, so the limits are the roots p of (p - x/n)^2 = z^2 p (1 - p) / n.
inline Interval wilson(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  const double z = two_sided_quantile(conf_level), p = x / n, share = z * z / n;
  const double centre = p + share / 2, half = std::sqrt(share * (p * (1 - p) + share / 4));
  return {x == 0 ? 0.0 : std::max(0.0, (centre - half) / (1 + share)),
          x == n ? 1.0 : std::min(1.0, (centre + half) / (1 + share))};
}

/// Limits of the proportion x / n by the method asked for.
inline Interval proportion_interval(double x, double n, ProportionMethod method, double conf_level) {
  return method == ProportionMethod::wilson ? wilson(x, n, conf_level) : clopper_pearson(x, n, conf_level);
}

}  // namespace tte
