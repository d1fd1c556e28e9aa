// A Cox regression: Newton on the partial likelihood, its variance (model-based or robust), its tests.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../core/newton.hpp"
#include "../core/special.hpp"
#include "../core/unit_products.hpp"
#include "concordance.hpp"
#include "cox_objective.hpp"
#include "monotone.hpp"
#include "residuals.hpp"

namespace tte {

struct CoxOptions {
  Ties ties = Ties::efron;
  NewtonOptions newton;
  bool robust = false;
  bool concordance = true;
  bool firth = false;  ///< not with exact ties or a robust variance
};

struct CoxFit {
  arma::vec coefficients;  ///< 0 where aliased
  std::vector<bool> aliased;
  arma::mat variance, naive_variance;               ///< naive_variance is empty unless robust
  double loglik_start = 0, loglik = 0;              ///< penalised under Firth
  double plain_loglik_start = 0, plain_loglik = 0;  ///< without penalty
  double score_test = 0, robust_score_test = 0, wald_test = 0;
  int iterations = 0;
  bool converged = false;
  arma::vec monotone;          ///< the direction of a monotone likelihood, or empty
  std::vector<double> centre;  ///< what was subtracted from each covariate
  std::vector<double>
      linear_predictor;            ///< of the centred covariates, offset included; the caller's row order
  std::vector<double> martingale;  ///< the caller's row order
  Concordance concordance;
};

namespace detail {

// A column whose spread is only rounding becomes exactly constant, so that it is found to be aliased.
inline std::vector<double> centre_columns(const TimeToEvent& data, ArrangedRows& x, arma::vec& spread) {
  std::vector<double> mean(x.stride, 0.0), size(x.stride, 0.0);
  std::vector<CompensatedSum> square(x.stride);
  double total = 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    total += data.mass(i);
    for (std::size_t j = 0; j < x.width; ++j) mean[j] += data.mass(i) * x.row(i)[j];
  }
  for (double& m : mean) m = total > 0 ? m / total : 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    for (std::size_t j = 0; j < x.width; ++j) {
      size[j] = std::max(size[j], std::fabs(x.row(i)[j]));
      x.row(i)[j] -= mean[j];
      square[j].add(data.mass(i) * x.row(i)[j] * x.row(i)[j]);
    }
  }
  spread.set_size(x.width);
  for (std::size_t j = 0; j < x.width; ++j) {
    spread(j) = total > 0 ? std::sqrt(square[j].value() / total) : 0;
    if (spread(j) > 1e-12 * size[j]) continue;
    for (std::size_t i = 0; i < data.rows(); ++i) x.row(i)[j] = 0;
  }
  mean.resize(x.width);
  return mean;
}

// Variance of the coefficients that stay finite, with the monotone direction held at infinity: one
// coefficient of the direction is replaced by the direction itself and left out.
inline arma::mat variance_beside(const arma::mat& information, const arma::vec& direction) {
  const std::size_t p = direction.n_elem, pivot = arma::abs(direction).index_max();
  arma::mat basis(p, p, arma::fill::eye);
  basis.col(pivot) = direction;
  arma::mat transformed = basis.t() * information * basis;
  transformed.row(pivot).zeros();
  transformed.col(pivot).zeros();
  arma::mat variance = swept_inverse(transformed, information.diag(), 1e-11).inverse;
  for (std::size_t j = 0; j < p; ++j) {
    if (direction(j) == 0) continue;
    variance.row(j).fill(nan);
    variance.col(j).fill(nan);
  }
  return variance;
}

// Proposes and proves a monotone direction as Newton goes on: a finite maximum has stopped moving long
// before.
class MonotoneWatch {
 public:
  MonotoneWatch(const TimeToEvent& data, const ArrangedRows& x, const arma::vec& spread, bool exact_ties)
      : data_(data), x_(x), spread_(spread), exact_ties_(exact_ties) {}

  void operator()(int iteration, const arma::vec& step) {
    const bool still_moving = arma::max(arma::abs(step % spread_)) > 0.01;
    if (iteration < 7 || !direction_.is_empty() || !still_moving) return;
    arma::vec candidate = dominant_direction(step, spread_);
    if (is_monotone_along(data_, x_, candidate, exact_ties_)) direction_ = std::move(candidate);
  }
  const arma::vec& direction() const { return direction_; }

 private:
  const TimeToEvent& data_;
  const ArrangedRows& x_;
  const arma::vec& spread_;
  bool exact_ties_;
  arma::vec direction_;
};

inline arma::mat mean_products(const arma::mat& inverse, const arma::mat& meat) {
  return inverse * meat * inverse;
}

}  // namespace detail

