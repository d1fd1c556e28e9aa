#include <catch2/catch.hpp>
#include <tte/core/parallel.hpp>

#include "naive.hpp"

using tte::Execution;
using tte::parallel_chunks;

namespace {

struct Chunk {
  std::size_t begin, end;
  bool operator==(const Chunk& other) const { return begin == other.begin && end == other.end; }
};

std::vector<Chunk> chunks_of(std::size_t n, std::size_t size, int threads) {
  std::vector<Chunk> seen((n + size - 1) / size);
  std::vector<std::atomic<int>> visits(seen.size());
  parallel_chunks(n, size, {threads}, [&](std::size_t begin, std::size_t end, std::size_t index) {
    seen.at(index) = {begin, end};
    ++visits[index];
  });
  for (const auto& count : visits) CHECK(count == 1);
  return seen;
}

void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

}  // namespace

TEST_CASE("chunks are cut by n alone and each is visited once") {
  for (const int threads : {-1, 0, 1, 2, 3, 16}) {
    CHECK(chunks_of(10, 4, threads) == std::vector<Chunk>{{0, 4}, {4, 8}, {8, 10}});
    CHECK(chunks_of(8, 4, threads) == std::vector<Chunk>{{0, 4}, {4, 8}});
    CHECK(chunks_of(1, 4, threads) == std::vector<Chunk>{{0, 1}});
  }
}

TEST_CASE("an empty range calls nothing, also inside another") {
  for (const int threads : {1, 2}) {
    std::atomic<int> outer{0};
    parallel_chunks(0, 4, {threads}, [&](std::size_t, std::size_t, std::size_t) { ++outer; });
    CHECK(outer == 0);
    parallel_chunks(3, 1, {threads}, [&](std::size_t, std::size_t, std::size_t) {
      ++outer;
      parallel_chunks(0, 1, {threads}, [&](std::size_t, std::size_t, std::size_t) { outer += 100; });
    });
    CHECK(outer == 3);
  }
}

TEST_CASE("a range inside another is done for each chunk") {
  std::atomic<int> inner{0};
  parallel_chunks(3, 1, {2}, [&](std::size_t, std::size_t, std::size_t) {
    parallel_chunks(4, 2, {2}, [&](std::size_t begin, std::size_t end, std::size_t) {
      inner += static_cast<int>(end - begin);
    });
  });
  CHECK(inner == 12);
}

TEST_CASE("no more threads run than there are chunks, and no fewer than asked for") {
  for (const int threads : {1, 2, 3}) {
    std::atomic<int> running{0}, most{0};
    parallel_chunks(6, 1, {threads}, [&](std::size_t, std::size_t, std::size_t) {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      pause(20);
      --running;
    });
    CHECK(most == threads);
  }
}

TEST_CASE("one thread works where it is called") {
  const auto caller = std::this_thread::get_id();
  bool here = true;
  parallel_chunks(5, 1, {1}, [&](std::size_t, std::size_t, std::size_t) {
    here &= std::this_thread::get_id() == caller;
  });
  CHECK(here);
}

TEST_CASE("the exception of a chunk is thrown to the caller and stops the rest") {
  for (const int threads : {1, 2, 3}) {
    std::atomic<int> done{0};
    const auto work = [&](std::size_t, std::size_t, std::size_t index) {
      if (index == 3) throw std::domain_error("chunk three");
      pause(1);
      ++done;
    };
    CHECK_THROWS_WITH(parallel_chunks(10000, 1, {threads}, work), "chunk three");
    CHECK(done < 100);
  }
}

TEST_CASE("poll is called while the work goes on, by the calling thread only") {
  for (const int threads : {1, 2}) {
    const auto caller = std::this_thread::get_id();
    int polls = 0;
    bool elsewhere = false;
    const auto poll = [&] {
      ++polls;
      elsewhere |= std::this_thread::get_id() != caller;
    };
    parallel_chunks(16, 1, {threads, poll},
                    [&](std::size_t, std::size_t, std::size_t) { pause(60 * threads / 2); });
    CHECK(polls >= 2);
    CHECK(polls <= 12);
    CHECK_FALSE(elsewhere);
  }
}

TEST_CASE("an exception of poll stops the work and is thrown to the caller") {
  for (const int threads : {1, 2}) {
    std::atomic<int> done{0};
    const auto poll = [] { throw std::domain_error("interrupted"); };
    const auto work = [&](std::size_t, std::size_t, std::size_t) {
      pause(10);
      ++done;
    };
    CHECK_THROWS_WITH(parallel_chunks(10000, 1, {threads, poll}, work), "interrupted");
    CHECK(done < 200);
  }
}
