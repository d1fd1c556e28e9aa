// Response of a timepoint (clinical rules 1.3 to 1.5) from what was found there.
#include <catch2/catch.hpp>
#include <tte/response/recist.hpp>

#include <vector>

using tte::Category;
using tte::Findings;
using tte::NewLesion;
using tte::Override;
using tte::RecistRule;
using tte::Response;
using tte::TargetReason;
using tte::TimepointResponse;
using tte::VisitRole;

namespace {

// A timepoint known by its sum in tenths of a millimetre; -1: no target was measured.
Findings sum(std::int64_t tenths, bool complete = true, bool normal = false) {
  return tte::sum_findings(tenths, complete, normal);
}

// One patient with targets: the first timepoint is the baseline, the others follow every 42 days.
std::vector<TimepointResponse> history(std::vector<Findings> visits, const RecistRule& rule = {},
                                       int has_targets = 1) {
  for (std::size_t i = 0; i < visits.size(); ++i) {
    if (i == 0) visits[i].role = VisitRole::baseline;
    visits[i].day = static_cast<std::int32_t>(42 * i);
    visits[i].target_day = visits[i].day;
    if (visits[i].target_disease) visits[i].disease_day = visits[i].day;
  }
  const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(visits.size())}, targets{has_targets};
  return tte::recist({offset, visits, targets}, rule);
}

std::vector<TimepointResponse> sums(const std::vector<std::int64_t>& tenths, const RecistRule& rule = {}) {
  std::vector<Findings> visits;
  for (const std::int64_t value : tenths) visits.push_back(sum(value));
  return history(visits, rule);
}

Response last(const std::vector<std::int64_t>& tenths, const RecistRule& rule = {}) {
  return sums(tenths, rule).back().overall;
}

RecistRule rules() {
  RecistRule rule;
  rule.reappearance_if_confirmed = true;
  return rule;
}

constexpr auto CR = Response::CR, PR = Response::PR, SD = Response::SD, PD = Response::PD, NE = Response::NE,
               NN = Response::NN, NED = Response::NED;

}  // namespace

TEST_CASE("thresholds are reached to the tenth of a millimetre") {
  CHECK(last({300, 210}) == PR);
  CHECK(last({300, 211}) == SD);
  CHECK(last({300, 360}) == PD);
  CHECK(last({300, 359}) == SD);
  CHECK(last({100, 150}) == PD);
  CHECK(last({100, 149}) == SD);
  CHECK(last({161, 112}) == PR);
  CHECK(last({161, 113}) == SD);
}

TEST_CASE("growth counts from the smallest complete sum before") {
  const auto calls = sums({1000, 800, 650, 700, 760, 770, 780});
  const std::vector<Response> expected{SD, PR, PR, PR, PR, PD};
  const std::vector<std::int64_t> nadir{1000, 800, 650, 650, 650, 650};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(calls[i + 1].overall == expected[i]);
    CHECK(calls[i + 1].nadir == nadir[i]);
    CHECK(calls[i + 1].base == 1000);
  }
  CHECK(calls[0].overall == Response::missing);
}

TEST_CASE("a sum that lacks targets is no nadir") {
  const auto calls = history({sum(400), sum(80, false), sum(400)});
  CHECK(calls[1].overall == NE);
  CHECK(calls[1].reason == TargetReason::some_missing);
  CHECK(calls[2].nadir == 400);
  CHECK(calls[2].overall == SD);
}

TEST_CASE("a sum that lacks targets is a progression if it is large enough") {
  CHECK(history({sum(250), sum(300, false)})[1].overall == PD);
  CHECK(history({sum(250), sum(299, false)})[1].overall == NE);
  CHECK(history({sum(250), sum(-1)})[1].reason == TargetReason::none_measured);
}

