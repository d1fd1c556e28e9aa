// Counts by rank that change one at a time and are asked for "how many below": a tree of fan-out 16 whose
// nodes hold running sums, so that a question reads one number per level and an update touches one or two
// cache lines per level.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tte {

template <class Count>
class RankCounts {
 public:
  explicit RankCounts(std::size_t ranks) : ranks_(ranks) {
    std::size_t nodes = ranks / fan + 1;  // one rank more, which is asked for the count of all
    do {
      levels_.emplace_back(nodes * fan, Count{});
      nodes = (nodes + fan - 1) / fan;
    } while (levels_.back().size() > fan);
  }

  void clear() {
    if (many()) {
      for (auto& level : levels_) level.assign(level.size(), Count{});
    } else {
      for (std::size_t rank : touched_) clear_nodes(rank);
    }
    touched_.clear();
  }

  void add(std::size_t rank, Count amount) {
    if (!many()) touched_.push_back(rank);
    for (auto& level : levels_) {
      Count* node = level.data() + rank / fan * fan;
      // Compared as numbers of the counts' size, whole registers at a time.
      const auto child = static_cast<std::int32_t>(rank % fan);
      for (std::int32_t c = 0; c < static_cast<std::int32_t>(fan); ++c)
        node[c] += c >= child ? amount : Count{};
      rank /= fan;
    }
  }

  /// The count of ranks smaller than `rank` (which may be one past the last).
  Count below(std::size_t rank) const {
    Count total{};
    for (const auto& level : levels_) {
      const std::size_t child = rank % fan;
      if (child > 0) total += level[rank - 1];
      rank /= fan;
    }
    return total;
  }

  Count total() const { return levels_.back()[fan - 1]; }
  std::size_t ranks() const { return ranks_; }

 private:
  static constexpr std::size_t fan = 16;

  // So many changes since the last clear() that clearing everything costs no more.
  bool many() const { return touched_.size() > ranks_ / fan; }

  void clear_nodes(std::size_t rank) {
    for (auto& level : levels_) {
      rank /= fan;
      std::fill_n(level.begin() + static_cast<std::ptrdiff_t>(rank * fan), fan, Count{});
    }
  }

  std::size_t ranks_;
  std::vector<std::size_t> touched_;
  std::vector<std::vector<Count>> levels_;  // levels_[0] is the leaves; each node's numbers are running sums
};

}  // namespace tte
