#include "binding-regression.h"

#include <tte/cox/baseline.hpp>
#include <tte/cox/concordance.hpp>
#include <tte/cox/proportional_hazards.hpp>
#include <tte/cox/resample.hpp>
#include <tte/cox/residuals.hpp>
#include <tte/cox/standardise.hpp>

using binding::take;

namespace {

tte::CoxModel model_of(SEXP x, SEXP offset, const Rcpp::NumericVector& beta, const std::string& ties) {
  // Fits with exact ties are diagnosed with Breslow's hazard.
  const tte::Ties of_hazard = tte::is_exact(binding::ties(ties)) ? tte::Ties::breslow : binding::ties(ties);
  return {binding::covariates(x), binding::doubles(offset), {beta.begin(), beta.end()}, of_hazard};
}

Rcpp::NumericMatrix matrix_of(const std::vector<std::vector<double>>& columns, std::size_t rows) {
  Rcpp::NumericMatrix out(Rcpp::no_init(static_cast<int>(rows), static_cast<int>(columns.size())));
  for (std::size_t j = 0; j < columns.size(); ++j)
    std::copy(columns[j].begin(), columns[j].end(), out.column(static_cast<int>(j)).begin());
  return out;
}

// R counts from 1.
Rcpp::IntegerVector from_one(const std::vector<std::int32_t>& codes) {
  Rcpp::IntegerVector out(codes.begin(), codes.end());
  for (int& code : out) ++code;
  return out;
}

tte::TimeFunction function_of(SEXP times, SEXP values) {
  const tte::Span<double> t = binding::doubles(times), g = binding::doubles(values);
  return {{t.begin(), t.end()}, {g.begin(), g.end()}};
}

// Strata have no part in it.
tte::TimeFunction events_before(const tte::TimeToEvent& data, const Rcpp::List& columns, bool timefix) {
  if (data.strata() == 1) return tte::events_before(data);
  tte::Columns pooled = binding::columns(columns);
  pooled.stratum = {};
  return tte::events_before(tte::TimeToEvent(pooled, timefix));
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List cox_residuals_cpp(Rcpp::List columns, SEXP x, SEXP offset, Rcpp::NumericVector beta,
                             std::string ties, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::CoxResiduals found =
      tte::cox_residuals(data, model_of(x, offset, beta, ties), binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["martingale"] = take(found.martingale),
                            Rcpp::_["score"] = matrix_of(found.score, data.rows_in()),
                            Rcpp::_["schoenfeld"] = matrix_of(found.schoenfeld, found.row.size()),
                            Rcpp::_["row"] = from_one(found.row), Rcpp::_["time"] = take(found.time),
                            Rcpp::_["stratum"] = from_one(found.stratum));
}

// The last four of the above, with the masses, in a fraction of the time.
// [[Rcpp::export(rng = false)]]
Rcpp::List cox_schoenfeld_cpp(Rcpp::List columns, SEXP x, SEXP offset, Rcpp::NumericVector beta,
                              std::string ties, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::CoxResiduals found =
      tte::schoenfeld_residuals(data, model_of(x, offset, beta, ties), binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["schoenfeld"] = matrix_of(found.schoenfeld, found.row.size()),
                            Rcpp::_["row"] = from_one(found.row), Rcpp::_["time"] = take(found.time),
                            Rcpp::_["mass"] = take(found.mass), Rcpp::_["stratum"] = from_one(found.stratum));
}

// Rows times coefficients; `variance` is the inverse information.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix cox_dfbeta_cpp(Rcpp::List columns, SEXP x, SEXP offset, Rcpp::NumericVector beta,
                                   std::string ties, arma::mat variance, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::CoxModel model = model_of(x, offset, beta, ties);
  const bool absent = data.rows() < data.rows_in();
  const auto rows = static_cast<int>(data.rows_in()), p = static_cast<int>(beta.size());
  Rcpp::NumericMatrix out =
      absent ? Rcpp::NumericMatrix(rows, p) : Rcpp::NumericMatrix(Rcpp::no_init(rows, p));
  tte::dfbeta(data, model, variance, REAL(out), binding::execution(threads));
  return out;
}

// Times of all strata, `size` of each; a true hazard is exp(shift) times the one here.
// [[Rcpp::export(rng = false)]]
Rcpp::List cox_baseline_cpp(Rcpp::List columns, SEXP x, SEXP offset, Rcpp::NumericVector beta,
                            std::string ties, Rcpp::NumericVector centre, bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::CoxBaseline found = tte::cox_baseline(data, model_of(x, offset, beta, ties),
                                             {centre.begin(), centre.end()}, binding::execution(threads));
  const Rcpp::NumericMatrix mean_hazard =
      beta.size() > 0 ? binding::matrix_of(found.mean_hazard, static_cast<std::size_t>(beta.size()))
                      : Rcpp::NumericMatrix(static_cast<int>(found.hazard.size()), 0);
  return Rcpp::List::create(
      Rcpp::_["time"] = take(found.table.time),
      Rcpp::_["size"] = binding::block_sizes(found.table.stratum_begin),
      Rcpp::_["n_risk"] = take(found.table.at_risk), Rcpp::_["n_event"] = take(found.table.events),
      Rcpp::_["n_censor"] = take(found.table.censored), Rcpp::_["n_enter"] = take(found.table.entered),
      Rcpp::_["hazard"] = take(found.hazard), Rcpp::_["variance"] = take(found.variance),
      Rcpp::_["mean_hazard"] = mean_hazard, Rcpp::_["shift"] = take(found.shift));
}

// `values` is g(t) at `times`, which increase; no times: 1 less the Kaplan-Meier estimate of all rows.
// `information` is of the coefficients and of x g(t). What follows it is of each event.
// [[Rcpp::export(rng = false)]]
Rcpp::List cox_ph_test_cpp(Rcpp::List columns, SEXP x, SEXP offset, Rcpp::NumericVector beta,
                           std::string ties, SEXP times, SEXP values, bool robust, bool timefix,
                           int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::TimeFunction g =
      Rf_isNull(times) ? events_before(data, columns, timefix) : function_of(times, values);
  tte::ProportionalHazards test = tte::proportional_hazards(data, model_of(x, offset, beta, ties), g, robust,
                                                            binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["score"] = Rcpp::NumericVector(test.score.begin(), test.score.end()),
                            Rcpp::_["variance"] = test.variance, Rcpp::_["information"] = test.information,
                            Rcpp::_["schoenfeld"] = matrix_of(test.events.schoenfeld, test.events.row.size()),
                            Rcpp::_["row"] = from_one(test.events.row),
                            Rcpp::_["time"] = take(test.events.time),
                            Rcpp::_["stratum"] = from_one(test.events.stratum), Rcpp::_["g"] = take(test.g));
}

// `newx`: the covariates of every row, one matrix per arm. `tau` is NA for no restricted mean.
// [[Rcpp::export(rng = false)]]
Rcpp::List cox_standardise_cpp(Rcpp::List columns, SEXP x, SEXP offset, Rcpp::NumericVector beta,
                               arma::mat variance, std::string ties, Rcpp::List newx,
                               Rcpp::NumericVector population_mass, Rcpp::NumericVector times, double tau,
                               bool timefix, int threads) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::Population population;
  for (R_xlen_t a = 0; a < newx.size(); ++a) population.arms.push_back(binding::covariates(newx[a]));
  population.mass = binding::doubles(population_mass);
  tte::Standardised found = tte::standardise(data, model_of(x, offset, beta, ties), variance, population,
                                             {times.begin(), times.end()}, tau, binding::execution(threads));
  const auto arms = static_cast<std::size_t>(newx.size()), points = static_cast<std::size_t>(times.size());
  Rcpp::NumericVector covariance(Rcpp::Dimension(points, arms, arms));
  for (std::size_t t = 0; t < points; ++t) {
    for (std::size_t c = 0; c < arms * arms; ++c)
      covariance[static_cast<R_xlen_t>(t + points * c)] = found.covariance[t * arms * arms + c];
  }
  const bool restricted = !found.mean.empty();
  return Rcpp::List::create(
      Rcpp::_["survival"] = binding::matrix_of(found.survival, arms), Rcpp::_["covariance"] = covariance,
      Rcpp::_["rmst"] = restricted ? static_cast<SEXP>(take(found.mean)) : R_NilValue,
      Rcpp::_["rmst_covariance"] =
          restricted ? static_cast<SEXP>(binding::matrix_of(found.mean_covariance, arms)) : R_NilValue);
}

