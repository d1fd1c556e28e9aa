// A Cox model at given coefficients, step by step: what its residuals, its baseline hazard, tests of
// proportional hazards and standardised curves are all made of. One backward sweep, linear in the rows.
// With s_k = S0 - (k/d) D0 and w = W/d as in the partial likelihood, Efron's sums over the d tied events are
// kept as combinations of S1 and D1, never as d rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "linear_predictor.hpp"
#include "partial_likelihood.hpp"

namespace tte {

/// A Cox model whose coefficients are known. `offset` may be empty.
struct CoxModel {
  std::vector<Span<double>> covariates;
  Span<double> offset;
  std::vector<double> beta;
  Ties ties = Ties::efron;
};

namespace detail {

inline void check_model(const CoxModel& model) {
  expects(model.beta.size() == model.covariates.size(), "one coefficient per covariate is needed");
  for (double value : model.beta) expects(std::isfinite(value), "coefficients must be finite");
  for (double value : model.offset) expects(std::isfinite(value), "the offset must be finite");
  for (const Span<double>& column : model.covariates) {
    for (double value : column) expects(std::isfinite(value), "covariates must be finite");
  }
}

inline void subtract_from_columns(std::vector<double> centre, ArrangedRows& x, std::size_t rows) {
  centre.resize(x.stride, 0.0);
  for (std::size_t i = 0; i < rows; ++i) add_scaled(-1, centre.data(), x.stride, x.row(i));
}

/// Covariates by row, less `centre`.
inline ArrangedRows centred_covariates(const TimeToEvent& data, const CoxModel& model,
                                       const std::vector<double>& centre) {
  ArrangedRows x = data.arrange_rows(model.covariates);
  subtract_from_columns(centre, x, data.rows());
  return x;
}

/// Means over the rows: differences of moments lose the fewest digits around them.
inline std::vector<double> row_means(const ArrangedRows& x, std::size_t rows) {
  std::vector<double> means(x.stride, 0.0);
  for (std::size_t i = 0; i < rows; ++i) add_scaled(1, x.row(i), x.stride, means.data());
  means.resize(x.width);
  for (double& mean : means) mean /= std::max(1.0, static_cast<double>(rows));
  return means;
}

inline ArrangedRows centred_covariates(const TimeToEvent& data, const CoxModel& model,
                                       const Execution& execution) {
  ArrangedRows x = data.arrange_rows(model.covariates, execution);
  subtract_from_columns(row_means(x, data.rows()), x, data.rows());
  return x;
}

}  // namespace detail

/// The steps of one model: `x` are its covariates by row, centred.
class CoxSteps {
 public:
  CoxSteps(const TimeToEvent& data, const ArrangedRows& x, const CoxModel& model, const Execution& execution)
      : CoxSteps(data, x, predicted(data, x, model, execution), model.ties) {}

  /// Of a linear predictor that has been evaluated.
  CoxSteps(const TimeToEvent& data, const ArrangedRows& x, const LinearPredictor& predictor, Ties ties)
      : data_(data), x_(x), ties_(ties), r_(predictor.r()), slot_(data.schedule().steps.size(), -1) {
    for (double centre : predictor.centre()) shift_.push_back(-centre);
    give_slots();
    data.schedule().late_entry() ? sweep_risk_sets<RemovableMoments>() : sweep_risk_sets<Moments>();
  }

  /// Mass times relative hazard, exp(shift of the stratum) times too large: nothing overflows.
  const Arranged<double>& r() const { return r_; }
  /// By stratum: a true hazard is exp(shift) times one in terms of r().
  const std::vector<double>& shift() const { return shift_; }
  bool has_event(std::size_t step) const { return slot_[step] >= 0; }
  /// Sums over the tied events of a step that has an event.
  const detail::TieTerms& terms(std::size_t step) const { return terms_[slot(step)]; }

  /// The mass of the events of a step that has some.
  double event_mass(std::size_t step) const { return mass_[slot(step)]; }

  /// The mean that the events of a step are compared with: sum_k mean_k / d.
  void mean(std::size_t step, double* out) const {
    const detail::TieTerms& t = terms(step);
    combine(step, t.whole / event_mass(step), (t.own - t.whole) / event_mass(step), out);
  }
  /// sum_k (w / s_k) mean_k: what the rows at risk meet of it.
  void mean_hazard(std::size_t step, double* out) const {
    combine(step, terms(step).c0, -terms(step).c1, out);
  }
  /// sum_k (w / s_k) (k/d) mean_k: what the rows with the event do not meet of it.
  void unmet_mean_hazard(std::size_t step, double* out) const {
    combine(step, terms(step).c1, -terms(step).c2, out);
  }

