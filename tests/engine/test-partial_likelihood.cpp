#include <catch2/catch.hpp>
#include <tte/cox/residuals.hpp>

#include "naive.hpp"

using naive::Data;
using tte::Likelihood;
using tte::Ties;
using tte::TimeToEvent;

namespace {

// The likelihood at beta with all that comes with it.
struct At {
  Likelihood likelihood;
  std::vector<double> martingale, predictor;
  arma::mat scores, score_products;
};

At at(const Data& d, const arma::vec& beta, Ties ties, int threads = 1) {
  const TimeToEvent data(d.columns());
  const tte::ArrangedRows x = data.arrange_rows(d.covariates());
  const tte::Arranged<double> offset =
      d.offset.empty() ? tte::Arranged<double>() : data.arrange(tte::Span<double>(d.offset));
  tte::PartialLikelihood likelihood(data, x, offset, ties, {threads});
  At out{likelihood(beta), data.restore(likelihood.martingale()), data.restore(likelihood.linear_predictor()),
         arma::mat(data.units(), d.x.size()), arma::mat(d.x.size(), d.x.size(), arma::fill::zeros)};
  const std::vector<double> scores =
      tte::detail::unit_scores(tte::CoxSteps(data, x, likelihood.predictor(), ties));
  for (std::size_t unit = 0; unit < data.units(); ++unit) {
    for (std::size_t j = 0; j < x.width; ++j) out.scores(unit, j) = scores[unit * x.stride + j];
  }
  std::vector<double> copies(data.units(), 1.0);
  for (std::size_t i = 0; i < data.rows(); ++i)
    copies[static_cast<std::size_t>(data.unit(i))] = data.copies(i);
  for (std::size_t unit = 0; unit < data.units(); ++unit) {
    out.score_products += out.scores.row(unit).t() * out.scores.row(unit) / copies[unit];
  }
  return out;
}

// Data with covariates around 0 and, every other time, an offset.
template <class Visit>
void each_cox_data(Visit visit) {
  std::uint64_t seed = 0;
  naive::each_data(
      [&](Data d) {
        naive::Dice dice(++seed);
        if (seed % 2 == 0) {
          for (std::size_t i = 0; i < d.rows(); ++i) d.offset.push_back(dice.uniform() - 0.5);
        }
        visit(d);
      },
      1, 2);
}

double log_likelihood(const Data& d, double beta, Ties ties) { return at(d, {beta}, ties).likelihood.value; }

}  // namespace

TEST_CASE("Therneau and Grambsch 1, Breslow: likelihood, score and information in closed form") {
  const Data d = naive::therneau_grambsch(1);
  for (const double beta : {0.0, 1.5, -2.0, std::log((3 + std::sqrt(33.0)) / 2)}) {
    const double r = std::exp(beta);
    const Likelihood l = at(d, {beta}, Ties::breslow).likelihood;
    CHECK(l.value == Approx(2 * beta - std::log(3 * r + 3) - 2 * std::log(r + 3)));
    CHECK(l.score(0) == Approx(2 - r / (r + 1) - 2 * r / (r + 3)).margin(1e-14));
    CHECK(l.information(0, 0) == Approx(r / std::pow(r + 1, 2) + 6 * r / std::pow(r + 3, 2)));
  }
}

TEST_CASE("Therneau and Grambsch 1, Breslow: martingale residuals in closed form") {
  const Data d = naive::therneau_grambsch(1);
  const double r = 2.5, a = 1 / (3 * r + 3), b = a + 2 / (r + 3), c = b + 1;
  const std::vector<double> expected{1 - r * a, -r * a, 1 - r * b, 1 - b, -b, 1 - c};
  CHECK(naive::gap(at(d, {std::log(r)}, Ties::breslow).martingale, expected) < 1e-14);
}

TEST_CASE("Therneau and Grambsch 1, Efron: likelihood and martingale residuals in closed form") {
  const Data d = naive::therneau_grambsch(1);
  CHECK(at(d, {0}, Ties::efron).likelihood.score(0) == Approx(13.0 / 12));
  CHECK(at(d, {0}, Ties::efron).likelihood.information(0, 0) == Approx(83.0 / 144));
  const double r = 2.5, s = r / 2 + 2.5;
  const At efron = at(d, {std::log(r)}, Ties::efron);
  CHECK(efron.likelihood.value ==
        Approx(2 * std::log(r) - std::log(3 * r + 3) - std::log(r + 3) - std::log(s)));
  const double a = 1 / (3 * r + 3), whole = a + 1 / (r + 3) + 1 / s, own = a + 1 / (r + 3) + 0.5 / s;
  const std::vector<double> expected{1 - r * a, -r * a, 1 - r * own, 1 - own, -whole, -whole};
  CHECK(naive::gap(efron.martingale, expected) < 1e-14);
}

