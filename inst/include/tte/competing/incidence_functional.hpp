// Cumulative incidences at a time, or the years lost to each cause up to it (the areas under the incidences),
// of several curves, with the covariance of the curves by the infinitesimal jackknife: units may belong to
// several curves. A row's influence on an incidence is, while nothing happens to it, a fixed combination of
// the three functions of aalen_johansen.hpp; so the influence on the area is the same combination of their
// areas from the time on when something did.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/linalg.hpp"
#include "../core/sweep.hpp"
#include "../nonparametric/kaplan_meier.hpp"

namespace tte {

enum class IncidenceFunctional { at, area };

/// Per cause: the number of each curve (a stratum of the data), and the covariance of the curves.
struct IncidenceSummary {
  std::vector<arma::vec> estimate;
  std::vector<arma::mat> covariance;
};

namespace detail {

// What every step leaves behind, and what the functional makes of the time from the step on.
class IncidencePath {
 public:
  using Basis = std::array<double, 3>;  // 1, the incidence F, and G = sum {A(s-) - 1/n} dF(s)

  struct At {
    double survival = 1, n = 0, left = 0;  // survival: just before the step
    double growth = 0;                     // A = sum d / (n (n - d)), with the step
  };

  IncidencePath(const TimeToEvent& data, std::size_t causes, double tau, IncidenceFunctional kind)
      : causes_(causes),
        steps_(data.schedule().steps.size()),
        basis_(steps_.size() * causes),
        from_(basis_.size()),
        start_(data.strata() * causes) {
    follow(data);
    for (std::size_t s = 0; s < data.strata(); ++s) summarise(data.schedule(), s, tau, kind);
  }

  const At& at(std::size_t k) const { return steps_[k]; }
  const Basis& basis(std::size_t k, std::size_t cause) const { return basis_[k * causes_ + cause]; }
  /// The functional of (1, F, G) restricted to times from step k on.
  const Basis& from(std::size_t k, std::size_t cause) const { return from_[k * causes_ + cause]; }
  /// The same of all times.
  const Basis& start(std::size_t stratum, std::size_t cause) const {
    return start_[stratum * causes_ + cause];
  }

 private:
  struct Mass {
    explicit Mass(const TimeToEvent& rows) : data(rows) {}
    void clear() { total.clear(); }
    void add(const Rows& rows) { move(rows, 1); }
    void remove(const Rows& rows) { move(rows, -1); }
    void move(const Rows& rows, double sign) {
      rows.each([&](std::int32_t i) { total.add(sign * data.relative_mass(static_cast<std::size_t>(i))); });
    }
    const TimeToEvent& data;
    CompensatedSum total;
  };

  void follow(const TimeToEvent& data) {
    Mass pool(data);
    std::vector<double> events(causes_);
    std::vector<Basis> now(causes_);
    At last;
    std::size_t stratum = 0;
    sweep(data.schedule(), Direction::forward, pool, [&](std::size_t k, const Step& step) {
      while (k >= data.schedule().stratum_begin[stratum + 1]) ++stratum;
      if (k == data.schedule().stratum_begin[stratum]) {
        last = {};
        last.left = last.n = 1;
        now.assign(causes_, {1, 0, 0});
      }
      At here{last.survival * (last.left / last.n), pool.total.value(), 0, last.growth};
      std::fill(events.begin(), events.end(), 0.0);
      double d = 0;
      for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
        const auto i = static_cast<std::size_t>(row), c = static_cast<std::size_t>(data.cause(i) - 1);
        expects(c < causes_, "a cause code is larger than the number of causes");
        events[c] += data.relative_mass(i);
        d += data.relative_mass(i);
      }
      here.left = left_after(here.n, d);
      for (std::size_t c = 0; c < causes_; ++c) {
        const double jump = here.survival * events[c] / here.n;
        now[c][1] += jump;
        now[c][2] += here.growth * jump - jump / here.n;
        basis_[k * causes_ + c] = now[c];
      }
      here.growth += d > 0 && here.left > 0 ? d / (here.n * here.left) : 0;
      steps_[k] = last = here;
    });
  }

