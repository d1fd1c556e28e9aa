#include <catch2/catch.hpp>
#include <tte/core/special.hpp>
#include <tte/cox/baseline.hpp>
#include <tte/nonparametric/kaplan_meier.hpp>

#include "naive_cox.hpp"

using naive::Data;
using tte::CoxBaseline;
using tte::Ties;
using tte::TimeToEvent;

namespace {

CoxBaseline of(const Data& d, const std::vector<double>& beta, Ties ties = Ties::efron,
               std::vector<double> centre = {}) {
  centre.resize(d.x.size(), 0.0);
  return tte::cox_baseline(TimeToEvent(d.columns()), {d.covariates(), d.offset, beta, ties}, centre);
}

// Increments of one stratum's time by their definitions, in true size.
struct Increment {
  double hazard = 0, variance = 0;
  arma::vec mean_hazard;
};

Increment increment(const naive::CoxTerms& cox, std::size_t stratum, double time, const arma::vec& centre) {
  Increment out;
  out.mean_hazard.zeros(centre.n_elem);
  for (const naive::CoxTerm& term : cox.terms) {
    if (term.stratum != stratum || term.time != time) continue;
    out.hazard += term.hazard();
    out.variance += term.hazard() / term.s0;
    out.mean_hazard += term.hazard() * (term.mean - centre);
  }
  return out;
}

}  // namespace

TEST_CASE("Therneau and Grambsch 1: the baseline hazard in closed form") {
  const Data d = naive::therneau_grambsch(1);
  const double r = 2.5, s = r / 2 + 2.5;
  const CoxBaseline breslow = of(d, {std::log(r)}, Ties::breslow), efron = of(d, {std::log(r)});
  CHECK(breslow.table.time == std::vector<double>{1, 6, 8, 9});
  CHECK(breslow.table.at_risk == std::vector<double>{6, 4, 2, 1});
  CHECK(breslow.table.events == std::vector<double>{1, 2, 0, 1});
  CHECK(breslow.table.censored == std::vector<double>{1, 0, 1, 0});
  const double size = std::exp(breslow.shift[0]);
  CHECK(breslow.hazard[0] * size == Approx(1 / (3 * r + 3)));
  CHECK(breslow.hazard[1] * size == Approx(2 / (r + 3)));
  CHECK(breslow.hazard[2] == 0);
  CHECK(breslow.hazard[3] * size == Approx(1));
  CHECK(breslow.variance[1] * size * size == Approx(2 / std::pow(r + 3, 2)));
  CHECK(breslow.mean_hazard[1] * size == Approx(2 / (r + 3) * r / (r + 3)));
  CHECK(efron.hazard[1] * size == Approx(1 / (r + 3) + 1 / s));
  CHECK(efron.variance[1] * size * size == Approx(1 / std::pow(r + 3, 2) + 1 / (s * s)));
  CHECK(efron.mean_hazard[1] * size == Approx(r / std::pow(r + 3, 2) + 0.5 * r / (s * s)));
}

TEST_CASE("increments are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_cox_data([&](const Data& d) {
    CAPTURE(++number);
    const arma::vec centre{0.5, -1}, beta{0.4, -0.3};
    // the hazard at the centre is that of rows whose predictor is measured from there
    const double up = std::exp(arma::dot(centre, beta));
    for (const bool efron : {false, true}) {
      const CoxBaseline got = of(d, {0.4, -0.3}, efron ? Ties::efron : Ties::breslow, {0.5, -1});
      const naive::CoxTerms cox = naive::cox_terms(d, beta, efron);
      REQUIRE(got.hazard.size() == got.table.size());
      REQUIRE(got.mean_hazard.size() == 2 * got.table.size());
      for (std::size_t s = 0; s < got.table.strata(); ++s) {
        const double size = std::exp(got.shift[s]);
        for (std::size_t k = got.table.stratum_begin[s]; k < got.table.stratum_begin[s + 1]; ++k) {
          const Increment want = increment(cox, s, got.table.time[k], centre);
          REQUIRE(naive::gap(got.hazard[k] * size, want.hazard * up) < 1e-11);
          REQUIRE(naive::gap(got.variance[k] * size * size, want.variance * up * up) < 1e-11);
          REQUIRE(naive::gap(got.mean_hazard[2 * k] * size, want.mean_hazard(0) * up) < 1e-11);
          REQUIRE(naive::gap(got.mean_hazard[2 * k + 1] * size, want.mean_hazard(1) * up) < 1e-11);
        }
      }
    }
  });
}

TEST_CASE("with coefficients of 0 the baseline is Nelson and Aalen's, times and counts included") {
  naive::each_data(
      [](const Data& d) {
        const tte::RiskTable table = tte::risk_table(TimeToEvent(d.columns()));
        const CoxBaseline got = of(d, {0}, Ties::breslow);
        REQUIRE(got.table.time == table.time);
        REQUIRE(got.table.at_risk == table.at_risk);
        for (std::size_t k = 0; k < table.size(); ++k)
          REQUIRE(naive::gap(got.hazard[k], table.event(k, 0) / table.at_risk[k]) < 1e-12);
      },
      1, 1);
}

TEST_CASE("a huge linear predictor makes no increment 0 or infinite") {
  Data d = naive::random_data({60, 6, 1, 2, true, false, false, false, false, 1}, 3), huge = d;
  const CoxBaseline got = of(d, {0.7});
  for (const double offset : {-5000.0, 5000.0}) {
    huge.offset.assign(60, offset);
    const CoxBaseline same = of(huge, {0.7});
    CHECK(naive::gap(same.hazard, got.hazard) < 1e-9);
    CHECK(naive::gap(same.variance, got.variance) < 1e-9);
    CHECK(same.shift[1] == Approx(got.shift[1] - offset));
  }
}

TEST_CASE("without covariates the baseline is that of all rows; a wrong centre is refused") {
  const CoxBaseline got = of(naive::six_mp(), {}, Ties::breslow);
  CHECK(got.hazard[0] == Approx(3.0 / 21));
  CHECK(got.mean_hazard.empty());
  const Data d = naive::freireich();
  const TimeToEvent data(d.columns());
  CHECK_THROWS_AS(tte::cox_baseline(data, {d.covariates(), {}, {1}}, {}), tte::InvalidInput);
  CHECK_THROWS_AS(tte::cox_baseline(data, {d.covariates(), {}, {1}}, {naive::nan}), tte::InvalidInput);
}