TEST_CASE("partial response is sticky until progression") {
  RecistRule strict;
  strict.pr_sticky = false;
  CHECK(last({1000, 700, 800}) == PR);
  CHECK(last({1000, 700, 800}, strict) == SD);
  CHECK(sums({1000, 700, 800})[2].reason == TargetReason::still_partial);
  CHECK(last({1000, 700, -1, 800}) == PR);
  CHECK(last({1000, 700, 840, 800}) == SD);
  CHECK(history({sum(160), sum(80, true, true), sum(120)}, rules())[2].target == Category::PR);
}

TEST_CASE("after a nadir of zero progression begins at five millimetres, or at once") {
  RecistRule at_once = rules();
  at_once.nadir0_pd = true;
  CHECK(last({300, 0, 49}, rules()) == PR);
  CHECK(last({300, 0, 50}, rules()) == PD);
  CHECK(last({300, 0, 1}, at_once) == PD);
  CHECK(sums({300, 0, 1}, at_once)[2].reason == TargetReason::from_zero);
  CHECK(last({40, 0, 39}, rules()) == PR);
}

TEST_CASE("normal nodes are gone before they can have grown") {
  const auto calls = history({sum(160), sum(20, true, true), sum(80, true, true)});
  CHECK(calls[1].overall == CR);
  CHECK(calls[2].overall == CR);
}

TEST_CASE("without a complete baseline the targets are gone or not evaluable") {
  const auto calls = history({sum(300, false), sum(600), sum(0), sum(100)}, rules());
  CHECK(calls[1].overall == NE);
  CHECK(calls[1].reason == TargetReason::no_baseline);
  CHECK(calls[2].overall == CR);
  CHECK(calls[3].overall == NE);
  CHECK(calls[3].base == -1);
  CHECK(calls[3].nadir == -1);
}

TEST_CASE("every combination of the three parts follows the table") {
  const auto overall = [](Category t, Category n) { return tte::overall_response(t, n, NewLesion::no); };
  const std::vector<Category> non_target{Category::CR, Category::NN, Category::NE, Category::none};
  const std::vector<Response> cr{CR, PR, PR, CR}, none{CR, NN, NE, NED};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(overall(Category::CR, non_target[i]) == cr[i]);
    CHECK(overall(Category::PR, non_target[i]) == PR);
    CHECK(overall(Category::SD, non_target[i]) == SD);
    CHECK(overall(Category::NE, non_target[i]) == NE);
    CHECK(overall(Category::none, non_target[i]) == none[i]);
    CHECK(overall(Category::PD, non_target[i]) == PD);
  }
  for (const Category t :
       {Category::none, Category::CR, Category::PR, Category::SD, Category::PD, Category::NE}) {
    CHECK(overall(t, Category::PD) == PD);
    for (const Category n : non_target) CHECK(tte::overall_response(t, n, NewLesion::yes) == PD);
    CHECK(tte::overall_response(t, Category::CR, NewLesion::not_assessed) == overall(t, Category::CR));
  }
}

TEST_CASE("disease after a complete response is progression, at its first scan") {
  const auto calls = sums({300, 0, 30});
  CHECK(calls[2].overall == PD);
  CHECK(calls[2].target == Category::PR);
  CHECK(calls[2].override_by == Override::reappeared);
  CHECK(calls[2].day == 84);
  CHECK(last({300, 0, 30}, rules()) == PR);
  CHECK(last({300, 0, 0, 30}, rules()) == PD);
  RecistRule later = rules();
  later.confirm_days = 43;
  CHECK(last({300, 0, 0, 30}, later) == PR);
  CHECK(last({300, 0, 0, 0, 30}, later) == PD);
  later.confirm_days = 42;
  CHECK(last({300, 0, 0, 30}, later) == PD);
}

TEST_CASE("a complete response is confirmed across as many unevaluable visits as the rule allows") {
  CHECK(last({300, 0, -1, 0, 30}, rules()) == PD);
  CHECK(last({300, 0, -1, -1, 0, 30}, rules()) == PR);
  RecistRule two = rules();
  two.max_ne = 2;
  CHECK(last({300, 0, -1, -1, 0, 30}, two) == PD);
  CHECK(last({300, 0, 100, 0, 30}, rules()) == PR);
}

