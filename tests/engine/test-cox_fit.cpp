#include <catch2/catch.hpp>
#include <tte/cox/cox_fit.hpp>
#include <tte/nonparametric/log_rank.hpp>

#include "naive.hpp"

using naive::Data;
using tte::CoxFit;
using tte::CoxOptions;
using tte::Ties;
using tte::TimeToEvent;

namespace {

CoxFit fit_of(const Data& d, const CoxOptions& options = {}, const std::vector<double>& start = {},
              int threads = 1) {
  return tte::cox_fit(TimeToEvent(d.columns()), d.covariates(), d.offset, start, options, {threads});
}

CoxOptions with(Ties ties, bool robust = false) {
  CoxOptions options;
  options.ties = ties;
  options.robust = robust;
  return options;
}

double largest_gap(const CoxFit& a, const CoxFit& b) {
  return std::max({naive::gap(a.coefficients, b.coefficients), naive::gap(a.variance, b.variance),
                   naive::gap(a.naive_variance, b.naive_variance), naive::gap(a.loglik_start, b.loglik_start),
                   naive::gap(a.loglik, b.loglik), naive::gap(a.score_test, b.score_test),
                   naive::gap(a.robust_score_test, b.robust_score_test), naive::gap(a.wald_test, b.wald_test),
                   naive::gap(a.concordance.value, b.concordance.value)});
}

// Random data that a Cox model of two covariates can be fitted to.
template <class Visit>
void each_cox_data(Visit visit) {
  std::size_t number = 0;
  naive::each_data(
      [&](const Data& d) {
        CAPTURE(++number);
        if (d.rows() >= 60) visit(d);
      },
      1, 2);
}

std::vector<double> column(std::size_t n, double value) { return std::vector<double>(n, value); }

}  // namespace

TEST_CASE("Freireich's trial: coefficients, errors, tests and concordance are coxph's") {
  const struct {
    Ties ties;
    double beta, se, loglik_start, loglik, score, wald, robust_se, robust_score;
  } expected[] = {{Ties::efron, 1.57212514882907, 0.412396717709455, -93.1842699968477, -85.0084245773717,
                   17.2465367957166, 14.5326170633744, 0.391136167316692, 14.5717210368001},
                  {Ties::breslow, 1.50919141258588, 0.409564406366741, -93.9850504782452, -86.3796220711456,
                   15.9305395640327, 13.5782636509231, 0.375976691534102, 14.524329665742}};
  for (const auto& e : expected) {
    const CoxFit fit = fit_of(naive::freireich(), with(e.ties, true));
    CHECK(fit.converged);
    CHECK(fit.coefficients(0) == Approx(e.beta).epsilon(1e-10));
    CHECK(std::sqrt(fit.naive_variance(0, 0)) == Approx(e.se).epsilon(1e-9));
    CHECK(fit.loglik_start == Approx(e.loglik_start).epsilon(1e-12));
    CHECK(fit.loglik == Approx(e.loglik).epsilon(1e-12));
    CHECK(fit.score_test == Approx(e.score).epsilon(1e-10));
    CHECK(std::sqrt(fit.variance(0, 0)) == Approx(e.robust_se).epsilon(1e-9));
    CHECK(fit.robust_score_test == Approx(e.robust_score).epsilon(1e-9));
    CHECK(fit.wald_test == Approx(std::pow(e.beta / e.robust_se, 2)).epsilon(1e-8));
    CHECK(fit_of(naive::freireich(), with(e.ties)).wald_test == Approx(e.wald).epsilon(1e-8));
    CHECK(fit_of(naive::freireich(), with(e.ties)).naive_variance.is_empty());
    CHECK(fit.concordance.value == Approx(0.690042075736325));
  }
}

TEST_CASE("Therneau and Grambsch 1: the maximum in closed form") {
  const Data d = naive::therneau_grambsch(1);
  const CoxFit fit = fit_of(d, with(Ties::breslow));
  const double r = (3 + std::sqrt(33.0)) / 2;
  CHECK(fit.coefficients(0) == Approx(std::log(r)).epsilon(1e-12));
  CHECK(fit.variance(0, 0) ==
        Approx(1 / (r / std::pow(r + 1, 2) + 6 * r / std::pow(r + 3, 2))).epsilon(1e-10));
  CHECK(fit.score_test == Approx(1.6));
  CHECK(fit_of(d).loglik == Approx(-3.358975).margin(5e-7));
  CHECK(fit_of(d).score_test == Approx(std::pow(13.0 / 12, 2) / (83.0 / 144)));
}

