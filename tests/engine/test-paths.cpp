#include <catch2/catch.hpp>
#include <tte/simulation/paths.hpp>

#include <functional>

using tte::Clock;
using tte::PathCondition;
using tte::PathModel;
using tte::PathPersons;
using tte::Paths;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

struct Hazard {
  std::int32_t from, to;
  std::vector<double> breaks, rates;
  Clock clock = Clock::forward;
};

PathModel model_of(std::int32_t states, const std::vector<Hazard>& hazards) {
  PathModel model;
  model.states = states;
  for (const Hazard& h : hazards) model.transitions.push_back({h.from, h.to, h.clock, {h.breaks, h.rates}});
  return model;
}

// Columns of persons, kept alive as long as the model of a test needs them.
struct Persons {
  std::vector<std::int32_t> start, number;
  std::vector<double> until, log_hazard, entered, staying_until, delay;

  explicit Persons(std::size_t n, double end = never, std::int32_t state = 1)
      : start(n, state), until(n, end), delay(n, 0.0) {}

  PathPersons columns() const { return {start, until, log_hazard, number, entered, staying_until}; }

  Paths paths(const std::vector<Hazard>& hazards, std::int32_t states, int threads = 1,
              std::uint64_t seed = 3, PathCondition condition = {}) const {
    condition.delay = delay;
    return tte::paths({{seed}, 3}, model_of(states, hazards), columns(), condition, {threads});
  }
};

std::int32_t state_at(const Paths& paths, std::size_t i, double day, std::int32_t state = 1) {
  for (std::size_t m = paths.offset[i]; m < paths.offset[i + 1] && paths.time[m] <= day; ++m)
    state = paths.to[m];
  return state;
}

double share(std::size_t n, const std::function<bool(std::size_t)>& holds) {
  double count = 0;
  for (std::size_t i = 0; i < n; ++i) count += holds(i);
  return count / static_cast<double>(n);
}

double share_in(const Paths& paths, std::int32_t state, double day) {
  return share(paths.attempts.size(), [&](std::size_t i) { return state_at(paths, i, day) == state; });
}

// Five standard errors of a share of n.
double error_of(double p, std::size_t n) { return 5 * std::sqrt(p * (1 - p) / static_cast<double>(n)); }

constexpr std::size_t many = 40000;

// Illness and death: well 1, ill 2, dead 3.
const std::vector<Hazard> illness{{1, 2, {0}, {0.02}}, {1, 3, {0}, {0.01}}, {2, 3, {0}, {0.05}}};

bool same(const Paths& a, const Paths& b) {
  return a.offset == b.offset && a.from == b.from && a.to == b.to && a.time == b.time &&
         a.attempts == b.attempts;
}

}  // namespace

TEST_CASE("a constant hazard gives exponential times") {
  const Paths paths = Persons(many).paths({{1, 2, {0}, {0.01}}}, 2);
  CHECK(paths.time.size() == many);
  for (const double day : {10.0, 69.3, 300.0}) {
    const double p = std::exp(-0.01 * day);
    CHECK(share_in(paths, 1, day) == Approx(p).margin(error_of(p, many)));
  }
}

TEST_CASE("a hazard with breaks gives its own survival, from any state entered at any time") {
  const std::vector<double> breaks{0, 50, 80, 200}, rates{0.01, 0, 0.03, 0.002};
  const auto integral = [&](double t) {
    double sum = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double end = k == 3 ? t : std::min(t, breaks[k + 1]);
      sum += rates[k] * std::max(0.0, end - breaks[k]);
    }
    return sum;
  };
  const Paths paths = Persons(many).paths({{1, 2, breaks, rates}}, 2);
  for (const double day : {20.0, 50.0, 79.9, 120.0, 200.0, 400.0}) {
    const double p = std::exp(-integral(day));
    CHECK(share_in(paths, 1, day) == Approx(p).margin(error_of(p, many)));
  }
  CHECK(share_in(paths, 1, 50) == share_in(paths, 1, 80));
}

TEST_CASE("factors of persons multiply the hazards they belong to") {
  Persons persons(many);
  persons.log_hazard.assign(2 * many, 0.0);
  for (std::size_t i = 0; i < many; ++i) persons.log_hazard[i] = i % 2 ? std::log(3.0) : -never;
  const Paths paths = persons.paths({{1, 2, {0}, {0.01}}, {1, 3, {0}, {0.02}}}, 3);
  const auto half = [&](std::size_t odd) {
    return 2 * share(many, [&](std::size_t i) { return i % 2 == odd && state_at(paths, i, 1e9) == 2; });
  };
  CHECK(half(0) == 0);
  CHECK(half(1) == Approx(0.6).margin(error_of(0.6, many / 2)));
}

