// The absolute risk of a cause from cause-specific Cox models, one for each cause, with Breslow's ties:
//   F_1(t|x) = sum S(u-|x) dL_1(u|x),  S(u|x) = prod {1 - sum_k dL_k(u|x)},  dL_k(u|x) = dL_k0(u) exp(x'b_k),
// with the variance of the infinitesimal jackknife: F is moved by c_k(u) for each unit that dL_k(u) is moved,
//   c_k(u) = S(u-) (k = 1) - {F_1(t) - F_1(u)} / {1 - sum dL(u)},
// and a row moves dL_k(u) by its own event and by being at risk, and all of them through b_k.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "fine_gray.hpp"

namespace tte {

/// New rows x times.
struct AbsoluteRisk {
  arma::mat risk, std_error;
};

namespace detail {

// One cause's model: Cox's likelihood is Fine and Gray's when nobody leaves with a competing event.
struct HazardModel {
  HazardModel(const FineGrayInput& all, std::int32_t cause, bool snap, const Execution& execution)
      : own(all.columns.cause.begin(), all.columns.cause.end()), input(all) {
    for (std::int32_t& code : own) code = code == cause ? 1 : 0;
    input.columns.cause = own;
    options.variance = SubdistributionVariance::model;
    options.snap = snap;
    fit = fine_gray(input, {}, options, execution);
    problem = std::make_unique<FineGrayProblem>(input, options, execution);
    problem->likelihood(fit.coefficients);
    scores = problem->likelihood.score_residuals();
  }

  std::vector<std::int32_t> own;
  FineGrayInput input;
  FineGrayOptions options;
  FineGrayFit fit;
  std::unique_ptr<FineGrayProblem> problem;
  std::vector<double> scores;
};

/// The unit of a row, the same in every model: rows are arranged anew in each.
inline std::size_t common_unit(const TimeToEvent& data, std::size_t i) {
  return static_cast<std::size_t>(data.has_units() ? data.unit(i) : data.row(i));
}

// One step of the hazards of all causes together, for one new row.
struct JointStep {
  double time = 0;
  std::size_t cause = 0, number = 0;  // which model's step with cases
  double jump = 0;                    // dL_k(u|x)
  double pull = 0;                    // c_k(u)
};

// The joint steps of a stratum up to `time`; jumps at one time stand side by side.
inline std::vector<JointStep> joint_steps(const std::vector<HazardModel>& models, std::size_t stratum,
                                          double time, const std::vector<double>& relative) {
  std::vector<JointStep> out;
  for (std::size_t k = 0; k < models.size(); ++k) {
    const SubdistributionLikelihood& fit = models[k].problem->likelihood;
    const CaseSteps& cases = fit.cases();
    for (std::size_t e = cases.begin[stratum]; e < cases.begin[stratum + 1] && cases.time[e] <= time; ++e)
      out.push_back({cases.time[e], k, e, fit.hazard(e) * relative[k], 0});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const JointStep& a, const JointStep& b) { return a.time < b.time; });
  return out;
}

// The risk of a cause at the last of the steps, and every step's pull on it.
inline double set_pulls(std::vector<JointStep>& steps, std::size_t cause) {
  std::vector<std::size_t> begin;  // of each distinct time
  std::vector<double> before, free, upto;
  double survival = 1, risk = 0;
  for (std::size_t j = 0; j < steps.size();) {
    const std::size_t first = j;
    double total = 0, own = 0;
    for (; j < steps.size() && steps[j].time == steps[first].time; ++j) {
      total += steps[j].jump;
      if (steps[j].cause == cause) own += steps[j].jump;
    }
    begin.push_back(first);
    before.push_back(survival);
    free.push_back(std::max(1 - total, 0.0));
    risk += survival * own;
    upto.push_back(risk);
    survival *= free.back();
  }
  begin.push_back(steps.size());
  for (std::size_t u = 0; u + 1 < begin.size(); ++u) {
    const double later = free[u] > 0 ? (risk - upto[u]) / free[u] : 0;
    for (std::size_t j = begin[u]; j < begin[u + 1]; ++j)
      steps[j].pull = (steps[j].cause == cause ? before[u] : 0) - later;
  }
  return risk;
}

// Adds what the rows of one model move the risk, the coefficients held fixed; per step with cases `event` is
// what an event there counts, and what being at risk takes is `event` times the hazard.
class RiskMet {
 public:
  RiskMet(const HazardModel& model, std::size_t stratum, const std::vector<double>& event,
          std::vector<double>& out)
      : p_(*model.problem), stratum_(stratum), event_(event), out_(out) {}

  void clear() {
    ++strata_;
    taken_ = 0;
  }
  void add(const Rows& rows) { move(rows, 1); }
  void remove(const Rows& rows) { move(rows, -1); }
  void observe(std::size_t k, const Step& step) {
    const std::size_t e = p_.likelihood.cases().of_step[k];
    if (strata_ != stratum_ + 1 || e == CaseSteps::none) return;
    taken_ += event_[e] * p_.likelihood.hazard(e);
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      out_[common_unit(p_.data, i)] += p_.data.mass(i) * event_[e];
    }
  }

