// Kaplan-Meier and Nelson-Aalen curves with pointwise limits: folds over a RiskTable.
//   S(t) = prod (1 - d/n),  Var log S = sum d / (n (n - d)) (Greenwood),  L(t) = sum d/n,  Var L = sum d/n^2.
// Under weights or clusters the variances are those of the infinitesimal jackknife.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../core/influence.hpp"
#include "../core/interval.hpp"
#include "../core/parallel.hpp"
#include "../core/risk_table.hpp"

namespace tte {

struct KaplanMeierOptions {
  Transform transform = Transform::log_log;
  double conf_level = 0.95;
};

/// Row k belongs to row k of the risk table it was folded from.
struct KaplanMeier {
  std::vector<double> survival, std_error;  ///< std_error: of -log S
  std::vector<double> cumulative_hazard, hazard_std_error;
  std::vector<double> lower, upper;  ///< empty without a transform
};

namespace detail {

// What is left of a risk set; rounding of summed weights must not leave a ghost behind when everybody had the
// event.
inline double left_after(double at_risk, double events) {
  const double left = at_risk - events;
  return left > 1e-14 * at_risk ? left : 0;
}

inline void fold_curve(const RiskTable& table, std::size_t stratum, KaplanMeier& curve) {
  double log_free = 1, greenwood = 0, hazard = 0, aalen = 0;
  for (std::size_t k = table.stratum_begin[stratum]; k < table.stratum_begin[stratum + 1]; ++k) {
    const double n = table.at_risk[k], d = table.all_events(k);
    if (d > 0) {
      const double left = left_after(n, d);
      log_free *= left / n;
      greenwood += d / (n * left);
      hazard += d / n;
      aalen += d / (n * n);
    }
    curve.survival[k] = log_free;
    curve.std_error[k] = std::sqrt(greenwood);
    curve.cumulative_hazard[k] = hazard;
    curve.hazard_std_error[k] = std::sqrt(aalen);
  }
}

inline void set_limits(const KaplanMeierOptions& options, const Execution& execution, KaplanMeier& curve) {
  if (options.transform == Transform::none) return;
  const double z = two_sided_quantile(options.conf_level);
  curve.lower.resize(curve.survival.size());
  curve.upper.resize(curve.survival.size());
  parallel_chunks(
      curve.survival.size(), 16384, execution, [&](std::size_t begin, std::size_t end, std::size_t) {
        for (std::size_t k = begin; k < end; ++k) {
          const bool same = k > begin && curve.survival[k] == curve.survival[k - 1] &&
                            curve.std_error[k] == curve.std_error[k - 1];
          const Interval limits =
              same ? Interval{curve.lower[k - 1], curve.upper[k - 1]}
                   : probability_interval(curve.survival[k], curve.std_error[k], z, options.transform);
          curve.lower[k] = limits.lower;
          curve.upper[k] = limits.upper;
        }
      });
}

// The pool that follows every unit's influence on -log S and on L. With A = sum d/(n(n-d)) a row of mass w
// that enters at e has influence -w{A(t) - A(e)} on -log S while it is at risk, and w/(n-d) more once it had
// the event; on L the same with sum d/n^2 for A and n for n-d.
class CurveInfluence {
 public:
  explicit CurveInfluence(const TimeToEvent& data)
      : data_(data), survival_(data.units()), hazard_(data.units()) {}

  void clear() {
    survival_.clear();
    hazard_.clear();
    at_risk_.clear();
    growth_ = hazard_growth_ = 0;
    survival_variance_ = hazard_variance_ = 0;
  }
  void add(const Rows& rows) { move(rows, 1); }
  void remove(const Rows& rows) { move(rows, -1); }

  /// Takes the events of a step into account; rows leave afterwards.
  void observe(const Step& step) {
    CompensatedSum events;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
      events.add(data_.relative_mass(static_cast<std::size_t>(i)));
    const double n = at_risk_.value(), d = events.value(), left = left_after(n, d);
    if (!(d > 0)) return;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (left > 0) survival_.update(unit(at), {weight(at) / left, 0}, data_.copies(at));
      hazard_.update(unit(at), {weight(at) / n, 0}, data_.copies(at));
    }
    growth_ += left > 0 ? d / (n * left) : 0;
    hazard_growth_ += d / (n * n);
    survival_variance_ = survival_.variance({1, growth_});
    hazard_variance_ = hazard_.variance({1, hazard_growth_});
  }

  /// As of the last event time: between events nothing changes, not even by rounding.
  double survival_variance() const { return survival_variance_; }
  double hazard_variance() const { return hazard_variance_; }

 private:
  std::size_t unit(std::size_t i) const { return static_cast<std::size_t>(data_.unit(i)); }
  double weight(std::size_t i) const { return data_.relative_mass(i) / data_.copies(i); }

  void move(const Rows& rows, double sign) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      at_risk_.add(sign * data_.relative_mass(i));
      survival_.update(unit(i), {sign * weight(i) * growth_, -sign * weight(i)}, data_.copies(i));
      hazard_.update(unit(i), {sign * weight(i) * hazard_growth_, -sign * weight(i)}, data_.copies(i));
    });
  }

  const TimeToEvent& data_;
  InfluenceSums<2> survival_, hazard_;
  CompensatedSum at_risk_;
  double growth_ = 0, hazard_growth_ = 0, survival_variance_ = 0, hazard_variance_ = 0;
};

}  // namespace detail

/// Greenwood's and Aalen's variances.
inline KaplanMeier kaplan_meier(const RiskTable& table, const KaplanMeierOptions& options,
                                const Execution& execution = {}) {
  KaplanMeier curve;
  for (auto* column :
       {&curve.survival, &curve.std_error, &curve.cumulative_hazard, &curve.hazard_std_error}) {
    column->resize(table.size());
  }
  for (std::size_t s = 0; s < table.strata(); ++s) detail::fold_curve(table, s, curve);
  detail::set_limits(options, execution, curve);
  return curve;
}

/// Infinitesimal-jackknife variances over the independent units of `data`, of which `table` is the risk
/// table.
inline KaplanMeier robust_kaplan_meier(const TimeToEvent& data, const RiskTable& table,
                                       const KaplanMeierOptions& options, const Execution& execution = {}) {
  KaplanMeier curve = kaplan_meier(table, {Transform::none, options.conf_level});
  detail::CurveInfluence pool(data);
  std::size_t k = 0;
  sweep(data.schedule(), Direction::forward, pool, [&](std::size_t, const Step& step) {
    pool.observe(step);
    if (!is_reported(data, step)) return;
    expects(k < table.size() && table.time[k] == step.time, "the risk table must be that of the data");
    curve.std_error[k] =
        curve.survival[k] > 0 ? std::sqrt(pool.survival_variance()) : std::numeric_limits<double>::infinity();
    curve.hazard_std_error[k] = std::sqrt(pool.hazard_variance());
    ++k;
  });
  detail::set_limits(options, execution, curve);
  return curve;
}

}  // namespace tte
