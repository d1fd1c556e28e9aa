// From rows of lesions to what was found at each timepoint (clinical rules 1.1, 1.2, 1.4, 1.5).
#include <catch2/catch.hpp>
#include <tte/response/lesion_findings.hpp>

#include <cmath>
#include <limits>
#include <vector>

using tte::Category;
using tte::LesionFindings;
using tte::LesionGroup;
using tte::LesionState;
using tte::NewLesion;
using tte::no_day;
using tte::VisitRole;

namespace {

const double none = std::numeric_limits<double>::quiet_NaN();

struct Table {
  std::vector<std::int32_t> history, visit, day, lesion, group, state, nodal, baseline, organ, symptoms;
  std::vector<double> size;

  Table& add(int visit_, int day_, int lesion_, LesionGroup group_, double size_,
             LesionState state_ = LesionState::unsaid, int nodal_ = 0, int history_ = 0) {
    history.push_back(history_);
    visit.push_back(visit_);
    day.push_back(day_);
    lesion.push_back(lesion_);
    group.push_back(static_cast<std::int32_t>(group_));
    state.push_back(static_cast<std::int32_t>(state_));
    nodal.push_back(nodal_);
    baseline.push_back(0);
    size.push_back(size_);
    return *this;
  }
  Table& target(int visit_, double size_, int lesion_ = 1, LesionState state_ = LesionState::unsaid) {
    return add(visit_, 42 * visit_, lesion_, LesionGroup::target, size_, state_);
  }
  Table& node(int visit_, double size_, int lesion_ = 2) {
    return add(visit_, 42 * visit_, lesion_, LesionGroup::target, size_, LesionState::unsaid, 1);
  }
  Table& other(int visit_, LesionState state_, int lesion_ = 7) {
    return add(visit_, 42 * visit_, lesion_, LesionGroup::non_target, none, state_);
  }
  Table& fresh(int visit_, LesionState state_, int lesion_ = 9) {
    return add(visit_, 42 * visit_, lesion_, LesionGroup::new_lesion, none, state_);
  }
  // A new lesion with its size.
  Table& sized(int visit_, double size_, int lesion_ = 9, LesionState state_ = LesionState::unsaid,
               int nodal_ = 0) {
    return add(visit_, 42 * visit_, lesion_, LesionGroup::new_lesion, size_, state_, nodal_);
  }
  LesionFindings read(std::int32_t baseline_until = 0, std::int32_t start = no_day,
                      const tte::NewLesionLimits& limits = {}) const {
    const std::vector<std::int32_t> until{baseline_until}, first{start};
    return tte::lesion_findings(
        {history, visit, day, lesion, group, state, size, nodal, baseline, organ, symptoms}, {until, first},
        limits);
  }
  std::vector<tte::ImmuneFindings> follow(const tte::NewLesionLimits& limits = {}) const {
    return read(0, no_day, limits).immune;
  }
};

}  // namespace

TEST_CASE("a sum is of all targets, in tenths of a millimetre") {
  const auto found = Table().target(0, 20.3).node(0, 18).target(1, 10.1).node(1, 9.9).read().findings;
  REQUIRE(found.size() == 2);
  CHECK(found[0].role == VisitRole::baseline);
  CHECK(found[0].sum == 383);
  CHECK(found[1].role == VisitRole::follow_up);
  CHECK(found[1].sum == 200);
  CHECK(found[1].targets_complete);
  CHECK(found[1].target_disease);
}

TEST_CASE("nodes below ten millimetres are no disease, other targets only at zero") {
  const auto disease = [](double node, double target) {
    return Table()
        .node(0, 18)
        .target(0, 20)
        .node(1, node)
        .target(1, target)
        .read()
        .findings[1]
        .target_disease;
  };
  CHECK_FALSE(disease(9.9, 0));
  CHECK(disease(10, 0));
  CHECK(disease(0, 0.1));
}

