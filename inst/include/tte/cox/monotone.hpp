// Is a partial likelihood monotone? It is when, along some direction of the coefficients, every row with an
// event has the largest linear predictor of its risk set: then the likelihood grows forever and no finite
// estimate exists (Bryson & Johnson 1981). A Newton step that refuses to shrink proposes the direction; this
// file proves it or not.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/pools.hpp"
#include "../core/sweep.hpp"
#include "../core/time_to_event.hpp"

namespace tte {

namespace detail {

// The largest and smallest value at risk. Rows leave a backward sweep only where rows enter late; without,
// two numbers are enough.
class Extremes {
 public:
  Extremes(const Arranged<double>& value, bool rows_leave)
      : value_(value), present_(rows_leave ? value.size() : 0, 0) {}

  void clear() {
    largest_ = {};
    smallest_ = {};
    high_ = -infinite;
    low_ = infinite;
  }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t i) {
      const double value = value_[static_cast<std::size_t>(i)];
      high_ = std::max(high_, value);
      low_ = std::min(low_, value);
      if (present_.empty()) return;
      present_[static_cast<std::size_t>(i)] = 1;
      largest_.emplace(value, i);
      smallest_.emplace(-value, i);
    });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) { present_[static_cast<std::size_t>(i)] = 0; });
  }
  double largest() { return present_.empty() ? high_ : top(largest_); }
  double smallest() { return present_.empty() ? low_ : -top(smallest_); }

 private:
  using Queue = std::priority_queue<std::pair<double, std::int32_t>>;
  static constexpr double infinite = std::numeric_limits<double>::infinity();

  double top(Queue& queue) {
    while (!queue.empty() && !present_[static_cast<std::size_t>(queue.top().second)]) queue.pop();
    return queue.empty() ? -infinite : queue.top().first;
  }

  const Arranged<double>& value_;
  std::vector<char> present_;
  Queue largest_, smallest_;
  double high_ = -infinite, low_ = infinite;
};

}  // namespace detail

/// Whether the likelihood grows without end along `direction` (judged to `tolerance` times the range of
/// x'direction). Breslow's and Efron's ties compare an event with all at risk, `exact_ties` only with those
/// who survive the tie.
inline bool is_monotone_along(const TimeToEvent& data, const ArrangedRows& x, const arma::vec& direction,
                              bool exact_ties = false, double tolerance = 1e-6) {
  Arranged<double> value = data.arranged(0.0);
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    for (std::size_t j = 0; j < x.width; ++j) value[i] += direction(j) * x.row(i)[j];
    low = std::min(low, value[i]);
    high = std::max(high, value[i]);
  }
  const double slack = tolerance * (high - low);
  bool holds = true, strict = false;
  detail::Extremes compared(value, data.schedule().late_entry());
  const auto at = [&](std::size_t, const Step& step) {
    if (!holds || step.events().empty()) return;
    double least = std::numeric_limits<double>::infinity();
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) {
      least = std::min(least, value[static_cast<std::size_t>(i)]);
    }
    holds = least >= compared.largest() - slack;
    strict |= least > compared.smallest() + slack;
  };
  if (exact_ties) {
    EventsHeldBack<detail::Extremes> survivors(data, compared);
    sweep(data.schedule(), Direction::backward, survivors, at);
  } else {
    sweep(data.schedule(), Direction::backward, compared, at);
  }
  return holds && strict;
}

/// The direction a Newton step proposes, without the parts that vanish beside its largest (in units of
/// `scale`, the spread of each covariate), scaled to a largest part of 1.
inline arma::vec dominant_direction(const arma::vec& step, const arma::vec& scale) {
  const double largest = arma::max(arma::abs(step % scale));
  arma::vec direction = step;
  for (std::size_t j = 0; j < step.n_elem; ++j) {
    if (std::fabs(step(j) * scale(j)) < 1e-4 * largest) direction(j) = 0;
  }
  return direction / arma::max(arma::abs(direction));
}

}  // namespace tte
