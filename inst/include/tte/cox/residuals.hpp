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
  std::vector<std::int32_t> stratum;  ///< of each event, from 0; events are by stratum, time and row
  std::vector<double> mass = {};      ///< of each event
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
    tied_ = steps_.terms(k).c2 > 0;
    if (tied_) steps_.unmet_mean_hazard(k, unmet_.data());
  }

 private:
  void leave(std::size_t i) {
    const bool event = steps_.data().is_event(i);
    const double r = steps_.r()[i], w = event ? g_ * steps_.data().mass(i) : 0, own = w - met_[i];
    const double *x = x_.row(i), *met = cumulated_.data();
    double* score = score_.data();
    for (std::size_t j = 0; j < x_.stride; j += lanes)
      four_at(score + j) = own * four_at(x + j) + r * four_at(met + j);
    if (!at_entry_.empty()) add_scaled(-r, at_entry_.data() + i * x_.stride, x_.stride, score);
    if (event) add_scaled(-w, mean_.data(), x_.stride, score);
    if (event && tied_) add_scaled(-g_ * r, unmet_.data(), x_.stride, score);
    emit_(i, score);
  }
  std::ptrdiff_t width() const { return static_cast<std::ptrdiff_t>(x_.stride); }

  const CoxSteps& steps_;
  const ArrangedRows& x_;
  const Arranged<double>& met_;
  const std::vector<double>& weight_;
  Emit emit_;
  double g_ = 1;
  bool tied_ = false;
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

/// Writes rows as columns of the caller's order; rows with freq 0 are left as they are. Reading rows here and
/// there and writing columns from end to end is faster than the other way round.
template <class Column>
void write_columns(const TimeToEvent& data, const ArrangedRows& rows, const Execution& execution,
                   Column column) {
  std::vector<std::int32_t> position(data.rows_in(), -1);
  for (std::size_t i = 0; i < data.rows(); ++i)
    position[static_cast<std::size_t>(data.row(i))] = static_cast<std::int32_t>(i);
  constexpr std::size_t group = 8;
  parallel_chunks(position.size(), 16384, execution, [&](std::size_t begin, std::size_t end, std::size_t) {
    for (std::size_t first = 0; first < rows.width; first += group) {
      const std::size_t last = std::min(first + group, rows.width);
      for (std::size_t row = begin; row < end; ++row) {
        if (position[row] < 0) continue;
        const double* from = rows.row(static_cast<std::size_t>(position[row]));
        for (std::size_t j = first; j < last; ++j) column(j)[row] = from[j];
      }
    }
  });
}

/// Every row times `matrix`, which is p x p, in its place.
inline void multiply_rows(const arma::mat& matrix, std::size_t rows, const Execution& execution,
                          ArrangedRows& x) {
  std::vector<double> padded(x.width * x.stride, 0.0);
  for (std::size_t j = 0; j < x.width; ++j) {
    for (std::size_t k = 0; k < x.width; ++k) padded[j * x.stride + k] = matrix(j, k);
  }
  parallel_chunks(rows, 2048, execution, [&](std::size_t begin, std::size_t end, std::size_t) {
    std::vector<double> old(x.stride);
    for (std::size_t i = begin; i < end; ++i) {
      std::copy_n(x.row(i), x.stride, old.data());
      for (std::size_t k = 0; k < x.stride; k += lanes) {
        Four sum = {};
        for (std::size_t j = 0; j < x.width; ++j) sum += old[j] * four_at(&padded[j * x.stride + k]);
        four_at(x.row(i) + k) = sum;
      }
    }
  });
}

// Rows of a tie in the caller's order: near-equal times that were merged may have another one.
inline void by_row(const TimeToEvent& data, const Range& rows, std::vector<std::size_t>& out) {
  out.clear();
  for (std::int32_t row = rows.begin; row < rows.end; ++row) out.push_back(static_cast<std::size_t>(row));
  std::sort(out.begin(), out.end(),
            [&](std::size_t one, std::size_t other) { return data.row(one) < data.row(other); });
}