TEST_CASE(
    "Therneau and Grambsch 2 as three strata shifted in time: the same maximum, three times the "
    "information") {
  const Data one = naive::therneau_grambsch(2);
  Data three;
  three.x.resize(1);
  for (int s = 0; s < 3; ++s) {
    for (std::size_t i = 0; i < one.rows(); ++i) {
      three.start.push_back(one.start[i] + s);
      three.stop.push_back(one.stop[i] + s);
      three.cause.push_back(one.cause[i]);
      three.stratum.push_back(s + 1);
      three.x[0].push_back(one.x[0][i]);
    }
  }
  const CoxFit a = fit_of(one), b = fit_of(three);
  CHECK(fit_of(one, with(Ties::breslow)).coefficients(0) == Approx(-0.084526).margin(5e-7));
  CHECK(b.coefficients(0) == Approx(a.coefficients(0)).epsilon(1e-10));
  CHECK(b.loglik == Approx(3 * a.loglik));
  CHECK(b.variance(0, 0) == Approx(a.variance(0, 0) / 3));
}

TEST_CASE("the fit is the maximum of the definition, and all else follows from it, on random data") {
  std::size_t fitted = 0;
  each_cox_data([&](const Data& d) {
    for (const Ties ties : {Ties::breslow, Ties::efron}) {
      const CoxFit fit = fit_of(d, with(ties, true));
      const naive::Cox at_fit = naive::cox(d, fit.coefficients, ties == Ties::efron);
      const naive::Cox at_zero = naive::cox(d, {0, 0}, ties == Ties::efron);
      if (!fit.converged || !fit.monotone.is_empty() || arma::rcond(at_fit.information) < 1e-4) continue;
      ++fitted;
      const arma::mat bread = arma::inv(at_fit.information);
      const arma::vec off = bread * at_fit.score / arma::sqrt(bread.diag());
      REQUIRE(arma::abs(off).max() < 1e-8);
      REQUIRE(naive::gap(fit.naive_variance, bread) < 1e-9);
      REQUIRE(naive::gap(fit.loglik, at_fit.loglik) < 1e-12);
      REQUIRE(naive::gap(fit.loglik_start, at_zero.loglik) < 1e-12);
      REQUIRE(naive::gap(fit.score_test,
                         arma::dot(at_zero.score, arma::solve(at_zero.information, at_zero.score))) < 1e-9);
      REQUIRE(naive::gap(fit.martingale, at_fit.martingale) < 1e-9);
      const arma::mat robust = bread * at_fit.score_products * bread;
      REQUIRE(naive::gap(fit.variance, robust) < 1e-9);
      REQUIRE(naive::gap(fit.wald_test, arma::dot(fit.coefficients, arma::solve(robust, fit.coefficients))) <
              1e-7);
      if (arma::rcond(at_zero.score_products) < 1e-4) continue;
      const arma::vec spread = arma::solve(at_zero.score_products, at_zero.score);
      REQUIRE(naive::gap(fit.robust_score_test, arma::dot(at_zero.score, spread)) < 1e-8);
    }
  });
  CHECK(fitted > 200);
}

TEST_CASE("the order of rows, freq for copies and one stratum for none change nothing") {
  each_cox_data([](const Data& d) {
    const CoxOptions options = with(Ties::efron, true);
    const CoxFit fit = fit_of(d, options);
    const auto same = [&](const Data& other) { REQUIRE(largest_gap(fit_of(other, options), fit) < 1e-7); };
    same(naive::shuffled(d, 6));
    if (d.subject.empty()) same(naive::written_out(d));
    if (d.stratum.empty()) {
      Data one = d;
      one.stratum.assign(d.rows(), 1);
      same(one);
    }
  });
}

TEST_CASE("persons cut into rows give the fit of whole persons") {
  const Data whole = naive::therneau_grambsch(2);
  Data split;
  split.x.resize(1);
  for (std::size_t i = 0; i < whole.rows(); ++i) {
    const double middle = i % 2 == 0 ? 0.5 * (whole.start[i] + whole.stop[i]) : 0.9 * whole.stop[i];
    const bool cut = whole.start[i] < middle && middle < whole.stop[i];
    for (int part = 0; part <= cut; ++part) {
      split.start.push_back(part == 0 ? whole.start[i] : middle);
      split.stop.push_back(part == 0 && cut ? middle : whole.stop[i]);
      split.cause.push_back(part == 0 && cut ? 0 : whole.cause[i]);
      split.subject.push_back(static_cast<std::int32_t>(i + 1));
      split.x[0].push_back(whole.x[0][i]);
    }
  }
  REQUIRE(split.rows() > whole.rows() + 3);
  const CoxOptions options = with(Ties::efron, true);
  CHECK(largest_gap(fit_of(split, options), fit_of(whole, options)) < 1e-9);
}

