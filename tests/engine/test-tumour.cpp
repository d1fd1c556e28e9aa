#include <catch2/catch.hpp>
#include <tte/simulation/tumour.hpp>

#include <cmath>

using tte::TumourOptions;
using tte::Tumours;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

// Columns of persons and scans; every person is scanned on the same days.
struct Persons {
  std::vector<std::int32_t> targets, mode, number, offset, nodes;
  std::vector<double> depth, shrink, growth, progression, sensitive, flare, day;

  explicit Persons(std::size_t n, const std::vector<double>& days = {-5, 42, 84, 126})
      : targets(n, 3), mode(n, 1), depth(n, 0.5), shrink(n, 0.02), growth(n, 0.01), progression(n, 126) {
    offset.push_back(0);
    for (std::size_t i = 0; i < n; ++i) {
      day.insert(day.end(), days.begin(), days.end());
      offset.push_back(static_cast<std::int32_t>(day.size()));
    }
  }

  Tumours tumours(const TumourOptions& options = {}, int threads = 1, std::uint64_t seed = 4) const {
    return tte::tumour({{seed}, 7},
                       {targets, depth, shrink, growth, progression, mode, sensitive, flare, number, nodes},
                       {offset, day}, options, {threads});
  }
};

TumourOptions noisy() {
  TumourOptions options;
  options.noise = 0.1;
  options.spread = 0.5;
  options.digits = 0;
  return options;
}

bool same(const Tumours& a, const Tumours& b) {
  return a.person == b.person && a.visit == b.visit && a.lesion == b.lesion && a.size == b.size;
}

}  // namespace

TEST_CASE("there is a row for every scan and lesion") {
  Persons persons(3, {0, 42});
  persons.targets = {2, 0, 1};
  persons.mode = {1, 0, 1};
  const Tumours out = persons.tumours();
  CHECK(out.person == std::vector<std::int32_t>{0, 0, 0, 0, 2, 2});
  CHECK(out.visit == std::vector<std::int32_t>{0, 0, 1, 1, 4, 5});
  CHECK(out.lesion == std::vector<std::int32_t>{0, 1, 0, 1, 0, 0});
  CHECK(out.course[1].baseline == 0);
  CHECK(std::isnan(out.course[1].response));
}

TEST_CASE("without noise the records are the curve, at progression as large as the scans want") {
  Persons persons(400, {-5, 42, 84, 126, 226});
  TumourOptions options;
  options.spread = 0.6;
  const Tumours out = persons.tumours(options);
  for (std::size_t i = 0; i < 400; ++i) {
    const auto sum = [&](std::size_t visit) {
      return out.size[i * 15 + visit * 3] + out.size[i * 15 + visit * 3 + 1] +
             out.size[i * 15 + visit * 3 + 2];
    };
    CHECK(sum(0) == Approx(out.course[i].baseline));
    const double lowest = std::min({sum(0), sum(1), sum(2)});
    CHECK(out.course[i].nadir < lowest);
    CHECK(sum(3) == Approx(std::max(1.2 * lowest, lowest + 5) + 0.3).epsilon(1e-12));
    const double larger = sum(3) / (std::max(1.2 * out.course[i].nadir, out.course[i].nadir + 5));
    double later = 0;
    for (std::size_t l = 9; l < 12; ++l) {
      const double mm = out.size[i * 15 + l] / larger;
      later += larger * 250 * std::pow(mm / 250, std::exp(-1 / std::log(250 / mm)));
    }
    CHECK(sum(4) == Approx(later));
    CHECK(sum(1) == Approx(sum(0) * (0.5 + 0.5 * std::exp(-0.84))).epsilon(1e-12));
  }
}

TEST_CASE("a scan that shows the progression anyway is left alone, and so is one without a scan before it") {
  TumourOptions options;
  options.spread = 0.6;
  const Tumours late = Persons(50, {-5, 42, 84, 250}).tumours(options);
  const Tumours none = Persons(50, {126}).tumours(options);
  for (std::size_t i = 0; i < 50; ++i) {
    const double nadir = late.course[i].nadir, threshold = std::max(1.2 * nadir, nadir + 5);
    double later = 0;
    for (std::size_t l = 0; l < 3; ++l) {
      const double mm = none.size[i * 3 + l];
      later += 250 * std::pow(mm / 250, std::exp(-1.24 / std::log(250 / mm)));
    }
    CHECK(late.size[i * 12 + 9] + late.size[i * 12 + 10] + late.size[i * 12 + 11] == Approx(later));
    CHECK(none.size[i * 3] + none.size[i * 3 + 1] + none.size[i * 3 + 2] == Approx(threshold));
  }
}

