#include <catch2/catch.hpp>
#include <tte/cox/exact_marginal.hpp>

#include <algorithm>
#include <numeric>

#include "naive.hpp"

using tte::marginal_tie;
using tte::MarginalTie;
using tte::TiedEvent;

namespace {

std::vector<TiedEvent> events_of(const std::vector<double>& r) {
  std::vector<TiedEvent> events;
  for (double value : r) events.push_back({value, 1});
  return events;
}

// The definition: over every order in which the events may have happened, before any survivor.
double by_orders(const std::vector<double>& r, double survivors) {
  std::vector<std::size_t> order(r.size());
  std::iota(order.begin(), order.end(), 0);
  double total = 0;
  do {
    double left = survivors, probability = 1;
    for (auto j = order.rbegin(); j != order.rend(); ++j) {
      left += r[*j];
      probability *= r[*j] / left;
    }
    total += probability;
  } while (std::next_permutation(order.begin(), order.end()));
  return total;
}

double log_probability(const std::vector<double>& log_r, double log_survivors) {
  std::vector<double> r;
  for (double value : log_r) r.push_back(std::exp(value));
  return marginal_tie(events_of(r), std::exp(log_survivors)).log_probability;
}

}  // namespace

TEST_CASE("The integral is the sum over the orders of the tied events") {
  for (const std::vector<double>& r : {std::vector<double>{1, 1},
                                       {0.2, 3},
                                       {1e-6, 1},
                                       {1, 2, 3},
                                       {1e-3, 5, 0.4, 0.4},
                                       {2, 0.1, 0.7, 30, 1},
                                       {1e3, 1e-3, 1, 1, 1, 8}}) {
    for (double survivors : {1e-6, 0.01, 1.0, 7.5, 1e4}) {
      CAPTURE(r, survivors);
      const MarginalTie tie = marginal_tie(events_of(r), survivors);
      REQUIRE(tie.log_probability == Approx(std::log(by_orders(r, survivors))).epsilon(1e-12).margin(1e-13));
    }
  }
}

TEST_CASE("Events of equal hazard are any d of d + m: the probability is 1 over the binomial coefficient") {
  for (double d : {2.0, 3.0, 20.0, 182.0, 500.0, 5000.0}) {
    for (double m : {1.0, 10.0, 700.0, 50000.0}) {
      CAPTURE(d, m);
      const std::vector<TiedEvent> equal = {{0.37, static_cast<std::int32_t>(d)}};
      double exact = 0;
      for (double k = 1; k <= d; ++k) exact += std::log(k / (m + k));
      REQUIRE(marginal_tie(equal, 0.37 * m).log_probability == Approx(exact).epsilon(1e-12));
    }
  }
}

TEST_CASE("Copies are events written out") {
  const MarginalTie copies = marginal_tie({{0.5, 3}, {2, 1}}, 4.0);
  const MarginalTie written = marginal_tie(events_of({0.5, 0.5, 0.5, 2}), 4.0);
  REQUIRE(naive::gap(copies.log_probability, written.log_probability) < 1e-13);
  REQUIRE(naive::gap(copies.excess, written.excess) < 1e-13);
  REQUIRE(naive::gap(copies.share, std::vector<double>{written.share[0], written.share[3]}) < 1e-13);
  REQUIRE(naive::gap(copies.curvature, std::vector<double>{written.curvature[0], written.curvature[3]}) <
          1e-13);
}

TEST_CASE("Shares and excess are the derivatives of the log-probability") {
  const std::vector<double> log_r = {std::log(0.3), std::log(2.0), std::log(1.1)};
  const double log_s = std::log(2.5), step = 1e-5;
  std::vector<double> r;
  for (double value : log_r) r.push_back(std::exp(value));
  const MarginalTie tie = marginal_tie(events_of(r), 2.5);
  for (std::size_t j = 0; j < r.size(); ++j) {
    std::vector<double> up = log_r, down = log_r;
    up[j] += step;
    down[j] -= step;
    const double slope = (log_probability(up, log_s) - log_probability(down, log_s)) / (2 * step);
    REQUIRE(tie.share[j] == Approx(slope).epsilon(1e-8));
  }
  const double slope =
      (log_probability(log_r, log_s + step) - log_probability(log_r, log_s - step)) / (2 * step);
  REQUIRE(-tie.excess * 2.5 == Approx(slope).epsilon(1e-8));
}

TEST_CASE("Curvatures and the nodes' variance are the second derivatives") {
  const std::vector<double> log_r = {std::log(0.3), std::log(2.0)};
  const double log_s = std::log(2.5), step = 1e-4;
  const MarginalTie tie = marginal_tie(events_of({0.3, 2.0}), 2.5);
  const auto at = [&](double a, double b) { return log_probability({log_r[0] + a, log_r[1] + b}, log_s); };
  double variance = 0, covariance = 0;
  for (std::size_t q = 0; q < tie.u.size(); ++q) {
    const double h0 = tie.node_shares[2 * q] - tie.share[0], h1 = tie.node_shares[2 * q + 1] - tie.share[1];
    variance += tie.weight[q] * h0 * h0;
    covariance += tie.weight[q] * h0 * h1;
  }
  const double second = (at(step, 0) - 2 * at(0, 0) + at(-step, 0)) / (step * step);
  const double mixed =
      (at(step, step) - at(step, -step) - at(-step, step) + at(-step, -step)) / (4 * step * step);
  REQUIRE(variance - tie.curvature[0] == Approx(second).margin(1e-7));
  REQUIRE(covariance == Approx(mixed).margin(1e-7));
}

TEST_CASE("Hazards far apart neither overflow nor lose the answer") {
  for (double size : {1e-250, 1e-100, 1.0, 1e100, 1e250}) {
    CAPTURE(size);
    const MarginalTie tie = marginal_tie(events_of({size, 2 * size}), 3 * size);
    REQUIRE(tie.log_probability == Approx(std::log(by_orders({1, 2}, 3))).epsilon(1e-11));
  }
  REQUIRE(marginal_tie(events_of({1e60, 1e-60}), 1.0).log_probability ==
          Approx(std::log(1e-60)).epsilon(1e-12));
  REQUIRE(marginal_tie(events_of({1e200, 1e200}), 1e-100).log_probability == Approx(0).margin(1e-12));
}
