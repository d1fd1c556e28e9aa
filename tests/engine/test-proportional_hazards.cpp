#include <catch2/catch.hpp>
#include <tte/cox/cox_fit.hpp>
#include <tte/cox/proportional_hazards.hpp>

#include <map>

#include "naive_cox.hpp"

using naive::Data;
using tte::ProportionalHazards;
using tte::Ties;
using tte::TimeFunction;
using tte::TimeToEvent;

namespace {

// g at the distinct times of the data.
template <class G>
TimeFunction function_of(const Data& d, G g) {
  std::set<double> times(d.stop.begin(), d.stop.end());
  TimeFunction out;
  for (const double t : times) {
    out.times.push_back(t);
    out.values.push_back(g(t));
  }
  return out;
}

template <class G>
ProportionalHazards of(const Data& d, const std::vector<double>& beta, G g, Ties ties = Ties::efron,
                       bool robust = false, int threads = 1) {
  return tte::proportional_hazards(TimeToEvent(d.columns()), {d.covariates(), d.offset, beta, ties},
                                   function_of(d, g), robust, {threads});
}

double squared(double t) { return t * t / 10; }

// By the definition: the sums over all terms, and the sandwich over units.
struct Expected {
  arma::mat beta, between, theta, robust;
  arma::vec score;
};

Expected expected(const Data& d, const arma::vec& beta, bool efron) {
  const naive::CoxTerms cox = naive::cox_terms(d, beta, efron);
  const std::size_t p = d.x.size();
  const arma::mat square(p, p, arma::fill::zeros);
  Expected out{square, square, square, square, arma::vec(p, arma::fill::zeros)};
  double sum = 0, rows = 0;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    if (d.cause[i] == 0 || (!d.freq.empty() && d.freq[i] == 0)) continue;
    sum += squared(d.stop[i]);
    rows += 1;
  }
  const auto g = [&](double t) { return squared(t) - sum / rows; };
  for (const naive::CoxTerm& term : cox.terms) {
    const double w = term.mass / term.ties;
    out.beta += w * term.variance;
    out.between += w * g(term.time) * term.variance;
    out.theta += w * std::pow(g(term.time), 2) * term.variance;
  }
  if (arma::rcond(out.beta) < 1e-6) return {};
  const arma::mat slope = out.between * arma::inv(out.beta);
  std::map<std::size_t, arma::vec> unit;
  for (std::size_t s = 0; s < cox.rows.size(); ++s) {
    for (const naive::detail::CoxRow& i : cox.rows[s]) {
      const arma::vec plain = naive::cox_score_of(cox, s, i, [](double) { return 1.0; });
      const arma::vec timed = naive::cox_score_of(cox, s, i, g);
      unit.emplace(i.row.unit, arma::vec(p, arma::fill::zeros));
      unit[i.row.unit] += i.row.weight * (timed - slope * plain);
    }
  }
  for (const auto& own : unit) {
    out.score += own.second;
    out.robust += own.second * own.second.t();
  }
  return out;
}

arma::mat block(const arma::mat& m, std::size_t row, std::size_t column, std::size_t p) {
  return m.submat(row * p, column * p, row * p + p - 1, column * p + p - 1);
}

}  // namespace

TEST_CASE("score, information and both variances are those of the definition on random data") {
  std::size_t number = 0, compared = 0;
  naive::each_cox_data([&](const Data& d) {
    CAPTURE(++number);
    for (const bool efron : {false, true}) {
      const arma::vec beta{0.4, -0.3};
      const Expected want = expected(d, beta, efron);
      if (want.beta.is_empty()) continue;
      ++compared;
      const Ties ties = efron ? Ties::efron : Ties::breslow;
      const ProportionalHazards model = of(d, {0.4, -0.3}, squared, ties),
                                robust = of(d, {0.4, -0.3}, squared, ties, true);
      REQUIRE(naive::gap(model.score, want.score) < 1e-9);
      REQUIRE(naive::gap(block(model.information, 0, 0, 2), want.beta) < 1e-10);
      REQUIRE(naive::gap(block(model.information, 0, 1, 2), want.between) < 1e-10);
      REQUIRE(naive::gap(block(model.information, 1, 0, 2), want.between) < 1e-10);
      REQUIRE(naive::gap(block(model.information, 1, 1, 2), want.theta) < 1e-9);
      const arma::mat rest = want.theta - want.between * arma::solve(want.beta, want.between);
      REQUIRE(naive::gap(model.variance, rest) < 1e-8);
      REQUIRE(naive::gap(robust.variance, want.robust) < 1e-8);
      REQUIRE(naive::gap(robust.score, model.score) == 0);
    }
  });
  CHECK(compared > 350);
}

TEST_CASE("the events come with their Schoenfeld residuals and g") {
  const Data d = naive::random_data({60, 6, 1, 2, true, true, true, true, false, 2}, 4);
  const ProportionalHazards test = of(d, {0.4, -0.3}, squared);
  const tte::CoxResiduals alone =
      tte::schoenfeld_residuals(TimeToEvent(d.columns()), {d.covariates(), d.offset, {0.4, -0.3}});
  CHECK(test.events.schoenfeld == alone.schoenfeld);
  CHECK(test.events.row == alone.row);
  REQUIRE(test.g.size() == alone.time.size());
  for (std::size_t e = 0; e < test.g.size(); ++e) REQUIRE(test.g[e] == squared(alone.time[e]));
}

