// Differences and ratios of two proportions (clinical rule 4.2).
#include <catch2/catch.hpp>
#include <cmath>
#include <tte/response/two_proportions.hpp>
#include <vector>

using tte::Interval;
using tte::ScoreVariance;
using tte::TwoArms;

namespace {

const double z95 = tte::two_sided_quantile(0.95);
const auto MN = ScoreVariance::miettinen_nurminen, Mee = ScoreVariance::mee;

void same(const Interval& found, double lower, double upper, double margin = 5e-5) {
  CHECK(found.lower == Approx(lower).margin(margin));
  CHECK(found.upper == Approx(upper).margin(margin));
}

double log_likelihood(const TwoArms& a, double p1, double p2) {
  const auto part = [](double count, double p) { return count > 0 ? count * std::log(p) : 0; };
  return part(a.x1, p1) + part(a.n1 - a.x1, 1 - p1) + part(a.x2, p2) + part(a.n2 - a.x2, 1 - p2);
}

std::vector<TwoArms> grid() {
  std::vector<TwoArms> out;
  for (double n1 : {1.0, 3.0, 20.0}) {
    for (double n2 : {1.0, 4.0, 11.0}) {
      for (double x1 : {0.0, 1.0, n1}) {
        for (double x2 : {0.0, 1.0, n2}) out.push_back({x1, n1, x2, n2});
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("limits of the published differences") {
  same(tte::newcombe_difference({56, 70, 48, 80}, z95), 0.0524, 0.3339);
  same(tte::score_difference({56, 70, 48, 80}, z95, MN), 0.0528, 0.3382);
  same(tte::score_difference({56, 70, 48, 80}, z95, Mee), 0.0533, 0.3377);
  same(tte::newcombe_difference({5, 56, 0, 29}, z95), -0.0381, 0.1926);
  same(tte::score_difference({5, 56, 0, 29}, z95, MN), -0.0326, 0.1933);
  same(tte::score_difference({5, 56, 0, 29}, z95, Mee), -0.0313, 0.1926);
  same(tte::newcombe_difference({36, 154, 12, 77}, z95), -0.0361, 0.1751);
  same(tte::score_difference({36, 154, 12, 77}, z95, MN), -0.0361, 0.1775);
  same(tte::score_difference({36, 154, 12, 77}, z95, Mee), -0.0358, 0.1773);
}

TEST_CASE("a difference of 0 restricts both arms to their pooled proportion") {
  CHECK(tte::restricted_proportion({56, 70, 48, 80}, 0) == Approx(104.0 / 150).epsilon(1e-14));
  CHECK(tte::restricted_proportion({0, 5, 0, 9}, 0) == 0);
  CHECK(tte::restricted_proportion({5, 5, 9, 9}, 0) == 1);
  CHECK(tte::restricted_proportion({3, 10, 2, 10}, 0.1) == Approx(0.2).epsilon(1e-12));
}

TEST_CASE("no neighbour of the restricted proportion is more likely") {
  for (const TwoArms& a : grid()) {
    for (double delta : {-0.9, -0.3, -1e-6, 0.0, 0.25, 0.7}) {
      const double p = tte::restricted_proportion(a, delta);
      const double low = std::max(0.0, -delta), high = std::min(1.0, 1 - delta);
      CHECK((p >= low && p <= high));
      const double inside = std::min(high - 1e-13, std::max(low + 1e-13, p));
      const double best = log_likelihood(a, inside + delta, inside);
      for (double step : {-1e-3, -1e-5, 1e-5, 1e-3}) {
        const double other = inside + step;
        if (other <= low || other >= high) continue;
        CHECK(log_likelihood(a, other + delta, other) <= best + 1e-9);
      }
    }
  }
}

TEST_CASE("score limits are where the score statistic is z") {
  for (const TwoArms& a : grid()) {
    for (const ScoreVariance kind : {MN, Mee}) {
      const Interval limits = tte::score_difference(a, z95, kind);
      CHECK((limits.lower >= -1 && limits.lower <= a.difference()));
      CHECK((limits.upper <= 1 && limits.upper >= a.difference()));
      if (limits.lower > -0.999999)
        CHECK(tte::difference_z(a, limits.lower, kind) == Approx(z95).epsilon(1e-8));
      if (limits.upper < 0.999999)
        CHECK(tte::difference_z(a, limits.upper, kind) == Approx(-z95).epsilon(1e-8));
    }
  }
}

TEST_CASE("the score test of no difference is the chi-squared test, by hand") {
  // 3 of 10 v 1 of 10: pooled 0.2, variance 0.2 * 0.8 * 0.2 = 0.032
  CHECK(tte::difference_z({3, 10, 1, 10}, 0, Mee) == Approx(0.2 / std::sqrt(0.032)).epsilon(1e-13));
  CHECK(tte::difference_z({3, 10, 1, 10}, 0, MN) == Approx(0.2 / std::sqrt(0.032 * 20 / 19)).epsilon(1e-13));
  CHECK(tte::difference_z({0, 10, 0, 10}, 0, MN) == 0);
}

TEST_CASE("exchanged arms have the opposite limits, and inverse ratios") {
  for (const TwoArms& a : grid()) {
    const TwoArms b{a.x2, a.n2, a.x1, a.n1};
    for (const ScoreVariance kind : {MN, Mee}) {
      const Interval one = tte::score_difference(a, z95, kind), two = tte::score_difference(b, z95, kind);
      CHECK(one.lower == Approx(-two.upper).epsilon(1e-8).margin(1e-10));
      const Interval ratio = tte::score_ratio(a, z95, kind), inverse = tte::score_ratio(b, z95, kind);
      if (a.x1 > 0 && a.x2 > 0) CHECK(ratio.lower * inverse.upper == Approx(1).epsilon(1e-8));
    }
    const Interval one = tte::newcombe_difference(a, z95), two = tte::newcombe_difference(b, z95);
    CHECK(one.lower == Approx(-two.upper).epsilon(1e-12).margin(1e-14));
  }
}

TEST_CASE("the z that belongs to limits puts one of them at 0") {
  for (const TwoArms& a : grid()) {
    const auto limits = [&](double z) { return tte::newcombe_difference(a, z); };
    const double z = tte::z_of_limits(limits, a.difference());
    if (a.difference() == 0) {
      CHECK(z == 0);
      continue;
    }
    CHECK(z * a.difference() > 0);
    const Interval at = limits(std::abs(z));
    CHECK((z > 0 ? at.lower : at.upper) == Approx(0).margin(1e-9));
  }
}

TEST_CASE("ratios: Koopman's example, and the ends") {
  same(tte::score_ratio({36, 40, 16, 80}, z95, Mee), 2.94, 7.15, 5e-3);
  CHECK(tte::score_ratio({0, 10, 3, 10}, z95, MN).lower == 0);
  CHECK(std::isinf(tte::score_ratio({3, 10, 0, 10}, z95, MN).upper));
  for (const TwoArms& a : grid()) {
    const Interval limits = tte::score_ratio(a, z95, MN);
    if (a.x1 > 0) CHECK(tte::ratio_z(a, limits.lower, MN) == Approx(z95).epsilon(1e-8));
    if (a.x2 > 0) CHECK(tte::ratio_z(a, limits.upper, MN) == Approx(-z95).epsilon(1e-8));
  }
}

TEST_CASE("impossible counts are refused") {
  CHECK_THROWS_AS(tte::score_difference({3, 2, 0, 1}, z95, MN), std::invalid_argument);
  CHECK_THROWS_AS(tte::newcombe_difference({1, 2, 0, 0}, z95), std::invalid_argument);
  CHECK_THROWS_AS(tte::score_ratio({1, 2, -1, 4}, z95, MN), std::invalid_argument);
}
