// The weighted partial log-likelihood of Fine and Gray, with Breslow's ties, its score, information and score
// residuals. At a case's time t the risk set holds the rows at risk and, weighted by w(t), those that left
// with a competing event before t: a backward pool, and G(t-) H(t-) times a forward pool. With a_i the hazard
// that row i has met, at risk and afterwards, score and information are those of partial_likelihood.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/gram.hpp"
#include "../core/newton.hpp"
#include "../core/pools.hpp"
#include "../core/row_hazard.hpp"
#include "../core/sweep.hpp"
#include "../cox/linear_predictor.hpp"
#include "../cox/partial_likelihood.hpp"
#include "subdistribution_weights.hpp"

namespace tte {

/// The steps with cases (events of the cause of interest), numbered in the order of the schedule.
struct CaseSteps {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  CaseSteps(const TimeToEvent& data, const SubdistributionWeights& weights, std::int32_t cause)
      : groups(weights.groups()), of_step(data.schedule().steps.size(), none), next(of_step) {
    const Schedule& schedule = data.schedule();
    begin.push_back(0);
    for (std::size_t s = 0; s < schedule.strata(); ++s) {
      for (std::size_t k = schedule.stratum_begin[s]; k < schedule.stratum_begin[s + 1]; ++k)
        find_cases(data, weights, cause, k);
      begin.push_back(time.size());
      for (std::size_t k = schedule.stratum_begin[s + 1], e = none; k-- > schedule.stratum_begin[s];)
        next[k] = e = of_step[k] == none ? e : of_step[k];
    }
  }

  std::size_t size() const { return time.size(); }
  double weight(std::size_t e, std::size_t group) const { return left[e * groups + group]; }

  std::size_t groups;
  std::vector<std::size_t> of_step;  ///< the number of a step's cases, or none
  std::vector<std::size_t> next;     ///< the first step with cases from a step on, in its stratum, or none
  std::vector<std::size_t> begin;    ///< first of each stratum, and size() at the end
  std::vector<double> time, mass;
  std::vector<double> left;  ///< G(t-) H(t-), groups side by side

 private:
  void find_cases(const TimeToEvent& data, const SubdistributionWeights& weights, std::int32_t cause,
                  std::size_t k) {
    const Step& step = data.schedule().steps[k];
    double cases = 0;
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      if (data.cause(i) == cause) cases += data.mass(i);
    }
    if (!(cases > 0)) return;
    of_step[k] = size();
    time.push_back(step.time);
    mass.push_back(cases);
    for (std::size_t g = 0; g < groups; ++g) left.push_back(weights.left(g, step.time));
  }
};

namespace detail {

// Sums of w r and w r x over the rows that left with a competing event, by censoring group; forward.
class CompetingMoments {
 public:
  CompetingMoments(const SubdistributionWeights& weights, const ArrangedRows& x, const Arranged<double>& r)
      : weights_(weights), x_(x), r_(r), s0_(weights.groups()), s1_(weights.groups() * x.stride) {}

  void clear() {
    s0_.assign(s0_.size(), 0.0);
    s1_.assign(s1_.size(), 0.0);
  }
  void add(const Rows&) {}
  void remove(const Rows& rows) {
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      const double mass = r_[i] * weights_.at_exit(i);
      if (!(mass > 0)) return;
      s0_[weights_.group(i)] += mass;
      add_scaled(mass, x_.row(i), x_.stride, s1_.data() + weights_.group(i) * x_.stride);
    });
  }
  double s0(std::size_t group) const { return s0_[group]; }
  const double* s1(std::size_t group) const { return s1_.data() + group * x_.stride; }

 private:
  const SubdistributionWeights& weights_;
  const ArrangedRows& x_;
  const Arranged<double>& r_;
  std::vector<double> s0_, s1_;
};

// Calls visit(i, e) for every row that leaves with a competing event, e being the next step with cases after
// its exit; backward.
template <class Visit>
class AfterExit {
 public:
  AfterExit(const SubdistributionWeights& weights, Visit visit) : weights_(weights), visit_(visit) {}
  void clear() { next_ = CaseSteps::none; }
  void add(const Rows& rows) {
    if (next_ == CaseSteps::none) return;
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      if (weights_.at_exit(i) > 0) visit_(i, next_);
    });
  }
  void remove(const Rows&) {}
  void observe(std::size_t e) {
    if (e != CaseSteps::none) next_ = e;
  }

 private:
  const SubdistributionWeights& weights_;
  Visit visit_;
  std::size_t next_ = CaseSteps::none;
};

template <class Visit>
void each_after_exit(const TimeToEvent& data, const SubdistributionWeights& weights, const CaseSteps& cases,
                     Visit visit) {
  if (!weights.any_competing()) return;
  AfterExit<Visit> pool(weights, visit);
  sweep(data.schedule(), Direction::backward, pool,
        [&](std::size_t k, const Step&) { pool.observe(cases.of_step[k]); });
}

}  // namespace detail

