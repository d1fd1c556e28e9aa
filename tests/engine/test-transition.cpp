#include <catch2/catch.hpp>
#include <tte/competing/transition.hpp>

#include <map>

#include "naive.hpp"

using naive::Data;
using tte::InitialStates;
using tte::StateTarget;
using tte::TimeToEvent;

namespace {

constexpr std::size_t states = 3;

struct Paths {
  Data d;
  std::vector<std::int32_t> from;
};

// Illness-death with recovery: 1 <-> 2 -> 3, 1 -> 3; integer times, so that everything ties.
Paths random_paths(std::uint64_t seed, bool weight, bool late) {
  naive::Dice dice(seed);
  Paths out;
  for (std::int32_t person = 1; person <= 25; ++person) {
    double at = late ? dice.below(3) : 0;
    std::int32_t state = 1 + dice.below(2);
    const double w = 0.2 + dice.uniform();
    for (int row = 0; row < 5 && state < 3; ++row) {
      const double stop = at + 1 + dice.below(3);
      const bool censored = dice.chance(0.15);
      const std::int32_t to = censored ? 0 : (dice.chance(0.3) ? 3 : 3 - state);
      out.d.start.push_back(at);
      out.d.stop.push_back(stop);
      out.d.cause.push_back(to);
      out.d.subject.push_back(person);
      if (weight) out.d.weight.push_back(w);
      out.from.push_back(state);
      if (censored) break;
      at = stop;
      state = to;
    }
  }
  return out;
}

// Occupancy by its definition, or its integral from `begin` to t.
std::vector<double> definition(const Paths& paths, const std::vector<double>& weight, double begin, double t,
                               bool stay) {
  const Data& d = paths.d;
  std::vector<double> p(states, 0.0), total(states, 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    if (d.start[i] <= begin && d.stop[i] > begin) {
      p[static_cast<std::size_t>(paths.from[i] - 1)] += weight[i];
      sum += weight[i];
    }
  }
  for (double& value : p) value /= sum;
  std::set<double> times(d.stop.begin(), d.stop.end());
  double last = begin;
  for (const double u : times) {
    if (u <= begin || u > t) continue;
    for (std::size_t h = 0; h < states; ++h) total[h] += (u - last) * p[h];
    last = u;
    const std::vector<double> before = p;
    for (std::size_t h = 0; h < states; ++h) {
      double n = 0;
      for (std::size_t i = 0; i < d.rows(); ++i) {
        if (paths.from[i] == static_cast<std::int32_t>(h + 1) && d.start[i] < u && u <= d.stop[i])
          n += weight[i];
      }
      for (std::size_t i = 0; i < d.rows(); ++i) {
        if (paths.from[i] != static_cast<std::int32_t>(h + 1) || d.stop[i] != u || d.cause[i] == 0) continue;
        p[h] -= before[h] * weight[i] / n;
        p[static_cast<std::size_t>(d.cause[i] - 1)] += before[h] * weight[i] / n;
      }
    }
  }
  for (std::size_t h = 0; h < states; ++h) total[h] += (t - last) * p[h];
  return stay ? total : p;
}

std::vector<double> masses(const Data& d) {
  return d.weight.empty() ? std::vector<double>(d.rows(), 1.0) : d.weight;
}

arma::mat jackknife(const Paths& paths, double begin, double t, bool stay) {
  const Data& d = paths.d;
  arma::mat out(states, states, arma::fill::zeros);
  for (std::int32_t person = 1; person <= 25; ++person) {
    std::vector<double> up = masses(d), down = up;
    for (std::size_t i = 0; i < d.rows(); ++i) {
      if (d.subject[i] != person) continue;
      up[i] *= 1 + 1e-5;
      down[i] *= 1 - 1e-5;
    }
    const arma::rowvec influence = (arma::rowvec(definition(paths, up, begin, t, stay)) -
                                    arma::rowvec(definition(paths, down, begin, t, stay))) /
                                   2e-5;
    out += influence.t() * influence;
  }
  return out;
}

}  // namespace

