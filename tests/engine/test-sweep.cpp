#include <catch2/catch.hpp>
#include <tte/core/sweep.hpp>

#include "naive.hpp"

using tte::Direction;

namespace {

// A pool that holds the caller's rows themselves.
class Present {
 public:
  explicit Present(const tte::TimeToEvent& data) : data_(data) {}
  void clear() { rows.clear(); }
  void add(const tte::Rows& added) {
    added.each([&](std::int32_t i) { REQUIRE(rows.insert(data_.row(static_cast<std::size_t>(i))).second); });
  }
  void remove(const tte::Rows& removed) {
    removed.each([&](std::int32_t i) { REQUIRE(rows.erase(data_.row(static_cast<std::size_t>(i))) == 1); });
  }
  std::set<std::int32_t> rows;

 private:
  const tte::TimeToEvent& data_;
};

std::size_t stratum_of(const tte::Schedule& schedule, std::size_t k) {
  std::size_t s = 0;
  while (k >= schedule.stratum_begin[s + 1]) ++s;
  return s;
}

std::set<std::int32_t> at_risk(const naive::Data& d, std::size_t stratum, double t) {
  std::set<std::int32_t> out;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    const bool here = d.stratum.empty() || static_cast<std::size_t>(d.stratum[i]) == stratum + 1;
    const bool counts = d.freq.empty() || d.freq[i] > 0;
    const bool entered = d.start.empty() || d.start[i] < t;
    if (here && counts && entered && t <= d.stop[i]) out.insert(static_cast<std::int32_t>(i));
  }
  return out;
}

}  // namespace

TEST_CASE("at every step, in either direction, the pool holds the rows with start < t <= stop") {
  naive::each_data([](const naive::Data& d) {
    const tte::TimeToEvent data(d.columns());
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      std::vector<std::size_t> seen;
      Present pool(data);
      tte::sweep(data.schedule(), direction, pool, [&](std::size_t k, const tte::Step& step) {
        seen.push_back(k);
        REQUIRE(step.time == data.schedule().steps[k].time);
        REQUIRE(pool.rows == at_risk(d, stratum_of(data.schedule(), k), step.time));
      });
      REQUIRE(seen.size() == data.schedule().steps.size());
      REQUIRE(std::set<std::size_t>(seen.begin(), seen.end()).size() == seen.size());
    }
  });
}

TEST_CASE("strata come in order; within one, time goes the way that was asked for") {
  const naive::Data d{{}, {1, 2, 3, 1, 2}, {1, 1, 1, 1, 1}, {}, {1, 1, 1, 2, 2}};
  const tte::TimeToEvent data(d.columns());
  const auto steps = [&](Direction direction) {
    std::vector<std::size_t> out;
    Present pool(data);
    tte::sweep(data.schedule(), direction, pool, [&](std::size_t k, const tte::Step&) { out.push_back(k); });
    return out;
  };
  CHECK(steps(Direction::forward) == std::vector<std::size_t>{0, 1, 2, 3, 4});
  CHECK(steps(Direction::backward) == std::vector<std::size_t>{2, 1, 0, 4, 3});
}