TEST_CASE("rounded records of noisy sizes show the progression at its first scan") {
  for (const std::int32_t targets : {1, 3, 5}) {
    Persons persons(2000);
    persons.targets.assign(2000, targets);
    TumourOptions options = noisy();
    options.digits = 1;
    const Tumours out = persons.tumours(options);
    const auto n = static_cast<std::size_t>(targets);
    for (std::size_t i = 0; i < 2000; ++i) {
      const auto sum = [&](std::size_t visit) {
        long long tenths = 0;
        for (std::size_t l = 0; l < n; ++l) tenths += std::llround(10 * out.size[(i * 4 + visit) * n + l]);
        return tenths;
      };
      const long long nadir = std::min({sum(0), sum(1), sum(2)}), rise = sum(3) - nadir;
      CHECK((5 * rise >= nadir && rise >= 50));
    }
  }
}

TEST_CASE("diameters at baseline are log-normal beyond the minimum") {
  Persons persons(20000, {0});
  TumourOptions options;
  options.meanlog = 2.5;
  options.sdlog = 0.5;
  options.minimum = 12;
  const Tumours out = persons.tumours(options);
  const auto upper = [&](double mm) { return 0.5 * std::erfc((std::log(mm) - 2.5) / 0.5 / std::sqrt(2.0)); };
  CHECK(*std::min_element(out.size.begin(), out.size.end()) >= 12);
  for (const double mm : {13.0, 18.0, 30.0}) {
    const double p = upper(mm) / upper(12);
    const auto above = std::count_if(out.size.begin(), out.size.end(), [&](double s) { return s > mm; });
    CHECK(static_cast<double>(above) / 60000 == Approx(p).margin(5 * std::sqrt(p * (1 - p) / 60000)));
  }
  options.sdlog = 0;
  options.meanlog = std::log(30.0);
  for (const double size : Persons(5, {0}).tumours(options).size) CHECK(size == Approx(30));
}

TEST_CASE("errors of measurement have the coefficient of variation asked for, and no bias") {
  Persons persons(20000, {10});
  persons.mode.assign(20000, 0);
  persons.shrink.assign(20000, 0.0);
  TumourOptions options;
  options.meanlog = std::log(50.0);
  options.sdlog = 0;
  options.noise = 0.2;
  const std::vector<double> size = persons.tumours(options).size;
  double mean = 0, square = 0;
  for (const double s : size) {
    mean += s / 50 / 60000;
    square += s * s / 2500 / 60000;
  }
  CHECK(mean == Approx(1).margin(5 * 0.2 / std::sqrt(60000.0)));
  CHECK(std::sqrt(square - mean * mean) == Approx(0.2).epsilon(0.03));
}

TEST_CASE("errors know nothing of the lesions") {
  Persons persons(20000, {5});
  persons.targets.assign(20000, 1);
  persons.mode.assign(20000, 0);
  persons.shrink.assign(20000, 0.0);
  TumourOptions options;
  options.noise = 0.2;
  const Tumours out = persons.tumours(options);
  double product = 0, squares_size = 0, squares_error = 0, mean = 0;
  for (const tte::TumourCourse& course : out.course) mean += std::log(course.baseline) / 20000;
  for (std::size_t i = 0; i < 20000; ++i) {
    const double size = std::log(out.course[i].baseline) - mean;
    const double error = std::log(out.size[i] / out.course[i].baseline);
    product += size * error;
    squares_size += size * size;
    squares_error += error * error;
  }
  CHECK(product / std::sqrt(squares_size * squares_error) == Approx(0).margin(5 / std::sqrt(20000.0)));
}

