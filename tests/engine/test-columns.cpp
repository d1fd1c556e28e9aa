#include <catch2/catch.hpp>
#include <tte/core/columns.hpp>

#include "naive.hpp"

using naive::Data;
using tte::TimeToEvent;

namespace {

// Good data of three rows with every column, for one of them to be spoilt.
Data complete() {
  return {{0, 1, 0}, {2, 3, 4}, {1, 0, 2}, {1, 0.5, 2}, {1, 1, 2}, {1, 0, 2}, {1, 2, 1}, {1, 2, 3}};
}

template <class Spoil>
void refuses(const std::string& rule, Spoil spoil) {
  Data d = complete();
  spoil(d);
  CHECK_THROWS_AS(TimeToEvent(d.columns()), tte::InvalidInput);
  CHECK_THROWS_WITH(TimeToEvent(d.columns()), Catch::Contains(rule));
}

}  // namespace

TEST_CASE("a good data set with every column is taken") { CHECK_NOTHROW(TimeToEvent(complete().columns())); }

TEST_CASE("columns of another length are refused") {
  refuses("start", [](Data& d) { d.start.pop_back(); });
  refuses("cause", [](Data& d) { d.cause.pop_back(); });
  refuses("cause", [](Data& d) { d.cause.clear(); });
  refuses("weight", [](Data& d) { d.weight.push_back(1); });
  refuses("stratum", [](Data& d) { d.stratum.pop_back(); });
  refuses("freq", [](Data& d) { d.freq.push_back(1); });
  refuses("cluster", [](Data& d) { d.cluster.pop_back(); });
  refuses("subject", [](Data& d) { d.subject.pop_back(); });
}

TEST_CASE("times that are not finite, or not before one another, are refused") {
  for (const double bad : {naive::nan, naive::infinity, -naive::infinity}) {
    refuses("stop", [&](Data& d) { d.stop[1] = bad; });
    refuses("start", [&](Data& d) { d.start[1] = bad; });
  }
  refuses("start", [](Data& d) { d.start[2] = d.stop[2]; });
  refuses("start", [](Data& d) { d.start[2] = d.stop[2] + 1; });
}

TEST_CASE("codes, counts and weights out of range are refused") {
  refuses("cause", [](Data& d) { d.cause[2] = -1; });
  refuses("freq", [](Data& d) { d.freq[2] = -1; });
  for (const double bad : {0.0, -1.0, naive::nan, naive::infinity}) {
    refuses("weight", [&](Data& d) { d.weight[2] = bad; });
  }
  for (const std::int32_t bad : {0, -1, 1000001, std::numeric_limits<std::int32_t>::max()}) {
    refuses("stratum", [&](Data& d) { d.stratum[1] = bad; });
    refuses("cluster", [&](Data& d) { d.cluster[1] = bad; });
    refuses("subject", [&](Data& d) { d.subject[1] = bad; });
  }
}

TEST_CASE("codes beyond the number of rows are taken as long as they are not absurd") {
  Data d = complete();
  d.stratum[1] = d.cluster[1] = d.subject[1] = 1000000;
  CHECK(TimeToEvent(d.columns()).strata() == 1000000);
}
