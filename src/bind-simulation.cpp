#include "binding.h"

#include <tte/simulation/accrual.hpp>
#include <tte/simulation/draws.hpp>

namespace {

// A seed is a whole number of R below 2^53.
tte::Purpose purpose_of(double seed, int purpose) {
  if (!(seed >= 0 && seed < 9007199254740992.0)) Rcpp::stop("a seed is a whole number from 0 to 2^53");
  return {tte::Seed{static_cast<std::uint64_t>(seed)}, purpose};
}

}  // namespace

// A column per person.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix draws_cpp(double seed, int purpose, Rcpp::IntegerVector person, int each,
                              std::string kind, int threads) {
  using V = tte::Variate;
  tte::expects(each >= 0, "`each` must not be negative");
  const V variate = binding::parse<V>(
      kind, {{"uniform", V::uniform}, {"normal", V::normal}, {"exponential", V::exponential}});
  const std::vector<double> values =
      tte::draws(purpose_of(seed, purpose), binding::integers(person), static_cast<std::size_t>(each),
                 variate, binding::execution(threads));
  return Rcpp::NumericMatrix(each, static_cast<int>(person.size()), values.begin());
}

// Purpose 1.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector accrual_cpp(double seed, Rcpp::NumericVector breaks, Rcpp::NumericVector rates, int n) {
  tte::expects(n >= 0, "the number of entries must not be negative");
  return Rcpp::wrap(tte::accrual(purpose_of(seed, 1), {binding::doubles(breaks), binding::doubles(rates)},
                                 static_cast<std::size_t>(n)));
}