 private:
  void move(const Rows& rows, double sign) {
    if (strata_ != stratum_ + 1 || taken_ == 0) return;
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      out_[common_unit(p_.data, i)] += sign * p_.likelihood.relative_risk()[i] * taken_;
    });
  }

  const FineGrayProblem& p_;
  std::size_t stratum_, strata_ = 0;
  const std::vector<double>& event_;
  std::vector<double>& out_;
  double taken_ = 0;
};

// Adds what the units move the risk through the coefficients of one model.
inline void add_slope(const HazardModel& model, const arma::vec& slope, std::vector<double>& out) {
  const FineGrayProblem& p = *model.problem;
  const arma::vec along = model.fit.naive_variance * slope;
  std::vector<char> seen(p.data.units(), 0);
  for (std::size_t i = 0; i < p.data.rows(); ++i) {
    const auto unit = static_cast<std::size_t>(p.data.unit(i));
    if (std::exchange(seen[unit], 1)) continue;
    const double* score = model.scores.data() + unit * p.x.stride;
    for (std::size_t j = 0; j < p.x.width; ++j) out[common_unit(p.data, i)] += along(j) * score[j];
  }
}

// The variance of one risk.
inline double risk_variance(const std::vector<HazardModel>& models, std::size_t stratum,
                            const std::vector<JointStep>& steps, const std::vector<double>& relative,
                            const std::vector<arma::vec>& x, const std::vector<double>& share) {
  std::vector<double> influence(share.size(), 0.0);
  for (std::size_t k = 0; k < models.size(); ++k) {
    const SubdistributionLikelihood& fit = models[k].problem->likelihood;
    std::vector<double> event(fit.cases().size(), 0.0);
    arma::vec slope(x[k].n_elem, arma::fill::zeros);
    for (const JointStep& step : steps) {
      if (step.cause != k) continue;
      const std::size_t e = step.number;
      event[e] = step.pull * relative[k] / fit.s0(e);
      for (std::size_t j = 0; j < slope.n_elem; ++j)
        slope(j) += step.pull * step.jump * (x[k](j) - fit.s1(e)[j] / fit.s0(e));
    }
    RiskMet pool(models[k], stratum, event, influence);
    sweep(models[k].problem->data.schedule(), Direction::forward, pool,
          [&](std::size_t at, const Step& step) { pool.observe(at, step); });
    add_slope(models[k], slope, influence);
  }
  double total = 0;
  for (std::size_t u = 0; u < share.size(); ++u) total += share[u] * influence[u] * influence[u];
  return total;
}

}  // namespace detail

/// Cause-specific Cox models of all causes, fitted to the same rows and covariates.
class CauseSpecificHazards {
 public:
  CauseSpecificHazards(const FineGrayInput& input, std::size_t causes, bool snap,
                       const Execution& execution = {}) {
    detail::check_input(input, {});
    expects(causes >= 1, "there must be a cause");
    for (std::size_t k = 0; k < causes; ++k)
      models_.emplace_back(input, static_cast<std::int32_t>(k + 1), snap, execution);
    const TimeToEvent& data = models_.front().problem->data;
    share_.assign(data.has_units() ? data.units() : data.rows_in(), 1.0);
    for (std::size_t i = 0; i < data.rows(); ++i) share_[detail::common_unit(data, i)] = 1 / data.copies(i);
  }
  CauseSpecificHazards(const CauseSpecificHazards&) = delete;

  std::size_t causes() const { return models_.size(); }
  const FineGrayFit& fit(std::size_t cause) const { return models_[cause].fit; }

  /// The risk of `cause` (from 0) at `times` for new rows.
  AbsoluteRisk risk(std::size_t cause, const FineGrayNewRows& rows, const std::vector<double>& times) const {
    expects(cause < models_.size(), "a cause code is larger than the number of causes");
    const detail::FineGrayProblem& p = *models_.front().problem;
    expects(rows.covariates.size() == p.x.width, "new rows must have the covariates of the fit");
    const std::size_t n = rows.covariates.empty() ? 0 : rows.covariates.front().size();
    AbsoluteRisk out{arma::mat(n, times.size()), arma::mat(n, times.size())};
    std::vector<double> relative(models_.size());
    std::vector<arma::vec> x(models_.size());
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t s = rows.stratum.empty() ? 0 : static_cast<std::size_t>(rows.stratum[i] - 1);
      expects(s < p.data.strata(), "a new row's stratum is none of the fit");
      for (std::size_t k = 0; k < models_.size(); ++k) {
        x[k].set_size(p.x.width);
        for (std::size_t j = 0; j < p.x.width; ++j) x[k](j) = rows.covariates[j][i] - p.centre[j];
        const double centre = models_[k].problem->likelihood.centre(s);
        relative[k] = std::exp(arma::dot(x[k], models_[k].fit.coefficients) - centre);
      }
      for (std::size_t m = 0; m < times.size(); ++m) {
        std::vector<detail::JointStep> steps = detail::joint_steps(models_, s, times[m], relative);
        out.risk(i, m) = detail::set_pulls(steps, cause);
        out.std_error(i, m) = std::sqrt(detail::risk_variance(models_, s, steps, relative, x, share_));
      }
    }
    return out;
  }

 private:
  std::vector<detail::HazardModel> models_;
  std::vector<double> share_;
};

}  // namespace tte
