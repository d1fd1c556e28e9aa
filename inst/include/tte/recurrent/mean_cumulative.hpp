// The mean cumulative function of recurrent events, mu(t) = sum S(u-) d(u)/n(u), S the Kaplan-Meier curve of
// death: Nelson's estimate (1988) without deaths, Ghosh and Lin's (2000) with them. Standard errors are the
// infinitesimal jackknife over the independent units (Lawless & Nadeau 1995 where nobody dies), in linear
// time as in core/influence.hpp: with A = sum d_death/(n (n - d_death)) and G = sum {A(u-) - 1/n} dmu(u), a
// unit's influence on mu is at any time linear in (1, mu, G).
// Cause 1 is the recurrent event, cause 2 death; a person's rows are joined by `subject`.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/influence.hpp"
#include "../core/risk_table.hpp"
#include "../nonparametric/kaplan_meier.hpp"

namespace tte {

/// Row k belongs to row k of the risk table (of two causes).
struct MeanCumulative {
  std::vector<double> mean, std_error, survival;
};

struct MeanCumulativeTest {
  double difference = 0;  ///< sum of K(u) {dmu_1 - dmu_2}, K = n_1 n_2 / (n_1 + n_2)
  double variance = 0;
};

namespace detail {

constexpr std::int32_t recurrent_event = 1, terminal_event = 2;

/// The pool that follows every unit's influence; `sums` takes update(unit, change, copies) and clear(). With
/// labels only rows of the label `own` count.
template <class Sums>
class MeanInfluence {
 public:
  MeanInfluence(const TimeToEvent& data, Sums& sums, const Arranged<std::int32_t>* label = nullptr,
                std::int32_t own = 0)
      : data_(data), sums_(sums), label_(label), own_(own) {}

  void clear() {
    sums_.clear();
    at_risk_.clear();
    mean_ = shared_ = growth_ = 0;
    survival_ = 1;
  }
  void add(const Rows& rows) { move(rows, 1); }
  void remove(const Rows& rows) { move(rows, -1); }

  /// Events count `weight` times.
  void observe(const Step& step, double weight = 1) {
    const double events = mass_of(step, recurrent_event), deaths = mass_of(step, terminal_event);
    const double n = at_risk_.value();
    if (events > 0) {
      const double jump = weight * survival_ * events / n;
      mean_ += jump;
      shared_ += growth_ * jump - jump / n;
      each(step, recurrent_event, [&](std::size_t i, double w) {
        sums_.update(unit(i), {w * weight * survival_ / n, 0, 0}, data_.copies(i));
      });
    }
    if (deaths > 0) {
      const double left = left_after(n, deaths);
      each(step, terminal_event, [&](std::size_t i, double w) {
        const double pull = left > 0 ? w / left : 0;
        sums_.update(unit(i), {pull * mean_, -pull, 0}, data_.copies(i));
      });
      growth_ += left > 0 ? deaths / (n * left) : 0;
      survival_ *= left / n;
    }
  }

  double at_risk() const { return at_risk_.value(); }
  double mean() const { return mean_; }
  double survival() const { return survival_; }
  std::array<double, 3> basis() const { return {1, mean_, shared_}; }

 private:
  bool counts(std::size_t i) const { return label_ == nullptr || (*label_)[i] == own_; }
  std::size_t unit(std::size_t i) const { return static_cast<std::size_t>(data_.unit(i)); }
  double weight(std::size_t i) const { return data_.relative_mass(i) / data_.copies(i); }

  template <class Visit>
  void each(const Step& step, std::int32_t cause, Visit visit) const {
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      if (counts(i) && data_.cause(i) == cause) visit(i, weight(i));
    }
  }
  double mass_of(const Step& step, std::int32_t cause) const {
    double total = 0;
    each(step, cause, [&](std::size_t i, double) { total += data_.relative_mass(i); });
    return total;
  }

  // At risk from e: the unit's pull on S is -w {A(u) - A(e)}; leaving freezes it at its value then.
  void move(const Rows& rows, double sign) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      if (!counts(i)) return;
      const double w = sign * weight(i);
      at_risk_.add(sign * data_.relative_mass(i));
      sums_.update(unit(i), {-w * shared_ + w * growth_ * mean_, -w * growth_, w}, data_.copies(i));
    });
  }

  const TimeToEvent& data_;
  Sums& sums_;
  const Arranged<std::int32_t>* label_;
  std::int32_t own_;
  CompensatedSum at_risk_;
  double mean_ = 0, shared_ = 0, growth_ = 0, survival_ = 1;
};

