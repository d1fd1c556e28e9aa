// iRECIST at each timepoint (clinical rules 2.1): every path of the state machine, one findings at a time.
#include <catch2/catch.hpp>
#include <tte/response/irecist.hpp>

#include <vector>

using tte::Category;
using tte::Findings;
using tte::ImmuneCall;
using tte::ImmuneFindings;
using tte::ImmuneResponse;
using tte::ImmuneRule;
using tte::ImmuneStep;
using tte::ImmuneWindow;
using tte::NewLesion;
using tte::NewLesionRelief;
using tte::no_day;
using tte::RecistRule;
using tte::SaidChange;
using tte::VisitRole;

namespace {

// A visit: target sum and sum of new lesions in mm.
struct Visit {
  Findings found;
  ImmuneFindings more;

  explicit Visit(double sum, int day = -1) {
    found = tte::sum_findings(sum < 0 ? -1 : static_cast<std::int64_t>(sum * 10), true, false);
    found.day = found.target_day = day;
    if (found.target_disease) found.disease_day = day;
  }
  Visit& partial() {
    found.targets_complete = false;
    return *this;
  }
  Visit& other(Category c) {
    found.non_target = c;
    found.non_target_disease = c == Category::NN || c == Category::PD;
    return *this;
  }
  Visit& fresh(double sum, int known = 1) {
    found.new_lesion = NewLesion::yes;
    more.known = known;
    more.there = known > 0;
    more.measured = sum > 0;
    more.sum = static_cast<std::int64_t>(sum * 10);
    return *this;
  }
  Visit& lost(int known = 1) {
    more.known = known;
    more.measured = true;
    return *this;
  }
  Visit& unknown_new() {
    found.new_lesion = NewLesion::not_assessed;
    return *this;
  }
  Visit& grew(bool larger = true) {
    (larger ? more.larger : more.smaller) = true;
    return *this;
  }
  Visit& others_grew(bool larger = true) {
    (larger ? more.non_target_larger : more.non_target_smaller) = true;
    return *this;
  }
  Visit& unequivocal() {
    more.unequivocal = true;
    return *this;
  }
  Visit& symptoms() {
    more.symptoms = true;
    return *this;
  }
};

std::vector<ImmuneCall> calls(std::vector<Visit> visits, const ImmuneRule& rule = {},
                              const RecistRule& recist = {}, int has_targets = 1) {
  std::vector<Findings> findings;
  std::vector<ImmuneFindings> more;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    Visit& v = visits[i];
    if (i == 0) v.found.role = VisitRole::baseline;
    if (v.found.day < 0) v.found.day = v.found.target_day = static_cast<std::int32_t>(42 * i);
    if (v.found.disease_day < 0) v.found.disease_day = v.found.day;
    if (v.found.new_lesion == NewLesion::yes) v.more.seen_day = v.found.day;
    const bool more_known = i > 0 && v.more.known > visits[i - 1].more.known;
    if (more_known && v.more.appeared_day == no_day) v.more.appeared_day = v.found.day;
    if (v.found.non_target == Category::PD) v.found.non_target_day = v.found.day;
    findings.push_back(v.found);
    more.push_back(v.more);
  }
  const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(visits.size())}, targets{has_targets};
  const tte::Histories histories{offset, findings, targets};
  auto out = tte::irecist(histories, more, tte::recist(histories, recist), recist, rule);
  out.erase(out.begin());
  return out;
}

std::vector<ImmuneResponse> words(const std::vector<Visit>& visits, const ImmuneRule& rule = {},
                                  const RecistRule& recist = {}, int has_targets = 1) {
  std::vector<ImmuneResponse> out;
  for (const ImmuneCall& call : calls(visits, rule, recist, has_targets)) out.push_back(call.overall);
  return out;
}

ImmuneCall last(const std::vector<Visit>& visits, const ImmuneRule& rule = {}, const RecistRule& recist = {},
                int has_targets = 1) {
  return calls(visits, rule, recist, has_targets).back();
}

using Words = std::vector<ImmuneResponse>;
constexpr auto iCR = ImmuneResponse::iCR, iPR = ImmuneResponse::iPR, iSD = ImmuneResponse::iSD,
               NN = ImmuneResponse::NN, iUPD = ImmuneResponse::iUPD, NE = ImmuneResponse::NE,
               none = ImmuneResponse::missing, iCPD = ImmuneResponse::iCPD;
