// Thousands of correlated markers in samples of persons. On a standard scale, marker m of block b in sample j
// (from 1) of person p is
//   sqrt(w) A_pm + sqrt(1 - w) B_pjm + (j - 1) s C_pb + shift,
//   A_pm = a_m F_pb + sqrt(1 - a_m^2) e_pm,     B_pjm = a_m G_pjb + sqrt(1 - a_m^2) h_pjm,
// where all capitals and e, h on the right are independent standard normal, w is the share of variance
// between persons, a_m the marker's loading and s the spread of the drift. So in a first sample every
// variance is 1, two markers of a block have correlation a_m a_n, and a marker has correlation w with itself
// in other samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/expects.hpp"
#include "../core/parallel.hpp"
#include "../core/span.hpp"
#include "draws.hpp"

namespace tte {

/// One entry per sample. Samples of a person that lie side by side are made faster.
struct MarkerSamples {
  Span<std::int32_t> person;  ///< the number of the person's stream
  Span<std::int32_t> index;   ///< 1, 2, ... within the person
};

/// How markers go together.
struct MarkerStructure {
  Span<std::int32_t> block;  ///< of each marker, from 1
  Span<double> loading;      ///< of each marker, from -1 to 1
  double between = 0.5;      ///< w
  double drift = 0;          ///< s
};

/// What is added to chosen markers: `shift` has a column per chosen marker, and a sample takes the row it
/// names.
struct MarkerSignal {
  Span<std::int32_t> marker;  ///< from 1
  Span<std::int32_t> row;     ///< of each sample, from 1
  Span<double> shift;
};

namespace detail {

constexpr std::int32_t most_samples = 16000;

inline void check_marker_structure(const MarkerStructure& structure) {
  expects(structure.loading.size() == structure.block.size(), "one loading and one block per marker");
  for (std::size_t m = 0; m < structure.block.size(); ++m) {
    expects(structure.block[m] >= 1 && static_cast<std::size_t>(structure.block[m]) <= structure.block.size(),
            "blocks are numbered from 1, with no more blocks than markers");
    expects(structure.loading[m] >= -1 && structure.loading[m] <= 1, "a loading lies between -1 and 1");
  }
  expects(structure.between >= 0 && structure.between <= 1, "the share between persons lies between 0 and 1");
  expects(structure.drift >= 0 && std::isfinite(structure.drift), "a drift's spread must not be negative");
}

inline void check_marker_samples(const MarkerSamples& samples) {
  expects(samples.index.size() == samples.person.size(), "one index per sample");
  check_person_numbers(samples.person);
  for (const std::int32_t index : samples.index)
    expects(index >= 1 && index <= most_samples, "samples of a person are numbered from 1 to 16000");
}

inline void check_marker_signal(const MarkerSignal& signal, std::size_t samples, std::size_t markers) {
  if (signal.marker.empty()) return;
  for (const std::int32_t marker : signal.marker)
    expects(marker >= 1 && static_cast<std::size_t>(marker) <= markers,
            "a signal belongs to one of the markers");
  expects(signal.shift.size() % signal.marker.size() == 0, "a shift has a column per marker with signal");
  const std::size_t rows = signal.shift.size() / signal.marker.size();
  expects(signal.row.size() == samples, "every sample names its row of the shift");
  for (const std::int32_t row : signal.row)
    expects(row >= 1 && static_cast<std::size_t>(row) <= rows, "every sample names its row of the shift");
  for (const double shift : signal.shift) expects(std::isfinite(shift), "a shift must be a number");
}

inline void fill_normal(Random random, std::vector<double>& out) {
  for (double& value : out) value = random.normal();
}

// The parts of one person (A and C) and of one sample (B), made anew only when the person changes.
class MarkerSampler {
 public:
  MarkerSampler(const Purpose& purpose, const MarkerStructure& structure)
      : purpose_(purpose),
        structure_(structure),
        size_(structure.block.size()),
        specific_(size_),
        own_(size_) {
    std::int32_t blocks = 0;
    for (const std::int32_t block : structure.block) blocks = std::max(blocks, block);
    slope_.resize(static_cast<std::size_t>(blocks));
    factor_.resize(slope_.size());
    for (const double a : structure.loading) rest_.push_back(std::sqrt(1 - a * a));
  }

  /// Values of a sample, marker m at out[m * stride].
  void draw(std::int32_t person, std::int32_t index, double* out, std::size_t stride) {
    if (person != person_) begin(person);
    const auto part = static_cast<std::uint32_t>(2 * index + 1);
    mix(person, part, own_sample_);
    const double within = std::sqrt(1 - structure_.between), steps = structure_.drift * (index - 1);
    for (std::size_t m = 0; m < size_; ++m)
      out[m * stride] = own_[m] + within * own_sample_[m] + steps * slope_[block(m)];
  }

 private:
  std::size_t block(std::size_t m) const { return static_cast<std::size_t>(structure_.block[m] - 1); }

  // Part 0 of a person's streams holds the slopes; then come, for the person and for each sample, one part of
  // factors and one of what is a marker's own.
  void begin(std::int32_t person) {
    person_ = person;
    fill_normal(person_stream(purpose_, person), slope_);
    mix(person, 1, own_);
    for (double& value : own_) value *= std::sqrt(structure_.between);
  }

  void mix(std::int32_t person, std::uint32_t part, std::vector<double>& out) {
    fill_normal(person_stream(purpose_, person, part), factor_);
    fill_normal(person_stream(purpose_, person, part + 1), specific_);
    out.resize(size_);
    for (std::size_t m = 0; m < size_; ++m)
      out[m] = structure_.loading[m] * factor_[block(m)] + rest_[m] * specific_[m];
  }

  Purpose purpose_;
  MarkerStructure structure_;
  std::size_t size_;
  std::int32_t person_ = -1;
  std::vector<double> rest_, slope_, factor_, specific_, own_, own_sample_;
};

inline void add_signal(const MarkerSignal& signal, std::size_t samples, std::vector<double>& value) {
  const std::size_t rows = signal.marker.empty() ? 0 : signal.shift.size() / signal.marker.size();
  for (std::size_t k = 0; k < signal.marker.size(); ++k) {
    double* column = value.data() + static_cast<std::size_t>(signal.marker[k] - 1) * samples;
    for (std::size_t i = 0; i < samples; ++i)
      column[i] += signal.shift[k * rows + static_cast<std::size_t>(signal.row[i] - 1)];
  }
}

}  // namespace detail

/// Samples x markers, a column per marker. A value depends on (seed, purpose, person, sample, marker) alone.
inline std::vector<double> markers(const Purpose& purpose, const MarkerSamples& samples,
                                   const MarkerStructure& structure, const MarkerSignal& signal = {},
                                   const Execution& execution = {}) {
  const std::size_t n = samples.person.size(), size = structure.block.size();
  detail::check_purpose(purpose);
  detail::check_marker_samples(samples);
  detail::check_marker_structure(structure);
  detail::check_marker_signal(signal, n, size);
  std::vector<double> out(n * size);
  parallel_chunks(n, 16, execution, [&](std::size_t begin, std::size_t end, std::size_t) {
    detail::MarkerSampler sampler(purpose, structure);
    for (std::size_t i = begin; i < end; ++i)
      sampler.draw(samples.person[i], samples.index[i], out.data() + i, n);
  });
  detail::add_signal(signal, n, out);
  return out;
}

}  // namespace tte
