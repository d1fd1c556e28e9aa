// Four doubles side by side, at any address (an extension of GCC and clang); a machine without such registers
// uses two halves. Rows of a design are padded to whole fours. Sums of one element keep their order, so the
// bits do not depend on the width of the registers.
#pragma once

#include <cstddef>

namespace tte::detail {

using Four = double __attribute__((vector_size(32), aligned(8), may_alias));
constexpr std::size_t lanes = 4;

inline Four& four_at(double* x) { return *reinterpret_cast<Four*>(x); }
inline const Four& four_at(const double* x) { return *reinterpret_cast<const Four*>(x); }

/// sum += factor * x, `size` a multiple of four.
inline void add_scaled(double factor, const double* x, std::size_t size, double* sum) {
  for (std::size_t j = 0; j < size; j += lanes) four_at(sum + j) += factor * four_at(x + j);
}

/// The inner product of two padded rows.
inline double inner_product(const double* x, const double* y, std::size_t size) {
  Four sum = {};
  for (std::size_t j = 0; j < size; j += lanes) sum += four_at(x + j) * four_at(y + j);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

}  // namespace tte::detail
