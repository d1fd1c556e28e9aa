#include <catch2/catch.hpp>
#include <tte/core/unfilled.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

using tte::detail::Unfilled;

TEST_CASE("small and large vectors keep what they were given when they grow, shrink and are copied") {
  for (const std::size_t size : {std::size_t{3}, tte::detail::large_page / sizeof(double) - 1,
                                 tte::detail::large_page / sizeof(double), std::size_t{600001}}) {
    CAPTURE(size);
    Unfilled<double> x;
    x.resize(size);
    std::iota(x.begin(), x.end(), 1.0);
    Unfilled<double> y = x;
    y.resize(2 * size);
    y.resize(size);
    y.shrink_to_fit();
    REQUIRE(y == x);
    const Unfilled<double> z = std::move(y);
    REQUIRE(z == x);
    x.assign(size, 2.5);
    REQUIRE(std::count(x.begin(), x.end(), 2.5) == static_cast<std::ptrdiff_t>(size));
  }
}

TEST_CASE("what has a constructor is constructed") {
  struct Two {
    int one = 1, two = 2;
  };
  Unfilled<Two> x;
  x.resize(300000);
  int sum = 0;
  for (const Two& item : x) sum += item.one * item.two;
  CHECK(sum == 600000);
}

TEST_CASE("more than there can be is refused") {
  tte::detail::LeaveUnfilled<double> allocator;
  const std::size_t most = static_cast<std::size_t>(-1);
  CHECK_THROWS_AS(allocator.allocate(most), std::bad_alloc);
  CHECK_THROWS_AS(allocator.allocate(most / sizeof(double)), std::bad_alloc);
}
