// Harrell's C with its infinitesimal-jackknife standard error, in O(n log n): late entry, strata, weights,
// ties. A pair is comparable when the one with the event leaves first, or at the same time as a censored one,
// and both were at risk then. A higher score should leave earlier. C = (concordant + ties in score / 2) /
// comparable.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/compensated_sum.hpp"
#include "../core/radix_sort.hpp"
#include "../core/rank_counts.hpp"
#include "../core/special.hpp"
#include "../core/sweep.hpp"
#include "../core/time_to_event.hpp"

namespace tte {

struct Concordance {
  double concordant = 0, discordant = 0, tied_score = 0, tied_time = 0, tied_both = 0;
  double value = 0, std_error = 0;  ///< NaN without a comparable pair
};

/// A concordance and how much each row moves it (caller's order; 0 where freq is 0): the sum over independent
/// units of the squares of their sums is the square of the standard error, so two scores of the same rows are
/// compared by the differences of their influences.
struct ConcordanceInfluence {
  Concordance concordance;
  std::vector<double> influence;
};

namespace detail {

struct Ranks {
  std::vector<std::int32_t> of;  // 0, 1, ... in the arranged order, equal scores sharing one
  std::size_t count = 0;
};

inline Ranks dense_ranks(const Arranged<double>& score) {
  std::vector<KeyedRow> items(score.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = {key_of(score[i]), static_cast<std::int32_t>(i)};
  radix_sort(items);
  Ranks ranks;
  ranks.of.resize(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && items[i].key != items[i - 1].key) ++ranks.count;
    ranks.of[static_cast<std::size_t>(items[i].row)] = static_cast<std::int32_t>(ranks.count);
  }
  ranks.count += !items.empty();
  return ranks;
}

// Mass of partners that agree with a row's place, minus those that disagree, and of all comparable partners.
struct Partners {
  double excess = 0, all = 0;
};

/// Mass at risk by rank: the pool of the backward sweep, and of the events met in the forward one.
template <class Count>
class RankedMass {
 public:
  RankedMass(const TimeToEvent& data, const Ranks& ranks)
      : data_(data), ranks_(ranks), counts_(ranks.count) {}

  void clear() { counts_.clear(); }
  void add(const Rows& rows) {
    rows.each([&](std::int32_t i) { change(static_cast<std::size_t>(i), 1); });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) { change(static_cast<std::size_t>(i), -1); });
  }
  double below(std::size_t i) const { return static_cast<double>(counts_.below(rank(i))); }
  double up_to(std::size_t i) const { return static_cast<double>(counts_.below(rank(i) + 1)); }
  double total() const { return static_cast<double>(counts_.total()); }

 private:
  std::size_t rank(std::size_t i) const { return static_cast<std::size_t>(ranks_.of[i]); }
  void change(std::size_t i, int sign) { counts_.add(rank(i), static_cast<Count>(sign * data_.mass(i))); }

  const TimeToEvent& data_;
  const Ranks& ranks_;
  RankCounts<Count> counts_;
};

template <class Count>
class ConcordanceSweeps {
 public:
  ConcordanceSweeps(const TimeToEvent& data, const Arranged<double>& score)
      : data_(data), ranks_(dense_ranks(score)), partners_(data.rows()) {}

  Concordance result() {
    if (data_.rows() > 0) {
      pair_events_with_later_rows();
      pair_rows_with_earlier_events();
    }
    const double comparable = out_.concordant + out_.discordant + out_.tied_score;
    out_.value = (out_.concordant + 0.5 * out_.tied_score) / comparable;
    out_.std_error = comparable > 0 ? std::sqrt(variance()) : nan;
    return out_;
  }

  /// Influence of the mass of each row, of one of the equal units it stands for times the root of their
  /// number: {excess/2 + all/2 - C all} / comparable.
  Arranged<double> influence() const {
    const double comparable = out_.concordant + out_.discordant + out_.tied_score;
    Arranged<double> out = data_.arranged(0.0);
    for (std::size_t i = 0; i < data_.rows(); ++i) {
      const double moved =
          (0.5 * (partners_[i].excess + partners_[i].all) - out_.value * partners_[i].all) / comparable;
      out[i] = moved * data_.mass(i) / std::sqrt(data_.copies(i));
    }
    return out;
  }

 private:
  // Each event against the rows at risk that outlast it. Tied events are at risk as well; they are taken out
  // again.
  void pair_events_with_later_rows() {
    RankedMass<Count> at_risk(data_, ranks_);
    sweep(data_.schedule(), Direction::backward, at_risk, [&](std::size_t, const Step& step) {
      if (step.events().empty()) return;
      rank_tied_events(step);
      for (std::size_t e = 0; e < tied_.size();) {
        const std::size_t same = equal_run(e);
        const auto first = static_cast<std::size_t>(tied_[e]);
        const double lower = at_risk.below(first) - mass_of(0, e);
        const double equal = at_risk.up_to(first) - mass_of(0, same) - lower;
        const double higher = at_risk.total() - mass_of(0, tied_.size()) - lower - equal;
        for (; e < same; ++e) count_pairs(static_cast<std::size_t>(tied_[e]), lower, equal, higher);
      }
    });
  }

