// Measured sizes of target lesions: each person's curve (tumour_curve.hpp) through lesions drawn for the
// person, with an error of measurement at each scan.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/expects.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "../core/special.hpp"
#include "draws.hpp"
#include "tumour_curve.hpp"

namespace tte {

/// One entry per person, as in TumourPlan. An empty column: sensitive_until 0, flare 60, numbers 1, 2, ...,
/// no nodes, no delay.
struct TumourPersons {
  Span<std::int32_t> targets;
  Span<double> depth, shrink_rate, growth_rate, progression;
  Span<std::int32_t> mode;
  Span<double> sensitive_until, flare;
  Span<std::int32_t> number;      ///< of the person's stream
  Span<std::int32_t> nodes = {};  ///< how many of the targets, the last ones, are lymph nodes
  Span<double> delay = {};
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
  double not_evaluable = 0;           ///< probability that a lesion cannot be measured at a scan
  double node_minimum = 15;           ///< of the short axes of nodes, which have the same law
};

/// One row per scan and lesion of every person; persons, scans (over all persons) and lesions from 0.
struct Tumours {
  std::vector<std::int32_t> person, visit, lesion;
  std::vector<double> size;  ///< NaN where the lesion could not be measured
  std::vector<TumourCourse> course;
};

namespace detail {

inline void check_tumour_persons(const TumourPersons& persons) {
  const std::size_t n = persons.targets.size();
  const auto column = [n](std::size_t size, bool optional) { return size == n || (optional && size == 0); };
  expects(column(persons.depth.size(), false) && column(persons.shrink_rate.size(), false) &&
              column(persons.growth_rate.size(), false) && column(persons.progression.size(), false) &&
              column(persons.mode.size(), false) && column(persons.sensitive_until.size(), true) &&
              column(persons.flare.size(), true) && column(persons.number.size(), true) &&
              column(persons.nodes.size(), true) && column(persons.delay.size(), true),
          "one entry per person in every column of tumours");
  for (const std::int32_t targets : persons.targets)
    expects(targets >= 0 && targets <= 1000, "a person has between 0 and 1000 target lesions");
  for (std::size_t i = 0; i < persons.nodes.size(); ++i)
    expects(persons.nodes[i] >= 0 && persons.nodes[i] <= persons.targets[i], "nodes are some of the targets");
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
  expects(options.node_minimum > diseased_node_mm && std::isfinite(options.node_minimum),
          "nodes start larger than normal ones");
  expects(is_rate(options.noise) && is_rate(options.spread), "noise and spread must not be negative");
  expects(options.not_evaluable >= 0 && options.not_evaluable <= 1, "a probability lies between 0 and 1");
  expects(options.digits <= 9, "sizes have at most nine decimals");
}

// Draws lesions and measures them.
class TumourReader {
 public:
  explicit TumourReader(const TumourOptions& options) : options_(options) {
    tail_ = tail_beyond(options.minimum);
    expects(tail_ > least_tail, "no lesion is that large");
    node_tail_ = std::max(tail_beyond(options.node_minimum), least_tail);
    sigma_ = std::sqrt(std::log1p(options.noise * options.noise));
    unit_ = std::pow(10.0, options.digits);
  }

  // Log-normal beyond the minimum: the upper tail's share is uniform.
  void draw_lesions(Random random, Lesions& lesions) const {
    const std::size_t first_node = lesions.baseline.size() - lesions.nodes;
    for (std::size_t l = 0; l < lesions.baseline.size(); ++l) {
      const double z = -normal_quantile((l < first_node ? tail_ : node_tail_) * random.uniform());
      lesions.baseline[l] =
          std::max(minimum(l >= first_node), std::exp(options_.meanlog + options_.sdlog * z));
      lesions.relative_depth[l] = std::exp(options_.spread * random.normal());
    }
  }

  // The error is log-normal with mean 1; a baseline record reaches the minimum.
  double measured(double size, double day, bool node, Random& random) const {
    const double out = size * std::exp(sigma_ * random.normal() - sigma_ * sigma_ / 2);
    return day <= 0 ? std::max(out, minimum(node)) : out;
  }

