// a_i = r_i {L(stop_i) - L(start_i)}: the hazard every row has met, from the steps of a cumulative hazard.
// Second-order terms, martingale residuals and score residuals all come from it. Under Efron's ties a row
// that has the event meets only its share of the last step.
#pragma once

#include <cstddef>
#include <vector>

#include "sweep.hpp"
#include "time_to_event.hpp"

namespace tte {

/// The hazard of one step: what a row at risk meets, and what a row with the event there meets.
struct StepHazard {
  double whole = 0, own = 0;
};

namespace detail {

class HazardMet {
 public:
  HazardMet(const Arranged<double>& r, Arranged<double>& met) : r_(r), met_(met) {}

  void clear() { hazard_ = 0; }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t i) {
      met_[static_cast<std::size_t>(i)] = -r_[static_cast<std::size_t>(i)] * hazard_;
    });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) {
      met_[static_cast<std::size_t>(i)] += r_[static_cast<std::size_t>(i)] * hazard_;
    });
  }
  void observe(const Step& step, const StepHazard& hazard) {
    hazard_ += hazard.whole;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) {
      met_[static_cast<std::size_t>(i)] -= r_[static_cast<std::size_t>(i)] * (hazard.whole - hazard.own);
    }
  }

 private:
  const Arranged<double>& r_;
  Arranged<double>& met_;
  double hazard_ = 0;
};

}  // namespace detail

/// Fills `met` with a_i; `hazard` has one entry per step of the schedule.
inline void row_hazard(const Schedule& schedule, const std::vector<StepHazard>& hazard,
                       const Arranged<double>& r, Arranged<double>& met) {
  detail::HazardMet pool(r, met);
  sweep(schedule, Direction::forward, pool,
        [&](std::size_t k, const Step& step) { pool.observe(step, hazard[k]); });
}

}  // namespace tte
