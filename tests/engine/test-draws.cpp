#include <catch2/catch.hpp>
#include <tte/simulation/draws.hpp>

#include <numeric>
#include <set>

using tte::Purpose;
using tte::Variate;

namespace {

std::vector<std::int32_t> first_persons(std::size_t n) {
  std::vector<std::int32_t> out(n);
  std::iota(out.begin(), out.end(), 1);
  return out;
}

std::vector<double> drawn(std::size_t n, std::size_t each, Variate kind = Variate::uniform, int threads = 1,
                          Purpose purpose = {{11}, 2}) {
  return tte::draws(purpose, first_persons(n), each, kind, {threads});
}

}  // namespace

TEST_CASE("a person's stream has the number of purpose and person") {
  for (const std::int32_t person : {0, 1, 77, 2147483647}) {
    tte::Random by_hand({11}, 5 * 4294967296u + static_cast<std::uint64_t>(person));
    CHECK(tte::person_stream({{11}, 5}, person).uniform() == by_hand.uniform());
    tte::Random part({11}, ((std::uint64_t{3} << 16) + 5) * 4294967296u + static_cast<std::uint64_t>(person));
    CHECK(tte::person_stream({{11}, 5}, person, 3).uniform() == part.uniform());
  }
}

TEST_CASE("a number depends on seed, purpose, person and row only") {
  const std::vector<double> all = drawn(3000, 4);
  CHECK(all == drawn(3000, 4, Variate::uniform, 2));
  CHECK(all == drawn(3000, 4, Variate::uniform, 3));
  const std::vector<double> few = drawn(10, 4);
  CHECK(std::equal(few.begin(), few.end(), all.begin()));
  const std::vector<std::int32_t> chosen{2999, 5};
  const std::vector<double> two = tte::draws({{11}, 2}, chosen, 2, Variate::uniform);
  CHECK(two == std::vector<double>{all[2998 * 4], all[2998 * 4 + 1], all[4 * 4], all[4 * 4 + 1]});
  std::set<double> distinct(all.begin(), all.end());
  for (const Purpose& other : {Purpose{{11}, 3}, Purpose{{12}, 2}}) {
    const std::vector<double> values = drawn(3000, 4, Variate::uniform, 1, other);
    distinct.insert(values.begin(), values.end());
  }
  CHECK(distinct.size() == 3 * 12000);
}

TEST_CASE("the variates have their means and variances") {
  const auto moments = [](Variate kind) {
    const std::vector<double> x = drawn(20000, 2, kind);
    double sum = 0, squares = 0;
    for (const double v : x) {
      sum += v;
      squares += v * v;
    }
    const auto n = static_cast<double>(x.size());
    return std::pair<double, double>{sum / n, squares / n - sum * sum / n / n};
  };
  const auto check = [&](Variate kind, double mean, double variance) {
    const auto [m, v] = moments(kind);
    CHECK(m == Approx(mean).margin(5 * std::sqrt(variance / 40000)));
    CHECK(v == Approx(variance).epsilon(0.06));
  };
  check(Variate::uniform, 0.5, 1.0 / 12);
  check(Variate::normal, 0, 1);
  check(Variate::exponential, 1, 1);
}

TEST_CASE("nobody and nothing are drawn as asked") {
  CHECK(drawn(0, 4).empty());
  CHECK(drawn(4, 0).empty());
}

TEST_CASE("purposes and persons out of range are refused") {
  for (const std::int32_t purpose : {0, -1, 65536}) {
    CHECK_THROWS_AS(drawn(1, 1, Variate::normal, 1, {{1}, purpose}), tte::InvalidInput);
  }
  CHECK_NOTHROW(drawn(1, 1, Variate::normal, 1, {{1}, 65535}));
  const std::vector<std::int32_t> missing{1, -2147483647 - 1};
  CHECK_THROWS_AS(tte::draws({{1}, 1}, missing, 1, Variate::normal), tte::InvalidInput);
}
