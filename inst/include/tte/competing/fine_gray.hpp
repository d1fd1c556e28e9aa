// Fine and Gray's proportional subdistribution hazards: Newton on the weighted partial likelihood, a variance
// that counts the estimation of the censoring distribution, tests, and the cumulative incidence predicted.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "../core/newton.hpp"
#include "../core/special.hpp"
#include "../core/unit_products.hpp"
#include "../cox/cox_fit.hpp"
#include "../cox/monotone.hpp"
#include "censoring_influence.hpp"
#include "subdistribution_effects.hpp"
#include "subdistribution_likelihood.hpp"

namespace tte {

/// sandwich: score residuals with the censoring (and entry) distribution counted as estimated; robust: with
/// it taken as known; model: the inverse information.
enum class SubdistributionVariance { sandwich, robust, model };

struct FineGrayOptions {
  std::int32_t cause = 1;
  CensoringConvention convention = CensoringConvention::geskus;
  SubdistributionVariance variance = SubdistributionVariance::sandwich;
  NewtonOptions newton;
  bool snap = true;
};

/// Effects that change with time: f of each covariate at the sorted `times`, of which every time of the data
/// is one; an empty column is a fixed effect.
struct EffectsOverTime {
  std::vector<double> times;
  std::vector<Span<double>> values;

  bool any() const { return !times.empty(); }
  double operator()(double time, std::size_t column) const {
    if (values[column].empty()) return 1;
    const auto at = std::lower_bound(times.begin(), times.end(), time);
    expects(at != times.end() && *at == time, "every time needs its value of f");
    return values[column][static_cast<std::size_t>(at - times.begin())];
  }
};

/// What a fit is made from; `group` holds codes 1, 2, ... of the rows whose censoring is alike, or is empty.
struct FineGrayInput {
  Columns columns;
  Span<std::int32_t> group;
  std::vector<Span<double>> covariates;
  Span<double> offset;
  EffectsOverTime effects = {};
};

/// With effects that change, a fit has no linear predictor, martingale residuals and baseline hazard.
struct FineGrayFit {
  arma::vec coefficients;  ///< 0 where aliased
  std::vector<bool> aliased;
  arma::mat variance, naive_variance;  ///< naive_variance: the inverse information
  double loglik_start = 0, loglik = 0;
  double score_test = 0, robust_score_test = 0, wald_test = 0;
  int iterations = 0;
  bool converged = false;
  arma::vec monotone;                                ///< the direction of a monotone likelihood, or empty
  std::vector<double> centre;                        ///< what was subtracted from each covariate
  std::vector<double> linear_predictor, martingale;  ///< the caller's row order
  std::vector<std::size_t> stratum_begin;            ///< of the cases, and their number at the end
  std::vector<double> time, cases, hazard;           ///< per time of cases; hazard: at the covariates' centre
  double undefined_after = 0;  ///< above the smallest time: no fit, weights are undefined after it
  std::size_t snapped = 0;
  double case_count = 0;
};

/// The residuals of a fit, rows of p.
struct FineGrayResiduals {
  std::vector<std::int32_t> row;  ///< the caller's rows of the cases, by stratum and time
  std::vector<double> time;       ///< of those
  arma::mat schoenfeld;           ///< cases x p: x less the mean of the risk set
  arma::mat score;                ///< independent units x p
  std::vector<double> unit;       ///< of each of the caller's rows, from 1; 0 of a row with freq 0
};

/// New rows to predict for: covariates as the fit had them, and the stratum's code of each (empty: 1).
struct FineGrayNewRows {
  std::vector<Span<double>> covariates;
  Span<std::int32_t> stratum;
};

/// Predicted cumulative incidence: new rows x times; std_error is that of log{-log(1 - incidence)}.
struct FineGrayIncidence {
  arma::mat incidence, std_error;
};

namespace detail {

// All that a fit and what is asked of it later share.
struct FineGrayProblem {
  FineGrayProblem(const FineGrayInput& input, const FineGrayOptions& options, const Execution& execution)
      : data(input.columns, options.snap),
        regrouped(censoring_data(input, options)),
        censoring(regrouped ? *regrouped : data),
        weights(data, censoring, options.cause, options.convention),
        x(data.arrange_rows(input.covariates)),
        centre(centre_columns(data, x, spread)),
        offset(input.offset.empty() ? Arranged<double>() : data.arrange(input.offset)),
        likelihood(data, x, offset, weights, options.cause, execution) {}

