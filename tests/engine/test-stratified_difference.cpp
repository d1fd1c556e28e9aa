// Differences over strata (clinical rule 4.3).
#include <catch2/catch.hpp>
#include <cmath>
#include <tte/response/stratified_difference.hpp>
#include <vector>

using tte::DifferenceMethod;
using tte::ScoreVariance;
using tte::StratumWeight;
using tte::TwoArms;

namespace {

const double z95 = tte::two_sided_quantile(0.95);
const auto MN = ScoreVariance::miettinen_nurminen;
const auto MH = StratumWeight::mantel_haenszel, inverse = StratumWeight::inverse_variance;
const std::vector<TwoArms> published{{1, 15, 3, 5}, {3, 10, 4, 10}, {2, 25, 18, 35}};
const std::vector<TwoArms> with_nobody{{1, 15, 3, 5}, {0, 10, 0, 10}, {2, 25, 18, 35}};

}  // namespace

TEST_CASE("the published strata") {
  CHECK(tte::stratified_estimate(published, MH, MN) == Approx(-0.37857).margin(5e-6));
  const tte::Interval cmh = tte::stratified_score(published, z95, MH, MN);
  CHECK(cmh.lower == Approx(-0.5381).margin(5e-5));
  CHECK(cmh.upper == Approx(-0.1963).margin(5e-5));
  CHECK(tte::stratified_estimate(published, inverse, MN) == Approx(-0.38758).margin(5e-6));
  const tte::Interval inv = tte::stratified_score(published, z95, inverse, MN);
  CHECK(inv.lower == Approx(-0.54247).margin(5e-6));
  CHECK(inv.upper == Approx(-0.20725).margin(5e-6));
  CHECK(tte::sato_difference(published).std_error == Approx(0.08828).margin(5e-6));
  CHECK(std::pow(tte::stratified_z(published, 0, MH, MN), 2) == Approx(15.226).margin(5e-4));
}

TEST_CASE("limits are where the statistic is z, for both weights") {
  for (const StratumWeight weight : {MH, inverse}) {
    const tte::Interval limits = tte::stratified_score(published, z95, weight, MN);
    CHECK(tte::stratified_z(published, limits.lower, weight, MN) == Approx(z95).epsilon(1e-9));
    CHECK(tte::stratified_z(published, limits.upper, weight, MN) == Approx(-z95).epsilon(1e-9));
    const double estimate = tte::stratified_estimate(published, weight, MN);
    CHECK(tte::stratified_z(published, estimate, weight, MN) == Approx(0).margin(1e-8));
  }
}

TEST_CASE("one stratum is none") {
  const TwoArms arms{7, 19, 3, 22};
  for (const StratumWeight weight : {MH, inverse}) {
    const tte::Interval one = tte::stratified_score({arms}, z95, weight, MN),
                        plain = tte::score_difference(arms, z95, MN);
    CHECK(one.lower == Approx(plain.lower).epsilon(1e-10));
    CHECK(one.upper == Approx(plain.upper).epsilon(1e-10));
  }
  const tte::Interval one = tte::stratified_newcombe({arms}, z95),
                      plain = tte::newcombe_difference(arms, z95);
  CHECK(one.lower == Approx(plain.lower).epsilon(1e-12));
  CHECK(one.upper == Approx(plain.upper).epsilon(1e-12));
}

TEST_CASE("Sato's variance by hand") {
  // one stratum 1 of 2 v 0 of 2: w = 1, d = 0.5, P = [4*0 - 4*1 + 0] / 16 = -0.25, Q = [1*2 + 0] / 8 = 0.25
  const tte::Difference found = tte::sato_difference({{1, 2, 0, 2}});
  CHECK(found.estimate == 0.5);
  CHECK(found.std_error == Approx(std::sqrt(0.125)).epsilon(1e-14));
  // arms of different size: n1 = 1, n2 = 3, x1 = 1, x2 = 1: w = 3/4, d = 2/3, P = [1 - 9 + 3] / 16, Q = [2 +
  // 0] / 8
  const tte::Difference other = tte::sato_difference({{1, 1, 1, 3}});
  CHECK(other.std_error == Approx(std::sqrt(2.0 / 3 * -5 / 16 + 0.25) / 0.75).epsilon(1e-14));
}

