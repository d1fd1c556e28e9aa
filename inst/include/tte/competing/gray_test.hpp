// Gray's test of equal cumulative incidence of one cause in k groups (Gray 1988), stratified, with weight
// (1 - F(t-))^rho. Per stratum and time, with n_g at risk in group g, S_g the Kaplan-Meier curve of all
// causes and F_g the incidence of the cause, both just before t:
//   h_g = n_g / S_g,  R_g = n_g (1 - F_g) / S_g,  F the pooled incidence, dF = d / sum h,
//   score_g = sum W (d_g - d R_g / sum R).
// The variance is Gray's, with his correction for tied events.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/pools.hpp"
#include "../core/sweep.hpp"
#include "../nonparametric/kaplan_meier.hpp"
#include "../nonparametric/log_rank.hpp"

namespace tte {

namespace detail {

// One stratum of the test: what the groups carry from time to time, and the sums of the variance. With W the
// weight, A_ij = W h_i {(i = j) - h_j / sum h} and C_ij the sum of A_ij dF / (1 - F), the score of group i
// owes A_ij to the hazard of the cause in group j and C_ij to what happened there before.
class GrayStratum {
 public:
  GrayStratum(std::size_t groups, double rho)
      : k_(groups),
        rho_(rho),
        survival_(groups, 1.0),
        incidence_(groups, 0.0),
        direct_(groups),
        a_(groups, groups),
        c_(groups, groups, arma::fill::zeros),
        own_(groups, groups, arma::fill::zeros),
        mixed_(groups, groups, arma::fill::zeros),
        past_(groups, arma::fill::zeros) {}

  struct Counts {
    std::vector<double> at_risk, cause, other;
  };

  /// Adds weighted observed and expected events of one time.
  void observe(const Counts& now, double* observed, double* expected) {
    const double cases = sum(now.cause), others = sum(now.other);
    double h = 0, r = 0;
    next_survival_ = survival_;
    next_incidence_ = incidence_;
    for (std::size_t g = 0; g < k_; ++g) {
      if (!(now.at_risk[g] > 0)) continue;
      next_survival_[g] *= left_after(now.at_risk[g], now.cause[g] + now.other[g]) / now.at_risk[g];
      next_incidence_[g] += survival_[g] * now.cause[g] / now.at_risk[g];
      h += hazard_weight(now, g);
      r += hazard_weight(now, g) * (1 - incidence_[g]);
    }
    const double jump = cases / h, free = 1 - pooled_, weight = rho_ == 0 ? 1 : std::pow(free, rho_);
    spread(now, weight, h, jump / free);
    for (std::size_t g = 0; g < k_; ++g) {
      if (!(now.at_risk[g] > 0)) continue;
      observed[g] += weight * now.cause[g];
      expected[g] += weight * cases * hazard_weight(now, g) * (1 - incidence_[g]) / r;
    }
    pooled_ += jump;
    for (std::size_t g = 0; g < k_; ++g) {
      if (cases > 0 && now.at_risk[g] > 0) meet_cause(now, g, cases, h, next_survival_[g]);
      if (others > 0 && now.other[g] > 0 && next_survival_[g] > 0) meet_other(now, g, next_survival_[g]);
    }
    survival_.swap(next_survival_);
    incidence_.swap(next_incidence_);
  }

  arma::mat variance() const {
    const arma::mat crossed = c_ * mixed_.t();
    return own_ + c_ * arma::diagmat(past_) * c_.t() + crossed + crossed.t();
  }

 private:
  static double sum(const std::vector<double>& values) {
    double total = 0;
    for (double value : values) total += value;
    return total;
  }
  double hazard_weight(const Counts& now, std::size_t g) const { return now.at_risk[g] / survival_[g]; }

  // A of this time, and C with it.
  void spread(const Counts& now, double weight, double h, double growth) {
    a_.zeros();
    for (std::size_t i = 0; i < k_; ++i) {
      for (std::size_t j = 0; j < k_; ++j) {
        if (!(now.at_risk[i] > 0) || !(now.at_risk[j] > 0)) continue;
        a_(i, j) = weight * hazard_weight(now, i) * ((i == j ? 1 : 0) - hazard_weight(now, j) / h);
        if (growth > 0) c_(i, j) += a_(i, j) * growth;
      }
    }
  }

