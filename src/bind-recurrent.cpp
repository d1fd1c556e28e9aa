#include "binding.h"

#include <tte/recurrent/mean_cumulative.hpp>

using binding::take;

// [[Rcpp::export(rng = false)]]
Rcpp::List mean_cumulative_cpp(Rcpp::List columns, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::RiskTable table = tte::risk_table(data, 2);
  tte::MeanCumulative curve = tte::mean_cumulative(data, table);
  Rcpp::List out;
  out["n_event"] = binding::matrix_of(table.events, 2);
  out["counts"] = binding::counts(data);
  out["size"] = binding::block_sizes(table.stratum_begin);
  out["time"] = take(table.time);
  out["n_risk"] = take(table.at_risk);
  out["n_censor"] = take(table.censored);
  out["n_enter"] = take(table.entered);
  out["mean"] = take(curve.mean);
  out["std_err"] = take(curve.std_error);
  out["surv"] = take(curve.survival);
  out["n"] = binding::numbers(data.persons());
  out["snapped"] = static_cast<double>(data.snapped());
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::List mean_cumulative_test_cpp(Rcpp::List columns, Rcpp::IntegerVector group, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::MeanCumulativeTest test = tte::mean_cumulative_test(data, binding::integers(group));
  return Rcpp::List::create(Rcpp::_["difference"] = test.difference, Rcpp::_["variance"] = test.variance,
                            Rcpp::_["snapped"] = static_cast<double>(data.snapped()));
}
