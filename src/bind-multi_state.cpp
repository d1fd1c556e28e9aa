#include "binding.h"

#include <tte/competing/transition.hpp>

namespace {

// The moves of a stratum: time, from, to (from 1), share of those at risk.
Rcpp::NumericMatrix move_rows(const std::vector<tte::TransitionStep>& steps) {
  std::size_t rows = 0;
  for (const tte::TransitionStep& step : steps) rows += step.moves.size();
  Rcpp::NumericMatrix out(static_cast<int>(rows), 4);
  int row = 0;
  for (const tte::TransitionStep& step : steps) {
    for (const tte::Move& move : step.moves) {
      out(row, 0) = step.time;
      out(row, 1) = static_cast<double>(move.from + 1);
      out(row, 2) = static_cast<double>(move.to + 1);
      out(row++, 3) = move.share * step.at_risk[move.from];
    }
  }
  return out;
}

std::vector<tte::StateTarget> targets_of(const Rcpp::NumericVector& times, bool stay) {
  std::vector<tte::StateTarget> out;
  for (double time : times) out.push_back({time, stay});
  return out;
}

Rcpp::List at_targets(const tte::OccupancyAt& found, std::size_t states) {
  Rcpp::List covariance;
  for (const arma::mat& matrix : found.covariance) covariance.push_back(Rcpp::wrap(matrix));
  return Rcpp::List::create(
      Rcpp::_["estimate"] = found.probability.empty()
                                ? R_NilValue
                                : static_cast<SEXP>(binding::matrix_of(found.probability, states)),
      Rcpp::_["covariance"] = covariance);
}

}  // namespace

// One list per stratum. `from` is each row's state; `initial` holds the initial probabilities (a row per
// stratum), or is NULL: then they are those of the rows at risk just after `start_time`. `at` are times for
// occupancies, `stay` for lengths of stay.
// [[Rcpp::export(rng = false)]]
Rcpp::List multi_state_cpp(Rcpp::List columns, Rcpp::IntegerVector from, int states, double start_time,
                           SEXP initial, Rcpp::NumericVector at, Rcpp::NumericVector stay, bool robust,
                           bool timefix) {
  const tte::TimeToEvent data(binding::columns(columns), timefix);
  const tte::Span<std::int32_t> state = binding::integers(from);
  const tte::Span<double> start = binding::doubles(binding::member(columns, "start"));
  const auto k = static_cast<std::size_t>(states);
  const tte::TransitionTable table = tte::transition_table(data, state, k);
  Rcpp::List out;
  for (std::size_t s = 0; s < table.strata.size(); ++s) {
    tte::InitialStates begin{start_time, {}, false};
    if (Rf_isNull(initial)) {
      begin = tte::initial_states(data, state, start, k, s, start_time);
    } else {
      const Rcpp::NumericMatrix given(initial);
      for (int j = 0; j < states; ++j) begin.probability.push_back(given(static_cast<int>(s), j));
    }
    const std::vector<tte::TransitionStep>& steps = table.strata[s];
    tte::Occupancy curve = tte::occupancy(steps, begin);
    std::vector<double> time, at_risk;
    for (const tte::TransitionStep& step : steps) {
      time.push_back(step.time);
      at_risk.insert(at_risk.end(), step.at_risk.begin(), step.at_risk.end());
    }
    Rcpp::List own;
    own["initial"] = binding::numbers(begin.probability);
    own["time"] = binding::take(time);
    own["n_risk"] = binding::matrix_of(at_risk, k);
    own["moves"] = move_rows(steps);
    own["probability"] = binding::matrix_of(curve.probability, k);
    own["std_err"] = binding::matrix_of(curve.std_error, k);
    own["at"] =
        at_targets(tte::occupancy_at(data, state, start, table, s, begin, targets_of(at, false), robust), k);
    own["stay"] =
        at_targets(tte::occupancy_at(data, state, start, table, s, begin, targets_of(stay, true), robust), k);
    out.push_back(own);
    Rcpp::checkUserInterrupt();
  }
  return out;
}
