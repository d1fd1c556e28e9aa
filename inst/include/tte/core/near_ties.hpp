// Times that differ only by rounding are one time. A time whose gap to the one before is at most sqrt(eps)
// times the mean of the distinct |t| becomes the first of its run. There is no absolute rule beside this
// relative one: it would merge all times of data in a tiny unit.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "radix_sort.hpp"

namespace tte::detail {

constexpr double relative_gap = 1.4901161193847656e-8;  // sqrt of the double's epsilon

// Visits the times of two sorted sequences in increasing order.
template <class Visit>
void merge_times(std::vector<KeyedRow>& a, std::vector<KeyedRow>& b, Visit visit) {
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool first = j == b.size() || (i < a.size() && a[i].key <= b[j].key);
    visit(first ? a[i++] : b[j++]);
  }
}

inline double near_tie_tolerance(std::vector<KeyedRow>& stops, std::vector<KeyedRow>& starts) {
  double sum = 0;
  std::size_t distinct = 0;
  std::uint64_t previous = 0;
  merge_times(stops, starts, [&](const KeyedRow& item) {
    if (distinct > 0 && item.key == previous) return;
    sum += std::fabs(value_of(item.key));
    previous = item.key;
    ++distinct;
  });
  return distinct > 0 ? relative_gap * (sum / static_cast<double>(distinct)) : 0;
}

/// Makes near-equal times equal, in place; returns how many distinct times were merged into another.
inline std::size_t snap_near_ties(std::vector<KeyedRow>& stops, std::vector<KeyedRow>& starts) {
  const double tolerance = near_tie_tolerance(stops, starts);
  std::size_t merged = 0;
  std::uint64_t previous = 0, anchor = 0;
  bool first = true;
  merge_times(stops, starts, [&](KeyedRow& item) {
    const bool near = !first && value_of(item.key) - value_of(previous) <= tolerance;
    if (!near) anchor = item.key;
    merged += near && item.key != previous && item.key != anchor;
    previous = item.key;
    first = false;
    item.key = anchor;
  });
  return merged;
}

}  // namespace tte::detail
