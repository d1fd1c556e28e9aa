#include <catch2/catch.hpp>
#include <tte/core/expects.hpp>

TEST_CASE("a kept rule passes and a broken one is thrown in its own words") {
  CHECK_NOTHROW(tte::expects(true, "never said"));
  CHECK_THROWS_AS(tte::expects(false, "stop must be finite"), tte::InvalidInput);
  CHECK_THROWS_WITH(tte::expects(false, "stop must be finite"), "stop must be finite");
}

TEST_CASE("invalid input is a standard invalid_argument") {
  CHECK_THROWS_AS(tte::expects(false, ""), std::invalid_argument);
}
