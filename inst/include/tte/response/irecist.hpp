// The response of each timepoint by iRECIST: a progression is unconfirmed (iUPD) until a later timepoint
// confirms it (iCPD) or the disease no longer meets it. It reads what RECIST 1.1 says of the same timepoint
// (targets, non-target lesions, baseline and nadir run on unchanged) and how new lesions are followed.
//
// Without an open iUPD a timepoint has the response of RECIST 1.1, but a new lesion that is known already is
// no progression by itself. A progression opens a block, which keeps the categories that progressed and what
// was measured at its first timepoint. Each later timepoint confirms the block, supersedes it, or leaves it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "../core/expects.hpp"
#include "recist.hpp"

namespace tte {

/// The values of a response are those of RECIST 1.1; an iUPD has PD's.
enum class ImmuneResponse : std::int32_t {
  iCR = 1,
  iPR = 2,
  iSD = 3,
  NN = 4,
  iUPD = 5,
  NE = 6,
  missing = 7,
  NED = 8,
  iCPD = 9
};

/// What iRECIST reads of a timepoint beside the findings of RECIST 1.1. A new lesion is known from the
/// timepoint at which it is certain; one that was not assessed is as it was. Sums are tenths of a mm.
struct ImmuneFindings {
  std::int32_t known = 0;              // new lesions so far
  bool there = false;                  // at least one of them is there
  bool measured = false;               // at least one of them is measured
  std::int64_t sum = 0;                // of those that are measured
  bool larger = false;                 // one that is not measured has grown since it was last assessed
  bool smaller = false;                // or shrunk
  bool unequivocal = false;            // one that is not measured is unequivocally larger than it was
  bool non_target_larger = false;      // a non-target lesion has grown since it was last assessed
  bool non_target_smaller = false;     // or shrunk
  bool symptoms = false;               // the scan was made for new symptoms
  std::int32_t appeared_day = no_day;  // first appearance of those that became known here
  std::int32_t seen_day = no_day;      // first scan here that shows one
  std::int32_t sum_day = no_day;       // last scan here of one that is measured
  std::int32_t larger_day = no_day;    // first scan here that shows a larger non-target lesion
};

struct ImmuneRule {
  double earliest = 26;         // least days after the first iUPD at which a scan confirms it
  double latest = 56;           // days after which a scan is late, and counts
  bool early_exception = true;  // does an earlier scan for new symptoms that shows another new lesion?
};

/// What a timepoint did.
enum class ImmuneStep : std::int32_t {
  none = 0,           // no response: baseline, not done
  as_recist = 1,      // no open block: the response of RECIST 1.1
  not_evaluable = 2,  // nothing changes
  opened = 3,         // the first iUPD of a block
  confirmed = 4,      // iCPD
  too_early = 5,      // would confirm, but the scan is too early: iUPD
  no_change = 6,      // neither confirms nor supersedes: iUPD
  superseded = 7,     // progression is no longer met
  after_end = 8       // after the iCPD: no response
};

/// Where a timepoint lies after the first iUPD of its block.
enum class ImmuneWindow : std::int32_t { none = 0, early = 1, within = 2, late = 3 };

/// Categories of disease, to be added up.
constexpr std::int32_t target_disease = 1, non_target_disease = 2, new_disease = 4, reappeared_disease = 8;

/// Findings that confirm, to be added up.
constexpr std::int32_t target_sum_grew = 1, non_target_grew = 2, new_sum_grew = 4, new_other_grew = 8,
                       another_new_lesion = 16, new_target_progression = 32, new_non_target_progression = 64,
                       first_new_progression = 128;

/// How a known new lesion that caused the block no longer keeps it open.
enum class NewLesionRelief : std::int32_t { none = 0, gone = 1, smaller = 2, better_elsewhere = 3 };

/// Sums are -1 where there is none. `block` counts the blocks of the history from 1; 0: none.
struct ImmuneCall {
  ImmuneResponse overall = ImmuneResponse::missing;
  ImmuneStep step = ImmuneStep::none;
  ImmuneWindow window = ImmuneWindow::none;
  NewLesionRelief relief = NewLesionRelief::none;
  std::int32_t causes = 0;        // categories that progress here
  std::int32_t confirmed_by = 0;  // findings that confirm, or would if it were not too early
  std::int32_t block = 0;
  std::int32_t block_day = no_day;  // of the block's first iUPD
  std::int32_t elapsed = 0;         // days since then
  std::int64_t sum_then = -1;       // target sum to compare with
  std::int64_t new_sum_then = -1;   // sum of new lesions to compare with
  std::int32_t day = no_day;
};

namespace detail {

inline ImmuneResponse immune(Response r) { return static_cast<ImmuneResponse>(r); }

inline bool contains(std::int32_t set, std::int32_t what) { return (set & what) != 0; }

// An open block: what its first timepoint held.
struct ImmuneBlock {
  std::int32_t flags = 0;  // categories that have progressed in it
  std::int32_t day = no_day;
  Category category = Category::none;  // of the targets, without them of the non-target lesions
  std::int64_t sum = -1;               // of the targets: the first complete one
  std::int64_t new_sum = 0;
  std::int32_t known = 0;
  bool non_target_larger = false;  // since then, and not smaller again
  bool new_larger = false, new_smaller = false;
};

// One history.
class ImmuneCourse {
 public:
  ImmuneCourse(bool targets, const RecistRule& recist, const ImmuneRule& rule)
      : targets_(targets), recist_(recist), rule_(rule) {}

