// Aalen-Johansen cumulative incidence of competing causes: F_k(t) = sum S(s-) d_k/n over event times s <= t.
// Variances: Aalen's (as Gray's cmprsk computes it, with its correction for tied events), that of the delta
// method (Marubini and Valsecchi 1995, with multinomial events), or the infinitesimal jackknife over the
// independent units.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/influence.hpp"
#include "../core/interval.hpp"
#include "../core/risk_table.hpp"
#include "../nonparametric/kaplan_meier.hpp"

namespace tte {

enum class IncidenceVariance { aalen, delta, infinitesimal_jackknife };

struct AalenJohansenOptions {
  IncidenceVariance variance = IncidenceVariance::aalen;
  Transform transform = Transform::log_log;
  double conf_level = 0.95;
};

/// Row k belongs to row k of the risk table; states 0 (no event yet), 1, ..., causes lie side by side.
struct AalenJohansen {
  std::size_t states = 0;
  std::vector<double> probability, std_error, lower, upper;  ///< times x states
  std::vector<double> cumulative_hazard, hazard_std_error;   ///< times x causes
};

namespace detail {

// Aalen's variance of one cause's incidence, updated event time by event time.
class AalenVariance {
 public:
  void observe(double survival_before, double survival, double incidence, double n, double d_cause,
               double d_other) {
    const double inverse = survival > 0 ? 1 / survival : 0;
    if (d_other > 0 && survival > 0) add(tied(survival_before, n, d_other), incidence * inverse, inverse);
    if (d_cause > 0) add(tied(survival_before, n, d_cause), 1 + incidence * inverse, inverse);
  }
  double variance(double incidence) const {
    const double value = a_ + incidence * incidence * c_ - 2 * incidence * b_;
    return value > 0 ? value : 0;
  }

 private:
  static double tied(double survival_before, double n, double d) {
    const double correction = d > 1 ? 1 - (d - 1) / (n - 1) : 1;
    return survival_before * survival_before * correction * d / (n * n);
  }
  void add(double scale, double x, double y) {
    a_ += x * x * scale;
    b_ += x * y * scale;
    c_ += y * y * scale;
  }
  double a_ = 0, b_ = 0, c_ = 0;
};

// The variance by the delta method: with F the incidence, over event times s up to t the sum of
//   {F(t) - F(s)}^2 d / (n (n - d)) + S(s-)^2 d_k (n - d_k) / n^3 - 2 {F(t) - F(s)} S(s-) d_k / n^2.
class DeltaVariance {
 public:
  void observe(double survival_before, double incidence, double n, double d_cause, double d) {
    const double left = left_after(n, d), hazard = left > 0 ? d / (n * left) : 0;
    const double jump = survival_before * d_cause / (n * n);
    sums_[0] += hazard;
    sums_[1] += hazard * incidence + jump;
    sums_[2] += hazard * incidence * incidence + 2 * jump * incidence;
    sums_[2] += survival_before * jump * (n - d_cause) / n;
  }
  double variance(double incidence) const {
    const double value = incidence * incidence * sums_[0] - 2 * incidence * sums_[1] + sums_[2];
    return value > 0 ? value : 0;
  }

