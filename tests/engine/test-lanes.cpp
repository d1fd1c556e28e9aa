#include <catch2/catch.hpp>
#include <tte/core/lanes.hpp>

#include <vector>

TEST_CASE("rows are scaled and added, and multiplied with one another, at any address of a double") {
  std::vector<double> x(20), sum(20), original(20);
  for (std::size_t i = 0; i < 20; ++i) {
    x[i] = static_cast<double>(i);
    sum[i] = original[i] = 100.0 - static_cast<double>(i);
  }
  for (std::size_t shift = 0; shift < 4; ++shift) {
    for (const std::size_t size : {0, 4, 8, 12}) {
      CAPTURE(shift, size);
      sum = original;
      tte::detail::add_scaled(0.5, x.data() + shift, size, sum.data() + 3);
      double product = 0;
      for (std::size_t i = 0; i < 20; ++i) {
        const bool touched = i >= 3 && i < 3 + size;
        CHECK(sum[i] == original[i] + (touched ? 0.5 * x[i - 3 + shift] : 0));
        if (i < size) product += x[i + shift] * original[i + 1];
      }
      CHECK(tte::detail::inner_product(x.data() + shift, original.data() + 1, size) == product);
    }
  }
}
