// How much each unit moves an estimate through the weights of the subdistribution. With q(u) what the
// estimate owes to the weights of rows that left before u and are used after u, a row contributes
//   int q(u) dM(u) / n(u),  M = censored - int at risk x d censored / n,
// (Fine and Gray 1999), and the same with the other sign for the distribution of entry. q is made from
// differences, and everything is linear in rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/compensated_sum.hpp"
#include "../core/lanes.hpp"
#include "../core/sweep.hpp"
#include "subdistribution_weights.hpp"

namespace tte {

/// q on the times of the censoring table, `width` (a multiple of 4) values side by side; once for G and once
/// for H.
class CensoringGrid {
 public:
  CensoringGrid(const SubdistributionWeights& weights, std::size_t width)
      : weights_(weights),
        width_(width),
        censored_(weights.table().size() * width, 0.0),
        entered_(weights.late_entry() ? censored_.size() : 0, 0.0) {}

  std::size_t width() const { return width_; }

  /// From `time` on (just after it, for H and for cmprsk's G), q of the group is larger by `change`.
  void add_from(std::size_t group, double time, const double* change) {
    const RiskTable& table = weights_.table();
    const auto begin = table.time.begin() + static_cast<std::ptrdiff_t>(table.stratum_begin[group]);
    const auto end = table.time.begin() + static_cast<std::ptrdiff_t>(table.stratum_begin[group + 1]);
    const auto after = std::upper_bound(begin, end, time);
    const bool included = weights_.convention() == CensoringConvention::geskus;
    add_at(censored_, included ? std::lower_bound(begin, after, time) : after, end, change);
    if (!entered_.empty()) add_at(entered_, after, end, change);
  }

  /// Turns the differences into q; nothing may be added afterwards.
  void close() {
    cumulate(censored_);
    if (!entered_.empty()) cumulate(entered_);
  }
  const double* censored(std::size_t k) const { return censored_.data() + k * width_; }
  const double* entered(std::size_t k) const { return entered_.data() + k * width_; }

 private:
  using Time = std::vector<double>::const_iterator;

  void add_at(std::vector<double>& q, Time at, Time end, const double* change) {
    if (at == end) return;
    double* row = q.data() + static_cast<std::size_t>(at - weights_.table().time.begin()) * width_;
    detail::add_scaled(1, change, width_, row);
  }

  void cumulate(std::vector<double>& q) const {
    const RiskTable& table = weights_.table();
    CompensatedRow sum(width_);
    std::vector<double> now(width_);
    for (std::size_t g = 0; g < table.strata(); ++g) {
      sum.clear();
      for (std::size_t k = table.stratum_begin[g]; k < table.stratum_begin[g + 1]; ++k) {
        sum.add_scaled(1, q.data() + k * width_);
        sum.read(now);
        std::copy(now.begin(), now.end(), q.begin() + static_cast<std::ptrdiff_t>(k * width_));
      }
    }
  }

  const SubdistributionWeights& weights_;
  std::size_t width_;
  std::vector<double> censored_, entered_;
};

namespace detail {

// Follows each row through the censoring table. `scores` are rows of `width` by unit of `data`.
class CensoringScores {
 public:
  CensoringScores(const TimeToEvent& censoring, const SubdistributionWeights& weights,
                  const CensoringGrid& grid, const std::vector<std::int32_t>& unit_of_row,
                  std::vector<double>& scores)
      : censoring_(censoring),
        weights_(weights),
        grid_(grid),
        unit_of_row_(unit_of_row),
        scores_(scores),
        taken_(grid.width()),
        at_once_(grid.width()) {}

  void clear() {
    std::fill(taken_.begin(), taken_.end(), 0.0);
    begun_ = false;
  }
  void add(const Rows& rows) {
    if (!begun_) return;  // before its first step a group has taken nothing, and owes nothing to H
    const bool last = k_ == weights_.table().size();
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      move(i, -1, taken_.data());
      if (!last && !censoring_.resumes(i)) move(i, -1 / stayed(), grid_.entered(k_));
    });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) { move(static_cast<std::size_t>(i), 1, taken_.data()); });
  }

  void observe(const Step& step) {
    begun_ = true;
    if (!is_reported(censoring_, step)) return;
    const RiskTable& table = weights_.table();
    const double n = table.at_risk[k_], y = weights_.at_risk_of_censoring(k_), c = table.censored[k_];
    const bool exact = weights_.convention() == CensoringConvention::geskus;
    const double left = exact ? y - c : y;
    if (table.entered[k_] > 0 && weights_.late_entry())
      add_scaled(table.entered[k_] / (n * stayed()), grid_.entered(k_), taken_.size(), taken_.data());
    if (c > 0 && left > 1e-14 * y) {
      std::fill(at_once_.begin(), at_once_.end(), 0.0);
      add_scaled(1 / left, grid_.censored(k_), taken_.size(), at_once_.data());
      add_scaled(-c / y, at_once_.data(), taken_.size(), taken_.data());
      for (std::int32_t row = step.exits.begin; row < step.exits.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (row < step.events_end) {
          if (exact) move(i, c / y, at_once_.data());  // was not at risk of being censored
        } else if (!censoring_.continues(i)) {
          move(i, 1, at_once_.data());
        }
      }
    }
    ++k_;
  }

 private:
  // What was at risk before the entries of a table row; where everybody entered there, nothing hangs on H.
  double stayed() const {
    const double n = weights_.table().at_risk[k_], before = n - weights_.table().entered[k_];
    return before > 1e-14 * n ? before : std::numeric_limits<double>::infinity();
  }
  void move(std::size_t i, double factor, const double* values) {
    const auto row = static_cast<std::size_t>(censoring_.row(i));
    double* out = scores_.data() + static_cast<std::size_t>(unit_of_row_[row]) * taken_.size();
    add_scaled(factor * censoring_.mass(i), values, taken_.size(), out);
  }

  const TimeToEvent& censoring_;
  const SubdistributionWeights& weights_;
  const CensoringGrid& grid_;
  const std::vector<std::int32_t>& unit_of_row_;
  std::vector<double>& scores_;
  std::vector<double> taken_, at_once_;
  std::size_t k_ = 0;
  bool begun_ = false;
};

}  // namespace detail

/// Adds to `scores` (rows of grid.width(), by unit of `data`) what the units owe to the weights.
inline void add_censoring_influence(const TimeToEvent& data, const TimeToEvent& censoring,
                                    const SubdistributionWeights& weights, const CensoringGrid& grid,
                                    std::vector<double>& scores) {
  std::vector<std::int32_t> unit_of_row(data.rows_in(), 0);
  for (std::size_t i = 0; i < data.rows(); ++i)
    unit_of_row[static_cast<std::size_t>(data.row(i))] = data.unit(i);
  detail::CensoringScores pool(censoring, weights, grid, unit_of_row, scores);
  sweep(censoring.schedule(), Direction::forward, pool,
        [&](std::size_t, const Step& step) { pool.observe(step); });
}

}  // namespace tte
