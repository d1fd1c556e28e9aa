// From rows of lesions to what was found at each timepoint: rows are put together by history (a patient as
// seen by one reader) and visit, timepoints into the order of their dates, and the baseline is chosen.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "../core/expects.hpp"
#include "../core/radix_sort.hpp"
#include "../core/span.hpp"
#include "irecist.hpp"
#include "recist.hpp"

namespace tte {

enum class LesionGroup : std::int32_t { target = 1, non_target = 2, new_lesion = 3 };

enum class LesionState : std::int32_t {
  unsaid = 0,
  absent = 1,
  present = 2,
  too_small = 3,  // to measure, but there: 5 mm
  progression = 4,
  not_evaluable = 5,
  not_done = 6,
  unequivocal = 7,
  equivocal = 8,
  marker_raised = 9,
  marker_normal = 10,
  merged = 11,     // into another lesion, whose diameter holds it
  increased = 12,  // since it was last assessed, as the next two
  decreased = 13,
  unchanged = 14
};

/// One row per lesion and scan, in any order. Sizes are in mm, NaN where none is recorded.
struct LesionRows {
  Span<std::int32_t> history;  // 0, 1, ...
  Span<std::int32_t> visit;    // -1: the day is the visit
  Span<std::int32_t> day;      // no_day where it is not known
  Span<std::int32_t> lesion;   // any code of the lesion's name
  Span<std::int32_t> group;    // LesionGroup
  Span<std::int32_t> state;    // LesionState
  Span<double> size;
  Span<std::int32_t> nodal;     // 1: short axis of a lymph node
  Span<std::int32_t> baseline;  // 1: flagged as baseline
  Span<std::int32_t> organ;     // any code, -1 unknown; empty: all unknown
  Span<std::int32_t> symptoms;  // 1: the scan was made for new symptoms; empty: none
};

/// Per history, no_day where it is not known: the last day of a scan that may be the baseline, and the first
/// day of a scan that may show a response.
struct HistoryDays {
  Span<std::int32_t> baseline_until;
  Span<std::int32_t> start;
};

/// How many new lesions are measured, in all and in one organ.
struct NewLesionLimits {
  int in_all = 5;
  int per_organ = 2;
};

/// Timepoints of all histories, in order.
struct LesionFindings {
  std::vector<std::int32_t> offset;       // of the histories
  std::vector<Findings> findings;         // one per timepoint
  std::vector<ImmuneFindings> immune;     // one per timepoint
  std::vector<std::int32_t> first_row;    // of each timepoint: a row of the input
  std::vector<std::int32_t> has_targets;  // one per history
  std::vector<std::int32_t> timepoint;    // of each row of the input
  std::vector<std::int32_t> repeated;     // rows that repeat another one: same lesion, day, size and state
};

namespace detail {

constexpr std::int32_t pathological_node = 100, measurable_node = 150, measurable_size = 100,
                       too_small_size = 50;
constexpr std::int32_t no_size = -1;
constexpr std::int32_t lymph_nodes = -2;            // all nodes are one organ
constexpr int gone = 0, there = 2, progressed = 3;  // ranks of a lesion that is not measured

inline std::int32_t tenths(double mm) {
  return std::isnan(mm) ? no_size : static_cast<std::int32_t>(std::llround(mm * 10));
}

inline std::int32_t later(std::int32_t a, std::int32_t b) { return std::max(a, b); }  // no_day is least

// A row of the input with its codes as enumerations.
struct LesionRow {
  std::int32_t row, day, lesion, size;
  LesionGroup group;
  LesionState state;
  bool nodal, flagged;
};

inline bool looked_at(const LesionRow& r) {
  if (r.state == LesionState::unsaid) return r.size != no_size;
  return r.state != LesionState::not_done;
}

// What is known of a lesion over the whole history.
struct Lesion {
  LesionGroup group;
  std::int32_t code;
  bool nodal = false;
  bool expected = false;  // non-target: seen at the baseline or since; a marker: raised so far
  bool certain = false;   // new: unequivocal so far
  bool known = false;     // new: certain at an earlier timepoint
  bool doubted = false;   // new: seen and not certain at an earlier timepoint
  bool measured = false;  // new: one of those whose sizes add up
  std::int32_t organ = -1;
  std::int32_t first_seen = no_day;  // new: first day on which it was seen at all
  std::int32_t last_size = no_size;  // when it was last assessed
  int last_rank = -1;
};

// A lesion at one timepoint.
struct Reading {
  std::int32_t size = no_size;           // target: all parts together
  std::int32_t day = no_day;             // of the size
  std::int32_t failed_day = no_day;      // last scan on which it, or a part of it, could not be measured
  std::int32_t present_day = no_day;     // first scan on which it was there without a size
  int rank = -1;                         // non-target, new: 0 gone, 1 marker raised, 2 there, 3 progression
  std::int32_t first_day = no_day;       // non-target, new: first scan on which it was assessed
  bool larger = false, smaller = false;  // non-target, new: said so

