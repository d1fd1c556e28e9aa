#include <catch2/catch.hpp>
#include <tte/cox/resample.hpp>

#include "naive.hpp"

using naive::Data;
using tte::CoxRefits;
using tte::CoxResampling;
using tte::TimeToEvent;
using tte::detail::ResampledUnits;

namespace {

CoxResampling problem_of(const Data& d, const std::vector<std::int32_t>& unit = {}) {
  CoxResampling out;
  out.columns = d.columns();
  out.covariates = d.covariates();
  out.offset = d.offset;
  out.unit = unit;
  return out;
}

// Coefficients of an ordinary fit to far convergence, NaN where there is no finite estimate.
std::vector<double> fitted(const Data& d, bool firth = false) {
  tte::CoxOptions options;
  options.newton.tolerance = 1e-12;
  options.firth = firth;
  const tte::CoxFit fit = tte::cox_fit(TimeToEvent(d.columns()), d.covariates(), d.offset, {}, options);
  std::vector<double> out;
  for (std::size_t j = 0; j < fit.coefficients.n_elem; ++j) {
    const bool infinite = !fit.monotone.is_empty() && fit.monotone(j) != 0;
    out.push_back(infinite || fit.aliased[j] ? naive::nan : fit.coefficients(j));
  }
  return out;
}

std::vector<double> refit(const CoxRefits& refits, std::size_t r, std::size_t p) {
  const auto begin = refits.coefficients.begin() + static_cast<std::ptrdiff_t>(r * p);
  return {begin, begin + static_cast<std::ptrdiff_t>(p)};
}

Data trial(std::uint64_t seed, bool freq = false) {
  return naive::random_data({80, 12, 1, 2, true, freq, true, false, false, 2}, seed);
}

}  // namespace

TEST_CASE("a bootstrap replicate is the fit to the rows drawn, written out") {
  for (const bool freq : {false, true}) {
    const Data d = trial(1, freq);
    const CoxResampling problem = problem_of(d);
    const CoxRefits refits = tte::bootstrap_refits(problem, 20, {7});
    const ResampledUnits units(problem);
    for (std::size_t r = 0; r < 20; ++r) {
      Data drawn = d;
      drawn.freq = units.bootstrap(tte::Random({7}, r));
      REQUIRE(refits.converged[r]);
      REQUIRE(naive::gap(refit(refits, r, 2), fitted(naive::written_out(drawn))) < 1e-7);
    }
  }
}

TEST_CASE("as many are drawn as there are, each as often as chance says") {
  const Data d = trial(2, true);
  std::int32_t total = 0;
  for (const std::int32_t freq : d.freq) total += freq;
  const ResampledUnits units(problem_of(d));
  CHECK(units.draws() == static_cast<std::size_t>(total));
  const int replicates = 4000;
  std::vector<double> sum(80, 0.0), square(80, 0.0);
  for (int r = 0; r < replicates; ++r) {
    const std::vector<std::int32_t> freq = units.bootstrap(tte::Random({1}, static_cast<std::uint64_t>(r)));
    std::int32_t drawn = 0;
    for (std::size_t i = 0; i < 80; ++i) {
      drawn += freq[i];
      sum[i] += freq[i];
      square[i] += freq[i] * freq[i];
    }
    REQUIRE(drawn == total);
  }
  double chi_square = 0;
  for (std::size_t i = 0; i < 80; ++i) {
    // binomial: copies of a row are drawn one by one
    const double p = static_cast<double>(d.freq[i]) / total, mean = total * p, variance = mean * (1 - p);
    if (variance == 0) {
      CHECK(sum[i] == 0);
      continue;
    }
    chi_square += std::pow(sum[i] / replicates - mean, 2) / (variance / replicates);
    CHECK(square[i] / replicates - std::pow(sum[i] / replicates, 2) == Approx(variance).epsilon(0.12));
  }
  CHECK(chi_square < 140);
}

TEST_CASE("rows of one unit are drawn together; clusters with all that is in them") {
  Data d = trial(3, true);
  std::vector<std::int32_t> unit;
  for (std::int32_t i = 0; i < 80; ++i) unit.push_back(1 + i % 7);
  const auto check_together = [&](const ResampledUnits& units) {
    REQUIRE(units.draws() == 7);
    for (std::uint64_t r = 0; r < 50; ++r) {
      const std::vector<std::int32_t> freq = units.bootstrap(tte::Random({1}, r));
      std::vector<std::int32_t> times(7, -1);
      for (std::size_t i = 0; i < 80; ++i) {
        if (d.freq[i] == 0) continue;
        REQUIRE(freq[i] % d.freq[i] == 0);
        if (times[i % 7] < 0) times[i % 7] = freq[i] / d.freq[i];
        REQUIRE(freq[i] == times[i % 7] * d.freq[i]);
      }
      std::int32_t drawn = 0;
      for (const std::int32_t t : times) drawn += t;
      REQUIRE(drawn == 7);
    }
  };
  check_together(ResampledUnits(problem_of(d, unit)));
  d.cluster = unit;
  d.freq.assign(80, 2);
  check_together(ResampledUnits(problem_of(d, unit)));
  d.cluster.clear();
  CHECK(ResampledUnits(problem_of(d, unit)).draws() == 14);  // two equal people each
}

