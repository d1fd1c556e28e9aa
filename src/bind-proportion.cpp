#include "binding.h"

#include <tte/response/odds_ratio.hpp>
#include <tte/response/proportion.hpp>
#include <tte/response/stratified_association.hpp>
#include <tte/response/stratified_difference.hpp>
#include <tte/response/two_proportions_exact.hpp>

namespace {

tte::ProportionMethod proportion_method(const std::string& name) {
  using M = tte::ProportionMethod;
  return binding::parse<M>(name, {{"clopper-pearson", M::clopper_pearson},
                                  {"wilson", M::wilson},
                                  {"agresti-coull", M::agresti_coull},
                                  {"jeffreys", M::jeffreys},
                                  {"mid-p", M::mid_p},
                                  {"blaker", M::blaker}});
}

tte::DifferenceMethod difference_method(const std::string& name) {
  using M = tte::DifferenceMethod;
  return binding::parse<M>(name, {{"miettinen-nurminen", M::miettinen_nurminen},
                                  {"mee", M::mee},
                                  {"newcombe", M::newcombe},
                                  {"sato", M::sato}});
}

tte::StratumWeight stratum_weight(const std::string& name) {
  using W = tte::StratumWeight;
  return binding::parse<W>(name, {{"cmh", W::mantel_haenszel}, {"inverse-variance", W::inverse_variance}});
}

// A row per stratum: responders and patients of the arm, responders and patients of the reference.
std::vector<tte::TwoArms> two_arms(const Rcpp::NumericMatrix& counts) {
  const auto column = [&](int j) {
    const Rcpp::NumericVector values = counts(Rcpp::_, j);
    return std::vector<double>(values.begin(), values.end());
  };
  const std::vector<double> x1 = column(0), n1 = column(1), x2 = column(2), n2 = column(3);
  return tte::comparable_strata(x1, n1, x2, n2);
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

// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector compare_proportions_cpp(Rcpp::NumericMatrix counts, std::string method,
                                            std::string weight, double conf_level) {
  const tte::DifferenceTest found = tte::compare_proportions(two_arms(counts), difference_method(method),
                                                             stratum_weight(weight), conf_level);
  return binding::numbers({found.estimate, found.std_error, found.lower, found.upper, found.z});
}

// Lower limit, upper limit, p.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector exact_difference_cpp(Rcpp::NumericMatrix counts, double conf_level) {
  const std::vector<tte::TwoArms> arms = two_arms(counts);
  if (arms.size() != 1) return binding::numbers(std::vector<double>(3, R_NaN));
  const tte::Interval limits = tte::exact_difference(arms[0], conf_level);
  return binding::numbers({limits.lower, limits.upper, tte::exact_difference_p(arms[0])});
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector compare_ratio_cpp(Rcpp::NumericMatrix counts, std::string method, double conf_level) {
  const std::vector<tte::TwoArms> arms = two_arms(counts);
  if (arms.size() != 1) return binding::numbers(std::vector<double>(4, R_NaN));
  const auto kind = method == "koopman" ? tte::ScoreVariance::mee : tte::ScoreVariance::miettinen_nurminen;
  const tte::Interval limits = tte::score_ratio(arms[0], tte::two_sided_quantile(conf_level), kind);
  const double ratio = (arms[0].x1 / arms[0].n1) / (arms[0].x2 / arms[0].n2);
  return binding::numbers({ratio, limits.lower, limits.upper, tte::ratio_z(arms[0], 1, kind)});
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector odds_ratio_cpp(Rcpp::NumericMatrix counts, bool conditional, bool fisher,
                                   double conf_level) {
  const std::vector<tte::TwoArms> strata = two_arms(counts);
  const tte::OddsRatio found =
      conditional ? tte::conditional_odds_ratio(strata, conf_level, fisher)
                  : tte::mantel_haenszel_odds_ratio(strata, tte::two_sided_quantile(conf_level));
  return binding::numbers({found.estimate, found.std_error, found.lower, found.upper, found.p_value});
}

// [[Rcpp::export(rng = false)]]
Rcpp::List association_cpp(Rcpp::List tables, arma::mat groups, arma::mat responses, bool correction) {
  std::vector<arma::mat> strata;
  for (const Rcpp::NumericMatrix table : tables) strata.push_back(Rcpp::as<arma::mat>(table));
  const tte::Association found = tte::association_test(strata, {groups, responses}, correction);
  return Rcpp::List::create(
      Rcpp::Named("excess") = Rcpp::NumericVector(found.excess.begin(), found.excess.end()),
      Rcpp::Named("variance") = found.variance, Rcpp::Named("chisq") = found.chi_squared,
      Rcpp::Named("df") = found.df, Rcpp::Named("p_value") = found.p_value);
}