  bool measured() const { return size != no_size && failed_day != day; }
};

struct RowRange {
  std::size_t begin, end;
};

struct VisitRows {
  RowRange rows;
  std::int32_t first_day, last_day;  // of what was looked at, else of the rows
  std::uint64_t key;
  bool flagged, done;
};

inline std::int32_t target_size(const LesionRow& r) {
  if (r.state == LesionState::not_evaluable || r.state == LesionState::not_done) return no_size;
  if (r.size != no_size) return r.size;
  if (r.state == LesionState::too_small) return too_small_size;
  return r.state == LesionState::absent || r.state == LesionState::merged ? 0 : no_size;
}

// 0 gone, 1 marker raised, 2 there, 3 unequivocal progression, -1 not assessed. What has not become smaller
// since it progressed still has progressed.
inline int non_target_rank(const LesionRow& r, bool nodal, int last_rank) {
  switch (r.state) {
    case LesionState::progression:
      return progressed;
    case LesionState::unchanged:
      if (last_rank >= 0) return last_rank;
      break;
    case LesionState::increased:
      if (last_rank == progressed) return progressed;
      break;
    case LesionState::marker_raised:
      return 1;
    case LesionState::absent:
    case LesionState::marker_normal:
    case LesionState::merged:
      return 0;
    case LesionState::not_evaluable:
    case LesionState::not_done:
      return -1;
    default:
      break;
  }
  if (r.size != no_size) return r.size >= (nodal ? pathological_node : 1) ? there : gone;
  return r.state == LesionState::unsaid ? -1 : there;
}

inline bool seen_as_new(const LesionRow& r) {
  return looked_at(r) && r.state != LesionState::absent && r.state != LesionState::not_evaluable &&
         r.size != 0;
}

inline bool is_marker(const LesionRow& r) {
  return r.state == LesionState::marker_raised || r.state == LesionState::marker_normal;
}

// How a lesion that is not measured has changed since it was last assessed.
struct Change {
  bool larger = false, smaller = false;
};

inline Change change_of(const Lesion& lesion, const Reading& now) {
  if (now.rank < 0 || lesion.last_rank < 0) return {};
  const bool sized = now.measured() && lesion.last_size != no_size;
  const bool small_node = lesion.nodal && now.size < pathological_node;
  Change change;
  change.larger = now.larger || (lesion.last_rank == gone && now.rank >= there) ||
                  (lesion.last_rank < progressed && now.rank == progressed) ||
                  (sized && now.size > lesion.last_size && !small_node);
  change.smaller = !change.larger && (now.smaller || (lesion.last_rank >= there && now.rank == gone) ||
                                      (sized && now.size < lesion.last_size));
  return change;
}

// Reads the histories one after another; its buffers live as long as it does.
class HistoryReader {
 public:
  HistoryReader(const LesionRows& rows, const NewLesionLimits& limits, LesionFindings& out)
      : in_(rows), limits_(limits), out_(out) {}

