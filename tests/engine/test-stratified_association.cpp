// The Cochran-Mantel-Haenszel family.
#include <catch2/catch.hpp>
#include <cmath>
#include <tte/response/stratified_association.hpp>
#include <vector>

using tte::Association;
using tte::AssociationContrasts;

namespace {

// groups: old, new; responses: other, responder
const std::vector<arma::mat> published{{{2, 3}, {14, 1}}, {{6, 4}, {7, 3}}, {{17, 18}, {23, 2}}};
const AssociationContrasts two_by_two{arma::mat{{0, 1}}, arma::mat{{0, 1}}};

}  // namespace

TEST_CASE("the published strata, with and without correction") {
  const Association plain = tte::association_test(published, two_by_two, false);
  CHECK(plain.chi_squared == Approx(15.226).margin(5e-4));
  CHECK(plain.p_value == Approx(9.5e-5).margin(5e-7));
  CHECK(plain.df == 1);
  CHECK(plain.excess(0) < 0);
  const Association corrected = tte::association_test(published, two_by_two, true);
  CHECK(corrected.chi_squared == Approx(13.551).margin(5e-4));
  CHECK(corrected.p_value == Approx(2.3e-4).margin(5e-6));
}

TEST_CASE("excess and variance of one table by hand") {
  // groups 4 and 6, responses 5 and 5 of 10: expected 3 of the second group, variance 4*6*5*5 / (100 * 9)
  const Association found = tte::association_test({arma::mat{{3, 1}, {2, 4}}}, two_by_two, false);
  CHECK(found.excess(0) == Approx(1));
  CHECK(found.variance(0, 0) == Approx(600.0 / 900).epsilon(1e-14));
  CHECK(tte::association_test({arma::mat{{3, 1}, {2, 4}}}, two_by_two, true).chi_squared ==
        Approx(0.25 / (600.0 / 900)).epsilon(1e-13));
}

TEST_CASE("general association of one table is Pearson's chi-squared less one patient's share") {
  const arma::mat counts{{5, 2, 3}, {1, 6, 4}, {4, 4, 9}};
  const double n = arma::accu(counts);
  const arma::mat expected = arma::sum(counts, 1) * arma::sum(counts, 0) / n;
  const double pearson = arma::accu(arma::square(counts - expected) / expected);
  const arma::mat identity = arma::eye(3, 3);
  for (const arma::mat& rows : {identity, arma::mat(identity.rows(0, 1)), arma::mat(identity.rows(1, 2))}) {
    const Association found = tte::association_test({counts}, {rows, identity}, false);
    CHECK(found.chi_squared == Approx(pearson * (n - 1) / n).epsilon(1e-10));
    CHECK(found.df == 4);
  }
}

TEST_CASE("a correlation is (n - 1) r squared") {
  const arma::mat counts{{3, 0, 1}, {1, 2, 2}};
  const arma::vec group{1, 1, 1, 1, 2, 2, 2, 2, 2}, response{1, 1, 1, 3, 1, 2, 2, 3, 3};
  const double r = arma::as_scalar(arma::cor(group, response));
  const Association found = tte::association_test({counts}, {arma::mat{{1, 2}}, arma::mat{{1, 2, 3}}}, false);
  CHECK(found.chi_squared == Approx(8 * r * r).epsilon(1e-12));
  CHECK(found.df == 1);
}

TEST_CASE("strata that say nothing add nothing, and nothing at all is no test") {
  std::vector<arma::mat> more = published;
  more.push_back(arma::mat{{0, 0}, {0, 0}});
  more.push_back(arma::mat{{0, 0}, {1, 0}});
  more.push_back(arma::mat{{0, 0}, {3, 4}});
  more.push_back(arma::mat{{5, 0}, {4, 0}});
  CHECK(tte::association_test(more, two_by_two, false).chi_squared ==
        Approx(tte::association_test(published, two_by_two, false).chi_squared).epsilon(1e-14));
  const Association none = tte::association_test({arma::mat{{5, 0}, {4, 0}}}, two_by_two, false);
  CHECK((none.df == 0 && none.chi_squared == 0 && none.p_value == 1));
}

TEST_CASE("of an excess below a half the correction leaves nothing") {
  CHECK(tte::association_test({arma::mat{{2, 2}, {2, 1}}}, two_by_two, true).chi_squared == 0);
}

TEST_CASE("tables of another size, or of negative counts, are refused") {
  CHECK_THROWS_AS(tte::association_test({arma::mat(3, 2, arma::fill::ones)}, two_by_two, false),
                  std::invalid_argument);
  CHECK_THROWS_AS(tte::association_test({arma::mat{{1, -1}, {1, 1}}}, two_by_two, false),
                  std::invalid_argument);
}