const Visit base(100);

}  // namespace

TEST_CASE("worked A: reset by targets that are better, then confirmed by the sum") {
  const std::vector<Visit> a{base,
                             Visit(90),
                             Visit(90).fresh(10),
                             Visit(65).fresh(10),
                             Visit(66).fresh(10),
                             Visit(80).fresh(10),
                             Visit(86).fresh(10)};
  CHECK(words(a) == Words{iSD, iUPD, iPR, iPR, iUPD, iCPD});
  const auto found = calls(a);
  CHECK(found[1].causes == tte::new_disease);
  CHECK(found[2].step == ImmuneStep::superseded);
  CHECK(found[2].relief == NewLesionRelief::better_elsewhere);
  CHECK(found[4].causes == tte::target_disease);
  CHECK(found[4].block == 2);
  CHECK(found[5].confirmed_by == tte::target_sum_grew);
  CHECK(found[5].block_day == 5 * 42);
}

TEST_CASE("worked B: increases of new lesions add up") {
  const std::vector<Visit> b{base, Visit(90).fresh(10), Visit(90).fresh(13), Visit(90).fresh(15)};
  CHECK(words(b) == Words{iUPD, iUPD, iCPD});
  CHECK(last(b).confirmed_by == tte::new_sum_grew);
  CHECK(last(b).block_day == 42);
  CHECK(last(b).window == ImmuneWindow::late);
  CHECK(last(b).new_sum_then == 100);
  CHECK(words({base, Visit(90).fresh(10), Visit(90).fresh(14.9)}) == Words{iUPD, iUPD});
}

TEST_CASE("a) the targets confirm from 5 mm above the first iUPD, also step by step and by a partial sum") {
  CHECK(words({base, Visit(120), Visit(124), Visit(126)}) == Words{iUPD, iUPD, iCPD});
  CHECK(words({base, Visit(120), Visit(125)}) == Words{iUPD, iCPD});
  CHECK(words({base, Visit(120), Visit(124.9)}) == Words{iUPD, iUPD});
  CHECK(words({base, Visit(120), Visit(125).partial()}) == Words{iUPD, iCPD});
  // the first complete sum is what later ones are compared with
  CHECK(words({base, Visit(120).partial(), Visit(126), Visit(130), Visit(131)}) ==
        Words{iUPD, iUPD, iUPD, iCPD});
  // targets that were no iUPD do not confirm by 5 mm
  CHECK(words({base, Visit(90).fresh(10), Visit(96).fresh(10)}) == Words{iUPD, iUPD});
}

TEST_CASE("b) non-target lesions confirm by any growth after they progressed") {
  const auto others = [](double sum, Category c) { return Visit(sum).other(c); };
  const std::vector<Visit> start{others(100, Category::NN), others(100, Category::PD)};
  const auto with = [&](Visit v) {
    auto visits = start;
    visits.push_back(v);
    return last(visits);
  };
  CHECK(with(others(100, Category::PD)).overall == iUPD);
  CHECK(with(others(100, Category::PD).others_grew()).overall == iCPD);
  CHECK(with(others(100, Category::PD).others_grew()).confirmed_by == tte::non_target_grew);
  CHECK(with(others(100, Category::NN)).overall == iSD);
  CHECK(with(others(100, Category::NE)).overall == iUPD);
  CHECK(with(others(100, Category::CR)).step == ImmuneStep::superseded);
  // growth without an iUPD of non-target lesions is none
  CHECK(last({base, Visit(100).fresh(10), Visit(100).fresh(10).others_grew()}).overall == iUPD);
}

