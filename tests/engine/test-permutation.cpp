#include <catch2/catch.hpp>
#include <tte/nonparametric/permutation.hpp>

#include "naive.hpp"

using naive::Data;
using tte::PermutationTest;
using tte::RankWeight;
using tte::TimeToEvent;

namespace {

PermutationTest test_of(const Data& d, const std::vector<std::int32_t>& group, std::size_t groups,
                        std::size_t replicates, const RankWeight& weight = RankWeight::log_rank(),
                        int threads = 1) {
  const TimeToEvent data(d.columns());
  return tte::permutation_test(data, data.arrange(tte::Span<std::int32_t>(group)), groups, weight, replicates,
                               {17}, {threads});
}

// Observed less expected of the second group.
double excess(const Data& d, const std::vector<std::int32_t>& group) {
  const naive::LogRank test = naive::log_rank(d, group, 2);
  return arma::accu(test.observed.row(1)) - arma::accu(test.expected.row(1));
}

// Shares of all relabellings within strata that are at least as extreme, on both sides and below.
std::pair<double, double> exact(const Data& d, std::vector<std::int32_t> group) {
  const double observed = excess(d, group);
  std::vector<std::int32_t> sizes(4, 0);
  const auto stratum = [&](std::size_t i) {
    return d.stratum.empty() ? 0 : static_cast<std::size_t>(d.stratum[i]);
  };
  for (std::size_t i = 0; i < group.size(); ++i) sizes[stratum(i)] += group[i];
  double all = 0, extreme = 0, fewer = 0;
  for (unsigned bits = 0; bits < (1u << group.size()); ++bits) {
    std::vector<std::int32_t> drawn(4, 0);
    for (std::size_t i = 0; i < group.size(); ++i) drawn[stratum(i)] += group[i] = (bits >> i) & 1;
    if (drawn != sizes) continue;
    const double value = excess(d, group);
    ++all;
    extreme += std::fabs(value) >= std::fabs(observed) - 1e-9;
    fewer += value <= observed + 1e-9;
  }
  return {extreme / all, fewer / all};
}

}  // namespace

TEST_CASE("the p values approach those of all relabellings") {
  const std::size_t replicates = 20000;
  for (const bool strata : {false, true}) {
    for (const bool late : {false, true}) {
      const Data d = naive::random_data({9, 5, 1, strata ? 2 : 1, late}, 6);
      const std::vector<std::int32_t> group{0, 1, 1, 0, 1, 0, 0, 1, 0};
      const PermutationTest test = test_of(d, group, 2, replicates);
      const auto [two_sided, fewer] = exact(d, group);
      CAPTURE(strata, late);
      CHECK(test.p_value == Approx(two_sided).margin(0.015));
      CHECK(test.p_fewer == Approx(fewer).margin(0.015));
      CHECK(test.replicates == replicates);
    }
  }
}

TEST_CASE("a clear difference has the smallest p value there is") {
  Data d;
  std::vector<std::int32_t> group;
  for (int i = 0; i < 40; ++i) {
    d.stop.push_back(i);
    d.cause.push_back(1);
    group.push_back(i >= 20);
  }
  CHECK(test_of(d, group, 2, 999).p_value == Approx(0.001));
  CHECK(test_of(d, group, 2, 999).p_fewer == Approx(0.001));
  CHECK(test_of(d, group, 2, 0).p_value == 1);
}

TEST_CASE("with more than two groups there is no side") {
  const Data d = naive::random_data({30, 0}, 2);
  std::vector<std::int32_t> group;
  for (int i = 0; i < 30; ++i) group.push_back(i % 3);
  const PermutationTest test = test_of(d, group, 3, 500);
  CHECK(std::isnan(test.p_fewer));
  CHECK((test.p_value > 0 && test.p_value <= 1));
}

TEST_CASE("a seed and not the number of threads decides the draws") {
  const Data d = naive::random_data({30, 0}, 4);
  std::vector<std::int32_t> group;
  for (int i = 0; i < 30; ++i) group.push_back(i % 2);
  const double one = test_of(d, group, 2, 3000, RankWeight::gehan(), 1).p_value;
  CHECK(test_of(d, group, 2, 3000, RankWeight::gehan(), 2).p_value == one);
  CHECK(test_of(d, group, 2, 3000, RankWeight::gehan(), 3).p_value == one);
}

TEST_CASE("rows of one person are moved together") {
  const Data whole{{0, 0, 0, 0, 0, 0}, {4, 6, 7, 9, 2, 3}, {1, 0, 1, 1, 1, 1}};
  const Data split{
      {0, 2, 0, 0, 3, 0, 5, 0, 0}, {2, 4, 6, 3, 7, 5, 9, 2, 3}, {0, 1, 0, 0, 1, 0, 1, 1, 1}, {}, {}, {}, {},
      {1, 1, 2, 3, 3, 4, 4, 5, 6}};
  const double p = test_of(whole, {0, 1, 0, 1, 0, 1}, 2, 5000).p_value;
  CHECK(test_of(split, {0, 0, 1, 0, 0, 1, 1, 0, 1}, 2, 5000).p_value == Approx(p).margin(0.03));
}

TEST_CASE("freq, persons in two groups and codes that are none are refused") {
  CHECK_THROWS_AS(test_of({{}, {1, 2}, {1, 1}, {}, {}, {2, 1}}, {0, 1}, 2, 10), tte::InvalidInput);
  const Data person{{0, 1}, {1, 2}, {0, 1}, {}, {}, {}, {}, {1, 1}};
  CHECK_THROWS_AS(test_of(person, {0, 1}, 2, 10), tte::InvalidInput);
  CHECK_THROWS_AS(test_of({{}, {1, 2}, {1, 1}}, {0, 2}, 2, 10), tte::InvalidInput);
  CHECK_THROWS_AS(test_of({{}, {1, 2}, {1, 1}}, {0, -1}, 2, 10), tte::InvalidInput);
  CHECK_THROWS_AS(test_of({{}, {1, 2}, {1, 1}}, {0, 0}, 0, 10), tte::InvalidInput);
}
