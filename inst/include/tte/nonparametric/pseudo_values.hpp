// Pseudo-values n theta - (n - 1) theta_(-i) of the survival curve and of the restricted mean, each in O(1)
// per person after one pass. Leaving out a person changes the factors 1 - d/n to 1 - d/(n - 1) while she is
// at risk, and nothing before or after: the curve without her is made of three pieces of known products, and
// its area of known areas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/pools.hpp"
#include "../core/sweep.hpp"
#include "kaplan_meier.hpp"

namespace tte {

enum class PseudoValue { jackknife, infinitesimal_jackknife };

struct PseudoValueOptions {
  PseudoValue kind = PseudoValue::jackknife;
  bool restricted_mean = false;
};

namespace detail {

// A step function that is a running product of factors, some of which may be 0. State j holds after j event
// times. Zeros are counted beside the logs, so that the product between any two states can be read off.
class ProductPath {
 public:
  void multiply(double time, double factor) {
    area_.push_back(area_.back() + (time - time_.back()) * std::exp(log_.back()));
    time_.push_back(time);
    log_.push_back(log_.back() + (factor > 0 ? std::log(factor) : 0));
    zeros_.push_back(zeros_.back() + !(factor > 0));
  }
  /// The product of the factors after state `from` up to state `to`.
  double between(std::size_t from, std::size_t to) const {
    return zeros_[to] > zeros_[from] ? 0 : std::exp(log_[to] - log_[from]);
  }
  /// The area under between(from, .), from the time of that state (or `begin`, if later) to `end`.
  double area(std::size_t from, double end) const {
    const auto after =
        std::upper_bound(zeros_.begin() + static_cast<std::ptrdiff_t>(from), zeros_.end(), zeros_[from]);
    const auto zero = static_cast<std::size_t>(after - zeros_.begin());  // the first state at 0
    const double stop = zero < time_.size() ? std::min(end, time_[zero]) : end;
    return stop <= time_[from] ? 0 : (area_to(stop) - area_[from]) * std::exp(-log_[from]);
  }
  std::size_t state_at(double time) const {
    const auto after = std::upper_bound(time_.begin() + 1, time_.end(), time);
    return static_cast<std::size_t>(after - time_.begin()) - 1;
  }
  double time(std::size_t state) const { return time_[state]; }

 private:
  double area_to(double end) const {
    const std::size_t state = state_at(end);
    return area_[state] + (end - time_[state]) * std::exp(log_[state]);
  }
  std::vector<double> time_{0}, log_{0}, area_{0};
  std::vector<std::size_t> zeros_{0};
};

/// A person is at risk at the event times after state `entry` up to state `exit`.
struct AtRisk {
  std::size_t entry = 0, exit = 0;
  bool event = false;  ///< at the event time of state `exit`
};

class LeaveOneOut {
 public:
  void observe(double time, double n, double d) {
    const std::size_t state = n_.size();
    const double left = left_after(n, d), growth = growth_.back();
    weighted_area_.push_back(weighted_area_.back() +
                             growth * (time - curve_.time(state)) * survival_at(state));
    growth_.push_back(growth + (left > 0 ? d / (n * left) : 0));
    curve_.multiply(time, left / n);
    without_.multiply(time, n > 1 ? (n - 1 - d) / (n - 1) : 1);
    n_.push_back(n);
    d_.push_back(d);
  }
  double survival_at(std::size_t state) const { return curve_.between(0, state); }
  std::size_t state_at(double time) const { return curve_.state_at(time); }
  double mean(double tau) const { return curve_.area(0, tau); }

  double survival_without(const AtRisk& person, std::size_t state) const {
    if (person.exit == person.entry) return survival_at(state);
    if (state < person.exit) return piece(person, std::min(person.entry, state), state);
    return piece(person, person.entry, person.exit) * curve_.between(person.exit, state);
  }
  double mean_without(const AtRisk& person, double tau) const {
    if (person.exit == person.entry) return mean(tau);
    const double entry = curve_.time(person.entry), exit = curve_.time(person.exit);
    return curve_.area(0, std::min(tau, entry)) +
           curve_.between(0, person.entry) * without_.area(person.entry, std::min(tau, exit)) +
           piece(person, person.entry, person.exit) * curve_.area(person.exit, tau);
  }
  /// Influence of a person on the curve, and on the restricted mean.
  double survival_influence(const AtRisk& person, std::size_t state, double survival) const {
    return -survival * pull(person, state);
  }
  double mean_influence(const AtRisk& person, double tau) const {
    if (person.exit == person.entry) return 0;
    const double entry = std::min(tau, curve_.time(person.entry)),
                 exit = std::min(tau, curve_.time(person.exit));
    const double met =
        weighted_to(exit) - weighted_to(entry) - growth_[person.entry] * (mean(exit) - mean(entry));
    return met - pull(person, curve_.state_at(tau)) * (mean(tau) - mean(exit));
  }

