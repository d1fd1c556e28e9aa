// The sum over independent units of the outer products of their scores: the middle of a sandwich variance.
#pragma once

#include <cstddef>
#include <vector>

#include "gram.hpp"
#include "linalg.hpp"
#include "parallel.hpp"
#include "time_to_event.hpp"

namespace tte::detail {

/// One over the number of equal independent units that each unit stands for.
inline std::vector<double> unit_shares(const TimeToEvent& data) {
  std::vector<double> share(data.units(), 1.0);
  for (std::size_t i = 0; i < data.rows(); ++i)
    share[static_cast<std::size_t>(data.unit(i))] = 1 / data.copies(i);
  return share;
}

/// `scores` holds a row of p values for every unit, rows `stride` apart.
inline arma::mat unit_products(const TimeToEvent& data, const std::vector<double>& scores, std::size_t stride,
                               std::size_t p, const Execution& execution) {
  const std::vector<double> share = unit_shares(data);
  return weighted_gram(scores.data(), stride, p, data.units(), share.data(), nullptr, execution).gram;
}

}  // namespace tte::detail
