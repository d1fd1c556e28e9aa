// First event of a composite endpoint, or the day and the reason of its censoring, for each patient.
//
// An endpoint is a list of kinds of events. A kind either has a day for each patient or is progression, which
// is read off the assessments. The steps that may censor before the event (no baseline, new therapy, visits
// missed) are data and can each be switched off. Days count from the patient's start (0 = the start itself).
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

/// Why a patient's time ends where it does. The values are the CNSR codes of an ADTTE.
enum class EndpointReason : std::int32_t {
  event = 0,
  no_event = 1,       // none until the last adequate assessment, or the last contact
  no_baseline = 2,    // no baseline assessment
  no_assessment = 3,  // no adequate assessment (no contact) after the start
  new_therapy = 4,    // a new anticancer therapy came first
  missed_visits = 5   // too many scheduled visits were missed before the event
};

enum class EventKind : std::int32_t {
  progression = 0,  // from the assessments
  claimed = 1,      // progression without an assessment that documents it
  death = 2,
  other = 3,
  settled = 4  // an event that no step may censor
};

/// On which day a progression counts: when it was documented, at the scheduled visit it belongs to, or the
/// day after the last visit missed before it.
enum class ProgressionDay : std::int32_t { documented = 0, scheduled = 1, backdated = 2 };

/// Scheduled visits in order. After the last one its interval repeats.
struct VisitSchedule {
  Span<double> day;
  Span<double> window;  // days by which each may come early or late
  double interval = 0;  // between the visits after the last one listed
  bool by_gap = true;   // missed visits are told by the length of the gap, else by the windows that closed
};

struct CensoringSteps {
  bool baseline = false;             // without a baseline only a death within the limit counts
  bool therapy = false;              // a new therapy before the event censors
  bool therapy_comes_first = false;  // on its own day: what was assessed that day is after it
  double missed = std::numeric_limits<double>::infinity();  // visits missed in a row that censor
  bool missed_death_only = false;                           // and only a death
  ProgressionDay progression = ProgressionDay::documented;
};

/// Patients one after another: patient k has the rows offset[k] .. offset[k + 1] - 1. `shown` is the first
/// day that shows a progression; it is only read where the response is PD.
struct Assessments {
  Span<std::int32_t> offset;
  Span<double> day;
  Span<std::int32_t> response;
  Span<double> shown;
};

/// One value per patient; a day that does not exist is infinite.
struct EndpointPatients {
  Span<double> last_day;     // the data cut
  Span<double> therapy;      // new anticancer therapy
  Span<double> counts_from;  // first day on which a progression counts
  Span<double> latest;       // a progression is never dated after this day
  Span<double> contact;      // last contact; empty: without an event the time ends at the last assessment
  Span<std::int32_t> no_baseline;
};

/// `day` holds the days of one kind after another, patients in order; the block of progression is not read.
struct EndpointEvents {
  Span<std::int32_t> kind;
  Span<double> day;
};

/// `source` is the kind of event that came first, `row` the assessment that gives the day; -1 where there is
/// none. `assessed` is the last adequate assessment that counts, NaN without one.
struct Endpoint {
  double day = 0;
  EndpointReason reason = EndpointReason::no_event;
  std::int32_t source = -1;
  std::int32_t row = -1;
  double assessed = std::numeric_limits<double>::quiet_NaN();
};

