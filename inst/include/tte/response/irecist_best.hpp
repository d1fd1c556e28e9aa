// From the iRECIST responses of each patient's visits to the best of them and to the blocks of unconfirmed
// progression: where each began, and whether it was confirmed, superseded or left open. Reads responses as
// irecist() gives them or as somebody supplied them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/expects.hpp"
#include "best_response.hpp"
#include "irecist.hpp"

namespace tte {

/// Patients one after another, visits in their order: patient k has the rows offset[k] .. offset[k + 1] - 1.
/// A day counts from the patient's start. `day` is the last scan, by which visits are in order; `dated` the
/// day of the response, which for a progression may be an earlier scan. Rows before 0, and responses dated
/// after last_day[k], do not count.
struct ImmuneVisits {
  Span<std::int32_t> offset;
  Span<double> day;
  Span<std::int32_t> response;  // ImmuneResponse, without missing
  Span<double> last_day;
  Span<double> dated = {};  // empty: as day
};

/// As BestOf; of an iCPD `row` is the first iUPD of its block and `confirmed_by` the iCPD.
struct ImmuneBestOf {
  ImmuneResponse response = ImmuneResponse::missing;
  ResponseReason reason = ResponseReason::no_assessment;
  std::int32_t row = -1;
  std::int32_t confirmed_by = -1;
  std::int32_t first_response = -1;
  std::int32_t first_benefit = -1;  // the first that counts as iCR, iPR, iSD or NON-iCR/NON-iUPD
};

enum class BlockEnd : std::int32_t { open = 0, confirmed = 1, superseded = 2 };

/// A block of iUPD. `last` is its last iUPD, `end` the visit that confirmed or superseded it (-1: open).
struct ImmuneBlockRows {
  std::int32_t patient = 0;
  std::int32_t first = -1, last = -1, end = -1;
  BlockEnd ended = BlockEnd::open;
  std::int32_t n_unconfirmed = 0;  // iUPD after the first
  std::int32_t n_not_evaluable = 0;
};

struct ImmuneBest {
  ImmuneBestOf any;
  ImmuneBestOf confirmed;
  std::int32_t n_used = 0;
};

struct ImmuneResults {
  std::vector<ImmuneBest> best;         // one per patient
  std::vector<ImmuneBlockRows> blocks;  // in the order of patients and visits
};

namespace detail {

struct ImmunePoint {
  double day;
  ImmuneResponse response;
  std::int32_t row;
};

// Position in an order, by code 1..9 (iCR iPR iSD NN iUPD NE missing NED iCPD).
inline int immune_place(const std::array<int, 9>& order, ImmuneResponse r) {
  return order[static_cast<std::size_t>(r) - 1];
}
// iCR iPR iSD NN NED iCPD iUPD NE missing
inline int immune_goodness(ImmuneResponse r) { return immune_place({0, 1, 2, 3, 6, 7, 8, 4, 5}, r); }
// NE iCR iPR iSD NN NED iUPD iCPD
inline int immune_badness(ImmuneResponse r) { return immune_place({1, 2, 3, 4, 6, 0, -1, 5, 7}, r); }

// The visits that count, up to the first iCPD; the worst of several records of one day.
inline void immune_points(const ImmuneVisits& visits, std::size_t patient, std::vector<ImmunePoint>& points) {
  points.clear();
  const auto end = static_cast<std::size_t>(visits.offset[patient + 1]);
  for (auto row = static_cast<std::size_t>(visits.offset[patient]); row < end; ++row) {
    const ImmunePoint point{visits.day[row], static_cast<ImmuneResponse>(visits.response[row]),
                            static_cast<std::int32_t>(row)};
    if (point.day < 0) continue;
    if ((visits.dated.empty() ? point.day : visits.dated[row]) > visits.last_day[patient]) continue;
    const bool same_day = !points.empty() && point.day == points.back().day;
    if (!same_day && !points.empty() && points.back().response == ImmuneResponse::iCPD) return;
    if (!same_day) {
      points.push_back(point);
    } else if (immune_badness(point.response) > immune_badness(points.back().response)) {
      points.back() = point;
    }
  }
}

// Confirmation of responses is that of RECIST 1.1; an iUPD between breaks it.
inline void plain_points(const std::vector<ImmunePoint>& points, std::vector<Timepoint>& plain) {
  plain.clear();
  for (const ImmunePoint& point : points) {
    const bool progression = point.response == ImmuneResponse::iUPD || point.response == ImmuneResponse::iCPD;
    const Response r = progression ? Response::PD : static_cast<Response>(point.response);
    plain.push_back({point.day, r, point.row});
  }
}

inline void add_blocks(const std::vector<ImmunePoint>& points, std::size_t patient,
                       std::vector<ImmuneBlockRows>& blocks) {
  bool open = false;
  for (const ImmunePoint& point : points) {
    const bool iupd = point.response == ImmuneResponse::iUPD, icpd = point.response == ImmuneResponse::iCPD;
    if (!open && !iupd && !icpd) continue;
    if (!open) {
      blocks.push_back({static_cast<std::int32_t>(patient), point.row, point.row});
      open = true;
    } else if (iupd) {
      ++blocks.back().n_unconfirmed;
      blocks.back().last = point.row;
    }
    if (point.response == ImmuneResponse::NE) ++blocks.back().n_not_evaluable;
    if (iupd || point.response == ImmuneResponse::NE) continue;
    blocks.back().end = point.row;
    blocks.back().ended = icpd ? BlockEnd::confirmed : BlockEnd::superseded;
    open = false;
  }
}

inline ResponseReason immune_reason(ImmuneResponse credited, const Timepoint& seen, bool confirmed) {
  if (credited == ImmuneResponse::iUPD || credited == ImmuneResponse::iCPD)
    return ResponseReason::progression;
  return reason(static_cast<Response>(credited), seen.response, confirmed);
}

inline ImmuneBestOf immune_best_of(const std::vector<ImmunePoint>& points,
                                   const std::vector<Timepoint>& plain, std::int32_t first_iupd,
                                   const ResponseRule& rule, bool confirm) {
  ImmuneBestOf best;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool response = is_response(plain[i].response);
    const std::int32_t by = confirm && response ? confirmation(plain, i, rule) : -1;
    const Response as = credit(plain[i], !confirm || by >= 0, rule);
    const ImmuneResponse credited = as == Response::PD ? points[i].response : immune(as);
    if (is_response(as) && best.first_response < 0) best.first_response = points[i].row;
    if (immune_goodness(credited) <= immune_goodness(ImmuneResponse::NN) && best.first_benefit < 0)
      best.first_benefit = points[i].row;
    if (immune_goodness(credited) >= immune_goodness(best.response)) continue;
    best.response = credited;
    best.reason = immune_reason(credited, plain[i], confirm);
    const bool end = credited == ImmuneResponse::iCPD;
    best.row = end ? first_iupd : points[i].row;
    best.confirmed_by = end ? points[i].row : by < 0 ? -1 : points[static_cast<std::size_t>(by)].row;
  }
  return best;
}

inline void check_immune_visits(const ImmuneVisits& visits) {
  const std::size_t patients = visits.last_day.size();
  expects(visits.response.size() == visits.day.size(), "day and response differ in length");
  expects(visits.dated.empty() || visits.dated.size() == visits.day.size(), "day and dated differ in length");
  for (const double day : visits.dated) expects(std::isfinite(day), "days must be finite");
  check_offsets(visits.offset, patients, visits.day.size());
  for (const double day : visits.last_day) expects(!std::isnan(day), "last_day must be a number");
  for (const double day : visits.day) expects(std::isfinite(day), "days must be finite");
  for (const std::int32_t code : visits.response)
    expects(code >= 1 && code <= 9 && code != 7, "a response is 1 to 9, and not 7 (missing)");
  for (std::size_t k = 0; k < patients; ++k) {
    const double* day = visits.day.data();
    expects(std::is_sorted(day + visits.offset[k], day + visits.offset[k + 1]), "days must be in order");
  }
}

}  // namespace detail

/// Best response and blocks of each patient, in the order of the patients. Linear in the visits.
inline ImmuneResults irecist_best(const ImmuneVisits& visits, const ResponseRule& rule) {
  detail::check_immune_visits(visits);
  detail::check_rule(rule);
  ImmuneResults out;
  out.best.resize(visits.last_day.size());
  std::vector<detail::ImmunePoint> points;
  std::vector<detail::Timepoint> plain;
  for (std::size_t k = 0; k < out.best.size(); ++k) {
    detail::immune_points(visits, k, points);
    detail::plain_points(points, plain);
    const std::size_t before = out.blocks.size();
    detail::add_blocks(points, k, out.blocks);
    const std::int32_t iupd = out.blocks.size() > before ? out.blocks.back().first : -1;
    out.best[k] = {detail::immune_best_of(points, plain, iupd, rule, false),
                   detail::immune_best_of(points, plain, iupd, rule, true),
                   static_cast<std::int32_t>(points.size())};
  }
  return out;
}

}  // namespace tte
