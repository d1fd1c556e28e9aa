// The one censoring distribution: G(t) = P(C > t), with explicit left limits. In a tie events come before
// censorings, so a row with the event at t is not at risk of being censored there. Inverse-probability
// weights take G(t-) for events.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../core/risk_table.hpp"

namespace tte {

/// A right-continuous step function that starts at 1.
class CensoringDistribution {
 public:
  /// Of one stratum of a risk table.
  CensoringDistribution(const RiskTable& table, std::size_t stratum) {
    double g = 1;
    for (std::size_t k = table.stratum_begin[stratum]; k < table.stratum_begin[stratum + 1]; ++k) {
      if (!(table.censored[k] > 0)) continue;
      const double at_risk = table.at_risk[k] - table.all_events(k);
      g *= std::max(0.0, 1 - table.censored[k] / at_risk);
      times_.push_back(table.time[k]);
      values_.push_back(g);
    }
  }

  double operator()(double time) const {
    return value_before(std::upper_bound(times_.begin(), times_.end(), time));
  }
  double left(double time) const {
    return value_before(std::lower_bound(times_.begin(), times_.end(), time));
  }
  const std::vector<double>& times() const { return times_; }
  const std::vector<double>& values() const { return values_; }

 private:
  double value_before(std::vector<double>::const_iterator at) const {
    return at == times_.begin() ? 1 : values_[static_cast<std::size_t>(at - times_.begin()) - 1];
  }
  std::vector<double> times_, values_;
};

}  // namespace tte