  void count_pairs(std::size_t i, double lower, double equal, double higher) {
    const double mass = data_.mass(i);
    concordant_.add(mass * lower);
    discordant_.add(mass * higher);
    equal_.add(mass * equal);
    partners_[i] = {lower - higher, lower + equal + higher};
    out_.concordant = concordant_.value();
    out_.discordant = discordant_.value();
    out_.tied_score = equal_.value();
  }

  // The events of a step by rank, with the running sums of their masses; also counts the pairs tied in time.
  void rank_tied_events(const Step& step) {
    tied_.clear();
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) tied_.push_back(i);
    std::sort(tied_.begin(), tied_.end(), [&](std::int32_t a, std::int32_t b) { return rank(a) < rank(b); });
    tied_mass_.assign(1, 0.0);
    for (std::int32_t i : tied_)
      tied_mass_.push_back(tied_mass_.back() + data_.mass(static_cast<std::size_t>(i)));
    if (tied_.size() == 1 && data_.freq(static_cast<std::size_t>(tied_[0])) == 1) return;
    double same = 0;
    for (std::size_t e = 0; e < tied_.size(); e = equal_run(e)) same += pairs_among(e, equal_run(e));
    out_.tied_both += same;
    out_.tied_time += pairs_among(0, tied_.size()) - same;
  }

  // Pairs among rows [begin, end) of the tie, copies of one row included.
  double pairs_among(std::size_t begin, std::size_t end) const {
    double squares = 0;
    for (std::size_t e = begin; e < end; ++e) {
      const auto i = static_cast<std::size_t>(tied_[e]);
      squares += data_.mass(i) * data_.mass(i) / data_.freq(i);
    }
    return 0.5 * (mass_of(begin, end) * mass_of(begin, end) - squares);
  }

  std::size_t equal_run(std::size_t e) const {
    std::size_t end = e + 1;
    while (end < tied_.size() && rank(tied_[end]) == rank(tied_[e])) ++end;
    return end;
  }
  double mass_of(std::size_t begin, std::size_t end) const { return tied_mass_[end] - tied_mass_[begin]; }
  std::int32_t rank(std::int32_t i) const { return ranks_.of[static_cast<std::size_t>(i)]; }

  // The same pairs seen from the row that outlasts the event: events that happened while it was at risk.
  void pair_rows_with_earlier_events() {
    RankedMass<Count> events(data_, ranks_);
    LaterRows pool(*this, events);
    sweep(data_.schedule(), Direction::forward, pool, [&](std::size_t, const Step& step) {
      for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) pool.meet(i, 1);
      events.add(Rows{step.events()});
      for (std::int32_t i = step.events_end; i < step.exits.end; ++i) pool.meet(i, 1);
    });
  }

  // Rows that enter leave out the events before them.
  class LaterRows {
   public:
    LaterRows(ConcordanceSweeps& owner, RankedMass<Count>& events) : owner_(owner), events_(events) {}
    void clear() { events_.clear(); }
    void add(const Rows& rows) {
      if (events_.total() > 0) rows.each([&](std::int32_t i) { meet(i, -1); });
    }
    void remove(const Rows&) {}
    void meet(std::int32_t row, double sign) {
      const auto i = static_cast<std::size_t>(row);
      const double lower = events_.below(i), higher = events_.total() - events_.up_to(i);
      owner_.partners_[i].excess += sign * (higher - lower);
      owner_.partners_[i].all += sign * events_.total();
    }

   private:
    ConcordanceSweeps& owner_;
    RankedMass<Count>& events_;
  };

  double variance() const {
    const Arranged<double> of_row = influence();
    std::vector<double> unit(data_.units(), 0.0);
    CompensatedSum total;
    for (std::size_t i = 0; i < data_.rows(); ++i) unit[static_cast<std::size_t>(data_.unit(i))] += of_row[i];
    for (double u : unit) total.add(u * u);
    return total.value();
  }

  const TimeToEvent& data_;
  Ranks ranks_;
  std::vector<Partners> partners_;
  std::vector<std::int32_t> tied_;
  std::vector<double> tied_mass_;
  CompensatedSum concordant_, discordant_, equal_;
  Concordance out_;
};

// Sweeps with whole counts where an int holds them.
template <class Visit>
auto with_concordance_sweeps(const TimeToEvent& data, const Arranged<double>& score, Visit visit) {
  for (std::size_t i = 0; i < score.size(); ++i) expects(!std::isnan(score[i]), "the score must not be NaN");
  const double total = data.mean_mass() * static_cast<double>(data.rows());
  const bool counted = !data.has_weight() && total < 2e9;
  return counted ? visit(ConcordanceSweeps<std::int32_t>(data, score))
                 : visit(ConcordanceSweeps<double>(data, score));
}

}  // namespace detail

inline Concordance concordance(const TimeToEvent& data, const Arranged<double>& score) {
  return detail::with_concordance_sweeps(data, score, [](auto sweeps) { return sweeps.result(); });
}

inline ConcordanceInfluence concordance_influence(const TimeToEvent& data, const Arranged<double>& score) {
  return detail::with_concordance_sweeps(data, score, [&](auto sweeps) {
    const Concordance found = sweeps.result();
    return ConcordanceInfluence{found, data.restore(sweeps.influence())};
  });
}

}  // namespace tte
