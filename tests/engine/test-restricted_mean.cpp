#include <catch2/catch.hpp>
#include <tte/nonparametric/restricted_mean.hpp>

#include "naive.hpp"

using naive::Data;

namespace {

tte::RestrictedMean mean_of(const Data& d, double tau, std::size_t stratum = 0) {
  const tte::RiskTable table = tte::risk_table(tte::TimeToEvent(d.columns()));
  return tte::restricted_mean(table, tte::kaplan_meier(table, {tte::Transform::none, 0.95}), stratum, tau);
}

// The area under a step function between two times, by adding its pieces.
double area(const naive::Curves& c, std::size_t first, std::size_t last, double from, double to) {
  double total = 0, at = from, height = 1;
  for (std::size_t k = first; k < last; ++k) {
    const double next = std::min(std::max(c.time[k], from), to);
    total += (next - at) * height;
    at = next;
    height = c.survival[k];
  }
  return total + (to - at) * height;
}

}  // namespace

TEST_CASE("by hand: four patients") {
  const Data d{{}, {1, 2, 3, 4}, {1, 0, 1, 0}};
  // S is 1 to 1, 3/4 to 3, 3/8 on
  CHECK(mean_of(d, 4).mean == Approx(1 + 1.5 + 0.375));
  CHECK(mean_of(d, 4).variance == Approx(std::pow(1.875, 2) / (4 * 3) + std::pow(0.375, 2) / 2));
  CHECK(mean_of(d, 0.5).mean == 0.5);
  CHECK(mean_of(d, 0.5).variance == 0);
  CHECK(mean_of(d, 1).variance == 0);
  CHECK(mean_of(d, 10).mean == Approx(1 + 1.5 + 0.375 * 7));
  CHECK(mean_of(d, 0).mean == 0);
}

TEST_CASE("mean and variance are the areas of the definition on random data, at any tau") {
  naive::each_data([](const Data& d) {
    if (!d.weight.empty()) return;
    const naive::Curves c = naive::curves(d);
    for (std::size_t s = 0; s + 1 < c.stratum_begin.size(); ++s) {
      const std::size_t first = c.stratum_begin[s], last = c.stratum_begin[s + 1];
      for (const double tau : {0.0, 0.7, 3.0, 5.5, 20.0}) {
        const tte::RestrictedMean got = mean_of(d, tau, s);
        double variance = 0;
        for (std::size_t k = first; k < last && c.time[k] <= tau; ++k) {
          const double n = c.at_risk[k], e = c.events[k], rest = area(c, first, last, c.time[k], tau);
          if (n > e) variance += rest * rest * e / (n * (n - e));
        }
        REQUIRE(got.mean == Approx(area(c, first, last, 0, tau)).margin(1e-13));
        REQUIRE(got.variance == Approx(variance).margin(1e-13));
      }
    }
  });
}

TEST_CASE("a negative tau, or none, is refused") {
  CHECK_THROWS_AS(mean_of({{}, {1}, {1}}, -1), tte::InvalidInput);
  CHECK_THROWS_AS(mean_of({{}, {1}, {1}}, naive::nan), tte::InvalidInput);
}
