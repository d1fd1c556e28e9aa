#include <catch2/catch.hpp>
#include <tte/nonparametric/kaplan_meier.hpp>

#include "naive.hpp"

using naive::Data;
using tte::KaplanMeier;
using tte::KaplanMeierOptions;
using tte::TimeToEvent;
using tte::Transform;

namespace {

const KaplanMeierOptions no_limits{Transform::none, 0.95};

KaplanMeier curve_of(const Data& d, const KaplanMeierOptions& options = no_limits) {
  return tte::kaplan_meier(tte::risk_table(TimeToEvent(d.columns())), options);
}

KaplanMeier robust_curve_of(const Data& d, const KaplanMeierOptions& options = no_limits) {
  const TimeToEvent data(d.columns());
  return tte::robust_kaplan_meier(data, tte::risk_table(data), options);
}

double largest_gap(const KaplanMeier& a, const KaplanMeier& b) {
  return std::max({naive::gap(a.survival, b.survival), naive::gap(a.std_error, b.std_error),
                   naive::gap(a.cumulative_hazard, b.cumulative_hazard),
                   naive::gap(a.hazard_std_error, b.hazard_std_error), naive::gap(a.lower, b.lower),
                   naive::gap(a.upper, b.upper)});
}

double largest_gap(const KaplanMeier& a, const naive::Curves& b) {
  return std::max({naive::gap(a.survival, b.survival), naive::gap(a.std_error, b.survival_error),
                   naive::gap(a.cumulative_hazard, b.hazard),
                   naive::gap(a.hazard_std_error, b.hazard_error)});
}

// With variances in place of errors, which are rounding's square root where the variance is zero.
KaplanMeier with_variances(KaplanMeier curve) {
  for (double& error : curve.std_error) error *= error;
  for (double& error : curve.hazard_std_error) error *= error;
  return curve;
}

naive::Curves with_variances(naive::Curves curves) {
  for (double& error : curves.survival_error) error *= error;
  for (double& error : curves.hazard_error) error *= error;
  return curves;
}

std::vector<double> errors_of_survival(const KaplanMeier& curve) {
  std::vector<double> out;
  for (std::size_t k = 0; k < curve.survival.size(); ++k) {
    out.push_back(curve.survival[k] > 0 ? curve.survival[k] * curve.std_error[k] : 0);
  }
  return out;
}

}  // namespace

TEST_CASE("by hand: 6-MP of Freireich's trial") {
  const KaplanMeier curve = curve_of(naive::six_mp());
  const double s[] = {18.0 / 21, 16.0 / 17, 1,       14.0 / 15, 1, 11.0 / 12, 10.0 / 11, 1,
                      1,         1,         6.0 / 7, 5.0 / 6,   1, 1,         1,         1};
  const double d[] = {3, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0};
  const double n[] = {21, 17, 16, 15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2, 1};
  double survival = 1, greenwood = 0, hazard = 0, aalen = 0;
  REQUIRE(curve.survival.size() == 16);
  for (std::size_t k = 0; k < 16; ++k) {
    survival *= s[k];
    greenwood += d[k] / (n[k] * (n[k] - d[k]) + (d[k] == 0));
    hazard += d[k] / n[k];
    aalen += d[k] / (n[k] * n[k]);
    CHECK(curve.survival[k] == Approx(survival).epsilon(1e-14));
    CHECK(curve.std_error[k] == Approx(std::sqrt(greenwood)).epsilon(1e-14));
    CHECK(curve.cumulative_hazard[k] == Approx(hazard).epsilon(1e-14));
    CHECK(curve.hazard_std_error[k] == Approx(std::sqrt(aalen)).epsilon(1e-14));
  }
  CHECK(curve.survival[15] == Approx(0.4482).margin(5e-5));  // as printed in the textbooks
  CHECK(curve.survival[15] * curve.std_error[15] == Approx(0.1346).margin(5e-5));
  CHECK((curve.lower.empty() && curve.upper.empty()));
}