  bool is_defined() const {
    const CaseSteps& cases = likelihood.cases();
    double last = -std::numeric_limits<double>::infinity();
    for (double time : cases.time) last = std::max(last, time);
    return !(weights.undefined_after() < last && std::isfinite(weights.undefined_after()));
  }

  // The same rows with the censoring groups as strata; nothing where these are the strata already.
  static std::unique_ptr<TimeToEvent> censoring_data(const FineGrayInput& input,
                                                     const FineGrayOptions& options) {
    if (input.group.empty() && input.columns.stratum.empty()) return nullptr;
    Columns columns = input.columns;
    columns.stratum = input.group;
    return std::make_unique<TimeToEvent>(columns, options.snap);
  }

  TimeToEvent data;
  std::unique_ptr<TimeToEvent> regrouped;
  const TimeToEvent& censoring;
  SubdistributionWeights weights;
  arma::vec spread;
  ArrangedRows x;
  std::vector<double> centre;
  Arranged<double> offset;
  SubdistributionLikelihood likelihood;
};

// Fills q of an estimate: value(k, group, gone, out) is q between the step before k and step k of a stratum,
// `gone` holding the competing rows that left before k.
template <class Value>
CensoringGrid censoring_grid(const FineGrayProblem& p, std::size_t width, Value value) {
  const TimeToEvent& data = p.data;
  CensoringGrid grid(p.weights, width);
  const std::size_t groups = p.weights.groups();
  std::vector<double> before(groups * width), now(before), change(width);
  const std::vector<Step>& steps = data.schedule().steps;
  const auto move = [&](double time) {
    for (std::size_t g = 0; g < groups; ++g) {
      bool moved = false;
      for (std::size_t j = 0; j < width; ++j) {
        change[j] = now[g * width + j] - before[g * width + j];
        moved |= change[j] != 0;
      }
      if (moved) grid.add_from(g, time, change.data());
    }
    before = now;
  };
  const auto finish = [&](double time) {
    std::fill(now.begin(), now.end(), 0.0);
    move(time);
  };
  CompetingMoments gone(p.weights, p.x, p.likelihood.relative_risk());
  std::size_t stratum = 0;
  sweep(data.schedule(), Direction::forward, gone, [&](std::size_t k, const Step&) {
    while (k >= data.schedule().stratum_begin[stratum + 1]) ++stratum;
    const bool first = k == data.schedule().stratum_begin[stratum];
    if (first && k > 0) finish(steps[k - 1].time);
    if (first) return;  // nobody has left yet
    for (std::size_t g = 0; g < groups; ++g) value(k, g, gone, now.data() + g * width);
    move(steps[k - 1].time);
  });
  if (!steps.empty()) finish(steps.back().time);
  grid.close();
  return grid;
}

// q of the score: sum over the rows that left of w r x times the tail of the hazard, less that of the means.
inline CensoringGrid score_grid(const FineGrayProblem& p) {
  const std::size_t stride = p.x.stride;
  const SubdistributionLikelihood& fit = p.likelihood;
  const std::vector<double> tails = fit.mean_tails();
  return censoring_grid(
      p, stride, [&](std::size_t k, std::size_t g, const CompetingMoments& gone, double* out) {
        std::fill(out, out + stride, 0.0);
        const std::size_t e = fit.cases().next[k];
        if (e == CaseSteps::none || gone.s0(g) == 0) return;
        add_scaled(fit.hazard_tail(e, g), gone.s1(g), stride, out);
        add_scaled(-gone.s0(g), tails.data() + (e * fit.cases().groups + g) * stride, stride, out);
      });
}

// Scores by unit, rows of x.stride, of the last evaluation.
inline std::vector<double> unit_scores(const FineGrayProblem& p, SubdistributionVariance variance) {
  std::vector<double> scores = p.likelihood.score_residuals();
  if (variance == SubdistributionVariance::sandwich && p.weights.any_competing())
    add_censoring_influence(p.data, p.censoring, p.weights, score_grid(p), scores);
  return scores;
}

inline arma::mat score_products(const FineGrayProblem& p, const std::vector<double>& scores,
                                const Execution& execution) {
  return unit_products(p.data, scores, p.x.stride, p.x.width, execution);
}

// Proposes and proves a direction along which the likelihood grows for ever: the risk sets are those of Cox's
// likelihood when a row with a competing event never leaves.
class SubdistributionWatch {
 public:
  SubdistributionWatch(const FineGrayInput& input, const FineGrayOptions& options, const arma::vec& spread)
      : input_(input), options_(options), spread_(spread) {}