/// The covariates of a regression, checked, arranged and centred, with the objective over them.
class CoxProblem {
 public:
  /// `offset` may be empty. Offsets and covariates must be finite.
  CoxProblem(const TimeToEvent& data, const std::vector<Span<double>>& covariates, Span<double> offset,
             const CoxOptions& options, const Execution& execution)
      : data_(data),
        x_(checked(data, covariates, execution)),
        centre_(detail::centre_columns(data, x_, spread_)),
        offset_(arranged_offset(data, offset)),
        objective_(data, x_, offset_, options.ties, options.firth, execution),
        newton_(options.newton),
        ties_(options.ties),
        execution_(execution) {
    expects(!(options.firth && options.robust), "Firth's penalty has no robust variance");
    expects(!(is_exact(options.ties) && options.robust), "exact ties have no robust variance");
    // Weights make standard errors smaller without making anything more certain.
    newton_.tolerance *= std::sqrt(data.mean_mass());
    newton_.learn_curvature = options.firth;
  }
  CoxProblem(const CoxProblem&) = delete;
  CoxProblem& operator=(const CoxProblem&) = delete;

  const TimeToEvent& data() const { return data_; }
  const ArrangedRows& x() const { return x_; }
  std::size_t width() const { return x_.width; }
  const arma::vec& spread() const { return spread_; }            ///< standard deviations of the covariates
  const std::vector<double>& centre() const { return centre_; }  ///< what was subtracted from them
  const NewtonOptions& newton_options() const { return newton_; }
  CoxObjective& objective() { return objective_; }
  /// The sum over the independent units of the outer products of their scores, at the last evaluation.
  arma::mat score_products() {
    const CoxSteps steps(data_, x_, objective_.partial().predictor(), ties_);
    return detail::unit_products(data_, detail::unit_scores(steps), x_.stride, x_.width, execution_);
  }

 private:
  static ArrangedRows checked(const TimeToEvent& data, const std::vector<Span<double>>& covariates,
                              const Execution& execution) {
    for (const Span<double>& column : covariates) {
      for (double value : column) expects(std::isfinite(value), "covariates must be finite");
    }
    return data.arrange_rows(covariates, execution);
  }
  static Arranged<double> arranged_offset(const TimeToEvent& data, Span<double> offset) {
    for (double value : offset) expects(std::isfinite(value), "the offset must be finite");
    return offset.empty() ? Arranged<double>() : data.arrange(offset);
  }

  const TimeToEvent& data_;
  arma::vec spread_;
  ArrangedRows x_;
  std::vector<double> centre_;
  Arranged<double> offset_;
  CoxObjective objective_;
  NewtonOptions newton_;
  Ties ties_;
  Execution execution_;
};

/// `start` may be empty.
inline CoxFit cox_fit(CoxProblem& problem, const std::vector<double>& start, const CoxOptions& options) {
  const TimeToEvent& data = problem.data();
  const std::size_t p = problem.width();
  expects(start.empty() || start.size() == p, "one starting value per covariate is needed");
  for (double value : start) expects(std::isfinite(value), "starting values must be finite");
  CoxFit fit;
  fit.centre = problem.centre();
  CoxObjective& objective = problem.objective();
  PartialLikelihood& partial = objective.partial();

  const arma::vec begin = start.empty() ? arma::vec(p, arma::fill::zeros) : arma::vec(start);
  detail::MonotoneWatch watch(data, problem.x(), problem.spread(), is_exact(options.ties));
  bool first = true;
  NewtonResult found = newton(
      [&](const arma::vec& beta) {
        Likelihood value = objective(beta);
        if (std::exchange(first, false)) {
          fit.loglik_start = value.value;
          fit.plain_loglik_start = objective.plain_value();
          const SweptInverse inverse = swept_inverse(value.information, value.scale, 1e-11);
          fit.aliased = inverse.aliased;
          fit.score_test = inverse.quadratic_form(value.score);
          if (options.robust) {
            const arma::mat meat = problem.score_products();
            fit.robust_score_test = swept_inverse(meat).quadratic_form(value.score);
          }
        }
        return value;
      },
      begin, problem.newton_options(),
      [&](int iteration, const arma::vec& step) {
        if (!options.firth) watch(iteration, step);
      });

  fit.coefficients = found.at;
  fit.loglik = found.likelihood.value;
  fit.plain_loglik = objective.plain_value();
  fit.iterations = found.iterations;
  fit.converged = found.converged;
  fit.monotone = watch.direction();
  fit.variance = fit.monotone.is_empty()
                     ? found.inverse.inverse
                     : detail::variance_beside(found.likelihood.information, fit.monotone);
  if (is_exact(options.ties)) partial(found.at);
  if (options.robust) {
    fit.naive_variance = fit.variance;
    const arma::mat meat = problem.score_products();
    fit.variance = detail::mean_products(fit.naive_variance, meat);
  }
  if (fit.monotone.is_empty()) fit.wald_test = swept_inverse(fit.variance).quadratic_form(found.at - begin);
  fit.linear_predictor = data.restore(partial.linear_predictor());
  fit.martingale = data.restore(partial.martingale());
  if (options.concordance) fit.concordance = concordance(data, partial.linear_predictor());
  return fit;
}

/// `offset` and `start` may be empty. Offsets and covariates must be finite.
inline CoxFit cox_fit(const TimeToEvent& data, const std::vector<Span<double>>& covariates,
                      Span<double> offset, const std::vector<double>& start, const CoxOptions& options,
                      const Execution& execution = {}) {
  CoxProblem problem(data, covariates, offset, options, execution);
  return cox_fit(problem, start, options);
}

}  // namespace tte
