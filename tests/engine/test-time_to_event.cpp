#include <catch2/catch.hpp>
#include <tte/core/time_to_event.hpp>

#include "naive.hpp"

using naive::Data;
using tte::TimeToEvent;

namespace {

std::vector<std::int32_t> order(const TimeToEvent& data) {
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < data.rows(); ++i) out.push_back(data.row(i));
  return out;
}

// Three rows with every column; the second has freq 0.
Data complete() {
  return {{0, 1, 0}, {2, 3, 4}, {1, 0, 2}, {1, 0.5, 2}, {1, 1, 2}, {1, 0, 2}, {1, 2, 1}, {1, 2, 3}};
}

}  // namespace

TEST_CASE("rows are arranged by stratum and time, events first, else in the caller's order") {
  const Data d{{}, {3, 1, 3, 3, 2, 3}, {0, 1, 2, 0, 0, 1}, {}, {1, 2, 1, 1, 1, 1}};
  const TimeToEvent data(d.columns());
  CHECK(order(data) == std::vector<std::int32_t>{4, 2, 5, 0, 3, 1});
  CHECK(data.strata() == 2);
  const std::vector<std::int32_t> cause{0, 2, 1, 0, 0, 1};
  for (std::size_t i = 0; i < data.rows(); ++i) {
    CHECK(data.cause(i) == cause[i]);
    CHECK(data.is_event(i) == (cause[i] > 0));
  }
}

TEST_CASE("columns follow their rows there and back") {
  Data d = complete();
  d.freq = {1, 0, 2};
  const TimeToEvent data(d.columns());
  CHECK(data.rows_in() == 3);
  CHECK(data.rows() == 2);
  const std::vector<double> values{10, 20, 30};
  const tte::Arranged<double> arranged = data.arrange(tte::Span<double>(values));
  CHECK(arranged.size() == 2);
  CHECK(arranged[0] == 10);
  CHECK(arranged[1] == 30);
  CHECK(data.restore(arranged) == std::vector<double>{10, 0, 30});
  CHECK(data.restore(arranged, -1) == std::vector<double>{10, -1, 30});
  CHECK(data.arranged(7)[1] == 7);
}

TEST_CASE("rows of a matrix are padded with zeros to a multiple of four") {
  const Data d{{}, {3, 1, 2}, {1, 1, 1}};
  const TimeToEvent data(d.columns());
  for (std::size_t width = 0; width < 10; ++width) {
    std::vector<std::vector<double>> x;
    for (std::size_t j = 0; j < width; ++j) x.push_back({10.0 * j + 3, 10.0 * j + 1, 10.0 * j + 2});
    const tte::ArrangedRows rows = data.arrange_rows({x.begin(), x.end()});
    CHECK(rows.width == width);
    CHECK(rows.stride == (width + 3) / 4 * 4);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < rows.stride; ++j)
        CHECK(rows.row(i)[j] == (j < width ? 10.0 * j + i + 1 : 0));
    }
  }
}

TEST_CASE("mass is weight times freq, and 1 without either") {
  const Data all = complete();
  const TimeToEvent data(all.columns());  // the row of freq 0 is gone
  CHECK((data.has_mass() && data.has_weight()));
  CHECK(data.mass(0) == 1);
  CHECK(data.mass(1) == 4);
  CHECK(data.freq(1) == 2);
  Data d = all;
  d.weight.clear();
  const TimeToEvent counted(d.columns());
  CHECK((counted.has_mass() && !counted.has_weight()));
  CHECK(counted.mass(1) == 2);
  d.freq.clear();
  const TimeToEvent plain(d.columns());
  CHECK_FALSE(plain.has_mass());
  CHECK(plain.mass(2) == 1);
  CHECK(plain.freq(2) == 1);
}

TEST_CASE("events and ties are counted by freq, within strata") {
  const Data d{{}, {1, 1, 1, 2, 1}, {1, 2, 0, 1, 1}, {9, 9, 9, 9, 9}, {1, 1, 1, 1, 2}, {2, 3, 50, 4, 1}};
  const TimeToEvent data(d.columns());
  CHECK(data.event_count() == 10);
  CHECK(data.largest_tie() == 5);
}

TEST_CASE("the independent unit is the cluster, else the subject, else the row") {
  Data d = complete();
  d.freq.clear();
  const TimeToEvent clusters(d.columns());
  CHECK((clusters.has_cluster() && clusters.has_units()));
  CHECK(clusters.units() == 2);
  CHECK(clusters.unit(1) == 1);
  CHECK(clusters.unit(2) == 0);
  d.cluster.clear();
  const TimeToEvent subjects(d.columns());
  CHECK((!subjects.has_cluster() && subjects.has_units()));
  CHECK(subjects.units() == 3);
  CHECK(subjects.unit(2) == 2);
  d.subject.clear();
  const TimeToEvent rows(d.columns());
  CHECK_FALSE(rows.has_units());
  CHECK(rows.units() == 3);
  CHECK(rows.unit(1) == 1);
}

TEST_CASE("persons are counted once per stratum, by freq") {
  Data d{{0, 2, 4, 0, 1}, {2, 3, 6, 5, 2}, {0, 0, 1, 1, 0}, {}, {1, 1, 1, 2, 2}, {2, 2, 2, 3, 1}, {},
         {1, 1, 1, 2, 1}};
  CHECK(TimeToEvent(d.columns()).persons() == std::vector<double>{2, 4});
  d.subject.clear();
  CHECK(TimeToEvent(d.columns()).persons() == std::vector<double>{6, 4});
  d.freq.clear();
  CHECK(TimeToEvent(d.columns()).persons() == std::vector<double>{3, 2});
}

TEST_CASE("strata of which no row counts are still strata") {
  const Data d{{}, {1, 2}, {1, 1}, {}, {1, 4}, {1, 0}};
  const TimeToEvent data(d.columns());
  CHECK(data.strata() == 4);
  CHECK(data.persons() == std::vector<double>{1, 0, 0, 0});
  Data none{{}, {1, 2}, {1, 1}};
  none.freq = {0, 0};
  CHECK(TimeToEvent(none.columns()).strata() == 1);
  CHECK(TimeToEvent(none.columns()).rows() == 0);
}

TEST_CASE("data without rows are data") {
  const TimeToEvent data((tte::Columns()));
  CHECK(data.rows() == 0);
  CHECK(data.strata() == 1);
  CHECK(data.schedule().steps.empty());
  CHECK(data.persons() == std::vector<double>{0});
  CHECK(data.event_count() == 0);
  CHECK(data.units() == 0);
}

TEST_CASE("a column of another length cannot be arranged") {
  const Data d = complete();
  const TimeToEvent data(d.columns());
  const std::vector<double> two{1, 2};
  CHECK_THROWS_AS(data.arrange(tte::Span<double>(two)), tte::InvalidInput);
  CHECK_THROWS_AS(data.arrange_rows({two}), tte::InvalidInput);
}
