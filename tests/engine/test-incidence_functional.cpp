#include <catch2/catch.hpp>
#include <tte/competing/aalen_johansen.hpp>
#include <tte/competing/incidence_functional.hpp>

#include "naive.hpp"

using naive::Data;
using tte::IncidenceFunctional;
using tte::IncidenceSummary;
using tte::TimeToEvent;

namespace {

IncidenceSummary summary_of(const Data& d, double tau, IncidenceFunctional kind) {
  return tte::incidence_functional(TimeToEvent(d.columns()), 2, tau, kind);
}

Data weighted_data(bool late, std::size_t distinct, bool cluster) {
  naive::Shape shape{50, distinct, 2, 3};
  shape.weight = true;
  shape.late = late;
  shape.cluster = cluster;
  return naive::random_data(shape, 3 + distinct);
}

}  // namespace

TEST_CASE("five persons by hand") {
  const Data d{{}, {1, 2, 3, 4, 5}, {1, 2, 0, 1, 0}};
  CHECK(summary_of(d, 4, IncidenceFunctional::at).estimate[0](0) == Approx(0.5).epsilon(1e-15));
  CHECK(summary_of(d, 3.99, IncidenceFunctional::at).estimate[0](0) == Approx(0.2).epsilon(1e-15));
  CHECK(summary_of(d, 4.5, IncidenceFunctional::area).estimate[0](0) ==
        Approx(3 * 0.2 + 0.25).epsilon(1e-15));
  CHECK(summary_of(d, 4.5, IncidenceFunctional::area).estimate[1](0) == Approx(2.5 * 0.2).epsilon(1e-15));
  CHECK(summary_of(d, 0.5, IncidenceFunctional::area).covariance[0](0, 0) == 0);
}

TEST_CASE("the covariance is the sum over units of derivatives by their weights") {
  for (const bool late : {false, true}) {
    for (const std::size_t distinct : {0, 6}) {
      for (const bool cluster : {false, true}) {
        const Data d = weighted_data(late, distinct, cluster);
        const TimeToEvent data(d.columns());
        for (const auto kind : {IncidenceFunctional::at, IncidenceFunctional::area}) {
          const IncidenceSummary found = summary_of(d, 4.5, kind);
          for (std::size_t c = 0; c < 2; ++c) {
            arma::mat change(data.units(), data.strata(), arma::fill::zeros);
            for (std::size_t i = 0; i < data.rows(); ++i) {
              const auto row = static_cast<std::size_t>(data.row(i));
              Data up = d, down = d;
              up.weight[row] *= 1 + 1e-5;
              down.weight[row] *= 1 - 1e-5;
              const arma::vec slope =
                  (summary_of(up, 4.5, kind).estimate[c] - summary_of(down, 4.5, kind).estimate[c]) / 2e-5;
              change.row(static_cast<std::size_t>(data.unit(i))) += slope.t();
            }
            CHECK(arma::abs(found.covariance[c] - change.t() * change).max() < 1e-7);
          }
        }
      }
    }
  }
}

TEST_CASE("at a time it is the curve with its jackknife errors; copies are rows written out") {
  naive::Shape shape{60, 8, 2, 2};
  shape.freq = true;
  const Data d = naive::random_data(shape, 12);
  const TimeToEvent data(d.columns());
  const tte::RiskTable table = tte::risk_table(data, 2);
  const tte::AalenJohansen curve = tte::aalen_johansen(
      data, table, {tte::IncidenceVariance::infinitesimal_jackknife, tte::Transform::none, 0.95});
  for (std::size_t k = 0; k < table.stratum_begin[1]; ++k) {
    const IncidenceSummary found = summary_of(d, table.time[k], IncidenceFunctional::at);
    for (std::size_t c = 0; c < 2; ++c) {
      CHECK(std::fabs(found.estimate[c](0) - curve.probability[k * 3 + c + 1]) < 1e-12);
      CHECK(std::fabs(std::sqrt(found.covariance[c](0, 0)) - curve.std_error[k * 3 + c + 1]) < 1e-10);
    }
  }
  const IncidenceSummary a = summary_of(d, 6, IncidenceFunctional::area),
                         b = summary_of(naive::written_out(d), 6, IncidenceFunctional::area);
  CHECK(arma::abs(a.covariance[1] - b.covariance[1]).max() < 1e-10);
}

TEST_CASE("wrong arguments are refused") {
  const Data d{{}, {1, 2, 3}, {1, 3, 1}};
  CHECK_THROWS_AS(summary_of(d, 2, IncidenceFunctional::at), tte::InvalidInput);
  CHECK_THROWS_AS(summary_of(d, std::nan(""), IncidenceFunctional::at), tte::InvalidInput);
}
