#include <catch2/catch.hpp>
#include <tte/competing/subdistribution_weights.hpp>

#include "naive.hpp"

using naive::Data;
using tte::CensoringConvention;
using tte::SubdistributionWeights;
using tte::TimeToEvent;

namespace {

// Cause 1 at 1, 4, 5, 10; cause 2 at 2, 5, 8; censored at 3, 4, 4, 6, 8, 9, 12.
const Data tiny{{}, {1, 2, 3, 4, 4, 4, 5, 5, 6, 8, 8, 9, 10, 12}, {1, 2, 0, 1, 0, 0, 2, 1, 0, 0, 2, 0, 1, 0}};

}  // namespace

TEST_CASE("in a tie an event comes before a censoring, unless cmprsk is to be met") {
  const TimeToEvent data(tiny.columns());
  const SubdistributionWeights geskus(data, data, 1, CensoringConvention::geskus);
  CHECK(geskus.left(0, 3) == 1);
  CHECK(geskus.left(0, 4) == Approx(11.0 / 12).epsilon(1e-15));
  CHECK(geskus.left(0, 5) == Approx(11.0 / 12 * 8 / 10).epsilon(1e-15));
  CHECK(geskus.left(0, 10) == Approx(11.0 / 12 * 8 / 10 * 5 / 6 * 3 / 4 * 2 / 3).epsilon(1e-15));
  const SubdistributionWeights cmprsk(data, data, 1, CensoringConvention::cmprsk);
  CHECK(cmprsk.left(0, 5) == Approx(11.0 / 12 * 9 / 11).epsilon(1e-15));
  CHECK(cmprsk.left(0, 10) == Approx(11.0 / 12 * 9 / 11 * 5 / 6 * 4 / 5 * 2 / 3).epsilon(1e-15));
}

TEST_CASE("only rows with a competing event have a weight after their exit") {
  const TimeToEvent data(tiny.columns());
  const SubdistributionWeights weights(data, data, 1, CensoringConvention::geskus);
  CHECK(weights.any_competing());
  for (std::size_t i = 0; i < data.rows(); ++i) {
    if (data.cause(i) != 2) CHECK(weights.at_exit(i) == 0);
    if (data.cause(i) == 2)
      CHECK(weights.at_exit(i) == 1 / weights.left(0, tiny.stop[static_cast<std::size_t>(data.row(i))]));
  }
  CHECK_FALSE(SubdistributionWeights(data, data, 2, CensoringConvention::geskus).at_exit(0) == 0);
}

TEST_CASE("late entry: those who entered after t had not been there, in the order event, censoring, entry") {
  // at risk at 2: two of whom none entered since 1; at 3: three, one entered at 2; at 5: three, two since 3
  const Data d{{0, 0, 0, 2, 3, 4}, {1, 3, 2, 5, 6, 7}, {2, 1, 0, 1, 2, 1}};
  const TimeToEvent data(d.columns());
  const SubdistributionWeights weights(data, data, 1, CensoringConvention::geskus);
  CHECK(weights.left(0, 7) == 1 * (1.0 - 1.0 / 2));
  CHECK(weights.left(0, 5) == Approx(0.5));
  CHECK(weights.left(0, 3) == Approx(0.5 * (1 - 2.0 / 3)));
  CHECK(weights.left(0, 2) == Approx(0.5 * (1 - 2.0 / 3) * (1 - 1.0 / 2) / 0.5));
}

TEST_CASE("an empty risk set before later entries leaves competing rows without a weight") {
  const Data d{{0, 0, 3, 3}, {1, 2, 4, 5}, {2, 1, 1, 1}};
  const TimeToEvent data(d.columns());
  CHECK(SubdistributionWeights(data, data, 1, CensoringConvention::geskus).undefined_after() == 1);
  const TimeToEvent other(tiny.columns());
  CHECK_THROWS_AS(SubdistributionWeights(data, other, 1, CensoringConvention::geskus), tte::InvalidInput);
}
