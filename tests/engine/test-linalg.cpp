#include <catch2/catch.hpp>
#include <tte/core/linalg.hpp>

#include "naive.hpp"

namespace {

// X'X of random columns; `copies[j] = k` makes column j twice column k plus a constant column 0.
arma::mat gram_with(std::size_t p, std::uint64_t seed, std::size_t copy = 0, std::size_t of = 0) {
  naive::Dice dice(seed);
  arma::mat x(4 * p + 4, p);
  for (double& value : x) value = dice.uniform() - 0.3;
  if (copy != of) x.col(copy) = 2 * x.col(of) - x.col(0);
  return x.t() * x;
}

}  // namespace

TEST_CASE("a regular matrix is inverted") {
  for (const std::size_t p : {1, 2, 5, 12}) {
    const arma::mat m = gram_with(p, p);
    const tte::SweptInverse out = tte::swept_inverse(m);
    CHECK(out.rank == p);
    CHECK(naive::gap(out.inverse, arma::mat(arma::inv(m))) < 1e-10);
    CHECK(out.aliased == std::vector<bool>(p, false));
  }
}

TEST_CASE("by hand: a 2 by 2 matrix and its quadratic form") {
  const tte::SweptInverse out = tte::swept_inverse(arma::mat{{2, 1}, {1, 3}});
  CHECK(naive::gap(out.inverse, arma::mat{{0.6, -0.2}, {-0.2, 0.4}}) < 1e-15);
  CHECK(out.quadratic_form(arma::vec{1, 2}) == Approx(1.4));
}

TEST_CASE("the later of two dependent columns is aliased, its row and column are zero") {
  const arma::mat m = gram_with(5, 3, 3, 1);
  const tte::SweptInverse out = tte::swept_inverse(m);
  CHECK(out.aliased == std::vector<bool>{false, false, false, true, false});
  CHECK(out.rank == 4);
  CHECK(arma::abs(out.inverse.row(3)).max() == 0);
  CHECK(arma::abs(out.inverse.col(3)).max() == 0);
  const arma::mat product = m * out.inverse * m;
  CHECK(naive::gap(product, m) < 1e-9);
  arma::mat rest = m;
  rest.shed_row(3);
  rest.shed_col(3);
  arma::mat inverse = out.inverse;
  inverse.shed_row(3);
  inverse.shed_col(3);
  CHECK(naive::gap(inverse, arma::mat(arma::inv(rest))) < 1e-9);
}

TEST_CASE("a column of zeros is aliased, also when it is the first") {
  const tte::SweptInverse out = tte::swept_inverse(arma::mat{{0, 0}, {0, 4}});
  CHECK(out.aliased == std::vector<bool>{true, false});
  CHECK(out.inverse(1, 1) == 0.25);
  CHECK(out.rank == 1);
}

TEST_CASE("aliasing does not depend on the units of the columns") {
  const arma::vec unit{1e-8, 1, 1e6, 1e-3, 1e10};
  const arma::mat m = gram_with(5, 4, 4, 2);
  const arma::mat scaled = arma::diagmat(unit) * m * arma::diagmat(unit);
  CHECK(tte::swept_inverse(scaled).aliased == tte::swept_inverse(m).aliased);
  CHECK(tte::swept_inverse(scaled).rank == 4);
}

TEST_CASE("a pivot is judged by the scale that the caller gives") {
  const arma::mat m{{1e-6, 0}, {0, 1}};
  CHECK(tte::swept_inverse(m, arma::vec{1e6, 1}, 1e-10).aliased[0]);
  CHECK_FALSE(tte::swept_inverse(m, arma::vec{1e3, 1}, 1e-10).aliased[0]);
  CHECK(tte::swept_inverse(m, arma::vec{1e4, 1}, 1e-10).aliased[0]);
}

TEST_CASE("nothing but nonsense is aliased altogether") {
  const arma::mat m(3, 3, arma::fill::value(naive::nan));
  CHECK(tte::swept_inverse(m).rank == 0);
  CHECK(tte::swept_inverse(arma::mat()).rank == 0);
}

TEST_CASE("the inverse is exactly symmetric") {
  const arma::mat inverse = tte::swept_inverse(gram_with(9, 7, 6, 2)).inverse;
  CHECK(arma::abs(inverse - inverse.t()).max() == 0);
}
