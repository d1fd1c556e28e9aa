// Odds ratios over strata (clinical rules 4.2 and 4.3).
#include <catch2/catch.hpp>
#include <cmath>
#include <tte/response/odds_ratio.hpp>
#include <vector>

using tte::OddsRatio;
using tte::TwoArms;

namespace {

const double z95 = tte::two_sided_quantile(0.95);
const std::vector<TwoArms> published{{1, 15, 3, 5}, {3, 10, 4, 10}, {2, 25, 18, 35}};

}  // namespace

TEST_CASE("the published odds ratios") {
  const OddsRatio exact = tte::conditional_odds_ratio({{36, 154, 12, 77}}, 0.95, true);
  CHECK(exact.estimate == Approx(1.649).margin(5e-4));
  CHECK(exact.lower == Approx(0.773).margin(5e-4));
  CHECK(exact.upper == Approx(3.732).margin(5e-4));
  CHECK(exact.p_value == Approx(0.2282).margin(5e-5));
  const OddsRatio cmh = tte::mantel_haenszel_odds_ratio(published, z95);
  CHECK(cmh.estimate == Approx(0.1506).margin(5e-5));
  CHECK(cmh.lower == Approx(0.0533).margin(5e-5));
  CHECK(cmh.upper == Approx(0.4261).margin(5e-5));
  const OddsRatio strata = tte::conditional_odds_ratio(published, 0.95, true);
  CHECK(strata.estimate == Approx(0.1476).margin(5e-5));
  CHECK(strata.lower == Approx(0.0427).margin(5e-5));
  CHECK(strata.upper == Approx(0.4393).margin(5e-5));
  CHECK(strata.p_value == Approx(1.2e-4).margin(5e-6));
}

TEST_CASE("the conditional distribution of a small table by hand") {
  // 2 + 2 patients, 2 responders: 1, 4, 1 ways
  const auto count = tte::conditional_count({{1, 2, 1, 2}});
  REQUIRE(count.log_mass.size() == 3);
  CHECK(count.first == 0);
  CHECK(count.last() == 2);
  CHECK(std::exp(count.log_mass[1] - count.log_mass[0]) == Approx(4).epsilon(1e-14));
  const auto tails = tte::count_tails(count, std::log(2.0));  // 1, 8, 4 of 13
  CHECK(tails.at_most == Approx(9.0 / 13).epsilon(1e-14));
  CHECK(tails.at_least == Approx(12.0 / 13).epsilon(1e-14));
  CHECK(tails.equal == Approx(8.0 / 13).epsilon(1e-14));
  CHECK(tails.mean == Approx(16.0 / 13).epsilon(1e-14));
}

TEST_CASE("strata are put together by convolution") {
  // 1, 4, 1 twice: 1, 8, 18, 8, 1
  const auto count = tte::conditional_count({{1, 2, 1, 2}, {2, 2, 0, 2}});
  REQUIRE(count.log_mass.size() == 5);
  CHECK(count.seen == 3);
  CHECK(std::exp(count.log_mass[1] - count.log_mass[0]) == Approx(8).epsilon(1e-13));
  CHECK(std::exp(count.log_mass[2] - count.log_mass[0]) == Approx(18).epsilon(1e-13));
  CHECK(tte::conditional_odds_ratio({{1, 2, 1, 2}, {2, 2, 0, 2}}, 0.95, false).p_value ==
        Approx(2 * 9.0 / 36).epsilon(1e-13));
  CHECK(tte::conditional_odds_ratio({{1, 2, 1, 2}, {2, 2, 0, 2}}, 0.95, true).p_value ==
        Approx(18.0 / 36).epsilon(1e-13));
}

TEST_CASE("limits leave half the error in each tail, the estimate the mean that was seen") {
  const OddsRatio found = tte::conditional_odds_ratio(published, 0.9, false);
  const auto count = tte::conditional_count(published);
  CHECK(tte::count_tails(count, std::log(found.lower)).at_least == Approx(0.05).epsilon(1e-10));
  CHECK(tte::count_tails(count, std::log(found.upper)).at_most == Approx(0.05).epsilon(1e-10));
  CHECK(tte::count_tails(count, std::log(found.estimate)).mean == Approx(count.seen).epsilon(1e-10));
}

TEST_CASE("limits that do not exist are 0 and infinity") {
  const OddsRatio none = tte::conditional_odds_ratio({{0, 10, 4, 12}}, 0.95, false);
  CHECK((none.estimate == 0 && none.lower == 0 && std::isfinite(none.upper)));
  const OddsRatio all = tte::conditional_odds_ratio({{10, 10, 4, 12}}, 0.95, false);
  CHECK((std::isinf(all.estimate) && all.lower > 0 && std::isinf(all.upper)));
  const OddsRatio alike = tte::conditional_odds_ratio({{0, 10, 0, 12}}, 0.95, false);
  CHECK((std::isnan(alike.estimate) && alike.lower == 0 && std::isinf(alike.upper) && alike.p_value == 1));
  const OddsRatio fewest = tte::conditional_odds_ratio({{2, 4, 3, 3}}, 0.95, false);
  CHECK((fewest.estimate == 0 && fewest.lower == 0));
  CHECK(tte::conditional_odds_ratio({{1, 1, 0, 1}}, 0.95, false).lower == Approx(1.0 / 39).epsilon(1e-10));
  const OddsRatio wald = tte::mantel_haenszel_odds_ratio({{0, 10, 4, 12}}, z95);
  CHECK((wald.estimate == 0 && wald.lower == 0 && std::isinf(wald.upper) && std::isnan(wald.p_value)));
  CHECK(std::isinf(tte::mantel_haenszel_odds_ratio({{10, 10, 4, 12}}, z95).estimate));
  CHECK(std::isnan(tte::mantel_haenszel_odds_ratio({{0, 10, 0, 12}}, z95).estimate));
}

TEST_CASE("one table has the sample's odds ratio with Woolf's error") {
  const OddsRatio found = tte::mantel_haenszel_odds_ratio({{36, 154, 12, 77}}, z95);
  CHECK(found.estimate == Approx(36.0 * 65 / (118 * 12)).epsilon(1e-13));
  CHECK(found.std_error == Approx(std::sqrt(1.0 / 36 + 1.0 / 118 + 1.0 / 12 + 1.0 / 65)).epsilon(1e-13));
}

TEST_CASE("Robins, Breslow and Greenland's variance by hand") {
  // (1, 1; 1, 1) twice over: P = Q = 1/2, R = S = 1/4 each; 2 * .125 / (2 * .25) + .5 / (2 * .25) + the first
  const OddsRatio found = tte::mantel_haenszel_odds_ratio({{1, 2, 1, 2}, {1, 2, 1, 2}}, z95);
  CHECK(found.estimate == 1);
  CHECK(found.std_error == Approx(std::sqrt(0.5 + 1 + 0.5)).epsilon(1e-13));
  CHECK(found.p_value == Approx(1));
}

TEST_CASE("big strata overflow nothing") {
  const std::vector<TwoArms> big(20, TwoArms{1200, 2500, 1000, 2500});
  const OddsRatio found = tte::conditional_odds_ratio(big, 0.95, false),
                  near = tte::mantel_haenszel_odds_ratio(big, z95);
  CHECK(found.estimate == Approx(near.estimate).epsilon(1e-3));
  CHECK(found.lower == Approx(near.lower).epsilon(3e-3));
  CHECK(found.upper == Approx(near.upper).epsilon(3e-3));
}
