// The exact (marginal) probability of tied events, whose true order is unknown (Kalbfleisch & Prentice 1973;
// DeLong, Guirguis & So 1994): with S the sum of r over the survivors of the tie,
//   L = P(every event comes before every survivor) = int_0^inf S exp(-S u) prod_j {1 - exp(-r_j u)} du.
// The integrand is entire in s = log u, so the trapezoidal rule in s converges exponentially.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tte {

/// One of the tied events: its hazard ratio r, and how many equal events it stands for.
struct TiedEvent {
  double r = 0;
  std::int32_t copies = 1;
};

/// log L with what its derivatives need: moments over u, whose density is the integrand. With z = r_j u and
/// h = z/(e^z - 1) the score is sum_j E[h_j] x_j - excess S1, S1 the sum of r x over the survivors.
struct MarginalTie {
  double log_probability = 0;
  double excess = 0;                ///< E[u] - 1/S: the hazard that the survivors meet
  std::vector<double> share;        ///< E[h_j] per copy: the part of the event not yet met as hazard
  std::vector<double> curvature;    ///< -E[dh_j/d log r_j] per copy
  std::vector<double> u, weight;    ///< nodes, weights that sum to 1
  std::vector<double> node_shares;  ///< h_j at every node: nodes x events
};

namespace detail {

// z/(e^z - 1), and -z times its derivative; z > 0.
struct HazardShare {
  explicit HazardShare(double z) {
    if (z > 700) return;
    value = z > 0 ? z / std::expm1(z) : 1;
    slope = value * (z > 1e-4 ? z + value - 1 : z / 2 + z * z / 12);
  }
  double value = 0, slope = 0;
};

// log of the integrand in s = log u, and its first two derivatives.
struct MarginalIntegrand {
  const std::vector<TiedEvent>& events;
  double survivors;

  double operator()(double s) const {
    const double u = std::exp(s);
    double value = std::log(survivors) - survivors * u + s;
    for (const TiedEvent& event : events) value += event.copies * std::log(-std::expm1(-event.r * u));
    return value;
  }
  void derivatives(double s, double& first, double& second) const {
    const double u = std::exp(s);
    first = 1 - survivors * u;
    second = -survivors * u;
    for (const TiedEvent& event : events) {
      const HazardShare share(event.r * u);
      first += event.copies * share.value;
      second -= event.copies * share.slope;
    }
  }
  // The integrand is log-concave in s. `second` is left at the mode.
  double mode(double& second) const {
    double r = 0, d = 0, first = 0;
    for (const TiedEvent& event : events) {
      r += event.copies * event.r;
      d += event.copies;
    }
    double s = std::log(std::log1p((r + r / d) / survivors) * d / r), below = -1e300, above = 1e300;
    for (int i = 0; i < 200; ++i) {
      derivatives(s, first, second);
      (first > 0 ? below : above) = s;
      const double step = -first / second;
      if (std::fabs(step) < 1e-6) break;
      const double next = s + std::clamp(step, -2.0, 2.0);
      s = next > below && next < above ? next : 0.5 * (below + above);
    }
    return s;
  }
};

}  // namespace detail

/// `survivors` = S > 0. With no survivors the probability is 1 and there is nothing to call this for.
inline MarginalTie marginal_tie(const std::vector<TiedEvent>& events, double survivors) {
  constexpr double negligible = 40;  // on the log scale
  const detail::MarginalIntegrand integrand{events, survivors};
  double second = 0;
  const double mode = integrand.mode(second), peak = integrand(mode);
  const double step = std::min(0.25, 0.4 / std::sqrt(-second));
  MarginalTie out;
  const auto visit = [&](double s) {
    const double height = integrand(s) - peak;
    if (!(height > -negligible)) return false;
    out.u.push_back(std::exp(s));
    out.weight.push_back(std::exp(height));
    return true;
  };
  visit(mode);
  for (int k = 1; visit(mode - k * step); ++k) {
  }
  for (int k = 1; visit(mode + k * step); ++k) {
  }
  double total = 0, mean = 0;
  for (double w : out.weight) total += w;
  for (double& w : out.weight) w /= total;
  out.log_probability = peak + std::log(step * total);
  out.share.assign(events.size(), 0.0);
  out.curvature.assign(events.size(), 0.0);
  out.node_shares.reserve(out.u.size() * events.size());
  for (std::size_t q = 0; q < out.u.size(); ++q) {
    mean += out.weight[q] * out.u[q];
    for (std::size_t j = 0; j < events.size(); ++j) {
      const detail::HazardShare share(events[j].r * out.u[q]);
      out.node_shares.push_back(share.value);
      out.share[j] += out.weight[q] * share.value;
      out.curvature[j] += out.weight[q] * share.slope;
    }
  }
  out.excess = mean - 1 / survivors;
  return out;
}

}  // namespace tte
