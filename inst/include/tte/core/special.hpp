// Distribution functions. The only file that includes Boost.Math.
// Policy: no promotion to long double (the same bits on every platform), and an argument outside the domain
// gives NaN instead of an exception.
#pragma once

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

namespace tte {

namespace detail {
namespace bmp = boost::math::policies;
using Policy = bmp::policy<bmp::promote_double<false>, bmp::domain_error<bmp::ignore_error>,
                           bmp::pole_error<bmp::ignore_error>, bmp::overflow_error<bmp::ignore_error>,
                           bmp::evaluation_error<bmp::ignore_error>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;
using Beta = boost::math::beta_distribution<double, Policy>;
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();
}  // namespace detail

/// P(Z <= x) of the standard normal distribution.
inline double normal_cdf(double x) {
  return std::isnan(x) ? detail::nan : 0.5 * std::erfc(-x / std::sqrt(2.0));
}

/// The p-quantile of the standard normal distribution; -Inf at 0, Inf at 1, NaN outside [0, 1].
inline double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return detail::nan;
  if (p == 0 || p == 1) return (p - 0.5) * std::numeric_limits<double>::infinity();
  return boost::math::quantile(detail::Normal(), p);
}

/// P(X > x) of the chi-squared distribution with `df` degrees of freedom.
inline double chi_squared_upper(double x, double df) {
  if (!(df > 0) || std::isnan(x)) return detail::nan;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return boost::math::cdf(boost::math::complement(detail::ChiSquared(df), x));
}

/// The p-quantile of the beta distribution with shapes a and b.
inline double beta_quantile(double p, double a, double b) {
  if (!(p >= 0 && p <= 1) || !(a > 0) || !(b > 0)) return detail::nan;
  return boost::math::quantile(detail::Beta(a, b), p);
}

}  // namespace tte
