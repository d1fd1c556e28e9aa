// Random numbers of persons. Every number of a simulated study belongs to a person and to a use ("purpose"),
// and is a function of (seed, purpose, person, place in the stream) alone: more persons, other uses or other
// threads change none of it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/expects.hpp"
#include "../core/parallel.hpp"
#include "../core/random.hpp"
#include "../core/span.hpp"

namespace tte {

/// What a stream of random numbers is for: its seed and its use, a whole number from 1 to 65535.
struct Purpose {
  Seed seed;
  std::int32_t number = 1;
};

/// Uniform on (0, 1), standard normal, or exponential of rate 1.
enum class Variate { uniform, normal, exponential };

namespace detail {

constexpr std::int32_t largest_purpose = 65535;
constexpr std::size_t persons_per_chunk = 1024;

inline void check_purpose(const Purpose& purpose) {
  expects(purpose.number >= 1 && purpose.number <= largest_purpose, "a purpose is a number from 1 to 65535");
}

inline void check_person_numbers(Span<std::int32_t> person) {
  for (const std::int32_t number : person) expects(number >= 0, "a person's number must not be negative");
}

/// Persons are numbered 1, 2, ... where no numbers are given.
inline std::int32_t person_number(Span<std::int32_t> person, std::size_t i) {
  return person.empty() ? static_cast<std::int32_t>(i + 1) : person[i];
}

inline double variate(Random& random, Variate kind) {
  if (kind == Variate::uniform) return random.uniform();
  return kind == Variate::normal ? random.normal() : random.exponential();
}

}  // namespace detail

/// The stream of one person for one purpose; `part` (0 to 65535) tells several streams of one purpose apart.
/// Its number is (part * 2^16 + purpose) * 2^32 + person.
inline Random person_stream(const Purpose& purpose, std::int32_t person, std::uint32_t part = 0) {
  const std::uint64_t use = (std::uint64_t{part} << 16) | static_cast<std::uint32_t>(purpose.number);
  return Random(purpose.seed, (use << 32) | static_cast<std::uint32_t>(person));
}

/// `each` numbers for every person, one person after the other.
inline std::vector<double> draws(const Purpose& purpose, Span<std::int32_t> person, std::size_t each,
                                 Variate kind, const Execution& execution = {}) {
  detail::check_purpose(purpose);
  detail::check_person_numbers(person);
  std::vector<double> out(person.size() * each);
  parallel_chunks(person.size(), detail::persons_per_chunk, execution,
                  [&](std::size_t begin, std::size_t end, std::size_t) {
                    for (std::size_t i = begin; i < end; ++i) {
                      Random random = person_stream(purpose, person[i]);
                      for (std::size_t k = 0; k < each; ++k)
                        out[i * each + k] = detail::variate(random, kind);
                    }
                  });
  return out;
}

}  // namespace tte
