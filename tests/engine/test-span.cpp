#include <catch2/catch.hpp>
#include <tte/core/span.hpp>

#include <vector>

TEST_CASE("an absent column is an empty span") {
  const tte::Span<double> absent;
  CHECK(absent.empty());
  CHECK(absent.size() == 0);
  CHECK(absent.begin() == absent.end());
}

TEST_CASE("a span shows the values it was made from, without a copy") {
  std::vector<int> values{3, 1, 2};
  const tte::Span<int> span = values;
  values[1] = 7;
  CHECK_FALSE(span.empty());
  CHECK(span.size() == 3);
  CHECK(span[1] == 7);
  CHECK(span.data() == values.data());
  CHECK(std::vector<int>(span.begin(), span.end()) == values);
  CHECK(tte::Span<int>(values.data() + 1, 2)[1] == 2);
}