TEST_CASE("a complete response needs to know of new lesions") {
  std::vector<Findings> visits{sum(300), sum(0)};
  visits[1].new_lesion = NewLesion::not_assessed;
  CHECK(history(visits)[1].overall == NE);
  CHECK(history(visits)[1].override_by == Override::new_not_assessed);
  RecistRule rule;
  rule.new_lesions_for_cr = false;
  CHECK(history(visits, rule)[1].overall == CR);
  visits[1].sum = 200;
  visits[1].target_disease = true;
  CHECK(history(visits)[1].overall == PR);
}

TEST_CASE("progression has the day of the first scan that shows it") {
  std::vector<Findings> visits{sum(300), sum(400)};
  const auto day = [&] {
    const std::vector<std::int32_t> offset{0, 2}, targets{1};
    visits[0].role = VisitRole::baseline;
    visits[1].day = 50;
    visits[1].target_day = 47;
    return tte::recist({offset, visits, targets}, {})[1].day;
  };
  CHECK(day() == 47);
  visits[1].non_target = Category::PD;
  visits[1].non_target_day = 45;
  CHECK(day() == 45);
  visits[1].new_lesion = NewLesion::yes;
  visits[1].new_day = 40;
  CHECK(day() == 40);
  visits[1].sum = 300;
  visits[1].non_target = Category::none;
  visits[1].new_lesion = NewLesion::no;
  CHECK(day() == 50);
}

TEST_CASE("timepoints that are not done, or not after the baseline, have no response") {
  std::vector<Findings> visits{sum(300), sum(200), sum(200), sum(100)};
  visits[1].done = false;
  visits[2].role = VisitRole::before_start;
  const auto calls = history(visits);
  CHECK(calls[1].overall == Response::missing);
  CHECK(calls[1].override_by == Override::not_done);
  CHECK(calls[2].overall == Response::missing);
  CHECK(calls[3].nadir == 300);
}

TEST_CASE("without targets only the other lesions speak") {
  std::vector<Findings> visits{sum(-1), sum(-1), sum(-1)};
  visits[1].non_target = Category::NN;
  const auto calls = history(visits, {}, 0);
  CHECK(calls[1].overall == NN);
  CHECK(calls[2].overall == NED);
  CHECK(calls[1].reason == TargetReason::no_targets);
}

TEST_CASE("histories do not touch each other") {
  std::vector<Findings> visits{sum(300), sum(0), sum(300), sum(300)};
  visits[0].role = visits[2].role = VisitRole::baseline;
  for (std::size_t i = 0; i < 4; ++i) visits[i].day = static_cast<std::int32_t>(i);
  const std::vector<std::int32_t> offset{0, 2, 2, 4}, targets{1, 1, 1};
  const auto calls = tte::recist({offset, visits, targets}, {});
  CHECK(calls[1].overall == CR);
  CHECK(calls[3].overall == SD);
}

TEST_CASE("broken histories are refused") {
  const std::vector<Findings> visits{sum(300), sum(0)};
  const std::vector<std::int32_t> good{0, 2}, beyond{0, 3}, one{1};
  CHECK_THROWS_AS(tte::recist({beyond, visits, one}, {}), std::invalid_argument);
  RecistRule rule;
  rule.confirm_days = 0;
  CHECK_THROWS_AS(tte::recist({good, visits, one}, rule), std::invalid_argument);
  rule = {};
  rule.max_ne = -1;
  CHECK_THROWS_AS(tte::recist({good, visits, one}, rule), std::invalid_argument);
  std::vector<Findings> odd = visits;
  odd[1].sum = -5;
  CHECK_THROWS_AS(tte::recist({good, odd, one}, {}), std::invalid_argument);
  odd = visits;
  odd[1].targets_seen = false;
  CHECK_THROWS_AS(tte::recist({good, odd, one}, {}), std::invalid_argument);
}
