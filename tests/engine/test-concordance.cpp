#include <catch2/catch.hpp>
#include <tte/cox/concordance.hpp>

#include "naive.hpp"

using naive::Data;
using tte::Concordance;
using tte::TimeToEvent;

namespace {

Concordance of(const Data& d, const std::vector<double>& score) {
  const TimeToEvent data(d.columns());
  return tte::concordance(data, data.arrange(tte::Span<double>(score)));
}

template <class A, class B>
double largest_gap(const A& a, const B& b) {
  return std::max({naive::gap(a.concordant, b.concordant), naive::gap(a.discordant, b.discordant),
                   naive::gap(a.tied_score, b.tied_score), naive::gap(a.tied_time, b.tied_time),
                   naive::gap(a.tied_both, b.tied_both), naive::gap(a.value, b.value),
                   naive::gap(a.std_error, b.std_error)});
}

std::vector<double> random_scores(std::size_t n, std::int32_t distinct, std::uint64_t seed) {
  naive::Dice dice(seed);
  std::vector<double> out(n);
  for (double& score : out) score = distinct > 0 ? dice.below(distinct) - 1 : dice.uniform() - 0.5;
  return out;
}

// survival's own test data (tests/concordance.R): ties in time, in score, and of an event with a censoring.
Data aml(bool weighted) {
  Data d{{}, {9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161}, {1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0}};
  if (weighted) d.weight = {1, 2, 3, 2, 1, 2, 3, 4, 3, 2, 1};
  return d;
}
const std::vector<double> aml_score{1, 6, 2, 7, 3, 7, 3, 8, 4, 4, 5};

}  // namespace

TEST_CASE("counts, value and error of survival's test data are survival's") {
  const Concordance plain = of(aml(false), aml_score), weighted = of(aml(true), aml_score);
  CHECK((plain.concordant == 14 && plain.discordant == 24 && plain.tied_score == 2));
  CHECK(plain.value == Approx(0.375));
  CHECK(plain.std_error == Approx(0.128847050800552));
  CHECK((weighted.concordant == 70 && weighted.discordant == 91 && weighted.tied_score == 7));
  CHECK(weighted.value == Approx(0.4375));
  CHECK(weighted.std_error == Approx(0.107581155426192));
}

TEST_CASE("by hand: who is compared with whom") {
  // event at 2 against: the censored at 2 (yes), the other event at 2 (no), the one at 3 (yes), the one who
  // enters at 2 (no), the one censored at 1 (no)
  const Data d{{0, 0, 0, 0, 2, 0}, {2, 2, 2, 3, 4, 1}, {1, 0, 1, 0, 0, 0}};
  const Concordance c = of(d, {5, 4, 6, 7, 1, 1});
  CHECK(c.concordant == 2);
  CHECK(c.discordant == 2);
  CHECK(c.tied_time == 1);
  CHECK(c.value == 0.5);
}

TEST_CASE("counts, value and error are those of the definition on random data") {
  std::size_t number = 0;
  naive::each_data([&](const Data& d) {
    CAPTURE(++number);
    for (const std::int32_t distinct : {0, 4}) {
      const std::vector<double> score = random_scores(d.rows(), distinct, number);
      REQUIRE(largest_gap(of(d, score), naive::concordance(d, score)) < 1e-10);
    }
  });
}

TEST_CASE("the influence of a row is the derivative of the concordance by its weight") {
  std::size_t number = 0, compared = 0;
  naive::each_data([&](Data d) {
    CAPTURE(++number);
    if (d.rows() != 60) return;
    d.weight.resize(60, 1.0);
    const std::vector<double> score = random_scores(60, number % 2 ? 0 : 4, number);
    const TimeToEvent data(d.columns());
    const tte::ConcordanceInfluence got =
        tte::concordance_influence(data, data.arrange(tte::Span<double>(score)));
    REQUIRE(got.concordance.value == of(d, score).value);
    REQUIRE(got.influence.size() == 60);
    for (std::size_t i = 0; i < 60; i += 7) {
      Data up = d, down = d;
      up.weight[i] *= 1 + 1e-4;
      down.weight[i] *= 1 - 1e-4;
      const double change = (of(up, score).value - of(down, score).value) / 2e-4;
      const double copies = d.freq.empty() || !d.cluster.empty() ? 1 : d.freq[i];
      const double expected = copies > 0 ? change / std::sqrt(copies) : 0;
      REQUIRE(got.influence[i] == Approx(expected).margin(1e-7));
    }
    ++compared;
  });
  CHECK(compared > 60);
}

TEST_CASE("influences of units give the standard error, their differences that of two scores") {
  const Data d = naive::random_data({60, 6, 1, 2, true, true, true, true, false}, 3);
  const TimeToEvent data(d.columns());
  const std::vector<double> score = random_scores(60, 0, 1), opposite = [&] {
    std::vector<double> out = score;
    for (double& s : out) s = -s;
    return out;
  }();
  const auto influence = [&](const std::vector<double>& of_score) {
    return tte::concordance_influence(data, data.arrange(tte::Span<double>(of_score)));
  };
  const tte::ConcordanceInfluence a = influence(score), b = influence(opposite);
  std::vector<double> unit(5, 0.0), difference(5, 0.0);
  for (std::size_t i = 0; i < 60; ++i) {
    unit[static_cast<std::size_t>(d.cluster[i] - 1)] += a.influence[i];
    difference[static_cast<std::size_t>(d.cluster[i] - 1)] += a.influence[i] - b.influence[i];
  }
  double own = 0, both = 0;
  for (const double u : unit) own += u * u;
  for (const double u : difference) both += u * u;
  CHECK(std::sqrt(own) == Approx(a.concordance.std_error));
  CHECK(std::sqrt(both) == Approx(2 * a.concordance.std_error));  // C and 1 - C
}

