// G = sum over rows of a_i x_i x_i', the one second-moment kernel. Tiles of 4 x 4 stay in registers; rows are
// read in blocks cut by n alone, and the blocks' sums are added in order, so that the bits do not depend on
// the threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "lanes.hpp"
#include "linalg.hpp"
#include "parallel.hpp"

namespace tte {

namespace detail {

constexpr std::size_t tile = lanes;
constexpr std::size_t block_rows = 32;  // a block stays in the first-level cache while the tiles pass over it

// Adds rows to the tiles at rows j, ..., j + 3 and columns k, ..., k + 4 Groups - 1 of the gram matrix;
// `scaled` is x with row i multiplied by a_i. Every element grows in row order, however wide the machine's
// registers are. The folds write the tile out with constant indices, so that its sums stay in registers at
// any optimisation level.
template <std::size_t Groups, std::size_t... I>
inline __attribute__((always_inline)) void add_tile(const double* x, const double* scaled, std::size_t stride,
                                                    std::size_t rows, std::size_t j, std::size_t k,
                                                    double* gram, std::index_sequence<I...>) {
  Four sum[tile * Groups] = {};
  for (std::size_t i = 0; i < rows; ++i) {
    const double* left = scaled + i * stride + j;
    const double* right = x + i * stride + k;
    ((sum[I] += left[I / Groups] * four_at(right + lanes * (I % Groups))), ...);
  }
  ((four_at(gram + (j + I / Groups) * stride + k + lanes * (I % Groups)) += sum[I]), ...);
}

// The upper tiles of one block, `Groups` at a time as long as there are so many.
template <std::size_t Groups>
inline __attribute__((always_inline)) void add_tiles(const double* x, const double* a, double* scaled,
                                                     std::size_t stride, std::size_t rows, double* gram) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < stride; j += lanes) {
      four_at(scaled + i * stride + j) = a[i] * four_at(x + i * stride + j);
    }
  }
  for (std::size_t j = 0; j < stride; j += tile) {
    std::size_t k = j;
    for (; k + Groups * tile <= stride; k += Groups * tile) {
      add_tile<Groups>(x, scaled, stride, rows, j, k, gram, std::make_index_sequence<tile * Groups>());
    }
    for (; k < stride; k += tile) {
      add_tile<1>(x, scaled, stride, rows, j, k, gram, std::make_index_sequence<tile>());
    }
  }
}

inline void add_block(const double* x, const double* a, double* scaled, std::size_t stride, std::size_t rows,
                      double* gram) {
  add_tiles<1>(x, a, scaled, stride, rows, gram);
}

#if defined(__x86_64__)
// The same sums, bit for bit (no fused multiply-add), on machines with wider registers.
__attribute__((target("avx2"))) inline void add_block_wide(const double* x, const double* a, double* scaled,
                                                           std::size_t stride, std::size_t rows,
                                                           double* gram) {
  add_tiles<2>(x, a, scaled, stride, rows, gram);
}
inline bool has_wide_registers() {
  static const bool has = __builtin_cpu_supports("avx2");
  return has;
}
inline auto block_kernel() { return has_wide_registers() ? add_block_wide : add_block; }
#else
inline auto block_kernel() { return add_block; }
#endif

/// Adds to the upper tiles of a stride x stride matrix; `stride` is a multiple of 4.
inline void add_gram(const double* x, std::size_t stride, const double* a, std::size_t rows, double* gram) {
  const auto add = block_kernel();
  std::vector<double> scaled(std::min(rows, block_rows) * stride);
  for (std::size_t begin = 0; begin < rows; begin += block_rows) {
    add(x + begin * stride, a + begin, scaled.data(), stride, std::min(block_rows, rows - begin), gram);
  }
}

inline arma::mat symmetric_from(const std::vector<double>& gram, std::size_t stride, std::size_t p) {
  arma::mat out(p, p);
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = j; k < p; ++k) out(j, k) = out(k, j) = gram[j * stride + k];
  }
  return out;
}

}  // namespace detail

/// A weighted gram matrix built up row by row (for rows that are made on the way, as the means of the risk
/// sets are).
class GramBuffer {
 public:
  explicit GramBuffer(std::size_t stride)
      : stride_(stride), gram_(stride * stride, 0.0), rows_(capacity * stride), weights_(capacity) {}

  /// Room for the next row, which counts with `weight`; fill all `stride` values.
  double* next_row(double weight) {
    if (used_ == capacity) flush();
    weights_[used_] = weight;
    return rows_.data() + stride_ * used_++;
  }
  arma::mat sum(std::size_t p) {
    flush();
    return detail::symmetric_from(gram_, stride_, p);
  }
  void clear() {
    used_ = 0;
    gram_.assign(gram_.size(), 0.0);
  }

 private:
  static constexpr std::size_t capacity = 256;
  void flush() {
    detail::add_gram(rows_.data(), stride_, weights_.data(), used_, gram_.data());
    used_ = 0;
  }

  std::size_t stride_, used_ = 0;
  std::vector<double> gram_, rows_, weights_;
};

/// The weighted gram matrix of `n` rows of width `p`, rows `stride` (a multiple of 4) apart, and the weighted
/// sum of the rows with a second set of weights `v`: G = X' diag(a) X and X'v, 0 when `v` is null.
struct GramAndSum {
  arma::mat gram;
  arma::vec sum;
};

inline GramAndSum weighted_gram(const double* x, std::size_t stride, std::size_t p, std::size_t n,
                                const double* a, const double* v, const Execution& execution) {
  constexpr std::size_t chunk = 2048;
  const std::size_t width = stride * stride + stride, chunks = (n + chunk - 1) / chunk;
  std::vector<double> partial(chunks * width, 0.0);
  parallel_chunks(n, chunk, execution, [&](std::size_t begin, std::size_t end, std::size_t index) {
    double* gram = partial.data() + index * width;
    double* sum = gram + stride * stride;
    detail::add_gram(x + begin * stride, stride, a + begin, end - begin, gram);
    if (v == nullptr) return;
    for (std::size_t i = begin; i < end; ++i) detail::add_scaled(v[i], x + i * stride, stride, sum);
  });
  for (std::size_t c = 1; c < chunks; ++c) {
    for (std::size_t j = 0; j < width; ++j) partial[j] += partial[c * width + j];
  }
  partial.resize(width, 0.0);
  GramAndSum out{detail::symmetric_from(partial, stride, p), arma::vec(p)};
  for (std::size_t j = 0; j < p; ++j) out.sum(j) = partial[stride * stride + j];
  return out;
}

}  // namespace tte
