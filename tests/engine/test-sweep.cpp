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
    added.each([&](std::int32_t i) { REQUIRE(rows.insert(row(i)).second); });
  }
  void remove(const tte::Rows& removed) {
    removed.each([&](std::int32_t i) { REQUIRE(rows.erase(row(i)) == 1); });
  }
  std::set<std::size_t> rows;

 private:
  std::size_t row(std::int32_t i) const {
    return static_cast<std::size_t>(data_.row(static_cast<std::size_t>(i)));
  }
  const tte::TimeToEvent& data_;
};

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
        const std::vector<std::size_t> expected = naive::rows_at_risk(d, data, k);
        REQUIRE(pool.rows == std::set<std::size_t>(expected.begin(), expected.end()));
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