 private:
  double sums_[3] = {};
};

inline void fold_incidence(const RiskTable& table, std::size_t stratum, bool by_delta, AalenJohansen& curve) {
  std::vector<AalenVariance> aalen(table.causes);
  std::vector<DeltaVariance> delta(table.causes);
  std::vector<double> state(curve.states, 0.0), error(curve.states, 0.0);
  std::vector<double> hazard(table.causes, 0.0), hazard_variance(table.causes, 0.0);
  state[0] = 1;
  double greenwood = 0;
  for (std::size_t k = table.stratum_begin[stratum]; k < table.stratum_begin[stratum + 1]; ++k) {
    const double n = table.at_risk[k], d = table.all_events(k), before = state[0], left = left_after(n, d);
    if (d > 0) {
      state[0] *= left / n;
      greenwood += left > 0 ? d / (n * left) : 0;
      error[0] = state[0] * std::sqrt(greenwood);
    }
    for (std::size_t c = 0; d > 0 && c < table.causes; ++c) {
      const double own = table.event(k, c);
      state[c + 1] += before * own / n;
      hazard[c] += own / n;
      hazard_variance[c] += own / (n * n);
      if (by_delta) {
        delta[c].observe(before, state[c + 1], n, own, d);
      } else {
        aalen[c].observe(before, state[0], state[c + 1], n, own, d - own);
      }
      // An incidence that stands still keeps its error, not only up to rounding.
      if (own > 0)
        error[c + 1] =
            std::sqrt(by_delta ? delta[c].variance(state[c + 1]) : aalen[c].variance(state[c + 1]));
    }
    const auto at = static_cast<std::ptrdiff_t>(k * curve.states);
    std::copy(state.begin(), state.end(), curve.probability.begin() + at);
    std::copy(error.begin(), error.end(), curve.std_error.begin() + at);
    for (std::size_t c = 0; c < table.causes; ++c) {
      curve.cumulative_hazard[k * table.causes + c] = hazard[c];
      curve.hazard_std_error[k * table.causes + c] = std::sqrt(hazard_variance[c]);
    }
  }
}

// The pool that follows every unit's influence on the states. With A = sum d/(n(n-d)), F the incidence of one
// cause and G = sum {A(s-) - 1/n} dF(s), a unit's influence on F is at any time linear in (1, F, G).
class IncidenceInfluence {
 public:
  IncidenceInfluence(const TimeToEvent& data, std::size_t causes)
      : data_(data),
        free_(data.units()),
        sums_(causes, InfluenceSums<3>(data.units())),
        hazards_(causes, InfluenceSums<2>(data.units())),
        incidence_(causes),
        shared_(causes),
        hazard_growth_(causes),
        events_(causes),
        state_errors_(causes + 1),
        hazard_errors_(causes) {}

  void clear() {
    free_.clear();
    for (auto& sums : sums_) sums.clear();
    for (auto& sums : hazards_) sums.clear();
    at_risk_.clear();
    incidence_.assign(incidence_.size(), 0.0);
    shared_.assign(shared_.size(), 0.0);
    hazard_growth_.assign(hazard_growth_.size(), 0.0);
    state_errors_.assign(state_errors_.size(), 0.0);
    hazard_errors_.assign(hazard_errors_.size(), 0.0);
    survival_ = 1;
    growth_ = 0;
  }
  void add(const Rows& rows) { move(rows, 1); }
  void remove(const Rows& rows) { move(rows, -1); }

  void observe(const Step& step) {
    events_.assign(events_.size(), 0.0);
    double d = 0;
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      events_[cause(i)] += data_.relative_mass(i);
      d += data_.relative_mass(i);
    }
    if (!(d > 0)) return;
    const double n = at_risk_.value(), left = left_after(n, d);
    for (std::size_t c = 0; c < incidence_.size(); ++c) {
      const double jump = survival_ * events_[c] / n;
      incidence_[c] += jump;
      shared_[c] += growth_ * jump - jump / n;
      hazard_growth_[c] += events_[c] / (n * n);
    }
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      observe_event(static_cast<std::size_t>(row), n, left);
    }
    growth_ += left > 0 ? d / (n * left) : 0;
    survival_ *= left / n;
    set_errors();
  }

  /// Standard errors as of the last event time: between events nothing changes, not even by rounding.
  const std::vector<double>& state_errors() const { return state_errors_; }
  const std::vector<double>& hazard_errors() const { return hazard_errors_; }