TEST_CASE("Therneau and Grambsch 2, (start, stop] rows: the likelihoods in closed form") {
  const Data d = naive::therneau_grambsch(2);
  for (const double beta : {0.0, -0.084526, 0.7}) {
    const double r = std::exp(beta);
    const double common =
        4 * beta - std::log(r + 1) - std::log(r + 2) - std::log(3 * r + 2) - 2 * std::log(3 * r + 1);
    CHECK(log_likelihood(d, beta, Ties::breslow) == Approx(common - 2 * std::log(3 * r + 2)));
    CHECK(log_likelihood(d, beta, Ties::efron) == Approx(common - std::log(3 * r + 2) - std::log(2 * r + 2)));
  }
}

TEST_CASE("Therneau and Grambsch 3, weights: the likelihoods in closed form") {
  const Data d = naive::therneau_grambsch(3);
  for (const double beta : {0.0, 0.85, -1.0}) {
    const double r = std::exp(beta);
    const double common = 11 * beta - std::log(r * r + 11 * r + 7) - 2 * std::log(2 * r + 1);
    CHECK(log_likelihood(d, beta, Ties::breslow) == Approx(common - 10 * std::log(11 * r + 5)));
    const double tie = std::log(11 * r + 5) + std::log(11 * r + 5 - (7 * r + 3) / 3) +
                       std::log(11 * r + 5 - 2 * (7 * r + 3) / 3);
    CHECK(log_likelihood(d, beta, Ties::efron) == Approx(common - 10.0 / 3 * tie));
  }
}

TEST_CASE("likelihood, score, information and residuals are those of the definition on random data") {
  std::size_t number = 0;
  each_cox_data([&](const Data& d) {
    CAPTURE(++number);
    naive::Dice dice(number);
    const arma::vec beta{2 * dice.uniform() - 1, dice.uniform() - 0.5};
    for (const Ties ties : {Ties::breslow, Ties::efron}) {
      const At got = at(d, beta, ties);
      const naive::Cox expected = naive::cox(d, beta, ties == Ties::efron);
      REQUIRE(naive::gap(got.likelihood.value, expected.loglik) < 1e-12);
      REQUIRE(naive::gap(got.likelihood.score, expected.score) < 1e-11);
      REQUIRE(naive::gap(got.likelihood.information, expected.information) < 1e-11);
      REQUIRE(naive::gap(got.martingale, expected.martingale) < 1e-11);
      REQUIRE(naive::gap(got.score_products, expected.score_products) < 1e-11);
    }
  });
}

TEST_CASE("the linear predictor is x'beta and the offset, in the caller's order") {
  Data d = naive::therneau_grambsch(1);
  d.offset = {0.5, 0, 0, 0, 0, -1};
  CHECK(at(d, {2}, Ties::efron).predictor == std::vector<double>{2.5, 2, 2, 0, 0, -1});
}

TEST_CASE("score residuals add up to the score, martingale residuals times mass to zero") {
  each_cox_data([](const Data& d) {
    const At got = at(d, {0.3, -0.4}, Ties::efron);
    REQUIRE(naive::gap(arma::vec(arma::sum(got.scores, 0).t()), got.likelihood.score) < 1e-11);
    double total = 0;
    for (std::size_t i = 0; i < d.rows(); ++i) {
      total += got.martingale[i] * (d.weight.empty() ? 1 : d.weight[i]) * (d.freq.empty() ? 1 : d.freq[i]);
    }
    REQUIRE(std::fabs(total) < 1e-10);
  });
}

TEST_CASE("score and information are the derivatives of the likelihood") {
  const Data d = naive::random_data({60, 6, 1, 2, true, true, true, false, true, 2}, 1);
  const arma::vec beta{0.4, -0.2};
  const double h = 1e-5;
  for (const Ties ties : {Ties::breslow, Ties::efron}) {
    const Likelihood l = at(d, beta, ties).likelihood;
    for (std::size_t j = 0; j < 2; ++j) {
      arma::vec up = beta, down = beta;
      up(j) += h;
      down(j) -= h;
      const Likelihood more = at(d, up, ties).likelihood, less = at(d, down, ties).likelihood;
      CHECK(l.score(j) == Approx((more.value - less.value) / (2 * h)).epsilon(1e-7));
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(l.information(j, k) == Approx((less.score(k) - more.score(k)) / (2 * h)).epsilon(1e-7));
      }
    }
  }
}