  void operator()(int iteration, const arma::vec& step) {
    const bool still_moving = arma::max(arma::abs(step % spread_)) > 0.01;
    if (iteration < 7 || !direction_.is_empty() || !still_moving) return;
    arma::vec candidate = dominant_direction(step, spread_);
    if (is_proved(candidate)) direction_ = std::move(candidate);
  }
  const arma::vec& direction() const { return direction_; }

 private:
  bool is_proved(const arma::vec& candidate) const {
    std::vector<double> stop(input_.columns.stop.begin(), input_.columns.stop.end());
    std::vector<std::int32_t> cause(input_.columns.cause.begin(), input_.columns.cause.end());
    const double last = *std::max_element(stop.begin(), stop.end()), never = last + std::fabs(last) + 1;
    for (std::size_t i = 0; i < stop.size(); ++i) {
      if (cause[i] > 0 && cause[i] != options_.cause) stop[i] = never;
      cause[i] = cause[i] == options_.cause ? 1 : 0;
    }
    Columns columns = input_.columns;
    columns.stop = stop;
    columns.cause = cause;
    columns.subject = {};
    const TimeToEvent kept(columns, options_.snap);
    return is_monotone_along(kept, kept.arrange_rows(input_.covariates), candidate);
  }

  const FineGrayInput& input_;
  const FineGrayOptions& options_;
  const arma::vec& spread_;
  arma::vec direction_;
};

inline void check_input(const FineGrayInput& input, const FineGrayOptions& options) {
  expects(options.cause >= 1, "the cause of interest must be a code 1, 2, ...");
  for (const Span<double>& column : input.covariates) {
    for (double value : column) expects(std::isfinite(value), "covariates must be finite");
  }
  for (double value : input.offset) expects(std::isfinite(value), "the offset must be finite");
  check_codes(input.group, input.columns.size(), "censoring groups must be codes 1, 2, ..., one per row");
  expects(input.group.empty() || input.columns.start.empty(),
          "censoring groups are not supported together with late entry");
}

inline void store_cases(const FineGrayProblem& p, FineGrayFit& fit) {
  const CaseSteps& cases = p.likelihood.cases();
  fit.stratum_begin = cases.begin;
  fit.time = cases.time;
  fit.cases = cases.mass;
  for (std::size_t s = 0; s + 1 < cases.begin.size(); ++s) {
    for (std::size_t e = cases.begin[s]; e < cases.begin[s + 1]; ++e)
      fit.hazard.push_back(p.likelihood.hazard(e) * std::exp(-p.likelihood.centre(s)));
  }
}

}  // namespace detail

/// `start` may be empty: then Newton begins at 0.
inline FineGrayFit fine_gray(const FineGrayInput& input, const std::vector<double>& start,
                             const FineGrayOptions& options, const Execution& execution = {}) {
  using Variance = SubdistributionVariance;
  const std::size_t width = input.covariates.size();
  detail::check_input(input, options);
  expects(start.empty() || start.size() == width, "one starting value per covariate is needed");
  detail::FineGrayProblem p(input, options, execution);
  FineGrayFit fit;
  fit.centre = p.centre;
  fit.snapped = p.data.snapped();
  fit.undefined_after =
      p.is_defined() ? -std::numeric_limits<double>::infinity() : p.weights.undefined_after();
  if (!p.is_defined()) return fit;
  const bool robust = options.variance != Variance::model;

  std::unique_ptr<ChangingEffects> changing;
  if (input.effects.any())
    changing = std::make_unique<ChangingEffects>(p.data, p.x, p.offset, p.weights, options.cause,
                                                 std::cref(input.effects));
  const auto meat = [&] {
    if (!changing) return detail::score_products(p, detail::unit_scores(p, options.variance), execution);
    const bool estimated = options.variance == Variance::sandwich && p.weights.any_competing();
    return detail::score_products(p, changing->scores(estimated ? &p.censoring : nullptr), execution);
  };
  const arma::vec begin = start.empty() ? arma::vec(width, arma::fill::zeros) : arma::vec(start);
  detail::SubdistributionWatch watch(input, options, p.spread);
  NewtonOptions scaled = options.newton;
  scaled.tolerance *= std::sqrt(p.data.mean_mass());
  bool first = true;
  NewtonResult found = newton(
      [&](const arma::vec& beta) {
        Likelihood value = changing ? (*changing)(beta) : p.likelihood(beta);
        if (std::exchange(first, false)) {
          fit.loglik_start = value.value;
          const SweptInverse inverse = swept_inverse(value.information, value.scale, 1e-11);
          fit.aliased = inverse.aliased;
          fit.score_test = inverse.quadratic_form(value.score);
          if (robust) fit.robust_score_test = swept_inverse(meat()).quadratic_form(value.score);
        }
        return value;
      },
      begin, scaled,
      [&](int iteration, const arma::vec& step) {
        if (!changing) watch(iteration, step);
      });

  fit.coefficients = found.at;
  fit.loglik = found.likelihood.value;
  fit.iterations = found.iterations;
  fit.converged = found.converged;
  fit.monotone = watch.direction();
  fit.naive_variance = fit.monotone.is_empty()
                           ? found.inverse.inverse
                           : detail::variance_beside(found.likelihood.information, fit.monotone);
  fit.variance = fit.naive_variance;
  if (robust) fit.variance = detail::mean_products(fit.naive_variance, meat());
  if (fit.monotone.is_empty()) fit.wald_test = swept_inverse(fit.variance).quadratic_form(found.at - begin);
  const CaseSteps& cases = changing ? changing->cases() : p.likelihood.cases();
  for (double mass : cases.mass) fit.case_count += mass;
  if (changing) return fit;
  fit.linear_predictor = p.data.restore(p.likelihood.linear_predictor());
  fit.martingale = p.data.restore(p.likelihood.martingale());
  detail::store_cases(p, fit);
  return fit;
}

/// The residuals at `beta`.
inline FineGrayResiduals fine_gray_residuals(const FineGrayInput& input, const arma::vec& beta,
                                             const FineGrayOptions& options,
                                             const Execution& execution = {}) {
  detail::check_input(input, options);
  expects(beta.n_elem == input.covariates.size(), "one coefficient per covariate is needed");
  detail::FineGrayProblem p(input, options, execution);
  expects(p.is_defined(), "the weights of competing rows are not defined");
  p.likelihood(beta);
  FineGrayResiduals out;
  std::vector<double> flat;
  Counts pool(p.data);
  sweep(p.data.schedule(), Direction::forward, pool, [&](std::size_t k, const Step& step) {
    const std::size_t e = p.likelihood.cases().of_step[k];
    if (e == CaseSteps::none) return;
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      if (!p.likelihood.is_case(i)) continue;
      out.row.push_back(p.data.row(i));
      out.time.push_back(step.time);
      for (std::size_t j = 0; j < p.x.width; ++j)
        flat.push_back(p.x.row(i)[j] - p.likelihood.s1(e)[j] / p.likelihood.s0(e));
    }
  });
  out.schoenfeld = arma::mat(flat.data(), p.x.width, out.row.size()).t();
  const std::vector<double> scores = detail::unit_scores(p, options.variance);
  out.score.set_size(p.data.units(), p.x.width);
  for (std::size_t u = 0; u < p.data.units(); ++u) {
    for (std::size_t j = 0; j < p.x.width; ++j) out.score(u, j) = scores[u * p.x.stride + j];
  }
  out.unit.assign(p.data.rows_in(), 0.0);
  for (std::size_t i = 0; i < p.data.rows(); ++i)
    out.unit[static_cast<std::size_t>(p.data.row(i))] = p.data.unit(i) + 1;
  return out;
}

