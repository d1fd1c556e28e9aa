#include "binding.h"

#include <tte/nonparametric/kaplan_meier.hpp>
#include <tte/nonparametric/log_rank.hpp>
#include <tte/nonparametric/permutation.hpp>
#include <tte/nonparametric/pseudo_values.hpp>
#include <tte/nonparametric/rank_weight.hpp>
#include <tte/nonparametric/restricted_mean.hpp>

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

namespace {

// list(kind =, and its parameters)
tte::RankWeight rank_weight(const Rcpp::List& spec) {
  const auto number = [&](const char* name) { return Rcpp::as<double>(spec[name]); };
  const auto vector = [&](const char* name) { return Rcpp::as<std::vector<double>>(spec[name]); };
  const std::string kind = Rcpp::as<std::string>(spec["kind"]);
  if (kind == "log-rank") return tte::RankWeight::log_rank();
  if (kind == "gehan-breslow") return tte::RankWeight::gehan();
  if (kind == "tarone-ware") return tte::RankWeight::tarone_ware();
  if (kind == "peto-peto") return tte::RankWeight::peto_peto();
  if (kind == "modified-peto-peto") return tte::RankWeight::modified_peto_peto();
  if (kind == "fleming-harrington")
    return tte::RankWeight::fleming_harrington(number("rho"), number("gamma"));
  if (kind == "modest-time") return tte::RankWeight::modest_until(number("t_star"));
  if (kind == "modest-survival") return tte::RankWeight::modest_from(number("s_star"));
  if (kind == "step") return tte::RankWeight::step_function(vector("times"), vector("values"));
  Rcpp::stop("'%s' is not a weight function", kind);
}

std::vector<tte::RankWeight> rank_weights(const Rcpp::List& specs) {
  std::vector<tte::RankWeight> out;
  for (R_xlen_t m = 0; m < specs.size(); ++m) out.push_back(rank_weight(specs[m]));
  return out;
}

// R's group codes start at 1.
tte::Arranged<std::int32_t> groups_of(const tte::TimeToEvent& data, SEXP group) {
  tte::Arranged<std::int32_t> codes = data.arrange(binding::integers(group));
  for (std::size_t i = 0; i < codes.size(); ++i) --codes[i];
  return codes;
}

Rcpp::List as_list(const tte::LogRank& test) {
  return Rcpp::List::create(Rcpp::_["n"] = test.n, Rcpp::_["observed"] = test.observed,
                            Rcpp::_["expected"] = test.expected, Rcpp::_["var"] = test.variance,
                            Rcpp::_["chisq"] = test.statistic, Rcpp::_["df"] = static_cast<int>(test.df),
                            Rcpp::_["z"] = std::isnan(test.z) ? NA_REAL : test.z);
}

}  // namespace

// One list per weight function in `tests`.
// [[Rcpp::export(rng = false)]]
Rcpp::List log_rank_family_cpp(Rcpp::List columns, Rcpp::IntegerVector group, int k, Rcpp::List weights,
                               bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::LogRankFamily family =
      tte::log_rank_family(data, groups_of(data, group), static_cast<std::size_t>(k), rank_weights(weights));
  Rcpp::List tests;
  for (const tte::LogRank& test : family.tests) tests.push_back(as_list(test));
  return Rcpp::List::create(Rcpp::_["tests"] = tests, Rcpp::_["covariance"] = family.covariance,
                            Rcpp::_["snapped"] = static_cast<double>(data.snapped()));
}

// `seed` is a whole number below 2^53.
// [[Rcpp::export(rng = false)]]
Rcpp::List permutation_test_cpp(Rcpp::List columns, Rcpp::IntegerVector group, int k, Rcpp::List weight,
                                double replicates, double seed, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::PermutationTest test =
      tte::permutation_test(data, groups_of(data, group), static_cast<std::size_t>(k), rank_weight(weight),
                            static_cast<std::size_t>(replicates), tte::Seed{static_cast<std::uint64_t>(seed)},
                            binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["p_value"] = test.p_value,
                            Rcpp::_["p_fewer"] = std::isnan(test.p_fewer) ? NA_REAL : test.p_fewer,
                            Rcpp::_["replicates"] = static_cast<double>(test.replicates));
}

// Mean and variance per stratum (curve), a row each.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix restricted_mean_cpp(Rcpp::List columns, double tau, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::RiskTable table = tte::risk_table(data);
  const tte::KaplanMeier curve = tte::kaplan_meier(table, {tte::Transform::none, 0.95});
  std::vector<double> out;
  for (std::size_t s = 0; s < table.strata(); ++s) {
    const tte::RestrictedMean mean = tte::restricted_mean(table, curve, s, tau);
    out.insert(out.end(), {mean.mean, mean.variance});
  }
  return binding::matrix_of(out, 2);
}

// A row per row of the data, a column per time; `stratum` is the curve.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix pseudo_values_cpp(Rcpp::List columns, Rcpp::NumericVector times, std::string kind,
                                      bool restricted_mean, bool timefix) {
  using K = tte::PseudoValue;
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::PseudoValueOptions options{
      binding::parse<K>(kind, {{"jackknife", K::jackknife}, {"ij", K::infinitesimal_jackknife}}),
      restricted_mean};
  const auto values = tte::pseudo_values(data, {times.begin(), times.end()}, options);
  Rcpp::NumericMatrix out(static_cast<int>(data.rows_in()), static_cast<int>(times.size()));
  for (std::size_t t = 0; t < values.size(); ++t)
    std::copy(values[t].begin(), values[t].end(), out.column(static_cast<int>(t)).begin());
  return out;
}
