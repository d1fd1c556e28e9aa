// Newton-Raphson on a concave log-likelihood, with step halving. Whether it converged is part of the result.
#pragma once

#include <cmath>
#include <cstddef>

#include "linalg.hpp"

namespace tte {

/// A log-likelihood with its derivatives; `scale` is what the pivots of the information are judged by.
struct Likelihood {
  double value = 0;
  arma::vec score;
  arma::mat information;
  arma::vec scale;
};

struct NewtonOptions {
  int max_iterations = 50;
  double tolerance = 1e-9;  ///< on the Newton decrement: the distance to the maximum in standard errors
  bool learn_curvature =
      false;  ///< the information is not the whole curvature: learn the rest from the steps
};

struct NewtonResult {
  arma::vec at;
  Likelihood likelihood;
  SweptInverse inverse;  ///< of the information at `at`
  int iterations = 0;
  bool converged = false;
};

namespace detail {

constexpr int max_halvings = 30;
// Times the tolerance: close enough when rounding allows no further progress.
constexpr double rounding_slack = 1e4;

inline bool not_worse(const Likelihood& next, const Likelihood& now) {
  return std::isfinite(next.value) && next.score.is_finite() &&
         next.value >= now.value - 1e-12 * std::fabs(now.value);
}

// A column without information does not move; if its score is not 0 the information was lost, not the score
// used up.
inline bool is_stationary(const Likelihood& at, const SweptInverse& inverse) {
  bool stationary = std::isfinite(at.value) && at.score.is_finite();
  for (std::size_t j = 0; j < inverse.aliased.size(); ++j) {
    stationary &=
        !inverse.aliased[j] || std::fabs(at.score(j)) <= 1e-4 * std::sqrt(std::max(at.scale(j), 0.0));
  }
  return stationary;
}

// What the curvature has beside the information, learnt from how the score changed along the steps taken
// (a symmetric update of rank one). Without it a step along the information alone may overshoot for ever.
class LearntCurvature {
 public:
  LearntCurvature(bool active, std::size_t p) : active_(active), beside_(p, p, arma::fill::zeros) {}

  arma::vec step(const Likelihood& at, const SweptInverse& inverse) const {
    const arma::vec plain = inverse.inverse * at.score;
    if (!active_) return plain;
    const SweptInverse corrected = swept_inverse(at.information + beside_, at.scale, 1e-11);
    const arma::vec step = corrected.inverse * at.score;
    return corrected.rank == inverse.rank && arma::dot(step, at.score) > 0 ? step : plain;
  }
  void learn(const arma::vec& moved, const Likelihood& before, const Likelihood& after) {
    if (!active_) return;
    const arma::vec gap = before.score - after.score - (after.information + beside_) * moved;
    const double along = arma::dot(gap, moved);
    if (std::fabs(along) > 1e-8 * arma::norm(gap) * arma::norm(moved)) beside_ += gap * gap.t() / along;
  }

 private:
  bool active_;
  arma::mat beside_;
};

}  // namespace detail

/// `evaluate(beta)` gives a Likelihood; `observe(iteration, step)` sees every step taken.
template <class Evaluate, class Observe>
NewtonResult newton(Evaluate evaluate, const arma::vec& start, const NewtonOptions& options,
                    Observe observe) {
  NewtonResult out{start, evaluate(start), {}, 0, false};
  detail::LearntCurvature curvature(options.learn_curvature, start.n_elem);
  while (true) {
    out.inverse = swept_inverse(out.likelihood.information, out.likelihood.scale, 1e-11);
    const arma::vec step = curvature.step(out.likelihood, out.inverse);
    const double decrement = std::sqrt(std::max(0.0, arma::dot(step, out.likelihood.score)));
    out.converged = decrement <= options.tolerance && detail::is_stationary(out.likelihood, out.inverse);
    if (out.converged || out.iterations >= options.max_iterations) return out;
    double fraction = 1;
    Likelihood next = evaluate(out.at + step);
    for (int halving = 0; halving < detail::max_halvings && !detail::not_worse(next, out.likelihood);
         ++halving) {
      fraction /= 2;
      next = evaluate(out.at + fraction * step);
    }
    if (!detail::not_worse(next, out.likelihood)) {
      out.likelihood = evaluate(out.at);  // leave the objective's state where the result is
      out.converged = decrement <= detail::rounding_slack * options.tolerance &&
                      detail::is_stationary(out.likelihood, out.inverse);
      return out;
    }
    out.at += fraction * step;
    curvature.learn(fraction * step, out.likelihood, next);
    out.likelihood = next;
    ++out.iterations;
    observe(out.iterations, step);
  }
}

}  // namespace tte
