// What a caller hands to the engine, and the checks that make it safe.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "expects.hpp"
#include "span.hpp"

namespace tte {

/// The caller's columns, all of one length; an empty one is absent.
/// cause 0 is censoring, 1, 2, ... are causes; stratum, cluster and subject are codes 1, 2, ...;
/// freq (whole, >= 0) stands for that many equal rows; weight (> 0) scales a row.
struct Columns {
  Span<double> start, stop, weight;
  Span<std::int32_t> cause, stratum, freq, cluster, subject;

  std::size_t size() const { return stop.size(); }
  std::size_t stratum_of(std::int32_t row) const {
    return stratum.empty() ? 0 : static_cast<std::size_t>(stratum[static_cast<std::size_t>(row)] - 1);
  }
  std::int32_t freq_of(std::size_t row) const { return freq.empty() ? 1 : freq[row]; }
};

namespace detail {

inline void check_length(std::size_t length, std::size_t n, const char* rule) {
  expects(length == 0 || length == n, rule);
}

// Codes index tables, so a code far beyond the rows would cost memory for nothing.
inline void check_codes(Span<std::int32_t> codes, std::size_t n, const char* rule) {
  check_length(codes.size(), n, rule);
  const std::size_t largest = std::max<std::size_t>(n, 1000000);
  for (std::int32_t code : codes) expects(code >= 1 && static_cast<std::size_t>(code) <= largest, rule);
}

inline void check_times(const Columns& c) {
  check_length(c.start.size(), c.size(), "start must be as long as stop");
  for (double stop : c.stop) expects(std::isfinite(stop), "stop must be finite");
  for (std::size_t i = 0; i < c.start.size(); ++i) {
    expects(std::isfinite(c.start[i]), "start must be finite");
    expects(c.start[i] < c.stop[i], "start must lie before stop");
  }
}

inline void check_columns(const Columns& c) {
  const std::size_t n = c.size();
  expects(n < static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
          "fewer than 2^31 rows are supported");
  expects(c.cause.size() == n, "cause must be as long as stop");
  check_length(c.weight.size(), n, "weight must be as long as stop");
  check_length(c.freq.size(), n, "freq must be as long as stop");
  check_times(c);
  for (std::int32_t cause : c.cause) expects(cause >= 0, "cause must not be negative");
  for (std::int32_t freq : c.freq) expects(freq >= 0, "freq must not be negative");
  for (double weight : c.weight)
    expects(weight > 0 && std::isfinite(weight), "weight must be positive and finite");
  check_codes(c.stratum, n, "stratum must hold codes 1, 2, ..., one per row");
  check_codes(c.cluster, n, "cluster must hold codes 1, 2, ..., one per row");
  check_codes(c.subject, n, "subject must hold codes 1, 2, ..., one per row");
}

}  // namespace detail
}  // namespace tte
