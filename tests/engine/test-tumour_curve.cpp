#include <catch2/catch.hpp>
#include <tte/simulation/tumour_curve.hpp>

using tte::Lesions;
using tte::Progression;
using tte::TumourCourse;
using tte::TumourCurve;
using tte::TumourPlan;

namespace {

const double never = std::numeric_limits<double>::infinity();
const double missing = std::numeric_limits<double>::quiet_NaN();

const Lesions three{{40, 25, 15}, {1, 1.5, 0.4}};

TumourPlan plan_of(Progression mode, double depth, double shrink, double growth, double progression) {
  TumourPlan plan;
  plan.mode = mode;
  plan.depth = depth;
  plan.shrink_rate = shrink;
  plan.growth_rate = growth;
  plan.progression = progression;
  return plan;
}

TumourCurve curve_of(const TumourPlan& plan, const Lesions& lesions = three) {
  TumourCurve curve;
  curve.begin(plan, lesions);
  return curve;
}

// The lowest sum before a day, from a fine grid.
double lowest_until(const TumourCurve& curve, double day) {
  double low = curve.sum(0);
  for (int i = 0; i <= 20000; ++i) low = std::min(low, curve.sum(day * i / 20000));
  return low;
}

// Gompertz: towards 250 mm, as a power of what is left to it.
double gompertz(double mm, double rate, double days) {
  return 250 * std::pow(mm / 250, std::exp(-rate * days / std::log(250 / mm)));
}

double threshold(double nadir) { return std::max(1.2 * nadir, nadir + 5); }

// First day, from a fine grid, on which the sum is at its threshold.
double first_crossing(const TumourCurve& curve, double end) {
  double low = curve.sum(0);
  for (double day = 0; day <= end; day += 0.01) {
    const double sum = curve.sum(day);
    if (sum >= threshold(low)) return day;
    low = std::min(low, sum);
  }
  return never;
}

}  // namespace

TEST_CASE("the sum falls to the fraction that is left, whatever the lesions do") {
  const TumourCurve curve = curve_of(plan_of(Progression::none, 0.4, 0.02, 0.01, missing));
  for (const double day : {-20.0, 0.0}) CHECK(curve.sum(day) == Approx(80));
  for (const double day : {1.0, 30.0, 200.0, 3000.0}) {
    CHECK(curve.sum(day) == Approx(80 * (0.4 + 0.6 * std::exp(-0.02 * day))).epsilon(1e-12));
  }
  // sum b d = 83.5 before scaling to 0.4 x 80
  const double scale = 32 / 83.5;
  CHECK(curve.size(1, 1e6) == Approx(25 * 1.5 * scale));
  CHECK(curve.size(2, 1e6) == Approx(15 * 0.4 * scale));
  CHECK(curve.size(0, -3) == 40);
}

TEST_CASE("a delayed fall begins on its day and is the same from there on") {
  TumourPlan plan = plan_of(Progression::none, 0.3, 0.02, 0, missing);
  const TumourCurve now = curve_of(plan);
  plan.delay = 84;
  const TumourCurve later = curve_of(plan);
  CHECK(later.sum(84) == now.sum(0));
  for (const double day : {1.0, 30.0, 200.0}) CHECK(later.sum(84 + day) == Approx(now.sum(day)));
  CHECK(later.course().response == Approx(84 + now.course().response));
  plan = plan_of(Progression::target, 0.3, 0.02, 0.01, 300);
  plan.delay = 84;
  CHECK(first_crossing(curve_of(plan), 400) == Approx(300).margin(0.02));
  CHECK(curve_of(plan).course().response == Approx(later.course().response));
}

TEST_CASE("growth of the targets meets the threshold on the day of progression and not before") {
  for (const double depth : {1.0, 0.8, 0.5, 0.1}) {
    for (const double shrink : {0.002, 0.01, 0.05}) {
      for (const double growth : {0.002, 0.01, 0.1}) {
        for (const double at : {3.0, 45.0, 200.0, 900.0}) {
          CAPTURE(depth, shrink, growth, at);
          const TumourCurve curve = curve_of(plan_of(Progression::target, depth, shrink, growth, at));
          const TumourCourse course = curve.course();
          CHECK(curve.sum(at) == Approx(threshold(course.nadir)).epsilon(1e-12));
          CHECK(course.nadir == Approx(lowest_until(curve, at)).epsilon(1e-3));
          CHECK(first_crossing(curve, at + 5) == Approx(at).margin(0.05));
          CHECK(course.resistance >= 0);
          CHECK(course.resistance < at);
        }
      }
    }
  }
}