TEST_CASE("a node is one wherever any of its rows says so") {
  CHECK_FALSE(Table().node(0, 18).target(1, 8, 2).read().findings[1].target_disease);
}

TEST_CASE("states stand for sizes") {
  const auto sum = [](LesionState state, double size) {
    const auto f = Table().target(0, 20).target(1, size, 1, state).read().findings[1];
    return f.targets_seen ? f.sum : -1;
  };
  CHECK(sum(LesionState::absent, none) == 0);
  CHECK(sum(LesionState::merged, none) == 0);
  CHECK(sum(LesionState::too_small, none) == 50);
  CHECK(sum(LesionState::too_small, 3) == 30);
  CHECK(sum(LesionState::not_evaluable, 12) == -1);
  CHECK(sum(LesionState::not_done, none) == -1);
  CHECK(sum(LesionState::present, none) == -1);
}

TEST_CASE("parts of a lesion add up, and of several days the last counts") {
  const auto parts = Table().target(0, 20).target(1, 8).target(1, 9).read();
  CHECK(parts.findings[1].sum == 170);
  CHECK(parts.repeated.empty());
  CHECK(Table().target(0, 20).target(1, 8).target(1, 8).read().repeated == std::vector<std::int32_t>{2});
  Table again = Table().target(0, 20).target(1, 8);
  again.add(1, 45, 1, LesionGroup::target, 9);
  CHECK(again.read().findings[1].sum == 90);
  CHECK(again.read().findings[1].target_day == 45);
  CHECK(again.read().findings[1].first_day == 42);
  CHECK(again.read().findings[1].day == 45);
}

TEST_CASE("a part that cannot be measured leaves the lesion incomplete, in any order of the rows") {
  const auto first = Table().target(0, 20).target(1, 8).target(1, none, 1, LesionState::not_evaluable);
  const auto second = Table().target(0, 20).target(1, none, 1, LesionState::not_evaluable).target(1, 8);
  for (const Table& table : {first, second}) {
    const auto found = table.read().findings[1];
    CHECK(found.sum == 80);
    CHECK(found.targets_seen);
    CHECK_FALSE(found.targets_complete);
  }
}

TEST_CASE("a target without a row at a visit leaves the sum incomplete") {
  const auto found = Table().target(0, 20).target(0, 10, 3).target(1, 20).read().findings[1];
  CHECK(found.sum == 200);
  CHECK_FALSE(found.targets_complete);
}

TEST_CASE("non-target lesions") {
  const auto category = [](LesionState one, LesionState two) {
    return Table()
        .other(0, LesionState::present)
        .other(0, LesionState::present, 8)
        .other(1, one)
        .other(1, two, 8)
        .read()
        .findings[1]
        .non_target;
  };
  CHECK(category(LesionState::absent, LesionState::absent) == Category::CR);
  CHECK(category(LesionState::absent, LesionState::present) == Category::NN);
  CHECK(category(LesionState::not_evaluable, LesionState::present) == Category::NE);
  CHECK(category(LesionState::not_evaluable, LesionState::progression) == Category::PD);
  CHECK(category(LesionState::absent, LesionState::marker_raised) == Category::NN);
  CHECK(category(LesionState::absent, LesionState::marker_normal) == Category::CR);
  CHECK(category(LesionState::absent, LesionState::not_done) == Category::NE);
}

TEST_CASE("a marker that was never raised is no lesion") {
  const auto found = Table()
                         .target(0, 20)
                         .other(0, LesionState::marker_normal)
                         .target(1, 0)
                         .other(1, LesionState::marker_normal)
                         .target(2, 0)
                         .other(2, LesionState::marker_raised)
                         .read()
                         .findings;
  CHECK(found[1].non_target == Category::none);
  CHECK(found[2].non_target == Category::NN);
  CHECK_FALSE(found[2].non_target_disease);
}

