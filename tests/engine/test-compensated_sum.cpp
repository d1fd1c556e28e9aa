#include <catch2/catch.hpp>
#include <tte/core/compensated_sum.hpp>

#include <vector>

namespace {

double sum_of(const std::vector<double>& terms) {
  tte::CompensatedSum sum;
  for (const double x : terms) sum.add(x);
  return sum.value();
}

}  // namespace

TEST_CASE("what a large term swallows comes back when the term leaves") {
  CHECK(sum_of({1, 1e100, 1, -1e100}) == 2);
  CHECK(sum_of({1e100, 1, -1e100, 1}) == 2);
  CHECK(sum_of({1, -1e100, 1, 1e100}) == 2);
}

TEST_CASE("rows that enter and leave leave nothing behind") {
  tte::CompensatedSum sum;
  for (int i = 1; i <= 10000; ++i) sum.add(1.0 / i);
  for (int i = 1; i <= 9999; ++i) sum.add(-1.0 / i);
  CHECK(sum.value() == 1e-4);
}

TEST_CASE("a cleared sum is new") {
  tte::CompensatedSum sum;
  sum.add(1e100);
  sum.add(1);
  sum.clear();
  CHECK(sum.value() == 0);
  sum.add(3);
  CHECK(sum.value() == 3);
}

TEST_CASE("rows that enter and leave a sum of rows leave nothing behind, in any column") {
  const std::size_t stride = 8;
  tte::CompensatedRow sum(stride);
  std::vector<double> out(stride), x(stride), last(stride);
  for (int i = 1; i <= 1000; ++i) {
    for (std::size_t j = 0; j < stride; ++j) x[j] = 1.0 / (i + static_cast<int>(j));
    sum.add_scaled(3.0 * i, x.data());
  }
  for (int i = 1; i <= 999; ++i) {
    for (std::size_t j = 0; j < stride; ++j) x[j] = 1.0 / (i + static_cast<int>(j));
    sum.add_scaled(-3.0 * i, x.data());
  }
  sum.read(out);
  for (std::size_t j = 0; j < stride; ++j) CHECK(out[j] == 3000.0 * (1.0 / (1000 + static_cast<int>(j))));
  sum.clear();
  sum.read(out);
  CHECK(out == last);
}

TEST_CASE("a sum of rows keeps what a large row swallows") {
  tte::CompensatedRow sum(4);
  const std::vector<double> small{1, -2, 3, 0}, large{1e100, 1e50, -1e30, 1};
  std::vector<double> out(4);
  sum.add_scaled(1, small.data());
  sum.add_scaled(2, large.data());
  sum.add_scaled(1, small.data());
  sum.add_scaled(-2, large.data());
  sum.read(out);
  CHECK(out == std::vector<double>{2, -4, 6, 0});
}
