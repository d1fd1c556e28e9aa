#include <catch2/catch.hpp>
#include <tte/competing/aalen_johansen.hpp>

#include "naive.hpp"

using naive::Data;
using tte::AalenJohansen;
using tte::AalenJohansenOptions;
using tte::IncidenceVariance;
using tte::TimeToEvent;
using tte::Transform;

namespace {

constexpr auto aalen = IncidenceVariance::aalen, jackknife = IncidenceVariance::infinitesimal_jackknife;

AalenJohansen curves_of(const Data& d, std::size_t causes, IncidenceVariance variance,
                        Transform transform = Transform::none) {
  const TimeToEvent data(d.columns());
  return tte::aalen_johansen(data, tte::risk_table(data, causes), {variance, transform, 0.95});
}

// Every second, third, ... value: one state or cause over the times.
std::vector<double> column(const std::vector<double>& values, std::size_t width, std::size_t which) {
  std::vector<double> out;
  for (std::size_t k = which; k < values.size(); k += width) out.push_back(values[k]);
  return out;
}

// Variances in place of errors, which are rounding's square root where the variance is zero.
std::vector<double> squares(std::vector<double> values) {
  for (double& value : values) value *= value;
  return values;
}

double largest_gap(const AalenJohansen& a, const AalenJohansen& b) {
  return std::max({naive::gap(a.probability, b.probability),
                   naive::gap(squares(a.std_error), squares(b.std_error)), naive::gap(a.lower, b.lower),
                   naive::gap(a.upper, b.upper), naive::gap(a.cumulative_hazard, b.cumulative_hazard),
                   naive::gap(squares(a.hazard_std_error), squares(b.hazard_std_error))});
}

// Eight patients (survival's tests/testci.R).
const Data eight{{}, {1, 2, 2, 3, 3, 3, 5, 6}, {0, 1, 0, 2, 0, 2, 0, 2}};

}  // namespace

TEST_CASE("eight patients by hand, with survfit's jackknife errors") {
  const AalenJohansen curve = curves_of(eight, 2, jackknife);
  CHECK(curve.states == 3);
  CHECK(naive::gap(column(curve.probability, 3, 0),
                   std::vector<double>{1, 6.0 / 7, 18.0 / 35, 18.0 / 35, 0}) < 1e-15);
  CHECK(naive::gap(column(curve.probability, 3, 1),
                   std::vector<double>{0, 1.0 / 7, 1.0 / 7, 1.0 / 7, 1.0 / 7}) < 1e-15);
  CHECK(naive::gap(column(curve.probability, 3, 2),
                   std::vector<double>{0, 0, 12.0 / 35, 12.0 / 35, 6.0 / 7}) < 1e-15);
  const std::vector<double> free{0, 0.132260014253222, 0.203869277272824, 0.203869277272824, 0};
  const std::vector<double> one{0, 0.132260014253222, 0.132260014253222, 0.132260014253222,
                                0.132260014253222};
  const std::vector<double> two{0, 0, 0.195100333012763, 0.195100333012763, 0.132260014253222};
  CHECK(naive::gap(column(curve.std_error, 3, 0), free) < 1e-14);
  CHECK(naive::gap(column(curve.std_error, 3, 1), one) < 1e-14);
  CHECK(naive::gap(column(curve.std_error, 3, 2), two) < 1e-14);
  CHECK(naive::gap(column(curve.cumulative_hazard, 2, 1), std::vector<double>{0, 0, 0.4, 0.4, 1.4}) < 1e-15);
}

TEST_CASE("Aalen's variance by hand: at the first event, and with its correction for a tie") {
  // before anything is lost the variance of one cause is d/n^2, times 1 - (d - 1)/(n - 1) for tied events
  const AalenJohansen curve = curves_of({{}, {1, 1, 2, 3, 4}, {1, 1, 2, 0, 0}}, 2, aalen);
  CHECK(curve.std_error[1] == Approx(std::sqrt(2.0 / 25 * (1 - 1.0 / 4))));
  CHECK(curve.std_error[2] == 0);
  CHECK(curve.std_error[0] == Approx(0.6 * std::sqrt(2.0 / (5 * 3))));
  // at 2, of three at risk: the second cause gains S(1)^2/9 = 0.04; nothing of it was there to lose at 1,
  // where its later loss {F(2) - F(1)}/S(1) = 1/3 of what the other cause took counts 3/50
  CHECK(curve.std_error[5] == Approx(std::sqrt(0.04 + std::pow(1.0 / 3, 2) * (2.0 / 25 * 0.75))));
}

