// What the engine is compared with: definitions, slow and obvious, that decide their own time grid and look
// at every row at every time; and the small random data sets that they are compared on. Nothing here calls an
// estimator.
#pragma once

#include <tte/core/linalg.hpp>
#include <tte/core/time_to_event.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <set>
#include <vector>

namespace naive {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// ---- comparing
// ----------------------------------------------------------------------------------------------

/// 0 for equal numbers (NaN is equal to NaN), else the distance relative to the larger of 1 and |b|.
inline double gap(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double distance = std::fabs(a - b) / std::max(1.0, std::fabs(b));
  return std::isnan(distance) ? infinity : distance;
}

/// The largest gap between two containers; infinite when one is longer.
template <class A, class B>
double gap(const A& a, const B& b) {
  if (a.size() != b.size()) return infinity;
  double largest = 0;
  auto at = b.begin();
  for (const double value : a) largest = std::max(largest, gap(value, static_cast<double>(*at++)));
  return largest;
}

// ---- data
// ---------------------------------------------------------------------------------------------------

/// Columns that own their values; absent ones are empty.
struct Data {
  std::vector<double> start, stop;
  std::vector<std::int32_t> cause;
  std::vector<double> weight = {};
  std::vector<std::int32_t> stratum = {}, freq = {}, cluster = {}, subject = {};
  std::vector<std::vector<double>> x = {};
  std::vector<double> offset = {};

  std::size_t rows() const { return stop.size(); }

  tte::Columns columns() const {
    tte::Columns out;
    out.start = start;
    out.stop = stop;
    out.weight = weight;
    out.cause = cause;
    out.stratum = stratum;
    out.freq = freq;
    out.cluster = cluster;
    out.subject = subject;
    return out;
  }
  std::vector<tte::Span<double>> covariates() const { return {x.begin(), x.end()}; }
};

inline double start_of(const Data& d, std::size_t i) { return d.start.empty() ? -infinity : d.start[i]; }

/// Whether row i counts (freq > 0) and lies in a stratum (from 0).
inline bool in_stratum(const Data& d, std::size_t i, std::size_t stratum) {
  const bool here = d.stratum.empty() || static_cast<std::size_t>(d.stratum[i]) == stratum + 1;
  return here && (d.freq.empty() || d.freq[i] > 0);
}

/// The rows at risk at one step of the schedule of `data`, which was made of `d`.
inline std::vector<std::size_t> rows_at_risk(const Data& d, const tte::TimeToEvent& data, std::size_t step) {
  const tte::Schedule& schedule = data.schedule();
  std::size_t stratum = 0;
  while (step >= schedule.stratum_begin[stratum + 1]) ++stratum;
  const double t = schedule.steps[step].time;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    if (in_stratum(d, i, stratum) && start_of(d, i) < t && t <= d.stop[i]) out.push_back(i);
  }
  return out;
}

/// One of the `freq` equal rows that a row of the data stands for.
struct Row {
  std::size_t from, person, unit;  // the row it is a copy of, whose it is, and its independent unit
  double start, stop, weight;
  std::int32_t cause;
  bool continues = false, resumes = false;  // in, or from, another row of the same person

  bool at_risk(double t) const { return start < t && t <= stop; }
  bool event_at(double t) const { return cause > 0 && stop == t; }
};
using Rows = std::vector<Row>;

inline bool joined(const Data& d, std::size_t before, std::size_t after) {
  const bool counted = d.freq.empty() || (d.freq[before] > 0 && d.freq[after] > 0);
  const bool together = d.stratum.empty() || d.stratum[before] == d.stratum[after];
  return !d.subject.empty() && !d.start.empty() && d.subject[before] == d.subject[after] && counted &&
         together && d.cause[before] == 0 && d.stop[before] == d.start[after];
}

inline Row row_of(const Data& d, std::size_t i, std::size_t person) {
  Row row{i, person, person, start_of(d, i), d.stop[i], d.weight.empty() ? 1 : d.weight[i], d.cause[i]};
  if (!d.cluster.empty()) row.unit = static_cast<std::size_t>(d.cluster[i]);
  for (std::size_t j = 0; j < d.rows(); ++j) {
    row.continues |= joined(d, i, j);
    row.resumes |= joined(d, j, i);
  }
  return row;
}

