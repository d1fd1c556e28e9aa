#include <catch2/catch.hpp>
#include <tte/core/build_schedule.hpp>

#include "naive.hpp"

using tte::Rows;

namespace {

// The caller's rows at risk before a stratum's first step, and those that each of its steps lets in or out.
std::multiset<std::int32_t> callers(const tte::TimeToEvent& data, const Rows& rows) {
  std::multiset<std::int32_t> out;
  rows.each([&](std::int32_t i) { out.insert(data.row(static_cast<std::size_t>(i))); });
  return out;
}

}  // namespace

TEST_CASE("by hand: Therneau and Grambsch's (start, stop] rows") {
  const naive::Data d{
      {1, 2, 5, 2, 1, 7, 3, 4, 8, 8}, {2, 3, 6, 7, 8, 9, 9, 9, 14, 17}, {1, 1, 1, 1, 1, 1, 1, 0, 0, 0}};
  const tte::TimeToEvent data(d.columns());
  const tte::Schedule& schedule = data.schedule();
  const std::vector<double> time{2, 3, 6, 7, 8, 9, 14, 17};
  const std::vector<int> exits{1, 1, 1, 1, 1, 3, 1, 1}, events{1, 1, 1, 1, 1, 2, 0, 0},
      entries{2, 3, 0, 1, 2, 0, 0, 0};
  REQUIRE(schedule.steps.size() == 8);
  for (std::size_t k = 0; k < 8; ++k) {
    CAPTURE(k);
    CHECK(schedule.steps[k].time == time[k]);
    CHECK(schedule.steps[k].exits.size() == exits[k]);
    CHECK(schedule.steps[k].events().size() == events[k]);
    CHECK(schedule.steps[k].entries.size() == entries[k]);
  }
  CHECK(schedule.strata() == 1);
  CHECK(schedule.late_entry());
  CHECK(callers(data, schedule.at_start(0)) == std::multiset<std::int32_t>{0, 4});
  CHECK(callers(data, schedule.entering(schedule.steps[0])) == std::multiset<std::int32_t>{1, 3});
  CHECK(callers(data, schedule.entering(schedule.steps[1])) == std::multiset<std::int32_t>{2, 6, 7});
  CHECK(callers(data, schedule.entering(schedule.steps[3])) == std::multiset<std::int32_t>{5});
  CHECK(callers(data, schedule.entering(schedule.steps[4])) == std::multiset<std::int32_t>{8, 9});
}

TEST_CASE("starts before every exit are no late entry") {
  const naive::Data d{{0, 0.5, 0.9}, {2, 3, 1}, {1, 1, 1}};
  const tte::TimeToEvent data(d.columns());
  CHECK_FALSE(data.schedule().late_entry());
  CHECK(callers(data, data.schedule().at_start(0)) == std::multiset<std::int32_t>{0, 1, 2});
}

TEST_CASE("steps, exits, events and entries are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data([&](const naive::Data& d) {
    CAPTURE(++number);
    const tte::TimeToEvent data(d.columns());
    const tte::Schedule& schedule = data.schedule();
    std::size_t strata = 1;
    for (const std::int32_t code : d.stratum) strata = std::max(strata, static_cast<std::size_t>(code));
    REQUIRE(schedule.strata() == strata);
    for (std::size_t s = 0; s < strata; ++s) {
      const auto rows_where = [&](auto holds) {
        std::multiset<std::int32_t> out;
        for (std::size_t i = 0; i < d.rows(); ++i) {
          if (naive::in_stratum(d, i, s) && holds(i)) out.insert(static_cast<std::int32_t>(i));
        }
        return out;
      };
      const auto start = [&](std::size_t i) { return naive::start_of(d, i); };
      REQUIRE(callers(data, Rows{schedule.stratum_rows[s]}) == rows_where([](std::size_t) { return true; }));
      double before = -naive::infinity;
      for (std::size_t k = schedule.stratum_begin[s]; k < schedule.stratum_begin[s + 1]; ++k) {
        const tte::Step& step = schedule.steps[k];
        const double next =
            k + 1 < schedule.stratum_begin[s + 1] ? schedule.steps[k + 1].time : naive::infinity;
        REQUIRE(before < step.time);
        REQUIRE(callers(data, Rows{step.exits}) ==
                rows_where([&](std::size_t i) { return d.stop[i] == step.time; }));
        REQUIRE(callers(data, Rows{step.events()}) ==
                rows_where([&](std::size_t i) { return d.stop[i] == step.time && d.cause[i] > 0; }));
        if (schedule.late_entry()) {
          REQUIRE(callers(data, schedule.entering(step)) ==
                  rows_where([&](std::size_t i) { return step.time <= start(i) && start(i) < next; }));
        }
        if (before == -naive::infinity) {
          REQUIRE(callers(data, schedule.at_start(s)) ==
                  rows_where([&](std::size_t i) { return start(i) < step.time; }));
        }
        before = step.time;
      }
    }
  });
}

TEST_CASE("a row that the merging of near-equal times leaves without length is an error") {
  const std::vector<double> start{0, 1}, stop{1, 1 + 1e-10};
  const std::vector<std::int32_t> cause{1, 1};
  tte::Columns columns;
  columns.start = start;
  columns.stop = stop;
  columns.cause = cause;
  CHECK_THROWS_AS(tte::TimeToEvent(columns), tte::InvalidInput);
  CHECK_NOTHROW(tte::TimeToEvent(columns, false));
}
