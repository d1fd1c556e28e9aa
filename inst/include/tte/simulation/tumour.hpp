// Measured sizes of target lesions: each person's curve (tumour_curve.hpp) through lesions drawn for the
// person, with an error of measurement at each scan.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/expects.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "../core/special.hpp"
#include "draws.hpp"
#include "tumour_curve.hpp"

namespace tte {

/// One entry per person, as in TumourPlan. An empty column: sensitive_until 0, flare 60, numbers 1, 2, ...
struct TumourPersons {
  Span<std::int32_t> targets;
  Span<double> depth, shrink_rate, growth_rate, progression;
  Span<std::int32_t> mode;
  Span<double> sensitive_until, flare;
  Span<std::int32_t> number;  ///< of the person's stream
};

/// Scans of person i are day[offset[i]] .. day[offset[i + 1] - 1]; those up to day 0 are baseline.
struct TumourVisits {
  Span<std::int32_t> offset;
  Span<double> day;
};

struct TumourOptions {
  double meanlog = 3.2, sdlog = 0.4;  ///< diameters at baseline: log-normal, given that they reach `minimum`
  double minimum = 10;                ///< mm
  double noise = 0;                   ///< coefficient of variation of a measurement
  double spread = 0;                  ///< standard deviation of log depth between the lesions of a person
  std::int32_t digits = -1;           ///< decimals of a record; negative: not rounded
  double vanish = 2;                  ///< as in TumourPlan
};

/// One row per scan and lesion of every person; persons, scans (over all persons) and lesions from 0.
struct Tumours {
  std::vector<std::int32_t> person, visit, lesion;
  std::vector<double> size;
  std::vector<TumourCourse> course;
};

namespace detail {

inline void check_tumour_persons(const TumourPersons& persons) {
  const std::size_t n = persons.targets.size();
  const auto column = [n](std::size_t size, bool optional) { return size == n || (optional && size == 0); };
  expects(column(persons.depth.size(), false) && column(persons.shrink_rate.size(), false) &&
              column(persons.growth_rate.size(), false) && column(persons.progression.size(), false) &&
              column(persons.mode.size(), false) && column(persons.sensitive_until.size(), true) &&
              column(persons.flare.size(), true) && column(persons.number.size(), true),
          "one entry per person in every column of tumours");
  for (const std::int32_t targets : persons.targets)
    expects(targets >= 0 && targets <= 1000, "a person has between 0 and 1000 target lesions");
  check_person_numbers(persons.number);
}

inline void check_tumour_visits(const TumourVisits& visits, std::size_t persons) {
  expects(visits.offset.size() == persons + 1 && visits.offset[0] == 0, "one offset per person and one more");
  for (std::size_t i = 0; i < persons; ++i)
    expects(visits.offset[i] <= visits.offset[i + 1], "the offsets of scans must not decrease");
  expects(static_cast<std::size_t>(visits.offset[persons]) == visits.day.size(),
          "the last offset ends the scans");
  for (const double day : visits.day) expects(std::isfinite(day), "the day of a scan must be a number");
}

inline void check_tumour_options(const TumourOptions& options) {
  expects(std::isfinite(options.meanlog) && is_rate(options.sdlog), "diameters need a mean and a spread");
  expects(options.vanish > 0 && options.minimum > options.vanish && std::isfinite(options.minimum),
          "lesions start larger than what counts as gone");
  expects(is_rate(options.noise) && is_rate(options.spread), "noise and spread must not be negative");
  expects(options.digits <= 9, "sizes have at most nine decimals");
}

// Draws lesions and measures them.
class TumourReader {
 public:
  explicit TumourReader(const TumourOptions& options) : options_(options) {
    const double bound = (std::log(options.minimum) - options.meanlog) / options.sdlog;
    tail_ = options.sdlog > 0 ? 0.5 * std::erfc(bound / std::sqrt(2.0)) : 1;
    expects(tail_ > 1e-100, "no lesion is that large");
    sigma_ = std::sqrt(std::log1p(options.noise * options.noise));
    unit_ = std::pow(10.0, options.digits);
  }

  // Log-normal beyond the minimum: the upper tail's share is uniform.
  void draw_lesions(Random random, Lesions& lesions) const {
    for (std::size_t l = 0; l < lesions.baseline.size(); ++l) {
      const double z = -normal_quantile(tail_ * random.uniform());
      lesions.baseline[l] = std::max(options_.minimum, std::exp(options_.meanlog + options_.sdlog * z));
      lesions.relative_depth[l] = std::exp(options_.spread * random.normal());
    }
  }

  // The error is log-normal with mean 1; a baseline record reaches the minimum.
  double measured(double size, double day, Random& random) const {
    const double out = size * std::exp(sigma_ * random.normal() - sigma_ * sigma_ / 2);
    return day <= 0 ? std::max(out, options_.minimum) : out;
  }