TEST_CASE("competing transitions have their cumulative incidences") {
  const Paths paths = Persons(many).paths({{1, 2, {0}, {0.01}}, {1, 3, {0, 30}, {0.02, 0.005}}}, 3);
  // 1 - exp(-0.03 t) times the share of the hazard, piece by piece
  const double until_30 = 1 - std::exp(-0.9), later = std::exp(-0.9) * (1 - std::exp(-0.015 * 70));
  const double two = until_30 / 3 + later * 2 / 3, three = until_30 * 2 / 3 + later / 3;
  CHECK(share_in(paths, 2, 100) == Approx(two).margin(error_of(two, many)));
  CHECK(share_in(paths, 3, 100) == Approx(three).margin(error_of(three, many)));
}

TEST_CASE("illness and death occupy their states as they should") {
  const Paths paths = Persons(many).paths(illness, 3);
  for (const double day : {5.0, 20.0, 60.0}) {
    const double well = std::exp(-0.03 * day);
    const double ill = 0.02 / (0.05 - 0.03) * (std::exp(-0.03 * day) - std::exp(-0.05 * day));
    CHECK(share_in(paths, 1, day) == Approx(well).margin(error_of(well, many)));
    CHECK(share_in(paths, 2, day) == Approx(ill).margin(error_of(ill, many)));
  }
}

TEST_CASE("a clock that is set back counts from the entry of the state") {
  const std::vector<double> breaks{0, 10}, rates{0, 0.1};
  for (const Clock clock : {Clock::forward, Clock::reset}) {
    const Paths paths = Persons(many).paths({{1, 2, {0}, {0.05}}, {2, 3, breaks, rates, clock}}, 3);
    double shortest = never, sum = 0;
    for (std::size_t i = 0; i < many; ++i) {
      const double stay = paths.time[2 * i + 1] - paths.time[2 * i];
      shortest = std::min(shortest, stay);
      sum += stay;
    }
    // forward: what is left of ten days, plus an exponential time
    const double waits = clock == Clock::reset ? 10 : 10 - 20 * (1 - std::exp(-0.5));
    CHECK((clock == Clock::reset) == (shortest >= 10));
    CHECK(sum / many == Approx(10 + waits).margin(5 * 11 / std::sqrt(double(many))));
  }
}

TEST_CASE("moves are kept up to the end of follow-up, in order") {
  const Paths whole = Persons(500).paths(illness, 3), cut = Persons(500, 25).paths(illness, 3);
  for (std::size_t i = 0; i < 500; ++i) {
    std::size_t seen = 0;
    double last = 0;
    for (std::size_t m = whole.offset[i]; m < whole.offset[i + 1]; ++m) {
      CHECK(whole.time[m] >= last);
      last = whole.time[m];
      seen += last <= 25;
    }
    REQUIRE(cut.offset[i + 1] - cut.offset[i] == seen);
    for (std::size_t m = 0; m < seen; ++m)
      CHECK(cut.time[cut.offset[i] + m] == whole.time[whole.offset[i] + m]);
  }
  const double day = whole.time[0];
  CHECK(Persons(1, day).paths(illness, 3).time == std::vector<double>{day});
}

TEST_CASE("a required state is reached, with the law of those who reach it") {
  Persons persons(many, 40);
  persons.delay.assign(many, 7.0);
  const Paths paths = persons.paths(illness, 3, 1, 3, {2, {}, 1000});
  double sum = 0, attempts = 0;
  for (std::size_t i = 0; i < many; ++i) {
    const std::size_t m = paths.offset[i];
    REQUIRE(paths.offset[i + 1] > m);
    REQUIRE(paths.to[m] == 2);
    REQUIRE(paths.time[m] <= 40);
    REQUIRE(state_at(paths, i, paths.time[m] + 7) == 2);
    sum += paths.time[m];
    attempts += paths.attempts[i];
  }
  // time of illness is exponential of rate 0.03, cut at 40; a week's survival is the same for all
  const double q = std::exp(-1.2), mean = 1 / 0.03 - 40 * q / (1 - q);
  CHECK(sum / many == Approx(mean).margin(5 * 12 / std::sqrt(double(many))));
  const double p = (1 - q) * 2 / 3 * std::exp(-0.35);
  CHECK(attempts / many == Approx(1 / p).margin(5 * std::sqrt(1 - p) / p / std::sqrt(double(many))));
}