TEST_CASE("events before each time: 1 less the Kaplan-Meier estimate, of rows and not of weights") {
  // 4 rows, 5 persons: one of the two of the first row's freq would change everything.
  const std::vector<double> stop{1, 2, 2, 3}, weight{1, 5, 0.5, 2};
  const std::vector<std::int32_t> cause{1, 1, 0, 1}, freq{2, 1, 1, 1};
  tte::Columns columns;
  columns.stop = stop;
  columns.cause = cause;
  columns.freq = freq;
  columns.weight = weight;
  const TimeFunction g = tte::events_before(TimeToEvent(columns));
  CHECK(g.times == std::vector<double>{1, 2, 3});
  CHECK(naive::gap(g.values, std::vector<double>{0, 0.4, 0.6}) < 1e-15);
  const std::vector<std::int32_t> stratum{1, 2, 1, 2};
  columns.stratum = stratum;
  CHECK_THROWS_AS(tte::events_before(TimeToEvent(columns)), tte::InvalidInput);
}

TEST_CASE("Freireich's trial: the chi-squares are cox.zph's") {
  const Data d = naive::freireich();
  const struct {
    Ties ties;
    double identity, log;
  } cases[] = {{Ties::efron, 0.000196625426276578, 0.253228544782759},
               {Ties::breslow, 0.0176290017372879, 0.347693503995448}};
  for (const auto& c : cases) {
    tte::CoxOptions options;
    options.ties = c.ties;
    const tte::CoxFit fit = tte::cox_fit(TimeToEvent(d.columns()), d.covariates(), {}, {}, options);
    const auto chi_square = [&](double (*g)(double)) {
      const ProportionalHazards test = of(d, {fit.coefficients(0)}, g, c.ties);
      return test.score(0) * test.score(0) / test.variance(0, 0);
    };
    CHECK(chi_square([](double t) { return t; }) == Approx(c.identity).epsilon(1e-8));
    CHECK(chi_square([](double t) { return std::log(t); }) == Approx(c.log).epsilon(1e-8));
  }
}

TEST_CASE("g shifted changes nothing, g scaled scales, away from the maximum as well") {
  const Data d = naive::random_data({60, 6, 1, 2, true, true, true, true, false, 2}, 4);
  const ProportionalHazards one = of(d, {0.4, -0.3}, squared);
  const ProportionalHazards moved = of(d, {0.4, -0.3}, [](double t) { return 1e4 + 3 * squared(t); });
  CHECK(naive::gap(moved.score, arma::vec(3 * one.score)) < 1e-9);
  CHECK(naive::gap(moved.variance, arma::mat(9 * one.variance)) < 1e-8);
}

TEST_CASE("rows in another order, freq for copies and any number of threads change nothing") {
  const Data d = naive::random_data({60, 6, 1, 2, true, true, false, false, false, 2}, 5);
  for (const bool robust : {false, true}) {
    const ProportionalHazards one = of(d, {0.4, -0.3}, squared, Ties::efron, robust);
    for (const Data& other : {naive::shuffled(d, 2), naive::written_out(d)}) {
      const ProportionalHazards same = of(other, {0.4, -0.3}, squared, Ties::efron, robust);
      CHECK(naive::gap(same.score, one.score) < 1e-10);
      CHECK(naive::gap(same.variance, one.variance) < 1e-10);
    }
    const ProportionalHazards threads = of(d, {0.4, -0.3}, squared, Ties::efron, robust, 3);
    CHECK(naive::gap(threads.variance, one.variance) == 0);
    CHECK(naive::gap(threads.score, one.score) == 0);
  }
}

TEST_CASE("a function known at other times is read at the nearest; one unfit for it is refused") {
  const Data d = naive::freireich();
  const TimeToEvent data(d.columns());
  const tte::CoxModel model{d.covariates(), {}, {1.5}};
  const auto at = [&](const TimeFunction& g) {
    return tte::proportional_hazards(data, model, g, false).score(0);
  };
  TimeFunction near = function_of(d, squared);
  const double score = at(near);
  for (double& t : near.times) t += 0.4;
  CHECK(at(near) == score);
  for (double& t : near.times) t -= 0.8;
  CHECK(at(near) == score);
  CHECK(at({{10.0}, {7.0}}) == Approx(0).margin(1e-12));
  CHECK_THROWS_AS(at({{}, {}}), tte::InvalidInput);
  CHECK_THROWS_AS(at({{1, 2}, {1}}), tte::InvalidInput);
  CHECK_THROWS_AS(at({{2, 1}, {1, 1}}), tte::InvalidInput);
  CHECK_THROWS_AS(at({{1}, {naive::nan}}), tte::InvalidInput);
}

TEST_CASE("a constant covariate takes no part") {
  Data d = naive::random_data({60, 6, 1, 1, false, false, false, false, false, 2}, 6), more = d;
  more.x.insert(more.x.begin(), std::vector<double>(60, 5.0));
  const ProportionalHazards two = of(d, {0.4, -0.3}, squared), three = of(more, {0, 0.4, -0.3}, squared);
  CHECK(naive::gap(arma::mat(three.variance.submat(1, 1, 2, 2)), two.variance) < 1e-9);
  CHECK(three.variance(0, 0) == Approx(0).margin(1e-9));
  CHECK(three.score(1) == Approx(two.score(0)));
}
