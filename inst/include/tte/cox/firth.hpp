// Firth's penalty (Firth 1993; Heinze & Schemper 2001): l + log det I / 2, whose maximum is finite also when
// the likelihood is monotone. Its score adds tr(I^-1 dI/dbeta) / 2, third moments of the risk sets contracted
// with V = I^-1. With y_i = V x_i, h_i = x_i'y_i, and for every risk set its mean m, H the mean of h, and the
// hazard dL, the trace is
//   sum_i x_i (a_i h_i - 2 r_i y_i' int m dL) + sum_k w_k m_k (2 m_k'V m_k - H_k):
// linear time, with nothing larger than p numbers per step.
#pragma once

#include <cstddef>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/pools.hpp"
#include "../core/sweep.hpp"
#include "partial_likelihood.hpp"

namespace tte {

class FirthPenalty {
 public:
  FirthPenalty(const TimeToEvent& data, const ArrangedRows& x, Ties ties)
      : data_(data), x_(x), ties_(ties), met_(data.schedule().steps.size() * x.stride), own_(met_.size()) {
    // The covariates with a column more, for h.
    std::vector<double> nothing(data.rows_in(), 0.0);
    with_h_ = data.arrange_rows(std::vector<Span<double>>(x.width + 1, Span<double>(nothing)));
    for (std::size_t i = 0; i < data.rows(); ++i) std::copy(x.row(i), x.row(i) + x.width, with_h_.row(i));
  }

  /// tr(V dI/dbeta_j) for every j, at the last evaluation of `likelihood`; V the inverse information there.
  arma::vec trace(const PartialLikelihood& likelihood, const arma::mat& v) {
    for (std::size_t i = 0; i < data_.rows(); ++i) with_h_.row(i)[x_.width] = form(v, x_.row(i), x_.row(i));
    arma::vec out(x_.width, arma::fill::zeros);
    if (data_.schedule().late_entry()) {
      add_means<RemovableMoments>(likelihood, v, out);
    } else {
      add_means<Moments>(likelihood, v, out);
    }
    add_rows(likelihood, v, out);
    return out;
  }

 private:
  double form(const arma::mat& v, const double* left, const double* right) const {
    double sum = 0;
    for (std::size_t j = 0; j < x_.width; ++j) {
      double inner = 0;
      for (std::size_t k = 0; k < x_.width; ++k) inner += v(j, k) * right[k];
      sum += left[j] * inner;
    }
    return sum;
  }

  // The sum over risk sets; keeps int m dL's increments for the rows (own_: the part that a row with the
  // event does not meet).
  template <class Pool>
  void add_means(const PartialLikelihood& likelihood, const arma::mat& v, arma::vec& out) {
    const Arranged<double>& r = likelihood.risk();
    Pool at_risk(with_h_, r);
    detail::TiedEvents tied(with_h_.stride);
    std::vector<double> mean(with_h_.stride);
    sweep(data_.schedule(), Direction::backward, at_risk, [&](std::size_t k, const Step& step) {
      double* met = &met_[k * x_.stride];
      double* own = &own_[k * x_.stride];
      std::fill(met, met + x_.stride, 0.0);
      std::fill(own, own + x_.stride, 0.0);
      if (step.events().empty()) return;
      tied.collect(data_, with_h_, r, step.events());
      const std::int64_t means = ties_ == Ties::breslow ? 1 : tied.count;
      const double w = tied.mass / static_cast<double>(means);
      for (std::int64_t l = 0; l < means; ++l) {
        const double f = static_cast<double>(l) / static_cast<double>(means), s = at_risk.s0() - f * tied.d0;
        for (std::size_t j = 0; j <= x_.width; ++j) mean[j] = (at_risk.s1()[j] - f * tied.d1[j]) / s;
        const double around = w * (2 * form(v, mean.data(), mean.data()) - mean[x_.width]);
        for (std::size_t j = 0; j < x_.width; ++j) {
          out(j) += around * mean[j];
          met[j] += w / s * mean[j];
          own[j] += f * w / s * mean[j];
        }
      }
    });
  }

  void add_rows(const PartialLikelihood& likelihood, const arma::mat& v, arma::vec& out) {
    VectorHazard pool(*this, likelihood.risk());
    sweep(data_.schedule(), Direction::forward, pool,
          [&](std::size_t k, const Step& step) { pool.observe(k, step); });
    for (std::size_t i = 0; i < data_.rows(); ++i) {
      const double* x = x_.row(i);
      const double weight = likelihood.met_hazard()[i] * with_h_.row(i)[x_.width] -
                            2 * form(v, x, pool.met().data() + i * x_.stride);
      for (std::size_t j = 0; j < x_.width; ++j) out(j) += weight * x[j];
    }
  }

  // r_i int m dL of every row, as row_hazard() gives r_i int dL.
  class VectorHazard {
   public:
    VectorHazard(const FirthPenalty& penalty, const Arranged<double>& r)
        : penalty_(penalty),
          r_(r),
          stride_(penalty.x_.stride),
          total_(stride_),
          met_(penalty.data_.rows() * stride_, 0.0) {}

    void clear() { std::fill(total_.begin(), total_.end(), 0.0); }
    void add(const Rows& rows) { move(rows, -1); }
    void remove(const Rows& rows) { move(rows, 1); }
    void observe(std::size_t k, const Step& step) {
      detail::add_scaled(1, &penalty_.met_[k * stride_], stride_, total_.data());
      for (std::int32_t i = step.exits.begin; i < step.events_end; ++i) {
        const auto row = static_cast<std::size_t>(i);
        detail::add_scaled(-r_[row], &penalty_.own_[k * stride_], stride_, &met_[row * stride_]);
      }
    }
    const std::vector<double>& met() const { return met_; }

   private:
    void move(const Rows& rows, double sign) {
      rows.each([&](std::int32_t i) {
        const auto row = static_cast<std::size_t>(i);
        detail::add_scaled(sign * r_[row], total_.data(), stride_, &met_[row * stride_]);
      });
    }
    const FirthPenalty& penalty_;
    const Arranged<double>& r_;
    std::size_t stride_;
    std::vector<double> total_, met_;
  };

  const TimeToEvent& data_;
  const ArrangedRows& x_;
  Ties ties_;
  ArrangedRows with_h_;
  std::vector<double> met_, own_;  // steps x stride
};

}  // namespace tte
