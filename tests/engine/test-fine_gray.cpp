#include <catch2/catch.hpp>
#include <tte/competing/fine_gray.hpp>

#include "naive.hpp"

using naive::Data;
using tte::FineGrayFit;
using tte::FineGrayOptions;
using tte::SubdistributionVariance;

namespace {

FineGrayFit fit_of(const Data& d, const FineGrayOptions& options = {}, int threads = 1) {
  return tte::fine_gray({d.columns(), {}, d.covariates(), d.offset}, {}, options, {threads});
}

Data two_causes(std::uint64_t seed, bool late = false) {
  naive::Shape shape{120, 0, 2, 1};
  shape.covariates = 2;
  shape.late = late;
  return naive::random_data(shape, seed);
}

}  // namespace

TEST_CASE("without competing events it is Cox's model with Breslow's ties and the robust variance") {
  naive::Shape shape{80, 10, 1, 2};
  shape.covariates = 2;
  shape.freq = shape.cluster = shape.late = true;
  const Data d = naive::random_data(shape, 3);
  tte::CoxOptions options;
  options.ties = tte::Ties::breslow;
  options.robust = true;
  const tte::CoxFit cox = tte::cox_fit(tte::TimeToEvent(d.columns()), d.covariates(), {}, {}, options);
  const FineGrayFit fit = fit_of(d);
  CHECK(naive::gap(fit.coefficients, cox.coefficients) < 1e-9);
  CHECK(naive::gap(fit.variance, cox.variance) < 1e-9);
  CHECK(naive::gap(fit.naive_variance, cox.naive_variance) < 1e-9);
  CHECK(naive::gap(fit.loglik, cox.loglik) < 1e-12);
  CHECK(naive::gap(fit.score_test, cox.score_test) < 1e-9);
  CHECK(naive::gap(fit.robust_score_test, cox.robust_score_test) < 1e-9);
}

TEST_CASE("freq is rows written out, also in the censoring term") {
  naive::Shape shape{60, 12, 2, 2};
  shape.covariates = 2;
  shape.freq = true;
  const Data d = naive::random_data(shape, 4), copies = naive::written_out(d);
  for (const auto variance :
       {SubdistributionVariance::sandwich, SubdistributionVariance::robust, SubdistributionVariance::model}) {
    FineGrayOptions options;
    options.variance = variance;
    const FineGrayFit a = fit_of(d, options), b = fit_of(copies, options);
    CHECK(naive::gap(a.coefficients, b.coefficients) < 1e-10);
    CHECK(naive::gap(a.variance, b.variance) < 1e-9);
    CHECK(a.case_count == b.case_count);
  }
}

TEST_CASE("the same bits for any number of threads") {
  naive::Shape shape{5000, 0, 2, 1};
  shape.covariates = 3;
  const Data d = naive::random_data(shape, 9);
  const FineGrayFit one = fit_of(d, {}, 1), four = fit_of(d, {}, 4);
  CHECK(arma::all(one.coefficients == four.coefficients));
  CHECK(arma::all(arma::vectorise(one.variance == four.variance)));
}

TEST_CASE("an offset, and a covariate with a coefficient that is known, are one") {
  Data d = two_causes(7);
  const FineGrayFit whole = fit_of(d);
  d.offset = d.x[1];
  for (double& value : d.offset) value *= whole.coefficients(1);
  d.x.pop_back();
  CHECK(naive::gap(fit_of(d).coefficients(0), whole.coefficients(0)) < 1e-7);
}

TEST_CASE("a cause that one group never has: the direction is proved and held at infinity") {
  Data d = two_causes(11);
  for (std::size_t i = 0; i < d.rows(); ++i) {
    d.x[1][i] = static_cast<double>(i % 2);
    if (d.x[1][i] == 1 && d.cause[i] == 1) d.cause[i] = 2;
  }
  const FineGrayFit fit = fit_of(d);
  REQUIRE(fit.monotone.n_elem == 2);
  CHECK(fit.monotone(1) < 0);
  CHECK(fit.monotone(0) == 0);
  Data apart = d;  // the same, but a competing row of the group leaves after every case: still at risk
  CHECK(fit_of(apart).monotone.n_elem == 2);
}

TEST_CASE("the incidence of a fit is that of its baseline; before the first case nothing is uncertain") {
  const Data d = two_causes(13, true);
  const tte::FineGrayInput input{d.columns(), {}, d.covariates(), {}};
  const FineGrayFit fit = tte::fine_gray(input, {}, {});
  const std::vector<double> zero{fit.centre[0]}, one{fit.centre[1]};
  const double first = fit.time.front(), last = fit.time.back();
  const tte::FineGrayIncidence found =
      tte::fine_gray_incidence(input, fit, {{zero, one}, {}}, {first / 2, first, last}, {});
  double hazard = 0;
  for (double jump : fit.hazard) hazard += jump;
  CHECK((found.incidence(0, 0) == 0 && found.std_error(0, 0) == 0));
  CHECK(naive::gap(found.incidence(0, 1), -std::expm1(-fit.hazard.front())) < 1e-12);
  CHECK(naive::gap(found.incidence(0, 2), -std::expm1(-hazard)) < 1e-12);
  CHECK(found.std_error(0, 2) > 0);
}

TEST_CASE("wrong arguments are refused") {
  const Data d = two_causes(17);
  FineGrayOptions options;
  options.cause = 0;
  CHECK_THROWS_AS(fit_of(d, options), tte::InvalidInput);
  Data endless = d;
  endless.x[0][3] = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(fit_of(endless), tte::InvalidInput);
  CHECK_THROWS_AS(tte::fine_gray({d.columns(), {}, d.covariates(), {}}, {1.0}, {}), tte::InvalidInput);
  const std::vector<std::int32_t> group(d.rows(), 0);
  CHECK_THROWS_AS(tte::fine_gray({d.columns(), group, d.covariates(), {}}, {}, {}), tte::InvalidInput);
}
