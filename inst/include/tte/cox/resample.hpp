// Refits of a Cox regression to resampled units. A unit drawn twice counts twice through `freq`, which is
// what replicated rows would give, in ties as well; one that is left out counts 0. Replicates draw from
// streams of their own, so any thread may fit any of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/columns.hpp"
#include "../core/random.hpp"
#include "cox_fit.hpp"

namespace tte {

/// A regression to be refitted. `unit` has codes 1, 2, ... of what is resampled; empty, it is the rows.
struct CoxResampling {
  Columns columns;
  std::vector<Span<double>> covariates;
  Span<double> offset;
  Span<std::int32_t> unit;
  CoxOptions options;
  bool snap = true;
};

struct CoxRefits {
  std::vector<double> coefficients;  ///< refit x covariate; NaN where there is no finite estimate
  std::vector<char> converged;
};

namespace detail {

/// The units of the rows, and how often each is there. Without clusters the copies that `freq` makes of a row
/// are units of their own.
class ResampledUnits {
 public:
  explicit ResampledUnits(const CoxResampling& problem) : freq_(problem.columns.size()), unit_(freq_.size()) {
    const Columns& columns = problem.columns;
    check_columns(columns);
    check_codes(problem.unit, columns.size(), "unit must hold codes 1, 2, ..., one per row");
    std::size_t units = problem.unit.empty() ? columns.size() : 0;
    for (std::size_t i = 0; i < unit_.size(); ++i) {
      unit_[i] = problem.unit.empty() ? i : static_cast<std::size_t>(problem.unit[i] - 1);
      freq_[i] = columns.freq_of(i);
      units = std::max(units, unit_[i] + 1);
    }
    count_copies(units, !columns.cluster.empty());
  }

  std::size_t units() const { return copies_.size(); }
  const std::vector<std::int32_t>& freq() const { return freq_; }  ///< of every row, as it is
  /// How many independent units there are, copies counted.
  std::size_t draws() const { return drawn_.size(); }

  /// Every row's freq when as many units as there are have been drawn with replacement.
  std::vector<std::int32_t> bootstrap(Random random) const {
    std::vector<std::int32_t> times(units(), 0);
    const auto n = static_cast<std::uint32_t>(draws());
    for (std::uint32_t d = 0; d < n; ++d) ++times[static_cast<std::size_t>(drawn_[random.below(n)])];
    return freq_when([&](std::size_t unit) { return times[unit]; });
  }

  /// Every row's freq without one (copy) of a unit.
  std::vector<std::int32_t> without(std::size_t left_out) const {
    return freq_when([&](std::size_t unit) { return std::max(0, copies_[unit] - (unit == left_out)); });
  }

 private:
  void count_copies(std::size_t units, bool clustered) {
    constexpr std::int32_t unknown = -1;
    copies_.assign(units, unknown);
    for (std::size_t i = 0; i < unit_.size(); ++i) {
      std::int32_t& copies = copies_[unit_[i]];
      if (freq_[i] == 0) continue;
      copies = clustered || (copies != unknown && copies != freq_[i]) ? 1 : freq_[i];
    }
    settle_copies();
    for (std::size_t u = 0; u < units; ++u) {
      for (std::int32_t copy = 0; copy < copies_[u]; ++copy) drawn_.push_back(static_cast<std::int32_t>(u));
    }
    expects(drawn_.size() < std::numeric_limits<std::uint32_t>::max(), "fewer than 2^32 units are supported");
  }

  // Rows of one unit with different freq are one unit that holds them so often.
  void settle_copies() {
    for (std::size_t i = 0; i < unit_.size(); ++i) {
      if (freq_[i] > 0 && freq_[i] != copies_[unit_[i]]) copies_[unit_[i]] = 1;
    }
    for (std::int32_t& copies : copies_) copies = std::max(copies, 0);
  }

