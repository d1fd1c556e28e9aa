#include <catch2/catch.hpp>
#include <tte/cox/cox_fit.hpp>

#include "naive.hpp"

using naive::Data;
using tte::CoxOptions;
using tte::Likelihood;
using tte::Ties;

namespace {

// The definition, from the naive likelihood: l + log det I / 2.
double penalised(const Data& d, const arma::vec& beta, Ties ties) {
  const naive::Cox at = naive::cox(d, beta, ties == Ties::efron);
  return at.loglik + 0.5 * std::log(arma::det(at.information));
}

CoxOptions firth(Ties ties = Ties::efron) {
  CoxOptions options;
  options.ties = ties;
  options.firth = true;
  return options;
}

}  // namespace

TEST_CASE("Firth: the penalised score is the derivative of the penalised log-likelihood") {
  const double step = 1e-5;
  std::size_t compared = 0;
  for (const Ties ties : {Ties::breslow, Ties::efron}) {
    naive::each_data(
        [&](const Data& d) {
          if (d.rows() < 60) return;
          const tte::TimeToEvent data(d.columns());
          tte::CoxProblem problem(data, d.covariates(), d.offset, firth(ties), {});
          const arma::vec beta = {0.3, -0.5};
          const Likelihood at = problem.objective()(beta);
          REQUIRE(at.value == Approx(penalised(d, beta, ties)).epsilon(1e-10));
          for (arma::uword j = 0; j < 2; ++j) {
            arma::vec up = beta, down = beta;
            up(j) += step;
            down(j) -= step;
            const double slope = (penalised(d, up, ties) - penalised(d, down, ties)) / (2 * step);
            REQUIRE(at.score(j) == Approx(slope).epsilon(1e-6).margin(1e-6));
          }
          ++compared;
        },
        1, 2);
  }
  REQUIRE(compared > 100);
}

TEST_CASE("Firth: finite where the likelihood is monotone") {
  Data d{{}, {1, 2, 3, 4, 5, 6}, {1, 1, 1, 0, 0, 0}};
  d.x = {{1, 1, 1, 0, 0, 0}};
  const tte::TimeToEvent data(d.columns());
  REQUIRE(!tte::cox_fit(data, d.covariates(), {}, {}, {}).monotone.is_empty());
  const tte::CoxFit fit = tte::cox_fit(data, d.covariates(), {}, {}, firth());
  REQUIRE(fit.converged);
  REQUIRE(fit.monotone.is_empty());
  // The maximum of the penalised likelihood: no neighbour is higher.
  for (double step : {-1e-3, 1e-3}) {
    REQUIRE(penalised(d, fit.coefficients, Ties::efron) > penalised(d, fit.coefficients + step, Ties::efron));
  }
  REQUIRE(fit.loglik - fit.plain_loglik == Approx(-0.5 * std::log(fit.variance(0, 0))));
}

TEST_CASE("Firth: the maximum is found where the penalty halves or doubles the curvature") {
  // Three events, none in the only patient with x = 1: the maximum is log 4 in closed form, and a step
  // along the information alone overshoots by twice for ever.
  Data d{{},
         {16, 45, 48, 48, 57, 60, 100, 106, 123, 155, 178, 187, 198},
         {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0}};
  d.x = {{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
  const tte::CoxFit closed = tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, firth());
  REQUIRE(closed.converged);
  REQUIRE(closed.iterations < 15);
  REQUIRE(closed.coefficients(0) == Approx(std::log(4.0)).epsilon(1e-8));
  naive::Dice dice(11);
  for (int number = 0; number < 150; ++number) {
    Data small;
    const int n = 6 + dice.below(20);
    small.x.resize(1 + static_cast<std::size_t>(number % 3));
    for (int i = 0; i < n; ++i) {
      small.stop.push_back(1 + dice.below(12));
      small.cause.push_back(i < 2 || dice.chance(0.3));
      for (std::vector<double>& x : small.x)
        x.push_back(dice.chance(0.5) ? 2 * dice.uniform() : dice.below(2));
    }
    CAPTURE(number, n);
    const tte::CoxFit fit =
        tte::cox_fit(tte::TimeToEvent(small.columns()), small.covariates(), {}, {}, firth());
    if (std::any_of(fit.aliased.begin(), fit.aliased.end(), [](bool a) { return a; })) continue;
    REQUIRE(fit.converged);
    const double top = penalised(small, fit.coefficients, Ties::efron);
    for (arma::uword j = 0; j < fit.coefficients.n_elem; ++j) {
      for (double step : {-1e-4, 1e-4}) {
        arma::vec beside = fit.coefficients;
        beside(j) += step * std::sqrt(fit.variance(j, j));
        REQUIRE(top >= penalised(small, beside, Ties::efron));
      }
    }
  }
}

TEST_CASE("Firth: an aliased covariate changes nothing") {
  Data d = naive::freireich();
  const auto alone = tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, firth());
  d.x.push_back(d.x[0]);
  const auto twice = tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, firth());
  REQUIRE(twice.aliased[1]);
  REQUIRE(naive::gap(twice.coefficients(0), alone.coefficients(0)) < 1e-8);
  REQUIRE(naive::gap(twice.loglik, alone.loglik) < 1e-10);
}

TEST_CASE("Firth: refused where it is not defined") {
  const Data d = naive::freireich();
  const tte::TimeToEvent data(d.columns());
  REQUIRE_THROWS_AS(tte::cox_fit(data, d.covariates(), {}, {}, firth(Ties::exact_marginal)),
                    tte::InvalidInput);
  CoxOptions robust = firth();
  robust.robust = true;
  REQUIRE_THROWS_AS(tte::cox_fit(data, d.covariates(), {}, {}, robust), tte::InvalidInput);
}
