// The sizes of a person's target lesions, free of noise: shrinkage, resistance, regrowth. The sum is that of
// tumour growth inhibition, an exponential fall beside an exponential rise (Stein, Figg, Dahut, Stein,
// Hoshino, Price, Bates & Fojo, Oncologist 2008; Claret, Girard, Hoff, Van Cutsem, Zuideveld, Jorga,
// Fagerberg & Bruno, J Clin Oncol 2009), with one difference: the rise starts on a day of its own, chosen so
// that the sum meets RECIST's threshold on the day of progression that the person's path has. With B the sum
// at baseline, D the fraction `depth`, k and g the rates, R the day of resistance and T that of progression,
//   S(t) = B {D + (1 - D) exp(-k t)}         for 0 <= t <= R (t from the delay on, with S(t) = B before it),
//   S(t) = S(R) exp{g (t - R)}               for R < t <= T, where
//   S(T) = max{1.2 S(R), S(R) + 5 mm}        says what R is.
// From T on each lesion grows at the rate g at first and ever more slowly towards the largest there are, by
// Gompertz's law. A lesion l follows the same curve with its own b_l and d_l, and the d_l are scaled so that
// sum b_l d_l = D B: differences between lesions leave the sum alone. With D = 0 all disease goes; lymph
// nodes, of which b_l is the short axis, are then normal ones, below 10 mm but not 0, so the sum is not 0.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../core/expects.hpp"

namespace tte {

/// What makes the progression, if there is one. With `non_target` and `new_lesion` the targets regrow from
/// that day on; `pseudo` is growth at first and shrinkage after it.
enum class Progression : std::int32_t { none = 0, target = 1, non_target = 2, new_lesion = 3, pseudo = 4 };

/// What the curve of one person shall be. Days count from the start of treatment.
struct TumourPlan {
  Progression mode = Progression::none;
  double depth = 1;                                               ///< D, from 0 (all disease goes) to 1
  double shrink_rate = 0;                                         ///< k per day
  double growth_rate = 0;                                         ///< g per day
  double progression = std::numeric_limits<double>::quiet_NaN();  ///< T; NaN where there is none
  double sensitive_until = 0;  ///< no resistance before this day; NaN: none either
  double delay = 0;            ///< no shrinkage before this day, but of `pseudo`
  double flare = 60;           ///< `pseudo`: the sum is at its peak from half this day to this day
  double vanish = 2;           ///< mm below which a lesion is gone, where depth is 0
};

/// Diameters at baseline (mm), and how deep each lesion's fall is beside the others'.
struct Lesions {
  std::vector<double> baseline, relative_depth;
  std::size_t nodes = 0;  ///< how many, the last ones, are lymph nodes
};

/// What came of the plan; NaN for a day that never comes.
struct TumourCourse {
  double baseline = 0;    ///< sum, mm
  double nadir = 0;       ///< lowest sum before resistance (its limit, without resistance)
  double resistance = 0;  ///< R
  double growth = 0;      ///< rate from R to T: g, or what it takes to meet the threshold at T
  double response = 0;    ///< first day with 70 % of baseline or less, before resistance
  double gone = 0;        ///< first day without disease in any target, before resistance
};

namespace detail {

constexpr double endless_days = std::numeric_limits<double>::infinity();
constexpr double not_a_day = std::numeric_limits<double>::quiet_NaN();
constexpr double diseased_node_mm = 10, normal_node_mm = 6, largest_normal_mm = 8;
constexpr double largest_mm = 250;

/// The size of the sum that is progression after a nadir.
inline double progression_threshold(double nadir) { return std::max(1.2 * nadir, nadir + 5); }

// The last day of [low, high] on which something holds that holds first and then no more, and the first day
// on which it does not.
template <class Holds>
std::pair<double, double> turning_days(double low, double high, Holds holds) {
  for (int i = 0; i < 48; ++i) {
    const double middle = low + (high - low) / 2;
    (holds(middle) ? low : high) = middle;
  }
  return {low, high};
}

// Is the threshold of the targets' sum met on the day of progression?
inline bool by_targets(Progression mode) {
  return mode == Progression::target || mode == Progression::pseudo;
}

inline bool is_rate(double rate) { return rate >= 0 && std::isfinite(rate); }

inline void check_tumour_plan(const TumourPlan& plan, const Lesions& lesions) {
  expects(plan.depth >= 0 && plan.depth <= 1, "the depth of a response lies between 0 and 1");
  expects(is_rate(plan.shrink_rate) && is_rate(plan.growth_rate), "rates of tumours must not be negative");
  expects(plan.mode >= Progression::none && plan.mode <= Progression::pseudo, "a progression is one of five");
  expects(std::isnan(plan.progression) || plan.progression > 0, "progression comes after the start");
  expects(std::isnan(plan.sensitive_until) || is_rate(plan.sensitive_until), "a day must not be negative");
  expects(is_rate(plan.delay), "a delay must not be negative");
  expects(plan.flare > 0 && std::isfinite(plan.flare), "a flare lasts for a while");
  expects(plan.vanish > 0 && std::isfinite(plan.vanish), "a lesion is gone below a positive size");
  const bool dated = plan.mode != Progression::none && plan.mode != Progression::pseudo;
  expects(!dated || std::isfinite(plan.progression), "this progression needs its day");
  if (plan.mode == Progression::target) {
    expects(plan.growth_rate > 0, "targets that progress need a growth rate");
    expects(!(plan.sensitive_until >= plan.progression), "resistance comes before progression");
  }
  expects(!by_targets(plan.mode) || !lesions.baseline.empty(), "targets that grow have to be there");
  expects(lesions.relative_depth.size() == lesions.baseline.size(), "one relative depth per lesion");
  expects(lesions.nodes <= lesions.baseline.size(), "nodes are some of the lesions");
  const std::size_t first_node = lesions.baseline.size() - lesions.nodes;
  for (std::size_t l = 0; l < lesions.baseline.size(); ++l) {
    const double gone = l < first_node ? plan.vanish : diseased_node_mm;
    expects(lesions.baseline[l] > gone && std::isfinite(lesions.baseline[l]),
            "a lesion is larger than what counts as gone");
    expects(lesions.relative_depth[l] > 0 && std::isfinite(lesions.relative_depth[l]),
            "a relative depth is positive");
  }
}

}  // namespace detail

/// The curves of one person's lesions. `begin()` may be called again for the next person.
class TumourCurve {
 public:
  void begin(const TumourPlan& plan, const Lesions& lesions) {
    detail::check_tumour_plan(plan, lesions);
    plan_ = plan;
    baseline_ = lesions.baseline;
    left_ = lesions.relative_depth;
    first_node_ = baseline_.size() - lesions.nodes;
    gone_.assign(baseline_.size(), never);
    total_ = 0;
    for (const double b : baseline_) total_ += b;
    share_depth();
    const bool flares = plan.mode == Progression::pseudo;
    shrinks_from_ = flares ? plan.flare : plan.delay;
    peak_ = flares ? 1 + 1.5 * (detail::progression_threshold(total_) / total_ - 1) : 1;
    if (plan.depth == 0 && plan.shrink_rate > 0) set_days_gone();
    set_resistance();
  }