  /// Adds what the information subtracts at a step, `weight` times.
  void subtract_means(std::size_t step, double weight, GramBuffer& means) const {
    const std::size_t at = slot(step), tied = d1_of_[at];
    const double* d1 = tied == none ? nullptr : d1_.data() + tied;
    detail::add_means(terms_[at], weight, s1_.data() + at * x_.stride, d1, x_.stride, means);
  }

  /// The hazard of every step times a weight of the step; no weights are weights of 1.
  std::vector<StepHazard> hazard(const std::vector<double>& weight = {}) const {
    std::vector<StepHazard> out(slot_.size());
    for (std::size_t k = 0; k < out.size(); ++k) {
      if (!has_event(k)) continue;
      const double w = weight.empty() ? 1 : weight[k];
      out[k] = {w * terms(k).whole, w * terms(k).own};
    }
    return out;
  }

  /// The hazard that every row has met, mass included.
  Arranged<double> met(const std::vector<double>& weight = {}) const {
    Arranged<double> out = data_.arranged(0.0);
    row_hazard(data_.schedule(), hazard(weight), r_, out);
    return out;
  }

  const TimeToEvent& data() const { return data_; }
  const ArrangedRows& x() const { return x_; }

 private:
  // The offset is read while predicting only, so that it need not outlive this.
  static LinearPredictor predicted(const TimeToEvent& data, const ArrangedRows& x, const CoxModel& model,
                                   const Execution& execution) {
    const Arranged<double> offset = model.offset.empty() ? Arranged<double>() : data.arrange(model.offset);
    LinearPredictor predictor(data, x, offset, execution);
    predictor.predict(arma::vec(model.beta));
    return predictor;
  }

  // Moments are kept for steps with an event only, those of the events themselves only where they are tied.
  void give_slots() {
    std::int32_t events = 0;
    for (std::size_t k = 0; k < slot_.size(); ++k) {
      if (!data_.schedule().steps[k].events().empty()) slot_[k] = events++;
    }
    terms_.resize(static_cast<std::size_t>(events));
    mass_.resize(terms_.size());
    d1_of_.assign(terms_.size(), none);
    s1_.resize(terms_.size() * x_.stride);
  }

  template <class Pool>
  void sweep_risk_sets() {
    Pool at_risk(x_, r_);
    detail::TiedEvents tied(x_.stride);
    sweep(data_.schedule(), Direction::backward, at_risk, [&](std::size_t k, const Step& step) {
      if (step.events().empty()) return;
      const std::size_t at = slot(k);
      tied.collect(data_, x_, r_, step.events());
      terms_[at] = detail::tie_terms(ties_, at_risk.s0(), tied.d0, tied.mass, tied.count);
      mass_[at] = tied.mass;
      std::copy_n(at_risk.s1(), x_.stride, s1_.data() + at * x_.stride);
      if (!(terms_[at].c2 > 0)) return;
      d1_of_[at] = d1_.size();
      d1_.insert(d1_.end(), tied.d1.begin(), tied.d1.end());
    });
  }

  void combine(std::size_t step, double of_s1, double of_d1, double* out) const {
    const double* s1 = s1_.data() + slot(step) * x_.stride;
    const std::size_t tied = d1_of_[slot(step)];
    for (std::size_t j = 0; j < x_.stride; j += detail::lanes)
      detail::four_at(out + j) = of_s1 * detail::four_at(s1 + j);
    if (tied != none) detail::add_scaled(of_d1, d1_.data() + tied, x_.stride, out);
  }

  std::size_t slot(std::size_t step) const { return static_cast<std::size_t>(slot_[step]); }

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  Ties ties_;
  Arranged<double> r_;
  std::vector<double> shift_;
  std::vector<std::int32_t> slot_;  // of each step, among those with an event
  detail::Unfilled<detail::TieTerms> terms_;
  std::vector<double> mass_;
  std::vector<double> d1_;
  detail::Unfilled<double> s1_;
  std::vector<std::size_t> d1_of_;
};

}  // namespace tte
