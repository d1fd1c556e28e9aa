// Best overall response of each patient from the overall responses of her visits, without and with
// confirmation.
//
// Every visit is credited with one response: what it counts as under the rule. A complete or partial response
// that needs confirmation and lacks it counts as stable disease, and stable disease before the minimum
// duration as not evaluable. The best response is the best credit, at its first date.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/expects.hpp"
#include "../core/span.hpp"

namespace tte {

/// The values are ADaM's AVAL of an overall response.
enum class Response : std::int32_t { CR = 1, PR = 2, SD = 3, NN = 4, PD = 5, NE = 6, missing = 7, NED = 8 };

enum class ResponseReason : std::int32_t {
  no_assessment = 1,  // no visit between the start and the last day that counts
  observed = 2,       // seen, and confirmation was not asked for
  confirmed = 3,      // seen and confirmed by a later visit
  long_enough = 4,    // no response, no progression, at or after the minimum duration
  unconfirmed = 5,    // a response without confirmation, at or after the minimum duration
  progression = 6,    // progression, and nothing better before it
  too_early = 7,      // only visits before the minimum duration
  not_evaluable = 8   // visits that could not be evaluated
};

struct ResponseRule {
  double min_days = 42;      // earliest day on which stable disease counts
  double confirm_days = 28;  // least distance between a response and the visit that confirms it
  double max_ne = 1;         // visits not evaluable that may lie between the two
  bool accept_sd = false;    // may one visit with stable disease lie between two partial responses?
};

/// Patients one after another: patient k has the rows offset[k] .. offset[k + 1] - 1, days in order. A day is
/// counted from the patient's start (0 = the start itself); rows before 0 or after last_day[k] do not count.
struct VisitResponses {
  Span<std::int32_t> offset;
  Span<double> day;
  Span<std::int32_t> response;
  Span<double> last_day;
};

/// Rows are positions in the input, -1 where there is none.
struct BestOf {
  Response response = Response::missing;
  ResponseReason reason = ResponseReason::no_assessment;
  std::int32_t row = -1;
  std::int32_t confirmed_by = -1;
  std::int32_t first_response = -1;  // first CR or PR that counts as one
};

struct BestResponse {
  BestOf any;                          // confirmation not required
  BestOf confirmed;                    // confirmation required
  std::int32_t disease_after_cr = -1;  // first CR's first later visit with disease that is no progression
  std::int32_t n_used = 0;             // timepoints that count
};

namespace detail {

struct Timepoint {
  double day;
  Response response;
  std::int32_t row;
};

// Position in an order, by code 1..8 (CR PR SD NN PD NE missing NED).
inline int place(const std::array<int, 8>& order, Response r) {
  return order[static_cast<std::size_t>(r) - 1];
}
inline int goodness(Response r) {
  return place({0, 1, 2, 3, 5, 6, 7, 4}, r);
}  // CR PR SD NN NED PD NE missing
inline int badness(Response r) { return place({1, 2, 3, 4, 6, 0, -1, 5}, r); }  // NE CR PR SD NN NED PD

inline bool is_response(Response r) { return r == Response::CR || r == Response::PR; }

// The visits that count: from the start to the first progression, the worst of several records of one day.
inline void timepoints(const VisitResponses& visits, std::size_t patient, std::vector<Timepoint>& points) {
  points.clear();
  const auto end = static_cast<std::size_t>(visits.offset[patient + 1]);
  for (auto row = static_cast<std::size_t>(visits.offset[patient]); row < end; ++row) {
    const Timepoint point{visits.day[row], static_cast<Response>(visits.response[row]),
                          static_cast<std::int32_t>(row)};
    if (point.day < 0) continue;
    if (point.day > visits.last_day[patient]) return;
    const bool same_day = !points.empty() && point.day == points.back().day;
    if (!same_day && !points.empty() && points.back().response == Response::PD) return;
    if (!same_day) {
      points.push_back(point);
    } else if (badness(point.response) > badness(points.back().response)) {
      points.back() = point;
    }
  }
}

// The first later timepoint that confirms the response at `from`, or -1: only responses, at most max_ne
// visits not evaluable and at most one accepted stable disease in between, and no partial response after a
// complete one. The search stops at the first response that is late enough, so it costs at most confirm_days
// + max_ne days.
inline std::int32_t confirmation(const std::vector<Timepoint>& points, std::size_t from,
                                 const ResponseRule& rule) {
  bool complete = points[from].response == Response::CR;
  bool stable_allowed = rule.accept_sd && !complete;
  double not_evaluable = 0;
  for (std::size_t j = from + 1; j < points.size(); ++j) {
    const Response seen = points[j].response;
    if (is_response(seen)) {
      if (complete && seen == Response::PR) return -1;
      if (points[j].day - points[from].day >= rule.confirm_days) return static_cast<std::int32_t>(j);
      complete = complete || seen == Response::CR;
    } else if (seen == Response::NE) {
      if (++not_evaluable > rule.max_ne) return -1;
    } else if (seen == Response::SD && stable_allowed) {
      stable_allowed = false;
    } else {
      return -1;
    }
  }
  return -1;
}

// What a timepoint counts as; `holds` says whether its response needs no (further) confirmation.
inline Response credit(const Timepoint& point, bool holds, const ResponseRule& rule) {
  const Response seen = point.response;
  if (seen == Response::PD || seen == Response::NE || (is_response(seen) && holds)) return seen;
  if (point.day < rule.min_days) return Response::NE;
  return is_response(seen) ? Response::SD : seen;
}

inline ResponseReason reason(Response credited, Response seen, bool confirmed) {
  if (is_response(credited)) return confirmed ? ResponseReason::confirmed : ResponseReason::observed;
  if (credited == Response::PD) return ResponseReason::progression;
  if (credited == Response::NE) {
    return seen == Response::NE ? ResponseReason::not_evaluable : ResponseReason::too_early;
  }
  return credited == seen ? ResponseReason::long_enough : ResponseReason::unconfirmed;
}

inline BestOf best_of(const std::vector<Timepoint>& points, const ResponseRule& rule, bool confirm) {
  BestOf best;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Timepoint& point = points[i];
    const std::int32_t by = confirm && is_response(point.response) ? confirmation(points, i, rule) : -1;
    const Response credited = credit(point, !confirm || by >= 0, rule);
    if (is_response(credited) && best.first_response < 0) best.first_response = point.row;
    if (goodness(credited) >= goodness(best.response)) continue;
    best.response = credited;
    best.reason = reason(credited, point.response, confirm);
    best.row = point.row;
    best.confirmed_by = by < 0 ? -1 : points[static_cast<std::size_t>(by)].row;
  }
  return best;
}

inline std::int32_t disease_after_cr(const std::vector<Timepoint>& points) {
  bool complete = false;
  for (const Timepoint& point : points) {
    const Response r = point.response;
    if (complete && (r == Response::PR || r == Response::SD || r == Response::NN)) return point.row;
    complete = complete || r == Response::CR;
  }
  return -1;
}

inline void check_offsets(const Span<std::int32_t>& offset, std::size_t patients, std::size_t rows) {
  expects(rows <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()), "too many visits");
  expects(offset.size() == patients + 1, "offset must be one longer than the patients");
  expects(offset[0] == 0 && offset[patients] == static_cast<std::int32_t>(rows), "offset must span the rows");
  expects(std::is_sorted(offset.begin(), offset.end()), "offset must not decrease");
}