/// The rows of each stratum, freq written out. The k-th copies of one person's rows are one person; copies
/// are different people of the same cluster.
inline std::vector<Rows> strata(const Data& d) {
  std::size_t count = 1, rows = 0;
  for (std::int32_t code : d.stratum) count = std::max(count, static_cast<std::size_t>(code));
  std::vector<Rows> out(count);
  for (std::size_t i = 0; i < d.rows(); ++i) {
    const std::size_t s = d.stratum.empty() ? 0 : static_cast<std::size_t>(d.stratum[i] - 1);
    for (std::int32_t copy = 0; copy < (d.freq.empty() ? 1 : d.freq[i]); ++copy) {
      const std::size_t subject = d.subject.empty() ? 0 : static_cast<std::size_t>(d.subject[i]);
      const std::size_t person = 1000000 * static_cast<std::size_t>(copy) + subject;
      out[s].push_back(row_of(d, i, subject > 0 ? person : rows++));
    }
  }
  return out;
}

template <class Of>
double sum(const Rows& rows, Of of) {
  double total = 0;
  for (const Row& row : rows) total += of(row);
  return total;
}

/// The distinct times at which a row has the event or is censored.
inline std::set<double> exit_times(const Rows& rows) {
  std::set<double> out;
  for (const Row& row : rows) {
    if (!row.continues) out.insert(row.stop);
  }
  return out;
}

inline std::set<double> event_times(const Rows& rows) {
  std::set<double> out;
  for (const Row& row : rows) {
    if (row.cause > 0) out.insert(row.stop);
  }
  return out;
}

/// Sum over independent units of the square of a unit's summed values.
inline double sum_of_squares(const Rows& rows, const std::vector<double>& value) {
  double total = 0;
  std::set<std::size_t> units;
  for (const Row& row : rows) units.insert(row.unit);
  for (const std::size_t unit : units) {
    double own = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) own += rows[i].unit == unit ? value[i] : 0;
    total += own * own;
  }
  return total;
}

// ---- textbook data
// ------------------------------------------------------------------------------------------

/// Remission times of leukaemia patients (Freireich 1963): 21 on 6-MP, then 21 on placebo; x is 1 for
/// placebo, the cluster is the pair.
inline Data freireich() {
  Data d{{},
         {10, 7,  32, 23, 22, 6,  16, 34, 32, 25, 11, 20, 19, 6,  17, 35, 6, 13, 9, 6, 10,
          1,  22, 3,  12, 8,  17, 2,  11, 8,  12, 2,  5,  4,  15, 8,  23, 5, 11, 4, 1, 8},
         {1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0}};
  d.cause.resize(42, 1);
  d.x.resize(1);
  for (int i = 0; i < 42; ++i) {
    d.x[0].push_back(i >= 21);
    d.cluster.push_back(i % 21 + 1);
  }
  return d;
}

/// The 21 patients on 6-MP.
inline Data six_mp() {
  Data d = freireich();
  d.stop.resize(21);
  d.cause.resize(21);
  return {{}, d.stop, d.cause};
}

/// Therneau and Grambsch's three data sets of appendix E: ties; (start, stop] rows; case weights.
inline Data therneau_grambsch(int which) {
  if (which == 1)
    return {{}, {1, 1, 6, 6, 8, 9}, {1, 0, 1, 1, 0, 1}, {}, {}, {}, {}, {}, {{1, 1, 1, 0, 0, 0}}};
  if (which == 2) {
    return {{1, 2, 5, 2, 1, 7, 3, 4, 8, 8},
            {2, 3, 6, 7, 8, 9, 9, 9, 14, 17},
            {1, 1, 1, 1, 1, 1, 1, 0, 0, 0},
            {},
            {},
            {},
            {},
            {},
            {{1, 0, 0, 1, 0, 1, 1, 1, 0, 0}}};
  }
  return {
      {}, {1, 1, 2, 2, 2, 2, 3, 4, 5},  {1, 0, 1, 1, 1, 0, 0, 1, 0}, {1, 2, 3, 4, 3, 2, 1, 2, 1}, {}, {}, {},
      {}, {{2, 0, 1, 1, 0, 1, 0, 1, 0}}};
}