TEST_CASE("strata without events, rows without weight in them, and the unit of time change nothing") {
  const Data d = naive::freireich();
  const CoxFit fit = fit_of(d);
  Data more = d;
  more.stratum.assign(42, 2);
  more.stop.insert(more.stop.end(), {1, 2});
  more.cause.insert(more.cause.end(), {0, 0});
  more.x[0].insert(more.x[0].end(), {1, 0});
  more.cluster.insert(more.cluster.end(), {1, 1});
  more.stratum.insert(more.stratum.end(), {1, 4});
  CHECK(largest_gap(fit_of(more), fit) < 1e-8);
  Data seconds = d;
  for (double& t : seconds.stop) t *= 1e-11;
  CHECK(largest_gap(fit_of(seconds), fit) == 0);
}

TEST_CASE("covariates shifted and scaled give coefficients in the other unit") {
  Data d = naive::random_data({60, 0, 1, 1, true, false, false, false, false, 2}, 3);
  const CoxFit fit = fit_of(d);
  for (double& x : d.x[0]) x = 1e4 + 1e3 * x;
  const CoxFit scaled = fit_of(d);
  CHECK(scaled.coefficients(0) == Approx(fit.coefficients(0) / 1e3).epsilon(1e-8));
  CHECK(scaled.coefficients(1) == Approx(fit.coefficients(1)).epsilon(1e-8));
  CHECK(scaled.loglik == Approx(fit.loglik));
  CHECK(scaled.centre[0] == Approx(1e4 + 1e3 * fit.centre[0]));
  CHECK(naive::gap(scaled.linear_predictor, fit.linear_predictor) < 1e-8);
}

TEST_CASE("the linear predictor is that of the centred covariates, with the offset, in the caller's order") {
  Data d = naive::freireich();
  d.freq.assign(42, 1);
  d.freq[3] = 0;
  for (std::size_t i = 0; i < 42; ++i) d.offset.push_back(0.01 * static_cast<double>(i));
  const CoxFit fit = fit_of(d);
  CHECK(fit.centre[0] == Approx(21.0 / 41));
  for (std::size_t i = 0; i < 42; ++i) {
    const double expected = i == 3 ? 0 : fit.coefficients(0) * (d.x[0][i] - fit.centre[0]) + d.offset[i];
    CHECK(fit.linear_predictor[i] == Approx(expected).margin(1e-13));
  }
}

TEST_CASE("an offset that is the answer leaves nothing to estimate") {
  Data d = naive::freireich();
  const CoxFit fit = fit_of(d);
  for (std::size_t i = 0; i < 42; ++i) d.offset.push_back(fit.coefficients(0) * d.x[0][i]);
  const CoxFit rest = fit_of(d);
  CHECK(rest.coefficients(0) == Approx(0).margin(1e-9));
  CHECK(rest.loglik_start == Approx(fit.loglik));
}

TEST_CASE("a start is where the tests are made, and does not move the maximum") {
  const Data d = naive::freireich();
  const CoxFit fit = fit_of(d), from = fit_of(d, {}, {1.0});
  CHECK(from.coefficients(0) == Approx(fit.coefficients(0)).epsilon(1e-9));
  CHECK(from.loglik_start == Approx(naive::cox(d, {1.0}, true).loglik));
  CHECK(from.wald_test == Approx(std::pow(fit.coefficients(0) - 1, 2) / fit.variance(0, 0)));
  CoxOptions none;
  none.newton.max_iterations = 0;
  const CoxFit still = fit_of(d, none, {1.0});
  CHECK(still.coefficients(0) == 1);
  CHECK(still.loglik == still.loglik_start);
  CHECK_FALSE(still.converged);
}

TEST_CASE("without ties the score test of groups is the log-rank test, stratified and with late entry") {
  Data d = naive::random_data({60, 0, 1, 3, true, false, false, false, false, 0}, 9);
  naive::Dice dice(1);
  std::vector<std::int32_t> group;
  d.x.resize(2);
  for (std::size_t i = 0; i < d.rows(); ++i) {
    group.push_back(dice.below(3));
    d.x[0].push_back(group[i] == 1);
    d.x[1].push_back(group[i] == 2);
  }
  const TimeToEvent data(d.columns());
  const tte::LogRank test = tte::log_rank(data, data.arrange(tte::Span<std::int32_t>(group)), 3);
  CHECK(fit_of(d).score_test == Approx(test.statistic).epsilon(1e-10));
}