  void read(const std::vector<KeyedRow>& sorted, RowRange range, std::int32_t baseline_until,
            std::int32_t start) {
    collect(sorted, range);
    order_visits();
    find_flagged();
    catalogue();
    const int baseline = baseline_of(baseline_until);
    bool targets = false;
    for (const Lesion& lesion : lesions_) targets = targets || lesion.group == LesionGroup::target;
    const std::size_t first = out_.findings.size();
    for (std::size_t v = 0; v < visits_.size(); ++v) add_visit(v, baseline, start);
    out_.has_targets.push_back(targets && !zero_baseline(first));
    out_.offset.push_back(static_cast<std::int32_t>(out_.findings.size()));
  }

 private:
  const LesionRows& in_;
  const NewLesionLimits& limits_;
  LesionFindings& out_;
  std::vector<LesionRow> rows_;
  std::vector<VisitRows> visits_;
  std::vector<Lesion> lesions_;
  std::vector<Reading> readings_;
  std::vector<const LesionRow*> alike_;
  std::vector<std::size_t> appeared_;
  std::int32_t flagged_until_ = no_day;
  bool symptoms_ = false;  // of the timepoint that is read

  LesionRow row(std::int32_t i) const {
    const auto k = static_cast<std::size_t>(i);
    return {i,
            in_.day[k],
            in_.lesion[k],
            tenths(in_.size[k]),
            static_cast<LesionGroup>(in_.group[k]),
            static_cast<LesionState>(in_.state[k]),
            in_.nodal[k] == 1,
            in_.baseline[k] == 1};
  }

  // The rows of the history, one visit after another.
  void collect(const std::vector<KeyedRow>& sorted, RowRange range) {
    rows_.clear();
    visits_.clear();
    for (std::size_t i = range.begin; i < range.end; ++i) {
      if (i == range.begin || sorted[i].key != sorted[i - 1].key) open_visit(sorted[i].key);
      rows_.push_back(row(sorted[i].row));
      extend(visits_.back(), rows_.back());
    }
  }

  void open_visit(std::uint64_t key) {
    visits_.push_back({{rows_.size(), rows_.size()}, no_day, no_day, key, false, false});
  }

  static void extend(VisitRows& visit, const LesionRow& r) {
    ++visit.rows.end;
    visit.flagged = visit.flagged || r.flagged;
    const bool counts = looked_at(r);
    if (counts && !visit.done) visit.first_day = visit.last_day = no_day;
    visit.done = visit.done || counts;
    if (counts != visit.done) return;
    visit.first_day = earlier(visit.first_day, r.day);
    visit.last_day = later(visit.last_day, r.day);
  }

  // By date; flagged visits first, because they are the baseline together.
  void order_visits() {
    std::sort(visits_.begin(), visits_.end(), [](const VisitRows& a, const VisitRows& b) {
      if (a.last_day != b.last_day) return a.last_day < b.last_day;
      if (a.first_day != b.first_day) return a.first_day < b.first_day;
      return a.key < b.key;
    });
  }

  std::size_t lesion_of(const LesionRow& r) {
    for (std::size_t i = 0; i < lesions_.size(); ++i) {
      if (lesions_[i].code == r.lesion && lesions_[i].group == r.group) return i;
    }
    lesions_.push_back({r.group, r.lesion});
    return lesions_.size() - 1;
  }

  void catalogue() {
    lesions_.clear();
    for (const LesionRow& r : rows_) {
      Lesion& lesion = lesions_[lesion_of(r)];
      lesion.nodal = lesion.nodal || r.nodal;
      lesion.organ = std::max(lesion.organ, organ_of(r));
    }
    for (Lesion& lesion : lesions_) {
      if (lesion.nodal) lesion.organ = lymph_nodes;
    }
  }

  std::int32_t organ_of(const LesionRow& r) const {
    return in_.organ.size() == 0 ? -1 : in_.organ[static_cast<std::size_t>(r.row)];
  }

  // Position of the visit that is the baseline (the first of those flagged), -1: there is none.
  int baseline_of(std::int32_t until) const {
    int last = -1;
    for (std::size_t v = 0; v < visits_.size(); ++v) {
      if (visits_[v].flagged) return static_cast<int>(v);
      const bool before =
          visits_[v].done && visits_[v].last_day != no_day && until != no_day && visits_[v].last_day <= until;
      if (before) last = static_cast<int>(v);
    }
    return last;
  }

