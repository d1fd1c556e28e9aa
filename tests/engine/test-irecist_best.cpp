// Best response and blocks by iRECIST (clinical rules 2.2, 2.3).
#include <catch2/catch.hpp>
#include <tte/response/irecist_best.hpp>

#include <limits>
#include <vector>

using tte::BlockEnd;
using tte::ImmuneResponse;
using tte::ResponseReason;
using tte::ResponseRule;

namespace {

constexpr auto iCR = ImmuneResponse::iCR, iPR = ImmuneResponse::iPR, iSD = ImmuneResponse::iSD,
               NN = ImmuneResponse::NN, iUPD = ImmuneResponse::iUPD, NE = ImmuneResponse::NE,
               missing = ImmuneResponse::missing, NED = ImmuneResponse::NED, iCPD = ImmuneResponse::iCPD;
const double ever = std::numeric_limits<double>::infinity();

tte::ImmuneResults results(const std::vector<ImmuneResponse>& seen, std::vector<double> day = {},
                           double last_day = ever, const ResponseRule& rule = {}) {
  std::vector<std::int32_t> code;
  for (const ImmuneResponse r : seen) code.push_back(static_cast<std::int32_t>(r));
  for (std::size_t i = day.size(); i < seen.size(); ++i) day.push_back(42.0 * static_cast<double>(i + 1));
  const std::vector<std::int32_t> offset{0, static_cast<std::int32_t>(seen.size())};
  const std::vector<double> limit{last_day};
  return tte::irecist_best({offset, day, code, limit}, rule);
}

ImmuneResponse best(const std::vector<ImmuneResponse>& seen, std::vector<double> day = {}) {
  return results(seen, std::move(day)).best[0].any.response;
}
ImmuneResponse confirmed(const std::vector<ImmuneResponse>& seen, std::vector<double> day = {}) {
  return results(seen, std::move(day)).best[0].confirmed.response;
}

}  // namespace

TEST_CASE("examples of the paper: an iUPD never cancels a later response") {
  CHECK(best({iCR, iPR, iUPD, iUPD, iCPD}) == iCR);
  CHECK(best({iUPD, iPR, iCR, iUPD, iCPD}) == iCR);
  CHECK(best({iUPD, iPR, iPR, iUPD, iCPD}) == iPR);
  CHECK(best({iUPD, iSD, iPR, iUPD, iCPD}) == iPR);
  CHECK(best({iUPD, NE, iPR}) == iPR);
  CHECK(best({iUPD, iSD, iUPD, iCPD}) == iSD);
  CHECK(best({iUPD, iCPD, iCR}) == iCPD);
  CHECK(best({iUPD, iUPD, iCPD, iPR}) == iCPD);
  CHECK(best({iUPD, NE, NE, NE}) == iUPD);
}

TEST_CASE("rank, and stable disease from its day on") {
  CHECK(best({NN, iUPD, iCPD}) == NN);
  CHECK(best({NED, iUPD, iCPD}) == NED);
  CHECK(best({NN, NED}) == NN);
  CHECK(best({iSD, NN}) == iSD);
  CHECK(best({iSD}, {41}) == NE);
  CHECK(best({iSD}, {42}) == iSD);
  CHECK(best({iSD, iUPD}, {41, 84}) == iUPD);
  CHECK(best({iPR}, {20}) == iPR);
  CHECK(best({NE, iUPD}) == iUPD);
  CHECK(best({}) == missing);
}

TEST_CASE("an iCPD has the row of the first iUPD of its block") {
  const auto found = results({iSD, iUPD, iSD, iUPD, NE, iUPD, iCPD}, {10, 20, 30, 40, 50, 60, 70});
  CHECK(found.best[0].any.response == iCPD);
  CHECK(found.best[0].any.row == 3);
  CHECK(found.best[0].any.confirmed_by == 6);
  CHECK(found.best[0].any.reason == ResponseReason::progression);
}

TEST_CASE("confirmation as in RECIST 1.1; an iUPD between breaks it") {
  CHECK(confirmed({iPR, iPR}) == iPR);
  CHECK(confirmed({iPR, NE, iPR}) == iPR);
  CHECK(confirmed({iPR, iUPD, iPR}) == iSD);
  CHECK(confirmed({iUPD, iPR, iCR}) == iPR);
  CHECK(confirmed({iCR, iUPD, iCPD}) == iSD);
  CHECK(confirmed({iPR, iUPD, iCPD}, {20, 60, 100}) == iCPD);
  const auto found = results({iUPD, iPR, iPR}).best[0].confirmed;
  CHECK(found.confirmed_by == 2);
  CHECK(found.first_response == 1);
  CHECK(found.reason == ResponseReason::confirmed);
}

