#include <catch2/catch.hpp>
#include <tte/core/gram.hpp>

#include "naive.hpp"

namespace {

// Rows of width p, padded with zeros to a multiple of four, with two sets of weights.
struct Design {
  std::size_t n, p, stride;
  std::vector<double> x, a, v;

  Design(std::size_t rows, std::size_t width)
      : n(rows), p(width), stride((width + 3) / 4 * 4), x(rows * stride) {
    naive::Dice dice(1000 * rows + width);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p; ++j) x[i * stride + j] = dice.uniform() - 0.5;
      a.push_back(dice.uniform() - 0.2);
      v.push_back(dice.uniform() - 0.7);
    }
  }
  arma::mat gram() const {
    arma::mat out(p, p, arma::fill::zeros);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p; ++j) {
        for (std::size_t k = 0; k < p; ++k) out(j, k) += a[i] * x[i * stride + j] * x[i * stride + k];
      }
    }
    return out;
  }
  arma::vec sum() const {
    arma::vec out(p, arma::fill::zeros);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < p; ++j) out(j) += v[i] * x[i * stride + j];
    }
    return out;
  }
  tte::GramAndSum by_kernel(int threads = 1) const {
    return tte::weighted_gram(x.data(), stride, p, n, a.data(), v.data(), {threads});
  }
};

bool same_bits(const tte::GramAndSum& a, const tte::GramAndSum& b) {
  return arma::approx_equal(a.gram, b.gram, "absdiff", 0) && arma::approx_equal(a.sum, b.sum, "absdiff", 0);
}

}  // namespace

TEST_CASE("the gram matrix and the sum are those of the definition, whatever the width") {
  for (std::size_t p = 1; p <= 13; ++p) {
    const Design design(301, p);
    CHECK(naive::gap(design.by_kernel().gram, design.gram()) < 1e-12);
    CHECK(naive::gap(design.by_kernel().sum, design.sum()) < 1e-12);
  }
}

TEST_CASE("the gram matrix is that of the definition, whatever the number of rows") {
  for (const std::size_t n : {0, 1, 2, 5, 127, 128, 129, 256, 8191, 8192, 8193, 20000}) {
    CAPTURE(n);
    const Design design(n, 3);
    CHECK(naive::gap(design.by_kernel().gram, design.gram()) < 1e-10);
    CHECK(naive::gap(design.by_kernel().sum, design.sum()) < 1e-10);
  }
}

TEST_CASE("the bits do not depend on the number of threads") {
  const Design design(50000, 6);
  const tte::GramAndSum one = design.by_kernel(1);
  CHECK(same_bits(design.by_kernel(2), one));
  CHECK(same_bits(design.by_kernel(3), one));
}

TEST_CASE("without columns there is an empty matrix") {
  CHECK(Design(10, 0).by_kernel().gram.n_elem == 0);
  CHECK(Design(10, 0).by_kernel().sum.n_elem == 0);
}

TEST_CASE("rows that are made on the way give the same matrix") {
  for (const std::size_t n : {0, 1, 255, 256, 257, 600}) {
    CAPTURE(n);
    const Design design(n, 5);
    tte::GramBuffer buffer(design.stride);
    for (int round = 0; round < 2; ++round) {
      buffer.clear();
      for (std::size_t i = 0; i < n; ++i) {
        double* row = buffer.next_row(design.a[i]);
        std::copy_n(design.x.data() + i * design.stride, design.stride, row);
      }
      CHECK(naive::gap(buffer.sum(5), design.gram()) < 1e-12);
    }
  }
}

TEST_CASE("a cleared buffer forgets rows that were not summed yet") {
  tte::GramBuffer buffer(4);
  std::fill_n(buffer.next_row(1), 4, 1.0);
  buffer.clear();
  CHECK(buffer.sum(1)(0, 0) == 0);
}