class SubdistributionLikelihood {
 public:
  /// `x` should be centred; an empty `offset` is no offset.
  SubdistributionLikelihood(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& offset,
                            const SubdistributionWeights& weights, std::int32_t cause,
                            const Execution& execution)
      : data_(data),
        x_(x),
        weights_(weights),
        cause_(cause),
        execution_(execution),
        cases_(data, weights, cause),
        predictor_(data, x, offset, execution),
        r_(predictor_.r()),
        met_(data.arranged(0.0)),
        surplus_(data.arranged(0.0)),
        width_(x.stride + 1),
        moments_(cases_.size() * width_),
        hazard_(cases_.size()),
        tail_(cases_.size() * weights.groups()),
        step_hazard_(data.schedule().steps.size()),
        means_(x.stride) {}

  SubdistributionLikelihood(const SubdistributionLikelihood&) = delete;
  SubdistributionLikelihood& operator=(const SubdistributionLikelihood&) = delete;

  Likelihood operator()(const arma::vec& beta) {
    predictor_.predict(beta);
    Likelihood out;
    sum_competing();
    if (data_.schedule().late_entry()) {
      sum_at_risk<RemovableMoments>();
    } else {
      sum_at_risk<Moments>();
    }
    out.value = log_likelihood();
    meet_hazard();
    detail::set_derivatives(x_, met_, surplus_, means_, execution_, out);
    return out;
  }

  const CaseSteps& cases() const { return cases_; }
  const ArrangedRows& x() const { return x_; }
  const SubdistributionWeights& weights() const { return weights_; }
  const TimeToEvent& data() const { return data_; }
  bool is_case(std::size_t i) const { return data_.cause(i) == cause_; }

  // All of the last evaluation:
  const Arranged<double>& linear_predictor() const { return predictor_.eta(); }
  const Arranged<double>& relative_risk() const { return r_; }  ///< mass x exp(eta - the stratum's centre)
  double centre(std::size_t stratum) const { return predictor_.centre()[stratum]; }
  double s0(std::size_t e) const { return moments_[e * width_]; }
  const double* s1(std::size_t e) const { return moments_.data() + e * width_ + 1; }
  double hazard(std::size_t e) const { return hazard_[e]; }  ///< of relative risk 1

  /// Events of the cause less what was met, per unit of mass.
  Arranged<double> martingale() const {
    Arranged<double> out = data_.arranged(0.0);
    for (std::size_t i = 0; i < data_.rows(); ++i) out[i] = surplus_[i] / data_.mass(i);
    return out;
  }

  /// Score residuals with the weights taken as known, summed over each independent unit: rows of x().stride.
  std::vector<double> score_residuals() const {
    std::vector<double> scores(data_.units() * x_.stride, 0.0);
    ScoreMet pool(*this, scores);
    sweep(data_.schedule(), Direction::forward, pool,
          [&](std::size_t k, const Step& step) { pool.observe(k, step); });
    const std::vector<double> tails = mean_tails();
    detail::each_after_exit(data_, weights_, cases_, [&](std::size_t i, std::size_t e) {
      const double* tail = tails.data() + (e * cases_.groups + weights_.group(i)) * x_.stride;
      detail::add_scaled(r_[i] * weights_.at_exit(i), tail, x_.stride, unit_row(scores, i));
    });
    return scores;
  }

  /// For every step with cases and group: the sum over it and the later ones of G(t-) H(t-) times the hazard.
  double hazard_tail(std::size_t e, std::size_t group) const { return tail_[e * cases_.groups + group]; }

  /// The same of the hazard times the mean of x: rows of x().stride, groups side by side.
  std::vector<double> mean_tails() const {
    std::vector<double> tails(cases_.size() * cases_.groups * x_.stride, 0.0);
    for (std::size_t s = 0; s < data_.strata(); ++s) {
      for (std::size_t e = cases_.begin[s + 1]; e-- > cases_.begin[s];) {
        for (std::size_t g = 0; g < cases_.groups; ++g) {
          double* here = tails.data() + (e * cases_.groups + g) * x_.stride;
          if (e + 1 < cases_.begin[s + 1]) std::copy_n(here + cases_.groups * x_.stride, x_.stride, here);
          detail::add_scaled(cases_.weight(e, g) * hazard_[e] / s0(e), s1(e), x_.stride, here);
        }
      }
    }
    return tails;
  }

 private:
  double* unit_row(std::vector<double>& scores, std::size_t i) const {
    return scores.data() + static_cast<std::size_t>(data_.unit(i)) * x_.stride;
  }

  void sum_competing() {
    std::fill(moments_.begin(), moments_.end(), 0.0);
    if (!weights_.any_competing()) return;
    detail::CompetingMoments gone(weights_, x_, r_);
    sweep(data_.schedule(), Direction::forward, gone, [&](std::size_t k, const Step&) {
      const std::size_t e = cases_.of_step[k];
      if (e == CaseSteps::none) return;
      double* out = moments_.data() + e * width_;
      for (std::size_t g = 0; g < cases_.groups; ++g) {
        out[0] += cases_.weight(e, g) * gone.s0(g);
        detail::add_scaled(cases_.weight(e, g), gone.s1(g), x_.stride, out + 1);
      }
    });
  }

