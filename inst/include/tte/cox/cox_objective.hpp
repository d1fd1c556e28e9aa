// What a Cox regression maximises: the partial likelihood under one rule of ties, with Firth's penalty or
// without.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "../core/newton.hpp"
#include "exact_likelihood.hpp"
#include "firth.hpp"
#include "partial_likelihood.hpp"

namespace tte {

class CoxObjective {
 public:
  /// Firth's penalty is defined for the ties of Breslow and Efron.
  CoxObjective(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& offset, Ties ties,
               bool firth, const Execution& execution)
      : partial_(data, x, offset, is_exact(ties) ? Ties::breslow : ties, execution) {
    expects(!(firth && is_exact(ties)), "Firth's penalty is not defined for exact ties");
    if (is_exact(ties)) exact_.emplace(data, x, offset, ties, execution);
    if (firth) penalty_.emplace(data, x, ties);
  }

  Likelihood operator()(const arma::vec& beta) {
    Likelihood out = exact_ ? (*exact_)(beta) : partial_(beta);
    plain_ = out.value;
    if (!penalty_) return out;
    const SweptInverse inverse = swept_inverse(out.information, out.scale, 1e-11);
    out.value += 0.5 * inverse.log_determinant;
    out.score += 0.5 * penalty_->trace(partial_, inverse.inverse);
    for (std::size_t j = 0; j < inverse.aliased.size(); ++j) {
      if (inverse.aliased[j]) out.score(j) = 0;
    }
    return out;
  }

  /// The log-likelihood of the last evaluation, without penalty.
  double plain_value() const { return plain_; }

  /// The partial likelihood that residuals come from: Breslow's under exact ties. After an exact fit it has
  /// to be evaluated where the residuals are wanted.
  PartialLikelihood& partial() { return partial_; }

 private:
  PartialLikelihood partial_;
  std::optional<ExactLikelihood> exact_;
  std::optional<FirthPenalty> penalty_;
  double plain_ = 0;
};

}  // namespace tte
