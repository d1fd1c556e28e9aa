// The expected limits are those of survival's survfit (survfit_confint), to which the same numbers were
// given.
#include <catch2/catch.hpp>
#include <tte/core/interval.hpp>

#include "naive.hpp"

using tte::Interval;
using tte::Transform;

namespace {

const Transform all[] = {Transform::plain, Transform::log, Transform::log_log, Transform::logit,
                         Transform::arcsine};

Interval at_95(double p, double se_log, Transform transform) {
  return tte::probability_interval(p, se_log, 1.959963984540054, transform);
}

bool undefined(const Interval& limits) { return std::isnan(limits.lower) && std::isnan(limits.upper); }

}  // namespace

TEST_CASE("limits on every scale are survfit's") {
  const struct {
    Transform transform;
    double p, se, lower, upper;
  } expected[] = {{Transform::plain, 0.7, 0.1, 0.56280252108219619, 0.83719747891780372},
                  {Transform::plain, 0.05, 0.9, 0, 0.13819837930430243},
                  {Transform::plain, 0.99, 0.02, 0.95119271310610687, 1},
                  {Transform::log, 0.7, 0.1, 0.57541063663887237, 0.85156576677522189},
                  {Transform::log, 0.05, 0.9, 0.0085681806684377027, 0.29177722748181084},
                  {Transform::log, 0.99, 0.02, 0.95194348014928531, 1},
                  {Transform::log_log, 0.7, 0.1, 0.5390726186343846, 0.81392713740602929},
                  {Transform::log_log, 0.05, 0.9, 0.004525939957790685, 0.18965181537543166},
                  {Transform::log_log, 0.99, 0.02, 0.60856110919521422, 0.99979664277834168},
                  {Transform::logit, 0.7, 0.1, 0.54834264605358429, 0.81766680781270762},
                  {Transform::logit, 0.05, 0.9, 0.0081524819877827337, 0.25206464014326313},
                  {Transform::logit, 0.99, 0.02, 0.66266473163521833, 0.99979961062891665},
                  {Transform::arcsine, 0.7, 0.1, 0.55594629756442215, 0.82626039951538566},
                  {Transform::arcsine, 0.05, 0.9, 0.00053686618600458976, 0.17215822106623901},
                  {Transform::arcsine, 0.99, 0.02, 0.91536940204633388, 1}};
  for (const auto& e : expected) {
    CAPTURE(static_cast<int>(e.transform), e.p);
    CHECK(at_95(e.p, e.se, e.transform).lower == Approx(e.lower).epsilon(1e-12).margin(1e-15));
    CHECK(at_95(e.p, e.se, e.transform).upper == Approx(e.upper).epsilon(1e-12));
  }
}

TEST_CASE("an angle beyond the ends of the arcsine scale is cut off there") {
  CHECK(at_95(0.01, 3, Transform::arcsine).lower == 0);
  CHECK(at_95(0.99, 0.5, Transform::arcsine).upper == 1);
}

TEST_CASE("a probability known without error is its own interval") {
  for (const Transform transform : all) {
    CHECK(at_95(0.3, 0, transform).lower == Approx(0.3).epsilon(1e-14));
    CHECK(at_95(0.3, 0, transform).upper == Approx(0.3).epsilon(1e-14));
    CHECK(at_95(1, 0, transform).lower == 1);
    CHECK(at_95(1, 0, transform).upper == 1);
    CHECK(at_95(1, naive::nan, transform).lower == 1);
  }
}

TEST_CASE("where a scale has no value, or the error none, there are no limits") {
  for (const Transform transform : all) {
    CHECK(undefined(at_95(0, 0.5, transform)));
    CHECK(undefined(at_95(0, naive::infinity, transform)));
    CHECK(undefined(at_95(0.5, naive::infinity, transform)));
    CHECK(undefined(at_95(0.5, naive::nan, transform)));
    CHECK(undefined(at_95(naive::nan, 0.5, transform)));
  }
  CHECK(undefined(at_95(0.5, 0.1, Transform::none)));
  CHECK(undefined(at_95(1, 0.1, Transform::log_log)));
  CHECK(undefined(at_95(1, 0.1, Transform::logit)));
  CHECK(undefined(at_95(1, 0.1, Transform::arcsine)));
  CHECK(at_95(1, 0.1, Transform::plain).upper == 1);
  CHECK(at_95(1, 0.1, Transform::log).lower < 1);
}

TEST_CASE("limits lie around the estimate and within 0 and 1") {
  for (const Transform transform : all) {
    for (double p = 0.01; p < 1; p += 0.07) {
      const Interval limits = at_95(p, 0.4, transform);
      CHECK((0 <= limits.lower && limits.lower < p && p < limits.upper && limits.upper <= 1));
    }
  }
}

TEST_CASE("a level asks for its two-sided quantile") {
  CHECK(tte::two_sided_quantile(0.95) == Approx(1.959963984540054).epsilon(1e-14));
  CHECK(tte::two_sided_quantile(0.9) == Approx(1.6448536269514722).epsilon(1e-14));
  for (const double bad : {0.0, 1.0, -1.0, 95.0, naive::nan}) {
    CHECK_THROWS_AS(tte::two_sided_quantile(bad), tte::InvalidInput);
  }
}