// ---- random data
// --------------------------------------------------------------------------------------------

/// What a random data set has. `distinct` times (0: continuous); `split` cuts persons into rows of one
/// subject.
struct Shape {
  std::size_t n = 60, distinct = 0;
  std::int32_t causes = 1, strata = 1;
  bool late = false, freq = false, weight = false, cluster = false, split = false;
  std::size_t covariates = 0;
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  double uniform() { return (static_cast<double>(bits_() >> 11) + 0.5) / 9007199254740992.0; }
  std::int32_t below(std::int32_t n) { return static_cast<std::int32_t>(uniform() * n); }
  bool chance(double p) { return uniform() < p; }

 private:
  std::mt19937_64 bits_;
};

namespace detail {

struct Person {
  double start, stop;
  std::int32_t cause, stratum, freq, cluster, subject;
};

inline void push_row(const Shape& shape, const Person& person, Dice& dice, Data& d) {
  d.stop.push_back(person.stop);
  d.cause.push_back(person.cause);
  if (shape.late || shape.split) d.start.push_back(person.start);
  if (shape.strata > 1) d.stratum.push_back(person.stratum);
  if (shape.freq) d.freq.push_back(person.freq);
  if (shape.cluster) d.cluster.push_back(person.cluster);
  if (shape.split) d.subject.push_back(person.subject);
  if (shape.weight) d.weight.push_back(0.1 + 2 * dice.uniform());
  for (std::size_t j = 0; j < shape.covariates; ++j) {
    d.x[j].push_back(j % 2 == 0 ? 2 * dice.uniform() - 1 : dice.below(3));
  }
}

// Up to three rows, each starting where the one before ended or, after a gap, later.
inline void push_split(const Shape& shape, const Person& person, Dice& dice, Data& d) {
  Person rest = person;
  for (int cut = 0; cut < 2; ++cut) {
    Person piece = rest;
    piece.stop = rest.start + (rest.stop - rest.start) * (shape.distinct > 0 ? 0.5 : dice.uniform());
    if (shape.distinct > 0) piece.stop = std::floor(piece.stop);
    if (!(piece.stop > rest.start) || !(piece.stop < rest.stop)) break;
    piece.cause = 0;
    push_row(shape, piece, dice, d);
    rest.start = piece.stop;
    if (dice.chance(0.2)) rest.start += 0.5 * (rest.stop - rest.start);
  }
  push_row(shape, rest, dice, d);
}

}  // namespace detail

inline Data random_data(const Shape& shape, std::uint64_t seed) {
  Dice dice(seed);
  Data d;
  d.x.resize(shape.covariates);
  for (std::size_t i = 0; i < shape.n; ++i) {
    detail::Person person{0, 10 * dice.uniform(), 0, 0, 0, 0, static_cast<std::int32_t>(i + 1)};
    if (shape.distinct > 0) person.stop = 1 + dice.below(static_cast<std::int32_t>(shape.distinct));
    if (shape.late && dice.chance(0.6)) person.start = person.stop * dice.uniform();
    if (shape.distinct > 0) person.start = std::floor(person.start);
    person.cause = dice.chance(0.6) ? 1 + dice.below(shape.causes) : 0;
    person.stratum = 1 + dice.below(shape.strata);
    person.freq = dice.below(4);
    person.cluster = 1 + dice.below(5);
    shape.split ? detail::push_split(shape, person, dice, d) : detail::push_row(shape, person, dice, d);
  }
  return d;
}

/// Calls visit(data) for every combination of size, ties, late entry, split rows, freq, weights, clusters and
/// strata.
template <class Visit>
void each_data(Visit visit, std::int32_t causes = 1, std::size_t covariates = 0) {
  std::uint64_t seed = 0;
  for (const std::size_t n : {0, 1, 2, 5, 60}) {
    for (unsigned bits = 0; bits < 128; ++bits) {
      Shape shape{n, (bits & 1) ? 6u : 0u, causes, (bits & 2) ? 3 : 1};
      shape.late = bits & 4;
      shape.freq = bits & 8;
      shape.weight = bits & 16;
      shape.cluster = bits & 32;
      shape.split = bits & 64;
      shape.covariates = covariates;
      visit(random_data(shape, ++seed));
    }
  }
}