namespace detail {

// What the units move the cumulative hazard of one stratum at one time, per hazard of relative risk 1, the
// coefficients held fixed.
class BaselineInfluence {
 public:
  BaselineInfluence(const FineGrayProblem& p, std::size_t stratum, bool estimated_weights)
      : p_(p),
        fit_(p.likelihood),
        stratum_(stratum),
        estimated_(estimated_weights),
        spread_(1, 0.0),
        shared_(fit_.cases().groups, std::vector<double>(1, 0.0)),
        means_(1, std::vector<double>(p.x.width, 0.0)) {
    for (std::size_t e = first(); e < fit_.cases().begin[stratum + 1]; ++e) {
      const double part = fit_.hazard(e) / fit_.s0(e);
      spread_.push_back(spread_.back() + part);
      for (std::size_t g = 0; g < shared_.size(); ++g)
        shared_[g].push_back(shared_[g].back() + fit_.cases().weight(e, g) * part);
      hazard_.push_back(hazard_.back() + fit_.hazard(e));
      means_.push_back(means_.back());
      for (std::size_t j = 0; j < p.x.width; ++j) means_.back()[j] += part * fit_.s1(e)[j];
    }
  }

  /// How many of the stratum's steps with cases there are up to `time`.
  std::size_t upto(double time) const {
    const auto begin = fit_.cases().time.begin() + static_cast<std::ptrdiff_t>(first());
    return static_cast<std::size_t>(
        std::upper_bound(begin, begin + static_cast<std::ptrdiff_t>(hazard_.size() - 1), time) - begin);
  }
  double hazard(std::size_t upto) const { return hazard_[upto]; }
  double spread(std::size_t upto) const { return spread_[upto]; }  ///< the model's variance of the hazard
  const std::vector<double>& mean(std::size_t upto) const { return means_[upto]; }

