// Linear-time sorting of doubles: a stable least-significant-digit radix sort that only visits the bits which
// differ. Whole days differ in few bits and take two passes, continuous times six.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace tte::detail {

/// A row and its sorting key. Keys compare as unsigned integers.
struct KeyedRow {
  std::uint64_t key;
  std::int32_t row;
};

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

// Maps doubles to integers of the same order; + 0.0 makes -0.0 and 0.0 one value.
inline std::uint64_t key_of(double value) {
  value += 0.0;
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return (bits & sign_bit) ? ~bits : bits | sign_bit;
}

inline double value_of(std::uint64_t key) {
  const std::uint64_t bits = (key & sign_bit) ? key & ~sign_bit : ~key;
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

constexpr int digit_bits = 11;
using Histogram = std::array<std::size_t, std::size_t{1} << digit_bits>;

inline std::size_t digit(std::uint64_t key, int shift) { return (key >> shift) & ((1u << digit_bits) - 1); }

inline void radix_pass(const std::vector<KeyedRow>& from, std::vector<KeyedRow>& to, int shift) {
  Histogram offset{};
  for (const KeyedRow& item : from) ++offset[digit(item.key, shift)];
  std::size_t total = 0;
  for (std::size_t& count : offset) total += std::exchange(count, total);
  for (const KeyedRow& item : from) to[offset[digit(item.key, shift)]++] = item;
}

/// Sorts by key, keeping the order of equal keys.
inline void radix_sort(std::vector<KeyedRow>& items) {
  std::uint64_t differing = 0;
  bool sorted = true;
  for (std::size_t i = 1; i < items.size(); ++i) {
    differing |= items[i].key ^ items[0].key;
    sorted &= items[i - 1].key <= items[i].key;
  }
  if (sorted) return;
  std::vector<KeyedRow> other(items.size());
  for (int shift = 0; shift < 64; shift += digit_bits) {
    while (shift < 63 && !((differing >> shift) & 1)) ++shift;
    if (!(differing >> shift)) break;
    radix_pass(items, other, shift);
    items.swap(other);
  }
}

/// The rows of `values`, sorted.
inline std::vector<KeyedRow> sorted_rows(const double* values, const std::vector<std::int32_t>& rows) {
  std::vector<KeyedRow> items(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) items[i] = {key_of(values[rows[i]]), rows[i]};
  radix_sort(items);
  return items;
}

}  // namespace tte::detail
