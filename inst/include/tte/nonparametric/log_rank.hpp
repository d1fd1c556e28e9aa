// The log-rank family of k groups: any number of weight functions at once, stratified, with late entry and
// rows (start, stop]. Per stratum and event time, with d events among n at risk, n_g of them in group g:
//   E_g = d n_g / n,   V_gh = d (n - d) / (n - 1) {n_g (g = h) / n - n_g n_h / n^2},
// and a weight function W adds W (O_g - E_g); two of them, W and W', have covariance W W' V.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/pools.hpp"
#include "../core/special.hpp"
#include "../core/sweep.hpp"
#include "rank_weight.hpp"

namespace tte {

/// One weight function's test.
struct LogRank {
  arma::mat n;                   ///< group x stratum: persons, each freq times
  arma::mat observed, expected;  ///< group x stratum, weighted
  arma::mat variance;            ///< group x group, summed over strata
  double statistic = 0;          ///< chi-squared
  std::size_t df = 0;
  double z = 0;  ///< two groups: signed, > 0 when the second has fewer events than expected
};

struct LogRankFamily {
  std::vector<LogRank> tests;  ///< one per weight function
  arma::mat covariance;        ///< two groups: weight x weight, of the second group's observed less expected
};

namespace detail {

inline std::size_t stratum_at(const Schedule& schedule, std::size_t k, std::size_t stratum) {
  while (k >= schedule.stratum_begin[stratum + 1]) ++stratum;
  return stratum;
}

inline void check_groups(const Arranged<std::int32_t>& group, std::size_t groups) {
  expects(groups >= 1, "a test of groups needs at least one");
  for (std::size_t i = 0; i < group.size(); ++i) {
    const bool known = group[i] >= 0 && static_cast<std::size_t>(group[i]) < groups;
    expects(known, "group codes must lie in 0, ..., groups - 1");
  }
}

// Persons of each group and stratum: a person counts once in each group that one of the rows is in.
inline arma::mat group_sizes(const TimeToEvent& data, const Arranged<std::int32_t>& group,
                             std::size_t groups) {
  arma::mat n(groups, data.strata(), arma::fill::zeros);
  std::int32_t last_person = -1;
  for (std::size_t i = 0; i < data.rows(); ++i) last_person = std::max(last_person, data.person(i));
  std::vector<std::size_t> seen(static_cast<std::size_t>(last_person + 1) * groups, data.strata());
  for (std::size_t s = 0; s < data.strata(); ++s) {
    const Range rows = data.schedule().stratum_rows[s];
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      const auto i = static_cast<std::size_t>(row), g = static_cast<std::size_t>(group[i]);
      std::size_t& last = seen[static_cast<std::size_t>(data.person(i)) * groups + g];
      if (last != s) n(g, s) += data.freq(i);
      last = s;
    }
  }
  return n;
}

// Observed, expected and variance of one event time, unweighted.
struct TimePoint {
  explicit TimePoint(std::size_t groups) : at_risk(groups), observed(groups), variance(groups, groups) {}

  void read(const TimeToEvent& data, const Arranged<std::int32_t>& group, const Counts& counts,
            const Step& step) {
    n = d = 0;
    std::fill(observed.begin(), observed.end(), 0.0);
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      observed[static_cast<std::size_t>(group[i])] += data.mass(i);
      d += data.mass(i);
    }
    for (std::size_t g = 0; g < at_risk.size(); ++g) n += at_risk[g] = counts[g];
    const double factor = n > 1 ? d * (n - d) / (n - 1) : 0;
    for (std::size_t g = 0; g < at_risk.size(); ++g) {
      const double share = at_risk[g] / n;
      for (std::size_t h = 0; h < at_risk.size(); ++h) {
        variance(g, h) = factor * share * ((g == h ? 1 : 0) - at_risk[h] / n);
      }
    }
  }

  double n = 0, d = 0;
  std::vector<double> at_risk, observed;
  arma::mat variance;
};

inline void add_time_point(const TimePoint& point, double weight, std::size_t stratum, LogRank& test) {
  for (std::size_t g = 0; g < point.at_risk.size(); ++g) {
    test.observed(g, stratum) += weight * point.observed[g];
    test.expected(g, stratum) += weight * (point.d * point.at_risk[g] / point.n);
  }
  test.variance += weight * weight * point.variance;
}

// Groups that nothing was expected of carry no information and no degree of freedom.
inline void set_statistic(LogRank& test) {
  const arma::vec o = arma::sum(test.observed, 1), e = arma::sum(test.expected, 1);
  const SweptInverse inverse = swept_inverse(test.variance, test.variance.diag(), 1e-10);
  test.df = inverse.rank;
  test.statistic = inverse.quadratic_form(o - e);
  if (o.n_elem == 2) test.z = inverse.rank == 1 ? (e(1) - o(1)) / std::sqrt(test.variance(1, 1)) : nan;
}

}  // namespace detail

/// `group` holds 0, ..., groups - 1 in the arranged order of `data`; strata are those of `data`, and a weight
/// function reads the pooled curve of its stratum.
inline LogRankFamily log_rank_family(const TimeToEvent& data, const Arranged<std::int32_t>& group,
                                     std::size_t groups, const std::vector<RankWeight>& weights) {
  detail::check_groups(group, groups);
  expects(!data.has_weight(), "the log-rank test takes freq, not weights");
  const std::size_t strata = data.strata();
  LogRankFamily out;
  out.tests.resize(weights.size());
  out.covariance.zeros(weights.size(), weights.size());
  for (LogRank& test : out.tests) {
    test.n = detail::group_sizes(data, group, groups);
    test.observed.zeros(groups, strata);
    test.expected.zeros(groups, strata);
    test.variance.zeros(groups, groups);
  }
  Counts at_risk(data, group, groups);
  PooledCurve curve;
  detail::TimePoint point(groups);
  arma::vec w(weights.size());
  std::size_t stratum = 0, begun = strata;
  sweep(data.schedule(), Direction::forward, at_risk, [&](std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    stratum = detail::stratum_at(data.schedule(), k, stratum);
    if (begun != stratum) curve = {};
    begun = stratum;
    point.read(data, group, at_risk, step);
    for (std::size_t m = 0; m < weights.size(); ++m) {
      w(m) = weights[m](step.time, point.n, point.d, curve);
      detail::add_time_point(point, w(m), stratum, out.tests[m]);
    }
    if (groups == 2 && weights.size() > 1) out.covariance += (w * w.t()) * point.variance(1, 1);
    curve.observe(step.time, point.n, point.d);
  });
  for (LogRank& test : out.tests) detail::set_statistic(test);
  if (groups == 2 && weights.size() == 1) out.covariance(0, 0) = out.tests[0].variance(1, 1);
  return out;
}

/// The log-rank test itself: weight 1 at every time.
inline LogRank log_rank(const TimeToEvent& data, const Arranged<std::int32_t>& group, std::size_t groups) {
  return log_rank_family(data, group, groups, {RankWeight::log_rank()}).tests.front();
}

}  // namespace tte
