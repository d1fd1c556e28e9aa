#include <catch2/catch.hpp>
#include <tte/core/newton.hpp>

#include "naive.hpp"

using tte::Likelihood;
using tte::NewtonOptions;
using tte::NewtonResult;

namespace {

// A function of one variable from its value, slope and curvature; counts how often, and where, it was asked.
template <class Value, class Slope, class Curvature>
struct Curve {
  Value value;
  Slope slope;
  Curvature curvature;
  int asked = 0;
  double last = naive::nan;

  Likelihood operator()(const arma::vec& at) {
    ++asked;
    last = at(0);
    return {value(last), arma::vec{slope(last)}, arma::mat{curvature(last)}, arma::vec{curvature(last)}};
  }
};
template <class Value, class Slope, class Curvature>
Curve(Value, Slope, Curvature) -> Curve<Value, Slope, Curvature>;

template <class Evaluate>
NewtonResult maximum(Evaluate& evaluate, double start, const NewtonOptions& options = {}) {
  return tte::newton(std::ref(evaluate), arma::vec{start}, options, [](int, const arma::vec&) {});
}

Likelihood paraboloid(const arma::vec& at) {
  const arma::mat information{{4, 1, 0}, {1, 3, 0}, {0, 0, 0}};
  const arma::vec top{1, -2, 0}, off = at - top;
  return {-0.5 * arma::dot(off, information * off), -information * off, information, information.diag()};
}

// Concave, but a full Newton step from |x| > 1 overshoots further than it came.
auto overshooting() {
  return Curve{[](double x) { return -std::sqrt(1 + x * x); },
               [](double x) { return -x / std::sqrt(1 + x * x); },
               [](double x) { return std::pow(1 + x * x, -1.5); }};
}

}  // namespace

TEST_CASE("one step reaches the top of a paraboloid; a flat direction is aliased and stays where it was") {
  std::vector<int> iterations;
  std::vector<arma::vec> steps;
  const NewtonResult out =
      tte::newton(paraboloid, arma::vec{5, 5, 5}, {}, [&](int iteration, const arma::vec& step) {
        iterations.push_back(iteration);
        steps.push_back(step);
      });
  CHECK(out.converged);
  CHECK(out.iterations == 1);
  CHECK(naive::gap(out.at, arma::vec{1, -2, 5}) < 1e-12);
  CHECK(out.inverse.aliased == std::vector<bool>{false, false, true});
  CHECK(out.inverse.inverse(0, 0) == Approx(3.0 / 11));
  CHECK(iterations == std::vector<int>{1});
  CHECK(naive::gap(steps.at(0), arma::vec{-4, -7, 0}) < 1e-12);
}

TEST_CASE("a start at the maximum is the answer at once") {
  const NewtonResult out =
      tte::newton(paraboloid, arma::vec{1, -2, 0}, {}, [](int, const arma::vec&) { FAIL(); });
  CHECK(out.converged);
  CHECK(out.iterations == 0);
  CHECK(out.likelihood.value == 0);
}

TEST_CASE("steps that overshoot are halved until the value grows") {
  auto curve = overshooting();
  const NewtonResult out = maximum(curve, 10);
  CHECK(out.converged);
  CHECK(out.at(0) == Approx(0).margin(1e-9));
  CHECK(out.likelihood.value == Approx(-1));
}

TEST_CASE("the value never falls from one iteration to the next") {
  auto curve = overshooting();
  double before = curve(arma::vec{10}).value;
  tte::newton(std::ref(curve), arma::vec{10}, {}, [&](int, const arma::vec&) {
    const double now = -std::sqrt(1 + curve.last * curve.last);
    CHECK(now > before);
    before = now;
  });
}

TEST_CASE("a step into a place without a value is halved") {
  // log(x) - 8 x: from 1 the full step leads to 1 - 7 < 0, where the logarithm is not a number
  auto curve = Curve{[](double x) { return std::log(x) - 8 * x; }, [](double x) { return 1 / x - 8; },
                     [](double x) { return 1 / (x * x); }};
  const NewtonResult out = maximum(curve, 1);
  CHECK(out.converged);
  CHECK(out.at(0) == Approx(1.0 / 8));
}

TEST_CASE("a place where only the slope is not finite is no place to go either") {
  // from 6 the full step leads to 2, where the value is better
  auto curve = Curve{[](double x) { return -std::pow(x - 1, 2); },
                     [](double x) { return x == 2 ? naive::nan : -2 * (x - 1); },
                     [](double x) { return x > 5 ? 2.5 : 2.0; }};
  const NewtonResult out = maximum(curve, 6);
  CHECK(out.converged);
  CHECK(out.at(0) == Approx(1));
}

TEST_CASE("running out of iterations is said") {
  auto curve = overshooting();
  const NewtonResult out = maximum(curve, 10, {2, 1e-9});
  CHECK_FALSE(out.converged);
  CHECK(out.iterations == 2);
  const NewtonResult none = maximum(curve, 10, {0, 1e-9});
  CHECK_FALSE(none.converged);
  CHECK(none.at(0) == 10);
  CHECK(none.inverse.rank == 1);
}

TEST_CASE("the tolerance is a distance in standard errors") {
  // information 4: at distance 0.4 of the maximum the decrement is 0.8
  auto curve =
      Curve{[](double x) { return -2 * x * x; }, [](double x) { return -4 * x; }, [](double) { return 4.0; }};
  CHECK(maximum(curve, 0.4, {50, 0.81}).iterations == 0);
  CHECK(maximum(curve, 0.4, {50, 0.79}).iterations == 1);
}

TEST_CASE("where no step helps, the result is where it was, and close enough only if it was close") {
  // a value that falls wherever one goes, with a slope that promises otherwise
  const auto spike = [](double slope) {
    return Curve{[](double x) { return x == 3 ? 0.0 : -1.0; }, [=](double) { return slope; },
                 [](double) { return 1.0; }};
  };
  auto far = spike(1);
  const NewtonResult lost = maximum(far, 3);
  CHECK_FALSE(lost.converged);
  CHECK(lost.at(0) == 3);
  CHECK(lost.iterations == 0);
  CHECK(far.last == 3);  // the objective was left where the result is
  CHECK(far.asked == 33);
  auto near = spike(1e-6);
  CHECK(maximum(near, 3).converged);
}

TEST_CASE("after every accepted step the objective was last asked at the result") {
  auto curve = overshooting();
  const NewtonResult out = maximum(curve, 10);
  CHECK(curve.last == out.at(0));
}