TEST_CASE("a new lesion is dated at its first appearance when it becomes certain") {
  const auto found = Table()
                         .target(0, 20)
                         .fresh(1, LesionState::equivocal)
                         .fresh(2, LesionState::unequivocal)
                         .fresh(3, LesionState::unequivocal)
                         .read()
                         .findings;
  CHECK(found[1].new_lesion == NewLesion::no);
  CHECK(found[1].equivocal);
  CHECK(found[2].new_lesion == NewLesion::yes);
  CHECK(found[2].new_day == 42);
  CHECK(found[3].new_day == 126);
}

TEST_CASE("new lesions that were not looked for are not known") {
  const auto state = [](LesionState s) {
    return Table().target(0, 20).fresh(1, s).read().findings[1].new_lesion;
  };
  CHECK(state(LesionState::not_evaluable) == NewLesion::not_assessed);
  CHECK(state(LesionState::not_done) == NewLesion::not_assessed);
  CHECK(state(LesionState::absent) == NewLesion::no);
  CHECK(state(LesionState::present) == NewLesion::yes);
}

TEST_CASE("a new lesion at the baseline is none") {
  const auto found = Table().target(0, 20).fresh(0, LesionState::unequivocal).target(1, 20).read().findings;
  CHECK(found[0].new_lesion == NewLesion::no);
}

TEST_CASE("the baseline is the last timepoint up to its day, or what is flagged") {
  Table table = Table().target(0, 20).target(1, 30).target(2, 40);
  const auto roles = [](const LesionFindings& found) {
    std::vector<int> out;
    for (const auto& f : found.findings) out.push_back(static_cast<int>(f.role));
    return out;
  };
  CHECK(roles(table.read(42)) == std::vector<int>{2, 1, 0});
  CHECK(roles(table.read(41)) == std::vector<int>{1, 0, 0});
  CHECK(roles(table.read(-1)) == std::vector<int>{0, 0, 0});
  CHECK(roles(table.read(no_day)) == std::vector<int>{0, 0, 0});
  CHECK(roles(table.read(0, 43)) == std::vector<int>{1, 3, 0});
  CHECK(roles(table.read(0, 42)) == std::vector<int>{1, 0, 0});
  table.baseline[2] = 1;
  CHECK(roles(table.read(0)) == std::vector<int>{2, 2, 1});
}

TEST_CASE("several flagged visits are one baseline") {
  Table table = Table().target(0, 20).target(1, 10, 3).target(2, 20).target(2, 10, 3);
  table.baseline[0] = table.baseline[1] = 1;
  const auto found = table.read(no_day);
  REQUIRE(found.findings.size() == 2);
  CHECK(found.findings[0].sum == 300);
  CHECK(found.findings[0].day == 42);
  CHECK(found.timepoint == std::vector<std::int32_t>{0, 0, 1, 1});
}

TEST_CASE("rows without a visit belong together by their day") {
  Table table = Table().target(0, 20).target(1, 20).target(1, 10, 3);
  table.visit = {-1, -1, -1};
  CHECK(table.read().findings.size() == 2);
  table.day[2] = 43;
  CHECK(table.read().findings.size() == 3);
}

TEST_CASE("a visit where nothing was done is not done") {
  const auto found = Table().target(0, 20).target(1, none, 1, LesionState::not_done).read().findings;
  CHECK_FALSE(found[1].done);
  CHECK(found[1].role == VisitRole::follow_up);
}

TEST_CASE("the order of the rows changes no finding") {
  Table table;
  for (int v = 0; v < 5; ++v) table.target(v, 20 - v).node(v, 15).other(v, LesionState::present);
  Table back;
  for (std::size_t i = table.day.size(); i-- > 0;) {
    back.add(table.visit[i], table.day[i], table.lesion[i], static_cast<LesionGroup>(table.group[i]),
             table.size[i], static_cast<LesionState>(table.state[i]), table.nodal[i]);
  }
  const auto one = table.read().findings, two = back.read().findings;
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].sum == two[i].sum);
    CHECK(one[i].day == two[i].day);
    CHECK(one[i].non_target == two[i].non_target);
  }
}

