// Multi-state models: transition probabilities and state occupancy by Aalen and Johansen's product integral
// P(s, t) = prod {I + dA(u)}, dA_hj(u) = d_hj(u)/n_h(u) (Andersen, Borgan, Gill & Keiding 1993, IV.4).
// A row is a stay in one state, (start, stop], that ends with a move to `cause` (a state from 1) or, with 0,
// unobserved. Standard errors: Greenwood's by a forward recursion of the K x K covariance, at every time; or
// the infinitesimal jackknife over the independent units at chosen times, which does not need the Markov
// property for occupancies, by a backward recursion of what is still to come.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "../core/compensated_sum.hpp"
#include "../core/linalg.hpp"
#include "../core/sweep.hpp"
#include "../core/time_to_event.hpp"

namespace tte {

/// The moves of one step from one state to another.
struct Move {
  std::size_t from = 0, to = 0;  ///< states from 0
  double share = 0;              ///< d_hj / n_h
};

/// What happened at one time of one stratum.
struct TransitionStep {
  double time = 0;
  std::size_t at = 0;           ///< the step of the data's schedule
  std::vector<double> at_risk;  ///< mass in each state just before
  std::vector<Move> moves;
};

/// The steps of every stratum, without those at which nothing moved.
struct TransitionTable {
  std::size_t states = 0;
  std::vector<std::vector<TransitionStep>> strata;
};

/// Row k belongs to step k of the stratum; states (and their pairs) side by side.
struct Occupancy {
  std::vector<double> probability, std_error;
};

/// At chosen times: estimates and the covariance of the states'.
struct OccupancyAt {
  std::vector<double> probability;    ///< targets x states
  std::vector<arma::mat> covariance;  ///< per target
};

/// Where a stratum starts, and how that was found: from the units (then their sampling counts) or given.
struct InitialStates {
  double time = 0;
  std::vector<double> probability;
  bool estimated = false;
};

namespace detail {

class StateCounts {
 public:
  StateCounts(const TimeToEvent& data, const Arranged<std::int32_t>& state, std::size_t states)
      : data_(data), state_(state), total_(states) {}

  void clear() {
    for (CompensatedSum& sum : total_) sum.clear();
  }
  void add(const Rows& rows) { count(rows, 1); }
  void remove(const Rows& rows) { count(rows, -1); }
  std::vector<double> values() const {
    std::vector<double> out;
    for (const CompensatedSum& sum : total_) out.push_back(std::max(0.0, sum.value()));
    return out;
  }

 private:
  void count(const Rows& rows, double sign) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      total_[static_cast<std::size_t>(state_[i] - 1)].add(sign * data_.mass(i));
    });
  }
  const TimeToEvent& data_;
  const Arranged<std::int32_t>& state_;
  std::vector<CompensatedSum> total_;
};

inline std::vector<Move> moves_of(const TimeToEvent& data, const Arranged<std::int32_t>& state,
                                  const Step& step, const std::vector<double>& at_risk) {
  std::vector<double> d(at_risk.size() * at_risk.size(), 0.0);
  for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
    const auto i = static_cast<std::size_t>(row);
    d[static_cast<std::size_t>(state[i] - 1) * at_risk.size() +
      static_cast<std::size_t>(data.cause(i) - 1)] += data.mass(i);
  }
  std::vector<Move> moves;
  for (std::size_t from = 0; from < at_risk.size(); ++from) {
    for (std::size_t to = 0; to < at_risk.size(); ++to) {
      const double moved = d[from * at_risk.size() + to];
      if (moved > 0) moves.push_back({from, to, std::min(1.0, moved / at_risk[from])});
    }
  }
  return moves;
}

// p {I + dA}.
inline void advance(const TransitionStep& step, std::vector<double>& p) {
  const std::vector<double> before = p;
  for (const Move& move : step.moves) {
    const double moved = before[move.from] * move.share;
    p[move.from] -= moved;
    p[move.to] += moved;
  }
}

// The covariance of the increments out of one state: multinomial among n, along e_to - e_from.
inline arma::mat increment_covariance(const TransitionStep& step, std::size_t from) {
  const std::size_t states = step.at_risk.size();
  arma::vec total(states, arma::fill::zeros);
  arma::mat out(states, states, arma::fill::zeros);
  for (const Move& move : step.moves) {
    if (move.from != from) continue;
    arma::vec along(states, arma::fill::zeros);
    along(move.to) += 1;
    along(from) -= 1;
    total += move.share * along;
    out += move.share * along * along.t();
  }
  out -= total * total.t();
  return out / step.at_risk[from];
}

