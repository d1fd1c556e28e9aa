// Residuals of a Cox model at given coefficients, in linear time: martingale (event less the hazard met),
// score (what a row gives to the score) and Schoenfeld (an event's covariates less the mean at risk). Under
// Efron's ties an event is compared with the mean of its tie's d means, and meets its share of the hazard.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "cox_steps.hpp"

namespace tte {

struct CoxResiduals {
  std::vector<double> martingale;               ///< by row of the caller; 0 where freq is 0
  std::vector<std::vector<double>> score;       ///< by covariate, then row of the caller; per unit of mass
  std::vector<std::vector<double>> schoenfeld;  ///< by covariate, then event
  std::vector<std::int32_t> row;                ///< of the caller, of each event
  std::vector<double> time;                     ///< of each event
  std::vector<std::int32_t> stratum;            ///< of each event, from 0; events are by stratum, then time
};

namespace detail {

/// The pool of the score residuals. With everything of a step multiplied by the step's weight g, a row gives
///   w g event (x - mean) - x a + r {M(stop) - M(start)}
/// to the score, M the cumulated hazard-weighted means; what it gives is emitted when it leaves, mass
/// included.
template <class Emit>
class ScoreMet {
 public:
  ScoreMet(const CoxSteps& steps, const Arranged<double>& met, const std::vector<double>& weight, Emit emit)
      : steps_(steps),
        x_(steps.x()),
        met_(met),
        weight_(weight),
        emit_(emit),
        cumulated_(x_.stride),
        mean_(x_.stride),
        unmet_(x_.stride),
        score_(x_.stride),
        at_entry_(steps.data().schedule().late_entry() ? steps.data().rows() * x_.stride : 0) {}

  void clear() { cumulated_.assign(x_.stride, 0.0); }
  void add(const Rows& rows) {
    if (at_entry_.empty()) return;
    rows.each([&](std::int32_t i) {
      std::copy(cumulated_.begin(), cumulated_.end(), at_entry_.begin() + i * width());
    });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t i) { leave(static_cast<std::size_t>(i)); });
  }
  // The rows that leave after this are those of the step.
  void observe(std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    g_ = weight_.empty() ? 1 : weight_[k];
    steps_.mean_hazard(k, mean_.data());
    add_scaled(g_, mean_.data(), x_.stride, cumulated_.data());
    steps_.mean(k, mean_.data());
    steps_.unmet_mean_hazard(k, unmet_.data());
  }

 private:
  void leave(std::size_t i) {
    const double r = steps_.r()[i], w = steps_.data().is_event(i) ? g_ * steps_.data().mass(i) : 0;
    const double *x = x_.row(i), *entry = at_entry_.data() + (at_entry_.empty() ? 0 : i * x_.stride);
    for (std::size_t j = 0; j < x_.stride; ++j) score_[j] = (w - met_[i]) * x[j] + r * cumulated_[j];
    if (!at_entry_.empty()) add_scaled(-r, entry, x_.stride, score_.data());
    if (w != 0) {
      add_scaled(-w, mean_.data(), x_.stride, score_.data());
      add_scaled(-g_ * r, unmet_.data(), x_.stride, score_.data());
    }
    emit_(i, score_.data());
  }
  std::ptrdiff_t width() const { return static_cast<std::ptrdiff_t>(x_.stride); }

  const CoxSteps& steps_;
  const ArrangedRows& x_;
  const Arranged<double>& met_;
  const std::vector<double>& weight_;
  Emit emit_;
  double g_ = 1;
  std::vector<double> cumulated_, mean_, unmet_, score_, at_entry_;
};

/// Calls emit(i, score) with the score residual of every arranged row i, padded and with its mass; `met` is
/// the hazard the rows have met and `weight` one of each step, or empty, in both.
template <class Emit>
void each_score(const CoxSteps& steps, const Arranged<double>& met, const std::vector<double>& weight,
                Emit emit) {
  ScoreMet<Emit> pool(steps, met, weight, emit);
  sweep(steps.data().schedule(), Direction::forward, pool,
        [&](std::size_t k, const Step& step) { pool.observe(k, step); });
}