// `units` are codes of what is drawn or left out (NULL: the rows). The jackknife has a row for each unit, and
// takes no notice of `replicates` and `seed`, a whole number below 2^53.
// [[Rcpp::export(rng = false)]]
Rcpp::List cox_resample_cpp(Rcpp::List columns, SEXP x, SEXP offset, std::string ties, bool firth,
                            std::string kind, SEXP units, double replicates, double seed, bool timefix,
                            int threads) {
  tte::CoxResampling problem;
  problem.columns = binding::columns(columns);
  problem.covariates = binding::covariates(x);
  problem.offset = binding::doubles(offset);
  problem.unit = binding::integers(units);
  problem.snap = timefix;
  problem.options.ties = binding::ties(ties);
  problem.options.firth = firth;
  const bool bootstrap = binding::parse<bool>(kind, {{"bootstrap", true}, {"jackknife", false}});
  tte::CoxRefits refits = bootstrap ? tte::bootstrap_refits(problem, static_cast<std::size_t>(replicates),
                                                            tte::Seed{static_cast<std::uint64_t>(seed)},
                                                            binding::execution(threads))
                                    : tte::jackknife_refits(problem, binding::execution(threads));
  return Rcpp::List::create(
      Rcpp::_["coefficients"] = binding::matrix_of(refits.coefficients, problem.covariates.size()),
      Rcpp::_["converged"] = Rcpp::LogicalVector(refits.converged.begin(), refits.converged.end()));
}

// The sum over units of the squares of their summed influence is the variance.
// [[Rcpp::export(rng = false)]]
Rcpp::List concordance_influence_cpp(Rcpp::List columns, Rcpp::NumericVector score, bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  tte::ConcordanceInfluence found = tte::concordance_influence(data, data.arrange(binding::doubles(score)));
  Rcpp::IntegerVector unit(static_cast<int>(data.rows_in()));
  for (std::size_t i = 0; i < data.rows(); ++i) unit[data.row(i)] = data.unit(i) + 1;
  return Rcpp::List::create(Rcpp::_["concordance"] = found.concordance.value,
                            Rcpp::_["std_error"] = found.concordance.std_error,
                            Rcpp::_["influence"] = take(found.influence), Rcpp::_["unit"] = unit);
}
