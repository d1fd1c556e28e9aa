// The unconditional exact difference (clinical rule 4.2).
#include <catch2/catch.hpp>
#include <cmath>
#include <tte/response/two_proportions_exact.hpp>

using tte::Interval;
using tte::TwoArms;

namespace {

double slow_tail(const TwoArms& a, double p1, double p2) {
  double sum = 0;
  for (int x1 = 0; x1 <= a.n1; ++x1) {
    for (int x2 = 0; x2 <= a.n2; ++x2) {
      if (x1 * a.n2 - x2 * a.n1 < a.x1 * a.n2 - a.x2 * a.n1) continue;
      sum += tte::binomial_mass(x1, a.n1, p1) * tte::binomial_mass(x2, a.n2, p2);
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("the published limits of 40 of 78 v 5 of 17") {
  const Interval limits = tte::exact_difference({40, 78, 5, 17}, 0.95);
  CHECK(limits.lower == Approx(-0.0466).margin(5e-5));
  CHECK(limits.upper == Approx(0.4676).margin(5e-5));
}

TEST_CASE("the tail of a difference is the sum over all tables at least as far") {
  for (const TwoArms& a :
       {TwoArms{3, 7, 1, 5}, TwoArms{0, 4, 3, 3}, TwoArms{5, 6, 5, 6}, TwoArms{2, 2, 0, 9}}) {
    const tte::detail::DifferenceTail tail(a);
    for (double p1 : {0.0, 0.2, 0.77, 1.0}) {
      for (double p2 : {0.0, 0.5, 0.9, 1.0}) {
        CHECK(tail(p1, p2) == Approx(slow_tail(a, p1, p2)).epsilon(1e-12).margin(1e-15));
      }
    }
  }
}

TEST_CASE("at a limit the largest tail is half the error, by a fine grid") {
  for (const TwoArms& a : {TwoArms{3, 7, 1, 5}, TwoArms{6, 9, 8, 20}, TwoArms{0, 6, 2, 8}}) {
    const double limit = tte::exact_difference(a, 0.9).lower;
    double most = 0;
    const double low = std::max(0.0, -limit), high = std::min(1.0, 1 - limit);
    for (int step = 0; step <= 4000; ++step) {
      const double p2 = low + (high - low) * step / 4000;
      most = std::max(most, slow_tail(a, std::min(1.0, p2 + limit), p2));
    }
    CHECK(most == Approx(0.05).epsilon(1e-4));
    CHECK(most <= 0.05 + 1e-9);
  }
}

TEST_CASE("exchanged arms have the opposite limits, certain differences their end") {
  const Interval one = tte::exact_difference({3, 7, 1, 5}, 0.95),
                 two = tte::exact_difference({1, 5, 3, 7}, 0.95);
  CHECK(one.lower == Approx(-two.upper).epsilon(1e-12));
  CHECK(one.upper == Approx(-two.lower).epsilon(1e-12));
  CHECK(tte::exact_difference({4, 4, 0, 3}, 0.95).upper == 1);
  CHECK(tte::exact_difference({0, 4, 3, 3}, 0.95).lower == -1);
  const Interval none = tte::exact_difference({0, 10, 0, 10}, 0.95);
  CHECK(none.lower == Approx(-none.upper).epsilon(1e-12));
}

TEST_CASE("p is twice the lighter tail, and agrees with the limits") {
  const TwoArms a{9, 12, 2, 10};
  const double p = tte::exact_difference_p(a);
  CHECK(tte::exact_difference(a, 1 - p * 1.001).lower > 0);
  CHECK(tte::exact_difference(a, 1 - p * 0.999).lower < 0);
  CHECK(tte::exact_difference_p({5, 10, 5, 10}) == 1);
  CHECK_THROWS_AS(tte::exact_difference({5, 4, 5, 10}, 0.95), std::invalid_argument);
  CHECK_THROWS_AS(tte::exact_difference({1, 4, 5, 10}, 0), std::invalid_argument);
}