/// Score residuals summed over the independent units; rows as far apart as those of the covariates.
inline std::vector<double> unit_scores(const CoxSteps& steps, const std::vector<double>& weight = {}) {
  const std::size_t stride = steps.x().stride;
  std::vector<double> out(steps.data().units() * stride, 0.0);
  each_score(steps, steps.met(weight), weight, [&](std::size_t i, const double* score) {
    add_scaled(1, score, stride, out.data() + static_cast<std::size_t>(steps.data().unit(i)) * stride);
  });
  return out;
}

inline void append_schoenfeld(const CoxSteps& steps, CoxResiduals& out) {
  const TimeToEvent& data = steps.data();
  const Schedule& schedule = data.schedule();
  std::vector<double> mean(steps.x().stride);
  out.schoenfeld.resize(steps.x().width);
  for (std::size_t s = 0; s < schedule.strata(); ++s) {
    for (std::size_t k = schedule.stratum_begin[s]; k < schedule.stratum_begin[s + 1]; ++k) {
      const Range events = schedule.steps[k].events();
      if (!events.empty()) steps.mean(k, mean.data());
      for (std::int32_t row = events.begin; row < events.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        for (std::size_t j = 0; j < steps.x().width; ++j)
          out.schoenfeld[j].push_back(steps.x().row(i)[j] - mean[j]);
        out.row.push_back(data.row(i));
        out.time.push_back(schedule.steps[k].time);
        out.stratum.push_back(static_cast<std::int32_t>(s));
      }
    }
  }
}

}  // namespace detail

inline CoxResiduals cox_residuals(const TimeToEvent& data, const CoxModel& model,
                                  const Execution& execution = {}) {
  detail::check_model(model);
  const ArrangedRows x = detail::centred_covariates(data, model);
  const CoxSteps steps(data, x, model, execution);
  const Arranged<double> met = steps.met();
  CoxResiduals out;
  out.martingale.resize(data.rows_in());
  out.score.assign(x.width, std::vector<double>(data.rows_in()));
  detail::each_score(steps, met, {}, [&](std::size_t i, const double* score) {
    const auto row = static_cast<std::size_t>(data.row(i));
    out.martingale[row] = (data.is_event(i) ? 1 : 0) - met[i] / data.mass(i);
    for (std::size_t j = 0; j < x.width; ++j) out.score[j][row] = score[j] / data.mass(i);
  });
  detail::append_schoenfeld(steps, out);
  return out;
}

/// The change of each coefficient that leaving out a row would make, to first order: the score residuals,
/// mass included, times `variance`, the inverse information. Written into `out`, one column of rows_in()
/// values per coefficient; rows with freq 0 are left as they are.
inline void dfbeta(const TimeToEvent& data, const CoxModel& model, const arma::mat& variance, double* out,
                   const Execution& execution = {}) {
  detail::check_model(model);
  const ArrangedRows x = detail::centred_covariates(data, model);
  const CoxSteps steps(data, x, model, execution);
  expects(variance.n_rows == x.width && variance.n_cols == x.width, "the variance must be p x p");
  std::vector<double> padded(x.width * x.stride, 0.0), change(x.stride);
  for (std::size_t j = 0; j < x.width; ++j) {
    for (std::size_t k = 0; k < x.width; ++k) padded[j * x.stride + k] = variance(j, k);
  }
  detail::each_score(steps, steps.met(), {}, [&](std::size_t i, const double* score) {
    std::fill(change.begin(), change.end(), 0.0);
    for (std::size_t j = 0; j < x.width; ++j)
      detail::add_scaled(score[j], padded.data() + j * x.stride, x.stride, change.data());
    double* row = out + data.row(i);
    for (std::size_t j = 0; j < x.width; ++j) row[j * data.rows_in()] = change[j];
  });
}

}  // namespace tte