  void meet_cause(const Counts& now, std::size_t g, double cases, double h, double survival) {
    const double away = survival > 0 ? 1 - (1 - pooled_) / survival : 1;
    const double tied = cases > 1 ? 1 - (cases - 1) / (h * survival_[g] - 1) : 1;
    for (std::size_t i = 0; i < k_; ++i) direct_[i] = a_(i, g) - away * c_(i, g);
    add(g, away, tied * survival_[g] * cases / (h * now.at_risk[g]));
  }
  void meet_other(const Counts& now, std::size_t g, double survival) {
    const double n = now.at_risk[g], d = now.other[g], share = (1 - pooled_) / survival;
    const double tied = d > 1 ? 1 - (d - 1) / (n - 1) : 1;
    for (std::size_t i = 0; i < k_; ++i) direct_[i] = share * c_(i, g);
    add(g, -share, tied * survival_[g] * survival_[g] * d / (n * n));
  }
  // What group g owes at once is in direct_.
  void add(std::size_t g, double later, double variance) {
    for (std::size_t j = 0; j < k_; ++j) {
      for (std::size_t i = 0; i < k_; ++i) own_(i, j) += variance * direct_[i] * direct_[j];
      mixed_(j, g) += variance * later * direct_[j];
    }
    past_(g) += variance * later * later;
  }

  std::size_t k_;
  double rho_, pooled_ = 0;
  std::vector<double> survival_, incidence_, direct_, next_survival_, next_incidence_;
  arma::mat a_, c_, own_, mixed_;
  arma::vec past_;
};

}  // namespace detail

/// Gray's test, and the log-rank test of the hazards of the same cause, with other events as censored.
struct GrayTest {
  LogRank incidence, hazard;
};

namespace detail {

inline LogRank empty_test(const arma::mat& n) {
  LogRank test;
  test.n = n;
  test.observed.zeros(n.n_rows, n.n_cols);
  test.expected.zeros(n.n_rows, n.n_cols);
  test.variance.zeros(n.n_rows, n.n_rows);
  return test;
}

// One time of the cause-specific log-rank test; other events happen to rows at risk.
inline void add_hazard_time(const GrayStratum::Counts& now, std::size_t stratum, TimePoint& point,
                            LogRank& test) {
  point.at_risk = now.at_risk;
  point.observed = now.cause;
  point.n = point.d = 0;
  for (std::size_t g = 0; g < now.at_risk.size(); ++g) {
    point.n += now.at_risk[g];
    point.d += now.cause[g];
  }
  if (!(point.d > 0)) return;
  const double factor = point.n > 1 ? point.d * (point.n - point.d) / (point.n - 1) : 0;
  for (std::size_t g = 0; g < now.at_risk.size(); ++g) {
    for (std::size_t h = 0; h < now.at_risk.size(); ++h) {
      const double share = (g == h ? 1 : 0) - now.at_risk[h] / point.n;
      point.variance(g, h) = factor * now.at_risk[g] / point.n * share;
    }
  }
  add_time_point(point, 1, stratum, test);
}

}  // namespace detail

/// `group` holds 0, ..., groups - 1 in the arranged order of `data`; rows must not enter late. z > 0 when the
/// second of two groups has fewer events than expected.
inline GrayTest gray_test(const TimeToEvent& data, const Arranged<std::int32_t>& group, std::size_t groups,
                          std::int32_t cause, double rho) {
  detail::check_groups(group, groups);
  expects(!data.has_weight(), "Gray's test takes freq, not weights");
  expects(cause >= 1, "the cause of interest must be a code 1, 2, ...");
  expects(std::isfinite(rho), "rho must be finite");
  const std::size_t strata = data.strata();
  GrayTest out;
  out.incidence = out.hazard = detail::empty_test(detail::group_sizes(data, group, groups));
  LogRank& test = out.incidence;
  detail::TimePoint point(groups);
  Counts at_risk(data, group, groups);
  detail::GrayStratum::Counts now{std::vector<double>(groups), std::vector<double>(groups),
                                  std::vector<double>(groups)};
  std::vector<detail::GrayStratum> sums(strata, detail::GrayStratum(groups, rho));
  std::size_t stratum = 0;
  sweep(data.schedule(), Direction::forward, at_risk, [&](std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    stratum = detail::stratum_at(data.schedule(), k, stratum);
    std::fill(now.cause.begin(), now.cause.end(), 0.0);
    std::fill(now.other.begin(), now.other.end(), 0.0);
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row), g = static_cast<std::size_t>(group[i]);
      (data.cause(i) == cause ? now.cause : now.other)[g] += data.mass(i);
    }
    for (std::size_t g = 0; g < groups; ++g) now.at_risk[g] = at_risk[g];
    detail::add_hazard_time(now, stratum, point, out.hazard);
    sums[stratum].observe(now, test.observed.colptr(stratum), test.expected.colptr(stratum));
  });
  for (const detail::GrayStratum& one : sums) test.variance += one.variance();
  detail::set_statistic(test);
  detail::set_statistic(out.hazard);
  return out;
}

}  // namespace tte
