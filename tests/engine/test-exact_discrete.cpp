#include <catch2/catch.hpp>
#include <tte/cox/exact_discrete.hpp>

#include "naive.hpp"

using tte::discrete_tie;
using tte::DiscreteTie;
using tte::RowAtRisk;

namespace {

std::vector<RowAtRisk> rows_of(const std::vector<double>& r) {
  std::vector<RowAtRisk> rows;
  for (double value : r) rows.push_back({value, 1});
  return rows;
}

// The elementary symmetric polynomial by its recursion, in long double.
long double polynomial(const std::vector<double>& r, std::size_t d, std::size_t without = SIZE_MAX) {
  std::vector<long double> e(d + 1, 0);
  e[0] = 1;
  for (std::size_t i = 0; i < r.size(); ++i) {
    for (std::size_t k = d; i != without && k > 0; --k) e[k] += static_cast<long double>(r[i]) * e[k - 1];
  }
  return e[d];
}

double log_polynomial(const std::vector<double>& log_r, std::int64_t d) {
  std::vector<double> r;
  for (double value : log_r) r.push_back(std::exp(value));
  return discrete_tie(rows_of(r), d).log_polynomial;
}

}  // namespace

TEST_CASE("The contour integral is the elementary symmetric polynomial, and its inclusions the quotients") {
  naive::Dice dice(7);
  for (std::size_t n : {2, 3, 5, 9, 30, 80}) {
    for (std::size_t d = 1; d < n; d += n < 10 ? 1 : 7) {
      for (double spread : {0.0, 1.0, 8.0}) {
        std::vector<double> r;
        for (std::size_t i = 0; i < n; ++i) r.push_back(std::exp(spread * (dice.uniform() - 0.5)));
        CAPTURE(n, d, spread);
        const DiscreteTie tie = discrete_tie(rows_of(r), static_cast<std::int64_t>(d));
        const long double exact = polynomial(r, d);
        REQUIRE(tie.log_polynomial ==
                Approx(static_cast<double>(std::log(exact))).epsilon(1e-12).margin(1e-12));
        double included = 0;
        for (std::size_t i = 0; i < n; ++i) {
          const double share = static_cast<double>(r[i] * polynomial(r, d - 1, i) / exact);
          REQUIRE(tie.included[i] == Approx(share).epsilon(1e-10).margin(1e-13));
          included += tie.included[i];
        }
        REQUIRE(included == Approx(static_cast<double>(d)).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("Equal rows give a binomial coefficient, of any size") {
  for (double n : {10.0, 1000.0, 40000.0}) {
    for (double d : {1.0, 7.0, 0.5 * n, n - 1}) {
      CAPTURE(n, d);
      const DiscreteTie tie = discrete_tie({{1, static_cast<std::int32_t>(n)}}, static_cast<std::int64_t>(d));
      const double exact = std::lgamma(n + 1) - std::lgamma(d + 1) - std::lgamma(n - d + 1);
      REQUIRE(tie.log_polynomial == Approx(exact).epsilon(1e-11));
      REQUIRE(tie.included[0] == Approx(d / n).epsilon(1e-12));
    }
  }
}

TEST_CASE("Curvatures and the nodes' variance are the second derivatives") {
  const std::vector<double> log_r = {0.3, -1.0, 0.8, 0.0, 2.0};
  const double step = 1e-4;
  std::vector<double> r;
  for (double value : log_r) r.push_back(std::exp(value));
  for (std::int64_t d : {1, 2, 4}) {
    CAPTURE(d);
    const DiscreteTie tie = discrete_tie(rows_of(r), d);
    const auto at = [&](double a, double b) {
      std::vector<double> moved = log_r;
      moved[0] += a;
      moved[2] += b;
      return log_polynomial(moved, d);
    };
    double variance = 0, covariance = 0;
    for (std::size_t m = 0; m < tie.weight.size(); ++m) {
      const std::complex<double> p0 = tie.node_included[5 * m] - tie.included[0];
      const std::complex<double> p2 = tie.node_included[5 * m + 2] - tie.included[2];
      variance += (tie.weight[m] * p0 * p0).real();
      covariance += (tie.weight[m] * p0 * p2).real();
    }
    const double second = (at(step, 0) - 2 * at(0, 0) + at(-step, 0)) / (step * step);
    const double mixed =
        (at(step, step) - at(step, -step) - at(-step, step) + at(-step, -step)) / (4 * step * step);
    REQUIRE(variance + tie.curvature[0] == Approx(second).margin(2e-7));
    REQUIRE(covariance == Approx(mixed).margin(2e-7));
  }
}

TEST_CASE("Hazards far apart neither overflow nor lose the answer") {
  for (double size : {1e-200, 1e200}) {
    const DiscreteTie tie = discrete_tie(rows_of({size, 2 * size, 3 * size}), 2);
    REQUIRE(tie.log_polynomial == Approx(std::log(11) + 2 * std::log(size)).epsilon(1e-12));
  }
  const DiscreteTie apart = discrete_tie(rows_of({1e-90, 1, 1e90}), 2);
  REQUIRE(apart.log_polynomial == Approx(std::log(1e90)).epsilon(1e-12));
  REQUIRE(apart.included[2] == Approx(1));
  REQUIRE(apart.included[0] == Approx(0).margin(1e-15));
}
