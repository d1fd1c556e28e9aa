// When persons enter a study: a Poisson process whose rate is constant between breaks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/expects.hpp"
#include "draws.hpp"
#include "piecewise.hpp"

namespace tte {

/// The first n entry times, in order, in days from the opening of recruitment. The integrated rate between
/// entries is exponential, so its inverse gives them exactly; `replicate` numbers repetitions of one study.
inline std::vector<double> accrual(const Purpose& purpose, const PiecewiseRate& per_day, std::size_t n,
                                   std::int32_t replicate = 0) {
  detail::check_purpose(purpose);
  detail::check_rate(per_day);
  expects(replicate >= 0, "a replicate's number must not be negative");
  expects(n == 0 || per_day.rates[per_day.rates.size() - 1] > 0, "the last rate of accrual must be positive");
  Random random = person_stream(purpose, replicate);
  std::vector<double> out(n);
  double now = 0;
  for (double& entry : out) entry = now = time_of_integral(per_day, now, random.exponential());
  return out;
}

}  // namespace tte