namespace detail {

constexpr double never = std::numeric_limits<double>::infinity();

// Visit 0 is the start; the visits listed are 1, 2, ...
inline double visit_day(const VisitSchedule& schedule, std::size_t i) {
  const std::size_t n = schedule.day.size();
  if (i == 0) return 0;
  return i <= n ? schedule.day[i - 1] : schedule.day[n - 1] + static_cast<double>(i - n) * schedule.interval;
}

inline double visit_window(const VisitSchedule& schedule, std::size_t i) {
  const std::size_t n = schedule.window.size();
  return schedule.window[i == 0 ? 0 : std::min(i, n) - 1];
}

inline double window_opens(const VisitSchedule& schedule, std::size_t i) {
  return visit_day(schedule, i) - visit_window(schedule, i);
}

inline double window_closes(const VisitSchedule& schedule, std::size_t i) {
  return visit_day(schedule, i) + visit_window(schedule, i);
}

inline std::size_t nearest_visit(const VisitSchedule& schedule, double day) {
  std::size_t i = 0;
  while (std::fabs(visit_day(schedule, i + 1) - day) < std::fabs(visit_day(schedule, i) - day)) ++i;
  return i;
}

// Longest gap after `from` that is allowed: to the end of the window of the visit `missed` visits later, from
// the start of the window of the visit nearest to `from`.
inline double longest_gap(const VisitSchedule& schedule, double from, double missed) {
  const std::size_t i = nearest_visit(schedule, from);
  return window_closes(schedule, i + static_cast<std::size_t>(missed)) - window_opens(schedule, i);
}

// Last visit whose window lies between the two days, 0 if none; `count` says how many do.
inline std::size_t last_missed_visit(const VisitSchedule& schedule, double from, double to, double& count) {
  std::size_t last = 0;
  count = 0;
  for (std::size_t i = 1; window_closes(schedule, i) < to; ++i) {
    if (window_opens(schedule, i) <= from) continue;
    last = i;
    ++count;
  }
  return last;
}

// Were so many visits missed between the last adequate assessment (NaN: the start) and `to`?
inline bool too_many_missed(const VisitSchedule& schedule, double assessed, double to, double missed) {
  if (missed == never) return false;
  const bool none = std::isnan(assessed);
  if (schedule.by_gap) {
    const double from = none ? 0 : assessed;
    return to - from > longest_gap(schedule, from, missed);
  }
  double count = 0;
  last_missed_visit(schedule, none ? -never : assessed, to, count);
  return count >= missed;
}

inline double progression_day(const VisitSchedule& schedule, ProgressionDay rule, double assessed,
                              double day) {
  if (rule == ProgressionDay::documented) return day;
  const double from = std::isnan(assessed) ? -never : assessed;
  if (rule == ProgressionDay::scheduled) {
    std::size_t i = 1;
    while (window_closes(schedule, i) < day) ++i;
    return std::max(visit_day(schedule, i), from);
  }
  double count = 0;
  const std::size_t last = last_missed_visit(schedule, from, day, count);
  return count > 0 ? std::min(day, visit_day(schedule, last) + 1) : day;
}

struct Occurrence {
  double day = never;
  std::int32_t source = -1;
  std::int32_t row = -1;
};

inline bool is_adequate(std::int32_t response) {
  const auto r = static_cast<Response>(response);
  return r != Response::NE && r != Response::missing;
}

// One patient's look-ups.
class PatientEndpoint {
 public:
  PatientEndpoint(const Assessments& seen, const EndpointEvents& events, const EndpointPatients& patients,
                  const CensoringSteps& steps, const VisitSchedule& schedule, std::size_t k)
      : seen_(seen), events_(events), patients_(patients), steps_(steps), schedule_(schedule), k_(k) {}

  Endpoint result() const {
    const Occurrence first = first_event(false);
    if (is(first, EventKind::settled)) return event(first, last_adequate(first));
    if (steps_.baseline && patients_.no_baseline[k_] != 0) return without_baseline();
    if (therapy_limit(first) < first.day) {
      return censored(EndpointReason::new_therapy, first, last_adequate(therapy_limit({}), false));
    }
    if (first.source < 0) return without_event();
    const Occurrence assessed = last_adequate(first);
    if (censors_missed(first, day_of(assessed)))
      return censored(EndpointReason::missed_visits, first, assessed);
    return event(first, assessed);
  }

 private:
  std::size_t begin() const { return static_cast<std::size_t>(seen_.offset[k_]); }
  std::size_t end() const { return static_cast<std::size_t>(seen_.offset[k_ + 1]); }
  EventKind kind(std::size_t e) const { return static_cast<EventKind>(events_.kind[e]); }
  bool is(const Occurrence& o, EventKind what) const {
    return o.source >= 0 && kind(static_cast<std::size_t>(o.source)) == what;
  }
  static double day_of(const Occurrence& o) {
    return o.row < 0 ? std::numeric_limits<double>::quiet_NaN() : o.day;
  }

