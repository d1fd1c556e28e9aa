#include <catch2/catch.hpp>
#include <tte/core/radix_sort.hpp>

#include "naive.hpp"

using tte::detail::KeyedRow;

namespace {

std::vector<std::int32_t> all_rows(std::size_t n) {
  std::vector<std::int32_t> rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i] = static_cast<std::int32_t>(i);
  return rows;
}

std::vector<std::int32_t> radix_order(const std::vector<double>& values) {
  std::vector<std::int32_t> order;
  for (const KeyedRow& item : tte::detail::sorted_rows(values.data(), all_rows(values.size()))) {
    order.push_back(item.row);
  }
  return order;
}

std::vector<std::int32_t> stable_order(const std::vector<double>& values) {
  std::vector<std::int32_t> order = all_rows(values.size());
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int32_t a, std::int32_t b) { return values[a] < values[b]; });
  return order;
}

}  // namespace

TEST_CASE("keys have the order of the doubles and give them back") {
  const std::vector<double> rising{-1e300, -2, -1, -5e-324, 0, 5e-324, 1e-300, 0.5, 1, 1 + 1e-15, 2, 1e300};
  for (std::size_t i = 0; i < rising.size(); ++i) {
    CHECK(tte::detail::value_of(tte::detail::key_of(rising[i])) == rising[i]);
    if (i > 0) CHECK(tte::detail::key_of(rising[i - 1]) < tte::detail::key_of(rising[i]));
  }
}

TEST_CASE("minus zero is zero") {
  CHECK(tte::detail::key_of(-0.0) == tte::detail::key_of(0.0));
  CHECK_FALSE(std::signbit(tte::detail::value_of(tte::detail::key_of(-0.0))));
  CHECK(radix_order({0.0, -0.0, 0.0}) == all_rows(3));
}

TEST_CASE("the order is that of a stable sort") {
  naive::Dice dice(1);
  const auto sample = [&](std::size_t n, auto draw) {
    std::vector<double> values(n);
    for (double& value : values) value = draw();
    CHECK(radix_order(values) == stable_order(values));
  };
  for (const std::size_t n : {0, 1, 2, 3, 17, 1000}) {
    sample(n, [&] { return dice.uniform(); });
    sample(n, [&] { return dice.uniform() - 0.5; });
    sample(n, [&] { return dice.below(4); });
    sample(n, [&] { return 365.0 * dice.below(3000) - 1000; });
    sample(n, [&] { return std::ldexp(dice.uniform() - 0.5, dice.below(2000) - 1000); });
    sample(n, [&] { return 1 + dice.below(3) * 0x1p-52; });
    sample(n, [&] { return dice.chance(0.5) ? -1.0 : 1.0; });
  }
}

TEST_CASE("only the rows asked for are sorted") {
  const std::vector<double> values{5, 1, 4, 2};
  const std::vector<KeyedRow> sorted = tte::detail::sorted_rows(values.data(), {0, 2, 3});
  REQUIRE(sorted.size() == 3);
  CHECK(sorted[0].row == 3);
  CHECK(sorted[2].row == 0);
  CHECK(tte::detail::value_of(sorted[1].key) == 4);
}

TEST_CASE("keys that differ in a single bit are sorted, whichever bit it is") {
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t low = 0, high = std::uint64_t{1} << bit;
    std::vector<KeyedRow> items{{high, 0}, {low, 1}, {high, 2}, {low, 3}};
    tte::detail::radix_sort(items);
    CAPTURE(bit);
    CHECK(std::vector<std::int32_t>{items[0].row, items[1].row, items[2].row, items[3].row} ==
          std::vector<std::int32_t>{1, 3, 0, 2});
  }
}