TEST_CASE("targets of no size at baseline are none") {
  CHECK(Table().target(0, 0).target(1, 0).read().has_targets == std::vector<std::int32_t>{0});
  CHECK(Table().target(0, 1).target(1, 0).read().has_targets == std::vector<std::int32_t>{1});
}

TEST_CASE("broken tables are refused") {
  Table table = Table().target(0, 20);
  table.group[0] = 4;
  CHECK_THROWS_AS(table.read(), std::invalid_argument);
  table.group[0] = 1;
  table.state[0] = 15;
  CHECK_THROWS_AS(table.read(), std::invalid_argument);
  table.state[0] = 0;
  table.size[0] = -1;
  CHECK_THROWS_AS(table.read(), std::invalid_argument);
  table.size[0] = 1;
  table.history[0] = 1;
  CHECK_THROWS_AS(table.read(), std::invalid_argument);
  table.history[0] = 0;
  table.nodal.clear();
  CHECK_THROWS_AS(table.read(), std::invalid_argument);
}

// ---- lesions followed for iRECIST

TEST_CASE("new lesions are measured from 10 mm, nodes from 15 mm, and their sum is kept apart") {
  const auto found = Table().target(0, 50).target(1, 50).sized(1, 10).sized(1, 9.9, 10).read();
  CHECK(found.findings[1].sum == 500);
  CHECK(found.immune[1].sum == 100);
  CHECK(found.immune[1].known == 2);
  CHECK(found.immune[0].known == 0);
  const auto nodes = Table().target(0, 50).sized(1, 14.9, 9, LesionState::unsaid, 1).follow();
  CHECK_FALSE(nodes[1].measured);
  CHECK(Table().target(0, 50).sized(1, 15, 9, LesionState::unsaid, 1).follow()[1].sum == 150);
}

TEST_CASE("at most five new lesions are measured, two in an organ, the largest, chosen when they appear") {
  Table t = Table().target(0, 50);
  for (int k = 0; k < 7; ++k) t.sized(1, 10 + k, 20 + k);
  CHECK(t.follow()[1].sum == 160 + 150 + 140 + 130 + 120);
  CHECK(t.follow({2, 2})[1].sum == 160 + 150);
  t.organ = {-1, 3, 3, 3, -1, -1, 4, 4};
  CHECK(t.follow({5, 2})[1].sum == 160 + 150 + 140 + 130 + 120);
  CHECK(t.follow({7, 2})[1].sum == 160 + 150 + 140 + 130 + 120 + 110);
  CHECK(t.follow({7, 1})[1].sum == 160 + 140 + 130 + 120);
  // frozen: one that grows later is not measured
  t.sized(2, 90, 20);
  t.organ.push_back(3);
  CHECK(t.follow()[2].sum == 160 + 150 + 140 + 130 + 120);
  CHECK(t.follow()[2].larger);
  // nodes are one organ wherever they are
  Table nodes = Table().target(0, 50);
  for (int k = 0; k < 3; ++k) nodes.sized(1, 20 + k, 20 + k, LesionState::unsaid, 1);
  nodes.organ = {1, 2, 3, 4};
  CHECK(nodes.follow()[1].sum == 220 + 210);
}

TEST_CASE("of equal new lesions the first by name is measured") {
  Table t = Table().target(0, 50).sized(1, 12, 31).sized(1, 12, 30).sized(2, 20, 30).sized(2, 12, 31);
  CHECK(t.follow({1, 1})[2].sum == 200);
}

TEST_CASE("a new lesion that was not assessed is what it was") {
  const auto found = Table()
                         .target(0, 50)
                         .sized(1, 12)
                         .target(2, 50)
                         .fresh(3, LesionState::not_evaluable)
                         .sized(4, 14, 9, LesionState::equivocal)
                         .sized(5, 17)
                         .follow();
  for (int k = 1; k <= 4; ++k) {
    CHECK(found[static_cast<std::size_t>(k)].sum == 120);
    CHECK(found[static_cast<std::size_t>(k)].there);
    CHECK(found[static_cast<std::size_t>(k)].known == 1);
  }
  CHECK(found[5].sum == 170);
  CHECK(found[2].seen_day == no_day);
  CHECK(found[5].seen_day == 210);
  CHECK(found[5].appeared_day == no_day);
}

