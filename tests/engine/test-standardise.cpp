#include <catch2/catch.hpp>
#include <tte/cox/cox_fit.hpp>
#include <tte/cox/standardise.hpp>

#include <map>

#include "naive_cox.hpp"

using naive::Data;
using tte::Standardised;
using tte::Ties;
using tte::TimeToEvent;

namespace {

const std::vector<double> times{0.5, 2, 3.7, 6, 20};
constexpr double tau = 5.3;

// The second covariate is the arm, 0 or 1.
Data trial(const naive::Shape& shape, std::uint64_t seed) {
  Data d = naive::random_data(shape, seed);
  for (double& arm : d.x[1]) arm = arm > 0;
  return d;
}

struct Arms {
  explicit Arms(const Data& d) : placebo(d.rows(), 0.0), drug(d.rows(), 1.0), first(d.x[0]) {}
  std::vector<double> placebo, drug, first;
  std::vector<std::vector<tte::Span<double>>> covariates() const { return {{first, placebo}, {first, drug}}; }
};

// Everyone counts with weight x freq, on the row at which she starts.
std::vector<double> masses(const Data& d) {
  std::vector<double> out;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    const bool later = i > 0 && !d.subject.empty() && d.subject[i] == d.subject[i - 1];
    out.push_back(later ? 0 : (d.weight.empty() ? 1 : d.weight[i]) * (d.freq.empty() ? 1 : d.freq[i]));
  }
  return out;
}

tte::CoxFit fit_of(const Data& d, Ties ties) {
  tte::CoxOptions options;
  options.ties = ties;
  options.newton.tolerance = 1e-13;
  return tte::cox_fit(TimeToEvent(d.columns()), d.covariates(), d.offset, {}, options);
}

Standardised of(const Data& d, const tte::CoxFit& fit, Ties ties, int threads = 1) {
  const Arms arms(d);
  const std::vector<double> mass = masses(d);
  const std::vector<double> beta(fit.coefficients.begin(), fit.coefficients.end());
  return tte::standardise(TimeToEvent(d.columns()), {d.covariates(), d.offset, beta, ties}, fit.variance,
                          {arms.covariates(), mass}, times, tau, {threads});
}
Standardised of(const Data& d, Ties ties, int threads = 1) { return of(d, fit_of(d, ties), ties, threads); }

// A person's survival in an arm at a time, by the definition.
double survival(const naive::CoxTerms& cox, std::size_t stratum, double risk, double time) {
  double hazard = 0;
  for (const naive::CoxTerm& term : cox.terms) {
    if (term.stratum == stratum && term.time <= time) hazard += term.hazard();
  }
  return std::exp(-hazard * risk);
}

// Survival at the times and the restricted mean, of both arms: the mean over people, the area under it.
std::vector<double> expected(const Data& d, const arma::vec& beta, bool efron) {
  const naive::CoxTerms cox = naive::cox_terms(d, beta, efron);
  const std::vector<double> mass = masses(d);
  const auto mean_at = [&](double time, double arm) {
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < d.rows(); ++i) {
      const std::size_t stratum = d.stratum.empty() ? 0 : static_cast<std::size_t>(d.stratum[i] - 1);
      const double eta = beta(0) * d.x[0][i] + beta(1) * arm + (d.offset.empty() ? 0 : d.offset[i]);
      sum += mass[i] * survival(cox, stratum, std::exp(eta), time);
      total += mass[i];
    }
    return sum / total;
  };
  std::vector<double> out;
  for (const double t : times) {
    for (const double arm : {0, 1}) out.push_back(mean_at(t, arm));
  }
  std::set<double> jumps{0, tau};
  for (const naive::CoxTerm& term : cox.terms) {
    if (term.time < tau) jumps.insert(term.time);
  }
  for (const double arm : {0, 1}) {
    double area = 0;
    for (auto at = jumps.begin(); std::next(at) != jumps.end(); ++at)
      area += (*std::next(at) - *at) * mean_at(*at, arm);
    out.push_back(area);
  }
  return out;
}

std::vector<double> values(const Standardised& s) {
  std::vector<double> out = s.survival;
  out.insert(out.end(), s.mean.begin(), s.mean.end());
  return out;
}

// The infinitesimal jackknife by its name: refit with every unit's weight a little up and down.
std::vector<double> refitted_covariances(const Data& d, Ties ties) {
  std::map<std::int32_t, std::vector<std::size_t>> units;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    const auto row = static_cast<std::int32_t>(i + 1);
    units[!d.cluster.empty() ? d.cluster[i] : !d.subject.empty() ? d.subject[i] : row].push_back(i);
  }
  std::vector<double> out(4 * (times.size() + 1), 0.0);
  for (const auto& unit : units) {
    const double h = 1e-4;
    Data up = d, down = d;
    for (const std::size_t i : unit.second) {
      up.weight[i] *= 1 + h;
      down.weight[i] *= 1 - h;
    }
    const std::vector<double> high = values(of(up, ties)), low = values(of(down, ties));
    for (std::size_t t = 0; t <= times.size(); ++t) {
      for (std::size_t a = 0; a < 4; ++a) {
        const auto change = [&](std::size_t arm) { return (high[2 * t + arm] - low[2 * t + arm]) / (2 * h); };
        out[4 * t + a] += change(a / 2) * change(a % 2);
      }
    }
  }
  return out;
}

template <class Visit>
void each_trial(Visit visit) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    CAPTURE(bits);
    naive::Shape shape{40, (bits & 1) ? 8u : 0u, 1, (bits & 2) ? 2 : 1};
    shape.late = bits & 4;
    shape.split = bits & 8;
    shape.cluster = bits & 16;
    shape.weight = true;
    shape.covariates = 2;
    Data d = trial(shape, bits + 1);
    if (bits & 32) {
      naive::Dice dice(bits);
      for (std::size_t i = 0; i < d.rows(); ++i) d.offset.push_back(dice.uniform() - 0.5);
    }
    visit(d, bits);
  }
}

}  // namespace