 private:
  void set_errors() {
    state_errors_[0] = survival_ * std::sqrt(free_.variance({1, growth_}));
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      state_errors_[c + 1] = std::sqrt(sums_[c].variance({1, incidence_[c], shared_[c]}));
      hazard_errors_[c] = std::sqrt(hazards_[c].variance({1, hazard_growth_[c]}));
    }
  }

  std::size_t unit(std::size_t i) const { return static_cast<std::size_t>(data_.unit(i)); }
  // One cause stands for all of them, as in the risk table.
  std::size_t cause(std::size_t i) const {
    return incidence_.size() == 1 ? 0 : static_cast<std::size_t>(data_.cause(i) - 1);
  }
  double weight(std::size_t i) const { return data_.relative_mass(i) / data_.copies(i); }

  // An event moves its own cause up by S(s-)/n at once; afterwards the row pulls S, and so every cause, down.
  void observe_event(std::size_t i, double n, double left) {
    const double w = weight(i), pull = left > 0 ? w / left : 0;
    free_.update(unit(i), {pull, 0}, data_.copies(i));
    hazards_[cause(i)].update(unit(i), {w / n, 0}, data_.copies(i));
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      const double at_once = c == cause(i) ? w * survival_ / n : 0;
      sums_[c].update(unit(i), {at_once + pull * incidence_[c], -pull, 0}, data_.copies(i));
    }
  }

  // At risk from e: the unit's pull on S is -w{A(s) - A(e)}, so its influence on F is
  // w{G(t) - G(e)} - w A(e){F(t) - F(e)}. Leaving freezes the pull at its value then.
  void move(const Rows& rows, double sign) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      const double w = sign * weight(i);
      at_risk_.add(sign * data_.relative_mass(i));
      free_.update(unit(i), {w * growth_, -w}, data_.copies(i));
      for (std::size_t c = 0; c < sums_.size(); ++c) {
        sums_[c].update(unit(i), {-w * shared_[c] + w * growth_ * incidence_[c], -w * growth_, w},
                        data_.copies(i));
        hazards_[c].update(unit(i), {w * hazard_growth_[c], -w}, data_.copies(i));
      }
    });
  }

  const TimeToEvent& data_;
  InfluenceSums<2> free_;
  std::vector<InfluenceSums<3>> sums_;
  std::vector<InfluenceSums<2>> hazards_;
  CompensatedSum at_risk_;
  std::vector<double> incidence_, shared_, hazard_growth_, events_, state_errors_, hazard_errors_;
  double survival_ = 1, growth_ = 0;
};

inline void jackknife_errors(const TimeToEvent& data, const RiskTable& table, AalenJohansen& curve) {
  IncidenceInfluence pool(data, curve.states - 1);
  std::size_t k = 0;
  sweep(data.schedule(), Direction::forward, pool, [&](std::size_t, const Step& step) {
    pool.observe(step);
    if (!is_reported(data, step)) return;
    expects(k < table.size() && table.time[k] == step.time, "the risk table must be that of the data");
    const std::vector<double>&states = pool.state_errors(), &hazards = pool.hazard_errors();
    std::copy(states.begin(), states.end(),
              curve.std_error.begin() + static_cast<std::ptrdiff_t>(k * states.size()));
    std::copy(hazards.begin(), hazards.end(),
              curve.hazard_std_error.begin() + static_cast<std::ptrdiff_t>(k * hazards.size()));
    ++k;
  });
}

inline Interval incidence_interval(double p, double se, bool any, double z, Transform transform) {
  return p == 0 && se == 0 && any ? Interval{0, 0} : probability_interval(p, se / p, z, transform);
}

// Where neither number of a state moved its limits are those of the row before.
inline void set_limits(const AalenJohansenOptions& options, AalenJohansen& curve) {
  if (options.transform == Transform::none) return;
  const double z = two_sided_quantile(options.conf_level);
  const std::vector<double>&probability = curve.probability, &error = curve.std_error;
  const std::size_t states = curve.states;
  curve.lower.resize(probability.size());
  curve.upper.resize(probability.size());
  for (std::size_t k = 0; k < probability.size(); ++k) {
    const bool still =
        k >= states && probability[k] == probability[k - states] && error[k] == error[k - states];
    const Interval limits =
        still ? Interval{curve.lower[k - states], curve.upper[k - states]}
              : incidence_interval(probability[k], error[k], k % states != 0, z, options.transform);
    curve.lower[k] = limits.lower;
    curve.upper[k] = limits.upper;
  }
}

}  // namespace detail

/// `table` is the risk table of `data`, by cause.
inline AalenJohansen aalen_johansen(const TimeToEvent& data, const RiskTable& table,
                                    const AalenJohansenOptions& options) {
  AalenJohansen curve;
  curve.states = table.causes + 1;
  curve.probability.resize(table.size() * curve.states);
  curve.std_error.resize(table.size() * curve.states);
  curve.cumulative_hazard.resize(table.size() * table.causes);
  curve.hazard_std_error.resize(table.size() * table.causes);
  const bool by_delta = options.variance == IncidenceVariance::delta;
  for (std::size_t s = 0; s < table.strata(); ++s) detail::fold_incidence(table, s, by_delta, curve);
  if (options.variance == IncidenceVariance::infinitesimal_jackknife)
    detail::jackknife_errors(data, table, curve);
  detail::set_limits(options, curve);
  return curve;
}

}  // namespace tte
