// What the binding files of regressions share: covariates as spans, the names of tie rules.
#pragma once

#include "binding.h"

#include <tte/cox/partial_likelihood.hpp>

namespace binding {

// A list of columns, or a matrix whose columns are read in place.
inline std::vector<tte::Span<double>> covariates(SEXP x) {
  std::vector<tte::Span<double>> out;
  if (TYPEOF(x) == VECSXP) {
    for (R_xlen_t j = 0; j < Rf_xlength(x); ++j) out.push_back(doubles(VECTOR_ELT(x, j)));
    return out;
  }
  const tte::Span<double> values = doubles(x);
  const auto rows = static_cast<std::size_t>(Rf_nrows(x)), columns = static_cast<std::size_t>(Rf_ncols(x));
  for (std::size_t j = 0; j < columns; ++j) out.emplace_back(values.data() + j * rows, rows);
  return out;
}

inline tte::Ties ties(const std::string& name) {
  using T = tte::Ties;
  return parse<T>(name, {{"efron", T::efron},
                         {"breslow", T::breslow},
                         {"exact-discrete", T::exact_discrete},
                         {"exact-marginal", T::exact_marginal}});
}

}  // namespace binding