TEST_CASE("replicates depend on the seed and their number only, not on threads") {
  const Data d = trial(4);
  const CoxRefits one = tte::bootstrap_refits(problem_of(d), 50, {3}, {1});
  CHECK(tte::bootstrap_refits(problem_of(d), 50, {3}, {3}).coefficients == one.coefficients);
  const CoxRefits fewer = tte::bootstrap_refits(problem_of(d), 20, {3});
  CHECK(std::equal(fewer.coefficients.begin(), fewer.coefficients.end(), one.coefficients.begin()));
  CHECK(tte::bootstrap_refits(problem_of(d), 20, {4}).coefficients != fewer.coefficients);
}

TEST_CASE("the jackknife leaves out each unit in turn, and of equal ones one") {
  for (const bool freq : {false, true}) {
    const Data d = trial(5, freq);
    const CoxRefits refits = tte::jackknife_refits(problem_of(d));
    REQUIRE(refits.converged.size() == 80);
    for (std::size_t i = 0; i < 80; ++i) {
      Data rest = d;
      rest.freq.resize(80, 1);
      if (rest.freq[i] > 0) --rest.freq[i];
      REQUIRE(naive::gap(refit(refits, i, 2), fitted(rest)) < 1e-7);
    }
  }
  Data d = trial(6);
  std::vector<std::int32_t> unit;
  for (std::int32_t i = 0; i < 80; ++i) unit.push_back(1 + i / 8);
  const CoxRefits refits = tte::jackknife_refits(problem_of(d, unit));
  REQUIRE(refits.converged.size() == 10);
  d.freq.assign(80, 1);
  for (std::size_t i = 16; i < 24; ++i) d.freq[i] = 0;
  CHECK(naive::gap(refit(refits, 2, 2), fitted(d)) < 1e-7);
}

TEST_CASE("Firth's penalty and other ties are refitted with") {
  const Data d = trial(8);
  CoxResampling problem = problem_of(d);
  problem.options.firth = true;
  const CoxRefits refits = tte::jackknife_refits(problem);
  Data rest = d;
  rest.freq.assign(80, 1);
  rest.freq[5] = 0;
  CHECK(naive::gap(refit(refits, 5, 2), fitted(rest, true)) < 1e-6);
}

TEST_CASE("what has no finite estimate is NaN, the rest is not") {
  Data d = trial(9);
  d.x.push_back(std::vector<double>(80, 1.0));  // constant
  d.x.push_back(std::vector<double>(80, 0.0));  // one event only carries it: without her it is constant
  std::size_t first = 0;
  while (d.cause[first] == 0) ++first;
  d.x[3][first] = 1;
  const CoxRefits refits = tte::jackknife_refits(problem_of(d));
  const std::vector<double> without = refit(refits, first, 4), other = refit(refits, first + 1, 4);
  CHECK(std::isnan(without[2]));
  CHECK(std::isnan(without[3]));
  CHECK((std::isfinite(without[0]) && std::isfinite(other[0]) && std::isfinite(other[1])));
  // no event in one arm
  Data separated{{}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0}};
  separated.x = {{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}};
  CHECK(std::isnan(tte::jackknife_refits(problem_of(separated)).coefficients[11]));
}

TEST_CASE("input that makes no resampling is refused") {
  Data d = trial(10);
  CHECK_THROWS_AS(tte::jackknife_refits(problem_of(d, {1, 2})), tte::InvalidInput);
  CHECK_THROWS_AS(tte::jackknife_refits(problem_of(d, std::vector<std::int32_t>(80, 0))), tte::InvalidInput);
  const std::vector<double> short_offset(5, 0.0);
  CoxResampling problem = problem_of(d);
  problem.offset = short_offset;
  CHECK_THROWS_AS(tte::bootstrap_refits(problem, 2, {1}, {3}), tte::InvalidInput);
  d.freq.assign(80, 0);
  CHECK_THROWS_AS(tte::bootstrap_refits(problem_of(d), 2, {1}), tte::InvalidInput);
}