  void add(const Findings& found, const ImmuneFindings& more, const TimepointResponse& response) {
    ImmuneCall call;
    call.day = found.day;
    if (found.role == VisitRole::follow_up && found.done) {
      if (ended_) {
        call.step = ImmuneStep::after_end;
      } else {
        decide({found, more, response}, call);
        remember({found, more, response}, call);
      }
    }
    calls_.push_back(call);
  }

  const std::vector<ImmuneCall>& calls() const { return calls_; }

 private:
  struct Seen {
    const Findings& found;
    const ImmuneFindings& more;
    const TimepointResponse& response;
  };

  bool targets_;
  const RecistRule& recist_;
  const ImmuneRule& rule_;
  std::vector<ImmuneCall> calls_;
  ImmuneBlock block_;
  std::int32_t blocks_ = 0;
  bool open_ = false, ended_ = false;
  bool complete_ = false;       // an iCR after which disease is progression
  std::int32_t known_ = 0;      // new lesions before this timepoint
  std::int64_t new_nadir_ = 0;  // of the sum of the measured ones

  bool appeared(const Seen& t) const { return t.more.known > known_; }

  bool reappeared(const Seen& t) const {
    return complete_ && (t.found.target_disease || t.found.non_target_disease || t.more.there);
  }

  // A new lesion that was known before is progression only by what it does.
  bool new_progression(const Seen& t) const { return appeared(t) || t.more.unequivocal || new_sum_grown(t); }

  // With another lesion the nadir begins anew.
  bool new_sum_grown(const Seen& t) const {
    return known_ > 0 && !appeared(t) && grown(t.more.sum, new_nadir_);
  }

  std::int32_t causes(const Seen& t) const {
    return (t.response.target == Category::PD ? target_disease : 0) +
           (t.response.non_target == Category::PD ? non_target_disease : 0) +
           (new_progression(t) ? new_disease : 0) + (reappeared(t) ? reappeared_disease : 0);
  }

  // Without progression.
  Response base(const Seen& t) const {
    const Response r = overall_response(t.response.target, t.response.non_target, NewLesion::no);
    if (r == Response::CR && t.found.new_lesion == NewLesion::not_assessed && recist_.new_lesions_for_cr)
      return Response::NE;
    if (!t.more.there || (r != Response::CR && r != Response::NED)) return r;
    return targets_ ? Response::PR : Response::NN;
  }

  void decide(const Seen& t, ImmuneCall& call) {
    call.causes = causes(t);
    if (open_) {
      decide_open(t, call);
    } else if (call.causes != 0) {
      open(t, call);
    } else {
      call.overall = immune(base(t));
      call.step = call.overall == ImmuneResponse::NE ? ImmuneStep::not_evaluable : ImmuneStep::as_recist;
    }
  }

  void open(const Seen& t, ImmuneCall& call) {
    block_ = ImmuneBlock{};
    block_.flags = flags(t, call.causes);
    block_.day = call.day = first_shown(t, call.causes);
    block_.category = category(t);
    block_.new_sum = t.more.sum;
    block_.known = t.more.known;
    if (t.found.targets_complete) block_.sum = t.found.sum;
    open_ = true;
    ++blocks_;
    call.overall = ImmuneResponse::iUPD;
    call.step = ImmuneStep::opened;
    call.block = blocks_;
    call.block_day = block_.day;
  }

