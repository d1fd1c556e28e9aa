#include <catch2/catch.hpp>
#include <tte/cox/cox_fit.hpp>
#include <tte/cox/residuals.hpp>

#include "naive_cox.hpp"

using naive::Data;
using tte::CoxModel;
using tte::CoxResiduals;
using tte::Ties;
using tte::TimeToEvent;

namespace {

CoxModel model_of(const Data& d, const std::vector<double>& beta, Ties ties = Ties::efron) {
  return {d.covariates(), d.offset, beta, ties};
}

CoxResiduals of(const Data& d, const std::vector<double>& beta, Ties ties = Ties::efron) {
  return tte::cox_residuals(TimeToEvent(d.columns()), model_of(d, beta, ties));
}

// The definition, at the first copy of every row.
CoxResiduals expected(const Data& d, const arma::vec& beta, bool efron) {
  const naive::CoxTerms cox = naive::cox_terms(d, beta, efron);
  const std::vector<double> zero(d.rows(), 0.0);
  CoxResiduals out{zero, std::vector<std::vector<double>>(d.x.size(), zero), {}, {}, {}, {}};
  for (std::size_t s = 0; s < cox.rows.size(); ++s) {
    for (const naive::detail::CoxRow& i : cox.rows[s]) {
      const arma::vec score = naive::cox_score_of(cox, s, i, [](double) { return 1.0; });
      out.martingale[i.row.from] = i.row.cause > 0;
      for (const naive::CoxTerm& term : cox.terms) {
        if (term.stratum == s)
          out.martingale[i.row.from] -= std::exp(i.eta) * naive::CoxTerms::share(i, term) * term.hazard();
      }
      for (std::size_t j = 0; j < d.x.size(); ++j) out.score[j][i.row.from] = score(j);
    }
  }
  return out;
}

// An event's covariate less the average of its tie's means.
double schoenfeld(const naive::CoxTerms& cox, std::size_t stratum, double time, double x, std::size_t j) {
  double out = x;
  for (const naive::CoxTerm& term : cox.terms) {
    if (term.stratum == stratum && term.time == time) out -= term.mean(j) / term.ties;
  }
  return out;
}

}  // namespace

TEST_CASE("Therneau and Grambsch 1, Breslow: residuals in closed form") {
  const double r = 2.5, a = 1 / (3 * r + 3), b = a + 2 / (r + 3), c = b + 1, m = r / (r + 1), q = r / (r + 3);
  const CoxResiduals got = of(naive::therneau_grambsch(1), {std::log(r)}, Ties::breslow);
  CHECK(naive::gap(got.martingale, std::vector<double>{1 - r * a, -r * a, 1 - r * b, 1 - b, -b, 1 - c}) <
        1e-14);
  const double first = (1 - m) * (1 - r * a), censored = -r * a * (1 - m);
  const double third = (1 - q) - r * (a * (1 - m) + 2 / (r + 3) * (1 - q));
  const double fourth = -q + a * m + 2 / (r + 3) * q, fifth = a * m + 2 / (r + 3) * q;
  CHECK(naive::gap(got.score[0], std::vector<double>{first, censored, third, fourth, fifth, fifth}) < 1e-14);
  CHECK(naive::gap(got.schoenfeld[0], std::vector<double>{1 - m, 1 - q, -q, 0}) < 1e-14);
  CHECK(got.row == std::vector<std::int32_t>{0, 2, 3, 5});
  CHECK(got.time == std::vector<double>{1, 6, 6, 9});
  CHECK(got.stratum == std::vector<std::int32_t>{0, 0, 0, 0});
}

TEST_CASE("Therneau and Grambsch 1, Efron: Schoenfeld residuals in closed form") {
  const double r = 2.5, mean = 0.5 * (r / (r + 3) + r / (r + 5));
  const CoxResiduals got = of(naive::therneau_grambsch(1), {std::log(r)});
  CHECK(naive::gap(got.schoenfeld[0], std::vector<double>{1 - r / (r + 1), 1 - mean, -mean, 0}) < 1e-14);
}

TEST_CASE("martingale and score residuals are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_cox_data([&](const Data& d) {
    CAPTURE(++number);
    naive::Dice dice(number);
    const arma::vec beta{2 * dice.uniform() - 1, dice.uniform() - 0.5};
    for (const bool efron : {false, true}) {
      const CoxResiduals got = of(d, {beta(0), beta(1)}, efron ? Ties::efron : Ties::breslow);
      const CoxResiduals want = expected(d, beta, efron);
      REQUIRE(naive::gap(got.martingale, want.martingale) < 1e-11);
      for (std::size_t j = 0; j < 2; ++j) REQUIRE(naive::gap(got.score[j], want.score[j]) < 1e-11);
    }
  });
}

TEST_CASE("Schoenfeld residuals are those of the definition, one for every event row, on random data") {
  std::size_t number = 0;
  naive::each_cox_data([&](const Data& d) {
    CAPTURE(++number);
    for (const bool efron : {false, true}) {
      const CoxResiduals got = of(d, {0.4, -0.3}, efron ? Ties::efron : Ties::breslow);
      const naive::CoxTerms cox = naive::cox_terms(d, {0.4, -0.3}, efron);
      std::size_t events = 0;
      for (std::size_t i = 0; i < d.rows(); ++i)
        events += d.cause[i] > 0 && (d.freq.empty() || d.freq[i] > 0);
      REQUIRE(got.row.size() == events);
      const CoxResiduals alone = tte::schoenfeld_residuals(
          TimeToEvent(d.columns()), model_of(d, {0.4, -0.3}, efron ? Ties::efron : Ties::breslow));
      REQUIRE((alone.schoenfeld == got.schoenfeld && alone.row == got.row));
      for (std::size_t e = 0; e < events; ++e) {
        const auto i = static_cast<std::size_t>(got.row[e]);
        const auto s = static_cast<std::size_t>(got.stratum[e]);
        REQUIRE(naive::in_stratum(d, i, s));
        REQUIRE(got.time[e] == d.stop[i]);
        REQUIRE(
            (e == 0 || s > static_cast<std::size_t>(got.stratum[e - 1]) || got.time[e] >= got.time[e - 1]));
        for (std::size_t j = 0; j < 2; ++j) {
          REQUIRE(naive::gap(got.schoenfeld[j][e], schoenfeld(cox, s, d.stop[i], d.x[j][i], j)) < 1e-11);
        }
      }
    }
  });
}

