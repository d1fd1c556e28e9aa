// Tails of the binomial distribution, and the point at which a monotone function crosses zero: what exact
// limits are found with.
#pragma once

#include <cmath>

namespace tte {

namespace detail {

// The point between a and b at which f changes its sign, to the last bit: f(a) > 0 >= f(b) or the reverse,
// taken on trust, so that a function with a pole at an end can be asked too.
template <class Function>
double crossing(const Function& f, double a, double b, bool falling) {
  for (int halving = 0; halving < 1100; ++halving) {
    const double middle = a + 0.5 * (b - a);
    if (middle == a || middle == b) return middle;
    if ((f(middle) > 0) == falling) {
      a = middle;
    } else {
      b = middle;
    }
  }
  return a + 0.5 * (b - a);
}

inline double log_choose(double n, double x) {
  return std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1);
}

}  // namespace detail

/// P(X = x) of a binomial distribution.
inline double binomial_mass(double x, double n, double p) {
  if (x < 0 || x > n) return 0;
  if (p == 0) return x == 0 ? 1 : 0;
  if (p == 1) return x == n ? 1 : 0;
  return std::exp(detail::log_choose(n, x) + x * std::log(p) + (n - x) * std::log1p(-p));
}

/// P(X >= x) of a binomial distribution: the sum of the terms that lie away from the mean, from the largest
/// on.
inline double binomial_at_least(double x, double n, double p) {
  if (x <= 0) return 1;
  if (x > n || p == 0) return 0;
  if (p == 1) return 1;
  const bool upper = x > n * p;
  const double odds = p / (1 - p);
  double k = upper ? x : x - 1, term = binomial_mass(k, n, p), sum = 0;
  while (k >= 0 && k <= n && term > sum * 1e-18) {
    sum += term;
    term *= upper ? (n - k) / (k + 1) * odds : k / ((n - k + 1) * odds);
    k += upper ? 1 : -1;
  }
  return upper ? sum : 1 - sum;
}

/// P(X <= x) of a binomial distribution.
inline double binomial_at_most(double x, double n, double p) { return binomial_at_least(n - x, n, 1 - p); }

}  // namespace tte