TEST_CASE("where there is time, growth has the rate that was asked for") {
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0.8, 0.01, 0.01, 300));
  const TumourCourse course = curve.course();
  CHECK(course.growth == Approx(0.01).epsilon(1e-9));
  // S(R) is near 64, so that 20 % is more than 5 mm: R = 300 - log(1.2) / 0.01
  CHECK(course.resistance == Approx(300 - 100 * std::log(1.2)).epsilon(1e-9));
  CHECK(course.nadir == Approx(80 * (0.8 + 0.2 * std::exp(-0.01 * course.resistance))));
  CHECK(curve.sum(299) == Approx(curve.sum(300) * std::exp(-0.01)));
}

TEST_CASE("five millimetres count where they are more than 20 percent") {
  const Lesions small{{12}, {1}};
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0.5, 0.02, 0.02, 400), small);
  const double nadir = curve.course().nadir;
  CHECK(nadir < 7);
  CHECK(curve.sum(400) == Approx(nadir + 5).epsilon(1e-12));
}

TEST_CASE("without time, resistance is there from the start and growth is steeper; later it is as asked") {
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0.9, 0.01, 0.001, 50));
  CHECK(curve.course().resistance == 0);
  CHECK(curve.course().growth == Approx(std::log(1.2) / 50));
  CHECK(curve.sum(50) == Approx(96));
  CHECK(curve.sum(51) == Approx(96 * std::exp(0.001)).epsilon(1e-6));
}

TEST_CASE("after progression lesions grow ever more slowly towards the largest there are") {
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0.8, 0.01, 0.01, 300));
  for (std::size_t l = 0; l < 3; ++l) {
    const double at = curve.size(l, 300);
    for (const double days : {1.0, 50.0, 400.0, 2000.0})
      CHECK(curve.size(l, 300 + days) == Approx(gompertz(at, 0.01, days)));
    CHECK(curve.size(l, 301) == Approx(at * std::exp(0.01)).epsilon(1e-4));
    CHECK(curve.size(l, 1e5) == Approx(250));
  }
  const TumourCurve large = curve_of(plan_of(Progression::target, 1, 0, 0.01, 100), {{300, 15}, {1, 1}});
  CHECK(large.size(0, 100) == Approx(360));
  CHECK(large.size(0, 900) == Approx(360));
  CHECK(large.size(1, 900) == Approx(gompertz(18, 0.01, 800)));
}

TEST_CASE("who would respond before progression does, however soon resistance would have to be") {
  const double day = 80, shrink = std::log((1 - 0.3) / (0.7 - 0.3)) / day;
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0.3, shrink, 0.002, 90));
  CHECK(curve.course().response == Approx(day));
  CHECK(curve.course().resistance == Approx(day));
  CHECK(curve.sum(day) == Approx(56));
  CHECK(curve.sum(90) == Approx(1.2 * 56));
  CHECK(curve.course().growth == Approx(std::log(1.2) / 10));
  CHECK(std::isnan(curve_of(plan_of(Progression::target, 0.3, shrink, 0.002, 79)).course().response));
  CHECK(std::isnan(curve_of(plan_of(Progression::none, 0.7, 1, 0, missing)).course().response));
  CHECK(std::isnan(curve_of(plan_of(Progression::none, 0.3, 0, 0, missing)).course().response));
}

TEST_CASE("resistance waits for the day it is asked to") {
  TumourPlan plan = plan_of(Progression::target, 0.3, 0.02, 0.002, 200);
  CHECK(curve_of(plan).course().resistance < 150);
  plan.sensitive_until = 150;
  const TumourCurve curve = curve_of(plan);
  CHECK(curve.course().resistance == Approx(150));
  CHECK(curve.sum(200) == Approx(threshold(curve.course().nadir)));
  plan.sensitive_until = missing;
  CHECK(curve_of(plan).course().resistance < 150);
}