  std::vector<double> influence(std::size_t upto) const {
    std::vector<double> out(p_.data.units(), 0.0);
    Met pool(*this, upto, out);
    sweep(p_.data.schedule(), Direction::forward, pool,
          [&](std::size_t k, const Step& step) { pool.observe(k, step); });
    if (estimated_ && p_.weights.any_competing()) {
      std::vector<double> padded(lanes * out.size(), 0.0);
      add_censoring_influence(p_.data, p_.censoring, p_.weights, grid(upto), padded);
      for (std::size_t u = 0; u < out.size(); ++u) out[u] += padded[lanes * u];
    }
    return out;
  }

 private:
  std::size_t first() const { return fit_.cases().begin[stratum_]; }

  CensoringGrid grid(std::size_t upto) const {
    const std::vector<std::size_t>& begin = p_.data.schedule().stratum_begin;
    return censoring_grid(p_, lanes,
                          [&](std::size_t k, std::size_t g, const CompetingMoments& gone, double* out) {
                            *out = 0;
                            if (k < begin[stratum_] || k >= begin[stratum_ + 1]) return;
                            const std::size_t e = fit_.cases().next[k];
                            if (e == CaseSteps::none || e - first() >= upto) return;
                            *out = gone.s0(g) * (shared_[g][upto] - shared_[g][e - first()]);
                          });
  }

  class Met {
   public:
    Met(const BaselineInfluence& base, std::size_t upto, std::vector<double>& out)
        : base_(base), upto_(upto), out_(out) {}
    void clear() {
      ++strata_;
      past_ = 0;
    }
    void add(const Rows& rows) {
      if (!active()) return;
      rows.each([&](std::int32_t row) {
        const auto i = static_cast<std::size_t>(row);
        at(i) += r(i) * base_.spread_[past_];
      });
    }
    void remove(const Rows& rows) {
      if (!active()) return;
      rows.each([&](std::int32_t row) {
        const auto i = static_cast<std::size_t>(row);
        const std::vector<double>& shared = base_.shared_[base_.p_.weights.group(i)];
        const double later = base_.p_.weights.at_exit(i) * (shared[upto_] - shared[past_]);
        at(i) -= r(i) * (base_.spread_[past_] + later);
      });
    }
    void observe(std::size_t k, const Step& step) {
      const std::size_t e = base_.fit_.cases().of_step[k];
      if (!active() || e == CaseSteps::none || past_ >= upto_) return;
      ++past_;
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (base_.fit_.is_case(i)) at(i) += base_.p_.data.mass(i) / base_.fit_.s0(e);
      }
    }

