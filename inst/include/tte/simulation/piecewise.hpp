// A rate that is constant between breaks, and the inverse of its integral: what turns an exponential draw
// into a time, exactly.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "../core/expects.hpp"
#include "../core/span.hpp"

namespace tte {

/// rates[k] from breaks[k] on; the first break is 0 and the last rate holds for ever.
struct PiecewiseRate {
  Span<double> breaks;
  Span<double> rates;
};

namespace detail {

inline void check_rate(const PiecewiseRate& rate) {
  expects(!rate.breaks.empty() && rate.breaks.size() == rate.rates.size(),
          "a rate needs one value per break");
  expects(rate.breaks[0] == 0, "the first break of a rate is 0");
  for (std::size_t k = 0; k < rate.breaks.size(); ++k) {
    expects(std::isfinite(rate.breaks[k]) && (k == 0 || rate.breaks[k] > rate.breaks[k - 1]),
            "the breaks of a rate must increase");
    expects(rate.rates[k] >= 0 && std::isfinite(rate.rates[k]), "a rate must not be negative");
  }
}

}  // namespace detail

/// The time at which the integral of the rate from `start` (at least 0) reaches `amount`; infinite if it
/// never does.
inline double time_of_integral(const PiecewiseRate& rate, double start, double amount) {
  const std::size_t last = rate.breaks.size() - 1;
  auto k = static_cast<std::size_t>(std::upper_bound(rate.breaks.begin() + 1, rate.breaks.end(), start) -
                                    rate.breaks.begin()) -
           1;
  for (; k < last; ++k) {
    const double piece = rate.rates[k] * (rate.breaks[k + 1] - start);
    if (piece > 0 && amount <= piece) return start + amount / rate.rates[k];
    amount -= piece;
    start = rate.breaks[k + 1];
  }
  return rate.rates[last] > 0 ? start + amount / rate.rates[last] : std::numeric_limits<double>::infinity();
}

}  // namespace tte