TEST_CASE("records are rounded, stay at the minimum at baseline, and are 0 for a lesion that is gone") {
  Persons persons(500, {-3, 0, 20, 500});
  persons.mode.assign(500, 0);
  persons.depth.assign(500, 0.0);
  TumourOptions options = noisy();
  options.meanlog = 2.2;
  options.sdlog = 0.2;
  options.digits = 1;
  const Tumours out = persons.tumours(options);
  for (std::size_t row = 0; row < out.size.size(); ++row) {
    CHECK(out.size[row] * 10 == Approx(std::round(out.size[row] * 10)));
    const double day = persons.day[static_cast<std::size_t>(out.visit[row])];
    if (day <= 0) CHECK(out.size[row] >= 10);
    if (day == 500) CHECK(out.size[row] == 0);
  }
  CHECK(*std::max_element(out.size.begin(), out.size.end()) > 14);
}

TEST_CASE("the last targets are nodes: 15 mm or more at first, never 0, below 10 mm where all disease goes") {
  Persons persons(500, {-3, 20, 500});
  persons.mode.assign(500, 0);
  persons.depth.assign(500, 0.0);
  TumourOptions options = noisy();
  options.digits = 1;
  options.noise = 0.03;
  const Tumours none = persons.tumours(options);
  persons.nodes.assign(500, 0);
  CHECK(same(none, persons.tumours(options)));
  persons.nodes.assign(500, 2);
  const Tumours out = persons.tumours(options);
  double least = 1000;
  for (std::size_t row = 0; row < out.size.size(); row += 9) {
    CHECK(out.size[row] == none.size[row]);
    CHECK(out.size[row + 6] == 0);
    for (const std::size_t node : {row + 1, row + 2}) {
      least = std::min(least, out.size[node]);
      CHECK(out.size[node + 6] > 0);
      CHECK(out.size[node + 6] < 10);
    }
  }
  CHECK(least >= 15);
  CHECK(least < 15.5);
}

TEST_CASE("where all targets are nodes the first scan of the progression shows a diseased one") {
  Persons persons(1000, {-5, 42, 84, 126, 400});
  persons.targets.assign(1000, 2);
  persons.nodes.assign(1000, 2);
  persons.depth.assign(1000, 0.1);
  TumourOptions options = noisy();
  options.digits = 1;
  const Tumours out = persons.tumours(options);
  std::size_t normal = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto scan = out.size.begin() + static_cast<std::ptrdiff_t>(10 * i);
    CHECK(*std::max_element(scan + 6, scan + 8) >= 10);
    if (*std::max_element(scan + 4, scan + 6) < 10) ++normal;
  }
  CHECK(normal > 400);
}

TEST_CASE("lesions cannot be measured as often as asked, at neither the baseline nor the first progression") {
  Persons persons(4000, {-5, 42, 84, 126, 168});
  TumourOptions options = noisy();
  options.digits = 1;
  const Tumours all = persons.tumours(options);
  options.not_evaluable = 0.3;
  const Tumours out = persons.tumours(options);
  std::size_t failed = 0, changed = 0;
  for (std::size_t row = 0; row < out.size.size(); ++row) {
    const std::size_t scan = row / 3 % 5;
    if (scan == 0 || scan == 3) CHECK_FALSE(std::isnan(out.size[row]));
    if (std::isnan(out.size[row])) ++failed;
    if (scan < 3 && !std::isnan(out.size[row]) && out.size[row] != all.size[row]) ++changed;
  }
  CHECK(changed == 0);
  CHECK(static_cast<double>(failed) / 36000 == Approx(0.3).margin(5 * std::sqrt(0.21 / 36000)));
}

TEST_CASE("a scan that is not complete is no nadir") {
  Persons persons(400);
  persons.targets.assign(400, 2);
  TumourOptions options;
  options.not_evaluable = 0.3;
  const Tumours out = persons.tumours(options);
  std::size_t without = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    const auto sum = [&](std::size_t scan) {
      return out.size[i * 8 + scan * 2] + out.size[i * 8 + scan * 2 + 1];
    };
    double nadir = sum(0);
    for (const std::size_t scan : {std::size_t{1}, std::size_t{2}})
      if (sum(scan) < nadir) nadir = sum(scan);
    CHECK(sum(3) == Approx(std::max(1.2 * nadir, nadir + 5) + 0.2));
    if (std::isnan(sum(2))) ++without;
  }
  CHECK(without > 150);
}