TEST_CASE("Mantel and Haenszel's difference by hand") {
  // weights 2 * 2 / 4 = 1 and 1 * 3 / 4: (1 * 0.5 + 0.75 * 2 / 3) / 1.75
  CHECK(tte::mantel_haenszel_difference({{1, 2, 0, 2}, {1, 1, 1, 3}}) == Approx(1 / 1.75).epsilon(1e-14));
}

TEST_CASE("a stratum without an arm is no stratum") {
  const std::vector<double> x1{1, 3, 2, 0, 4}, n1{15, 10, 25, 0, 6}, x2{3, 4, 18, 2, 0}, n2{5, 10, 35, 9, 0};
  const auto strata = tte::comparable_strata(x1, n1, x2, n2);
  REQUIRE(strata.size() == 3);
  CHECK(strata[2].n2 == 35);
  const std::vector<double> short_one{1};
  CHECK_THROWS_AS(tte::comparable_strata(x1, short_one, x2, n2), std::invalid_argument);
  const std::vector<double> few{0, 0, 0, 0, 0};
  CHECK(tte::comparable_strata(few, few, few, few).empty());
  CHECK_THROWS_AS(
      tte::comparable_strata(x1, few, x2, few).size() + tte::comparable_strata(n1, x1, x2, n2).size(),
      std::invalid_argument);
}

TEST_CASE("nothing to compare gives no number") {
  const auto none = tte::compare_proportions({}, DifferenceMethod::mee, MH, 0.95);
  CHECK((std::isnan(none.estimate) && std::isnan(none.lower) && std::isnan(none.z)));
}

TEST_CASE("a stratum in which nobody responded bounds nothing away from 0 under inverse weights") {
  CHECK(tte::stratified_z(with_nobody, 0, inverse, MN) == 0);
  const tte::Interval limits = tte::stratified_score(with_nobody, z95, inverse, MN);
  CHECK(limits.upper > 0);
  CHECK(limits.lower < tte::stratified_estimate(with_nobody, inverse, MN));
  CHECK(std::abs(tte::stratified_z(with_nobody, limits.upper, inverse, MN)) == Approx(z95).epsilon(1e-8));
  CHECK(tte::stratified_z(with_nobody, 0, MH, MN) < -3);
  const std::vector<TwoArms> nobody{{0, 10, 0, 10}, {0, 4, 0, 3}};
  for (const StratumWeight weight : {MH, inverse}) {
    CHECK(tte::stratified_estimate(nobody, weight, MN) == 0);
    const tte::Interval both = tte::stratified_score(nobody, z95, weight, MN);
    CHECK((both.lower < -0.1 && both.upper > 0.1));
  }
}

TEST_CASE("Newcombe's limits over strata stay finite where nobody responded") {
  const tte::Interval limits = tte::stratified_newcombe({{0, 10, 0, 10}, {0, 4, 0, 3}}, z95);
  CHECK((limits.lower < 0 && limits.upper > 0));
  const tte::Interval close = tte::stratified_newcombe({{1, 1000000, 1, 1000000}}, z95);
  CHECK(close.upper == Approx(-close.lower).epsilon(1e-12));
}

TEST_CASE("Wilson's limits over strata: equal strata are one of their joint size") {
  const tte::Interval two = tte::detail::stratified_wilson({0.5, 0.5}, {0.3, 0.3}, {20, 20}, z95),
                      one = tte::detail::wilson_at(0.3, 40, z95);
  CHECK(two.lower == Approx(one.lower).epsilon(1e-12));
  CHECK(two.upper == Approx(one.upper).epsilon(1e-12));
  const tte::Interval none = tte::detail::stratified_wilson({0.5, 0.5}, {0, 0}, {20, 20}, z95);
  CHECK(none.upper == Approx(tte::detail::wilson_at(0, 40, z95).upper).epsilon(1e-12));
}

TEST_CASE("every method gives its own limits and a z of the estimate's sign") {
  for (const DifferenceMethod method : {DifferenceMethod::miettinen_nurminen, DifferenceMethod::mee,
                                        DifferenceMethod::newcombe, DifferenceMethod::sato}) {
    const auto found = tte::compare_proportions(published, method, MH, 0.95);
    CHECK((found.lower < found.estimate && found.estimate < found.upper));
    CHECK(found.z < -3);
    CHECK(found.std_error == Approx(0.088).margin(0.004));
  }
}
