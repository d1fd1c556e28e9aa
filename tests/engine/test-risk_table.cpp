#include <catch2/catch.hpp>
#include <tte/core/risk_table.hpp>

#include "naive.hpp"

using naive::Data;
using tte::RiskTable;
using tte::TimeToEvent;

TEST_CASE("by hand: late entry, ties, two causes") {
  // at 3: event, censoring and entry at once; the one who enters at 3 is not at risk at 3
  const Data d{{0, 0, 3, 0, 1}, {3, 3, 5, 5, 6}, {1, 0, 2, 1, 0}};
  const RiskTable table = tte::risk_table(TimeToEvent(d.columns()), 2);
  CHECK(table.time == std::vector<double>{3, 5, 6});
  CHECK(table.at_risk == std::vector<double>{4, 3, 1});
  CHECK(table.events == std::vector<double>{1, 0, 1, 1, 0, 0});
  CHECK(table.censored == std::vector<double>{1, 0, 1});
  CHECK(table.entered == std::vector<double>{4, 1, 0});
  CHECK(table.all_events(1) == 2);
  CHECK(table.event(1, 1) == 1);
  CHECK((table.strata() == 1 && table.size() == 3));
}

TEST_CASE("by hand: a person in two rows is not censored in between and enters once") {
  Data d{{0, 2, 0, 0}, {2, 6, 4, 2}, {0, 1, 1, 0}, {}, {}, {}, {}, {1, 1, 2, 3}};
  const RiskTable joined = tte::risk_table(TimeToEvent(d.columns()));
  CHECK(joined.time == std::vector<double>{2, 4, 6});
  CHECK(joined.at_risk == std::vector<double>{3, 2, 1});
  CHECK(joined.censored == std::vector<double>{1, 0, 0});
  CHECK(joined.entered == std::vector<double>{3, 0, 0});
  d.subject.clear();
  const RiskTable apart = tte::risk_table(TimeToEvent(d.columns()));
  CHECK(apart.censored == std::vector<double>{2, 0, 0});
  CHECK(apart.entered == std::vector<double>{3, 1, 0});
}

TEST_CASE("a time at which only rows are joined is left out") {
  const Data d{{0, 2, 0}, {2, 6, 4}, {0, 1, 1}, {}, {}, {}, {}, {1, 1, 2}};
  const TimeToEvent data(d.columns());
  CHECK(tte::risk_table(data).time == std::vector<double>{4, 6});
  CHECK_FALSE(tte::is_reported(data, data.schedule().steps[0]));
  CHECK(tte::is_reported(data, data.schedule().steps[1]));
}

TEST_CASE("the table is that of the definition on random data, to the last digit of a count") {
  std::size_t number = 0;
  const auto compare = [&](const Data& d, std::size_t causes) {
    CAPTURE(++number, causes);
    const RiskTable table = tte::risk_table(TimeToEvent(d.columns()), causes);
    const naive::Curves expected = naive::curves(d, causes);
    const double tolerance = d.weight.empty() ? 0 : 1e-13;
    REQUIRE(table.causes == causes);
    REQUIRE(table.stratum_begin == expected.stratum_begin);
    REQUIRE(table.time == expected.time);
    REQUIRE(naive::gap(table.at_risk, expected.at_risk) <= tolerance);
    REQUIRE(naive::gap(table.events, expected.events) <= tolerance);
    REQUIRE(naive::gap(table.censored, expected.censored) <= tolerance);
    REQUIRE(naive::gap(table.entered, expected.entered) <= tolerance);
  };
  naive::each_data(
      [&](const Data& d) {
        compare(d, 3);
        compare(d, 1);
      },
      3);
}

TEST_CASE("unweighted counts stand beside weighted ones") {
  const Data d{{}, {1, 1, 2}, {1, 0, 1}, {0.5, 3, 2}, {}, {2, 1, 1}};
  const TimeToEvent data(d.columns());
  CHECK(tte::risk_table(data).at_risk == std::vector<double>{6, 2});
  const RiskTable persons =
      tte::risk_table(data, 1, [&](std::size_t i) { return static_cast<double>(data.freq(i)); });
  CHECK(persons.at_risk == std::vector<double>{4, 1});
  CHECK(persons.events == std::vector<double>{2, 1});
  CHECK(persons.censored == std::vector<double>{1, 0});
}

TEST_CASE("freq 2 is the row twice, the order of rows is nothing, one stratum is none") {
  naive::each_data(
      [](const Data& d) {
        const RiskTable table = tte::risk_table(TimeToEvent(d.columns()), 2);
        const auto same = [&](const Data& other, double tolerance) {
          const RiskTable again = tte::risk_table(TimeToEvent(other.columns()), 2);
          REQUIRE(again.time == table.time);
          REQUIRE(naive::gap(again.at_risk, table.at_risk) <= tolerance);
          REQUIRE(naive::gap(again.events, table.events) <= tolerance);
          REQUIRE(naive::gap(again.censored, table.censored) <= tolerance);
          REQUIRE(naive::gap(again.entered, table.entered) <= tolerance);
        };
        const double rounding = d.weight.empty() ? 0 : 1e-13;
        same(naive::shuffled(d, 5), rounding);
        if (d.subject.empty() && !d.stratum.size()) same(naive::written_out(d), rounding);
        if (d.stratum.empty()) {
          Data one = d;
          one.stratum.assign(d.rows(), 1);
          same(one, 0);
        }
      },
      2);
}

TEST_CASE("weights that were summed and taken away again leave nothing behind") {
  Data d;
  for (int i = 0; i < 1000; ++i) {
    d.stop.push_back(i);
    d.cause.push_back(0);
    d.weight.push_back(i == 999 ? 1e-9 : 0.1 * (i + 1) / 3);
  }
  CHECK(tte::risk_table(TimeToEvent(d.columns())).at_risk.back() == 1e-9);
}

TEST_CASE("a cause beyond the number of causes is refused") {
  const Data d{{}, {1, 2}, {1, 3}};
  const TimeToEvent data(d.columns());
  CHECK_THROWS_AS(tte::risk_table(data, 2), tte::InvalidInput);
  CHECK_NOTHROW(tte::risk_table(data, 3));
}

TEST_CASE("a table without rows has no times") {
  const RiskTable table = tte::risk_table(TimeToEvent(tte::Columns()), 2);
  CHECK(table.size() == 0);
  CHECK(table.stratum_begin == std::vector<std::size_t>{0, 0});
}
