// Restricted mean survival time: the area under the Kaplan-Meier curve up to tau, with Greenwood's variance
//   sum over event times t <= tau of {area from t to tau}^2 d / (n (n - d)).
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kaplan_meier.hpp"

namespace tte {

struct RestrictedMean {
  double mean = 0, variance = 0;
};

namespace detail {

// Areas under the curve from each time of a stratum to tau, last time first: area[k] is from time k on.
inline std::vector<double> areas_to(const RiskTable& table, const KaplanMeier& curve, std::size_t stratum,
                                    double tau) {
  const std::size_t first = table.stratum_begin[stratum], last = table.stratum_begin[stratum + 1];
  std::vector<double> area(last - first + 1, 0.0);
  double end = tau;
  for (std::size_t k = last; k-- > first;) {
    const double width = std::max(0.0, end - table.time[k]);
    area[k - first] = area[k - first + 1] + width * curve.survival[k];
    if (width > 0) end = table.time[k];
  }
  return area;
}

}  // namespace detail

/// Beyond the last time the curve is carried on as it is; callers who do not want that ask for a smaller tau.
inline RestrictedMean restricted_mean(const RiskTable& table, const KaplanMeier& curve, std::size_t stratum,
                                      double tau) {
  expects(tau >= 0, "tau must not be negative");
  const std::vector<double> area = detail::areas_to(table, curve, stratum, tau);
  const std::size_t first = table.stratum_begin[stratum], last = table.stratum_begin[stratum + 1];
  RestrictedMean out;
  out.mean = area[0] + (first == last ? tau : std::min(tau, table.time[first]));
  for (std::size_t k = first; k < last && table.time[k] <= tau; ++k) {
    const double n = table.at_risk[k], d = table.all_events(k), left = detail::left_after(n, d);
    if (d > 0 && left > 0) out.variance += area[k - first] * area[k - first] * d / (n * left);
  }
  return out;
}

}  // namespace tte