  bool fails(Random& random) const {
    return options_.not_evaluable > 0 && random.uniform() < options_.not_evaluable;
  }

  double recorded(double measured) const {
    return options_.digits < 0 ? measured : std::round(measured * unit_) / unit_;
  }

 private:
  double minimum(bool node) const { return node ? options_.node_minimum : options_.minimum; }

  // The share of lesions that are as large as this.
  double tail_beyond(double size) const {
    if (options_.sdlog == 0) return 1;
    return 0.5 * std::erfc((std::log(size) - options_.meanlog) / options_.sdlog / std::sqrt(2.0));
  }

  static constexpr double least_tail = 1e-100;

  TumourOptions options_;
  double tail_ = 1, node_tail_ = 1, sigma_ = 0, unit_ = 1;
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
  if (!persons.delay.empty()) plan.delay = persons.delay[i];
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

// What RECIST compares at a scan: the sum, and the largest target, for nodes are disease from 10 mm on only.
struct Sizes {
  double sum = 0, largest = 0;
};

// By RECIST a sum is compared with the lowest one that a scan showed, which lies above the lowest one there
// was, so the first scan after the planted progression may just miss the threshold. From it on the targets
// are larger by this factor; each may lose a tenth of a mm to rounding.
inline double enlargement(const TumourCurve& curve, const Sizes& scan, double nadir) {
  if (scan.sum == 0 || nadir == endless_days) return 1;
  const double rounding = 0.1 * static_cast<double>(curve.lesions());
  const double grown = (progression_threshold(nadir) + rounding) / scan.sum;
  const double diseased = curve.only_nodes() ? (diseased_node_mm + 0.1) / scan.largest : 0;
  return std::max({1.0, grown, diseased});
}

// Measures all targets at a scan: rows from `row` on.
inline Sizes read_scan(const TumourReader& reader, const TumourCurve& curve, double day, Random& errors,
                       double* size) {
  Sizes out;
  for (std::size_t l = 0; l < curve.lesions(); ++l) {
    size[l] = reader.measured(curve.size(l, day), day, curve.is_node(l), errors);
    out.sum += size[l];
    out.largest = std::max(out.largest, size[l]);
  }
  return out;
}

// The rows of one person, from `row` on. Lesions are drawn from the person's stream, errors from its part 1,
// failures to measure from its part 2, so that more scans change neither. The baseline and the scan that
// shows the progression are complete.
inline void read_tumour(const TumourReader& reader, const TumourCurve& curve, const TumourVisits& visits,
                        std::size_t i, Random errors, Random failures, std::size_t row, Tumours& out) {
  double nadir = endless_days, larger = 0;
  for (std::int32_t visit = visits.offset[i]; visit < visits.offset[i + 1]; ++visit) {
    const double day = visits.day[static_cast<std::size_t>(visit)];
    const Sizes scan = read_scan(reader, curve, day, errors, out.size.data() + row);
    const bool progressed = curve.progressed(day), shows = progressed && larger == 0;
    bool complete = true;
    if (shows) larger = enlargement(curve, scan, nadir);
    for (std::size_t l = 0; l < curve.lesions(); ++l, ++row) {
      out.person[row] = static_cast<std::int32_t>(i);
      out.visit[row] = visit;
      out.lesion[row] = static_cast<std::int32_t>(l);
      out.size[row] = reader.recorded(progressed ? larger * out.size[row] : out.size[row]);
      if (day <= 0 || shows || !reader.fails(failures)) continue;
      out.size[row] = std::numeric_limits<double>::quiet_NaN();
      complete = false;
    }
    if (!progressed && complete) nadir = std::min(nadir, scan.sum);
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
                      lesions.nodes = persons.nodes.empty() ? 0 : static_cast<std::size_t>(persons.nodes[i]);
                      reader.draw_lesions(person_stream(purpose, number), lesions);
                      curve.begin(detail::tumour_plan(persons, options, i), lesions);
                      out.course[i] = curve.course();
                      detail::read_tumour(reader, curve, visits, i, person_stream(purpose, number, 1),
                                          person_stream(purpose, number, 2), rows[i], out);
                    }
                  });
  return out;
}

}  // namespace tte
