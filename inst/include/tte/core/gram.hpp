// G = sum over rows of a_i x_i x_i', the one second-moment kernel. Tiles of 4 x 4 stay in registers; rows are
// read in blocks cut by n alone, and the blocks' sums are added in order, so that the bits do not depend on
// the threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "linalg.hpp"
#include "parallel.hpp"

namespace tte {

namespace detail {

constexpr std::size_t tile = 4;

// Adds rows [begin, end) of one 4 x 4 tile at columns (j, k); x has its rows `stride` apart.
inline void add_tile(const double* x, std::size_t stride, const double* a, std::size_t rows, std::size_t j,
                     std::size_t k, double* gram) {
  using Pair = double __attribute__((vector_size(16)));
  Pair sum[tile][2] = {};
  const double* row = x;
  for (std::size_t i = 0; i < rows; ++i, row += stride) {
    const Pair low = {row[k], row[k + 1]}, high = {row[k + 2], row[k + 3]};
    for (std::size_t r = 0; r < tile; ++r) {
      const double scaled = a[i] * row[j + r];
      const Pair both = {scaled, scaled};
      sum[r][0] += both * low;
      sum[r][1] += both * high;
    }
  }
  for (std::size_t r = 0; r < tile; ++r) {
    for (std::size_t c = 0; c < tile; ++c) gram[(j + r) * stride + k + c] += sum[r][c / 2][c % 2];
  }
}

/// Adds to the upper tiles of a stride x stride matrix; `stride` is a multiple of 4.
inline void add_gram(const double* x, std::size_t stride, const double* a, std::size_t rows, double* gram) {
  constexpr std::size_t block =
      128;  // rows of a block stay in the first-level cache while the tiles pass over them
  for (std::size_t begin = 0; begin < rows; begin += block) {
    const std::size_t size = std::min(block, rows - begin);
    for (std::size_t j = 0; j < stride; j += tile) {
      for (std::size_t k = j; k < stride; k += tile)
        add_tile(x + begin * stride, stride, a + begin, size, j, k, gram);
    }
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
/// sum of the rows with a second set of weights `v`: G = X' diag(a) X and X'v.
struct GramAndSum {
  arma::mat gram;
  arma::vec sum;
};

inline GramAndSum weighted_gram(const double* x, std::size_t stride, std::size_t p, std::size_t n,
                                const double* a, const double* v, const Execution& execution) {
  constexpr std::size_t chunk = 8192;
  const std::size_t width = stride * stride + stride, chunks = (n + chunk - 1) / chunk;
  std::vector<double> partial(chunks * width, 0.0);
  parallel_chunks(n, chunk, execution, [&](std::size_t begin, std::size_t end, std::size_t index) {
    double* gram = partial.data() + index * width;
    double* sum = gram + stride * stride;
    detail::add_gram(x + begin * stride, stride, a + begin, end - begin, gram);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t j = 0; j < stride; ++j) sum[j] += v[i] * x[i * stride + j];
    }
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