TEST_CASE("first benefit: a response on any day, stable disease from its day on") {
  CHECK(results({iSD, iSD}, {20, 50}).best[0].any.first_benefit == 1);
  CHECK(results({iPR, iSD}, {20, 50}).best[0].any.first_benefit == 0);
  CHECK(results({iPR, iSD}, {20, 50}).best[0].confirmed.first_benefit == 1);
  CHECK(results({NN}).best[0].any.first_benefit == 0);
  CHECK(results({NED, iUPD}).best[0].any.first_benefit == -1);
}

TEST_CASE("blocks: confirmed, superseded, open") {
  const auto found = results({iSD, iUPD, NE, iUPD, iPR, iUPD, iCPD, iUPD}).blocks;
  REQUIRE(found.size() == 2);
  CHECK(found[0].first == 1);
  CHECK(found[0].last == 3);
  CHECK(found[0].end == 4);
  CHECK(found[0].ended == BlockEnd::superseded);
  CHECK(found[0].n_unconfirmed == 1);
  CHECK(found[0].n_not_evaluable == 1);
  CHECK(found[1].first == 5);
  CHECK(found[1].end == 6);
  CHECK(found[1].ended == BlockEnd::confirmed);
  const auto open = results({iUPD, NE}).blocks;
  CHECK(open[0].ended == BlockEnd::open);
  CHECK(open[0].end == -1);
  CHECK(results({NED, iUPD, NED}).blocks[0].ended == BlockEnd::superseded);
  CHECK(results({iCPD}).blocks[0].first == 0);
}

TEST_CASE("rows before the start and after the last day do not count; the worst of a day does") {
  CHECK(best({iCR, iPR}, {-1, 42}) == iPR);
  CHECK(best({iCR, iPR}, {0, 42}) == iCR);
  CHECK(results({iSD, iPR}, {42, 84}, 83).best[0].any.response == iSD);
  CHECK(results({iSD, iPR}, {42, 84}, 84).best[0].any.response == iPR);
  CHECK(best({iPR, iUPD}, {42, 42}) == iUPD);
  CHECK(best({iCPD, iUPD}, {42, 42}) == iCPD);
  CHECK(best({NE, iSD}, {42, 42}) == iSD);
  CHECK(results({NE, iSD}, {42, 42}).best[0].n_used == 1);
  CHECK(results({iUPD, iCPD, iPR}).best[0].n_used == 2);
}

TEST_CASE("what counts is told by the day of the response, which may be before the last scan") {
  const std::vector<std::int32_t> offset{0, 3}, code{3, 5, 2};
  const std::vector<double> day{42, 84, 126}, dated{42, 42, 126}, limit{60};
  const auto found = tte::irecist_best({offset, day, code, limit, dated}, {});
  CHECK(found.blocks.size() == 1);
  CHECK(found.blocks[0].ended == BlockEnd::open);
  CHECK(found.best[0].n_used == 2);
  const std::vector<double> two{1, 2};
  CHECK_THROWS_AS(tte::irecist_best({offset, day, code, limit, two}, {}), std::invalid_argument);
}

TEST_CASE("patients one after another") {
  const std::vector<std::int32_t> offset{0, 2, 2, 3}, code{5, 9, 2};
  const std::vector<double> day{42, 84, 42}, limit{ever, ever, ever};
  const auto found = tte::irecist_best({offset, day, code, limit}, {});
  CHECK(found.best[0].any.response == iCPD);
  CHECK(found.best[1].any.response == missing);
  CHECK(found.best[2].any.response == iPR);
  CHECK(found.blocks.size() == 1);
  CHECK(found.blocks[0].patient == 0);
}

TEST_CASE("wrong input is refused") {
  const std::vector<std::int32_t> offset{0, 1}, seven{7}, ten{10}, one{1};
  const std::vector<double> day{1}, limit{ever}, bad{std::numeric_limits<double>::quiet_NaN()};
  CHECK_THROWS_AS(tte::irecist_best({offset, day, seven, limit}, {}), std::invalid_argument);
  CHECK_THROWS_AS(tte::irecist_best({offset, day, ten, limit}, {}), std::invalid_argument);
  CHECK_THROWS_AS(tte::irecist_best({offset, bad, one, limit}, {}), std::invalid_argument);
  CHECK_THROWS_AS(tte::irecist_best({offset, day, one, bad}, {}), std::invalid_argument);
}
