// The response of each timepoint by RECIST 1.1, from what was found there: the target sum against baseline
// and nadir, the non-target lesions, new lesions, and the overall response they make. Sizes are whole tenths
// of a millimetre, so comparisons with 20 %, 30 % and 5 mm are exact.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/expects.hpp"
#include "../core/span.hpp"
#include "best_response.hpp"

namespace tte {

/// A day that is not known or does not apply (R's NA_integer_).
constexpr std::int32_t no_day = std::numeric_limits<std::int32_t>::min();

/// Response of the target lesions or of the non-target lesions; `none`: the patient has no such lesions.
enum class Category : std::int32_t { none = 0, CR = 1, PR = 2, SD = 3, NN = 4, PD = 5, NE = 6 };

enum class NewLesion : std::int32_t { no = 0, yes = 1, not_assessed = 2 };

/// What a timepoint is to the assessment: only `follow_up` has a response.
enum class VisitRole : std::int32_t { follow_up = 0, baseline = 1, before_baseline = 2, before_start = 3 };

/// What was found at a timepoint. Days count from any fixed date.
struct Findings {
  VisitRole role = VisitRole::follow_up;
  bool done = false;                // at least one lesion was looked at
  bool targets_seen = false;        // at least one target was measured
  bool targets_complete = false;    // every target was measured
  bool target_disease = false;      // a non-nodal target larger than 0 or a node of 10 mm or more
  bool non_target_disease = false;  // a non-target lesion that is there (a raised marker is none)
  bool only_nodes = true;           // what disease there is are target nodes below 15 mm
  bool equivocal = false;           // a new lesion that is not certain
  std::int64_t sum = 0;             // of the targets measured
  Category non_target = Category::none;
  NewLesion new_lesion = NewLesion::no;
  std::int32_t day = no_day;             // last scan
  std::int32_t first_day = no_day;       // first scan
  std::int32_t target_day = no_day;      // last scan of a target
  std::int32_t non_target_day = no_day;  // first scan with unequivocal progression
  std::int32_t new_day = no_day;         // first appearance of a new lesion that is certain now
  std::int32_t disease_day = no_day;     // first scan with any disease
};

struct RecistRule {
  bool pr_sticky = true;                   // a partial response stays until progression
  bool nadir0_pd = false;                  // any size after a nadir of 0 is progression
  bool reappearance_if_confirmed = false;  // disease after a CR is progression only if the CR was confirmed
  bool new_lesions_for_cr = true;          // a CR needs to know that there is no new lesion
  double confirm_days = 28;
  double max_ne = 1;
};

/// Why the target lesions have their response, in the order in which the conditions are tried.
enum class TargetReason : std::int32_t {
  no_targets = 1,
  none_measured = 2,
  gone = 3,
  no_baseline = 4,
  grown = 5,
  some_missing = 6,
  from_zero = 7,
  shrunk = 8,
  still_partial = 9,
  stable = 10
};

/// What made the overall response other than the table of target, non-target and new lesions.
enum class Override : std::int32_t { none = 0, reappeared = 1, new_not_assessed = 2, not_done = 3 };

/// Sums are -1 where there is none.
struct TimepointResponse {
  Category target = Category::none;
  Category non_target = Category::none;
  Response overall = Response::missing;
  TargetReason reason = TargetReason::no_targets;
  Override override_by = Override::none;
  std::int64_t base = -1;
  std::int64_t nadir = -1;
  std::int32_t day = no_day;
};

/// Timepoints of history k are offset[k] .. offset[k + 1] - 1 in order. A history is one patient as seen by
/// one reader.
struct Histories {
  Span<std::int32_t> offset;
  Span<Findings> findings;
  Span<std::int32_t> has_targets;
};

namespace detail {

constexpr std::int64_t five_mm = 50;

inline bool grown(std::int64_t sum, std::int64_t nadir) {
  return 5 * (sum - nadir) >= nadir && sum - nadir >= five_mm;
}
inline bool shrunk(std::int64_t sum, std::int64_t base) { return 10 * (base - sum) >= 3 * base; }

// What the visits so far leave to the next one.
struct Reference {
  bool targets = false;
  std::int64_t base = -1, nadir = -1;  // -1: no complete baseline
  bool partial_response = false;       // of the targets, since the last progression
  bool complete_response = false;      // overall, of the kind after which disease is progression
};

struct TargetCall {
  Category response;
  TargetReason reason;
};

// First match wins.
inline TargetCall target_response(const Findings& found, const Reference& before, const RecistRule& rule) {
  if (!before.targets) return {Category::none, TargetReason::no_targets};
  if (!found.targets_seen) return {Category::NE, TargetReason::none_measured};
  if (found.targets_complete && !found.target_disease) return {Category::CR, TargetReason::gone};
  if (before.nadir < 0) return {Category::NE, TargetReason::no_baseline};
  if (grown(found.sum, before.nadir)) return {Category::PD, TargetReason::grown};
  if (!found.targets_complete) return {Category::NE, TargetReason::some_missing};
  if (before.nadir == 0 && rule.nadir0_pd) return {Category::PD, TargetReason::from_zero};
  if (shrunk(found.sum, before.base)) return {Category::PR, TargetReason::shrunk};
  if (rule.pr_sticky && before.partial_response) return {Category::PR, TargetReason::still_partial};
  return {Category::SD, TargetReason::stable};
}

inline Response without_targets(Category non_target) {
  if (non_target == Category::none) return Response::NED;
  if (non_target == Category::CR) return Response::CR;
  return non_target == Category::NN ? Response::NN : Response::NE;
}

}  // namespace detail

/// Overall response of a timepoint from its three parts.
inline Response overall_response(Category target, Category non_target, NewLesion new_lesion) {
  if (new_lesion == NewLesion::yes || target == Category::PD || non_target == Category::PD)
    return Response::PD;
  if (target == Category::none) return detail::without_targets(non_target);
  if (target == Category::NE) return Response::NE;
  if (target == Category::SD) return Response::SD;
  const bool clear = non_target == Category::CR || non_target == Category::none;
  return target == Category::CR && clear ? Response::CR : Response::PR;
}

namespace detail {

inline std::int32_t earlier(std::int32_t a, std::int32_t b) {
  if (a == no_day || b == no_day) return std::max(a, b);
  return std::min(a, b);
}

// The first scan that shows the progression.
inline std::int32_t progression_day(const Findings& found, const TimepointResponse& call) {
  std::int32_t day = no_day;
  if (call.target == Category::PD) day = earlier(day, found.target_day);
  if (call.non_target == Category::PD) day = earlier(day, found.non_target_day);
  if (found.new_lesion == NewLesion::yes) day = earlier(day, found.new_day);
  if (call.override_by == Override::reappeared) day = earlier(day, found.disease_day);
  return day == no_day ? found.day : day;
}

// Was the complete response of the last visit confirmed by that visit?
inline bool confirms_complete(const std::vector<TimepointResponse>& calls, std::size_t first,
                              const RecistRule& rule) {
  const std::size_t last = calls.size() - 1;
  double not_evaluable = 0;
  for (std::size_t i = last; i-- > first && not_evaluable <= rule.max_ne;) {
    if (calls[i].overall == Response::missing) continue;
    if (calls[i].overall == Response::NE) {
      ++not_evaluable;
    } else if (calls[i].overall != Response::CR) {
      return false;
    } else if (static_cast<double>(calls[last].day) - calls[i].day >= rule.confirm_days) {
      return true;
    }
  }
  return false;
}

inline void call_overall(const Findings& found, const Reference& before, const RecistRule& rule,
                         TimepointResponse& call) {
  call.overall = overall_response(call.target, call.non_target, found.new_lesion);
  if (before.complete_response && (found.target_disease || found.non_target_disease)) {
    call.overall = Response::PD;
    call.override_by = Override::reappeared;
  }
  const bool unknown = found.new_lesion == NewLesion::not_assessed && rule.new_lesions_for_cr;
  if (call.overall == Response::CR && unknown) {
    call.overall = Response::NE;
    call.override_by = Override::new_not_assessed;
  }
  call.day = call.overall == Response::PD ? progression_day(found, call) : found.day;
}

inline TimepointResponse respond(const Findings& found, const Reference& before, const RecistRule& rule) {
  TimepointResponse call;
  call.base = before.base;
  call.nadir = before.nadir;
  call.day = found.day;
  if (found.role != VisitRole::follow_up) return call;
  if (!found.done) {
    call.override_by = Override::not_done;
    return call;
  }
  const TargetCall target = target_response(found, before, rule);
  call.target = target.response;
  call.reason = target.reason;
  call.non_target = found.non_target;
  call_overall(found, before, rule, call);
  return call;
}

// Only complete sums of the baseline and after it are compared with later ones.
inline void remember_sum(const Findings& found, Reference& seen) {
  if (!found.done || !found.targets_complete) return;
  if (found.role == VisitRole::baseline) seen.base = seen.nadir = found.sum;
  if (found.role == VisitRole::follow_up && seen.nadir >= 0) seen.nadir = std::min(seen.nadir, found.sum);
}

inline void remember(const Findings& found, const std::vector<TimepointResponse>& calls, std::size_t first,
                     const RecistRule& rule, Reference& seen) {
  const TimepointResponse& call = calls.back();
  remember_sum(found, seen);
  if (call.target == Category::PD) seen.partial_response = false;
  if (call.target == Category::PR || call.target == Category::CR) seen.partial_response = true;
  if (call.overall != Response::CR) return;
  if (!rule.reappearance_if_confirmed || confirms_complete(calls, first, rule)) seen.complete_response = true;
}

inline void check_histories(const Histories& histories, const RecistRule& rule) {
  check_offsets(histories.offset, histories.has_targets.size(), histories.findings.size());
  expects(rule.confirm_days > 0, "confirm_days must be positive");
  expects(rule.max_ne >= 0, "max_ne must not be negative");
  for (const Findings& found : histories.findings) {
    expects(found.sum >= 0 && found.sum < 1000000000, "a sum is from 0 to 100 m, in tenths of a millimetre");
    expects(!found.targets_complete || found.targets_seen, "targets that are complete were seen");
  }
}

}  // namespace detail

/// What is known of a timepoint when only the sum of the targets is. `normal`: whatever is left of them are
/// nodes below 10 mm. A sum below 0 says that no target was measured.
inline Findings sum_findings(std::int64_t sum, bool complete, bool normal) {
  Findings found;
  found.done = true;
  found.targets_seen = sum >= 0;
  found.targets_complete = found.targets_seen && complete;
  found.sum = std::max<std::int64_t>(sum, 0);
  found.target_disease = sum > 0 && !normal;
  found.only_nodes = false;
  return found;
}

/// The response of every timepoint, in their order. Linear in the timepoints.
inline std::vector<TimepointResponse> recist(const Histories& histories, const RecistRule& rule) {
  detail::check_histories(histories, rule);
  std::vector<TimepointResponse> calls;
  calls.reserve(histories.findings.size());
  for (std::size_t k = 0; k < histories.has_targets.size(); ++k) {
    const std::size_t first = calls.size();
    detail::Reference seen;
    seen.targets = histories.has_targets[k] != 0;
    for (auto i = first; i < static_cast<std::size_t>(histories.offset[k + 1]); ++i) {
      const Findings& found = histories.findings[i];
      calls.push_back(detail::respond(found, seen, rule));
      detail::remember(found, calls, first, rule, seen);
    }
  }
  return calls;
}

}  // namespace tte