   private:
    bool active() const { return strata_ == base_.stratum_ + 1; }
    double r(std::size_t i) const { return base_.fit_.relative_risk()[i]; }
    double& at(std::size_t i) { return out_[static_cast<std::size_t>(base_.p_.data.unit(i))]; }

    const BaselineInfluence& base_;
    std::size_t upto_;
    std::vector<double>& out_;
    std::size_t strata_ = 0, past_ = 0;
  };

  const FineGrayProblem& p_;
  const SubdistributionLikelihood& fit_;
  std::size_t stratum_;
  bool estimated_;
  std::vector<double> spread_, hazard_ = {0.0};
  std::vector<std::vector<double>> shared_, means_;
};

// The variance of a cumulative hazard at one time, and its covariance with the scores.
struct HazardVariance {
  double own = 0;
  arma::vec with_scores;
};

inline HazardVariance hazard_variance(const FineGrayProblem& p, const BaselineInfluence& base,
                                      std::size_t upto, const std::vector<double>& scores,
                                      const std::vector<double>& share) {
  HazardVariance out{0, arma::vec(p.x.width, arma::fill::zeros)};
  const std::vector<double> influence = base.influence(upto);
  for (std::size_t u = 0; u < influence.size(); ++u) {
    out.own += share[u] * influence[u] * influence[u];
    for (std::size_t j = 0; j < p.x.width; ++j)
      out.with_scores(j) += share[u] * influence[u] * scores[u * p.x.stride + j];
  }
  return out;
}

}  // namespace detail

/// The incidence at `times` for new rows, at a fit's coefficients.
inline FineGrayIncidence fine_gray_incidence(const FineGrayInput& input, const FineGrayFit& fit,
                                             const FineGrayNewRows& rows, const std::vector<double>& times,
                                             const FineGrayOptions& options,
                                             const Execution& execution = {}) {
  using Variance = SubdistributionVariance;
  detail::check_input(input, options);
  const std::size_t width = input.covariates.size();
  expects(rows.covariates.size() == width && fit.coefficients.n_elem == width,
          "new rows and coefficients must have the covariates of the fit");
  detail::FineGrayProblem p(input, options, execution);
  expects(p.is_defined(), "the weights of competing rows are not defined");
  p.likelihood(fit.coefficients);
  const bool robust = options.variance != Variance::model;
  const std::vector<double> scores =
      robust ? detail::unit_scores(p, options.variance) : std::vector<double>();
  const std::vector<double> share = detail::unit_shares(p.data);
  const std::size_t n = rows.covariates.empty() ? 0 : rows.covariates.front().size();
  FineGrayIncidence out{arma::mat(n, times.size()), arma::mat(n, times.size())};
  for (std::size_t s = 0; s < p.data.strata(); ++s) {
    std::vector<std::size_t> here;
    for (std::size_t i = 0; i < n; ++i) {
      if (rows.stratum.empty() ? s == 0 : static_cast<std::size_t>(rows.stratum[i]) == s + 1)
        here.push_back(i);
    }
    if (here.empty()) continue;
    const detail::BaselineInfluence base(p, s, options.variance == Variance::sandwich);
    for (std::size_t m = 0; m < times.size(); ++m) {
      const std::size_t upto = base.upto(times[m]);
      const double hazard = base.hazard(upto);
      detail::HazardVariance moved{base.spread(upto), arma::vec(width, arma::fill::zeros)};
      if (robust && upto > 0) moved = detail::hazard_variance(p, base, upto, scores, share);
      const arma::vec with = fit.naive_variance * moved.with_scores;
      for (std::size_t i : here) {
        arma::vec x(width);
        for (std::size_t j = 0; j < width; ++j) x(j) = rows.covariates[j][i] - p.centre[j];
        const double risk = std::exp(arma::dot(x, fit.coefficients) - p.likelihood.centre(s));
        out.incidence(i, m) = -std::expm1(-hazard * risk);
        for (std::size_t j = 0; j < width; ++j) x(j) -= upto > 0 ? base.mean(upto)[j] / hazard : 0;
        const double variance = upto > 0 ? moved.own / (hazard * hazard) + 2 * arma::dot(x, with) / hazard +
                                               arma::dot(x, fit.variance * x)
                                         : 0;
        out.std_error(i, m) = std::sqrt(std::max(variance, 0.0));
      }
    }
  }
  return out;
}

}  // namespace tte
