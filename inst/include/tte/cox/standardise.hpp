// Survival and restricted mean survival of a population, had everyone been in one arm and then in another
// (g-computation): the mean over its people of exp{-Lambda(t) rho}, rho a person's relative hazard in the
// arm. The covariances come from influence functions, of which a unit's has three parts: it belongs to the
// population, it moves the coefficients, it moves the baseline hazard (in Efron's ties as well). They are the
// derivatives by the weight of the unit, so also those of the infinitesimal jackknife.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../nonparametric/pseudo_values.hpp"
#include "residuals.hpp"

namespace tte {

/// Who is standardised over: the covariates of every row under each arm, and the mass each row stands for
/// (0 for the rows that only follow a person on).
struct Population {
  std::vector<std::vector<Span<double>>> arms;
  Span<double> mass;
};

struct Standardised {
  std::vector<double> survival;         ///< time x arm
  std::vector<double> covariance;       ///< time x arm x arm
  std::vector<double> mean;             ///< restricted mean survival of each arm; empty without a restriction
  std::vector<double> mean_covariance;  ///< arm x arm
};

namespace detail {

/// The cumulated hazard of every stratum by state, the number of event times passed.
class CumulatedHazard {
 public:
  explicit CumulatedHazard(const CoxSteps& steps) : stride_(steps.x().stride) {
    const Schedule& schedule = steps.data().schedule();
    for (std::size_t s = 0; s < schedule.strata(); ++s) {
      first_.push_back(time_.size());
      push_state(0, 0, 0, std::vector<double>(stride_, 0.0));
      for (std::size_t k = schedule.stratum_begin[s]; k < schedule.stratum_begin[s + 1]; ++k) {
        if (steps.has_event(k)) push_step(steps, k, schedule.steps[k].time);
      }
    }
    first_.push_back(time_.size());
  }

  std::size_t states() const { return time_.size(); }
  std::size_t first(std::size_t stratum) const { return first_[stratum]; }
  std::size_t end(std::size_t stratum) const { return first_[stratum + 1]; }
  double time(std::size_t state) const { return time_[state]; }
  double hazard(std::size_t state) const { return hazard_[state]; }
  double pull(std::size_t state) const { return pull_[state]; }  ///< sum_k w / s_k^2 of the state's step
  const double* mean_hazard(std::size_t state) const { return mean_hazard_.data() + state * stride_; }

  std::size_t state_at(std::size_t stratum, double time) const {
    const auto begin = time_.begin() + static_cast<std::ptrdiff_t>(first(stratum) + 1);
    const auto last = time_.begin() + static_cast<std::ptrdiff_t>(end(stratum));
    return static_cast<std::size_t>(std::upper_bound(begin, last, time) - time_.begin()) - 1;
  }

 private:
  void push_step(const CoxSteps& steps, std::size_t k, double time) {
    std::vector<double> mean(stride_);
    steps.mean_hazard(k, mean.data());
    add_scaled(1, mean_hazard(states() - 1), stride_, mean.data());
    push_state(time, hazard_.back() + steps.terms(k).whole, steps.terms(k).c0, mean);
  }
  void push_state(double time, double hazard, double pull, const std::vector<double>& mean) {
    time_.push_back(time);
    hazard_.push_back(hazard);
    pull_.push_back(pull);
    mean_hazard_.insert(mean_hazard_.end(), mean.begin(), mean.end());
  }

  std::size_t stride_;
  std::vector<std::size_t> first_;
  std::vector<double> time_, hazard_, pull_, mean_hazard_;
};

/// A mean over the population that is a function of the coefficients and of the cumulated hazard.
struct PopulationMean {
  double value = 0;
  std::vector<double> of_row;     // what it is the mean of
  std::vector<double> by_beta;    // its derivatives by the coefficients
  std::vector<double> by_hazard;  // less its derivatives by the cumulated hazard at every state
};

class Standardiser {
 public:
  Standardiser(const CoxSteps& steps, const CoxModel& model, const std::vector<double>& centre,
               const arma::mat& variance, const Population& population)
      : steps_(steps),
        data_(steps.data()),
        variance_(variance),
        curve_(steps),
        spells_(data_),
        jump_(data_.rows(), 0.0),
        mass_(data_.arrange(population.mass)),
        unit_scores_(unit_scores(steps)) {
    for (std::size_t i = 0; i < data_.rows(); ++i) total_ += mass_[i];
    expects(total_ > 0, "the population must have a mass");
    for (const std::vector<Span<double>>& arm : population.arms) add_arm(model, arm, centre);
    note_spells();
  }

