#include <catch2/catch.hpp>
#include <tte/core/pools.hpp>

#include <tte/core/sweep.hpp>

#include "naive.hpp"

using tte::Arranged;
using tte::Direction;
using tte::TimeToEvent;

namespace {

// The largest relative error of S0 and S1 over the steps of a backward sweep.
template <class Pool>
double largest_error(const naive::Data& d, const std::vector<double>& r) {
  const TimeToEvent data(d.columns());
  const tte::ArrangedRows x = data.arrange_rows(d.covariates());
  const Arranged<double> risk = data.arrange(tte::Span<double>(r));
  Pool pool(x, risk);
  double largest = 0;
  tte::sweep(data.schedule(), Direction::backward, pool, [&](std::size_t k, const tte::Step&) {
    double s0 = 0;
    std::vector<double> s1(d.x.size(), 0.0), size(d.x.size(), 0.0);
    for (const std::size_t i : naive::rows_at_risk(d, data, k)) {
      s0 += r[i];
      for (std::size_t j = 0; j < d.x.size(); ++j) {
        s1[j] += r[i] * d.x[j][i];
        size[j] += r[i] * std::fabs(d.x[j][i]);
      }
    }
    largest = std::max(largest, std::fabs(pool.s0() - s0) / s0);
    for (std::size_t j = 0; j < d.x.size(); ++j) {
      if (size[j] > 0) largest = std::max(largest, std::fabs(pool.s1()[j] - s1[j]) / size[j]);
    }
  });
  return largest;
}

std::vector<double> random_risks(std::size_t n, std::uint64_t seed) {
  naive::Dice dice(seed);
  std::vector<double> out(n);
  for (double& value : out) value = std::exp(4 * dice.uniform() - 2);
  return out;
}

}  // namespace

TEST_CASE("counts by label are the mass at risk, in either direction") {
  naive::each_data([](const naive::Data& d) {
    const TimeToEvent data(d.columns());
    std::vector<std::int32_t> label(d.rows());
    for (std::size_t i = 0; i < d.rows(); ++i) label[i] = static_cast<std::int32_t>(i % 3);
    const Arranged<std::int32_t> arranged = data.arrange(tte::Span<std::int32_t>(label));
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      tte::Counts by_label(data, arranged, 3), all(data);
      const auto expected = [&](std::size_t k, std::size_t of) {
        double mass = 0;
        for (const std::size_t i : naive::rows_at_risk(d, data, k)) {
          const double each = (d.weight.empty() ? 1 : d.weight[i]) * (d.freq.empty() ? 1 : d.freq[i]);
          if (of == 3 || i % 3 == of) mass += each;
        }
        return mass;
      };
      tte::sweep(data.schedule(), direction, by_label, [&](std::size_t k, const tte::Step&) {
        for (std::size_t of = 0; of < 3; ++of) REQUIRE(by_label[of] == Approx(expected(k, of)).margin(1e-13));
      });
      tte::sweep(data.schedule(), direction, all, [&](std::size_t k, const tte::Step&) {
        REQUIRE(all() == Approx(expected(k, 3)).margin(1e-13));
        REQUIRE(all() == all[0]);
      });
    }
  });
}

TEST_CASE("moments are the sums over the rows at risk") {
  naive::each_data(
      [](const naive::Data& d) {
        const std::vector<double> r = random_risks(d.rows(), 3);
        REQUIRE(largest_error<tte::RemovableMoments>(d, r) < 1e-13);
        if (d.start.empty()) REQUIRE(largest_error<tte::Moments>(d, r) < 1e-13);
      },
      1, 5);
}

TEST_CASE("a row of 1e30 that leaves takes nothing of the others with it") {
  naive::Data d = naive::random_data({60, 0, 1, 2}, 11);
  d.start.assign(d.rows(), 0);
  d.x = {random_risks(d.rows(), 1), random_risks(d.rows(), 2)};
  std::vector<double> r = random_risks(d.rows(), 5);
  for (const std::size_t i : {10, 20}) {
    d.stop[i] = 11;
    d.start[i] = 6;
    r[i] = 1e30 / 3;
  }
  CHECK(largest_error<tte::RemovableMoments>(d, r) < 1e-12);
}

TEST_CASE("rows of every size leave one after the other, and what stays is exact") {
  // S0 falls from 1e40 to 1 by removals only: more orders of magnitude than even a compensated sum carries
  naive::Data d;
  std::vector<double> r;
  d.x.resize(2);
  for (int i = 0; i < 120; ++i) {
    const bool leaves = i % 3 == 0;
    d.start.push_back(leaves ? 50 + i / 3 : 0);
    d.stop.push_back(leaves ? 200 + i : 1 + i / 2.0);
    d.cause.push_back(1);
    r.push_back((leaves ? std::pow(10.0, (i / 3 + 1)) : 1) / (3 + i));
    d.x[0].push_back(1 / (1.0 + i));
    d.x[1].push_back(i % 7 - 3);
  }
  CHECK(largest_error<tte::RemovableMoments>(d, r) < 1e-12);
}

TEST_CASE("one row is made anew as well, the first or the last of the arranged order") {
  // three rows at risk at 1; the two of 1e40 and 1e20 enter at 2 and 3
  for (const double stop_of_small : {1.0, 1.5}) {
    const naive::Data d{{0, 2, 3, 0}, {stop_of_small, 4, 5, 1.25}, {1, 1, 1, 1}, {}, {}, {}, {},
                        {},           {{0.5, 1, 1, 0.25}}};
    CHECK(largest_error<tte::RemovableMoments>(d, {1.0 / 3, 1e40 / 7, 1e20 / 9, 1.0 / 7}) < 1e-15);
  }
}

TEST_CASE("tied rows on either side of those that leave are all made anew") {
  // the rows in the middle enter late and swamp the others; they leave while ties before and after stay
  const naive::Data d{
      {0, 0, 0, 3, 3.5, 0, 0},     {2, 5, 5, 7, 8, 9, 9}, {1, 1, 1, 1, 1, 1, 1}, {}, {}, {}, {}, {},
      {{0.5, 0.25, 4, 1, 1, 3, 2}}};
  const std::vector<double> r{1.0 / 3, 1.0 / 7, 1.0 / 6, 1e40 / 3, 1e22 / 7, 1.0 / 9, 1.0 / 11};
  CHECK(largest_error<tte::RemovableMoments>(d, r) < 1e-15);
}

TEST_CASE("Events held back are at risk at every step but their own") {
  naive::each_data([](const naive::Data& d) {
    if (d.rows() == 0 || d.rows() > 5) return;
    const tte::TimeToEvent data(d.columns());
    tte::Counts counts(data);
    tte::EventsHeldBack<tte::Counts> survivors(data, counts);
    std::vector<double> found, expected;
    tte::sweep(data.schedule(), tte::Direction::backward, survivors,
               [&](std::size_t, const tte::Step&) { found.push_back(counts()); });
    tte::Counts all(data);
    tte::sweep(data.schedule(), tte::Direction::backward, all, [&](std::size_t, const tte::Step& step) {
      double events = 0;
      for (std::int32_t i = step.exits.begin; i < step.events_end; ++i)
        events += data.mass(static_cast<std::size_t>(i));
      expected.push_back(all() - events);
    });
    REQUIRE(naive::gap(found, expected) < 1e-12);
  });
}