  template <class Pool>
  void sum_at_risk() {
    Pool at_risk(x_, r_);
    means_.clear();
    sweep(data_.schedule(), Direction::backward, at_risk, [&](std::size_t k, const Step&) {
      step_hazard_[k] = {};
      const std::size_t e = cases_.of_step[k];
      if (e == CaseSteps::none) return;
      double* out = moments_.data() + e * width_;
      out[0] += at_risk.s0();
      detail::add_scaled(1, at_risk.s1(), x_.stride, out + 1);
      hazard_[e] = cases_.mass[e] / out[0];
      step_hazard_[k] = {hazard_[e], hazard_[e]};
      std::copy_n(out + 1, x_.stride, means_.next_row(hazard_[e] / out[0]));
    });
  }

  double log_likelihood() const {
    CompensatedSum total;
    for (std::size_t e = 0; e < cases_.size(); ++e) total.add(-cases_.mass[e] * std::log(s0(e)));
    const std::vector<Range>& strata = data_.schedule().stratum_rows;
    for (std::size_t s = 0; s < strata.size(); ++s) {
      for (std::int32_t row = strata[s].begin; row < strata[s].end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (is_case(i)) total.add(data_.mass(i) * (predictor_.eta()[i] - predictor_.centre()[s]));
      }
    }
    return total.value();
  }

  // The hazard every row meets, at risk and after a competing event.
  void meet_hazard() {
    row_hazard(data_.schedule(), step_hazard_, r_, met_);
    for (std::size_t s = 0; s < data_.strata(); ++s) {
      for (std::size_t e = cases_.begin[s + 1]; e-- > cases_.begin[s];) {
        for (std::size_t g = 0; g < cases_.groups; ++g) {
          const double later = e + 1 < cases_.begin[s + 1] ? hazard_tail(e + 1, g) : 0;
          tail_[e * cases_.groups + g] = later + cases_.weight(e, g) * hazard_[e];
        }
      }
    }
    detail::each_after_exit(data_, weights_, cases_, [&](std::size_t i, std::size_t e) {
      met_[i] += r_[i] * weights_.at_exit(i) * hazard_tail(e, weights_.group(i));
    });
    for (std::size_t i = 0; i < data_.rows(); ++i) surplus_[i] = (is_case(i) ? data_.mass(i) : 0) - met_[i];
  }

  // The pool of the score residuals: w event (x - mean) - x a + r {M(stop) - M(start)}, M the cumulated
  // hazard-weighted means; what is met after the exit comes later.
  class ScoreMet {
   public:
    ScoreMet(const SubdistributionLikelihood& fit, std::vector<double>& scores)
        : fit_(fit), scores_(scores), met_(fit.x_.stride) {}

    void clear() {
      std::fill(met_.begin(), met_.end(), 0.0);
      begun_ = false;
    }
    void add(const Rows& rows) {
      if (!begun_) return;
      rows.each([&](std::int32_t row) {
        const auto i = static_cast<std::size_t>(row);
        detail::add_scaled(-fit_.r_[i], met_.data(), met_.size(), fit_.unit_row(scores_, i));
      });
    }
    void remove(const Rows& rows) {
      rows.each([&](std::int32_t row) {
        const auto i = static_cast<std::size_t>(row);
        detail::add_scaled(fit_.r_[i], met_.data(), met_.size(), fit_.unit_row(scores_, i));
        detail::add_scaled(-fit_.met_[i], fit_.x_.row(i), met_.size(), fit_.unit_row(scores_, i));
      });
    }
    void observe(std::size_t k, const Step& step) {
      const std::size_t e = fit_.cases_.of_step[k];
      if (e == CaseSteps::none) return;
      begun_ = true;
      const double s0 = fit_.s0(e);
      detail::add_scaled(fit_.hazard_[e] / s0, fit_.s1(e), met_.size(), met_.data());
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (!fit_.is_case(i)) continue;
        double* score = fit_.unit_row(scores_, i);
        detail::add_scaled(fit_.data_.mass(i), fit_.x_.row(i), met_.size(), score);
        detail::add_scaled(-fit_.data_.mass(i) / s0, fit_.s1(e), met_.size(), score);
      }
    }

   private:
    const SubdistributionLikelihood& fit_;
    std::vector<double>& scores_;
    std::vector<double> met_;
    bool begun_ = false;
  };

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  const SubdistributionWeights& weights_;
  std::int32_t cause_;
  Execution execution_;
  CaseSteps cases_;
  LinearPredictor predictor_;
  const Arranged<double>& r_;
  Arranged<double> met_, surplus_;
  std::size_t width_;
  std::vector<double> moments_;  // S0 and S1 of every step with cases
  std::vector<double> hazard_, tail_;
  std::vector<StepHazard> step_hazard_;
  GramBuffer means_;
};

}  // namespace tte
