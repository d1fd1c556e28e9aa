// a_i = r_i {L(stop_i) - L(start_i)}: the hazard every row has met, from the steps of a cumulative hazard.
// Second-order terms, martingale residuals and score residuals all come from it. Under Efron's ties a row
// that has the event meets only its share of the last step.
#pragma once

#include <cstddef>
#include <vector>

#include "compensated_sum.hpp"
#include "sweep.hpp"
#include "time_to_event.hpp"

namespace tte {

/// The hazard of one step: what a row at risk meets, and what a row with the event there meets.
struct StepHazard {
  double whole = 0, own = 0;
};

namespace detail {

// A row of large r that enters late meets a small difference of large hazards: those are kept as a sum and
// its rounding error, both at entry and at exit. Until a row leaves, `met` holds the hazard at its entry.
class HazardMet {
 public:
  HazardMet(const Schedule& schedule, const Arranged<double>& r, Arranged<double>& met)
      : r_(r), met_(met), error_(schedule.late_entry() ? r.size() : 0) {}

  void clear() { hazard_.clear(); }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      met_[i] = hazard_.rounded();
      if (!error_.empty()) error_[i] = hazard_.error();
    });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      const double error = hazard_.error() - (error_.empty() ? 0 : error_[i]);
      met_[i] = r_[i] * ((hazard_.rounded() - met_[i]) + error);
    });
  }
  void observe(const Step& step, const StepHazard& hazard) {
    hazard_.add(hazard.whole);
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      (error_.empty() ? met_[i] : error_[i]) += hazard.whole - hazard.own;
    }
  }

 private:
  const Arranged<double>& r_;
  Arranged<double>& met_;
  std::vector<double> error_;
  CompensatedSum hazard_;
};

}  // namespace detail

/// Fills `met` with a_i; `hazard` has one entry per step of the schedule.
inline void row_hazard(const Schedule& schedule, const std::vector<StepHazard>& hazard,
                       const Arranged<double>& r, Arranged<double>& met) {
  detail::HazardMet pool(schedule, r, met);
  sweep(schedule, Direction::forward, pool,
        [&](std::size_t k, const Step& step) { pool.observe(step, hazard[k]); });
}

}  // namespace tte