/// The rows of `d` in another order.
inline Data reordered(const Data& d, const std::vector<std::size_t>& order) {
  const auto pick = [&](auto column) {
    auto out = column;
    for (std::size_t i = 0; i < column.size(); ++i) out[i] = column[order[i]];
    return out;
  };
  Data out{pick(d.start),   pick(d.stop), pick(d.cause),   pick(d.weight),
           pick(d.stratum), pick(d.freq), pick(d.cluster), pick(d.subject)};
  for (const auto& column : d.x) out.x.push_back(pick(column));
  out.offset = pick(d.offset);
  return out;
}

inline Data shuffled(const Data& d, std::uint64_t seed) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < d.rows(); ++i) order.push_back(i);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(seed));
  return reordered(d, order);
}

/// Every row `freq` times instead of a freq column; rows without a unit of their own stay without.
inline Data written_out(const Data& d) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < d.rows(); ++i) {
    for (std::int32_t copy = 0; copy < (d.freq.empty() ? 1 : d.freq[i]); ++copy) order.push_back(i);
  }
  const auto repeat = [&](const auto& column) {
    auto out = column;
    out.clear();
    for (const std::size_t i : order) {
      if (!column.empty()) out.push_back(column[i]);
    }
    return out;
  };
  Data out{repeat(d.start),   repeat(d.stop),   repeat(d.cause), repeat(d.weight), repeat(d.stratum), {},
           repeat(d.cluster), repeat(d.subject)};
  for (const auto& column : d.x) out.x.push_back(repeat(column));
  out.offset = repeat(d.offset);
  return out;
}

// ---- curves
// -------------------------------------------------------------------------------------------------

/// Per stratum and time: the counts, and the curves they give. Causes lie side by side; state 0 is "no event
/// yet".
struct Curves {
  std::vector<std::size_t> stratum_begin = {0};
  std::vector<double> time, at_risk, events, censored, entered;
  std::vector<double> survival, survival_error, hazard, hazard_error;  // of any cause; the error of -log S
  std::vector<double> incidence, incidence_error, cause_hazard, cause_hazard_error;  // time x cause
};

enum class Variance { model, jackknife };

namespace detail {

// Aalen's variance of one incidence at the last of these times: what every event time adds, by its
// definition.
struct Jump {
  double n, own, other, before, after, incidence;  // S(s-), S(s), F(s)
};

inline double tied_share(double n, double d) { return (d > 1 ? 1 - (d - 1) / (n - 1) : 1) * d / (n * n); }

inline double aalen_variance(const std::vector<Jump>& jumps) {
  double total = 0;
  for (const Jump& s : jumps) {
    const double lost = s.after > 0 ? (jumps.back().incidence - s.incidence) / s.after : 0;
    if (s.own > 0) total += std::pow(s.before * (1 - lost), 2) * tied_share(s.n, s.own);
    if (s.other > 0) total += std::pow(s.before * lost, 2) * tied_share(s.n, s.other);
  }
  return total;
}

// One stratum, by the product and the sums of the definitions. The influence of a row is the derivative by
// its weight.
class CurveOfRows {
 public:
  CurveOfRows(const Rows& rows, std::size_t causes, Variance variance)
      : rows_(rows),
        causes_(causes),
        variance_(variance),
        d_log_(rows.size()),
        d_hazard_(rows.size()),
        d_survival_(rows.size()),
        incidence_(causes),
        cause_hazard_(causes),
        cause_aalen_(causes),
        jumps_(causes),
        d_incidence_(causes, d_log_),
        d_cause_hazard_(causes, d_log_) {}

  void append_to(Curves& out) {
    double before = -infinity;
    for (const double t : exit_times(rows_)) {
      append_counts(t, before, out);
      meet(t);
      append_curves(out);
      before = t;
    }
    out.stratum_begin.push_back(out.time.size());
  }

