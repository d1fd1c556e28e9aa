// Weight functions of the log-rank family. A weight is known just before its time: it reads the number at
// risk and the pooled curve to the left. (Peto's estimate includes the events of the time itself; it is a
// deterministic function of n and d there, as in Peto & Peto 1972.)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/expects.hpp"

namespace tte {

/// The pooled curve of a stratum, to the left of the current time, with its past.
class PooledCurve {
 public:
  void observe(double time, double n, double d) {
    survival_ *= (n - d) / n;
    peto_ *= 1 - d / (n + 1);
    times_.push_back(time);
    past_.push_back(survival_);
  }
  double survival() const { return survival_; }
  double peto() const { return peto_; }
  /// S at `time`, for times already observed.
  double survival_at(double time) const {
    const auto after = std::upper_bound(times_.begin(), times_.end(), time) - times_.begin();
    return after == 0 ? 1 : past_[static_cast<std::size_t>(after) - 1];
  }

 private:
  double survival_ = 1, peto_ = 1;
  std::vector<double> times_, past_;
};

class RankWeight {
 public:
  static RankWeight log_rank() { return {Kind::fleming_harrington, 0, 0}; }
  static RankWeight gehan() { return {Kind::gehan, 0, 0}; }              ///< n
  static RankWeight tarone_ware() { return {Kind::tarone_ware, 0, 0}; }  ///< sqrt(n)
  static RankWeight peto_peto() { return {Kind::peto, 0, 0}; }           ///< S~(t) = prod (1 - d/(n + 1))
  static RankWeight modified_peto_peto() {
    return {Kind::modified_peto, 0, 0};
  }  ///< S~(t) n/(n + 1) (Andersen)
  /// S(t-)^rho (1 - S(t-))^gamma.
  static RankWeight fleming_harrington(double rho, double gamma) {
    expects(rho >= 0 && gamma >= 0 && std::isfinite(rho) && std::isfinite(gamma),
            "rho and gamma must not be negative");
    return {Kind::fleming_harrington, rho, gamma};
  }
  /// Magirr and Burman's modestly weighted test with the time of the plateau: 1 / max(S(t-), S(t_star)).
  static RankWeight modest_until(double t_star) { return {Kind::modest_time, t_star, 0}; }
  /// The same with the plateau's survival: 1 / max(S(t-), s_star).
  static RankWeight modest_from(double s_star) {
    expects(s_star > 0 && s_star <= 1, "s_star must lie in (0, 1]");
    return {Kind::modest_survival, s_star, 0};
  }
  /// A step function: values[i] from times[i] on, 0 before times[0].
  static RankWeight step_function(std::vector<double> times, std::vector<double> values) {
    expects(times.size() == values.size() && !times.empty(), "a step function needs as many values as times");
    expects(std::is_sorted(times.begin(), times.end()), "the times of a step function must not decrease");
    RankWeight out{Kind::step, 0, 0};
    out.times_ = std::move(times);
    out.values_ = std::move(values);
    return out;
  }

  double operator()(double time, double n, double d, const PooledCurve& left) const {
    switch (kind_) {
      case Kind::gehan:
        return n;
      case Kind::tarone_ware:
        return std::sqrt(n);
      case Kind::peto:
        return left.peto() * (1 - d / (n + 1));
      case Kind::modified_peto:
        return left.peto() * (1 - d / (n + 1)) * n / (n + 1);
      case Kind::fleming_harrington:
        return std::pow(left.survival(), a_) * std::pow(1 - left.survival(), b_);
      case Kind::modest_survival:
        return 1 / std::max(left.survival(), a_);
      case Kind::modest_time:
        return 1 / (time <= a_ ? left.survival() : left.survival_at(a_));
      case Kind::step:
        break;
    }
    const auto after = std::upper_bound(times_.begin(), times_.end(), time);
    return after == times_.begin() ? 0 : values_[static_cast<std::size_t>(after - times_.begin()) - 1];
  }

 private:
  enum class Kind {
    gehan,
    tarone_ware,
    peto,
    modified_peto,
    fleming_harrington,
    modest_survival,
    modest_time,
    step
  };
  RankWeight(Kind kind, double a, double b) : kind_(kind), a_(a), b_(b) {}

  Kind kind_;
  double a_, b_;
  std::vector<double> times_, values_;
};

}  // namespace tte
