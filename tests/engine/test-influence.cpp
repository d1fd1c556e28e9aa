#include <catch2/catch.hpp>
#include <tte/core/influence.hpp>

#include "naive.hpp"

TEST_CASE("the variance is the sum over units of squared influence, of few units and of many") {
  using Sums = tte::InfluenceSums<3>;
  for (const std::int32_t units : {1, 7, 64, 65, 300}) {
    naive::Dice dice(4);
    Sums sums(static_cast<std::size_t>(units));
    std::vector<Sums::Vector> coefficients(static_cast<std::size_t>(units), Sums::Vector{});
    for (int step = 0; step < 1000; ++step) {
      const auto unit = static_cast<std::size_t>(dice.below(units));
      const Sums::Vector change{dice.uniform() - 0.5, dice.uniform() - 0.5, dice.uniform() - 0.5};
      sums.update(unit, change);
      for (std::size_t a = 0; a < 3; ++a) coefficients[unit][a] += change[a];
      const Sums::Vector basis{1, dice.uniform(), dice.uniform()};
      double expected = 0;
      for (const auto& own : coefficients) {
        expected += std::pow(own[0] * basis[0] + own[1] * basis[1] + own[2] * basis[2], 2);
      }
      REQUIRE(sums.variance(basis) == Approx(expected).epsilon(1e-12));
    }
  }
}

TEST_CASE("a unit that stands for several counts that often") {
  for (const std::size_t units : {2, 100}) {
    tte::InfluenceSums<2> sums(units);
    sums.update(0, {1, 2}, 3);
    sums.update(0, {1, 0}, 3);
    sums.update(1, {0, 1});
    CHECK(sums.variance({1, 1}) == Approx(3 * 16 + 1));
    CHECK(sums.variance({1, 0}) == Approx(3 * 4));
  }
}

TEST_CASE("influence that is taken back leaves a variance of zero, never less") {
  for (const std::size_t units : {50, 500}) {
    naive::Dice dice(8);
    tte::InfluenceSums<2> sums(units);
    std::vector<tte::InfluenceSums<2>::Vector> changes(units);
    for (std::size_t unit = 0; unit < units; ++unit) {
      changes[unit] = {1e6 * dice.uniform(), dice.uniform()};
      sums.update(unit, changes[unit]);
    }
    for (std::size_t unit = 0; unit < units; ++unit)
      sums.update(unit, {-changes[unit][0], -changes[unit][1]});
    CHECK(sums.variance({1, -1e6}) >= 0);
    CHECK(sums.variance({1, 1}) < 1e-12);
  }
}

TEST_CASE("cleared sums are new") {
  for (const std::size_t units : {2, 100}) {
    tte::InfluenceSums<2> sums(units);
    sums.update(1, {3, 3});
    sums.clear();
    CHECK(sums.variance({1, 1}) == 0);
    sums.update(1, {1, 0});
    CHECK(sums.variance({1, 1}) == 1);
  }
}
