// Builds a schedule, and the arranged order that goes with it, from rows sorted by time: in linear time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "radix_sort.hpp"
#include "schedule.hpp"

namespace tte::detail {

class ScheduleBuilder {
 public:
  /// `stops` and `starts` are sorted by time; `starts` is empty when no row enters late.
  ScheduleBuilder(const Columns& columns, std::size_t strata, const std::vector<KeyedRow>& stops,
                  const std::vector<KeyedRow>& starts)
      : columns_(columns), strata_(strata) {
    place_rows(stops);
    make_steps();
    if (!starts.empty()) place_entries(starts);
  }

  Schedule schedule;
  std::vector<std::int32_t> order, cause;  ///< the caller's row at each arranged position, and its cause
  std::vector<double> start, stop;         ///< by arranged position; start is empty without late entry

 private:
  // A stable counting sort by stratum keeps the order of time.
  void place_rows(const std::vector<KeyedRow>& stops) {
    std::vector<std::int32_t> next(strata_ + 1, 0);
    for (const KeyedRow& item : stops) ++next[columns_.stratum_of(item.row) + 1];
    for (std::size_t s = 0; s < strata_; ++s) {
      next[s + 1] += next[s];
      schedule.stratum_rows.push_back({next[s], next[s + 1]});
    }
    order.resize(stops.size());
    stop.resize(stops.size());
    cause.resize(stops.size());
    for (const KeyedRow& item : stops) {
      const auto at = static_cast<std::size_t>(next[columns_.stratum_of(item.row)]++);
      order[at] = item.row;
      stop[at] = value_of(item.key);
      cause[at] = columns_.cause[static_cast<std::size_t>(item.row)];
    }
  }

  template <class Visit>
  void each_tie(const Range& rows, Visit visit) const {
    for (std::int32_t begin = rows.begin; begin < rows.end;) {
      std::int32_t end = begin + 1;
      while (end < rows.end && stop[static_cast<std::size_t>(end)] == stop[static_cast<std::size_t>(begin)])
        ++end;
      visit(begin, end);
      begin = end;
    }
  }

  void make_steps() {
    std::size_t count = 0;
    for (const Range& rows : schedule.stratum_rows)
      each_tie(rows, [&](std::int32_t, std::int32_t) { ++count; });
    schedule.steps.reserve(count);
    for (const Range& rows : schedule.stratum_rows) {
      schedule.stratum_begin.push_back(schedule.steps.size());
      schedule.first_rows.push_back(rows);
      each_tie(rows, [&](std::int32_t begin, std::int32_t end) {
        schedule.steps.push_back(
            {stop[static_cast<std::size_t>(begin)], {begin, end}, events_first(begin, end), {}});
      });
    }
    schedule.stratum_begin.push_back(schedule.steps.size());
  }

  // Moves the events of a tie to its front, otherwise keeping the caller's order; returns where they end.
  std::int32_t events_first(std::int32_t begin, std::int32_t end) {
    const auto first = cause.begin() + begin, last = cause.begin() + end;
    const auto is_event = [](std::int32_t code) { return code > 0; };
    if (std::is_partitioned(first, last, is_event)) {
      return static_cast<std::int32_t>(std::partition_point(first, last, is_event) - cause.begin());
    }
    std::vector<std::pair<std::int32_t, std::int32_t>> tie;
    for (std::int32_t i = begin; i < end; ++i)
      tie.emplace_back(cause[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(i)]);
    const auto censored =
        std::stable_partition(tie.begin(), tie.end(), [&](const auto& row) { return is_event(row.first); });
    for (std::size_t i = 0; i < tie.size(); ++i) {
      cause[static_cast<std::size_t>(begin) + i] = tie[i].first;
      order[static_cast<std::size_t>(begin) + i] = tie[i].second;
    }
    return begin + static_cast<std::int32_t>(censored - tie.begin());
  }

  void place_entries(const std::vector<KeyedRow>& starts) {
    std::vector<std::int32_t> position(columns_.size()), next;
    for (std::size_t i = 0; i < order.size(); ++i)
      position[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
    for (const Range& rows : schedule.stratum_rows) next.push_back(rows.begin);
    schedule.by_start.resize(order.size());
    start.resize(order.size());
    for (const KeyedRow& item : starts) {
      const std::int32_t at = position[static_cast<std::size_t>(item.row)];
      start[static_cast<std::size_t>(at)] = value_of(item.key);
      schedule.by_start[static_cast<std::size_t>(next[columns_.stratum_of(item.row)]++)] = at;
    }
    for (std::size_t s = 0; s < strata_; ++s) cut_entries(s);
    check_lengths();
  }

  // Gives every step of a stratum the rows that start at it or after it, but before the next step.
  void cut_entries(std::size_t s) {
    const Range rows = schedule.stratum_rows[s];
    std::int32_t at = rows.begin;
    const auto entered_before = [&](double time) {
      const std::int32_t begin = at;
      while (at < rows.end && start_of_entry(at) < time) ++at;
      return Range{begin, at};
    };
    const std::size_t first = schedule.stratum_begin[s], last = schedule.stratum_begin[s + 1];
    if (first == last) return;
    schedule.first_rows[s] = entered_before(schedule.steps[first].time);
    for (std::size_t k = first; k + 1 < last; ++k)
      schedule.steps[k].entries = entered_before(schedule.steps[k + 1].time);
    schedule.steps[last - 1].entries = {at, rows.end};
  }

  double start_of_entry(std::int32_t at) const {
    return start[static_cast<std::size_t>(schedule.by_start[static_cast<std::size_t>(at)])];
  }

  // Merging near-equal times may have left a row without length.
  void check_lengths() const {
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (start[i] < stop[i]) continue;
      throw InvalidInput("row " + std::to_string(order[i] + 1) +
                         " has no length once near-equal times are merged");
    }
  }

  const Columns& columns_;
  std::size_t strata_;
};

}  // namespace tte::detail
