#include <catch2/catch.hpp>
#include <tte/competing/absolute_risk.hpp>

#include "naive.hpp"

using naive::Data;
using tte::AbsoluteRisk;
using tte::CauseSpecificHazards;
using tte::FineGrayInput;

namespace {

AbsoluteRisk risk_of(const Data& d, std::size_t cause, const std::vector<double>& x,
                     const std::vector<double>& times, const std::vector<std::int32_t>& stratum = {}) {
  const FineGrayInput input{d.columns(), {}, d.covariates(), {}};
  const CauseSpecificHazards hazards(input, 2, true);
  std::vector<std::vector<double>> columns;
  for (double value : x) columns.push_back({value});
  return hazards.risk(cause, {{columns.begin(), columns.end()}, stratum}, times);
}

Data two_causes(std::size_t distinct, bool late) {
  naive::Shape shape{60, distinct, 2, 2};
  shape.covariates = 2;
  shape.weight = true;
  shape.late = late;
  return naive::random_data(shape, 40 + distinct);
}

}  // namespace

TEST_CASE("with coefficients of 0 it is the Aalen-Johansen estimate") {
  // The same risk sets for both values of x at every time.
  Data d{{}, {1, 1, 2, 2, 3, 3, 4, 4}, {1, 1, 2, 2, 0, 0, 1, 1}};
  d.x = {{0, 1, 0, 1, 0, 1, 0, 1}};
  const AbsoluteRisk first = risk_of(d, 0, {1}, {0.5, 1, 3, 4}), second = risk_of(d, 1, {0}, {2, 9});
  CHECK(first.risk(0, 0) == 0);
  CHECK(first.std_error(0, 0) == 0);
  CHECK(first.risk(0, 1) == Approx(0.25).epsilon(1e-12));
  CHECK(first.risk(0, 2) == Approx(0.25).epsilon(1e-12));
  CHECK(first.risk(0, 3) == Approx(0.25 + 0.5).epsilon(1e-12));
  CHECK(second.risk(0, 0) == Approx(0.75 / 3).epsilon(1e-12));
  CHECK(second.risk(0, 1) == Approx(0.75 / 3).epsilon(1e-12));
}

TEST_CASE("the variance is the sum of squared derivatives by the weights") {
  for (const bool late : {false, true}) {
    for (const std::size_t distinct : {0, 8}) {
      const Data d = two_causes(distinct, late);
      for (std::size_t cause = 0; cause < 2; ++cause) {
        const std::vector<double> x{0.5, 0.2}, times{3, 7};
        const AbsoluteRisk found = risk_of(d, cause, x, times, {2});
        arma::rowvec total(2, arma::fill::zeros);
        for (std::size_t i = 0; i < d.rows(); ++i) {
          Data up = d, down = d;
          up.weight[i] *= 1 + 1e-5;
          down.weight[i] *= 1 - 1e-5;
          const arma::rowvec slope = (risk_of(up, cause, x, times, {2}).risk.row(0) -
                                      risk_of(down, cause, x, times, {2}).risk.row(0)) /
                                     2e-5;
          total += slope % slope;
        }
        CHECK(arma::max(arma::abs(found.std_error.row(0) - arma::sqrt(total))) < 1e-6);
      }
    }
  }
}

TEST_CASE("copies are rows written out") {
  Data d = two_causes(9, false);
  d.weight.clear();
  for (std::size_t i = 0; i < d.rows(); ++i) d.freq.push_back(static_cast<std::int32_t>(i % 3));
  const AbsoluteRisk a = risk_of(d, 0, {0.1, 0.4}, {6}, {1}),
                     b = risk_of(naive::written_out(d), 0, {0.1, 0.4}, {6}, {1});
  CHECK(std::fabs(a.risk(0, 0) - b.risk(0, 0)) < 1e-10);
  CHECK(std::fabs(a.std_error(0, 0) - b.std_error(0, 0)) < 1e-9);
}

TEST_CASE("wrong arguments are refused") {
  const Data d = two_causes(9, false);
  CHECK_THROWS_AS(risk_of(d, 2, {0.1, 0.4}, {6}, {1}), tte::InvalidInput);
  CHECK_THROWS_AS(risk_of(d, 0, {0.1}, {6}, {1}), tte::InvalidInput);
  CHECK_THROWS_AS(risk_of(d, 0, {0.1, 0.4}, {6}, {3}), tte::InvalidInput);
}
