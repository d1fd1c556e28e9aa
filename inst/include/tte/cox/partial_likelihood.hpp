// Cox's partial log-likelihood with its score and information, and the residuals that come with them.
// With S0, S1 the sums of r and r x over the rows at risk, D0, D1 over the d tied events, W their mass and w
// = W/d:
//   Breslow:  l = sum w_i eta_i - W log S0
//   Efron:    l = sum w_i eta_i - w sum_k log(S0 - (k/d) D0),  k = 0, ..., d - 1.
// The information is X' diag(a) X minus the gram matrix of the risk sets' means, a from row_hazard().
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/gram.hpp"
#include "../core/newton.hpp"
#include "../core/parallel.hpp"
#include "../core/pools.hpp"
#include "../core/row_hazard.hpp"
#include "../core/sweep.hpp"
#include "linear_predictor.hpp"

namespace tte {

enum class Ties { breslow, efron, exact_marginal, exact_discrete };

inline bool is_exact(Ties ties) { return ties == Ties::exact_marginal || ties == Ties::exact_discrete; }

namespace detail {

// Sums over the tied events of one step, f = k/d and s = S0 - f D0.
struct TieTerms {
  double log_sum = 0;             // w sum log s
  double whole = 0, own = 0;      // w sum 1/s, w sum (1 - f)/s
  double c0 = 0, c1 = 0, c2 = 0;  // w sum {1, f, f^2}/s^2
};

inline TieTerms tie_terms(Ties ties, double s0, double d0, double mass, std::int64_t d) {
  if (ties == Ties::breslow || d == 1) {
    const double hazard = mass / s0;
    return {mass * std::log(s0), hazard, hazard, hazard / s0, 0, 0};
  }
  TieTerms terms;
  const double w = mass / static_cast<double>(d);
  for (std::int64_t k = 0; k < d; ++k) {
    const double f = static_cast<double>(k) / static_cast<double>(d), s = s0 - f * d0, hazard = w / s;
    terms.log_sum += w * std::log(s);
    terms.whole += hazard;
    terms.own += (1 - f) * hazard;
    terms.c0 += hazard / s;
    terms.c1 += f * hazard / s;
    terms.c2 += f * f * hazard / s;
  }
  return terms;
}

// D0, D1, W and d of one step's events.
struct TiedEvents {
  explicit TiedEvents(std::size_t stride) : d1(stride) {}

  void collect(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& r,
               const Range& events) {
    d0 = mass = 0;
    count = 0;
    for (std::int32_t row = events.begin; row < events.end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      d0 += r[i];
      mass += data.mass(i);
      count += data.freq(i);
    }
    if (count > 1) add_moments(x, r, events);  // a single event needs no D1
  }

  double d0 = 0, mass = 0;
  std::int64_t count = 0;
  std::vector<double> d1;  ///< only of more than one event; what it multiplies is 0 for one

 private:
  void add_moments(const ArrangedRows& x, const Arranged<double>& r, const Range& events) {
    std::fill(d1.begin(), d1.end(), 0.0);
    for (std::int32_t row = events.begin; row < events.end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      add_scaled(r[i], x.row(i), x.stride, d1.data());
    }
  }
};

/// Adds, `weight` times, sum_k (w / s_k) m_k m_k' over Efron's d means: a quadratic form in S1 and D1, two
/// rows whatever d is. D1 is not read unless events are tied.
inline void add_means(const TieTerms& terms, double weight, const double* s1, const double* d1,
                      std::size_t stride, GramBuffer& means) {
  const double shift = terms.c1 / terms.c0, rest = terms.c2 - terms.c1 * shift;
  double* mean = means.next_row(weight * terms.c0);
  std::copy_n(s1, stride, mean);
  if (!(terms.c2 > 0)) return;
  add_scaled(-shift, d1, stride, mean);
  std::copy_n(d1, stride, means.next_row(weight * rest));
}

/// Score X'v and information X' diag(a) X less the gram of the means: the shape of every partial likelihood.
inline void set_derivatives(const ArrangedRows& x, const Arranged<double>& a, const Arranged<double>& v,
                            GramBuffer& means, const Execution& execution, Likelihood& out) {
  const GramAndSum sums =
      weighted_gram(x.values.data(), x.stride, x.width, a.size(), a.data(), v.data(), execution);
  out.score = sums.sum;
  out.scale = arma::abs(sums.gram.diag());
  out.information = sums.gram - means.sum(x.width);
}

}  // namespace detail

class PartialLikelihood {
 public:
  /// `x` should be centred; an empty `offset` is no offset.
  PartialLikelihood(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& offset, Ties ties,
                    const Execution& execution)
      : data_(data),
        x_(x),
        ties_(ties),
        execution_(execution),
        predictor_(data, x, offset, execution),
        r_(predictor_.r()),
        met_(data.arranged(0.0)),
        surplus_(data.arranged(0.0)),
        hazard_(data.schedule().steps.size()),
        means_(x.stride) {
    expects(!is_exact(ties), "exact ties have a likelihood of their own");
  }

  PartialLikelihood(const PartialLikelihood&) = delete;
  PartialLikelihood& operator=(const PartialLikelihood&) = delete;

  Likelihood operator()(const arma::vec& beta) {
    predictor_.predict(beta);
    Likelihood out;
    out.value =
        data_.schedule().late_entry() ? sweep_risk_sets<RemovableMoments>() : sweep_risk_sets<Moments>();
    row_hazard(data_.schedule(), hazard_, r_, met_);
    for (std::size_t i = 0; i < data_.rows(); ++i)
      surplus_[i] = (data_.is_event(i) ? data_.mass(i) : 0) - met_[i];
    detail::set_derivatives(x_, met_, surplus_, means_, execution_, out);
    return out;
  }

  /// Of the last evaluation (of the centred x, offset included).
  const LinearPredictor& predictor() const { return predictor_; }
  const Arranged<double>& linear_predictor() const { return predictor_.eta(); }

  const Arranged<double>& risk() const { return r_; }          ///< r of the last evaluation
  const Arranged<double>& met_hazard() const { return met_; }  ///< a of the last evaluation

  /// Martingale residuals of the last evaluation: event - met hazard, per unit of mass.
  Arranged<double> martingale() const {
    Arranged<double> out = data_.arranged(0.0);
    for (std::size_t i = 0; i < data_.rows(); ++i) out[i] = surplus_[i] / data_.mass(i);
    return out;
  }

 private:
  // One backward sweep: the log-likelihood, the hazard of every step, and the means that the information
  // subtracts.
  template <class Pool>
  double sweep_risk_sets() {
    Pool at_risk(x_, r_);
    detail::TiedEvents tied(x_.stride);
    CompensatedSum value;
    means_.clear();
    sweep(data_.schedule(), Direction::backward, at_risk, [&](std::size_t k, const Step& step) {
      hazard_[k] = {};
      if (step.events().empty()) return;
      tied.collect(data_, x_, r_, step.events());
      const detail::TieTerms terms = detail::tie_terms(ties_, at_risk.s0(), tied.d0, tied.mass, tied.count);
      hazard_[k] = {terms.whole, terms.own};
      value.add(-terms.log_sum);
      detail::add_means(terms, 1, at_risk.s1(), tied.d1.data(), x_.stride, means_);
    });
    return value.value() + predictor_.of_events();
  }

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  Ties ties_;
  Execution execution_;
  LinearPredictor predictor_;
  const Arranged<double>& r_;
  Arranged<double> met_, surplus_;  // surplus: mass x martingale residual
  std::vector<StepHazard> hazard_;
  GramBuffer means_;
};

}  // namespace tte
