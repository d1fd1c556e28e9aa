// The score test of proportional hazards: are the coefficients of x g(t), added to the model, 0? (Therneau &
// Grambsch 2000, 6.2, without their approximation: the information at each event time is the exact one.)
// With V_k the covariance of x at step k, the information of (beta, theta) has the blocks sum V_k, sum g V_k
// and sum g^2 V_k. Each is a weighted gram matrix of the rows less one of the means at risk, the hazard of a
// step multiplied by 1, g or g^2: three passes, nothing p x p inside a sweep.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/risk_table.hpp"
#include "../core/unit_products.hpp"
#include "../nonparametric/kaplan_meier.hpp"
#include "residuals.hpp"

namespace tte {

struct ProportionalHazards {
  arma::vec score;        ///< of x g(t), given that beta is estimated
  arma::mat variance;     ///< of that score
  arma::mat information;  ///< 2p x 2p, of x and of x g(t); g is centred
  CoxResiduals events;    ///< Schoenfeld residuals alone, which show what the test sums up
  std::vector<double> g;  ///< of each event
};

/// A function of time, known at some times in increasing order.
struct TimeFunction {
  std::vector<double> times, values;
};

/// 1 less the Kaplan-Meier estimate of the rows just before t, at every time with an event. Neither weights
/// nor strata count.
inline TimeFunction events_before(const TimeToEvent& data) {
  expects(data.strata() == 1, "the Kaplan-Meier estimate of all rows needs data without strata");
  const RiskTable table =
      risk_table(data, 1, [&](std::size_t i) { return static_cast<double>(data.freq(i)); });
  TimeFunction out;
  double survival = 1;
  for (std::size_t k = 0; k < table.size(); ++k) {
    const double d = table.event(k, 0);
    if (!(d > 0)) continue;
    out.times.push_back(table.time[k]);
    out.values.push_back(1 - survival);
    survival *= detail::left_after(table.at_risk[k], d) / table.at_risk[k];
  }
  return out;
}

namespace detail {

inline void check_function(const TimeFunction& g) {
  expects(g.times.size() == g.values.size(), "a function of time needs one value per time");
  for (double value : g.values) expects(std::isfinite(value), "a function of time must be finite");
  for (double time : g.times) expects(std::isfinite(time), "the times of a function must be finite");
  expects(std::is_sorted(g.times.begin(), g.times.end()), "the times of a function must increase");
}

// Times merged into a near-equal one are found again: the value is that of the nearest time.
inline double value_nearest(const TimeFunction& g, double time) {
  const auto after = std::lower_bound(g.times.begin(), g.times.end(), time);
  auto at = static_cast<std::size_t>(after - g.times.begin());
  if (after == g.times.end() || (at > 0 && time - g.times[at - 1] < *after - time)) --at;
  return g.values[at];
}

// g at every step with an event; 0 elsewhere.
inline std::vector<double> value_by_step(const TimeToEvent& data, const TimeFunction& g) {
  const std::vector<Step>& steps = data.schedule().steps;
  std::vector<double> out(steps.size(), 0.0);
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k].events().empty()) continue;
    expects(!g.times.empty(), "a function of time needs a value for the events");
    out[k] = value_nearest(g, steps[k].time);
  }
  return out;
}

// The value of each event's step.
inline std::vector<double> value_by_event(const TimeToEvent& data, const std::vector<double>& of_step) {
  std::vector<double> out;
  for (std::size_t k = 0; k < of_step.size(); ++k)
    out.insert(out.end(), static_cast<std::size_t>(data.schedule().steps[k].events().size()), of_step[k]);
  return out;
}

// Less the mean over the events.
inline std::vector<double> centred_by_step(const TimeToEvent& data, std::vector<double> of_step) {
  const std::vector<Step>& steps = data.schedule().steps;
  double sum = 0, events = 0;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    sum += of_step[k] * steps[k].events().size();
    events += steps[k].events().size();
  }
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (!steps[k].events().empty()) of_step[k] -= sum / events;
  }
  return of_step;
}