 private:
  // The curve at state `to`, the person left out from state `from` on; `to` does not lie after her exit.
  double piece(const AtRisk& person, std::size_t from, std::size_t to) const {
    const double before = curve_.between(0, from);
    if (!person.event || to != person.exit || to == from) return before * without_.between(from, to);
    const double n = n_[to - 1], d = d_[to - 1], last = n > 1 ? (n - d) / (n - 1) : 1;
    return before * without_.between(from, to - 1) * last;
  }
  // Her influence on -log S at `state`.
  double pull(const AtRisk& person, std::size_t state) const {
    const std::size_t entry = std::min(person.entry, state), exit = std::min(person.exit, state);
    const bool event = person.event && exit == person.exit && exit > entry;
    const double left = event ? left_after(n_[exit - 1], d_[exit - 1]) : 0;
    return (left > 0 ? 1 / left : 0) - (growth_[exit] - growth_[entry]);
  }
  // The integral of S x growth from 0.
  double weighted_to(double time) const {
    const std::size_t state = curve_.state_at(time);
    return weighted_area_[state] + growth_[state] * (time - curve_.time(state)) * curve_.between(0, state);
  }

  ProductPath curve_, without_;
  std::vector<double> n_, d_, growth_{0}, weighted_area_{0};
};

// The pool that notes when each row came to be at risk, and left, in states of its stratum's curve.
class AtRiskSpells {
 public:
  explicit AtRiskSpells(const TimeToEvent& data) : counts_(data), spells_(data.arranged(AtRisk{})) {}
  void clear() {
    counts_.clear();
    state_ = 0;
  }
  void add(const Rows& rows) {
    counts_.add(rows);
    rows.each([&](std::int32_t i) { spells_[static_cast<std::size_t>(i)].entry = state_; });
  }
  void remove(const Rows& rows) {
    counts_.remove(rows);
    rows.each([&](std::int32_t i) { spells_[static_cast<std::size_t>(i)].exit = state_; });
  }
  void observe(const Step& step) {
    if (step.events().empty()) return;
    ++state_;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
      spells_[static_cast<std::size_t>(i)].event = true;
  }
  double at_risk() const { return counts_(); }
  const Arranged<AtRisk>& spells() const { return spells_; }

 private:
  Counts counts_;
  Arranged<AtRisk> spells_;
  std::size_t state_ = 0;
};

// The pseudo-value of each person at one time: what all persons share is looked up once.
class PseudoValueAt {
 public:
  PseudoValueAt(const LeaveOneOut& curve, double time, double n, const PseudoValueOptions& options)
      : curve_(curve),
        time_(time),
        n_(n),
        options_(options),
        state_(curve.state_at(time)),
        theta_(options.restricted_mean ? curve.mean(time) : curve.survival_at(state_)) {}

  double operator()(const AtRisk& person) const {
    if (options_.kind == PseudoValue::jackknife) return n_ * theta_ - (n_ - 1) * without(person);
    return theta_ + n_ * (options_.restricted_mean ? curve_.mean_influence(person, time_)
                                                   : curve_.survival_influence(person, state_, theta_));
  }

 private:
  double without(const AtRisk& person) const {
    return options_.restricted_mean ? curve_.mean_without(person, time_)
                                    : curve_.survival_without(person, state_);
  }

  const LeaveOneOut& curve_;
  double time_, n_;
  PseudoValueOptions options_;
  std::size_t state_;
  double theta_;
};

}  // namespace detail

/// Pseudo-values of S at `times` (columns), or of the restricted mean up to them, one row per row of the
/// caller, in the caller's order. Times are counted from 0. Each row must be a person: several rows of one
/// person are refused.
inline std::vector<std::vector<double>> pseudo_values(const TimeToEvent& data,
                                                      const std::vector<double>& times,
                                                      const PseudoValueOptions& options) {
  expects(!data.has_mass(), "pseudo-values need one row per person, without weights or freq");
  for (std::size_t i = 0; i < data.rows(); ++i)
    expects(!data.continues(i), "pseudo-values need one row per person");
  std::vector<detail::LeaveOneOut> curves(data.strata());
  detail::AtRiskSpells pool(data);
  std::size_t stratum = 0;
  sweep(data.schedule(), Direction::forward, pool, [&](std::size_t k, const Step& step) {
    while (k >= data.schedule().stratum_begin[stratum + 1]) ++stratum;
    if (!step.events().empty()) curves[stratum].observe(step.time, pool.at_risk(), step.events().size());
    pool.observe(step);
  });
  std::vector<std::vector<double>> out(times.size(), std::vector<double>(data.rows_in()));
  for (std::size_t s = 0; s < data.strata(); ++s) {
    const Range rows = data.schedule().stratum_rows[s];
    const detail::LeaveOneOut& curve = curves[s];
    for (std::size_t t = 0; t < times.size(); ++t) {
      const detail::PseudoValueAt value(curve, times[t], rows.size(), options);
      for (std::int32_t row = rows.begin; row < rows.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        out[t][static_cast<std::size_t>(data.row(i))] = value(pool.spells()[i]);
      }
    }
  }
  return out;
}

}  // namespace tte
