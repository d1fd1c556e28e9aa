// The one loop over the steps of a schedule. A pool holds the rows at risk in whatever form an estimator
// needs; it has clear(), add(Rows) and remove(Rows) and never sees a time. At every step at(k, step) is
// called with the pool as it is at that time: rows that stop there are in, rows that start there are not.
#pragma once

#include <cstddef>

#include "schedule.hpp"

namespace tte {

enum class Direction { forward, backward };

namespace detail {

template <class Pool, class At>
void sweep_forward(const Schedule& schedule, std::size_t stratum, Pool& pool, At& at) {
  pool.add(schedule.at_start(stratum));
  for (std::size_t k = schedule.stratum_begin[stratum]; k < schedule.stratum_begin[stratum + 1]; ++k) {
    const Step& step = schedule.steps[k];
    at(k, step);
    pool.remove(Rows{step.exits});
    if (!step.entries.empty()) pool.add(schedule.entering(step));
  }
}

template <class Pool, class At>
void sweep_backward(const Schedule& schedule, std::size_t stratum, Pool& pool, At& at) {
  for (std::size_t k = schedule.stratum_begin[stratum + 1]; k-- > schedule.stratum_begin[stratum];) {
    const Step& step = schedule.steps[k];
    if (!step.entries.empty()) pool.remove(schedule.entering(step));
    pool.add(Rows{step.exits});
    at(k, step);
  }
}

}  // namespace detail

template <class Pool, class At>
void sweep(const Schedule& schedule, Direction direction, Pool& pool, At at) {
  for (std::size_t stratum = 0; stratum < schedule.strata(); ++stratum) {
    pool.clear();
    if (direction == Direction::forward) {
      detail::sweep_forward(schedule, stratum, pool, at);
    } else {
      detail::sweep_backward(schedule, stratum, pool, at);
    }
  }
}

}  // namespace tte