TEST_CASE("lesions that vanish are gone, all of them on the day the largest is") {
  const TumourCurve curve = curve_of(plan_of(Progression::none, 0, 0.02, 0.01, missing));
  const double last = std::log(40 / 2.0) / 0.02, first = std::log(15 / 2.0) / 0.02;
  CHECK(curve.course().gone == Approx(last));
  CHECK(curve.course().nadir == 0);
  CHECK(curve.size(2, first - 0.01) == Approx(2).epsilon(1e-3));
  CHECK(curve.size(2, first + 0.01) == 0);
  CHECK(curve.sum(last - 0.01) > 0);
  CHECK(curve.sum(last + 0.01) == 0);
}

TEST_CASE("after a complete response the largest lesion comes back with 5 mm on the day of progression") {
  const double last = std::log(40 / 2.0) / 0.02;
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0, 0.02, 0.01, 250));
  CHECK(curve.course().gone == Approx(last));
  CHECK(curve.course().nadir == 0);
  CHECK(std::isnan(curve.course().resistance));
  CHECK(curve.sum(249.99) == 0);
  CHECK(curve.size(0, 250) == 5);
  CHECK(curve.sum(350) == Approx(gompertz(5, 0.01, 100)));
  CHECK(curve.course().response == Approx(std::log(1 / 0.7) / 0.02));
}

TEST_CASE("lesions that vanish on the way leave the crossing where it is") {
  for (const double at : {60.0, 85.0, 101.0, 110.0, 130.0, 145.0, 149.0}) {
    CAPTURE(at);
    const TumourCurve curve = curve_of(plan_of(Progression::target, 0, 0.02, 0.01, at));
    CHECK(std::isnan(curve.course().gone));
    CHECK(curve.sum(at) == Approx(threshold(curve.course().nadir)).epsilon(1e-9));
    CHECK(first_crossing(curve, at + 5) == Approx(at).margin(0.05));
  }
}

TEST_CASE("a response that comes with a lesion's vanishing is reached") {
  const Lesions two{{11, 10.5}, {1, 1}};
  TumourPlan plan = plan_of(Progression::target, 0, 0.01, 0.01, 40);
  plan.vanish = 10;
  const TumourCurve curve = curve_of(plan, two);
  CHECK(curve.course().response == Approx(std::log(1.05) / 0.01));
  CHECK(curve.sum(curve.course().response) <= 0.7 * 21.5);
}

TEST_CASE("other progressions let the targets regrow from their day on") {
  for (const Progression mode : {Progression::non_target, Progression::new_lesion}) {
    const TumourCurve curve = curve_of(plan_of(mode, 0.5, 0.02, 0.01, 100));
    const double low = 80 * (0.5 + 0.5 * std::exp(-2.0));
    CHECK(curve.sum(100) == Approx(low));
    CHECK(curve.size(0, 150) == Approx(gompertz(curve.size(0, 100), 0.01, 50)));
    CHECK(curve.course().resistance == 100);
    CHECK(curve.course().response > 0);
    CHECK(curve_of(plan_of(mode, 0.5, 0.02, 0, 100)).sum(150) == Approx(low));
  }
}

TEST_CASE("pseudo-progression is beyond the threshold at first and falls to its depth") {
  for (const Lesions& lesions : {three, Lesions{{11}, {1}}}) {
    const TumourCurve curve = curve_of(plan_of(Progression::pseudo, 0.5, 0.02, 0.01, missing), lesions);
    const double base = curve.sum(0);
    for (const double day : {30.0, 45.0, 59.9}) CHECK(curve.sum(day) > threshold(base));
    CHECK(curve.sum(5) < threshold(base));
    CHECK(curve.sum(60.01) == Approx(curve.sum(59.99)).epsilon(1e-3));
    CHECK(curve.sum(1e4) == Approx(0.5 * base));
    CHECK(curve.sum(curve.course().response) == Approx(0.7 * base));
    CHECK(curve.course().nadir == Approx(0.5 * base));
  }
}

