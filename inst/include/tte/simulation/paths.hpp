// Paths through the states of a multi-state model whose transition hazards are constant between breaks, times
// a factor of each person. In a state, each transition out of it has a latent time with its own hazard, and
// the first wins: the law of competing risks, without any grid of time. The latent times of a transition do
// not depend on the other transitions' rates, so that two designs differ only where their hazards do.
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
#include "draws.hpp"
#include "piecewise.hpp"

namespace tte {

/// Does a hazard run with the time since time zero or since the entry of the state?
enum class Clock { forward, reset };

/// A transition between two states, numbered from 1, and its hazard per day.
struct PathTransition {
  std::int32_t from = 1, to = 2;
  Clock clock = Clock::forward;
  PiecewiseRate hazard;
};

struct PathModel {
  std::int32_t states = 0;
  std::vector<PathTransition> transitions;
};

/// Where persons start and how long they are followed. An empty column: numbers 1, 2, ..., log hazards 0,
/// state entered at time zero and nothing known of it since.
struct PathPersons {
  Span<std::int32_t> start_state;
  Span<double> until;          ///< last day on which a move is seen; may be infinite
  Span<double> log_hazard;     ///< persons x transitions, a column per transition; -infinity: never
  Span<std::int32_t> number;   ///< of the person's stream
  Span<double> entered;        ///< day the start state was entered
  Span<double> staying_until;  ///< day until which the person is known to have stayed in the start state
};

/// Only paths that reach `required` by `until`, and no absorbing state within `delay` days of that, are kept.
struct PathCondition {
  std::int32_t required = 0;  ///< 0: every path is kept
  Span<double> delay;
  std::int32_t max_attempts = 1000;
};

/// The moves of person i are offset[i] .. offset[i + 1] - 1. A person whose attempts are 0 has none: no path
/// met the condition in the attempts allowed.
struct Paths {
  std::vector<std::size_t> offset;
  std::vector<std::int32_t> from, to;
  std::vector<double> time;
  std::vector<std::int32_t> attempts;
};

namespace detail {

constexpr std::size_t most_moves = 100000;

inline void check_path_model(const PathModel& model) {
  expects(model.states >= 1, "a path needs at least one state");
  for (const PathTransition& transition : model.transitions) {
    expects(transition.from >= 1 && transition.from <= model.states && transition.to >= 1 &&
                transition.to <= model.states && transition.from != transition.to,
            "a transition joins two different states of the model");
    check_rate(transition.hazard);
  }
}

inline bool absorbing(const PathModel& model, std::int32_t state) {
  for (const PathTransition& transition : model.transitions) {
    if (transition.from == state) return false;
  }
  return true;
}

inline void check_days(Span<double> day, std::size_t n, const char* broken_rule) {
  expects(day.empty() || day.size() == n, broken_rule);
  for (const double d : day) expects(d >= 0 && std::isfinite(d), broken_rule);
}

inline void check_path_persons(const PathModel& model, const PathPersons& persons) {
  const std::size_t n = persons.start_state.size();
  for (const std::int32_t state : persons.start_state) {
    expects(state >= 1 && state <= model.states, "a path starts in a state of the model");
  }
  expects(persons.until.size() == n, "one end of follow-up per person");
  for (const double until : persons.until) expects(until >= 0, "the end of follow-up must not be negative");
  expects(persons.log_hazard.empty() || persons.log_hazard.size() == n * model.transitions.size(),
          "one log hazard per person and transition");
  for (const double value : persons.log_hazard) {
    expects(value < std::numeric_limits<double>::infinity(), "a log hazard must be a number below infinity");
  }
  expects(persons.number.empty() || persons.number.size() == n, "one number per person");
  check_person_numbers(persons.number);
  check_days(persons.entered, n, "one day of entry per person, not negative");
  check_days(persons.staying_until, n, "one day per person until which it stayed, not negative");
  for (std::size_t i = 0; i < persons.staying_until.size(); ++i) {
    expects(persons.staying_until[i] >= (persons.entered.empty() ? 0 : persons.entered[i]),
            "nobody stays in a state before entering it");
  }
}

inline void check_path_condition(const PathModel& model, const PathCondition& condition, std::size_t n) {
  if (condition.required == 0) return;
  expects(condition.required >= 1 && condition.required <= model.states,
          "the required state is one of the model");
  expects(!absorbing(model, condition.required), "the required state must not be absorbing");
  expects(condition.delay.size() == n, "one delay per person");
  check_days(condition.delay, n, "a delay must not be negative");
  expects(condition.max_attempts >= 1, "at least one attempt is needed");
}

struct Moves {
  std::vector<std::int32_t> from, to;
  std::vector<double> time;

