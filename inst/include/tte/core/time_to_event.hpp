// The one data object: copied once from the caller's columns, sorted, near-equal times made equal, immutable.
// Per-row data enter a kernel only as Arranged<T>, which only TimeToEvent makes, so that a forgotten
// permutation does not compile.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "build_schedule.hpp"
#include "columns.hpp"
#include "join_rows.hpp"
#include "near_ties.hpp"
#include "parallel.hpp"
#include "radix_sort.hpp"
#include "schedule.hpp"
#include "unfilled.hpp"

namespace tte {

class TimeToEvent;

/// Values in the arranged order of one TimeToEvent.
template <class T>
class Arranged {
 public:
  const T& operator[](std::size_t i) const { return values_[i]; }
  T& operator[](std::size_t i) { return values_[i]; }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  const T* data() const { return values_.data(); }
  T* data() { return values_.data(); }

 private:
  friend class TimeToEvent;
  detail::Unfilled<T> values_;
};

/// A matrix in the arranged order: `width` values per row, rows `stride` apart (a multiple of 4, padded with
/// zeros).
struct ArrangedRows {
  Arranged<double> values;
  std::size_t width = 0, stride = 0;
  const double* row(std::size_t i) const { return values.data() + i * stride; }
  double* row(std::size_t i) { return values.data() + i * stride; }
};

class TimeToEvent {
 public:
  /// `snap = false` keeps near-equal times apart.
  explicit TimeToEvent(const Columns& columns, bool snap = true) {
    detail::check_columns(columns);
    rows_in_ = columns.size();
    build(columns, snap);
    copy_masses(columns);
    if (!columns.cluster.empty()) cluster_ = codes_from_zero(columns.cluster, order_);
    count_units();
    count_events();
    for (std::size_t i = 0; i < rows(); ++i) mean_mass_ += mass(i) / static_cast<double>(rows());
  }

  std::size_t rows() const { return order_.size(); }  ///< rows that count (freq > 0)
  std::size_t rows_in() const { return rows_in_; }    ///< rows of the caller's columns
  std::size_t strata() const { return schedule_.strata(); }
  std::size_t snapped() const { return snapped_; }  ///< distinct times merged into a near-equal one
  const Schedule& schedule() const { return schedule_; }
  std::int32_t row(std::size_t i) const { return order_[i]; }  ///< the caller's row at arranged position i

  std::int32_t cause(std::size_t i) const { return cause_[i]; }
  bool is_event(std::size_t i) const { return cause_[i] > 0; }
  double event_count() const { return event_count_; }  ///< sum of freq over rows with an event
  double largest_tie() const { return largest_tie_; }  ///< most events at one time of one stratum

  bool has_mass() const { return !mass_.empty(); }
  bool has_weight() const { return has_weight_; }
  double mass(std::size_t i) const { return mass_.empty() ? 1.0 : mass_[i]; }  ///< weight x freq
  std::int32_t freq(std::size_t i) const { return freq_.empty() ? 1 : freq_[i]; }

  const std::vector<double>& persons() const { return persons_; }  ///< per stratum
  bool continues(std::size_t i) const {
    return !continues_.empty() && continues_[i];
  }  ///< in a later row of the person
  bool resumes(std::size_t i) const { return !resumes_.empty() && resumes_[i]; }  ///< from an earlier row

  /// The person of row i, from 0: its subject, else the row itself.
  std::int32_t person(std::size_t i) const {
    return subject_.empty() ? static_cast<std::int32_t>(i) : subject_[i];
  }
  bool has_cluster() const { return !cluster_.empty(); }
  bool has_units() const { return !cluster_.empty() || !subject_.empty(); }
  /// The independent unit of row i, from 0: its cluster, else its subject, else the row itself.
  std::int32_t unit(std::size_t i) const {
    if (!cluster_.empty()) return cluster_[i];
    return subject_.empty() ? static_cast<std::int32_t>(i) : subject_[i];
  }
  std::size_t units() const { return units_; }
  /// How many equal independent units row i stands for: its freq, unless the copies fall into one cluster.
  double copies(std::size_t i) const { return has_cluster() ? 1 : freq(i); }
  /// The mass of row i beside the mean of all rows, for what does not depend on the scale of the weights.
  double relative_mass(std::size_t i) const { return mass(i) / mean_mass_; }
  double mean_mass() const { return mean_mass_; }

  template <class T>
  Arranged<T> arrange(Span<T> column) const {
    expects(column.size() == rows_in_, "a column must be as long as stop");
    Arranged<T> out;
    out.values_.resize(rows());
    for (std::size_t i = 0; i < rows(); ++i) out.values_[i] = column[static_cast<std::size_t>(order_[i])];
    return out;
  }

  template <class T>
  Arranged<T> arranged(T value) const {
    Arranged<T> out;
    out.values_.assign(rows(), value);
    return out;
  }