TEST_CASE("curves and Aalen's variances are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data(
      [&](const Data& d) {
        CAPTURE(++number);
        const AalenJohansen curve = curves_of(d, 3, aalen);
        const naive::Curves expected = naive::curves(d, 3);
        REQUIRE(naive::gap(column(curve.probability, 4, 0), expected.survival) < 1e-12);
        REQUIRE(naive::gap(curve.cumulative_hazard, expected.cause_hazard) < 1e-12);
        REQUIRE(naive::gap(curve.hazard_std_error, expected.cause_hazard_error) < 1e-12);
        for (std::size_t c = 0; c < 3; ++c) {
          REQUIRE(naive::gap(column(curve.probability, 4, c + 1), column(expected.incidence, 3, c)) < 1e-12);
          REQUIRE(naive::gap(column(squares(curve.std_error), 4, c + 1),
                             column(squares(expected.incidence_error), 3, c)) < 1e-12);
        }
        for (std::size_t k = 0; k < expected.survival.size(); ++k) {
          const double s = expected.survival[k], error = s > 0 ? s * expected.survival_error[k] : 0;
          REQUIRE(naive::gap(curve.std_error[4 * k], error) < 1e-12);
        }
      },
      3);
}

TEST_CASE("jackknife variances are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data(
      [&](const Data& d) {
        CAPTURE(++number);
        const AalenJohansen curve = curves_of(d, 3, jackknife);
        const naive::Curves expected = naive::curves(d, 3, naive::Variance::jackknife);
        REQUIRE(naive::gap(squares(curve.hazard_std_error), squares(expected.cause_hazard_error)) < 1e-12);
        for (std::size_t c = 0; c < 3; ++c) {
          REQUIRE(naive::gap(column(squares(curve.std_error), 4, c + 1),
                             column(squares(expected.incidence_error), 3, c)) < 1e-12);
        }
        for (std::size_t k = 0; k < expected.survival.size(); ++k) {
          const double s = expected.survival[k], error = s > 0 ? s * expected.survival_error[k] : 0;
          REQUIRE(naive::gap(std::pow(curve.std_error[4 * k], 2), error * error) < 1e-12);
        }
      },
      3);
}

TEST_CASE("the states' probabilities add up to one") {
  naive::each_data(
      [](const Data& d) {
        const AalenJohansen curve = curves_of(d, 3, aalen);
        for (std::size_t k = 0; k < curve.probability.size(); k += 4) {
          REQUIRE(curve.probability[k] + curve.probability[k + 1] + curve.probability[k + 2] +
                      curve.probability[k + 3] ==
                  Approx(1).epsilon(1e-13));
        }
      },
      3);
}

TEST_CASE("one cause is one less Kaplan-Meier, with Greenwood's error where no events tie") {
  const Data d = naive::random_data({60, 0, 1, 2, true}, 2);
  const AalenJohansen curve = curves_of(d, 1, aalen);
  const tte::KaplanMeier km =
      tte::kaplan_meier(tte::risk_table(TimeToEvent(d.columns())), {Transform::none, 0.95});
  for (std::size_t k = 0; k < km.survival.size(); ++k) {
    CHECK(curve.probability[2 * k] == km.survival[k]);
    CHECK(curve.probability[2 * k + 1] == Approx(1 - km.survival[k]).margin(1e-14));
  }
}

