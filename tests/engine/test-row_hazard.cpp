#include <catch2/catch.hpp>
#include <tte/core/row_hazard.hpp>

#include "naive.hpp"

using tte::StepHazard;

namespace {

// a_i by its definition: r times the hazard of every step the row was at risk at, its own share where it has
// the event.
std::vector<double> expected_hazard(const naive::Data& d, const tte::TimeToEvent& data,
                                    const std::vector<StepHazard>& hazard, const std::vector<double>& r) {
  std::vector<double> out(d.rows(), 0.0);
  for (std::size_t k = 0; k < hazard.size(); ++k) {
    for (const std::size_t i : naive::rows_at_risk(d, data, k)) {
      const bool event = d.cause[i] > 0 && d.stop[i] == data.schedule().steps[k].time;
      out[i] += r[i] * (event ? hazard[k].own : hazard[k].whole);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("by hand: who enters late meets what comes after, who has the event its own share") {
  const naive::Data d{{0, 0, 1, 2}, {1, 2, 3, 3}, {1, 0, 1, 0}};
  const tte::TimeToEvent data(d.columns());
  const std::vector<double> risk{1, 2, 3, 4};
  const tte::Arranged<double> r = data.arrange(tte::Span<double>(risk));
  tte::Arranged<double> met = data.arranged(99.0);
  tte::row_hazard(data.schedule(), {{0.5, 0.2}, {0.25, 0}, {1, 0.75}}, r, met);
  // exits at 1, 2, 3; row 2 is at risk at 2 and 3, row 3 at 3 only
  CHECK(naive::gap(data.restore(met), std::vector<double>{0.2, 2 * 0.75, 3 * (0.25 + 0.75), 4 * 1.0}) <
        1e-15);
}

TEST_CASE("every row has met the hazard of its definition on random data") {
  naive::each_data([](const naive::Data& d) {
    const tte::TimeToEvent data(d.columns());
    naive::Dice dice(d.rows());
    std::vector<StepHazard> hazard(data.schedule().steps.size());
    for (StepHazard& h : hazard) h = {dice.uniform(), dice.uniform()};
    std::vector<double> risk(d.rows());
    for (double& value : risk) value = 3 * dice.uniform();
    tte::Arranged<double> met = data.arranged(99.0);
    tte::row_hazard(data.schedule(), hazard, data.arrange(tte::Span<double>(risk)), met);
    REQUIRE(naive::gap(data.restore(met), expected_hazard(d, data, hazard, risk)) < 1e-12);
  });
}
