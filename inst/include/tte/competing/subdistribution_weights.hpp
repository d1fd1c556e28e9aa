// The weights that keep a row with a competing event in the risk sets of the subdistribution: after its exit
// at T it counts w(t) = {G(t-) H(t-)} / {G(T-) H(T-)}, G being the distribution of censoring and H that of
// entry (1 unless rows enter late), each by group. H is a product limit in reversed time: of the rows at risk
// at a step, those that entered since the step before had not been there.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/risk_table.hpp"
#include "../core/time_to_event.hpp"
#include "../nonparametric/censoring_distribution.hpp"

namespace tte {

/// Whether rows with an event are at risk of being censored at the same time: no (Geskus 2011, an event comes
/// before a censoring), or yes (Gray's cmprsk).
enum class CensoringConvention { geskus, cmprsk };

namespace detail {

// P(entered before t), by the product limit over the entries after t.
class EntryDistribution {
 public:
  EntryDistribution(const RiskTable& table, std::size_t stratum)
      : begin_(table.time.begin() + static_cast<std::ptrdiff_t>(table.stratum_begin[stratum])),
        end_(table.time.begin() + static_cast<std::ptrdiff_t>(table.stratum_begin[stratum + 1])),
        from_(static_cast<std::size_t>(end_ - begin_) + 1, 1.0) {
    const std::size_t first = table.stratum_begin[stratum];
    for (std::size_t k = from_.size() - 1; k-- > 0;) {
      const double n = table.at_risk[first + k], before = n - table.entered[first + k];
      from_[k] = from_[k + 1] * (before > 1e-14 * n ? before / n : 0);
    }
  }
  double left(double time) const {
    return from_[static_cast<std::size_t>(std::upper_bound(begin_, end_, time) - begin_)];
  }

 private:
  std::vector<double>::const_iterator begin_, end_;
  std::vector<double> from_;  // product over the steps from k on
};

// Without events in it, a table's censoring distribution has everybody at risk at a tie.
inline RiskTable without_events(RiskTable table) {
  std::fill(table.events.begin(), table.events.end(), 0.0);
  return table;
}

}  // namespace detail

class SubdistributionWeights {
 public:
  /// `censoring` holds the same rows as `data`, its strata being the groups in which censoring is alike.
  SubdistributionWeights(const TimeToEvent& data, const TimeToEvent& censoring, std::int32_t cause,
                         CensoringConvention convention)
      : convention_(convention), table_(risk_table(censoring)), late_(censoring.schedule().late_entry()) {
    expects(data.rows() == censoring.rows(), "the censoring groups must hold the same rows");
    const RiskTable table =
        convention == CensoringConvention::cmprsk ? detail::without_events(table_) : table_;
    for (std::size_t g = 0; g < censoring.strata(); ++g) {
      censored_.emplace_back(table, g);
      entered_.emplace_back(table_, g);
    }
    find_groups(data, censoring);
    weigh_exits(data, cause);
  }

  std::size_t groups() const { return censored_.size(); }
  std::size_t group(std::size_t i) const { return group_[i]; }
  CensoringConvention convention() const { return convention_; }
  /// 1 / {G(T-) H(T-)} of a row that left with a competing event, 0 of every other row.
  double at_exit(std::size_t i) const { return at_exit_[i]; }
  bool any_competing() const { return any_competing_; }
  /// The last time from which on the weights of a competing row are undefined, since later rows entered an
  /// empty risk set; below every time when there is none.
  double undefined_after() const { return undefined_after_; }
  double left(std::size_t group, double time) const {
    return censored_[group].left(time) * entered_[group].left(time);
  }

  bool late_entry() const { return late_; }
  /// Counts by censoring group: what G and H were made of.
  const RiskTable& table() const { return table_; }
  /// The mass at risk of being censored at row k of the table.
  double at_risk_of_censoring(std::size_t k) const {
    return convention_ == CensoringConvention::cmprsk ? table_.at_risk[k]
                                                      : table_.at_risk[k] - table_.all_events(k);
  }

 private:
  void find_groups(const TimeToEvent& data, const TimeToEvent& censoring) {
    std::vector<std::size_t> of_row(data.rows_in(), 0);
    for (std::size_t g = 0; g < censoring.strata(); ++g) {
      const Range rows = censoring.schedule().stratum_rows[g];
      for (std::int32_t i = rows.begin; i < rows.end; ++i)
        of_row[static_cast<std::size_t>(censoring.row(static_cast<std::size_t>(i)))] = g;
    }
    for (std::size_t i = 0; i < data.rows(); ++i)
      group_.push_back(of_row[static_cast<std::size_t>(data.row(i))]);
  }

  void weigh_exits(const TimeToEvent& data, std::int32_t cause) {
    at_exit_.assign(data.rows(), 0.0);
    for (const Step& step : data.schedule().steps) {
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (data.cause(i) == cause) continue;
        any_competing_ = true;
        const double free = left(group_[i], step.time);
        if (!(free > 0)) undefined_after_ = std::max(undefined_after_, step.time);
        at_exit_[i] = free > 0 ? 1 / free : 0;
      }
    }
  }

  CensoringConvention convention_;
  RiskTable table_;
  bool late_;
  std::vector<CensoringDistribution> censored_;
  std::vector<detail::EntryDistribution> entered_;
  std::vector<std::size_t> group_;
  std::vector<double> at_exit_;
  bool any_competing_ = false;
  double undefined_after_ = -std::numeric_limits<double>::infinity();
};

}  // namespace tte
