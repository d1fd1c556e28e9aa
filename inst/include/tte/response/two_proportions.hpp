// Two proportions: score tests and limits of their difference and ratio, and Newcombe's limits.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "../core/expects.hpp"
#include "../core/interval.hpp"
#include "../core/special.hpp"
#include "proportion.hpp"

namespace tte {

/// Responders and patients of an arm (1) and of its reference (2).
struct TwoArms {
  double x1, n1, x2, n2;

  double total() const { return n1 + n2; }
  double difference() const { return x1 / n1 - x2 / n2; }
};

/// Miettinen and Nurminen's variance is N / (N - 1) times Mee's.
enum class ScoreVariance { miettinen_nurminen, mee };

namespace detail {

inline void check_two_arms(const TwoArms& arms) {
  check_proportion(arms.x1, arms.n1);
  check_proportion(arms.x2, arms.n2);
}

inline double share(double count, double of) { return count > 0 ? count / of : 0; }

// Where a concave log likelihood is largest on [low, high], by Newton steps that never leave the bracket.
// `slope` gives its first derivative, `curvature` the second.
template <class Slope, class Curvature>
double concave_maximum(const Slope& slope, const Curvature& curvature, double low, double high) {
  if (!(slope(low) > 0)) return low;
  if (!(slope(high) < 0)) return high;
  double p = low + 0.5 * (high - low);
  for (int step = 0; step < 200; ++step) {
    const double g = slope(p);
    (g > 0 ? low : high) = p;
    double next = p - g / curvature(p);
    if (!(next > low && next < high)) next = low + 0.5 * (high - low);
    if (std::abs(next - p) <= 1e-16 * p) return next;
    p = next;
  }
  return p;
}

inline double over_root(double distance, double variance) {
  if (distance == 0) return 0;
  return variance > 0 ? distance / std::sqrt(variance)
                      : std::copysign(std::numeric_limits<double>::infinity(), distance);
}

inline double inflation(const TwoArms& arms, ScoreVariance kind) {
  return kind == ScoreVariance::mee ? 1 : arms.total() / (arms.total() - 1);
}

}  // namespace detail

/// The reference's proportion that is most likely when the difference is `delta`.
inline double restricted_proportion(const TwoArms& arms, double delta) {
  const double low = std::max(0.0, -delta), high = std::min(1.0, 1 - delta);
  const double y1 = arms.n1 - arms.x1, y2 = arms.n2 - arms.x2;
  if (!(high > low)) return low;
  const auto slope = [&](double p) {
    return detail::share(arms.x1, std::max(0.0, p + delta)) -
           detail::share(y1, std::max(0.0, 1 - p - delta)) + detail::share(arms.x2, p) -
           detail::share(y2, 1 - p);
  };
  const auto curvature = [&](double p) {
    const double p1 = p + delta;
    return -detail::share(arms.x1, p1 * p1) - detail::share(y1, (1 - p1) * (1 - p1)) -
           detail::share(arms.x2, p * p) - detail::share(y2, (1 - p) * (1 - p));
  };
  return detail::concave_maximum(slope, curvature, low, high);
}

/// Variance of the difference were it `delta`.
inline double score_variance(const TwoArms& arms, double delta, ScoreVariance kind) {
  const double p2 = restricted_proportion(arms, delta), p1 = std::min(1.0, std::max(0.0, p2 + delta));
  return (p1 * (1 - p1) / arms.n1 + p2 * (1 - p2) / arms.n2) * detail::inflation(arms, kind);
}

/// The score statistic of "the difference is delta"; it falls as delta grows.
inline double difference_z(const TwoArms& arms, double delta, ScoreVariance kind) {
  return detail::over_root(arms.difference() - delta, score_variance(arms, delta, kind));
}

/// The differences that the score test does not reject at z standard errors.
inline Interval score_difference(const TwoArms& arms, double z, ScoreVariance kind) {
  detail::check_two_arms(arms);
  const double d = arms.difference();
  const auto lower = [&](double delta) { return difference_z(arms, delta, kind) - z; };
  const auto upper = [&](double delta) { return difference_z(arms, delta, kind) + z; };
  return {d == -1 ? -1.0 : detail::crossing(lower, -1, d, true),
          d == 1 ? 1.0 : detail::crossing(upper, d, 1, true)};
}

/// Newcombe's hybrid: the distances of the estimates from their Wilson limits, squared and added.
inline Interval newcombe_difference(const TwoArms& arms, double z) {
  detail::check_two_arms(arms);
  const double p1 = arms.x1 / arms.n1, p2 = arms.x2 / arms.n2;
  const Interval one = detail::wilson_at(p1, arms.n1, z), two = detail::wilson_at(p2, arms.n2, z);
  return {p1 - p2 - std::hypot(p1 - one.lower, two.upper - p2),
          p1 - p2 + std::hypot(one.upper - p1, p2 - two.lower)};
}

/// The z at which limits first touch zero, with the sign of the estimate: the test that belongs to limits
/// that have none. `limits` gives an interval for any z.
template <class Limits>
double z_of_limits(const Limits& limits, double estimate) {
  if (estimate == 0) return 0;
  const auto beyond = [&](double z) { return estimate > 0 ? limits(z).lower : -limits(z).upper; };
  double high = 1;
  while (high < 1e8 && beyond(high) > 0) high *= 2;
  return std::copysign(detail::crossing(beyond, 0, high, true), estimate);
}

/// The reference's proportion that is most likely when the ratio is `phi`.
inline double restricted_reference(const TwoArms& arms, double phi) {
  const double n = arms.total() * phi, b = phi * (arms.n1 + arms.x2) + arms.x1 + arms.n2;
  const double root = std::sqrt(std::max(0.0, b * b - 4 * n * (arms.x1 + arms.x2)));
  return 2 * (arms.x1 + arms.x2) / (b + root);
}

/// The score statistic of "the ratio is phi".
inline double ratio_z(const TwoArms& arms, double phi, ScoreVariance kind) {
  const double p2 = std::min(restricted_reference(arms, phi), 1.0), p1 = std::min(1.0, phi * p2);
  const double variance = p1 * (1 - p1) / arms.n1 + phi * phi * p2 * (1 - p2) / arms.n2;
  return detail::over_root(arms.x1 / arms.n1 - phi * arms.x2 / arms.n2,
                           variance * detail::inflation(arms, kind));
}

/// The ratios that the score test does not reject at z standard errors: 0 is among them when the arm has no
/// responder, and there is no upper limit when the reference has none.
inline Interval score_ratio(const TwoArms& arms, double z, ScoreVariance kind) {
  detail::check_two_arms(arms);
  const auto lower = [&](double log_phi) { return ratio_z(arms, std::exp(log_phi), kind) - z; };
  const auto upper = [&](double log_phi) { return ratio_z(arms, std::exp(log_phi), kind) + z; };
  return {arms.x1 == 0 ? 0.0 : std::exp(detail::crossing(lower, -700, 700, true)),
          arms.x2 == 0 ? std::numeric_limits<double>::infinity()
                       : std::exp(detail::crossing(upper, -700, 700, true))};
}

}  // namespace tte
