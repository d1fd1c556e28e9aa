#include <catch2/catch.hpp>
#include <tte/competing/fine_gray.hpp>

#include "naive.hpp"

using naive::Data;

namespace {

struct Naive {
  double value = 0;
  arma::vec score;
};

// The definition: at each case's time the rows at risk, and those that left before with a competing event.
Naive likelihood_of(const Data& d, const tte::detail::FineGrayProblem& p, const arma::vec& beta) {
  Naive out{0, arma::vec(beta.n_elem, arma::fill::zeros)};
  const auto count = [](const std::vector<std::int32_t>& v, std::size_t i) { return v.empty() ? 1 : v[i]; };
  const auto mass = [&](std::size_t i) { return (d.weight.empty() ? 1 : d.weight[i]) * count(d.freq, i); };
  const auto row = [&](std::size_t i) {
    arma::vec x(beta.n_elem);
    for (std::size_t j = 0; j < d.x.size(); ++j) x(j) = d.x[j][i] - p.centre[j];
    return x;
  };
  for (std::size_t i = 0; i < d.rows(); ++i) {
    if (d.cause[i] != 1 || mass(i) == 0) continue;
    const double t = d.stop[i];
    double s0 = 0;
    arma::vec s1(beta.n_elem, arma::fill::zeros);
    for (std::size_t k = 0; k < d.rows(); ++k) {
      if (count(d.stratum, k) != count(d.stratum, i) || mass(k) == 0) continue;
      double w = naive::start_of(d, k) < t && t <= d.stop[k];
      if (d.cause[k] > 1 && d.stop[k] < t) w = p.weights.left(0, t) / p.weights.left(0, d.stop[k]);
      const double r = w * mass(k) * std::exp(arma::dot(row(k), beta));
      s0 += r;
      s1 += r * row(k);
    }
    out.value += mass(i) * (arma::dot(row(i), beta) - std::log(s0));
    out.score += mass(i) * (row(i) - s1 / s0);
  }
  return out;
}

template <class Visit>
void each_problem(Visit visit) {
  naive::each_data(
      [&](const Data& d) {
        if (d.rows() < 5 || !d.subject.empty()) return;
        const tte::FineGrayInput input{d.columns(), {}, d.covariates(), {}};
        tte::detail::FineGrayProblem p(input, {}, {});
        if (p.is_defined()) visit(d, p);
      },
      2, 2);
}

}  // namespace

TEST_CASE("value and score are those of the definition, the information the score's derivative") {
  const arma::vec beta{0.4, -0.3};
  std::size_t seen = 0;
  each_problem([&](const Data& d, tte::detail::FineGrayProblem& p) {
    const Naive truth = likelihood_of(d, p, beta);
    const tte::Likelihood mine = p.likelihood(beta);
    CHECK(naive::gap(mine.value, truth.value) < 1e-10);
    CHECK(arma::max(arma::abs(mine.score - truth.score)) < 1e-8);
    for (std::size_t j = 0; j < 2; ++j) {
      arma::vec step(2, arma::fill::zeros);
      step(j) = 1e-5;
      const arma::vec slope =
          (likelihood_of(d, p, beta - step).score - likelihood_of(d, p, beta + step).score) / 2e-5;
      CHECK(arma::max(arma::abs(mine.information.col(j) - slope)) < 1e-5 * (1 + arma::max(arma::abs(slope))));
    }
    ++seen;
  });
  CHECK(seen > 40);
}

TEST_CASE("score residuals add up to the score, and martingale residuals to 0") {
  const arma::vec beta{0.2, 0.1};
  each_problem([&](const Data&, tte::detail::FineGrayProblem& p) {
    const arma::vec score = p.likelihood(beta).score;
    const std::vector<double> rows = p.likelihood.score_residuals();
    arma::vec sum(2, arma::fill::zeros);
    for (std::size_t u = 0; u < p.data.units(); ++u) {
      for (std::size_t j = 0; j < 2; ++j) sum(j) += rows[u * p.x.stride + j];
    }
    CHECK(arma::max(arma::abs(sum - score)) < 1e-9 * (1 + arma::max(arma::abs(score))));
    const tte::Arranged<double> martingale = p.likelihood.martingale();
    double total = 0;
    for (std::size_t i = 0; i < p.data.rows(); ++i) total += p.data.mass(i) * martingale[i];
    CHECK(std::fabs(total) < 1e-9 * static_cast<double>(p.data.rows()));
  });
}