TEST_CASE("growth seen too early counts at the next scan, unless the lesions have shrunk since") {
  const auto others = [](int day) { return Visit(100, day).other(Category::PD); };
  const Visit start = Visit(100, 0).other(Category::NN);
  CHECK(words({start, others(42), others(60).others_grew(), others(84)}) == Words{iUPD, iUPD, iCPD});
  CHECK(words({start, others(42), others(60).others_grew(), others(84).others_grew(false)}) ==
        Words{iUPD, iUPD, iUPD});
  const auto fresh = [](int day) { return Visit(100, day).fresh(0); };
  CHECK(words({base, fresh(42), fresh(60).grew(), fresh(84)}) == Words{iUPD, iUPD, iCPD});
  CHECK(words({base, fresh(42), fresh(60).grew(), fresh(84).grew(false)}) == Words{iUPD, iUPD, iSD});
}

TEST_CASE("c) new lesions confirm by size, growth or number once one is known") {
  CHECK(last({base, Visit(90).fresh(0), Visit(90).fresh(0).grew()}).confirmed_by == tte::new_other_grew);
  const auto another = last({base, Visit(90).fresh(10), Visit(90).fresh(20, 2)});
  CHECK(another.overall == iCPD);
  CHECK((another.confirmed_by & tte::another_new_lesion) != 0);
  // also new lesions of an earlier block
  CHECK(words({base, Visit(90).fresh(10), Visit(65).fresh(10), Visit(80).fresh(10), Visit(80).fresh(15)}) ==
        Words{iUPD, iPR, iUPD, iCPD});
}

TEST_CASE("d) progression of a category that had not progressed confirms") {
  CHECK(last({base, Visit(100).fresh(10), Visit(120).fresh(10)}).confirmed_by == tte::new_target_progression);
  CHECK(last({base, Visit(120), Visit(120).fresh(10)}).confirmed_by == tte::first_new_progression);
  const auto others =
      last({Visit(100).other(Category::NN), Visit(120).other(Category::NN), Visit(120).other(Category::PD)});
  CHECK(others.overall == iCPD);
  CHECK(others.confirmed_by == tte::new_non_target_progression);
}

TEST_CASE("the window: 26 days at least, later than 56 is flagged") {
  const auto at = [](int day) { return last({base, Visit(120, 42), Visit(130, 42 + day)}); };
  CHECK(at(25).overall == iUPD);
  CHECK(at(25).step == ImmuneStep::too_early);
  CHECK(at(25).window == ImmuneWindow::early);
  CHECK(at(26).overall == iCPD);
  CHECK(at(26).window == ImmuneWindow::within);
  CHECK(at(56).window == ImmuneWindow::within);
  CHECK(at(57).window == ImmuneWindow::late);
  CHECK(at(57).overall == iCPD);
  CHECK(at(57).elapsed == 57);
  // measured from the block's first iUPD, not from one that stays
  CHECK(words({base, Visit(120, 42), Visit(121, 60), Visit(125, 68)}) == Words{iUPD, iUPD, iCPD});
}

TEST_CASE("an early scan confirms if it was made for new symptoms and shows another new lesion") {
  const auto at = [](Visit v, bool exception = true) {
    ImmuneRule rule;
    rule.early_exception = exception;
    return last({base, Visit(100, 42).fresh(10), v}, rule).overall;
  };
  CHECK(at(Visit(100, 56).fresh(20, 2).symptoms()) == iCPD);
  CHECK(at(Visit(100, 56).fresh(20, 2)) == iUPD);
  CHECK(at(Visit(100, 56).fresh(20).symptoms()) == iUPD);
  CHECK(at(Visit(100, 56).fresh(20, 2).symptoms(), false) == iUPD);
}

TEST_CASE("scenario B and F: unchanged new lesions leave only if the targets are better than at the iUPD") {
  CHECK(words({base, Visit(90), Visit(90).fresh(10), Visit(65).fresh(10)}) == Words{iSD, iUPD, iPR});
  CHECK(words({base, Visit(60), Visit(60).fresh(10), Visit(60).fresh(10)}) == Words{iPR, iUPD, iUPD});
  CHECK(words({base, Visit(90).fresh(10), Visit(90).fresh(9.9)}) == Words{iUPD, iSD});
  CHECK(last({base, Visit(90).fresh(10), Visit(90).fresh(9.9)}).relief == NewLesionRelief::smaller);
  CHECK(last({base, Visit(90).fresh(10), Visit(90).lost()}).relief == NewLesionRelief::gone);
  CHECK(last({base, Visit(90).fresh(0), Visit(90).fresh(0).grew(false)}).relief == NewLesionRelief::smaller);
}

