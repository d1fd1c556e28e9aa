// The odds ratio of two arms that strata share: conditional on the margins of each stratum's table, Mantel
// and Haenszel's, and the sample's.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../core/expects.hpp"
#include "../core/interval.hpp"
#include "stratified_difference.hpp"

namespace tte {

/// The responders of the arm given the margins, all strata together, at odds ratio 1: log probabilities (up
/// to a constant) of `first`, `first` + 1, ..., and what was seen.
struct ConditionalCount {
  double first = 0, seen = 0;
  std::vector<double> log_mass{0.0};

  double last() const { return first + static_cast<double>(log_mass.size()) - 1; }
};

namespace detail {

inline std::vector<double> hypergeometric_log_mass(const TwoArms& arms, double low, double high) {
  const double responders = arms.x1 + arms.x2;
  std::vector<double> mass;
  for (double x = low; x <= high; ++x) {
    mass.push_back(log_choose(arms.n1, x) + log_choose(arms.n2, responders - x));
  }
  return mass;
}

// Log masses of the sum of two independent counts. Each is scaled by its largest; what underflows beside that
// is less than 1e-300 of it.
inline std::vector<double> sum_log_mass(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size() + b.size() - 1, -std::numeric_limits<double>::infinity());
  for (std::size_t k = 0; k < out.size(); ++k) {
    const std::size_t from = k < b.size() ? 0 : k - b.size() + 1, to = std::min(k, a.size() - 1);
    double largest = -std::numeric_limits<double>::infinity(), sum = 0;
    for (std::size_t i = from; i <= to; ++i) largest = std::max(largest, a[i] + b[k - i]);
    for (std::size_t i = from; i <= to; ++i) sum += std::exp(a[i] + b[k - i] - largest);
    out[k] = largest + std::log(sum);
  }
  return out;
}

}  // namespace detail

/// The distribution of the arm's responders over the strata, by convolution.
inline ConditionalCount conditional_count(const std::vector<TwoArms>& strata) {
  ConditionalCount count;
  for (const TwoArms& arms : strata) {
    const double responders = arms.x1 + arms.x2;
    const double low = std::max(0.0, responders - arms.n2), high = std::min(arms.n1, responders);
    count.log_mass = detail::sum_log_mass(count.log_mass, detail::hypergeometric_log_mass(arms, low, high));
    count.first += low;
    count.seen += arms.x1;
  }
  return count;
}

/// P(at most seen), P(at least seen), P(seen) and the mean of the count at a log odds ratio.
struct CountTails {
  double at_most = 0, at_least = 0, equal = 0, mean = 0;
};

inline CountTails count_tails(const ConditionalCount& count, double log_odds) {
  const std::size_t size = count.log_mass.size();
  double largest = -std::numeric_limits<double>::infinity(), total = 0;
  for (std::size_t k = 0; k < size; ++k) {
    largest = std::max(largest, count.log_mass[k] + static_cast<double>(k) * log_odds);
  }
  CountTails tails;
  for (std::size_t k = 0; k < size; ++k) {
    const double mass = std::exp(count.log_mass[k] + static_cast<double>(k) * log_odds - largest);
    const double value = count.first + static_cast<double>(k);
    total += mass;
    tails.mean += mass * value;
    if (value <= count.seen) tails.at_most += mass;
    if (value >= count.seen) tails.at_least += mass;
    if (value == count.seen) tails.equal += mass;
  }
  return {tails.at_most / total, tails.at_least / total, tails.equal / total, tails.mean / total};
}

struct OddsRatio {
  double estimate, lower, upper, std_error, p_value;
};

namespace detail {

inline constexpr double widest_log_odds = 700;
inline constexpr double no_limit = std::numeric_limits<double>::infinity();

// The sum of the probabilities no larger than that of what was seen: Fisher's two-sided p.
inline double fisher_p(const ConditionalCount& count) {
  const double seen = count.log_mass[static_cast<std::size_t>(count.seen - count.first)];
  const double largest = *std::max_element(count.log_mass.begin(), count.log_mass.end());
  double rare = 0, total = 0;
  for (const double log_mass : count.log_mass) {
    const double mass = std::exp(log_mass - largest);
    total += mass;
    if (log_mass <= seen + 1e-7) rare += mass;
  }
  return rare / total;
}

}  // namespace detail

/// Conditional maximum likelihood with exact limits, each tail half of 1 - conf_level. The p value is twice
/// the lighter tail at an odds ratio of 1, so it is below 1 - conf_level where the limits leave 1 out; or
/// Fisher's.
inline OddsRatio conditional_odds_ratio(const std::vector<TwoArms>& strata, double conf_level, bool fisher) {
  const double tail = detail::tail_of(conf_level), wide = detail::widest_log_odds;
  const ConditionalCount count = conditional_count(strata);
  if (count.log_mass.size() == 1) return {detail::nan, 0, detail::no_limit, detail::nan, 1};
  const auto at = [&](double log_odds) { return count_tails(count, log_odds); };
  const bool lowest = count.seen == count.first, highest = count.seen == count.last();
  const auto mean = [&](double b) { return at(b).mean - count.seen; };
  const auto above = [&](double b) { return at(b).at_least - tail; };
  const auto below = [&](double b) { return at(b).at_most - tail; };
  const CountTails null = at(0);
  return {lowest    ? 0.0
          : highest ? detail::no_limit
                    : std::exp(detail::crossing(mean, -wide, wide, false)),
          lowest ? 0.0 : std::exp(detail::crossing(above, -wide, wide, false)),
          highest ? detail::no_limit : std::exp(detail::crossing(below, -wide, wide, true)), detail::nan,
          fisher ? detail::fisher_p(count) : std::min(1.0, 2 * std::min(null.at_most, null.at_least))};
}

/// Mantel and Haenszel's odds ratio; the error is that of its logarithm, by Robins, Breslow and Greenland.
/// One stratum gives the sample's odds ratio with Woolf's error. An odds ratio of 0 or infinity has no error,
/// and then the limits say no more than that.
inline OddsRatio mantel_haenszel_odds_ratio(const std::vector<TwoArms>& strata, double z) {
  double r = 0, s = 0, pr = 0, mixed = 0, qs = 0;
  for (const TwoArms& arms : strata) {
    const double n = arms.total(), a = arms.x1, b = arms.n1 - arms.x1, c = arms.x2, d = arms.n2 - arms.x2;
    const double own_r = a * d / n, own_s = b * c / n, p = (a + d) / n, q = (b + c) / n;
    r += own_r;
    s += own_s;
    pr += p * own_r;
    mixed += p * own_s + q * own_r;
    qs += q * own_s;
  }
  const double unknown = detail::nan;
  if (r == 0 && s == 0) return {unknown, 0, detail::no_limit, unknown, unknown};
  if (r == 0 || s == 0) return {r == 0 ? 0 : detail::no_limit, 0, detail::no_limit, unknown, unknown};
  const double se = std::sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s));
  const double log_odds = std::log(r / s);
  return {r / s, std::exp(log_odds - z * se), std::exp(log_odds + z * se), se,
          2 * normal_cdf(-std::abs(log_odds / se))};
}

}  // namespace tte
