#include "binding.h"

#include <tte/simulation/accrual.hpp>
#include <tte/simulation/draws.hpp>
#include <tte/simulation/markers.hpp>
#include <tte/simulation/paths.hpp>
#include <tte/simulation/tumour.hpp>

namespace {

// A seed is a whole number of R below 2^53.
tte::Purpose purpose_of(double seed, int purpose) {
  tte::expects(seed >= 0 && seed < 9007199254740992.0 && seed == std::floor(seed),
               "a seed is a whole number from 0 to 2^53");
  return {tte::Seed{static_cast<std::uint64_t>(seed)}, purpose};
}

std::vector<std::int32_t> integers_at(const Rcpp::List& list, const char* name) {
  return Rcpp::as<std::vector<std::int32_t>>(list[name]);
}

// list(n_states, from, to, offset, breaks, rates, clock); breaks and rates of transition k are entries
// offset[k] .. offset[k + 1] - 1.
tte::PathModel path_model(const Rcpp::List& model) {
  const std::vector<std::int32_t> from = integers_at(model, "from"), to = integers_at(model, "to"),
                                  offset = integers_at(model, "offset");
  const auto clock = Rcpp::as<std::vector<std::string>>(model["clock"]);
  const tte::Span<double> breaks = binding::doubles(model["breaks"]),
                          rates = binding::doubles(model["rates"]);
  tte::expects(to.size() == from.size() && clock.size() == from.size() && offset.size() == from.size() + 1,
               "a model has one `to` and one `clock` per `from`, and one `offset` more");
  tte::expects(rates.size() == breaks.size(), "a model has one rate per break");
  tte::PathModel out{Rcpp::as<std::int32_t>(model["n_states"]), {}};
  for (std::size_t k = 0; k < from.size(); ++k) {
    tte::expects(0 <= offset[k] && offset[k] <= offset[k + 1] &&
                     static_cast<std::size_t>(offset[k + 1]) <= breaks.size(),
                 "the offsets of a model increase up to the number of its breaks");
    const auto at = static_cast<std::size_t>(offset[k]);
    const auto size = static_cast<std::size_t>(offset[k + 1] - offset[k]);
    const auto runs = binding::parse<tte::Clock>(
        clock[k], {{"forward", tte::Clock::forward}, {"reset", tte::Clock::reset}});
    out.transitions.push_back(
        {from[k], to[k], runs, {{breaks.data() + at, size}, {rates.data() + at, size}}});
  }
  return out;
}

tte::PathCondition path_condition(const Rcpp::Nullable<Rcpp::List>& condition) {
  if (condition.isNull()) return {};
  const Rcpp::List list(condition);
  tte::PathCondition out{Rcpp::as<std::int32_t>(list["required"]), binding::doubles(list["delay"]),
                         Rcpp::as<std::int32_t>(list["max_attempts"])};
  tte::expects(out.required != 0, "the required state is one of the model");
  return out;
}

// Rows (from 1) of the persons that the offsets belong to.
template <class Size>
Rcpp::IntegerVector rows_of(const std::vector<Size>& offset) {
  Rcpp::IntegerVector out(Rcpp::no_init(static_cast<R_xlen_t>(offset.back())));
  for (std::size_t i = 0; i + 1 < offset.size(); ++i) {
    std::fill(out.begin() + static_cast<R_xlen_t>(offset[i]),
              out.begin() + static_cast<R_xlen_t>(offset[i + 1]), static_cast<int>(i + 1));
  }
  return out;
}

Rcpp::IntegerVector attempts_of(const std::vector<std::int32_t>& attempts) {
  Rcpp::IntegerVector out(attempts.begin(), attempts.end());
  std::replace(out.begin(), out.end(), 0, NA_INTEGER);
  return out;
}

tte::TumourPersons tumour_persons(const Rcpp::List& list) {
  const auto days = [&](const char* name) { return binding::doubles(binding::member(list, name)); };
  tte::TumourPersons out;
  out.targets = binding::integers(binding::member(list, "n_targets"));
  out.depth = days("depth");
  out.shrink_rate = days("shrink_rate");
  out.growth_rate = days("growth_rate");
  out.progression = days("progression");
  out.mode = binding::integers(binding::member(list, "mode"));
  out.sensitive_until = days("sensitive_until");
  out.flare = days("flare");
  out.delay = days("delay");
  out.number = binding::integers(binding::member(list, "person"));
  out.nodes = binding::integers(binding::member(list, "nodes"));
  return out;
}

tte::TumourOptions tumour_options(const Rcpp::List& list) {
  const auto number = [&](const char* name) { return Rcpp::as<double>(list[name]); };
  tte::TumourOptions out{number("meanlog"), number("sdlog"),  number("minimum"),
                         number("noise"),   number("spread"), -1,
                         number("vanish")};
  const int digits = Rcpp::as<int>(list["digits"]);
  if (digits != NA_INTEGER) out.digits = digits;
  out.not_evaluable = number("not_evaluable");
  return out;
}

Rcpp::List courses(const std::vector<tte::TumourCourse>& course) {
  const auto column = [&](double tte::TumourCourse::*member) {
    std::vector<double> out;
    out.reserve(course.size());
    for (const tte::TumourCourse& one : course) out.push_back(one.*member);
    return binding::numbers(out);
  };
  using C = tte::TumourCourse;
  return Rcpp::List::create(Rcpp::_["baseline"] = column(&C::baseline), Rcpp::_["nadir"] = column(&C::nadir),
                            Rcpp::_["resistance"] = column(&C::resistance),
                            Rcpp::_["growth"] = column(&C::growth),
                            Rcpp::_["response"] = column(&C::response), Rcpp::_["gone"] = column(&C::gone));
}

Rcpp::IntegerVector from_one(const std::vector<std::int32_t>& index) {
  Rcpp::IntegerVector out(Rcpp::no_init(static_cast<R_xlen_t>(index.size())));
  std::transform(index.begin(), index.end(), out.begin(), [](std::int32_t i) { return i + 1; });
  return out;
}

tte::MarkerSignal marker_signal(const Rcpp::Nullable<Rcpp::List>& signal) {
  if (signal.isNull()) return {};
  const Rcpp::List list(signal);
  return {binding::integers(binding::member(list, "marker")), binding::integers(binding::member(list, "row")),
          binding::doubles(binding::member(list, "shift"))};
}

}  // namespace

