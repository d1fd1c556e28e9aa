// Near ties are seen through TimeToEvent, which snaps the times it is given.
#include <catch2/catch.hpp>
#include <tte/core/near_ties.hpp>

#include "naive.hpp"

using naive::Data;
using tte::TimeToEvent;

namespace {

// Events at the given times, without anything else.
Data events_at(const std::vector<double>& stop) {
  return {{}, stop, std::vector<std::int32_t>(stop.size(), 1)};
}

std::vector<double> distinct_times(const Data& d, bool snap = true) {
  const TimeToEvent data(d.columns(), snap);
  std::vector<double> out;
  for (const tte::Step& step : data.schedule().steps) out.push_back(step.time);
  return out;
}

std::size_t snapped(const Data& d) { return TimeToEvent(d.columns()).snapped(); }

}  // namespace

TEST_CASE("times that differ by rounding are one time, the first of their run") {
  const Data d = events_at({1, 1 + 1e-9, 1 - 1e-9, 2});
  CHECK(distinct_times(d) == std::vector<double>{1 - 1e-9, 2});
  CHECK(snapped(d) == 2);
  CHECK(distinct_times(d, false) == std::vector<double>{1 - 1e-9, 1, 1 + 1e-9, 2});
  CHECK(TimeToEvent(d.columns(), false).snapped() == 0);
}

TEST_CASE("a run of near-equal times is one time however long it is") {
  std::vector<double> stop;
  for (int i = 0; i < 10; ++i) stop.push_back(1 + i * 1e-8);
  CHECK(distinct_times(events_at(stop)) == std::vector<double>{1});
  CHECK(snapped(events_at(stop)) == 9);
}

TEST_CASE("near means within sqrt(epsilon) times the mean time, to the last bit") {
  const double eps = std::numeric_limits<double>::epsilon(), root = std::sqrt(eps);
  // 1 - g and 1 + g have mean 1
  const double g = root / 2;
  CHECK(distinct_times(events_at({1 - g, 1 + g})).size() == 1);
  CHECK(distinct_times(events_at({1 - g, 1 + g + eps})).size() == 2);
}

TEST_CASE("the mean is that of the distinct absolute times") {
  CHECK(snapped(events_at({-1000, 1000, 1000 + 1e-5})) == 1);
  std::vector<double> stop(100, 1.0);
  stop.push_back(1 + 1e-6);
  stop.push_back(1000);
  CHECK(snapped(events_at(stop)) == 1);
}

TEST_CASE("data in a tiny or a huge unit keep their distinct times") {
  for (const double unit : {1e-300, 1e-100, 1e-11, 1.0, 1e11, 1e300}) {
    std::vector<double> stop;
    for (const double t : {5, 11, 11, 12, 26, 30, 1022}) stop.push_back(t * unit);
    CHECK(distinct_times(events_at(stop)).size() == 6);
    CHECK(snapped(events_at(stop)) == 0);
  }
}

TEST_CASE("minus zero is zero, and negative times are times") {
  CHECK(distinct_times(events_at({-0.0, 0.0, -3, 1})) == std::vector<double>{-3, 0, 1});
  CHECK(snapped(events_at({-0.0, 0.0, -3, 1})) == 0);
  CHECK(distinct_times(events_at({0, 0})) == std::vector<double>{0});
}

TEST_CASE("starts are snapped together with the exits") {
  // the second row starts at the first one's exit but for rounding, so it is not at risk then
  const Data d{{0, 2 - 1e-12, 2 + 1e-12, 0}, {2, 3, 4, 5}, {1, 1, 1, 1}};
  const TimeToEvent data(d.columns());
  CHECK(data.schedule().first_rows[0].size() == 2);
  CHECK(data.schedule().steps[0].entries.size() == 2);
}

TEST_CASE("a start that is the first exit but for rounding enters after it") {
  const Data d{{0, 2 - 1e-12}, {2, 3}, {1, 1}};
  const TimeToEvent data(d.columns());
  CHECK(data.schedule().first_rows[0].size() == 1);
  CHECK(TimeToEvent(d.columns(), false).schedule().first_rows[0].size() == 2);
}

TEST_CASE("a row that merging leaves without length is refused by its number") {
  const Data d{{0, 5, 3}, {3, 6, 3 + 1e-9}, {1, 1, 1}};
  CHECK_THROWS_AS(TimeToEvent(d.columns()), tte::InvalidInput);
  CHECK_THROWS_WITH(TimeToEvent(d.columns()), Catch::Contains("row 3"));
  CHECK_NOTHROW(TimeToEvent(d.columns(), false));
}