  /// Of lesion l; its diameter at baseline up to day 0.
  double size(std::size_t l, double day) const {
    if (relapses_ && l == back_ && day >= plan_.progression) return grown(back_mm_, day - plan_.progression);
    if (day <= resistance_) return sensitive_size(l, day, shape(day));
    const double until = std::max(resistance_, std::min(day, plan_.progression));
    const double size = sensitive_size(l, resistance_, shape(resistance_));
    return grown(size * std::exp(growth_ * (until - resistance_)), day - until);
  }

  std::size_t lesions() const { return baseline_.size(); }

  bool is_node(std::size_t l) const { return l >= first_node_; }

  bool only_nodes() const { return first_node_ == 0; }

  /// Has the day come on which the targets show the progression?
  bool progressed(double day) const { return detail::by_targets(plan_.mode) && day >= plan_.progression; }

  double sum(double day) const {
    double out = 0;
    for (std::size_t l = 0; l < baseline_.size(); ++l) out += size(l, day);
    return out;
  }

  TumourCourse course() const {
    TumourCourse out;
    const bool resists = resistance_ < never;
    const double all_gone = day_all_gone(), response = day_of_response();
    const double before = plan_.mode == Progression::none ? never : last_sensitive_day();
    out.baseline = total_;
    out.nadir = std::min(total_, lowest_sum());
    out.resistance = resists ? resistance_ : detail::not_a_day;
    out.growth = resists ? growth_ : detail::not_a_day;
    out.response = response <= before && response < never ? response : detail::not_a_day;
    out.gone = all_gone <= before && all_gone < never ? all_gone : detail::not_a_day;
    return out;
  }

 private:
  static constexpr double never = detail::endless_days;

  // A lesion that has this size at progression, so many days later.
  double grown(double size, double days) const {
    if (days == 0 || size == 0 || size >= detail::largest_mm) return size;
    const double room = std::log(detail::largest_mm / size);
    return size * std::exp(-room * std::expm1(-plan_.growth_rate * days / room));
  }

  void share_depth() {
    double mean = 0;
    for (std::size_t l = 0; l < left_.size(); ++l) mean += baseline_[l] * left_[l] / total_;
    depth_ = 0;
    for (std::size_t l = 0; l < left_.size(); ++l) {
      left_[l] = plan_.depth > 0 ? left_[l] * plan_.depth / mean : normal_share(l);
      depth_ += baseline_[l] * left_[l] / total_;
    }
  }

  double normal_share(std::size_t l) const {
    if (!is_node(l)) return 0;
    return std::min(detail::largest_normal_mm, detail::normal_node_mm * left_[l]) / baseline_[l];
  }

  void set_days_gone() {
    for (std::size_t l = 0; l < gone_.size(); ++l) {
      const double end = (is_node(l) ? detail::diseased_node_mm : plan_.vanish) / baseline_[l];
      gone_[l] = shrinks_from_ + std::log((peak_ - left_[l]) / (end - left_[l])) / plan_.shrink_rate;
    }
  }