  // Nothing that was not done can be a baseline, and nothing before the last scan of the baseline a response.
  VisitRole role(std::size_t v, int baseline, std::int32_t start) const {
    const VisitRows& visit = visits_[v];
    if (static_cast<int>(v) == baseline || visit.flagged) return VisitRole::baseline;
    if (!visit.done || visit.last_day == no_day) return VisitRole::follow_up;
    if (static_cast<int>(v) < baseline || visit.last_day < flagged_until_) return VisitRole::before_baseline;
    return start != no_day && visit.last_day < start ? VisitRole::before_start : VisitRole::follow_up;
  }

  void find_flagged() {
    flagged_until_ = no_day;
    for (const VisitRows& visit : visits_) {
      if (visit.flagged) flagged_until_ = later(flagged_until_, visit.last_day);
    }
  }

  // Several visits flagged as baseline are one timepoint, made when the first of them comes up.
  void add_visit(std::size_t v, int baseline, std::int32_t start) {
    const VisitRole what = role(v, baseline, start);
    if (what == VisitRole::baseline && static_cast<int>(v) != baseline) return;
    Findings found;
    found.role = what;
    found.day = no_day;
    readings_.assign(lesions_.size(), Reading{});
    symptoms_ = false;
    const auto index = static_cast<std::int32_t>(out_.findings.size());
    out_.first_row.push_back(rows_[visits_[v].rows.begin].row);
    read_visit(visits_[v], index, found);
    for (std::size_t w = v + 1; what == VisitRole::baseline && w < visits_.size(); ++w) {
      if (visits_[w].flagged) read_visit(visits_[w], index, found);
    }
    finish_targets(found);
    finish_non_targets(found);
    out_.findings.push_back(found);
    out_.immune.push_back(follow_lesions());
  }

  void read_visit(const VisitRows& visit, std::int32_t index, Findings& found) {
    found.done = found.done || visit.done;
    found.day = later(found.day, visit.last_day);
    found.first_day = earlier(found.first_day, visit.first_day);
    find_repeated(visit.rows);
    for (std::size_t i = visit.rows.begin; i < visit.rows.end; ++i) {
      const LesionRow& r = rows_[i];
      out_.timepoint[static_cast<std::size_t>(r.row)] = index;
      read_row(r, lesions_[lesion_of(r)], readings_[lesion_of(r)], found);
    }
  }

  // Rows of a visit that say the same of a lesion as an earlier one.
  void find_repeated(RowRange range) {
    alike_.clear();
    for (std::size_t i = range.begin; i < range.end; ++i) {
      if (looked_at(rows_[i])) alike_.push_back(&rows_[i]);
    }
    const auto key = [](const LesionRow& r) { return std::tie(r.lesion, r.group, r.day, r.size, r.state); };
    std::sort(alike_.begin(), alike_.end(), [&](const LesionRow* a, const LesionRow* b) {
      return key(*a) == key(*b) ? a->row < b->row : key(*a) < key(*b);
    });
    for (std::size_t i = 1; i < alike_.size(); ++i) {
      if (key(*alike_[i]) == key(*alike_[i - 1])) out_.repeated.push_back(alike_[i]->row);
    }
  }

  void read_row(const LesionRow& r, Lesion& lesion, Reading& reading, Findings& found) {
    if (r.group == LesionGroup::target) read_target(r, reading, found);
    if (r.group == LesionGroup::non_target) read_non_target(r, lesion, reading, found);
    if (r.group == LesionGroup::new_lesion && found.role == VisitRole::follow_up) {
      read_new(r, lesion, reading, found);
    }
    symptoms_ = symptoms_ || (in_.symptoms.size() > 0 && in_.symptoms[static_cast<std::size_t>(r.row)] == 1);
  }

  static void show_disease(std::int32_t day, bool small_node, Findings& found) {
    found.disease_day = earlier(found.disease_day, day);
    found.only_nodes = found.only_nodes && small_node;
  }

