// What every binding file needs: R's columns as spans, names as enumerations, results as R vectors. A binding
// file includes the headers it binds and no others, so that an edit compiles one file anew.
#pragma once

// RcppArmadillo configures Armadillo (the size of its integers among others), so every file includes this
// header before any of the engine's.
#ifdef ARMA_INCLUDES
#error "include binding.h before the engine's headers"
#endif
#include <RcppArmadillo.h>
#include <tte/core/interval.hpp>
#include <tte/core/parallel.hpp>
#include <tte/core/risk_table.hpp>
#include <tte/core/time_to_event.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace binding {

inline tte::Span<double> doubles(SEXP x) {
  if (Rf_isNull(x)) return {};
  if (TYPEOF(x) != REALSXP) Rcpp::stop("expected a double vector");
  return {REAL(x), static_cast<std::size_t>(Rf_xlength(x))};
}

inline tte::Span<std::int32_t> integers(SEXP x) {
  if (Rf_isNull(x)) return {};
  if (TYPEOF(x) != INTSXP) Rcpp::stop("expected an integer vector");
  return {INTEGER(x), static_cast<std::size_t>(Rf_xlength(x))};
}

inline SEXP member(const Rcpp::List& list, const char* name) {
  return list.containsElementNamed(name) ? static_cast<SEXP>(list[name]) : R_NilValue;
}

// Absent columns are NULL or missing.
inline tte::Columns columns(const Rcpp::List& list) {
  tte::Columns out;
  out.start = doubles(member(list, "start"));
  out.stop = doubles(member(list, "stop"));
  out.weight = doubles(member(list, "weight"));
  out.cause = integers(member(list, "cause"));
  out.stratum = integers(member(list, "stratum"));
  out.freq = integers(member(list, "freq"));
  out.cluster = integers(member(list, "cluster"));
  out.subject = integers(member(list, "subject"));
  return out;
}

inline tte::Execution execution(int threads) {
  return {threads, [] { Rcpp::checkUserInterrupt(); }};
}

template <class Enumeration>
Enumeration parse(const std::string& name,
                  std::initializer_list<std::pair<const char*, Enumeration>> choices) {
  for (const auto& choice : choices) {
    if (name == choice.first) return choice.second;
  }
  Rcpp::stop("'%s' is not a choice here", name);
}

inline tte::Transform transform(const std::string& name) {
  using T = tte::Transform;
  return parse<T>(name, {{"none", T::none},
                         {"plain", T::plain},
                         {"log", T::log},
                         {"log-log", T::log_log},
                         {"logit", T::logit},
                         {"arcsine", T::arcsine},
                         {"arcsin", T::arcsine}});
}

// NaN of the engine is R's NA.
inline Rcpp::NumericVector numbers(const std::vector<double>& values) {
  Rcpp::NumericVector out(Rcpp::no_init(values.size()));
  std::transform(values.begin(), values.end(), out.begin(),
                 [](double v) { return std::isnan(v) ? NA_REAL : v; });
  return out;
}

// Hands the values over and frees the engine's copy.
inline Rcpp::NumericVector take(std::vector<double>& values) {
  Rcpp::NumericVector out = numbers(values);
  std::vector<double>().swap(values);
  return out;
}

// Engine: a row per time, `width` values side by side. R: a matrix with a row per time.
inline Rcpp::NumericMatrix matrix_of(const std::vector<double>& values, std::size_t width) {
  const std::size_t rows = values.size() / width;
  Rcpp::NumericMatrix out(static_cast<int>(rows), static_cast<int>(width));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < width; ++j) {
      const double v = values[i * width + j];
      out(static_cast<int>(i), static_cast<int>(j)) = std::isnan(v) ? NA_REAL : v;
    }
  }
  return out;
}

// A matrix of `width` columns, all zero but those that start at `first`.
inline std::vector<double> beside(const std::vector<double>& values, std::size_t own, std::size_t first,
                                  std::size_t width) {
  std::vector<double> out(values.size() / own * width, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) out[i / own * width + first + i % own] = values[i];
  return out;
}

inline Rcpp::IntegerVector block_sizes(const std::vector<std::size_t>& begin) {
  Rcpp::IntegerVector out;
  for (std::size_t s = 0; s + 1 < begin.size(); ++s) out.push_back(static_cast<int>(begin[s + 1] - begin[s]));
  return out;
}

// Unweighted counts beside a weighted estimate: at risk, events of any cause, censored, entered.
inline SEXP counts(const tte::TimeToEvent& data) {
  if (!data.has_weight()) return R_NilValue;
  const tte::RiskTable table =
      tte::risk_table(data, 1, [&](std::size_t i) { return static_cast<double>(data.freq(i)); });
  std::vector<double> out;
  for (std::size_t k = 0; k < table.size(); ++k) {
    out.insert(out.end(), {table.at_risk[k], table.event(k, 0), table.censored[k], table.entered[k]});
  }
  return matrix_of(out, 4);
}

}  // namespace binding
