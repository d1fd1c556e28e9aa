// Tests of association between groups and responses over strata: the Cochran-Mantel-Haenszel family.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/expects.hpp"
#include "../core/linalg.hpp"
#include "../core/special.hpp"

namespace tte {

/// Sum over strata of observed less expected, contrasted by the rows of `groups` and of `responses`, with its
/// variance given the margins of each stratum.
struct Association {
  arma::vec excess;
  arma::mat variance;
  double chi_squared = 0, df = 0, p_value = 1;
};

/// What is compared: every row of `groups` (contrasts of groups) against every row of `responses`. Rows of
/// the identity ask for general association, one row of scores on one side for a difference of means, on both
/// for a correlation.
struct AssociationContrasts {
  arma::mat groups, responses;
};

namespace detail {

// n diag(margin) - margin margin', contrasted.
inline arma::mat margin_variance(const arma::mat& contrasts, const arma::vec& margin, double n) {
  const arma::mat multinomial = n * arma::diagmat(margin) - margin * margin.t();
  return contrasts * multinomial * contrasts.t();
}

inline void add_stratum(Association& sum, const arma::mat& counts, const AssociationContrasts& contrasts) {
  const double n = arma::accu(counts);
  if (n < 2) return;
  const arma::vec groups = arma::sum(counts, 1), responses = arma::sum(counts, 0).t();
  const arma::mat excess = counts - groups * responses.t() / n;
  sum.excess += arma::vectorise(contrasts.groups * excess * contrasts.responses.t());
  sum.variance += arma::kron(margin_variance(contrasts.responses, responses, n),
                             margin_variance(contrasts.groups, groups, n)) /
                  (n * n * (n - 1));
}

}  // namespace detail

/// The test over strata; `correction` takes a half off a single excess. Strata with fewer than two patients,
/// or one group, or one response, add nothing. Without variance there is no test: df 0, p 1.
inline Association association_test(const std::vector<arma::mat>& strata,
                                    const AssociationContrasts& contrasts, bool correction) {
  const std::size_t size = contrasts.groups.n_rows * contrasts.responses.n_rows;
  Association sum{arma::vec(size, arma::fill::zeros), arma::mat(size, size, arma::fill::zeros)};
  for (const arma::mat& counts : strata) {
    expects(counts.n_rows == contrasts.groups.n_cols && counts.n_cols == contrasts.responses.n_cols,
            "the tables and the contrasts differ in size");
    expects(counts.is_finite() && (counts.is_empty() || counts.min() >= 0), "counts are at least 0");
    detail::add_stratum(sum, counts, contrasts);
  }
  const SweptInverse inverse = swept_inverse(sum.variance);
  sum.df = static_cast<double>(inverse.rank);
  arma::vec excess = sum.excess;
  if (correction && size == 1) excess(0) = std::max(0.0, std::abs(excess(0)) - 0.5);
  sum.chi_squared = inverse.quadratic_form(excess);
  if (inverse.rank > 0) sum.p_value = chi_squared_upper(sum.chi_squared, sum.df);
  return sum;
}

}  // namespace tte
