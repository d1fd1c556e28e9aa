// Events and censoring of a composite endpoint (clinical rules 3.2 to 3.4).
#include <catch2/catch.hpp>
#include <tte/response/endpoint.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

using tte::CensoringSteps;
using tte::Endpoint;
using tte::EndpointReason;
using tte::EventKind;
using tte::ProgressionDay;
using tte::Response;
using tte::VisitSchedule;

namespace {

const double never = std::numeric_limits<double>::infinity();
const double none = std::numeric_limits<double>::quiet_NaN();

struct Seen {
  double day;
  Response response;
  double shown = -1;  // the day itself
};

// A patient whose endpoint is progression or death, with every date she may have.
struct Patient {
  std::vector<Seen> seen;
  double death = never;
  double therapy = never;
  double cut = never;
  bool no_baseline = false;
  double counts_from = 0;
};

const std::vector<double> every_six_weeks{42}, a_week{7};

VisitSchedule gap() { return {every_six_weeks, a_week, 42, true}; }
VisitSchedule windows() { return {every_six_weeks, a_week, 42, false}; }

CensoringSteps fda() {
  CensoringSteps steps;
  steps.baseline = steps.therapy = true;
  steps.missed = 2;
  return steps;
}

std::vector<std::int32_t> kinds(const std::vector<EventKind>& which) {
  std::vector<std::int32_t> result;
  for (const EventKind k : which) result.push_back(static_cast<std::int32_t>(k));
  return result;
}

struct Columns {
  std::vector<std::int32_t> offset, response, no_baseline;
  std::vector<double> day, shown, cut, therapy, from, latest, contact;
};

Columns columns(const Patient& p) {
  Columns c;
  for (const Seen& s : p.seen) {
    c.day.push_back(s.day);
    c.shown.push_back(s.shown < 0 ? s.day : s.shown);
    c.response.push_back(static_cast<std::int32_t>(s.response));
  }
  c.offset = {0, static_cast<std::int32_t>(c.day.size())};
  c.no_baseline = {p.no_baseline ? 1 : 0};
  c.cut = {p.cut};
  c.therapy = {p.therapy};
  c.from = {p.counts_from};
  c.latest = {std::min(p.cut, p.death)};
  return c;
}

Endpoint run(const Patient& p, const std::vector<EventKind>& which, const std::vector<double>& days,
             const CensoringSteps& steps, const VisitSchedule& schedule,
             const std::vector<double>& contact = {}) {
  const Columns c = columns(p);
  const std::vector<std::int32_t> kind = kinds(which);
  const std::vector<Endpoint> all =
      tte::endpoint({c.offset, c.day, c.response, c.shown}, {kind, days},
                    {c.cut, c.therapy, c.from, c.latest, contact, c.no_baseline}, steps, schedule);
  REQUIRE(all.size() == 1);
  return all[0];
}

Endpoint pfs(const Patient& p, const CensoringSteps& steps = fda(), const VisitSchedule& schedule = gap()) {
  return run(p, {EventKind::progression, EventKind::death}, {never, p.death}, steps, schedule);
}

bool is(const Endpoint& e, EndpointReason reason, double day) { return e.reason == reason && e.day == day; }

constexpr auto CR = Response::CR, PR = Response::PR, SD = Response::SD, PD = Response::PD, NE = Response::NE;
constexpr auto event = EndpointReason::event, no_event = EndpointReason::no_event,
               no_baseline = EndpointReason::no_baseline, no_assessment = EndpointReason::no_assessment,
               new_therapy = EndpointReason::new_therapy, missed_visits = EndpointReason::missed_visits;

}  // namespace

TEST_CASE("the first of progression and death is the event") {
  CHECK(is(pfs({{{42, SD}, {84, PD}}, 100}), event, 84));
  CHECK(pfs({{{42, SD}, {84, PD}}, 100}).source == 0);
  CHECK(is(pfs({{{42, SD}, {84, PD}}, 80}), event, 80));
  CHECK(pfs({{{42, SD}, {84, PD}}, 80}).source == 1);
  CHECK(pfs({{{42, SD}, {84, PD}}, 84}).source == 0);  // the same day: the first kind of the endpoint
  CHECK(pfs({{{42, SD}, {84, PD}}}).row == 1);
  CHECK(pfs({{{42, SD}, {84, PD}}}).assessed == 42);
}

