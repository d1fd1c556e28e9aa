// Cox's partial log-likelihood with tied events treated exactly: marginal (exact_marginal.hpp) or discrete
// (exact_discrete.hpp). Score and information have the shape of partial_likelihood.hpp: rows meet a hazard
// a, the information is X' diag(a) X minus a gram matrix of means. Here that gram also takes what the nodes
// of each tie's integral vary by. Copies (freq) count as rows; weights have no meaning in an exact tie.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/gram.hpp"
#include "../core/newton.hpp"
#include "../core/pools.hpp"
#include "../core/row_hazard.hpp"
#include "../core/sweep.hpp"
#include "exact_discrete.hpp"
#include "exact_marginal.hpp"
#include "linear_predictor.hpp"
#include "partial_likelihood.hpp"

namespace tte {

namespace detail {

/// Moments of the rows in the pool, which rows they are, and how many copies.
template <class Pool>
class CountedMoments {
 public:
  CountedMoments(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& r)
      : data_(data), moments_(x, r), present_(data.rows(), 0) {}

  void clear() {
    moments_.clear();
    count_ = 0;  // marks of another stratum's rows are never read
  }
  void add(const Rows& rows) {
    moments_.add(rows);
    rows.each([&](std::int32_t i) { mark(i, 1); });
  }
  void remove(const Rows& rows) {
    moments_.remove(rows);
    rows.each([&](std::int32_t i) { mark(i, -1); });
  }

  double s0() const { return moments_.s0(); }
  const double* s1() const { return moments_.s1(); }
  std::int64_t count() const { return count_; }
  bool is_present(std::int32_t i) const { return present_[static_cast<std::size_t>(i)] != 0; }

 private:
  void mark(std::int32_t i, int sign) {
    present_[static_cast<std::size_t>(i)] = sign > 0;
    count_ += sign * data_.freq(static_cast<std::size_t>(i));
  }

  const TimeToEvent& data_;
  Pool moments_;
  std::int64_t count_ = 0;
  std::vector<char> present_;
};

}  // namespace detail

class ExactLikelihood {
 public:
  /// `x` should be centred; an empty `offset` is no offset; `ties` is one of the exact rules.
  ExactLikelihood(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& offset, Ties ties,
                  const Execution& execution)
      : data_(data),
        x_(x),
        ties_(ties),
        execution_(execution),
        predictor_(data, x, offset, execution),
        met_(data.arranged(0.0)),
        surplus_(data.arranged(0.0)),
        own_(data.arranged(0.0)),
        own_curvature_(data.arranged(0.0)),
        hazard_(data.schedule().steps.size()),
        means_(x.stride) {
    expects(is_exact(ties), "the exact likelihood is for exact ties");
    expects(!data.has_weight(), "weights are not defined in exact ties");
  }

  Likelihood operator()(const arma::vec& beta) {
    predictor_.predict(beta);
    Likelihood out;
    out.value =
        data_.schedule().late_entry() ? sweep_risk_sets<RemovableMoments>() : sweep_risk_sets<Moments>();
    row_hazard(data_.schedule(), hazard_, predictor_.r(), met_);
    for (std::size_t i = 0; i < data_.rows(); ++i) {
      surplus_[i] = (data_.is_event(i) ? data_.mass(i) : 0) - met_[i] - own_[i];
      met_[i] += own_curvature_[i];
    }
    detail::set_derivatives(x_, met_, surplus_, means_, execution_, out);
    return out;
  }

 private:
  // Fills the hazard of every step, what rows meet in exact ties, and the rows of the gram of means.
  template <class Pool>
  double sweep_risk_sets() {
    detail::CountedMoments<Pool> survivors(data_, x_, predictor_.r());
    EventsHeldBack<detail::CountedMoments<Pool>> at_risk(data_, survivors);
    CompensatedSum value;
    means_.clear();
    for (std::size_t i = 0; i < data_.rows(); ++i) own_[i] = own_curvature_[i] = 0;
    sweep(data_.schedule(), Direction::backward, at_risk, [&](std::size_t k, const Step& step) {
      hazard_[k] = {};
      const std::int64_t d = count_events(step);
      if (d == 1) {
        value.add(single_event(k, step, survivors));
      } else if (d > 1 && survivors.count() == 0) {
        meet_for_certain(step);
      } else if (d > 1) {
        value.add(ties_ == Ties::exact_marginal ? marginal(k, step, survivors)
                                                : discrete(k, step, survivors, d));
      }
    });
    return value.value();
  }

  std::int64_t count_events(const Step& step) const {
    std::int64_t d = 0;
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
      d += data_.freq(static_cast<std::size_t>(i));
    return d;
  }

  std::size_t stratum_of(std::size_t step) const {
    const std::vector<std::size_t>& begin = data_.schedule().stratum_begin;
    return static_cast<std::size_t>(std::upper_bound(begin.begin(), begin.end(), step) - begin.begin()) - 1;
  }

  double per_copy(std::size_t i) const { return predictor_.r()[i] / data_.mass(i); }