TEST_CASE("a new lesion is gone when it is absent, and larger when it is back") {
  const auto found = Table()
                         .target(0, 50)
                         .fresh(1, LesionState::unequivocal)
                         .fresh(2, LesionState::absent)
                         .fresh(3, LesionState::unchanged)
                         .fresh(4, LesionState::present)
                         .follow();
  CHECK(found[1].there);
  CHECK_FALSE(found[1].larger);
  CHECK_FALSE(found[2].there);
  CHECK(found[2].smaller);
  CHECK_FALSE(found[3].there);
  CHECK(found[4].there);
  CHECK(found[4].larger);
  const auto measured = Table().target(0, 50).sized(1, 12).sized(2, 0).sized(3, 11).follow();
  CHECK(measured[2].sum == 0);
  CHECK_FALSE(measured[2].there);
  CHECK(measured[3].sum == 110);
  CHECK_FALSE(measured[3].larger);
}

TEST_CASE("what is said of a new lesion that is not measured") {
  const auto at = [](LesionState state) {
    return Table().target(0, 50).fresh(1, LesionState::unequivocal).fresh(2, state).follow()[2];
  };
  CHECK(at(LesionState::increased).larger);
  CHECK(at(LesionState::decreased).smaller);
  CHECK(at(LesionState::progression).larger);
  CHECK(at(LesionState::progression).unequivocal);
  for (const LesionState state : {LesionState::unchanged, LesionState::present, LesionState::unequivocal}) {
    CHECK_FALSE(at(state).larger);
    CHECK_FALSE(at(state).smaller);
    CHECK(at(state).there);
  }
  // unequivocal growth once, and it stays until the lesion is smaller
  const auto later = [](LesionState state) {
    return Table()
        .target(0, 50)
        .fresh(1, LesionState::unequivocal)
        .fresh(2, LesionState::progression)
        .fresh(3, state)
        .follow()[3];
  };
  CHECK_FALSE(later(LesionState::progression).larger);
  CHECK(later(LesionState::unchanged).unequivocal);
  CHECK(later(LesionState::increased).unequivocal);
  CHECK(later(LesionState::increased).larger);
  CHECK_FALSE(later(LesionState::decreased).unequivocal);
  CHECK_FALSE(later(LesionState::present).unequivocal);
}

TEST_CASE("of a measured new lesion the size counts, without one what is said") {
  const auto sized = Table().target(0, 50).sized(1, 12).sized(2, 12, 9, LesionState::progression).follow();
  CHECK_FALSE(sized[2].larger);
  CHECK_FALSE(sized[2].unequivocal);
  const auto said = Table().target(0, 50).sized(1, 12).fresh(2, LesionState::increased).follow();
  CHECK(said[2].larger);
  CHECK(said[2].sum == 120);
}

TEST_CASE("a new node below 10 mm is gone, also one that is too small to measure") {
  Table t = Table().target(0, 50).sized(1, 5, 9, LesionState::unequivocal, 1);
  t.fresh(2, LesionState::too_small);
  const auto found = t.follow();
  CHECK(found[1].known == 1);
  CHECK_FALSE(found[1].there);
  CHECK_FALSE(found[2].there);
  CHECK_FALSE(found[2].larger);
  CHECK(Table().target(0, 50).fresh(1, LesionState::too_small).follow()[1].there);
}

TEST_CASE("the sum of new lesions has the day of their last scan") {
  Table t = Table().target(0, 50).sized(1, 12).sized(1, 20, 10);
  t.day[1] = 40;
  t.day[2] = 45;
  CHECK(t.follow()[1].sum_day == 45);
  CHECK(t.follow()[1].seen_day == 40);
}