  /// Survival at `time`.
  PopulationMean survival_at(double time, std::size_t arm) const {
    PopulationMean out = nothing();
    each_stratum([&](std::size_t s, const Range& rows) {
      const std::size_t state = curve_.state_at(s, time);
      const double hazard = curve_.hazard(state);
      for (std::int32_t row = rows.begin; row < rows.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        const double rho = rho_[arm][i];
        out.of_row[i] = std::exp(-hazard * rho);
        const double pull = mass_[i] * rho * out.of_row[i];
        out.by_hazard[state] += pull;
        add_scaled(-pull * hazard, x_[arm].row(i), stride(), out.by_beta.data());
      }
    });
    return completed(std::move(out));
  }

  /// Mean survival up to `tau`, counted from 0: a pass over the event times for every row.
  PopulationMean mean_until(double tau, std::size_t arm, const Execution& execution) const {
    PopulationMean out = nothing();
    const std::size_t n = data_.rows(), chunk = std::max<std::size_t>(256, (n + 15) / 16);
    std::vector<PopulationMean> partial((n + chunk - 1) / chunk);
    parallel_chunks(n, chunk, execution, [&](std::size_t begin, std::size_t end, std::size_t index) {
      partial[index].by_beta = out.by_beta;
      partial[index].by_hazard = out.by_hazard;
      for (std::size_t i = begin; i < end; ++i) out.of_row[i] = add_area(i, tau, arm, partial[index]);
    });
    for (const PopulationMean& part : partial) {
      for (std::size_t j = 0; j < out.by_beta.size(); ++j) out.by_beta[j] += part.by_beta[j];
      for (std::size_t k = 0; k < out.by_hazard.size(); ++k) out.by_hazard[k] += part.by_hazard[k];
    }
    return completed(std::move(out));
  }

  /// The covariance of one mean in each arm: arm x arm.
  std::vector<double> covariance(const std::vector<PopulationMean>& arms) const {
    std::vector<std::vector<double>> influence;
    for (const PopulationMean& arm : arms) influence.push_back(unit_influence(arm));
    std::vector<double> copies(data_.units(), 1.0), out;
    for (std::size_t i = 0; i < data_.rows(); ++i) copies[unit(i)] = data_.copies(i);
    for (const auto& a : influence) {
      for (const auto& b : influence) {
        CompensatedSum sum;
        for (std::size_t u = 0; u < copies.size(); ++u) sum.add(a[u] * b[u] / copies[u]);
        out.push_back(sum.value());
      }
    }
    return out;
  }

 private:
  void add_arm(const CoxModel& model, const std::vector<Span<double>>& covariates,
               const std::vector<double>& centre) {
    ArrangedRows x = data_.arrange_rows(covariates);
    subtract_from_columns(centre, x, data_.rows());
    std::vector<double> beta = model.beta;
    beta.resize(x.stride, 0.0);
    const Arranged<double> offset = model.offset.empty() ? data_.arranged(0.0) : data_.arrange(model.offset);
    Arranged<double> rho = offset;
    each_stratum([&](std::size_t s, const Range& rows) {
      for (std::int32_t row = rows.begin; row < rows.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        const double eta = inner_product(beta.data(), x.row(i), x.stride) + offset[i];
        rho[i] = std::exp(eta + steps_.shift()[s]);
      }
    });
    x_.push_back(std::move(x));
    rho_.push_back(std::move(rho));
  }