  // The events of a step with copies; rows without are no rows of the arranged data.
  template <class Survivors>
  double single_event(std::size_t k, const Step& step, const Survivors& survivors) {
    const auto i = static_cast<std::size_t>(step.exits.begin);
    const double r = predictor_.r()[i], s0 = survivors.s0() + r;
    hazard_[k] = {1 / s0, 1 / s0};
    double* mean = means_.next_row(hazard_[k].whole / s0);
    std::copy(survivors.s1(), survivors.s1() + x_.stride, mean);
    detail::add_scaled(r, x_.row(i), x_.stride, mean);
    return predictor_.of_events(step.events(), stratum_of(k)) - std::log(s0);
  }

  // Everyone at risk has the event: no order, no choice, so the likelihood does not depend on the hazards.
  void meet_for_certain(const Step& step) {
    for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
      own_[static_cast<std::size_t>(i)] += data_.mass(static_cast<std::size_t>(i));
  }

  template <class Survivors>
  double marginal(std::size_t k, const Step& step, const Survivors& survivors) {
    const std::size_t first = static_cast<std::size_t>(step.exits.begin);
    std::vector<TiedEvent> events;
    for (std::size_t i = first; i < static_cast<std::size_t>(step.events_end); ++i)
      events.push_back({per_copy(i), data_.freq(i)});
    const double s0 = survivors.s0();
    const MarginalTie tie = marginal_tie(events, s0);
    hazard_[k] = {tie.excess, 0};
    std::copy(survivors.s1(), survivors.s1() + x_.stride, means_.next_row(-1 / (s0 * s0)));
    for (std::size_t j = 0; j < events.size(); ++j) {
      own_[first + j] += events[j].copies * (1 - tie.share[j]);
      own_curvature_[first + j] += events[j].copies * tie.curvature[j];
    }
    const double mean_u = tie.excess + 1 / s0;
    for (std::size_t q = 0; q < tie.u.size(); ++q) {
      double* row = means_.next_row(tie.weight[q]);
      std::fill(row, row + x_.stride, 0.0);
      detail::add_scaled(mean_u - tie.u[q], survivors.s1(), x_.stride, row);
      for (std::size_t j = 0; j < events.size(); ++j) {
        const double deviation = tie.node_shares[q * events.size() + j] - tie.share[j];
        detail::add_scaled(events[j].copies * deviation, x_.row(first + j), x_.stride, row);
      }
    }
    return tie.log_probability;
  }

  template <class Survivors>
  double discrete(std::size_t k, const Step& step, const Survivors& survivors, std::int64_t d) {
    const std::size_t stratum = stratum_of(k);
    std::vector<std::int32_t> at_risk;
    std::vector<RowAtRisk> rows;
    for (std::int32_t i = step.exits.begin; i < data_.schedule().stratum_rows[stratum].end; ++i) {
      if (i >= step.events_end && !survivors.is_present(i)) continue;
      at_risk.push_back(i);
      rows.push_back({per_copy(static_cast<std::size_t>(i)), data_.freq(static_cast<std::size_t>(i))});
    }
    const DiscreteTie tie = discrete_tie(rows, d);
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const auto i = static_cast<std::size_t>(at_risk[j]);
      own_[i] += rows[j].copies * tie.included[j];
      own_curvature_[i] += rows[j].copies * tie.curvature[j];
    }
    for (std::size_t m = 0; m < tie.weight.size(); ++m) add_node(tie, m, at_risk, rows);
    return predictor_.of_events(step.events(), stratum) - tie.log_polynomial;
  }

  // Adds minus the real part of w z z', z = sum (p - E p) x being complex: with w = a + ib and z = A + iB it
  // is a (AA' - BB') - b (AB' + BA'), three squares.
  void add_node(const DiscreteTie& tie, std::size_t m, const std::vector<std::int32_t>& at_risk,
                const std::vector<RowAtRisk>& rows) {
    std::vector<double> real(x_.stride, 0.0), imaginary(x_.stride, 0.0);
    for (std::size_t j = 0; j < rows.size(); ++j) {
      const std::complex<double> p = tie.node_included[m * rows.size() + j] - tie.included[j];
      const double* x = x_.row(static_cast<std::size_t>(at_risk[j]));
      detail::add_scaled(rows[j].copies * p.real(), x, x_.stride, real.data());
      detail::add_scaled(rows[j].copies * p.imag(), x, x_.stride, imaginary.data());
    }
    const double a = tie.weight[m].real(), b = tie.weight[m].imag();
    std::copy(real.begin(), real.end(), means_.next_row(-(a + b)));
    std::copy(imaginary.begin(), imaginary.end(), means_.next_row(a - b));
    double* both = means_.next_row(b);
    for (std::size_t j = 0; j < x_.stride; ++j) both[j] = real[j] + imaginary[j];
  }

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  Ties ties_;
  Execution execution_;
  LinearPredictor predictor_;
  Arranged<double> met_, surplus_;
  Arranged<double> own_, own_curvature_;  // what rows meet in exact ties: in the score, in the information
  std::vector<StepHazard> hazard_;
  GramBuffer means_;
};

}  // namespace tte