  template <class Times>
  std::vector<std::int32_t> freq_when(Times times) const {
    std::vector<std::int32_t> out(unit_.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::int32_t copies = copies_[unit_[i]];
      out[i] = copies > 0 ? times(unit_[i]) * (freq_[i] / copies) : 0;
    }
    return out;
  }

  std::vector<std::int32_t> freq_, copies_, drawn_;
  std::vector<std::size_t> unit_;
};

// The coefficients of one refit, NaN for what has no finite estimate; whether it converged. Newton's error is
// squared at every step: when it is the root of what is asked for, one step more is enough and is not looked
// at again. (Under Firth's penalty the steps are not Newton's own.)
inline bool refit(const CoxResampling& resampling, const std::vector<std::int32_t>& freq,
                  const arma::vec& start, double* out) {
  Columns columns = resampling.columns;
  columns.freq = freq;
  const TimeToEvent data(columns, resampling.snap);
  const bool firth = resampling.options.firth;
  CoxProblem problem(data, resampling.covariates, resampling.offset, resampling.options, {});
  NewtonOptions options = problem.newton_options();
  const double asked = resampling.options.newton.tolerance;
  if (!firth && asked > 0) options.tolerance /= std::sqrt(asked);
  MonotoneWatch watch(data, problem.x(), problem.spread(), is_exact(resampling.options.ties));
  const NewtonResult found =
      newton([&](const arma::vec& beta) { return problem.objective()(beta); }, start, options,
             [&](int iteration, const arma::vec& step) {
               if (!firth) watch(iteration, step);
             });
  const arma::vec last = found.at + found.inverse.inverse * found.likelihood.score;
  for (std::size_t j = 0; j < last.n_elem; ++j) {
    const bool infinite = !watch.direction().is_empty() && watch.direction()(j) != 0;
    out[j] = infinite || found.inverse.aliased[j] ? nan : last(j);
  }
  return found.converged;
}

// The estimate from all units, where the refits begin; 0 for what has none.
inline arma::vec common_start(const CoxResampling& problem, const ResampledUnits& units) {
  arma::vec start(problem.covariates.size(), arma::fill::zeros);
  std::vector<double> found(start.n_elem);
  refit(problem, units.freq(), start, found.data());
  for (std::size_t j = 0; j < found.size(); ++j) start(j) = std::isfinite(found[j]) ? found[j] : 0;
  return start;
}

template <class FreqOf>
CoxRefits refits(const CoxResampling& problem, const ResampledUnits& units, std::size_t count,
                 const Execution& execution, FreqOf freq_of) {
  constexpr std::size_t chunk = 4;
  const std::size_t p = problem.covariates.size();
  const arma::vec start = common_start(problem, units);
  CoxRefits out{std::vector<double>(count * p), std::vector<char>(count)};
  parallel_chunks(count, chunk, execution, [&](std::size_t begin, std::size_t end, std::size_t) {
    for (std::size_t r = begin; r < end; ++r)
      out.converged[r] = refit(problem, freq_of(r), start, out.coefficients.data() + r * p);
  });
  return out;
}

}  // namespace detail

/// Refits to units drawn with replacement, as many as there are.
inline CoxRefits bootstrap_refits(const CoxResampling& problem, std::size_t replicates, Seed seed,
                                  const Execution& execution = {}) {
  const detail::ResampledUnits units(problem);
  expects(units.draws() > 0, "there is no unit to draw");
  return detail::refits(problem, units, replicates, execution,
                        [&](std::size_t replicate) { return units.bootstrap(Random(seed, replicate)); });
}

/// Refits without each unit in turn, by unit; of a unit that stands for several equal ones, without one.
inline CoxRefits jackknife_refits(const CoxResampling& problem, const Execution& execution = {}) {
  const detail::ResampledUnits units(problem);
  return detail::refits(problem, units, units.units(), execution,
                        [&](std::size_t unit) { return units.without(unit); });
}

}  // namespace tte
