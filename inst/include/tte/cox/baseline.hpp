// The baseline hazard of a Cox model at given coefficients, with what its variance needs, consistent with the
// rule for ties: Breslow's increments W/S0, Efron's w sum 1/s_k. The cumulative hazard at covariates x and
// linear predictor eta, both measured from `centre`, is exp(eta) Lambda, and its variance
//   exp(2 eta) {sum of `variance` + h' V h},  h = x Lambda - sum of `mean_hazard`,  V that of the
//   coefficients.
#pragma once

#include <cstddef>
#include <vector>

#include "../core/risk_table.hpp"
#include "cox_steps.hpp"

namespace tte {

/// Increments at every time of every stratum, at which anything happens. A true increment of the hazard is
/// exp(shift of the stratum) times the one here, and one of the variance exp(2 shift) times, so that a large
/// linear predictor makes no increment 0 or infinite.
struct CoxBaseline {
  RiskTable table;  ///< times, and the mass at risk, with the event, censored
  std::vector<double> hazard, variance;
  std::vector<double> mean_hazard;  ///< time x covariate: mean at risk times increment; as `hazard`
  std::vector<double> shift;        ///< by stratum
};

/// At covariates equal to `centre`, without offset.
inline CoxBaseline cox_baseline(const TimeToEvent& data, const CoxModel& model,
                                const std::vector<double>& centre, const Execution& execution = {}) {
  detail::check_model(model);
  expects(centre.size() == model.covariates.size(), "one centre per covariate is needed");
  for (double value : centre) expects(std::isfinite(value), "the centre must be finite");
  const ArrangedRows x = detail::centred_covariates(data, model, centre);
  const CoxSteps steps(data, x, model, execution);
  CoxBaseline out{risk_table(data), {}, {}, {}, steps.shift()};
  std::vector<double> mean(x.stride);
  for (std::size_t k = 0; k < data.schedule().steps.size(); ++k) {
    if (!is_reported(data, data.schedule().steps[k])) continue;
    const bool event = steps.has_event(k);
    out.hazard.push_back(event ? steps.terms(k).whole : 0);
    out.variance.push_back(event ? steps.terms(k).c0 : 0);
    mean.assign(x.stride, 0.0);
    if (event) steps.mean_hazard(k, mean.data());
    out.mean_hazard.insert(out.mean_hazard.end(), mean.begin(),
                           mean.begin() + static_cast<std::ptrdiff_t>(x.width));
  }
  return out;
}

}  // namespace tte