// The score of x, or that of x g(t) when g of each event is given.
inline arma::vec score_of_events(const CoxResiduals& events, const std::vector<double>& g = {}) {
  arma::vec out(events.schoenfeld.size(), arma::fill::zeros);
  for (std::size_t j = 0; j < events.schoenfeld.size(); ++j) {
    for (std::size_t e = 0; e < events.mass.size(); ++e)
      out(j) += (g.empty() ? 1 : g[e]) * events.mass[e] * events.schoenfeld[j][e];
  }
  return out;
}

struct WeightedInformation {
  arma::vec scale;
  arma::mat information;
};

/// The information with everything of a step multiplied by its weight.
inline WeightedInformation weighted_information(const CoxSteps& steps, const std::vector<double>& weight) {
  const ArrangedRows& x = steps.x();
  const Arranged<double> met = steps.met(weight);
  GramBuffer means(x.stride);
  for (std::size_t k = 0; k < weight.size(); ++k) {
    if (steps.has_event(k)) steps.subtract_means(k, weight[k], means);
  }
  const arma::mat gram =
      weighted_gram(x.values.data(), x.stride, x.width, met.size(), met.data(), nullptr, {}).gram;
  return {gram.diag(), gram - means.sum(x.width)};
}

// Sum over units of the products of their scores of x g(t), less what they take along by moving beta.
inline arma::mat adjusted_products(const CoxSteps& steps, const std::vector<double>& g,
                                   const arma::mat& slope, const Execution& execution) {
  const TimeToEvent& data = steps.data();
  const std::size_t stride = steps.x().stride, p = steps.x().width;
  const std::vector<double> plain = unit_scores(steps);
  std::vector<double> scores = unit_scores(steps, g);
  for (std::size_t u = 0; u < data.units(); ++u) {
    for (std::size_t j = 0; j < p; ++j) {
      for (std::size_t k = 0; k < p; ++k) scores[u * stride + j] -= slope(j, k) * plain[u * stride + k];
    }
  }
  return unit_products(data, scores, stride, p, execution);
}

}  // namespace detail

/// `g` needs a value near every event time. With `robust`, the variance is that of the units' scores.
inline ProportionalHazards proportional_hazards(const TimeToEvent& data, const CoxModel& model,
                                                const TimeFunction& g, bool robust,
                                                const Execution& execution = {}) {
  detail::check_model(model);
  detail::check_function(g);
  const ArrangedRows x = detail::centred_covariates(data, model, execution);
  const CoxSteps steps(data, x, model, execution);
  const std::vector<double> value = detail::value_by_step(data, g), one(value.size(), 1.0),
                            weight = detail::centred_by_step(data, value);
  std::vector<double> square = weight;
  for (double& w : square) w *= w;
  // Each of the three sums its rows in the same order whoever else runs.
  const std::array<const std::vector<double>*, 3> weights{&one, &weight, &square};
  std::array<detail::WeightedInformation, 3> found;
  parallel_chunks(weights.size(), 1, execution, [&](std::size_t w, std::size_t, std::size_t) {
    found[w] = detail::weighted_information(steps, *weights[w]);
  });
  const auto& [beta, between, theta] = found;
  const arma::mat slope = between.information * swept_inverse(beta.information, beta.scale, 1e-11).inverse;
  ProportionalHazards out;
  detail::append_schoenfeld(steps, out.events);
  out.g = detail::value_by_event(data, value);
  out.score = detail::score_of_events(out.events, detail::value_by_event(data, weight)) -
              slope * detail::score_of_events(out.events);
  out.variance = robust ? detail::adjusted_products(steps, weight, slope, execution)
                        : arma::mat(theta.information - slope * between.information);
  out.information = arma::join_cols(arma::join_rows(beta.information, between.information),
                                    arma::join_rows(between.information, theta.information));
  return out;
}

}  // namespace tte
