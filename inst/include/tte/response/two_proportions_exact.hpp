// The exact difference of two proportions, without conditioning on the margin: each tail of the observed
// difference at the least favourable pair of proportions (Santner and Snell 1980).
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "two_proportions.hpp"

namespace tte {

namespace detail {

// P(the difference is at least the one seen) for any two proportions, from tables made once.
class DifferenceTail {
 public:
  explicit DifferenceTail(const TwoArms& arms)
      : arms_(arms), choose1_(choose(arms.n1)), choose2_(choose(arms.n2)) {}

  double operator()(double p1, double p2) const {
    const std::vector<double> reference = masses(choose2_, p2);
    std::vector<double> at_least = masses(choose1_, p1);
    for (std::size_t x = at_least.size() - 1; x > 0; --x) at_least[x - 1] += at_least[x];
    // x1 / n1 - x2 / n2 against what was seen, in whole numbers
    const double seen = arms_.x1 * arms_.n2 - arms_.x2 * arms_.n1;
    double sum = 0;
    for (std::size_t x2 = 0; x2 < reference.size(); ++x2) {
      const double least = std::max(0.0, std::ceil((seen + static_cast<double>(x2) * arms_.n1) / arms_.n2));
      if (least <= arms_.n1) sum += reference[x2] * at_least[static_cast<std::size_t>(least)];
    }
    return sum;
  }

  // The largest that probability gets when the difference is delta: a grid, then golden sections about its
  // best.
  double largest(double delta) const {
    const double low = std::max(0.0, -delta), high = std::min(1.0, 1 - delta), width = (high - low) / grid;
    const auto at = [&](double p) {
      const double p2 = std::min(high, std::max(low, p));
      return (*this)(std::min(1.0, std::max(0.0, p2 + delta)), p2);
    };
    double best = low, most = at(low);
    for (int step = 1; step <= grid; ++step) {
      const double value = at(low + step * width);
      if (value > most) {
        most = value;
        best = low + step * width;
      }
    }
    return std::max(most, golden(at, best - width, best + width));
  }

 private:
  static constexpr int grid = 100;

  static std::vector<double> choose(double n) {
    std::vector<double> out;
    for (double x = 0; x <= n; ++x) out.push_back(log_choose(n, x));
    return out;
  }

  static std::vector<double> masses(const std::vector<double>& log_choices, double p) {
    const double n = static_cast<double>(log_choices.size()) - 1;
    std::vector<double> out(log_choices.size(), 0.0);
    if (p <= 0 || p >= 1) {
      out[p <= 0 ? 0 : out.size() - 1] = 1;
      return out;
    }
    const double yes = std::log(p), no = std::log1p(-p);
    for (std::size_t x = 0; x < out.size(); ++x) {
      out[x] = std::exp(log_choices[x] + static_cast<double>(x) * yes + (n - static_cast<double>(x)) * no);
    }
    return out;
  }

  template <class Function>
  static double golden(const Function& f, double a, double b) {
    const double ratio = (std::sqrt(5.0) - 1) / 2;
    double c = b - ratio * (b - a), d = a + ratio * (b - a), fc = f(c), fd = f(d);
    for (int step = 0; step < 50; ++step) {
      if (fc > fd) {
        b = d;
        d = c;
        fd = fc;
        c = b - ratio * (b - a);
        fc = f(c);
      } else {
        a = c;
        c = d;
        fc = fd;
        d = a + ratio * (b - a);
        fd = f(d);
      }
    }
    return std::max(fc, fd);
  }

  TwoArms arms_;
  std::vector<double> choose1_, choose2_;
};

inline double exact_lower(const TwoArms& arms, double tail) {
  if (arms.difference() == -1) return -1;
  const DifferenceTail at_least(arms);
  return crossing([&](double delta) { return at_least.largest(delta) - tail; }, -1, arms.difference(), false);
}

inline TwoArms exchanged(const TwoArms& arms) { return {arms.x2, arms.n2, arms.x1, arms.n1}; }

}  // namespace detail

/// The differences at which neither tail is lighter than half of 1 - conf_level, whatever the proportions.
inline Interval exact_difference(const TwoArms& arms, double conf_level) {
  detail::check_two_arms(arms);
  const double tail = detail::tail_of(conf_level);
  return {detail::exact_lower(arms, tail), -detail::exact_lower(detail::exchanged(arms), tail)};
}

/// Twice the lighter tail at a difference of 0, at most 1: it agrees with the limits.
inline double exact_difference_p(const TwoArms& arms) {
  detail::check_two_arms(arms);
  const double upper = detail::DifferenceTail(arms).largest(0),
               lower = detail::DifferenceTail(detail::exchanged(arms)).largest(0);
  return std::min(1.0, 2 * std::min(upper, lower));
}

}  // namespace tte