TEST_CASE("swapping the causes' codes swaps the curves") {
  Data d = naive::random_data({60, 6, 2, 2, true}, 6);
  const AalenJohansen before = curves_of(d, 2, aalen), jack = curves_of(d, 2, jackknife);
  for (std::int32_t& cause : d.cause) cause = cause > 0 ? 3 - cause : 0;
  const AalenJohansen after = curves_of(d, 2, aalen), swapped = curves_of(d, 2, jackknife);
  CHECK(naive::gap(column(after.probability, 3, 1), column(before.probability, 3, 2)) == 0);
  CHECK(naive::gap(column(after.std_error, 3, 2), column(before.std_error, 3, 1)) < 1e-13);
  CHECK(naive::gap(column(swapped.std_error, 3, 1), column(jack.std_error, 3, 2)) < 1e-12);
}

TEST_CASE("the order of rows, freq for copies and one stratum for none change nothing") {
  naive::each_data(
      [](const Data& d) {
        for (const IncidenceVariance variance : {aalen, jackknife}) {
          const AalenJohansen curve = curves_of(d, 2, variance);
          const auto same = [&](const Data& other) {
            REQUIRE(largest_gap(curves_of(other, 2, variance), curve) < 1e-12);
          };
          same(naive::shuffled(d, 4));
          if (d.subject.empty() && d.stratum.empty()) same(naive::written_out(d));
          if (d.stratum.empty()) {
            Data one = d;
            one.stratum.assign(d.rows(), 1);
            same(one);
          }
        }
      },
      2);
}

TEST_CASE("limits of every state are those of its estimate and error") {
  for (const Transform transform :
       {Transform::plain, Transform::log, Transform::log_log, Transform::arcsine}) {
    const AalenJohansen curve = curves_of(naive::random_data({60, 0, 2, 2}, 3), 2, aalen, transform);
    for (std::size_t k = 0; k < curve.probability.size(); ++k) {
      const double p = curve.probability[k], se = curve.std_error[k];
      if (!(p > 0 && p < 1)) continue;
      const tte::Interval limits = tte::probability_interval(p, se / p, 1.959963984540054, transform);
      CHECK(naive::gap(curve.lower[k], limits.lower) < 1e-12);
      CHECK(naive::gap(curve.upper[k], limits.upper) < 1e-12);
    }
  }
}

TEST_CASE("before its first event a cause has limits 0, and the state of no event has limits 1") {
  const AalenJohansen curve = curves_of(eight, 2, aalen, Transform::log_log);
  CHECK((curve.lower[0] == 1 && curve.upper[0] == 1));
  CHECK((curve.lower[1] == 0 && curve.upper[1] == 0));
  CHECK((curve.lower[5] == 0 && curve.upper[5] == 0));
  CHECK((curve.lower[4] > 0 && curve.upper[4] < 1));
}

TEST_CASE("a table of one cause stands for all causes, in the jackknife as well") {
  Data d = naive::random_data({60, 6, 3, 2}, 8);
  const AalenJohansen together = curves_of(d, 1, jackknife);
  for (std::int32_t& cause : d.cause) cause = cause > 0;
  CHECK(largest_gap(together, curves_of(d, 1, jackknife)) < 1e-12);
}

TEST_CASE("a level that is none, and the table of other data, are refused; data without rows are not") {
  const TimeToEvent data(eight.columns()), other(naive::six_mp().columns());
  const tte::RiskTable table = tte::risk_table(data, 2);
  CHECK_THROWS_AS(tte::aalen_johansen(data, table, {aalen, Transform::plain, 1.5}), tte::InvalidInput);
  CHECK_THROWS_AS(tte::aalen_johansen(other, table, {jackknife, Transform::none, 0.95}), tte::InvalidInput);
  CHECK(curves_of({}, 2, jackknife, Transform::log_log).probability.empty());
}

TEST_CASE("without weights and late entry the delta method and the infinitesimal jackknife are one") {
  for (const std::size_t distinct : {0, 7}) {
    naive::Shape shape{80, distinct, 3, 2};
    shape.freq = true;
    const Data d = naive::random_data(shape, 21 + distinct);
    const AalenJohansen delta = curves_of(d, 3, tte::IncidenceVariance::delta),
                        ij = curves_of(d, 3, jackknife);
    for (std::size_t k = 0; k < delta.std_error.size(); ++k) {
      if (k % delta.states > 0) CHECK(std::fabs(delta.std_error[k] - ij.std_error[k]) < 1e-10);
    }
  }
}
