// Limits of coefficients by profile likelihood: where twice the drop of the log-likelihood, the other
// coefficients at their best, is the chi-squared quantile (Venzon & Moolgavkar 1988). The signed root of
// that drop is nearly linear in the coefficient, so Newton's method on it needs a few steps; a bracket keeps
// it safe. Under a monotone likelihood the side that is finite is found from the supremum.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "cox_fit.hpp"

namespace tte {

struct ProfileLimits {
  double lower = -std::numeric_limits<double>::infinity();  ///< infinite where the drop is never that large
  double upper = std::numeric_limits<double>::infinity();
  double at_zero = 0;  ///< the profile log-likelihood of a coefficient of 0
  bool lower_converged = true, upper_converged = true;
};

namespace detail {

/// The log-likelihood as a function of one coefficient, the others at their best.
class Profile {
 public:
  Profile(CoxProblem& problem, std::size_t which, const arma::vec& start)
      : problem_(problem), which_(which), at_(start) {}

  struct Point {
    double value = 0, slope = 0;
  };
  Point operator()(double coefficient) {
    double slope = 0;
    arma::vec from = at_;
    from(which_) = coefficient;
    NewtonOptions options = problem_.newton_options();
    options.tolerance *= 10;
    options.max_iterations = std::max(options.max_iterations, 50);
    const NewtonResult found = newton(
        [&](const arma::vec& beta) {
          Likelihood value = problem_.objective()(beta);
          slope = value.score(which_);
          value.score(which_) = 0;
          value.information.row(which_).zeros();
          value.information.col(which_).zeros();
          return value;
        },
        from, options, [](int, const arma::vec&) {});
    at_ = found.at;
    return {found.likelihood.value, slope};
  }

 private:
  CoxProblem& problem_;
  std::size_t which_;
  arma::vec at_;
};

/// One limit: the zero of root(b) = sqrt(2 (maximum - value(b))) - reach on one side of the maximum.
class ProfileSearch {
 public:
  ProfileSearch(Profile profile, double maximum, double reach, double unit)
      : profile_(std::move(profile)), maximum_(maximum), reach_(reach), unit_(unit) {}

  /// `inside` is a coefficient whose drop is too small (the maximum itself); `side` is 1 or -1.
  double from(double inside, double side, bool& converged) {
    double outside = inside + side * reach_ * unit_;
    while (evaluate(outside) < 0) {
      inside = outside;
      reach_step_ *= 2;
      outside += side * reach_step_ * reach_ * unit_;
      if (reach_step_ > 1e4) return side * std::numeric_limits<double>::infinity();
    }
    return between(inside, outside, converged);
  }

  /// From any start, towards the side where the likelihood keeps growing (1 or -1).
  double against_monotone(double start, double growing, bool& converged) {
    double inside = start, outside = start;
    if (evaluate(start) > 0) {
      for (double step = unit_; evaluate(inside) > 0; step *= 2) {
        outside = inside;
        inside += growing * step;
        if (step > 1e6 * unit_) return not_found(converged);
      }
    } else {
      for (double step = unit_; evaluate(outside) < 0; step *= 2) {
        inside = outside;
        outside -= growing * step;
        if (step > 1e6 * unit_) return -growing * std::numeric_limits<double>::infinity();
      }
    }
    return between(inside, outside, converged);
  }

 private:
  // How far too large the signed root of the drop is; keeps its derivative.
  double evaluate(double b) {
    const Profile::Point point = profile_(b);
    const double root = std::sqrt(std::max(0.0, 2 * (maximum_ - point.value)));
    derivative_ = root > 0 ? -point.slope / root : 0;
    if (!std::isfinite(point.value)) return std::numeric_limits<double>::infinity();
    return root - reach_;
  }
  double between(double inside, double outside, bool& converged) {
    double b = outside, excess = evaluate(b);
    for (int i = 0; i < 100; ++i) {
      const double newton = b - excess / derivative_;
      const bool usable = std::isfinite(newton) && (newton - inside) * (newton - outside) < 0;
      const double next = usable ? newton : 0.5 * (inside + outside);
      const double moved = std::fabs(next - b);
      b = next;
      excess = evaluate(b);
      (excess > 0 ? outside : inside) = b;
      if (std::fabs(excess) < 1e-11 || moved < 1e-10 * unit_) return b;
    }
    return not_found(converged);
  }
  static double not_found(bool& converged) {
    converged = false;
    return std::numeric_limits<double>::quiet_NaN();
  }

  Profile profile_;
  double maximum_, reach_, unit_, reach_step_ = 0.5, derivative_ = 0;
};

}  // namespace detail

/// Limits of coefficient `which` around `fit`, which came from the same problem.
inline ProfileLimits profile_limits(CoxProblem& problem, const CoxFit& fit, std::size_t which,
                                    double conf_level) {
  expects(which < problem.width(), "no such coefficient");
  expects(conf_level > 0 && conf_level < 1, "the confidence level must lie between 0 and 1");
  ProfileLimits out;
  if (fit.aliased[which]) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, fit.loglik, true, true};
  }
  const double reach = normal_quantile(0.5 + conf_level / 2), spread = 1 / problem.spread()(which);
  const double direction = fit.monotone.is_empty() ? 0 : fit.monotone(which);
  const detail::Profile profile(problem, which, fit.coefficients);
  out.at_zero = detail::Profile(profile)(0).value;
  const auto search = [&](double unit) { return detail::ProfileSearch(profile, fit.loglik, reach, unit); };
  if (direction == 0) {
    const double unit = std::sqrt(fit.variance(which, which)), centre = fit.coefficients(which);
    out.lower = search(unit).from(centre, -1, out.lower_converged);
    out.upper = search(unit).from(centre, 1, out.upper_converged);
  } else if (direction > 0) {
    out.lower = search(spread).against_monotone(0, 1, out.lower_converged);
  } else {
    out.upper = search(spread).against_monotone(0, -1, out.upper_converged);
  }
  return out;
}

}  // namespace tte
