#include <catch2/catch.hpp>
#include <tte/core/schedule.hpp>

#include <vector>

using tte::Rows;

namespace {

std::vector<std::int32_t> rows_in(const Rows& rows) {
  std::vector<std::int32_t> out;
  rows.each([&](std::int32_t i) { out.push_back(i); });
  return out;
}

}  // namespace

TEST_CASE("rows are positions, or read through an index") {
  const std::vector<std::int32_t> index{9, 8, 7, 6};
  CHECK(rows_in(Rows{{1, 3}}) == std::vector<std::int32_t>{1, 2});
  CHECK(rows_in(Rows{{1, 3}, index.data()}) == std::vector<std::int32_t>{8, 7});
  CHECK(rows_in(Rows{{2, 2}}).empty());
  CHECK(Rows{{1, 3}}.size() == 2);
  CHECK(tte::Range{4, 4}.empty());
  CHECK_FALSE(tte::Range{4, 5}.empty());
}

TEST_CASE("a step divides its exits into events and censored") {
  const tte::Step step{5, {2, 7}, 4, {}};
  CHECK(rows_in(Rows{step.events()}) == std::vector<std::int32_t>{2, 3});
  CHECK(rows_in(Rows{step.censored()}) == std::vector<std::int32_t>{4, 5, 6});
}
