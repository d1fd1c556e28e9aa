// The expected values are R's: qnorm, pnorm, pchisq(lower.tail = FALSE), qbeta.
#include <catch2/catch.hpp>
#include <tte/core/special.hpp>

#include "naive.hpp"

namespace {

Approx exactly(double value) { return Approx(value).epsilon(1e-12).margin(1e-300); }

}  // namespace

TEST_CASE("normal quantiles are R's") {
  const double expected[][2] = {
      {1e-300, -37.047096299361201}, {1e-20, -9.2623400897984052},      {1e-10, -6.3613409024040557},
      {1e-5, -4.2648907939228256},   {0.001, -3.0902323061678132},      {0.025, -1.9599639845400538},
      {0.1, -1.2815515655446008},    {0.3, -0.52440051270804067},       {0.5, 0},
      {0.6, 0.25334710313579978},    {0.9, 1.2815515655446008},         {0.975, 1.9599639845400536},
      {0.999, 3.0902323061678132},   {0.9999999999, 6.3613408896974208}};
  for (const auto& [p, q] : expected) CHECK(tte::normal_quantile(p) == exactly(q));
}

TEST_CASE("normal probabilities are R's") {
  const double expected[][2] = {{-10, 7.6198530241605269e-24}, {-5, 2.8665157187919391e-07},
                                {-2, 0.022750131948179212},    {-1, 0.15865525393145705},
                                {-0.1, 0.46017216272297101},   {0, 0.5},
                                {0.3, 0.61791142218895267},    {1.96, 0.97500210485177963},
                                {6, 0.9999999990134123},       {8, 0.99999999999999933}};
  for (const auto& [x, p] : expected) CHECK(tte::normal_cdf(x) == exactly(p));
}

TEST_CASE("upper tails of chi-squared are R's") {
  const double expected[][3] = {
      {1e-10, 1, 0.99999202115439212},   {0.5, 1, 0.47950012218695348},
      {3.841458820694124, 1, 0.05},      {16.792940000000002, 1, 4.1688112825228562e-05},
      {700, 1, 2.9902269751246203e-154}, {0.1, 2, 0.95122942450071402},
      {5, 2, 0.0820849986238988},        {200, 2, 3.7200759760208361e-44},
      {2.7, 3, 0.44022729436023078},     {30, 10, 0.00085664121077530053},
      {5, 10, 0.89117801891415127},      {1100, 1000, 0.014614408126295201},
      {0.001, 0.5, 0.83504024923158726}, {50, 1.5, 5.0200276155996043e-12}};
  for (const auto& [x, df, p] : expected)
    CHECK(tte::chi_squared_upper(x, df) == Approx(p).epsilon(1e-11).margin(0));
}

TEST_CASE("beta quantiles are R's") {
  const double expected[][4] = {{0.025, 0.5, 0.5, 0.0015413331334360124},
                                {0.975, 0.5, 0.5, 0.99845866686656404},
                                {0.025, 36, 119, 0.16941534126280763},
                                {0.975, 37, 118, 0.30864897101301569},
                                {0.5, 1, 1, 0.5},
                                {0.1, 1, 20, 0.0052541740694689448},
                                {0.9, 20, 1, 0.99474582593053107},
                                {1e-6, 3, 4, 0.003694265299405908},
                                {0.3, 1000, 2000, 0.3287930277405216},
                                {0.025, 1, 1e5, 2.5317804779333133e-07},
                                {0.7, 0.1, 0.2, 0.63135145067471554},
                                {0.2, 250.5, 0.5, 0.99672391329234977}};
  for (const auto& [p, a, b, q] : expected) CHECK(tte::beta_quantile(p, a, b) == Approx(q).epsilon(1e-10));
}

TEST_CASE("the ends of a distribution are its ends") {
  CHECK(tte::normal_quantile(0) == -naive::infinity);
  CHECK(tte::normal_quantile(1) == naive::infinity);
  CHECK(tte::normal_cdf(-naive::infinity) == 0);
  CHECK(tte::normal_cdf(naive::infinity) == 1);
  CHECK(tte::chi_squared_upper(0, 1) == 1);
  CHECK(tte::chi_squared_upper(-1, 1) == 1);
  CHECK(tte::chi_squared_upper(naive::infinity, 3) == 0);
  CHECK(tte::beta_quantile(0, 2, 3) == 0);
  CHECK(tte::beta_quantile(1, 2, 3) == 1);
}

TEST_CASE("what is outside the domain is NaN, never an exception") {
  for (const double p : {-0.1, 1.1, naive::nan}) {
    CHECK(std::isnan(tte::normal_quantile(p)));
    CHECK(std::isnan(tte::beta_quantile(p, 1, 1)));
  }
  CHECK(std::isnan(tte::normal_cdf(naive::nan)));
  CHECK(std::isnan(tte::chi_squared_upper(1, 0)));
  CHECK(std::isnan(tte::chi_squared_upper(1, -2)));
  CHECK(std::isnan(tte::chi_squared_upper(1, naive::nan)));
  CHECK(std::isnan(tte::chi_squared_upper(naive::nan, 1)));
  CHECK(std::isnan(tte::beta_quantile(0.5, 0, 1)));
  CHECK(std::isnan(tte::beta_quantile(0.5, 1, -1)));
}