  double recorded(double measured) const {
    return options_.digits < 0 ? measured : std::round(measured * unit_) / unit_;
  }

 private:
  TumourOptions options_;
  double tail_ = 1, sigma_ = 0, unit_ = 1;
};

inline TumourPlan tumour_plan(const TumourPersons& persons, const TumourOptions& options, std::size_t i) {
  TumourPlan plan;
  expects(persons.mode[i] >= 0 && persons.mode[i] <= 4, "a progression is one of five");
  plan.mode = static_cast<Progression>(persons.mode[i]);
  plan.depth = persons.depth[i];
  plan.shrink_rate = persons.shrink_rate[i];
  plan.growth_rate = persons.growth_rate[i];
  plan.progression = persons.progression[i];
  plan.vanish = options.vanish;
  if (!persons.sensitive_until.empty()) plan.sensitive_until = persons.sensitive_until[i];
  if (!persons.flare.empty()) plan.flare = persons.flare[i];
  return plan;
}

// The first row of every person.
inline std::vector<std::size_t> tumour_rows(const TumourPersons& persons, const TumourVisits& visits) {
  std::vector<std::size_t> begin(persons.targets.size() + 1, 0);
  for (std::size_t i = 0; i + 1 < begin.size(); ++i) {
    begin[i + 1] = begin[i] + static_cast<std::size_t>(persons.targets[i]) *
                                  static_cast<std::size_t>(visits.offset[i + 1] - visits.offset[i]);
  }
  return begin;
}

// By RECIST a sum is compared with the lowest one that a scan showed, which lies above the lowest one there
// was, so the first scan after the planted progression may just miss the threshold. From it on the targets
// are larger by this factor; each may lose a tenth of a mm to rounding.
inline double enlargement(double sum, double nadir, std::size_t targets) {
  if (sum == 0 || nadir == endless_days) return 1;
  return std::max(1.0, (progression_threshold(nadir) + 0.1 * static_cast<double>(targets)) / sum);
}

// The rows of one person, from `row` on. Lesions are drawn from the person's stream, errors from its part 1,
// so that more scans change neither.
inline void read_tumour(const TumourReader& reader, const TumourCurve& curve, const TumourVisits& visits,
                        std::size_t i, Random errors, std::size_t row, Tumours& out) {
  const std::size_t targets = curve.lesions();
  double nadir = endless_days, larger = 0;
  for (std::int32_t visit = visits.offset[i]; visit < visits.offset[i + 1]; ++visit) {
    const double day = visits.day[static_cast<std::size_t>(visit)];
    double sum = 0;
    for (std::size_t l = 0; l < targets; ++l) {
      out.person[row + l] = static_cast<std::int32_t>(i);
      out.visit[row + l] = visit;
      out.lesion[row + l] = static_cast<std::int32_t>(l);
      out.size[row + l] = reader.measured(curve.size(l, day), day, errors);
      sum += out.size[row + l];
    }
    const bool progressed = curve.progressed(day);
    if (progressed && larger == 0) larger = enlargement(sum, nadir, targets);
    if (!progressed) nadir = std::min(nadir, sum);
    for (std::size_t end = row + targets; row < end; ++row)
      out.size[row] = reader.recorded(progressed ? larger * out.size[row] : out.size[row]);
  }
}

}  // namespace detail

/// Measured sizes of every person's target lesions at every scan, and the courses behind them.
inline Tumours tumour(const Purpose& purpose, const TumourPersons& persons, const TumourVisits& visits,
                      const TumourOptions& options = {}, const Execution& execution = {}) {
  detail::check_purpose(purpose);
  detail::check_tumour_persons(persons);
  detail::check_tumour_visits(visits, persons.targets.size());
  detail::check_tumour_options(options);
  const detail::TumourReader reader(options);
  const std::vector<std::size_t> rows = detail::tumour_rows(persons, visits);
  Tumours out;
  out.person.resize(rows.back());
  out.visit.resize(rows.back());
  out.lesion.resize(rows.back());
  out.size.resize(rows.back());
  out.course.resize(persons.targets.size());
  parallel_chunks(persons.targets.size(), detail::persons_per_chunk, execution,
                  [&](std::size_t begin, std::size_t end, std::size_t) {
                    TumourCurve curve;
                    Lesions lesions;
                    for (std::size_t i = begin; i < end; ++i) {
                      const auto targets = static_cast<std::size_t>(persons.targets[i]);
                      const std::int32_t number = detail::person_number(persons.number, i);
                      lesions.baseline.resize(targets);
                      lesions.relative_depth.resize(targets);
                      reader.draw_lesions(person_stream(purpose, number), lesions);
                      curve.begin(detail::tumour_plan(persons, options, i), lesions);
                      out.course[i] = curve.course();
                      detail::read_tumour(reader, curve, visits, i, person_stream(purpose, number, 1),
                                          rows[i], out);
                    }
                  });
  return out;
}

}  // namespace tte
