// Small dense algebra (p x p). The only file that includes Armadillo.
#pragma once

#ifndef ARMA_INCLUDES  // <RcppArmadillo.h>, when it comes first, has brought and configured Armadillo
#define ARMA_DONT_USE_WRAPPER
#ifndef ARMA_DONT_USE_OPENMP
#define ARMA_DONT_USE_OPENMP
#endif
#include <armadillo>
#endif
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace tte {

/// Symmetric generalised inverse that leaves out dependent columns: a column whose pivot, after the columns
/// before it are swept, is at most `tolerance` times its own scale is aliased; its row and column of the
/// inverse are zero.
struct SweptInverse {
  arma::mat inverse;
  std::vector<bool> aliased;
  std::size_t rank = 0;
  double log_determinant = 0;  ///< of the columns that are not aliased

  double quadratic_form(const arma::vec& u) const { return arma::dot(u, inverse * u); }
};

namespace detail {

// Gauss-Jordan sweep of one pivot (Goodnight 1979), in place on a symmetric matrix.
inline void sweep_pivot(arma::mat& m, std::size_t k) {
  const double pivot = m(k, k);
  const arma::vec column = m.col(k);
  m -= column * column.t() / pivot;
  m.col(k) = column / pivot;
  m.row(k) = column.t() / pivot;
  m(k, k) = -1 / pivot;
}

}  // namespace detail

/// `scale[j]` is the size a pivot of column j is judged by (its diagonal before anything was subtracted).
inline SweptInverse swept_inverse(const arma::mat& symmetric, const arma::vec& scale, double tolerance) {
  const std::size_t p = symmetric.n_rows;
  arma::mat work = symmetric;
  SweptInverse out{arma::mat(p, p, arma::fill::zeros), std::vector<bool>(p, true)};
  for (std::size_t k = 0; k < p; ++k) {
    if (!(work(k, k) > tolerance * scale(k))) continue;
    out.log_determinant += std::log(work(k, k));
    detail::sweep_pivot(work, k);
    out.aliased[k] = false;
    ++out.rank;
  }
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = 0; k < p; ++k) {
      if (!out.aliased[j] && !out.aliased[k]) out.inverse(j, k) = -0.5 * (work(j, k) + work(k, j));
    }
  }
  return out;
}

inline SweptInverse swept_inverse(const arma::mat& symmetric, double tolerance = 1e-11) {
  return swept_inverse(symmetric, symmetric.diag(), tolerance);
}

}  // namespace tte
