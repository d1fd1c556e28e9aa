// The weights as log_rank_family() uses them, against their definitions.
#include <catch2/catch.hpp>
#include <tte/nonparametric/log_rank.hpp>

#include "naive.hpp"

using naive::Data;
using naive::Rows;
using tte::RankWeight;
using tte::TimeToEvent;

namespace {

double at_risk(const Rows& rows, double t) {
  return naive::sum(rows, [&](const naive::Row& r) { return r.at_risk(t); });
}

double events(const Rows& rows, double t) {
  return naive::sum(rows, [&](const naive::Row& r) { return r.event_at(t); });
}

// The product of `factor` over the event times that `counts` says yes to.
double product(const Rows& rows, const std::function<bool(double)>& counts,
               const std::function<double(double, double)>& factor) {
  double out = 1;
  for (const double s : naive::event_times(rows)) {
    if (counts(s)) out *= factor(at_risk(rows, s), events(rows, s));
  }
  return out;
}

double survival_before(const Rows& rows, double t) {
  return product(
      rows, [&](double s) { return s < t; }, [](double n, double d) { return 1 - d / n; });
}

double peto(const Rows& rows, double t) {
  return product(
      rows, [&](double s) { return s <= t; }, [](double n, double d) { return 1 - d / (n + 1); });
}

struct Case {
  RankWeight weight;
  naive::WeightOf definition;
};

std::vector<Case> cases() {
  const auto s = survival_before;
  const auto at_plateau = [s](const Rows& rows, double t) { return std::max(s(rows, t), s(rows, 3.5)); };
  return {
      {RankWeight::log_rank(), [](const Rows&, double) { return 1.0; }},
      {RankWeight::gehan(), at_risk},
      {RankWeight::tarone_ware(), [](const Rows& rows, double t) { return std::sqrt(at_risk(rows, t)); }},
      {RankWeight::peto_peto(), peto},
      {RankWeight::modified_peto_peto(),
       [](const Rows& rows, double t) { return peto(rows, t) * at_risk(rows, t) / (at_risk(rows, t) + 1); }},
      {RankWeight::fleming_harrington(1, 0), s},
      {RankWeight::fleming_harrington(0, 1), [s](const Rows& rows, double t) { return 1 - s(rows, t); }},
      {RankWeight::fleming_harrington(0.5, 2),
       [s](const Rows& rows, double t) { return std::sqrt(s(rows, t)) * std::pow(1 - s(rows, t), 2); }},
      {RankWeight::modest_from(0.6),
       [s](const Rows& rows, double t) { return 1 / std::max(s(rows, t), 0.6); }},
      {RankWeight::modest_until(3.5),
       [at_plateau](const Rows& rows, double t) { return 1 / at_plateau(rows, t); }},
      {RankWeight::step_function({2, 4}, {1, 3}),
       [](const Rows&, double t) { return t < 2   ? 0.0
                                          : t < 4 ? 1.0
                                                  : 3.0; }},
  };
}

}  // namespace

TEST_CASE("every weighted test is that of its definition on random data") {
  std::vector<RankWeight> weights;
  for (const Case& one : cases()) weights.push_back(one.weight);
  std::size_t number = 0;
  naive::each_data([&](const Data& d) {
    // at an empty risk set the curve is 0 for good, and so are weights made of it: one over it is no weight
    if (!d.weight.empty() || !d.start.empty()) return;
    CAPTURE(++number);
    std::vector<std::int32_t> group(d.rows());
    for (std::size_t i = 0; i < d.rows(); ++i) group[i] = static_cast<std::int32_t>(i % 2);
    const TimeToEvent data(d.columns());
    const auto family = tte::log_rank_family(data, data.arrange(tte::Span<std::int32_t>(group)), 2, weights);
    for (std::size_t m = 0; m < weights.size(); ++m) {
      CAPTURE(m);
      const naive::LogRank expected = naive::log_rank(d, group, 2, cases()[m].definition);
      REQUIRE(naive::gap(family.tests[m].observed, expected.observed) < 1e-12);
      REQUIRE(naive::gap(family.tests[m].expected, expected.expected) < 1e-12);
      REQUIRE(naive::gap(family.tests[m].variance, expected.variance) < 1e-12);
      REQUIRE(family.covariance(m, m) == Approx(expected.variance(1, 1)).margin(1e-12));
    }
  });
}

TEST_CASE("the covariance of two weighted tests is that of their product") {
  const Data d = naive::random_data({60, 6, 1, 2, false, true}, 5);
  std::vector<std::int32_t> group(d.rows());
  for (std::size_t i = 0; i < d.rows(); ++i) group[i] = static_cast<std::int32_t>(i % 2);
  const TimeToEvent data(d.columns());
  const tte::Arranged<std::int32_t> arranged = data.arrange(tte::Span<std::int32_t>(group));
  const auto family = tte::log_rank_family(
      data, arranged, 2, {RankWeight::fleming_harrington(0, 0), RankWeight::fleming_harrington(0, 1)});
  const auto half = tte::log_rank_family(data, arranged, 2, {RankWeight::fleming_harrington(0, 0.5)});
  CHECK(family.covariance(0, 1) == Approx(half.tests[0].variance(1, 1)));
  CHECK(family.covariance(1, 0) == family.covariance(0, 1));
  CHECK(half.covariance(0, 0) == half.tests[0].variance(1, 1));
}

TEST_CASE("weights that are none are refused") {
  CHECK_THROWS_AS(RankWeight::fleming_harrington(-1, 0), tte::InvalidInput);
  CHECK_THROWS_AS(RankWeight::fleming_harrington(0, naive::nan), tte::InvalidInput);
  CHECK_THROWS_AS(RankWeight::modest_from(0), tte::InvalidInput);
  CHECK_THROWS_AS(RankWeight::modest_from(1.1), tte::InvalidInput);
  CHECK_THROWS_AS(RankWeight::step_function({}, {}), tte::InvalidInput);
  CHECK_THROWS_AS(RankWeight::step_function({1, 2}, {1}), tte::InvalidInput);
  CHECK_THROWS_AS(RankWeight::step_function({2, 1}, {1, 1}), tte::InvalidInput);
}