TEST_CASE("by hand: two exponentials of a single covariate") {
  // everyone the same: Breslow's curve, whatever the arm
  Data d = naive::six_mp();
  d.x = {std::vector<double>(21, 0.0)};
  const std::vector<double> one(21, 1.0), zero(21, 0.0);
  const Standardised got =
      tte::standardise(TimeToEvent(d.columns()), {d.covariates(), {}, {std::log(2)}, Ties::breslow},
                       arma::mat(1, 1, arma::fill::zeros), {{{zero}, {one}}, one}, {6, 7}, 7);
  CHECK(got.survival[0] == Approx(std::exp(-3.0 / 21)));
  CHECK(got.survival[1] == Approx(std::exp(-6.0 / 21)));
  CHECK(got.survival[2] == Approx(std::exp(-3.0 / 21 - 1.0 / 17)));
  CHECK(got.mean[0] == Approx(6 + std::exp(-3.0 / 21)));
  CHECK(got.mean[1] == Approx(6 + std::exp(-6.0 / 21)));
  // the variance is that of the hazard alone: sum over rows of (event - d/n)^2/n^2, times S^2
  CHECK(got.covariance[0] ==
        Approx(std::exp(-6.0 / 21) * (3 * std::pow(18.0 / 21, 2) + 18 * std::pow(3.0 / 21, 2)) / (21 * 21)));
}

TEST_CASE("survival and restricted mean are those of the definition on random trials") {
  each_trial([](const Data& d, unsigned) {
    for (const bool efron : {false, true}) {
      const Ties ties = efron ? Ties::efron : Ties::breslow;
      const tte::CoxFit fit = fit_of(d, ties);
      REQUIRE(naive::gap(values(of(d, fit, ties)), expected(d, fit.coefficients, efron)) < 1e-10);
    }
  });
}

TEST_CASE("covariances are those of refitting with each unit's weight a little changed") {
  each_trial([](const Data& d, unsigned bits) {
    const Ties ties = bits % 3 == 0 ? Ties::breslow : Ties::efron;
    const Standardised got = of(d, ties);
    std::vector<double> covariances = got.covariance;
    covariances.insert(covariances.end(), got.mean_covariance.begin(), got.mean_covariance.end());
    std::vector<double> refitted = refitted_covariances(d, ties);
    const double largest = *std::max_element(refitted.begin(), refitted.end());
    for (double& c : covariances) c /= largest;
    for (double& c : refitted) c /= largest;
    REQUIRE(naive::gap(covariances, refitted) < 1e-6);
    for (std::size_t v = 0; v < refitted.size(); ++v)
      REQUIRE(covariances[v] == Approx(refitted[v]).epsilon(1e-4).margin(1e-9));
  });
}

TEST_CASE("freq is copies, order and threads change nothing") {
  Data d = trial({60, 8, 1, 2, true, true, false, false, false, 2}, 5);
  const Standardised one = of(d, Ties::efron);
  for (const Data& other : {naive::shuffled(d, 3), naive::written_out(d)}) {
    const Standardised same = of(other, Ties::efron);
    CHECK(naive::gap(values(same), values(one)) < 1e-9);
    CHECK(naive::gap(same.covariance, one.covariance) < 1e-9);
    CHECK(naive::gap(same.mean_covariance, one.mean_covariance) < 1e-9);
  }
  const Standardised threads = of(d, Ties::efron, 3);
  CHECK(values(threads) == values(one));
  CHECK(threads.covariance == one.covariance);
  CHECK(threads.mean_covariance == one.mean_covariance);
}

TEST_CASE("huge linear predictors keep their digits") {
  Data d = trial({60, 8, 1, 2, true, false, false, false, false, 2}, 5), far = d;
  const Standardised one = of(d, Ties::efron);
  for (double& x : far.x[0]) x += 1e5;
  far.offset.assign(60, 2000);
  const Standardised same = of(far, Ties::efron);
  CHECK(naive::gap(values(same), values(one)) < 1e-7);
  CHECK(naive::gap(same.covariance, one.covariance) < 1e-7);
}

TEST_CASE("what makes no population is refused") {
  const Data d = trial({20, 0, 1, 1, false, false, false, false, false, 2}, 5);
  const TimeToEvent data(d.columns());
  const tte::CoxModel model{d.covariates(), {}, {0, 0}};
  const arma::mat variance(2, 2, arma::fill::eye);
  const Arms arms(d);
  std::vector<double> mass(20, 1.0);
  const auto run = [&](const arma::mat& v, const tte::Population& population, double until) {
    tte::standardise(data, model, v, population, {1}, until);
  };
  CHECK_NOTHROW(run(variance, {arms.covariates(), mass}, naive::nan));
  CHECK_THROWS_AS(run(arma::mat(1, 1), {arms.covariates(), mass}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(run(variance, {{}, mass}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(run(variance, {{{arms.drug}}, mass}, 1), tte::InvalidInput);
  CHECK_THROWS_AS(run(variance, {arms.covariates(), mass}, 0), tte::InvalidInput);
  mass.assign(20, 0.0);
  CHECK_THROWS_AS(run(variance, {arms.covariates(), mass}, 1), tte::InvalidInput);
  mass[0] = -1;
  CHECK_THROWS_AS(run(variance, {arms.covariates(), mass}, 1), tte::InvalidInput);
  mass.resize(5, 1.0);
  CHECK_THROWS_AS(run(variance, {arms.covariates(), mass}, 1), tte::InvalidInput);
}