TEST_CASE("the condition looks beyond the end of follow-up but keeps nothing from there") {
  Persons persons(2000, 10);
  persons.delay.assign(2000, 60.0);
  const Paths paths = persons.paths(illness, 3, 1, 3, {2, {}, 100000});
  for (std::size_t i = 0; i < 2000; ++i) {
    CHECK(paths.attempts[i] >= 1);
    CHECK(paths.offset[i + 1] - paths.offset[i] == 1);
  }
  const double alone = 1 / ((1 - std::exp(-0.3)) * 2 / 3 * std::exp(-3));
  double attempts = 0;
  for (const std::int32_t a : paths.attempts) attempts += a;
  CHECK(attempts / 2000 == Approx(alone).epsilon(5 / std::sqrt(2000.0)));
}

TEST_CASE("who starts in the required state has reached it") {
  Persons persons(many, 40, 2);
  persons.delay.assign(many, 10.0);
  const Paths paths = persons.paths(illness, 3, 1, 3, {2, {}, 1000});
  CHECK(share(many, [&](std::size_t i) { return state_at(paths, i, 10, 2) == 3; }) == 0);
  const double p = std::exp(-0.5);
  CHECK(share(many, [&](std::size_t i) { return state_at(paths, i, 20, 2) == 2; }) ==
        Approx(p).margin(error_of(p, many)));
}

TEST_CASE("to leave the required state is not to be absorbed") {
  std::vector<Hazard> recovery = illness;
  recovery.push_back({2, 1, {0}, {0.2}});
  Persons persons(2000);
  persons.delay.assign(2000, 5.0);
  const Paths paths = persons.paths(recovery, 3, 1, 3, {2, {}, 1000});
  const double well = share(2000, [&](std::size_t i) {
    std::size_t m = paths.offset[i];
    while (paths.to[m] != 2) ++m;
    REQUIRE(state_at(paths, i, paths.time[m] + 5) != 3);
    return paths.to[m + 1] == 1 && paths.time[m + 1] <= paths.time[m] + 5;
  });
  CHECK(well > 0.5);
}

TEST_CASE("a required state entered after the end of follow-up is not reached") {
  Persons persons(2, 40, 2);
  persons.entered = {40, 40.5};
  const Paths paths = persons.paths(illness, 3, 1, 3, {2, {}, 50});
  CHECK(paths.attempts[0] == 1);
  CHECK(paths.attempts[1] == 0);
}

TEST_CASE("who cannot meet the condition is named and has no moves") {
  Persons persons(4, 30);
  persons.log_hazard.assign(12, 0.0);
  persons.log_hazard[2] = -never;
  const Paths paths = persons.paths(illness, 3, 1, 3, {2, {}, 200});
  CHECK(paths.attempts[2] == 0);
  CHECK(paths.offset[3] == paths.offset[2]);
  for (const std::size_t i : {0, 1, 3}) CHECK(paths.attempts[i] > 0);
}

TEST_CASE("who is known to have stayed goes on from there") {
  Persons persons(many);
  persons.start.assign(many, 2);
  persons.entered.assign(many, 30.0);
  persons.staying_until.assign(many, 45.0);
  for (const Clock clock : {Clock::forward, Clock::reset}) {
    const Paths paths = persons.paths({{1, 2, {0}, {1}}, {2, 3, {0, 20, 50}, {0.2, 0.1, 0.02}, clock}}, 3);
    // the hazards from day 45 on: until day 50 the one before the second break
    const bool reset = clock == Clock::reset;
    const double at_48 = std::exp(reset ? -3 * 0.2 : -3 * 0.1);
    const double at_58 = std::exp(reset ? -5 * 0.2 - 8 * 0.1 : -5 * 0.1 - 8 * 0.02);
    CHECK(*std::min_element(paths.time.begin(), paths.time.end()) >= 45);
    for (const auto& [day, p] : {std::pair<double, double>{48, at_48}, {58, at_58}}) {
      CHECK(share(many, [&, d = day](std::size_t i) { return state_at(paths, i, d, 2) == 2; }) ==
            Approx(p).margin(error_of(p, many)));
    }
  }
}

TEST_CASE("more persons, other threads or other rows change nobody's path") {
  const Paths one = Persons(5000, 90).paths(illness, 3, 1);
  CHECK(same(one, Persons(5000, 90).paths(illness, 3, 2)));
  CHECK(same(one, Persons(5000, 90).paths(illness, 3, 3)));
  const Paths few = Persons(1500, 90).paths(illness, 3, 1);
  CHECK(std::equal(few.time.begin(), few.time.end(), one.time.begin()));
  CHECK(std::equal(few.offset.begin(), few.offset.end(), one.offset.begin()));
  Persons chosen(2, 90);
  chosen.number = {4000, 7};
  const Paths two = chosen.paths(illness, 3);
  CHECK(
      std::vector<double>(two.time.begin(), two.time.begin() + static_cast<std::ptrdiff_t>(two.offset[1])) ==
      std::vector<double>(one.time.begin() + static_cast<std::ptrdiff_t>(one.offset[3999]),
                          one.time.begin() + static_cast<std::ptrdiff_t>(one.offset[4000])));
  CHECK_FALSE(same(one, Persons(5000, 90).paths(illness, 3, 1, 4)));
}