TEST_CASE("every category that progressed must have left") {
  CHECK(last({base, Visit(120).fresh(10), Visit(110).fresh(10)}).overall == iSD);  // better than at the iUPD
  CHECK(last({base, Visit(120).fresh(10), Visit(120).lost()}).overall == iUPD);
  // a target progression seen too early belongs to the block too
  CHECK(words({base, Visit(100, 42).fresh(10), Visit(120, 56).fresh(10), Visit(110, 84).fresh(10)}) ==
        Words{iUPD, iUPD, iCPD});
  CHECK(words({base, Visit(100, 42).fresh(10), Visit(120, 56).fresh(10), Visit(121, 84).lost()}) ==
        Words{iUPD, iUPD, iCPD});
}

TEST_CASE("a response is not complete while a new lesion is there") {
  CHECK(words({base, Visit(90).fresh(10), Visit(0).fresh(5), Visit(0).lost()}) == Words{iUPD, iPR, iCR});
  CHECK(words({Visit(-1).other(Category::NN), Visit(-1).other(Category::NN).fresh(10),
               Visit(-1).other(Category::CR).fresh(5)},
              {}, {}, 0) == Words{iUPD, NN});
}

TEST_CASE("without targets the non-target lesions say whether anything is better") {
  const auto at = [](Category c) { return Visit(-1).other(c).fresh(10); };
  CHECK(words({Visit(-1).other(Category::NN), at(Category::NN), at(Category::NN)}, {}, {}, 0) ==
        Words{iUPD, iUPD});
  CHECK(words({Visit(-1).other(Category::NN), at(Category::NN), at(Category::CR)}, {}, {}, 0) ==
        Words{iUPD, NN});
}

TEST_CASE("after a reset a known new lesion is progression only by what it does") {
  const std::vector<Visit> reset{base, Visit(90).fresh(10), Visit(65).fresh(10)};
  const auto then = [&](std::vector<Visit> more) {
    auto visits = reset;
    visits.insert(visits.end(), more.begin(), more.end());
    return words(visits).back();
  };
  CHECK(then({Visit(65).fresh(10)}) == iPR);
  CHECK(then({Visit(65).fresh(14.9)}) == iPR);
  CHECK(then({Visit(65).fresh(15)}) == iUPD);
  CHECK(then({Visit(65).fresh(8), Visit(65).fresh(13)}) == iUPD);
  CHECK(then({Visit(65).fresh(10, 2)}) == iUPD);
  CHECK(then({Visit(65).fresh(10).unequivocal()}) == iUPD);
  CHECK(then({Visit(65).fresh(10).grew()}) == iPR);
  // the nadir begins anew with another lesion, and 20 % and 5 mm above it are needed
  CHECK(then({Visit(65).fresh(40, 2), Visit(65).fresh(39, 2)}) == iPR);
  CHECK(then({Visit(65).fresh(40, 2), Visit(65).fresh(39, 2), Visit(65).fresh(46.7, 2)}) == iPR);
  CHECK(then({Visit(65).fresh(40, 2), Visit(65).fresh(39, 2), Visit(65).fresh(46.8, 2)}) == iUPD);
}

TEST_CASE("a block that began with grown new lesions stays while they are grown") {
  CHECK(words({base, Visit(90).fresh(10), Visit(65).fresh(10), Visit(65).fresh(18), Visit(65).fresh(17),
               Visit(65).fresh(11)}) == Words{iUPD, iPR, iUPD, iUPD, iPR});
}

TEST_CASE("NE changes nothing, and what was seen counts although the rest is not evaluable") {
  CHECK(words({base, Visit(120), Visit(-1), Visit(125)}) == Words{iUPD, NE, iCPD});
  CHECK(words({base, Visit(-1), Visit(120)}) == Words{NE, iUPD});
  CHECK(words({base, Visit(90).fresh(10), Visit(-1).fresh(10)}) == Words{iUPD, iUPD});
  CHECK(words({base, Visit(90).fresh(10), Visit(-1).fresh(15)}) == Words{iUPD, iCPD});
  CHECK(words({base, Visit(90).fresh(10), Visit(65).fresh(10), Visit(-1).fresh(10)}) == Words{iUPD, iPR, NE});
  CHECK(words({base, Visit(0).unknown_new()}) == Words{NE});
}

