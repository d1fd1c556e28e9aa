#include <catch2/catch.hpp>
#include <tte/nonparametric/log_rank.hpp>

#include "naive.hpp"

using naive::Data;
using tte::LogRank;
using tte::TimeToEvent;

namespace {

LogRank test_of(const Data& d, const std::vector<std::int32_t>& group, std::size_t groups) {
  const TimeToEvent data(d.columns());
  return tte::log_rank(data, data.arrange(tte::Span<std::int32_t>(group)), groups);
}

std::vector<std::int32_t> random_groups(std::size_t n, std::int32_t groups, std::uint64_t seed) {
  naive::Dice dice(seed);
  std::vector<std::int32_t> out(n);
  for (std::int32_t& g : out) g = dice.below(groups);
  return out;
}

// 0 is placebo, 1 is 6-MP.
std::vector<std::int32_t> freireich_groups() {
  std::vector<std::int32_t> out(42, 0);
  std::fill_n(out.begin(), 21, 1);
  return out;
}

bool same(const LogRank& a, const LogRank& b, double tolerance) {
  return std::max({naive::gap(a.n, b.n), naive::gap(a.observed, b.observed),
                   naive::gap(a.expected, b.expected), naive::gap(a.variance, b.variance),
                   naive::gap(a.statistic, b.statistic), naive::gap(a.z, b.z)}) <= tolerance &&
         a.df == b.df;
}

}  // namespace

TEST_CASE("Freireich's trial: the published test") {
  const Data d = naive::freireich();
  const LogRank test = test_of({{}, d.stop, d.cause}, freireich_groups(), 2);
  CHECK(naive::gap(test.n, arma::mat(arma::vec{21, 21})) == 0);
  CHECK(naive::gap(test.observed, arma::mat(arma::vec{21, 9})) == 0);
  CHECK(naive::gap(test.expected, arma::mat(arma::vec{10.7494990519689, 19.2505009480311})) < 1e-13);
  CHECK(test.variance(0, 0) == Approx(6.2569605736755));
  CHECK(test.variance(0, 1) == Approx(-6.2569605736755));
  CHECK(test.statistic == Approx(16.7929409892165));
  CHECK(test.df == 1);
}

TEST_CASE("Z is positive when the second group fares better, and turns when the groups do") {
  const Data d = naive::freireich();
  std::vector<std::int32_t> group = freireich_groups();
  const double z = test_of({{}, d.stop, d.cause}, group, 2).z;
  CHECK(z == Approx(std::sqrt(16.7929409892165)));
  for (std::int32_t& g : group) g = 1 - g;
  CHECK(test_of({{}, d.stop, d.cause}, group, 2).z == Approx(-z));
}

TEST_CASE("Freireich's trial stratified by pair") {
  Data d = naive::freireich();
  const LogRank test = test_of({{}, d.stop, d.cause, {}, d.cluster}, freireich_groups(), 2);
  CHECK(test.observed.n_cols == 21);
  CHECK(test.variance(0, 0) == Approx(5.25));
  CHECK(test.statistic == Approx(10.7142857142857));
}

TEST_CASE("by hand: four rows, one of them late") {
  // at 1: rows 0, 1, 2 at risk, one event of group 0; at 2: rows 1, 2 and the late 3, events of 1 and 3
  const Data d{{0, 0, 0, 1}, {1, 2, 3, 2}, {1, 1, 0, 1}};
  const LogRank test = test_of(d, {0, 0, 1, 1}, 2);
  CHECK(naive::gap(test.observed, arma::mat(arma::vec{2, 1})) == 0);
  CHECK(test.expected(0, 0) == Approx(2.0 / 3 + 2.0 / 3));
  CHECK(test.variance(0, 0) == Approx(2.0 / 9 + 2.0 * 1 / 2 * (1.0 / 3) * (2.0 / 3)));
}

