// A difference of two proportions that strata share: score tests and limits, Newcombe's limits by Yan and Su,
// and Mantel and Haenszel's difference with Sato's variance.
#pragma once

#include <cmath>
#include <vector>

#include "../core/expects.hpp"
#include "../core/span.hpp"
#include "two_proportions.hpp"

namespace tte {

/// Weights of Cochran, Mantel and Haenszel (n1 n2 / N), or the inverse of the variance at the difference
/// asked.
enum class StratumWeight { mantel_haenszel, inverse_variance };

struct Difference {
  double estimate, std_error;
};

/// Arms of the strata in which both have patients; the others say nothing about a difference.
inline std::vector<TwoArms> comparable_strata(Span<double> x1, Span<double> n1, Span<double> x2,
                                              Span<double> n2) {
  expects(n1.size() == x1.size() && x2.size() == x1.size() && n2.size() == x1.size(),
          "the counts of the strata differ in length");
  std::vector<TwoArms> strata;
  for (std::size_t h = 0; h < x1.size(); ++h) {
    expects(n1[h] >= 0 && n2[h] >= 0, "an arm has at least 0 patients");
    if (n1[h] == 0 || n2[h] == 0) continue;
    strata.push_back({x1[h], n1[h], x2[h], n2[h]});
    detail::check_two_arms(strata.back());
  }
  return strata;
}

namespace detail {

inline double mantel_haenszel_weight(const TwoArms& arms) { return arms.n1 * arms.n2 / arms.total(); }

// Weighted distance of the strata's differences from `delta`, and its variance. In a stratum where nobody or
// everybody responded the variance at difference 0 is 0: `unbounded` says that an inverse weight has no
// bound.
struct WeightedDistance {
  double distance = 0, variance = 0;
  bool unbounded = false;
};

inline WeightedDistance weighted_distance(const std::vector<TwoArms>& strata, double delta,
                                          StratumWeight weight, ScoreVariance kind) {
  WeightedDistance sum;
  for (const TwoArms& arms : strata) {
    const double v = score_variance(arms, delta, kind), apart = arms.difference() - delta;
    const bool inverse = weight == StratumWeight::inverse_variance;
    if (inverse && !(v > 0) && apart == 0) {
      sum.unbounded = true;
      continue;
    }
    const double w = inverse ? 1 / v : mantel_haenszel_weight(arms);
    sum.distance += w * apart;
    sum.variance += w * w * v;
  }
  return sum;
}

inline std::vector<double> mantel_haenszel_shares(const std::vector<TwoArms>& strata) {
  std::vector<double> shares;
  double sum = 0;
  for (const TwoArms& arms : strata) sum += mantel_haenszel_weight(arms);
  for (const TwoArms& arms : strata) shares.push_back(mantel_haenszel_weight(arms) / sum);
  return shares;
}

// Wilson limits of an arm's weighted proportion (Yan and Su 2010): each stratum at the same z, shrunk so that
// the sum has the level asked for. Strata without variance, all of them, count by their size alone.
inline Interval stratified_wilson(const std::vector<double>& share, const std::vector<double>& p,
                                  const std::vector<double>& n, double z) {
  double squares = 0, roots = 0, plain_squares = 0, plain_roots = 0;
  for (std::size_t h = 0; h < p.size(); ++h) {
    const double variance = p[h] * (1 - p[h]) / n[h];
    squares += share[h] * share[h] * variance;
    roots += share[h] * std::sqrt(variance);
    plain_squares += share[h] * share[h] / n[h];
    plain_roots += share[h] / std::sqrt(n[h]);
  }
  const double shrunk = z * (roots > 0 ? std::sqrt(squares) / roots : std::sqrt(plain_squares) / plain_roots);
  Interval sum{0, 0};
  for (std::size_t h = 0; h < p.size(); ++h) {
    const Interval own = wilson_at(p[h], n[h], shrunk);
    sum.lower += share[h] * own.lower;
    sum.upper += share[h] * own.upper;
  }
  return sum;
}

// One arm over the strata: its Wilson limits, and the sum of squared weights over patients.
struct ArmOverStrata {
  Interval limits;
  double per_patient;

