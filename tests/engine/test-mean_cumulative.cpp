#include <catch2/catch.hpp>
#include <tte/recurrent/mean_cumulative.hpp>

#include <map>

#include "naive.hpp"

using naive::Data;
using tte::TimeToEvent;

namespace {

struct Curve {
  std::vector<double> time, mean, std_error, survival;
};

Curve curve_of(const Data& d) {
  const TimeToEvent data(d.columns());
  const tte::RiskTable table = tte::risk_table(data, 2);
  const tte::MeanCumulative found = tte::mean_cumulative(data, table);
  return {table.time, found.mean, found.std_error, found.survival};
}

// mu(t) = sum S(u-) d/n, rows weighted one by one.
double mean_at(const Data& d, const std::vector<double>& weight, double t) {
  std::set<double> times;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    if (d.cause[i] > 0 && d.stop[i] <= t) times.insert(d.stop[i]);
  }
  double survival = 1, mean = 0;
  for (const double u : times) {
    double n = 0, events = 0, deaths = 0;
    for (std::size_t i = 0; i < d.rows(); ++i) {
      if (naive::start_of(d, i) < u && u <= d.stop[i]) n += weight[i];
      if (d.stop[i] == u && d.cause[i] == 1) events += weight[i];
      if (d.stop[i] == u && d.cause[i] == 2) deaths += weight[i];
    }
    if (n == 0) continue;
    mean += survival * events / n;
    survival *= 1 - deaths / n;
  }
  return mean;
}

std::vector<double> masses(const Data& d) {
  std::vector<double> out(d.rows(), 1.0);
  for (std::size_t i = 0; i < d.rows(); ++i) out[i] *= d.weight.empty() ? 1 : d.weight[i];
  return out;
}

// The jackknife's variance: a person's influence is the derivative in the weight of all her rows.
double variance_at(const Data& d, double t) {
  const std::vector<double> mass = masses(d);
  std::map<std::int32_t, std::vector<std::size_t>> units;
  for (std::size_t i = 0; i < d.rows(); ++i)
    units[d.cluster.empty() ? d.subject[i] : d.cluster[i]].push_back(i);
  double variance = 0;
  for (const auto& unit : units) {
    const double step = 1e-5;
    std::vector<double> up = mass, down = mass;
    for (std::size_t i : unit.second) {
      up[i] *= 1 + step;
      down[i] *= 1 - step;
    }
    const double influence = (mean_at(d, up, t) - mean_at(d, down, t)) / (2 * step);
    variance += influence * influence;
  }
  return variance;
}

// Persons in several rows: an event does not end the stay, a death does.
Data recurrent_data(std::uint64_t seed, bool weight, bool cluster, bool late) {
  naive::Dice dice(seed);
  Data d;
  for (std::int32_t person = 1; person <= 14; ++person) {
    double at = late ? dice.below(3) : 0;
    const double w = 0.2 + dice.uniform();
    for (int row = 0; row < 4; ++row) {
      const double stop = at + 1 + dice.below(4);
      const bool last = row == 3 || dice.chance(0.3);
      d.start.push_back(at);
      d.stop.push_back(stop);
      d.cause.push_back(last ? 2 * dice.below(2) : 1);
      d.subject.push_back(person);
      if (weight) d.weight.push_back(w);
      if (cluster) d.cluster.push_back(1 + person % 4);
      at = stop;
      if (last) break;
    }
  }
  return d;
}

}  // namespace

TEST_CASE("Three patients by hand: 1/3, 2/3, 7/6 with their standard errors") {
  const Data d{{0, 2, 5, 0, 3, 0}, {2, 5, 8, 3, 4, 6}, {1, 1, 0, 1, 0, 0}, {}, {}, {}, {},
               {1, 1, 1, 2, 2, 3}};
  const Curve curve = curve_of(d);
  REQUIRE(naive::gap(curve.time, std::vector<double>{2, 3, 4, 5, 6, 8}) == 0);
  const double third = 1.0 / 3, se = std::sqrt(2.0 / 27);
  REQUIRE(naive::gap(curve.mean, std::vector<double>{third, 2 * third, 2 * third, 3.5 * third, 3.5 * third,
                                                     3.5 * third}) < 1e-14);
  REQUIRE(curve.std_error[0] == Approx(se));
  REQUIRE(curve.std_error[1] == Approx(se));
  REQUIRE(curve.std_error[3] == Approx(0.605).margin(5e-4));
}

TEST_CASE("A death takes its share of the events still to come") {
  // At 1 one of two dies, at 2 the other has an event: S(2-) d/n = 1/2.
  const Data d{{0, 0, 2}, {1, 2, 3}, {2, 1, 0}, {}, {}, {}, {}, {1, 2, 2}};
  const Curve curve = curve_of(d);
  REQUIRE(naive::gap(curve.mean, std::vector<double>{0, 0.5, 0.5}) < 1e-15);
  REQUIRE(naive::gap(curve.survival, std::vector<double>{0.5, 0.5, 0.5}) < 1e-15);
  // Influences: the dead -1/4, the other +1/4.
  REQUIRE(curve.std_error[2] == Approx(std::sqrt(1.0 / 8)));
}