  // Disease that came back after an iCR is what its further growth is compared with.
  static std::int32_t flags(const Seen& t, std::int32_t causes) {
    if (!contains(causes, reappeared_disease)) return causes;
    return causes | (t.found.non_target_disease ? non_target_disease : 0) | (t.more.there ? new_disease : 0);
  }

  Category category(const Seen& t) const { return targets_ ? t.response.target : t.response.non_target; }

  std::int32_t first_shown(const Seen& t, std::int32_t causes) const {
    std::int32_t day = no_day;
    if (contains(causes, target_disease)) day = earlier(day, t.found.target_day);
    if (contains(causes, non_target_disease)) day = earlier(day, t.found.non_target_day);
    if (contains(causes, new_disease)) {
      if (appeared(t)) day = earlier(day, t.more.appeared_day);
      if (new_sum_grown(t)) day = earlier(day, t.more.sum_day);
      if (t.more.unequivocal) day = earlier(day, t.more.seen_day);
    }
    if (contains(causes, reappeared_disease))
      day = earlier(day, earlier(t.found.disease_day, t.more.seen_day));
    return day == no_day ? t.found.day : day;
  }

  void decide_open(const Seen& t, ImmuneCall& call) {
    locate(t, call);
    update_changes(t);
    call.confirmed_by = confirming(t, call.causes);
    if (call.confirmed_by != 0) {
      confirm(t, call);
    } else if (call.causes != 0) {
      call.overall = ImmuneResponse::iUPD;
      call.step = ImmuneStep::no_change;
    } else {
      decide_without_progression(t, call);
    }
    block_.flags |= flags(t, call.causes);
    if (block_.sum < 0 && t.found.targets_complete) block_.sum = t.found.sum;
  }

  void locate(const Seen& t, ImmuneCall& call) const {
    call.block = blocks_;
    call.block_day = block_.day;
    call.elapsed = t.found.day - block_.day;
    call.window = call.elapsed < rule_.earliest ? ImmuneWindow::early
                  : call.elapsed > rule_.latest ? ImmuneWindow::late
                                                : ImmuneWindow::within;
    call.sum_then = block_.sum;
    call.new_sum_then = t.more.measured ? block_.new_sum : -1;
  }

  // Growth seen too early counts at the next scan, unless the lesions have shrunk since.
  void update_changes(const Seen& t) {
    if (t.more.non_target_larger || t.more.non_target_smaller)
      block_.non_target_larger = t.more.non_target_larger;
    if (t.more.larger || t.more.smaller) {
      block_.new_larger = t.more.larger;
      block_.new_smaller = !t.more.larger;
    }
  }

  std::int32_t confirming(const Seen& t, std::int32_t causes) const {
    const auto flagged = [this](std::int32_t what) { return contains(block_.flags, what); };
    const bool larger_sum = t.found.targets_seen && block_.sum >= 0 && t.found.sum - block_.sum >= five_mm;
    std::int32_t by = 0;
    if (flagged(target_disease) && larger_sum) by |= target_sum_grew;
    if (flagged(non_target_disease) && block_.non_target_larger) by |= non_target_grew;
    if (known_ > 0) {
      if (t.more.sum - block_.new_sum >= five_mm) by |= new_sum_grew;
      if (block_.new_larger) by |= new_other_grew;
      if (t.more.known > block_.known) by |= another_new_lesion;
    }
    const std::int32_t fresh = causes & ~block_.flags;
    if (contains(fresh, target_disease)) by |= new_target_progression;
    if (contains(fresh, non_target_disease)) by |= new_non_target_progression;
    if (contains(fresh, new_disease)) by |= first_new_progression;
    return by;
  }

  void confirm(const Seen& t, ImmuneCall& call) {
    const bool exception = rule_.early_exception && t.more.symptoms && appeared(t);
    if (call.window == ImmuneWindow::early && !exception) {
      call.overall = ImmuneResponse::iUPD;
      call.step = ImmuneStep::too_early;
      return;
    }
    call.overall = ImmuneResponse::iCPD;
    call.step = ImmuneStep::confirmed;
    call.day = confirmed_day(t, call.confirmed_by);
    open_ = false;
    ended_ = true;
  }

