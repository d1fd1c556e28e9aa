#include <catch2/catch.hpp>
#include <tte/cox/profile.hpp>

#include "naive.hpp"

using naive::Data;
using tte::CoxFit;
using tte::CoxOptions;
using tte::ProfileLimits;
using tte::Ties;

namespace {

constexpr double quantile = 1.959963984540054;

// The log-likelihood's maximum with covariate `which` moved into the offset.
double held_at(const Data& d, const CoxOptions& options, std::size_t which, double value) {
  std::vector<double> offset = d.offset.empty() ? std::vector<double>(d.rows(), 0.0) : d.offset;
  for (std::size_t i = 0; i < d.rows(); ++i) offset[i] += value * d.x[which][i];
  std::vector<tte::Span<double>> rest;
  for (std::size_t j = 0; j < d.x.size(); ++j) {
    if (j != which) rest.push_back(d.x[j]);
  }
  return tte::cox_fit(tte::TimeToEvent(d.columns()), rest, offset, {}, options).loglik;
}

struct Found {
  CoxFit fit;
  std::vector<ProfileLimits> limits;
};

Found limits_of(const Data& d, const CoxOptions& options) {
  const tte::TimeToEvent data(d.columns());
  tte::CoxProblem problem(data, d.covariates(), d.offset, options, {});
  Found out{tte::cox_fit(problem, {}, options), {}};
  for (std::size_t j = 0; j < d.x.size(); ++j)
    out.limits.push_back(tte::profile_limits(problem, out.fit, j, 0.95));
  return out;
}

}  // namespace

TEST_CASE("At a profile limit twice the drop is the chi-squared quantile, refitted with the value held") {
  const double drop = 0.5 * quantile * quantile;
  std::size_t compared = 0;
  for (const Ties ties : {Ties::efron, Ties::breslow, Ties::exact_marginal, Ties::exact_discrete}) {
    CoxOptions options;
    options.ties = ties;
    naive::each_data(
        [&](const Data& d) {
          if (d.rows() < 60 || (!d.weight.empty() && is_exact(ties))) return;
          const Found found = limits_of(d, options);
          if (!found.fit.monotone.is_empty()) return;
          for (std::size_t j = 0; j < 2; ++j) {
            const ProfileLimits& limit = found.limits[j];
            REQUIRE((limit.lower_converged && limit.upper_converged));
            REQUIRE(limit.lower < found.fit.coefficients(j));
            REQUIRE(limit.upper > found.fit.coefficients(j));
            REQUIRE(found.fit.loglik - held_at(d, options, j, limit.lower) == Approx(drop).epsilon(1e-7));
            REQUIRE(found.fit.loglik - held_at(d, options, j, limit.upper) == Approx(drop).epsilon(1e-7));
            REQUIRE(limit.at_zero == Approx(held_at(d, options, j, 0)).epsilon(1e-9));
          }
          ++compared;
        },
        1, 2);
  }
  REQUIRE(compared > 200);
}

TEST_CASE("A monotone likelihood has one limit, found from the supremum") {
  Data d{{}, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 1, 1, 1, 0, 0, 0, 0}};
  d.x = {{1, 1, 1, 1, 0, 0, 0, 0}, {0.3, -1, 0.5, 0.1, 1, -0.4, 0.2, -0.7}};
  for (double sign : {1.0, -1.0}) {
    for (double& x : d.x[0]) x *= sign;
    const Found found = limits_of(d, {});
    REQUIRE(!found.fit.monotone.is_empty());
    const ProfileLimits& limit = found.limits[0];
    const double finite = sign > 0 ? limit.lower : limit.upper, other = sign > 0 ? limit.upper : limit.lower;
    REQUIRE(other == sign * naive::infinity);
    REQUIRE(std::isfinite(finite));
    const double drop = found.fit.loglik - held_at(d, {}, 0, finite);
    REQUIRE(drop == Approx(0.5 * quantile * quantile).epsilon(1e-6));
    // The other coefficient keeps both limits.
    REQUIRE(std::isfinite(found.limits[1].lower));
    REQUIRE(std::isfinite(found.limits[1].upper));
  }
}

TEST_CASE("Firth's profile is of the penalised likelihood of the whole model") {
  Data d = naive::therneau_grambsch(1);
  CoxOptions options;
  options.firth = true;
  const Found found = limits_of(d, options);
  const auto value = [&](double beta) {
    const naive::Cox at = naive::cox(d, {beta}, true);
    return at.loglik + 0.5 * std::log(arma::det(at.information));
  };
  const double top = value(found.fit.coefficients(0));
  for (double limit : {found.limits[0].lower, found.limits[0].upper})
    REQUIRE(top - value(limit) == Approx(0.5 * quantile * quantile).epsilon(1e-8));
  REQUIRE(found.limits[0].at_zero == Approx(value(0)).epsilon(1e-10));
}

TEST_CASE("Wider levels give wider limits; an aliased coefficient has none") {
  Data d = naive::freireich();
  d.x.push_back(d.x[0]);
  const tte::TimeToEvent data(d.columns());
  const CoxOptions options;
  tte::CoxProblem problem(data, d.covariates(), {}, options, {});
  const CoxFit fit = tte::cox_fit(problem, {}, options);
  const ProfileLimits narrow = tte::profile_limits(problem, fit, 0, 0.8);
  const ProfileLimits wide = tte::profile_limits(problem, fit, 0, 0.99);
  REQUIRE(wide.lower < narrow.lower);
  REQUIRE(wide.upper > narrow.upper);
  REQUIRE(std::isnan(tte::profile_limits(problem, fit, 1, 0.95).lower));
}