TEST_CASE("progression after pseudo-progression meets the threshold anew") {
  const TumourCurve curve = curve_of(plan_of(Progression::pseudo, 0.5, 0.02, 0.01, 400));
  const TumourCourse course = curve.course();
  CHECK(course.resistance > 60);
  CHECK(course.nadir < 80);
  CHECK(curve.sum(400) == Approx(threshold(course.nadir)));
  CHECK(curve.sum(399) < threshold(course.nadir));
  CHECK(curve_of(plan_of(Progression::pseudo, 0.5, 0.02, 0.01, 40)).course().resistance == 40);
  CHECK(curve_of(plan_of(Progression::pseudo, 0.5, 0.02, 0, 400)).sum(400) > 0);
}

TEST_CASE("soon after a flare the threshold is still that of the baseline") {
  const TumourCurve curve = curve_of(plan_of(Progression::pseudo, 0.5, 0.02, 0.01, 75));
  CHECK(curve.sum(curve.course().resistance) > 80);
  CHECK(curve.sum(75) == Approx(96));
}

TEST_CASE("nodes become normal, not nothing, where all disease goes") {
  const Lesions lesions{{40, 25, 18}, {1, 0.8, 2}, 2};
  const TumourCurve curve = curve_of(plan_of(Progression::none, 0, 0.02, 0.01, missing), lesions);
  // 6 mm x 0.8, and 6 mm x 2 but 8 mm at most; a lesion is gone below 2 mm, a node normal below 10
  CHECK(curve.size(1, 1e5) == Approx(4.8));
  CHECK(curve.size(2, 1e5) == Approx(8));
  CHECK(curve.size(0, 1e5) == 0);
  CHECK(curve.course().nadir == Approx(12.8));
  const double first = std::log((25 - 4.8) / (10 - 4.8)) / 0.02, second = std::log(10 / 2.0) / 0.02;
  const double last = std::log(40 / 2.0) / 0.02;
  CHECK(curve.size(1, first) == Approx(10));
  CHECK(curve.size(2, second) == Approx(10));
  CHECK(curve.course().gone == Approx(last));
  const TumourCurve nodes =
      curve_of(plan_of(Progression::none, 0, 0.02, 0.01, missing), {{25, 18}, {0.8, 2}, 2});
  CHECK(nodes.course().gone == Approx(std::max(first, second)));
  CHECK(nodes.sum(nodes.course().response) == Approx(0.7 * 43));
  CHECK(nodes.course().response == Approx(std::log((43 - 12.8) / (0.7 * 43 - 12.8)) / 0.02));
}

TEST_CASE("where something is left, nodes shrink as other lesions do") {
  const TumourPlan plan = plan_of(Progression::target, 0.4, 0.02, 0.01, 200);
  const TumourCurve some = curve_of(plan, {{40, 25, 15}, {1, 1.5, 0.4}, 1}), none = curve_of(plan);
  for (const double day : {-5.0, 30.0, 150.0, 200.0, 300.0}) {
    for (std::size_t l = 0; l < 3; ++l) CHECK(some.size(l, day) == none.size(l, day));
  }
}

TEST_CASE("after a complete response another lesion than a node is back with what the sum lacks") {
  const Lesions lesions{{20, 25, 60}, {1, 1, 1}, 1};
  const TumourCurve curve = curve_of(plan_of(Progression::target, 0, 0.02, 0.01, 300), lesions);
  const double nadir = curve.course().nadir;
  CHECK(nadir == Approx(6 + 54 * std::exp(-6.0)));
  CHECK(curve.sum(299.99) == Approx(nadir).epsilon(1e-4));
  CHECK(curve.size(1, 300) == Approx(5));
  CHECK(curve.size(0, 400) == 0);
  CHECK(curve.size(2, 300) == Approx(nadir));
  CHECK(curve.sum(400) == Approx(gompertz(5, 0.01, 100) + 6 + 54 * std::exp(-8.0)));
}

