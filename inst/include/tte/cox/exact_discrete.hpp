// The exact (discrete, conditional logistic) probability of tied events: prod_j r_j / e_d(r), e_d the
// elementary symmetric polynomial of degree d over the rows at risk (Cox 1972). By Cauchy's formula
//   e_d = 1/(2 pi) int prod_i (1 + rho r_i e^{i theta}) (rho e^{i theta})^-d d theta,
// best on the circle where the events expected, sum p_i with p_i = rho r_i/(1 + rho r_i), are d. Equally
// spaced nodes then meet only the probability that a sum of independent Bernoulli(p_i) is d plus a multiple
// of the number of nodes; no power of r is ever formed, so nothing overflows.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tte {

/// One of the rows at risk: its hazard ratio, and how many equal rows it stands for.
struct RowAtRisk {
  double r = 0;
  std::int32_t copies = 1;
};

/// log e_d with what its derivatives need: moments under the (complex) normalised integrand, in which row i
/// is among the events with p_i(theta). Nodes come without their conjugates, whose part is in the weights:
/// every sum over nodes is meant by its real part.
struct DiscreteTie {
  double log_polynomial = 0;
  std::vector<double> included;   ///< E[p_i] per copy: the probability to be among the events
  std::vector<double> curvature;  ///< E[p_i (1 - p_i)] per copy
  std::vector<std::complex<double>> weight;
  std::vector<std::complex<double>> node_included;  ///< p_i at every node: nodes x rows
};

namespace detail {

inline std::complex<double> times(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// The circle's radius rho on the log scale, and the variance of the sum of the Bernoulli variables there.
class DiscreteCircle {
 public:
  DiscreteCircle(const std::vector<RowAtRisk>& rows, double d)
      : p_(rows.size()), q_(rows.size()), log_normaliser_(rows.size()) {
    double below = -1e300, above = 1e300, sum = 0, copies = 0;
    for (const RowAtRisk& row : rows) {
      sum += row.copies * row.r;
      copies += row.copies;
    }
    log_rho_ = std::log(d / sum) - std::log1p(-d / copies);
    for (int i = 0; i < 300; ++i) {
      const double missing = d - expected(rows);
      (missing > 0 ? below : above) = log_rho_;
      if (std::fabs(missing) < 1e-9 * std::sqrt(variance_ + 1e-12)) break;
      const double next = log_rho_ + std::clamp(missing / variance_, -4.0, 4.0);
      if (next == log_rho_) break;
      log_rho_ = next > below && next < above ? next : 0.5 * (below + above);
    }
    expected(rows);
  }
  double log_rho() const { return log_rho_; }
  double variance() const { return variance_; }
  double p(std::size_t i) const { return p_[i]; }
  double q(std::size_t i) const { return q_[i]; }                            ///< 1 - p
  double log_normaliser(std::size_t i) const { return log_normaliser_[i]; }  ///< log(1 + rho r)

 private:
  double expected(const std::vector<RowAtRisk>& rows) {
    double total = 0;
    variance_ = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double log_odds = log_rho_ + std::log(rows[i].r), smaller = std::exp(-std::fabs(log_odds));
      p_[i] = (log_odds > 0 ? 1 : smaller) / (1 + smaller);
      q_[i] = (log_odds > 0 ? smaller : 1) / (1 + smaller);
      log_normaliser_[i] = std::max(log_odds, 0.0) + std::log1p(smaller);
      total += rows[i].copies * p_[i];
      variance_ += rows[i].copies * p_[i] * q_[i];
    }
    return total;
  }

  std::vector<double> p_, q_, log_normaliser_;
  double log_rho_ = 0, variance_ = 0;
};

// prod_i (1 - p_i + p_i e^{i theta}) e^{-i d theta}; fills the p_i(theta).
inline std::complex<double> discrete_node(const std::vector<RowAtRisk>& rows, const DiscreteCircle& circle,
                                          double d, double theta, std::complex<double>* included) {
  const std::complex<double> turn(std::cos(theta), std::sin(theta));
  double log_size = 0, angle = -d * theta;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::complex<double> part = circle.p(i) * turn, factor = circle.q(i) + part;
    const double square = std::norm(factor);
    log_size += 0.5 * rows[i].copies * std::log(square);
    angle += rows[i].copies * std::atan2(factor.imag(), factor.real());
    included[i] = times(part, std::conj(factor)) / square;
  }
  return std::polar(std::exp(log_size), angle);
}

}  // namespace detail

/// Fewer events `d` than rows at risk (copies counted); with as many the probability is 1.
inline DiscreteTie discrete_tie(const std::vector<RowAtRisk>& rows, std::int64_t d) {
  constexpr double negligible = 80, pi = 3.14159265358979323846;
  const auto events = static_cast<double>(d);
  const detail::DiscreteCircle circle(rows, events);
  double copies = 0;
  for (const RowAtRisk& row : rows) copies += row.copies;
  // Bernstein: P(|sum - d| >= m) <= 2 exp(-m^2 / (2 (variance + m / 3))).
  const double wanted =
      negligible / 3 + std::sqrt(negligible * negligible / 9 + negligible * circle.variance());
  const auto half = static_cast<std::size_t>(std::ceil(0.5 * std::min(wanted, copies + 1)));
  const std::size_t nodes = 2 * half + 1;
  DiscreteTie out;
  std::vector<std::complex<double>> included(rows.size());
  double total = 0;
  for (std::size_t m = 0; m <= half; ++m) {
    const double theta = 2 * pi * static_cast<double>(m) / static_cast<double>(nodes);
    const std::complex<double> value = detail::discrete_node(rows, circle, events, theta, included.data());
    if (std::abs(value) < 1e-18) continue;
    out.weight.push_back(value * (m == 0 ? 1.0 : 2.0));
    total += out.weight.back().real();
    out.node_included.insert(out.node_included.end(), included.begin(), included.end());
  }
  out.log_polynomial = std::log(total / static_cast<double>(nodes)) - events * circle.log_rho();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out.log_polynomial += rows[i].copies * circle.log_normaliser(i);
  }
  out.included.assign(rows.size(), 0.0);
  out.curvature.assign(rows.size(), 0.0);
  for (std::size_t m = 0; m < out.weight.size(); ++m) {
    out.weight[m] /= total;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::complex<double> p = out.node_included[m * rows.size() + i];
      out.included[i] += detail::times(out.weight[m], p).real();
      out.curvature[i] += detail::times(out.weight[m], detail::times(p, 1.0 - p)).real();
    }
  }
  return out;
}

}  // namespace tte
