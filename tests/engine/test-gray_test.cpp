#include <catch2/catch.hpp>
#include <tte/competing/gray_test.hpp>

#include "naive.hpp"

using naive::Data;
using tte::LogRank;
using tte::TimeToEvent;

namespace {

LogRank test_of(const Data& d, const std::vector<std::int32_t>& arm, std::size_t arms, std::int32_t cause = 1,
                double rho = 0) {
  const TimeToEvent data(d.columns());
  return tte::gray_test(data, data.arrange(tte::Span<std::int32_t>(arm)), arms, cause, rho).incidence;
}

std::vector<std::int32_t> arms_of(const Data& d, std::int32_t arms) {
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < d.rows(); ++i) out.push_back(static_cast<std::int32_t>(i * 7 % 11) % arms);
  return out;
}

}  // namespace

TEST_CASE("six persons by hand") {
  // A: cause 1 at 1, cause 2 at 2, censored at 4. B: cause 1 at 3, censored at 5 and 6.
  const Data d{{}, {1, 2, 3, 4, 5, 6}, {1, 2, 1, 0, 0, 0}};
  const std::vector<std::int32_t> arm{0, 0, 1, 0, 1, 1};
  const LogRank test = test_of(d, arm, 2);
  CHECK(test.expected(0, 0) == Approx(1.0 / 2 + 2.0 / 5).epsilon(1e-14));
  CHECK(test.expected(1, 0) == Approx(1.0 / 2 + 3.0 / 5).epsilon(1e-14));
  CHECK((test.observed(0, 0) == 1 && test.observed(1, 0) == 1));
  CHECK((test.z > 0 && test.df == 1));
  // weighted, the second case counts 1 less the pooled incidence, 1/6
  const LogRank weighted = test_of(d, arm, 2, 1, 1);
  CHECK(weighted.observed(1, 0) == Approx(5.0 / 6).epsilon(1e-14));
  CHECK(weighted.expected(0, 0) == Approx(1.0 / 2 + 5.0 / 6 * 2 / 5).epsilon(1e-14));
}

TEST_CASE("the variance of two small groups: cmprsk's crstm() on the same data") {
  const Data d{{}, {1, 2, 3, 4, 5, 6}, {1, 2, 1, 0, 0, 0}};
  const LogRank test = test_of(d, {0, 0, 1, 0, 1, 1}, 2);
  CHECK(test.variance(0, 0) == Approx(0.5587847222222222).epsilon(1e-14));
  CHECK(test.variance(0, 0) == Approx(-test.variance(0, 1)));
  CHECK(test.variance(0, 0) == Approx(test.variance(1, 1)));
}

TEST_CASE("without competing events observed and expected are the log-rank test's") {
  for (const std::size_t distinct : {0, 9}) {
    naive::Shape shape{150, distinct, 1, 3};
    shape.freq = true;
    const Data d = naive::random_data(shape, 6);
    const TimeToEvent data(d.columns());
    const std::vector<std::int32_t> arm = arms_of(d, 3);
    const LogRank peer = tte::log_rank(data, data.arrange(tte::Span<std::int32_t>(arm)), 3);
    const LogRank test = test_of(d, arm, 3);
    CHECK(arma::abs(test.expected - peer.expected).max() < 1e-10);
    CHECK(arma::abs(test.observed - peer.observed).max() < 1e-10);
  }
}

TEST_CASE("scores and variance add up to 0 over the groups; strata add up; freq is rows written out") {
  naive::Shape shape{200, 15, 3, 4};
  shape.freq = true;
  const Data d = naive::random_data(shape, 8), copies = naive::written_out(d);
  const std::vector<std::int32_t> arm = arms_of(d, 4);
  std::vector<std::int32_t> arm_of_copies;
  for (std::size_t i = 0; i < d.rows(); ++i)
    arm_of_copies.insert(arm_of_copies.end(), static_cast<std::size_t>(d.freq[i]), arm[i]);
  for (const double rho : {0.0, 1.0, -0.5}) {
    const LogRank test = test_of(d, arm, 4, 2, rho), written = test_of(copies, arm_of_copies, 4, 2, rho);
    CHECK(test.df == 3);
    CHECK(std::fabs(arma::accu(test.observed - test.expected)) < 1e-10);
    CHECK(arma::abs(arma::sum(test.variance, 1)).max() < 1e-9);
    CHECK(naive::gap(test.statistic, written.statistic) < 1e-10);
    arma::mat sum(4, 4, arma::fill::zeros);
    for (std::int32_t s = 1; s <= 4; ++s) {
      Data one = d;
      for (std::size_t i = 0; i < one.rows(); ++i) one.freq[i] = d.stratum[i] == s ? d.freq[i] : 0;
      sum += test_of(one, arm, 4, 2, rho).variance;
    }
    CHECK(arma::abs(sum - test.variance).max() < 1e-9);
  }
}

TEST_CASE("the test of the hazards is the log-rank test with other causes censored") {
  naive::Shape shape{120, 11, 3, 2};
  shape.freq = true;
  const Data d = naive::random_data(shape, 5);
  Data alone = d;
  for (std::int32_t& cause : alone.cause) cause = cause == 2;
  const std::vector<std::int32_t> arm = arms_of(d, 3);
  const TimeToEvent data(d.columns()), one(alone.columns());
  const tte::Span<std::int32_t> groups(arm);
  const LogRank mine = tte::gray_test(data, data.arrange(groups), 3, 2, 0).hazard,
                peer = tte::log_rank(one, one.arrange(groups), 3);
  CHECK(arma::abs(mine.expected - peer.expected).max() < 1e-10);
  CHECK(arma::abs(mine.variance - peer.variance).max() < 1e-10);
  CHECK(naive::gap(mine.statistic, peer.statistic) < 1e-10);
}

TEST_CASE("wrong arguments are refused") {
  const Data d{{}, {1, 2, 3}, {1, 2, 1}};
  CHECK_THROWS_AS(test_of(d, {0, 1, 2}, 2), tte::InvalidInput);
  CHECK_THROWS_AS(test_of(d, {0, 1, 1}, 2, 0), tte::InvalidInput);
  CHECK_THROWS_AS(test_of(d, {0, 1, 1}, 2, 1, std::nan("")), tte::InvalidInput);
  Data weighted = d;
  weighted.weight = {1, 2, 1};
  CHECK_THROWS_AS(test_of(weighted, {0, 1, 1}, 2), tte::InvalidInput);
}
