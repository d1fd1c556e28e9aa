// The log-rank test of k groups: stratified, with late entry and rows (start, stop].
// Per stratum and event time, with d events among n at risk, n_g of them in group g:
//   E_g = d n_g / n,   V_gh = d (n - d) / (n - 1) {n_g (g = h) / n - n_g n_h / n^2}.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/pools.hpp"
#include "../core/sweep.hpp"

namespace tte {

struct LogRank {
  arma::mat n, observed, expected;  ///< group x stratum; n counts rows, each freq times
  arma::mat variance;               ///< group x group, summed over strata
  double statistic = 0;             ///< chi-squared
  std::size_t df = 0;
  double z = 0;  ///< two groups: signed, > 0 when the second has fewer events than expected
};

namespace detail {

inline std::size_t stratum_at(const Schedule& schedule, std::size_t k, std::size_t stratum) {
  while (k >= schedule.stratum_begin[stratum + 1]) ++stratum;
  return stratum;
}

inline void add_hypergeometric(const Counts& at_risk, double n, double d, arma::mat& variance) {
  if (!(n > 1)) return;
  const double factor = d * (n - d) / (n - 1);
  for (std::size_t g = 0; g < variance.n_rows; ++g) {
    const double share = at_risk[g] / n;
    variance(g, g) += factor * share;
    for (std::size_t h = 0; h < variance.n_rows; ++h) variance(g, h) -= factor * share * (at_risk[h] / n);
  }
}

// Groups that nothing was expected of carry no information and no degree of freedom.
inline void set_statistic(LogRank& test) {
  const arma::vec o = arma::sum(test.observed, 1), e = arma::sum(test.expected, 1);
  const SweptInverse inverse = swept_inverse(test.variance, e, 1e-10);
  test.df = inverse.rank;
  test.statistic = inverse.quadratic_form(o - e);
  if (o.n_elem == 2) test.z = inverse.rank == 1 ? (e(1) - o(1)) / std::sqrt(test.variance(1, 1)) : nan;
}

}  // namespace detail

/// `group` holds 0, ..., groups - 1 in the arranged order of `data`; strata are those of `data`.
inline LogRank log_rank(const TimeToEvent& data, const Arranged<std::int32_t>& group, std::size_t groups) {
  expects(groups >= 1, "the log-rank test needs at least one group");
  expects(!data.has_weight(), "the log-rank test takes freq, not weights");
  for (std::size_t i = 0; i < group.size(); ++i) {
    expects(group[i] >= 0 && static_cast<std::size_t>(group[i]) < groups,
            "group codes must lie in 0, ..., groups - 1");
  }
  const Schedule& schedule = data.schedule();
  LogRank test;
  test.observed.zeros(groups, schedule.strata());
  test.expected.zeros(groups, schedule.strata());
  test.variance.zeros(groups, groups);
  test.n.zeros(groups, schedule.strata());
  for (std::size_t s = 0; s < schedule.strata(); ++s) {
    for (std::int32_t i = schedule.stratum_rows[s].begin; i < schedule.stratum_rows[s].end; ++i) {
      test.n(static_cast<std::size_t>(group[static_cast<std::size_t>(i)]), s) +=
          data.mass(static_cast<std::size_t>(i));
    }
  }
  Counts at_risk(data, group, groups);
  std::vector<double> n_of(groups);
  std::size_t stratum = 0;
  sweep(schedule, Direction::forward, at_risk, [&](std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    stratum = detail::stratum_at(schedule, k, stratum);
    double d = 0, n = 0;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      test.observed(static_cast<std::size_t>(group[at]), stratum) += data.mass(at);
      d += data.mass(at);
    }
    for (std::size_t g = 0; g < groups; ++g) n += n_of[g] = at_risk[g];
    for (std::size_t g = 0; g < groups; ++g) test.expected(g, stratum) += d * n_of[g] / n;
    detail::add_hypergeometric(at_risk, n, d, test.variance);
  });
  detail::set_statistic(test);
  return test;
}

}  // namespace tte