/// Every unit's coefficients of one group in one stratum; their influence is wanted at the end only.
class FinalInfluence {
 public:
  explicit FinalInfluence(std::size_t units) : coefficients_(units) {}

  void clear() {}
  void update(std::size_t unit, const std::array<double, 3>& change, double copies) {
    for (std::size_t a = 0; a < 3; ++a) coefficients_[unit][a] += change[a];
    touched_.emplace_back(unit, copies);
  }
  /// Adds the influences where the shared functions are `basis`, and forgets them.
  void close(const std::array<double, 3>& basis, std::vector<double>& influence,
             std::vector<double>& copies) {
    for (const auto& [unit, number] : touched_) {
      for (std::size_t a = 0; a < 3; ++a) influence[unit] += coefficients_[unit][a] * basis[a];
      coefficients_[unit] = {};
      copies[unit] = number;
    }
    touched_.clear();
  }

 private:
  std::vector<std::array<double, 3>> coefficients_;
  std::vector<std::pair<std::size_t, double>> touched_;
};

inline void check_recurrent(const TimeToEvent& data) {
  for (std::size_t i = 0; i < data.rows(); ++i)
    expects(data.cause(i) <= terminal_event, "cause 1 is the recurrent event, cause 2 death");
}

/// Two groups side by side: the pool of the two-sample test. Clearing closes the stratum before.
class TwoMeans {
 public:
  TwoMeans(const TimeToEvent& data, const Arranged<std::int32_t>& group)
      : first_sums_(data.units()),
        second_sums_(data.units()),
        first_(data, first_sums_, &group, 1),
        second_(data, second_sums_, &group, 2),
        influence_(data.units(), 0.0),
        copies_(data.units(), 1.0) {}
  TwoMeans(const TwoMeans&) = delete;
  TwoMeans& operator=(const TwoMeans&) = delete;

  void clear() {
    difference_ += first_.mean() + second_.mean();
    first_sums_.close(first_.basis(), influence_, copies_);
    second_sums_.close(second_.basis(), influence_, copies_);
    first_.clear();
    second_.clear();
  }
  void add(const Rows& rows) {
    first_.add(rows);
    second_.add(rows);
  }
  void remove(const Rows& rows) {
    first_.remove(rows);
    second_.remove(rows);
  }
  void observe(const Step& step) {
    const double n1 = first_.at_risk(), n2 = second_.at_risk();
    const double weight = n1 > 0 && n2 > 0 ? n1 * n2 / (n1 + n2) : 0;
    first_.observe(step, weight);
    second_.observe(step, -weight);
  }
  double difference() const { return difference_; }
  double variance() const {
    CompensatedSum sum;
    for (std::size_t u = 0; u < influence_.size(); ++u) sum.add(copies_[u] * influence_[u] * influence_[u]);
    return sum.value();
  }

 private:
  FinalInfluence first_sums_, second_sums_;
  MeanInfluence<FinalInfluence> first_, second_;
  std::vector<double> influence_, copies_;
  double difference_ = 0;
};

}  // namespace detail

/// `table` is the risk table of `data` with two causes.
inline MeanCumulative mean_cumulative(const TimeToEvent& data, const RiskTable& table) {
  detail::check_recurrent(data);
  expects(table.causes == 2, "the risk table must have two causes");
  MeanCumulative out;
  InfluenceSums<3> sums(data.units());
  detail::MeanInfluence<InfluenceSums<3>> pool(data, sums);
  sweep(data.schedule(), Direction::forward, pool, [&](std::size_t, const Step& step) {
    pool.observe(step);
    if (!is_reported(data, step)) return;
    out.mean.push_back(pool.mean());
    out.std_error.push_back(std::sqrt(sums.variance(pool.basis())));
    out.survival.push_back(pool.survival());
  });
  expects(out.mean.size() == table.size(), "the risk table must be that of the data");
  return out;
}

/// The two-sample test of Ghosh & Lin (2000), of Lawless & Nadeau (1995) without deaths, stratified by the
/// strata of `data`. `group` is 1 or 2; positive values speak of more events in group 1.
inline MeanCumulativeTest mean_cumulative_test(const TimeToEvent& data, Span<std::int32_t> group) {
  detail::check_recurrent(data);
  for (std::int32_t g : group) expects(g == 1 || g == 2, "the group must be 1 or 2");
  const Arranged<std::int32_t> label = data.arrange(group);
  detail::TwoMeans pool(data, label);
  sweep(data.schedule(), Direction::forward, pool,
        [&](std::size_t, const Step& step) { pool.observe(step); });
  pool.clear();
  const double scale = data.mean_mass();
  return {scale * pool.difference(), scale * scale * pool.variance()};
}

}  // namespace tte
