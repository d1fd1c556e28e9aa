#include <catch2/catch.hpp>
#include <tte/competing/fine_gray.hpp>

#include "naive.hpp"

using naive::Data;
using tte::CensoringConvention;
using tte::SubdistributionVariance;

namespace {

// The score at `beta`, as it depends on the weight of one row.
arma::vec score_with(Data d, std::size_t row, double weight, const arma::vec& beta,
                     const std::vector<double>& centre, const std::vector<std::int32_t>& group) {
  d.weight[row] = weight;
  const tte::FineGrayInput input{d.columns(), group, d.covariates(), {}};
  tte::detail::FineGrayProblem p(input, {}, {});
  for (std::size_t i = 0; i < p.data.rows(); ++i) {
    for (std::size_t j = 0; j < 2; ++j) p.x.row(i)[j] += p.centre[j] - centre[j];
  }
  return p.likelihood(beta).score;
}

void check_influence(const Data& d, const std::vector<std::int32_t>& group) {
  const arma::vec beta{0.3, -0.2};
  const tte::FineGrayInput input{d.columns(), group, d.covariates(), {}};
  tte::detail::FineGrayProblem p(input, {}, {});
  if (!p.is_defined()) return;
  p.likelihood(beta);
  const std::vector<double> scores = tte::detail::unit_scores(p, SubdistributionVariance::sandwich);
  for (std::size_t i = 0; i < p.data.rows(); ++i) {
    const auto row = static_cast<std::size_t>(p.data.row(i));
    const double w = d.weight[row], h = 1e-5 * w;
    const arma::vec slope = (score_with(d, row, w + h, beta, p.centre, group) -
                             score_with(d, row, w - h, beta, p.centre, group)) /
                            (2 * h);
    for (std::size_t j = 0; j < 2; ++j) {
      CHECK(std::fabs(scores[i * p.x.stride + j] - w * slope(j)) < 1e-6 * (1 + std::fabs(w * slope(j))));
    }
  }
}

}  // namespace

TEST_CASE("a row's score with estimated weights is the derivative by its weight") {
  for (const bool late : {false, true}) {
    for (const std::size_t distinct : {0, 8}) {
      naive::Shape shape{40, distinct, 2, 2};
      shape.covariates = 2;
      shape.weight = true;
      shape.late = late;
      const Data d = naive::random_data(shape, 5 + distinct);
      check_influence(d, {});
      if (late) continue;
      std::vector<std::int32_t> group;
      for (std::size_t i = 0; i < d.rows(); ++i) group.push_back(1 + static_cast<std::int32_t>(i % 2));
      check_influence(d, group);
    }
  }
}