TEST_CASE("log-log limits of 6-MP are survfit's") {
  const KaplanMeier curve = curve_of(naive::six_mp(), {Transform::log_log, 0.95});
  CHECK(curve.lower[0] == Approx(0.619717955265984).epsilon(1e-12));
  CHECK(curve.upper[0] == Approx(0.951551747646997).epsilon(1e-12));
  CHECK(curve.lower[5] == Approx(0.431610222486184).epsilon(1e-12));
  CHECK(curve.upper[15] == Approx(0.680142628495241).epsilon(1e-12));
  CHECK(curve.lower[2] == curve.lower[1]);  // nothing happened in between
}

TEST_CASE("every time has the limits of its own estimate and error") {
  for (const Transform transform : {Transform::plain, Transform::log, Transform::log_log, Transform::logit}) {
    const KaplanMeier curve = curve_of(naive::random_data({60, 0, 1, 3}, 1), {transform, 0.8});
    for (std::size_t k = 0; k < curve.survival.size(); ++k) {
      const tte::Interval limits =
          tte::probability_interval(curve.survival[k], curve.std_error[k], 1.2815515655446008, transform);
      CHECK(naive::gap(curve.lower[k], limits.lower) < 1e-12);
      CHECK(naive::gap(curve.upper[k], limits.upper) < 1e-12);
    }
  }
}

TEST_CASE("before the first event S is 1 with limits 1; once everybody is gone it is 0 without limits") {
  const KaplanMeier curve = curve_of({{}, {1, 2, 3}, {0, 1, 1}}, {Transform::log_log, 0.95});
  CHECK(curve.survival == std::vector<double>{1, 0.5, 0});
  CHECK((curve.std_error[0] == 0 && curve.lower[0] == 1 && curve.upper[0] == 1));
  CHECK(curve.std_error[2] == naive::infinity);
  CHECK((std::isnan(curve.lower[2]) && std::isnan(curve.upper[2])));
  CHECK(curve.cumulative_hazard[2] == 1.5);
}

TEST_CASE("late entry: a risk set that empties early takes S to 0 for good, the hazard goes on") {
  // at 2 only the first row is at risk; two more enter later
  const KaplanMeier curve = curve_of({{0, 3, 3}, {2, 5, 6}, {1, 1, 0}});
  CHECK(curve.survival == std::vector<double>{0, 0, 0});
  CHECK(curve.cumulative_hazard == std::vector<double>{1, 1.5, 1.5});
  CHECK(curve.hazard_std_error[2] == Approx(std::sqrt(1.25)));
}

TEST_CASE("without censoring S is one less the empirical distribution, its error binomial") {
  const KaplanMeier curve = curve_of({{}, {3, 1, 2, 5, 2}, {1, 1, 1, 1, 1}});
  CHECK(naive::gap(curve.survival, std::vector<double>{0.8, 0.4, 0.2, 0}) < 1e-15);
  CHECK(errors_of_survival(curve)[1] == Approx(std::sqrt(0.4 * 0.6 / 5)));
}

TEST_CASE("curves and model variances are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data([&](const Data& d) {
    CAPTURE(++number);
    REQUIRE(largest_gap(curve_of(d), naive::curves(d)) < 1e-12);
  });
}

TEST_CASE("robust variances are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data([&](const Data& d) {
    CAPTURE(++number);
    const naive::Curves expected = naive::curves(d, 1, naive::Variance::jackknife);
    REQUIRE(largest_gap(with_variances(robust_curve_of(d)), with_variances(expected)) < 1e-12);
  });
}

TEST_CASE("of events of several causes all count") {
  Data d = naive::random_data({60, 6, 3}, 4);
  const KaplanMeier causes = curve_of(d);
  for (std::int32_t& cause : d.cause) cause = cause > 0;
  CHECK(largest_gap(curve_of(d), causes) == 0);
  const TimeToEvent data(d.columns());
  CHECK(largest_gap(tte::kaplan_meier(tte::risk_table(data, 3), no_limits), causes) == 0);
}

TEST_CASE("the order of rows, freq for copies and one stratum for none change nothing") {
  const KaplanMeierOptions options{Transform::log_log, 0.95};
  naive::each_data([&](const Data& d) {
    const KaplanMeier curve = curve_of(d, options), robust = with_variances(robust_curve_of(d));
    const auto same = [&](const Data& other) {
      REQUIRE(largest_gap(curve_of(other, options), curve) < 1e-12);
      REQUIRE(largest_gap(with_variances(robust_curve_of(other)), robust) < 1e-12);
    };
    same(naive::shuffled(d, 3));
    if (d.subject.empty() && d.stratum.empty()) same(naive::written_out(d));
    if (d.stratum.empty()) {
      Data one = d;
      one.stratum.assign(d.rows(), 1);
      same(one);
    }
  });
}

