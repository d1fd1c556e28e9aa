// Best overall response (clinical rule 1.6) and the limits of one proportion (4.1).
#include <catch2/catch.hpp>
#include <tte/response/best_response.hpp>
#include <tte/response/proportion.hpp>

#include <limits>
#include <vector>

using tte::BestResponse;
using tte::Response;
using tte::ResponseReason;
using tte::ResponseRule;

namespace {

const double forever = std::numeric_limits<double>::infinity();
const ResponseRule month{28, 28, 1, false};

std::vector<std::int32_t> codes(const std::vector<Response>& responses) {
  std::vector<std::int32_t> result;
  for (const Response r : responses) result.push_back(static_cast<std::int32_t>(r));
  return result;
}

BestResponse one(const std::vector<double>& day, const std::vector<Response>& responses,
                 const ResponseRule& rule = ResponseRule{}, double last_day = forever) {
  const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(day.size())}, code = codes(responses);
  const std::vector<double> last{last_day};
  return tte::best_response({offset, day, code, last}, rule).at(0);
}

constexpr auto CR = Response::CR, PR = Response::PR, SD = Response::SD, NN = Response::NN, PD = Response::PD,
               NE = Response::NE, NED = Response::NED;

}  // namespace

TEST_CASE("a complete response is confirmed across one visit not evaluable") {
  const auto best = one({0, 31, 46, 60, 91}, {PR, CR, NE, CR, SD}, month);
  CHECK(best.any.response == CR);
  CHECK(best.confirmed.response == CR);
  CHECK(best.confirmed.row == 1);
  CHECK(best.confirmed.confirmed_by == 3);
  CHECK(best.confirmed.first_response == 0);
  CHECK(best.disease_after_cr == 4);
}

TEST_CASE("what lies between a response and its confirmation decides") {
  CHECK(one({20, 51, 80, 92}, {SD, PR, SD, CR}, month).confirmed.response == SD);
  CHECK(one({20, 51, 80, 92}, {SD, PR, SD, CR}, month).confirmed.row == 1);
  CHECK(one({20, 51, 80, 92}, {SD, PR, SD, CR}, {28, 28, 1, true}).confirmed.response == PR);
  CHECK(one({40, 50, 60, 90}, {PR, NE, NE, PR}).confirmed.response == SD);
  CHECK(one({40, 50, 60, 90}, {PR, NE, NE, PR}, {42, 28, 2, false}).confirmed.response == PR);
  CHECK(one({4, 14, 56}, {PR, CR, PR}, month).confirmed.response == SD);
  CHECK(one({4, 14, 58}, {PR, CR, NE}, month).confirmed.response == NE);
  CHECK(one({50, 60, 90}, {CR, SD, CR}, {42, 28, 1, true}).confirmed.response == SD);
  CHECK(one({50, 60, 70, 90}, {PR, SD, SD, PR}, {42, 28, 1, true}).confirmed.response == SD);
}

TEST_CASE("confirmation needs the distance of the rule, to the day") {
  CHECK(one({50, 77}, {PR, PR}).confirmed.response == SD);
  CHECK(one({50, 78}, {PR, PR}).confirmed.response == PR);
  CHECK(one({50, 78}, {PR, PR}).any.reason == ResponseReason::observed);
  CHECK(one({50, 78}, {PR, PR}).confirmed.reason == ResponseReason::confirmed);
}

TEST_CASE("stable disease counts from the minimum duration on") {
  CHECK(one({41}, {SD}).any.response == NE);
  CHECK(one({41}, {SD}).any.reason == ResponseReason::too_early);
  CHECK(one({42}, {SD}).any.response == SD);
  CHECK(one({41, 60}, {SD, PD}).any.response == PD);
  CHECK(one({41}, {NN}).confirmed.response == NE);
  CHECK(one({42}, {NN}).confirmed.response == NN);
  CHECK(one({42, 50}, {NED, NN}).any.response == NN);
  CHECK(one({10}, {CR}).any.response == CR);
  CHECK(one({10}, {CR}).confirmed.response == NE);
}