TEST_CASE("a predictor far from zero, another one in each stratum, does not overflow") {
  Data d = naive::random_data({60, 6, 1, 3, true, false, false, false, false, 2}, 2);
  const At plain = at(d, {0.5, 0.5}, Ties::efron);
  for (const std::int32_t stratum : d.stratum) d.offset.push_back(1000.0 * (stratum - 2));
  const At shifted = at(d, {0.5, 0.5}, Ties::efron);
  CHECK(shifted.likelihood.value == Approx(plain.likelihood.value).epsilon(1e-11));
  CHECK(naive::gap(shifted.likelihood.score, plain.likelihood.score) < 1e-9);
  CHECK(naive::gap(shifted.martingale, plain.martingale) < 1e-9);
}

TEST_CASE("a row of enormous risk that enters late and leaves spoils nobody else's part") {
  Data d = naive::therneau_grambsch(2);
  d.start.insert(d.start.end(), {6.5, 6.6});
  d.stop.insert(d.stop.end(), {7.5, 7.5});
  d.cause.insert(d.cause.end(), {0, 0});
  d.x[0].insert(d.x[0].end(), {0, 0});
  d.offset.assign(12, 0);
  d.offset[10] = 60;
  d.offset[11] = 30;
  At got = at(d, {0.5}, Ties::efron);
  naive::Cox expected = naive::cox(d, {0.5}, true);
  CHECK(got.likelihood.value == Approx(expected.loglik).epsilon(1e-13));
  CHECK(got.likelihood.score(0) == Approx(expected.score(0)).epsilon(1e-12));
  CHECK(got.likelihood.information(0, 0) == Approx(expected.information(0, 0)).epsilon(1e-12));
  got.martingale.resize(10);
  expected.martingale.resize(10);
  CHECK(naive::gap(got.martingale, expected.martingale) < 1e-13);
}

TEST_CASE("a row of large risk that enters late has its own part right as well") {
  for (const double offset : {5.0, 20.0, 40.0}) {
    CAPTURE(offset);
    Data d = naive::therneau_grambsch(2);
    d.start.push_back(6.5);
    d.stop.push_back(7.5);
    d.cause.push_back(0);
    d.x[0].push_back(0.7);
    d.offset.assign(11, 0);
    d.offset[10] = offset;
    const At got = at(d, {0.5}, Ties::efron);
    const naive::Cox expected = naive::cox(d, {0.5}, true);
    CHECK(naive::gap(got.likelihood.score, expected.score) < 1e-10);
    CHECK(naive::gap(got.likelihood.information, expected.information) < 1e-10);
    CHECK(naive::gap(got.martingale, expected.martingale) < 1e-10);
  }
}

TEST_CASE("evaluating again forgets the evaluation before") {
  const Data d = naive::random_data({60, 6, 1, 2, true, false, false, false, false, 2}, 3);
  const TimeToEvent data(d.columns());
  const tte::ArrangedRows x = data.arrange_rows(d.covariates());
  const tte::Arranged<double> none;
  tte::PartialLikelihood likelihood(data, x, none, Ties::efron, {});
  const Likelihood first = likelihood(arma::vec{0.1, 0.2});
  likelihood(arma::vec{-3, 3});
  const Likelihood again = likelihood(arma::vec{0.1, 0.2});
  CHECK(again.value == first.value);
  CHECK(naive::gap(again.information, first.information) == 0);
}

TEST_CASE("the bits do not depend on the number of threads") {
  const Data d = naive::random_data({40000, 300, 1, 2, true, false, true, false, false, 3}, 4);
  const At one = at(d, {0.1, 0.2, -0.3}, Ties::efron, 1);
  for (const int threads : {2, 3}) {
    const At more = at(d, {0.1, 0.2, -0.3}, Ties::efron, threads);
    CHECK(more.likelihood.value == one.likelihood.value);
    CHECK(naive::gap(more.likelihood.score, one.likelihood.score) == 0);
    CHECK(naive::gap(more.likelihood.information, one.likelihood.information) == 0);
    CHECK(naive::gap(more.martingale, one.martingale) == 0);
  }
}