  void keep(std::size_t n) {
    from.resize(n);
    to.resize(n);
    time.resize(n);
  }
};

// Draws the paths of single persons and appends them to moves.
class PathSampler {
 public:
  PathSampler(const Purpose& purpose, const PathModel& model, const PathPersons& persons,
              const PathCondition& condition)
      : purpose_(purpose), model_(model), persons_(persons), condition_(condition) {
    out_of_.resize(static_cast<std::size_t>(model.states) + 1);
    for (std::size_t k = 0; k < model.transitions.size(); ++k) {
      out_of_[static_cast<std::size_t>(model.transitions[k].from)].push_back(k);
    }
  }

  /// The number of attempts, 0 if none met the condition.
  std::int32_t draw(std::size_t i, Moves& moves) const {
    Random random = person_stream(purpose_, person_number(persons_.number, i));
    const std::size_t begin = moves.time.size();
    const std::int32_t most = condition_.required == 0 ? 1 : condition_.max_attempts;
    for (std::int32_t attempt = 1; attempt <= most; ++attempt) {
      if (attempted(i, random, moves)) return attempt;
      moves.keep(begin);
    }
    return 0;
  }

 private:
  struct Next {
    double time = std::numeric_limits<double>::infinity();
    std::int32_t state = 0;
  };

  bool ends_in(std::int32_t state) const { return out_of_[static_cast<std::size_t>(state)].empty(); }

  Next next(std::size_t i, std::int32_t state, double entered, double now, Random& random) const {
    const std::size_t n = persons_.start_state.size();
    Next first;
    for (const std::size_t k : out_of_[static_cast<std::size_t>(state)]) {
      const PathTransition& transition = model_.transitions[k];
      const double factor = persons_.log_hazard.empty() ? 1 : std::exp(persons_.log_hazard[k * n + i]);
      const double origin = transition.clock == Clock::reset ? entered : 0;
      const double time =
          origin + time_of_integral(transition.hazard, now - origin, random.exponential() / factor);
      if (time < first.time) first = {time, transition.to};
    }
    return first;
  }

  // One path. Beyond `until` it is drawn, and not kept, as long as the condition asks for it.
  bool attempted(std::size_t i, Random& random, Moves& moves) const {
    const double until = persons_.until[i];
    std::int32_t state = persons_.start_state[i];
    double entered = persons_.entered.empty() ? 0 : persons_.entered[i];
    double now = persons_.staying_until.empty() ? entered : persons_.staying_until[i];
    bool reached = false;
    double safe = 0, needed = until;
    for (std::size_t count = 0;; ++count) {
      if (!reached && state == condition_.required && entered <= until) {
        reached = true;
        safe = entered + condition_.delay[i];
        needed = std::max(until, safe);
      }
      const Next move = next(i, state, entered, now, random);
      if (move.time > needed || move.state == 0) return reached || condition_.required == 0;
      if (reached && move.time <= safe && ends_in(move.state)) return false;
      if (move.time <= until) append(state, move, moves);
      expects(count < most_moves, "a path makes more than 100000 moves: give a finite end of follow-up");
      state = move.state;
      entered = now = move.time;
    }
  }

  static void append(std::int32_t from, const Next& move, Moves& moves) {
    moves.from.push_back(from);
    moves.to.push_back(move.state);
    moves.time.push_back(move.time);
  }

  Purpose purpose_;
  const PathModel& model_;
  const PathPersons& persons_;
  const PathCondition& condition_;
  std::vector<std::vector<std::size_t>> out_of_;
};

// The moves of all chunks, one after the other.
inline void join_moves(const std::vector<Moves>& chunks, Paths& out) {
  out.from.reserve(out.offset.back());
  out.to.reserve(out.offset.back());
  out.time.reserve(out.offset.back());
  for (const Moves& moves : chunks) {
    out.from.insert(out.from.end(), moves.from.begin(), moves.from.end());
    out.to.insert(out.to.end(), moves.to.begin(), moves.to.end());
    out.time.insert(out.time.end(), moves.time.begin(), moves.time.end());
  }
}

}  // namespace detail

/// The path of every person, exactly, up to `until`.
inline Paths paths(const Purpose& purpose, const PathModel& model, const PathPersons& persons,
                   const PathCondition& condition = {}, const Execution& execution = {}) {
  const std::size_t n = persons.start_state.size(), chunk = detail::persons_per_chunk;
  detail::check_purpose(purpose);
  detail::check_path_model(model);
  detail::check_path_persons(model, persons);
  detail::check_path_condition(model, condition, n);
  const detail::PathSampler sampler(purpose, model, persons, condition);
  std::vector<detail::Moves> moves((n + chunk - 1) / chunk);
  Paths out;
  out.offset.assign(n + 1, 0);
  out.attempts.resize(n);
  parallel_chunks(n, chunk, execution, [&](std::size_t begin, std::size_t end, std::size_t index) {
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t before = moves[index].time.size();
      out.attempts[i] = sampler.draw(i, moves[index]);
      out.offset[i + 1] = moves[index].time.size() - before;
    }
  });
  for (std::size_t i = 0; i < n; ++i) out.offset[i + 1] += out.offset[i];
  detail::join_moves(moves, out);
  return out;
}

}  // namespace tte