TEST_CASE("The mean is its definition, its standard error the derivative in the persons' weights") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Data d = recurrent_data(seed, seed & 1, seed & 2, seed & 4);
    CAPTURE(seed);
    const Curve curve = curve_of(d);
    for (std::size_t k = 0; k < curve.time.size(); ++k) {
      REQUIRE(curve.mean[k] == Approx(mean_at(d, masses(d), curve.time[k])).margin(1e-12));
      REQUIRE(curve.std_error[k] * curve.std_error[k] ==
              Approx(variance_at(d, curve.time[k])).epsilon(1e-6).margin(1e-9));
    }
  }
}

TEST_CASE("The test is its definition: K-weighted difference, squares of the persons' influences") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const Data d = recurrent_data(seed, seed & 1, false, seed & 4);
    CAPTURE(seed);
    std::vector<std::int32_t> group;
    for (std::int32_t person : d.subject) group.push_back(1 + person % 2);
    const TimeToEvent data(d.columns());
    const tte::MeanCumulativeTest test = tte::mean_cumulative_test(data, group);
    const std::vector<double> mass = masses(d);
    // Sum over times of K(u) {dmu_1(u) - dmu_2(u)} with K of the unperturbed data.
    std::set<double> times(d.stop.begin(), d.stop.end());
    const auto at_risk = [&](double u, std::int32_t g) {
      double n = 0;
      for (std::size_t i = 0; i < d.rows(); ++i)
        n += group[i] == g && d.start[i] < u && u <= d.stop[i] ? mass[i] : 0;
      return n;
    };
    const auto statistic = [&](const std::vector<double>& weight) {
      double total = 0;
      for (std::int32_t g : {1, 2}) {
        std::vector<double> own = weight;
        for (std::size_t i = 0; i < d.rows(); ++i) own[i] = group[i] == g ? weight[i] : 0;
        double before = 0;
        for (const double u : times) {
          const double n1 = at_risk(u, 1), n2 = at_risk(u, 2);
          if (!(n1 > 0 && n2 > 0)) continue;
          before = mean_at(d, own, std::nextafter(u, 0.0));
          total += (g == 1 ? 1 : -1) * n1 * n2 / (n1 + n2) * (mean_at(d, own, u) - before);
        }
      }
      return total;
    };
    REQUIRE(test.difference == Approx(statistic(mass)).margin(1e-10));
    double variance = 0;
    for (std::int32_t person = 1; person <= 14; ++person) {
      std::vector<double> up = mass, down = mass;
      for (std::size_t i = 0; i < d.rows(); ++i) {
        up[i] *= d.subject[i] == person ? 1 + 1e-5 : 1;
        down[i] *= d.subject[i] == person ? 1 - 1e-5 : 1;
      }
      const double influence = (statistic(up) - statistic(down)) / 2e-5;
      variance += influence * influence;
    }
    REQUIRE(test.variance == Approx(variance).epsilon(1e-6).margin(1e-9));
  }
}

TEST_CASE("Strata add up; swapping the groups turns the sign") {
  Data d = recurrent_data(3, false, false, false);
  std::vector<std::int32_t> group, swapped;
  for (std::int32_t person : d.subject) {
    group.push_back(1 + person % 2);
    swapped.push_back(2 - person % 2);
    d.stratum.push_back(1 + person % 3);
  }
  const tte::MeanCumulativeTest all = tte::mean_cumulative_test(TimeToEvent(d.columns()), group);
  const tte::MeanCumulativeTest other = tte::mean_cumulative_test(TimeToEvent(d.columns()), swapped);
  REQUIRE(other.difference == Approx(-all.difference));
  REQUIRE(other.variance == Approx(all.variance));
  double difference = 0, variance = 0;
  for (std::int32_t s = 1; s <= 3; ++s) {
    Data part;
    std::vector<std::int32_t> part_group;
    for (std::size_t i = 0; i < d.rows(); ++i) {
      if (d.stratum[i] != s) continue;
      part.start.push_back(d.start[i]);
      part.stop.push_back(d.stop[i]);
      part.cause.push_back(d.cause[i]);
      part.subject.push_back(d.subject[i]);
      part_group.push_back(group[i]);
    }
    const tte::MeanCumulativeTest test = tte::mean_cumulative_test(TimeToEvent(part.columns()), part_group);
    difference += test.difference;
    variance += test.variance;
  }
  REQUIRE(all.difference == Approx(difference));
  REQUIRE(all.variance == Approx(variance));
}

TEST_CASE("A third cause, or a third group, is refused") {
  const Data d{{}, {1, 2}, {3, 1}};
  const TimeToEvent data(d.columns());
  REQUIRE_THROWS_AS(tte::mean_cumulative(data, tte::risk_table(data, 3)), tte::InvalidInput);
  const Data fine{{}, {1, 2}, {0, 1}};
  const std::vector<std::int32_t> group = {1, 3};
  REQUIRE_THROWS_AS(tte::mean_cumulative_test(TimeToEvent(fine.columns()), group), tte::InvalidInput);
}