TEST_CASE("lesions of a person differ with the spread, and not without") {
  Persons persons(200, {0, 2000});
  persons.mode.assign(200, 0);
  TumourOptions options;
  const Tumours same_depth = persons.tumours(options);
  options.spread = 0.6;
  const Tumours spread = persons.tumours(options);
  double squares = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    for (std::size_t l = 0; l < 3; ++l) {
      CHECK(same_depth.size[i * 6 + 3 + l] == Approx(0.5 * same_depth.size[i * 6 + l]));
      squares += std::pow(std::log(spread.size[i * 6 + 3 + l] / spread.size[i * 6 + l] / 0.5), 2);
    }
  }
  CHECK(std::sqrt(squares / 600) == Approx(0.5).margin(0.12));
}

TEST_CASE("more persons, more scans, other threads and other rows change no size") {
  const Tumours all = Persons(3000).tumours(noisy());
  CHECK(same(all, Persons(3000).tumours(noisy(), 2)));
  CHECK(same(all, Persons(3000).tumours(noisy(), 3)));
  const Tumours few = Persons(10).tumours(noisy());
  CHECK(std::equal(few.size.begin(), few.size.end(), all.size.begin()));
  const Tumours two_scans = Persons(1, {-5, 42}).tumours(noisy());
  CHECK(std::equal(two_scans.size.begin(), two_scans.size.end(), all.size.begin()));
  Persons chosen(1);
  chosen.number = {2777};
  const Tumours one = chosen.tumours(noisy());
  CHECK(std::equal(one.size.begin(), one.size.end(), all.size.begin() + 2776 * 12));
  CHECK_FALSE(same(all, Persons(3000).tumours(noisy(), 1, 5)));
}

TEST_CASE("the optional columns reach the curve") {
  Persons persons(1, {0, 40, 100});
  persons.progression = {200};
  persons.growth = {0.002};
  CHECK(persons.tumours().course[0].resistance < 150);
  persons.sensitive = {150};
  CHECK(persons.tumours().course[0].resistance == Approx(150));
  persons.mode = {4};
  persons.progression = {missing};
  persons.flare = {100};
  const Tumours out = persons.tumours();
  CHECK(out.size[6] + out.size[7] + out.size[8] > 1.25 * out.course[0].baseline);
}

TEST_CASE("columns, scans and options without sense are refused") {
  const auto refused = [](const Persons& persons, const TumourOptions& options = {}) {
    CHECK_THROWS_AS(persons.tumours(options), tte::InvalidInput);
  };
  Persons persons(2);
  persons.depth.pop_back();
  refused(persons);
  persons = Persons(2);
  persons.flare = {60};
  refused(persons);
  persons = Persons(2);
  persons.mode = {1, 5};
  refused(persons);
  persons = Persons(2);
  persons.targets = {1, -1};
  refused(persons);
  persons = Persons(2);
  persons.number = {1, -1};
  refused(persons);
  for (const std::vector<std::int32_t>& nodes : {std::vector<std::int32_t>{1, -1}, {1, 4}, {1}}) {
    persons = Persons(2);
    persons.nodes = nodes;
    refused(persons);
  }
  persons = Persons(2);
  persons.day[1] = missing;
  refused(persons);
  for (const std::vector<std::int32_t>& offset :
       {std::vector<std::int32_t>{0, 4}, {0, 4, 9}, {1, 4, 8}, {0, 9, 8}}) {
    persons = Persons(2);
    persons.offset = offset;
    refused(persons);
  }
  const auto with = [&](double TumourOptions::*member, double value) {
    TumourOptions options;
    options.*member = value;
    refused(Persons(2), options);
  };
  with(&TumourOptions::meanlog, missing);
  with(&TumourOptions::meanlog, -90);
  with(&TumourOptions::sdlog, -1);
  with(&TumourOptions::noise, -1);
  with(&TumourOptions::spread, missing);
  with(&TumourOptions::vanish, 0);
  with(&TumourOptions::minimum, 2);
  with(&TumourOptions::node_minimum, 10);
  with(&TumourOptions::node_minimum, missing);
  with(&TumourOptions::not_evaluable, -0.1);
  with(&TumourOptions::not_evaluable, missing);
  with(&TumourOptions::not_evaluable, 1.1);
  TumourOptions options;
  options.digits = 10;
  refused(Persons(2), options);
}