TEST_CASE("nothing counts before the start, after progression or after the last day") {
  CHECK(one({-1}, {CR}).any.response == Response::missing);
  CHECK(one({0}, {CR}).any.response == CR);
  CHECK(one({30, 60}, {PD, SD}).any.response == PD);
  CHECK(one({50, 60}, {SD, PR}, {}, 59).any.response == SD);
  CHECK(one({50, 60}, {SD, PR}, {}, 60).any.response == PR);
  CHECK(one({50, 78}, {PR, PR}, {}, 77).confirmed.response == SD);
  CHECK(one({}, {}).any.reason == ResponseReason::no_assessment);
}

TEST_CASE("of several records of one day the worst counts") {
  const std::vector<Response> order{NE, CR, PR, SD, NN, NED, PD};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < order.size(); ++j) {
      const auto alone = one({60}, {order[std::max(i, j)]});
      const auto both = one({60, 60}, {order[i], order[j]});
      CHECK(both.any.response == alone.any.response);
      CHECK(both.n_used == 1);
    }
  }
}

TEST_CASE("patients do not touch each other") {
  const std::vector<std::int32_t> offset{0, 1, 1, 3};
  const std::vector<double> day{50, 50, 80}, last{forever, forever, forever};
  const auto best = tte::best_response({offset, day, codes({PR, PR, PR}), last}, ResponseRule{});
  CHECK(best[0].confirmed.response == SD);
  CHECK(best[1].any.response == Response::missing);
  CHECK(best[2].confirmed.response == PR);
  CHECK(best[2].confirmed.confirmed_by == 2);
}

TEST_CASE("broken visit tables are refused") {
  const std::vector<double> day{5, 3}, last{forever}, one_day{5};
  const std::vector<std::int32_t> code{1, 1}, good{0, 2}, beyond{0, 9}, odd{1, 7};
  CHECK_THROWS_AS(tte::best_response({good, day, code, last}, {}), std::invalid_argument);
  CHECK_THROWS_AS(tte::best_response({beyond, {}, {}, last}, {}), std::invalid_argument);
  CHECK_THROWS_AS(tte::best_response({good, one_day, code, last}, {}), std::invalid_argument);
  const std::vector<double> sorted{3, 5}, two{forever, forever};
  CHECK_THROWS_AS(tte::best_response({good, sorted, odd, last}, {}), std::invalid_argument);
  const std::vector<std::int32_t> back{0, 9, 2};
  CHECK_THROWS_AS(tte::best_response({back, sorted, code, two}, {}), std::invalid_argument);
  CHECK_THROWS_AS(one({5}, {CR}, {42, 0, 1, false}), std::invalid_argument);
}

TEST_CASE("limits of a proportion are those of the published table") {
  const auto near = [](double value) { return Approx(value).margin(5e-6); };
  CHECK(tte::clopper_pearson(36, 154, 0.95).lower == near(0.16942));
  CHECK(tte::clopper_pearson(36, 154, 0.95).upper == near(0.30865));
  CHECK(tte::wilson(36, 154, 0.95).lower == near(0.17390));
  CHECK(tte::wilson(36, 154, 0.95).upper == near(0.30659));
}

TEST_CASE("nobody and everybody have one exact limit") {
  CHECK(tte::clopper_pearson(0, 20, 0.95).lower == 0);
  CHECK(tte::clopper_pearson(0, 20, 0.95).upper == Approx(1 - std::pow(0.025, 0.05)).epsilon(1e-12));
  CHECK(tte::clopper_pearson(20, 20, 0.95).upper == 1);
  CHECK(tte::clopper_pearson(20, 20, 0.95).lower == Approx(std::pow(0.025, 0.05)).epsilon(1e-12));
  CHECK(tte::wilson(0, 20, 0.95).lower == 0);
  CHECK(tte::wilson(20, 20, 0.95).upper == 1);
  CHECK(tte::wilson(0, 20, 0.95).upper == Approx(1 - tte::wilson(20, 20, 0.95).lower).epsilon(1e-12));
  CHECK(tte::clopper_pearson(1, 1, 0.95).lower == Approx(0.025).epsilon(1e-12));
}

TEST_CASE("an impossible proportion is refused") {
  CHECK_THROWS_AS(tte::wilson(1, 0, 0.95), std::invalid_argument);
  CHECK_THROWS_AS(tte::wilson(3, 2, 0.95), std::invalid_argument);
  CHECK_THROWS_AS(tte::clopper_pearson(0.5, 2, 0.95), std::invalid_argument);
  CHECK_THROWS_AS(tte::clopper_pearson(1, 2, 1), std::invalid_argument);
}
