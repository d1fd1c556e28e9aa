// What a sweep can carry: counts of the rows at risk (by label), and moments of their covariates.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "compensated_sum.hpp"
#include "lanes.hpp"
#include "time_to_event.hpp"

namespace tte {

/// The mass (weight x freq) at risk, by label 0, ..., labels - 1; one label when none are given.
class Counts {
 public:
  explicit Counts(const TimeToEvent& data) : data_(data), total_(1) {}
  Counts(const TimeToEvent& data, const Arranged<std::int32_t>& label, std::size_t labels)
      : data_(data), label_(&label), total_(labels) {}

  void clear() {
    for (CompensatedSum& sum : total_) sum.clear();
  }
  void add(const Rows& rows) { count(rows, 1); }
  void remove(const Rows& rows) { count(rows, -1); }
  double operator[](std::size_t label) const { return total_[label].value(); }
  double operator()() const { return total_[0].value(); }

 private:
  void count(const Rows& rows, double sign) {
    if (label_ == nullptr && !data_.has_mass()) return total_[0].add(sign * rows.size());
    rows.each([&](std::int32_t i) {
      const auto at = static_cast<std::size_t>(i);
      total_[label_ == nullptr ? 0 : static_cast<std::size_t>((*label_)[at])].add(sign * data_.mass(at));
    });
  }

  const TimeToEvent& data_;
  const Arranged<std::int32_t>* label_ = nullptr;
  std::vector<CompensatedSum> total_;
};

/// S0 = sum of r and S1 = sum of r x over the rows at risk, x being the rows of a design. Never second
/// moments: they come from row_hazard() and gram(), which is faster than a p x p update per row.
class Moments {
 public:
  Moments(const ArrangedRows& x, const Arranged<double>& r) : x_(x), r_(r), s1_(x.stride) {}

  void clear() {
    s0_ = 0;
    s1_.assign(x_.stride, 0.0);
  }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t i) { add_row(static_cast<std::size_t>(i)); });
  }
  // Without late entry a backward sweep never removes a row.
  void remove(const Rows&) {}

  double s0() const { return s0_; }
  const double* s1() const { return s1_.data(); }

 private:
  void add_row(std::size_t i) {
    s0_ += r_[i];
    detail::add_scaled(r_[i], x_.row(i), x_.stride, s1_.data());
  }

  const ArrangedRows& x_;
  const Arranged<double>& r_;
  double s0_ = 0;
  std::vector<double> s1_;
};

/// Moments for late entry: rows also leave, so the sums are compensated, and made anew from the rows present
/// when what is left is so small beside what was removed that even a compensated sum has lost it.
class RemovableMoments {
 public:
  RemovableMoments(const ArrangedRows& x, const Arranged<double>& r)
      : x_(x), r_(r), sum_(x.stride), present_(r.size(), 0), s1_(x.stride) {}

  void clear() {
    forget_sums();
    for (std::int32_t i = first_; i <= last_; ++i) present_[static_cast<std::size_t>(i)] = 0;
    first_ = static_cast<std::int32_t>(present_.size());
    last_ = -1;
    read();
  }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t i) {
      present_[static_cast<std::size_t>(i)] = 1;
      first_ = std::min(first_, i);
      last_ = std::max(last_, i);
      update(static_cast<std::size_t>(i), 1);
    });
    peak_ = std::max(peak_, mass_.value());
    read();
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) {
      present_[static_cast<std::size_t>(i)] = 0;
      update(static_cast<std::size_t>(i), -1);
    });
    if (mass_.value() < swamped_below * peak_) rebuild();
    read();
  }

  double s0() const { return s0_; }
  const double* s1() const { return s1_.data(); }

 private:
  static constexpr double swamped_below = 1e-14;

  void forget_sums() {
    mass_.clear();
    sum_.clear();
    peak_ = 0;
  }
  void update(std::size_t i, double sign) {
    mass_.add(sign * r_[i]);
    sum_.add_scaled(sign * r_[i], x_.row(i));
  }
  void rebuild() {
    forget_sums();
    for (std::int32_t i = first_; i <= last_; ++i) {
      if (present_[static_cast<std::size_t>(i)]) update(static_cast<std::size_t>(i), 1);
    }
    peak_ = mass_.value();
  }
  void read() {
    s0_ = mass_.value();
    sum_.read(s1_);
  }

  const ArrangedRows& x_;
  const Arranged<double>& r_;
  CompensatedSum mass_;
  CompensatedRow sum_;
  std::vector<char> present_;
  std::int32_t first_ = 0, last_ = -1;
  double peak_ = 0, s0_ = 0;
  std::vector<double> s1_;
};

/// For a backward sweep: what `pool` holds are the rows at risk without the events of the present step, which
/// join it when the sweep moves on.
template <class Pool>
class EventsHeldBack {
 public:
  EventsHeldBack(const TimeToEvent& data, Pool& pool) : data_(data), pool_(pool) {}

  void clear() {
    pool_.clear();
    held_ = {};
  }
  void add(const Rows& exits) {
    release();
    std::int32_t split = exits.range.begin;
    while (split < exits.range.end && data_.is_event(static_cast<std::size_t>(split))) ++split;
    held_ = {exits.range.begin, split};
    if (split < exits.range.end) pool_.add(Rows{{split, exits.range.end}});
  }
  void remove(const Rows& entering) {
    release();
    pool_.remove(entering);
  }

 private:
  void release() {
    if (!held_.empty()) pool_.add(Rows{std::exchange(held_, {})});
  }

  const TimeToEvent& data_;
  Pool& pool_;
  Range held_;
};

}  // namespace tte
