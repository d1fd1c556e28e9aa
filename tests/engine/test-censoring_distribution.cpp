#include <catch2/catch.hpp>
#include <tte/nonparametric/censoring_distribution.hpp>

#include "naive.hpp"

using naive::Data;

TEST_CASE("by hand: events of the same time are gone before the censoring, left limits are explicit") {
  const Data d{{}, {1, 2, 2, 3, 4, 4}, {0, 1, 0, 0, 0, 1}};
  const tte::CensoringDistribution g(tte::risk_table(tte::TimeToEvent(d.columns())), 0);
  const double at_1 = 5.0 / 6, at_2 = at_1 * 3 / 4, at_3 = at_2 * 2 / 3;
  CHECK(g(0.5) == 1);
  CHECK(g.left(1) == 1);
  CHECK(g(1) == Approx(at_1));
  CHECK(g.left(2) == Approx(at_1));
  CHECK(g(2) == Approx(at_2));
  CHECK(g(2.5) == Approx(at_2));
  CHECK(g(3) == Approx(at_3));
  CHECK(g.left(4) == Approx(at_3));
  CHECK(g(4) == 0);
  CHECK(g(100) == 0);
  CHECK(g.times() == std::vector<double>{1, 2, 3, 4});
  CHECK(g.values().size() == 4);
}

TEST_CASE("G is the product of its definition on random data, in every stratum") {
  naive::each_data([](const Data& d) {
    const tte::RiskTable table = tte::risk_table(tte::TimeToEvent(d.columns()));
    const std::vector<naive::Rows> strata = naive::strata(d);
    for (std::size_t s = 0; s < strata.size(); ++s) {
      const tte::CensoringDistribution g(table, s);
      for (const double t : {0.5, 1.0, 3.0, 4.5, 6.0}) {
        double expected = 1, before = 1;
        for (const double c : naive::exit_times(strata[s])) {
          const auto leaves = [&](const naive::Row& r) {
            return r.stop == c && r.cause == 0 && !r.continues;
          };
          const double out =
              naive::sum(strata[s], [&](const naive::Row& r) { return leaves(r) ? r.weight : 0; });
          const double n = naive::sum(
              strata[s], [&](const naive::Row& r) { return r.at_risk(c) && !r.event_at(c) ? r.weight : 0; });
          if (out > 0 && c <= t) expected *= 1 - out / n;
          if (out > 0 && c < t) before *= 1 - out / n;
        }
        REQUIRE(g(t) == Approx(expected).margin(1e-12));
        REQUIRE(g.left(t) == Approx(before).margin(1e-12));
      }
    }
  });
}