  // When each row is at risk, and what one with the event adds to the hazard by its own mass.
  void note_spells() {
    sweep(data_.schedule(), Direction::forward, spells_,
          [&](std::size_t, const Step& step) { spells_.observe(step); });
    for (std::size_t k = 0; k < data_.schedule().steps.size(); ++k) {
      if (!steps_.has_event(k)) continue;
      const Step& step = data_.schedule().steps[k];
      const TieTerms& terms = steps_.terms(k);
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        jump_[i] = data_.mass(i) * terms.whole / steps_.event_mass(k) + steps_.r()[i] * terms.c1;
      }
    }
  }

  double add_area(std::size_t i, double tau, std::size_t arm, PopulationMean& out) const {
    const std::size_t s = stratum_of(i), last = curve_.end(s);
    const double rho = rho_[arm][i];
    double area = 0, of_hazard = 0, from = 0;
    for (std::size_t state = curve_.first(s); state < last && from < tau; ++state) {
      const double until = std::max(from, state + 1 < last ? std::min(tau, curve_.time(state + 1)) : tau);
      const double piece = (until - from) * std::exp(-curve_.hazard(state) * rho);
      area += piece;
      of_hazard += piece * curve_.hazard(state);
      out.by_hazard[state] += mass_[i] * rho * piece;
      from = until;
    }
    add_scaled(-mass_[i] * rho * of_hazard, x_[arm].row(i), stride(), out.by_beta.data());
    return area;
  }

  PopulationMean nothing() const {
    return {0, std::vector<double>(data_.rows()), std::vector<double>(stride(), 0.0),
            std::vector<double>(curve_.states(), 0.0)};
  }

  // From sums to means; the hazard at each state moves with the coefficients as well.
  PopulationMean completed(PopulationMean out) const {
    for (std::size_t i = 0; i < data_.rows(); ++i) out.value += mass_[i] * out.of_row[i] / total_;
    for (std::size_t k = 0; k < curve_.states(); ++k)
      add_scaled(out.by_hazard[k], curve_.mean_hazard(k), stride(), out.by_beta.data());
    for (double& value : out.by_beta) value /= total_;
    for (double& value : out.by_hazard) value /= total_;
    return out;
  }

  std::vector<double> unit_influence(const PopulationMean& mean) const {
    std::vector<double> out = coefficients_influence(mean);
    each_stratum([&](std::size_t s, const Range& rows) {
      const PulledHazard pulled = pulled_hazard(mean, s);
      for (std::int32_t row = rows.begin; row < rows.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        const AtRisk& spell = spells_.spells()[i];
        const double moved = jump_[i] * pulled.whole[spell.exit] -
                             steps_.r()[i] * (pulled.cumulated[spell.exit] - pulled.cumulated[spell.entry]);
        out[unit(i)] += mass_[i] * (mean.of_row[i] - mean.value) / total_ - moved;
      }
    });
    return out;
  }

  // By state of a stratum: less the derivative by the increment of the hazard there, and its sum against
  // w / s_k^2, which is what a row at risk takes from the hazard.
  struct PulledHazard {
    std::vector<double> whole, cumulated;
  };
  PulledHazard pulled_hazard(const PopulationMean& mean, std::size_t s) const {
    const std::size_t first = curve_.first(s), states = curve_.end(s) - first;
    PulledHazard out{std::vector<double>(states), std::vector<double>(states, 0.0)};
    double later = 0;
    for (std::size_t k = states; k-- > 0;) out.whole[k] = later += mean.by_hazard[first + k];
    for (std::size_t k = 1; k < states; ++k)
      out.cumulated[k] = out.cumulated[k - 1] + out.whole[k] * curve_.pull(first + k);
    return out;
  }