  ArrangedRows arrange_rows(const std::vector<Span<double>>& columns, const Execution& execution = {}) const {
    ArrangedRows out;
    out.width = columns.size();
    out.stride = (out.width + 3) / 4 * 4;
    out.values.values_.resize(rows() * out.stride);
    for (const Span<double>& column : columns)
      expects(column.size() == rows_in_, "a covariate must be as long as stop");
    // Columns in groups, so that every cache line of the result is written once.
    constexpr std::size_t group = 8;
    parallel_chunks(rows(), 16384, execution, [&](std::size_t begin, std::size_t end, std::size_t) {
      for (std::size_t first = 0; first < out.width; first += group) {
        const std::size_t last = std::min(first + group, out.width);
        for (std::size_t i = begin; i < end; ++i) {
          double* row = out.row(i);
          for (std::size_t j = first; j < last; ++j) row[j] = columns[j][static_cast<std::size_t>(order_[i])];
          for (std::size_t j = last; j < std::min(first + group, out.stride); ++j) row[j] = 0;
        }
      }
    });
    return out;
  }

  /// Back to the caller's row order; rows with freq 0 get `absent`.
  std::vector<double> restore(const Arranged<double>& values, double absent = 0) const {
    std::vector<double> out(rows_in_, absent);
    for (std::size_t i = 0; i < rows(); ++i) out[static_cast<std::size_t>(order_[i])] = values[i];
    return out;
  }

 private:
  void build(const Columns& columns, bool snap) {
    std::vector<std::int32_t> counting;
    counting.reserve(rows_in_);
    std::size_t strata = 1;
    for (std::size_t i = 0; i < rows_in_; ++i) {
      strata = std::max(strata, columns.stratum_of(static_cast<std::int32_t>(i)) + 1);
      if (columns.freq_of(i) > 0) counting.push_back(static_cast<std::int32_t>(i));
    }
    std::vector<detail::KeyedRow> stops = detail::sorted_rows(columns.stop.data(), counting), starts;
    if (enter_late(columns, counting, stops)) starts = detail::sorted_rows(columns.start.data(), counting);
    if (snap) snapped_ = detail::snap_near_ties(stops, starts);
    detail::ScheduleBuilder built(columns, strata, stops, starts);
    count_persons(columns, built);
    schedule_ = std::move(built.schedule);
    order_ = std::move(built.order);
    cause_ = std::move(built.cause);
  }

  // A start before every exit, by more than near ties could span, makes no difference to any risk set; but
  // rows of one person have to be joined.
  static bool enter_late(const Columns& c, const std::vector<std::int32_t>& rows,
                         const std::vector<detail::KeyedRow>& stops) {
    if (c.start.empty() || rows.empty()) return false;
    const double first = detail::value_of(stops.front().key), last = detail::value_of(stops.back().key);
    const double reach = detail::relative_gap * std::max(std::fabs(first), std::fabs(last));
    return !c.subject.empty() || std::any_of(rows.begin(), rows.end(), [&](std::int32_t row) {
      return c.start[static_cast<std::size_t>(row)] >= first - reach;
    });
  }

  void count_persons(const Columns& columns, const detail::ScheduleBuilder& built) {
    if (!columns.subject.empty()) {
      subject_ = codes_from_zero(columns.subject, built.order);
      detail::JoinedRows joined = detail::join_rows(columns, built, subject_);
      continues_ = std::move(joined.continues);
      resumes_ = std::move(joined.resumes);
      persons_ = std::move(joined.persons);
      return;
    }
    for (const Range& rows : built.schedule.stratum_rows) {
      double persons = 0;
      for (std::int32_t i = rows.begin; i < rows.end; ++i) {
        persons += columns.freq_of(static_cast<std::size_t>(built.order[static_cast<std::size_t>(i)]));
      }
      persons_.push_back(persons);
    }
  }

  void copy_masses(const Columns& c) {
    has_weight_ = !c.weight.empty();
    if (!c.freq.empty()) freq_ = arrange(c.freq);
    if (has_weight_) mass_ = arrange(c.weight);
    if (c.freq.empty()) return;
    if (!has_weight_) mass_ = arranged(1.0);
    for (std::size_t i = 0; i < rows(); ++i) mass_[i] *= freq_[i];
  }

  static std::vector<std::int32_t> codes_from_zero(Span<std::int32_t> codes,
                                                   const std::vector<std::int32_t>& order) {
    std::vector<std::int32_t> out;
    out.reserve(order.size());
    for (std::int32_t row : order) out.push_back(codes[static_cast<std::size_t>(row)] - 1);
    return out;
  }

  void count_units() {
    units_ = rows();
    if (!has_units()) return;
    std::int32_t last = -1;
    for (std::size_t i = 0; i < rows(); ++i) last = std::max(last, unit(i));
    units_ = static_cast<std::size_t>(last + 1);
  }

  void count_events() {
    for (const Step& step : schedule_.steps) {
      double tie = 0;
      for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
        tie += freq(static_cast<std::size_t>(i));
      event_count_ += tie;
      largest_tie_ = std::max(largest_tie_, tie);
    }
  }

  std::size_t rows_in_ = 0, snapped_ = 0, units_ = 0;
  bool has_weight_ = false;
  double event_count_ = 0, largest_tie_ = 0, mean_mass_ = 0;
  Schedule schedule_;
  std::vector<std::int32_t> order_, cause_, subject_, cluster_;
  std::vector<char> continues_, resumes_;
  std::vector<double> persons_;
  Arranged<double> mass_;
  Arranged<std::int32_t> freq_;
};

}  // namespace tte