TEST_CASE("dependent and constant columns are aliased, the rest is fitted as if they were not there") {
  Data d = naive::random_data({60, 6, 1, 2, false, true, false, false, false, 2}, 5);
  const CoxFit fit = fit_of(d);
  Data more = d;
  more.x = {column(60, 7.1), d.x[0], d.x[0], d.x[1], column(60, 0)};
  for (std::size_t i = 0; i < 60; ++i) more.x[2][i] = 3 * d.x[0][i] - 100;
  const CoxFit aliased = fit_of(more);
  CHECK(aliased.aliased == std::vector<bool>{true, false, true, false, true});
  CHECK(aliased.coefficients(1) == Approx(fit.coefficients(0)).epsilon(1e-8));
  CHECK(aliased.coefficients(3) == Approx(fit.coefficients(1)).epsilon(1e-8));
  CHECK((aliased.coefficients(0) == 0 && aliased.coefficients(2) == 0 && aliased.coefficients(4) == 0));
  CHECK(aliased.variance(1, 3) == Approx(fit.variance(0, 1)).epsilon(1e-7));
  CHECK(aliased.variance(2, 2) == 0);
  CHECK(aliased.loglik == Approx(fit.loglik));
  CHECK(aliased.converged);
}

TEST_CASE("more columns than events leaves as many coefficients as can be told apart") {
  Data d{{}, {1, 2, 3, 4, 5, 6}, {1, 0, 1, 0, 0, 0}};
  d.x = naive::random_data({6, 0, 1, 1, false, false, false, false, false, 5}, 2).x;
  const CoxFit fit = fit_of(d);
  CHECK(fit.coefficients.is_finite());
}

TEST_CASE("a monotone likelihood is found with its direction") {
  Data d{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0}};
  d.x = {{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}};
  const CoxFit fit = fit_of(d);
  REQUIRE(fit.monotone.n_elem == 1);
  CHECK(fit.monotone(0) == -1);
  CHECK(std::isnan(fit.variance(0, 0)));
  CHECK(fit.coefficients(0) < -5);
  for (double& x : d.x[0]) x = 100 - 0.001 * x;
  CHECK(fit_of(d).monotone(0) == 1);
}

TEST_CASE("beside a monotone direction the other coefficients are estimated as if it were at infinity") {
  // x1 separates within strata of nothing else: at infinity only rows with x1 = 1 are left at risk beside an
  // event
  naive::Dice dice(3);
  Data d;
  d.x.resize(2);
  for (int i = 0; i < 80; ++i) {
    const bool first = i % 2 == 0;
    d.stop.push_back(first ? 1 + dice.uniform() : 0.5 + 3 * dice.uniform());
    d.cause.push_back(first);
    d.x[0].push_back(first);
    d.x[1].push_back(dice.uniform());
  }
  Data only = d;
  only.x = {d.x[1]};
  only.freq.assign(80, 0);
  for (std::size_t i = 0; i < 80; i += 2) only.freq[i] = 1;
  const CoxFit fit = fit_of(d), rest = fit_of(only);
  REQUIRE(fit.monotone.n_elem == 2);
  CHECK(fit.monotone(0) == 1);
  CHECK(fit.monotone(1) == 0);
  CHECK(fit.coefficients(1) == Approx(rest.coefficients(0)).epsilon(1e-4));
  CHECK(fit.variance(1, 1) == Approx(rest.variance(0, 0)).epsilon(1e-4));
  CHECK(std::isnan(fit.variance(0, 1)));
}

TEST_CASE("data that only look separated have a finite maximum") {
  // 40 events with x = 1, and one with x = 0 while a single x = 1 is still at risk
  Data d;
  d.x.resize(1);
  for (int i = 0; i < 400; ++i) {
    d.stop.push_back(1 + i);
    d.cause.push_back(i < 40);
    d.x[0].push_back(i < 41);
  }
  d.stop.push_back(40.5);
  d.cause.push_back(1);
  d.x[0].push_back(0);
  const CoxFit fit = fit_of(d);
  CHECK(fit.monotone.is_empty());
  CHECK(fit.converged);
  CHECK(fit.coefficients(0) > 3);
  CHECK(std::fabs(naive::cox(d, fit.coefficients, true).score(0)) < 1e-8);
  CHECK(fit.variance(0, 0) > 0);
}

