#include <catch2/catch.hpp>
#include <tte/cox/cox_fit.hpp>

#include "naive.hpp"

using naive::Data;
using tte::Likelihood;
using tte::Ties;

namespace {

// P(the tied events come first) by inclusion and exclusion over the events that come later.
double marginal_probability(const std::vector<double>& events, double survivors) {
  if (survivors == 0) return 1;
  double total = 0;
  for (std::size_t subset = 0; subset < std::size_t{1} << events.size(); ++subset) {
    double hazard = survivors, sign = 1;
    for (std::size_t j = 0; j < events.size(); ++j) {
      if (!(subset >> j & 1)) continue;
      hazard += events[j];
      sign = -sign;
    }
    total += sign * survivors / hazard;
  }
  return total;
}

double symmetric_polynomial(const std::vector<double>& r, std::size_t d) {
  std::vector<double> e(d + 1, 0.0);
  e[0] = 1;
  for (double value : r) {
    for (std::size_t k = d; k > 0; --k) e[k] += value * e[k - 1];
  }
  return e[d];
}

double definition(const Data& d, const arma::vec& beta, Ties ties) {
  double value = 0;
  for (const naive::Rows& rows : naive::strata(d)) {
    const std::vector<naive::detail::CoxRow> all = naive::detail::cox_rows(d, rows, beta);
    for (const double t : naive::event_times(rows)) {
      std::vector<double> events, at_risk;
      double survivors = 0, numerator = 1;
      for (const auto& i : all) {
        if (!i.row.at_risk(t)) continue;
        at_risk.push_back(i.r);
        if (i.row.event_at(t)) {
          events.push_back(i.r);
          numerator *= i.r;
        } else {
          survivors += i.r;
        }
      }
      value += ties == Ties::exact_marginal
                   ? std::log(marginal_probability(events, survivors))
                   : std::log(numerator / symmetric_polynomial(at_risk, events.size()));
    }
  }
  return value;
}

tte::CoxOptions with(Ties ties) {
  tte::CoxOptions options;
  options.ties = ties;
  return options;
}

struct Problem {
  Problem(const Data& d, Ties ties)
      : data(d.columns()), options(with(ties)), problem(data, d.covariates(), d.offset, options, {}) {}
  Likelihood operator()(const arma::vec& beta) { return problem.objective()(beta); }
  tte::TimeToEvent data;
  tte::CoxOptions options;
  tte::CoxProblem problem;
};

template <class Visit>
void each_tied_data(Visit visit) {
  for (std::uint64_t seed = 1; seed <= 160; ++seed) {
    naive::Shape shape{12, 4u, 1, (seed & 1) ? 2 : 1};
    shape.late = seed & 2;
    shape.freq = seed & 4;
    shape.split = seed & 8;
    shape.covariates = 2;
    Data d = naive::random_data(shape, seed);
    if (seed & 16) {
      for (std::size_t i = 0; i < d.rows(); ++i) d.offset.push_back(0.1 * static_cast<double>(i % 5));
    }
    CAPTURE(seed);
    visit(d);
  }
}

}  // namespace

TEST_CASE("Exact ties: the value is the definition's, score and information are its derivatives") {
  const double step = 1e-4;
  for (const Ties ties : {Ties::exact_marginal, Ties::exact_discrete}) {
    each_tied_data([&](const Data& d) {
      Problem objective(d, ties);
      const arma::vec beta = {0.4, -0.3};
      const Likelihood at = objective(beta);
      REQUIRE(at.value == Approx(definition(d, beta, ties)).epsilon(1e-8).margin(1e-9));
      for (arma::uword j = 0; j < 2; ++j) {
        arma::vec up = beta, down = beta;
        up(j) += step;
        down(j) -= step;
        const Likelihood above = objective(up), below = objective(down);
        REQUIRE(at.score(j) == Approx((above.value - below.value) / (2 * step)).margin(1e-6));
        for (arma::uword k = 0; k < 2; ++k) {
          REQUIRE(at.information(k, j) ==
                  Approx((below.score(k) - above.score(k)) / (2 * step)).margin(1e-6));
        }
      }
    });
  }
}

TEST_CASE("Without ties every rule is Breslow's") {
  each_tied_data([&](Data d) {
    if (!d.freq.empty() || !d.start.empty()) return;
    for (std::size_t i = 0; i < d.rows(); ++i) d.stop[i] += 0.01 * static_cast<double>(i);
    Problem breslow(d, Ties::breslow);
    const Likelihood expected = breslow({0.5, 1});
    for (const Ties ties : {Ties::exact_marginal, Ties::exact_discrete}) {
      Problem objective(d, ties);
      const Likelihood found = objective({0.5, 1});
      REQUIRE(naive::gap(found.value, expected.value) < 1e-12);
      REQUIRE(naive::gap(found.score, expected.score) < 1e-12);
      REQUIRE(naive::gap(found.information, expected.information) < 1e-12);
    }
  });
}

TEST_CASE("Copies are rows written out, in exact ties too") {
  for (const Ties ties : {Ties::exact_marginal, Ties::exact_discrete}) {
    each_tied_data([&](const Data& d) {
      if (d.freq.empty()) return;
      const Data written = naive::written_out(d);
      if (written.rows() == 0) return;
      tte::CoxOptions options = with(ties);
      options.concordance = false;
      const auto a = tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), d.offset, {}, options);
      const auto b = tte::cox_fit(tte::TimeToEvent(written.columns()), written.covariates(), written.offset,
                                  {}, options);
      REQUIRE(a.monotone.is_empty() == b.monotone.is_empty());
      if (!a.monotone.is_empty()) return;
      REQUIRE(naive::gap(a.loglik, b.loglik) < 1e-9);
      REQUIRE(naive::gap(a.coefficients, b.coefficients) < 1e-6);
    });
  }
}

TEST_CASE("A score test of two groups under discrete ties is the log-rank test's") {
  // The score at 0 has mean E and the hypergeometric variance V.
  const Data d = naive::freireich();
  tte::CoxOptions options = with(Ties::exact_discrete);
  const auto fit = tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, options);
  REQUIRE(fit.score_test == Approx(16.7929).epsilon(1e-5));
  REQUIRE(fit.coefficients(0) == Approx(1.6282).epsilon(1e-4));
}

TEST_CASE("Weights and robust variances are refused in exact ties") {
  Data d = naive::freireich();
  tte::CoxOptions options = with(Ties::exact_marginal);
  options.robust = true;
  REQUIRE_THROWS_AS(tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, options),
                    tte::InvalidInput);
  options.robust = false;
  d.weight.assign(d.rows(), 2.0);
  REQUIRE_THROWS_AS(tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, options),
                    tte::InvalidInput);
}