  double lower_variance() const { return per_patient * limits.lower * (1 - limits.lower); }
  double upper_variance() const { return per_patient * limits.upper * (1 - limits.upper); }
};

inline ArmOverStrata arm_over_strata(const std::vector<double>& share, const std::vector<double>& x,
                                     const std::vector<double>& n, double z) {
  std::vector<double> p(x.size());
  double per_patient = 0;
  for (std::size_t h = 0; h < x.size(); ++h) {
    p[h] = x[h] / n[h];
    per_patient += share[h] * share[h] / n[h];
  }
  return {stratified_wilson(share, p, n, z), per_patient};
}

}  // namespace detail

/// The weighted mean of the strata's differences, with Mantel and Haenszel's weights.
inline double mantel_haenszel_difference(const std::vector<TwoArms>& strata) {
  const std::vector<double> share = detail::mantel_haenszel_shares(strata);
  double d = 0;
  for (std::size_t h = 0; h < strata.size(); ++h) d += share[h] * strata[h].difference();
  return d;
}

/// The score statistic of "every stratum's difference is delta". With inverse weights it is 0 where a
/// stratum's weight has no bound: such a stratum alone decides there.
inline double stratified_z(const std::vector<TwoArms>& strata, double delta, StratumWeight weight,
                           ScoreVariance kind) {
  const detail::WeightedDistance sum = detail::weighted_distance(strata, delta, weight, kind);
  return sum.unbounded ? 0 : detail::over_root(sum.distance, sum.variance);
}

/// The difference at which the score statistic is 0.
inline double stratified_estimate(const std::vector<TwoArms>& strata, StratumWeight weight,
                                  ScoreVariance kind) {
  if (weight == StratumWeight::mantel_haenszel) return mantel_haenszel_difference(strata);
  const auto pull = [&](double delta) {
    return detail::weighted_distance(strata, delta, weight, kind).distance;
  };
  const double estimate = detail::crossing(pull, -1, 1, true);
  return std::abs(estimate) < 1e-15 ? 0 : estimate;
}

/// The hull of the differences that the score test does not reject at z standard errors. Weights that change
/// with the difference can make the statistic turn back, so the first one accepted is sought from outside.
inline Interval stratified_score(const std::vector<TwoArms>& strata, double z, StratumWeight weight,
                                 ScoreVariance kind) {
  const double estimate = stratified_estimate(strata, weight, kind);
  const auto from_outside = [&](double end) {
    const auto rejected = [&](double delta) {
      return std::abs(stratified_z(strata, delta, weight, kind)) - z;
    };
    if (std::abs(estimate - end) < 1e-15) return end;
    const int steps = weight == StratumWeight::mantel_haenszel ? 1 : 400;
    double before = end, here = end;
    for (int step = 1; step < steps; ++step) {
      here = end + (estimate - end) * step / steps;
      if (before * here < 0 && rejected(0) <= 0) here = 0;
      if (rejected(here) <= 0) return detail::crossing(rejected, before, here, true);
      before = here;
    }
    return detail::crossing(rejected, before, estimate, true);
  };
  return {from_outside(-1), from_outside(1)};
}

/// Newcombe's limits over strata, by Yan and Su with Mantel and Haenszel's weights.
inline Interval stratified_newcombe(const std::vector<TwoArms>& strata, double z) {
  std::vector<double> x1, n1, x2, n2;
  for (const TwoArms& arms : strata) {
    x1.push_back(arms.x1);
    n1.push_back(arms.n1);
    x2.push_back(arms.x2);
    n2.push_back(arms.n2);
  }
  const std::vector<double> share = detail::mantel_haenszel_shares(strata);
  const double d = mantel_haenszel_difference(strata);
  const detail::ArmOverStrata one = detail::arm_over_strata(share, x1, n1, z),
                              two = detail::arm_over_strata(share, x2, n2, z);
  return {d - z * std::sqrt(one.lower_variance() + two.upper_variance()),
          d + z * std::sqrt(one.upper_variance() + two.lower_variance())};
}

/// Mantel and Haenszel's difference with the standard error of Sato, Greenland and Robins (1989).
inline Difference sato_difference(const std::vector<TwoArms>& strata) {
  double p = 0, q = 0, weight = 0;
  for (const TwoArms& a : strata) {
    const double n = a.total();
    p += (a.n1 * a.n1 * a.x2 - a.n2 * a.n2 * a.x1 + a.n1 * a.n2 * (a.n2 - a.n1) / 2) / (n * n);
    q += (a.x1 * (a.n2 - a.x2) + a.x2 * (a.n1 - a.x1)) / (2 * n);
    weight += detail::mantel_haenszel_weight(a);
  }
  const double d = mantel_haenszel_difference(strata);
  return {d, std::sqrt(std::max(0.0, d * p + q)) / weight};
}

enum class DifferenceMethod { miettinen_nurminen, mee, newcombe, sato };

struct DifferenceTest {
  double estimate, std_error, lower, upper, z;
};

namespace detail {

// The error of a weighted mean of differences with each proportion's own variance.
inline double unpooled_error(const std::vector<TwoArms>& strata, bool inverse) {
  double squares = 0, weights = 0;
  for (const TwoArms& a : strata) {
    const double p1 = a.x1 / a.n1, p2 = a.x2 / a.n2, v = p1 * (1 - p1) / a.n1 + p2 * (1 - p2) / a.n2;
    const double w = inverse ? (v > 0 ? 1 / v : 0) : mantel_haenszel_weight(a);
    squares += w * w * v;
    weights += w;
  }
  return weights > 0 ? std::sqrt(squares) / weights : 0;
}

inline DifferenceTest wald_difference(const Difference& d, double z) {
  return {d.estimate, d.std_error, std::max(-1.0, d.estimate - z * d.std_error),
          std::min(1.0, d.estimate + z * d.std_error), over_root(d.estimate, d.std_error * d.std_error)};
}

inline DifferenceTest newcombe_test(const std::vector<TwoArms>& strata, double z) {
  const auto limits = [&](double at) { return stratified_newcombe(strata, at); };
  const double d = mantel_haenszel_difference(strata);
  return {d, unpooled_error(strata, false), limits(z).lower, limits(z).upper, z_of_limits(limits, d)};
}

inline DifferenceTest score_test(const std::vector<TwoArms>& strata, double z, StratumWeight weight,
                                 ScoreVariance kind) {
  const Interval limits = stratified_score(strata, z, weight, kind);
  return {stratified_estimate(strata, weight, kind),
          unpooled_error(strata, weight == StratumWeight::inverse_variance), limits.lower, limits.upper,
          stratified_z(strata, 0, weight, kind)};
}

}  // namespace detail

/// Difference of two proportions over strata (one stratum: none), its limits and the z of "no difference"
/// that belongs to them. Without a stratum in which both arms have patients nothing is known.
inline DifferenceTest compare_proportions(const std::vector<TwoArms>& strata, DifferenceMethod method,
                                          StratumWeight weight, double conf_level) {
  const double z = two_sided_quantile(conf_level), unknown = detail::nan;
  if (strata.empty()) return {unknown, unknown, unknown, unknown, unknown};
  switch (method) {
    case DifferenceMethod::newcombe:
      return detail::newcombe_test(strata, z);
    case DifferenceMethod::sato:
      return detail::wald_difference(sato_difference(strata), z);
    case DifferenceMethod::mee:
      return detail::score_test(strata, z, weight, ScoreVariance::mee);
    case DifferenceMethod::miettinen_nurminen:
      break;
  }
  return detail::score_test(strata, z, weight, ScoreVariance::miettinen_nurminen);
}

}  // namespace tte