  std::int32_t confirmed_day(const Seen& t, std::int32_t by) const {
    std::int32_t day = no_day;
    if (contains(by, target_sum_grew | new_target_progression)) day = earlier(day, t.found.target_day);
    if (contains(by, non_target_grew)) day = earlier(day, t.more.larger_day);
    if (contains(by, new_non_target_progression)) day = earlier(day, t.found.non_target_day);
    if (contains(by, new_sum_grew)) day = earlier(day, t.more.sum_day);
    if (contains(by, new_other_grew)) day = earlier(day, t.more.seen_day);
    if (contains(by, another_new_lesion | first_new_progression)) {
      const bool here = appeared(t) && t.more.appeared_day != no_day;
      day = earlier(day, here ? std::max(t.more.appeared_day, t.found.first_day) : t.more.seen_day);
    }
    return day == no_day ? t.found.day : day;
  }

  void decide_without_progression(const Seen& t, ImmuneCall& call) {
    const Response now = base(t);
    call.overall = ImmuneResponse::iUPD;
    call.step = ImmuneStep::no_change;
    if (now == Response::NE) {
      if (t.response.overall != Response::NE) return;
      call.overall = ImmuneResponse::NE;
      call.step = ImmuneStep::not_evaluable;
    } else if (no_longer_met(t, call)) {
      call.overall = immune(now);
      call.step = ImmuneStep::superseded;
      open_ = false;
    }
  }

  bool no_longer_met(const Seen& t, ImmuneCall& call) const {
    const bool unknown = contains(block_.flags, non_target_disease) && t.response.non_target == Category::NE;
    if (unknown) return false;
    if (!contains(block_.flags, new_disease)) return true;
    call.relief = relief(t);
    return call.relief != NewLesionRelief::none;
  }

  NewLesionRelief relief(const Seen& t) const {
    if (!t.more.there) return NewLesionRelief::gone;
    const std::int64_t more = t.more.sum - block_.new_sum;
    if (more < 0 || (more == 0 && block_.new_smaller)) return NewLesionRelief::smaller;
    return better(category(t), block_.category) ? NewLesionRelief::better_elsewhere : NewLesionRelief::none;
  }

  // The codes of the categories are in the order of their worth, but for NE and none.
  static bool better(Category now, Category then) {
    if (now == Category::NE || now == Category::none || then == Category::NE || then == Category::none)
      return false;
    return now < then;
  }

  void remember(const Seen& t, const ImmuneCall& call) {
    new_nadir_ = appeared(t) ? t.more.sum : std::min(new_nadir_, t.more.sum);
    known_ = t.more.known;
    if (call.overall != ImmuneResponse::iCR) return;
    if (!recist_.reappearance_if_confirmed || confirms_complete(call)) complete_ = true;
  }