  // The earliest day that shows a progression.
  Occurrence progression() const {
    Occurrence first;
    for (std::size_t row = begin(); row < end(); ++row) {
      if (static_cast<Response>(seen_.response[row]) != Response::PD || seen_.day[row] < 0) continue;
      const double day = std::max(0.0, seen_.shown[row]);
      if (day < patients_.counts_from[k_] || day > patients_.last_day[k_] || day >= first.day) continue;
      first = {day, -1, static_cast<std::int32_t>(row)};
    }
    return first;
  }

  // The first event up to the data cut; of several on one day the one that stands first in the endpoint.
  Occurrence first_event(bool deaths_only) const {
    Occurrence first;
    for (std::size_t e = 0; e < events_.kind.size(); ++e) {
      if (deaths_only && kind(e) != EventKind::death) continue;
      Occurrence next;
      if (kind(e) == EventKind::progression) {
        next = progression();
      } else {
        next.day = std::max(0.0, events_.day[e * patients_.last_day.size() + k_]);
      }
      if (next.day > patients_.last_day[k_] || next.day >= first.day) continue;
      first = {next.day, static_cast<std::int32_t>(e), next.row};
    }
    return first;
  }

  // The last adequate assessment up to a day, or before it.
  Occurrence last_adequate(double until, bool before) const {
    Occurrence last{-1, -1, -1};
    for (std::size_t row = begin(); row < end(); ++row) {
      const double day = seen_.day[row];
      if (day < 0 || day > until || (before && day == until) || day < last.day) continue;
      if (is_adequate(seen_.response[row])) last = {day, -1, static_cast<std::int32_t>(row)};
    }
    return last;
  }
  Occurrence last_adequate(const Occurrence& event) const {
    return last_adequate(event.day, is(event, EventKind::progression));
  }

  // Last day on which an event, or an assessment, precedes a new therapy; a death counts on its day always.
  double therapy_limit(const Occurrence& what) const {
    const double day = patients_.therapy[k_];
    if (!steps_.therapy || day > patients_.last_day[k_]) return never;
    return day - (steps_.therapy_comes_first && !is(what, EventKind::death) ? 1 : 0);
  }

  bool censors_missed(const Occurrence& event, double assessed) const {
    if (steps_.missed_death_only && !is(event, EventKind::death)) return false;
    return too_many_missed(schedule_, assessed, event.day, steps_.missed);
  }

  Endpoint event(const Occurrence& first, const Occurrence& assessed) const {
    double day = first.day;
    if (is(first, EventKind::progression) || is(first, EventKind::claimed)) {
      day = progression_day(schedule_, steps_.progression, day_of(assessed), day);
      if (day > first.day) day = std::max(first.day, std::min(day, patients_.latest[k_]));
    }
    return {day, EndpointReason::event, first.source, first.row, day_of(assessed)};
  }

  Endpoint censored(EndpointReason reason, const Occurrence& first, const Occurrence& assessed) const {
    return {std::max(0.0, assessed.day), reason, first.source, assessed.row, day_of(assessed)};
  }

  Endpoint without_baseline() const {
    const Occurrence death = first_event(true);
    const bool counts =
        death.source >= 0 && death.day <= therapy_limit(death) &&
        !too_many_missed(schedule_, std::numeric_limits<double>::quiet_NaN(), death.day, steps_.missed);
    if (counts) return event(death, {});
    return {0, EndpointReason::no_baseline, first_event(false).source};
  }

  Endpoint without_event() const {
    const Occurrence assessed = last_adequate(patients_.last_day[k_], false);
    if (patients_.contact.size() == 0) {
      const auto reason = assessed.row < 0 ? EndpointReason::no_assessment : EndpointReason::no_event;
      return censored(reason, {}, assessed);
    }
    const double contact = std::min(patients_.contact[k_], patients_.last_day[k_]);
    const auto reason = std::isfinite(contact) ? EndpointReason::no_event : EndpointReason::no_assessment;
    return {std::isfinite(contact) ? std::max(0.0, contact) : 0, reason, -1, -1, day_of(assessed)};
  }

