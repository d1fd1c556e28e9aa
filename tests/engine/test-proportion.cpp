// Limits of one proportion (clinical rule 4.1) and the tails they are found with.
#include <catch2/catch.hpp>
#include <cmath>
#include <tte/response/proportion.hpp>
#include <vector>

using tte::Interval;
using tte::ProportionMethod;

namespace {

const std::vector<ProportionMethod> every_method{
    ProportionMethod::clopper_pearson, ProportionMethod::wilson, ProportionMethod::agresti_coull,
    ProportionMethod::jeffreys,        ProportionMethod::mid_p,  ProportionMethod::blaker};

void same(const Interval& found, double lower, double upper, double margin = 5e-6) {
  CHECK(found.lower == Approx(lower).margin(margin));
  CHECK(found.upper == Approx(upper).margin(margin));
}

double slow_sum(int from, int to, int n, double p) {
  double sum = 0;
  for (int k = from; k <= to; ++k) sum += tte::binomial_mass(k, n, p);
  return sum;
}

}  // namespace

TEST_CASE("binomial masses are those worked by hand, and add up to 1") {
  CHECK(tte::binomial_mass(2, 4, 0.5) == Approx(6.0 / 16).epsilon(1e-14));
  CHECK(tte::binomial_mass(0, 3, 0.2) == Approx(0.512).epsilon(1e-14));
  CHECK(tte::binomial_mass(3, 3, 0) == 0);
  CHECK(tte::binomial_mass(0, 3, 0) == 1);
  CHECK(tte::binomial_mass(3, 3, 1) == 1);
  CHECK(tte::binomial_mass(4, 3, 0.5) == 0);
  CHECK(tte::binomial_mass(-1, 3, 0.5) == 0);
  CHECK(slow_sum(0, 50, 50, 0.3) == Approx(1).epsilon(1e-12));
}

TEST_CASE("a binomial tail is the sum of its masses, from either side of the mean") {
  for (const double p : {0.001, 0.2, 0.5, 0.97}) {
    for (int n : {1, 2, 7, 40}) {
      for (int x = -1; x <= n + 1; ++x) {
        CHECK(tte::binomial_at_least(x, n, p) == Approx(slow_sum(x, n, n, p)).epsilon(1e-10).margin(1e-14));
        CHECK(tte::binomial_at_most(x, n, p) == Approx(slow_sum(0, x, n, p)).epsilon(1e-10).margin(1e-14));
      }
    }
  }
  CHECK(tte::binomial_at_least(2, 5, 0) == 0);
  CHECK(tte::binomial_at_least(2, 5, 1) == 1);
  CHECK(tte::binomial_at_least(50, 100, 1e-3) == Approx(9.6e-122).epsilon(0.02));
}

TEST_CASE("a crossing is found to the last bit, whichever way the function goes") {
  const auto falling = [](double x) { return 2 - x * x; };
  const auto rising = [](double x) { return x * x - 2; };
  CHECK(tte::detail::crossing(falling, 0, 2, true) == Approx(std::sqrt(2.0)).epsilon(1e-15));
  CHECK(tte::detail::crossing(rising, 0, 2, false) == Approx(std::sqrt(2.0)).epsilon(1e-15));
  CHECK(tte::detail::crossing([](double x) { return x - 1e-12; }, 0, 1, false) ==
        Approx(1e-12).epsilon(1e-12));
  CHECK(tte::detail::crossing(falling, 2, 0, false) == Approx(std::sqrt(2.0)).epsilon(1e-15));
}

TEST_CASE("limits of 36 of 154 are those of the table") {
  const auto limits = [](ProportionMethod method) { return tte::proportion_interval(36, 154, method, 0.95); };
  same(limits(ProportionMethod::clopper_pearson), 0.16942, 0.30865);
  same(limits(ProportionMethod::wilson), 0.17390, 0.30659);
  same(limits(ProportionMethod::agresti_coull), 0.17360, 0.30690);
  same(limits(ProportionMethod::jeffreys), 0.17228, 0.30515);
  same(limits(ProportionMethod::mid_p), 0.17200, 0.30546);
  same(limits(ProportionMethod::blaker), 0.17010, 0.30731);
}

TEST_CASE("Blaker's limits of the table") {
  same(tte::blaker(15, 148, 0.95), 0.0580, 0.1601, 5e-5);
  same(tte::blaker(0, 20, 0.95), 0, 0.1601, 5e-5);
  same(tte::blaker(1, 29, 0.95), 0.0018, 0.1660, 5e-5);
  same(tte::blaker(81, 263, 0.95), 0.2539, 0.3665, 5e-5);
}

TEST_CASE("a count and its complement have mirrored limits, with exact ends") {
  for (const ProportionMethod method : every_method) {
    for (int n : {1, 2, 9, 30}) {
      for (int x = 0; x <= n; ++x) {
        const Interval one = tte::proportion_interval(x, n, method, 0.9),
                       other = tte::proportion_interval(n - x, n, method, 0.9);
        CHECK(one.lower == Approx(1 - other.upper).epsilon(1e-11).margin(1e-13));
        CHECK((one.lower <= x / double(n) && x / double(n) <= one.upper));
      }
      CHECK(tte::proportion_interval(0, n, method, 0.9).lower == 0);
      CHECK(tte::proportion_interval(n, n, method, 0.9).upper == 1);
    }
  }
}

TEST_CASE("mid-P of nobody and of everybody is in closed form") {
  CHECK(tte::mid_p(0, 8, 0.95).upper == Approx(1 - std::pow(0.05, 1.0 / 8)).epsilon(1e-13));
  CHECK(tte::mid_p(8, 8, 0.95).lower == Approx(std::pow(0.05, 1.0 / 8)).epsilon(1e-13));
}

TEST_CASE("Blaker's lower limit is a crossing or a jump, never below Clopper and Pearson's") {
  for (int n = 1; n <= 30; ++n) {
    for (int x = 1; x <= n; ++x) {
      const double limit = tte::blaker(x, n, 0.95).lower, exact = tte::clopper_pearson(x, n, 0.95).lower;
      CHECK(limit >= exact - 1e-14);
      CHECK(2 * tte::binomial_at_least(x, n, limit) >= 0.05 - 1e-9);
    }
  }
}

TEST_CASE("an impossible proportion or level is refused by every method") {
  for (const ProportionMethod method : every_method) {
    CHECK_THROWS_AS(tte::proportion_interval(1, 0, method, 0.95), std::invalid_argument);
    CHECK_THROWS_AS(tte::proportion_interval(3, 2, method, 0.95), std::invalid_argument);
    CHECK_THROWS_AS(tte::proportion_interval(0.5, 2, method, 0.95), std::invalid_argument);
    CHECK_THROWS_AS(tte::proportion_interval(1, 2, method, 1), std::invalid_argument);
  }
}