TEST_CASE("persons cut into rows give the curve of whole persons") {
  const Data whole{{0, 0, 1, 0}, {4, 6, 7, 9}, {1, 0, 1, 1}, {}, {}, {}, {1, 2, 3, 4}};
  const Data split{{0, 2, 0, 1, 3, 0, 5}, {2, 4, 6, 3, 7, 5, 9}, {0, 1, 0, 0, 1, 0, 1}, {}, {}, {}, {},
                   {1, 1, 2, 3, 3, 4, 4}};
  CHECK(largest_gap(curve_of(split), curve_of(whole)) == 0);
  CHECK(largest_gap(robust_curve_of(split), robust_curve_of(whole)) < 1e-12);
}

TEST_CASE("the unit of time and a common factor of the weights change nothing") {
  Data d = naive::random_data({60, 0, 1, 2, true, false, true}, 7);
  const KaplanMeier curve = robust_curve_of(d);
  for (double& t : d.start) t *= 1e-11;
  for (double& t : d.stop) t *= 1e-11;
  CHECK(largest_gap(robust_curve_of(d), curve) == 0);
  for (double& w : d.weight) w *= 1e6;
  CHECK(largest_gap(robust_curve_of(d), curve) < 1e-11);
}

TEST_CASE("a robust error is the change of the curve as weights change") {
  const Data d = naive::random_data({12, 0, 1, 1, true, false, true}, 5);
  const KaplanMeier curve = robust_curve_of(d);
  const double step = 1e-6;
  std::vector<double> variance(curve.survival.size(), 0.0);
  for (std::size_t i = 0; i < d.rows(); ++i) {
    Data more = d, less = d;
    more.weight[i] *= 1 + step;
    less.weight[i] *= 1 - step;
    const KaplanMeier up = curve_of(more), down = curve_of(less);
    for (std::size_t k = 0; k < variance.size(); ++k) {
      variance[k] += std::pow((up.survival[k] - down.survival[k]) / (2 * step), 2);
    }
  }
  for (double& v : variance) v = std::sqrt(v);
  CHECK(naive::gap(errors_of_survival(curve), variance) < 1e-8);
}

TEST_CASE("the bits do not depend on the number of threads") {
  const Data d = naive::random_data({40000, 0, 1, 2}, 9);
  const tte::RiskTable table = tte::risk_table(TimeToEvent(d.columns()));
  const KaplanMeierOptions options{Transform::log_log, 0.95};
  const KaplanMeier one = tte::kaplan_meier(table, options, {1});
  CHECK(largest_gap(tte::kaplan_meier(table, options, {2}), one) == 0);
  CHECK(largest_gap(tte::kaplan_meier(table, options, {3}), one) == 0);
}

TEST_CASE("counts that a database made give the same curve") {
  tte::RiskTable table;
  table.stratum_begin = {0, 2};
  table.time = {1, 3};
  table.at_risk = {10, 6};
  table.events = {2, 3};
  table.censored = {2, 3};
  table.entered = {10, 0};
  CHECK(naive::gap(tte::kaplan_meier(table, no_limits).survival, std::vector<double>{0.8, 0.4}) < 1e-15);
}

TEST_CASE("summed weights of which everybody had the event leave no ghost of a survivor") {
  const Data d{{}, {1, 1, 1, 0.5}, {1, 1, 1, 1}, {0.1, 0.2, 0.3, 1e3 / 3}};
  CHECK(curve_of(d).survival.back() == 0);
  CHECK(robust_curve_of(d).std_error.back() == naive::infinity);
}

TEST_CASE("a level that is none is refused, data without rows are not") {
  CHECK_THROWS_AS(curve_of(naive::six_mp(), {Transform::plain, 95}), tte::InvalidInput);
  CHECK(curve_of({}).survival.empty());
  CHECK(robust_curve_of({}, {Transform::log, 0.9}).lower.empty());
}
