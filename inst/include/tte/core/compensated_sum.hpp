// A sum that may also lose terms again (Neumaier 1974): the rounding error of every addition is carried
// beside it.
#pragma once

#include <cmath>

namespace tte {

class CompensatedSum {
 public:
  void add(double x) {
    const double total = sum_ + x;
    error_ += std::fabs(sum_) >= std::fabs(x) ? (sum_ - total) + x : (x - total) + sum_;
    sum_ = total;
  }
  void clear() { sum_ = error_ = 0; }
  double value() const { return sum_ + error_; }

 private:
  double sum_ = 0, error_ = 0;
};

}  // namespace tte
