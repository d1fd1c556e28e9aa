// Sums that may also lose terms again: the rounding error of every addition (Knuth's two-sum) is carried
// beside it.
#pragma once

#include <cstddef>
#include <vector>

#include "lanes.hpp"

namespace tte {

namespace detail {

// `Number` is a double, or four of them.
template <class Number>
inline void two_sum(const Number& x, Number& sum, Number& error) {
  const Number total = sum + x, added = total - sum;
  error += (sum - (total - added)) + (x - added);
  sum = total;
}

}  // namespace detail

class CompensatedSum {
 public:
  void add(double x) { detail::two_sum(x, sum_, error_); }
  void clear() { sum_ = error_ = 0; }
  double value() const { return sum_ + error_; }
  double rounded() const { return sum_; }  ///< value() in two parts
  double error() const { return error_; }

 private:
  double sum_ = 0, error_ = 0;
};

/// Compensated sums of padded rows.
class CompensatedRow {
 public:
  explicit CompensatedRow(std::size_t stride) : sum_(stride), error_(stride) {}

  void add_scaled(double factor, const double* x) {
    for (std::size_t j = 0; j < sum_.size(); j += detail::lanes) {
      const detail::Four term = factor * detail::four_at(x + j);
      detail::two_sum(term, detail::four_at(&sum_[j]), detail::four_at(&error_[j]));
    }
  }
  void clear() {
    sum_.assign(sum_.size(), 0.0);
    error_.assign(error_.size(), 0.0);
  }
  void read(std::vector<double>& out) const {
    for (std::size_t j = 0; j < sum_.size(); ++j) out[j] = sum_[j] + error_[j];
  }

 private:
  std::vector<double> sum_, error_;
};

}  // namespace tte