TEST_CASE("an equivocal lesion is known once it is certain, dated at its first appearance") {
  const auto found = Table()
                         .target(0, 50)
                         .sized(1, 9, 9, LesionState::equivocal)
                         .fresh(2, LesionState::unchanged)
                         .sized(3, 12)
                         .follow();
  CHECK(found[1].known == 0);
  CHECK(found[2].known == 0);
  CHECK(found[3].known == 1);
  CHECK(found[3].sum == 120);
  CHECK(found[3].appeared_day == 42);
  CHECK(found[3].seen_day == 126);
}

TEST_CASE("non-target lesions: larger and smaller since they were last assessed") {
  const auto at = [](LesionState first, LesionState second) {
    return Table().target(0, 50).other(0, LesionState::present).other(1, first).other(2, second).follow()[2];
  };
  const auto present = LesionState::present, absent = LesionState::absent,
             progression = LesionState::progression, increased = LesionState::increased;
  CHECK(at(present, increased).non_target_larger);
  CHECK(at(present, increased).larger_day == 84);
  CHECK(at(present, progression).non_target_larger);
  CHECK_FALSE(at(progression, progression).non_target_larger);
  CHECK(at(progression, increased).non_target_larger);
  CHECK_FALSE(at(present, LesionState::unchanged).non_target_larger);
  CHECK(at(absent, present).non_target_larger);
  CHECK(at(present, absent).non_target_smaller);
  CHECK(at(present, LesionState::decreased).non_target_smaller);
  CHECK_FALSE(at(LesionState::not_evaluable, present).non_target_larger);
  CHECK_FALSE(at(LesionState::marker_normal, LesionState::marker_raised).non_target_larger);
}

TEST_CASE("non-target lesions with sizes: any growth, of a node from 10 mm on") {
  const auto at = [](double first, double second, int nodal) {
    Table t = Table().target(0, 50);
    t.add(1, 42, 7, LesionGroup::non_target, first, LesionState::unsaid, nodal);
    t.add(2, 84, 7, LesionGroup::non_target, second, LesionState::unsaid, nodal);
    return t.follow()[2];
  };
  CHECK(at(12, 12.1, 0).non_target_larger);
  CHECK(at(12, 11.9, 0).non_target_smaller);
  CHECK_FALSE(at(12, 12, 0).non_target_larger);
  CHECK_FALSE(at(7, 9, 1).non_target_larger);
  CHECK(at(9, 10, 1).non_target_larger);
}

TEST_CASE("words of change by RECIST 1.1: an increase is none, and what was progression stays it") {
  const auto at = [](LesionState first, LesionState second) {
    return Table().target(0, 50).other(0, LesionState::present).other(1, first).other(2, second).read();
  };
  const auto present = LesionState::present, progression = LesionState::progression;
  CHECK(at(present, LesionState::increased).findings[2].non_target == Category::NN);
  CHECK(at(progression, LesionState::increased).findings[2].non_target == Category::PD);
  CHECK(at(progression, LesionState::unchanged).findings[2].non_target == Category::PD);
  CHECK(at(progression, LesionState::decreased).findings[2].non_target == Category::NN);
  CHECK(at(LesionState::absent, LesionState::unchanged).findings[2].non_target == Category::CR);
  CHECK(Table().target(0, 50).fresh(1, LesionState::increased).read().findings[1].new_lesion ==
        NewLesion::yes);
}

TEST_CASE("symptoms belong to the timepoint, and the order of the rows changes nothing") {
  Table t = Table().target(0, 50).target(1, 50).sized(1, 12).sized(2, 14).target(2, 50);
  t.symptoms = {0, 0, 1, 0, 0};
  const auto found = t.follow();
  CHECK(found[1].symptoms);
  CHECK_FALSE(found[2].symptoms);
  t.symptoms = {1, 0};
  CHECK_THROWS_AS(t.follow(), std::invalid_argument);
}
