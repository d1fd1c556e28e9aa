#include <catch2/catch.hpp>
#include <tte/nonparametric/pseudo_values.hpp>

#include "naive.hpp"

using naive::Data;
using tte::PseudoValue;

namespace {

// S at `time` of one stratum, or its area up to there.
double curve_value(const Data& d, std::size_t stratum, double time, bool restricted_mean) {
  const naive::Curves c = naive::curves(d);
  double height = 1, at = 0, area = 0;
  for (std::size_t k = c.stratum_begin[stratum]; k < c.stratum_begin[stratum + 1] && c.time[k] <= time; ++k) {
    area += (c.time[k] - at) * height;
    at = c.time[k];
    height = c.survival[k];
  }
  return restricted_mean ? area + (time - at) * height : height;
}

Data without(const Data& d, std::size_t i) {
  Data out = d;
  out.freq.assign(d.rows(), 1);
  out.freq[i] = 0;
  return out;
}

Data reweighted(const Data& d, std::size_t i, double weight) {
  Data out = d;
  out.weight.assign(d.rows(), 1);
  out.weight[i] = weight;
  return out;
}

double persons(const Data& d, std::size_t stratum) {
  double n = 0;
  for (std::size_t i = 0; i < d.rows(); ++i) n += naive::in_stratum(d, i, stratum);
  return n;
}

}  // namespace

TEST_CASE("by hand: without censoring a pseudo-value is the person's own indicator, or own time") {
  const Data d{{}, {4, 1, 3, 2}, {1, 1, 1, 1}};
  const tte::TimeToEvent data(d.columns());
  const auto alive = tte::pseudo_values(data, {2.5, 0.5}, {PseudoValue::jackknife, false});
  CHECK(naive::gap(alive[0], std::vector<double>{1, 0, 1, 0}) < 1e-14);
  CHECK(naive::gap(alive[1], std::vector<double>{1, 1, 1, 1}) < 1e-14);
  const auto mean = tte::pseudo_values(data, {2.5}, {PseudoValue::jackknife, true});
  CHECK(naive::gap(mean[0], std::vector<double>{2.5, 1, 2.5, 2}) < 1e-14);
}

TEST_CASE("jackknife values are those of leaving out each person, with ties, strata and late entry") {
  std::size_t number = 0;
  naive::each_data([&](const Data& d) {
    CAPTURE(++number);
    if (!d.freq.empty() || !d.weight.empty() || !d.subject.empty() || !d.cluster.empty() || d.rows() < 2)
      return;
    const tte::TimeToEvent data(d.columns());
    const std::vector<double> times{0.5, 2, 4.2, 30};
    for (const bool restricted_mean : {false, true}) {
      const auto got = tte::pseudo_values(data, times, {PseudoValue::jackknife, restricted_mean});
      for (std::size_t i = 0; i < d.rows(); i += 7) {
        const std::size_t s = d.stratum.empty() ? 0 : static_cast<std::size_t>(d.stratum[i] - 1);
        const double n = persons(d, s);
        for (std::size_t t = 0; t < times.size(); ++t) {
          const double all = curve_value(d, s, times[t], restricted_mean);
          const double rest = curve_value(without(d, i), s, times[t], restricted_mean);
          REQUIRE(naive::gap(got[t][i], n * all - (n - 1) * rest) < 1e-9);
        }
      }
    }
  });
}

TEST_CASE("infinitesimal values are those of changing a person's weight") {
  const double step = 1e-5;
  for (const bool late : {false, true}) {
    const Data d = naive::random_data({30, 0, 1, 2, late}, 3);
    const tte::TimeToEvent data(d.columns());
    for (const bool restricted_mean : {false, true}) {
      const auto got =
          tte::pseudo_values(data, {3, 8}, {PseudoValue::infinitesimal_jackknife, restricted_mean});
      for (std::size_t i = 0; i < d.rows(); ++i) {
        const auto s = static_cast<std::size_t>(d.stratum[i] - 1);
        for (std::size_t t = 0; t < 2; ++t) {
          const double time = t == 0 ? 3 : 8, theta = curve_value(d, s, time, restricted_mean);
          const double slope = (curve_value(reweighted(d, i, 1 + step), s, time, restricted_mean) -
                                curve_value(reweighted(d, i, 1 - step), s, time, restricted_mean)) /
                               (2 * step);
          CHECK(got[t][i] == Approx(theta + persons(d, s) * slope).margin(1e-6));
        }
      }
    }
  }
}

TEST_CASE("weights, freq and persons in several rows are refused") {
  const auto values = [](const Data& d) {
    return tte::pseudo_values(tte::TimeToEvent(d.columns()), {1}, {});
  };
  CHECK_THROWS_AS(values({{}, {1, 2}, {1, 1}, {1, 2}}), tte::InvalidInput);
  CHECK_THROWS_AS(values({{}, {1, 2}, {1, 1}, {}, {}, {1, 2}}), tte::InvalidInput);
  CHECK_THROWS_AS(values({{0, 1}, {1, 2}, {0, 1}, {}, {}, {}, {}, {1, 1}}), tte::InvalidInput);
  CHECK(values({}).at(0).empty());
}