inline void append_schoenfeld(const CoxSteps& steps, CoxResiduals& out) {
  const TimeToEvent& data = steps.data();
  const Schedule& schedule = data.schedule();
  std::vector<double> mean(steps.x().stride);
  std::vector<std::size_t> tied;
  std::size_t size = 0, event = 0;
  for (const Step& step : schedule.steps) size += static_cast<std::size_t>(step.events().size());
  out.schoenfeld.assign(steps.x().width, std::vector<double>(size));
  out.row.resize(size);
  out.time.resize(size);
  out.mass.resize(size);
  out.stratum.resize(size);
  for (std::size_t s = 0; s < schedule.strata(); ++s) {
    for (std::size_t k = schedule.stratum_begin[s]; k < schedule.stratum_begin[s + 1]; ++k) {
      if (!steps.has_event(k)) continue;
      steps.mean(k, mean.data());
      by_row(data, schedule.steps[k].events(), tied);
      for (const std::size_t i : tied) {
        for (std::size_t j = 0; j < steps.x().width; ++j)
          out.schoenfeld[j][event] = steps.x().row(i)[j] - mean[j];
        out.row[event] = data.row(i);
        out.time[event] = schedule.steps[k].time;
        out.mass[event] = data.mass(i);
        out.stratum[event++] = static_cast<std::int32_t>(s);
      }
    }
  }
}

}  // namespace detail

inline CoxResiduals cox_residuals(const TimeToEvent& data, const CoxModel& model,
                                  const Execution& execution = {}) {
  detail::check_model(model);
  ArrangedRows x = detail::centred_covariates(data, model, execution);
  const CoxSteps steps(data, x, model, execution);
  const Arranged<double> met = steps.met();
  CoxResiduals out;
  Arranged<double> martingale = data.arranged(0.0);
  for (std::size_t i = 0; i < data.rows(); ++i)
    martingale[i] = (data.is_event(i) ? 1 : 0) - met[i] / data.mass(i);
  out.martingale = data.restore(martingale);
  detail::append_schoenfeld(steps, out);
  // A row that has left is not looked at again: its score takes the place of its covariates.
  detail::each_score(steps, met, {}, [&](std::size_t i, const double* score) {
    for (std::size_t j = 0; j < x.width; ++j) x.row(i)[j] = score[j] / data.mass(i);
  });
  out.score.assign(x.width, std::vector<double>(data.rows_in()));
  detail::write_columns(data, x, execution, [&](std::size_t j) { return out.score[j].data(); });
  return out;
}

/// Schoenfeld residuals alone: `martingale` and `score` are empty.
inline CoxResiduals schoenfeld_residuals(const TimeToEvent& data, const CoxModel& model,
                                         const Execution& execution = {}) {
  detail::check_model(model);
  const ArrangedRows x = detail::centred_covariates(data, model, execution);
  CoxResiduals out;
  detail::append_schoenfeld(CoxSteps(data, x, model, execution), out);
  return out;
}

/// The change of each coefficient that leaving out a row would make, to first order: the score residuals,
/// mass included, times `variance`, the inverse information. Written into `out`, one column of rows_in()
/// values per coefficient; rows with freq 0 are left as they are.
inline void dfbeta(const TimeToEvent& data, const CoxModel& model, const arma::mat& variance, double* out,
                   const Execution& execution = {}) {
  detail::check_model(model);
  ArrangedRows x = detail::centred_covariates(data, model, execution);
  const CoxSteps steps(data, x, model, execution);
  expects(variance.n_rows == x.width && variance.n_cols == x.width, "the variance must be p x p");
  // A row that has left is not looked at again: its score takes the place of its covariates.
  detail::each_score(steps, steps.met(), {},
                     [&](std::size_t i, const double* score) { std::copy_n(score, x.stride, x.row(i)); });
  detail::multiply_rows(variance, data.rows(), execution, x);
  detail::write_columns(data, x, execution, [&](std::size_t j) { return out + j * data.rows_in(); });
}

}  // namespace tte
