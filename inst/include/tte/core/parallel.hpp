// Work shared between threads without changing a bit of the result: chunks are cut by n alone, never by the
// number of threads, and callers combine what the chunks give in chunk order. Threads are made per call, so
// forking stays safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tte {

/// How a kernel may run: on how many threads, and what the calling thread does every 100 ms (interrupt,
/// progress).
struct Execution {
  int threads = 1;
  std::function<void()> poll = {};
};

namespace detail {

class ChunkQueue {
 public:
  ChunkQueue(std::size_t n, std::size_t chunk) : n_(n), chunk_(chunk), count_((n + chunk - 1) / chunk) {}

  std::size_t count() const { return count_; }

  template <class Work>
  bool run_next(Work& work) {
    const std::size_t index = next_.fetch_add(1);
    if (index >= count_ || stopped_.load()) return false;
    work(index * chunk_, std::min(n_, (index + 1) * chunk_), index);
    return true;
  }

  void stop(std::exception_ptr why) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = why;
    stopped_.store(true);
  }

  void worker_done() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++done_;
    finished_.notify_one();
  }

  bool wait_for_workers(std::size_t workers) {
    std::unique_lock<std::mutex> lock(mutex_);
    return finished_.wait_for(lock, std::chrono::milliseconds(100), [&] { return done_ == workers; });
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::size_t n_, chunk_, count_, done_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::condition_variable finished_;
  std::exception_ptr error_;
};

template <class Work>
void run_worker(ChunkQueue& queue, Work& work) {
  try {
    while (queue.run_next(work)) {
    }
  } catch (...) {
    queue.stop(std::current_exception());
  }
  queue.worker_done();
}

inline void poll_until_done(ChunkQueue& queue, std::size_t workers, const std::function<void()>& poll) {
  bool polling = static_cast<bool>(poll);
  while (!queue.wait_for_workers(workers)) {
    if (!polling) continue;
    try {
      poll();
    } catch (...) {
      queue.stop(std::current_exception());
      polling = false;
    }
  }
}

template <class Work>
void run_here(ChunkQueue& queue, Work& work, const std::function<void()>& poll) {
  auto last = std::chrono::steady_clock::now();
  while (queue.run_next(work)) {
    if (!poll || std::chrono::steady_clock::now() - last < std::chrono::milliseconds(100)) continue;
    poll();
    last = std::chrono::steady_clock::now();
  }
}

}  // namespace detail

/// Calls work(begin, end, chunk) for every chunk of [0, n). Chunks may run in any order and at the same time.
/// An exception of any chunk, or of poll(), stops the rest and is thrown here.
template <class Work>
void parallel_chunks(std::size_t n, std::size_t chunk, const Execution& execution, Work work) {
  detail::ChunkQueue queue(n, chunk);
  const std::size_t workers =
      std::min(queue.count(), static_cast<std::size_t>(std::max(execution.threads, 1)));
  if (workers <= 1) return detail::run_here(queue, work, execution.poll);
  std::vector<std::thread> threads;
  threads.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) threads.emplace_back([&] { detail::run_worker(queue, work); });
  detail::poll_until_done(queue, workers, execution.poll);
  for (std::thread& thread : threads) thread.join();
  queue.rethrow();
}

}  // namespace tte