inline arma::mat step_matrix(const TransitionStep& step) {
  const std::size_t states = step.at_risk.size();
  arma::mat out(states, states, arma::fill::eye);
  for (const Move& move : step.moves) {
    out(move.from, move.to) += move.share;
    out(move.from, move.from) -= move.share;
  }
  return out;
}

}  // namespace detail

/// `state` is each row's state, from 1 to `states`.
inline TransitionTable transition_table(const TimeToEvent& data, Span<std::int32_t> state,
                                        std::size_t states) {
  for (std::int32_t s : state) expects(s >= 1 && static_cast<std::size_t>(s) <= states, "no such state");
  for (std::size_t i = 0; i < data.rows(); ++i)
    expects(static_cast<std::size_t>(data.cause(i)) <= states, "no such state to move to");
  const Arranged<std::int32_t> from = data.arrange(state);
  TransitionTable table{states, std::vector<std::vector<TransitionStep>>(data.strata())};
  detail::StateCounts pool(data, from, states);
  std::size_t stratum = 0;
  sweep(data.schedule(), Direction::forward, pool, [&](std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    while (k >= data.schedule().stratum_begin[stratum + 1]) ++stratum;
    const std::vector<double> at_risk = pool.values();
    table.strata[stratum].push_back({step.time, k, at_risk, detail::moves_of(data, from, step, at_risk)});
  });
  return table;
}

/// State occupancy after every step later than the start, with Greenwood's standard errors.
inline Occupancy occupancy(const std::vector<TransitionStep>& steps, const InitialStates& initial) {
  const std::size_t states = initial.probability.size();
  Occupancy out;
  std::vector<double> p = initial.probability;
  arma::mat covariance(states, states, arma::fill::zeros);
  for (const TransitionStep& step : steps) {
    if (step.time > initial.time) {
      const arma::mat onward = detail::step_matrix(step);
      covariance = onward.t() * covariance * onward;
      for (std::size_t h = 0; h < states; ++h) {
        if (p[h] > 0 && step.at_risk[h] > 0)
          covariance += p[h] * p[h] * detail::increment_covariance(step, h);
      }
      detail::advance(step, p);
    }
    out.probability.insert(out.probability.end(), p.begin(), p.end());
    for (std::size_t j = 0; j < states; ++j)
      out.std_error.push_back(std::sqrt(std::max(0.0, covariance(j, j))));
  }
  return out;
}

/// What is wanted at a time: the occupancy of the states, or the time spent in each until then.
struct StateTarget {
  double time = 0;
  bool length_of_stay = false;
};

namespace detail {

/// One target in one stratum. `ahead` is what is still to come: row h, for somebody in state h just after the
/// time the backward recursion has reached.
class BackwardStates {
 public:
  BackwardStates(const std::vector<TransitionStep>& steps, const InitialStates& initial,
                 const StateTarget& target)
      : steps_(steps), initial_(initial), target_(target), states_(initial.probability.size()) {
    std::vector<double> p = initial.probability;
    double from = initial.time;
    estimate_.assign(states_, 0.0);
    for (std::size_t k = 0; k < steps.size() && steps[k].time <= target.time; ++k) {
      if (steps[k].time <= initial.time) {
        first_ = k + 1;
      } else {
        stay(p, from, steps[k].time);
        before_.push_back(p);
        advance(steps[k], p);
      }
      last_ = k + 1;
    }
    stay(p, from, target.time);
    if (!target.length_of_stay) estimate_ = p;
  }

  const std::vector<double>& estimate() const { return estimate_; }

  /// visit(k, h, ahead) with every step and the state that moves start from; returns what was ahead at the
  /// start.
  template <class Visit>
  arma::mat run(Visit visit) const {
    arma::mat ahead(states_, states_, arma::fill::zeros);
    double at = target_.time;
    if (!target_.length_of_stay) ahead.eye();
    for (std::size_t k = last_; k-- > first_;) {
      if (target_.length_of_stay) ahead.diag() += at - steps_[k].time;
      at = steps_[k].time;
      for (std::size_t h = 0; h < states_; ++h) {
        if (before_[k - first_][h] > 0 && leaves(k, h)) visit(k, h, ahead);
      }
      ahead = step_matrix(steps_[k]) * ahead;
    }
    if (target_.length_of_stay) ahead.diag() += at - initial_.time;
    return ahead;
  }

  double before(std::size_t k, std::size_t h) const { return before_[k - first_][h]; }
  std::size_t first() const { return first_; }
  std::size_t last() const { return last_; }

