#include "binding.hpp"

using binding::numbers;
using binding::take;

// [[Rcpp::export(rng = false)]]
Rcpp::List km_cpp(Rcpp::List columns, std::string conf_type, double conf_level, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::KaplanMeierOptions options{binding::transform(conf_type), conf_level};
  const bool robust = data.has_weight() || data.has_cluster();
  tte::RiskTable table = tte::risk_table(data);
  tte::KaplanMeier curve = robust
                               ? tte::robust_kaplan_meier(data, table, options, binding::execution(threads))
                               : tte::kaplan_meier(table, options, binding::execution(threads));
  Rcpp::List out;
  out["time"] = take(table.time);
  out["n_risk"] = take(table.at_risk);
  out["n_event"] = take(table.events);
  out["n_censor"] = take(table.censored);
  out["n_enter"] = take(table.entered);
  out["surv"] = take(curve.survival);
  out["std_err"] = take(curve.std_error);
  out["cumhaz"] = take(curve.cumulative_hazard);
  out["std_chaz"] = take(curve.hazard_std_error);
  out["lower"] = curve.lower.empty() ? R_NilValue : static_cast<SEXP>(take(curve.lower));
  out["upper"] = curve.upper.empty() ? R_NilValue : static_cast<SEXP>(take(curve.upper));
  out["size"] = binding::block_sizes(table.stratum_begin);
  out["n"] = numbers(data.persons());
  out["n_rows"] = static_cast<double>(data.rows_in());
  out["snapped"] = static_cast<double>(data.snapped());
  out["counts"] = binding::counts(data);
  out["robust"] = robust;
  return out;
}

// [[Rcpp::export(rng = false)]]
Rcpp::List log_rank_cpp(Rcpp::List columns, Rcpp::IntegerVector group, int k, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::Arranged<std::int32_t> codes = data.arrange(binding::integers(group));
  for (std::size_t i = 0; i < codes.size(); ++i) --codes[i];
  const tte::LogRank test = tte::log_rank(data, codes, static_cast<std::size_t>(k));
  return Rcpp::List::create(Rcpp::_["n"] = test.n, Rcpp::_["observed"] = test.observed,
                            Rcpp::_["expected"] = test.expected, Rcpp::_["var"] = test.variance,
                            Rcpp::_["chisq"] = test.statistic, Rcpp::_["df"] = static_cast<int>(test.df),
                            Rcpp::_["z"] = std::isnan(test.z) ? NA_REAL : test.z,
                            Rcpp::_["snapped"] = static_cast<double>(data.snapped()));
}
