// Rows of one person: a row that ends where the person's next row starts is no censoring, and that next row
// no entry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "build_schedule.hpp"

namespace tte::detail {

struct JoinedRows {
  std::vector<char> continues, resumes;  ///< by arranged position
  std::vector<double> persons;           ///< per stratum
};

// Positions by subject, each subject's in order of stratum and time: a counting sort of the arranged order.
inline std::vector<std::int32_t> positions_by_subject(const std::vector<std::int32_t>& subject) {
  const std::int32_t last = subject.empty() ? 0 : *std::max_element(subject.begin(), subject.end());
  std::vector<std::int32_t> next(static_cast<std::size_t>(last) + 2, 0), out(subject.size());
  for (std::int32_t code : subject) ++next[static_cast<std::size_t>(code) + 1];
  for (std::size_t s = 1; s < next.size(); ++s) next[s] += next[s - 1];
  for (std::size_t i = 0; i < subject.size(); ++i) {
    out[static_cast<std::size_t>(next[static_cast<std::size_t>(subject[i])]++)] =
        static_cast<std::int32_t>(i);
  }
  return out;
}

inline std::vector<std::int32_t> stratum_by_position(const Schedule& schedule, std::size_t rows) {
  std::vector<std::int32_t> out(rows);
  for (std::size_t s = 0; s < schedule.strata(); ++s) {
    const Range range = schedule.stratum_rows[s];
    std::fill(out.begin() + range.begin, out.begin() + range.end, static_cast<std::int32_t>(s));
  }
  return out;
}

/// `subject` holds codes from 0 by arranged position.
inline JoinedRows join_rows(const Columns& columns, const ScheduleBuilder& built,
                            const std::vector<std::int32_t>& subject) {
  const std::size_t n = built.order.size();
  const std::vector<std::int32_t> stratum = stratum_by_position(built.schedule, n);
  JoinedRows joined{std::vector<char>(n, 0), std::vector<char>(n, 0),
                    std::vector<double>(built.schedule.strata(), 0.0)};
  const std::vector<std::int32_t> by_subject = positions_by_subject(subject);
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(by_subject[j]);
    const auto before = static_cast<std::size_t>(by_subject[j > 0 ? j - 1 : 0]);
    const bool same = j > 0 && subject[before] == subject[i] && stratum[before] == stratum[i];
    if (!same)
      joined.persons[static_cast<std::size_t>(stratum[i])] +=
          columns.freq_of(static_cast<std::size_t>(built.order[i]));
    if (!same || built.start.empty() || built.start[i] != built.stop[before] || built.cause[before] > 0)
      continue;
    joined.continues[before] = joined.resumes[i] = 1;
  }
  return joined;
}

}  // namespace tte::detail