TEST_CASE("disease after an iCR is an iUPD, whatever its size, and stays one while it is there") {
  CHECK(words({base, Visit(0), Visit(2), Visit(2), Visit(0)}) == Words{iCR, iUPD, iUPD, iCR});
  CHECK(calls({base, Visit(0), Visit(2)})[1].causes == tte::reappeared_disease);
  CHECK(words({base, Visit(0), Visit(2), Visit(6)}) == Words{iCR, iUPD, iCPD});
  RecistRule confirmed;
  confirmed.reappearance_if_confirmed = true;
  CHECK(words({base, Visit(0), Visit(2)}, {}, confirmed) == Words{iCR, iPR});
  CHECK(words({base, Visit(0), Visit(0), Visit(2)}, {}, confirmed) == Words{iCR, iCR, iUPD});
  CHECK(words({base, Visit(0, 42), Visit(0, 69), Visit(2, 111)}, {}, confirmed) == Words{iCR, iCR, iPR});
  CHECK(words({base, Visit(0, 42), Visit(0, 70), Visit(2, 111)}, {}, confirmed) == Words{iCR, iCR, iUPD});
  // non-target disease that came back is what its growth is compared with
  const Visit gone = Visit(0).other(Category::CR), back = Visit(0).other(Category::NN);
  CHECK(words({base, gone, back, Visit(0).other(Category::NN).others_grew()}) == Words{iCR, iUPD, iCPD});
}

TEST_CASE("after the iCPD there is no response") {
  const auto found = calls({base, Visit(120), Visit(125), Visit(10)});
  CHECK(found.back().overall == none);
  CHECK(found.back().step == ImmuneStep::after_end);
}

TEST_CASE("baseline and nadir run on through an iUPD, and a response stays") {
  CHECK(words({base, Visit(120), Visit(60), Visit(73), Visit(78)}) == Words{iUPD, iPR, iUPD, iCPD});
  CHECK(words({base, Visit(90).fresh(10), Visit(50).fresh(10), Visit(59).fresh(10)}) ==
        Words{iUPD, iPR, iPR});
}

TEST_CASE("an iUPD has the day of the first scan that shows it, an iCPD that of what confirms") {
  Visit first = Visit(120, 45).fresh(10);
  first.found.target_day = 45;
  first.more.appeared_day = 40;
  Visit next = Visit(121, 90).fresh(16);
  auto found = calls({base, first, next});
  CHECK(found[0].day == 40);
  CHECK(found[1].elapsed == 50);
  CHECK(found[1].day == 90);
  // what grew in sum has the day of the last scan of it
  Visit reset = Visit(50, 90).fresh(10), grown = Visit(50, 140).fresh(20);
  grown.more.seen_day = 135;
  grown.more.sum_day = 138;
  CHECK(calls({base, Visit(90, 42).fresh(10), reset, grown})[2].day == 138);
  next.more.seen_day = 84;
  next.more.sum_day = 88;
  CHECK(calls({base, first, next})[1].day == 88);
  // another lesion that was equivocal before does not confirm before this timepoint
  Visit another = Visit(100, 90).fresh(10, 2);
  another.more.seen_day = another.found.first_day = 86;
  another.more.appeared_day = 50;
  CHECK(calls({base, Visit(100, 42).fresh(10), another})[1].day == 86);
  another.more.appeared_day = 88;
  CHECK(calls({base, Visit(100, 42).fresh(10), another})[1].day == 88);
  Visit seen_before = Visit(131, 92).fresh(10);
  seen_before.found.target_day = 88;
  CHECK(calls({base, first, seen_before})[1].day == 88);
}

