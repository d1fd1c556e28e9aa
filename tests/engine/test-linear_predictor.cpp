#include <catch2/catch.hpp>
#include <tte/cox/linear_predictor.hpp>

#include "naive.hpp"

using naive::Data;
using tte::LinearPredictor;

TEST_CASE("eta is x beta + offset; r is mass times its exponential, centred within strata") {
  Data d{{}, {1, 2, 3, 4}, {1, 0, 1, 1}};
  d.x = {{1, 2, 3, 5}};
  d.offset = {0.5, 0, 0, -1};
  d.stratum = {1, 2, 1, 2};
  d.weight = {1, 2, 3, 4};
  const tte::TimeToEvent data(d.columns());
  const tte::ArrangedRows x = data.arrange_rows(d.covariates());
  const tte::Arranged<double> offset = data.arrange(tte::Span<double>(d.offset));
  LinearPredictor predictor(data, x, offset, {});
  predictor.predict({2});
  const std::vector<double> eta = {2.5, 4, 6, 9}, centre = {4.25, 6.5, 4.25, 6.5};
  REQUIRE(naive::gap(data.restore(predictor.eta()), eta) < 1e-15);
  std::vector<double> r;
  for (std::size_t i = 0; i < 4; ++i) r.push_back(d.weight[i] * std::exp(eta[i] - centre[i]));
  REQUIRE(naive::gap(data.restore(predictor.r()), r) < 1e-15);
  // Events are rows 1, 3 and 4.
  REQUIRE(predictor.of_events() == Approx(1 * (2.5 - 4.25) + 3 * (6 - 4.25) + 4 * (9 - 6.5)));
  const tte::Range first_stratum = data.schedule().stratum_rows[0];
  REQUIRE(predictor.of_events(first_stratum, 0) == Approx(1 * (2.5 - 4.25) + 3 * (6 - 4.25)));
}

TEST_CASE("A large common part does not overflow") {
  Data d{{}, {1, 2}, {1, 1}};
  d.x = {{0, 1}};
  d.offset = {5000, 5000};
  const tte::TimeToEvent data(d.columns());
  const tte::Arranged<double> offset = data.arrange(tte::Span<double>(d.offset));
  const tte::ArrangedRows x = data.arrange_rows(d.covariates());
  LinearPredictor predictor(data, x, offset, {});
  predictor.predict({1});
  REQUIRE(predictor.r()[1] / predictor.r()[0] == Approx(std::exp(1.0)));
}