inline void check_visits(const VisitResponses& visits) {
  const std::size_t patients = visits.last_day.size();
  expects(visits.response.size() == visits.day.size(), "day and response differ in length");
  check_offsets(visits.offset, patients, visits.day.size());
  for (const double day : visits.last_day) expects(!std::isnan(day), "last_day must be a number");
  for (const double day : visits.day) expects(std::isfinite(day), "days must be finite");
  for (const std::int32_t code : visits.response) {
    expects(code >= 1 && code <= 8 && code != 7, "a response is 1 to 8, and not 7 (missing)");
  }
  for (std::size_t k = 0; k < patients; ++k) {
    const double* day = visits.day.data();
    expects(std::is_sorted(day + visits.offset[k], day + visits.offset[k + 1]), "days must be in order");
  }
}

inline void check_rule(const ResponseRule& rule) {
  expects(rule.confirm_days > 0, "confirm_days must be positive");
  expects(!std::isnan(rule.min_days), "min_days must be a number");
  expects(rule.max_ne >= 0, "max_ne must not be negative");
}

}  // namespace detail

/// One result per patient, in the order of the patients. Linear in the visits.
inline std::vector<BestResponse> best_response(const VisitResponses& visits, const ResponseRule& rule) {
  detail::check_visits(visits);
  detail::check_rule(rule);
  std::vector<BestResponse> result(visits.last_day.size());
  std::vector<detail::Timepoint> points;
  for (std::size_t k = 0; k < result.size(); ++k) {
    detail::timepoints(visits, k, points);
    result[k] = {detail::best_of(points, rule, false), detail::best_of(points, rule, true),
                 detail::disease_after_cr(points), static_cast<std::int32_t>(points.size())};
  }
  return result;
}

}  // namespace tte