  // Parts of a lesion measured on one day add up; of several days the last counts.
  static void read_target(const LesionRow& r, Reading& reading, Findings& found) {
    if (!looked_at(r)) return;
    const std::int32_t size = target_size(r);
    found.target_day = later(found.target_day, r.day);
    if (size == no_size) {
      reading.failed_day = later(reading.failed_day, r.day);
      if (r.state == LesionState::present) reading.present_day = earlier(reading.present_day, r.day);
    } else {
      measure(r, size, reading);
    }
  }

  static void measure(const LesionRow& r, std::int32_t size, Reading& reading) {
    if (reading.size == no_size || r.day > reading.day) {
      reading.size = size;
      reading.day = r.day;
    } else if (r.day == reading.day) {
      reading.size += size;
    }
  }

  // What is said of a lesion that is followed without being a target.
  static void note(const LesionRow& r, int rank, Reading& reading) {
    if (rank < 0) return;
    reading.rank = std::max(reading.rank, rank);
    reading.first_day = earlier(reading.first_day, r.day);
    reading.larger = reading.larger || r.state == LesionState::increased;
    reading.smaller = reading.smaller || r.state == LesionState::decreased;
    const std::int32_t size = target_size(r);
    if (size != no_size && !is_marker(r)) measure(r, size, reading);
  }

  static void read_non_target(const LesionRow& r, Lesion& lesion, Reading& reading, Findings& found) {
    const int rank = non_target_rank(r, lesion.nodal, lesion.last_rank);
    lesion.expected = lesion.expected || !is_marker(r) || r.state == LesionState::marker_raised;
    note(r, rank, reading);
    if (rank == progressed) found.non_target_day = earlier(found.non_target_day, r.day);
    if (rank < there) return;
    found.non_target_disease = true;
    show_disease(r.day, false, found);
  }

  // An equivocal lesion is dated at its first appearance once it is certain.
  static void read_new(const LesionRow& r, Lesion& lesion, Reading& reading, Findings& found) {
    const bool as_before = r.state == LesionState::unchanged;
    if (!seen_as_new(r) || (as_before && lesion.last_rank == gone)) {
      const bool unknown = !looked_at(r) || r.state == LesionState::not_evaluable;
      if (unknown && found.new_lesion == NewLesion::no) found.new_lesion = NewLesion::not_assessed;
      if (!unknown) note(r, gone, reading);
      return;
    }
    const bool known = lesion.certain;
    lesion.first_seen = earlier(lesion.first_seen, r.day);
    if (r.state == LesionState::equivocal || (as_before && lesion.doubted && !lesion.known)) {
      found.equivocal = true;
      return;
    }
    LesionRow seen = r;
    if (r.state == LesionState::too_small) seen.size = target_size(r);
    note(r, non_target_rank(seen, lesion.nodal, lesion.last_rank), reading);
    found.new_lesion = NewLesion::yes;
    found.new_day = earlier(found.new_day, known ? r.day : lesion.first_seen);
    lesion.certain = true;
  }

  void finish_targets(Findings& found) const {
    found.targets_complete = true;
    for (std::size_t i = 0; i < lesions_.size(); ++i) {
      const Reading& reading = readings_[i];
      if (lesions_[i].group != LesionGroup::target) continue;
      found.targets_complete = found.targets_complete && reading.measured();
      if (reading.size != no_size) {
        found.targets_seen = true;
        found.sum += reading.size;
        show_target(lesions_[i].nodal, reading, found);
      } else if (reading.present_day != no_day) {
        found.target_disease = true;
        show_disease(reading.present_day, false, found);
      }
    }
    found.targets_complete = found.targets_complete && found.targets_seen;
  }

  static void show_target(bool nodal, const Reading& reading, Findings& found) {
    if (reading.size < (nodal ? pathological_node : 1)) return;
    found.target_disease = true;
    show_disease(reading.day, nodal && reading.size < measurable_node, found);
  }