TEST_CASE("of one covariate, monotone is what the definition calls so") {
  std::size_t found = 0, finite = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Data d = naive::random_data(
        {3 + seed % 5, seed % 2 ? 4u : 0u, 1, 1, false, false, false, false, false, 2}, seed);
    d.x = {d.x[seed % 2]};
    const TimeToEvent data(d.columns());
    const tte::ArrangedRows x = data.arrange_rows(d.covariates());
    const bool up = tte::is_monotone_along(data, x, {1}), down = tte::is_monotone_along(data, x, {-1});
    const CoxFit fit = fit_of(d);
    REQUIRE(fit.monotone.is_empty() == !(up || down));
    if (up || down) REQUIRE(fit.monotone(0) == (up ? 1 : -1));
    if (!up && !down) REQUIRE(fit.converged);
    ++(up || down ? found : finite);
  }
  CHECK((found > 50 && finite > 50));
}

TEST_CASE("a far outlier does not stop it, nor does a start some way off") {
  Data d = naive::random_data({60, 0, 1, 1, false, false, false, false, false, 1}, 12);
  d.x[0][7] = 1e6;
  CHECK(fit_of(d).converged);
  const CoxFit fit = fit_of(naive::freireich(), {}, {8});
  CHECK(fit.converged);
  CHECK(fit.coefficients(0) == Approx(1.57212514882907).epsilon(1e-9));
}

TEST_CASE("a start so far off that the information is lost is not called the maximum") {
  const CoxFit fit = fit_of(naive::freireich(), {}, {30});
  CHECK((!fit.converged || std::fabs(fit.coefficients(0) - 1.57212514882907) < 1e-6));
}

TEST_CASE("without covariates, events or rows there is a fit with nothing in it") {
  Data d = naive::freireich();
  d.x.clear();
  const CoxFit empty = fit_of(d);
  CHECK(empty.coefficients.is_empty());
  CHECK(empty.loglik == Approx(-93.1842699968477));
  CHECK(empty.converged);
  Data censored = naive::freireich();
  censored.cause.assign(42, 0);
  const CoxFit none = fit_of(censored, with(Ties::efron, true));
  CHECK(none.aliased == std::vector<bool>{true});
  CHECK((none.loglik == 0 && none.coefficients(0) == 0));
  CHECK(std::isnan(none.concordance.value));
  Data no_rows;
  no_rows.x.resize(2);
  CHECK(fit_of(no_rows).aliased == std::vector<bool>{true, true});
}

TEST_CASE("concordance is only computed when it is asked for") {
  CoxOptions options;
  options.concordance = false;
  CHECK(fit_of(naive::freireich(), options).concordance.concordant == 0);
}

TEST_CASE("the bits do not depend on the number of threads") {
  const Data d = naive::random_data({20000, 500, 1, 2, true, false, true, true, false, 3}, 4);
  const CoxFit one = fit_of(d, with(Ties::efron, true), {}, 1);
  for (const int threads : {2, 3}) {
    const CoxFit more = fit_of(d, with(Ties::efron, true), {}, threads);
    CHECK(largest_gap(more, one) == 0);
    CHECK(naive::gap(more.martingale, one.martingale) == 0);
  }
}

TEST_CASE("a likelihood that is no number is never called converged") {
  Data d = naive::freireich();
  d.offset.assign(42, 0);
  d.offset[0] = 1e308;
  d.offset[1] = -1e308;
  CHECK_FALSE(fit_of(d).converged);
}

TEST_CASE("columns of another length and what is not finite are refused") {
  const auto refused = [](auto spoil) {
    Data d = naive::freireich();
    d.offset.assign(42, 0);
    std::vector<double> start{0};
    spoil(d, start);
    CHECK_THROWS_AS(fit_of(d, {}, start), tte::InvalidInput);
  };
  refused([](Data& d, auto&) { d.x[0].pop_back(); });
  refused([](Data& d, auto&) { d.offset.pop_back(); });
  refused([](Data&, auto& start) { start.push_back(0); });
  for (const double bad : {naive::nan, naive::infinity}) {
    refused([&](Data& d, auto&) { d.x[0][5] = bad; });
    refused([&](Data& d, auto&) { d.offset[5] = bad; });
    refused([&](Data&, auto& start) { start[0] = bad; });
  }
}