TEST_CASE("a progression has the earliest day that shows it") {
  CHECK(is(pfs({{{42, SD}, {88, PD, 84}}}), event, 84));
  CHECK(is(pfs({{{126, PD, 120}, {88, PD, 86}, {42, SD}}}), event, 86));  // rows in any order
  CHECK(is(pfs({{{42, SD}, {88, PD, 84}}, never, never, 86}), event, 84));
  CHECK(is(pfs({{{42, SD}, {88, PD, 84}}, never, never, 83}), no_event, 42));
}

TEST_CASE("before the start nothing counts, and a death then is on day 0") {
  CHECK(is(pfs({{{-10, PD}, {-3, SD}}}), no_assessment, 0));
  CHECK(is(pfs({{}, -5}), event, 0));
  CHECK(is(pfs({{{0, SD}}}), no_event, 0));
}

TEST_CASE("an assessment that could not be evaluated ends nothing") {
  CHECK(is(pfs({{{42, SD}, {84, NE}}}), no_event, 42));
  CHECK(std::isnan(pfs({{{42, NE}}}).assessed));
  CHECK(is(pfs({{{42, NE}}}), no_assessment, 0));
}

TEST_CASE("step 1: without a baseline only a death within the limit counts") {
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, never, never, true}), no_baseline, 0));
  CHECK(is(pfs({{}, 98, never, never, true}), event, 98));
  CHECK(is(pfs({{}, 99, never, never, true}), no_baseline, 0));
  CHECK(is(pfs({{{42, SD}}, 130, never, never, true}), no_baseline, 0));  // counted from the start
  CHECK(is(pfs({{{42, PD}}, 60, never, never, true}), event, 60));
  CHECK(pfs({{{42, PD}}, 60, never, never, true}).source == 1);
  CHECK(is(pfs({{}, 60, 59, never, true}), no_baseline, 0));
  CHECK(is(pfs({{}, 60, 60, never, true}), event, 60));
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, never, never, true}, CensoringSteps{}), event, 84));
  CHECK(is(pfs({{}, 90, never, never, true}, fda(), windows()), event, 90));
  CHECK(is(pfs({{}, 91, never, never, true}, fda(), windows()), event, 91));
  CHECK(is(pfs({{}, 92, never, never, true}, fda(), windows()), no_baseline, 0));
}

TEST_CASE("step 2: a new therapy censors what comes after its day") {
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, 60}), new_therapy, 42));
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, 84}), event, 84));
  CHECK(is(pfs({{{42, SD}}, 84, 84}), event, 84));
  CHECK(is(pfs({{{42, SD}, {84, SD}}, never, 84}), new_therapy, 84));
  CHECK(is(pfs({{{42, SD}}, never, 20}), new_therapy, 0));
  CHECK(is(pfs({{{42, SD}}, never, 60, 50}), no_event, 42));  // not known at the cut
  CHECK(is(pfs({{{42, SD}}, never, 50, 50}), new_therapy, 42));
  CensoringSteps after = fda();
  after.therapy_comes_first = true;
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, 84}, after), new_therapy, 42));
  CHECK(is(pfs({{{42, SD}, {84, SD}}, never, 84}, after), new_therapy, 42));
  CHECK(is(pfs({{{42, SD}}, 84, 84}, after), event, 84));  // no assessment comes after a death
  CHECK(is(pfs({{}, 60, 60, never, true}, after), event, 60));
}

TEST_CASE("step 3 by the length of the gap: the limit is the last day that counts") {
  CHECK(is(pfs({{{42, SD}, {140, PD}}}), event, 140));
  CHECK(is(pfs({{{42, SD}, {141, PD}}}), missed_visits, 42));
  CHECK(pfs({{{42, SD}, {141, PD}}}).source == 0);
  CHECK(is(pfs({{{42, SD}, {84, NE}, {141, PD}}}), missed_visits, 42));
  CHECK(is(pfs({{}, 98}), event, 98));
  CHECK(is(pfs({{}, 99}), missed_visits, 0));
  CHECK(is(pfs({{{42, SD}}, 140}), event, 140));
  CHECK(is(pfs({{{42, SD}}, 141}), missed_visits, 42));
}

