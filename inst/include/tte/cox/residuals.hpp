// Residuals of a Cox model at given coefficients, in linear time: martingale (event less the hazard met),
// score (what a row gives to the score) and Schoenfeld (an event's covariates less the mean at risk). Under
// Efron's ties an event is compared with the mean of its tie's d means, and meets its share of the hazard.
#pragma once

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

/// The pool of the score residuals: a row gives w g event (x - mean) - x a + r {M(stop) - M(start)} to the
/// score, M the cumulated hazard-weighted means, everything of a step multiplied by the step's weight g.
class ScoreMet {
 public:
  ScoreMet(const CoxSteps& steps, std::vector<double> weight)
      : steps_(steps),
        x_(steps.x()),
        weight_(std::move(weight)),
        met_(steps.met(weight_)),
        cumulated_(x_.stride),
        at_step_(x_.stride),
        scores_(steps.data().rows() * x_.stride, 0.0) {}

  void clear() {
    cumulated_.assign(x_.stride, 0.0);
    begun_ = false;
  }
  void add(const Rows& rows) {
    if (!begun_) return;
    rows.each([&](std::int32_t i) { add_scaled(-r(i), cumulated_.data(), x_.stride, score(i)); });
  }
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      const double r = steps_.r()[i], a = met_[i], *x = x_.row(i), *met = cumulated_.data();
      double* out = scores_.data() + i * x_.stride;
      for (std::size_t j = 0; j < x_.stride; j += lanes) {
        four_at(out + j) += r * four_at(met + j) - a * four_at(x + j);
      }
    });
  }
  void observe(std::size_t k, const Step& step) {
    if (step.events().empty()) return;
    begun_ = true;
    const double g = weight_.empty() ? 1 : weight_[k];
    steps_.mean_hazard(k, at_step_.data());
    add_scaled(g, at_step_.data(), x_.stride, cumulated_.data());
    steps_.mean(k, at_step_.data());
    each_event(step, [&](std::size_t i, double* out) {
      const double w = g * steps_.data().mass(i);
      add_scaled(w, x_.row(i), x_.stride, out);
      add_scaled(-w, at_step_.data(), x_.stride, out);
    });
    if (!(steps_.terms(k).c2 > 0)) return;
    steps_.unmet_mean_hazard(k, at_step_.data());
    each_event(step, [&](std::size_t i, double* out) {
      add_scaled(-g * steps_.r()[i], at_step_.data(), x_.stride, out);
    });
  }

  const Arranged<double>& met() const { return met_; }
  std::vector<double>& scores() { return scores_; }

 private:
  template <class Visit>
  void each_event(const Step& step, Visit visit) {
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      visit(static_cast<std::size_t>(row), score(row));
    }
  }
  double r(std::int32_t i) const { return steps_.r()[static_cast<std::size_t>(i)]; }
  double* score(std::int32_t i) { return scores_.data() + static_cast<std::size_t>(i) * x_.stride; }

  const CoxSteps& steps_;
  const ArrangedRows& x_;
  std::vector<double> weight_;
  Arranged<double> met_;
  std::vector<double> cumulated_, at_step_, scores_;
  bool begun_ = false;
};

/// Score residuals by arranged row, mass included; rows as far apart as those of the covariates. `weight` is
/// one of each step, or empty.
inline std::vector<double> score_rows(const CoxSteps& steps, const std::vector<double>& weight = {}) {
  ScoreMet pool(steps, weight);
  sweep(steps.data().schedule(), Direction::forward, pool,
        [&](std::size_t k, const Step& step) { pool.observe(k, step); });
  return std::move(pool.scores());
}

/// Sums of padded rows over the independent units.
inline std::vector<double> unit_sums(const TimeToEvent& data, const std::vector<double>& rows,
                                     std::size_t stride) {
  std::vector<double> out(data.units() * stride, 0.0);
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto unit = static_cast<std::size_t>(data.unit(i));
    add_scaled(1, rows.data() + i * stride, stride, out.data() + unit * stride);
  }
  return out;
}

// Position in the arranged order of each row of the caller; -1 where freq is 0.
inline std::vector<std::int32_t> positions_of_rows(const TimeToEvent& data) {
  std::vector<std::int32_t> out(data.rows_in(), -1);
  for (std::size_t i = 0; i < data.rows(); ++i)
    out[static_cast<std::size_t>(data.row(i))] = static_cast<std::int32_t>(i);
  return out;
}

// Columns in the caller's order, each row divided by its mass.
inline std::vector<std::vector<double>> columns_per_mass(const TimeToEvent& data,
                                                         const std::vector<double>& rows, std::size_t width,
                                                         std::size_t stride) {
  const std::vector<std::int32_t> position = positions_of_rows(data);
  std::vector<std::vector<double>> out(width, std::vector<double>(data.rows_in()));
  for (std::size_t from = 0; from < position.size(); ++from) {
    if (position[from] < 0) continue;
    const auto i = static_cast<std::size_t>(position[from]);
    const double* row = rows.data() + i * stride;
    const double mass = data.mass(i);
    for (std::size_t j = 0; j < width; ++j) out[j][from] = row[j] / mass;
  }
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
  detail::ScoreMet pool(steps, {});
  sweep(data.schedule(), Direction::forward, pool,
        [&](std::size_t k, const Step& step) { pool.observe(k, step); });
  CoxResiduals out;
  Arranged<double> martingale = data.arranged(0.0);
  for (std::size_t i = 0; i < data.rows(); ++i)
    martingale[i] = (data.is_event(i) ? 1 : 0) - pool.met()[i] / data.mass(i);
  out.martingale = data.restore(martingale);
  out.score = detail::columns_per_mass(data, pool.scores(), x.width, x.stride);
  detail::append_schoenfeld(steps, out);
  return out;
}

}  // namespace tte
