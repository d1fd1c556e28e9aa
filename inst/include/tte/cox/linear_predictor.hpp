// eta = x beta + offset of every row, and r = mass x exp(eta), centred within strata before exp() so that a
// large common part cannot overflow.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/compensated_sum.hpp"
#include "../core/lanes.hpp"
#include "../core/linalg.hpp"
#include "../core/parallel.hpp"
#include "../core/time_to_event.hpp"

namespace tte {

class LinearPredictor {
 public:
  /// `x` should be centred; an empty `offset` is no offset.
  LinearPredictor(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& offset,
                  const Execution& execution)
      : data_(data),
        x_(x),
        offset_(offset),
        execution_(execution),
        eta_(data.arranged(0.0)),
        r_(data.arranged(0.0)) {}

  void predict(const arma::vec& beta) {
    std::vector<double> b(beta.begin(), beta.end());
    b.resize(x_.stride, 0.0);
    parallel_chunks(data_.rows(), chunk, execution_, [&](std::size_t begin, std::size_t end, std::size_t) {
      for (std::size_t i = begin; i < end; ++i) {
        const double product = detail::inner_product(b.data(), x_.row(i), x_.stride);
        eta_[i] = offset_.empty() ? product : product + offset_[i];
      }
    });
    centre_ = stratum_means();
    const std::vector<Range>& strata = data_.schedule().stratum_rows;
    for (std::size_t s = 0; s < strata.size(); ++s) {
      const auto first = static_cast<std::size_t>(strata[s].begin);
      parallel_chunks(static_cast<std::size_t>(strata[s].size()), chunk, execution_,
                      [&](std::size_t begin, std::size_t end, std::size_t) {
                        for (std::size_t i = first + begin; i < first + end; ++i) {
                          r_[i] = data_.mass(i) * std::exp(eta_[i] - centre_[s]);
                        }
                      });
    }
  }

  const Arranged<double>& eta() const { return eta_; }
  /// By stratum: what was subtracted from eta.
  const std::vector<double>& centre() const { return centre_; }
  const Arranged<double>& r() const { return r_; }  ///< mass x exp(eta - centre of the stratum)

  /// Sum of mass x (eta - centre) over the events: the numerators of the tie rules, on the log scale.
  double of_events() const {
    CompensatedSum total;
    const std::vector<Range>& strata = data_.schedule().stratum_rows;
    for (std::size_t s = 0; s < strata.size(); ++s) add_events(strata[s], s, total);
    return total.value();
  }
  /// The same over some rows of one stratum.
  double of_events(const Range& rows, std::size_t stratum) const {
    CompensatedSum total;
    add_events(rows, stratum, total);
    return total.value();
  }

 private:
  static constexpr std::size_t chunk = 16384;

  void add_events(const Range& rows, std::size_t stratum, CompensatedSum& total) const {
    for (std::int32_t row = rows.begin; row < rows.end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      if (data_.is_event(i)) total.add(data_.mass(i) * (eta_[i] - centre_[stratum]));
    }
  }

  std::vector<double> stratum_means() const {
    std::vector<double> means;
    for (const Range& rows : data_.schedule().stratum_rows) {
      double sum = 0;
      for (std::int32_t i = rows.begin; i < rows.end; ++i) sum += eta_[static_cast<std::size_t>(i)];
      means.push_back(rows.empty() ? 0 : sum / rows.size());
    }
    return means;
  }

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  const Arranged<double>& offset_;
  Execution execution_;
  Arranged<double> eta_, r_;
  std::vector<double> centre_;
};

}  // namespace tte
