#include <catch2/catch.hpp>
#include <tte/simulation/piecewise.hpp>

using tte::time_of_integral;

TEST_CASE("the integral of a rate is turned round, from any start") {
  const std::vector<double> breaks{0, 10, 20, 40}, rates{1, 0, 0.5, 2};
  const tte::PiecewiseRate rate{breaks, rates};
  CHECK(time_of_integral(rate, 0, 4) == 4);
  CHECK(time_of_integral(rate, 3, 4) == 7);
  CHECK(time_of_integral(rate, 0, 10) == 10);
  CHECK(time_of_integral(rate, 0, 11) == 22);
  CHECK(time_of_integral(rate, 10, 1) == 22);
  CHECK(time_of_integral(rate, 15, 10) == 40);
  CHECK(time_of_integral(rate, 0, 24) == 42);
  CHECK(time_of_integral(rate, 50, 3) == 51.5);
  CHECK(time_of_integral(rate, 15, 0) == 20);
}

TEST_CASE("what is never reached is at infinity") {
  const double never = std::numeric_limits<double>::infinity();
  const std::vector<double> breaks{0, 10}, ends{1, 0}, goes_on{0, 1};
  CHECK(time_of_integral({breaks, ends}, 0, 11) == never);
  CHECK(time_of_integral({breaks, ends}, 12, 1) == never);
  CHECK(time_of_integral({breaks, goes_on}, 0, never) == never);
  CHECK(time_of_integral({breaks, goes_on}, 0, 1) == 11);
}
