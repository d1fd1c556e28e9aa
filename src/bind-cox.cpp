#include "binding-regression.h"

#include <tte/cox/concordance.hpp>
#include <tte/cox/cox_fit.hpp>
#include <tte/cox/profile.hpp>

namespace {

Rcpp::NumericVector named(const tte::Concordance& c) {
  const auto number = [](double v) { return std::isnan(v) ? NA_REAL : v; };
  return Rcpp::NumericVector::create(
      Rcpp::_["concordant"] = c.concordant, Rcpp::_["discordant"] = c.discordant,
      Rcpp::_["tied.x"] = c.tied_score, Rcpp::_["tied.y"] = c.tied_time, Rcpp::_["tied.xy"] = c.tied_both,
      Rcpp::_["concordance"] = number(c.value), Rcpp::_["std"] = number(c.std_error));
}

tte::CoxOptions cox_options(const std::string& ties, const Rcpp::List& options) {
  tte::CoxOptions out;
  out.ties = binding::ties(ties);
  out.newton.max_iterations = Rcpp::as<int>(options["iter_max"]);
  out.newton.tolerance = Rcpp::as<double>(options["tol"]);
  out.robust = Rcpp::as<bool>(options["robust"]);
  out.concordance = Rcpp::as<bool>(options["concordance"]);
  out.firth = options.containsElementNamed("firth") && Rcpp::as<bool>(options["firth"]);
  return out;
}

// The means that survival's methods centre by: none for a column of -1, 0 and 1 only.
std::vector<double> coxph_means(const std::vector<tte::Span<double>>& x, std::vector<double> centre) {
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (std::all_of(x[j].begin(), x[j].end(), [](double v) { return v == 0 || v == 1 || v == -1; }))
      centre[j] = 0;
  }
  return centre;
}

// The engine's linear predictor is that of covariates less `centre`; survival's that of covariates less its
// means.
void shift_predictor(tte::CoxFit& fit, const std::vector<double>& means) {
  double shift = 0;
  for (std::size_t j = 0; j < means.size(); ++j) shift += (fit.centre[j] - means[j]) * fit.coefficients(j);
  for (double& eta : fit.linear_predictor) eta += shift;
}

Rcpp::NumericVector plain(const arma::vec& v) { return Rcpp::NumericVector(v.begin(), v.end()); }

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List cox_fit_cpp(Rcpp::List columns, SEXP x, SEXP offset, SEXP init, std::string ties,
                       Rcpp::List options, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::Span<double> start = binding::doubles(init);
  const tte::CoxOptions settings = cox_options(ties, options);
  const std::vector<tte::Span<double>> design = binding::covariates(x);
  tte::CoxFit fit = tte::cox_fit(data, design, binding::doubles(offset), {start.begin(), start.end()},
                                 settings, binding::execution(threads));
  const std::vector<double> means = coxph_means(design, fit.centre);
  shift_predictor(fit, means);
  Rcpp::NumericVector coefficients = plain(fit.coefficients);
  for (std::size_t j = 0; j < fit.aliased.size(); ++j) {
    if (fit.aliased[j]) coefficients[static_cast<R_xlen_t>(j)] = NA_REAL;
  }
  Rcpp::List out;
  out["coefficients"] = coefficients;
  out["var"] = fit.variance.replace(arma::datum::nan, NA_REAL);
  out["naive_var"] =
      settings.robust ? Rcpp::wrap(fit.naive_variance.replace(arma::datum::nan, NA_REAL)) : R_NilValue;
  out["loglik"] = Rcpp::NumericVector::create(fit.loglik_start, fit.loglik);
  out["loglik_plain"] = Rcpp::NumericVector::create(fit.plain_loglik_start, fit.plain_loglik);
  out["score"] = fit.score_test;
  out["rscore"] = settings.robust ? Rcpp::wrap(fit.robust_score_test) : R_NilValue;
  out["wald_test"] = fit.wald_test;
  out["iter"] = fit.iterations;
  out["converged"] = fit.converged;
  out["means"] = binding::numbers(means);
  out["linear_predictors"] = binding::take(fit.linear_predictor);
  out["residuals"] = binding::take(fit.martingale);
  out["aliased"] = Rcpp::wrap(fit.aliased);
  out["monotone"] = fit.monotone.is_empty() ? R_NilValue : static_cast<SEXP>(plain(fit.monotone));
  out["concordance"] = settings.concordance ? static_cast<SEXP>(named(fit.concordance)) : R_NilValue;
  out["snapped"] = static_cast<double>(data.snapped());
  out["n"] = static_cast<double>(data.rows_in());
  out["n_event"] = data.event_count();
  out["max_tie"] = data.largest_tie();
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::List cox_profile_cpp(Rcpp::List columns, SEXP x, SEXP offset, std::string ties, Rcpp::List options,
                           Rcpp::IntegerVector which, double conf_level, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::CoxOptions settings = cox_options(ties, options);
  settings.robust = settings.concordance = false;
  tte::CoxProblem problem(data, binding::covariates(x), binding::doubles(offset), settings,
                          binding::execution(threads));
  const tte::CoxFit fit = tte::cox_fit(problem, {}, settings);
  const int n = static_cast<int>(which.size());
  Rcpp::NumericMatrix limits(n, 2);
  Rcpp::LogicalMatrix converged(n, 2);
  Rcpp::NumericVector at_zero(n);
  for (int k = 0; k < n; ++k) {
    const tte::ProfileLimits found =
        tte::profile_limits(problem, fit, static_cast<std::size_t>(which[k] - 1), conf_level);
    limits(k, 0) = std::isnan(found.lower) ? NA_REAL : found.lower;
    limits(k, 1) = std::isnan(found.upper) ? NA_REAL : found.upper;
    converged(k, 0) = found.lower_converged;
    converged(k, 1) = found.upper_converged;
    at_zero[k] = found.at_zero;
    Rcpp::checkUserInterrupt();
  }
  Rcpp::List out;
  out["limits"] = limits;
  out["at_zero"] = at_zero;
  out["loglik"] = fit.loglik;
  out["converged"] = converged;
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector concordance_cpp(Rcpp::List columns, Rcpp::NumericVector score, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  return named(tte::concordance(data, data.arrange(binding::doubles(score))));
}