  std::vector<double> coefficients_influence(const PopulationMean& mean) const {
    const std::size_t p = variance_.n_rows;
    std::vector<double> slope(stride(), 0.0), out(data_.units());
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t k = 0; k < p; ++k) slope[j] += variance_(j, k) * mean.by_beta[k];
    }
    for (std::size_t u = 0; u < out.size(); ++u)
      out[u] = inner_product(slope.data(), unit_scores_.data() + u * stride(), stride());
    return out;
  }

  template <class Visit>
  void each_stratum(Visit visit) const {
    for (std::size_t s = 0; s < data_.strata(); ++s) visit(s, data_.schedule().stratum_rows[s]);
  }
  std::size_t stratum_of(std::size_t i) const {
    const std::vector<Range>& rows = data_.schedule().stratum_rows;
    const auto after = std::upper_bound(rows.begin(), rows.end(), static_cast<std::int32_t>(i),
                                        [](std::int32_t at, const Range& range) { return at < range.end; });
    return static_cast<std::size_t>(after - rows.begin());
  }
  std::size_t unit(std::size_t i) const { return static_cast<std::size_t>(data_.unit(i)); }
  std::size_t stride() const { return steps_.x().stride; }

  const CoxSteps& steps_;
  const TimeToEvent& data_;
  const arma::mat& variance_;
  CumulatedHazard curve_;
  AtRiskSpells spells_;
  std::vector<double> jump_;
  Arranged<double> mass_;
  std::vector<double> unit_scores_;
  std::vector<ArrangedRows> x_;
  std::vector<Arranged<double>> rho_;
  double total_ = 0;
};

inline void check_population(const Population& population, const CoxModel& model) {
  expects(!population.arms.empty(), "at least one arm is needed");
  for (double mass : population.mass)
    expects(mass >= 0 && std::isfinite(mass), "masses of the population must be finite and not negative");
  for (const std::vector<Span<double>>& arm : population.arms) {
    expects(arm.size() == model.beta.size(), "every arm needs the covariates of the model");
    for (const Span<double>& column : arm) {
      for (double value : column) expects(std::isfinite(value), "covariates must be finite");
    }
  }
}

}  // namespace detail

/// Survival at `times`, and its restricted mean up to `tau` (NaN: none). `variance` is the inverse
/// information of the coefficients, not a robust variance.
inline Standardised standardise(const TimeToEvent& data, const CoxModel& model, const arma::mat& variance,
                                const Population& population, const std::vector<double>& times, double tau,
                                const Execution& execution = {}) {
  detail::check_model(model);
  detail::check_population(population, model);
  const std::size_t p = model.beta.size(), arms = population.arms.size();
  expects(variance.n_rows == p && variance.n_cols == p, "the variance must be p x p");
  for (double time : times) expects(!std::isnan(time), "times must not be NaN");
  expects(std::isnan(tau) || (tau > 0 && std::isfinite(tau)), "the restriction must be positive and finite");
  ArrangedRows x = data.arrange_rows(model.covariates);
  const std::vector<double> centre = detail::row_means(x, data.rows());
  detail::subtract_from_columns(centre, x, data.rows());
  const CoxSteps steps(data, x, model, execution);
  const detail::Standardiser standardiser(steps, model, centre, variance, population);
  Standardised out;
  out.survival.resize(times.size() * arms);
  out.covariance.resize(times.size() * arms * arms);
  parallel_chunks(times.size(), 1, execution, [&](std::size_t t, std::size_t, std::size_t) {
    std::vector<detail::PopulationMean> means;
    for (std::size_t a = 0; a < arms; ++a) {
      means.push_back(standardiser.survival_at(times[t], a));
      out.survival[t * arms + a] = means[a].value;
    }
    const std::vector<double> covariance = standardiser.covariance(means);
    std::copy_n(covariance.data(), arms * arms, out.covariance.data() + t * arms * arms);
  });
  if (std::isnan(tau)) return out;
  std::vector<detail::PopulationMean> means;
  for (std::size_t a = 0; a < arms; ++a) {
    means.push_back(standardiser.mean_until(tau, a, execution));
    out.mean.push_back(means[a].value);
  }
  out.mean_covariance = standardiser.covariance(means);
  return out;
}

}  // namespace tte
