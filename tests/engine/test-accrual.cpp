#include <catch2/catch.hpp>
#include <tte/simulation/accrual.hpp>

using tte::Purpose;

namespace {

const std::vector<double> breaks{0, 100, 150}, rates{0.2, 0, 1};

std::vector<double> entries(std::size_t n, std::int32_t replicate = 0, std::uint64_t seed = 8) {
  return tte::accrual({{seed}, 1}, {breaks, rates}, n, replicate);
}

}  // namespace

TEST_CASE("entries come in order, and more of them change none") {
  const std::vector<double> many = entries(2000), few = entries(50);
  CHECK(many[0] > 0);
  CHECK(std::is_sorted(many.begin(), many.end()));
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(entries(50, 1)[0] != few[0]);
  CHECK(entries(50, 0, 9)[0] != few[0]);
  CHECK(entries(0).empty());
}

TEST_CASE("counts are those of a Poisson process with these rates") {
  const int replicates = 4000;
  double early = 0, squares = 0, pause = 0, late = 0;
  for (int r = 0; r < replicates; ++r) {
    const std::vector<double> days = entries(120, r);
    const auto between = [&](double a, double b) {
      return static_cast<double>(
          std::count_if(days.begin(), days.end(), [&](double d) { return d > a && d <= b; }));
    };
    early += between(0, 100) / replicates;
    squares += std::pow(between(0, 100) - 20, 2) / replicates;
    pause += between(100, 150);
    late += between(150, 180) / replicates;
  }
  CHECK(early == Approx(20).margin(5 * std::sqrt(20.0 / replicates)));
  CHECK(squares == Approx(20).epsilon(0.12));
  CHECK(pause == 0);
  CHECK(late == Approx(30).margin(5 * std::sqrt(30.0 / replicates)));
}

TEST_CASE("a rate that ends at zero, or is none, is refused") {
  const std::vector<double> zero{0}, one{1}, two{0, 10}, ends{1, 0}, negative{-1}, from_five{5};
  CHECK_THROWS_AS(tte::accrual({{1}, 1}, {zero, zero}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(tte::accrual({{1}, 1}, {two, ends}, 1), tte::InvalidInput);
  CHECK_NOTHROW(tte::accrual({{1}, 1}, {two, ends}, 0));
  CHECK_THROWS_AS(tte::accrual({{1}, 1}, {zero, negative}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(tte::accrual({{1}, 1}, {from_five, one}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(tte::accrual({{1}, 0}, {zero, one}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(tte::accrual({{1}, 1}, {zero, one}, 1, -1), tte::InvalidInput);
}
