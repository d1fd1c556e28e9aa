// Infinitesimal-jackknife variances of a curve in linear time.
// The influence of every independent unit on a nonparametric curve is, at any time, linear in a few functions
// of time that all units share (1, the cumulative hazard, the incidence, ...): a unit's coefficients change
// only when one of its rows enters or leaves. So the sum over units of squared influence is b'Qb with Q the
// sum of the outer products of the coefficients, kept up to date row by row, and b the shared functions at
// the time asked for.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "compensated_sum.hpp"

namespace tte {

template <std::size_t M>
class InfluenceSums {
 public:
  using Vector = std::array<double, M>;

  explicit InfluenceSums(std::size_t units) : coefficients_(units), copies_(units, 0.0) {}

  void clear() {
    for (std::size_t unit : touched_) {
      coefficients_[unit] = Vector{};
      copies_[unit] = 0;
    }
    touched_.clear();
    for (auto& row : squares_) row.fill(CompensatedSum{});
  }

  /// Adds to the coefficients of a unit that stands for `copies` equal ones.
  void update(std::size_t unit, const Vector& change, double copies = 1) {
    Vector& old = coefficients_[unit];
    if (copies_[unit] == 0) touched_.push_back(unit);
    copies_[unit] = copies;
    for (std::size_t a = 0; a < M; ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        squares_[a][b].add(copies * (old[a] * change[b] + change[a] * old[b] + change[a] * change[b]));
      }
    }
    for (std::size_t a = 0; a < M; ++a) old[a] += change[a];
  }

  /// The variance at the time where the shared functions are `basis`; rounding never makes it negative.
  double variance(const Vector& basis) const {
    if (coefficients_.size() <= few) return summed_variance(basis);
    CompensatedSum total;
    for (std::size_t a = 0; a < M; ++a) {
      for (std::size_t b = 0; b <= a; ++b)
        total.add((a == b ? 1 : 2) * squares_[a][b].value() * basis[a] * basis[b]);
    }
    return total.value() > 0 ? total.value() : 0;
  }

 private:
  // Large clusters have small influences made of large parts: with few units those are added up before they
  // are squared.
  static constexpr std::size_t few = 64;

  double summed_variance(const Vector& basis) const {
    double total = 0;
    for (std::size_t u = 0; u < coefficients_.size(); ++u) {
      double influence = 0;
      for (std::size_t a = 0; a < M; ++a) influence += coefficients_[u][a] * basis[a];
      total += copies_[u] * influence * influence;
    }
    return total;
  }

  std::vector<Vector> coefficients_;
  std::vector<double> copies_;        // 0: not yet touched
  std::vector<std::size_t> touched_;  // so that a stratum costs its own units only
  std::array<std::array<CompensatedSum, M>, M> squares_;
};

}  // namespace tte
