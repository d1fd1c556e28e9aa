#include "binding.h"

#include <tte/competing/gray_test.hpp>

// [[Rcpp::export(rng = false)]]
Rcpp::List gray_test_cpp(Rcpp::List columns, Rcpp::IntegerVector group, int n_groups, int cause, double rho,
                         bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::Arranged<std::int32_t> codes = data.arrange(binding::integers(group));
  for (std::size_t i = 0; i < codes.size(); ++i) --codes[i];
  const tte::GrayTest found = tte::gray_test(data, codes, static_cast<std::size_t>(n_groups), cause, rho);
  const tte::LogRank& test = found.incidence;
  return Rcpp::List::create(
      Rcpp::_["n"] = test.n, Rcpp::_["observed"] = test.observed, Rcpp::_["expected"] = test.expected,
      Rcpp::_["var"] = test.variance, Rcpp::_["chisq"] = test.statistic,
      Rcpp::_["df"] = static_cast<double>(test.df), Rcpp::_["z"] = std::isnan(test.z) ? NA_REAL : test.z,
      Rcpp::_["cause_specific"] = Rcpp::List::create(Rcpp::_["chisq"] = found.hazard.statistic,
                                                     Rcpp::_["df"] = static_cast<double>(found.hazard.df)),
      Rcpp::_["snapped"] = static_cast<double>(data.snapped()));
}
