#include "binding.h"

#include <tte/response/proportion.hpp>

namespace {

tte::ProportionMethod proportion_method(const std::string& name) {
  using M = tte::ProportionMethod;
  return binding::parse<M>(name, {{"clopper-pearson", M::clopper_pearson}, {"wilson", M::wilson}});
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix proportion_interval_cpp(Rcpp::NumericVector x, Rcpp::NumericVector n, std::string method,
                                            double conf_level) {
  if (x.size() != n.size()) Rcpp::stop("x and n differ in length");
  Rcpp::NumericMatrix limits(static_cast<int>(x.size()), 2);
  for (int i = 0; i < limits.nrow(); ++i) {
    const tte::Interval interval =
        tte::proportion_interval(x[i], n[i], proportion_method(method), conf_level);
    limits(i, 0) = interval.lower;
    limits(i, 1) = interval.upper;
  }
  return limits;
}