  void summarise(const Schedule& schedule, std::size_t s, double tau, IncidenceFunctional kind) {
    const std::size_t begin = schedule.stratum_begin[s];
    std::size_t end = begin;
    while (end < schedule.stratum_begin[s + 1] && schedule.steps[end].time <= tau) ++end;
    for (std::size_t c = 0; c < causes_; ++c) {
      Basis sum = {0, 0, 0};
      for (std::size_t k = end; k-- > begin;) {
        const Basis& b = basis(k, c);
        if (kind == IncidenceFunctional::at) {
          sum = basis(end - 1, c);
        } else {
          const double until = k + 1 < end ? schedule.steps[k + 1].time : tau;
          for (std::size_t j = 0; j < 3; ++j) sum[j] += b[j] * (until - schedule.steps[k].time);
        }
        from_[k * causes_ + c] = sum;
      }
      start_[s * causes_ + c] = sum;  // before the first step F and G are 0, and so is every influence
    }
  }

  std::size_t causes_;
  std::vector<At> steps_;
  std::vector<Basis> basis_, from_, start_;
};

// Adds up, by unit and curve, what the rows move the functional of one cause.
class FunctionalInfluence {
 public:
  FunctionalInfluence(const TimeToEvent& data, const IncidencePath& path, std::size_t cause, arma::mat& out)
      : data_(data), path_(path), cause_(cause), out_(out) {}

  void clear() {
    ++strata_;
    last_ = none;
  }
  // A row at risk from e on: -G(e) + A(e) F(e) beside 1, -A(e) beside F, 1 beside G.
  void add(const Rows& rows) { move(rows, 1); }
  void remove(const Rows& rows) { move(rows, -1); }
  void observe(std::size_t k, const Step& step) {
    last_ = k;
    const IncidencePath::At& at = path_.at(k);
    const IncidencePath::Basis &b = path_.basis(k, cause_), &from = path_.from(k, cause_);
    for (std::int32_t row = step.exits.begin; row < step.events_end; ++row) {
      const auto i = static_cast<std::size_t>(row);
      const double at_once = static_cast<std::size_t>(data_.cause(i) - 1) == cause_ ? at.survival / at.n : 0;
      const double pull = at.left > 0 ? 1 / at.left : 0;
      at_unit(i) += weight(i) * ((at_once + pull * b[1]) * from[0] - pull * from[1]);
    }
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void move(const Rows& rows, double sign) {
    const bool begun = last_ != none;
    const IncidencePath::Basis from = begun ? path_.from(last_, cause_) : path_.start(strata_ - 1, cause_);
    const IncidencePath::Basis b = begun ? path_.basis(last_, cause_) : IncidencePath::Basis{1, 0, 0};
    const double growth = begun ? path_.at(last_).growth : 0;
    const double value = (growth * b[1] - b[2]) * from[0] - growth * from[1] + from[2];
    rows.each([&](std::int32_t row) {
      const auto i = static_cast<std::size_t>(row);
      at_unit(i) += sign * weight(i) * value;
    });
  }
  double weight(std::size_t i) const { return data_.relative_mass(i) / data_.copies(i); }
  double& at_unit(std::size_t i) { return out_(static_cast<std::size_t>(data_.unit(i)), strata_ - 1); }

  const TimeToEvent& data_;
  const IncidencePath& path_;
  std::size_t cause_, strata_ = 0, last_ = none;
  arma::mat& out_;
};

}  // namespace detail

inline IncidenceSummary incidence_functional(const TimeToEvent& data, std::size_t causes, double tau,
                                             IncidenceFunctional kind) {
  expects(std::isfinite(tau), "the time must be finite");
  expects(causes >= 1, "there must be a cause");
  const detail::IncidencePath path(data, causes, tau, kind);
  std::vector<double> copies(data.units(), 1.0);
  for (std::size_t i = 0; i < data.rows(); ++i)
    copies[static_cast<std::size_t>(data.unit(i))] = data.copies(i);
  IncidenceSummary out;
  for (std::size_t c = 0; c < causes; ++c) {
    arma::vec estimate(data.strata());
    for (std::size_t s = 0; s < data.strata(); ++s) estimate(s) = path.start(s, c)[1];
    arma::mat influence(data.units(), data.strata(), arma::fill::zeros);
    detail::FunctionalInfluence pool(data, path, c, influence);
    sweep(data.schedule(), Direction::forward, pool,
          [&](std::size_t k, const Step& step) { pool.observe(k, step); });
    for (std::size_t u = 0; u < copies.size(); ++u) influence.row(u) *= std::sqrt(copies[u]);
    out.estimate.push_back(std::move(estimate));
    out.covariance.push_back(influence.t() * influence);
  }
  return out;
}

}  // namespace tte