TEST_CASE("sums: what is not said stays what it was") {
  std::vector<Findings> found(7);
  const NewLesion no = NewLesion::no, yes = NewLesion::yes, open = NewLesion::not_assessed;
  const NewLesion seen[] = {no, no, yes, open, yes, no, yes};
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i].new_lesion = seen[i];
    found[i].day = static_cast<std::int32_t>(i);
    found[i].done = true;
  }
  found[0].role = VisitRole::baseline;
  found[3].non_target = found[4].non_target = Category::PD;
  const std::vector<std::int32_t> offset{0, 7}, targets{1}, sum{-1, -1, 100, -1, -1, -1, -1},
      count{-1, -1, 2, -1, -1, -1, 3}, change{0, 0, 0, 0, 1, 0, 4}, other{0, 1, 2, 3, 0, 0, 0},
      symptoms{0, 0, 1, 0, 0, 0, 0};
  const auto more = tte::follow_sums({offset, found, targets}, {sum, count, change, other, symptoms});
  CHECK(more[1].known == 0);
  CHECK_FALSE(more[1].there);
  CHECK(more[1].non_target_larger);
  CHECK(more[2].known == 2);
  CHECK(more[2].sum == 100);
  CHECK(more[2].appeared_day == 2);
  CHECK(more[2].non_target_smaller);
  CHECK(more[2].symptoms);
  CHECK(more[3].there);
  CHECK(more[3].sum == 100);
  CHECK(more[3].seen_day == no_day);
  CHECK(more[3].non_target_larger);  // progression that was none before
  CHECK_FALSE(more[4].non_target_larger);
  CHECK(more[4].larger);
  CHECK_FALSE(more[5].there);
  CHECK(more[5].sum == 0);
  CHECK(more[5].known == 2);
  CHECK(more[6].known == 3);
  CHECK(more[6].unequivocal);
  CHECK_FALSE(more[6].larger);
}

TEST_CASE("a sum that is not measured grows by coming back or by what is said") {
  std::vector<Findings> found(4);
  for (Findings& f : found) f.done = true;
  found[1].new_lesion = NewLesion::no;
  found[0].new_lesion = found[2].new_lesion = found[3].new_lesion = NewLesion::yes;
  const std::vector<std::int32_t> offset{0, 4}, targets{1}, none_of{-1, -1, -1, -1}, change{4, 0, 0, 2},
      other{0, 0, 0, 0};
  const auto more = tte::follow_sums({offset, found, targets}, {none_of, none_of, change, other, other});
  CHECK(more[0].unequivocal);
  CHECK(more[0].known == 1);
  CHECK(more[1].smaller);
  CHECK_FALSE(more[1].unequivocal);
  CHECK(more[2].larger);
  CHECK(more[3].smaller);
  CHECK_FALSE(more[3].larger);
}

TEST_CASE("histories do not touch each other") {
  std::vector<Findings> found;
  for (int k = 0; k < 2; ++k) {
    for (const double mm : {100.0, 120.0}) {
      Visit v(mm, mm == 100 ? 0 : 42);
      if (mm == 100) v.found.role = VisitRole::baseline;
      found.push_back(v.found);
    }
  }
  const std::vector<std::int32_t> offset{0, 2, 4}, targets{1, 1};
  const tte::Histories histories{offset, found, targets};
  const auto out =
      tte::irecist(histories, std::vector<ImmuneFindings>(4), tte::recist(histories, {}), {}, {});
  CHECK(out[1].overall == iUPD);
  CHECK(out[3].overall == iUPD);
  CHECK(out[3].block == 1);
}

TEST_CASE("wrong input is refused") {
  const std::vector<std::int32_t> offset{0, 1}, targets{1};
  std::vector<Findings> found(1);
  const tte::Histories histories{offset, found, targets};
  const auto responses = tte::recist(histories, {});
  const std::vector<ImmuneFindings> one(1), two(2);
  CHECK_THROWS_AS(tte::irecist(histories, two, responses, {}, {}), std::invalid_argument);
  ImmuneRule rule;
  rule.latest = 20;
  CHECK_THROWS_AS(tte::irecist(histories, one, responses, {}, rule), std::invalid_argument);
  rule = {};
  rule.earliest = -1;
  CHECK_THROWS_AS(tte::irecist(histories, one, responses, {}, rule), std::invalid_argument);
  found[0].done = true;
  const tte::Histories undated{offset, found, targets};
  CHECK_THROWS_AS(tte::irecist(undated, one, responses, {}, {}), std::invalid_argument);
  CHECK_THROWS_AS(tte::follow_sums(histories, {}), std::invalid_argument);
}
