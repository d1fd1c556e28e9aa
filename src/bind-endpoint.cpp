#include "binding.h"

#include <tte/response/endpoint.hpp>

namespace {

tte::ProgressionDay progression_day(const std::string& name) {
  using P = tte::ProgressionDay;
  return binding::parse<P>(
      name, {{"documented", P::documented}, {"scheduled", P::scheduled}, {"backdated", P::backdated}});
}

tte::CensoringSteps censoring_steps(const Rcpp::List& rule) {
  tte::CensoringSteps steps;
  steps.baseline = Rcpp::as<bool>(rule["baseline"]);
  steps.therapy = Rcpp::as<bool>(rule["therapy"]);
  steps.therapy_comes_first = Rcpp::as<bool>(rule["therapy_comes_first"]);
  steps.missed = Rcpp::as<double>(rule["missed"]);
  steps.missed_death_only = Rcpp::as<bool>(rule["missed_death_only"]);
  steps.progression = progression_day(Rcpp::as<std::string>(rule["progression"]));
  return steps;
}

tte::VisitSchedule visit_schedule(const Rcpp::List& rule) {
  return {binding::doubles(binding::member(rule, "day")), binding::doubles(binding::member(rule, "window")),
          Rcpp::as<double>(rule["interval"]), Rcpp::as<bool>(rule["by_gap"])};
}

tte::EndpointPatients endpoint_patients(const Rcpp::List& patients) {
  const auto days = [&](const char* name) { return binding::doubles(binding::member(patients, name)); };
  return {days("last_day"), days("therapy"), days("counts_from"),
          days("latest"),   days("contact"), binding::integers(binding::member(patients, "no_baseline"))};
}

Rcpp::List endpoint_columns(const std::vector<tte::Endpoint>& results) {
  const std::size_t n = results.size();
  Rcpp::NumericVector day(Rcpp::no_init(n)), assessed(Rcpp::no_init(n));
  Rcpp::IntegerVector reason(Rcpp::no_init(n)), source(Rcpp::no_init(n)), row(Rcpp::no_init(n));
  for (std::size_t k = 0; k < n; ++k) {
    const tte::Endpoint& r = results[k];
    const auto at = static_cast<R_xlen_t>(k);
    day[at] = r.day;
    assessed[at] = std::isnan(r.assessed) ? NA_REAL : r.assessed;
    reason[at] = static_cast<int>(r.reason);
    source[at] = r.source < 0 ? NA_INTEGER : r.source + 1;
    row[at] = r.row < 0 ? NA_INTEGER : r.row + 1;
  }
  return Rcpp::List::create(Rcpp::_["day"] = day, Rcpp::_["reason"] = reason, Rcpp::_["source"] = source,
                            Rcpp::_["row"] = row, Rcpp::_["assessed"] = assessed);
}

}  // namespace

// [[Rcpp::export(rng = false)]]
Rcpp::List endpoint_cpp(Rcpp::List seen, Rcpp::IntegerVector kind, Rcpp::NumericVector event_day,
                        Rcpp::List patients, Rcpp::List steps, Rcpp::List schedule) {
  const tte::Assessments assessments{binding::integers(seen["offset"]), binding::doubles(seen["day"]),
                                     binding::integers(seen["code"]), binding::doubles(seen["shown"])};
  return endpoint_columns(tte::endpoint(assessments, {binding::integers(kind), binding::doubles(event_day)},
                                        endpoint_patients(patients), censoring_steps(steps),
                                        visit_schedule(schedule)));
}