TEST_CASE("Occupancy, length of stay and their jackknife are the definition and its derivatives") {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const Paths paths = random_paths(seed, seed & 1, seed & 2);
    const double begin = seed & 4 ? 2 : 0;
    CAPTURE(seed, begin);
    const TimeToEvent data(paths.d.columns());
    const tte::TransitionTable table = tte::transition_table(data, paths.from, states);
    const InitialStates initial = tte::initial_states(data, paths.from, paths.d.start, states, 0, begin);
    for (const bool stay : {false, true}) {
      for (const double t : {begin, 3.0, 4.5, 9.0}) {
        CAPTURE(stay, t);
        const auto found = tte::occupancy_at(data, paths.from, paths.d.start, table, 0, initial,
                                             {StateTarget{t, stay}}, true);
        REQUIRE(naive::gap(found.probability, definition(paths, masses(paths.d), begin, t, stay)) < 1e-12);
        REQUIRE(naive::gap(found.covariance[0], jackknife(paths, begin, t, stay)) < 1e-7);
      }
    }
  }
}

TEST_CASE("The forward recursion and the backward one agree, in estimate and Greenwood's errors") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Paths paths = random_paths(seed, seed & 1, seed & 2);
    const TimeToEvent data(paths.d.columns());
    const tte::TransitionTable table = tte::transition_table(data, paths.from, states);
    const InitialStates initial = tte::initial_states(data, paths.from, paths.d.start, states, 0, 0);
    const tte::Occupancy curve = tte::occupancy(table.strata[0], initial);
    for (std::size_t k = 0; k < table.strata[0].size(); ++k) {
      const auto found = tte::occupancy_at(data, paths.from, paths.d.start, table, 0, initial,
                                           {StateTarget{table.strata[0][k].time, false}}, false);
      double sum = 0;
      for (std::size_t j = 0; j < states; ++j) {
        REQUIRE(curve.probability[k * states + j] == Approx(found.probability[j]).margin(1e-14));
        const double se = curve.std_error[k * states + j];
        REQUIRE(se * se == Approx(found.covariance[0](j, j)).epsilon(1e-9).margin(1e-15));
        sum += found.probability[j];
      }
      REQUIRE(sum == Approx(1));
    }
  }
}

TEST_CASE("Two states are Kaplan and Meier's curve with Greenwood's error") {
  Data d = naive::six_mp();
  const std::vector<std::int32_t> from(d.rows(), 1);
  for (std::int32_t& cause : d.cause) cause = cause > 0 ? 2 : 0;
  const TimeToEvent data(d.columns());
  const tte::TransitionTable table = tte::transition_table(data, from, 2);
  const tte::Occupancy curve = tte::occupancy(table.strata[0], {0, {1, 0}, false});
  REQUIRE(table.strata[0][0].time == 6);
  REQUIRE(curve.probability[0] == Approx(18.0 / 21));
  REQUIRE(curve.std_error[0] == Approx(0.0763605).epsilon(1e-5));
  const std::size_t last = table.strata[0].size() - 1;
  REQUIRE(curve.probability[2 * last] == Approx(0.4481793).epsilon(1e-6));
  REQUIRE(curve.std_error[2 * last] == Approx(0.134591457).epsilon(1e-8));
}

TEST_CASE("Impossible states, targets and starts are refused") {
  const Data d{{}, {1, 2}, {2, 0}};
  const TimeToEvent data(d.columns());
  const std::vector<std::int32_t> from = {1, 1}, wrong = {1, 4};
  REQUIRE_THROWS_AS(tte::transition_table(data, wrong, 2), tte::InvalidInput);
  REQUIRE_THROWS_AS(tte::transition_table(data, from, 1), tte::InvalidInput);
  const tte::TransitionTable table = tte::transition_table(data, from, 2);
  REQUIRE_THROWS_AS(tte::occupancy_at(data, from, {}, table, 0, {5, {1, 0}, false}, {{1, false}}, false),
                    tte::InvalidInput);
  REQUIRE_THROWS_AS(tte::initial_states(data, from, {}, 2, 0, 7), tte::InvalidInput);
}