 private:
  bool leaves(std::size_t k, std::size_t h) const {
    for (const Move& move : steps_[k].moves) {
      if (move.from == h) return true;
    }
    return false;
  }
  void stay(const std::vector<double>& p, double& from, double until) {
    for (std::size_t h = 0; h < states_ && target_.length_of_stay; ++h) estimate_[h] += (until - from) * p[h];
    from = until;
  }

  const std::vector<TransitionStep>& steps_;
  const InitialStates& initial_;
  StateTarget target_;
  std::size_t states_, first_ = 0, last_ = 0;  // steps in (start, target] are first_, ..., last_ - 1
  std::vector<double> estimate_;
  std::vector<std::vector<double>> before_;  // occupancy just before each of them
};

inline arma::mat greenwood_covariance(const std::vector<TransitionStep>& steps,
                                      const BackwardStates& backward, std::size_t states) {
  arma::mat out(states, states, arma::fill::zeros);
  backward.run([&](std::size_t k, std::size_t h, const arma::mat& ahead) {
    const double p = backward.before(k, h);
    out += p * p * ahead.t() * increment_covariance(steps[k], h) * ahead;
  });
  return out;
}

/// The influence of every unit on a target: units x states.
class StateInfluence {
 public:
  StateInfluence(const TimeToEvent& data, const Arranged<std::int32_t>& state, const Span<double>& start,
                 std::size_t states)
      : data_(data), state_(state), states_(states), influence_(data.units(), states, arma::fill::zeros) {
    if (!start.empty()) start_ = data.arrange(start);
    const Schedule& schedule = data.schedule();
    entered_.assign(data.rows(), never_late);
    for (std::size_t k = 0; k < schedule.steps.size() && schedule.late_entry(); ++k) {
      schedule.entering(schedule.steps[k]).each([&](std::int32_t i) {
        entered_[static_cast<std::size_t>(i)] = k;
      });
    }
  }

  void add(std::size_t stratum, const std::vector<TransitionStep>& steps, const InitialStates& initial,
           const BackwardStates& backward) {
    const std::size_t first = backward.first(), last = backward.last();
    // met[k - first + 1]: what a row in state h at risk at all steps up to k has met.
    std::vector<arma::mat> met(last - first + 1, arma::mat(states_, states_, arma::fill::zeros));
    const arma::mat ahead_at_start = backward.run([&](std::size_t k, std::size_t h, const arma::mat& ahead) {
      const double scale = backward.before(k, h) / steps[k].at_risk[h];
      for (const Move& move : steps[k].moves) {
        if (move.from != h) continue;
        const arma::rowvec gain = scale * (ahead.row(move.to) - ahead.row(h));
        met[k - first + 1].row(h) += move.share * gain;
        gains_[{k, h, move.to}] = gain;
      }
    });
    for (std::size_t k = 1; k < met.size(); ++k) met[k] += met[k - 1];
    std::vector<std::size_t> marks;
    for (std::size_t k = first; k < last; ++k) marks.push_back(steps[k].at);
    add_rows(stratum, marks, first, met, initial, ahead_at_start);
    gains_.clear();
  }

  arma::mat covariance() const {
    std::vector<double> copies(data_.units(), 1.0);
    for (std::size_t i = 0; i < data_.rows(); ++i) copies[unit(i)] = data_.copies(i);
    arma::mat scaled = influence_;
    for (std::size_t u = 0; u < copies.size(); ++u) scaled.row(u) *= std::sqrt(copies[u]);
    return scaled.t() * scaled;
  }

 private:
  std::size_t unit(std::size_t i) const { return static_cast<std::size_t>(data_.unit(i)); }
  double start(std::size_t i) const {
    return start_.empty() ? -std::numeric_limits<double>::infinity() : start_[i];
  }

  void add_rows(std::size_t stratum, const std::vector<std::size_t>& marks, std::size_t first,
                const std::vector<arma::mat>& met, const InitialStates& initial, const arma::mat& ahead) {
    const arma::rowvec average = arma::rowvec(initial.probability) * ahead;
    double mass_at_start = 0;
    each_row(stratum, [&](std::size_t i, std::size_t left) {
      if (is_initial(i, left, initial)) mass_at_start += data_.mass(i);
    });
    each_row(stratum, [&](std::size_t i, std::size_t left) {
      const auto h = static_cast<std::size_t>(state_[i] - 1);
      const double w = data_.mass(i) / data_.copies(i);
      const std::size_t from = entered_[i] == never_late ? 0 : count_until(marks, entered_[i]);
      const std::size_t until = count_until(marks, left);
      influence_.row(unit(i)) -= w * (met[until].row(h) - met[from].row(h));
      const bool moves_here = data_.is_event(i) && until > 0 && marks[until - 1] == left;
      if (moves_here) {
        const auto gain = gains_.find({first + until - 1, h, static_cast<std::size_t>(data_.cause(i) - 1)});
        if (gain != gains_.end()) influence_.row(unit(i)) += w * gain->second;
      }
      if (initial.estimated && is_initial(i, left, initial))
        influence_.row(unit(i)) += w / mass_at_start * (ahead.row(h) - average);
    });
  }