TEST_CASE("any number of distinct scores is counted, powers of sixteen as well") {
  for (const std::size_t n : {15, 16, 17, 255, 256, 257}) {
    CAPTURE(n);
    const Data d = naive::random_data({n}, n);
    const std::vector<double> score = random_scores(n, 0, n);
    CHECK(largest_gap(of(d, score), naive::concordance(d, score)) < 1e-10);
  }
}

TEST_CASE("a score that orders the events is 1, its opposite 0, a constant one half") {
  const Data d{{}, {1, 2, 3, 4, 5}, {1, 1, 0, 1, 0}};
  CHECK(of(d, {5, 4, 3, 2, 1}).value == 1);
  CHECK(of(d, {5, 4, 3, 2, 1}).std_error == 0);
  CHECK(of(d, {1, 2, 3, 4, 5}).value == 0);
  CHECK(of(d, {2, 2, 2, 2, 2}).value == 0.5);
  CHECK(of(d, {0.0, -0.0, 0.0, -0.0, 0.0}).value == 0.5);
}

TEST_CASE("only the order of the scores counts, and its opposite swaps the counts") {
  const Data d = naive::random_data({60, 6, 1, 2, true}, 3);
  const std::vector<double> score = random_scores(60, 8, 1);
  std::vector<double> grown(60), turned(60);
  for (std::size_t i = 0; i < 60; ++i) {
    grown[i] = std::exp(100 * score[i]);
    turned[i] = -score[i];
  }
  const Concordance c = of(d, score), opposite = of(d, turned);
  CHECK(largest_gap(of(d, grown), c) == 0);
  CHECK((opposite.concordant == c.discordant && opposite.discordant == c.concordant));
  CHECK(opposite.value == Approx(1 - c.value));
  CHECK(opposite.std_error == Approx(c.std_error));
}

TEST_CASE("infinite scores are scores") {
  CHECK(of({{}, {1, 2, 3}, {1, 1, 1}}, {naive::infinity, 0, -naive::infinity}).value == 1);
}

TEST_CASE("the order of rows, freq for copies and one stratum for none change nothing") {
  naive::each_data([](const Data& d) {
    Data carried = d;
    carried.x = {random_scores(d.rows(), 5, 1)};
    const Concordance c = of(carried, carried.x[0]);
    const auto same = [&](const Data& other) { REQUIRE(largest_gap(of(other, other.x[0]), c) < 1e-10); };
    same(naive::shuffled(carried, 8));
    if (d.subject.empty()) same(naive::written_out(carried));
    if (d.stratum.empty()) {
      carried.stratum.assign(d.rows(), 1);
      same(carried);
    }
  });
}

TEST_CASE("rows of one person count as the person") {
  const Data whole{{0, 0, 0, 0}, {4, 6, 7, 9}, {1, 0, 1, 1}, {}, {}, {}, {1, 2, 3, 4}};
  const Data split{{0, 2, 0, 0, 3, 0, 5}, {2, 4, 6, 3, 7, 5, 9}, {0, 1, 0, 0, 1, 0, 1}, {}, {}, {}, {},
                   {1, 1, 2, 3, 3, 4, 4}};
  CHECK(largest_gap(of(split, {3, 3, 1, 2, 2, 4, 4}), of(whole, {3, 1, 2, 4})) < 1e-14);
}

TEST_CASE("a common factor of the weights changes the counts but not the value") {
  const Concordance c = of(aml(true), aml_score);
  Data d = aml(true);
  for (double& w : d.weight) w *= 1000;
  CHECK(of(d, aml_score).value == Approx(c.value));
  CHECK(of(d, aml_score).std_error == Approx(c.std_error));
  CHECK(of(d, aml_score).concordant == Approx(1e6 * c.concordant));
}

TEST_CASE("pairs beyond 2^31 persons are counted") {
  const std::int32_t many = 2000000000;
  const Concordance c = of({{}, {1, 2, 3}, {1, 0, 0}, {}, {}, {many, many, many}}, {3, 2, 1});
  CHECK(c.concordant == Approx(2.0 * many * many));
  CHECK(c.value == 1);
}

TEST_CASE("without a comparable pair there is no value") {
  for (const Data& d :
       {Data{}, Data{{}, {1}, {1}}, Data{{}, {1, 2}, {0, 0}}, Data{{}, {1, 2}, {1, 1}, {}, {1, 2}}}) {
    const Concordance c = of(d, std::vector<double>(d.rows(), 1.0));
    CHECK((std::isnan(c.value) && std::isnan(c.std_error)));
    CHECK(c.concordant + c.discordant + c.tied_score == 0);
  }
}

TEST_CASE("a score that is no number is refused") {
  CHECK_THROWS_AS(of({{}, {1, 2}, {1, 1}}, {1, naive::nan}), tte::InvalidInput);
  CHECK_THROWS_AS(of({{}, {1, 2}, {1, 1}}, {1}), tte::InvalidInput);
}
