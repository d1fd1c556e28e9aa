#include <catch2/catch.hpp>
#include <tte/core/rank_counts.hpp>

#include "naive.hpp"

TEST_CASE("below() and total() are those of a plain count, at every size of tree") {
  for (const std::size_t ranks : {1, 2, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 70000}) {
    CAPTURE(ranks);
    naive::Dice dice(ranks);
    tte::RankCounts<std::int32_t> counts(ranks);
    CHECK(counts.ranks() == ranks);
    std::vector<std::int32_t> plain(ranks, 0);
    for (int i = 0; i < 300; ++i) {
      const auto at = static_cast<std::size_t>(dice.below(static_cast<std::int32_t>(ranks)));
      const std::int32_t amount = dice.below(9) - 4;
      counts.add(at, amount);
      plain[at] += amount;
    }
    std::int32_t below = 0, wrong = 0;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      wrong += counts.below(rank) != below;
      below += plain[rank];
    }
    CHECK(wrong == 0);
    CHECK(counts.below(ranks) == below);
    CHECK(counts.total() == below);
  }
}

TEST_CASE("the first and the last rank count") {
  tte::RankCounts<double> counts(40);
  counts.add(0, 0.5);
  counts.add(39, 2);
  CHECK(counts.below(0) == 0);
  CHECK(counts.below(1) == 0.5);
  CHECK(counts.below(39) == 0.5);
  CHECK(counts.below(40) == 2.5);
}

TEST_CASE("cleared counts are zero on every level, whether few or many were added") {
  for (const std::size_t added : {1, 10, 3000}) {
    tte::RankCounts<int> counts(5000);
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < added; ++i) counts.add((7 * i + 3) % 5000, 2);
      CHECK(counts.total() == 2 * static_cast<int>(added));
      counts.clear();
      int wrong = counts.total() != 0;
      for (std::size_t rank = 0; rank <= 5000; ++rank) wrong += counts.below(rank) != 0;
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("without ranks the total is zero") {
  const tte::RankCounts<int> none(0);
  CHECK(none.ranks() == 0);
}
