#include "binding.h"

#include <tte/competing/aalen_johansen.hpp>
#include <tte/competing/incidence_functional.hpp>

using binding::matrix_of;
using binding::take;

// [[Rcpp::export(rng = false)]]
Rcpp::List cif_cpp(Rcpp::List columns, int n_causes, std::string variance, std::string conf_type,
                   double conf_level, bool timefix) {
  using V = tte::IncidenceVariance;
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::RiskTable table = tte::risk_table(data, static_cast<std::size_t>(n_causes));
  const tte::AalenJohansenOptions options{
      binding::parse<V>(variance,
                        {{"aalen", V::aalen}, {"delta", V::delta}, {"ij", V::infinitesimal_jackknife}}),
      binding::transform(conf_type), conf_level};
  const tte::AalenJohansen curve = tte::aalen_johansen(data, table, options);
  Rcpp::List out;
  out["n_risk"] = matrix_of(binding::beside(table.at_risk, 1, 0, curve.states), curve.states);
  out["n_event"] = matrix_of(binding::beside(table.events, table.causes, 1, curve.states), curve.states);
  out["n_censor"] = matrix_of(binding::beside(table.censored, 1, 0, curve.states), curve.states);
  out["pstate"] = matrix_of(curve.probability, curve.states);
  out["std_err"] = matrix_of(curve.std_error, curve.states);
  out["lower"] = curve.lower.empty() ? R_NilValue : static_cast<SEXP>(matrix_of(curve.lower, curve.states));
  out["upper"] = curve.upper.empty() ? R_NilValue : static_cast<SEXP>(matrix_of(curve.upper, curve.states));
  out["cumhaz"] = matrix_of(curve.cumulative_hazard, table.causes);
  out["std_chaz"] = matrix_of(curve.hazard_std_error, table.causes);
  out["size"] = binding::block_sizes(table.stratum_begin);
  out["time"] = take(table.time);
  out["n_enter"] = take(table.entered);
  out["n"] = binding::numbers(data.persons());
  out["snapped"] = static_cast<double>(data.snapped());
  out["counts"] = binding::counts(data);
  return out;
}

// The incidences at a time, or the areas under them up to it: by cause, the curves' numbers and covariance.
// [[Rcpp::export(rng = false)]]
Rcpp::List cif_functional_cpp(Rcpp::List columns, int n_causes, double at, bool area, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const auto kind = area ? tte::IncidenceFunctional::area : tte::IncidenceFunctional::at;
  const tte::IncidenceSummary found =
      tte::incidence_functional(data, static_cast<std::size_t>(n_causes), at, kind);
  Rcpp::List out;
  for (std::size_t c = 0; c < found.estimate.size(); ++c) {
    const arma::vec& estimate = found.estimate[c];
    out.push_back(
        Rcpp::List::create(Rcpp::_["estimate"] = Rcpp::NumericVector(estimate.begin(), estimate.end()),
                           Rcpp::_["cov"] = found.covariance[c]));
  }
  return out;
}
