#include "binding-regression.h"

#include <tte/competing/absolute_risk.hpp>
#include <tte/competing/fine_gray.hpp>

namespace {

tte::FineGrayInput input_of(const Rcpp::List& problem) {
  tte::FineGrayInput out{binding::columns(problem["columns"]),
                         binding::integers(problem["group"]),
                         binding::covariates(problem["x"]),
                         binding::doubles(problem["offset"]),
                         {}};
  const SEXP times = binding::member(problem, "times");
  if (Rf_isNull(times)) return out;
  out.effects.times = Rcpp::as<std::vector<double>>(times);
  out.effects.values = binding::covariates(problem["effects"]);
  return out;
}

tte::FineGrayOptions options_of(const Rcpp::List& problem) {
  using C = tte::CensoringConvention;
  using V = tte::SubdistributionVariance;
  tte::FineGrayOptions out;
  out.cause = Rcpp::as<int>(problem["cause"]);
  out.convention = binding::parse<C>(problem["convention"], {{"geskus", C::geskus}, {"cmprsk", C::cmprsk}});
  out.variance = binding::parse<V>(problem["variance"],
                                   {{"sandwich", V::sandwich}, {"robust", V::robust}, {"model", V::model}});
  out.snap = Rcpp::as<bool>(problem["timefix"]);
  return out;
}

Rcpp::NumericVector plain(const arma::vec& v) { return Rcpp::NumericVector(v.begin(), v.end()); }

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List fine_gray_cpp(Rcpp::List problem, int threads) {
  tte::FineGrayFit fit =
      tte::fine_gray(input_of(problem), {}, options_of(problem), binding::execution(threads));
  Rcpp::List out;
  out["undefined_after"] = fit.undefined_after;
  if (std::isfinite(fit.undefined_after)) return out;
  out["coefficients"] = plain(fit.coefficients);
  out["aliased"] = Rcpp::wrap(fit.aliased);
  out["var"] = fit.variance.replace(arma::datum::nan, NA_REAL);
  out["naive_var"] = fit.naive_variance.replace(arma::datum::nan, NA_REAL);
  out["loglik"] = Rcpp::NumericVector::create(fit.loglik_start, fit.loglik);
  out["score"] = fit.score_test;
  out["rscore"] = fit.robust_score_test;
  out["wald_test"] = fit.wald_test;
  out["iter"] = fit.iterations;
  out["converged"] = fit.converged;
  out["monotone"] = fit.monotone.is_empty() ? R_NilValue : static_cast<SEXP>(plain(fit.monotone));
  out["means"] = binding::numbers(fit.centre);
  out["linear_predictors"] = binding::take(fit.linear_predictor);
  out["residuals"] = binding::take(fit.martingale);
  out["size"] = binding::block_sizes(fit.stratum_begin);
  out["time"] = binding::take(fit.time);
  out["cases"] = binding::take(fit.cases);
  out["hazard"] = binding::take(fit.hazard);
  out["snapped"] = static_cast<double>(fit.snapped);
  out["n_case"] = fit.case_count;
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::List fine_gray_residuals_cpp(Rcpp::List problem, arma::vec coefficients, int threads) {
  const tte::FineGrayResiduals found = tte::fine_gray_residuals(
      input_of(problem), coefficients, options_of(problem), binding::execution(threads));
  Rcpp::IntegerVector rows(found.row.begin(), found.row.end());
  return Rcpp::List::create(Rcpp::_["row"] = rows + 1, Rcpp::_["time"] = binding::numbers(found.time),
                            Rcpp::_["schoenfeld"] = found.schoenfeld, Rcpp::_["score"] = found.score,
                            Rcpp::_["unit"] = binding::numbers(found.unit));
}

// [[Rcpp::export(rng = false)]]
Rcpp::List fine_gray_incidence_cpp(Rcpp::List problem, arma::vec coefficients, arma::mat var,
                                   arma::mat naive_var, SEXP x, SEXP stratum, std::vector<double> times,
                                   int threads) {
  tte::FineGrayFit fit;
  fit.coefficients = coefficients;
  fit.variance = var;
  fit.naive_variance = naive_var;
  const tte::FineGrayIncidence found =
      tte::fine_gray_incidence(input_of(problem), fit, {binding::covariates(x), binding::integers(stratum)},
                               times, options_of(problem), binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["incidence"] = found.incidence, Rcpp::_["std_error"] = found.std_error);
}

// The risks of the causes asked for (from 1), and the models they come from.
// [[Rcpp::export(rng = false)]]
Rcpp::List absolute_risk_cpp(Rcpp::List problem, int n_causes, std::vector<int> causes, SEXP x, SEXP stratum,
                             std::vector<double> times, int threads) {
  const tte::FineGrayInput input = input_of(problem);
  const tte::CauseSpecificHazards hazards(input, static_cast<std::size_t>(n_causes),
                                          Rcpp::as<bool>(problem["timefix"]), binding::execution(threads));
  const tte::FineGrayNewRows rows{binding::covariates(x), binding::integers(stratum)};
  Rcpp::List models, risks;
  for (std::size_t k = 0; k < hazards.causes(); ++k) {
    const tte::FineGrayFit& fit = hazards.fit(k);
    models.push_back(Rcpp::List::create(
        Rcpp::_["coefficients"] = plain(fit.coefficients), Rcpp::_["aliased"] = Rcpp::wrap(fit.aliased),
        Rcpp::_["var"] = fit.variance, Rcpp::_["converged"] = fit.converged,
        Rcpp::_["monotone"] = !fit.monotone.is_empty(), Rcpp::_["n_event"] = fit.case_count,
        Rcpp::_["snapped"] = static_cast<double>(fit.snapped)));
  }
  for (int cause : causes) {
    const tte::AbsoluteRisk found = hazards.risk(static_cast<std::size_t>(cause - 1), rows, times);
    risks.push_back(Rcpp::List::create(Rcpp::_["risk"] = found.risk, Rcpp::_["std_error"] = found.std_error));
  }
  return Rcpp::List::create(Rcpp::_["models"] = models, Rcpp::_["risks"] = risks);
}