TEST_CASE("step 3 by windows: visits are missed when they closed without an assessment") {
  // visits 84 and 126 are missed once 133 is over; a gap of 95 days is censored here and not above
  CHECK(is(pfs({{{42, SD}, {133, PD}}}, fda(), windows()), event, 133));
  CHECK(is(pfs({{{42, SD}, {134, PD}}}, fda(), windows()), missed_visits, 42));
  CHECK(is(pfs({{{42, SD}, {137, PD}}}, fda(), windows()), missed_visits, 42));
  CHECK(is(pfs({{{42, SD}, {137, PD}}}), event, 137));
  CHECK(is(pfs({{{77, SD}, {134, PD}}}, fda(), windows()), event, 134));  // in the window of 84
  CHECK(is(pfs({{{76, SD}, {134, PD}}}, fda(), windows()), missed_visits, 76));
  CHECK(is(pfs({{}, 91}, fda(), windows()), event, 91));
  CHECK(is(pfs({{}, 92}, fda(), windows()), missed_visits, 0));
}

TEST_CASE("a schedule that changes allows one visit missed on either side of the change") {
  const std::vector<double> day{42, 84, 168}, week{7, 7, 7};
  const VisitSchedule changing{day, week, 84, true};
  CHECK(is(pfs({{{42, SD}, {168, PD}}}, fda(), changing), event, 168));
  CHECK(is(pfs({{{42, SD}, {182, PD}}}, fda(), changing), event, 182));
  CHECK(is(pfs({{{42, SD}, {183, PD}}}, fda(), changing), missed_visits, 42));
  CHECK(is(pfs({{{84, SD}, {266, PD}}}, fda(), changing), event, 266));
  CHECK(is(pfs({{{84, SD}, {267, PD}}}, fda(), changing), missed_visits, 84));
  CHECK(is(pfs({{{300, SD}, {482, PD}}}, fda(), changing), event, 482));
  CHECK(is(pfs({{{300, SD}, {483, PD}}}, fda(), changing), missed_visits, 300));
}

TEST_CASE("how many visits, and before what, is the rule's") {
  CensoringSteps one = fda();
  one.missed = 1;
  CHECK(is(pfs({{{42, SD}, {98, PD}}}, one), event, 98));
  CHECK(is(pfs({{{42, SD}, {99, PD}}}, one), missed_visits, 42));
  CensoringSteps deaths = fda();
  deaths.missed_death_only = true;
  CHECK(is(pfs({{{42, SD}, {300, PD}}}, deaths), event, 300));
  CHECK(is(pfs({{{42, SD}}, 300}, deaths), missed_visits, 42));
  CHECK(is(pfs({{{42, SD}, {300, PD}}}, CensoringSteps{}, VisitSchedule{}), event, 300));
}

TEST_CASE("step 4 before step 5, and the cut hides what comes after it") {
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, never, 84}), event, 84));
  CHECK(is(pfs({{{42, SD}, {84, PD}}, never, never, 83}), no_event, 42));
  CHECK(is(pfs({{{42, SD}}, 90, never, 89}), no_event, 42));
  CHECK(is(pfs({{{42, SD}, {84, SD}}, never, never, 60}), no_event, 42));
}

TEST_CASE("a progression can be dated to its scheduled visit") {
  CensoringSteps uniform = fda();
  uniform.progression = ProgressionDay::scheduled;
  CHECK(is(pfs({{{42, SD}, {60, PD}}}, uniform), event, 84));
  CHECK(is(pfs({{{42, SD}, {77, PD}}}, uniform), event, 84));
  CHECK(is(pfs({{{42, SD}, {91, PD}}}, uniform), event, 84));
  CHECK(is(pfs({{{42, SD}, {92, PD}}}, uniform), event, 126));
  CHECK(is(pfs({{{42, SD}, {60, PD}}, 70}, uniform), event, 70));                // not after death
  CHECK(is(pfs({{{42, SD}, {60, PD}}, never, never, 75}, uniform), event, 75));  // nor after the cut
  CHECK(is(pfs({{{42, SD}}, 60}, uniform), event, 60));
  CHECK(is(pfs({{{86, SD}, {88, PD}}}, uniform), event, 86));  // nor before the last assessment
}

TEST_CASE("a progression after missed visits can be dated back") {
  CensoringSteps back;
  back.progression = ProgressionDay::backdated;
  CHECK(is(pfs({{{42, SD}, {84, PD}}}, back), event, 84));
  CHECK(is(pfs({{{42, SD}, {126, PD}}}, back), event, 85));
  CHECK(is(pfs({{{42, SD}, {168, PD}}}, back), event, 127));
  CHECK(is(pfs({{{42, SD}}, 168}, back), event, 168));
}