// A row per person.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix draws_cpp(double seed, int purpose, Rcpp::IntegerVector person, int each,
                              std::string kind, int threads) {
  using V = tte::Variate;
  tte::expects(each >= 0, "`each` must not be negative");
  const V variate = binding::parse<V>(
      kind, {{"uniform", V::uniform}, {"normal", V::normal}, {"exponential", V::exponential}});
  const std::vector<double> values =
      tte::draws(purpose_of(seed, purpose), binding::integers(person), static_cast<std::size_t>(each),
                 variate, binding::execution(threads));
  Rcpp::NumericMatrix out(Rcpp::no_init(static_cast<int>(person.size()), each));
  auto value = values.begin();
  for (int row = 0; row < out.nrow(); ++row) {
    for (int column = 0; column < each; ++column) out(row, column) = *value++;
  }
  return out;
}

// Purpose 1.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericVector accrual_cpp(double seed, Rcpp::NumericVector breaks, Rcpp::NumericVector rates, int n) {
  tte::expects(n >= 0, "the number of entries must not be negative");
  return Rcpp::wrap(tte::accrual(purpose_of(seed, 1), {binding::doubles(breaks), binding::doubles(rates)},
                                 static_cast<std::size_t>(n)));
}

// `person` holds the numbers of the persons' streams, 1, 2, ... if NULL; the `person` of the result is the
// row of the arguments. attempts is NA where no path met the condition.
// [[Rcpp::export(rng = false)]]
Rcpp::List paths_cpp(double seed, int purpose, Rcpp::List model, Rcpp::IntegerVector start_state,
                     Rcpp::NumericMatrix log_hazard, Rcpp::NumericVector until,
                     Rcpp::Nullable<Rcpp::List> condition, int threads,
                     Rcpp::Nullable<Rcpp::IntegerVector> person = R_NilValue) {
  tte::PathPersons persons;
  persons.start_state = binding::integers(start_state);
  persons.until = binding::doubles(until);
  persons.log_hazard = binding::doubles(log_hazard);
  persons.number = binding::integers(person.get());
  const tte::Paths out = tte::paths(purpose_of(seed, purpose), path_model(model), persons,
                                    path_condition(condition), binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["person"] = rows_of(out.offset), Rcpp::_["from"] = out.from,
                            Rcpp::_["to"] = out.to, Rcpp::_["time"] = out.time,
                            Rcpp::_["offset"] = Rcpp::IntegerVector(out.offset.begin(), out.offset.end()),
                            Rcpp::_["attempts"] = attempts_of(out.attempts));
}

// persons: list(n_targets, depth, shrink_rate, growth_rate, progression, mode) and, if wanted,
// sensitive_until, flare, person, nodes; visits: list(offset, day); options: list(meanlog, sdlog, minimum,
// noise, spread, digits, vanish, not_evaluable).
// [[Rcpp::export(rng = false)]]
Rcpp::List tumour_cpp(double seed, int purpose, Rcpp::List persons, Rcpp::List visits, Rcpp::List options,
                      int threads) {
  const tte::TumourVisits scans{binding::integers(binding::member(visits, "offset")),
                                binding::doubles(binding::member(visits, "day"))};
  const tte::Tumours out = tte::tumour(purpose_of(seed, purpose), tumour_persons(persons), scans,
                                       tumour_options(options), binding::execution(threads));
  return Rcpp::List::create(Rcpp::_["person"] = from_one(out.person), Rcpp::_["visit"] = from_one(out.visit),
                            Rcpp::_["lesion"] = from_one(out.lesion), Rcpp::_["size"] = out.size,
                            Rcpp::_["course"] = courses(out.course));
}

// structure: list(block, loading, between, drift); signal: NULL or list(marker, row, shift). A row per
// sample, a column per marker.
// [[Rcpp::export(rng = false)]]
Rcpp::NumericMatrix markers_cpp(double seed, int purpose, Rcpp::IntegerVector person,
                                Rcpp::IntegerVector sample_index, int n_markers, Rcpp::List structure,
                                Rcpp::Nullable<Rcpp::List> signal, int threads) {
  const tte::MarkerStructure blocks{binding::integers(binding::member(structure, "block")),
                                    binding::doubles(binding::member(structure, "loading")),
                                    Rcpp::as<double>(structure["between"]),
                                    Rcpp::as<double>(structure["drift"])};
  tte::expects(n_markers >= 0 && blocks.block.size() == static_cast<std::size_t>(n_markers),
               "one loading and one block per marker");
  const std::vector<double> values =
      tte::markers(purpose_of(seed, purpose), {binding::integers(person), binding::integers(sample_index)},
                   blocks, marker_signal(signal), binding::execution(threads));
  return Rcpp::NumericMatrix(static_cast<int>(person.size()), n_markers, values.begin());
}