  const Assessments& seen_;
  const EndpointEvents& events_;
  const EndpointPatients& patients_;
  const CensoringSteps& steps_;
  const VisitSchedule& schedule_;
  std::size_t k_;
};

inline void check_schedule(const VisitSchedule& schedule, const CensoringSteps& steps) {
  const bool needed = steps.missed != never || steps.progression != ProgressionDay::documented;
  expects(steps.missed == never || (steps.missed >= 1 && steps.missed == std::floor(steps.missed)),
          "missed must be a whole number of visits, or infinite");
  if (!needed) return;
  expects(schedule.day.size() > 0, "missed visits need a schedule");
  expects(schedule.window.size() == schedule.day.size(), "a window for each visit");
  expects(schedule.interval >= 1, "the interval must be at least a day");
  double previous = 0;
  for (std::size_t i = 0; i < schedule.day.size(); ++i) {
    expects(std::isfinite(schedule.day[i]) && schedule.day[i] > previous,
            "visits must be in order, after the start");
    expects(schedule.window[i] >= 0 && std::isfinite(schedule.window[i]), "windows must not be negative");
    previous = schedule.day[i];
  }
}

inline void check_assessments(const Assessments& seen, std::size_t patients) {
  expects(seen.response.size() == seen.day.size() && seen.shown.size() == seen.day.size(),
          "day, response and shown differ in length");
  check_offsets(seen.offset, patients, seen.day.size());
  for (std::size_t i = 0; i < seen.day.size(); ++i) {
    expects(std::isfinite(seen.day[i]), "days must be finite");
    expects(seen.response[i] >= 1 && seen.response[i] <= 8, "a response is 1 to 8");
    const bool shown =
        static_cast<Response>(seen.response[i]) != Response::PD || std::isfinite(seen.shown[i]);
    expects(shown, "a progression needs the day that shows it");
  }
}

inline void check_patients(const EndpointPatients& patients) {
  const std::size_t n = patients.last_day.size();
  for (const Span<double>* days : {&patients.therapy, &patients.counts_from, &patients.latest}) {
    expects(days->size() == n, "a value for each patient");
  }
  expects(patients.contact.size() == 0 || patients.contact.size() == n, "a contact for each patient");
  expects(patients.no_baseline.size() == n, "a value for each patient");
  for (const std::int32_t flag : patients.no_baseline)
    expects(flag == 0 || flag == 1, "no_baseline is 0 or 1");
  for (const Span<double>* days :
       {&patients.last_day, &patients.therapy, &patients.counts_from, &patients.latest, &patients.contact}) {
    for (const double day : *days) expects(!std::isnan(day), "a day must be a number");
  }
}

inline void check_events(const EndpointEvents& events, std::size_t patients) {
  expects(events.day.size() == events.kind.size() * patients, "a day for each kind of event and patient");
  for (const std::int32_t kind : events.kind) expects(kind >= 0 && kind <= 4, "a kind of event is 0 to 4");
  for (const double day : events.day) expects(!std::isnan(day), "a day must be a number");
}

}  // namespace detail

/// One result per patient, in the order of the patients. Linear in the assessments, which need no order.
inline std::vector<Endpoint> endpoint(const Assessments& seen, const EndpointEvents& events,
                                      const EndpointPatients& patients, const CensoringSteps& steps,
                                      const VisitSchedule& schedule) {
  const std::size_t n = patients.last_day.size();
  detail::check_schedule(schedule, steps);
  detail::check_assessments(seen, n);
  detail::check_patients(patients);
  detail::check_events(events, n);
  std::vector<Endpoint> result(n);
  for (std::size_t k = 0; k < n; ++k) {
    result[k] = detail::PatientEndpoint(seen, events, patients, steps, schedule, k).result();
  }
  return result;
}

}  // namespace tte
