// Fine and Gray's likelihood when some effects change with time: beside x'b a row has z'c f(t), f(t) a known
// number for each column of z at every time of cases. Every risk set has its own relative risks, so this is
// the definition, in rows x times of cases; without such effects use subdistribution_likelihood.hpp.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "../core/newton.hpp"
#include "../core/sweep.hpp"
#include "censoring_influence.hpp"
#include "subdistribution_likelihood.hpp"

namespace tte {

/// Columns of `x`: those of fixed effects, then those multiplied by f(t).
class ChangingEffects {
 public:
  /// `factor(t, j)` is f of column j at t: 1 for a fixed effect.
  using Factor = std::function<double(double time, std::size_t column)>;

  ChangingEffects(const TimeToEvent& data, const ArrangedRows& x, const Arranged<double>& offset,
                  const SubdistributionWeights& weights, std::int32_t cause, const Factor& factor)
      : data_(data),
        x_(x),
        offset_(offset),
        weights_(weights),
        cause_(cause),
        cases_(data, weights, cause),
        hazard_(cases_.size()),
        means_(cases_.size() * x.width) {
    for (std::size_t e = 0; e < cases_.size(); ++e) {
      for (std::size_t j = 0; j < x.width; ++j) {
        factors_.push_back(factor(cases_.time[e], j));
        expects(std::isfinite(factors_.back()), "an effect's function of time must be finite at every event");
      }
    }
  }

  Likelihood operator()(const arma::vec& beta) {
    const std::size_t p = x_.width;
    beta_ = beta;
    Likelihood out{0, arma::vec(p, arma::fill::zeros), arma::mat(p, p, arma::fill::zeros),
                   arma::vec(p, arma::fill::zeros)};
    each_risk_set([&](std::size_t e, const Step& step, const std::vector<std::int32_t>& rows,
                      const std::vector<double>& mass, double centre) {
      arma::vec s1(p, arma::fill::zeros), x(p);
      arma::mat s2(p, p, arma::fill::zeros);
      double s0 = 0;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        read(static_cast<std::size_t>(rows[k]), e, x);
        s0 += mass[k];
        s1 += mass[k] * x;
        s2 += mass[k] * x * x.t();
      }
      const arma::vec mean = s1 / s0;
      hazard_[e] = cases_.mass[e] / s0;
      std::copy(mean.begin(), mean.end(), means_.begin() + static_cast<std::ptrdiff_t>(e * p));
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (data_.cause(i) != cause_) continue;
        read(i, e, x);
        out.value += data_.mass(i) * (predictor(i, x) - centre - std::log(s0));
        out.score += data_.mass(i) * (x - mean);
      }
      out.information += cases_.mass[e] * (s2 / s0 - mean * mean.t());
      out.scale += cases_.mass[e] * s2.diag() / s0;
    });
    return out;
  }

  /// Score residuals of the last evaluation by independent unit (rows of x.stride); with the influence of the
  /// estimated weights where `censoring` is given.
  std::vector<double> scores(const TimeToEvent* censoring) const {
    const std::size_t p = x_.width, stride = x_.stride;
    std::vector<double> out(data_.units() * stride, 0.0), pull(stride, 0.0);
    CensoringGrid grid(weights_, stride);
    std::vector<double> exits(data_.rows());
    for (const Step& step : data_.schedule().steps) {
      for (std::int32_t i = step.exits.begin; i < step.exits.end; ++i)
        exits[static_cast<std::size_t>(i)] = step.time;
    }
    arma::vec x(p);
    each_risk_set([&](std::size_t e, const Step& step, const std::vector<std::int32_t>& rows,
                      const std::vector<double>& mass, double) {
      const double* mean = means_.data() + e * p;
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const auto i = static_cast<std::size_t>(rows[k]);
        double* unit = out.data() + static_cast<std::size_t>(data_.unit(i)) * stride;
        read(i, e, x);
        for (std::size_t j = 0; j < p; ++j) {
          pull[j] = mass[k] * hazard_[e] * (x(j) - mean[j]);
          unit[j] -= pull[j];
        }
        if (censoring == nullptr || exits[i] >= step.time) continue;
        grid.add_from(weights_.group(i), exits[i], pull.data());
        for (double& value : pull) value = -value;
        grid.add_from(weights_.group(i), step.time, pull.data());
      }
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (data_.cause(i) != cause_) continue;
        read(i, e, x);
        double* unit = out.data() + static_cast<std::size_t>(data_.unit(i)) * stride;
        for (std::size_t j = 0; j < p; ++j) unit[j] += data_.mass(i) * (x(j) - mean[j]);
      }
    });
    if (censoring == nullptr) return out;
    grid.close();
    add_censoring_influence(data_, *censoring, weights_, grid, out);
    return out;
  }

  const CaseSteps& cases() const { return cases_; }
  double hazard(std::size_t e) const { return hazard_[e]; }

 private:
  // Which rows are there, or left with a competing event; forward.
  struct Members {
    explicit Members(const SubdistributionWeights& w, std::size_t rows) : weights(w), state(rows, 0) {}
    void clear() { std::fill(state.begin(), state.end(), 0); }
    void add(const Rows& rows) {
      rows.each([&](std::int32_t i) { state[static_cast<std::size_t>(i)] = 1; });
    }
    void remove(const Rows& rows) {
      rows.each([&](std::int32_t i) {
        const auto at = static_cast<std::size_t>(i);
        state[at] = weights.at_exit(at) > 0 ? 2 : 0;
      });
    }
    const SubdistributionWeights& weights;
    std::vector<char> state;
  };

  void read(std::size_t i, std::size_t e, arma::vec& x) const {
    for (std::size_t j = 0; j < x_.width; ++j) x(j) = x_.row(i)[j] * factors_[e * x_.width + j];
  }
  double predictor(std::size_t i, const arma::vec& x) const {
    return arma::dot(x, beta_) + (offset_.empty() ? 0 : offset_[i]);
  }

  // Calls visit(e, step, rows, mass, centre) for every time of cases, mass = w r exp(eta - centre).
  template <class Visit>
  void each_risk_set(Visit visit) const {
    Members members(weights_, data_.rows());
    std::vector<std::int32_t> rows;
    std::vector<double> mass;
    arma::vec x(x_.width);
    std::size_t stratum = 0;
    sweep(data_.schedule(), Direction::forward, members, [&](std::size_t k, const Step& step) {
      while (k >= data_.schedule().stratum_begin[stratum + 1]) ++stratum;
      const std::size_t e = cases_.of_step[k];
      if (e == CaseSteps::none) return;
      rows.clear();
      mass.clear();
      double centre = -std::numeric_limits<double>::infinity();
      const Range all = data_.schedule().stratum_rows[stratum];
      for (std::int32_t row = all.begin; row < all.end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        if (members.state[i] == 0) continue;
        read(i, e, x);
        rows.push_back(row);
        mass.push_back(predictor(i, x));
        centre = std::max(centre, mass.back());
      }
      for (std::size_t m = 0; m < rows.size(); ++m) {
        const auto i = static_cast<std::size_t>(rows[m]);
        const double w =
            members.state[i] == 1 ? 1 : weights_.at_exit(i) * cases_.weight(e, weights_.group(i));
        mass[m] = w * data_.mass(i) * std::exp(mass[m] - centre);
      }
      visit(e, step, rows, mass, centre);
    });
  }

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  const Arranged<double>& offset_;
  const SubdistributionWeights& weights_;
  std::int32_t cause_;
  CaseSteps cases_;
  arma::vec beta_;
  std::vector<double> factors_, hazard_, means_;
};

}  // namespace tte