  bool is_initial(std::size_t i, std::size_t left, const InitialStates& initial) const {
    return start(i) <= initial.time && data_.schedule().steps[left].time > initial.time;
  }

  // visit(row, step at which it leaves)
  template <class Visit>
  void each_row(std::size_t stratum, Visit visit) const {
    const Schedule& schedule = data_.schedule();
    for (std::size_t k = schedule.stratum_begin[stratum]; k < schedule.stratum_begin[stratum + 1]; ++k) {
      const Range& exits = schedule.steps[k].exits;
      for (std::int32_t i = exits.begin; i < exits.end; ++i) visit(static_cast<std::size_t>(i), k);
    }
  }
  // How many marks lie at the step or before.
  static std::size_t count_until(const std::vector<std::size_t>& marks, std::size_t step) {
    return static_cast<std::size_t>(std::upper_bound(marks.begin(), marks.end(), step) - marks.begin());
  }

  static constexpr std::size_t never_late = std::numeric_limits<std::size_t>::max();

  const TimeToEvent& data_;
  const Arranged<std::int32_t>& state_;
  std::size_t states_;
  Arranged<double> start_;
  std::vector<std::size_t> entered_;  // the step after which a row enters
  arma::mat influence_;
  std::map<std::array<std::size_t, 3>, arma::rowvec> gains_;  // step, from, to: what a move gains
};

}  // namespace detail

/// One target, in one stratum. `robust`: the infinitesimal jackknife (a linear pass per target) instead of
/// Greenwood's covariance. `state` and `start` are the columns that `table` and `data` were made of.
inline OccupancyAt occupancy_at(const TimeToEvent& data, Span<std::int32_t> state, Span<double> start,
                                const TransitionTable& table, std::size_t stratum,
                                const InitialStates& initial, const std::vector<StateTarget>& targets,
                                bool robust) {
  expects(stratum < table.strata.size(), "no such stratum");
  expects(initial.probability.size() == table.states, "one initial probability per state is needed");
  const Arranged<std::int32_t> from = data.arrange(state);
  OccupancyAt out;
  for (const StateTarget& target : targets) {
    expects(target.time >= initial.time, "a target must not lie before the start");
    const std::vector<TransitionStep>& steps = table.strata[stratum];
    const detail::BackwardStates backward(steps, initial, target);
    out.probability.insert(out.probability.end(), backward.estimate().begin(), backward.estimate().end());
    if (!robust) {
      out.covariance.push_back(detail::greenwood_covariance(steps, backward, table.states));
      continue;
    }
    detail::StateInfluence influence(data, from, start, table.states);
    influence.add(stratum, steps, initial, backward);
    out.covariance.push_back(influence.covariance());
  }
  return out;
}

/// The share of the mass in each state just after `time`, over the rows of a stratum at risk then.
inline InitialStates initial_states(const TimeToEvent& data, Span<std::int32_t> state, Span<double> start,
                                    std::size_t states, std::size_t stratum, double time) {
  const Arranged<std::int32_t> from = data.arrange(state);
  const Arranged<double> begins = start.empty() ? data.arranged(time) : data.arrange(start);
  InitialStates out{time, std::vector<double>(states, 0.0), true};
  double total = 0;
  const Schedule& schedule = data.schedule();
  for (std::size_t k = schedule.stratum_begin[stratum]; k < schedule.stratum_begin[stratum + 1]; ++k) {
    const Step& step = schedule.steps[k];
    if (!(step.time > time)) continue;
    for (std::int32_t row = step.exits.begin; row < step.exits.end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      if (begins[i] > time) continue;
      out.probability[static_cast<std::size_t>(from[i] - 1)] += data.mass(i);
      total += data.mass(i);
    }
  }
  expects(total > 0, "nobody is at risk at the start");
  for (double& p : out.probability) p /= total;
  return out;
}

}  // namespace tte