  // Without resistance a lesion is b_l (start + left d_l) on a day, until it is gone.
  struct Shape {
    double start = 1, left = 0;
  };

  Shape shape(double day) const {
    if (day <= 0) return {};
    if (day < shrinks_from_) return {1 + (peak_ - 1) * std::min(1.0, 2 * day / shrinks_from_), 0};
    const double fall = std::exp(-plan_.shrink_rate * (day - shrinks_from_));
    return {peak_ * fall, 1 - fall};
  }

  double sensitive_size(std::size_t l, double day, const Shape& shape) const {
    return day >= gone_[l] && !is_node(l) ? 0 : baseline_[l] * (shape.start + shape.left * left_[l]);
  }

  double sensitive_sum(double day) const {
    const Shape now = shape(day);
    double out = 0;
    for (std::size_t l = 0; l < baseline_.size(); ++l) out += sensitive_size(l, day, now);
    return out;
  }

  double largest_sensitive(double day) const {
    const Shape now = shape(day);
    double out = 0;
    for (std::size_t l = 0; l < baseline_.size(); ++l) out = std::max(out, sensitive_size(l, day, now));
    return out;
  }

  // Before resistance; without it, the limit.
  double lowest_sum() const {
    if (relapses_) return sensitive_sum(plan_.progression);
    if (resistance_ < never) return sensitive_sum(resistance_);
    return plan_.shrink_rate > 0 ? depth_ * total_ : total_;
  }

  double day_all_gone() const {
    return gone_.empty() ? never : *std::max_element(gone_.begin(), gone_.end());
  }

  // Of the sum without resistance. Lesions that are gone can only make it earlier.
  double day_of_response() const {
    if (!(depth_ < 0.7) || plan_.shrink_rate == 0 || baseline_.empty()) return never;
    const double smooth = shrinks_from_ + std::log((peak_ - depth_) / (0.7 - depth_)) / plan_.shrink_rate;
    if (plan_.depth > 0) return smooth;
    const auto above = [&](double day) { return sensitive_sum(day) > 0.7 * total_; };
    return detail::turning_days(shrinks_from_, smooth, above).second;
  }

  double last_sensitive_day() const {
    if (std::isnan(plan_.progression)) return never;
    return relapses_ ? plan_.progression : std::min(resistance_, plan_.progression);
  }

  // By how much the logarithm of the sum of a day, a nadir, is below that of the threshold. Where all targets
  // are nodes, one of them must also be diseased: below 10 mm they are a complete response, whatever the sum.
  double rise_to_threshold(double day) const {
    const double sum = sensitive_sum(day);
    const double rise = detail::progression_threshold(std::min(total_, sum)) / sum;
    const double least = only_nodes() ? detail::diseased_node_mm / largest_sensitive(day) : 0;
    return std::log(std::max(rise, least));
  }

  void set_resistance() {
    relapses_ = false;
    resistance_ = never;
    growth_ = plan_.growth_rate;
    if (plan_.mode == Progression::none || !std::isfinite(plan_.progression)) return;
    resistance_ = plan_.progression;
    if (detail::by_targets(plan_.mode)) cross_at_progression();
  }

  // The later resistance starts, the higher the threshold in units of the sum and the later it is met: one
  // day fits. Where it is too early (before any treatment, or before the response that the plan has), growth
  // is steeper; where lesions vanish on that day, it is slower.
  void cross_at_progression() {
    const double at = plan_.progression, response = day_of_response();
    relapses_ = day_all_gone() <= at && plan_.mode == Progression::target;
    if (relapses_) {
      set_relapse();
      return;
    }
    double first = std::max(shrinks_from_, std::isnan(plan_.sensitive_until) ? 0 : plan_.sensitive_until);
    if (response < at) first = std::max(first, response);
    if (first >= at || sensitive_sum(at) == 0) return;
    const auto in_time = [&](double day) { return day + rise_to_threshold(day) / plan_.growth_rate <= at; };
    resistance_ = detail::turning_days(first, at, in_time).first;
    const double rise = rise_to_threshold(resistance_);
    if (resistance_ < at && rise > 0) growth_ = rise / (at - resistance_);
  }

  // The largest lesion is back with what the sum lacks; a node only where there is nothing else.
  void set_relapse() {
    resistance_ = never;
    const auto end =
        only_nodes() ? baseline_.end() : baseline_.begin() + static_cast<std::ptrdiff_t>(first_node_);
    back_ = static_cast<std::size_t>(std::max_element(baseline_.begin(), end) - baseline_.begin());
    const double at = plan_.progression, sum = sensitive_sum(at);
    const double lacks = detail::progression_threshold(sum) - sum + sensitive_size(back_, at, shape(at));
    back_mm_ = only_nodes() ? std::max(lacks, detail::diseased_node_mm) : lacks;
  }

  TumourPlan plan_;
  std::vector<double> baseline_, left_, gone_;
  std::size_t first_node_ = 0, back_ = 0;
  double total_ = 0, depth_ = 0, shrinks_from_ = 0, peak_ = 1, resistance_ = 0, growth_ = 0, back_mm_ = 0;
  bool relapses_ = false;
};

}  // namespace tte