  void finish_non_targets(Findings& found) const {
    int worst = -1, least = 3;
    bool any = false;
    for (std::size_t i = 0; i < lesions_.size(); ++i) {
      if (lesions_[i].group != LesionGroup::non_target || !lesions_[i].expected) continue;
      any = true;
      worst = std::max(worst, readings_[i].rank);
      least = std::min(least, readings_[i].rank);
    }
    if (any) found.non_target = non_target_category(worst, least);
  }

  // How new and non-target lesions have changed since they were last assessed; a new lesion that was not
  // assessed stays what it was.
  ImmuneFindings follow_lesions() {
    ImmuneFindings now;
    now.symptoms = symptoms_;
    appeared_.clear();
    for (std::size_t i = 0; i < lesions_.size(); ++i) {
      Lesion& lesion = lesions_[i];
      if (lesion.group == LesionGroup::non_target) follow_non_target(lesion, readings_[i], now);
      if (lesion.group == LesionGroup::new_lesion) follow_new(i, now);
    }
    choose_measured();
    for (std::size_t i = 0; i < lesions_.size(); ++i) {
      if (lesions_[i].group == LesionGroup::target) continue;
      remember(lesions_[i], readings_[i]);
      if (lesions_[i].known) add_known(lesions_[i], readings_[i], now);
      lesions_[i].doubted = !lesions_[i].certain && lesions_[i].first_seen != no_day;
    }
    return now;
  }

  static void follow_non_target(const Lesion& lesion, const Reading& reading, ImmuneFindings& now) {
    const Change change = change_of(lesion, reading);
    now.non_target_larger = now.non_target_larger || change.larger;
    now.non_target_smaller = now.non_target_smaller || change.smaller;
    if (change.larger) now.larger_day = earlier(now.larger_day, reading.first_day);
  }

  void follow_new(std::size_t i, ImmuneFindings& now) {
    Lesion& lesion = lesions_[i];
    const Reading& reading = readings_[i];
    if (reading.rank >= there) now.seen_day = earlier(now.seen_day, reading.first_day);
    if (lesion.certain && !lesion.known) {
      lesion.known = true;
      now.appeared_day = earlier(now.appeared_day, lesion.first_seen);
      appeared_.push_back(i);
    } else if (lesion.known && !(lesion.measured && reading.measured())) {
      const Change change = change_of(lesion, reading);
      now.larger = now.larger || change.larger;
      now.smaller = now.smaller || change.smaller;
    }
  }

  // Of the lesions that appeared the largest are measured from here on.
  void choose_measured() {
    std::sort(appeared_.begin(), appeared_.end(), [this](std::size_t a, std::size_t b) {
      if (readings_[a].size != readings_[b].size) return readings_[a].size > readings_[b].size;
      return lesions_[a].code < lesions_[b].code;
    });
    for (const std::size_t i : appeared_) lesions_[i].measured = may_be_measured(i);
  }

  bool may_be_measured(std::size_t i) const {
    const Lesion& lesion = lesions_[i];
    if (!readings_[i].measured()) return false;
    if (readings_[i].size < (lesion.nodal ? measurable_node : measurable_size)) return false;
    int all = 0, same_organ = 0;
    for (const Lesion& other : lesions_) {
      if (!other.measured) continue;
      ++all;
      if (lesion.organ != -1 && other.organ == lesion.organ) ++same_organ;
    }
    return all < limits_.in_all && same_organ < limits_.per_organ;
  }

  static void remember(Lesion& lesion, const Reading& reading) {
    if (reading.rank < 0) return;
    lesion.last_rank = lesion.measured && reading.measured() ? std::min(reading.rank, there) : reading.rank;
    if (reading.rank == gone && lesion.group == LesionGroup::new_lesion) lesion.last_size = 0;
    if (reading.measured()) lesion.last_size = reading.size;
  }

  static void add_known(const Lesion& lesion, const Reading& reading, ImmuneFindings& now) {
    ++now.known;
    now.there = now.there || lesion.last_rank >= there;
    now.unequivocal = now.unequivocal || lesion.last_rank == progressed;
    if (!lesion.measured) return;
    now.measured = true;
    now.sum += lesion.last_size;
    if (reading.measured()) now.sum_day = later(now.sum_day, reading.day);
  }

