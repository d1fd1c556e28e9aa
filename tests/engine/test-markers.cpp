#include <catch2/catch.hpp>
#include <tte/simulation/markers.hpp>

using tte::MarkerSignal;
using tte::MarkerStructure;

namespace {

// Two blocks: markers 1, 2, 4 and markers 3, 5.
const std::vector<std::int32_t> block{1, 1, 2, 1, 2};
const std::vector<double> loading{0.9, 0.6, 0.8, -0.5, 0};

struct Samples {
  std::vector<std::int32_t> person, index;

  // `each` samples of every person
  Samples(std::int32_t persons, std::int32_t each) {
    for (std::int32_t p = 1; p <= persons; ++p) {
      for (std::int32_t j = 1; j <= each; ++j) add(p, j);
    }
  }

  void add(std::int32_t p, std::int32_t j) {
    person.push_back(p);
    index.push_back(j);
  }

  std::vector<double> markers(const MarkerStructure& structure, const MarkerSignal& signal = {},
                              int threads = 1, std::uint64_t seed = 6) const {
    return tte::markers({{seed}, 14}, {person, index}, structure, signal, {threads});
  }
};

MarkerStructure structure_of(double between, double drift) { return {block, loading, between, drift}; }

constexpr std::size_t persons = 40000;

// Mean product of marker m in sample j and marker n in sample k of the same persons, three samples each.
double covariance(const std::vector<double>& x, std::size_t m, std::size_t j, std::size_t n, std::size_t k) {
  double sum = 0;
  for (std::size_t p = 0; p < persons; ++p)
    sum += x[m * 3 * persons + 3 * p + j] * x[n * 3 * persons + 3 * p + k];
  return sum / persons;
}

}  // namespace

TEST_CASE("covariances are those of the formula") {
  const double w = 0.6, s = 0.5, error = 5 * 2.5 / std::sqrt(double(persons));
  const std::vector<double> x = Samples(persons, 3).markers(structure_of(w, s));
  const auto expected = [&](std::size_t m, std::size_t j, std::size_t n, std::size_t k) {
    if (block[m] != block[n]) return 0.0;
    const double standard = m == n ? 1 : loading[m] * loading[n];
    return (j == k ? 1 : w) * standard + s * s * static_cast<double>(j * k);
  };
  for (std::size_t m = 0; m < 5; ++m) {
    for (std::size_t n = m; n < 5; ++n) {
      for (const auto& [j, k] :
           {std::pair<std::size_t, std::size_t>{0, 0}, {0, 2}, {1, 1}, {1, 2}, {2, 0}, {2, 2}}) {
        CAPTURE(m, j, n, k);
        CHECK(covariance(x, m, j, n, k) == Approx(expected(m, j, n, k)).margin(error));
      }
    }
  }
  double mean = 0;
  for (const double value : x) mean += value / static_cast<double>(x.size());
  CHECK(mean == Approx(0).margin(0.02));
}

TEST_CASE("persons are independent, and all or no variance may lie between them") {
  const std::vector<double> between = Samples(500, 3).markers(structure_of(1, 0));
  const std::vector<double> within = Samples(500, 3).markers(structure_of(0, 0));
  double product = 0;
  for (std::size_t p = 0; p < 500; ++p) {
    CHECK(between[3 * p] == between[3 * p + 2]);
    CHECK(within[3 * p] != within[3 * p + 2]);
    if (p > 0) product += between[3 * p] * between[3 * p - 3] / 499;
  }
  CHECK(product == Approx(0).margin(5 / std::sqrt(500.0)));
}

TEST_CASE("a value depends on person, sample and marker only") {
  const Samples samples(40, 4);
  const std::vector<double> all = samples.markers(structure_of(0.5, 0.3));
  for (const int threads : {2, 3}) CHECK(all == samples.markers(structure_of(0.5, 0.3), {}, threads));
  CHECK(all != samples.markers(structure_of(0.5, 0.3), {}, 1, 7));
  Samples mixed(0, 0);
  for (const std::int32_t at : {150, 3, 77, 2, 76}) mixed.add(at / 4 + 1, at % 4 + 1);
  const std::vector<double> few = mixed.markers(structure_of(0.5, 0.3));
  for (std::size_t m = 0; m < 5; ++m) {
    CHECK(few[m * 5] == all[m * 160 + 150]);
    CHECK(few[m * 5 + 2] == all[m * 160 + 77]);
    CHECK(few[m * 5 + 4] == all[m * 160 + 76]);
  }
  const std::vector<std::int32_t> fewer_blocks{1, 1};
  const std::vector<double> fewer_loadings{0.9, 0.6};
  const std::vector<double> two = samples.markers({fewer_blocks, fewer_loadings, 0.5, 0.3});
  CHECK(std::equal(two.begin(), two.end(), all.begin()));
}

TEST_CASE("a signal shifts its markers by the row that each sample names") {
  const Samples samples(3, 2);
  const std::vector<std::int32_t> marker{4, 1}, row{1, 1, 2, 2, 3, 3};
  const std::vector<double> shift{10, 20, 30, 1, 2, 3};
  const std::vector<double> plain = samples.markers(structure_of(0.5, 0.1));
  const std::vector<double> planted = samples.markers(structure_of(0.5, 0.1), {marker, row, shift});
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(planted[3 * 6 + i] - plain[3 * 6 + i] == Approx(10.0 * row[i]));
    CHECK(planted[i] - plain[i] == Approx(row[i]));
    CHECK(planted[6 + i] == plain[6 + i]);
  }
}

TEST_CASE("no samples and no markers are fine") {
  CHECK(Samples(0, 0).markers(structure_of(0.5, 0)).empty());
  CHECK(Samples(2, 2).markers({}).empty());
}

TEST_CASE("structures, samples and signals without sense are refused") {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](const Samples& samples, const MarkerStructure& structure,
                          const MarkerSignal& signal = {}) {
    CHECK_THROWS_AS(samples.markers(structure, signal), tte::InvalidInput);
  };
  const Samples one(1, 1);
  for (const double bad : {-0.1, 1.1, missing}) refused(one, structure_of(bad, 0));
  for (const double bad : {-0.1, missing}) refused(one, structure_of(0.5, bad));
  const std::vector<std::int32_t> zero{0}, two{2}, first{1};
  const std::vector<double> half{0.5}, large{1.5}, unknown{missing}, pair{0.1, 0.2};
  refused(one, {zero, half});
  refused(one, {two, half});
  refused(one, {first, large});
  refused(one, {first, unknown});
  refused(one, {first, pair});
  Samples wrong(0, 0);
  wrong.add(-1, 1);
  refused(wrong, structure_of(0.5, 0));
  for (const std::int32_t index : {0, 16001}) {
    wrong = Samples(0, 0);
    wrong.add(1, index);
    refused(wrong, structure_of(0.5, 0));
  }
  wrong = Samples(1, 1);
  wrong.index.push_back(2);
  refused(wrong, structure_of(0.5, 0));
  const std::vector<std::int32_t> sixth{6}, both{1, 2};
  refused(one, structure_of(0.5, 0), {sixth, first, half});
  refused(one, structure_of(0.5, 0), {zero, first, half});
  refused(one, structure_of(0.5, 0), {first, two, half});
  refused(one, structure_of(0.5, 0), {first, zero, half});
  refused(one, structure_of(0.5, 0), {first, {}, half});
  refused(one, structure_of(0.5, 0), {both, first, half});
  refused(one, structure_of(0.5, 0), {first, first, unknown});
}