 private:
  void append_counts(double t, double before, Curves& out) const {
    out.time.push_back(t);
    out.at_risk.push_back(sum(rows_, [&](const Row& r) { return r.at_risk(t) ? r.weight : 0; }));
    out.censored.push_back(
        sum(rows_, [&](const Row& r) { return r.stop == t && r.cause == 0 && !r.continues ? r.weight : 0; }));
    out.entered.push_back(sum(
        rows_, [&](const Row& r) { return before <= r.start && r.start < t && !r.resumes ? r.weight : 0; }));
    for (std::size_t c = 0; c < causes_; ++c) out.events.push_back(events_of(t, c));
  }
  double events_of(double t, std::size_t cause) const {
    return sum(rows_, [&](const Row& r) { return r.event_at(t) && of_cause(r, cause) ? r.weight : 0; });
  }
  bool of_cause(const Row& r, std::size_t cause) const {
    return causes_ == 1 || static_cast<std::size_t>(r.cause) == cause + 1;
  }

  void meet(double t) {
    const double n = sum(rows_, [&](const Row& r) { return r.at_risk(t) ? r.weight : 0; });
    const double d = sum(rows_, [&](const Row& r) { return r.event_at(t) ? r.weight : 0; });
    const double left =
        sum(rows_, [&](const Row& r) { return r.at_risk(t) && !r.event_at(t) ? r.weight : 0; });
    if (!(d > 0)) return;
    for (std::size_t c = 0; c < causes_; ++c) meet_cause(t, c, n, d, left);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double y = rows_[i].at_risk(t), event = rows_[i].event_at(t), change = (event - y * d / n) / n;
      d_survival_[i] = d_survival_[i] * (left / n) - survival_ * change;
      d_log_[i] += y / n - (left > 0 ? (y - event) / left : 0);
      d_hazard_[i] += change;
    }
    survival_ *= left / n;
    greenwood_ += d / (n * left);
    hazard_ += d / n;
    aalen_ += d / (n * n);
  }

  void meet_cause(double t, std::size_t c, double n, double d, double left) {
    const double own = events_of(t, c);
    incidence_[c] += survival_ * own / n;
    cause_hazard_[c] += own / n;
    cause_aalen_[c] += own / (n * n);
    jumps_[c].push_back({n, own, d - own, survival_, survival_ * left / n, incidence_[c]});
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const double y = rows_[i].at_risk(t), event = rows_[i].event_at(t) && of_cause(rows_[i], c);
      d_incidence_[c][i] += d_survival_[i] * own / n + survival_ * (event - y * own / n) / n;
      d_cause_hazard_[c][i] += (event - y * own / n) / n;
    }
  }

  void append_curves(Curves& out) const {
    const bool jackknife = variance_ == Variance::jackknife;
    out.survival.push_back(survival_);
    out.survival_error.push_back(
        std::sqrt(jackknife && survival_ > 0 ? jackknife_variance(d_log_) : greenwood_));
    out.hazard.push_back(hazard_);
    out.hazard_error.push_back(std::sqrt(jackknife ? jackknife_variance(d_hazard_) : aalen_));
    for (std::size_t c = 0; c < causes_; ++c) {
      out.incidence.push_back(incidence_[c]);
      out.cause_hazard.push_back(cause_hazard_[c]);
      out.incidence_error.push_back(
          std::sqrt(jackknife ? jackknife_variance(d_incidence_[c]) : aalen_variance(jumps_[c])));
      out.cause_hazard_error.push_back(
          std::sqrt(jackknife ? jackknife_variance(d_cause_hazard_[c]) : cause_aalen_[c]));
    }
  }
  double jackknife_variance(std::vector<double> derivative) const {
    for (std::size_t i = 0; i < rows_.size(); ++i) derivative[i] *= rows_[i].weight;
    return sum_of_squares(rows_, derivative);
  }

  const Rows& rows_;
  std::size_t causes_;
  Variance variance_;
  double survival_ = 1, greenwood_ = 0, hazard_ = 0, aalen_ = 0;
  std::vector<double> d_log_, d_hazard_, d_survival_;
  std::vector<double> incidence_, cause_hazard_, cause_aalen_;
  std::vector<std::vector<Jump>> jumps_;
  std::vector<std::vector<double>> d_incidence_, d_cause_hazard_;
};

}  // namespace detail

/// Kaplan-Meier, Nelson-Aalen and Aalen-Johansen; one cause stands for all.
inline Curves curves(const Data& d, std::size_t causes = 1, Variance variance = Variance::model) {
  Curves out;
  for (const Rows& rows : strata(d)) detail::CurveOfRows(rows, causes, variance).append_to(out);
  return out;
}