  static Category non_target_category(int worst, int least) {
    if (worst == 3) return Category::PD;
    if (least < 0) return Category::NE;
    return worst == 0 ? Category::CR : Category::NN;
  }

  // Targets that measure nothing at baseline are none.
  bool zero_baseline(std::size_t first) const {
    for (std::size_t i = first; i < out_.findings.size(); ++i) {
      const Findings& found = out_.findings[i];
      if (found.role == VisitRole::baseline) return found.targets_complete && found.sum == 0;
    }
    return false;
  }
};

// Sorts by history, then visit; a row without a visit comes by its day.
inline std::uint64_t visit_key(const LesionRows& rows, std::size_t i) {
  const auto history = static_cast<std::uint64_t>(rows.history[i]) << 33;
  if (rows.visit[i] >= 0) return history | static_cast<std::uint64_t>(rows.visit[i]);
  const auto day = static_cast<std::uint64_t>(static_cast<std::int64_t>(rows.day[i]) - no_day);
  return history | (std::uint64_t{1} << 32) | day;
}

inline std::vector<KeyedRow> by_visit(const LesionRows& rows) {
  std::vector<KeyedRow> items(rows.history.size());
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i] = {visit_key(rows, i), static_cast<std::int32_t>(i)};
  radix_sort(items);
  return items;
}

inline void check_lesion_codes(const LesionRows& rows, std::int32_t histories) {
  for (std::size_t i = 0; i < rows.history.size(); ++i) {
    expects(rows.history[i] >= 0 && rows.history[i] < histories, "a row belongs to no history");
    expects(rows.visit[i] >= -1, "a visit is -1 or more");
    expects(rows.group[i] >= 1 && rows.group[i] <= 3, "a group is 1 to 3");
    expects(rows.state[i] >= 0 && rows.state[i] <= 14, "a state is 0 to 14");
    const double size = rows.size[i];
    expects(std::isnan(size) || (size >= 0 && size <= 10000), "a size is from 0 to 10 m, or NaN");
  }
}

inline void check_lesions(const LesionRows& rows, const HistoryDays& days) {
  const std::size_t n = rows.history.size();
  expects(n < static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()), "too many rows");
  expects(days.baseline_until.size() == days.start.size(), "the days of the histories differ in length");
  for (const auto* column :
       {&rows.visit, &rows.day, &rows.lesion, &rows.group, &rows.state, &rows.nodal, &rows.baseline}) {
    expects(column->size() == n, "the columns of the lesions differ in length");
  }
  expects(rows.size.size() == n, "the columns of the lesions differ in length");
  for (const auto* column : {&rows.organ, &rows.symptoms}) {
    expects(column->size() == 0 || column->size() == n, "the columns of the lesions differ in length");
  }
  check_lesion_codes(rows, static_cast<std::int32_t>(days.start.size()));
}

}  // namespace detail

/// What was found at each timepoint of each history. Costs a sort of the rows; the order of the rows changes
/// nothing but which row stands for a timepoint.
inline LesionFindings lesion_findings(const LesionRows& rows, const HistoryDays& days,
                                      const NewLesionLimits& limits = {}) {
  detail::check_lesions(rows, days);
  const std::vector<detail::KeyedRow> sorted = detail::by_visit(rows);
  LesionFindings out;
  out.offset.push_back(0);
  out.timepoint.assign(sorted.size(), -1);
  detail::HistoryReader reader(rows, limits, out);
  std::size_t at = 0;
  for (std::size_t k = 0; k < days.start.size(); ++k) {
    const std::size_t begin = at;
    while (at < sorted.size() &&
           rows.history[static_cast<std::size_t>(sorted[at].row)] == static_cast<std::int32_t>(k)) {
      ++at;
    }
    reader.read(sorted, {begin, at}, days.baseline_until[k], days.start[k]);
  }
  return out;
}

}  // namespace tte
