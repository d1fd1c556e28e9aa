// Intervals for one proportion, x of n.
#pragma once

#include <algorithm>
#include <cmath>

#include "../core/expects.hpp"
#include "../core/interval.hpp"
#include "../core/special.hpp"
#include "proportion_tails.hpp"

namespace tte {

enum class ProportionMethod { clopper_pearson, wilson, agresti_coull, jeffreys, mid_p, blaker };

namespace detail {

inline void check_proportion(double x, double n) {
  expects(std::isfinite(n) && n > 0 && std::floor(n) == n, "n must be a whole number above 0");
  expects(x >= 0 && x <= n && std::floor(x) == x, "x must be a whole number from 0 to n");
}

inline double tail_of(double conf_level) {
  expects(conf_level > 0 && conf_level < 1, "the confidence level must lie between 0 and 1");
  return (1 - conf_level) / 2;
}

// The roots p of (p - x/n)^2 = z^2 p (1 - p) / n; `p` and `n` need not be those of whole counts.
inline Interval wilson_at(double p, double n, double z) {
  const double share = z * z / n;
  const double centre = p + share / 2, half = std::sqrt(share * (p * (1 - p) + share / 4));
  return {p == 0 ? 0.0 : std::max(0.0, (centre - half) / (1 + share)),
          p == 1 ? 1.0 : std::min(1.0, (centre + half) / (1 + share))};
}

// A method that treats responders and others alike has for x of n the upper limit that 1 - p has from below.
template <class Lower>
Interval mirrored(const Lower& lower, double x, double n) {
  return {x == 0 ? 0.0 : lower(x), x == n ? 1.0 : 1 - lower(n - x)};
}

// The smallest p that x of n does not reject when half of P(X = x) counts, one tail at a time.
inline double mid_p_lower(double x, double n, double tail) {
  const auto excess = [&](double p) {
    return binomial_at_least(x, n, p) - binomial_mass(x, n, p) / 2 - tail;
  };
  return crossing(excess, 0, 1, false);
}

// The last count from 0 to `end` for which a property holds that counts have up to some point; -1 if none
// has.
template <class Property>
double last_count(const Property& holds, double end) {
  double in = -1, out = end + 1;
  while (out - in > 1) {
    const double middle = std::floor((in + out) / 2);
    (holds(middle) ? in : out) = middle;
  }
  return in;
}

// Blaker's function at p is P(X >= x) + P(X <= k), k the largest count whose lower tail is no heavier than
// the upper tail of x. From Clopper and Pearson's limit on, k stays until both tails are equally heavy, where
// it grows and the function jumps above the level; before that it can cross the level once, from below.
inline double blaker_lower(double x, double n, double tail) {
  const double from = beta_quantile(tail, x, n - x + 1);
  const double upper = binomial_at_least(x, n, from);
  const double k = last_count([&](double y) { return binomial_at_most(y, n, from) <= upper; }, x - 1);
  const auto heavier = [&](double p) { return binomial_at_most(k + 1, n, p) - binomial_at_least(x, n, p); };
  const double jump = crossing(heavier, from, x / n, true);
  const auto excess = [&](double p) {
    return binomial_at_least(x, n, p) + (k < 0 ? 0 : binomial_at_most(k, n, p)) - 2 * tail;
  };
  return crossing(excess, from, jump, false);
}

}  // namespace detail

/// Clopper and Pearson: each binomial tail inverted, so the limits are quantiles of beta distributions.
inline Interval clopper_pearson(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  const double tail = detail::tail_of(conf_level);
  return {x == 0 ? 0.0 : beta_quantile(tail, x, n - x + 1),
          x == n ? 1.0 : beta_quantile(1 - tail, x + 1, n - x)};
}

/// Wilson: the score test inverted.
inline Interval wilson(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  return detail::wilson_at(x / n, n, two_sided_quantile(conf_level));
}

/// Agresti and Coull: a normal interval about Wilson's midpoint, cut off at 0 and 1.
inline Interval agresti_coull(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  const double z = two_sided_quantile(conf_level), more = n + z * z, p = (x + z * z / 2) / more;
  const double half = z * std::sqrt(p * (1 - p) / more);
  return {std::max(0.0, p - half), std::min(1.0, p + half)};
}

/// Jeffreys: equal tails of the beta distribution with half a patient more on either side, but 0 from nobody
/// and 1 from everybody.
inline Interval jeffreys(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  const double tail = detail::tail_of(conf_level);
  return {x == 0 ? 0.0 : beta_quantile(tail, x + 0.5, n - x + 0.5),
          x == n ? 1.0 : beta_quantile(1 - tail, x + 0.5, n - x + 0.5)};
}

/// Mid-P: as Clopper and Pearson, with only half of the probability of what was seen in the tail.
inline Interval mid_p(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  const double tail = detail::tail_of(conf_level);
  return detail::mirrored([&](double y) { return detail::mid_p_lower(y, n, tail); }, x, n);
}

/// Blaker: the hull of the p at which the rarer tail of x is not among the rarest of level 1 - conf_level.
inline Interval blaker(double x, double n, double conf_level) {
  detail::check_proportion(x, n);
  const double tail = detail::tail_of(conf_level);
  return detail::mirrored([&](double y) { return detail::blaker_lower(y, n, tail); }, x, n);
}

/// Limits of the proportion x / n by the method asked for.
inline Interval proportion_interval(double x, double n, ProportionMethod method, double conf_level) {
  switch (method) {
    case ProportionMethod::clopper_pearson:
      return clopper_pearson(x, n, conf_level);
    case ProportionMethod::wilson:
      return wilson(x, n, conf_level);
    case ProportionMethod::agresti_coull:
      return agresti_coull(x, n, conf_level);
    case ProportionMethod::jeffreys:
      return jeffreys(x, n, conf_level);
    case ProportionMethod::mid_p:
      return mid_p(x, n, conf_level);
    case ProportionMethod::blaker:
      break;
  }
  return blaker(x, n, conf_level);
}

}  // namespace tte