  // Does this iCR confirm an earlier one?
  bool confirms_complete(const ImmuneCall& last) const {
    double not_evaluable = 0;
    for (std::size_t i = calls_.size(); i-- > 0 && not_evaluable <= recist_.max_ne;) {
      const ImmuneCall& call = calls_[i];
      if (call.overall == ImmuneResponse::missing) continue;
      if (call.overall == ImmuneResponse::NE) {
        ++not_evaluable;
      } else if (call.overall != ImmuneResponse::iCR) {
        return false;
      } else if (static_cast<double>(last.day) - call.day >= recist_.confirm_days) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace detail

/// How lesions have changed since they were last assessed, where only sums are known.
enum class SaidChange : std::int32_t {
  unsaid = 0,
  increased = 1,
  decreased = 2,
  unchanged = 3,
  unequivocal = 4
};

/// What is said of new and non-target lesions where only sums are known: one value per timepoint. Sums are
/// tenths of a mm; sum and count are below 0 where they are not known. `new_change` is of those not measured.
struct FollowedSums {
  Span<std::int32_t> new_sum, new_count, new_change, non_target_change, symptoms;
};

namespace detail {

// One history of sums.
class SumFollower {
 public:
  ImmuneFindings next(const Findings& found, std::int32_t sum, std::int32_t count, SaidChange change) {
    now_.larger = now_.smaller = false;
    now_.appeared_day = now_.seen_day = now_.sum_day = no_day;
    if (found.new_lesion == NewLesion::yes) see(found.day, sum, count, change);
    if (found.new_lesion == NewLesion::no) lose();
    return now_;
  }

  // A non-target progression that was not one before is an increase.
  void follow_non_target(const Findings& found, SaidChange change, ImmuneFindings& out) {
    const bool fresh = found.non_target == Category::PD && !progressed_;
    out.non_target_larger = change == SaidChange::increased || change == SaidChange::unequivocal || fresh;
    out.non_target_smaller = change == SaidChange::decreased;
    if (out.non_target_larger) out.larger_day = found.day;
    if (found.non_target != Category::NE) progressed_ = found.non_target == Category::PD;
  }

 private:
  ImmuneFindings now_;
  bool progressed_ = false;  // the non-target lesions, when last assessed

  void see(std::int32_t day, std::int32_t sum, std::int32_t count, SaidChange change) {
    const std::int32_t known = std::max({now_.known, count, std::int32_t{1}});
    const bool appeared = known > now_.known;
    const bool back = !now_.there && !appeared && sum < 0;
    if (appeared) now_.appeared_day = day;
    now_.seen_day = day;
    now_.known = known;
    now_.there = true;
    now_.larger = back || change == SaidChange::increased ||
                  (change == SaidChange::unequivocal && !now_.unequivocal && !appeared);
    now_.smaller = !now_.larger && change == SaidChange::decreased;
    if (change == SaidChange::unequivocal) now_.unequivocal = true;
    if (change == SaidChange::decreased) now_.unequivocal = false;
    if (sum < 0) return;
    now_.measured = true;
    now_.sum = sum;
    now_.sum_day = day;
  }

  void lose() {
    now_.smaller = now_.there && !now_.measured;
    now_.there = now_.unequivocal = false;
    now_.sum = 0;
  }
};

}  // namespace detail

/// What iRECIST reads of each timepoint where only sums are known. A sum that is not known stays what it was.
inline std::vector<ImmuneFindings> follow_sums(const Histories& histories, const FollowedSums& said) {
  const std::size_t n = histories.findings.size();
  for (const auto* column :
       {&said.new_sum, &said.new_count, &said.new_change, &said.non_target_change, &said.symptoms}) {
    expects(column->size() == n, "the columns of the sums differ in length");
  }
  detail::check_offsets(histories.offset, histories.has_targets.size(), n);
  std::vector<ImmuneFindings> out(n);
  for (std::size_t k = 0; k < histories.has_targets.size(); ++k) {
    detail::SumFollower follower;
    for (auto i = static_cast<std::size_t>(histories.offset[k]);
         i < static_cast<std::size_t>(histories.offset[k + 1]); ++i) {
      const Findings& found = histories.findings[i];
      if (found.role == VisitRole::follow_up) {
        out[i] = follower.next(found, said.new_sum[i], said.new_count[i],
                               static_cast<SaidChange>(said.new_change[i]));
      }
      follower.follow_non_target(found, static_cast<SaidChange>(said.non_target_change[i]), out[i]);
      out[i].symptoms = said.symptoms[i] == 1;
    }
  }
  return out;
}

/// The response of every timepoint by iRECIST, in their order; `responses` are those of recist() by the same
/// rule. Linear in the timepoints.
inline std::vector<ImmuneCall> irecist(const Histories& histories, const std::vector<ImmuneFindings>& more,
                                       const std::vector<TimepointResponse>& responses,
                                       const RecistRule& recist, const ImmuneRule& rule) {
  detail::check_histories(histories, recist);
  expects(more.size() == histories.findings.size() && responses.size() == more.size(),
          "findings and responses differ in length");
  expects(rule.earliest >= 0 && rule.latest >= rule.earliest, "the window must not end before it begins");
  for (const Findings& found : histories.findings) {
    expects(!found.done || std::abs(static_cast<std::int64_t>(found.day)) < 10000000, "a scan needs its day");
  }
  std::vector<ImmuneCall> calls;
  calls.reserve(more.size());
  for (std::size_t k = 0; k < histories.has_targets.size(); ++k) {
    detail::ImmuneCourse course(histories.has_targets[k] != 0, recist, rule);
    for (auto i = static_cast<std::size_t>(histories.offset[k]);
         i < static_cast<std::size_t>(histories.offset[k + 1]); ++i) {
      course.add(histories.findings[i], more[i], responses[i]);
    }
    calls.insert(calls.end(), course.calls().begin(), course.calls().end());
  }
  return calls;
}

}  // namespace tte
