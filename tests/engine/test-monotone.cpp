#include <catch2/catch.hpp>
#include <tte/cox/monotone.hpp>

#include "naive.hpp"

using naive::Data;
using tte::TimeToEvent;

namespace {

bool is_monotone(const Data& d, const arma::vec& direction) {
  const TimeToEvent data(d.columns());
  return tte::is_monotone_along(data, data.arrange_rows(d.covariates()), direction);
}

// By definition: at every event time the rows with the event have the largest value of all at risk, and
// somewhere a smaller one is at risk.
bool monotone_by_definition(const Data& d, const arma::vec& direction) {
  bool strict = false;
  for (const naive::Rows& rows : naive::strata(d)) {
    const auto value = [&](const naive::Row& row) {
      double sum = 0;
      for (std::size_t j = 0; j < d.x.size(); ++j) sum += direction(j) * d.x[j][row.from];
      return sum;
    };
    for (const naive::Row& event : rows) {
      for (const naive::Row& other : rows) {
        if (event.cause == 0 || !other.at_risk(event.stop)) continue;
        if (value(other) > value(event) + 1e-9) return false;
        strict |= value(other) < value(event) - 1e-9 && !other.event_at(event.stop);
      }
    }
  }
  return strict;
}

// survival's tests/infcox.R: both coefficients run off to minus infinity.
const Data infinite{{},
                    {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
                    {1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0},
                    {},
                    {},
                    {},
                    {},
                    {},
                    {{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}}};

}  // namespace

TEST_CASE(
    "data whose events have the largest value of their risk set are monotone that way, and not the other") {
  CHECK(is_monotone(infinite, {-1, -1}));
  CHECK(is_monotone(infinite, {-1, 0}));
  CHECK(is_monotone(infinite, {0, -3}));
  CHECK_FALSE(is_monotone(infinite, {1, 0}));
  CHECK_FALSE(is_monotone(infinite, {-1, 1}));
}

TEST_CASE("one event out of line is enough for a finite maximum") {
  Data d = infinite;
  d.cause[1] = 1;  // x1 = 1 while others with x1 = 0 are at risk
  CHECK_FALSE(is_monotone(d, {-1, 0}));
  CHECK(is_monotone(d, {0, -1}));
}

TEST_CASE("a direction along which nobody at risk differs is not monotone") {
  CHECK_FALSE(is_monotone({{}, {1, 2, 3}, {1, 1, 1}, {}, {}, {}, {}, {}, {{2, 2, 2}}}, {1}));
  CHECK_FALSE(is_monotone({{}, {1, 1, 1}, {1, 1, 1}, {}, {}, {}, {}, {}, {{1, 2, 3}}}, {1}));
  CHECK_FALSE(is_monotone({{}, {1, 2}, {0, 0}, {}, {}, {}, {}, {}, {{1, 2}}}, {1}));
  CHECK_FALSE(is_monotone({{}, {1, 2}, {1, 1}, {}, {1, 2}, {}, {}, {}, {{1, 2}}}, {1}));
}

TEST_CASE("only those at risk together are compared: late entry and leaving count") {
  // the row of the larger value enters only after the event of the smaller one
  const Data d{{0, 2, 0}, {2, 5, 3}, {1, 1, 0}, {}, {}, {}, {}, {}, {{1, 9, 0}}};
  CHECK(is_monotone(d, {1}));
  Data early = d;
  early.start[1] = 1.5;
  CHECK_FALSE(is_monotone(early, {1}));
}

TEST_CASE("the answer is that of the definition on small random data, in every direction") {
  std::size_t number = 0, found = 0;
  naive::each_data(
      [&](const Data& d) {
        if (d.rows() > 20) return;
        for (const arma::vec& direction :
             {arma::vec{1, 0}, arma::vec{-1, 0}, arma::vec{0, 1}, arma::vec{0.5, -1}}) {
          CAPTURE(++number);
          REQUIRE(is_monotone(d, direction) == monotone_by_definition(d, direction));
          found += is_monotone(d, direction);
        }
      },
      1, 2);
  CHECK(found > 50);
}

TEST_CASE("a difference within the tolerance is none") {
  const Data d{{}, {1, 2, 3, 4}, {1, 1, 0, 0}, {}, {}, {}, {}, {}, {{1, 1 + 1e-9, 0, 0.5}}};
  CHECK(is_monotone(d, {1}));
  const Data apart{{}, {1, 2, 3, 4}, {1, 1, 0, 0}, {}, {}, {}, {}, {}, {{1, 1 + 1e-4, 0, 0.5}}};
  CHECK_FALSE(is_monotone(apart, {1}));
  CHECK_FALSE(is_monotone({{}, {1, 2, 3}, {1, 0, 0}, {}, {}, {}, {}, {}, {{5, 5 - 1e-9, 0}}}, {0}));
}

TEST_CASE("a step's direction loses what vanishes beside its largest part, and is scaled to one") {
  const arma::vec direction = tte::dominant_direction({3, -6, 1e-5}, {1, 1, 1});
  CHECK(naive::gap(direction, arma::vec{0.5, -1, 0}) < 1e-15);
  // a covariate in large units has a small coefficient that still matters
  CHECK(naive::gap(tte::dominant_direction({1, 1e-5}, {1, 1e5}), arma::vec{1, 1e-5}) < 1e-15);
  CHECK(naive::gap(tte::dominant_direction({1, 1e-5}, {1, 1}), arma::vec{1, 0}) < 1e-15);
}

TEST_CASE("In exact ties the tied events need not be equal, only ahead of who survives them") {
  Data d{{}, {1, 1, 2, 3}, {1, 1, 0, 0}};
  d.x = {{2, 3, 1, 0}};
  const TimeToEvent data(d.columns());
  const tte::ArrangedRows x = data.arrange_rows(d.covariates());
  REQUIRE(!tte::is_monotone_along(data, x, {1}));
  REQUIRE(tte::is_monotone_along(data, x, {1}, true));
  d.x = {{2, 0.5, 1, 0}};
  REQUIRE(!tte::is_monotone_along(data, data.arrange_rows(d.covariates()), {1}, true));
  // Nobody survives the only tie: nothing to learn in any direction.
  const Data all{{}, {1, 1}, {1, 1}};
  const TimeToEvent last(all.columns());
  const std::vector<double> values = {0, 1};
  REQUIRE(!tte::is_monotone_along(last, last.arrange_rows({values}), {1}, true));
}
