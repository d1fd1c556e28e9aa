#include <catch2/catch.hpp>
#include <tte/core/random.hpp>

#include "naive.hpp"

using tte::Random;
using tte::detail::Block;

TEST_CASE("Philox 4x32-10 gives the known answers of Random123") {
  CHECK(tte::detail::philox({0, 0, 0, 0}, 0) == Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  const std::uint32_t ones = 0xffffffff;
  CHECK(tte::detail::philox({ones, ones, ones, ones}, ~std::uint64_t{0}) ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(tte::detail::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822) ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a stream is the blocks of its seed, its number and a counter, one word after the other") {
  const tte::Seed seed{0x0123456789abcdef};
  const std::uint64_t stream = 0xfedcba9876543210;
  Random random(seed, stream);
  for (std::uint32_t counter = 0; counter < 3; ++counter) {
    const Block block = tte::detail::philox({counter, 0, 0x76543210, 0xfedcba98}, seed.value);
    for (const std::uint32_t word : block) CHECK(random.bits() == word);
  }
}

TEST_CASE("seeds and streams differ, and each repeats") {
  CHECK(Random({1}, 0).bits() == Random({1}, 0).bits());
  CHECK(Random({1}, 0).bits() != Random({1}, 1).bits());
  CHECK(Random({1}, 0).bits() != Random({2}, 0).bits());
  CHECK(Random({1}, 0).bits() != Random({std::uint64_t{1} << 32}, 0).bits());
  CHECK(Random({1}, 1).bits() != Random({1}, std::uint64_t{1} << 32).bits());
}

TEST_CASE("a uniform number is made of the upper 27 and 26 bits of two words") {
  Random words({5}), random({5});
  for (int i = 0; i < 10; ++i) {
    const double high = words.bits() >> 5, low = words.bits() >> 6;
    CHECK(random.uniform() == (high * 67108864 + low + 0.5) / 9007199254740992.0);
  }
}

TEST_CASE("the variates have their mean and spread") {
  Random random({42});
  const int n = 40000;
  int outside = 0;
  double uniform = 0, uniform_square = 0, exponential = 0, normal = 0, normal_square = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform(), z = random.normal();
    outside += !(u > 0 && u < 1);
    uniform += u / n;
    uniform_square += u * u / n;
    exponential += random.exponential(4) / n;
    normal += z / n;
    normal_square += z * z / n;
  }
  CHECK(outside == 0);
  CHECK(uniform == Approx(0.5).margin(0.01));
  CHECK(uniform_square == Approx(1.0 / 3).margin(0.01));
  CHECK(exponential == Approx(0.25).margin(0.01));
  CHECK(normal == Approx(0).margin(0.03));
  CHECK(normal_square == Approx(1).margin(0.04));
}

TEST_CASE("below(n) takes every value below n equally often, and no other") {
  Random random({7});
  for (const std::uint32_t n : {1u, 2u, 3u, 7u}) {
    std::vector<int> count(n);
    for (int i = 0; i < 20000; ++i) ++count.at(random.below(n));
    for (const int c : count) CHECK(c == Approx(20000.0 / n).margin(5 * std::sqrt(20000.0 / n)));
  }
  // two thirds of 2^32: without rejection the lower half would come up twice as often as it should
  const std::uint32_t n = 0xaaaaaaab;
  int low = 0;
  for (int i = 0; i < 20000; ++i) low += random.below(n) < n / 2;
  CHECK(low == Approx(10000).margin(400));
}

TEST_CASE("below() rejects the words that would be counted twice") {
  // of the 2^32 words, 2^32 mod n are rejected: those whose product with n has a small lower half
  const std::uint32_t n = 0xaaaaaaab;
  Random words({3}), random({3});
  for (int i = 0; i < 200; ++i) {
    std::uint64_t product;
    do {
      product = std::uint64_t{words.bits()} * n;
    } while ((product & 0xffffffff) < (std::uint64_t{1} << 32) % n);
    REQUIRE(random.below(n) == product >> 32);
  }
}

TEST_CASE("a shuffle keeps the values and reaches every order equally often") {
  Random random({9});
  std::vector<int> count(6);
  for (int i = 0; i < 12000; ++i) {
    std::vector<int> values{0, 1, 2};
    random.shuffle(values);
    ++count.at(static_cast<std::size_t>(2 * values[0] + (values[1] > values[2])));
  }
  for (const int c : count) CHECK(c == Approx(2000).margin(200));
  std::vector<int> none, one{4};
  random.shuffle(none);
  random.shuffle(one);
  CHECK(none.empty());
  CHECK(one == std::vector<int>{4});
}
