// Counts per stratum and distinct time: what every nonparametric estimator is a fold over. Made from rows by
// a sweep, or by whoever has the counts already (a database).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "compensated_sum.hpp"
#include "sweep.hpp"
#include "time_to_event.hpp"

namespace tte {

struct RiskTable {
  std::size_t causes = 1;
  std::vector<std::size_t> stratum_begin;  ///< first time of each stratum, and time.size() at the end
  std::vector<double> time, at_risk;
  std::vector<double> events;             ///< time x cause, causes side by side
  std::vector<double> censored, entered;  ///< entered: since the time before, and so newly at risk here

  std::size_t size() const { return time.size(); }
  std::size_t strata() const { return stratum_begin.size() - 1; }
  double event(std::size_t k, std::size_t cause) const { return events[k * causes + cause]; }
  double all_events(std::size_t k) const {
    double total = 0;
    for (std::size_t c = 0; c < causes; ++c) total += event(k, c);
    return total;
  }
};

namespace detail {

/// The pool behind a risk table: mass at risk, and mass that entered since the last reported time. A row that
/// goes on from another row of the same person is no entry.
template <class MassOf>
class TableCounts {
 public:
  TableCounts(const TimeToEvent& data, MassOf mass_of) : data_(data), mass_of_(mass_of) {}

  void clear() {
    at_risk_.clear();
    entered_ = 0;
  }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t i) {
      const double mass = mass_of_(static_cast<std::size_t>(i));
      at_risk_.add(mass);
      if (!data_.resumes(static_cast<std::size_t>(i))) entered_ += mass;
    });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) { at_risk_.add(-mass_of_(static_cast<std::size_t>(i))); });
  }
  double at_risk() const { return at_risk_.value(); }
  double take_entered() { return std::exchange(entered_, 0.0); }

 private:
  const TimeToEvent& data_;
  MassOf mass_of_;
  CompensatedSum at_risk_;
  double entered_ = 0;
};

template <class MassOf>
double censored_at(const TimeToEvent& data, const Step& step, MassOf mass_of) {
  CompensatedSum total;
  for (std::int32_t i = step.events_end; i < step.exits.end; ++i) {
    if (!data.continues(static_cast<std::size_t>(i))) total.add(mass_of(static_cast<std::size_t>(i)));
  }
  return total.value();
}

template <class MassOf>
void append_events(const TimeToEvent& data, const Step& step, MassOf mass_of, RiskTable& table) {
  const std::size_t first = table.events.size();
  table.events.resize(first + table.causes, 0.0);
  for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::size_t cause = table.causes == 1 ? 0 : static_cast<std::size_t>(data.cause(at)) - 1;
    expects(cause < table.causes, "a cause code is larger than the number of causes");
    table.events[first + cause] += mass_of(at);
  }
}

}  // namespace detail

/// Whether anything happens at a step but rows of one person being joined.
inline bool is_reported(const TimeToEvent& data, const Step& step) {
  for (std::int32_t i = step.exits.begin; i < step.exits.end; ++i) {
    if (i < step.events_end || !data.continues(static_cast<std::size_t>(i))) return true;
  }
  return false;
}

/// Counts rows by mass_of(i): data.mass(i), or data.freq(i) for the unweighted counts beside a weighted
/// estimate. Times at which only rows of one person are joined are left out. One cause counts events of any
/// cause together.
template <class MassOf>
RiskTable risk_table(const TimeToEvent& data, std::size_t causes, MassOf mass_of) {
  const Schedule& schedule = data.schedule();
  RiskTable table;
  table.causes = causes;
  for (auto* column : {&table.time, &table.at_risk, &table.censored, &table.entered}) {
    column->reserve(schedule.steps.size());
  }
  table.events.reserve(schedule.steps.size() * causes);
  table.stratum_begin.assign(schedule.strata() + 1, 0);
  detail::TableCounts<MassOf> pool(data, mass_of);
  std::size_t stratum = 0;
  sweep(schedule, Direction::forward, pool, [&](std::size_t k, const Step& step) {
    if (!is_reported(data, step)) return;
    while (k >= schedule.stratum_begin[stratum + 1]) table.stratum_begin[++stratum] = table.size();
    table.time.push_back(step.time);
    table.at_risk.push_back(pool.at_risk());
    table.censored.push_back(detail::censored_at(data, step, mass_of));
    table.entered.push_back(pool.take_entered());
    detail::append_events(data, step, mass_of, table);
  });
  while (stratum < schedule.strata()) table.stratum_begin[++stratum] = table.size();
  return table;
}

inline RiskTable risk_table(const TimeToEvent& data, std::size_t causes = 1) {
  return risk_table(data, causes, [&](std::size_t i) { return data.mass(i); });
}

}  // namespace tte