TEST_CASE("counts and moments are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data([&](const Data& d) {
    CAPTURE(++number);
    if (!d.weight.empty()) return;
    for (const std::int32_t k : {1, 2, 4}) {
      const std::vector<std::int32_t> group = random_groups(d.rows(), k, number);
      const auto groups = static_cast<std::size_t>(k);
      const LogRank test = test_of(d, group, groups);
      const naive::LogRank expected = naive::log_rank(d, group, groups);
      REQUIRE(naive::gap(test.n, expected.n) == 0);
      REQUIRE(naive::gap(test.observed, expected.observed) == 0);
      REQUIRE(naive::gap(test.expected, expected.expected) < 1e-12);
      REQUIRE(naive::gap(test.variance, expected.variance) < 1e-12);
      REQUIRE(test.df <= groups - 1);
      const arma::vec off = arma::sum(expected.observed - expected.expected, 1);
      REQUIRE(naive::gap(test.statistic, arma::dot(off, arma::pinv(expected.variance, 1e-9) * off)) < 1e-8);
      REQUIRE(test.df == arma::rank(expected.variance, 1e-9));
      if (k == 2 && test.df == 1) REQUIRE(test.z * test.z == Approx(test.statistic));
    }
  });
}

TEST_CASE("the order of rows, freq for copies and one stratum for none change nothing") {
  naive::each_data([](const Data& d) {
    if (!d.weight.empty() || !d.x.empty()) return;
    Data carried = d;
    carried.x.assign(1, std::vector<double>(d.rows()));
    for (std::size_t i = 0; i < d.rows(); ++i) carried.x[0][i] = static_cast<double>(i % 3);
    const auto result = [](const Data& data) {
      return test_of(data, {data.x[0].begin(), data.x[0].end()}, 3);
    };
    const LogRank test = result(carried);
    REQUIRE(same(result(naive::shuffled(carried, 2)), test, 1e-9));
    if (d.subject.empty() && d.stratum.empty())
      REQUIRE(same(result(naive::written_out(carried)), test, 1e-9));
    if (d.stratum.empty()) {
      carried.stratum.assign(d.rows(), 1);
      REQUIRE(same(result(carried), test, 0));
    }
  });
}

TEST_CASE("a group that nobody is in costs no degree of freedom") {
  const Data d = naive::freireich();
  std::vector<std::int32_t> group = freireich_groups();
  for (std::int32_t& g : group) g *= 2;  // 0 and 2 of three
  const LogRank test = test_of({{}, d.stop, d.cause}, group, 3);
  CHECK(test.df == 1);
  CHECK(test.statistic == Approx(16.7929409892165));
}

TEST_CASE("where nothing can be compared the statistic is zero without a degree of freedom") {
  const std::vector<std::int32_t> group{0, 1, 1};
  for (const Data& d : {Data{{}, {1, 2, 3}, {0, 0, 0}}, Data{{}, {2, 2, 2}, {1, 1, 1}},
                        Data{{}, {1, 2, 3}, {1, 1, 1}, {}, {1, 2, 3}}}) {
    const LogRank test = test_of(d, group, 2);
    CHECK(test.df == 0);
    CHECK(test.statistic == 0);
    CHECK(std::isnan(test.z));
  }
  CHECK(test_of({}, {}, 2).df == 0);
}

TEST_CASE("no group, a code that is none, and weights are refused") {
  const Data d{{}, {1, 2}, {1, 1}};
  CHECK_THROWS_AS(test_of(d, {0, 0}, 0), tte::InvalidInput);
  CHECK_THROWS_AS(test_of(d, {0, 2}, 2), tte::InvalidInput);
  CHECK_THROWS_AS(test_of(d, {0, -1}, 2), tte::InvalidInput);
  CHECK_THROWS_AS(test_of(d, {0}, 2), tte::InvalidInput);
  CHECK_THROWS_AS(test_of({{}, {1, 2}, {1, 1}, {1, 2}}, {0, 1}, 2), tte::InvalidInput);
}