TEST_CASE(
    "at the maximum score residuals times mass add up to nothing, and the fit's martingale residuals "
    "return") {
  for (const Data& d : {naive::freireich(), naive::therneau_grambsch(2), naive::therneau_grambsch(3)}) {
    const tte::CoxFit fit = tte::cox_fit(TimeToEvent(d.columns()), d.covariates(), {}, {}, {});
    const CoxResiduals got = of(d, {fit.coefficients(0)});
    double total = 0;
    for (std::size_t i = 0; i < d.rows(); ++i)
      total += got.score[0][i] * (d.weight.empty() ? 1 : d.weight[i]);
    CHECK(std::fabs(total) < 1e-8);
    CHECK(naive::gap(got.martingale, fit.martingale) < 1e-9);
  }
}

TEST_CASE("dfbeta is the change of the coefficients when the weight of a row changes, by refitting") {
  Data d = naive::random_data({60, 6, 1, 2, true, false, true, false, false, 2}, 8);
  tte::CoxOptions options;
  options.newton.tolerance = 1e-13;
  const auto fit_of = [&](const Data& of) {
    return tte::cox_fit(TimeToEvent(of.columns()), of.covariates(), {}, {}, options);
  };
  const tte::CoxFit fit = fit_of(d);
  std::vector<double> got(120, naive::nan);
  tte::dfbeta(TimeToEvent(d.columns()), model_of(d, {fit.coefficients(0), fit.coefficients(1)}), fit.variance,
              got.data());
  for (std::size_t i = 0; i < 60; ++i) {
    const double h = 1e-4;
    Data up = d, down = d;
    up.weight[i] *= 1 + h;
    down.weight[i] *= 1 - h;
    const arma::vec change = (fit_of(up).coefficients - fit_of(down).coefficients) / (2 * h);
    REQUIRE(got[i] == Approx(change(0)).margin(1e-7));
    REQUIRE(got[60 + i] == Approx(change(1)).margin(1e-7));
  }
  CHECK_THROWS_AS(tte::dfbeta(TimeToEvent(d.columns()), model_of(d, {0, 0}), arma::mat(1, 1), got.data()),
                  tte::InvalidInput);
}

TEST_CASE("covariates far from 0 and huge linear predictors keep their digits") {
  Data d = naive::random_data({60, 6, 1, 2, true, false, false, false, false, 2}, 3), far = d;
  const CoxResiduals got = of(d, {0.7, -0.2});
  for (double& x : far.x[0]) x += 1e6;
  far.offset.assign(60, 5000);
  const CoxResiduals same = of(far, {0.7, -0.2});
  CHECK(naive::gap(same.martingale, got.martingale) < 1e-8);
  CHECK(naive::gap(same.score[0], got.score[0]) < 1e-8);
  CHECK(naive::gap(same.schoenfeld[0], got.schoenfeld[0]) < 1e-8);
}

TEST_CASE("without covariates martingale residuals are left") {
  Data d = naive::six_mp();
  const CoxResiduals got = of(d, {});
  CHECK(got.score.empty());
  CHECK(got.schoenfeld.empty());
  CHECK(got.row.size() == 9);
  double total = 0;
  for (const double m : got.martingale) total += m;
  CHECK(total == Approx(0).margin(1e-13));
}

TEST_CASE("a model that does not fit the data is refused") {
  const Data d = naive::therneau_grambsch(1);
  CHECK_THROWS_AS(of(d, {}), tte::InvalidInput);
  CHECK_THROWS_AS(of(d, {naive::nan}), tte::InvalidInput);
  Data other = d;
  other.x[0][2] = naive::infinity;
  CHECK_THROWS_AS(of(other, {1}), tte::InvalidInput);
  other = d;
  other.offset.assign(6, naive::nan);
  CHECK_THROWS_AS(of(other, {1}), tte::InvalidInput);
  other.offset.assign(5, 0);
  CHECK_THROWS_AS(of(other, {1}), tte::InvalidInput);
}

TEST_CASE("events whose near-equal times were merged come in the caller's order") {
  const std::vector<double> stop{2 + 1e-12, 1, 2, 2 - 1e-12, 3}, x{1, 0, 3, 2, 5};
  const std::vector<std::int32_t> cause{1, 1, 1, 1, 0};
  tte::Columns columns;
  columns.stop = stop;
  columns.cause = cause;
  const tte::CoxResiduals got =
      tte::schoenfeld_residuals(TimeToEvent(columns), {{x}, {}, {0.1}, Ties::efron});
  CHECK(got.row == std::vector<std::int32_t>{1, 0, 2, 3});
  CHECK(got.mass == std::vector<double>{1, 1, 1, 1});
  CHECK(got.schoenfeld[0][2] - got.schoenfeld[0][1] == Approx(2));
  CHECK(got.schoenfeld[0][3] - got.schoenfeld[0][1] == Approx(1));
}