TEST_CASE("a progression before its day does not count") {
  CHECK(is(pfs({{{42, PD}, {126, SD}}, never, never, never, false, 60}), no_event, 126));
  CHECK(is(pfs({{{42, PD}, {84, PD}}, never, never, never, false, 60}), event, 84));
  CHECK(is(pfs({{{42, PD}}, never, never, never, false, 60}), no_event, 42));
}

TEST_CASE("without assessments the time ends at the last contact") {
  const CensoringSteps off;
  const auto os = [&](const Patient& p, double contact) {
    return run(p, {EventKind::death}, {p.death}, off, VisitSchedule{}, {contact});
  };
  CHECK(is(os({{}, 100}, 50), event, 100));
  CHECK(is(os({{}}, 50), no_event, 50));
  CHECK(is(os({{}, 100, never, 80}, 100), no_event, 80));
  CHECK(is(os({{}}, -never), no_assessment, 0));
  CHECK(is(os({{}}, -3), no_event, 0));
}

TEST_CASE("an event that is settled is censored by no step") {
  const auto response = [&](const Patient& p, double day) {
    return run(p, {EventKind::settled, EventKind::progression, EventKind::death}, {day, never, p.death},
               fda(), gap());
  };
  CHECK(is(response({{{150, PR}}, never, 100, never, true}, 150), event, 150));
  CHECK(response({{{42, SD}, {84, PD}}}, never).source == 1);
  CHECK(is(response({{{42, CR}, {84, PD}}}, 42), event, 42));
}

TEST_CASE("other events are no deaths: without a baseline they do not count") {
  const Patient p{{{42, SD}}, never, never, never, true};
  CHECK(is(run(p, {EventKind::other, EventKind::death}, {60, never}, fda(), gap()), no_baseline, 0));
  CHECK(is(run(p, {EventKind::claimed}, {60}, fda(), gap()), no_baseline, 0));
  CHECK(is(run({{{42, SD}}}, {EventKind::other}, {60}, fda(), gap()), event, 60));
  CensoringSteps uniform = fda();
  uniform.progression = ProgressionDay::scheduled;
  CHECK(is(run({{{42, SD}}}, {EventKind::claimed}, {60}, uniform, gap()), event, 84));
  CHECK(is(run({{{42, SD}}}, {EventKind::other}, {60}, uniform, gap()), event, 60));
}

TEST_CASE("patients do not see each other") {
  const std::vector<std::int32_t> offset{0, 2, 2, 3}, response{3, 5, 3},
      kind = kinds({EventKind::progression, EventKind::death});
  const std::vector<std::int32_t> baseline{0, 0, 0};
  const std::vector<double> day{42, 84, 42}, all{never, never, never}, zero{0, 0, 0};
  const std::vector<double> events{never, never, never, never, 30, 70};
  const auto found = tte::endpoint({offset, day, response, day}, {kind, events},
                                   {all, all, zero, all, {}, baseline}, fda(), gap());
  CHECK(is(found[0], event, 84));
  CHECK(is(found[1], event, 30));
  CHECK(is(found[2], event, 70));
  CHECK(found[2].assessed == 42);
  CHECK(found[0].row == 1);
}

TEST_CASE("what the engine cannot read is refused") {
  const Patient p{{{42, SD}}};
  CensoringSteps half = fda();
  half.missed = 1.5;
  CHECK_THROWS_AS(pfs(p, half), std::invalid_argument);
  CHECK_THROWS_AS(pfs(p, fda(), VisitSchedule{}), std::invalid_argument);
  const std::vector<double> backwards{84, 42}, weeks{7, 7};
  CHECK_THROWS_AS(pfs(p, fda(), {backwards, weeks, 42, true}), std::invalid_argument);
  CHECK_THROWS_AS(pfs(p, fda(), {every_six_weeks, weeks, 42, true}), std::invalid_argument);
  CHECK_THROWS_AS(pfs(p, fda(), {every_six_weeks, a_week, 0, true}), std::invalid_argument);
  CHECK_THROWS_AS(pfs({{{none, SD}}}), std::invalid_argument);
  CHECK_THROWS_AS(pfs({{{42, static_cast<Response>(9)}}}), std::invalid_argument);
  CHECK_THROWS_AS(pfs({{}, none}), std::invalid_argument);
  CHECK_THROWS_AS(pfs({{}, never, none}), std::invalid_argument);
  CHECK_THROWS_AS(run(p, {EventKind::death}, {never, never}, fda(), gap()), std::invalid_argument);
}
