// The schedule of a data set: for every stratum and distinct exit time, which rows leave, which of those are
// events, and which rows enter before the next step. Built once, in linear time, by TimeToEvent. In a tie the
// order is event, censoring, entry: a row (start, stop] is at risk at t when start < t <= stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tte {

/// Positions begin, ..., end - 1 in the arranged order, or in an index of it.
struct Range {
  std::int32_t begin = 0, end = 0;
  std::int32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
};

/// Rows handed to a pool: consecutive positions, or positions read through an index (rows in order of entry).
struct Rows {
  Range range;
  const std::int32_t* index = nullptr;

  std::int32_t size() const { return range.size(); }

  template <class Visit>
  void each(Visit&& visit) const {
    if (index == nullptr) {
      for (std::int32_t i = range.begin; i < range.end; ++i) visit(i);
    } else {
      for (std::int32_t i = range.begin; i < range.end; ++i) visit(index[i]);
    }
  }
};

struct Step {
  double time;
  Range exits;              ///< rows that stop at `time`, events first
  std::int32_t events_end;  ///< events are [exits.begin, events_end)
  Range entries;            ///< rows that start in [time, time of the next step), positions in by_start

  Range events() const { return {exits.begin, events_end}; }
  Range censored() const { return {events_end, exits.end}; }
};

struct Schedule {
  std::vector<Step> steps;                 ///< by stratum, then time
  std::vector<std::size_t> stratum_begin;  ///< first step of each stratum, and steps.size() at the end
  std::vector<Range> first_rows;           ///< per stratum: rows at risk before its first step
  std::vector<std::int32_t> by_start;      ///< rows in order of start; empty when no row enters late
  std::vector<Range> stratum_rows;         ///< per stratum: its rows in the arranged order

  std::size_t strata() const { return first_rows.size(); }
  bool late_entry() const { return !by_start.empty(); }
  Rows at_start(std::size_t stratum) const {
    return {first_rows[stratum], late_entry() ? by_start.data() : nullptr};
  }
  Rows entering(const Step& step) const { return {step.entries, by_start.data()}; }
};

}  // namespace tte
