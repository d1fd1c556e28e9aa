// The one random generator: Philox 4x32-10 (Salmon, Moraes, Dror & Shaw, SC'11), a function of (seed, stream,
// counter). A replicate's numbers depend on its own number only, so any thread may draw it. The variates are
// made here because those of <random> differ between standard libraries.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "special.hpp"

namespace tte {

/// What a caller hands to anything that draws.
struct Seed {
  std::uint64_t value = 0;
};

namespace detail {

using Block = std::array<std::uint32_t, 4>;

inline Block philox_round(const Block& c, std::uint32_t k0, std::uint32_t k1) {
  const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c[0];
  const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c[2];
  return {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
          static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
}

inline Block philox(Block counter, std::uint64_t key) {
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    counter = philox_round(counter, k0, k1);
  }
  return counter;
}

}  // namespace detail

/// One stream of random numbers; `stream` is the replicate's number.
class Random {
 public:
  explicit Random(Seed seed, std::uint64_t stream = 0) : key_(seed.value), stream_(stream) {}

  std::uint32_t bits() {
    if (used_ == 4) refill();
    return block_[used_++];
  }

  /// Uniform on the open interval (0, 1), 53 bits.
  double uniform() {
    const std::uint64_t high = bits() >> 5, low = bits() >> 6;
    return (static_cast<double>((high << 26) | low) + 0.5) * (1.0 / 9007199254740992.0);
  }

  double exponential(double rate = 1) { return -std::log(uniform()) / rate; }

  double normal() { return normal_quantile(uniform()); }

  /// Uniform on 0, ..., n - 1 without bias (Lemire 2019).
  std::uint32_t below(std::uint32_t n) {
    std::uint64_t product = std::uint64_t{bits()} * n;
    const std::uint32_t reject_below = (0u - n) % n;
    while (static_cast<std::uint32_t>(product) < reject_below) product = std::uint64_t{bits()} * n;
    return static_cast<std::uint32_t>(product >> 32);
  }

  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  void refill() {
    block_ = detail::philox({static_cast<std::uint32_t>(counter_), static_cast<std::uint32_t>(counter_ >> 32),
                             static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                            key_);
    ++counter_;
    used_ = 0;
  }

  std::uint64_t key_, stream_, counter_ = 0;
  detail::Block block_{};
  std::size_t used_ = 4;
};

}  // namespace tte