// ---- log-rank
// -----------------------------------------------------------------------------------------------

struct LogRank {
  arma::mat n, observed, expected, variance;
};

/// A weight of the log-rank family: of the rows of a stratum and an event time.
using WeightOf = std::function<double(const Rows&, double)>;

/// `group` (from 0) is in the order of the data's rows.
inline LogRank log_rank(
    const Data& d, const std::vector<std::int32_t>& group, std::size_t groups,
    const WeightOf& weight_of = [](const Rows&, double) { return 1.0; }) {
  const std::vector<Rows> all = strata(d);
  const arma::mat empty(groups, all.size(), arma::fill::zeros);
  LogRank out{empty, empty, empty, arma::mat(groups, groups, arma::fill::zeros)};
  for (std::size_t s = 0; s < all.size(); ++s) {
    const Rows& rows = all[s];
    const auto in_group = [&](const Row& r, std::size_t g) {
      return static_cast<std::size_t>(group[r.from]) == g;
    };
    for (std::size_t g = 0; g < groups; ++g) {
      std::set<std::size_t> persons;
      for (const Row& r : rows) {
        if (in_group(r, g)) persons.insert(r.person);
      }
      out.n(g, s) = static_cast<double>(persons.size());
    }
    for (const double t : event_times(rows)) {
      const double n = sum(rows, [&](const Row& r) { return r.at_risk(t); });
      const double e = sum(rows, [&](const Row& r) { return r.event_at(t); });
      const double w = weight_of(rows, t);
      std::vector<double> of(groups);
      for (std::size_t g = 0; g < groups; ++g) {
        of[g] = sum(rows, [&](const Row& r) { return r.at_risk(t) && in_group(r, g); });
        out.observed(g, s) += w * sum(rows, [&](const Row& r) { return r.event_at(t) && in_group(r, g); });
        out.expected(g, s) += w * e * of[g] / n;
      }
      for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t h = 0; h < groups && n > 1; ++h) {
          out.variance(g, h) += w * w * e * (n - e) / (n - 1) * (of[g] / n) * ((g == h) - of[h] / n);
        }
      }
    }
  }
  return out;
}

// ---- Cox
// ----------------------------------------------------------------------------------------------------

struct Cox {
  double loglik = 0;
  arma::vec score;
  arma::mat information, score_products;  // the latter: sum over units of the products of their scores
  std::vector<double> martingale;         // of each row of the data; 0 where its freq is 0
};

namespace detail {

struct Risk {
  double s0 = 0;
  arma::vec s1;
  arma::mat s2;
  explicit Risk(std::size_t p) : s1(p, arma::fill::zeros), s2(p, p, arma::fill::zeros) {}
  void add(double r, const arma::vec& x) {
    s0 += r;
    s1 += r * x;
    s2 += r * x * x.t();
  }
};

struct CoxRow {
  Row row;
  arma::vec x, score;
  double eta, r;
};

inline std::vector<CoxRow> cox_rows(const Data& d, const Rows& rows, const arma::vec& beta) {
  std::vector<CoxRow> out;
  for (const Row& row : rows) {
    arma::vec x(d.x.size());
    for (std::size_t j = 0; j < d.x.size(); ++j) x(j) = d.x[j][row.from];
    const double eta = arma::dot(x, beta) + (d.offset.empty() ? 0 : d.offset[row.from]);
    out.push_back({row, x, arma::vec(d.x.size(), arma::fill::zeros), eta, row.weight * std::exp(eta)});
  }
  return out;
}

// One of the d terms that a tie adds: each row with the event counts for 1 - f of itself.
inline void add_tie_term(std::vector<CoxRow>& rows, double t, double f, double mass, double d, Cox& out) {
  Risk risk(out.score.n_elem);
  for (const CoxRow& i : rows) {
    if (i.row.at_risk(t)) risk.add(i.r * (i.row.event_at(t) ? 1 - f : 1), i.x);
  }
  const double w = mass / d;
  const arma::vec mean = risk.s1 / risk.s0;
  out.loglik -= w * std::log(risk.s0);
  out.score -= w * mean;
  out.information += w * (risk.s2 / risk.s0 - mean * mean.t());
  for (CoxRow& i : rows) {
    if (!i.row.at_risk(t)) continue;
    const bool event = i.row.event_at(t);
    const double hazard = i.r * (event ? 1 - f : 1) * w / risk.s0;
    out.martingale[i.row.from] -= hazard / i.row.weight;
    i.score += ((event ? i.row.weight / d : 0) - hazard) * (i.x - mean);
  }
}

}  // namespace detail