TEST_CASE("where all targets are nodes the largest is diseased again, whatever the threshold") {
  const Lesions one{{25}, {0.8}, 1};
  const TumourPlan plan = plan_of(Progression::target, 0, 0.02, 0.01, 300);
  const TumourCurve low = curve_of(plan, one);
  CHECK(low.size(0, 299.9) == Approx(4.8).epsilon(0.02));
  CHECK(low.size(0, 300) == 10);
  const TumourCurve high = curve_of(plan, {{30, 25}, {1.2, 1.2}, 2});
  const double nadir = high.course().nadir;
  CHECK(nadir == Approx(14.4).epsilon(0.01));
  CHECK(high.sum(300) == Approx(nadir + 5));
  CHECK(high.size(0, 300) > 10);
  CHECK(high.size(1, 300) < 10);
}

TEST_CASE("nodes alone progress where the threshold is met by a diseased one, in time") {
  const Lesions nodes{{22, 16}, {1, 1}, 2};
  for (const double depth : {0.9, 0.5, 0.2}) {
    for (const double at : {30.0, 120.0, 500.0}) {
      CAPTURE(depth, at);
      const TumourCurve curve = curve_of(plan_of(Progression::target, depth, 0.03, 0.01, at), nodes);
      double low = curve.sum(0), first = never;
      for (double day = 0; day <= at + 5 && first == never; day += 0.01) {
        const double largest = std::max(curve.size(0, day), curve.size(1, day));
        if (curve.sum(day) >= threshold(low) && largest >= 10) first = day;
        low = std::min(low, curve.sum(day));
      }
      CHECK(first == Approx(at).margin(0.05));
    }
  }
  const TumourCurve deep = curve_of(plan_of(Progression::target, 0.2, 0.03, 0.01, 500), nodes);
  CHECK(deep.size(0, 500) == Approx(10).epsilon(1e-9));
  CHECK(deep.sum(500) > threshold(deep.course().nadir));
}

TEST_CASE("a curve can begin anew") {
  TumourCurve curve;
  curve.begin(plan_of(Progression::target, 0, 0.02, 0.01, 250), three);
  const TumourPlan plan = plan_of(Progression::none, 0.5, 0.02, 0.01, missing);
  curve.begin(plan, three);
  for (const double day : {10.0, 300.0}) CHECK(curve.sum(day) == curve_of(plan).sum(day));
}

TEST_CASE("plans without sense are refused") {
  const auto refused = [](const TumourPlan& plan, const Lesions& lesions = three) {
    CHECK_THROWS_AS(curve_of(plan, lesions), tte::InvalidInput);
  };
  for (const double bad : {-0.1, missing, never}) {
    refused(plan_of(Progression::target, bad, 0.01, 0.01, 100));
    refused(plan_of(Progression::target, 0.5, bad, 0.01, 100));
    refused(plan_of(Progression::target, 0.5, 0.01, bad, 100));
    refused(plan_of(Progression::target, 0.5, 0.01, 0.01, bad));
    refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{bad}, {1}});
    refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{10}, {bad}});
  }
  refused(plan_of(Progression::target, 1.1, 0.01, 0.01, 100));
  refused(plan_of(Progression::target, 0.5, 0.01, 0, 100));
  refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 0));
  refused(plan_of(Progression::new_lesion, 0.5, 0.01, 0.01, missing));
  refused(plan_of(static_cast<Progression>(5), 0.5, 0.01, 0.01, 100));
  refused(plan_of(static_cast<Progression>(-1), 0.5, 0.01, 0.01, 100));
  refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{}, {}});
  refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{10}, {}});
  refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{2}, {1}});
  refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{20}, {1}, 2});
  refused(plan_of(Progression::target, 0.5, 0.01, 0.01, 100), {{20, 10}, {1, 1}, 1});
  TumourPlan plan = plan_of(Progression::target, 0.5, 0.01, 0.01, 100);
  plan.sensitive_until = 100;
  refused(plan);
  plan.sensitive_until = -1;
  refused(plan);
  plan = plan_of(Progression::pseudo, 0.5, 0.01, 0.01, missing);
  plan.flare = 0;
  refused(plan);
  plan = plan_of(Progression::none, 0.5, 0.01, 0.01, missing);
  plan.delay = -1;
  refused(plan);
}