TEST_CASE("a hazard leaves the latent times of the others alone") {
  const Paths slow = Persons(300).paths({{1, 2, {0}, {0.02}}, {1, 3, {0}, {0.001}}}, 3);
  const Paths fast = Persons(300).paths({{1, 2, {0}, {0.02}}, {1, 3, {0}, {0.01}}}, 3);
  for (std::size_t i = 0; i < 300; ++i) {
    CHECK(fast.time[i] <= slow.time[i]);
    if (fast.to[i] == 2) CHECK(fast.time[i] == slow.time[i]);
  }
}

TEST_CASE("nobody, states without exit and hazards of zero make no moves") {
  CHECK(Persons(0).paths(illness, 3).offset == std::vector<std::size_t>{0});
  CHECK(Persons(3, never, 3).paths(illness, 3).time.empty());
  CHECK(Persons(3).paths({{1, 2, {0}, {0}}}, 2).time.empty());
  CHECK(Persons(3).paths({{1, 2, {0, 5}, {0, 0}}}, 2).attempts == std::vector<std::int32_t>{1, 1, 1});
}

TEST_CASE("wrong models, persons and conditions are refused") {
  const auto refused = [](const std::vector<Hazard>& hazards, std::int32_t states = 2) {
    CHECK_THROWS_AS(Persons(1).paths(hazards, states), tte::InvalidInput);
  };
  refused({{1, 2, {0}, {-0.1}}});
  refused({{1, 2, {0}, {std::nan("")}}});
  refused({{1, 2, {0}, {never}}});
  refused({{1, 2, {0, 5, 5}, {1, 1, 1}}});
  refused({{1, 2, {0, 5, 4}, {1, 1, 1}}});
  refused({{1, 2, {1}, {1}}});
  refused({{1, 2, {0, 1}, {1}}});
  refused({{1, 2, {}, {}}});
  refused({{1, 3, {0}, {1}}});
  refused({{0, 2, {0}, {1}}});
  refused({{2, 2, {0}, {1}}});
  refused({{1, 2, {0}, {1}}, {2, 1, {0}, {1}}});
  CHECK_THROWS_AS(Persons(1, never, 4).paths(illness, 3), tte::InvalidInput);
  CHECK_THROWS_AS(Persons(1, never, 0).paths(illness, 3), tte::InvalidInput);
  CHECK_THROWS_AS(Persons(1, std::nan("")).paths(illness, 3), tte::InvalidInput);
  CHECK_THROWS_AS(Persons(1, -1).paths(illness, 3), tte::InvalidInput);
  for (const std::vector<double>& log_hazard :
       {std::vector<double>{0, 0, std::nan("")}, {0, 0, never}, {0, 0}}) {
    Persons persons(1);
    persons.log_hazard = log_hazard;
    CHECK_THROWS_AS(persons.paths(illness, 3), tte::InvalidInput);
  }
  Persons persons(1);
  persons.number = {-1};
  CHECK_THROWS_AS(persons.paths(illness, 3), tte::InvalidInput);
  persons = Persons(1);
  persons.entered = {5};
  persons.staying_until = {4};
  CHECK_THROWS_AS(persons.paths(illness, 3), tte::InvalidInput);
}

TEST_CASE("conditions that nobody can meet by their wording are refused") {
  for (const PathCondition& wrong : {PathCondition{3, {}, 10}, {4, {}, 10}, {-1, {}, 10}, {2, {}, 0}}) {
    CHECK_THROWS_AS(Persons(1).paths(illness, 3, 1, 3, wrong), tte::InvalidInput);
  }
  for (const std::vector<double>& delay : {std::vector<double>{-1}, {std::nan("")}, {never}, {}}) {
    Persons persons(1);
    persons.delay = delay;
    CHECK_THROWS_AS(persons.paths(illness, 3, 1, 3, {2, {}, 10}), tte::InvalidInput);
  }
  CHECK_THROWS_AS(tte::paths({{1}, 0}, model_of(3, illness), Persons(1).columns()), tte::InvalidInput);
}