/// Breslow's or Efron's partial likelihood at `beta`.
inline Cox cox(const Data& d, const arma::vec& beta, bool efron) {
  const std::size_t p = d.x.size();
  const arma::mat square(p, p, arma::fill::zeros);
  Cox out{0, arma::vec(p, arma::fill::zeros), square, square, std::vector<double>(d.rows(), 0.0)};
  Rows all;
  std::vector<arma::vec> scores;
  for (const Rows& rows : strata(d)) {
    std::vector<detail::CoxRow> cox_rows = detail::cox_rows(d, rows, beta);
    for (const double t : event_times(rows)) {
      const double mass = sum(rows, [&](const Row& r) { return r.event_at(t) ? r.weight : 0; });
      const double ties = sum(rows, [&](const Row& r) { return r.event_at(t); });
      for (double k = 0; k < ties; ++k)
        detail::add_tie_term(cox_rows, t, efron ? k / ties : 0, mass, ties, out);
    }
    for (const detail::CoxRow& i : cox_rows) {
      if (i.row.cause > 0) {
        out.loglik += i.row.weight * i.eta;
        out.score += i.row.weight * i.x;
        out.martingale[i.row.from] += 1;
      }
      all.push_back(i.row);
      scores.push_back(i.score);
    }
  }
  for (std::size_t i = 0; i < d.rows(); ++i) {
    if (!d.freq.empty() && d.freq[i] > 1) out.martingale[i] /= d.freq[i];
  }
  std::set<std::size_t> units;
  for (const Row& row : all) units.insert(row.unit);
  for (const std::size_t unit : units) {
    arma::vec own(p, arma::fill::zeros);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].unit == unit) own += scores[i];
    }
    out.score_products += own * own.t();
  }
  return out;
}

// ---- concordance
// --------------------------------------------------------------------------------------------

struct Concordance {
  double concordant = 0, discordant = 0, tied_score = 0, tied_time = 0, tied_both = 0, value = nan,
         std_error = nan;
};

/// Every pair looked at: i has the event while j is at risk and outlasts it. `score` in the order of the
/// data's rows.
inline Concordance concordance(const Data& d, const std::vector<double>& score) {
  Concordance out;
  Rows all;
  for (const Rows& rows : strata(d)) all.insert(all.end(), rows.begin(), rows.end());
  std::vector<double> agree(all.size(), 0.0), comparable(all.size(), 0.0);
  const auto together = [&](const Row& a, const Row& b) {
    return d.stratum.empty() || d.stratum[a.from] == d.stratum[b.from];
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      const Row &a = all[i], &b = all[j];
      if (i == j || a.cause == 0 || !together(a, b) || !b.at_risk(a.stop)) continue;
      const double mass = a.weight * b.weight, high = score[a.from], low = score[b.from];
      if (b.event_at(a.stop)) {
        (high == low ? out.tied_both : out.tied_time) += mass / 2;
        continue;
      }
      (high > low ? out.concordant : high < low ? out.discordant : out.tied_score) += mass;
      const double credit = high > low ? 1 : high == low ? 0.5 : 0;
      agree[i] += b.weight * credit;
      agree[j] += a.weight * credit;
      comparable[i] += b.weight;
      comparable[j] += a.weight;
    }
  }
  const double pairs = out.concordant + out.discordant + out.tied_score;
  if (!(pairs > 0)) return out;
  out.value = (out.concordant + 0.5 * out.tied_score) / pairs;
  for (std::size_t i = 0; i < all.size(); ++i) {
    agree[i] = all[i].weight * (agree[i] - out.value * comparable[i]) / pairs;
  }
  out.std_error = std::sqrt(sum_of_squares(all, agree));
  return out;
}

}  // namespace naive
